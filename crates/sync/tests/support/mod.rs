//! A shop that says what a test tells it to, a simulated company file, and the engine between them.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, reason = "shared by tests, which fail by panicking")]

use std::{
    collections::BTreeMap,
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex},
};

use books::{
    Currency, Document, DocumentId, EntryKey, EntryKind, Fact, HeldReason, Mapping, Money,
    document::{
        AgreedSale, Agreement, AgreementKind, Customer, DeliveryState, Fate, GoodsBack, Order, OrderLine, Payment,
        PaymentKind, PaymentState, PaymentStatus, Refund, Shop, Subject, Totals, Variant,
    },
};
use jiff::{SignedDuration, Timestamp};
use quickbooks_desktop::QuickBooks;
use rust_decimal::Decimal;
use simulator::company::{Company, Edition, Setup};
use store::{EntryFilter, EntryRow, State, Store};
use sync::{
    Config, Engine, Source,
    engine::{Clock, Patience},
    source::{Feed, Opening as FeedOpening, Page, SourceError, Told},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use web_connector::{Agent, Answer, Ended, Hello, Opening, Outgoing, SessionId};

pub fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub fn id(kind: &str, number: u64) -> DocumentId {
    DocumentId::new(format!("gid://shopify/{kind}/{number}"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A clock that goes on by a second each time it is looked at.
struct Ticking(Mutex<Timestamp>);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock().unwrap();
        *now += SignedDuration::from_secs(1);
        *now
    }
}

/// A source that tells what it was given, once.
#[derive(Default)]
struct Script(Mutex<Vec<Document>>);

struct ScriptFeed(Option<Vec<Told>>);

impl Source for Script {
    fn feeds(&self) -> Vec<&'static str> {
        vec!["script"]
    }

    fn open(&self, _: &'static str, _: FeedOpening) -> Result<Box<dyn Feed + '_>, SourceError> {
        let documents = std::mem::take(&mut *self.0.lock().unwrap());
        let told = documents.into_iter().map(|document| Told { document, raw: "{}".to_owned() });
        Ok(Box::new(ScriptFeed(Some(told.collect()))))
    }
}

impl Feed for ScriptFeed {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Page>, SourceError>> + Send + '_>> {
        let documents = self.0.take();
        Box::pin(async {
            Ok(documents.map(|documents| Page { documents, cursor: "told".to_owned(), ..Page::default() }))
        })
    }
}

/// What happens to a document on its way to QuickBooks and back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Through,
    /// QuickBooks carries it out, and its answer never comes back.
    AnswerLost,
}

pub struct World {
    runtime: tokio::runtime::Runtime,
    folder: TempDir,
    source: Option<Arc<Script>>,
    pub store: Arc<Store>,
    pub engine: Engine,
    pub company: Company,
    clock: Arc<Ticking>,
    /// Everything that was sent to QuickBooks.
    pub sent: Vec<String>,
    /// Path of the company file that is open.
    pub file_name: String,
}

impl World {
    pub fn new() -> Self {
        Self::with(Setup::new(Edition::Premier), Mapping::default())
    }

    /// As [`Self::new`], with another company file and another mapping.
    pub fn with(setup: Setup, mapping: Mapping) -> Self {
        Self::at(Timestamp::now(), setup, mapping)
    }

    /// As [`Self::with`], at this time.
    pub fn at(now: Timestamp, setup: Setup, mapping: Mapping) -> Self {
        let mut config = configuration();
        config.mapping = mapping;
        let mut world = Self::told(setup, &config, now);
        world.settle();
        world
    }

    /// Nothing was started yet, and nothing starts by itself.
    pub fn not_started(setup: Setup) -> Self {
        let mut config = configuration();
        config.integration.start = sync::config::Start::ByHand;
        Self::told(setup, &config, Timestamp::now())
    }

    /// The shop has told of itself, and no run has been yet.
    pub fn quiet() -> Self {
        Self::told(Setup::new(Edition::Premier), &configuration(), Timestamp::now())
    }

    /// Another engine over the same data, which calls this QuickBooks; the world's own is left alone then.
    pub fn engine_calling(
        &self,
        quickbooks: Arc<dyn QuickBooks>,
        patience: Patience,
        company_file: Option<&str>,
    ) -> Engine {
        let mut config = configuration();
        config.quickbooks.company_file = company_file.map(str::to_owned);
        let source = Arc::clone(self.source.as_ref().unwrap()) as Arc<dyn Source>;
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        Engine::new(Arc::clone(&self.store), source, &config, clock).unwrap().calling(quickbooks, patience)
    }

