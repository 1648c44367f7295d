//! An order's life: what was agreed when, and what money moved when, in the order in which it happened.
//!
//! Each agreement is a leg with what it sold and what it took back; an order to which nothing happened since it was placed
//! has one leg, told by its lines. Legs never change once they are agreed (SHOPIFY.md 3.5), so what is carried into the
//! books stays right whatever happens later.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::{
    document::{
        AgreedSale, Agreement, AgreementKind, DocumentId, Fate, Order, OrderLine, Payment, PaymentKind, PaymentStatus,
        Refund, ShippingLine, Subject, TaxLine,
    },
    entry::Event,
    mapping::Mapping,
    money::Money,
    reasons::HeldReason,
    sums::{self, Source},
};

/// What a row of a leg is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What<'o> {
    Goods(&'o OrderLine),
    GiftCard(&'o OrderLine),
    Tip,
    Shipping(&'o str),
    Duties,
    Fee(&'o str),
    /// A price changed, and no goods moved: what a later discount takes off, or what taking it away puts on again.
    Allowance(&'o OrderLine),
    /// Money for no goods.
    Adjustment,
}

impl What<'_> {
    /// What tells it from the other rows of an order.
    pub fn subject(&self) -> (u8, &str) {
        match self {
            Self::Goods(line) | Self::GiftCard(line) | Self::Allowance(line) => (0, line.id.as_str()),
            Self::Tip => (1, ""),
            Self::Shipping(title) => (2, title),
            Self::Duties => (3, ""),
            Self::Fee(title) => (4, title),
            Self::Adjustment => (5, ""),
        }
    }
}

/// A row of a leg: what was sold, or what was taken back, in positive amounts.
#[derive(Clone, Debug)]
pub(crate) struct Row<'o> {
    pub what: What<'o>,
    pub quantity: u32,
    /// Before discounts, net of tax.
    pub price: Money,
    /// What each discount takes off, net of tax.
    pub discounts: Vec<(&'o str, Money)>,
    pub taxes: Vec<TaxLine>,
    /// What became of goods that were taken back.
    pub fate: Fate,
}

impl Row<'_> {
    /// With tax, after discounts.
    pub fn total(&self) -> Money {
        self.earned() + sums::tax(&self.taxes)
    }

    /// Net of tax, after discounts.
    pub fn earned(&self) -> Money {
        self.price - self.off()
    }

    /// What its discounts take off, net of tax.
    pub fn off(&self) -> Money {
        self.discounts.iter().map(|(_, amount)| *amount).sum()
    }

    pub fn is_taxed(&self) -> bool {
        !self.taxes.is_empty()
    }
}

/// With tax, after discounts.
pub(crate) fn total(rows: &[Row<'_>]) -> Money {
    rows.iter().map(Row::total).sum()
}

/// Kinds of legs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LegKind<'o> {
    Placed,
    Edited,
    /// Goods are to come back, perhaps for others.
    Returned,
    Refunded(&'o Refund),
}

/// What was agreed at one time.
#[derive(Clone, Debug)]
pub(crate) struct Leg<'o> {
    /// The source's id of it; of a refund the refund's, of the placing the order's own.
    pub id: Option<&'o DocumentId>,
    pub at: Timestamp,
    pub kind: LegKind<'o>,
    pub sold: Vec<Row<'o>>,
    pub back: Vec<Row<'o>>,
    /// Goods that an earlier leg took back and that, as is known now, did not go into stock.
    pub lost: Vec<(&'o OrderLine, u32)>,
}

impl Leg<'_> {
    /// What it sold, as an event.
    pub fn sale(&self) -> Event {
        self.id.map_or_else(Event::placed, |id| Event::of(id, "sold"))
    }

    /// What it took back, as an event.
    pub fn taking_back(&self) -> Event {
        self.id.map_or_else(Event::placed, |id| Event::of(id, "back"))
    }

    /// What its goods cost, as an event.
    pub fn cost(&self) -> Event {
        self.id.map_or_else(Event::cost, |id| Event::of(id, "cost"))
    }

    /// Whether goods of it came back but not into stock.
    pub fn loses_goods(&self) -> bool {
        self.back.iter().any(|row| matches!(row.what, What::Goods(_)) && row.fate != Fate::Restocked)
    }

    /// The last part of the keys of its entries.
    pub fn subject(&self) -> &str {
        self.id.map_or("", DocumentId::as_str)
    }
}

/// Money that came in or went out.
#[derive(Clone, Debug)]
pub(crate) struct Movement<'o> {
    /// The payment, and what was handed back as change of it.
    pub events: Vec<Event>,
    pub id: &'o DocumentId,
    pub gateway: &'o str,
    pub source: Source,
    pub at: Timestamp,
    /// What moved, with the rounding of cash.
    pub amount: Money,
    /// What rounding of cash added to it.
    pub rounding: Money,
}

impl Movement<'_> {
    /// What it settles of what is owed.
    pub fn settles(&self) -> Money {
        self.amount - self.rounding
    }

    /// Its rounding, as an event.
    pub fn rounded(&self) -> Event {
        Event::of(self.id, "rounding")
    }
}

