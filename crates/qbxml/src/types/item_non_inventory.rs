//! Non-inventory items.

use crate::{
    limits,
    macros::form,
    types::{
        item_sides::{self, ItemSides, ItemSidesMod, SalesAndPurchaseRet, SalesOrPurchaseRet},
        shared::{BarCode, DataExtRet, RefRet},
    },
    value::{Change, EditSequence, Guid, ListId, Ref, WallTime},
};

form! {
    write
    /// Adds a non-inventory item.
    ItemNonInventoryAdd {
        name: String = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        parent_ref: Option<Ref> = "ParentRef",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        manufacturer_part_number: Option<String> = "ManufacturerPartNumber" [limits::PART_NUMBER],
        unit_of_measure_set_ref: Option<Ref> = "UnitOfMeasureSetRef" [limits::LIST_NAME],
        sales_tax_code_ref: Option<Ref> = "SalesTaxCodeRef" [limits::TAX_CODE],
        sides: ItemSides = "SalesOrPurchase",
        external_guid: Option<Guid> = "ExternalGUID",
    }
}

form! {
    write
    /// Changes a non-inventory item: what is not named stays.
    ItemNonInventoryMod {
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
        sides: Option<ItemSidesMod> = "SalesOrPurchaseMod",
    }
}

form! {
    read
    /// What QuickBooks says of a non-inventory item.
    ItemNonInventoryRet {
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
        sales_or_purchase: Option<SalesOrPurchaseRet> = "SalesOrPurchase",
        sales_and_purchase: Option<SalesAndPurchaseRet> = "SalesAndPurchase",
        external_guid: Option<Guid> = "ExternalGUID",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}

impl ItemNonInventoryRet {
    /// The account that its sales go to.
    pub fn sales_account(&self) -> Option<&RefRet> {
        item_sides::sales_account(self.sales_or_purchase.as_ref(), self.sales_and_purchase.as_ref())
    }
}
