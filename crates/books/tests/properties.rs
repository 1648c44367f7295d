//! What holds for every paid order: it balances, ties out to the cent, and maps the same way every time.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use books::{
    Body, EntryKind, HeldReason, Mapped, Money, NameSpace,
    document::{Fee, Order, OrderLine, PaymentKind, PaymentStatus, TaxLine},
    tieout,
};
use common::*;
use proptest::prelude::*;

const TAXES: [&str; 3] = ["New York State Tax", "New York City Tax", "Lodging tax of a county with a very long name"];
const GATEWAYS: [&str; 4] = ["shopify_payments", "paypal", "cash", "manual"];

fn cents(range: std::ops::Range<i64>) -> impl Strategy<Value = Money> {
    range.prop_map(Money::cents)
}

/// Tax on something that costs `base`: a share of it, per authority.
fn taxes(base: Money) -> impl Strategy<Value = Vec<TaxLine>> {
    prop::collection::vec((0..TAXES.len(), 0..13_i64, prop::bool::weighted(0.2)), 0..3).prop_map(move |parts| {
        parts
            .into_iter()
            .map(|(title, percent, channel_liable)| {
                let amount = (base * rust_decimal::Decimal::new(percent, 2)).rounded();
                TaxLine { channel_liable, amount, ..tax(TAXES[title], "0") }
            })
            .collect()
    })
}

fn order_line() -> impl Strategy<Value = OrderLine> {
    let goods = (1..6_u64, 1..5_u32, 0..20_000_i64, "[A-Za-zø:王 ]{0,40}", prop::bool::weighted(0.15));
    (goods, prop::collection::vec(0..60_i64, 0..3), prop::bool::weighted(0.1), cents(0..300), 0..10_u8).prop_flat_map(
        |((number, quantity, price, title, card), offs, deleted, duties, kind)| {
            let mut line = line(number, "", &title, quantity, "0");
            line.item.sku = (number % 2 == 0).then(|| format!("SKU{number}"));
            line.item.gift_card = card;
            line.item.tracked = number % 3 == 0;
            line.unit_price = Money::cents(price);
            line.duties = if kind == 0 { duties } else { Money::ZERO };
            line.tip = kind == 1;
            if deleted || line.tip {
                line.variant = None;
            }
            let mut left = Money::cents(price * i64::from(quantity));
            for percent in offs {
                let off = (left * rust_decimal::Decimal::new(percent, 2)).rounded();
                line.discounts.push(books::document::Discount { amount: off, ..discount("CODE", "0") });
                left -= off;
            }
            taxes(left).prop_map(move |taxes| OrderLine { taxes, ..line.clone() })
        },
    )
}

fn paid_order() -> impl Strategy<Value = Order> {
    let lines = prop::collection::vec(order_line(), 1..6);
    let shipping = prop::option::of(cents(0..3_000)).prop_flat_map(|price| {
        taxes(price.unwrap_or_default())
            .prop_map(move |taxes| price.map(|price| books::document::ShippingLine { price, taxes, ..shipping("0") }))
    });
    let fee = prop::option::of(cents(1..500));
    let extras = (prop::option::of(cents(1..900)), -4..5_i64, any::<bool>(), any::<bool>());
    let people = (prop::option::of(0..4_u64), prop::option::of(0..3_u64));
    let payments = (0..40_i64, 0..40_i64, prop::collection::vec((0..GATEWAYS.len(), 1..100_i64), 1..4), any::<bool>());
    (lines, shipping, fee, extras, people, payments).prop_map(|(lines, shipping, fee, extras, people, payments)| {
        let mut order = order();
        let (tips, rounding, taxes_included, rounding_beside) = extras;
        order.taxes_included = taxes_included;
        order.customer = people.0.map(|number| id("Customer", number));
        order.location = people.1.map(|number| id("Location", number));
        order.lines = lines;
        order.shipping.extend(shipping);
        order.fees.extend(fee.map(|amount| Fee {
            title: "Import fee".into(),
            amount,
            taxes: vec![TaxLine { amount: Money::cents(7), ..tax(TAXES[0], "0") }],
        }));
        order.totals.tips = tips.unwrap_or_default();
        let order = totalled(order);
        pay(order, rounding, rounding_beside, payments)
    })
}

