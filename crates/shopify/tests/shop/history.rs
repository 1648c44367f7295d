//! What happened to an order since it was placed: read rightly, asked for cheaply, and never in part.

use std::collections::BTreeSet;

use crate::support::{Asked, Reply, Shop, TestClock, changed_order, history, list, lived, order, time};
use books::Money;
use books::document::{
    AgreedSale, Agreement, AgreementKind, Fact, Fate, Order, Payment, PaymentKind, PaymentStatus, Subject,
};
use serde_json::{Value, json};
use shopify::{Client, DecodeError, Error, Feed, Page, decode_order};

const NOW: &str = "2026-11-23T12:00:00Z";

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn bag(amount: &str) -> Value {
    json!({ "shopMoney": { "amount": amount } })
}

fn read(json: &Value) -> Order {
    match decode_order(&json.to_string()).unwrap().fact {
        Fact::Order(order) => *order,
        other => panic!("{other:?}"),
    }
}

fn rows(agreement: &Agreement) -> Vec<(&Subject, i64, Money)> {
    agreement.sales.iter().map(|sale| (&sale.subject, sale.quantity, sale.total)).collect()
}

#[test]
fn the_ledger_is_told_oldest_first_with_every_row() {
    let order = read(&lived(|_| {}));
    let kinds: Vec<_> = order.agreements.iter().map(|agreement| agreement.kind.clone()).collect();
    let refund = Some(order.refunds[0].id.clone());
    assert_eq!(
        kinds,
        [AgreementKind::Placed, AgreementKind::Edited, AgreementKind::Returned, AgreementKind::Refunded { refund }]
    );
    let [mug, tip] = &order.lines[..] else { panic!("{:?}", order.lines) };
    let (mug, tip) = (Subject::Line(mug.id.clone()), Subject::Line(tip.id.clone()));
    assert_eq!(
        rows(&order.agreements[0]),
        [
            (&mug, 2, money("97.35")),
            (&tip, 1, money("5")),
            (&Subject::Shipping { title: "Standard".into() }, 0, money("8"))
        ]
    );
    let deposit = Subject::Fee { title: "Bottle deposit".into() };
    assert_eq!(rows(&order.agreements[1]), [(&deposit, 1, money("0.25")), (&Subject::Duty, 0, money("2"))]);
    assert_eq!(rows(&order.agreements[3]), [(&Subject::Adjustment, 0, money("-3"))]);
    let agreed: Money = order.agreements[0].sales.iter().map(|sale| sale.total).sum();
    assert_eq!(agreed, order.totals.total, "what was placed comes to the order's total");
}

#[test]
fn what_is_taken_back_is_below_zero_in_all_its_amounts_and_what_is_kept_back_of_it_above() {
    let order = read(&lived(|_| {}));
    let [back, kept] = &order.agreements[2].sales[..] else { panic!("{:?}", order.agreements[2]) };
    assert_eq!((back.quantity, back.total, back.discount), (-1, money("-48.68"), money("-5")));
    assert_eq!(back.taxes.iter().map(|tax| tax.amount).collect::<Vec<_>>(), [money("-1.8"), money("-1.88")]);
    assert_eq!(back.taxes.iter().map(|tax| tax.channel_liable).collect::<Vec<_>>(), [false, true]);
    assert_eq!((&kept.subject, kept.total), (&Subject::Fee { title: "Restocking fee".into() }, money("3")));
}

#[test]
fn the_amounts_of_the_ledger_are_with_tax_whether_or_not_prices_contain_it() {
    let row = |included: bool| -> AgreedSale {
        let order = read(&lived(|order| order["taxesIncluded"] = json!(included)));
        assert_eq!(order.taxes_included, included);
        order.agreements[0].sales[0].clone()
    };
    assert_eq!(row(true), row(false));
    assert_eq!(row(true).total, money("97.35"));
}

#[test]
fn rows_and_agreements_of_unknown_kinds_are_told_by_name_and_never_dropped() {
    let order = read(&lived(|order| {
        let nodes = &mut order["agreements"]["nodes"];
        nodes[2]["__typename"] = json!("SettlementAgreement");
        let sales = &mut nodes[0]["sales"]["nodes"];
        sales[0]["__typename"] = json!("UnknownSale");
        sales[0]["lineType"] = json!("UNKNOWN");
        sales[1]["lineType"] = json!("CARBON_OFFSET");
        sales[2].as_object_mut().unwrap().remove("shippingLine");
    }));
    assert_eq!(order.agreements[1].kind, AgreementKind::Other("SettlementAgreement".into()));
    assert_eq!(
        rows(&order.agreements[0]),
        [
            (&Subject::Other("UnknownSale".into()), 2, money("97.35")),
            (&Subject::Other("CARBON_OFFSET".into()), 1, money("5")),
            (&Subject::Shipping { title: String::new() }, 0, money("8"))
        ]
    );
}

