//! The queries: a table for each.

use crate::{
    enums::AssignToObject,
    limits,
    macros::form,
    types::query::{DepositSelect, Iterator, ListSelect, MetaData, OrderFilter, TxnSelect},
    value::Guid,
};

form! {
    write
    /// Asks QuickBooks about itself: product, release, qbXML versions, list capacities.
    HostQuery {
        include_list_meta_data: Option<IncludeListMetaData> = "IncludeListMetaData",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
}

form! {
    write
    /// Whether [`HostQuery`] wants to know how much each list can hold.
    IncludeListMetaData {
        include_max_capacity: bool = "IncludeMaxCapacity",
    }
}

form! {
    write
    /// Asks about the company file; `owner_id` brings the private data kept on it.
    CompanyQuery {
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for the company file's preferences.
    PreferencesQuery {
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
}

form! {
    write
    /// Asks for accounts.
    AccountQuery {
        meta_data: Option<MetaData> = "metaData",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for customers and jobs.
    CustomerQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for classes.
    ClassQuery {
        meta_data: Option<MetaData> = "metaData",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
}

form! {
    write
    /// Asks for payment terms that count days.
    StandardTermsQuery {
        meta_data: Option<MetaData> = "metaData",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
}

form! {
    write
    /// Asks for payment methods.
    PaymentMethodQuery {
        meta_data: Option<MetaData> = "metaData",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
}

form! {
    write
    /// Asks for sales-tax codes.
    SalesTaxCodeQuery {
        meta_data: Option<MetaData> = "metaData",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
}

form! {
    write
    /// Asks for items of all kinds.
    ItemQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for inventory items.
    ItemInventoryQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for non-inventory items.
    ItemNonInventoryQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for service items.
    ItemServiceQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for other-charge items.
    ItemOtherChargeQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for discount items.
    ItemDiscountQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for sales-tax items.
    ItemSalesTaxQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for subtotal items.
    ItemSubtotalQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for payment items.
    ItemPaymentQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for sales receipts; lines come only when asked for.
    SalesReceiptQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for invoices; lines and linked transactions come only when asked for.
    InvoiceQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_linked_txns: Option<bool> = "IncludeLinkedTxns",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for received payments; what they pay comes only when asked for.
    ReceivePaymentQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for sales orders; lines and linked transactions come only when asked for.
    SalesOrderQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect<OrderFilter> = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_linked_txns: Option<bool> = "IncludeLinkedTxns",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for credit memos; lines and linked transactions come only when asked for.
    CreditMemoQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_linked_txns: Option<bool> = "IncludeLinkedTxns",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for refunds by card; what they pay back comes only when asked for.
    ARRefundCreditCardQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for checks; lines and linked transactions come only when asked for.
    CheckQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_linked_txns: Option<bool> = "IncludeLinkedTxns",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for deposits; lines come only when asked for.
    DepositQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: DepositSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for journal entries; lines come only when asked for.
    JournalEntryQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for inventory adjustments; lines come only when asked for.
    InventoryAdjustmentQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for vendors.
    VendorQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: ListSelect = "ListID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for purchase orders; lines and linked transactions come only when asked for.
    PurchaseOrderQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_linked_txns: Option<bool> = "IncludeLinkedTxns",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for item receipts; lines and linked transactions come only when asked for.
    ItemReceiptQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_linked_txns: Option<bool> = "IncludeLinkedTxns",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for bills; lines and linked transactions come only when asked for.
    BillQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_linked_txns: Option<bool> = "IncludeLinkedTxns",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for vendor credits; lines and linked transactions come only when asked for.
    VendorCreditQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_linked_txns: Option<bool> = "IncludeLinkedTxns",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
        owner_id: Vec<Guid> = "OwnerID",
    }
}

form! {
    write
    /// Asks for transfers between inventory sites; lines come only when asked for.
    TransferInventoryQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TxnSelect = "TxnID",
        include_line_items: Option<bool> = "IncludeLineItems",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
}

form! {
    write
    /// Asks for the definitions of custom and private data fields, by owner or by object; none given asks for all.
    DataExtDefQuery {
        meta_data: Option<MetaData> = "metaData",
        owner_id: Vec<Guid> = "OwnerID",
        assign_to_object: Vec<AssignToObject> = "AssignToObject",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
    at_most_one(owner_id, assign_to_object)
}
