//! Entries as a file, with their debits and credits.

use std::{collections::BTreeMap, io::Write, ops::ControlFlow, path::Path};

use books::{Entry, EntryKind, Link, Money};
use jiff::civil::Date;
use store::{EntryFilter, EntryRow, State, Store, StoreError};

use super::{
    Export, ExportFormat, Exported, Failure, Letterhead, into_file,
    pages::{self, Column, Report, Row, Style, Table as PageTable},
    table::Table,
};
use crate::{api::ApiError, history::EntryQuery, messages::Message};

/// The most entries that are printed on pages: some two thousand of them. A table has no such limit.
pub const MOST_IN_PDF: u32 = 20_000;

/// Writes the entries that `query` finds to the file `to`, the oldest date first, with their debits and credits. Objects of
/// lists, which have neither, are left out unless the query names their kinds.
///
/// A table has a row for each posting; it is written as it is read, however many entries there are. On pages the accounts'
/// totals follow: of what is in QuickBooks, without what a day's entry has brought there in sum, so that nothing counts
/// twice.
///
/// # Errors
/// `export.too_many` for more than [`MOST_IN_PDF`] entries on pages; `export.not_written` when the disk fails.
pub fn export_entries(store: &Store, query: &EntryQuery, export: &Export<'_>, to: &Path) -> Result<Exported, ApiError> {
    let Some(mut filter) = query.filter() else {
        return Err(Failure::from(StoreError::Unknown(query.run.clone().unwrap_or_default())).told(to));
    };
    if filter.kinds.is_empty() {
        filter.kinds = EntryKind::ALL.into_iter().filter(|kind| !kind.is_list()).collect();
    }
    let total = store.page_of_entries(&EntryFilter { limit: Some(0), ..filter.clone() }, 0)?.total;
    into_file(to, |file| match export.format {
        ExportFormat::Csv => table(store, &filter, export, total, file),
        ExportFormat::Pdf => print(store, &filter, export, total, file),
    })
}

/// Reads the entries one by one, with word of how far it is.
fn each(
    store: &Store,
    filter: &EntryFilter,
    export: &Export<'_>,
    total: u32,
    mut take: impl FnMut(&EntryRow, Option<&Entry>) -> Result<(), Failure>,
) -> Result<Exported, Failure> {
    let mut done = 0;
    let mut ended = Ok(Exported::Written);
    store.each_entry(filter, |row, entry| {
        if (export.progress)(done, total).is_break() {
            ended = Ok(Exported::Cancelled);
            return ControlFlow::Break(());
        }
        done += 1;
        match take(&row, entry.as_ref()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(failure) => {
                ended = Err(failure);
                ControlFlow::Break(())
            }
        }
    })?;
    ended
}

/// The day of whose entry it is a part, as people call it.
fn part_of(entry: Option<&Entry>) -> String {
    let day = entry.and_then(|entry| entry.part_of.as_ref());
    day.map(|day| day.id().as_str().replacen("day:", "", 1)).unwrap_or_default()
}

fn party(entry: Option<&Entry>) -> &str {
    entry.and_then(|entry| entry.body.party()).unwrap_or_default()
}

fn quickbooks_id(row: &EntryRow) -> String {
    row.link.as_ref().map_or_else(String::new, |link| match link {
        Link::Transaction(id) => id.to_string(),
        Link::List(id) => id.to_string(),
    })
}

fn table(
    store: &Store,
    filter: &EntryFilter,
    export: &Export<'_>,
    total: u32,
    file: &mut impl Write,
) -> Result<Exported, Failure> {
    let headings = [
        "export.date",
        "export.kind",
        "export.number",
        "export.document",
        "export.party",
        "export.account",
        "export.class",
        "export.debit",
        "export.credit",
        "export.state",
        "export.quickbooks_id",
        "export.part_of",
    ];
    let mut table = Table::begin(file, &headings.map(|heading| export.words(heading)))?;
    let ended = each(store, filter, export, total, |row, entry| {
        let date = row.date.map(|date| date.to_string()).unwrap_or_default();
        let kind = Message::from(row.kind).text(export.language);
        let state = Message::from(row.state).text(export.language);
        let (id, part_of) = (quickbooks_id(row), part_of(entry));
        let mut write = |account: &str, class: &str, debit: &str, credit: &str| {
            table.row(&[
                &date,
                &kind,
                &row.number,
                &row.title,
                party(entry),
                account,
                class,
                debit,
                credit,
                &state,
                &id,
                &part_of,
            ])
        };
        let mut postings = entry.into_iter().flat_map(|entry| entry.postings.iter()).peekable();
        if postings.peek().is_none() {
            write("", "", "", "")?;
        }
        for posting in postings {
            let amount = posting.amount.abs().to_string();
            let (debit, credit) =
                if posting.amount.is_negative() { ("", amount.as_str()) } else { (amount.as_str(), "") };
            write(&posting.account, posting.class.as_deref().unwrap_or_default(), debit, credit)?;
        }
        Ok(())
    })?;
    table.finish()?;
    Ok(ended)
}

/// What is debited and credited to an account.
#[derive(Default)]
struct Sums {
    debit: Money,
    credit: Money,
}

impl Sums {
    fn add(&mut self, amount: Money) {
        if amount.is_negative() {
            self.credit += amount.abs();
        } else {
            self.debit += amount;
        }
    }
}

