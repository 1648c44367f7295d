//! QuickBooks' forms of an order, with the postings that those forms make.

use jiff::{civil::Date, tz::TimeZone};
use qbxml::{
    ARRefundCreditCardAdd, Amount, CheckAdd, CreditMemoAdd, CreditMemoLineAdd, ExpenseLineAdd, InventoryAdjustmentAdd,
    InventoryAdjustmentLineAdd, InvoiceAdd, InvoiceLineAdd, Quantity, QuantityAdjustment, ReceivePaymentAdd, Ref,
    SalesOrderAdd, SalesOrderLineAdd, SalesReceiptAdd, SalesReceiptLineAdd, StockChange, limits,
};
use rust_decimal::Decimal;

use crate::{
    body::{Applied, Body},
    document::{DocumentId, Order},
    entry::{Entry, EntryKey, EntryKind, Event, Posting, Postings},
    mapping::{Mode, MoneyBack},
    money::Money,
    names,
    needs::Needs,
    parties::{address, optional},
    reasons::HeldReason,
    sale::Line,
};

/// What all forms of an order say alike.
#[derive(Clone, Debug)]
pub(crate) struct Head<'o> {
    pub order: &'o Order,
    pub id: &'o DocumentId,
    pub customer: String,
    pub class: Option<String>,
    /// Sales-tax item of 0 %.
    pub footer: String,
    /// Payment terms, by name.
    pub terms: Option<String>,
}

/// Where money arrives or is taken from.
#[derive(Clone, Debug)]
pub(crate) struct Till {
    /// Full name of the clearing account.
    pub account: String,
    /// Name of the payment method.
    pub method: String,
    /// How money goes back through it.
    pub back: MoneyBack,
}

/// What one form says.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub key: EntryKey,
    pub date: Date,
    /// Reference number.
    pub number: String,
    pub carries: Vec<Event>,
    /// Entries of this order that must be there before.
    pub after: Vec<EntryKey>,
}

macro_rules! form_lines {
    ($type:ident, $head:expr, $lines:expr, $needs:expr) => {
        $lines
            .iter()
            .map(|line| $type {
                item_ref: Some(Ref::name(&line.sold.item)),
                desc: line.description.clone(),
                quantity: line.quantity.and_then(|quantity| Quantity::new(Decimal::from(quantity)).ok()),
                class_ref: $head.class.as_ref().map(Ref::name),
                amount: Some(amount($needs, line.amount)),
                sales_tax_code_ref: line.tax_code.clone(),
                ..$type::default()
            })
            .collect()
    };
}

/// What the lines of a form come to.
pub(crate) fn sum(lines: &[Line]) -> Money {
    lines.iter().map(|line| line.amount).sum()
}

