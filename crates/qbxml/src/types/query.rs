//! Queries: their filters, which all lists and all transactions share, and their iterators.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    check::{Checker, Problem},
    enums::{ActiveStatus, MatchCriterion},
    field::{Field, Form, NO_LIMIT},
    macros::{choice, form},
    types::activity::TransactionFilter,
    value::{ListId, TxnId, WallTime},
    write::Writer,
};

/// An attribute of a query: whether it wants the records, or how many there are, or both. Counts are inexact with an
/// iterator (PROTOCOL.md c.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetaData {
    /// The records only, as when nothing is said.
    NoMetaData,
    /// Their number only.
    MetaDataOnly,
    /// Both.
    MetaDataAndResponseData,
}

/// An attribute of a query: reading a long list in parts (PROTOCOL.md c.4). Every part has the same filter, and
/// `MaxReturned`; an iterator lives only as long as QuickBooks' session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Iterator {
    /// The first part.
    Start,
    /// The next part of the iterator with this id.
    Continue(String),
    /// Frees the iterator with this id early.
    Stop(String),
}

impl Iterator {
    const fn id(&self) -> Option<&String> {
        match self {
            Self::Start => None,
            Self::Continue(id) | Self::Stop(id) => Some(id),
        }
    }
}

// Attributes stand in the tables of queries for the struct's sake; no element is written for them.
impl Field for MetaData {
    fn is_set(&self) -> bool {
        true
    }

    fn check(&self, _: &'static str, _: usize, _: &mut Checker) {}

    fn write(&self, _: &'static str, _: &mut Writer) {}
}

impl Field for Iterator {
    fn is_set(&self) -> bool {
        true
    }

    fn check(&self, _: &'static str, _: usize, checker: &mut Checker) {
        if let Some(id) = self.id() {
            id.check("iteratorID", NO_LIMIT, checker);
        }
    }

    fn write(&self, _: &'static str, _: &mut Writer) {}
}

/// Checks that an iterator has the filter that it needs.
pub(crate) fn check_iterator(iterator: Option<&Iterator>, max_returned: Option<u32>, checker: &mut Checker) {
    if iterator.is_some() && max_returned.is_none() {
        checker.report("iterator", Problem::IteratorWithoutMaximum);
    }
}

/// Writes a query's attributes into the start tag that is open.
pub(crate) fn write_attributes(meta_data: Option<MetaData>, iterator: Option<&Iterator>, writer: &mut Writer) {
    if let Some(meta_data) = meta_data {
        let text = match meta_data {
            MetaData::NoMetaData => "NoMetaData",
            MetaData::MetaDataOnly => "MetaDataOnly",
            MetaData::MetaDataAndResponseData => "MetaDataAndResponseData",
        };
        writer.attribute("metaData", text);
    }
    if let Some(iterator) = iterator {
        let text = match iterator {
            Iterator::Start => "Start",
            Iterator::Continue(_) => "Continue",
            Iterator::Stop(_) => "Stop",
        };
        writer.attribute("iterator", text);
        if let Some(id) = iterator.id() {
            writer.attribute("iteratorID", id);
        }
    }
}

/// What a query asks for, which may have a maximum of records.
pub(crate) trait Limited {
    /// How many records may be returned at a time.
    fn max_returned(&self) -> Option<u32>;
}

macro_rules! limited {
    ($($filter:ty),+ $(,)?) => {
        $(impl Limited for $filter {
            fn max_returned(&self) -> Option<u32> {
                self.max_returned
            }
        })+
    };
}

limited!(DepositFilter, OrderFilter, TransactionFilter, TxnFilter);

/// Which entries of a list are wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ListSelect {
    /// Those with these ids.
    Ids(Vec<ListId>),
    /// Those with these full names.
    Names(Vec<String>),
    /// Those that the filter lets through.
    Filter(ListFilter),
}

impl Default for ListSelect {
    /// All that are in use.
    fn default() -> Self {
        Self::Filter(ListFilter::default())
    }
}

impl Limited for ListSelect {
    fn max_returned(&self) -> Option<u32> {
        match self {
            Self::Filter(filter) => filter.max_returned,
            Self::Ids(_) | Self::Names(_) => None,
        }
    }
}

impl Field for ListSelect {
    fn is_set(&self) -> bool {
        true
    }

    fn check(&self, _: &'static str, _: usize, checker: &mut Checker) {
        match self {
            Self::Ids(ids) => check_keys("ListID", ids, checker),
            Self::Names(names) => check_keys("FullName", names, checker),
            Self::Filter(filter) => filter.check_fields(checker),
        }
    }

    fn write(&self, _: &'static str, writer: &mut Writer) {
        match self {
            Self::Ids(ids) => ids.write("ListID", writer),
            Self::Names(names) => names.write("FullName", writer),
            Self::Filter(filter) => filter.write_fields(writer),
        }
    }
}

/// A query by keys without keys would ask for the whole list.
fn check_keys<T: Field>(name: &'static str, keys: &Vec<T>, checker: &mut Checker) {
    if keys.is_empty() {
        checker.report(name, Problem::Empty);
    }
    keys.check(name, NO_LIMIT, checker);
}

form! {
    write
    /// Filter of a list query.
    ListFilter {
        max_returned: Option<u32> = "MaxReturned",
        active_status: Option<ActiveStatus> = "ActiveStatus",
        from_modified_date: Option<WallTime> = "FromModifiedDate",
        to_modified_date: Option<WallTime> = "ToModifiedDate",
        name: Option<NameMatch> = "NameFilter",
    }
}

choice! {
    /// Which names are wanted.
    NameMatch {
        Filter(NameFilter) = "NameFilter",
        Range(NameRangeFilter) = "NameRangeFilter",
    }
}

form! {
    write
    /// Names that begin or end with a text, or have it inside.
    NameFilter {
        match_criterion: MatchCriterion = "MatchCriterion",
        name: String = "Name",
    }
}

form! {
    write
    /// Names from one to another, in alphabetical order.
    NameRangeFilter {
        from_name: Option<String> = "FromName",
        to_name: Option<String> = "ToName",
    }
}

/// Which transactions are wanted; the filter differs between kinds of transactions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TxnSelect<F = TxnFilter> {
    /// Those with these ids.
    Ids(Vec<TxnId>),
    /// Those with these reference numbers, whatever the case of letters; several can have the same.
    RefNumbers(Vec<String>),
    /// Those with exactly these reference numbers; several can have the same.
    ExactRefNumbers(Vec<String>),
    /// Those that the filter lets through.
    Filter(F),
}

impl<F: Default> Default for TxnSelect<F> {
    /// All.
    fn default() -> Self {
        Self::Filter(F::default())
    }
}

impl<F: Limited> Limited for TxnSelect<F> {
    fn max_returned(&self) -> Option<u32> {
        match self {
            Self::Filter(filter) => filter.max_returned(),
            Self::Ids(_) | Self::RefNumbers(_) | Self::ExactRefNumbers(_) => None,
        }
    }
}

impl<F: Form> Field for TxnSelect<F> {
    fn is_set(&self) -> bool {
        true
    }

