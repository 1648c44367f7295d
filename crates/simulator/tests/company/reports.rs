use crate::support::{Desk, add, decimal, line, text, texts, void};

/// The values of one column of all data rows.
fn column(report: &str, id: usize) -> Vec<String> {
    let rows = report.split("<DataRow").skip(1).map(|row| row.split("</DataRow>").next().unwrap());
    rows.map(|row| {
        let cell = row.split("<ColData").find(|cell| cell.contains(&format!("colID=\"{id}\"")));
        cell.map_or_else(String::new, |cell| crate::support::attribute(cell, "value"))
    })
    .collect()
}

fn detail(rest: &str, columns: &[&str]) -> String {
    let columns = format!("<IncludeColumn>{}</IncludeColumn>", columns.join("</IncludeColumn><IncludeColumn>"));
    format!(
        "<CustomDetailReportQueryRq><CustomDetailReportType>CustomTxnDetail</CustomDetailReportType>{rest}\
         <SummarizeRowsBy>TotalOnly</SummarizeRowsBy>{columns}</CustomDetailReportQueryRq>"
    )
}

fn trial_balance(to: &str) -> String {
    format!(
        "<GeneralSummaryReportQueryRq><GeneralSummaryReportType>TrialBalance</GeneralSummaryReportType>\
         <ReportPeriod><ToReportDate>{to}</ToReportDate></ReportPeriod></GeneralSummaryReportQueryRq>"
    )
}

fn sold() -> Desk {
    let mut desk = Desk::stocked();
    for (day, number) in [("2025-12-30", "1001"), ("2026-06-19", "1002")] {
        let lines = [
            line("SalesReceipt", "Widget", "<Desc>One widget</Desc><Quantity>1</Quantity><Amount>50.00</Amount>"),
            line("SalesReceipt", "NY State", "<Amount>2.00</Amount>"),
        ];
        desk.done(&add(
            "SalesReceipt",
            &format!(
                "<CustomerRef><FullName>Ada</FullName></CustomerRef><TxnDate>{day}</TxnDate><RefNumber>{number}</RefNumber><Memo>Order #{number}</Memo>{}",
                lines.concat()
            ),
        ));
    }
    desk
}

#[test]
fn the_detail_report_has_one_row_for_each_posting() {
    let mut desk = sold();
    let period = "<ReportPeriod><FromReportDate>2026-06-19</FromReportDate><ToReportDate>2026-06-19</ToReportDate></ReportPeriod>";
    let report = desk.done(&detail(period, &["Date", "TxnType", "RefNumber", "Name", "Memo", "Account", "Amount"]));
    assert_eq!(
        column(&report, 7),
        ["Undeposited Funds", "Merchandise Sales", "Sales Tax Payable", "Cost of Goods Sold", "Inventory Asset"]
    );
    assert_eq!(column(&report, 8), ["52.00", "-50.00", "-2.00", "20.00", "-20.00"]);
    assert_eq!(column(&report, 6), ["Order #1002", "One widget", "Order #1002", "Order #1002", "Order #1002"]);
    assert!(column(&report, 2).iter().all(|day| day == "2026-06-19"));
    assert!(column(&report, 3).iter().all(|kind| kind == "Sales Receipt"));
    let total = report.split("<TotalRow").nth(1).unwrap();
    assert!(total.contains("value=\"TOTAL\"") && total.contains("colID=\"8\" value=\"0.00\""), "{total}");
    assert_eq!(text(&report, "NumRows"), "6");
}

