//! Queries: keys, filters, iterators (PROTOCOL.md c.4).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::{Date, DateTime};

use super::books::{Books, ListObject, Txn};
use super::ids::{ListId, TxnId};
use super::kinds::{self, Space, TxnInfo};
use super::leaf;
use super::lists;
use super::payments::open_amount;
use super::postings::{self, PostingFilter, Row};
use super::report;
use super::schema::Schema;
use super::status::Status;
use super::transactions::{self, Telling};
use super::xml::Element;

/// What a query found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub objects: Vec<Element>,
    pub status: Option<Status>,
    pub ret_count: Option<usize>,
    pub iterator: Option<(String, usize)>,
}

/// The open iterators of one session.
#[derive(Debug, Default)]
pub(crate) struct Iterators {
    open: BTreeMap<String, VecDeque<String>>,
    made: u64,
}

impl Iterators {
    fn start(&mut self, ids: VecDeque<String>) -> String {
        self.made += 1;
        let id = format!("{{{:08X}-0000-4000-8000-{:012X}}}", self.made, self.made);
        self.open.insert(id.clone(), ids);
        id
    }
}

/// A query of list elements: `CustomerQuery`, `ItemQuery` and their like.
pub(crate) fn lists(
    books: &Books,
    schema: &Schema,
    iterators: &mut Iterators,
    name: &str,
    request: &Element,
) -> Result<Found, Status> {
    let infos = kinds::lists_of_query(name);
    let mut missing = Vec::new();
    let mut ids: VecDeque<String> = VecDeque::new();
    let keys = |field| request.all(field).map(|key: &Element| key.text.as_str());
    let by_key = keys("ListID").next().is_some() || keys("FullName").next().is_some();
    if by_key {
        for id in keys("ListID") {
            match books.lists.get(id).filter(|object| infos.contains(&object.info)) {
                Some(object) => ids.push_back(object.id.to_string()),
                None => missing.push(id.to_owned()),
            }
        }
        for full_name in keys("FullName") {
            let space = infos.first().map_or(Space::Names, |info| info.space);
            match books.find(space, full_name).filter(|object| infos.contains(&object.info)) {
                Some(object) => ids.push_back(object.id.to_string()),
                None => missing.push(full_name.to_owned()),
            }
        }
    } else if request.attribute("iterator") != Some("Continue") {
        let filter = ListFilter::read(request);
        let mut objects: Vec<&ListObject> =
            books.lists.values().filter(|object| infos.contains(&object.info) && filter.admits(object)).collect();
        objects.sort_by_key(|object| object.full_name.to_lowercase());
        ids.extend(objects.into_iter().map(|object| object.id.to_string()));
    }
    let owners = owners(request);
    page(request, iterators, ids, &missing, |id| {
        let object = books.lists.get(&ListId::new(id))?;
        Some(lists::ret(books, schema, object, &owners))
    })
}

/// A query of transactions: `SalesReceiptQuery` and its like.
pub(crate) fn transactions(
    books: &Books,
    schema: &Schema,
    iterators: &mut Iterators,
    info: &'static TxnInfo,
    request: &Element,
) -> Result<Found, Status> {
    let mut missing = Vec::new();
    let mut ids: VecDeque<String> = VecDeque::new();
    let keyed = |field| request.child(field).is_some();
    if keyed("TxnID") {
        for key in request.all("TxnID") {
            match books.txns.get(key.text.as_str()).filter(|txn| txn.info.name == info.name) {
                Some(txn) => ids.push_back(txn.id.to_string()),
                None => missing.push(key.text.clone()),
            }
        }
    } else if keyed("RefNumber") || keyed("RefNumberCaseSensitive") {
        let exact = keyed("RefNumberCaseSensitive");
        for key in request.all(if exact { "RefNumberCaseSensitive" } else { "RefNumber" }) {
            let before = ids.len();
            let found = books.index.numbered(info.name, &key.text);
            let found = found
                .filter(|id| !exact || books.txns.get(*id).and_then(|txn| txn.text("RefNumber")) == Some(&key.text));
            ids.extend(found.map(ToString::to_string));
            if ids.len() == before {
                missing.push(key.text.clone());
            }
        }
    } else if request.attribute("iterator") != Some("Continue") {
        let filter = TxnFilter::read(books, request)?;
        let mut txns = filter.candidates(books, info.name);
        txns.retain(|txn| filter.admits(books, txn));
        txns.sort_by_key(|txn| (txn.date, txn.number));
        ids.extend(txns.into_iter().map(|txn| txn.id.to_string()));
    }
    let owners = owners(request);
    let telling = Telling {
        lines: flag(request, "IncludeLineItems"),
        linked: flag(request, "IncludeLinkedTxns"),
        owners: &owners,
    };
    page(request, iterators, ids, &missing, |id| {
        let txn = books.txns.get(&TxnId::new(id))?;
        Some(transactions::ret(books, schema, txn, &telling))
    })
}

