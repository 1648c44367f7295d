//! What is bought, through whole sessions with a simulated company file: each thing is in the books once, and both sides
//! agree.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use books::{
    Currency, EntryKind, Fact, Mapping, Money,
    document::{
        AdjustedLine, GoodsReceipt, Location, PurchaseCharge, PurchaseChargeKind, PurchaseLine, PurchaseOrder,
        PurchaseState, ReceivedLine, StockAdjustment, StockArrival, StockItem, StockTransfer, Variant,
    },
    mapping::{Mode, ReceiptForm},
};
use jiff::{Timestamp, civil::date};
use simulator::company::{Edition, Setup};
use sync::undo::{self, Removal, Selection};

use crate::support::{Way, World, id, money, mugs, paid};

fn order() -> PurchaseOrder {
    let line = |number: u64, sku: &str, title: &str, quantity, cost: &str| PurchaseLine {
        id: id("PurchaseOrderLineItem", number),
        item: Some(id("InventoryItem", number)),
        sku: Some(sku.into()),
        title: title.into(),
        quantity,
        unit_cost: Some(money(cost)),
        tax: Money::ZERO,
    };
    PurchaseOrder {
        number: "PO1002".into(),
        supplier: None,
        supplier_name: "Pine & Sons".into(),
        supplier_invoice: None,
        state: PurchaseState::Ordered,
        currency: Currency::new("USD"),
        exchange_rate: None,
        created_at: "2026-11-19T15:00:00Z".parse().unwrap(),
        ordered_at: None,
        expected: None,
        payment_due: None,
        location: None,
        lines: vec![line(1, "MUG", "Mug", 10, "4.00"), line(2, "LAMP", "Lamp", 2, "25.00")],
        charges: vec![PurchaseCharge {
            id: id("Charge", 1),
            kind: PurchaseChargeKind::Freight,
            title: "Freight".into(),
            amount: money("12.00"),
        }],
        receipts: Vec::new(),
    }
}

fn receipt(number: u64, lines: &[(u64, u32)]) -> GoodsReceipt {
    let lines = lines.iter().map(|(line, accepted)| ReceivedLine {
        line: id("PurchaseOrderLineItem", *line),
        accepted: *accepted,
        rejected: 0,
    });
    GoodsReceipt { id: id("Receipt", number), at: "2026-11-20T12:00:00Z".parse().unwrap(), lines: lines.collect() }
}

fn shop(mapping: Mapping) -> World {
    shop_with(Setup::new(Edition::Enterprise), mapping)
}

fn shop_with(setup: Setup, mapping: Mapping) -> World {
    let world = World::with(setup, mapping);
    for (number, sku, title) in [(1, "MUG", "Mug"), (2, "LAMP", "Lamp")] {
        let variant = Variant {
            sku: Some(sku.into()),
            product_title: title.into(),
            price: money("10.00"),
            taxable: true,
            tracked: true,
            ..Variant::default()
        };
        let stock = StockItem {
            variant: id("ProductVariant", number),
            tracked: true,
            unit_cost: Some(money("4.00")),
            levels: Vec::new(),
        };
        world.tell(id("ProductVariant", number), Fact::Variant(variant));
        world.tell(id("InventoryItem", number), Fact::StockItem(stock));
    }
    world
}

fn buy(world: &World, order: &PurchaseOrder) {
    world.tell(id("PurchaseOrder", 1002), Fact::PurchaseOrder(Box::new(order.clone())));
}

/// Received value, what is owed and the stock's worth agree to the cent on every day.
fn assert_ties_out(world: &mut World) {
    let (from, to) = (date(2026, 1, 1), date(2026, 12, 31));
    for asked in [false, true] {
        if asked {
            let period = sync::tieout::Period { from: date(2026, 11, 15), to: date(2026, 11, 30) };
            sync::tieout::ask(&world.store, period, world.now()).unwrap();
            world.session();
        }
        let told = sync::tieout::tie_out(&world.store, from, to).unwrap().unwrap();
        assert!(told.ties_out(), "{:#?}", told.days);
        assert!(!told.rows.is_empty());
    }
}

