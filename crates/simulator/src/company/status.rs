//! What QuickBooks answers when it refuses: one request (a status, PROTOCOL.md c.9) or a whole document (an HRESULT,
//! PROTOCOL.md c.10).

use super::leaf::Problem;
use super::xml::Element;

/// QuickBooks refused the whole document, or could not be used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", self.hex())]
pub struct HResultError {
    /// The COM error, such as `0x80040400`.
    pub code: u32,
    /// The text that QuickBooks gives with it; it never says which element was wrong.
    pub message: String,
    /// What the simulator knows and QuickBooks would not tell: for logs and failing tests only.
    pub detail: String,
}

impl HResultError {
    pub(crate) fn new(code: u32, detail: impl Into<String>) -> Self {
        let message = match code {
            0x8004_0400 => "QuickBooks found an error when parsing the provided XML text stream.",
            0x8004_0403 => "The QuickBooks company data file could not be opened.",
            0x8004_0413 => "The rollbackOnError value of the onError attribute is not supported.",
            0x8004_0423 => "The version of qbXML that was requested is not supported or is unknown.",
            0x8004_0428 => "The qbXML version of the request is not supported by this QuickBooks.",
            _ => "An unexpected error occurred. See the qbsdklog.txt file for details.",
        };
        Self { code, message: message.to_owned(), detail: detail.into() }
    }

    /// The code as the Web Connector sends it: `0x80040400`.
    #[must_use]
    pub fn hex(&self) -> String {
        format!("0x{:08X}", self.code)
    }
}

/// One request's refusal; the texts follow QuickBooks' own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Status {
    pub code: u16,
    pub message: String,
    /// The present object, which QuickBooks adds to a stale-EditSequence refusal.
    pub object: Option<Box<Element>>,
}

impl Status {
    pub fn new(code: u16, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), object: None }
    }

    /// `Info`, `Warn` or `Error`, by the code's range.
    pub fn severity(code: u16) -> &'static str {
        match code {
            0..=499 => "Info",
            500..=999 => "Warn",
            _ => "Error",
        }
    }

    pub fn no_match() -> Self {
        Self::new(1, "A query request did not find a matching object in QuickBooks")
    }

    /// 3140: a reference by name to something that is not there, or may not be used there.
    pub fn invalid_reference(kind: &str, name: &str, place: &str, why: &str) -> Self {
        Self::new(
            3140,
            format!(
                "There is an invalid reference to QuickBooks {kind} \"{name}\" in the {place}.  QuickBooks error message: {why}"
            ),
        )
    }

    /// 3120: an object that the request names cannot be found.
    pub fn not_found(id: &str) -> Self {
        Self::new(
            3120,
            format!("Object \"{id}\" specified in the request cannot be found.  QuickBooks error message: {NO_RECORD}"),
        )
    }

    /// 3240: an object named by its ListID or TxnID has gone.
    pub fn gone(id: &str) -> Self {
        Self::new(3240, format!("Object \"{id}\" specified in the request cannot be found."))
    }

    pub fn name_in_use(name: &str) -> Self {
        Self::new(3100, format!("The name \"{name}\" of the list element is already in use."))
    }

    pub fn stale(sequence: &str, present: Element) -> Self {
        Self {
            code: 3200,
            message: format!("The provided edit sequence \"{sequence}\" is out-of-date."),
            object: Some(Box::new(present)),
        }
    }

    /// 3180: QuickBooks could not save.
    pub fn saving(what: &str, why: &str) -> Self {
        Self::new(3180, format!("There was an error when saving a {what}.  QuickBooks error message: {why}"))
    }

    /// 3210: a business rule.
    pub fn rule(field: &str, value: &str, why: &str) -> Self {
        Self::new(
            3210,
            format!("The \"{field}\" field has an invalid value \"{value}\".  QuickBooks error message: {why}"),
        )
    }

    pub fn feature_off(field: &str) -> Self {
        Self::new(3250, format!("This feature is not enabled or not available in this version of QuickBooks: {field}."))
    }

    pub fn closed_period(kind: &str) -> Self {
        Self::new(
            3171,
            format!(
                "An attempt was made to modify a {kind} with a date that is on or before the closing date of the company.  If you are sure you want to make the change, please ask the user to change the closing date in QuickBooks."
            ),
        )
    }
}

/// QuickBooks' text for a record that is not there.
pub(crate) const NO_RECORD: &str = "Invalid argument.  The specified record does not exist in the list.";

impl From<Problem> for Status {
    fn from(problem: Problem) -> Self {
        Self::new(problem.code, problem.message)
    }
}
