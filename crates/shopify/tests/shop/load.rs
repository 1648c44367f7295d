//! The first load: from files that the shop writes, a month each, and nothing lost wherever it is cut off.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{Asked, Reply, Shop, TestClock, changed_order, history, list, order, time};
use books::document::Fact;
use jiff::Timestamp;
use serde_json::{Value, json};
use shopify::{Client, Cursor, Error, Feed, Page, decode_order};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const NOW: &str = "2026-11-23T12:00:00Z";
const FROM: &str = "2026-01-01T00:00:00Z";

fn all() -> Feed {
    Feed::History { from: time(FROM), to: Some(time("2026-04-01T00:00:00Z")) }
}

/// An order that was made at a time. Every tenth was refunded, and every seventh has no payment terms.
fn made(id: u64, at: Timestamp) -> Value {
    let mut order = if id.is_multiple_of(10) { changed_order(id, at) } else { order(id, at) };
    order["createdAt"] = json!(at.to_string());
    if id.is_multiple_of(7) {
        order["paymentTerms"] = Value::Null;
    }
    order
}

/// Orders `pause` apart, from the first day on.
fn made_every(pause: Duration, count: u64) -> Vec<(Timestamp, Value)> {
    let at = |n: u64| time(FROM) + pause * u32::try_from(n).unwrap();
    (1..=count).map(|n| (at(n - 1), made(n, at(n - 1)))).collect()
}

fn span(search: &str) -> (Timestamp, Timestamp) {
    let (from, until) = search.split_once(" AND ").unwrap();
    let bound = |text: &str, start: &str| time(text.strip_prefix(start).unwrap().trim_end_matches('\''));
    (bound(from, "created_at:>='"), bound(until, "created_at:<'"))
}

/// The lines of a bulk operation's file: an order, then its parts.
fn file(orders: &[&Value]) -> String {
    let mut text = String::new();
    for order in orders {
        let mut root = (*order).clone();
        let parts: Vec<Value> = ["lineItems", "shippingLines"]
            .into_iter()
            .flat_map(|name| {
                let list = root.as_object_mut().unwrap().remove(name).unwrap();
                list["nodes"].as_array().unwrap().clone().into_iter().enumerate().map(move |(n, mut part)| {
                    if name == "shippingLines" {
                        part["id"] = json!(format!("gid://shopify/ShippingLine/{n}"));
                    }
                    part
                })
            })
            .collect();
        if !root["paymentTerms"].is_null() {
            root["paymentTerms"] = json!({ "paymentTermsName": "Net 30" });
        }
        // Shopify escapes the slashes.
        let mut line = |value: &Value| {
            text.push_str(&value.to_string().replace('/', "\\/"));
            text.push('\n');
        };
        line(&root);
        for mut part in parts {
            part["__parentId"] = root["id"].clone();
            line(&part);
        }
    }
    text
}

/// What a file's request is answered with: the whole text, and where to begin.
type Serve = Box<dyn FnMut(&str, &Asked) -> Reply + Send>;
/// What is told of an operation: its number, and how often it was looked at.
type Tell = Box<dyn FnMut(usize, usize) -> Value + Send>;

/// A shop that writes files.
struct Archive {
    orders: Vec<(Timestamp, Value)>,
    /// How many orders each of them counts for: a few stand for the many that make files worth their while.
    weight: usize,
    /// The texts of the files, once they are written.
    files: BTreeMap<usize, String>,
    /// The span of each operation, and how often it was looked at.
    operations: Arc<Mutex<Vec<(String, usize)>>>,
    tell: Tell,
    serve: Serve,
}

impl Archive {
    fn new(orders: Vec<(Timestamp, Value)>, weight: usize) -> Self {
        Self {
            orders,
            weight,
            files: BTreeMap::new(),
            operations: Arc::default(),
            tell: Box::new(|number, looks| match looks {
                0 => json!({ "status": "CREATED" }),
                1 => json!({ "status": "RUNNING" }),
                _ => json!({ "status": "COMPLETED", "url": number.to_string() }),
            }),
            serve: Box::new(whole),
        }
    }

    fn within(&self, search: &str) -> Vec<&Value> {
        let (from, until) = span(search);
        self.orders.iter().filter(|(at, _)| (from..until).contains(at)).map(|(_, order)| order).collect()
    }

