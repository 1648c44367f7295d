//! The tie-out as a file.

use std::{collections::BTreeMap, io::Write, path::Path};

use books::Money;
use jiff::civil::Date;
use store::Store;

use super::{
    Export, ExportFormat, Exported, Failure, Letterhead, into_file,
    pages::{self, Column, Row, Style, Table as PageTable},
    table::Table,
};
use crate::{
    api::ApiError,
    messages::Message,
    tieout::{self, Day, OrderDifference},
};

/// Writes the tie-out of the days from `from` to `to`, both included, to the file `to_file`: every account of every day, the
/// shop's figure beside the company file's, and the orders behind each difference. Debits are above zero, credits below.
///
/// # Errors
/// `export.not_written` when the disk fails.
pub fn export_tie_out(
    store: &Store,
    (from, to): (Date, Date),
    export: &Export<'_>,
    to_file: &Path,
) -> Result<Exported, ApiError> {
    if (export.progress)(0, 1).is_break() {
        return Ok(Exported::Cancelled);
    }
    let days = tieout::by_day(store, from, to)?;
    into_file(to_file, |file| match export.format {
        ExportFormat::Csv => table(&days, export, file),
        ExportFormat::Pdf => {
            let letterhead = Letterhead::of(store)?;
            let tables = vec![accounts(&days, export), by_day(&days, export), behind(&days, export)];
            let report = letterhead.report(export, export.words("export.tie_out"), (Some(from), Some(to)), tables);
            file.write_all(&pages::print(&report, export.language)?)?;
            Ok(Exported::Written)
        }
    })
}

/// An order and why it differs.
fn reason(order: &OrderDifference, export: &Export<'_>) -> String {
    export.words(order.cause.code())
}

fn table(days: &BTreeMap<Date, Day>, export: &Export<'_>, file: &mut impl Write) -> Result<Exported, Failure> {
    let headings =
        ["export.date", "export.account", "export.shop", "export.company", "export.difference", "export.behind"];
    let mut table = Table::begin(file, &headings.map(|heading| export.words(heading)))?;
    for (date, day) in days {
        for row in &day.rows {
            let behind = day.differences.iter().filter(|difference| difference.row.account == row.account);
            let behind: Vec<String> = behind
                .flat_map(|difference| &difference.orders)
                .map(|order| format!("{} ({})", order.title, reason(order, export)))
                .collect();
            table.row(&[
                date.to_string(),
                row.account.clone(),
                row.shop.to_string(),
                row.company.to_string(),
                row.difference.to_string(),
                behind.join("; "),
            ])?;
        }
    }
    table.finish()?;
    Ok(Exported::Written)
}

fn figures(export: &Export<'_>) -> [Column; 3] {
    ["export.shop", "export.company", "export.difference"].map(|head| Column::figures(export.words(head), 1.6))
}

/// The whole period by account.
fn accounts(days: &BTreeMap<Date, Day>, export: &Export<'_>) -> PageTable {
    let mut sums: BTreeMap<&str, (Money, Money)> = BTreeMap::new();
    for row in days.values().flat_map(|day| &day.rows) {
        let sum = sums.entry(&row.account).or_default();
        sum.0 += row.shop;
        sum.1 += row.company;
    }
    let (shop, company) = sums.values().fold((Money::ZERO, Money::ZERO), |all, sum| (all.0 + sum.0, all.1 + sum.1));
    let row = |name: &str, shop, company, style| {
        let amounts = [shop, company, company - shop].map(|amount| export.language.amount(amount));
        Row { cells: std::iter::once(name.to_owned()).chain(amounts).collect(), style }
    };
    let mut blocks: Vec<_> =
        sums.into_iter().map(|(account, (shop, company))| vec![row(account, shop, company, Style::Plain)]).collect();
    blocks.push(vec![row(&export.words("export.sum"), shop, company, Style::Sum)]);
    let mut columns = vec![Column::new(export.words("export.account"), 4.0)];
    columns.extend(figures(export));
    PageTable { heading: export.words("export.by_account"), columns, blocks }
}

/// Each day's turnover and what is wrong with it.
fn by_day(days: &BTreeMap<Date, Day>, export: &Export<'_>) -> PageTable {
    let language = export.language;
    let blocks = days
        .iter()
        .map(|(date, day)| {
            let amounts = [day.turnover(|row| row.shop), day.turnover(|row| row.company), day.difference()];
            let amounts = amounts.map(|amount| language.amount(amount));
            let style = if day.difference().is_zero() { Style::Plain } else { Style::Strong };
            vec![Row { cells: std::iter::once(language.date(*date)).chain(amounts).collect(), style }]
        })
        .collect();
    let mut columns = vec![Column::new(export.words("export.date"), 4.0)];
    columns.extend(figures(export));
    PageTable { heading: export.words("export.by_day"), columns, blocks }
}

/// The orders behind the differences, or that there are none.
fn behind(days: &BTreeMap<Date, Day>, export: &Export<'_>) -> PageTable {
    let language = export.language;
    let mut blocks = Vec::new();
    for (date, day) in days {
        for (account, order) in day.orders() {
            let amounts = [order.shop, order.company].map(|amount| language.amount(amount));
            let told = [language.date(*date), order.title.clone(), account.to_owned()];
            let cells = told.into_iter().chain(amounts).chain([reason(order, export)]).collect();
            blocks.push(vec![Row { cells, style: Style::Plain }]);
        }
    }
    if blocks.is_empty() {
        let words = Message::new("export.ties_out").text(language);
        return PageTable { heading: words, columns: Vec::new(), blocks };
    }
    let columns = vec![
        Column::new(export.words("export.date"), 1.2),
        Column::new(export.words("export.document"), 1.3),
        Column::new(export.words("export.account"), 2.2),
        Column::figures(export.words("export.shop"), 1.2),
        Column::figures(export.words("export.company"), 1.2),
        Column::new(export.words("export.cause"), 2.6),
    ];
    PageTable { heading: export.words("export.behind"), columns, blocks }
}
