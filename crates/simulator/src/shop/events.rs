//! What can happen to one order: each function does what Shopify does with the order's parts, and moves `updatedAt`.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::model::{
    Discount, DiscountKind, DiscountValue, Discounted, Edit, Fulfillment, Gateway, LineKind, Order, Origin, Payment,
    PaymentKind, PaymentStatus, Refund, Restock, Return,
};
use super::orders::{Change, NewLine, NewRefund, NewReturn, Portion, Settlement};
use super::payments::{self, payment};
use super::trade::{Trader, tax_lines};

/// Something that can't happen to an order as it stands; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LifeError {
    /// No order has this id, or it was deleted.
    #[error("there is no such order")]
    NoSuchOrder,
    /// The order has no such line.
    #[error("the order has no such line")]
    NoSuchLine,
    /// The order has no such refund, or none that waits.
    #[error("the order has no such refund that waits")]
    NoSuchRefund,
    /// The order has no such return, or it is closed.
    #[error("the order has no such open return")]
    NoSuchReturn,
    /// More than there is left of a line, of the shipping, of an authorization or of the money received.
    #[error("this is more than is left")]
    TooMuch,
    /// Nothing is left to do it with.
    #[error("nothing is left for this")]
    NothingLeft,
    /// The order was cancelled.
    #[error("the order was cancelled")]
    Cancelled,
    /// Only test, cancelled and archived orders can be deleted (SHOPIFY.md 2.6).
    #[error("only test, cancelled and archived orders can be deleted")]
    NotDeletable,
    /// Store credit belongs to a customer, and the order has none.
    #[error("the order has no customer")]
    NoCustomer,
}

fn moved(order: &mut Order, at: Timestamp) {
    order.updated = order.updated.max(at);
}

fn standing(order: &Order) -> Result<(), LifeError> {
    if order.cancelled.is_some() { Err(LifeError::Cancelled) } else { Ok(()) }
}

/// Takes `amount`, or all that is owed.
pub(crate) fn pay(
    trader: &mut Trader,
    order: &mut Order,
    at: Timestamp,
    gateway: Gateway,
    amount: Option<Decimal>,
) -> Result<(), LifeError> {
    standing(order)?;
    let amount = amount.unwrap_or_else(|| order.outstanding());
    if amount <= Decimal::ZERO {
        return Err(LifeError::NothingLeft);
    }
    if amount > order.outstanding() {
        return Err(LifeError::TooMuch);
    }
    let mut paid = payment(PaymentKind::Sale, gateway, at, amount);
    match gateway {
        Gateway::ShopifyPayments => paid.card = Some(0),
        Gateway::GiftCard => paid.gift_card = Some(trader.charge_gift_card(at, amount)),
        Gateway::StoreCredit => {
            trader.charge_store_credit(order.customer.ok_or(LifeError::NoCustomer)?, at, amount);
        }
        Gateway::BankDeposit => {
            paid.parent = order.payments.iter().position(|p| p.status == PaymentStatus::Pending);
        }
        Gateway::PayPal | Gateway::Cash => {}
    }
    order.payments.push(paid);
    if order.outstanding() <= Decimal::ZERO {
        payments::book_gift_cards(trader, order, at);
    }
    moved(order, at);
    Ok(())
}

/// Takes `amount`, or all, of what the card's authorizations hold.
pub(crate) fn capture(
    trader: &mut Trader,
    order: &mut Order,
    at: Timestamp,
    amount: Option<Decimal>,
) -> Result<(), LifeError> {
    standing(order)?;
    let mut rest = amount.unwrap_or_else(|| order.capturable());
    if rest > order.capturable() {
        return Err(LifeError::TooMuch);
    }
    if rest <= Decimal::ZERO {
        return Err(LifeError::NothingLeft);
    }
    for index in 0..order.payments.len() {
        let part = order.uncaptured(index).min(rest);
        if part > Decimal::ZERO {
            rest -= part;
            let (gateway, card) = (order.payments[index].gateway, order.payments[index].card);
            let captured = payment(PaymentKind::Capture, gateway, at, part);
            order.payments.push(Payment { parent: Some(index), card, ..captured });
        }
    }
    if order.outstanding() <= Decimal::ZERO {
        payments::book_gift_cards(trader, order, at);
    }
    moved(order, at);
    Ok(())
}

