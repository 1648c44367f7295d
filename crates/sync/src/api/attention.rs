//! What needs attention, by cause, each with the one thing to do about it.

use std::collections::BTreeMap;

use books::{Category, HeldReason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Cause, State, Store, StoreError, Stuck};

use super::{ApiError, Attention, EntryView, SetupStep, view};
use crate::{
    Host, ceilings, choices,
    engine::LEFT_OUT,
    history::EntriesPage,
    host::Trouble,
    integration::{self, Integration},
    messages::Message,
    token::TokenRecord,
};

/// Entries that are freed in one transaction: others can write in between.
const AT_ONCE: u32 = 500;

/// Entries of a group that are shown with it.
const SAMPLE: u32 = 3;

/// The one thing that frees what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AttentionAction {
    /// Something is to be chosen for a category of the mapping.
    ChooseAccount {
        /// The category's key.
        category: String,
    },
    /// They are looked at anew once something was put right elsewhere: [`release_group`].
    Release,
    /// They are sent again: [`retry_group`].
    Retry,
    /// Something is to be set up.
    Setup {
        /// The step.
        step: SetupStep,
    },
    /// Posting goes on: [`integration::pause`].
    Resume,
    /// Modes are to be chosen that QuickBooks' lists have room for.
    Modes,
    /// There is nothing to press here: the message says what to do elsewhere.
    None,
}

/// What waits for one and the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AttentionGroup {
    /// What names the group in questions.
    pub id: String,
    /// Why, and what to do.
    pub message: Message,
    /// How many entries wait; 0 when it is not about entries.
    pub entries: u32,
    /// The one thing to do.
    pub action: AttentionAction,
    /// A few of them, the latest made first.
    pub sample: Vec<EntryView>,
}

/// Something to look at, before it is shown.
struct Concern {
    cause: Option<Cause>,
    message: Message,
    entries: u32,
    action: AttentionAction,
}

impl Concern {
    fn about(message: Message, action: AttentionAction) -> Self {
        Self { cause: None, message, entries: 0, action }
    }
}

/// What needs attention: first what is not about entries, then the causes of held and refused entries, those of most entries
/// first.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn attention(host: &Host) -> Result<Vec<AttentionGroup>, ApiError> {
    let store = host.store();
    let mut concerns: Vec<Concern> = host.trouble().iter().map(of_host).collect();
    concerns.extend(self::concerns(store)?);
    let mut groups = Vec::new();
    for concern in concerns {
        let sample = match &concern.cause {
            Some(cause) => store.stuck_by(cause, 0, SAMPLE)?.iter().map(view).collect(),
            None => Vec::new(),
        };
        let Concern { cause, message, entries, action } = concern;
        let id = cause.map_or_else(|| message.code.clone(), |cause| cause.to_string());
        groups.push(AttentionGroup { id, message, entries, action, sample });
    }
    groups.sort_by_key(|group| group.entries > 0);
    Ok(groups)
}

/// Entries of a group, the latest made first.
///
/// # Errors
/// [`ApiError`] when there is no such group, or the store can't be read.
pub fn attention_entries(store: &Store, group: &str, offset: u32, limit: u32) -> Result<EntriesPage, ApiError> {
    let cause: Cause = group.parse()?;
    let total = store.stuck()?.into_iter().find(|stuck| stuck.cause == cause).map_or(0, |stuck| stuck.entries);
    Ok(EntriesPage { rows: store.stuck_by(&cause, offset, limit)?.iter().map(view).collect(), total })
}

/// Frees every held entry of a group: they are mapped anew. Returns how many.
///
/// # Errors
/// [`ApiError`] when it is no group of held entries; when the store fails, those before that are freed.
pub fn release_group(store: &Store, group: &str, now: Timestamp) -> Result<u32, ApiError> {
    free(store, group, State::Held, now)
}

/// Has every refused entry of a group tried again. Returns how many.
///
/// # Errors
/// [`ApiError`] when it is no group of refused entries; when the store fails, those before that are tried again.
pub fn retry_group(store: &Store, group: &str, now: Timestamp) -> Result<u32, ApiError> {
    free(store, group, State::Rejected, now)
}