/// Pays an order by gift card, by store credit and through gateways, the last of which is cash that may be rounded.
fn pay(
    mut order: Order,
    rounding: i64,
    rounding_beside: bool,
    (card, credit, gateways, change): (i64, i64, Vec<(usize, i64)>, bool),
) -> Order {
    let share = |amount: Money, percent: i64| (amount * rust_decimal::Decimal::new(percent, 2)).rounded();
    let mut left = order.totals.total;
    let mut add = |order: &mut Order, gateway: &str, amount: Money| {
        left -= amount;
        order.payments.push(books::document::Payment { amount, ..payment(gateway, "0") });
        left
    };
    let total = order.totals.total;
    add(&mut order, "gift_card", share(total, card));
    let mut rest = add(&mut order, "shopify_store_credit", share(total, credit));
    for (gateway, percent) in &gateways {
        rest = add(&mut order, GATEWAYS[*gateway], share(rest, *percent));
    }
    let mut last = books::document::Payment { amount: rest, kind: PaymentKind::Capture, ..payment("cash", "0") };
    if rest > Money::cents(10) && rounding != 0 {
        let rounding = Money::cents(rounding);
        last.rounding = rounding;
        order.totals.cash_rounding = rounding;
        order.totals.total += rounding;
        if !rounding_beside {
            last.amount += rounding;
        }
    }
    if change {
        last.amount += Money::cents(500);
        let back =
            books::document::Payment { kind: PaymentKind::Change, amount: Money::cents(500), ..payment("cash", "0") };
        order.payments.push(back);
    }
    order.payments.push(last);
    let mut noise = payment("bogus", "3");
    noise.status = PaymentStatus::Failed;
    order.payments.push(noise);
    order
}

fn world() -> World {
    let mut world = World::new();
    for (number, name) in
        [(0, "Ada Lovelace"), (1, "Ada Lovelace"), (2, ""), (3, "Zoë: Ångström, the very long-named one, of Göteborg")]
    {
        world.told.customer(number, name);
    }
    world.told.location(0, "Harbour Street");
    world.told.location(1, "Pine: Road");
    world
}

