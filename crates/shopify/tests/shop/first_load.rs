//! The first load of a shop to which everything happens: from its files comes what its pages tell, wherever it is cut off.

use std::collections::BTreeMap;

use books::document::{Document, DocumentId, Fact};
use shopify::{Feed, Page, decode_order};

use crate::simulated::Simulated;

/// Enough for files: up to 2,000 come page by page.
const ORDERS: u32 = 2_010;

/// The orders of some pages; one that is told again is told the same.
fn orders(pages: &[Page]) -> BTreeMap<DocumentId, &Document> {
    let mut told = BTreeMap::new();
    for pulled in pages.iter().flat_map(|page| &page.documents) {
        let document = &pulled.document;
        let before = told.insert(document.id.clone(), document);
        assert!(before.is_none_or(|before| before == document), "{:?} is told in two ways", document.id);
    }
    told
}

fn count(pages: &[Page]) -> usize {
    pages.iter().map(|page| page.documents.len()).sum()
}

#[track_caller]
fn assert_same(told: &[Page], expected: &[Page]) {
    let (told, expected) = (orders(told), orders(expected));
    assert!(told.keys().eq(expected.keys()), "{} of {} orders are told", told.len(), expected.len());
    for (id, document) in told {
        assert_eq!(document, expected[&id]);
    }
}

#[tokio::test]
async fn a_first_load_tells_exactly_the_orders_that_the_feed_of_changes_tells_wherever_it_is_cut_off() {
    let simulated = Simulated::open(ORDERS).await;
    let load = Feed::History { from: simulated.from, to: None };
    let fed = simulated.pull(Feed::Orders { since: simulated.from }, None).await;
    let lived = fed.iter().flat_map(|page| &page.documents).filter(|pulled| {
        assert_eq!(decode_order(&pulled.raw).unwrap(), pulled.document);
        matches!(&pulled.document.fact, Fact::Order(order) if !order.agreements.is_empty())
    });
    assert!(lived.count() > 100, "something happened to many of them");

    // Cut off after every page, and every third time before its page was stored.
    let (mut pages, mut cursor, mut taken) = (Vec::new(), None, 0);
    loop {
        let client = simulated.client();
        let mut puller = client.pull(load, cursor.as_ref(), simulated.now).unwrap();
        let Some(page) = puller.next().await.unwrap() else { break };
        taken += 1;
        if taken % 3 == 0 {
            continue;
        }
        if Some(&page.cursor) == cursor.as_ref() {
            break;
        }
        cursor = Some(page.cursor.clone());
        pages.push(page);
    }
    assert!(simulated.shop.answered("bulkOperationRunQuery") >= 3, "they come from files");
    assert!(pages.len() > 8, "files of several pages each");
    assert_eq!((count(&fed), count(&pages)), (ORDERS as usize, ORDERS as usize), "each is told once");
    assert_same(&pages, &fed);
}
