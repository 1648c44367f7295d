//! Transfers of stock between inventory sites, and the sites: Enterprise with Advanced Inventory only (PROTOCOL.md d).

use jiff::civil::Date;

use crate::{
    enums::ActiveStatus,
    limits,
    macros::form,
    types::{
        query::MetaData,
        shared::{RefRet, SerialOrLot},
    },
    value::{EditSequence, Guid, ListId, Quantity, Ref, TxnId, TxnLineId, WallTime},
};

form! {
    write
    /// Adds a line of a transfer.
    TransferInventoryLineAdd {
        item_ref: Option<Ref> = "ItemRef",
        from_inventory_site_location_ref: Option<Ref> = "FromInventorySiteLocationRef" [limits::LIST_NAME],
        to_inventory_site_location_ref: Option<Ref> = "ToInventorySiteLocationRef" [limits::LIST_NAME],
        quantity_to_transfer: Option<Quantity> = "QuantityToTransfer",
        serial_or_lot: Option<SerialOrLot> = "SerialNumber",
    }
}

form! {
    write
    /// Adds a transfer, which posts nothing. It can be deleted, not voided.
    TransferInventoryAdd {
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber" [limits::REF_NUMBER],
        from_inventory_site_ref: Ref = "FromInventorySiteRef" [limits::LIST_NAME],
        to_inventory_site_ref: Ref = "ToInventorySiteRef" [limits::LIST_NAME],
        memo: Option<String> = "Memo" [limits::MEMO],
        external_guid: Option<Guid> = "ExternalGUID",
        transfer_inventory_line_add: Vec<TransferInventoryLineAdd> = "TransferInventoryLineAdd",
    }
    at_least_one(transfer_inventory_line_add)
}

form! {
    read
    /// What QuickBooks says of a line of a transfer.
    TransferInventoryLineRet {
        txn_line_id: TxnLineId = "TxnLineID",
        item_ref: Option<RefRet> = "ItemRef",
        from_inventory_site_location_ref: Option<RefRet> = "FromInventorySiteLocationRef",
        to_inventory_site_location_ref: Option<RefRet> = "ToInventorySiteLocationRef",
        quantity_transferred: Option<Quantity> = "QuantityTransferred",
        serial_number: Option<String> = "SerialNumber",
        lot_number: Option<String> = "LotNumber",
    }
}

form! {
    read
    /// What QuickBooks says of a transfer.
    TransferInventoryRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        from_inventory_site_ref: Option<RefRet> = "FromInventorySiteRef",
        to_inventory_site_ref: Option<RefRet> = "ToInventorySiteRef",
        memo: Option<String> = "Memo",
        external_guid: Option<Guid> = "ExternalGUID",
        transfer_inventory_line_ret: Vec<TransferInventoryLineRet> = "TransferInventoryLineRet",
    }
}

form! {
    write
    /// Asks for inventory sites: those with these ids or names, or all that are in use, out of use or both.
    InventorySiteQuery {
        meta_data: Option<MetaData> = "metaData",
        list_id: Vec<ListId> = "ListID",
        full_name: Vec<String> = "FullName",
        active_status: Option<ActiveStatus> = "ActiveStatus",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
    at_most_one(list_id, full_name, active_status)
}

form! {
    read
    /// What QuickBooks says of an inventory site.
    InventorySiteRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        is_active: Option<bool> = "IsActive",
        parent_site_ref: Option<RefRet> = "ParentSiteRef",
        is_default_site: Option<bool> = "IsDefaultSite",
        site_desc: Option<String> = "SiteDesc",
    }
}
