//! List ceilings: how much the company file's lists hold, how much the shop would add, and what follows for the modes
//! (PRODUCT.md 1.5, PROTOCOL.md e).
//!
//! Inactive objects count. Once Pro or Premier has reached a ceiling, deleting names does not give their places back; how
//! many were deleted before QuickBooks does not tell, so that there may be less room than counted.

use std::collections::{BTreeMap, BTreeSet};

use books::{Ceilings, Document, DocumentKind, NameSpace};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

use crate::{api::Attention, company::Company, messages::Message};

/// Percentages of a ceiling at which a warning is given, the highest first.
const WARN_AT: [u8; 3] = [95, 90, 80];
/// The longest that is looked ahead, in days.
const HORIZON: u64 = 36_525;

/// A list that has a ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CeilingList {
    /// Customers, vendors, employees and other names together.
    Names,
    /// Customers alone.
    Customers,
    /// Vendors alone.
    Vendors,
    /// Items of all kinds.
    Items,
    /// Accounts.
    Accounts,
    /// Classes.
    Classes,
}

impl CeilingList {
    /// All lists, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Names, Self::Customers, Self::Vendors, Self::Items, Self::Accounts, Self::Classes];

    /// The word for it, which held entries use too.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Customers => "customers",
            Self::Vendors => "vendors",
            Self::Items => "items",
            Self::Accounts => "accounts",
            Self::Classes => "classes",
        }
    }

    const fn ceiling(self, ceilings: &Ceilings) -> Option<u32> {
        match self {
            Self::Names => ceilings.names,
            Self::Customers | Self::Vendors => ceilings.single_list,
            Self::Items => ceilings.items,
            Self::Accounts => ceilings.accounts,
            Self::Classes => ceilings.classes,
        }
    }

    fn holds(self, space: NameSpace, kind: &str) -> bool {
        match self {
            Self::Names => space == NameSpace::Name,
            Self::Customers => kind == "Customer",
            Self::Vendors => kind == "Vendor",
            Self::Items => space == NameSpace::Item,
            Self::Accounts => space == NameSpace::Account,
            Self::Classes => space == NameSpace::Class,
        }
    }
}

/// What follows from how full a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// There is room.
    Allowed,
    /// There is room, but not much is left.
    Warning {
        /// The percentage that is reached: 80, 90 or 95.
        percent: u8,
    },
    /// There is no room for all of it.
    Refused,
}

impl Verdict {
    /// Of a list with so many objects.
    pub fn of(total: u32, ceiling: Option<u32>) -> Self {
        let Some(ceiling) = ceiling else { return Self::Allowed };
        if total > ceiling {
            return Self::Refused;
        }
        let reached = |percent: &&u8| u64::from(total) * 100 >= u64::from(ceiling) * u64::from(**percent);
        WARN_AT.iter().find(reached).map_or(Self::Allowed, |percent| Self::Warning { percent: *percent })
    }
}

/// How full a list is and would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ListRoom {
    /// The list.
    pub list: CeilingList,
    /// The most that it can hold; none where nobody knows a ceiling.
    pub ceiling: Option<u32>,
    /// Whether QuickBooks itself told the ceiling.
    pub told: bool,
    /// What the company file has, inactive objects included.
    pub used: u32,
    /// Inactive objects among them.
    pub inactive: u32,
    /// What the shop would add with every mode detailed: what is known there and is neither linked nor to be matched.
    pub would_add: u32,
    /// Both together.
    pub total: u32,
    /// What follows.
    pub verdict: Verdict,
}

/// Something that has a mode of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Moded {
    /// Buyers.
    Customers,
    /// Goods.
    Inventory,
    /// Suppliers.
    Vendors,
}

/// Whether a mode may be detailed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ModeVerdict {
    /// What has the mode.
    pub of: Moded,
    /// What is said of detailed; where it is refused, the mode must be summary.
    pub detailed: Verdict,
    /// The list that decides, with its numbers.
    pub message: Message,
}

