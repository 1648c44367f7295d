//! Entries: what one document becomes in QuickBooks, with its postings and its why.

use std::{collections::BTreeMap, fmt};

use jiff::civil::Date;
use qbxml::{
    AppliedToTxnAdd, ClassAdd, CustomerAdd, InvoiceAdd, ItemDiscountAdd, ItemInventoryAdd, ItemNonInventoryAdd,
    ItemOtherChargeAdd, ItemSalesTaxAdd, ItemServiceAdd, ItemSubtotalAdd, ListId, PaymentMethodAdd, ReceivePaymentAdd,
    Request, SalesReceiptAdd, TxnId,
};
use serde::{Deserialize, Serialize};

use crate::{
    document::{ContentHash, DocumentId},
    money::Money,
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
    /// A class.
    Class,
    /// A payment method.
    PaymentMethod,
    /// A customer.
    Customer,
    /// An item of any kind.
    Item,
    /// A sales receipt.
    SalesReceipt,
    /// An invoice.
    Invoice,
    /// A payment received on an invoice.
    ReceivePayment,
}

impl EntryKind {
    /// Whether it adds to a list rather than to the books.
    pub const fn is_list(self) -> bool {
        matches!(self, Self::Class | Self::PaymentMethod | Self::Customer | Self::Item)
    }

    /// Place in the order of sending: lists before transactions, invoices before their payments (DESIGN.md 3).
    pub const fn rank(self) -> u8 {
        match self {
            Self::Class => 0,
            Self::PaymentMethod => 1,
            Self::Customer => 2,
            Self::Item => 3,
            Self::SalesReceipt | Self::Invoice => 4,
            Self::ReceivePayment => 5,
        }
    }
}

/// The QuickBooks form of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", content = "fields", rename_all = "snake_case")]
pub enum Body {
    /// A class.
    Class(ClassAdd),
    /// A payment method.
    PaymentMethod(PaymentMethodAdd),
    /// A customer.
    Customer(Box<CustomerAdd>),
    /// An item whose stock and cost QuickBooks keeps.
    ItemInventory(Box<ItemInventoryAdd>),
    /// An item without stock.
    ItemNonInventory(Box<ItemNonInventoryAdd>),
    /// A service.
    ItemService(Box<ItemServiceAdd>),
    /// Shipping, tips, gift cards and the like.
    ItemOtherCharge(Box<ItemOtherChargeAdd>),
    /// A discount.
    ItemDiscount(Box<ItemDiscountAdd>),
    /// A tax of one authority.
    ItemSalesTax(Box<ItemSalesTaxAdd>),
    /// A subtotal.
    ItemSubtotal(Box<ItemSubtotalAdd>),
    /// A sales receipt.
    SalesReceipt(Box<SalesReceiptAdd>),
    /// An invoice.
    Invoice(Box<InvoiceAdd>),
    /// A payment of the invoice that another entry makes; the invoice's TxnID is known only once that is posted.
    ReceivePayment {
        /// The form, without what it is applied to.
        form: Box<ReceivePaymentAdd>,
        /// The invoice's entry.
        invoice: EntryKey,
        /// How much of it this settles.
        amount: qbxml::Amount,
    },
}

/// An entry that this one builds upon has no link yet.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0} is not in QuickBooks yet")]
pub struct NotLinkedYet(pub EntryKey);

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
    /// The form.
    pub body: Body,
}