/// An order's life so far.
#[derive(Debug)]
pub(crate) struct Life<'o> {
    /// Oldest first; the first is the placing.
    pub legs: Vec<Leg<'o>>,
    /// Money received, oldest first.
    pub received: Vec<Movement<'o>>,
    /// Money given back, oldest first.
    pub given_back: Vec<Movement<'o>>,
    /// Refunds whose money is on its way: they wait until it is known whether it arrives.
    pub pending: BTreeSet<&'o DocumentId>,
}

impl<'o> Life<'o> {
    /// Reads the life of an order whose amounts are usable.
    ///
    /// # Errors
    /// Why it can't be told: the history is missing, or the source's figures contradict each other.
    pub fn of(order: &'o Order, mapping: &Mapping) -> Result<Self, Vec<HeldReason>> {
        let legs = if order.agreements.is_empty() { vec![placed(order)?] } else { agreed(order)? };
        let pending = pending(order);
        let mut life =
            Self { legs, received: received(order, mapping), given_back: given_back(order, mapping), pending };
        life.spread_rounding(order);
        life.check(order)?;
        Ok(life)
    }

    /// Everything sold so far less what was taken back, with tax.
    fn due(&self) -> Money {
        self.legs.iter().map(|leg| total(&leg.sold) - total(&leg.back)).sum()
    }

    /// Payments may state the rounding of cash within their amounts, beside them, or not at all where the order states it:
    /// from here on it is within.
    fn spread_rounding(&mut self, order: &Order) {
        let rounding = order.totals.cash_rounding;
        if rounding.is_zero() {
            return;
        }
        let told: Money = self.received.iter().map(|payment| payment.rounding).sum();
        let stated: Money = self.received.iter().map(|payment| payment.amount).sum();
        let sold: Money = self.legs.iter().map(|leg| total(&leg.sold)).sum();
        let placed: Money = self.legs.first().map(|leg| total(&leg.sold)).unwrap_or_default();
        if told.is_zero() {
            let cash = self.received.iter_mut().rev().max_by_key(|payment| payment.gateway == "cash");
            if let Some(payment) = cash.filter(|_| stated != sold) {
                payment.rounding = rounding;
            }
        } else if stated == sold || stated == placed {
            for payment in &mut self.received {
                payment.amount += payment.rounding;
            }
        }
    }

