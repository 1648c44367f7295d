//! `demo`: the main job on embedded defaults. A simulated shop and a simulated company file, the real engine and the real
//! SOAP endpoint between them, over real sockets.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Serialize;
use simulator::{
    company::{Company, Edition, Setup},
    connector::{End, WebConnector},
    shop::{Bucket, Mix, Settings, Shop, Trade},
};
use sync::{
    Config, Engine, Secrets,
    api::{DocumentKind, EntryFilter, EntryKind, Gateway, Mapping, Mode, Money, MoneyBack, Posting, State, Store},
    config::{IntegrationConfig, PurchasesConfig, QuickBooksConfig, SecretPlace, ShopConfig, SignIn, Start},
    engine::Clock,
    tieout::{Period, TieOut},
    token::TokenKeeper,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    Done,
    commands::{self, Failure},
    print::{self, Lean},
};

/// The demo's last day of trade: fixed, so that the same seed gives the same figures whenever it runs.
const LAST_DAY: Date = Date::constant(2026, 10, 31);
const USER: &str = "tillbridge";
const PASSWORD: &str = "demo";

/// The main job on embedded defaults.
#[derive(Debug, Args)]
pub struct Demo {
    /// How many orders the shop has.
    #[arg(long, default_value_t = 500)]
    orders: u32,
    /// Over how many days.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// What the made-up trade grows from: the same seed, the same trade.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How much QuickBooks is told: every name, or each day's sales as one entry under generic names.
    #[arg(long, value_enum, default_value_t = Told::Detailed)]
    mode: Told,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
    /// Keep the simulated world and the engine's data here, to look at with the other commands.
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// The two ways of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Told {
    Detailed,
    Summary,
}

/// What the demo did.
#[derive(Debug, Serialize)]
struct Summary {
    simulated: bool,
    seed: u64,
    orders_in_shop: u32,
    sessions: u32,
    message_sets: usize,
    /// What is in QuickBooks now, by kind.
    posted: BTreeMap<EntryKind, u32>,
    waiting: u32,
    held: u32,
    refused: u32,
    seconds: f64,
    tieout: TieOut,
    /// What the simulated company file's own books say, beside what it answered: by account.
    books: Vec<sync::tieout::Row>,
    /// The shop's own finance figures, beside the tie-out's.
    finance: Vec<Comparison>,
    ties_out: bool,
}

/// One of the shop's own figures beside the company file's.
#[derive(Debug, Serialize)]
struct Comparison {
    figure: &'static str,
    shop: Money,
    company: Money,
    difference: Money,
}

/// A clock that begins when the shop's last day is over, so that its sales can be summed up and the index lag never hides
/// an order.
struct DemoClock {
    base: Timestamp,
    began: Instant,
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        SignedDuration::try_from(self.began.elapsed()).map_or(self.base, |passed| self.base + passed)
    }
}

impl Demo {
    /// Runs it. It is done well only if everything ties out.
    pub async fn run(self) -> Result<Done, Failure> {
        let scratch;
        let folder = if let Some(folder) = &self.keep {
            std::fs::create_dir_all(folder).map_err(|error| Failure::File { path: folder.clone(), error })?;
            folder.clone()
        } else {
            scratch = tempfile::tempdir().map_err(|error| Failure::File { path: std::env::temp_dir(), error })?;
            scratch.path().to_owned()
        };
        if !self.json {
            print::line(
                "SIMULATED: a made-up shop and a made-up company file; no real data, and QuickBooks is not needed.",
            );
        }
        let summary = self.carry_over(&folder).await?;
        if self.json {
            print::json(&summary);
        } else {
            self.print(&summary);
        }
        Ok(if summary.ties_out { Done::Well } else { Done::Attention })
    }

