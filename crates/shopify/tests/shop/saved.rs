//! What merchants saved of Stocky: read whole or not at all, and the same documents as from the API.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use books::Document;
use shopify::stocky::{ArchiveError, Saved, fingerprint, read_saved};
use simulator::stocky::{Stocky, pack};

use crate::{
    purchases::received,
    stocky::{simulated, zone},
};

/// Files of an archive: name and content.
type Files = Vec<(String, String)>;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn read(&self) -> Result<Saved, ArchiveError> {
        read(self.0.path())
    }
}

fn read(place: &Path) -> Result<Saved, ArchiveError> {
    read_saved(place, &"harbour-and-pine".parse().unwrap(), &zone())
}

fn by_id(saved: &Saved) -> BTreeMap<&str, &Document> {
    saved.documents.iter().map(|pulled| (pulled.document.id.as_str(), &pulled.document)).collect()
}

fn unpacked(archive: &[u8]) -> Files {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
        files.push((entry.name().unwrap().into_owned(), text));
    }
    files
}

fn pages(stocky: &Stocky, folder: &Folder) {
    for list in ["purchase_orders", "suppliers", "stock_adjustments", "stock_adjustment_items", "tax_types"] {
        folder.put(&format!("{list}-1.json"), stocky.page(list).unwrap());
    }
}

#[test]
fn pages_and_archives_tell_the_same_documents() {
    let stocky = simulated(300);
    let (one, other, third) = (Folder::new(), Folder::new(), Folder::new());
    pages(&stocky, &one);
    other.put("stocky.zip", stocky.archive());
    for (name, content) in unpacked(&stocky.archive()) {
        third.put(&name, content);
    }
    let (one, other, third) = (one.read().unwrap(), other.read().unwrap(), third.read().unwrap());
    let own = stocky.purchasing();
    assert_eq!(one.documents.len(), own.orders.len() + own.suppliers.len() + own.adjustments.len());
    assert_eq!(by_id(&one), by_id(&other));
    assert_eq!(by_id(&one), by_id(&third));
}

