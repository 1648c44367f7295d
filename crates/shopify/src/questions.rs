//! The GraphQL documents, checked in under `queries/` and put together from their fragments.

use crate::error::{DecodeError, Error};

/// One GraphQL document with one operation.
#[derive(Debug)]
pub(crate) struct Question {
    /// The operation's name: for the cost budget, logs and errors.
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    /// The same without protected customer data, for shops that keep it back (SHOPIFY.md 2.8).
    pub(crate) kept_back: Option<&'static str>,
}

impl Question {
    /// Its answer could not be read.
    pub(crate) fn unreadable(&self, source: DecodeError) -> Error {
        Error::Decode { operation: self.name, source }
    }
}

macro_rules! document {
    ($($file:literal),+) => { concat!($(include_str!(concat!("../queries/", $file, ".graphql"))),+) };
}

pub(crate) static SHOP_PROBE: Question = Question { name: "ShopProbe", text: document!("shop_probe"), kept_back: None };

pub(crate) static PROTECTED_DATA_PROBE: Question =
    Question { name: "ProtectedDataProbe", text: document!("protected_data_probe"), kept_back: None };

pub(crate) static LOCATIONS: Question = Question { name: "Locations", text: document!("locations"), kept_back: None };

pub(crate) static CUSTOMERS: Question = Question {
    name: "Customers",
    text: document!("customers", "customer_personal"),
    kept_back: Some(document!("customers", "customer_kept_back")),
};

pub(crate) static PRODUCT_VARIANTS: Question =
    Question { name: "ProductVariants", text: document!("product_variants"), kept_back: None };

pub(crate) static ORDERS_PAGE: Question = Question {
    name: "OrdersPage",
    text: document!("orders_page", "order", "line", "order_personal"),
    kept_back: Some(document!("orders_page", "order", "line", "order_kept_back")),
};

pub(crate) static ORDER_DETAIL: Question = Question {
    name: "OrderDetail",
    text: document!("order_detail", "order", "line", "order_personal"),
    kept_back: Some(document!("order_detail", "order", "line", "order_kept_back")),
};

pub(crate) static ORDER_LINE_ITEMS_PAGE: Question =
    Question { name: "OrderLineItemsPage", text: document!("order_line_items_page", "line"), kept_back: None };

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

    #[test]
    fn every_document_is_valid_against_the_admin_schema() {
        let schema =
            Schema::parse_and_validate(include_str!("../queries/schema/admin-2026-10.graphql"), "schema").unwrap();
        let all = [
            &SHOP_PROBE,
            &PROTECTED_DATA_PROBE,
            &LOCATIONS,
            &CUSTOMERS,
            &PRODUCT_VARIANTS,
            &ORDERS_PAGE,
            &ORDER_DETAIL,
            &ORDER_LINE_ITEMS_PAGE,
        ];
        for question in all {
            for text in [Some(question.text), question.kept_back].into_iter().flatten() {
                let document = ExecutableDocument::parse_and_validate(&schema, text, question.name)
                    .unwrap_or_else(|problems| panic!("{}: {problems}", question.name));
                let names: Vec<_> = document.operations.named.keys().map(ToString::to_string).collect();
                assert_eq!(names, [question.name]);
                assert!(text.len() < 50_000);
            }
        }
    }

    #[test]
    fn what_is_asked_where_data_is_kept_back_names_no_protected_field() {
        for question in [&CUSTOMERS, &ORDERS_PAGE, &ORDER_DETAIL] {
            let text = question.kept_back.unwrap();
            for field in
                ["displayName", "firstName", "email", "phone", "billingAddress", "shippingAddress", "defaultAddress"]
            {
                assert!(question.text.contains(field) || !text.contains(field));
                assert!(!text.contains(field), "{} asks for {field}", question.name);
            }
        }
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
        ] {
            let document = ExecutableDocument::parse_and_validate(&schema, question.text, question.name).unwrap();
            let operation = document.operations.get(Some(question.name)).unwrap();
            compare(&document, &[&operation.selection_set], &serde_json::from_str(&answer).unwrap(), question.name);
        }
    }
}
