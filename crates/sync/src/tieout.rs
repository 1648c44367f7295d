//! Tie-out: the shop's own figures beside the company file's, by day and account, down to the orders behind a difference.
//!
//! The shop's side is told by its orders, agreements and transactions. The company file's side is its own report, read in
//! a session ([`ask`]); of a day of which it was not read yet, what QuickBooks answered when it booked.

mod days;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use books::tieout::ShopFigure;
pub use books::tieout::{Row, compare};
use books::{
    Body, Document, DocumentId, DocumentKind, EntryKey, Fact, Lists, Money, NameSpace, Past, document::Shop,
    mapping::Mapping,
};
pub(crate) use days::{Day, LastDays, by_day};
pub use days::{TieOutDay, TieOutDayView, TieOutOrder, TieOutRow, recent_days, tie_out_day, tie_out_days};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

/// The setting with the period of which the company file's own report is wanted, as a [`Period`]; null when it was read.
pub(crate) const WANTED: &str = "proof.wanted";

/// The setting with the day from which on everything is carried over.
pub(crate) const START: &str = "start_date";

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// The tie-out of a period.
#[derive(Clone, Debug, Serialize)]
pub struct TieOut {
    /// First day with anything in it, by the shop's calendar; none when there is nothing.
    pub from: Option<Date>,
    /// Last day with anything in it.
    pub to: Option<Date>,
    /// Every account that either side touched.
    pub rows: Vec<Row>,
    /// The days on which the sides differ on an account, oldest first.
    pub days: Vec<DayDifference>,
    /// Orders that the shop counts in the period.
    pub shop_sales: u32,
    /// Transactions of the period that the company file has from us.
    pub company_transactions: u32,
    /// When the company file's own report was last read of every day with anything in it; none when it was not: then its
    /// side is what it answered when it booked.
    pub read_at: Option<Timestamp>,
}

/// A day on which the sides differ on an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayDifference {
    /// The day.
    pub date: Date,
    /// The account, and both sides.
    #[serde(flatten)]
    pub row: Row,
    /// The orders behind it.
    pub orders: Vec<OrderDifference>,
}

/// An order behind a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderDifference {
    /// The order.
    pub document: DocumentId,
    /// What people call it.
    pub title: String,
    /// What the shop says of it on this day and account.
    pub shop: Money,
    /// What the company file has of it there.
    pub company: Money,
    /// Why they differ.
    pub cause: Cause,
}

/// Why an order's two sides differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It is not in the company file (yet): held, refused, or still to be sent.
    NotPosted,
    /// It was posted, and is not in the company file any more.
    Missing,
    /// The company file has a second transaction of its number that is not ours.
    Doubled,
    /// Somebody changed it in QuickBooks.
    Changed,
    /// The figures differ in a way that is none of these.
    Other,
}

impl Cause {
    /// Stable code of the message catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotPosted => "tieout.not_posted",
            Self::Missing => "tieout.missing",
            Self::Doubled => "tieout.doubled",
            Self::Changed => "tieout.changed",
            Self::Other => "tieout.other",
        }
    }
}

impl TieOut {
    /// Whether both sides agree to the cent on every day in every account.
    pub fn ties_out(&self) -> bool {
        self.days.is_empty() && self.rows.iter().all(|row| row.difference.is_zero())
    }
}

/// Asks for the company file's own report of these days: the next session reads it.
pub fn ask(store: &Store, period: Period, now: Timestamp) -> Result<(), StoreError> {
    store.set_setting(WANTED, &Some(period), "a tie-out is wanted", now)
}

/// Compares the period from `from` to `to`, both included. None before the shop was read for the first time.
pub fn tie_out(store: &Store, from: Date, to: Date) -> Result<Option<TieOut>, StoreError> {
    Ok(Sides::of(store, from, to)?.map(Sides::compare))
}

/// Both sides of an order on a day and an account.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    shop: Money,
    company: Money,
}

/// A transaction of the company file's report that is not ours, and bears a number of ours.
struct Stranger {
    date: Date,
    namesake: DocumentId,
    postings: BTreeMap<String, Money>,
}

