//! Entries: what one document becomes in QuickBooks, with its postings and its why.

use std::{collections::BTreeMap, fmt};

use jiff::civil::Date;
use qbxml::{ListId, Request, TxnId};
use serde::{Deserialize, Serialize};

use crate::{
    body::{Body, Linked, NoRequest},
    document::{ContentHash, Day, DocumentId},
    money::Money,
    reasons::{HeldReason, Why},
};

/// The identity of an entry, the same however often and wherever it is mapped: the unit of exactly-once (DESIGN.md 4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryKey(String);

impl EntryKey {
    /// The entry that plays `role` for `subject`, such as `("sale", "gid://shopify/Order/1")`.
    pub fn new(role: &str, subject: &str) -> Self {
        Self(format!("{role}:{subject}"))
    }

    /// A key that was stored before.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it plays: the part before the colon.
    pub(crate) fn role(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// The first of this key, this key with `~2`, with `~3` … that is not `taken`.
    pub(crate) fn unless(self, taken: impl Fn(&Self) -> bool) -> Self {
        let mut numbered = (2_u32..).map(|number| Self(format!("{}~{number}", self.0)));
        if taken(&self) { numbered.find(|key| !taken(key)).unwrap_or(self) } else { self }
    }

    /// The tag that marks this entry inside QuickBooks, so that a look-back can find it: `TB-` and 12 characters made
    /// from the key (DESIGN.md 4).
    pub fn tag(&self) -> String {
        let hash = ContentHash::of(self.0.as_bytes());
        format!("TB-{}", hash.as_str().chars().take(12).collect::<String>().to_ascii_uppercase())
    }
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One debit or credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Full name of the account.
    pub account: String,
    /// Class, where the company file tracks classes.
    pub class: Option<String>,
    /// Debit above zero, credit below.
    pub amount: Money,
}

/// The postings of an entry. They sum to zero, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Postings(Vec<Posting>);

/// Postings that do not sum to zero.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the postings are off by {off_by}")]
pub struct Unbalanced {
    /// Debits less credits.
    pub off_by: Money,
}

impl Postings {
    /// Postings in the order given; those of nothing are left out.
    ///
    /// # Errors
    /// [`Unbalanced`] unless debits equal credits exactly.
    pub fn new(postings: Vec<Posting>) -> Result<Self, Unbalanced> {
        let off_by: Money = postings.iter().map(|posting| posting.amount).sum();
        if off_by.is_zero() {
            Ok(Self(postings.into_iter().filter(|posting| !posting.amount.is_zero()).collect()))
        } else {
            Err(Unbalanced { off_by })
        }
    }

    /// The postings, debits and credits mixed, in the order of the form.
    pub fn iter(&self) -> impl Iterator<Item = &Posting> {
        self.0.iter()
    }

    /// Whether the entry moves no money.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Net amount by account: debit above zero.
    pub fn by_account(&self) -> BTreeMap<&str, Money> {
        let mut sums = BTreeMap::new();
        for posting in &self.0 {
            *sums.entry(posting.account.as_str()).or_default() += posting.amount;
        }
        sums
    }
}

impl<'de> Deserialize<'de> for Postings {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What an entry is in QuickBooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// An account.
    Account,
    /// A class.
    Class,
    /// A payment method.
    PaymentMethod,
    /// A customer.
    Customer,
    /// A vendor.
    Vendor,
    /// An item of any kind.
    Item,
    /// A sales receipt.
    SalesReceipt,
    /// An invoice.
    Invoice,
    /// A payment received on an invoice.
    ReceivePayment,
    /// Payment terms.
    StandardTerms,
    /// A sales order, which moves nothing in the books.
    SalesOrder,
    /// A credit memo.
    CreditMemo,
    /// Money given back by card and the like.
    #[serde(rename = "ar_refund_credit_card")]
    ARRefundCreditCard,
    /// Money given back in cash or by check.
    Check,
    /// Stock that is gone without a sale.
    InventoryAdjustment,
    /// A journal entry.
    JournalEntry,
    /// A purchase order, which moves nothing in the books.
    PurchaseOrder,
    /// Goods that came before the bill.
    ItemReceipt,
    /// A bill of a vendor.
    Bill,
    /// A credit of a vendor.
    VendorCredit,
    /// Stock that went from one inventory site to another.
    TransferInventory,
    /// What goods cost: part of a day's entry, never in QuickBooks on its own.
    Cost,
    /// A credit memo set against an invoice.
    Application,
    /// A change of what another entry made.
    Change,
    /// The voiding of what another entry made.
    Void,
    /// The removal of what another entry made.
    Deletion,
}

impl EntryKind {
    /// All kinds.
    pub const ALL: [Self; 26] = [
        Self::Account,
        Self::Class,
        Self::PaymentMethod,
        Self::Customer,
        Self::Vendor,
        Self::Item,
        Self::SalesReceipt,
        Self::Invoice,
        Self::ReceivePayment,
        Self::StandardTerms,
        Self::SalesOrder,
        Self::CreditMemo,
        Self::ARRefundCreditCard,
        Self::Check,
        Self::InventoryAdjustment,
        Self::JournalEntry,
        Self::PurchaseOrder,
        Self::ItemReceipt,
        Self::Bill,
        Self::VendorCredit,
        Self::TransferInventory,
        Self::Cost,
        Self::Application,
        Self::Change,
        Self::Void,
        Self::Deletion,
    ];

