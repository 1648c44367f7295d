//! One order as the JSON object graph that the API tells: every field of the schema's `Order` under its own name. Money is
//! a plain string here (the executor makes it a `MoneyBag`), other shop objects are given by their global id (the executor
//! looks them up), connections are arrays.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::catalogue::Status;
use super::graph_payments::{payment_terms, transaction};
use super::graph_refunds::{fulfillments, refund, returns};
use super::ids::Kind;
use super::model::{
    Channel, Discount, DiscountKind, DiscountValue, FinancialStatus, Fulfilment, Line, Order, Returned, TaxLine,
};
use super::objects::address;
use super::trade::Trader;

/// As Shopify writes amounts: no needless zeros, but at least one decimal.
pub(crate) fn money(amount: Decimal) -> Value {
    let mut text = amount.normalize().to_string();
    if !text.contains('.') {
        text.push_str(".0");
    }
    Value::String(text)
}

pub(crate) fn tax_lines(order: &Order, taxes: &[TaxLine]) -> Value {
    let line = |tax: &TaxLine| {
        let millionths = f64::from(tax.rate.millionths);
        json!({
            "title": tax.rate.title,
            "rate": millionths / 1_000_000.0,
            "ratePercentage": millionths / 10_000.0,
            "source": "Shopify",
            "channelLiable": order.channel == Channel::ShopApp,
            "priceSet": money(tax.amount),
        })
    };
    taxes.iter().map(line).collect()
}

pub(crate) fn location(index: usize) -> Value {
    Value::String(Kind::Location.gid(index, 0))
}

pub(crate) fn order_location(order: &Order) -> Option<usize> {
    match order.channel {
        Channel::PointOfSale { location } => location,
        _ => None,
    }
}

fn discount(index: usize, discount: &Discount) -> Value {
    let (type_name, key, text) = match discount.kind {
        DiscountKind::Code(code) => ("DiscountCodeApplication", "code", code),
        DiscountKind::Manual(title) => ("ManualDiscountApplication", "title", title),
        DiscountKind::Automatic(title) => ("AutomaticDiscountApplication", "title", title),
    };
    let value = match discount.value {
        DiscountValue::Percent(percent) => {
            json!({"__typename": "PricingPercentageValue", "percentage": f64::from(percent)})
        }
        DiscountValue::Amount(amount) => money(amount),
    };
    json!({
        "__typename": type_name,
        "index": index,
        "allocationMethod": if discount.across { "ACROSS" } else { "ONE" },
        "targetSelection": if discount.across { "ALL" } else { "EXPLICIT" },
        "targetType": if discount.on_shipping { "SHIPPING_LINE" } else { "LINE_ITEM" },
        "value": value,
        key: text,
        "description": null,
    })
}

fn allocations(order: &Order, allocations: &[(usize, Decimal)]) -> Value {
    allocations
        .iter()
        .map(|(index, amount)| {
            json!({"allocatedAmountSet": money(*amount), "discountApplication": discount(*index, &order.discounts[*index])})
        })
        .collect()
}

pub(crate) fn line(trader: &Trader, order: &Order, index: usize, line: &Line) -> Value {
    let variant = line.variant().map(|v| (v, &trader.catalogue.variants[v]));
    let product = variant.map(|(v, _)| trader.catalogue.product_of(v));
    let living = variant.filter(|(_, v)| !v.deleted);
    let title = match (&line.title, product) {
        (Some(own), _) => own.as_ref(),
        (None, Some(product)) => product.title.as_str(),
        (None, None) => "Tip",
    };
    let variant_title = variant.map(|(_, v)| v.title).filter(|t| *t != "Default Title");
    let name = variant_title.map_or_else(|| title.to_owned(), |v| format!("{title} - {v}"));
    let current = line.quantity - order.returned_quantity(index);
    let own: Decimal = line.allocations.iter().filter(|a| order.discounts[a.0].is_line_level()).map(|a| a.1).sum();
    let gone = || order.returned().filter(|r| r.line == index);
    let net_now = line.net() - gone().map(|r| r.net).sum::<Decimal>();
    let tax_inside =
        if order.taxes_included { line.tax() - gone().map(Returned::tax).sum::<Decimal>() } else { Decimal::ZERO };
    let ships = variant.is_some_and(|(_, v)| v.ships);
    json!({
        "id": Kind::LineItem.gid(order.no, index),
        "title": title,
        "name": name,
        "variantTitle": variant_title,
        "vendor": product.map(|p| p.vendor),
        "sku": variant.and_then(|(_, v)| v.sku.as_deref()),
        "quantity": line.quantity,
        "currentQuantity": current,
        "refundableQuantity": current,
        "unfulfilledQuantity": order.unfulfilled(index),
        "isGiftCard": line.is_gift_card(),
        "taxable": line.taxable,
        "requiresShipping": ships,
        "originalUnitPriceSet": money(line.unit),
        "originalTotalSet": money(line.gross()),
        "discountedTotalSet": money(line.gross() - own),
        "discountedUnitPriceAfterAllDiscountsSet": money(super::model::cents(line.net() / Decimal::from(line.quantity))),
        "priceAfterAllDiscountsBeforeTaxesSet": money(net_now - tax_inside),
        "totalDiscountSet": money(own),
        "discountAllocations": allocations(order, &line.allocations),
        "taxLines": tax_lines(order, &line.taxes),
        "duties": [],
        "customAttributes": if line.title.is_some() { json!([{"key": "Engraving", "value": "J & Z"}]) } else { json!([]) },
        "lineItemGroup": line.bundle.map(|b| json!({
            "id": Kind::LineItemGroup.gid(order.no, b), "title": order.bundles[b], "quantity": 1,
        })),
        "product": variant.filter(|(v, _)| trader.catalogue.product_of(*v).status != Status::Deleted).map(|(_, v)| Kind::Product.gid(v.product, 0)),
        "variant": living.map(|(v, _)| Kind::ProductVariant.gid(v, 0)),
    })
}

