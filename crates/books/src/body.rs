//! The QuickBooks form of an entry, and the request that carries it.

mod buying;

use qbxml::{
    ARRefundCreditCardAdd, AccountAdd, Amount, AppliedToTxnAdd, ApplyCheckToTxnAdd, BillAdd, CheckAdd, ClassAdd,
    CreditMemoAdd, CreditMemoLineMod, CreditMemoMod, CustomerAdd, EditSequence, InventoryAdjustmentAdd, InvoiceAdd,
    InvoiceLineMod, InvoiceMod, ItemDiscountAdd, ItemInventoryAdd, ItemNonInventoryAdd, ItemOtherChargeAdd,
    ItemReceiptAdd, ItemSalesTaxAdd, ItemServiceAdd, ItemSubtotalAdd, JournalEntryAdd, JournalEntryMod, JournalLineAdd,
    JournalLineMod, JournalLineType, ListDel, ListDelType, PaymentMethodAdd, PurchaseOrderAdd, ReceivePaymentAdd, Ref,
    RefundAppliedToTxnAdd, Request, SalesOrderAdd, SalesOrderLineMod, SalesOrderMod, SalesReceiptAdd,
    SalesReceiptLineMod, SalesReceiptMod, SetCredit, StandardTermsAdd, TransferInventoryAdd, TxnDel, TxnDelType, TxnId,
    TxnLineId, TxnVoid, TxnVoidType, VendorAdd, VendorCreditAdd,
};
use serde::{Deserialize, Serialize};

use crate::{
    document::DocumentId,
    entry::{EntryKey, Link},
    money::Money,
};

/// Lines of an Add as lines of a Mod, all of them new.
macro_rules! lines {
    ($lines:expr, $type:ident) => {
        $lines
            .into_iter()
            .map(|line| $type {
                txn_line_id: TxnLineId::new(TxnLineId::NEW),
                item_ref: line.item_ref,
                desc: line.desc.map_or(qbxml::Change::Keep, qbxml::Change::Set),
                quantity: line.quantity,
                class_ref: line.class_ref,
                amount: line.amount,
                sales_tax_code_ref: line.sales_tax_code_ref,
                ..$type::default()
            })
            .collect()
    };
}

/// The QuickBooks form of an entry: something that is added, or something that is done to what another entry added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", content = "fields", rename_all = "snake_case")]
pub enum Body {
    /// An account.
    Account(AccountAdd),
    /// A class.
    Class(ClassAdd),
    /// A payment method.
    PaymentMethod(PaymentMethodAdd),
    /// Payment terms.
    StandardTerms(StandardTermsAdd),
    /// A customer.
    Customer(Box<CustomerAdd>),
    /// A vendor.
    Vendor(Box<VendorAdd>),
    /// An item whose stock and cost QuickBooks keeps.
    ItemInventory(Box<ItemInventoryAdd>),
    /// An item without stock.
    ItemNonInventory(Box<ItemNonInventoryAdd>),
    /// A service.
    ItemService(Box<ItemServiceAdd>),
    /// Shipping, tips, gift cards and the like.
    ItemOtherCharge(Box<ItemOtherChargeAdd>),
    /// A discount.
    ItemDiscount(Box<ItemDiscountAdd>),
    /// A tax of one authority.
    ItemSalesTax(Box<ItemSalesTaxAdd>),
    /// A subtotal.
    ItemSubtotal(Box<ItemSubtotalAdd>),
    /// A sales order: what is agreed, before anything reaches the books.
    SalesOrder(Box<SalesOrderAdd>),
    /// A sales receipt.
    SalesReceipt(Box<SalesReceiptAdd>),
    /// An invoice.
    Invoice(Box<InvoiceAdd>),
    /// A payment of invoices that other entries make; their TxnIDs are known only once they are posted.
    ReceivePayment {
        /// The form, without what it is applied to.
        form: Box<ReceivePaymentAdd>,
        /// The invoices.
        invoices: Vec<Applied>,
    },
    /// A credit memo.
    CreditMemo(Box<CreditMemoAdd>),
    /// Money given back for credit memos, by card and the like.
    #[serde(rename = "ar_refund_credit_card")]
    ARRefundCreditCard {
        /// The form, without what it is applied to.
        form: Box<ARRefundCreditCardAdd>,
        /// The credit memos.
        credits: Vec<Applied>,
    },
    /// Money given back for credit memos, in cash or by check.
    Check {
        /// The form, without what it is applied to.
        form: Box<CheckAdd>,
        /// The credit memos.
        credits: Vec<Applied>,
    },
    /// Stock that is gone without a sale.
    InventoryAdjustment(Box<InventoryAdjustmentAdd>),
    /// A journal entry.
    JournalEntry(Box<JournalEntryAdd>),
    /// A purchase order: what is bought, before anything reaches the books.
    PurchaseOrder {
        /// The form.
        form: Box<PurchaseOrderAdd>,
        /// The source's id of each of its lines. A line keeps its place for ever: what is taken off the order stays with
        /// what was received of it.
        lines: Vec<DocumentId>,
        /// Whether nothing more is expected. QuickBooks is told by a change only.
        closed: bool,
    },
    /// Goods that came before the bill.
    ItemReceipt {
        /// The form, without what it receives.
        form: Box<ItemReceiptAdd>,
        /// The purchase order that it receives.
        order: Option<OrderLines>,
    },
    /// A bill of a vendor.
    Bill {
        /// The form, without what it receives.
        form: Box<BillAdd>,
        /// The purchase order that it receives.
        order: Option<OrderLines>,
    },
    /// A credit of a vendor.
    VendorCredit(Box<VendorCreditAdd>),
    /// Stock that went from one inventory site to another.
    TransferInventory(Box<TransferInventoryAdd>),
    /// What goods cost that an order moved, at the unit costs that the shop told when it was mapped. It is part of a day's
    /// entry and never sent.
    Cost {
        /// The goods.
        lines: Vec<CostLine>,
    },
    /// A credit memo settles part of an invoice.
    Application {
        /// The invoice's entry.
        invoice: EntryKey,
        /// The credit memo's entry.
        credit: EntryKey,
        /// How much.
        amount: Amount,
    },
    /// A form that is in QuickBooks is changed in place.
    Change {
        /// The entry that made it.
        target: EntryKey,
        /// How it stood until now; none when it was voided.
        before: Option<Box<Body>>,
        /// How it is to stand.
        after: Box<Body>,
    },
    /// A form that is in QuickBooks is voided: its amounts become zero, the record stays.
    Void {
        /// The entry that made it.
        target: EntryKey,
        /// How it stood until now.
        before: Box<Body>,
    },
    /// Something that is in QuickBooks is removed for good.
    Deletion {
        /// The entry that made it.
        target: EntryKey,
        /// How it stood until now.
        before: Box<Body>,
    },
}

