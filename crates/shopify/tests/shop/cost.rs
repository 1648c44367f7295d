//! Against the simulated shop: what it charges is next to the least that the rule of SHOPIFY.md 2.3 allows. The least is
//! worked out here by the rule alone, from the answers' shapes, whatever was charged.

use std::time::Duration;

use serde_json::{Map, Value, json};
use shopify::{Feed, Page};
use simulator::shop::{FinancialStatus, Points};

use crate::simulated::Simulated;

/// The most objects of a page or a batch (SHOPIFY.md 2.2).
const MOST: usize = 250;

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

/// Told of an order: what its page tells of it, and its history where it has one.
struct Told {
    plain: Value,
    history: Option<Value>,
}
fn told(raw: &str) -> Told {
    let mut plain: Value = serde_json::from_str(raw).unwrap();
    let Value::Object(order) = &mut plain else { panic!() };
    let lists = ["agreements", "returns"].map(|list| (list, order.remove(list)));
    let mut history: Map<String, Value> =
        lists.into_iter().filter_map(|(list, told)| Some((list.to_owned(), told?))).collect();
    if history.is_empty() {
        return Told { plain, history: None };
    }
    let mut goods = Vec::new();
    for refund in order["refunds"].as_array_mut().unwrap() {
        let lists = ["refundLineItems", "orderAdjustments", "transactions"];
        let refund = refund.as_object_mut().unwrap();
        goods.push(lists.map(|list| (list.to_owned(), refund.remove(list).unwrap())).into_iter().collect());
    }
    history.insert("refunds".into(), Value::Array(goods));
    Told { plain, history: Some(Value::Object(history)) }
}

fn lines(order: &Value) -> &Vec<Value> {
    order["lineItems"]["nodes"].as_array().unwrap()
}

/// What the plain fields cost in pages of `size` orders with up to `longest` lines of each, where orders with more are
/// asked for alone.
fn pages_cost(orders: &[Told], size: usize, longest: usize) -> usize {
    let mut rows: Vec<Value> = orders.iter().map(|order| order.plain.clone()).collect();
    let alone = rows.iter().filter(|order| lines(order).len() > longest).map(field).sum::<usize>();
    for order in &mut rows {
        order["lineItems"]["nodes"].as_array_mut().unwrap().truncate(longest);
    }
    alone + rows.chunks(size).map(|page| field(&json!({ "nodes": page }))).sum::<usize>()
}

/// What the histories of the orders that have one cost, `size` in a question: a plain list costs as its dearest.
fn histories_cost(orders: &[Told], size: usize) -> usize {
    let lived: Vec<Value> = orders.iter().filter_map(|order| order.history.clone()).collect();
    lived.chunks(size).map(|batch| 1 + dearest(batch)).sum()
}

/// The least over all sizes, as what is charged and what a question may ask for is in whole steps of the weight.
fn least(orders: &[Told]) -> usize {
    let steps = [1, 2, 3, 5, 8, 13, 21, 34, 55, 91, 149, 245];
    let sizes = || steps.into_iter().chain([MOST]);
    let pages = sizes().flat_map(|size| {
        // The longest list of lines of each weight: what is asked for beside it is counted as what was told.
        let longest = [2, 4, 7, 12, 20].into_iter();
        longest.map(move |longest| pages_cost(orders, size, longest))
    });
    pages.min().unwrap() + sizes().map(|size| histories_cost(orders, size)).min().unwrap()
}

fn orders(pages: &[Page]) -> Vec<Told> {
    pages.iter().flat_map(|page| &page.documents).map(|pulled| told(&pulled.raw)).collect()
}

#[track_caller]
fn assert_next_to_least(points: Points, orders: &[Told]) {
    let (charged, least) = (usize::try_from(points.actual).unwrap(), least(orders));
    assert!(charged * 10 <= least * 11, "{} orders cost {charged} points, at least {least}", orders.len());
    // A page asks for more than anything else.
    assert!(points.requested <= points.queries * 1_000, "{points:?}");
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
    eprintln!("{points:?} least {}", least(&all));
    assert_next_to_least(points, &all);

    // Some days later, five orders change: one is refunded, four are tagged.
    let later = simulated.later(Duration::from_hours(72));
    let ids: Vec<String> = later.shop.with_orders(|orders| {
        let paid = orders.iter().filter(|order| order.financial_status() == FinancialStatus::Paid && !order.is_test());
        paid.take(5).map(|order| order.id()).collect()
    });
    assert!(later.shop.refund(&ids[0]));
    assert!(ids[1..].iter().all(|id| later.shop.touch(id)));
    let (pages, points) = later.pull_for(changes, pages.last().map(|page| &page.cursor)).await;
    let few = orders(&pages);
    let names: Vec<_> = pages.iter().flat_map(|page| &page.documents).map(|pulled| pulled.document.id.short()).collect();
    assert!(ids.iter().all(|id| names.iter().any(|name| id.ends_with(name))), "{names:?}");
    eprintln!("{} {points:?} least {}", few.len(), least(&few));
    assert_next_to_least(points, &few);
}