#[test]
fn the_totals_stay_those_of_the_first_sale_when_the_order_was_edited_or_refunded() {
    let (before, after) = (read(&order(1, time(NOW))), read(&lived(|_| {})));
    assert_eq!(after.totals, before.totals);
    assert_eq!(after.lines, before.lines);
}

#[test]
fn a_refund_tells_its_goods_and_the_payments_it_went_back_by() {
    let order = read(&lived(|_| {}));
    let [refund] = &order.refunds[..] else { panic!("{:?}", order.refunds) };
    assert_eq!(refund.total, money("48.68"));
    assert_eq!((refund.goods[0].quantity, refund.goods[0].fate), (1, Fate::NotRestocked));
    assert_eq!(refund.goods[0].line, order.lines[0].id);
    let back: Vec<&Payment> = order.payments.iter().filter(|payment| refund.payments.contains(&payment.id)).collect();
    assert_eq!(back.len(), 1);
    assert_eq!((&back[0].kind, back[0].parent.as_ref()), (&PaymentKind::Refund, Some(&order.payments[1].id)));
    assert_eq!(order.payments[1].parent.as_ref(), Some(&order.payments[0].id), "the capture names what it captures");
}

fn fate(change: impl Fn(&mut Value)) -> Fate {
    read(&lived(change)).refunds[0].goods[0].fate
}

#[test]
fn goods_that_were_put_back_in_stock_are_restocked_whatever_their_return_said() {
    let of = |restock: &str| {
        fate(|order| {
            order["refunds"][0]["refundLineItems"]["nodes"][0]["restockType"] = json!(restock);
            order["returns"]["nodes"][0]["returnLineItems"]["nodes"][0]["returnReason"] = json!("DEFECTIVE");
        })
    };
    assert_eq!(["RETURN", "CANCEL", "LEGACY_RESTOCK"].map(of), [Fate::Restocked; 3]);
    assert_eq!(["NO_RESTOCK", "A_LATER_WORD"].map(of), [Fate::Damaged; 2]);
}

#[test]
fn goods_are_damaged_where_their_own_return_or_their_refund_says_so() {
    let defective = |order: &mut Value| {
        order["returns"]["nodes"][0]["returnLineItems"]["nodes"][0]["returnReason"] = json!("DEFECTIVE");
    };
    assert_eq!(fate(defective), Fate::Damaged);
    let other_refund = |order: &mut Value| {
        defective(order);
        order["returns"]["nodes"][0]["refunds"]["nodes"][0]["id"] = json!("gid://shopify/Refund/8002");
    };
    assert_eq!(fate(other_refund), Fate::NotRestocked);
    let other_line = |order: &mut Value| {
        defective(order);
        order["returns"]["nodes"][0]["returnLineItems"]["nodes"][0]["fulfillmentLineItem"]["lineItem"]["id"] =
            json!("gid://shopify/LineItem/9002");
    };
    assert_eq!(fate(other_line), Fate::NotRestocked);
    let adjusted = |order: &mut Value| {
        order["refunds"][0]["orderAdjustments"]["nodes"][0]["reason"] = json!("DAMAGE");
        order.as_object_mut().unwrap().remove("returns");
    };
    assert_eq!(fate(adjusted), Fate::Damaged);
}

#[test]
fn a_refund_may_have_no_goods_or_no_money() {
    let goodwill = read(&lived(|order| order["refunds"][0]["refundLineItems"]["nodes"] = json!([])));
    assert_eq!((goodwill.refunds[0].goods.len(), goodwill.refunds[0].payments.len()), (0, 1));
    let restock_only = read(&lived(|order| {
        order["refunds"][0]["transactions"]["nodes"] = json!([]);
        order["refunds"][0]["totalRefundedSet"] = bag("0.0");
    }));
    assert_eq!((restock_only.refunds[0].goods.len(), restock_only.refunds[0].payments.len()), (1, 0));
}