impl Body {
    /// Full name of the customer or the vendor that the form names; of an operation, of what it works upon.
    pub fn party(&self) -> Option<&str> {
        let named = match self {
            Self::SalesOrder(form) => Some(&form.customer_ref),
            Self::SalesReceipt(form) => form.customer_ref.as_ref(),
            Self::Invoice(form) => Some(&form.customer_ref),
            Self::ReceivePayment { form, .. } => Some(&form.customer_ref),
            Self::CreditMemo(form) => Some(&form.customer_ref),
            Self::ARRefundCreditCard { form, .. } => Some(&form.customer_ref),
            Self::Check { form, .. } => form.payee_entity_ref.as_ref(),
            Self::PurchaseOrder { form, .. } => form.vendor_ref.as_ref(),
            Self::ItemReceipt { form, .. } => Some(&form.vendor_ref),
            Self::Bill { form, .. } => Some(&form.vendor_ref),
            Self::VendorCredit(form) => Some(&form.vendor_ref),
            Self::Change { after, .. } => return after.party(),
            Self::Void { before, .. } | Self::Deletion { before, .. } => return before.party(),
            _ => None,
        };
        match named {
            Some(Ref::Name(name)) => Some(name),
            _ => None,
        }
    }
}

/// How much of what another entry made is settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Applied {
    /// The entry.
    pub to: EntryKey,
    /// How much of it.
    pub amount: Amount,
}

/// Which lines of a purchase order the item lines of a form receive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderLines {
    /// The purchase order's entry.
    pub order: EntryKey,
    /// For each item line the place of the order's line, from 0; none for a line that receives none.
    pub lines: Vec<Option<usize>>,
}

/// Where something that an entry made stands in QuickBooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// QuickBooks' id.
    pub link: Link,
    /// What QuickBooks wants to see before it lets the object be changed (PROTOCOL.md c.5).
    pub edit_sequence: EditSequence,
    /// QuickBooks' ids of its lines, where other forms refer to them: those on accounts before those of items.
    pub lines: Vec<TxnLineId>,
}

/// What goods of one line of an order cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostLine {
    /// The line.
    pub line: DocumentId,
    /// What the goods are called.
    pub title: String,
    /// How many.
    pub quantity: u32,
    /// What one cost when it was sold; none where the shop does not tell: then nothing is posted.
    pub unit_cost: Option<Money>,
    /// What became of them.
    pub moved: Moved,
}

