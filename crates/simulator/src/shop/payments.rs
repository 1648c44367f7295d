//! How an order is paid.

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rust_decimal::{Decimal, RoundingStrategy};

use super::catalogue::CARDS;
use super::model::{Channel, Gateway, Order, Payment, PaymentKind, PaymentStatus, Terms, cents};
use super::purse::GiftCard;
use super::trade::{Mix, Trader};

pub(crate) fn payment(kind: PaymentKind, gateway: Gateway, at: Timestamp, amount: Decimal) -> Payment {
    Payment {
        kind,
        status: PaymentStatus::Success,
        gateway,
        created: at,
        at,
        amount,
        rounding: Decimal::ZERO,
        parent: None,
        gift_card: None,
        card: None,
        refund: None,
    }
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}

/// Pays the order, or leaves it unpaid, and books the gift cards it sells.
pub(crate) fn pay(trader: &mut Trader, order: &mut Order, mix: &Mix) {
    let total = order.total();
    if total.is_zero() {
        return;
    }
    let in_shop = matches!(order.channel, Channel::PointOfSale { .. });
    let at = order.created;
    if order.terms.is_some_and(|terms| terms != Terms::Receipt) {
        return;
    }
    if !in_shop && trader.rare(mix.partly_paid) {
        take(trader, order, Gateway::PayPal, cents(total * Decimal::new(3, 1)));
        return;
    }
    if let (Some(customer), true) = (order.customer, !order.test && trader.rare(mix.store_credit)) {
        trader.charge_store_credit(customer, at, total);
        order.payments.push(payment(PaymentKind::Sale, Gateway::StoreCredit, at, total));
        book_gift_cards(trader, order, at);
        return;
    }
    if !in_shop && trader.happens(mix.unpaid) {
        if trader.rng.random_ratio(2, 3) {
            let mut pending = payment(PaymentKind::Sale, Gateway::BankDeposit, at, total);
            pending.status = PaymentStatus::Pending;
            order.payments.push(pending);
        }
        return;
    }
    if !in_shop && trader.happens(mix.authorized) {
        let mut authorization = payment(PaymentKind::Authorization, Gateway::ShopifyPayments, at, total);
        authorization.card = Some(trader.rng.random_range(0..CARDS.len()));
        order.payments.push(authorization);
        return;
    }
    if !in_shop && trader.happens(mix.paid_later) {
        let days = trader.rng.random_range(1..6);
        let mut pending = payment(PaymentKind::Sale, Gateway::BankDeposit, at, total);
        pending.status = PaymentStatus::Pending;
        order.payments.push(pending);
        let paid = later(at, days * 86_400);
        if paid <= trader.now {
            let mut received = payment(PaymentKind::Sale, Gateway::BankDeposit, paid, total);
            received.parent = Some(0);
            order.payments.push(received);
            order.updated = order.updated.max(paid);
            book_gift_cards(trader, order, paid);
        }
        return;
    }
    if trader.happens(mix.failed_payments) {
        let mut failed = payment(PaymentKind::Sale, Gateway::ShopifyPayments, at, total);
        failed.status = PaymentStatus::Failure;
        failed.card = Some(trader.rng.random_range(0..CARDS.len()));
        order.payments.push(failed);
    }
    let mut rest = total;
    if !order.test && order.channel != Channel::ShopApp && trader.happens(mix.gift_cards_redeemed) {
        rest -= redeem(trader, order, rest);
    }
    if rest > Decimal::new(4, 0) && trader.happens(mix.split_tender) {
        let part = (rest * Decimal::new(trader.rng.random_range(20..80), 2)).trunc();
        let gateway = if in_shop { Gateway::Cash } else { Gateway::PayPal };
        take(trader, order, gateway, part);
        rest -= part;
        take(trader, order, Gateway::ShopifyPayments, rest);
    } else if rest > Decimal::ZERO {
        let gateway = match order.channel {
            Channel::PointOfSale { .. } if trader.happens(mix.cash) => Gateway::Cash,
            Channel::Online if trader.happens(250) => Gateway::PayPal,
            _ => Gateway::ShopifyPayments,
        };
        take(trader, order, gateway, rest);
    }
    book_gift_cards(trader, order, at);
}

/// Takes exactly `amount` through a gateway.
pub(crate) fn take(trader: &mut Trader, order: &mut Order, gateway: Gateway, amount: Decimal) {
    let at = order.created;
    match gateway {
        Gateway::Cash => take_cash(trader, order, amount),
        Gateway::ShopifyPayments => {
            let card = Some(trader.rng.random_range(0..CARDS.len()));
            if matches!(order.channel, Channel::PointOfSale { .. }) || trader.rng.random_ratio(1, 2) {
                order.payments.push(Payment { card, ..payment(PaymentKind::Sale, gateway, at, amount) });
            } else {
                let parent = Some(order.payments.len());
                order.payments.push(Payment { card, ..payment(PaymentKind::Authorization, gateway, at, amount) });
                let captured = payment(PaymentKind::Capture, gateway, later(at, 4), amount);
                order.payments.push(Payment { parent, card, ..captured });
            }
        }
        _ => order.payments.push(payment(PaymentKind::Sale, gateway, at, amount)),
    }
}

fn take_cash(trader: &mut Trader, order: &mut Order, amount: Decimal) {
    let at = order.created;
    let due = if trader.trade.cash_rounding {
        (amount * Decimal::new(20, 0)).round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
            / Decimal::new(20, 0)
    } else {
        amount
    };
    let mut sale = payment(PaymentKind::Sale, Gateway::Cash, at, due);
    sale.rounding = due - amount;
    let parent = order.payments.len();
    if trader.rng.random_ratio(1, 3) {
        let note = Decimal::new([5, 10, 20][trader.rng.random_range(0..3)], 0);
        sale.amount = (due / note).ceil() * note;
    }
    let change = sale.amount - due;
    order.payments.push(sale);
    if change > Decimal::ZERO {
        order
            .payments
            .push(Payment { parent: Some(parent), ..payment(PaymentKind::Change, Gateway::Cash, at, change) });
    }
}

/// Pays as much as the oldest card with money on it can; returns how much that is.
fn redeem(trader: &mut Trader, order: &mut Order, rest: Decimal) -> Decimal {
    let free = |c: &GiftCard| {
        c.balance > Decimal::ZERO && c.sold < order.created && c.used.iter().all(|used| used.0 <= order.created)
    };
    let Some(index) = trader.gift_cards.iter().position(free) else {
        return Decimal::ZERO;
    };
    let card = &mut trader.gift_cards[index];
    let amount = card.balance.min(rest);
    card.balance -= amount;
    card.used.push((order.created, amount));
    let paid = payment(PaymentKind::Sale, Gateway::GiftCard, order.created, amount);
    order.payments.push(Payment { gift_card: Some(index), ..paid });
    amount
}

/// The gift cards that an order sells are good once it is paid.
pub(crate) fn book_gift_cards(trader: &mut Trader, order: &Order, sold: Timestamp) {
    if order.test || !order.lines.iter().any(super::model::Line::is_gift_card) {
        return;
    }
    if trader.gift_cards.iter().rev().any(|c| c.sold_by.is_some_and(|by| by.0 == order.no)) {
        return;
    }
    for (line, sold_card) in order.lines.iter().enumerate().filter(|(_, l)| l.is_gift_card()) {
        trader.gift_cards.push(GiftCard {
            sold_by: Some((order.no, line)),
            customer: order.customer,
            sold,
            initial: sold_card.unit,
            balance: sold_card.unit,
            used: Vec::new(),
        });
    }
}
