//! What the window pages through, proves and exports: the same figures everywhere, and each of them once.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::{
    cell::Cell,
    collections::BTreeMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use books::{
    DocumentKind, EntryKey, EntryKind, Fact, Mapping,
    document::{Address, Order},
    mapping::Mode,
};
use jiff::{SignedDuration, Timestamp, civil::date};
use rust_decimal::Decimal;
use simulator::company::{Edition, Setup};
use store::State;
use sync::{
    Language,
    export::{Export, ExportFormat, Exported, export_entries, export_tie_out},
    history::{self, DocumentQuery, EntryQuery, UndoSelection},
    tieout::{tie_out_day, tie_out_days},
    undo::Removal,
};
use tempfile::TempDir;

use crate::support::{World, bought_by, id, mugs, paid};

const SOLD_ON: jiff::civil::Date = date(2026, 11, 20);

/// An order of Åse Ødegård's.
fn by_ase(number: u64, quantity: u32) -> Order {
    let mut order = bought_by(paid(mugs(number, quantity)), "Åse Ødegård");
    order.billing_address = Some(Address { name: "Åse Ødegård".to_owned(), ..Address::default() });
    order
}

fn query(text: &str) -> EntryQuery {
    EntryQuery { text: Some(text.to_owned()), ..EntryQuery::default() }
}

fn sales() -> EntryQuery {
    EntryQuery { kinds: vec![EntryKind::SalesReceipt, EntryKind::Invoice], ..EntryQuery::default() }
}

#[test]
fn a_sale_is_found_by_its_buyer_and_leads_to_its_document_and_back() {
    let mut world = World::new();
    world.sell(1001, &by_ase(1001, 2));
    world.sell(1002, &paid(mugs(1002, 3)));
    world.settle();
    let found = history::entries(&world.store, &EntryQuery { text: query("ødegård").text, ..sales() }, 0, 10).unwrap();
    assert_eq!((found.total, found.rows[0].title.as_str()), (1, "#1001"));
    let page = history::entry(&world.store, &EntryKey::stored(found.rows[0].key.clone())).unwrap().unwrap();
    assert_eq!((page.entry.clone(), page.member_count), (found.rows[0].clone(), 0));

    let documents = DocumentQuery { kinds: vec![DocumentKind::Order], text: Some("ØDEGÅRD".to_owned()) };
    let listed = history::documents(&world.store, &documents, 0, 10).unwrap();
    assert_eq!(listed.total, 1);
    let document = history::document(&world.store, &id("Order", 1001)).unwrap().unwrap();
    assert_eq!(document.document, listed.rows[0]);
    assert_eq!(document.versions.iter().map(|version| version.version).collect::<Vec<_>>(), [1]);
    assert_eq!(document.versions[0].raw, "{}", "word for word as the source told it");
    assert!(document.entries.iter().any(|entry| entry.key == found.rows[0].key));
    assert_eq!(history::document(&world.store, &id("Order", 9)).unwrap(), None);

    let runs = history::runs(&world.store, 0, 1).unwrap();
    assert!(runs.total >= 2, "{runs:?}");
    assert_eq!(runs.rows[0].documents, 2);
    let batch = EntryQuery { run: Some(runs.rows[0].id.clone()), ..sales() };
    assert_eq!(history::entries(&world.store, &batch, 0, 10).unwrap().total, 2);
    for number in ["", "x", "99999999999999999999"] {
        let nothing = EntryQuery { run: Some(number.to_owned()), ..EntryQuery::default() };
        assert_eq!(history::entries(&world.store, &nothing, 0, 10).unwrap().total, 0, "{number:?}");
    }
}

#[test]
fn what_the_window_undoes_is_what_it_was_shown() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 2)));
    world.settle();
    let batch = history::runs(&world.store, 0, 1).unwrap().rows[0].id.clone();
    let selection = UndoSelection::Batch(batch);
    let preview = history::undo_preview(&world.store, &selection, Removal::Void).unwrap();
    let planned = history::undo(&world.store, &selection, Removal::Void, world.now()).unwrap().unwrap();
    assert_eq!((usize::try_from(planned.ready).unwrap(), planned.held), (preview.steps.len(), 0));
    world.session();
    assert!(world.balances().is_empty(), "{:?}", world.balances());
    let nothing = UndoSelection::Batch("none".to_owned());
    assert_eq!(history::undo(&world.store, &nothing, Removal::Void, world.now()).unwrap(), None);
    let since: UndoSelection = serde_json::from_str(r#"{"since": "2026-11-20"}"#).unwrap();
    assert_eq!(since, UndoSelection::Since(SOLD_ON));
}

