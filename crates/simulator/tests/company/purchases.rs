use rust_decimal::Decimal;

use crate::support::{
    Desk, add, bought, decimal, delete, from_acme, line, look, modify, modify_answered, spent, text, texts, void,
};

/// A shop that buys Widgets and Gadgets of Acme: 10 Widgets on hand at 20.
fn buying() -> Desk {
    let mut desk = Desk::stocked();
    desk.done(&add("Vendor", "<Name>Acme</Name><TermsRef><FullName>Net 30</FullName></TermsRef>"));
    desk.done(&add("Vendor", "<Name>Other</Name>"));
    desk.done(&add(
        "ItemInventory",
        "<Name>Gadget</Name><IncomeAccountRef><FullName>Merchandise Sales</FullName></IncomeAccountRef><PurchaseDesc>From Acme</PurchaseDesc><PurchaseCost>7.5</PurchaseCost>\
         <COGSAccountRef><FullName>Cost of Goods Sold</FullName></COGSAccountRef>\
         <AssetAccountRef><FullName>Inventory Asset</FullName></AssetAccountRef>",
    ));
    desk
}

fn order(desk: &mut Desk) -> String {
    let line = |item: &str, rest: &str| {
        format!("<PurchaseOrderLineAdd><ItemRef><FullName>{item}</FullName></ItemRef>{rest}</PurchaseOrderLineAdd>")
    };
    let lines = [line("Widget", "<Quantity>5</Quantity><Rate>22</Rate>"), line("Gadget", "<Quantity>4</Quantity>")];
    desk.done(&from_acme("PurchaseOrder", &lines.concat()))
}

fn linked(answer: &str, line: usize, rest: &str) -> String {
    let (order, line) = (text(answer, "TxnID"), &texts(answer, "TxnLineID")[line]);
    format!(
        "<ItemLineAdd>{rest}<LinkToTxn><TxnID>{order}</TxnID><TxnLineID>{line}</TxnLineID></LinkToTxn></ItemLineAdd>"
    )
}

/// One field of each line of an order as it is now.
fn lines_now(desk: &mut Desk, order: &str, field: &str) -> Vec<String> {
    let answer = desk.done(&look("PurchaseOrder", &text(order, "TxnID")));
    let lines = answer.split("<PurchaseOrderLineRet>").skip(1);
    lines.map(|line| text(line, field)).collect()
}

fn item(desk: &mut Desk, name: &str, field: &str) -> Decimal {
    let answer = desk.done(&format!("<ItemInventoryQueryRq><FullName>{name}</FullName></ItemInventoryQueryRq>"));
    decimal(&text(&answer, field))
}

fn sell(desk: &mut Desk, name: &str, quantity: u32) {
    let rest = format!("<Quantity>{quantity}</Quantity><Amount>100.00</Amount>");
    desk.done(&add("SalesReceipt", &line("SalesReceipt", name, &rest)));
}

