//! What an order needs in QuickBooks' lists: each object found by its link or its name, or made.
//!
//! Objects are referred to by their full name, not by their ListID: an entry then reads the same before and after the
//! objects it needs are in QuickBooks, and so does its fingerprint.

use std::collections::{BTreeMap, BTreeSet};

use qbxml::{ClassAdd, PaymentMethodAdd, StandardTermsAdd, limits, text};

use crate::{
    body::Body,
    document::{DocumentId, Fact, Location, Order},
    entry::{Entry, EntryKey, EntryKind, Postings},
    lists::{ListObject, NameSpace},
    map::Context,
    mapping::{Modes, NewLocation, Purpose, check_account, find},
    money::Money,
    reasons::{HeldReason, Why},
};

/// Collects, for one order, the list entries to make, the reasons that hold it and the reasons why it is as it is.
pub(crate) struct Needs<'a> {
    pub context: &'a Context<'a>,
    pub order: &'a DocumentId,
    /// How much QuickBooks is told of it.
    pub modes: Modes,
    title: &'a str,
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
            made: BTreeMap::new(),
            used: BTreeSet::new(),
            found: BTreeMap::new(),
            names: BTreeMap::new(),
            reasons: Vec::new(),
            why: Vec::new(),
        }
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

    /// The list entries that these entries need, in the order of sending.
    pub fn take_made(&mut self, entries: &[Entry]) -> Vec<Entry> {
        let needed: BTreeSet<&EntryKey> = entries.iter().flat_map(|entry| &entry.needs).collect();
        std::mem::take(&mut self.made).into_values().filter(|entry| needed.contains(&entry.key)).collect()
    }

    /// All list entries to make, in the order of sending.
    pub fn take_all_made(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.made).into_values().collect()
    }

    /// The account chosen for `purpose`; the order is held unless it can be used.
    pub fn account(&mut self, purpose: Purpose) -> String {
        let account = self.context.mapping.accounts.get(purpose);
        self.named_account(purpose.key(), account, purpose.account_types())
    }

    /// An account chosen by name; the order is held unless it can be used.
    pub fn named_account(&mut self, purpose: &str, account: &str, types: &[&str]) -> String {
        check_account(self.context.lists, purpose, account, types).unwrap_or_else(|reason| {
            self.hold(reason);
            account.to_owned()
        })
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
            needs: Vec::new(),
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
                    (Some(class), _) => class.clone(),
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

/// What a location is called: its name, or the end of its id where the shop has not told of it.
pub(crate) fn location_name(context: &Context<'_>, id: &DocumentId) -> String {
    match context.facts.document(id).map(|document| document.fact) {
        Some(Fact::Location(Location { name, .. })) if !name.trim().is_empty() => name,
        _ => id.short().to_owned(),
    }
}

/// A choice made for a location, by its id, the end of its id, or its name.
pub(crate) fn by_location<'m>(
    context: &Context<'_>,
    choices: &'m BTreeMap<String, String>,
    id: &DocumentId,
) -> Option<&'m String> {
    choices.get(id.as_str()).or_else(|| choices.get(id.short())).or_else(|| find(choices, &location_name(context, id)))
}

/// The account at which a gateway's money arrives, for a sale of this location.
pub(crate) fn clearing<'m>(context: &Context<'m>, gateway: &str, location: Option<&DocumentId>) -> Option<&'m String> {
    let gateway = context.mapping.gateways.get(gateway)?;
    Some(location.and_then(|id| by_location(context, &gateway.by_location, id)).unwrap_or(&gateway.clearing))
}

/// Names for something of ours that has one name only.
pub(crate) fn fixed(name: &str, max: usize) -> Vec<String> {
    let name = text::name(name, max);
    if name.is_empty() { Vec::new() } else { vec![name] }
}
