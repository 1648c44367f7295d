//! The table of the objects that answers hold.

use crate::{
    node::{FromNode, Node, ObjectError},
    types::{
        account::AccountRet,
        activity::{ListDeletedRet, TransactionRet, TxnDeletedRet},
        ar_refund_credit_card::ARRefundCreditCardRet,
        bill::BillRet,
        check::CheckRet,
        class::ClassRet,
        company::{CompanyRet, HostRet, PreferencesRet},
        credit_memo::CreditMemoRet,
        customer::CustomerRet,
        data_ext::{DataExtDefRet, DataExtDelRet},
        deposit::DepositRet,
        inventory_adjustment::InventoryAdjustmentRet,
        invoice::InvoiceRet,
        item_discount::ItemDiscountRet,
        item_inventory::ItemInventoryRet,
        item_non_inventory::ItemNonInventoryRet,
        item_other_charge::ItemOtherChargeRet,
        item_payment::ItemPaymentRet,
        item_receipt::ItemReceiptRet,
        item_sales_tax::ItemSalesTaxRet,
        item_service::ItemServiceRet,
        item_subtotal::ItemSubtotalRet,
        journal_entry::JournalEntryRet,
        list_names::{EntityNameRet, ItemNameRet},
        payment_method::PaymentMethodRet,
        purchase_order::PurchaseOrderRet,
        receive_payment::ReceivePaymentRet,
        removal::{ListDelRet, ListMergeRet, TxnDelRet, TxnVoidRet},
        report::{ReportRet, ReportRow},
        sales_order::SalesOrderRet,
        sales_receipt::SalesReceiptRet,
        sales_tax_code::SalesTaxCodeRet,
        shared::DataExtRet,
        standard_terms::StandardTermsRet,
        transfer_inventory::{InventorySiteRet, TransferInventoryRet},
        vendor::VendorRet,
        vendor_credit::VendorCreditRet,
    },
};

macro_rules! objects {
    ($($variant:ident($type:ident) = $element:literal $(| $other:literal)*,)+) => {
        /// An object of an answer.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Object {
            $(
                #[doc = concat!("`", $element, "`", $(", `", $other, "`",)* ".")]
                $variant(Box<$type>),
            )+
            /// An object of a kind that is not read: the name of its element.
            Unknown(String),
        }

        impl Object {
            /// Whether objects of this element are read.
            pub(crate) fn knows(element: &str) -> bool {
                matches!(element, $($element $(| $other)*)|+)
            }

            /// Reads an object from its element.
            pub(crate) fn from_node(node: Node) -> Result<Self, ObjectError> {
                match node.name() {
                    $($element $(| $other)* => Ok($type::from_node(node)?
                        .map_or_else(|| Self::Unknown(node.name().to_owned()), |object| Self::$variant(Box::new(object)))),)+
                    other => Ok(Self::Unknown(other.to_owned())),
                }
            }
        }
    };
}

objects! {
    Host(HostRet) = "HostRet",
    Company(CompanyRet) = "CompanyRet",
    Preferences(PreferencesRet) = "PreferencesRet",
    Account(AccountRet) = "AccountRet",
    Customer(CustomerRet) = "CustomerRet",
    Vendor(VendorRet) = "VendorRet",
    Employee(EntityNameRet) = "EmployeeRet",
    OtherName(EntityNameRet) = "OtherNameRet",
    Class(ClassRet) = "ClassRet",
    StandardTerms(StandardTermsRet) = "StandardTermsRet",
    PaymentMethod(PaymentMethodRet) = "PaymentMethodRet",
    SalesTaxCode(SalesTaxCodeRet) = "SalesTaxCodeRet",
    ItemInventory(ItemInventoryRet) = "ItemInventoryRet",
    ItemNonInventory(ItemNonInventoryRet) = "ItemNonInventoryRet",
    ItemService(ItemServiceRet) = "ItemServiceRet",
    ItemOtherCharge(ItemOtherChargeRet) = "ItemOtherChargeRet",
    ItemDiscount(ItemDiscountRet) = "ItemDiscountRet",
    ItemSalesTax(ItemSalesTaxRet) = "ItemSalesTaxRet",
    ItemSubtotal(ItemSubtotalRet) = "ItemSubtotalRet",
    ItemPayment(ItemPaymentRet) = "ItemPaymentRet",
    ItemInventoryAssembly(ItemNameRet) = "ItemInventoryAssemblyRet",
    ItemGroup(ItemNameRet) = "ItemGroupRet",
    ItemFixedAsset(ItemNameRet) = "ItemFixedAssetRet",
    ItemSalesTaxGroup(ItemNameRet) = "ItemSalesTaxGroupRet",
    SalesReceipt(SalesReceiptRet) = "SalesReceiptRet",
    Invoice(InvoiceRet) = "InvoiceRet",
    ReceivePayment(ReceivePaymentRet) = "ReceivePaymentRet",
    SalesOrder(SalesOrderRet) = "SalesOrderRet",
    CreditMemo(CreditMemoRet) = "CreditMemoRet",
    ArRefundCreditCard(ARRefundCreditCardRet) = "ARRefundCreditCardRet",
    Check(CheckRet) = "CheckRet",
    Deposit(DepositRet) = "DepositRet",
    JournalEntry(JournalEntryRet) = "JournalEntryRet",
    InventoryAdjustment(InventoryAdjustmentRet) = "InventoryAdjustmentRet",
    PurchaseOrder(PurchaseOrderRet) = "PurchaseOrderRet",
    ItemReceipt(ItemReceiptRet) = "ItemReceiptRet",
    Bill(BillRet) = "BillRet",
    VendorCredit(VendorCreditRet) = "VendorCreditRet",
    TransferInventory(TransferInventoryRet) = "TransferInventoryRet",
    InventorySite(InventorySiteRet) = "InventorySiteRet",
    DataExt(DataExtRet) = "DataExtRet",
    DataExtDel(DataExtDelRet) = "DataExtDelRet",
    DataExtDef(DataExtDefRet) = "DataExtDefRet",
    TxnVoid(TxnVoidRet) = "TxnVoidRs",
    TxnDel(TxnDelRet) = "TxnDelRs",
    ListDel(ListDelRet) = "ListDelRs",
    ListMerge(ListMergeRet) = "ListMergeRs",
    Transaction(TransactionRet) = "TransactionRet",
    TxnDeleted(TxnDeletedRet) = "TxnDeletedRet",
    ListDeleted(ListDeletedRet) = "ListDeletedRet",
    Report(ReportRet) = "ReportRet",
    ReportRow(ReportRow) = "DataRow" | "TextRow" | "SubtotalRow" | "TotalRow",
}
