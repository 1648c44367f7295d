//! What the window and the command line share: plain functions over a data folder, with answers that can cross to the UI.
//!
//! Counts are 32 bits wide and money and ids are text, because numbers of 64 bits lose digits on their way to the UI.

use std::{collections::BTreeMap, path::Path};

use books::{Entry, Link};
use jiff::{Timestamp, civil::Date};
use qbxml::{MessageSet, MessageSetId, OnError, Recovery, RequestId};
use serde::{Deserialize, Serialize};
use store::{EntryDetail, EntryRow, OpenError, RunRow};

mod attention;
mod connections;
mod connector;
mod overview;
mod settings;
mod setup;
mod start;
mod updates;

pub use self::{
    attention::{
        AttentionAction, AttentionGroup, ChoicePreview, attention, attention_entries, choose_account_preview,
        release_group, retry_group,
    },
    connections::{
        GeneratedToken, Purchasing, PurchasingChoice, PurchasingSource, QuickBooksConnection, ShopConnection, ShopForm,
        ShopSignIn, choose_purchasing, connect_shop, connector_file, generate_token, paste_token, purchasing,
        quickbooks_connection, revoke_token, shop_connection, token,
    },
    connector::{ConnectorView, connector, open_connector_file},
    overview::{Overview, Reach, ReachState, overview, quickbooks_reach, today},
    settings::{
        About, BackupView, Preferences, PreferencesForm, SystemStart, Theme, about, back_up_now, backups, preferences,
        reset, reset_request, set_preferences,
    },
    setup::{
        Setup, SetupStep, SetupStepState, SetupStepView, confirm, create_tax_item, finish_setup_step, open_setup_step,
        preflight, setup,
    },
    start::{KindCount, PlanView, StartPreview, choose_plan, plan, start, start_preview},
    updates::{BegunUpdate, UpdateChannel, UpdateRecord, keep_update_record, not_quiet, update_record},
};

pub use crate::{
    ceilings::ceilings,
    choices::{accept_proposals, categories, chart, choose_account, create_account, mapping_history},
    integration::{pause, view as integration},
    modes::{ChosenModes, change as change_modes, choose as choose_modes, modes, preview as modes_preview},
};
pub use books::{
    DocumentId, DocumentKind, EntryKey, EntryKind, Mapping, Money, Posting,
    mapping::{Gateway, Mode, ModesFrom, MoneyBack},
};
pub use store::{EntryFilter, Notice, State, Store, StoreError};

use crate::{
    choices,
    company::{Company, Installation, Pairing},
    config::QuickBooksConfig,
    endpoint, engine, history,
    host::Trouble,
    messages::{Language, Message},
    secrets::{SecretError, SecretPlace, Secrets},
    tieout::{self, Period, TieOut},
    token::{self, AppToken, KeepError, KeepIn, TokenKeeper, TokenRecord, TokenView},
};

/// Why a question could not be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type, thiserror::Error)]
#[error("{}", message.text(Language::En))]
pub struct ApiError {
    /// What to tell the merchant, with its stable code.
    pub message: Message,
}

impl ApiError {
    pub(crate) fn new(message: Message) -> Self {
        Self { message }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::new(match &error {
            StoreError::PartOfDay { day, .. } => Message::new("store.part_of_day").with("day", day),
            _ => Message::from(&error),
        })
    }
}

impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        Self::new(error.message())
    }
}

impl From<KeepError> for ApiError {
    fn from(error: KeepError) -> Self {
        Self::new(error.message())
    }
}

impl From<Trouble> for ApiError {
    fn from(trouble: Trouble) -> Self {
        Self::new(trouble.message())
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        if let OpenError::NotWritable(folder) = &error {
            return Self::new(Message::new("store.not_writable").with("folder", folder.display()));
        }
        let code = match &error {
            OpenError::TooNew { .. } => "store.too_new",
            OpenError::NotMigrated { .. } => "store.not_migrated",
            OpenError::Locked => "store.locked",
            OpenError::NotDurable(_) => "store.not_durable",
            OpenError::Busy => "store.in_use",
            OpenError::Migration(_) => "store.migration_failed",
            _ => "store.failed",
        };
        Self::new(Message::new(code).with("problem", error))
    }
}