/// What a choice would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ChoicePreview {
    /// Entries that are not in QuickBooks yet: they are mapped anew.
    pub waiting: u32,
    /// Entries that are posted: they stay as they are.
    pub posted: u32,
    /// Entries among those that wait which are held for want of this choice.
    pub held_freed: u32,
}

/// What choosing this for the category of this key would do. Nothing is changed.
///
/// # Errors
/// [`ApiError`] when it can't be chosen.
pub fn choose_account_preview(store: &Store, key: &str, full_name: &str) -> Result<ChoicePreview, ApiError> {
    choices::check_choice(store, key, full_name)?;
    let counts = store.counts()?.entries;
    let of = |states: &[State]| states.iter().filter_map(|state| counts.get(state)).sum();
    let freed = AttentionAction::ChooseAccount { category: key.to_owned() };
    let held = store.stuck()?.into_iter().filter(|stuck| stuck.cause.state == State::Held);
    Ok(ChoicePreview {
        waiting: of(&[State::Held, State::Ready, State::Summarised, State::Rejected]),
        posted: of(&[State::Posted]),
        held_freed: held.filter(|stuck| of_held(&stuck.reason) == freed).map(|stuck| stuck.entries).sum(),
    })
}

fn free(store: &Store, group: &str, state: State, now: Timestamp) -> Result<u32, ApiError> {
    let cause: Cause = group.parse()?;
    if cause.state != state {
        return Err(StoreError::Unknown(group.to_owned()).into());
    }
    let (mut count, mut after) = (0, None);
    loop {
        let freed = store.free(&cause, after, AT_ONCE, now)?;
        count += freed.count;
        match freed.last {
            Some(last) => after = Some(last),
            None => return Ok(count),
        }
    }
}

/// What the store says that needs attention, the most pressing first.
pub(super) fn of_store(store: &Store) -> Result<Vec<Attention>, ApiError> {
    let concerns = concerns(store)?;
    Ok(concerns.into_iter().map(|Concern { message, entries, .. }| Attention { message, entries }).collect())
}

/// How many entries each cause has.
pub(super) fn causes(store: &Store) -> Result<Vec<Attention>, StoreError> {
    let stuck = store.stuck()?;
    Ok(stuck.iter().map(|stuck| Attention { message: Message::from(&stuck.reason), entries: stuck.entries }).collect())
}

fn concerns(store: &Store) -> Result<Vec<Concern>, ApiError> {
    let mut concerns: Vec<Concern> = Vec::new();
    concerns.extend(
        TokenRecord::of(store)?
            .trouble()
            .map(|message| Concern::about(message, AttentionAction::Setup { step: SetupStep::Token })),
    );
    for key in ["trouble", "trouble.shop"] {
        let trouble = store.setting::<Option<Message>>(key)?.flatten();
        concerns.extend(
            trouble.map(|message| Concern {
                action: of_trouble(&message),
                ..Concern::about(message, AttentionAction::None)
            }),
        );
    }
    for message in store.setting::<BTreeMap<String, Message>>(LEFT_OUT)?.unwrap_or_default().into_values() {
        if concerns.iter().all(|concern| concern.message != message) {
            let action = of_trouble(&message);
            concerns.push(Concern::about(message, action));
        }
    }
    let stuck = store.stuck()?;
    let problems = choices::problems(store)?;
    let is_new = |problem: &HeldReason| {
        let cause = Cause::of(State::Held, problem).ok();
        stuck.iter().all(|stuck| Some(&stuck.cause) != cause.as_ref())
    };
    let problems: Vec<Concern> = problems
        .iter()
        .filter(|problem| is_new(problem))
        .map(|problem| Concern::about(Message::from(problem), of_held(problem)))
        .collect();
    concerns.extend(stuck.into_iter().map(|Stuck { cause, reason, entries }| {
        let action = action(cause.state, &reason).unwrap_or(AttentionAction::None);
        Concern { cause: Some(cause), message: Message::from(&reason), entries, action }
    }));
    concerns.extend(problems);
    let ceilings = ceilings::attention(store)?.into_iter();
    concerns.extend(ceilings.map(|Attention { message, .. }| Concern::about(message, AttentionAction::Modes)));
    let paused = Integration::of(store)?.paused;
    concerns.extend(integration::attention(store)?.map(|Attention { message, .. }| {
        let start = AttentionAction::Setup { step: SetupStep::Preview };
        Concern::about(message, if paused { AttentionAction::Resume } else { start })
    }));
    Ok(concerns)
}

