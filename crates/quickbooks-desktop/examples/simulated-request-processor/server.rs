//! The server: one object, late-bound.
#![allow(unsafe_code, reason = "COM has no other door")]

use std::{
    cell::{Cell, RefCell},
    error::Error,
    ffi::c_void,
    fs,
    mem::ManuallyDrop,
    path::PathBuf,
    time::{Duration, Instant},
};

use simulator::company::Company;
use windows::{
    Win32::{
        Foundation::{DISP_E_EXCEPTION, DISP_E_MEMBERNOTFOUND, DISP_E_UNKNOWNNAME, E_NOTIMPL, E_POINTER},
        System::{
            Com::{
                CLSCTX_LOCAL_SERVER, COINIT_APARTMENTTHREADED, CoInitializeEx, CoRegisterClassObject,
                CoRevokeClassObject, CoUninitialize, DISPATCH_FLAGS, DISPPARAMS, EXCEPINFO, IClassFactory,
                IClassFactory_Impl, IDispatch, IDispatch_Impl, ITypeInfo, REGCLS_MULTIPLEUSE,
            },
            Variant::{VARIANT, VT_BSTR},
        },
        UI::WindowsAndMessaging::{DispatchMessageW, GetMessageW, MSG, SetTimer},
    },
    core::{BOOL, BSTR, GUID, IUnknown, Interface, PCWSTR, Ref, Result, implement},
};
use windows_core::IUnknownImpl;
use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

/// The class of this server; Intuit's own has another id.
const CLASS: GUID = GUID::from_u128(0x8f6c_59a1_2d0e_4c0b_9a77_51f0_6b3c_e2d4);
const NAME: &str = r"Software\Classes\QBXMLRP2.RequestProcessor";
const FOLDER: &str = r"Software\Tillbridge simulated request processor";

/// Its methods; an id is a place in here, from 1.
const METHODS: [&str; 9] = [
    "OpenConnection2",
    "BeginSession",
    "GetCurrentCompanyFileName",
    "ProcessRequest",
    "EndSession",
    "CloseConnection",
    "AuthPreferences",
    "PutUnattendedModePref",
    "PutPersonalDataPref",
];

/// How long it stays without being asked.
const IDLE: Duration = Duration::from_secs(15);

type Outcome<T> = std::result::Result<T, Box<dyn Error>>;

pub fn main() -> Outcome<()> {
    let class = format!(r"Software\Classes\CLSID\{{{CLASS:?}}}");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("--register") => {
            let folder = arguments.get(1).ok_or("--register FOLDER")?;
            register(CURRENT_USER, &class)?;
            // Wine knows only the classes of the whole computer; on Windows it takes an administrator to write there.
            let _ = register(LOCAL_MACHINE, &class);
            CURRENT_USER.create(FOLDER)?.set_string("Folder", folder)?;
            Ok(())
        }
        Some("--unregister") => {
            for tree in [NAME, &class, FOLDER] {
                CURRENT_USER.remove_tree(tree)?;
                let _ = LOCAL_MACHINE.remove_tree(tree);
            }
            Ok(())
        }
        _ => serve(),
    }
}

fn register(root: &Key, class: &str) -> Outcome<()> {
    root.create(format!(r"{NAME}\CLSID"))?.set_string("", format!("{{{CLASS:?}}}"))?;
    let server = root.create(format!(r"{class}\LocalServer32"))?;
    server.set_string("", format!("\"{}\"", std::env::current_exe()?.display()))?;
    Ok(())
}

/// Where the test of the moment has its company file and its wishes.
fn folder() -> PathBuf {
    CURRENT_USER.open(FOLDER).and_then(|key| key.get_string("Folder")).map(PathBuf::from).unwrap_or_default()
}

fn serve() -> Outcome<()> {
    // SAFETY: plain calls in their order, all on this thread.
    unsafe {
        CoInitializeEx(None, COINIT_APARTMENTTHREADED).ok()?;
        let server: IDispatch = Server { company: RefCell::default() }.into();
        let factory: IClassFactory = Factory(server).into();
        let registered = CoRegisterClassObject(&CLASS, &factory, CLSCTX_LOCAL_SERVER, REGCLS_MULTIPLEUSE)?;
        SetTimer(None, 0, 1000, None);
        let mut message = MSG::default();
        while GetMessageW(&raw mut message, None, 0, 0).as_bool() && ASKED.get().elapsed() < IDLE {
            DispatchMessageW(&raw const message);
        }
        CoRevokeClassObject(registered)?;
        drop(factory);
        CoUninitialize();
    }
    Ok(())
}

thread_local! {
    /// When somebody last wanted something.
    static ASKED: Cell<Instant> = Cell::new(Instant::now());
}

#[implement(IClassFactory)]
struct Factory(IDispatch);

impl IClassFactory_Impl for Factory_Impl {
    fn CreateInstance(&self, _: Ref<IUnknown>, wanted: *const GUID, object: *mut *mut c_void) -> Result<()> {
        // SAFETY: COM gives both, and takes the object as its own.
        unsafe { self.0.query(wanted, object).ok() }
    }

    fn LockServer(&self, _: BOOL) -> Result<()> {
        Ok(())
    }
}

