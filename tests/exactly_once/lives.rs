//! Every kind of entry, under way when something goes wrong: sales orders, deposits, refunds of every kind, edits in place,
//! credits set against invoices, voidings, and everything that takes something back.

use std::{collections::BTreeSet, sync::OnceLock};

use jiff::civil::date;
use rust_decimal::Decimal;
use simulator::{
    company::{Edition, Setup},
    connector::{Fault, Moment, SessionReport},
    shop::{Change, Channel, Gateway, NewLine, NewOrder, NewRefund, Paid, Portion, Reason, Restock, Shop, Terms},
};
use whole_system_tests::{Books, World, quiet_shop};

use crate::kills::{Aim, kill};

/// In each, orders of every kind are placed, and those of the rounds before live on.
const ROUNDS: usize = 12;

/// Requests of all kinds that put an order's life into QuickBooks, or take it out again.
const KINDS: [&str; 16] = [
    "StandardTermsAddRq",
    "SalesReceiptAddRq",
    "InvoiceAddRq",
    "ReceivePaymentAddRq",
    "SalesOrderAddRq",
    "CreditMemoAddRq",
    "ARRefundCreditCardAddRq",
    "CheckAddRq",
    "InventoryAdjustmentAddRq",
    "SetCredit",
    "InvoiceModRq",
    "SalesOrderModRq",
    "TxnVoidRq",
    "TxnDelRq",
    "ListDelRq",
    "CustomerAddRq",
];

/// Orders that were placed in the same round.
struct Cast {
    /// Paid by card; a piece comes back; all of it is voided.
    card: String,
    /// Paid in cash; a piece comes back damaged; all of it is deleted.
    cash: String,
    /// On terms: ordered, partly paid, edited, delivered, paid.
    ordered: String,
    /// On terms and delivered: partly paid, then edited.
    billed: String,
    /// On terms and delivered: edited, and the edit is taken back.
    edited: String,
    /// On terms and delivered: called off.
    called_off: String,
}

impl Cast {
    fn place(shop: &Shop, round: usize) -> Self {
        let goods = |place: usize, quantity| vec![NewLine::of(round * 3 + place, quantity, Decimal::from(30))];
        let buyer = |place: usize| Some(round * 4 + place);
        let place = |order: NewOrder| shop.place(&order).unwrap();
        let on_terms = |place: usize| NewOrder {
            lines: goods(place, 3),
            tip: Decimal::ZERO,
            channel: Channel::Draft,
            customer: buyer(place),
            company: Some("Tidewater Trading"),
            po_number: Some("PO-4711"),
            terms: Some(Terms::Net(u16::try_from(40 + round).unwrap())),
            paid: Paid::Nothing,
            ..NewOrder::default()
        };
        place(NewOrder {
            paid: Paid::Parts(vec![
                (Gateway::ShopifyPayments, Decimal::from(50)),
                (Gateway::PayPal, Decimal::new(6035, 2)),
            ]),
            ..NewOrder::default()
        });
        Self {
            // Somebody of whom nobody knew: undone, they are taken out again with their order.
            card: place(NewOrder { lines: goods(0, 2), customer: Some(shop.welcome()), ..NewOrder::default() }),
            cash: place(NewOrder {
                lines: goods(1, 2),
                discount: None,
                shipping: Decimal::ZERO,
                tip: Decimal::ZERO,
                channel: Channel::PointOfSale { location: Some(0) },
                customer: None,
                paid: Paid::Full(Gateway::Cash),
                ..NewOrder::default()
            }),
            ordered: place(NewOrder { fulfilled: false, ..on_terms(1) }),
            billed: place(on_terms(2)),
            edited: place(on_terms(2)),
            called_off: place(on_terms(3)),
        }
    }

    /// What happens in the round after they were placed.
    fn next(&self, shop: &Shop) {
        let one_more = [Change::Add(NewLine::of(1, 1, Decimal::TEN))];
        let back = NewRefund { lines: vec![(0, 1, Restock::Return)], ..NewRefund::default() };
        let damaged = NewRefund {
            lines: vec![(0, 1, Restock::None)],
            reason: Reason::Damage,
            money: Portion::Exactly(Decimal::from(20)),
            ..NewRefund::default()
        };
        shop.give_back(&self.card, &back).unwrap();
        shop.give_back(&self.cash, &damaged).unwrap();
        shop.pay(&self.ordered, Gateway::BankDeposit, Some(Decimal::from(30))).unwrap();
        shop.edit(&self.ordered, &one_more).unwrap();
        shop.pay(&self.billed, Gateway::BankDeposit, Some(Decimal::from(20))).unwrap();
        shop.edit(&self.edited, &one_more).unwrap();
        shop.cancel(&self.called_off).unwrap();
    }

