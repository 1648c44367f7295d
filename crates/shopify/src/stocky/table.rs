//! Stocky's tables of purchase orders (CSV): one row for each line of an order.
//!
//! No two versions of Stocky, and no two spreadsheets, write the same columns: they are found by their names. A value that
//! could mean two things is refused with its line, and then nothing of the table is taken.

use std::collections::BTreeMap;

use books::{
    document::{
        Document, DocumentId, Fact, GoodsReceipt, PurchaseCharge, PurchaseChargeKind, PurchaseLine, PurchaseOrder,
        PurchaseState, ReceivedLine,
    },
    money::{Currency, Money},
};
use csv::{ReaderBuilder, StringRecord};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use rust_decimal::Decimal;

use super::archive::ArchiveError;
use crate::feed::Pulled;

/// What a column tells, and the names under which it is known: letters and digits only, in small letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Number,
    Supplier,
    Invoice,
    Status,
    Created,
    Ordered,
    Expected,
    Due,
    Currency,
    Item,
    Sku,
    Product,
    Variant,
    Quantity,
    Received,
    ReceivedAt,
    Cost,
    Shipping,
    Adjustments,
}

const NAMES: [(Column, &[&str]); 19] = [
    (Column::Number, &["ponumber", "purchaseorder", "purchaseordernumber", "number", "po"]),
    (Column::Supplier, &["supplier", "suppliername", "vendor", "vendorname"]),
    (Column::Invoice, &["invoicenumber", "supplierinvoice", "invoice"]),
    (Column::Status, &["status", "itemstatus"]),
    (Column::Created, &["createdat", "created", "createdon", "datecreated"]),
    (Column::Ordered, &["orderedat", "ordered", "orderedon", "orderdate", "dateordered"]),
    (Column::Expected, &["expectedon", "expected", "expectedat", "expecteddate"]),
    (Column::Due, &["paymentdueon", "paymentdue", "duedate"]),
    (Column::Currency, &["currency", "currencycode"]),
    (Column::Item, &["inventoryitemid"]),
    (Column::Sku, &["sku", "variantsku"]),
    (Column::Product, &["producttitle", "product", "productname", "title"]),
    (Column::Variant, &["varianttitle", "variant", "variantname"]),
    (Column::Quantity, &["quantity", "qty", "quantityordered", "qtyordered", "orderedquantity"]),
    (Column::Received, &["quantityreceived", "qtyreceived", "receivedquantity", "receivedqty"]),
    (Column::ReceivedAt, &["receivedat", "received", "receivedon", "datereceived", "receiveddate"]),
    (Column::Cost, &["suppliercostprice", "costprice", "unitcost", "cost"]),
    (Column::Shipping, &["shipping", "shippingcost", "freight"]),
    (Column::Adjustments, &["adjustments", "adjustment"]),
];

const NEEDED: [(Column, &str); 4] = [
    (Column::Number, "the number of the order"),
    (Column::Supplier, "the supplier"),
    (Column::Quantity, "the quantity"),
    (Column::Currency, "the currency"),
];

/// Whether days or months come first in dates with slashes: a table is written in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    Day,
    Month,
}

struct Row {
    line: u64,
    cells: BTreeMap<Column, String>,
    raw: String,
}

struct Table<'t> {
    file: &'t str,
    zone: &'t TimeZone,
    first: Option<First>,
}

/// Reads a table. The orders are told as things older than whatever else is known of them: they say less.
pub(super) fn purchase_orders(file: &str, content: &[u8], zone: &TimeZone) -> Result<Vec<Pulled>, ArchiveError> {
    let rows = rows(file, content)?;
    let mut table = Table { file, zone, first: None };
    table.first = table.written(&rows)?;
    let mut orders: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in &rows {
        orders.entry(table.needed(row, Column::Number)?).or_default().push(row);
    }
    let order = |(number, rows): (String, Vec<&Row>)| table.order(number, rows[0], &rows);
    orders.into_iter().map(order).collect()
}

