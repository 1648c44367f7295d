//! Reports: asking for them, and reading them row by row.

use jiff::civil::Date;

use crate::{
    enums::TxnType,
    macros::{choice, enumeration, form},
    node::{FromNode, Node, ObjectError},
    report_enums::{
        GeneralSummaryReportType, IncludeAccounts, IncludeColumn, ReportBasis, ReportDateMacro, ReportDetailLevel,
        ReportOpenBalanceAsOf, ReportPostingStatus, ReturnRows, SummarizeColumnsBy, SummarizeRowsBy,
    },
    types::query::KeyFilter,
};

enumeration! {
    /// The reports of transactions whose columns can be chosen.
    #[derive(Default)]
    CustomDetailReportType {
        #[default]
        CustomTxnDetail,
    }
}

form! {
    write
    /// Asks for the lines of transactions, one a row, in the columns chosen. Without a period QuickBooks takes its own.
    CustomDetailReportQuery {
        custom_detail_report_type: CustomDetailReportType = "CustomDetailReportType",
        display_report: Option<bool> = "DisplayReport",
        report_period: Option<ReportDates> = "ReportPeriod",
        report_account_filter: Option<KeyFilter> = "ReportAccountFilter",
        report_entity_filter: Option<KeyFilter> = "ReportEntityFilter",
        report_item_filter: Option<KeyFilter> = "ReportItemFilter",
        report_class_filter: Option<KeyFilter> = "ReportClassFilter",
        report_txn_type_filter: Option<TxnTypes> = "ReportTxnTypeFilter",
        report_modified_date_range: Option<ReportModifiedDates> = "ReportModifiedDateRangeFilter",
        report_detail_level_filter: Option<ReportDetailLevel> = "ReportDetailLevelFilter",
        report_posting_status_filter: Option<ReportPostingStatus> = "ReportPostingStatusFilter",
        summarize_rows_by: SummarizeRowsBy = "SummarizeRowsBy",
        include_column: Vec<IncludeColumn> = "IncludeColumn",
        include_accounts: Option<IncludeAccounts> = "IncludeAccounts",
        report_open_balance_as_of: Option<ReportOpenBalanceAsOf> = "ReportOpenBalanceAsOf",
        report_basis: Option<ReportBasis> = "ReportBasis",
    }
    at_least_one(include_column)
}

form! {
    write
    /// Asks for sums, such as the trial balance.
    GeneralSummaryReportQuery {
        general_summary_report_type: GeneralSummaryReportType = "GeneralSummaryReportType",
        display_report: Option<bool> = "DisplayReport",
        report_period: Option<ReportDates> = "ReportPeriod",
        report_account_filter: Option<KeyFilter> = "ReportAccountFilter",
        report_entity_filter: Option<KeyFilter> = "ReportEntityFilter",
        report_item_filter: Option<KeyFilter> = "ReportItemFilter",
        report_class_filter: Option<KeyFilter> = "ReportClassFilter",
        report_txn_type_filter: Option<TxnTypes> = "ReportTxnTypeFilter",
        report_modified_date_range: Option<ReportModifiedDates> = "ReportModifiedDateRangeFilter",
        report_detail_level_filter: Option<ReportDetailLevel> = "ReportDetailLevelFilter",
        report_posting_status_filter: Option<ReportPostingStatus> = "ReportPostingStatusFilter",
        summarize_columns_by: Option<SummarizeColumnsBy> = "SummarizeColumnsBy",
        include_subcolumns: Option<bool> = "IncludeSubcolumns",
        return_rows: Option<ReturnRows> = "ReturnRows",
        return_columns: Option<ReturnRows> = "ReturnColumns",
        report_basis: Option<ReportBasis> = "ReportBasis",
    }
}

choice! {
    /// The days that a report is about.
    ReportDates {
        Period(ReportPeriod) = "ReportPeriod",
        Macro(ReportDateMacro) = "ReportDateMacro",
    }
}

