//! The traps of SHOPIFY.md 3.3 and of QuickBooks' lists (PROTOCOL.md e), each by name.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use books::{
    Body, Currency, EntryKind, HeldReason, Money, NameSpace, Why,
    document::{Customer, PaymentKind, PaymentState, PaymentStatus, Refund},
};
use common::*;

fn customer_name(entries: &[books::Entry]) -> String {
    let reference = match &sale(entries).body {
        Body::SalesReceipt(form) => form.customer_ref.clone().unwrap(),
        Body::Invoice(form) => form.customer_ref.clone(),
        other => panic!("no sale: {other:?}"),
    };
    match reference {
        qbxml::Ref::Name(name) => name,
        qbxml::Ref::Id(id) => panic!("by id {id}"),
    }
}

#[test]
fn a_test_order_is_nothing() {
    let mut order = worked_order();
    order.test = true;
    assert!(World::new().map(&order).is_nothing());
}

#[test]
fn an_order_without_anything_in_it_is_nothing() {
    assert!(World::new().map(&order()).is_nothing());
}

#[test]
fn only_money_that_moved_counts() {
    let mut order = worked_order();
    order.payments[0].kind = PaymentKind::Capture;
    for (kind, status, test) in [
        (PaymentKind::Authorization, PaymentStatus::Success, false),
        (PaymentKind::Void, PaymentStatus::Success, false),
        (PaymentKind::Other("SUGGESTED_REFUND".into()), PaymentStatus::Success, false),
        (PaymentKind::Sale, PaymentStatus::Failed, false),
        (PaymentKind::Sale, PaymentStatus::Pending, false),
        (PaymentKind::Sale, PaymentStatus::Success, true),
    ] {
        let mut noise = payment("no_such_gateway", "110.35");
        (noise.kind, noise.status, noise.test) = (kind, status, test);
        order.payments.push(noise);
    }
    let entries = World::new().entries(&order);
    assert_eq!(postings(&entries)["Shopify Payments Clearing"], money("110.35"));
}

#[test]
fn a_tip_that_is_a_line_is_counted_once() {
    let mut tip = line(3, "", "Tip", 1, "5.00");
    tip.tip = true;
    tip.variant = None;
    let mut order = worked_order();
    order.lines.push(tip);
    let entries = World::new().entries(&totalled(order));
    assert_eq!(postings(&entries)["Employee Tips Payable"], money("-5"));
    assert_eq!(form_lines(sale(&entries)).iter().filter(|line| line.0 == "Tip").count(), 1);
}

#[test]
fn an_order_cancelled_before_payment_is_nothing_for_the_books() {
    let mut order = worked_order();
    order.cancelled_at = Some(order.placed_at);
    order.payment_state = PaymentState::Voided;
    order.payments.clear();
    assert!(World::new().map(&order).is_nothing());
}

#[test]
fn an_order_of_which_the_history_is_missing_is_held() {
    let world = World::new();
    let mut order = worked_order();
    order.edited = true;
    assert_eq!(world.held(&order), [HeldReason::HistoryMissing]);
    order.edited = false;
    order.refunds.push(Refund {
        id: id("Refund", 1),
        at: order.placed_at,
        total: money("48.38"),
        goods: Vec::new(),
        payments: Vec::new(),
    });
    assert_eq!(world.held(&order), [HeldReason::HistoryMissing]);
}

#[test]
fn all_reasons_are_given_at_once() {
    let mut world = World::new();
    world.company.remove(NameSpace::Account, "Shipping Income");
    world.company.add(NameSpace::Account, "Account", "Sales Discounts", Some("Bank"));
    world.mapping.tax.new = books::mapping::NewTax::Hold;
    world.mapping.locations.new = books::mapping::NewLocation::Hold;
    let mut order = worked_order();
    order.location = Some(id("Location", 7));
    order.payments[0].gateway = "klarna".into();
    let reasons = world.held(&order);
    for expected in [
        HeldReason::UnknownLocation { location: "7".into() },
        HeldReason::NoAccount { purpose: "shipping".into(), account: Some("Shipping Income".into()) },
        HeldReason::WrongAccountType {
            purpose: "discounts".into(),
            account: "Sales Discounts".into(),
            account_type: "Bank".into(),
        },
        HeldReason::UnknownTax { title: "New York State Tax".into() },
        HeldReason::UnknownGateway { gateway: "klarna".into() },
    ] {
        assert!(reasons.contains(&expected), "{expected:?} is missing in {reasons:#?}");
    }
    assert_eq!(reasons.len(), 5, "{reasons:#?}");
}

