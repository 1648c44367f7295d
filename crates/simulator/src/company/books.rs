//! The state of a company: lists, transactions, balances and stock, and the only functions that change them.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::data_ext::DataExtensions;
use super::ids::{LineId, ListId, TxnId};
use super::index::TxnIndex;
use super::kinds::{LineInfo, ListInfo, Space, TxnInfo};
use super::packed::Packed;
use super::purchase_orders::{self, PurchaseOrders};
use super::setup::Setup;
use super::stock::{Stock, StockMove};
use super::xml::Element;

/// One list element.
#[derive(Debug, Clone)]
pub(crate) struct ListObject {
    pub info: &'static ListInfo,
    pub id: ListId,
    pub created: DateTime,
    pub modified: DateTime,
    pub sequence: i64,
    pub full_name: String,
    pub active: bool,
    pub parent: Option<ListId>,
    /// What was given, named as in the answer; references hold the ListID only, names are looked up when told.
    pub fields: Vec<Element>,
}

impl ListObject {
    pub fn field(&self, name: &str) -> Option<&Element> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.field(name).map(|field| field.text.as_str()).filter(|text| !text.is_empty())
    }

    pub fn decimal(&self, name: &str) -> Option<Decimal> {
        self.text(name)?.parse().ok()
    }

    pub fn reference(&self, name: &str) -> Option<ListId> {
        reference_in(&self.fields, name)
    }
}

/// The ListID in a reference among resolved fields.
pub(crate) fn reference_in(fields: &[Element], name: &str) -> Option<ListId> {
    fields.iter().find(|field| field.name == name)?.text_of("ListID").map(ListId::new)
}

/// One debit (positive) or credit (negative).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub account: ListId,
    pub amount: Decimal,
    pub class: Option<ListId>,
    pub entity: Option<ListId>,
    pub item: Option<ListId>,
    /// The line of the form that made it, by its place.
    pub line: Option<usize>,
}

impl Entry {
    pub fn new(account: ListId, amount: Decimal) -> Self {
        Self { account, amount, class: None, entity: None, item: None, line: None }
    }
}

/// One line of a transaction.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// `None` until the transaction is saved.
    pub id: Option<LineId>,
    pub kind: &'static LineInfo,
    pub fields: Packed,
}

/// A payment's part that settles another transaction.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub to: TxnId,
    pub amount: Decimal,
    pub discount: Decimal,
    pub discount_account: Option<ListId>,
}

/// What a purchase brought of a line of a purchase order.
#[derive(Debug, Clone)]
pub(crate) struct Receipt {
    pub order: TxnId,
    pub line: LineId,
    pub quantity: Decimal,
    pub amount: Decimal,
}

/// One transaction with everything it did to the books.
#[derive(Debug, Clone)]
pub(crate) struct Txn {
    pub info: &'static TxnInfo,
    pub id: TxnId,
    pub created: DateTime,
    pub modified: DateTime,
    pub sequence: i64,
    pub number: u64,
    pub date: Date,
    pub void: bool,
    pub fields: Packed,
    pub body: Body,
}

/// The part of a transaction that its type's booking function makes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    pub total: Decimal,
    /// Fields that QuickBooks computes, such as Subtotal.
    pub computed: Packed,
    pub lines: Vec<Line>,
    pub entries: Vec<Entry>,
    pub moves: Vec<StockMove>,
    pub applications: Vec<Application>,
    pub receipts: Vec<Receipt>,
    /// The payments that a deposit takes out of Undeposited Funds.
    pub deposits: Vec<TxnId>,
}

impl Txn {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.text(name)
    }

    pub fn reference(&self, name: &str) -> Option<ListId> {
        self.fields.reference(name)
    }

    /// The customer or vendor, or whoever else the transaction names.
    pub fn entity(&self) -> Option<ListId> {
        ["CustomerRef", "PayeeEntityRef", "VendorRef"].into_iter().find_map(|name| self.reference(name))
    }
}