#[test]
fn a_purchase_order_posts_nothing_and_says_what_is_to_come() {
    let mut desk = buying();
    let (before, stock) = (desk.company.trial_balance(), desk.company.stock());
    let answer = order(&mut desk);
    assert_eq!((text(&answer, "TotalAmount"), text(&answer, "IsFullyReceived")), ("140.00".into(), "false".into()));
    assert_eq!(texts(&answer, "Amount"), ["110.00", "30.00"], "by the rate, else by the item's cost");
    assert_eq!(texts(&answer, "ReceivedQuantity"), ["0", "0"]);
    assert_eq!(item(&mut desk, "Widget", "QuantityOnOrder"), decimal("5"));
    assert_eq!((desk.company.trial_balance(), desk.company.stock()), (before, stock));
    let id = text(&answer, "TxnID");
    let refused =
        desk.company.process(&crate::support::document(r#"onError="stopOnError""#, &void("PurchaseOrder", &id)));
    assert_eq!(refused.unwrap_err().hex(), "0x80040400", "orders can be deleted, not voided");
    desk.done(&delete("PurchaseOrder", &id));
    assert_eq!(item(&mut desk, "Widget", "QuantityOnOrder"), decimal("0"));
    let gone = desk.done("<TxnDeletedQueryRq><TxnDelType>PurchaseOrder</TxnDelType></TxnDeletedQueryRq>");
    assert_eq!(text(&gone, "TxnID"), id);
}

#[test]
fn an_item_receipt_brings_stock_at_its_cost_and_is_owed() {
    let mut desk = buying();
    let lines = [
        spent("Freight & Shipping Costs", "12.00").replace('&', "&amp;"),
        bought("Widget", "<Quantity>10</Quantity><Cost>30</Cost>"),
        bought("Gadget", "<Quantity>2</Quantity>"),
    ];
    let answer =
        desk.done(&from_acme("ItemReceipt", &format!("<RefNumber>ACME-2026-0000000001</RefNumber>{}", lines.concat())));
    assert_eq!(
        (text(&answer, "TotalAmount"), texts(&answer, "Cost")),
        ("327.00".into(), vec!["30".into(), "7.5".into()])
    );
    assert_eq!(desk.balance("Inventory Asset"), decimal("515"));
    assert_eq!(desk.balance("Freight & Shipping Costs"), decimal("12"));
    assert_eq!(desk.balance("Accounts Payable"), decimal("-327"));
    assert_eq!(item(&mut desk, "Widget", "AverageCost"), decimal("25"));
    let vendor = desk.done("<VendorQueryRq><FullName>Acme</FullName></VendorQueryRq>");
    assert_eq!(text(&vendor, "Balance"), "327.00");
    let postings = desk.company.transactions().pop().unwrap().postings;
    assert!(postings.iter().all(|posting| posting.entity.as_deref() == Some("Acme")), "{postings:?}");
    sell(&mut desk, "Widget", 2);
    assert_eq!(desk.balance("Cost of Goods Sold"), decimal("50"), "what was bought makes the average");
    assert_eq!(desk.status(&from_acme("ItemReceipt", "<RefNumber>123456789012345678901</RefNumber>")), 3070);
}

#[test]
fn a_bill_is_due_by_the_vendors_terms() {
    let mut desk = buying();
    let answer =
        desk.done(&from_acme("Bill", &format!("<TxnDate>2026-06-01</TxnDate>{}", spent("Rent Expense", "500.00"))));
    assert_eq!((text(&answer, "DueDate"), text(&answer, "AmountDue")), ("2026-07-01".into(), "500.00".into()));
    assert_eq!(text(&answer, "IsPaid"), "false");
    let terms = "<TxnDate>2026-06-01</TxnDate><TermsRef><FullName>Net 15</FullName></TermsRef>";
    let answer = desk.done(&from_acme("Bill", &format!("{terms}{}", spent("Rent Expense", "500.00"))));
    assert_eq!(text(&answer, "DueDate"), "2026-06-16");
    let due = "<TxnDate>2026-06-01</TxnDate><DueDate>2026-06-03</DueDate>";
    let answer = desk.done(&from_acme("Bill", &format!("{due}{}", spent("Rent Expense", "500.00"))));
    assert_eq!(text(&answer, "DueDate"), "2026-06-03");
    let other = add(
        "Bill",
        &format!(
            "<VendorRef><FullName>Other</FullName></VendorRef><TxnDate>2026-06-01</TxnDate>{}",
            spent("Rent Expense", "1.00")
        ),
    );
    assert_eq!(text(&desk.done(&other), "DueDate"), "2026-06-11", "without terms, by the preference");
    let customer =
        add("Bill", &format!("<VendorRef><FullName>Ada</FullName></VendorRef>{}", spent("Rent Expense", "1.00")));
    assert_eq!(desk.status(&customer), 3140, "only a vendor sends bills");
    let unpaid = desk.done("<BillQueryRq><PaidStatus>NotPaidOnly</PaidStatus></BillQueryRq>");
    assert_eq!(texts(&unpaid, "AmountDue").len(), 4);
}

#[test]
fn a_vendor_credit_sends_goods_back() {
    let mut desk = buying();
    let lines = [spent("Office Supplies", "5.00"), bought("Widget", "<Quantity>4</Quantity><Cost>20</Cost>")];
    let answer = desk.done(&from_acme("VendorCredit", &lines.concat()));
    assert_eq!(text(&answer, "CreditAmount"), "85.00");
    assert_eq!(desk.balance("Accounts Payable"), decimal("85"));
    assert_eq!(desk.balance("Office Supplies"), decimal("-5"));
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("6"));
    assert_eq!(desk.company.stock()["Widget"].value, decimal("120"));
    desk.done(&void("VendorCredit", &text(&answer, "TxnID")));
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("10"));
    assert_eq!(desk.balance("Accounts Payable"), decimal("0"));
}

