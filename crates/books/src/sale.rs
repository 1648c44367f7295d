//! Rows of an order's life as lines of a form, in no form's language yet.
//!
//! The lines stand in an order that QuickBooks' own arithmetic can't upset (PROTOCOL.md d): each discount right below the
//! goods that it lowers; tax after everything that is sold, with its amount; and what lowers the sum without being a
//! discount (gift cards and store credit, rounding, deposits, what is kept back) after the tax. So no subtotal line is
//! needed. A form only sells or only takes back, with positive amounts.

use std::collections::BTreeMap;

use qbxml::{Ref, limits};

use crate::{
    document::{Fate, OrderLine},
    items::{self, Charge, Sold},
    life::{Row, What},
    money::Money,
    names,
    needs::Needs,
    parties::optional,
    reasons::{HeldReason, Why},
};

/// A line of a form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub sold: Sold,
    pub description: Option<String>,
    pub quantity: Option<u32>,
    /// As it stands on the form: above zero raises the total.
    pub amount: Money,
    pub tax_code: Option<Ref>,
}

/// Which way the goods go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToBuyer,
    Back,
}

/// The lines of a form that sells the rows, or takes them back. What stands in the way is noted in `needs`; the lines are
/// of use only when nothing does.
pub(crate) fn lines(needs: &mut Needs<'_>, rows: &[Row<'_>], way: Way) -> Vec<Line> {
    find_goods(needs, rows);
    let mut form = Form { needs, way, lines: Vec::new() };
    for row in rows {
        form.row(row);
    }
    form.taxes(rows);
    form.lines
}

/// A line of a charge of ours with this amount; none when the order is held for it, or there is nothing to charge.
pub(crate) fn charge(needs: &mut Needs<'_>, charge: Charge, description: &str, amount: Money) -> Option<Line> {
    if amount.is_zero() {
        return None;
    }
    let sold = items::charge(needs, charge)?;
    let description = optional(Some(description), limits::DESC);
    Some(Line { sold, description, quantity: None, amount, tax_code: items::code(needs, false) })
}

/// Finds or makes the items of all goods in the order of their identities: two that would have one name get the same names
/// whatever the order of the lines.
fn find_goods(needs: &mut Needs<'_>, rows: &[Row<'_>]) {
    let mut goods: Vec<&OrderLine> =
        rows.iter().filter_map(|row| if let What::Goods(line) = row.what { Some(line) } else { None }).collect();
    goods.sort_by(|one, other| one.variant.cmp(&other.variant));
    for line in goods {
        items::goods(needs, line);
    }
}

struct Form<'n, 'a> {
    needs: &'n mut Needs<'a>,
    way: Way,
    lines: Vec<Line>,
}

impl Form<'_, '_> {
    fn push(&mut self, sold: Option<Sold>, description: &str, quantity: Option<u32>, amount: Money, taxed: bool) {
        let Some(sold) = sold else { return };
        let description = optional(Some(description), limits::DESC);
        let tax_code = items::code(self.needs, taxed);
        self.lines.push(Line { sold, description, quantity, amount, tax_code });
    }

    fn row(&mut self, row: &Row<'_>) {
        let taxed = row.is_taxed();
        if row.price.is_negative() {
            self.needs.hold(HeldReason::NotCarriedYet { what: "negative amount".to_owned() });
        }
        match row.what {
            What::Goods(line) => {
                let sold = self.goods(line, row);
                self.push(sold, &names::description(&line.item), Some(row.quantity), row.price, taxed);
            }
            What::GiftCard(line) => {
                if self.way == Way::ToBuyer {
                    self.needs.because(Why::GiftCardSold);
                }
                let sold = items::charge(self.needs, Charge::GiftCard);
                self.push(sold, &names::description(&line.item), Some(row.quantity), row.price, taxed);
            }
            What::Tip => self.charge(Charge::Tip, "", row.price, taxed),
            What::Shipping(title) => self.charge(Charge::Shipping, title, row.price, taxed),
            What::Duties => self.charge(Charge::Duties, "", row.price, taxed),
            What::Fee(title) => self.charge(Charge::Fee, title, row.price, taxed),
            What::Allowance(line) => {
                self.charge(Charge::Allowance, &names::description(&line.item), row.price, taxed);
            }
            What::Adjustment => self.charge(Charge::UnallocatedRefund, "", row.price, taxed),
        }
        for (title, amount) in &row.discounts {
            self.charge(Charge::Discount, title, -*amount, taxed);
        }
    }

    /// The item of goods; for stock that came back but not into stock, an item without stock (PRODUCT.md 5.2).
    fn goods(&mut self, line: &OrderLine, row: &Row<'_>) -> Option<Sold> {
        let sold = items::goods(self.needs, line);
        if self.way == Way::ToBuyer || !sold.as_ref().is_some_and(|sold| sold.stocked) {
            return sold;
        }
        match row.fate {
            Fate::Restocked => self.needs.because(Why::Restocked),
            Fate::Damaged => self.needs.because(Why::Damaged),
            Fate::NotRestocked => {
                self.needs.because(Why::NotRestocked);
                return items::charge(self.needs, Charge::NotRestocked);
            }
        }
        sold
    }

    /// A charge, unless it is nothing.
    fn charge(&mut self, charge: Charge, description: &str, amount: Money, taxed: bool) {
        if !amount.is_zero() {
            let sold = items::charge(self.needs, charge);
            self.push(sold, description, None, amount, taxed);
        }
    }

    /// One line for each tax item with exactly what was charged, and one for what the marketplace remits.
    fn taxes(&mut self, rows: &[Row<'_>]) {
        let mut owed: BTreeMap<&str, Money> = BTreeMap::new();
        let mut remitted = Money::ZERO;
        for tax in rows.iter().flat_map(|row| &row.taxes).filter(|tax| !tax.amount.is_zero()) {
            if tax.channel_liable {
                remitted += tax.amount;
            } else {
                *owed.entry(&tax.title).or_default() += tax.amount;
            }
        }
        let mut by_item: BTreeMap<String, (Sold, Money)> = BTreeMap::new();
        for (title, amount) in owed {
            self.needs.because(Why::ExactTax);
            if let Some(sold) = items::tax(self.needs, title) {
                by_item.entry(sold.item.clone()).or_insert((sold, Money::ZERO)).1 += amount;
            }
        }
        // QuickBooks fills in the description of the item; a tax item's line has no tax code of its own.
        self.lines.extend(by_item.into_values().filter(|(_, amount)| !amount.is_zero()).map(|(sold, amount)| Line {
            sold,
            description: None,
            quantity: None,
            amount,
            tax_code: None,
        }));
        if !remitted.is_zero() {
            self.needs.because(Why::MarketplaceTax);
            self.charge(Charge::MarketplaceTax, "", remitted, false);
        }
    }
}