/// Something that was deleted, for the Deleted queries.
#[derive(Debug, Clone)]
pub(crate) struct Deleted {
    pub kind: &'static str,
    pub id: String,
    pub created: DateTime,
    pub at: DateTime,
    pub label: Option<String>,
}

/// Everything in a company file but its message-set answers.
#[derive(Debug)]
pub(crate) struct Books {
    pub setup: Setup,
    pub now: DateTime,
    /// The offset that QuickBooks prints: the zone's standard one, all year round (PROTOCOL.md c.7).
    pub offset: String,
    pub lists: BTreeMap<ListId, ListObject>,
    names: BTreeMap<(Space, String), ListId>,
    special: BTreeMap<String, ListId>,
    /// Elements ever made, by list: names' places are not given back.
    made: BTreeMap<&'static str, u32>,
    pub txns: BTreeMap<TxnId, Txn>,
    pub deleted_txns: Vec<Deleted>,
    pub deleted_lists: Vec<Deleted>,
    pub balances: BTreeMap<ListId, Decimal>,
    /// What each customer owes: the receivable accounts, by name.
    pub receivables: BTreeMap<ListId, Decimal>,
    /// What each vendor is owed: the payable accounts, by name.
    pub payables: BTreeMap<ListId, Decimal>,
    /// The highest number used as a reference number, by type.
    ref_numbers: BTreeMap<&'static str, u64>,
    pub stock: BTreeMap<ListId, Stock>,
    /// What is on hand of an item at a site.
    pub at_sites: BTreeMap<(ListId, ListId), Decimal>,
    /// What open sales orders promise.
    pub ordered: BTreeMap<ListId, Decimal>,
    pub purchase_orders: PurchaseOrders,
    /// Which transactions settle a transaction, and by how much.
    settled: BTreeMap<TxnId, BTreeMap<TxnId, Decimal>>,
    /// Which deposit took a payment.
    pub deposited: BTreeMap<TxnId, TxnId>,
    pub index: TxnIndex,
    /// How often each list element is referred to, by other elements and by transactions.
    uses: BTreeMap<ListId, u64>,
    pub extensions: DataExtensions,
    next_id: u64,
    next_number: u64,
    last_sequence: i64,
}

impl Books {
    pub fn new(setup: Setup, now: DateTime, offset: String) -> Self {
        Self {
            setup,
            now,
            offset,
            lists: BTreeMap::new(),
            names: BTreeMap::new(),
            special: BTreeMap::new(),
            made: BTreeMap::new(),
            txns: BTreeMap::new(),
            deleted_txns: Vec::new(),
            deleted_lists: Vec::new(),
            balances: BTreeMap::new(),
            receivables: BTreeMap::new(),
            payables: BTreeMap::new(),
            ref_numbers: BTreeMap::new(),
            stock: BTreeMap::new(),
            at_sites: BTreeMap::new(),
            ordered: BTreeMap::new(),
            purchase_orders: PurchaseOrders::default(),
            settled: BTreeMap::new(),
            deposited: BTreeMap::new(),
            index: TxnIndex::default(),
            uses: BTreeMap::new(),
            extensions: DataExtensions::default(),
            next_id: 1,
            next_number: 1,
            last_sequence: 0,
        }
    }