/// Why the engine is not at work.
fn of_host(trouble: &Trouble) -> Concern {
    let action = match trouble {
        Trouble::NotConnected | Trouble::Configuration(_) | Trouble::Secret(_) | Trouble::Shop(_) => {
            AttentionAction::Setup { step: SetupStep::Shop }
        }
        Trouble::Port { .. } | Trouble::Store(_) => AttentionAction::None,
    };
    Concern::about(trouble.message(), action)
}

/// What ended a session with QuickBooks or a run, or what a feed lacks.
fn of_trouble(message: &Message) -> AttentionAction {
    let step = match message.code.as_str() {
        "company.sales_tax_off" => SetupStep::Tax,
        "shop.sign_in" | "shop.missing_scope" | "shop.closed" | "shop.stock_scope" => SetupStep::Shop,
        code if code.starts_with("archive.") => SetupStep::Purchasing,
        "shop.purchases_scope" | "shop.no_purchases" | "stocky.key" | "stocky.retired" | "stocky.address" => {
            SetupStep::Purchasing
        }
        _ => return AttentionAction::None,
    };
    AttentionAction::Setup { step }
}

/// What frees entries that stand like this for this reason; none where nothing holds them up.
pub(super) fn action(state: State, reason: &HeldReason) -> Option<AttentionAction> {
    match state {
        State::Held => Some(of_held(reason)),
        State::Rejected => Some(AttentionAction::Retry),
        _ => None,
    }
}

/// What frees entries that are held for this reason.
fn of_held(reason: &HeldReason) -> AttentionAction {
    let choose = |category: Category| AttentionAction::ChooseAccount { category: category.key() };
    match reason {
        HeldReason::NoAccount { purpose, .. }
        | HeldReason::WrongAccountType { purpose, .. }
        | HeldReason::InactiveAccount { purpose, .. }
        | HeldReason::ChoiceGone { purpose, .. } => AttentionAction::ChooseAccount { category: purpose.clone() },
        HeldReason::UnknownGateway { gateway } => choose(Category::Gateway(gateway.clone())),
        HeldReason::UnknownTax { title } => choose(Category::Tax(title.clone())),
        HeldReason::UnknownLocation { location } => choose(Category::Location(location.clone())),
        HeldReason::UnknownProductType { product_type } => choose(Category::ProductType(product_type.clone())),
        HeldReason::ListFull { .. } | HeldReason::NotPerLocation { .. } => AttentionAction::Modes,
        HeldReason::FooterTaxed { .. } => AttentionAction::Setup { step: SetupStep::Tax },
        HeldReason::NameTaken { .. }
        | HeldReason::ItemsAccount { .. }
        | HeldReason::DoesNotAddUp { .. }
        | HeldReason::FractionOfCent { .. }
        | HeldReason::NoAnswer { .. }
        | HeldReason::ClosedPeriod { .. }
        | HeldReason::ChangedInQuickBooks
        | HeldReason::GoneFromShop
        | HeldReason::NoUnitCost { .. }
        | HeldReason::UnknownGoods { .. }
        | HeldReason::NoExchangeRate { .. }
        | HeldReason::Overpaid { .. }
        | HeldReason::Refused { .. } => AttentionAction::Release,
        HeldReason::ForeignCurrency { .. }
        | HeldReason::NotCarriedYet { .. }
        | HeldReason::DoesNotFit { .. }
        | HeldReason::HistoryMissing
        | HeldReason::NotHomeCurrency { .. }
        | HeldReason::Undone => AttentionAction::None,
    }
}
