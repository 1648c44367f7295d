//! Which form an order becomes: the matrix of how far it is paid and delivered (PRODUCT.md 1.2).

use crate::{
    document::{DeliveryState, Order, PaymentState},
    life::Life,
    map::Context,
    mapping::Form,
};

/// What an order becomes, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub form: Form,
    /// `unpaid`, `partly_paid` or `paid`.
    pub paid: &'static str,
    /// `undelivered`, `partly_delivered` or `delivered`.
    pub delivered: &'static str,
    /// The mapping wants a sales order, which this edition of QuickBooks does not have.
    pub no_sales_orders: bool,
}

/// What the mapping makes of an order that is no sale in the books yet.
pub(crate) fn choose(order: &Order, life: &Life<'_>, has_sales_order: bool, context: &Context<'_>) -> Choice {
    let received = !life.received.is_empty();
    let documents = &context.mapping.documents;
    let (paid, row) = match order.payment_state {
        PaymentState::Paid | PaymentState::PartiallyRefunded | PaymentState::Refunded => ("paid", &documents.paid),
        _ if received => ("partly_paid", &documents.partly_paid),
        _ => ("unpaid", &documents.unpaid),
    };
    let (delivered, mut form) = match order.delivery_state {
        DeliveryState::Fulfilled => ("delivered", row.delivered),
        DeliveryState::Partial => ("partly_delivered", row.partly_delivered),
        DeliveryState::Unfulfilled | DeliveryState::Other(_) => ("undelivered", row.undelivered),
    };
    // What is paid of a cancelled order goes back as a refund of its sale.
    let cancelled = order.cancelled_at.is_some();
    let mut no_sales_orders = false;
    if form == Form::SalesOrder && (cancelled || !(context.company.sales_orders || has_sales_order)) {
        form = match paid {
            "paid" => Form::SalesReceipt,
            "unpaid" => Form::Wait,
            _ => Form::Invoice,
        };
        no_sales_orders = !cancelled;
    }
    // What is not paid in full is no sales receipt.
    if form == Form::SalesReceipt && paid != "paid" {
        form = Form::Invoice;
    }
    Choice { form, paid, delivered, no_sales_orders }
}
