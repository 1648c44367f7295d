//! An order's life as a story: what happens in the shop step by step, and after each step what the mapping makes of it,
//! posted into books that watch that QuickBooks could have taken it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use books::{
    Body, Document, DocumentId, Entry, EntryKey, EntryKind, Event, Fact, Mapped, Money, NameSpace, Past,
    document::{
        AgreedSale, Agreement, AgreementKind, DeliveryState, Discount, Fate, GoodsBack, Order, OrderLine, Payment,
        PaymentKind, PaymentState, PaymentStatus, Refund, Subject, TaxLine,
    },
};
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;

use super::{World, body_lines, by_account, id, linked, money, tax_of, totalled, units::Units};

/// What one edit, return or refund does to the sale.
#[derive(Clone, Debug)]
pub enum Deal {
    /// A line is added.
    Add(Box<OrderLine>),
    /// So many units of the line with this place are taken off, or come back.
    Remove(usize, u32),
    /// So much is taken off the price of a line, with its share of the tax.
    Discount(usize, Money),
    /// So much of the delivery is given back, with its share of the tax.
    Shipping(Money),
    /// What is kept back of a return.
    Keep(&'static str, Money),
    /// Money for no goods: above zero it is given, below zero it is kept.
    Adjust(Money),
}

impl Deal {
    /// A line is added.
    pub fn add(line: OrderLine) -> Self {
        Self::Add(Box::new(line))
    }
}

/// How a refund goes.
#[derive(Clone, Debug, Default)]
pub struct Back {
    /// What it takes off the sale.
    pub deals: Vec<Deal>,
    /// What became of the goods: line, quantity, fate.
    pub fates: Vec<(usize, u32, Fate)>,
    /// Gateway and amount.
    pub money: Vec<(&'static str, Money)>,
    /// What rounding of cash adds to the money.
    pub rounding: Money,
    /// Whether the money is on its way still.
    pub pending: bool,
}

/// Entries for people: what each is, what it carries and what it posts.
pub fn brief<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> String {
    let mut text = String::new();
    for entry in entries {
        writeln!(text, "{:?} {} {} {:?}", entry.kind, entry.key, entry.total, entry.carries).unwrap();
        let of: Vec<String> = entry.postings.iter().map(|row| format!("{} {}", row.account, row.amount)).collect();
        writeln!(text, "    {}", of.join(", ")).unwrap();
    }
    text
}

/// The life of one order, in the shop and in the books.
#[derive(Clone, Debug)]
pub struct Story {
    pub world: World,
    /// The order as it is, with its whole history.
    pub order: Order,
    /// What is in the books of it.
    pub past: Vec<Past>,
    pub waits: bool,
    pub now: Timestamp,
    /// The order's own number.
    number: u64,
    history: bool,
    left: BTreeMap<DocumentId, Units>,
    shipping: Vec<Units>,
    next: u64,
    standing: BTreeMap<EntryKey, Body>,
    open: BTreeMap<EntryKey, Money>,
}

impl Story {
    /// The order as it was placed, delivered and paid as it says.
    pub fn of(order: Order) -> Self {
        Self::within(World::new(), order)
    }

    pub fn within(world: World, order: Order) -> Self {
        Self::numbered(world, order, 1001)
    }

    /// One of several orders: nothing of them has the same id.
    pub fn numbered(world: World, order: Order, number: u64) -> Self {
        let included = order.taxes_included;
        let mut story = Self {
            world,
            past: Vec::new(),
            waits: false,
            now: order.placed_at,
            history: false,
            left: order.lines.iter().map(|line| (line.id.clone(), Units::of(line))).collect(),
            shipping: order
                .shipping
                .iter()
                .map(|line| Units {
                    quantity: 1,
                    price: line.price,
                    discount: line.discount,
                    taxes: line.taxes.clone(),
                })
                .collect(),
            number,
            next: 100 + (number - 1001) * 10_000,
            standing: BTreeMap::new(),
            open: BTreeMap::new(),
            order,
        };
        let mut sales: Vec<AgreedSale> = Vec::new();
        for line in &story.order.lines {
            sales.push(Units::of(line).row(
                Subject::Line(line.id.clone()),
                line.quantity.into(),
                Decimal::ONE,
                included,
            ));
        }
        for (line, units) in story.order.shipping.iter().zip(&story.shipping) {
            sales.push(units.row(Subject::Shipping { title: line.title.clone() }, 0, Decimal::ONE, included));
        }
        let plain = |subject, total, taxes| AgreedSale { subject, quantity: 0, total, discount: Money::ZERO, taxes };
        for fee in &story.order.fees {
            let total = fee.amount + tax_of(&fee.taxes);
            sales.push(plain(Subject::Fee { title: fee.title.clone() }, total, fee.taxes.clone()));
        }
        let duties: Money = story.order.lines.iter().map(|line| line.duties).sum();
        sales.push(plain(Subject::Duty, duties, Vec::new()));
        if !story.order.lines.iter().any(|line| line.tip) {
            sales.push(plain(Subject::Tip, story.order.totals.tips, Vec::new()));
        }
        for payment in &mut story.order.payments {
            payment.id = id("OrderTransaction", story.next);
            story.next += 1;
        }
        story.agree(AgreementKind::Placed, sales);
        story.state();
        story
    }

