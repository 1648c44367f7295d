//! What a token may see: the scope that a field needs, and the fields that are protected customer data.

/// What the connector asks for in full (SHOPIFY.md 2.8); a shop grants these unless told otherwise.
pub(crate) const SCOPES: [&str; 18] = [
    "read_all_orders",
    "read_customers",
    "read_gift_card_transactions",
    "read_gift_cards",
    "read_inventory",
    "read_inventory_purchase_orders",
    "read_inventory_shipments",
    "read_inventory_transfers",
    "read_locations",
    "read_orders",
    "read_payment_terms",
    "read_products",
    "read_returns",
    "read_shopify_payments_accounts",
    "read_shopify_payments_disputes",
    "read_shopify_payments_payouts",
    "read_store_credit_account_transactions",
    "read_store_credit_accounts",
];

/// The scope without which this field is refused.
pub(crate) fn scope(type_name: &str, field: &str) -> Option<&'static str> {
    Some(match (type_name, field) {
        ("QueryRoot", "orders" | "order" | "refund" | "tenderTransactions") | ("GiftCard", "order" | "lineItem") => {
            "read_orders"
        }
        ("QueryRoot", "customers" | "customer" | "companies") | ("Order" | "GiftCard", "customer") => "read_customers",
        ("QueryRoot", "products" | "productVariants") | ("LineItem", "product" | "variant") => "read_products",
        ("QueryRoot", "locations") | ("Order", "retailLocation") | (_, "location") => "read_locations",
        ("QueryRoot", "inventoryItems" | "inventoryProperties") => "read_inventory",
        ("QueryRoot", "inventoryTransfers") | ("InventoryPurchaseOrder", "transfers") => "read_inventory_transfers",
        ("QueryRoot", "inventoryShipments") | ("InventoryTransfer", "shipments") => "read_inventory_shipments",
        ("QueryRoot", "inventoryPurchaseOrders") => "read_inventory_purchase_orders",
        ("QueryRoot", "giftCards") => "read_gift_cards",
        ("GiftCard", "transactions") => "read_gift_card_transactions",
        ("Order", "returns") => "read_returns",
        ("Customer", "storeCreditAccounts") => "read_store_credit_accounts",
        ("StoreCreditAccount", "transactions") => "read_store_credit_account_transactions",
        ("Order", "paymentTerms") => "read_payment_terms",
        ("QueryRoot", "shopifyPaymentsAccount") => "read_shopify_payments_accounts",
        ("ShopifyPaymentsAccount", "payouts") => "read_shopify_payments_payouts",
        ("QueryRoot", "disputes") => "read_shopify_payments_disputes",
        _ => return None,
    })
}

/// Shopify's words for a refusal.
pub(crate) fn refusal(field: &str, scope: &str) -> String {
    format!("Access denied for {field} field. Required access: `{scope}` access scope.")
}

/// Level 2 of protected customer data: names, addresses, phone numbers and e-mail addresses.
pub(crate) fn is_personal(type_name: &str, field: &str) -> bool {
    match type_name {
        "Customer" => matches!(
            field,
            "firstName" | "lastName" | "displayName" | "defaultEmailAddress" | "defaultPhoneNumber" | "defaultAddress"
        ),
        "MailingAddress" => {
            matches!(field, "firstName" | "lastName" | "company" | "address1" | "address2" | "city" | "zip" | "phone")
        }
        "Order" => matches!(field, "email" | "phone"),
        _ => false,
    }
}
