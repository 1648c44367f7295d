//! The merchant's choices: which account, class or sales-tax item each category of the shop belongs to.
//!
//! The stored mapping counts, in versions. The configuration makes the first one; what changes in the configuration later is
//! taken over into the newest, and what was chosen otherwise stays.

use std::collections::BTreeMap;

use books::{
    Category, Document, DocumentKind, HeldReason, Lists, Mapping, Met, NameSpace,
    mapping::{NewAccount, Purpose},
    proposals::{self, Candidate, Choice},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use store::{MappingWhy, Store, StoreError, World};

use crate::{
    api::ApiError,
    integration::lists_are_read,
    messages::{Language, Message},
};

/// The setting that keeps the mapping as the configuration had it last.
const CONFIGURED: &str = "mapping.configured";
/// The setting that keeps what the shop has shown so far, as [`Met`].
const MET: &str = "met";

/// Takes the configuration's mapping over: all of it at first, later what changed in it. The same again is nothing.
pub fn take_configuration(store: &Store, mapping: &Mapping, now: Timestamp) -> Result<(), StoreError> {
    let before: Option<Mapping> = store.setting(CONFIGURED)?;
    let next = match (store.mapping()?, before) {
        (Some(current), Some(before)) => current.with_changes(&before, mapping),
        _ => mapping.clone(),
    };
    // In this order: a kill in between has it done again, and never forgotten.
    store.save_mapping(&next, MappingWhy::Configured, now)?;
    store.set_setting(CONFIGURED, mapping, "the configuration's mapping was taken over", now)
}

/// From now on, gateways, taxes, locations and product types that appear for the first time are held until somebody chooses
/// for them; what appeared before goes on as it is.
pub fn hold_new(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let mut mapping = store.mapping()?.unwrap_or_default();
    mapping.hold_new(&met(store)?);
    store.save_mapping(&mapping, MappingWhy::HoldNew, now)?;
    Ok(())
}

/// Keeps what documents show of the shop, before they are stored: what a kill lets be told twice is no harm.
pub(crate) fn remember_met<'d>(
    store: &Store,
    documents: impl IntoIterator<Item = &'d Document>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known: Option<Met> = store.setting(MET)?;
    let mut news = known.is_none();
    let mut met = known.map_or_else(|| met_before(store), Ok)?;
    for document in documents {
        news |= met.take(document);
    }
    if news {
        store.set_setting(MET, &met, "the shop shows something for the first time", now)?;
    }
    Ok(())
}

/// What the shop has shown so far.
pub(crate) fn met(store: &Store) -> Result<Met, StoreError> {
    store.setting(MET)?.map_or_else(|| met_before(store), Ok)
}

/// The same from the documents, where it was not kept yet.
fn met_before(store: &Store) -> Result<Met, StoreError> {
    let kinds = [
        DocumentKind::Location,
        DocumentKind::Variant,
        DocumentKind::Order,
        DocumentKind::PurchaseOrder,
        DocumentKind::StockAdjustment,
    ];
    let mut met = Met::default();
    for kind in kinds {
        store.each_document(kind, |document| {
            met.take(&document);
        })?;
    }
    Ok(met)
}

/// What is wrong with the choices that the shop uses: told before anything is posted by them.
pub(crate) fn problems(store: &Store) -> Result<Vec<HeldReason>, StoreError> {
    let Some(mapping) = store.mapping()? else { return Ok(Vec::new()) };
    if !lists_are_read(store)? {
        return Ok(Vec::new());
    }
    let world = store.world()?;
    let mut problems = mapping.check(&world, &met(store)?);
    world.check()?;
    for lost in store.lost_choices()? {
        let known = problems.iter().any(|problem| is_about(problem, &lost.key));
        let chosen = Category::from_key(&lost.key).and_then(|category| category.chosen(&mapping).map(str::to_owned));
        if let (false, Some(name)) = (known, chosen) {
            problems.push(HeldReason::ChoiceGone { purpose: lost.key, name });
        }
    }
    Ok(problems)
}

