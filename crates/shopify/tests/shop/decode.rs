//! Shopify's JSON becomes documents with the right money in them.

use crate::support::{CUSTOMER, ORDER, SHOP_PROBE, VARIANT, time, value};
use books::Money;
use books::document::{DeliveryState, Document, Fact, Order, PaymentKind, PaymentState, PaymentStatus, Variant};
use serde_json::{Value, json};
use shopify::{DecodeError, decode_customer, decode_location, decode_order, decode_shop, decode_variant};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn order(json: &Value) -> Order {
    match decode_order(&json.to_string()).unwrap().fact {
        Fact::Order(order) => *order,
        other => panic!("{other:?}"),
    }
}

fn bag(amount: &str) -> Value {
    json!({ "shopMoney": { "amount": amount } })
}

#[test]
fn an_order_says_what_was_sold_and_its_parts_meet_its_total() {
    let document = decode_order(ORDER).unwrap();
    assert_eq!(document.id.as_str(), "gid://shopify/Order/5500000001001");
    assert_eq!(document.updated_at, time("2026-11-20T15:06:00Z"));
    let order = order(&value(ORDER));
    assert_eq!(order.name, "#1001");
    assert_eq!((order.currency.code(), order.presentment_currency.code()), ("USD", "CAD"));
    assert_eq!(
        (order.payment_state.clone(), order.delivery_state.clone()),
        (PaymentState::Paid, DeliveryState::Partial)
    );
    assert_eq!(order.channel, "web");
    assert_eq!(order.purchase_order_number.as_deref(), Some("PO-77"));

    let [mug, tip] = &order.lines[..] else { panic!("{:?}", order.lines) };
    assert_eq!((mug.quantity, mug.unit_price, mug.tip), (2, money("50"), false));
    assert_eq!(mug.variant.as_ref().unwrap().short(), "4001");
    assert_eq!(mug.discounts.len(), 1);
    assert_eq!((mug.discounts[0].title.as_str(), mug.discounts[0].amount), ("WELCOME10", money("10")));
    assert!(mug.discounts[0].across_order);
    assert_eq!(mug.taxes.iter().map(|tax| tax.amount).sum::<Money>(), money("7.35"));
    assert_eq!(mug.taxes[1].rate.to_string(), "0.04166");
    assert_eq!(mug.taxes.iter().map(|tax| tax.channel_liable).collect::<Vec<_>>(), [false, true]);
    assert!(tip.tip);

    let [delivery] = &order.shipping[..] else { panic!("the removed charge is left out: {:?}", order.shipping) };
    assert_eq!((delivery.price, delivery.discount), (money("10"), money("2")));

    let totals = &order.totals;
    let goods = mug.unit_price * mug.quantity.into() - mug.discounts[0].amount;
    assert_eq!(goods, totals.subtotal);
    assert_eq!(totals.subtotal + totals.shipping + totals.tax + totals.tips, totals.total);
    assert_eq!(totals.total, money("110.35"));

    let [reserved, taken] = &order.payments[..] else { panic!("{:?}", order.payments) };
    assert_eq!((&reserved.kind, &taken.kind), (&PaymentKind::Authorization, &PaymentKind::Capture));
    assert_eq!(taken.status, PaymentStatus::Success);
    assert_eq!(taken.at, time("2026-11-20T15:05:00Z"), "the time of making stands in for a missing one");
    assert_eq!(taken.rounding, money("0.01"));

    let buyer = order.buyer.unwrap();
    assert_eq!((buyer.display_name.as_str(), buyer.company.as_deref()), ("Ada Byron", Some("Analytical Engines Ltd")));
    assert_eq!(order.billing_address.unwrap().state, "NY");
}

#[test]
fn an_order_without_any_personal_data_is_still_a_whole_order() {
    let mut json = value(ORDER);
    for field in ["email", "phone", "billingAddress", "shippingAddress"] {
        json.as_object_mut().unwrap().remove(field);
    }
    json["customer"] = json!({ "id": "gid://shopify/Customer/7001" });
    let known = order(&json);
    assert_eq!(known.customer.unwrap().short(), "7001");
    assert_eq!(known.buyer.unwrap().display_name, "");
    assert_eq!(known.billing_address, None);
    json["customer"] = Value::Null;
    assert_eq!(order(&json).buyer, None);
    assert_eq!(order(&json).totals.total, money("110.35"));
}

#[test]
fn an_item_that_no_longer_exists_is_still_told_by_its_line() {
    let mut json = value(ORDER);
    json["lineItems"]["nodes"][0]["product"] = Value::Null;
    json["lineItems"]["nodes"][0]["variant"] = Value::Null;
    let line = &order(&json).lines[0];
    assert_eq!(line.variant, None);
    assert!(!line.tip);
    let expected = Variant {
        sku: Some("MUG-BLUE".into()),
        product_title: "Enamel mug".into(),
        variant_title: Some("Blue".into()),
        vendor: Some("Harbour & Pine".into()),
        price: money("50"),
        taxable: true,
        ..Variant::default()
    };
    assert_eq!(line.item, expected);
}

