/**
 * The permissions that the app in the shop needs, by Shopify's names: those of `crates/shopify` (orders, buyers, goods,
 * locations), of the stock, of Shopify's purchase orders, and of returns and payment terms, which orders tell more with.
 */
export const SCOPES = [
  "read_orders",
  "read_all_orders",
  "read_customers",
  "read_products",
  "read_locations",
  "read_inventory",
  "read_inventory_purchase_orders",
  "read_inventory_transfers",
  "read_inventory_shipments",
  "read_returns",
  "read_payment_terms",
] as const;
