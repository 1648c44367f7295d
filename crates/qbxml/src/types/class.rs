//! Classes.

use crate::{
    limits,
    macros::form,
    types::shared::RefRet,
    value::{EditSequence, ListId, Ref, WallTime},
};

form! {
    write
    /// Adds a class.
    ClassAdd {
        name: String = "Name" [limits::LIST_NAME],
        is_active: Option<bool> = "IsActive",
        parent_ref: Option<Ref> = "ParentRef",
    }
}

form! {
    write
    /// Changes a class: what is not named stays.
    ClassMod {
        list_id: ListId = "ListID",
        edit_sequence: EditSequence = "EditSequence",
        name: Option<String> = "Name" [limits::LIST_NAME],
        is_active: Option<bool> = "IsActive",
        parent_ref: Option<Ref> = "ParentRef",
    }
}

form! {
    read
    /// What QuickBooks says of a class.
    ClassRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        full_name: Option<String> = "FullName",
        is_active: Option<bool> = "IsActive",
        parent_ref: Option<RefRet> = "ParentRef",
        sublevel: Option<u32> = "Sublevel",
    }
}
