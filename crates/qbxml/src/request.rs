//! The table of requests.

use serde::{Deserialize, Serialize};

use crate::{
    check::{Checker, FieldError},
    field::{Field, Form},
    types::{
        account::{AccountAdd, AccountMod},
        activity::{ListDeletedQuery, TransactionQuery, TxnDeletedQuery},
        ar_refund_credit_card::ARRefundCreditCardAdd,
        bill::{BillAdd, BillMod},
        check::{CheckAdd, CheckMod},
        class::{ClassAdd, ClassMod},
        credit_memo::{CreditMemoAdd, CreditMemoMod},
        customer::{CustomerAdd, CustomerMod},
        data_ext::{DataExtAdd, DataExtDefAdd, DataExtDel, DataExtMod},
        deposit::DepositAdd,
        inventory_adjustment::InventoryAdjustmentAdd,
        invoice::{InvoiceAdd, InvoiceMod},
        item_discount::{ItemDiscountAdd, ItemDiscountMod},
        item_inventory::{ItemInventoryAdd, ItemInventoryMod},
        item_non_inventory::{ItemNonInventoryAdd, ItemNonInventoryMod},
        item_other_charge::{ItemOtherChargeAdd, ItemOtherChargeMod},
        item_payment::{ItemPaymentAdd, ItemPaymentMod},
        item_receipt::{ItemReceiptAdd, ItemReceiptMod},
        item_sales_tax::{ItemSalesTaxAdd, ItemSalesTaxMod},
        item_service::{ItemServiceAdd, ItemServiceMod},
        item_subtotal::{ItemSubtotalAdd, ItemSubtotalMod},
        journal_entry::{JournalEntryAdd, JournalEntryMod},
        list_names::EntityQuery,
        payment_method::PaymentMethodAdd,
        purchase_order::{PurchaseOrderAdd, PurchaseOrderMod},
        queries::{
            ARRefundCreditCardQuery, AccountQuery, BillQuery, CheckQuery, ClassQuery, CompanyQuery, CreditMemoQuery,
            CustomerQuery, DataExtDefQuery, DepositQuery, HostQuery, InventoryAdjustmentQuery, InvoiceQuery,
            ItemDiscountQuery, ItemInventoryQuery, ItemNonInventoryQuery, ItemOtherChargeQuery, ItemPaymentQuery,
            ItemQuery, ItemReceiptQuery, ItemSalesTaxQuery, ItemServiceQuery, ItemSubtotalQuery, JournalEntryQuery,
            PaymentMethodQuery, PreferencesQuery, PurchaseOrderQuery, ReceivePaymentQuery, SalesOrderQuery,
            SalesReceiptQuery, SalesTaxCodeQuery, StandardTermsQuery, TransferInventoryQuery, VendorCreditQuery,
            VendorQuery,
        },
        query::{Limited, check_iterator, write_attributes},
        receive_payment::{ReceivePaymentAdd, ReceivePaymentMod},
        removal::{ListDel, ListMerge, TxnDel, TxnVoid},
        report::{CustomDetailReportQuery, GeneralSummaryReportQuery},
        sales_order::{SalesOrderAdd, SalesOrderMod},
        sales_receipt::{SalesReceiptAdd, SalesReceiptMod},
        sales_tax_code::{SalesTaxCodeAdd, SalesTaxCodeMod},
        standard_terms::StandardTermsAdd,
        transfer_inventory::{InventorySiteQuery, TransferInventoryAdd},
        vendor::VendorAdd,
        vendor_credit::{VendorCreditAdd, VendorCreditMod},
    },
    write::Writer,
};

/// Each row says how the fields stand in the request's element: `wrapped` in an element of the request's own name,
/// `plain`, or plain with the attributes of a `query` or of an `iterated` query.
macro_rules! requests {
    ($($name:ident: $shape:ident),+ $(,)?) => {
        /// A request to QuickBooks.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[allow(clippy::large_enum_variant, reason = "requests live in short lists, and plain variants read best")]
        pub enum Request {
            $(
                #[doc = concat!("`", stringify!($name), "Rq`.")]
                $name($name),
            )+
        }

        $(impl From<$name> for Request {
            fn from(form: $name) -> Self {
                Self::$name(form)
            }
        })+

        impl Request {
            /// Its name, such as `CustomerAdd`: also the name that its answer has.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)+
                }
            }

            /// Checks it against QuickBooks' own limits.
            ///
            /// # Errors
            ///
            /// Everything that QuickBooks would not take, each with the path of its field.
            pub fn check(&self) -> Result<(), Vec<FieldError>> {
                let mut checker = Checker::new(self.name());
                match self {
                    $(Self::$name(form) => requests!(@check $shape form checker),)+
                }
                checker.finish()
            }

            /// One of each kind, every field filled.
            #[cfg(test)]
            pub(crate) fn samples(maker: crate::sample::Maker) -> Vec<Self> {
                vec![$(requests!(@sample $shape $name maker)),+]
            }

            /// Writes the request's element.
            pub(crate) fn write(&self, request_id: &str, writer: &mut Writer) {
                let element = match self {
                    $(Self::$name(_) => concat!(stringify!($name), "Rq"),)+
                };
                writer.begin_tag(element);
                writer.attribute("requestID", request_id);
                match self {
                    $(Self::$name(form) => requests!(@write $shape $name form writer),)+
                }
                writer.close(element);
            }
        }
    };
    (@check iterated $form:ident $checker:ident) => {{
        $form.check_fields(&mut $checker);
        check_iterator($form.iterator.as_ref(), $form.select.max_returned(), &mut $checker);
    }};
    (@check $shape:ident $form:ident $checker:ident) => {
        $form.check_fields(&mut $checker)
    };
    (@sample iterated $name:ident $maker:ident) => {{
        let mut form: $name = crate::sample::Sample::sample($maker, crate::field::NO_LIMIT);
        if form.select.max_returned().is_none() {
            form.iterator = None;
        }
        Self::$name(form)
    }};
    (@sample $shape:ident $name:ident $maker:ident) => {
        Self::$name(crate::sample::Sample::sample($maker, crate::field::NO_LIMIT))
    };
    (@write wrapped $name:ident $form:ident $writer:ident) => {{
        $writer.end_tag();
        $form.write(stringify!($name), $writer);
    }};
    (@write plain $name:ident $form:ident $writer:ident) => {{
        $writer.end_tag();
        $form.write_fields($writer);
    }};
    (@write query $name:ident $form:ident $writer:ident) => {{
        write_attributes($form.meta_data, None, $writer);
        $writer.end_tag();
        $form.write_fields($writer);
    }};
    (@write iterated $name:ident $form:ident $writer:ident) => {{
        write_attributes($form.meta_data, $form.iterator.as_ref(), $writer);
        $writer.end_tag();
        $form.write_fields($writer);
    }};
}