#[test]
fn tables_tell_what_came_with_commas_and_semicolons() {
    let stocky = simulated(300);
    let own = stocky.purchasing();
    let names: BTreeMap<u32, String> = own.orders.iter().map(|o| (o.number, o.name())).collect();
    let expected: BTreeMap<_, _> =
        own.received_value().into_iter().map(|((order, day), value)| ((names[&order].clone(), day), value)).collect();
    let mut told = Vec::new();
    for separator in [b',', b';'] {
        let folder = Folder::new();
        folder.put("orders.csv", stocky.table(separator));
        let saved = folder.read().unwrap();
        let documents: Vec<Document> = saved.documents.into_iter().map(|pulled| pulled.document).collect();
        let orders: Vec<_> = documents
            .iter()
            .map(|document| match &document.fact {
                books::Fact::PurchaseOrder(order) => &**order,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(orders.len(), own.orders.len());
        assert_eq!(received(&orders), expected);
        assert!(documents.iter().all(|document| document.id.as_str().starts_with("stocky:PurchaseOrder/no.")));
        told.push(documents);
    }
    assert_eq!(told[0], told[1]);
}

#[test]
fn an_order_that_is_in_the_archive_is_not_told_again_from_a_table() {
    let stocky = simulated(300);
    let folder = Folder::new();
    folder.put("stocky.zip", stocky.archive());
    let alone = folder.read().unwrap().documents.len();
    folder.put("orders.csv", stocky.table(b','));
    assert_eq!(folder.read().unwrap().documents.len(), alone);
}

#[test]
fn an_altered_cut_or_foreign_archive_is_named_and_nothing_of_it_is_taken() {
    let stocky = simulated(100);
    let archive = stocky.archive();
    let refused = |change: &dyn Fn(&mut Files)| {
        let folder = Folder::new();
        let mut files = unpacked(&archive);
        change(&mut files);
        let zip = folder.put("stocky.zip", pack(&files));
        let error = read(&zip).unwrap_err();
        (error.to_string(), error)
    };
    let at = |files: &[(String, String)], name: &str| files.iter().position(|(known, _)| known == name).unwrap();
    let page = "raw/purchase_orders/page-0001.json";

    let (words, error) = refused(&|files| {
        let place = at(files, page);
        files[place].1 = files[place].1.replacen("North Quay", "South Quay", 1);
    });
    assert!(matches!(error, ArchiveError::Damaged { .. }) && words.contains(page), "{words}");
    let (words, _) = refused(&|files| {
        let place = at(files, page);
        files.remove(place);
    });
    assert!(words.contains(page) && words.contains("missing"), "{words}");
    let (words, _) = refused(&|files| files.push(("raw/suppliers/page-0009.json".into(), "{}".into())));
    assert!(words.contains("page-0009"), "{words}");
    let (words, _) = refused(&|files| {
        let place = at(files, "checksums.sha256");
        files.remove(place);
    });
    assert!(words.contains("checksums.sha256"), "{words}");

    let folder = Folder::new();
    let cut = folder.put("stocky.zip", &archive[..archive.len() / 2]);
    assert!(matches!(read(&cut), Err(ArchiveError::Damaged { file, .. }) if file == "stocky.zip"));
    stocky.change(|settings| settings.shop = "another.myshopify.com".into());
    let other = folder.put("stocky.zip", stocky.archive());
    assert!(matches!(read(&other), Err(ArchiveError::OtherShop { shop, .. }) if shop == "another.myshopify.com"));
}

#[test]
fn an_archive_that_leads_out_of_itself_is_not_unpacked() {
    for name in ["../evil.json", "/etc/evil.json", "raw/../../evil.json", "C:/evil.json", "raw\\evil.json"] {
        let folder = Folder::new();
        let zip = folder.put("stocky.zip", pack(&[(name.to_owned(), "{}".to_owned())]));
        assert!(matches!(read(&zip), Err(ArchiveError::Unsafe { .. })), "{name}");
    }
}

#[test]
fn an_archive_that_was_not_made_whole_says_which_lists_it_lacks() {
    let folder = Folder::new();
    let stocky = simulated(100);
    let mut files = unpacked(&stocky.archive());
    let place = files.iter().position(|(name, _)| name == "manifest.json").unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&files[place].1).unwrap();
    manifest["status"] = "incomplete".into();
    manifest["resources"]["stock_adjustments"]["status"] = "incomplete".into();
    files[place].1 = manifest.to_string();
    for (name, content) in &files {
        folder.put(name, content);
    }
    // Its checksum is another one now.
    assert!(matches!(folder.read(), Err(ArchiveError::Damaged { file, .. }) if file.ends_with("manifest.json")));
    let sums = files.iter().position(|(name, _)| name == "checksums.sha256").unwrap();
    let lines: Vec<String> = files[sums]
        .1
        .lines()
        .map(|line| {
            let sum = books::ContentHash::of(files[place].1.as_bytes());
            if line.ends_with("manifest.json") { format!("{}  manifest.json", sum.as_str()) } else { line.to_owned() }
        })
        .collect();
    folder.put("checksums.sha256", lines.join("\n"));
    assert_eq!(folder.read().unwrap().incomplete, ["stock_adjustments"]);
}

#[test]
fn a_row_that_can_not_be_read_in_one_way_is_named_and_nothing_is_taken() {
    let head = "PO Number,Supplier,Currency,Ordered At,SKU,Quantity,Cost\n1001,Pine,USD,2026-03-01,A,2,5.00\n";
    for (row, words) in [
        ("1002,Pine,USD,2026-03-02,B,2,\"1,234\"", "1,234 is no amount"),
        ("1002,Pine,USD,03/04/2026,B,2,5.00", "could be two dates"),
        ("1002,Pine,USD,2026-03-02,B,two,5.00", "no whole number"),
        ("1002,Pine,USD,2026-13-02,B,2,5.00", "no date"),
        ("1002,Pine,USD,,B,2,5.00", "when it was ordered"),
        ("1002,,USD,2026-03-02,B,2,5.00", "the supplier is missing"),
        ("1001,Oak,USD,2026-03-01,B,2,5.00", "contradicts"),
        ("1002,Pine,USD,2026-03-02,B,2", "7"),
    ] {
        let folder = Folder::new();
        folder.put("orders.csv", format!("{head}{row}\n"));
        let error = folder.read().unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(matches!(error, ArchiveError::Row { line: 3, .. }), "{error:?}");
    }
    let folder = Folder::new();
    folder.put("orders.csv", "Name,Age\nAda,36\n");
    assert!(matches!(folder.read(), Err(ArchiveError::Row { line: 1, .. })));
    let folder = Folder::new();
    folder.put("orders.csv", b"PO Number,Supplier,Currency,Quantity\n1,S\xe6be,USD,1\n");
    assert!(matches!(folder.read(), Err(ArchiveError::Row { line: 2, .. })));
}

#[test]
fn dates_with_slashes_are_read_as_the_rest_of_the_table_shows() {
    for (proof, expected) in [("25/03/2026", "2026-04-03"), ("03/25/2026", "2026-03-04")] {
        let folder = Folder::new();
        let rows = format!(
            "PO Number;Supplier;Currency;Ordered At;Quantity\n1;Pine;USD;03/04/2026;1\n2;Pine;USD;{proof} 10:30;1\n"
        );
        folder.put("orders.csv", rows);
        let saved = folder.read().unwrap();
        let books::Fact::PurchaseOrder(order) = &saved.documents[0].document.fact else { panic!() };
        let day = order.ordered_at.unwrap().to_zoned(zone()).date();
        assert_eq!(day.to_string(), expected);
    }
}

#[test]
fn a_place_without_anything_of_stocky_s_says_so_and_a_change_is_noticed() {
    let folder = Folder::new();
    assert!(matches!(folder.read(), Err(ArchiveError::Unknown { .. })));
    assert!(matches!(read(&folder.0.path().join("none")), Err(ArchiveError::Missing { .. })));
    let file = folder.put("page.json", r#"{"products":[]}"#);
    assert!(matches!(folder.read(), Err(ArchiveError::Unknown { file }) if file == "page.json"));
    let before = fingerprint(&file).unwrap();
    folder.put("page.json", r#"{"suppliers":[]}"#);
    assert_ne!(fingerprint(&file).unwrap(), before);
    assert_eq!(folder.read().unwrap().documents.len(), 0);
    folder.put("page.json", r#"{"suppliers":[{"id":1,"name":"P"#);
    assert!(matches!(folder.read(), Err(ArchiveError::Damaged { file, .. }) if file == "page.json"));
}