    /// What the source says was agreed must come to what it says was paid and is still owed.
    fn check(&self, order: &Order) -> Result<(), Vec<HeldReason>> {
        let held = |stated, computed| Err(vec![HeldReason::DoesNotAddUp { stated, computed }]);
        let received: Money = self.received.iter().map(|payment| payment.amount).sum();
        let given_back: Money = self.given_back.iter().map(|payment| payment.amount).sum();
        let rounding: Money = self.received.iter().map(|payment| payment.rounding).sum();
        let rounding_back: Money = self.given_back.iter().map(|payment| payment.rounding).sum();
        if self.received.iter().chain(&self.given_back).any(|payment| payment.amount.is_negative()) {
            return held(order.totals.received, received);
        }
        if rounding != order.totals.cash_rounding {
            return held(order.totals.cash_rounding, rounding);
        }
        let owed = self.due() + rounding - rounding_back - received + given_back;
        let paid = order.payment_state == crate::document::PaymentState::Paid;
        if (order.agreements.is_empty() && paid && !owed.is_zero())
            || (owed.is_negative() && order.agreements.is_empty())
        {
            return held(order.totals.total, received);
        }
        Ok(())
    }
}

/// The one leg of an order to which nothing happened since it was placed.
fn placed(order: &Order) -> Result<Leg<'_>, Vec<HeldReason>> {
    if order.edited || !order.refunds.is_empty() {
        return Err(vec![HeldReason::HistoryMissing]);
    }
    let contradictions = sums::contradictions(order);
    if !contradictions.is_empty() {
        return Err(contradictions);
    }
    let mut sold: Vec<Row<'_>> =
        order.lines.iter().filter(|line| !is_void(line)).map(|line| line_row(order, line)).collect();
    sold.extend(order.shipping.iter().map(|line| shipping_row(order, line)));
    sold.extend(order.fees.iter().map(|fee| plain(What::Fee(&fee.title), fee.amount, fee.taxes.clone())));
    let duties: Money = order.lines.iter().map(|line| line.duties).sum();
    sold.push(plain(What::Duties, duties, Vec::new()));
    if !sums::has_tip_lines(order) {
        sold.push(plain(What::Tip, order.totals.tips, Vec::new()));
    }
    sold.retain(|row| matches!(row.what, What::Goods(_) | What::GiftCard(_)) || !row.price.is_zero() || row.is_taxed());
    Ok(Leg { id: None, at: order.placed_at, kind: LegKind::Placed, sold, back: Vec::new(), lost: Vec::new() })
}

/// A line that sells nothing: removed before the order was placed.
fn is_void(line: &OrderLine) -> bool {
    line.quantity == 0 && line.discounts.is_empty() && line.taxes.is_empty()
}

fn of_line(line: &OrderLine) -> What<'_> {
    match (line.tip, line.item.gift_card) {
        (true, _) => What::Tip,
        (false, true) => What::GiftCard(line),
        (false, false) => What::Goods(line),
    }
}

fn line_row<'o>(order: &Order, line: &'o OrderLine) -> Row<'o> {
    let net = sums::net(order, line);
    let discounts = line.discounts.iter().map(|discount| discount.title.as_str()).zip(net.discounts).collect();
    let what = of_line(line);
    Row { what, quantity: line.quantity, price: net.price, discounts, taxes: line.taxes.clone(), fate: Fate::Restocked }
}

fn shipping_row<'o>(order: &Order, line: &'o ShippingLine) -> Row<'o> {
    plain(What::Shipping(&line.title), sums::net_shipping(order, line), line.taxes.clone())
}

