//! Discount items.

use crate::{
    limits,
    macros::{choice, form},
    types::shared::{BarCode, DataExtRet, RefRet},
    value::{Change, EditSequence, Guid, ListId, Percent, Price, Ref, WallTime},
};

choice! {
    /// How much a discount item takes off: an amount, or a percentage.
    DiscountRate {
        Rate(Price) = "DiscountRate",
        Percent(Percent) = "DiscountRatePercent",
    }
}

form! {
    write
    /// Adds a discount item.
    ItemDiscountAdd {
        name: String = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        parent_ref: Option<Ref> = "ParentRef",
        item_desc: Option<String> = "ItemDesc" [limits::DESC],
        sales_tax_code_ref: Option<Ref> = "SalesTaxCodeRef" [limits::TAX_CODE],
        discount_rate: Option<DiscountRate> = "DiscountRate",
        account_ref: Option<Ref> = "AccountRef" [limits::FULL_NAME],
        external_guid: Option<Guid> = "ExternalGUID",
    }
}

form! {
    write
    /// Changes a discount item: what is not named stays.
    ItemDiscountMod {
        list_id: ListId = "ListID",
        edit_sequence: EditSequence = "EditSequence",
        name: Option<String> = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        parent_ref: Option<Ref> = "ParentRef",
        item_desc: Change<String> = "ItemDesc" [limits::DESC],
        sales_tax_code_ref: Option<Ref> = "SalesTaxCodeRef" [limits::TAX_CODE],
        discount_rate: Option<DiscountRate> = "DiscountRate",
        account_ref: Option<Ref> = "AccountRef" [limits::FULL_NAME],
        apply_account_ref_to_existing_txns: Option<bool> = "ApplyAccountRefToExistingTxns",
    }
}

form! {
    read
    /// What QuickBooks says of a discount item.
    ItemDiscountRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        full_name: Option<String> = "FullName",
        bar_code_value: Option<String> = "BarCodeValue",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<RefRet> = "ClassRef",
        parent_ref: Option<RefRet> = "ParentRef",
        sublevel: Option<u32> = "Sublevel",
        item_desc: Option<String> = "ItemDesc",
        sales_tax_code_ref: Option<RefRet> = "SalesTaxCodeRef",
        discount_rate: Option<Price> = "DiscountRate",
        discount_rate_percent: Option<Percent> = "DiscountRatePercent",
        account_ref: Option<RefRet> = "AccountRef",
        external_guid: Option<Guid> = "ExternalGUID",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