#[test]
fn the_detail_report_of_an_account_adds_up_to_its_balance() {
    let mut desk = sold();
    let filter = "<ReportDateMacro>All</ReportDateMacro><ReportAccountFilter><FullName>Undeposited Funds</FullName></ReportAccountFilter>";
    let report = desk.done(&detail(filter, &["TxnID", "Debit", "Credit", "RunningBalance"]));
    assert_eq!(column(&report, 5), ["52.00", "104.00"]);
    assert_eq!(desk.balance("Undeposited Funds"), decimal("104"));
    assert_eq!(
        column(&report, 2),
        desk.company
            .transactions()
            .iter()
            .filter(|txn| txn.kind == "SalesReceipt")
            .map(|txn| txn.txn_id.to_string())
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_voided_transaction_stays_in_the_detail_report_with_nothing() {
    let mut desk = sold();
    let id = desk.company.transactions().pop().unwrap().txn_id;
    desk.done(&void("SalesReceipt", id.as_str()));
    let filter = "<ReportDateMacro>All</ReportDateMacro><ReportAccountFilter><FullName>Undeposited Funds</FullName></ReportAccountFilter>";
    let report = desk.done(&detail(filter, &["Memo", "Amount"]));
    assert_eq!(column(&report, 3), ["52.00", "0.00"]);
    assert_eq!(column(&report, 2)[1], "VOID: Order #1002");
}

#[test]
fn rows_can_be_grouped_by_account() {
    let mut desk = sold();
    let request = detail("<ReportDateMacro>All</ReportDateMacro>", &["Amount"]).replace("TotalOnly", "Account");
    let report = desk.done(&request);
    let sales = report.split("<TextRow").find(|part| part.contains("value=\"Merchandise Sales\"")).unwrap();
    assert!(
        sales.contains("<SubtotalRow")
            && sales.contains("value=\"Total Merchandise Sales\"")
            && sales.contains("value=\"-100.00\""),
        "{sales}"
    );
}

#[test]
fn the_trial_balance_report_is_the_books_at_that_day() {
    let mut desk = sold();
    let report = desk.done(&trial_balance("2026-12-31"));
    let (names, debits, credits) = (column(&report, 1), column(&report, 2), column(&report, 3));
    let balance = |name: &str| {
        let at = names.iter().position(|own| own == name).unwrap_or_else(|| panic!("no {name} in {names:?}"));
        let amount = |text: &str| if text.is_empty() { decimal("0") } else { decimal(text) };
        amount(&debits[at]) - amount(&credits[at])
    };
    assert_eq!(balance("Undeposited Funds"), decimal("104"));
    assert_eq!(balance("Merchandise Sales"), decimal("-50"), "of this fiscal year");
    assert_eq!(balance("Retained Earnings"), decimal("-30"), "what last year earned");
    let total = report.split("<TotalRow").nth(1).unwrap();
    assert_eq!(total.matches("value=\"284.00\"").count(), 2, "{total}");
    let before = desk.done(&trial_balance("2026-06-18"));
    assert_eq!(column(&before, 1).iter().filter(|name| *name == "Merchandise Sales").count(), 0);
    assert_eq!(desk.status(&trial_balance("2026-06-18").replace("TrialBalance", "BalanceSheetStandard")), 3250);
}

#[test]
fn a_transaction_query_tells_transactions_of_all_types() {
    let mut desk = sold();
    let invoice = add(
        "Invoice",
        &format!(
            "<CustomerRef><FullName>Bob</FullName></CustomerRef><RefNumber>1003</RefNumber>{}",
            line("Invoice", "Tip", "<Amount>5.00</Amount>")
        ),
    );
    desk.done(&invoice);
    let query = |filter: &str| format!("<TransactionQueryRq>{filter}</TransactionQueryRq>");
    let answer = desk.done(&query("<RefNumber>1001</RefNumber><RefNumber>1003</RefNumber>"));
    assert_eq!(texts(&answer, "TxnType"), ["SalesReceipt", "Invoice"]);
    assert_eq!(texts(&answer, "Amount"), ["52.00", "5.00"]);
    let answer = desk.done(&query("<TransactionDateRangeFilter><FromTxnDate>2026-06-19</FromTxnDate><ToTxnDate>2026-06-19</ToTxnDate></TransactionDateRangeFilter>"));
    assert_eq!(texts(&answer, "RefNumber"), ["1002"]);
    let bob = "<TransactionEntityFilter><FullName>Bob</FullName></TransactionEntityFilter>";
    let details = "<TransactionDetailLevelFilter>All</TransactionDetailLevelFilter>";
    let answer = desk.done(&query(&format!("{bob}{details}")));
    assert_eq!(texts(&answer, "Amount"), ["5.00", "-5.00"]);
    let kinds = "<TransactionTypeFilter><TxnTypeFilter>Invoice</TxnTypeFilter></TransactionTypeFilter>";
    let open = "<TransactionPaidStatusFilter>Open</TransactionPaidStatusFilter>";
    assert_eq!(texts(&desk.done(&query(&format!("{kinds}{open}"))), "RefNumber"), ["1003"]);
    assert_eq!(desk.status(&query("<RefNumber>none</RefNumber>")), 1);
}
