//! Where purchases and stock come from, through the engine: read beside the sales, and never in their way.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::path::Path;

use books::{DocumentId, DocumentKind, Mapping};
use jiff::{SignedDuration, civil::date};
use simulator::{
    shop::{Bucket, Settings, Shop, Trade},
    stocky::{self, Stocky},
};
use sync::config::{PurchasesConfig, SecretPlace};

use crate::support::World;

fn shop() -> Shop {
    let trade = Trade::new(7, 10, 60, date(2026, 8, 28));
    Shop::new(&trade, Settings { bucket: Bucket::GENEROUS, ..Settings::default() }).unwrap()
}

fn world(shop: &Shop, purchases: PurchasesConfig) -> World {
    World::of_shop_with(shop, Mapping::default(), |config, _| config.purchasing = purchases)
}

/// A world whose purchases come from a Stocky that is served.
fn beside_stocky(shop: &Shop, stocky: &Stocky) -> World {
    World::of_shop_with(shop, Mapping::default(), |config, runtime| {
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let base_url = Some(format!("http://{}", listener.local_addr().unwrap()));
        runtime.spawn(stocky.clone().serve(listener, std::future::pending()));
        let key = SecretPlace::Environment("SIMULATED-STOCKY-KEY".into());
        config.purchasing = PurchasesConfig::Stocky { key, base_url };
    })
}

fn count(world: &World, kind: DocumentKind) -> usize {
    world.store.counts().unwrap().documents.get(&kind).copied().unwrap_or_default() as usize
}

fn codes(world: &World) -> Vec<String> {
    let status = sync::api::status(&world.store).unwrap();
    status.attention.into_iter().filter(|one| one.entries == 0).map(|one| one.message.code).collect()
}

#[test]
fn shopify_s_own_purchases_are_read_where_they_are_chosen_and_at_most_once_an_hour() {
    let shop = shop();
    let world = world(&shop, PurchasesConfig::Shopify);
    world.pull();
    let own = shop.purchasing();
    assert_eq!(count(&world, DocumentKind::PurchaseOrder), own.orders.len());
    assert!(count(&world, DocumentKind::StockTransfer) > own.transfers.len());
    assert!(count(&world, DocumentKind::StockItem) > 80);
    assert_eq!(codes(&world), Vec::<String>::new());
    let asked = || (shop.answered("inventoryPurchaseOrders"), shop.answered("inventoryTransfers"));
    let first = asked();
    world.wait(SignedDuration::from_mins(5));
    world.pull();
    assert_eq!(asked(), first);
    world.wait(SignedDuration::from_mins(60));
    world.pull();
    assert!(asked().0 > first.0 && asked().1 > first.1);
}

#[test]
fn a_purchase_order_that_was_deleted_is_gone() {
    let shop = shop();
    let world = world(&shop, PurchasesConfig::Shopify);
    world.pull();
    let draft = shop.purchasing().orders.iter().position(|order| order.ordered.is_none()).unwrap();
    shop.purchase(|purchasing, _| purchasing.orders[draft].deleted = true);
    world.wait(SignedDuration::from_hours(2));
    world.pull();
    let id = DocumentId::new(shop.purchase_order(draft));
    let other = DocumentId::new(shop.purchase_order(draft + 1));
    assert!(world.store.document(&id).unwrap().is_some());
    assert!(!world.store.gone(&id, world.now()).unwrap(), "it was not known to be gone");
    assert!(world.store.gone(&other, world.now()).unwrap(), "another one is gone too");
}

#[test]
fn without_a_choice_no_purchases_are_asked_for_but_stock_is() {
    let shop = shop();
    let world = world(&shop, PurchasesConfig::None);
    world.pull();
    assert_eq!(shop.answered("inventoryPurchaseOrders") + shop.answered("inventoryTransfers"), 0);
    assert_eq!(count(&world, DocumentKind::PurchaseOrder), 0);
    assert!(count(&world, DocumentKind::StockItem) > 80);
}

