//! What a bulk query may ask (SHOPIFY.md 2.5), in the words of Shopify's own refusals.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Field, Selection, SelectionSet};

/// More connections than this are refused.
const CONNECTIONS: usize = 5;

#[derive(Default)]
struct Found {
    connections: usize,
    depth: usize,
    with_nodes: Vec<String>,
    without_id: Vec<String>,
    in_list: bool,
    top_node: bool,
}

/// Everything that is wrong with the query; empty where it may run.
pub(crate) fn refusals(document: &ExecutableDocument, root: &SelectionSet) -> Vec<String> {
    let mut found = Found::default();
    found.set(document, root, Place { depth: 0, in_list: false, has_id: true });
    let mut all = Vec::new();
    if !found.with_nodes.is_empty() {
        all.push(format!(
            "Querying the 'nodes' field directly on a connection is not supported. Invalid connection fields: '{}'.",
            found.with_nodes.join("', '")
        ));
    }
    if found.top_node {
        all.push("Bulk queries cannot contain a top level `node` field.".to_owned());
    }
    if found.depth > 3 {
        all.push("Bulk queries cannot contain connections with a nesting depth greater than 2.".to_owned());
    }
    if found.connections > CONNECTIONS {
        all.push(format!("Bulk queries cannot contain more than {CONNECTIONS} connections."));
    }
    if !found.without_id.is_empty() {
        all.push(format!(
            "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': {}.",
            found.without_id.join(", ")
        ));
    }
    if found.in_list {
        all.push("Queries that contain a connection field within a list field are not currently supported.".to_owned());
    }
    if found.connections == 0 && (all.is_empty() || found.top_node && all.len() == 1) {
        all.push("Bulk queries must contain at least one connection.".to_owned());
    }
    all
}

#[derive(Clone, Copy)]
struct Place {
    /// How many connections are around it.
    depth: usize,
    in_list: bool,
    /// Whether the node around it selects its id.
    has_id: bool,
}

/// Whether the selection names `id` as itself, fragments included.
fn selects_id(document: &ExecutableDocument, set: &SelectionSet) -> bool {
    set.selections.iter().any(|selection| match selection {
        Selection::Field(field) => field.name == "id" && field.alias.is_none(),
        Selection::InlineFragment(inline) => selects_id(document, &inline.selection_set),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.fragment_name)
            .is_some_and(|fragment| selects_id(document, &fragment.selection_set)),
    })
}

impl Found {
    fn set(&mut self, document: &ExecutableDocument, set: &SelectionSet, place: Place) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.field(document, field, place),
                Selection::InlineFragment(inline) => self.set(document, &inline.selection_set, place),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.fragment_name) {
                        self.set(document, &fragment.selection_set, place);
                    }
                }
            }
        }
    }

    fn field(&mut self, document: &ExecutableDocument, field: &Field, place: Place) {
        if !field.ty().inner_named_type().ends_with("Connection") {
            self.top_node |= place.depth == 0 && field.name == "node";
            let in_list = place.in_list || (place.depth > 0 && field.ty().is_list());
            self.set(document, &field.selection_set, Place { in_list, ..place });
            return;
        }
        let depth = place.depth + 1;
        self.connections += 1;
        self.depth = self.depth.max(depth);
        self.in_list |= place.in_list;
        if !place.has_id {
            self.without_id.push(field.name.to_string());
        }
        for part in &field.selection_set.selections {
            let Selection::Field(part) = part else { continue };
            if part.name == "nodes" {
                self.with_nodes.push(field.name.to_string());
            }
            for node in &part.selection_set.selections {
                let Selection::Field(node) = node else { continue };
                let has_id = selects_id(document, &node.selection_set);
                self.set(document, &node.selection_set, Place { depth, in_list: false, has_id });
            }
        }
    }
}