    /// Runs something on the world's runtime.
    pub fn on_runtime<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    /// The shop has told of itself, and no run has been yet.
    fn told(setup: Setup, config: &Config, now: Timestamp) -> Self {
        let source = Arc::new(Script::default());
        let told = Arc::clone(&source) as Arc<dyn Source>;
        let mut world = Self::around(setup, config, now, |_| told);
        world.source = Some(source);
        let shop = Shop {
            name: "Harbour & Pine".into(),
            domain: "harbour-pine.myshopify.com".into(),
            currency: Currency::new("USD"),
            time_zone: "America/New_York".into(),
            taxes_included: false,
        };
        world.tell(id("Shop", 1), Fact::Shop(shop));
        world
    }

    /// With a simulated shop, which is asked over HTTP.
    pub fn of_shop(shop: &simulator::shop::Shop, mapping: Mapping) -> Self {
        Self::of_shop_with(shop, mapping, |_, _| {})
    }

    /// The same, with more in the configuration. What it names may be served on the runtime.
    pub fn of_shop_with(
        shop: &simulator::shop::Shop,
        mapping: Mapping,
        change: impl FnOnce(&mut Config, &tokio::runtime::Runtime),
    ) -> Self {
        let mut config = configuration();
        config.mapping = mapping;
        config.shop.address = simulator::shop::Settings::default().domain;
        config.shop.start_date = jiff::civil::date(2025, 1, 1);
        config.shop.sign_in =
            sync::config::SignIn::AccessToken { token: sync::SecretPlace::Environment("TOKEN".to_owned()) };
        let now = shop.now() + SignedDuration::from_hours(1);
        Self::around(Setup::new(Edition::Premier), &config.clone(), now, |runtime| {
            let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
            config.shop.base_url = Some(format!("http://{}", listener.local_addr().unwrap()));
            runtime.spawn(shop.clone().serve(listener, std::future::pending()));
            let _ = rustls::crypto::ring::default_provider().install_default();
            change(&mut config, runtime);
            let shop = shop.clone();
            let secret = move |name: &str| Some(if name == "TOKEN" { shop.token() } else { name.to_lowercase() });
            sync::shop::connect(&config, &sync::Secrets::new(std::path::Path::new("none"), secret)).unwrap()
        })
    }