fn plain(what: What<'_>, price: Money, taxes: Vec<TaxLine>) -> Row<'_> {
    Row { what, quantity: 0, price, discounts: Vec::new(), taxes, fate: Fate::Restocked }
}

/// The legs of an order whose history the source tells.
fn agreed(order: &Order) -> Result<Vec<Leg<'_>>, Vec<HeldReason>> {
    let mut legs = Vec::new();
    let mut reasons = Vec::new();
    let mut refunds: BTreeSet<&DocumentId> = BTreeSet::new();
    for agreement in &order.agreements {
        match leg(order, agreement) {
            Ok(leg) => {
                if let LegKind::Refunded(refund) = leg.kind {
                    refunds.insert(&refund.id);
                }
                legs.push(leg);
            }
            Err(reason) => reasons.push(reason),
        }
    }
    // A refund without an agreement gave money back for no goods, or for goods of which an edit tells.
    for refund in order.refunds.iter().filter(|refund| !refunds.contains(&refund.id)) {
        if !refund.goods.is_empty() {
            reasons.push(HeldReason::HistoryMissing);
        }
        legs.push(Leg {
            id: Some(&refund.id),
            at: refund.at,
            kind: LegKind::Refunded(refund),
            sold: Vec::new(),
            back: Vec::new(),
            lost: Vec::new(),
        });
    }
    legs.sort_by(|one, other| {
        let placed = |leg: &Leg<'_>| !matches!(leg.kind, LegKind::Placed);
        (placed(one), one.at).cmp(&(placed(other), other.at))
    });
    if !matches!(legs.first().map(|leg| leg.kind), Some(LegKind::Placed)) {
        reasons.push(HeldReason::HistoryMissing);
    }
    spread_discounts(&mut legs);
    if reasons.is_empty() { Ok(legs) } else { Err(reasons) }
}

/// What comes back last of a line takes with it what is left of its discounts: net of tax, their parts may be a cent off.
fn spread_discounts(legs: &mut [Leg<'_>]) {
    let mut left: BTreeMap<String, (u32, Money)> = BTreeMap::new();
    for leg in legs {
        for row in &leg.sold {
            let (quantity, off) = left.entry(row.what.subject().1.to_owned()).or_default();
            *quantity += row.quantity;
            *off += if matches!(row.what, What::Allowance(_)) { -row.price } else { row.off() };
        }
        for row in &mut leg.back {
            let (quantity, off) = left.entry(row.what.subject().1.to_owned()).or_default();
            if matches!(row.what, What::Allowance(_)) {
                *off += row.price;
                continue;
            }
            if matches!(row.what, What::Goods(_) | What::GiftCard(_)) && *quantity == row.quantity {
                let more = *off - row.off();
                row.price += more;
                match row.discounts.first_mut() {
                    Some(discount) => discount.1 += more,
                    None => row.discounts.push(("", more)),
                }
                row.discounts.retain(|(_, amount)| !amount.is_zero());
            }
            *quantity = quantity.saturating_sub(row.quantity);
            *off -= row.off();
        }
    }
}

fn leg<'o>(order: &'o Order, agreement: &'o Agreement) -> Result<Leg<'o>, HeldReason> {
    let kind = match &agreement.kind {
        AgreementKind::Placed => LegKind::Placed,
        AgreementKind::Refunded { refund: Some(id) } => order
            .refunds
            .iter()
            .find(|refund| refund.id == *id)
            .map(LegKind::Refunded)
            .ok_or(HeldReason::HistoryMissing)?,
        AgreementKind::Refunded { refund: None } => return Err(HeldReason::HistoryMissing),
        AgreementKind::Edited => LegKind::Edited,
        AgreementKind::Returned => LegKind::Returned,
        AgreementKind::Other(what) => return Err(HeldReason::NotCarriedYet { what: what.clone() }),
    };
    let (id, at) = match kind {
        LegKind::Placed => (None, order.placed_at),
        LegKind::Edited | LegKind::Returned => (Some(&agreement.id), agreement.at),
        LegKind::Refunded(refund) => (Some(&refund.id), agreement.at),
    };
    let mut leg = Leg { id, at, kind, sold: Vec::new(), back: Vec::new(), lost: Vec::new() };
    let mut fates = Fates::of(leg.kind);
    for sale in &agreement.sales {
        let mut row = row(order, sale, leg.kind)?;
        let takes_back = sale.total.is_negative() || sale.quantity < 0;
        if takes_back {
            fates.tell(&mut row, &mut leg.back);
        } else if !sale.total.is_zero() || sale.quantity > 0 {
            leg.sold.push(row);
        }
    }
    leg.lost = fates.lost(order);
    Ok(leg)
}

/// What became of the goods of a refund, line by line.
struct Fates<'o>(Vec<(&'o DocumentId, u32, Fate)>);