#[test]
fn an_order_is_received_and_its_goods_are_sold_on_the_same_day() {
    let mut world = shop(Mapping::default());
    let mut order = order();
    order.receipts.push(receipt(1, &[(1, 10)]));
    order.state = PurchaseState::PartlyReceived;
    world.sell(1001, &paid(mugs(1001, 2)));
    buy(&world, &order);
    world.settle();
    assert_eq!(world.posted(), [EntryKind::PurchaseOrder, EntryKind::ItemReceipt, EntryKind::SalesReceipt]);
    world.assert_settled();
    let balances = world.balances();
    // Ten at 4.00 came, two were sold at their cost.
    assert_eq!(balances["Inventory Asset"].to_string(), "32.00");
    assert_eq!(balances["Accounts Payable"].to_string(), "-52.00");
    assert_eq!(balances["Cost of Goods Sold"].to_string(), "8.00");
    let purchase = world.company.transactions().into_iter().find(|txn| txn.kind == "PurchaseOrder").unwrap();
    let answer = world.by_hand(&format!(
        "<PurchaseOrderQueryRq><TxnID>{}</TxnID><IncludeLineItems>true</IncludeLineItems></PurchaseOrderQueryRq>",
        purchase.txn_id
    ));
    assert!(answer.contains("<ReceivedQuantity>10</ReceivedQuantity>"), "{answer}");
    assert_ties_out(&mut world);

    order.receipts.push(receipt(2, &[(2, 2)]));
    order.state = PurchaseState::Received;
    buy(&world, &order);
    world.settle();
    world.assert_settled();
    assert_ties_out(&mut world);
}

#[test]
fn what_changes_later_changes_the_receipt_or_has_an_entry_of_its_own() {
    let mut mapping = Mapping::default();
    mapping.purchases.receipt = ReceiptForm::Bill;
    let mut world = shop(mapping);
    let mut order = order();
    order.receipts.push(receipt(1, &[(1, 10), (2, 2)]));
    buy(&world, &order);
    world.settle();
    world.assert_ties_out();

    order.lines[0].unit_cost = Some(money("4.50"));
    order.lines[1].quantity = 3;
    buy(&world, &order);
    world.settle();
    world.assert_settled();
    assert_eq!(world.posted()[2..], [EntryKind::Change, EntryKind::Change]);
    world.assert_ties_out();
    assert_ties_out(&mut world);

    order.receipts[0].lines[0].accepted = 8;
    order.charges[0].amount = money("14.00");
    order.state = PurchaseState::Closed;
    buy(&world, &order);
    world.settle();
    world.assert_settled();
    let mut kinds = world.posted();
    kinds.sort();
    assert_eq!(kinds.iter().filter(|kind| **kind == EntryKind::Bill).count(), 2, "the difference of the freight");
    assert!(kinds.contains(&EntryKind::VendorCredit));
    world.assert_ties_out();
    assert_ties_out(&mut world);
}

#[test]
fn everything_of_a_purchase_can_be_undone() {
    for removal in [Removal::Void, Removal::Delete] {
        let mut world = shop(Mapping::default());
        let mut order = order();
        order.receipts.push(receipt(1, &[(1, 10), (2, 2)]));
        buy(&world, &order);
        world.settle();
        order.lines[0].unit_cost = Some(money("4.50"));
        order.receipts[0].lines[1].accepted = 1;
        buy(&world, &order);
        world.settle();
        world.assert_settled();
        let everything = Selection::Since(Timestamp::UNIX_EPOCH);
        let planned = undo::carry_out(&world.store, &everything, removal, world.now()).unwrap().unwrap();
        assert_eq!(planned.held, 0);
        world.settle();
        world.assert_settled();
        assert!(world.balances().is_empty(), "{:#?}", world.balances());
        assert_eq!(world.standing("PurchaseOrder") + world.standing("ItemReceipt"), 0);
    }
}

#[test]
fn a_lost_answer_is_looked_for_and_nothing_is_bought_twice() {
    let marks = [
        "<VendorAdd>",
        "<PurchaseOrderAdd>",
        "<ItemReceiptAdd>",
        "<VendorCreditAdd>",
        "<PurchaseOrderMod>",
        "<ItemReceiptMod>",
        "<InventoryAdjustmentAdd>",
    ];
    for mark in marks {
        let mut world = shop(Mapping::default());
        let mut order = order();
        order.receipts.push(receipt(1, &[(1, 10), (2, 2)]));
        buy(&world, &order);
        world.pull();
        let mut lost = 0;
        let mut lose = |world: &mut World| {
            world.company.set_keep_answers(false);
            world.session_with(|_, xml| {
                if xml.contains(mark) && lost == 0 {
                    lost += 1;
                    return Way::AnswerLost;
                }
                Way::Through
            });
            world.session();
            world.session();
        };
        lose(&mut world);
        order.lines[0].unit_cost = Some(money("4.50"));
        order.receipts[0].lines[1].accepted = 1;
        buy(&world, &order);
        world.tell(id("StockAdjustment", 7), Fact::StockAdjustment(adjustment(-2)));
        world.pull();
        lose(&mut world);
        assert_eq!(lost, 1, "{mark}");
        world.assert_settled();
        for kind in ["PurchaseOrder", "ItemReceipt", "VendorCredit", "InventoryAdjustment"] {
            assert_eq!(world.standing(kind), 1, "{mark}: {kind}");
        }
        assert_eq!(world.balances()["Accounts Payable"].to_string(), "-82.00", "{mark}");
        assert_ties_out(&mut world);
    }
}

