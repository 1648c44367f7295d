//! The GraphQL documents, checked in under `queries/` and put together from their fragments.

/// One GraphQL document with one operation.
#[derive(Debug)]
pub(crate) struct Question {
    /// The operation's name: for the cost budget, logs and errors.
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    /// The same without protected customer data, for shops that keep it back (SHOPIFY.md 2.8).
    pub(crate) kept_back: Option<&'static str>,
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
    use apollo_compiler::{ExecutableDocument, Schema};

    use super::*;

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
}
