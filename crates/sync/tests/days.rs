//! The chart of the last days is kept while nothing is written, and never shows a figure that is not so any more.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "../benches/long_history/mod.rs"]
mod long_history;

use std::sync::{Arc, Mutex};

use books::{DocumentId, Fact, ListObject, Mapped, Money, NameSpace, document::Shop};
use jiff::{SignedDuration, Timestamp};
use long_history::{TODAY, fill, id, order, post, sale};
use qbxml::{ListId, TxnId};
use store::{CompanyPosting, ListRow, MappingWhy, Pulled, RunId, Scope, Store};
use sync::{
    Host, Secrets,
    engine::Clock,
    host::Runs,
    tieout::{TieOutDay, recent_days, tie_out_days},
};

const ORDERS: u32 = 600;

struct Set(Mutex<Timestamp>);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The shop's newest order.
fn newest() -> DocumentId {
    id("Order", ORDERS + 1)
}

fn pull(store: &Store, run: RunId, total: Money, minutes: i64) {
    let mut document = order(ORDERS, ORDERS);
    document.id = newest();
    document.updated_at += SignedDuration::from_mins(minutes);
    let Fact::Order(order) = &mut document.fact else { unreachable!("it is an order") };
    order.lines[0].unit_price = total;
    order.payments[0].amount = total;
    (order.totals.subtotal, order.totals.total, order.totals.received) = (total, total, total);
    let pulled = [Pulled { document: &document, raw: "{}" }];
    store.save_pulled(run, "orders", &pulled, None, document.updated_at).unwrap();
}

fn map(store: &Store, run: RunId, now: Timestamp) {
    let mapped = store.map_unmapped(run, Scope::Everything, u32::MAX, now, |document, past, _| Mapped {
        entries: if past.is_empty() { vec![sale(document)] } else { Vec::new() },
        ..Mapped::default()
    });
    assert!(mapped.unwrap() > 0);
}

fn account(name: &str) -> ListRow {
    let object = ListObject {
        id: ListId::new("80000001-1"),
        space: NameSpace::Account,
        kind: "Account".to_owned(),
        full_name: name.to_owned(),
        active: true,
        account: Some("Income".to_owned()),
        asset: None,
    };
    ListRow { object, edit_sequence: "1".to_owned(), modified: "1".to_owned(), marks: Vec::new() }
}

/// Something that is written, by what it is called.
type Writing<'a> = (&'a str, &'a dyn Fn(&Store, RunId, Timestamp));

#[test]
fn the_days_are_what_a_reckoning_from_scratch_says_whatever_is_written() {
    let folder = tempfile::tempdir().unwrap();
    drop(fill(folder.path(), ORDERS));
    let clock = Arc::new(Set(Mutex::new("2026-11-20T20:00:00Z".parse().unwrap())));
    let secrets = Secrets::new(folder.path(), |_| None);
    let host = Host::open(folder.path(), secrets, Arc::clone(&clock) as Arc<dyn Clock>, Runs::ByHand).unwrap();
    let store = host.store();
    let told = |today| -> Vec<TieOutDay> {
        let told = recent_days(&host, 30).unwrap();
        assert_eq!(told, tie_out_days(store, 30, today).unwrap());
        assert_eq!(recent_days(&host, 7).unwrap(), tie_out_days(store, 7, today).unwrap());
        assert_eq!(recent_days(&host, 30).unwrap(), told, "asked again");
        told
    };
    let run = store.begin_run("a test", host.now()).unwrap();
    for set in 8000..8002 {
        post(store, run, set, host.now());
    }
    let mut before = told(TODAY);
    assert!(before.iter().all(|day| day.entries > 0), "{before:#?}");
    let writings: &[Writing<'_>] = &[
        ("an order comes", &|store, run, _| pull(store, run, Money::cents(1234), 1)),
        ("it is mapped", &|store, run, now| map(store, run, now)),
        ("QuickBooks answers", &|store, run, now| post(store, run, 9000, now)),
        ("an account is renamed", &|store, _, now| {
            store.save_lists(&[account("Merchandise Sales")], now).unwrap();
            store.save_lists(&[account("Goods")], now + SignedDuration::from_secs(1)).unwrap();
        }),
        ("the order is edited", &|store, run, _| pull(store, run, Money::cents(2345), 2)),
        ("the company file's own report", &|store, _, now| {
            let posting = |account: &str, cents| CompanyPosting {
                txn_id: TxnId::new("1A0-1790000000"),
                kind: "Sales Receipt".to_owned(),
                number: "1".to_owned(),
                account: account.to_owned(),
                amount: Money::cents(cents),
            };
            store.save_company_day(TODAY, &[posting("Bank", 100), posting("Merchandise Sales", -100)], now).unwrap();
        }),
        ("the order is deleted in the shop", &|store, _, now| {
            assert!(store.gone(&newest(), now).unwrap());
        }),
        ("the shop's time zone", &|store, _, now| {
            let mut shop: Shop = store.setting("shop").unwrap().unwrap();
            "Pacific/Kiritimati".clone_into(&mut shop.time_zone);
            store.set_setting("shop", &shop, "a test", now).unwrap();
        }),
        ("a choice", &|store, _, now| {
            let mut mapping = store.mapping().unwrap().unwrap();
            let sales = mapping.accounts.sales.clone();
            mapping.gateways.0.get_mut("shopify_payments").unwrap().clearing = sales;
            store.save_mapping(&mapping, MappingWhy::Chosen, now).unwrap();
        }),
    ];
    for (what, write) in writings {
        write(store, run, host.now());
        let today = sync::api::today(&host).unwrap();
        let after = told(today);
        assert_ne!(after, before, "{what} changes no figure, so that this shows nothing");
        before = after;
    }
    *clock.0.lock().unwrap() += SignedDuration::from_hours(24);
    let after = told(sync::api::today(&host).unwrap());
    assert_ne!(after, before, "a day went by");
}