fn rows(file: &str, content: &[u8]) -> Result<Vec<Row>, ArchiveError> {
    let refuse = |line: u64, problem: String| ArchiveError::Row { file: file.to_owned(), line, problem };
    let text = std::str::from_utf8(content).map_err(|error| {
        let line = content[..error.valid_up_to()].split(|byte| *byte == b'\n').count() as u64;
        refuse(line, "it is not UTF-8; save the table as \"CSV UTF-8\"".into())
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    let separator = [b';', b'\t', b','].into_iter().max_by_key(|one| head.bytes().filter(|byte| byte == one).count());
    let mut reader = ReaderBuilder::new().delimiter(separator.unwrap_or(b',')).from_reader(text.as_bytes());
    let unreadable = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        refuse(line, error.to_string())
    };
    let mut columns: Vec<Option<Column>> = Vec::new();
    for heading in reader.headers().map_err(unreadable)? {
        let name: String = heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let column = NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column);
        if column.is_some() && columns.contains(&column) {
            return Err(refuse(1, format!("there is a second column like {heading:?}")));
        }
        columns.push(column);
    }
    if let Some((_, what)) = NEEDED.iter().find(|(needed, _)| !columns.contains(&Some(*needed))) {
        return Err(refuse(1, format!("no column tells {what}")));
    }
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(unreadable)? {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = record.position().map_or(1, csv::Position::line);
        let cells = columns.iter().zip(&record).filter_map(|(column, cell)| {
            let cell = cell.trim();
            // An apostrophe keeps a spreadsheet from taking a text for a formula.
            let cell = cell.strip_prefix('\'').unwrap_or(cell);
            column.filter(|_| !cell.is_empty()).map(|column| (column, cell.to_owned()))
        });
        let raw = serde_json::to_string(&record.iter().collect::<Vec<_>>()).unwrap_or_default();
        rows.push(Row { line, cells: cells.collect(), raw });
    }
    Ok(rows)
}

/// Day, month and year of a date with slashes, as they stand, with what follows.
fn slashes(text: &str) -> Option<(i8, i8, i16, &str)> {
    let (date, time) = text.split_once(' ').unwrap_or((text, ""));
    let mut parts = date.split('/');
    let (one, two, year) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some((one, two, year, time))
}

