//! What changed, page by page, and nothing lost when it is cut off anywhere.

use std::{collections::BTreeSet, time::Duration};

use crate::support::{Asked, CUSTOMER, Reply, SHOP_PROBE, Shop, TestClock, VARIANT, list, order, time, value};
use books::document::Fact;
use jiff::Timestamp;
use serde_json::{Value, json};
use shopify::{Client, Cursor, DecodeError, Error, Feed, Page, decode_order};

const NOW: &str = "2026-11-23T12:00:00Z";
const SINCE: &str = "2026-11-01T00:00:00Z";

fn orders() -> Feed {
    Feed::Orders { since: time(SINCE) }
}

async fn pages(client: &Client, feed: Feed, cursor: Option<&Cursor>, now: &str) -> Result<Vec<Page>, Error> {
    let mut puller = client.pull(feed, cursor, time(now))?;
    let mut pages = Vec::new();
    while let Some(page) = puller.next().await? {
        pages.push(page);
    }
    Ok(pages)
}

fn ids(pages: &[Page]) -> Vec<String> {
    let documents = pages.iter().flat_map(|page| &page.documents);
    documents.map(|pulled| pulled.document.id.short().to_owned()).collect()
}

/// The bounds of `updated_at:>='A' AND updated_at:<'B'`.
fn window(asked: &Asked) -> (Timestamp, Timestamp) {
    let search = asked.search();
    let (from, until) = search.split_once(" AND ").unwrap();
    let bound = |text: &str, start: &str| time(text.strip_prefix(start).unwrap().trim_end_matches('\''));
    (bound(from, "updated_at:>='"), bound(until, "updated_at:<'"))
}

/// Answers `OrdersPage` from orders sorted by time of change, as Shopify does, and refuses to walk beyond 25,000.
fn sell(orders: Vec<(Timestamp, String)>) -> impl FnMut(&Asked) -> Reply + Send + 'static {
    move |asked| {
        let (from, until) = window(asked);
        let variables = asked.variables();
        let after: usize = variables["after"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
        let first = usize::try_from(variables["first"].as_u64().unwrap()).unwrap();
        if after + first > 25_000 {
            return Reply::error("BAD_REQUEST", "cannot go beyond 25000 objects");
        }
        let found: Vec<&str> =
            orders.iter().filter(|(at, _)| (from..until).contains(at)).map(|(_, json)| json.as_str()).collect();
        let page = &found[after.min(found.len())..(after + first).min(found.len())];
        let next = after + first < found.len();
        let info = json!({ "hasNextPage": next, "endCursor": (after + page.len()).to_string() });
        Reply::raw(200, &format!(r#"{{"data":{{"orders":{{"nodes":[{}],"pageInfo":{info}}}}}}}"#, page.join(",")))
    }
}

fn hourly(count: u64) -> Vec<(Timestamp, String)> {
    every(Duration::from_hours(1), count)
}

fn every(pause: Duration, count: u64) -> Vec<(Timestamp, String)> {
    let at = |n: u64| time(SINCE) + pause * u32::try_from(n).unwrap();
    (0..count).map(|n| (at(n), order(n, at(n)).to_string())).collect()
}

#[tokio::test]
async fn a_window_ends_a_minute_ago_and_begins_ten_minutes_before_what_was_seen() {
    let shop = Shop::open(sell(hourly(3))).await;
    let client = shop.client(&TestClock::at(NOW));
    let first = pages(&client, orders(), None, NOW).await.unwrap();
    assert_eq!(ids(&first), ["0", "1", "2"]);
    assert_eq!(window(&shop.asked()[0]), (time(SINCE), time("2026-11-23T11:59:00Z")));

    let second = pages(&client, orders(), Some(&first[0].cursor), "2026-11-23T12:05:00.750Z").await.unwrap();
    assert_eq!(window(&shop.asked()[1]), (time("2026-11-01T01:50:00Z"), time("2026-11-23T12:04:00Z")));
    assert_eq!(ids(&second), ["2"], "the overlap tells the last one again");
    assert_eq!(second[0].cursor, first[0].cursor, "an empty time moves nothing");
}

#[tokio::test]
async fn a_pull_never_goes_before_the_start_date() {
    let shop = Shop::open(sell(hourly(1))).await;
    let client = shop.client(&TestClock::at(NOW));
    let first = pages(&client, orders(), None, NOW).await.unwrap();
    pages(&client, orders(), Some(&first[0].cursor), NOW).await.unwrap();
    assert_eq!(window(&shop.asked()[1]).0, time(SINCE));
}

#[tokio::test]
async fn the_raw_text_is_what_shopify_wrote_and_reads_as_the_same_document() {
    let sold = hourly(1);
    let written = sold[0].1.clone();
    let shop = Shop::open(sell(sold)).await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), orders(), None, NOW).await.unwrap();
    let pulled = &pages[0].documents[0];
    assert_eq!(pulled.raw, written);
    assert_eq!(decode_order(&pulled.raw).unwrap(), pulled.document);
}

