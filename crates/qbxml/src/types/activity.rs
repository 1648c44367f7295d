//! What was entered, changed and deleted, whatever its kind.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    enums::{ListDelType, TxnDelType, TxnType},
    limits,
    macros::form,
    report_enums::{ReportDetailLevel, ReportPostingStatus},
    types::{
        query::{
            Iterator, KeyFilter, MetaData, ModifiedDateRangeFilter, RefNumberMatch, TransactionSelect,
            TxnDateRangeFilter,
        },
        report::TxnTypes,
        shared::RefRet,
    },
    value::{Amount, ListId, TxnId, TxnLineId, WallTime},
};

form! {
    write
    /// Asks for transactions of all kinds: one record for each, or with another [`ReportDetailLevel`] for its lines too.
    TransactionQuery {
        meta_data: Option<MetaData> = "metaData",
        iterator: Option<Iterator> = "iterator",
        select: TransactionSelect = "TxnID",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
}

form! {
    write
    /// Filter of a query for transactions of all kinds.
    TransactionFilter {
        max_returned: Option<u32> = "MaxReturned",
        ref_number: Vec<String> = "RefNumber",
        ref_number_match: Option<RefNumberMatch> = "RefNumberFilter",
        transaction_modified_date_range_filter: Option<ModifiedDateRangeFilter> = "TransactionModifiedDateRangeFilter",
        transaction_date_range_filter: Option<TxnDateRangeFilter> = "TransactionDateRangeFilter",
        transaction_entity_filter: Option<KeyFilter> = "TransactionEntityFilter",
        transaction_account_filter: Option<KeyFilter> = "TransactionAccountFilter",
        transaction_item_filter: Option<KeyFilter> = "TransactionItemFilter",
        transaction_class_filter: Option<KeyFilter> = "TransactionClassFilter",
        transaction_type_filter: Option<TxnTypes> = "TransactionTypeFilter",
        transaction_detail_level_filter: Option<ReportDetailLevel> = "TransactionDetailLevelFilter",
        transaction_posting_status_filter: Option<ReportPostingStatus> = "TransactionPostingStatusFilter",
    }
    at_most_one(ref_number, ref_number_match)
}

form! {
    read
    /// A transaction, or a line of one.
    TransactionRet {
        txn_type: Option<TxnType> = "TxnType",
        txn_id: TxnId = "TxnID",
        txn_line_id: Option<TxnLineId> = "TxnLineID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        entity_ref: Option<RefRet> = "EntityRef",
        account_ref: Option<RefRet> = "AccountRef",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        amount: Option<Amount> = "Amount",
        currency_ref: Option<RefRet> = "CurrencyRef",
        exchange_rate: Option<Decimal> = "ExchangeRate",
        amount_in_home_currency: Option<Amount> = "AmountInHomeCurrency",
        memo: Option<String> = "Memo",
    }
}

form! {
    write
    /// When something was deleted.
    DeletedDateRangeFilter {
        from_deleted_date: Option<WallTime> = "FromDeletedDate",
        to_deleted_date: Option<WallTime> = "ToDeletedDate",
    }
}

form! {
    write
    /// Asks for deleted transactions of the kinds named.
    TxnDeletedQuery {
        meta_data: Option<MetaData> = "metaData",
        txn_del_type: Vec<TxnDelType> = "TxnDelType",
        deleted_date_range_filter: Option<DeletedDateRangeFilter> = "DeletedDateRangeFilter",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
    at_least_one(txn_del_type)
}

form! {
    read
    /// A deleted transaction.
    TxnDeletedRet {
        txn_del_type: Option<TxnDelType> = "TxnDelType",
        txn_id: TxnId = "TxnID",
        time_created: Option<WallTime> = "TimeCreated",
        time_deleted: Option<WallTime> = "TimeDeleted",
        ref_number: Option<String> = "RefNumber",
    }
}

form! {
    write
    /// Asks for deleted list entries of the kinds named.
    ListDeletedQuery {
        meta_data: Option<MetaData> = "metaData",
        list_del_type: Vec<ListDelType> = "ListDelType",
        deleted_date_range_filter: Option<DeletedDateRangeFilter> = "DeletedDateRangeFilter",
        include_ret_element: Vec<String> = "IncludeRetElement" [limits::RET_ELEMENT],
    }
    at_least_one(list_del_type)
}

form! {
    read
    /// A deleted list entry.
    ListDeletedRet {
        list_del_type: Option<ListDelType> = "ListDelType",
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_deleted: Option<WallTime> = "TimeDeleted",
        full_name: Option<String> = "FullName",
    }
}