/// Sends these quantities, or all that is left to be sent.
pub(crate) fn fulfil(order: &mut Order, at: Timestamp, lines: Option<&[(usize, u32)]>) -> Result<(), LifeError> {
    standing(order)?;
    let rest: Vec<(usize, u32)> =
        (0..order.lines.len()).map(|l| (l, order.unfulfilled(l))).filter(|l| l.1 > 0).collect();
    let lines = match lines {
        None => rest,
        Some(lines) => {
            for (line, quantity) in lines {
                if *line >= order.lines.len() {
                    return Err(LifeError::NoSuchLine);
                }
                if *quantity > order.unfulfilled(*line) {
                    return Err(LifeError::TooMuch);
                }
            }
            lines.to_vec()
        }
    };
    if lines.is_empty() {
        return Err(LifeError::NothingLeft);
    }
    order.fulfillments.push(Fulfillment { at, lines });
    moved(order, at);
    Ok(())
}

/// Adds a line and charges tax on it as on the others.
pub(crate) fn add_line(trader: &Trader, order: &mut Order, new: &NewLine, origin: Option<Origin>) {
    let mut line = new.line(trader);
    line.added_by = origin;
    if new.discount > Decimal::ZERO {
        line.allocations.push((order.discounts.len(), new.discount));
        order.discounts.push(line_discount(new.discount));
    }
    if line.taxable && !order.tax_exempt {
        line.taxes = tax_lines(order.rates, line.net(), order.taxes_included);
    }
    order.lines.push(line);
}

fn line_discount(amount: Decimal) -> Discount {
    Discount {
        kind: DiscountKind::Manual("Scuffed corner"),
        value: DiscountValue::Amount(amount),
        on_shipping: false,
        across: false,
    }
}

/// Makes the changes in one edit. Money is not touched: what is owed then is paid or refunded on its own.
pub(crate) fn edit(trader: &mut Trader, order: &mut Order, at: Timestamp, changes: &[Change]) -> Result<(), LifeError> {
    standing(order)?;
    let number = order.edits.len();
    order.edits.push(Edit { at, removed: Vec::new(), discounted: Vec::new() });
    for change in changes {
        match change {
            Change::Add(new) => add_line(trader, order, new, Some(Origin::Edit(number))),
            Change::Remove { line, quantity } => {
                left(order, *line, *quantity)?;
                let removed = order.share(*line, *quantity);
                order.edits[number].removed.push(removed);
            }
            Change::Discount { line, amount } => {
                let rest = left(order, *line, 1)?;
                let remaining = order.share(*line, rest);
                if *amount > remaining.net {
                    return Err(LifeError::TooMuch);
                }
                discount(order, number, *amount, &remaining);
            }
        }
    }
    moved(order, at);
    Ok(())
}

/// How much of the line is left; an error where that is less than `wanted`.
fn left(order: &Order, line: usize, wanted: u32) -> Result<u32, LifeError> {
    let whole = order.lines.get(line).ok_or(LifeError::NoSuchLine)?;
    let left = whole.quantity - order.returned_quantity(line);
    if wanted == 0 || wanted > left { Err(LifeError::TooMuch) } else { Ok(left) }
}

/// Takes `amount` off what remains of a line, and the tax on it with that.
fn discount(order: &mut Order, edit: usize, amount: Decimal, remaining: &super::model::Returned) {
    let index = remaining.line;
    let anew = tax_lines(order.rates, remaining.net - amount, order.taxes_included);
    let mut taxes = Vec::new();
    for (position, before) in remaining.taxes.iter().enumerate() {
        let now = anew.iter().find(|t| t.rate == before.rate).map_or(Decimal::ZERO, |t| t.amount);
        let mut saved = before.clone();
        saved.amount -= now;
        order.lines[index].taxes[position].amount -= saved.amount;
        taxes.push(saved);
    }
    order.lines[index].allocations.push((order.discounts.len(), amount));
    order.discounts.push(line_discount(amount));
    order.edits[edit].discounted.push(Discounted { line: index, amount, taxes });
}