    fn answer(&mut self, asked: &Asked, url: &str) -> Reply {
        if asked.path.starts_with("/file/") {
            assert_eq!(asked.token, "", "the token is not for the host of the file");
            let number: usize = asked.path.rsplit('/').next().unwrap().parse().unwrap();
            let search = self.operations.lock().unwrap()[number].0.clone();
            if !self.files.contains_key(&number) {
                let text = file(&self.within(&search));
                self.files.insert(number, text);
            }
            return (self.serve)(&self.files[&number], asked);
        }
        let variables = asked.variables();
        match asked.operation().as_str() {
            "OrdersCount" => {
                let limit = usize::try_from(variables["limit"].as_u64().unwrap()).unwrap();
                let count = (self.within(&asked.search()).len() * self.weight).min(limit);
                Reply::data(&json!({ "ordersCount": { "count": count } }))
            }
            "OrdersPage" => {
                let found = self.within(&asked.search());
                let after: usize = variables["after"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
                let end = (after + usize::try_from(variables["first"].as_u64().unwrap()).unwrap()).min(found.len());
                let nodes: Vec<Value> = found[after..end].iter().map(|order| (*order).clone()).collect();
                let next = end.to_string();
                Reply::data(&list("orders", &nodes, (end < found.len()).then_some(next.as_str())))
            }
            "BulkRun" => {
                let query = asked.search();
                assert!(!query.contains("pageInfo") && !query.contains("after:"), "a bulk operation has no pages");
                let search = query.split("query: \"").nth(1).unwrap().split('"').next().unwrap();
                let mut operations = self.operations.lock().unwrap();
                operations.push((search.to_owned(), 0));
                let id = format!("gid://shopify/BulkOperation/{}", operations.len() - 1);
                Reply::data(&json!({ "bulkOperationRunQuery": { "bulkOperation": { "id": id }, "userErrors": [] } }))
            }
            "BulkPoll" => {
                let id = variables["id"].as_str().unwrap();
                let number: usize = id.rsplit('/').next().unwrap().parse().unwrap();
                let looks = &mut self.operations.lock().unwrap()[number].1;
                let mut told = (self.tell)(number, *looks);
                *looks += 1;
                if told.is_null() {
                    return Reply::data(&json!({ "bulkOperation": null }));
                }
                for name in ["url", "partialDataUrl"] {
                    told[name] = told[name].as_str().map(|file| format!("{url}/file/{file}")).into();
                }
                told["id"] = json!(id);
                Reply::data(&json!({ "bulkOperation": told }))
            }
            "OrderTerms" => {
                self.by_id(asked, |order| json!({ "id": order["id"], "paymentTerms": order["paymentTerms"] }))
            }
            "OrderHistory" => {
                self.by_id(asked, |order| history(number(order), time(order["updatedAt"].as_str().unwrap())))
            }
            "OrderDetail" => {
                let order = self.orders.iter().find(|(_, order)| order["id"] == variables["id"]);
                Reply::data(&json!({ "order": order.map(|(_, order)| order) }))
            }
            other => panic!("{other}"),
        }
    }

    fn by_id(&self, asked: &Asked, tell: impl Fn(&Value) -> Value) -> Reply {
        let ids = asked.variables()["ids"].as_array().unwrap().clone();
        let nodes: Vec<Value> =
            ids.iter().map(|id| tell(&self.orders.iter().find(|(_, order)| order["id"] == *id).unwrap().1)).collect();
        Reply::data(&json!({ "nodes": nodes }))
    }

    async fn open(mut self) -> Shop {
        // Its own address is known only once it is open.
        let url = Arc::new(Mutex::new(String::new()));
        let told = url.clone();
        let shop = Shop::open(move |asked| self.answer(asked, &told.lock().unwrap())).await;
        url.lock().unwrap().clone_from(&shop.url);
        shop
    }
}

fn number(order: &Value) -> u64 {
    order["id"].as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
}

fn offset(asked: &Asked) -> Option<usize> {
    Some(asked.range.strip_prefix("bytes=")?.trim_end_matches('-').parse().unwrap())
}

/// The file from where it is asked for.
fn whole(text: &str, asked: &Asked) -> Reply {
    match offset(asked) {
        None => Reply::raw(200, text),
        Some(from) if from >= text.len() => Reply::raw(416, ""),
        Some(from) => Reply::raw(206, &text[from..]),
    }
}

async fn pages(client: &Client, cursor: Option<&Cursor>) -> Result<Vec<Page>, Error> {
    let mut puller = client.pull(all(), cursor, time(NOW))?;
    let mut pages = Vec::new();
    while let Some(page) = puller.next().await? {
        pages.push(page);
    }
    Ok(pages)
}

fn ids(pages: &[Page]) -> Vec<u64> {
    let documents = pages.iter().flat_map(|page| &page.documents);
    documents.map(|pulled| pulled.document.id.short().parse().unwrap()).collect()
}

fn count(shop: &Shop, operation: &str) -> usize {
    shop.operations().iter().filter(|name| *name == operation).count()
}

fn spans(shop: &Shop, operation: &str) -> Vec<(Timestamp, Timestamp)> {
    let asked = shop.asked();
    let of = asked.iter().filter(|asked| asked.operation() == operation);
    of.map(|asked| span(asked.search().split("query: \"").last().unwrap().split('"').next().unwrap())).collect()
}

/// 270 orders, three a day for three months: windows of 93, 84 and 93.
fn quarter() -> Archive {
    Archive::new(made_every(Duration::from_hours(8), 270), 10)
}

/// 1,080 orders, twelve a day: files of two pages each.
fn busy_quarter() -> Archive {
    Archive::new(made_every(Duration::from_hours(2), 1_080), 3)
}

#[tokio::test]
async fn many_orders_come_from_a_file_for_each_month() {
    let shop = quarter().open().await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    assert_eq!(ids(&pages), (1..=270).collect::<Vec<_>>());
    let month = |n: u32| time(&format!("2026-{n:02}-01T00:00:00Z"));
    assert_eq!(spans(&shop, "BulkRun"), [(month(1), month(2)), (month(2), month(3)), (month(3), month(4))]);
    assert!(pages.iter().all(|page| page.documents.len() <= 250));
    assert_eq!(count(&shop, "OrdersPage"), 1, "one look at what the shop refuses to tell");
}

#[tokio::test]
async fn an_order_from_a_file_is_the_same_document_as_from_the_feed_of_changes() {
    let orders = made_every(Duration::from_hours(8), 270);
    let sample: Vec<Value> = orders.iter().take(30).map(|(_, order)| order.clone()).collect();
    let shop = Archive::new(orders, 10).open().await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    for (pulled, order) in pages.iter().flat_map(|page| &page.documents).zip(&sample) {
        assert_eq!(decode_order(&pulled.raw).unwrap(), pulled.document);
        let mut order = order.clone();
        if number(&order).is_multiple_of(10) {
            let mut told = history(number(&order), time(order["updatedAt"].as_str().unwrap()));
            order["agreements"] = told["agreements"].take();
            order["returns"] = told["returns"].take();
            order["refunds"][0].as_object_mut().unwrap().append(told["refunds"][0].as_object_mut().unwrap());
        }
        assert_eq!(decode_order(&order.to_string()).unwrap(), pulled.document);
        let Fact::Order(sold) = &pulled.document.fact else { panic!() };
        assert_eq!(sold.agreements.is_empty(), !number(&order).is_multiple_of(10));
        assert_eq!(sold.terms.is_none(), number(&order).is_multiple_of(7));
    }
}

#[tokio::test]
async fn few_orders_come_page_by_page() {
    let shop = Archive::new(made_every(Duration::from_hours(2), 300), 1).open().await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    assert_eq!(ids(&pages), (1..=300).collect::<Vec<_>>());
    assert_eq!((count(&shop, "BulkRun"), count(&shop, "OrdersPage"), count(&shop, "OrdersCount")), (0, 2, 1));
    assert_eq!(shop.asked()[1].variables()["sortKey"], "CREATED_AT");
}

#[tokio::test]
async fn a_load_cut_off_after_any_page_goes_on_from_its_cursor_and_repeats_a_page_at_most() {
    let shop = busy_quarter().open().await;
    let client = shop.client(&TestClock::at(NOW));
    let whole = pages(&client, None).await.unwrap();
    let runs = count(&shop, "BulkRun");
    for stop in 0..whole.len() {
        shop.asked().clear();
        let stored = Cursor::stored(whole[stop].cursor.as_str());
        let rest = pages(&client, Some(&stored)).await.unwrap();
        let (before, after) = (ids(&whole[..=stop]), ids(&rest));
        let got: BTreeSet<u64> = before.iter().chain(&after).copied().collect();
        assert_eq!(got.len(), 1_080, "after page {stop}");
        assert!(before.len() + after.len() <= 1_080 + 250, "after page {stop}: {}", after.len());
        let begun = whole[..=stop].iter().filter(|page| page.documents.is_empty()).count();
        assert_eq!(count(&shop, "BulkRun"), runs - begun, "an operation that was begun is not begun again");
    }
}

#[tokio::test]
async fn a_connection_that_drops_in_the_middle_of_a_file_is_opened_again_where_it_was() {
    for ranges in [true, false] {
        let mut archive = busy_quarter();
        let mut drops = 0;
        archive.serve = Box::new(move |text, asked| {
            let from = offset(asked).filter(|_| ranges).unwrap_or(0);
            let status = if from > 0 { 206 } else { 200 };
            let rest = &text[from..];
            drops += 1;
            if drops % 3 == 0 {
                return Reply::raw(status, rest);
            }
            // More is announced than comes: cut in the middle of a line.
            let mut reply = Reply::raw(status, &rest[..rest.len() * drops / (drops + 2)]);
            reply.headers.push(("content-length", rest.len().to_string()));
            reply
        });
        let shop = archive.open().await;
        let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
        assert_eq!(ids(&pages), (1..=1_080).collect::<Vec<_>>(), "ranges: {ranges}");
        assert_eq!(count(&shop, "BulkRun"), 3);
        assert_eq!(shop.asked().iter().filter(|asked| asked.path.starts_with("/file/")).count(), 9);
    }
}

/// A host of files on a bare socket: it announces the whole rest of a file, sends it up to the middle of a line, and hangs
/// up, each second time.
async fn careless_host(files: BTreeMap<usize, String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let ranges: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = ranges.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
            }
            let request = String::from_utf8(request).unwrap().to_lowercase();
            let number = request.split_whitespace().nth(1).unwrap().rsplit('/').next().unwrap().parse().unwrap();
            let range = request.split("range: bytes=").nth(1).map(|rest| rest.split('-').next().unwrap().to_owned());
            let from: usize = range.as_deref().map_or(0, |from| from.parse().unwrap());
            let rest = &files[&number][from..];
            let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
            let is_cut = {
                let mut seen = seen.lock().unwrap();
                seen.push(range.unwrap_or_default());
                seen.len() % 2 == 1
            };
            let middle = rest.match_indices('\n').nth(100).unwrap().0 - 10;
            let sent = if is_cut { &rest[..middle] } else { rest };
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", rest.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(sent.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (url, ranges)
}

