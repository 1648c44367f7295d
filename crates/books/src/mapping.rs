//! The mapping: the merchant's choices that turn documents into entries.
//!
//! It is read from configuration ([`EXAMPLE`] is the whole of it, commented) and checked against the company file before
//! anything is posted ([`Mapping::check`]). Default names are those of QuickBooks Point of Sale, so that books migrated
//! from it need few changes (PRODUCT.md 1.4).

mod accounts;

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use accounts::{Accounts, NewAccount};

pub use crate::purpose::Purpose;

/// Every setting of the mapping with its default, as commented TOML.
pub const EXAMPLE: &str = include_str!("mapping.example.toml");

/// The merchant's choices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// Accounts by purpose.
    pub accounts: Accounts,
    /// Gateways that take money, by the shop's name of them.
    pub gateways: Gateways,
    /// Gateways that take none.
    pub liability_gateways: LiabilityGateways,
    /// Sales tax.
    pub tax: Tax,
    /// Locations and their classes.
    pub locations: Locations,
    /// Buyers.
    pub customers: Customers,
    /// Goods.
    pub inventory: Inventory,
    /// Suppliers.
    pub vendors: Vendors,
    /// What is bought.
    pub purchases: Purchases,
    /// Names of the items that stand for anything but goods.
    pub items: Items,
    /// Which form a document becomes.
    pub documents: Documents,
    /// When how much QuickBooks is told changed: see [`Mapping::modes_on`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<ModesFrom>,
}

/// Gateways that take money, by the shop's name of them; names compare without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Gateways(pub BTreeMap<String, Gateway>);

impl Gateways {
    /// What is chosen for the gateway of this name.
    pub fn get(&self, name: &str) -> Option<&Gateway> {
        find(&self.0, name)
    }
}

impl Default for Gateways {
    fn default() -> Self {
        let gateway = |clearing: &str, payment_method: &str| Gateway {
            clearing: clearing.into(),
            payment_method: payment_method.into(),
            by_location: BTreeMap::new(),
            refund: if payment_method == "Cash" { MoneyBack::Check } else { MoneyBack::Card },
        };
        Self(BTreeMap::from([
            ("shopify_payments".into(), gateway("Shopify Payments Clearing", "Shopify Payments")),
            ("paypal".into(), gateway("PayPal Clearing", "PayPal")),
            ("cash".into(), gateway("Cash in Drawer", "Cash")),
            ("manual".into(), gateway("Undeposited Funds", "Manual Payment")),
        ]))
    }
}

/// Where a gateway's money arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Full name of its clearing account.
    pub clearing: String,
    /// Name of the payment method shown in QuickBooks, at most 31 characters; made where it is missing.
    pub payment_method: String,
    /// Clearing accounts of single locations, by the location's name or id.
    #[serde(default)]
    pub by_location: BTreeMap<String, String>,
    /// How money goes back through it.
    #[serde(default)]
    pub refund: MoneyBack,
}

/// How money goes back to a buyer (PROTOCOL.md d).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyBack {
    /// As a refund of the credit memo, by card and the like.
    #[default]
    Card,
    /// As a check that pays the credit memo back: for cash and checks. The clearing account must be of type Bank.
    Check,
}

/// Gateways that take no money: what they pay lowers what the shop owes (PRODUCT.md 5.2, split tender).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiabilityGateways {
    /// Gift cards.
    pub gift_card: Vec<String>,
    /// Store credit.
    pub store_credit: Vec<String>,
}

impl Default for LiabilityGateways {
    fn default() -> Self {
        Self { gift_card: vec!["gift_card".into()], store_credit: vec!["shopify_store_credit".into()] }
    }
}

/// What to do about something that the mapping does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewTax {
    /// Make a sales-tax item of its name.
    #[default]
    Create,
    /// Hold the order until somebody decides.
    Hold,
}

/// Sales tax: posted exactly as charged, beside a footer of 0 % (DESIGN.md 5, PROTOCOL.md d).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tax {
    /// Name of the sales-tax item of 0 % in the footer of every form.
    pub footer: String,
    /// What to do about a tax that `items` does not name.
    pub new: NewTax,
    /// Vendor of the tax items that are made here; empty for none.
    pub vendor: String,
    /// Sales-tax code of taxed lines, at most 3 characters.
    pub taxable_code: String,
    /// Sales-tax code of all other lines, at most 3 characters.
    pub exempt_code: String,
    /// Sales-tax items by the shop's title of the tax, without regard to case.
    pub items: BTreeMap<String, String>,
}