#[test]
fn totals_that_contradict_the_lines_hold_the_order() {
    let mut order = worked_order();
    order.totals.total = money("110.36");
    order.payments[0].amount = money("110.36");
    let reasons = World::new().held(&order);
    assert!(reasons.contains(&HeldReason::DoesNotAddUp { stated: money("110.36"), computed: money("110.35") }));
}

#[test]
fn payments_that_differ_from_the_total_hold_the_order() {
    let mut order = worked_order();
    order.payments[0].amount = money("110.34");
    let expected = HeldReason::DoesNotAddUp { stated: money("110.35"), computed: money("110.34") };
    assert_eq!(World::new().held(&order), [expected]);
}

#[test]
fn a_fraction_of_a_cent_is_held_but_a_fine_unit_price_is_not() {
    let mut order = order();
    order.lines.push(line(1, "SCREW", "Screw", 8, "0.125"));
    order.payments.push(payment("cash", "1.00"));
    World::new().entries(&totalled(order.clone()));
    order.lines[0].quantity = 9;
    order.payments[0].amount = money("1.125");
    let reasons = World::new().held(&totalled(order));
    assert!(reasons.contains(&HeldReason::FractionOfCent { amount: money("1.125") }), "{reasons:?}");
}

#[test]
fn an_order_in_another_currency_is_held() {
    let mut order = worked_order();
    order.currency = Currency::new("EUR");
    assert_eq!(World::new().held(&order), [HeldReason::ForeignCurrency { currency: "EUR".into() }]);
}

#[test]
fn an_unknown_time_zone_is_held_not_guessed() {
    let mut world = World::new();
    world.shop.time_zone = "Mars/Olympus".into();
    assert_eq!(world.held(&worked_order()).len(), 1);
}

#[test]
fn goods_that_no_longer_exist_use_the_generic_item() {
    let mut order = worked_order();
    order.lines[0].variant = None;
    let entries = World::new().entries(&order);
    assert_eq!(form_lines(sale(&entries))[0].0, "Shopify Item");
}

#[test]
fn two_variants_of_one_name_become_two_items_whatever_their_order() {
    let mut order = order();
    order.lines = vec![line(70_000_002, "SAME", "Red", 1, "1.00"), line(70_000_001, "SAME", "Blue", 1, "2.00")];
    order.payments.push(payment("cash", "3.00"));
    let one = World::new().entries(&totalled(order.clone()));
    assert_eq!(
        form_lines(sale(&one)).iter().map(|line| line.0.as_str()).collect::<Vec<_>>(),
        ["SAME (000002)", "SAME"]
    );
    order.lines.reverse();
    let other = World::new().entries(&totalled(order));
    assert_eq!(one[..one.len() - 1], other[..other.len() - 1], "the list entries are the same");
}

#[test]
fn a_variant_never_takes_the_name_of_an_item_of_ours() {
    let mut order = worked_order();
    order.lines[0].item.sku = Some("shipping".into());
    let entries = World::new().entries(&order);
    assert_eq!(form_lines(sale(&entries))[0].0, "shipping (1)");
}

#[test]
fn an_item_of_that_name_is_used_and_posts_where_it_posts() {
    let mut world = World::new();
    world.company.add(NameSpace::Account, "Account", "Hardware Sales", Some("Income"));
    world.company.add(NameSpace::Item, "ItemInventory", "Widget", Some("Hardware Sales"));
    let order = worked_order_with_sku("WIDGET");
    let entries = world.entries(&order);
    assert!(entries.iter().all(|entry| entry.number != "WIDGET"), "no twin");
    assert_eq!(form_lines(sale(&entries))[0].0, "Widget");
    assert_eq!(postings(&entries)["Hardware Sales"], money("-100"));
    assert!(sale(&entries).why.iter().any(|why| matches!(why, Why::Adopted { name, .. } if name == "Widget")));
    let shop: std::collections::BTreeMap<_, _> =
        books::tieout::shop_side(&order, &world.context()).into_iter().collect();
    assert_eq!(shop, postings(&entries));
}

fn worked_order_with_sku(sku: &str) -> books::document::Order {
    let mut order = worked_order();
    order.lines[0].item.sku = Some(sku.into());
    order
}

