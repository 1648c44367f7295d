use rust_decimal::Decimal;

use crate::support::{Desk, add, decimal, delete, line, look, modify_answered, text, texts, void};

fn journal(side: &str, account: &str, amount: &str, rest: &str) -> String {
    format!(
        "<Journal{side}Line><AccountRef><FullName>{account}</FullName></AccountRef><Amount>{amount}</Amount>{rest}</Journal{side}Line>"
    )
}

#[test]
fn a_journal_entry_must_balance_and_say_whose_a_receivable_is() {
    let mut desk = Desk::stocked();
    let fee = journal("Debit", "Merchant Account Fees", "3.50", "<Memo>May</Memo>");
    let entry = |lines: &[String]| add("JournalEntry", &lines.concat());
    let answer = desk.done(&entry(&[fee.clone(), journal("Credit", "Checking", "3.50", "")]));
    assert_eq!((desk.balance("Merchant Account Fees"), desk.balance("Checking")), (decimal("3.50"), decimal("-3.50")));
    assert!(answer.contains("<JournalDebitLine>") && answer.contains("<JournalCreditLine>"), "{answer}");
    assert_eq!(desk.status(&entry(&[fee.clone(), journal("Credit", "Checking", "3.49", "")])), 3180);
    assert_eq!(
        desk.status(&entry(&[journal("Debit", "Checking", "-1.00", ""), journal("Credit", "Savings", "-1.00", "")])),
        3210
    );
    let owed = journal("Credit", "Accounts Receivable", "3.50", "");
    assert_eq!(desk.status(&entry(&[fee.clone(), owed])), 3180, "nobody is named");
    let ada = journal("Credit", "Accounts Receivable", "1.75", "<EntityRef><FullName>Ada</FullName></EntityRef>");
    assert_eq!(desk.status(&entry(&[fee.clone(), ada.clone(), ada.clone()])), 3180, "one such line only");
    desk.done(&entry(&[fee, ada, journal("Credit", "Checking", "1.75", "")]));
    let customer = desk.done("<CustomerQueryRq><FullName>Ada</FullName></CustomerQueryRq>");
    assert_eq!(text(&customer, "Balance"), "-1.75");
}

#[test]
fn a_journal_entry_is_changed_line_by_line_voided_and_deleted() {
    let mut desk = Desk::stocked();
    let lines = [journal("Debit", "Utilities", "10.00", ""), journal("Credit", "Checking", "10.00", "")];
    let answer = desk.done(&add("JournalEntry", &lines.concat()));
    let ids = texts(&answer, "TxnLineID");
    let change = |id: &str, amount: &str| {
        format!("<JournalLineMod><TxnLineID>{id}</TxnLineID><Amount>{amount}</Amount></JournalLineMod>")
    };
    assert_eq!(desk.status(&modify_answered("JournalEntry", &answer, &change(&ids[0], "12.00"))), 3180);
    let both = change(&ids[0], "12.00") + &change(&ids[1], "7.00");
    let new = "<JournalLineMod><TxnLineID>-1</TxnLineID><JournalLineType>Credit</JournalLineType><AccountRef><FullName>Savings</FullName></AccountRef><Amount>5.00</Amount></JournalLineMod>";
    let answer = desk.done(&modify_answered("JournalEntry", &answer, &(both + new)));
    assert_eq!((desk.balance("Utilities"), desk.balance("Savings")), (decimal("12"), decimal("-5")));
    let id = text(&answer, "TxnID");
    desk.done(&void("JournalEntry", &id));
    assert_eq!(desk.balance("Utilities"), Decimal::ZERO);
    desk.done(&delete("JournalEntry", &id));
    assert_eq!(desk.status(&look("JournalEntry", &id)), 500);
}