#[test]
fn buying_out_of_negative_stock_sets_the_cost_of_what_was_sold_right() {
    let mut desk = buying();
    sell(&mut desk, "Widget", 15);
    assert_eq!(desk.balance("Cost of Goods Sold"), decimal("300"));
    desk.done(&from_acme("Bill", &bought("Widget", "<Quantity>10</Quantity><Cost>30</Cost>")));
    assert_eq!(item(&mut desk, "Widget", "AverageCost"), decimal("30"));
    assert_eq!(desk.company.stock()["Widget"].value, decimal("150"));
    assert_eq!(desk.balance("Cost of Goods Sold"), decimal("350"), "5 of the 15 cost 30, not 20");
    assert_eq!(desk.balance("Accounts Payable"), decimal("-300"));
    sell(&mut desk, "Gadget", 1);
    desk.done(&from_acme("Bill", &bought("Gadget", "<Quantity>1</Quantity><Cost>9</Cost>")));
    assert_eq!(desk.company.stock()["Gadget"].value, decimal("0"));
    assert_eq!(item(&mut desk, "Gadget", "AverageCost"), decimal("9"), "known although nothing is on hand");
    assert_eq!(desk.company.trial_balance().values().sum::<Decimal>(), decimal("0"));
}

#[test]
fn what_is_received_of_an_order_rises_and_falls_with_its_receipts() {
    let mut desk = buying();
    let order = order(&mut desk);
    let receipt = desk.done(&from_acme("ItemReceipt", &linked(&order, 0, "<Quantity>2</Quantity>")));
    assert_eq!((text(&receipt, "Cost"), text(&receipt, "Amount")), ("22".into(), "44.00".into()), "as ordered");
    assert!(receipt.contains("<FullName>Widget</FullName>"), "{receipt}");
    assert_eq!(lines_now(&mut desk, &order, "ReceivedQuantity"), ["2", "0"]);
    assert_eq!(lines_now(&mut desk, &order, "UnbilledQuantity"), ["2", "0"]);
    assert_eq!(item(&mut desk, "Widget", "QuantityOnOrder"), decimal("3"));
    let line = texts(&receipt, "TxnLineID").remove(0);
    let change = format!("<ItemLineMod><TxnLineID>{line}</TxnLineID><Quantity>3</Quantity></ItemLineMod>");
    let receipt = desk.done(&modify_answered("ItemReceipt", &receipt, &change));
    assert_eq!(text(&receipt, "Amount"), "66.00");
    assert_eq!(lines_now(&mut desk, &order, "ReceivedQuantity"), ["3", "0"]);
    desk.done(&void("ItemReceipt", &text(&receipt, "TxnID")));
    assert_eq!(lines_now(&mut desk, &order, "ReceivedQuantity"), ["0", "0"]);
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("10"));
    let bill = desk.done(&from_acme("Bill", &linked(&order, 1, "")));
    assert_eq!(
        lines_now(&mut desk, &order, "ReceivedQuantity"),
        ["0", "4"],
        "what is still open, when nothing is said"
    );
    assert_eq!(lines_now(&mut desk, &order, "IsBilled"), ["false", "true"]);
    desk.done(&delete("Bill", &text(&bill, "TxnID")));
    assert_eq!(lines_now(&mut desk, &order, "ReceivedQuantity"), ["0", "0"]);
}

#[test]
fn an_order_closes_when_all_of_it_came() {
    let mut desk = buying();
    let order = order(&mut desk);
    let id = text(&order, "TxnID");
    let first = desk.done(&from_acme("ItemReceipt", &linked(&order, 0, "<Quantity>1</Quantity><Cost>23</Cost>")));
    assert_eq!(text(&first, "Amount"), "23.00", "what the line says itself counts");
    let whole = format!("<LinkToTxnID>{id}</LinkToTxnID>");
    let rest = desk.done(&from_acme("Bill", &whole));
    assert_eq!(texts(&rest, "Quantity"), ["4", "4"]);
    assert_eq!(texts(&rest, "Amount"), ["88.00", "30.00"]);
    let now = desk.done(&look("PurchaseOrder", &id));
    assert_eq!((text(&now, "IsFullyReceived"), text(&now, "IsManuallyClosed")), ("true".into(), "false".into()));
    assert_eq!(texts(&now, "TxnType"), ["ItemReceipt", "Bill"]);
    assert_eq!(texts(&now, "LinkType"), ["QUANTYPE", "QUANTYPE"]);
    let bill = desk.done(&look("Bill", &text(&rest, "TxnID")));
    assert_eq!((text(&bill, "TxnType"), text(&bill, "LinkType")), ("PurchaseOrder".into(), "QUANTYPE".into()));
    assert_eq!(item(&mut desk, "Widget", "QuantityOnOrder"), decimal("0"));
    assert_eq!(desk.status(&from_acme("ItemReceipt", &whole)), 3210, "nothing is open any more");
    assert_eq!(desk.status(&from_acme("ItemReceipt", &linked(&order, 0, ""))), 3210);
    let now = desk.reopen().done(&look("PurchaseOrder", &id));
    assert_eq!(texts(&now, "ReceivedQuantity"), ["5", "4"]);
}

