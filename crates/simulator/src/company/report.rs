//! Reports from the books themselves: CustomTxnDetail and TrialBalance.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::books::{Books, ListObject, money};
use super::credits;
use super::ids::ListId;
use super::kinds;
use super::payments::open_amount;
use super::postings::{PostingFilter, Row, period};
use super::status::Status;
use super::xml::Element;

fn with(name: &str, attributes: Vec<(&str, String)>, children: Vec<Element>) -> Element {
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Element { attributes, ..Element::group(name, children) }
}

/// A report as it is written: its heading, its columns, its rows.
struct Report {
    title: &'static str,
    subtitle: String,
    title_rows: usize,
    columns: Vec<Element>,
    rows: Vec<Element>,
}

impl Report {
    /// A column with one title for each title row.
    fn column(&mut self, titles: &[&str], data_type: &str, kind: &str) {
        let titles = titles.iter().enumerate().map(|(row, title)| {
            with("ColTitle", vec![("titleRow", (row + 1).to_string()), ("value", (*title).to_owned())], Vec::new())
        });
        let mut children: Vec<Element> = titles.collect();
        children.push(Element::leaf("ColType", kind));
        let id = (self.columns.len() + 1).to_string();
        self.columns.push(with("ColDesc", vec![("colID", id), ("dataType", data_type.to_owned())], children));
    }

    /// A row with the values of its columns; missing ones are left out.
    fn row(&mut self, name: &str, data: Option<(&str, &str)>, values: &[Option<String>]) {
        let mut children = Vec::new();
        if let Some((kind, value)) = data {
            children.push(with("RowData", vec![("rowType", kind.to_owned()), ("value", value.to_owned())], Vec::new()));
        }
        for (column, value) in values.iter().enumerate() {
            if let Some(value) = value {
                let attributes = vec![("colID", (column + 1).to_string()), ("value", value.clone())];
                children.push(with("ColData", attributes, Vec::new()));
            }
        }
        let number = self.rows.len().to_string();
        self.rows.push(with(name, vec![("rowNumber", number)], children));
    }

    fn text(&mut self, value: &str) {
        let attributes = vec![("rowNumber", self.rows.len().to_string()), ("value", value.to_owned())];
        self.rows.push(with("TextRow", attributes, Vec::new()));
    }

    fn finish(self) -> Element {
        let mut children = vec![
            Element::leaf("ReportTitle", self.title),
            Element::leaf("ReportSubtitle", self.subtitle),
            Element::leaf("ReportBasis", "Accrual"),
            Element::leaf("NumRows", self.rows.len().to_string()),
            Element::leaf("NumColumns", self.columns.len().to_string()),
            Element::leaf("NumColTitleRows", self.title_rows.to_string()),
        ];
        children.extend(self.columns);
        if !self.rows.is_empty() {
            children.push(Element::group("ReportData", self.rows));
        }
        Element::group("ReportRet", children)
    }
}

fn accrual_only(request: &Element) -> Result<(), Status> {
    match request.text_of("ReportBasis") {
        Some("Cash") => Err(Status::feature_off("ReportBasis Cash")),
        _ => Ok(()),
    }
}

/// `CustomDetailReportQuery`: one row for each posting, grouped as asked, with the columns asked for. Amounts are
/// positive in debit and negative in credit, so that whole transactions come to zero.
pub(crate) fn detail(books: &Books, request: &Element) -> Result<Element, Status> {
    accrual_only(request)?;
    let filter = PostingFilter::of_report(books, request)?;
    let columns: Vec<&str> = request.all("IncludeColumn").map(|column| column.text.as_str()).collect();
    let mut report = Report {
        title: "Custom Transaction Detail Report",
        subtitle: subtitle(filter.days),
        title_rows: 1,
        columns: Vec::new(),
        rows: Vec::new(),
    };
    report.column(&[""], "STRTYPE", "Blank");
    for column in &columns {
        let (title, data_type) = heading(column);
        report.column(&[title], data_type, column);
    }
    let rows = filter.rows(books);
    let by = request.text_of("SummarizeRowsBy").unwrap_or("TotalOnly");
    if by == "TotalOnly" {
        table(&mut report, books, &columns, &rows);
    } else {
        let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in &rows {
            groups.entry(group(books, by, row)?).or_default().push(*row);
        }
        for (name, rows) in &groups {
            report.text(name);
            table(&mut report, books, &columns, rows);
            sums(&mut report, "SubtotalRow", &format!("Total {name}"), &columns, rows);
        }
    }
    sums(&mut report, "TotalRow", "TOTAL", &columns, &rows);
    Ok(report.finish())
}

