//! QuickBooks called through its request processor, instead of calling: the same sessions, with the same promises.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod support;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, mpsc},
    time::Duration,
};

use books::EntryKind;
use jiff::SignedDuration;
use quickbooks_desktop::{Application, Failure, QuickBooks, RequestProcessor, Ticket};
use simulator::company::{Company, Edition, Setup};
use store::State;
use support::{World, mugs, paid};
use sync::{Engine, Message, engine::Patience};
use tokio_util::sync::CancellationToken;

const IMPATIENT: Patience = Patience {
    session: Duration::from_mins(10),
    answer: Duration::from_mins(5),
    between: Duration::ZERO,
    stop: Duration::from_millis(50),
};

/// What happens to a request.
enum Fate {
    /// It is carried out, and answered.
    Done,
    /// It is carried out, and QuickBooks is gone before it answers.
    AnswerLost,
    /// QuickBooks is gone before it carries anything out.
    GoneBefore,
    /// It is carried out while somebody stops the engine, and the call does not come back until somebody lets it.
    Hangs(CancellationToken, mpsc::Receiver<()>),
    /// It is carried out while something else happens.
    Meanwhile(Box<dyn FnOnce() + Send>),
    /// The thread that calls breaks down.
    Panics,
}

/// A QuickBooks on this computer with one company file, which counts what is open.
struct Desk {
    company: Company,
    /// What comes of the requests that write, one after another; afterwards all is well.
    fates: VecDeque<Fate>,
    /// Why no company file can be opened, if none can.
    closed: Option<Failure>,
    paths: Vec<Option<String>>,
    sent: Vec<String>,
    connections: i32,
    sessions: i32,
    begun: u32,
}

#[derive(Clone)]
struct Simulated(Arc<Mutex<Desk>>);

impl Simulated {
    fn new(folder: &std::path::Path) -> Self {
        let mut company = Company::create(&folder.join("shop.simulated"), Setup::new(Edition::Premier)).unwrap();
        company.set_durable(false);
        Self(Arc::new(Mutex::new(Desk {
            company,
            fates: VecDeque::new(),
            closed: None,
            paths: Vec::new(),
            sent: Vec::new(),
            connections: 0,
            sessions: 0,
            begun: 0,
        })))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn standing(&self, kind: &str) -> usize {
        self.desk().company.transactions().iter().filter(|txn| txn.kind == kind && !txn.void).count()
    }

    fn assert_left(&self) {
        let desk = self.desk();
        assert_eq!((desk.sessions, desk.connections), (0, 0), "QuickBooks was kept open");
    }
}

impl QuickBooks for Simulated {
    fn request_processor(&self) -> Result<Box<dyn RequestProcessor>, Failure> {
        Ok(Box::new(self.clone()))
    }
}

fn gone() -> Failure {
    Failure { hresult: 0x8007_06BA, message: "The RPC server is unavailable.".into() }
}

impl RequestProcessor for Simulated {
    fn open_connection(&mut self, application: Application<'_>) -> Result<(), Failure> {
        assert_eq!(application.name, "Tillbridge");
        self.desk().connections += 1;
        Ok(())
    }

    fn begin_session(&mut self, company_file: Option<&str>) -> Result<Ticket, Failure> {
        let mut desk = self.desk();
        desk.paths.push(company_file.map(str::to_owned));
        if let Some(failure) = &desk.closed {
            return Err(failure.clone());
        }
        desk.sessions += 1;
        desk.begun += 1;
        Ok(Ticket("ticket".into()))
    }

    fn company_file(&mut self, _: &Ticket) -> Result<String, Failure> {
        Ok("C:\\shop.qbw".into())
    }

    fn process(&mut self, _: &Ticket, qbxml: &str) -> Result<String, Failure> {
        let writes = qbxml.contains("ReceiptAddRq");
        let fate = if writes { self.desk().fates.pop_front() } else { None }.unwrap_or(Fate::Done);
        if let Fate::GoneBefore = fate {
            return Err(gone());
        }
        let answer = {
            let mut desk = self.desk();
            desk.sent.push(qbxml.to_owned());
            desk.company.process(qbxml)
        };
        let answer = answer.map_err(|error| Failure {
            hresult: u32::from_str_radix(&error.hex()[2..], 16).unwrap(),
            message: error.message.clone(),
        })?;
        match fate {
            Fate::AnswerLost => return Err(gone()),
            Fate::Hangs(stop, until) => {
                stop.cancel();
                let _ = until.recv();
            }
            Fate::Meanwhile(something) => something(),
            Fate::Panics => panic!("on purpose"),
            Fate::Done | Fate::GoneBefore => {}
        }
        Ok(answer)
    }

