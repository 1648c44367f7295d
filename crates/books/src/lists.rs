//! What a mapping may ask of the world around it: the company file's lists, and the shop's other documents.

use jiff::civil::Date;
use qbxml::ListId;
use serde::{Deserialize, Serialize};

use crate::{
    document::{Document, DocumentId},
    entry::{Entry, EntryKey},
    money::Currency,
};

/// The lists of the company file, each with names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameSpace {
    /// Chart of accounts.
    Account,
    /// Customers, vendors, employees and other names share one list of names (PROTOCOL.md e).
    Name,
    /// Items of all kinds, sales-tax items included.
    Item,
    /// Classes.
    Class,
    /// Payment methods.
    PaymentMethod,
    /// Payment terms, standard and date-driven.
    Terms,
    /// Sales-tax codes.
    SalesTaxCode,
}

/// One object of a list of the company file, as last read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListObject {
    /// QuickBooks' id.
    pub id: ListId,
    /// Which list it is in.
    pub space: NameSpace,
    /// QuickBooks' name of its kind: `Customer`, `Vendor`, `ItemInventory`, `Account` ….
    pub kind: String,
    /// Full name, levels parted by colons.
    pub full_name: String,
    /// Whether it may be used.
    pub active: bool,
    /// For an account its type (`Income`, `Bank` …); for an item the full name of the account it sells to; for a
    /// sales-tax item its rate in percent; else empty.
    pub account: Option<String>,
}

/// What the company file has, and what of it is ours.
pub trait Lists {
    /// The object with this full name; names compare without regard to case (PROTOCOL.md e).
    fn named(&self, space: NameSpace, full_name: &str) -> Option<ListObject>;
    /// The object that an earlier entry made or was matched with.
    fn linked(&self, key: &EntryKey) -> Option<ListObject>;
    /// The objects that carry this mark beyond their names, without regard to case: customers their e-mail address, items
    /// their manufacturer's part number or bar code.
    fn marked(&self, space: NameSpace, mark: &str) -> Vec<ListObject> {
        let _ = (space, mark);
        Vec::new()
    }
    /// Whether an entry of ours made that object, rather than finding it there.
    fn is_made(&self, key: &EntryKey) -> bool {
        let _ = key;
        false
    }
    /// The identity for which this name is taken by an entry of ours, posted or still to be, or by a match with what was
    /// there before. It keeps two buyers of one name apart even before the first of them is in QuickBooks.
    fn claimed(&self, space: NameSpace, full_name: &str) -> Option<EntryKey> {
        let _ = (space, full_name);
        None
    }
}

/// The newest version of the shop's other documents.
pub trait Facts {
    /// The document with this id, if the shop has told of it.
    fn document(&self, id: &DocumentId) -> Option<Document>;
    /// The last of the shop's days that is over and of which everything was read; none while none is.
    fn told_through(&self) -> Option<Date> {
        None
    }
    /// The entries that are part of the entry of this day's document, in the order of making; without those undone.
    fn members(&self, day: &DocumentId) -> Vec<Entry> {
        let _ = day;
        Vec::new()
    }
}

/// What the company file is like, beyond its lists: asked of QuickBooks, never assumed (DESIGN.md 6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyFile {
    /// The last day of the period that is closed; QuickBooks refuses to book on it or before it.
    pub closing_date: Option<Date>,
    /// Whether this edition has sales orders.
    pub sales_orders: bool,
    /// Whether several currencies are on.
    pub multicurrency: bool,
    /// The currency of the company's books, where QuickBooks tells it: only with several currencies on.
    pub home_currency: Option<Currency>,
}
