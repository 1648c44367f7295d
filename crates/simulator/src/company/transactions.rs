//! What all transactions have in common: adding, changing by line, voiding, deleting, telling.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::books::{Body, Books, Line, Txn};
use super::credits;
use super::ids::{LineId, TxnId};
use super::kinds::{LineInfo, TxnInfo};
use super::packed::Packed;
use super::purchase_orders;
use super::references;
use super::schema::Schema;
use super::setup::Edition;
use super::status::Status;
use super::xml::Element;

/// A transaction as asked for, with references resolved and, in a Mod, the unchanged parts filled in.
pub(crate) struct Draft<'a> {
    pub info: &'static TxnInfo,
    /// The transaction that is being changed.
    pub previous: Option<&'a Txn>,
    pub date: Date,
    pub fields: Vec<Element>,
    pub lines: Vec<DraftLine>,
}

/// One line as asked for.
#[derive(Debug, Clone)]
pub(crate) struct DraftLine {
    /// The line that is kept or changed; `None` for a new one.
    pub id: Option<LineId>,
    pub kind: &'static LineInfo,
    pub fields: Vec<Element>,
}

impl DraftLine {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.text.as_str())
    }

    pub fn decimal(&self, name: &str) -> Option<Decimal> {
        self.text(name)?.parse().ok()
    }
}

impl Draft<'_> {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.text.as_str())
    }

    pub fn flag(&self, name: &str) -> bool {
        matches!(self.text(name), Some("true" | "1"))
    }

    pub fn reference(&self, name: &str) -> Option<super::ids::ListId> {
        super::books::reference_in(&self.fields, name)
    }
}

/// `SalesReceiptAdd` and its like.
pub(crate) fn add(books: &mut Books, info: &'static TxnInfo, request: &Element) -> Result<TxnId, Status> {
    let mut fields = Vec::new();
    let mut lines = Vec::new();
    let mut orders = Vec::new();
    let mut credits_wanted = Vec::new();
    for child in &request.children {
        if let Some(kind) = info.lines.iter().find(|kind| kind.add == child.name) {
            lines.push(new_line(books, info, kind, child)?);
        } else if child.name == "SetCredit" {
            credits_wanted.push(child.clone());
        } else if child.name == "LinkToTxnID" && purchase_orders::receives(info) {
            orders.push(child.text.as_str());
        } else {
            simulated(&child.name)?;
            fields.push(child.clone());
        }
    }
    let lines = purchase_orders::linked_lines(books, info, &orders, lines)?;
    let mut fields = references::resolve(books, &fields, info.name, None)?;
    fields.retain(|field| !field.text.is_empty() || !field.children.is_empty());
    let date = date_of(books, &mut fields);
    open_period(books, info, date)?;
    if info.numbered && !fields.iter().any(|field| field.name == "RefNumber") {
        fields.push(Element::leaf("RefNumber", books.next_ref_number(info)));
    }
    let draft = Draft { info, previous: None, date, fields, lines };
    let body = (info.book)(books, &draft)?;
    let taken = credits::taken(books, &draft, &body, &credits_wanted)?;
    let txn = Txn {
        info,
        id: books.new_txn_id(),
        created: books.now,
        modified: books.now,
        sequence: books.new_sequence(),
        number: books.new_txn_number(),
        date,
        void: false,
        fields: Packed::of(&draft.fields),
        body,
    };
    let id = save(books, txn);
    credits::apply(books, &id, taken);
    Ok(id)
}

/// Refuses parts of a request that would be lost without a word.
fn simulated(name: &str) -> Result<(), Status> {
    let absent = name.contains("LineGroup")
        || matches!(name, "LinkToTxnID" | "ItemLineAdd" | "ItemLineMod" | "ItemGroupLineAdd" | "ItemGroupLineMod");
    if absent { Err(Status::feature_off(name)) } else { Ok(()) }
}

