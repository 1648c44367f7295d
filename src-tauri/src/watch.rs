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
    tray,
    updates::Updates,
    window,
    words::word,
};

/// The least time from one look to the next, however much changes.
const LEAST: Duration = Duration::from_secs(1);
/// The most time: that the Web Connector has not called for long is no change of anything.
const MOST: Duration = Duration::from_mins(1);

/// Puts the icon beside the clock, and watches from now on, as long as the host is there.
pub fn begin<R: Runtime>(app: &AppHandle<R>, host: &Arc<Host>, updates: &Arc<Updates>) {
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
    let shown = glance.ok().map(|glance| (glance, language));
    tauri::async_runtime::spawn(watch(app.clone(), Arc::downgrade(host), Arc::clone(updates), shown));
}

async fn watch<R: Runtime>(
    app: AppHandle<R>,
    host: Weak<Host>,
    updates: Arc<Updates>,
    mut shown: Option<(Glance, Language)>,
) {
    let mut update = updates.changes();
    let mut offered = None;
    let mut notices = Notices::default();
    let Some(mut changes) = host.upgrade().map(|host| host.changes()) else { return };
    loop {
        let Some(there) = host.upgrade() else { return };
        let looking = app.clone();
        let release = updates.installable().map(|release| release.version);
        let new = release.clone().filter(|_| release != offered);
        let looked = tauri::async_runtime::spawn_blocking(move || {
            let seen = look(&looking, &there, &mut notices, new.as_deref());
            (seen, notices)
        });
        let Ok((seen, told)) = looked.await else { return };
        notices = told;
        let seen = seen.map(|(glance, language)| (Glance { update: release.clone(), ..glance }, language));
        offered = release.or(offered);
        match seen {
            Ok(seen) if shown.as_ref() != Some(&seen) => {
                if let Err(error) = tray::update(&app, &seen.0, seen.1) {
                    tracing::warn!(%error, "the icon beside the clock can't be changed");
                }
                shown = Some(seen);
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "how things stand is not known"),
        }
        tokio::time::sleep(LEAST).await;
        tokio::select! {
            changed = changes.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            _ = update.changed() => {}
            () = tokio::time::sleep(MOST) => {}
        }
    }
}

/// How things stand, in which language to say so; and a notification, if one is due, or if an update is ready that was not
/// told of yet.
fn look<R: Runtime>(
    app: &AppHandle<R>,
    host: &Host,
    notices: &mut Notices,
    update: Option<&str>,
) -> Result<(Glance, Language), ApiError> {
    let overview = api::overview(host)?;
    let is_on = api::preferences(host.store(), SystemStart::NotAvailable)?.notifications;
    let wanted = if is_on && !window::is_seen(app) { Wanted::Yes } else { Wanted::No };
    let language = desktop::language(host);
    if let Some(count) = notices.due(&needs_attention(&overview), wanted, host.now()) {
        let text = word("notification_text", language).replace("{count}", &count.to_string());
        notify(app, word("notification_title", language), text);
    }
    if let Some(version) = update.filter(|_| wanted == Wanted::Yes) {
        let title = word("notification_update_title", language).replace("{version}", version);
        notify(app, title, word("notification_update_text", language));
    }
    Ok((Glance::from(&overview), language))
}

fn notify<R: Runtime>(app: &AppHandle<R>, title: String, text: String) {
    if let Err(error) = app.notification().builder().title(title).body(text).show() {
        tracing::warn!(%error, "no notification could be shown");
    }
}
