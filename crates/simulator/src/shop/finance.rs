//! The shop's own figures, as the Finances summary of Shopify's admin shows them, added up from the parts of the orders
//! and not from what the API answers, so that the two can be held against each other.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde::Serialize;

use super::model::{Channel, Gateway, Order, Origin, Returned, TaxLine, cents};

/// The figures of one day or of a range of days. Amounts are in the shop's currency; discounts and returns are negative,
/// as Shopify shows them. Test orders never count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How many orders were placed.
    pub orders: u32,
    /// Goods at their price before discounts, without tax, tips and gift cards.
    pub gross_sales: Decimal,
    /// All discounts on goods (those on shipping are in `shipping`).
    pub discounts: Decimal,
    /// Goods that came back, with money given beyond the goods (Shopify's refund discrepancy).
    pub returns: Decimal,
    /// `gross_sales + discounts + returns`.
    pub net_sales: Decimal,
    /// Shipping after its discounts and refunds, without tax.
    pub shipping: Decimal,
    /// Duties; this shop collects none.
    pub duties: Decimal,
    /// Fees that returns kept back: for restocking, and for the way back.
    pub return_fees: Decimal,
    /// The merchant's own tax, by the authority's title.
    pub taxes: BTreeMap<String, Decimal>,
    /// The tax that a marketplace collected and remits itself, by title.
    pub channel_taxes: BTreeMap<String, Decimal>,
    /// Tips.
    pub tips: Decimal,
    /// Gift cards sold: a liability, not sales.
    pub gift_cards_sold: Decimal,
    /// What cash rounding added.
    pub cash_rounding: Decimal,
    /// All of the above from `net_sales` on.
    pub total: Decimal,
    /// Money received less money given back, by gateway, on the day it moved; gift cards included.
    pub payments: BTreeMap<String, Decimal>,
    /// The part of `payments` that was paid with gift cards.
    pub gift_cards_redeemed: Decimal,
    /// Money received alone, by gateway, change taken off.
    pub received: BTreeMap<String, Decimal>,
    /// Money given back alone, by gateway; below zero.
    pub refunded: BTreeMap<String, Decimal>,
    /// What Shopify Payments kept of the money received.
    pub processing_fees: Decimal,
}

/// Figures by local day and in total, for the days `from` to `to`, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finance {
    /// The first day, in the shop's zone.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The days on which anything happened.
    pub days: BTreeMap<Date, Figures>,
    /// The sum of the days.
    pub total: Figures,
}

impl Figures {
    fn add(&mut self, other: &Figures) {
        self.orders += other.orders;
        for (mine, theirs) in [
            (&mut self.gross_sales, other.gross_sales),
            (&mut self.discounts, other.discounts),
            (&mut self.returns, other.returns),
            (&mut self.shipping, other.shipping),
            (&mut self.tips, other.tips),
            (&mut self.gift_cards_sold, other.gift_cards_sold),
            (&mut self.cash_rounding, other.cash_rounding),
            (&mut self.gift_cards_redeemed, other.gift_cards_redeemed),
            (&mut self.return_fees, other.return_fees),
            (&mut self.processing_fees, other.processing_fees),
        ] {
            *mine += theirs;
        }
        for (mine, theirs) in [
            (&mut self.taxes, &other.taxes),
            (&mut self.channel_taxes, &other.channel_taxes),
            (&mut self.payments, &other.payments),
            (&mut self.received, &other.received),
            (&mut self.refunded, &other.refunded),
        ] {
            for (title, amount) in theirs {
                *mine.entry(title.clone()).or_default() += amount;
            }
        }
    }

    fn sum_up(&mut self) {
        self.net_sales = self.gross_sales + self.discounts + self.returns;
        let taxes: Decimal = self.taxes.values().chain(self.channel_taxes.values()).sum();
        self.total = self.net_sales
            + self.shipping
            + self.duties
            + self.return_fees
            + taxes
            + self.tips
            + self.gift_cards_sold
            + self.cash_rounding;
    }

    fn tax<'a>(&mut self, order: &Order, lines: impl IntoIterator<Item = &'a TaxLine>, sign: Decimal) -> Decimal {
        let book = if order.channel == Channel::ShopApp { &mut self.channel_taxes } else { &mut self.taxes };
        let mut sum = Decimal::ZERO;
        for line in lines {
            *book.entry(line.rate.title.to_owned()).or_default() += sign * line.amount;
            sum += line.amount;
        }
        if order.taxes_included { sum } else { Decimal::ZERO }
    }
}

/// The orders' figures for the days `from` to `to`, both included.
pub(crate) fn finance<'a>(orders: impl Iterator<Item = &'a Order>, zone: &TimeZone, from: Date, to: Date) -> Finance {
    let mut book = Book { zone, from, to, days: BTreeMap::new() };
    for order in orders.filter(|o| !o.test) {
        book.sale(order);
        book.edits(order);
        book.returns(order);
        book.payments(order);
    }
    let mut total = Figures::default();
    for day in book.days.values_mut() {
        day.sum_up();
        total.add(day);
    }
    total.sum_up();
    Finance { from, to, days: book.days, total }
}

