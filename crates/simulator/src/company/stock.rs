//! Stock of inventory items at average cost (PRODUCT.md 5.1).
//!
//! Sales are costed when they are booked; QuickBooks would cost the whole history again when something earlier changes.

use rust_decimal::Decimal;

use super::books::cents;
use super::ids::ListId;

/// What is on hand of one item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stock {
    pub quantity: Decimal,
    pub value: Decimal,
    /// Last known average cost, kept while nothing is on hand.
    pub average: Option<Decimal>,
}

/// One change of an item's stock: positive into stock, negative out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StockMove {
    pub item: ListId,
    pub quantity: Decimal,
    pub value: Decimal,
    /// Where, in a company that has sites.
    pub site: Option<ListId>,
    /// What a unit cost, where the move is a purchase: the average cost while nothing is on hand.
    pub cost: Option<Decimal>,
}

impl StockMove {
    /// A move at no site that teaches no new cost.
    pub fn new(item: ListId, quantity: Decimal, value: Decimal) -> Self {
        Self { item, quantity, value, site: None, cost: None }
    }
}

impl Stock {
    pub fn apply(&mut self, change: &StockMove) {
        self.shift(change.quantity, change.value);
        if self.quantity <= Decimal::ZERO && change.cost.is_some() {
            self.average = change.cost;
        }
    }

    pub fn undo(&mut self, change: &StockMove) {
        self.shift(-change.quantity, -change.value);
    }

    fn shift(&mut self, quantity: Decimal, value: Decimal) {
        if self.quantity > Decimal::ZERO {
            self.average = self.value.checked_div(self.quantity);
        }
        self.quantity += quantity;
        self.value += value;
        if self.quantity > Decimal::ZERO {
            self.average = self.value.checked_div(self.quantity);
        }
    }

    /// What `quantity` units cost when sold now. Nothing on hand: at the last known average, else at `fallback`,
    /// the item's purchase cost. The last unit takes the whole remaining value along.
    pub fn cost_of(&self, quantity: Decimal, fallback: Decimal) -> Decimal {
        if quantity == self.quantity && quantity > Decimal::ZERO {
            return cents(self.value);
        }
        self.value_of(quantity, fallback)
    }

    /// What the stock is worth once `quantity` units were bought for `amount`, or sent back where both are negative.
    /// Units that were sold before they came cost what they now turn out to: the difference belongs to the cost of
    /// goods sold, and nothing of it stays on what is left (PRODUCT.md 5.1).
    pub fn value_after(&self, quantity: Decimal, amount: Decimal) -> Decimal {
        let after = self.quantity + quantity;
        let same_side = self.quantity * quantity >= Decimal::ZERO;
        if same_side {
            self.value + amount
        } else if after * quantity >= Decimal::ZERO {
            cents(amount * after / quantity)
        } else if self.quantity < Decimal::ZERO {
            cents(self.value * after / self.quantity)
        } else {
            self.value + amount
        }
    }

    /// What `quantity` units are worth that come back into stock.
    pub fn value_of(&self, quantity: Decimal, fallback: Decimal) -> Decimal {
        cents(self.average.unwrap_or(fallback) * quantity)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn selling_below_zero_uses_the_last_known_average_else_the_purchase_cost() {
        let mut stock = Stock::default();
        assert_eq!(stock.cost_of(Decimal::TWO, Decimal::TEN), Decimal::from(20));
        let item = ListId::new("80000001-1");
        stock.apply(&StockMove::new(item.clone(), Decimal::from(3), Decimal::TEN));
        assert_eq!(stock.cost_of(Decimal::ONE, Decimal::ZERO), "3.33".parse().unwrap());
        assert_eq!(stock.cost_of(Decimal::from(3), Decimal::ZERO), Decimal::TEN);
        stock.apply(&StockMove::new(item, Decimal::from(-3), -Decimal::TEN));
        assert_eq!(stock.cost_of(Decimal::from(3), Decimal::ZERO), Decimal::TEN);
    }

    #[test]
    fn what_is_bought_out_of_negative_stock_is_worth_what_it_cost() {
        let stock = |quantity: i64, value: i64| Stock { quantity: quantity.into(), value: value.into(), average: None };
        let after = |stock: Stock, quantity: i64, amount: i64| stock.value_after(quantity.into(), amount.into());
        assert_eq!(after(stock(2, 40), 10, 300), Decimal::from(340));
        assert_eq!(after(stock(-5, -100), 10, 300), Decimal::from(150));
        assert_eq!(after(stock(-5, -100), 5, 150), Decimal::ZERO);
        assert_eq!(after(stock(-5, -100), 3, 90), Decimal::from(-40));
        assert_eq!(after(stock(4, 80), -4, -100), Decimal::ZERO, "nothing is left of what went back whole");
        assert_eq!(after(stock(4, 80), -1, -30), Decimal::from(50));
        assert_eq!(after(stock(4, 80), -6, -150), Decimal::from(-50));
    }
}
