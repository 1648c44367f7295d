//! Stocky's records become documents.

use std::collections::{BTreeMap, BTreeSet};

use books::{
    document::{
        Address, AdjustedLine, Document, DocumentId, Fact, GoodsReceipt, PurchaseCharge, PurchaseChargeKind,
        PurchaseLine, PurchaseOrder, PurchaseState, ReceivedLine, StockAdjustment, StockArrival, StockTransfer,
        Supplier,
    },
    money::{Currency, Money},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    StockyError,
    numbers::{decimal, id, id_or_none, loose, moment, money},
};
use crate::{
    decode::{filled, read, variant_title},
    error::DecodeError,
    feed::Pulled,
};

/// A list of Stocky's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum List {
    Suppliers,
    TaxTypes,
    PurchaseOrders,
    Adjustments,
    AdjustmentItems,
    Transfers,
}

impl List {
    pub(super) const ALL: [Self; 6] = [
        Self::Suppliers,
        Self::TaxTypes,
        Self::PurchaseOrders,
        Self::Adjustments,
        Self::AdjustmentItems,
        Self::Transfers,
    ];

    /// Its name in addresses, in bodies and in archives.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Suppliers => "suppliers",
            Self::TaxTypes => "tax_types",
            Self::PurchaseOrders => "purchase_orders",
            Self::Adjustments => "stock_adjustments",
            Self::AdjustmentItems => "stock_adjustment_items",
            Self::Transfers => "stock_transfers",
        }
    }

    /// Whether Stocky did not always have it (SHOPIFY.md 7).
    pub(super) fn is_optional(self) -> bool {
        matches!(self, Self::Transfers | Self::TaxTypes)
    }

    /// The records of a page; nothing where it is no page of this list.
    pub(super) fn records(self, body: &str) -> Option<Vec<Box<RawValue>>> {
        let mut lists: BTreeMap<String, Box<RawValue>> = serde_json::from_str(body).ok()?;
        serde_json::from_str(lists.remove(self.name())?.get()).ok()
    }

    pub(super) fn unreadable(self, record: &RawValue, source: DecodeError) -> StockyError {
        let id = Head::of(record).map_or_else(|| "?".to_owned(), |head| head.id.to_string());
        StockyError::Record { record: format!("{} {id}", self.name()), source }
    }
}

/// What any record has.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    #[serde(deserialize_with = "id")]
    pub(super) id: u64,
    pub(super) updated_at: Option<Timestamp>,
}

impl Head {
    pub(super) fn of(record: &RawValue) -> Option<Self> {
        serde_json::from_str(record.get()).ok()
    }
}

fn document(kind: &str, id: u64) -> DocumentId {
    DocumentId::new(format!("stocky:{kind}/{id}"))
}

/// A global id of Shopify's, where Stocky keeps the number only.
fn shopify(kind: &str, number: u64) -> DocumentId {
    DocumentId::new(format!("gid://shopify/{kind}/{number}"))
}

fn shape(path: &str, message: &str) -> DecodeError {
    DecodeError::Shape { path: path.to_owned(), message: message.to_owned() }
}

/// What the records of one list need from the others.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    /// Suppliers by their name in small letters. Some orders have only that.
    suppliers: BTreeMap<String, u64>,
    /// Tax types with their rate in percent.
    taxes: BTreeMap<u64, Decimal>,
}

fn key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[derive(Debug, Deserialize)]
struct TaxType {
    #[serde(deserialize_with = "id")]
    id: u64,
    #[serde(default, deserialize_with = "decimal")]
    tax_rate: Option<Decimal>,
}

impl Lists {
    pub(super) fn new(suppliers: &[Box<RawValue>], taxes: &[Box<RawValue>]) -> Result<Self, StockyError> {
        let mut lists = Self::default();
        for record in suppliers {
            let supplier: SupplierRecord = one(List::Suppliers, record)?;
            // Of two of one name, the older one.
            let known = lists.suppliers.entry(key(&supplier.name)).or_insert(supplier.id);
            *known = supplier.id.min(*known);
        }
        for record in taxes {
            let tax: TaxType = one(List::TaxTypes, record)?;
            if let Some(rate) = tax.tax_rate {
                lists.taxes.insert(tax.id, rate);
            }
        }
        Ok(lists)
    }
}