/// `SalesReceiptMod` and its like. Lines: none mentioned, all stay; one mentioned, all others of its kind go
/// (PROTOCOL.md c.5). A voided transaction stays so until a Mod states its lines again.
pub(crate) fn modify(
    books: &mut Books,
    schema: &Schema,
    info: &'static TxnInfo,
    request: &Element,
) -> Result<TxnId, Status> {
    let id = request.text_of("TxnID").unwrap_or_default();
    let old = books.txns.get(id).filter(|txn| txn.info.name == info.name).ok_or_else(|| Status::not_found(id))?;
    let sequence = request.text_of("EditSequence").unwrap_or_default();
    if sequence != old.sequence.to_string() {
        return Err(Status::stale(sequence, ret(books, schema, old, &Telling { lines: true, ..Telling::default() })));
    }
    open_period(books, info, old.date)?;
    let mut changes = Vec::new();
    let mut lines = Vec::new();
    let mut credits_wanted = Vec::new();
    let mut cleared = Vec::new();
    for child in &request.children {
        let name = child.name.as_str();
        if let Some(kind) = info.lines.iter().find(|kind| kind.modify == name) {
            lines.push(changed_line(books, old, kind, child)?);
            continue;
        }
        match name {
            "TxnID" | "EditSequence" => {}
            "SetCredit" => credits_wanted.push(child.clone()),
            "ClearExpenseLines" => {
                cleared.extend(matches!(child.text.as_str(), "true" | "1").then_some("ExpenseLineMod"));
            }
            "ClearItemLines" => {
                cleared.extend(matches!(child.text.as_str(), "true" | "1").then_some("ItemLineMod"));
            }
            _ => {
                simulated(name)?;
                changes.push(child.clone());
            }
        }
    }
    let restated = !lines.is_empty() || !cleared.is_empty();
    let kept = old.body.lines.iter().filter(|line| {
        !cleared.contains(&line.kind.modify) && !lines.iter().any(|given| given.kind.modify == line.kind.modify)
    });
    let kept = kept.map(|line| DraftLine { id: line.id.clone(), kind: line.kind, fields: line.fields.open() });
    let mut all: Vec<DraftLine> = kept.collect();
    all.extend(lines);
    let mut fields = old.fields.open();
    for change in references::resolve(books, &changes, info.name, None)? {
        fields.retain(|field| field.name != change.name);
        if !change.text.is_empty() || !change.children.is_empty() {
            fields.push(change);
        }
    }
    let date = date_of(books, &mut fields);
    open_period(books, info, date)?;
    let draft = Draft { info, previous: Some(old), date, fields, lines: all };
    let void = old.void && !restated;
    let body = if void { old.body.clone() } else { (info.book)(books, &draft)? };
    if books.deposited.contains_key(&old.id) && body.total != old.body.total {
        return Err(Status::rule("Amount", &body.total.to_string(), "The payment has been deposited."));
    }
    let taken = credits::taken(books, &draft, &body, &credits_wanted)?;
    let mut txn = old.clone();
    txn.fields = Packed::of(&draft.fields);
    txn.date = date;
    txn.void = void;
    txn.body = body;
    txn.modified = books.now;
    txn.sequence = books.new_sequence();
    let id = save(books, txn);
    credits::apply(books, &id, taken);
    Ok(id)
}

/// `TxnVoid`: the record stays, its amounts are zero.
pub(crate) fn void(books: &mut Books, request: &Element) -> Result<Vec<Element>, Status> {
    let mut txn = named(books, request, "TxnVoidType")?.clone();
    open_period(books, txn.info, txn.date)?;
    if books.deposited.contains_key(&txn.id) {
        return Err(Status::new(3185, format!("The {} cannot be voided: it has been deposited.", txn.info.name)));
    }
    if !txn.void {
        let memo = txn.text("Memo").unwrap_or_default().to_owned();
        let mut fields = txn.fields.open();
        fields.retain(|field| field.name != "Memo");
        fields.push(Element::leaf("Memo", format!("VOID: {memo}")));
        txn.fields = Packed::of(&fields);
        for line in &mut txn.body.lines {
            let mut fields = line.fields.open();
            for field in &mut fields {
                match field.name.as_str() {
                    "Amount" | "ValueDifference" => "0.00".clone_into(&mut field.text),
                    "Quantity" | "Rate" | "Cost" | "QuantityDifference" => "0".clone_into(&mut field.text),
                    _ => {}
                }
            }
            line.fields = Packed::of(&fields);
        }
        let mut computed = txn.body.computed.open();
        for field in &mut computed {
            if field.name != "SalesTaxPercentage" && field.text.parse::<Decimal>().is_ok() {
                "0.00".clone_into(&mut field.text);
            }
        }
        txn.body.computed = Packed::of(&computed);
        txn.void = true;
        txn.body.total = Decimal::ZERO;
        for entry in &mut txn.body.entries {
            entry.amount = Decimal::ZERO;
        }
        txn.body.moves.clear();
        txn.body.applications.clear();
        txn.body.receipts.clear();
        txn.body.deposits.clear();
        txn.modified = books.now;
        txn.sequence = books.new_sequence();
        books.release_payments(&txn.id);
        books.put_txn(txn.clone());
    }
    Ok(vec![
        Element::leaf("TxnVoidType", txn.info.name),
        Element::leaf("TxnID", txn.id.as_str()),
        Element::leaf("TimeCreated", books.time(txn.created)),
        Element::leaf("TimeModified", books.time(txn.modified)),
        Element::leaf("RefNumber", txn.text("RefNumber").unwrap_or_default()),
    ])
}