#[tokio::test]
async fn a_pull_cut_off_after_any_page_goes_on_from_its_cursor_and_loses_nothing() {
    let shop = Shop::open(sell(every(Duration::from_mins(10), 1_100))).await;
    let client = shop.client(&TestClock::at(NOW));
    let whole = pages(&client, orders(), None, NOW).await.unwrap();
    assert_eq!(whole.iter().map(|page| page.seen).collect::<Vec<_>>(), [1_000, 1_100]);
    for stop in 0..whole.len() {
        let stored = Cursor::stored(whole[stop].cursor.as_str());
        let rest = pages(&client, orders(), Some(&stored), NOW).await.unwrap();
        let got: BTreeSet<_> = ids(&whole[..=stop]).into_iter().chain(ids(&rest)).collect();
        assert_eq!(got.len(), 1_100, "after page {stop}");
    }
}

#[tokio::test]
async fn a_clock_that_runs_ahead_loses_no_order() {
    let shop = Shop::open(sell(hourly(10))).await;
    let client = shop.client(&TestClock::at(NOW));
    let first = pages(&client, orders(), None, "2027-06-01T00:00:00Z").await.unwrap();
    pages(&client, orders(), Some(&first[0].cursor), NOW).await.unwrap();
    assert_eq!(window(&shop.asked()[1]).0, time("2026-11-01T08:50:00Z"), "it goes by the last change it saw");
}

#[tokio::test]
async fn more_orders_than_one_walk_may_have_are_all_told() {
    // Several orders share each second, so that the new walk begins among equals.
    let mut template = order(424_242, Timestamp::UNIX_EPOCH);
    template["lineItems"]["nodes"] = json!([]);
    template["shippingLines"]["nodes"] = json!([]);
    template["transactions"] = json!([]);
    template["transactionsCount"]["count"] = json!(0);
    let template = template.to_string();
    let sold = |n: u64| {
        let at = time(SINCE) + Duration::from_secs(n / 7);
        let json =
            template.replace("Order/424242", &format!("Order/{n}")).replace("1970-01-01T00:00:00Z", &at.to_string());
        (at, json)
    };
    let count = 25_030;
    let shop = Shop::open(sell((0..count).map(sold).collect())).await;
    let client = shop.client(&TestClock::at(NOW));
    let mut puller = client.pull(orders(), None, time(NOW)).unwrap();
    let mut told = BTreeSet::new();
    while let Some(page) = puller.next().await.unwrap() {
        told.extend(page.documents.into_iter().map(|pulled| pulled.document.id));
    }
    assert_eq!(told.len() as u64, count);
    let windows: BTreeSet<_> = shop.asked().iter().map(window).collect();
    assert_eq!(windows.len(), 2);
}

/// An order of `count` lines, given `first` at a time.
fn long_order(count: usize, first: usize, after: usize) -> Value {
    let mut order = order(1, time("2026-11-20T00:00:00Z"));
    let line = order["lineItems"]["nodes"][0].clone();
    let lines = (after..(after + first).min(count)).map(|n| {
        let mut line = line.clone();
        line["id"] = json!(format!("gid://shopify/LineItem/{n}"));
        line
    });
    let end = (after + first < count).then(|| (after + first).to_string());
    order["lineItems"] =
        json!({ "nodes": lines.collect::<Vec<_>>(), "pageInfo": { "hasNextPage": end.is_some(), "endCursor": end } });
    order
}