/// Gives goods, shipping and money back; the index of the refund.
pub(crate) fn refund(
    trader: &mut Trader,
    order: &mut Order,
    at: Timestamp,
    new: &NewRefund,
) -> Result<usize, LifeError> {
    let index = order.refunds.len();
    order.refunds.push(Refund {
        at,
        updated: at,
        note: new.note,
        lines: Vec::new(),
        shipping: Vec::new(),
        discrepancy: Decimal::ZERO,
        reason: new.reason,
        of_return: None,
    });
    for (line, quantity, restock) in &new.lines {
        left(order, *line, *quantity)?;
        let share = order.share(*line, *quantity);
        order.refunds[index].lines.push((share, *restock));
    }
    let shipping_left = order.shipping_total() - order.shipping_refunded();
    let shipping = match new.shipping {
        Portion::Nothing => Decimal::ZERO,
        Portion::All => shipping_left,
        Portion::Exactly(amount) if amount > shipping_left => return Err(LifeError::TooMuch),
        Portion::Exactly(amount) => amount,
    };
    if shipping > Decimal::ZERO {
        let share = order.shipping_share(0, shipping);
        order.refunds[index].shipping.push(share);
    }
    let owed = (-order.outstanding() - waiting(order)).max(Decimal::ZERO);
    let amount = match new.money {
        Portion::Nothing => Decimal::ZERO,
        Portion::All => owed,
        Portion::Exactly(amount) => {
            order.refunds[index].discrepancy = owed - amount;
            amount
        }
    };
    give(trader, order, at, amount, Settlement { to: new.to, pending: new.pending, ..Settlement::default() })?;
    Ok(index)
}

/// What refunds that wait will give.
fn waiting(order: &Order) -> Decimal {
    let waits = |p: &&Payment| p.kind == PaymentKind::Refund && p.status == PaymentStatus::Pending;
    order.payments.iter().filter(waits).map(|p| p.amount).sum()
}

/// Gives `amount` back for the newest refund: through the payments it came in by, newest first, or by one other way.
fn give(
    trader: &mut Trader,
    order: &mut Order,
    at: Timestamp,
    amount: Decimal,
    how: Settlement,
) -> Result<(), LifeError> {
    let refund = order.refunds.len() - 1;
    moved(order, at);
    if amount <= Decimal::ZERO {
        return Ok(());
    }
    if amount > order.received() - order.refunded() - waiting(order) {
        return Err(LifeError::TooMuch);
    }
    let status = if how.pending { PaymentStatus::Pending } else { PaymentStatus::Success };
    let mut back = Vec::new();
    if let Some(gateway) = how.to {
        let source = order.payments.iter().position(|p| p.gateway == gateway && p.received() > Decimal::ZERO);
        let source_card = source.and_then(|s| order.payments[s].card);
        let mut paid =
            Payment { parent: source, card: source_card, ..payment(PaymentKind::Refund, gateway, at, amount) };
        if gateway == Gateway::GiftCard {
            let own = source.and_then(|s| order.payments[s].gift_card);
            paid.gift_card = Some(own.unwrap_or_else(|| trader.issue_gift_card(at, order.customer)));
        }
        if gateway == Gateway::StoreCredit && order.customer.is_none() {
            return Err(LifeError::NoCustomer);
        }
        back.push(paid);
    } else {
        let mut rest = amount;
        for index in (0..order.payments.len()).rev() {
            let part = left_of(order, index).min(rest);
            if part <= Decimal::ZERO {
                continue;
            }
            rest -= part;
            let source = &order.payments[index];
            back.push(Payment {
                parent: Some(index),
                card: source.card,
                gift_card: source.gift_card,
                ..payment(PaymentKind::Refund, source.gateway, at, part)
            });
        }
        // What came in is partly gone by another way already: the rest goes by the way of the newest payment.
        if let (true, Some(first)) = (rest > Decimal::ZERO, back.first_mut()) {
            first.amount += rest;
        } else if rest > Decimal::ZERO {
            return Err(LifeError::TooMuch);
        }
    }
    for mut paid in back {
        paid.refund = Some(refund);
        paid.status = status;
        if !how.pending {
            load(trader, order, &paid);
        }
        order.payments.push(paid);
    }
    Ok(())
}

/// What a payment brought in and has not given back, or promised back, yet.
fn left_of(order: &Order, index: usize) -> Decimal {
    let gone: Decimal = order
        .payments
        .iter()
        .filter(|p| p.parent == Some(index) && p.status != PaymentStatus::Failure)
        .filter(|p| matches!(p.kind, PaymentKind::Change | PaymentKind::Refund))
        .map(|p| p.amount)
        .sum();
    let came = order.payments[index].received();
    if came > Decimal::ZERO { came - gone } else { Decimal::ZERO }
}

/// What goes back by gift card or store credit is there to be spent again.
fn load(trader: &mut Trader, order: &Order, paid: &Payment) {
    match (paid.gateway, paid.gift_card, order.customer) {
        (Gateway::GiftCard, Some(card), _) => trader.load_gift_card(card, paid.at, paid.amount),
        (Gateway::StoreCredit, _, Some(customer)) => trader.load_store_credit(customer, paid.at, paid.amount),
        _ => {}
    }
}

