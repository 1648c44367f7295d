//! Several orders in summary mode, and the days on which things happen to them: what the store does, small enough to be seen
//! through, posted into books that watch that QuickBooks could have taken it.

use std::collections::{BTreeMap, BTreeSet};

use books::{
    Body, Context, Document, DocumentId, Entry, EntryKey, Fact, Facts, Mapped, Money, Past, Posting,
    document::{Order, SalesDay},
    mapping::{DayForm, Mode},
};
use jiff::civil::Date;
use qbxml::{JournalEntryRet, JournalLineAdd, JournalLineFields, JournalLineRet, Object, Ref, RefRet, TxnId};

use super::{Told, World, answer, body_lines, by_account, linked, story::*};

/// What the shop and the store tell.
struct Knows<'t> {
    told: &'t Told,
    members: BTreeMap<DocumentId, Vec<Entry>>,
    through: Date,
}

impl Facts for Knows<'_> {
    fn document(&self, id: &DocumentId) -> Option<Document> {
        self.told.document(id)
    }

    fn told_through(&self) -> Option<Date> {
        Some(self.through)
    }

    fn members(&self, day: &DocumentId) -> Vec<Entry> {
        self.members.get(day).cloned().unwrap_or_default()
    }
}

/// A day in the books.
pub struct DayBook {
    pub day: SalesDay,
    pub past: Vec<Past>,
}

/// Some orders, and the days on which things happened to them.
pub struct Trade {
    pub world: World,
    pub stories: Vec<Story>,
    /// Parts of days that are not posted yet, by the place of their order, as they were planned.
    pub open: Vec<Vec<Entry>>,
    pub days: BTreeMap<DocumentId, DayBook>,
}

impl Trade {
    pub fn of(world: &World, orders: &[Order]) -> Self {
        let number = |place: usize| 1001 + u64::try_from(place).unwrap();
        let story = |(place, order): (usize, &Order)| Story::numbered(world.clone(), order.clone(), number(place));
        Self {
            world: world.clone(),
            stories: orders.iter().enumerate().map(story).collect(),
            open: vec![Vec::new(); orders.len()],
            days: BTreeMap::new(),
        }
    }

    pub fn map(&self, document: &Document, past: &[Past], through: Date) -> Mapped {
        let mut members: BTreeMap<DocumentId, Vec<Entry>> = BTreeMap::new();
        let posted = self.stories.iter().flat_map(|story| &story.past).map(|past| &past.entry);
        for entry in posted.chain(self.open.iter().flatten()) {
            if let Some(day) = &entry.part_of {
                members.entry(day.id()).or_default().push(entry.clone());
            }
        }
        let knows = Knows { told: &self.world.told, members, through };
        books::map(document, past, &Context { facts: &knows, ..self.world.context() })
    }

    /// Maps every order, and then every day up to `through`, and posts what is ready.
    pub fn carry_over(&mut self, through: Date) -> Vec<Entry> {
        for place in 0..self.stories.len() {
            let story = &self.stories[place];
            let mapped = self.map(&story.document(), &story.past, through);
            assert!(mapped.held.is_none(), "held: {:?}", mapped.held);
            self.world.company.post(&mapped.entries);
            self.stories[place].waits = mapped.waits;
            self.open[place].clear();
            for entry in mapped.entries.into_iter().filter(|entry| !entry.kind.is_list()) {
                let Some(day) = &entry.part_of else {
                    entry.request(|_| Some(linked())).unwrap().check().unwrap();
                    self.stories[place].past.push(stands(entry));
                    continue;
                };
                assert_eq!(entry.date, Some(day.date));
                let on_this = self.days.values().filter(|book| book.day.day.date == day.date).count();
                let number = u32::try_from(on_this).unwrap() + 1;
                let book = || DayBook { day: SalesDay { day: day.clone(), place: number }, past: Vec::new() };
                self.days.entry(day.id()).or_insert_with(book);
                self.open[place].push(entry);
            }
        }
        let days: Vec<DocumentId> = self.days.keys().cloned().collect();
        days.into_iter().flat_map(|day| self.post_day(&day, through)).collect()
    }

    pub fn document(&self, id: &DocumentId) -> Document {
        let fact = Fact::Day(self.days[id].day.clone());
        Document { id: id.clone(), updated_at: jiff::Timestamp::UNIX_EPOCH, fact }
    }

    fn post_day(&mut self, id: &DocumentId, through: Date) -> Vec<Entry> {
        let mapped = self.map(&self.document(id), &self.days[id].past, through);
        assert!(mapped.held.is_none(), "held: {:?}", mapped.held);
        assert_eq!(mapped.waits, self.days[id].day.day.date > through);
        self.world.company.post(&mapped.entries);
        let entries: Vec<Entry> = mapped.entries.into_iter().filter(|entry| !entry.kind.is_list()).collect();
        for entry in &entries {
            self.watch(entry);
            let carried: BTreeSet<EntryKey> = entry.members().collect();
            for (story, open) in self.stories.iter_mut().zip(&mut self.open) {
                // What a posted part builds on stands as well, although its own day may not be posted yet.
                let mut carried = carried.clone();
                for part in open.iter().rev() {
                    if carried.contains(&part.key) {
                        carried.extend(part.needs.iter().cloned());
                    }
                }
                for part in open.extract_if(.., |part| carried.contains(&part.key)) {
                    story.past.push(stands(part));
                }
            }
            self.days.get_mut(id).unwrap().past.push(stands(entry.clone()));
        }
        let again = self.map(&self.document(id), &self.days[id].past, through);
        assert!(again.entries.is_empty() && again.held.is_none(), "mapped again: {}", brief(&again.entries));
        entries
    }