/// `TxnDel`.
pub(crate) fn delete(books: &mut Books, request: &Element) -> Result<Vec<Element>, Status> {
    let txn = named(books, request, "TxnDelType")?.clone();
    if books.setup.closing_date.is_some_and(|closing| txn.date <= closing) {
        return Err(Status::new(
            3161,
            format!(
                "Cannot delete the {} because its date is on or before the closing date of the company.",
                txn.info.name
            ),
        ));
    }
    if books.deposited.contains_key(&txn.id) {
        return Err(Status::new(3160, format!("Cannot delete the {}: it has been deposited.", txn.info.name)));
    }
    books.remove_txn(&txn.id);
    Ok(vec![
        Element::leaf("TxnDelType", txn.info.name),
        Element::leaf("TxnID", txn.id.as_str()),
        Element::leaf("TimeDeleted", books.time(books.now)),
        Element::leaf("RefNumber", txn.text("RefNumber").unwrap_or_default()),
    ])
}

/// Refuses what the edition does not have (PROTOCOL.md c.9): QuickBooks Pro has no sales orders, and only Enterprise
/// with advanced inventory has sites.
pub(crate) fn available(books: &Books, kind: &str) -> Result<(), Status> {
    let there = match kind {
        "SalesOrder" => books.setup.edition != Edition::Pro,
        "InventorySite" | "ItemSites" | "TransferInventory" => books.setup.has_sites(),
        _ => true,
    };
    if there { Ok(()) } else { Err(Status::feature_off(kind)) }
}

fn named<'a>(books: &'a Books, request: &Element, type_name: &str) -> Result<&'a Txn, Status> {
    let id = request.text_of("TxnID").unwrap_or_default();
    let kind = request.text_of(type_name).unwrap_or_default();
    available(books, kind)?;
    books.txns.get(id).filter(|txn| txn.info.name == kind).ok_or_else(|| Status::not_found(id))
}

fn new_line(books: &Books, info: &TxnInfo, kind: &'static LineInfo, line: &Element) -> Result<DraftLine, Status> {
    for extension in line.all("DataExt") {
        books.extensions.check(info.name, extension)?;
    }
    let fields = references::resolve(books, &line.children, &format!("{} line", info.name), None)?;
    let fields = fields.into_iter().filter(|field| !field.text.is_empty() || !field.children.is_empty()).collect();
    if line.child("LinkToTxn").is_some() && !purchase_orders::receives(info) {
        return Err(Status::feature_off("LinkToTxn"));
    }
    Ok(DraftLine { id: None, kind, fields })
}

/// A line of a Mod: `-1` is new, an id alone keeps the line, fields change it. A new rate, quantity or item makes a
/// new amount unless one is given; a new amount makes a new rate.
fn changed_line(books: &Books, old: &Txn, kind: &'static LineInfo, line: &Element) -> Result<DraftLine, Status> {
    let Some(id) = line.text_of("TxnLineID") else { return new_line(books, old.info, kind, line) };
    let mut given = new_line(books, old.info, kind, line)?;
    given.fields.retain(|field| field.name != "TxnLineID");
    // A journal line says its side here, and by its name everywhere else.
    let side = given.fields.extract_if(.., |field| field.name == "JournalLineType").next().map(|side| side.text);
    let side = side.and_then(|side| old.info.lines.iter().find(|kind| kind.add == format!("Journal{side}Line")));
    if id == "-1" {
        if kind.modify == "JournalLineMod" {
            let missing = || Status::new(3150, "There is a missing element: \"JournalLineType\".");
            given.kind = side.ok_or_else(missing)?;
        }
        return Ok(given);
    }
    let kept = old
        .body
        .lines
        .iter()
        .find(|line| line.id.as_ref().is_some_and(|line| line.as_str() == id))
        .ok_or_else(|| Status::not_found(id))?;
    let has = |name: &str| given.fields.iter().any(|field| field.name == name);
    let prices = has("Rate") || has("RatePercent") || has("Cost") || has("Quantity") || has("ItemRef");
    let mut fields = kept.fields.open();
    fields.retain(|field| match field.name.as_str() {
        "Amount" => !(prices || has("Amount")),
        "Rate" | "RatePercent" | "Cost" => {
            !(has("Amount") || has("ItemRef") || has("Rate") || has("RatePercent") || has("Cost"))
        }
        "Desc" | "SalesTaxCodeRef" if has("ItemRef") => false,
        "ValueDifference" if has("ItemRef") || has("QuantityDifference") => false,
        name => !line.children.iter().any(|change| change.name == name),
    });
    fields.extend(given.fields);
    Ok(DraftLine { id: kept.id.clone(), kind: side.unwrap_or(kept.kind), fields })
}