#[tokio::test]
async fn a_file_cut_in_the_middle_of_a_line_goes_on_at_the_next_byte() {
    let months = [("01", "02"), ("02", "03"), ("03", "04")];
    let mut archive = quarter();
    let text =
        |(from, until): (&str, &str)| {
            file(&archive.within(&format!(
                "created_at:>='2026-{from}-01T00:00:00Z' AND created_at:<'2026-{until}-01T00:00:00Z'"
            )))
        };
    let files: BTreeMap<usize, String> = months.into_iter().map(text).enumerate().collect();
    let (host, ranges) = careless_host(files.clone()).await;
    let shop = Shop::open(move |asked| {
        let reply = archive.answer(asked, "");
        Reply { body: reply.body.replace("\"/file/", &format!("\"{host}/file/")), ..reply }
    })
    .await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    assert_eq!(ids(&pages), (1..=270).collect::<Vec<_>>(), "each order once");
    for pulled in pages.iter().flat_map(|page| &page.documents) {
        let Fact::Order(order) = &pulled.document.fact else { panic!() };
        assert_eq!(order.lines.len(), 2);
    }
    let expected: Vec<String> = files
        .values()
        .flat_map(|text| [String::new(), (text.match_indices('\n').nth(100).unwrap().0 - 10).to_string()])
        .collect();
    assert_eq!(*ranges.lock().unwrap(), expected, "what came before the cut is not asked for again");
}