requests! {
    HostQuery: plain,
    CompanyQuery: plain,
    PreferencesQuery: plain,
    AccountAdd: wrapped,
    AccountMod: wrapped,
    AccountQuery: query,
    CustomerAdd: wrapped,
    CustomerMod: wrapped,
    CustomerQuery: iterated,
    ClassAdd: wrapped,
    ClassMod: wrapped,
    ClassQuery: query,
    StandardTermsAdd: wrapped,
    StandardTermsQuery: query,
    PaymentMethodAdd: wrapped,
    PaymentMethodQuery: query,
    SalesTaxCodeAdd: wrapped,
    SalesTaxCodeMod: wrapped,
    SalesTaxCodeQuery: query,
    ItemInventoryAdd: wrapped,
    ItemInventoryMod: wrapped,
    ItemInventoryQuery: iterated,
    ItemNonInventoryAdd: wrapped,
    ItemNonInventoryMod: wrapped,
    ItemNonInventoryQuery: iterated,
    ItemServiceAdd: wrapped,
    ItemServiceMod: wrapped,
    ItemServiceQuery: iterated,
    ItemOtherChargeAdd: wrapped,
    ItemOtherChargeMod: wrapped,
    ItemOtherChargeQuery: iterated,
    ItemDiscountAdd: wrapped,
    ItemDiscountMod: wrapped,
    ItemDiscountQuery: iterated,
    ItemSalesTaxAdd: wrapped,
    ItemSalesTaxMod: wrapped,
    ItemSalesTaxQuery: iterated,
    ItemSubtotalAdd: wrapped,
    ItemSubtotalMod: wrapped,
    ItemSubtotalQuery: iterated,
    ItemPaymentAdd: wrapped,
    ItemPaymentMod: wrapped,
    ItemPaymentQuery: iterated,
    ItemQuery: iterated,
    SalesReceiptAdd: wrapped,
    SalesReceiptMod: wrapped,
    SalesReceiptQuery: iterated,
    InvoiceAdd: wrapped,
    InvoiceMod: wrapped,
    InvoiceQuery: iterated,
    ReceivePaymentAdd: wrapped,
    ReceivePaymentMod: wrapped,
    ReceivePaymentQuery: iterated,
    SalesOrderAdd: wrapped,
    SalesOrderMod: wrapped,
    SalesOrderQuery: iterated,
    CreditMemoAdd: wrapped,
    CreditMemoMod: wrapped,
    CreditMemoQuery: iterated,
    ARRefundCreditCardAdd: wrapped,
    ARRefundCreditCardQuery: iterated,
    CheckAdd: wrapped,
    CheckMod: wrapped,
    CheckQuery: iterated,
    DepositAdd: wrapped,
    DepositQuery: iterated,
    JournalEntryAdd: wrapped,
    JournalEntryMod: wrapped,
    JournalEntryQuery: iterated,
    InventoryAdjustmentAdd: wrapped,
    InventoryAdjustmentQuery: iterated,
    VendorAdd: wrapped,
    VendorQuery: iterated,
    PurchaseOrderAdd: wrapped,
    PurchaseOrderMod: wrapped,
    PurchaseOrderQuery: iterated,
    ItemReceiptAdd: wrapped,
    ItemReceiptMod: wrapped,
    ItemReceiptQuery: iterated,
    BillAdd: wrapped,
    BillMod: wrapped,
    BillQuery: iterated,
    VendorCreditAdd: wrapped,
    VendorCreditMod: wrapped,
    VendorCreditQuery: iterated,
    TransferInventoryAdd: wrapped,
    TransferInventoryQuery: iterated,
    InventorySiteQuery: query,
    DataExtAdd: wrapped,
    DataExtMod: wrapped,
    DataExtDel: wrapped,
    DataExtDefAdd: wrapped,
    DataExtDefQuery: query,
    TxnVoid: plain,
    TxnDel: plain,
    ListDel: plain,
    ListMerge: plain,
    EntityQuery: iterated,
    TransactionQuery: iterated,
    TxnDeletedQuery: query,
    ListDeletedQuery: query,
    CustomDetailReportQuery: plain,
    GeneralSummaryReportQuery: plain,
}

impl Request {
    /// Whether it writes to the company file.
    pub fn writes(&self) -> bool {
        !self.name().ends_with("Query")
    }
}