impl Head<'_> {
    /// A sales receipt of which the money arrives at `till`; none where nothing is paid in money.
    pub fn sales_receipt(
        &self,
        needs: &mut Needs<'_>,
        sheet: Sheet,
        lines: &[Line],
        till: Option<&Till>,
    ) -> Option<Entry> {
        let (bill_address, ship_address) = self.addresses(needs);
        let form = SalesReceiptAdd {
            customer_ref: Some(Ref::name(&self.customer)),
            class_ref: self.class.as_ref().map(Ref::name),
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            bill_address,
            ship_address,
            payment_method_ref: till.map(|till| Ref::name(&till.method)),
            item_sales_tax_ref: Some(Ref::name(&self.footer)),
            memo: Some(names::memo(self.order, &sheet.key)),
            is_to_be_printed: Some(false),
            deposit_to_account_ref: till.map(|till| Ref::name(&till.account)),
            sales_receipt_line_add: form_lines!(SalesReceiptLineAdd, self, lines, needs),
            ..SalesReceiptAdd::default()
        };
        let debtor = till.map_or("", |till| &till.account);
        self.selling(needs, sheet, EntryKind::SalesReceipt, debtor, lines, Body::SalesReceipt(Box::new(form)))
    }

    /// An invoice on the account `receivable`.
    pub fn invoice(&self, needs: &mut Needs<'_>, sheet: Sheet, lines: &[Line], receivable: &str) -> Option<Entry> {
        let (bill_address, ship_address) = self.addresses(needs);
        let form = InvoiceAdd {
            customer_ref: Ref::name(&self.customer),
            class_ref: self.class.as_ref().map(Ref::name),
            ar_account_ref: Some(Ref::name(receivable)),
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            bill_address,
            ship_address,
            po_number: optional(self.order.purchase_order_number.as_deref(), limits::PO_NUMBER),
            terms_ref: self.terms.as_ref().map(Ref::name),
            due_date: self.due_date(needs),
            item_sales_tax_ref: Some(Ref::name(&self.footer)),
            memo: Some(names::memo(self.order, &sheet.key)),
            is_to_be_printed: Some(false),
            invoice_line_add: form_lines!(InvoiceLineAdd, self, lines, needs),
            ..InvoiceAdd::default()
        };
        self.selling(needs, sheet, EntryKind::Invoice, receivable, lines, Body::Invoice(Box::new(form)))
    }

    /// A sales order, which posts nothing.
    pub fn sales_order(&self, needs: &mut Needs<'_>, sheet: Sheet, lines: &[Line]) -> Option<Entry> {
        let (bill_address, ship_address) = self.addresses(needs);
        let form = SalesOrderAdd {
            customer_ref: Ref::name(&self.customer),
            class_ref: self.class.as_ref().map(Ref::name),
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            bill_address,
            ship_address,
            po_number: optional(self.order.purchase_order_number.as_deref(), limits::PO_NUMBER),
            terms_ref: self.terms.as_ref().map(Ref::name),
            due_date: self.due_date(needs),
            item_sales_tax_ref: Some(Ref::name(&self.footer)),
            is_manually_closed: Some(false),
            memo: Some(names::memo(self.order, &sheet.key)),
            is_to_be_printed: Some(false),
            sales_order_line_add: form_lines!(SalesOrderLineAdd, self, lines, needs),
            ..SalesOrderAdd::default()
        };
        let total = sum(lines);
        self.entry(needs, sheet, EntryKind::SalesOrder, total, Vec::new(), Body::SalesOrder(Box::new(form)))
    }

    /// A credit memo on the account `receivable`.
    pub fn credit_memo(&self, needs: &mut Needs<'_>, sheet: Sheet, lines: &[Line], receivable: &str) -> Option<Entry> {
        let form = CreditMemoAdd {
            customer_ref: Ref::name(&self.customer),
            class_ref: self.class.as_ref().map(Ref::name),
            ar_account_ref: Some(Ref::name(receivable)),
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            item_sales_tax_ref: Some(Ref::name(&self.footer)),
            memo: Some(names::memo(self.order, &sheet.key)),
            is_to_be_printed: Some(false),
            credit_memo_line_add: form_lines!(CreditMemoLineAdd, self, lines, needs),
            ..CreditMemoAdd::default()
        };
        let total = sum(lines);
        let mut postings = vec![self.posting(receivable, -total)];
        postings.extend(lines.iter().map(|line| self.posting(&line.sold.account, line.amount)));
        self.entry(needs, sheet, EntryKind::CreditMemo, total, postings, Body::CreditMemo(Box::new(form)))
    }

    /// A payment of the invoices.
    pub fn payment(
        &self,
        needs: &mut Needs<'_>,
        sheet: Sheet,
        till: &Till,
        receivable: &str,
        invoices: &[(EntryKey, Money)],
    ) -> Option<Entry> {
        let total = invoices.iter().map(|(_, amount)| *amount).sum();
        let form = ReceivePaymentAdd {
            customer_ref: Ref::name(&self.customer),
            ar_account_ref: Some(Ref::name(receivable)),
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            total_amount: Some(amount(needs, total)),
            payment_method_ref: Some(Ref::name(&till.method)),
            memo: Some(names::memo(self.order, &sheet.key)),
            deposit_to_account_ref: Some(Ref::name(&till.account)),
            ..ReceivePaymentAdd::default()
        };
        let postings = vec![unclassed(&till.account, total), unclassed(receivable, -total)];
        let invoices = applied(needs, invoices);
        let body = Body::ReceivePayment { form: Box::new(form), invoices };
        self.entry(needs, sheet, EntryKind::ReceivePayment, total, postings, body)
    }

    /// Money given back for the credit memos.
    pub fn money_back(
        &self,
        needs: &mut Needs<'_>,
        sheet: Sheet,
        till: &Till,
        receivable: &str,
        credits: &[(EntryKey, Money)],
    ) -> Option<Entry> {
        let total = credits.iter().map(|(_, amount)| *amount).sum();
        let memo = Some(names::memo(self.order, &sheet.key));
        let postings = vec![unclassed(receivable, total), unclassed(&till.account, -total)];
        let credits = applied(needs, credits);
        let (kind, body) = match till.back {
            MoneyBack::Card => {
                let form = ARRefundCreditCardAdd {
                    customer_ref: Ref::name(&self.customer),
                    refund_from_account_ref: Some(Ref::name(&till.account)),
                    ar_account_ref: Some(Ref::name(receivable)),
                    txn_date: Some(sheet.date),
                    ref_number: Some(sheet.number.clone()),
                    payment_method_ref: Some(Ref::name(&till.method)),
                    memo,
                    ..ARRefundCreditCardAdd::default()
                };
                (EntryKind::ARRefundCreditCard, Body::ARRefundCreditCard { form: Box::new(form), credits })
            }
            MoneyBack::Check => {
                let form = CheckAdd {
                    account_ref: Ref::name(&till.account),
                    payee_entity_ref: Some(Ref::name(&self.customer)),
                    ref_number: Some(sheet.number.clone()),
                    txn_date: Some(sheet.date),
                    memo,
                    is_to_be_printed: Some(false),
                    expense_line_add: vec![ExpenseLineAdd {
                        account_ref: Some(Ref::name(receivable)),
                        amount: Some(amount(needs, total)),
                        customer_ref: Some(Ref::name(&self.customer)),
                        ..ExpenseLineAdd::default()
                    }],
                    ..CheckAdd::default()
                };
                (EntryKind::Check, Body::Check { form: Box::new(form), credits })
            }
        };
        self.entry(needs, sheet, kind, total, postings, body)
    }

    /// Stock that came back of no use is taken out again, at the cost that QuickBooks gives it.
    pub fn written_off(
        &self,
        needs: &mut Needs<'_>,
        sheet: Sheet,
        account: &str,
        items: &[(String, u32)],
    ) -> Option<Entry> {
        let form = InventoryAdjustmentAdd {
            account_ref: Ref::name(account),
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            class_ref: self.class.as_ref().map(Ref::name),
            memo: Some(names::memo(self.order, &sheet.key)),
            inventory_adjustment_line_add: items
                .iter()
                .map(|(item, quantity)| InventoryAdjustmentLineAdd {
                    item_ref: Ref::name(item),
                    change: StockChange::Quantity(QuantityAdjustment {
                        quantity_difference: Quantity::new(-Decimal::from(*quantity)).ok(),
                        ..QuantityAdjustment::default()
                    }),
                })
                .collect(),
            ..InventoryAdjustmentAdd::default()
        };
        let body = Body::InventoryAdjustment(Box::new(form));
        self.entry(needs, sheet, EntryKind::InventoryAdjustment, Money::ZERO, Vec::new(), body)
    }

    /// Sets a credit memo against an invoice.
    pub fn application(
        &self,
        needs: &mut Needs<'_>,
        sheet: Sheet,
        invoice: EntryKey,
        credit: EntryKey,
        total: Money,
    ) -> Option<Entry> {
        let body = Body::Application { invoice, credit, amount: amount(needs, total) };
        self.entry(needs, sheet, EntryKind::Application, total, Vec::new(), body)
    }

    fn due_date(&self, needs: &Needs<'_>) -> Option<Date> {
        let due = self.order.terms.as_ref()?.due?;
        let zone = TimeZone::get(&needs.context.shop.time_zone).ok()?;
        Some(due.to_zoned(zone).date())
    }

    fn addresses(&self, needs: &Needs<'_>) -> (Option<qbxml::Address>, Option<qbxml::Address>) {
        if needs.modes.customers == Mode::Summary {
            return (None, None);
        }
        let both = [&self.order.billing_address, &self.order.shipping_address];
        let [bill, ship] = both.map(|known| known.as_ref().and_then(address));
        (bill, ship)
    }

    pub fn posting(&self, account: &str, amount: Money) -> Posting {
        Posting { account: account.to_owned(), class: self.class.clone(), amount }
    }

    fn selling(
        &self,
        needs: &mut Needs<'_>,
        sheet: Sheet,
        kind: EntryKind,
        debtor: &str,
        lines: &[Line],
        body: Body,
    ) -> Option<Entry> {
        let total = sum(lines);
        let mut postings = vec![self.posting(debtor, total)];
        postings.extend(lines.iter().map(|line| self.posting(&line.sold.account, -line.amount)));
        self.entry(needs, sheet, kind, total, postings, body)
    }

    /// The entry; none when the order is held for it.
    pub fn entry(
        &self,
        needs: &mut Needs<'_>,
        sheet: Sheet,
        kind: EntryKind,
        total: Money,
        postings: Vec<Posting>,
        body: Body,
    ) -> Option<Entry> {
        entry(needs, (self.id, &self.order.name), sheet, kind, total, postings, body)
    }
}

