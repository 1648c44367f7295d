//! Onboarding: one flow that can be left and gone on with at any step, each step proven by what is known and not only ticked
//! off (BRIEF.md B2–B19).

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

use super::{
    ApiError, Reach, ReachState,
    connections::{self, Seen, not_connected},
    quickbooks_reach,
};
use crate::{
    Host,
    choices::{self, CategoryState},
    company::Company,
    config::Connection,
    host::Trouble,
    integration::{self, Integration, Stage},
    messages::Message,
    preflight::{self, Check, Confirmation, Finding, Point, Preflight, Surroundings, Unseen},
    shop,
    token::TokenStage,
};

/// The setting that keeps where she is and what she decided.
const SETUP: &str = "setup";

/// A step of the onboarding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SetupStep {
    /// What has to be so on this computer and in QuickBooks.
    Preflight,
    /// Sales tax in QuickBooks, with its item of 0 %.
    Tax,
    /// The shop.
    Shop,
    /// The app token with which QuickBooks signs in.
    Token,
    /// Which account belongs to what.
    Accounts,
    /// How much QuickBooks is told.
    Modes,
    /// Where purchases come from.
    Purchasing,
    /// What a start would do, and the start.
    Preview,
}

impl SetupStep {
    /// All steps, in their order.
    pub const ALL: [Self; 8] = [
        Self::Preflight,
        Self::Tax,
        Self::Shop,
        Self::Token,
        Self::Accounts,
        Self::Modes,
        Self::Purchasing,
        Self::Preview,
    ];

    /// The step after it; the last one is followed by itself.
    fn next(self) -> Self {
        Self::ALL.into_iter().find(|step| *step > self).unwrap_or(self)
    }

    /// Whether a point of the preflight belongs to this step.
    const fn is_about(self, check: Check) -> bool {
        match check {
            Check::SalesTax | Check::TaxItem => matches!(self, Self::Tax),
            Check::Shop | Check::Scopes => matches!(self, Self::Shop),
            // What falls into a closed period is held and shown in the preview, where the start date is chosen.
            Check::ClosingDate => false,
            _ => matches!(self, Self::Preflight),
        }
    }
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SetupStepState {
    /// It is still to be done.
    Open,
    /// There is nothing to do here for now: QuickBooks has not called yet. The flow may go on.
    Waiting,
    /// Something is in the way.
    Problem,
    /// It is done, and still holds.
    Done,
}

/// A step, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SetupStepView {
    /// The step.
    pub step: SetupStep,
    /// How it stands.
    pub state: SetupStepState,
    /// What is missing, in the way, or waited for.
    pub message: Option<Message>,
}

/// The onboarding, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Setup {
    /// The steps, in their order.
    pub steps: Vec<SetupStepView>,
    /// The step at which she is.
    pub at: SetupStep,
    /// Whether the integration is started.
    pub started: bool,
}

/// Where she is, and what she decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    at: SetupStep,
    finished: BTreeSet<SetupStep>,
    pub(super) purchasing_decided: bool,
    pub(super) purchasing_problem: Option<Message>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            at: SetupStep::Preflight,
            finished: BTreeSet::new(),
            purchasing_decided: false,
            purchasing_problem: None,
        }
    }
}

impl Kept {
    pub(super) fn of(store: &Store) -> Result<Self, StoreError> {
        Ok(store.setting(SETUP)?.unwrap_or_default())
    }

    pub(super) fn change(host: &Host, change: impl FnOnce(&mut Self)) -> Result<(), StoreError> {
        let mut kept = Self::of(host.store())?;
        change(&mut kept);
        host.store().set_setting(SETUP, &kept, "somebody goes through the onboarding", host.now())
    }
}

/// What is known of a step.
enum Proof {
    /// It is as it should be.
    Holds,
    /// QuickBooks has not said it yet, and nothing is to be done here meanwhile.
    Waits(Message),
    /// Something is still to be done here.
    Missing(Message),
    /// Something is in the way.
    Wrong(Message),
}

/// The onboarding as it stands. Nobody is asked: what the shop and QuickBooks said the last time counts.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn setup(host: &Host) -> Result<Setup, ApiError> {
    let kept = Kept::of(host.store())?;
    let started = Integration::of(host.store())?.stage != Stage::NotStarted;
    let points = known_points(host)?;
    let mut steps = Vec::new();
    for step in SetupStep::ALL {
        let finished = started || kept.finished.contains(&step);
        let (state, message) = match proof(host, step, &points)? {
            Proof::Holds if finished => (SetupStepState::Done, None),
            Proof::Holds => (SetupStepState::Open, None),
            Proof::Waits(message) if finished => (SetupStepState::Waiting, Some(message)),
            Proof::Waits(message) | Proof::Missing(message) => (SetupStepState::Open, Some(message)),
            Proof::Wrong(message) => (SetupStepState::Problem, Some(message)),
        };
        steps.push(SetupStepView { step, state, message });
    }
    Ok(Setup { steps, at: kept.at, started })
}

