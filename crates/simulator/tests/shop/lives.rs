//! Whatever happens to one order, Shopify's totals, its dated ledger, its money and the shop's own figures go on agreeing.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use simulator::shop::{
    Change, Channel, FinancialStatus, Fulfilment, Gateway, Goods, LifeError, NewLine, NewOrder, NewRefund, NewReturn,
    PRESENTMENTS, Paid, Portion, Reason, Restock, Settlement, Shop, Terms,
};

use super::books::{assert_adds_up, assert_ledger_adds_up};
use super::client::{Client, document, list, money, serve, shop, sum};

fn cents(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

/// An empty shop, its client, and the figures of all days.
async fn begin() -> (Shop, Client) {
    let shop = shop(|trade| trade.orders = 0);
    let client = serve(&shop).await;
    (shop, client)
}

fn day() -> (jiff::civil::Date, jiff::civil::Date) {
    (jiff::civil::date(2026, 1, 1), jiff::civil::date(2026, 12, 31))
}

/// The order in full; it, its ledger and the shop's figures add up.
async fn told(shop: &Shop, client: &Client, id: &str) -> Value {
    let order = client.data(&document("02_order_detail"), None, json!({"id": id})).await["order"].take();
    assert_adds_up(&order);
    assert_ledger_adds_up(client, &order).await;
    let (from, to) = day();
    let finance = shop.finance_of(from, to, |o| o.id() == id).total;
    assert_eq!(finance.total, money(&order["currentTotalPriceSet"]));
    assert_eq!(finance.payments.values().sum::<Decimal>(), money(&order["netPaymentSet"]));
    order
}

async fn ledger(client: &Client, id: &str) -> Vec<Value> {
    let told = client.data(&document("04_order_agreements"), None, json!({"id": id})).await;
    list(&told["order"]["agreements"]).clone()
}

fn rows(agreement: &Value) -> Vec<(String, String, Option<i64>, Decimal)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    list(&agreement["sales"])
        .iter()
        .map(|s| (text(&s["actionType"]), text(&s["lineType"]), s["quantity"].as_i64(), money(&s["totalAmount"])))
        .collect()
}

fn status(shop: &Shop, id: &str) -> FinancialStatus {
    shop.with_orders(|orders| orders.iter().find(|o| o.id() == id).unwrap().financial_status())
}

#[tokio::test]
async fn the_worked_order_is_the_one_of_the_product_book_and_one_unit_back_is_48_38() {
    let (shop, client) = begin().await;
    let id = shop.place(&NewOrder::default()).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(money(&order["totalPriceSet"]), cents(11_035));
    assert_eq!(money(&order["totalTaxSet"]), cents(735));
    assert_eq!(order["displayFulfillmentStatus"], "FULFILLED");
    let one = NewRefund { lines: vec![(0, 1, Restock::Return)], ..NewRefund::default() };
    shop.give_back(&id, &one).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(money(&order["totalRefundedSet"]), cents(4838));
    // The second unit takes what the first left of the tax.
    shop.give_back(&id, &one).unwrap();
    let order = told(&shop, &client, &id).await;
    let taxes: Vec<Decimal> =
        list(&order["refunds"]).iter().map(|r| money(&list(&r["refundLineItems"])[0]["totalTaxSet"])).collect();
    assert_eq!(taxes, [cents(338), cents(337)]);
    assert_eq!(shop.give_back(&id, &one), Err(LifeError::TooMuch));
}

#[tokio::test]
async fn an_order_is_paid_captured_and_sent_in_parts() {
    let (shop, client) = begin().await;
    let new = NewOrder { paid: Paid::Authorized, fulfilled: false, ..NewOrder::default() };
    let id = shop.place(&new).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(order["displayFinancialStatus"], "AUTHORIZED");
    let before = order["updatedAt"].clone();
    shop.capture(&id, Some(cents(5000))).unwrap();
    let order = told(&shop, &client, &id).await;
    assert!(order["updatedAt"].as_str() > before.as_str());
    assert_eq!(order["displayFinancialStatus"], "PARTIALLY_PAID");
    assert_eq!(money(&order["totalCapturableSet"]), cents(6035));
    assert_eq!(shop.capture(&id, Some(cents(6036))), Err(LifeError::TooMuch));
    shop.capture(&id, None).unwrap();
    assert_eq!(told(&shop, &client, &id).await["displayFinancialStatus"], "PAID");
    shop.fulfil_part(&id, &[(0, 1)]).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(order["displayFulfillmentStatus"], "PARTIALLY_FULFILLED");
    assert_eq!(list(&order["lineItems"])[0]["unfulfilledQuantity"], 1);
    assert!(order["closedAt"].is_null());
    shop.fulfil(&id).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(order["displayFulfillmentStatus"], "FULFILLED");
    assert_eq!(list(&order["fulfillments"]).len(), 2);
    assert!(order["closedAt"].is_string());
    assert_eq!(shop.fulfil(&id), Err(LifeError::NothingLeft));
}

