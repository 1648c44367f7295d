//! The host, the company file and its preferences.

use jiff::civil::Date;

use crate::{
    enums::FileMode,
    macros::form,
    types::shared::{Address, AddressBlock, Capacity, DataExtRet, RefRet},
    value::Percent,
};

form! {
    read
    /// How much each list can hold in the running edition (PROTOCOL.md d).
    ListMetaData {
        account_meta_data: Option<Capacity> = "AccountMetaData",
        billing_rate_meta_data: Option<Capacity> = "BillingRateMetaData",
        class_meta_data: Option<Capacity> = "ClassMetaData",
        customer_msg_meta_data: Option<Capacity> = "CustomerMsgMetaData",
        customer_type_meta_data: Option<Capacity> = "CustomerTypeMetaData",
        entity_meta_data: Option<Capacity> = "EntityMetaData",
        item_meta_data: Option<Capacity> = "ItemMetaData",
        job_type_meta_data: Option<Capacity> = "JobTypeMetaData",
        payment_method_meta_data: Option<Capacity> = "PaymentMethodMetaData",
        payroll_item_meta_data: Option<Capacity> = "PayrollItemMetaData",
        price_level_meta_data: Option<Capacity> = "PriceLevelMetaData",
        sales_rep_meta_data: Option<Capacity> = "SalesRepMetaData",
        sales_tax_code_meta_data: Option<Capacity> = "SalesTaxCodeMetaData",
        ship_method_meta_data: Option<Capacity> = "ShipMethodMetaData",
        template_meta_data: Option<Capacity> = "TemplateMetaData",
        terms_meta_data: Option<Capacity> = "TermsMetaData",
        to_do_meta_data: Option<Capacity> = "ToDoMetaData",
        vehicle_meta_data: Option<Capacity> = "VehicleMetaData",
        vendor_type_meta_data: Option<Capacity> = "VendorTypeMetaData",
    }
}

form! {
    read
    /// What QuickBooks says of itself: product, release, qbXML versions, and how much each list can hold.
    HostRet {
        product_name: Option<String> = "ProductName",
        major_version: Option<String> = "MajorVersion",
        minor_version: Option<String> = "MinorVersion",
        country: Option<String> = "Country",
        supported_qbxml_version: Vec<String> = "SupportedQBXMLVersion",
        is_automatic_login: Option<bool> = "IsAutomaticLogin",
        qb_file_mode: Option<FileMode> = "QBFileMode",
        list_meta_data: Option<ListMetaData> = "ListMetaData",
    }
}

form! {
    read
    /// Whether an accountant's copy is out, and which day divides the work.
    AccountantCopy {
        accountant_copy_exists: Option<bool> = "AccountantCopyExists",
        dividing_date: Option<Date> = "DividingDate",
    }
}