    fn check(&self, _: &'static str, _: usize, checker: &mut Checker) {
        match self {
            Self::Ids(ids) => check_keys("TxnID", ids, checker),
            Self::RefNumbers(numbers) => check_keys("RefNumber", numbers, checker),
            Self::ExactRefNumbers(numbers) => check_keys("RefNumberCaseSensitive", numbers, checker),
            Self::Filter(filter) => filter.check_fields(checker),
        }
    }

    fn write(&self, _: &'static str, writer: &mut Writer) {
        match self {
            Self::Ids(ids) => ids.write("TxnID", writer),
            Self::RefNumbers(numbers) => numbers.write("RefNumber", writer),
            Self::ExactRefNumbers(numbers) => numbers.write("RefNumberCaseSensitive", writer),
            Self::Filter(filter) => filter.write_fields(writer),
        }
    }
}

/// Which transactions are wanted, where they have no reference numbers of their own to be asked by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum IdSelect<F> {
    /// Those with these ids.
    Ids(Vec<TxnId>),
    /// Those that the filter lets through.
    Filter(F),
}

/// Which deposits are wanted.
pub type DepositSelect = IdSelect<DepositFilter>;

/// Which transactions of all kinds are wanted.
pub type TransactionSelect = IdSelect<TransactionFilter>;

impl<F: Default> Default for IdSelect<F> {
    /// All.
    fn default() -> Self {
        Self::Filter(F::default())
    }
}

impl<F: Limited> Limited for IdSelect<F> {
    fn max_returned(&self) -> Option<u32> {
        match self {
            Self::Ids(_) => None,
            Self::Filter(filter) => filter.max_returned(),
        }
    }
}

