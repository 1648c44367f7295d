//! A shop, a company file and QuickBooks' arithmetic, small enough to be seen through.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "shared by tests that each use a part")]

pub mod buying;
pub mod chart;
pub mod moves;
pub mod story;
pub mod trade;
pub mod units;

use std::collections::BTreeMap;

use books::{
    Body, Context, Currency, Document, DocumentId, Entry, EntryKey, Fact, Facts, ListObject, Lists, Mapped, Mapping,
    Money, NameSpace, Posting, Why,
    document::{
        Customer, DeliveryState, Discount, Location, Order, OrderLine, Payment, PaymentKind, PaymentState,
        PaymentStatus, ShippingLine, Shop, TaxLine, Totals, Variant,
    },
};
use jiff::Timestamp;
use qbxml::{InvoiceRet, ListId, Object, ReceivePaymentRet, Ref, RefRet, SalesReceiptRet, TxnId};
use rust_decimal::Decimal;

/// Every gateway that the tests pay by.
pub const GATEWAYS: [&str; 6] = ["shopify_payments", "paypal", "cash", "manual", "gift_card", "shopify_store_credit"];

pub fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub fn id(kind: &str, number: u64) -> DocumentId {
    DocumentId::new(format!("gid://shopify/{kind}/{number}"))
}

pub fn shop() -> Shop {
    Shop {
        name: "Harbour & Pine".into(),
        domain: "harbour-pine.myshopify.com".into(),
        currency: Currency::new("USD"),
        time_zone: "America/New_York".into(),
        taxes_included: false,
    }
}

/// The company file's lists.
#[derive(Clone, Debug, Default)]
pub struct Company {
    objects: BTreeMap<(NameSpace, String), ListObject>,
    links: BTreeMap<EntryKey, (NameSpace, String)>,
    claims: BTreeMap<(NameSpace, String), EntryKey>,
}

impl Company {
    /// A file with every default account, the sales-tax codes and the 0 % item.
    pub fn ready() -> Self {
        let mut company = Self::default();
        for (name, account_type) in [
            ("Merchandise Sales", "Income"),
            ("Sales Discounts", "Income"),
            ("Shipping Income", "Income"),
            ("Employee Tips Payable", "OtherCurrentLiability"),
            ("Gift Cards Outstanding", "OtherCurrentLiability"),
            ("Store Credit Outstanding", "OtherCurrentLiability"),
            ("Cost of Goods Sold", "CostOfGoodsSold"),
            ("Inventory Asset", "OtherCurrentAsset"),
            ("Accounts Receivable", "AccountsReceivable"),
            ("Sales Tax Payable", "OtherCurrentLiability"),
            ("Marketplace Tax Collected", "OtherCurrentLiability"),
            ("Duties Payable", "OtherCurrentLiability"),
            ("Fee Income", "Income"),
            ("Cash Rounding", "Expense"),
            ("Returns & Allowances", "Income"),
            ("Customer Deposits", "OtherCurrentLiability"),
            ("Inventory Shrinkage", "CostOfGoodsSold"),
            ("Accounts Payable", "AccountsPayable"),
            ("Freight & Shipping Costs", "CostOfGoodsSold"),
            ("Purchase Discounts", "CostOfGoodsSold"),
            ("Opening Balance Equity", "Equity"),
            ("Shopify Payments Clearing", "Bank"),
            ("PayPal Clearing", "Bank"),
            ("Cash in Drawer", "Bank"),
            ("Undeposited Funds", "OtherCurrentAsset"),
        ] {
            company.add(NameSpace::Account, "Account", name, Some(account_type));
        }
        company.add(NameSpace::SalesTaxCode, "SalesTaxCode", "Tax", None);
        company.add(NameSpace::SalesTaxCode, "SalesTaxCode", "Non", None);
        company.add(NameSpace::Item, "ItemSalesTax", "Sales Tax", None);
        company
    }

    pub fn add(&mut self, space: NameSpace, kind: &str, name: &str, account: Option<&str>) {
        let object = ListObject {
            id: ListId::new(format!("8000{:04X}-1", self.objects.len())),
            space,
            kind: kind.into(),
            full_name: name.into(),
            active: true,
            account: account.map(str::to_owned),
            asset: None,
        };
        self.objects.insert((space, name.to_lowercase()), object);
    }