    async fn carry_over(&self, folder: &Path) -> Result<Summary, Failure> {
        let began = Instant::now();
        let stop = CancellationToken::new();
        let (shop, base_url) = self.open_shop(&stop).await?;
        let mut company = open_company(&folder.join("company.simulated"))?;
        let config = self.config(base_url);
        let data = folder.join("data");
        let store = Arc::new(commands::open(&data)?);
        let clock = Arc::new(DemoClock { base: shop.now() + SignedDuration::from_hours(26), began });
        let secrets = Secrets::new(&data, |_| Some(PASSWORD.to_owned()));
        let source = sync::shop::connect(&config, &secrets)?;
        let engine = Arc::new(Engine::new(Arc::clone(&store), source, &config, clock)?);
        let listeners = sync::endpoint::listen(0).await.map_err(simulation)?;
        let port =
            listeners.first().and_then(|listener| listener.local_addr().ok()).map_or(0, |address| address.port());
        let serving = tokio::spawn(sync::endpoint::serve(
            Arc::clone(&engine),
            listeners,
            USER.to_owned(),
            TokenKeeper::new(&secrets, &config.quickbooks, engine.installation().id),
            stop.clone(),
        ));
        let watching = tokio::spawn(show_progress(engine.watch()));
        let mut connector = WebConnector::new(&sync::endpoint::address(port), USER, PASSWORD);
        let (mut sessions, mut sets) = (0, 0);
        engine.run_once("demo", &stop).await.map_err(|error| Failure::Simulation(print::words(&error.message())))?;
        // The company file's own report is the other side of the tie-out.
        let period = Period { from: LAST_DAY.saturating_sub(self.span()), to: LAST_DAY.saturating_add(self.span()) };
        sync::tieout::ask(&store, period, shop.now()).map_err(simulation)?;
        loop {
            let report = connector.run_once(&mut company).await.map_err(simulation)?;
            match report.end {
                End::NoWork => break,
                End::Done => {}
                other => return Err(Failure::Simulation(format!("{other:?} {:?}", report.errors))),
            }
            sessions += 1;
            sets += report.sets;
            if sessions > 20 {
                break;
            }
        }
        watching.abort();
        print::progress_done();
        stop.cancel();
        let served = serving.await.map_err(std::io::Error::other).flatten();
        served.map_err(simulation)?;
        self.summary(&store, &shop, &company, began, sessions, sets)
    }

    /// The days of trade and some more.
    fn span(&self) -> jiff::Span {
        jiff::Span::new().days(i64::from(self.days) + 2)
    }

    async fn open_shop(&self, stop: &CancellationToken) -> Result<(Shop, String), Failure> {
        // Everything that happens to a sale; but money on its way back would leave the day open.
        let mix = Mix { pending_refunds: 0, ..Mix::everything() };
        let trade = Trade { mix, ..Trade::new(self.seed, self.orders, self.days, LAST_DAY) };
        // The shop's real rate limit would only make people wait.
        let bucket = Bucket::GENEROUS;
        let shop = Shop::new(&trade, Settings { client_secret: PASSWORD.to_owned(), bucket, ..Settings::default() })
            .map_err(simulation)?;
        let listener = loopback().await?;
        let address = listener.local_addr().map_err(simulation)?;
        tokio::spawn(shop.clone().serve(listener, stop.clone().cancelled_owned()));
        Ok((shop, format!("http://{address}")))
    }

    fn config(&self, base_url: String) -> Config {
        let secret = || SecretPlace::Environment("SIMULATED".to_owned());
        let start_date = LAST_DAY.saturating_sub(self.span());
        let settings = Settings::default();
        Config {
            shop: ShopConfig {
                address: settings.domain,
                base_url: Some(base_url),
                start_date,
                sign_in: SignIn::ClientCredentials { client_id: settings.client_id, client_secret: secret() },
            },
            quickbooks: QuickBooksConfig {
                port: 0,
                user_name: USER.to_owned(),
                password: Some(secret()),
                ..QuickBooksConfig::default()
            },
            purchasing: PurchasesConfig::Shopify,
            integration: IntegrationConfig { start: Start::WhenReady, ..IntegrationConfig::default() },
            mapping: mapping(self.mode),
        }
    }

