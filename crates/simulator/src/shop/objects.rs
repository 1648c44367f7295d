//! The shop's other objects as JSON graphs: customers, products, places, gift cards, the money that moved, the shop itself.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::catalogue::{CARDS, LOCATIONS, PLACES, Product, Status, Variant};
use super::graph::money;
use super::ids::Kind;
use super::model::{Address, Gateway, Order, PRESENTMENTS};
use super::state::{Deletion, State};
use super::trade::{SHOP_ZONE, Trader};

/// Catalogue, places and customers are older than the trade.
const OPENED: &str = "2019-04-02T13:00:00Z";

pub(crate) fn address(address: &Address, id: &str, phone: Option<&str>) -> Value {
    let place = &PLACES[address.place];
    json!({
        "__typename": "MailingAddress",
        "id": id,
        "firstName": address.first,
        "lastName": address.last,
        "company": address.company,
        "address1": address.street,
        "address2": null,
        "city": place.city,
        "province": place.province,
        "provinceCode": place.province_code,
        "zip": place.zip,
        "country": place.country,
        "countryCodeV2": place.country_code,
        "phone": phone,
    })
}

/// When a customer last changed: spread over the years before the trade, so that a feed by date has something to skip.
pub(crate) fn customer_updated(index: usize) -> Timestamp {
    let seconds = 1_600_000_000 + i64::try_from(index).unwrap_or(0) * 7919 % 80_000_000;
    Timestamp::from_second(seconds).unwrap_or_default()
}

fn store_credit(trader: &Trader, customer: usize) -> Option<Value> {
    let credits = trader.store_credit.get(&customer)?;
    let one = |(n, credit): (usize, &super::purse::Credit)| {
        let is_debit = credit.amount < Decimal::ZERO;
        let type_name =
            if is_debit { "StoreCreditAccountDebitTransaction" } else { "StoreCreditAccountCreditTransaction" };
        json!({
            "__typename": type_name,
            "id": format!("gid://shopify/{type_name}/{}", Kind::StoreCreditAccount.number(customer, n)),
            "createdAt": credit.at.to_string(),
            "amount": money(credit.amount),
            "event": credit.event,
        })
    };
    Some(json!({
        "id": Kind::StoreCreditAccount.gid(customer, 0),
        "balance": money(trader.store_credit_of(customer)),
        "transactions": credits.iter().enumerate().map(one).collect::<Value>(),
    }))
}

pub(crate) fn customer(trader: &Trader, index: usize) -> Option<Value> {
    let customer = trader.customers.get(index)?;
    let who = &customer.address;
    Some(json!({
        "__typename": "Customer",
        "id": Kind::Customer.gid(index, 0),
        "legacyResourceId": Kind::Customer.number(index, 0).to_string(),
        "displayName": format!("{} {}", who.first, who.last),
        "firstName": who.first,
        "lastName": who.last,
        "note": null,
        "tags": [],
        "state": "ENABLED",
        "taxExempt": customer.tax_exempt,
        "taxExemptions": [],
        "createdAt": OPENED,
        "updatedAt": customer_updated(index).to_string(),
        "defaultEmailAddress": customer.email.as_ref().map(|e| json!({"emailAddress": e})),
        "defaultPhoneNumber": customer.phone.as_ref().map(|p| json!({"phoneNumber": p})),
        "defaultAddress": address(who, &Kind::MailingAddress.gid(index, 0), customer.phone.as_deref()),
        "numberOfOrders": "0",
        "amountSpent": "0.0",
        "companyContactProfiles": [],
        "storeCreditAccounts": store_credit(trader, index).into_iter().collect::<Vec<_>>(),
    }))
}

/// When a product last changed.
pub(crate) fn product_updated(product: &Product) -> Timestamp {
    product.updated.or_else(|| OPENED.parse().ok()).unwrap_or_default()
}

pub(crate) fn product(trader: &Trader, index: usize) -> Option<Value> {
    let product = trader.catalogue.products.get(index).filter(|p| p.status != Status::Deleted)?;
    let variants = trader.catalogue.variants.iter().filter(|v| v.product == index && !v.deleted).count();
    Some(json!({
        "__typename": "Product",
        "id": Kind::Product.gid(index, 0),
        "legacyResourceId": Kind::Product.number(index, 0).to_string(),
        "title": product.title,
        "handle": format!("product-{}", index + 1),
        "vendor": product.vendor,
        "productType": product.kind,
        "status": if product.status == Status::Archived { "ARCHIVED" } else { "ACTIVE" },
        "isGiftCard": product.gift_card,
        "tags": [],
        "updatedAt": product_updated(product).to_string(),
        "category": null,
        "variantsCount": {"count": variants, "precision": "EXACT"},
    }))
}