#[tokio::test]
async fn several_gateways_pay_one_order_and_each_has_its_figure() {
    let (shop, client) = begin().await;
    let parts =
        vec![(Gateway::GiftCard, cents(6000)), (Gateway::StoreCredit, cents(1000)), (Gateway::Cash, cents(4035))];
    let id = shop.place(&NewOrder { paid: Paid::Parts(parts), ..NewOrder::default() }).unwrap();
    let order = told(&shop, &client, &id).await;
    let gateways: Vec<&str> = list(&order["transactions"]).iter().map(|t| t["gateway"].as_str().unwrap()).collect();
    assert_eq!(gateways, ["gift_card", "shopify_store_credit", "cash"]);
    let (from, to) = day();
    let received = shop.finance(from, to).total.received;
    assert_eq!(received["gift_card"], cents(6000));
    assert_eq!(received["shopify_store_credit"], cents(1000));
    let tenders = client.data(&document("17_tender_transactions"), None, json!({})).await;
    assert_eq!(sum(&tenders["tenderTransactions"], |t| money(&t["amount"])), cents(11_035));
}

#[tokio::test]
async fn a_company_buys_on_terms_and_pays_when_it_is_due() {
    let (shop, client) = begin().await;
    let new = NewOrder {
        channel: Channel::Draft,
        company: Some("Dockside Café LLC"),
        po_number: Some("PO-7"),
        terms: Some(Terms::Net(30)),
        paid: Paid::Nothing,
        ..NewOrder::default()
    };
    let id = shop.place(&new).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(order["displayFinancialStatus"], "PENDING");
    assert_eq!(order["purchasingEntity"]["company"]["name"], "Dockside Café LLC");
    assert_eq!(order["poNumber"], "PO-7");
    let terms = || async { client.data(&document("09_order_payment_terms"), None, json!({"id": id})).await };
    let owed = terms().await["order"]["paymentTerms"].take();
    assert_eq!((&owed["paymentTermsName"], &owed["dueInDays"]), (&json!("Net 30"), &json!(30)));
    assert_eq!(money(&list(&owed["paymentSchedules"])[0]["balanceDue"]), cents(11_035));
    shop.set_now(shop.now() + jiff::SignedDuration::from_hours(24 * 31));
    assert_eq!(terms().await["order"]["paymentTerms"]["overdue"], true);
    shop.pay(&id, Gateway::BankDeposit, Some(cents(5000))).unwrap();
    assert_eq!(told(&shop, &client, &id).await["displayFinancialStatus"], "PARTIALLY_PAID");
    shop.pay(&id, Gateway::BankDeposit, None).unwrap();
    assert_eq!(told(&shop, &client, &id).await["displayFinancialStatus"], "PAID");
    let paid = terms().await["order"]["paymentTerms"].take();
    assert_eq!(paid["overdue"], false);
    assert!(list(&paid["paymentSchedules"])[0]["completedAt"].is_string());
}

#[tokio::test]
async fn a_lower_quantity_leaves_the_total_and_a_discount_lowers_it() {
    let (shop, client) = begin().await;
    let id = shop.place(&NewOrder::default()).unwrap();
    shop.edit(&id, &[Change::Remove { line: 0, quantity: 1 }]).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(money(&order["totalPriceSet"]), cents(11_035));
    assert_eq!(money(&order["currentTotalPriceSet"]), cents(11_035 - 4838));
    assert_eq!(list(&order["lineItems"])[0]["currentQuantity"], 1);
    shop.give_back(&id, &NewRefund::default()).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(money(&order["totalRefundedSet"]), cents(4838));

    let other = shop.place(&NewOrder::default()).unwrap();
    shop.edit(&other, &[Change::Discount { line: 0, amount: cents(2000) }]).unwrap();
    let order = told(&shop, &client, &other).await;
    assert_eq!(money(&order["originalTotalPriceSet"]), cents(11_035));
    assert_eq!(money(&order["totalPriceSet"]), cents(11_035 - 2150));
    let all = ledger(&client, &other).await;
    assert_eq!(rows(&all[1]), [("UPDATE".into(), "PRODUCT".into(), None, cents(-2150))]);
    let update = &list(&all[1]["sales"])[0];
    assert_eq!(money(&update["totalTaxAmount"]), cents(-150));
    assert_eq!(money(&update["totalDiscountAmountBeforeTaxes"]), cents(2000));
    assert_eq!(
        rows(&all[0])[0],
        ("ORDER".into(), "PRODUCT".into(), Some(2), cents(9675)),
        "the first row never changes"
    );
}

