//! Shopify's JSON becomes documents: the shop, locations, customers, variants. Orders have a module of their own.

use books::document::{Address, Customer, Document, DocumentId, Fact, Location, Shop, Variant};
use books::money::{Currency, Money};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::error::DecodeError;

/// Reads JSON and says where it is not as expected, without quoting what stands there.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T, DecodeError> {
    let mut reader = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut message = error.inner().to_string();
        if let (Some(start), Some(end)) = (message.find('"'), message.rfind('"')) {
            message.replace_range(start..=end, "a text");
        }
        DecodeError::Shape { path: error.path().to_string(), message }
    })
}

/// An amount as Shopify writes it: a decimal in a string, of any scale. `13.5` and `13.50` become the same.
pub(crate) fn amount<'de, D: Deserializer<'de>>(reader: D) -> Result<Money, D::Error> {
    let text = String::deserialize(reader)?;
    let money: Money = text.parse().map_err(serde::de::Error::custom)?;
    Ok(Money::new(money.value().normalize()))
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Amount {
    #[serde(deserialize_with = "amount")]
    pub(crate) amount: Money,
}

/// An amount in several currencies; only the shop's is asked for (SHOPIFY.md 2.7).
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MoneyBag {
    shop_money: Amount,
}

impl MoneyBag {
    pub(crate) fn money(self) -> Money {
        self.shop_money.amount
    }
}

/// Nothing where Shopify gives no amount.
pub(crate) fn money(bag: Option<MoneyBag>) -> Money {
    bag.map_or(Money::ZERO, MoneyBag::money)
}

/// A reference to another object.
#[derive(Debug, Deserialize)]
pub(crate) struct Reference {
    pub(crate) id: DocumentId,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    pub(crate) has_next_page: bool,
    pub(crate) end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection<T> {
    pub(crate) nodes: Vec<T>,
    pub(crate) page_info: PageInfo,
}

impl<T> Connection<T> {
    /// Whether there is more than what was told.
    pub(crate) fn more(&self) -> bool {
        self.page_info.has_next_page
    }
}

/// What is left of a text once blanks are taken away, if anything is.
pub(crate) fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A variant's title, unless it is the one that stands for "no variants".
pub(crate) fn variant_title(title: Option<String>) -> Option<String> {
    filled(title).filter(|title| title != "Default Title")
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostalAddress {
    first_name: Option<String>,
    last_name: Option<String>,
    company: Option<String>,
    address1: Option<String>,
    address2: Option<String>,
    city: Option<String>,
    province: Option<String>,
    province_code: Option<String>,
    zip: Option<String>,
    country: Option<String>,
}

impl PostalAddress {
    pub(crate) fn into_address(self) -> Address {
        let text = |text| filled(text).unwrap_or_default();
        let (first, last) = (text(self.first_name), text(self.last_name));
        Address {
            name: format!("{first} {last}").trim().to_owned(),
            company: text(self.company),
            line1: text(self.address1),
            line2: text(self.address2),
            city: text(self.city),
            state: filled(self.province_code).unwrap_or_else(|| text(self.province)),
            postal_code: text(self.zip),
            country: text(self.country),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShopNode {
    id: DocumentId,
    name: String,
    myshopify_domain: String,
    currency_code: String,
    iana_timezone: String,
    taxes_included: bool,
}

impl ShopNode {
    pub(crate) fn into_shop(self) -> Shop {
        Shop {
            name: self.name,
            domain: self.myshopify_domain,
            currency: Currency::new(&self.currency_code),
            time_zone: self.iana_timezone,
            taxes_included: self.taxes_included,
        }
    }
}

/// Reads a shop as the feed keeps it. Shopify does not tell when a shop's settings changed: `asked_at` stands for it.
pub fn decode_shop(json: &str, asked_at: Timestamp) -> Result<Document, DecodeError> {
    let node: ShopNode = read(json)?;
    Ok(Document { id: node.id.clone(), updated_at: asked_at, fact: Fact::Shop(node.into_shop()) })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LocationNode {
    id: DocumentId,
    name: String,
    is_active: bool,
    updated_at: Timestamp,
}

/// Reads a location as the feed keeps it.
pub fn decode_location(json: &str) -> Result<Document, DecodeError> {
    let node: LocationNode = read(json)?;
    let fact = Fact::Location(Location { name: node.name, active: node.is_active });
    Ok(Document { id: node.id, updated_at: node.updated_at, fact })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomerNode {
    id: DocumentId,
    updated_at: Timestamp,
    tax_exempt: bool,
    display_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    default_email_address: Option<EmailAddress>,
    default_phone_number: Option<PhoneNumber>,
    default_address: Option<PostalAddress>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmailAddress {
    email_address: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneNumber {
    phone_number: Option<String>,
}

/// Reads a customer as the feed keeps it. What the shop keeps back is empty.
pub fn decode_customer(json: &str) -> Result<Document, DecodeError> {
    let node: CustomerNode = read(json)?;
    let address = node.default_address.map(PostalAddress::into_address);
    let customer = Customer {
        display_name: filled(node.display_name).unwrap_or_default(),
        first_name: filled(node.first_name),
        last_name: filled(node.last_name),
        company: address.as_ref().and_then(|address| filled(Some(address.company.clone()))),
        email: node.default_email_address.and_then(|email| filled(email.email_address)),
        phone: node.default_phone_number.and_then(|phone| filled(phone.phone_number)),
        address,
        tax_exempt: node.tax_exempt,
    };
    Ok(Document { id: node.id, updated_at: node.updated_at, fact: Fact::Customer(customer) })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VariantNode {
    id: DocumentId,
    updated_at: Timestamp,
    title: Option<String>,
    sku: Option<String>,
    barcode: Option<String>,
    #[serde(deserialize_with = "amount")]
    price: Money,
    taxable: bool,
    product: ProductNode,
    inventory_item: InventoryItemNode,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProductNode {
    title: String,
    vendor: Option<String>,
    product_type: Option<String>,
    is_gift_card: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InventoryItemNode {
    tracked: bool,
    unit_cost: Option<Amount>,
}

/// Reads a product variant as the feed keeps it.
pub fn decode_variant(json: &str) -> Result<Document, DecodeError> {
    let node: VariantNode = read(json)?;
    let variant = Variant {
        sku: filled(node.sku),
        barcode: filled(node.barcode),
        product_title: node.product.title,
        variant_title: variant_title(node.title),
        vendor: filled(node.product.vendor),
        product_type: filled(node.product.product_type),
        price: node.price,
        unit_cost: node.inventory_item.unit_cost.map(|cost| cost.amount),
        tracked: node.inventory_item.tracked,
        gift_card: node.product.is_gift_card,
        taxable: node.taxable,
    };
    Ok(Document { id: node.id, updated_at: node.updated_at, fact: Fact::Variant(variant) })
}
