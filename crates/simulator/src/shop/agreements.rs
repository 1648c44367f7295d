//! The dated sales ledger of an order (SHOPIFY.md 3.5): one agreement for its placement, one for each edit, return and
//! refund. The refund that settles a return tells no sales: its return did.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::graph::{money, tax_lines};
use super::ids::Kind;
use super::model::{Discounted, Order, Origin, Returned, TaxLine};

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

    /// Units of a line: sold, or taken back.
    fn line(&mut self, units: &Returned, action: &'static str) {
        let line = &self.order.lines[units.line];
        let (type_name, line_type) = match (line.is_tip(), line.is_gift_card()) {
            (true, _) => ("TipSale", "TIP"),
            (_, true) => ("GiftCardSale", "GIFT_CARD"),
            _ => ("ProductSale", "PRODUCT"),
        };
        let sign = if action == "RETURN" { -Decimal::ONE } else { Decimal::ONE };
        let quantity = i64::from(units.quantity) * if action == "RETURN" { -1 } else { 1 };
        self.row(Row {
            type_name,
            action,
            line_type,
            quantity: Some(quantity),
            net: units.net,
            discount: units.discount,
            taxes: &units.taxes,
            sign,
            subject: Some(("lineItem", Value::String(Kind::LineItem.gid(self.order.no, units.line)))),
        });
    }

    /// A discount given later: the total and the tax fall, the discount grows, nothing is counted.
    fn discounted(&mut self, later: &Discounted) {
        let taxes: Vec<TaxLine> = later.taxes.iter().map(|t| TaxLine { rate: t.rate, amount: -t.amount }).collect();
        let gift_card = self.order.lines[later.line].is_gift_card();
        self.row(Row {
            type_name: if gift_card { "GiftCardSale" } else { "ProductSale" },
            action: "UPDATE",
            line_type: if gift_card { "GIFT_CARD" } else { "PRODUCT" },
            quantity: None,
            net: -later.amount,
            discount: later.amount,
            taxes: &taxes,
            sign: Decimal::ONE,
            subject: Some(("lineItem", Value::String(Kind::LineItem.gid(self.order.no, later.line)))),
        });
    }

    /// Money without goods: a fee that is charged, or what a refund gives more (below zero) or less than its parts.
    fn money(
        &mut self,
        type_name: &'static str,
        action: &'static str,
        line_type: &'static str,
        amount: Decimal,
        fee: Option<Value>,
    ) {
        self.row(Row {
            type_name,
            action,
            line_type,
            quantity: None,
            net: amount,
            discount: Decimal::ZERO,
            taxes: &[],
            sign: Decimal::ONE,
            subject: fee.map(|fee| ("fee", fee)),
        });
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

/// Lines as they were sold, at the placing of the order or by what added them later.
fn sell(ledger: &mut Ledger, added_by: Option<Origin>) {
    let order = ledger.order;
    for index in (0..order.lines.len()).filter(|l| order.lines[*l].added_by == added_by) {
        ledger.line(&order.as_sold(index), "ORDER");
    }
}

/// All agreements of the order, oldest first. Nothing of a row changes once it is told: what happens later is in later rows.
pub(crate) fn of(order: &Order) -> Value {
    let mut ledger = Ledger { order, rows: Vec::new(), next: 0 };
    let mut all: Vec<(Timestamp, Value)> = Vec::new();
    sell(&mut ledger, None);
    for (index, shipping) in order.shipping.iter().enumerate() {
        ledger.shipping(index, shipping.net(), &shipping.taxes, "ORDER");
    }
    all.push((order.created, agreement(&mut ledger, 0, ("OrderAgreement", "ORDER"), order.created, None)));
    for (number, edit) in order.edits.iter().enumerate() {
        ledger.next = 500 + number * 100;
        sell(&mut ledger, Some(Origin::Edit(number)));
        for removed in &edit.removed {
            ledger.line(removed, "RETURN");
        }
        for later in &edit.discounted {
            ledger.discounted(later);
        }
        all.push((edit.at, agreement(&mut ledger, 1 + number, ("OrderEditAgreement", "ORDER_EDIT"), edit.at, None)));
    }
    for (number, goods) in order.returns.iter().enumerate() {
        ledger.next = 1500 + number * 100;
        let id = Kind::Return.gid(order.no, number);
        for (returned, fee) in &goods.lines {
            ledger.line(returned, "RETURN");
            if !fee.is_zero() {
                let id = id.replace("Return/", "RestockingFee/");
                let fee_told = json!({"__typename": "RestockingFee", "id": id, "amountSet": money(*fee)});
                ledger.money("FeeSale", "ORDER", "FEE", *fee, Some(fee_told));
            }
        }
        sell(&mut ledger, Some(Origin::Exchange(number)));
        if !goods.shipping_fee.is_zero() {
            let id = id.replace("Return/", "ReturnShippingFee/");
            let fee = json!({"__typename": "ReturnShippingFee", "id": id, "amountSet": money(goods.shipping_fee)});
            ledger.money("FeeSale", "ORDER", "FEE", goods.shipping_fee, Some(fee));
        }
        let told = Some(("return", Value::String(id)));
        all.push((goods.at, agreement(&mut ledger, 200 + number, ("ReturnAgreement", "RETURN"), goods.at, told)));
    }
    for (number, back) in order.refunds.iter().enumerate() {
        ledger.next = 2500 + number * 300;
        if back.of_return.is_none() {
            for (returned, _) in &back.lines {
                ledger.line(returned, "RETURN");
            }
        }
        for (index, net, taxes) in &back.shipping {
            ledger.shipping(*index, *net, taxes, "RETURN");
        }
        if !back.discrepancy.is_zero() {
            ledger.money("AdjustmentSale", "RETURN", "ADJUSTMENT", back.discrepancy, None);
        }
        let told = Some(("refund", Value::String(Kind::Refund.gid(order.no, number))));
        all.push((back.at, agreement(&mut ledger, 100 + number, ("RefundAgreement", "REFUND"), back.at, told)));
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, agreement)| agreement).collect()
}
