//! Orders by hand, for tests: place one in any state, and let anything happen to it. Every call is one second of the shop's
//! clock, moves the order's `updatedAt`, and is told by the API at once.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::catalogue::{Rate, SALES_TAX};
use super::events::{self, LifeError};
use super::ids::{self, Kind};
use super::model::{
    Channel, Discount, DiscountKind, DiscountValue, Gateway, LineKind, Order, PaymentKind, PaymentStatus, Presentment,
    Reason, Restock, Shipping, Terms,
};
use super::payments::payment;
use super::people;
use super::trade::{Trader, spread, tax};
use super::{Shop, State};

/// What a line sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goods {
    /// The variant with this number in the catalogue; numbers past its end begin again.
    Variant(usize),
    /// Something without a product.
    Custom(&'static str),
    /// A gift card: a liability, never taxed.
    GiftCard,
}

/// A line to be sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    /// What.
    pub goods: Goods,
    /// How many.
    pub quantity: u32,
    /// Price of one, in the shop's currency.
    pub unit: Decimal,
    /// A manual discount on the whole line.
    pub discount: Decimal,
    /// Whether tax is charged.
    pub taxable: bool,
}

impl NewLine {
    /// A taxable line of one variant without a discount.
    pub fn of(variant: usize, quantity: u32, unit: Decimal) -> NewLine {
        NewLine { goods: Goods::Variant(variant), quantity, unit, discount: Decimal::ZERO, taxable: true }
    }
}

/// How a new order is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paid {
    /// Not at all, and no payment is on its way: B2B terms.
    Nothing,
    /// A bank deposit is awaited.
    Pending,
    /// The card is authorized, nothing is taken.
    Authorized,
    /// In full.
    Full(Gateway),
    /// These amounts, one after the other; together they may be less than the total.
    Parts(Vec<(Gateway, Decimal)>),
}

/// An order to be placed.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// What is sold.
    pub lines: Vec<NewLine>,
    /// A discount on the whole order, spread over its lines by their value: an amount with or without a code.
    pub discount: Option<(Option<&'static str>, Decimal)>,
    /// Price of the shipping; zero is no shipping line.
    pub shipping: Decimal,
    /// A tip, as a line of its own.
    pub tip: Decimal,
    /// What is charged on lines and shipping.
    pub rates: &'static [Rate],
    /// Whether the shipping is taxed.
    pub taxes_shipping: bool,
    /// Whether the prices contain the tax.
    pub taxes_included: bool,
    /// Through which door.
    pub channel: Channel,
    /// The customer's number; none for a guest.
    pub customer: Option<usize>,
    /// The company that buys (B2B).
    pub company: Option<&'static str>,
    /// The buyer's order number.
    pub po_number: Option<&'static str>,
    /// When it is to be paid.
    pub terms: Option<Terms>,
    /// The currency that the buyer sees, where that is not the shop's.
    pub presentment: Option<&'static Presentment>,
    /// Sells the lines as the parts of one bundle of this title.
    pub bundle: Option<&'static str>,
    /// A test order.
    pub test: bool,
    /// How it is paid.
    pub paid: Paid,
    /// Whether it is sent at once.
    pub fulfilled: bool,
}

impl Default for NewOrder {
    /// PRODUCT.md's worked order (5.2): 2 × $50, $10 off, $8 shipping, 7.5 % tax on both, $5 tip = $110.35, paid by card
    /// and sent.
    fn default() -> NewOrder {
        NewOrder {
            lines: vec![NewLine::of(0, 2, Decimal::new(50, 0))],
            discount: Some((None, Decimal::TEN)),
            shipping: Decimal::new(8, 0),
            tip: Decimal::new(5, 0),
            rates: &SALES_TAX,
            taxes_shipping: true,
            taxes_included: false,
            channel: Channel::Online,
            customer: Some(0),
            company: None,
            po_number: None,
            terms: None,
            presentment: None,
            bundle: None,
            test: false,
            paid: Paid::Full(Gateway::ShopifyPayments),
            fulfilled: true,
        }
    }
}

/// One change of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Sells one more line.
    Add(NewLine),
    /// Takes units off a line.
    Remove {
        /// Index of the line.
        line: usize,
        /// How many.
        quantity: u32,
    },
    /// Takes an amount off what is left of a line, before tax.
    Discount {
        /// Index of the line.
        line: usize,
        /// How much.
        amount: Decimal,
    },
}

/// How much of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Portion {
    /// None of it.
    #[default]
    Nothing,
    /// All that is left; of money, all that the customer is owed.
    All,
    /// This much. Money that is more or less than what the customer is owed makes an order adjustment.
    Exactly(Decimal),
}

