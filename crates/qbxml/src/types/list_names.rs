//! List entries that are only known by name: what stands beside customers and vendors, and beside the items that we sell.

use crate::{
    limits,
    macros::form,
    types::{
        query::{Iterator, ListSelect, MetaData},
        shared::RefRet,
    },
    value::{EditSequence, ListId, WallTime},
};

form! {
    write
    /// Asks for customers, vendors, employees and other names at once: a name is unique among all of them.
    EntityQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
}

form! {
    read
    /// What QuickBooks says of an employee or an other name: that its name is taken.
    EntityNameRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        is_active: Option<bool> = "IsActive",
        company_name: Option<String> = "CompanyName",
    }
}

form! {
    read
    /// What QuickBooks says of an assembly, a group, a fixed asset or a group of sales taxes: that its name is taken.
    /// Those that can't stand below others have no full name but their name.
    ItemNameRet {
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