#[test]
fn a_summary_of_many_lines_is_changed_in_place_and_keeps_its_lines() {
    let mut desk = Desk::stocked();
    let class = "<ClassRef><FullName>Main Street</FullName></ClassRef>";
    let mut lines: Vec<String> = (1..=24)
        .map(|number| journal("Credit", "Merchandise Sales", "10.00", &format!("<Memo>line {number}</Memo>{class}")))
        .collect();
    lines.insert(0, journal("Debit", "Checking", "240.00", ""));
    let head = "<TxnDate>2026-06-01</TxnDate><RefNumber>S-0601</RefNumber>";
    let entry = desk.done(&add("JournalEntry", &format!("{head}{}", lines.concat())));
    let ids = texts(&entry, "TxnLineID");
    assert_eq!(ids.len(), 25);
    let kept = |id: &String| format!("<JournalLineMod><TxnLineID>{id}</TxnLineID></JournalLineMod>");
    let amount = |id: &String, amount: &str| {
        format!("<JournalLineMod><TxnLineID>{id}</TxnLineID><Amount>{amount}</Amount></JournalLineMod>")
    };
    let changes: Vec<String> = ids[2..].iter().map(kept).collect();
    let changes = amount(&ids[0], "245.00") + &amount(&ids[1], "15.00") + &changes.concat();
    let entry = desk.done(&modify_answered("JournalEntry", &entry, &changes));
    assert_eq!(texts(&entry, "TxnLineID"), ids, "the lines are the same ones, in their order");
    assert_eq!(texts(&entry, "Memo").len(), 24);
    assert_eq!((desk.balance("Checking"), desk.balance("Merchandise Sales")), (decimal("245"), decimal("-245")));
    let fewer = amount(&ids[0], "15.00") + &kept(&ids[1]);
    let entry = desk.done(&modify_answered("JournalEntry", &entry, &fewer));
    assert_eq!(texts(&entry, "TxnLineID"), ids[..2], "lines that are not mentioned go");
    let found = desk.done("<JournalEntryQueryRq><RefNumber>s-0601</RefNumber><IncludeLineItems>true</IncludeLineItems></JournalEntryQueryRq>");
    assert_eq!(texts(&found, "TxnLineID"), ids[..2]);
}

#[test]
fn a_journal_entry_on_payables_names_a_vendor_and_changes_what_is_owed() {
    let mut desk = Desk::stocked();
    let rent = journal("Debit", "Rent Expense", "9.00", "");
    let owed = |whose: &str| journal("Credit", "Accounts Payable", "9.00", whose);
    let entity = |name: &str| format!("<EntityRef><FullName>{name}</FullName></EntityRef>");
    for wrong in [String::new(), entity("Ada")] {
        assert_eq!(desk.status(&add("JournalEntry", &(rent.clone() + &owed(&wrong)))), 3180, "{wrong}");
    }
    let vendor = entity("State of New York");
    desk.done(&add("JournalEntry", &(rent.clone() + &owed(&vendor))));
    let told = desk.done("<VendorQueryRq><FullName>State of New York</FullName></VendorQueryRq>");
    assert_eq!(text(&told, "Balance"), "9.00");
    let both = journal("Debit", "Accounts Receivable", "9.00", &entity("Ada")) + &owed(&vendor);
    assert_eq!(desk.status(&add("JournalEntry", &both)), 3180, "one such line only");
}

fn deposit(lines: &str) -> String {
    add("Deposit", &format!("<DepositToAccountRef><FullName>Checking</FullName></DepositToAccountRef>{lines}"))
}

fn deposited(account: &str, amount: &str) -> String {
    format!(
        "<DepositLineAdd><AccountRef><FullName>{account}</FullName></AccountRef><Amount>{amount}</Amount></DepositLineAdd>"
    )
}

#[test]
fn a_payout_is_a_deposit_with_its_fees_as_negative_lines() {
    let mut desk = Desk::stocked();
    let lines = deposited("Shopify Payments Clearing", "110.35") + &deposited("Merchant Account Fees", "-3.50");
    let answer = desk.done(&deposit(&lines));
    assert_eq!(text(&answer, "DepositTotal"), "106.85");
    assert_eq!(desk.balance("Checking"), decimal("106.85"));
    assert_eq!(desk.balance("Shopify Payments Clearing"), decimal("-110.35"));
    assert_eq!(desk.balance("Merchant Account Fees"), decimal("3.50"));
    let negative = desk.done(&deposit(&deposited("Shopify Payments Clearing", "-20.00")));
    assert_eq!(text(&negative, "DepositTotal"), "-20.00", "more refunds than sales");
    desk.done(&void("Deposit", &text(&answer, "TxnID")));
    assert_eq!(desk.balance("Checking"), decimal("-20"));
}

