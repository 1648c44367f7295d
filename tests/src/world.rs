//! A shop, a company file, a Web Connector, and the program between them.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::civil::{Date, date};
use serde_json::Value;
use simulator::{
    company::{Company, Edition, Setup},
    connector::{End, SessionReport, WebConnector},
    shop::{Bucket, Settings, Shop, Trade},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime};

use crate::program::{Ended, Program, SIGN_IN};

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_mins(1);
/// Sessions until nothing is left to do, at most.
const MOST_SESSIONS: usize = 12;

/// The merchant's one answer that the defaults lack: where bank deposits arrive.
const BANK_DEPOSITS: &str =
    "\n[gateways.\"Bank Deposit\"]\nclearing = \"Undeposited Funds\"\npayment_method = \"Bank Deposit\"\n";

/// A trade of so many orders over ten days, well in the past of every computer's clock, and the same each time.
pub fn trade(orders: u32) -> Trade {
    Trade::new(11, orders, 10, date(2025, 6, 30))
}

/// A shop with a few paid orders of the day `last`, in which from then on nothing happens but what the test lets happen.
pub fn quiet_shop(last: Date) -> Shop {
    Shop::new(&Trade::new(11, 3, 1, last), generous()).unwrap()
}

/// A shop that lets itself be asked as often as one likes.
pub fn generous() -> Settings {
    Settings { bucket: Bucket::GENEROUS, ..Settings::default() }
}

/// A simulated shop and a simulated company file, with the real program between them.
pub struct World {
    runtime: Runtime,
    folder: TempDir,
    /// The shop; clones are the same shop.
    pub shop: Shop,
    /// The company file that QuickBooks has open.
    pub company: Company,
    program: Option<Program>,
}

impl World {
    /// A new shop with this trade, an empty company file, and a data folder that was set up with `init`.
    pub fn new(trade: &Trade) -> Self {
        Self::with(trade, Setup::new(Edition::Premier))
    }

    /// As [`Self::new`], with a company file of another kind.
    pub fn with(trade: &Trade, setup: Setup) -> Self {
        Self::around(Shop::new(trade, generous()).unwrap(), setup)
    }

