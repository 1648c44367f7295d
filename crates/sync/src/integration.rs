//! The initial integration: done once, begun by somebody, carried over in stages, and safe to stop anywhere.
//!
//! Before the start the shop and the company file's lists are read and everything is mapped, so that all of it can be
//! looked at; nothing is written to QuickBooks, not even that the company file is ours. After the start the lists go first
//! (customers, items, vendors), then the opening stock, then what happened since the cut-over date. Where it stands is in
//! the store and nowhere else: a kill, a pause and a closed QuickBooks are the same to it.

use std::collections::BTreeMap;

use books::{
    Document, DocumentId, DocumentKind, EntryKind, Fact, Mapping,
    document::{OpeningStock, Shop, StockItem},
    mapping::{Mode, Modes},
    opening,
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{RunId, Store, StoreError};
use tracing::info;

use crate::{
    api::{ApiError, Attention},
    ceilings::{self, Moded, Verdict},
    choices,
    company::Company,
    config::Start,
    lists::List,
    messages::Message,
    reset::Resets,
    schedule::is_again_due,
    tieout::START,
};

/// The setting that holds [`Integration`].
const INTEGRATION: &str = "integration";

/// The document that holds the opening stock.
const OPENING_STOCK: &str = "opening:stock";

/// How often the opening stock is worked out anew before the start: each time it changed, it is kept.
const PREPARED_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Over which time the pace is measured that tells how long it will still take.
const PACE_OF: SignedDuration = SignedDuration::from_mins(10);

/// How far the initial integration is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "IntegrationStage", rename_all = "snake_case")]
pub enum Stage {
    /// Nothing was started: nothing is written to QuickBooks.
    #[default]
    NotStarted,
    /// Lists and the opening stock are carried over.
    Beginning,
    /// What happened since the cut-over date is carried over.
    History,
    /// Everything that was there is carried over; from now on what happens is.
    Done,
}

/// Where the initial integration of an installation stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integration {
    /// How far it is.
    pub stage: Stage,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// Path of the company file that was open when it was started: it must be that one that is paired.
    pub company_file: Option<String>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// Whether somebody has paused posting.
    pub paused: bool,
}

impl Integration {
    /// Where it stands in this store. A code of support has it not started again.
    ///
    /// # Errors
    /// [`StoreError`] when the store can't be read.
    pub fn of(store: &Store) -> Result<Self, StoreError> {
        let known: Self = store.setting(INTEGRATION)?.unwrap_or_default();
        let opened_again = Resets::of(store)?.opened_again_at;
        let is_before = |opened| known.started_at.is_none_or(|started| started <= opened);
        Ok(if opened_again.is_some_and(is_before) { Self::default() } else { known })
    }

    /// Whether entries may be sent to QuickBooks.
    pub const fn posts(&self) -> bool {
        !matches!(self.stage, Stage::NotStarted) && !self.paused
    }

    fn save(&self, store: &Store, why: &str, now: Timestamp) -> Result<(), StoreError> {
        store.set_setting(INTEGRATION, self, why, now)
    }
}

/// What somebody decides about the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The cut-over date: what happened on it or later, by the shop's calendar, is carried over.
    pub from: Date,
    /// Whether the stock of that day is put into the books.
    pub opening_stock: bool,
}

/// What stands in the way of a start with this cut-over date, the first to be solved first. Empty when all is well.
///
/// # Errors
/// [`StoreError`] when the store can't be read.
pub fn obstacles(store: &Store, from: Date, now: Timestamp) -> Result<Vec<Message>, StoreError> {
    let mut obstacles = Vec::new();
    if store.setting::<Shop>("shop")?.is_none() {
        obstacles.push(Message::new("integration.shop_not_read"));
    }
    let company: Option<Company> = store.setting("company")?;
    if company.is_none() || !lists_are_read(store)? {
        obstacles.push(Message::new("integration.quickbooks_not_read"));
        return Ok(obstacles);
    }
    obstacles.extend(company.and_then(|company| company.obstacle()));
    obstacles.extend(choices::problems(store)?.iter().map(Message::from));
    obstacles.extend(too_detailed(store, store.mapping()?.unwrap_or_default().modes_on(from), now)?);
    Ok(obstacles)
}

/// Modes that are detailed though QuickBooks' lists have no room for it (BRIEF.md B16).
pub(crate) fn too_detailed(store: &Store, modes: Modes, now: Timestamp) -> Result<Vec<Message>, StoreError> {
    let Some(ceilings) = ceilings::ceilings(store, now)? else { return Ok(Vec::new()) };
    let is_detailed = |of| match of {
        Moded::Customers => modes.customers == Mode::Detailed,
        Moded::Inventory => modes.inventory == Mode::Detailed,
        Moded::Vendors => modes.vendors == Mode::Detailed,
    };
    let refused = ceilings.modes.into_iter().filter(|mode| mode.detailed == Verdict::Refused && is_detailed(mode.of));
    Ok(refused.map(|mode| mode.message).collect())
}