fn wholesale(
    count: usize,
    mut updated: impl FnMut() -> &'static str + Send + 'static,
) -> impl FnMut(&Asked) -> Reply + Send + 'static {
    move |asked| {
        let variables = asked.variables();
        let first = usize::try_from(variables["lines"].as_u64().unwrap()).unwrap();
        let after = variables["after"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
        let mut order = long_order(count, first, after);
        match asked.operation().as_str() {
            "OrdersPage" => Reply::data(&list("orders", &[order], None)),
            "OrderDetail" => Reply::data(&json!({ "order": order })),
            _ => {
                order["updatedAt"] = json!(updated());
                Reply::data(&json!({ "order": order }))
            }
        }
    }
}

fn lines(page: &Page) -> usize {
    let Fact::Order(order) = &page.documents[0].document.fact else { panic!() };
    order.lines.iter().map(|line| &line.id).collect::<BTreeSet<_>>().len()
}

#[tokio::test]
async fn an_order_with_many_lines_is_told_whole() {
    let shop = Shop::open(wholesale(600, || "2026-11-20T00:00:00Z")).await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), orders(), None, NOW).await.unwrap();
    assert_eq!(shop.operations(), ["OrdersPage", "OrderDetail", "OrderLineItemsPage", "OrderLineItemsPage"]);
    assert_eq!(lines(&pages[0]), 600);
    assert_eq!(decode_order(&pages[0].documents[0].raw).unwrap(), pages[0].documents[0].document);

    let shop = Shop::open(wholesale(21, || unreachable!())).await;
    let pages = self::pages(&shop.client(&TestClock::at(NOW)), orders(), None, NOW).await.unwrap();
    assert_eq!(shop.operations(), ["OrdersPage", "OrderDetail"]);
    assert_eq!(lines(&pages[0]), 21);
}

#[tokio::test]
async fn an_order_that_changes_between_its_pages_is_begun_anew_and_never_mixed() {
    let mut turn = 0;
    let shop = Shop::open(wholesale(300, move || {
        turn += 1;
        if turn == 1 { "2026-11-20T00:00:09Z" } else { "2026-11-20T00:00:00Z" }
    }))
    .await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), orders(), None, NOW).await.unwrap();
    assert_eq!(
        shop.operations(),
        ["OrdersPage", "OrderDetail", "OrderLineItemsPage", "OrderDetail", "OrderLineItemsPage"]
    );
    assert_eq!(lines(&pages[0]), 300);

    let shop = Shop::open(wholesale(300, || "2026-11-20T00:00:09Z")).await;
    let error = self::pages(&shop.client(&TestClock::at(NOW)), orders(), None, NOW).await.unwrap_err();
    assert!(matches!(error, Error::Unsteady(_)), "{error:?}");
}

#[tokio::test]
async fn a_list_that_stays_cut_stops_the_feed() {
    let shop = Shop::open(|asked| {
        let mut order = order(1, time("2026-11-20T00:00:00Z"));
        order["transactionsCount"]["count"] = json!(300);
        match asked.operation().as_str() {
            "OrdersPage" => Reply::data(&list("orders", &[order], None)),
            _ => Reply::data(&json!({ "order": order })),
        }
    })
    .await;
    let error = pages(&shop.client(&TestClock::at(NOW)), orders(), None, NOW).await.unwrap_err();
    assert!(matches!(error, Error::Decode { source: DecodeError::Cut("transactions"), .. }), "{error:?}");
    assert_eq!(shop.asked()[1].variables()["list"], 250);
}

