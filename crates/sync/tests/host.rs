//! One installation at work inside a process: onboarded by the host alone, closed and opened again, disturbed and mended.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use books::Category;
use jiff::{SignedDuration, Timestamp, civil::date};
use keyring_core::{CredentialStore, mock};
use simulator::{
    company::{Company, Edition, Setup as NewCompany},
    connector::{End, WebConnector},
    shop::{Bucket, Settings, Shop, Trade},
};
use sync::{
    Config, Host, Secrets,
    api::{
        self, AttentionAction, ChosenModes, PurchasingChoice, PurchasingSource, ReachState, SetupStep, SetupStepState,
        ShopForm, ShopSignIn, State,
    },
    config::{IntegrationConfig, PurchasesConfig, QuickBooksConfig, SecretPlace, ShopConfig, SignIn},
    engine::Clock,
    host::{Runs, Trouble},
    integration::Stage,
    modes::ChosenMode,
    preflight::Confirmation,
    token::TokenStage,
};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_mins(2);

/// The computer's clock, set to when the shop's last day was over.
struct Shifted {
    base: Timestamp,
    began: Instant,
}

impl Clock for Shifted {
    fn now(&self) -> Timestamp {
        self.base + SignedDuration::try_from(self.began.elapsed()).unwrap()
    }
}

/// A shop that is served, a company file, and a data folder with nothing in it.
struct World {
    folder: TempDir,
    shop: Shop,
    url: String,
    company: Company,
    clock: Arc<Shifted>,
    credentials: Arc<CredentialStore>,
}