impl Entry {
    /// The request that puts the entry into QuickBooks.
    ///
    /// # Errors
    /// [`NotLinkedYet`] when it builds upon a transaction of which `link` knows nothing.
    pub fn request(&self, link: impl Fn(&EntryKey) -> Option<TxnId>) -> Result<Request, NotLinkedYet> {
        Ok(match &self.body {
            Body::Class(form) => form.clone().into(),
            Body::PaymentMethod(form) => form.clone().into(),
            Body::Customer(form) => (**form).clone().into(),
            Body::ItemInventory(form) => (**form).clone().into(),
            Body::ItemNonInventory(form) => (**form).clone().into(),
            Body::ItemService(form) => (**form).clone().into(),
            Body::ItemOtherCharge(form) => (**form).clone().into(),
            Body::ItemDiscount(form) => (**form).clone().into(),
            Body::ItemSalesTax(form) => (**form).clone().into(),
            Body::ItemSubtotal(form) => (**form).clone().into(),
            Body::SalesReceipt(form) => (**form).clone().into(),
            Body::Invoice(form) => (**form).clone().into(),
            Body::ReceivePayment { form, invoice, amount } => {
                let txn_id = link(invoice).ok_or_else(|| NotLinkedYet(invoice.clone()))?;
                let mut form = (**form).clone();
                form.applied_to_txn_add =
                    vec![AppliedToTxnAdd { txn_id, payment_amount: Some(*amount), ..AppliedToTxnAdd::default() }];
                form.into()
            }
        })
    }

    /// Fingerprint of everything that reaches the books, to tell a real change from none.
    pub fn content_hash(&self) -> ContentHash {
        let facts = (&self.key, self.kind, self.date, &self.number, &self.postings, &self.body);
        ContentHash::of(&serde_json::to_vec(&facts).unwrap_or_default())
    }
}

/// A reason behind an entry, for people; its words are in the message catalogue under [`Why::code`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// A sales receipt, because the order is paid in full through one gateway (or free).
    PaidInFull,
    /// An invoice with payments, because several gateways took money.
    SeveralGateways {
        /// Their names.
        gateways: Vec<String>,
    },
    /// The date is the order's in the shop's time zone.
    ShopDate {
        /// The zone's IANA name.
        zone: String,
    },
    /// The class stands for the location.
    ClassOfLocation {
        /// The location's name or id.
        location: String,
        /// The class.
        class: String,
    },
    /// The money goes to the clearing account of the gateway.
    ClearingAccount {
        /// The gateway.
        gateway: String,
        /// The account.
        account: String,
    },
    /// Tax is posted exactly as charged.
    ExactTax,
    /// Tax that the marketplace remits is kept apart.
    MarketplaceTax,
    /// Prices contain tax: lines are posted net.
    NetOfTax,
    /// The customer is the generic one.
    GenericCustomer,
    /// A gift card was sold: a liability, not income.
    GiftCardSold,
    /// A gift card paid part: it lowers the liability.
    GiftCardUsed,
    /// Cash was rounded.
    CashRounded,
    /// An object of that name is in the company file already and is used; from now on it belongs to `key`.
    Adopted {
        /// The identity that an entry for it would have had.
        key: EntryKey,
        /// QuickBooks' id of it.
        id: ListId,
        /// Its full name.
        name: String,
    },
    /// It is made because an entry needs it.
    NeededBy {
        /// What people call the document that needs it.
        title: String,
    },
}

impl Why {
    /// Stable code of the message catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PaidInFull => "why.paid_in_full",
            Self::SeveralGateways { .. } => "why.several_gateways",
            Self::ShopDate { .. } => "why.shop_date",
            Self::ClassOfLocation { .. } => "why.class_of_location",
            Self::ClearingAccount { .. } => "why.clearing_account",
            Self::ExactTax => "why.exact_tax",
            Self::MarketplaceTax => "why.marketplace_tax",
            Self::NetOfTax => "why.net_of_tax",
            Self::GenericCustomer => "why.generic_customer",
            Self::GiftCardSold => "why.gift_card_sold",
            Self::GiftCardUsed => "why.gift_card_used",
            Self::CashRounded => "why.cash_rounded",
            Self::Adopted { .. } => "why.adopted",
            Self::NeededBy { .. } => "why.needed_by",
        }
    }
}