    fn end_session(&mut self, _: &Ticket) -> Result<(), Failure> {
        let mut desk = self.desk();
        desk.sessions -= 1;
        desk.company.end_session();
        Ok(())
    }

    fn close_connection(&mut self) -> Result<(), Failure> {
        self.desk().connections -= 1;
        Ok(())
    }
}

/// A shop and a QuickBooks on one computer, and the engine that calls it.
struct OneComputer {
    world: World,
    engine: Arc<Engine>,
    quickbooks: Simulated,
    _folder: tempfile::TempDir,
}

impl OneComputer {
    fn new() -> Self {
        Self::patient(Patience::default(), None)
    }

    fn patient(patience: Patience, company_file: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let quickbooks = Simulated::new(folder.path());
        let world = World::quiet();
        let engine = world.engine_calling(Arc::new(quickbooks.clone()), patience, company_file);
        Self { world, engine: Arc::new(engine), quickbooks, _folder: folder }
    }

    fn sell(&self, number: u64) {
        self.world.sell(number, &paid(mugs(number, 1)));
    }

    /// A run, and what it calls QuickBooks for.
    fn run(&self) {
        self.run_until(&CancellationToken::new());
    }

    fn run_until(&self, stop: &CancellationToken) {
        self.world.on_runtime(async {
            self.engine.run_once("test", stop).await.unwrap();
            self.engine.session_ended(stop).await;
        });
    }

    /// The engine, started anew over the same data as after a kill.
    fn start_anew(&mut self) {
        self.engine = Arc::new(self.world.engine_calling(Arc::new(self.quickbooks.clone()), IMPATIENT, None));
    }

    fn trouble(&self) -> Option<String> {
        let trouble: Option<Option<Message>> = self.world.store.setting("trouble").unwrap();
        trouble.flatten().map(|message| message.code)
    }

