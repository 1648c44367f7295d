//! The requests of purchases: what is received is tied to its order, and what is changed keeps its lines.

use qbxml::{
    BillAdd, BillMod, Change, EditSequence, ExpenseLineAdd, ExpenseLineMod, ItemLineAdd, ItemLineMod, ItemReceiptAdd,
    ItemReceiptMod, LinkToTxn, PurchaseOrderAdd, PurchaseOrderLineMod, PurchaseOrderMod, Request, TxnId, TxnLineId,
    VendorCreditAdd, VendorCreditMod,
};

use super::{Body, Linked, NoRequest, OrderLines};
use crate::entry::{EntryKey, Link};

/// Ties item lines to the lines of the purchase order that they receive; a line that is tied has no item of its own
/// (PROTOCOL.md d). A line of the order whose id is not known is not tied.
pub(super) fn receive(
    lines: &mut [ItemLineAdd],
    order: Option<&OrderLines>,
    linked: impl Fn(&EntryKey) -> Result<Linked, NoRequest>,
) -> Result<(), NoRequest> {
    let Some(OrderLines { order, lines: places }) = order else { return Ok(()) };
    let there = linked(order)?;
    let Link::Transaction(txn_id) = there.link else { return Err(NoRequest::NotLinkedYet(order.clone())) };
    for (line, place) in lines.iter_mut().zip(places) {
        if let Some(txn_line_id) = place.and_then(|place| there.lines.get(place)) {
            line.item_ref = None;
            line.link_to_txn = Some(LinkToTxn { txn_id: txn_id.clone(), txn_line_id: txn_line_id.clone() });
        }
    }
    Ok(())
}

/// The id that a line has, or that of a new one.
fn id(lines: &[TxnLineId], place: usize) -> TxnLineId {
    lines.get(place).cloned().unwrap_or_else(|| TxnLineId::new(TxnLineId::NEW))
}

pub(super) fn order(
    form: PurchaseOrderAdd,
    closed: bool,
    before: Option<&Body>,
    txn_id: TxnId,
    edit_sequence: EditSequence,
    lines: &[TxnLineId],
) -> Request {
    let closes_only = matches!(before, Some(Body::PurchaseOrder { form: before, .. })
        if before.purchase_order_line_add == form.purchase_order_line_add);
    let own = if closes_only { Vec::new() } else { form.purchase_order_line_add };
    PurchaseOrderMod {
        txn_id,
        edit_sequence,
        txn_date: form.txn_date,
        expected_date: form.expected_date,
        is_manually_closed: Some(closed),
        purchase_order_line_mod: own
            .into_iter()
            .enumerate()
            .map(|(place, line)| PurchaseOrderLineMod {
                txn_line_id: id(lines, place),
                item_ref: line.item_ref,
                desc: line.desc.map_or(Change::Keep, Change::Set),
                quantity: line.quantity,
                class_ref: line.class_ref,
                amount: line.amount,
                ..PurchaseOrderLineMod::default()
            })
            .collect(),
        ..PurchaseOrderMod::default()
    }
    .into()
}

/// Lines of an Add as lines of a Mod. Where their number is what QuickBooks has, each keeps its id, and with it what it is
/// tied to; else all are new.
fn changed(
    expenses: Vec<ExpenseLineAdd>,
    items: Vec<ItemLineAdd>,
    lines: &[TxnLineId],
) -> (Vec<ExpenseLineMod>, Vec<ItemLineMod>) {
    let count = expenses.len();
    let known = if count + items.len() == lines.len() { lines } else { &[] };
    let expenses = expenses.into_iter().enumerate().map(|(place, line)| ExpenseLineMod {
        txn_line_id: id(known, place),
        account_ref: line.account_ref,
        amount: line.amount,
        memo: line.memo.map_or(Change::Keep, Change::Set),
        class_ref: line.class_ref,
        ..ExpenseLineMod::default()
    });
    let items = items.into_iter().enumerate().map(|(place, line)| ItemLineMod {
        txn_line_id: id(known, count + place),
        // A line that stays has its item, be it its own or that of the order's line.
        item_ref: line.item_ref.filter(|_| known.is_empty()),
        inventory_site_ref: line.inventory_site_ref.filter(|_| known.is_empty()),
        desc: line.desc.map_or(Change::Keep, Change::Set),
        quantity: line.quantity,
        amount: line.amount,
        class_ref: line.class_ref,
        ..ItemLineMod::default()
    });
    (expenses.collect(), items.collect())
}

pub(super) fn receipt(
    form: ItemReceiptAdd,
    txn_id: TxnId,
    edit_sequence: EditSequence,
    lines: &[TxnLineId],
) -> Request {
    let (expense_line_mod, item_line_mod) = changed(form.expense_line_add, form.item_line_add, lines);
    ItemReceiptMod {
        txn_id,
        edit_sequence,
        txn_date: form.txn_date,
        memo: form.memo.into(),
        expense_line_mod,
        item_line_mod,
        ..ItemReceiptMod::default()
    }
    .into()
}

pub(super) fn bill(form: BillAdd, txn_id: TxnId, edit_sequence: EditSequence, lines: &[TxnLineId]) -> Request {
    let (expense_line_mod, item_line_mod) = changed(form.expense_line_add, form.item_line_add, lines);
    BillMod {
        txn_id,
        edit_sequence,
        txn_date: form.txn_date,
        due_date: form.due_date,
        memo: form.memo.into(),
        expense_line_mod,
        item_line_mod,
        ..BillMod::default()
    }
    .into()
}

pub(super) fn credit(
    form: VendorCreditAdd,
    txn_id: TxnId,
    edit_sequence: EditSequence,
    lines: &[TxnLineId],
) -> Request {
    let (expense_line_mod, item_line_mod) = changed(form.expense_line_add, form.item_line_add, lines);
    VendorCreditMod {
        txn_id,
        edit_sequence,
        txn_date: form.txn_date,
        memo: form.memo.into(),
        expense_line_mod,
        item_line_mod,
        ..VendorCreditMod::default()
    }
    .into()
}