fn adjustment(change: i64) -> StockAdjustment {
    StockAdjustment {
        number: "SA-7".into(),
        at: Some("2026-11-21T12:00:00Z".parse().unwrap()),
        location: None,
        reason: "Damaged".into(),
        lines: vec![AdjustedLine {
            item: Some(id("InventoryItem", 1)),
            variant: None,
            sku: None,
            title: "Mug".into(),
            change,
        }],
    }
}

#[test]
fn in_summary_mode_a_stock_adjustment_is_journalled_and_a_lost_answer_is_looked_for() {
    let mut mapping = Mapping::default();
    mapping.inventory.mode = Mode::Summary;
    mapping.vendors.mode = Mode::Summary;
    let mut world = shop(mapping);
    let mut order = order();
    order.receipts.push(receipt(1, &[(1, 10), (2, 2)]));
    buy(&world, &order);
    world.tell(id("StockAdjustment", 7), Fact::StockAdjustment(adjustment(-2)));
    world.pull();
    let mut lost = 0;
    world.session_with(|_, xml| {
        if xml.contains("<JournalEntryAdd>") && lost == 0 {
            lost += 1;
            return Way::AnswerLost;
        }
        Way::Through
    });
    world.session();
    world.session();
    assert_eq!((lost, world.standing("JournalEntry")), (1, 1));
    world.assert_settled();
    assert_eq!(world.balances()["Inventory Asset"].to_string(), "82.00");
    assert_ties_out(&mut world);
}

#[test]
fn stock_moves_between_the_sites_of_its_locations() {
    let mut setup = Setup::new(Edition::Enterprise);
    setup.inventory_sites = true;
    let mut world = shop_with(setup, Mapping::default());
    for (number, name) in [(7, "Harbour Street"), (8, "Warehouse")] {
        world.by_hand(&format!(
            "<InventorySiteAddRq><InventorySiteAdd><Name>{name}</Name></InventorySiteAdd></InventorySiteAddRq>"
        ));
        world.tell(id("Location", number), Fact::Location(Location { name: name.into(), active: true }));
    }
    let mut order = order();
    order.location = Some(id("Location", 8));
    order.receipts.push(receipt(1, &[(1, 10)]));
    buy(&world, &order);
    let transfer = StockTransfer {
        number: "T-1".into(),
        from: Some(id("Location", 8)),
        to: Some(id("Location", 7)),
        cancelled: false,
        arrivals: vec![StockArrival {
            id: id("Shipment", 1),
            at: "2026-11-22T12:00:00Z".parse().unwrap(),
            lines: adjustment(4).lines,
        }],
    };
    world.tell(id("Transfer", 1), Fact::StockTransfer(transfer));
    world.pull();
    let mut lost = 0;
    world.company.set_keep_answers(false);
    world.session_with(|_, xml| {
        if xml.contains("<TransferInventoryAdd>") && lost == 0 {
            lost += 1;
            return Way::AnswerLost;
        }
        Way::Through
    });
    world.session();
    world.session();
    world.assert_settled();
    assert_eq!((lost, world.standing("TransferInventory"), world.standing("ItemReceipt")), (1, 1, 1));
    assert_ties_out(&mut world);
}

#[test]
fn an_order_that_is_done_with_is_closed_in_the_same_session() {
    let mut world = shop(Mapping::default());
    let mut order = order();
    buy(&world, &order);
    world.settle();
    order.receipts.push(receipt(1, &[(1, 6)]));
    order.state = PurchaseState::Closed;
    buy(&world, &order);
    world.settle();
    world.assert_settled();
    assert_eq!(world.posted(), [EntryKind::PurchaseOrder, EntryKind::ItemReceipt, EntryKind::Change]);
    let answer =
        world.by_hand("<PurchaseOrderQueryRq><IncludeLineItems>true</IncludeLineItems></PurchaseOrderQueryRq>");
    assert!(answer.contains("<IsManuallyClosed>true</IsManuallyClosed>"), "{answer}");
    assert!(answer.contains("<ReceivedQuantity>6</ReceivedQuantity>"), "{answer}");
    assert_ties_out(&mut world);
}
