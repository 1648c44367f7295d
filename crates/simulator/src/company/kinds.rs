//! Which lists and transactions the simulated company has. A new list is one row here and its lines in the schema
//! table; a new transaction is one row, its lines in the table, and a booking function.

use super::books::{Body, Books, Txn};
use super::payments;
use super::sales;
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
}

/// One list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListInfo {
    /// The name in qbXML: `Customer` for CustomerAdd, CustomerRet and so on.
    pub name: &'static str,
    pub space: Space,
}

pub(crate) static LISTS: [ListInfo; 16] = [
    ListInfo { name: "Account", space: Space::Accounts },
    ListInfo { name: "Customer", space: Space::Names },
    ListInfo { name: "Vendor", space: Space::Names },
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

/// One type of transaction.
pub(crate) struct TxnInfo {
    /// The name in qbXML: `SalesReceipt` for SalesReceiptAdd and so on.
    pub name: &'static str,
    /// What its lines are called in an Add, less the `Add`.
    pub line: &'static str,
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

pub(crate) static TXNS: [TxnInfo; 3] = [
    TxnInfo {
        name: "SalesReceipt",
        line: "SalesReceiptLine",
        book: sales::book_sales_receipt,
        tell: sales::tell_nothing,
    },
    TxnInfo { name: "Invoice", line: "InvoiceLine", book: sales::book_invoice, tell: sales::tell_invoice },
    TxnInfo {
        name: "ReceivePayment",
        line: "AppliedToTxn",
        book: payments::book_receive_payment,
        tell: payments::tell_receive_payment,
    },
];

pub(crate) fn txn_named(name: &str) -> Option<&'static TxnInfo> {
    TXNS.iter().find(|info| info.name == name)
}
