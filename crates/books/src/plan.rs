//! From an order's life and what of it is in QuickBooks to the entries that are still to be made.
//!
//! Every event is carried into the books by one entry, and an entry that stands is never made again: so the same plan made
//! twice, or after any part of it was carried out, ends in the same books. What is owed either way is not an event: open
//! invoices and open credit memos are set against each other as they stand.

mod after;
mod costs;
mod edits;
mod selling;

pub(crate) use edits::net;

use jiff::{Timestamp, civil::Date};

use crate::{
    choice::{self, Choice},
    document::{Day, DocumentId, Order, PaymentState},
    entry::{Entry, EntryKey, EntryKind, Event, Mapped},
    forms::{Head, Sheet, Till},
    ledger::{DEPOSIT, Ledger},
    life::{Leg, Life, Movement},
    mapping::{ClosedPeriod, DayForm, Form, Purpose},
    money::Money,
    names,
    needs::{Needs, clearing},
    reasons::{HeldReason, Why},
    sums::{self},
};

/// Something stands in the way: the reasons are in the needs. What was planned before it is carried out all the same.
struct Stop;

/// The plan for one order.
pub(crate) struct Plan<'a, 'o> {
    needs: Needs<'a>,
    order: &'o Order,
    id: &'o DocumentId,
    life: &'o Life<'o>,
    ledger: Ledger,
    head: Head<'o>,
    entries: Vec<Entry>,
    waits: bool,
    /// Whether its entries are parts of their days' entries.
    summarised: bool,
    /// What is being planned, for whoever has to decide when it is held.
    about: (EntryKey, EntryKind, Timestamp, Money),
}

/// The key of an order's sale.
pub(crate) fn sale_key(id: &DocumentId) -> EntryKey {
    EntryKey::new("sale", id.as_str())
}

impl<'a, 'o> Plan<'a, 'o> {
    pub fn new(
        needs: Needs<'a>,
        (order, id): (&'o Order, &'o DocumentId),
        life: &'o Life<'o>,
        ledger: Ledger,
        head: Head<'o>,
        summarised: bool,
    ) -> Self {
        let about = (sale_key(id), EntryKind::SalesReceipt, order.placed_at, order.totals.total);
        Self { needs, order, id, life, ledger, head, entries: Vec::new(), waits: false, summarised, about }
    }

    /// Everything that is still to be made.
    pub fn carry_out(mut self) -> Mapped {
        let stopped = self.all().is_err();
        let (key, kind, at, total) = self.about;
        let held = stopped.then(|| (self.ledger.fresh(key), kind, at, total));
        let outcome = self.needs.outcome(self.entries, held);
        Mapped { waits: self.waits, ..outcome }
    }

    fn all(&mut self) -> Result<(), Stop> {
        if self.is_sold() {
            self.edit_in_place()?;
        } else {
            if came_to_nothing(self.order, self.life) {
                return self.close_sales_order();
            }
            let form = self.form();
            match form {
                Form::Wait => {
                    self.waits = true;
                    return Ok(());
                }
                Form::SalesOrder => return self.sales_order(),
                Form::SalesReceipt | Form::Invoice => self.sell(form)?,
            }
        }
        for leg in &self.life.legs {
            self.leg(leg)?;
            self.cost(leg)?;
        }
        self.receive()?;
        self.give_back()?;
        self.set_off()?;
        self.close_sales_order()
    }

    /// Whether anything of the order's life is not in the books yet.
    pub fn is_behind(life: &Life<'_>, ledger: &Ledger) -> bool {
        let leg = |leg: &Leg<'_>| {
            (!leg.sold.is_empty() && !ledger.carries(&leg.sale()))
                || (!leg.back.is_empty() && !ledger.carries(&leg.taking_back()))
        };
        life.legs.iter().any(leg)
            || life.received.iter().chain(&life.given_back).any(|movement| !carried(ledger, movement))
    }

    // What the order becomes

    fn is_sold(&self) -> bool {
        self.ledger.carries(&Event::placed())
    }

    /// What the mapping makes of it, with the reasons.
    fn form(&mut self) -> Form {
        let Choice { form, paid, delivered, no_sales_orders } =
            choice::choose(self.order, self.life, self.has_sales_order(), self.needs.context);
        if no_sales_orders {
            self.needs.because(Why::NoSalesOrders);
        }
        if form != Form::Wait {
            self.needs.because(Why::OrderState {
                paid: paid.to_owned(),
                delivered: delivered.to_owned(),
                form: form.key().to_owned(),
            });
        }
        form
    }

    // Common parts

    fn add(&mut self, entry: Entry) {
        let entry = if self.summarised { self.part_of_day(entry) } else { entry };
        self.ledger.post(&entry);
        self.entries.push(entry);
    }

    /// The entry as a part of its day's: it is never in QuickBooks on its own, so that of the lists it needs only what the
    /// day's entry names.
    fn part_of_day(&self, mut entry: Entry) -> Entry {
        let receipt = self.needs.context.mapping.inventory.summary == DayForm::SalesReceipt;
        entry.needs.retain(|key| match key.role() {
            "item" => receipt,
            "customer" | "payment_method" | "terms" => false,
            _ => true,
        });
        let date = entry.date.unwrap_or(Date::MAX);
        entry.part_of = Some(Day { date, location: self.order.location.clone() });
        entry.why.push(Why::PartOfDay);
        entry
    }

    fn ready(&self) -> Result<(), Stop> {
        if self.needs.reasons().is_empty() { Ok(()) } else { Err(Stop) }
    }

    fn unless_held(&self, entry: Option<Entry>) -> Result<Entry, Stop> {
        self.ready()?;
        entry.ok_or(Stop)
    }

    /// What a form of something that happened `at` that time begins with.
    fn sheet(
        &mut self,
        key: EntryKey,
        at: Timestamp,
        carries: Vec<Event>,
        after: Vec<EntryKey>,
    ) -> Result<Sheet, Stop> {
        let date = self.date(at)?;
        let key = self.ledger.fresh(key);
        let number = match marked(&key) {
            Some((mark, roles)) => names::reference_of_part(self.order, self.id, mark, self.ledger.count(roles) + 1),
            None => names::reference(self.order, self.id),
        };
        Ok(Sheet { key, date, number, carries, after })
    }

    /// The day in the shop's time zone; a closed one holds the entry or is the first open day, as the mapping has it.
    fn date(&mut self, at: Timestamp) -> Result<Date, Stop> {
        open_day(&mut self.needs, at).ok_or(Stop)
    }

    fn receivable(&mut self) -> String {
        self.needs.account(Purpose::AccountsReceivable)
    }

    /// Where a gateway's money arrives. One that the mapping does not know holds the entry.
    fn till(&mut self, gateway: &str) -> Result<Till, Stop> {
        let mapping = self.needs.context.mapping;
        let chosen = clearing(self.needs.context, gateway, self.order.location.as_ref());
        let (Some((category, account)), Some(settings)) = (chosen, mapping.gateways.get(gateway)) else {
            self.needs.hold(HeldReason::UnknownGateway { gateway: gateway.to_owned() });
            return Err(Stop);
        };
        let account = self.needs.named_account(&category.key(), account, category.fitting());
        self.needs.because(Why::ClearingAccount { gateway: gateway.to_owned(), account: account.clone() });
        let method = self.needs.payment_method(&settings.payment_method);
        Ok(Till { account, method: method.ok_or(Stop)?.name, back: settings.refund })
    }
}

