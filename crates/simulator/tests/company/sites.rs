use simulator::company::{Edition, Setup};

use crate::support::{Desk, add, bought, decimal, delete, from_acme, line, look, modify_answered, text, texts};

/// An Enterprise company with sites: 10 Widgets nowhere in particular.
fn with_sites() -> Desk {
    let mut desk = Desk::with(Setup { inventory_sites: true, ..Setup::new(Edition::Enterprise) });
    desk.stock_up();
    desk.done(&add("Vendor", "<Name>Acme</Name>"));
    for site in ["Main Street", "Harbour"] {
        desk.done(&add("InventorySite", &format!("<Name>{site}</Name><SiteDesc>A shop</SiteDesc>")));
    }
    desk
}

fn site(name: &str) -> String {
    format!("<InventorySiteRef><FullName>{name}</FullName></InventorySiteRef>")
}

fn transfer(from: &str, to: &str, item: &str, quantity: &str) -> String {
    add(
        "TransferInventory",
        &format!(
            "<FromInventorySiteRef><FullName>{from}</FullName></FromInventorySiteRef><ToInventorySiteRef><FullName>{to}</FullName></ToInventorySiteRef>\
             <TransferInventoryLineAdd><ItemRef><FullName>{item}</FullName></ItemRef><QuantityToTransfer>{quantity}</QuantityToTransfer></TransferInventoryLineAdd>"
        ),
    )
}

fn there(desk: &Desk, site: &str) -> rust_decimal::Decimal {
    desk.company.stock_at_sites().get(&("Widget".to_owned(), site.to_owned())).copied().unwrap_or_default()
}

#[test]
fn only_enterprise_with_advanced_inventory_has_sites() {
    for setup in [Setup::new(Edition::Enterprise), Setup { inventory_sites: true, ..Setup::new(Edition::Premier) }] {
        let mut desk = Desk::with(setup);
        desk.stock_up();
        let preferences = desk.done("<PreferencesQueryRq/>");
        assert_eq!(text(&preferences, "IsMultiLocationInventoryEnabled"), "false");
        assert_eq!(desk.status(&add("InventorySite", "<Name>Harbour</Name>")), 3250);
        assert_eq!(desk.status("<InventorySiteQueryRq/>"), 3250);
        assert_eq!(desk.status("<ItemSitesQueryRq/>"), 3250);
        assert_eq!(desk.status("<TransferInventoryQueryRq/>"), 3250);
        assert_eq!(desk.status(&transfer("A", "B", "Widget", "1")), 3250);
        let sale = line("SalesReceipt", "Widget", &format!("<Quantity>1</Quantity>{}", site("Harbour")));
        assert_eq!(desk.status(&add("SalesReceipt", &sale)), 3250);
    }
    let preferences = with_sites().done("<PreferencesQueryRq/>");
    assert_eq!(text(&preferences, "IsMultiLocationInventoryEnabled"), "true");
}

#[test]
fn a_transfer_moves_goods_between_sites_and_nothing_in_the_books() {
    let mut desk = with_sites();
    let (books, stock) = (desk.company.trial_balance(), desk.company.stock());
    let answer = desk.done(&transfer("Unspecified Site", "Harbour", "Widget", "4"));
    assert_eq!(text(&answer, "QuantityTransferred"), "4");
    assert_eq!((there(&desk, "Unspecified Site"), there(&desk, "Harbour")), (decimal("6"), decimal("4")));
    assert_eq!((desk.company.trial_balance(), desk.company.stock()), (books, stock));
    let id = text(&answer, "TxnLineID");
    let change = format!(
        "<TransferInventoryLineMod><TxnLineID>{id}</TxnLineID><QuantityToTransfer>3</QuantityToTransfer></TransferInventoryLineMod>"
    );
    desk.done(&modify_answered("TransferInventory", &answer, &change));
    assert_eq!(there(&desk, "Harbour"), decimal("3"));
    assert_eq!(desk.status(&transfer("Harbour", "Harbour", "Widget", "1")), 3210);
    assert_eq!(desk.status(&transfer("Harbour", "Main Street", "Tip", "1")), 3280);
    let found = desk.done(&look("TransferInventory", &text(&answer, "TxnID")));
    assert_eq!(text(&found, "QuantityTransferred"), "3");
    desk.done(&delete("TransferInventory", &text(&answer, "TxnID")));
    assert_eq!(there(&desk, "Unspecified Site"), decimal("10"));
}

#[test]
fn what_is_sold_bought_and_counted_at_a_site_changes_its_stock() {
    let mut desk = with_sites();
    desk.done(&from_acme(
        "ItemReceipt",
        &bought("Widget", &format!("{}<Quantity>8</Quantity><Cost>20</Cost>", site("Harbour"))),
    ));
    let sale = format!("<Quantity>3</Quantity>{}", site("Harbour"));
    desk.done(&add("SalesReceipt", &line("SalesReceipt", "Widget", &sale)));
    desk.done(&add(
        "InventoryAdjustment",
        &format!(
            "<AccountRef><FullName>Inventory Shrinkage</FullName></AccountRef>{}<InventoryAdjustmentLineAdd><ItemRef><FullName>Widget</FullName></ItemRef>\
             <QuantityAdjustment><QuantityDifference>-1</QuantityDifference></QuantityAdjustment></InventoryAdjustmentLineAdd>",
            site("Harbour")
        ),
    ));
    assert_eq!(there(&desk, "Harbour"), decimal("4"));
    let counted = "<QuantityAdjustment><NewQuantity>4</NewQuantity></QuantityAdjustment>";
    let line = format!(
        "<InventoryAdjustmentLineAdd><ItemRef><FullName>Widget</FullName></ItemRef>{counted}</InventoryAdjustmentLineAdd>"
    );
    let head = format!("<AccountRef><FullName>Inventory Shrinkage</FullName></AccountRef>{}", site("Harbour"));
    let answer = desk.done(&add("InventoryAdjustment", &format!("{head}{}", line.repeat(2))));
    assert_eq!(texts(&answer, "QuantityDifference"), ["0", "0"], "a count is that of the site");
    assert_eq!((there(&desk, "Harbour"), desk.company.stock()["Widget"].quantity), (decimal("4"), decimal("14")));
    let rows = desk.done("<ItemSitesQueryRq/>");
    let mut found: Vec<_> = texts(&rows, "QuantityOnHand");
    found.sort();
    assert_eq!(found, ["10", "4"]);
    let filter = "<ItemSiteFilter><ItemFilter><FullName>Widget</FullName></ItemFilter><SiteFilter><FullName>Harbour</FullName></SiteFilter></ItemSiteFilter>";
    let rows = desk.done(&format!("<ItemSitesQueryRq>{filter}</ItemSitesQueryRq>"));
    assert_eq!(texts(&rows, "QuantityOnHand"), ["4"]);
    let sites = desk.done("<InventorySiteQueryRq/>");
    assert_eq!(texts(&sites, "Name"), ["Harbour", "Main Street", "Unspecified Site"]);
    assert_eq!(texts(&sites, "IsDefaultSite"), ["false", "false", "true"]);
    let before = desk.company.stock_at_sites();
    assert_eq!(desk.reopen().company.stock_at_sites(), before);
}