pub(crate) fn shipping_lines(order: &Order) -> Value {
    let refunded = order.shipping_refunded();
    let one = |(index, shipping): (usize, &super::model::Shipping)| {
        json!({
            "id": Kind::ShippingLine.gid(order.no, index),
            "title": shipping.title,
            "code": shipping.code,
            "source": "shopify",
            "carrierIdentifier": null,
            "custom": false,
            "isRemoved": false,
            "originalPriceSet": money(shipping.price),
            "discountedPriceSet": money(shipping.net()),
            "currentDiscountedPriceSet": money(shipping.net() - refunded),
            "discountAllocations": allocations(order, &shipping.allocations),
            "taxLines": tax_lines(order, &shipping.taxes),
        })
    };
    order.shipping.iter().enumerate().map(one).collect()
}

/// Who bought it: a company (B2B), or the customer.
fn purchasing_entity(order: &Order) -> Option<Value> {
    let customer = order.customer?;
    Some(match order.company {
        None => Value::String(Kind::Customer.gid(customer, 0)),
        Some(name) => json!({
            "__typename": "PurchasingCompany",
            "company": {"id": Kind::Company.gid(customer, 0), "name": name, "externalId": null},
            "location": {"id": Kind::Company.gid(customer, 1).replace("Company", "CompanyLocation"), "name": name, "externalId": null},
        }),
    })
}

