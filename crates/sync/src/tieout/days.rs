//! Tie-out by day: one figure a day for a chart, and a day on its own.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use books::Money;
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use store::{DayCount, Store, StoreError};

use super::{DayDifference, OrderDifference, Pair, Row, Sides, row};
use crate::{
    Host,
    api::{self, ApiError},
    messages::Message,
};

/// How a day ties out, in one figure a side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TieOutDay {
    /// The day, by the shop's calendar.
    pub date: String,
    /// The day's turnover as the shop tells it: the sum of the debits, which is the sum of the credits, once each account's
    /// postings of the day are added up.
    pub shop: String,
    /// The same of the company file.
    pub company: String,
    /// What would have to be debited, and credited as much, to make the company file agree with the shop: the differences of
    /// every order on every account, whatever their sign. Zero only if the day ties out on every account, even where the
    /// turnovers are equal or differences cancel out.
    pub difference: String,
    /// Entries of the day, without those that were taken back.
    pub entries: u32,
    /// Those of them that are not in QuickBooks, as far as is known.
    pub open: u32,
}

/// One day's tie-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TieOutDayView {
    /// The day, by the shop's calendar.
    pub date: String,
    /// Every account that either side touched.
    pub rows: Vec<TieOutRow>,
    /// The orders behind the differences.
    pub orders: Vec<TieOutOrder>,
    /// When the company file's own report of the day was last read (RFC 3339, UTC); none when it was not: then its side is
    /// what QuickBooks answered when it booked.
    pub read_at: Option<String>,
}

/// An account of a day: debit above zero, credit below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TieOutRow {
    /// Full name of the account.
    pub account: String,
    /// What the shop says.
    pub shop: String,
    /// What QuickBooks booked.
    pub company: String,
    /// The company file's figure less the shop's.
    pub difference: String,
}

/// An order behind a difference: debit above zero, credit below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TieOutOrder {
    /// Full name of the account.
    pub account: String,
    /// What people call the order.
    pub title: String,
    /// What the shop says of it on this day and account.
    pub shop: String,
    /// What the company file has of it there.
    pub company: String,
    /// Why they differ.
    pub cause: Message,
}

/// What a day comes to on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Day {
    /// Every account that either side touched.
    pub(crate) rows: Vec<Row>,
    /// The accounts on which orders differ.
    pub(crate) differences: Vec<DayDifference>,
}

impl Day {
    pub(crate) fn orders(&self) -> impl Iterator<Item = (&str, &OrderDifference)> {
        self.differences.iter().flat_map(|day| day.orders.iter().map(|order| (day.row.account.as_str(), order)))
    }

    /// Of the figures that `side` picks, what is debited.
    pub(crate) fn turnover(&self, side: impl Fn(&Row) -> Money) -> Money {
        self.rows.iter().map(side).filter(|amount| amount.is_positive()).sum()
    }

    /// See [`TieOutDay::difference`].
    pub(crate) fn difference(&self) -> Money {
        let off = || self.orders().map(|(_, order)| order.company - order.shop);
        let debits: Money = off().filter(|amount| amount.is_positive()).sum();
        let credits: Money = off().filter(|amount| amount.is_negative()).map(Money::abs).sum();
        debits.max(credits)
    }
}

/// The last `days` days up to `today`, the oldest first; days without anything are there with zeros.
///
/// It is worked out from the documents and entries of these days alone.
pub fn tie_out_days(store: &Store, days: u32, today: Date) -> Result<Vec<TieOutDay>, ApiError> {
    let from = today.saturating_sub(i64::from(days.saturating_sub(1)).days());
    let counts = store.day_counts(from, today)?;
    let sides = by_day(store, from, today)?;
    let nothing = Day::default();
    let dates = from.series(1.day()).take_while(|date| *date <= today);
    Ok(dates
        .take(usize::try_from(days).unwrap_or(usize::MAX))
        .map(|date| {
            let day = sides.get(&date).unwrap_or(&nothing);
            let DayCount { entries, open } = counts.get(&date).copied().unwrap_or_default();
            TieOutDay {
                date: date.to_string(),
                shop: day.turnover(|row| row.shop).to_string(),
                company: day.turnover(|row| row.company).to_string(),
                difference: day.difference().to_string(),
                entries,
                open,
            }
        })
        .collect())
}

/// The days that were asked for last and what they came to, with how much had been written until then. A figure can only be
/// another one when something was written, whatever that was.
pub(crate) type LastDays = Mutex<Option<(u64, (u32, Date), Vec<TieOutDay>)>>;

/// The last `days` days up to today, as [`tie_out_days`] tells them. They are worked out anew only when something was written
/// since they were asked for last.
///
/// # Errors
/// [`ApiError`] when the store can't be read.
pub fn recent_days(host: &Host, days: u32) -> Result<Vec<TieOutDay>, ApiError> {
    let asked = (days, api::today(host)?);
    let mut last = host.last_days().lock().unwrap_or_else(PoisonError::into_inner);
    // Looked at before anything is read: what is written meanwhile makes the next one to ask work them out anew.
    let written = *host.changes().borrow();
    match &*last {
        Some((then, of, told)) if (*then, *of) == (written, asked) => Ok(told.clone()),
        _ => {
            let told = tie_out_days(host.store(), days, asked.1)?;
            *last = Some((written, asked, told.clone()));
            Ok(told)
        }
    }
}

/// The tie-out of one day, down to the orders behind its differences. Without rows before the shop was read for the first
/// time.
pub fn tie_out_day(store: &Store, date: Date) -> Result<TieOutDayView, ApiError> {
    let day = by_day(store, date, date)?.remove(&date).unwrap_or_default();
    let read_at = store.company_days(date, date)?.first().map(|(_, at)| at.to_string());
    let orders = day.orders().map(|(account, order)| TieOutOrder {
        account: account.to_owned(),
        title: order.title.clone(),
        shop: order.shop.to_string(),
        company: order.company.to_string(),
        cause: Message::new(order.cause.code()),
    });
    Ok(TieOutDayView {
        date: date.to_string(),
        orders: orders.collect(),
        rows: day.rows.iter().map(TieOutRow::from).collect(),
        read_at,
    })
}

impl From<&Row> for TieOutRow {
    fn from(row: &Row) -> Self {
        Self {
            account: row.account.clone(),
            shop: row.shop.to_string(),
            company: row.company.to_string(),
            difference: row.difference.to_string(),
        }
    }
}

/// Both sides of every day from `from` to `to`, both included, on which there is anything.
pub(crate) fn by_day(store: &Store, from: Date, to: Date) -> Result<BTreeMap<Date, Day>, StoreError> {
    let Some(sides) = Sides::of(store, from, to)? else { return Ok(BTreeMap::new()) };
    let mut sums: BTreeMap<(Date, &str), Pair> = BTreeMap::new();
    for ((date, account, _), pair) in &sides.pairs {
        sums.entry((*date, account)).or_default().add(*pair);
    }
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    for ((date, account), pair) in sums {
        if !pair.shop.is_zero() || !pair.company.is_zero() {
            days.entry(date).or_default().rows.push(row(account, &pair));
        }
    }
    for difference in sides.compare().days {
        days.entry(difference.date).or_default().differences.push(difference);
    }
    Ok(days)
}
