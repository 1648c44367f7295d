//! What keeps QuickBooks from being worked with: each of its HRESULTs in words that say what to do, whichever way it came.

use qbxml::HResult;

use crate::{api::ReachState, messages::Message};

/// What keeps QuickBooks from being worked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hindrance {
    Closed,
    NoFileOpen,
    NotStarted,
    Starting,
    DialogOpen,
    OtherApplication,
    UserElsewhere,
    Passing,
    OtherMode,
    OtherFile,
    SeveralRunning,
    FileNotOpened,
    FileVersion,
    ReadOnly,
    FirstAccess,
    NotPermitted,
    NoAutomaticLogin,
    Certificate,
    NotRegistered,
    Edition,
    Incomplete,
    NoRequestProcessor,
    /// Nothing that a merchant could change, or nothing that is known.
    Refused,
}

impl Hindrance {
    const ALL: [Self; 23] = [
        Self::Closed,
        Self::NoFileOpen,
        Self::NotStarted,
        Self::Starting,
        Self::DialogOpen,
        Self::OtherApplication,
        Self::UserElsewhere,
        Self::Passing,
        Self::OtherMode,
        Self::OtherFile,
        Self::SeveralRunning,
        Self::FileNotOpened,
        Self::FileVersion,
        Self::ReadOnly,
        Self::FirstAccess,
        Self::NotPermitted,
        Self::NoAutomaticLogin,
        Self::Certificate,
        Self::NotRegistered,
        Self::Edition,
        Self::Incomplete,
        Self::NoRequestProcessor,
        Self::Refused,
    ];

    const fn of(hresult: HResult) -> Self {
        match hresult {
            HResult::NotRunning | HResult::NoAccess => Self::Closed,
            HResult::NoFileOpen => Self::NoFileOpen,
            HResult::NotStarted | HResult::ExecutionFailed => Self::NotStarted,
            HResult::Starting | HResult::WaitedInVain => Self::Starting,
            HResult::DialogOpen | HResult::CallRejected | HResult::CallLater => Self::DialogOpen,
            HResult::OtherApplication => Self::OtherApplication,
            HResult::LoggedInElsewhere => Self::UserElsewhere,
            HResult::Unexpected
            | HResult::FileNameUnavailable
            | HResult::OutOfMemory
            | HResult::PermissionsLocked
            | HResult::OpeningFailed
            | HResult::ServerFault
            | HResult::ServerGone
            | HResult::Disconnected
            | HResult::CallFailed => Self::Passing,
            HResult::OtherMode => Self::OtherMode,
            HResult::OtherFileOpen => Self::OtherFile,
            HResult::SeveralInstances => Self::SeveralRunning,
            HResult::FileNotOpened => Self::FileNotOpened,
            HResult::FileVersion | HResult::WrongProduct => Self::FileVersion,
            HResult::SharedReadOnly => Self::ReadOnly,
            HResult::FirstAccess => Self::FirstAccess,
            HResult::NoPermission | HResult::UserDenied | HResult::Reauthorise => Self::NotPermitted,
            HResult::NoAutomaticLogin | HResult::LoginRevoked => Self::NoAutomaticLogin,
            HResult::BadCertificate | HResult::ExpiredCertificate | HResult::RevokedCertificate => Self::Certificate,
            HResult::NotRegistered => Self::NotRegistered,
            HResult::ExcludesSimpleStart
            | HResult::ExcludesPro
            | HResult::ExcludesPremier
            | HResult::ExcludesEnterprise
            | HResult::NoMultiUser => Self::Edition,
            HResult::NoQbxml
            | HResult::ComponentsMissing
            | HResult::IncompleteInstallation
            | HResult::NoXml
            | HResult::NotInThisVersion => Self::Incomplete,
            HResult::ClassNotRegistered | HResult::NoSuchClass => Self::NoRequestProcessor,
            // The text says it, or we called in a wrong order.
            HResult::SeeText
            | HResult::NotRemote
            | HResult::NoScripts
            | HResult::ParseError
            | HResult::NoSession
            | HResult::BadTicket
            | HResult::NoConnection
            | HResult::SessionNotEnded
            | HResult::ConnectionTwice
            | HResult::NoRollback
            | HResult::NoApplicationName
            | HResult::UnknownVersion
            | HResult::BadParameter
            | HResult::UnsupportedVersion
            | HResult::WrongInterface
            | HResult::OutsideSession
            | HResult::NoConnectionType
            | HResult::Other(_) => Self::Refused,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Closed => "quickbooks.closed",
            Self::NoFileOpen => "quickbooks.no_file_open",
            Self::NotStarted => "quickbooks.not_started",
            Self::Starting => "quickbooks.starting",
            Self::DialogOpen => "quickbooks.dialog_open",
            Self::OtherApplication => "quickbooks.other_application",
            Self::UserElsewhere => "quickbooks.user_elsewhere",
            Self::Passing => "quickbooks.passing",
            Self::OtherMode => "quickbooks.other_mode",
            Self::OtherFile => "quickbooks.other_file",
            Self::SeveralRunning => "quickbooks.several_running",
            Self::FileNotOpened => "quickbooks.file_not_opened",
            Self::FileVersion => "quickbooks.file_version",
            Self::ReadOnly => "quickbooks.read_only",
            Self::FirstAccess => "quickbooks.first_access",
            Self::NotPermitted => "quickbooks.not_permitted",
            Self::NoAutomaticLogin => "quickbooks.no_automatic_login",
            Self::Certificate => "quickbooks.certificate",
            Self::NotRegistered => "quickbooks.not_registered",
            Self::Edition => "quickbooks.edition",
            Self::Incomplete => "quickbooks.incomplete",
            Self::NoRequestProcessor => "quickbooks.no_request_processor",
            Self::Refused => "quickbooks.refused",
        }
    }

