//! What a simulated company starts with: edition, preferences, chart of accounts, and the few lists that QuickBooks
//! itself makes.

use serde::{Deserialize, Serialize};

use super::chart;
use super::crowd;
use super::sites::DEFAULT_SITE;
use super::xml::Element;

/// The QuickBooks edition, which decides the list ceilings (PROTOCOL.md e).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edition {
    /// QuickBooks Pro.
    Pro,
    /// QuickBooks Premier.
    Premier,
    /// QuickBooks Enterprise.
    Enterprise,
}

impl Edition {
    /// The list ceilings of the edition (PROTOCOL.md e).
    #[must_use]
    pub fn capacities(self) -> Capacities {
        match self {
            Self::Pro | Self::Premier => {
                Capacities { names: 14_500, single_list: 10_500, items: 14_500, accounts: 10_000, classes: 10_000 }
            }
            Self::Enterprise => Capacities {
                names: 1_000_000,
                single_list: 1_000_000,
                items: 1_000_000,
                accounts: 100_000,
                classes: 100_000,
            },
        }
    }

    /// How many elements a list may hold that [`Capacities`] does not name (PROTOCOL.md e).
    pub(crate) fn list_capacity(self, list: &str) -> u32 {
        let enterprise = self == Self::Enterprise;
        match list {
            "PriceLevel" if enterprise => 750,
            "BillingRate" | "PriceLevel" => 100,
            "Terms" if enterprise => 29_000,
            "CustomerMsg" if enterprise => 100_000,
            "InventorySite" => 1_000_000,
            _ => 10_000,
        }
    }

    /// The product name that HostQuery tells.
    #[must_use]
    pub fn product_name(self) -> &'static str {
        match self {
            Self::Pro => "QuickBooks Pro 2024 (simulated)",
            Self::Premier => "QuickBooks Premier 2024 (simulated)",
            Self::Enterprise => "QuickBooks Enterprise Solutions 24.0 (simulated)",
        }
    }
}

/// How many elements the lists may hold. Places of deleted names are not given back (PROTOCOL.md e).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacities {
    /// Customers, vendors, employees and other names together.
    pub names: u32,
    /// Any one of those lists.
    pub single_list: u32,
    /// Items of all types, sales-tax items too.
    pub items: u32,
    /// Accounts.
    pub accounts: u32,
    /// Classes.
    pub classes: u32,
}

/// One account of the starting chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSetup {
    /// Name, 31 characters at most.
    pub name: String,
    /// qbXML's AccountType, such as `Bank` or `Income`.
    pub account_type: String,
    /// qbXML's SpecialAccountType for the accounts that QuickBooks itself posts to.
    pub special: Option<String>,
    /// Full name of the account above; it must come earlier in the chart.
    #[serde(default)]
    pub parent: Option<String>,
    /// Account number, 7 characters at most.
    #[serde(default)]
    pub number: Option<String>,
    /// Description, 200 characters at most.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it can be used.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// How many names and items a company starts with besides what the set-up names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Crowd {
    /// Customers.
    pub customers: u32,
    /// Vendors.
    pub vendors: u32,
    /// Inventory items without stock. They sell to the first income account of the chart.
    pub items: u32,
}

impl AccountSetup {
    /// An ordinary account.
    #[must_use]
    pub fn new(name: &str, account_type: &str) -> Self {
        Self {
            name: name.to_owned(),
            account_type: account_type.to_owned(),
            special: None,
            parent: None,
            number: None,
            description: None,
            active: true,
        }
    }

    /// The name with those of the accounts above.
    #[must_use]
    pub fn full_name(&self) -> String {
        self.parent.as_ref().map_or_else(|| self.name.clone(), |parent| format!("{parent}:{}", self.name))
    }

    fn special(name: &str, account_type: &str, special: &str) -> Self {
        Self { special: Some(special.to_owned()), ..Self::new(name, account_type) }
    }
}

