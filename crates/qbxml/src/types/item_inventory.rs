//! Inventory items.

use jiff::civil::Date;

use crate::{
    limits,
    macros::form,
    types::shared::{BarCode, DataExtRet, RefRet},
    value::{Amount, Change, EditSequence, Guid, ListId, Price, Quantity, Ref, WallTime},
};

form! {
    write
    /// Adds an inventory item.
    ItemInventoryAdd {
        name: String = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        parent_ref: Option<Ref> = "ParentRef",
        manufacturer_part_number: Option<String> = "ManufacturerPartNumber" [limits::PART_NUMBER],
        unit_of_measure_set_ref: Option<Ref> = "UnitOfMeasureSetRef" [limits::LIST_NAME],
        sales_tax_code_ref: Option<Ref> = "SalesTaxCodeRef" [limits::TAX_CODE],
        sales_desc: Option<String> = "SalesDesc" [limits::DESC],
        sales_price: Option<Price> = "SalesPrice",
        income_account_ref: Option<Ref> = "IncomeAccountRef" [limits::FULL_NAME],
        purchase_desc: Option<String> = "PurchaseDesc" [limits::DESC],
        purchase_cost: Option<Price> = "PurchaseCost",
        cogs_account_ref: Option<Ref> = "COGSAccountRef" [limits::FULL_NAME],
        pref_vendor_ref: Option<Ref> = "PrefVendorRef" [limits::CUSTOMER_NAME],
        asset_account_ref: Option<Ref> = "AssetAccountRef" [limits::FULL_NAME],
        reorder_point: Option<Quantity> = "ReorderPoint",
        max: Option<Quantity> = "Max",
        quantity_on_hand: Option<Quantity> = "QuantityOnHand",
        total_value: Option<Amount> = "TotalValue",
        inventory_date: Option<Date> = "InventoryDate",
        external_guid: Option<Guid> = "ExternalGUID",
    }
}

form! {
    write
    /// Changes an inventory item: what is not named stays.
    ItemInventoryMod {
        list_id: ListId = "ListID",
        edit_sequence: EditSequence = "EditSequence",
        name: Option<String> = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        parent_ref: Option<Ref> = "ParentRef",
        manufacturer_part_number: Change<String> = "ManufacturerPartNumber" [limits::PART_NUMBER],
        unit_of_measure_set_ref: Option<Ref> = "UnitOfMeasureSetRef" [limits::LIST_NAME],
        force_uom_change: Option<bool> = "ForceUOMChange",
        sales_tax_code_ref: Option<Ref> = "SalesTaxCodeRef" [limits::TAX_CODE],
        sales_desc: Change<String> = "SalesDesc" [limits::DESC],
        sales_price: Option<Price> = "SalesPrice",
        income_account_ref: Option<Ref> = "IncomeAccountRef" [limits::FULL_NAME],
        apply_income_account_ref_to_existing_txns: Option<bool> = "ApplyIncomeAccountRefToExistingTxns",
        purchase_desc: Change<String> = "PurchaseDesc" [limits::DESC],
        purchase_cost: Option<Price> = "PurchaseCost",
        cogs_account_ref: Option<Ref> = "COGSAccountRef" [limits::FULL_NAME],
        apply_cogs_account_ref_to_existing_txns: Option<bool> = "ApplyCOGSAccountRefToExistingTxns",
        pref_vendor_ref: Option<Ref> = "PrefVendorRef" [limits::CUSTOMER_NAME],
        asset_account_ref: Option<Ref> = "AssetAccountRef" [limits::FULL_NAME],
        reorder_point: Option<Quantity> = "ReorderPoint",
        max: Option<Quantity> = "Max",
    }
}

form! {
    read
    /// What QuickBooks says of an inventory item.
    ItemInventoryRet {
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
        manufacturer_part_number: Option<String> = "ManufacturerPartNumber",
        unit_of_measure_set_ref: Option<RefRet> = "UnitOfMeasureSetRef",
        sales_tax_code_ref: Option<RefRet> = "SalesTaxCodeRef",
        sales_desc: Option<String> = "SalesDesc",
        sales_price: Option<Price> = "SalesPrice",
        income_account_ref: Option<RefRet> = "IncomeAccountRef",
        purchase_desc: Option<String> = "PurchaseDesc",
        purchase_cost: Option<Price> = "PurchaseCost",
        cogs_account_ref: Option<RefRet> = "COGSAccountRef",
        pref_vendor_ref: Option<RefRet> = "PrefVendorRef",
        asset_account_ref: Option<RefRet> = "AssetAccountRef",
        reorder_point: Option<Quantity> = "ReorderPoint",
        max: Option<Quantity> = "Max",
        quantity_on_hand: Option<Quantity> = "QuantityOnHand",
        average_cost: Option<Price> = "AverageCost",
        quantity_on_order: Option<Quantity> = "QuantityOnOrder",
        quantity_on_sales_order: Option<Quantity> = "QuantityOnSalesOrder",
        external_guid: Option<Guid> = "ExternalGUID",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
