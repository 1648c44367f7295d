//! The postings of all transactions, as reports and TransactionQuery choose among them.

use jiff::civil::{Date, DateTime};
use jiff::{ToSpan, Unit};
use rust_decimal::Decimal;

use super::books::{Books, Entry, Line, Txn};
use super::credits;
use super::ids::ListId;
use super::kinds::{self, Space};
use super::leaf;
use super::payments::open_amount;
use super::purchase_orders;
use super::query::{chosen, criterion, matches_criterion};
use super::status::Status;
use super::xml::Element;

/// One posting, or a whole transaction that posts nothing.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub txn: &'a Txn,
    /// The posting's place in its transaction.
    pub place: usize,
    pub entry: Option<&'a Entry>,
    pub line: Option<&'a Line>,
}

impl Row<'_> {
    /// Debit positive; a transaction that posts nothing has its total.
    pub fn amount(&self) -> Decimal {
        self.entry.map_or(self.txn.body.total, |entry| entry.amount)
    }

    pub fn entity(&self) -> Option<ListId> {
        self.entry.and_then(|entry| entry.entity.clone()).or_else(|| self.txn.entity())
    }

    /// The line's own words, else the form's.
    pub fn memo(&self) -> &str {
        let own = |name: &str| self.line?.fields.text(name);
        own("Memo").or_else(|| own("Desc")).or_else(|| self.txn.text("Memo")).unwrap_or_default()
    }
}

/// All rows of a transaction: the first is its summary.
pub(crate) fn rows(txn: &Txn) -> Vec<Row<'_>> {
    if txn.body.entries.is_empty() {
        return vec![Row { txn, place: 0, entry: None, line: None }];
    }
    let entries = txn.body.entries.iter().enumerate();
    let row = entries.map(|(place, entry)| {
        let line = entry.line.and_then(|line| txn.body.lines.get(line));
        Row { txn, place, entry: Some(entry), line }
    });
    row.collect()
}

/// Which rows of a transaction are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    All,
    Summary,
    Details,
}

/// A pair of bounds, each of which may be missing.
type Range<T> = (Option<T>, Option<T>);

/// What a report or a TransactionQuery asks for.
pub(crate) struct PostingFilter<'a> {
    pub days: Range<Date>,
    moments: Range<DateTime>,
    numbers: Vec<&'a Element>,
    entities: Option<Vec<ListId>>,
    accounts: Option<Vec<ListId>>,
    items: Option<Vec<ListId>>,
    classes: Option<Vec<ListId>>,
    kinds: Vec<&'a str>,
    level: Level,
    posting: Option<bool>,
    closed: Option<bool>,
}

impl<'a> PostingFilter<'a> {
    /// The filters of TransactionQuery. The sources do not say which rows come when none are asked for: taken to be
    /// one for each transaction.
    pub fn of_query(books: &Books, request: &'a Element) -> Result<Self, Status> {
        let mut filter = Self::read(books, request, "Transaction", Level::Summary)?;
        let today = books.now.date();
        if let Some(range) = request.child("TransactionDateRangeFilter") {
            filter.days = days(range, "FromTxnDate", "ToTxnDate", "DateMacro", today)?;
        }
        if let Some(range) = request.child("TransactionModifiedDateRangeFilter") {
            let moment = |name| range.text_of(name).and_then(leaf::date_time);
            filter.moments = (moment("FromModifiedDate"), moment("ToModifiedDate"));
            if let Some(name) = range.text_of("DateMacro") {
                filter.moments = whole_days(date_macro(name, today)?);
            }
        }
        filter.closed = request.text_of("TransactionPaidStatusFilter").and_then(|text| match text {
            "Closed" => Some(true),
            "Open" => Some(false),
            _ => None,
        });
        Ok(filter)
    }

