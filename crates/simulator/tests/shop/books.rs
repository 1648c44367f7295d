//! Every order of the simulated shop adds up to the cent, as the API tells it and as the shop's own figures have it.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use simulator::shop::{Mix, Trade};

use super::client::{Client, document, list, money, serve, shop, sum};

/// SHOPIFY.md 3.2, for one order.
pub fn assert_adds_up(order: &Value) {
    let name = order["name"].as_str().unwrap();
    let discounts = |line: &Value| sum(&line["discountAllocations"], |a| money(&a["allocatedAmountSet"]));
    let taxes = |line: &Value| sum(&line["taxLines"], |t| money(&t["priceSet"]));
    let is_tip = |line: &Value| line["title"] == "Tip" && line["product"].is_null();
    let mut subtotal = Decimal::ZERO;
    let mut tips = Decimal::ZERO;
    for line in list(&order["lineItems"]) {
        let quantity = Decimal::from(line["quantity"].as_i64().unwrap());
        let gross = quantity * money(&line["originalUnitPriceSet"]);
        assert_eq!(gross, money(&line["originalTotalSet"]), "{name}");
        let net = gross - discounts(line);
        assert!(net >= Decimal::ZERO, "{name}: more discount than price");
        if is_tip(line) { tips += net } else { subtotal += net }
    }
    let shipping = sum(&order["shippingLines"], |s| money(&s["discountedPriceSet"]));
    let tax = sum(&order["lineItems"], taxes) + sum(&order["shippingLines"], taxes);
    assert_eq!(subtotal, money(&order["subtotalPriceSet"]), "{name}");
    assert_eq!(tips, money(&order["totalTipReceivedSet"]), "{name}");
    assert_eq!(shipping, money(&order["totalShippingPriceSet"]), "{name}");
    assert_eq!(tax, money(&order["totalTaxSet"]), "{name}");
    assert_eq!(tax, sum(&order["taxLines"], |t| money(&t["priceSet"])), "{name}");
    let added_tax = if order["taxesIncluded"] == true { Decimal::ZERO } else { tax };
    let rounding = money(&order["totalCashRoundingAdjustment"]["paymentSet"]);
    let total = money(&order["totalPriceSet"]);
    assert_eq!(subtotal + shipping + added_tax + tips + rounding, total, "{name}");

    let moved = |kinds: &[&str]| {
        let counts = |t: &&Value| t["status"] == "SUCCESS" && kinds.contains(&t["kind"].as_str().unwrap());
        list(&order["transactions"]).iter().filter(counts).map(|t| money(&t["amountSet"])).sum::<Decimal>()
    };
    let received = moved(&["SALE", "CAPTURE"]) - moved(&["CHANGE"]);
    assert_eq!(received, money(&order["totalReceivedSet"]), "{name}");
    assert_eq!(moved(&["REFUND"]), money(&order["totalRefundedSet"]), "{name}");
    let refunded = sum(&order["refunds"], |r| money(&r["totalRefundedSet"]));
    assert_eq!(refunded, money(&order["totalRefundedSet"]), "{name}");
    assert_eq!(order["transactionsCount"]["count"], list(&order["transactions"]).len(), "{name}");
    let outstanding = money(&order["currentTotalPriceSet"]) - (received - refunded);
    assert_eq!(outstanding, money(&order["totalOutstandingSet"]), "{name}");
    match order["displayFinancialStatus"].as_str().unwrap() {
        "PAID" => assert!(outstanding <= Decimal::ZERO, "{name}"),
        // What is on its way back, was not paid for a change, or failed to go back is told as owed.
        "REFUNDED" | "PARTIALLY_REFUNDED" | "PARTIALLY_PAID" => {}
        "PENDING" | "AUTHORIZED" | "VOIDED" => assert_eq!(received, Decimal::ZERO, "{name}"),
        other => panic!("{name} is {other}"),
    }
    for refund in list(&order["refunds"]) {
        let tax = |amount: Decimal| if order["taxesIncluded"] == true { Decimal::ZERO } else { amount };
        let lines = sum(&refund["refundLineItems"], |l| money(&l["subtotalSet"]) + tax(money(&l["totalTaxSet"])));
        let shipping =
            sum(&refund["refundShippingLines"], |s| money(&s["subtotalAmountSet"]) + tax(money(&s["taxAmountSet"])));
        let discrepancy = sum(&refund["orderAdjustments"], |a| money(&a["amountSet"]));
        let paid = money(&refund["totalRefundedSet"]);
        // The longest order has more refund lines than a page.
        let is_cut = refund["refundLineItems"]["pageInfo"]["hasNextPage"] == true;
        // Edits and returns tell their own lines, nothing is paid back for what was never paid, and what failed is owed.
        let failed = list(&refund["transactions"]).iter().any(|t| t["status"] == "FAILURE");
        let edited = order["edited"] == true || order["returnStatus"] != "NO_RETURN";
        let told_elsewhere = is_cut || failed || edited || received < total;
        assert!(told_elsewhere || lines + shipping - discrepancy == paid, "{name}: refund");
    }
}

