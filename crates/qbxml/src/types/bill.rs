//! Bills: what is owed to a vendor.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    limits,
    macros::form,
    types::{
        check::{ExpenseLineAdd, ExpenseLineMod, ExpenseLineRet},
        purchase_lines::{ItemGroupLineRet, ItemLineAdd, ItemLineMod, ItemLineRet},
        shared::{Address, AddressMod, DataExtRet, LinkedTxn, RefRet},
    },
    value::{Amount, Change, EditSequence, Guid, Ref, TxnId, WallTime},
};

form! {
    write
    /// Adds a bill.
    BillAdd {
        vendor_ref: Ref = "VendorRef" [limits::CUSTOMER_NAME],
        vendor_address: Option<Address> = "VendorAddress",
        ap_account_ref: Option<Ref> = "APAccountRef" [limits::FULL_NAME],
        txn_date: Option<Date> = "TxnDate",
        due_date: Option<Date> = "DueDate",
        ref_number: Option<String> = "RefNumber" [limits::LONG_REF_NUMBER],
        terms_ref: Option<Ref> = "TermsRef" [limits::LIST_NAME],
        memo: Option<String> = "Memo" [limits::MEMO],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        external_guid: Option<Guid> = "ExternalGUID",
        link_to_txn_id: Vec<TxnId> = "LinkToTxnID",
        expense_line_add: Vec<ExpenseLineAdd> = "ExpenseLineAdd",
        item_line_add: Vec<ItemLineAdd> = "ItemLineAdd",
    }
    at_least_one(expense_line_add, item_line_add)
}

form! {
    write
    /// Changes a bill: what is not named stays, except that naming one line deletes all lines of its kind that are not
    /// named (PROTOCOL.md c.5). Group lines can't be named here.
    BillMod {
        txn_id: TxnId = "TxnID",
        edit_sequence: EditSequence = "EditSequence",
        vendor_ref: Option<Ref> = "VendorRef" [limits::CUSTOMER_NAME],
        vendor_address: Option<AddressMod> = "VendorAddress",
        ap_account_ref: Option<Ref> = "APAccountRef" [limits::FULL_NAME],
        txn_date: Option<Date> = "TxnDate",
        due_date: Option<Date> = "DueDate",
        ref_number: Change<String> = "RefNumber" [limits::LONG_REF_NUMBER],
        terms_ref: Option<Ref> = "TermsRef" [limits::LIST_NAME],
        memo: Change<String> = "Memo" [limits::MEMO],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        clear_expense_lines: Option<bool> = "ClearExpenseLines",
        expense_line_mod: Vec<ExpenseLineMod> = "ExpenseLineMod",
        clear_item_lines: Option<bool> = "ClearItemLines",
        item_line_mod: Vec<ItemLineMod> = "ItemLineMod",
    }
}

form! {
    read
    /// What QuickBooks says of a bill.
    BillRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        vendor_ref: Option<RefRet> = "VendorRef",
        vendor_address: Option<Address> = "VendorAddress",
        ap_account_ref: Option<RefRet> = "APAccountRef",
        txn_date: Option<Date> = "TxnDate",
        due_date: Option<Date> = "DueDate",
        amount_due: Option<Amount> = "AmountDue",
        currency_ref: Option<RefRet> = "CurrencyRef",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        amount_due_in_home_currency: Option<Amount> = "AmountDueInHomeCurrency",
        ref_number: Option<String> = "RefNumber",
        terms_ref: Option<RefRet> = "TermsRef",
        memo: Option<String> = "Memo",
        is_paid: Option<bool> = "IsPaid",
        external_guid: Option<Guid> = "ExternalGUID",
        linked_txn: Vec<LinkedTxn> = "LinkedTxn",
        expense_line_ret: Vec<ExpenseLineRet> = "ExpenseLineRet",
        item_line_ret: Vec<ItemLineRet> = "ItemLineRet",
        item_group_line_ret: Vec<ItemGroupLineRet> = "ItemGroupLineRet",
        open_amount: Option<Amount> = "OpenAmount",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
