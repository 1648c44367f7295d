//! Payment terms that count days from the date of the form; QuickBooks has no Mod for them.

use crate::{
    limits,
    macros::form,
    value::{EditSequence, ListId, Percent, WallTime},
};

form! {
    write
    /// Adds payment terms.
    StandardTermsAdd {
        name: String = "Name" [limits::LIST_NAME],
        is_active: Option<bool> = "IsActive",
        std_due_days: Option<u32> = "StdDueDays",
        std_discount_days: Option<u32> = "StdDiscountDays",
        discount_pct: Option<Percent> = "DiscountPct",
    }
}

form! {
    read
    /// What QuickBooks says of payment terms.
    StandardTermsRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        is_active: Option<bool> = "IsActive",
        std_due_days: Option<u32> = "StdDueDays",
        std_discount_days: Option<u32> = "StdDiscountDays",
        discount_pct: Option<Percent> = "DiscountPct",
    }
}