/// Remembers that she is at this step.
///
/// # Errors
/// [`ApiError`] when the store fails.
pub fn open_setup_step(host: &Host, step: SetupStep) -> Result<Setup, ApiError> {
    Kept::change(host, |kept| kept.at = step)?;
    setup(host)
}

/// Proves a step, really asking whom it is about, and goes on to the next one. A step that waits for QuickBooks alone may be
/// passed.
///
/// # Errors
/// [`ApiError`]: what is missing or in the way; she stays where she is then.
pub async fn finish_setup_step(host: &Host, step: SetupStep) -> Result<Setup, ApiError> {
    let points = match step {
        SetupStep::Preflight | SetupStep::Shop => preflight(host).await?.points,
        _ => known_points(host)?,
    };
    if step == SetupStep::Purchasing {
        let problem = connections::prove_purchasing(host).await?;
        // Without this permission there is nothing to read; an archive that is not whole is better than none.
        if let Some(problem) = problem.filter(|problem| problem.code == "shop.purchases_scope") {
            return Err(ApiError::new(problem));
        }
    }
    match proof(host, step, &points)? {
        Proof::Missing(message) | Proof::Wrong(message) => return Err(ApiError::new(message)),
        Proof::Holds | Proof::Waits(_) => {}
    }
    Kept::change(host, |kept| {
        kept.finished.insert(step);
        kept.at = step.next();
    })?;
    setup(host)
}

/// What has to be so, point by point; the shop is asked, if one is connected.
///
/// # Errors
/// [`ApiError`] when the store can't be read; what is wrong outside is a point.
pub async fn preflight(host: &Host) -> Result<Preflight, ApiError> {
    let config = host.connected();
    let seen = match &config {
        None => Err(Unseen::not_connected()),
        Some(config) => {
            let probe = shop::probe(config, host.secrets()).await;
            Seen::keep(host, probe.as_ref())?;
            probe.map_err(|error| Unseen::from(&error))
        }
    };
    Ok(preflight::points(host.store(), config.as_ref(), &seen, &here(host))?)
}

/// Keeps what the merchant confirms, and looks again.
///
/// # Errors
/// [`ApiError`] when the store fails.
pub async fn confirm(host: &Host, what: Confirmation) -> Result<Preflight, ApiError> {
    preflight::confirm(host.store(), what, host.now())?;
    preflight(host).await
}

/// Has the 0 % sales-tax item made with the next session, and looks again.
///
/// # Errors
/// [`ApiError`] when the store fails.
pub async fn create_tax_item(host: &Host) -> Result<Preflight, ApiError> {
    host.change(preflight::create_tax_item)?;
    preflight(host).await
}

/// The first day of the month, by this computer's calendar: accountants begin with months.
pub(super) fn first_start_date(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::system()).date().first_of_month()
}

fn here(host: &Host) -> Surroundings {
    Surroundings { now: host.now(), ..Surroundings::here() }
}

/// The points by what is known; nobody is asked.
fn known_points(host: &Host) -> Result<Vec<Point>, ApiError> {
    let config = host.config();
    let seen = match (&config, Seen::of(host)?) {
        (None, _) => Err(Unseen::not_connected()),
        (Some(_), None) => Err(Unseen::not_asked()),
        (Some(_), Some(seen)) => {
            seen.probe().ok_or_else(|| seen.problem.map_or_else(Unseen::not_asked, Unseen::failed))
        }
    };
    Ok(preflight::points(host.store(), config.as_deref(), &seen, &here(host))?.points)
}

fn proof(host: &Host, step: SetupStep, points: &[Point]) -> Result<Proof, ApiError> {
    let store = host.store();
    if matches!(step, SetupStep::Tax | SetupStep::Accounts | SetupStep::Modes) && !integration::lists_are_read(store)? {
        let company: Option<Company> = store.setting("company")?;
        let obstacle = company.and_then(|company| company.obstacle()).filter(|_| step == SetupStep::Tax);
        let unread = Proof::Waits(Message::new("mapping.lists_not_read"));
        return Ok(obstacle.map_or(unread, Proof::Wrong));
    }
    Ok(match step {
        SetupStep::Preflight | SetupStep::Tax => of_points(step, points),
        SetupStep::Shop => of_shop(host)?,
        SetupStep::Token => of_token(host)?,
        SetupStep::Accounts => {
            let categories = choices::categories(store)?;
            let problem = categories.into_iter().find(|category| category.state == CategoryState::Problem);
            problem.map_or(Proof::Holds, |category| Proof::Missing(category.problem.unwrap_or(category.name)))
        }
        SetupStep::Modes => {
            let modes = store.mapping()?.unwrap_or_default().modes_on(Date::MIN);
            let refused = integration::too_detailed(store, modes, host.now())?.into_iter().next();
            refused.map_or(Proof::Holds, Proof::Wrong)
        }
        SetupStep::Purchasing => {
            let purchasing = connections::purchasing(host)?;
            let lacks = purchasing.problem.filter(|problem| problem.code == "shop.purchases_scope");
            match lacks {
                _ if !purchasing.decided => Proof::Missing(Message::new("setup.purchasing_open")),
                Some(problem) => Proof::Wrong(problem),
                None => Proof::Holds,
            }
        }
        SetupStep::Preview if Integration::of(store)?.stage == Stage::NotStarted => {
            Proof::Missing(Message::new("integration.not_started"))
        }
        SetupStep::Preview => Proof::Holds,
    })
}

