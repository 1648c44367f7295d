//! Whole order lives, at random: whatever happens to an order and whenever it is mapped, the books end as they would if it
//! had been mapped once at the end, agree with the shop, and can be undone.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::collections::BTreeMap;

use books::{
    Entry, Money, Removal,
    mapping::{ClosedPeriod, Edits, Form},
};
use common::{moves::*, story::*, *};
use proptest::prelude::*;

fn world(sales_orders: bool, adjust: bool, matrix: Form) -> World {
    let mut world = World::new();
    world.file.sales_orders = sales_orders;
    world.mapping.documents.closed_period = ClosedPeriod::FirstOpenDay;
    world.mapping.documents.paid.undelivered = matrix;
    world.mapping.documents.edits = if adjust { Edits::Adjust } else { Edits::InPlace };
    world
}

fn sums<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> BTreeMap<String, Money> {
    by_account(entries.into_iter().flat_map(|entry| entry.postings.iter()))
}

fn less(one: &BTreeMap<String, Money>, other: &BTreeMap<String, Money>) -> BTreeMap<String, Money> {
    let mut sums = one.clone();
    for (account, amount) in other {
        *sums.entry(account.clone()).or_default() -= *amount;
    }
    sums.retain(|_, amount| !amount.is_zero());
    sums
}

fn at(sums: &BTreeMap<String, Money>, account: &str) -> Money {
    sums.get(account).copied().unwrap_or_default()
}

/// The books agree with the shop: what is owed, and where the money is.
fn agrees(story: &Story) -> Result<(), TestCaseError> {
    let sums = story.sums();
    if !story.waits && !story.is_pending() {
        let past: Vec<_> = story.past.clone();
        let figures = books::tieout::shop_figures(&id("Order", 1001), &story.told(), &past, &story.world.context());
        // By day, unless a deposit was used on several days (the tie-out has it on that of the sale) or cash was rounded (on
        // that of the money).
        let uses = |past: &&books::Past| {
            !past.entry.key.as_str().starts_with("deposit:")
                && past.entry.postings.iter().any(|posting| posting.account == "Customer Deposits")
        };
        let rounded = story.order.payments.iter().any(|payment| !payment.rounding.is_zero());
        let by_day = !rounded && past.iter().filter(uses).count() < 2;
        let on = |date: jiff::civil::Date, account: &str| {
            if by_day { format!("{date} {account}") } else { account.to_owned() }
        };
        let shop = figures.iter().map(|figure| (on(figure.date, &figure.account), figure.amount));
        let dated = |past: &books::Past| {
            let date = past.entry.date.unwrap();
            let posting = move |posting: &books::Posting| books::Posting {
                account: on(date, &posting.account),
                ..posting.clone()
            };
            past.entry.postings.iter().map(posting).collect::<Vec<_>>()
        };
        let posted: Vec<_> = past.iter().flat_map(dated).collect();
        for row in books::tieout::compare(shop, &posted) {
            prop_assert!(row.difference.is_zero(), "tie-out: {:?}\n{}", row, brief(&story.entries()));
        }
    }
    let sold = story.past.iter().any(|past| past.entry.key.as_str().starts_with("sale:"));
    if !story.is_pending() && !story.waits {
        let deposits = at(&sums, "Customer Deposits");
        let owed = at(&sums, "Accounts Receivable") + deposits;
        let shop = if sold { story.outstanding() } else { story.given_back() - story.received() };
        if sold || !story.received().is_zero() {
            prop_assert_eq!(owed, shop, "owed:\n{}", brief(&story.entries()));
        }
        prop_assert!(!sold || deposits.is_zero(), "deposits are used: {:?}", sums);
    }
    let moved = |gateway: &str| -> Money {
        let back = |payment: &&books::document::Payment| payment.kind == books::document::PaymentKind::Refund;
        let waits = |payment: &books::document::Payment| payment.status != books::document::PaymentStatus::Success;
        let of = story.order.payments.iter().filter(|payment| payment.gateway == gateway && !waits(payment));
        of.map(|payment| if back(&payment) { -payment.amount } else { payment.amount }).sum()
    };
    for (gateway, account) in
        [("shopify_payments", "Shopify Payments Clearing"), ("paypal", "PayPal Clearing"), ("cash", "Cash in Drawer")]
    {
        prop_assert_eq!(at(&sums, account), moved(gateway), "{}", account);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_life_ends_in_the_same_books_however_often_it_was_mapped(
        order in placed(),
        sales_orders in any::<bool>(),
        adjust in prop::bool::weighted(0.3),
        matrix in prop::sample::select(vec![Form::SalesReceipt, Form::SalesReceipt, Form::SalesOrder, Form::Invoice]),
        moves in prop::collection::vec((a_move(), prop::bool::weighted(0.6)), 0..9),
        split in 0..20_usize,
    ) {
        let mut story = Story::within(world(sales_orders, adjust, matrix), order);
        for (what, mapped) in moves {
            happen(&mut story, what);
            if mapped {
                story.posted();
                agrees(&story)?;
            }
        }
        story.posted();
        agrees(&story)?;

        // The same as if it had been mapped once; the form may differ by when that was, the sums may not.
        if !story.waits {
            let is_sold = story.past.iter().any(|past| past.entry.key.as_str().starts_with("sale:"));
            if is_sold {
                for row in [&mut story.world.mapping.documents.unpaid, &mut story.world.mapping.documents.partly_paid] {
                    row.undelivered = Form::Invoice;
                }
                story.world.mapping.documents.paid.undelivered = Form::SalesReceipt;
            }
            let afresh = story.afresh();
            prop_assert!(afresh.held.is_none(), "held: {:?}", afresh.held);
            let (mut ours, mut fresh) = (story.sums(), sums(&afresh.entries));
            if story.order.cancelled_at.is_some() && story.received().is_zero() {
                // Of what was called off nothing is left, whichever income it was that came and went.
                for sums in [&mut ours, &mut fresh] {
                    let back = sums.remove("Returns & Allowances").unwrap_or_default();
                    *sums.entry("Merchandise Sales".to_owned()).or_default() += back;
                    sums.retain(|_, amount| !amount.is_zero());
                }
            }
            prop_assert_eq!(ours, fresh, "\n{}\nafresh:\n{}", brief(&story.entries()), brief(&afresh.entries));
        }

        // Undone from any point on, the books are what they were then.
        let entries = story.entries();
        let split = split.min(entries.len());
        for removal in [Removal::Void, Removal::Delete] {
            for from in [0, split] {
                let undo = books::undo(&entries[from..], removal, |_| false);
                let left = less(&sums(entries.iter().chain(&undo)), &sums(&entries[..from]));
                prop_assert!(left.is_empty(), "undone from {}: {:?}\n{}", from, left, brief(&undo));
                for entry in &undo {
                    entry.request(|_| Some(linked())).unwrap().check().unwrap();
                }
            }
        }
    }
}
