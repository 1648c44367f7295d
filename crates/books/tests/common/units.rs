//! The parts into which a line of an order falls.

use books::{
    Money,
    document::{AgreedSale, OrderLine, Subject, TaxLine},
};
use rust_decimal::Decimal;

use super::tax_of;

/// What is left of a line or of the delivery, so that its parts come to the whole to the cent.
#[derive(Clone, Debug)]
pub struct Units {
    pub quantity: u32,
    pub price: Money,
    pub discount: Money,
    pub taxes: Vec<TaxLine>,
}

impl Units {
    pub fn of(line: &OrderLine) -> Self {
        Self {
            quantity: line.quantity,
            price: line.unit_price * Decimal::from(line.quantity),
            discount: line.discounts.iter().map(|discount| discount.amount).sum(),
            taxes: line.taxes.clone(),
        }
    }

    pub fn net(&self) -> Money {
        self.price - self.discount
    }

    pub fn total(&self, included: bool) -> Money {
        self.net() + if included { Money::ZERO } else { tax_of(&self.taxes) }
    }

    /// Takes this share of everything out.
    pub fn take(&mut self, share: Decimal) -> Self {
        let cut = |amount: &mut Money| {
            let part = (*amount * share).rounded();
            *amount -= part;
            part
        };
        let mut part = self.clone();
        part.price = cut(&mut self.price);
        part.discount = cut(&mut self.discount).min(part.price);
        self.discount = self.discount.min(self.price);
        for (own, taken) in self.taxes.iter_mut().zip(&mut part.taxes) {
            taken.amount = cut(&mut own.amount);
        }
        part
    }

    pub fn row(&self, subject: Subject, quantity: i64, sign: Decimal, included: bool) -> AgreedSale {
        AgreedSale {
            subject,
            quantity,
            total: self.total(included) * sign,
            discount: self.discount * sign,
            taxes: self.taxes.iter().map(|tax| TaxLine { amount: tax.amount * sign, ..tax.clone() }).collect(),
        }
    }
}