#[test]
fn what_is_on_hand_is_read_anew_once_a_day() {
    let shop = shop();
    let world = world(&shop, PurchasesConfig::None);
    world.pull();
    let item = format!("gid://shopify/InventoryItem/{}", shop.purchasing().goods[0].item);
    let on_hand = || match world.store.document(&DocumentId::new(item.as_str())).unwrap().unwrap().0.fact {
        books::Fact::StockItem(item) => item.levels[0].on_hand,
        other => panic!("{other:?}"),
    };
    let before = on_hand();
    shop.recount(&item, 0, 7);
    world.wait(SignedDuration::from_hours(25));
    world.pull();
    assert_eq!(on_hand(), before + 7);
}

#[test]
fn a_missing_permission_is_told_and_stops_nothing_else() {
    for (scope, code, missing) in [
        ("read_inventory", "shop.stock_scope", DocumentKind::StockItem),
        ("read_inventory_purchase_orders", "shop.purchases_scope", DocumentKind::PurchaseOrder),
        ("read_inventory_transfers", "shop.purchases_scope", DocumentKind::StockTransfer),
    ] {
        let shop = shop();
        shop.change(|settings| {
            settings.scopes.remove(scope);
        });
        let world = world(&shop, PurchasesConfig::Shopify);
        world.pull();
        assert!(codes(&world).contains(&code.to_owned()), "{scope}: {:?}", codes(&world));
        assert_eq!(count(&world, missing), 0);
        assert!(count(&world, DocumentKind::Order) > 5);
        shop.change(|settings| {
            settings.scopes.insert(scope.to_owned());
        });
        world.wait(SignedDuration::from_hours(2));
        world.pull();
        assert_eq!(codes(&world), Vec::<String>::new(), "{scope}");
        assert!(count(&world, missing) > 0);
    }
}

#[test]
fn stocky_is_read_as_long_as_it_is_there_and_its_end_is_told_kindly() {
    let shop = shop();
    let stocky = Stocky::new(shop.purchasing(), stocky::Settings::default());
    let world = beside_stocky(&shop, &stocky);
    world.pull();
    let own = stocky.purchasing();
    for (kind, expected) in [
        (DocumentKind::Supplier, own.suppliers.len()),
        (DocumentKind::PurchaseOrder, own.orders.len()),
        (DocumentKind::StockAdjustment, own.adjustments.len()),
        (DocumentKind::StockTransfer, own.transfers.len()),
    ] {
        assert_eq!(count(&world, kind), expected, "{kind:?}");
    }
    assert_eq!(codes(&world), Vec::<String>::new());
    stocky.change(|settings| settings.retired = Some(410));
    let orders = count(&world, DocumentKind::Order);
    shop.advance(3);
    shop.set_now(shop.now() + SignedDuration::from_hours(2));
    world.wait(SignedDuration::from_hours(3));
    world.pull();
    assert_eq!(codes(&world), ["stocky.retired"]);
    assert!(count(&world, DocumentKind::Order) > orders);
    assert_eq!(count(&world, DocumentKind::PurchaseOrder), own.orders.len());
}

fn archive(path: &Path) -> PurchasesConfig {
    PurchasesConfig::Archive { path: path.to_owned() }
}

#[test]
fn an_archive_is_taken_over_once_and_again_only_when_it_changed() {
    let shop = shop();
    let stocky = Stocky::new(shop.purchasing(), stocky::Settings::default());
    let folder = tempfile::tempdir().unwrap();
    let world = world(&shop, archive(folder.path()));
    world.pull();
    assert_eq!(codes(&world), ["archive.unknown"]);
    std::fs::write(folder.path().join("stocky.zip"), stocky.archive()).unwrap();
    world.pull();
    let own = stocky.purchasing();
    assert_eq!(codes(&world), Vec::<String>::new());
    assert_eq!(count(&world, DocumentKind::PurchaseOrder), own.orders.len());
    let first = world.store.cursor("stocky.saved").unwrap();
    world.pull();
    assert_eq!(world.store.cursor("stocky.saved").unwrap(), first);
    // A table beside it tells no order a second time.
    std::fs::write(folder.path().join("orders.csv"), stocky.table(b',')).unwrap();
    world.pull();
    assert_ne!(world.store.cursor("stocky.saved").unwrap(), first);
    assert_eq!(count(&world, DocumentKind::PurchaseOrder), own.orders.len());
    std::fs::write(folder.path().join("orders.csv"), "PO Number,Supplier,Currency,Quantity\n1,Pine,USD,many\n")
        .unwrap();
    world.pull();
    assert_eq!(codes(&world), ["archive.row"]);
}