#[test]
fn a_line_or_a_whole_order_can_be_closed_by_hand() {
    let mut desk = buying();
    let order = order(&mut desk);
    let ids = texts(&order, "TxnLineID");
    let lines = format!(
        "<PurchaseOrderLineMod><TxnLineID>{}</TxnLineID></PurchaseOrderLineMod>\
         <PurchaseOrderLineMod><TxnLineID>{}</TxnLineID><IsManuallyClosed>true</IsManuallyClosed></PurchaseOrderLineMod>",
        ids[0], ids[1]
    );
    let order = desk.done(&modify_answered("PurchaseOrder", &order, &lines));
    assert_eq!(lines_now(&mut desk, &order, "IsManuallyClosed"), ["false", "true"]);
    assert_eq!(item(&mut desk, "Gadget", "QuantityOnOrder"), decimal("0"));
    assert_eq!(item(&mut desk, "Widget", "QuantityOnOrder"), decimal("5"));
    assert_eq!(desk.status(&from_acme("Bill", &linked(&order, 1, ""))), 3210);
    let order = desk.done(&modify_answered("PurchaseOrder", &order, "<IsManuallyClosed>true</IsManuallyClosed>"));
    assert_eq!(text(&order, "IsManuallyClosed"), "true");
    assert_eq!(lines_now(&mut desk, &order, "IsManuallyClosed"), ["true", "true"]);
    assert_eq!(item(&mut desk, "Widget", "QuantityOnOrder"), decimal("0"));
    let open = "<TransactionQueryRq><TransactionTypeFilter><TxnTypeFilter>PurchaseOrder</TxnTypeFilter></TransactionTypeFilter><TransactionPaidStatusFilter>Open</TransactionPaidStatusFilter></TransactionQueryRq>";
    assert_eq!(desk.status(open), 1);
}

#[test]
fn several_orders_are_received_at_once_and_a_received_line_is_not_closed_by_hand() {
    let mut desk = buying();
    let (first, second) = (order(&mut desk), order(&mut desk));
    let link = |order: &str| format!("<LinkToTxnID>{}</LinkToTxnID>", text(order, "TxnID"));
    let bill = desk.done(&from_acme("Bill", &(link(&first) + &link(&second))));
    assert_eq!(text(&bill, "AmountDue"), "280.00");
    let bill = desk.done(&look("Bill", &text(&bill, "TxnID")));
    let linked: Vec<String> = bill.split("<LinkedTxn>").skip(1).map(|link| text(link, "TxnID")).collect();
    assert_eq!(linked, [text(&first, "TxnID"), text(&second, "TxnID")]);
    let ids = texts(&first, "TxnLineID");
    let closing = format!(
        "<PurchaseOrderLineMod><TxnLineID>{}</TxnLineID><IsManuallyClosed>true</IsManuallyClosed></PurchaseOrderLineMod>\
         <PurchaseOrderLineMod><TxnLineID>{}</TxnLineID></PurchaseOrderLineMod>",
        ids[0], ids[1]
    );
    assert_eq!(desk.status(&modify_answered("PurchaseOrder", &first, &closing)), 3210);
}

#[test]
fn an_item_receipt_becomes_a_bill_by_its_deletion_and_a_bill_for_the_same_lines() {
    let mut desk = buying();
    let order = order(&mut desk);
    let lines = linked(&order, 0, "<Quantity>3</Quantity>");
    let receipt = text(&desk.done(&from_acme("ItemReceipt", &lines)), "TxnID");
    let (books, stock) = (desk.company.trial_balance(), desk.company.stock());
    desk.done(&(delete("ItemReceipt", &receipt) + &from_acme("Bill", &lines)));
    assert_eq!((desk.company.trial_balance(), desk.company.stock()), (books, stock));
    assert_eq!(lines_now(&mut desk, &order, "ReceivedQuantity"), ["3", "0"]);
    assert_eq!(lines_now(&mut desk, &order, "UnbilledQuantity"), ["0", "0"]);
}

