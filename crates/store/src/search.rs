//! Search: what people type beside what entries and documents are known by.
//!
//! What a search looks through is kept in small letters beside the row, because SQLite's own functions fold no letters
//! beyond the English ones, and because the names that an order is known by stand only in its document.

use books::{Document, DocumentId, Money};
use rusqlite::{Connection, Transaction, params, types::Value};

use crate::{documents::newest, error::StoreError, lists::folded, words::read_json};

/// Parts as a search looks through them, one to a line.
pub(crate) fn words<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    folded(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"))
}

/// What a document is known by beside its title, with the name of the buyer or supplier that it points at.
pub(crate) fn known_by(connection: &Connection, document: &Document) -> Result<String, StoreError> {
    let party = match document.party() {
        Some(party) => newest(connection, party)?.map(|(party, _)| party),
        None => None,
    };
    let title = party.as_ref().map(Document::title);
    let mut known = document.known_by();
    known.extend(title.as_deref());
    known.extend(party.iter().flat_map(Document::known_by));
    known.sort_unstable();
    known.dedup();
    Ok(words(known))
}

/// All that a search for a document looks through.
pub(crate) fn words_of_document(connection: &Connection, document: &Document) -> Result<String, StoreError> {
    Ok(words([&document.title(), document.id.short(), &known_by(connection, document)?]))
}

/// The condition that a text sets for rows whose words are in the column `column`: all its words are found there, in any
/// order and anywhere within a word. None for a text without words.
pub(crate) fn condition(column: &str, text: &str) -> Option<(String, Vec<Value>)> {
    let terms: Vec<Value> = folded(text).split_whitespace().map(|term| term.to_owned().into()).collect();
    let found = vec![format!("instr({column}, ?) > 0"); terms.len()];
    (!terms.is_empty()).then(|| (found.join(" AND "), terms))
}

/// The amount that somebody typed, whatever separates its thousands and its decimals: `1 234,50`, `1,234.50`, `1234.5`.
/// A single separator before exactly three digits separates thousands.
pub(crate) fn amount(text: &str) -> Option<Money> {
    let text: String = text.chars().filter(|char| !char.is_whitespace() && !matches!(char, '\'' | '’')).collect();
    let text = text.replace('−', "-");
    let last = text.rfind(['.', ',']);
    let decimal = last.filter(|&at| {
        let separator = &text[at..=at];
        let mixed = text.contains('.') && text.contains(',');
        text.matches(separator).count() == 1 && (mixed || text.len() - at - 1 != 3)
    });
    let plain: String = text
        .char_indices()
        .filter_map(|(at, char)| match char {
            '.' | ',' => (Some(at) == decimal).then_some('.'),
            other => Some(other),
        })
        .collect();
    plain.parse().ok()
}

/// Writes down what is searched for entries and documents from before there was a search.
pub(crate) fn index_all(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let mut documents =
        tx.prepare("SELECT v.body FROM documents d JOIN versions v ON v.document = d.id AND v.version = d.version")?;
    let mut name = tx.prepare("UPDATE documents SET title = ?, words = ? WHERE id = ?")?;
    let mut entries = tx.prepare("SELECT id, title, number FROM entries WHERE document = ?")?;
    let mut index = tx.prepare("UPDATE entries SET words = ? WHERE id = ?")?;
    // What no document that is kept asked for is found by what stands in its row.
    let mut rows = tx.prepare("SELECT id, title, number FROM entries")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let (id, title, number): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        index.execute(params![words([title.as_str(), &number]), id])?;
    }
    let mut bodies = documents.query([])?;
    while let Some(row) = bodies.next()? {
        let document: Document = read_json(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        let id: &DocumentId = &document.id;
        name.execute(params![document.title(), words_of_document(tx, &document)?, id.as_str()])?;
        let known_by = known_by(tx, &document)?;
        if known_by.is_empty() {
            continue;
        }
        let mut of_document = entries.query([id.as_str()])?;
        while let Some(row) = of_document.next()? {
            let (id, title, number): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            index.execute(params![words([title.as_str(), &number, &known_by]), id])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use books::{
        DocumentId, Fact,
        document::{Customer, Supplier},
    };

    use super::*;
    use crate::Store;

    #[test]
    fn entries_and_documents_from_before_are_found_by_the_names_in_their_documents() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let store = Store::open(folder.path(), now).unwrap().store;
        let run = store.begin_run("test", now).unwrap();
        let customer = Customer { display_name: "Åse Ødegård".to_owned(), ..Customer::default() };
        let supplier = Supplier { name: "Ål & Øl".to_owned(), ..Supplier::default() };
        let documents = [("c/1", Fact::Customer(customer)), ("s/2", Fact::Supplier(supplier))];
        for (id, fact) in documents {
            let document = Document { id: DocumentId::new(id), updated_at: now, fact };
            store.save_pulled(run, "lists", &[crate::Pulled { document: &document, raw: "{}" }], None, now).unwrap();
        }
        store
            .write(|tx| {
                let insert = "INSERT INTO entries (key, document, document_version, kind, is_list, rank, number, title,
                    total, state, changed_at) VALUES (?, ?, 1, 'invoice', 0, 7, '1', 'Ordre Æ', '1.00', 'posted', '')";
                tx.execute(insert, ["known", "c/1"])?;
                tx.execute(insert, ["unknown", "gone/9"])?;
                tx.execute("UPDATE documents SET words = '', title = ''", [])?;
                index_all(tx)
            })
            .unwrap();
        let words = |sql: &str| -> Vec<String> {
            let read = |tx: &Transaction<'_>| -> rusqlite::Result<Vec<String>> {
                tx.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
            };
            store.read(|tx| Ok(read(tx)?)).unwrap()
        };
        assert_eq!(words("SELECT words FROM entries ORDER BY id"), ["ordre æ\n1\nåse ødegård", "ordre æ\n1"]);
        assert_eq!(words("SELECT title FROM documents ORDER BY id"), ["Åse Ødegård", "Ål & Øl"]);
        assert_eq!(
            words("SELECT words FROM documents ORDER BY id"),
            ["åse ødegård\n1\nåse ødegård", "ål & øl\n2\nål & øl"]
        );
    }

    #[test]
    fn an_amount_is_understood_as_it_is_written_in_any_country() {
        for text in
            ["1 234,50", "1,234.50", "1.234,50", "1234.5", "1234,5", "1'234.50", "1\u{a0}234,50", "1\u{202f}234,5"]
        {
            assert_eq!(amount(text), Some(Money::cents(123_450)), "{text}");
        }
        for text in ["1234", "1,234", "1.234", "1 234", "1234.00", "1234,00"] {
            assert_eq!(amount(text), Some(Money::cents(123_400)), "{text}");
        }
        assert_eq!(amount("1,234,567"), Some(Money::cents(123_456_700)));
        assert_eq!(amount("-12,50"), Some(Money::cents(-1250)));
        assert_eq!(amount("−12.50"), Some(Money::cents(-1250)));
        assert_eq!(amount("0.125").unwrap(), Money::cents(12_500));
        for text in ["", "#1001", "Anna", "1-2", "12a", ",", "."] {
            assert_eq!(amount(text), None, "{text}");
        }
    }
}
