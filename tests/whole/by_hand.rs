//! What people do in QuickBooks past the program: it is found and named, and nothing gets a twin.

use std::collections::BTreeSet;

use jiff::civil::date;
use rust_decimal::Decimal;
use simulator::{
    company::{Edition, Setup, TransactionView},
    shop::{Gateway, NewLine, NewOrder, Paid},
};
use whole_system_tests::{World, quiet_shop};

fn world() -> World {
    World::around(quiet_shop(date(2025, 6, 30)), Setup::new(Edition::Premier))
}

/// The only form of an order that is in the company file.
fn form(world: &World, order: &str) -> TransactionView {
    let name = world.shop.with_orders(|orders| orders.iter().find(|one| one.id() == order).unwrap().name());
    let found = world.company.transactions().into_iter().filter(|one| name == format!("#{}", one.ref_number));
    let [form] = <[_; 1]>::try_from(found.collect::<Vec<_>>()).unwrap();
    form
}

/// The first text of this name in QuickBooks' answer.
fn told<'a>(answer: &'a str, name: &str) -> &'a str {
    answer.split_once(&format!("<{name}>")).unwrap().1.split_once('<').unwrap().0
}

/// Deletes an order's only form.
fn delete(world: &mut World, order: &str) {
    let receipt = form(world, order).txn_id;
    world.by_hand(&format!("<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{receipt}</TxnID></TxnDelRq>"));
}

/// QuickBooks' answer about an order's only form, up to its first line, and the lines.
fn lines(world: &mut World, order: &str) -> Vec<String> {
    let receipt = form(world, order).txn_id;
    let answer = world.by_hand(&format!(
        "<SalesReceiptQueryRq><TxnID>{receipt}</TxnID><IncludeLineItems>true</IncludeLineItems></SalesReceiptQueryRq>"
    ));
    answer.split("<SalesReceiptLineRet>").map(str::to_owned).collect()
}

/// Makes another of an order's only form, as "Create a Copy" does.
fn copy(world: &mut World, order: &str) {
    let receipt = form(world, order);
    let parts = lines(world, order);
    let (head, lines) = parts.split_first().unwrap();
    let deposit_to = told(head.split_once("<DepositToAccountRef>").unwrap().1, "FullName");
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let (item, amount) = (told(line, "FullName"), told(line, "Amount"));
            format!(
                "<SalesReceiptLineAdd><ItemRef><FullName>{item}</FullName></ItemRef><Amount>{amount}</Amount>\
                 </SalesReceiptLineAdd>"
            )
        })
        .collect();
    let lines = lines.concat();
    world.by_hand(&format!(
        "<SalesReceiptAddRq><SalesReceiptAdd><TxnDate>{}</TxnDate><RefNumber>{}</RefNumber><DepositToAccountRef><FullName>\
         {deposit_to}</FullName></DepositToAccountRef>{lines}</SalesReceiptAdd></SalesReceiptAddRq>",
        receipt.date, receipt.ref_number
    ));
}

/// Orders that the tie-out of the shop's days names, each with the cause, after the company file's report was read.
fn named_by_tieout(world: &mut World) -> BTreeSet<(String, String)> {
    let days = ["--from", "2025-06-25", "--to", "2025-07-05"];
    let asked = world.ask(&[&["tieout", "--ask"], &days[..]].concat());
    assert_eq!(asked.code, 0, "{asked:?}");
    world.carry_over();
    let tieout = world.ask(&[&["tieout", "--json"], &days[..]].concat());
    assert_eq!(tieout.code, 1, "{tieout:?}");
    let tieout = tieout.json();
    assert!(!tieout["read_at"].is_null(), "the company file's report was not read");
    let days = tieout["days"].as_array().unwrap();
    let orders = days.iter().flat_map(|day| day["orders"].as_array().unwrap());
    let text = |order: &serde_json::Value, field: &str| order[field].as_str().unwrap().to_owned();
    orders.map(|order| (text(order, "title"), text(order, "cause"))).collect()
}

