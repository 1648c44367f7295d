//! The worked entries of PRODUCT.md 5.2, to the cent.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use books::{Body, EntryKey, EntryKind, Money, NameSpace, Why};
use common::*;
use rust_decimal::Decimal;

#[test]
fn an_order_paid_is_a_sales_receipt_with_exact_tax_and_a_footer_of_zero() {
    let entries = World::new().entries(&worked_order());
    let sale = sale(&entries);
    assert_eq!(sale.kind, EntryKind::SalesReceipt);
    assert_eq!(sale.total, money("110.35"));
    assert_eq!(
        form_lines(sale),
        [
            ("WIDGET".to_owned(), Some(Decimal::TWO), money("100")),
            ("Discount".to_owned(), None, money("-10")),
            ("Shipping".to_owned(), None, money("8")),
            ("Tip".to_owned(), None, money("5")),
            ("New York State Tax".to_owned(), None, money("7.35")),
        ]
    );
    assert_eq!(
        postings(&entries),
        ledger([
            ("Shopify Payments Clearing", "110.35"),
            ("Merchandise Sales", "-100"),
            ("Sales Discounts", "10"),
            ("Shipping Income", "-8"),
            ("Employee Tips Payable", "-5"),
            ("Sales Tax Payable", "-7.35"),
        ])
    );
    let Body::SalesReceipt(form) = &sale.body else { panic!("no sales receipt") };
    assert_eq!(form.item_sales_tax_ref, Some(qbxml::Ref::name("Sales Tax")));
    assert_eq!(form.deposit_to_account_ref, Some(qbxml::Ref::name("Shopify Payments Clearing")));
    assert_eq!(form.is_to_be_printed, Some(false));
    assert_eq!(form.memo.as_deref(), Some(format!("Shopify #1001 web {}", sale.key.tag()).as_str()));
    assert!(sale.why.contains(&Why::ExactTax));
}

#[test]
fn the_date_is_the_shops_day_not_that_of_utc() {
    let entries = World::new().entries(&worked_order());
    assert_eq!(sale(&entries).date, Some(jiff::civil::date(2026, 11, 20)));
}

#[test]
fn split_tender_with_a_gift_card_lowers_the_liability_on_a_line_after_the_tax() {
    let mut order = worked_order();
    order.payments = vec![payment("gift_card", "60.00"), payment("shopify_payments", "50.35")];
    let entries = World::new().entries(&order);
    let sale = sale(&entries);
    assert_eq!(sale.kind, EntryKind::SalesReceipt, "a gift card is no gateway that takes money");
    assert_eq!(sale.total, money("50.35"));
    assert_eq!(form_lines(sale).last().unwrap(), &("Gift Card".to_owned(), None, money("-60")));
    assert_eq!(
        postings(&entries),
        ledger([
            ("Shopify Payments Clearing", "50.35"),
            ("Gift Cards Outstanding", "60"),
            ("Merchandise Sales", "-100"),
            ("Sales Discounts", "10"),
            ("Shipping Income", "-8"),
            ("Employee Tips Payable", "-5"),
            ("Sales Tax Payable", "-7.35"),
        ])
    );
}

#[test]
fn an_order_paid_by_gift_card_alone_is_a_receipt_of_zero() {
    let mut order = worked_order();
    order.payments = vec![payment("gift_card", "110.35")];
    let entries = World::new().entries(&order);
    let Body::SalesReceipt(form) = &sale(&entries).body else { panic!("no sales receipt") };
    assert_eq!(sale(&entries).total, Money::ZERO);
    assert_eq!(form.deposit_to_account_ref, None);
    assert_eq!(postings(&entries)["Gift Cards Outstanding"], money("110.35"));
}

#[test]
fn store_credit_used_lowers_its_own_liability() {
    let mut order = worked_order();
    order.payments = vec![payment("shopify_store_credit", "10.35"), payment("shopify_payments", "100.00")];
    let entries = World::new().entries(&order);
    assert_eq!(postings(&entries)["Store Credit Outstanding"], money("10.35"));
    assert_eq!(form_lines(sale(&entries)).last().unwrap().0, "Store Credit");
}