fn one<T: DeserializeOwned>(list: List, record: &RawValue) -> Result<T, StockyError> {
    read(record.get()).map_err(|source| list.unreadable(record, source))
}

fn pulled(document: Document, raw: String) -> Pulled {
    Pulled { document, raw }
}

#[derive(Debug, Deserialize)]
struct SupplierRecord {
    #[serde(deserialize_with = "id")]
    id: u64,
    name: String,
    updated_at: Timestamp,
    #[serde(default, deserialize_with = "loose")]
    company_name: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    account_number: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    contact_name: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    contact_email: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    address1: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    address2: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    city: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    province_code: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    country_name: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    zip: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    phone: Option<String>,
    #[serde(default)]
    is_hidden: Option<bool>,
}

pub(super) fn supplier(record: &RawValue) -> Result<Pulled, StockyError> {
    let told: SupplierRecord = one(List::Suppliers, record)?;
    let name = told.name.trim().to_owned();
    let address = told.address1.is_some() || told.city.is_some() || told.country_name.is_some();
    let address = address.then(|| Address {
        name: name.clone(),
        company: told.company_name.clone().unwrap_or_default(),
        line1: told.address1.unwrap_or_default(),
        line2: told.address2.unwrap_or_default(),
        city: told.city.unwrap_or_default(),
        state: told.province_code.unwrap_or_default(),
        postal_code: told.zip.unwrap_or_default(),
        country: told.country_name.unwrap_or_default(),
    });
    let fact = Fact::Supplier(Supplier {
        name,
        company: told.company_name,
        account_number: told.account_number,
        contact: told.contact_name,
        email: told.contact_email,
        phone: told.phone,
        address,
        active: told.is_hidden != Some(true),
    });
    let document = Document { id: document("Supplier", told.id), updated_at: told.updated_at, fact };
    Ok(pulled(document, record.get().to_owned()))
}

#[derive(Debug, Deserialize)]
struct OrderRecord {
    #[serde(deserialize_with = "id")]
    id: u64,
    #[serde(default, deserialize_with = "loose")]
    number: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    sequential_id: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    invoice_number: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    ordered_at: Option<Timestamp>,
    expected_on: Option<Date>,
    payment_due_on: Option<Date>,
    archived: Option<bool>,
    supplier_name: Option<String>,
    #[serde(default, deserialize_with = "id_or_none")]
    supplier_id: Option<u64>,
    currency: Option<String>,
    #[serde(default, deserialize_with = "id_or_none")]
    shopify_receive_location_id: Option<u64>,
    #[serde(default, deserialize_with = "money")]
    adjustments: Option<Money>,
    #[serde(default, deserialize_with = "money")]
    adjustments_local: Option<Money>,
    #[serde(default, deserialize_with = "money")]
    shipping: Option<Money>,
    #[serde(default, deserialize_with = "money")]
    shipping_local: Option<Money>,
    #[serde(default, deserialize_with = "id_or_none")]
    shipping_tax_type: Option<u64>,
    purchase_items: Vec<ItemRecord>,
}

#[derive(Debug, Deserialize)]
struct ItemRecord {
    #[serde(deserialize_with = "id")]
    id: u64,
    #[serde(default, deserialize_with = "loose")]
    sku: Option<String>,
    #[serde(default, deserialize_with = "id_or_none")]
    inventory_item_id: Option<u64>,
    product_title: Option<String>,
    variant_title: Option<String>,
    #[serde(deserialize_with = "id")]
    quantity: u64,
    status: Option<String>,
    /// In the shop's currency.
    #[serde(default, deserialize_with = "money")]
    cost_price: Option<Money>,
    /// In the order's currency.
    #[serde(default, deserialize_with = "money")]
    supplier_cost_price: Option<Money>,
    #[serde(default, deserialize_with = "id_or_none")]
    tax_type_id: Option<u64>,
    received_at: Option<String>,
    updated_at: Option<String>,
}

impl ItemRecord {
    fn came(&self) -> bool {
        self.status.as_deref() == Some("delivered")
    }
}

