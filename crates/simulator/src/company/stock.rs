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
}

impl Stock {
    pub fn apply(&mut self, change: &StockMove) {
        self.shift(change.quantity, change.value);
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
        stock.apply(&StockMove { item: item.clone(), quantity: Decimal::from(3), value: Decimal::TEN });
        assert_eq!(stock.cost_of(Decimal::ONE, Decimal::ZERO), "3.33".parse().unwrap());
        assert_eq!(stock.cost_of(Decimal::from(3), Decimal::ZERO), Decimal::TEN);
        stock.apply(&StockMove { item, quantity: Decimal::from(-3), value: -Decimal::TEN });
        assert_eq!(stock.cost_of(Decimal::from(3), Decimal::ZERO), Decimal::TEN);
    }
}
