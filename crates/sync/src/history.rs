//! History: what happened, as the window pages through it. Runs, entries and documents, each list with how many it has in
//! all, and each page of it by its offset.

use books::{DocumentId, DocumentKind, EntryKey, EntryKind, Removal};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use store::{DocumentFilter, DocumentRow, DocumentState, EntryFilter, RunId, Selection, State, Store};

use crate::{
    api::{ApiError, EntryPage, EntryView, RunView, own_request, page, view},
    undo::{self, UndoPreview},
};

/// Versions of a document that a page of it shows, the newest.
const VERSIONS: u32 = 50;

/// Entries of a document that a page of it shows, the latest made.
const ENTRIES: u32 = 200;

/// A page of the runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RunsPage {
    /// The runs of the page.
    pub rows: Vec<RunView>,
    /// How many there were in all.
    pub total: u32,
}

/// Which entries are looked for. Everything that is set must hold; nothing set finds all but the dropped ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EntryQuery {
    /// In one of these states; empty: in any but dropped.
    #[specta(type = Vec<String>)]
    pub states: Vec<State>,
    /// Of one of these kinds; empty: of any.
    #[specta(type = Vec<String>)]
    pub kinds: Vec<EntryKind>,
    /// Words of the title, the number or the buyer's or supplier's name; or QuickBooks' id, or the total.
    pub text: Option<String>,
    /// Dated on this day or later.
    #[specta(type = Option<String>)]
    pub from: Option<Date>,
    /// Dated on this day or earlier.
    #[specta(type = Option<String>)]
    pub to: Option<Date>,
    /// Last sent by the run with this number.
    pub run: Option<String>,
}

/// A page of entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EntriesPage {
    /// The entries of the page.
    pub rows: Vec<EntryView>,
    /// How many are found in all.
    pub total: u32,
}

/// Which documents are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DocumentQuery {
    /// Of one of these kinds; empty: of any.
    #[specta(type = Vec<String>)]
    pub kinds: Vec<DocumentKind>,
    /// Words of the title, of the id, or of the names that it is known by.
    pub text: Option<String>,
}

/// One document, as shown in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DocumentView {
    /// Its identity, for further questions.
    pub id: String,
    /// What it is.
    #[specta(type = String)]
    pub kind: DocumentKind,
    /// What people call it.
    pub title: String,
    /// When it happened (RFC 3339, UTC); of what does not happen, as a customer, when it last changed.
    pub happened_at: String,
    /// When the source last changed it.
    pub changed_at: String,
    /// How many versions of it are kept.
    pub versions: u32,
    /// What became of the newest: `unmapped`, `mapped`, `held`, `waits` or `nothing`.
    #[specta(type = String)]
    pub mapping: DocumentState,
}

/// A page of documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DocumentsPage {
    /// The documents of the page.
    pub rows: Vec<DocumentView>,
    /// How many are found in all.
    pub total: u32,
}

/// One version of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DocumentVersion {
    /// Its number, from 1.
    pub version: u32,
    /// When it was stored (RFC 3339, UTC).
    pub seen_at: String,
    /// What the source said, word for word.
    pub raw: String,
}

/// One document with what the source told of it and what became of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DocumentPage {
    /// The document.
    pub document: DocumentView,
    /// Its newest versions, the newest first; at most 50.
    pub versions: Vec<DocumentVersion>,
    /// Its entries, the latest made first; at most 200. Those of a day are what it brings into QuickBooks, not its parts.
    pub entries: Vec<EntryView>,
}

/// What is to be taken out of QuickBooks again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum UndoSelection {
    /// The entry with this key.
    Entry(String),
    /// What the run with this number posted.
    Batch(String),
    /// What was posted since the beginning of this day, by the shop's calendar.
    Since(#[specta(type = String)] Date),
}

/// How transactions are taken out of QuickBooks, as somebody chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "Removal", rename_all = "snake_case")]
pub enum ChosenRemoval {
    /// Their amounts become zero and the record stays, where QuickBooks can do that; else they are deleted.
    Void,
    /// They are deleted.
    Delete,
}

impl From<ChosenRemoval> for Removal {
    fn from(chosen: ChosenRemoval) -> Self {
        match chosen {
            ChosenRemoval::Void => Self::Void,
            ChosenRemoval::Delete => Self::Delete,
        }
    }
}

/// A batch of entries that take something back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UndoPlanned {
    /// The number of its run.
    pub batch: String,
    /// Entries that go out with the next session.
    pub ready: u32,
    /// Entries that something stands in the way of.
    pub held: u32,
}

/// A page of the runs, the newest first.
pub fn runs(store: &Store, offset: u32, limit: u32) -> Result<RunsPage, ApiError> {
    let page = store.page_of_runs(offset, limit)?;
    Ok(RunsPage { rows: page.rows.into_iter().map(RunView::from).collect(), total: page.total })
}

