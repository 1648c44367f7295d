//! The request processor by COM, called late-bound: no type library of Intuit's is needed, and every server marshals that.
#![allow(unsafe_code, reason = "COM has no other door")]

use std::{
    mem::ManuallyDrop,
    sync::atomic::{AtomicBool, Ordering},
};

use tracing::debug;
use windows::{
    Win32::{
        Foundation::{CO_E_CLASSSTRING, DISP_E_EXCEPTION, REGDB_E_CLASSNOTREG, RPC_E_CALL_REJECTED},
        System::{
            Com::{
                CLSCTX, CLSCTX_INPROC_SERVER, CLSCTX_LOCAL_SERVER, CLSIDFromProgID, COINIT_APARTMENTTHREADED,
                CoCreateInstance, CoInitializeEx, CoUninitialize, DISPATCH_FLAGS, DISPATCH_METHOD,
                DISPATCH_PROPERTYGET, DISPPARAMS, EXCEPINFO, IDispatch,
            },
            Variant::{VARIANT, VT_BSTR, VT_DISPATCH},
        },
    },
    core::{BSTR, Error, GUID, HRESULT, HSTRING, PCWSTR, w},
};

use crate::{Application, Failure, RequestProcessor, Ticket};

/// The request processor's names, and how each is had, best first. In a process of its own Intuit's code can't take ours
/// with it, and it may have 32 bits where we have 64.
const CLASSES: [(PCWSTR, CLSCTX); 3] = [
    (w!("QBXMLRP2.RequestProcessor"), CLSCTX_LOCAL_SERVER),
    (w!("QBXMLRP2e.RequestProcessor"), CLSCTX_LOCAL_SERVER),
    (w!("QBXMLRP2.RequestProcessor"), CLSCTX_INPROC_SERVER),
];

/// `localQBD`: QuickBooks on this computer.
const LOCAL: i32 = 1;
/// `omDontCare`: in the mode in which the file is open.
const ANY_MODE: i32 = 2;
/// `umpOptional`: it works while QuickBooks is closed, if the merchant allows it.
const UNATTENDED_OPTIONAL: i32 = 2;
/// `pdpNotNeeded`: nothing of employees' and customers' most personal data is wanted.
const NO_PERSONAL_DATA: i32 = 3;

/// The language of the computer's user, in which the names of methods are looked up.
const USER_LANGUAGE: u32 = 0x0400;

/// Whether a request processor is in use in this process: sessions of one process must not overlap (PROTOCOL.md g).
static IN_USE: AtomicBool = AtomicBool::new(false);

pub(crate) fn request_processor() -> Result<Box<dyn RequestProcessor>, Failure> {
    let turn = Turn::take()?;
    let apartment = Apartment::enter()?;
    Ok(Box::new(Com { object: create()?, _apartment: apartment, _turn: turn }))
}

fn create() -> Result<IDispatch, Failure> {
    let mut missing = Error::from_hresult(REGDB_E_CLASSNOTREG);
    for (name, context) in CLASSES {
        // SAFETY: COM is initialised on this thread, and the name is a constant.
        let created = unsafe {
            CLSIDFromProgID(name).and_then(|class| CoCreateInstance::<_, IDispatch>(&raw const class, None, context))
        };
        match created {
            Ok(object) => return Ok(object),
            Err(error) if [REGDB_E_CLASSNOTREG, CO_E_CLASSSTRING].contains(&error.code()) => missing = error,
            Err(error) => return Err(error.into()),
        }
    }
    Err(missing.into())
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { hresult: error.code().0.cast_unsigned(), message: error.message() }
    }
}

/// The one use of the request processor at a time. A call that never came back keeps it.
struct Turn;

impl Turn {
    fn take() -> Result<Self, Failure> {
        if IN_USE.swap(true, Ordering::AcqRel) {
            return Err(Failure {
                hresult: RPC_E_CALL_REJECTED.0.cast_unsigned(),
                message: "An earlier call to QuickBooks has not come back yet.".to_owned(),
            });
        }
        Ok(Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        IN_USE.store(false, Ordering::Release);
    }
}

/// COM on this thread, as the request processor wants it.
struct Apartment;

impl Apartment {
    fn enter() -> Result<Self, Failure> {
        // SAFETY: undone on the same thread, since nothing here can leave it.
        unsafe { CoInitializeEx(None, COINIT_APARTMENTTHREADED) }.ok()?;
        Ok(Self)
    }
}

impl Drop for Apartment {
    fn drop(&mut self) {
        // SAFETY: it was initialised on this thread.
        unsafe { CoUninitialize() };
    }
}

/// Let go of in this order: the object, COM, the turn.
struct Com {
    object: IDispatch,
    _apartment: Apartment,
    _turn: Turn,
}

impl RequestProcessor for Com {
    fn open_connection(&mut self, application: Application<'_>) -> Result<(), Failure> {
        call(&self.object, "OpenConnection2", vec![application.id.into(), application.name.into(), LOCAL.into()])?;
        // Without them the request processor's own defaults hold; old ones have no such preferences.
        if let Err(failure) = self.prefer() {
            debug!(%failure, "QuickBooks takes no preferences");
        }
        Ok(())
    }