#[tokio::test]
async fn a_file_that_stays_away_is_an_error_and_the_same_pull_goes_on_later() {
    let mut archive = busy_quarter();
    let down = Arc::new(Mutex::new(false));
    let switch = down.clone();
    archive.serve =
        Box::new(move |text, asked| if *down.lock().unwrap() { Reply::raw(503, "") } else { whole(text, asked) });
    let shop = archive.open().await;
    let client = shop.client(&TestClock::at(NOW));
    let mut puller = client.pull(all(), None, time(NOW)).unwrap();
    let mut got = ids(&[puller.next().await.unwrap().unwrap()]);
    *switch.lock().unwrap() = true;
    let error = puller.next().await.unwrap_err();
    assert!(matches!(error, Error::Server { .. }), "{error:?}");
    *switch.lock().unwrap() = false;
    while let Some(page) = puller.next().await.unwrap() {
        got.extend(ids(&[page]));
    }
    assert_eq!(got, (1..=1_080).collect::<Vec<_>>());
}

async fn with_outcomes(tell: impl FnMut(usize, usize) -> Value + Send + 'static) -> (Shop, Vec<Page>) {
    let mut archive = quarter();
    archive.tell = Box::new(tell);
    let shop = archive.open().await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    (shop, pages)
}

#[tokio::test]
async fn an_operation_that_fails_is_begun_once_more_then_its_month_comes_page_by_page() {
    for state in ["FAILED", "EXPIRED", "CANCELED"] {
        let (shop, pages) = with_outcomes(move |number, _| match number {
            0 | 2 | 3 => json!({ "status": state, "errorCode": "TIMEOUT" }),
            _ => json!({ "status": "COMPLETED", "url": number.to_string() }),
        })
        .await;
        assert_eq!(ids(&pages), (1..=270).collect::<Vec<_>>());
        assert_eq!(count(&shop, "BulkRun"), 5, "{state}");
        assert_eq!(count(&shop, "OrdersPage"), 1 + 1, "the second month's orders");
    }
}

