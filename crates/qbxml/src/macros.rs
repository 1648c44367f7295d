//! The one declarative form that every qbXML type is written in.
//!
//! A table row is `field: RustType = "Element" [limit]`. The Rust type says the rest: a bare type is required, `Option`
//! may be left out, `Vec` may be repeated, [`Change`](crate::Change) may be kept, set or cleared (Mod requests only), and
//! an enumeration made with `choice!` is a schema choice; `"Element" | "Other"` reads a list of mixed elements. The order
//! of the rows is the schema's order. From a table come the struct, its writer, its checks and, for what QuickBooks sends
//! back, its reader.

/// Declares a type. `write` makes it writable and checkable, `read` readable, `both` both.
///
/// After the fields may stand rules that the schema has and types can't say: `exactly_one(a, b)`, `at_least_one(lines)`.
macro_rules! form {
    (write $($rest:tt)+) => {
        form!(@struct $($rest)+);
        form!(@write $($rest)+);
        form!(@sample $($rest)+);
    };
    (read $($rest:tt)+) => {
        form!(@struct $($rest)+);
        form!(@read $($rest)+);
    };
    (both $($rest:tt)+) => {
        form!(write $($rest)+);
        form!(@read $($rest)+);
    };
    (@struct
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty = $element:literal $(| $other:literal)* $([$limit:expr])?),* $(,)?
        }
        $($rule:ident($($member:ident),+))*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $(
                #[doc = concat!("`", $element, "`", $(", `", $other, "`",)* $("; limit: `", stringify!($limit), "` characters",)? ".")]
                $(#[$field_meta])*
                pub $field: $type,
            )*
        }
    };
    (@write
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty = $element:literal $(| $other:literal)* $([$limit:expr])?),* $(,)?
        }
        $($rule:ident($($member:ident),+))*
    ) => {
        impl crate::field::Form for $name {
            const ELEMENTS: &'static [(&'static str, &'static str)] = &[$((stringify!($field), $element)),*];

            fn any_set(&self) -> bool {
                false $(|| crate::field::Field::is_set(&self.$field))*
            }

            fn check_fields(&self, checker: &mut crate::check::Checker) {
                $(crate::field::Field::check(&self.$field, $element, crate::field::limit(&[$($limit)?]), checker);)*
                $(crate::field::$rule(
                    checker,
                    Self::ELEMENTS,
                    &[$((stringify!($member), crate::field::Field::is_set(&self.$member))),+],
                );)*
            }

            fn write_fields(&self, writer: &mut crate::write::Writer) {
                $(crate::field::Field::write(&self.$field, $element, writer);)*
            }
        }
    };
    (@sample
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty = $element:literal $(| $other:literal)* $([$limit:expr])?),* $(,)?
        }
        $($rule:ident($($member:ident),+))*
    ) => {
        #[cfg(test)]
        impl crate::sample::Sample for $name {
            fn sample(maker: crate::sample::Maker, _: usize) -> Self {
                #[allow(unused_mut, reason = "most tables have no rules")]
                let mut form = Self {
                    $($field: crate::sample::Sample::sample(maker, crate::field::limit(&[$($limit)?])),)*
                };
                $(
                    let mut alternatives = maker.alternatives(stringify!($rule));
                    $(if alternatives.drops_next() {
                        form.$member = Default::default();
                    })+
                )*
                form
            }
        }
    };
    (@read
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty = $element:literal $(| $other:literal)* $([$limit:expr])?),* $(,)?
        }
    ) => {
        impl crate::node::FromNode for $name {
            fn from_node(node: crate::node::Node) -> Result<Option<Self>, crate::node::ObjectError> {
                let mut record = Self::default();
                for child in node.children() {
                    match child.name() {
                        $($element $(| $other)* => crate::node::ReadField::read(&mut record.$field, child)?,)*
                        _ => {}
                    }
                }
                $(if crate::node::ReadField::is_missing(&record.$field) {
                    return Err(crate::node::ObjectError::missing(node.name(), $element));
                })*
                Ok(Some(record))
            }
        }
    };
}

/// Declares a schema choice: an enumeration whose variants each stand for one element.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident($type:ty) = $element:literal $([$limit:expr])?),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(
                #[doc = concat!("`", $element, "`", $("; limit: `", stringify!($limit), "` characters",)? ".")]
                $(#[$variant_meta])*
                $variant($type),
            )+
        }

        impl crate::field::Field for $name {
            fn is_set(&self) -> bool {
                match self {
                    $(Self::$variant(value) => crate::field::Field::is_set(value),)+
                }
            }

            fn check(&self, _: &'static str, _: usize, checker: &mut crate::check::Checker) {
                match self {
                    $(Self::$variant(value) => {
                        crate::field::Field::check(value, $element, crate::field::limit(&[$($limit)?]), checker);
                    })+
                }
            }

            fn write(&self, _: &'static str, writer: &mut crate::write::Writer) {
                match self {
                    $(Self::$variant(value) => crate::field::Field::write(value, $element, writer),)+
                }
            }
        }

        #[cfg(test)]
        impl crate::sample::Sample for $name {
            fn sample(maker: crate::sample::Maker, _: usize) -> Self {
                let variants: &[fn(crate::sample::Maker) -> Self] = &[
                    $(|maker| Self::$variant(crate::sample::Sample::sample(maker, crate::field::limit(&[$($limit)?]))),)+
                ];
                variants[maker.variant % variants.len()](maker)
            }
        }
    };
}

/// Declares an enumeration of QuickBooks: each variant is the text of the same name, or the text given with `=`.
///
/// An enumeration that is required somewhere has a first variant `Unset = ""`, its default, which no check lets pass.
macro_rules! enumeration {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident $(= $text:literal)?),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(
                #[doc = concat!("`", enumeration!(@text $variant $($text)?), "`.")]
                $(#[$variant_meta])*
                $variant,
            )+
        }

        impl $name {
            /// The text that stands for it in qbXML.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => enumeration!(@text $variant $($text)?),)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl crate::field::Field for $name {
            fn is_set(&self) -> bool {
                !self.as_str().is_empty()
            }

            fn check(&self, name: &'static str, _: usize, checker: &mut crate::check::Checker) {
                if !crate::field::Field::is_set(self) {
                    checker.report(name, crate::check::Problem::Empty);
                }
            }

            fn write(&self, name: &'static str, writer: &mut crate::write::Writer) {
                writer.element(name, self.as_str());
            }
        }

        #[cfg(test)]
        impl crate::sample::Sample for $name {
            fn sample(maker: crate::sample::Maker, _: usize) -> Self {
                let values: Vec<Self> =
                    [$(Self::$variant),+].into_iter().filter(|value| !value.as_str().is_empty()).collect();
                values[maker.variant % values.len()]
            }
        }

        impl crate::node::FromNode for $name {
            /// A value that a newer QuickBooks has and this table has not is left out, like an unknown element.
            fn from_node(node: crate::node::Node) -> Result<Option<Self>, crate::node::ObjectError> {
                let text = node.text().trim();
                Ok([$(Self::$variant),+].into_iter().find(|value| !text.is_empty() && value.as_str() == text))
            }
        }
    };
    (@text $variant:ident $text:literal) => { $text };
    (@text $variant:ident) => { stringify!($variant) };
}

pub(crate) use {choice, enumeration, form};