impl Table<'_> {
    #[allow(clippy::needless_pass_by_value)] // callers give words as they have them, owned or borrowed
    fn refuse(&self, row: &Row, problem: impl ToString) -> ArchiveError {
        ArchiveError::Row { file: self.file.to_owned(), line: row.line, problem: problem.to_string() }
    }

    fn needed(&self, row: &Row, column: Column) -> Result<String, ArchiveError> {
        let what = NEEDED.iter().find(|(needed, _)| *needed == column).map_or("a value", |(_, what)| what);
        row.cells.get(&column).cloned().ok_or_else(|| self.refuse(row, format!("{what} is missing")))
    }

    /// How dates with slashes are written, as far as one of them can only be read in one way.
    fn written(&self, rows: &[Row]) -> Result<Option<First>, ArchiveError> {
        let mut known = None;
        for row in rows {
            for text in row.cells.iter().filter(|(column, _)| is_date(**column)).map(|(_, text)| text) {
                let first = match slashes(text) {
                    Some((13.., ..)) => First::Day,
                    Some((_, 13.., ..)) => First::Month,
                    _ => continue,
                };
                if known.is_some_and(|known| known != first) {
                    return Err(
                        self.refuse(row, format!("the date {text} is written in another way than those before"))
                    );
                }
                known = Some(first);
            }
        }
        Ok(known)
    }

    fn time(&self, row: &Row, column: Column) -> Result<Option<Timestamp>, ArchiveError> {
        let Some(text) = row.cells.get(&column) else { return Ok(None) };
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(Some(moment));
        }
        let no_date = || self.refuse(row, format!("{text} is no date"));
        let local = match (text.parse::<DateTime>(), slashes(text)) {
            (Ok(local), _) => local,
            (_, Some((one, two, year, time))) => {
                let (day, month) = match self.first {
                    Some(First::Month) => (two, one),
                    Some(First::Day) => (one, two),
                    None if one == two => (one, two),
                    None => {
                        let problem = format!("{text} could be two dates; write it as {year:04}-MM-DD");
                        return Err(self.refuse(row, problem));
                    }
                };
                let date = Date::new(year, month, day).map_err(|_| no_date())?;
                let time = if time.is_empty() { Time::midnight() } else { time.parse().map_err(|_| no_date())? };
                date.to_datetime(time)
            }
            _ => return Err(no_date()),
        };
        local.to_zoned(self.zone.clone()).map(|zoned| Some(zoned.timestamp())).map_err(|_| no_date())
    }

    fn date(&self, row: &Row, column: Column) -> Result<Option<Date>, ArchiveError> {
        Ok(self.time(row, column)?.map(|time| time.to_zoned(self.zone.clone()).date()))
    }

    fn amount(&self, row: &Row, column: Column) -> Result<Option<Money>, ArchiveError> {
        let Some(text) = row.cells.get(&column) else { return Ok(None) };
        let amount = plain(text).ok_or_else(|| {
            self.refuse(row, format!("{text} is no amount that could be read in one way only; write it as 1234.56"))
        })?;
        Ok(Some(Money::new(amount.normalize())))
    }

    fn count(&self, row: &Row, column: Column) -> Result<Option<u32>, ArchiveError> {
        let Some(text) = row.cells.get(&column) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.refuse(row, format!("{text} is no whole number")))
    }

    /// What all rows of an order must say alike.
    fn head<T: PartialEq>(
        &self,
        rows: &[&Row],
        read: impl Fn(&Row) -> Result<Option<T>, ArchiveError>,
    ) -> Result<Option<T>, ArchiveError> {
        let mut told = None;
        for row in rows {
            match (read(row)?, &told) {
                (Some(value), Some(known)) if value != *known => {
                    return Err(self.refuse(row, "it contradicts another row of the same order"));
                }
                (Some(value), None) => told = Some(value),
                _ => {}
            }
        }
        Ok(told)
    }

    fn order(&self, number: String, first: &Row, rows: &[&Row]) -> Result<Pulled, ArchiveError> {
        let id = DocumentId::new(format!("stocky:PurchaseOrder/no.{number}"));
        let text = |column: Column| self.head(rows, |row| Ok(row.cells.get(&column).cloned()));
        let created = self.head(rows, |row| self.time(row, Column::Created))?;
        let ordered = self.head(rows, |row| self.time(row, Column::Ordered))?;
        let Some(created_at) = created.or(ordered) else {
            return Err(self.refuse(first, "no date tells when it was ordered"));
        };
        let mut lines = Vec::new();
        let mut came: BTreeMap<Timestamp, Vec<ReceivedLine>> = BTreeMap::new();
        let mut left = 0;
        let mut some_came = false;
        for (place, row) in (1..).zip(rows) {
            let line = DocumentId::new(format!("{id}/line/{place}"));
            let quantity =
                self.count(row, Column::Quantity)?.ok_or_else(|| self.refuse(row, "the quantity is missing"))?;
            let status = row.cells.get(&Column::Status).map(|status| status.to_lowercase());
            let whole = status.is_some_and(|status| status == "delivered" || status == "received");
            let received = self.count(row, Column::Received)?.unwrap_or(if whole { quantity } else { 0 });
            left += quantity.saturating_sub(received);
            some_came |= received > 0;
            if let (Some(at), true) = (self.time(row, Column::ReceivedAt)?, received > 0) {
                let received = ReceivedLine { line: line.clone(), accepted: received, rejected: 0 };
                came.entry(at).or_default().push(received);
            }
            let item = row.cells.get(&Column::Item);
            let item = item.map(|number| number.parse::<u64>()).transpose();
            let item = item.map_err(|_| self.refuse(row, "the inventory item id is no number"))?;
            let cell = |column: Column| row.cells.get(&column).cloned();
            let title = cell(Column::Product).unwrap_or_default();
            let variant =
                cell(Column::Variant).filter(|variant| !["Default Title", "Default"].contains(&variant.as_str()));
            lines.push(PurchaseLine {
                id: line,
                item: item.map(|number| DocumentId::new(format!("gid://shopify/InventoryItem/{number}"))),
                sku: cell(Column::Sku),
                title: variant.map_or_else(|| title.clone(), |variant| format!("{title} - {variant}")),
                quantity,
                unit_cost: self.amount(row, Column::Cost)?,
                tax: Money::ZERO,
            });
        }
        let charge = |word: &str, kind, title: &str, amount: Option<Money>| PurchaseCharge {
            id: DocumentId::new(format!("{id}/{word}")),
            kind,
            title: title.to_owned(),
            amount: amount.unwrap_or_default(),
        };
        let shipping = self.head(rows, |row| self.amount(row, Column::Shipping))?;
        let adjustments = self.head(rows, |row| self.amount(row, Column::Adjustments))?;
        let charges = [
            charge("shipping", PurchaseChargeKind::Freight, "Shipping", shipping),
            charge("adjustments", PurchaseChargeKind::Adjustment, "Adjustments", adjustments),
        ];
        let state = match ordered {
            _ if some_came && left == 0 => PurchaseState::Received,
            _ if some_came => PurchaseState::PartlyReceived,
            Some(_) => PurchaseState::Ordered,
            None => PurchaseState::Draft,
        };
        let receipts = came
            .into_iter()
            .map(|(at, lines)| GoodsReceipt { id: DocumentId::new(format!("{id}/receipt/{at}")), at, lines })
            .collect();
        let order = PurchaseOrder {
            number,
            supplier: None,
            supplier_name: self.needed(first, Column::Supplier)?,
            supplier_invoice: text(Column::Invoice)?,
            state,
            currency: Currency::new(&self.needed(first, Column::Currency)?),
            exchange_rate: None,
            created_at,
            ordered_at: ordered,
            expected: self.head(rows, |row| self.date(row, Column::Expected))?,
            payment_due: self.head(rows, |row| self.date(row, Column::Due))?,
            location: None,
            lines,
            charges: charges.into_iter().filter(|charge| !charge.amount.is_zero()).collect(),
            receipts,
        };
        text(Column::Supplier)?;
        text(Column::Currency)?;
        let raw: Vec<&str> = rows.iter().map(|row| row.raw.as_str()).collect();
        let fact = Fact::PurchaseOrder(Box::new(order));
        let document = Document { id, updated_at: Timestamp::UNIX_EPOCH, fact };
        Ok(Pulled { document, raw: format!("[{}]", raw.join(",")) })
    }
}

