//! The enumerations of qbXML (PROTOCOL.md Appendix D).

use crate::macros::enumeration;

enumeration! {
    /// The kind of an account.
    #[derive(Default)]
    AccountType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        AccountsPayable,
        AccountsReceivable,
        Bank,
        CostOfGoodsSold,
        CreditCard,
        Equity,
        Expense,
        FixedAsset,
        Income,
        LongTermLiability,
        NonPosting,
        OtherAsset,
        OtherCurrentAsset,
        OtherCurrentLiability,
        OtherExpense,
        OtherIncome,
    }
}

enumeration! {
    /// The role that QuickBooks itself gives to an account.
    SpecialAccountType {
        AccountsPayable,
        AccountsReceivable,
        CondenseItemAdjustmentExpenses,
        CostOfGoodsSold,
        DirectDepositLiabilities,
        Estimates,
        ExchangeGainLoss,
        InventoryAssets,
        ItemReceiptAccount,
        OpeningBalanceEquity,
        PayrollExpenses,
        PayrollLiabilities,
        PettyCash,
        PurchaseOrders,
        ReconciliationDifferences,
        RetainedEarnings,
        SalesOrders,
        SalesTaxPayable,
        UncategorizedExpenses,
        UncategorizedIncome,
        UndepositedFunds,
    }
}

enumeration! {
    /// How far a job is.
    JobStatus {
        Awarded,
        Closed,
        InProgress,
        None,
        NotAwarded,
        Pending,
    }
}

enumeration! {
    /// How a customer wants to get forms.
    PreferredDeliveryMethod {
        None,
        Email,
        Fax,
    }
}

enumeration! {
    /// The kind of a payment method.
    PaymentMethodType {
        AmericanExpress,
        Cash,
        Check,
        DebitCard,
        Discover,
        ECheck,
        GiftCard,
        MasterCard,
        Other,
        OtherCreditCard,
        Visa,
    }
}

enumeration! {
    /// What a line costs when its price rules conflict.
    OptionForPriceRuleConflict {
        Zero,
        BasePrice,
    }
}

enumeration! {
    /// Whether a cost is charged on to the customer.
    BillableStatus {
        Billable,
        NotBillable,
        HasBeenBilled,
    }
}

enumeration! {
    /// The side of a line of a journal entry.
    JournalLineType {
        Debit,
        Credit,
    }
}

enumeration! {
    /// The transactions that can be voided.
    #[derive(Default)]
    TxnVoidType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        ArRefundCreditCard = "ARRefundCreditCard",
        Bill,
        BillPaymentCheck,
        BillPaymentCreditCard,
        Charge,
        Check,
        CreditCardCharge,
        CreditCardCredit,
        CreditMemo,
        Deposit,
        InventoryAdjustment,
        Invoice,
        ItemReceipt,
        JournalEntry,
        SalesReceipt,
        VendorCredit,
    }
}

enumeration! {
    /// The transactions that can be deleted.
    #[derive(Default)]
    TxnDelType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        ArRefundCreditCard = "ARRefundCreditCard",
        Bill,
        BillPaymentCheck,
        BillPaymentCreditCard,
        BuildAssembly,
        Charge,
        Check,
        CreditCardCharge,
        CreditCardCredit,
        CreditMemo,
        Deposit,
        Estimate,
        InventoryAdjustment,
        Invoice,
        ItemReceipt,
        JournalEntry,
        PurchaseOrder,
        ReceivePayment,
        SalesOrder,
        SalesReceipt,
        SalesTaxPaymentCheck,
        TimeTracking,
        TransferInventory,
        VehicleMileage,
        VendorCredit,
    }
}

enumeration! {
    /// The list entries that can be deleted.
    #[derive(Default)]
    ListDelType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        Account,
        BillingRate,
        Class,
        Currency,
        Customer,
        CustomerMsg,
        CustomerType,
        DateDrivenTerms,
        Employee,
        InventorySite,
        ItemDiscount,
        ItemFixedAsset,
        ItemGroup,
        ItemInventory,
        ItemInventoryAssembly,
        ItemNonInventory,
        ItemOtherCharge,
        ItemPayment,
        ItemSalesTax,
        ItemSalesTaxGroup,
        ItemService,
        ItemSubtotal,
        JobType,
        OtherName,
        PaymentMethod,
        PayrollItemNonWage,
        PayrollItemWage,
        PriceLevel,
        SalesRep,
        SalesTaxCode,
        ShipMethod,
        StandardTerms,
        ToDo,
        UnitOfMeasureSet,
        Vehicle,
        Vendor,
        VendorType,
        WorkersCompCode,
    }
}