#[test]
fn several_gateways_make_an_invoice_and_a_payment_for_each_clearing_account() {
    let mut order = worked_order();
    order.purchase_order_number = Some("PO-77".into());
    order.payments = vec![payment("paypal", "40.00"), payment("shopify_payments", "50.35"), payment("paypal", "20.00")];
    let entries = World::new().entries(&order);
    let sale = sale(&entries);
    let Body::Invoice(form) = &sale.body else { panic!("no invoice") };
    assert_eq!(form.po_number.as_deref(), Some("PO-77"));
    assert_eq!(sale.total, money("110.35"));
    let payments: Vec<_> = entries.iter().filter(|entry| entry.kind == EntryKind::ReceivePayment).collect();
    assert_eq!(payments.len(), 3, "one for each transaction");
    assert_eq!(payments[0].key, EntryKey::new("payment", "gid://shopify/OrderTransaction/1"));
    assert_eq!(
        by_account(payments[0].postings.iter()),
        ledger([("PayPal Clearing", "40"), ("Accounts Receivable", "-40")])
    );
    assert_eq!(payments[1].total, money("50.35"));
    assert!(payments.iter().all(|payment| payment.needs.contains(&sale.key)));
    let sums = postings(&entries);
    assert!(!sums.contains_key("Accounts Receivable"), "the invoice is settled: {sums:?}");
    assert_eq!(sums["PayPal Clearing"], money("60"));
    assert_eq!(sums["Shopify Payments Clearing"], money("50.35"));

    let request = payments[0].request(|key| (*key == sale.key).then(linked)).unwrap();
    request.check().unwrap();
    assert!(payments[0].request(|_| None).is_err(), "a payment can't go before its invoice");
}

#[test]
fn a_paid_order_can_be_an_invoice_where_the_merchant_wants_it() {
    let mut world = World::new();
    world.mapping.documents.paid.delivered = books::mapping::Form::Invoice;
    let entries = world.entries(&worked_order());
    assert_eq!(sale(&entries).kind, EntryKind::Invoice);
    assert_eq!(postings(&entries)["Shopify Payments Clearing"], money("110.35"));
}

#[test]
fn a_gift_card_sold_is_a_liability_not_income() {
    let mut card = line(9, "GC100", "Gift card", 1, "100.00");
    card.item.gift_card = true;
    let mut order = order();
    order.lines.push(card);
    order.payments.push(payment("shopify_payments", "100.00"));
    let entries = World::new().entries(&totalled(order));
    assert_eq!(postings(&entries), ledger([("Shopify Payments Clearing", "100"), ("Gift Cards Outstanding", "-100")]));
    assert!(sale(&entries).why.contains(&Why::GiftCardSold));
    assert!(entries.iter().all(|entry| entry.number != "GC100"), "a gift card is no item of goods");
}

#[test]
fn tax_that_the_marketplace_remits_is_kept_apart() {
    let mut order = worked_order();
    order.lines[0].taxes[0].channel_liable = true;
    let entries = World::new().entries(&order);
    let sums = postings(&entries);
    assert_eq!(sums["Marketplace Tax Collected"], money("-7.35"));
    assert!(!sums.contains_key("Sales Tax Payable"));
    assert!(sale(&entries).why.contains(&Why::MarketplaceTax));
}

#[test]
fn cash_is_posted_as_rounded_whether_the_payment_states_the_rounding_within_or_beside() {
    for (amount, rounding, total_states_it) in
        [("10.00", "0.01", true), ("10.00", "0.01", false), ("9.99", "0.01", true), ("9.99", "0.01", false)]
    {
        let mut order = order();
        order.lines.push(line(1, "MUG", "Mug", 1, "9.99"));
        order.payments.push(payment("cash", amount));
        order.payments[0].rounding = money(rounding);
        order.totals.cash_rounding = money(rounding);
        let mut order = totalled(order);
        if !total_states_it {
            order.totals.total = money("9.99");
        }
        let world = World::new();
        let entries = world.entries(&order);
        let expected =
            ledger([("Cash in Drawer", "10.00"), ("Merchandise Sales", "-9.99"), ("Cash Rounding", "-0.01")]);
        assert_eq!(postings(&entries), expected);
        assert_eq!(
            books::tieout::shop_side(&order, &world.context())
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>(),
            expected
        );
    }
}