#[tokio::test]
async fn a_line_that_is_added_is_owed_until_it_is_paid() {
    let (shop, client) = begin().await;
    let id = shop.place(&NewOrder::default()).unwrap();
    let custom = NewLine { goods: Goods::Custom("Engraving"), ..NewLine::of(0, 1, cents(1000)) };
    shop.edit(&id, &[Change::Add(NewLine::of(3, 1, cents(2000))), Change::Add(custom)]).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(money(&order["totalOutstandingSet"]), cents(3225));
    assert_eq!(order["displayFinancialStatus"], "PARTIALLY_PAID");
    assert_eq!(order["displayFulfillmentStatus"], "PARTIALLY_FULFILLED");
    shop.pay(&id, Gateway::PayPal, None).unwrap();
    assert_eq!(status(&shop, &id), FinancialStatus::Paid);
    assert_eq!(rows(&ledger(&client, &id).await[1]).len(), 2);
}

#[tokio::test]
async fn money_beyond_the_goods_or_kept_back_is_an_order_adjustment() {
    let (shop, client) = begin().await;
    let id = shop.place(&NewOrder::default()).unwrap();
    let goodwill = NewRefund { money: Portion::Exactly(cents(500)), reason: Reason::Customer, ..NewRefund::default() };
    shop.give_back(&id, &goodwill).unwrap();
    let kept = NewRefund {
        lines: vec![(0, 1, Restock::None)],
        money: Portion::Exactly(cents(4338)),
        reason: Reason::Damage,
        ..NewRefund::default()
    };
    shop.give_back(&id, &kept).unwrap();
    let shipping = NewRefund { shipping: Portion::Exactly(cents(300)), ..NewRefund::default() };
    shop.give_back(&id, &shipping).unwrap();
    let rest = NewRefund { shipping: Portion::All, ..NewRefund::default() };
    shop.give_back(&id, &rest).unwrap();
    let order = told(&shop, &client, &id).await;
    let adjustment = |n: usize| list(&list(&order["refunds"])[n]["orderAdjustments"])[0].clone();
    assert_eq!((adjustment(0)["reason"].clone(), money(&adjustment(0)["amountSet"])), (json!("CUSTOMER"), cents(-500)));
    assert_eq!((adjustment(1)["reason"].clone(), money(&adjustment(1)["amountSet"])), (json!("DAMAGE"), cents(500)));
    assert_eq!(money(&order["totalRefundedShippingSet"]), cents(800));
    assert_eq!(money(&order["currentTotalTaxSet"]), cents(735 - 338 - 60));
    let all = ledger(&client, &id).await;
    assert_eq!(rows(&all[1]), [("RETURN".into(), "ADJUSTMENT".into(), None, cents(-500))]);
    assert_eq!(rows(&all[2])[0].3, cents(-4838));
    assert_eq!(rows(&all[3])[0].3 + rows(&all[4])[0].3, cents(-860));
}