    const fn reach(self) -> ReachState {
        match self {
            Self::Closed | Self::NoFileOpen | Self::NotStarted => ReachState::Closed,
            Self::Starting | Self::DialogOpen | Self::OtherApplication | Self::UserElsewhere | Self::Passing => {
                ReachState::Waiting
            }
            _ => ReachState::Refused,
        }
    }
}

/// What to tell the merchant of an HRESULT and QuickBooks' own words to it.
pub(crate) fn message(hresult: HResult, words: &str) -> Message {
    Message::new(Hindrance::of(hresult).code()).with("hresult", hresult).with("message", words.trim())
}

/// The same, of an HRESULT as text.
pub(crate) fn message_of(hresult: &str, words: &str) -> Message {
    message(hresult.parse().unwrap_or(HResult::Other(0)), words).with("hresult", hresult)
}

/// How QuickBooks can be reached while this keeps it from being worked with; none where it is something else that was told.
pub(crate) fn reach(told: &Message) -> Option<ReachState> {
    Hindrance::ALL.into_iter().find(|hindrance| hindrance.code() == told.code).map(Hindrance::reach)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;
    use crate::messages::Language;

    /// All of PROTOCOL.md c.10, as numbers.
    fn documented() -> impl Iterator<Item = u32> {
        let of_com = [0x8001_0105, 0x8007_06BA, 0x8004_0154, 0x8008_0005];
        (0x8004_0400..=0x8004_0439).chain(of_com)
    }

    #[test]
    fn each_documented_hresult_is_told_in_both_languages_with_quickbooks_own_words() {
        for code in documented() {
            let told = message_of(&format!("0x{code:08X}"), "Intuit's own words.");
            for language in Language::ALL {
                let text = told.text(language);
                assert!(text.contains("Intuit's own words.") && text.contains(&format!("0x{code:08X}")), "{text}");
                assert!(!text.contains('{'), "{text}");
            }
            assert!(reach(&told).is_some(), "{told:?}");
        }
    }

    #[test]
    fn what_a_merchant_can_do_something_about_says_what() {
        let told = |code: u32| message(HResult::from(code), "").code;
        assert_eq!(told(0x8004_0416), "quickbooks.closed");
        assert_eq!(told(0x8004_0417), "quickbooks.no_file_open");
        assert_eq!(told(0x8004_0414), "quickbooks.dialog_open");
        assert_eq!(told(0x8004_0418), "quickbooks.first_access");
        assert_eq!(told(0x8004_041A), "quickbooks.not_permitted");
        assert_eq!(told(0x8004_040A), "quickbooks.other_file");
        assert_eq!(told(0x8004_0422), "quickbooks.other_application");
        let known: BTreeSet<_> = documented().map(told).collect();
        assert!(Hindrance::ALL.iter().all(|hindrance| known.contains(hindrance.code())), "{known:?}");
    }

    #[test]
    fn a_closed_quickbooks_a_busy_one_and_one_that_refuses_are_told_apart() {
        let reached = |code: u32| reach(&message(HResult::from(code), "")).unwrap();
        assert_eq!(reached(0x8004_0416), ReachState::Closed);
        assert_eq!(reached(0x8004_0414), ReachState::Waiting);
        assert_eq!(reached(0x8004_041A), ReachState::Refused);
        assert_eq!(reach(&Message::new("company.sales_tax_off")), None);
    }
}