#[test]
fn a_refund_that_is_not_through_says_so_and_what_is_no_refund_is_not_among_its_payments() {
    let order = read(&lived(|order| {
        order["transactions"][2]["status"] = json!("PENDING");
        order["refunds"][0]["transactions"]["nodes"] =
            json!([{ "id": order["transactions"][2]["id"] }, { "id": order["transactions"][0]["id"] }]);
    }));
    assert_eq!(order.refunds[0].payments, [order.payments[2].id.clone()]);
    assert_eq!(order.payments[2].status, PaymentStatus::Pending);
}

#[test]
fn a_cancelled_order_needs_its_history_too() {
    let mut json = order(1, time(NOW));
    json["cancelledAt"] = json!("2026-11-21T00:00:00Z");
    assert_eq!(decode_order(&json.to_string()).unwrap_err(), DecodeError::Cut("agreements"));
    json["agreements"] = json!({ "nodes": [], "pageInfo": { "hasNextPage": false, "endCursor": null } });
    assert_eq!(read(&json).cancelled_at, Some(time("2026-11-21T00:00:00Z")));
}

#[test]
fn a_history_with_a_part_missing_is_an_error() {
    let cut = |change: fn(&mut Value)| decode_order(&lived(change).to_string()).unwrap_err();
    assert_eq!(
        cut(|order| order["agreements"]["pageInfo"]["hasNextPage"] = json!(true)),
        DecodeError::Cut("agreements")
    );
    assert_eq!(
        cut(|order| order["agreements"]["nodes"][1]["sales"]["pageInfo"]["hasNextPage"] = json!(true)),
        DecodeError::Cut("agreements.sales")
    );
    for (list, name) in [
        ("refundLineItems", "refunds.refundLineItems"),
        ("orderAdjustments", "refunds.orderAdjustments"),
        ("transactions", "refunds.transactions"),
    ] {
        let json = lived(|order| order["refunds"][0][list]["pageInfo"]["hasNextPage"] = json!(true));
        assert_eq!(decode_order(&json.to_string()).unwrap_err(), DecodeError::Cut(name));
        let json = lived(|order| {
            order["refunds"][0].as_object_mut().unwrap().remove(list);
        });
        assert_eq!(decode_order(&json.to_string()).unwrap_err(), DecodeError::Cut(name));
    }
    assert_eq!(cut(|order| order["returns"]["pageInfo"]["hasNextPage"] = json!(true)), DecodeError::Cut("returns"));
}

async fn pages(client: &Client) -> Result<Vec<Page>, Error> {
    let mut puller = client.pull(Feed::Orders { since: time("2026-11-01T00:00:00Z") }, None, time(NOW))?;
    let mut pages = Vec::new();
    while let Some(page) = puller.next().await? {
        pages.push(page);
    }
    Ok(pages)
}

fn told(pages: &[Page]) -> Vec<Order> {
    let documents = pages.iter().flat_map(|page| &page.documents);
    let orders = documents.map(|pulled| {
        assert_eq!(decode_order(&pulled.raw).unwrap(), pulled.document, "the raw text reads as the same document");
        let Fact::Order(order) = &pulled.document.fact else { panic!() };
        (**order).clone()
    });
    orders.collect()
}

fn asked_ids(asked: &Asked) -> Vec<u64> {
    let ids = asked.variables()["ids"].as_array().unwrap().clone();
    ids.iter().map(|id| id.as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()).collect()
}

const AT: &str = "2026-11-22T10:00:01Z";

/// Every third of nine orders has a history.
fn nine() -> Vec<Value> {
    (1..=9).map(|id| if id % 3 == 0 { changed_order(id, time(AT)) } else { order(id, time(AT)) }).collect()
}

#[tokio::test]
async fn plain_orders_pay_nothing_for_history_and_several_others_share_one_question() {
    let shop = Shop::open(|asked| match asked.operation().as_str() {
        "OrdersPage" => Reply::data(&list("orders", &nine(), None)),
        "OrderHistory" => {
            let nodes: Vec<Value> = asked_ids(asked).into_iter().map(|id| history(id, time(AT))).collect();
            Reply::data(&json!({ "nodes": nodes }))
        }
        other => panic!("{other}"),
    })
    .await;
    let pages = pages(&shop.client(&TestClock::at(NOW))).await.unwrap();
    assert_eq!(shop.operations(), ["OrdersPage", "OrderHistory"]);
    assert_eq!(asked_ids(&shop.asked()[1]), [3, 6, 9]);
    let ledgers: Vec<usize> = told(&pages).iter().map(|order| order.agreements.len()).collect();
    assert_eq!(ledgers, [0, 0, 4, 0, 0, 4, 0, 0, 4], "in the order of the page");

    let plain = Shop::open(|_| Reply::data(&list("orders", &[order(1, time(AT))], None))).await;
    self::pages(&plain.client(&TestClock::at(NOW))).await.unwrap();
    assert_eq!(plain.operations(), ["OrdersPage"]);
}