/// What one unit of the order's currency is worth in the shop's: the plainest rate on which all amounts that are told in
/// both agree, rounded to the cent, where there is one and it is not one. Stocky does not tell the rate itself.
fn exchange_rate(order: &OrderRecord) -> Option<Decimal> {
    let costs = order.purchase_items.iter().filter_map(|item| item.supplier_cost_price.zip(item.cost_price));
    let pairs = costs
        .chain(order.shipping.zip(order.shipping_local))
        .chain(order.adjustments.zip(order.adjustments_local))
        .map(|(foreign, own)| (foreign.value(), own.value()))
        .filter(|(foreign, own)| !foreign.is_zero() && !own.is_zero());
    let half_a_cent = Decimal::new(5, 3);
    // Each pair leaves room for some rates; what is left for all of them is the answer.
    let mut room: Option<(Decimal, Decimal)> = None;
    for (foreign, own) in pairs {
        if foreign.is_sign_negative() != own.is_sign_negative() {
            return None;
        }
        let least = (own.abs() - half_a_cent).checked_div(foreign.abs())?;
        let most = (own.abs() + half_a_cent).checked_div(foreign.abs())?;
        room = Some(room.map_or((least, most), |(low, high)| (low.max(least), high.min(most))));
    }
    let (least, most) = room?;
    let middle = (least + most) / Decimal::TWO;
    (0..=8)
        .map(|places| middle.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero).normalize())
        .find(|rate| *rate >= least && *rate <= most)
        .filter(|rate| *rate != Decimal::ONE)
}

/// Reads a purchase order. Stocky does not tell how many of a line came: a line that was delivered came whole.
///
/// A line whose tax type is not known has no cost: what it costs is not known either.
pub(super) fn purchase_order(record: &RawValue, lists: &Lists, zone: &TimeZone) -> Result<Pulled, StockyError> {
    let list = List::PurchaseOrders;
    let told: OrderRecord = one(list, record)?;
    let order = order(told, lists, zone).map_err(|source| list.unreadable(record, source))?;
    Ok(pulled(order, record.get().to_owned()))
}

fn order(told: OrderRecord, lists: &Lists, zone: &TimeZone) -> Result<Document, DecodeError> {
    let id = document("PurchaseOrder", told.id);
    let rate = exchange_rate(&told);
    let charge = |word: &str, kind, title: &str, amount: Money| PurchaseCharge {
        id: DocumentId::new(format!("{id}/{word}")),
        kind,
        title: title.to_owned(),
        amount,
    };
    let shipping = told.shipping.unwrap_or_default();
    let shipping_tax = told.shipping_tax_type.and_then(|tax| lists.taxes.get(&tax));
    let shipping_tax = shipping_tax.map_or(Money::ZERO, |percent| percentage(shipping, *percent));
    let charges = [
        charge("shipping", PurchaseChargeKind::Freight, "Shipping", shipping),
        charge("shipping-tax", PurchaseChargeKind::Freight, "Tax on shipping", shipping_tax),
        charge("adjustments", PurchaseChargeKind::Adjustment, "Adjustments", told.adjustments.unwrap_or_default()),
    ];
    let mut came: BTreeMap<Timestamp, Vec<ReceivedLine>> = BTreeMap::new();
    let mut lines = Vec::new();
    for item in &told.purchase_items {
        let quantity = u32::try_from(item.quantity).map_err(|_| shape("quantity", "too many"))?;
        let line = document("PurchaseItem", item.id);
        let unit_cost = item.supplier_cost_price.or(item.cost_price.filter(|_| rate.is_none()));
        let percent = item.tax_type_id.map(|tax| lists.taxes.get(&tax));
        let unit_cost = unit_cost.filter(|_| percent != Some(None));
        let tax = percent.flatten().zip(unit_cost);
        let tax = tax.map_or(Money::ZERO, |(percent, cost)| percentage(cost * Decimal::from(quantity), *percent));
        if item.came() && quantity > 0 {
            let at = match [&item.received_at, &item.updated_at].into_iter().flatten().find(|text| !text.is_empty()) {
                Some(text) => moment(text, zone).ok_or_else(|| shape("received_at", "not a time"))?,
                None => told.updated_at,
            };
            let received = ReceivedLine { line: line.clone(), accepted: quantity, rejected: 0 };
            came.entry(at).or_default().push(received);
        }
        let title = filled(item.product_title.clone()).unwrap_or_default();
        // Stocky writes "Default" where Shopify writes "Default Title".
        let variant = variant_title(item.variant_title.clone()).filter(|variant| variant != "Default");
        lines.push(PurchaseLine {
            id: line,
            item: item.inventory_item_id.map(|number| shopify("InventoryItem", number)),
            sku: item.sku.clone(),
            title: variant.map_or_else(|| title.clone(), |variant| format!("{title} - {variant}")),
            quantity,
            unit_cost,
            tax,
        });
    }
    let all_came = !lines.is_empty() && told.purchase_items.iter().all(ItemRecord::came);
    let state = match told.ordered_at {
        _ if all_came => PurchaseState::Received,
        _ if told.archived == Some(true) => PurchaseState::Closed,
        _ if !came.is_empty() => PurchaseState::PartlyReceived,
        Some(_) => PurchaseState::Ordered,
        None => PurchaseState::Draft,
    };
    let receipts = came
        .into_iter()
        .map(|(at, lines)| GoodsReceipt { id: DocumentId::new(format!("{id}/receipt/{at}")), at, lines })
        .collect();
    let supplier_name = filled(told.supplier_name).unwrap_or_default();
    let supplier = told.supplier_id.or_else(|| lists.suppliers.get(&key(&supplier_name)).copied());
    let order = PurchaseOrder {
        number: told.number.or(told.sequential_id).unwrap_or_else(|| told.id.to_string()),
        supplier: supplier.map(|id| document("Supplier", id)),
        supplier_name,
        supplier_invoice: told.invoice_number,
        state,
        currency: Currency::new(told.currency.as_deref().unwrap_or_default()),
        exchange_rate: rate,
        created_at: told.created_at,
        ordered_at: told.ordered_at,
        expected: told.expected_on,
        payment_due: told.payment_due_on,
        location: told.shopify_receive_location_id.map(|number| shopify("Location", number)),
        lines,
        charges: charges.into_iter().filter(|charge| !charge.amount.is_zero()).collect(),
        receipts,
    };
    Ok(Document { id, updated_at: told.updated_at, fact: Fact::PurchaseOrder(Box::new(order)) })
}