fn is_about(problem: &HeldReason, key: &str) -> bool {
    match problem {
        HeldReason::NoAccount { purpose, .. }
        | HeldReason::ChoiceGone { purpose, .. }
        | HeldReason::InactiveAccount { purpose, .. }
        | HeldReason::WrongAccountType { purpose, .. } => purpose == key,
        _ => false,
    }
}

/// An account of the company file, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountView {
    /// Full name.
    pub full_name: String,
    /// QuickBooks' type.
    pub account_type: String,
    /// Number, where the company file has numbers.
    pub number: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Whether it may be used.
    pub active: bool,
}

/// The chart of accounts as it was read last, in order of name. Empty before QuickBooks told it.
pub fn chart(store: &Store) -> Result<Vec<AccountView>, ApiError> {
    let accounts = store.choosable(NameSpace::Account)?;
    Ok(accounts
        .into_iter()
        .map(|account| AccountView {
            full_name: account.full_name,
            account_type: account.kind,
            number: account.number,
            description: account.description,
            active: account.active,
        })
        .collect())
}

/// How a category stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CategoryState {
    /// What is chosen can be used.
    Fine,
    /// Nothing of its own is chosen, and nothing has to be: the common choice counts, or one of its name is made.
    Common,
    /// What is chosen is to be made as soon as something needs it.
    ToBeMade,
    /// What is chosen can't be used, or nothing is: what needs it is held.
    Problem,
    /// The shop does not use it.
    NotUsed,
}

/// Something that may be chosen for a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CandidateView {
    /// Full name.
    pub full_name: String,
    /// How sure it is, up to 100.
    pub score: u8,
    /// Why.
    pub because: Message,
}

/// A category with what is chosen and proposed for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CategoryView {
    /// Its key, for [`choose_account`].
    pub key: String,
    /// What it is.
    pub name: Message,
    /// The location whose sales it is for; none for those of all that have no choice of their own.
    pub location: Option<String>,
    /// How it stands.
    pub state: CategoryState,
    /// Whether it must be chosen whatever the shop does.
    pub required: bool,
    /// The full name that is chosen.
    pub chosen: Option<String>,
    /// What is wrong with it.
    pub problem: Option<Message>,
    /// Full names of everything in use that fits.
    pub fitting: Vec<String>,
    /// The proposal; none where nothing is likely, or several are equally likely.
    pub proposed: Option<CandidateView>,
    /// What comes near, the likeliest first.
    pub candidates: Vec<CandidateView>,
    /// Full name and type of an account that [`create_account`] would have made.
    pub can_be_made: Option<(String, String)>,
}

/// Every category that the mapping names or the shop has shown.
pub fn categories(store: &Store) -> Result<Vec<CategoryView>, ApiError> {
    let (mapping, met) = (store.mapping()?.unwrap_or_default(), met(store)?);
    let known = lists_are_read(store)?;
    let mut lists: BTreeMap<NameSpace, Vec<Choice>> = BTreeMap::new();
    for space in [NameSpace::Account, NameSpace::Class, NameSpace::Item] {
        lists.insert(space, store.choosable(space)?);
    }
    let world = store.world()?;
    let all = Category::all(&mapping, &met);
    let views = all.iter().map(|category| {
        let choices = lists.get(&category.space()).map(Vec::as_slice).unwrap_or_default();
        view(category, &mapping, &met, (&world, known), choices)
    });
    let views = views.collect();
    world.check()?;
    Ok(views)
}

