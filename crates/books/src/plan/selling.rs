//! The sale of an order, and the sales order with its deposits before it.

use jiff::civil::Date;

use super::{
    Plan, Stop, carried,
    edits::{fold, legs_carried},
    local, sale_key,
};
use crate::{
    body::Body,
    entry::{Entry, EntryKey, EntryKind, Event},
    forms::Sheet,
    items::Charge,
    ledger::DEPOSIT,
    life::{Leg, Life, Movement, Row, total},
    mapping::Form,
    money::Money,
    names,
    reasons::Why,
    sale::{self, Line, Way},
    sums::Source,
};

impl<'o> Plan<'_, 'o> {
    pub(super) fn sell(&mut self, form: Form) -> Result<(), Stop> {
        let key = sale_key(self.id);
        let Some(placed) = self.life.legs.first() else { return Ok(()) };
        let kind = if form == Form::Invoice { EntryKind::Invoice } else { EntryKind::SalesReceipt };
        self.about = (key.clone(), kind, placed.at, self.order.totals.total);
        let date = self.date(placed.at)?;
        // A sales order has its edits in it already.
        let foldable = if self.adjusts() && !self.has_sales_order() { Vec::new() } else { self.foldable() };
        let deposits = self.ledger.deposits;
        let candidates: Vec<(usize, Vec<Row<'o>>)> = (0..=foldable.len())
            .filter_map(|count| Some((count, fold(&placed.sold, &foldable[..count])?)))
            .filter(|(_, rows)| !rows.is_empty())
            .collect();
        let sheet = Sheet {
            key: self.ledger.fresh(key),
            date,
            number: names::reference(self.order, self.id),
            carries: Vec::new(),
            after: Vec::new(),
        };
        // As many edits as the form can take are in it from the beginning.
        if form == Form::SalesReceipt {
            for (count, rows) in candidates.iter().rev().filter(|(_, rows)| deposits <= total(rows)) {
                let paid = self.paying(total(rows) - deposits);
                if let Some(paid) = paid.filter(|paid| self.has_use_for_the_rest(paid, &foldable[..*count])) {
                    let carries = carried_by(placed, &foldable[..*count], &paid);
                    self.why_sold(&paid);
                    return self.receipt(Sheet { carries, ..sheet }, rows, &paid, deposits);
                }
            }
        }
        let gateways = self.gateways();
        if gateways.len() > 1 {
            self.needs.because(Why::SeveralGateways { gateways });
        }
        let paid: Money = self.unused().map(Movement::settles).sum();
        let fits = |rows: &[Row<'_>]| deposits + paid <= total(rows);
        let chosen = candidates.iter().rev().find(|(_, rows)| fits(rows)).or_else(|| candidates.first());
        let Some((count, rows)) = chosen else { return Ok(()) };
        let deposits = deposits.min(total(rows));
        let credits = self.credit_payments(total(rows) - deposits);
        let mut carries = carried_by(placed, &foldable[..*count], &credits);
        // The rounding of cash is part of what is billed, so that the payments come to it.
        let rounded: Vec<Movement<'o>> = self
            .unused()
            .filter(|payment| payment.source == Source::Gateway && !payment.rounding.is_zero())
            .cloned()
            .collect();
        carries.extend(rounded.iter().map(Movement::rounded));
        let sheet = Sheet { carries, ..sheet };
        self.needs.because(Why::ShopDate { zone: self.needs.context.shop.time_zone.clone() });
        let rounding = rounded.iter().map(|payment| payment.rounding).sum();
        let entry = self.bill(sheet, rows, &credits, deposits, rounding)?;
        self.add(entry);
        Ok(())
    }

    pub(super) fn why_sold(&mut self, paid: &[Movement<'o>]) {
        self.needs.because(Why::PaidInFull);
        self.needs.because(Why::ShopDate { zone: self.needs.context.shop.time_zone.clone() });
        if paid.iter().any(|payment| !payment.rounding.is_zero()) {
            self.needs.because(Why::CashRounded);
        }
    }

    /// Names of the gateways that took money that is in no entry yet.
    pub(super) fn gateways(&self) -> Vec<String> {
        let mut gateways: Vec<String> = self
            .unused()
            .filter(|payment| payment.source == Source::Gateway)
            .map(|payment| payment.gateway.to_owned())
            .collect();
        gateways.sort();
        gateways.dedup();
        gateways
    }

    /// Money received that is in no entry yet, oldest first.
    pub(super) fn unused(&self) -> impl Iterator<Item = &'o Movement<'o>> {
        let life: &'o Life<'o> = self.life;
        life.received.iter().filter(|payment| !carried(&self.ledger, payment))
    }

    /// The oldest payments that come to exactly `due` and went through one gateway at most.
    pub(super) fn paying(&self, due: Money) -> Option<Vec<Movement<'o>>> {
        let mut left = due;
        let mut paying: Vec<Movement<'o>> = Vec::new();
        for payment in self.unused() {
            if left.is_zero() {
                break;
            }
            left -= payment.settles();
            paying.push(payment.clone());
        }
        let mut gateways =
            paying.iter().filter(|payment| payment.source == Source::Gateway).map(|payment| payment.gateway);
        let first = gateways.next();
        (left.is_zero() && gateways.all(|gateway| Some(gateway) == first)).then_some(paying)
    }

    /// Whether what was received besides `paid` finds something that was sold besides what these legs sold.
    pub(super) fn has_use_for_the_rest(&self, paid: &[Movement<'o>], legs: &[&Leg<'o>]) -> bool {
        let money = self.unused().map(Movement::settles).sum::<Money>() - paid.iter().map(Movement::settles).sum();
        let open = self.life.legs.iter().skip(1).filter(|leg| !self.ledger.carries(&leg.sale()));
        let sold = open.map(|leg| total(&leg.sold)).sum::<Money>() - legs.iter().map(|leg| total(&leg.sold)).sum();
        money <= sold
    }

    /// Gift cards and store credit that paid up to `due`: they stand on the form.
    pub(super) fn credit_payments(&self, due: Money) -> Vec<Movement<'o>> {
        let mut left = due;
        let mut credits = Vec::new();
        for payment in self.unused().filter(|payment| payment.source != Source::Gateway) {
            if payment.settles() <= left {
                left -= payment.settles();
                credits.push(payment.clone());
            }
        }
        credits
    }

    /// A sales receipt that the payments pay.
    pub(super) fn receipt(
        &mut self,
        sheet: Sheet,
        rows: &[Row<'o>],
        paid: &[Movement<'o>],
        deposits: Money,
    ) -> Result<(), Stop> {
        let entry = self.receipt_entry(sheet, rows, paid, deposits)?;
        self.add(entry);
        Ok(())
    }

    pub(super) fn receipt_entry(
        &mut self,
        sheet: Sheet,
        rows: &[Row<'o>],
        paid: &[Movement<'o>],
        deposits: Money,
    ) -> Result<Entry, Stop> {
        let mut lines = self.goods(rows);
        self.settled_lines(&mut lines, paid, deposits.min(total(rows)));
        let till = match paid.iter().find(|payment| payment.source == Source::Gateway) {
            Some(payment) => Some(self.till(payment.gateway)?),
            None => None,
        };
        let entry = self.head.sales_receipt(&mut self.needs, sheet, &lines, till.as_ref());
        self.unless_held(entry)
    }

    /// An invoice of which gift cards and store credit pay a part.
    pub(super) fn bill(
        &mut self,
        sheet: Sheet,
        rows: &[Row<'o>],
        credits: &[Movement<'o>],
        deposits: Money,
        rounding: Money,
    ) -> Result<Entry, Stop> {
        let receivable = self.receivable();
        let mut lines = self.goods(rows);
        if !rounding.is_zero() {
            self.needs.because(Why::CashRounded);
        }
        lines.extend(sale::charge(&mut self.needs, Charge::CashRounding, "", rounding));
        self.settled_lines(&mut lines, credits, deposits);
        let entry = self.head.invoice(&mut self.needs, sheet, &lines, &receivable);
        self.unless_held(entry)
    }

    pub(super) fn goods(&mut self, rows: &[Row<'o>]) -> Vec<Line> {
        if self.order.taxes_included && rows.iter().any(Row::is_taxed) {
            self.needs.because(Why::NetOfTax);
        }
        sale::lines(&mut self.needs, rows, Way::ToBuyer)
    }

    /// What lowers the sum of a form below its goods: rounding, gift cards, store credit, a deposit.
    pub(super) fn settled_lines(&mut self, lines: &mut Vec<Line>, paid: &[Movement<'o>], deposits: Money) {
        let by = |source| paid.iter().filter(|payment| payment.source == source).map(Movement::settles).sum::<Money>();
        let rounding = paid.iter().map(|payment| payment.rounding).sum();
        let (gift_cards, store_credit) = (by(Source::GiftCard), by(Source::StoreCredit));
        if !gift_cards.is_zero() {
            self.needs.because(Why::GiftCardUsed);
        }
        if deposits.is_positive() {
            self.needs.because(Why::DepositUsed);
        }
        let needs = &mut self.needs;
        lines.extend(sale::charge(needs, Charge::CashRounding, "", rounding));
        lines.extend(sale::charge(needs, Charge::GiftCard, "", -gift_cards));
        lines.extend(sale::charge(needs, Charge::StoreCredit, "", -store_credit));
        lines.extend(sale::charge(needs, Charge::Deposit, "", -deposits));
    }

    // Sales orders

    pub(super) fn sales_order_key(&self) -> EntryKey {
        EntryKey::new("sales_order", self.id.as_str())
    }

    pub(super) fn has_sales_order(&self) -> bool {
        self.ledger.form(&self.sales_order_key()).is_some()
    }

    /// The sales order as it stands now, and a deposit for each payment.
    pub(super) fn sales_order(&mut self) -> Result<(), Stop> {
        let key = self.sales_order_key();
        let Some(placed) = self.life.legs.first() else { return Ok(()) };
        self.about = (key.clone(), EntryKind::SalesOrder, placed.at, self.order.totals.total);
        let foldable = self.foldable();
        let rows = (0..=foldable.len()).rev().find_map(|count| fold(&placed.sold, &foldable[..count]));
        let rows = rows.unwrap_or_default();
        if rows.is_empty() {
            // QuickBooks has no sales order without lines.
            self.close_sales_order()?;
            return self.deposits();
        }
        let lines = self.goods(&rows);
        let standing = self.ledger.form(&key).cloned();
        let date = match standing.as_ref().and_then(|standing| standing.date) {
            Some(date) => date,
            None => local(&self.needs, placed.at).ok_or(Stop)?,
        };
        let number = names::reference(self.order, self.id);
        let sheet = Sheet { key: key.clone(), date, number, carries: Vec::new(), after: Vec::new() };
        let entry = self.head.sales_order(&mut self.needs, sheet, &lines);
        let entry = self.unless_held(entry)?;
        match standing {
            None => self.add(entry),
            Some(standing) if changed(&standing.body, &entry.body) => {
                self.needs.because(Why::EditedInPlace);
                let change = self.change(&key, &standing, entry, &key);
                self.add(change);
            }
            Some(_) => {}
        }
        self.deposits()
    }

    /// Everything paid before the sale, and what of it went back.
    pub(super) fn deposits(&mut self) -> Result<(), Stop> {
        for payment in self.unused().cloned().collect::<Vec<_>>() {
            self.deposit(&payment)?;
        }
        self.return_deposits()
    }

    pub(super) fn deposit(&mut self, payment: &Movement<'o>) -> Result<(), Stop> {
        let key = EntryKey::new(DEPOSIT, payment.id.as_str());
        self.about = (key.clone(), EntryKind::SalesReceipt, payment.at, payment.amount);
        self.needs.because(Why::Deposit);
        let mut lines: Vec<Line> =
            sale::charge(&mut self.needs, Charge::Deposit, "", payment.settles()).into_iter().collect();
        self.settled_lines(&mut lines, std::slice::from_ref(payment), Money::ZERO);
        let till = match payment.source {
            Source::Gateway => Some(self.till(payment.gateway)?),
            Source::GiftCard | Source::StoreCredit => None,
        };
        // There is none where everything was taken off the order before it was first mapped.
        let after = self.has_sales_order().then(|| self.sales_order_key()).into_iter().collect();
        let sheet = self.sheet(key, payment.at, payment.events.clone(), after)?;
        let entry = self.head.sales_receipt(&mut self.needs, sheet, &lines, till.as_ref());
        let entry = self.unless_held(entry)?;
        self.add(entry);
        Ok(())
    }

    /// Deposits that are given back before the sale.
    pub(super) fn return_deposits(&mut self) -> Result<(), Stop> {
        let life: &'o Life<'o> = self.life;
        for movement in life.given_back.iter().filter(|movement| !carried(&self.ledger, movement)).collect::<Vec<_>>() {
            let key = EntryKey::new("deposit_back", movement.id.as_str());
            let event = Event::of(movement.id, "deposit");
            if !self.ledger.carries(&event) && self.ledger.deposits >= movement.settles() {
                self.about = (key.clone(), EntryKind::CreditMemo, movement.at, movement.amount);
                let lines: Vec<Line> =
                    sale::charge(&mut self.needs, Charge::Deposit, "", movement.settles()).into_iter().collect();
                self.credit(key, movement.at, lines, std::slice::from_ref(movement), vec![event])?;
            }
            if movement.source == Source::Gateway && !carried(&self.ledger, movement) {
                self.pay_back(movement, None)?;
            }
        }
        Ok(())
    }

    /// Closes the sales order once the sale is in the books, or will never be.
    pub(super) fn close_sales_order(&mut self) -> Result<(), Stop> {
        let key = self.sales_order_key();
        let Some(standing) = self.ledger.form(&key).cloned() else { return Ok(()) };
        let Body::SalesOrder(form) = &standing.body else { return Ok(()) };
        if form.is_manually_closed == Some(true) {
            return Ok(());
        }
        let mut form = form.clone();
        form.is_manually_closed = Some(true);
        self.about = (key.clone(), EntryKind::SalesOrder, self.order.placed_at, standing.total);
        self.needs.because(Why::SalesOrderDone);
        let date = standing.date.unwrap_or(Date::MAX);
        let after = if self.is_sold() { vec![sale_key(self.id), key.clone()] } else { vec![key.clone()] };
        let number = names::reference(self.order, self.id);
        let sheet = Sheet { key: key.clone(), date, number, carries: Vec::new(), after };
        let entry = self.head.entry(
            &mut self.needs,
            sheet,
            EntryKind::SalesOrder,
            standing.total,
            Vec::new(),
            Body::SalesOrder(form),
        );
        let entry = self.unless_held(entry)?;
        let close = EntryKey::new("sales_order", &format!("{}/close", self.id));
        let entry = self.change(&key, &standing, entry, &close);
        self.add(entry);
        Ok(())
    }
}

pub(super) fn carried_by(placed: &Leg<'_>, legs: &[&Leg<'_>], paid: &[Movement<'_>]) -> Vec<Event> {
    let mut events = vec![placed.sale()];
    events.extend(legs_carried(legs));
    events.extend(paid.iter().flat_map(|payment| payment.events.clone()));
    events
}

/// Whether a sales order is to be changed: for its lines, or because it is open again.
pub(super) fn changed(before: &Body, after: &Body) -> bool {
    match (before, after) {
        (Body::SalesOrder(before), Body::SalesOrder(after)) => {
            before.sales_order_line_add != after.sales_order_line_add
                || before.is_manually_closed != after.is_manually_closed
        }
        _ => true,
    }
}