/// The entry of any document, of sales or purchases; none when the document is held for it.
pub(crate) fn entry(
    needs: &mut Needs<'_>,
    (id, title): (&DocumentId, &str),
    sheet: Sheet,
    kind: EntryKind,
    total: Money,
    postings: Vec<Posting>,
    body: Body,
) -> Option<Entry> {
    let Sheet { key, date, number, carries, after } = sheet;
    let postings = match Postings::new(postings) {
        Ok(postings) => postings,
        Err(unbalanced) => {
            needs.hold(HeldReason::DoesNotAddUp { stated: total, computed: total - unbalanced.off_by });
            return None;
        }
    };
    if total.is_negative() {
        needs.hold(HeldReason::NotCarriedYet { what: "negative amount".to_owned() });
    }
    if !needs.reasons().is_empty() {
        return None;
    }
    let mut all = needs.keys();
    all.extend(after);
    Some(Entry {
        key,
        document: id.clone(),
        kind,
        date: Some(date),
        number,
        title: title.to_owned(),
        total,
        postings,
        why: needs.take_why(),
        needs: all,
        carries,
        undoes: Vec::new(),
        part_of: None,
        body,
    })
}

fn unclassed(account: &str, amount: Money) -> Posting {
    Posting { account: account.to_owned(), class: None, amount }
}

fn applied(needs: &mut Needs<'_>, parts: &[(EntryKey, Money)]) -> Vec<Applied> {
    parts.iter().map(|(key, part)| Applied { to: key.clone(), amount: amount(needs, *part) }).collect()
}

/// The amount as QuickBooks holds it; the order is held where it can't.
pub(crate) fn amount(needs: &mut Needs<'_>, money: Money) -> Amount {
    Amount::new(money.value()).unwrap_or_else(|_| {
        needs.hold(HeldReason::DoesNotFit { field: "Amount".to_owned() });
        Amount::default()
    })
}