impl<'o> Fates<'o> {
    fn of(kind: LegKind<'o>) -> Self {
        let LegKind::Refunded(refund) = kind else { return Self(Vec::new()) };
        Self(refund.goods.iter().map(|goods| (&goods.line, goods.quantity, goods.fate)).collect())
    }

    /// Of the goods of which no row tells, because their return was agreed before, those that did not go into stock.
    fn lost(self, order: &'o Order) -> Vec<(&'o OrderLine, u32)> {
        let lost = self.0.into_iter().filter(|(_, quantity, fate)| *quantity > 0 && *fate != Fate::Restocked);
        lost.filter_map(|(id, quantity, _)| Some((order.lines.iter().find(|line| line.id == *id)?, quantity))).collect()
    }

    /// Puts the row among those taken back, with what became of its goods; goods of one line that met different fates are
    /// rows of their own, whose amounts add up to the cent.
    fn tell(&mut self, row: &mut Row<'o>, back: &mut Vec<Row<'o>>) {
        if let What::Goods(line) = row.what {
            for (id, quantity, fate) in &mut self.0 {
                if **id != line.id || *quantity == 0 {
                    continue;
                }
                if *quantity >= row.quantity {
                    *quantity -= row.quantity;
                    row.fate = *fate;
                    break;
                }
                let mut part = split(row, *quantity);
                *quantity = 0;
                part.fate = *fate;
                back.push(part);
            }
        }
        back.push(row.clone());
    }
}

/// Takes `quantity` units out of the row, with their share of everything.
fn split<'o>(row: &mut Row<'o>, quantity: u32) -> Row<'o> {
    let share = Decimal::from(quantity).checked_div(Decimal::from(row.quantity)).unwrap_or(Decimal::ONE);
    let take = |amount: &mut Money| {
        let part = (*amount * share).rounded();
        *amount -= part;
        part
    };
    let mut part = row.clone();
    part.quantity = quantity;
    part.price = take(&mut row.price);
    for (own, taken) in row.discounts.iter_mut().zip(&mut part.discounts) {
        taken.1 = take(&mut own.1);
    }
    for (own, taken) in row.taxes.iter_mut().zip(&mut part.taxes) {
        taken.amount = take(&mut own.amount);
    }
    row.quantity -= quantity;
    part
}

fn row<'o>(order: &'o Order, sale: &'o AgreedSale, kind: LegKind<'_>) -> Result<Row<'o>, HeldReason> {
    let sign = if sale.total.is_negative() || sale.quantity < 0 { -Decimal::ONE } else { Decimal::ONE };
    let (total, mut off) = (sale.total * sign, sale.discount * sign);
    let mut taxes: Vec<TaxLine> =
        sale.taxes.iter().map(|tax| TaxLine { amount: tax.amount * sign, ..tax.clone() }).collect();
    taxes.retain(|tax| !tax.amount.is_zero());
    let earned = total - sums::tax(&taxes);
    let quantity = u32::try_from(sale.quantity.unsigned_abs())
        .map_err(|_| HeldReason::DoesNotFit { field: "Quantity".to_owned() })?;
    let what = match &sale.subject {
        Subject::Line(id) => {
            let line = order.lines.iter().find(|line| line.id == *id).ok_or(HeldReason::HistoryMissing)?;
            // As it was placed, unless it changed: then each discount of the line has its own amount.
            let placed = matches!(kind, LegKind::Placed) && line.quantity == quantity;
            if placed {
                let row = line_row(order, line);
                if row.total() == total {
                    return Ok(row);
                }
            }
            if quantity == 0 && !line.tip { What::Allowance(line) } else { of_line(line) }
        }
        Subject::Shipping { title } => What::Shipping(title),
        Subject::Tip => What::Tip,
        Subject::Duty => What::Duties,
        Subject::Fee { title } => What::Fee(title),
        Subject::Adjustment => What::Adjustment,
        Subject::Other(what) => return Err(HeldReason::NotCarriedYet { what: what.clone() }),
    };
    // Delivery is booked as charged; a discount that an edit gives is the row itself.
    if !matches!(what, What::Goods(_) | What::GiftCard(_)) {
        off = Money::ZERO;
    }
    if order.taxes_included && !off.is_zero() {
        let share = earned.value().checked_div(total.value()).unwrap_or(Decimal::ONE);
        off = (off * share).rounded();
    }
    let title = match what {
        What::Goods(line) => line.discounts.first().map_or("", |discount| discount.title.as_str()),
        _ => "",
    };
    let discounts = if off.is_zero() { Vec::new() } else { vec![(title, off)] };
    Ok(Row { what, quantity, price: earned + off, discounts, taxes, fate: Fate::Restocked })
}