enumeration! {
    /// The list entries that can be merged.
    #[derive(Default)]
    ListMergeType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        Account,
        Class,
        Customer,
        ItemDiscount,
        ItemGroup,
        ItemInventory,
        ItemNonInventory,
        ItemOtherCharge,
        ItemPayment,
        ItemSalesTax,
        ItemSalesTaxGroup,
        ItemService,
        ItemSubtotal,
        Vendor,
    }
}

enumeration! {
    /// The lists whose entries can carry custom or private data.
    #[derive(Default)]
    ListDataExtType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        Account,
        Customer,
        Employee,
        Item,
        OtherName,
        Vendor,
    }
}

enumeration! {
    /// The transactions that can carry custom or private data.
    #[derive(Default)]
    TxnDataExtType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        ArRefundCreditCard = "ARRefundCreditCard",
        Bill,
        BillPaymentCheck,
        BillPaymentCreditCard,
        BuildAssembly,
        Charge,
        Check,
        CreditCardCharge,
        CreditCardCredit,
        CreditMemo,
        Deposit,
        Estimate,
        InventoryAdjustment,
        Invoice,
        ItemReceipt,
        JournalEntry,
        PurchaseOrder,
        ReceivePayment,
        SalesOrder,
        SalesReceipt,
        SalesTaxPaymentCheck,
        VendorCredit,
    }
}

enumeration! {
    /// What else can carry private data.
    #[derive(Default)]
    OtherDataExtType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        Company,
    }
}

enumeration! {
    /// The type of a custom or private data field.
    #[derive(Default)]
    DataExtType {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        AmtType = "AMTTYPE",
        DateTimeType = "DATETIMETYPE",
        IntType = "INTTYPE",
        PercentType = "PERCENTTYPE",
        PriceType = "PRICETYPE",
        QuanType = "QUANTYPE",
        Str1024Type = "STR1024TYPE",
        Str255Type = "STR255TYPE",
    }
}

enumeration! {
    /// What a private data field can be attached to.
    #[derive(Default)]
    AssignToObject {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        Account,
        ArRefundCreditCard = "ARRefundCreditCard",
        Bill,
        BillPaymentCheck,
        BillPaymentCreditCard,
        BuildAssembly,
        Charge,
        Check,
        Company,
        CreditCardCharge,
        CreditCardCredit,
        CreditMemo,
        Customer,
        Deposit,
        Employee,
        Estimate,
        InventoryAdjustment,
        Invoice,
        Item,
        ItemReceipt,
        JournalEntry,
        OtherName,
        PurchaseOrder,
        ReceivePayment,
        SalesOrder,
        SalesReceipt,
        SalesTaxPaymentCheck,
        Vendor,
        VendorCredit,
    }
}

enumeration! {
    /// The kinds of transactions.
    TxnType {
        ArRefundCreditCard = "ARRefundCreditCard",
        Bill,
        BillPaymentCheck,
        BillPaymentCreditCard,
        BuildAssembly,
        Charge,
        Check,
        CreditCardCharge,
        CreditCardCredit,
        CreditMemo,
        Deposit,
        Estimate,
        InventoryAdjustment,
        Invoice,
        ItemReceipt,
        JournalEntry,
        LiabilityAdjustment,
        Paycheck,
        PayrollLiabilityCheck,
        PurchaseOrder,
        ReceivePayment,
        SalesOrder,
        SalesReceipt,
        SalesTaxPaymentCheck,
        Transfer,
        VendorCredit,
        YTDAdjustment,
    }
}

enumeration! {
    /// What links two transactions.
    LinkType {
        AmtType = "AMTTYPE",
        QuanType = "QUANTYPE",
    }
}

enumeration! {
    /// The role that QuickBooks itself gives to an item.
    SpecialItemType {
        FinanceCharge,
        ReimbursableExpenseGroup,
        ReimbursableExpenseSubtotal,
    }
}

enumeration! {
    /// Whether a query wants entries that are in use or retired.
    ActiveStatus {
        ActiveOnly,
        InactiveOnly,
        All,
    }
}

enumeration! {
    /// How a text is compared.
    #[derive(Default)]
    MatchCriterion {
        /// Not chosen; refused by the check.
        #[default]
        Unset = "",
        StartsWith,
        Contains,
        EndsWith,
    }
}

enumeration! {
    /// How the company file is open.
    FileMode {
        MultiUser,
        SingleUser,
    }
}