    fn around(
        setup: Setup,
        config: &Config,
        now: Timestamp,
        source: impl FnOnce(&tokio::runtime::Runtime) -> Arc<dyn Source>,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut company = Company::create(&folder.path().join("shop.simulated"), setup).unwrap();
        company.set_durable(false);
        let clock = Arc::new(Ticking(Mutex::new(now)));
        let store = Arc::new(Store::open(&folder.path().join("data"), clock.now()).unwrap().store);
        let source = source(&runtime);
        let engine = Engine::new(Arc::clone(&store), source, config, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        Self {
            runtime,
            folder,
            source: None,
            store,
            engine,
            company,
            clock,
            sent: Vec::new(),
            file_name: "C:\\shop.qbw".into(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Time goes by.
    pub fn wait(&self, time: SignedDuration) {
        *self.clock.0.lock().unwrap() += time;
    }

    /// Lets that much time go by when it is called.
    pub fn waiting(&self, time: SignedDuration) -> impl FnOnce() + Send + 'static {
        let clock = Arc::clone(&self.clock);
        move || *clock.0.lock().unwrap() += time
    }

    /// It is this time now.
    pub fn set(&self, now: Timestamp) {
        *self.clock.0.lock().unwrap() = now;
    }

    /// The shop says something.
    pub fn tell(&self, id: DocumentId, fact: Fact) {
        let document = Document { id, updated_at: self.now(), fact };
        self.source.as_ref().unwrap().0.lock().unwrap().push(document);
    }

    pub fn sell(&self, number: u64, order: &Order) {
        self.tell(id("Order", number), Fact::Order(Box::new(order.clone())));
    }

    /// A run, and sessions until there is nothing left to do but what is held.
    pub fn settle(&mut self) {
        self.pull();
        self.session();
        self.session();
    }

    pub fn pull(&self) {
        self.runtime.block_on(self.engine.run_once("test", &CancellationToken::new())).unwrap();
    }

    pub fn session(&mut self) {
        let problem = self.session_with(|_, _| Way::Through);
        assert_eq!(problem, None);
    }

    /// One session, with a say over the way of each document before QuickBooks has it. Returns why QuickBooks was left, if
    /// it was.
    pub fn session_with(&mut self, mut way: impl FnMut(&mut Company, &str) -> Way) -> Option<String> {
        let session = SessionId::random();
        if self.engine.open(&session) == Opening::NothingToDo {
            return None;
        }
        let hello = Hello {
            company_file_name: self.file_name.clone(),
            country: "US".into(),
            qbxml_major: 16,
            qbxml_minor: 0,
            host_company_preferences: None,
        };
        let mut first = Some(&hello);
        let mut problem = None;
        for _ in 0..2000 {
            match self.engine.next_request(&session, first.take()) {
                Outgoing::Request(xml) => {
                    let way = way(&mut self.company, &xml);
                    let answer = self.company.process(&xml).unwrap_or_else(|error| panic!("{error:?}\n{xml}"));
                    self.sent.push(xml);
                    if way == Way::AnswerLost {
                        self.engine.closed(&session, Ended::Expired);
                        return problem;
                    }
                    self.engine.answer(&session, Answer::Xml(&answer));
                }
                Outgoing::Done => {
                    self.engine.closed(&session, Ended::Closed);
                    self.company.end_session();
                    return problem;
                }
                Outgoing::Stop(text) => {
                    problem = Some(text);
                    self.engine.closed(&session, Ended::Closed);
                    return problem;
                }
                Outgoing::Pause => {}
            }
        }
        panic!("the session does not end");
    }

    /// Somebody works in QuickBooks by hand; returns the answer.
    pub fn by_hand(&mut self, requests: &str) -> String {
        by_hand(&mut self.company, requests)
    }

    pub fn entries(&self, state: State) -> Vec<EntryRow> {
        let filter = EntryFilter { states: vec![state], limit: Some(1000), ..EntryFilter::default() };
        let mut rows = self.store.entries(&filter).unwrap();
        rows.reverse();
        rows
    }

    /// Kinds of the posted transactions, in the order of their making.
    pub fn posted(&self) -> Vec<EntryKind> {
        let rows = self.entries(State::Posted);
        rows.into_iter().map(|row| row.kind).filter(|kind| !kind.is_list()).collect()
    }

    pub fn key(&self, kind: EntryKind) -> EntryKey {
        let of_kind = self.entries(State::Posted).into_iter().chain(self.entries(State::Undone));
        of_kind.filter(|row| row.kind == kind).map(|row| row.key).next().unwrap()
    }

    pub fn held(&self) -> Vec<HeldReason> {
        self.entries(State::Held).into_iter().flat_map(|row| row.reasons).collect()
    }

    /// Whether nothing waits, is held, was refused or lost.
    pub fn assert_settled(&self) {
        for state in [State::Ready, State::Held, State::Rejected, State::Sent, State::Uncertain] {
            let rows = self.entries(state);
            assert!(rows.is_empty(), "{state}: {rows:#?}");
        }
    }

    /// Balances of the company file, without accounts of nothing.
    pub fn balances(&self) -> BTreeMap<String, Decimal> {
        let mut balances = self.company.trial_balance();
        balances.retain(|_, balance| !balance.is_zero());
        balances
    }

    /// What our posted entries say that the balances are.
    pub fn meant(&self) -> BTreeMap<String, Decimal> {
        let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
        for row in self.entries(State::Posted) {
            let entry = self.store.entry(&row.key).unwrap().unwrap().entry.unwrap();
            if entry.undoes.is_empty() && entry.part_of.is_none() {
                for posting in entry.postings.iter() {
                    *sums.entry(posting.account.clone()).or_default() += posting.amount.value();
                }
            }
        }
        sums.retain(|_, sum| !sum.is_zero());
        sums
    }

    /// What QuickBooks has said that it booked of the posted entries.
    pub fn booked(&self) -> BTreeMap<String, Decimal> {
        let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
        let (from, to) = (jiff::civil::date(2000, 1, 1), jiff::civil::date(2037, 1, 1));
        for posting in self.store.booked_between(from, to).unwrap().iter().flat_map(|row| &row.postings) {
            *sums.entry(posting.account.clone()).or_default() += posting.amount.value();
        }
        sums.retain(|_, sum| !sum.is_zero());
        sums
    }

    /// The company file's own books, what QuickBooks answered, and what was meant are the same.
    pub fn assert_ties_out(&self) {
        assert_eq!(self.meant(), self.balances());
        assert_eq!(self.booked(), self.balances());
    }

    /// Transactions of a kind that stand in the company file.
    pub fn standing(&self, kind: &str) -> usize {
        self.company.transactions().iter().filter(|txn| txn.kind == kind && !txn.void).count()
    }
}

fn configuration() -> Config {
    let mut config = Config::parse(&sync::config::example()).unwrap();
    config.shop.start_date = jiff::civil::date(2026, 1, 1);
    config.integration.start = sync::config::Start::WhenReady;
    config
}

/// Somebody works in QuickBooks by hand; returns the answer.
pub fn by_hand(company: &mut Company, requests: &str) -> String {
    let document = format!(
        "<?xml version=\"1.0\"?><?qbxml version=\"13.0\"?><QBXML><QBXMLMsgsRq onError=\"stopOnError\">{requests}</QBXMLMsgsRq></QBXML>"
    );
    let answer = company.process(&document).unwrap();
    assert!(answer.contains("statusCode=\"0\""), "{answer}");
    answer
}

/// What of a list object the first answer tells.
pub fn told(answer: &str, element: &str) -> String {
    answer.split(&format!("<{element}>")).nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// An order of so many mugs at ten dollars, delivered and unpaid, with its dated ledger.
pub fn mugs(number: u64, quantity: u32) -> Order {
    let total = money("10.00") * Decimal::from(quantity);
    let item = Variant {
        sku: Some("MUG".into()),
        product_title: "Mug".into(),
        price: money("10.00"),
        taxable: true,
        ..Variant::default()
    };
    let line = OrderLine {
        id: id("LineItem", number),
        variant: Some(id("ProductVariant", 1)),
        item,
        quantity,
        unit_price: money("10.00"),
        discounts: Vec::new(),
        taxes: Vec::new(),
        duties: Money::ZERO,
        tip: false,
    };
    let mut order = Order {
        name: format!("#{number}"),
        placed_at: at("2026-11-20T15:00:00Z"),
        cancelled_at: None,
        test: false,
        currency: Currency::new("USD"),
        presentment_currency: Currency::new("USD"),
        taxes_included: false,
        payment_state: PaymentState::Pending,
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
        lines: vec![line],
        shipping: Vec::new(),
        fees: Vec::new(),
        payments: Vec::new(),
        refunds: Vec::new(),
        totals: Totals { subtotal: total, total, outstanding: total, ..Totals::default() },
    };
    agree(&mut order, AgreementKind::Placed, i64::from(quantity));
    order
}

/// The order, paid in full by card.
pub fn paid(mut order: Order) -> Order {
    let due = order.totals.outstanding;
    pay(&mut order, due);
    order.payment_state = PaymentState::Paid;
    order
}

/// The order, bought by somebody of this name.
pub fn bought_by(mut order: Order, name: &str) -> Order {
    order.customer = Some(id("Customer", 7));
    order.buyer = Some(Customer { display_name: name.into(), ..Customer::default() });
    order
}

/// A payment by card comes in.
pub fn pay(order: &mut Order, amount: Money) {
    let payment = moved(order, PaymentKind::Sale, amount);
    order.payments.push(payment);
    order.totals.received += amount;
    order.totals.outstanding -= amount;
    order.payment_state = PaymentState::PartiallyPaid;
}

/// So many mugs are added to the order, or taken off it, after it was placed.
pub fn edit(order: &mut Order, mugs: i64) {
    order.edited = true;
    agree(order, AgreementKind::Edited, mugs);
    let more = money("10.00") * Decimal::from(mugs);
    order.totals.outstanding += more;
}

/// So many mugs come back into stock, and their money goes back by card.
pub fn refund(order: &mut Order, mugs: u32) {
    let amount = money("10.00") * Decimal::from(mugs);
    let number = u64::try_from(order.refunds.len()).unwrap() + 1;
    let refund = id("Refund", number);
    agree(order, AgreementKind::Refunded { refund: Some(refund.clone()) }, -i64::from(mugs));
    let payment = moved(order, PaymentKind::Refund, amount);
    let goods = vec![GoodsBack { line: order.lines[0].id.clone(), quantity: mugs, fate: Fate::Restocked }];
    let at = payment.at;
    order.refunds.push(Refund { id: refund, at, total: amount, goods, payments: vec![payment.id.clone()] });
    order.payments.push(payment);
    order.totals.refunded += amount;
    order.payment_state = PaymentState::PartiallyRefunded;
}

fn moved(order: &Order, kind: PaymentKind, amount: Money) -> Payment {
    let number = u64::try_from(order.payments.len()).unwrap() + 1;
    Payment {
        id: DocumentId::new(format!("{}/payment/{number}", order.name)),
        kind,
        status: PaymentStatus::Success,
        gateway: "shopify_payments".into(),
        at: later(order),
        amount,
        parent: None,
        rounding: Money::ZERO,
        test: false,
    }
}

/// An hour after everything that happened to the order so far.
fn later(order: &Order) -> Timestamp {
    let hours = i64::try_from(order.agreements.len() + order.payments.len()).unwrap();
    order.placed_at + SignedDuration::from_hours(hours)
}

fn agree(order: &mut Order, kind: AgreementKind, mugs: i64) {
    let at = if kind == AgreementKind::Placed { order.placed_at } else { later(order) };
    let sale = AgreedSale {
        subject: Subject::Line(order.lines[0].id.clone()),
        quantity: mugs,
        total: money("10.00") * Decimal::from(mugs),
        discount: Money::ZERO,
        taxes: Vec::new(),
    };
    let number = order.agreements.len();
    let id = DocumentId::new(format!("{}/agreement/{number}", order.name));
    order.agreements.push(Agreement { id, at, kind, sales: vec![sale] });
}
