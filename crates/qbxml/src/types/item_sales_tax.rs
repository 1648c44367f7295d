//! Sales-tax items.

use crate::{
    limits,
    macros::form,
    types::shared::{BarCode, DataExtRet, RefRet},
    value::{Change, EditSequence, Guid, ListId, Percent, Ref, WallTime},
};

form! {
    write
    /// Adds a sales-tax item.
    ItemSalesTaxAdd {
        name: String = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        item_desc: Option<String> = "ItemDesc" [limits::DESC],
        tax_rate: Option<Percent> = "TaxRate",
        tax_vendor_ref: Option<Ref> = "TaxVendorRef" [limits::CUSTOMER_NAME],
        external_guid: Option<Guid> = "ExternalGUID",
    }
}

form! {
    write
    /// Changes a sales-tax item: what is not named stays.
    ItemSalesTaxMod {
        list_id: ListId = "ListID",
        edit_sequence: EditSequence = "EditSequence",
        name: Option<String> = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        item_desc: Change<String> = "ItemDesc" [limits::DESC],
        tax_rate: Option<Percent> = "TaxRate",
        tax_vendor_ref: Option<Ref> = "TaxVendorRef" [limits::CUSTOMER_NAME],
    }
}

form! {
    read
    /// What QuickBooks says of a sales-tax item.
    ItemSalesTaxRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        bar_code_value: Option<String> = "BarCodeValue",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<RefRet> = "ClassRef",
        item_desc: Option<String> = "ItemDesc",
        tax_rate: Option<Percent> = "TaxRate",
        tax_vendor_ref: Option<RefRet> = "TaxVendorRef",
        external_guid: Option<Guid> = "ExternalGUID",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
