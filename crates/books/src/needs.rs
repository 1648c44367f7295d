//! What an order needs in QuickBooks' lists: each object found by its link or its name, or made.
//!
//! Objects are referred to by their full name, not by their ListID: an entry then reads the same before and after the
//! objects it needs are in QuickBooks, and so does its fingerprint.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use qbxml::{AccountAdd, ClassAdd, PaymentMethodAdd, Ref, StandardTermsAdd, limits, text};

use crate::{
    body::Body,
    categories::Category,
    document::{DocumentId, Fact, Location, Order},
    entry::{Entry, EntryKey, EntryKind, Held, Mapped, Postings},
    lists::{FullList, ListObject, NameSpace},
    map::Context,
    mapping::{Modes, NewAccount, NewLocation, Purpose, find_entry},
    money::Money,
    plan::local,
    purpose::check_account,
    reasons::{HeldReason, Why},
};

/// Collects, for one order, the list entries to make, the reasons that hold it and the reasons why it is as it is.
pub(crate) struct Needs<'a> {
    pub context: &'a Context<'a>,
    pub order: &'a DocumentId,
    /// How much QuickBooks is told of it.
    pub modes: Modes,
    title: &'a str,
    /// The place that made the sale.
    location: Option<&'a DocumentId>,
    made: BTreeMap<(u8, EntryKey), Entry>,
    /// Identities of objects that earlier entries of ours made.
    used: BTreeSet<EntryKey>,
    found: BTreeMap<EntryKey, Found>,
    names: BTreeMap<(NameSpace, String), EntryKey>,
    reasons: Vec<HeldReason>,
    why: Vec<Why>,
}

/// An object that an order needs.
pub(crate) struct Want<'w> {
    /// Identity of the entry that would make it.
    pub key: EntryKey,
    /// The document that it comes from.
    pub document: DocumentId,
    pub kind: EntryKind,
    pub space: NameSpace,
    /// What it would carry in the company file beyond its name: an e-mail address, a part number.
    pub mark: Option<&'w str>,
    /// Names to try.
    pub names: Vec<String>,
    /// QuickBooks' kinds that serve.
    pub kinds: &'w [&'w str],
    /// Whether a name that is held by another kind is passed over for the next, rather than holding the order.
    pub step_aside: bool,
}

/// An object that is there or will be when the order arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its full name.
    pub name: String,
    /// QuickBooks' kind of it, where it is there.
    pub kind: String,
    /// For an item that is there, the account to which it sells.
    pub account: Option<String>,
    /// It was found in the company file just now, and belongs to nothing of ours yet.
    pub adopted: bool,
}

impl<'a> Needs<'a> {
    pub fn new(context: &'a Context<'a>, order: &'a DocumentId, modes: Modes, title: &'a str) -> Self {
        Self {
            context,
            order,
            modes,
            title,
            location: None,
            made: BTreeMap::new(),
            used: BTreeSet::new(),
            found: BTreeMap::new(),
            names: BTreeMap::new(),
            reasons: Vec::new(),
            why: Vec::new(),
        }
    }

    /// The same for a sale that this place made: where it has accounts of its own, they are used.
    pub fn at(self, location: Option<&'a DocumentId>) -> Self {
        Self { location, ..self }
    }

    /// Notes something that holds the order; the same reason is noted once.
    pub fn hold(&mut self, reason: HeldReason) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// Notes a reason behind the entry; the same one is noted once.
    pub fn because(&mut self, why: Why) {
        if !self.why.contains(&why) {
            self.why.push(why);
        }
    }

    /// Everything that holds the order.
    pub fn reasons(&self) -> &[HeldReason] {
        &self.reasons
    }

    /// The reasons behind the entry that is being made; the next one begins with none.
    pub fn take_why(&mut self) -> Vec<Why> {
        std::mem::take(&mut self.why)
    }

    /// Identities of the list entries that are needed, made before or to be made, noted so far.
    pub fn keys(&self) -> Vec<EntryKey> {
        self.made.keys().map(|(_, key)| key).chain(&self.used).cloned().collect()
    }

