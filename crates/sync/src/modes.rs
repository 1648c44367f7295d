//! How much QuickBooks is told, and from when: modes change forward only, from a day that has not begun (BRIEF.md B15–B17).
//! An order keeps the modes of the day on which it was placed all its life.

use std::collections::BTreeSet;

use books::{
    Context, Day, DocumentKind, EntryKey, Fact, Mapping,
    document::Shop,
    mapping::{Mode, Modes, ModesFrom},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{MappingWhy, Store, StoreError};

use crate::{
    api::ApiError,
    integration::{self, Integration, Stage},
    messages::Message,
};

/// Over how many days of the shop's past a preview looks.
const LOOKS_BACK: i32 = 30;

/// Modes and since when they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ModesView {
    /// The first day, by the shop's calendar; none for those that hold from the beginning.
    pub from: Option<String>,
    /// Of buyers.
    #[specta(type = ChosenMode)]
    pub customers: Mode,
    /// Of goods, and with them of sales.
    #[specta(type = ChosenMode)]
    pub inventory: Mode,
    /// Of suppliers.
    #[specta(type = ChosenMode)]
    pub vendors: Mode,
}

/// A mode, as somebody chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "Mode", rename_all = "snake_case")]
pub enum ChosenMode {
    /// Sums by day, and generic names.
    Summary,
    /// Each sale, with exact names.
    Detailed,
}

impl From<ChosenMode> for Mode {
    fn from(chosen: ChosenMode) -> Self {
        match chosen {
            ChosenMode::Summary => Self::Summary,
            ChosenMode::Detailed => Self::Detailed,
        }
    }
}

/// Modes, as somebody chooses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "Modes")]
pub struct ChosenModes {
    /// Of buyers.
    pub customers: ChosenMode,
    /// Of goods, and with them of sales.
    pub inventory: ChosenMode,
    /// Of suppliers.
    pub vendors: ChosenMode,
}

impl ChosenModes {
    /// The same from a day on.
    pub fn from_day(self, from: Date) -> ModesFrom {
        let Self { customers, inventory, vendors } = self;
        ModesFrom { from, customers: customers.into(), inventory: inventory.into(), vendors: vendors.into() }
    }
}

/// What the last thirty days' orders come to in certain modes, were they carried over anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Outlook {
    /// Entries in the books.
    pub entries: u32,
    /// Objects that are added to QuickBooks' lists.
    pub list_objects: u32,
}

/// What a change of modes would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ModesPreview {
    /// Orders of the last thirty days that were looked at.
    pub orders: u32,
    /// As it is now.
    pub now: Outlook,
    /// As it would be.
    pub then: Outlook,
}

/// All modes, those from the beginning first.
pub fn modes(store: &Store) -> Result<Vec<ModesView>, ApiError> {
    let mapping = store.mapping()?.unwrap_or_default();
    let first = mapping.modes_on(Date::MIN);
    let first =
        ModesView { from: None, customers: first.customers, inventory: first.inventory, vendors: first.vendors };
    let mut changes = mapping.modes;
    changes.sort_by_key(|change| change.from);
    let view = |change: ModesFrom| ModesView {
        from: Some(change.from.to_string()),
        customers: change.customers,
        inventory: change.inventory,
        vendors: change.vendors,
    };
    Ok(std::iter::once(first).chain(changes.into_iter().map(view)).collect())
}

/// What these modes would do, told by the orders of the last thirty days. Nothing is changed.
///
/// # Errors
/// When nothing was read from the shop yet, or the change can't be made.
pub fn preview(store: &Store, change: ModesFrom, now: Timestamp) -> Result<ModesPreview, ApiError> {
    let (shop, mapping) = checked(store, change, now)?;
    let before = mapping.modes_on(change.from);
    let after = Modes { customers: change.customers, inventory: change.inventory, vendors: change.vendors };
    let (orders, as_now) = outlook(store, &shop, &always(&mapping, before), now)?;
    let (_, then) = outlook(store, &shop, &always(&mapping, after), now)?;
    Ok(ModesPreview { orders, now: as_now, then })
}