#[test]
fn a_name_held_by_another_kind_or_by_something_inactive_holds_the_order() {
    let mut world = World::new();
    world.company.add(NameSpace::Item, "ItemGroup", "WIDGET", None);
    let taken = |kind: &str| vec![HeldReason::NameTaken { name: "WIDGET".into(), kind: kind.into() }];
    assert_eq!(world.held(&worked_order()), taken("ItemGroup"));
    let mut world = World::new();
    world.company.add(NameSpace::Item, "ItemInventory", "WIDGET", None);
    world.company.deactivate(NameSpace::Item, "WIDGET");
    assert_eq!(world.held(&worked_order()), taken("ItemInventory, inactive"));
}

#[test]
fn an_item_of_ours_must_post_where_the_mapping_says() {
    let mut world = World::new();
    world.company.add(NameSpace::Item, "ItemService", "Shipping", Some("Merchandise Sales"));
    let reasons = world.held(&worked_order());
    assert_eq!(
        reasons,
        [HeldReason::NameTaken { name: "Shipping".into(), kind: "ItemService of Merchandise Sales".into() }]
    );
}

fn order_of(customer: u64) -> books::document::Order {
    let mut order = worked_order();
    order.customer = Some(id("Customer", customer));
    order
}

#[test]
fn a_buyer_is_matched_by_exact_name() {
    let mut world = World::new();
    world.told.customer(5, "Ada Lovelace");
    world.company.add(NameSpace::Name, "Customer", "ada lovelace", None);
    let entries = world.entries(&order_of(5));
    assert_eq!(customer_name(&entries), "ada lovelace");
    assert!(entries.iter().all(|entry| entry.kind != EntryKind::Customer));
}

#[test]
fn two_buyers_of_one_name_are_two_customers() {
    let mut world = World::new();
    world.told.customer(81_000_005, "Ada Lovelace");
    world.told.customer(81_000_006, "Ada Lovelace");
    let first = world.entries(&order_of(81_000_005));
    world.company.post(&first);
    let second = world.entries(&order_of(81_000_006));
    assert_eq!(customer_name(&first), "Ada Lovelace");
    assert_eq!(customer_name(&second), "Ada Lovelace (000006)");
    world.company.post(&second);
    assert_eq!(customer_name(&world.entries(&order_of(81_000_006))), "Ada Lovelace (000006)");
    assert_eq!(customer_name(&world.entries(&order_of(81_000_005))), "Ada Lovelace");
}

#[test]
fn two_buyers_of_a_name_that_was_there_before_are_two_customers_too() {
    let mut world = World::new();
    world.company.add(NameSpace::Name, "Customer", "Ada Lovelace", None);
    world.told.customer(81_000_005, "Ada Lovelace");
    world.told.customer(81_000_006, "Ada Lovelace");
    let first = world.entries(&order_of(81_000_005));
    world.company.post(&first);
    assert_eq!(customer_name(&world.entries(&order_of(81_000_006))), "Ada Lovelace (000006)");
}

#[test]
fn a_buyer_with_the_name_of_a_vendor_becomes_a_customer_beside_it() {
    let mut world = World::new();
    world.told.customer(5, "Ada Lovelace");
    world.company.add(NameSpace::Name, "Vendor", "Ada Lovelace", None);
    assert_eq!(customer_name(&world.entries(&order_of(5))), "Ada Lovelace (C)");
}

#[test]
fn a_buyers_particulars_are_cut_to_what_quickbooks_holds() {
    let mut world = World::new();
    let long = "x".repeat(300);
    let customer = Customer {
        display_name: "Wolfeschlegelsteinhausenbergerdorff: the Elder of Hamburg".into(),
        first_name: Some(long.clone()),
        last_name: Some("Łukasz\u{200b}\t".into()),
        company: Some(long.clone()),
        email: Some(long.clone()),
        phone: Some(long.clone()),
        address: Some(books::document::Address {
            name: long.clone(),
            company: long.clone(),
            line1: long.clone(),
            line2: long.clone(),
            city: long.clone(),
            state: long.clone(),
            postal_code: long.clone(),
            country: long,
        }),
        ..Customer::default()
    };
    world.told.0.insert(id("Customer", 81_234_567), books::Fact::Customer(customer));
    let entries = world.entries(&order_of(81_234_567));
    let entry = entries.iter().find(|entry| entry.kind == EntryKind::Customer).unwrap();
    assert_eq!(entry.number, "Wolfeschlegelsteinhausenbergerdo (234567)");
    entry.request(|_| None).unwrap().check().unwrap();
}