pub(crate) fn variant(trader: &Trader, index: usize) -> Option<Value> {
    let variant = trader.catalogue.variants.get(index).filter(|v| !v.deleted)?;
    let product = &trader.catalogue.products[variant.product];
    Some(json!({
        "__typename": "ProductVariant",
        "id": Kind::ProductVariant.gid(index, 0),
        "legacyResourceId": Kind::ProductVariant.number(index, 0).to_string(),
        "title": variant.title,
        "displayName": format!("{} - {}", product.title, variant.title),
        "sku": variant.sku.as_deref().unwrap_or(""),
        "barcode": variant.tracked.then(|| format!("08400000{index:05}")),
        "price": variant.price.to_string(),
        "compareAtPrice": null,
        "taxable": variant.taxable,
        "position": variant.position + 1,
        "inventoryPolicy": "CONTINUE",
        "inventoryQuantity": stock(index, 0) + stock(index, 1),
        "requiresComponents": false,
        "createdAt": OPENED,
        "updatedAt": OPENED,
        "selectedOptions": [{"name": "Title", "value": variant.title}],
        "product": Kind::Product.gid(variant.product, 0),
        "inventoryItem": Kind::InventoryItem.gid(index, 0),
    }))
}

const QUANTITIES: [&str; 8] =
    ["available", "on_hand", "committed", "incoming", "reserved", "damaged", "safety_stock", "quality_control"];

fn stock(variant: usize, location: usize) -> usize {
    (variant * 37 + location * 11) % 90 + 4
}

/// When an inventory item last changed; what is on hand of it is no part of that.
pub(crate) fn item_updated(variant: &Variant) -> Timestamp {
    variant.costed.or_else(|| OPENED.parse().ok()).unwrap_or_default()
}

pub(crate) fn inventory_item(state: &State, index: usize) -> Option<Value> {
    let trader = &state.trader;
    let on_hand = |place: usize| {
        let first = i64::try_from(stock(index, place)).unwrap_or_default();
        first + state.recounted.get(&(index, place)).copied().unwrap_or_default()
    };
    let variant = trader.catalogue.variants.get(index).filter(|v| !v.deleted)?;
    let quantities = |place: usize| -> Value {
        QUANTITIES
            .map(|name| json!({
                "id": format!("gid://shopify/InventoryQuantity/{}?name={name}", Kind::InventoryLevel.number(place, index)),
                "name": name,
                "quantity": if matches!(name, "available" | "on_hand") { on_hand(place) } else { 0 },
                "updatedAt": null,
            }))
            .into_iter()
            .collect()
    };
    let levels: Value = (0..LOCATIONS.len()).filter(|_| variant.tracked).map(|place| json!({
        "id": format!("{}?inventory_item_id={}", Kind::InventoryLevel.gid(place, 0), Kind::InventoryItem.number(index, 0)),
        "isActive": true,
        "location": Kind::Location.gid(place, 0),
        "updatedAt": OPENED,
        "quantities": quantities(place),
    })).collect();
    Some(json!({
        "__typename": "InventoryItem",
        "id": Kind::InventoryItem.gid(index, 0),
        "legacyResourceId": Kind::InventoryItem.number(index, 0).to_string(),
        "sku": variant.sku,
        "tracked": variant.tracked,
        "requiresShipping": variant.ships,
        "unitCost": variant.cost.map(money),
        "countryCodeOfOrigin": null,
        "harmonizedSystemCode": null,
        "createdAt": OPENED,
        "updatedAt": item_updated(variant).to_string(),
        "inventoryLevels": levels,
        "variants": [Kind::ProductVariant.gid(index, 0)],
    }))
}

pub(crate) fn location(index: usize) -> Option<Value> {
    let (name, place, street) = LOCATIONS.get(index)?;
    let place = &PLACES[*place];
    Some(json!({
        "__typename": "Location",
        "id": Kind::Location.gid(index, 0),
        "legacyResourceId": Kind::Location.number(index, 0).to_string(),
        "name": name,
        "isActive": true,
        "fulfillsOnlineOrders": index == 0,
        "shipsInventory": index == 0,
        "isFulfillmentService": false,
        "deactivatedAt": null,
        "createdAt": OPENED,
        "updatedAt": OPENED,
        "address": {
            "address1": street, "address2": null, "city": place.city, "provinceCode": place.province_code,
            "zip": place.zip, "countryCode": place.country_code, "phone": null,
        },
    }))
}

