//! Which lists and transactions the simulated company has. A new list is one row here and its lines in the schema
//! table; a new transaction is one row, its lines in the table, and a booking function.

use super::adjustments;
use super::books::{Body, Books, Txn};
use super::ledger;
use super::payments;
use super::purchase_orders;
use super::purchases;
use super::refunds;
use super::sales;
use super::sites;
use super::status::Status;
use super::transactions::Draft;
use super::xml::Element;

/// Lists that share one set of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Space {
    /// Customers, vendors, employees, other names.
    Names,
    Items,
    Accounts,
    Classes,
    PaymentMethods,
    ShipMethods,
    Terms,
    TaxCodes,
    Sites,
}

/// One list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListInfo {
    /// The name in qbXML: `Customer` for CustomerAdd, CustomerRet and so on.
    pub name: &'static str,
    pub space: Space,
}

impl ListInfo {
    /// Whether QuickBooks keeps the item's stock.
    pub fn is_stocked(&self) -> bool {
        matches!(self.name, "ItemInventory" | "ItemInventoryAssembly")
    }
}

pub(crate) static LISTS: [ListInfo; 21] = [
    ListInfo { name: "Account", space: Space::Accounts },
    ListInfo { name: "Customer", space: Space::Names },
    ListInfo { name: "Vendor", space: Space::Names },
    ListInfo { name: "Employee", space: Space::Names },
    ListInfo { name: "OtherName", space: Space::Names },
    ListInfo { name: "Class", space: Space::Classes },
    ListInfo { name: "PaymentMethod", space: Space::PaymentMethods },
    ListInfo { name: "ShipMethod", space: Space::ShipMethods },
    ListInfo { name: "StandardTerms", space: Space::Terms },
    ListInfo { name: "SalesTaxCode", space: Space::TaxCodes },
    ListInfo { name: "ItemInventory", space: Space::Items },
    ListInfo { name: "ItemNonInventory", space: Space::Items },
    ListInfo { name: "ItemService", space: Space::Items },
    ListInfo { name: "ItemOtherCharge", space: Space::Items },
    ListInfo { name: "ItemDiscount", space: Space::Items },
    ListInfo { name: "ItemSalesTax", space: Space::Items },
    ListInfo { name: "ItemSubtotal", space: Space::Items },
    ListInfo { name: "ItemPayment", space: Space::Items },
    ListInfo { name: "ItemInventoryAssembly", space: Space::Items },
    ListInfo { name: "ItemGroup", space: Space::Items },
    ListInfo { name: "InventorySite", space: Space::Sites },
];

pub(crate) fn list_named(name: &str) -> Option<&'static ListInfo> {
    LISTS.iter().find(|info| info.name == name)
}

/// The lists that a query answers from: `Item` and `Entity` stand for several.
pub(crate) fn lists_of_query(name: &str) -> Vec<&'static ListInfo> {
    let space = match name {
        "Item" => Some(Space::Items),
        "Entity" => Some(Space::Names),
        "Terms" => Some(Space::Terms),
        _ => None,
    };
    LISTS.iter().filter(|info| info.name == name || Some(info.space) == space).collect()
}

/// One kind of line of a transaction, as requests and answers name it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LineInfo {
    pub add: &'static str,
    pub modify: &'static str,
    pub ret: &'static str,
}

/// One type of transaction.
pub(crate) struct TxnInfo {
    /// The name in qbXML: `SalesReceipt` for SalesReceiptAdd and so on.
    pub name: &'static str,
    /// What reports call it.
    pub label: &'static str,
    pub lines: &'static [LineInfo],
    /// Whether QuickBooks gives a number to one that comes without.
    pub numbered: bool,
    /// Turns what was asked for into what happens to the books, changing nothing.
    pub book: fn(&Books, &Draft) -> Result<Body, Status>,
    /// What else an answer tells, as things are now: open balances, what a payment settles.
    pub tell: fn(&Books, &Txn) -> Vec<Element>,
}

impl std::fmt::Debug for TxnInfo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

/// The lines of what is bought: expenses, then items.
const PURCHASED: &[LineInfo] =
    &[lines("ExpenseLineAdd", "ExpenseLineMod", "ExpenseLineRet"), lines("ItemLineAdd", "ItemLineMod", "ItemLineRet")];

const fn lines(add: &'static str, modify: &'static str, ret: &'static str) -> LineInfo {
    LineInfo { add, modify, ret }
}