#[tokio::test]
async fn an_operation_that_is_not_known_any_more_is_begun_anew() {
    let (shop, pages) = with_outcomes(|number, _| match number {
        0 => Value::Null,
        _ => json!({ "status": "COMPLETED", "url": number.to_string() }),
    })
    .await;
    assert_eq!(ids(&pages), (1..=270).collect::<Vec<_>>());
    assert_eq!(count(&shop, "BulkRun"), 4);
}

#[tokio::test]
async fn what_a_failed_operation_had_written_is_used_but_for_its_last_order() {
    let mut archive = quarter();
    archive.tell = Box::new(|number, _| match number {
        0 => json!({ "status": "FAILED", "errorCode": "INTERNAL_SERVER_ERROR", "partialDataUrl": "0" }),
        _ => json!({ "status": "COMPLETED", "url": number.to_string() }),
    });
    archive.serve = Box::new(|text, asked| {
        if asked.path != "/file/0" {
            return whole(text, asked);
        }
        // Up to the middle of the 61st order's parts.
        let begin = text.match_indices("{\"additionalFees\"").nth(60).unwrap().0;
        Reply::raw(200, &text[..begin + 4_900])
    });
    let shop = archive.open().await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    let got = ids(&pages);
    assert_eq!(got.iter().copied().collect::<BTreeSet<_>>(), (1..=270).collect());
    assert!(got.len() < 270 + 10, "little is told twice: {}", got.len());
    let second = spans(&shop, "BulkRun")[1];
    assert_eq!(second.1, time("2026-02-01T00:00:00Z"));
    assert!(second.0 > time("2026-01-13T00:00:00Z"), "it goes on where the file ended: {}", second.0);
}

#[tokio::test]
async fn an_operation_without_rows_has_no_file() {
    let (_, pages) = with_outcomes(|number, _| match number {
        1 => json!({ "status": "COMPLETED", "url": null }),
        _ => json!({ "status": "COMPLETED", "url": number.to_string() }),
    })
    .await;
    assert_eq!(ids(&pages).len(), 93 * 2);
}

#[tokio::test]
async fn a_file_whose_parts_do_not_stand_together_is_not_guessed_at() {
    let mut archive = quarter();
    archive.serve = Box::new(|text, asked| {
        let mut lines: Vec<&str> = text.lines().collect();
        // A part of the first order stands far behind it.
        let part = lines.remove(1);
        lines.insert(100, part);
        whole(&lines.join("\n"), asked)
    });
    let shop = archive.open().await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    assert_eq!(ids(&pages).into_iter().collect::<BTreeSet<_>>(), (1..=270).collect());
    for pulled in pages.iter().flat_map(|page| &page.documents) {
        let Fact::Order(order) = &pulled.document.fact else { panic!() };
        assert_eq!(order.lines.len(), 2, "never a part of an order");
    }
    assert_eq!(count(&shop, "OrdersPage"), 1 + 3, "its orders come page by page");
}

#[tokio::test]
async fn an_order_that_lacks_a_line_in_the_file_is_asked_for_alone() {
    let mut archive = quarter();
    archive.serve = Box::new(|text, asked| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.remove(1);
        whole(&lines.join("\n"), asked)
    });
    let shop = archive.open().await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    assert_eq!(count(&shop, "OrderDetail"), 3);
    let first = &pages.iter().find(|page| !page.documents.is_empty()).unwrap().documents[0];
    let Fact::Order(order) = &first.document.fact else { panic!() };
    assert_eq!(order.lines.len(), 2);
}