    // What happens in the shop

    /// An hour goes by.
    fn later(&mut self) {
        self.now = self.now.checked_add(1.hour()).unwrap();
    }

    /// So many days go by.
    pub fn days(&mut self, days: i64) -> &mut Self {
        self.now = self.now.checked_add((24 * days).hours()).unwrap();
        self
    }

    fn fresh(&mut self, kind: &str) -> DocumentId {
        self.next += 1;
        id(kind, self.next)
    }

    fn agree(&mut self, kind: AgreementKind, sales: Vec<AgreedSale>) {
        let agreement = Agreement { id: self.fresh("SalesAgreement"), at: self.now, kind, sales };
        self.order.agreements.push(agreement);
    }

    pub fn pay(&mut self, gateway: &str, amount: &str) -> &mut Self {
        self.take(gateway, money(amount))
    }

    pub fn take(&mut self, gateway: &str, amount: Money) -> &mut Self {
        self.later();
        let paid = Payment { id: self.fresh("OrderTransaction"), at: self.now, amount, ..super::payment(gateway, "0") };
        self.order.payments.push(paid);
        self.state();
        self
    }

    pub fn deliver(&mut self, state: DeliveryState) -> &mut Self {
        self.later();
        self.order.delivery_state = state;
        self
    }

    pub fn edit(&mut self, deals: Vec<Deal>) -> &mut Self {
        self.later();
        let sales = self.deal(deals);
        self.order.edited = true;
        self.history = true;
        self.agree(AgreementKind::Edited, sales);
        self.state();
        self
    }

    /// A return is agreed, or an exchange: the goods and the money follow in a refund.
    pub fn take_back(&mut self, deals: Vec<Deal>) -> &mut Self {
        self.later();
        let sales = self.deal(deals);
        self.history = true;
        self.agree(AgreementKind::Returned, sales);
        self.state();
        self
    }

    pub fn refund(&mut self, back: Back) -> &mut Self {
        self.later();
        let sales = self.deal(back.deals);
        let refund = self.fresh("Refund");
        let mut payments = Vec::new();
        let mut rounding = back.rounding;
        for (gateway, amount) in &back.money {
            let paid = Payment {
                id: self.fresh("OrderTransaction"),
                kind: PaymentKind::Refund,
                status: if back.pending { PaymentStatus::Pending } else { PaymentStatus::Success },
                at: self.now,
                amount: *amount + rounding,
                rounding,
                ..super::payment(gateway, "0")
            };
            rounding = Money::ZERO;
            payments.push(paid.id.clone());
            self.order.payments.push(paid);
        }
        let goods = back
            .fates
            .iter()
            .map(|(line, quantity, fate)| GoodsBack {
                line: self.order.lines[*line].id.clone(),
                quantity: *quantity,
                fate: *fate,
            })
            .collect();
        let total = back.money.iter().map(|(_, amount)| *amount).sum();
        self.order.refunds.push(Refund { id: refund.clone(), at: self.now, total, goods, payments });
        self.history = true;
        self.agree(AgreementKind::Refunded { refund: Some(refund) }, sales);
        self.state();
        self
    }

    /// Money that was on its way arrives.
    pub fn arrives(&mut self) -> &mut Self {
        self.later();
        for payment in self.order.payments.iter_mut().filter(|payment| payment.status == PaymentStatus::Pending) {
            payment.status = PaymentStatus::Success;
            payment.at = self.now;
        }
        self.state();
        self
    }

