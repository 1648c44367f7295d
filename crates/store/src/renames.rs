//! Accounts that somebody renamed in QuickBooks. An entry stays as it was posted; where its postings are compared with what
//! QuickBooks says now, its accounts are told by their present names.

use books::{Entry, Posting, Postings};
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use crate::{
    error::StoreError,
    words::{read_time, time},
};

/// Every renaming, the oldest first.
#[derive(Debug)]
pub(crate) struct Renames(Vec<Rename>);

#[derive(Debug)]
struct Rename {
    at: Timestamp,
    before: String,
    after: String,
}

impl Renames {
    pub(crate) fn read(connection: &Connection) -> Result<Self, StoreError> {
        let renames = connection
            .prepare_cached("SELECT at, before, after FROM renamed_accounts ORDER BY id")?
            .query_and_then([], |row| {
                let at = read_time(&row.get::<_, String>(0)?)?;
                Ok(Rename { at, before: row.get(1)?, after: row.get(2)? })
            })?
            .collect::<Result<_, StoreError>>()?;
        Ok(Self(renames))
    }

    /// The present name of an account that was called so at that time.
    fn present(&self, account: &mut String, then: Timestamp) {
        for Rename { at, before, after } in &self.0 {
            if *at > then && account == before {
                after.clone_into(account);
            }
        }
    }

    pub(crate) fn of_account(&self, mut account: String, then: Timestamp) -> String {
        self.present(&mut account, then);
        account
    }

    pub(crate) fn of_postings(&self, mut postings: Vec<Posting>, then: Timestamp) -> Vec<Posting> {
        for posting in &mut postings {
            self.present(&mut posting.account, then);
        }
        postings
    }

    pub(crate) fn of_entry(&self, mut entry: Entry, then: Timestamp) -> Entry {
        if !self.0.is_empty() {
            let postings = self.of_postings(entry.postings.iter().cloned().collect(), then);
            // They balance as before: no amount is touched.
            entry.postings = Postings::new(postings).unwrap_or(entry.postings);
        }
        entry
    }
}

/// Notes that an account is called otherwise now.
pub(crate) fn note_rename(tx: &Transaction<'_>, before: &str, after: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO renamed_accounts (at, before, after) VALUES (?, ?, ?)")?.execute(params![
        time(now),
        before,
        after
    ])?;
    Ok(())
}