/// Everything that a new company file is made from; kept in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// Company name, 59 characters at most.
    pub company_name: String,
    /// Edition.
    pub edition: Edition,
    /// List ceilings; the edition's by default, smaller ones for tests.
    pub capacities: Capacities,
    /// IANA time zone of the computer that QuickBooks runs on.
    pub time_zone: String,
    /// Chart of accounts.
    pub accounts: Vec<AccountSetup>,
    /// Account numbers preference: only told, accounts have the numbers that they are given.
    #[serde(default)]
    pub account_numbers: bool,
    /// Names and items that are there from the start.
    #[serde(default)]
    pub crowd: Crowd,
    /// Class tracking preference.
    pub class_tracking: bool,
    /// Sales tax preference. On: the tax codes Tax and Non, and a 0 % sales-tax item, are made.
    pub sales_tax: bool,
    /// Name of the 0 % sales-tax item, default on every sales form (PROTOCOL.md d).
    pub sales_tax_item: String,
    /// The multi-currency preference: only told, other currencies can't be booked.
    #[serde(default)]
    pub multi_currency: bool,
    /// Advanced inventory with sites; QuickBooks has it in Enterprise only.
    #[serde(default)]
    pub inventory_sites: bool,
    /// Changes to transactions on or before this day are refused (3171, 3161).
    pub closing_date: Option<jiff::civil::Date>,
    /// Payment methods and their qbXML PaymentMethodType.
    pub payment_methods: Vec<(String, String)>,
    /// Standard terms: name and days until due.
    pub terms: Vec<(String, u16)>,
}

impl Setup {
    /// Whether the company has inventory sites.
    pub(crate) fn has_sites(&self) -> bool {
        self.inventory_sites && self.edition == Edition::Enterprise
    }

