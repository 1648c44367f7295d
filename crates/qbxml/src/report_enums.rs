//! The enumerations of reports (PROTOCOL.md Appendix D).

use crate::macros::enumeration;

enumeration! {
    /// The reports of sums.
    #[derive(Default)]
    GeneralSummaryReportType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        BalanceSheetByClass,
        BalanceSheetPrevYearComp,
        BalanceSheetStandard,
        BalanceSheetSummary,
        CustomerBalanceSummary,
        ExpenseByVendorSummary,
        IncomeByCustomerSummary,
        InventoryStockStatusByItem,
        InventoryStockStatusByVendor,
        IncomeTaxSummary,
        InventoryValuationSummary,
        InventoryValuationSummaryBySite,
        LotNumberInStockBySite,
        PhysicalInventoryWorksheet,
        ProfitAndLossByClass,
        ProfitAndLossByJob,
        ProfitAndLossPrevYearComp,
        ProfitAndLossStandard,
        ProfitAndLossYtdComp = "ProfitAndLossYTDComp",
        PurchaseByItemSummary,
        PurchaseByVendorSummary,
        SalesByCustomerSummary,
        SalesByItemSummary,
        SalesByRepSummary,
        SalesTaxLiability,
        SalesTaxRevenueSummary,
        SerialNumberInStockBySite,
        TrialBalance,
        VendorBalanceSummary,
    }
}

enumeration! {
    /// A range of days, seen from the day on which the report is made.
    ReportDateMacro {
        All,
        Today,
        ThisWeek,
        ThisWeekToDate,
        ThisMonth,
        ThisMonthToDate,
        ThisQuarter,
        ThisQuarterToDate,
        ThisYear,
        ThisYearToDate,
        Yesterday,
        LastWeek,
        LastWeekToDate,
        LastMonth,
        LastMonthToDate,
        LastQuarter,
        LastQuarterToDate,
        LastYear,
        LastYearToDate,
        NextWeek,
        NextFourWeeks,
        NextMonth,
        NextQuarter,
        NextYear,
    }
}

enumeration! {
    /// How much of a transaction is told: every line, the lines without the one that sums them up, or that one only.
    ReportDetailLevel {
        All,
        AllExceptSummary,
        SummaryOnly,
    }
}

enumeration! {
    /// Whether postings are wanted, or orders and the like.
    ReportPostingStatus {
        Either,
        NonPosting,
        Posting,
    }
}

enumeration! {
    /// Whether a report counts what was sold or what was paid.
    ReportBasis {
        Accrual,
        Cash,
        None,
    }
}

enumeration! {
    /// What the rows of a report are grouped by.
    #[derive(Default)]
    SummarizeRowsBy {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        Account,
        BalanceSheet,
        Class,
        Customer,
        CustomerType,
        Day,
        Employee,
        FourWeek,
        HalfMonth,
        IncomeStatement,
        ItemDetail,
        ItemType,
        Month,
        Payee,
        PaymentMethod,
        PayrollItemDetail,
        PayrollYtdDetail,
        Quarter,
        SalesRep,
        SalesTaxCode,
        ShipMethod,
        TaxLine,
        Terms,
        TotalOnly,
        TwoWeek,
        Vendor,
        VendorType,
        Week,
        Year,
    }
}

enumeration! {
    /// What the columns of a report of sums stand for.
    SummarizeColumnsBy {
        Account,
        BalanceSheet,
        Class,
        Customer,
        CustomerType,
        Day,
        Employee,
        FourWeek,
        HalfMonth,
        IncomeStatement,
        ItemDetail,
        ItemType,
        Month,
        Payee,
        PaymentMethod,
        PayrollItemDetail,
        PayrollYtdDetail,
        Quarter,
        SalesRep,
        SalesTaxCode,
        ShipMethod,
        Terms,
        TotalOnly,
        TwoWeek,
        Vendor,
        VendorType,
        Week,
        Year,
    }
}

enumeration! {
    /// A column of a report of transactions.
    IncludeColumn {
        Account,
        Aging,
        Amount,
        AmountDifference,
        AverageCost,
        BilledDate,
        BillingStatus,
        CalculatedAmount,
        Class,
        ClearedStatus,
        CostPrice,
        Credit,
        Currency,
        Date,
        Debit,
        DeliveryDate,
        DueDate,
        EstimateActive,
        ExchangeRate,
        Fob = "FOB",
        IncomeSubjectToTax,
        Invoiced,
        Item,
        ItemDesc,
        LastModifiedBy,
        LatestOrPriorState,
        Memo,
        ModifiedTime,
        Name,
        NameAccountNumber,
        NameAddress,
        NameCity,
        NameContact,
        NameEmail,
        NameFax,
        NamePhone,
        NameState,
        NameZip,
        OpenBalance,
        OriginalAmount,
        PaidAmount,
        PaidStatus,
        PaidThroughDate,
        PaymentMethod,
        PayrollItem,
        PoNumber = "PONumber",
        PrintStatus,
        ProgressAmount,
        ProgressPercent,
        Quantity,
        QuantityAvailable,
        QuantityOnHand,
        QuantityOnSalesOrder,
        ReceivedQuantity,
        RefNumber,
        RunningBalance,
        SalesRep,
        SalesTaxCode,
        SerialOrLotNumber,
        ShipDate,
        ShipMethod,
        SourceName,
        SplitAccount,
        SsnOrTaxId = "SSNOrTaxID",
        TaxLine,
        TaxTableVersion,
        Terms,
        TxnId = "TxnID",
        TxnNumber,
        TxnType,
        UnitPrice,
        UserEdit,
        ValueOnHand,
        WageBase,
        WageBaseTips,
    }
}

enumeration! {
    /// Whether accounts without transactions are told too.
    IncludeAccounts {
        All,
        InUse,
    }
}

enumeration! {
    /// The day of the open balances in a report.
    ReportOpenBalanceAsOf {
        ReportEndDate,
        Today,
    }
}

enumeration! {
    /// Which rows or columns of sums are told.
    ReturnRows {
        ActiveOnly,
        NonZero,
        All,
    }
}