#[tokio::test]
async fn money_goes_back_by_another_way_and_is_there_to_be_spent() {
    let (shop, client) = begin().await;
    for gateway in [Gateway::Cash, Gateway::GiftCard, Gateway::StoreCredit] {
        let id = shop.place(&NewOrder::default()).unwrap();
        let back = NewRefund { lines: vec![(0, 1, Restock::Legacy)], to: Some(gateway), ..NewRefund::default() };
        shop.give_back(&id, &back).unwrap();
        let order = told(&shop, &client, &id).await;
        let refund = &list(&order["refunds"])[0];
        assert_eq!(list(&refund["transactions"])[0]["gateway"], gateway.handle());
        assert_eq!(list(&refund["refundLineItems"])[0]["restockType"], "LEGACY_RESTOCK");
    }
    let cards = client.data(&document("18_gift_cards"), None, json!({})).await;
    let card = &list(&cards["giftCards"])[0];
    assert_eq!((money(&card["balance"]), card["order"].is_null()), (cents(4838), true));
    let credit =
        "query($id: ID!) { customer(id: $id) { storeCreditAccounts(first: 1) { nodes { balance { amount } } } } }";
    let customer = client.data("{ customers(first: 1) { nodes { id } } }", None, json!({})).await;
    let owner = &list(&customer["customers"])[0]["id"];
    let account = client.data(credit, None, json!({"id": owner})).await;
    assert_eq!(money(&list(&account["customer"]["storeCreditAccounts"])[0]["balance"]), cents(4838));
    let guest = shop.place(&NewOrder { customer: None, ..NewOrder::default() }).unwrap();
    let back =
        NewRefund { money: Portion::Exactly(cents(100)), to: Some(Gateway::StoreCredit), ..NewRefund::default() };
    assert_eq!(shop.give_back(&guest, &back), Err(LifeError::NoCustomer));
}

#[tokio::test]
async fn a_refund_that_waits_is_no_money_until_it_arrives() {
    let (shop, client) = begin().await;
    for succeeds in [true, false] {
        let id = shop.place(&NewOrder::default()).unwrap();
        let one = NewRefund { lines: vec![(0, 1, Restock::Return)], pending: true, ..NewRefund::default() };
        let number = shop.give_back(&id, &one).unwrap();
        let order = told(&shop, &client, &id).await;
        assert_eq!(money(&order["totalRefundedSet"]), Decimal::ZERO);
        let refund = &list(&order["refunds"])[0];
        assert_eq!(list(&refund["transactions"])[0]["status"], "PENDING");
        let adjustment = &list(&refund["orderAdjustments"])[0];
        assert_eq!(adjustment["reason"], "PENDING_REFUND_DISCREPANCY");
        assert_eq!(money(&adjustment["amountSet"]), cents(4838));
        shop.settle_refund(&id, number, succeeds).unwrap();
        let order = told(&shop, &client, &id).await;
        let refund = &list(&order["refunds"])[0];
        assert_ne!(refund["createdAt"], refund["updatedAt"]);
        assert!(list(&refund["orderAdjustments"]).is_empty());
        let given = if succeeds { cents(4838) } else { Decimal::ZERO };
        assert_eq!(money(&order["totalRefundedSet"]), given);
        assert_eq!(money(&order["totalOutstandingSet"]), given - cents(4838));
        assert_eq!(shop.settle_refund(&id, number, true), Err(LifeError::NoSuchRefund));
    }
}

#[tokio::test]
async fn an_exchange_is_one_agreement_with_goods_in_goods_out_and_a_fee() {
    let (shop, client) = begin().await;
    let id = shop.place(&NewOrder::default()).unwrap();
    let goods = NewReturn {
        lines: vec![(0, 1, cents(500))],
        shipping_fee: cents(250),
        exchange: vec![NewLine::of(5, 1, cents(6000))],
    };
    let number = shop.take_back(&id, &goods).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(order["returnStatus"], "IN_PROGRESS");
    let all = ledger(&client, &id).await;
    assert_eq!(all[1]["__typename"], "ReturnAgreement");
    assert_eq!(
        rows(&all[1]),
        [
            ("RETURN".into(), "PRODUCT".into(), Some(-1), cents(-4838)),
            ("ORDER".into(), "FEE".into(), None, cents(500)),
            ("ORDER".into(), "PRODUCT".into(), Some(1), cents(6450)),
            ("ORDER".into(), "FEE".into(), None, cents(250)),
        ]
    );
    assert_eq!(money(&order["totalOutstandingSet"]), cents(6450 + 750 - 4838));
    shop.settle_return(&id, number, Settlement::default()).unwrap();
    shop.pay(&id, Gateway::ShopifyPayments, None).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!((&order["returnStatus"], &order["displayFinancialStatus"]), (&json!("RETURNED"), &json!("PAID")));
    let returns = client.data(&document("05_order_returns"), None, json!({"id": id})).await["order"]["returns"].take();
    let back = &list(&returns)[0];
    assert_eq!(back["status"], "CLOSED");
    assert_eq!(list(&back["refunds"]).len(), 1);
    assert_eq!(list(&back["exchangeLineItems"])[0]["lineItems"][0]["id"], list(&order["lineItems"])[2]["id"]);
    assert_eq!(money(&list(&back["returnLineItems"])[0]["restockingFee"]["amountSet"]), cents(500));
    assert_eq!(money(&back["returnShippingFees"][0]["amountSet"]), cents(250));
    let last = ledger(&client, &id).await.pop().unwrap();
    assert_eq!((&last["__typename"], rows(&last).len()), (&json!("RefundAgreement"), 0), "the return told the sales");
    let (from, to) = day();
    assert_eq!(shop.finance(from, to).total.return_fees, cents(750));
}