fn is_date(column: Column) -> bool {
    matches!(column, Column::Created | Column::Ordered | Column::Expected | Column::Due | Column::ReceivedAt)
}

/// A number that can be read in one way only: `1234.56`, `12,50`, `1,234.56`, `1.234,56`; not `1,234`.
fn plain(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',') {
        return None;
    }
    let mark = match (digits.rfind('.'), digits.rfind(',')) {
        (None, None) => None,
        (Some(dot), Some(comma)) => Some(dot.max(comma)),
        (Some(only), None) | (None, Some(only)) => {
            let sign = &digits[only..=only];
            let whole = digits[..only].trim_start_matches('0');
            // One sign before three digits may mark thousands; before nothing but zeros it can't.
            let unclear = digits.len() - only == 4 && !whole.is_empty();
            if unclear || digits.matches(sign).count() > 1 {
                return None;
            }
            Some(only)
        }
    };
    let (whole, part) = mark.map_or((digits, ""), |mark| (&digits[..mark], &digits[mark + 1..]));
    let mut groups = whole.split(['.', ',']);
    let grouped = whole.contains(['.', ',']);
    let starts_well = groups.next().is_some_and(|group| !group.is_empty() && (!grouped || group.len() <= 3));
    let one_sign = !(whole.contains('.') && whole.contains(','));
    if !starts_well || !one_sign || groups.any(|group| group.len() != 3) || (mark.is_some() && part.is_empty()) {
        return None;
    }
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let sign = if digits.len() < text.len() { "-" } else { "" };
    format!("{sign}{whole}.{}", if part.is_empty() { "0" } else { part }).parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_are_read_in_one_way_or_not_at_all() {
        for (text, expected) in [
            ("1234.56", Some("1234.56")),
            ("12,50", Some("12.5")),
            ("1,234.56", Some("1234.56")),
            ("1.234,56", Some("1234.56")),
            ("-7", Some("-7")),
            ("0.125", Some("0.125")),
            ("1,234,567.8", Some("1234567.8")),
            ("1,234", None),
            ("1.234", None),
            ("1,2,3", None),
            ("12,34.5", None),
            ("$5", None),
            ("5.", None),
            ("", None),
            ("1e3", None),
        ] {
            assert_eq!(plain(text).map(|value| value.normalize().to_string()).as_deref(), expected, "{text}");
        }
    }
}
