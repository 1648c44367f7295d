//! Checks, without lines for items.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    enums::BillableStatus,
    limits,
    macros::form,
    types::shared::{Address, AddressBlock, AddressMod, DataExt, DataExtRet, LinkedTxn, RefRet},
    value::{Amount, Change, EditSequence, Guid, Ref, TxnId, TxnLineId, WallTime},
};

form! {
    write
    /// The credit memo or payment that a check pays back.
    ApplyCheckToTxnAdd {
        txn_id: TxnId = "TxnID",
        amount: Option<Amount> = "Amount",
    }
}

form! {
    write
    /// Adds an account line of a check.
    ExpenseLineAdd {
        account_ref: Option<Ref> = "AccountRef" [limits::FULL_NAME],
        amount: Option<Amount> = "Amount",
        memo: Option<String> = "Memo" [limits::MEMO],
        customer_ref: Option<Ref> = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        billable_status: Option<BillableStatus> = "BillableStatus",
        sales_rep_ref: Option<Ref> = "SalesRepRef" [limits::SALES_REP],
        data_ext: Vec<DataExt> = "DataExt",
    }
}

form! {
    write
    /// Adds a check.
    CheckAdd {
        account_ref: Ref = "AccountRef" [limits::FULL_NAME],
        payee_entity_ref: Option<Ref> = "PayeeEntityRef" [limits::CUSTOMER_FULL_NAME],
        ref_number: Option<String> = "RefNumber" [limits::REF_NUMBER],
        txn_date: Option<Date> = "TxnDate",
        memo: Option<String> = "Memo" [limits::MEMO],
        address: Option<Address> = "Address",
        is_to_be_printed: Option<bool> = "IsToBePrinted",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        external_guid: Option<Guid> = "ExternalGUID",
        apply_check_to_txn_add: Vec<ApplyCheckToTxnAdd> = "ApplyCheckToTxnAdd",
        expense_line_add: Vec<ExpenseLineAdd> = "ExpenseLineAdd",
    }
}

form! {
    write
    /// The credit memo or payment that a check pays back, after the change.
    ApplyCheckToTxnMod {
        txn_id: TxnId = "TxnID",
        amount: Option<Amount> = "Amount",
    }
}

form! {
    write
    /// Changes an account line of a check: what is not named stays.
    ExpenseLineMod {
        txn_line_id: TxnLineId = "TxnLineID",
        account_ref: Option<Ref> = "AccountRef" [limits::FULL_NAME],
        amount: Option<Amount> = "Amount",
        memo: Change<String> = "Memo" [limits::MEMO],
        customer_ref: Option<Ref> = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        billable_status: Option<BillableStatus> = "BillableStatus",
        sales_rep_ref: Option<Ref> = "SalesRepRef" [limits::SALES_REP],
    }
}

form! {
    write
    /// Changes a check: what is not named stays, except that naming one account line deletes all those not named
    /// (PROTOCOL.md c.5).
    CheckMod {
        txn_id: TxnId = "TxnID",
        edit_sequence: EditSequence = "EditSequence",
        account_ref: Option<Ref> = "AccountRef" [limits::FULL_NAME],
        payee_entity_ref: Option<Ref> = "PayeeEntityRef" [limits::CUSTOMER_FULL_NAME],
        ref_number: Change<String> = "RefNumber" [limits::REF_NUMBER],
        txn_date: Option<Date> = "TxnDate",
        memo: Change<String> = "Memo" [limits::MEMO],
        address: Option<AddressMod> = "Address",
        is_to_be_printed: Option<bool> = "IsToBePrinted",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        apply_check_to_txn_mod: Vec<ApplyCheckToTxnMod> = "ApplyCheckToTxnMod",
        clear_expense_lines: Option<bool> = "ClearExpenseLines",
        expense_line_mod: Vec<ExpenseLineMod> = "ExpenseLineMod",
    }
}

form! {
    read
    /// What QuickBooks says of an account line of a check.
    ExpenseLineRet {
        txn_line_id: TxnLineId = "TxnLineID",
        account_ref: Option<RefRet> = "AccountRef",
        amount: Option<Amount> = "Amount",
        memo: Option<String> = "Memo",
        customer_ref: Option<RefRet> = "CustomerRef",
        class_ref: Option<RefRet> = "ClassRef",
        billable_status: Option<BillableStatus> = "BillableStatus",
        sales_rep_ref: Option<RefRet> = "SalesRepRef",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}

form! {
    read
    /// What QuickBooks says of a check.
    CheckRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        account_ref: Option<RefRet> = "AccountRef",
        payee_entity_ref: Option<RefRet> = "PayeeEntityRef",
        ref_number: Option<String> = "RefNumber",
        txn_date: Option<Date> = "TxnDate",
        amount: Option<Amount> = "Amount",
        currency_ref: Option<RefRet> = "CurrencyRef",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        amount_in_home_currency: Option<Amount> = "AmountInHomeCurrency",
        memo: Option<String> = "Memo",
        address: Option<Address> = "Address",
        address_block: Option<AddressBlock> = "AddressBlock",
        is_to_be_printed: Option<bool> = "IsToBePrinted",
        external_guid: Option<Guid> = "ExternalGUID",
        linked_txn: Vec<LinkedTxn> = "LinkedTxn",
        expense_line_ret: Vec<ExpenseLineRet> = "ExpenseLineRet",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
