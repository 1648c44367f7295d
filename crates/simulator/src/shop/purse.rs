//! Money that the shop keeps for its customers: gift cards and store credit.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::trade::Trader;

/// A gift card, and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct GiftCard {
    /// Order and line that sold it; none where staff issued it, for a refund or as a present.
    pub sold_by: Option<(usize, usize)>,
    pub customer: Option<usize>,
    pub sold: Timestamp,
    pub initial: Decimal,
    pub balance: Decimal,
    /// When, and how much was taken off; below zero where it was loaded.
    pub used: Vec<(Timestamp, Decimal)>,
}

/// One movement of a customer's store credit.
#[derive(Debug, Clone)]
pub(crate) struct Credit {
    pub at: Timestamp,
    /// Below zero where it was spent.
    pub amount: Decimal,
    /// Shopify's word for what moved it.
    pub event: &'static str,
}

impl Trader {
    /// A new, empty gift card that no order sold.
    pub fn issue_gift_card(&mut self, at: Timestamp, customer: Option<usize>) -> usize {
        let zero = Decimal::ZERO;
        let card = GiftCard { sold_by: None, customer, sold: at, initial: zero, balance: zero, used: Vec::new() };
        self.gift_cards.push(card);
        self.gift_cards.len() - 1
    }

    /// Pays with a gift card that holds enough; where there is none, staff issue one.
    pub fn charge_gift_card(&mut self, at: Timestamp, amount: Decimal) -> usize {
        let holds = self.gift_cards.iter().position(|c| c.balance >= amount && c.sold < at);
        let index = holds.unwrap_or_else(|| {
            let index = self.issue_gift_card(at, None);
            self.gift_cards[index].initial = amount;
            self.gift_cards[index].balance = amount;
            index
        });
        self.gift_cards[index].balance -= amount;
        self.gift_cards[index].used.push((at, amount));
        index
    }

    /// Puts money on a card; the first on an empty new one is its initial value.
    pub fn load_gift_card(&mut self, index: usize, at: Timestamp, amount: Decimal) {
        let card = &mut self.gift_cards[index];
        card.balance += amount;
        if card.initial.is_zero() && card.used.is_empty() {
            card.initial = amount;
        } else {
            card.used.push((at, -amount));
        }
    }

    /// What a customer may spend.
    pub fn store_credit_of(&self, customer: usize) -> Decimal {
        self.store_credit.get(&customer).map(|c| c.iter().map(|c| c.amount).sum()).unwrap_or_default()
    }

    /// Spends store credit; where there is too little, staff grant what lacks.
    pub fn charge_store_credit(&mut self, customer: usize, at: Timestamp, amount: Decimal) {
        let lacks = amount - self.store_credit_of(customer);
        let credits = self.store_credit.entry(customer).or_default();
        if lacks > Decimal::ZERO {
            credits.push(Credit { at, amount: lacks, event: "ADJUSTMENT" });
        }
        credits.push(Credit { at, amount: -amount, event: "ORDER_PAYMENT" });
    }

    /// Gives store credit for a refund.
    pub fn load_store_credit(&mut self, customer: usize, at: Timestamp, amount: Decimal) {
        self.store_credit.entry(customer).or_default().push(Credit { at, amount, event: "ORDER_REFUND" });
    }
}