/// What became of goods, for their cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// Sold: out of stock, into the cost of goods sold.
    Sold,
    /// Back into stock, out of the cost of goods sold.
    Restocked,
    /// Back of no use: out of the cost of goods sold, into shrinkage.
    Damaged,
    /// Taken back into stock before, as was thought: out of stock, into shrinkage.
    Lost,
}

/// Why an entry can't be put into words for QuickBooks.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoRequest {
    /// It builds upon an entry that has no link.
    #[error("{0} is not in QuickBooks yet")]
    NotLinkedYet(EntryKey),
    /// It goes into QuickBooks as a part of its day's entry.
    #[error("it is part of its day's entry")]
    PartOfDay,
    /// QuickBooks has no such request for this kind of form.
    #[error("what {0} made can't be {1} in QuickBooks")]
    Impossible(EntryKey, &'static str),
}

impl Body {
    /// The request. `linked` knows where what another entry made stands in QuickBooks.
    ///
    /// # Errors
    /// See [`NoRequest`].
    pub(crate) fn request(&self, linked: &dyn Fn(&EntryKey) -> Option<Linked>) -> Result<Request, NoRequest> {
        let get = |key: &EntryKey| linked(key).ok_or_else(|| NoRequest::NotLinkedYet(key.clone()));
        let transaction = |key: &EntryKey| match get(key)? {
            Linked { link: Link::Transaction(id), edit_sequence, .. } => Ok((id, edit_sequence)),
            Linked { link: Link::List(_), .. } => Err(NoRequest::NotLinkedYet(key.clone())),
        };
        Ok(match self {
            Self::Class(form) => form.clone().into(),
            Self::Account(form) => form.clone().into(),
            Self::PaymentMethod(form) => form.clone().into(),
            Self::StandardTerms(form) => form.clone().into(),
            Self::Customer(form) => (**form).clone().into(),
            Self::Vendor(form) => (**form).clone().into(),
            Self::ItemInventory(form) => (**form).clone().into(),
            Self::ItemNonInventory(form) => (**form).clone().into(),
            Self::ItemService(form) => (**form).clone().into(),
            Self::ItemOtherCharge(form) => (**form).clone().into(),
            Self::ItemDiscount(form) => (**form).clone().into(),
            Self::ItemSalesTax(form) => (**form).clone().into(),
            Self::ItemSubtotal(form) => (**form).clone().into(),
            Self::SalesOrder(form) => (**form).clone().into(),
            Self::SalesReceipt(form) => (**form).clone().into(),
            Self::Invoice(form) => (**form).clone().into(),
            Self::CreditMemo(form) => (**form).clone().into(),
            Self::InventoryAdjustment(form) => (**form).clone().into(),
            Self::JournalEntry(form) => (**form).clone().into(),
            Self::PurchaseOrder { form, .. } => (**form).clone().into(),
            Self::ItemReceipt { form, order } => {
                let mut form = (**form).clone();
                buying::receive(&mut form.item_line_add, order.as_ref(), get)?;
                form.into()
            }
            Self::Bill { form, order } => {
                let mut form = (**form).clone();
                buying::receive(&mut form.item_line_add, order.as_ref(), get)?;
                form.into()
            }
            Self::VendorCredit(form) => (**form).clone().into(),
            Self::TransferInventory(form) => (**form).clone().into(),
            Self::Cost { .. } => return Err(NoRequest::PartOfDay),
            Self::ReceivePayment { form, invoices } => {
                let mut form = (**form).clone();
                form.applied_to_txn_add = invoices
                    .iter()
                    .map(|Applied { to, amount }| {
                        let txn_id = transaction(to)?.0;
                        Ok(AppliedToTxnAdd { txn_id, payment_amount: Some(*amount), ..AppliedToTxnAdd::default() })
                    })
                    .collect::<Result<_, _>>()?;
                form.into()
            }
            Self::ARRefundCreditCard { form, credits } => {
                let mut form = (**form).clone();
                form.refund_applied_to_txn_add = credits
                    .iter()
                    .map(|Applied { to, amount }| {
                        Ok(RefundAppliedToTxnAdd { txn_id: transaction(to)?.0, refund_amount: *amount })
                    })
                    .collect::<Result<_, _>>()?;
                form.into()
            }
            Self::Check { form, credits } => {
                let mut form = (**form).clone();
                form.apply_check_to_txn_add = credits
                    .iter()
                    .map(|Applied { to, amount }| {
                        Ok(ApplyCheckToTxnAdd { txn_id: transaction(to)?.0, amount: Some(*amount) })
                    })
                    .collect::<Result<_, _>>()?;
                form.into()
            }
            Self::Application { invoice, credit, amount } => {
                let (txn_id, edit_sequence) = transaction(invoice)?;
                let credit_txn_id = transaction(credit)?.0;
                let set_credit = vec![SetCredit { credit_txn_id, applied_amount: *amount, ..SetCredit::default() }];
                InvoiceMod { txn_id, edit_sequence, set_credit, ..InvoiceMod::default() }.into()
            }
            Self::Change { target, before, after } => {
                let (id, sequence) = transaction(target)?;
                after
                    .change(before.as_deref(), id, sequence, &get(target)?.lines)
                    .ok_or_else(|| NoRequest::Impossible(target.clone(), "changed"))?
            }
            Self::Void { target, before } => {
                let kind = before.txn_void_type().ok_or_else(|| NoRequest::Impossible(target.clone(), "voided"))?;
                TxnVoid { txn_void_type: kind, txn_id: transaction(target)?.0 }.into()
            }
            Self::Deletion { target, before } => {
                let impossible = || NoRequest::Impossible(target.clone(), "deleted");
                match get(target)?.link {
                    Link::Transaction(txn_id) => {
                        TxnDel { txn_del_type: before.txn_del_type().ok_or_else(impossible)?, txn_id }.into()
                    }
                    Link::List(list_id) => {
                        ListDel { list_del_type: before.list_del_type().ok_or_else(impossible)?, list_id }.into()
                    }
                }
            }
        })
    }