    /// What happens in the round after that.
    fn later(&self, world: &World) {
        world.shop.fulfil(&self.ordered).unwrap();
        world.shop.edit(&self.billed, &[Change::Remove { line: 0, quantity: 1 }]).unwrap();
        let change = world.entry_of(&self.edited, "change");
        undo(world, &change, "--yes");
    }

    /// And in the last.
    fn last(&self, world: &World) {
        world.shop.pay(&self.ordered, Gateway::ShopifyPayments, None).unwrap();
        undo(world, &format!("sale:{}", self.card), "--yes");
        undo(world, &format!("sale:{}", self.cash), "--delete");
    }

    /// Orders that the company file does not have as the shop has them: what was posted for them was undone.
    fn undone(&self) -> [&str; 3] {
        [&self.card, &self.cash, &self.edited]
    }
}

fn undo(world: &World, key: &str, how: &str) {
    let done = world.ask(&["undo", "--entry", key, "--yes", how][..4 + usize::from(how != "--yes")]);
    assert_eq!(done.code, 0, "{done:?}");
}

/// One round: everything that happens to orders of all ages at once. The engine must not run.
fn happen(world: &World, casts: &mut Vec<Cast>) {
    let age = |rounds: usize| casts.len().checked_sub(rounds).map(|place| &casts[place]);
    if let Some(cast) = age(1) {
        cast.next(&world.shop);
    }
    if let Some(cast) = age(2) {
        cast.later(world);
    }
    if let Some(cast) = age(3) {
        cast.last(world);
    }
    casts.push(Cast::place(&world.shop, casts.len()));
}

/// A message set that writes, or looks first whether it may.
#[derive(Clone, Debug)]
struct Writing {
    /// Index of the call in its session.
    call: usize,
    /// Index of the message set in its session.
    set: usize,
    /// The names of its requests.
    requests: BTreeSet<String>,
}

fn writings(report: &SessionReport) -> Vec<Writing> {
    let sets = report.calls.iter().enumerate().filter(|(_, call)| call.answer.contains("<QBXML>"));
    let named = |xml: &str| {
        let names = xml.split('<').filter_map(|part| part.split([' ', '>']).next());
        names.filter(|name| name.ends_with("Rq") || *name == "SetCredit").map(str::to_owned).collect()
    };
    let all = sets
        .filter(|(_, call)| call.operation == "sendRequestXML")
        .enumerate()
        .map(|(set, (call, told))| Writing { call, set, requests: named(&told.answer) });
    all.filter(|writing| writing.requests.iter().any(|name| KINDS.contains(&name.as_str()))).collect()
}

/// A round in which nothing went wrong.
struct Round {
    writings: Vec<Writing>,
    books: Books,
}

fn world() -> World {
    World::around(quiet_shop(date(2025, 6, 30)), Setup::new(Edition::Premier))
}

/// The undisturbed run that every other is held against.
fn undisturbed() -> &'static [Round] {
    static ROUNDS_OF_IT: OnceLock<Vec<Round>> = OnceLock::new();
    ROUNDS_OF_IT.get_or_init(|| {
        let (mut world, mut casts) = (world(), Vec::new());
        let rounds = (0..ROUNDS).map(|_| {
            happen(&world, &mut casts);
            world.start();
            let report = world.session();
            world.settle();
            world.kill();
            Round { writings: writings(&report), books: Books::of(&world) }
        });
        let rounds = rounds.collect();
        judge(&world, &casts);
        rounds
    })
}

fn judge(world: &World, casts: &[Cast]) {
    let undone: Vec<&str> = casts.iter().flat_map(Cast::undone).collect();
    world.assert_file_is_exact_but_for(&undone);
    world.assert_nothing_waits();
}