/// The whole graph of one order, but for its agreements (`agreements::of`).
pub(crate) fn order(trader: &Trader, order: &Order) -> Value {
    let customer = order.customer.map(|c| &trader.customers[c]);
    let (source, app, app_id) = match order.channel {
        Channel::Online => ("web", "Online Store", 580_111),
        Channel::PointOfSale { .. } => ("pos", "Point of Sale", 129_785),
        Channel::ShopApp => ("3890849", "Shop", 3_890_849),
        Channel::Draft => ("shopify_draft_order", "Draft Orders", 1_354_745),
    };
    let status = match order.financial_status() {
        FinancialStatus::Authorized => "AUTHORIZED",
        FinancialStatus::Pending => "PENDING",
        FinancialStatus::Paid => "PAID",
        FinancialStatus::PartiallyPaid => "PARTIALLY_PAID",
        FinancialStatus::PartiallyRefunded => "PARTIALLY_REFUNDED",
        FinancialStatus::Refunded => "REFUNDED",
        FinancialStatus::Voided => "VOIDED",
    };
    let fulfilment = match order.fulfilment() {
        Fulfilment::Unfulfilled => "UNFULFILLED",
        Fulfilment::Partly => "PARTIALLY_FULFILLED",
        Fulfilment::Fulfilled => "FULFILLED",
    };
    let return_status = match (order.returns.is_empty(), order.returns.iter().all(|r| r.closed.is_some())) {
        (true, _) => "NO_RETURN",
        (false, true) => "RETURNED",
        (false, false) => "IN_PROGRESS",
    };
    let currency = trader.trade.currency;
    let mut gateways: Vec<&str> = order.payments.iter().map(|p| p.gateway.handle()).collect();
    gateways.sort_unstable();
    gateways.dedup();
    let codes: Vec<&str> = order
        .discounts
        .iter()
        .filter_map(|d| match d.kind {
            DiscountKind::Code(code) => Some(code),
            _ => None,
        })
        .collect();
    let addressed = order
        .address
        .as_ref()
        .map(|a| address(a, &Kind::MailingAddress.gid(order.no, 1), customer.and_then(|c| c.phone.as_deref())));
    let discounts_back: Decimal = order.returned().map(|r| r.discount).sum();
    let rounding = order.rounding();
    let head = json!({
        "__typename": "Order",
        "id": order.id(),
        "legacyResourceId": Kind::Order.number(order.no, 0).to_string(),
        "name": order.name(),
        "number": 1001 + order.no,
        "confirmationNumber": format!("HP{:07X}", (order.no as u64).wrapping_mul(2_654_435_761) % 0x0FFF_FFFF),
        "createdAt": order.created.to_string(),
        "processedAt": order.created.to_string(),
        "updatedAt": order.updated.to_string(),
        "closedAt": order.closed_at().map(|t| t.to_string()),
        "cancelledAt": order.cancelled.map(|t| t.to_string()),
        "cancelReason": order.cancelled.map(|_| "CUSTOMER"),
        "cancellation": order.cancelled.map(|_| json!({"staffNote": null})),
        "test": order.test,
        "confirmed": true,
        "edited": !order.edits.is_empty(),
        "displayFinancialStatus": status,
        "displayFulfillmentStatus": fulfilment,
        "returnStatus": return_status,
        "currencyCode": currency,
        "presentmentCurrencyCode": order.presentment.map_or(currency, |p| p.currency),
        "taxesIncluded": order.taxes_included,
        "taxExempt": order.tax_exempt,
        "dutiesIncluded": false,
        "estimatedTaxes": false,
        "sourceName": source,
        "sourceIdentifier": null,
        "app": {"id": format!("gid://shopify/App/{app_id}"), "name": app},
        "attribution": {"handle": source},
        "retailLocation": order_location(order).map(location),
        "merchantBusinessEntity": {"id": "gid://shopify/BusinessEntity/1", "displayName": "Harbour & Pine"},
        "poNumber": order.po_number,
        "note": order.note,
        "tags": (0..order.touched).map(|n| format!("touched-{}", n + 1)).collect::<Vec<_>>(),
        "email": customer.and_then(|c| c.email.as_deref()),
        "phone": customer.and_then(|c| c.phone.as_deref()),
        "customAttributes": [],
    });
    let placed = json!({
        "discountCodes": codes,
        "paymentGatewayNames": gateways,
        "paymentTerms": payment_terms(order, trader.now),
        "originalTotalPriceSet": money(order.original_total()),
        "subtotalPriceSet": money(order.subtotal()),
        "totalDiscountsSet": money(order.discount_total()),
        "totalShippingPriceSet": money(order.shipping_total()),
        "totalTaxSet": money(order.tax_total()),
        "totalPriceSet": money(order.total()),
        "totalTipReceivedSet": money(order.tip()),
        "originalTotalDutiesSet": null,
        "originalTotalAdditionalFeesSet": null,
        "totalReceivedSet": money(order.received()),
    });
    let current = json!({
        "currentSubtotalPriceSet": money(order.current_subtotal()),
        "currentTotalDiscountsSet": money(order.discount_total() - discounts_back),
        "currentShippingPriceSet": money(order.shipping_total() - order.shipping_refunded()),
        "currentTotalTaxSet": money(order.current_tax()),
        "currentTotalPriceSet": money(order.current_total()),
        "currentTotalDutiesSet": null,
        "currentTotalAdditionalFeesSet": null,
        "totalRefundedSet": money(order.refunded()),
        "totalRefundedShippingSet": money(order.shipping_refunded()),
        "totalOutstandingSet": money(order.outstanding()),
        "totalCapturableSet": money(order.capturable()),
        "netPaymentSet": money(order.received() - order.refunded()),
        "refundDiscrepancySet": money(order.discrepancy()),
        "totalCashRoundingAdjustment": {"paymentSet": money(rounding), "refundSet": "0.0"},
    });
    let parts = json!({
        "taxLines": tax_lines(order, &order.tax_lines()),
        "currentTaxLines": tax_lines(order, &order.current_tax_lines()),
        "additionalFees": [],
        "discountApplications": order.discounts.iter().enumerate().map(|(n, d)| discount(n, d)).collect::<Value>(),
        "customer": order.customer.map(|c| Kind::Customer.gid(c, 0)),
        "purchasingEntity": purchasing_entity(order),
        "billingAddress": addressed,
        "shippingAddress": if order.shipping.is_empty() { None } else { addressed.clone() },
        "lineItems": order.lines.iter().enumerate().map(|(n, l)| line(trader, order, n, l)).collect::<Value>(),
        "shippingLines": shipping_lines(order),
        "transactionsCount": {"count": order.payments.len(), "precision": "EXACT"},
        "transactions": (0..order.payments.len()).map(|n| transaction(order, n)).collect::<Value>(),
        "refunds": (0..order.refunds.len()).map(|n| refund(trader, order, n)).collect::<Value>(),
        "returns": returns(order),
        "fulfillmentsCount": {"count": order.fulfillments.len(), "precision": "EXACT"},
        "fulfillments": fulfillments(order),
        "risk": {"recommendation": "ACCEPT", "assessments": [{"riskLevel": "LOW"}]},
        "disputes": [],
        "agreements": super::agreements::of(order),
    });
    let all = [head, placed, current, parts];
    all.into_iter().filter_map(|part| if let Value::Object(map) = part { Some(map) } else { None }).flatten().collect()
}
