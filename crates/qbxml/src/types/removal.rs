//! Voiding, deleting and merging. Their answers are not wrapped in a `…Ret` element.

use crate::{
    enums::{ListDelType, ListMergeType, TxnDelType, TxnVoidType},
    macros::form,
    value::{EditSequence, ListId, TxnId, WallTime},
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
    write
    /// Makes two list entries one: all that named the first names the second, and the first is gone. It can't be undone.
    ListMerge {
        list_merge_type: ListMergeType = "ListMergeType",
        merge_from: ListObject = "MergeFrom",
        merge_to: ListObject = "MergeTo",
        same_ship_addr_ok: Option<bool> = "SameShipAddrOk",
    }
}

form! {
    write
    /// A list entry in the version that is known.
    ListObject {
        list_id: ListId = "ListID",
        edit_sequence: EditSequence = "EditSequence",
    }
}

form! {
    read
    /// Two list entries that were made one.
    ListMergeRet {
        list_merge_type: Option<ListMergeType> = "ListMergeType",
        merged_from: Option<MergedFrom> = "MergedFrom",
        merged_to: Option<MergedTo> = "MergedTo",
    }
}

form! {
    read
    /// The list entry that is gone.
    MergedFrom {
        list_id: ListId = "ListID",
        time_deleted: Option<WallTime> = "TimeDeleted",
        full_name: Option<String> = "FullName",
    }
}

form! {
    read
    /// The list entry that stands for both.
    MergedTo {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        full_name: Option<String> = "FullName",
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
