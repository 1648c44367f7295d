//! The random life of an order after it was placed: paid and sent later, refunded, edited, returned, exchanged, cancelled,
//! deleted, once or several times.

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rust_decimal::Decimal;

use super::events::{self, LifeError};
use super::model::{Fulfilment, Gateway, Order, PaymentKind, PaymentStatus, Reason, Restock, cents};
use super::orders::{Change, NewLine, NewRefund, NewReturn, Portion, Settlement};
use super::trade::{Mix, Trader};

/// Lets things happen to a new order, at times that are not in the shop's future.
pub(crate) fn follow(trader: &mut Trader, order: &mut Order, mix: &Mix) {
    let mut pick = trader.rng.random_range(0..1000);
    let mut wait = trader.rng.random_range(7200..20 * 86_400);
    // A sold gift card may be spent already, and a free order has nothing to give back.
    if !mix.has_lives() || !is_plain(order) {
        return;
    }
    for _ in 0..4 {
        let at = order.updated.checked_add(SignedDuration::from_secs(wait)).unwrap_or(order.updated);
        if at > trader.now {
            return;
        }
        let mut tried = order.clone();
        let Ok(happened) = step(trader, &mut tried, at, mix, pick) else { return };
        *order = tried;
        let ends = order.deleted.is_some() || !happened && order.outstanding() <= Decimal::ZERO;
        if ends || (happened && !trader.rng.random_ratio(2, 5)) {
            return;
        }
        pick = trader.rng.random_range(0..1000);
        wait = trader.rng.random_range(3600..9 * 86_400);
    }
}

fn is_plain(order: &Order) -> bool {
    !order.lines.iter().any(super::model::Line::is_gift_card) && order.total() > Decimal::ZERO && !order.test
}

/// Lets an order that is older go on: what waits is done, otherwise anything may happen. An error changes nothing.
pub(crate) fn live_on(trader: &mut Trader, order: &mut Order, at: Timestamp, mix: &Mix) -> Result<(), LifeError> {
    if !is_plain(order) {
        return Err(LifeError::NothingLeft);
    }
    let pick = trader.rng.random_range(0..1000);
    step(trader, order, at, mix, pick).map(|_| ())
}

/// What waits: money on its way, goods on their way back, goods to be sent, money to be received.
fn finish(trader: &mut Trader, order: &mut Order, at: Timestamp) -> Result<bool, LifeError> {
    let waits = order.payments.iter().find(|p| p.kind == PaymentKind::Refund && p.status == PaymentStatus::Pending);
    if let Some(refund) = waits.and_then(|p| p.refund) {
        let succeeded = !trader.rng.random_ratio(1, 5);
        return events::settle_refund(trader, order, at, refund, succeeded).map(|()| true);
    }
    if let Some(open) = order.returns.iter().position(|r| r.closed.is_none()) {
        let how = settlement(trader, order);
        events::settle_return(trader, order, at, open, how)?;
        if order.outstanding() > Decimal::ZERO {
            events::pay(trader, order, at, Gateway::ShopifyPayments, None)?;
        }
        return Ok(true);
    }
    if order.capturable() > Decimal::ZERO {
        return events::capture(trader, order, at, None).map(|()| true);
    }
    if order.outstanding() > Decimal::ZERO {
        let part = trader.rng.random_ratio(1, 4).then(|| cents(order.outstanding() * Decimal::new(4, 1)));
        let part = part.filter(|p| *p > Decimal::ZERO);
        return events::pay(trader, order, at, Gateway::BankDeposit, part).map(|()| true);
    }
    if order.fulfilment() != Fulfilment::Fulfilled {
        let first = (0..order.lines.len()).find(|l| order.unfulfilled(*l) > 0);
        if let (Some(line), true) = (first, trader.rng.random_ratio(1, 3)) {
            return events::fulfil(order, at, Some(&[(line, 1)])).map(|()| true);
        }
        return events::fulfil(order, at, None).map(|()| true);
    }
    Ok(false)
}

fn step(trader: &mut Trader, order: &mut Order, at: Timestamp, mix: &Mix, pick: u32) -> Result<bool, LifeError> {
    if order.cancelled.is_some() {
        let delete = pick < mix.deletions * 10;
        order.deleted = delete.then_some(at);
        return Ok(delete);
    }
    let mut below = 0;
    let mut is = |share: u32| {
        below += share;
        pick < below && pick >= below - share
    };
    let received = order.received() - order.refunded();
    if is(mix.cancellations) || (received.is_zero() && pick > 980) {
        events::cancel(trader, order, at)?;
    } else if received <= Decimal::ZERO || order.outstanding() > Decimal::ZERO {
        return finish(trader, order, at);
    } else if is(mix.partial_refunds) {
        refund_in_part(trader, order, at)?;
    } else if is(mix.full_refunds) {
        let mut rest = events::refund_rest(order, Restock::Return, Some("Not what I expected"));
        other_way(trader, order, &mut rest, mix);
        events::refund(trader, order, at, &rest)?;
    } else if is(mix.amount_refunds) {
        let amount = cents(received * Decimal::new(trader.rng.random_range(3..15), 2));
        let mut goodwill = NewRefund {
            money: Portion::Exactly(amount),
            reason: Reason::Customer,
            note: Some("Sorry for the delay"),
            ..NewRefund::default()
        };
        other_way(trader, order, &mut goodwill, mix);
        if amount > Decimal::ZERO {
            events::refund(trader, order, at, &goodwill)?;
        }
    } else if is(mix.edits) {
        edit(trader, order, at)?;
    } else if is(mix.discount_edits) {
        let line = some_line(trader, order).ok_or(LifeError::NothingLeft)?;
        let amount =
            cents(order.share(line, order.lines[line].quantity - order.returned_quantity(line)).net / Decimal::TEN);
        events::edit(trader, order, at, &[Change::Discount { line, amount }])?;
        give_owed(trader, order, at)?;
    } else if is(mix.exchanges) {
        exchange(trader, order, at)?;
    } else {
        return finish(trader, order, at);
    }
    Ok(true)
}