pub async fn assert_ledger_adds_up(client: &Client, order: &Value) {
    let agreements = client.data(&document("04_order_agreements"), None, json!({"id": order["id"]})).await;
    let agreements = &agreements["order"]["agreements"];
    let rows = |kind: &str| -> Decimal {
        list(agreements)
            .iter()
            .filter(|a| a["__typename"] == kind)
            .map(|a| sum(&a["sales"], |s| money(&s["totalAmount"])))
            .sum()
    };
    let name = &order["name"];
    let rounding = money(&order["totalCashRoundingAdjustment"]["paymentSet"]);
    assert_eq!(rows("OrderAgreement") + rounding, money(&order["originalTotalPriceSet"]), "{name}");
    let kinds = ["OrderAgreement", "OrderEditAgreement", "ReturnAgreement", "RefundAgreement"];
    let now = kinds.into_iter().map(rows).sum::<Decimal>();
    assert_eq!(now + rounding, money(&order["currentTotalPriceSet"]), "{name}");
}

async fn assert_shop_adds_up(change: impl FnOnce(&mut Trade)) {
    let shop = shop(|trade| {
        trade.orders = 200;
        change(trade);
    });
    let client = serve(&shop).await;
    let orders = client.orders().await;
    assert!(orders.len() >= 180, "{}", orders.len());
    let mut total = Decimal::ZERO;
    let mut payments = Decimal::ZERO;
    for order in &orders {
        assert_adds_up(order);
        if list(&order["lineItems"]).len() <= 90 {
            assert_ledger_adds_up(&client, order).await;
        }
        if order["test"] == false {
            total += money(&order["currentTotalPriceSet"]);
            payments += money(&order["netPaymentSet"]);
        }
    }
    let finance = shop.finance(jiff::civil::date(2026, 1, 1), jiff::civil::date(2026, 12, 31));
    assert_eq!(finance.total.total, total);
    assert_eq!(finance.total.payments.values().sum::<Decimal>(), payments);
    assert_eq!(finance.days.values().map(|d| d.total).sum::<Decimal>(), total);
}

#[tokio::test]
async fn paid_orders_add_up() {
    assert_shop_adds_up(|_| {}).await;
}

#[tokio::test]
async fn refunds_edits_and_cancellations_add_up() {
    let often = Mix {
        partial_refunds: 250,
        full_refunds: 150,
        amount_refunds: 100,
        edits: 150,
        cancellations: 100,
        ..Mix::everything()
    };
    assert_shop_adds_up(|trade| trade.mix = often).await;
}

#[tokio::test]
async fn prices_with_tax_and_rounded_cash_add_up() {
    assert_shop_adds_up(|trade| {
        trade.mix = Mix { cash: 800, partial_refunds: 150, full_refunds: 150, ..Mix::everything() };
        trade.taxes_included = true;
        trade.cash_rounding = true;
    })
    .await;
}
