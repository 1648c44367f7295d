//! Purchases and stock: from purchase orders, stock adjustments and transfers to the entries that are still to be made.
//!
//! The rules, which docs/accounting.md shows with their postings:
//!
//! - What is sent to the supplier becomes a purchase order, which posts nothing, and follows what changes. It is closed
//!   when nothing more is expected.
//! - Goods are bought when they come: each receipt is an item receipt or a bill of what was accepted, at the order's unit
//!   cost with its tax. What was rejected was not bought.
//! - Freight, duty and what the supplier adds or takes off stand on the first receipt as a whole.
//! - What changes after it was received changes the receipt in place while its period is open; else a bill or a vendor
//!   credit carries the difference. Goods that are not kept after all, and charges that change, always do the latter.
//! - Goods of which QuickBooks keeps no stock are spent when they come.

mod changes;
mod facts;
mod figures;
mod forms;
mod stock;
mod vendor;

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use qbxml::{Quantity, limits};
use rust_decimal::Decimal;

use crate::{
    body::Body,
    document::{
        Document, DocumentId, Fact, GoodsReceipt, PurchaseChargeKind, PurchaseLine, PurchaseOrder, PurchaseState,
        Variant,
    },
    entry::{Entry, EntryKey, EntryKind, Event, Mapped, Past},
    items,
    ledger::Ledger,
    map::Context,
    mapping::{FreightIn, Mode, Modes, Purpose, ReceiptForm},
    money::Money,
    names,
    needs::{self, Needs},
    plan::{self, local, open_day},
    purchases::{
        facts::{CLOSED, Charged, Goods, ORDERED},
        forms::{Head, Kind, Line, Ordered, Sheet},
    },
    reasons::{HeldReason, Why},
};

pub(crate) use figures::{adjustment_figures, purchase_figures};
pub(crate) use stock::{adjustment, transfer};
pub(crate) use vendor::{called, of_supplier};

/// Role of the keys of receipts, of further forms of what came, and of credits.
const RECEIPT: &str = "receipt";
const DIFFERENCE: &str = "difference";
const RETURNED: &str = "returned";

/// The document without what took place before `from`, by the shop's calendar: goods that came and stock that moved before
/// is in what the company file has to begin with. Charges go with the goods that came first. What is in the books by `past`
/// stays: a later beginning takes nothing back.
#[must_use]
pub fn since<'d>(document: &'d Document, past: &[Past], from: Date, zone: &TimeZone) -> Cow<'d, Document> {
    let before = |at: Timestamp| at.to_zoned(zone.clone()).date() < from;
    let is_carried = |begin: &str| {
        let mut events = past.iter().flat_map(|past| &past.entry.carries);
        events.any(|event| event.subject().is_some_and(|subject| subject.starts_with(begin)))
    };
    let is_cut = |receipt: &GoodsReceipt| before(receipt.at) && !is_carried(&format!("{}|", receipt.id));
    let mut cut = Cow::Borrowed(document);
    match &document.fact {
        Fact::PurchaseOrder(order) if order.receipts.iter().any(is_cut) => {
            if let Fact::PurchaseOrder(order) = &mut cut.to_mut().fact {
                order.receipts.retain(|receipt| !is_cut(receipt));
                order.charges.retain(|charge| is_carried(&facts::charge_subject(charge.kind, &charge.id)));
            }
        }
        Fact::StockAdjustment(adjustment) if past.is_empty() && adjustment.at.is_some_and(before) => {
            if let Fact::StockAdjustment(adjustment) = &mut cut.to_mut().fact {
                adjustment.lines.clear();
            }
        }
        Fact::StockTransfer(transfer) if transfer.arrivals.iter().any(|arrival| before(arrival.at)) => {
            if let Fact::StockTransfer(transfer) = &mut cut.to_mut().fact {
                transfer.arrivals.retain(|arrival| !before(arrival.at));
            }
        }
        _ => {}
    }
    cut
}

/// How much QuickBooks is told of what began at this time.
fn modes(context: &Context<'_>, at: Timestamp) -> Modes {
    let day = at.in_tz(&context.shop.time_zone).map(|local| local.date());
    context.mapping.modes_on(day.unwrap_or_default())
}

