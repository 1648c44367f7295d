//! A year's random trade holds everything that can happen to a sale, and goes on happening.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use simulator::shop::{Mix, Shop};

use super::client::{document, list, serve, shop};

fn busy() -> Shop {
    shop(|trade| {
        trade.orders = 900;
        trade.mix = Mix { exchanges: 60, discount_edits: 40, cancellations: 60, deletions: 40, ..Mix::everything() };
    })
}

#[tokio::test]
async fn the_mix_of_everything_holds_everything() {
    let shop = busy();
    let client = serve(&shop).await;
    let query = "query($after: String) { orders(first: 100, after: $after, sortKey: UPDATED_AT) { nodes { id displayFinancialStatus displayFulfillmentStatus returnStatus presentmentCurrencyCode cancelledAt edited paymentTerms { paymentTermsType } purchasingEntity { __typename } refunds(first: 9) { orderAdjustments(first: 3) { nodes { reason } } refundLineItems(first: 9) { nodes { restockType } } transactions(first: 9) { nodes { status gateway } } } agreements(first: 9) { nodes { __typename sales(first: 50) { nodes { actionType lineType } } } } transactions(first: 9) { gateway } } pageInfo { hasNextPage endCursor } } }";
    let orders = client.walk(query, None, "orders", json!({})).await;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut see = |value: &Value| {
        if let Some(word) = value.as_str() {
            seen.insert(word.to_owned());
        }
    };
    let mut several = 0;
    for order in &orders {
        for field in ["displayFinancialStatus", "displayFulfillmentStatus", "returnStatus", "presentmentCurrencyCode"] {
            see(&order[field]);
        }
        see(&order["paymentTerms"]["paymentTermsType"]);
        see(&order["purchasingEntity"]["__typename"]);
        several += usize::from(list(&order["refunds"]).len() > 1);
        for t in list(&order["transactions"]) {
            see(&t["gateway"]);
        }
        for refund in list(&order["refunds"]) {
            for a in list(&refund["orderAdjustments"]) {
                see(&a["reason"]);
            }
            for l in list(&refund["refundLineItems"]) {
                see(&l["restockType"]);
            }
            for t in list(&refund["transactions"]) {
                see(&t["gateway"]);
            }
        }
        for agreement in list(&order["agreements"]) {
            see(&agreement["__typename"]);
            for sale in list(&agreement["sales"]) {
                see(&sale["actionType"]);
                see(&sale["lineType"]);
            }
        }
    }
    for word in [
        "PENDING",
        "AUTHORIZED",
        "PAID",
        "PARTIALLY_PAID",
        "PARTIALLY_REFUNDED",
        "REFUNDED",
        "PARTIALLY_FULFILLED",
        "UNFULFILLED",
        "FULFILLED",
        "RETURNED",
        "EUR",
        "NET",
        "PurchasingCompany",
        "shopify_store_credit",
        "gift_card",
        "CUSTOMER",
        "RESTOCK",
        "RETURN",
        "NO_RESTOCK",
        "CANCEL",
        "OrderEditAgreement",
        "ReturnAgreement",
        "RefundAgreement",
        "UPDATE",
        "FEE",
        "ADJUSTMENT",
    ] {
        assert!(seen.contains(word), "no {word} in {seen:?}");
    }
    assert!(several > 0, "no order was refunded twice");
    let deleted = shop.with_orders(|all| all.iter().filter(|o| o.is_deleted()).count());
    assert!(deleted > 0 && orders.len() + deleted == 900);
    let events = client
        .data(
            &document("10_product_variants").replace("PRODUCT,PRODUCT_VARIANT", "ORDER"),
            Some("ProductsDeleted"),
            json!({}),
        )
        .await;
    assert_eq!(list(&events["events"]).len(), deleted);
}

#[test]
fn older_orders_live_on_while_new_ones_come() {
    let shop = busy();
    let states =
        || shop.with_orders(|all| all[..900].iter().map(simulator::shop::Order::updated_at).collect::<Vec<_>>());
    let before = states();
    assert_eq!(shop.advance(40).len(), 40);
    let moved = before.iter().zip(states()).filter(|(a, b)| *a != b).count();
    assert!((3..=40).contains(&moved), "{moved}");
    let again = busy();
    again.advance(40);
    assert_eq!(again.with_orders(|all| format!("{all:?}")), shop.with_orders(|all| format!("{all:?}")));
}
