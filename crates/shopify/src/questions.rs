//! The GraphQL documents, checked in under `queries/` and put together from their fragments.

use std::collections::BTreeSet;

use crate::error::{DecodeError, Error};

/// One GraphQL document with one operation.
#[derive(Debug)]
pub(crate) struct Question {
    /// The operation's name: for the cost budget, logs and errors.
    pub(crate) name: &'static str,
    text: &'static str,
    /// What is left out where the shop refuses it.
    pub(crate) parts: &'static [Part],
}

/// A fragment that the shop may refuse: another stands in for it then, and the rest is answered.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) reserve: Reserve,
    told: &'static str,
    withheld: &'static str,
}

/// What a shop may keep to itself, or not grant the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reserve {
    /// Names, addresses, e-mail: protected customer data (SHOPIFY.md 2.8).
    Buyers,
    /// Payment terms: the scope `read_payment_terms`.
    Terms,
    /// Returns: the scope `read_returns`.
    Returns,
}

impl Reserve {
    /// The scope, and the field of an order that takes it.
    pub(crate) fn scope(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Buyers => None,
            Self::Terms => Some(("read_payment_terms", "paymentTerms")),
            Self::Returns => Some(("read_returns", "returns")),
        }
    }
}

impl Question {
    /// Its answer could not be read.
    pub(crate) fn unreadable(&self, source: DecodeError) -> Error {
        Error::Decode { operation: self.name, order: None, source }
    }

    /// The document, without what is withheld.
    pub(crate) fn text(&self, withheld: &BTreeSet<Reserve>) -> String {
        let mut text = self.text.to_owned();
        for part in self.parts {
            text.push_str(if withheld.contains(&part.reserve) { part.withheld } else { part.told });
        }
        text
    }
}

macro_rules! document {
    ($($file:literal),+) => { concat!($(include_str!(concat!("../queries/", $file, ".graphql"))),+) };
}

const BUYER: Part =
    Part { reserve: Reserve::Buyers, told: document!("order_personal"), withheld: document!("order_kept_back") };
const TERMS: Part = Part { reserve: Reserve::Terms, told: document!("terms"), withheld: document!("terms_withheld") };
const RETURNS: Part = Part {
    reserve: Reserve::Returns,
    told: document!("returns", "returned_lines"),
    withheld: document!("returns_withheld"),
};

const fn plain(name: &'static str, text: &'static str) -> Question {
    Question { name, text, parts: &[] }
}

pub(crate) static SHOP_PROBE: Question = plain("ShopProbe", document!("shop_probe"));

pub(crate) static PROTECTED_DATA_PROBE: Question = plain("ProtectedDataProbe", document!("protected_data_probe"));

pub(crate) static LOCATIONS: Question = plain("Locations", document!("locations"));

pub(crate) static CUSTOMERS: Question = Question {
    name: "Customers",
    text: document!("customers"),
    parts: &[Part {
        reserve: Reserve::Buyers,
        told: document!("customer_personal"),
        withheld: document!("customer_kept_back"),
    }],
};

pub(crate) static PRODUCT_VARIANTS: Question = plain("ProductVariants", document!("product_variants"));

pub(crate) static STOCK_ITEMS: Question = plain("StockItems", document!("stock_items", "stock_level"));

pub(crate) static STOCK_LEVELS_PAGE: Question = plain("StockLevelsPage", document!("stock_levels_page", "stock_level"));

pub(crate) static PURCHASE_ORDERS: Question = plain("PurchaseOrders", document!("purchase_orders", "purchase_line"));

pub(crate) static PURCHASE_LINES_PAGE: Question =
    plain("PurchaseLinesPage", document!("purchase_lines_page", "purchase_line"));

pub(crate) static PURCHASE_TRANSFERS_PAGE: Question =
    plain("PurchaseTransfersPage", document!("purchase_transfers_page"));

pub(crate) static TRANSFERS: Question =
    plain("Transfers", document!("transfers", "transfer", "shipment", "shipment_line"));

pub(crate) static TRANSFERS_BY_ID: Question =
    plain("TransfersById", document!("transfers_by_id", "transfer", "shipment", "shipment_line"));

pub(crate) static TRANSFER_SHIPMENTS_PAGE: Question =
    plain("TransferShipmentsPage", document!("transfer_shipments_page", "shipment", "shipment_line"));