#[test]
fn a_day_with_many_parts_says_how_many_there_are_and_has_them_page_by_page() {
    let mut mapping = Mapping::default();
    mapping.customers.mode = Mode::Summary;
    mapping.inventory.mode = Mode::Summary;
    let mut world = World::with(Setup::new(Edition::Premier), mapping);
    world.wait(SignedDuration::from_hours(24 * 400));
    for number in 1..=103 {
        world.sell(1000 + number, &paid(mugs(1000 + number, 1)));
    }
    world.settle();
    world.session();
    let key = EntryKey::stored("day:2026-11-20/online");
    let page = history::entry(&world.store, &key).unwrap().unwrap();
    assert_eq!((page.member_count, page.action), (103, None));
    let rest = history::members(&world.store, &key, 100, 100).unwrap();
    assert_eq!((rest.rows.len(), rest.total), (3, 103));
    let day = tie_out_days(&world.store, 1, SOLD_ON).unwrap().remove(0);
    assert_eq!((day.entries, day.open), (104, 0), "the day's entry and its parts");
    assert_eq!((day.shop.as_str(), day.company.as_str(), day.difference.as_str()), ("1030.00", "1030.00", "0.00"));

    // What is in QuickBooks as a part of the day is told, and counts once.
    let folder = TempDir::new().unwrap();
    let table = csv(&world, &folder, &EntryQuery::default(), Language::En);
    let of_parts = table.iter().filter(|row| row["Part of"] == "2026-11-20/online").count();
    assert_eq!(of_parts, 2 * 103);
    assert_eq!(sum(table.iter().filter(|row| row["Part of"].is_empty()), "Debit"), Decimal::from(1030));
}

#[test]
fn a_chart_of_days_is_green_only_where_every_order_ties_out_on_every_account() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 2)));
    world.sell(1002, &paid(mugs(1002, 3)));
    world.settle();
    let today = date(2026, 11, 22);
    let days = tie_out_days(&world.store, 30, today).unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!((days[0].date.as_str(), days[29].date.as_str()), ("2026-10-24", "2026-11-22"));
    let sold = &days[27];
    assert_eq!(sold.date, "2026-11-20");
    assert_eq!((sold.shop.as_str(), sold.company.as_str(), sold.difference.as_str()), ("50.00", "50.00", "0.00"));
    assert!(sold.entries >= 2 && sold.open == 0, "{sold:?}");
    for (place, day) in days.iter().enumerate().filter(|(place, _)| *place != 27) {
        assert_eq!((day.shop.as_str(), day.company.as_str(), day.entries), ("0.00", "0.00", 0), "{place}");
    }
    let whole = tie_out_day(&world.store, SOLD_ON).unwrap();
    assert!(whole.orders.is_empty() && whole.rows.iter().all(|row| row.difference == "0.00"), "{whole:?}");

    // One more that is not posted yet.
    world.sell(1003, &paid(mugs(1003, 4)));
    world.pull();
    let sold = tie_out_days(&world.store, 1, SOLD_ON).unwrap().remove(0);
    assert_eq!((sold.shop.as_str(), sold.company.as_str(), sold.difference.as_str()), ("90.00", "50.00", "40.00"));
    assert_eq!(sold.open, 1);
    let whole = tie_out_day(&world.store, SOLD_ON).unwrap();
    assert!(whole.orders.iter().all(|order| order.title == "#1003" && order.cause.code == "tieout.not_posted"));
    assert_eq!(whole.orders.len(), 2, "the income, and where the money went");
    assert!(tie_out_days(&world.store, 0, SOLD_ON).unwrap().is_empty());
}