    /// Whether it adds to a list rather than to the books.
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::Account
                | Self::Class
                | Self::PaymentMethod
                | Self::StandardTerms
                | Self::Customer
                | Self::Vendor
                | Self::Item
        )
    }

    /// The first place in the order of sending that is no list's.
    const LISTS: u8 = 4;

    /// Place in the order of sending: lists before transactions, invoices before their payments (DESIGN.md 3), and goods
    /// that come before those that are sold, since QuickBooks would guess the cost of what it does not have (PRODUCT.md
    /// 5.1). What an entry needs goes before it in any case.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Account | Self::Class => 0,
            Self::PaymentMethod | Self::StandardTerms => 1,
            Self::Customer | Self::Vendor => 2,
            Self::Item => 3,
            Self::PurchaseOrder => 5,
            Self::ItemReceipt | Self::Bill | Self::TransferInventory => 6,
            Self::SalesOrder | Self::SalesReceipt | Self::Invoice | Self::JournalEntry | Self::Cost => 7,
            Self::ReceivePayment | Self::CreditMemo | Self::VendorCredit => 8,
            Self::ARRefundCreditCard | Self::Check | Self::InventoryAdjustment => 9,
            Self::Change | Self::Void | Self::Application => 10,
            Self::Deletion => 11,
        }
    }
}

/// The proof that an entry is in QuickBooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// A transaction.
    Transaction(TxnId),
    /// An object of a list.
    List(ListId),
}

/// What one document becomes in QuickBooks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its identity.
    pub key: EntryKey,
    /// The document that it comes from.
    pub document: DocumentId,
    /// What it is.
    pub kind: EntryKind,
    /// Accounting date in the shop's time zone; none for lists.
    pub date: Option<Date>,
    /// Reference number of a transaction, full name of a list object: what a look-back asks for.
    pub number: String,
    /// What people call the document: `#1001`.
    pub title: String,
    /// Total of the form; zero for lists.
    pub total: Money,
    /// Its debits and credits, without the cost of goods that QuickBooks posts by itself (DESIGN.md 5).
    pub postings: Postings,
    /// Why it is what it is, in the order in which things were decided.
    pub why: Vec<Why>,
    /// Entries that must be in QuickBooks before this one.
    pub needs: Vec<EntryKey>,
    /// What happened to the document that this entry carries into the books: each event is carried by one entry only.
    /// Empty for lists.
    #[serde(default)]
    pub carries: Vec<Event>,
    /// Entries that this one undoes: once it is posted, they count as undone. Their postings and its own cancel out.
    #[serde(default)]
    pub undoes: Vec<EntryKey>,
    /// The day whose entry carries this one into QuickBooks together with others; none for an entry of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<Day>,
    /// The form.
    pub body: Body,
}

impl Entry {
    /// The request that puts the entry into QuickBooks. `linked` knows where what another entry made stands there.
    ///
    /// # Errors
    /// [`NoRequest`] when it builds upon something of which `linked` knows nothing, or asks of QuickBooks what that
    /// can't do.
    pub fn request(&self, linked: impl Fn(&EntryKey) -> Option<Linked>) -> Result<Request, NoRequest> {
        self.body.request(&linked)
    }

    /// The entry whose form in QuickBooks this one works upon; none for an entry that makes a form of its own.
    pub fn target(&self) -> Option<&EntryKey> {
        match &self.body {
            Body::Change { target, .. } | Body::Void { target, .. } | Body::Deletion { target, .. } => Some(target),
            Body::Application { invoice, .. } => Some(invoice),
            _ => None,
        }
    }