#[test]
fn cash_handed_back_as_change_is_not_counted() {
    let mut order = order();
    order.lines.push(line(1, "MUG", "Mug", 1, "12.50"));
    order.payments = vec![payment("cash", "20.00"), payment("cash", "7.50")];
    order.payments[1].kind = books::document::PaymentKind::Change;
    let entries = World::new().entries(&totalled(order));
    assert_eq!(postings(&entries)["Cash in Drawer"], money("12.50"));
}

#[test]
fn a_free_order_is_a_receipt_of_zero() {
    let mut free = line(1, "SAMPLE", "Sample", 1, "4.00");
    free.discounts.push(discount("FREE", "4.00"));
    let mut order = order();
    order.lines.push(free);
    let entries = World::new().entries(&totalled(order));
    assert_eq!(sale(&entries).total, Money::ZERO);
    assert_eq!(postings(&entries), ledger([("Merchandise Sales", "-4"), ("Sales Discounts", "4")]));
}

#[test]
fn duties_and_fees_have_lines_of_their_own() {
    let mut order = worked_order();
    order.lines[0].duties = money("3.20");
    order.fees.push(books::document::Fee {
        title: "Import fee".into(),
        amount: money("1.10"),
        taxes: vec![tax("New York State Tax", "0.09")],
    });
    order.payments[0].amount = money("114.74");
    let entries = World::new().entries(&totalled(order));
    let sums = postings(&entries);
    assert_eq!((sums["Duties Payable"], sums["Fee Income"]), (money("-3.20"), money("-1.10")));
    assert_eq!(sums["Sales Tax Payable"], money("-7.44"));
}

#[test]
fn every_authority_has_its_own_line_and_existing_tax_items_are_used() {
    let mut world = World::new();
    world.mapping.tax.items.insert("New York State Tax".into(), "NY State".into());
    world.company.add(NameSpace::Item, "ItemSalesTax", "NY State", None);
    let mut order = worked_order();
    order.lines[0].taxes = vec![tax("New York State Tax", "4.00"), tax("New York City Tax", "3.35")];
    let entries = world.entries(&order);
    let lines = form_lines(sale(&entries));
    assert!(lines.contains(&("NY State".to_owned(), None, money("4"))));
    assert!(lines.contains(&("New York City Tax".to_owned(), None, money("3.35"))));
    let made: Vec<_> = entries
        .iter()
        .filter(|entry| matches!(entry.body, Body::ItemSalesTax(_)))
        .map(|entry| entry.number.as_str())
        .collect();
    assert_eq!(made, ["New York City Tax"]);
}

#[test]
fn the_class_stands_for_the_location_on_every_line_and_posting() {
    let mut world = World::new();
    world.told.location(7, "Harbour Street");
    world.mapping.locations.classes.insert("Harbour Street".into(), "Harbour".into());
    let mut order = worked_order();
    order.location = Some(id("Location", 7));
    let entries = world.entries(&order);
    let sale = sale(&entries);
    assert!(sale.postings.iter().all(|posting| posting.class.as_deref() == Some("Harbour")));
    let Body::SalesReceipt(form) = &sale.body else { panic!("no sales receipt") };
    assert!(form.sales_receipt_line_add.iter().all(|line| line.class_ref == Some(qbxml::Ref::name("Harbour"))));
    assert_eq!(entries[0].kind, EntryKind::Class);
    assert!(sale.needs.contains(&entries[0].key));
}

