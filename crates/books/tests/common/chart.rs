//! A chart of accounts as a shop has it after fifteen years: two bookkeepers' habits, sub-accounts, leftovers and odd names.

use books::proposals::Choice;
use qbxml::ListId;

/// Types with their accounts: `-` before a name marks an inactive one, ` = ` after it the role that QuickBooks gives.
const CHART: &[(&str, &str)] = &[
    (
        "Bank",
        "First National Checking;First National Savings;First National Checking:Tax Reserve;PayPal;-PayPal (old);Payroll \
         Checking;Petty Cash = PettyCash;Cash Drawer;Square Clearing;-Wells Fargo (closed);Shopify Clearing",
    ),
    ("AccountsReceivable", "Accounts Receivable = AccountsReceivable;Employee Advances Receivable"),
    (
        "OtherCurrentAsset",
        "Undeposited Funds = UndepositedFunds;Inventory = InventoryAssets;Inventory:In Transit;Inventory:Consignment;Prepaid \
         Insurance;Prepaid Rent;Employee Loans;Deposits to Vendors;-Inventory Clearing;Due from Shareholder;Prepaid Postage",
    ),
    (
        "FixedAsset",
        "Furniture and Fixtures;Furniture and Fixtures:Original Cost;Furniture and Fixtures:Depreciation;Computers;\
         Computers:Original Cost;Computers:Depreciation;Vehicles;Vehicles:Original Cost;Vehicles:Depreciation;Leasehold \
         Improvements;Accumulated Depreciation;POS Hardware;Signs",
    ),
    ("OtherAsset", "Security Deposits;Goodwill;Trademarks;Organization Costs"),
    ("AccountsPayable", "Accounts Payable = AccountsPayable"),
    ("CreditCard", "Amex 1003;Chase Ink;-Visa 4410;Shell Fleet Card"),
    (
        "OtherCurrentLiability",
        "Sales Tax Payable = SalesTaxPayable;Gift Card Liability;-Gift Certificates;Tips Payable;Payroll Liabilities = \
         PayrollLiabilities;Payroll Liabilities:Federal Withholding;Payroll Liabilities:State Withholding;Payroll \
         Liabilities:FUTA;Payroll Liabilities:SUTA;Payroll Liabilities:401k;Accrued Wages;Accrued Interest;Line of Credit;\
         Custmer Deposits;Use Tax Payable;Merchandise Credits;Due to Shareholder;Inventory Received Not Billed;Short-term \
         Loan;Income Taxes Payable;Sublease Deposits Held",
    ),
    ("LongTermLiability", "SBA Loan;Vehicle Loan;Shareholder Loan;Equipment Lease;PPP Loan"),
    (
        "Equity",
        "Opening Balance Equity = OpeningBalanceEquity;Retained Earnings = RetainedEarnings;Capital Stock;Paid-in Capital;\
         Shareholder Distributions;Owner Draws;Treasury Stock",
    ),
    (
        "Income",
        "Sales;Sales:Apparel;Sales:Homewares;Sales:Gift Wrap;Sales Discounts Given;Delivery Income;Consulting Income;Sales \
         Returns and Allowances;Workshop Income;Rental Income;-Sales (old POS);Uncategorized Income = UncategorizedIncome;\
         Wholesale;Wholesale:Apparel;Affiliate Commissions;Repair Income",
    ),
    (
        "CostOfGoodsSold",
        "Cost of Goods Sold = CostOfGoodsSold;Cost of Goods Sold:Apparel;Cost of Goods Sold:Homewares;Freight In;Purchase \
         Discounts;Inventory Adjustments;Merchant Account Fees;Packaging Materials;Subcontracted Services;-COGS Old;Import \
         Brokerage",
    ),
    (
        "Expense",
        "Advertising;Advertising:Online;Advertising:Print;Advertising:Trade Shows;Auto;Auto:Fuel;Auto:Repairs;Auto:Insurance;\
         Bank Service Charges;Bank Service Charges:Wire Fees;Cash Over/Short;Charitable Contributions;Computer and Internet;\
         Computer and Internet:Hosting;Computer and Internet:Software;Continuing Education;Depreciation Expense;Dues and \
         Subscriptions;Equipment Rental;Insurance;Insurance:General Liability;Insurance:Health;Insurance:Workers Comp;Insurance:\
         Property;Interest Expense;Janitorial;Legal and Professional;Legal and Professional:Accounting;Legal and \
         Professional:Legal;Licenses and Permits;Meals and Entertainment;Miscellaneous;Office Supplies;Outside Services;Payroll \
         Expenses = PayrollExpenses;Payroll Expenses:Wages;Payroll Expenses:Officers;Payroll Expenses:Taxes;Payroll \
         Expenses:Benefits;Postage and Delivery;Printing;PayPal Fees;Rent;Rent:Harbour Street;Rent:Mill Lane;Rent:Warehouse;\
         Repairs and Maintenance;Repairs and Maintenance:Building;Repairs and Maintenance:Equipment;Security;Shipping Supplies;\
         Shopify Fees;Small Tools;Store Supplies;Taxes;Taxes:Property;Taxes:Franchise;Telephone;Telephone:Mobile;Travel;\
         Travel:Airfare;Travel:Lodging;Uniforms;Utilities;Utilities:Electric;Utilities:Gas;Utilities:Water;Utilities:Waste;Web \
         Site;-Yellow Pages;Uncategorized Expense = UncategorizedExpenses;Ask My Accountant;Bad Debt;Business Gifts;Holiday \
         Party;Merchandising Displays;Parking;Penalties;Photography;Samples;Sponsorships;Water Cooler;Window Cleaning;Moving \
         Expense;Recruiting;Translation;Storage",
    ),
    ("OtherIncome", "Interest Income;Insurance Proceeds;Gain on Asset Sale;Sales Tax Discount;Other Income"),
    (
        "OtherExpense",
        "Income Tax Expense;Loss on Asset Sale;Exchange Gain or Loss = ExchangeGainLoss;Prior Period Adjustments",
    ),
    ("NonPosting", "Purchase Orders = PurchaseOrders;Sales Orders = SalesOrders;Estimates = Estimates"),
];

/// The chart.
pub fn chart() -> Vec<Choice> {
    let mut chart = Vec::new();
    for (kind, names) in CHART {
        for name in names.split(';') {
            let (name, special) = name.split_once(" = ").map_or((name, None), |(name, role)| (name, Some(role)));
            let number = chart.len();
            chart.push(Choice {
                id: ListId::new(format!("8000{number:04X}-1")),
                full_name: name.trim_start_matches('-').to_owned(),
                kind: (*kind).to_owned(),
                active: !name.starts_with('-'),
                number: Some(format!("{}", 1000 + number * 10)),
                description: (name == "Merchandise Credits").then(|| "Store credit liability to customers".to_owned()),
                special: special.map(str::to_owned),
            });
        }
    }
    chart
}