fn view(
    category: &Category,
    mapping: &Mapping,
    met: &Met,
    (world, known): (&World<'_>, bool),
    choices: &[Choice],
) -> CategoryView {
    let chosen = category.chosen(mapping);
    let problem = if known { category.check(mapping, world).err() } else { None };
    let there = chosen.is_some_and(|name| world.named(category.space(), name).is_some());
    let state = match (&problem, chosen) {
        _ if !category.is_used(mapping, met) => CategoryState::NotUsed,
        (Some(_), _) => CategoryState::Problem,
        (None, None) => CategoryState::Common,
        (None, Some(_)) if known && !there => CategoryState::ToBeMade,
        (None, Some(_)) => CategoryState::Fine,
    };
    let proposal = proposals::propose(category, mapping, choices);
    let shown = |candidate: Candidate| CandidateView {
        full_name: candidate.full_name,
        score: candidate.score,
        because: Message::new(candidate.because.code()),
    };
    let fits = |choice: &&Choice| choice.active && category.fitting().contains(&choice.kind.as_str());
    CategoryView {
        key: category.key(),
        name: name(category),
        location: match category {
            Category::AtLocation { location, .. } | Category::GatewayAt { location, .. } => Some(location.clone()),
            _ => None,
        },
        state,
        required: category.is_required(),
        chosen: chosen.map(str::to_owned),
        problem: problem.filter(|_| state == CategoryState::Problem).map(|reason| Message::from(&reason)),
        fitting: choices.iter().filter(fits).map(|choice| choice.full_name.clone()).collect(),
        proposed: proposal.best.map(shown),
        candidates: proposal.candidates.into_iter().map(shown).collect(),
        can_be_made: proposal.create.map(|(name, account)| (name, account.account_type.to_string())),
    }
}

/// What people call a category.
fn name(category: &Category) -> Message {
    let of = |purpose: Purpose| Message::new(&format!("category.{}", purpose.key()));
    match category {
        Category::Purpose(purpose) | Category::AtLocation { purpose, .. } => of(*purpose),
        Category::ProductType(name) => Message::new("mapping.product_type").with("name", name),
        Category::Gateway(gateway) | Category::GatewayAt { gateway, .. } => {
            Message::new("mapping.gateway").with("gateway", gateway)
        }
        Category::Adjustment(reason) => Message::new("mapping.adjustment").with("name", reason),
        Category::Tax(title) => Message::new("mapping.tax").with("name", title),
        Category::Location(name) => Message::new("mapping.location").with("name", name),
        Category::Online => Message::new("mapping.online"),
    }
}

/// The category of a key in words, with its location; none for a key of nothing.
pub(crate) fn words_of(key: &str, language: Language) -> Option<String> {
    let category = Category::from_key(key)?;
    let words = name(&category).text(language);
    Some(match category {
        Category::AtLocation { location, .. } | Category::GatewayAt { location, .. } => format!("{words} ({location})"),
        _ => words,
    })
}

/// Chooses an account, or for a tax its sales-tax item and for a location its class, by full name. What it had held is looked
/// at anew with the next run; what is posted stays as it is.
///
/// # Errors
/// When there is no such category, or what is chosen is not in the company file, is inactive, or does not fit. A class or
/// sales-tax item that is not there is made when it is needed.
pub fn choose_account(store: &Store, key: &str, full_name: &str, now: Timestamp) -> Result<(), ApiError> {
    let category = known_category(key)?;
    let mapping = store.mapping()?.unwrap_or_default();
    if !lists_are_read(store)? {
        return Err(ApiError::new(Message::new("mapping.lists_not_read")));
    }
    let full_name = full_name.trim();
    let chosen = may_be_chosen(store, &category, &mapping, full_name)?;
    store.choose(&category, &chosen, now)?;
    Ok(())
}

/// Chooses what is proposed for every category that has nothing usable chosen; those for which nothing is proposed stay as
/// they are.
///
/// # Errors
/// As of [`choose_account`]; what was chosen before the error stays chosen.
pub fn accept_proposals(store: &Store, now: Timestamp) -> Result<(), ApiError> {
    let open = categories(store)?.into_iter().filter(|category| category.state == CategoryState::Problem);
    for (key, proposed) in open.filter_map(|category| Some((category.key, category.proposed?))) {
        choose_account(store, &key, &proposed.full_name, now)?;
    }
    Ok(())
}

/// Whether this may be chosen for the category of this key.
pub(crate) fn check_choice(store: &Store, key: &str, full_name: &str) -> Result<(), ApiError> {
    let mapping = store.mapping()?.unwrap_or_default();
    may_be_chosen(store, &known_category(key)?, &mapping, full_name.trim())?;
    Ok(())
}

fn known_category(key: &str) -> Result<Category, ApiError> {
    Category::from_key(key).ok_or_else(|| ApiError::new(Message::new("mapping.unknown_key").with("key", key)))
}

/// The full name as the company file has it, if it may be chosen.
fn may_be_chosen(store: &Store, category: &Category, mapping: &Mapping, full_name: &str) -> Result<String, ApiError> {
    let refused = |code: &str| Message::new(code).with("key", category.key()).with("name", full_name);
    if let Category::AtLocation { purpose, .. } = category
        && !purpose.is_per_location(mapping.modes_on(Date::MAX).inventory)
    {
        return Err(ApiError::new(refused("mapping.not_per_location")));
    }
    let world = store.world()?;
    let found = world.named(category.space(), full_name);
    world.check()?;
    let Some(object) = found else {
        let common = matches!(category, Category::ProductType(_)) && full_name.is_empty();
        let made = match category.space() {
            NameSpace::Account => mapping.accounts.new_account(full_name).map(|(name, _)| name.to_owned()),
            _ => (!full_name.is_empty()).then(|| full_name.to_owned()),
        };
        return made
            .or_else(|| common.then(String::new))
            .ok_or_else(|| ApiError::new(refused("mapping.no_such_account")));
    };
    let kind = match category.space() {
        NameSpace::Account => object.account.unwrap_or_default(),
        _ => object.kind,
    };
    if !object.active {
        return Err(ApiError::new(refused("mapping.inactive")));
    }
    if !category.fitting().contains(&kind.as_str()) {
        let fitting = category.fitting().join(", ");
        return Err(ApiError::new(refused("mapping.wrong_type").with("kind", kind).with("fitting", fitting)));
    }
    Ok(object.full_name)
}

/// Has the account that is proposed for a category made in QuickBooks, as soon as an entry needs it, and chooses it. Returns
/// its full name.
///
/// # Errors
/// When there is no such category, or nothing can be made for it because there is something that fits.
pub fn create_account(store: &Store, key: &str, now: Timestamp) -> Result<String, ApiError> {
    let category = known_category(key)?;
    let mut mapping = store.mapping()?.unwrap_or_default();
    if !lists_are_read(store)? {
        return Err(ApiError::new(Message::new("mapping.lists_not_read")));
    }
    let choices = store.choosable(category.space())?;
    let Some((full_name, account)) = proposals::propose(&category, &mapping, &choices).create else {
        return Err(ApiError::new(Message::new("mapping.nothing_to_create").with("key", key)));
    };
    let NewAccount { account_type } = account;
    mapping.accounts.to_create.insert(full_name.clone(), NewAccount { account_type });
    category.choose(&mut mapping, &full_name);
    store.save_mapping(&mapping, MappingWhy::Chosen, now)?;
    Ok(full_name)
}

/// A version of the mapping, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MappingVersionView {
    /// Its number, counted from 1.
    pub version: u32,
    /// Since when it counts (RFC 3339, UTC).
    pub at: String,
    /// Why it was made.
    pub why: Message,
    /// What is otherwise than in the version before.
    pub changes: Vec<ChangeView>,
}

/// A setting that a version of the mapping changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ChangeView {
    /// Its key.
    pub key: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is since.
    pub after: Option<String>,
}

/// All versions of the mapping, the newest first.
pub fn mapping_history(store: &Store) -> Result<Vec<MappingVersionView>, ApiError> {
    let why = |why| match why {
        MappingWhy::Before => "mapping.why_before",
        MappingWhy::Configured => "mapping.why_configured",
        MappingWhy::Chosen => "mapping.why_chosen",
        MappingWhy::Renamed => "mapping.why_renamed",
        MappingWhy::HoldNew => "mapping.why_hold_new",
    };
    let versions = store.mapping_versions()?;
    Ok(versions
        .into_iter()
        .map(|version| MappingVersionView {
            version: version.version,
            at: version.at.to_string(),
            why: Message::new(why(version.why)),
            changes: version
                .changes
                .into_iter()
                .map(|change| ChangeView { key: change.key, before: change.before, after: change.after })
                .collect(),
        })
        .collect())
}
