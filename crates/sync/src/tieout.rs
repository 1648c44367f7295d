//! Tie-out: the shop's own figures beside what QuickBooks answered that it booked, by account.

use std::collections::{BTreeMap, BTreeSet};

pub use books::tieout::{Row, compare};
use books::{Fact, Money, document::Shop, mapping::Mapping};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;
use store::{Store, StoreError};

/// The tie-out of a period.
#[derive(Clone, Debug, Serialize)]
pub struct TieOut {
    /// First day with anything in it, by the shop's calendar; none when there is nothing.
    pub from: Option<Date>,
    /// Last day with anything in it.
    pub to: Option<Date>,
    /// Every account that either side touched.
    pub rows: Vec<Row>,
    /// Sales of the period that the shop counts.
    pub shop_sales: u32,
    /// Transactions of the period that the company file has from us.
    pub company_transactions: u32,
}

impl TieOut {
    /// Whether both sides agree to the cent in every account.
    pub fn ties_out(&self) -> bool {
        self.rows.iter().all(|row| row.difference.is_zero())
    }
}

/// Compares the period from `from` to `to`, both included. None before the shop was read for the first time.
pub fn tie_out(store: &Store, from: Date, to: Date) -> Result<Option<TieOut>, StoreError> {
    let (Some(shop), Some(mapping)) = (store.setting::<Shop>("shop")?, store.setting::<Mapping>("mapping")?) else {
        return Ok(None);
    };
    let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
    let midnight = |day: Date| day.to_zoned(zone.clone()).map_or(jiff::Timestamp::MAX, |time| time.timestamp());
    let world = store.world()?;
    let company = world.company();
    let context = books::Context { mapping: &mapping, shop: &shop, lists: &world, facts: &world, company: &company };
    let mut by_shop: BTreeMap<String, Money> = BTreeMap::new();
    let mut shop_sales = 0;
    let mut days: BTreeSet<Date> = BTreeSet::new();
    store.orders_between(midnight(from), midnight(to.saturating_add(1.day())), |document| {
        if let Fact::Order(order) = &document.fact {
            shop_sales += 1;
            days.insert(order.placed_at.to_zoned(zone.clone()).date());
            for (account, amount) in books::tieout::shop_side(order, &context) {
                *by_shop.entry(account).or_default() += amount;
            }
        }
    })?;
    world.check()?;
    let booked = store.booked_between(from, to)?;
    days.extend(booked.iter().map(|row| row.date));
    Ok(Some(TieOut {
        from: days.first().copied(),
        to: days.last().copied(),
        rows: compare(by_shop, booked.iter().flat_map(|row| &row.postings)),
        shop_sales,
        company_transactions: u32::try_from(booked.len()).unwrap_or(u32::MAX),
    }))
}