fn subtitle((from, to): (Option<Date>, Option<Date>)) -> String {
    match (from, to) {
        (None, None) => "All Transactions".to_owned(),
        (from, to) => {
            let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.strftime("%B %-d, %Y").to_string());
            format!("{} through {}", day(from), day(to))
        }
    }
}

/// What rows are grouped by; ways that this simulation has no use for are refused.
fn group(books: &Books, by: &str, row: &Row) -> Result<String, Status> {
    let name = |id: Option<&ListId>| id.map_or_else(|| "Other".to_owned(), |id| books.full_name(id).to_owned());
    Ok(match by {
        "Account" => name(row.entry.map(|entry| &entry.account)),
        "Class" => name(row.entry.and_then(|entry| entry.class.as_ref())),
        "Customer" | "Payee" | "Vendor" => name(row.entity().as_ref()),
        "ItemDetail" => name(row.entry.and_then(|entry| entry.item.as_ref())),
        "Day" => row.txn.date.to_string(),
        "Month" => row.txn.date.strftime("%Y-%m").to_string(),
        other => return Err(Status::feature_off(other)),
    })
}

fn table(report: &mut Report, books: &Books, columns: &[&str], rows: &[Row]) {
    let mut running = Decimal::ZERO;
    for row in rows {
        running += row.amount();
        let values = columns.iter().map(|column| match *column {
            "RunningBalance" => Some(money(running)),
            column => value(books, column, row),
        });
        let values: Vec<_> = std::iter::once(None).chain(values).collect();
        report.row("DataRow", None, &values);
    }
}

fn sums(report: &mut Report, name: &str, label: &str, columns: &[&str], rows: &[Row]) {
    let sum = |part: fn(Decimal) -> Decimal| Some(money(rows.iter().map(|row| part(row.amount())).sum()));
    let values = columns.iter().map(|column| match *column {
        "Debit" => sum(|amount| amount.max(Decimal::ZERO)),
        "Credit" => sum(|amount| (-amount).max(Decimal::ZERO)),
        "Amount" => sum(|amount| amount),
        _ => None,
    });
    let values: Vec<_> = std::iter::once(Some(label.to_owned())).chain(values).collect();
    report.row(name, None, &values);
}

/// A column's title and type.
fn heading(column: &str) -> (&str, &'static str) {
    match column {
        "TxnType" => ("Type", "STRTYPE"),
        "TxnID" => ("Txn ID", "IDTYPE"),
        "TxnNumber" => ("Trans #", "INTTYPE"),
        "RefNumber" => ("Num", "STRTYPE"),
        "Date" | "DueDate" | "ShipDate" => (column, "DATETYPE"),
        "ModifiedTime" => ("Entered/Last Modified", "DATETIMETYPE"),
        "SplitAccount" => ("Split", "STRTYPE"),
        "ClearedStatus" => ("Clr", "STRTYPE"),
        "ItemDesc" => ("Item Description", "STRTYPE"),
        "UnitPrice" => ("Sales Price", "PRICETYPE"),
        "Quantity" => ("Qty", "QUANTYPE"),
        "OpenBalance" => ("Open Balance", "AMTTYPE"),
        "RunningBalance" => ("Balance", "AMTTYPE"),
        "Amount" | "Debit" | "Credit" => (column, "AMTTYPE"),
        _ => (column, "STRTYPE"),
    }
}

