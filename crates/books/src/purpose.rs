//! What accounts are for, and which accounts serve.

use serde::{Deserialize, Serialize};

use crate::{
    lists::{Lists, NameSpace},
    mapping::Mode,
    reasons::HeldReason,
};

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Income of goods.
    Sales,
    /// What is taken off.
    Discounts,
    /// Delivery charged.
    Shipping,
    /// Tips, owed to employees.
    Tips,
    /// Gift cards, owed to their holders.
    GiftCards,
    /// Store credit, owed to its holders.
    StoreCredit,
    /// Cost of goods sold, on inventory items.
    Cogs,
    /// The stock's value, on inventory items.
    InventoryAsset,
    /// Owed by buyers, for sales with several payments.
    AccountsReceivable,
    /// Sales tax owed.
    SalesTax,
    /// Tax that the marketplace remits.
    MarketplaceTax,
    /// Duties collected.
    Duties,
    /// Further charges.
    Fees,
    /// Gains and losses of rounding cash.
    CashRounding,
    /// What goes back to buyers and is no goods in stock again.
    Returns,
    /// Paid before delivery, owed to buyers until then.
    CustomerDeposits,
    /// Stock that came back of no use, and stock adjustments whose reason has no account of its own.
    Shrinkage,
    /// Owed to suppliers.
    AccountsPayable,
    /// Freight, duty and the like on purchases.
    Freight,
    /// What suppliers add or take off, and differences in price.
    PurchaseDiscounts,
    /// The other side of the stock with which the books begin.
    OpeningStock,
}

impl Purpose {
    /// All purposes, in the order of the settings.
    pub const ALL: [Self; 21] = [
        Self::Sales,
        Self::Discounts,
        Self::Shipping,
        Self::Tips,
        Self::GiftCards,
        Self::StoreCredit,
        Self::Cogs,
        Self::InventoryAsset,
        Self::AccountsReceivable,
        Self::SalesTax,
        Self::MarketplaceTax,
        Self::Duties,
        Self::Fees,
        Self::CashRounding,
        Self::Returns,
        Self::CustomerDeposits,
        Self::Shrinkage,
        Self::AccountsPayable,
        Self::Freight,
        Self::PurchaseDiscounts,
        Self::OpeningStock,
    ];

    /// The setting's name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Discounts => "discounts",
            Self::Shipping => "shipping",
            Self::Tips => "tips",
            Self::GiftCards => "gift_cards",
            Self::StoreCredit => "store_credit",
            Self::Cogs => "cogs",
            Self::InventoryAsset => "inventory_asset",
            Self::AccountsReceivable => "accounts_receivable",
            Self::SalesTax => "sales_tax",
            Self::MarketplaceTax => "marketplace_tax",
            Self::Duties => "duties",
            Self::Fees => "fees",
            Self::CashRounding => "cash_rounding",
            Self::Returns => "returns",
            Self::CustomerDeposits => "customer_deposits",
            Self::Shrinkage => "shrinkage",
            Self::AccountsPayable => "accounts_payable",
            Self::Freight => "freight",
            Self::PurchaseDiscounts => "purchase_discounts",
            Self::OpeningStock => "opening_stock",
        }
    }

    /// QuickBooks' account types that serve this purpose.
    pub const fn account_types(self) -> &'static [&'static str] {
        match self {
            Self::Sales => &["Income", "OtherIncome"],
            Self::Discounts | Self::CashRounding => {
                &["Income", "OtherIncome", "Expense", "OtherExpense", "CostOfGoodsSold"]
            }
            Self::OpeningStock => &["Equity"],
            Self::Shipping | Self::Returns => &["Income", "OtherIncome", "Expense", "CostOfGoodsSold"],
            Self::Shrinkage => &["Expense", "OtherExpense", "CostOfGoodsSold"],
            Self::Tips | Self::GiftCards | Self::StoreCredit | Self::CustomerDeposits => {
                &["OtherCurrentLiability", "LongTermLiability"]
            }
            Self::Cogs => &["CostOfGoodsSold"],
            Self::InventoryAsset => &["OtherCurrentAsset"],
            Self::AccountsReceivable => &["AccountsReceivable"],
            Self::SalesTax | Self::MarketplaceTax => &["OtherCurrentLiability"],
            Self::Duties | Self::Fees => &["OtherCurrentLiability", "Income", "OtherIncome", "Expense"],
            Self::AccountsPayable => &["AccountsPayable"],
            Self::Freight => &["CostOfGoodsSold", "Expense", "OtherExpense"],
            Self::PurchaseDiscounts => &["CostOfGoodsSold", "Expense", "OtherExpense", "Income", "OtherIncome"],
        }
    }

    /// Whether a location may have an account of its own for it. Sales tax is always posted to QuickBooks' own account by the
    /// tax items, the cost and the value of stock to those of the item, and purchases belong to the whole company. Where
    /// every variant is an item of its own, the item decides about the income too, wherever it is sold.
    pub fn is_per_location(self, inventory: Mode) -> bool {
        match self {
            Self::Sales => inventory == Mode::Summary,
            Self::SalesTax
            | Self::Cogs
            | Self::InventoryAsset
            | Self::AccountsPayable
            | Self::Freight
            | Self::PurchaseDiscounts
            | Self::OpeningStock => false,
            _ => true,
        }
    }
}

/// Types of account at which a gateway's money may arrive: what a sales form can deposit to.
pub(crate) const CLEARING_TYPES: &[&str] = &["Bank", "OtherCurrentAsset"];

/// The full name of an account that is there, in use, and of a type that fits.
pub(crate) fn check_account(
    lists: &dyn Lists,
    purpose: &str,
    account: &str,
    types: &[&str],
) -> Result<String, HeldReason> {
    let name = account.trim();
    let no_account =
        || HeldReason::NoAccount { purpose: purpose.to_owned(), account: (!name.is_empty()).then(|| name.to_owned()) };
    let found = lists.named(NameSpace::Account, name).ok_or_else(no_account)?;
    if !found.active {
        return Err(HeldReason::InactiveAccount { purpose: purpose.to_owned(), account: found.full_name });
    }
    let account_type = found.account.unwrap_or_default();
    if types.contains(&account_type.as_str()) {
        Ok(found.full_name)
    } else {
        Err(HeldReason::WrongAccountType { purpose: purpose.to_owned(), account: found.full_name, account_type })
    }
}