/// Lives through all rounds with a disturbance in each; after each the books are those of the undisturbed run.
fn disturbed(keeps_answers: bool, mut disturb: impl FnMut(&mut World, usize, &Round)) {
    let (mut world, mut casts) = (world(), Vec::new());
    world.company.set_keep_answers(keeps_answers);
    for (number, round) in undisturbed().iter().enumerate() {
        happen(&world, &mut casts);
        world.start();
        disturb(&mut world, number, round);
        world.finish();
        world.kill();
        pretty(&Books::of(&world), &round.books, number);
    }
    judge(&world, &casts);
}

/// Tells only where the books differ.
fn pretty(books: &Books, meant: &Books, round: usize) {
    let lines = |books: &Books| -> BTreeSet<String> {
        let balances = books.balances.iter().map(|(account, balance)| format!("{account} {balance}"));
        balances.chain(books.transactions.iter().cloned()).chain(books.lists.iter().flatten().cloned()).collect()
    };
    let (lines, others) = (lines(books), lines(meant));
    let more: Vec<_> = lines.difference(&others).collect();
    let less: Vec<_> = others.difference(&lines).collect();
    assert!(books == meant, "after round {round} there is {more:#?} instead of {less:#?}");
}

/// Kills at one moment of a message set that writes, another in each round.
fn kills(offset: usize) -> BTreeSet<String> {
    let mut hit = BTreeSet::new();
    disturbed(true, |world, number, round| {
        let writing = &round.writings[(number + offset) % round.writings.len()];
        let (send, receive) = (writing.call, writing.call + 1);
        let aims = [
            (send, Moment::Read, 0),
            (receive, Moment::Written, 0),
            (send, Moment::Written, 0),
            (receive, Moment::Read, 0),
            (receive, Moment::Written, 3),
            (send, Moment::Before, 0),
            (receive, Moment::Before, 0),
            (send, Moment::Written, 8),
        ];
        let (call, moment, delay) = aims[(number * 3 + offset) % aims.len()];
        // Intended, and nobody knows yet whether QuickBooks has it.
        if kill(world, Aim { call, moment, delay }).is_some() && world.status("uncertain") > 0 {
            hit.extend(writing.requests.iter().cloned());
        }
    });
    hit
}

#[test]
fn killed_while_any_kind_of_entry_is_under_way_it_is_booked_once() {
    let hit: BTreeSet<String> = std::thread::scope(|scope| {
        let others = scope.spawn(|| kills(1));
        let mut hit = kills(0);
        hit.extend(others.join().unwrap());
        hit
    });
    let missed: Vec<_> = KINDS.iter().filter(|kind| !hit.contains(**kind)).collect();
    assert!(missed.is_empty(), "never killed while these were under way: {missed:?}");
}

#[test]
fn killed_again_while_it_recovers_any_kind_of_entry_is_booked_once() {
    disturbed(true, |world, number, round| {
        let writing = &round.writings[number % round.writings.len()];
        let moment = if number % 3 == 2 { Moment::Before } else { Moment::Read };
        kill(world, Aim { call: writing.call, moment, delay: 0 });
        world.start();
        // Signing in, identifying, asking for the answer, looking back.
        let moment = [Moment::Written, Moment::Before, Moment::Read][number % 3];
        kill(world, Aim { call: 2 + number % 7, moment, delay: 0 });
    });
}

/// Disturbs the answer to one message set that writes in each round, in each of these ways in turn.
fn faulty(keeps_answers: bool, faults: &[Fault]) {
    let mut met = 0;
    disturbed(keeps_answers, |world, number, round| {
        let writing = &round.writings[number * 2 % round.writings.len()];
        let fault = faults[number % faults.len()];
        let report = world.session_with(|connector, _| {
            connector.faults.insert(writing.set, fault);
        });
        met += usize::from(report.sets >= writing.set);
    });
    assert_eq!(met, ROUNDS, "a session ended before it was disturbed");
}

#[test]
fn an_answer_lost_doubled_or_late_changes_no_kind_of_entry() {
    faulty(true, &[Fault::DropAnswer, Fault::DeliverTwice, Fault::DelayUntilAfter]);
}

#[test]
fn quickbooks_killed_over_any_kind_of_entry_has_it_once() {
    faulty(true, &[Fault::KillBeforeBooking, Fault::KillAfterBooking]);
}

#[test]
fn without_kept_answers_looking_back_decides_for_every_kind_of_entry() {
    faulty(false, &[Fault::DropAnswer, Fault::KillAfterBooking, Fault::KillBeforeBooking]);
}