#[tokio::test]
async fn an_order_is_cancelled_before_and_after_payment_and_deleted_then() {
    let (shop, client) = begin().await;
    for paid in [Paid::Authorized, Paid::Nothing, Paid::Full(Gateway::ShopifyPayments)] {
        let id = shop.place(&NewOrder { paid, fulfilled: false, ..NewOrder::default() }).unwrap();
        assert_eq!(shop.delete(&id), Err(LifeError::NotDeletable));
        shop.cancel(&id).unwrap();
        let order = told(&shop, &client, &id).await;
        assert!(order["cancelledAt"].is_string());
        assert_eq!(money(&order["currentTotalPriceSet"]), Decimal::ZERO);
        assert_eq!(money(&order["netPaymentSet"]), Decimal::ZERO);
        assert_eq!(list(&list(&order["refunds"])[0]["refundLineItems"])[0]["restockType"], "CANCEL");
        assert_eq!(shop.pay(&id, Gateway::Cash, None), Err(LifeError::Cancelled));
        shop.delete(&id).unwrap();
        assert_eq!(shop.delete(&id), Err(LifeError::NoSuchOrder));
        let gone = client.data("query($id: ID!) { order(id: $id) { id } }", None, json!({"id": id})).await;
        assert!(gone["order"].is_null());
        let events = "{ events(first: 10, query: \"action:destroy AND subject_type:ORDER\") { nodes { action ... on BasicEvent { subjectId subjectType } } } }";
        let events = client.data(events, None, json!({})).await;
        assert_eq!(list(&events["events"]).last().unwrap()["subjectId"], id.as_str());
    }
    let left = client
        .data("{ orders(first: 5) { nodes { id } } tenderTransactions(first: 5) { nodes { id } } }", None, json!({}))
        .await;
    assert!(list(&left["orders"]).is_empty() && list(&left["tenderTransactions"]).is_empty());
}

#[tokio::test]
async fn the_buyers_currency_is_told_beside_and_the_shops_is_the_truth() {
    let (shop, client) = begin().await;
    let id = shop.place(&NewOrder { presentment: Some(&PRESENTMENTS[3]), ..NewOrder::default() }).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(order["presentmentCurrencyCode"], "JPY");
    let total = &order["totalPriceSet"];
    assert_eq!((&total["shopMoney"]["amount"], &total["shopMoney"]["currencyCode"]), (&json!("110.35"), &json!("USD")));
    assert_eq!(total["presentmentMoney"], json!({"amount": "16663.0", "currencyCode": "JPY"}));
    let line = &list(&order["lineItems"])[0]["originalUnitPriceSet"];
    assert_eq!(line["presentmentMoney"], json!({"amount": "7550.0", "currencyCode": "JPY"}));
}

#[tokio::test]
async fn prices_that_contain_the_tax_live_through_the_same() {
    let (shop, client) = begin().await;
    let id = shop.place(&NewOrder { taxes_included: true, ..NewOrder::default() }).unwrap();
    assert_eq!(money(&told(&shop, &client, &id).await["totalPriceSet"]), cents(10_300));
    shop.edit(&id, &[Change::Discount { line: 0, amount: cents(1001) }, Change::Add(NewLine::of(2, 3, cents(333)))])
        .unwrap();
    told(&shop, &client, &id).await;
    shop.give_back(&id, &NewRefund::default()).unwrap();
    for quantity in [1, 1, 1] {
        shop.give_back(&id, &NewRefund { lines: vec![(2, quantity, Restock::Return)], ..NewRefund::default() })
            .unwrap();
        told(&shop, &client, &id).await;
    }
    shop.cancel(&id).unwrap();
    let order = told(&shop, &client, &id).await;
    assert_eq!(money(&order["currentTotalTaxSet"]), Decimal::ZERO);
    assert_eq!(money(&order["currentTotalPriceSet"]), Decimal::ZERO);
}

