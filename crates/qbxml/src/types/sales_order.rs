//! Sales orders, which post nothing. QuickBooks has them from Premier on (PROTOCOL.md d).

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    enums::OptionForPriceRuleConflict,
    limits,
    macros::form,
    types::shared::{Address, AddressBlock, AddressMod, DataExt, DataExtRet, LineRate, LinkedTxn, RefRet, SerialOrLot},
    value::{Amount, Change, EditSequence, Guid, Percent, Price, Quantity, Ref, TxnId, TxnLineId, WallTime},
};

form! {
    write
    /// Adds a line of a sales order.
    SalesOrderLineAdd {
        item_ref: Option<Ref> = "ItemRef",
        desc: Option<String> = "Desc" [limits::DESC],
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Option<String> = "UnitOfMeasure" [limits::LIST_NAME],
        rate: Option<LineRate> = "Rate",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        amount: Option<Amount> = "Amount",
        option_for_price_rule_conflict: Option<OptionForPriceRuleConflict> = "OptionForPriceRuleConflict",
        inventory_site_ref: Option<Ref> = "InventorySiteRef" [limits::LIST_NAME],
        inventory_site_location_ref: Option<Ref> = "InventorySiteLocationRef" [limits::LIST_NAME],
        serial_or_lot: Option<SerialOrLot> = "SerialNumber",
        sales_tax_code_ref: Option<Ref> = "SalesTaxCodeRef" [limits::TAX_CODE],
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        other1: Option<String> = "Other1" [limits::OTHER],
        other2: Option<String> = "Other2" [limits::OTHER],
        data_ext: Vec<DataExt> = "DataExt",
    }
}

form! {
    write
    /// Adds a sales order.
    SalesOrderAdd {
        customer_ref: Ref = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        template_ref: Option<Ref> = "TemplateRef" [limits::LIST_NAME],
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber" [limits::REF_NUMBER],
        bill_address: Option<Address> = "BillAddress",
        ship_address: Option<Address> = "ShipAddress",
        po_number: Option<String> = "PONumber" [limits::PO_NUMBER],
        terms_ref: Option<Ref> = "TermsRef" [limits::LIST_NAME],
        due_date: Option<Date> = "DueDate",
        sales_rep_ref: Option<Ref> = "SalesRepRef" [limits::SALES_REP],
        fob: Option<String> = "FOB" [limits::FOB],
        ship_date: Option<Date> = "ShipDate",
        ship_method_ref: Option<Ref> = "ShipMethodRef" [limits::SHIP_METHOD],
        item_sales_tax_ref: Option<Ref> = "ItemSalesTaxRef" [limits::LIST_NAME],
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        memo: Option<String> = "Memo" [limits::MEMO],
        customer_msg_ref: Option<Ref> = "CustomerMsgRef" [limits::CUSTOMER_MESSAGE],
        is_to_be_printed: Option<bool> = "IsToBePrinted",
        is_to_be_emailed: Option<bool> = "IsToBeEmailed",
        customer_sales_tax_code_ref: Option<Ref> = "CustomerSalesTaxCodeRef" [limits::TAX_CODE],
        other: Option<String> = "Other" [limits::OTHER],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        external_guid: Option<Guid> = "ExternalGUID",
        sales_order_line_add: Vec<SalesOrderLineAdd> = "SalesOrderLineAdd",
    }
    at_least_one(sales_order_line_add)
}

form! {
    write
    /// Changes a line of a sales order: what is not named stays.
    SalesOrderLineMod {
        txn_line_id: TxnLineId = "TxnLineID",
        item_ref: Option<Ref> = "ItemRef",
        desc: Change<String> = "Desc" [limits::DESC],
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Change<String> = "UnitOfMeasure" [limits::LIST_NAME],
        override_uom_set_ref: Option<Ref> = "OverrideUOMSetRef" [limits::LIST_NAME],
        rate: Option<LineRate> = "Rate",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        amount: Option<Amount> = "Amount",
        option_for_price_rule_conflict: Option<OptionForPriceRuleConflict> = "OptionForPriceRuleConflict",
        inventory_site_ref: Option<Ref> = "InventorySiteRef" [limits::LIST_NAME],
        inventory_site_location_ref: Option<Ref> = "InventorySiteLocationRef" [limits::LIST_NAME],
        serial_or_lot: Option<SerialOrLot> = "SerialNumber",
        sales_tax_code_ref: Option<Ref> = "SalesTaxCodeRef" [limits::TAX_CODE],
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        other1: Change<String> = "Other1" [limits::OTHER],
        other2: Change<String> = "Other2" [limits::OTHER],
    }
}

