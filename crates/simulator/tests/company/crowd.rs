use simulator::company::{Company, Crowd, Edition, Setup};

use crate::support::{Desk, add, attribute, code, decimal, line, text, texts};

#[test]
fn a_lived_in_company_has_the_chart_of_a_real_shop() {
    let mut desk = Desk::with(Setup::lived_in(Edition::Premier));
    let all = desk.done("<AccountQueryRq><ActiveStatus>All</ActiveStatus></AccountQueryRq>");
    let accounts: Vec<&str> = all.split("<AccountRet>").skip(1).collect();
    assert!(accounts.len() > 200, "{}", accounts.len());
    let depth = |depth: &str| accounts.iter().filter(|account| text(account, "Sublevel") == depth).count();
    assert!(depth("1") > 50 && depth("2") > 3, "{} {}", depth("1"), depth("2"));
    let inactive = accounts.iter().filter(|account| account.contains("<IsActive>false</IsActive>")).count();
    assert!(inactive > 10, "{inactive}");
    let names = desk.company.names("Account");
    let fits = |name: &String| name.split(':').all(|part| part.chars().count() <= 31 && part.trim() == part);
    assert!(names.iter().all(fits), "{names:?}");
    for name in [
        "Sales:Online:Domestic",
        "Sales Discounts",
        "Cost of Goods Sold",
        "COGS - Freight In",
        "Shopify Sales",
        "PayPal",
        "Gift Card Liability",
        "Shipping Income",
        "Inventory",
        "Cash on Hand",
        "Café Sales",
        "sales returns (do not use)",
    ] {
        assert!(desk.company.trial_balance().contains_key(name), "{name}");
    }
    let fees = desk.done("<AccountQueryRq><FullName>Merchant Account Fees:PayPal Fees</FullName></AccountQueryRq>");
    assert_eq!((text(&fees, "AccountNumber"), text(&fees, "AccountType")), ("6032".into(), "Expense".into()));
    let paypal = desk.done("<AccountQueryRq><FullName>paypal</FullName></AccountQueryRq>");
    assert_eq!(text(&paypal, "Desc"), "PayPal balance");
}

#[test]
fn accounts_are_added_below_others_with_numbers_and_descriptions() {
    let mut desk = Desk::with(Setup::lived_in(Edition::Premier));
    let account = "<Name>  Curbside </Name><ParentRef><FullName>Sales:In Store</FullName></ParentRef><AccountType>Income</AccountType>\
                   <AccountNumber>4023</AccountNumber><Desc>Picked up</Desc>";
    let answer = desk.done(&add("Account", account));
    assert_eq!((text(&answer, "Name"), text(&answer, "Sublevel")), ("Curbside".into(), "2".into()));
    assert!(answer.contains("<FullName>Sales:In Store:Curbside</FullName>"), "{answer}");
    assert_eq!((text(&answer, "AccountNumber"), text(&answer, "Desc")), ("4023".into(), "Picked up".into()));
    assert_eq!(desk.status(&add("Account", account)), 3100);
    let other_type = account.replace("Curbside", "Other").replace("<AccountType>Income", "<AccountType>Expense");
    assert_eq!(desk.status(&add("Account", &other_type)), 3180, "a sub-account is of its parent's type");
    let long = account.replace("Curbside", "Long").replace("4023", "12345678");
    assert_eq!(desk.status(&add("Account", &long)), 3070);
    let banks = "<AccountQueryRq><ActiveStatus>InactiveOnly</ActiveStatus><AccountType>CreditCard</AccountType></AccountQueryRq>";
    assert_eq!(texts(&desk.done(banks), "Name"), ["Home Depot Card"]);
    desk.done(&add("Account", "<Name>New</Name><IsActive>false</IsActive><AccountType>Income</AccountType>"));
    let entry = "<JournalDebitLine><AccountRef><FullName>New</FullName></AccountRef><Amount>1.00</Amount></JournalDebitLine>\
                 <JournalCreditLine><AccountRef><FullName>Savings</FullName></AccountRef><Amount>1.00</Amount></JournalCreditLine>";
    assert_eq!(desk.status(&add("JournalEntry", entry)), 3140, "an inactive account is not posted to");
    let preferences = desk.done("<PreferencesQueryRq/>");
    assert_eq!(text(&preferences, "IsUsingAccountNumbers"), "true");
}