/// Where an installation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing was set up yet.
    NotSetUp,
    /// Set up; QuickBooks has not called yet.
    WaitingForQuickBooks,
    /// At work, and nobody needs to do anything.
    Fine,
    /// At work, and somebody needs to decide something.
    NeedsAttention,
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Attention {
    /// What it is, and what to do.
    pub message: Message,
    /// How many entries it concerns; 0 when it is not about entries.
    pub entries: u32,
}

/// The state of an installation at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Status {
    /// Where it stands.
    pub stage: Stage,
    /// The shop's name.
    pub shop: Option<String>,
    /// The company file that it is paired with.
    pub company_file: Option<String>,
    /// When the last run began (RFC 3339, UTC).
    pub last_run_at: Option<String>,
    /// Sales known from the shop.
    pub documents: u32,
    /// Entries that are in QuickBooks.
    pub posted: u32,
    /// Entries that wait for QuickBooks.
    pub ready: u32,
    /// Entries sent whose answer has not come yet.
    pub uncertain: u32,
    /// Entries that wait for a decision.
    pub held: u32,
    /// Entries that QuickBooks refused.
    pub rejected: u32,
    /// What somebody should look at, the most pressing first.
    pub attention: Vec<Attention>,
}

impl Status {
    fn not_set_up() -> Self {
        Self {
            stage: Stage::NotSetUp,
            shop: None,
            company_file: None,
            last_run_at: None,
            documents: 0,
            posted: 0,
            ready: 0,
            uncertain: 0,
            held: 0,
            rejected: 0,
            attention: Vec::new(),
        }
    }
}

/// A day as it is written in questions: `2026-11-27`.
pub fn day(text: &str) -> Result<Date, ApiError> {
    text.parse().map_err(|_| ApiError::new(Message::new("question.no_day").with("day", text)))
}

/// Opens the data in `folder` for work, with word of what had to be mended. One program at a time can.
pub fn open(folder: &Path, now: Timestamp) -> Result<(Store, Option<Notice>), ApiError> {
    let opened = Store::open(folder, now)?;
    Ok((opened.store, opened.notice))
}

/// Opens the data in `folder` for questions alone, beside a program that may be at work with them.
pub fn look(folder: &Path) -> Result<Store, ApiError> {
    Ok(Store::read_only(folder)?)
}

/// Makes the installation, if there is none yet, and takes the configuration's mapping over.
pub fn set_up(store: &Store, mapping: &Mapping, now: Timestamp) -> Result<(), ApiError> {
    engine::installation(store, now)?;
    choices::take_configuration(store, mapping, now)?;
    Ok(())
}

/// Tries an entry again that QuickBooks refused, or that was undone: it is mapped anew with the next run.
pub fn retry(store: &Store, key: &EntryKey, now: Timestamp) -> Result<(), ApiError> {
    Ok(store.retry(key, now)?)
}

/// Frees a held entry: it is mapped anew with the next run, or kept as it was posted.
pub fn release(store: &Store, key: &EntryKey, now: Timestamp) -> Result<(), ApiError> {
    Ok(store.release(key, now)?)
}

/// The .qwc file of an installation; none when nothing is set up.
pub fn qwc(store: &Store, config: &QuickBooksConfig) -> Result<Option<String>, ApiError> {
    let Some(installation) = store.setting("installation")? else { return Ok(None) };
    match endpoint::qwc(&installation, &config.user_name, config.port) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            Err(ApiError::new(Message::new("config.value").with("setting", "quickbooks").with("problem", error)))
        }
    }
}