/// Something stands in the way: the reasons are in the needs. What was planned before it is carried out all the same.
struct Stop;

/// The plan for one purchase order.
struct Plan<'a, 'o> {
    needs: Needs<'a>,
    order: &'o PurchaseOrder,
    id: &'o DocumentId,
    /// When the source last changed it: the day of what is different since.
    updated_at: Timestamp,
    ledger: Ledger,
    head: Head<'o>,
    modes: Modes,
    rate: Decimal,
    goods: Vec<Goods>,
    entries: Vec<Entry>,
    /// What is being planned, for whoever has to decide when it is held.
    about: (EntryKey, EntryKind, Timestamp, Money),
}

/// What a purchase order comes to beyond what of it is in QuickBooks.
pub(crate) fn purchase_order(
    (id, updated_at): (&DocumentId, Timestamp),
    order: &PurchaseOrder,
    past: &[Past],
    context: &Context<'_>,
) -> Mapped {
    if order.state == PurchaseState::Draft && order.receipts.is_empty() {
        return Mapped { waits: true, ..Mapped::default() };
    }
    let mut plan = Plan::new((id, updated_at), order, Ledger::of(past), context);
    if plan.ledger.undone && plan.needs.reasons().is_empty() {
        if !changes::is_behind(order, &plan.goods, plan.rate, &plan.ledger) {
            return Mapped::default();
        }
        plan.needs.hold(HeldReason::Undone);
    }
    plan.carry_out()
}

/// What goods that came become.
const fn receipt_kind(context: &Context<'_>) -> (Kind, EntryKind) {
    match context.mapping.purchases.receipt {
        ReceiptForm::ItemReceipt => (Kind::Receipt, EntryKind::ItemReceipt),
        ReceiptForm::Bill => (Kind::Bill, EntryKind::Bill),
    }
}

