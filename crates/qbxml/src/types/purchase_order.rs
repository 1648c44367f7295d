//! Purchase orders, which post nothing. They can be deleted, not voided (PROTOCOL.md c.5).

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    limits,
    macros::{choice, form},
    types::shared::{Address, AddressBlock, AddressMod, DataExt, DataExtRet, LinkedTxn, RefRet},
    value::{Amount, Change, EditSequence, Guid, Price, Quantity, Ref, TxnId, TxnLineId, WallTime},
};

choice! {
    /// Where the goods are to go.
    ShipTo {
        Site(Ref) = "InventorySiteRef" [limits::LIST_NAME],
        Entity(Ref) = "ShipToEntityRef" [limits::CUSTOMER_FULL_NAME],
    }
}

form! {
    write
    /// Adds a line of a purchase order.
    PurchaseOrderLineAdd {
        item_ref: Option<Ref> = "ItemRef",
        manufacturer_part_number: Option<String> = "ManufacturerPartNumber" [limits::PART_NUMBER],
        desc: Option<String> = "Desc" [limits::DESC],
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Option<String> = "UnitOfMeasure" [limits::LIST_NAME],
        rate: Option<Price> = "Rate",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        amount: Option<Amount> = "Amount",
        inventory_site_location_ref: Option<Ref> = "InventorySiteLocationRef" [limits::LIST_NAME],
        customer_ref: Option<Ref> = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        service_date: Option<Date> = "ServiceDate",
        override_item_account_ref: Option<Ref> = "OverrideItemAccountRef" [limits::FULL_NAME],
        other1: Option<String> = "Other1" [limits::OTHER],
        other2: Option<String> = "Other2" [limits::OTHER],
        data_ext: Vec<DataExt> = "DataExt",
    }
}