    /// What QuickBooks would refuse, or book in another way than the entry says.
    fn watch(&self, entry: &Entry) {
        entry.request(|_| Some(linked())).unwrap().check().unwrap_or_else(|errors| panic!("{errors:?}: {entry:#?}"));
        for need in &entry.needs {
            let there = self.world.company.has(need)
                || self.days[&entry.document].past.iter().any(|past| past.entry.key == *need);
            assert!(there, "{} comes before {need}, which it needs", entry.key);
        }
        let form = match &entry.body {
            Body::Change { after, .. } => after,
            Body::Void { .. } => return,
            body => body,
        };
        let booked = match form {
            Body::JournalEntry(_) => {
                let ret = journal(form);
                let owed = |line: &&JournalLineRet| fields(line).entity_ref.is_some();
                assert!(ret.journal_line_ret.iter().filter(owed).count() <= 1);
                books::tieout::booked(&Object::JournalEntry(Box::new(ret)), &self.world.company)
            }
            Body::SalesReceipt(_) => {
                let lines = body_lines(form).unwrap();
                assert_eq!(lines.iter().map(|line| line.2).sum::<Money>(), Money::ZERO);
                for (item, _, amount) in lines {
                    let found = books::Lists::named(&self.world.company, books::NameSpace::Item, &item);
                    let kind = found.unwrap_or_else(|| panic!("{item} is not in the company file")).kind;
                    assert!(kind != "ItemDiscount" || !amount.is_positive(), "a discount lowers the sum always");
                    assert!(kind != "ItemSalesTax" || !amount.is_negative(), "tax below zero");
                }
                let told = answer(&Entry { body: form.clone(), ..entry.clone() }).unwrap();
                books::tieout::booked(&told, &self.world.company)
            }
            other => panic!("{other:?}"),
        };
        let before: Vec<Posting> = self.days[&entry.document]
            .past
            .iter()
            .filter(|past| past.entry.target().unwrap_or(&past.entry.key) == entry.target().unwrap_or(&entry.key))
            .flat_map(|past| past.entry.postings.iter().cloned())
            .collect();
        assert_eq!(by_account(&booked), by_account(before.iter().chain(entry.postings.iter())), "{entry:#?}");
        assert!(entry.number.len() <= 11, "{}", entry.number);
    }

    pub fn own(&self) -> impl Iterator<Item = &Entry> {
        let parts = |entry: &&Entry| entry.part_of.is_none();
        self.stories.iter().flat_map(|story| &story.past).map(|past| &past.entry).filter(parts)
    }

    pub fn days(&self) -> impl Iterator<Item = &Entry> {
        self.days.values().flat_map(|book| &book.past).map(|past| &past.entry)
    }

    /// What is in QuickBooks by account.
    pub fn sums(&self) -> BTreeMap<String, Money> {
        by_account(self.own().chain(self.days()).flat_map(|entry| entry.postings.iter()))
    }
}

pub fn stands(entry: Entry) -> Past {
    Past { entry, undone: false, refused: false }
}

fn fields(line: &JournalLineRet) -> &JournalLineFields {
    match line {
        JournalLineRet::Debit(line) | JournalLineRet::Credit(line) => line,
    }
}

/// What QuickBooks would answer to a journal entry.
fn journal(form: &Body) -> JournalEntryRet {
    let Body::JournalEntry(form) = form else { panic!("{form:?}") };
    let named = |reference: &Option<Ref>| match reference {
        Some(Ref::Name(name)) => Some(RefRet { list_id: None, full_name: Some(name.clone()) }),
        _ => None,
    };
    let told = |line: &qbxml::JournalLine| {
        assert!(line.amount.unwrap().value() > rust_decimal::Decimal::ZERO, "a journal line cannot be negative");
        JournalLineFields {
            account_ref: named(&line.account_ref),
            class_ref: named(&line.class_ref),
            entity_ref: named(&line.entity_ref),
            amount: line.amount,
            memo: line.memo.clone(),
            ..JournalLineFields::default()
        }
    };
    let lines = form.journal_line_add.iter().map(|line| match line {
        JournalLineAdd::Debit(line) => JournalLineRet::Debit(told(line)),
        JournalLineAdd::Credit(line) => JournalLineRet::Credit(told(line)),
    });
    JournalEntryRet { txn_id: TxnId::new("1-9"), journal_line_ret: lines.collect(), ..JournalEntryRet::default() }
}

pub fn summary(form: DayForm) -> World {
    let mut world = World::new();
    world.mapping.customers.mode = Mode::Summary;
    world.mapping.inventory.mode = Mode::Summary;
    world.mapping.inventory.summary = form;
    world
}