/// Has these modes hold from their day on, instead of later changes that were planned before.
///
/// # Errors
/// When nothing was read from the shop yet, when the day has begun, or when QuickBooks' lists have no room for it.
pub fn change(store: &Store, change: ModesFrom, now: Timestamp) -> Result<(), ApiError> {
    let (_, mut mapping) = checked(store, change, now)?;
    mapping.modes.retain(|other| other.from < change.from);
    mapping.modes.push(change);
    store.save_mapping(&mapping, MappingWhy::Chosen, now)?;
    Ok(())
}

/// Before the start: has these modes hold from the beginning.
///
/// # Errors
/// When the integration is started, or QuickBooks' lists have no room for it.
pub fn choose(store: &Store, chosen: ChosenModes, now: Timestamp) -> Result<(), ApiError> {
    if Integration::of(store)?.stage != Stage::NotStarted {
        return Err(ApiError { message: Message::new("modes.started") });
    }
    let ModesFrom { customers, inventory, vendors, .. } = chosen.from_day(Date::MIN);
    let modes = Modes { customers, inventory, vendors };
    if let Some(message) = integration::too_detailed(store, modes, now)?.into_iter().next() {
        return Err(ApiError { message });
    }
    let mapping = always(&store.mapping()?.unwrap_or_default(), modes);
    store.save_mapping(&mapping, MappingWhy::Chosen, now)?;
    Ok(())
}

fn checked(store: &Store, change: ModesFrom, now: Timestamp) -> Result<(Shop, Mapping), ApiError> {
    let Some(shop) = store.setting::<Shop>("shop")? else {
        return Err(ApiError { message: Message::new("integration.shop_not_read") });
    };
    let today = now.to_zoned(zone(&shop)).date();
    if change.from <= today {
        let (from, today) = (change.from, today);
        return Err(ApiError { message: Message::new("modes.begun").with("from", from).with("today", today) });
    }
    let modes = Modes { customers: change.customers, inventory: change.inventory, vendors: change.vendors };
    if let Some(message) = integration::too_detailed(store, modes, now)?.into_iter().next() {
        return Err(ApiError { message });
    }
    Ok((shop, store.mapping()?.unwrap_or_default()))
}

fn zone(shop: &Shop) -> TimeZone {
    TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC)
}

/// The mapping with these modes and no others.
fn always(mapping: &Mapping, modes: Modes) -> Mapping {
    let mut mapping = mapping.clone();
    mapping.modes.clear();
    mapping.customers.mode = modes.customers;
    mapping.inventory.mode = modes.inventory;
    mapping.vendors.mode = modes.vendors;
    mapping
}

fn outlook(store: &Store, shop: &Shop, mapping: &Mapping, now: Timestamp) -> Result<(u32, Outlook), StoreError> {
    let zone = zone(shop);
    let since = now.to_zoned(zone.clone()).date().saturating_sub(LOOKS_BACK.days());
    let world = store.world()?;
    let company = world.company();
    let context = Context { mapping, shop, lists: &world, facts: &world, company: &company };
    let (mut orders, mut entries) = (0, 0);
    let mut days: BTreeSet<Day> = BTreeSet::new();
    let mut lists: BTreeSet<EntryKey> = BTreeSet::new();
    store.each_document(DocumentKind::Order, |document| {
        let Fact::Order(order) = &document.fact else { return };
        if order.placed_at.to_zoned(zone.clone()).date() < since {
            return;
        }
        orders += 1;
        for entry in books::map(&document, &[], &context).entries {
            match entry.part_of {
                Some(day) => {
                    days.insert(day);
                }
                None if entry.kind.is_list() => {
                    lists.insert(entry.key);
                }
                None => entries += 1,
            }
        }
    })?;
    world.check()?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok((orders, Outlook { entries: entries + count(days.len()), list_objects: count(lists.len()) }))
}
