use simulator::company::{Edition, Setup};

use crate::support::{Desk, add, delete, line, look, modify_answered, text, texts};

fn premier() -> Desk {
    let mut desk = Desk::with(Setup::new(Edition::Premier));
    desk.stock_up();
    desk
}

fn order() -> String {
    let lines = [
        line("SalesOrder", "Widget", "<Quantity>2</Quantity><Amount>100.00</Amount>"),
        line("SalesOrder", "Shipping", "<Amount>8.00</Amount>"),
    ];
    add("SalesOrder", &format!("<CustomerRef><FullName>Ada</FullName></CustomerRef>{}", lines.concat()))
}

#[test]
fn a_sales_order_posts_nothing_until_it_is_closed_by_hand() {
    let mut desk = premier();
    let (before, stock) = (desk.company.trial_balance(), desk.company.stock());
    let answer = desk.done(&order());
    assert_eq!((text(&answer, "TotalAmount"), text(&answer, "IsManuallyClosed")), ("108.00".into(), "false".into()));
    assert_eq!(text(&answer, "IsFullyInvoiced"), "false");
    let widget = "<ItemInventoryQueryRq><FullName>Widget</FullName></ItemInventoryQueryRq>";
    assert_eq!(text(&desk.done(widget), "QuantityOnSalesOrder"), "2");
    let answer = desk.done(&modify_answered("SalesOrder", &answer, "<IsManuallyClosed>true</IsManuallyClosed>"));
    assert_eq!(texts(&answer, "IsManuallyClosed"), ["true"]);
    assert_eq!(text(&desk.done(widget), "QuantityOnSalesOrder"), "0");
    assert_eq!(texts(&answer, "TxnLineID").len(), 2, "lines that are not mentioned stay when none is");
    assert_eq!((desk.company.trial_balance(), desk.company.stock()), (before, stock));
}

#[test]
fn the_lines_of_a_sales_order_are_replaced_as_a_whole() {
    let mut desk = premier();
    let answer = desk.done(&order());
    let line = "<SalesOrderLineMod><TxnLineID>-1</TxnLineID><ItemRef><FullName>Tip</FullName></ItemRef><Amount>3.00</Amount></SalesOrderLineMod>";
    let answer = desk.done(&modify_answered("SalesOrder", &answer, line));
    assert_eq!(text(&answer, "TotalAmount"), "3.00");
    let id = text(&answer, "TxnID");
    desk.done(&delete("SalesOrder", &id));
    assert_eq!(
        text(&desk.done("<TxnDeletedQueryRq><TxnDelType>SalesOrder</TxnDelType></TxnDeletedQueryRq>"), "TxnID"),
        id
    );
}

#[test]
fn quickbooks_pro_has_no_sales_orders() {
    let mut desk = Desk::stocked();
    assert_eq!(desk.status(&order()), 3250);
    assert_eq!(desk.status("<SalesOrderQueryRq/>"), 3250);
    assert_eq!(desk.status(&look("SalesOrder", "1-1")), 3250);
    assert_eq!(desk.status(&delete("SalesOrder", "1-1")), 3250);
}