    /// Gives the item another account of its stock's worth.
    pub fn asset(&mut self, item: &str, account: &str) {
        let object = self.objects.get_mut(&(NameSpace::Item, item.to_lowercase())).unwrap();
        object.asset = Some(account.into());
    }

    pub fn remove(&mut self, space: NameSpace, name: &str) {
        self.objects.remove(&(space, name.to_lowercase())).unwrap();
    }

    pub fn deactivate(&mut self, space: NameSpace, name: &str) {
        self.objects.get_mut(&(space, name.to_lowercase())).unwrap().active = false;
    }

    /// Whether the entry made something that is here.
    pub fn has(&self, key: &EntryKey) -> bool {
        self.links.contains_key(key)
    }

    /// Takes over the list entries, as QuickBooks would, and keeps what was matched.
    pub fn post(&mut self, entries: &[Entry]) {
        for entry in entries {
            let account = |reference: &Option<Ref>| match reference {
                Some(Ref::Name(name)) => Some(name.clone()),
                _ => None,
            };
            let sides = |sides: &qbxml::ItemSides| match sides {
                qbxml::ItemSides::SalesOrPurchase(side) => account(&side.account_ref),
                qbxml::ItemSides::SalesAndPurchase(side) => account(&side.income_account_ref),
            };
            let (space, kind, account) = match &entry.body {
                Body::Class(_) => (NameSpace::Class, "Class", None),
                Body::PaymentMethod(_) => (NameSpace::PaymentMethod, "PaymentMethod", None),
                Body::StandardTerms(_) => (NameSpace::Terms, "StandardTerms", None),
                Body::Customer(_) => (NameSpace::Name, "Customer", None),
                Body::Vendor(_) => (NameSpace::Name, "Vendor", None),
                Body::ItemInventory(form) => (NameSpace::Item, "ItemInventory", account(&form.income_account_ref)),
                Body::ItemNonInventory(form) => (NameSpace::Item, "ItemNonInventory", sides(&form.sides)),
                Body::ItemOtherCharge(form) => (NameSpace::Item, "ItemOtherCharge", sides(&form.sides)),
                Body::ItemDiscount(form) => (NameSpace::Item, "ItemDiscount", account(&form.account_ref)),
                Body::ItemSalesTax(_) => (NameSpace::Item, "ItemSalesTax", None),
                _ => {
                    for why in &entry.why {
                        if let Why::Adopted { key, name, .. } = why {
                            let place = self.objects.keys().find(|(_, known)| *known == name.to_lowercase()).unwrap();
                            self.claims.insert(place.clone(), key.clone());
                            self.links.insert(key.clone(), place.clone());
                        }
                    }
                    continue;
                }
            };
            let place = (space, entry.number.to_lowercase());
            assert!(!self.objects.contains_key(&place), "{} is in the company file twice", entry.number);
            self.add(space, kind, &entry.number, account.as_deref());
            self.links.insert(entry.key.clone(), place.clone());
            self.claims.insert(place, entry.key.clone());
        }
    }
}

impl Lists for Company {
    fn named(&self, space: NameSpace, full_name: &str) -> Option<ListObject> {
        self.objects.get(&(space, full_name.to_lowercase())).cloned()
    }

    fn linked(&self, key: &EntryKey) -> Option<ListObject> {
        self.links.get(key).and_then(|place| self.objects.get(place)).cloned()
    }

    fn claimed(&self, space: NameSpace, full_name: &str) -> Option<EntryKey> {
        self.claims.get(&(space, full_name.to_lowercase())).cloned()
    }
}

/// What the shop has told besides the order.
#[derive(Clone, Debug, Default)]
pub struct Told(pub BTreeMap<DocumentId, Fact>);

impl Told {
    pub fn customer(&mut self, number: u64, name: &str) {
        let customer = Customer { display_name: name.into(), ..Customer::default() };
        self.0.insert(id("Customer", number), Fact::Customer(customer));
    }

    pub fn location(&mut self, number: u64, name: &str) {
        self.0.insert(id("Location", number), Fact::Location(Location { name: name.into(), active: true }));
    }
}