impl<'a, 'o> Plan<'a, 'o> {
    fn new(
        (id, updated_at): (&'o DocumentId, Timestamp),
        order: &'o PurchaseOrder,
        ledger: Ledger,
        context: &'a Context<'a>,
    ) -> Self
    where
        'o: 'a,
    {
        let modes = modes(context, order.ordered_at.unwrap_or(order.created_at));
        let mut needs = Needs::new(context, id, modes, &order.number);
        plan::of_the_books(&mut needs);
        if let PurchaseState::Other(state) = &order.state {
            needs.hold(HeldReason::NotCarriedYet { what: format!("purchase state {state}") });
        }
        let rate = facts::rate(&mut needs, order, &ledger);
        let goods = facts::goods(&mut needs, order, rate);
        let head = Head {
            id,
            title: &order.number,
            what: [&order.number, &order.supplier_name].map(|part| part.trim()).join(" "),
            vendor: String::new(),
            class: None,
            site: needs::site(context, order.location.as_ref()),
            due: order.payment_due,
        };
        let total = goods.iter().map(|goods| goods.now.amount).sum();
        let about = (EntryKey::new(RECEIPT, id.as_str()), receipt_kind(context).1, order.created_at, total);
        Self { needs, order, id, updated_at, ledger, head, modes, rate, goods, entries: Vec::new(), about }
    }

    fn carry_out(mut self) -> Mapped {
        let stopped = self.all().is_err();
        let (key, kind, at, total) = self.about;
        let held = stopped.then(|| (self.ledger.fresh(key), kind, at, total));
        self.needs.outcome(self.entries, held)
    }

    fn all(&mut self) -> Result<(), Stop> {
        self.ready()?;
        let has_work = !self.goods.is_empty() || self.ledger.forms().next().is_some() || self.is_expected();
        if !has_work {
            return Ok(());
        }
        self.parties()?;
        self.order()?;
        self.receive()?;
        self.follow()?;
        self.close_order()
    }

    /// Vendor and class, which all forms have.
    fn parties(&mut self) -> Result<(), Stop> {
        // A credit or a difference is of the vendor of the receipt, whoever the shop says that the supplier is by now.
        let booked_on = self.ledger.forms().find_map(|(_, form)| vendor_of(&form.body));
        let booked_on = booked_on.and_then(|name| self.needs.context.lists.named(crate::lists::NameSpace::Name, name));
        self.head.vendor = match booked_on {
            Some(vendor) => vendor.full_name,
            None => vendor::vendor(&mut self.needs, self.order, self.modes.vendors).ok_or(Stop)?,
        };
        let location = self.order.location.as_ref();
        self.head.class = location.and_then(|location| self.needs.class(Some(location)));
        self.ready()
    }

    // The order itself

    fn is_expected(&self) -> bool {
        matches!(self.order.state, PurchaseState::Ordered | PurchaseState::PartlyReceived)
    }

    fn order(&mut self) -> Result<(), Stop> {
        if !self.needs.context.mapping.purchases.orders || self.modes.inventory == Mode::Summary {
            return Ok(());
        }
        let value = facts::fingerprint(self.order);
        let history = facts::history(&self.ledger, ORDERED, |value| Some(value.to_owned()));
        match history.last() {
            None if self.is_expected() => self.send_order(&value),
            Some(carried) if carried.value != value => {
                let target = carried.form.clone();
                self.change_order(&target, &value)
            }
            _ => Ok(()),
        }
    }

    fn send_order(&mut self, value: &str) -> Result<(), Stop> {
        let at = self.order.ordered_at.unwrap_or(self.order.created_at);
        let closing = self.needs.context.company.closing_date;
        if local(&self.needs, at).is_some_and(|day| closing.is_some_and(|closing| day <= closing)) {
            // It posts nothing: what comes later is bought without it.
            return Ok(());
        }
        let key = EntryKey::new("purchase_order", self.id.as_str());
        self.about = (key.clone(), EntryKind::PurchaseOrder, at, Money::ZERO);
        let mut lines = Vec::new();
        for line in &self.order.lines {
            lines.extend(self.ordered_line(line)?);
        }
        if lines.is_empty() {
            return Ok(());
        }
        self.about.3 = lines.iter().map(|line| line.amount).sum();
        self.needs.because(Why::Ordered);
        self.converted();
        let date = self.day(at)?;
        let number = names::reference_of(&self.order.number, self.id, limits::REF_NUMBER);
        let carries = vec![facts::next(&self.ledger, ORDERED, value)];
        let key = self.ledger.fresh(key);
        let sheet = Sheet { key, date, number, carries, after: Vec::new(), order: None };
        let entry = self.head.purchase_order(&mut self.needs, sheet, &lines, self.order.expected);
        self.add(entry)
    }

    /// A line of the purchase order; none for goods of which QuickBooks keeps no stock.
    fn ordered_line(&mut self, line: &PurchaseLine) -> Result<Option<Ordered>, Stop> {
        let Some((variant, known)) = self.stocked(line)? else { return Ok(None) };
        let Some(amount) = facts::ordered_amount(line, self.rate) else {
            self.needs.hold(HeldReason::NoUnitCost { item: line.title.clone() });
            return Err(Stop);
        };
        let item = items::of_variant(&mut self.needs, &variant, &known).ok_or(Stop)?;
        let (id, quantity) = (line.id.clone(), line.quantity);
        Ok(item.stocked.then(|| Ordered { id, item: item.item, text: line.title.clone(), quantity, amount }))
    }

    /// The purchase order says what is ordered now. Its lines keep their places, because receipts refer to them.
    fn change_order(&mut self, target: &EntryKey, value: &str) -> Result<(), Stop> {
        let Some(Body::PurchaseOrder { form, lines: known, closed }) = self.changeable_order(target) else {
            return Ok(());
        };
        let (mut ids, mut rows) = (known.clone(), form.purchase_order_line_add.clone());
        for (id, row) in known.iter().zip(&mut rows) {
            if !self.order.lines.iter().any(|line| line.id == *id) {
                // Taken off the order: what was received of it stays.
                let came = self.goods.iter().filter(|goods| goods.line == *id);
                let (quantity, amount) = came.fold((0, Money::ZERO), |(quantity, amount), goods| {
                    (quantity + goods.now.quantity, amount + goods.now.amount)
                });
                row.quantity = Quantity::new(Decimal::from(quantity)).ok();
                row.amount = Some(crate::forms::amount(&mut self.needs, amount));
            }
        }
        for line in &self.order.lines {
            let Some(ordered) = self.ordered_line(line)? else { continue };
            let made = self.head.ordered(&mut self.needs, std::slice::from_ref(&ordered));
            match (ids.iter().position(|id| *id == line.id), made.into_iter().next()) {
                (Some(place), Some(made)) => rows[place] = made,
                (None, Some(made)) => {
                    ids.push(line.id.clone());
                    rows.push(made);
                }
                (_, None) => {}
            }
        }
        let mut form = (*form).clone();
        form.expected_date = self.order.expected.or(form.expected_date);
        form.purchase_order_line_add = rows;
        let after = Body::PurchaseOrder { form: Box::new(form), lines: ids, closed };
        self.order_stands(target, after, facts::next(&self.ledger, ORDERED, value))
    }

    /// The purchase order is closed once nothing more is expected, after everything that came was received of it.
    fn close_order(&mut self) -> Result<(), Stop> {
        let Some((target, ..)) = self.standing_order() else { return Ok(()) };
        let done = facts::is_closed(self.order);
        match self.changeable_order(&target) {
            Some(Body::PurchaseOrder { form, lines, closed }) if closed != done => {
                let after = Body::PurchaseOrder { form, lines, closed: done };
                let value = if done { "closed" } else { "open" };
                self.order_stands(&target, after, facts::next(&self.ledger, CLOSED, value))
            }
            _ => Ok(()),
        }
    }

    /// The purchase order as it stands, if it may be changed.
    fn changeable_order(&mut self, target: &EntryKey) -> Option<Body> {
        let standing = self.ledger.form(target).filter(|_| self.ledger.is_unlinked(target))?;
        let closing = self.needs.context.company.closing_date;
        standing.date.filter(|date| closing.is_none_or(|closing| *date > closing))?;
        Some(standing.body.clone())
    }

    /// Changes the purchase order in place.
    fn order_stands(&mut self, target: &EntryKey, after: Body, carries: Event) -> Result<(), Stop> {
        let Some(standing) = self.ledger.form(target).cloned() else { return Ok(()) };
        let (Some(date), Body::PurchaseOrder { form, .. }) = (standing.date, &after) else { return Ok(()) };
        let total =
            form.purchase_order_line_add.iter().map(|row| Money::new(row.amount.unwrap_or_default().value())).sum();
        let key = EntryKey::new("change", target.as_str());
        self.about = (key.clone(), EntryKind::Change, self.updated_at, total);
        self.needs.because(Why::OrderChanged);
        let number = form.ref_number.clone().unwrap_or_default();
        let receipts = self.entries.iter().filter(|entry| entry.needs.contains(target) && entry.target().is_none());
        let after_these = std::iter::once(target.clone()).chain(receipts.map(|entry| entry.key.clone())).collect();
        let sheet = Sheet {
            key: self.ledger.fresh(key),
            date,
            number,
            carries: vec![carries],
            after: after_these,
            order: None,
        };
        let before = Some(Box::new(standing.body));
        let body = Body::Change { target: target.clone(), before, after: Box::new(after) };
        let entry = self.head.entry(&mut self.needs, sheet, EntryKind::Change, total, Vec::new(), body);
        self.add(entry)
    }

    /// The purchase order that stands, the ids of its lines by place, and what must be there before it is received.
    fn standing_order(&self) -> Option<(EntryKey, Vec<DocumentId>, Vec<EntryKey>)> {
        self.ledger.forms().find_map(|(key, form)| match &form.body {
            Body::PurchaseOrder { lines, .. } => {
                let changes = self.entries.iter().filter(|entry| entry.target() == Some(key));
                let after = std::iter::once(key.clone()).chain(changes.map(|entry| entry.key.clone()));
                Some((key.clone(), lines.clone(), after.collect()))
            }
            _ => None,
        })
    }

    // What came

    fn receive(&mut self) -> Result<(), Stop> {
        let order: &'o PurchaseOrder = self.order;
        for receipt in &order.receipts {
            let came: Vec<Goods> = self
                .goods
                .iter()
                .filter(|goods| goods.subject.starts_with(&format!("{}|", receipt.id)))
                .filter(|goods| facts::goods_history(&self.ledger, &goods.subject).is_empty())
                .cloned()
                .collect();
            if came.is_empty() {
                continue;
            }
            let (kind, entry_kind) = receipt_kind(self.needs.context);
            let key = EntryKey::new(RECEIPT, receipt.id.as_str());
            let total = came.iter().map(|goods| goods.now.amount).sum();
            self.about = (key.clone(), entry_kind, receipt.at, total);
            self.needs.because(Why::GoodsReceived);
            let mut lines = Vec::new();
            for goods in &came {
                lines.push(self.goods_line(&goods.line, goods.now.quantity, goods.now.amount)?);
            }
            let mut carries: Vec<Event> =
                came.iter().map(|goods| facts::next(&self.ledger, &goods.subject, &goods.now.text())).collect();
            let first = self.ledger.count(&[RECEIPT]) == 0;
            carries.extend(if first { self.charge(&mut lines) } else { Vec::new() });
            self.enter(kind, key, receipt.at, carries, &lines)?;
        }
        Ok(())
    }

    /// Puts the charges on the form that is being made: on accounts of their own, or into the cost of its goods.
    fn charge(&mut self, lines: &mut Vec<Line>) -> Vec<Event> {
        let mut carries = Vec::new();
        for charge in &self.order.charges {
            let amount = facts::charged(charge, self.rate);
            if amount.is_zero() {
                continue;
            }
            let has_items = lines.iter().any(|line| line.item.is_some());
            let in_cost = charge.kind != PurchaseChargeKind::Adjustment
                && has_items
                && self.needs.context.mapping.purchases.freight == FreightIn::ItemCost;
            if in_cost {
                self.needs.because(Why::ChargesInCost);
                into_cost(amount, lines);
            } else {
                self.needs.because(Why::ChargesOnFirstReceipt);
                lines.push(self.charge_line(charge.kind, &charge.title, amount));
            }
            let value = Charged { amount, in_cost }.text();
            carries.push(facts::next(&self.ledger, &facts::charge_subject(charge.kind, &charge.id), &value));
        }
        carries
    }

    fn charge_line(&mut self, kind: PurchaseChargeKind, title: &str, amount: Money) -> Line {
        let account = self.needs.account(charge_purpose(kind));
        Line { item: None, account, text: title.to_owned(), amount, place: None }
    }

    /// A line of goods.
    fn goods_line(&mut self, id: &DocumentId, quantity: u32, amount: Money) -> Result<Line, Stop> {
        let Some(line) = self.order.lines.iter().find(|line| line.id == *id) else {
            self.needs.hold(HeldReason::NotCarriedYet { what: "goods of a line that is gone".to_owned() });
            return Err(Stop);
        };
        if !line.tax.is_zero() {
            self.needs.because(Why::TaxInCost);
        }
        self.converted();
        let text = line.title.clone();
        let stocked = match self.stocked(line)? {
            Some((variant, known)) => {
                let item = items::of_variant(&mut self.needs, &variant, &known).ok_or(Stop)?;
                item.stocked.then_some(item.item)
            }
            None => None,
        };
        if let Some(item) = stocked {
            let account = items::asset_account(&mut self.needs, &item);
            let places = self.standing_order().map(|(_, places, _)| places).unwrap_or_default();
            let place = places.iter().position(|place| place == id);
            return Ok(Line { item: Some((item, quantity)), account, text, amount, place });
        }
        let purpose = if self.modes.inventory == Mode::Summary {
            Purpose::InventoryAsset
        } else {
            self.needs.because(Why::NotCounted);
            Purpose::Cogs
        };
        let account = self.needs.account(purpose);
        Ok(Line { item: None, account, text, amount, place: None })
    }

    /// The variant that a line buys, if QuickBooks keeps stock of it item by item. What the shop does not have any more is
    /// not counted; of what it has, it must have told.
    fn stocked(&mut self, line: &PurchaseLine) -> Result<Option<(DocumentId, Variant)>, Stop> {
        if self.modes.inventory == Mode::Summary || line.item.is_none() {
            return Ok(None);
        }
        let Some((id, variant)) = bought(self.needs.context, line) else {
            self.needs.hold(HeldReason::UnknownGoods { item: line.title.clone() });
            return Err(Stop);
        };
        Ok(items::is_stocked(&self.needs, &id, &variant).then_some((id, variant)))
    }

    /// Makes a form of what happened `at` that time.
    fn enter(
        &mut self,
        kind: Kind,
        key: EntryKey,
        at: Timestamp,
        carries: Vec<Event>,
        lines: &[Line],
    ) -> Result<(), Stop> {
        let payable = self.needs.account(Purpose::AccountsPayable);
        let date = self.day(at)?;
        let number = self.number(&key);
        let key = self.ledger.fresh(key);
        let mut after = Vec::new();
        let mut order = None;
        if kind != Kind::Credit
            && let Some((key, _, first)) = self.standing_order()
        {
            order = lines.iter().any(|line| line.place.is_some()).then_some(key);
            after.extend(order.as_ref().map(|_| first).unwrap_or_default());
        }
        let sheet = Sheet { key, date, number, carries, after, order };
        let entry = self.head.form(&mut self.needs, kind, sheet, lines, &payable);
        self.add(entry)
    }

    // Common parts

    /// The supplier's own number of its bill, or the order's; further forms have a mark and a number behind it.
    fn number(&self, key: &EntryKey) -> String {
        let told = self.order.supplier_invoice.as_deref().map(str::trim).filter(|number| !number.is_empty());
        let own = names::reference_of(told.unwrap_or(&self.order.number), self.id, limits::LONG_REF_NUMBER);
        let role = key.as_str().split(':').next().unwrap_or_default();
        let before = self.ledger.count(&[role]);
        let mark = match role {
            RETURNED => "C",
            DIFFERENCE => "D",
            _ if before == 0 => return own,
            _ => "",
        };
        names::part(&own, mark, before + 1, limits::LONG_REF_NUMBER)
    }

    fn day(&mut self, at: Timestamp) -> Result<Date, Stop> {
        open_day(&mut self.needs, at).ok_or(Stop)
    }

    fn converted(&mut self) {
        if self.order.currency != self.needs.context.shop.currency {
            let currency = self.order.currency.code().to_owned();
            self.needs.because(Why::Converted { currency, rate: self.rate });
        }
    }

    fn add(&mut self, entry: Option<Entry>) -> Result<(), Stop> {
        self.ready()?;
        let entry = entry.ok_or(Stop)?;
        self.ledger.post(&entry);
        self.entries.push(entry);
        Ok(())
    }

    fn ready(&self) -> Result<(), Stop> {
        if self.needs.reasons().is_empty() { Ok(()) } else { Err(Stop) }
    }
}

/// The variant that a line buys, with what is known of it.
fn bought(context: &Context<'_>, line: &PurchaseLine) -> Option<(DocumentId, Variant)> {
    let item = context.facts.document(line.item.as_ref()?)?;
    let Fact::StockItem(stock) = item.fact else { return None };
    let told = Variant {
        sku: line.sku.clone(),
        product_title: line.title.clone(),
        unit_cost: stock.unit_cost,
        ..Variant::default()
    };
    let known = context.facts.document(&stock.variant).map(|document| document.fact);
    let variant = if let Some(Fact::Variant(variant)) = known { variant } else { told };
    Some((stock.variant, Variant { tracked: stock.tracked, ..variant }))
}

/// Puts an amount into the cost of the items, in proportion to what they cost.
fn into_cost(amount: Money, lines: &mut [Line]) {
    let mut items: Vec<&mut Line> = lines.iter_mut().filter(|line| line.item.is_some()).collect();
    let weights: Vec<Money> = items.iter().map(|line| line.amount).collect();
    for (line, part) in items.iter_mut().zip(facts::spread(amount, &weights)) {
        line.amount += part;
    }
}

const fn charge_purpose(kind: PurchaseChargeKind) -> Purpose {
    match kind {
        PurchaseChargeKind::Freight | PurchaseChargeKind::Duty => Purpose::Freight,
        PurchaseChargeKind::Adjustment => Purpose::PurchaseDiscounts,
    }
}

/// The vendor, by name, of a form of a purchase.
fn vendor_of(body: &Body) -> Option<&str> {
    let vendor = match body {
        Body::ItemReceipt { form, .. } => &form.vendor_ref,
        Body::Bill { form, .. } => &form.vendor_ref,
        Body::VendorCredit(form) => &form.vendor_ref,
        Body::PurchaseOrder { form, .. } => form.vendor_ref.as_ref()?,
        _ => return None,
    };
    if let qbxml::Ref::Name(name) = vendor { Some(name) } else { None }
}
