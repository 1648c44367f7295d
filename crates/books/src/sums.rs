//! The arithmetic of an order: what its lines come to, whether its own totals agree, and what was paid how.

use rust_decimal::Decimal;

use crate::{
    document::{Order, OrderLine, Payment, PaymentKind, PaymentStatus, ShippingLine, TaxLine},
    mapping::Mapping,
    money::Money,
    reasons::HeldReason,
};

/// Price of a line before discounts, tax included where the order's prices include it.
pub(crate) fn price(line: &OrderLine) -> Money {
    line.unit_price * Decimal::from(line.quantity)
}

/// Tax on one thing, all authorities together.
pub(crate) fn tax(taxes: &[TaxLine]) -> Money {
    taxes.iter().map(|tax| tax.amount).sum()
}

/// All tax lines of an order: on goods, on delivery, on fees.
pub(crate) fn tax_lines(order: &Order) -> impl Iterator<Item = &TaxLine> {
    let goods = order.lines.iter().flat_map(|line| &line.taxes);
    let shipping = order.shipping.iter().flat_map(|line| &line.taxes);
    goods.chain(shipping).chain(order.fees.iter().flat_map(|fee| &fee.taxes))
}

/// A line of goods without the tax that its price may contain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NetLine {
    /// Before discounts.
    pub price: Money,
    /// Each discount, in the order of the line.
    pub discounts: Vec<Money>,
}

/// The line net of tax. Price less discounts less tax is what the line earns, to the cent; each discount keeps its share
/// of that, in cents, and the price before discounts is what makes the sum come out exactly.
pub(crate) fn net(order: &Order, line: &OrderLine) -> NetLine {
    let price = price(line);
    let discounts: Vec<Money> = line.discounts.iter().map(|discount| discount.amount).collect();
    let tax = tax(&line.taxes);
    if !order.taxes_included || tax.is_zero() {
        return NetLine { price, discounts };
    }
    let paid = price - discounts.iter().copied().sum();
    let earned = paid - tax;
    let share = earned.value().checked_div(paid.value()).unwrap_or(Decimal::ONE);
    // All together are rounded once: the source tells only their sum of what happens later.
    let (mut off, mut net_off) = (Money::ZERO, Money::ZERO);
    let mut part = |discount| {
        off += discount;
        let before = net_off;
        net_off = (off * share).rounded();
        net_off - before
    };
    let discounts = discounts.into_iter().map(&mut part).collect();
    NetLine { price: earned + net_off, discounts }
}

/// A delivery charge after discounts, net of tax.
pub(crate) fn net_shipping(order: &Order, line: &ShippingLine) -> Money {
    let charge = line.price - line.discount;
    if order.taxes_included { charge - tax(&line.taxes) } else { charge }
}

/// Whether tips are lines of the order; if not, the order states their sum (SHOPIFY.md 3.3: count once).
pub(crate) fn has_tip_lines(order: &Order) -> bool {
    order.lines.iter().any(|line| line.tip)
}

/// What the parts of an order come to, without the rounding of cash.
fn due(order: &Order) -> Money {
    let goods: Money = order.lines.iter().map(|line| after_discounts(line) + line.duties).sum();
    let shipping: Money = order.shipping.iter().map(|line| line.price - line.discount).sum();
    let fees: Money = order.fees.iter().map(|fee| fee.amount + tax(&fee.taxes)).sum();
    let tips = if has_tip_lines(order) { Money::ZERO } else { order.totals.tips };
    let added_tax = if order.taxes_included {
        Money::ZERO
    } else {
        order.lines.iter().map(|line| tax(&line.taxes)).chain(order.shipping.iter().map(|line| tax(&line.taxes))).sum()
    };
    goods + shipping + fees + tips + added_tax
}

fn after_discounts(line: &OrderLine) -> Money {
    price(line) - line.discounts.iter().map(|discount| discount.amount).sum()
}