#[test]
fn a_deposit_takes_a_payment_out_of_undeposited_funds_once() {
    let mut desk = Desk::stocked();
    let sale = desk.done(&add("SalesReceipt", &line("SalesReceipt", "Tip", "<Amount>5.00</Amount>")));
    let sale_id = text(&sale, "TxnID");
    let request = deposit(&format!("<DepositLineAdd><PaymentTxnID>{sale_id}</PaymentTxnID></DepositLineAdd>"));
    let id = text(&desk.done(&request), "TxnID");
    assert_eq!((desk.balance("Undeposited Funds"), desk.balance("Checking")), (Decimal::ZERO, decimal("5")));
    assert_eq!(desk.status(&request), 3210, "it does not wait there any more");
    assert_eq!(desk.status(&void("SalesReceipt", &sale_id)), 3185);
    assert_eq!(desk.status(&delete("SalesReceipt", &sale_id)), 3160);
    desk.done(&delete("Deposit", &id));
    desk.done(&delete("SalesReceipt", &sale_id));
}

fn adjustment(how: &str) -> String {
    add(
        "InventoryAdjustment",
        &format!(
            "<AccountRef><FullName>Inventory Shrinkage</FullName></AccountRef><InventoryAdjustmentLineAdd>\
             <ItemRef><FullName>Widget</FullName></ItemRef>{how}</InventoryAdjustmentLineAdd>"
        ),
    )
}

#[test]
fn an_inventory_adjustment_moves_stock_at_average_cost() {
    let mut desk = Desk::stocked();
    let answer =
        desk.done(&adjustment("<QuantityAdjustment><QuantityDifference>-3</QuantityDifference></QuantityAdjustment>"));
    assert_eq!((text(&answer, "QuantityDifference"), text(&answer, "ValueDifference")), ("-3".into(), "-60.00".into()));
    assert_eq!((desk.balance("Inventory Shrinkage"), desk.balance("Inventory Asset")), (decimal("60"), decimal("140")));
    let id = text(&answer, "TxnID");
    let query = |item: &str| {
        format!(
            "<InventoryAdjustmentQueryRq><TxnDateRangeFilter><DateMacro>All</DateMacro></TxnDateRangeFilter><ItemFilter><FullName>{item}</FullName></ItemFilter></InventoryAdjustmentQueryRq>"
        )
    };
    assert_eq!(texts(&desk.done(&query("Widget")), "TxnID").len(), 2, "the opening stock is one too");
    assert_eq!(desk.status(&query("Tip")), 1);
    desk.done(&adjustment("<QuantityAdjustment><NewQuantity>9</NewQuantity></QuantityAdjustment>"));
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("9"));
    assert_eq!(desk.balance("Inventory Asset"), decimal("180"));
    desk.done(&void("InventoryAdjustment", &id));
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("12"));
    assert_eq!(desk.balance("Inventory Asset"), decimal("240"));
    desk.done(&adjustment("<ValueAdjustment><NewValue>300.00</NewValue></ValueAdjustment>"));
    assert_eq!(desk.balance("Inventory Asset"), decimal("300"));
    let service =
        adjustment("<QuantityAdjustment><NewQuantity>9</NewQuantity></QuantityAdjustment>").replace("Widget", "Tip");
    assert_eq!(desk.status(&service), 3280);
}

