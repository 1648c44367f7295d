use simulator::company::{Edition, Setup};

use crate::support::{Desk, add, code, document, modify, text, texts};

#[test]
fn names_are_unique_whatever_their_case_across_customers_and_vendors() {
    let mut desk = Desk::new();
    desk.done(&add("Customer", "<Name>Ada</Name>"));
    assert_eq!(desk.status(&add("Vendor", "<Name>ADA</Name>")), 3100);
    desk.done(&add("Class", "<Name>Ada</Name>"));
    desk.done(&add("Customer", "<Name>Job</Name><ParentRef><FullName>ada</FullName></ParentRef>"));
    assert_eq!(desk.company.names("Customer"), ["Ada", "Ada:Job"]);
}

#[test]
fn items_are_unique_among_items_of_all_types() {
    let mut desk = Desk::stocked();
    assert_eq!(desk.status(&add("ItemSubtotal", "<Name>widget</Name>")), 3100);
    assert_eq!(desk.status(&add("ItemPayment", "<Name>SALES TAX</Name>")), 3100);
}

#[test]
fn a_reference_must_exist_be_active_and_be_of_the_right_kind() {
    let mut desk = Desk::stocked();
    let item = |account: &str| {
        add(
            "ItemInventory",
            &format!(
                "<Name>New</Name><IncomeAccountRef><FullName>{account}</FullName></IncomeAccountRef>\
                 <COGSAccountRef><FullName>Cost of Goods Sold</FullName></COGSAccountRef>\
                 <AssetAccountRef><FullName>Inventory Asset</FullName></AssetAccountRef>"
            ),
        )
    };
    let answer = desk.ask(&item("Merchandise Sale"));
    assert_eq!(code(&answer), 3140);
    assert!(answer.contains(
        "There is an invalid reference to QuickBooks Account &quot;Merchandise Sale&quot; in the ItemInventory."
    ));
    assert_eq!(desk.status(&item("Checking")), 3140);
    desk.done(&item("Merchandise Sales"));
    let by_id = "<Name>Sub</Name><ParentRef><ListID>80000000-1</ListID></ParentRef>";
    assert_eq!(desk.status(&add("Customer", by_id)), 3240);
    assert_eq!(
        desk.status(&add("ItemService", "<Name>Bare</Name><SalesOrPurchase><Price>1</Price></SalesOrPurchase>")),
        3150
    );
}

#[test]
fn an_inactive_element_cannot_be_used() {
    let mut desk = Desk::stocked();
    let ada = desk.done("<CustomerQueryRq><FullName>Ada</FullName></CustomerQueryRq>");
    desk.done(&modify(
        "Customer",
        &format!(
            "<ListID>{}</ListID><EditSequence>{}</EditSequence><IsActive>false</IsActive>",
            text(&ada, "ListID"),
            text(&ada, "EditSequence")
        ),
    ));
    let sale =
        "<CustomerRef><FullName>Ada</FullName></CustomerRef><SalesReceiptLineAdd><Desc>x</Desc></SalesReceiptLineAdd>";
    assert_eq!(desk.status(&add("SalesReceipt", sale)), 3140);
    assert_eq!(texts(&desk.done("<CustomerQueryRq/>"), "FullName"), ["Bob"]);
    let all = desk.done("<CustomerQueryRq><ActiveStatus>All</ActiveStatus></CustomerQueryRq>");
    assert_eq!(texts(&all, "FullName"), ["Ada", "Bob"]);
}

#[test]
fn a_mod_changes_what_it_names_clears_what_is_empty_and_wants_the_present_sequence() {
    let mut desk = Desk::new();
    let made = desk.done(&add("Customer", "<Name>Ada</Name><Phone>1</Phone><Email>a@b.c</Email>"));
    let (id, sequence) = (text(&made, "ListID"), text(&made, "EditSequence"));
    let change = modify(
        "Customer",
        &format!("<ListID>{id}</ListID><EditSequence>{sequence}</EditSequence><Name>Ada L</Name><Phone></Phone>"),
    );
    let answer = desk.done(&change);
    assert_eq!((text(&answer, "Name"), text(&answer, "Email")), ("Ada L".into(), "a@b.c".into()));
    assert!(!answer.contains("<Phone"));
    let answer = desk.ask(&change);
    assert_eq!(code(&answer), 3200);
    assert_eq!(text(&answer, "Name"), "Ada L");
}