/// What QuickBooks makes of a form: the sum of its lines, and 0 % of it.
fn computed_total(lines: &[FormLine], world: &World) -> Money {
    let mut sum = Money::ZERO;
    for (item, _, amount) in lines {
        let kind = books::Lists::named(&world.company, NameSpace::Item, item).map(|object| object.kind);
        let kind = kind.unwrap_or_else(|| panic!("{item} is not in the company file"));
        match kind.as_str() {
            "ItemDiscount" => assert!(!amount.is_positive(), "a discount raises the sum"),
            "ItemSalesTax" => assert!(!sum.is_negative(), "tax below zero turns its sign"),
            _ => {}
        }
        sum += *amount;
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn every_paid_order_ties_out_to_the_cent(order in paid_order()) {
        let mut world = world();
        let Mapped { entries, held: None, .. } = world.map(&order) else {
            return Err(TestCaseError::fail(format!("not mapped: {:?}", world.map(&order))));
        };
        let sale = sale(&entries);
        let used: Money = order
            .payments
            .iter()
            .filter(|payment| ["gift_card", "shopify_store_credit"].contains(&payment.gateway.as_str()))
            .map(|payment| payment.amount)
            .sum();
        let due = order.totals.total - used;
        prop_assert_eq!(sale.total, due, "the form's total is the order's less what cards paid");
        prop_assert_eq!(sale.kind == EntryKind::Invoice, entries.iter().any(|entry| entry.kind == EntryKind::ReceivePayment));

        for entry in &entries {
            prop_assert!(entry.postings.iter().map(|posting| posting.amount).sum::<Money>().is_zero());
            entry.request(|_| Some(common::linked())).unwrap().check().unwrap();
        }
        let shop: BTreeMap<_, _> = tieout::shop_side(&order, &world.context()).into_iter().collect();
        prop_assert_eq!(&shop, &postings(&entries), "the shop's totals say what the lines say");

        world.company.post(&entries);
        prop_assert_eq!(computed_total(&form_lines(sale), &world), due);
        let booked: Vec<_> = entries
            .iter()
            .filter_map(answer)
            .flat_map(|object| tieout::booked(&object, &world.company))
            .collect();
        for row in tieout::compare(shop, &booked) {
            prop_assert!(row.difference.is_zero(), "{row:?}");
        }
    }

    #[test]
    fn the_same_order_maps_the_same_way_every_time(order in paid_order()) {
        let mut world = world();
        let first = world.entries(&order);
        prop_assert_eq!(&first, &world.entries(&order));

        // Whatever of the list entries is there already, the sale reads the same.
        let lists: Vec<_> = first.iter().filter(|entry| entry.kind.is_list()).cloned().collect();
        let some: Vec<_> = lists.iter().rev().step_by(2).cloned().collect();
        world.company.post(&some);
        let second = world.entries(&order);
        prop_assert_eq!(sale(&first).content_hash(), sale(&second).content_hash());
        let made = |entries: &[books::Entry]| -> BTreeSet<String> {
            entries.iter().filter(|entry| entry.kind.is_list()).map(|entry| entry.number.clone()).collect()
        };
        let mut expected = made(&first);
        expected.retain(|name| some.iter().all(|entry| entry.number != *name));
        prop_assert_eq!(made(&second), expected);
    }

    #[test]
    fn list_entries_come_before_what_needs_them(order in paid_order()) {
        let entries = world().entries(&order);
        let mut seen = BTreeSet::new();
        for entry in &entries {
            prop_assert!(entry.needs.iter().all(|key| seen.contains(key)), "{} comes too early", entry.key);
            prop_assert!(seen.insert(entry.key.clone()), "{} is there twice", entry.key);
        }
    }

    #[test]
    fn net_prices_lose_no_cent(price in 0..100_000_i64, percents in prop::collection::vec(0..100_i64, 0..4), tax_percent in 0..30_i64) {
        let mut order = order();
        order.taxes_included = true;
        let mut goods = line(1, "A", "A", 1, "0");
        goods.unit_price = Money::cents(price);
        let mut left = goods.unit_price;
        for percent in percents {
            let off = (left * rust_decimal::Decimal::new(percent, 2)).rounded();
            goods.discounts.push(books::document::Discount { amount: off, ..discount("CODE", "0") });
            left -= off;
        }
        let amount = (left * rust_decimal::Decimal::new(tax_percent, 2)).rounded();
        goods.taxes.push(TaxLine { amount, ..tax("MVA", "0") });
        order.lines.push(goods);
        order.payments.push(books::document::Payment { amount: left, ..payment("cash", "0") });
        let entries = World::new().entries(&totalled(order));
        let sum: Money = form_lines(sale(&entries)).iter().map(|line| line.2).sum();
        prop_assert_eq!(sum, left);
        prop_assert!(form_lines(sale(&entries)).iter().all(|line| line.2.is_whole_cents()));
    }

    #[test]
    fn nothing_panics_on_an_order_gone_wrong(
        order in paid_order(),
        place in 0..8_u8,
        amount in prop::sample::select(vec![
            Money::new(rust_decimal::Decimal::MAX), Money::new(rust_decimal::Decimal::MIN), Money::cents(-1),
            Money::cents(i64::MAX), Money::new(rust_decimal::Decimal::new(1, 28)), Money::ZERO,
        ]),
    ) {
        let mut order = order;
        match place {
            0 => order.lines[0].unit_price = amount,
            1 => order.totals.subtotal = amount,
            2 => order.payments[0].amount = amount,
            3 => order.totals.tips = amount,
            4 => order.totals.cash_rounding = amount,
            5 => order.lines[0].quantity = u32::MAX,
            6 => order.lines.clear(),
            _ => order.payments.clear(),
        }
        let world = world();
        if let Some(held) = world.map(&order).held {
            prop_assert!(!held.reasons.is_empty());
            let unknown = held.reasons.iter().any(|reason| matches!(reason, HeldReason::UnknownGateway { .. }));
            prop_assert!(!unknown, "every gateway is known");
        }
        let _ = tieout::shop_side(&order, &world.context());
    }
}

#[test]
fn a_difference_between_what_was_meant_and_what_was_booked_is_seen() {
    let mut world = World::new();
    let order = worked_order();
    let entries = world.entries(&order);
    world.company.post(&entries);
    let mut object = entries.iter().find_map(answer).unwrap();
    let qbxml::Object::SalesReceipt(ret) = &mut object else { panic!("no sales receipt") };
    let tax = ret.sales_receipt_line_ret.last_mut().unwrap();
    tax.amount = Some(qbxml::Amount::new(rust_decimal::Decimal::new(734, 2)).unwrap());
    let shop = tieout::shop_side(&order, &world.context());
    let booked = tieout::booked(&object, &world.company);
    let off: Vec<_> = tieout::compare(shop, &booked).into_iter().filter(|row| !row.difference.is_zero()).collect();
    assert_eq!(off.len(), 1);
    assert_eq!((off[0].account.as_str(), off[0].difference), ("Sales Tax Payable", Money::cents(1)));
}

#[test]
fn bodies_survive_being_stored() {
    for entry in world().entries(&worked_order()) {
        let text = serde_json::to_string(&entry).unwrap();
        let read: books::Entry = serde_json::from_str(&text).unwrap();
        assert_eq!(read.content_hash(), entry.content_hash());
        assert!(
            matches!((&read.body, &entry.body), (Body::SalesReceipt(_), Body::SalesReceipt(_))) || read.kind.is_list()
        );
    }
}
