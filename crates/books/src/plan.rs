//! From an order's life and what of it is in QuickBooks to the entries that are still to be made.
//!
//! Every event is carried into the books by one entry, and an entry that stands is never made again: so the same plan made
//! twice, or after any part of it was carried out, ends in the same books. What is owed either way is not an event: open
//! invoices and open credit memos are set against each other as they stand.

use jiff::{Timestamp, civil::Date};

use crate::{
    body::Body,
    choice::{self, Choice},
    document::{DocumentId, Fate, Order, PaymentState, Refund},
    entry::{Entry, EntryKey, EntryKind, Event, Held, Mapped, Posting},
    forms::{self, Head, Sheet, Till},
    items::{self, Charge},
    ledger::{self, DEPOSIT, Ledger, Standing},
    life::{Leg, LegKind, Life, Movement, Row, What, total},
    mapping::{CLEARING_TYPES, ClosedPeriod, Edits, Form, Purpose},
    money::Money,
    names,
    needs::{Needs, clearing},
    reasons::{HeldReason, Why},
    sale::{self, Line, Way},
    sums::{self, Source},
};

/// Something stands in the way: the reasons are in the needs. What was planned before it is carried out all the same.
struct Stop;

/// The plan for one order.
pub(crate) struct Plan<'a, 'o> {
    needs: Needs<'a>,
    order: &'o Order,
    id: &'o DocumentId,
    life: &'o Life<'o>,
    ledger: Ledger,
    head: Head<'o>,
    entries: Vec<Entry>,
    waits: bool,
    /// What is being planned, for whoever has to decide when it is held.
    about: (EntryKey, EntryKind, Timestamp, Money),
}

/// The key of an order's sale.
pub(crate) fn sale_key(id: &DocumentId) -> EntryKey {
    EntryKey::new("sale", id.as_str())
}

impl<'a, 'o> Plan<'a, 'o> {
    pub fn new(
        needs: Needs<'a>,
        (order, id): (&'o Order, &'o DocumentId),
        life: &'o Life<'o>,
        ledger: Ledger,
        head: Head<'o>,
    ) -> Self {
        let about = (sale_key(id), EntryKind::SalesReceipt, order.placed_at, order.totals.total);
        Self { needs, order, id, life, ledger, head, entries: Vec::new(), waits: false, about }
    }

    /// Everything that is still to be made.
    pub fn carry_out(mut self) -> Mapped {
        let stopped = self.all().is_err();
        let entries = self.needs.take_made(&self.entries).into_iter().chain(self.entries).collect();
        let held = stopped.then(|| {
            let (key, kind, at, total) = self.about;
            Box::new(Held {
                key: self.ledger.fresh(key),
                document: self.id.clone(),
                kind,
                date: local(&self.needs, at),
                title: self.order.name.clone(),
                total,
                reasons: self.needs.reasons().to_vec(),
            })
        });
        Mapped { entries, held, waits: self.waits }
    }

    fn all(&mut self) -> Result<(), Stop> {
        if self.is_sold() {
            self.edit_in_place()?;
        } else {
            if came_to_nothing(self.order, self.life) {
                return self.close_sales_order();
            }
            let form = self.form();
            match form {
                Form::Wait => {
                    self.waits = true;
                    return Ok(());
                }
                Form::SalesOrder => return self.sales_order(),
                Form::SalesReceipt | Form::Invoice => self.sell(form)?,
            }
        }
        for leg in &self.life.legs {
            self.leg(leg)?;
        }
        self.receive()?;
        self.give_back()?;
        self.set_off()?;
        self.close_sales_order()
    }