#[derive(Default)]
struct Sides {
    from: Date,
    to: Date,
    pairs: BTreeMap<(Date, String, DocumentId), Pair>,
    titles: BTreeMap<DocumentId, String>,
    /// Accounts that our own postings of a document touch.
    meant: BTreeMap<DocumentId, BTreeSet<String>>,
    /// What of an order was seen in the company file's report.
    seen: BTreeSet<EntryKey>,
    /// Postings of our own transactions as the report has them, by entry and account.
    reported: BTreeMap<(EntryKey, String), Money>,
    doubled: BTreeSet<DocumentId>,
    changed: BTreeSet<DocumentId>,
    missing: BTreeSet<DocumentId>,
    posted: BTreeSet<DocumentId>,
    read: BTreeMap<Date, Timestamp>,
    days: BTreeSet<Date>,
    shop_sales: u32,
    company_transactions: u32,
}

/// Whether what a transaction books beside what it was meant to is QuickBooks' own: goods that were sold before they came,
/// or before their price changed, are costed again when it knows better, from the stock's account to the cost of goods.
fn costs_again(store: &Store, key: &EntryKey, off: &BTreeMap<String, Money>) -> Result<bool, StoreError> {
    let has_items = match store.entry(key)?.and_then(|detail| detail.entry).map(|entry| entry.body) {
        Some(Body::ItemReceipt { form, .. }) => !form.item_line_add.is_empty(),
        Some(Body::Bill { form, .. }) => !form.item_line_add.is_empty(),
        Some(Body::VendorCredit(form)) => !form.item_line_add.is_empty(),
        _ => false,
    };
    let lists = store.world()?;
    let is_its_own = |account: &String| {
        let kind = lists.named(NameSpace::Account, account).and_then(|found| found.account);
        kind.is_some_and(|kind| matches!(kind.as_str(), "CostOfGoodsSold" | "OtherCurrentAsset"))
    };
    let costs_again = has_items && off.values().copied().sum::<Money>().is_zero() && off.keys().all(is_its_own);
    lists.check()?;
    Ok(costs_again)
}

impl Pair {
    fn add(&mut self, other: Self) {
        self.shop += other.shop;
        self.company += other.company;
    }
}

fn row(account: &str, pair: &Pair) -> Row {
    Row { account: account.to_owned(), shop: pair.shop, company: pair.company, difference: pair.company - pair.shop }
}

impl Sides {
    /// What both sides say of the days from `from` to `to`. None before the shop was read for the first time.
    fn of(store: &Store, from: Date, to: Date) -> Result<Option<Self>, StoreError> {
        let mappings: Vec<Mapping> = store.mapping_versions()?.into_iter().map(|version| version.mapping).collect();
        let (Some(shop), false) = (store.setting::<Shop>("shop")?, mappings.is_empty()) else {
            return Ok(None);
        };
        let mut sides = Self { from, to, ..Self::default() };
        sides.read_company(store)?;
        sides.read_shop(store, &shop, &mappings)?;
        Ok(Some(sides))
    }

    fn company(&mut self, date: Date, account: &str, document: &DocumentId, amount: Money) {
        self.pairs.entry((date, account.to_owned(), document.clone())).or_default().company += amount;
    }

    /// The company file's side: its own report where that was read, else what it answered.
    fn read_company(&mut self, store: &Store) -> Result<(), StoreError> {
        self.read = store.company_days(self.from, self.to)?.into_iter().collect();
        let mut rows = Vec::new();
        store.company_rows(self.from, self.to, |row| rows.push(row))?;
        let mut transactions = BTreeSet::new();
        let mut strangers: BTreeMap<String, Stranger> = BTreeMap::new();
        for row in rows {
            let amount = row.posting.amount;
            match (&row.entry, &row.namesake) {
                (Some((key, document)), _) => {
                    transactions.insert(row.posting.txn_id.as_str().to_owned());
                    self.days.insert(row.date);
                    self.seen.insert(key.clone());
                    *self.reported.entry((key.clone(), row.posting.account.clone())).or_default() += amount;
                    self.company(row.date, &row.posting.account, document, amount);
                }
                (None, Some(document)) => {
                    let stranger = strangers.entry(row.posting.txn_id.as_str().to_owned()).or_insert_with(|| {
                        Stranger { date: row.date, namesake: document.clone(), postings: BTreeMap::new() }
                    });
                    *stranger.postings.entry(row.posting.account.clone()).or_default() += amount;
                }
                (None, None) => {}
            }
        }
        for stranger in strangers.into_values() {
            self.judge_stranger(store, stranger)?;
        }
        for booked in store.booked_between(self.from, self.to)? {
            self.posted.insert(booked.document.clone());
            if booked.postings.is_empty() {
                continue;
            }
            self.days.insert(booked.date);
            if self.read.contains_key(&booked.date) {
                self.judge(store, &booked)?;
            } else {
                transactions.insert(booked.key.as_str().to_owned());
                for posting in &booked.postings {
                    self.company(booked.date, &posting.account, &booked.document, posting.amount);
                }
            }
        }
        self.company_transactions = u32::try_from(transactions.len()).unwrap_or(u32::MAX);
        self.share_out(store)
    }