#[test]
fn before_the_shop_was_read_there_are_days_without_figures() {
    let folder = TempDir::new().unwrap();
    let store = store::Store::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap().store;
    let days = tie_out_days(&store, 3, SOLD_ON).unwrap();
    assert_eq!(days.iter().map(|day| day.difference.as_str()).collect::<Vec<_>>(), ["0.00"; 3]);
    assert!(tie_out_day(&store, SOLD_ON).unwrap().rows.is_empty());
}

fn go_on(_: u32, _: u32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn export(format: ExportFormat, language: Language) -> Export<'static> {
    Export { format, language, now: "2026-11-27T15:30:00Z".parse().unwrap(), progress: &go_on }
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap_or_else(|| panic!("Excel does not know that it is UTF-8"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn csv(world: &World, folder: &TempDir, query: &EntryQuery, language: Language) -> Vec<BTreeMap<String, String>> {
    let to: PathBuf = folder.path().join("entries.csv");
    let ended = export_entries(&world.store, query, &export(ExportFormat::Csv, language), &to).unwrap();
    assert_eq!(ended, Exported::Written);
    rows(&to)
}

fn sum<'a>(rows: impl Iterator<Item = &'a BTreeMap<String, String>>, column: &str) -> Decimal {
    rows.map(|row| row[column].parse::<Decimal>().unwrap_or_default()).sum()
}

#[test]
fn the_accountants_table_has_every_posting_and_balances() {
    let mut world = World::new();
    let mut order = bought_by(paid(mugs(1001, 2)), "=cmd|' /C calc'!A0");
    order.customer = Some(id("Customer", 8));
    world.sell(1001, &order);
    world.sell(1002, &by_ase(1002, 3));
    world.settle();
    let folder = TempDir::new().unwrap();
    let table = csv(&world, &folder, &EntryQuery::default(), Language::En);
    assert_eq!(sum(table.iter(), "Debit"), Decimal::from(50));
    assert_eq!(sum(table.iter(), "Credit"), Decimal::from(50));
    let of_ase = table.iter().find(|row| row["Document"] == "#1002" && !row["Credit"].is_empty()).unwrap();
    assert_eq!((of_ase["Date"].as_str(), of_ase["Type"].as_str()), ("2026-11-20", "Sales receipt"));
    assert_eq!((of_ase["Credit"].as_str(), of_ase["Status"].as_str()), ("30.00", "posted"));
    assert!(of_ase["Customer or vendor"].contains("Ødegård"), "{of_ase:?}");
    assert!(!of_ase["QuickBooks ID"].is_empty());
    let harm = table.iter().flat_map(BTreeMap::values).filter(|cell| cell.starts_with(['=', '+', '@', '\t']));
    assert_eq!(harm.count(), 0, "a buyer's name must not be computed");
    assert!(table.iter().all(|row| row["Type"] != "Customer"), "objects of lists have no postings");

    let of_customers = EntryQuery { kinds: vec![EntryKind::Customer], ..EntryQuery::default() };
    assert!(!csv(&world, &folder, &of_customers, Language::En).is_empty(), "unless they are asked for");
    let norwegian = csv(&world, &folder, &query("ødegård"), Language::Nb);
    assert_eq!(sum(norwegian.iter(), "Debet"), Decimal::from(30));
    assert!(norwegian.iter().all(|row| row["Status"] == "bokført"));
}

#[test]
fn pages_are_a_whole_pdf_and_an_export_that_is_broken_off_leaves_no_file() {
    let mut world = World::new();
    for number in 1001..1020 {
        world.sell(number, &by_ase(number, 2));
    }
    world.settle();
    let folder = TempDir::new().unwrap();
    let to = folder.path().join("Poster.pdf");
    let ended = export_entries(&world.store, &EntryQuery::default(), &export(ExportFormat::Pdf, Language::Nb), &to);
    assert_eq!(ended.unwrap(), Exported::Written);
    let pages = std::fs::read(&to).unwrap();
    assert!(pages.starts_with(b"%PDF-") && pages.trim_ascii_end().ends_with(b"%%EOF"));
    let tie_out = folder.path().join("Avstemming.pdf");
    let period = (SOLD_ON, date(2026, 11, 22));
    let ended = export_tie_out(&world.store, period, &export(ExportFormat::Pdf, Language::Nb), &tie_out).unwrap();
    assert_eq!(ended, Exported::Written);

    for format in [ExportFormat::Csv, ExportFormat::Pdf] {
        let asked = Cell::new(0);
        let progress = |done: u32, total: u32| {
            assert!(done < total);
            asked.set(asked.get() + 1);
            if done == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let export = Export { progress: &progress, ..export(format, Language::En) };
        let to = folder.path().join("broken.off");
        let ended = export_entries(&world.store, &EntryQuery::default(), &export, &to).unwrap();
        assert_eq!((ended, asked.get()), (Exported::Cancelled, 4));
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|item| item.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    let nowhere = folder.path().join("no/such/folder/x.csv");
    let error = export_entries(&world.store, &sales(), &export(ExportFormat::Csv, Language::En), &nowhere).unwrap_err();
    assert_eq!(error.message.code, "export.not_written");
}

#[test]
fn the_exported_tie_out_names_the_orders_behind_each_difference() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 2)));
    world.settle();
    world.sell(1002, &paid(mugs(1002, 3)));
    world.tell(id("Location", 1), Fact::Location(books::document::Location { name: "Oslo".into(), active: true }));
    world.pull();
    assert_eq!(world.entries(State::Ready).iter().filter(|row| !row.kind.is_list()).count(), 1);
    let folder = TempDir::new().unwrap();
    let to = folder.path().join("tieout.csv");
    let period = (SOLD_ON, SOLD_ON);
    let ended = export_tie_out(&world.store, period, &export(ExportFormat::Csv, Language::En), &to).unwrap();
    assert_eq!(ended, Exported::Written);
    let table = rows(&to);
    assert_eq!(table.len(), 2);
    for row in &table {
        assert_eq!(row["Orders behind the differences"], "#1002 (not in QuickBooks yet)");
        assert_eq!(row["Date"], "2026-11-20");
    }
    assert_eq!(sum(table.iter(), "Difference"), Decimal::ZERO);
    let sales = table.iter().find(|row| row["Account"] == "Merchandise Sales").unwrap();
    assert_eq!(
        (sales["Shop"].as_str(), sales["Company file"].as_str(), sales["Difference"].as_str()),
        ("-50.00", "-20.00", "30.00")
    );
}

