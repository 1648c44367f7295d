//! What merchants saved of Stocky: the archive of the tool stocky-rescue (version 1), and the table of purchase orders.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use rust_decimal::Decimal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::purchasing::Purchasing;

use super::records;

/// The lists that the tool saved: not the transfers.
const SAVED: [&str; 5] = ["purchase_orders", "suppliers", "stock_adjustments", "stock_adjustment_items", "tax_types"];

fn cell(value: &Value, separator: char) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.strip_prefix('#').unwrap_or(text).to_owned(),
        other => other.to_string(),
    };
    if text.contains(['"', '\n', separator]) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// One of the archive's own tables, which nobody needs who has the pages.
fn normalized(records: &[Value], columns: &[&str]) -> String {
    let mut text = format!("{}\n", columns.join(","));
    for record in records {
        let cells: Vec<String> = columns.iter().map(|column| cell(&record[*column], ',')).collect();
        let _ = writeln!(text, "{}", cells.join(","));
    }
    text
}

pub(crate) fn archive(purchasing: &Purchasing, shop: &str) -> Vec<u8> {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut resources = serde_json::Map::new();
    for list in SAVED {
        let records = records::list(purchasing, list).unwrap_or_default();
        let pages: Vec<&[Value]> = if records.is_empty() { vec![&[]] } else { records.chunks(250).collect() };
        for (n, page) in (1..).zip(&pages) {
            files.push((format!("raw/{list}/page-{n:04}.json"), records::body(list, page)));
        }
        let about = json!({
            "endpoint": format!("/api/v2/{list}.json"), "status": "complete", "page_count": pages.len(),
            "record_count": records.len(), "failures": [],
        });
        resources.insert(list.to_owned(), about);
        files.push((format!("normalized/{list}.csv"), normalized(&records, &["id", "created_at", "updated_at"])));
    }
    let manifest = json!({
        "schema_version": "stocky-rescue-archive/v1",
        "exporter": {"name": "Stocky Rescue", "version": "0.1.0"},
        "status": "complete",
        "exported_at": "2026-08-30T01:02:03.000Z",
        "shop_domain": shop,
        "source": {"origin": "https://stocky.shopifyapps.com", "api_version": "v2"},
        "resources": resources,
        "failures": [],
        "files": [],
    });
    files.push(("manifest.json".to_owned(), manifest.to_string()));
    let mut sums = String::new();
    for (name, content) in &files {
        let sum = Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let _ = writeln!(sums, "{sum}  {name}");
    }
    files.push(("checksums.sha256".to_owned(), sums));
    pack(&files)
}

/// Packs files into a ZIP archive.
pub fn pack(files: &[(String, String)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        // Writing into memory does not fail.
        let _ = writer.start_file(name.as_str(), SimpleFileOptions::default());
        let _ = writer.write_all(content.as_bytes());
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// One row for each item. With semicolons amounts have a decimal comma, as spreadsheets of such countries write them.
pub(crate) fn table(purchasing: &Purchasing, separator: char) -> String {
    let heads = [
        "PO Number",
        "Supplier",
        "Invoice Number",
        "Status",
        "Created At",
        "Ordered At",
        "Expected On",
        "Currency",
        "Inventory Item ID",
        "SKU",
        "Product",
        "Variant",
        "Quantity",
        "Received At",
        "Cost Price",
        "Shipping",
        "Adjustments",
    ];
    let mut text = format!("\u{feff}{}\r\n", heads.join(&separator.to_string()));
    let amount = |amount: Decimal| {
        let plain = format!("{amount:.2}");
        Value::String(if separator == ';' { plain.replace('.', ",") } else { plain })
    };
    for order in records::list(purchasing, "purchase_orders").unwrap_or_default() {
        let decimal = |value: &Value| -> Option<Decimal> { value.as_str()?.trim_start_matches('#').parse().ok() };
        for item in order["purchase_items"].as_array().into_iter().flatten() {
            let cost = decimal(&item["supplier_cost_price"]).map_or(Value::Null, amount);
            let row = [
                order["number"].clone(),
                order["supplier_name"].clone(),
                order["invoice_number"].clone(),
                item["status"].clone(),
                order["created_at"].clone(),
                order["ordered_at"].clone(),
                order["expected_on"].clone(),
                order["currency"].clone(),
                item["inventory_item_id"].clone(),
                item["sku"].clone(),
                item["product_title"].clone(),
                item["variant_title"].clone(),
                item["quantity"].clone(),
                item["received_at"].clone(),
                cost,
                decimal(&order["shipping"]).map_or(Value::Null, amount),
                decimal(&order["adjustments"]).map_or(Value::Null, amount),
            ];
            let cells: Vec<String> = row.iter().map(|value| cell(value, separator)).collect();
            let _ = write!(text, "{}\r\n", cells.join(&separator.to_string()));
        }
    }
    text
}
