//! A day's summarised sales as one entry (PRODUCT.md 5.3): the sum of its members, which are kept here for whoever wants to
//! see what is behind a figure.
//!
//! The members are entries of their orders, planned as they would be on their own. A day that is posted and gets another
//! member is changed in place; where QuickBooks does not let it, what came later is a further entry of the day.

use std::collections::{BTreeMap, BTreeSet};

use qbxml::{JournalEntryAdd, JournalLine, JournalLineAdd, Ref, SalesReceiptAdd, SalesReceiptLineAdd};

use crate::{
    body::Body,
    document::{ContentHash, DocumentId, SalesDay},
    entry::{Entry, EntryKey, EntryKind, Event, Held, Mapped, Past, Posting, Postings},
    forms::amount,
    items::{self, Charge, Role},
    ledger::{Ledger, Standing},
    map::Context,
    mapping::{DayForm, Purpose},
    money::Money,
    names,
    needs::{Needs, location_name},
    parties,
    plan::net,
    reasons::{HeldReason, Why},
};

/// What a day's document comes to beyond what of it is in QuickBooks already.
pub(crate) fn map_day(id: &DocumentId, day: &SalesDay, past: &[Past], context: &Context<'_>) -> Mapped {
    if context.facts.told_through().is_none_or(|through| through < day.day.date) {
        return Mapped { waits: true, ..Mapped::default() };
    }
    let place = match &day.day.location {
        Some(location) => location_name(context, location),
        None => context.mapping.locations.online.trim().to_owned(),
    };
    let title = format!("{} {place}", day.day.date).trim_end().to_owned();
    let mut members = context.facts.members(id);
    members.sort_by(|one, other| one.key.cmp(&other.key));
    let needs = Needs::new(context, id, context.mapping.modes_on(day.day.date), &title).at(day.day.location.as_ref());
    Planning { needs, id, day, title: title.clone(), ledger: Ledger::of(past), members }.plan()
}

struct Planning<'a> {
    needs: Needs<'a>,
    id: &'a DocumentId,
    day: &'a SalesDay,
    title: String,
    ledger: Ledger,
    members: Vec<Entry>,
}

/// What the day's form is to say.
struct Sum {
    body: Body,
    postings: Vec<Posting>,
    total: Money,
}