impl<F: Form> Field for IdSelect<F> {
    fn is_set(&self) -> bool {
        true
    }

    fn check(&self, _: &'static str, _: usize, checker: &mut Checker) {
        match self {
            Self::Ids(ids) => check_keys("TxnID", ids, checker),
            Self::Filter(filter) => filter.check_fields(checker),
        }
    }

    fn write(&self, _: &'static str, writer: &mut Writer) {
        match self {
            Self::Ids(ids) => ids.write("TxnID", writer),
            Self::Filter(filter) => filter.write_fields(writer),
        }
    }
}

form! {
    write
    /// Filter of a transaction query.
    TxnFilter {
        max_returned: Option<u32> = "MaxReturned",
        dates: Option<TxnDates> = "TxnDateRangeFilter",
        entity: Option<KeyFilter> = "EntityFilter",
        account: Option<KeyFilter> = "AccountFilter",
        ref_number: Option<RefNumberMatch> = "RefNumberFilter",
    }
}

form! {
    write
    /// Filter of a query for orders, which are on no account.
    OrderFilter {
        max_returned: Option<u32> = "MaxReturned",
        dates: Option<TxnDates> = "TxnDateRangeFilter",
        entity: Option<KeyFilter> = "EntityFilter",
        ref_number: Option<RefNumberMatch> = "RefNumberFilter",
    }
}

form! {
    write
    /// Filter of a query for deposits.
    DepositFilter {
        max_returned: Option<u32> = "MaxReturned",
        dates: Option<TxnDates> = "TxnDateRangeFilter",
        entity: Option<KeyFilter> = "EntityFilter",
        account: Option<KeyFilter> = "AccountFilter",
    }
}

choice! {
    /// A range of dates: of the last change, or of the transaction.
    TxnDates {
        Modified(ModifiedDateRangeFilter) = "ModifiedDateRangeFilter",
        Txn(TxnDateRangeFilter) = "TxnDateRangeFilter",
    }
}

form! {
    write
    /// Transactions last changed between two times.
    ModifiedDateRangeFilter {
        from_modified_date: Option<WallTime> = "FromModifiedDate",
        to_modified_date: Option<WallTime> = "ToModifiedDate",
    }
}

form! {
    write
    /// Transactions dated between two days, both included.
    TxnDateRangeFilter {
        from_txn_date: Option<Date> = "FromTxnDate",
        to_txn_date: Option<Date> = "ToTxnDate",
    }
}

/// Transactions of certain customers, or on certain accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum KeyFilter {
    /// By id.
    Ids(Vec<ListId>),
    /// By full name.
    Names(Vec<String>),
    /// By id, with all entries below it.
    IdWithChildren(ListId),
    /// By full name, with all entries below it.
    NameWithChildren(String),
}

impl Field for KeyFilter {
    fn is_set(&self) -> bool {
        true
    }

    fn check(&self, name: &'static str, _: usize, checker: &mut Checker) {
        checker.inside(name, |checker| match self {
            Self::Ids(ids) => check_keys("ListID", ids, checker),
            Self::Names(names) => check_keys("FullName", names, checker),
            Self::IdWithChildren(id) => id.check("ListIDWithChildren", NO_LIMIT, checker),
            Self::NameWithChildren(name) => name.check("FullNameWithChildren", NO_LIMIT, checker),
        });
    }

    fn write(&self, name: &'static str, writer: &mut Writer) {
        writer.open(name);
        match self {
            Self::Ids(ids) => ids.write("ListID", writer),
            Self::Names(names) => names.write("FullName", writer),
            Self::IdWithChildren(id) => id.write("ListIDWithChildren", writer),
            Self::NameWithChildren(name) => name.write("FullNameWithChildren", writer),
        }
        writer.close(name);
    }
}

choice! {
    /// Which reference numbers are wanted.
    RefNumberMatch {
        Filter(RefNumberFilter) = "RefNumberFilter",
        Range(RefNumberRangeFilter) = "RefNumberRangeFilter",
    }
}

form! {
    write
    /// Reference numbers that begin or end with a text, or have it inside.
    RefNumberFilter {
        match_criterion: MatchCriterion = "MatchCriterion",
        ref_number: String = "RefNumber",
    }
}

form! {
    write
    /// Reference numbers from one to another.
    RefNumberRangeFilter {
        from_ref_number: Option<String> = "FromRefNumber",
        to_ref_number: Option<String> = "ToRefNumber",
    }
}