/// When a list will be full, as the shop grows now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Forecast {
    /// The list.
    pub list: CeilingList,
    /// How many were new in the shop in the last 90 days.
    pub new_in_90_days: u32,
    /// How many were new in the shop in the last 365 days.
    pub new_in_365_days: u32,
    /// The month (`2027-03`) in which the ceiling is met, by the faster of the two; none within a hundred years.
    pub full_in: Option<String>,
}

/// How the lists of the company file stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CeilingsView {
    /// QuickBooks' product, as it said itself.
    pub product: String,
    /// The lists.
    pub lists: Vec<ListRoom>,
    /// Whether each mode may be detailed.
    pub modes: Vec<ModeVerdict>,
    /// When the lists will be full.
    pub forecasts: Vec<Forecast>,
    /// What the counting can't know.
    pub caveat: Message,
}

impl CeilingsView {
    /// What must be in summary mode.
    pub fn must_be_summary(&self) -> impl Iterator<Item = Moded> {
        self.modes.iter().filter(|mode| mode.detailed == Verdict::Refused).map(|mode| mode.of)
    }
}

/// How the lists of the company file stand, as they were read last. None before QuickBooks told them.
pub fn ceilings(store: &Store, now: Timestamp) -> Result<Option<CeilingsView>, StoreError> {
    let Some(company) = store.setting::<Company>("company")? else { return Ok(None) };
    let would_add = would_add(store)?;
    let lists = rooms(store, &company, &would_add)?;
    let modes = modes(&lists);
    let forecasts = forecasts(store, &lists, now)?;
    let product = company.product;
    Ok(Some(CeilingsView { product, lists, modes, forecasts, caveat: Message::new("ceilings.caveat") }))
}

/// What of the lists as they are now, without what the shop would add, needs attention.
pub(crate) fn attention(store: &Store) -> Result<Vec<Attention>, StoreError> {
    let Some(company) = store.setting::<Company>("company")? else { return Ok(Vec::new()) };
    let lists = rooms(store, &company, &WouldAdd::default())?;
    let near = lists.iter().filter(|room| room.verdict != Verdict::Allowed);
    Ok(near.map(|room| Attention { message: told("ceilings.nearly_full", room), entries: 0 }).collect())
}

fn told(code: &str, room: &ListRoom) -> Message {
    let ceiling = room.ceiling.unwrap_or_default();
    let percent = (u64::from(room.total) * 100).checked_div(u64::from(ceiling)).unwrap_or_default();
    Message::new(code)
        .with("list", room.list.key())
        .with("used", room.used)
        .with("would_add", room.would_add)
        .with("total", room.total)
        .with("ceiling", ceiling)
        .with("percent", percent)
}

/// How many objects the shop would add to each list that its documents grow.
#[derive(Clone, Copy, Debug, Default)]
struct WouldAdd {
    customers: u32,
    vendors: u32,
    items: u32,
}

impl WouldAdd {
    const fn to(&self, list: CeilingList) -> u32 {
        match list {
            CeilingList::Names => self.customers.saturating_add(self.vendors),
            CeilingList::Customers => self.customers,
            CeilingList::Vendors => self.vendors,
            CeilingList::Items => self.items,
            CeilingList::Accounts | CeilingList::Classes => 0,
        }
    }
}

fn would_add(store: &Store) -> Result<WouldAdd, StoreError> {
    let world = store.world()?;
    let mut add = WouldAdd::default();
    let mut taken: BTreeSet<(NameSpace, String)> = BTreeSet::new();
    let mut count = |document: Document| {
        let Some(identity) = books::identity(&document) else { return };
        let is_taken = |name: &str| taken.contains(&(identity.space, name.to_lowercase()));
        if !identity.is_there(&world, is_taken) {
            let more = match identity.kind {
                "Customer" => &mut add.customers,
                "Vendor" => &mut add.vendors,
                _ => &mut add.items,
            };
            *more += 1;
        }
        taken.insert((identity.space, identity.name.to_lowercase()));
    };
    for kind in [DocumentKind::Customer, DocumentKind::Variant, DocumentKind::Supplier] {
        store.each_document(kind, &mut count)?;
    }
    world.check()?;
    Ok(add)
}