#[tokio::test]
async fn a_page_that_costs_too_much_is_asked_for_in_smaller_pieces() {
    let mut answer = sell(hourly(30));
    let shop = Shop::open(move |asked| {
        if asked.variables()["first"].as_u64().unwrap() > 16 {
            return Reply::error(
                "MAX_COST_EXCEEDED",
                "Query cost is 1400, which exceeds the single query max cost limit (1000).",
            );
        }
        answer(asked)
    })
    .await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), orders(), None, NOW).await.unwrap();
    assert_eq!(ids(&pages).len(), 30);
    let sizes: Vec<_> = shop.asked().iter().map(|asked| asked.variables()["first"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [250, 125, 62, 31, 15, 15]);
}

#[tokio::test]
async fn a_shop_that_keeps_personal_data_back_still_tells_its_orders() {
    let mut answer = sell(every(Duration::from_mins(10), 300));
    let shop = Shop::open(move |asked| {
        if asked.document().contains("billingAddress") {
            return Reply::error("ACCESS_DENIED", "This app is not approved to use the email field. See https://shopify.dev/docs/apps/launch/protected-customer-data");
        }
        answer(asked)
    })
    .await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), orders(), None, NOW).await.unwrap();
    assert_eq!(ids(&pages).len(), 300);
    assert_eq!(shop.asked().len(), 3, "it is asked for once, and not again");
}

#[tokio::test]
async fn a_missing_scope_stops_the_feed_with_its_name() {
    let shop = Shop::open(|_| {
        let error = json!({
            "message": "Access denied for orders field.", "path": ["orders"],
            "extensions": { "code": "ACCESS_DENIED", "requiredAccess": "`read_orders` access scope." },
        });
        Reply::raw(200, &json!({ "errors": [error], "data": { "orders": null } }).to_string())
    })
    .await;
    let error = pages(&shop.client(&TestClock::at(NOW)), orders(), None, NOW).await.unwrap_err();
    assert_eq!(error.to_string(), "the app may not read orders: `read_orders` access scope.");
}

#[tokio::test]
async fn after_an_error_the_same_pull_goes_on_where_it_was() {
    let mut answer = sell(every(Duration::from_mins(10), 600));
    let mut turn = 0;
    let shop = Shop::open(move |asked| {
        turn += 1;
        if turn == 2 { Reply::raw(403, "") } else { answer(asked) }
    })
    .await;
    let client = shop.client(&TestClock::at(NOW));
    let mut puller = client.pull(orders(), None, time(NOW)).unwrap();
    puller.next().await.unwrap_err();
    let got = ids(&[puller.next().await.unwrap().unwrap()]);
    assert_eq!(got.into_iter().collect::<BTreeSet<_>>().len(), 600);
    assert_eq!(puller.next().await.unwrap(), None);
    assert_eq!(shop.asked().len(), 4, "what was told before the error is not asked for again");
}

/// Answers a feed that is walked by id, two objects at a time, from `(id, updatedAt)`.
fn by_id(
    name: &'static str,
    model: &'static str,
    all: Vec<(u64, &'static str)>,
) -> impl FnMut(&Asked) -> Reply + Send + 'static {
    move |asked| {
        let search = asked.search();
        let from: u64 = search.split("id:>=").nth(1).unwrap().parse().unwrap();
        let changed = search.strip_prefix("updated_at:>='").map_or("", |rest| rest.split('\'').next().unwrap());
        let mut nodes: Vec<Value> = all
            .iter()
            .filter(|(id, at)| *id >= from && *at >= changed)
            .map(|(id, at)| {
                let mut node = value(model);
                let kind = node["id"].as_str().unwrap().rsplit_once('/').unwrap().0.to_owned();
                node["id"] = json!(format!("{kind}/{id}"));
                node["updatedAt"] = json!(at);
                node
            })
            .collect();
        let more = nodes.len() > 2;
        nodes.truncate(2);
        Reply::data(&list(name, &nodes, more.then_some("next")))
    }
}

const CHANGED: [(u64, &str); 5] = [
    (3, "2026-11-20T09:00:00Z"),
    (5, "2026-11-22T09:00:00Z"),
    (8, "2026-11-21T09:00:00Z"),
    (9, "2026-11-23T11:55:00Z"),
    (11, "2026-11-19T09:00:00Z"),
];