impl Default for Tax {
    fn default() -> Self {
        Self {
            footer: "Sales Tax".into(),
            new: NewTax::Create,
            vendor: String::new(),
            taxable_code: "Tax".into(),
            exempt_code: "Non".into(),
            items: BTreeMap::new(),
        }
    }
}

impl Tax {
    /// The item chosen for the tax of this title.
    pub fn item(&self, title: &str) -> Option<&str> {
        find(&self.items, title).map(String::as_str)
    }
}

/// What to do about a location that the mapping does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewLocation {
    /// Make a class of its name.
    #[default]
    Create,
    /// Hold the order until somebody decides.
    Hold,
    /// Post without a class.
    None,
}

/// Locations are classes in QuickBooks (PRODUCT.md 1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Locations {
    /// What to do about a location that `classes` does not name.
    pub new: NewLocation,
    /// Class of sales that no location made; empty for none.
    pub online: String,
    /// Classes by the location's name or id; made where they are missing.
    pub classes: BTreeMap<String, String>,
    /// Inventory sites by the location's name or id, where the company file keeps stock by site; a location that is not
    /// named has the site of its own name.
    pub sites: BTreeMap<String, String>,
}

impl Default for Locations {
    fn default() -> Self {
        Self {
            new: NewLocation::Create,
            online: "Online Store".into(),
            classes: BTreeMap::new(),
            sites: BTreeMap::new(),
        }
    }
}

/// How much QuickBooks is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Sums under generic names.
    Summary,
    /// Every name and description.
    #[default]
    Detailed,
}

/// How much QuickBooks is told of buyers, goods and suppliers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    /// Of buyers.
    pub customers: Mode,
    /// Of goods, and with them of sales.
    pub inventory: Mode,
    /// Of suppliers.
    pub vendors: Mode,
}

/// How much QuickBooks is told from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModesFrom {
    /// The first day, by the shop's calendar.
    pub from: Date,
    /// See [`Modes::customers`].
    pub customers: Mode,
    /// See [`Modes::inventory`].
    pub inventory: Mode,
    /// See [`Modes::vendors`].
    pub vendors: Mode,
}

/// Buyers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Customers {
    /// Summary puts every sale on the generic customer.
    pub mode: Mode,
    /// Name of the generic customer, at most 41 characters; made where it is missing.
    pub generic: String,
}

impl Default for Customers {
    fn default() -> Self {
        Self { mode: Mode::Detailed, generic: "Shopify Customer".into() }
    }
}

/// What to do about goods of a product type that the mapping does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewProductType {
    /// They sell to the account of sales.
    #[default]
    Sales,
    /// Hold the order until somebody decides.
    Hold,
}

/// Kinds of items that are made for goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoodsKind {
    /// QuickBooks keeps stock and cost, and posts cost of goods sold by itself.
    Inventory,
    /// QuickBooks keeps neither.
    NonInventory,
}

/// Suppliers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vendors {
    /// Summary puts every purchase on the generic vendor.
    pub mode: Mode,
    /// Name of the generic vendor, at most 41 characters; made where it is missing.
    pub generic: String,
}

impl Default for Vendors {
    fn default() -> Self {
        Self { mode: Mode::Detailed, generic: "Shopify Vendor".into() }
    }
}

/// What goods that came become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptForm {
    /// An item receipt: the bill is entered in QuickBooks when it comes, as QuickBooks Point of Sale has it.
    #[default]
    ItemReceipt,
    /// A bill.
    Bill,
}

/// Where freight and duty on purchases go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreightIn {
    /// To the account of freight.
    #[default]
    Account,
    /// Into the cost of the goods, in proportion to what they cost.
    ItemCost,
}

/// What is bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Purchases {
    /// Whether what is ordered becomes a purchase order, which posts nothing.
    pub orders: bool,
    /// What goods that came become.
    pub receipt: ReceiptForm,
    /// Where freight and duty go.
    pub freight: FreightIn,
    /// What one unit of a currency is worth in the shop's, by its code, where the source does not tell it.
    pub rates: BTreeMap<String, Decimal>,
}