/// `TransactionQuery`: rows of all types of transactions.
pub(crate) fn all_transactions(books: &Books, iterators: &mut Iterators, request: &Element) -> Result<Found, Status> {
    let mut missing = Vec::new();
    let mut rows: VecDeque<String> = VecDeque::new();
    let mut keep = |row: &Row| rows.push_back(format!("{} {}", row.txn.id, row.place));
    if request.child("TxnID").is_some() {
        for key in request.all("TxnID") {
            match books.txns.get(key.text.as_str()) {
                Some(txn) => postings::rows(txn).first().into_iter().for_each(&mut keep),
                None => missing.push(key.text.clone()),
            }
        }
    } else if request.attribute("iterator") != Some("Continue") {
        PostingFilter::of_query(books, request)?.rows(books).iter().for_each(keep);
    }
    page(request, iterators, rows, &missing, |row| {
        let (id, place) = row.split_once(' ')?;
        let rows = postings::rows(books.txns.get(id)?);
        Some(report::transaction_ret(books, rows.get(place.parse::<usize>().ok()?)?))
    })
}

/// `TxnDeletedQuery` and `ListDeletedQuery`.
pub(crate) fn deleted(books: &Books, transactions: bool, request: &Element) -> Found {
    let (rows, type_name, id_name, label) = if transactions {
        (&books.deleted_txns, "TxnDelType", "TxnID", "RefNumber")
    } else {
        (&books.deleted_lists, "ListDelType", "ListID", "FullName")
    };
    let range = request.child("DeletedDateRangeFilter");
    let bound = |name: &str| range.and_then(|range| range.text_of(name)).and_then(leaf::date_time);
    let (from, to) = (bound("FromDeletedDate"), bound("ToDeletedDate"));
    let objects: Vec<Element> = rows
        .iter()
        .filter(|row| request.all(type_name).any(|asked| asked.text == row.kind))
        .filter(|row| from.is_none_or(|from| row.at >= from) && to.is_none_or(|to| row.at <= to))
        .map(|row| {
            let mut children = vec![
                Element::leaf(type_name, row.kind),
                Element::leaf(id_name, &row.id),
                Element::leaf("TimeCreated", books.time(row.created)),
                Element::leaf("TimeDeleted", books.time(row.at)),
            ];
            children.extend(row.label.as_ref().map(|text| Element::leaf(label, text)));
            Element::group(if transactions { "TxnDeletedRet" } else { "ListDeletedRet" }, children)
        })
        .collect();
    let status = objects.is_empty().then(Status::no_match);
    Found { objects, status, ..Found::default() }
}

fn owners(request: &Element) -> Vec<&str> {
    request.all("OwnerID").map(|owner| owner.text.as_str()).collect()
}

fn flag(request: &Element, name: &str) -> bool {
    matches!(request.text_of(name), Some("true" | "1"))
}

