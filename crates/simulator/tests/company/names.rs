use simulator::company::{Edition, Setup};

use crate::support::{Desk, add, attribute, code, decimal, line, text, texts};

fn found(desk: &mut Desk, list: &str, name: &str) -> (String, String) {
    let answer = desk.done(&format!("<{list}QueryRq><FullName>{name}</FullName></{list}QueryRq>"));
    (text(&answer, "ListID"), text(&answer, "EditSequence"))
}

fn merge(desk: &mut Desk, list: &str, from: &str, to: &str) -> String {
    let (from, to) = (found(desk, list, from), found(desk, list, to));
    let side = |name: &str, (id, sequence): (String, String)| {
        format!("<{name}><ListID>{id}</ListID><EditSequence>{sequence}</EditSequence></{name}>")
    };
    format!(
        "<ListMergeRq><ListMergeType>{list}</ListMergeType>{}{}</ListMergeRq>",
        side("MergeFrom", from),
        side("MergeTo", to)
    )
}

fn sale(customer: &str) -> String {
    let line = line("SalesReceipt", "Widget", "<Quantity>1</Quantity><Amount>50.00</Amount>");
    add("SalesReceipt", &format!("<CustomerRef><FullName>{customer}</FullName></CustomerRef>{line}"))
}

#[test]
fn a_merged_customer_vanishes_and_its_transactions_name_the_other() {
    let mut desk = Desk::stocked();
    desk.done(&add(
        "Invoice",
        &format!(
            "<CustomerRef><FullName>Ada</FullName></CustomerRef>{}",
            line("Invoice", "Tip", "<Amount>5.00</Amount>")
        ),
    ));
    let (from, before) = (found(&mut desk, "Customer", "Ada").0, desk.company.trial_balance());
    let request = merge(&mut desk, "Customer", "Ada", "Bob");
    desk.done(&request);
    assert_eq!(desk.company.names("Customer"), ["Bob"]);
    assert_eq!(desk.company.transactions().pop().unwrap().entity.as_deref(), Some("Bob"));
    let bob = desk.done("<CustomerQueryRq><FullName>Bob</FullName></CustomerQueryRq>");
    assert_eq!(text(&bob, "Balance"), "5.00");
    assert_eq!(desk.company.trial_balance(), before);
    let gone = desk.done("<ListDeletedQueryRq><ListDelType>Customer</ListDelType></ListDeletedQueryRq>");
    assert_eq!((text(&gone, "ListID"), text(&gone, "FullName")), (from, "Ada".into()));
    assert_eq!(desk.status(&request), 3120, "there is nothing left to merge");
    let before = desk.company.transactions();
    assert_eq!(desk.reopen().company.transactions(), before);
}

#[test]
fn merged_items_and_accounts_bring_their_stock_and_balances_along() {
    let mut desk = Desk::stocked();
    let widget = "<IncomeAccountRef><FullName>Merchandise Sales</FullName></IncomeAccountRef><PurchaseCost>20</PurchaseCost>\
                  <COGSAccountRef><FullName>Cost of Goods Sold</FullName></COGSAccountRef>\
                  <AssetAccountRef><FullName>Inventory Asset</FullName></AssetAccountRef><QuantityOnHand>3</QuantityOnHand><TotalValue>60.00</TotalValue>";
    desk.done(&add("ItemInventory", &format!("<Name>Gadget</Name>{widget}")));
    let request = merge(&mut desk, "ItemInventory", "Gadget", "Widget");
    desk.done(&request);
    assert_eq!(desk.company.stock().len(), 1);
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("13"));
    desk.done(&sale("Ada"));
    let request = merge(&mut desk, "Account", "Merchandise Sales", "Service Sales");
    desk.done(&request);
    assert_eq!(desk.balance("Service Sales"), decimal("-50"));
    desk.done(&sale("Ada"));
    assert_eq!(desk.balance("Service Sales"), decimal("-100"), "the item's account went along");
    let other_type = merge(&mut desk, "Account", "Service Sales", "Checking");
    assert_eq!(desk.status(&other_type), 3170);
    let special = merge(&mut desk, "Account", "Undeposited Funds", "Disputes in Process");
    assert_eq!(desk.status(&special), 3170);
}

#[test]
fn a_person_at_the_window_can_merge_too() {
    let mut desk = Desk::stocked();
    assert_eq!(code(&desk.company.merge("Customer", "Ada", "Bob").unwrap()), 0);
    assert_eq!(desk.company.names("Customer"), ["Bob"]);
    assert_eq!(code(&desk.company.merge("Customer", "Ada", "Bob").unwrap()), 3120);
    assert_eq!(desk.company.merge("PaymentMethod", "Cash", "Check").unwrap_err().hex(), "0x80040400");
}