#[test]
fn guests_and_names_kept_back_are_the_generic_customer() {
    let mut world = World::new();
    world.told.customer(5, "");
    for order in [worked_order(), order_of(5), order_of(404)] {
        assert_eq!(customer_name(&world.entries(&order)), "Shopify Customer");
    }
}

#[test]
fn reference_numbers_keep_the_end_of_long_order_names() {
    for (name, number) in [
        ("#1001", "1001"),
        ("HARBOUR-2026-100123", "2026-100123"),
        ("# 12 34", "1234"),
        ("SHOP100000123", "OP100000123"),
        ("№ 7", "No.7"),
        ("", "1001"),
    ] {
        let mut order = worked_order();
        order.name = name.into();
        let entries = World::new().entries(&order);
        assert_eq!(sale(&entries).number, number);
    }
}

#[test]
fn what_is_in_the_company_file_already_is_not_made_again_and_the_entry_stays_the_same() {
    let mut world = World::new();
    world.told.customer(5, "Ada Lovelace");
    let order = order_of(5);
    let first = world.entries(&order);
    assert!(first.len() > 5);
    world.company.post(&first);
    let again = world.entries(&order);
    assert_eq!(again.len(), 1, "only the sale: {again:#?}");
    assert_eq!(sale(&first).content_hash(), again[0].content_hash());
}

#[test]
fn weird_amounts_are_held_and_never_panic() {
    let huge = Money::new(rust_decimal::Decimal::MAX);
    let world = World::new();
    for change in [
        (|order, amount| order.lines[0].unit_price = amount) as fn(&mut books::document::Order, Money),
        |order, amount| order.lines[0].discounts[0].amount = amount,
        |order, amount| order.lines[0].taxes[0].amount = amount,
        |order, amount| order.lines[0].duties = amount,
        |order, amount| order.shipping[0].price = amount,
        |order, amount| order.payments[0].amount = amount,
        |order, amount| order.payments[0].rounding = amount,
        |order, amount| order.totals.total = amount,
        |order, amount| order.totals.cash_rounding = amount,
        |order, amount| order.totals.tips = amount,
        |order, amount| (order.lines[0].quantity, order.lines[0].unit_price) = (u32::MAX, amount),
    ] {
        for amount in [huge, -huge, money("-1"), money("9999999999999"), money("0.00000000000000001")] {
            let mut order = worked_order();
            change(&mut order, amount);
            let mapped = world.map(&order);
            assert!(mapped.entries.is_empty(), "{amount} came through: {mapped:#?}");
            let _ = books::tieout::shop_side(&order, &world.context());
        }
    }
}

#[test]
fn a_mapping_that_does_not_fit_the_company_file_is_told_before_anything_is_mapped() {
    let mut world = World::new();
    let met = books::Met {
        gateways: common::GATEWAYS.iter().map(|name| (*name).to_owned()).collect(),
        product_types: ["Wrap".to_owned()].into(),
        purposes: books::mapping::Purpose::ALL.into(),
        ..books::Met::default()
    };
    assert_eq!(world.mapping.check(&world.company, &met), []);
    world.company.deactivate(NameSpace::Account, "Merchandise Sales");
    world.mapping.accounts.tips = "Merchandise Tips".into();
    world.mapping.accounts.accounts_receivable = String::new();
    world.mapping.accounts.by_product_type.insert("Wrap".into(), "Inventory Asset".into());
    world.mapping.gateways.0.get_mut("cash").unwrap().clearing = "Shipping Income".into();
    let codes = |met| world.mapping.check(&world.company, met).iter().map(HeldReason::code).collect::<Vec<_>>();
    let expected = ["held.inactive_account", "held.no_account", "held.wrong_account_type", "held.wrong_account_type"];
    assert_eq!(codes(&met), expected);
    assert_eq!(codes(&books::Met::default()), ["held.inactive_account"], "what the shop does not use holds nothing");
}

#[test]
fn documents_that_only_inform_are_nothing() {
    let world = World::new();
    for fact in [
        books::Fact::Shop(shop()),
        books::Fact::Variant(variant("A", "A", "1")),
        books::Fact::Customer(Customer::default()),
    ] {
        let document = books::Document { id: id("Any", 1), updated_at: jiff::Timestamp::UNIX_EPOCH, fact };
        assert!(books::map(&document, &[], &world.context()).is_nothing());
    }
}