    /// What a day's entry books belongs to the orders of its parts; what is left of it stands behind the day itself.
    fn share_out(&mut self, store: &Store) -> Result<(), StoreError> {
        let mut parts = Vec::new();
        store.parts_between(self.from, self.to, |part| parts.push(part))?;
        for part in parts {
            self.posted.insert(part.document.clone());
            self.titles.entry(part.day.clone()).or_insert_with(|| part.day.as_str().replacen("day:", "", 1));
            let is_there = !self.read.contains_key(&part.date) || self.seen.contains(&part.entry);
            if !is_there {
                self.missing.insert(part.document.clone());
                continue;
            }
            for posting in &part.postings {
                self.company(part.date, &posting.account, &part.document, posting.amount);
                self.company(part.date, &posting.account, &part.day, -posting.amount);
                self.meant.entry(part.day.clone()).or_default().insert(posting.account.clone());
            }
        }
        Ok(())
    }

    /// A transaction that is not ours and bears a number of ours is a double when it books all that ours does; any other is
    /// the merchant's own.
    fn judge_stranger(&mut self, store: &Store, stranger: Stranger) -> Result<(), StoreError> {
        let Stranger { date, namesake, postings } = stranger;
        let books_the_same = |past: &Past| {
            let ours = past.entry.postings.by_account();
            !ours.is_empty() && ours.iter().all(|(account, amount)| postings.get(*account) == Some(amount))
        };
        if store.past(&namesake)?.iter().any(books_the_same) {
            self.doubled.insert(namesake.clone());
            for (account, amount) in postings {
                self.company(date, &account, &namesake, amount);
            }
        }
        Ok(())
    }

    /// Whether the report still has what was booked. What QuickBooks posts by itself, the cost of goods, is no part of the
    /// tie-out.
    fn judge(&mut self, store: &Store, booked: &store::BookedRow) -> Result<(), StoreError> {
        if !self.seen.contains(&booked.key) {
            self.missing.insert(booked.document.clone());
            return Ok(());
        }
        let mut meant: BTreeMap<&str, Money> = BTreeMap::new();
        for posting in &booked.postings {
            *meant.entry(&posting.account).or_default() += posting.amount;
        }
        let begin = (booked.key.clone(), String::new());
        let reported = self.reported.range(begin..).take_while(|((key, _), _)| *key == booked.key);
        let mut off: BTreeMap<String, Money> =
            reported.map(|((_, account), amount)| (account.clone(), *amount)).collect();
        for (account, amount) in &meant {
            *off.entry((*account).to_owned()).or_default() -= *amount;
        }
        off.retain(|_, amount| !amount.is_zero());
        if off.keys().any(|account| meant.contains_key(account.as_str())) {
            if costs_again(store, &booked.key, &off)? {
                for (account, amount) in off {
                    self.company(booked.date, &account, &booked.document, -amount);
                }
            } else {
                self.changed.insert(booked.document.clone());
            }
        }
        Ok(())
    }

