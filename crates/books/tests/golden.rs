//! The XML of each kind of entry, for people to read.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use books::{
    Entry, EntryKind, Fact, Money, Removal,
    document::{Address, Customer, DeliveryState, Fate, Fee, Order, PurchaseChargeKind, Supplier, Terms},
};
use common::{
    buying::{self, Buying},
    story::*,
    *,
};
use qbxml::{MessageSet, MessageSetId, OnError, Recovery, RequestId};

fn world() -> World {
    let mut world = World::new();
    world.told.location(7, "Harbour Street");
    let customer = Customer {
        display_name: "Zoë Ångström".into(),
        first_name: Some("Zoë".into()),
        last_name: Some("Ångström".into()),
        email: Some("zoe@example.com".into()),
        phone: Some("+1 212 555 0100".into()),
        address: Some(address()),
        ..Customer::default()
    };
    world.told.0.insert(id("Customer", 5), Fact::Customer(customer));
    world
}

fn address() -> Address {
    Address {
        name: "Zoë Ångström".into(),
        line1: "1 Pine Road".into(),
        city: "Albany".into(),
        state: "NY".into(),
        postal_code: "12207".into(),
        country: "United States".into(),
        ..Address::default()
    }
}

/// An order with everything on it: goods with two discounts, goods that are gone, a gift card sold and one used, a fee,
/// duties, delivery, a tip, tax of two authorities and tax that a marketplace remits.
fn full_order() -> Order {
    let mut order = worked_order();
    order.customer = Some(id("Customer", 5));
    order.location = Some(id("Location", 7));
    order.billing_address = Some(address());
    order.shipping_address = Some(address());
    order.purchase_order_number = Some("PO-77".into());
    order.lines[0].discounts.push(discount("Staff", "1.50"));
    order.lines[0].taxes.push(tax("New York City Tax", "3.98"));
    order.lines[0].duties = money("2.10");
    let mut gone = line(2, "", "Lamp \u{201c}Söder\u{201d}", 1, "19.99");
    gone.variant = None;
    let mut remitted = tax("Shop tax", "1.60");
    remitted.channel_liable = true;
    gone.taxes.push(remitted);
    let mut card = line(9, "GC25", "Gift card", 1, "25.00");
    card.item.gift_card = true;
    order.lines.extend([gone, card]);
    order.fees.push(Fee { title: "Gift wrap".into(), amount: money("3.00"), taxes: Vec::new() });
    let order = totalled(order);
    let mut order = Order { payments: vec![payment("gift_card", "20.00")], ..order };
    let rest = order.totals.total - money("20.00");
    order.payments.push(books::document::Payment { amount: rest, ..payment("shopify_payments", "0") });
    order
}

fn xml(entries: &[Entry]) -> String {
    let requests = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let request = entry.request(|_| Some(linked())).unwrap();
            (RequestId::new(&index.to_string()).unwrap(), request)
        })
        .collect();
    let set = MessageSet {
        requests,
        on_error: OnError::Continue,
        recovery: Recovery::New(MessageSetId::new("TB-golden").unwrap()),
    };
    set.to_xml().unwrap()
}

#[test]
fn a_full_sales_receipt() {
    let entries = world().entries(&full_order());
    insta::assert_snapshot!(xml(&entries));
}

#[test]
fn an_invoice_with_its_payments() {
    let mut order = full_order();
    let half = order.payments[1].amount - money("60.00");
    order.payments[1].amount = money("60.00");
    order.payments.push(books::document::Payment { amount: half, ..payment("paypal", "0") });
    let entries = world().entries(&order);
    let transactions: Vec<_> = entries.into_iter().filter(|entry| !entry.kind.is_list()).collect();
    assert_eq!(
        transactions.iter().map(|entry| entry.total).sum::<Money>(),
        (order.totals.total - money("20.00")) * 2.into()
    );
    insta::assert_snapshot!(xml(&transactions));
}

/// The worked order of a business buyer, on an edition with sales orders.
fn business() -> Story {
    let mut world = world();
    world.file.sales_orders = true;
    let due = "2026-12-21T03:30:00Z".parse().unwrap();
    Story::within(
        world,
        Order {
            customer: Some(id("Customer", 5)),
            billing_address: Some(address()),
            purchase_order_number: Some("PO-77".into()),
            terms: Some(Terms { name: "Net 30".into(), days: Some(30), due: Some(due) }),
            payments: Vec::new(),
            delivery_state: DeliveryState::Unfulfilled,
            ..worked_order_taxed_apart()
        },
    )
}