struct Book<'z> {
    zone: &'z TimeZone,
    from: Date,
    to: Date,
    days: BTreeMap<Date, Figures>,
}

impl Book<'_> {
    fn day(&mut self, at: Timestamp) -> Option<&mut Figures> {
        let date = self.zone.to_datetime(at).date();
        (self.from <= date && date <= self.to).then(|| self.days.entry(date).or_default())
    }

    fn sale(&mut self, order: &Order) {
        if let Some(day) = self.day(order.created) {
            day.orders += 1;
            day.cash_rounding += order.rounding();
            for shipping in &order.shipping {
                let inside = day.tax(order, &shipping.taxes, Decimal::ONE);
                day.shipping += shipping.net() - inside;
            }
        }
        for (index, line) in order.lines.iter().enumerate() {
            let at = match line.added_by {
                None => order.created,
                Some(Origin::Edit(edit)) => order.edits[edit].at,
                Some(Origin::Exchange(goods)) => order.returns[goods].at,
            };
            // What an edit took off later was still charged on the day of the sale.
            let later = || order.edits.iter().flat_map(|e| &e.discounted).filter(move |d| d.line == index);
            let off: Decimal = line.discount() - later().map(|d| d.amount).sum::<Decimal>();
            let Some(day) = self.day(at) else { continue };
            let mut inside = day.tax(order, &line.taxes, Decimal::ONE);
            for saved in later() {
                inside += day.tax(order, &saved.taxes, Decimal::ONE);
            }
            if line.is_tip() {
                day.tips += line.gross();
            } else if line.is_gift_card() {
                day.gift_cards_sold += line.gross() - off;
            } else {
                day.gross_sales += line.gross() - inside;
                day.discounts -= off;
            }
        }
    }

    /// A unit taken off by an edit makes the sale itself smaller, a discount given by one makes the discounts larger.
    fn edits(&mut self, order: &Order) {
        for edit in &order.edits {
            let Some(day) = self.day(edit.at) else { continue };
            for removed in &edit.removed {
                let inside = day.tax(order, &removed.taxes, -Decimal::ONE);
                let line = &order.lines[removed.line];
                if line.is_tip() {
                    day.tips -= removed.net;
                } else if line.is_gift_card() {
                    day.gift_cards_sold -= removed.net;
                } else {
                    day.gross_sales -= removed.net + removed.discount - inside;
                    day.discounts += removed.discount;
                }
            }
            for later in &edit.discounted {
                // Prices that contain the tax fall by less without it: the discount is told as it was given.
                let inside = day.tax(order, &later.taxes, -Decimal::ONE);
                if order.lines[later.line].is_gift_card() {
                    day.gift_cards_sold -= later.amount;
                } else {
                    day.discounts -= later.amount;
                    day.gross_sales += inside;
                }
            }
        }
    }

    fn returns(&mut self, order: &Order) {
        for refund in &order.refunds {
            let Some(day) = self.day(refund.at) else { continue };
            let of_return = refund.of_return.is_some();
            for (returned, _) in refund.lines.iter().filter(|_| !of_return) {
                give_back(day, order, returned);
            }
            for (_, net, taxes) in &refund.shipping {
                let inside = day.tax(order, taxes, -Decimal::ONE);
                day.shipping -= net - inside;
            }
            day.returns += refund.discrepancy;
        }
        for goods in &order.returns {
            let Some(day) = self.day(goods.at) else { continue };
            for (returned, fee) in &goods.lines {
                give_back(day, order, returned);
                day.return_fees += fee;
            }
            day.return_fees += goods.shipping_fee;
        }
    }

    fn payments(&mut self, order: &Order) {
        for payment in &order.payments {
            let moved = payment.received() - payment.refunded();
            if moved.is_zero() {
                continue;
            }
            if let Some(day) = self.day(payment.at) {
                let gateway = payment.gateway.handle().to_owned();
                let way = if payment.refunded().is_zero() { &mut day.received } else { &mut day.refunded };
                *way.entry(gateway.clone()).or_default() += moved;
                *day.payments.entry(gateway).or_default() += moved;
                if payment.gateway == Gateway::ShopifyPayments && moved > Decimal::ZERO {
                    let at_a_till = matches!(order.channel, Channel::PointOfSale { .. });
                    let (percent, flat) = if at_a_till { (26, 10) } else { (29, 30) };
                    day.processing_fees += cents(moved * Decimal::new(percent, 3)) + Decimal::new(flat, 2);
                }
                if payment.gateway == Gateway::GiftCard {
                    day.gift_cards_redeemed += moved;
                }
            }
        }
    }
}

fn give_back(day: &mut Figures, order: &Order, returned: &Returned) {
    let inside = day.tax(order, &returned.taxes, -Decimal::ONE);
    let line = &order.lines[returned.line];
    if line.is_tip() {
        day.tips -= returned.net;
    } else if line.is_gift_card() {
        day.gift_cards_sold -= returned.net;
    } else {
        day.returns -= returned.net - inside;
    }
}
