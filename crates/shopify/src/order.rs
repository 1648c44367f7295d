//! Orders: Shopify's JSON becomes a sale, in the shop's books currency (SHOPIFY.md 3).

use std::str::FromStr;

use books::document::{
    Customer, DeliveryState, Discount, Document, DocumentId, Fact, Fee, Order, OrderLine, Payment, PaymentKind,
    PaymentState, PaymentStatus, ShippingLine, TaxLine, Terms, Totals, Variant,
};
use books::money::{Currency, Money};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};

use crate::{
    decode::{Connection, MoneyBag, PostalAddress, Reference, filled, money, read, variant_title},
    error::DecodeError,
    history::{self, AdjustmentNode, AgreementNode, GoodsBackNode, ReturnNode},
};

/// The longest list that may be asked for at once (SHOPIFY.md 2.2).
pub(crate) const LONGEST: usize = 250;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderNode {
    pub(crate) id: DocumentId,
    name: String,
    processed_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    cancelled_at: Option<Timestamp>,
    test: bool,
    edited: bool,
    return_status: Option<String>,
    display_financial_status: Option<String>,
    display_fulfillment_status: String,
    currency_code: String,
    presentment_currency_code: String,
    taxes_included: bool,
    tax_exempt: bool,
    source_name: Option<String>,
    app: Option<AppNode>,
    retail_location: Option<Reference>,
    po_number: Option<String>,
    customer: Option<CustomerNode>,
    purchasing_entity: Option<PurchasingEntity>,
    payment_terms: Option<TermsNode>,
    email: Option<String>,
    phone: Option<String>,
    billing_address: Option<PostalAddress>,
    shipping_address: Option<PostalAddress>,
    subtotal_price_set: Option<MoneyBag>,
    total_discounts_set: Option<MoneyBag>,
    total_shipping_price_set: MoneyBag,
    total_tax_set: Option<MoneyBag>,
    total_price_set: MoneyBag,
    total_tip_received_set: MoneyBag,
    original_total_duties_set: Option<MoneyBag>,
    original_total_additional_fees_set: Option<MoneyBag>,
    total_cash_rounding_adjustment: CashRounding,
    total_received_set: MoneyBag,
    total_refunded_set: MoneyBag,
    total_outstanding_set: MoneyBag,
    additional_fees: Vec<FeeNode>,
    line_items: Connection<LineNode>,
    shipping_lines: Connection<ShippingNode>,
    transactions_count: Option<Count>,
    transactions: Vec<TransactionNode>,
    refunds: Vec<RefundNode>,
    /// Asked for apart, where something happened to the order.
    agreements: Option<Connection<AgreementNode>>,
    /// Asked for with the agreements, where the app may read returns.
    returns: Option<Connection<ReturnNode>>,
}

/// The company that bought, if a company did.
#[derive(Debug, Deserialize)]
struct PurchasingEntity {
    company: Option<CompanyNode>,
}