/// The one object: the request processor, and its preferences too.
#[implement(IDispatch)]
struct Server {
    /// Open from the beginning of a session to its end.
    company: RefCell<Option<Company>>,
}

impl IDispatch_Impl for Server_Impl {
    fn GetTypeInfoCount(&self) -> Result<u32> {
        Ok(0)
    }

    fn GetTypeInfo(&self, _: u32, _: u32) -> Result<ITypeInfo> {
        Err(E_NOTIMPL.into())
    }

    fn GetIDsOfNames(&self, _: *const GUID, names: *const PCWSTR, count: u32, _: u32, ids: *mut i32) -> Result<()> {
        if names.is_null() || ids.is_null() || count != 1 {
            return Err(E_POINTER.into());
        }
        // SAFETY: there is one name, and room for one id.
        unsafe {
            let name = (*names).to_string().unwrap_or_default();
            let place = METHODS.iter().position(|method| *method == name).ok_or(DISP_E_UNKNOWNNAME)?;
            *ids = i32::try_from(place).unwrap_or_default() + 1;
        }
        Ok(())
    }

    fn Invoke(
        &self,
        id: i32,
        _: *const GUID,
        _: u32,
        _: DISPATCH_FLAGS,
        parameters: *const DISPPARAMS,
        result: *mut VARIANT,
        exception: *mut EXCEPINFO,
        _: *mut u32,
    ) -> Result<()> {
        ASKED.set(Instant::now());
        let place = usize::try_from(id - 1).map_err(|_| DISP_E_MEMBERNOTFOUND)?;
        let method = METHODS.get(place).ok_or(DISP_E_MEMBERNOTFOUND)?;
        // SAFETY: the parameters are as many as they say; what is pointed at is the caller's to fill.
        unsafe {
            let arguments = if (*parameters).cArgs == 0 {
                &[]
            } else {
                std::slice::from_raw_parts((*parameters).rgvarg, usize::try_from((*parameters).cArgs).unwrap_or(0))
            };
            // They come from the last to the first.
            let texts: Vec<String> = arguments.iter().rev().map(text).collect();
            let answer = if *method == "AuthPreferences" {
                Ok(VARIANT::from(self.to_interface::<IDispatch>()))
            } else {
                self.call(method, &texts).map(|answer| VARIANT::from(answer.as_str()))
            };
            match answer {
                Ok(answer) if result.is_null() => drop(answer),
                Ok(answer) => result.write(answer),
                Err((hresult, words)) => {
                    if !exception.is_null() {
                        let description = ManuallyDrop::new(BSTR::from(words));
                        let scode = hresult.cast_signed();
                        exception.write(EXCEPINFO { bstrDescription: description, scode, ..EXCEPINFO::default() });
                    }
                    return Err(DISP_E_EXCEPTION.into());
                }
            }
        }
        Ok(())
    }
}

impl Server {
    fn call(&self, method: &str, arguments: &[String]) -> std::result::Result<String, (u32, String)> {
        Self::fail(method)?;
        let mut company = self.company.borrow_mut();
        let none = || (0x8004_040C, "The session has not begun.".to_owned());
        match (method, arguments) {
            ("BeginSession", _) => {
                let opened = Company::open(&folder().join("company.simulated"));
                *company = Some(opened.map_err(|error| (0x8004_0403, error.to_string()))?);
                Ok("ticket".to_owned())
            }
            ("GetCurrentCompanyFileName", _) => {
                let open = company.as_ref().ok_or_else(none)?;
                Ok(open.path().to_string_lossy().into_owned())
            }
            ("ProcessRequest", [_, qbxml]) => {
                let open = company.as_mut().ok_or_else(none)?;
                let answer = open.process(qbxml).map_err(|error| {
                    let hresult = u32::from_str_radix(error.hex().trim_start_matches("0x"), 16).unwrap_or(0x8004_0402);
                    (hresult, error.message)
                })?;
                if qbxml.contains("AddRq") {
                    Self::fail("ProcessRequest!")?;
                }
                Ok(answer)
            }
            ("EndSession" | "CloseConnection", _) => {
                *company = None;
                Ok(String::new())
            }
            _ => Ok(String::new()),
        }
    }

    /// Fails once with what the test wants; `exit` ends the process in the middle.
    fn fail(at: &str) -> std::result::Result<(), (u32, String)> {
        let wish = folder().join("fail.txt");
        let Ok(text) = fs::read_to_string(&wish) else { return Ok(()) };
        let Some((method, failure)) = text.trim().split_once(' ') else { return Ok(()) };
        if method != at {
            return Ok(());
        }
        let _ = fs::remove_file(&wish);
        if failure == "exit" {
            std::process::exit(1);
        }
        let hresult = u32::from_str_radix(failure.trim_start_matches("0x"), 16).unwrap_or(0x8004_0402);
        Err((hresult, "The test wants it so.".to_owned()))
    }
}

/// A text, or nothing.
fn text(argument: &VARIANT) -> String {
    // SAFETY: the kind says which of the fields is there.
    unsafe {
        let value = &argument.Anonymous.Anonymous;
        if value.vt == VT_BSTR { value.Anonymous.bstrVal.to_string() } else { String::new() }
    }
}