impl Planning<'_> {
    fn plan(mut self) -> Mapped {
        let held = |reasons: &[HeldReason], planning: &Self| {
            let held = Held {
                key: planning.ledger.fresh(planning.key()),
                document: planning.id.clone(),
                kind: EntryKind::JournalEntry,
                date: Some(planning.day.day.date),
                title: planning.title.clone(),
                total: Money::ZERO,
                reasons: reasons.to_vec(),
            };
            Mapped { held: Some(Box::new(held)), ..Mapped::default() }
        };
        let new: Vec<Event> = self
            .members
            .iter()
            .map(|member| Event::member(&member.key))
            .filter(|event| !self.ledger.carries(event))
            .collect();
        let (date, closing) = (self.day.day.date, self.needs.context.company.closing_date);
        if self.is_up_to_date(&new) {
            return Mapped::default();
        }
        if self.ledger.undone {
            return held(&[HeldReason::Undone], &self);
        }
        if let Some(closed_until) = closing.filter(|closing| date <= *closing) {
            return held(&[HeldReason::ClosedPeriod { date, closed_until }], &self);
        }
        let entry = self.entry(new);
        match entry {
            _ if !self.needs.reasons().is_empty() => held(self.needs.reasons(), &self),
            Some(entry) => {
                let made = self.needs.take_made(std::slice::from_ref(&entry));
                Mapped { entries: made.into_iter().chain([entry]).collect(), ..Mapped::default() }
            }
            None => Mapped::default(),
        }
    }

    fn key(&self) -> EntryKey {
        EntryKey::stored(self.id.as_str())
    }

    /// Whether everything stands as it should.
    fn is_up_to_date(&self, new: &[Event]) -> bool {
        let standing = self.ledger.standing().flat_map(|(_, form, _)| negated(&form.postings));
        new.is_empty() && net(self.postings().chain(standing).collect()).is_empty()
    }

    /// The postings of all members. What buyers owe has no class: it is one line.
    fn postings(&self) -> impl Iterator<Item = Posting> + '_ {
        let postings = self.members.iter().flat_map(|member| member.postings.iter().cloned());
        postings.map(|posting| {
            let class = posting.class.filter(|_| !self.is_receivable(&posting.account));
            Posting { class, ..posting }
        })
    }

    fn is_receivable(&self, account: &str) -> bool {
        let receivable = self.needs.context.mapping.accounts.get(Purpose::AccountsReceivable);
        account.to_lowercase() == receivable.trim().to_lowercase()
    }

    /// The entry that brings the books up to date; none where nothing is to be posted.
    fn entry(&mut self, new: Vec<Event>) -> Option<Entry> {
        let forms: Vec<(EntryKey, Standing, bool)> =
            self.ledger.standing().map(|(key, form, open)| (key.clone(), form.clone(), open)).collect();
        // Only the first form of a day is the sum of its members; another one is what the first could not take any more.
        let first = forms.first().filter(|(_, _, open)| *open && forms.len() == 1);
        if let Some((key, standing, _)) = first {
            if let Some(sum) = self.sum(form_of(&standing.body)) {
                return self.change(key, standing, Some(sum), new);
            }
            if self.members.is_empty() {
                return self.change(key, standing, None, new);
            }
        } else if forms.is_empty() {
            let form = self.needs.context.mapping.inventory.summary;
            let sum = match self.sum(Some(form)) {
                Some(sum) => sum,
                None if form == DayForm::SalesReceipt => self.sum(Some(DayForm::JournalEntry))?,
                None => return None,
            };
            let parts = self.members.len();
            self.needs.because(Why::SumOfDay { parts: u32::try_from(parts).unwrap_or(u32::MAX) });
            self.unknown_costs();
            let key = self.ledger.fresh(self.key());
            return self.make(key, sum, new);
        }
        self.needs.because(Why::RestOfDay);
        let open = forms.last().filter(|(_, form, open)| *open && forms.len() > 1 && is_journal(&form.body));
        let others = forms.iter().filter(|(key, ..)| open.is_none_or(|(open, ..)| open != key));
        let rest = self.postings().chain(others.flat_map(|(_, form, _)| negated(&form.postings))).collect();
        let rest: Vec<Posting> = net(rest).iter().cloned().collect();
        let key = open.map_or_else(|| self.ledger.fresh(self.key()), |(key, ..)| key.clone());
        let sum = self.journal(&key, rest);
        match (open, sum) {
            (Some((key, standing, _)), sum) => self.change(key, standing, sum, new),
            (None, Some(sum)) => self.make(key, sum, new),
            (None, None) => None,
        }
    }

    /// The sum of the members as the day's first form; none where that form can't take it, or there is nothing in it.
    fn sum(&mut self, form: Option<DayForm>) -> Option<Sum> {
        let key = self.key();
        match form? {
            DayForm::JournalEntry => {
                let postings = self.postings().collect();
                self.journal(&key, postings)
            }
            DayForm::SalesReceipt => self.receipt(&key),
        }
    }

    fn unknown_costs(&mut self) {
        let unknown = self.members.iter().flat_map(|member| &member.why);
        let goods = unknown.filter(|why| matches!(why, Why::UnitCostUnknown { .. })).count();
        if goods > 0 {
            self.needs.because(Why::UnitCostsUnknown { count: goods });
        }
    }

    fn memo(&self, key: &EntryKey) -> String {
        let mut text = String::new();
        for member in &self.members {
            text += member.content_hash().as_str();
        }
        names::memo_of_day(&self.title, self.members.len(), &ContentHash::of(text.as_bytes()), key)
    }

    fn make(&mut self, key: EntryKey, sum: Sum, carries: Vec<Event>) -> Option<Entry> {
        let kind = if is_journal(&sum.body) { EntryKind::JournalEntry } else { EntryKind::SalesReceipt };
        let postings = self.balanced(sum.postings, sum.total)?;
        Some(Entry {
            document: self.id.clone(),
            kind,
            date: Some(self.day.day.date),
            number: self.number(&key),
            key,
            title: self.title.clone(),
            total: sum.total,
            postings,
            why: self.needs.take_why(),
            needs: self.list_objects(),
            carries,
            undoes: Vec::new(),
            part_of: None,
            body: sum.body,
        })
    }

    /// The form stands as `sum` says from now on, or is voided.
    fn change(
        &mut self,
        target: &EntryKey,
        standing: &Standing,
        sum: Option<Sum>,
        carries: Vec<Event>,
    ) -> Option<Entry> {
        self.needs.because(Why::EditedInPlace);
        self.unknown_costs();
        let before = Box::new(standing.body.clone());
        let (after, total, kind, body) = match sum {
            None if standing.void => return None,
            None => (Vec::new(), Money::ZERO, EntryKind::Void, Body::Void { target: target.clone(), before }),
            Some(Sum { body, postings, total }) => {
                let before = (!standing.void).then_some(before);
                let change = Body::Change { target: target.clone(), before, after: Box::new(body) };
                (postings, total, EntryKind::Change, change)
            }
        };
        let mut needs = self.list_objects();
        needs.push(target.clone());
        Some(Entry {
            key: self.ledger.fresh(EntryKey::new("change", target.as_str())),
            document: self.id.clone(),
            kind,
            date: Some(self.day.day.date),
            number: self.number(target),
            title: self.title.clone(),
            total,
            postings: net(after.into_iter().chain(negated(&standing.postings)).collect()),
            why: self.needs.take_why(),
            needs,
            carries,
            undoes: Vec::new(),
            part_of: None,
            body,
        })
    }

    fn number(&self, key: &EntryKey) -> String {
        let place = self.ledger.standing().position(|(standing, ..)| standing == key);
        names::reference_of_day(self.day, place.unwrap_or_else(|| self.ledger.standing().count()))
    }

    fn balanced(&mut self, postings: Vec<Posting>, total: Money) -> Option<Postings> {
        Postings::new(postings)
            .map_err(|off| {
                self.needs.hold(HeldReason::DoesNotAddUp { stated: total, computed: total - off.off_by });
            })
            .ok()
    }

    /// What the form names of QuickBooks' lists: what its members name, and what is made for it alone.
    fn list_objects(&self) -> Vec<EntryKey> {
        let of_members = self.members.iter().flat_map(|member| &member.needs);
        let lists = of_members.filter(|key| matches!(key.role(), "class" | "item")).cloned();
        let mut seen = BTreeSet::new();
        lists.chain(self.needs.keys()).filter(|key| seen.insert(key.clone())).collect()
    }

    /// Debits and credits by account and class, both sides of an account on lines of their own. What is owed by buyers is one
    /// line, of the generic customer: QuickBooks takes no second one (PROTOCOL.md d).
    fn journal(&mut self, key: &EntryKey, postings: Vec<Posting>) -> Option<Sum> {
        let agency = self.needs.context.mapping.tax.vendor.trim();
        let sales_tax = self.needs.context.mapping.accounts.get(Purpose::SalesTax).trim().to_lowercase();
        let memo = self.memo(key);
        let mut owed: Option<Posting> = None;
        let mut sides: BTreeMap<(bool, String, Option<String>), Money> = BTreeMap::new();
        for posting in postings {
            if self.is_receivable(&posting.account) {
                let sum = owed.get_or_insert_with(|| Posting { amount: Money::ZERO, ..posting.clone() });
                sum.amount += posting.amount;
                continue;
            }
            let side = (posting.amount.is_negative(), posting.account, posting.class);
            *sides.entry(side).or_default() += posting.amount;
        }
        let mut postings: Vec<Posting> =
            sides.into_iter().map(|((_, account, class), amount)| Posting { account, class, amount }).collect();
        let owed = owed.filter(|owed| !owed.amount.is_zero());
        let debtor = match &owed {
            Some(_) => Some(parties::generic_customer(&mut self.needs)?),
            None => None,
        };
        postings.extend(owed);
        postings.retain(|posting| !posting.amount.is_zero());
        let mut lines = Vec::new();
        for Posting { account, class, amount: sum } in &postings {
            let entity = if self.is_receivable(account) {
                debtor.as_deref()
            } else {
                // QuickBooks' own account of sales tax belongs to agencies.
                Some(agency).filter(|agency| account.to_lowercase() == sales_tax && !agency.is_empty())
            };
            let line = JournalLine {
                account_ref: Some(Ref::name(account)),
                amount: Some(amount(&mut self.needs, sum.abs())),
                memo: Some(memo.clone()),
                entity_ref: entity.map(Ref::name),
                class_ref: class.as_deref().map(Ref::name),
                ..JournalLine::default()
            };
            lines.push(if sum.is_negative() { JournalLineAdd::Credit(line) } else { JournalLineAdd::Debit(line) });
        }
        if lines.is_empty() {
            return None;
        }
        let total = postings.iter().filter(|posting| !posting.amount.is_negative()).map(|own| own.amount).sum();
        let form = JournalEntryAdd {
            txn_date: Some(self.day.day.date),
            ref_number: Some(self.number(key)),
            journal_line_add: lines,
            ..JournalEntryAdd::default()
        };
        Some(Sum { body: Body::JournalEntry(Box::new(form)), postings, total })
    }

    /// A line for each item with its class and tax code, and one for each account that no item of a sale stands for: money,
    /// and the cost of goods. So the form comes to nothing, and all money is where its gateway has it.
    fn receipt(&mut self, key: &EntryKey) -> Option<Sum> {
        let mut lines = Lines::default();
        for member in &self.members {
            if let Err(what) = lines.take(member) {
                self.needs.because(Why::NoSalesReceipt { what });
                return None;
            }
        }
        let owed = lines.others.extract_if(.., |(account, _), _| self.is_receivable(account));
        if !owed.map(|(_, amount)| amount).sum::<Money>().is_zero() {
            let what = self.needs.context.mapping.accounts.get(Purpose::AccountsReceivable).to_owned();
            self.needs.because(Why::NoSalesReceipt { what });
            return None;
        }
        let mut sorted = Vec::new();
        for ((item, class, code), sum) in lines.items {
            let role = items::role(self.needs.context, &item);
            match role {
                _ if sum.is_zero() => {}
                // QuickBooks lets an item of discount only lower a form.
                Role::Discount if !sum.is_negative() => {
                    let sold = items::charge(&mut self.needs, Charge::Allowance)?;
                    sorted.push((0, sold.item, class, code, sum));
                }
                Role::Tax if sum.is_negative() => {
                    self.needs.because(Why::NoSalesReceipt { what: item });
                    return None;
                }
                // QuickBooks turns a tax line's sign where what stands above it comes to less than nothing (PROTOCOL.md d).
                Role::Sold if !sum.is_negative() => sorted.push((0, item, class, code, sum)),
                Role::Tax => sorted.push((1, item, class, code, sum)),
                Role::Sold | Role::Discount => sorted.push((2, item, class, code, sum)),
            }
        }
        sorted.sort();
        let mut rows: Vec<_> =
            sorted.into_iter().map(|(_, item, class, code, amount)| (item, class, code, amount)).collect();
        for ((account, class), amount) in lines.others.into_iter().filter(|(_, amount)| !amount.is_zero()) {
            let sold = items::of_account(&mut self.needs, &account)?;
            let code = items::code(&self.needs, false).and_then(|code| name_of(&code));
            rows.push((sold.item, class, code, -amount));
        }
        if rows.is_empty() {
            return None;
        }
        let customer = parties::generic_customer(&mut self.needs)?;
        let footer = items::footer(&mut self.needs)?;
        let mut form = SalesReceiptAdd {
            customer_ref: Some(Ref::name(customer)),
            txn_date: Some(self.day.day.date),
            ref_number: Some(self.number(key)),
            item_sales_tax_ref: Some(Ref::name(footer)),
            memo: Some(self.memo(key)),
            is_to_be_printed: Some(false),
            ..SalesReceiptAdd::default()
        };
        for (item, class, code, sum) in rows {
            form.sales_receipt_line_add.push(SalesReceiptLineAdd {
                item_ref: Some(Ref::name(item)),
                class_ref: class.map(Ref::name),
                amount: Some(amount(&mut self.needs, sum)),
                sales_tax_code_ref: code.map(Ref::name),
                ..SalesReceiptLineAdd::default()
            });
        }
        let postings = net(self.postings().collect()).iter().cloned().collect();
        Some(Sum { body: Body::SalesReceipt(Box::new(form)), postings, total: Money::ZERO })
    }
}