/// A refund to be given. The default gives nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// Index of the line, quantity, and what becomes of the goods.
    pub lines: Vec<(usize, u32, Restock)>,
    /// How much of the shipping, before tax; its tax follows.
    pub shipping: Portion,
    /// How much money.
    pub money: Portion,
    /// Why it is more or less than the parts come to.
    pub reason: Reason,
    /// By which way; none is the way it came.
    pub to: Option<Gateway>,
    /// Whether the money waits for [`Shop::settle_refund`].
    pub pending: bool,
    /// The note of the staff.
    pub note: Option<&'static str>,
}

impl Default for NewRefund {
    fn default() -> NewRefund {
        NewRefund {
            lines: Vec::new(),
            shipping: Portion::Nothing,
            money: Portion::All,
            reason: Reason::Discrepancy,
            to: None,
            pending: false,
            note: None,
        }
    }
}

/// A return to be opened, with or without an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewReturn {
    /// Index of the line, quantity, and the restocking fee kept back of it.
    pub lines: Vec<(usize, u32, Decimal)>,
    /// What the customer bears of the way back.
    pub shipping_fee: Decimal,
    /// What goes out instead.
    pub exchange: Vec<NewLine>,
}

/// How a return is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// What becomes of the goods.
    pub restock: Restock,
    /// By which way money goes back; none is the way it came.
    pub to: Option<Gateway>,
    /// Whether the money waits for [`Shop::settle_refund`].
    pub pending: bool,
}

impl Default for Settlement {
    /// Restocked, money the way it came, at once.
    fn default() -> Settlement {
        Settlement { restock: Restock::Return, to: None, pending: false }
    }
}

impl Shop {
    /// Places an order now; its global id. An order that is to be paid can't be paid with more than its total.
    pub fn place(&self, new: &NewOrder) -> Result<String, LifeError> {
        let mut state = self.state_mut();
        let at = state.tick();
        let no = state.len();
        let order = build(&mut state.trader, new, no, at)?;
        let id = order.id();
        state.push(order);
        Ok(id)
    }

    /// Somebody who was never here becomes a customer; gives their place among the shop's customers.
    pub fn welcome(&self) -> usize {
        let mut state = self.state_mut();
        let place = state.trader.customers.len();
        let mut new = people::customers(&mut state.trader.rng, 1, 0);
        for customer in &mut new {
            customer.email = Some(format!("buyer{place}@example.com"));
        }
        state.trader.customers.append(&mut new);
        place
    }

    /// Pays `amount`, or all that is owed.
    pub fn pay(&self, order: &str, gateway: Gateway, amount: Option<Decimal>) -> Result<(), LifeError> {
        self.live(order, |trader, order, at| events::pay(trader, order, at, gateway, amount))
    }

    /// Captures `amount`, or all, of what is authorized.
    pub fn capture(&self, order: &str, amount: Option<Decimal>) -> Result<(), LifeError> {
        self.live(order, |trader, order, at| events::capture(trader, order, at, amount))
    }

    /// Sends all that is left to be sent.
    pub fn fulfil(&self, order: &str) -> Result<(), LifeError> {
        self.live(order, |_, order, at| events::fulfil(order, at, None))
    }

    /// Sends a part: index of the line, and quantity.
    pub fn fulfil_part(&self, order: &str, lines: &[(usize, u32)]) -> Result<(), LifeError> {
        self.live(order, |_, order, at| events::fulfil(order, at, Some(lines)))
    }

    /// Edits the order, all changes in one agreement. What is owed then is paid by [`Shop::pay`] or given back by
    /// [`Shop::give_back`] with [`Portion::All`].
    pub fn edit(&self, order: &str, changes: &[Change]) -> Result<(), LifeError> {
        self.live(order, |trader, order, at| events::edit(trader, order, at, changes))
    }

    /// Refunds; the number of the refund within its order.
    pub fn give_back(&self, order: &str, refund: &NewRefund) -> Result<usize, LifeError> {
        self.live(order, |trader, order, at| events::refund(trader, order, at, refund))
    }

    /// The waiting money of a refund arrives, or fails.
    pub fn settle_refund(&self, order: &str, refund: usize, succeeded: bool) -> Result<(), LifeError> {
        self.live(order, |trader, order, at| events::settle_refund(trader, order, at, refund, succeeded))
    }

    /// Opens a return or an exchange; its number within its order.
    pub fn take_back(&self, order: &str, goods: &NewReturn) -> Result<usize, LifeError> {
        self.live(order, |trader, order, at| events::take_back(trader, order, at, goods))
    }

    /// Settles a return: what the customer is owed then goes back. The number of its refund.
    pub fn settle_return(&self, order: &str, goods: usize, how: Settlement) -> Result<usize, LifeError> {
        self.live(order, |trader, order, at| events::settle_return(trader, order, at, goods, how))
    }

