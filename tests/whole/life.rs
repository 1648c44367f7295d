//! The life of an order through several sessions, each step seen in the company file.

use jiff::civil::date;
use rust_decimal::Decimal;
use simulator::{
    company::{Edition, Setup},
    shop::{Change, Channel, Gateway, NewLine, NewOrder, NewRefund, NewReturn, Paid, Restock, Settlement, Terms},
};
use whole_system_tests::{World, quiet_shop};

/// Three pieces at $20 and $8 shipping on terms of 30 days, not paid and not sent.
fn on_terms() -> NewOrder {
    NewOrder {
        lines: vec![NewLine::of(3, 3, Decimal::from(20))],
        discount: None,
        tip: Decimal::ZERO,
        rates: &[],
        channel: Channel::Draft,
        company: Some("Tidewater Trading"),
        po_number: Some("PO-4711"),
        terms: Some(Terms::Net(30)),
        paid: Paid::Nothing,
        fulfilled: false,
        ..NewOrder::default()
    }
}

fn world(edition: Edition) -> World {
    World::around(quiet_shop(date(2025, 6, 30)), Setup::new(edition))
}

/// Carries over what happened, and sees that it is there once.
fn carried(world: &mut World, order: &str) -> Vec<String> {
    world.finish();
    world.assert_exactly_once();
    world.forms_of(order)
}

fn balance(world: &World, account: &str) -> Decimal {
    world.company.trial_balance().get(account).copied().unwrap_or_default()
}

#[test]
fn an_order_on_terms_is_followed_from_the_order_to_the_exchange() {
    let mut world = world(Edition::Premier);
    world.finish();
    let (sales, receivable) = (balance(&world, "Merchandise Sales"), balance(&world, "Accounts Receivable"));

    let order = world.shop.place(&on_terms()).unwrap();
    assert_eq!(carried(&mut world, &order), ["SalesOrder"]);
    assert_eq!(balance(&world, "Merchandise Sales"), sales, "an order is no sale");
    let told = world.by_hand("<SalesOrderQueryRq><IncludeLineItems>true</IncludeLineItems></SalesOrderQueryRq>");
    for part in ["<PONumber>PO-4711</PONumber>", "<FullName>Net 30</FullName>", "<IsManuallyClosed>false"] {
        assert!(told.contains(part), "{part}: {told}");
    }

    world.shop.pay(&order, Gateway::BankDeposit, Some(Decimal::from(18))).unwrap();
    assert_eq!(carried(&mut world, &order), ["SalesOrder", "SalesReceipt -D1"]);
    assert_eq!(balance(&world, "Customer Deposits"), Decimal::from(-18));

    world.shop.fulfil(&order).unwrap();
    assert_eq!(carried(&mut world, &order), ["SalesOrder", "SalesReceipt -D1", "Invoice"]);
    assert_eq!(balance(&world, "Customer Deposits"), Decimal::ZERO, "the deposit is used up");
    assert_eq!(balance(&world, "Accounts Receivable") - receivable, Decimal::from(50));
    let told = world.by_hand("<SalesOrderQueryRq/>");
    assert!(told.contains("<IsManuallyClosed>true"), "{told}");

    world.shop.pay(&order, Gateway::ShopifyPayments, None).unwrap();
    let mut forms = carried(&mut world, &order);
    assert_eq!(forms.pop().as_deref(), Some("ReceivePayment"));
    assert_eq!(balance(&world, "Accounts Receivable"), receivable, "paid");

    world.shop.edit(&order, &[Change::Add(NewLine::of(5, 1, Decimal::TEN))]).unwrap();
    assert_eq!(carried(&mut world, &order).last().unwrap(), "Invoice -E1", "the paid invoice stays as it is");
    world.shop.pay(&order, Gateway::ShopifyPayments, None).unwrap();
    assert_eq!(carried(&mut world, &order).last().unwrap(), "ReceivePayment");

    let back = NewRefund { lines: vec![(0, 1, Restock::Return)], ..NewRefund::default() };
    world.shop.give_back(&order, &back).unwrap();
    let forms = carried(&mut world, &order);
    // The money goes back through the newest payment first, and that one was of less.
    assert_eq!(forms[forms.len() - 3..], ["CreditMemo -R1", "ARRefundCreditCard -P1", "ARRefundCreditCard -P2"]);

    let exchange = NewReturn {
        lines: vec![(0, 1, Decimal::ZERO)],
        exchange: vec![NewLine::of(6, 1, Decimal::from(25))],
        ..NewReturn::default()
    };
    let goods = world.shop.take_back(&order, &exchange).unwrap();
    let before = forms.len();
    let forms = carried(&mut world, &order);
    assert_eq!(forms[before..], ["Invoice -E2", "CreditMemo -R2"]);
    assert_eq!(
        balance(&world, "Accounts Receivable") - receivable,
        Decimal::from(5),
        "what the other piece costs more"
    );
    world.shop.settle_return(&order, goods, Settlement::default()).unwrap();
    world.shop.pay(&order, Gateway::ShopifyPayments, None).unwrap();
    assert_eq!(carried(&mut world, &order).last().unwrap(), "ReceivePayment");
    assert_eq!(balance(&world, "Accounts Receivable"), receivable);
}

#[test]
fn without_sales_orders_an_unpaid_order_waits_and_a_payment_makes_it_an_invoice() {
    let mut world = world(Edition::Pro);
    let order = world.shop.place(&on_terms()).unwrap();
    assert_eq!(carried(&mut world, &order), Vec::<String>::new());
    world.shop.pay(&order, Gateway::BankDeposit, Some(Decimal::from(18))).unwrap();
    assert_eq!(carried_before_delivery(&mut world, &order), ["Invoice", "ReceivePayment"]);
    world.shop.fulfil(&order).unwrap();
    world.shop.pay(&order, Gateway::ShopifyPayments, None).unwrap();
    assert_eq!(carried(&mut world, &order), ["Invoice", "ReceivePayment", "ReceivePayment"]);
}

/// As [`carried`], for an order that is a sale already before it is delivered, as only editions without sales orders have.
fn carried_before_delivery(world: &mut World, order: &str) -> Vec<String> {
    world.finish();
    world.assert_file_is_exact_but_for(&[order]);
    world.assert_program_is_content();
    world.forms_of(order)
}
