//! What is bought, as it is ordered, comes, changes and goes back.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use books::{
    Body, Currency, Document, Entry, EntryKind, Fact, HeldReason, Money, NameSpace, Removal, Why,
    document::{
        AdjustedLine, PurchaseChargeKind, PurchaseState, StockAdjustment, StockArrival, StockTransfer, Supplier,
    },
    mapping::{ClosedPeriod, FreightIn, Mode, ReceiptForm},
};
use common::{buying::*, *};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use qbxml::{EditSequence, Request, StockChange, TxnId, TxnLineId};

fn kinds(entries: &[Entry]) -> Vec<EntryKind> {
    entries.iter().map(|entry| entry.kind).collect()
}

#[test]
fn a_draft_waits_and_an_order_becomes_a_purchase_order_that_posts_nothing() {
    let mut buying = Buying::new(ordered());
    buying.order.state = PurchaseState::Draft;
    assert!(buying.mapped().waits && buying.mapped().entries.is_empty());
    buying.order.state = PurchaseState::Ordered;
    let entries = buying.post();
    assert_eq!(kinds(&entries), [EntryKind::PurchaseOrder]);
    assert!(entries[0].postings.is_empty());
    assert_eq!((entries[0].total, entries[0].number.as_str()), (money("90.00"), "PO1002"));
    let mut without = Buying::new(ordered());
    without.world.mapping.purchases.orders = false;
    assert!(without.mapped().is_nothing());
}

#[test]
fn goods_are_bought_when_they_come_and_only_what_was_accepted() {
    let mut buying = Buying::new(ordered());
    buying.post();
    buying.days(3).receive(&[(1, 6)]);
    buying.order.receipts[0].lines[0].rejected = 4;
    let entries = buying.post();
    assert_eq!(kinds(&entries), [EntryKind::ItemReceipt]);
    assert_eq!(entries[0].date.unwrap().to_string(), "2026-11-23");
    assert_eq!(buying.on("Inventory Asset"), money("24.00"));
    assert_eq!(buying.on("Accounts Payable"), money("-24.00"));
    buying.days(2).receive(&[(1, 4), (2, 2)]);
    let entries = buying.post();
    assert_eq!(entries[0].number, "PO1002-2");
    assert_eq!(buying.on("Accounts Payable"), money("-90.00"));
}

#[test]
fn the_bill_can_be_made_at_once_with_the_suppliers_own_number() {
    let mut buying = Buying::new(ordered());
    buying.world.mapping.purchases.receipt = ReceiptForm::Bill;
    buying.order.supplier_invoice = Some("INV-2026-000000000000123".into());
    buying.order.payment_due = Some("2026-12-20".parse().unwrap());
    buying.receive(&[(1, 10), (2, 2)]);
    let entries = buying.post();
    assert_eq!(kinds(&entries), [EntryKind::PurchaseOrder, EntryKind::Bill]);
    assert_eq!(entries[1].number, "2026-000000000000123");
    let Body::Bill { form, .. } = &entries[1].body else { panic!() };
    assert_eq!(form.due_date, buying.order.payment_due);
}

#[test]
fn what_comes_is_tied_to_the_lines_of_its_purchase_order() {
    let mut buying = Buying::new(ordered());
    buying.receive(&[(2, 2)]);
    let entries = buying.post();
    let there = |lines: &[&str]| books::Linked {
        link: books::Link::Transaction(TxnId::new("9-1")),
        edit_sequence: EditSequence::new("1"),
        lines: lines.iter().map(|line| TxnLineId::new(*line)).collect(),
    };
    let Request::ItemReceiptAdd(form) = entries[1].request(|_| Some(there(&["9-2", "9-3"]))).unwrap() else { panic!() };
    let tied = form.item_line_add[0].link_to_txn.as_ref().unwrap();
    assert_eq!((tied.txn_id.as_str(), tied.txn_line_id.as_str()), ("9-1", "9-3"));
    assert_eq!(form.item_line_add[0].item_ref, None, "the item is that of the order's line");
    // Where the order's lines are not known it is received all the same.
    let Request::ItemReceiptAdd(form) = entries[1].request(|_| Some(there(&[]))).unwrap() else { panic!() };
    assert!(form.item_line_add[0].link_to_txn.is_none() && form.item_line_add[0].item_ref.is_some());
}

