//! What is read from QuickBooks' answers about an order's life, and from its reports. The answers in `corpus` are hand-made,
//! in QuickBooks' own manner.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use qbxml::{
    Answer, Event, IncludeColumn, JournalLineRet, ListDelType, ListMergeType, Object, Reader, ReportBasis, ReportRow,
    TxnDelType, TxnType, answers,
};
use rust_decimal::Decimal;

fn corpus(name: &str) -> String {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name)).unwrap()
}

fn read(name: &str) -> Vec<Answer> {
    let answers = answers(&corpus(name)).unwrap().answers;
    assert!(answers.iter().all(|answer| answer.unreadable.is_empty()), "{answers:?}");
    answers
}

fn only(answer: &Answer) -> &Object {
    assert_eq!(answer.objects.len(), 1);
    &answer.objects[0]
}

fn amount(of: Option<qbxml::Amount>) -> Decimal {
    of.unwrap().value()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn a_sales_order_tells_what_is_closed_and_invoiced() {
    let answers = read("order_life.xml");
    let Object::SalesOrder(order) = only(&answers[0]) else { panic!() };
    assert_eq!((order.is_manually_closed, order.is_fully_invoiced), (Some(true), Some(false)));
    assert_eq!(order.po_number.as_deref(), Some("PO-77"));
    assert_eq!(order.linked_txn[0].txn_type, Some(TxnType::Invoice));
    let line = &order.sales_order_line_ret[0];
    assert_eq!((line.invoiced.unwrap().value(), line.is_manually_closed), (dec("2"), Some(false)));
}

#[test]
fn a_refund_tells_the_credit_memo_and_how_its_money_went_out() {
    let answers = read("order_life.xml");
    let Object::CreditMemo(memo) = only(&answers[1]) else { panic!() };
    assert_eq!(amount(memo.credit_remaining), dec("15.00"));
    assert_eq!(amount(memo.credit_memo_line_ret[1].amount), dec("-5.00"));
    let Object::ArRefundCreditCard(refund) = only(&answers[2]) else { panic!() };
    let applied = &refund.refund_applied_to_txn_ret[0];
    assert_eq!((&applied.txn_id, amount(applied.refund_amount)), (&memo.txn_id, dec("10.00")));
    assert_eq!(amount(applied.credit_remaining), dec("5.00"));
    let Object::Check(check) = only(&answers[3]) else { panic!() };
    let line = &check.expense_line_ret[0];
    assert_eq!(line.account_ref.as_ref().unwrap().full_name.as_deref(), Some("Accounts Receivable"));
    assert_eq!((amount(line.amount), line.customer_ref.as_ref()), (dec("5.00"), memo.customer_ref.as_ref()));
}

#[test]
fn what_is_gone_from_stock_is_told_in_pieces_and_money() {
    let answers = read("order_life.xml");
    let Object::InventoryAdjustment(adjustment) = only(&answers[4]) else { panic!() };
    let line = &adjustment.inventory_adjustment_line_ret[0];
    assert_eq!(line.quantity_difference.unwrap().value(), dec("-1"));
    assert_eq!(amount(line.value_difference), dec("-7.50"));
}

#[test]
fn a_journal_entry_keeps_the_order_of_its_debits_and_credits() {
    let answers = read("order_life.xml");
    let Object::JournalEntry(entry) = only(&answers[5]) else { panic!() };
    let sides: Vec<_> = entry
        .journal_line_ret
        .iter()
        .map(|line| match line {
            JournalLineRet::Debit(line) => amount(line.amount),
            JournalLineRet::Credit(line) => -amount(line.amount),
        })
        .collect();
    assert_eq!(sides, [dec("-3.00"), dec("4.00"), dec("-1.00")]);
}

#[test]
fn a_deposit_tells_the_payments_in_it_and_its_fees() {
    let answers = read("order_life.xml");
    let Object::Deposit(deposit) = only(&answers[6]) else { panic!() };
    let [payment, fee] = deposit.deposit_line_ret.as_slice() else { panic!("{deposit:?}") };
    assert_eq!(payment.txn_id.as_ref().unwrap().as_str(), "A20-1782921961");
    assert_eq!((&fee.txn_id, amount(fee.amount)), (&None, dec("-1.50")));
    let Object::StandardTerms(terms) = only(&answers[7]) else { panic!() };
    assert_eq!((terms.name.as_deref(), terms.std_due_days), (Some("Net 30"), Some(30)));
}

#[test]
fn every_name_that_is_taken_is_told_whatever_it_names() {
    let answers = read("activity.xml");
    let names: Vec<_> = answers[0]
        .objects
        .iter()
        .map(|object| match object {
            Object::Customer(customer) => ("customer", customer.name.clone().unwrap(), customer.is_active),
            Object::Employee(entity) => ("employee", entity.name.clone().unwrap(), entity.is_active),
            Object::OtherName(entity) => ("other name", entity.name.clone().unwrap(), entity.is_active),
            Object::Vendor(entity) => ("vendor", entity.name.clone().unwrap(), entity.is_active),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        ("customer", "Zoë".to_owned(), Some(true)),
        ("employee", "Ann Smith".to_owned(), Some(true)),
        ("other name", "Landlord".to_owned(), Some(true)),
        ("vendor", "Acme".to_owned(), Some(false)),
    ];
    assert_eq!(names, expected);
    let items: Vec<_> = answers[1]
        .objects
        .iter()
        .map(|object| match object {
            Object::ItemFixedAsset(item)
            | Object::ItemInventoryAssembly(item)
            | Object::ItemSalesTaxGroup(item)
            | Object::ItemGroup(item) => (item.name.clone().unwrap(), item.full_name.as_deref(), item.is_active),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        ("Van".to_owned(), None, Some(true)),
        ("Gift box".to_owned(), Some("Boxes:Gift box"), Some(true)),
        ("Burlington".to_owned(), None, Some(true)),
        ("Tea set".to_owned(), None, Some(false)),
    ];
    assert_eq!(items, expected);
}

#[test]
fn what_was_entered_deleted_and_merged_is_told_by_id() {
    let answers = read("activity.xml");
    let Object::Transaction(transaction) = only(&answers[2]) else { panic!() };
    assert_eq!(transaction.txn_type, Some(TxnType::CreditMemo));
    assert_eq!(amount(transaction.amount), dec("-15.00"));
    let Object::TxnDeleted(deleted) = only(&answers[3]) else { panic!() };
    assert_eq!((deleted.txn_del_type, deleted.txn_id.as_str()), (Some(TxnDelType::Invoice), "A10-1782921000"));
    let Object::ListDeleted(deleted) = only(&answers[4]) else { panic!() };
    assert_eq!((deleted.list_del_type, deleted.list_id.as_str()), (Some(ListDelType::Customer), "80000001-2"));
    let Object::ListMerge(merge) = only(&answers[5]) else { panic!() };
    assert_eq!(merge.list_merge_type, Some(ListMergeType::Customer));
    assert_eq!(merge.merged_from.as_ref().unwrap().list_id.as_str(), "80000001-3");
    assert_eq!(merge.merged_to.as_ref().unwrap().full_name.as_deref(), Some("Zoë"));
}

#[test]
fn a_report_tells_its_columns_first_and_then_row_after_row() {
    let answers = read("reports.xml");
    let [Object::Report(report), rows @ ..] = answers[0].objects.as_slice() else { panic!("{answers:?}") };
    assert_eq!(report.report_title.as_deref(), Some("Custom Transaction Detail Report"));
    assert_eq!((report.report_basis, report.num_rows), (Some(ReportBasis::Accrual), Some(4)));
    assert_eq!(report.col_desc[1].col_title[0].value.as_deref(), Some("Trans ID"));
    let column = |column| report.column(column);
    assert_eq!(column(IncludeColumn::Debit), None);
    let (id, day) = (column(IncludeColumn::TxnId).unwrap(), column(IncludeColumn::Date).unwrap());
    let (memo, sum) = (column(IncludeColumn::Memo).unwrap(), column(IncludeColumn::Amount).unwrap());

    let rows: Vec<_> = rows
        .iter()
        .map(|object| match object {
            Object::ReportRow(row) => &**row,
            other => panic!("{other:?}"),
        })
        .collect();
    let [ReportRow::Text(group), ReportRow::Data(row), ReportRow::Subtotal(subtotal), ReportRow::Total(total)] =
        rows[..]
    else {
        panic!("{rows:?}")
    };
    assert_eq!((group.row_number, group.value.as_deref()), (Some(1), Some("Shopify clearing")));
    let about = row.row_data.as_ref().unwrap();
    assert_eq!((about.row_type.as_deref(), about.value.as_deref()), (Some("account"), Some("Shopify clearing")));
    assert_eq!((row.value(id), row.value(day)), (Some("9A1-1782921959"), Some("2026-04-01")));
    assert_eq!((row.value(memo), row.value(sum)), (None, Some("18.00")));
    assert_eq!((subtotal.value(1), total.value(1)), (Some("Total Shopify clearing"), Some("TOTAL")));
}

#[test]
fn a_report_without_rows_tells_its_columns_all_the_same() {
    let answers = read("reports.xml");
    let Object::Report(report) = only(&answers[1]) else { panic!() };
    assert_eq!(report.report_title.as_deref(), Some("Trial Balance"));
    assert_eq!(report.col_desc.len(), 1);
}

#[test]
fn a_row_of_a_report_is_told_before_the_next_one_is_there() {
    let whole = corpus("reports.xml");
    let cut = whole.find("<SubtotalRow").unwrap();
    let mut reader = Reader::new(&whole.as_bytes()[..cut]);
    let mut rows = 0;
    while let Ok(Some(event)) = reader.next() {
        rows += usize::from(matches!(event, Event::Object(Object::ReportRow(_))));
    }
    assert_eq!(rows, 2);
}

#[test]
fn an_attribute_that_a_newer_quickbooks_adds_hides_nothing() {
    let xml = corpus("activity.xml").replace("<Name>Acme", "<Name new=\"x\">Acme");
    let answers = qbxml::answers(&xml).unwrap().answers;
    let Object::Vendor(vendor) = &answers[0].objects[3] else { panic!() };
    assert_eq!(vendor.name.as_deref(), Some("Acme"));
}