/// Cancelled before anything was paid.
fn is_called_off(order: &Order, life: &Life<'_>) -> bool {
    order.cancelled_at.is_some() && life.received.is_empty()
}

/// Whether nothing of it reaches the books: it was called off, or everything was taken off it again before anything was
/// paid.
pub(crate) fn came_to_nothing(order: &Order, life: &Life<'_>) -> bool {
    let edits: Vec<&Leg<'_>> = life.legs.iter().skip(1).collect();
    let all = || edits::fold(life.legs.first().map_or(&[], |placed| &placed.sold), &edits);
    let can = life.received.is_empty() && !edits.is_empty() && !edits.iter().any(|leg| leg.loses_goods());
    is_called_off(order, life) || (can && all().is_some_and(|rows| rows.is_empty()))
}

/// The day in the shop's time zone; a closed one holds the entry or is the first open day, as the mapping has it.
pub(crate) fn open_day(needs: &mut Needs<'_>, at: Timestamp) -> Option<Date> {
    let date = local(needs, at)?;
    let Some(closing) = needs.context.company.closing_date.filter(|closing| date <= *closing) else {
        return Some(date);
    };
    if needs.context.mapping.documents.closed_period == ClosedPeriod::FirstOpenDay
        && let Ok(open) = closing.tomorrow()
    {
        needs.because(Why::MovedToOpenPeriod { from: date });
        return Some(open);
    }
    needs.hold(HeldReason::ClosedPeriod { date, closed_until: closing });
    None
}

/// The day in the shop's time zone.
pub(crate) fn local(needs: &Needs<'_>, at: Timestamp) -> Option<Date> {
    at.in_tz(&needs.context.shop.time_zone).ok().map(|local| local.date())
}

fn carried(ledger: &Ledger, movement: &Movement<'_>) -> bool {
    movement.events.iter().all(|event| ledger.carries(event))
}

/// What marks the reference numbers of the forms of these roles.
fn marked(key: &EntryKey) -> Option<(&'static str, &'static [&'static str])> {
    const MARKS: [(&str, &[&str]); 6] = [
        ("D", &[DEPOSIT]),
        ("E", &["edit", "rounding", "given"]),
        ("R", &["refund", "return", "deposit_back"]),
        ("W", &["damaged"]),
        ("P", &["money_back"]),
        ("C", &["credit"]),
    ];
    MARKS.into_iter().find(|(_, roles)| roles.contains(&key.role()))
}

/// What stands in the way of reading an order's life at all.
pub(crate) fn obstacles(order: &Order, needs: &mut Needs<'_>) {
    let shop = needs.context.shop;
    if order.currency != shop.currency {
        needs.hold(HeldReason::ForeignCurrency { currency: order.currency.code().to_owned() });
    }
    of_the_books(needs);
    if let PaymentState::Other(state) = &order.payment_state {
        needs.hold(HeldReason::NotCarriedYet { what: format!("payment state {state}") });
    }
    for reason in sums::unusable(order) {
        needs.hold(reason);
    }
}

/// What of the shop and the company file stands in the way of booking anything.
pub(crate) fn of_the_books(needs: &mut Needs<'_>) {
    let shop = needs.context.shop;
    let company = needs.context.company;
    let set = crate::money::Currency::new(&needs.context.mapping.documents.home_currency);
    let home = company.home_currency.as_ref().unwrap_or(&set);
    if *home != shop.currency && !company.multicurrency {
        needs.hold(HeldReason::NotHomeCurrency {
            currency: shop.currency.code().to_owned(),
            home: home.code().to_owned(),
        });
    }
    if Timestamp::UNIX_EPOCH.in_tz(&shop.time_zone).is_err() {
        needs.hold(HeldReason::NotCarriedYet { what: format!("time zone {}", shop.time_zone) });
    }
}