    /// The filters of a detail report. Without a period it is this month to date, as in the product's own window.
    pub fn of_report(books: &Books, request: &'a Element) -> Result<Self, Status> {
        let mut filter = Self::read(books, request, "Report", Level::All)?;
        let today = books.now.date();
        filter.days = period(request, today)?;
        if let Some(range) = request.child("ReportModifiedDateRangeFilter") {
            let day = |name| range.text_of(name).and_then(leaf::date);
            filter.moments = whole_days((day("FromReportModifiedDate"), day("ToReportModifiedDate")));
        } else if let Some(name) = request.text_of("ReportModifiedDateRangeMacro") {
            filter.moments = whole_days(date_macro(name, today)?);
        }
        if request.text_of("ReportPostingStatusFilter").is_none() {
            filter.posting = Some(true);
        }
        Ok(filter)
    }

    fn read(books: &Books, request: &'a Element, prefix: &str, level: Level) -> Result<Self, Status> {
        let child = |name: &str| request.child(&format!("{prefix}{name}"));
        let objects = |name: &str, space| {
            let Some(filter) = child(name) else { return Ok(None) };
            // Groups of types, such as every asset, are not simulated.
            if let Some(kind) = filter.children.iter().find(|child| child.name.ends_with("TypeFilter")) {
                return Err(Status::feature_off(&kind.name));
            }
            Ok(Some(chosen(books, space, filter)))
        };
        let types = match prefix {
            "Report" => child("TxnTypeFilter"),
            _ => child("TypeFilter"),
        };
        let text = |name: &str| child(name).map(|child| child.text.as_str());
        let numbers = ["RefNumber", "RefNumberCaseSensitive", "RefNumberFilter", "RefNumberRangeFilter"];
        Ok(Self {
            days: (None, None),
            moments: (None, None),
            numbers: request.children.iter().filter(|child| numbers.contains(&child.name.as_str())).collect(),
            entities: objects("EntityFilter", Space::Names)?,
            accounts: objects("AccountFilter", Space::Accounts)?,
            items: objects("ItemFilter", Space::Items)?,
            classes: objects("ClassFilter", Space::Classes)?,
            kinds: types.map_or_else(Vec::new, |types| {
                types.all("TxnTypeFilter").map(|kind| kind.text.as_str()).filter(|kind| *kind != "All").collect()
            }),
            level: match text("DetailLevelFilter") {
                Some("All") => Level::All,
                Some("SummaryOnly") => Level::Summary,
                Some(_) => Level::Details,
                None => level,
            },
            posting: match text("PostingStatusFilter") {
                Some("Posting") => Some(true),
                Some("NonPosting") => Some(false),
                _ => None,
            },
            closed: None,
        })
    }

    /// The rows, by day and by the order in which the transactions were made.
    pub fn rows<'b>(&self, books: &'b Books) -> Vec<Row<'b>> {
        let mut txns: Vec<&Txn> = Vec::new();
        for info in kinds::TXNS.iter().filter(|info| self.kinds.is_empty() || self.kinds.contains(&info.name)) {
            // Neither reports nor TransactionQuery have a word for it.
            if info.name == "TransferInventory" {
                continue;
            }
            let found: Vec<_> = match &self.moments {
                (None, None) => books.index.dated(info.name, self.days.0, self.days.1).collect(),
                (from, to) => books.index.changed(info.name, *from, *to).collect(),
            };
            txns.extend(found.into_iter().filter_map(|id| books.txns.get(id)).filter(|txn| self.admits(books, txn)));
        }
        txns.sort_by_key(|txn| (txn.date, txn.number));
        txns.into_iter().flat_map(rows).filter(|row| self.wants(row)).collect()
    }

    fn admits(&self, books: &Books, txn: &Txn) -> bool {
        let number = txn.text("RefNumber").unwrap_or_default();
        let folded = number.to_lowercase();
        let exact = self.numbers.iter().any(|filter| match filter.name.as_str() {
            "RefNumber" => filter.text.to_lowercase() == folded,
            "RefNumberCaseSensitive" => filter.text == number,
            "RefNumberFilter" => {
                let (how, part) = criterion(filter, "RefNumber");
                matches_criterion(how, &part, &folded)
            }
            _ => {
                let bound = |name| filter.text_of(name).map(str::to_lowercase);
                bound("FromRefNumber").is_none_or(|from| folded >= from)
                    && bound("ToRefNumber").is_none_or(|to| folded <= to)
            }
        });
        (self.numbers.is_empty() || exact)
            && self.days.0.is_none_or(|from| txn.date >= from)
            && self.days.1.is_none_or(|to| txn.date <= to)
            && self.posting.is_none_or(|posting| txn.body.entries.is_empty() != posting)
            && self.closed.is_none_or(|closed| is_closed(books, txn) == closed)
    }

    fn wants(&self, row: &Row) -> bool {
        let among = |ids: &Option<Vec<ListId>>, id: Option<&ListId>| {
            ids.as_ref().is_none_or(|ids| id.is_some_and(|id| ids.contains(id)))
        };
        let level = match self.level {
            Level::All => true,
            Level::Summary => row.place == 0,
            Level::Details => row.place > 0,
        };
        level
            && among(&self.entities, row.entity().as_ref())
            && among(&self.accounts, row.entry.map(|entry| &entry.account))
            && among(&self.items, row.entry.and_then(|entry| entry.item.as_ref()))
            && among(&self.classes, row.entry.and_then(|entry| entry.class.as_ref()))
    }
}

