//! Watches how things stand, for those who don't look at the window: the icon beside the clock, and notifications.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use sync::{
    Host, Language,
    api::{self, ApiError, SystemStart},
};
use tauri::{AppHandle, Runtime};
use tauri_plugin_notification::NotificationExt;

use crate::{
    chosen, desktop,
    events::Page,
    glance::{Glance, needs_attention},
    notices::{Notices, Wanted},
    tray, window,
    words::word,
};

/// The least time from one look to the next, however much changes.
const LEAST: Duration = Duration::from_secs(1);
/// The most time: that the Web Connector has not called for long is no change of anything.
const MOST: Duration = Duration::from_mins(1);

/// Puts the icon beside the clock, and watches from now on, as long as the host is there.
pub fn begin<R: Runtime>(app: &AppHandle<R>, host: &Arc<Host>) {
    let language = desktop::language(host);
    let glance = api::overview(host).map(|overview| Glance::from(&overview));
    match &glance {
        Ok(glance) => tray::put(app, glance, language, chosen),
        Err(error) => tracing::error!(%error, "how things stand is not known"),
    }
    let opened = app.clone();
    let heard = app.notification().on_action(move |_| window::show(&opened, Page::Attention));
    if let Err(error) = heard {
        tracing::warn!(%error, "a click on a notification will not be heard");
    }
    tauri::async_runtime::spawn(watch(app.clone(), Arc::downgrade(host), glance.ok().map(|glance| (glance, language))));
}

async fn watch<R: Runtime>(app: AppHandle<R>, host: Weak<Host>, mut shown: Option<(Glance, Language)>) {
    let mut notices = Notices::default();
    let Some(mut changes) = host.upgrade().map(|host| host.changes()) else { return };
    loop {
        let Some(there) = host.upgrade() else { return };
        let looking = app.clone();
        let looked = tauri::async_runtime::spawn_blocking(move || {
            let seen = look(&looking, &there, &mut notices);
            (seen, notices)
        });
        let Ok((seen, told)) = looked.await else { return };
        notices = told;
        match seen {
            Ok(seen) if shown != Some(seen) => {
                if let Err(error) = tray::update(&app, &seen.0, seen.1) {
                    tracing::warn!(%error, "the icon beside the clock can't be changed");
                }
                shown = Some(seen);
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "how things stand is not known"),
        }
        tokio::time::sleep(LEAST).await;
        if let Ok(Err(_)) = tokio::time::timeout(MOST, changes.changed()).await {
            return;
        }
    }
}

/// How things stand, in which language to say so; and a notification, if one is due.
fn look<R: Runtime>(app: &AppHandle<R>, host: &Host, notices: &mut Notices) -> Result<(Glance, Language), ApiError> {
    let overview = api::overview(host)?;
    let is_on = api::preferences(host.store(), SystemStart::NotAvailable)?.notifications;
    let wanted = if is_on && !window::is_seen(app) { Wanted::Yes } else { Wanted::No };
    let language = desktop::language(host);
    if let Some(count) = notices.due(&needs_attention(&overview), wanted, host.now()) {
        let text = word("notification_text", language).replace("{count}", &count.to_string());
        let notification = app.notification().builder().title(word("notification_title", language)).body(text);
        if let Err(error) = notification.show() {
            tracing::warn!(%error, "no notification could be shown");
        }
    }
    Ok((Glance::from(&overview), language))
}