    fn assert_each_sale_is_there_once(&self, sales: usize) {
        assert_eq!(self.quickbooks.standing("SalesReceipt"), sales);
        self.world.assert_settled();
        self.quickbooks.assert_left();
    }
}

#[test]
fn what_a_run_finds_is_posted_right_after_it_and_quickbooks_is_left() {
    let here = OneComputer::new();
    here.sell(1001);
    here.sell(1002);
    here.run();
    here.assert_each_sale_is_there_once(2);
    assert_eq!(here.trouble(), None);
    assert!(here.quickbooks.desk().paths.iter().all(Option::is_none), "the file that is open is taken");
    assert!(here.engine.last_call_at().is_some());
    let booked = here.quickbooks.desk().company.trial_balance();
    for (account, balance) in here.world.meant() {
        assert_eq!(booked[&account], balance, "{account}");
    }
}

#[test]
fn without_work_quickbooks_is_not_opened() {
    let here = OneComputer::new();
    here.sell(1001);
    here.run();
    let begun = here.quickbooks.desk().begun;
    here.run();
    assert_eq!(here.quickbooks.desk().begun, begun);
}

#[test]
fn the_company_file_that_the_configuration_names_is_the_one_that_is_opened() {
    let here = OneComputer::patient(Patience::default(), Some("C:\\shop.qbw"));
    here.sell(1001);
    here.run();
    here.assert_each_sale_is_there_once(1);
    assert!(here.quickbooks.desk().paths.iter().all(|path| path.as_deref() == Some("C:\\shop.qbw")));
}

#[test]
fn an_answer_that_is_lost_and_a_quickbooks_that_dies_leave_each_sale_in_the_books_once() {
    for fate in [Fate::AnswerLost, Fate::GoneBefore, Fate::Panics] {
        let panics = matches!(fate, Fate::Panics);
        let here = OneComputer::new();
        here.sell(1001);
        here.quickbooks.desk().fates.push_back(fate);
        here.run();
        here.quickbooks.assert_left();
        assert!(!here.world.entries(State::Uncertain).is_empty(), "it is not known whether it is there");
        if !panics {
            assert_eq!(here.trouble().as_deref(), Some("quickbooks.passing"));
        }
        here.run();
        here.assert_each_sale_is_there_once(1);
        assert_eq!(here.trouble(), None);
    }
}

#[test]
fn a_kill_after_quickbooks_took_it_leaves_each_sale_in_the_books_once() {
    let (_never, until) = mpsc::channel();
    let mut here = OneComputer::patient(IMPATIENT, None);
    here.run();
    here.sell(1001);
    let stop = CancellationToken::new();
    here.quickbooks.desk().fates.push_back(Fate::Hangs(stop.clone(), until));
    here.run_until(&stop);
    // The old engine's thread hangs for good, as one that was killed.
    assert!(!here.world.entries(State::Uncertain).is_empty());
    here.start_anew();
    here.run();
    assert_eq!(here.quickbooks.standing("SalesReceipt"), 1);
    here.world.assert_settled();
}

#[test]
fn an_answer_that_comes_after_the_session_was_given_up_changes_nothing() {
    let (let_go, until) = mpsc::channel();
    let here = OneComputer::patient(IMPATIENT, None);
    here.run();
    here.sell(1001);
    let stop = CancellationToken::new();
    here.quickbooks.desk().fates.push_back(Fate::Hangs(stop.clone(), until));
    here.run_until(&stop);
    let_go.send(()).unwrap();
    while here.quickbooks.desk().connections > 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(!here.world.entries(State::Uncertain).is_empty(), "the late answer was taken in");
    here.run();
    here.assert_each_sale_is_there_once(1);
}

#[test]
fn stopping_lets_the_request_at_quickbooks_come_to_its_end_and_begins_no_other() {
    let here = OneComputer::new();
    here.run();
    here.sell(1001);
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    here.quickbooks.desk().fates.push_back(Fate::Meanwhile(Box::new(move || stopping.cancel())));
    here.run_until(&stop);
    here.quickbooks.assert_left();
    assert_eq!(here.quickbooks.standing("SalesReceipt"), 1);
    assert_eq!(here.world.entries(State::Uncertain).len(), 0, "its answer was thrown away");
    let sent = here.quickbooks.desk().sent.len();
    here.world.on_runtime(here.engine.session_ended(&stop));
    assert_eq!(here.quickbooks.desk().sent.len(), sent);
    here.run();
    here.assert_each_sale_is_there_once(1);
}

#[test]
fn a_session_is_ended_for_people_to_get_at_the_file_and_the_next_one_goes_on_without_a_doubt() {
    let here = OneComputer::patient(IMPATIENT, None);
    here.run();
    for number in 0..60 {
        here.sell(1001 + number);
    }
    let begun = here.quickbooks.desk().begun;
    let time_flies = here.world.waiting(SignedDuration::from_mins(30));
    here.quickbooks.desk().fates.push_back(Fate::Meanwhile(Box::new(time_flies)));
    here.run();
    assert_eq!(here.quickbooks.desk().begun, begun + 2, "the first one went on, or the rest was left");
    here.assert_each_sale_is_there_once(60);
    let asked_for = here.quickbooks.desk().sent.iter().filter(|sent| sent.contains("<SalesReceiptQueryRq")).count();
    assert_eq!(asked_for, 0, "what had not left was doubted");
}

#[test]
fn why_the_company_file_can_not_be_opened_is_told_until_it_can() {
    let here = OneComputer::new();
    here.sell(1001);
    for (hresult, code) in [
        (0x8004_0416, "quickbooks.closed"),
        (0x8004_0417, "quickbooks.no_file_open"),
        (0x8004_0422, "quickbooks.other_application"),
        (0x8004_0418, "quickbooks.first_access"),
        (0x8004_0414, "quickbooks.dialog_open"),
        (0x8004_040A, "quickbooks.other_file"),
        (0x8004_0154, "quickbooks.no_request_processor"),
    ] {
        here.quickbooks.desk().closed = Some(Failure { hresult, message: "Words.".into() });
        here.run();
        assert_eq!(here.trouble().as_deref(), Some(code));
        here.quickbooks.assert_left();
    }
    assert_eq!(here.quickbooks.desk().sent, Vec::<String>::new());
    here.quickbooks.desk().closed = None;
    here.run();
    here.assert_each_sale_is_there_once(1);
    assert_eq!(here.trouble(), None);
    assert_eq!(here.world.entries(State::Posted).iter().filter(|row| row.kind == EntryKind::SalesReceipt).count(), 1);
}

#[test]
fn the_schedule_calls_quickbooks_after_its_runs() {
    let here = OneComputer::new();
    here.sell(1001);
    here.world.on_runtime(async {
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let (engine, stop) = (Arc::clone(&here.engine), stop.clone());
            async move { engine.keep_running(&stop).await }
        });
        tokio::time::timeout(Duration::from_secs(30), async {
            while here.quickbooks.standing("SalesReceipt") == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
        .expect("QuickBooks was not called");
        stop.cancel();
        running.await.unwrap();
    });
    here.quickbooks.assert_left();
}