fn print(
    store: &Store,
    filter: &EntryFilter,
    export: &Export<'_>,
    total: u32,
    file: &mut impl Write,
) -> Result<Exported, Failure> {
    if total > MOST_IN_PDF {
        return Err(Failure::TooMany { entries: total, most: MOST_IN_PDF });
    }
    let mut blocks = Vec::new();
    let mut accounts: BTreeMap<String, Sums> = BTreeMap::new();
    let ended = each(store, filter, export, total, |row, entry| {
        let is_part = entry.is_some_and(|entry| entry.part_of.is_some());
        if matches!(row.state, State::Posted | State::Undone) && !is_part {
            for posting in entry.into_iter().flat_map(|entry| entry.postings.iter()) {
                accounts.entry(posting.account.clone()).or_default().add(posting.amount);
            }
        }
        blocks.push(block(row, entry, export));
        Ok(())
    })?;
    if ended == Exported::Cancelled {
        return Ok(ended);
    }
    let letterhead = Letterhead::of(store)?;
    let columns = vec![
        Column::new(export.words("export.date"), 1.1),
        Column::new(format!("{} / {}", export.words("export.kind"), export.words("export.account")), 3.6),
        Column::new(format!("{} / {}", export.words("export.document"), export.words("export.class")), 3.0),
        Column::figures(export.words("export.debit"), 1.4),
        Column::figures(export.words("export.credit"), 1.4),
    ];
    let entries = PageTable { heading: String::new(), columns, blocks };
    let report = letterhead.report(
        export,
        export.words("export.entries"),
        (filter.from, filter.to),
        vec![entries, totals(&accounts, export)],
    );
    file.write_all(&pages::print(&report, export.language)?)?;
    Ok(Exported::Written)
}

/// An entry as rows of a page.
fn block(row: &EntryRow, entry: Option<&Entry>, export: &Export<'_>) -> Vec<Row> {
    let language = export.language;
    let part_of = part_of(entry);
    let style = |counts| if part_of.is_empty() { counts } else { Style::Muted };
    let joined = |parts: &[&str]| parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ");
    let kind = Message::from(row.kind).text(language);
    let state = Message::from(row.state).text(language);
    let mut rows = vec![Row {
        cells: vec![
            row.date.map(|date| language.date(date)).unwrap_or_default(),
            format!("{kind} {}", row.number).trim_end().to_owned(),
            joined(&[&row.title, party(entry)]),
            joined(&[&state, &quickbooks_id(row)]),
        ],
        style: style(Style::Strong),
    }];
    if !part_of.is_empty() {
        let words = format!("{} {part_of}", export.words("export.part_of"));
        rows.push(Row { cells: vec![String::new(), words], style: Style::Muted });
    }
    for reason in &row.reasons {
        let words = Message::from(reason).text(language);
        rows.push(Row { cells: vec![String::new(), words], style: Style::Muted });
    }
    for posting in entry.into_iter().flat_map(|entry| entry.postings.iter()) {
        let amount = language.amount(posting.amount.abs());
        let (debit, credit) =
            if posting.amount.is_negative() { (String::new(), amount) } else { (amount, String::new()) };
        let class = posting.class.clone().unwrap_or_default();
        rows.push(Row {
            cells: vec![String::new(), posting.account.clone(), class, debit, credit],
            style: style(Style::Plain),
        });
    }
    rows
}

fn totals(accounts: &BTreeMap<String, Sums>, export: &Export<'_>) -> PageTable {
    let row = |name: &str, sums: &Sums, style| Row {
        cells: vec![name.to_owned(), export.language.amount(sums.debit), export.language.amount(sums.credit)],
        style,
    };
    let mut all = Sums::default();
    let mut blocks = Vec::new();
    for (account, sums) in accounts {
        all.debit += sums.debit;
        all.credit += sums.credit;
        blocks.push(vec![row(account, sums, Style::Plain)]);
    }
    blocks.push(vec![row(&export.words("export.sum"), &all, Style::Sum)]);
    let columns = vec![
        Column::new(export.words("export.account"), 6.0),
        Column::figures(export.words("export.debit"), 2.0),
        Column::figures(export.words("export.credit"), 2.0),
    ];
    PageTable { heading: export.words("export.totals"), columns, blocks }
}

impl Letterhead {
    /// A report with the shop and the company file above it.
    pub(super) fn report(
        &self,
        export: &Export<'_>,
        title: String,
        period: (Option<Date>, Option<Date>),
        tables: Vec<PageTable>,
    ) -> Report {
        let language = export.language;
        let date = |date| language.date(date);
        let period = match period {
            (None, None) => Message::new("export.all_days"),
            (Some(from), None) => Message::new("export.since").with("from", date(from)),
            (None, Some(to)) => Message::new("export.until").with("to", date(to)),
            (Some(from), Some(to)) => Message::new("export.period").with("from", date(from)).with("to", date(to)),
        };
        let whose = [&self.shop, &self.company_file].into_iter().filter(|part| !part.is_empty()).cloned();
        Report {
            title,
            whose: whose.collect::<Vec<_>>().join(" · "),
            period: period.text(language),
            printed: Message::new("export.printed").with("at", language.moment(export.now, &self.zone)).text(language),
            tables,
        }
    }
}
