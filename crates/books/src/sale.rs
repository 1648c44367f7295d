//! An order as a sale: the lines of its form, in no form's language yet.
//!
//! The lines stand in an order that QuickBooks' own arithmetic can't upset (PROTOCOL.md d): each discount right below the
//! goods that it lowers; tax after everything that is sold, with its amount; and what lowers the sum without being a
//! discount (gift cards and store credit used, rounding) after the tax. So no subtotal line is needed.

use std::collections::BTreeMap;

use qbxml::{Ref, limits};

use crate::{
    document::{Order, OrderLine},
    items::{self, Charge, Sold},
    money::Money,
    names,
    needs::Needs,
    parties::optional,
    reasons::{HeldReason, Why},
    sums::{self, Paid},
};

/// A line of a sale's form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SaleLine {
    pub sold: Sold,
    pub description: Option<String>,
    pub quantity: Option<u32>,
    /// As it stands on the form: above zero raises the total.
    pub amount: Money,
    pub tax_code: Option<Ref>,
}

/// The lines of the sale. What stands in the way is noted in `needs`; the lines are of use only when nothing does.
pub(crate) fn lines(needs: &mut Needs<'_>, order: &Order, paid: &Paid) -> Vec<SaleLine> {
    find_goods(needs, order);
    let mut form = Form { needs, lines: Vec::new() };
    for line in &order.lines {
        form.goods(order, line);
    }
    for line in &order.shipping {
        form.charge(Charge::Shipping, &line.title, sums::net_shipping(order, line), !line.taxes.is_empty());
    }
    for fee in &order.fees {
        form.charge(Charge::Fee, &fee.title, fee.amount, !fee.taxes.is_empty());
    }
    form.charge(Charge::Duties, "", order.lines.iter().map(|line| line.duties).sum(), false);
    if !sums::has_tip_lines(order) {
        form.charge(Charge::Tip, "", order.totals.tips, false);
    }
    form.taxes(order);
    form.charge(Charge::CashRounding, "", order.totals.cash_rounding, false);
    form.charge(Charge::GiftCard, "", -paid.gift_card, false);
    form.charge(Charge::StoreCredit, "", -paid.store_credit, false);
    let lines = form.lines;
    if !paid.gift_card.is_zero() {
        needs.because(Why::GiftCardUsed);
    }
    if !order.totals.cash_rounding.is_zero() {
        needs.because(Why::CashRounded);
    }
    lines
}

/// Finds or makes the items of all goods in the order of their identities: two that would have one name get the same names
/// whatever the order of the lines.
fn find_goods(needs: &mut Needs<'_>, order: &Order) {
    let mut goods: Vec<&OrderLine> = order.lines.iter().filter(|line| is_goods(line)).collect();
    goods.sort_by(|one, other| one.variant.cmp(&other.variant));
    for line in goods {
        items::goods(needs, line);
    }
}

fn is_goods(line: &OrderLine) -> bool {
    !line.tip && !line.item.gift_card && !is_void(line)
}

/// A line that sells nothing: removed before the order was placed.
fn is_void(line: &OrderLine) -> bool {
    line.quantity == 0 && line.discounts.is_empty() && line.taxes.is_empty()
}

struct Form<'n, 'a> {
    needs: &'n mut Needs<'a>,
    lines: Vec<SaleLine>,
}

impl Form<'_, '_> {
    fn push(&mut self, sold: Option<Sold>, description: &str, quantity: Option<u32>, amount: Money, taxed: bool) {
        let Some(sold) = sold else { return };
        let description = optional(Some(description), limits::DESC);
        let tax_code = items::code(self.needs, taxed);
        self.lines.push(SaleLine { sold, description, quantity, amount, tax_code });
    }

    fn goods(&mut self, order: &Order, line: &OrderLine) {
        if is_void(line) {
            return;
        }
        let net = sums::net(order, line);
        if net.price.is_negative() {
            self.needs.hold(HeldReason::NotCarriedYet { what: "negative amount".to_owned() });
        }
        let sold = if line.tip {
            items::charge(self.needs, Charge::Tip)
        } else if line.item.gift_card {
            self.needs.because(Why::GiftCardSold);
            items::charge(self.needs, Charge::GiftCard)
        } else {
            items::goods(self.needs, line)
        };
        let taxed = !line.taxes.is_empty();
        let quantity = (!line.tip).then_some(line.quantity);
        self.push(sold, &names::description(&line.item), quantity, net.price, taxed);
        for (discount, amount) in line.discounts.iter().zip(net.discounts) {
            if !amount.is_zero() {
                let sold = items::charge(self.needs, Charge::Discount);
                self.push(sold, &discount.title, None, -amount, taxed);
            }
        }
    }

    /// A charge, unless it is nothing.
    fn charge(&mut self, charge: Charge, description: &str, amount: Money, taxed: bool) {
        if !amount.is_zero() {
            let sold = items::charge(self.needs, charge);
            self.push(sold, description, None, amount, taxed);
        }
    }

    /// One line for each tax item with exactly what was charged, and one for what the marketplace remits.
    fn taxes(&mut self, order: &Order) {
        let mut owed: BTreeMap<&str, Money> = BTreeMap::new();
        let mut remitted = Money::ZERO;
        for tax in sums::tax_lines(order).filter(|tax| !tax.amount.is_zero()) {
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
        self.lines.extend(by_item.into_values().map(|(sold, amount)| SaleLine {
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
        if order.taxes_included && sums::tax_lines(order).any(|tax| !tax.amount.is_zero()) {
            self.needs.because(Why::NetOfTax);
        }
    }
}
