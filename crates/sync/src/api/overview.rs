//! The window's first page: is everything fine, in one look.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{ApiError, RunView, Status, history, status};
use crate::{
    Host, Progress,
    company::Company,
    config::Connection,
    hindrance,
    host::Trouble,
    integration::{Integration, Stage},
    messages::Message,
    token::TokenRecord,
};
use books::document::Shop;
use quickbooks_desktop::{Connector, Finding};
use store::Store;

/// After how long without a call of the Web Connector something is said: three of its turns.
const SILENCE: SignedDuration = SignedDuration::from_mins(15);

/// Whether one of the other sides can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ReachState {
    /// It was not tried yet.
    Unknown,
    /// It was, the last time that it was tried.
    Reached,
    /// It is waited for: it will pass by itself, or the Web Connector has not called for a while.
    Waiting,
    /// QuickBooks is closed, or the Web Connector could not open it.
    Closed,
    /// There is no way to it, as without the internet.
    Offline,
    /// It does not let us in, or is not the one that is meant.
    Refused,
}

/// How one of the other sides can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Reach {
    /// In one word.
    pub state: ReachState,
    /// When it was reached last (RFC 3339, UTC); none where that is not known.
    pub at: Option<String>,
    /// Why it can't be reached, and what to do.
    pub message: Option<Message>,
}

/// How everything stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Overview {
    /// The state of the installation.
    pub status: Status,
    /// How far the initial integration is.
    pub integration: Stage,
    /// Whether somebody has paused posting.
    pub paused: bool,
    /// Whether the shop is being read, or a session with QuickBooks is open.
    pub running: bool,
    /// How far that is; none while nothing goes on.
    pub progress: Option<Progress>,
    /// The latest run.
    pub last_run: Option<RunView>,
    /// When the next run is due (RFC 3339, UTC); none while one goes on, or while the engine is not at work.
    pub next_run_at: Option<String>,
    /// Whether the shop can be reached.
    pub shop_reach: Reach,
    /// Whether QuickBooks can be reached.
    pub quickbooks_reach: Reach,
    /// Entries put into the books today, by the shop's calendar; objects of lists are not counted.
    pub posted_today: u32,
    /// Why the engine is not at work though a shop is connected: the port is taken, a secret can't be read.
    pub trouble: Option<Message>,
}

/// How everything stands.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn overview(host: &Host) -> Result<Overview, ApiError> {
    let (store, now) = (host.store(), host.now());
    let engine = host.engine();
    let progress = *host.progress().borrow();
    let integration = Integration::of(store)?;
    let last_run = history(store, 1)?.pop();
    let midnight = now.to_zoned(zone(store)?).start_of_day().map_or(now, |midnight| midnight.timestamp());
    let trouble = host.trouble().filter(|trouble| *trouble != Trouble::NotConnected);
    Ok(Overview {
        status: status(store)?,
        integration: integration.stage,
        paused: integration.paused,
        running: progress.running,
        progress: progress.running.then_some(progress),
        shop_reach: shop_reach(host, last_run.as_ref())?,
        quickbooks_reach: quickbooks_reach(host)?,
        last_run,
        next_run_at: engine.and_then(|engine| engine.next_run_at()).map(|at| at.to_string()),
        posted_today: store.booked_since(midnight)?,
        trouble: trouble.map(|trouble| trouble.message()),
    })
}

/// Today, by the shop's calendar; by Greenwich's before a shop is known.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn today(host: &Host) -> Result<Date, ApiError> {
    Ok(host.now().to_zoned(zone(host.store())?).date())
}

fn zone(store: &Store) -> Result<TimeZone, ApiError> {
    let shop: Option<Shop> = store.setting("shop")?;
    Ok(shop.and_then(|shop| TimeZone::get(&shop.time_zone).ok()).unwrap_or(TimeZone::UTC))
}