/// The app token, as far as it is; none when nothing is set up.
pub fn app_token(store: &Store, config: &QuickBooksConfig, secrets: &Secrets) -> Result<Option<TokenView>, ApiError> {
    let Some(keeper) = keeper(store, config, secrets)? else { return Ok(None) };
    Ok(Some(token::view(&keeper, &TokenRecord::of(store)?)?))
}

/// Gives an installation an app token in place of the one that it had, which is of no use from now on, also for an engine
/// that is at work. Returns where it is kept; none when nothing is set up.
pub fn keep_app_token(
    store: &Store,
    config: &QuickBooksConfig,
    secrets: &Secrets,
    token: &AppToken,
    keep_in: Option<KeepIn>,
) -> Result<Option<SecretPlace>, ApiError> {
    let Some(keeper) = keeper(store, config, secrets)? else { return Ok(None) };
    Ok(Some(keeper.keep(token, keep_in)?))
}

/// Takes the app token away: QuickBooks can't sign in any more, not with an engine that is at work either. None when
/// nothing is set up.
pub fn revoke_app_token(store: &Store, config: &QuickBooksConfig, secrets: &Secrets) -> Result<Option<()>, ApiError> {
    let Some(keeper) = keeper(store, config, secrets)? else { return Ok(None) };
    Ok(Some(keeper.revoke()?))
}

fn keeper(store: &Store, config: &QuickBooksConfig, secrets: &Secrets) -> Result<Option<TokenKeeper>, StoreError> {
    let installation: Option<Installation> = store.setting("installation")?;
    Ok(installation.map(|installation| TokenKeeper::new(secrets, config, installation.id)))
}

/// The state of the installation in `folder`. A folder without one is not set up; nothing is made there.
pub fn status_in(folder: &Path) -> Result<Status, ApiError> {
    match Store::read_only(folder) {
        Ok(store) => status(&store),
        Err(OpenError::Missing) => Ok(Status::not_set_up()),
        Err(error) => Err(error.into()),
    }
}

/// The state of an installation.
pub fn status(store: &Store) -> Result<Status, ApiError> {
    let counts = store.counts()?;
    let company: Option<Company> = store.setting("company")?;
    let pairing: Option<Pairing> = store.setting("pairing")?;
    let shop = store.setting::<books::document::Shop>("shop")?;
    let attention = attention::of_store(store)?;
    let entries = |state| counts.entries.get(&state).copied().unwrap_or_default();
    let stage = if !attention.is_empty() {
        Stage::NeedsAttention
    } else if company.is_none() {
        Stage::WaitingForQuickBooks
    } else {
        Stage::Fine
    };
    Ok(Status {
        stage,
        shop: shop.map(|shop| shop.name),
        company_file: pairing.map(|pairing| pairing.file_name),
        last_run_at: store.runs(1, None)?.first().map(|run| run.started_at.to_string()),
        documents: counts.documents.get(&books::DocumentKind::Order).copied().unwrap_or_default(),
        posted: entries(State::Posted),
        ready: entries(State::Ready),
        uncertain: entries(State::Sent) + entries(State::Uncertain),
        held: entries(State::Held),
        rejected: entries(State::Rejected),
        attention,
    })
}

/// One debit or credit, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PostingView {
    /// Full name of the account.
    pub account: String,
    /// Class.
    pub class: Option<String>,
    /// Debit, or empty.
    pub debit: String,
    /// Credit, or empty.
    pub credit: String,
}

impl From<&books::Posting> for PostingView {
    fn from(posting: &books::Posting) -> Self {
        let amount = posting.amount.abs().to_string();
        let (debit, credit) =
            if posting.amount.is_negative() { (String::new(), amount) } else { (amount, String::new()) };
        Self { account: posting.account.clone(), class: posting.class.clone(), debit, credit }
    }
}