#[tokio::test]
async fn histories_that_cost_too_much_together_are_asked_for_in_smaller_groups() {
    let shop = Shop::open(|asked| match asked.operation().as_str() {
        "OrdersPage" => Reply::data(&list("orders", &nine(), None)),
        _ if asked_ids(asked).len() > 1 => Reply::error("MAX_COST_EXCEEDED", "Query cost is 1400"),
        _ => Reply::data(&json!({ "nodes": [history(asked_ids(asked)[0], time(AT))] })),
    })
    .await;
    let pages = pages(&shop.client(&TestClock::at(NOW))).await.unwrap();
    assert_eq!(told(&pages).len(), 9);
    assert_eq!(shop.operations().len(), 5);
}

#[tokio::test]
async fn an_order_that_changed_since_its_page_is_asked_for_anew_and_one_that_is_gone_is_left_out() {
    let later = time("2026-11-22T11:00:00Z");
    let shop = Shop::open(move |asked| match asked.operation().as_str() {
        "OrdersPage" => Reply::data(&list("orders", &nine(), None)),
        "OrderDetail" => Reply::data(&json!({ "order": changed_order(6, later) })),
        _ => {
            let nodes = asked_ids(asked).into_iter().map(|id| match id {
                3 => history(3, time(AT)),
                6 => history(6, later),
                _ => Value::Null,
            });
            Reply::data(&json!({ "nodes": nodes.collect::<Vec<_>>() }))
        }
    })
    .await;
    let pages = pages(&shop.client(&TestClock::at(NOW))).await.unwrap();
    assert_eq!(shop.operations(), ["OrdersPage", "OrderHistory", "OrderDetail", "OrderHistory"]);
    let documents = &pages[0].documents;
    assert_eq!(documents.len(), 8);
    assert_eq!(documents[5].document.updated_at, later);
    assert_eq!(told(&pages)[5].agreements.len(), 4);
}

#[tokio::test]
async fn an_order_whose_history_never_stands_still_is_an_error_and_never_mixed() {
    let shop = Shop::open(|asked| match asked.operation().as_str() {
        "OrdersPage" => Reply::data(&list("orders", &nine(), None)),
        "OrderDetail" => Reply::data(&json!({ "order": changed_order(3, time(AT)) })),
        _ => {
            let nodes = asked_ids(asked).into_iter().map(|id| history(id, time("2026-11-22T10:00:02Z")));
            Reply::data(&json!({ "nodes": nodes.collect::<Vec<_>>() }))
        }
    })
    .await;
    let error = pages(&shop.client(&TestClock::at(NOW))).await.unwrap_err();
    assert!(matches!(&error, Error::Unsteady(order) if order.ends_with("/3")), "{error:?}");
}

/// A ledger of `agreements` agreements with `rows` rows each, walked two rows at a time where it is asked for in pages.
fn long_ledger(agreements: usize, rows: usize, asked: &Asked) -> Reply {
    let model = history(3, time(AT));
    let info =
        |end: Option<usize>| json!({ "hasNextPage": end.is_some(), "endCursor": end.map(|end| end.to_string()) });
    let at = |name: &str| asked.variables()[name].as_str().map_or(0, |cursor| cursor.parse::<usize>().unwrap());
    let row = |n: usize| {
        let mut row = model["agreements"]["nodes"][0]["sales"]["nodes"][0].clone();
        row["lineItem"]["id"] = json!(format!("gid://shopify/LineItem/{n}"));
        row
    };
    let agreement = |n: usize, name: &str, rows: Value| {
        let mut agreement = model["agreements"]["nodes"][0].clone();
        agreement.as_object_mut().unwrap().remove("sales");
        agreement["id"] = json!(format!("gid://shopify/SalesAgreement/{n}"));
        agreement[name] = rows;
        agreement
    };
    if asked.operation() == "AgreementsPage" {
        let (number, first) = (at("after"), at("rowsAfter"));
        let last = (first + 2).min(rows);
        let nodes: Vec<Value> = (first..last).map(row).collect();
        let part = json!({ "nodes": nodes, "pageInfo": info((last < rows).then_some(last)) });
        let next = (number + 1 < agreements).then_some(number + 1);
        let page = json!({ "nodes": [agreement(number, "rows", part)], "pageInfo": info(next) });
        return Reply::data(&json!({ "order": { "updatedAt": AT, "page": page } }));
    }
    let mut history = model.clone();
    let nodes: Vec<Value> = (0..agreements.min(10))
        .map(|n| {
            let part: Vec<Value> = (0..rows.min(25)).map(row).collect();
            agreement(n, "sales", json!({ "nodes": part, "pageInfo": info((rows > 25).then_some(25)) }))
        })
        .collect();
    history["agreements"] = json!({ "nodes": nodes, "pageInfo": info((agreements > 10).then_some(10)) });
    Reply::data(&json!({ "nodes": [history] }))
}

