//! Refunds of credits by card, or by anything else that is no check; QuickBooks has no Mod for them.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    enums::TxnType,
    limits,
    macros::form,
    types::shared::{Address, AddressBlock, DataExtRet, RefRet},
    value::{Amount, EditSequence, Guid, Ref, TxnId, WallTime},
};

form! {
    write
    /// The credit memo or payment whose credit is paid back.
    RefundAppliedToTxnAdd {
        txn_id: TxnId = "TxnID",
        refund_amount: Amount = "RefundAmount",
    }
}

form! {
    write
    /// Pays credits back to a customer.
    ARRefundCreditCardAdd {
        customer_ref: Ref = "CustomerRef" [limits::CUSTOMER_FULL_NAME],
        refund_from_account_ref: Option<Ref> = "RefundFromAccountRef" [limits::FULL_NAME],
        ar_account_ref: Option<Ref> = "ARAccountRef" [limits::FULL_NAME],
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber" [limits::REF_NUMBER],
        address: Option<Address> = "Address",
        payment_method_ref: Option<Ref> = "PaymentMethodRef" [limits::LIST_NAME],
        memo: Option<String> = "Memo" [limits::MEMO],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        external_guid: Option<Guid> = "ExternalGUID",
        refund_applied_to_txn_add: Vec<RefundAppliedToTxnAdd> = "RefundAppliedToTxnAdd",
    }
    at_least_one(refund_applied_to_txn_add)
}

form! {
    read
    /// What was paid back.
    RefundAppliedToTxnRet {
        txn_id: TxnId = "TxnID",
        txn_type: Option<TxnType> = "TxnType",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        credit_remaining: Option<Amount> = "CreditRemaining",
        refund_amount: Option<Amount> = "RefundAmount",
        credit_remaining_in_home_currency: Option<Amount> = "CreditRemainingInHomeCurrency",
        refund_amount_in_home_currency: Option<Amount> = "RefundAmountInHomeCurrency",
    }
}

form! {
    read
    /// What QuickBooks says of a refund by card.
    ARRefundCreditCardRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        customer_ref: Option<RefRet> = "CustomerRef",
        refund_from_account_ref: Option<RefRet> = "RefundFromAccountRef",
        ar_account_ref: Option<RefRet> = "ARAccountRef",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        total_amount: Option<Amount> = "TotalAmount",
        currency_ref: Option<RefRet> = "CurrencyRef",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        total_amount_in_home_currency: Option<Amount> = "TotalAmountInHomeCurrency",
        address: Option<Address> = "Address",
        address_block: Option<AddressBlock> = "AddressBlock",
        payment_method_ref: Option<RefRet> = "PaymentMethodRef",
        memo: Option<String> = "Memo",
        external_guid: Option<Guid> = "ExternalGUID",
        refund_applied_to_txn_ret: Vec<RefundAppliedToTxnRet> = "RefundAppliedToTxnRet",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
