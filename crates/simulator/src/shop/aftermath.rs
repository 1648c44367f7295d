//! What happens to an order after it was placed: refunds, edits, cancellations.

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rust_decimal::Decimal;

use super::catalogue::LOCATIONS;
use super::model::{
    Channel, Edit, FinancialStatus, LineKind, Order, Payment, PaymentKind, PaymentStatus, Refund, Restock, cents,
};
use super::payments::payment;
use super::trade::{Mix, Trader, line, tax_lines};

/// Lets at most one thing happen to a finished order, at a time that is not in the shop's future.
pub(crate) fn follow(trader: &mut Trader, order: &mut Order, mix: &Mix) {
    let status = order.financial_status();
    let pick = trader.rng.random_range(0..1000);
    let wait = SignedDuration::from_secs(trader.rng.random_range(7200..20 * 86_400));
    let at = order.updated.checked_add(wait).unwrap_or(order.updated);
    // A sold gift card may be spent already, and a free order has nothing to give back.
    let plain =
        !order.lines.iter().any(super::model::Line::is_gift_card) && order.total() > Decimal::ZERO && !order.test;
    if at > trader.now || !plain {
        return;
    }
    let unpaid = matches!(status, FinancialStatus::Authorized | FinancialStatus::Pending);
    let mut below = 0;
    let mut is = |share: u32| {
        below += share;
        pick < below && pick >= below - share
    };
    if status == FinancialStatus::Paid {
        if is(mix.partial_refunds) {
            refund_in_part(trader, order, at);
        } else if is(mix.full_refunds) {
            refund_in_full(order, at, Restock::Return, Some("Not what I expected"));
        } else if is(mix.amount_refunds) {
            refund_amount(trader, order, at);
        } else if is(mix.edits) {
            edit(trader, order, at);
        } else if is(mix.cancellations) {
            order.cancelled = Some(at);
            refund_in_full(order, at, Restock::Cancel, None);
        }
    } else if unpaid && mix.cancellations > 0 && trader.rng.random_ratio(1, 3) {
        order.cancelled = Some(at);
        cancel_unpaid(order, at);
    }
    load_gift_cards(trader, order);
}

/// What goes back through a gift card is on that card again.
fn load_gift_cards(trader: &mut Trader, order: &Order) {
    for back in order.payments.iter().filter(|p| p.kind == PaymentKind::Refund) {
        if let Some(card) = back.gift_card.and_then(|index| trader.gift_cards.get_mut(index)) {
            card.balance += back.amount;
            card.used.push((back.at, -back.amount));
        }
    }
}

/// Gives `amount` back through the payments it came in by, newest first, and marks it as moved by the newest refund.
fn pay_back(order: &mut Order, at: Timestamp, amount: Decimal) {
    let refund = order.refunds.len() - 1;
    let mut rest = amount;
    for index in (0..order.payments.len()).rev() {
        let came_in = order.payments[index].received();
        if came_in <= Decimal::ZERO || rest <= Decimal::ZERO {
            continue;
        }
        let related = |kind: PaymentKind| -> Decimal {
            let of = |p: &&Payment| p.parent == Some(index) && p.kind == kind && p.status == PaymentStatus::Success;
            order.payments.iter().filter(of).map(|p| p.amount).sum()
        };
        let part = (came_in - related(PaymentKind::Change) - related(PaymentKind::Refund)).min(rest);
        if part <= Decimal::ZERO {
            continue;
        }
        rest -= part;
        let source = &order.payments[index];
        let back = Payment {
            parent: Some(index),
            card: source.card,
            gift_card: source.gift_card,
            refund: Some(refund),
            ..payment(PaymentKind::Refund, source.gateway, at, part)
        };
        order.payments.push(back);
    }
    order.updated = order.updated.max(at);
}

/// What the parts of a refund come to.
fn worth(order: &Order, refund: &Refund) -> Decimal {
    let tax = |amount: Decimal| if order.taxes_included { Decimal::ZERO } else { amount };
    let lines: Decimal = refund.lines.iter().map(|(r, _)| r.net + tax(r.tax())).sum();
    let shipping: Decimal = refund.shipping.iter().map(|s| s.1 + tax(s.2.iter().map(|t| t.amount).sum())).sum();
    lines + shipping - refund.discrepancy
}

fn give(order: &mut Order, at: Timestamp, refund: Refund) {
    let amount = worth(order, &refund);
    order.refunds.push(refund);
    pay_back(order, at, amount);
}

pub(crate) fn refund_in_full(order: &mut Order, at: Timestamp, restock: Restock, note: Option<&'static str>) {
    let lines = (0..order.lines.len())
        .filter_map(|index| {
            let already = order.returned_quantity(index);
            let rest = order.lines[index].quantity - already;
            (rest > 0).then(|| (order.share(index, already, rest), restock))
        })
        .collect();
    let shipping = if order.shipping_refunded().is_zero() {
        order.shipping.iter().enumerate().map(|(i, s)| (i, s.net(), s.taxes.clone())).collect()
    } else {
        Vec::new()
    };
    // Cash rounding was taken with the payment and goes back with it.
    let discrepancy = -order.rounding();
    give(order, at, Refund { at, note, lines, shipping, discrepancy });
}