impl Facts for Told {
    fn document(&self, id: &DocumentId) -> Option<Document> {
        let fact = self.0.get(id)?.clone();
        Some(Document { id: id.clone(), updated_at: Timestamp::UNIX_EPOCH, fact })
    }
}

/// Everything a mapping is done by.
#[derive(Clone, Debug)]
pub struct World {
    pub mapping: Mapping,
    pub shop: Shop,
    pub company: Company,
    pub told: Told,
    pub file: books::CompanyFile,
}

impl World {
    pub fn new() -> Self {
        Self {
            mapping: Mapping::default(),
            shop: shop(),
            company: Company::ready(),
            told: Told::default(),
            file: books::CompanyFile::default(),
        }
    }

    pub fn context(&self) -> Context<'_> {
        Context {
            mapping: &self.mapping,
            shop: &self.shop,
            lists: &self.company,
            facts: &self.told,
            company: &self.file,
        }
    }

    pub fn map(&self, order: &Order) -> Mapped {
        self.map_as(1001, order)
    }

    pub fn map_as(&self, number: u64, order: &Order) -> Mapped {
        let document = Document {
            id: id("Order", number),
            updated_at: order.placed_at,
            fact: Fact::Order(Box::new(numbered(order))),
        };
        books::map(&document, &[], &self.context())
    }

    /// The entries of an order that is not held.
    pub fn entries(&self, order: &Order) -> Vec<Entry> {
        let mapped = self.map(order);
        assert!(mapped.held.is_none() && !mapped.entries.is_empty(), "not mapped: {mapped:#?}");
        mapped.entries
    }

    /// The reasons that hold an order.
    pub fn held(&self, order: &Order) -> Vec<books::HeldReason> {
        let mapped = self.map(order);
        mapped.held.unwrap_or_else(|| panic!("not held: {:#?}", mapped.entries)).reasons
    }
}

/// The order with an id of its own for each payment.
pub fn numbered(order: &Order) -> Order {
    let mut order = order.clone();
    for (number, payment) in (1..).zip(&mut order.payments) {
        payment.id = id("OrderTransaction", number);
    }
    order
}

pub fn variant(sku: &str, title: &str, price: &str) -> Variant {
    Variant {
        sku: Some(sku.into()),
        product_title: title.into(),
        price: money(price),
        tracked: true,
        taxable: true,
        ..Variant::default()
    }
}

pub fn line(number: u64, sku: &str, title: &str, quantity: u32, price: &str) -> OrderLine {
    OrderLine {
        id: id("LineItem", number),
        variant: Some(id("ProductVariant", number)),
        item: variant(sku, title, price),
        quantity,
        unit_price: money(price),
        discounts: Vec::new(),
        taxes: Vec::new(),
        duties: Money::ZERO,
        tip: false,
    }
}

pub fn discount(title: &str, amount: &str) -> Discount {
    Discount { title: title.into(), amount: money(amount), across_order: true }
}

pub fn tax(title: &str, amount: &str) -> TaxLine {
    TaxLine { title: title.into(), rate: Decimal::new(8, 2), amount: money(amount), channel_liable: false }
}

pub fn shipping(price: &str) -> ShippingLine {
    ShippingLine { title: "Standard".into(), price: money(price), discount: Money::ZERO, taxes: Vec::new() }
}

pub fn payment(gateway: &str, amount: &str) -> Payment {
    Payment {
        id: id("OrderTransaction", 1),
        kind: PaymentKind::Sale,
        status: PaymentStatus::Success,
        gateway: gateway.into(),
        at: "2026-11-21T03:30:00Z".parse().unwrap(),
        amount: money(amount),
        rounding: Money::ZERO,
        parent: None,
        test: false,
    }
}

/// A paid order without lines, placed late in the evening of 20 November in New York, the 21st in UTC.
pub fn order() -> Order {
    Order {
        name: "#1001".into(),
        placed_at: "2026-11-21T03:30:00Z".parse().unwrap(),
        cancelled_at: None,
        test: false,
        currency: Currency::new("USD"),
        presentment_currency: Currency::new("USD"),
        taxes_included: false,
        payment_state: PaymentState::Paid,
        delivery_state: DeliveryState::Fulfilled,
        edited: false,
        agreements: Vec::new(),
        terms: None,
        channel: "web".into(),
        location: None,
        customer: None,
        buyer: None,
        billing_address: None,
        shipping_address: None,
        purchase_order_number: None,
        lines: Vec::new(),
        shipping: Vec::new(),
        fees: Vec::new(),
        payments: Vec::new(),
        refunds: Vec::new(),
        totals: Totals::default(),
    }
}