    /// Another installation with another company file at the same shop.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::around(self.shop.clone(), Setup::new(Edition::Premier))
    }

    /// An installation at this shop, with a company file of its own.
    pub fn around(shop: Shop, setup: Setup) -> Self {
        // Without opening stock, so that what is in the company file is what was sold, whenever it was started.
        Self::answering(shop, setup, |answers| {
            answers
                .replace("start = \"by_hand\"", "start = \"when_ready\"")
                .replace("opening_stock = true", "opening_stock = false")
        })
    }

    /// An installation whose integration somebody has to start.
    pub fn not_started(shop: Shop, setup: Setup) -> Self {
        Self::answering(shop, setup, |answers| answers)
    }

    /// An installation with answers of its own to the questions of the configuration.
    pub fn answering(shop: Shop, setup: Setup, answer: impl FnOnce(String) -> String) -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = TempDir::new().unwrap();
        let company = new_company(&folder.path().join("company.simulated"), setup);
        let world = Self { runtime, folder, shop, company, program: None };
        let listener = world.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        world.runtime.spawn(world.shop.clone().serve(listener, std::future::pending()));
        let answers = world.folder.path().join("answers.toml");
        fs::write(&answers, answer(configuration(&base_url))).unwrap();
        let init = Program::ask(&["init", "--data-dir", &world.data(), "--config", answers.to_str().unwrap()]);
        assert_eq!(init.code, 0, "{init:?}");
        world
    }

    /// The folder in which everything of this world is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program's data folder.
    pub fn data(&self) -> String {
        self.data_path().to_str().unwrap().to_owned()
    }

    /// The program's data folder, as a path.
    pub fn data_path(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts the engine and waits until it has read everything that the shop has to tell.
    pub fn start(&mut self) {
        // Orders come before deletions, and are kept before the next question is asked.
        let deletions_told = self.shop.answered("events");
        self.start_engine();
        let began = Instant::now();
        while self.shop.answered("events") == deletions_told {
            assert!(began.elapsed() < PATIENCE, "the shop was not read: {}", self.problems());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts the engine and does not wait for its first run.
    pub fn start_engine(&mut self) {
        self.program = None;
        self.program = Some(Program::start(&self.data(), &self.folder.path().join("problems.txt")));
    }

    /// Gives another answer to one question of the configuration; the engine must not run.
    pub fn reconfigure(&self, asked: &str, answer: &str) {
        let file = self.data_path().join("config.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(asked), "the configuration has no {asked}");
        fs::write(file, text.replacen(asked, answer, 1)).unwrap();
    }

    /// Kills the engine.
    pub fn kill(&mut self) {
        self.program = None;
    }

    /// The engine's process, if it was started.
    pub fn process(&self) -> Option<u32> {
        self.program.as_ref().map(Program::id)
    }

    /// What the engine has said of problems since the world began.
    pub fn problems(&self) -> String {
        fs::read_to_string(self.folder.path().join("problems.txt")).unwrap_or_default()
    }

    /// One session of the Web Connector with the engine that runs.
    pub fn session(&mut self) -> SessionReport {
        self.session_with(|_, _| {})
    }

    /// One session of a Web Connector that was prepared with the engine that runs.
    pub fn session_with(&mut self, prepare: impl FnOnce(&mut WebConnector, &Program)) -> SessionReport {
        let program = self.program.as_ref().expect("the engine was not started");
        let mut connector = WebConnector::new(&program.url, SIGN_IN.0, SIGN_IN.1);
        prepare(&mut connector, program);
        self.runtime.block_on(connector.run_once(&mut self.company)).unwrap()
    }

    /// Sessions until the engine has nothing left to do.
    pub fn settle(&mut self) {
        for _ in 0..MOST_SESSIONS {
            let report = self.session();
            match report.end {
                End::Done => {}
                End::NoWork => return,
                _ => panic!("{:?} {:?} {}", report.end, report.errors, self.problems()),
            }
        }
        panic!("there is still work after {MOST_SESSIONS} sessions: {}", self.ask(&["status"]).out);
    }

    /// Starts the engine anew, has it read the shop, and has sessions until only what somebody has to decide is left; then
    /// the engine is killed.
    pub fn carry_over(&mut self) {
        self.start();
        for _ in 0..MOST_SESSIONS {
            let report = self.session();
            assert!(matches!(report.end, End::Done | End::NoWork), "{:?} {}", report.end, self.problems());
            if report.end == End::NoWork || self.status("ready") + self.status("uncertain") == 0 {
                self.kill();
                return;
            }
        }
        panic!("there is still work after {MOST_SESSIONS} sessions: {}", self.ask(&["status"]).out);
    }

    /// What somebody does at the QuickBooks window, as the request that it comes to; gives QuickBooks' answer.
    pub fn by_hand(&mut self, request: &str) -> String {
        let answer = self.company.process(&format!(
            "<?xml version=\"1.0\"?><?qbxml version=\"13.0\"?><QBXML><QBXMLMsgsRq onError=\"stopOnError\">{request}\
             </QBXMLMsgsRq></QBXML>"
        ));
        let answer = answer.unwrap();
        assert!(answer.contains("statusCode=\"0\""), "{answer}");
        answer
    }

    /// What is in the company file of an order, as type and number, in the order in which it was made; voided ones left out.
    pub fn forms_of(&self, order: &str) -> Vec<String> {
        let name = self.shop.with_orders(|orders| orders.iter().find(|one| one.id() == order).unwrap().name());
        let number = name.trim_start_matches('#');
        let transactions = self.company.transactions().into_iter().filter(|one| !one.void);
        let of_it = transactions.filter(|one| one.ref_number.split('-').next() == Some(number));
        of_it
            .map(|one| format!("{} {}", one.kind, one.ref_number.replacen(number, "", 1)).trim_end().to_owned())
            .collect()
    }

    /// Starts the engine anew, has it read the shop, and settles everything.
    pub fn finish(&mut self) {
        self.start();
        self.settle();
    }

    /// Frees every entry that is held, as somebody does who has looked at it. The engine must not run.
    pub fn release_held(&self) {
        let held = self.ask(&["entries", "--state", "held", "--json"]).json();
        for entry in held.as_array().unwrap() {
            let released = self.ask(&["release", entry["key"].as_str().unwrap()]);
            assert_eq!(released.code, 0, "{released:?}");
        }
    }

    /// The key of the only entry of this kind that stands for an order.
    pub fn entry_of(&self, order: &str, kind: &str) -> String {
        let entries = self.entries_of(order);
        let keys: Vec<&Value> =
            entries.iter().filter(|entry| entry["kind"] == kind).map(|entry| &entry["key"]).collect();
        let [key] = keys.as_slice() else { panic!("{} entries of kind {kind}: {entries:#?}", keys.len()) };
        key.as_str().unwrap().to_owned()
    }

    /// All entries of an order but those of lists, as `entries` tells them.
    pub fn entries_of(&self, order: &str) -> Vec<Value> {
        let name = self.shop.with_orders(|orders| orders.iter().find(|one| one.id() == order).unwrap().name());
        let found = self.ask(&["entries", "--find", &name, "--limit", "1000", "--json"]).json();
        found.as_array().unwrap().iter().filter(|entry| entry["title"] == name.as_str()).cloned().collect()
    }

    /// Runs a command over the data folder to its end.
    pub fn ask(&self, arguments: &[&str]) -> Ended {
        let data = self.data();
        let mut all: Vec<&str> = arguments.to_vec();
        all.extend(["--data-dir", &data]);
        Program::ask(&all)
    }

    /// One of the numbers of `status`.
    pub fn status(&self, number: &str) -> usize {
        let status = self.ask(&["status", "--json"]).json();
        status[number].as_u64().unwrap_or_else(|| panic!("no {number} in {status}")).try_into().unwrap()
    }

    /// The codes of what `status` wants somebody to look at.
    pub fn attention(&self) -> Vec<String> {
        let status = self.ask(&["status", "--json"]).json();
        let points = status["attention"].as_array().unwrap();
        points.iter().map(|point| point["message"]["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Puts another content into the company file's place, and has QuickBooks open it.
    pub fn restore_company(&mut self, copy: &[u8]) {
        fs::write(self.company.path(), copy).unwrap();
        self.company.crash().unwrap();
    }
}

/// An empty company file.
pub(crate) fn new_company(path: &Path, setup: Setup) -> Company {
    let mut company = Company::create(path, setup).unwrap();
    // Kills of the process lose nothing without it, and a power cut does not happen here.
    company.set_durable(false);
    company
}

/// The example configuration with this world's answers.
fn configuration(base_url: &str) -> String {
    let example = Program::ask(&["config", "example"]).out;
    let settings = Settings::default();
    let answers = [
        ("your-shop.myshopify.com", settings.domain.as_str()),
        ("your-client-id", &settings.client_id),
        ("2026-01-01", "2025-01-01"),
        ("# base_url = \"http://127.0.0.1:8090\"", &format!("base_url = \"{base_url}\"")),
        ("port = 8087", "port = 0"),
        ("user_name = \"tillbridge\"", &format!("user_name = \"{}\"", SIGN_IN.0)),
    ];
    let mut text = example + BANK_DEPOSITS;
    for (asked, answer) in answers {
        assert!(text.contains(asked), "the example configuration has no {asked}");
        text = text.replacen(asked, answer, 1);
    }
    text
}

/// Copies a folder with everything in it to a place where there is none.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
