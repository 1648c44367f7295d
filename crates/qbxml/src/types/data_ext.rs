//! Custom fields and private data (PROTOCOL.md c.6).

use crate::{
    check::Checker,
    enums::{AssignToObject, DataExtType, ListDataExtType, OtherDataExtType, TxnDataExtType},
    field::{Field, NO_LIMIT},
    limits,
    macros::form,
    types::shared::RefRet,
    value::{Guid, Ref, TxnId, TxnLineId, WallTime},
    write::Writer,
};
use serde::{Deserialize, Serialize};

/// What a custom or private data field is attached to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DataExtTarget {
    /// A list entry.
    List {
        /// `ListDataExtType`: which list.
        list_data_ext_type: ListDataExtType,
        /// `ListObjRef`: which entry.
        list_obj_ref: Ref,
    },
    /// A transaction or one of its lines.
    Txn {
        /// `TxnDataExtType`: which kind.
        txn_data_ext_type: TxnDataExtType,
        /// `TxnID`: which transaction.
        txn_id: TxnId,
        /// `TxnLineID`: which line of it.
        txn_line_id: Option<TxnLineId>,
    },
    /// Something of which there is one.
    Other(OtherDataExtType),
}

impl Default for DataExtTarget {
    /// Nothing, which no check lets pass.
    fn default() -> Self {
        Self::Other(OtherDataExtType::default())
    }
}

impl Field for DataExtTarget {
    fn is_set(&self) -> bool {
        true
    }

    fn check(&self, _: &'static str, _: usize, checker: &mut Checker) {
        match self {
            Self::List { list_data_ext_type, list_obj_ref } => {
                list_data_ext_type.check("ListDataExtType", NO_LIMIT, checker);
                list_obj_ref.check("ListObjRef", limits::CUSTOMER_FULL_NAME, checker);
            }
            Self::Txn { txn_data_ext_type, txn_id, txn_line_id } => {
                txn_data_ext_type.check("TxnDataExtType", NO_LIMIT, checker);
                txn_id.check("TxnID", NO_LIMIT, checker);
                txn_line_id.check("TxnLineID", NO_LIMIT, checker);
            }
            Self::Other(other) => other.check("OtherDataExtType", NO_LIMIT, checker),
        }
    }

    fn write(&self, _: &'static str, writer: &mut Writer) {
        match self {
            Self::List { list_data_ext_type, list_obj_ref } => {
                list_data_ext_type.write("ListDataExtType", writer);
                list_obj_ref.write("ListObjRef", writer);
            }
            Self::Txn { txn_data_ext_type, txn_id, txn_line_id } => {
                txn_data_ext_type.write("TxnDataExtType", writer);
                txn_id.write("TxnID", writer);
                txn_line_id.write("TxnLineID", writer);
            }
            Self::Other(other) => other.write("OtherDataExtType", writer),
        }
    }
}

form! {
    write
    /// Gives a field a value.
    DataExtAdd {
        owner_id: Guid = "OwnerID",
        data_ext_name: String = "DataExtName" [limits::DATA_EXT_NAME],
        target: DataExtTarget = "DataExtTarget",
        data_ext_value: String = "DataExtValue",
    }
}

form! {
    write
    /// Gives a field another value; it can't be emptied with this: that is [`DataExtDel`].
    DataExtMod {
        owner_id: Guid = "OwnerID",
        data_ext_name: String = "DataExtName" [limits::DATA_EXT_NAME],
        target: DataExtTarget = "DataExtTarget",
        data_ext_value: String = "DataExtValue",
    }
}

form! {
    write
    /// Takes a field's value away.
    DataExtDel {
        owner_id: Guid = "OwnerID",
        data_ext_name: String = "DataExtName" [limits::DATA_EXT_NAME],
        target: DataExtTarget = "DataExtTarget",
    }
}

form! {
    read
    /// What was taken away.
    DataExtDelRet {
        owner_id: Option<Guid> = "OwnerID",
        data_ext_name: Option<String> = "DataExtName",
        list_data_ext_type: Option<ListDataExtType> = "ListDataExtType",
        list_obj_ref: Option<RefRet> = "ListObjRef",
        txn_data_ext_type: Option<TxnDataExtType> = "TxnDataExtType",
        txn_id: Option<TxnId> = "TxnID",
        txn_line_id: Option<TxnLineId> = "TxnLineID",
        other_data_ext_type: Option<OtherDataExtType> = "OtherDataExtType",
        time_deleted: Option<WallTime> = "TimeDeleted",
    }
}

form! {
    write
    /// Defines a private data field. A used name, or one that was deleted, gives 3180 (PROTOCOL.md c.6).
    DataExtDefAdd {
        owner_id: Guid = "OwnerID",
        data_ext_name: String = "DataExtName" [limits::DATA_EXT_NAME],
        data_ext_type: DataExtType = "DataExtType",
        assign_to_object: Vec<AssignToObject> = "AssignToObject",
        data_ext_list_require: Option<bool> = "DataExtListRequire",
        data_ext_txn_require: Option<bool> = "DataExtTxnRequire",
        data_ext_format_string: Option<String> = "DataExtFormatString",
    }
}

form! {
    read
    /// The definition of a custom or private data field.
    DataExtDefRet {
        owner_id: Option<Guid> = "OwnerID",
        data_ext_id: Option<u32> = "DataExtID",
        data_ext_name: Option<String> = "DataExtName",
        data_ext_type: Option<DataExtType> = "DataExtType",
        assign_to_object: Vec<AssignToObject> = "AssignToObject",
        data_ext_list_require: Option<bool> = "DataExtListRequire",
        data_ext_txn_require: Option<bool> = "DataExtTxnRequire",
        data_ext_format_string: Option<String> = "DataExtFormatString",
    }
}