pub(crate) fn gift_card(trader: &Trader, index: usize) -> Option<Value> {
    let card = trader.gift_cards.get(index)?;
    let last = card.used.iter().map(|u| u.0).max().unwrap_or(card.sold);
    let used: Value = card.used.iter().enumerate().map(|(n, (at, amount))| json!({
        "__typename": if *amount < Decimal::ZERO { "GiftCardCreditTransaction" } else { "GiftCardDebitTransaction" },
        "id": format!("gid://shopify/GiftCardTransaction/{}", Kind::GiftCard.number(index, n)),
        "processedAt": at.to_string(),
        "note": null,
        "amount": money(-*amount),
    })).collect();
    Some(json!({
        "__typename": "GiftCard",
        "id": Kind::GiftCard.gid(index, 0),
        "lastCharacters": format!("{:04}", index % 10_000),
        "enabled": true,
        "createdAt": card.sold.to_string(),
        "updatedAt": last.to_string(),
        "deactivatedAt": null,
        "expiresOn": null,
        "initialValue": money(card.initial),
        "balance": money(card.balance),
        "customer": card.customer.map(|c| Kind::Customer.gid(c, 0)),
        "order": card.sold_by.map(|by| Kind::Order.gid(by.0, 0)),
        "lineItem": card.sold_by.map(|by| Kind::LineItem.gid(by.0, by.1)),
        "transactions": used,
    }))
}

/// One movement of money; the index is that of the order's payment. `None` where that payment moved nothing.
pub(crate) fn tender(order: &Order, index: usize) -> Option<Value> {
    let payment = order.payments.get(index)?;
    let moved = payment.received() - payment.refunded();
    if moved.is_zero() {
        return None;
    }
    let method = match payment.gateway {
        Gateway::ShopifyPayments => "credit_card",
        Gateway::PayPal => "paypal",
        Gateway::Cash => "cash",
        Gateway::GiftCard => "gift_card",
        Gateway::StoreCredit => "shopify_store_credit",
        Gateway::BankDeposit => "other",
    };
    Some(json!({
        "__typename": "TenderTransaction",
        "id": Kind::TenderTransaction.gid(order.no, index),
        "processedAt": payment.at.to_string(),
        "test": order.test,
        "paymentMethod": method,
        "remoteReference": null,
        "amount": money(moved),
        "transactionDetails": payment.card.map(|c| json!({
            "__typename": "TenderTransactionCreditCardDetails",
            "creditCardCompany": CARDS[c].0,
            "creditCardNumber": format!("•••• •••• •••• {}", CARDS[c].1),
        })),
        "order": Kind::Order.gid(order.no, 0),
    }))
}

/// A deletion, as `BasicEvent` tells it.
pub(crate) fn deletion(deletion: &Deletion, index: usize) -> Value {
    json!({
        "__typename": "BasicEvent",
        "id": Kind::Event.gid(index, 0),
        "action": "destroy",
        "createdAt": deletion.at.to_string(),
        "subjectId": deletion.gid,
        "subjectType": deletion.subject,
    })
}

pub(crate) fn shop(trader: &Trader, domain: &str) -> Value {
    let mut currencies = vec![trader.trade.currency];
    currencies.extend(PRESENTMENTS.iter().map(|p| p.currency).filter(|c| *c != trader.trade.currency));
    let offset = trader.zone.to_offset(trader.now).seconds() / 60;
    json!({
        "__typename": "Shop",
        "id": "gid://shopify/Shop/71000000001",
        "name": "Harbour & Pine",
        "myshopifyDomain": domain,
        "primaryDomain": {"id": "gid://shopify/Domain/1", "host": "harbourandpine.example"},
        "currencyCode": trader.trade.currency,
        "enabledPresentmentCurrencies": currencies,
        "ianaTimezone": SHOP_ZONE,
        "timezoneOffsetMinutes": offset,
        "taxesIncluded": trader.trade.taxes_included,
        "taxShipping": true,
        "plan": {"publicDisplayName": "Basic", "partnerDevelopment": false, "shopifyPlus": false},
        "orderNumberFormatPrefix": "#",
        "orderNumberFormatSuffix": "",
        "features": {"storefront": true},
        "createdAt": OPENED,
    })
}

pub(crate) fn app_installation(client_id: &str, scopes: &BTreeSet<String>) -> Value {
    json!({
        "__typename": "AppInstallation",
        "id": "gid://shopify/AppInstallation/600000000001",
        "app": {"id": "gid://shopify/App/250000001", "title": "Connector", "handle": "connector", "apiKey": client_id},
        "accessScopes": scopes.iter().map(|s| json!({"handle": s})).collect::<Value>(),
    })
}