/// Whether the company file's lists were read to their end once.
pub(crate) fn lists_are_read(store: &Store) -> Result<bool, StoreError> {
    Ok(store.setting::<serde_json::Value>(&List::Deleted.seen_key())?.is_some())
}

/// Whether [`prepare`] was done lately.
pub(crate) fn is_prepared(store: &Store, now: Timestamp) -> Result<bool, StoreError> {
    let known = store.document(&DocumentId::new(OPENING_STOCK))?;
    Ok(known.is_some_and(|(document, _)| !is_again_due(document.updated_at, PREPARED_EVERY, now)))
}

/// Works out everything that a start would carry over beyond what happened: the shop's lists and the opening stock, so
/// that a preview shows them. Before the start it can be done again; afterwards it does nothing.
///
/// # Errors
/// [`StoreError`] when the store fails.
pub fn prepare(store: &Store, run: RunId, mapping: &Mapping, plan: Plan, now: Timestamp) -> Result<(), StoreError> {
    if Integration::of(store)?.stage != Stage::NotStarted {
        return Ok(());
    }
    let Some(shop) = store.setting::<Shop>("shop")? else { return Ok(()) };
    store.introduce(now)?;
    let stock = if plan.opening_stock {
        opening_stock(store, mapping, &shop, plan.from)?
    } else {
        OpeningStock { date: plan.from, lines: Vec::new() }
    };
    let document = Document { id: DocumentId::new(OPENING_STOCK), updated_at: now, fact: Fact::OpeningStock(stock) };
    choices::remember_met(store, [&document], now)?;
    store.save_pulled(run, "opening", &[store::Pulled { document: &document, raw: "{}" }], None, now)?;
    Ok(())
}

/// The stock of the cut-over date, by what the shop tells of its stock now and of what happened since.
fn opening_stock(store: &Store, mapping: &Mapping, shop: &Shop, from: Date) -> Result<OpeningStock, StoreError> {
    let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
    let mut items: BTreeMap<DocumentId, StockItem> = BTreeMap::new();
    store.each_document(DocumentKind::StockItem, |document| {
        if let Fact::StockItem(item) = document.fact {
            items.insert(document.id, item);
        }
    })?;
    let world = store.world()?;
    let company = world.company();
    let context = books::Context { mapping, shop, lists: &world, facts: &world, company: &company };
    let mut since: BTreeMap<DocumentId, i64> = BTreeMap::new();
    let variant = |item: &DocumentId| items.get(item).map(|item| item.variant.clone());
    for kind in [DocumentKind::Order, DocumentKind::PurchaseOrder, DocumentKind::StockAdjustment] {
        store.each_document(kind, |document| {
            let document = books::since(&document, &[], from, &zone);
            let is_before = |order: &books::document::Order| order.placed_at.to_zoned(zone.clone()).date() < from;
            if matches!(&document.fact, Fact::Order(order) if is_before(order)) {
                return;
            }
            for (variant, quantity) in opening::stock_fell(&document, &context, variant) {
                *since.entry(variant).or_default() += quantity;
            }
        })?;
    }
    world.check()?;
    Ok(opening::opening_stock(from, items.values(), &since))
}

/// Starts the initial integration of the company file that QuickBooks had open last. Our own data is backed up before.
/// Where somebody starts it who has looked at the preview, whatever the shop shows first after this is held until it is
/// chosen; where the engine does, the mapping's own rules for what is new go on.
///
/// # Errors
/// What stands in the way, or that it was started before: it can be done once.
pub fn start(store: &Store, plan: Plan, by: Start, now: Timestamp) -> Result<(), ApiError> {
    let integration = Integration::of(store)?;
    if integration.stage != Stage::NotStarted {
        let at = integration.started_at.map(|at| at.to_string()).unwrap_or_default();
        return Err(ApiError { message: Message::new("integration.started_before").with("at", at) });
    }
    if let Some(obstacle) = obstacles(store, plan.from, now)?.into_iter().next() {
        return Err(ApiError { message: obstacle });
    }
    store.backup(None, now)?;
    let run = store.begin_run("start", now)?;
    let mapping = store.mapping()?.unwrap_or_default();
    let prepared = prepare(store, run, &mapping, plan, now);
    store.finish_run(run, &store::RunOutcome::default(), now)?;
    prepared?;
    if by == Start::ByHand {
        choices::hold_new(store, now)?;
    }
    let company: Option<Company> = store.setting("company")?;
    let started = Integration {
        stage: Stage::Beginning,
        started_at: Some(now),
        company_file: company.map(|company| company.file_name),
        ..Integration::default()
    };
    started.save(store, "somebody started the integration", now)?;
    info!("the initial integration was started");
    Ok(())
}