#[test]
fn a_merge_of_something_changed_meanwhile_is_stale() {
    let mut desk = Desk::stocked();
    let request = merge(&mut desk, "Customer", "Ada", "Bob");
    let (id, sequence) = found(&mut desk, "Customer", "Bob");
    desk.done(&format!("<CustomerModRq><CustomerMod><ListID>{id}</ListID><EditSequence>{sequence}</EditSequence><Phone>1</Phone></CustomerMod></CustomerModRq>"));
    assert_eq!(desk.status(&request), 3200);
}

#[test]
fn a_list_element_can_be_deleted_again_once_nothing_names_it() {
    let mut desk = Desk::stocked();
    let receipt = text(&desk.done(&sale("Ada")), "TxnID");
    let (ada, _) = found(&mut desk, "Customer", "Ada");
    let delete = format!("<ListDelRq><ListDelType>Customer</ListDelType><ListID>{ada}</ListID></ListDelRq>");
    assert_eq!(desk.status(&delete), 3160);
    desk.done(&crate::support::void("SalesReceipt", &receipt));
    assert_eq!(desk.status(&delete), 3160, "a voided receipt still names her");
    desk.done(&crate::support::delete("SalesReceipt", &receipt));
    desk.done(&delete);
    assert_eq!(desk.company.names("Customer"), ["Bob"]);
}

#[test]
fn customers_vendors_employees_and_other_names_share_one_set_of_names() {
    let mut desk = Desk::stocked();
    desk.done(&add("Employee", "<FirstName>Grace</FirstName><LastName>Hopper</LastName>"));
    desk.done(&add("OtherName", "<Name>The Bank</Name>"));
    assert_eq!(desk.status(&add("Customer", "<Name>grace hopper</Name>")), 3100);
    assert_eq!(desk.status(&add("OtherName", "<Name>Ada</Name>")), 3100);
    let all = desk.done("<EntityQueryRq/>");
    assert_eq!(texts(&all, "Name"), ["Ada", "Bob", "Grace Hopper", "State of New York", "The Bank"]);
    let one = desk.done("<EntityQueryRq><FullName>Grace Hopper</FullName></EntityQueryRq>");
    assert!(one.contains("<EmployeeRet>"), "{one}");
}

#[test]
fn assemblies_have_stock_and_groups_are_found_among_the_items() {
    let mut desk = Desk::stocked();
    let accounts = "<IncomeAccountRef><FullName>Merchandise Sales</FullName></IncomeAccountRef><PurchaseCost>7</PurchaseCost>\
                    <COGSAccountRef><FullName>Cost of Goods Sold</FullName></COGSAccountRef>\
                    <AssetAccountRef><FullName>Inventory Asset</FullName></AssetAccountRef><QuantityOnHand>2</QuantityOnHand>";
    let parts = "<ItemInventoryAssemblyLine><ItemInventoryRef><FullName>Widget</FullName></ItemInventoryRef><Quantity>2</Quantity></ItemInventoryAssemblyLine>";
    desk.done(&add("ItemInventoryAssembly", &format!("<Name>Kit</Name>{accounts}{parts}")));
    desk.done(&add("ItemGroup", "<Name>Set</Name><ItemGroupLine><ItemRef><FullName>Widget</FullName></ItemRef><Quantity>1</Quantity></ItemGroupLine>"));
    desk.done(&add("SalesReceipt", &line("SalesReceipt", "Kit", "<Quantity>1</Quantity><Amount>30.00</Amount>")));
    assert_eq!(desk.company.stock()["Kit"].quantity, decimal("1"));
    assert_eq!(desk.balance("Cost of Goods Sold"), decimal("7"));
    let answer = desk.done("<ItemQueryRq><FullName>Kit</FullName><FullName>Set</FullName></ItemQueryRq>");
    assert!(answer.contains("<ItemInventoryAssemblyRet>") && answer.contains("<ItemGroupRet>"), "{answer}");
    assert_eq!(text(&answer, "QuantityOnHand"), "1");
}

#[test]
fn standard_terms_can_be_added_and_found() {
    let mut desk = Desk::stocked();
    desk.done(&add("StandardTerms", "<Name>Net 45</Name><StdDueDays>45</StdDueDays>"));
    let answer = desk.done("<StandardTermsQueryRq><FullName>Net 45</FullName></StandardTermsQueryRq>");
    assert_eq!(text(&answer, "StdDueDays"), "45");
}

#[test]
fn multi_currency_is_off_until_the_set_up_has_it() {
    let mut desk = Desk::new();
    let answer = desk.done("<PreferencesQueryRq/>");
    assert_eq!(text(&answer, "IsMultiCurrencyOn"), "false");
    assert!(!answer.contains("HomeCurrencyRef"));
    let mut desk = Desk::with(Setup { multi_currency: true, ..Setup::new(Edition::Pro) });
    let answer = desk.ask("<PreferencesQueryRq/>");
    assert_eq!((code(&answer), attribute(&answer, "statusSeverity").as_str()), (0, "Info"));
    assert_eq!((text(&answer, "IsMultiCurrencyOn"), text(&answer, "FullName")), ("true".into(), "US Dollar".into()));
}
