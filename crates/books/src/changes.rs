//! What differs between two mappings, setting by setting, and how changes of a file are taken over into a mapping that has
//! gone on since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::mapping::Mapping;

/// One setting of a mapping that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingChange {
    /// The setting's key, as [`crate::Category::key`] has it where it is a choice of an account.
    pub key: String,
    /// What it was; none where it was not set.
    pub before: Option<String>,
    /// What it is; none where it is not set any more.
    pub after: Option<String>,
}

type Path = Vec<String>;

impl Mapping {
    /// What is otherwise in `after`, in the order of the keys.
    #[must_use]
    pub fn changes_to(&self, after: &Self) -> Vec<MappingChange> {
        let (before, after) = (settings(&tree(self)), settings(&tree(after)));
        let text = |value: Option<&Value>| match value {
            None | Some(Value::Object(_)) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        };
        let differing = differing(&before, &after);
        let change = |path: &Path| MappingChange {
            key: key(path),
            before: text(before.get(path)),
            after: text(after.get(path)),
        };
        differing.iter().map(change).filter(|change| change.before != change.after).collect()
    }

    /// This mapping with what changed from `before` to `after`, two readings of one file: what was chosen otherwise since the
    /// first reading stays, unless the file changed it too. Where both can't stand together, it is `after`.
    #[must_use]
    pub fn with_changes(&self, before: &Self, after: &Self) -> Self {
        let (old, new) = (settings(&tree(before)), settings(&tree(after)));
        let mut merged = tree(self);
        let differing = differing(&old, &new);
        for path in &differing {
            if let Some(old) = old.get(path) {
                remove(&mut merged, path, old);
            }
        }
        for path in &differing {
            if let Some(new) = new.get(path) {
                set(&mut merged, path, new.clone());
            }
        }
        serde_json::from_value(merged).unwrap_or_else(|_| after.clone())
    }
}

fn tree(mapping: &Mapping) -> Value {
    serde_json::to_value(mapping).unwrap_or_default()
}

/// Every setting by its path; a table that has none is one itself.
fn settings(tree: &Value) -> BTreeMap<Path, Value> {
    fn walk(value: &Value, path: &Path, into: &mut BTreeMap<Path, Value>) {
        match value {
            Value::Object(table) if !table.is_empty() => {
                for (name, value) in table {
                    let mut below = path.clone();
                    below.push(name.clone());
                    walk(value, &below, into);
                }
            }
            value => {
                into.insert(path.clone(), value.clone());
            }
        }
    }
    let mut into = BTreeMap::new();
    walk(tree, &Vec::new(), &mut into);
    into
}

fn differing(before: &BTreeMap<Path, Value>, after: &BTreeMap<Path, Value>) -> Vec<Path> {
    let mut paths: Vec<Path> =
        before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).cloned().collect();
    paths.sort();
    paths.dedup();
    paths
}

/// The path as people write it: accounts stand without the table that they are all in.
fn key(path: &Path) -> String {
    let shown = match path.split_first() {
        Some((first, rest)) if first == "accounts" => rest,
        _ => path,
    };
    let key = shown.join(".");
    match key.strip_suffix(".clearing") {
        Some(gateway) if gateway.starts_with("gateways.") => gateway.to_owned(),
        _ => key,
    }
}

/// Takes a setting out if it is still what it was, and the tables that are empty after it.
fn remove(tree: &mut Value, path: &[String], old: &Value) {
    let (Some((first, rest)), Value::Object(table)) = (path.split_first(), tree) else { return };
    let Some(below) = table.get_mut(first) else { return };
    if rest.is_empty() {
        if below == old {
            table.remove(first);
        }
        return;
    }
    remove(below, rest, old);
    if below.as_object().is_some_and(Map::is_empty) {
        table.remove(first);
    }
}

fn set(tree: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *tree = value;
        return;
    };
    if !tree.is_object() {
        *tree = Value::Object(Map::new());
    }
    if let Value::Object(table) = tree {
        set(table.entry(first.clone()).or_insert(Value::Null), rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Category;

    #[test]
    fn a_change_is_told_by_its_key() {
        let before = Mapping::default();
        let mut after = before.clone();
        Category::Gateway("paypal".into()).choose(&mut after, "PayPal");
        after.accounts.sales = "Sales".into();
        after.tax.items.insert("State Tax".into(), "NY".into());
        let changes = before.changes_to(&after);
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.key.as_str(), change.before.as_deref(), change.after.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("sales", Some("Merchandise Sales"), Some("Sales")),
                ("gateways.paypal", Some("PayPal Clearing"), Some("PayPal")),
                ("tax.items.State Tax", None, Some("NY")),
            ]
        );
        assert_eq!(before.changes_to(&before), []);
    }

    #[test]
    fn what_a_file_changed_is_taken_over_and_what_was_chosen_since_stays() {
        let file = Mapping::default();
        let mut current = file.clone();
        Category::Tax("State Tax".into()).choose(&mut current, "NY");
        Category::Gateway("klarna".into()).choose(&mut current, "Klarna Clearing");
        current.accounts.tips = "Tips".into();
        let mut edited = file.clone();
        edited.accounts.sales = "Sales".into();
        edited.accounts.tips = "Gratuities".into();
        edited.gateways.0.remove("paypal");
        edited.tax.items.insert("City Tax".into(), "City".into());
        let merged = current.with_changes(&file, &edited);
        assert_eq!(merged.accounts.sales, "Sales");
        assert_eq!(merged.accounts.tips, "Gratuities", "the file's word counts where both changed it");
        assert_eq!(merged.tax.item("State Tax"), Some("NY"));
        assert_eq!(merged.tax.item("City Tax"), Some("City"));
        assert!(merged.gateways.get("paypal").is_none() && merged.gateways.get("klarna").is_some());
        assert_eq!(current.with_changes(&file, &file), current);
    }
}