#[test]
fn an_edited_order_keeps_the_places_of_its_lines_and_is_closed_in_the_end() {
    let mut buying = Buying::new(ordered());
    buying.post();
    buying.order.lines.remove(0);
    buying.order.lines.push(bought(3, "SKU3", "Plate", 5, "2.00"));
    let entries = buying.post();
    let Body::Change { after, .. } = &entries[0].body else { panic!() };
    let Body::PurchaseOrder { lines, form, closed } = &**after else { panic!() };
    assert_eq!(lines.iter().map(books::DocumentId::short).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!(form.purchase_order_line_add[0].quantity.unwrap().to_string(), "0");
    assert!(!closed);
    let there = books::Linked {
        link: books::Link::Transaction(TxnId::new("9-1")),
        edit_sequence: EditSequence::new("1"),
        lines: ["9-2", "9-3"].map(TxnLineId::new).to_vec(),
    };
    let Request::PurchaseOrderMod(form) = entries[0].request(|_| Some(there.clone())).unwrap() else { panic!() };
    let ids: Vec<&str> = form.purchase_order_line_mod.iter().map(|line| line.txn_line_id.as_str()).collect();
    assert_eq!(ids, ["9-2", "9-3", "-1"]);
    buying.order.state = PurchaseState::Cancelled;
    let entries = buying.post();
    let Request::PurchaseOrderMod(form) = entries[0].request(|_| Some(there.clone())).unwrap() else { panic!() };
    assert_eq!((form.is_manually_closed, form.purchase_order_line_mod.len()), (Some(true), 0));
}

#[test]
fn an_order_is_closed_only_after_what_came_was_received_of_it() {
    let mut buying = Buying::new(ordered());
    buying.post();
    buying.order.lines[0].quantity = 12;
    buying.receive(&[(1, 10)]);
    buying.order.state = PurchaseState::Closed;
    let entries = buying.post();
    assert_eq!(kinds(&entries), [EntryKind::Change, EntryKind::ItemReceipt, EntryKind::Change]);
    assert!(entries[1].needs.contains(&entries[0].key) && entries[2].needs.contains(&entries[1].key));
    // Somebody opens it again.
    buying.order.state = PurchaseState::PartlyReceived;
    let entries = buying.post();
    let Body::Change { after, .. } = &entries[0].body else { panic!() };
    assert!(matches!(&**after, Body::PurchaseOrder { closed: false, .. }));
}

#[test]
fn charges_stand_on_the_first_receipt_or_in_the_cost_of_its_goods() {
    let mut order = ordered();
    order.charges = vec![
        charge(1, PurchaseChargeKind::Freight, "Freight", "12.00"),
        charge(2, PurchaseChargeKind::Adjustment, "Rebate", "-5.00"),
    ];
    let mut buying = Buying::new(order);
    buying.receive(&[(1, 10)]);
    buying.post();
    assert_eq!(buying.on("Freight & Shipping Costs"), money("12.00"));
    assert_eq!(buying.on("Purchase Discounts"), money("-5.00"));
    assert_eq!(buying.on("Accounts Payable"), money("-47.00"));
    buying.days(1).receive(&[(2, 2)]);
    assert_eq!(buying.post()[0].total, money("50.00"), "the second has none of it");

    let mut buying = Buying::new(buying.order.clone());
    buying.world.mapping.purchases.freight = FreightIn::ItemCost;
    buying.order.receipts.clear();
    buying.receive(&[(1, 10), (2, 2)]);
    let entries = buying.post();
    assert_eq!(buying.on("Inventory Asset"), money("102.00"));
    assert_eq!(buying.on("Freight & Shipping Costs"), Money::ZERO);
    let Body::ItemReceipt { form, .. } = &entries[1].body else { panic!() };
    let amounts: Vec<String> =
        form.item_line_add.iter().map(|line| line.amount.unwrap().value().normalize().to_string()).collect();
    assert_eq!(amounts, ["45.33", "56.67"]);
}

#[test]
fn a_charge_that_changes_goes_into_an_entry_of_its_own() {
    let mut buying = Buying::new(ordered());
    buying.order.charges = vec![charge(1, PurchaseChargeKind::Freight, "Freight", "12.00")];
    buying.receive(&[(1, 10)]);
    buying.post();
    buying.days(1).order.charges[0].amount = money("15.00");
    assert_eq!(kinds(&buying.post()), [EntryKind::Bill]);
    assert_eq!(buying.on("Freight & Shipping Costs"), money("15.00"));
    buying.order.charges.clear();
    assert_eq!(kinds(&buying.post()), [EntryKind::VendorCredit]);
    assert_eq!(buying.on("Freight & Shipping Costs"), Money::ZERO);
}

#[test]
fn a_price_that_changes_changes_the_receipt_while_its_period_is_open() {
    let mut buying = Buying::new(ordered());
    buying.receive(&[(1, 10)]);
    buying.post();
    buying.days(2).order.lines[0].unit_cost = Some(money("4.50"));
    let entries = buying.post();
    assert_eq!(kinds(&entries), [EntryKind::Change, EntryKind::Change], "the order, and the receipt");
    assert_eq!(entries[1].date.unwrap().to_string(), "2026-11-20");
    assert_eq!(buying.on("Inventory Asset"), money("45.00"));
    assert!(entries[1].why.contains(&Why::ReceiptChanged));
    // In a closed period the difference is a bill on the day on which it was told.
    buying.world.file.closing_date = Some("2026-11-21".parse().unwrap());
    buying.days(1).order.lines[0].unit_cost = Some(money("5.00"));
    let entries = buying.post();
    assert_eq!(kinds(&entries), [EntryKind::Bill]);
    assert_eq!((entries[0].date.unwrap().to_string(), entries[0].total), ("2026-11-23".into(), money("5.00")));
    assert_eq!(buying.on("Purchase Discounts"), money("5.00"));
    buying.days(1).order.lines[0].unit_cost = Some(money("4.00"));
    assert_eq!(kinds(&buying.post()), [EntryKind::VendorCredit]);
    assert_eq!(buying.on("Accounts Payable"), money("-40.00"));
}

#[test]
fn a_change_that_quickbooks_refuses_becomes_a_difference() {
    let mut buying = Buying::new(ordered());
    buying.world.mapping.purchases.orders = false;
    buying.receive(&[(1, 10)]);
    buying.post();
    buying.days(2).order.lines[0].unit_cost = Some(money("4.50"));
    buying.refuse_changes();
    assert_eq!(kinds(&buying.post()), [EntryKind::Bill]);
    assert_eq!(buying.on("Accounts Payable"), money("-45.00"));
}

#[test]
fn goods_that_are_not_kept_are_a_vendor_credit() {
    let mut buying = Buying::new(ordered());
    buying.receive(&[(1, 10), (2, 2)]);
    buying.post();
    buying.days(4).order.receipts[0].lines[0].accepted = 7;
    let entries = buying.post();
    assert_eq!(kinds(&entries), [EntryKind::VendorCredit]);
    assert_eq!((entries[0].number.as_str(), entries[0].total), ("PO1002-C1", money("12.00")));
    assert_eq!(buying.on("Inventory Asset"), money("78.00"));
    // The price of what was kept changes, too.
    buying.days(1).order.lines[0].unit_cost = Some(money("5.00"));
    buying.post();
    assert_eq!(buying.on("Inventory Asset"), money("85.00"));
    // All of it goes back.
    buying.days(1).order.receipts.clear();
    buying.post();
    assert!(buying.balance().is_empty(), "{:#?}", buying.balance());
}

#[test]
fn tax_is_part_of_the_cost_and_partial_receipts_come_to_the_whole() {
    let mut buying = Buying::new(ordered());
    buying.order.lines[0].quantity = 3;
    buying.order.lines[0].unit_cost = Some(money("3.33"));
    buying.order.lines[0].tax = money("1.00");
    for _ in 0..3 {
        buying.days(1).receive(&[(1, 1)]);
        buying.post();
    }
    assert_eq!(buying.on("Inventory Asset"), money("10.99"));
}

#[test]
fn another_currency_is_converted_at_the_orders_own_rate_or_held() {
    let mut buying = Buying::new(ordered());
    buying.order.currency = Currency::new("EUR");
    buying.receive(&[(1, 3)]);
    assert_eq!(buying.held(), [HeldReason::NoExchangeRate { currency: "EUR".into() }]);
    buying.order.exchange_rate = Some("1.0837".parse().unwrap());
    let entries = buying.post();
    assert_eq!(buying.on("Inventory Asset"), money("13.00"), "12.00 at 1.0837 is 13.0044");
    assert!(entries[1].why.iter().any(|why| matches!(why, Why::Converted { .. })));
}

#[test]
fn a_rate_of_the_mapping_serves_where_the_source_tells_none() {
    let mut buying = Buying::new(ordered());
    buying.order.currency = Currency::new("EUR");
    buying.receive(&[(1, 3)]);
    buying.world.mapping.purchases.rates.insert("EUR".into(), "1.10".parse().unwrap());
    buying.post();
    assert_eq!(buying.on("Inventory Asset"), money("13.20"));
    buying.world.mapping.purchases.rates.insert("EUR".into(), "2".parse().unwrap());
    buying.post();
    assert_eq!(buying.on("Inventory Asset"), money("13.20"), "a rate that changes later changes nothing");
}

#[test]
fn goods_without_a_cost_are_held() {
    let mut buying = Buying::new(ordered());
    buying.order.lines[1].unit_cost = None;
    assert_eq!(buying.held(), [HeldReason::NoUnitCost { item: "Lamp".into() }]);
    buying.order.lines[1].item = Some(id("InventoryItem", 99));
    assert_eq!(buying.held(), [HeldReason::UnknownGoods { item: "Lamp".into() }]);
}

#[test]
fn goods_of_which_no_stock_is_kept_are_spent() {
    let mut buying = Buying::new(ordered());
    buying.order.lines[0].item = None;
    buying.receive(&[(1, 10), (2, 1)]);
    buying.post();
    assert_eq!(buying.on("Cost of Goods Sold"), money("40.00"));
    assert_eq!(buying.on("Inventory Asset"), money("25.00"));
}

#[test]
fn an_items_own_account_takes_its_stock() {
    let mut buying = Buying::new(ordered());
    buying.post();
    buying.world.company.add(NameSpace::Account, "Account", "Stock:Lamps", Some("OtherCurrentAsset"));
    buying.world.company.asset("LAMP", "Stock:Lamps");
    buying.receive(&[(2, 1)]);
    buying.post();
    assert_eq!(buying.on("Stock:Lamps"), money("25.00"));
}

#[test]
fn in_summary_mode_no_item_and_no_supplier_is_named() {
    let mut buying = Buying::new(ordered());
    buying.world.mapping.inventory.mode = Mode::Summary;
    buying.world.mapping.vendors.mode = Mode::Summary;
    buying.receive(&[(1, 10), (2, 2)]);
    let entries = buying.post();
    assert_eq!(kinds(&entries), [EntryKind::ItemReceipt]);
    let Body::ItemReceipt { form, .. } = &entries[0].body else { panic!() };
    assert!(form.item_line_add.is_empty());
    assert_eq!(form.vendor_ref, qbxml::Ref::name("Shopify Vendor"));
    assert_eq!(buying.on("Inventory Asset"), money("90.00"));
}

#[test]
fn a_supplier_of_a_customers_name_is_a_vendor_beside_it() {
    let mut buying = Buying::new(ordered());
    buying.world.company.add(NameSpace::Name, "Customer", "Pine & Sons", None);
    let vendor = buying.mapped().entries.into_iter().find(|entry| entry.kind == EntryKind::Vendor).unwrap();
    assert_eq!(vendor.number, "Pine & Sons (V)");
    buying.order.supplier = Some(id("Supplier", 7));
    let supplier = Supplier {
        name: "Harbour Lamps".into(),
        email: Some("desk@lamps.example".into()),
        account_number: Some("HP-7".into()),
        ..Supplier::default()
    };
    buying.world.told.0.insert(id("Supplier", 7), Fact::Supplier(supplier));
    let vendor = buying.mapped().entries.into_iter().find(|entry| entry.kind == EntryKind::Vendor).unwrap();
    let Body::Vendor(form) = &vendor.body else { panic!() };
    assert_eq!((form.name.as_str(), form.account_number.as_deref()), ("Harbour Lamps", Some("HP-7")));
}

#[test]
fn a_closed_period_holds_what_came_in_it_or_moves_it() {
    let mut buying = Buying::new(ordered());
    buying.world.file.closing_date = Some("2026-11-30".parse().unwrap());
    assert!(buying.mapped().is_nothing(), "an order that was sent before the books were closed holds nothing");
    buying.receive(&[(1, 1)]);
    assert!(matches!(buying.held()[..], [HeldReason::ClosedPeriod { .. }]));
    buying.world.mapping.documents.closed_period = ClosedPeriod::FirstOpenDay;
    assert_eq!(buying.post()[0].date.unwrap().to_string(), "2026-12-01");
}

#[test]
fn what_was_undone_stays_so_and_what_comes_later_waits_for_a_decision() {
    let mut buying = Buying::new(ordered());
    buying.receive(&[(1, 10)]);
    buying.post();
    buying.undo(Removal::Void);
    assert!(buying.balance().is_empty());
    assert!(buying.mapped().is_nothing());
    buying.receive(&[(2, 1)]);
    assert_eq!(buying.held(), [HeldReason::Undone]);
}

#[test]
fn what_came_before_the_beginning_is_not_carried_over() {
    let mut buying = Buying::new(ordered());
    buying.order.charges = vec![charge(1, PurchaseChargeKind::Freight, "Freight", "12.00")];
    buying.receive(&[(1, 4)]).days(10).receive(&[(1, 6)]);
    let from = "2026-11-25".parse().unwrap();
    let document = buying.document();
    let cut = books::since(&document, &[], from, &TimeZone::UTC);
    let Fact::PurchaseOrder(order) = &cut.fact else { panic!() };
    assert_eq!((order.receipts.len(), order.charges.len()), (1, 0));
    buying.post();
    assert_eq!(*books::since(&document, &buying.past, from, &TimeZone::UTC), document, "what is posted stays");
}

fn adjusted(lines: &[(u64, i64)]) -> StockAdjustment {
    let lines = lines.iter().map(|(number, change)| AdjustedLine {
        item: Some(id("InventoryItem", *number)),
        variant: None,
        sku: None,
        title: "Goods".into(),
        change: *change,
    });
    StockAdjustment {
        number: "SA-7".into(),
        at: Some(ORDERED.parse().unwrap()),
        location: None,
        reason: "Promotion".into(),
        lines: lines.collect(),
    }
}

#[test]
fn a_stock_adjustment_takes_the_account_of_its_reason() {
    let mut buying = Buying::new(ordered());
    buying.world.company.add(NameSpace::Account, "Account", "Advertising", Some("Expense"));
    buying.world.mapping.accounts.adjustments.insert("promotion".into(), "Advertising".into());
    let document = |adjustment: StockAdjustment| Document {
        id: id("StockAdjustment", 7),
        updated_at: buying.now,
        fact: Fact::StockAdjustment(adjustment),
    };
    let mut planned = adjusted(&[(1, -2)]);
    planned.at = None;
    assert!(books::map(&document(planned), &[], &buying.world.context()).waits);
    let mapped = books::map(&document(adjusted(&[(1, -2), (2, 3)])), &[], &buying.world.context());
    let entry = mapped.entries.last().unwrap();
    let Body::InventoryAdjustment(form) = &entry.body else { panic!() };
    assert_eq!(form.account_ref, qbxml::Ref::name("Advertising"));
    assert_eq!(form.inventory_adjustment_line_add.len(), 2);
    let past = [books::Past { entry: entry.clone(), undone: false, refused: false }];
    let same = books::map(&document(adjusted(&[(1, -2), (2, 3)])), &past, &buying.world.context());
    assert!(same.is_nothing());
    let less = books::map(&document(adjusted(&[(1, -1)])), &past, &buying.world.context());
    let Body::InventoryAdjustment(form) = &less.entries.last().unwrap().body else { panic!() };
    let by = |place: usize| match &form.inventory_adjustment_line_add[place].change {
        StockChange::Quantity(change) => change.quantity_difference.unwrap(),
        StockChange::Value(_) => panic!("by value"),
    };
    assert_eq!((by(0).to_string(), by(1).to_string()), ("1".into(), "-3".into()));
}

#[test]
fn in_summary_mode_a_stock_adjustment_is_a_journal_entry_at_unit_cost() {
    let mut buying = Buying::new(ordered());
    buying.world.mapping.inventory.mode = Mode::Summary;
    let document = Document {
        id: id("StockAdjustment", 7),
        updated_at: buying.now,
        fact: Fact::StockAdjustment(adjusted(&[(1, -5), (2, 2)])),
    };
    let mapped = books::map(&document, &[], &buying.world.context());
    let entry = mapped.entries.last().unwrap();
    assert_eq!(entry.kind, EntryKind::JournalEntry);
    assert_eq!(entry.postings.by_account()["Inventory Asset"], money("-12.00"));
    assert_eq!(entry.postings.by_account()["Inventory Shrinkage"], money("12.00"));
    let past = [books::Past { entry: entry.clone(), undone: false, refused: false }];
    let told = books::tieout::figures(&document, &past, &buying.world.context());
    let told: Vec<_> = told.into_iter().map(|figure| (figure.account, figure.amount)).collect();
    assert_eq!(told, [("Inventory Asset".into(), money("-12.00")), ("Inventory Shrinkage".into(), money("12.00"))]);
    let Some(Fact::StockItem(stock)) = buying.world.told.0.get_mut(&id("InventoryItem", 1)) else { panic!() };
    stock.unit_cost = None;
    let held = books::map(&document, &[], &buying.world.context()).held.unwrap();
    assert_eq!(held.reasons, [HeldReason::NoUnitCost { item: "MUG".into() }]);
}

#[test]
fn a_transfer_moves_stock_between_sites_and_is_nothing_where_there_are_none() {
    let mut buying = Buying::new(ordered());
    buying.world.told.location(7, "Harbour Street");
    buying.world.told.location(8, "Warehouse");
    let transfer = StockTransfer {
        number: "T-1".into(),
        from: Some(id("Location", 8)),
        to: Some(id("Location", 7)),
        cancelled: false,
        arrivals: vec![StockArrival {
            id: id("Shipment", 1),
            at: ORDERED.parse().unwrap(),
            lines: adjusted(&[(1, 4)]).lines,
        }],
    };
    let document = Document { id: id("Transfer", 1), updated_at: buying.now, fact: Fact::StockTransfer(transfer) };
    assert!(books::map(&document, &[], &buying.world.context()).is_nothing());
    buying.world.file.inventory_sites = true;
    buying.world.mapping.locations.sites.insert("harbour street".into(), "Shop".into());
    let mapped = books::map(&document, &[], &buying.world.context());
    let entry = mapped.entries.last().unwrap();
    let Body::TransferInventory(form) = &entry.body else { panic!() };
    assert_eq!(form.from_inventory_site_ref, qbxml::Ref::name("Warehouse"));
    assert_eq!(form.to_inventory_site_ref, qbxml::Ref::name("Shop"));
    let past = [books::Past { entry: entry.clone(), undone: false, refused: false }];
    assert!(books::map(&document, &past, &buying.world.context()).is_nothing());
}

/// Something that happens to a purchase order.
#[derive(Clone, Copy, Debug)]
enum Move {
    Receive { line: u64, quantity: u32 },
    Price { line: usize, cents: i64 },
    Correct { receipt: usize, accepted: u32 },
    Charge { number: u64, kind: usize, cents: i64 },
    Order { line: usize, quantity: u32 },
    Tax { line: usize, cents: i64 },
    Refuse,
    Close,
    Post,
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (1..3_u64, 1..6_u32).prop_map(|(line, quantity)| Move::Receive { line, quantity }),
        2 => (0..2_usize, 0..2_000_i64).prop_map(|(line, cents)| Move::Price { line, cents }),
        2 => (0..4_usize, 0..6_u32).prop_map(|(receipt, accepted)| Move::Correct { receipt, accepted }),
        2 => (1..3_u64, 0..3_usize, -300..3_000_i64).prop_map(|(number, kind, cents)| Move::Charge { number, kind, cents }),
        1 => (0..2_usize, 1..9_u32).prop_map(|(line, quantity)| Move::Order { line, quantity }),
        1 => (0..2_usize, 0..500_i64).prop_map(|(line, cents)| Move::Tax { line, cents }),
        1 => Just(Move::Refuse),
        1 => Just(Move::Close),
        4 => Just(Move::Post),
    ]
}