/// Cuts what was found into what is told now, by MaxReturned, metaData and iterator.
pub(crate) fn page(
    request: &Element,
    iterators: &mut Iterators,
    mut ids: VecDeque<String>,
    missing: &[String],
    tell: impl Fn(&str) -> Option<Element>,
) -> Result<Found, Status> {
    let max = request.text_of("MaxReturned").and_then(|text| text.parse::<usize>().ok());
    if max == Some(0) {
        return Err(Status::new(
            3085,
            "There was an error when converting the number \"0\" in the field \"MaxReturned\".",
        ));
    }
    let mut iterator = None;
    match request.attribute("iterator") {
        None => {}
        Some("Start") => {
            if max.is_none() {
                return Err(Status::new(3150, "There is a missing element: \"MaxReturned\"."));
            }
            iterator = Some(iterators.start(VecDeque::new()));
        }
        Some(action) => {
            let id = request.attribute("iteratorID").unwrap_or_default();
            ids = iterators.open.remove(id).ok_or_else(|| {
                Status::new(3000, format!("The given object ID \"{id}\" in the field \"iteratorID\" is invalid."))
            })?;
            if action == "Stop" {
                return Ok(Found::default());
            }
            iterator = Some(id.to_owned());
        }
    }
    if ids.is_empty() && missing.is_empty() && iterator.is_none() {
        return Err(Status::no_match());
    }
    let all = ids.len();
    let rest = ids.split_off(max.unwrap_or(all).min(all));
    let metadata = request.attribute("metaData").unwrap_or("NoMetaData");
    let objects: Vec<Element> = match metadata {
        "MetaDataOnly" => Vec::new(),
        _ => ids.iter().filter_map(|id| tell(id)).collect(),
    };
    let ret_count = (metadata != "NoMetaData").then_some(if metadata == "MetaDataOnly" { all } else { objects.len() });
    let iterator = iterator.map(|id| {
        let remaining = rest.len();
        if remaining > 0 {
            iterators.open.insert(id.clone(), rest);
        } else {
            iterators.open.remove(&id);
        }
        (id, remaining)
    });
    let status = if let Some(first) = missing.first() {
        let message = format!(
            "The query request has not been fully completed. There was a required element (\"{first}\") that could not be found in QuickBooks."
        );
        Some(Status::new(500, message))
    } else {
        (all == 0).then(Status::no_match)
    };
    Ok(Found { objects, status, ret_count, iterator })
}

/// The filters that all list queries share.
struct ListFilter<'a> {
    active: Option<bool>,
    from: Option<DateTime>,
    to: Option<DateTime>,
    name: Option<(&'a str, String)>,
    range: (Option<String>, Option<String>),
    account_types: Vec<&'a str>,
}

impl<'a> ListFilter<'a> {
    fn read(request: &'a Element) -> Self {
        let moment = |name| request.text_of(name).and_then(leaf::date_time);
        let range = request.child("NameRangeFilter");
        let bound = |name| range.and_then(|range| range.text_of(name)).map(str::to_lowercase);
        Self {
            active: match request.text_of("ActiveStatus") {
                Some("All") => None,
                Some("InactiveOnly") => Some(false),
                _ => Some(true),
            },
            from: moment("FromModifiedDate"),
            to: moment("ToModifiedDate"),
            name: request.child("NameFilter").map(|filter| criterion(filter, "Name")),
            range: (bound("FromName"), bound("ToName")),
            account_types: request.all("AccountType").map(|kind| kind.text.as_str()).collect(),
        }
    }

    fn admits(&self, object: &ListObject) -> bool {
        let name = object.full_name.to_lowercase();
        self.active.is_none_or(|active| object.active == active)
            && self.from.is_none_or(|from| object.modified >= from)
            && self.to.is_none_or(|to| object.modified <= to)
            && self.name.as_ref().is_none_or(|(how, part)| matches_criterion(how, part, &name))
            && self.range.0.as_ref().is_none_or(|from| name >= *from)
            && self.range.1.as_ref().is_none_or(|to| name <= *to)
            && (self.account_types.is_empty()
                || object.text("AccountType").is_some_and(|kind| self.account_types.contains(&kind)))
    }
}

/// The filters that all transaction queries share.
struct TxnFilter<'a> {
    modified: (Option<DateTime>, Option<DateTime>),
    dated: (Option<Date>, Option<Date>),
    entities: Option<Vec<ListId>>,
    accounts: Option<Vec<ListId>>,
    items: Option<Vec<ListId>>,
    ref_number: Option<(&'a str, String)>,
    ref_range: (Option<String>, Option<String>),
    paid: Option<bool>,
}