#[test]
fn a_new_name_of_a_parent_shows_in_its_children() {
    let mut desk = Desk::new();
    let parent = desk.done(&add("Class", "<Name>Shop</Name>"));
    desk.done(&add("Class", "<Name>Till</Name><ParentRef><FullName>Shop</FullName></ParentRef>"));
    desk.done(&modify(
        "Class",
        &format!(
            "<ListID>{}</ListID><EditSequence>{}</EditSequence><Name>Store</Name>",
            text(&parent, "ListID"),
            text(&parent, "EditSequence")
        ),
    ));
    assert_eq!(desk.company.names("Class"), ["Store", "Store:Till"]);
    desk.done("<ClassQueryRq><FullName>store:till</FullName></ClassQueryRq>");
}

#[test]
fn names_of_the_wrong_shape_or_length_are_refused() {
    let mut desk = Desk::new();
    assert_eq!(desk.status(&add("Customer", "<Name>A:B</Name>")), 3090);
    assert_eq!(desk.status(&add("Customer", "<Name>  </Name>")), 3090);
    assert_eq!(desk.status(&add("Customer", &format!("<Name>{}</Name>", "x".repeat(42)))), 3070);
    desk.done(&add("Customer", &format!("<Name>{}</Name>", "x".repeat(41))));
}

#[test]
fn a_used_element_cannot_be_deleted_and_an_unused_one_can() {
    let mut desk = Desk::stocked();
    let id = |desk: &mut Desk, query: &str, name: &str| {
        text(&desk.done(&format!("<{query}QueryRq><FullName>{name}</FullName></{query}QueryRq>")), "ListID")
    };
    let delete =
        |kind: &str, id: &str| format!("<ListDelRq><ListDelType>{kind}</ListDelType><ListID>{id}</ListID></ListDelRq>");
    let widget = id(&mut desk, "Item", "Widget");
    assert_eq!(desk.status(&delete("ItemInventory", &widget)), 3160);
    let account = id(&mut desk, "Account", "Undeposited Funds");
    assert_eq!(desk.status(&delete("Account", &account)), 3160);
    let bob = id(&mut desk, "Customer", "Bob");
    desk.done(&delete("Customer", &bob));
    assert_eq!(desk.status(&delete("Customer", &bob)), 3120);
    let gone = desk.done("<ListDeletedQueryRq><ListDelType>Customer</ListDelType></ListDeletedQueryRq>");
    assert_eq!(text(&gone, "FullName"), "Bob");
}

#[test]
fn a_full_list_takes_no_more_and_places_of_names_are_not_given_back() {
    let mut setup = Setup::new(Edition::Pro);
    setup.capacities.names = 3;
    setup.capacities.single_list = 2;
    let mut desk = Desk::with(setup);
    let ada = text(&desk.done(&add("Customer", "<Name>Ada</Name>")), "ListID");
    desk.done(&add("Customer", "<Name>Bob</Name>"));
    assert_eq!(desk.status(&add("Customer", "<Name>Cy</Name>")), 3110, "single list");
    desk.done(&add("Vendor", "<Name>Cy</Name>"));
    assert_eq!(desk.status(&add("Vendor", "<Name>Dee</Name>")), 3110, "all names");
    desk.done(&format!("<ListDelRq><ListDelType>Customer</ListDelType><ListID>{ada}</ListID></ListDelRq>"));
    assert_eq!(desk.status(&add("Customer", "<Name>Eve</Name>")), 3110);
    let host = desk.done(
        "<HostQueryRq><IncludeListMetaData><IncludeMaxCapacity>true</IncludeMaxCapacity></IncludeListMetaData></HostQueryRq>",
    );
    let entity = host.split("<EntityMetaData>").nth(1).unwrap();
    assert_eq!(text(entity, "MaxCapacity"), "3");
}

#[test]
fn items_accounts_and_classes_have_ceilings_of_their_own() {
    let mut setup = Setup::new(Edition::Pro);
    let accounts = u32::try_from(setup.accounts.len()).unwrap();
    setup.capacities.accounts = accounts + 1;
    setup.capacities.classes = 1;
    setup.capacities.items = 2;
    let mut desk = Desk::with(setup);
    let account = |name: &str| add("Account", &format!("<Name>{name}</Name><AccountType>Bank</AccountType>"));
    assert_eq!((desk.status(&account("One")), desk.status(&account("Two"))), (0, 3110));
    let class = |name: &str| add("Class", &format!("<Name>{name}</Name>"));
    assert_eq!((desk.status(&class("One")), desk.status(&class("Two"))), (0, 3110));
    let item = |name: &str| add("ItemSubtotal", &format!("<Name>{name}</Name>"));
    assert_eq!((desk.status(&item("One")), desk.status(&item("Two"))), (0, 3110), "the sales-tax item has a place");
}