/// Pauses posting, or goes on with it. Reading goes on all the same.
///
/// # Errors
/// [`ApiError`] when the store fails.
pub fn pause(store: &Store, paused: bool, now: Timestamp) -> Result<(), ApiError> {
    let integration = Integration { paused, ..Integration::of(store)? };
    integration.save(store, if paused { "somebody paused posting" } else { "somebody lets posting go on" }, now)?;
    Ok(())
}

/// Goes on to the next stage where the present one has nothing more to do. Returns whether it did.
pub(crate) fn advance(store: &Store, now: Timestamp) -> Result<bool, StoreError> {
    let integration = Integration::of(store)?;
    let next = match integration.stage {
        Stage::Beginning if !store.is_beginning()? => Integration { stage: Stage::History, ..integration },
        Stage::History if store.to_do()? == 0 => Integration { stage: Stage::Done, done_at: Some(now), ..integration },
        _ => return Ok(false),
    };
    let why = if next.stage == Stage::Done { "everything is carried over" } else { "lists and stock are carried over" };
    next.save(store, why, now)?;
    Ok(true)
}

/// What of it somebody should look at: that it waits for a start, or is paused.
pub(crate) fn attention(store: &Store) -> Result<Option<Attention>, StoreError> {
    let integration = Integration::of(store)?;
    let code = match integration.stage {
        Stage::NotStarted if lists_are_read(store)? => "integration.not_started",
        _ if integration.paused => "integration.paused",
        _ => return Ok(None),
    };
    Ok(Some(Attention { message: Message::new(code), entries: 0 }))
}

/// How much of something is carried over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Part {
    /// In QuickBooks.
    pub done: u32,
    /// On its way.
    pub to_do: u32,
    /// Held or refused: somebody has to decide.
    pub stuck: u32,
}

/// The initial integration, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct IntegrationView {
    /// How far it is.
    pub stage: Stage,
    /// Whether posting is paused.
    pub paused: bool,
    /// When it was started (RFC 3339, UTC).
    pub started_at: Option<String>,
    /// When it was done (RFC 3339, UTC).
    pub done_at: Option<String>,
    /// Customers that are made.
    pub customers: Part,
    /// Items that are made.
    pub items: Part,
    /// Vendors that are made.
    pub vendors: Part,
    /// Everything that goes into the books.
    pub entries: Part,
    /// Documents that are still to be mapped.
    pub unmapped: u32,
    /// Minutes that it will still take, by the pace of the last ten; none where there is no pace to tell by.
    pub minutes_left: Option<u32>,
    /// What stands in the way of the start, the first to be solved first.
    pub obstacles: Vec<Message>,
}

/// The initial integration of the installation behind an open store.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn view(store: &Store, now: Timestamp) -> Result<IntegrationView, ApiError> {
    let integration = Integration::of(store)?;
    let mut view = IntegrationView {
        stage: integration.stage,
        paused: integration.paused,
        started_at: integration.started_at.map(|at| at.to_string()),
        done_at: integration.done_at.map(|at| at.to_string()),
        customers: Part::default(),
        items: Part::default(),
        vendors: Part::default(),
        entries: Part::default(),
        unmapped: store.counts()?.unmapped,
        minutes_left: None,
        obstacles: Vec::new(),
    };
    if integration.stage == Stage::NotStarted {
        let from = store.setting::<Date>(START)?.unwrap_or_default();
        view.obstacles = obstacles(store, from, now)?;
    }
    for (kind, state, count) in store.counts_by_kind()? {
        let part = match kind {
            EntryKind::Customer => &mut view.customers,
            EntryKind::Item => &mut view.items,
            EntryKind::Vendor => &mut view.vendors,
            kind if kind.is_list() => continue,
            _ => &mut view.entries,
        };
        match state {
            store::State::Posted => part.done += count,
            store::State::Ready | store::State::Sent | store::State::Uncertain => part.to_do += count,
            store::State::Held | store::State::Rejected => part.stuck += count,
            // The parts of a day are counted with it.
            store::State::Summarised | store::State::Undone | store::State::Dropped => {}
        }
    }
    let left = view.customers.to_do + view.items.to_do + view.vendors.to_do + view.entries.to_do + view.unmapped;
    if integration.posts() && integration.stage != Stage::Done {
        let since = integration.started_at.unwrap_or(now).max(now - PACE_OF);
        let (posted, minutes) = (store.posted_since(since)?, now.duration_since(since).as_secs().max(1));
        if let (Ok(minutes), true) = (u64::try_from(minutes), posted > 0) {
            let seconds = u64::from(left) * minutes / u64::from(posted);
            view.minutes_left = u32::try_from(seconds.div_ceil(60)).ok();
        }
    }
    Ok(view)
}