#[test]
fn fees_duties_gift_cards_cash_rounding_and_own_discounts_keep_their_meaning() {
    let mut json = value(ORDER);
    let tax = json!({ "title": "Import VAT", "rate": 2.0e-1, "channelLiable": null, "priceSet": bag("0.40") });
    json["additionalFees"] = json!([{ "name": "Bottle deposit", "price": bag("0.25"), "taxLines": [] }]);
    json["originalTotalAdditionalFeesSet"] = bag("0.25");
    json["originalTotalDutiesSet"] = bag("2.00");
    json["totalCashRoundingAdjustment"] = json!({ "paymentSet": bag("-0.02") });
    json["retailLocation"] = json!({ "id": "gid://shopify/Location/31" });
    json["sourceName"] = json!("3890849");
    json["app"] = json!({ "name": "Shop" });
    let line = &mut json["lineItems"]["nodes"][0];
    line["isGiftCard"] = json!(true);
    line["duties"] = json!([{ "price": bag("2.00"), "taxLines": [tax] }]);
    line["discountAllocations"][0]["discountApplication"] = json!({ "__typename": "ManualDiscountApplication", "allocationMethod": "EACH", "targetSelection": "EXPLICIT", "title": "Scratched" });
    let order = order(&json);
    assert_eq!((order.fees[0].title.as_str(), order.fees[0].amount), ("Bottle deposit", money("0.25")));
    assert_eq!(
        (order.totals.fees, order.totals.duties, order.totals.cash_rounding),
        (money("0.25"), money("2"), money("-0.02"))
    );
    assert_eq!(order.location.unwrap().short(), "31");
    assert_eq!(order.channel, "Shop", "an app's number is told as the app's name");
    let line = &order.lines[0];
    assert!(line.item.gift_card);
    assert_eq!(line.duties, money("2"));
    assert_eq!(line.taxes.last().unwrap().amount, money("0.40"), "tax on duties is tax on the line");
    assert_eq!(line.taxes.last().unwrap().rate.to_string(), "0.2");
    assert_eq!((line.discounts[0].title.as_str(), line.discounts[0].across_order), ("Scratched", false));
}

#[test]
fn the_parts_of_a_bundle_are_lines_of_their_own_and_the_bundle_is_none() {
    let mut json = value(ORDER);
    let lines = json["lineItems"]["nodes"].as_array_mut().unwrap();
    let mut part = lines[0].clone();
    part["id"] = json!("gid://shopify/LineItem/9002");
    part["originalUnitPriceSet"] = bag("0.00");
    part["discountAllocations"] = json!([]);
    part["taxLines"] = json!([]);
    for line in [&mut lines[0], &mut part] {
        let group = json!({ "id": "gid://shopify/LineItemGroup/1", "title": "Cabin Weekend Set", "quantity": 1 });
        line["lineItemGroup"] = group;
    }
    lines.insert(1, part);
    let order = order(&json);
    let [whole, free, tip] = &order.lines[..] else { panic!("{:?}", order.lines) };
    assert_eq!((whole.unit_price, free.unit_price, free.quantity), (money("50"), Money::ZERO, 2));
    assert!(!free.tip && tip.tip, "a part without a price is no tip");
    assert!(order.lines.iter().all(|line| line.item.product_title != "Cabin Weekend Set"));
}