form! {
    write
    /// Adds a purchase order.
    PurchaseOrderAdd {
        vendor_ref: Option<Ref> = "VendorRef" [limits::CUSTOMER_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        ship_to: Option<ShipTo> = "InventorySiteRef",
        template_ref: Option<Ref> = "TemplateRef" [limits::LIST_NAME],
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber" [limits::REF_NUMBER],
        vendor_address: Option<Address> = "VendorAddress",
        ship_address: Option<Address> = "ShipAddress",
        terms_ref: Option<Ref> = "TermsRef" [limits::LIST_NAME],
        due_date: Option<Date> = "DueDate",
        expected_date: Option<Date> = "ExpectedDate",
        ship_method_ref: Option<Ref> = "ShipMethodRef" [limits::SHIP_METHOD],
        fob: Option<String> = "FOB" [limits::FOB],
        memo: Option<String> = "Memo" [limits::MEMO],
        vendor_msg: Option<String> = "VendorMsg" [99],
        is_to_be_printed: Option<bool> = "IsToBePrinted",
        is_to_be_emailed: Option<bool> = "IsToBeEmailed",
        other1: Option<String> = "Other1" [25],
        other2: Option<String> = "Other2" [limits::OTHER],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        external_guid: Option<Guid> = "ExternalGUID",
        purchase_order_line_add: Vec<PurchaseOrderLineAdd> = "PurchaseOrderLineAdd",
    }
    at_least_one(purchase_order_line_add)
}

form! {
    write
    /// Changes a line of a purchase order: what is not named stays.
    PurchaseOrderLineMod {
        txn_line_id: TxnLineId = "TxnLineID",
        item_ref: Option<Ref> = "ItemRef",
        manufacturer_part_number: Change<String> = "ManufacturerPartNumber" [limits::PART_NUMBER],
        desc: Change<String> = "Desc" [limits::DESC],
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Change<String> = "UnitOfMeasure" [limits::LIST_NAME],
        override_uom_set_ref: Option<Ref> = "OverrideUOMSetRef" [limits::LIST_NAME],
        rate: Option<Price> = "Rate",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        amount: Option<Amount> = "Amount",
        inventory_site_location_ref: Option<Ref> = "InventorySiteLocationRef" [limits::LIST_NAME],
        customer_ref: Option<Ref> = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        service_date: Option<Date> = "ServiceDate",
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        override_item_account_ref: Option<Ref> = "OverrideItemAccountRef" [limits::FULL_NAME],
        other1: Change<String> = "Other1" [limits::OTHER],
        other2: Change<String> = "Other2" [limits::OTHER],
    }
}

form! {
    write
    /// Changes a purchase order: what is not named stays, except that naming one line deletes all lines not named
    /// (PROTOCOL.md c.5). Group lines can't be named here, so one with group lines must be left without lines.
    PurchaseOrderMod {
        txn_id: TxnId = "TxnID",
        edit_sequence: EditSequence = "EditSequence",
        vendor_ref: Option<Ref> = "VendorRef" [limits::CUSTOMER_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        ship_to: Option<ShipTo> = "InventorySiteRef",
        template_ref: Option<Ref> = "TemplateRef" [limits::LIST_NAME],
        txn_date: Option<Date> = "TxnDate",
        ref_number: Change<String> = "RefNumber" [limits::REF_NUMBER],
        vendor_address: Option<AddressMod> = "VendorAddress",
        ship_address: Option<AddressMod> = "ShipAddress",
        terms_ref: Option<Ref> = "TermsRef" [limits::LIST_NAME],
        due_date: Option<Date> = "DueDate",
        expected_date: Option<Date> = "ExpectedDate",
        ship_method_ref: Option<Ref> = "ShipMethodRef" [limits::SHIP_METHOD],
        fob: Change<String> = "FOB" [limits::FOB],
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        memo: Change<String> = "Memo" [limits::MEMO],
        vendor_msg: Change<String> = "VendorMsg" [99],
        is_to_be_printed: Option<bool> = "IsToBePrinted",
        is_to_be_emailed: Option<bool> = "IsToBeEmailed",
        other1: Change<String> = "Other1" [25],
        other2: Change<String> = "Other2" [limits::OTHER],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        purchase_order_line_mod: Vec<PurchaseOrderLineMod> = "PurchaseOrderLineMod",
    }
}

form! {
    read
    /// What QuickBooks says of a line of a purchase order.
    PurchaseOrderLineRet {
        txn_line_id: TxnLineId = "TxnLineID",
        item_ref: Option<RefRet> = "ItemRef",
        manufacturer_part_number: Option<String> = "ManufacturerPartNumber",
        desc: Option<String> = "Desc",
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Option<String> = "UnitOfMeasure",
        override_uom_set_ref: Option<RefRet> = "OverrideUOMSetRef",
        rate: Option<Price> = "Rate",
        class_ref: Option<RefRet> = "ClassRef",
        amount: Option<Amount> = "Amount",
        inventory_site_location_ref: Option<RefRet> = "InventorySiteLocationRef",
        customer_ref: Option<RefRet> = "CustomerRef",
        service_date: Option<Date> = "ServiceDate",
        received_quantity: Option<Quantity> = "ReceivedQuantity",
        unbilled_quantity: Option<Quantity> = "UnbilledQuantity",
        is_billed: Option<bool> = "IsBilled",
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        other1: Option<String> = "Other1",
        other2: Option<String> = "Other2",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}

form! {
    read
    /// What QuickBooks says of a group line of a purchase order.
    PurchaseOrderLineGroupRet {
        txn_line_id: TxnLineId = "TxnLineID",
        item_group_ref: Option<RefRet> = "ItemGroupRef",
        desc: Option<String> = "Desc",
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Option<String> = "UnitOfMeasure",
        override_uom_set_ref: Option<RefRet> = "OverrideUOMSetRef",
        is_print_items_in_group: Option<bool> = "IsPrintItemsInGroup",
        total_amount: Option<Amount> = "TotalAmount",
        purchase_order_line_ret: Vec<PurchaseOrderLineRet> = "PurchaseOrderLineRet",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}

form! {
    read
    /// What QuickBooks says of a purchase order.
    PurchaseOrderRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        vendor_ref: Option<RefRet> = "VendorRef",
        class_ref: Option<RefRet> = "ClassRef",
        inventory_site_ref: Option<RefRet> = "InventorySiteRef",
        ship_to_entity_ref: Option<RefRet> = "ShipToEntityRef",
        template_ref: Option<RefRet> = "TemplateRef",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        vendor_address: Option<Address> = "VendorAddress",
        vendor_address_block: Option<AddressBlock> = "VendorAddressBlock",
        ship_address: Option<Address> = "ShipAddress",
        ship_address_block: Option<AddressBlock> = "ShipAddressBlock",
        terms_ref: Option<RefRet> = "TermsRef",
        due_date: Option<Date> = "DueDate",
        expected_date: Option<Date> = "ExpectedDate",
        ship_method_ref: Option<RefRet> = "ShipMethodRef",
        fob: Option<String> = "FOB",
        total_amount: Option<Amount> = "TotalAmount",
        currency_ref: Option<RefRet> = "CurrencyRef",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        total_amount_in_home_currency: Option<Amount> = "TotalAmountInHomeCurrency",
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        is_fully_received: Option<bool> = "IsFullyReceived",
        memo: Option<String> = "Memo",
        vendor_msg: Option<String> = "VendorMsg",
        is_to_be_printed: Option<bool> = "IsToBePrinted",
        is_to_be_emailed: Option<bool> = "IsToBeEmailed",
        other1: Option<String> = "Other1",
        other2: Option<String> = "Other2",
        external_guid: Option<Guid> = "ExternalGUID",
        linked_txn: Vec<LinkedTxn> = "LinkedTxn",
        purchase_order_line_ret: Vec<PurchaseOrderLineRet> = "PurchaseOrderLineRet",
        purchase_order_line_group_ret: Vec<PurchaseOrderLineGroupRet> = "PurchaseOrderLineGroupRet",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