    fn summary(
        &self,
        store: &Store,
        shop: &Shop,
        company: &Company,
        began: Instant,
        sessions: u32,
        message_sets: usize,
    ) -> Result<Summary, Failure> {
        let counts = store.counts()?;
        let mut kinds: BTreeMap<EntryKind, u32> = BTreeMap::new();
        let filter = EntryFilter { states: vec![State::Posted], limit: Some(u32::MAX), ..EntryFilter::default() };
        // Parts of days are there with their days.
        for row in store.entries(&filter)?.into_iter().filter(|row| row.link.is_some()) {
            *kinds.entry(row.kind).or_default() += 1;
        }
        let state = |state| counts.entries.get(&state).copied().unwrap_or_default();
        let first = Date::constant(1970, 1, 1);
        let Some(tieout) = sync::tieout::tie_out(store, first, Date::constant(2038, 1, 18))? else {
            return Err(Failure::Simulation("nothing was read from the shop".to_owned()));
        };
        let answered: Vec<_> = tieout.rows.iter().map(|row| (row.account.clone(), row.company)).collect();
        let own = own_books(company, self.mode);
        let answered = answered.into_iter().filter(|(account, _)| is_told(self.mode, account));
        let finance = finance(shop, &tieout);
        let books = sync::tieout::compare(answered, &own);
        let ties_out = tieout.ties_out()
            && books.iter().all(|row| row.difference.is_zero())
            && finance.iter().all(|figure| figure.difference.is_zero())
            && [State::Held, State::Rejected, State::Sent, State::Uncertain, State::Ready]
                .into_iter()
                .map(state)
                .sum::<u32>()
                == 0;
        Ok(Summary {
            simulated: true,
            seed: self.seed,
            orders_in_shop: counts.documents.get(&DocumentKind::Order).copied().unwrap_or_default(),
            sessions,
            message_sets,
            posted: kinds,
            waiting: counts.waiting,
            held: state(State::Held),
            refused: state(State::Rejected),
            seconds: began.elapsed().as_secs_f64(),
            tieout,
            books,
            finance,
            ties_out,
        })
    }

    fn print(&self, summary: &Summary) {
        print::line(&format!(
            "The shop \"Harbour & Pine\" had {} orders in {} days. In QuickBooks there are now:",
            summary.orders_in_shop, self.days
        ));
        let rows: Vec<_> =
            summary.posted.iter().map(|(kind, count)| vec![print::words(&(*kind).into()), count.to_string()]).collect();
        print::table(&[("Entry", Lean::Left), ("Posted", Lean::Right)], &rows);
        print::line(&format!(
            "{} orders wait until the shop says more; {} are held, {} were refused.",
            summary.waiting, summary.held, summary.refused
        ));
        commands::print_tieout(&summary.tieout);
        print::line("The shop's own finance figures beside the company file:");
        let rows: Vec<_> = summary
            .finance
            .iter()
            .map(|row| {
                vec![row.figure.to_owned(), row.shop.to_string(), row.company.to_string(), row.difference.to_string()]
            })
            .collect();
        print::table(
            &[
                ("Figure", Lean::Left),
                ("Shop", Lean::Right),
                ("Company file", Lean::Right),
                ("Difference", Lean::Right),
            ],
            &rows,
        );
        let off: Money = summary
            .tieout
            .rows
            .iter()
            .chain(&summary.books)
            .map(|row| row.difference.abs())
            .chain(summary.finance.iter().map(|row| row.difference.abs()))
            .sum();
        print::line(&format!(
            "{} sessions with QuickBooks, {} message sets, {:.1} s. Difference: {off}",
            summary.sessions, summary.message_sets, summary.seconds
        ));
        if let Some(folder) = &self.keep {
            print::line(&format!(
                "Kept in {}: look with `tillbridge-cli entries --data-dir {}`",
                folder.display(),
                folder.join("data").display()
            ));
        }
    }
}

async fn loopback() -> Result<TcpListener, Failure> {
    TcpListener::bind("127.0.0.1:0").await.map_err(simulation)
}

fn simulation(error: impl std::fmt::Display) -> Failure {
    Failure::Simulation(error.to_string())
}

fn open_company(path: &Path) -> Result<Company, Failure> {
    let mut company = Company::create(path, Setup::new(Edition::Premier)).map_err(simulation)?;
    // A demo needs no protection from power cuts.
    company.set_durable(false);
    Ok(company)
}