fn percentage(amount: Money, percent: Decimal) -> Money {
    (amount * (percent / Decimal::ONE_HUNDRED)).rounded()
}

#[derive(Debug, Deserialize)]
struct AdjustmentRecord {
    #[serde(deserialize_with = "id")]
    id: u64,
    #[serde(default, deserialize_with = "loose")]
    sequential_id: Option<String>,
    adjusted_at: Option<Timestamp>,
    updated_at: Timestamp,
    stock_adjustment_reason: Option<Reason>,
    location: Option<Place>,
}

#[derive(Debug, Deserialize)]
struct Reason {
    reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Place {
    #[serde(default, deserialize_with = "id_or_none")]
    shopify_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct AdjustedRecord {
    #[serde(deserialize_with = "id")]
    stock_adjustment_id: u64,
    quantity: i64,
    status: Option<String>,
    updated_at: Option<Timestamp>,
    variant: Option<VariantRecord>,
}

#[derive(Debug, Deserialize)]
struct VariantRecord {
    #[serde(default, deserialize_with = "id_or_none")]
    shopify_id: Option<u64>,
    title: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    sku: Option<String>,
}

/// Joins adjustments and their items. Of an adjustment that took place, only what was adjusted counts.
pub(super) fn adjustments(adjustments: &[Box<RawValue>], items: &[Box<RawValue>]) -> Result<Vec<Pulled>, StockyError> {
    let mut of: BTreeMap<u64, Vec<(AdjustedRecord, &RawValue)>> = BTreeMap::new();
    for record in items {
        let item: AdjustedRecord = one(List::AdjustmentItems, record)?;
        of.entry(item.stock_adjustment_id).or_default().push((item, record));
    }
    let mut documents = Vec::new();
    for record in adjustments {
        let told: AdjustmentRecord = one(List::Adjustments, record)?;
        let items = of.remove(&told.id).unwrap_or_default();
        let updated_at = items.iter().filter_map(|(item, _)| item.updated_at).max().max(Some(told.updated_at));
        let raws: Vec<&str> = items.iter().map(|(_, raw)| raw.get()).collect();
        let raw = format!(r#"{{"stock_adjustment":{},"stock_adjustment_items":[{}]}}"#, record.get(), raws.join(","));
        let counts =
            |item: &AdjustedRecord| told.adjusted_at.is_none() || item.status.as_deref() != Some("not adjusted");
        let lines = items.into_iter().map(|(item, _)| item).filter(counts).map(|item| {
            let variant = item.variant.as_ref();
            AdjustedLine {
                item: None,
                variant: variant.and_then(|variant| variant.shopify_id).map(|id| shopify("ProductVariant", id)),
                sku: variant.and_then(|variant| variant.sku.clone()),
                title: variant.and_then(|variant| variant_title(variant.title.clone())).unwrap_or_default(),
                change: item.quantity,
            }
        });
        let adjustment = StockAdjustment {
            number: told.sequential_id.clone().unwrap_or_else(|| told.id.to_string()),
            at: told.adjusted_at,
            location: told.location.and_then(|place| place.shopify_id).map(|id| shopify("Location", id)),
            reason: told.stock_adjustment_reason.and_then(|reason| filled(reason.reason)).unwrap_or_default(),
            lines: lines.collect(),
        };
        let document = Document {
            id: document("StockAdjustment", told.id),
            updated_at: updated_at.unwrap_or(told.updated_at),
            fact: Fact::StockAdjustment(adjustment),
        };
        documents.push(pulled(document, raw));
    }
    Ok(documents)
}

#[derive(Debug, Deserialize)]
struct TransferRecord {
    #[serde(deserialize_with = "id")]
    id: u64,
    #[serde(default, deserialize_with = "loose")]
    sequential_id: Option<String>,
    #[serde(default, deserialize_with = "id_or_none")]
    from_location_id: Option<u64>,
    #[serde(default, deserialize_with = "id_or_none")]
    to_location_id: Option<u64>,
    updated_at: Timestamp,
    received_at: Option<Timestamp>,
    stock_transfer_items: Vec<MovedRecord>,
}

#[derive(Debug, Deserialize)]
struct MovedRecord {
    #[serde(default, deserialize_with = "id_or_none")]
    inventory_item_id: Option<u64>,
    product_title: Option<String>,
    variant_title: Option<String>,
    quantity: i64,
    status: Option<String>,
    received_at: Option<String>,
}

/// Reads a transfer; its locations are Shopify's.
pub(super) fn transfer(record: &RawValue, zone: &TimeZone) -> Result<Pulled, StockyError> {
    let list = List::Transfers;
    let told: TransferRecord = one(list, record)?;
    let id = document("StockTransfer", told.id);
    let mut came: BTreeMap<Timestamp, Vec<AdjustedLine>> = BTreeMap::new();
    for item in told.stock_transfer_items {
        if item.status.as_deref() != Some("received") || item.quantity <= 0 {
            continue;
        }
        let at = match item.received_at.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => moment(text, zone),
            None => told.received_at,
        };
        let at = at.ok_or_else(|| list.unreadable(record, shape("received_at", "not a time")))?;
        let title = filled(item.product_title).unwrap_or_default();
        let variant = variant_title(item.variant_title);
        came.entry(at).or_default().push(AdjustedLine {
            item: item.inventory_item_id.map(|number| shopify("InventoryItem", number)),
            variant: None,
            sku: None,
            title: variant.map_or_else(|| title.clone(), |variant| format!("{title} - {variant}")),
            change: item.quantity,
        });
    }
    let arrivals = came
        .into_iter()
        .map(|(at, lines)| StockArrival { id: DocumentId::new(format!("{id}/arrival/{at}")), at, lines })
        .collect();
    let transfer = StockTransfer {
        number: told.sequential_id.unwrap_or_else(|| told.id.to_string()),
        from: told.from_location_id.map(|number| shopify("Location", number)),
        to: told.to_location_id.map(|number| shopify("Location", number)),
        cancelled: false,
        arrivals,
    };
    let document = Document { id, updated_at: told.updated_at, fact: Fact::StockTransfer(transfer) };
    Ok(pulled(document, record.get().to_owned()))
}

/// The numbers of purchase orders among documents.
pub(super) fn numbers(documents: &[Pulled]) -> BTreeSet<String> {
    let number = |pulled: &Pulled| match &pulled.document.fact {
        Fact::PurchaseOrder(order) => Some(order.number.clone()),
        _ => None,
    };
    documents.iter().filter_map(number).collect()
}
