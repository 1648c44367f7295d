//! Sales-tax codes.

use crate::{
    limits,
    macros::form,
    value::{Change, EditSequence, ListId, WallTime},
};

form! {
    write
    /// Adds a sales-tax code.
    SalesTaxCodeAdd {
        name: String = "Name" [limits::TAX_CODE],
        is_active: Option<bool> = "IsActive",
        is_taxable: bool = "IsTaxable",
        desc: Option<String> = "Desc" [31],
    }
}

form! {
    write
    /// Changes a sales-tax code: what is not named stays.
    SalesTaxCodeMod {
        list_id: ListId = "ListID",
        edit_sequence: EditSequence = "EditSequence",
        name: Option<String> = "Name" [limits::TAX_CODE],
        is_active: Option<bool> = "IsActive",
        is_taxable: Option<bool> = "IsTaxable",
        desc: Change<String> = "Desc" [31],
    }
}

form! {
    read
    /// What QuickBooks says of a sales-tax code.
    SalesTaxCodeRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        is_active: Option<bool> = "IsActive",
        is_taxable: Option<bool> = "IsTaxable",
        desc: Option<String> = "Desc",
    }
}
