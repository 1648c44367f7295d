//! Payment items.

use crate::{
    limits,
    macros::form,
    types::shared::{BarCode, DataExtRet, RefRet},
    value::{Change, EditSequence, Guid, ListId, Ref, WallTime},
};

form! {
    write
    /// Adds a payment item.
    ItemPaymentAdd {
        name: String = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        item_desc: Option<String> = "ItemDesc" [limits::DESC],
        deposit_to_account_ref: Option<Ref> = "DepositToAccountRef" [limits::FULL_NAME],
        payment_method_ref: Option<Ref> = "PaymentMethodRef" [limits::LIST_NAME],
        external_guid: Option<Guid> = "ExternalGUID",
    }
}

form! {
    write
    /// Changes a payment item: what is not named stays.
    ItemPaymentMod {
        list_id: ListId = "ListID",
        edit_sequence: EditSequence = "EditSequence",
        name: Option<String> = "Name" [limits::ITEM_NAME],
        bar_code: Option<BarCode> = "BarCode",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        item_desc: Change<String> = "ItemDesc" [limits::DESC],
        deposit_to_account_ref: Option<Ref> = "DepositToAccountRef" [limits::FULL_NAME],
        payment_method_ref: Option<Ref> = "PaymentMethodRef" [limits::LIST_NAME],
    }
}

form! {
    read
    /// What QuickBooks says of a payment item.
    ItemPaymentRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        bar_code_value: Option<String> = "BarCodeValue",
        is_active: Option<bool> = "IsActive",
        class_ref: Option<RefRet> = "ClassRef",
        item_desc: Option<String> = "ItemDesc",
        deposit_to_account_ref: Option<RefRet> = "DepositToAccountRef",
        payment_method_ref: Option<RefRet> = "PaymentMethodRef",
        external_guid: Option<Guid> = "ExternalGUID",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
