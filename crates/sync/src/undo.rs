//! Undo: what Tillbridge put into QuickBooks, taken out again in the order that QuickBooks allows.
//!
//! Nothing is sent here: what takes something back is an entry like any other, is planned as a batch, and goes out with the
//! next session (DESIGN.md 3). A transaction that somebody has changed in QuickBooks since it was posted is not taken back:
//! that is seen when QuickBooks is asked, and its entry is held.

use std::{cell::RefCell, collections::BTreeMap};

use books::{Entry, EntryKey, EntryKind, HeldReason, Money, Posting, document::Shop};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{State, Store, StoreError};

pub use books::Removal;
pub use store::{RunId, Selection};

use crate::{
    api::{EntryView, PostingView, view},
    messages::Message,
};

/// What undoing a selection comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UndoPreview {
    /// What would be done, in the order of doing.
    pub steps: Vec<UndoStep>,
    /// What it does to the accounts, in sum; without what can't be done.
    pub effect: Vec<PostingView>,
}

impl UndoPreview {
    /// Whether all of it can be done, as far as is known here.
    pub fn is_free(&self) -> bool {
        self.steps.iter().all(|step| step.obstacle.is_none())
    }
}

/// One thing that would be done in QuickBooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UndoStep {
    /// Identity of the entry that does it.
    pub key: String,
    /// Voiding, deletion, or a change back.
    #[specta(type = String)]
    pub kind: EntryKind,
    /// The entries that it takes back.
    pub undoes: Vec<EntryView>,
    /// Its debits and credits.
    pub postings: Vec<PostingView>,
    /// What stands in the way; then it would be held.
    pub obstacle: Option<Message>,
}

/// A batch of entries that take something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// The batch.
    pub batch: RunId,
    /// Entries that go out with the next session.
    pub ready: u32,
    /// Entries that something stands in the way of.
    pub held: u32,
}

/// What undoing `selection` comes to: everything that is posted and builds upon it goes too. No steps when nothing of it is
/// in QuickBooks.
///
/// # Errors
/// What the store says.
pub fn preview(store: &Store, selection: &Selection, removal: Removal) -> Result<UndoPreview, StoreError> {
    let plan = Plan::make(store, selection, removal)?;
    let mut steps = Vec::new();
    let mut effect: BTreeMap<&str, Money> = BTreeMap::new();
    for entry in &plan.entries {
        let obstacle = plan.obstacles.get(&entry.key);
        let mut undoes = Vec::new();
        for key in &entry.undoes {
            undoes.extend(store.entry(key)?.map(|detail| view(&detail.row)));
        }
        if obstacle.is_none() {
            for posting in entry.postings.iter() {
                *effect.entry(&posting.account).or_default() += posting.amount;
            }
        }
        steps.push(UndoStep {
            key: entry.key.to_string(),
            kind: entry.kind,
            undoes,
            postings: entry.postings.iter().map(PostingView::from).collect(),
            obstacle: obstacle.map(Message::from),
        });
    }
    effect.retain(|_, amount| !amount.is_zero());
    let effect =
        effect.into_iter().map(|(account, amount)| Posting { account: account.to_owned(), class: None, amount });
    Ok(UndoPreview { steps, effect: effect.map(|posting| PostingView::from(&posting)).collect() })
}

/// Plans what undoes `selection` as a batch of its own; the next session carries it out. What can't be done is held, with
/// its reason. None when nothing of the selection is in QuickBooks.
///
/// # Errors
/// What the store says; then nothing is planned.
pub fn carry_out(
    store: &Store,
    selection: &Selection,
    removal: Removal,
    now: Timestamp,
) -> Result<Option<Planned>, StoreError> {
    let plan = Plan::make(store, selection, removal)?;
    if plan.entries.is_empty() {
        return Ok(None);
    }
    let batch = store.begin_run("undo", now)?;
    let planned = store.plan_undo(batch, &plan.entries, &plan.obstacles, now);
    store.finish_run(batch, &store::RunOutcome::default(), now)?;
    planned?;
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let held = count(plan.obstacles.len());
    Ok(Some(Planned { batch, ready: count(plan.entries.len()) - held, held }))
}

/// The beginning of a day by the shop's calendar, for [`Selection::Since`].
///
/// # Errors
/// What the store says.
pub fn beginning_of(store: &Store, day: Date) -> Result<Timestamp, StoreError> {
    let shop = store.setting::<Shop>("shop")?;
    let zone = shop.and_then(|shop| TimeZone::get(&shop.time_zone).ok()).unwrap_or(TimeZone::UTC);
    Ok(day.to_zoned(zone).map_or(Timestamp::MIN, |midnight| midnight.timestamp()))
}

struct Plan {
    entries: Vec<Entry>,
    obstacles: BTreeMap<EntryKey, HeldReason>,
}

impl Plan {
    fn make(store: &Store, selection: &Selection, removal: Removal) -> Result<Self, StoreError> {
        let posted = store.undoable(selection)?;
        let failed = RefCell::new(None);
        // One that is on its way keeps its key, so that it is not planned a second time.
        let entries = books::undo(&posted, removal, |key| match store.entry(key) {
            Ok(known) => known.is_some_and(|known| matches!(known.row.state, State::Posted | State::Undone)),
            Err(error) => {
                failed.borrow_mut().get_or_insert(error);
                false
            }
        });
        if let Some(error) = failed.into_inner() {
            return Err(error);
        }
        let world = store.world()?;
        let closed_until = world.company().closing_date;
        world.check()?;
        let mut obstacles = BTreeMap::new();
        for entry in &entries {
            // What must go first comes first.
            let above = entry.needs.iter().find_map(|need| obstacles.get(need).cloned());
            let closed = match (entry.date, closed_until) {
                (Some(date), Some(closed_until)) if date <= closed_until => {
                    Some(HeldReason::ClosedPeriod { date, closed_until })
                }
                _ => None,
            };
            if let Some(reason) = closed.or(above) {
                obstacles.insert(entry.key.clone(), reason);
            }
        }
        Ok(Self { entries, obstacles })
    }
}