/// All tax of some lines of it.
pub fn tax_of(taxes: &[TaxLine]) -> Money {
    taxes.iter().map(|tax| tax.amount).sum()
}

/// States the totals that the shop would state; tips that are no line and cash rounding are stated already.
pub fn totalled(mut order: Order) -> Order {
    let price = |line: &OrderLine| line.unit_price * Decimal::from(line.quantity);
    let off = |line: &OrderLine| line.discounts.iter().map(|discount| discount.amount).sum::<Money>();
    let goods = order.lines.iter().filter(|line| !line.tip);
    let totals = &mut order.totals;
    totals.subtotal = goods.map(|line| price(line) - off(line)).sum();
    totals.discounts =
        order.lines.iter().map(off).sum::<Money>() + order.shipping.iter().map(|line| line.discount).sum();
    totals.shipping = order.shipping.iter().map(|line| line.price - line.discount).sum();
    let added: Money = order
        .lines
        .iter()
        .map(|line| tax_of(&line.taxes))
        .chain(order.shipping.iter().map(|line| tax_of(&line.taxes)))
        .sum();
    let fee_tax: Money = order.fees.iter().map(|fee| tax_of(&fee.taxes)).sum();
    totals.tax = added + fee_tax;
    if order.lines.iter().any(|line| line.tip) {
        totals.tips = order.lines.iter().filter(|line| line.tip).map(|line| price(line) - off(line)).sum();
    }
    totals.duties = order.lines.iter().map(|line| line.duties).sum();
    totals.fees = order.fees.iter().map(|fee| fee.amount).sum();
    totals.total = totals.subtotal + totals.shipping + totals.tips + totals.duties + totals.fees + fee_tax;
    if !order.taxes_included {
        totals.total += added;
    }
    totals.total += totals.cash_rounding;
    order
}

/// The order of PRODUCT.md 5.2: 2 × $50, $10 off, $8 shipping, $7.35 tax, $5 tip = $110.35.
pub fn worked_order() -> Order {
    let mut widget = line(1, "WIDGET", "Widget", 2, "50.00");
    widget.discounts.push(discount("SAVE10", "10.00"));
    widget.taxes.push(tax("New York State Tax", "7.35"));
    let mut order = order();
    order.lines.push(widget);
    order.shipping.push(shipping("8.00"));
    order.totals.tips = money("5.00");
    order.payments.push(payment("shopify_payments", "110.35"));
    let order = totalled(order);
    assert_eq!(order.totals.total, money("110.35"));
    order
}

/// The worked order with its tax of 7.5 % where it belongs: on the goods and on the delivery.
pub fn worked_order_taxed_apart() -> Order {
    let mut order = worked_order();
    order.lines[0].taxes = vec![tax("New York State Tax", "6.75")];
    order.shipping[0].taxes = vec![tax("New York State Tax", "0.60")];
    totalled(order)
}

/// Debits and credits by account.
pub fn by_account<'a>(postings: impl IntoIterator<Item = &'a Posting>) -> BTreeMap<String, Money> {
    let mut sums = BTreeMap::new();
    for posting in postings {
        *sums.entry(posting.account.clone()).or_insert(Money::ZERO) += posting.amount;
    }
    sums.retain(|_, amount: &mut Money| !amount.is_zero());
    sums
}

pub fn postings(entries: &[Entry]) -> BTreeMap<String, Money> {
    by_account(entries.iter().flat_map(|entry| entry.postings.iter()))
}

/// Amounts by account as a test writes them.
pub fn ledger<const N: usize>(rows: [(&str, &str); N]) -> BTreeMap<String, Money> {
    rows.into_iter().map(|(account, amount)| (account.to_owned(), money(amount))).collect()
}

pub fn sale(entries: &[Entry]) -> &Entry {
    entries.iter().find(|entry| matches!(entry.body, Body::SalesReceipt(_) | Body::Invoice(_))).unwrap()
}