fn happen(buying: &mut Buying, happens: Move) {
    buying.days(1);
    match happens {
        Move::Receive { line, quantity } => {
            buying.receive(&[(line, quantity)]);
        }
        Move::Price { line, cents } => buying.order.lines[line].unit_cost = Some(Money::cents(cents)),
        Move::Correct { receipt, accepted } => {
            if let Some(receipt) = buying.order.receipts.get_mut(receipt) {
                receipt.lines[0].accepted = accepted;
            }
        }
        Move::Charge { number, kind, cents } => {
            use PurchaseChargeKind::{Adjustment, Duty, Freight};
            buying.order.charges.retain(|charge| charge.id != id("Charge", number));
            // What a supplier takes off is never more than what it delivers here.
            let amount = if kind == 2 { cents } else { cents.max(0) };
            let kind = [Freight, Duty, Adjustment][kind];
            let amount = Money::cents(amount).to_string();
            buying.order.charges.push(charge(number, kind, "Charge", &amount));
        }
        Move::Order { line, quantity } => buying.order.lines[line].quantity = quantity,
        Move::Tax { line, cents } => buying.order.lines[line].tax = Money::cents(cents),
        Move::Refuse => {
            if buying.mapped().held.is_none() {
                buying.refuse_changes();
            }
        }
        Move::Close => {
            let closing = buying.now.to_zoned(TimeZone::UTC).date().yesterday().unwrap();
            if buying.mapped().is_nothing() {
                buying.world.file.closing_date = Some(closing);
            }
        }
        Move::Post => {
            // A receipt that the supplier's rebate takes below nothing is held.
            if buying.mapped().held.is_none() {
                buying.post();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_books_come_to_what_came(
        moves in prop::collection::vec(a_move(), 1..16),
        bill in any::<bool>(),
        in_cost in any::<bool>(),
        summary in any::<bool>(),
        abroad in any::<bool>(),
        delete in any::<bool>(),
    ) {
        let mut buying = Buying::new(ordered());
        if bill {
            buying.world.mapping.purchases.receipt = ReceiptForm::Bill;
        }
        if in_cost {
            buying.world.mapping.purchases.freight = FreightIn::ItemCost;
        }
        if summary {
            buying.world.mapping.inventory.mode = Mode::Summary;
        }
        if abroad {
            buying.order.currency = Currency::new("EUR");
            buying.order.exchange_rate = Some("1.0837".parse().unwrap());
        }
        for happens in moves {
            happen(&mut buying, happens);
        }
        buying.world.mapping.documents.closed_period = ClosedPeriod::FirstOpenDay;
        if buying.mapped().held.is_none() {
            buying.post();
            // Each line is worth what of it came at its cost, and all of it is owed.
            let mut due = Money::ZERO;
            for line in &buying.order.lines {
                let came: u32 = buying.order.receipts.iter().flat_map(|receipt| &receipt.lines)
                    .filter(|received| received.line == line.id).map(|received| received.accepted).sum();
                let came = rust_decimal::Decimal::from(came);
                let tax = line.tax * (came / rust_decimal::Decimal::from(line.quantity));
                let rate = buying.order.exchange_rate.unwrap_or(rust_decimal::Decimal::ONE);
                due += ((line.unit_cost.unwrap() * came + tax) * rate).rounded();
            }
            let received = buying.past.iter().any(|past| past.entry.key.as_str().starts_with("receipt:"));
            if received {
                let rate = buying.order.exchange_rate.unwrap_or(rust_decimal::Decimal::ONE);
                due += buying.order.charges.iter().map(|charge| (charge.amount * rate).rounded()).sum();
            }
            prop_assert_eq!(buying.on("Accounts Payable"), -due);
        }
        buying.undo(if delete { Removal::Delete } else { Removal::Void });
        prop_assert!(buying.balance().is_empty(), "{:#?}", buying.balance());
    }
}