pub(crate) static SHIPMENT_LINES_PAGE: Question =
    plain("ShipmentLinesPage", document!("shipment_lines_page", "shipment_line"));

pub(crate) static ORDERS_PAGE: Question = Question {
    name: "OrdersPage",
    text: document!("orders_page", "order", "order_head", "order_parts", "line", "money"),
    parts: &[BUYER, TERMS],
};

pub(crate) static ORDER_DETAIL: Question = Question {
    name: "OrderDetail",
    text: document!("order_detail", "order", "order_head", "order_parts", "line", "money"),
    parts: &[BUYER, TERMS],
};

pub(crate) static ORDER_LINE_ITEMS_PAGE: Question =
    plain("OrderLineItemsPage", document!("order_line_items_page", "line", "money"));

pub(crate) static ORDER_HISTORY: Question = Question {
    name: "OrderHistory",
    text: document!("order_history", "agreement", "refund", "money"),
    parts: &[RETURNS],
};

pub(crate) static AGREEMENTS_PAGE: Question =
    plain("AgreementsPage", document!("agreements_page", "agreement", "money"));

pub(crate) static RETURNS_PAGE: Question = plain("ReturnsPage", document!("returns_page", "returned_lines"));

pub(crate) static REFUND_PAGE: Question = plain("RefundPage", document!("refund_page", "refund"));

pub(crate) static ORDERS_COUNT: Question = plain("OrdersCount", document!("orders_count"));

pub(crate) static BULK_RUN: Question = plain("BulkRun", document!("bulk_run"));

pub(crate) static BULK_POLL: Question = plain("BulkPoll", document!("bulk_poll"));

/// Never asked itself: [`BULK_RUN`] carries its text.
pub(crate) static ORDERS_BULK: Question = Question {
    name: "OrdersBulk",
    text: document!("orders_bulk", "order_head", "order_parts", "line", "money"),
    parts: &[
        BUYER,
        Part { reserve: Reserve::Terms, told: document!("terms_bulk"), withheld: document!("terms_withheld") },
    ],
};

/// Asked only where there are payment terms, so never where they are withheld.
pub(crate) static ORDER_TERMS: Question = plain("OrderTerms", document!("order_terms", "terms"));

pub(crate) static TENDER_TRANSACTIONS: Question = plain("TenderTransactions", document!("tender_transactions"));

