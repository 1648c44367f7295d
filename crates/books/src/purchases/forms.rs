//! QuickBooks' forms of purchases, with the postings that those forms make.

use jiff::civil::Date;
use qbxml::{
    BillAdd, ExpenseLineAdd, ItemLineAdd, ItemReceiptAdd, PurchaseOrderAdd, PurchaseOrderLineAdd, Quantity, Ref,
    VendorCreditAdd, limits,
};
use rust_decimal::Decimal;

use crate::{
    body::{Body, OrderLines},
    document::DocumentId,
    entry::{Entry, EntryKey, EntryKind, Event, Posting},
    forms::{self, amount},
    money::Money,
    names,
    needs::Needs,
    parties::optional,
};

/// What all forms of a purchase order say alike.
#[derive(Clone, Debug)]
pub(super) struct Head<'o> {
    pub id: &'o DocumentId,
    /// What people call the order.
    pub title: &'o str,
    /// What memos say of it.
    pub what: String,
    pub vendor: String,
    pub class: Option<String>,
    /// The inventory site at which the goods arrive.
    pub site: Option<String>,
    /// When the supplier's bill is due.
    pub due: Option<Date>,
}

/// A line of a form.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// The item and how many of it; none for a line on an account.
    pub item: Option<(String, u32)>,
    /// Where it arrives.
    pub account: String,
    pub text: String,
    /// As it stands on the form: above zero raises the total.
    pub amount: Money,
    /// The place of the line of the purchase order that it receives.
    pub place: Option<usize>,
}

/// What a form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Receipt,
    Bill,
    Credit,
}

impl Kind {
    const fn entry(self) -> EntryKind {
        match self {
            Self::Receipt => EntryKind::ItemReceipt,
            Self::Bill => EntryKind::Bill,
            Self::Credit => EntryKind::VendorCredit,
        }
    }
}

/// What one form says beyond its lines.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub key: EntryKey,
    pub date: Date,
    /// Reference number.
    pub number: String,
    pub carries: Vec<Event>,
    /// Entries that must be there before.
    pub after: Vec<EntryKey>,
    /// The purchase order that it receives.
    pub order: Option<EntryKey>,
}

/// A line of a purchase order.
#[derive(Clone, Debug)]
pub(super) struct Ordered {
    pub id: DocumentId,
    pub item: String,
    pub text: String,
    pub quantity: u32,
    pub amount: Money,
}

pub(super) fn sum(lines: &[Line]) -> Money {
    lines.iter().map(|line| line.amount).sum()
}