#[test]
fn the_tie_out_names_each_order_that_differs_and_says_why() {
    let mut world = world();
    let [changed, missing, doubled, fine] = [0; 4].map(|_| world.shop.place(&NewOrder::default()).unwrap());
    world.finish();
    world.kill();
    world.assert_exactly_once();

    let receipt = form(&world, &changed);
    world.by_hand(&format!(
        "<SalesReceiptModRq><SalesReceiptMod><TxnID>{}</TxnID><EditSequence>{}</EditSequence><SalesReceiptLineMod>\
         <TxnLineID>-1</TxnLineID><ItemRef><FullName>Shipping</FullName></ItemRef><Amount>7.00</Amount>\
         </SalesReceiptLineMod></SalesReceiptMod></SalesReceiptModRq>",
        receipt.txn_id, receipt.edit_sequence
    ));
    delete(&mut world, &missing);
    copy(&mut world, &doubled);
    world.reconfigure("[gateways.\"Bank Deposit\"]", "[gateways.\"Bank Transfer\"]");
    let paid = Paid::Full(Gateway::BankDeposit);
    let held = world.shop.place(&NewOrder { paid, ..NewOrder::default() }).unwrap();

    let name =
        |order: &String| world.shop.with_orders(|orders| orders.iter().find(|one| one.id() == *order).unwrap().name());
    let meant = [(&changed, "changed"), (&missing, "missing"), (&doubled, "doubled"), (&held, "not_posted")];
    let meant: BTreeSet<_> = meant.map(|(order, cause)| (name(order), cause.to_owned())).into();
    let fine = name(&fine);
    let named = named_by_tieout(&mut world);
    assert_eq!(named, meant);
    assert!(!named.iter().any(|(order, _)| *order == fine));
    let shown = world.ask(&["tieout"]).out;
    for (order, _) in meant {
        assert!(shown.contains(&order), "{shown}");
    }
}

/// A sale of one piece of this variant to this customer.
fn sale(customer: usize, variant: usize) -> NewOrder {
    NewOrder { lines: vec![NewLine::of(variant, 1, Decimal::TEN)], customer: Some(customer), ..NewOrder::default() }
}

#[test]
fn a_customer_that_was_merged_into_one_with_the_same_address_gets_no_twin() {
    let mut world = world();
    let first = world.shop.place(&sale(4, 10)).unwrap();
    world.finish();
    world.kill();
    let ours = form(&world, &first).entity.unwrap();
    let told_of = world.by_hand(&format!("<CustomerQueryRq><FullName>{ours}</FullName></CustomerQueryRq>"));
    let address = told(&told_of, "Email");
    world.by_hand(&format!(
        "<CustomerAddRq><CustomerAdd><Name>A regular</Name><Email>{address}</Email></CustomerAdd></CustomerAddRq>"
    ));
    let answer = world.company.merge("Customer", &ours, "A regular").unwrap();
    assert!(answer.contains("statusCode=\"0\""), "{answer}");
    let customers = world.company.names("Customer");
    let again = world.shop.place(&sale(4, 11)).unwrap();
    world.carry_over();
    world.assert_nothing_waits();
    assert_eq!(form(&world, &again).entity.as_deref(), Some("A regular"));
    assert_eq!(world.company.names("Customer"), customers, "a twin of the merged customer");
}

#[test]
fn an_item_that_was_deleted_is_made_again_once() {
    let mut world = world();
    let first = world.shop.place(&sale(4, 10)).unwrap();
    world.finish();
    world.kill();
    let line = &lines(&mut world, &first)[1];
    let (id, item) = (told(line, "ListID"), told(line, "FullName").to_owned());
    let list = ["ItemInventory", "ItemNonInventory"].into_iter().find(|list| world.company.names(list).contains(&item));
    let list = list.unwrap();
    let before = world.company.names(list);
    let remove = format!("<ListDelRq><ListDelType>{list}</ListDelType><ListID>{id}</ListID></ListDelRq>");
    delete(&mut world, &first);
    world.by_hand(&remove);
    assert_ne!(world.company.names(list), before);
    for _ in 0..2 {
        world.shop.place(&sale(4, 10)).unwrap();
        world.carry_over();
        world.assert_nothing_waits();
        assert_eq!(world.company.names(list), before);
    }
}
