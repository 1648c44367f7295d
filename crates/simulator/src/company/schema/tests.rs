#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::print_stderr)] // a skipped check says so
use serde_json::Value;

use super::*;
use crate::company::xml::{self, Charset};

/// The newest version that the table is written for.
const NEWEST: u16 = 130;

fn check(text: &str) -> Result<Vec<u16>, Mismatch> {
    let schema = Schema::get().unwrap();
    let element = xml::read(text, Charset::Latin1).unwrap().root;
    let mut problems = Vec::new();
    schema.message(&element.name).unwrap().group.check(&element, NEWEST, &mut problems)?;
    Ok(problems.into_iter().map(|problem| problem.code).collect())
}

#[test]
fn order_unknown_elements_and_missing_ones_are_a_mismatch() {
    let customer = |fields: &str| check(&format!("<CustomerAddRq><CustomerAdd>{fields}</CustomerAdd></CustomerAddRq>"));
    assert_eq!(customer("<Name>A</Name><Phone>1</Phone><Email>e</Email>"), Ok(vec![]));
    assert!(matches!(customer("<Name>A</Name><Email>e</Email><Phone>1</Phone>"), Err(Mismatch::Unexpected(_))));
    assert!(matches!(customer("<Name>A</Name><Nickname>B</Nickname>"), Err(Mismatch::Unexpected(_))));
    assert!(matches!(customer("<Phone>1</Phone>"), Err(Mismatch::Missing(_))));
    assert!(matches!(customer("<Name>A</Name><JobStatus>Perhaps</JobStatus>"), Err(Mismatch::Text(_))));
    assert!(matches!(customer("<Name>A</Name><Name>B</Name>"), Err(Mismatch::Unexpected(_))));
}

#[test]
fn a_choice_takes_one_of_its_alternatives() {
    let query = |fields: &str| check(&format!("<CustomerQueryRq>{fields}</CustomerQueryRq>"));
    assert_eq!(query(""), Ok(vec![]));
    assert_eq!(query("<ListID>1</ListID><ListID>2</ListID>"), Ok(vec![]));
    assert_eq!(query("<MaxReturned>5</MaxReturned><ActiveStatus>All</ActiveStatus><OwnerID>0</OwnerID>"), Ok(vec![]));
    assert!(query("<ListID>1</ListID><MaxReturned>5</MaxReturned>").is_err());
    assert!(query("<FullName>1</FullName><ListID>2</ListID>").is_err());
}

#[test]
fn values_are_judged_one_by_one() {
    let line = |fields: &str| {
        check(&format!(
            "<SalesReceiptAddRq><SalesReceiptAdd><RefNumber>123456789012</RefNumber><SalesReceiptLineAdd>{fields}</SalesReceiptLineAdd></SalesReceiptAdd></SalesReceiptAddRq>"
        ))
    };
    assert_eq!(line("<Rate>1.123456</Rate><Amount>1.005</Amount>"), Ok(vec![3070, 3045, 3040]));
}

#[test]
fn an_element_is_unknown_to_versions_before_it() {
    let schema = Schema::get().unwrap();
    let element = Element::group(
        "CustomerAddRq",
        vec![Element::group("CustomerAdd", vec![Element::leaf("Name", "A"), Element::leaf("JobTitle", "B")])],
    );
    let group = &schema.message("CustomerAddRq").unwrap().group;
    assert!(group.check(&element, 110, &mut Vec::new()).is_err());
    assert!(group.check(&element, 120, &mut Vec::new()).is_ok());
}

/// Intuit's reference, where the environment has it.
fn reference() -> Option<Value> {
    let Ok(folder) = std::env::var("QBXML_SCHEMAS") else {
        eprintln!("skipped: QBXML_SCHEMAS is not set");
        return None;
    };
    let path = std::path::Path::new(&folder).join("quickbooks/osr/model160.json");
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

#[test]
fn the_table_says_what_intuits_reference_says() {
    let Some(model) = reference() else { return };
    let schema = Schema::get().unwrap();
    let mut compared = 0;
    let mut differences = Vec::new();
    for name in schema.names() {
        let theirs = if name.ends_with("Rq") {
            model["rq"].get(name).unwrap_or_else(|| panic!("{name} is not in the reference"))
        } else if name.ends_with("Ret") {
            model["rs"]
                .as_object()
                .unwrap()
                .values()
                .find_map(|answer| find(answer, name))
                .unwrap_or_else(|| panic!("{name} is not in the reference"))
        } else {
            continue;
        };
        let mut ours = Vec::new();
        our_words(&schema.message(name).unwrap().group.particles, &mut ours);
        let mut words = Vec::new();
        their_words(theirs["kids"].as_array().map_or(&[], Vec::as_slice), &mut words);
        if let Some(index) = (0..words.len().max(ours.len())).find(|at| ours.get(*at) != words.get(*at)) {
            let before = &words[index.saturating_sub(3)..index];
            let (here, there) = (ours.get(index), words.get(index));
            differences.push(format!("{name}, after {before:?}: {here:?}, the reference has {there:?}"));
        }
        compared += 1;
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(compared > 60, "{compared}");
}

fn find<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    if node["name"] == name {
        return Some(node);
    }
    let inside = node["kids"].as_array().into_iter().flatten();
    let choices = node["alts"].as_array().into_iter().flatten().flat_map(|alt| alt.as_array().into_iter().flatten());
    inside.chain(choices).find_map(|child| find(child, name))
}

fn occurrence(required: bool, many: bool) -> &'static str {
    match (required, many) {
        (true, false) => "",
        (false, false) => "?",
        (false, true) => "*",
        (true, true) => "+",
    }
}