impl Default for Purchases {
    fn default() -> Self {
        Self { orders: true, receipt: ReceiptForm::ItemReceipt, freight: FreightIn::Account, rates: BTreeMap::new() }
    }
}

/// What the sales of a day become where they are summarised (PRODUCT.md 5.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayForm {
    /// A journal entry: debits and credits by account.
    #[default]
    JournalEntry,
    /// A sales receipt: a line for each item, so that QuickBooks' sales and sales tax reports have them.
    SalesReceipt,
}

/// Goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inventory {
    /// Summary puts every line of goods on the generic item, and the paid sales of a day into one entry.
    pub mode: Mode,
    /// What the sales of a day become in summary mode.
    pub summary: DayForm,
    /// Items made for goods whose stock the shop counts.
    pub tracked: GoodsKind,
    /// Items made for all other goods.
    pub untracked: GoodsKind,
    /// What to do about a product type that `accounts.by_product_type` does not name.
    pub new_product_types: NewProductType,
}

impl Default for Inventory {
    fn default() -> Self {
        Self {
            mode: Mode::Detailed,
            summary: DayForm::JournalEntry,
            tracked: GoodsKind::Inventory,
            untracked: GoodsKind::NonInventory,
            new_product_types: NewProductType::Sales,
        }
    }
}

/// Names of the items that stand for anything but goods, at most 31 characters each; made where they are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Items {
    /// Goods that are no variant (any more), and all goods in summary mode.
    pub generic: String,
    /// Delivery.
    pub shipping: String,
    /// Discounts.
    pub discount: String,
    /// Discounts given after posting, on a form of their own: QuickBooks lets an item of discount only lower a form.
    pub allowance: String,
    /// Tips.
    pub tip: String,
    /// Gift cards sold and used.
    pub gift_card: String,
    /// Store credit used.
    pub store_credit: String,
    /// Rounding of cash.
    pub cash_rounding: String,
    /// Tax that the marketplace remits.
    pub marketplace_tax: String,
    /// Duties.
    pub duties: String,
    /// Further charges.
    pub fee: String,
    /// Goods that came back, but not into stock.
    pub not_restocked: String,
    /// Money that went back for no goods.
    pub unallocated_refund: String,
    /// Paid before delivery.
    pub deposit: String,
}

impl Default for Items {
    fn default() -> Self {
        Self {
            generic: "Shopify Item".into(),
            shipping: "Shipping".into(),
            discount: "Discount".into(),
            allowance: "Later discount".into(),
            tip: "Tip".into(),
            gift_card: "Gift Card".into(),
            store_credit: "Store Credit".into(),
            cash_rounding: "Cash Rounding".into(),
            marketplace_tax: "Marketplace Tax".into(),
            duties: "Duties".into(),
            fee: "Fee".into(),
            not_restocked: "Returned - no restock".into(),
            unallocated_refund: "Refund - unallocated".into(),
            deposit: "Customer Deposit".into(),
        }
    }
}

/// What an order becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// One sales receipt; only of what is paid. Where several gateways took money, it is an invoice with their payments.
    SalesReceipt,
    /// An invoice, and a payment for each that came.
    Invoice,
    /// A sales order, with a deposit where part is paid. Editions without sales orders wait instead, or make an invoice
    /// where something is paid.
    SalesOrder,
    /// Nothing yet.
    Wait,
}

impl Form {
    /// The setting's word.
    pub const fn key(self) -> &'static str {
        match self {
            Self::SalesReceipt => "sales_receipt",
            Self::Invoice => "invoice",
            Self::SalesOrder => "sales_order",
            Self::Wait => "wait",
        }
    }
}

/// What an order becomes by how far it is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByDelivery {
    /// Nothing is delivered.
    pub undelivered: Form,
    /// A part is.
    pub partly_delivered: Form,
    /// All is.
    pub delivered: Form,
}

/// What to do about edits after posting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edits {
    /// Change the form in place while its period is open and nothing is linked to it; otherwise adjust.
    #[default]
    InPlace,
    /// Always an entry of its own, dated when the edit happened.
    Adjust,
}

/// What to do about something that belongs into a closed period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedPeriod {
    /// Hold it until somebody decides.
    #[default]
    Hold,
    /// Post it on the first open day.
    FirstOpenDay,
}

