//! What QuickBooks says of a request, and what it means for the caller.
//!
//! Nobody matches on QuickBooks' message texts: they are translated and change. Where one code stands for several causes,
//! the class is the one that can do no harm; each such choice says why.

use serde::{Deserialize, Serialize};

/// What a status or an HRESULT means for the caller (PROTOCOL.md c.9, c.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It is done.
    Fine,
    /// It is done, and there is nothing: a query without a match.
    Empty,
    /// It is not done; the same again, later, can succeed.
    Retry,
    /// It is not done, because the object has changed: read it, apply the change again, send that.
    ReRead,
    /// Whether it is done can't be told: ask QuickBooks before anything is sent again.
    LookBack,
    /// It is not done, and won't be until somebody mends the data, the mapping, QuickBooks' settings or permissions.
    Hold,
    /// The whole session makes no sense: a fault of this program.
    Stop,
}

/// How grave QuickBooks calls a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// `Info`.
    Info,
    /// `Warn`.
    Warn,
    /// `Error`, and whatever else may stand there.
    Error,
}

impl Severity {
    pub(crate) fn from_text(text: &str) -> Self {
        match text {
            "Info" => Self::Info,
            "Warn" => Self::Warn,
            _ => Self::Error,
        }
    }
}

/// What QuickBooks says of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The code.
    pub code: StatusCode,
    /// How grave it is.
    pub severity: Severity,
    /// QuickBooks' own words: to be shown as they are, for they name the field; never to be decided by.
    pub message: String,
}

impl Status {
    /// What it means for the caller: the class of its code.
    pub const fn class(&self) -> Class {
        self.code.class()
    }
}

macro_rules! status_codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal: $class:ident,)+) => {
        /// The status codes that PROTOCOL.md c.9 has.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "i32", into = "i32")]
        pub enum StatusCode {
            $($(#[$meta])* $name,)+
            /// Any other.
            Other(i32),
        }

        impl From<i32> for StatusCode {
            fn from(code: i32) -> Self {
                match code {
                    $($code => Self::$name,)+
                    _ => Self::Other(code),
                }
            }
        }

        impl From<StatusCode> for i32 {
            fn from(code: StatusCode) -> Self {
                match code {
                    $(StatusCode::$name => $code,)+
                    StatusCode::Other(code) => code,
                }
            }
        }

        impl StatusCode {
            /// What it means for the caller.
            ///
            /// A code that the table has not is judged by its range: below 500 information and below 1000 a warning,
            /// both [`Class::Fine`]; an error of the 1000s does not say whether something was written, so
            /// [`Class::LookBack`]; the 2000s are not QuickBooks Desktop's, [`Class::Stop`]; all others
            /// [`Class::Hold`].
            pub const fn class(self) -> Class {
                match self {
                    $(Self::$name => Class::$class,)+
                    Self::Other(0..=999) => Class::Fine,
                    Self::Other(1000..=1999) => Class::LookBack,
                    Self::Other(2000..=2999) => Class::Stop,
                    Self::Other(_) => Class::Hold,
                }
            }
        }
    };
}

status_codes! {
    /// Done.
    Ok = 0: Fine,
    /// A query found nothing.
    NoMatch = 1: Empty,
    /// A query found some of the named objects, or none; what it found is in the answer.
    SomeNotFound = 500: Fine,
    /// The object can't be told in this qbXML version.
    NotRepresentable = 501: Fine,
    /// It is saved, and can't be told: its ids must be asked for, unless the answer has an
    /// [`ErrorRecovery`](crate::ErrorRecovery).
    SavedNotReturned = 510: LookBack,
    /// A field is not supported here, and was ignored.
    FieldIgnored = 530: Fine,
    /// A field's value is not supported here, and was ignored.
    ValueIgnored = 531: Fine,
    /// QuickBooks Online only; a warning, which leaves open what was done.
    OnlineOnly = 540: LookBack,
    /// It is saved without its notes.
    SavedWithoutNotes = 550: Fine,
    /// A field is deprecated.
    Deprecated = 560: Fine,
    /// It can't be linked, for the other transaction is closed; a warning, which leaves open what was saved.
    NotLinked = 570: LookBack,
    /// Error recovery: there is nothing to forget.
    NothingStored = 600: Fine,
    /// QuickBooks' own error, which does not say whether something was written.
    Internal = 1000: LookBack,
    /// QuickBooks is not available.
    NotAvailable = 1010: Retry,
    /// This QuickBooks does not have the request.
    RequestNotSupported = 1030: Hold,
    /// The requestID is invalid; it is checked before sending.
    BadRequestId = 1060: Stop,
    /// An id is not valid.
    BadId = 3000: Hold,
    /// Not true or false.
    BadBoolean = 3010: Hold,
    /// Not a date.
    BadDate = 3020: Hold,
    /// Not a range of dates.
    BadDateRange = 3030: Hold,
    /// Not a range of texts.
    BadStringRange = 3031: Hold,
    /// Not a time.
    BadTime = 3035: Hold,
    /// Not an amount.
    BadAmount = 3040: Hold,
    /// Not a price.
    BadPrice = 3045: Hold,
    /// Not a percentage.
    BadPercent = 3050: Hold,
    /// Not a quantity.
    BadQuantity = 3060: Hold,
    /// Not a GUID.
    BadGuid = 3065: Hold,
    /// A text is too long.
    TooLong = 3070: Hold,
    /// A text is not valid.
    BadString = 3080: Hold,
    /// A number is not valid.
    BadNumber = 3085: Hold,
    /// An object's name is not valid.
    BadName = 3090: Hold,
    /// The name is in use; customers, vendors, employees and other names share theirs.
    NameInUse = 3100: Hold,
    /// The list entry could not be added.
    NotAdded = 3110: Hold,
    /// An object that the request names is not there.
    ObjectNotFound = 3120: Hold,
    /// The parent is not there.
    ParentNotFound = 3130: Hold,
    /// A reference leads nowhere.
    BadReference = 3140: Hold,
    /// An element is missing.
    ElementMissing = 3150: Hold,
    /// An element is not allowed here.
    ElementNotAllowed = 3151: Hold,
    /// Elements are not allowed together.
    BadCombination = 3152: Hold,
    /// It can't be deleted.
    NotDeletable = 3160: Hold,
    /// It can't be deleted: it is before the closing date.
    NotDeletableClosed = 3161: Hold,
    /// Not in multi-user mode.
    SingleUserOnly = 3162: Hold,
    /// It can't be modified. One of its causes, a list that another user has just modified, would pass; held all the same,
    /// since the others don't and only the text tells them apart.
    NotModifiable = 3170: Hold,
    /// It can't be changed: it is before the closing date.
    NotModifiableClosed = 3171: Hold,
    /// An object that belongs to it has changed.
    RelatedChanged = 3173: ReRead,
    /// The object is in use.
    InUse = 3175: Retry,
    /// An object that belongs to it is in use.
    RelatedInUse = 3176: Retry,
    /// An object that belongs to it is gone.
    RelatedMissing = 3177: Hold,
    /// An error while saving, of many causes: a lock, a credit limit, a used number. Held, since only the text tells
    /// them apart, and most don't pass by themselves.
    NotSaved = 3180: Hold,
    /// It can't be voided.
    NotVoidable = 3185: Hold,
    /// An element can't be cleared.
    NotClearable = 3190: Hold,
    /// The EditSequence is not the current one; the answer has the present object.
    Stale = 3200: ReRead,
    /// A value is not valid.
    BadValue = 3205: Hold,
    /// A rule of QuickBooks forbids it, such as paying more than is due.
    BusinessRule = 3210: Hold,
    /// Not authorised.
    NotAuthorised = 3220: Hold,
    /// The request was not processed.
    NotProcessed = 3230: Retry,
    /// The request was not processed, because one before it failed.
    NotProcessedAfterStop = 3231: Retry,
    /// An object named by id is gone.
    IdNotFound = 3240: Hold,
    /// The feature is not on, or not in this edition.
    FeatureOff = 3250: Hold,
    /// The user may not.
    UserMayNot = 3260: Hold,
    /// The application may not see personal data.
    ApplicationMayNot = 3261: Hold,
    /// A payroll subscription is needed.
    PayrollNeeded = 3262: Hold,
    /// The access is read-only.
    ReadOnly = 3263: Hold,
    /// A merchant-service subscription is needed.
    MerchantServiceNeeded = 3264: Hold,
    /// A posting account is missing.
    AccountMissing = 3270: Hold,
    /// The item is of another kind.
    WrongItemKind = 3280: Hold,
    /// The lines are in a wrong order.
    WrongLineOrder = 3290: Hold,
    /// Not enabled.
    NotEnabled = 3300: Hold,
    /// Error recovery: the id was used with another content.
    SetContentDiffers = 9001: Stop,
    /// Error recovery: no answer is stored.
    SetNotStored = 9002: LookBack,
    /// Error recovery: the id is too long; it is checked before sending.
    SetIdTooLong = 9004: Stop,
    /// Error recovery: the answer could not be stored.
    SetAnswerNotStored = 9005: LookBack,
}

/// What QuickBooks says of the message set's id (PROTOCOL.md c.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SetStatus {
    /// 0: fine.
    Fine,
    /// 600 or 9002: no answer is stored under the id. The set was never processed, or its answer was not kept.
    NothingStored,
    /// 9001: the id was used with another content.
    ContentDiffers,
    /// 9004: the id is too long.
    IdTooLong,
    /// 9005: the answer could not be stored.
    NotStored,
    /// Any other.
    Other(String),
}