#[test]
fn an_export_that_is_killed_leaves_the_file_of_before_as_it_was() {
    const FOLDER: &str = "EXPORT_TEST_KILLED";
    let end = |_: u32, _: u32| -> ControlFlow<()> { std::process::abort() };
    let write = |data: &Path, format, progress: &dyn Fn(u32, u32) -> ControlFlow<()>| {
        let store = store::Store::read_only(data).unwrap();
        let how = Export { progress, ..export(format, Language::En) };
        let name = if format == ExportFormat::Csv { "entries.csv" } else { "entries.pdf" };
        export_entries(&store, &EntryQuery::default(), &how, &data.join(name)).unwrap()
    };
    let formats = [ExportFormat::Csv, ExportFormat::Pdf];
    if let Some(folder) = std::env::var_os(FOLDER) {
        // The process that is killed, with something written already.
        let format = formats[usize::from(std::env::var_os("EXPORT_TEST_PDF").is_some())];
        let _ = write(Path::new(&folder), format, &end);
        return;
    }
    let mut world = World::new();
    for number in 1001..1006 {
        world.sell(number, &by_ase(number, 1));
    }
    world.settle();
    for (format, name) in formats.into_iter().zip(["entries.csv", "entries.pdf"]) {
        assert_eq!(write(&world.data(), format, &go_on), Exported::Written);
        let before = std::fs::read(world.data().join(name)).unwrap();
        let mut killed = std::process::Command::new(std::env::current_exe().unwrap());
        killed.args(["--exact", "an_export_that_is_killed_leaves_the_file_of_before_as_it_was"]);
        killed.env(FOLDER, world.data());
        if format == ExportFormat::Pdf {
            killed.env("EXPORT_TEST_PDF", "1");
        }
        assert!(!killed.output().unwrap().status.success(), "it was not killed");
        assert_eq!(std::fs::read(world.data().join(name)).unwrap(), before);
        assert_eq!(write(&world.data(), format, &go_on), Exported::Written, "it can be written again");
    }
}