/// A step that is made of points: what can be put right or confirmed comes before what is only waited for.
fn of_points(step: SetupStep, points: &[Point]) -> Proof {
    let mine = || points.iter().filter(|point| step.is_about(point.check));
    if let Some(wrong) = mine().find(|point| point.finding == Finding::NotFound) {
        return Proof::Wrong(wrong.message.clone());
    }
    if let Some(hers) = mine().find(|point| point.finding == Finding::CantTell && point.remedy.is_some()) {
        return Proof::Missing(hers.message.clone());
    }
    let waits = |point: &&Point| {
        point.finding == Finding::CantTell
            && matches!(
                point.message.code.as_str(),
                "preflight.not_called"
                    | "preflight.not_asked"
                    | "preflight.tax_item.wanted"
                    | "preflight.shop.not_connected"
            )
    };
    mine().find(waits).map_or(Proof::Holds, |point| Proof::Waits(point.message.clone()))
}

fn of_shop(host: &Host) -> Result<Proof, ApiError> {
    if let Some(trouble) = host.trouble() {
        match trouble {
            Trouble::NotConnected => return Ok(Proof::Missing(not_connected().message)),
            Trouble::Port { .. } | Trouble::Store(_) => {}
            Trouble::Configuration(message) | Trouble::Secret(message) | Trouble::Shop(message) => {
                return Ok(Proof::Wrong(message));
            }
        }
    }
    let seen = Seen::of(host)?.unwrap_or_default();
    let scope = seen.missing.into_iter().find(|missing| missing.code == "shop.missing_scope");
    Ok(seen.problem.or(scope).map_or(Proof::Holds, Proof::Wrong))
}

fn of_token(host: &Host) -> Result<Proof, ApiError> {
    if host.quickbooks().connection == Connection::RequestProcessor {
        let known = host.store().setting::<Company>("company")?.is_some();
        return Ok(of_answer(quickbooks_reach(host)?, known));
    }
    let view = connections::token(host)?;
    Ok(match (view.stage, view.refused) {
        (TokenStage::NotGiven, _) => Proof::Missing(view.message),
        (_, Some(refused)) => Proof::Wrong(refused),
        (TokenStage::Waiting, None) => Proof::Waits(view.message),
        (TokenStage::Proven, None) => Proof::Holds,
    })
}

/// Where QuickBooks is called on this computer, there is no token: that it answers is the proof, now or before (`known`).
fn of_answer(reach: Reach, known: bool) -> Proof {
    let told = reach.message.unwrap_or_else(|| Message::new("quickbooks.not_asked"));
    match reach.state {
        ReachState::Refused => Proof::Wrong(told),
        ReachState::Reached => Proof::Holds,
        _ if known => Proof::Holds,
        _ => Proof::Waits(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_quickbooks_is_called_its_answer_is_the_proof_in_place_of_a_token() {
        let proof = |state, message: Option<&str>, known| match of_answer(
            Reach { state, at: None, message: message.map(Message::new) },
            known,
        ) {
            Proof::Holds => "holds".to_owned(),
            Proof::Waits(message) => format!("waits: {}", message.code),
            Proof::Missing(message) => format!("missing: {}", message.code),
            Proof::Wrong(message) => format!("wrong: {}", message.code),
        };
        let starting = Some("quickbooks.starting");
        let refused = Some("quickbooks.not_permitted");
        assert_eq!(proof(ReachState::Unknown, None, false), "waits: quickbooks.not_asked");
        assert_eq!(proof(ReachState::Closed, starting, false), "waits: quickbooks.starting");
        assert_eq!(proof(ReachState::Refused, refused, false), "wrong: quickbooks.not_permitted");
        assert_eq!(proof(ReachState::Reached, None, true), "holds");
        // Tillbridge was started again, or QuickBooks is closed for now.
        assert_eq!(proof(ReachState::Unknown, None, true), "holds");
        assert_eq!(proof(ReachState::Waiting, starting, true), "holds");
        assert_eq!(proof(ReachState::Refused, refused, true), "wrong: quickbooks.not_permitted");
    }
}