/// What a row says in a column; `None` where it has nothing to say.
fn value(books: &Books, column: &str, row: &Row) -> Option<String> {
    let txn = row.txn;
    let name = |id: &ListId| books.full_name(id).to_owned();
    let on_line = |field: &str| row.line?.fields.text(field).map(ToOwned::to_owned);
    let entry = row.entry;
    let amount = row.amount();
    let found = match column {
        "TxnType" => Some(txn.info.label.to_owned()),
        "TxnID" => Some(txn.id.to_string()),
        "TxnNumber" => Some(txn.number.to_string()),
        "Date" => Some(txn.date.to_string()),
        "ModifiedTime" => Some(books.time(txn.modified)),
        "RefNumber" | "DueDate" | "PONumber" | "FOB" | "ShipDate" => txn.text(column).map(ToOwned::to_owned),
        "Name" => row.entity().as_ref().map(name),
        "SourceName" => txn.entity().as_ref().map(name),
        "Memo" => Some(row.memo().to_owned()),
        "Account" => entry.map(|entry| name(&entry.account)),
        "SplitAccount" => split(books, row),
        "Class" => entry.and_then(|entry| entry.class.as_ref()).map(name),
        "Item" => entry.and_then(|entry| entry.item.as_ref()).map(name),
        "ItemDesc" => on_line("Desc"),
        "Quantity" => on_line("Quantity").or_else(|| on_line("QuantityDifference")),
        "UnitPrice" => on_line("Rate").or_else(|| on_line("Cost")),
        "PaymentMethod" => txn.reference("PaymentMethodRef").as_ref().map(name),
        "Terms" => txn.reference("TermsRef").as_ref().map(name),
        "ShipMethod" => txn.reference("ShipMethodRef").as_ref().map(name),
        "Debit" => (amount > Decimal::ZERO).then(|| money(amount)),
        "Credit" => (amount < Decimal::ZERO).then(|| money(-amount)),
        "Amount" => Some(money(amount)),
        "OpenBalance" => match txn.info.name {
            "Invoice" => Some(money(open_amount(books, txn, None))),
            "CreditMemo" | "ReceivePayment" => Some(money(-credits::remaining(books, txn))),
            "Bill" => Some(money(-txn.body.total)),
            "VendorCredit" => Some(money(txn.body.total)),
            _ => None,
        },
        _ => None,
    };
    found.filter(|text| !text.is_empty())
}

/// The account on the other side of a posting.
fn split(books: &Books, row: &Row) -> Option<String> {
    row.entry?;
    let others = row.txn.body.entries.iter().enumerate().filter(|(place, _)| (*place == 0) != (row.place == 0));
    let mut accounts = others.map(|(_, entry)| &entry.account);
    let first = accounts.next()?;
    let several = accounts.any(|account| account != first);
    Some(if several { "-SPLIT-".to_owned() } else { books.full_name(first).to_owned() })
}

/// `GeneralSummaryReportQuery`: the trial balance at the end of the period. Income and expenses are those of the
/// fiscal year; what earlier years earned stands in Retained Earnings, as QuickBooks shows it.
pub(crate) fn summary(books: &Books, request: &Element) -> Result<Element, Status> {
    accrual_only(request)?;
    let kind = request.text_of("GeneralSummaryReportType").unwrap_or_default();
    let filters = ["ReportAccountFilter", "ReportEntityFilter", "ReportItemFilter", "ReportClassFilter"];
    if kind != "TrialBalance" || filters.iter().any(|filter| request.child(filter).is_some()) {
        return Err(Status::feature_off(kind));
    }
    let (_, end) = period(request, books.now.date())?;
    let end = end.unwrap_or(Date::MAX);
    let balances = balances_at(books, end);
    let day = if end == Date::MAX { "All Transactions".to_owned() } else { end.strftime("%b %-d, %y").to_string() };
    let mut report = Report {
        title: "Trial Balance",
        subtitle: format!("As of {day}"),
        title_rows: 2,
        columns: Vec::new(),
        rows: Vec::new(),
    };
    report.column(&["", ""], "STRTYPE", "Label");
    report.column(&[&day, "Debit"], "AMTTYPE", "Debit");
    report.column(&["", "Credit"], "AMTTYPE", "Credit");
    let all = request.text_of("ReturnRows") == Some("All");
    let (mut debits, mut credits) = (Decimal::ZERO, Decimal::ZERO);
    for account in in_chart_order(books) {
        let balance = balances.get(&account.id).copied().unwrap_or_default();
        if balance == Decimal::ZERO && !all {
            continue;
        }
        debits += balance.max(Decimal::ZERO);
        credits += (-balance).max(Decimal::ZERO);
        let debit = (balance >= Decimal::ZERO).then(|| money(balance));
        let credit = (balance < Decimal::ZERO).then(|| money(-balance));
        let values = [Some(account.full_name.clone()), debit, credit];
        report.row("DataRow", Some(("account", &account.full_name)), &values);
    }
    report.row("TotalRow", None, &[Some("TOTAL".to_owned()), Some(money(debits)), Some(money(credits))]);
    Ok(report.finish())
}