fn our_words(particles: &[Particle], words: &mut Vec<String>) {
    for particle in particles {
        match particle {
            Particle::Field(field) if field.since > NEWEST => {}
            Particle::Field(field) => {
                let head = format!("{}{}", field.name, occurrence(field.required, field.many));
                match &field.content {
                    Content::Leaf(leaf) => words.push(format!("{head} {}", leaf_word(leaf))),
                    Content::Group(group) => {
                        words.push(format!("{head} {{"));
                        our_words(&group.particles, words);
                        words.push("}".to_owned());
                    }
                }
            }
            Particle::Choice { alternatives, optional, many } => {
                words.push(format!("({}", occurrence(!*optional, *many)));
                for alternative in alternatives {
                    words.push("|".to_owned());
                    our_words(alternative, words);
                }
                words.push(")".to_owned());
            }
        }
    }
}

fn leaf_word(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Text(Some(length)) => format!("STRTYPE {length}"),
        Leaf::Text(None) => "STRTYPE".to_owned(),
        Leaf::Enum(values) => {
            let mut values = values.to_vec();
            values.sort();
            format!("ENUMTYPE {}", values.join(" "))
        }
        Leaf::Id => "IDTYPE".to_owned(),
        Leaf::Amount => "AMTTYPE".to_owned(),
        Leaf::Price => "PRICETYPE".to_owned(),
        Leaf::Quantity => "QUANTYPE".to_owned(),
        Leaf::Percent => "PERCENTTYPE".to_owned(),
        Leaf::Integer => "INTTYPE".to_owned(),
        Leaf::Float => "FLOATTYPE".to_owned(),
        Leaf::Boolean => "BOOLTYPE".to_owned(),
        Leaf::Date => "DATETYPE".to_owned(),
        Leaf::DateTime => "DATETIMETYPE".to_owned(),
        Leaf::Guid => "GUIDTYPE".to_owned(),
        Leaf::Interval => "TIMEINTERVALTYPE".to_owned(),
    }
}

/// Whether the element belongs to QuickBooks Desktop, US, in our version.
fn is_ours(node: &Value) -> bool {
    let elsewhere = node["notin"].as_array().is_some_and(|list| list.iter().any(|edition| edition == "QBD"));
    let since = node["since"].as_str().and_then(version_number).unwrap_or(0);
    !elsewhere && since <= NEWEST
}

fn their_words(nodes: &[Value], words: &mut Vec<String>) {
    for node in nodes {
        if let Some(alternatives) = node["alts"].as_array() {
            let mut kept: Vec<Vec<String>> = Vec::new();
            for alternative in alternatives {
                let mut inner = Vec::new();
                their_words(alternative.as_array().unwrap(), &mut inner);
                if !inner.is_empty() {
                    kept.push(inner);
                }
            }
            let (required, many) = match node["or"].as_str().unwrap() {
                "one" => (true, false),
                "opt" => (false, false),
                "many0" => (false, true),
                _ => (true, true),
            };
            if kept.is_empty() {
                continue;
            }
            words.push(format!("({}", occurrence(required, many)));
            for inner in kept {
                words.push("|".to_owned());
                words.extend(inner);
            }
            words.push(")".to_owned());
            continue;
        }
        if !is_ours(node) {
            continue;
        }
        let name = node["name"].as_str().unwrap();
        let many = node["max"] != 1;
        let head = format!("{name}{}", occurrence(node["min"] != 0, many));
        if let Some(children) = node["kids"].as_array() {
            words.push(format!("{head} {{"));
            their_words(children, words);
            words.push("}".to_owned());
            continue;
        }
        let kind = node["type"].as_str().unwrap();
        words.push(match (kind, &node["len"]["QBD"], &node["enum"]) {
            ("STRTYPE", Value::Number(length), _) => format!("{head} STRTYPE {length}"),
            ("ENUMTYPE", _, Value::Array(values)) => {
                let mut values: Vec<&str> =
                    values.iter().map(|value| value.as_str().unwrap().trim_end_matches(" [Default]")).collect();
                values.sort_unstable();
                format!("{head} ENUMTYPE {}", values.join(" "))
            }
            _ => format!("{head} {kind}"),
        });
    }
}