/// Takes the date out of the fields; today when there is none.
fn date_of(books: &Books, fields: &mut Vec<Element>) -> Date {
    let date = fields.iter().find(|field| field.name == "TxnDate").and_then(|field| super::leaf::date(&field.text));
    let date = date.unwrap_or(books.now.date());
    fields.retain(|field| field.name != "TxnDate");
    fields.push(Element::leaf("TxnDate", date.to_string()));
    date
}

fn open_period(books: &Books, info: &TxnInfo, date: Date) -> Result<(), Status> {
    match books.setup.closing_date {
        Some(closing) if date <= closing => Err(Status::closed_period(info.name)),
        _ => Ok(()),
    }
}

/// Gives new lines their ids and puts the transaction in place, with the custom fields of its lines.
pub(crate) fn save(books: &mut Books, mut txn: Txn) -> TxnId {
    let mut extensions = Vec::new();
    for Line { id, fields, .. } in &mut txn.body.lines {
        let id = id.get_or_insert_with(|| books.new_line_id());
        let mut all = fields.open();
        let own: Vec<_> = all.extract_if(.., |field| field.name == "DataExt").collect();
        if !own.is_empty() {
            *fields = Packed::of(&all);
            extensions.extend(own.into_iter().map(|extension| (id.clone(), extension)));
        }
    }
    let id = txn.id.clone();
    books.put_txn(txn);
    for (line, extension) in extensions {
        books.extensions.set(id.as_str(), Some(line.as_str()), &extension);
    }
    id
}

/// Which parts of a transaction an answer tells.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Telling<'a> {
    pub lines: bool,
    pub linked: bool,
    pub owners: &'a [&'a str],
}

/// The transaction as QuickBooks tells it.
pub(crate) fn ret(books: &Books, schema: &Schema, txn: &Txn, telling: &Telling<'_>) -> Element {
    let mut fields = vec![
        Element::leaf("TxnID", txn.id.as_str()),
        Element::leaf("TimeCreated", books.time(txn.created)),
        Element::leaf("TimeModified", books.time(txn.modified)),
        Element::leaf("EditSequence", txn.sequence.to_string()),
        Element::leaf("TxnNumber", txn.number.to_string()),
    ];
    fields.extend(references::tell(books, &txn.fields.open()));
    fields.extend(txn.body.computed.open());
    fields.extend((txn.info.tell)(books, txn));
    if !telling.linked {
        fields.retain(|field| field.name != "LinkedTxn");
    }
    if telling.lines {
        for line in &txn.body.lines {
            let id = line.id.as_ref().map(LineId::as_str);
            let mut children = vec![Element::leaf("TxnLineID", id.unwrap_or_default())];
            children.extend(references::tell(books, &line.fields.open()));
            for field in purchase_orders::tell_line(books, txn, line) {
                children.retain(|own| own.name != field.name);
                children.push(field);
            }
            children.extend(books.extensions.told(txn.id.as_str(), id, telling.owners));
            fields.push(Element::group(line.kind.ret, children));
        }
    } else {
        fields.retain(|field| txn.info.lines.iter().all(|kind| kind.ret != field.name));
    }
    fields.extend(books.extensions.told(txn.id.as_str(), None, telling.owners));
    let name = format!("{}Ret", txn.info.name);
    let children = schema.message(&name).map_or_else(Vec::new, |message| message.group.arrange(fields));
    Element::group(&name, children)
}

/// A transaction that does nothing yet: pending forms have lines and a total, and no entries.
pub(crate) fn without_effects(mut body: Body) -> Body {
    body.entries.clear();
    body.moves.clear();
    body
}