#[test]
fn a_sales_order_with_its_terms_and_a_deposit_and_the_invoice_that_uses_it() {
    let mut story = business();
    story.pay("shopify_payments", "60");
    let terms = story.mapped().entries.into_iter().find(|entry| entry.kind == EntryKind::StandardTerms);
    let mut entries: Vec<Entry> = terms.into_iter().collect();
    entries.extend(story.posted());
    entries.extend(story.edit(vec![Deal::add(line(7, "MUG", "Mug", 1, "12"))]).posted());
    entries.extend(story.deliver(DeliveryState::Fulfilled).posted());
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
    let change = EntryKind::Change;
    assert_eq!(
        kinds,
        [EntryKind::StandardTerms, EntryKind::SalesOrder, EntryKind::SalesReceipt, change, EntryKind::Invoice, change,]
    );
    insta::assert_snapshot!(xml(&entries));
}

#[test]
fn an_invoice_changed_in_place_and_voided() {
    let mut story = business();
    story.deliver(DeliveryState::Fulfilled).posted();
    let mut entries = story.edit(vec![Deal::Remove(0, 1)]).posted();
    entries.extend(story.cancel().posted());
    assert_eq!(entries.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [EntryKind::Change, EntryKind::Void]);
    insta::assert_snapshot!(xml(&entries));
}

#[test]
fn a_sales_receipt_changed_in_place() {
    let mut story = Story::within(world(), worked_order_taxed_apart());
    story.posted();
    let added = vec![Deal::add(line(7, "MUG", "Mug", 1, "12"))];
    let entries = story.edit(added).pay("shopify_payments", "12").posted();
    assert_eq!(entries.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [EntryKind::Change]);
    insta::assert_snapshot!(xml(&entries));
}

#[test]
fn a_credit_memo_of_damaged_goods_with_the_money_by_card_and_by_check() {
    let mut order = worked_order_taxed_apart();
    order.payments = vec![payment("shopify_payments", "70.35"), payment("cash", "40")];
    let mut story = Story::within(world(), order);
    story.posted();
    let entries = story
        .refund(Back {
            deals: vec![Deal::Remove(0, 1)],
            fates: vec![(0, 1, Fate::Damaged)],
            money: vec![("shopify_payments", money("20")), ("cash", money("28.38"))],
            ..Back::default()
        })
        .posted();
    assert_eq!(
        entries.iter().map(|entry| entry.kind).collect::<Vec<_>>(),
        [EntryKind::CreditMemo, EntryKind::ARRefundCreditCard, EntryKind::Check, EntryKind::InventoryAdjustment]
    );
    insta::assert_snapshot!(xml(&entries));
}

#[test]
fn a_credit_memo_set_against_an_invoice_and_all_of_it_undone() {
    let mut story = business();
    story.deliver(DeliveryState::Fulfilled).posted();
    let mut entries = story.take_back(vec![Deal::Remove(0, 1)]).posted();
    assert_eq!(
        entries.iter().map(|entry| entry.kind).collect::<Vec<_>>(),
        [EntryKind::CreditMemo, EntryKind::Application]
    );
    entries.extend(story.pay("paypal", "61.97").posted());
    entries.extend(books::undo(&story.entries(), Removal::Void, |_| false));
    insta::assert_snapshot!(xml(&entries));
}

/// A supplier with everything that is known of one, and goods that came with freight.
#[test]
fn a_purchase_order_its_vendor_what_came_of_it_and_what_went_back() {
    let mut buying = Buying::new(buying::ordered());
    buying.order.supplier = Some(id("Supplier", 7));
    buying.order.charges = vec![buying::charge(1, PurchaseChargeKind::Freight, "Freight", "12.00")];
    buying.order.location = Some(id("Location", 7));
    buying.world.told.location(7, "Harbour Street");
    let supplier = Supplier {
        name: "Pine & Sons".into(),
        company: Some("Pine & Sons Inc.".into()),
        account_number: Some("HP-7".into()),
        contact: Some("Zoë Ångström".into()),
        email: Some("desk@pine.example".into()),
        phone: Some("+1 212 555 0100".into()),
        address: Some(address()),
        active: true,
    };
    buying.world.told.0.insert(id("Supplier", 7), Fact::Supplier(supplier));
    buying.receive(&[(1, 10), (2, 2)]);
    let made = buying.mapped().entries;
    buying.post();
    buying.days(3).order.lines[0].unit_cost = Some(money("4.50"));
    buying.order.receipts[0].lines[1].accepted = 1;
    let changed = buying.post();
    insta::assert_snapshot!(xml(&[made, changed].concat()));
}

#[test]
fn a_bill_with_freight_in_the_cost_of_the_goods() {
    let mut buying = Buying::new(buying::ordered());
    buying.world.mapping.purchases.receipt = books::mapping::ReceiptForm::Bill;
    buying.world.mapping.purchases.freight = books::mapping::FreightIn::ItemCost;
    buying.order.supplier_invoice = Some("INV-77".into());
    buying.order.payment_due = Some("2026-12-20".parse().unwrap());
    buying.order.charges = vec![buying::charge(1, PurchaseChargeKind::Freight, "Freight", "12.00")];
    buying.receive(&[(1, 10), (2, 2)]);
    let entries = buying.post();
    insta::assert_snapshot!(xml(&entries[1..]));
}