#[test]
fn an_adjustment_of_several_items_is_changed_by_line_and_shows_in_reports() {
    let mut desk = Desk::stocked();
    let accounts = "<IncomeAccountRef><FullName>Merchandise Sales</FullName></IncomeAccountRef><PurchaseCost>5</PurchaseCost>\
                    <COGSAccountRef><FullName>Cost of Goods Sold</FullName></COGSAccountRef>\
                    <AssetAccountRef><FullName>Inventory Asset</FullName></AssetAccountRef>";
    desk.done(&add("ItemInventory", &format!("<Name>Gadget</Name>{accounts}")));
    let line = |item: &str, how: &str| {
        format!(
            "<InventoryAdjustmentLineAdd><ItemRef><FullName>{item}</FullName></ItemRef>{how}</InventoryAdjustmentLineAdd>"
        )
    };
    let lines = [
        line("Widget", "<QuantityAdjustment><QuantityDifference>-2</QuantityDifference></QuantityAdjustment>"),
        line(
            "Gadget",
            "<ValueAdjustment><QuantityDifference>4</QuantityDifference><ValueDifference>30.00</ValueDifference></ValueAdjustment>",
        ),
        line("Widget", "<QuantityAdjustment><NewQuantity>5</NewQuantity></QuantityAdjustment>"),
    ];
    let head = "<AccountRef><FullName>Inventory Shrinkage</FullName></AccountRef><RefNumber>C-1</RefNumber><Memo>Stock-take</Memo>";
    let answer = desk.done(&add("InventoryAdjustment", &format!("{head}{}", lines.concat())));
    assert_eq!(texts(&answer, "QuantityDifference"), ["-2", "4", "-3"]);
    assert_eq!(texts(&answer, "ValueDifference"), ["-40.00", "30.00", "-60.00"]);
    assert_eq!(desk.company.stock()["Gadget"].value, decimal("30"));
    let ids = texts(&answer, "TxnLineID");
    let changes = [
        format!("<InventoryAdjustmentLineMod><TxnLineID>{}</TxnLineID></InventoryAdjustmentLineMod>", ids[1]),
        format!(
            "<InventoryAdjustmentLineMod><TxnLineID>{}</TxnLineID><QuantityDifference>-1</QuantityDifference></InventoryAdjustmentLineMod>",
            ids[2]
        ),
    ];
    let answer = desk.done(&modify_answered("InventoryAdjustment", &answer, &changes.concat()));
    assert_eq!(texts(&answer, "ValueDifference"), ["30.00", "-20.00"]);
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("9"));
    assert_eq!(desk.balance("Inventory Shrinkage"), decimal("-10"));
    let report = "<CustomDetailReportQueryRq><CustomDetailReportType>CustomTxnDetail</CustomDetailReportType><ReportDateMacro>All</ReportDateMacro>\
                  <ReportItemFilter><FullName>Gadget</FullName></ReportItemFilter><SummarizeRowsBy>TotalOnly</SummarizeRowsBy>\
                  <IncludeColumn>TxnType</IncludeColumn><IncludeColumn>Quantity</IncludeColumn><IncludeColumn>Amount</IncludeColumn></CustomDetailReportQueryRq>";
    let report = desk.done(report);
    for value in ["Inventory Adjust", "4", "30.00", "-30.00"] {
        assert!(report.contains(&format!("value=\"{value}\"")), "{value}: {report}");
    }
    let rows = desk.done("<TransactionQueryRq><RefNumber>C-1</RefNumber></TransactionQueryRq>");
    assert_eq!(texts(&rows, "TxnType"), ["InventoryAdjustment"]);
}

#[test]
fn a_mod_that_leaves_the_goods_alone_leaves_their_cost_alone() {
    let mut desk = Desk::stocked();
    let sale = desk.done(&add("SalesReceipt", &line("SalesReceipt", "Widget", "<Quantity>2</Quantity>")));
    desk.done(&adjustment("<ValueAdjustment><NewValue>800.00</NewValue></ValueAdjustment>"));
    desk.done(&modify_answered("SalesReceipt", &sale, "<Memo>a note</Memo>"));
    assert_eq!(desk.balance("Cost of Goods Sold"), decimal("40"));
}
