//! A sale in QuickBooks' forms, with the postings that those forms make.

use jiff::civil::Date;
use qbxml::{
    Amount, InvoiceAdd, InvoiceLineAdd, Quantity, ReceivePaymentAdd, Ref, SalesReceiptAdd, SalesReceiptLineAdd, limits,
};
use rust_decimal::Decimal;

use crate::{
    body::Body,
    document::{DocumentId, Order},
    entry::{Entry, EntryKey, EntryKind, Posting, Postings},
    mapping::Mode,
    money::Money,
    names,
    needs::Needs,
    parties::{address, optional},
    reasons::{HeldReason, Why},
    sale::SaleLine,
};

/// What every form of a sale says.
pub(crate) struct Head<'o> {
    pub order: &'o Order,
    pub id: &'o DocumentId,
    pub key: EntryKey,
    pub date: Date,
    pub customer: String,
    pub class: Option<String>,
    /// Sales-tax item of 0 %.
    pub footer: String,
    pub lines: Vec<SaleLine>,
}

/// What one gateway took, and where it arrives.
pub(crate) struct Receipt<'o> {
    pub gateway: &'o str,
    /// Full name of the clearing account.
    pub clearing: String,
    /// Name of the payment method.
    pub method: String,
    pub amount: Money,
    pub date: Date,
}

