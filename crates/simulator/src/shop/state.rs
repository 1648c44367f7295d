//! The trade as it stands, with the indexes that make a page of any list cost no more than the page. Orders change here and
//! nowhere else, so the indexes are always right.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rand::Rng;

use super::aftermath;
use super::catalogue::Status;
use super::events::LifeError;
use super::ids::Kind;
use super::model::Order;
use super::objects;
use super::stockroom;
use super::trade::Trader;
use crate::purchasing::Purchasing;

/// A deletion, as the list of events tells it.
#[derive(Debug, Clone)]
pub(crate) struct Deletion {
    pub at: Timestamp,
    /// Shopify's `EventSubjectType`.
    pub subject: &'static str,
    pub gid: String,
}

/// A place in an index: second, owner, position.
pub(crate) type Place = (i64, usize, usize);

pub(crate) struct State {
    pub trader: Trader,
    orders: Vec<Order>,
    /// Orders by when they last changed.
    pub by_updated: BTreeSet<Place>,
    /// Payments that moved money, by when they did.
    pub by_moved: BTreeSet<Place>,
    /// Customers by when they last changed.
    pub customers_by_updated: BTreeSet<Place>,
    pub deletions: Vec<Deletion>,
    /// What is bought and moved.
    pub purchasing: Purchasing,
    /// By variant and location: how many more are on hand than at first.
    pub recounted: BTreeMap<(usize, usize), i64>,
}

impl State {
    pub fn new(trader: Trader, orders: Vec<Order>) -> State {
        let customers = 0..trader.customers.len();
        let customers_by_updated = customers.map(|c| (objects::customer_updated(c).as_second(), c, 0)).collect();
        let purchasing = stockroom::purchasing(&trader);
        let mut state = State {
            trader,
            orders: Vec::with_capacity(orders.len()),
            by_updated: BTreeSet::new(),
            by_moved: BTreeSet::new(),
            customers_by_updated,
            deletions: Vec::new(),
            purchasing,
            recounted: BTreeMap::new(),
        };
        for order in orders {
            state.push(order);
        }
        state
    }

    /// Every order that was ever placed, deleted ones too, oldest first; the place of an order is its number.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// How many orders were ever placed.
    pub fn len(&self) -> usize {
        self.orders.len()
    }

    /// An order that was not deleted.
    pub fn order(&self, no: usize) -> Option<&Order> {
        self.orders.get(no).filter(|o| !o.is_deleted())
    }

    pub fn push(&mut self, order: Order) {
        self.index(&order);
        if let Some(at) = order.deleted {
            self.deleted(at, "ORDER", order.id());
        }
        self.orders.push(order);
    }

    /// Lets something happen to an order; where that fails, the order stays as it was.
    pub fn change<T>(
        &mut self,
        no: usize,
        happen: impl FnOnce(&mut Trader, &mut Order) -> Result<T, LifeError>,
    ) -> Result<T, LifeError> {
        let mut order = self.order(no).ok_or(LifeError::NoSuchOrder)?.clone();
        let told = happen(&mut self.trader, &mut order)?;
        let old = std::mem::replace(&mut self.orders[no], order);
        self.by_updated.remove(&(old.updated.as_second(), no, 0));
        for (position, payment) in old.payments.iter().enumerate() {
            self.by_moved.remove(&(payment.at.as_second(), no, position));
        }
        let order = self.orders[no].clone();
        self.index(&order);
        Ok(told)
    }

    fn index(&mut self, order: &Order) {
        if order.is_deleted() {
            return;
        }
        self.by_updated.insert((order.updated.as_second(), order.no, 0));
        for (position, payment) in order.payments.iter().enumerate() {
            if payment.received() != payment.refunded() {
                self.by_moved.insert((payment.at.as_second(), order.no, position));
            }
        }
    }

    pub fn deleted(&mut self, at: Timestamp, subject: &'static str, gid: String) {
        self.deletions.push(Deletion { at, subject, gid });
    }

    /// A second goes by.
    pub fn tick(&mut self) -> Timestamp {
        self.trader.now = self.trader.now.checked_add(SignedDuration::from_secs(1)).unwrap_or(self.trader.now);
        self.trader.now
    }

    /// As often as the mix says, something happens to one of the newest orders.
    pub fn let_one_live_on(&mut self) {
        let mix = self.trader.trade.mix.clone();
        if !self.trader.rare(mix.older_orders) {
            return;
        }
        let back = self.trader.rng.random_range(1..=self.len().min(400));
        let at = self.tick();
        // What can't happen to that order, does not.
        let _ = self.change(self.len() - back, |trader, order| aftermath::live_on(trader, order, at, &mix));
        if let Some(order) = self.orders.get(self.len() - back).filter(|o| o.deleted == Some(at)) {
            let gid = order.id();
            self.deleted(at, "ORDER", gid);
        }
    }

    /// Tags an order.
    pub fn touch(&mut self, no: usize) -> bool {
        let now = self.tick();
        let touched = self.change(no, |_, order| {
            order.touched += 1;
            order.updated = order.updated.max(now);
            Ok(())
        });
        touched.is_ok()
    }

    /// Archives or deletes a product with its variants, or deletes one variant; `false` where there is none.
    pub fn retire(&mut self, kind: Kind, index: usize, status: Status) -> bool {
        let at = self.tick();
        let catalogue = &mut self.trader.catalogue;
        if kind == Kind::ProductVariant {
            let Some(variant) = catalogue.variants.get_mut(index).filter(|v| !v.deleted) else { return false };
            variant.deleted = true;
            catalogue.products[variant.product].updated = Some(at);
            self.deleted(at, "PRODUCT_VARIANT", kind.gid(index, 0));
            return true;
        }
        let Some(product) = catalogue.products.get_mut(index).filter(|p| p.status != Status::Deleted) else {
            return false;
        };
        product.status = status;
        product.updated = Some(at);
        if status == Status::Deleted {
            catalogue.variants.iter_mut().filter(|v| v.product == index).for_each(|v| v.deleted = true);
            self.deleted(at, "PRODUCT", kind.gid(index, 0));
        }
        true
    }
}
