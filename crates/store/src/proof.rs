//! Proof: what the shop tells of a period, and what the company file's own report says of it.

use books::{Document, DocumentId, EntryKey, Money, Past};
use jiff::{Timestamp, civil::Date};
use qbxml::TxnId;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use crate::{
    Store,
    documents::Version,
    error::StoreError,
    renames::Renames,
    undo::past_with,
    words::{read_json, read_time, time, word},
};

/// One posting of a transaction, as the company file's report tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CompanyPosting {
    /// The transaction.
    pub txn_id: TxnId,
    /// QuickBooks' name of its kind, as the report has it.
    pub kind: String,
    /// Reference number; empty where it has none.
    pub number: String,
    /// Full name of the account.
    pub account: String,
    /// Debit above zero.
    pub amount: Money,
}

/// A posting of the company file's report, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyRow {
    /// Its day.
    pub date: Date,
    /// What the report says.
    pub posting: CompanyPosting,
    /// The entry that made the transaction, and its document; none when it is not ours.
    pub entry: Option<(EntryKey, DocumentId)>,
    /// The document whose entry bears the same number, for a transaction that is not ours.
    pub namesake: Option<DocumentId>,
}

impl Store {
    /// Writes down what the company file's report says of one whole day, instead of what it said before. Transactions
    /// that are not ours are left out, unless they bear a number that one of ours bears: they may be doubles.
    pub fn save_company_day(&self, day: Date, rows: &[CompanyPosting], now: Timestamp) -> Result<(), StoreError> {
        let day = day.to_string();
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM company_days WHERE day = ?")?.execute([&day])?;
            tx.prepare_cached("DELETE FROM company_postings WHERE day = ?")?.execute([&day])?;
            tx.prepare_cached("INSERT INTO company_days (day, read_at) VALUES (?, ?)")?.execute([&day, &time(now)])?;
            let mut concerns_us = tx.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM links WHERE quickbooks_id = ?1)
                     OR ?2 <> '' AND EXISTS (SELECT 1 FROM entries WHERE number = ?2 AND NOT is_list)",
            )?;
            let mut insert = tx.prepare_cached(
                "INSERT INTO company_postings (day, txn_id, kind, number, account, amount) VALUES (?, ?, ?, ?, ?, ?)",
            )?;
            for row in rows {
                let txn_id = word(&row.txn_id)?;
                if concerns_us.query_row([&txn_id, &row.number], |row| row.get(0))? {
                    insert.execute(params![day, txn_id, row.kind, row.number, row.account, row.amount.to_string()])?;
                }
            }
            Ok(())
        })
    }

    /// The days from `from` to `to`, both included, of which the company file's report was read, and when.
    pub fn company_days(&self, from: Date, to: Date) -> Result<Vec<(Date, Timestamp)>, StoreError> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT day, read_at FROM company_days WHERE day BETWEEN ? AND ? ORDER BY day")?;
            let rows = statement.query_and_then([from.to_string(), to.to_string()], |row| {
                Ok((read_date(&row.get::<_, String>(0)?)?, read_time(&row.get::<_, String>(1)?)?))
            })?;
            rows.collect()
        })
    }

    /// What the company file's report says of the days from `from` to `to`, both included, as far as it concerns us.
    pub fn company_rows(&self, from: Date, to: Date, mut each: impl FnMut(CompanyRow)) -> Result<(), StoreError> {
        self.read(|tx| {
            let renames = Renames::read(tx)?;
            let mut statement = tx.prepare_cached(
                "SELECT p.day, p.txn_id, p.kind, p.number, p.account, p.amount, d.read_at
                 FROM company_postings p JOIN company_days d ON d.day = p.day
                 WHERE p.day BETWEEN ? AND ? ORDER BY p.day, p.txn_id, p.rowid",
            )?;
            let mut ours = tx.prepare_cached(
                "SELECT e.key, e.document FROM links l JOIN entries e ON e.id = l.entry
                 WHERE l.quickbooks_id = ? AND e.target IS NULL AND NOT e.is_list ORDER BY l.place LIMIT 1",
            )?;
            let mut namesake =
                tx.prepare_cached("SELECT document FROM entries WHERE number = ? AND NOT is_list ORDER BY id LIMIT 1")?;
            let mut rows = statement.query([from.to_string(), to.to_string()])?;
            while let Some(row) = rows.next()? {
                let (txn_id, number): (String, String) = (row.get(1)?, row.get(3)?);
                let entry: Option<(String, String)> =
                    ours.query_row([&txn_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
                let other: Option<String> = match &entry {
                    None => namesake.query_row([&number], |row| row.get(0)).optional()?,
                    Some(_) => None,
                };
                let amount: String = row.get(5)?;
                each(CompanyRow {
                    date: read_date(&row.get::<_, String>(0)?)?,
                    posting: CompanyPosting {
                        txn_id: TxnId::new(txn_id),
                        kind: row.get(2)?,
                        number,
                        account: renames.of_account(row.get(4)?, read_time(&row.get::<_, String>(6)?)?),
                        amount: amount.parse().map_err(|_| StoreError::Malformed { what: "amount", text: amount })?,
                    },
                    entry: entry.map(|(key, document)| (EntryKey::stored(key), DocumentId::new(document))),
                    namesake: other.map(DocumentId::new),
                });
            }
            Ok(())
        })
    }

    /// Hands every order, purchase order and stock adjustment of which something may belong to the days from `from` to `to` to `each`, with what of it is
    /// posted, one by one, oldest first: placed or changed in that time, or posted on one of the days. `began` is the
    /// beginning of the first day and `ended` the end of the last. Those that wait for the shop are left out while
    /// nothing of them is posted, and so are those that the shop has deleted.
    pub fn documents_touching(
        &self,
        (from, to): (Date, Date),
        (began, ended): (Timestamp, Timestamp),
        mut each: impl FnMut(Document, Vec<Past>),
    ) -> Result<(), StoreError> {
        self.read(|tx| {
            let renames = Renames::read(tx)?;
            // Few of all documents: they are picked first, and what they say is read one by one, so that it is not sorted too.
            let mut statement = tx.prepare_cached(
                "SELECT d.id, d.version FROM (
                     SELECT id FROM documents WHERE kind IN ('order', 'purchase_order', 'stock_adjustment', 'opening_stock')
                     AND happened_at < ?2 AND updated_at >= ?1
                     UNION SELECT document FROM entries WHERE date BETWEEN ?3 AND ?4 AND NOT is_list) t
                 CROSS JOIN documents d ON d.id = t.id
                 WHERE d.kind IN ('order', 'purchase_order', 'stock_adjustment', 'opening_stock') AND d.gone = 0
                 AND d.mapping <> 'nothing' AND (d.mapping <> 'waits' OR EXISTS (
                     SELECT 1 FROM entries e WHERE e.document = d.id AND +e.state = 'posted' AND NOT e.is_list))
                 ORDER BY d.happened_at, d.id",
            )?;
            let mut body = tx.prepare_cached("SELECT body FROM versions WHERE document = ? AND version = ?")?;
            let mut rows = statement.query(params![time(began), time(ended), from.to_string(), to.to_string()])?;
            while let Some(row) = rows.next()? {
                let (id, version): (String, Version) = (row.get(0)?, row.get(1)?);
                let document: Document = body.query_row(params![id, version], |row| {
                    Ok(read_json(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?))
                })??;
                let posted = past_with(tx, &renames, &document.id)?;
                each(document, posted);
            }
            Ok(())
        })
    }
}

fn read_date(text: &str) -> Result<Date, StoreError> {
    text.parse().map_err(|_| StoreError::Malformed { what: "date", text: text.to_owned() })
}