#[tokio::test]
async fn a_ledger_longer_than_one_answer_is_walked_to_its_last_row() {
    for (agreements, rows) in [(12, 3), (2, 27), (10, 25)] {
        let shop = Shop::open(move |asked| match asked.operation().as_str() {
            "OrdersPage" => Reply::data(&list("orders", &[changed_order(3, time(AT))], None)),
            _ => long_ledger(agreements, rows, asked),
        })
        .await;
        let pages = pages(&shop.client(&TestClock::at(NOW))).await.unwrap();
        let order = &told(&pages)[0];
        assert_eq!(order.agreements.len(), agreements);
        let distinct: BTreeSet<_> = order.agreements.iter().map(|agreement| &agreement.id).collect();
        assert_eq!(distinct.len(), agreements);
        for agreement in &order.agreements {
            let subjects: BTreeSet<_> = agreement.sales.iter().map(|sale| &sale.subject).collect();
            assert_eq!((agreement.sales.len(), subjects.len()), (rows, rows));
        }
    }
}

#[tokio::test]
async fn a_refund_of_many_goods_and_an_order_of_many_returns_are_told_whole() {
    let shop = Shop::open(|asked| {
        let goods = |from: usize, count: usize| -> Vec<Value> {
            let line = |n| json!({ "quantity": 1, "restockType": "RETURN", "lineItem": { "id": format!("gid://shopify/LineItem/{n}") } });
            (from..from + count).map(line).collect()
        };
        let info = |end: Option<&str>| json!({ "hasNextPage": end.is_some(), "endCursor": end });
        match asked.operation().as_str() {
            "OrdersPage" => Reply::data(&list("orders", &[changed_order(3, time(AT))], None)),
            "OrderHistory" => {
                let mut history = history(3, time(AT));
                history["refunds"][0]["refundLineItems"] = json!({ "nodes": goods(0, 20), "pageInfo": info(Some("20")) });
                history["returns"]["pageInfo"] = info(Some("1"));
                Reply::data(&json!({ "nodes": [history] }))
            }
            "RefundPage" => {
                let first = asked.variables()["after"].is_null();
                let (from, end) = if first { (0, Some("250")) } else { (250, None) };
                let mut refund = history(3, time(AT))["refunds"][0].take();
                refund.as_object_mut().unwrap().remove("id");
                refund["refundLineItems"] =
                    json!({ "nodes": goods(from, if first { 250 } else { 30 }), "pageInfo": info(end) });
                Reply::data(&json!({ "refund": refund }))
            }
            "ReturnsPage" => {
                let first = asked.variables()["after"].is_null();
                let mut node = history(3, time(AT))["returns"]["nodes"][0].take();
                node["rows"] = node["returnLineItems"].take();
                node.as_object_mut().unwrap().remove("returnLineItems");
                let page = json!({ "nodes": [node], "pageInfo": info(first.then_some("1")) });
                Reply::data(&json!({ "order": { "updatedAt": AT, "page": page } }))
            }
            other => panic!("{other}"),
        }
    })
    .await;
    let pages = pages(&shop.client(&TestClock::at(NOW))).await.unwrap();
    let order = &told(&pages)[0];
    let lines: BTreeSet<_> = order.refunds[0].goods.iter().map(|goods| &goods.line).collect();
    assert_eq!(lines.len(), 280);
    assert_eq!(
        shop.operations(),
        ["OrdersPage", "OrderHistory", "ReturnsPage", "ReturnsPage", "RefundPage", "RefundPage"]
    );
}