#[test]
fn a_tax_item_with_a_rate_needs_its_agency() {
    let mut desk = Desk::new();
    assert_eq!(desk.status(&add("ItemSalesTax", "<Name>NY</Name><TaxRate>4</TaxRate>")), 3150);
    desk.done(&add("ItemSalesTax", "<Name>NY</Name><TaxRate>0</TaxRate>"));
}

#[test]
fn features_that_are_off_are_refused() {
    let mut setup = Setup::new(Edition::Pro);
    setup.class_tracking = false;
    setup.sales_tax = false;
    let mut desk = Desk::with(setup);
    desk.done(&add("Class", "<Name>Main</Name>"));
    let line = "<SalesReceiptLineAdd><Desc>x</Desc></SalesReceiptLineAdd>";
    let sale = |field: &str| add("SalesReceipt", &format!("{field}{line}"));
    assert_eq!(desk.status(&sale("<ClassRef><FullName>Main</FullName></ClassRef>")), 3250);
    assert_eq!(desk.status(&sale("<ExchangeRate>1</ExchangeRate>")), 3250);
    assert!(!desk.done("<PreferencesQueryRq/>").contains("SalesTaxPreferences"));
}

#[test]
fn private_data_needs_a_definition_and_comes_back_only_to_its_owner() {
    let mut desk = Desk::new();
    let owner = "{57F3B9B6-86F1-4FCC-B1FF-966DE1813D20}";
    let company = format!("<CompanyQueryRq><OwnerID>{owner}</OwnerID></CompanyQueryRq>");
    let write = |request: &str, value: &str| {
        format!(
            "<DataExt{request}Rq><DataExt{request}><OwnerID>{owner}</OwnerID><DataExtName>Pairing</DataExtName>\
             <OtherDataExtType>Company</OtherDataExtType><DataExtValue>{value}</DataExtValue></DataExt{request}></DataExt{request}Rq>"
        )
    };
    assert_eq!(desk.status(&write("Add", "one")), 3120);
    let define = format!(
        "<DataExtDefAddRq><DataExtDefAdd><OwnerID>{owner}</OwnerID><DataExtName>Pairing</DataExtName>\
         <DataExtType>STR255TYPE</DataExtType><AssignToObject>Company</AssignToObject></DataExtDefAdd></DataExtDefAddRq>"
    );
    desk.done(&define);
    assert_eq!(desk.status(&define), 3180);
    desk.done(&write("Add", "one"));
    desk.done(&write("Mod", "two"));
    let mut desk = desk.reopen();
    assert_eq!(text(&desk.done(&company), "DataExtValue"), "two");
    assert!(!desk.done("<CompanyQueryRq/>").contains("DataExtRet"));
    assert_eq!(desk.status(&write("Mod", "")), 3190);
    desk.done(&format!(
        "<DataExtDelRq><DataExtDel><OwnerID>{owner}</OwnerID><DataExtName>Pairing</DataExtName>\
         <OtherDataExtType>Company</OtherDataExtType></DataExtDel></DataExtDelRq>"
    ));
    assert!(!desk.done(&company).contains("DataExtRet"));
}

#[test]
fn a_stopped_set_does_not_process_the_rest_and_a_continued_one_does() {
    let mut desk = Desk::new();
    let requests =
        [add("Customer", "<Name>A</Name>"), add("Customer", "<Name>a</Name>"), add("Customer", "<Name>B</Name>")]
            .concat();
    let answer = desk.company.process(&document(r#"onError="stopOnError""#, &requests)).unwrap();
    let codes: Vec<&str> = answer.split("statusCode=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(codes, ["0", "3100", "3231"]);
    assert_eq!(desk.company.names("Customer"), ["A"]);
    desk.ask(&requests);
    assert_eq!(desk.company.names("Customer"), ["A", "B"]);
}

#[test]
fn a_macro_stands_for_a_transaction_made_earlier_in_the_set() {
    let mut desk = Desk::stocked();
    let requests = "<InvoiceAddRq><InvoiceAdd defMacro=\"TxnID:one\"><CustomerRef><FullName>Ada</FullName></CustomerRef>\
        <InvoiceLineAdd><ItemRef><FullName>Tip</FullName></ItemRef><Amount>5.00</Amount></InvoiceLineAdd></InvoiceAdd></InvoiceAddRq>\
        <ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef><FullName>Ada</FullName></CustomerRef><TotalAmount>5.00</TotalAmount>\
        <AppliedToTxnAdd><TxnID useMacro=\"TxnID:one\"></TxnID><PaymentAmount>5.00</PaymentAmount></AppliedToTxnAdd></ReceivePaymentAdd></ReceivePaymentAddRq>";
    let answer = desk.done(requests);
    assert_eq!(text(&answer, "UnusedPayment"), "0.00");
}