#[tokio::test]
async fn old_lines_keep_their_words_when_the_product_is_gone() {
    let (shop, client) = begin().await;
    let id = shop.place(&NewOrder { bundle: Some("Weekend Set"), ..NewOrder::default() }).unwrap();
    let before = list(&told(&shop, &client, &id).await["lineItems"])[0].clone();
    assert_eq!(before["lineItemGroup"]["title"], "Weekend Set");
    let product = before["product"]["id"].as_str().unwrap();
    assert!(shop.archive_product(product));
    let changed = "{ products(first: 9, query: \"status:archived\") { nodes { id status } } }";
    let archived = client.data(changed, None, json!({})).await;
    assert_eq!(list(&archived["products"])[0], json!({"id": product, "status": "ARCHIVED"}));
    assert!(shop.delete_product(product));
    assert!(!shop.delete_product(product));
    let after = list(&told(&shop, &client, &id).await["lineItems"])[0].clone();
    assert!(after["product"].is_null() && after["variant"].is_null());
    assert_eq!((&after["title"], &after["sku"]), (&before["title"], &before["sku"]));
    let deleted = client.data(&document("10_product_variants"), Some("ProductsDeleted"), json!({})).await;
    assert_eq!(list(&deleted["events"])[0]["subjectId"], product);
}

#[tokio::test]
async fn the_ledger_comes_in_pages_and_each_of_them_by_its_id() {
    let (shop, client) = begin().await;
    let id = shop.place(&NewOrder::default()).unwrap();
    for _ in 0..4 {
        let one = NewRefund { money: Portion::Exactly(cents(100)), ..NewRefund::default() };
        shop.give_back(&id, &one).unwrap();
    }
    let pages = "query($id: ID!, $after: String) { order(id: $id) { agreements(first: 2, after: $after) { nodes { id sales(first: 1) { nodes { id } pageInfo { hasNextPage endCursor } } } pageInfo { hasNextPage endCursor } } } }";
    let (mut after, mut ids) = (Value::Null, Vec::new());
    loop {
        let page = client.data(pages, None, json!({"id": id, "after": after})).await["order"]["agreements"].take();
        ids.extend(list(&page).iter().map(|a| a["id"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] != true {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(ids.len(), 5);
    let order: Vec<Value> = ledger(&client, &id).await;
    assert_eq!(ids, order.iter().map(|a| a["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>());
    let refund = order[4]["refund"]["id"].as_str().unwrap();
    let node = "query($id: ID!) { node(id: $id) { id ... on Refund { totalRefundedSet { shopMoney { amount } } orderAdjustments(first: 5) { nodes { id } } } } }";
    let node = client.data(node, None, json!({"id": refund})).await;
    assert_eq!(money(&node["node"]["totalRefundedSet"]), cents(100));
}

#[test]
fn what_cannot_happen_changes_nothing() {
    let shop = shop(|trade| trade.orders = 0);
    let id = shop.place(&NewOrder::default()).unwrap();
    let look = || shop.with_orders(|orders| format!("{:?}", orders[0]));
    let before = look();
    let too_many = NewRefund { lines: vec![(0, 1, Restock::Return), (0, 2, Restock::None)], ..NewRefund::default() };
    assert_eq!(shop.give_back(&id, &too_many), Err(LifeError::TooMuch));
    assert_eq!(shop.edit(&id, &[Change::Remove { line: 9, quantity: 1 }]), Err(LifeError::NoSuchLine));
    assert_eq!(shop.pay(&id, Gateway::Cash, None), Err(LifeError::NothingLeft));
    assert_eq!(shop.settle_return(&id, 0, Settlement::default()), Err(LifeError::NoSuchReturn));
    assert_eq!(shop.cancel("gid://shopify/Order/1"), Err(LifeError::NoSuchOrder));
    let more = NewRefund { money: Portion::Exactly(cents(11_036)), ..NewRefund::default() };
    assert_eq!(shop.give_back(&id, &more), Err(LifeError::TooMuch));
    assert_eq!(look(), before);
    assert_eq!(shop.with_orders(|o| o[0].fulfilment()), Fulfilment::Fulfilled);
}
