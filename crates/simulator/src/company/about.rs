//! What QuickBooks tells of itself, the company and its preferences: the three answers that open every session
//! (PROTOCOL.md a.5).

use super::books::Books;
use super::data_ext::COMPANY;
use super::kinds::Space;
use super::lists::default_tax_item;
use super::references::told;
use super::setup::Edition;
use super::xml::Element;

/// The qbXML versions that the simulated QuickBooks takes.
pub(crate) const VERSIONS: [&str; 19] = [
    "1.0", "1.1", "2.0", "2.1", "3.0", "4.0", "4.1", "5.0", "6.0", "7.0", "8.0", "9.0", "10.0", "11.0", "12.0", "13.0",
    "14.0", "15.0", "16.0",
];

/// The preference for bills without terms.
pub(crate) const DAYS_BILLS_ARE_DUE: i64 = 10;

pub(crate) fn host(books: &Books, request: &Element) -> Element {
    let mut children = vec![
        Element::leaf("ProductName", books.setup.edition.product_name()),
        Element::leaf("MajorVersion", "34"),
        Element::leaf("MinorVersion", "0"),
        Element::leaf("Country", "US"),
    ];
    children.extend(VERSIONS.iter().map(|version| Element::leaf("SupportedQBXMLVersion", *version)));
    children.push(Element::leaf("IsAutomaticLogin", "false"));
    children.push(Element::leaf("QBFileMode", "SingleUser"));
    let wanted = request
        .child("IncludeListMetaData")
        .and_then(|metadata| metadata.text_of("IncludeMaxCapacity"))
        .is_some_and(|text| matches!(text, "true" | "1"));
    if wanted {
        let capacities = books.setup.capacities;
        let lists = [
            "Account",
            "BillingRate",
            "Class",
            "CustomerMsg",
            "CustomerType",
            "Entity",
            "Item",
            "JobType",
            "PaymentMethod",
            "PayrollItem",
            "PriceLevel",
            "SalesRep",
            "SalesTaxCode",
            "ShipMethod",
            "Template",
            "Terms",
            "ToDo",
            "Vehicle",
            "VendorType",
        ];
        let capacity = |list: &str| match list {
            "Account" => capacities.accounts,
            "Class" => capacities.classes,
            "Entity" => capacities.names,
            "Item" => capacities.items,
            other => books.setup.edition.list_capacity(other),
        };
        let metadata = lists.map(|list| {
            let capacity = Element::leaf("MaxCapacity", capacity(list).to_string());
            Element::group(&format!("{list}MetaData"), vec![capacity])
        });
        children.push(Element::group("ListMetaData", metadata.to_vec()));
    }
    Element::group("HostRet", children)
}

pub(crate) fn company(books: &Books, request: &Element) -> Element {
    let owners: Vec<&str> = request.all("OwnerID").map(|owner| owner.text.as_str()).collect();
    let mut children = vec![
        Element::leaf("IsSampleCompany", "false"),
        Element::leaf("CompanyName", &books.setup.company_name),
        Element::leaf("LegalCompanyName", &books.setup.company_name),
        Element::leaf("FirstMonthFiscalYear", "January"),
        Element::leaf("FirstMonthIncomeTaxYear", "January"),
        Element::leaf("CompanyType", "Retail"),
    ];
    children.extend(books.extensions.told(COMPANY, None, &owners));
    Element::group("CompanyRet", children)
}

pub(crate) fn preferences(books: &Books) -> Element {
    let leaf = |name: &str, text: &str| Element::leaf(name, text);
    let mut accounting = vec![
        leaf("IsUsingAccountNumbers", &books.setup.account_numbers.to_string()),
        leaf("IsRequiringAccounts", "true"),
        leaf("IsUsingClassTracking", &books.setup.class_tracking.to_string()),
    ];
    if books.setup.class_tracking {
        accounting.push(leaf("AssignClassesTo", "None"));
    }
    accounting.push(leaf("IsUsingAuditTrail", "true"));
    accounting.push(leaf("IsAssigningJournalEntryNumbers", "true"));
    accounting.extend(books.setup.closing_date.map(|date| leaf("ClosingDate", &date.to_string())));
    let mut currencies = vec![leaf("IsMultiCurrencyOn", &books.setup.multi_currency.to_string())];
    if books.setup.multi_currency {
        currencies.push(Element::group("HomeCurrencyRef", vec![leaf("FullName", "US Dollar")]));
    }
    let mut children = vec![
        Element::group("AccountingPreferences", accounting),
        Element::group(
            "FinanceChargePreferences",
            vec![
                leaf("GracePeriod", "0"),
                leaf("IsAssessingForOverdueCharges", "false"),
                leaf("CalculateChargesFrom", "DueDate"),
                leaf("IsMarkedToBePrinted", "false"),
            ],
        ),
        Element::group(
            "JobsAndEstimatesPreferences",
            vec![
                leaf("IsUsingEstimates", "false"),
                leaf("IsUsingProgressInvoicing", "false"),
                leaf("IsPrintingItemsWithZeroAmounts", "true"),
            ],
        ),
        Element::group("MultiCurrencyPreferences", currencies),
        Element::group(
            "MultiLocationInventoryPreferences",
            vec![
                leaf("IsMultiLocationInventoryAvailable", &(books.setup.edition == Edition::Enterprise).to_string()),
                leaf("IsMultiLocationInventoryEnabled", &books.setup.has_sites().to_string()),
            ],
        ),
        Element::group(
            "PurchasesAndVendorsPreferences",
            vec![
                leaf("IsUsingInventory", "true"),
                leaf("DaysBillsAreDue", &DAYS_BILLS_ARE_DUE.to_string()),
                leaf("IsAutomaticallyUsingDiscounts", "false"),
            ],
        ),
        Element::group(
            "ReportsPreferences",
            vec![leaf("AgingReportBasis", "AgeFromDueDate"), leaf("SummaryReportBasis", "Accrual")],
        ),
        Element::group(
            "SalesAndCustomersPreferences",
            vec![leaf("IsTrackingReimbursedExpensesAsIncome", "false"), leaf("IsAutoApplyingPayments", "true")],
        ),
    ];
    let code = |name: &str| books.find(Space::TaxCodes, name).map(|code| code.id.clone());
    if let (Some(item), Some(taxable), Some(exempt)) = (default_tax_item(books), code("Tax"), code("Non")) {
        children.push(Element::group(
            "SalesTaxPreferences",
            vec![
                told(books, "DefaultItemSalesTaxRef", &item),
                leaf("PaySalesTax", "Monthly"),
                told(books, "DefaultTaxableSalesTaxCodeRef", &taxable),
                told(books, "DefaultNonTaxableSalesTaxCodeRef", &exempt),
            ],
        ));
    }
    children.push(Element::group(
        "CurrentAppAccessRights",
        vec![leaf("IsAutomaticLoginAllowed", "false"), leaf("IsPersonalDataAccessAllowed", "false")],
    ));
    Element::group("PreferencesRet", children)
}