impl<'a> TxnFilter<'a> {
    fn read(books: &Books, request: &'a Element) -> Result<Self, Status> {
        let within = |filter: &str, field: &str| request.child(filter).and_then(|filter| filter.text_of(field));
        let moment = |field| within("ModifiedDateRangeFilter", field).and_then(leaf::date_time);
        let range = |field| within("RefNumberRangeFilter", field).map(str::to_lowercase);
        if request.child("SiteFilter").is_some() {
            return Err(Status::feature_off("SiteFilter"));
        }
        let dated = match request.child("TxnDateRangeFilter") {
            Some(range) => postings::days(range, "FromTxnDate", "ToTxnDate", "DateMacro", books.now.date())?,
            None => (None, None),
        };
        Ok(Self {
            modified: (moment("FromModifiedDate"), moment("ToModifiedDate")),
            dated,
            entities: request.child("EntityFilter").map(|filter| chosen(books, Space::Names, filter)),
            accounts: request.child("AccountFilter").map(|filter| chosen(books, Space::Accounts, filter)),
            items: request.child("ItemFilter").map(|filter| chosen(books, Space::Items, filter)),
            ref_number: request.child("RefNumberFilter").map(|filter| criterion(filter, "RefNumber")),
            ref_range: (range("FromRefNumber"), range("ToRefNumber")),
            paid: match request.text_of("PaidStatus") {
                Some("PaidOnly") => Some(true),
                Some("NotPaidOnly") => Some(false),
                _ => None,
            },
        })
    }

    /// Those among which the filter has to choose, found by the index that leaves the fewest.
    fn candidates<'b>(&self, books: &'b Books, kind: &'static str) -> Vec<&'b Txn> {
        let ids: BTreeSet<&TxnId> = if let Some(names) = &self.entities {
            names.iter().flat_map(|name| books.index.naming(name, kind)).collect()
        } else if self.modified != (None, None) {
            books.index.changed(kind, self.modified.0, self.modified.1).collect()
        } else {
            books.index.dated(kind, self.dated.0, self.dated.1).collect()
        };
        ids.into_iter().filter_map(|id| books.txns.get(id)).collect()
    }

    fn admits(&self, books: &Books, txn: &Txn) -> bool {
        let number = txn.text("RefNumber").unwrap_or_default().to_lowercase();
        self.modified.0.is_none_or(|from| txn.modified >= from)
            && self.modified.1.is_none_or(|to| txn.modified <= to)
            && self.dated.0.is_none_or(|from| txn.date >= from)
            && self.dated.1.is_none_or(|to| txn.date <= to)
            && self
                .accounts
                .as_ref()
                .is_none_or(|ids| txn.body.entries.iter().any(|entry| ids.contains(&entry.account)))
            && self.items.as_ref().is_none_or(|ids| txn.body.moves.iter().any(|change| ids.contains(&change.item)))
            && self.ref_number.as_ref().is_none_or(|(how, part)| matches_criterion(how, part, &number))
            && self.ref_range.0.as_ref().is_none_or(|from| number >= *from)
            && self.ref_range.1.as_ref().is_none_or(|to| number <= *to)
            && self.paid.is_none_or(|paid| open_amount(books, txn, None).is_zero() == paid)
    }
}

pub(crate) fn criterion<'a>(filter: &'a Element, field: &str) -> (&'a str, String) {
    (filter.text_of("MatchCriterion").unwrap_or_default(), filter.text_of(field).unwrap_or_default().to_lowercase())
}

pub(crate) fn matches_criterion(how: &str, part: &str, text: &str) -> bool {
    match how {
        "StartsWith" => text.starts_with(part),
        "EndsWith" => text.ends_with(part),
        _ => text.contains(part),
    }
}

/// The list elements that a filter names, with those below them where it says so.
pub(crate) fn chosen(books: &Books, space: Space, filter: &Element) -> Vec<ListId> {
    let mut ids = Vec::new();
    for key in &filter.children {
        let object = if key.name.starts_with("ListID") {
            books.lists.get(key.text.as_str())
        } else {
            books.find(space, &key.text)
        };
        let Some(object) = object else { continue };
        ids.push(object.id.clone());
        if key.name.ends_with("WithChildren") {
            ids.extend(books.below(object));
        }
    }
    ids
}