form! {
    write
    /// Changes a sales order: what is not named stays, except that naming one line deletes all lines not named
    /// (PROTOCOL.md c.5). Group lines can't be named here, so one with group lines must be left without lines.
    SalesOrderMod {
        txn_id: TxnId = "TxnID",
        edit_sequence: EditSequence = "EditSequence",
        customer_ref: Option<Ref> = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        template_ref: Option<Ref> = "TemplateRef" [limits::LIST_NAME],
        txn_date: Option<Date> = "TxnDate",
        ref_number: Change<String> = "RefNumber" [limits::REF_NUMBER],
        bill_address: Option<AddressMod> = "BillAddress",
        ship_address: Option<AddressMod> = "ShipAddress",
        po_number: Change<String> = "PONumber" [limits::PO_NUMBER],
        terms_ref: Option<Ref> = "TermsRef" [limits::LIST_NAME],
        due_date: Option<Date> = "DueDate",
        sales_rep_ref: Option<Ref> = "SalesRepRef" [limits::SALES_REP],
        fob: Change<String> = "FOB" [limits::FOB],
        ship_date: Option<Date> = "ShipDate",
        ship_method_ref: Option<Ref> = "ShipMethodRef" [limits::SHIP_METHOD],
        item_sales_tax_ref: Option<Ref> = "ItemSalesTaxRef" [limits::LIST_NAME],
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        memo: Change<String> = "Memo" [limits::MEMO],
        customer_msg_ref: Option<Ref> = "CustomerMsgRef" [limits::CUSTOMER_MESSAGE],
        is_to_be_printed: Option<bool> = "IsToBePrinted",
        is_to_be_emailed: Option<bool> = "IsToBeEmailed",
        customer_sales_tax_code_ref: Option<Ref> = "CustomerSalesTaxCodeRef" [limits::TAX_CODE],
        other: Change<String> = "Other" [limits::OTHER],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        sales_order_line_mod: Vec<SalesOrderLineMod> = "SalesOrderLineMod",
    }
}

form! {
    read
    /// What QuickBooks says of a line of a sales order.
    SalesOrderLineRet {
        txn_line_id: TxnLineId = "TxnLineID",
        item_ref: Option<RefRet> = "ItemRef",
        desc: Option<String> = "Desc",
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Option<String> = "UnitOfMeasure",
        override_uom_set_ref: Option<RefRet> = "OverrideUOMSetRef",
        rate: Option<Price> = "Rate",
        rate_percent: Option<Percent> = "RatePercent",
        class_ref: Option<RefRet> = "ClassRef",
        amount: Option<Amount> = "Amount",
        inventory_site_ref: Option<RefRet> = "InventorySiteRef",
        inventory_site_location_ref: Option<RefRet> = "InventorySiteLocationRef",
        serial_number: Option<String> = "SerialNumber",
        lot_number: Option<String> = "LotNumber",
        sales_tax_code_ref: Option<RefRet> = "SalesTaxCodeRef",
        invoiced: Option<Quantity> = "Invoiced",
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        other1: Option<String> = "Other1",
        other2: Option<String> = "Other2",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}

form! {
    read
    /// What QuickBooks says of a group line of a sales order.
    SalesOrderLineGroupRet {
        txn_line_id: TxnLineId = "TxnLineID",
        item_group_ref: Option<RefRet> = "ItemGroupRef",
        desc: Option<String> = "Desc",
        quantity: Option<Quantity> = "Quantity",
        unit_of_measure: Option<String> = "UnitOfMeasure",
        override_uom_set_ref: Option<RefRet> = "OverrideUOMSetRef",
        is_print_items_in_group: Option<bool> = "IsPrintItemsInGroup",
        total_amount: Option<Amount> = "TotalAmount",
        sales_order_line_ret: Vec<SalesOrderLineRet> = "SalesOrderLineRet",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}

form! {
    read
    /// What QuickBooks says of a sales order.
    SalesOrderRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        customer_ref: Option<RefRet> = "CustomerRef",
        class_ref: Option<RefRet> = "ClassRef",
        template_ref: Option<RefRet> = "TemplateRef",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        bill_address: Option<Address> = "BillAddress",
        bill_address_block: Option<AddressBlock> = "BillAddressBlock",
        ship_address: Option<Address> = "ShipAddress",
        ship_address_block: Option<AddressBlock> = "ShipAddressBlock",
        po_number: Option<String> = "PONumber",
        terms_ref: Option<RefRet> = "TermsRef",
        due_date: Option<Date> = "DueDate",
        sales_rep_ref: Option<RefRet> = "SalesRepRef",
        fob: Option<String> = "FOB",
        ship_date: Option<Date> = "ShipDate",
        ship_method_ref: Option<RefRet> = "ShipMethodRef",
        subtotal: Option<Amount> = "Subtotal",
        item_sales_tax_ref: Option<RefRet> = "ItemSalesTaxRef",
        sales_tax_percentage: Option<Percent> = "SalesTaxPercentage",
        sales_tax_total: Option<Amount> = "SalesTaxTotal",
        total_amount: Option<Amount> = "TotalAmount",
        currency_ref: Option<RefRet> = "CurrencyRef",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        total_amount_in_home_currency: Option<Amount> = "TotalAmountInHomeCurrency",
        is_manually_closed: Option<bool> = "IsManuallyClosed",
        is_fully_invoiced: Option<bool> = "IsFullyInvoiced",
        memo: Option<String> = "Memo",
        customer_msg_ref: Option<RefRet> = "CustomerMsgRef",
        is_to_be_printed: Option<bool> = "IsToBePrinted",
        is_to_be_emailed: Option<bool> = "IsToBeEmailed",
        customer_sales_tax_code_ref: Option<RefRet> = "CustomerSalesTaxCodeRef",
        other: Option<String> = "Other",
        external_guid: Option<Guid> = "ExternalGUID",
        linked_txn: Vec<LinkedTxn> = "LinkedTxn",
        sales_order_line_ret: Vec<SalesOrderLineRet> = "SalesOrderLineRet",
        sales_order_line_group_ret: Vec<SalesOrderLineGroupRet> = "SalesOrderLineGroupRet",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
