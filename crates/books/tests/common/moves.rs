//! What may happen to an order, at random.

use books::{
    Money,
    document::{DeliveryState, Fate, Order, OrderLine, PaymentState, TaxLine},
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{GATEWAYS, discount, id, line, order, shipping, story::*, tax, totalled};

/// Something that happens to an order; numbers are taken from what is left of it.
#[derive(Clone, Debug)]
pub enum Move {
    Pay {
        gateway: usize,
        percent: i64,
    },
    Deliver(bool),
    Add(Box<OrderLine>),
    Remove {
        line: usize,
        quantity: u32,
    },
    Discount {
        line: usize,
        percent: i64,
    },
    Refund {
        line: usize,
        quantity: u32,
        fate: Fate,
        shipping: i64,
        gateway: usize,
        percent: i64,
        extra: i64,
    },
    Pending {
        line: usize,
        gateway: usize,
    },
    Arrive,
    Return {
        line: usize,
        quantity: u32,
        exchange: Option<Box<OrderLine>>,
        fee: i64,
    },
    Settle {
        gateway: usize,
        fate: Fate,
    },
    Cancel,
    Days(i64),
    /// The books are closed up to the day before.
    Close,
}

fn percent(amount: Money, percent: i64) -> Money {
    (amount * Decimal::new(percent, 2)).rounded()
}

fn taxes(base: Money, percents: &[i64]) -> Vec<TaxLine> {
    percents
        .iter()
        .enumerate()
        .map(|(place, rate)| TaxLine {
            amount: percent(base, *rate),
            channel_liable: place == 2,
            ..tax(["New York State Tax", "New York City Tax", "Shop tax"][place], "0")
        })
        .collect()
}

fn goods(number: std::ops::Range<u64>) -> impl Strategy<Value = OrderLine> {
    let tax = prop::collection::vec(prop::sample::select(vec![0_i64, 4, 8]), 0..4);
    let offs = prop::collection::vec(0..40_i64, 0..3);
    (number, 1..5_u32, 1..9_000_i64, offs, tax).prop_map(|(number, quantity, price, offs, rates)| {
        let mut line = line(number, &format!("SKU{number}"), "Goods", quantity, "0");
        line.unit_price = Money::cents(price);
        line.item.tracked = number % 2 == 0;
        line.item.gift_card = number % 4 == 3;
        let mut left = line.unit_price * Decimal::from(quantity);
        for off in offs {
            let amount = percent(left, off);
            left -= amount;
            line.discounts.push(books::document::Discount { amount, ..discount("CODE", "0") });
        }
        line.taxes = taxes(left, &rates[..rates.len().min(3)]);
        line
    })
}

fn fate() -> impl Strategy<Value = Fate> {
    prop::sample::select(vec![Fate::Restocked, Fate::NotRestocked, Fate::Damaged])
}

pub fn a_move() -> impl Strategy<Value = Move> {
    let (gateways, lines, units) = (0..GATEWAYS.len(), 0..4_usize, 1..4_u32);
    let share = prop_oneof![Just(100_i64), 1..100_i64];
    let refund = (lines.clone(), 0..3_u32, fate(), 0..101_i64, gateways.clone(), share.clone(), -30..30_i64);
    let back = (lines.clone(), units.clone(), prop::option::of(goods(20..24)), 0..20_i64);
    prop_oneof![
        4 => (gateways.clone(), share).prop_map(|(gateway, percent)| Move::Pay { gateway, percent }),
        2 => any::<bool>().prop_map(Move::Deliver),
        2 => goods(10..14).prop_map(|line| Move::Add(Box::new(line))),
        2 => (lines.clone(), units).prop_map(|(line, quantity)| Move::Remove { line, quantity }),
        2 => (lines.clone(), 1..60_i64).prop_map(|(line, percent)| Move::Discount { line, percent }),
        3 => refund.prop_map(|(line, quantity, fate, shipping, gateway, percent, extra)| Move::Refund {
            line, quantity, fate, shipping, gateway, percent, extra: if extra.abs() < 20 { 0 } else { extra },
        }),
        1 => (lines, gateways.clone()).prop_map(|(line, gateway)| Move::Pending { line, gateway }),
        1 => Just(Move::Arrive),
        2 => back.prop_map(|(line, quantity, exchange, fee)| Move::Return {
            line, quantity, exchange: exchange.map(Box::new), fee,
        }),
        2 => (gateways, fate()).prop_map(|(gateway, fate)| Move::Settle { gateway, fate }),
        1 => Just(Move::Cancel),
        1 => (1..40_i64).prop_map(Move::Days),
        1 => Just(Move::Close),
    ]
}

pub fn placed() -> impl Strategy<Value = Order> {
    let lines = prop::collection::vec(goods(1..5), 1..4);
    let (shipping_price, tips) = (prop::option::of(1..2_000_i64), prop::option::of(1..900_i64));
    (lines, shipping_price, tips, any::<bool>(), any::<bool>()).prop_map(|(lines, delivery, tips, included, sent)| {
        let mut order = order();
        order.taxes_included = included;
        order.delivery_state = if sent { DeliveryState::Fulfilled } else { DeliveryState::Unfulfilled };
        order.payment_state = PaymentState::Pending;
        order.lines = lines;
        for (place, line) in order.lines.iter_mut().enumerate() {
            line.id = id("LineItem", u64::try_from(place).unwrap() + 1);
        }
        order.shipping.extend(delivery.map(|price| books::document::ShippingLine {
            price: Money::cents(price),
            taxes: taxes(Money::cents(price), &[4]),
            ..shipping("0")
        }));
        order.totals.tips = Money::cents(tips.unwrap_or_default());
        totalled(order)
    })
}

/// Does the move, as far as the order lets it.
pub fn happen(story: &mut Story, what: Move) {
    if story.order.cancelled_at.is_some() && !matches!(what, Move::Arrive) {
        return;
    }
    let lines = story.order.lines.len();
    let units = |story: &Story, line: usize, quantity: u32| quantity.min(story.left(line % lines));
    match what {
        Move::Pay { gateway, percent: share } => {
            let amount = percent(story.outstanding(), share);
            if amount.is_positive() {
                story.take(GATEWAYS[gateway], amount);
            }
        }
        Move::Deliver(all) => {
            story.deliver(if all { DeliveryState::Fulfilled } else { DeliveryState::Partial });
        }
        Move::Add(line) => {
            let line = named(story, *line);
            story.edit(vec![Deal::add(line)]);
        }
        Move::Remove { line, quantity } => {
            let quantity = units(story, line, quantity);
            if quantity > 0 {
                story.edit(vec![Deal::Remove(line % lines, quantity)]);
            }
        }
        Move::Discount { line, percent: share } => {
            let amount = percent(story.worth(line % lines), share);
            if amount.is_positive() && story.left(line % lines) > 0 {
                story.edit(vec![Deal::Discount(line % lines, amount)]);
            }
        }
        Move::Refund { line, quantity, fate, shipping, gateway, percent: share, extra } => {
            let quantity = units(story, line, quantity);
            let mut back = Back::default();
            if quantity > 0 {
                back.deals.push(Deal::Remove(line % lines, quantity));
                back.fates.push((line % lines, quantity, fate));
            }
            let delivery = percent(story.delivery(), if shipping > 60 { shipping - 60 } else { 0 });
            if delivery.is_positive() {
                back.deals.push(Deal::Shipping(delivery));
            }
            give(story, back, gateway, share, Money::cents(extra));
        }
        Move::Pending { line, gateway } => {
            let quantity = units(story, line, 1);
            if quantity > 0 && !story.is_pending() {
                let deals = vec![Deal::Remove(line % lines, quantity)];
                let fates = vec![(line % lines, quantity, Fate::Restocked)];
                give(story, Back { deals, fates, pending: true, ..Back::default() }, gateway, 100, Money::ZERO);
            }
        }
        Move::Arrive => {
            if story.is_pending() {
                story.arrives();
            }
        }
        Move::Return { line, quantity, exchange, fee } => {
            let quantity = units(story, line, quantity);
            if quantity > 0 {
                let mut deals = vec![Deal::Remove(line % lines, quantity)];
                deals.extend(exchange.map(|line| Deal::add(named(story, *line))));
                if fee > 0 {
                    deals.push(Deal::Keep("Restocking fee", Money::cents(fee)));
                }
                story.take_back(deals);
            }
        }
        Move::Settle { gateway, fate } => {
            if story.outstanding().is_negative() {
                give(story, Back { fates: vec![(0, 1, fate)], ..Back::default() }, gateway, 100, Money::ZERO);
            }
        }
        Move::Cancel => {
            if !story.is_pending() {
                story.cancel();
            }
        }
        Move::Days(days) => {
            story.days(days);
        }
        Move::Close => {
            let today = story.now.in_tz(&story.world.shop.time_zone).unwrap().date();
            story.world.file.closing_date = today.yesterday().ok();
        }
    }
}

/// The line with an id that the order has not got yet.
fn named(story: &Story, line: OrderLine) -> OrderLine {
    OrderLine { id: id("LineItem", 100 + u64::try_from(story.order.lines.len()).unwrap()), ..line }
}

/// Gives back a share of what is owed then, and a little more or less, of which the refund tells.
fn give(story: &mut Story, mut back: Back, gateway: usize, share: i64, extra: Money) {
    let mut after = story.clone();
    after.refund(back.clone());
    let owed = -after.outstanding();
    let kept = story.received() - story.given_back();
    let amount = percent(owed, share);
    if !story.is_pending() && amount.is_positive() {
        let given = (amount + extra).min(kept);
        if given.is_positive() {
            back.money.push((GATEWAYS[gateway], given));
            if given > owed || (share == 100 && given != owed) {
                back.deals.push(Deal::Adjust(given - owed));
            }
            if GATEWAYS[gateway] == "cash" && given > Money::cents(5) {
                back.rounding = Money::cents(extra.value().try_into().map_or(2, |_: i64| -2));
            }
        }
    }
    if back.money.is_empty() {
        back.pending = false;
    }
    if !back.deals.is_empty() || !back.money.is_empty() {
        story.refund(back);
    }
}