    /// Whether it is part of what the books begin with: an object of a list, or the opening stock.
    pub fn is_of_the_beginning(&self) -> bool {
        self.kind.is_list() || self.key.as_str().starts_with("opening:")
    }

    /// Place in the order of sending, as [`EntryKind::rank`]; the opening stock comes before everything that moves stock.
    pub fn rank(&self) -> u8 {
        if self.is_of_the_beginning() && !self.kind.is_list() { EntryKind::LISTS } else { self.kind.rank() }
    }

    /// The entries that it brings into QuickBooks as its parts; none but for a day's.
    pub fn members(&self) -> impl Iterator<Item = EntryKey> + '_ {
        let parts = if self.document.is_day() { self.carries.as_slice() } else { &[] };
        parts.iter().map(|event| EntryKey::stored(event.0.clone()))
    }

    /// Fingerprint of everything that reaches the books, to tell a real change from none.
    pub fn content_hash(&self) -> ContentHash {
        let facts = (&self.key, self.kind, self.date, &self.number, &self.postings, &self.body);
        ContentHash::of(&serde_json::to_vec(&facts).unwrap_or_default())
    }
}

/// Something that will not be sent until somebody decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The identity that the entry will have.
    pub key: EntryKey,
    /// The document.
    pub document: DocumentId,
    /// What it will be.
    pub kind: EntryKind,
    /// Its date, as far as it is known.
    pub date: Option<Date>,
    /// What people call the document.
    pub title: String,
    /// The document's total.
    pub total: Money,
    /// Everything that stands in the way, the first to be solved first.
    pub reasons: Vec<HeldReason>,
}

/// One thing that happened to a document and belongs into the books: an order was placed, a payment came, a refund was
/// given. Its text is stable and unique within the document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Event(String);

impl Event {
    /// The order was placed.
    pub(crate) fn placed() -> Self {
        Self("placed".to_owned())
    }

    /// What the goods cost that were sold when it was placed.
    pub(crate) fn cost() -> Self {
        Self("cost".to_owned())
    }

    /// Something was agreed about it later, or a payment took place; `part` tells which part of it, if it has several.
    pub(crate) fn of(id: &DocumentId, part: &str) -> Self {
        Self(if part.is_empty() { id.to_string() } else { format!("{id}/{part}") })
    }

    /// What the source says of `subject` became `value`: the `number`th time, from 0, that it is carried into the books.
    pub(crate) fn fact(subject: &str, number: usize, value: &str) -> Self {
        Self(format!("{subject}#{number}={value}"))
    }

    /// Number and value, for an event of [`Event::fact`] about this subject.
    pub(crate) fn as_fact(&self, subject: &str) -> Option<(usize, &str)> {
        let (number, value) = self.0.strip_prefix(subject)?.strip_prefix('#')?.split_once('=')?;
        Some((number.parse().ok()?, value))
    }

    /// The subject, for an event of [`Event::fact`].
    pub(crate) fn subject(&self) -> Option<&str> {
        Some(self.0.rsplit_once('=')?.0.rsplit_once('#')?.0)
    }

    /// A day's entry brings in this one as a part.
    pub(crate) fn member(key: &EntryKey) -> Self {
        Self(key.as_str().to_owned())
    }
}

/// An entry of a document that is in QuickBooks already, or was until it was undone.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// The entry as it was posted.
    pub entry: Entry,
    /// Whether it was undone.
    pub undone: bool,
    /// QuickBooks refused it, because what it would change is tied to something: a deposit, a closed period. It is no part
    /// of the books, but its target can't be changed in place.
    pub refused: bool,
}

/// What one document comes to, beyond what is in QuickBooks already.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapped {
    /// Entries, in the order in which they must reach QuickBooks.
    pub entries: Vec<Entry>,
    /// What is held until somebody decides. The entries may go all the same.
    pub held: Option<Box<Held>>,
    /// Something will follow when the shop says more: it is not paid yet, or a refund is still pending.
    pub waits: bool,
    /// Objects that were found in the company file and belong to it from now on, where no entry says so
    /// ([`Why::Adopted`]).
    pub found: Vec<Why>,
}

impl Mapped {
    /// Nothing, now and as it stands: a test order, a document that only informs others, one that is posted.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.entries.is_empty() && self.held.is_none() && !self.waits
    }
}