#[test]
fn a_location_may_have_a_cash_drawer_of_its_own() {
    let mut world = World::new();
    world.told.location(7, "Harbour Street");
    world.company.add(NameSpace::Account, "Account", "Cash in Drawer:Harbour", Some("Bank"));
    let cash = world.mapping.gateways.0.get_mut("cash").unwrap();
    cash.by_location.insert("harbour street".into(), "Cash in Drawer:Harbour".into());
    let mut order = worked_order();
    order.location = Some(id("Location", 7));
    order.payments[0].gateway = "cash".into();
    let entries = world.entries(&order);
    assert_eq!(postings(&entries)["Cash in Drawer:Harbour"], money("110.35"));
}

#[test]
fn a_product_type_may_have_an_income_account_of_its_own() {
    let mut world = World::new();
    world.company.add(NameSpace::Account, "Account", "Wrap Income", Some("Income"));
    world.mapping.accounts.by_product_type.insert("gift wrap".into(), "Wrap Income".into());
    let mut order = worked_order();
    order.lines[0].item.product_type = Some("Gift Wrap".into());
    assert_eq!(postings(&world.entries(&order))["Wrap Income"], money("-100"));
    world.mapping.inventory.mode = books::mapping::Mode::Summary;
    let entries = world.entries(&order);
    assert_eq!(postings(&entries)["Wrap Income"], money("-100"));
    assert_eq!(form_lines(sale(&entries))[0].0, "Shopify Item Gift Wrap");
}

#[test]
fn summary_mode_names_neither_goods_nor_buyers() {
    let mut world = World::new();
    world.mapping.inventory.mode = books::mapping::Mode::Summary;
    world.mapping.customers.mode = books::mapping::Mode::Summary;
    world.told.customer(5, "Ada Lovelace");
    let mut order = worked_order();
    order.customer = Some(id("Customer", 5));
    order.billing_address = Some(books::document::Address { name: "Ada Lovelace".into(), ..Default::default() });
    let entries = world.entries(&order);
    let text = serde_json::to_string(&sale(&entries).body).unwrap();
    assert!(!text.contains("Lovelace") && !text.contains("WIDGET"), "{text}");
    assert_eq!(form_lines(sale(&entries))[0], ("Shopify Item".to_owned(), Some(Decimal::TWO), money("100")));
    assert!(sale(&entries).why.contains(&Why::GenericCustomer));
}

#[test]
fn prices_with_tax_in_them_are_posted_net_to_the_cent() {
    let mut shirt = line(1, "SHIRT", "Shirt", 1, "120.00");
    shirt.discounts.push(discount("HALF", "60.00"));
    shirt.taxes.push(tax("MVA", "10.00"));
    let mut order = order();
    order.taxes_included = true;
    order.lines.push(shirt);
    order.shipping.push(shipping("12.00"));
    order.shipping[0].taxes.push(tax("MVA", "2.00"));
    order.payments.push(payment("shopify_payments", "72.00"));
    let entries = World::new().entries(&totalled(order));
    assert_eq!(
        postings(&entries),
        ledger([
            ("Shopify Payments Clearing", "72"),
            ("Merchandise Sales", "-100"),
            ("Sales Discounts", "50"),
            ("Shipping Income", "-10"),
            ("Sales Tax Payable", "-12"),
        ])
    );
    assert!(sale(&entries).why.contains(&Why::NetOfTax));
}

#[test]
fn cost_of_goods_is_left_to_quickbooks() {
    let entries = World::new().entries(&worked_order());
    let sums = postings(&entries);
    assert!(!sums.contains_key("Cost of Goods Sold") && !sums.contains_key("Inventory Asset"));
    let Some(Body::ItemInventory(item)) =
        entries.iter().find(|entry| entry.number == "WIDGET").map(|entry| &entry.body)
    else {
        panic!("tracked goods are inventory items")
    };
    assert_eq!(item.cogs_account_ref, Some(qbxml::Ref::name("Cost of Goods Sold")));
    assert_eq!(item.asset_account_ref, Some(qbxml::Ref::name("Inventory Asset")));
}