    fn begin_session(&mut self, company_file: Option<&str>) -> Result<Ticket, Failure> {
        let file = company_file.unwrap_or_default();
        call(&self.object, "BeginSession", vec![file.into(), ANY_MODE.into()]).and_then(|told| text(&told)).map(Ticket)
    }

    fn company_file(&mut self, ticket: &Ticket) -> Result<String, Failure> {
        let told = call(&self.object, "GetCurrentCompanyFileName", vec![ticket.0.as_str().into()])?;
        text(&told)
    }

    fn process(&mut self, ticket: &Ticket, qbxml: &str) -> Result<String, Failure> {
        let answer = call(&self.object, "ProcessRequest", vec![ticket.0.as_str().into(), qbxml.into()])?;
        text(&answer)
    }

    fn end_session(&mut self, ticket: &Ticket) -> Result<(), Failure> {
        call(&self.object, "EndSession", vec![ticket.0.as_str().into()]).map(drop)
    }

    fn close_connection(&mut self) -> Result<(), Failure> {
        call(&self.object, "CloseConnection", Vec::new()).map(drop)
    }
}

impl Com {
    fn prefer(&self) -> Result<(), Failure> {
        let told = invoke(&self.object, "AuthPreferences", DISPATCH_PROPERTYGET, Vec::new())?;
        let preferences = object(&told)?;
        call(&preferences, "PutUnattendedModePref", vec![UNATTENDED_OPTIONAL.into()])?;
        call(&preferences, "PutPersonalDataPref", vec![NO_PERSONAL_DATA.into()])?;
        Ok(())
    }
}

fn call(object: &IDispatch, method: &str, arguments: Vec<VARIANT>) -> Result<VARIANT, Failure> {
    invoke(object, method, DISPATCH_METHOD, arguments)
}

fn invoke(
    object: &IDispatch,
    name: &str,
    kind: DISPATCH_FLAGS,
    mut arguments: Vec<VARIANT>,
) -> Result<VARIANT, Failure> {
    // They are passed from the last to the first.
    arguments.reverse();
    let parameters = DISPPARAMS {
        rgvarg: arguments.as_mut_ptr(),
        cArgs: u32::try_from(arguments.len()).unwrap_or_default(),
        ..DISPPARAMS::default()
    };
    let (name, none) = (HSTRING::from(name), GUID::zeroed());
    let (mut id, mut result, mut exception) = (0, VARIANT::default(), EXCEPINFO::default());
    // SAFETY: all that is pointed at lives until the calls return, and the arguments are as many as is said.
    let called = unsafe {
        let name = PCWSTR(name.as_ptr());
        object.GetIDsOfNames(&raw const none, &raw const name, 1, USER_LANGUAGE, &raw mut id).and_then(|()| {
            let (result, exception) = (Some(&raw mut result), Some(&raw mut exception));
            object.Invoke(id, &raw const none, USER_LANGUAGE, kind, &raw const parameters, result, exception, None)
        })
    };
    let thrown = thrown(exception);
    match called {
        Ok(()) => Ok(result),
        Err(error) if error.code() == DISP_E_EXCEPTION => Err(thrown),
        Err(error) => Err(error.into()),
    }
}

/// What an exception says; it is used up.
fn thrown(mut exception: EXCEPINFO) -> Failure {
    if let Some(fill_in) = exception.pfnDeferredFillIn {
        // SAFETY: the server wants to be called back for the rest, with the same record.
        let _ = unsafe { fill_in(&raw mut exception) };
    }
    // SAFETY: the texts belong to whoever asked, and are looked at no more after this.
    let [_, description, _]: [BSTR; 3] = unsafe {
        [&mut exception.bstrSource, &mut exception.bstrDescription, &mut exception.bstrHelpFile]
            .map(|text| ManuallyDrop::take(text))
    };
    let code = if exception.scode == 0 { DISP_E_EXCEPTION } else { HRESULT(exception.scode) };
    let message = if description.is_empty() { code.message() } else { description.to_string() };
    Failure { hresult: code.0.cast_unsigned(), message }
}

fn text(told: &VARIANT) -> Result<String, Failure> {
    // SAFETY: the kind says which of the fields is there, here and below.
    unsafe {
        let value = &told.Anonymous.Anonymous;
        if value.vt == VT_BSTR { Ok(value.Anonymous.bstrVal.to_string()) } else { Err(unexpected()) }
    }
}

fn object(told: &VARIANT) -> Result<IDispatch, Failure> {
    unsafe {
        let value = &told.Anonymous.Anonymous;
        let there = if value.vt == VT_DISPATCH { value.Anonymous.pdispVal.as_ref() } else { None };
        there.cloned().ok_or_else(unexpected)
    }
}

fn unexpected() -> Failure {
    Error::from_hresult(windows::Win32::Foundation::DISP_E_TYPEMISMATCH).into()
}
