//! Deposits to a bank account.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    enums::TxnType,
    limits,
    macros::{choice, form},
    types::shared::{DataExtRet, RefRet},
    value::{Amount, EditSequence, Guid, Ref, TxnId, TxnLineId, WallTime},
};

form! {
    write
    /// Deposits a received payment or sales receipt that waits in Undeposited Funds.
    DepositPaymentLine {
        payment_txn_id: TxnId = "PaymentTxnID",
        payment_txn_line_id: Option<TxnLineId> = "PaymentTxnLineID",
        override_memo: Option<String> = "OverrideMemo" [limits::MEMO],
        override_check_number: Option<String> = "OverrideCheckNumber" [limits::REF_NUMBER],
        override_class_ref: Option<Ref> = "OverrideClassRef" [limits::FULL_NAME],
    }
}

form! {
    write
    /// Deposits an amount against an account; fees are negative.
    DepositAccountLine {
        entity_ref: Option<Ref> = "EntityRef" [limits::CUSTOMER_FULL_NAME],
        account_ref: Ref = "AccountRef" [limits::FULL_NAME],
        memo: Option<String> = "Memo" [limits::MEMO],
        check_number: Option<String> = "CheckNumber" [limits::REF_NUMBER],
        payment_method_ref: Option<Ref> = "PaymentMethodRef" [limits::LIST_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        amount: Option<Amount> = "Amount",
    }
}

choice! {
    /// Adds a line of a deposit.
    DepositLineAdd {
        Payment(DepositPaymentLine) = "DepositLineAdd",
        Account(DepositAccountLine) = "DepositLineAdd",
    }
}

form! {
    write
    /// Cash taken out of a deposit.
    CashBackInfoAdd {
        account_ref: Ref = "AccountRef" [limits::FULL_NAME],
        memo: Option<String> = "Memo" [limits::MEMO],
        amount: Option<Amount> = "Amount",
    }
}

form! {
    write
    /// Adds a deposit.
    DepositAdd {
        txn_date: Option<Date> = "TxnDate",
        deposit_to_account_ref: Ref = "DepositToAccountRef" [limits::FULL_NAME],
        memo: Option<String> = "Memo" [limits::MEMO],
        cash_back_info_add: Option<CashBackInfoAdd> = "CashBackInfoAdd",
        currency_ref: Option<Ref> = "CurrencyRef" [limits::CURRENCY],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        external_guid: Option<Guid> = "ExternalGUID",
        deposit_line_add: Vec<DepositLineAdd> = "DepositLineAdd",
    }
}

form! {
    read
    /// Cash that was taken out of a deposit.
    CashBackInfoRet {
        txn_line_id: TxnLineId = "TxnLineID",
        account_ref: Option<RefRet> = "AccountRef",
        memo: Option<String> = "Memo",
        amount: Option<Amount> = "Amount",
    }
}

form! {
    read
    /// What QuickBooks says of a line of a deposit; `txn_id` is the payment that it deposits.
    DepositLineRet {
        txn_type: Option<TxnType> = "TxnType",
        txn_id: Option<TxnId> = "TxnID",
        txn_line_id: TxnLineId = "TxnLineID",
        payment_txn_line_id: Option<TxnLineId> = "PaymentTxnLineID",
        entity_ref: Option<RefRet> = "EntityRef",
        account_ref: Option<RefRet> = "AccountRef",
        memo: Option<String> = "Memo",
        check_number: Option<String> = "CheckNumber",
        payment_method_ref: Option<RefRet> = "PaymentMethodRef",
        class_ref: Option<RefRet> = "ClassRef",
        amount: Option<Amount> = "Amount",
    }
}

form! {
    read
    /// What QuickBooks says of a deposit.
    DepositRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        txn_date: Option<Date> = "TxnDate",
        deposit_to_account_ref: Option<RefRet> = "DepositToAccountRef",
        memo: Option<String> = "Memo",
        deposit_total: Option<Amount> = "DepositTotal",
        currency_ref: Option<RefRet> = "CurrencyRef",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        deposit_total_in_home_currency: Option<Amount> = "DepositTotalInHomeCurrency",
        cash_back_info_ret: Option<CashBackInfoRet> = "CashBackInfoRet",
        external_guid: Option<Guid> = "ExternalGUID",
        deposit_line_ret: Vec<DepositLineRet> = "DepositLineRet",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