    fn keys_of(&self, kind: EntryKind) -> Vec<EntryKey> {
        self.made.values().filter(|entry| entry.kind == kind).map(|entry| entry.key.clone()).collect()
    }

    /// What a document comes to: its entries after those of the lists that they need, and what is held of it, by key, kind,
    /// time and total, when something stood in the way.
    pub fn outcome(mut self, entries: Vec<Entry>, held: Option<(EntryKey, EntryKind, Timestamp, Money)>) -> Mapped {
        let entries = self.take_made(&entries).into_iter().chain(entries).collect();
        let held = held.map(|(key, kind, at, total)| {
            Box::new(Held {
                key,
                document: self.order.clone(),
                kind,
                date: local(&self, at),
                title: self.title.to_owned(),
                total,
                reasons: self.reasons().to_vec(),
            })
        });
        Mapped { entries, held, ..Mapped::default() }
    }

    /// The list entries that these entries need, in the order of sending.
    pub fn take_made(&mut self, entries: &[Entry]) -> Vec<Entry> {
        let needed: BTreeSet<&EntryKey> = entries.iter().flat_map(|entry| &entry.needs).collect();
        std::mem::take(&mut self.made).into_values().filter(|entry| needed.contains(&entry.key)).collect()
    }

    /// All list entries to make, in the order of sending.
    pub fn take_all_made(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.made).into_values().collect()
    }

    /// The account chosen for `purpose`, the location's own if it has one; the order is held unless it can be used.
    pub fn account(&mut self, purpose: Purpose) -> String {
        let mapping = self.context.mapping;
        let Some((place, account)) = self.own_account(purpose) else {
            return self.named_account(purpose.key(), mapping.accounts.get(purpose), purpose.account_types());
        };
        let key = Category::AtLocation { location: place.to_owned(), purpose }.key();
        if !purpose.is_per_location(self.modes.inventory) {
            self.hold(HeldReason::NotPerLocation { purpose: key });
            return account.to_owned();
        }
        self.named_account(&key, account, purpose.account_types())
    }

    /// The location's own account for `purpose`, with the mapping's word for the location.
    fn own_account(&self, purpose: Purpose) -> Option<(&'a str, &'a str)> {
        let (place, accounts) = by_location(self.context, &self.context.mapping.accounts.by_location, self.location?)?;
        accounts.get(&purpose).map(|account| (place.as_str(), account.as_str()))
    }

    /// The location and what it is called, where it has another account for `purpose` than the rest of the shop.
    pub fn apart(&self, purpose: Purpose) -> Option<(&'a DocumentId, String)> {
        let (_, account) = self.own_account(purpose)?;
        let common = self.context.mapping.accounts.get(purpose).trim();
        (!account.trim().eq_ignore_ascii_case(common))
            .then_some(self.location)?
            .map(|id| (id, location_name(self.context, id)))
    }

    /// An account chosen by name; the order is held unless it can be used. One that the merchant wants made is made.
    pub fn named_account(&mut self, purpose: &str, account: &str, types: &[&str]) -> String {
        let missing = match check_account(self.context.lists, purpose, account, types) {
            Ok(name) => return name,
            Err(reason) => reason,
        };
        let name = account.trim();
        let wanted = self.context.mapping.accounts.new_account(name);
        match wanted.filter(|_| matches!(missing, HeldReason::NoAccount { .. })) {
            None => self.hold(missing),
            Some((_, NewAccount { account_type })) if !types.contains(&account_type.as_str()) => {
                self.hold(HeldReason::WrongAccountType {
                    purpose: purpose.to_owned(),
                    account: name.to_owned(),
                    account_type: account_type.to_string(),
                });
            }
            Some(_) => {
                if let Some(found) = self.new_account(name) {
                    return found.name;
                }
            }
        }
        name.to_owned()
    }

    /// An account that the merchant wants made, below the account that its path names; that one is made too where it is
    /// wanted.
    fn new_account(&mut self, full_name: &str) -> Option<Found> {
        let (parent, name) =
            full_name.rsplit_once(':').map_or((None, full_name), |(parent, name)| (Some(parent), name));
        let refused = |field: &str| HeldReason::DoesNotFit { field: format!("{field} of the account {full_name}") };
        let Some((_, NewAccount { account_type })) = self.context.mapping.accounts.new_account(full_name) else {
            self.hold(HeldReason::NoAccount { purpose: full_name.to_owned(), account: Some(full_name.to_owned()) });
            return None;
        };
        if text::name(name, limits::LIST_NAME) != name {
            self.hold(refused("Name"));
            return None;
        }
        let parent = match parent {
            None => None,
            Some(parent) => Some(match self.context.lists.named(NameSpace::Account, parent) {
                Some(found) => found.full_name,
                None => self.new_account(parent)?.name,
            }),
        };
        let want = Want {
            key: EntryKey::new("account", &full_name.to_lowercase()),
            document: self.order.clone(),
            kind: EntryKind::Account,
            space: NameSpace::Account,
            mark: None,
            names: vec![full_name.to_owned()],
            kinds: &["Account"],
            step_aside: false,
        };
        self.object(&want, |_, _| {
            Body::Account(AccountAdd {
                name: name.to_owned(),
                parent_ref: parent.map(Ref::name),
                account_type: *account_type,
                ..AccountAdd::default()
            })
        })
    }

    /// Holds the order unless the account at which an item arrives is there and in use.
    pub fn in_use(&mut self, purpose: Purpose, account: &str) {
        let (purpose, account) = (purpose.key().to_owned(), account.to_owned());
        match self.context.lists.named(NameSpace::Account, &account) {
            Some(object) if object.active => {}
            Some(_) => self.hold(HeldReason::ItemsAccount { account }),
            None => self.hold(HeldReason::NoAccount { purpose, account: Some(account) }),
        }
    }

    /// The object, found or made. None when the order is held for it.
    pub fn object(&mut self, want: &Want<'_>, make: impl FnOnce(&mut Self, &str) -> Body) -> Option<Found> {
        if let Some(found) = self.found.get(&want.key) {
            return Some(found.clone());
        }
        let found = self.look_for(want, make)?;
        self.names.insert((want.space, found.name.to_lowercase()), want.key.clone());
        self.found.insert(want.key.clone(), found.clone());
        Some(found)
    }

    fn look_for(&mut self, want: &Want<'_>, make: impl FnOnce(&mut Self, &str) -> Body) -> Option<Found> {
        let lists = self.context.lists;
        if let Some(object) = lists.linked(&want.key) {
            if lists.is_made(&want.key) {
                self.used.insert(want.key.clone());
            }
            return self.usable(want, object);
        }
        if let Some(object) = self.marked(want) {
            self.because(Why::Adopted { key: want.key.clone(), id: object.id.clone(), name: object.full_name.clone() });
            return self.usable(want, object).map(|found| Found { adopted: true, ..found });
        }
        let mut taken = None;
        for name in &want.names {
            let here = self.names.get(&(want.space, name.to_lowercase())).cloned();
            let there = lists.named(want.space, name);
            if here.or_else(|| lists.claimed(want.space, name)).is_some_and(|holder| holder != want.key) {
                taken = Some(HeldReason::NameTaken {
                    name: name.clone(),
                    kind: there.map(|object| object.kind).unwrap_or_default(),
                });
                continue;
            }
            let Some(object) = there else {
                if !self.may_make(want, name) {
                    return None;
                }
                let body = make(self, name);
                self.make(want, name, body);
                return Some(Found { name: name.clone(), kind: String::new(), account: None, adopted: false });
            };
            if want.step_aside && !want.kinds.contains(&object.kind.as_str()) {
                taken = Some(HeldReason::NameTaken { name: name.clone(), kind: object.kind });
                continue;
            }
            let adopted = Why::Adopted { key: want.key.clone(), id: object.id.clone(), name: object.full_name.clone() };
            let found = self.usable(want, object)?;
            self.because(adopted);
            return Some(Found { adopted: true, ..found });
        }
        self.hold(taken.unwrap_or_else(|| HeldReason::DoesNotFit { field: format!("Name of {}", want.key) }));
        None
    }

    /// Whether an object of this name may be made: not where one was chosen that somebody has deleted, and not in a list
    /// without room. Else the order is held.
    fn may_make(&mut self, want: &Want<'_>, name: &str) -> bool {
        let lists = self.context.lists;
        if let Some(purpose) = lists.lost(want.space, name) {
            self.hold(HeldReason::ChoiceGone { purpose, name: name.to_owned() });
            return false;
        }
        let beside = self.made.values().filter(|entry| entry.kind == want.kind).count();
        let kind = want.kinds.first().copied().unwrap_or_default();
        let full = lists.full(&want.key, want.space, kind, u32::try_from(beside).unwrap_or(u32::MAX));
        match full {
            None => true,
            Some(FullList { list, used, ceiling }) => {
                self.hold(HeldReason::ListFull { list, used, ceiling });
                false
            }
        }
    }

    /// The one object in use that carries the mark and belongs to nothing else of ours. Of several none is the one.
    fn marked(&mut self, want: &Want<'_>) -> Option<ListObject> {
        let mark = want.mark.map(str::trim).filter(|mark| !mark.is_empty())?;
        let lists = self.context.lists;
        let mut found = lists.marked(want.space, mark);
        found.retain(|object| object.active && want.kinds.contains(&object.kind.as_str()));
        let [object] = found.as_slice() else { return None };
        let name = &object.full_name;
        let here = self.names.get(&(want.space, name.to_lowercase())).cloned();
        if here.or_else(|| lists.claimed(want.space, name)).is_some_and(|holder| holder != want.key) {
            return None;
        }
        self.because(Why::Matched { by: mark.to_owned(), name: name.clone() });
        Some(object.clone())
    }

    /// The object, if it is of a kind that serves and in use; else the order is held.
    fn usable(&mut self, want: &Want<'_>, object: ListObject) -> Option<Found> {
        let ListObject { kind, full_name: name, active, account, .. } = object;
        if active && want.kinds.contains(&kind.as_str()) {
            return Some(Found { name, kind, account, adopted: false });
        }
        let kind = if active { kind } else { format!("{kind}, inactive") };
        self.hold(HeldReason::NameTaken { name, kind });
        None
    }

    fn make(&mut self, want: &Want<'_>, name: &str, body: Body) {
        let entry = Entry {
            key: want.key.clone(),
            document: want.document.clone(),
            kind: want.kind,
            date: None,
            number: name.to_owned(),
            title: name.to_owned(),
            total: Money::ZERO,
            postings: Postings::default(),
            why: vec![Why::NeededBy { title: self.title.to_owned() }],
            needs: self.keys_of(EntryKind::Account),
            carries: Vec::new(),
            undoes: Vec::new(),
            part_of: None,
            body,
        };
        self.made.insert((want.kind.rank(), want.key.clone()), entry);
    }

    /// A payment method by name.
    pub fn payment_method(&mut self, name: &str) -> Option<Found> {
        let names = fixed(name, limits::LIST_NAME);
        let want = Want {
            key: EntryKey::new("payment_method", &names.concat().to_lowercase()),
            document: self.order.clone(),
            kind: EntryKind::PaymentMethod,
            space: NameSpace::PaymentMethod,
            mark: None,
            names,
            kinds: &["PaymentMethod"],
            step_aside: false,
        };
        self.object(&want, |_, name| {
            Body::PaymentMethod(PaymentMethodAdd { name: name.to_owned(), ..PaymentMethodAdd::default() })
        })
    }

    /// The payment terms of an order, where some were agreed. Without days they are known by name only, and are used only
    /// where the company file has them.
    pub fn terms(&mut self, order: &Order) -> Option<String> {
        let terms = order.terms.as_ref()?;
        let names = fixed(&terms.name, limits::LIST_NAME);
        let name = names.first()?;
        if terms.days.is_none() && self.context.lists.named(NameSpace::Terms, name).is_none() {
            return None;
        }
        let want = Want {
            key: EntryKey::new("terms", &name.to_lowercase()),
            document: self.order.clone(),
            kind: EntryKind::StandardTerms,
            space: NameSpace::Terms,
            mark: None,
            names,
            kinds: &["StandardTerms", "DateDrivenTerms"],
            step_aside: false,
        };
        let days = terms.days;
        let found = self.object(&want, |_, name| {
            Body::StandardTerms(StandardTermsAdd {
                name: name.to_owned(),
                std_due_days: days,
                ..StandardTermsAdd::default()
            })
        })?;
        Some(found.name)
    }

    /// The class of the place that made the sale, or of none.
    pub fn class(&mut self, location: Option<&DocumentId>) -> Option<String> {
        let settings = &self.context.mapping.locations;
        let (document, place, class) = match location {
            None if settings.online.trim().is_empty() => return None,
            None => (self.order.clone(), "online".to_owned(), settings.online.clone()),
            Some(id) => {
                let place = location_name(self.context, id);
                let class = match (by_location(self.context, &settings.classes, id), settings.new) {
                    (Some((_, class)), _) => class.clone(),
                    (None, NewLocation::Create) => place.clone(),
                    (None, NewLocation::Hold) => {
                        self.hold(HeldReason::UnknownLocation { location: place });
                        return None;
                    }
                    (None, NewLocation::None) => return None,
                };
                (id.clone(), place, class)
            }
        };
        // A class that is chosen by its path may stand below another; one that is made stands at the top.
        let chosen = self.context.lists.named(NameSpace::Class, class.trim()).map(|object| object.full_name);
        let names = match chosen {
            Some(full_name) => vec![full_name],
            None => fixed(&class, limits::LIST_NAME),
        };
        let want = Want {
            // Several locations may share a class, so its identity is its name.
            key: EntryKey::new("class", &names.first().map_or(place.to_lowercase(), |name| name.to_lowercase())),
            document,
            kind: EntryKind::Class,
            space: NameSpace::Class,
            mark: None,
            names,
            kinds: &["Class"],
            step_aside: false,
        };
        let class =
            self.object(&want, |_, name| Body::Class(ClassAdd { name: name.to_owned(), ..ClassAdd::default() }))?.name;
        self.because(Why::ClassOfLocation { location: place, class: class.clone() });
        Some(class)
    }
}