/// Whether nothing is left open of a transaction.
fn is_closed(books: &Books, txn: &Txn) -> bool {
    match txn.info.name {
        "Invoice" => open_amount(books, txn, None).is_zero(),
        "CreditMemo" | "ReceivePayment" => credits::remaining(books, txn).is_zero(),
        "Bill" | "VendorCredit" => txn.body.total.is_zero(),
        "PurchaseOrder" => purchase_orders::is_closed(books, txn),
        "SalesOrder" => matches!(txn.text("IsManuallyClosed"), Some("true" | "1")),
        _ => true,
    }
}

/// The days of a report.
pub(crate) fn period(request: &Element, today: Date) -> Result<Range<Date>, Status> {
    match request.child("ReportPeriod") {
        Some(period) => days(period, "FromReportDate", "ToReportDate", "", today),
        None => date_macro(request.text_of("ReportDateMacro").unwrap_or("ThisMonthToDate"), today),
    }
}

/// The days of a filter: from and to, or a name.
pub(crate) fn days(range: &Element, from: &str, to: &str, name: &str, today: Date) -> Result<Range<Date>, Status> {
    match range.text_of(name) {
        Some(name) => date_macro(name, today),
        None => Ok((range.text_of(from).and_then(leaf::date), range.text_of(to).and_then(leaf::date))),
    }
}

fn whole_days((from, to): Range<Date>) -> Range<DateTime> {
    (from.map(|day| day.at(0, 0, 0, 0)), to.map(|day| day.at(23, 59, 59, 0)))
}

/// The days that a name stands for; weeks and quarters are not simulated.
fn date_macro(name: &str, today: Date) -> Result<Range<Date>, Status> {
    let back = |unit: Unit| today.checked_sub(if unit == Unit::Year { 1.year() } else { 1.month() }).unwrap_or(today);
    let month = |day: Date| (Some(day.first_of_month()), Some(day.last_of_month()));
    let year = |day: Date| (Some(day.first_of_year()), Some(day.last_of_year()));
    let yesterday = today.yesterday().unwrap_or(today);
    Ok(match name {
        "All" => (None, None),
        "Today" => (Some(today), Some(today)),
        "Yesterday" => (Some(yesterday), Some(yesterday)),
        "ThisMonth" => month(today),
        "ThisMonthToDate" => (Some(today.first_of_month()), Some(today)),
        "LastMonth" => month(back(Unit::Month)),
        "ThisYear" | "ThisCalendarYear" | "ThisFiscalYear" => year(today),
        "ThisYearToDate" | "ThisCalendarYearToDate" | "ThisFiscalYearToDate" => {
            (Some(today.first_of_year()), Some(today))
        }
        "LastYear" | "LastCalendarYear" | "LastFiscalYear" => year(back(Unit::Year)),
        other => return Err(Status::feature_off(other)),
    })
}
