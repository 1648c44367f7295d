//! The request processor by real COM, against a simulated one in a process of its own. On Windows, or under Wine.
#![cfg(windows)]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use quickbooks_desktop::{Application, Connector, Failure, Finding, QuickBooks, Session, ThisComputer};
use simulator::company::{Company, Edition, Setup};
use tempfile::TempDir;
use windows_registry::{CURRENT_USER, LOCAL_MACHINE};

const APPLICATION: Application<'static> = Application { id: "", name: "Tillbridge" };

const QUESTION: &str = "<?xml version=\"1.0\"?><?qbxml version=\"13.0\"?><QBXML><QBXMLMsgsRq onError=\"stopOnError\">\
     <CompanyQueryRq requestID=\"1\" /></QBXMLMsgsRq></QBXML>";
const CUSTOMER: &str = "<?xml version=\"1.0\"?><?qbxml version=\"13.0\"?><QBXML><QBXMLMsgsRq onError=\"stopOnError\">\
     <CustomerAddRq requestID=\"1\"><CustomerAdd><Name>Ada &#216;st</Name></CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>";

/// One user has one request processor, so one test at a time has it.
static TURN: Mutex<()> = Mutex::new(());

/// A simulated QuickBooks, registered for this user.
struct Registered {
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

fn server() -> PathBuf {
    let deps = env::current_exe().unwrap();
    deps.ancestors().nth(2).unwrap().join("examples").join("simulated-request-processor.exe")
}

fn register(arguments: &[&str]) {
    let server = server();
    let done = Command::new(&server).args(arguments).status().unwrap_or_else(|error| panic!("{server:?}: {error}"));
    assert!(done.success());
}

impl Registered {
    fn new() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        Company::create(&folder.path().join("company.simulated"), Setup::new(Edition::Premier)).unwrap();
        register(&["--register", folder.path().to_str().unwrap()]);
        Self { folder, _turn: turn }
    }

    fn fail(&self, at: &str, failure: &str) {
        fs::write(self.folder.path().join("fail.txt"), format!("{at} {failure}")).unwrap();
    }

    fn customers(&self) -> Vec<String> {
        let path = self.folder.path().join("company.simulated");
        Company::open(&path).unwrap().names("Customer")
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        register(&["--unregister"]);
    }
}

fn ask(documents: &[&str]) -> Result<Vec<String>, Failure> {
    let documents: Vec<String> = documents.iter().map(|text| (*text).to_owned()).collect();
    // Each session on a thread of its own, as COM wants it.
    thread::spawn(move || {
        let mut session = Session::begin(ThisComputer.request_processor()?, APPLICATION, None)?;
        assert!(session.company_file()?.ends_with("company.simulated"));
        documents.iter().map(|document| session.process(document)).collect()
    })
    .join()
    .unwrap()
}

#[test]
fn qbxml_goes_through_another_process_and_back() {
    let here = Registered::new();
    let answers = ask(&[QUESTION, CUSTOMER]).unwrap();
    assert!(answers[0].contains("<CompanyRet>"), "{answers:?}");
    assert!(answers[1].contains("statusCode=\"0\""), "{answers:?}");
    // The company file can be had by others again.
    assert_eq!(here.customers(), ["Ada Øst"]);
    ask(&[QUESTION]).unwrap();
}

#[test]
fn each_hresult_comes_through_with_its_words_and_what_was_open_is_closed() {
    let here = Registered::new();
    for code in (0x8004_0400_u32..=0x8004_0439).chain([0x8008_0005]) {
        for at in ["OpenConnection2", "BeginSession", "ProcessRequest"] {
            here.fail(at, &format!("0x{code:08X}"));
            let failure = ask(&[QUESTION]).unwrap_err();
            assert_eq!(failure, Failure { hresult: code, message: "The test wants it so.".to_owned() }, "{at}");
        }
    }
    ask(&[QUESTION]).unwrap();
}

#[test]
fn a_quickbooks_that_dies_in_the_middle_is_told_and_the_next_session_has_another_one() {
    let here = Registered::new();
    here.fail("ProcessRequest!", "exit");
    let failure = ask(&[CUSTOMER]).unwrap_err();
    let gone = [0x8007_06BA, 0x8007_06BE, 0x8001_0105, 0x8001_0108];
    assert!(gone.contains(&failure.hresult), "{failure}");
    assert_eq!(here.customers(), ["Ada Øst"], "it was carried out before");
    assert!(ask(&[QUESTION]).unwrap()[0].contains("<CompanyRet>"));
}

#[test]
fn one_session_at_a_time() {
    let _here = Registered::new();
    let open = ThisComputer.request_processor().unwrap();
    let second = thread::spawn(|| ThisComputer.request_processor().err().map(|failure| failure.hresult));
    assert_eq!(second.join().unwrap(), Some(0x8001_0001));
    drop(open);
    ask(&[QUESTION]).unwrap();
}

#[test]
fn without_quickbooks_the_class_is_not_there() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let failure = ThisComputer.request_processor().err().unwrap();
    assert!([0x8004_01F3, 0x8004_0154].contains(&failure.hresult), "{failure}");
}

#[test]
fn a_web_connector_is_found_by_what_opens_its_files_and_by_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("QBWebConnector.exe");
    let nowhere = Connector::find();
    assert_eq!((nowhere.is_installed, nowhere.is_running), (Finding::No, Finding::No));
    assert_eq!(nowhere.starts_with_windows, Finding::No);

    // Any program that says its version, and then any that stays.
    let system = PathBuf::from(env::var_os("SystemRoot").unwrap()).join("system32");
    fs::copy(system.join("regsvr32.exe"), &program).unwrap();
    associate(&program);
    let installed = Connector::find();
    fs::copy(system.join("cmd.exe"), &program).unwrap();
    let mut running = Command::new(&program).stdin(Stdio::piped()).spawn().unwrap();
    let found = Connector::find();
    running.kill().unwrap();
    running.wait().unwrap();
    let later = Connector::find();
    forget();
    assert_eq!(found.program.as_deref(), Some(program.as_path()));
    assert_eq!((found.is_installed, found.is_running), (Finding::Yes, Finding::Yes));
    assert_eq!(found.starts_with_windows, Finding::Yes);
    assert!(installed.version.is_some_and(|version| version.split('.').count() == 4));
    assert_eq!(installed.is_running, Finding::No);
    assert_eq!(later.is_running, Finding::No);
}

const KIND: &str = r"Software\Classes\Tillbridge.Test.qwc";
const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";

fn associate(program: &Path) {
    // Wine knows only the classes of the whole computer; on Windows it takes an administrator to write there.
    for root in [CURRENT_USER, LOCAL_MACHINE] {
        let Ok(ending) = root.create(r"Software\Classes\.qwc") else { continue };
        ending.set_string("", "Tillbridge.Test.qwc").unwrap();
        let command = root.create(format!(r"{KIND}\shell\open\command")).unwrap();
        command.set_string("", format!("\"{}\" \"%1\"", program.display())).unwrap();
    }
    CURRENT_USER.create(RUN).unwrap().set_string("QBWebConnector", program.to_str().unwrap()).unwrap();
}

fn forget() {
    for root in [CURRENT_USER, LOCAL_MACHINE] {
        let _ = root.remove_tree(r"Software\Classes\.qwc");
        let _ = root.remove_tree(KIND);
    }
    CURRENT_USER.create(RUN).unwrap().remove_value("QBWebConnector").unwrap();
}