impl Head<'_> {
    /// Goods that came, a bill, or a credit.
    pub fn form(
        &self,
        needs: &mut Needs<'_>,
        kind: Kind,
        sheet: Sheet,
        lines: &[Line],
        payable: &str,
    ) -> Option<Entry> {
        let (vendor_ref, ap_account_ref) = (Ref::name(&self.vendor), Some(Ref::name(payable)));
        let (txn_date, ref_number) = (Some(sheet.date), Some(sheet.number.clone()));
        let memo = Some(names::memo_of(&self.what, &sheet.key));
        let (expense_line_add, item_line_add) = self.lines(needs, lines);
        let places: Vec<_> = lines.iter().filter(|line| line.item.is_some()).map(|line| line.place).collect();
        let order = sheet.order.clone().filter(|_| places.iter().any(Option::is_some));
        let order = order.map(|order| OrderLines { order, lines: places });
        let body = match kind {
            Kind::Receipt => Body::ItemReceipt {
                form: Box::new(ItemReceiptAdd {
                    vendor_ref,
                    ap_account_ref,
                    txn_date,
                    ref_number,
                    memo,
                    expense_line_add,
                    item_line_add,
                    ..ItemReceiptAdd::default()
                }),
                order,
            },
            Kind::Bill => Body::Bill {
                form: Box::new(BillAdd {
                    vendor_ref,
                    ap_account_ref,
                    txn_date,
                    due_date: self.due,
                    ref_number,
                    memo,
                    expense_line_add,
                    item_line_add,
                    ..BillAdd::default()
                }),
                order,
            },
            Kind::Credit => Body::VendorCredit(Box::new(VendorCreditAdd {
                vendor_ref,
                ap_account_ref,
                txn_date,
                ref_number,
                memo,
                expense_line_add,
                item_line_add,
                ..VendorCreditAdd::default()
            })),
        };
        let postings = self.postings(kind, lines, payable);
        self.entry(needs, sheet, kind.entry(), sum(lines), postings, body)
    }

    /// The form that stands, with these lines instead of its own; none for a form that has no such lines.
    pub fn with_lines(&self, needs: &mut Needs<'_>, standing: &Body, lines: &[Line]) -> Option<(Kind, Body)> {
        let (expense_line_add, item_line_add) = self.lines(needs, lines);
        let places: Vec<_> = lines.iter().filter(|line| line.item.is_some()).map(|line| line.place).collect();
        let kept = |order: &Option<OrderLines>| {
            order.as_ref().map(|order| OrderLines { order: order.order.clone(), lines: places.clone() })
        };
        Some(match standing {
            Body::ItemReceipt { form, order } => {
                let form = ItemReceiptAdd { expense_line_add, item_line_add, ..(**form).clone() };
                (Kind::Receipt, Body::ItemReceipt { form: Box::new(form), order: kept(order) })
            }
            Body::Bill { form, order } => {
                let form = BillAdd { expense_line_add, item_line_add, ..(**form).clone() };
                (Kind::Bill, Body::Bill { form: Box::new(form), order: kept(order) })
            }
            _ => return None,
        })
    }

    /// Debits and credits of a form.
    pub fn postings(&self, kind: Kind, lines: &[Line], payable: &str) -> Vec<Posting> {
        let sign = if kind == Kind::Credit { -Decimal::ONE } else { Decimal::ONE };
        let owed = Posting { account: payable.to_owned(), class: None, amount: sum(lines) * -sign };
        let spent = lines.iter().map(|line| Posting {
            account: line.account.clone(),
            class: self.class.clone(),
            amount: line.amount * sign,
        });
        spent.chain([owed]).collect()
    }

    /// The lines on accounts, and those of items. A line of nothing on an account is left out.
    fn lines(&self, needs: &mut Needs<'_>, lines: &[Line]) -> (Vec<ExpenseLineAdd>, Vec<ItemLineAdd>) {
        let class_ref = self.class.as_ref().map(Ref::name);
        let (mut expenses, mut items) = (Vec::new(), Vec::new());
        for line in lines {
            let (text, amount) = (optional(Some(&line.text), limits::DESC), Some(amount(needs, line.amount)));
            match &line.item {
                Some((item, quantity)) => items.push(ItemLineAdd {
                    item_ref: Some(Ref::name(item)),
                    inventory_site_ref: self.site.as_ref().map(Ref::name),
                    desc: text,
                    quantity: Quantity::new(Decimal::from(*quantity)).ok(),
                    amount,
                    class_ref: class_ref.clone(),
                    ..ItemLineAdd::default()
                }),
                None if line.amount.is_zero() => {}
                None => expenses.push(ExpenseLineAdd {
                    account_ref: Some(Ref::name(&line.account)),
                    amount,
                    memo: text,
                    class_ref: class_ref.clone(),
                    ..ExpenseLineAdd::default()
                }),
            }
        }
        (expenses, items)
    }

    /// A purchase order, which posts nothing.
    pub fn purchase_order(
        &self,
        needs: &mut Needs<'_>,
        sheet: Sheet,
        lines: &[Ordered],
        expected: Option<Date>,
    ) -> Option<Entry> {
        let form = PurchaseOrderAdd {
            vendor_ref: Some(Ref::name(&self.vendor)),
            class_ref: self.class.as_ref().map(Ref::name),
            ship_to: self.site.as_ref().map(|site| qbxml::ShipTo::Site(Ref::name(site))),
            txn_date: Some(sheet.date),
            ref_number: Some(sheet.number.clone()),
            expected_date: expected,
            memo: Some(names::memo_of(&self.what, &sheet.key)),
            is_to_be_printed: Some(false),
            purchase_order_line_add: self.ordered(needs, lines),
            ..PurchaseOrderAdd::default()
        };
        let body = Body::PurchaseOrder {
            form: Box::new(form),
            lines: lines.iter().map(|line| line.id.clone()).collect(),
            closed: false,
        };
        let total = lines.iter().map(|line| line.amount).sum();
        self.entry(needs, sheet, EntryKind::PurchaseOrder, total, Vec::new(), body)
    }

    pub fn ordered(&self, needs: &mut Needs<'_>, lines: &[Ordered]) -> Vec<PurchaseOrderLineAdd> {
        lines
            .iter()
            .map(|line| PurchaseOrderLineAdd {
                item_ref: Some(Ref::name(&line.item)),
                desc: optional(Some(&line.text), limits::DESC),
                quantity: Quantity::new(Decimal::from(line.quantity)).ok(),
                class_ref: self.class.as_ref().map(Ref::name),
                amount: Some(amount(needs, line.amount)),
                ..PurchaseOrderLineAdd::default()
            })
            .collect()
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
        entry(needs, (self.id, self.title), sheet, kind, total, postings, body)
    }
}

/// An entry of a document of purchases; none when it is held.
pub(super) fn entry(
    needs: &mut Needs<'_>,
    (id, title): (&DocumentId, &str),
    sheet: Sheet,
    kind: EntryKind,
    total: Money,
    postings: Vec<Posting>,
    body: Body,
) -> Option<Entry> {
    let Sheet { key, date, number, carries, after, .. } = sheet;
    forms::entry(needs, (id, title), forms::Sheet { key, date, number, carries, after }, kind, total, postings, body)
}