/// Money received: sales and captures that took place, each less the change that was handed back of it (SHOPIFY.md 3.3).
fn received<'o>(order: &'o Order, mapping: &Mapping) -> Vec<Movement<'o>> {
    let mut movements: Vec<Movement<'o>> = Vec::new();
    let mut changes = Vec::new();
    for payment in &order.payments {
        match sums::received(payment) {
            Some(_) if payment.kind == PaymentKind::Change => changes.push(payment),
            Some(_) => movements.push(movement(payment, mapping)),
            None => {}
        }
    }
    for change in changes {
        let parent = movements
            .iter()
            .position(|movement| Some(movement.id) == change.parent.as_ref())
            .or_else(|| movements.iter().rposition(|movement| movement.gateway == change.gateway));
        match parent.and_then(|place| movements.get_mut(place)) {
            Some(movement) => {
                movement.amount -= change.amount;
                movement.rounding += change.rounding;
                movement.events.push(Event::of(&change.id, ""));
            }
            // Handed out without anything taken in: seen as a contradiction.
            None => movements.push(Movement { amount: -change.amount, ..movement(change, mapping) }),
        }
    }
    movements.retain(|movement| !movement.amount.is_zero());
    movements.sort_by(|one, other| (one.at, one.id).cmp(&(other.at, other.id)));
    movements
}

fn given_back<'o>(order: &'o Order, mapping: &Mapping) -> Vec<Movement<'o>> {
    let mut movements: Vec<Movement<'o>> = order
        .payments
        .iter()
        .filter(|payment| {
            !payment.test && payment.kind == PaymentKind::Refund && payment.status == PaymentStatus::Success
        })
        .map(|payment| movement(payment, mapping))
        .collect();
    movements.retain(|movement| !movement.amount.is_zero());
    movements.sort_by(|one, other| (one.at, one.id).cmp(&(other.at, other.id)));
    movements
}

fn movement<'o>(payment: &'o Payment, mapping: &Mapping) -> Movement<'o> {
    Movement {
        events: vec![Event::of(&payment.id, "")],
        id: &payment.id,
        gateway: &payment.gateway,
        source: sums::source(mapping, &payment.gateway),
        at: payment.at,
        amount: payment.amount,
        rounding: payment.rounding,
    }
}

fn pending(order: &Order) -> BTreeSet<&DocumentId> {
    let on_its_way: BTreeSet<&DocumentId> = order
        .payments
        .iter()
        .filter(|payment| {
            !payment.test && payment.kind == PaymentKind::Refund && payment.status == PaymentStatus::Pending
        })
        .map(|payment| &payment.id)
        .collect();
    order
        .refunds
        .iter()
        .filter(|refund| refund.payments.iter().any(|payment| on_its_way.contains(payment)))
        .map(|refund| &refund.id)
        .collect()
}