    /// All that is left is taken off, and all money given back by the way it came.
    pub fn cancel(&mut self) -> &mut Self {
        let lines = 0..self.order.lines.len();
        let left: Vec<(usize, u32, Fate)> =
            lines.map(|line| (line, self.left(line), Fate::Restocked)).filter(|left| left.1 > 0).collect();
        let mut deals: Vec<Deal> = left.iter().map(|(line, quantity, _)| Deal::Remove(*line, *quantity)).collect();
        deals.push(Deal::Shipping(self.shipping.iter().map(Units::net).sum()));
        let mut back = Back { deals, fates: left, ..Back::default() };
        let mut rest: BTreeMap<&'static str, Money> = BTreeMap::new();
        for payment in &self.order.payments {
            let sign = match (&payment.kind, &payment.status) {
                (PaymentKind::Sale | PaymentKind::Capture, PaymentStatus::Success) => Decimal::ONE,
                (PaymentKind::Refund, PaymentStatus::Success) => -Decimal::ONE,
                _ => continue,
            };
            let gateway = super::GATEWAYS.iter().find(|known| **known == payment.gateway).unwrap();
            *rest.entry(gateway).or_default() += (payment.amount - payment.rounding) * sign;
        }
        let total: Money = rest.values().copied().sum();
        let came: Vec<_> = rest.into_iter().filter(|(_, amount)| amount.is_positive()).collect();
        let mut due = total;
        for (gateway, amount) in came {
            let part = amount.min(due);
            if part.is_positive() {
                back.money.push((gateway, part));
                due -= part;
            }
        }
        self.refund(back);
        let others = |sale: &&AgreedSale| matches!(sale.subject, Subject::Tip | Subject::Duty | Subject::Fee { .. });
        let agreed = self.order.agreements.iter().flat_map(|agreement| &agreement.sales);
        let others: Vec<AgreedSale> = agreed.filter(others).cloned().collect();
        let back = others.into_iter().map(|mut sale| {
            sale.total = -sale.total;
            sale.taxes.iter_mut().for_each(|tax| tax.amount = -tax.amount);
            sale
        });
        self.order.agreements.last_mut().unwrap().sales.extend(back);
        // What can't be given back by its parts is money for no goods.
        let owed = self.outstanding();
        if !owed.is_zero() {
            let row = AgreedSale {
                subject: Subject::Adjustment,
                quantity: 0,
                total: -owed,
                discount: Money::ZERO,
                taxes: Vec::new(),
            };
            self.order.agreements.last_mut().unwrap().sales.push(row);
        }
        self.order.cancelled_at = Some(self.now);
        self.state();
        self
    }

    fn deal(&mut self, deals: Vec<Deal>) -> Vec<AgreedSale> {
        let included = self.order.taxes_included;
        let mut sales = Vec::new();
        let plain =
            |subject, total| AgreedSale { subject, quantity: 0, total, discount: Money::ZERO, taxes: Vec::new() };
        for deal in deals {
            match deal {
                Deal::Add(line) => {
                    let units = Units::of(&line);
                    let subject = Subject::Line(line.id.clone());
                    sales.push(units.row(subject, line.quantity.into(), Decimal::ONE, included));
                    self.left.insert(line.id.clone(), units);
                    self.order.lines.push(*line);
                }
                Deal::Remove(line, quantity) => {
                    let line = &self.order.lines[line].id;
                    let units = self.left.get_mut(line).unwrap();
                    let part = units.take(Decimal::from(quantity) / Decimal::from(units.quantity));
                    units.quantity -= quantity;
                    sales.push(part.row(Subject::Line(line.clone()), -i64::from(quantity), -Decimal::ONE, included));
                }
                Deal::Discount(line, amount) => {
                    let line = &mut self.order.lines[line];
                    let units = self.left.get_mut(&line.id).unwrap();
                    let share = amount.value() / units.net().value();
                    let mut saved = Vec::new();
                    for (place, tax) in units.taxes.iter_mut().enumerate() {
                        let part = (tax.amount * share).rounded();
                        tax.amount -= part;
                        line.taxes[place].amount -= part;
                        saved.push(TaxLine { amount: -part, ..tax.clone() });
                    }
                    units.discount += amount;
                    let title = "Scuffed".to_owned();
                    line.discounts.push(Discount { title, amount, across_order: false });
                    let total = -amount + if included { Money::ZERO } else { tax_of(&saved) };
                    let subject = Subject::Line(line.id.clone());
                    sales.push(AgreedSale { subject, quantity: 0, total, discount: amount, taxes: saved });
                }
                Deal::Shipping(amount) => {
                    let Some(units) = self.shipping.first_mut().filter(|units| !units.net().is_zero()) else {
                        continue;
                    };
                    units.price = units.net();
                    units.discount = Money::ZERO;
                    let part = units.take(amount.value() / units.price.value());
                    let subject = Subject::Shipping { title: String::new() };
                    sales.push(part.row(subject, 0, -Decimal::ONE, included));
                }
                Deal::Keep(title, amount) => sales.push(plain(Subject::Fee { title: title.to_owned() }, amount)),
                Deal::Adjust(amount) => sales.push(plain(Subject::Adjustment, -amount)),
            }
        }
        sales
    }