/// One entry, as shown in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EntryView {
    /// Its identity, for further questions.
    pub key: String,
    /// What it is.
    #[specta(type = String)]
    pub kind: EntryKind,
    /// Its state.
    #[specta(type = String)]
    pub state: State,
    /// What people call the document.
    pub title: String,
    /// Reference number or name.
    pub number: String,
    /// Accounting date.
    pub date: Option<String>,
    /// Total.
    pub total: String,
    /// QuickBooks' id, once it is there.
    pub quickbooks_id: Option<String>,
    /// Why it is held or was refused.
    pub reasons: Vec<Message>,
}

/// One entry with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EntryPage {
    /// The entry.
    pub entry: EntryView,
    /// The one thing that frees it, where it waits for something: the same as in what needs attention.
    pub action: Option<AttentionAction>,
    /// Its debits and credits.
    pub postings: Vec<PostingView>,
    /// What QuickBooks answered that it booked.
    pub booked: Vec<PostingView>,
    /// Why it is what it is.
    pub why: Vec<Message>,
    /// The day's entry that brings it into QuickBooks as a part, or the day's document while it has none; none for an entry
    /// of its own.
    pub part_of: Option<String>,
    /// How many parts a day's entry brings into QuickBooks; [`history::members`] has them.
    pub member_count: u32,
    /// What happened to it, the oldest first.
    pub life: Vec<Step>,
    /// Its own request to QuickBooks, as it stands in a message set.
    pub request: Option<String>,
    /// The message set that carried it.
    pub xml: Option<String>,
    /// What the shop said, word for word.
    pub source: Option<String>,
}

/// One step in the life of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Step {
    /// When (RFC 3339, UTC).
    pub at: String,
    /// The state that it took, if it took one.
    #[specta(type = Option<String>)]
    pub state: Option<State>,
    /// Why, for support.
    pub why: String,
}

/// Entries by `filter`, the latest made first.
pub fn entries(store: &Store, filter: &EntryFilter) -> Result<Vec<EntryView>, ApiError> {
    Ok(store.entries(filter)?.iter().map(view).collect())
}

/// One entry with everything that is known of it; none when there is no such entry.
pub fn entry(store: &Store, key: &EntryKey) -> Result<Option<EntryPage>, ApiError> {
    history::entry(store, key)
}

/// The request of one entry alone; none while it builds upon something that is not in QuickBooks yet.
pub(crate) fn own_request(store: &Store, entry: &Entry) -> Option<String> {
    let request = entry.request(|key| Some(store.linked(key).ok()??.at)).ok()?;
    let (id, set) = (RequestId::new("0000").ok()?, MessageSetId::new("example").ok()?);
    let requests = vec![(id, request)];
    MessageSet { requests, on_error: OnError::Continue, recovery: Recovery::New(set) }.to_xml().ok()
}

/// A row as shown.
pub(crate) fn view(row: &EntryRow) -> EntryView {
    EntryView {
        key: row.key.to_string(),
        kind: row.kind,
        state: row.state,
        title: row.title.clone(),
        number: row.number.clone(),
        date: row.date.map(|date| date.to_string()),
        total: row.total.to_string(),
        quickbooks_id: row.link.as_ref().map(|link| match link {
            Link::Transaction(id) => id.to_string(),
            Link::List(id) => id.to_string(),
        }),
        reasons: row.reasons.iter().map(Message::from).collect(),
    }
}

pub(crate) fn page(detail: EntryDetail) -> EntryPage {
    let entry = detail.entry.as_ref();
    EntryPage {
        entry: view(&detail.row),
        action: detail.row.reasons.first().and_then(|reason| attention::action(detail.row.state, reason)),
        postings: entry.into_iter().flat_map(|entry| entry.postings.iter()).map(PostingView::from).collect(),
        booked: detail.booked.iter().map(PostingView::from).collect(),
        why: entry.into_iter().flat_map(|entry| &entry.why).map(Message::from).collect(),
        part_of: detail
            .part_of
            .as_ref()
            .map(|part| part.entry.as_ref().map_or_else(|| part.day.to_string(), ToString::to_string)),
        member_count: 0,
        life: detail
            .audit
            .iter()
            .map(|row| Step { at: row.at.to_string(), state: row.state, why: row.detail.clone() })
            .collect(),
        request: None,
        xml: detail.sent_xml,
        source: None,
    }
}

