//! The numbering of the shop's objects: an id tells its kind, the object it belongs to and the position in it.

/// A kind of object with its own block of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Order,
    LineItem,
    ShippingLine,
    OrderTransaction,
    Refund,
    RefundLineItem,
    RefundShippingLine,
    OrderAdjustment,
    Fulfillment,
    LineItemGroup,
    SalesAgreement,
    Sale,
    TenderTransaction,
    Customer,
    MailingAddress,
    Company,
    Product,
    ProductVariant,
    InventoryItem,
    InventoryLevel,
    Location,
    GiftCard,
    TransactionFee,
    FulfillmentLineItem,
    Return,
    ReturnLineItem,
    StoreCreditAccount,
    BulkOperation,
    Event,
    InventoryPurchaseOrder,
    InventoryPurchaseOrderLineItem,
    InventoryTransfer,
    InventoryShipment,
    InventoryShipmentLineItem,
}

/// How many ids one owner may have: more than the largest order has lines.
const ROOM: u64 = 4096;

const TABLE: [(Kind, &str, u64); 34] = [
    (Kind::Order, "Order", 5_600_000_000_000),
    (Kind::LineItem, "LineItem", 14_100_000_000_000),
    (Kind::ShippingLine, "ShippingLine", 4_600_000_000_000),
    (Kind::OrderTransaction, "OrderTransaction", 6_900_000_000_000),
    (Kind::Refund, "Refund", 880_000_000_000),
    (Kind::RefundLineItem, "RefundLineItem", 530_000_000_000),
    (Kind::RefundShippingLine, "RefundShippingLine", 540_000_000_000),
    (Kind::OrderAdjustment, "OrderAdjustment", 310_000_000_000),
    (Kind::Fulfillment, "Fulfillment", 5_100_000_000_000),
    (Kind::LineItemGroup, "LineItemGroup", 21_000_000_000),
    (Kind::SalesAgreement, "SalesAgreement", 7_400_000_000_000),
    (Kind::Sale, "Sale", 16_200_000_000_000),
    (Kind::TenderTransaction, "TenderTransaction", 7_000_000_000_000),
    (Kind::Customer, "Customer", 7_200_000_000_000),
    (Kind::MailingAddress, "MailingAddress", 8_300_000_000_000),
    (Kind::Company, "Company", 4_100_000_000),
    (Kind::Product, "Product", 8_100_000_000_000),
    (Kind::ProductVariant, "ProductVariant", 44_000_000_000_000),
    (Kind::InventoryItem, "InventoryItem", 46_000_000_000_000),
    (Kind::InventoryLevel, "InventoryLevel", 98_000_000_000),
    (Kind::Location, "Location", 68_000_000_000),
    (Kind::GiftCard, "GiftCard", 590_000_000_000),
    (Kind::TransactionFee, "TransactionFee", 1_300_000_000_000),
    (Kind::FulfillmentLineItem, "FulfillmentLineItem", 13_700_000_000_000),
    (Kind::Return, "Return", 9_600_000_000),
    (Kind::ReturnLineItem, "ReturnLineItem", 18_400_000_000),
    (Kind::StoreCreditAccount, "StoreCreditAccount", 410_000_000),
    (Kind::Event, "BasicEvent", 88_000_000_000),
    (Kind::BulkOperation, "BulkOperation", 7_933_000_000_000),
    (Kind::InventoryPurchaseOrder, "InventoryPurchaseOrder", 710_000_000),
    (Kind::InventoryPurchaseOrderLineItem, "InventoryPurchaseOrderLineItem", 1_710_000_000),
    (Kind::InventoryTransfer, "InventoryTransfer", 2_710_000_000),
    (Kind::InventoryShipment, "InventoryShipment", 3_710_000_000),
    (Kind::InventoryShipmentLineItem, "InventoryShipmentLineItem", 4_710_000_000),
];

impl Kind {
    fn row(self) -> (&'static str, u64) {
        TABLE.iter().find(|row| row.0 == self).map_or(("Node", 0), |row| (row.1, row.2))
    }
    /// The type's name in the schema.
    pub fn type_name(self) -> &'static str {
        self.row().0
    }
    /// The number that `legacyResourceId` gives.
    pub fn number(self, owner: usize, position: usize) -> u64 {
        self.row().1 + owner as u64 * ROOM + position as u64 + 1
    }
    /// The global id.
    pub fn gid(self, owner: usize, position: usize) -> String {
        format!("gid://shopify/{}/{}", self.row().0, self.number(owner, position))
    }
}

/// Reads a global id back into kind, owner and position; a `?query` after it is ignored, as Shopify does.
pub(crate) fn parse(gid: &str) -> Option<(Kind, usize, usize)> {
    let (kind, number) = gid.strip_prefix("gid://shopify/")?.split_once('/')?;
    let number: u64 = number.split('?').next()?.parse().ok()?;
    let row = TABLE.iter().find(|row| row.1 == kind)?;
    let offset = number.checked_sub(row.2 + 1)?;
    Some((row.0, usize::try_from(offset / ROOM).ok()?, usize::try_from(offset % ROOM).ok()?))
}