#[derive(Debug, Deserialize)]
struct CompanyNode {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TermsNode {
    payment_terms_name: String,
    due_in_days: Option<i64>,
    payment_schedules: Option<Schedules>,
}

#[derive(Debug, Deserialize)]
struct Schedules {
    nodes: Vec<ScheduleNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScheduleNode {
    due_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct AppNode {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomerNode {
    id: DocumentId,
    display_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CashRounding {
    payment_set: MoneyBag,
}

#[derive(Debug, Deserialize)]
struct Count {
    count: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FeeNode {
    name: String,
    price: MoneyBag,
    tax_lines: Vec<TaxNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaxNode {
    title: String,
    #[serde(default, deserialize_with = "rate")]
    rate: Option<Decimal>,
    channel_liable: Option<bool>,
    price_set: MoneyBag,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineNode {
    id: DocumentId,
    title: String,
    variant_title: Option<String>,
    vendor: Option<String>,
    sku: Option<String>,
    quantity: u32,
    is_gift_card: bool,
    taxable: bool,
    original_unit_price_set: MoneyBag,
    discount_allocations: Vec<AllocationNode>,
    tax_lines: Vec<TaxNode>,
    duties: Vec<DutyNode>,
    product: Option<Reference>,
    variant: Option<Reference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AllocationNode {
    allocated_amount_set: MoneyBag,
    discount_application: ApplicationNode,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationNode {
    allocation_method: String,
    target_selection: String,
    code: Option<String>,
    title: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DutyNode {
    price: MoneyBag,
    tax_lines: Vec<TaxNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShippingNode {
    title: String,
    is_removed: bool,
    original_price_set: MoneyBag,
    discounted_price_set: MoneyBag,
    tax_lines: Vec<TaxNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransactionNode {
    id: DocumentId,
    kind: String,
    status: String,
    test: bool,
    gateway: Option<String>,
    created_at: Timestamp,
    processed_at: Option<Timestamp>,
    amount_set: MoneyBag,
    amount_rounding_set: Option<MoneyBag>,
    parent_transaction: Option<Reference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefundNode {
    pub(crate) id: DocumentId,
    pub(crate) processed_at: Timestamp,
    pub(crate) total_refunded_set: MoneyBag,
    /// This and what follows comes with the agreements.
    pub(crate) refund_line_items: Option<Connection<GoodsBackNode>>,
    pub(crate) order_adjustments: Option<Connection<AdjustmentNode>>,
    pub(crate) transactions: Option<Connection<Reference>>,
}

/// Reads an order as the feed keeps it. A list that was cut or an order's history that is missing is an error: an order is
/// whole or not told at all.
pub fn decode_order(json: &str) -> Result<Document, DecodeError> {
    let node: OrderNode = read(json)?;
    match node.cut(LONGEST).or_else(|| node.history_gap()) {
        Some(list) => Err(DecodeError::Cut(list)),
        None => Ok(node.into_document()),
    }
}

impl OrderNode {
    /// Which list may be longer than what was given of it, where plain lists were asked for with `first: asked`.
    pub(crate) fn cut(&self, asked: usize) -> Option<&'static str> {
        let payments_cut = match &self.transactions_count {
            Some(count) => self.transactions.len() != count.count,
            None => self.transactions.len() >= asked,
        };
        [
            ("lineItems", self.line_items.page_info.has_next_page),
            ("shippingLines", self.shipping_lines.page_info.has_next_page),
            ("transactions", payments_cut),
            // Refunds have no count: a full list may be a cut one.
            ("refunds", self.refunds.len() >= asked),
        ]
        .into_iter()
        .find_map(|(list, cut)| cut.then_some(list))
    }

    /// Whether something happened to the order since it was placed, so that its lines no longer say it all.
    pub(crate) fn has_history(&self) -> bool {
        let returned = self.return_status.as_deref().is_some_and(|status| status != "NO_RETURN");
        self.edited || returned || self.cancelled_at.is_some() || !self.refunds.is_empty()
    }

    /// What is not told of the order's history, where it has one.
    pub(crate) fn history_gap(&self) -> Option<&'static str> {
        if !self.has_history() {
            return None;
        }
        let Some(agreements) = &self.agreements else { return Some("agreements") };
        [
            ("agreements", agreements.more()),
            ("agreements.sales", agreements.nodes.iter().any(|agreement| agreement.sales.more())),
            ("refunds.refundLineItems", self.refunds.iter().any(|refund| unread(refund.refund_line_items.as_ref()))),
            ("refunds.orderAdjustments", self.refunds.iter().any(|refund| unread(refund.order_adjustments.as_ref()))),
            ("refunds.transactions", self.refunds.iter().any(|refund| unread(refund.transactions.as_ref()))),
            ("returns", self.returns.as_ref().is_some_and(returns_cut)),
        ]
        .into_iter()
        .find_map(|(list, cut)| cut.then_some(list))
    }

    /// Whether only a part of its payment terms is told, as in the file of a bulk operation.
    pub(crate) fn lacks_schedules(&self) -> bool {
        self.payment_terms.as_ref().is_some_and(|terms| terms.payment_schedules.is_none())
    }

    /// Whether the lines come to the order's own sum, with or without the tip: they do unless some are missing, or the
    /// order is of a kind where Shopify's sums differ (SHOPIFY.md 3.2).
    pub(crate) fn lines_add_up(&self) -> bool {
        let subtotal = money(self.subtotal_price_set);
        let worth = |line: &LineNode| {
            let off: Money = line.discount_allocations.iter().map(|share| share.allocated_amount_set.money()).sum();
            line.original_unit_price_set.money() * line.quantity.into() - off
        };
        let sum: Money = self.line_items.nodes.iter().map(worth).sum();
        sum == subtotal || sum == subtotal + self.total_tip_received_set.money()
    }

    pub(crate) fn into_document(self) -> Document {
        let totals = Totals {
            subtotal: money(self.subtotal_price_set),
            discounts: money(self.total_discounts_set),
            shipping: self.total_shipping_price_set.money(),
            tax: money(self.total_tax_set),
            tips: self.total_tip_received_set.money(),
            duties: money(self.original_total_duties_set),
            fees: money(self.original_total_additional_fees_set),
            cash_rounding: self.total_cash_rounding_adjustment.payment_set.money(),
            total: self.total_price_set.money(),
            received: self.total_received_set.money(),
            refunded: self.total_refunded_set.money(),
            outstanding: self.total_outstanding_set.money(),
        };
        let billing_address = self.billing_address.map(PostalAddress::into_address);
        let shipping_address = self.shipping_address.map(PostalAddress::into_address);
        let customer = self.customer.as_ref().map(|customer| customer.id.clone());
        let company =
            self.purchasing_entity.and_then(|entity| entity.company).and_then(|company| filled(Some(company.name)));
        let company =
            company.or_else(|| billing_address.as_ref().and_then(|address| filled(Some(address.company.clone()))));
        let payments: Vec<Payment> = self.transactions.into_iter().map(payment).collect();
        let returns = self.returns.map(|returns| returns.nodes).unwrap_or_default();
        let buyer = buyer(self.customer, filled(self.email), filled(self.phone)).map(|buyer| Customer {
            company,
            address: billing_address.clone(),
            tax_exempt: self.tax_exempt,
            ..buyer
        });
        let order = Order {
            name: self.name,
            placed_at: self.processed_at,
            cancelled_at: self.cancelled_at,
            test: self.test,
            currency: Currency::new(&self.currency_code),
            presentment_currency: Currency::new(&self.presentment_currency_code),
            taxes_included: self.taxes_included,
            payment_state: payment_state(self.display_financial_status),
            delivery_state: delivery_state(self.display_fulfillment_status),
            edited: self.edited,
            agreements: self.agreements.map(|list| history::agreements(list.nodes)).unwrap_or_default(),
            terms: self.payment_terms.map(terms),
            channel: channel(self.source_name, self.app),
            location: self.retail_location.map(|location| location.id),
            customer,
            buyer,
            billing_address,
            shipping_address,
            purchase_order_number: filled(self.po_number),
            lines: self.line_items.nodes.into_iter().map(line).collect(),
            shipping: self.shipping_lines.nodes.into_iter().filter(|line| !line.is_removed).map(shipping).collect(),
            fees: self.additional_fees.into_iter().map(fee).collect(),
            refunds: history::refunds(self.refunds, &returns, &payments),
            payments,
            totals,
        };
        Document { id: self.id, updated_at: self.updated_at, fact: Fact::Order(Box::new(order)) }
    }
}

/// A rate is a JSON number: its digits are taken as they stand.
pub(crate) fn rate<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Decimal>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(reader)? else { return Ok(None) };
    let digits = number.to_string();
    let rate = Decimal::from_str(&digits).or_else(|_| Decimal::from_scientific(&digits));
    rate.map(|rate| Some(rate.normalize())).map_err(serde::de::Error::custom)
}

fn payment_state(state: Option<String>) -> PaymentState {
    match state.as_deref() {
        Some("AUTHORIZED") => PaymentState::Authorized,
        Some("EXPIRED") => PaymentState::Expired,
        Some("PENDING") => PaymentState::Pending,
        Some("PARTIALLY_PAID") => PaymentState::PartiallyPaid,
        Some("PAID") => PaymentState::Paid,
        Some("PARTIALLY_REFUNDED") => PaymentState::PartiallyRefunded,
        Some("REFUNDED") => PaymentState::Refunded,
        Some("VOIDED") => PaymentState::Voided,
        _ => PaymentState::Other(state.unwrap_or_default()),
    }
}

fn delivery_state(state: String) -> DeliveryState {
    match state.as_str() {
        "UNFULFILLED" => DeliveryState::Unfulfilled,
        "PARTIALLY_FULFILLED" => DeliveryState::Partial,
        "FULFILLED" => DeliveryState::Fulfilled,
        _ => DeliveryState::Other(state),
    }
}

/// Shopify names its own channels; another app's sales carry that app's number, which says nothing to people.
fn channel(source: Option<String>, app: Option<AppNode>) -> String {
    let source = source.unwrap_or_default();
    let number = source.bytes().all(|byte| byte.is_ascii_digit());
    app.filter(|_| number).map_or(source, |app| app.name)
}

fn buyer(customer: Option<CustomerNode>, email: Option<String>, phone: Option<String>) -> Option<Customer> {
    if customer.is_none() && email.is_none() && phone.is_none() {
        return None;
    }
    let (display_name, first_name, last_name) =
        customer.map(|customer| (customer.display_name, customer.first_name, customer.last_name)).unwrap_or_default();
    Some(Customer {
        display_name: filled(display_name).unwrap_or_default(),
        first_name: filled(first_name),
        last_name: filled(last_name),
        email,
        phone,
        ..Customer::default()
    })
}

fn line(node: LineNode) -> OrderLine {
    // A tip is a line of no product (SHOPIFY.md 3.3).
    let tip = node.title == "Tip" && node.product.is_none() && node.variant.is_none();
    let unit_price = node.original_unit_price_set.money();
    let duties = node.duties.iter().map(|duty| duty.price.money()).sum();
    let duty_taxes = node.duties.into_iter().flat_map(|duty| duty.tax_lines);
    OrderLine {
        id: node.id,
        variant: node.variant.map(|variant| variant.id),
        // What the line kept when it was sold. Cost, bar code and stock keeping are the variant's own matter: they change
        // without the sale changing.
        item: Variant {
            sku: filled(node.sku),
            product_title: node.title,
            variant_title: variant_title(node.variant_title),
            vendor: filled(node.vendor),
            price: unit_price,
            gift_card: node.is_gift_card,
            taxable: node.taxable,
            ..Variant::default()
        },
        quantity: node.quantity,
        unit_price,
        discounts: node.discount_allocations.into_iter().map(discount).collect(),
        taxes: node.tax_lines.into_iter().chain(duty_taxes).map(tax).collect(),
        duties,
        tip,
    }
}

fn discount(node: AllocationNode) -> Discount {
    let application = node.discount_application;
    Discount {
        title: filled(application.code).or_else(|| filled(application.title)).unwrap_or_default(),
        amount: node.allocated_amount_set.money(),
        across_order: application.allocation_method == "ACROSS" && application.target_selection == "ALL",
    }
}

fn tax(node: TaxNode) -> TaxLine {
    TaxLine {
        title: node.title,
        rate: node.rate.unwrap_or_default(),
        amount: node.price_set.money(),
        channel_liable: node.channel_liable.unwrap_or(false),
    }
}

fn shipping(node: ShippingNode) -> ShippingLine {
    let price = node.original_price_set.money();
    ShippingLine {
        title: node.title,
        price,
        discount: price - node.discounted_price_set.money(),
        taxes: node.tax_lines.into_iter().map(tax).collect(),
    }
}

fn fee(node: FeeNode) -> Fee {
    Fee { title: node.name, amount: node.price.money(), taxes: node.tax_lines.into_iter().map(tax).collect() }
}

fn payment(node: TransactionNode) -> Payment {
    Payment {
        id: node.id,
        kind: match node.kind.as_str() {
            "AUTHORIZATION" | "EMV_AUTHORIZATION" => PaymentKind::Authorization,
            "CAPTURE" => PaymentKind::Capture,
            "SALE" => PaymentKind::Sale,
            "REFUND" => PaymentKind::Refund,
            "CHANGE" => PaymentKind::Change,
            "VOID" => PaymentKind::Void,
            _ => PaymentKind::Other(node.kind),
        },
        status: match node.status.as_str() {
            "SUCCESS" => PaymentStatus::Success,
            "PENDING" | "AWAITING_RESPONSE" => PaymentStatus::Pending,
            "FAILURE" | "ERROR" => PaymentStatus::Failed,
            _ => PaymentStatus::Other(node.status),
        },
        gateway: node.gateway.unwrap_or_default(),
        at: node.processed_at.unwrap_or(node.created_at),
        amount: node.amount_set.money(),
        rounding: money(node.amount_rounding_set),
        parent: node.parent_transaction.map(|parent| parent.id),
        test: node.test,
    }
}

fn terms(node: TermsNode) -> Terms {
    let schedules = node.payment_schedules.map(|schedules| schedules.nodes).unwrap_or_default();
    Terms {
        name: node.payment_terms_name,
        days: node.due_in_days.and_then(|days| u32::try_from(days).ok()),
        due: schedules.into_iter().find_map(|schedule| schedule.due_at),
    }
}

/// Whether a list was not asked for, or there is more of it.
fn unread<T>(list: Option<&Connection<T>>) -> bool {
    list.is_none_or(Connection::more)
}

fn returns_cut(returns: &Connection<ReturnNode>) -> bool {
    returns.more() || returns.nodes.iter().any(|goods| goods.refunds.more() || goods.return_line_items.more())
}