fn rooms(store: &Store, company: &Company, would_add: &WouldAdd) -> Result<Vec<ListRoom>, StoreError> {
    let counts = store.list_counts()?;
    let ceilings = company.ceilings();
    let told = |list| match list {
        CeilingList::Names => company.names_ceiling.is_some(),
        CeilingList::Items => company.items_ceiling.is_some(),
        CeilingList::Accounts => company.accounts_ceiling.is_some(),
        CeilingList::Classes => company.classes_ceiling.is_some(),
        CeilingList::Customers | CeilingList::Vendors => false,
    };
    let room = |list: CeilingList| {
        let (mut used, mut inactive) = (0, 0);
        for count in counts.iter().filter(|count| list.holds(count.space, &count.kind)) {
            used += count.all;
            inactive += count.inactive;
        }
        let ceiling = list.ceiling(&ceilings);
        let would_add = would_add.to(list);
        let total = used + would_add;
        let verdict = Verdict::of(total, ceiling);
        ListRoom { list, ceiling, told: told(list), used, inactive, would_add, total, verdict }
    };
    Ok(CeilingList::ALL.map(room).into())
}

/// Whether each mode may be detailed. Customers and vendors share the room for names: where there is not enough for both,
/// whichever would add more is refused first.
fn modes(lists: &[ListRoom]) -> Vec<ModeVerdict> {
    let room = |list: CeilingList| lists.iter().find(|room| room.list == list);
    let (Some(names), Some(customers), Some(vendors), Some(items)) =
        (room(CeilingList::Names), room(CeilingList::Customers), room(CeilingList::Vendors), room(CeilingList::Items))
    else {
        return Vec::new();
    };
    let mut adding: Vec<(Moded, &ListRoom)> = vec![(Moded::Customers, customers), (Moded::Vendors, vendors)];
    adding.sort_by_key(|(_, own)| std::cmp::Reverse(own.would_add));
    let mut verdicts: BTreeMap<Moded, (Verdict, &ListRoom)> = BTreeMap::new();
    // A summary is one generic name.
    let mut total = names.used + adding.iter().map(|(_, own)| own.would_add).sum::<u32>();
    let mut refused = BTreeSet::new();
    for (of, own) in &adding {
        let too_many = names.ceiling.is_some_and(|ceiling| total > ceiling) && own.would_add > 1;
        if own.verdict == Verdict::Refused || too_many {
            total -= own.would_add.saturating_sub(1);
            refused.insert(*of);
            let deciding = if too_many { names } else { *own };
            verdicts.insert(*of, (Verdict::Refused, deciding));
        }
    }
    for (of, own) in &adding {
        if !refused.contains(of) {
            let together = Verdict::of(total, names.ceiling);
            let worse = if rank(own.verdict) > rank(together) { (own.verdict, *own) } else { (together, names) };
            verdicts.insert(*of, worse);
        }
    }
    verdicts.insert(Moded::Inventory, (items.verdict, items));
    let code = |verdict| match verdict {
        Verdict::Allowed => "ceilings.allowed",
        Verdict::Warning { .. } => "ceilings.warning",
        Verdict::Refused => "ceilings.refused",
    };
    verdicts
        .into_iter()
        .map(|(of, (detailed, room))| ModeVerdict { of, detailed, message: told(code(detailed), room) })
        .collect()
}

const fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Allowed => 0,
        Verdict::Warning { percent } => percent,
        Verdict::Refused => 100,
    }
}

fn forecasts(store: &Store, lists: &[ListRoom], now: Timestamp) -> Result<Vec<Forecast>, StoreError> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let since = |days: i64| {
        let day = today.saturating_sub(days.days());
        day.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |time| time.timestamp())
    };
    let (quarter, year) = (store.first_sales_since(since(90))?, store.first_sales_since(since(365))?);
    let grown = |list| match list {
        CeilingList::Names | CeilingList::Customers => Some((quarter.customers, year.customers)),
        CeilingList::Items => Some((quarter.variants, year.variants)),
        _ => None,
    };
    let forecast = |room: &ListRoom| {
        let (new_in_90_days, new_in_365_days) = grown(room.list)?;
        let left = room.ceiling?.saturating_sub(room.total);
        let days = [(new_in_90_days, 90), (new_in_365_days, 365)].map(|(new, days)| days_until(left, new, days));
        let full_in = days.into_iter().flatten().min().and_then(|days| month_after(today, days));
        Some(Forecast { list: room.list, new_in_90_days, new_in_365_days, full_in })
    };
    Ok(lists.iter().filter_map(forecast).collect())
}