pub(crate) static DELETED_ORDERS: Question = plain("DeletedOrders", document!("deleted_orders"));

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use apollo_compiler::{
        ExecutableDocument, Schema,
        executable::{Selection, SelectionSet},
    };
    use serde_json::Value;

    use super::*;

    fn schema() -> apollo_compiler::validation::Valid<Schema> {
        Schema::parse_and_validate(include_str!("../queries/schema/admin-2026-10.graphql"), "schema").unwrap()
    }

    const ALL: [&Question; 27] = [
        &SHOP_PROBE,
        &PROTECTED_DATA_PROBE,
        &LOCATIONS,
        &CUSTOMERS,
        &PRODUCT_VARIANTS,
        &STOCK_ITEMS,
        &STOCK_LEVELS_PAGE,
        &PURCHASE_ORDERS,
        &PURCHASE_LINES_PAGE,
        &PURCHASE_TRANSFERS_PAGE,
        &TRANSFERS,
        &TRANSFERS_BY_ID,
        &TRANSFER_SHIPMENTS_PAGE,
        &SHIPMENT_LINES_PAGE,
        &ORDERS_PAGE,
        &ORDER_DETAIL,
        &ORDER_LINE_ITEMS_PAGE,
        &ORDER_HISTORY,
        &AGREEMENTS_PAGE,
        &RETURNS_PAGE,
        &REFUND_PAGE,
        &ORDERS_COUNT,
        &BULK_RUN,
        &BULK_POLL,
        &ORDER_TERMS,
        &TENDER_TRANSACTIONS,
        &DELETED_ORDERS,
    ];

    /// Nothing withheld, each thing alone, and everything.
    fn reserves() -> Vec<BTreeSet<Reserve>> {
        use Reserve::{Buyers, Returns, Terms};
        let sets: [&[Reserve]; 5] = [&[], &[Buyers], &[Terms], &[Returns], &[Buyers, Terms, Returns]];
        sets.into_iter().map(|set| set.iter().copied().collect()).collect()
    }

    #[test]
    fn every_document_is_valid_against_the_admin_schema() {
        let schema = schema();
        for question in ALL.into_iter().chain([&ORDERS_BULK]) {
            for withheld in reserves() {
                let text = question.text(&withheld);
                let document = ExecutableDocument::parse_and_validate(&schema, text.as_str(), question.name)
                    .unwrap_or_else(|problems| panic!("{}: {problems}", question.name));
                let names: Vec<_> = document.operations.named.keys().map(ToString::to_string).collect();
                assert_eq!(names, [question.name]);
                assert!(text.len() < 50_000);
            }
        }
    }

    #[test]
    fn what_is_asked_where_data_is_kept_back_names_no_protected_field() {
        for question in [&CUSTOMERS, &ORDERS_PAGE, &ORDER_DETAIL, &ORDERS_BULK] {
            let (told, withheld) = (question.text(&BTreeSet::new()), question.text(&[Reserve::Buyers].into()));
            for field in
                ["displayName", "firstName", "email", "phone", "billingAddress", "shippingAddress", "defaultAddress"]
            {
                assert!(told.contains(field) || !withheld.contains(field));
                assert!(!withheld.contains(field), "{} asks for {field}", question.name);
            }
        }
        assert!(!ORDERS_PAGE.text(&[Reserve::Terms].into()).contains("paymentTerms"));
        assert!(!ORDER_HISTORY.text(&[Reserve::Returns].into()).contains("returns("));
    }

    /// The fields that an answer to `set` has, each with its own selections; `false`: only some types have it.
    fn fields<'d>(
        document: &'d ExecutableDocument,
        set: &'d SelectionSet,
        always: bool,
        found: &mut BTreeMap<&'d str, (bool, Vec<&'d SelectionSet>)>,
    ) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let entry = found.entry(field.response_key().as_str()).or_default();
                    entry.0 |= always;
                    entry.1.push(&field.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    fields(document, &document.fragments[&spread.fragment_name].selection_set, always, found);
                }
                Selection::InlineFragment(inline) => fields(document, &inline.selection_set, false, found),
            }
        }
    }

    fn compare(document: &ExecutableDocument, sets: &[&SelectionSet], answer: &Value, path: &str) {
        match answer {
            Value::Array(items) => items.iter().for_each(|item| compare(document, sets, item, path)),
            Value::Object(object) => {
                let mut found = BTreeMap::new();
                for set in sets {
                    fields(document, set, true, &mut found);
                }
                for (name, value) in object {
                    let (_, sets) =
                        found.get(name.as_str()).unwrap_or_else(|| panic!("{path}.{name} is not asked for"));
                    compare(document, sets, value, &format!("{path}.{name}"));
                }
                for (name, (always, _)) in found {
                    assert!(!always || object.contains_key(name), "{path}.{name} is asked for, but not in the fixture");
                }
            }
            _ => {}
        }
    }

    #[test]
    fn the_fixtures_hold_exactly_what_the_documents_ask_for() {
        let schema = schema();
        let list = |name: &str, node: &str| {
            format!(r#"{{"{name}":{{"nodes":[{node}],"pageInfo":{{"hasNextPage":false,"endCursor":null}}}}}}"#)
        };
        let order = include_str!("../tests/fixtures/order.json");
        for (question, answer) in [
            (&SHOP_PROBE, include_str!("../tests/fixtures/shop_probe.json").to_owned()),
            (&CUSTOMERS, list("customers", include_str!("../tests/fixtures/customer.json"))),
            (&PRODUCT_VARIANTS, list("productVariants", include_str!("../tests/fixtures/variant.json"))),
            (&ORDERS_PAGE, list("orders", order)),
            (&ORDER_DETAIL, format!(r#"{{"order":{order}}}"#)),
            (&ORDER_HISTORY, format!(r#"{{"nodes":[{}]}}"#, include_str!("../tests/fixtures/history.json"))),
        ] {
            let document =
                ExecutableDocument::parse_and_validate(&schema, question.text(&BTreeSet::new()), question.name)
                    .unwrap();
            let operation = document.operations.get(Some(question.name)).unwrap();
            compare(&document, &[&operation.selection_set], &serde_json::from_str(&answer).unwrap(), question.name);
        }
    }
}