#[tokio::test]
async fn variants_are_walked_by_id_and_a_cut_walk_goes_on_where_it_was() {
    let shop = Shop::open(by_id("productVariants", VARIANT, CHANGED.to_vec())).await;
    let client = shop.client(&TestClock::at(NOW));
    let whole = pages(&client, Feed::Variants, None, NOW).await.unwrap();
    assert_eq!(ids(&whole), ["3", "5", "8", "9", "11"]);
    let rest = pages(&client, Feed::Variants, Some(&whole[0].cursor), "2026-11-24T12:00:00Z").await.unwrap();
    assert_eq!(ids(&rest), ["8", "9", "11"]);

    shop.asked().clear();
    let next = pages(&client, Feed::Variants, Some(&whole[2].cursor), NOW).await.unwrap();
    assert_eq!(shop.asked()[0].search(), "updated_at:>='2026-11-23T11:45:00Z' AND id:>=1");
    assert_eq!(ids(&next), ["9"]);
}

#[tokio::test]
async fn a_change_behind_the_walker_is_found_by_the_next_walk() {
    let shop = Shop::open(by_id("productVariants", VARIANT, CHANGED.to_vec())).await;
    let client = shop.client(&TestClock::at(NOW));
    // The walk begins at 10:00; 9 changes at 11:55, while it is under way.
    let whole = pages(&client, Feed::Variants, None, "2026-11-23T10:00:00Z").await.unwrap();
    shop.asked().clear();
    pages(&client, Feed::Variants, Some(&whole[2].cursor), NOW).await.unwrap();
    assert_eq!(shop.asked()[0].search(), "updated_at:>='2026-11-23T09:50:00Z' AND id:>=1");
}

#[tokio::test]
async fn customers_are_asked_for_by_whole_days_with_a_day_to_spare() {
    let shop = Shop::open(by_id("customers", CUSTOMER, CHANGED.to_vec())).await;
    let client = shop.client(&TestClock::at(NOW));
    let whole = pages(&client, Feed::Customers, None, NOW).await.unwrap();
    assert_eq!(ids(&whole).len(), 5);
    shop.asked().clear();
    let next = pages(&client, Feed::Customers, Some(&whole[2].cursor), NOW).await.unwrap();
    assert_eq!(shop.asked()[0].search(), "updated_at:>='2026-11-22' AND id:>=1");
    assert_eq!(ids(&next), ["5", "9"]);
}

#[tokio::test]
async fn all_locations_and_the_shop_come_each_time() {
    let location = |n: u64| json!({ "id": format!("gid://shopify/Location/{n}"), "name": "Ithaca", "isActive": true, "updatedAt": NOW });
    let shop = Shop::open(move |asked| match (asked.operation().as_str(), asked.variables()["after"].as_str()) {
        ("ShopProbe", _) => Reply::data(&value(SHOP_PROBE)),
        (_, None) => Reply::data(&list("locations", &[location(1)], Some("c1"))),
        (_, Some("c1")) => Reply::data(&list("locations", &[location(2)], None)),
        other => panic!("{other:?}"),
    })
    .await;
    let client = shop.client(&TestClock::at(NOW));
    let first = pages(&client, Feed::Locations, None, NOW).await.unwrap();
    assert_eq!(ids(&first), ["1", "2"]);
    let again = pages(&client, Feed::Locations, Some(&first[1].cursor), NOW).await.unwrap();
    assert_eq!(ids(&again), ["1", "2"]);
    let told = pages(&client, Feed::Shop, None, NOW).await.unwrap();
    assert!(matches!(&told[0].documents[0].document.fact, Fact::Shop(shop) if shop.name == "Harbour & Pine"));
}

#[tokio::test]
async fn an_unreadable_cursor_is_refused_by_name() {
    let shop = Shop::open(|_| unreachable!()).await;
    let client = shop.client(&TestClock::at(NOW));
    let error = client.pull(orders(), Some(&Cursor::stored("7")), time(NOW)).err().unwrap();
    assert!(matches!(error, Error::BadCursor(text) if text == "7"));
}
