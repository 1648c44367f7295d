//! Filled-in forms for the tests, made from the same tables: a type that is added is tested without further ado.

use jiff::civil::date;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    enums::{ListDataExtType, OtherDataExtType, TxnDataExtType},
    field::NO_LIMIT,
    types::{
        data_ext::DataExtTarget,
        query::{IdSelect, Iterator, KeyFilter, ListSelect, MetaData, TxnSelect},
    },
    value::{Amount, Change, EditSequence, Guid, ListId, Percent, Price, Quantity, Ref, TxnId, TxnLineId, WallTime},
};

/// How the forms are filled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maker {
    /// Which alternative is taken where there are several.
    pub(crate) variant: usize,
    /// Whether texts are as long as they may be.
    pub(crate) longest: bool,
}

/// Which of the fields of a rule are left out.
pub(crate) struct Alternatives {
    kept: Option<usize>,
    next: usize,
}

impl Maker {
    /// The fields that a rule of a table names: all stay for `at_least_one`, one stays for the others.
    pub(crate) fn alternatives(self, rule: &str) -> Alternatives {
        Alternatives { kept: (rule != "at_least_one").then_some(self.variant % 2), next: 0 }
    }

    fn text(self, limit: usize) -> String {
        let pattern = if self.longest { "\u{e9}&<\">' \u{ff}" } else { "Caf\u{e9} & <Co>" };
        let text = match (self.longest, limit) {
            (true, NO_LIMIT) => pattern.repeat(50),
            (true, limit) => pattern.chars().cycle().take(limit).collect(),
            (false, limit) => pattern.chars().take(limit).collect(),
        };
        assert!(!text.trim().is_empty());
        text
    }

    fn id(self, short: &str) -> String {
        if self.longest { "8".repeat(crate::limits::ID) } else { short.to_owned() }
    }
}

impl Alternatives {
    /// Whether the next field is left out.
    pub(crate) fn drops_next(&mut self) -> bool {
        let index = self.next;
        self.next += 1;
        self.kept.is_some_and(|kept| kept != index)
    }
}

/// A value that can be made up.
pub(crate) trait Sample: Sized {
    fn sample(maker: Maker, limit: usize) -> Self;
}

macro_rules! samples {
    ($($type:ty: |$maker:ident, $limit:ident| $value:expr;)+) => {
        $(impl Sample for $type {
            fn sample($maker: Maker, $limit: usize) -> Self {
                $value
            }
        })+
    };
}

samples! {
    String: |maker, limit| maker.text(limit);
    bool: |maker, _limit| maker.variant.is_multiple_of(2);
    u32: |_maker, _limit| 500;
    Amount: |maker, _limit| {
        let cents = if maker.longest { 999_999_999_999_999 } else { -1_234_550 };
        Self::new(Decimal::new(cents, 2)).unwrap_or_default()
    };
    Price: |maker, _limit| {
        Self::new(Decimal::new(if maker.longest { 999_999_999_999_999 } else { 1_234_500 }, 5)).unwrap_or_default()
    };
    Quantity: |_maker, _limit| Self::new(Decimal::from(3)).unwrap_or_default();
    Percent: |_maker, _limit| Self::new(Decimal::new(-825, 2)).unwrap_or_default();
    Decimal: |_maker, _limit| Self::new(13_456, 4);
    jiff::civil::Date: |_maker, _limit| date(2026, 2, 28);
    WallTime: |_maker, _limit| Self::new(date(2026, 3, 29).at(2, 30, 0, 0));
    Guid: |_maker, _limit| Self::from(Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef));
    ListId: |maker, _limit| Self::new(maker.id("80000001-1234567890"));
    TxnId: |maker, _limit| Self::new(maker.id("1A2B-1234567890"));
    TxnLineId: |maker, _limit| if maker.longest { Self::new(maker.id("")) } else { Self::new_line() };
    EditSequence: |_maker, _limit| Self::new("1234567890123456");
    Ref: |maker, limit| if maker.variant == 1 {
        Self::Id(ListId::sample(maker, NO_LIMIT))
    } else {
        Self::Name(maker.text(limit))
    };
    MetaData: |_maker, _limit| Self::MetaDataAndResponseData;
    Iterator: |maker, _limit| if maker.longest { Self::Continue("{it-1}".to_owned()) } else { Self::Start };
    ListSelect: |maker, limit| match maker.variant {
        1 => Self::Ids(Sample::sample(maker, limit)),
        2 => Self::Names(Sample::sample(maker, limit)),
        _ => Self::Filter(Sample::sample(maker, limit)),
    };
    KeyFilter: |maker, limit| match maker.variant % 4 {
        0 => Self::Ids(Sample::sample(maker, limit)),
        1 => Self::Names(Sample::sample(maker, limit)),
        2 => Self::IdWithChildren(Sample::sample(maker, limit)),
        _ => Self::NameWithChildren(Sample::sample(maker, limit)),
    };
    DataExtTarget: |maker, limit| match maker.variant % 3 {
        0 => Self::List {
            list_data_ext_type: ListDataExtType::sample(maker, limit),
            list_obj_ref: Ref::sample(maker, crate::limits::FULL_NAME),
        },
        1 => Self::Txn {
            txn_data_ext_type: TxnDataExtType::sample(maker, limit),
            txn_id: TxnId::sample(maker, limit),
            txn_line_id: Some(TxnLineId::sample(maker, limit)),
        },
        _ => Self::Other(OtherDataExtType::Company),
    };
}

impl<F: Sample> Sample for TxnSelect<F> {
    fn sample(maker: Maker, limit: usize) -> Self {
        match maker.variant {
            1 => Self::Ids(Sample::sample(maker, limit)),
            2 => Self::RefNumbers(Sample::sample(maker, limit)),
            3 => Self::ExactRefNumbers(Sample::sample(maker, limit)),
            _ => Self::Filter(Sample::sample(maker, limit)),
        }
    }
}

impl<F: Sample> Sample for IdSelect<F> {
    fn sample(maker: Maker, limit: usize) -> Self {
        if maker.variant == 1 {
            Self::Ids(Sample::sample(maker, limit))
        } else {
            Self::Filter(Sample::sample(maker, limit))
        }
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(maker: Maker, limit: usize) -> Self {
        Some(T::sample(maker, limit))
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample(maker: Maker, limit: usize) -> Self {
        vec![T::sample(maker, limit), T::sample(maker, limit)]
    }
}

impl<T: Sample> Sample for Change<T> {
    fn sample(maker: Maker, limit: usize) -> Self {
        if maker.variant == 1 { Self::Clear } else { Self::Set(T::sample(maker, limit)) }
    }
}