/// The inventory site of a location; none where the company file does not keep stock by site.
pub(crate) fn site(context: &Context<'_>, location: Option<&DocumentId>) -> Option<String> {
    let id = location.filter(|_| context.company.inventory_sites)?;
    let chosen = by_location(context, &context.mapping.locations.sites, id).map(|(_, site)| site.clone());
    Some(chosen.unwrap_or_else(|| location_name(context, id))).map(|name| text::name(&name, limits::LIST_NAME))
}

/// What a location is called: its name, or the end of its id where the shop has not told of it.
pub(crate) fn location_name(context: &Context<'_>, id: &DocumentId) -> String {
    match context.facts.document(id).map(|document| document.fact) {
        Some(Fact::Location(Location { name, .. })) if !name.trim().is_empty() => name,
        _ => id.short().to_owned(),
    }
}

/// A choice made for a location, by its id, the end of its id, or its name, with the mapping's word for the location.
pub(crate) fn by_location<'m, T>(
    context: &Context<'_>,
    choices: &'m BTreeMap<String, T>,
    id: &DocumentId,
) -> Option<(&'m String, &'m T)> {
    let by_id = || choices.get_key_value(id.as_str()).or_else(|| choices.get_key_value(id.short()));
    by_id().or_else(|| find_entry(choices, &location_name(context, id)))
}

/// The account at which a gateway's money arrives, for a sale of this location, and which category chose it.
pub(crate) fn clearing<'m>(
    context: &Context<'m>,
    gateway: &str,
    location: Option<&DocumentId>,
) -> Option<(Category, &'m String)> {
    let settings = context.mapping.gateways.get(gateway)?;
    let gateway = gateway.to_owned();
    Some(match location.and_then(|id| by_location(context, &settings.by_location, id)) {
        Some((place, account)) => (Category::GatewayAt { gateway, location: place.clone() }, account),
        None => (Category::Gateway(gateway), &settings.clearing),
    })
}

/// Names for something of ours that has one name only.
pub(crate) fn fixed(name: &str, max: usize) -> Vec<String> {
    let name = text::name(name, max);
    if name.is_empty() { Vec::new() } else { vec![name] }
}