    /// Whether anything of the order's life is not in the books yet.
    pub fn is_behind(life: &Life<'_>, ledger: &Ledger) -> bool {
        let leg = |leg: &Leg<'_>| {
            (!leg.sold.is_empty() && !ledger.carries(&leg.sale()))
                || (!leg.back.is_empty() && !ledger.carries(&leg.taking_back()))
        };
        life.legs.iter().any(leg)
            || life.received.iter().chain(&life.given_back).any(|movement| !carried(ledger, movement))
    }

    // What the order becomes

    fn is_sold(&self) -> bool {
        self.ledger.carries(&Event::placed())
    }

    /// What the mapping makes of it, with the reasons.
    fn form(&mut self) -> Form {
        let Choice { form, paid, delivered, no_sales_orders } =
            choice::choose(self.order, self.life, self.has_sales_order(), self.needs.context);
        if no_sales_orders {
            self.needs.because(Why::NoSalesOrders);
        }
        if form != Form::Wait {
            self.needs.because(Why::OrderState {
                paid: paid.to_owned(),
                delivered: delivered.to_owned(),
                form: form.key().to_owned(),
            });
        }
        form
    }

    // The sale

    fn sell(&mut self, form: Form) -> Result<(), Stop> {
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

    fn why_sold(&mut self, paid: &[Movement<'o>]) {
        self.needs.because(Why::PaidInFull);
        self.needs.because(Why::ShopDate { zone: self.needs.context.shop.time_zone.clone() });
        if paid.iter().any(|payment| !payment.rounding.is_zero()) {
            self.needs.because(Why::CashRounded);
        }
    }

    /// Names of the gateways that took money that is in no entry yet.
    fn gateways(&self) -> Vec<String> {
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
    fn unused(&self) -> impl Iterator<Item = &'o Movement<'o>> {
        let life: &'o Life<'o> = self.life;
        life.received.iter().filter(|payment| !carried(&self.ledger, payment))
    }

    /// The oldest payments that come to exactly `due` and went through one gateway at most.
    fn paying(&self, due: Money) -> Option<Vec<Movement<'o>>> {
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
    fn has_use_for_the_rest(&self, paid: &[Movement<'o>], legs: &[&Leg<'o>]) -> bool {
        let money = self.unused().map(Movement::settles).sum::<Money>() - paid.iter().map(Movement::settles).sum();
        let open = self.life.legs.iter().skip(1).filter(|leg| !self.ledger.carries(&leg.sale()));
        let sold = open.map(|leg| total(&leg.sold)).sum::<Money>() - legs.iter().map(|leg| total(&leg.sold)).sum();
        money <= sold
    }

    /// Gift cards and store credit that paid up to `due`: they stand on the form.
    fn credit_payments(&self, due: Money) -> Vec<Movement<'o>> {
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
    fn receipt(&mut self, sheet: Sheet, rows: &[Row<'o>], paid: &[Movement<'o>], deposits: Money) -> Result<(), Stop> {
        let entry = self.receipt_entry(sheet, rows, paid, deposits)?;
        self.add(entry);
        Ok(())
    }

    fn receipt_entry(
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
    fn bill(
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

    fn goods(&mut self, rows: &[Row<'o>]) -> Vec<Line> {
        if self.order.taxes_included && rows.iter().any(Row::is_taxed) {
            self.needs.because(Why::NetOfTax);
        }
        sale::lines(&mut self.needs, rows, Way::ToBuyer)
    }

    /// What lowers the sum of a form below its goods: rounding, gift cards, store credit, a deposit.
    fn settled_lines(&mut self, lines: &mut Vec<Line>, paid: &[Movement<'o>], deposits: Money) {
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

    fn sales_order_key(&self) -> EntryKey {
        EntryKey::new("sales_order", self.id.as_str())
    }

    fn has_sales_order(&self) -> bool {
        self.ledger.form(&self.sales_order_key()).is_some()
    }

    /// The sales order as it stands now, and a deposit for each payment.
    fn sales_order(&mut self) -> Result<(), Stop> {
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
    fn deposits(&mut self) -> Result<(), Stop> {
        for payment in self.unused().cloned().collect::<Vec<_>>() {
            self.deposit(&payment)?;
        }
        self.return_deposits()
    }

    fn deposit(&mut self, payment: &Movement<'o>) -> Result<(), Stop> {
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
        let sheet = self.sheet(key, payment.at, payment.events.clone(), vec![self.sales_order_key()])?;
        let entry = self.head.sales_receipt(&mut self.needs, sheet, &lines, till.as_ref());
        let entry = self.unless_held(entry)?;
        self.add(entry);
        Ok(())
    }

    /// Deposits that are given back before the sale.
    fn return_deposits(&mut self) -> Result<(), Stop> {
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
    fn close_sales_order(&mut self) -> Result<(), Stop> {
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

    // Edits

    /// Whether every edit is to have an entry of its own.
    fn adjusts(&self) -> bool {
        self.needs.context.mapping.documents.edits == Edits::Adjust
    }

    /// The edits that are in no entry yet and may still be folded into the sale, oldest first: those that come before
    /// anything else that happened to it.
    fn foldable(&self) -> Vec<&'o Leg<'o>> {
        let life: &'o Life<'o> = self.life;
        let nothing_given_back = |refund: &Refund| {
            !life.pending.contains(&refund.id)
                && !life.given_back.iter().any(|movement| refund.payments.contains(movement.id))
        };
        life.legs
            .iter()
            .skip(1)
            .filter(|leg| !self.ledger.carries(&leg.sale()) && !self.ledger.carries(&leg.taking_back()))
            .take_while(|leg| match leg.kind {
                LegKind::Edited => true,
                LegKind::Refunded(refund) => {
                    nothing_given_back(refund)
                        && !leg.back.is_empty()
                        && (!leg.loses_goods() || is_called_off(self.order, self.life))
                }
                LegKind::Placed | LegKind::Returned => false,
            })
            .collect()
    }

    /// Changes the sale in place where its period is open, nothing is linked to it and the form stays what it is.
    fn edit_in_place(&mut self) -> Result<(), Stop> {
        let key = sale_key(self.id);
        let foldable = if self.adjusts() { Vec::new() } else { self.foldable() };
        let Some(standing) = self.ledger.form(&key).cloned() else { return Ok(()) };
        let closed = |date: Option<Date>| {
            let closing = self.needs.context.company.closing_date;
            date.zip(closing).is_some_and(|(date, closing)| date <= closing)
        };
        if foldable.is_empty() || standing.void || closed(standing.date) || !self.ledger.is_unlinked(&key) {
            return Ok(());
        }
        let Some(placed) = self.life.legs.first() else { return Ok(()) };
        let folded: Vec<&Leg<'o>> = self
            .life
            .legs
            .iter()
            .skip(1)
            .filter(|leg| self.ledger.carries_by(&leg.sale(), &key) || self.ledger.carries_by(&leg.taking_back(), &key))
            .collect();
        let Some(now) = fold(&placed.sold, &folded) else { return Ok(()) };
        let life: &'o Life<'o> = self.life;
        let own: Vec<Movement<'o>> = life
            .received
            .iter()
            .filter(|payment| payment.events.iter().any(|event| self.ledger.carries_by(event, &key)))
            .cloned()
            .collect();
        let unused: Money = self.unused().map(Movement::settles).sum();
        let own_settles: Money = own.iter().map(Movement::settles).sum();
        // What a payment that is not its own adds to it.
        let rounding: Money = life
            .received
            .iter()
            .filter(|payment| self.ledger.carries_by(&payment.rounded(), &key))
            .map(|payment| payment.rounding)
            .sum();
        for count in (1..=foldable.len()).rev() {
            let Some(rows) = fold(&now, &foldable[..count]) else { continue };
            let more = total(&rows) - total(&now);
            let billed = matches!(standing.body, Body::Invoice(_));
            let deposits = total(&now) + rounding - own_settles - if billed { standing.total } else { Money::ZERO };
            let (new, after) = match &standing.body {
                Body::SalesReceipt(_) if !more.is_negative() => {
                    let paid = self.paying(more);
                    let paid = paid.filter(|paid| self.has_use_for_the_rest(paid, &foldable[..count]));
                    let Some(paid) = paid else { continue };
                    let all: Vec<Movement<'o>> = own.iter().cloned().chain(paid.iter().cloned()).collect();
                    let mut gateways =
                        all.iter().filter(|payment| payment.source == Source::Gateway).map(|payment| payment.gateway);
                    let first = gateways.next();
                    if !gateways.all(|gateway| Some(gateway) == first) {
                        continue;
                    }
                    (paid, all)
                }
                Body::Invoice(_) if total(&rows) >= own_settles + deposits + unused => (Vec::new(), own.clone()),
                _ => continue,
            };
            let carries =
                legs_carried(&foldable[..count]).chain(new.iter().flat_map(|payment| payment.events.clone())).collect();
            let last = foldable[count - 1];
            self.about = (change_key(self.id, last), EntryKind::Change, last.at, total(&rows));
            let date = standing.date.unwrap_or(Date::MAX);
            let number = names::reference(self.order, self.id);
            let sheet = Sheet { key: key.clone(), date, number, carries, after: vec![key.clone()] };
            if rows.is_empty() {
                self.needs.because(if self.order.cancelled_at.is_some() {
                    Why::CancelledUnpaid
                } else {
                    Why::EditedInPlace
                });
                let entry = self.void(&key, &standing, sheet, last);
                self.add(entry);
                return Ok(());
            }
            self.needs.because(Why::EditedInPlace);
            let entry = match &standing.body {
                Body::SalesReceipt(_) => self.receipt_entry(sheet, &rows, &after, deposits)?,
                _ => self.bill(sheet, &rows, &after, deposits, rounding)?,
            };
            let entry = self.change(&key, &standing, entry, &change_key(self.id, last));
            self.add(entry);
            return Ok(());
        }
        Ok(())
    }

    /// The entry that makes `target`, which stands, be as `entry` would have made it.
    fn change(&mut self, target: &EntryKey, standing: &Standing, entry: Entry, key: &EntryKey) -> Entry {
        let postings = entry
            .postings
            .iter()
            .cloned()
            .chain(standing.postings.iter().map(|posting| Posting { amount: -posting.amount, ..posting.clone() }))
            .collect();
        let mut after = entry.needs;
        after.push(target.clone());
        let body = Body::Change {
            target: target.clone(),
            before: (!standing.void).then(|| Box::new(standing.body.clone())),
            after: Box::new(entry.body),
        };
        let base = if key == target { EntryKey::new("change", target.as_str()) } else { key.clone() };
        Entry {
            key: self.ledger.fresh(base),
            kind: EntryKind::Change,
            postings: net(postings),
            needs: after,
            body,
            ..entry
        }
    }

    /// The entry that voids what stands.
    fn void(&mut self, target: &EntryKey, standing: &Standing, sheet: Sheet, leg: &Leg<'_>) -> Entry {
        let postings =
            standing.postings.iter().map(|posting| Posting { amount: -posting.amount, ..posting.clone() }).collect();
        Entry {
            key: self.ledger.fresh(change_key(self.id, leg)),
            document: self.id.clone(),
            kind: EntryKind::Void,
            date: Some(sheet.date),
            number: sheet.number,
            title: self.order.name.clone(),
            total: Money::ZERO,
            postings: net(postings),
            why: self.needs.take_why(),
            needs: sheet.after,
            carries: sheet.carries,
            undoes: Vec::new(),
            body: Body::Void { target: target.clone(), before: Box::new(standing.body.clone()) },
        }
    }

    // What happened after the sale

    /// What a leg sold and took back, as far as it is in no entry yet.
    fn leg(&mut self, leg: &'o Leg<'o>) -> Result<(), Stop> {
        if matches!(leg.kind, LegKind::Placed) {
            return Ok(());
        }
        if let LegKind::Refunded(refund) = leg.kind
            && self.life.pending.contains(&refund.id)
        {
            self.waits = true;
            return Ok(());
        }
        let sold_before = self.ledger.carries(&leg.sale());
        let back_before = self.ledger.carries(&leg.taking_back());
        let (kept, sold): (Vec<Row<'o>>, Vec<Row<'o>>) =
            leg.sold.iter().cloned().partition(|row| matches!(row.what, What::Fee(_) | What::Adjustment));
        // What is kept back of a return lowers the credit; if there is no return, or it is worth less, it is a sale.
        let keeps = total(&kept) <= total(&leg.back) && !leg.back.is_empty();
        let (kept, sold) = if keeps { (kept, sold) } else { (Vec::new(), leg.sold.clone()) };
        if !sold.is_empty() && !sold_before {
            self.sold_later(leg, &sold)?;
        }
        if !back_before {
            self.taken_back(leg, &kept)?;
        }
        self.write_off(leg)
    }

    fn sold_later(&mut self, leg: &'o Leg<'o>, rows: &[Row<'o>]) -> Result<(), Stop> {
        let key = EntryKey::new("edit", leg.subject());
        let worth = total(rows);
        self.about = (key.clone(), EntryKind::Invoice, leg.at, worth);
        self.needs.because(Why::EditedLater);
        let alone = leg.back.is_empty() && self.ledger.credits.iter().all(|open| !open.amount.is_positive());
        let open = self.ledger.invoices.iter().any(|open| open.amount.is_positive());
        let deposits = self.ledger.deposits.min(worth);
        let paid = if alone && !open { self.paying(worth - deposits) } else { None };
        let mut carries = vec![leg.sale()];
        if let Some(paid) = paid {
            carries.extend(paid.iter().flat_map(|payment| payment.events.clone()));
            let sheet = self.sheet(key, leg.at, carries, vec![sale_key(self.id)])?;
            return self.receipt(sheet, rows, &paid, deposits);
        }
        let sheet = self.sheet(key, leg.at, carries, vec![sale_key(self.id)])?;
        let entry = self.bill(sheet, rows, &[], deposits, Money::ZERO)?;
        self.add(entry);
        Ok(())
    }

    /// A credit memo of what came back, and the money out.
    fn taken_back(&mut self, leg: &'o Leg<'o>, kept: &[Row<'o>]) -> Result<(), Stop> {
        let life: &'o Life<'o> = self.life;
        let (role, money): (_, Vec<&Movement<'o>>) = match leg.kind {
            LegKind::Refunded(refund) => {
                let of = |movement: &&Movement<'o>| {
                    refund.payments.contains(movement.id) && !carried(&self.ledger, movement)
                };
                ("refund", life.given_back.iter().filter(of).collect())
            }
            LegKind::Placed | LegKind::Edited | LegKind::Returned => ("return", Vec::new()),
        };
        let worth = total(&leg.back) - total(kept);
        let paid_out: Money = money.iter().map(|movement| movement.settles()).sum();
        let open: Money = self.ledger.credits.iter().map(|open| open.amount).sum();
        let unallocated = (paid_out - worth - open).max(Money::ZERO);
        let key = EntryKey::new(role, leg.subject());
        if !leg.back.is_empty() || unallocated.is_positive() {
            self.about = (key.clone(), EntryKind::CreditMemo, leg.at, worth + unallocated);
            let mut lines = sale::lines(&mut self.needs, &leg.back, Way::Back);
            if unallocated.is_positive() {
                self.needs.because(Why::Unallocated);
                lines.extend(sale::charge(&mut self.needs, Charge::UnallocatedRefund, "", unallocated));
            }
            let less = sale::lines(&mut self.needs, kept, Way::Back);
            lines.extend(less.into_iter().map(|line| Line { amount: -line.amount, ..line }));
            // A gift card or store credit that is worth no more than what came back stands on the same form.
            let mut left = worth + unallocated;
            let on_form = |movement: &Movement<'_>| {
                let fits = movement.source == Source::Gateway || movement.settles() <= left;
                if fits && movement.source != Source::Gateway {
                    left -= movement.settles();
                }
                fits
            };
            let (own, others): (Vec<Movement<'o>>, Vec<Movement<'o>>) = money.into_iter().cloned().partition(on_form);
            let mut carries = vec![leg.taking_back()];
            if !kept.is_empty() && !self.ledger.carries(&leg.sale()) {
                carries.push(leg.sale());
            }
            let credit = self.credit(key, leg.at, lines, &own, carries)?;
            let gateways = own.iter().filter(|movement| movement.source == Source::Gateway);
            for movement in gateways.chain(&others) {
                self.pay_back(movement, Some(&credit))?;
            }
            return Ok(());
        }
        for movement in money {
            self.pay_back(movement, None)?;
        }
        Ok(())
    }

    /// A gift card or store credit for what was owed back already: it is sold, and what was owed pays for it.
    fn give_as_credit(&mut self, movement: &Movement<'o>) -> Result<(), Stop> {
        let key = EntryKey::new("given", movement.id.as_str());
        self.about = (key.clone(), EntryKind::Invoice, movement.at, movement.amount);
        self.needs.because(Why::GivenAsCredit);
        let receivable = self.receivable();
        let charge = if movement.source == Source::GiftCard { Charge::GiftCard } else { Charge::StoreCredit };
        let lines: Vec<Line> = sale::charge(&mut self.needs, charge, "", movement.settles()).into_iter().collect();
        let sheet = self.sheet(key, movement.at, movement.events.clone(), vec![sale_key(self.id)])?;
        let entry = self.head.invoice(&mut self.needs, sheet, &lines, &receivable);
        let entry = self.unless_held(entry)?;
        self.add(entry);
        Ok(())
    }

    /// A credit memo of these lines; what is given back as a gift card or store credit lowers it, and so does what rounding
    /// of cash keeps back.
    fn credit(
        &mut self,
        key: EntryKey,
        at: Timestamp,
        mut lines: Vec<Line>,
        money: &[Movement<'o>],
        mut carries: Vec<Event>,
    ) -> Result<EntryKey, Stop> {
        let receivable = self.receivable();
        let by =
            |source| money.iter().filter(|movement| movement.source == source).map(Movement::settles).sum::<Money>();
        let (gift_cards, store_credit) = (by(Source::GiftCard), by(Source::StoreCredit));
        let rounded = money.iter().filter(|movement| !movement.rounding.is_zero());
        let mut rounding: Money = rounded.clone().map(|movement| movement.rounding).sum();
        if (forms::sum(&lines) - gift_cards - store_credit + rounding).is_negative() {
            // No form can be below nothing: it is rounded by one of its own.
            rounding = Money::ZERO;
        } else {
            carries.extend(rounded.map(Movement::rounded));
        }
        if !(gift_cards + store_credit).is_zero() {
            self.needs.because(Why::GivenAsCredit);
        }
        lines.extend(sale::charge(&mut self.needs, Charge::CashRounding, "", rounding));
        lines.extend(sale::charge(&mut self.needs, Charge::GiftCard, "", -gift_cards));
        lines.extend(sale::charge(&mut self.needs, Charge::StoreCredit, "", -store_credit));
        carries.extend(
            money
                .iter()
                .filter(|movement| movement.source != Source::Gateway)
                .flat_map(|movement| movement.events.clone()),
        );
        let after = if self.is_sold() { vec![sale_key(self.id)] } else { Vec::new() };
        let sheet = self.sheet(key, at, carries, after)?;
        let key = sheet.key.clone();
        let entry = self.head.credit_memo(&mut self.needs, sheet, &lines, &receivable);
        let entry = self.unless_held(entry)?;
        self.add(entry);
        Ok(key)
    }

    /// Goods that are of no use went back into stock by the credit memo of their return, and go out of it again at a loss.
    fn write_off(&mut self, leg: &Leg<'o>) -> Result<(), Stop> {
        let event = leg.id.map(|id| Event::of(id, "damaged")).filter(|event| !self.ledger.carries(event));
        let Some(event) = event.filter(|_| self.is_sold()) else { return Ok(()) };
        let damaged = leg.back.iter().filter(|row| row.fate == Fate::Damaged).filter_map(|row| match row.what {
            What::Goods(line) => Some((line, row.quantity)),
            _ => None,
        });
        let goods: Vec<_> = damaged.chain(leg.lost.iter().copied()).collect();
        let mut lost: Vec<(String, u32)> = Vec::new();
        for (line, quantity) in goods {
            if let Some(sold) = items::goods(&mut self.needs, line)
                && sold.stocked
            {
                lost.push((sold.item, quantity));
            }
        }
        if lost.is_empty() {
            return Ok(());
        }
        let key = EntryKey::new("damaged", leg.subject());
        self.about = (key.clone(), EntryKind::InventoryAdjustment, leg.at, Money::ZERO);
        self.needs.because(Why::Damaged);
        let account = self.needs.account(Purpose::Shrinkage);
        let after = self.ledger.form_of(&leg.taking_back()).cloned().unwrap_or_else(|| sale_key(self.id));
        let sheet = self.sheet(key, leg.at, vec![event], vec![after])?;
        let entry = self.head.written_off(&mut self.needs, sheet, &account, &lost);
        let entry = self.unless_held(entry)?;
        self.add(entry);
        Ok(())
    }

    /// Pays money back for what is open: the refund's own credit memo first.
    fn pay_back(&mut self, movement: &Movement<'o>, own: Option<&EntryKey>) -> Result<(), Stop> {
        if movement.source != Source::Gateway {
            return self.give_as_credit(movement);
        }
        self.round(movement, -movement.rounding)?;
        let key = EntryKey::new("money_back", movement.id.as_str());
        self.about = (key.clone(), EntryKind::ARRefundCreditCard, movement.at, movement.amount);
        let mut open: Vec<&ledger::Open> = self.ledger.credits.iter().collect();
        open.sort_by_key(|open| own.is_some_and(|own| open.key != *own));
        let (parts, left) = ledger::allocate(open, movement.amount);
        if left.is_positive() {
            self.needs.hold(HeldReason::DoesNotAddUp { stated: movement.amount, computed: movement.amount - left });
            return Err(Stop);
        }
        let receivable = self.receivable();
        let till = self.till(movement.gateway)?;
        let after = parts.iter().map(|(credit, _)| credit.clone()).collect();
        let sheet = self.sheet(key, movement.at, movement.events.clone(), after)?;
        let entry = self.head.money_back(&mut self.needs, sheet, &till, &receivable, &parts);
        let entry = self.unless_held(entry)?;
        self.add(entry);
        Ok(())
    }

    /// Money given back that belongs to no refund that is told: it pays what is open.
    fn give_back(&mut self) -> Result<(), Stop> {
        let life: &'o Life<'o> = self.life;
        let of_refund = |movement: &Movement<'_>| {
            self.order
                .refunds
                .iter()
                .any(|refund| self.life.pending.contains(&refund.id) && refund.payments.contains(movement.id))
        };
        let rest: Vec<&Movement<'o>> = life
            .given_back
            .iter()
            .filter(|movement| !carried(&self.ledger, movement) && !of_refund(movement))
            .collect();
        for movement in rest {
            self.pay_back(movement, None)?;
        }
        Ok(())
    }

    /// Payments that are in no entry yet pay what is open, oldest first.
    fn receive(&mut self) -> Result<(), Stop> {
        for payment in self.unused().cloned().collect::<Vec<_>>() {
            if payment.source != Source::Gateway {
                self.pay_with_credit(&payment)?;
                continue;
            }
            let key = EntryKey::new("payment", payment.id.as_str());
            self.about = (key.clone(), EntryKind::ReceivePayment, payment.at, payment.amount);
            self.round(&payment, payment.rounding)?;
            self.about = (key.clone(), EntryKind::ReceivePayment, payment.at, payment.amount);
            let (parts, left) = ledger::allocate(&self.ledger.invoices, payment.amount);
            if left.is_positive() {
                self.needs.hold(HeldReason::Overpaid { by: left });
                return Err(Stop);
            }
            let receivable = self.receivable();
            let till = self.till(payment.gateway)?;
            let after = parts.iter().map(|(invoice, _)| invoice.clone()).collect();
            let sheet = self.sheet(key, payment.at, payment.events.clone(), after)?;
            let entry = self.head.payment(&mut self.needs, sheet, &till, &receivable, &parts);
            let entry = self.unless_held(entry)?;
            self.add(entry);
        }
        Ok(())
    }

    /// A gift card or store credit that paid after the sale was posted: a credit memo on the liability, to be set against
    /// the invoice.
    fn pay_with_credit(&mut self, payment: &Movement<'o>) -> Result<(), Stop> {
        let key = EntryKey::new("credit", payment.id.as_str());
        self.about = (key.clone(), EntryKind::CreditMemo, payment.at, payment.amount);
        let open: Money = self.ledger.invoices.iter().map(|open| open.amount).sum();
        if payment.amount > open {
            self.needs.hold(HeldReason::Overpaid { by: payment.amount - open });
            return Err(Stop);
        }
        self.needs.because(Why::GiftCardUsed);
        let charge = if payment.source == Source::GiftCard { Charge::GiftCard } else { Charge::StoreCredit };
        let lines: Vec<Line> = sale::charge(&mut self.needs, charge, "", payment.amount).into_iter().collect();
        self.credit(key, payment.at, lines, &[], payment.events.clone())?;
        Ok(())
    }

    /// What rounding of cash adds to what is owed: an invoice of it, or a credit memo of what it takes off. Nothing where a
    /// form has it already.
    fn round(&mut self, movement: &Movement<'o>, more: Money) -> Result<(), Stop> {
        let event = movement.rounded();
        if more.is_zero() || self.ledger.carries(&event) {
            return Ok(());
        }
        let key = EntryKey::new("rounding", movement.id.as_str());
        let kind = if more.is_negative() { EntryKind::CreditMemo } else { EntryKind::Invoice };
        self.about = (key.clone(), kind, movement.at, more.abs());
        self.needs.because(Why::CashRounded);
        if more.is_negative() {
            let lines = sale::charge(&mut self.needs, Charge::CashRounding, "", -more).into_iter().collect();
            self.credit(key, movement.at, lines, &[], vec![event])?;
        } else {
            let sheet = self.sheet(key, movement.at, vec![event], vec![sale_key(self.id)])?;
            let entry = self.bill(sheet, &[], &[], Money::ZERO, more)?;
            self.add(entry);
        }
        Ok(())
    }

    /// Sets what is owed back against what is still owed.
    fn set_off(&mut self) -> Result<(), Stop> {
        loop {
            let invoice = self.ledger.invoices.iter().find(|open| open.amount.is_positive()).cloned();
            let credit = self.ledger.credits.iter().find(|open| open.amount.is_positive()).cloned();
            let (Some(invoice), Some(credit)) = (invoice, credit) else { return Ok(()) };
            let amount = invoice.amount.min(credit.amount);
            let subject = format!("{}/{}", short(&credit.key), short(&invoice.key));
            let key = self.ledger.fresh(EntryKey::new("apply", &subject));
            let date = self.ledger.form(&credit.key).and_then(|form| form.date).unwrap_or(Date::MAX);
            self.about = (key.clone(), EntryKind::Application, self.order.placed_at, amount);
            self.needs.because(Why::SetAgainstInvoice);
            let number = names::reference(self.order, self.id);
            let after = vec![invoice.key.clone(), credit.key.clone()];
            let sheet = Sheet { key, date, number, carries: Vec::new(), after };
            let entry = self.head.application(&mut self.needs, sheet, invoice.key, credit.key, amount);
            let entry = self.unless_held(entry)?;
            self.add(entry);
        }
    }

    // Common parts

    fn add(&mut self, entry: Entry) {
        self.ledger.post(&entry);
        self.entries.push(entry);
    }

    fn ready(&self) -> Result<(), Stop> {
        if self.needs.reasons().is_empty() { Ok(()) } else { Err(Stop) }
    }

    fn unless_held(&self, entry: Option<Entry>) -> Result<Entry, Stop> {
        self.ready()?;
        entry.ok_or(Stop)
    }

    /// What a form of something that happened `at` that time begins with.
    fn sheet(
        &mut self,
        key: EntryKey,
        at: Timestamp,
        carries: Vec<Event>,
        after: Vec<EntryKey>,
    ) -> Result<Sheet, Stop> {
        let date = self.date(at)?;
        let key = self.ledger.fresh(key);
        let number = match marked(&key) {
            Some((mark, roles)) => names::reference_of_part(self.order, self.id, mark, self.ledger.count(roles) + 1),
            None => names::reference(self.order, self.id),
        };
        Ok(Sheet { key, date, number, carries, after })
    }

    /// The day in the shop's time zone; a closed one holds the entry or is the first open day, as the mapping has it.
    fn date(&mut self, at: Timestamp) -> Result<Date, Stop> {
        let date = local(&self.needs, at).ok_or(Stop)?;
        let Some(closing) = self.needs.context.company.closing_date.filter(|closing| date <= *closing) else {
            return Ok(date);
        };
        if self.needs.context.mapping.documents.closed_period == ClosedPeriod::FirstOpenDay
            && let Ok(open) = closing.tomorrow()
        {
            self.needs.because(Why::MovedToOpenPeriod { from: date });
            return Ok(open);
        }
        self.needs.hold(HeldReason::ClosedPeriod { date, closed_until: closing });
        Err(Stop)
    }

    fn receivable(&mut self) -> String {
        self.needs.account(Purpose::AccountsReceivable)
    }

    /// Where a gateway's money arrives. One that the mapping does not know holds the entry.
    fn till(&mut self, gateway: &str) -> Result<Till, Stop> {
        let mapping = self.needs.context.mapping;
        let chosen = clearing(self.needs.context, gateway, self.order.location.as_ref());
        let (Some(account), Some(settings)) = (chosen, mapping.gateways.get(gateway)) else {
            self.needs.hold(HeldReason::UnknownGateway { gateway: gateway.to_owned() });
            return Err(Stop);
        };
        let account = self.needs.named_account(&format!("gateways.{gateway}"), account, CLEARING_TYPES);
        self.needs.because(Why::ClearingAccount { gateway: gateway.to_owned(), account: account.clone() });
        let method = self.needs.payment_method(&settings.payment_method);
        Ok(Till { account, method: method.ok_or(Stop)?.name, back: settings.refund })
    }
}

/// Cancelled before anything was paid.
fn is_called_off(order: &Order, life: &Life<'_>) -> bool {
    order.cancelled_at.is_some() && life.received.is_empty()
}

/// Whether nothing of it reaches the books: it was called off, or everything was taken off it again before anything was
/// paid.
pub(crate) fn came_to_nothing(order: &Order, life: &Life<'_>) -> bool {
    let edits: Vec<&Leg<'_>> = life.legs.iter().skip(1).collect();
    let all = || fold(life.legs.first().map_or(&[], |placed| &placed.sold), &edits);
    let can = life.received.is_empty() && !edits.is_empty() && !edits.iter().any(|leg| leg.loses_goods());
    is_called_off(order, life) || (can && all().is_some_and(|rows| rows.is_empty()))
}

/// The day in the shop's time zone.
fn local(needs: &Needs<'_>, at: Timestamp) -> Option<Date> {
    at.in_tz(&needs.context.shop.time_zone).ok().map(|local| local.date())
}

fn carried(ledger: &Ledger, movement: &Movement<'_>) -> bool {
    movement.events.iter().all(|event| ledger.carries(event))
}

/// What marks the reference numbers of the forms of these roles.
fn marked(key: &EntryKey) -> Option<(&'static str, &'static [&'static str])> {
    const MARKS: [(&str, &[&str]); 6] = [
        ("D", &[DEPOSIT]),
        ("E", &["edit", "rounding", "given"]),
        ("R", &["refund", "return", "deposit_back"]),
        ("W", &["damaged"]),
        ("P", &["money_back"]),
        ("C", &["credit"]),
    ];
    let role = key.as_str().split(':').next().unwrap_or_default();
    MARKS.into_iter().find(|(_, roles)| roles.contains(&role))
}

/// What a key is about, without its role.
fn short(key: &EntryKey) -> &str {
    key.as_str().rsplit('/').next().unwrap_or(key.as_str())
}

fn change_key(id: &DocumentId, leg: &Leg<'_>) -> EntryKey {
    EntryKey::new("sale", &format!("{id}/{}", leg.id.map_or("", DocumentId::short)))
}

fn legs_carried<'l>(legs: &'l [&Leg<'_>]) -> impl Iterator<Item = Event> + 'l {
    legs.iter().flat_map(|leg| [leg.sale(), leg.taking_back()])
}

fn carried_by(placed: &Leg<'_>, legs: &[&Leg<'_>], paid: &[Movement<'_>]) -> Vec<Event> {
    let mut events = vec![placed.sale()];
    events.extend(legs_carried(legs));
    events.extend(paid.iter().flat_map(|payment| payment.events.clone()));
    events
}

/// Whether a sales order is to be changed: for its lines, or because it is open again.
fn changed(before: &Body, after: &Body) -> bool {
    match (before, after) {
        (Body::SalesOrder(before), Body::SalesOrder(after)) => {
            before.sales_order_line_add != after.sales_order_line_add
                || before.is_manually_closed != after.is_manually_closed
        }
        _ => true,
    }
}

/// Postings by account and class; they balance because both sides they come from do.
fn net(postings: Vec<Posting>) -> crate::entry::Postings {
    let mut sums: std::collections::BTreeMap<(String, Option<String>), Money> = std::collections::BTreeMap::new();
    for posting in postings {
        *sums.entry((posting.account, posting.class)).or_default() += posting.amount;
    }
    let postings =
        sums.into_iter().map(|((account, class), amount)| Posting { account, class, amount }).collect::<Vec<_>>();
    crate::entry::Postings::new(postings).unwrap_or_default()
}

/// The rows with what the legs sold and took back; none where the form could not stand so: more is taken back than there
/// is.
fn fold<'o>(rows: &[Row<'o>], legs: &[&Leg<'o>]) -> Option<Vec<Row<'o>>> {
    let mut rows: Vec<Row<'o>> = rows.to_vec();
    for leg in legs {
        for sold in &leg.sold {
            match (sold.what, rows.iter_mut().find(|row| row.what.subject() == sold.what.subject())) {
                (What::Allowance(_), Some(row)) => {
                    take(row, sold, true)?;
                }
                (What::Allowance(_) | What::Adjustment, _) => return None,
                (_, Some(row)) => give(row, sold),
                (_, None) => rows.push(sold.clone()),
            }
        }
        for back in &leg.back {
            if matches!(back.what, What::Adjustment) {
                return None;
            }
            // What comes back of delivery may not say which charge it is of.
            let same = rows.iter().position(|row| row.what.subject() == back.what.subject()).or_else(|| {
                let delivery = |row: &Row<'_>| matches!(row.what, What::Shipping(_));
                rows.iter().position(|row| delivery(back) && delivery(row) && row.earned() >= back.earned())
            });
            take(rows.get_mut(same?)?, back, false)?;
        }
    }
    rows.retain(|row| row.quantity > 0 || !row.price.is_zero() || row.is_taxed());
    rows.iter().all(|row| !row.earned().is_negative() && !row.price.is_negative()).then_some(rows)
}

fn give<'o>(row: &mut Row<'o>, more: &Row<'o>) {
    row.quantity += more.quantity;
    row.price += more.price;
    row.discounts.extend(more.discounts.iter().copied());
    for tax in &more.taxes {
        match row.taxes.iter_mut().find(|own| own.title == tax.title && own.channel_liable == tax.channel_liable) {
            Some(own) => own.amount += tax.amount,
            None => row.taxes.push(tax.clone()),
        }
    }
}

/// Takes `less` off the row. An allowance is a discount that comes (`less` was taken back) or goes (it was sold).
fn take<'o>(row: &mut Row<'o>, less: &Row<'o>, gone: bool) -> Option<()> {
    let sign = if gone { -rust_decimal::Decimal::ONE } else { rust_decimal::Decimal::ONE };
    if let What::Allowance(_) = less.what {
        let off = less.price * sign;
        match row.discounts.first_mut() {
            Some(discount) => discount.1 += off,
            None => row.discounts.push(("", off)),
        }
        if row.discounts.iter().any(|(_, amount)| amount.is_negative()) {
            return None;
        }
    } else {
        row.quantity = row.quantity.checked_sub(less.quantity)?;
        row.price -= less.price;
        let mut left: Money = less.discounts.iter().map(|(_, amount)| *amount).sum();
        for (_, amount) in &mut row.discounts {
            let part = left.min(*amount);
            *amount -= part;
            left -= part;
        }
        if !left.is_zero() {
            return None;
        }
    }
    for tax in &less.taxes {
        let own =
            row.taxes.iter_mut().find(|own| own.title == tax.title && own.channel_liable == tax.channel_liable)?;
        own.amount -= tax.amount * sign;
        if own.amount.is_negative() {
            return None;
        }
    }
    row.taxes.retain(|tax| !tax.amount.is_zero());
    row.discounts.retain(|(_, amount)| !amount.is_zero());
    Some(())
}

/// What stands in the way of reading an order's life at all.
pub(crate) fn obstacles(order: &Order, needs: &mut Needs<'_>) {
    let shop = needs.context.shop;
    if order.currency != shop.currency {
        needs.hold(HeldReason::ForeignCurrency { currency: order.currency.code().to_owned() });
    }
    let company = needs.context.company;
    let set = crate::money::Currency::new(&needs.context.mapping.documents.home_currency);
    let home = company.home_currency.as_ref().unwrap_or(&set);
    if *home != shop.currency && !company.multicurrency {
        needs.hold(HeldReason::NotHomeCurrency {
            currency: shop.currency.code().to_owned(),
            home: home.code().to_owned(),
        });
    }
    if let PaymentState::Other(state) = &order.payment_state {
        needs.hold(HeldReason::NotCarriedYet { what: format!("payment state {state}") });
    }
    if order.placed_at.in_tz(&shop.time_zone).is_err() {
        needs.hold(HeldReason::NotCarriedYet { what: format!("time zone {}", shop.time_zone) });
    }
    for reason in sums::unusable(order) {
        needs.hold(reason);
    }
}
