//! Which account each purpose has.

use std::collections::BTreeMap;

use qbxml::AccountType;
use serde::{Deserialize, Serialize};

use super::{find, find_entry};
use crate::purpose::Purpose;

/// Accounts by purpose: full names in the company file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// See [`Purpose::Sales`].
    pub sales: String,
    /// See [`Purpose::Discounts`].
    pub discounts: String,
    /// See [`Purpose::Shipping`].
    pub shipping: String,
    /// See [`Purpose::Tips`].
    pub tips: String,
    /// See [`Purpose::GiftCards`].
    pub gift_cards: String,
    /// See [`Purpose::StoreCredit`].
    pub store_credit: String,
    /// See [`Purpose::Cogs`].
    pub cogs: String,
    /// See [`Purpose::InventoryAsset`].
    pub inventory_asset: String,
    /// See [`Purpose::AccountsReceivable`]; the only one that may be empty, and then no order can become an invoice.
    pub accounts_receivable: String,
    /// See [`Purpose::SalesTax`].
    pub sales_tax: String,
    /// See [`Purpose::MarketplaceTax`].
    pub marketplace_tax: String,
    /// See [`Purpose::Duties`].
    pub duties: String,
    /// See [`Purpose::Fees`].
    pub fees: String,
    /// See [`Purpose::CashRounding`].
    pub cash_rounding: String,
    /// See [`Purpose::Returns`].
    pub returns: String,
    /// See [`Purpose::CustomerDeposits`].
    pub customer_deposits: String,
    /// See [`Purpose::Shrinkage`].
    pub shrinkage: String,
    /// See [`Purpose::AccountsPayable`].
    pub accounts_payable: String,
    /// See [`Purpose::Freight`].
    pub freight: String,
    /// See [`Purpose::PurchaseDiscounts`].
    pub purchase_discounts: String,
    /// See [`Purpose::OpeningStock`].
    pub opening_stock: String,
    /// Income accounts of goods by the shop's product type, without regard to case; all others use `sales`.
    pub by_product_type: BTreeMap<String, String>,
    /// Accounts of stock adjustments by the shop's reason, without regard to case; all others use `shrinkage`.
    pub adjustments: BTreeMap<String, String>,
    /// Accounts of single locations, by the location's name or id; only for purposes that
    /// [`Purpose::is_per_location`] allows.
    pub by_location: BTreeMap<String, BTreeMap<Purpose, String>>,
    /// Accounts that are to be made in the company file where an entry needs one of them, by full name. Nothing is made
    /// that is not listed.
    pub to_create: BTreeMap<String, NewAccount>,
}

/// An account that the merchant wants made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// QuickBooks' type of account, such as `Bank`.
    #[serde(rename = "type")]
    pub account_type: AccountType,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            sales: "Merchandise Sales".into(),
            discounts: "Sales Discounts".into(),
            shipping: "Shipping Income".into(),
            tips: "Employee Tips Payable".into(),
            gift_cards: "Gift Cards Outstanding".into(),
            store_credit: "Store Credit Outstanding".into(),
            cogs: "Cost of Goods Sold".into(),
            inventory_asset: "Inventory Asset".into(),
            accounts_receivable: "Accounts Receivable".into(),
            sales_tax: "Sales Tax Payable".into(),
            marketplace_tax: "Marketplace Tax Collected".into(),
            duties: "Duties Payable".into(),
            fees: "Fee Income".into(),
            cash_rounding: "Cash Rounding".into(),
            returns: "Returns & Allowances".into(),
            customer_deposits: "Customer Deposits".into(),
            shrinkage: "Inventory Shrinkage".into(),
            accounts_payable: "Accounts Payable".into(),
            freight: "Freight & Shipping Costs".into(),
            purchase_discounts: "Purchase Discounts".into(),
            opening_stock: "Opening Balance Equity".into(),
            by_product_type: BTreeMap::new(),
            adjustments: BTreeMap::new(),
            by_location: BTreeMap::new(),
            to_create: BTreeMap::new(),
        }
    }
}