pub(crate) static TXNS: [TxnInfo; 15] = [
    TxnInfo {
        name: "SalesReceipt",
        label: "Sales Receipt",
        lines: &[lines("SalesReceiptLineAdd", "SalesReceiptLineMod", "SalesReceiptLineRet")],
        numbered: true,
        book: sales::book_sales_receipt,
        tell: sales::tell_nothing,
    },
    TxnInfo {
        name: "Invoice",
        label: "Invoice",
        lines: &[lines("InvoiceLineAdd", "InvoiceLineMod", "InvoiceLineRet")],
        numbered: true,
        book: sales::book_invoice,
        tell: sales::tell_invoice,
    },
    TxnInfo {
        name: "CreditMemo",
        label: "Credit Memo",
        lines: &[lines("CreditMemoLineAdd", "CreditMemoLineMod", "CreditMemoLineRet")],
        numbered: true,
        book: sales::book_credit_memo,
        tell: sales::tell_credit_memo,
    },
    TxnInfo {
        name: "SalesOrder",
        label: "Sales Order",
        lines: &[lines("SalesOrderLineAdd", "SalesOrderLineMod", "SalesOrderLineRet")],
        numbered: true,
        book: sales::book_sales_order,
        tell: sales::tell_sales_order,
    },
    TxnInfo {
        name: "ReceivePayment",
        label: "Payment",
        lines: &[lines("AppliedToTxnAdd", "AppliedToTxnMod", "AppliedToTxnRet")],
        numbered: false,
        book: payments::book_receive_payment,
        tell: payments::tell_receive_payment,
    },
    TxnInfo {
        name: "ARRefundCreditCard",
        label: "A/R Refund",
        lines: &[lines("RefundAppliedToTxnAdd", "", "RefundAppliedToTxnRet")],
        numbered: true,
        book: refunds::book_card_refund,
        tell: refunds::tell_card_refund,
    },
    TxnInfo {
        name: "Check",
        label: "Check",
        lines: &[
            lines("ExpenseLineAdd", "ExpenseLineMod", "ExpenseLineRet"),
            lines("ApplyCheckToTxnAdd", "ApplyCheckToTxnMod", ""),
        ],
        // A check without a number waits to be printed.
        numbered: false,
        book: refunds::book_check,
        tell: refunds::tell_check,
    },
    TxnInfo {
        name: "Deposit",
        label: "Deposit",
        lines: &[lines("DepositLineAdd", "", "DepositLineRet"), lines("CashBackInfoAdd", "", "CashBackInfoRet")],
        numbered: false,
        book: ledger::book_deposit,
        tell: sales::tell_nothing,
    },
    TxnInfo {
        name: "JournalEntry",
        label: "General Journal",
        lines: &[
            lines("JournalDebitLine", "JournalLineMod", "JournalDebitLine"),
            lines("JournalCreditLine", "JournalLineMod", "JournalCreditLine"),
        ],
        numbered: true,
        book: ledger::book_journal_entry,
        tell: sales::tell_nothing,
    },
    TxnInfo {
        name: "InventoryAdjustment",
        label: "Inventory Adjust",
        lines: &[lines("InventoryAdjustmentLineAdd", "InventoryAdjustmentLineMod", "InventoryAdjustmentLineRet")],
        numbered: true,
        book: adjustments::book_inventory_adjustment,
        tell: sales::tell_nothing,
    },
    TxnInfo {
        name: "PurchaseOrder",
        label: "Purchase Order",
        lines: &[lines("PurchaseOrderLineAdd", "PurchaseOrderLineMod", "PurchaseOrderLineRet")],
        numbered: true,
        book: purchase_orders::book_purchase_order,
        tell: purchase_orders::tell_purchase_order,
    },
    TxnInfo {
        name: "ItemReceipt",
        label: "Item Receipt",
        lines: PURCHASED,
        // Vendors' documents have the numbers that vendors give.
        numbered: false,
        book: purchases::book_item_receipt,
        tell: purchases::tell_item_receipt,
    },
    TxnInfo {
        name: "Bill",
        label: "Bill",
        lines: PURCHASED,
        numbered: false,
        book: purchases::book_bill,
        tell: purchases::tell_bill,
    },
    TxnInfo {
        name: "VendorCredit",
        label: "Credit",
        lines: PURCHASED,
        numbered: false,
        book: purchases::book_vendor_credit,
        tell: purchases::tell_vendor_credit,
    },
    TxnInfo {
        name: "TransferInventory",
        label: "Inventory Transfer",
        lines: &[lines("TransferInventoryLineAdd", "TransferInventoryLineMod", "TransferInventoryLineRet")],
        numbered: true,
        book: sites::book_transfer,
        tell: sales::tell_nothing,
    },
];

pub(crate) fn txn_named(name: &str) -> Option<&'static TxnInfo> {
    TXNS.iter().find(|info| info.name == name)
}