    // What the shop says

    /// Units of a line that are neither removed nor back.
    pub fn left(&self, line: usize) -> u32 {
        self.left[&self.order.lines[line].id].quantity
    }

    /// What is left of the price of a line, after discounts.
    pub fn worth(&self, line: usize) -> Money {
        self.left[&self.order.lines[line].id].net()
    }

    /// What is left of the delivery.
    pub fn delivery(&self) -> Money {
        self.shipping.first().map(Units::net).unwrap_or_default()
    }

    fn due(&self) -> Money {
        self.order.agreements.iter().flat_map(|agreement| &agreement.sales).map(|sale| sale.total).sum()
    }

    fn moved(&self, refunded: bool) -> Money {
        let counts = |payment: &&Payment| {
            payment.status == PaymentStatus::Success && (payment.kind == PaymentKind::Refund) == refunded
        };
        self.order.payments.iter().filter(counts).map(|payment| payment.amount - payment.rounding).sum()
    }

    pub fn received(&self) -> Money {
        self.moved(false)
    }

    pub fn given_back(&self) -> Money {
        self.moved(true)
    }

    /// Owed by the buyer; below zero owed to them.
    pub fn outstanding(&self) -> Money {
        self.due() - self.received() + self.given_back()
    }

    pub fn is_pending(&self) -> bool {
        self.order.payments.iter().any(|payment| payment.status == PaymentStatus::Pending)
    }

    fn state(&mut self) {
        let (received, given_back) = (self.received(), self.given_back());
        let tips = self.order.totals.tips;
        self.order = totalled(self.order.clone());
        if !self.order.lines.iter().any(|line| line.tip) {
            self.order.totals.tips = tips;
        }
        self.order.totals.received = received;
        self.order.totals.refunded = given_back;
        self.order.totals.outstanding = self.outstanding();
        self.order.payment_state = if received.is_positive() && given_back.is_positive() {
            if given_back >= received { PaymentState::Refunded } else { PaymentState::PartiallyRefunded }
        } else if received >= self.due() && (received.is_positive() || self.order.totals.total.is_zero()) {
            PaymentState::Paid
        } else if received.is_positive() {
            PaymentState::PartiallyPaid
        } else if self.order.cancelled_at.is_some() {
            PaymentState::Voided
        } else {
            PaymentState::Pending
        };
    }

    /// The order as the shop tells it: without its agreements as long as nothing happened to it.
    pub fn told(&self) -> Order {
        let mut order = self.order.clone();
        if !self.history {
            order.agreements.clear();
        }
        order
    }

    pub fn document(&self) -> Document {
        Document { id: id("Order", self.number), updated_at: self.now, fact: Fact::Order(Box::new(self.told())) }
    }

    // What the books make of it

    /// What is to be posted now.
    pub fn mapped(&self) -> Mapped {
        books::map(&self.document(), &self.past, &self.world.context())
    }

    /// Why it is held.
    pub fn held(&self) -> Vec<books::HeldReason> {
        self.mapped().held.unwrap_or_else(|| panic!("not held: {:#?}", self.mapped().entries)).reasons
    }

    /// What it would come to if nothing of it were in the books yet.
    pub fn afresh(&self) -> Mapped {
        books::map(&self.document(), &[], &self.world.context())
    }

    /// Maps what happened, posts it, and gives the new transactions.
    pub fn posted(&mut self) -> Vec<Entry> {
        let mapped = self.mapped();
        assert!(mapped.held.is_none(), "held: {:?}\nposted:\n{}", mapped.held, brief(&self.entries()));
        self.waits = mapped.waits;
        self.post(mapped.entries.clone());
        let again = self.mapped();
        assert!(again.entries.is_empty() && again.held.is_none(), "mapped again: {}", brief(&again.entries));
        mapped.entries.into_iter().filter(|entry| !entry.kind.is_list()).collect()
    }