    /// Cancels the order; what was paid goes back.
    pub fn cancel(&self, order: &str) -> Result<(), LifeError> {
        self.live(order, events::cancel)
    }

    /// Deletes the order: nothing finds it any more but the event that tells it.
    pub fn delete(&self, order: &str) -> Result<(), LifeError> {
        let no = number(order)?;
        let mut state = self.state_mut();
        state.delete(no)
    }

    fn live<T>(
        &self,
        order: &str,
        happen: impl FnOnce(&mut Trader, &mut Order, Timestamp) -> Result<T, LifeError>,
    ) -> Result<T, LifeError> {
        let no = number(order)?;
        let mut state = self.state_mut();
        let at = state.tick();
        state.change(no, |trader, order| happen(trader, order, at))
    }
}

fn number(order: &str) -> Result<usize, LifeError> {
    match ids::parse(order) {
        Some((Kind::Order, no, _)) => Ok(no),
        _ => Err(LifeError::NoSuchOrder),
    }
}

impl State {
    fn delete(&mut self, no: usize) -> Result<(), LifeError> {
        let at = self.tick();
        self.change(no, |_, order| {
            if !(order.test || order.cancelled.is_some() || order.closed_at().is_some()) {
                return Err(LifeError::NotDeletable);
            }
            order.deleted = Some(at);
            Ok(())
        })?;
        self.deleted(at, "ORDER", Kind::Order.gid(no, 0));
        Ok(())
    }
}

fn build(trader: &mut Trader, new: &NewOrder, no: usize, at: Timestamp) -> Result<Order, LifeError> {
    let customer = new.customer.map(|c| c % trader.customers.len());
    let mut address = match customer {
        Some(known) => trader.customers[known].address.clone(),
        None => people::address(&mut trader.rng, Some(0)),
    };
    address.company = new.company.or(address.company);
    let in_shop = matches!(new.channel, Channel::PointOfSale { .. });
    let mut order = Order::empty(no, at, new.channel);
    order.test = new.test;
    order.customer = customer;
    order.address = (!in_shop).then_some(address);
    order.taxes_included = new.taxes_included;
    order.rates = new.rates;
    order.company = new.company;
    order.terms = new.terms;
    order.presentment = new.presentment;
    order.po_number = new.po_number.map(Into::into);
    order.bundles.extend(new.bundle);
    for line in &new.lines {
        events::add_line(trader, &mut order, line, None);
    }
    for line in &mut order.lines {
        line.bundle = new.bundle.map(|_| 0);
    }
    if let Some((code, amount)) = new.discount {
        let goods: Vec<usize> = (0..order.lines.len()).filter(|i| !order.lines[*i].is_gift_card()).collect();
        let kind = code.map_or(DiscountKind::Manual("Loyal customer"), DiscountKind::Code);
        spread(&mut order, &goods, kind, DiscountValue::Amount(amount));
    }
    if new.shipping > Decimal::ZERO {
        let (title, code) = ("Standard", "Standard");
        order.shipping.push(Shipping { title, code, price: new.shipping, allocations: Vec::new(), taxes: Vec::new() });
    }
    tax(&mut order, new.taxes_shipping);
    if new.tip > Decimal::ZERO {
        order.lines.push(super::trade::line(LineKind::Tip, 1, new.tip, false));
    }
    pay(trader, &mut order, &new.paid)?;
    if new.fulfilled {
        let lines = (0..order.lines.len()).map(|l| (l, order.unfulfilled(l))).filter(|l| l.1 > 0).collect();
        order.fulfillments.push(super::model::Fulfillment { at, lines });
    }
    Ok(order)
}

fn pay(trader: &mut Trader, order: &mut Order, paid: &Paid) -> Result<(), LifeError> {
    let (at, total) = (order.created, order.total());
    match paid {
        Paid::Nothing => {}
        Paid::Pending => {
            let mut pending = payment(PaymentKind::Sale, Gateway::BankDeposit, at, total);
            pending.status = PaymentStatus::Pending;
            order.payments.push(pending);
        }
        Paid::Authorized => {
            let mut held = payment(PaymentKind::Authorization, Gateway::ShopifyPayments, at, total);
            held.card = Some(0);
            order.payments.push(held);
        }
        Paid::Full(gateway) => events::pay(trader, order, at, *gateway, None)?,
        Paid::Parts(parts) => {
            for (gateway, amount) in parts {
                events::pay(trader, order, at, *gateway, Some(*amount))?;
            }
        }
    }
    Ok(())
}

impl Discount {
    /// Free shipping by a code.
    pub fn free_shipping() -> Discount {
        Discount {
            kind: DiscountKind::Code("FREESHIP"),
            value: DiscountValue::Percent(100),
            on_shipping: true,
            across: true,
        }
    }
}