#[test]
fn a_vendor_is_added_changed_and_found_with_what_is_known_of_it() {
    let mut desk = Desk::new();
    let fields = "<Name>Acme</Name><CompanyName>Acme &amp; Sons</CompanyName><FirstName>Al</FirstName><VendorAddress><Addr1>1 Main</Addr1><City>Troy</City>\
                  <State>NY</State><PostalCode>12180</PostalCode></VendorAddress><Phone>555</Phone><Email>a@example.com</Email><AccountNumber>C-77</AccountNumber>\
                  <TermsRef><FullName>Net 30</FullName></TermsRef>";
    let answer = desk.done(&add("Vendor", fields));
    assert_eq!((text(&answer, "CompanyName"), text(&answer, "Balance")), ("Acme &amp; Sons".into(), "0.00".into()));
    assert_eq!((text(&answer, "City"), text(&answer, "AccountNumber")), ("Troy".into(), "C-77".into()));
    assert_eq!(desk.status(&add("Vendor", &format!("<Name>{}</Name>", "x".repeat(42)))), 3070);
    let head = format!(
        "<ListID>{}</ListID><EditSequence>{}</EditSequence>",
        text(&answer, "ListID"),
        text(&answer, "EditSequence")
    );
    let change = format!(
        "<VendorModRq><VendorMod>{head}<IsActive>false</IsActive><Phone></Phone><Email>b@example.com</Email></VendorMod></VendorModRq>"
    );
    let answer = desk.done(&change);
    assert_eq!((text(&answer, "Email"), answer.contains("<Phone>")), ("b@example.com".into(), false));
    assert_eq!(desk.status("<VendorQueryRq/>"), 1, "inactive ones are asked for by name or expressly");
    let all = desk.done("<VendorQueryRq><ActiveStatus>All</ActiveStatus></VendorQueryRq>");
    assert_eq!(texts(&all, "Name"), ["Acme"]);
    assert_eq!(desk.status(&change), 3200);
    let bill = "<VendorRef><FullName>Acme</FullName></VendorRef>";
    assert_eq!(desk.status(&add("Bill", bill)), 3140, "nothing is bought of an inactive one");
}

#[test]
fn a_company_can_start_with_many_names_and_items_and_refuses_what_has_no_room() {
    let crowd = Crowd { customers: 10_000, vendors: 4_400, items: 14_490 };
    let mut desk = Desk::with(Setup { crowd, ..Setup::lived_in(Edition::Pro) });
    let size = std::fs::metadata(desk.path()).unwrap().len();
    assert!(size < 100_000, "the names are not in the file one by one: {size} bytes");
    assert_eq!(desk.company.list_counts()["Customer"], 10_000);
    let host = desk.done(
        "<HostQueryRq><IncludeListMetaData><IncludeMaxCapacity>true</IncludeMaxCapacity></IncludeListMetaData></HostQueryRq>",
    );
    let capacity = |list: &str| text(host.split(&format!("<{list}MetaData>")).nth(1).unwrap(), "MaxCapacity");
    assert_eq!(
        (capacity("Entity"), capacity("Item"), capacity("Account")),
        ("14500".into(), "14500".into(), "10000".into())
    );
    let vendors: String = (0..101).map(|number| add("Vendor", &format!("<Name>New {number}</Name>"))).collect();
    let answer = desk.ask(&vendors);
    assert_eq!(answer.matches(r#"statusCode="0""#).count(), 100, "14,500 names together");
    assert_eq!(answer.matches(r#"statusCode="3110""#).count(), 1);
    assert_eq!(desk.status(&add("Customer", "<Name>One more</Name>")), 3110);
    let items: String = (0..10).map(|number| add("ItemSubtotal", &format!("<Name>Subtotal {number}</Name>"))).collect();
    let answer = desk.ask(&items);
    // The set-up's own sales-tax item takes a place, too.
    assert_eq!(answer.matches(r#"statusCode="0""#).count(), 9, "14,500 items of all types together");
    let before = desk.company.list_counts();
    assert_eq!(desk.reopen().company.list_counts(), before);
    let folder = tempfile::tempdir().unwrap();
    let too_many = Setup { crowd: Crowd { vendors: 10_501, ..Crowd::default() }, ..Setup::new(Edition::Pro) };
    assert!(Company::create(&folder.path().join("b.simqb"), too_many).is_err(), "a single list ends at 10,500");
}

#[test]
fn what_the_crowd_has_is_found_and_traded() {
    let crowd = Crowd { customers: 30, vendors: 3, items: 12 };
    let mut desk = Desk::with(Setup { crowd, ..Setup::new(Edition::Enterprise) });
    let items =
        desk.done("<ItemInventoryQueryRq iterator=\"Start\"><MaxReturned>5</MaxReturned></ItemInventoryQueryRq>");
    assert_eq!((texts(&items, "Name").len(), attribute(&items, "iteratorRemainingCount")), (5, "7".into()));
    let customer = texts(&desk.done("<CustomerQueryRq/>"), "FullName").remove(7);
    let item = texts(&items, "FullName").remove(0);
    let sale = line("SalesReceipt", &item, "<Quantity>1</Quantity>");
    let receipt = format!("<CustomerRef><FullName>{customer}</FullName></CustomerRef>{sale}");
    let answer = desk.ask(&add("SalesReceipt", &receipt));
    assert_eq!(code(&answer), 0, "{answer}");
    assert_eq!(desk.company.trial_balance()["Merchandise Sales"], -decimal(&text(&answer, "TotalAmount")));
}