    pub fn post(&mut self, entries: Vec<Entry>) {
        self.world.company.post(&entries);
        for entry in entries.into_iter().filter(|entry| !entry.kind.is_list()) {
            self.watch(&entry);
            self.past.push(Past { entry, undone: false, refused: false });
        }
    }

    /// What QuickBooks would refuse, or do in another way than the entry says.
    fn watch(&mut self, entry: &Entry) {
        entry.request(|_| Some(linked())).unwrap().check().unwrap_or_else(|errors| panic!("{errors:?}: {entry:#?}"));
        let key = &entry.key;
        assert!(self.past.iter().all(|past| past.entry.key != *key), "{key} is posted twice");
        let known: BTreeSet<&Event> = self.past.iter().flat_map(|past| &past.entry.carries).collect();
        assert!(entry.carries.iter().all(|event| !known.contains(event)), "{key} carries again: {:?}", entry.carries);
        assert!(entry.postings.iter().map(|posting| posting.amount).sum::<Money>().is_zero());
        for need in &entry.needs {
            let there = self.past.iter().any(|past| past.entry.key == *need) || self.world.company.has(need);
            assert!(there, "{key} comes before {need}, which it needs");
        }
        let form = match &entry.body {
            Body::Change { after, .. } => after,
            body => body,
        };
        if let Some(lines) = body_lines(form) {
            assert!(!lines.is_empty(), "{key} has no lines");
            assert_eq!(lines.iter().map(|line| line.2).sum::<Money>(), entry.total, "{key}");
            for (item, _, amount) in lines {
                let found = books::Lists::named(&self.world.company, NameSpace::Item, &item);
                let kind = found.unwrap_or_else(|| panic!("{item} is not in the company file")).kind;
                assert!(kind != "ItemDiscount" || !amount.is_positive(), "{key}: a discount lowers the sum always");
                assert!(kind != "ItemSalesTax" || !amount.is_negative(), "{key}: tax below zero");
            }
        }
        let moves = |form: &Body| !matches!(form, Body::SalesOrder(_) | Body::Application { .. });
        if let Some((closed, day)) = self.world.file.closing_date.zip(entry.date)
            && moves(form)
        {
            assert!(day > closed, "{key} is in a closed period");
        }
        self.settle(entry);
    }

    fn settle(&mut self, entry: &Entry) {
        let mut close = |to: &EntryKey, amount: Money| {
            let open = self.open.get_mut(to).unwrap_or_else(|| panic!("{} settles {to}", entry.key));
            *open -= amount;
            assert!(!open.is_negative(), "{} settles more of {to} than is open", entry.key);
        };
        match &entry.body {
            Body::ReceivePayment { invoices: parts, .. }
            | Body::ARRefundCreditCard { credits: parts, .. }
            | Body::Check { credits: parts, .. } => {
                for part in parts {
                    close(&part.to, Money::new(part.amount.value()));
                }
                assert_eq!(parts.iter().map(|part| Money::new(part.amount.value())).sum::<Money>(), entry.total);
            }
            Body::Application { invoice, credit, amount } => {
                close(invoice, Money::new(amount.value()));
                close(credit, Money::new(amount.value()));
            }
            Body::Change { target, before, after } => {
                assert_eq!(self.standing.get(target), before.as_deref(), "{} knows not what it changes", entry.key);
                self.reopen(target, entry);
                self.standing.insert(target.clone(), (**after).clone());
            }
            Body::Void { target, before } => {
                assert_eq!(self.standing.get(target), Some(&**before), "{} knows not what it voids", entry.key);
                self.reopen(target, entry);
                self.standing.remove(target);
            }
            body => {
                if matches!(entry.kind, EntryKind::Invoice | EntryKind::CreditMemo) {
                    self.open.insert(entry.key.clone(), entry.total);
                }
                self.standing.insert(entry.key.clone(), body.clone());
            }
        }
    }

    /// A form that is changed must be unlinked, and is open anew.
    fn reopen(&mut self, target: &EntryKey, entry: &Entry) {
        let was = self.past.iter().rev().find(|past| past.entry.target().unwrap_or(&past.entry.key) == target);
        let was = was.map(|past| past.entry.total);
        if let Some(open) = self.open.get_mut(target) {
            assert_eq!(Some(*open), was, "{} changes what is linked", entry.key);
            *open = entry.total;
        }
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.past.iter().map(|past| past.entry.clone()).collect()
    }

    /// What is in the books by account.
    pub fn sums(&self) -> BTreeMap<String, Money> {
        by_account(self.past.iter().flat_map(|past| past.entry.postings.iter()))
    }
}