impl Accounts {
    /// The account chosen for `purpose`; empty when none is.
    pub fn get(&self, purpose: Purpose) -> &str {
        match purpose {
            Purpose::Sales => &self.sales,
            Purpose::Discounts => &self.discounts,
            Purpose::Shipping => &self.shipping,
            Purpose::Tips => &self.tips,
            Purpose::GiftCards => &self.gift_cards,
            Purpose::StoreCredit => &self.store_credit,
            Purpose::Cogs => &self.cogs,
            Purpose::InventoryAsset => &self.inventory_asset,
            Purpose::AccountsReceivable => &self.accounts_receivable,
            Purpose::SalesTax => &self.sales_tax,
            Purpose::MarketplaceTax => &self.marketplace_tax,
            Purpose::Duties => &self.duties,
            Purpose::Fees => &self.fees,
            Purpose::CashRounding => &self.cash_rounding,
            Purpose::Returns => &self.returns,
            Purpose::CustomerDeposits => &self.customer_deposits,
            Purpose::Shrinkage => &self.shrinkage,
            Purpose::AccountsPayable => &self.accounts_payable,
            Purpose::Freight => &self.freight,
            Purpose::PurchaseDiscounts => &self.purchase_discounts,
            Purpose::OpeningStock => &self.opening_stock,
        }
    }

    /// The account chosen for stock adjustments of this reason, with the setting's name.
    pub fn adjustment_of(&self, reason: &str) -> (String, &str) {
        match find(&self.adjustments, reason.trim()) {
            Some(account) => (format!("adjustments.{}", reason.trim()), account),
            None => (Purpose::Shrinkage.key().to_owned(), &self.shrinkage),
        }
    }

    /// The place of the account chosen for `purpose`.
    pub(crate) fn get_mut(&mut self, purpose: Purpose) -> &mut String {
        match purpose {
            Purpose::Sales => &mut self.sales,
            Purpose::Discounts => &mut self.discounts,
            Purpose::Shipping => &mut self.shipping,
            Purpose::Tips => &mut self.tips,
            Purpose::GiftCards => &mut self.gift_cards,
            Purpose::StoreCredit => &mut self.store_credit,
            Purpose::Cogs => &mut self.cogs,
            Purpose::InventoryAsset => &mut self.inventory_asset,
            Purpose::AccountsReceivable => &mut self.accounts_receivable,
            Purpose::SalesTax => &mut self.sales_tax,
            Purpose::MarketplaceTax => &mut self.marketplace_tax,
            Purpose::Duties => &mut self.duties,
            Purpose::Fees => &mut self.fees,
            Purpose::CashRounding => &mut self.cash_rounding,
            Purpose::Returns => &mut self.returns,
            Purpose::CustomerDeposits => &mut self.customer_deposits,
            Purpose::Shrinkage => &mut self.shrinkage,
            Purpose::AccountsPayable => &mut self.accounts_payable,
            Purpose::Freight => &mut self.freight,
            Purpose::PurchaseDiscounts => &mut self.purchase_discounts,
            Purpose::OpeningStock => &mut self.opening_stock,
        }
    }

    /// What is to be made under this full name, with the mapping's spelling of it.
    pub fn new_account(&self, full_name: &str) -> Option<(&str, &NewAccount)> {
        find_entry(&self.to_create, full_name.trim()).map(|(name, account)| (name.as_str(), account))
    }

    /// The income account chosen for goods of this product type, with the mapping's word for the type; none where it has
    /// none of its own.
    pub fn of_product_type(&self, product_type: &str) -> Option<(&str, &str)> {
        let found = find_entry(&self.by_product_type, product_type.trim())?;
        Some((found.0.as_str(), found.1.as_str()))
    }
}