/// What the members' forms come to: by item, class and tax code as they stand on a form that sells, and by account and class
/// for all that is no line of an item, with debits above zero.
#[derive(Default)]
struct Lines {
    items: BTreeMap<(String, Option<String>, Option<String>), Money>,
    others: BTreeMap<(String, Option<String>), Money>,
}

impl Lines {
    /// Takes in a member's form.
    ///
    /// # Errors
    /// What of it no line of a sales receipt can stand for.
    fn take(&mut self, member: &Entry) -> Result<(), String> {
        macro_rules! lines {
            ($form:expr, $lines:ident, $debtor:expr, $sells:expr) => {{
                let mut sum = Money::ZERO;
                for line in &$form.$lines {
                    let amount = Money::new(line.amount.unwrap_or_default().value());
                    sum += amount;
                    let item = line.item_ref.as_ref().and_then(name_of).ok_or_else(|| member.number.clone())?;
                    let class = line.class_ref.as_ref().and_then(name_of);
                    let code = line.sales_tax_code_ref.as_ref().and_then(name_of);
                    *self.items.entry((item, class, code)).or_default() += if $sells { amount } else { -amount };
                }
                let account: Option<String> = $debtor.as_ref().and_then(name_of);
                let class = $form.class_ref.as_ref().and_then(name_of);
                if !sum.is_zero() {
                    let account = account.ok_or_else(|| member.number.clone())?;
                    *self.others.entry((account, class)).or_default() += if $sells { sum } else { -sum };
                }
                Ok(())
            }};
        }
        match &member.body {
            Body::SalesReceipt(form) => lines!(form, sales_receipt_line_add, form.deposit_to_account_ref, true),
            Body::Invoice(form) => lines!(form, invoice_line_add, form.ar_account_ref, true),
            Body::CreditMemo(form) => lines!(form, credit_memo_line_add, form.ar_account_ref, false),
            _ => {
                for Posting { account, class, amount } in member.postings.iter().cloned() {
                    *self.others.entry((account, class)).or_default() += amount;
                }
                Ok(())
            }
        }
    }
}

fn name_of(reference: &Ref) -> Option<String> {
    if let Ref::Name(name) = reference { Some(name.clone()) } else { None }
}

fn negated(postings: &[Posting]) -> impl Iterator<Item = Posting> + '_ {
    postings.iter().map(|posting| Posting { amount: -posting.amount, ..posting.clone() })
}

const fn is_journal(body: &Body) -> bool {
    matches!(body, Body::JournalEntry(_))
}

const fn form_of(body: &Body) -> Option<DayForm> {
    match body {
        Body::JournalEntry(_) => Some(DayForm::JournalEntry),
        Body::SalesReceipt(_) => Some(DayForm::SalesReceipt),
        _ => None,
    }
}