    /// The shop's side. `mappings` are all versions, the newest first: a choice counts from when it was made, so what was
    /// posted before is told by the newest version that knows its accounts.
    fn read_shop(&mut self, store: &Store, shop: &Shop, mappings: &[Mapping]) -> Result<(), StoreError> {
        let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
        let start = store.setting::<Date>(START)?;
        let midnight = |day: Date| day.to_zoned(zone.clone()).map_or(Timestamp::MAX, |time| time.timestamp());
        let world = store.world()?;
        let company = world.company();
        let told = |document: &Document, past: &[Past], mapping: &Mapping| {
            let context = books::Context { mapping, shop, lists: &world, facts: &world, company: &company };
            books::tieout::figures(document, past, &context)
        };
        let (from, to) = (self.from, self.to);
        let times = (midnight(from), midnight(to.saturating_add(1.day())));
        store.documents_touching((from, to), times, |document, past| {
            let document = match start {
                Some(start) => books::since(&document, &past, start, &zone),
                None => Cow::Borrowed(&document),
            };
            let title = match &document.fact {
                Fact::Order(order) => order.name.as_str(),
                Fact::PurchaseOrder(order) => &order.number,
                Fact::StockAdjustment(adjustment) => &adjustment.number,
                Fact::OpeningStock(_) => document.id.as_str(),
                _ => return,
            };
            let ours: BTreeSet<String> = past
                .iter()
                .flat_map(|past| past.entry.postings.iter())
                .map(|posting| posting.account.clone())
                .collect();
            let mut versions = mappings.iter().map(|mapping| told(&document, &past, mapping));
            let newest = versions.next().unwrap_or_default();
            let knows = |figures: &Vec<ShopFigure>| figures.iter().all(|figure| ours.contains(&figure.account));
            let figures =
                if past.is_empty() || knows(&newest) { newest } else { versions.find(knows).unwrap_or(newest) };
            let mut counts = false;
            for figure in figures.into_iter().filter(|figure| (from..=to).contains(&figure.date)) {
                counts = true;
                self.days.insert(figure.date);
                self.pairs.entry((figure.date, figure.account, document.id.clone())).or_default().shop += figure.amount;
            }
            self.shop_sales += u32::from(counts && document.kind() == DocumentKind::Order);
            self.titles.insert(document.id.clone(), title.to_owned());
            self.meant.entry(document.id.clone()).or_default().extend(ours);
        })?;
        self.leave_out_costs(&world);
        world.check()
    }

    /// Drops what QuickBooks posted by itself beside our forms: accounts of cost and stock that none of the order's own
    /// postings, as they were meant, touches. A day's own are those of its parts.
    fn leave_out_costs(&mut self, lists: &dyn Lists) {
        let accounts: BTreeSet<String> = self.pairs.keys().map(|(_, account, _)| account.clone()).collect();
        let by_itself: BTreeSet<String> = accounts
            .into_iter()
            .filter(|account| {
                let kind = lists.named(NameSpace::Account, account).and_then(|found| found.account);
                kind.is_some_and(|kind| matches!(kind.as_str(), "CostOfGoodsSold" | "OtherCurrentAsset" | "OtherAsset"))
            })
            .collect();
        let meant = &self.meant;
        self.pairs.retain(|(_, account, document), pair| {
            let ours = meant.get(document).is_some_and(|accounts| accounts.contains(account));
            ours || !pair.shop.is_zero() || !by_itself.contains(account)
        });
    }

    fn cause(&self, document: &DocumentId) -> Cause {
        if self.doubled.contains(document) {
            Cause::Doubled
        } else if self.missing.contains(document) {
            Cause::Missing
        } else if self.changed.contains(document) {
            Cause::Changed
        } else if self.posted.contains(document) {
            Cause::Other
        } else {
            Cause::NotPosted
        }
    }

    fn compare(self) -> TieOut {
        let mut by_account: BTreeMap<&str, Pair> = BTreeMap::new();
        let mut by_day: BTreeMap<(Date, &str), (Pair, Vec<OrderDifference>)> = BTreeMap::new();
        for ((date, account, document), pair) in &self.pairs {
            for sum in [by_account.entry(account).or_default(), &mut by_day.entry((*date, account)).or_default().0] {
                sum.add(*pair);
            }
            if pair.shop != pair.company
                && let Some((_, orders)) = by_day.get_mut(&(*date, account.as_str()))
            {
                orders.push(OrderDifference {
                    document: document.clone(),
                    title: self.titles.get(document).cloned().unwrap_or_else(|| document.short().to_owned()),
                    shop: pair.shop,
                    company: pair.company,
                    cause: self.cause(document),
                });
            }
        }
        let rows = by_account
            .iter()
            .filter(|(_, pair)| !pair.shop.is_zero() || !pair.company.is_zero())
            .map(|(account, pair)| row(account, pair))
            .collect();
        let days = by_day
            .into_iter()
            .filter(|(_, (_, orders))| !orders.is_empty())
            .map(|((date, account), (pair, orders))| DayDifference { date, row: row(account, &pair), orders })
            .collect();
        let read_at = self
            .days
            .iter()
            .map(|day| self.read.get(day).copied())
            .collect::<Option<Vec<_>>>()
            .and_then(|times| times.into_iter().min());
        TieOut {
            from: self.days.first().copied(),
            to: self.days.last().copied(),
            rows,
            days,
            shop_sales: self.shop_sales,
            company_transactions: self.company_transactions,
            read_at,
        }
    }
}
