//! What service, non-inventory and other-charge items have in common: they are sold, or bought and sold.

use crate::{
    limits,
    macros::{choice, form},
    types::shared::RefRet,
    value::{Change, Percent, Price, Ref},
};

choice! {
    /// Whether an item is sold or bought, or both.
    ItemSides {
        SalesOrPurchase(SalesOrPurchase) = "SalesOrPurchase",
        SalesAndPurchase(SalesAndPurchase) = "SalesAndPurchase",
    }
}

impl Default for ItemSides {
    /// An item without account or price, which no check lets pass.
    fn default() -> Self {
        Self::SalesOrPurchase(SalesOrPurchase::default())
    }
}

choice! {
    /// The change of an item's sides.
    ItemSidesMod {
        SalesOrPurchase(SalesOrPurchaseMod) = "SalesOrPurchaseMod",
        SalesAndPurchase(SalesAndPurchaseMod) = "SalesAndPurchaseMod",
    }
}

choice! {
    /// A price, or a percentage of the line before.
    ItemPrice {
        Price(Price) = "Price",
        PricePercent(Percent) = "PricePercent",
    }
}

form! {
    write
    /// An item that is only sold or only bought.
    SalesOrPurchase {
        desc: Option<String> = "Desc" [limits::DESC],
        price: Option<ItemPrice> = "Price",
        account_ref: Option<Ref> = "AccountRef" [limits::FULL_NAME],
    }
}

form! {
    write
    /// An item that is bought and sold.
    SalesAndPurchase {
        sales_desc: Option<String> = "SalesDesc" [limits::DESC],
        sales_price: Option<Price> = "SalesPrice",
        income_account_ref: Option<Ref> = "IncomeAccountRef" [limits::FULL_NAME],
        purchase_desc: Option<String> = "PurchaseDesc" [limits::DESC],
        purchase_cost: Option<Price> = "PurchaseCost",
        expense_account_ref: Option<Ref> = "ExpenseAccountRef" [limits::FULL_NAME],
        pref_vendor_ref: Option<Ref> = "PrefVendorRef" [limits::CUSTOMER_NAME],
    }
}

form! {
    write
    /// Changes an item that is only sold or only bought.
    SalesOrPurchaseMod {
        desc: Change<String> = "Desc" [limits::DESC],
        price: Option<ItemPrice> = "Price",
        account_ref: Option<Ref> = "AccountRef" [limits::FULL_NAME],
        apply_account_ref_to_existing_txns: Option<bool> = "ApplyAccountRefToExistingTxns",
    }
}

form! {
    write
    /// Changes an item that is bought and sold.
    SalesAndPurchaseMod {
        sales_desc: Change<String> = "SalesDesc" [limits::DESC],
        sales_price: Option<Price> = "SalesPrice",
        income_account_ref: Option<Ref> = "IncomeAccountRef" [limits::FULL_NAME],
        apply_income_account_ref_to_existing_txns: Option<bool> = "ApplyIncomeAccountRefToExistingTxns",
        purchase_desc: Change<String> = "PurchaseDesc" [limits::DESC],
        purchase_cost: Option<Price> = "PurchaseCost",
        expense_account_ref: Option<Ref> = "ExpenseAccountRef" [limits::FULL_NAME],
        apply_expense_account_ref_to_existing_txns: Option<bool> = "ApplyExpenseAccountRefToExistingTxns",
        pref_vendor_ref: Option<Ref> = "PrefVendorRef" [limits::CUSTOMER_NAME],
    }
}

form! {
    read
    /// The side of an item that is only sold or only bought.
    SalesOrPurchaseRet {
        desc: Option<String> = "Desc",
        price: Option<Price> = "Price",
        price_percent: Option<Percent> = "PricePercent",
        account_ref: Option<RefRet> = "AccountRef",
    }
}

form! {
    read
    /// The sides of an item that is bought and sold.
    SalesAndPurchaseRet {
        sales_desc: Option<String> = "SalesDesc",
        sales_price: Option<Price> = "SalesPrice",
        income_account_ref: Option<RefRet> = "IncomeAccountRef",
        purchase_desc: Option<String> = "PurchaseDesc",
        purchase_cost: Option<Price> = "PurchaseCost",
        expense_account_ref: Option<RefRet> = "ExpenseAccountRef",
        pref_vendor_ref: Option<RefRet> = "PrefVendorRef",
    }
}

/// The account that sales of such an item go to.
pub(crate) fn sales_account<'a>(
    one: Option<&'a SalesOrPurchaseRet>,
    both: Option<&'a SalesAndPurchaseRet>,
) -> Option<&'a RefRet> {
    one.and_then(|side| side.account_ref.as_ref()).or_else(|| both.and_then(|sides| sides.income_account_ref.as_ref()))
}