#[tokio::test]
async fn a_ledger_that_leads_nowhere_stops_the_feed_before_the_order() {
    let shop = Shop::open(|asked| match asked.operation().as_str() {
        "OrdersPage" => Reply::data(&list("orders", &nine(), None)),
        "AgreementsPage" => {
            let mut node = history(3, time(AT))["agreements"]["nodes"][0].take();
            node["rows"] = node["sales"].take();
            let page = json!({ "nodes": [node], "pageInfo": { "hasNextPage": true, "endCursor": null } });
            Reply::data(&json!({ "order": { "updatedAt": AT, "page": page } }))
        }
        _ => {
            let nodes = asked_ids(asked).into_iter().map(|id| {
                let mut history = history(id, time(AT));
                history["agreements"]["pageInfo"]["hasNextPage"] = json!(true);
                history
            });
            Reply::data(&json!({ "nodes": nodes.collect::<Vec<_>>() }))
        }
    })
    .await;
    let error = pages(&shop.client(&TestClock::at(NOW))).await.unwrap_err();
    assert!(matches!(error, Error::Decode { operation: "AgreementsPage", .. }), "{error:?}");
}

#[tokio::test]
async fn an_unreadable_order_is_named() {
    let shop = Shop::open(|asked| match asked.operation().as_str() {
        "OrdersPage" => {
            let mut order = order(7, time(AT));
            order["totalPriceSet"] = bag("much");
            Reply::data(&list("orders", &[order], None))
        }
        other => panic!("{other}"),
    })
    .await;
    let error = pages(&shop.client(&TestClock::at(NOW))).await.unwrap_err();
    assert!(matches!(&error, Error::Decode { order: Some(order), .. } if order.ends_with("/7")), "{error:?}");
    assert!(error.to_string().contains("gid://shopify/Order/7"));
}

#[tokio::test]
async fn without_the_scopes_for_terms_and_returns_orders_are_told_without_them() {
    let refuse = |field: &str, scope: &str| {
        let error = json!({
            "message": format!("Access denied for {field} field. Required access: `{scope}` access scope."),
            "path": ["orders", "nodes", 0, field],
            "extensions": { "code": "ACCESS_DENIED", "requiredAccess": format!("`{scope}` access scope.") },
        });
        Reply::raw(200, &json!({ "errors": [error], "data": null }).to_string())
    };
    let shop = Shop::open(move |asked| {
        let document = asked.document();
        if document.contains("paymentTerms") {
            return refuse("paymentTerms", "read_payment_terms");
        }
        if document.contains("returns(") {
            return refuse("returns", "read_returns");
        }
        if asked.operation() == "OrdersPage" {
            let mut order = changed_order(3, time(AT));
            order.as_object_mut().unwrap().remove("paymentTerms");
            Reply::data(&list("orders", &[order], None))
        } else {
            let mut history = history(3, time(AT));
            history.as_object_mut().unwrap().remove("returns");
            Reply::data(&json!({ "nodes": [history] }))
        }
    })
    .await;
    let client = shop.client(&TestClock::at(NOW));
    let first = pages(&client).await.unwrap();
    let order = &told(&first)[0];
    assert_eq!((order.terms.clone(), order.agreements.len()), (None, 4));
    assert_eq!(shop.operations(), ["OrdersPage", "OrdersPage", "OrderHistory", "OrderHistory"]);
    pages(&client).await.unwrap();
    assert_eq!(shop.asked().len(), 6, "what was refused is not asked for again");
}

#[test]
fn payment_terms_tell_their_name_days_and_due_date() {
    let terms = read(&order(1, time(AT))).terms.unwrap();
    assert_eq!((terms.name.as_str(), terms.days, terms.due), ("Net 30", Some(30), Some(time("2026-12-20T15:04:05Z"))));
    let mut json = order(1, time(AT));
    json["paymentTerms"] =
        json!({ "paymentTermsName": "Due on receipt", "dueInDays": null, "paymentSchedules": { "nodes": [] } });
    let terms = read(&json).terms.unwrap();
    assert_eq!((terms.name.as_str(), terms.days, terms.due), ("Due on receipt", None, None));
    json["paymentTerms"] = Value::Null;
    assert_eq!(read(&json).terms, None);
}
