//! Voiding and deleting. Their answers are not wrapped in a `…Ret` element.

use crate::{
    enums::{ListDelType, TxnDelType, TxnVoidType},
    macros::form,
    value::{ListId, TxnId, WallTime},
};

form! {
    write
    /// Sets a transaction's amounts to zero and keeps the record (PROTOCOL.md c.5).
    TxnVoid {
        txn_void_type: TxnVoidType = "TxnVoidType",
        txn_id: TxnId = "TxnID",
    }
}

form! {
    write
    /// Removes a transaction for good.
    TxnDel {
        txn_del_type: TxnDelType = "TxnDelType",
        txn_id: TxnId = "TxnID",
    }
}

form! {
    write
    /// Removes a list entry for good; one that was ever used is refused (PROTOCOL.md c.5).
    ListDel {
        list_del_type: ListDelType = "ListDelType",
        list_id: ListId = "ListID",
    }
}

form! {
    read
    /// A voided transaction.
    TxnVoidRet {
        txn_void_type: Option<TxnVoidType> = "TxnVoidType",
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        ref_number: Option<String> = "RefNumber",
    }
}

form! {
    read
    /// A deleted transaction.
    TxnDelRet {
        txn_del_type: Option<TxnDelType> = "TxnDelType",
        txn_id: TxnId = "TxnID",
        time_deleted: Option<WallTime> = "TimeDeleted",
        ref_number: Option<String> = "RefNumber",
    }
}

form! {
    read
    /// A deleted list entry.
    ListDelRet {
        list_del_type: Option<ListDelType> = "ListDelType",
        list_id: ListId = "ListID",
        time_deleted: Option<WallTime> = "TimeDeleted",
        full_name: Option<String> = "FullName",
    }
}