/// The waiting money of a refund arrives, or does not.
pub(crate) fn settle_refund(
    trader: &mut Trader,
    order: &mut Order,
    at: Timestamp,
    refund: usize,
    succeeded: bool,
) -> Result<(), LifeError> {
    let waits = |p: &Payment| p.refund == Some(refund) && p.status == PaymentStatus::Pending;
    let waiting: Vec<usize> = (0..order.payments.len()).filter(|p| waits(&order.payments[*p])).collect();
    if waiting.is_empty() {
        return Err(LifeError::NoSuchRefund);
    }
    for index in waiting {
        let paid = &mut order.payments[index];
        paid.at = at;
        paid.status = if succeeded { PaymentStatus::Success } else { PaymentStatus::Failure };
        if succeeded {
            let paid = order.payments[index].clone();
            load(trader, order, &paid);
        }
    }
    order.refunds[refund].updated = at;
    moved(order, at);
    Ok(())
}

/// Opens a return: from now on the goods are off the sale, the exchange lines and the fees are on it.
pub(crate) fn take_back(
    trader: &mut Trader,
    order: &mut Order,
    at: Timestamp,
    new: &NewReturn,
) -> Result<usize, LifeError> {
    standing(order)?;
    let index = order.returns.len();
    order.returns.push(Return { at, closed: None, lines: Vec::new(), shipping_fee: new.shipping_fee });
    for (line, quantity, fee) in &new.lines {
        left(order, *line, *quantity)?;
        let share = order.share(*line, *quantity);
        order.returns[index].lines.push((share, *fee));
    }
    for line in &new.exchange {
        add_line(trader, order, line, Some(Origin::Exchange(index)));
    }
    moved(order, at);
    Ok(index)
}

/// The goods of a return are here: they are restocked or not, and what is owed to the customer is given back. What the
/// customer owes is paid on its own.
pub(crate) fn settle_return(
    trader: &mut Trader,
    order: &mut Order,
    at: Timestamp,
    index: usize,
    how: Settlement,
) -> Result<usize, LifeError> {
    let goods = order.returns.get_mut(index).filter(|r| r.closed.is_none()).ok_or(LifeError::NoSuchReturn)?;
    goods.closed = Some(at);
    let lines = goods.lines.iter().map(|(returned, _)| (returned.clone(), how.restock)).collect();
    let refund = order.refunds.len();
    order.refunds.push(Refund {
        at,
        updated: at,
        note: None,
        lines,
        shipping: Vec::new(),
        discrepancy: Decimal::ZERO,
        reason: super::model::Reason::Discrepancy,
        of_return: Some(index),
    });
    let owed = (-order.outstanding() - waiting(order)).max(Decimal::ZERO);
    give(trader, order, at, owed, how)?;
    Ok(refund)
}

/// All that is left of the order, with all the money.
pub(crate) fn refund_rest(order: &Order, restock: Restock, note: Option<&'static str>) -> NewRefund {
    let rest = |line: usize| (line, order.lines[line].quantity - order.returned_quantity(line), restock);
    NewRefund {
        lines: (0..order.lines.len()).map(rest).filter(|l| l.1 > 0).collect(),
        shipping: Portion::All,
        money: Portion::Exactly(order.received() - order.refunded() - waiting(order)),
        note,
        ..NewRefund::default()
    }
}

/// Cancels the order: authorizations are let go, all that is left is taken off and the money given back.
pub(crate) fn cancel(trader: &mut Trader, order: &mut Order, at: Timestamp) -> Result<(), LifeError> {
    standing(order)?;
    for index in 0..order.payments.len() {
        let held = order.uncaptured(index);
        if held > Decimal::ZERO {
            let void = payment(PaymentKind::Void, order.payments[index].gateway, at, held);
            order.payments.push(Payment { parent: Some(index), ..void });
        }
    }
    let mut rest = refund_rest(order, Restock::Cancel, None);
    if order.received() <= order.refunded() {
        rest.money = Portion::Nothing;
    }
    refund(trader, order, at, &rest)?;
    order.cancelled = Some(at);
    moved(order, at);
    Ok(())
}

impl NewLine {
    fn line(&self, trader: &Trader) -> super::model::Line {
        use super::orders::Goods;
        let goods = trader.catalogue.goods();
        let (kind, title) = match self.goods {
            Goods::Variant(index) => (LineKind::Variant(index % goods), None),
            Goods::GiftCard => (LineKind::GiftCard(goods), None),
            Goods::Custom(title) => (LineKind::Custom, Some(title.into())),
        };
        let taxable = self.taxable && self.goods != Goods::GiftCard;
        let mut line = super::trade::line(kind, self.quantity, self.unit, taxable);
        line.title = title;
        line
    }
}
