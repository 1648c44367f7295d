//! The errors of QuickBooks' request processor, which the Web Connector passes on as hexadecimal text (PROTOCOL.md c.10).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::status::Class;

/// Text that is no HRESULT.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an HRESULT")]
pub struct HResultError;

macro_rules! hresults {
    ($($(#[$meta:meta])* $name:ident = $code:literal: $class:ident,)+) => {
        /// The HRESULTs that PROTOCOL.md c.10 has, and those of COM around them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "u32", into = "u32")]
        pub enum HResult {
            $($(#[$meta])* $name,)+
            /// Any other.
            Other(u32),
        }

        impl From<u32> for HResult {
            fn from(code: u32) -> Self {
                match code {
                    $($code => Self::$name,)+
                    _ => Self::Other(code),
                }
            }
        }

        impl From<HResult> for u32 {
            fn from(code: HResult) -> Self {
                match code {
                    $(HResult::$name => $code,)+
                    HResult::Other(code) => code,
                }
            }
        }

        impl HResult {
            /// What it means for the caller. One that the table has not leaves open what was done:
            /// [`Class::LookBack`].
            pub const fn class(self) -> Class {
                match self {
                    $(Self::$name => Class::$class,)+
                    Self::Other(_) => Class::LookBack,
                }
            }
        }
    };
}

hresults! {
    /// The XML could not be parsed.
    ParseError = 0x8004_0400: Stop,
    /// QuickBooks could not be reached.
    NoAccess = 0x8004_0401: Retry,
    /// An unexpected error, which does not say what was done.
    Unexpected = 0x8004_0402: LookBack,
    /// The company file could not be opened.
    FileNotOpened = 0x8004_0403: Hold,
    /// This QuickBooks has no qbXML.
    NoQbxml = 0x8004_0404: Hold,
    /// Components are missing.
    ComponentsMissing = 0x8004_0405: Hold,
    /// The file's version is unknown, or it needs a newer QuickBooks.
    FileVersion = 0x8004_0406: Hold,
    /// The installation is incomplete.
    IncompleteInstallation = 0x8004_0407: Hold,
    /// QuickBooks could not be started.
    NotStarted = 0x8004_0408: Retry,
    /// This QuickBooks can't work with the file.
    WrongProduct = 0x8004_0409: Hold,
    /// Another company file is open.
    OtherFileOpen = 0x8004_040A: Hold,
    /// The name of the open file can't be told now.
    FileNameUnavailable = 0x8004_040B: Retry,
    /// A session was not begun.
    NoSession = 0x8004_040C: Stop,
    /// The ticket is not valid.
    BadTicket = 0x8004_040D: Stop,
    /// Out of memory, which does not say what was done.
    OutOfMemory = 0x8004_040E: LookBack,
    /// The connection was not opened.
    NoConnection = 0x8004_040F: Stop,
    /// The file is open in another mode.
    OtherMode = 0x8004_0410: Hold,
    /// The session must be ended first.
    SessionNotEnded = 0x8004_0411: Stop,
    /// The connection was opened twice.
    ConnectionTwice = 0x8004_0412: Stop,
    /// Rolling back is not supported.
    NoRollback = 0x8004_0413: Stop,
    /// A dialog is open in QuickBooks.
    DialogOpen = 0x8004_0414: Retry,
    /// The application's name is missing.
    NoApplicationName = 0x8004_0415: Stop,
    /// QuickBooks is not running, and no file is named.
    NotRunning = 0x8004_0416: Hold,
    /// No file is open, and none is named.
    NoFileOpen = 0x8004_0417: Hold,
    /// The administrator must grant the first access.
    FirstAccess = 0x8004_0418: Hold,
    /// The application's certificate is not valid.
    BadCertificate = 0x8004_0419: Hold,
    /// The application has no permission.
    NoPermission = 0x8004_041A: Hold,
    /// The permissions could not be locked.
    PermissionsLocked = 0x8004_041B: Retry,
    /// An internal error while opening: nothing was processed.
    OpeningFailed = 0x8004_041C: Retry,
    /// Automatic login is not granted.
    NoAutomaticLogin = 0x8004_041D: Hold,
    /// The application's certificate has expired.
    ExpiredCertificate = 0x8004_041E: Hold,
    /// This product takes no XML.
    NoXml = 0x8004_041F: Hold,
    /// The user said no.
    UserDenied = 0x8004_0420: Hold,
    /// The text says it, and is to be shown.
    SeeText = 0x8004_0421: Hold,
    /// Single-user mode is needed, and another application is in.
    OtherApplication = 0x8004_0422: Retry,
    /// The qbXML version is unknown.
    UnknownVersion = 0x8004_0423: Stop,
    /// QuickBooks is still starting.
    Starting = 0x8004_0424: Retry,
    /// A parameter is not valid.
    BadParameter = 0x8004_0425: Stop,
    /// Scripts may not call.
    NoScripts = 0x8004_0426: Hold,
    /// QuickBooks is not registered.
    NotRegistered = 0x8004_0427: Hold,
    /// The qbXML version is not supported.
    UnsupportedVersion = 0x8004_0428: Stop,
    /// The message set belongs to another interface.
    WrongInterface = 0x8004_0429: Stop,
    /// Not from another computer.
    NotRemote = 0x8004_042A: Hold,
    /// Not in this version.
    NotInThisVersion = 0x8004_042B: Hold,
    /// The application's certificate is revoked.
    RevokedCertificate = 0x8004_042C: Hold,
    /// QuickBooks' window or login was waited for in vain.
    WaitedInVain = 0x8004_042D: Retry,
    /// Not between the beginning and the end of a session.
    OutsideSession = 0x8004_042E: Stop,
    /// The type of connection is not there.
    NoConnectionType = 0x8004_042F: Stop,
    /// Automatic login must be granted again.
    LoginRevoked = 0x8004_0430: Hold,
    /// The application excludes Simple Start.
    ExcludesSimpleStart = 0x8004_0431: Hold,
    /// The application excludes Pro.
    ExcludesPro = 0x8004_0432: Hold,
    /// The application excludes Premier.
    ExcludesPremier = 0x8004_0433: Hold,
    /// The application excludes Enterprise.
    ExcludesEnterprise = 0x8004_0434: Hold,
    /// The application must be authorised again.
    Reauthorise = 0x8004_0435: Hold,
    /// Multi-user mode is needed, and this edition has none.
    NoMultiUser = 0x8004_0436: Hold,
    /// That user is logged in elsewhere.
    LoggedInElsewhere = 0x8004_0437: Retry,
    /// Several QuickBooks are running.
    SeveralInstances = 0x8004_0438: Hold,
    /// A shared file is read-only.
    SharedReadOnly = 0x8004_0439: Hold,
    /// The request processor failed in the middle.
    ServerFault = 0x8001_0105: LookBack,
    /// QuickBooks is gone, in the middle perhaps.
    ServerGone = 0x8007_06BA: LookBack,
    /// The request processor is not installed for this kind of process.
    ClassNotRegistered = 0x8004_0154: Hold,
    /// QuickBooks runs with other rights than the caller.
    ExecutionFailed = 0x8008_0005: Hold,
    /// There is no request processor of that name.
    NoSuchClass = 0x8004_01F3: Hold,
    /// QuickBooks took no call at that moment.
    CallRejected = 0x8001_0001: Retry,
    /// QuickBooks wants to be called later.
    CallLater = 0x8001_010A: Retry,
    /// The connection to QuickBooks is cut, in the middle perhaps.
    Disconnected = 0x8001_0108: LookBack,
    /// The call to QuickBooks failed, in the middle perhaps.
    CallFailed = 0x8007_06BE: LookBack,
}

impl fmt::Display for HResult {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{:08X}", u32::from(*self))
    }
}

impl FromStr for HResult {
    type Err = HResultError;

    /// Reads `0x80040400`, or the same without `0x`, as the Web Connector writes it.
    fn from_str(text: &str) -> Result<Self, HResultError> {
        let digits = text.trim();
        let digits = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).unwrap_or(digits);
        // `from_str_radix` would take a sign.
        if digits.starts_with(['+', '-']) {
            return Err(HResultError);
        }
        u32::from_str_radix(digits, 16).map(Self::from).map_err(|_| HResultError)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_web_connectors_text_is_read_with_and_without_prefix() {
        for text in ["0x80040400", "0X80040400", "80040400", " 80040400 "] {
            assert_eq!(text.parse(), Ok(HResult::ParseError));
        }
        assert_eq!(HResult::ParseError.to_string(), "0x80040400");
        for text in ["", "0x", "busy", "-1", "0x180040400"] {
            assert_eq!(text.parse::<HResult>(), Err(HResultError), "{text}");
        }
    }

    #[test]
    fn every_code_of_the_table_is_known() {
        for low in 0x0400..=0x0439_u32 {
            let code = HResult::from(0x8004_0000 + low);
            assert!(!matches!(code, HResult::Other(_)), "{code}");
        }
    }

    #[test]
    fn a_dialog_in_quickbooks_passes_and_a_parse_error_does_not() {
        assert_eq!("0x80040414".parse::<HResult>().unwrap().class(), Class::Retry);
        assert_eq!("0x80040400".parse::<HResult>().unwrap().class(), Class::Stop);
    }

    #[test]
    fn what_leaves_open_whether_something_was_written_is_looked_up() {
        for code in [0x8004_0402, 0x8001_0105, 0x8001_0108, 0x8007_06BA, 0x8007_06BE, 0x8004_040E, 0xDEAD_BEEF] {
            assert_eq!(HResult::from(code).class(), Class::LookBack);
        }
    }
}