#[test]
fn a_test_order_and_its_test_payments_say_so() {
    let mut json = value(ORDER);
    assert!(!order(&json).test && order(&json).payments.iter().all(|payment| !payment.test));
    json["test"] = json!(true);
    json["transactions"][1]["test"] = json!(true);
    let order = order(&json);
    assert!(order.test);
    assert_eq!(order.payments.iter().map(|payment| payment.test).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_sale_over_the_counter_whose_location_is_gone_is_still_a_whole_order() {
    let mut json = value(ORDER);
    json["sourceName"] = json!("pos");
    json["retailLocation"] = Value::Null;
    json["shippingLines"]["nodes"] = json!([]);
    json["shippingAddress"] = Value::Null;
    json["customer"] = Value::Null;
    let order = order(&json);
    assert_eq!((order.channel.as_str(), order.location), ("pos", None));
    assert_eq!((order.shipping.len(), order.shipping_address), (0, None));
    assert_eq!(order.totals.total, money("110.35"));
}

#[test]
fn states_that_shopify_adds_later_are_kept_by_name() {
    let mut json = value(ORDER);
    json["displayFinancialStatus"] = json!("PARTLY_FORGIVEN");
    json["displayFulfillmentStatus"] = json!("ON_HOLD");
    json["transactions"][0]["kind"] = json!("SUGGESTED_REFUND");
    json["transactions"][0]["status"] = json!("UNKNOWN");
    json["transactions"][1]["status"] = json!("AWAITING_RESPONSE");
    let order = order(&json);
    assert_eq!(order.payment_state, PaymentState::Other("PARTLY_FORGIVEN".into()));
    assert_eq!(order.delivery_state, DeliveryState::Other("ON_HOLD".into()));
    assert_eq!(order.payments[0].kind, PaymentKind::Other("SUGGESTED_REFUND".into()));
    assert_eq!(order.payments[0].status, PaymentStatus::Other("UNKNOWN".into()));
    assert_eq!(order.payments[1].status, PaymentStatus::Pending);
}

#[test]
fn a_cut_list_is_an_error() {
    let cut = |change: fn(&mut Value)| {
        let mut json = value(ORDER);
        change(&mut json);
        decode_order(&json.to_string()).unwrap_err()
    };
    assert_eq!(cut(|json| json["lineItems"]["pageInfo"]["hasNextPage"] = json!(true)), DecodeError::Cut("lineItems"));
    assert_eq!(
        cut(|json| json["shippingLines"]["pageInfo"]["hasNextPage"] = json!(true)),
        DecodeError::Cut("shippingLines")
    );
    assert_eq!(cut(|json| json["transactionsCount"]["count"] = json!(3)), DecodeError::Cut("transactions"));
    let full = |json: &mut Value| {
        let refund = json!({ "id": "gid://shopify/Refund/1", "processedAt": "2026-11-21T00:00:00Z", "totalRefundedSet": bag("0.01") });
        json["refunds"] = Value::Array(vec![refund; 250]);
    };
    assert_eq!(cut(full), DecodeError::Cut("refunds"));
}

#[test]
fn a_change_without_meaning_for_the_books_changes_no_fact() {
    let fact = |document: Document| serde_json::to_string(&document.fact).unwrap();
    let before = fact(decode_order(ORDER).unwrap());
    let mut json = value(ORDER);
    json["updatedAt"] = json!("2026-11-22T10:00:00Z");
    json["tags"] = json!(["picked"]);
    json["totalPriceSet"] = bag("110.350");
    json["lineItems"]["nodes"][0]["taxLines"][0]["rate"] = json!(0.040);
    assert_eq!(fact(decode_order(&json.to_string()).unwrap()), before);
    json["totalPriceSet"] = bag("110.36");
    assert_ne!(fact(decode_order(&json.to_string()).unwrap()), before);
}

#[test]
fn money_is_read_to_the_last_digit_and_never_guessed() {
    let mut json = value(ORDER);
    json["totalPriceSet"] = bag("1234567890123456.789");
    assert_eq!(order(&json).totals.total.to_string(), "1234567890123456.789");
    json["totalPriceSet"] = bag("1.2.3");
    let error = decode_order(&json.to_string()).unwrap_err();
    assert!(matches!(&error, DecodeError::Shape { path, .. } if path == "totalPriceSet.shopMoney.amount"), "{error}");
    json["totalPriceSet"] = json!({ "shopMoney": { "amount": 12.5 } });
    assert!(decode_order(&json.to_string()).is_err(), "a floating-point amount is refused");
}

#[test]
fn customers_variants_locations_and_the_shop_are_read() {
    let Fact::Customer(customer) = decode_customer(CUSTOMER).unwrap().fact else { panic!() };
    assert_eq!(customer.email.as_deref(), Some("ada@example.com"));
    assert_eq!(customer.address.unwrap().line2, "Floor 2");
    assert!(customer.tax_exempt);
    let bare = json!({ "id": "gid://shopify/Customer/1", "updatedAt": "2026-11-20T09:00:00Z", "taxExempt": false });
    let Fact::Customer(customer) = decode_customer(&bare.to_string()).unwrap().fact else { panic!() };
    assert_eq!(customer, books::document::Customer::default(), "kept back");

    let Fact::Variant(variant) = decode_variant(VARIANT).unwrap().fact else { panic!() };
    assert_eq!((variant.sku.as_deref(), variant.barcode, variant.variant_title), (Some("MUG-BLUE"), None, None));
    assert_eq!((variant.price, variant.unit_cost), (money("50"), Some(money("20.125"))));
    assert!(variant.tracked);

    let location =
        r#"{"id":"gid://shopify/Location/31","name":"Ithaca","isActive":false,"updatedAt":"2026-11-20T09:00:00Z"}"#;
    let Fact::Location(location) = decode_location(location).unwrap().fact else { panic!() };
    assert_eq!((location.name.as_str(), location.active), ("Ithaca", false));

    let probe = value(SHOP_PROBE);
    let at = time("2026-11-23T12:00:00Z");
    let document = decode_shop(&probe["shop"].to_string(), at).unwrap();
    assert_eq!(document.updated_at, at);
    let Fact::Shop(shop) = document.fact else { panic!() };
    assert_eq!((shop.currency.code(), shop.domain.as_str()), ("USD", "harbour-pine.myshopify.com"));
}
