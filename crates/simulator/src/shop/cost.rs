//! What a query costs (SHOPIFY.md 2.3: the formula fitted to recorded values), and the leaky bucket that pays for it.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Value as Literal;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use tokio::time::Instant;

/// The most that one query may cost.
pub(crate) const LIMIT: u32 = 1000;

/// The bucket of points: how many it holds, and how many come back per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// How many points it holds.
    pub maximum: f64,
    /// Points that come back per second.
    pub restore: f64,
}

impl Bucket {
    /// Shopify's standard plan: 2,000 points, 100 per second.
    pub const STANDARD: Bucket = Bucket { maximum: 2000.0, restore: 100.0 };
    /// So generous that nothing is ever throttled.
    pub const GENEROUS: Bucket = Bucket { maximum: 1_000_000.0, restore: 1_000_000.0 };
}

/// What queries cost, counted since the shop began: refused ones are not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Points {
    /// How many queries were answered.
    pub queries: u64,
    /// What they might have cost by their page sizes.
    pub requested: u64,
    /// What they cost.
    pub actual: u64,
}

/// How full the bucket is, as time goes on.
#[derive(Debug)]
pub(crate) struct Level {
    pub bucket: Bucket,
    available: f64,
    at: Instant,
}

impl Level {
    pub fn full(bucket: Bucket) -> Level {
        Level { bucket, available: bucket.maximum, at: Instant::now() }
    }
    pub fn available(&mut self) -> f64 {
        let now = Instant::now();
        let restored = now.duration_since(self.at).as_secs_f64() * self.bucket.restore;
        self.available = (self.available + restored).min(self.bucket.maximum);
        self.at = now;
        self.available
    }
    /// Takes the points, or says that there are too few.
    #[must_use]
    pub fn take(&mut self, points: u32) -> bool {
        let enough = self.available() >= f64::from(points);
        if enough {
            self.available -= f64::from(points);
        }
        enough
    }
    pub fn give_back(&mut self, points: u32) {
        self.available = (self.available + f64::from(points)).min(self.bucket.maximum);
    }
}

/// A connection without a page size, or with one that is out of bounds.
#[derive(Debug)]
pub(crate) struct BadPage {
    pub message: String,
}

/// Walks a query with its variables.
pub(crate) struct Costs<'d> {
    pub document: &'d ExecutableDocument,
    pub variables: &'d JsonMap,
}

impl Costs<'_> {
    /// What the query may cost at most, from its page sizes alone.
    pub fn requested(&self, root: &SelectionSet, is_mutation: bool) -> Result<u32, BadPage> {
        let base = if is_mutation { 10 } else { 0 };
        Ok(base + self.set(root, None, true)?)
    }

    /// What it cost, from what was answered.
    pub fn actual(&self, root: &SelectionSet, data: &JsonMap) -> Result<u32, BadPage> {
        self.set(root, Some(data), true)
    }

    fn set(&self, set: &SelectionSet, data: Option<&JsonMap>, is_root: bool) -> Result<u32, BadPage> {
        let mut sum = 0;
        for selection in &set.selections {
            sum += match selection {
                Selection::Field(field) => match data {
                    None => self.field(field, None, is_root)?,
                    Some(map) => match map.get(field.response_key().as_str()) {
                        None | Some(JsonValue::Null) => 0,
                        Some(value) => self.field(field, Some(value), is_root)?,
                    },
                },
                Selection::FragmentSpread(spread) => match self.document.fragments.get(&spread.fragment_name) {
                    Some(fragment) => self.set(&fragment.selection_set, data, is_root)?,
                    None => 0,
                },
                Selection::InlineFragment(inline) => self.set(&inline.selection_set, data, is_root)?,
            };
        }
        Ok(sum)
    }

    fn field(&self, field: &Field, data: Option<&JsonValue>, is_root: bool) -> Result<u32, BadPage> {
        let type_name = field.ty().inner_named_type().as_str();
        if field.selection_set.selections.is_empty() || matches!(type_name, "MoneyBag" | "MoneyV2" | "PageInfo") {
            return Ok(0);
        }
        if type_name == "Count" {
            return Ok(if is_root { 10 } else { 0 });
        }
        if type_name.ends_with("Connection") {
            return self.connection(field, data);
        }
        let children = match data {
            None => self.set(&field.selection_set, None, false)?,
            Some(JsonValue::Array(items)) => self.dearest(&field.selection_set, items)?,
            Some(value) => match value.as_object() {
                Some(map) => self.set(&field.selection_set, Some(map), false)?,
                None => 0,
            },
        };
        Ok(1 + children)
    }

    /// The dearest of some answered items: a list costs as its items at their most.
    fn dearest(&self, set: &SelectionSet, items: &[JsonValue]) -> Result<u32, BadPage> {
        let mut most = 0;
        for map in items.iter().filter_map(JsonValue::as_object) {
            most = most.max(self.set(set, Some(map), false)?);
        }
        Ok(most)
    }

    fn connection(&self, field: &Field, data: Option<&JsonValue>) -> Result<u32, BadPage> {
        let first = self.first(field)?;
        let (mut children, mut rows) = (0, 0);
        for selection in &field.selection_set.selections {
            let Selection::Field(part) = selection else { continue };
            let items = data
                .and_then(|d| d.as_object())
                .and_then(|d| d.get(part.response_key().as_str()))
                .and_then(JsonValue::as_array);
            match part.name.as_str() {
                "nodes" | "edges" => {
                    let cost = match items {
                        Some(items) => self.dearest(&part.selection_set, items)?,
                        None if data.is_some() => 0,
                        None => self.set(&part.selection_set, None, false)?,
                    };
                    // An edge is not an object of its own.
                    children += if part.name == "edges" { cost.saturating_sub(1) } else { cost };
                    rows = rows.max(items.map_or(0, Vec::len));
                }
                _ => {}
            }
        }
        Ok(match data {
            Some(_) if rows == 0 => 1,
            Some(_) => 2 + weight(u32::try_from(rows).unwrap_or(250)) * (1 + children),
            None => 2 + weight(first) * (1 + children),
        })
    }

    fn first(&self, field: &Field) -> Result<u32, BadPage> {
        let first = match field.argument_by_name("first").ok().map(AsRef::as_ref) {
            Some(Literal::Int(int)) => int.try_to_i32().ok(),
            Some(Literal::Variable(name)) => {
                self.variables.get(name.as_str()).and_then(JsonValue::as_i64).and_then(|n| i32::try_from(n).ok())
            }
            _ => None,
        };
        let name = &field.name;
        match first {
            None => {
                Err(BadPage { message: format!("you must provide one of first or last for the {name} connection") })
            }
            Some(n @ 1..=250) => Ok(n.unsigned_abs()),
            Some(n) => Err(BadPage { message: format!("first of {name} is {n}, but must be between 1 and 250") }),
        }
    }
}

/// `max(1, floor(2·ln n))`.
fn weight(rows: u32) -> u32 {
    let log = (2.0 * f64::from(rows.max(1)).ln()).floor();
    // At most 2·ln 250, so no bits are lost.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let log = log as u32;
    log.max(1)
}