/// The default mapping, with the two answers that this shop's merchant would give: where bank deposits arrive, and what a
/// euro is worth.
fn mapping(told: Told) -> Mapping {
    let mut mapping = Mapping::default();
    if told == Told::Summary {
        mapping.customers.mode = Mode::Summary;
        mapping.inventory.mode = Mode::Summary;
        mapping.vendors.mode = Mode::Summary;
    }
    let bank = Gateway {
        clearing: "Undeposited Funds".to_owned(),
        payment_method: "Bank Deposit".to_owned(),
        by_location: BTreeMap::new(),
        refund: MoneyBack::default(),
    };
    mapping.gateways.0.insert("Bank Deposit".to_owned(), bank);
    mapping.purchases.rates.insert("EUR".to_owned(), rust_decimal::Decimal::new(1085, 3));
    mapping
}

/// Accounts of what QuickBooks posts by itself: the cost of goods, sold and lost.
const COSTS: [&str; 3] = ["Cost of Goods Sold", "Inventory Asset", "Inventory Shrinkage"];

/// Whether all of the account is of our making; the cost of goods is QuickBooks' own where it keeps stock by item.
fn is_told(told: Told, account: &str) -> bool {
    told == Told::Summary || !COSTS.contains(&account)
}

/// The accounts of the company file's own books, but for the cost of goods where QuickBooks posts it by itself.
fn own_books(company: &Company, told: Told) -> Vec<Posting> {
    company
        .trial_balance()
        .into_iter()
        .filter(|(account, _)| is_told(told, account))
        .map(|(account, balance)| Posting { account, class: None, amount: Money::new(balance) })
        .collect()
}

/// The shop's own finance figures, which are added up apart from everything that the shop's API says. Sales count once an
/// order is delivered or paid: before, it is a sales order at most.
fn finance(shop: &Shop, tieout: &TieOut) -> Vec<Comparison> {
    use simulator::shop::{FinancialStatus, Fulfilment, Order};
    let first = Date::constant(1970, 1, 1);
    let sold = |order: &Order| {
        order.fulfilment() != Fulfilment::Unfulfilled
            || matches!(
                order.financial_status(),
                FinancialStatus::Paid | FinancialStatus::PartiallyRefunded | FinancialStatus::Refunded
            )
    };
    let sales = shop.finance_of(first, LAST_DAY, sold).total;
    let money = shop.finance_of(first, LAST_DAY, |_| true).total;
    let company = |accounts: &[&str]| -> Money {
        tieout.rows.iter().filter(|row| accounts.contains(&row.account.as_str())).map(|row| -row.company).sum()
    };
    let figure = |figure, shop: rust_decimal::Decimal, accounts: &[&str]| {
        let (shop, company) = (Money::new(shop), company(accounts));
        Comparison { figure, shop, company, difference: company - shop }
    };
    let moved = |gateway: &str| -money.payments.get(gateway).copied().unwrap_or_default();
    vec![
        figure("Net sales", sales.net_sales, &["Merchandise Sales", "Sales Discounts", "Returns & Allowances"]),
        figure("Shipping", sales.shipping, &["Shipping Income"]),
        figure("Fees kept of returns", sales.return_fees, &["Fee Income"]),
        figure("Tax", sales.taxes.values().copied().sum(), &["Sales Tax Payable"]),
        figure("Marketplace tax", sales.channel_taxes.values().copied().sum(), &["Marketplace Tax Collected"]),
        figure("Tips", sales.tips, &["Employee Tips Payable"]),
        figure("Gift cards sold less used", sales.gift_cards_sold + moved("gift_card"), &["Gift Cards Outstanding"]),
        figure("Store credit used less given", moved("shopify_store_credit"), &["Store Credit Outstanding"]),
        figure("Shopify Payments", moved("shopify_payments"), &["Shopify Payments Clearing"]),
        figure("PayPal", moved("paypal"), &["PayPal Clearing"]),
        figure("Cash", moved("cash"), &["Cash in Drawer"]),
        figure("Bank deposits", moved("Bank Deposit"), &["Undeposited Funds"]),
    ]
}

async fn show_progress(mut progress: tokio::sync::watch::Receiver<sync::Progress>) {
    while progress.changed().await.is_ok() {
        let now = *progress.borrow();
        print::progress(&format!("{} documents read, {} entries posted, {} to go", now.pulled, now.settled, now.ready));
    }
}