/// Which form a document becomes, and when: the matrix of how far an order is paid and delivered (PRODUCT.md 1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Documents {
    /// Nothing is paid.
    pub unpaid: ByDelivery,
    /// A part is.
    pub partly_paid: ByDelivery,
    /// All is.
    pub paid: ByDelivery,
    /// What to do about edits after posting.
    pub edits: Edits,
    /// What to do about something that belongs into a closed period.
    pub closed_period: ClosedPeriod,
    /// Code of the currency of the company's books, where QuickBooks does not tell it (with several currencies off).
    pub home_currency: String,
}

impl Default for Documents {
    fn default() -> Self {
        let row = |undelivered, partly_delivered, delivered| ByDelivery { undelivered, partly_delivered, delivered };
        Self {
            unpaid: row(Form::SalesOrder, Form::Invoice, Form::Invoice),
            partly_paid: row(Form::SalesOrder, Form::Invoice, Form::Invoice),
            paid: row(Form::SalesReceipt, Form::SalesReceipt, Form::SalesReceipt),
            edits: Edits::InPlace,
            closed_period: ClosedPeriod::Hold,
            home_currency: "USD".into(),
        }
    }
}

impl Mapping {
    /// How much QuickBooks is told of what began on this day: an order keeps the modes of the day on which it was placed all
    /// its life, so that a change of mode is forward only. Before the first of [`Mapping::modes`] they are the tables' own.
    #[must_use]
    pub fn modes_on(&self, date: Date) -> Modes {
        let last = self.modes.iter().filter(|modes| modes.from <= date).max_by_key(|modes| modes.from);
        let own = Modes { customers: self.customers.mode, inventory: self.inventory.mode, vendors: self.vendors.mode };
        last.map_or(own, |&ModesFrom { customers, inventory, vendors, .. }| Modes { customers, inventory, vendors })
    }
}

/// The entry of this name: the exact one, or else the first that differs in case only.
pub(crate) fn find<'a, T>(map: &'a BTreeMap<String, T>, name: &str) -> Option<&'a T> {
    find_entry(map, name).map(|(_, value)| value)
}

/// The same with the map's word for the name.
pub(crate) fn find_entry<'a, T>(map: &'a BTreeMap<String, T>, name: &str) -> Option<(&'a String, &'a T)> {
    map.get_key_value(name).or_else(|| {
        let name = name.to_lowercase();
        map.iter().find(|(key, _)| key.to_lowercase() == name)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_example_is_the_default() {
        let read: Mapping = toml::from_str(EXAMPLE).unwrap();
        assert_eq!(read, Mapping::default());
    }

    #[test]
    fn the_example_names_every_setting() {
        let text = toml::to_string(&Mapping::default()).unwrap();
        for line in text.lines().filter(|line| line.contains('=')) {
            let setting = line.split('=').next().unwrap().trim();
            assert!(EXAMPLE.contains(&format!("\n{setting} = ")), "{setting} is missing in the example");
        }
    }

    #[test]
    fn modes_change_from_a_day_on_and_not_before() {
        let text = "[[modes]]\nfrom = \"2026-12-01\"\ncustomers = \"detailed\"\ninventory = \"summary\"\n\
                    vendors = \"detailed\"\n[[modes]]\nfrom = \"2027-01-01\"\ncustomers = \"summary\"\n\
                    inventory = \"detailed\"\nvendors = \"detailed\"\n[customers]\nmode = \"summary\"\n";
        let mapping: Mapping = toml::from_str(text).unwrap();
        let on = |year, month, day| {
            let modes = mapping.modes_on(jiff::civil::date(year, month, day));
            (modes.customers, modes.inventory)
        };
        assert_eq!(on(2026, 11, 30), (Mode::Summary, Mode::Detailed));
        assert_eq!(on(2026, 12, 1), (Mode::Detailed, Mode::Summary));
        assert_eq!(on(2026, 12, 31), (Mode::Detailed, Mode::Summary));
        assert_eq!(on(2027, 1, 1), (Mode::Summary, Mode::Detailed));
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(toml::from_str::<Mapping>("[accounts]\nsalse = \"x\"\n").is_err());
        assert!(toml::from_str::<Mapping>("[gateways.cash]\nclearing = \"x\"\n").is_err());
    }
}