    fn seconds(&self) -> i64 {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second())
    }

    fn take_number(&mut self) -> u64 {
        let number = self.next_id;
        self.next_id += 1;
        number
    }

    pub fn new_list_id(&mut self) -> ListId {
        let number = 0x8000_0000 + self.take_number();
        ListId::new(format!("{number:X}-{}", self.seconds()))
    }

    pub fn new_txn_id(&mut self) -> TxnId {
        let number = self.take_number();
        TxnId::new(format!("{number:X}-{}", self.seconds()))
    }

    pub fn new_line_id(&mut self) -> LineId {
        let number = self.take_number();
        LineId::new(format!("{number:X}-{}", self.seconds()))
    }

    pub fn new_txn_number(&mut self) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        number
    }

    /// The clock's seconds, but never the same twice, so that every change makes the older sequence stale.
    pub fn new_sequence(&mut self) -> i64 {
        self.last_sequence = self.seconds().max(self.last_sequence + 1);
        self.last_sequence
    }

    pub fn time(&self, moment: DateTime) -> String {
        format!("{}{}", moment.strftime("%Y-%m-%dT%H:%M:%S"), self.offset)
    }

    /// The elements below one, at every depth.
    pub fn below(&self, object: &ListObject) -> Vec<ListId> {
        let prefix = format!("{}:", object.full_name.to_lowercase());
        self.names
            .range((object.info.space, prefix.clone())..)
            .take_while(|((space, name), _)| *space == object.info.space && name.starts_with(&prefix))
            .map(|(_, id)| id.clone())
            .collect()
    }

    /// Looks a name up, whatever its case.
    pub fn find(&self, space: Space, full_name: &str) -> Option<&ListObject> {
        let id = self.names.get(&(space, full_name.to_lowercase()))?;
        self.lists.get(id)
    }

    /// The account that QuickBooks keeps for a purpose, such as `UndepositedFunds`.
    pub fn special_account(&self, special: &str) -> Option<ListId> {
        self.special.get(special).cloned()
    }

    pub fn full_name(&self, id: &ListId) -> &str {
        self.lists.get(id).map_or("", |object| object.full_name.as_str())
    }

    /// An account's AccountType.
    pub fn account_type(&self, id: &ListId) -> &str {
        self.lists.get(id).and_then(|account| account.text("AccountType")).unwrap_or_default()
    }

    /// How many places of a list are taken.
    pub fn places_taken(&self, info: &ListInfo) -> u32 {
        self.made.get(info.name).copied().unwrap_or(0)
    }

    pub fn names_taken(&self, space: Space) -> u32 {
        super::kinds::LISTS.iter().filter(|info| info.space == space).map(|info| self.places_taken(info)).sum()
    }

    /// Puts a new or changed list element in place; its children's full names follow a new name.
    pub fn put_list(&mut self, object: ListObject) {
        let space = object.info.space;
        let old = self.lists.get(&object.id).cloned();
        self.count_uses(&object.fields, true);
        if let Some(old) = &old {
            self.count_uses(&old.fields, false);
            self.names.remove(&(space, old.full_name.to_lowercase()));
        } else {
            *self.made.entry(object.info.name).or_default() += 1;
        }
        self.names.insert((space, object.full_name.to_lowercase()), object.id.clone());
        if let Some(special) = object.text("SpecialAccountType") {
            self.special.insert(special.to_owned(), object.id.clone());
        }
        let below = old.as_ref().map_or_else(Vec::new, |old| self.below(old));
        let (old_name, new_name) = (old.map(|old| old.full_name), object.full_name.clone());
        self.lists.insert(object.id.clone(), object);
        let Some(old_name) = old_name.filter(|old| *old != new_name) else { return };
        for id in below {
            if let Some(child) = self.lists.get_mut(&id) {
                self.names.remove(&(space, child.full_name.to_lowercase()));
                child.full_name = format!("{new_name}{}", &child.full_name[old_name.len()..]);
                self.names.insert((space, child.full_name.to_lowercase()), id);
            }
        }
    }

    pub fn remove_list(&mut self, id: &ListId) {
        if let Some(object) = self.lists.remove(id) {
            self.count_uses(&object.fields, false);
            self.stock.remove(id);
            self.names.remove(&(object.info.space, object.full_name.to_lowercase()));
            if object.info.space != Space::Names
                && let Some(made) = self.made.get_mut(object.info.name)
            {
                *made -= 1;
            }
            self.deleted_lists.push(Deleted {
                kind: object.info.name,
                id: object.id.to_string(),
                created: object.created,
                at: self.now,
                label: Some(object.full_name),
            });
        }
    }

    /// Whether anything refers to the list element.
    pub fn is_used(&self, id: &ListId) -> bool {
        self.uses.get(id).is_some_and(|uses| *uses > 0)
    }

    fn count_use(&mut self, id: &str, more: bool) {
        if let Some(uses) = self.uses.get_mut(id) {
            *uses = if more { *uses + 1 } else { *uses - 1 };
            if *uses == 0 {
                self.uses.remove(id);
            }
        } else if more {
            self.uses.insert(ListId::new(id), 1);
        }
    }

    fn count_uses(&mut self, fields: &[Element], more: bool) {
        for field in fields {
            if field.name == "ListID" {
                self.count_use(&field.text, more);
            }
            self.count_uses(&field.children, more);
        }
    }

    /// Puts a new or changed transaction in place: what it did before is undone, what it does now is done.
    pub fn put_txn(&mut self, mut txn: Txn) {
        for entry in &mut txn.body.entries {
            let others = [&mut entry.class, &mut entry.entity, &mut entry.item];
            others.into_iter().flatten().chain([&mut entry.account]).for_each(|id| self.share(id));
        }
        debug_assert_eq!(txn.body.entries.iter().map(|entry| entry.amount).sum::<Decimal>(), Decimal::ZERO);
        if let Some(old) = self.txns.remove(&txn.id) {
            self.count_effects(&old, false);
        }
        self.count_effects(&txn, true);
        if let Some(number) = txn.text("RefNumber").and_then(|text| text.parse::<u64>().ok()) {
            let highest = self.ref_numbers.entry(txn.info.name).or_default();
            *highest = number.max(*highest);
        }
        self.txns.insert(txn.id.clone(), txn);
    }

    pub fn remove_txn(&mut self, id: &TxnId) {
        self.release_payments(id);
        self.release_receipts(id);
        if let Some(txn) = self.txns.remove(id) {
            self.count_effects(&txn, false);
            self.deleted_txns.push(Deleted {
                kind: txn.info.name,
                id: txn.id.to_string(),
                created: txn.created,
                at: self.now,
                label: txn.text("RefNumber").map(ToOwned::to_owned),
            });
        }
    }

    /// Takes the list's own copy of an id, so that a hundred thousand entries hold one text.
    fn share(&self, id: &mut ListId) {
        if let Some((shared, _)) = self.lists.get_key_value(id) {
            id.clone_from(shared);
        }
    }

    /// Does what a transaction does, or takes it back.
    fn count_effects(&mut self, txn: &Txn, doing: bool) {
        if doing {
            self.index.insert(txn);
        } else {
            self.index.remove(txn);
        }
        for id in txn.fields.list_ids().chain(txn.body.lines.iter().flat_map(|line| line.fields.list_ids())) {
            self.count_use(id, doing);
        }
        for entry in &txn.body.entries {
            self.post(entry, if doing { entry.amount } else { -entry.amount });
            self.count_use(entry.account.as_str(), doing);
            if let Some(item) = &entry.item {
                self.count_use(item.as_str(), doing);
            }
        }
        for change in &txn.body.moves {
            let stock = self.stock.entry(change.item.clone()).or_default();
            if doing {
                stock.apply(change);
            } else {
                stock.undo(change);
            }
            if let Some(site) = &change.site {
                let there = self.at_sites.entry((change.item.clone(), site.clone())).or_default();
                *there += if doing { change.quantity } else { -change.quantity };
            }
        }
        if txn.info.name == "SalesOrder" && !matches!(txn.text("IsManuallyClosed"), Some("true" | "1")) {
            for line in &txn.body.lines {
                let quantity = line.fields.text("Quantity").and_then(|text| text.parse().ok());
                let quantity: Decimal = quantity.unwrap_or_default();
                if let Some(item) = line.fields.reference("ItemRef") {
                    *self.ordered.entry(item).or_default() += if doing { quantity } else { -quantity };
                }
            }
        }
        if doing {
            self.purchase_orders.insert(txn);
        } else {
            self.purchase_orders.remove(txn);
        }
        for application in &txn.body.applications {
            let settled = self.settled.entry(application.to.clone()).or_default();
            if doing {
                settled.insert(txn.id.clone(), application.amount + application.discount);
            } else {
                settled.remove(&txn.id);
            }
        }
        for payment in &txn.body.deposits {
            if doing {
                self.deposited.insert(payment.clone(), txn.id.clone());
            } else {
                self.deposited.remove(payment);
            }
        }
    }

    fn post(&mut self, entry: &Entry, amount: Decimal) {
        *self.balances.entry(entry.account.clone()).or_default() += amount;
        let Some(entity) = &entry.entity else { return };
        match self.account_type(&entry.account) {
            "AccountsReceivable" => *self.receivables.entry(entity.clone()).or_default() += amount,
            "AccountsPayable" => *self.payables.entry(entity.clone()).or_default() -= amount,
            _ => {}
        }
    }

    /// The number that QuickBooks gives a form when the request gives none.
    pub fn next_ref_number(&self, info: &TxnInfo) -> String {
        (self.ref_numbers.get(info.name).copied().unwrap_or(0) + 1).to_string()
    }

    /// The payments that settled a transaction are no longer applied to it.
    pub fn release_payments(&mut self, id: &TxnId) {
        for payment in self.settled.remove(id).unwrap_or_default().into_keys() {
            let Some(mut txn) = self.txns.get(&payment).cloned() else { continue };
            txn.body.applications.retain(|application| application.to != *id);
            txn.modified = self.now;
            txn.sequence = self.new_sequence();
            self.put_txn(txn);
        }
    }

    /// What was received on a purchase order stays, and is no longer linked to it.
    fn release_receipts(&mut self, order: &TxnId) {
        for purchase in self.purchase_orders.purchases(order) {
            let Some(mut txn) = self.txns.get(&purchase).cloned() else { continue };
            let linked =
                |fields: &Packed| purchase_orders::link_in(&fields.open()).is_some_and(|link| link.0 == *order);
            for line in txn.body.lines.iter_mut().filter(|line| linked(&line.fields)) {
                let mut fields = line.fields.open();
                fields.retain(|field| field.name != "LinkToTxn");
                line.fields = Packed::of(&fields);
            }
            txn.body.receipts.retain(|receipt| receipt.order != *order);
            txn.modified = self.now;
            txn.sequence = self.new_sequence();
            self.put_txn(txn);
        }
    }

    /// The payments that settle a transaction, with the amount of each.
    pub fn settlements(&self, id: &TxnId) -> impl Iterator<Item = (&TxnId, Decimal)> {
        self.settled.get(id).into_iter().flatten().map(|(payment, amount)| (payment, *amount))
    }

    /// How much of a transaction is settled, leaving one payment out of account.
    pub fn settled_amount(&self, id: &TxnId, except: Option<&TxnId>) -> Decimal {
        self.settlements(id).filter(|(payment, _)| Some(*payment) != except).map(|(_, amount)| amount).sum()
    }
}

/// Rounds to cents, half away from zero (PROTOCOL.md c.8).
pub(crate) fn cents(amount: Decimal) -> Decimal {
    round(amount, 2)
}

pub(crate) fn round(amount: Decimal, places: u32) -> Decimal {
    amount.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

/// An amount as QuickBooks writes it: two decimals.
pub(crate) fn money(amount: Decimal) -> String {
    format!("{:.2}", cents(amount))
}

/// A rate or quantity as QuickBooks writes it: up to five decimals, no trailing zeros.
pub(crate) fn number(amount: Decimal) -> String {
    round(amount, 5).normalize().to_string()
}