/// Days until so many places are taken, when so many are in so many days; rounded up.
fn days_until(left: u32, new: u32, days: u64) -> Option<u64> {
    (new > 0).then(|| (u64::from(left) * days).div_ceil(u64::from(new)))
}

fn month_after(today: Date, days: u64) -> Option<String> {
    if days > HORIZON {
        return None;
    }
    let day = today.checked_add(i64::try_from(days).ok()?.days()).ok()?;
    Some(day.strftime("%Y-%m").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(list: CeilingList, used: u32, would_add: u32, ceiling: u32) -> ListRoom {
        let total = used + would_add;
        let verdict = Verdict::of(total, Some(ceiling));
        ListRoom { list, ceiling: Some(ceiling), told: false, used, inactive: 0, would_add, total, verdict }
    }

    fn verdicts(names: u32, customers: u32, vendors: u32, items: u32) -> Vec<(Moded, Verdict)> {
        let lists = [
            room(CeilingList::Names, names, customers + vendors, 14_500),
            room(CeilingList::Customers, 0, customers, 10_500),
            room(CeilingList::Vendors, 0, vendors, 10_500),
            room(CeilingList::Items, 0, items, 14_500),
        ];
        modes(&lists).into_iter().map(|mode| (mode.of, mode.detailed)).collect()
    }

    #[test]
    fn a_file_of_14400_names_takes_100_more_and_refuses_the_row_after() {
        let warning = Verdict::Warning { percent: 95 };
        assert_eq!(
            verdicts(14_400, 100, 0, 0),
            [(Moded::Customers, warning), (Moded::Inventory, Verdict::Allowed), (Moded::Vendors, warning)]
        );
        let refused = verdicts(14_400, 101, 0, 0);
        assert_eq!(refused[0], (Moded::Customers, Verdict::Refused));
        assert_eq!(refused[2], (Moded::Vendors, warning), "one generic customer fits");
    }

    #[test]
    fn where_both_do_not_fit_the_larger_is_refused_and_the_other_only_if_it_must_be() {
        assert_eq!(verdicts(14_000, 600, 100, 0)[0].1, Verdict::Refused);
        assert_eq!(verdicts(14_000, 600, 100, 0)[2].1, Verdict::Warning { percent: 95 });
        assert_eq!(verdicts(14_000, 100, 600, 0)[0].1, Verdict::Warning { percent: 95 });
        assert_eq!(verdicts(14_000, 700, 600, 0)[2].1, Verdict::Refused);
    }

    #[test]
    fn one_list_of_names_alone_has_a_ceiling_of_its_own() {
        assert_eq!(verdicts(0, 10_500, 0, 0)[0].1, Verdict::Warning { percent: 95 });
        assert_eq!(verdicts(0, 10_501, 0, 0)[0].1, Verdict::Refused);
    }

    #[test]
    fn warnings_come_at_80_90_and_95_percent() {
        let of = |total| Verdict::of(total, Some(1_000));
        assert_eq!(of(799), Verdict::Allowed);
        assert_eq!(
            [of(800), of(900), of(950), of(1_000)],
            [80, 90, 95, 95].map(|percent| Verdict::Warning { percent })
        );
        assert_eq!(of(1_001), Verdict::Refused);
        assert_eq!(Verdict::of(u32::MAX, None), Verdict::Allowed);
    }

    #[test]
    fn the_month_in_which_a_ceiling_is_met_is_told() {
        let today = jiff::civil::date(2026, 11, 27);
        assert_eq!(days_until(100, 90, 90), Some(100));
        assert_eq!(month_after(today, 100).as_deref(), Some("2027-03"));
        assert_eq!(days_until(100, 0, 90), None);
        assert_eq!(month_after(today, HORIZON + 1), None);
    }
}
