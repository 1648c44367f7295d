//! How the fields of a form are checked and written.

use std::borrow::Cow;

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use crate::{
    check::{Checker, Problem},
    text,
    value::{Amount, Change, EditSequence, Guid, ListId, Percent, Price, Quantity, Ref, TxnId, TxnLineId, WallTime},
    write::Writer,
};

/// Stands for "no limit" where a table row names none.
pub(crate) const NO_LIMIT: usize = usize::MAX;

/// The limit of a table row, or [`NO_LIMIT`].
pub(crate) const fn limit(given: &[usize]) -> usize {
    match given {
        [limit, ..] => *limit,
        [] => NO_LIMIT,
    }
}

/// A field: a leaf, an aggregate, or some number of them.
pub(crate) trait Field {
    /// Whether something would be written.
    fn is_set(&self) -> bool;
    /// Reports what QuickBooks would not take.
    fn check(&self, name: &'static str, limit: usize, checker: &mut Checker);
    /// Writes it as elements called `name`.
    fn write(&self, name: &'static str, writer: &mut Writer);
}

/// A type made with `form!`: a run of fields in the schema's order.
pub(crate) trait Form {
    /// The field and the element of each row of the table.
    const ELEMENTS: &'static [(&'static str, &'static str)];

    /// Whether any field would be written.
    fn any_set(&self) -> bool;
    /// Checks every field.
    fn check_fields(&self, checker: &mut Checker);
    /// Writes every field, in order.
    fn write_fields(&self, writer: &mut Writer);
}

impl<T: Form> Field for T {
    fn is_set(&self) -> bool {
        true
    }

    fn check(&self, name: &'static str, _: usize, checker: &mut Checker) {
        if self.any_set() {
            checker.inside(name, |checker| self.check_fields(checker));
        } else {
            checker.report(name, Problem::Empty);
        }
    }

    fn write(&self, name: &'static str, writer: &mut Writer) {
        writer.open(name);
        self.write_fields(writer);
        writer.close(name);
    }
}

impl<T: Field> Field for Option<T> {
    fn is_set(&self) -> bool {
        self.is_some()
    }

    fn check(&self, name: &'static str, limit: usize, checker: &mut Checker) {
        if let Some(value) = self {
            value.check(name, limit, checker);
        }
    }

    fn write(&self, name: &'static str, writer: &mut Writer) {
        if let Some(value) = self {
            value.write(name, writer);
        }
    }
}

impl<T: Field> Field for Vec<T> {
    fn is_set(&self) -> bool {
        !self.is_empty()
    }

    fn check(&self, name: &'static str, limit: usize, checker: &mut Checker) {
        for (index, value) in self.iter().enumerate() {
            checker.numbered(index, |checker| value.check(name, limit, checker));
        }
    }

    fn write(&self, name: &'static str, writer: &mut Writer) {
        for value in self {
            value.write(name, writer);
        }
    }
}

impl<T: Field> Field for Change<T> {
    fn is_set(&self) -> bool {
        !matches!(self, Self::Keep)
    }

    fn check(&self, name: &'static str, limit: usize, checker: &mut Checker) {
        if let Self::Set(value) = self {
            value.check(name, limit, checker);
        }
    }

    fn write(&self, name: &'static str, writer: &mut Writer) {
        match self {
            Self::Keep => {}
            Self::Set(value) => value.write(name, writer),
            Self::Clear => writer.element(name, ""),
        }
    }
}

impl Field for Ref {
    fn is_set(&self) -> bool {
        match self {
            Self::Id(id) => id.is_set(),
            Self::Name(name) => name.is_set(),
        }
    }

    fn check(&self, name: &'static str, limit: usize, checker: &mut Checker) {
        checker.inside(name, |checker| match self {
            Self::Id(id) => id.check("ListID", NO_LIMIT, checker),
            Self::Name(full_name) => full_name.check("FullName", limit, checker),
        });
    }

    fn write(&self, name: &'static str, writer: &mut Writer) {
        writer.open(name);
        match self {
            Self::Id(id) => id.write("ListID", writer),
            Self::Name(full_name) => full_name.write("FullName", writer),
        }
        writer.close(name);
    }
}

/// A value that is the text of one element.
trait Leaf {
    fn text(&self) -> Cow<'_, str>;
    fn problem(&self, limit: usize) -> Option<Problem>;
}

macro_rules! leaves {
    ($($type:ty),+ $(,)?) => {
        $(impl Field for $type {
            fn is_set(&self) -> bool {
                !self.text().is_empty()
            }

            fn check(&self, name: &'static str, limit: usize, checker: &mut Checker) {
                if let Some(problem) = self.problem(limit) {
                    checker.report(name, problem);
                }
            }

            fn write(&self, name: &'static str, writer: &mut Writer) {
                writer.element(name, &self.text());
            }
        })+
    };
}

leaves!(
    Amount,
    Date,
    Decimal,
    EditSequence,
    Guid,
    ListId,
    Percent,
    Price,
    Quantity,
    String,
    TxnId,
    TxnLineId,
    WallTime,
    bool,
    u32,
);

fn text_problem(value: &str, limit: usize) -> Option<Problem> {
    let length = value.chars().count();
    if value.trim().is_empty() {
        Some(Problem::Empty)
    } else if length > limit {
        Some(Problem::TooLong { length, limit })
    } else {
        text::first_unrepresentable(value).map(|character| Problem::Unrepresentable { character })
    }
}

impl Leaf for String {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn problem(&self, limit: usize) -> Option<Problem> {
        text_problem(self, limit)
    }
}

macro_rules! id_leaves {
    ($($type:ty: $limit:expr),+ $(,)?) => {
        $(impl Leaf for $type {
            fn text(&self) -> Cow<'_, str> {
                Cow::Borrowed(self.as_str())
            }

            fn problem(&self, _: usize) -> Option<Problem> {
                text_problem(self.as_str(), $limit)
            }
        })+
    };
}

id_leaves!(
    ListId: crate::limits::ID,
    TxnId: crate::limits::ID,
    TxnLineId: crate::limits::ID,
    EditSequence: crate::limits::EDIT_SEQUENCE,
);

macro_rules! sound_leaves {
    ($($type:ty),+ $(,)?) => {
        $(impl Leaf for $type {
            fn text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }

            fn problem(&self, _: usize) -> Option<Problem> {
                None
            }
        })+
    };
}