/// The types of account, in the order of the chart.
const CHART: [&str; 16] = [
    "Bank",
    "AccountsReceivable",
    "OtherCurrentAsset",
    "FixedAsset",
    "OtherAsset",
    "AccountsPayable",
    "CreditCard",
    "OtherCurrentLiability",
    "LongTermLiability",
    "Equity",
    "Income",
    "CostOfGoodsSold",
    "Expense",
    "OtherIncome",
    "OtherExpense",
    "NonPosting",
];

fn in_chart_order(books: &Books) -> Vec<&ListObject> {
    let mut accounts: Vec<&ListObject> = books.lists.values().filter(|object| object.info.name == "Account").collect();
    let place = |account: &ListObject| CHART.iter().position(|kind| Some(*kind) == account.text("AccountType"));
    accounts.sort_by_key(|account| (place(account), account.full_name.to_lowercase()));
    accounts
}

/// Every account's balance at the end of a day: the present one without what is dated later.
fn balances_at(books: &Books, end: Date) -> BTreeMap<ListId, Decimal> {
    let mut balances = books.balances.clone();
    let mut shift = |from: Option<Date>, to: Option<Date>, retained: Option<&ListId>| {
        let ids = kinds::TXNS.iter().flat_map(|info| books.index.dated(info.name, from, to));
        for entry in ids.filter_map(|id| books.txns.get(id)).flat_map(|txn| &txn.body.entries) {
            let of_a_year = matches!(
                books.account_type(&entry.account),
                "Income" | "CostOfGoodsSold" | "Expense" | "OtherIncome" | "OtherExpense"
            );
            if retained.is_some() && !of_a_year {
                continue;
            }
            *balances.entry(entry.account.clone()).or_default() -= entry.amount;
            if let Some(retained) = retained {
                *balances.entry(retained.clone()).or_default() += entry.amount;
            }
        }
    };
    if let Ok(after) = end.tomorrow() {
        shift(Some(after), None, None);
    }
    let year_start = if end == Date::MAX { books.now.date() } else { end }.first_of_year();
    if let (Ok(before), Some(retained)) = (year_start.yesterday(), books.special_account("RetainedEarnings")) {
        shift(None, Some(before), Some(&retained));
    }
    balances
}

/// One row of `TransactionQuery`.
pub(crate) fn transaction_ret(books: &Books, row: &Row) -> Element {
    let txn = row.txn;
    let mut fields = vec![Element::leaf("TxnType", txn.info.name), Element::leaf("TxnID", txn.id.as_str())];
    fields.extend(row.line.and_then(|line| line.id.as_ref()).map(|id| Element::leaf("TxnLineID", id.as_str())));
    fields.push(Element::leaf("TimeCreated", books.time(txn.created)));
    fields.push(Element::leaf("TimeModified", books.time(txn.modified)));
    fields.extend(row.entity().map(|id| super::references::told(books, "EntityRef", &id)));
    fields.extend(row.entry.map(|entry| super::references::told(books, "AccountRef", &entry.account)));
    fields.push(Element::leaf("TxnDate", txn.date.to_string()));
    fields.extend(txn.text("RefNumber").map(|number| Element::leaf("RefNumber", number)));
    fields.push(Element::leaf("Amount", money(row.amount())));
    fields.push(Element::leaf("Memo", row.memo()));
    Element::group("TransactionRet", fields)
}