impl SetStatus {
    pub(crate) fn from_text(code: &str) -> Self {
        match code {
            "0" => Self::Fine,
            "600" | "9002" => Self::NothingStored,
            "9001" => Self::ContentDiffers,
            "9004" => Self::IdTooLong,
            "9005" => Self::NotStored,
            other => Self::Other(other.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_goes_to_its_name_and_back() {
        for code in -10..10_000 {
            assert_eq!(i32::from(StatusCode::from(code)), code);
        }
    }

    #[test]
    fn one_objects_error_never_stops_the_others() {
        for code in 3000..9000 {
            assert_ne!(StatusCode::from(code).class(), Class::Stop, "{code}");
        }
    }

    #[test]
    fn no_match_and_warnings_are_no_failures() {
        assert_eq!(StatusCode::from(1).class(), Class::Empty);
        for code in [0, 500, 501, 530, 531, 550, 560, 600, 777] {
            assert_eq!(StatusCode::from(code).class(), Class::Fine, "{code}");
        }
    }

    #[test]
    fn only_what_was_surely_not_done_is_sent_again_unchanged() {
        let retried: Vec<i32> = (0..10_000).filter(|code| StatusCode::from(*code).class() == Class::Retry).collect();
        assert_eq!(retried, [1010, 3175, 3176, 3230, 3231]);
    }

    #[test]
    fn no_warning_is_taken_for_undone() {
        for code in 0..1000 {
            let class = StatusCode::from(code).class();
            assert!(matches!(class, Class::Fine | Class::Empty | Class::LookBack), "{code}");
        }
    }

    #[test]
    fn what_may_have_been_written_is_looked_up() {
        for code in [510, 540, 570, 1000, 1001, 9002, 9005] {
            assert_eq!(StatusCode::from(code).class(), Class::LookBack, "{code}");
        }
    }
}