fn refund_in_part(trader: &mut Trader, order: &mut Order, at: Timestamp) {
    let goods: Vec<usize> = (0..order.lines.len()).filter(|i| !order.lines[*i].is_tip()).collect();
    if goods.is_empty() {
        return;
    }
    let index = goods[trader.rng.random_range(0..goods.len())];
    let quantity = trader.rng.random_range(1..=order.lines[index].quantity);
    let restock = if trader.rng.random_ratio(2, 3) { Restock::Return } else { Restock::None };
    let shipping = if !order.shipping.is_empty() && trader.rng.random_ratio(1, 4) {
        vec![(0, order.shipping[0].net(), order.shipping[0].taxes.clone())]
    } else {
        Vec::new()
    };
    let note = trader.rng.random_ratio(1, 2).then_some("Too small");
    let part = order.share(index, 0, quantity);
    give(order, at, Refund { at, note, lines: vec![(part, restock)], shipping, discrepancy: Decimal::ZERO });
    // Now and then the rest of the same line follows, so that the shares of two refunds must add up.
    let rest = order.lines[index].quantity - quantity;
    let again = at.checked_add(SignedDuration::from_hours(50)).unwrap_or(at);
    if rest > 0 && again <= trader.now && trader.rng.random_ratio(1, 4) {
        let part = order.share(index, quantity, rest);
        let lines = vec![(part, Restock::Return)];
        give(order, again, Refund { at: again, note: None, lines, shipping: Vec::new(), discrepancy: Decimal::ZERO });
    }
}

/// Goodwill: money back without any line.
fn refund_amount(trader: &mut Trader, order: &mut Order, at: Timestamp) {
    let amount = cents(order.received() * Decimal::new(trader.rng.random_range(3..15), 2));
    if amount > Decimal::ZERO {
        let note = Some("Sorry for the delay");
        give(order, at, Refund { at, note, lines: Vec::new(), shipping: Vec::new(), discrepancy: -amount });
    }
}

/// Takes a unit off and gives the money back, or adds a line that is paid at once.
fn edit(trader: &mut Trader, order: &mut Order, at: Timestamp) {
    let index = order.lines.iter().position(|l| l.quantity > 1 && !l.is_tip());
    match index {
        Some(index) if trader.rng.random_ratio(1, 2) => {
            let removed = order.share(index, 0, 1);
            let tax = if order.taxes_included { Decimal::ZERO } else { removed.tax() };
            let amount = removed.net + tax;
            order.edits.push(Edit { at, removed: vec![removed] });
            order.refunds.push(Refund {
                at,
                note: None,
                lines: Vec::new(),
                shipping: Vec::new(),
                discrepancy: Decimal::ZERO,
            });
            pay_back(order, at, amount);
        }
        _ => {
            let variant = trader.rng.random_range(0..trader.catalogue.goods());
            let goods = &trader.catalogue.variants[variant];
            let mut added = line(LineKind::Variant(variant), 1, goods.price, goods.taxable);
            added.added_by = Some(order.edits.len());
            let place = match order.channel {
                Channel::PointOfSale { location } => LOCATIONS[location.unwrap_or(0)].1,
                _ => order.address.as_ref().map_or(0, |a| a.place),
            };
            if added.taxable && !order.tax_exempt {
                added.taxes = tax_lines(place, added.net(), order.taxes_included);
            }
            order.lines.push(added);
            order.edits.push(Edit { at, removed: Vec::new() });
            let due = order.total() - order.received();
            let gateway = super::model::Gateway::ShopifyPayments;
            order.payments.push(Payment { card: Some(0), ..payment(PaymentKind::Sale, gateway, at, due) });
            order.updated = order.updated.max(at);
        }
    }
}

fn cancel_unpaid(order: &mut Order, at: Timestamp) {
    if let Some(index) = order.payments.iter().position(|p| p.kind == PaymentKind::Authorization) {
        let amount = order.payments[index].amount;
        let void = payment(PaymentKind::Void, order.payments[index].gateway, at, amount);
        order.payments.push(Payment { parent: Some(index), ..void });
    }
    let lines = (0..order.lines.len()).map(|i| (order.share(i, 0, order.lines[i].quantity), Restock::Cancel)).collect();
    let shipping = order.shipping.iter().enumerate().map(|(i, s)| (i, s.net(), s.taxes.clone())).collect();
    order.refunds.push(Refund { at, note: None, lines, shipping, discrepancy: Decimal::ZERO });
    order.updated = order.updated.max(at);
}