impl World {
    async fn new(orders: u32) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = Settings { bucket: Bucket::GENEROUS, ..Settings::default() };
        let shop = Shop::new(&Trade::new(11, orders, 5, date(2026, 6, 12)), settings).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(shop.clone().serve(listener, std::future::pending()));
        let folder = tempfile::tempdir().unwrap();
        let mut company =
            Company::create(&folder.path().join("company.simulated"), NewCompany::new(Edition::Premier)).unwrap();
        company.set_durable(false);
        let clock = Arc::new(Shifted { base: shop.now() + SignedDuration::from_hours(26), began: Instant::now() });
        Self { folder, shop, url, company, clock, credentials: mock::Store::new().unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn secrets(&self) -> Secrets {
        let url = self.url.clone();
        let variables = move |name: &str| match name {
            "TILLBRIDGE_SHOP_URL" => Some(url.clone()),
            "SHOP" => Some(Settings::default().client_secret),
            _ => None,
        };
        Secrets::new(&self.data(), variables).with_store(Arc::clone(&self.credentials))
    }

    /// The program is started.
    async fn open(&self) -> Arc<Host> {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let host = Host::open(&self.data(), self.secrets(), clock, Runs::OnSchedule).unwrap();
        host.start().await;
        host
    }

    /// The program is closed and started again.
    async fn reopen(&self, host: Arc<Host>) -> Arc<Host> {
        host.stop().await;
        drop(host);
        self.open().await
    }

    /// The configuration that somebody wrote by hand, with this port.
    fn configured(port: u16) -> Config {
        let settings = Settings::default();
        let secret = SecretPlace::Environment("SHOP".to_owned());
        Config {
            shop: ShopConfig {
                address: settings.domain,
                base_url: None,
                start_date: date(2026, 1, 1),
                sign_in: SignIn::ClientCredentials { client_id: settings.client_id, client_secret: secret },
            },
            quickbooks: QuickBooksConfig { port, ..QuickBooksConfig::default() },
            purchasing: PurchasesConfig::None,
            integration: IntegrationConfig::default(),
            mapping: books::Mapping::default(),
        }
    }

    /// The program is started, with a shop that is connected already.
    async fn open_connected(&self, port: u16) -> Arc<Host> {
        fs::create_dir_all(self.data()).unwrap();
        Self::configured(port).write(&self.data(), self.clock.now()).unwrap();
        self.open().await
    }

    fn orders(&self) -> u32 {
        self.shop.with_orders(|orders| orders.iter().filter(|order| !order.is_deleted()).count()).try_into().unwrap()
    }

    /// One session of the Web Connector.
    async fn session(&mut self, host: &Host, token: &str) -> End {
        let connection = api::quickbooks_connection(host).unwrap();
        let mut connector = WebConnector::new(&connection.address, &connection.user_name, token);
        connector.run_once(&mut self.company).await.unwrap().end
    }
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it does not come to this: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the shop was read to its end.
async fn shop_is_read(host: &Host, orders: u32) {
    until("the shop is read", || {
        let overview = api::overview(host).unwrap();
        overview.status.documents >= orders && !overview.running
    })
    .await;
}

fn form(secret: Option<&str>) -> ShopForm {
    ShopForm {
        address: " https://Harbour-and-Pine.myshopify.com/admin ".to_owned(),
        sign_in: ShopSignIn::ClientCredentials,
        client_id: Some(" simulated-client ".to_owned()),
        secret: secret.map(str::to_owned),
    }
}

fn state(host: &Host, step: SetupStep) -> SetupStepState {
    api::setup(host).unwrap().steps.into_iter().find(|view| view.step == step).unwrap().state
}

/// Where the shop's secret is.
fn kept(host: &Host) -> SecretPlace {
    host.config().unwrap().shop.secret_place().clone()
}

/// The shop has a gateway that the mapping does not know.
fn forget_gateway(host: &Host) {
    host.change(|store, now| {
        let mut mapping = store.mapping().unwrap().unwrap();
        mapping.gateways.0.remove("shopify_payments");
        store.save_mapping(&mapping, store::MappingWhy::Chosen, now).unwrap();
    });
}

fn code<T>(result: Result<T, api::ApiError>) -> String {
    result.err().expect("it should have been refused").message.code
}

async fn refused(host: &Host, step: SetupStep) -> String {
    let before = api::setup(host).unwrap().at;
    let code = code(api::finish_setup_step(host, step).await);
    assert_eq!(api::setup(host).unwrap().at, before, "she stays where she was");
    code
}

/// Goes on from a step, and has the program closed and opened again right then.
async fn pass(world: &World, host: Arc<Host>, step: SetupStep, then: SetupStepState) -> Arc<Host> {
    let setup = api::finish_setup_step(&host, step).await.unwrap();
    let next = SetupStep::ALL.into_iter().find(|other| *other > step).unwrap();
    assert_eq!(setup.at, next);
    let host = world.reopen(host).await;
    assert_eq!(api::setup(&host).unwrap().at, next, "she is where she was");
    assert_eq!(state(&host, step), then, "{step:?}");
    host
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_folder_is_onboarded_step_by_step_across_restarts_to_posted_entries() {
    let mut world = World::new(12).await;
    let host = world.open().await;
    let overview = api::overview(&host).unwrap();
    assert_eq!((overview.trouble, overview.shop_reach.state), (None, ReachState::Unknown));
    assert_eq!(host.trouble(), Some(Trouble::NotConnected));
    assert_eq!(code(host.sync_now().map_err(Into::into)), "setup.shop_not_connected");
    assert_eq!(api::shop_connection(&host).await.unwrap(), None);
    assert!(api::preflight(&host).await.unwrap().is_clear());

    assert_eq!(refused(&host, SetupStep::Preflight).await, "preflight.pos.migration_unknown");
    api::confirm(&host, Confirmation::NoPos).await.unwrap();
    let host = pass(&world, host, SetupStep::Preflight, SetupStepState::Waiting).await;
    let host = pass(&world, host, SetupStep::Tax, SetupStepState::Waiting).await;

    assert_eq!(refused(&host, SetupStep::Shop).await, "setup.shop_not_connected");
    assert_eq!(code(api::choose_plan(&host, date(2026, 1, 1), false).await), "setup.shop_not_connected");
    let public = ShopForm { address: "www.harbourpine.com".to_owned(), ..form(Some("simulated-secret")) };
    assert_eq!(code(api::connect_shop(&host, &public).await), "setup.public_domain");
    assert_eq!(code(api::connect_shop(&host, &form(None)).await), "setup.no_secret");
    assert_eq!(code(api::connect_shop(&host, &form(Some("mistyped"))).await), "shop.sign_in");
    assert!(!world.data().join("config.toml").exists(), "nothing was changed");
    let connection = api::connect_shop(&host, &form(Some(" simulated-secret\n"))).await.unwrap();
    assert_eq!(connection.address, "harbour-and-pine.myshopify.com");
    assert_eq!((connection.missing, connection.problem), (vec![], None));
    let written = fs::read_to_string(world.data().join("config.toml")).unwrap();
    assert!(!written.contains("simulated-secret") && !written.contains(&world.url), "{written}");
    let host = pass(&world, host, SetupStep::Shop, SetupStepState::Done).await;

    assert_eq!(refused(&host, SetupStep::Token).await, "token.not_given");
    let made = api::generate_token(&host, false).unwrap();
    assert_eq!(made.view.stage, TokenStage::Waiting);
    assert_eq!(code(api::paste_token(&host, "another-token", false)), "token.given_before");
    assert_eq!(code(api::paste_token(&host, "tillbridge", true)), "token.wrong.user_name");
    let host = pass(&world, host, SetupStep::Token, SetupStepState::Waiting).await;

    until("the port is free", || host.engine().is_some()).await;
    api::choose_plan(&host, date(2026, 1, 1), false).await.unwrap();
    until("the port is free", || host.engine().is_some()).await;
    shop_is_read(&host, world.orders()).await;
    assert_eq!(code(api::start(&host, "company").map(|_| ())), "integration.quickbooks_not_read");
    assert_eq!(world.session(&host, "a wrong token").await, End::NotAValidUser);
    assert_eq!(api::overview(&host).unwrap().quickbooks_reach.state, ReachState::Refused);
    assert_eq!(state(&host, SetupStep::Token), SetupStepState::Problem);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(world.session(&host, &made.token).await, End::Done);
    assert_eq!(api::overview(&host).unwrap().quickbooks_reach.state, ReachState::Reached);
    for step in [SetupStep::Token, SetupStep::Tax, SetupStep::Preflight] {
        assert_eq!(state(&host, step), SetupStepState::Done, "{step:?}");
    }

    forget_gateway(&host);
    assert_eq!(refused(&host, SetupStep::Accounts).await, "held.unknown_gateway");
    host.change(api::accept_proposals).unwrap();
    let open: Vec<String> = api::attention(&host)
        .unwrap()
        .into_iter()
        .filter_map(|group| match group.action {
            AttentionAction::ChooseAccount { category } => Some(category),
            _ => None,
        })
        .collect();
    assert_eq!(open, ["gateways.shopify_payments"]);
    let would = api::choose_account_preview(host.store(), &open[0], "Undeposited Funds").unwrap();
    assert_eq!(would.posted, 0);
    host.change(|store, now| api::choose_account(store, &open[0], "Undeposited Funds", now)).unwrap();
    let host = pass(&world, host, SetupStep::Accounts, SetupStepState::Done).await;

    let modes =
        ChosenModes { customers: ChosenMode::Summary, inventory: ChosenMode::Detailed, vendors: ChosenMode::Detailed };
    host.change(|store, now| api::choose_modes(store, modes, now)).unwrap();
    let [chosen] = <[_; 1]>::try_from(api::modes(host.store()).unwrap()).unwrap();
    assert_eq!((chosen.from, chosen.customers), (None, api::Mode::Summary));
    let host = pass(&world, host, SetupStep::Modes, SetupStepState::Done).await;

    assert_eq!(refused(&host, SetupStep::Purchasing).await, "setup.purchasing_open");
    let archive = PurchasingChoice {
        source: PurchasingSource::Archive,
        key: None,
        path: Some(world.folder.path().join("none").display().to_string()),
    };
    assert_eq!(code(api::choose_purchasing(&host, &archive).await), "archive.missing");
    assert!(!api::purchasing(&host).unwrap().decided);
    let none = PurchasingChoice { source: PurchasingSource::None, key: None, path: None };
    assert!(api::choose_purchasing(&host, &none).await.unwrap().decided);
    let host = pass(&world, host, SetupStep::Purchasing, SetupStepState::Done).await;

    until("the port is free", || host.engine().is_some()).await;
    until("the preview is there", || {
        let preview = api::start_preview(&host).unwrap();
        preview.ready > world.orders() && preview.held == 0
    })
    .await;
    let preview = api::start_preview(&host).unwrap();
    assert_eq!((preview.obstacles, preview.held_by), (vec![], vec![]));
    assert!(preview.effect.iter().any(|row| row.account == "Merchandise Sales"), "{:?}", preview.effect);
    assert_eq!(code(api::start(&host, "start").map(|_| ())), "setup.confirmation");
    assert_eq!(api::integration(host.store(), host.now()).unwrap().stage, Stage::NotStarted);
    assert!(world.company.transactions().is_empty());
    api::start(&host, &format!(" {} ", preview.confirm_with.to_uppercase())).unwrap();
    assert_eq!(code(api::choose_plan(&host, date(2026, 2, 1), true).await), "setup.plan_fixed");
    assert_eq!(code(host.change(|store, now| api::choose_modes(store, modes, now))), "modes.started");
    let host = world.reopen(host).await;
    until("the port is free", || host.engine().is_some()).await;
    for _ in 0..6 {
        world.session(&host, &made.token).await;
    }
    let overview = api::overview(&host).unwrap();
    assert_eq!((overview.status.ready, overview.status.held, overview.status.rejected), (0, 0, 0), "{overview:?}");
    assert_eq!(overview.integration, Stage::Done);
    assert_eq!(overview.posted_today, u32::try_from(world.company.transactions().len()).unwrap());
    assert!(overview.posted_today >= 10);
    let setup = api::setup(&host).unwrap();
    assert!(setup.started && setup.steps.iter().all(|step| step.state == SetupStepState::Done), "{setup:?}");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_changes_nothing_and_the_engine_goes_on() {
    let world = World::new(3).await;
    let host = world.open_connected(0).await;
    let (engine, before) = (host.engine().unwrap(), fs::read(world.data().join("config.toml")).unwrap());
    assert_eq!(code(api::connect_shop(&host, &form(Some("mistyped"))).await), "shop.sign_in");
    assert_eq!(fs::read(world.data().join("config.toml")).unwrap(), before);
    assert!(Arc::ptr_eq(&engine, &host.engine().unwrap()));
    shop_is_read(&host, world.orders()).await;
    let other = ShopForm { address: "another-shop".to_owned(), ..form(Some("simulated-secret")) };
    assert_eq!(code(api::connect_shop(&host, &other).await), "setup.other_shop");
    // The secret that is kept is kept on; a new one takes its place, and the replaced one is gone.
    api::connect_shop(&host, &form(None)).await.unwrap();
    assert_eq!((host.trouble(), kept(&host)), (None, SecretPlace::Environment("SHOP".to_owned())));
    api::connect_shop(&host, &form(Some("simulated-secret"))).await.unwrap();
    let first = kept(&host);
    api::connect_shop(&host, &form(Some("simulated-secret"))).await.unwrap();
    assert!(matches!(first, SecretPlace::CredentialStore(_)) && first != kept(&host));
    assert!(world.secrets().read(&first).unwrap().is_none());
    assert!(world.secrets().read(&kept(&host)).unwrap().is_some());
    assert_eq!(host.trouble(), None);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_that_is_taken_is_told_and_used_once_it_is_free() {
    let world = World::new(3).await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let host = world.open_connected(port).await;
    assert!(matches!(host.trouble(), Some(Trouble::Port { port: told, .. }) if told == port));
    let overview = api::overview(&host).unwrap();
    assert_eq!(overview.trouble.unwrap().code, "quickbooks.port");
    assert_eq!(overview.quickbooks_reach.state, ReachState::Waiting);
    assert_eq!(api::attention(&host).unwrap().first().unwrap().id, "quickbooks.port");
    assert!(api::shop_connection(&host).await.unwrap().is_some(), "all questions can be asked");
    let mut changes = host.changes();
    changes.mark_unchanged();
    drop(taken);
    until("the port is used", || host.engine().is_some()).await;
    assert_eq!(host.trouble(), None);
    assert!(changes.has_changed().unwrap(), "those who watch were told");
    host.stop().await;
    drop(host);
    assert!(std::net::TcpListener::bind(("127.0.0.1", port)).is_ok(), "it is given back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_windows_user_gets_a_port_of_her_own_which_her_qwc_file_carries() {
    let (first, second) = (World::new(3).await, World::new(3).await);
    let mut ports = Vec::new();
    let mut hosts = Vec::new();
    for world in [&first, &second] {
        let host = world.open().await;
        api::connect_shop(&host, &form(Some("simulated-secret"))).await.unwrap();
        until("the engine is at work", || host.engine().is_some()).await;
        let address = api::quickbooks_connection(&host).unwrap().address;
        assert!(api::connector_file(&host).unwrap().contains(&address), "{address}");
        ports.push(host.port());
        hosts.push(host);
    }
    assert_ne!(ports[0], ports[1], "both at once");
    for host in hosts {
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_wanted_begins_at_once_and_is_seen() {
    let world = World::new(3).await;
    let host = world.open_connected(0).await;
    shop_is_read(&host, world.orders()).await;
    let mut progress = host.progress();
    progress.mark_unchanged();
    let next = api::overview(&host).unwrap().next_run_at.unwrap().parse::<Timestamp>().unwrap();
    assert!(next > host.now() + SignedDuration::from_mins(3), "it is not due yet");
    world.shop.set_now(host.now() - SignedDuration::from_hours(1));
    world.shop.place_order();
    host.sync_now().unwrap();
    host.sync_now().unwrap();
    tokio::time::timeout(PATIENCE, progress.wait_for(|progress| progress.running)).await.unwrap().unwrap();
    shop_is_read(&host, world.orders()).await;
    let runs = api::history(host.store(), 10).unwrap();
    assert!(runs.iter().any(|run| run.trigger == "by hand"));
    assert!(runs.iter().all(|run| run.problem.is_none()), "nobody had to call in between: {runs:?}");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_changed_while_a_run_goes_on_loses_nothing() {
    let world = World::new(60).await;
    let host = world.open_connected(0).await;
    let shopify = PurchasingChoice { source: PurchasingSource::Shopify, key: None, path: None };
    let none = PurchasingChoice { source: PurchasingSource::None, key: None, path: None };
    for choice in [&shopify, &none, &shopify] {
        tokio::time::sleep(Duration::from_millis(50)).await;
        api::choose_purchasing(&host, choice).await.unwrap();
    }
    shop_is_read(&host, world.orders()).await;
    assert_eq!(api::overview(&host).unwrap().status.documents, world.orders());
    let began = Instant::now();
    host.stop().await;
    assert!(began.elapsed() < Duration::from_secs(10), "it stops at once");
    let runs = api::history(host.store(), 20).unwrap();
    assert!(runs.iter().all(|run| run.finished_at.is_some()), "{runs:?}");
    let codes: Vec<_> = api::attention(&host).unwrap().into_iter().map(|group| group.id).collect();
    assert!(!codes.contains(&"run.stopped".to_owned()), "a stop is no trouble of the shop: {codes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_one_choice_is_one_group_and_freed_by_it_without_more() {
    let mut world = World::new(25).await;
    let host = world.open_connected(0).await;
    let token = api::generate_token(&host, false).unwrap().token;
    shop_is_read(&host, world.orders()).await;
    // Accounts are chosen for everything but what a gateway of the shop needs.
    world.session(&host, &token).await;
    forget_gateway(&host);
    let group = || {
        let groups = api::attention(&host).unwrap();
        groups.into_iter().find(|group| group.id == "held:unknown_gateway:shopify_payments")
    };
    until("they are held", || group().is_some()).await;
    let held = group().unwrap();
    let category = Category::Gateway("shopify_payments".into()).key();
    assert_eq!(held.action, AttentionAction::ChooseAccount { category: category.clone() });
    assert!(held.entries > 3 && held.sample.len() == 3, "{held:?}");
    let page = api::attention_entries(host.store(), &held.id, 2, 2).unwrap();
    assert_eq!((page.total, page.rows.len()), (held.entries, 2));
    assert!(page.rows.iter().all(|row| row.state == State::Held));
    let would = api::choose_account_preview(host.store(), &category, "Undeposited Funds").unwrap();
    assert_eq!(would.held_freed, held.entries);
    host.change(|store, now| api::choose_account(store, &category, "Undeposited Funds", now)).unwrap();
    until("they are freed", || group().is_none()).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_released_as_a_whole_and_only_it() {
    let mut world = World::new(25).await;
    let host = world.open_connected(0).await;
    let token = api::generate_token(&host, false).unwrap().token;
    shop_is_read(&host, world.orders()).await;
    world.session(&host, &token).await;
    // Nothing maps them anew in between.
    host.stop().await;
    let ready = |limit| {
        let filter = api::EntryFilter { states: vec![State::Ready], limit: Some(limit), ..api::EntryFilter::default() };
        host.store().entries(&filter).unwrap()
    };
    let sales: Vec<_> = ready(1000).into_iter().filter(|row| !row.kind.is_list()).take(7).collect();
    let closed = |day: i8| books::HeldReason::ClosedPeriod { date: date(2026, 1, day), closed_until: date(2026, 2, 1) };
    for (row, day) in sales.iter().take(5).zip(1..) {
        host.store().hold(&row.key, &closed(day), host.now()).unwrap();
    }
    for row in &sales[5..] {
        host.store().hold(&row.key, &books::HeldReason::ChangedInQuickBooks, host.now()).unwrap();
    }
    let groups = api::attention(&host).unwrap();
    let counts: Vec<_> =
        groups.iter().filter(|group| group.entries > 0).map(|group| (group.id.as_str(), group.entries)).collect();
    assert_eq!(counts, [("held:closed_period", 5), ("held:changed_in_quick_books", 2)]);
    assert!(api::retry_group(host.store(), "held:closed_period", host.now()).is_err());
    assert!(api::release_group(host.store(), "held:no_such_thing:", host.now()).is_err());

    let cause = "held:closed_period".parse().unwrap();
    let some = host.store().free(&cause, None, 2, host.now()).unwrap();
    assert_eq!(some.count, 2);
    assert_eq!(host.store().free(&cause, some.last, 100, host.now()).unwrap().count, 3, "each is freed once");
    assert_eq!(api::release_group(host.store(), "held:closed_period", host.now()).unwrap(), 5);
    drop(host);
    let host = world.open().await;
    until("they are mapped anew", || {
        let groups = api::attention(&host).unwrap();
        groups.iter().all(|group| group.id != "held:closed_period")
    })
    .await;
    let left = api::attention_entries(host.store(), "held:changed_in_quick_books", 0, 10).unwrap();
    assert_eq!(left.total, 2, "nobody released these");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_moment_is_quiet_only_when_quickbooks_owes_no_answer() {
    let mut world = World::new(5).await;
    let host = world.open_connected(0).await;
    let token = api::generate_token(&host, false).unwrap().token;
    shop_is_read(&host, world.orders()).await;
    world.session(&host, &token).await;
    host.stop().await;
    let store = host.store();
    let waits = || api::not_quiet(&host).unwrap().map(|message| message.code);
    assert_eq!(waits(), None);

    let filter = api::EntryFilter { states: vec![State::Ready], limit: Some(1), ..api::EntryFilter::default() };
    let entry = store.entries(&filter).unwrap().remove(0).key;
    let run = store.begin_run("test", host.now()).unwrap();
    let id = qbxml::MessageSetId::new("one").unwrap();
    let set = store::NewSet {
        id: id.clone(),
        xml: "<QBXML />".to_owned(),
        requests: vec![(qbxml::RequestId::new("1").unwrap(), entry.clone())],
        purpose: "post".to_owned(),
    };
    store.intend(run, &set, host.now()).unwrap();
    assert_eq!(waits().as_deref(), Some("update.waits.unanswered"), "an entry is sent");
    store.doubt(&id, "the connection broke off", host.now()).unwrap();
    assert_eq!(waits().as_deref(), Some("update.waits.unanswered"), "an entry is uncertain");
    store.settle(&id, &[(entry, store::Outcome::Again)], host.now()).unwrap();
    assert_eq!(waits(), None);
}

#[test]
fn a_configuration_written_by_hand_is_kept_and_a_half_written_one_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let by_hand = sync::config::example();
    let path = folder.path().join("config.toml");
    fs::write(&path, &by_hand).unwrap();
    fs::write(folder.path().join("config.part"), "[shop]\naddr").unwrap();
    let mut config = Config::read(folder.path()).unwrap().unwrap();
    let mapping = config.mapping.clone();
    config.shop.start_date = date(2026, 5, 1);
    config.mapping = books::Mapping::default();
    let now: Timestamp = "2026-11-27T09:30:00Z".parse().unwrap();
    config.write(folder.path(), now).unwrap();
    let again = Config::read(folder.path()).unwrap().unwrap();
    assert_eq!((again.shop, again.mapping), (config.shop.clone(), mapping), "the mapping stays in the file");
    let kept = || -> Vec<_> {
        let names = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("config.by-hand")).collect()
    };
    assert_eq!(fs::read_to_string(folder.path().join(&kept()[0])).unwrap(), by_hand);
    config.write(folder.path(), now + SignedDuration::from_hours(1)).unwrap();
    assert_eq!(kept().len(), 1, "what was written here is not kept");
}
