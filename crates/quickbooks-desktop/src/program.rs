//! What Windows knows of the Web Connector: registry, usual folders, running processes.
#![allow(unsafe_code, reason = "Windows tells of its processes and of a file's version through pointers")]

use std::{
    env, fs,
    os::windows::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use windows::{
    Win32::{
        Foundation::{CloseHandle, HANDLE},
        Storage::FileSystem::{GetFileVersionInfoSizeW, GetFileVersionInfoW, VS_FIXEDFILEINFO, VerQueryValueW},
        System::Diagnostics::ToolHelp::{
            CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
        },
    },
    core::{HSTRING, PCWSTR, w},
};
use windows_registry::{CLASSES_ROOT, CURRENT_USER, Key, LOCAL_MACHINE};

use crate::{Connector, Finding};

const PROGRAM: &str = "QBWebConnector.exe";

/// Where its installers have put it, below one of the folders for programs.
const FOLDERS: [&str; 3] =
    [r"Common Files\Intuit\QuickBooks\QBWebConnector", r"Intuit\QuickBooks Web Connector", r"Intuit\QBWebConnector"];

/// Where Windows keeps what it starts when somebody signs in.
const STARTED: [&str; 2] =
    [r"Software\Microsoft\Windows\CurrentVersion\Run", r"Software\WOW6432Node\Microsoft\Windows\CurrentVersion\Run"];
const STARTUP_FOLDER: &str = r"Microsoft\Windows\Start Menu\Programs\Startup";

pub(crate) fn find() -> Connector {
    let program = program();
    Connector {
        version: program.as_deref().and_then(version),
        is_installed: if program.is_some() { Finding::Yes } else { Finding::No },
        is_running: is_running(),
        starts_with_windows: if starts_with_windows() { Finding::Yes } else { Finding::No },
        program,
    }
}

/// What .qwc files are opened with, or else where the program is known to be.
fn program() -> Option<PathBuf> {
    let application = LOCAL_MACHINE
        .open(format!(r"Software\Microsoft\Windows\CurrentVersion\App Paths\{PROGRAM}"))
        .and_then(|key| key.get_string(""))
        .ok();
    let roots = ["ProgramFiles(x86)", "ProgramFiles", "ProgramW6432"].into_iter().filter_map(env::var_os);
    let usual = roots.flat_map(|root| FOLDERS.map(|folder| Path::new(&root).join(folder).join(PROGRAM)));
    let named = [association(), application].into_iter().flatten().map(PathBuf::from);
    named.chain(usual).find(|path| path.is_file())
}

fn association() -> Option<String> {
    let kind = CLASSES_ROOT.open(".qwc").and_then(|key| key.get_string("")).ok()?;
    let command = CLASSES_ROOT.open(format!(r"{kind}\shell\open\command")).and_then(|key| key.get_string("")).ok()?;
    let command = command.trim();
    let program = match command.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => command.split(" \"").next(),
    };
    program.map(str::to_owned)
}

fn starts_with_windows() -> bool {
    let names_it = |text: &str| text.to_lowercase().contains("qbwebconnector");
    let in_registry = |root: &Key| {
        let keys = STARTED.into_iter().filter_map(|path| root.open(path).ok());
        keys.into_iter().any(|key| {
            key.values().is_ok_and(|mut values| {
                values.any(|(_, value)| String::try_from(value).is_ok_and(|text| names_it(&text)))
            })
        })
    };
    let folders = ["APPDATA", "ProgramData"].into_iter().filter_map(env::var_os);
    let mut shortcuts = folders
        .filter_map(|folder| fs::read_dir(Path::new(&folder).join(STARTUP_FOLDER)).ok())
        .flat_map(|entries| entries.flatten());
    in_registry(CURRENT_USER)
        || in_registry(LOCAL_MACHINE)
        || shortcuts.any(|shortcut| fs::read(shortcut.path()).is_ok_and(|bytes| leads_there(&bytes)))
}

/// Whether a shortcut's file names the program, in either of the two ways of writing that shortcuts have.
fn leads_there(shortcut: &[u8]) -> bool {
    let name = PROGRAM.as_bytes();
    let wide: Vec<u8> = PROGRAM.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [name, &wide].into_iter().any(|name| shortcut.windows(name.len()).any(|part| part.eq_ignore_ascii_case(name)))
}

struct Snapshot(HANDLE);

impl Drop for Snapshot {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and nobody else closes it.
        let _ = unsafe { CloseHandle(self.0) };
    }
}

fn is_running() -> Finding {
    // SAFETY: a plain call; the handle is closed by its owner.
    let Ok(snapshot) = (unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) }).map(Snapshot) else {
        return Finding::CantTell;
    };
    let size = u32::try_from(size_of::<PROCESSENTRY32W>()).unwrap_or_default();
    let mut process = PROCESSENTRY32W { dwSize: size, ..PROCESSENTRY32W::default() };
    // SAFETY: the entry is writable and says its size, here and below.
    let mut told = unsafe { Process32FirstW(snapshot.0, &raw mut process) };
    while told.is_ok() {
        let name = String::from_utf16_lossy(&process.szExeFile);
        if name.trim_end_matches('\0').eq_ignore_ascii_case(PROGRAM) {
            return Finding::Yes;
        }
        told = unsafe { Process32NextW(snapshot.0, &raw mut process) };
    }
    Finding::No
}

fn version(program: &Path) -> Option<String> {
    let wide: Vec<u16> = program.as_os_str().encode_wide().collect();
    let path = HSTRING::from_wide(&wide);
    // SAFETY: the buffer is as long as Windows wanted it, and what is told points into it.
    unsafe {
        let size = GetFileVersionInfoSizeW(&path, None);
        let mut buffer = vec![0_u8; usize::try_from(size).ok()?];
        GetFileVersionInfoW(&path, None, size, buffer.as_mut_ptr().cast()).ok()?;
        let (mut told, mut length) = (std::ptr::null_mut(), 0);
        let root: PCWSTR = w!("\\");
        if !VerQueryValueW(buffer.as_ptr().cast(), root, &raw mut told, &raw mut length).as_bool() {
            return None;
        }
        if told.is_null() || usize::try_from(length).ok()? < size_of::<VS_FIXEDFILEINFO>() {
            return None;
        }
        let told = told.cast::<VS_FIXEDFILEINFO>().read_unaligned();
        let halves = |both: u32| (both >> 16, both & 0xFFFF);
        let ((major, minor), (build, patch)) = (halves(told.dwFileVersionMS), halves(told.dwFileVersionLS));
        Some(format!("{major}.{minor}.{build}.{patch}"))
    }
}
