//! Journal entries.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    enums::{BillableStatus, JournalLineType},
    limits,
    macros::{choice, form},
    node::{FromNode, Node, ObjectError},
    types::shared::{DataExtRet, RefRet},
    value::{Amount, Change, EditSequence, Guid, Ref, TxnId, TxnLineId, WallTime},
};

form! {
    write
    /// What a debit line and a credit line of a journal entry hold.
    JournalLine {
        account_ref: Option<Ref> = "AccountRef" [limits::FULL_NAME],
        amount: Option<Amount> = "Amount",
        memo: Option<String> = "Memo" [limits::MEMO],
        entity_ref: Option<Ref> = "EntityRef" [limits::CUSTOMER_FULL_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        billable_status: Option<BillableStatus> = "BillableStatus",
    }
}

choice! {
    /// Adds a line of a journal entry; the amounts of both sides are positive.
    JournalLineAdd {
        Debit(JournalLine) = "JournalDebitLine",
        Credit(JournalLine) = "JournalCreditLine",
    }
}

form! {
    write
    /// Adds a journal entry: debit and credit lines in any order, with the same sum.
    JournalEntryAdd {
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber" [limits::REF_NUMBER],
        is_adjustment: Option<bool> = "IsAdjustment",
        is_amounts_entered_in_home_currency: Option<bool> = "IsAmountsEnteredInHomeCurrency",
        currency_ref: Option<Ref> = "CurrencyRef" [limits::CURRENCY],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        external_guid: Option<Guid> = "ExternalGUID",
        journal_line_add: Vec<JournalLineAdd> = "JournalDebitLine",
    }
    at_least_one(journal_line_add)
}

form! {
    write
    /// Changes a line of a journal entry: what is not named stays. A new line needs its `journal_line_type`.
    JournalLineMod {
        txn_line_id: TxnLineId = "TxnLineID",
        journal_line_type: Option<JournalLineType> = "JournalLineType",
        account_ref: Option<Ref> = "AccountRef" [limits::FULL_NAME],
        amount: Option<Amount> = "Amount",
        memo: Change<String> = "Memo" [limits::MEMO],
        entity_ref: Option<Ref> = "EntityRef" [limits::CUSTOMER_FULL_NAME],
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        billable_status: Option<BillableStatus> = "BillableStatus",
    }
}

form! {
    write
    /// Changes a journal entry: what is not named stays, except that naming one line deletes all lines not named
    /// (PROTOCOL.md c.5).
    JournalEntryMod {
        txn_id: TxnId = "TxnID",
        edit_sequence: EditSequence = "EditSequence",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Change<String> = "RefNumber" [limits::REF_NUMBER],
        is_adjustment: Option<bool> = "IsAdjustment",
        is_amounts_entered_in_home_currency: Option<bool> = "IsAmountsEnteredInHomeCurrency",
        currency_ref: Option<Ref> = "CurrencyRef" [limits::CURRENCY],
        exchange_rate: Option<Decimal> = "ExchangeRate",
        journal_line_mod: Vec<JournalLineMod> = "JournalLineMod",
    }
}

form! {
    read
    /// What QuickBooks says of a line of a journal entry.
    JournalLineFields {
        txn_line_id: Option<TxnLineId> = "TxnLineID",
        account_ref: Option<RefRet> = "AccountRef",
        amount: Option<Amount> = "Amount",
        memo: Option<String> = "Memo",
        entity_ref: Option<RefRet> = "EntityRef",
        class_ref: Option<RefRet> = "ClassRef",
        billable_status: Option<BillableStatus> = "BillableStatus",
    }
}

/// A line of a journal entry; QuickBooks gives the lines of both sides in the order of the entry.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum JournalLineRet {
    /// `JournalDebitLine`.
    Debit(JournalLineFields),
    /// `JournalCreditLine`.
    Credit(JournalLineFields),
}

impl FromNode for JournalLineRet {
    fn from_node(node: Node) -> Result<Option<Self>, ObjectError> {
        let side = if node.name() == "JournalDebitLine" { Self::Debit } else { Self::Credit };
        Ok(JournalLineFields::from_node(node)?.map(side))
    }
}

form! {
    read
    /// What QuickBooks says of a journal entry.
    JournalEntryRet {
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        txn_number: Option<u32> = "TxnNumber",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        is_adjustment: Option<bool> = "IsAdjustment",
        is_home_currency_adjustment: Option<bool> = "IsHomeCurrencyAdjustment",
        is_amounts_entered_in_home_currency: Option<bool> = "IsAmountsEnteredInHomeCurrency",
        currency_ref: Option<RefRet> = "CurrencyRef",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        external_guid: Option<Guid> = "ExternalGUID",
        journal_line_ret: Vec<JournalLineRet> = "JournalDebitLine" | "JournalCreditLine",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