/// A line that is neither a tip nor gone.
fn some_line(trader: &mut Trader, order: &Order) -> Option<usize> {
    let there = |l: &usize| !order.lines[*l].is_tip() && order.returned_quantity(*l) < order.lines[*l].quantity;
    let lines: Vec<usize> = (0..order.lines.len()).filter(there).collect();
    (!lines.is_empty()).then(|| lines[trader.rng.random_range(0..lines.len())])
}

fn some_goods(trader: &mut Trader) -> NewLine {
    let variant = trader.rng.random_range(0..trader.catalogue.goods());
    let goods = &trader.catalogue.variants[variant];
    NewLine { taxable: goods.taxable, ..NewLine::of(variant, 1, goods.price) }
}

fn settlement(trader: &mut Trader, order: &Order) -> Settlement {
    let restock = if trader.rng.random_ratio(3, 4) { Restock::Return } else { Restock::None };
    let credit = order.customer.is_some() && trader.rng.random_ratio(1, 5);
    Settlement { restock, to: credit.then_some(Gateway::StoreCredit), pending: false }
}

/// Now and then money goes back by another way than it came, or is on its way for a while.
fn other_way(trader: &mut Trader, order: &Order, refund: &mut NewRefund, mix: &Mix) {
    if trader.rare(mix.pending_refunds) {
        refund.pending = true;
    } else if trader.rare(mix.other_ways) {
        refund.to = Some(match trader.rng.random_range(0..3) {
            0 => Gateway::Cash,
            1 if order.customer.is_some() => Gateway::StoreCredit,
            _ => Gateway::GiftCard,
        });
    }
}

fn refund_in_part(trader: &mut Trader, order: &mut Order, at: Timestamp) -> Result<(), LifeError> {
    let mix = trader.trade.mix.clone();
    let line = some_line(trader, order).ok_or(LifeError::NothingLeft)?;
    let left = order.lines[line].quantity - order.returned_quantity(line);
    let restock = match trader.rng.random_range(0..12) {
        0..7 => Restock::Return,
        7 => Restock::Legacy,
        _ => Restock::None,
    };
    let mut refund = NewRefund {
        lines: vec![(line, trader.rng.random_range(1..=left), restock)],
        shipping: if trader.rng.random_ratio(1, 4) { Portion::All } else { Portion::Nothing },
        note: trader.rng.random_ratio(1, 2).then_some("Too small"),
        ..NewRefund::default()
    };
    if trader.rng.random_ratio(1, 10) {
        refund.lines.clear();
        refund.shipping = Portion::All;
    }
    if trader.rare(mix.fees) {
        let worth = order.share(line, left).net;
        let damaged = trader.rng.random_ratio(1, 3);
        refund.reason = if damaged { Reason::Damage } else { Reason::Restock };
        refund.money = Portion::Exactly(cents(worth / Decimal::new(2, 0) / Decimal::from(left)));
    }
    other_way(trader, order, &mut refund, &mix);
    events::refund(trader, order, at, &refund)?;
    Ok(())
}

/// Takes a unit off and gives the money back, or adds a line that is paid at once.
fn edit(trader: &mut Trader, order: &mut Order, at: Timestamp) -> Result<(), LifeError> {
    let there = |l: &usize| !order.lines[*l].is_tip() && order.lines[*l].quantity > order.returned_quantity(*l) + 1;
    let line = (0..order.lines.len()).find(there);
    match line {
        Some(line) if trader.rng.random_ratio(1, 2) => {
            events::edit(trader, order, at, &[Change::Remove { line, quantity: 1 }])?;
            give_owed(trader, order, at)
        }
        _ => {
            let added = some_goods(trader);
            events::edit(trader, order, at, &[Change::Add(added)])?;
            events::pay(trader, order, at, Gateway::ShopifyPayments, None)
        }
    }
}

fn give_owed(trader: &mut Trader, order: &mut Order, at: Timestamp) -> Result<(), LifeError> {
    if order.outstanding() < Decimal::ZERO {
        events::refund(trader, order, at, &NewRefund::default())?;
    }
    Ok(())
}

/// A return with a fee, or an exchange; some are settled at once, the others wait.
fn exchange(trader: &mut Trader, order: &mut Order, at: Timestamp) -> Result<(), LifeError> {
    let line = some_line(trader, order).ok_or(LifeError::NothingLeft)?;
    let fee = if trader.rng.random_ratio(1, 3) && order.share(line, 1).net > Decimal::TEN {
        Decimal::new(500, 2)
    } else {
        Decimal::ZERO
    };
    let exchange = if trader.rng.random_ratio(2, 3) { vec![some_goods(trader)] } else { Vec::new() };
    let goods = NewReturn { lines: vec![(line, 1, fee)], shipping_fee: Decimal::ZERO, exchange };
    let number = events::take_back(trader, order, at, &goods)?;
    if trader.rng.random_ratio(2, 3) {
        let how = settlement(trader, order);
        events::settle_return(trader, order, at, number, how)?;
        if order.outstanding() > Decimal::ZERO {
            events::pay(trader, order, at, Gateway::ShopifyPayments, None)?;
        }
    }
    Ok(())
}