/// Whether the shop can be reached, by the last run that read it.
fn shop_reach(host: &Host, last_run: Option<&RunView>) -> Result<Reach, ApiError> {
    if host.config().is_none() {
        return Ok(Reach { state: ReachState::Unknown, at: None, message: None });
    }
    let trouble = trouble_of(host.store(), "trouble.shop")?;
    let state = match trouble.as_ref().map(|message| message.code.as_str()) {
        None if host.store().setting::<Shop>("shop")?.is_none() => ReachState::Unknown,
        None => ReachState::Reached,
        Some("shop.offline") => ReachState::Offline,
        Some("shop.sign_in" | "shop.missing_scope" | "shop.closed" | "shop.bad_request") => ReachState::Refused,
        Some(_) => ReachState::Waiting,
    };
    let at = last_run.filter(|_| state == ReachState::Reached).map(|run| run.started_at.clone());
    Ok(Reach { state, at, message: trouble })
}

/// Whether QuickBooks can be reached: where its Web Connector calls, that is known by its calls.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn quickbooks_reach(host: &Host) -> Result<Reach, ApiError> {
    let store = host.store();
    let engine = host.engine();
    let called = engine.as_ref().and_then(|engine| engine.last_call_at());
    let at = called.map(|at| at.to_string());
    let reach = |state, message| Reach { state, at: at.clone(), message };
    let is_called = host.quickbooks().connection == Connection::RequestProcessor;
    if let Some(refused) = TokenRecord::of(store)?.trouble().filter(|_| !is_called) {
        return Ok(reach(ReachState::Refused, Some(refused)));
    }
    let known = store.setting::<Company>("company")?.is_some();
    let Some(engine) = engine else {
        let port = host.trouble().filter(|trouble| matches!(trouble, Trouble::Port { .. }));
        let state = if port.is_some() { ReachState::Waiting } else { ReachState::Unknown };
        return Ok(reach(state, port.map(|port| port.message())));
    };
    let silent_since = engine.silent_since();
    if !is_called && host.now().duration_since(silent_since) >= SILENCE {
        let why = why_silent(known, &Connector::find());
        return Ok(reach(ReachState::Waiting, Some(why.with("since", told(silent_since)))));
    }
    let trouble = trouble_of(store, "trouble")?;
    Ok(match trouble {
        Some(trouble) => reach(hindrance::reach(&trouble).unwrap_or(ReachState::Refused), Some(trouble)),
        None if called.is_some() => reach(ReachState::Reached, None),
        None if known || is_called => reach(ReachState::Unknown, None),
        None => {
            let since = Message::new("quickbooks.never_called").with("since", told(silent_since));
            reach(ReachState::Waiting, Some(since))
        }
    })
}

/// Why the Web Connector has not called for long, as far as this computer can tell.
fn why_silent(known: bool, connector: &Connector) -> Message {
    Message::new(match (connector.is_installed, connector.is_running, connector.starts_with_windows) {
        (Finding::No, ..) => "connector.not_installed",
        (_, Finding::No, Finding::No) => "connector.not_started_with_windows",
        // Before it has called once, adding the .qwc file is what is left to do, and that starts it too.
        (_, Finding::No, _) if known => "connector.not_running",
        _ if known => "quickbooks.silent",
        _ => "quickbooks.never_called",
    })
}

fn told(at: Timestamp) -> String {
    at.strftime("%F %R UTC").to_string()
}

fn trouble_of(store: &Store, key: &str) -> Result<Option<Message>, ApiError> {
    Ok(store.setting::<Option<Message>>(key)?.flatten())
}

#[cfg(test)]
mod tests {
    use Finding::{CantTell, No, Yes};

    use super::*;

    #[test]
    fn a_web_connector_that_is_missing_or_not_running_is_told_from_one_that_is_silent() {
        let why = |known, is_installed, is_running, starts_with_windows| {
            why_silent(known, &Connector { is_installed, is_running, starts_with_windows, ..Connector::UNKNOWN }).code
        };
        assert_eq!(why(true, No, No, No), "connector.not_installed");
        assert_eq!(why(false, No, No, No), "connector.not_installed");
        assert_eq!(why(true, Yes, No, No), "connector.not_started_with_windows");
        assert_eq!(why(true, Yes, No, Yes), "connector.not_running");
        assert_eq!(why(true, Yes, Yes, Yes), "quickbooks.silent");
        assert_eq!(why(true, CantTell, CantTell, CantTell), "quickbooks.silent");
        assert_eq!(why(false, CantTell, CantTell, CantTell), "quickbooks.never_called");
        assert_eq!(why(false, Yes, Yes, No), "quickbooks.never_called");
    }
}