    /// What QuickBooks calls this kind of transaction when it is voided; none where it can only be deleted (PROTOCOL.md
    /// Appendix D, `TxnVoidType`).
    pub(crate) fn txn_void_type(&self) -> Option<TxnVoidType> {
        Some(match self {
            Self::SalesReceipt(_) => TxnVoidType::SalesReceipt,
            Self::Invoice(_) => TxnVoidType::Invoice,
            Self::CreditMemo(_) => TxnVoidType::CreditMemo,
            Self::ARRefundCreditCard { .. } => TxnVoidType::ArRefundCreditCard,
            Self::Check { .. } => TxnVoidType::Check,
            Self::InventoryAdjustment(_) => TxnVoidType::InventoryAdjustment,
            Self::JournalEntry(_) => TxnVoidType::JournalEntry,
            Self::ItemReceipt { .. } => TxnVoidType::ItemReceipt,
            Self::Bill { .. } => TxnVoidType::Bill,
            Self::VendorCredit(_) => TxnVoidType::VendorCredit,
            _ => return None,
        })
    }

    fn txn_del_type(&self) -> Option<TxnDelType> {
        Some(match self {
            Self::SalesOrder(_) => TxnDelType::SalesOrder,
            Self::SalesReceipt(_) => TxnDelType::SalesReceipt,
            Self::Invoice(_) => TxnDelType::Invoice,
            Self::ReceivePayment { .. } => TxnDelType::ReceivePayment,
            Self::CreditMemo(_) => TxnDelType::CreditMemo,
            Self::ARRefundCreditCard { .. } => TxnDelType::ArRefundCreditCard,
            Self::Check { .. } => TxnDelType::Check,
            Self::InventoryAdjustment(_) => TxnDelType::InventoryAdjustment,
            Self::JournalEntry(_) => TxnDelType::JournalEntry,
            Self::PurchaseOrder { .. } => TxnDelType::PurchaseOrder,
            Self::ItemReceipt { .. } => TxnDelType::ItemReceipt,
            Self::Bill { .. } => TxnDelType::Bill,
            Self::VendorCredit(_) => TxnDelType::VendorCredit,
            Self::TransferInventory(_) => TxnDelType::TransferInventory,
            _ => return None,
        })
    }

    fn list_del_type(&self) -> Option<ListDelType> {
        Some(match self {
            Self::Account(_) => ListDelType::Account,
            Self::Class(_) => ListDelType::Class,
            Self::PaymentMethod(_) => ListDelType::PaymentMethod,
            Self::StandardTerms(_) => ListDelType::StandardTerms,
            Self::Customer(_) => ListDelType::Customer,
            Self::Vendor(_) => ListDelType::Vendor,
            Self::ItemInventory(_) => ListDelType::ItemInventory,
            Self::ItemNonInventory(_) => ListDelType::ItemNonInventory,
            Self::ItemService(_) => ListDelType::ItemService,
            Self::ItemOtherCharge(_) => ListDelType::ItemOtherCharge,
            Self::ItemDiscount(_) => ListDelType::ItemDiscount,
            Self::ItemSalesTax(_) => ListDelType::ItemSalesTax,
            Self::ItemSubtotal(_) => ListDelType::ItemSubtotal,
            _ => return None,
        })
    }