    /// A shop's usual company: QuickBooks' own accounts and those of the QuickBooks point of sale (PRODUCT.md 1.4).
    #[must_use]
    pub fn new(edition: Edition) -> Self {
        let named = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect()
        };
        Self {
            company_name: "Simulated Shop".to_owned(),
            edition,
            capacities: edition.capacities(),
            time_zone: "America/New_York".to_owned(),
            accounts: usual_accounts(),
            account_numbers: false,
            crowd: Crowd::default(),
            class_tracking: true,
            sales_tax: true,
            sales_tax_item: "Sales Tax".to_owned(),
            multi_currency: false,
            inventory_sites: false,
            closing_date: None,
            payment_methods: named(&[
                ("Cash", "Cash"),
                ("Check", "Check"),
                ("American Express", "AmericanExpress"),
                ("Discover", "Discover"),
                ("MasterCard", "MasterCard"),
                ("Visa", "Visa"),
                ("Debit Card", "DebitCard"),
                ("Gift Card", "GiftCard"),
                ("E-Check", "ECheck"),
            ]),
            terms: [("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60)]
                .map(|(name, days)| (name.to_owned(), days))
                .to_vec(),
        }
    }

    /// A company that has kept its books for years: more than 200 accounts with numbers, sub-accounts up to three
    /// deep, inactive ones, and names that look alike.
    #[must_use]
    pub fn lived_in(edition: Edition) -> Self {
        Self { accounts: chart::lived_in(), account_numbers: true, ..Self::new(edition) }
    }
}

fn usual_accounts() -> Vec<AccountSetup> {
    let special = AccountSetup::special;
    let mut accounts = vec![
        special("Undeposited Funds", "OtherCurrentAsset", "UndepositedFunds"),
        special("Accounts Receivable", "AccountsReceivable", "AccountsReceivable"),
        special("Inventory Asset", "OtherCurrentAsset", "InventoryAssets"),
        special("Accounts Payable", "AccountsPayable", "AccountsPayable"),
        special("Sales Tax Payable", "OtherCurrentLiability", "SalesTaxPayable"),
        special("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
        special("Retained Earnings", "Equity", "RetainedEarnings"),
        special("Cost of Goods Sold", "CostOfGoodsSold", "CostOfGoodsSold"),
        special("Uncategorized Income", "Income", "UncategorizedIncome"),
        special("Uncategorized Expenses", "Expense", "UncategorizedExpenses"),
    ];
    let ordinary: [(&str, &[&str]); 7] = [
        (
            "Bank",
            &[
                "Checking",
                "Savings",
                "Cash in Drawer",
                "Shopify Payments Clearing",
                "PayPal Clearing",
                "Other Payments Clearing",
            ],
        ),
        ("OtherCurrentAsset", &["Shopify Reserve", "Disputes in Process"]),
        ("FixedAsset", &["Furniture and Equipment"]),
        (
            "OtherCurrentLiability",
            &[
                "Gift Cards Outstanding",
                "Store Credit Outstanding",
                "Customer Deposits",
                "Employee Tips Payable",
                "Marketplace Tax Collected",
                "Duties Payable",
                "Unbilled Purchases",
                "Payroll Liabilities",
            ],
        ),
        (
            "Income",
            &[
                "Merchandise Sales",
                "Service Sales",
                "Shipping Income",
                "Fee Income",
                "Sales Discounts",
                "Returns & Allowances",
            ],
        ),
        (
            "CostOfGoodsSold",
            &["Purchases - Resale Items", "Freight & Shipping Costs", "Purchase Discounts", "Inventory Shrinkage"],
        ),
        (
            "Expense",
            &[
                "Merchant Account Fees",
                "Cash Over/Short",
                "Cash Rounding",
                "Chargeback Losses",
                "Advertising and Promotion",
                "Bank Service Charges",
                "Office Supplies",
                "Payroll Expenses",
                "Rent Expense",
                "Utilities",
            ],
        ),
    ];
    for (account_type, names) in ordinary {
        accounts.extend(names.iter().map(|name| AccountSetup::new(name, account_type)));
    }
    accounts
}

/// The list elements that a set-up asks for: list name, and the element as its Add request would have it.
pub(crate) fn elements(setup: &Setup) -> Vec<(&'static str, Element)> {
    let mut elements = Vec::new();
    for account in &setup.accounts {
        let mut fields =
            vec![Element::leaf("Name", &account.name), Element::leaf("AccountType", &account.account_type)];
        let given = [
            ("SpecialAccountType", &account.special),
            ("AccountNumber", &account.number),
            ("Desc", &account.description),
        ];
        fields.extend(given.into_iter().filter_map(|(name, text)| Some(Element::leaf(name, text.as_ref()?))));
        let parent = account.parent.as_ref().map(|parent| vec![Element::leaf("FullName", parent)]);
        fields.extend(parent.map(|name| Element::group("ParentRef", name)));
        if !account.active {
            fields.push(Element::leaf("IsActive", "false"));
        }
        elements.push(("Account", Element::group("AccountAdd", fields)));
    }
    if setup.sales_tax {
        for (name, taxable) in [("Tax", "true"), ("Non", "false")] {
            let fields = vec![Element::leaf("Name", name), Element::leaf("IsTaxable", taxable)];
            elements.push(("SalesTaxCode", Element::group("SalesTaxCodeAdd", fields)));
        }
        let fields = vec![Element::leaf("Name", &setup.sales_tax_item), Element::leaf("TaxRate", "0")];
        elements.push(("ItemSalesTax", Element::group("ItemSalesTaxAdd", fields)));
    }
    if setup.has_sites() {
        elements.push(("InventorySite", Element::group("InventorySiteAdd", vec![Element::leaf("Name", DEFAULT_SITE)])));
    }
    for (name, kind) in &setup.payment_methods {
        let fields = vec![Element::leaf("Name", name), Element::leaf("PaymentMethodType", kind)];
        elements.push(("PaymentMethod", Element::group("PaymentMethodAdd", fields)));
    }
    for (name, days) in &setup.terms {
        let fields = vec![Element::leaf("Name", name), Element::leaf("StdDueDays", days.to_string())];
        elements.push(("StandardTerms", Element::group("StandardTermsAdd", fields)));
    }
    elements.extend(crowd::elements(setup));
    elements
}