macro_rules! form_lines {
    ($type:ident, $head:expr, $needs:expr) => {
        $head
            .lines
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

impl Head<'_> {
    /// The sales receipt; `receipt` is none where gift cards paid everything, or nothing was to be paid.
    pub fn sales_receipt(&self, needs: &mut Needs<'_>, receipt: Option<&Receipt<'_>>) -> Option<Entry> {
        let (bill_address, ship_address) = self.addresses(needs);
        let form = SalesReceiptAdd {
            customer_ref: Some(Ref::name(&self.customer)),
            class_ref: self.class.as_ref().map(Ref::name),
            txn_date: Some(self.date),
            ref_number: Some(names::reference(self.order, self.id)),
            bill_address,
            ship_address,
            payment_method_ref: receipt.map(|receipt| Ref::name(&receipt.method)),
            item_sales_tax_ref: Some(Ref::name(&self.footer)),
            memo: Some(names::memo(self.order, &self.key)),
            is_to_be_printed: Some(false),
            deposit_to_account_ref: receipt.map(|receipt| Ref::name(&receipt.clearing)),
            sales_receipt_line_add: form_lines!(SalesReceiptLineAdd, self, needs),
            ..SalesReceiptAdd::default()
        };
        let total = receipt.map_or(Money::ZERO, |receipt| receipt.amount);
        let clearing = receipt.map_or_else(String::new, |receipt| receipt.clearing.clone());
        self.sale(needs, EntryKind::SalesReceipt, &clearing, total, Body::SalesReceipt(Box::new(form)))
    }

    /// The invoice on the account `receivable`, and a payment of it for each receipt.
    pub fn invoice(&self, needs: &mut Needs<'_>, receivable: &str, receipts: &[Receipt<'_>]) -> Option<Vec<Entry>> {
        let (bill_address, ship_address) = self.addresses(needs);
        let form = InvoiceAdd {
            customer_ref: Ref::name(&self.customer),
            class_ref: self.class.as_ref().map(Ref::name),
            ar_account_ref: Some(Ref::name(receivable)),
            txn_date: Some(self.date),
            ref_number: Some(names::reference(self.order, self.id)),
            bill_address,
            ship_address,
            po_number: optional(self.order.purchase_order_number.as_deref(), limits::PO_NUMBER),
            item_sales_tax_ref: Some(Ref::name(&self.footer)),
            memo: Some(names::memo(self.order, &self.key)),
            is_to_be_printed: Some(false),
            invoice_line_add: form_lines!(InvoiceLineAdd, self, needs),
            ..InvoiceAdd::default()
        };
        let total = receipts.iter().map(|receipt| receipt.amount).sum();
        let mut entries =
            vec![self.sale(needs, EntryKind::Invoice, receivable, total, Body::Invoice(Box::new(form)))?];
        for receipt in receipts {
            entries.push(self.payment(needs, receivable, receipt)?);
        }
        Some(entries)
    }

    fn payment(&self, needs: &mut Needs<'_>, receivable: &str, receipt: &Receipt<'_>) -> Option<Entry> {
        let key = EntryKey::new("payment", &format!("{}/{}", self.id, receipt.gateway));
        let applied = amount(needs, receipt.amount);
        let number = names::reference(self.order, self.id);
        let form = ReceivePaymentAdd {
            customer_ref: Ref::name(&self.customer),
            ar_account_ref: Some(Ref::name(receivable)),
            txn_date: Some(receipt.date),
            ref_number: Some(number.clone()),
            total_amount: Some(applied),
            payment_method_ref: Some(Ref::name(&receipt.method)),
            memo: Some(names::memo(self.order, &key)),
            deposit_to_account_ref: Some(Ref::name(&receipt.clearing)),
            ..ReceivePaymentAdd::default()
        };
        let posting = |account: &str, amount| Posting { account: account.to_owned(), class: None, amount };
        let postings = postings(
            needs,
            self.order,
            vec![posting(&receipt.clearing, receipt.amount), posting(receivable, -receipt.amount)],
        )?;
        Some(Entry {
            key,
            document: self.id.clone(),
            kind: EntryKind::ReceivePayment,
            date: Some(receipt.date),
            number,
            title: self.order.name.clone(),
            total: receipt.amount,
            postings,
            why: vec![Why::ClearingAccount { gateway: receipt.gateway.to_owned(), account: receipt.clearing.clone() }],
            needs: vec![self.key.clone()],
            carries: Vec::new(),
            undoes: Vec::new(),
            body: Body::ReceivePayment { form: Box::new(form), invoice: self.key.clone(), amount: applied },
        })
    }

    fn addresses(&self, needs: &Needs<'_>) -> (Option<qbxml::Address>, Option<qbxml::Address>) {
        if needs.context.mapping.customers.mode == Mode::Summary {
            return (None, None);
        }
        let both = [&self.order.billing_address, &self.order.shipping_address];
        let [bill, ship] = both.map(|known| known.as_ref().and_then(address));
        (bill, ship)
    }

    fn sale(&self, needs: &mut Needs<'_>, kind: EntryKind, debtor: &str, total: Money, body: Body) -> Option<Entry> {
        let posting =
            |account: &str, amount| Posting { account: account.to_owned(), class: self.class.clone(), amount };
        let credits = self.lines.iter().map(|line| posting(&line.sold.account, -line.amount));
        let postings = postings(needs, self.order, std::iter::once(posting(debtor, total)).chain(credits).collect())?;
        Some(Entry {
            key: self.key.clone(),
            document: self.id.clone(),
            kind,
            date: Some(self.date),
            number: names::reference(self.order, self.id),
            title: self.order.name.clone(),
            total,
            postings,
            why: needs.why(),
            needs: needs.keys(),
            carries: Vec::new(),
            undoes: Vec::new(),
            body,
        })
    }
}

/// The postings; the order is held unless they balance.
fn postings(needs: &mut Needs<'_>, order: &Order, postings: Vec<Posting>) -> Option<Postings> {
    Postings::new(postings)
        .map_err(|unbalanced| {
            let computed = order.totals.total - unbalanced.off_by;
            needs.hold(HeldReason::DoesNotAddUp { stated: order.totals.total, computed });
        })
        .ok()
}

/// The amount as QuickBooks holds it; the order is held where it can't.
fn amount(needs: &mut Needs<'_>, money: Money) -> Amount {
    Amount::new(money.value()).unwrap_or_else(|_| {
        needs.hold(HeldReason::DoesNotFit { field: "Amount".to_owned() });
        Amount::default()
    })
}