#[tokio::test]
async fn a_window_of_more_than_25_000_orders_is_halved() {
    let mut archive = quarter();
    archive.weight = 300;
    archive.orders.truncate(93);
    let shop = archive.open().await;
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    assert_eq!(ids(&pages), (1..=93).collect::<Vec<_>>());
    let half = time("2026-01-16T12:00:00Z");
    let runs = spans(&shop, "BulkRun");
    assert_eq!(runs, [(time(FROM), half), (half, time("2026-02-01T00:00:00Z"))]);
}

#[tokio::test]
async fn other_operations_of_the_app_are_waited_for() {
    let mut archive = quarter();
    let url = Arc::new(Mutex::new(String::new()));
    let told = url.clone();
    let mut refused = 0;
    let shop = Shop::open(move |asked| {
        if asked.operation() == "BulkRun" && refused < 7 {
            refused += 1;
            let code = if refused % 2 == 0 { "LIMIT_REACHED" } else { "OPERATION_IN_PROGRESS" };
            let error = json!({ "field": null, "message": "already in progress", "code": code });
            return Reply::data(&json!({ "bulkOperationRunQuery": { "bulkOperation": null, "userErrors": [error] } }));
        }
        archive.answer(asked, &told.lock().unwrap())
    })
    .await;
    url.lock().unwrap().clone_from(&shop.url);
    let clock = TestClock::at(NOW);
    let pages = pages(&shop.client(&clock), None).await.unwrap();
    assert_eq!(ids(&pages).len(), 270);
    assert!(clock.pauses().contains(&Duration::from_secs(30)), "the pauses grow to half a minute");
}

#[tokio::test]
async fn a_refused_operation_names_what_is_missing() {
    let mut archive = quarter();
    archive.tell = Box::new(|_, _| json!({ "status": "FAILED", "errorCode": "ACCESS_DENIED" }));
    let shop = archive.open().await;
    let error = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap_err();
    assert!(matches!(error, Error::MissingScope { .. }), "{error:?}");
}

#[tokio::test]
async fn a_shop_that_keeps_personal_data_back_writes_files_without_it() {
    let mut archive = quarter();
    let url = Arc::new(Mutex::new(String::new()));
    let told = url.clone();
    let shop = Shop::open(move |asked| {
        if asked.body.contains("billingAddress") {
            assert_eq!(asked.operation(), "OrdersPage", "it is known before the first file");
            return Reply::error("ACCESS_DENIED", "This app is not approved to use the email field. See https://shopify.dev/docs/apps/launch/protected-customer-data");
        }
        archive.answer(asked, &told.lock().unwrap())
    })
    .await;
    url.lock().unwrap().clone_from(&shop.url);
    let pages = pages(&shop.client(&TestClock::at(NOW)), None).await.unwrap();
    assert_eq!(ids(&pages).len(), 270);
}

#[tokio::test]
async fn without_an_end_the_load_ends_where_it_began_even_when_it_goes_on_later() {
    let shop = Archive::new(made_every(Duration::from_hours(8), 100), 1).open().await;
    let client = shop.client(&TestClock::at(NOW));
    let feed = Feed::History { from: time(FROM), to: None };
    let mut puller = client.pull(feed, None, time("2026-01-31T00:00:00Z")).unwrap();
    let first = puller.next().await.unwrap().unwrap();
    let mut puller = client.pull(feed, Some(&first.cursor), time(NOW)).unwrap();
    let mut got: BTreeSet<u64> = ids(&[first]).into_iter().collect();
    while let Some(page) = puller.next().await.unwrap() {
        got.extend(ids(&[page]));
    }
    assert_eq!(got, (1..=90).collect(), "30 days");
}

#[tokio::test]
async fn a_rescan_tells_orders_by_when_they_were_made() {
    let shop = Archive::new(made_every(Duration::from_hours(12), 60), 1).open().await;
    let client = shop.client(&TestClock::at(NOW));
    let since = time("2026-01-05T00:00:00Z");
    let mut puller = client.pull(Feed::Rescan { since }, None, time(NOW)).unwrap();
    let mut got = Vec::new();
    while let Some(page) = puller.next().await.unwrap() {
        got.extend(ids(&[page]));
    }
    assert_eq!(got, (9..=60).collect::<Vec<_>>());
    assert_eq!(spans(&shop, "OrdersPage")[0], (since, time("2026-11-23T11:59:00Z")));
}
