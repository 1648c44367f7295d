//! Received payments.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    enums::TxnType,
    limits,
    macros::form,
    types::shared::{DataExtRet, LinkedTxn, RefRet, SetCredit},
    value::{Amount, Change, EditSequence, Guid, Ref, TxnId, WallTime},
};

form! {
    write
    /// What a payment pays.
    AppliedToTxnAdd {
        txn_id: TxnId = "TxnID",
        payment_amount: Option<Amount> = "PaymentAmount",
        set_credit: Vec<SetCredit> = "SetCredit",
        discount_amount: Option<Amount> = "DiscountAmount",
        discount_account_ref: Option<Ref> = "DiscountAccountRef" [limits::FULL_NAME],
        discount_class_ref: Option<Ref> = "DiscountClassRef" [limits::FULL_NAME],
    }
}

form! {
    write
    /// Adds a received payment; it is applied by QuickBooks, or to the transactions named.
    ReceivePaymentAdd {
        customer_ref: Ref = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        ar_account_ref: Option<Ref> = "ARAccountRef" [limits::FULL_NAME],
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber" [limits::LONG_REF_NUMBER],
        total_amount: Option<Amount> = "TotalAmount",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        payment_method_ref: Option<Ref> = "PaymentMethodRef" [limits::LIST_NAME],
        memo: Option<String> = "Memo" [limits::MEMO],
        deposit_to_account_ref: Option<Ref> = "DepositToAccountRef" [limits::FULL_NAME],
        external_guid: Option<Guid> = "ExternalGUID",
        is_auto_apply: Option<bool> = "IsAutoApply",
        applied_to_txn_add: Vec<AppliedToTxnAdd> = "AppliedToTxnAdd",
    }
    exactly_one(is_auto_apply, applied_to_txn_add)
}

form! {
    write
    /// What a payment pays, after the change.
    AppliedToTxnMod {
        txn_id: TxnId = "TxnID",
        payment_amount: Option<Amount> = "PaymentAmount",
        set_credit: Vec<SetCredit> = "SetCredit",
        discount_amount: Option<Amount> = "DiscountAmount",
        discount_account_ref: Option<Ref> = "DiscountAccountRef" [limits::FULL_NAME],
        discount_class_ref: Option<Ref> = "DiscountClassRef" [limits::FULL_NAME],
    }
}

form! {
    write
    /// Changes a received payment: what is not named stays.
    ReceivePaymentMod {
        txn_id: TxnId = "TxnID",
        edit_sequence: EditSequence = "EditSequence",
        customer_ref: Option<Ref> = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        ar_account_ref: Option<Ref> = "ARAccountRef" [limits::FULL_NAME],
        txn_date: Option<Date> = "TxnDate",
        ref_number: Change<String> = "RefNumber" [limits::LONG_REF_NUMBER],
        total_amount: Option<Amount> = "TotalAmount",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        payment_method_ref: Option<Ref> = "PaymentMethodRef" [limits::LIST_NAME],
        memo: Change<String> = "Memo" [limits::MEMO],
        deposit_to_account_ref: Option<Ref> = "DepositToAccountRef" [limits::FULL_NAME],
        applied_to_txn_mod: Vec<AppliedToTxnMod> = "AppliedToTxnMod",
    }
}

form! {
    read
    /// What a payment paid.
    AppliedToTxnRet {
        txn_id: TxnId = "TxnID",
        txn_type: Option<TxnType> = "TxnType",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        balance_remaining: Option<Amount> = "BalanceRemaining",
        amount: Option<Amount> = "Amount",
        discount_amount: Option<Amount> = "DiscountAmount",
        discount_account_ref: Option<RefRet> = "DiscountAccountRef",
        discount_class_ref: Option<RefRet> = "DiscountClassRef",
        linked_txn: Vec<LinkedTxn> = "LinkedTxn",
    }
}

form! {
    read
    /// What QuickBooks says of a received payment.
    ReceivePaymentRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        customer_ref: Option<RefRet> = "CustomerRef",
        ar_account_ref: Option<RefRet> = "ARAccountRef",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        total_amount: Option<Amount> = "TotalAmount",
        currency_ref: Option<RefRet> = "CurrencyRef",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        total_amount_in_home_currency: Option<Amount> = "TotalAmountInHomeCurrency",
        payment_method_ref: Option<RefRet> = "PaymentMethodRef",
        memo: Option<String> = "Memo",
        deposit_to_account_ref: Option<RefRet> = "DepositToAccountRef",
        unused_payment: Option<Amount> = "UnusedPayment",
        unused_credits: Option<Amount> = "UnusedCredits",
        external_guid: Option<Guid> = "ExternalGUID",
        applied_to_txn_ret: Vec<AppliedToTxnRet> = "AppliedToTxnRet",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