form! {
    read
    /// What QuickBooks says of the company file.
    CompanyRet {
        is_sample_company: Option<bool> = "IsSampleCompany",
        company_name: Option<String> = "CompanyName",
        legal_company_name: Option<String> = "LegalCompanyName",
        address: Option<Address> = "Address",
        address_block: Option<AddressBlock> = "AddressBlock",
        legal_address: Option<Address> = "LegalAddress",
        company_address_for_customer: Option<Address> = "CompanyAddressForCustomer",
        company_address_block_for_customer: Option<AddressBlock> = "CompanyAddressBlockForCustomer",
        phone: Option<String> = "Phone",
        fax: Option<String> = "Fax",
        email: Option<String> = "Email",
        company_web_site: Option<String> = "CompanyWebSite",
        company_type: Option<String> = "CompanyType",
        accountant_copy: Option<AccountantCopy> = "AccountantCopy",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}

form! {
    read
    /// Accounting preferences: account numbers, classes, the closed period.
    AccountingPreferences {
        is_using_account_numbers: Option<bool> = "IsUsingAccountNumbers",
        is_requiring_accounts: Option<bool> = "IsRequiringAccounts",
        is_using_class_tracking: Option<bool> = "IsUsingClassTracking",
        assign_classes_to: Option<String> = "AssignClassesTo",
        is_using_audit_trail: Option<bool> = "IsUsingAuditTrail",
        is_assigning_journal_entry_numbers: Option<bool> = "IsAssigningJournalEntryNumbers",
        closing_date: Option<Date> = "ClosingDate",
    }
}

form! {
    read
    /// Whether several currencies are on, and the home currency.
    MultiCurrencyPreferences {
        is_multi_currency_on: Option<bool> = "IsMultiCurrencyOn",
        home_currency_ref: Option<RefRet> = "HomeCurrencyRef",
    }
}

form! {
    read
    /// Whether inventory sites are there and on.
    MultiLocationInventoryPreferences {
        is_multi_location_inventory_available: Option<bool> = "IsMultiLocationInventoryAvailable",
        is_multi_location_inventory_enabled: Option<bool> = "IsMultiLocationInventoryEnabled",
    }
}

form! {
    read
    /// Sales preferences.
    SalesAndCustomersPreferences {
        default_ship_method_ref: Option<RefRet> = "DefaultShipMethodRef",
        default_fob: Option<String> = "DefaultFOB",
        default_markup: Option<Percent> = "DefaultMarkup",
        is_tracking_reimbursed_expenses_as_income: Option<bool> = "IsTrackingReimbursedExpensesAsIncome",
        is_auto_applying_payments: Option<bool> = "IsAutoApplyingPayments",
    }
}

form! {
    read
    /// Sales-tax preferences; absent when sales tax is off.
    SalesTaxPreferences {
        default_item_sales_tax_ref: Option<RefRet> = "DefaultItemSalesTaxRef",
        pay_sales_tax: Option<String> = "PaySalesTax",
        default_taxable_sales_tax_code_ref: Option<RefRet> = "DefaultTaxableSalesTaxCodeRef",
        default_non_taxable_sales_tax_code_ref: Option<RefRet> = "DefaultNonTaxableSalesTaxCodeRef",
        is_using_vendor_tax_code: Option<bool> = "IsUsingVendorTaxCode",
        is_using_customer_tax_code: Option<bool> = "IsUsingCustomerTaxCode",
        is_using_amounts_include_tax: Option<bool> = "IsUsingAmountsIncludeTax",
    }
}

form! {
    read
    /// What this application may do.
    CurrentAppAccessRights {
        is_automatic_login_allowed: Option<bool> = "IsAutomaticLoginAllowed",
        automatic_login_user_name: Option<String> = "AutomaticLoginUserName",
        is_personal_data_access_allowed: Option<bool> = "IsPersonalDataAccessAllowed",
    }
}

form! {
    read
    /// Inventory preferences.
    ItemsAndInventoryPreferences {
        enhanced_inventory_receiving_enabled: Option<bool> = "EnhancedInventoryReceivingEnabled",
        is_tracking_serial_or_lot_number: Option<String> = "IsTrackingSerialOrLotNumber",
        is_inventory_expiration_date_enabled: Option<bool> = "IsInventoryExpirationDateEnabled",
        is_tracking_on_sales_transactions_enabled: Option<bool> = "isTrackingOnSalesTransactionsEnabled",
        is_tracking_on_purchase_transactions_enabled: Option<bool> = "isTrackingOnPurchaseTransactionsEnabled",
        is_tracking_on_inventory_adjustment_enabled: Option<bool> = "isTrackingOnInventoryAdjustmentEnabled",
        is_tracking_on_build_assembly_enabled: Option<bool> = "isTrackingOnBuildAssemblyEnabled",
        fifo_enabled: Option<bool> = "FIFOEnabled",
        fifo_effective_date: Option<Date> = "FIFOEffectiveDate",
        is_rsb_enabled: Option<bool> = "IsRSBEnabled",
        is_barcode_enabled: Option<bool> = "IsBarcodeEnabled",
    }
}

form! {
    read
    /// What QuickBooks says of the company file's preferences: those that matter for sales, tax and inventory.
    PreferencesRet {
        accounting_preferences: Option<AccountingPreferences> = "AccountingPreferences",
        multi_currency_preferences: Option<MultiCurrencyPreferences> = "MultiCurrencyPreferences",
        multi_location_inventory_preferences: Option<MultiLocationInventoryPreferences> = "MultiLocationInventoryPreferences",
        sales_and_customers_preferences: Option<SalesAndCustomersPreferences> = "SalesAndCustomersPreferences",
        sales_tax_preferences: Option<SalesTaxPreferences> = "SalesTaxPreferences",
        current_app_access_rights: Option<CurrentAppAccessRights> = "CurrentAppAccessRights",
        items_and_inventory_preferences: Option<ItemsAndInventoryPreferences> = "ItemsAndInventoryPreferences",
    }
}
