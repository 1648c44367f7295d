//! Names of things inside a company file.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            pub(crate) fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The id as qbXML carries it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A list object's ListID, such as `80000001-1767225600`.
    ListId
}
id! {
    /// A transaction's TxnID, such as `1F-1767225600`.
    TxnId
}
id! {
    /// A transaction line's TxnLineID.
    LineId
}