form! {
    write
    /// From one day to another, both included.
    ReportPeriod {
        from_report_date: Option<Date> = "FromReportDate",
        to_report_date: Option<Date> = "ToReportDate",
    }
}

choice! {
    /// The days on which what a report tells was last changed.
    ReportModifiedDates {
        Range(ReportModifiedDateRange) = "ReportModifiedDateRangeFilter",
        Macro(ReportDateMacro) = "ReportModifiedDateRangeMacro",
    }
}

form! {
    write
    /// From one day to another, both included.
    ReportModifiedDateRange {
        from_report_modified_date: Option<Date> = "FromReportModifiedDate",
        to_report_modified_date: Option<Date> = "ToReportModifiedDate",
    }
}

form! {
    write
    /// Kinds of transactions.
    TxnTypes {
        txn_type_filter: Vec<TxnType> = "TxnTypeFilter",
    }
    at_least_one(txn_type_filter)
}

form! {
    read
    /// What a report says of itself; its rows follow it.
    ReportRet {
        report_title: Option<String> = "ReportTitle",
        report_subtitle: Option<String> = "ReportSubtitle",
        report_basis: Option<ReportBasis> = "ReportBasis",
        num_rows: Option<u32> = "NumRows",
        num_columns: Option<u32> = "NumColumns",
        num_col_title_rows: Option<u32> = "NumColTitleRows",
        col_desc: Vec<ColDesc> = "ColDesc",
    }
}

impl ReportRet {
    /// The id of the column, for [`CellRow::value`]; none when the report does not have it.
    pub fn column(&self, column: IncludeColumn) -> Option<u32> {
        let found = self.col_desc.iter().find(|desc| desc.col_type.as_deref() == Some(column.as_str()));
        found.and_then(|desc| desc.col_id)
    }
}

form! {
    read
    /// A column. `col_type` is the text of an [`IncludeColumn`] where it was chosen by one.
    ColDesc {
        col_id: Option<u32> = "colID",
        data_type: Option<String> = "dataType",
        col_title: Vec<ColTitle> = "ColTitle",
        col_type: Option<String> = "ColType",
    }
}

form! {
    read
    /// A line of a column's title.
    ColTitle {
        title_row: Option<u32> = "titleRow",
        value: Option<String> = "value",
    }
}

/// A row of a report.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum ReportRow {
    /// `TextRow`: begins a group.
    Text(TextRow),
    /// `DataRow`.
    Data(CellRow),
    /// `SubtotalRow`: ends a group.
    Subtotal(CellRow),
    /// `TotalRow`: ends the report.
    Total(CellRow),
}

impl FromNode for ReportRow {
    fn from_node(node: Node) -> Result<Option<Self>, ObjectError> {
        let row = match node.name() {
            "TextRow" => return Ok(TextRow::from_node(node)?.map(Self::Text)),
            "SubtotalRow" => Self::Subtotal,
            "TotalRow" => Self::Total,
            _ => Self::Data,
        };
        Ok(CellRow::from_node(node)?.map(row))
    }
}

form! {
    read
    /// A row that is one text.
    TextRow {
        row_number: Option<u32> = "rowNumber",
        value: Option<String> = "value",
    }
}

form! {
    read
    /// A row of values; empty ones are left out.
    CellRow {
        row_number: Option<u32> = "rowNumber",
        row_data: Option<RowData> = "RowData",
        col_data: Vec<ColData> = "ColData",
    }
}

impl CellRow {
    /// The value in the column with this id; none when it is empty.
    pub fn value(&self, column: u32) -> Option<&str> {
        self.col_data.iter().find(|cell| cell.col_id == Some(column)).and_then(|cell| cell.value.as_deref())
    }
}

form! {
    read
    /// What a row is about: `row_type` is the kind of list (`account`, `customer`, …) and `value` the entry's full name.
    RowData {
        row_type: Option<String> = "rowType",
        value: Option<String> = "value",
    }
}

form! {
    read
    /// A value in a column, as text.
    ColData {
        col_id: Option<u32> = "colID",
        value: Option<String> = "value",
    }
}
