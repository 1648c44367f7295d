//! Adjustments of the quantities in stock.

use jiff::civil::Date;

use crate::{
    limits,
    macros::{choice, form},
    types::shared::{DataExtRet, RefRet, SerialOrLot},
    value::{Amount, EditSequence, Guid, Quantity, Ref, TxnId, TxnLineId, WallTime},
};

form! {
    write
    /// How a quantity changes: to a new one, or by a difference.
    QuantityAdjustment {
        new_quantity: Option<Quantity> = "NewQuantity",
        quantity_difference: Option<Quantity> = "QuantityDifference",
        serial_or_lot: Option<SerialOrLot> = "SerialNumber",
        inventory_site_location_ref: Option<Ref> = "InventorySiteLocationRef" [limits::LIST_NAME],
    }
    exactly_one(new_quantity, quantity_difference)
}

form! {
    write
    /// How a quantity and what it is worth change: each to a new one, or by a difference. The schema lets either be left
    /// out; here both are named, as a quantity alone is a [`QuantityAdjustment`].
    ValueAdjustment {
        new_quantity: Option<Quantity> = "NewQuantity",
        quantity_difference: Option<Quantity> = "QuantityDifference",
        new_value: Option<Amount> = "NewValue",
        value_difference: Option<Amount> = "ValueDifference",
    }
    exactly_one(new_quantity, quantity_difference)
    exactly_one(new_value, value_difference)
}

choice! {
    /// What a line of an adjustment changes.
    StockChange {
        Quantity(QuantityAdjustment) = "QuantityAdjustment",
        Value(ValueAdjustment) = "ValueAdjustment",
    }
}

impl Default for StockChange {
    /// A change of nothing, which no check lets pass.
    fn default() -> Self {
        Self::Quantity(QuantityAdjustment::default())
    }
}

form! {
    write
    /// Adds a line of an adjustment: of a quantity at its average cost, or of a quantity and its worth.
    InventoryAdjustmentLineAdd {
        item_ref: Ref = "ItemRef",
        change: StockChange = "QuantityAdjustment",
    }
}

form! {
    write
    /// Adds an adjustment; `account_ref` takes the worth of what is gone.
    InventoryAdjustmentAdd {
        account_ref: Ref = "AccountRef" [limits::FULL_NAME],
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber" [limits::REF_NUMBER],
        inventory_site_ref: Option<Ref> = "InventorySiteRef" [limits::LIST_NAME],
        customer_ref: Option<Ref> = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        memo: Option<String> = "Memo" [limits::MEMO],
        external_guid: Option<Guid> = "ExternalGUID",
        inventory_adjustment_line_add: Vec<InventoryAdjustmentLineAdd> = "InventoryAdjustmentLineAdd",
    }
    at_least_one(inventory_adjustment_line_add)
}

form! {
    read
    /// What QuickBooks says of a line of an adjustment.
    InventoryAdjustmentLineRet {
        txn_line_id: TxnLineId = "TxnLineID",
        item_ref: Option<RefRet> = "ItemRef",
        serial_number: Option<String> = "SerialNumber",
        lot_number: Option<String> = "LotNumber",
        inventory_site_location_ref: Option<RefRet> = "InventorySiteLocationRef",
        quantity_difference: Option<Quantity> = "QuantityDifference",
        value_difference: Option<Amount> = "ValueDifference",
    }
}

form! {
    read
    /// What QuickBooks says of an adjustment.
    InventoryAdjustmentRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        account_ref: Option<RefRet> = "AccountRef",
        inventory_site_ref: Option<RefRet> = "InventorySiteRef",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        customer_ref: Option<RefRet> = "CustomerRef",
        class_ref: Option<RefRet> = "ClassRef",
        memo: Option<String> = "Memo",
        external_guid: Option<Guid> = "ExternalGUID",
        inventory_adjustment_line_ret: Vec<InventoryAdjustmentLineRet> = "InventoryAdjustmentLineRet",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
