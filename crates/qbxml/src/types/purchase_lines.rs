//! The item lines that bills, item receipts and vendor credits share; their account lines are those of checks.

use crate::{
    enums::BillableStatus,
    limits,
    macros::form,
    types::shared::{DataExt, DataExtRet, RefRet, SerialOrLot},
    value::{Amount, Change, Price, Quantity, Ref, TxnId, TxnLineId},
};

form! {
    write
    /// The line of a purchase order that a line receives. The line then has no item of its own (PROTOCOL.md d).
    LinkToTxn {
        txn_id: TxnId = "TxnID",
        txn_line_id: TxnLineId = "TxnLineID",
    }
}

form! {
    write
    /// Adds an item line of a bill, an item receipt or a vendor credit; a vendor credit's links to nothing.
    ItemLineAdd {
        item_ref: Option<Ref> = "ItemRef",
        inventory_site_ref: Option<Ref> = "InventorySiteRef" [limits::LIST_NAME],
        inventory_site_location_ref: Option<Ref> = "InventorySiteLocationRef" [limits::LIST_NAME],
        serial_or_lot: Option<SerialOrLot> = "SerialNumber",
        desc: Option<String> = "Desc" [limits::DESC],
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Option<String> = "UnitOfMeasure" [limits::LIST_NAME],
        cost: Option<Price> = "Cost",
        amount: Option<Amount> = "Amount",
        customer_ref: Option<Ref> = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        billable_status: Option<BillableStatus> = "BillableStatus",
        override_item_account_ref: Option<Ref> = "OverrideItemAccountRef" [limits::FULL_NAME],
        link_to_txn: Option<LinkToTxn> = "LinkToTxn",
        sales_rep_ref: Option<Ref> = "SalesRepRef" [limits::SALES_REP],
        data_ext: Vec<DataExt> = "DataExt",
    }
}

form! {
    write
    /// Changes an item line: what is not named stays.
    ItemLineMod {
        txn_line_id: TxnLineId = "TxnLineID",
        item_ref: Option<Ref> = "ItemRef",
        inventory_site_ref: Option<Ref> = "InventorySiteRef" [limits::LIST_NAME],
        inventory_site_location_ref: Option<Ref> = "InventorySiteLocationRef" [limits::LIST_NAME],
        serial_or_lot: Option<SerialOrLot> = "SerialNumber",
        desc: Change<String> = "Desc" [limits::DESC],
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Change<String> = "UnitOfMeasure" [limits::LIST_NAME],
        override_uom_set_ref: Option<Ref> = "OverrideUOMSetRef" [limits::LIST_NAME],
        cost: Option<Price> = "Cost",
        amount: Option<Amount> = "Amount",
        customer_ref: Option<Ref> = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        billable_status: Option<BillableStatus> = "BillableStatus",
        override_item_account_ref: Option<Ref> = "OverrideItemAccountRef" [limits::FULL_NAME],
        sales_rep_ref: Option<Ref> = "SalesRepRef" [limits::SALES_REP],
    }
}

form! {
    read
    /// What QuickBooks says of an item line.
    ItemLineRet {
        txn_line_id: TxnLineId = "TxnLineID",
        item_ref: Option<RefRet> = "ItemRef",
        inventory_site_ref: Option<RefRet> = "InventorySiteRef",
        inventory_site_location_ref: Option<RefRet> = "InventorySiteLocationRef",
        serial_number: Option<String> = "SerialNumber",
        lot_number: Option<String> = "LotNumber",
        desc: Option<String> = "Desc",
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Option<String> = "UnitOfMeasure",
        override_uom_set_ref: Option<RefRet> = "OverrideUOMSetRef",
        cost: Option<Price> = "Cost",
        amount: Option<Amount> = "Amount",
        customer_ref: Option<RefRet> = "CustomerRef",
        class_ref: Option<RefRet> = "ClassRef",
        billable_status: Option<BillableStatus> = "BillableStatus",
        sales_rep_ref: Option<RefRet> = "SalesRepRef",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}

form! {
    read
    /// What QuickBooks says of a group line.
    ItemGroupLineRet {
        txn_line_id: TxnLineId = "TxnLineID",
        item_group_ref: Option<RefRet> = "ItemGroupRef",
        desc: Option<String> = "Desc",
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Option<String> = "UnitOfMeasure",
        override_uom_set_ref: Option<RefRet> = "OverrideUOMSetRef",
        total_amount: Option<Amount> = "TotalAmount",
        item_line_ret: Vec<ItemLineRet> = "ItemLineRet",
    }
}