/// Why something may not be sent until somebody decides; its words and the one action that frees it are in the message
/// catalogue under [`HeldReason::code`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum HeldReason {
    /// No account is chosen for this purpose, or the chosen one is not in the company file.
    NoAccount {
        /// The purpose's key in the mapping, such as `shipping`.
        purpose: String,
        /// The chosen account, if one is.
        account: Option<String>,
    },
    /// The chosen account can't be used for this purpose.
    WrongAccountType {
        /// The purpose's key in the mapping.
        purpose: String,
        /// The account.
        account: String,
        /// Its type in QuickBooks.
        account_type: String,
    },
    /// A gateway that the mapping does not know.
    UnknownGateway {
        /// The gateway's name in the shop.
        gateway: String,
    },
    /// A tax that the mapping does not know, and new ones are not to be made.
    UnknownTax {
        /// The tax's title in the shop.
        title: String,
    },
    /// A location that the mapping does not know, and new ones are not to be made.
    UnknownLocation {
        /// The location's name or id.
        location: String,
    },
    /// The name is taken in the company file by something of another kind, or by something inactive.
    NameTaken {
        /// The name.
        name: String,
        /// What holds it.
        kind: String,
    },
    /// The order's currency is not that of the shop's books.
    ForeignCurrency {
        /// The order's currency code.
        currency: String,
    },
    /// The source's figures contradict each other.
    DoesNotAddUp {
        /// The source's total.
        stated: Money,
        /// What its parts come to.
        computed: Money,
    },
    /// An amount has more decimals than QuickBooks can hold.
    FractionOfCent {
        /// The amount.
        amount: Money,
    },
    /// QuickBooks broke off each time it was given this.
    NoAnswer {
        /// How often.
        tries: u32,
    },
    /// The sales-tax item for the footer computes tax, so that QuickBooks would add it to what was charged.
    FooterTaxed {
        /// The item.
        item: String,
        /// Its rate in percent.
        rate: String,
    },
    /// The order is a kind that can't be carried over yet, in one word: `refund`, `edit` ….
    NotCarriedYet {
        /// The kind.
        what: String,
    },
    /// A value that QuickBooks' field can't hold, such as an amount of more than 13 digits (PROTOCOL.md c.8).
    DoesNotFit {
        /// The field, or what it holds.
        field: String,
    },
    /// It changed in the shop after it was posted.
    ChangedAfterPosting,
    /// QuickBooks refused it, with QuickBooks' words.
    Refused {
        /// QuickBooks' status code.
        status: i32,
        /// QuickBooks' own message.
        message: String,
    },
}

impl HeldReason {
    /// Stable code of the message catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoAccount { .. } => "held.no_account",
            Self::WrongAccountType { .. } => "held.wrong_account_type",
            Self::UnknownGateway { .. } => "held.unknown_gateway",
            Self::UnknownTax { .. } => "held.unknown_tax",
            Self::UnknownLocation { .. } => "held.unknown_location",
            Self::NameTaken { .. } => "held.name_taken",
            Self::ForeignCurrency { .. } => "held.foreign_currency",
            Self::DoesNotAddUp { .. } => "held.does_not_add_up",
            Self::FractionOfCent { .. } => "held.fraction_of_cent",
            Self::NoAnswer { .. } => "held.no_answer",
            Self::FooterTaxed { .. } => "held.footer_taxed",
            Self::NotCarriedYet { .. } => "held.not_carried_yet",
            Self::DoesNotFit { .. } => "held.does_not_fit",
            Self::ChangedAfterPosting => "held.changed_after_posting",
            Self::Refused { .. } => "held.refused",
        }
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

/// What one document comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Mapped {
    /// Entries, in the order in which they must reach QuickBooks.
    Entries(Vec<Entry>),
    /// Held until somebody decides.
    Held(Box<Held>),
    /// Nothing yet: it will be something when the shop says more (not paid yet).
    Waits,
    /// Nothing ever, as it stands: a test order, a document that only informs others.
    Nothing,
}