#[test]
fn a_link_that_does_not_fit_is_refused() {
    let mut desk = buying();
    let order = order(&mut desk);
    let with_item = linked(&order, 0, "<ItemRef><FullName>Widget</FullName></ItemRef>");
    assert_eq!(desk.status(&from_acme("ItemReceipt", &with_item)), 3210, "the item is the order's");
    let other = from_acme("ItemReceipt", &linked(&order, 0, "")).replace("Acme", "Other");
    assert_eq!(desk.status(&other), 3210, "of another vendor");
    let missing = linked(&order, 0, "").replace(&texts(&order, "TxnLineID")[0], "99-1");
    assert_eq!(desk.status(&from_acme("ItemReceipt", &missing)), 3240);
    assert_eq!(desk.status(&from_acme("Bill", "<LinkToTxnID>99-1</LinkToTxnID>")), 3240);
    let both = format!("<LinkToTxnID>{}</LinkToTxnID>{}", text(&order, "TxnID"), linked(&order, 0, ""));
    assert_eq!(desk.status(&from_acme("Bill", &both)), 3210, "a whole order, or lines of it");
    let backwards = linked(&order, 1, "") + &linked(&order, 0, "");
    assert_eq!(desk.status(&from_acme("Bill", &backwards)), 3210, "in the order's own order");
    let second = self::order(&mut desk);
    let mixed = [linked(&order, 0, ""), linked(&second, 0, ""), linked(&order, 1, "")].concat();
    assert_eq!(desk.status(&from_acme("Bill", &mixed)), 3210, "one order after the other");
    assert!(desk.company.transactions().iter().all(|txn| txn.kind != "ItemReceipt" && txn.kind != "Bill"));
}

#[test]
fn a_received_line_stays_on_its_order_and_a_deleted_order_lets_its_receipts_go() {
    let mut desk = buying();
    let order = order(&mut desk);
    let receipt = desk.done(&from_acme("ItemReceipt", &linked(&order, 0, "<Quantity>2</Quantity>")));
    let only_second = format!(
        "<PurchaseOrderLineMod><TxnLineID>{}</TxnLineID></PurchaseOrderLineMod>",
        texts(&order, "TxnLineID")[1]
    );
    assert_eq!(desk.status(&modify_answered("PurchaseOrder", &order, &only_second)), 3210);
    let vendor = "<VendorRef><FullName>Other</FullName></VendorRef>";
    assert_eq!(desk.status(&modify_answered("PurchaseOrder", &order, vendor)), 3210);
    desk.done(&delete("PurchaseOrder", &text(&order, "TxnID")));
    let now = desk.done(&look("ItemReceipt", &text(&receipt, "TxnID")));
    assert!(!now.contains("LinkedTxn"), "{now}");
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("12"), "what came stays");
    let again = desk.done(&modify_answered("ItemReceipt", &now, "<Memo>kept</Memo>"));
    assert_eq!(text(&again, "TotalAmount"), "44.00");
}

#[test]
fn item_and_expense_lines_can_be_cleared_and_stated_again() {
    let mut desk = buying();
    let lines = [spent("Rent Expense", "5.00"), bought("Widget", "<Quantity>1</Quantity><Cost>20</Cost>")];
    let bill = desk.done(&from_acme("Bill", &lines.concat()));
    let bill = desk.done(&modify_answered("Bill", &bill, "<ClearItemLines>true</ClearItemLines>"));
    assert_eq!((text(&bill, "AmountDue"), bill.contains("ItemLineRet")), ("5.00".into(), false));
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("10"));
    let item = "<ItemLineMod><TxnLineID>-1</TxnLineID><ItemRef><FullName>Gadget</FullName></ItemRef><Quantity>3</Quantity><Amount>10.00</Amount></ItemLineMod>";
    let bill = desk.done(&modify_answered("Bill", &bill, item));
    assert_eq!((text(&bill, "AmountDue"), text(&bill, "Cost")), ("15.00".into(), "3.33333".into()));
    assert_eq!(desk.company.stock()["Gadget"].value, decimal("10"));
    let stale =
        modify("Bill", &format!("<TxnID>{}</TxnID><EditSequence>1</EditSequence><Memo>x</Memo>", text(&bill, "TxnID")));
    assert_eq!(desk.status(&stale), 3200);
}