// Their constructors let nothing pass that QuickBooks would not take.
sound_leaves!(Amount, Decimal, Guid, Percent, Price, Quantity, bool);

impl Leaf for u32 {
    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }

    fn problem(&self, _: usize) -> Option<Problem> {
        (*self == 0).then_some(Problem::TooSmall { minimum: 1 })
    }
}

fn date_problem(day: Date) -> Option<Problem> {
    (day < date(1970, 1, 1) || day > date(2038, 1, 19)).then_some(Problem::DateOutOfRange)
}

impl Leaf for Date {
    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }

    fn problem(&self, _: usize) -> Option<Problem> {
        date_problem(*self)
    }
}

impl Leaf for WallTime {
    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }

    fn problem(&self, _: usize) -> Option<Problem> {
        date_problem(self.value().date())
    }
}

/// Rule: exactly one of the fields is given.
pub(crate) fn exactly_one(checker: &mut Checker, elements: Names, members: Members) {
    at_least_one(checker, elements, members);
    at_most_one(checker, elements, members);
}

/// Rule: at most one of the fields is given.
pub(crate) fn at_most_one(checker: &mut Checker, elements: Names, members: Members) {
    if members.iter().filter(|(_, set)| *set).count() > 1 {
        checker.report(&joined(elements, members), Problem::SeveralOf);
    }
}

/// Rule: at least one of the fields is given.
pub(crate) fn at_least_one(checker: &mut Checker, elements: Names, members: Members) {
    if !members.iter().any(|(_, set)| *set) {
        checker.report(&joined(elements, members), Problem::NoneOf);
    }
}

/// Fields with the names of their elements.
type Names<'a> = &'a [(&'static str, &'static str)];

/// The fields of a rule, and whether each is given.
type Members<'a> = &'a [(&'static str, bool)];

fn joined(elements: Names, members: Members) -> String {
    let named = elements.iter().filter(|(field, _)| members.iter().any(|(member, _)| member == field));
    named.map(|(_, element)| *element).collect::<Vec<_>>().join(" | ")
}
