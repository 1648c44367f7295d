//! Payment methods; QuickBooks has no Mod for them.

use crate::{
    enums::PaymentMethodType,
    limits,
    macros::form,
    value::{EditSequence, ListId, WallTime},
};

form! {
    write
    /// Adds a payment method.
    PaymentMethodAdd {
        name: String = "Name" [limits::LIST_NAME],
        is_active: Option<bool> = "IsActive",
        payment_method_type: Option<PaymentMethodType> = "PaymentMethodType",
    }
}

form! {
    read
    /// What QuickBooks says of a payment method.
    PaymentMethodRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        is_active: Option<bool> = "IsActive",
        payment_method_type: Option<PaymentMethodType> = "PaymentMethodType",
    }
}