#[test]
fn what_is_not_stocked_is_bought_to_its_expense_account() {
    let mut desk = buying();
    desk.done(&add(
        "ItemNonInventory",
        "<Name>Bags</Name><SalesAndPurchase><SalesPrice>1</SalesPrice><IncomeAccountRef><FullName>Merchandise Sales</FullName></IncomeAccountRef>\
         <PurchaseDesc>Paper bags</PurchaseDesc><PurchaseCost>0.25</PurchaseCost><ExpenseAccountRef><FullName>Office Supplies</FullName></ExpenseAccountRef></SalesAndPurchase>",
    ));
    let lines = [bought("Bags", "<Quantity>100</Quantity>"), bought("Shipping", "<Amount>4.00</Amount>")];
    let bill = desk.done(&from_acme("Bill", &lines.concat()));
    assert_eq!((text(&bill, "AmountDue"), text(&bill, "Desc")), ("29.00".into(), "Paper bags".into()));
    assert_eq!((desk.balance("Office Supplies"), desk.balance("Shipping Income")), (decimal("25"), decimal("4")));
    assert_eq!(desk.status(&from_acme("Bill", &bought("Subtotal", "<Amount>1.00</Amount>"))), 3270);
    assert_eq!(desk.status(&from_acme("Bill", &spent("Rent Expense", "-1.00"))), 3180);
}

#[test]
fn reports_and_queries_know_what_was_bought() {
    let mut desk = buying();
    let order = order(&mut desk);
    desk.done(&from_acme("ItemReceipt", &format!("<RefNumber>R-1</RefNumber>{}", linked(&order, 0, ""))));
    let lines = [spent("Rent Expense", "5.00"), bought("Gadget", "<Quantity>1</Quantity>")];
    desk.done(&from_acme("Bill", &format!("<RefNumber>B-1</RefNumber>{}", lines.concat())));
    let report = "<CustomDetailReportQueryRq><CustomDetailReportType>CustomTxnDetail</CustomDetailReportType><ReportDateMacro>All</ReportDateMacro>\
                  <ReportEntityFilter><FullName>Acme</FullName></ReportEntityFilter><SummarizeRowsBy>TotalOnly</SummarizeRowsBy>\
                  <IncludeColumn>TxnType</IncludeColumn><IncludeColumn>RefNumber</IncludeColumn><IncludeColumn>Account</IncludeColumn><IncludeColumn>Amount</IncludeColumn></CustomDetailReportQueryRq>";
    let report = desk.done(report);
    for value in ["Item Receipt", "R-1", "Bill", "B-1", "Inventory Asset", "-110.00", "-12.50"] {
        assert!(report.contains(&format!("value=\"{value}\"")), "{value}: {report}");
    }
    assert!(!report.contains("Purchase Order"), "it posts nothing");
    let acme = "<TransactionEntityFilter><FullName>Acme</FullName></TransactionEntityFilter>";
    let rows = desk.done(&format!("<TransactionQueryRq>{acme}</TransactionQueryRq>"));
    assert_eq!(texts(&rows, "TxnType"), ["PurchaseOrder", "ItemReceipt", "Bill"]);
    assert_eq!(texts(&rows, "Amount"), ["140.00", "-110.00", "-12.50"]);
    let trial = "<GeneralSummaryReportQueryRq><GeneralSummaryReportType>TrialBalance</GeneralSummaryReportType><ReportDateMacro>All</ReportDateMacro></GeneralSummaryReportQueryRq>";
    let payable = desk.done(trial);
    let row = payable.split("<DataRow").find(|row| row.contains("value=\"Accounts Payable\"")).unwrap();
    assert!(row.contains("colID=\"3\" value=\"122.50\""), "{row}");
    let found = desk.done("<ItemReceiptQueryRq><RefNumber>r-1</RefNumber></ItemReceiptQueryRq>");
    assert_eq!(text(&found, "TotalAmount"), "110.00");
    let found = desk.done("<BillQueryRq><EntityFilter><FullName>Acme</FullName></EntityFilter></BillQueryRq>");
    assert_eq!(text(&found, "RefNumber"), "B-1");
}