/// What would be posted next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Preview {
    /// Entries that are ready, in the order of sending.
    pub entries: Vec<EntryPage>,
    /// Entries that are held, with why.
    pub held: Vec<EntryView>,
    /// What posting them does to the accounts, in sum.
    pub effect: Vec<PostingView>,
}

/// What would be posted next, as debits and credits.
pub fn preview(store: &Store) -> Result<Preview, ApiError> {
    let mut entries = Vec::new();
    let mut effect: BTreeMap<String, Money> = BTreeMap::new();
    for row in
        store.entries(&EntryFilter { states: vec![State::Ready], limit: Some(u32::MAX), ..EntryFilter::default() })?
    {
        if let Some(detail) = store.entry(&row.key)? {
            for posting in detail.entry.iter().flat_map(|entry| entry.postings.iter()) {
                *effect.entry(posting.account.clone()).or_default() += posting.amount;
            }
            entries.push(page(detail));
        }
    }
    let held =
        store.entries(&EntryFilter { states: vec![State::Held], limit: Some(u32::MAX), ..EntryFilter::default() })?;
    let effect = effect.into_iter().map(|(account, amount)| Posting { account, class: None, amount });
    Ok(Preview {
        entries,
        held: held.iter().map(view).collect(),
        effect: effect.map(|posting| PostingView::from(&posting)).collect(),
    })
}

/// One run, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RunView {
    /// Its number.
    pub id: String,
    /// What began it.
    pub trigger: String,
    /// When it began (RFC 3339, UTC).
    pub started_at: String,
    /// When it ended; none while it goes on. Of one that was interrupted, when that was seen.
    pub finished_at: Option<String>,
    /// Whether the program was ended in the middle of it.
    pub interrupted: bool,
    /// Documents that were new or changed.
    pub documents: u32,
    /// Entries that it put into QuickBooks.
    pub posted: u32,
    /// Entries that it held when it ended.
    pub held: u32,
    /// Entries that QuickBooks refused.
    pub refused: u32,
    /// Entries that were sent and not answered.
    pub uncertain: u32,
    /// What went wrong.
    pub problem: Option<Message>,
}

/// The latest runs, the newest first.
pub fn history(store: &Store, limit: u32) -> Result<Vec<RunView>, ApiError> {
    Ok(store.runs(limit, None)?.into_iter().map(RunView::from).collect())
}

impl From<RunRow> for RunView {
    fn from(run: RunRow) -> Self {
        let outcome = run.outcome.unwrap_or_default();
        Self {
            id: run.id.number().to_string(),
            trigger: run.trigger,
            started_at: run.started_at.to_string(),
            finished_at: run.finished_at.map(|time| time.to_string()),
            interrupted: run.interrupted,
            documents: outcome.documents_new + outcome.documents_changed,
            posted: outcome.posted,
            held: outcome.held,
            refused: outcome.rejected,
            uncertain: outcome.uncertain,
            problem: outcome.code.as_deref().map(Message::new),
        }
    }
}

/// Has the next session read the company file's own report of these days.
pub fn ask_for_report(store: &Store, period: Period, now: Timestamp) -> Result<(), ApiError> {
    Ok(tieout::ask(store, period, now)?)
}

/// The tie-out of a period; without its ends, of everything known. None before the shop was read for the first time.
pub fn tie_out(store: &Store, from: Option<Date>, to: Option<Date>) -> Result<Option<TieOut>, ApiError> {
    Ok(tieout::tie_out(store, from.unwrap_or(Date::constant(1970, 1, 1)), to.unwrap_or(Date::constant(2038, 1, 18)))?)
}
