//! The dated sales ledger of an order (SHOPIFY.md 3.5): one agreement for its placement, one for each edit and each refund.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::graph::{money, refund, tax_lines};
use super::ids::Kind;
use super::model::{Order, Returned, TaxLine};
use super::trade::Trader;

/// Builds the rows of one agreement; every row takes the next id of the order.
struct Ledger<'o> {
    order: &'o Order,
    rows: Vec<Value>,
    next: usize,
}

/// What one row is about.
struct Row<'r> {
    type_name: &'static str,
    action: &'static str,
    line_type: &'static str,
    quantity: Option<i64>,
    /// After discounts; with the tax in it where the shop's prices contain tax.
    net: Decimal,
    discount: Decimal,
    taxes: &'r [TaxLine],
    sign: Decimal,
    subject: Option<(&'static str, Value)>,
}

impl Ledger<'_> {
    fn row(&mut self, row: Row) {
        let tax: Decimal = row.taxes.iter().map(|t| t.amount).sum();
        let total = row.net + if self.order.taxes_included { Decimal::ZERO } else { tax };
        let id = Kind::Sale.gid(self.order.no, self.next);
        self.next += 1;
        let signed: Vec<TaxLine> =
            row.taxes.iter().map(|t| TaxLine { rate: t.rate, amount: t.amount * row.sign }).collect();
        let lines = tax_lines(self.order, &signed);
        let taxes: Value = signed
            .iter()
            .enumerate()
            .map(
                |(n, t)| json!({"id": format!("{id}?tax={n}"), "amount": money(t.amount), "taxLine": lines[n].clone()}),
            )
            .collect();
        let mut sale = Map::new();
        sale.insert("__typename".to_owned(), row.type_name.into());
        sale.insert("id".to_owned(), id.into());
        sale.insert("actionType".to_owned(), row.action.into());
        sale.insert("lineType".to_owned(), row.line_type.into());
        sale.insert("quantity".to_owned(), row.quantity.into());
        sale.insert("totalAmount".to_owned(), money(total * row.sign));
        sale.insert("totalTaxAmount".to_owned(), money(tax * row.sign));
        sale.insert("totalDiscountAmountBeforeTaxes".to_owned(), money(row.discount * row.sign));
        sale.insert("totalDiscountAmountAfterTaxes".to_owned(), money(row.discount * row.sign));
        sale.insert("taxes".to_owned(), taxes);
        if let Some((key, value)) = row.subject {
            sale.insert(key.to_owned(), value);
        }
        self.rows.push(Value::Object(sale));
    }

    fn line(
        &mut self,
        index: usize,
        quantity: u32,
        net: Decimal,
        discount: Decimal,
        taxes: &[TaxLine],
        action: &'static str,
    ) {
        let line = &self.order.lines[index];
        let (type_name, line_type) = match (line.is_tip(), line.is_gift_card()) {
            (true, _) => ("TipSale", "TIP"),
            (_, true) => ("GiftCardSale", "GIFT_CARD"),
            _ => ("ProductSale", "PRODUCT"),
        };
        let sign = if action == "RETURN" { -Decimal::ONE } else { Decimal::ONE };
        let quantity = i64::from(quantity) * if action == "RETURN" { -1 } else { 1 };
        self.row(Row {
            type_name,
            action,
            line_type,
            quantity: Some(quantity),
            net,
            discount,
            taxes,
            sign,
            subject: Some(("lineItem", Value::String(Kind::LineItem.gid(self.order.no, index)))),
        });
    }

    fn returned(&mut self, returned: &Returned) {
        self.line(returned.line, returned.quantity, returned.net, returned.discount, &returned.taxes, "RETURN");
    }

    fn shipping(&mut self, index: usize, net: Decimal, taxes: &[TaxLine], action: &'static str) {
        let discount = if action == "ORDER" { self.order.shipping[index].price - net } else { Decimal::ZERO };
        self.row(Row {
            type_name: "ShippingLineSale",
            action,
            line_type: "SHIPPING",
            quantity: None,
            net,
            discount,
            taxes,
            sign: if action == "RETURN" { -Decimal::ONE } else { Decimal::ONE },
            subject: Some(("shippingLine", Value::String(Kind::ShippingLine.gid(self.order.no, index)))),
        });
    }
}

fn agreement(
    ledger: &mut Ledger,
    position: usize,
    kind: (&'static str, &'static str),
    at: Timestamp,
    extra: Option<(&str, Value)>,
) -> Value {
    let mut agreement = json!({
        "__typename": kind.0,
        "id": Kind::SalesAgreement.gid(ledger.order.no, position),
        "happenedAt": at.to_string(),
        "reason": kind.1,
        "app": null,
        "sales": std::mem::take(&mut ledger.rows),
    });
    if let (Value::Object(map), Some((key, value))) = (&mut agreement, extra) {
        map.insert(key.to_owned(), value);
    }
    agreement
}

/// All agreements of the order, oldest first.
pub(crate) fn of(trader: &Trader, order: &Order) -> Value {
    let mut ledger = Ledger { order, rows: Vec::new(), next: 0 };
    let mut all: Vec<(Timestamp, Value)> = Vec::new();
    let sell = |ledger: &mut Ledger, added_by: Option<usize>| {
        for (index, line) in order.lines.iter().enumerate().filter(|(_, l)| l.added_by == added_by) {
            ledger.line(index, line.quantity, line.net(), line.discount(), &line.taxes, "ORDER");
        }
    };
    sell(&mut ledger, None);
    for (index, shipping) in order.shipping.iter().enumerate() {
        ledger.shipping(index, shipping.net(), &shipping.taxes, "ORDER");
    }
    all.push((order.created, agreement(&mut ledger, 0, ("OrderAgreement", "ORDER"), order.created, None)));
    for (number, edit) in order.edits.iter().enumerate() {
        sell(&mut ledger, Some(number));
        for removed in &edit.removed {
            ledger.returned(removed);
        }
        all.push((edit.at, agreement(&mut ledger, 1 + number, ("OrderEditAgreement", "ORDER_EDIT"), edit.at, None)));
    }
    for (number, back) in order.refunds.iter().enumerate() {
        for (returned, _) in &back.lines {
            ledger.returned(returned);
        }
        for (index, net, taxes) in &back.shipping {
            ledger.shipping(*index, *net, taxes, "RETURN");
        }
        if !back.discrepancy.is_zero() {
            ledger.row(Row {
                type_name: "AdjustmentSale",
                action: "RETURN",
                line_type: "ADJUSTMENT",
                quantity: None,
                net: back.discrepancy,
                discount: Decimal::ZERO,
                taxes: &[],
                sign: Decimal::ONE,
                subject: None,
            });
        }
        let told = Some(("refund", refund(trader, order, number)));
        all.push((back.at, agreement(&mut ledger, 100 + number, ("RefundAgreement", "REFUND"), back.at, told)));
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, agreement)| agreement).collect()
}