/// A page of the entries that `query` finds, the latest made first.
pub fn entries(store: &Store, query: &EntryQuery, offset: u32, limit: u32) -> Result<EntriesPage, ApiError> {
    let Some(filter) = query.filter() else { return Ok(EntriesPage::default()) };
    page_of(store, &EntryFilter { limit: Some(limit), ..filter }, offset)
}

/// A page of the parts that a day's entry brings into QuickBooks, the latest made first.
pub fn members(store: &Store, key: &EntryKey, offset: u32, limit: u32) -> Result<EntriesPage, ApiError> {
    let filter = EntryFilter { part_of: Some(key.clone()), limit: Some(limit), ..EntryFilter::default() };
    page_of(store, &filter, offset)
}

/// One entry with everything that is known of it; none when there is no such entry. Of a day's parts it says how many there
/// are; [`members`] has them.
pub fn entry(store: &Store, key: &EntryKey) -> Result<Option<EntryPage>, ApiError> {
    let Some(detail) = store.entry(key)? else { return Ok(None) };
    let source = store.raw(&detail.row.document, detail.row.document_version)?;
    let request = detail.entry.as_ref().and_then(|entry| own_request(store, entry));
    let member_count = members(store, key, 0, 0)?.total;
    Ok(Some(EntryPage { member_count, request, source, ..page(detail) }))
}

/// A page of the documents that `query` finds, the latest changed first.
pub fn documents(store: &Store, query: &DocumentQuery, offset: u32, limit: u32) -> Result<DocumentsPage, ApiError> {
    let filter = DocumentFilter { kinds: query.kinds.clone(), text: query.text.clone() };
    let page = store.page_of_documents(&filter, offset, limit)?;
    Ok(DocumentsPage { rows: page.rows.into_iter().map(DocumentView::from).collect(), total: page.total })
}

/// One document with its versions and its entries; none when there is no such document.
pub fn document(store: &Store, id: &DocumentId) -> Result<Option<DocumentPage>, ApiError> {
    let Some(row) = store.document_row(id)? else { return Ok(None) };
    let of_it = EntryFilter { document: Some(id.clone()), limit: Some(ENTRIES), ..EntryFilter::default() };
    let versions = store.versions(id, VERSIONS)?.into_iter().map(|version| DocumentVersion {
        version: version.version.number(),
        seen_at: version.stored_at.to_string(),
        raw: version.raw,
    });
    Ok(Some(DocumentPage {
        document: row.into(),
        versions: versions.collect(),
        entries: store.entries(&of_it)?.iter().map(view).collect(),
    }))
}

/// What undoing a selection comes to; see [`undo::preview`].
pub fn undo_preview(store: &Store, what: &UndoSelection, removal: Removal) -> Result<UndoPreview, ApiError> {
    match what.selection(store)? {
        Some(selection) => Ok(undo::preview(store, &selection, removal)?),
        None => Ok(UndoPreview::default()),
    }
}

/// Plans what undoes a selection as a batch of its own, which the next session carries out; none when nothing of it is in
/// QuickBooks. See [`undo::carry_out`].
pub fn undo(
    store: &Store,
    what: &UndoSelection,
    removal: Removal,
    now: Timestamp,
) -> Result<Option<UndoPlanned>, ApiError> {
    let Some(selection) = what.selection(store)? else { return Ok(None) };
    let planned = undo::carry_out(store, &selection, removal, now)?;
    Ok(planned.map(|planned| UndoPlanned {
        batch: planned.batch.number().to_string(),
        ready: planned.ready,
        held: planned.held,
    }))
}

fn page_of(store: &Store, filter: &EntryFilter, offset: u32) -> Result<EntriesPage, ApiError> {
    let page = store.page_of_entries(filter, offset)?;
    Ok(EntriesPage { rows: page.rows.iter().map(view).collect(), total: page.total })
}

impl EntryQuery {
    /// The query as the store takes it; none when it names a run that can't be, so that it finds nothing.
    pub(crate) fn filter(&self) -> Option<EntryFilter> {
        let run = match &self.run {
            Some(number) => Some(run_of(number)?),
            None => None,
        };
        let Self { states, kinds, text, from, to, .. } = self.clone();
        Some(EntryFilter { states, kinds, text, from, to, run, ..EntryFilter::default() })
    }
}

impl UndoSelection {
    /// The selection as the store takes it; none when it names a run that can't be.
    fn selection(&self, store: &Store) -> Result<Option<Selection>, ApiError> {
        Ok(match self {
            Self::Entry(key) => Some(Selection::Entry(EntryKey::stored(key.clone()))),
            Self::Batch(number) => run_of(number).map(Selection::Batch),
            Self::Since(day) => Some(Selection::Since(undo::beginning_of(store, *day)?)),
        })
    }
}

fn run_of(number: &str) -> Option<RunId> {
    number.trim().parse().ok().map(RunId::new)
}

impl From<DocumentRow> for DocumentView {
    fn from(row: DocumentRow) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.kind,
            title: row.title,
            happened_at: row.happened_at.to_string(),
            changed_at: row.updated_at.to_string(),
            versions: row.version.number(),
            mapping: row.state,
        }
    }
}
