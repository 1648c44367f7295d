//! What happened after the sale: what was sold and taken back later, money received and given back.

use jiff::{Timestamp, civil::Date};

use super::{Plan, Stop, carried, sale_key};
use crate::{
    document::Fate,
    entry::{EntryKey, EntryKind, Event},
    forms::{self, Sheet},
    items::{self, Charge},
    ledger::{self},
    life::{Leg, LegKind, Life, Movement, Row, What, total},
    mapping::{Mode, Purpose},
    money::Money,
    names,
    reasons::{HeldReason, Why},
    sale::{self, Line, Way},
    sums::Source,
};

impl<'o> Plan<'_, 'o> {
    /// What a leg sold and took back, as far as it is in no entry yet.
    pub(super) fn leg(&mut self, leg: &'o Leg<'o>) -> Result<(), Stop> {
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

    pub(super) fn sold_later(&mut self, leg: &'o Leg<'o>, rows: &[Row<'o>]) -> Result<(), Stop> {
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
    pub(super) fn taken_back(&mut self, leg: &'o Leg<'o>, kept: &[Row<'o>]) -> Result<(), Stop> {
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
    pub(super) fn give_as_credit(&mut self, movement: &Movement<'o>) -> Result<(), Stop> {
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
    pub(super) fn credit(
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
    pub(super) fn write_off(&mut self, leg: &Leg<'o>) -> Result<(), Stop> {
        let event = leg.id.map(|id| Event::of(id, "damaged")).filter(|event| !self.ledger.carries(event));
        let stocked = self.is_sold() && self.needs.modes.inventory == Mode::Detailed;
        let Some(event) = event.filter(|_| stocked) else { return Ok(()) };
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
    pub(super) fn pay_back(&mut self, movement: &Movement<'o>, own: Option<&EntryKey>) -> Result<(), Stop> {
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
    pub(super) fn give_back(&mut self) -> Result<(), Stop> {
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
    pub(super) fn receive(&mut self) -> Result<(), Stop> {
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
    pub(super) fn pay_with_credit(&mut self, payment: &Movement<'o>) -> Result<(), Stop> {
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
    pub(super) fn round(&mut self, movement: &Movement<'o>, more: Money) -> Result<(), Stop> {
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
    pub(super) fn set_off(&mut self) -> Result<(), Stop> {
        loop {
            let invoice = self.ledger.invoices.iter().find(|open| open.amount.is_positive()).cloned();
            let credit = self.ledger.credits.iter().find(|open| open.amount.is_positive()).cloned();
            let (Some(invoice), Some(credit)) = (invoice, credit) else { return Ok(()) };
            let amount = invoice.amount.min(credit.amount);
            let subject = format!("{}/{}", short(&credit.key), short(&invoice.key));
            let key = self.ledger.fresh(EntryKey::new("apply", &subject));
            // Not before both are there: in summary mode a day's entry would else take over what a later day brings.
            let dates = [&invoice.key, &credit.key].map(|key| self.ledger.form(key).and_then(|form| form.date));
            let date = dates.into_iter().flatten().max().unwrap_or(Date::MAX);
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
}

/// What a key is about, without its role.
pub(super) fn short(key: &EntryKey) -> &str {
    key.as_str().rsplit('/').next().unwrap_or(key.as_str())
}
