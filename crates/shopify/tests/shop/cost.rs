//! Against the simulated shop: what it charges is next to the least that the rule of SHOPIFY.md 2.3 allows. The least is
//! worked out here by the rule alone, from the answers' shapes, whatever was charged.

use std::time::Duration;

use serde_json::{Map, Value};
use shopify::{Feed, Page};
use simulator::shop::{FinancialStatus, Points};

use crate::simulated::Simulated;

/// The most objects of a page or a batch (SHOPIFY.md 2.2).
const MOST: usize = 250;
/// The largest page of each weight.
const SIZES: [usize; 11] = [2, 4, 7, 12, 20, 33, 54, 90, 148, 244, MOST];

/// `max(1, floor(2 ln n))`: what a page of so many rows counts for.
fn weight(rows: usize) -> usize {
    // Where 2 ln n reaches the next whole number.
    let next = [1, 3, 5, 8, 13, 21, 34, 55, 91, 149, 245];
    next.iter().filter(|least| rows >= **least).count().max(1)
}

/// What the fields of an answered object cost.
fn fields(object: &Map<String, Value>) -> usize {
    object.values().map(field).sum()
}

fn dearest(items: &[Value]) -> usize {
    items.iter().filter_map(Value::as_object).map(fields).max().unwrap_or_default()
}

fn field(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + dearest(items),
        Value::Object(object) => match &object.get("nodes") {
            Some(Value::Array(rows)) if rows.is_empty() => 1,
            Some(Value::Array(rows)) => 2 + weight(rows.len()) * (1 + dearest(rows)),
            _ if ["shopMoney", "count"].into_iter().any(|name| object.contains_key(name)) => 0,
            _ => 1 + fields(object),
        },
        _ => 0,
    }
}

/// What the parts of an order cost.
struct Order {
    /// All plain fields but the lines.
    plain: usize,
    /// The fields of each line.
    lines: Vec<usize>,
    /// Its history, where it has one.
    history: Option<usize>,
}

impl Order {
    fn new(raw: &str) -> Self {
        let Value::Object(mut order) = serde_json::from_str(raw).unwrap() else { panic!("no order") };
        let lines = order.remove("lineItems").unwrap();
        let lines = lines["nodes"].as_array().unwrap().iter().map(|line| fields(line.as_object().unwrap())).collect();
        let history = ["agreements", "returns"].map(|list| order.remove(list).map(|told| (list.to_owned(), told)));
        let mut history: Map<String, Value> = history.into_iter().flatten().collect();
        if history.is_empty() {
            return Self { plain: fields(&order), lines, history: None };
        }
        let goods = order["refunds"].as_array_mut().unwrap().iter_mut().map(|refund| {
            let lists = ["refundLineItems", "orderAdjustments", "transactions"];
            let refund = refund.as_object_mut().unwrap();
            lists.map(|list| (list.to_owned(), refund.remove(list).unwrap())).into_iter().collect()
        });
        history.insert("refunds".into(), Value::Array(goods.collect()));
        Self { plain: fields(&order), lines, history: Some(fields(&history)) }
    }

    /// With its first lines.
    fn with_lines(&self, longest: usize) -> usize {
        let lines = &self.lines[..self.lines.len().min(longest)];
        let cost = lines.iter().max().map_or(1, |dearest| 2 + weight(lines.len()) * (1 + dearest));
        self.plain + cost
    }
}

/// What the plain fields cost in pages of `size` orders with up to `longest` lines of each, where orders with more are
/// asked for alone.
fn pages_cost(orders: &[Order], size: usize, longest: usize) -> usize {
    let alone = orders.iter().filter(|order| order.lines.len() > longest);
    let alone: usize = alone.map(|order| 1 + order.with_lines(usize::MAX)).sum();
    let page = |page: &[Order]| {
        let dearest = page.iter().map(|order| order.with_lines(longest)).max().unwrap_or_default();
        2 + weight(page.len()) * (1 + dearest)
    };
    alone + orders.chunks(size).map(page).sum::<usize>()
}

/// What the histories of the orders that have one cost, `size` in a question: a plain list costs as its dearest.
fn histories_cost(orders: &[Order], size: usize) -> usize {
    let lived: Vec<usize> = orders.iter().filter_map(|order| order.history).collect();
    lived.chunks(size).map(|batch| 1 + batch.iter().max().unwrap()).sum()
}

/// The least in pages of these sizes, over all lengths of the lists of lines and all batches of histories. Only the
/// largest size of each weight matters.
fn least(orders: &[Order], page_sizes: &[usize]) -> usize {
    let pages = page_sizes.iter().flat_map(|size| SIZES.iter().map(|longest| pages_cost(orders, *size, *longest)));
    let histories = SIZES.iter().map(|size| histories_cost(orders, *size));
    pages.min().unwrap() + histories.min().unwrap()
}

fn orders(pages: &[Page]) -> Vec<Order> {
    pages.iter().flat_map(|page| &page.documents).map(|pulled| Order::new(&pulled.raw)).collect()
}

#[track_caller]
fn assert_next_to(least: usize, points: Points) {
    let charged = usize::try_from(points.actual).unwrap();
    assert!(charged * 10 <= least * 11, "charged {charged}, at least {least}");
}

#[test]
fn the_weight_is_the_floor_of_twice_the_logarithm() {
    let recorded = [(1, 1), (5, 3), (10, 4), (25, 6), (50, 7), (100, 9), (250, 11)];
    for (rows, expected) in recorded {
        assert_eq!(weight(rows), expected, "{rows} rows (SHOPIFY.md 2.3)");
    }
}

#[tokio::test]
async fn pulls_large_and_small_cost_at_most_a_tenth_more_than_the_least_that_the_rule_allows() {
    let simulated = Simulated::open(1_000).await;
    let changes = Feed::Orders { since: simulated.from };
    let (pages, points) = simulated.pull_for(changes, None).await;
    let all = orders(&pages);
    assert_eq!(all.len(), 1_000);
    assert!(all.iter().filter(|order| order.history.is_some()).count() > 50, "something happened to many");
    assert_next_to(least(&all, &SIZES), points);

    // Some days later, five orders change: one is refunded, four are tagged.
    let later = simulated.later(Duration::from_hours(72));
    let ids: Vec<String> = later.shop.with_orders(|orders| {
        let paid = orders.iter().filter(|order| order.financial_status() == FinancialStatus::Paid && !order.is_test());
        paid.take(5).map(simulator::shop::Order::id).collect()
    });
    assert!(later.shop.refund(&ids[0]));
    assert!(ids[1..].iter().all(|id| later.shop.touch(id)));
    let (pages, points) = later.pull_for(changes, pages.last().map(|page| &page.cursor)).await;
    let few = orders(&pages);
    let names: Vec<_> =
        pages.iter().flat_map(|page| &page.documents).map(|pulled| pulled.document.id.short()).collect();
    assert!(ids.iter().all(|id| names.iter().any(|name| id.ends_with(name))), "{names:?}");
    // How few they are is not known before they are told: pages made for them are made for this pull only.
    assert_next_to(least(&few, &[MOST]), points);
}