/// A line of a form: item, quantity, amount.
pub type FormLine = (String, Option<Decimal>, Money);

/// The lines of a form that sells or takes back; none of another.
pub fn body_lines(body: &Body) -> Option<Vec<FormLine>> {
    let item = |reference: &Option<Ref>| match reference {
        Some(Ref::Name(name)) => name.clone(),
        other => panic!("an item by {other:?}"),
    };
    macro_rules! lines {
        ($lines:expr) => {
            $lines
                .iter()
                .map(|line| {
                    assert!(line.rate.is_none(), "a line with an amount has no rate");
                    let quantity = line.quantity.map(|quantity| quantity.value());
                    (item(&line.item_ref), quantity, Money::new(line.amount.unwrap().value()))
                })
                .collect()
        };
    }
    Some(match body {
        Body::SalesReceipt(form) => lines!(form.sales_receipt_line_add),
        Body::Invoice(form) => lines!(form.invoice_line_add),
        Body::CreditMemo(form) => lines!(form.credit_memo_line_add),
        Body::SalesOrder(form) => lines!(form.sales_order_line_add),
        _ => return None,
    })
}

pub fn form_lines(entry: &Entry) -> Vec<FormLine> {
    body_lines(&entry.body).unwrap_or_else(|| panic!("no lines: {entry:?}"))
}

/// What QuickBooks would answer to the entry.
pub fn answer(entry: &Entry) -> Option<Object> {
    let named = |reference: &Ref| match reference {
        Ref::Name(name) => RefRet { list_id: None, full_name: Some(name.clone()) },
        Ref::Id(id) => RefRet { list_id: Some(id.clone()), full_name: None },
    };
    let optional = |reference: &Option<Ref>| reference.as_ref().map(named);
    macro_rules! lines {
        ($lines:expr, $type:ty) => {
            $lines
                .iter()
                .map(|line| {
                    let mut ret = <$type>::default();
                    ret.item_ref = optional(&line.item_ref);
                    ret.class_ref = optional(&line.class_ref);
                    ret.quantity = line.quantity;
                    ret.amount = line.amount;
                    ret
                })
                .collect()
        };
    }
    let total: Decimal = match entry.body {
        Body::SalesReceipt(_) | Body::Invoice(_) => form_lines(entry).iter().map(|line| line.2.value()).sum(),
        _ => Decimal::ZERO,
    };
    let total = Some(qbxml::Amount::new(total).unwrap());
    let zero = Some(qbxml::Amount::default());
    Some(match &entry.body {
        Body::SalesReceipt(form) => Object::SalesReceipt(Box::new(SalesReceiptRet {
            txn_id: TxnId::new("1-1"),
            class_ref: optional(&form.class_ref),
            subtotal: total,
            sales_tax_total: zero,
            total_amount: total,
            deposit_to_account_ref: optional(&form.deposit_to_account_ref),
            sales_receipt_line_ret: lines!(form.sales_receipt_line_add, qbxml::SalesReceiptLineRet),
            ..SalesReceiptRet::default()
        })),
        Body::Invoice(form) => Object::Invoice(Box::new(InvoiceRet {
            txn_id: TxnId::new("1-2"),
            class_ref: optional(&form.class_ref),
            ar_account_ref: optional(&form.ar_account_ref),
            subtotal: total,
            sales_tax_total: zero,
            invoice_line_ret: lines!(form.invoice_line_add, qbxml::InvoiceLineRet),
            ..InvoiceRet::default()
        })),
        Body::ReceivePayment { form, .. } => Object::ReceivePayment(Box::new(ReceivePaymentRet {
            txn_id: TxnId::new("1-3"),
            ar_account_ref: optional(&form.ar_account_ref),
            deposit_to_account_ref: optional(&form.deposit_to_account_ref),
            total_amount: form.total_amount,
            ..ReceivePaymentRet::default()
        })),
        _ => return None,
    })
}

/// Where anything stands in QuickBooks, for tests that do not care.
pub fn linked() -> books::Linked {
    books::Linked {
        link: books::Link::Transaction(TxnId::new("1-1")),
        edit_sequence: qbxml::EditSequence::new("1"),
        lines: Vec::new(),
    }
}