/// Why the amounts of an order can't be worked with at all: too large to add up, below zero (a return's business, never a
/// sale's: PROTOCOL.md d), or finer than a cent (PROTOCOL.md c.8). Empty when all is well.
pub(crate) fn unusable(order: &Order) -> Vec<HeldReason> {
    let limit = Money::new(Decimal::from(10_000_000_000_000_u64));
    let totals = &order.totals;
    let parts = stated_amounts(order);
    let others = order.lines.iter().map(|line| line.unit_price).chain([
        totals.subtotal,
        totals.discounts,
        totals.shipping,
        totals.tax,
        totals.tips,
        totals.duties,
        totals.fees,
        totals.total,
    ]);
    let roundings = order.payments.iter().map(|payment| payment.rounding).chain([totals.cash_rounding]);
    let everything: Vec<Money> = parts.iter().copied().chain(others).collect();
    if everything.iter().copied().chain(roundings.clone()).any(|amount| amount.abs() >= limit)
        || order.lines.iter().any(|line| price(line).abs() >= limit)
    {
        return vec![HeldReason::DoesNotFit { field: "Amount".to_owned() }];
    }
    let mut reasons = Vec::new();
    if everything.iter().any(|amount| amount.is_negative()) {
        reasons.push(HeldReason::NotCarriedYet { what: "negative amount".to_owned() });
    }
    let fractions = parts.into_iter().chain(order.lines.iter().map(price)).chain(roundings).chain([totals.tips]);
    reasons.extend(
        fractions.filter(|amount| !amount.is_whole_cents()).map(|amount| HeldReason::FractionOfCent { amount }),
    );
    reasons
}

/// Every amount that is posted as it is stated.
fn stated_amounts(order: &Order) -> Vec<Money> {
    let lines =
        order.lines.iter().flat_map(|line| line.discounts.iter().map(|discount| discount.amount).chain([line.duties]));
    let shipping = order.shipping.iter().flat_map(|line| [line.price, line.discount]);
    let fees = order.fees.iter().map(|fee| fee.amount);
    let payments = order.payments.iter().map(|payment| payment.amount);
    // What was taken back is below zero here; its size counts.
    let agreed = order.agreements.iter().flat_map(|agreement| &agreement.sales).flat_map(|sale| {
        let taxes = sale.taxes.iter().map(|tax| tax.amount.abs());
        taxes.chain([sale.total.abs(), sale.discount.abs()])
    });
    let taxes = tax_lines(order).map(|tax| tax.amount);
    lines.chain(shipping).chain(fees).chain(payments).chain(taxes).chain(agreed).collect()
}

/// Where the order's own totals contradict its parts (SHOPIFY.md 3.2), all of them. A total may state the rounding of cash
/// or leave it out.
pub(crate) fn contradictions(order: &Order) -> Vec<HeldReason> {
    let totals = &order.totals;
    let goods: Money = order.lines.iter().filter(|line| !line.tip).map(after_discounts).sum();
    let tips: Money = order.lines.iter().filter(|line| line.tip).map(after_discounts).sum();
    let shipping: Money = order.shipping.iter().map(|line| line.price - line.discount).sum();
    let due = due(order);
    let total = if totals.total == due + totals.cash_rounding { totals.total } else { due };
    let mut pairs = vec![
        (totals.total, total),
        (totals.subtotal, goods),
        (totals.shipping, shipping),
        (totals.tax, tax_lines(order).map(|tax| tax.amount).sum()),
        (totals.duties, order.lines.iter().map(|line| line.duties).sum()),
        (totals.fees, order.fees.iter().map(|fee| fee.amount).sum()),
    ];
    if has_tip_lines(order) {
        pairs.push((totals.tips, tips));
    }
    pairs
        .into_iter()
        .filter(|(stated, computed)| stated != computed)
        .map(|(stated, computed)| HeldReason::DoesNotAddUp { stated, computed })
        .collect()
}

/// What a payment adds to what was received: sales and captures that took place, less change (SHOPIFY.md 3.3).
pub(crate) fn received(payment: &Payment) -> Option<Money> {
    if payment.test || payment.status != PaymentStatus::Success {
        return None;
    }
    match payment.kind {
        PaymentKind::Sale | PaymentKind::Capture => Some(payment.amount),
        PaymentKind::Change => Some(-payment.amount),
        PaymentKind::Authorization | PaymentKind::Refund | PaymentKind::Void | PaymentKind::Other(_) => None,
    }
}

/// Who a payment's money comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    GiftCard,
    StoreCredit,
    Gateway,
}

pub(crate) fn source(mapping: &Mapping, gateway: &str) -> Source {
    let names = |list: &[String]| list.iter().any(|name| name.eq_ignore_ascii_case(gateway));
    if names(&mapping.liability_gateways.gift_card) {
        Source::GiftCard
    } else if names(&mapping.liability_gateways.store_credit) {
        Source::StoreCredit
    } else {
        Source::Gateway
    }
}