    /// The Mod request that makes a form in QuickBooks stand as this one: every line is given anew, so that QuickBooks
    /// drops the old ones (PROTOCOL.md c.5). A sales order of which only `IsManuallyClosed` changes keeps its lines, and so
    /// do forms of purchases, whose `lines` other forms refer to.
    fn change(
        &self,
        before: Option<&Self>,
        txn_id: TxnId,
        edit_sequence: EditSequence,
        lines: &[TxnLineId],
    ) -> Option<Request> {
        Some(match self {
            Self::PurchaseOrder { form, closed, .. } => {
                buying::order((**form).clone(), *closed, before, txn_id, edit_sequence, lines)
            }
            Self::ItemReceipt { form, .. } => buying::receipt((**form).clone(), txn_id, edit_sequence, lines),
            Self::Bill { form, .. } => buying::bill((**form).clone(), txn_id, edit_sequence, lines),
            Self::VendorCredit(form) => buying::credit((**form).clone(), txn_id, edit_sequence, lines),
            Self::SalesOrder(form) => {
                let closes_only = matches!(before, Some(Self::SalesOrder(before))
                    if before.sales_order_line_add == form.sales_order_line_add);
                if closes_only {
                    let is_manually_closed = Some(form.is_manually_closed.unwrap_or_default());
                    return Some(
                        SalesOrderMod { txn_id, edit_sequence, is_manually_closed, ..SalesOrderMod::default() }.into(),
                    );
                }
                let form = (**form).clone();
                SalesOrderMod {
                    txn_id,
                    edit_sequence,
                    txn_date: form.txn_date,
                    po_number: form.po_number.into(),
                    terms_ref: form.terms_ref,
                    is_manually_closed: form.is_manually_closed,
                    memo: form.memo.into(),
                    sales_order_line_mod: lines!(form.sales_order_line_add, SalesOrderLineMod),
                    ..SalesOrderMod::default()
                }
                .into()
            }
            Self::SalesReceipt(form) => {
                let form = (**form).clone();
                SalesReceiptMod {
                    txn_id,
                    edit_sequence,
                    txn_date: form.txn_date,
                    payment_method_ref: form.payment_method_ref,
                    memo: form.memo.into(),
                    deposit_to_account_ref: form.deposit_to_account_ref,
                    sales_receipt_line_mod: lines!(form.sales_receipt_line_add, SalesReceiptLineMod),
                    ..SalesReceiptMod::default()
                }
                .into()
            }
            Self::Invoice(form) => {
                let form = (**form).clone();
                InvoiceMod {
                    txn_id,
                    edit_sequence,
                    txn_date: form.txn_date,
                    po_number: form.po_number.into(),
                    terms_ref: form.terms_ref,
                    due_date: form.due_date,
                    memo: form.memo.into(),
                    invoice_line_mod: lines!(form.invoice_line_add, InvoiceLineMod),
                    ..InvoiceMod::default()
                }
                .into()
            }
            Self::CreditMemo(form) => {
                let form = (**form).clone();
                CreditMemoMod {
                    txn_id,
                    edit_sequence,
                    txn_date: form.txn_date,
                    memo: form.memo.into(),
                    credit_memo_line_mod: lines!(form.credit_memo_line_add, CreditMemoLineMod),
                    ..CreditMemoMod::default()
                }
                .into()
            }
            Self::JournalEntry(form) => JournalEntryMod {
                txn_id,
                edit_sequence,
                txn_date: form.txn_date,
                journal_line_mod: form.journal_line_add.iter().map(journal_line).collect(),
                ..JournalEntryMod::default()
            }
            .into(),
            _ => return None,
        })
    }
}

/// A line of a journal entry as a new line of its Mod.
fn journal_line(line: &JournalLineAdd) -> JournalLineMod {
    let (side, line) = match line {
        JournalLineAdd::Debit(line) => (JournalLineType::Debit, line.clone()),
        JournalLineAdd::Credit(line) => (JournalLineType::Credit, line.clone()),
    };
    JournalLineMod {
        txn_line_id: TxnLineId::new(TxnLineId::NEW),
        journal_line_type: Some(side),
        account_ref: line.account_ref,
        amount: line.amount,
        memo: line.memo.map_or(qbxml::Change::Keep, qbxml::Change::Set),
        entity_ref: line.entity_ref,
        class_ref: line.class_ref,
        ..JournalLineMod::default()
    }
}
