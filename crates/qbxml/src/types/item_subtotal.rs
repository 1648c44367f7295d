//! Subtotal items.

use crate::{
    enums::SpecialItemType,
    limits,
    macros::form,
    types::shared::{BarCode, DataExtRet},
    value::{Change, EditSequence, Guid, ListId, WallTime},
};

form! {
    write
    /// Adds a subtotal item.
    ItemSubtotalAdd {
        name: String = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        item_desc: Option<String> = "ItemDesc" [limits::DESC],
        external_guid: Option<Guid> = "ExternalGUID",
    }
}

form! {
    write
    /// Changes a subtotal item: what is not named stays.
    ItemSubtotalMod {
        list_id: ListId = "ListID",
        edit_sequence: EditSequence = "EditSequence",
        name: Option<String> = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        item_desc: Change<String> = "ItemDesc" [limits::DESC],
    }
}

form! {
    read
    /// What QuickBooks says of a subtotal item.
    ItemSubtotalRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        bar_code_value: Option<String> = "BarCodeValue",
        is_active: Option<bool> = "IsActive",
        item_desc: Option<String> = "ItemDesc",
        special_item_type: Option<SpecialItemType> = "SpecialItemType",
        external_guid: Option<Guid> = "ExternalGUID",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
