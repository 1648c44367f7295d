//! One qbXML document: read and judged as a whole, then carried out request by request (PROTOCOL.md c.1, c.2).

use std::collections::BTreeMap;

use super::about;
use super::books::Books;
use super::data_ext;
use super::ids::TxnId;
use super::kinds;
use super::leaf::Problem;
use super::lists;
use super::merge;
use super::query::{self, Found, Iterators};
use super::report;
use super::schema::{Mismatch, Schema, version_number};
use super::sites;
use super::status::{HResultError, Status};
use super::transactions::{self, Telling};
use super::xml::{self, Charset, Element};

const PARSE: u32 = 0x8004_0400;

/// A document that QuickBooks takes: every request's structure is right.
#[derive(Debug)]
pub(crate) struct MessageSet {
    pub stop_on_error: bool,
    pub include_data: bool,
    pub old_id: Option<String>,
    pub new_id: Option<String>,
    pub requests: Vec<Request>,
}

/// One request and the values in it that QuickBooks refuses.
#[derive(Debug)]
pub(crate) struct Request {
    pub element: Element,
    problems: Vec<Problem>,
}

/// What carrying out a set came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub answers: Vec<Element>,
    /// Whether anything in the books changed.
    pub changed: bool,
}

impl MessageSet {
    /// Reads and judges the text.
    pub fn read(schema: &Schema, text: &str) -> Result<Self, HResultError> {
        let refuse = |detail: String| HResultError::new(PARSE, detail);
        let document = xml::read(text, Charset::Latin1).map_err(|error| refuse(error.to_string()))?;
        let version = version_of(&document)?;
        let mut root = document.root;
        if root.name != "QBXML" || !root.attributes.is_empty() || root.children.len() != 1 {
            return Err(refuse("the root must be QBXML with one QBXMLMsgsRq".to_owned()));
        }
        let set = root.children.remove(0);
        if set.name != "QBXMLMsgsRq" {
            return Err(refuse(format!("unexpected element {}", set.name)));
        }
        for (name, _) in &set.attributes {
            if !matches!(name.as_str(), "onError" | "responseData" | "newMessageSetID" | "oldMessageSetID") {
                return Err(refuse(format!("QBXMLMsgsRq may not carry the attribute {name}")));
            }
        }
        let stop_on_error = match set.attribute("onError") {
            Some("stopOnError") => true,
            Some("continueOnError") => false,
            Some("rollbackOnError") => return Err(HResultError::new(0x8004_0413, "rollbackOnError")),
            other => return Err(refuse(format!("onError is {other:?}"))),
        };
        let include_data = match set.attribute("responseData") {
            None | Some("includeAll") => true,
            Some("includeNone") => false,
            other => return Err(refuse(format!("responseData is {other:?}"))),
        };
        let (old_id, new_id) =
            (set.attribute("oldMessageSetID").map(str::to_owned), set.attribute("newMessageSetID").map(str::to_owned));
        let requests = set
            .children
            .into_iter()
            .map(|element| judge(schema, element, version))
            .collect::<Result<_, Mismatch>>()
            .map_err(|mismatch| refuse(mismatch.to_string()))?;
        Ok(Self { stop_on_error, include_data, old_id, new_id, requests })
    }

    /// The content without the message-set IDs, as text: what QuickBooks' checksum is made of.
    pub fn content(&self) -> String {
        let mut text = format!("{} {}\n", self.stop_on_error, self.include_data);
        for request in &self.requests {
            request.element.write(&mut text);
        }
        text
    }

    /// Carries the set out.
    pub fn carry_out(&self, books: &mut Books, schema: &Schema, iterators: &mut Iterators) -> Outcome {
        let mut macros = BTreeMap::new();
        let mut answers = Vec::with_capacity(self.requests.len());
        let mut changed = false;
        let mut stopped = false;
        for request in &self.requests {
            let result = if stopped {
                Err(Status::new(3231, "The request has not been processed."))
            } else {
                request.carry_out(books, schema, iterators, &mut macros)
            };
            let failed = result.as_ref().is_err_and(|status| Status::severity(status.code) == "Error");
            let writes = !request.element.name.ends_with("QueryRq");
            changed |= writes && result.is_ok();
            stopped |= self.stop_on_error && failed;
            answers.push(answer(&request.element, result, self.include_data));
        }
        Outcome { answers, changed }
    }
}

/// The version that the processing instruction asks for; it must be one that this QuickBooks knows.
fn version_of(document: &xml::Document) -> Result<u16, HResultError> {
    let content = document.instructions.iter().find(|(target, _)| target == "qbxml").map(|(_, content)| content);
    let content = content.ok_or_else(|| HResultError::new(0x8004_0423, "no <?qbxml version=…?>"))?;
    let quoted = content.strip_prefix("version=").unwrap_or_default();
    let version = quoted.trim_matches(|c| c == '"' || c == '\'');
    if !about::VERSIONS.contains(&version) {
        return Err(HResultError::new(0x8004_0428, format!("version {content}")));
    }
    version_number(version).ok_or_else(|| HResultError::new(0x8004_0423, format!("version {content}")))
}

fn judge(schema: &Schema, element: Element, version: u16) -> Result<Request, Mismatch> {
    let message = element
        .name
        .ends_with("Rq")
        .then(|| schema.message(&element.name))
        .flatten()
        .ok_or_else(|| Mismatch::Unexpected(element.name.clone()))?;
    for (name, value) in &element.attributes {
        let declared = |attribute: &str| message.attributes.iter().any(|declared| declared == attribute);
        let allowed = match name.as_str() {
            "requestID" => true,
            "metaData" => {
                declared("metaData")
                    && matches!(value.as_str(), "NoMetaData" | "MetaDataOnly" | "MetaDataAndResponseData")
            }
            "iterator" => declared("iterator") && matches!(value.as_str(), "Start" | "Continue" | "Stop"),
            "iteratorID" => declared("iterator"),
            _ => false,
        };
        if !allowed {
            return Err(Mismatch::Attribute(element.name.clone(), name.clone()));
        }
    }
    let mut problems = Vec::new();
    if element.attribute("requestID").is_some_and(|id| id.chars().count() > 50) {
        problems.push(Problem { code: 1060, message: "The requestID is invalid or too long.".to_owned() });
    }
    message.group.check(&element, version, &mut problems)?;
    Ok(Request { element, problems })
}

/// Objects of an answer, with the attributes that only queries have.
type Reply = Result<Found, Status>;

impl Request {
    fn carry_out(
        &self,
        books: &mut Books,
        schema: &Schema,
        iterators: &mut Iterators,
        macros: &mut BTreeMap<String, TxnId>,
    ) -> Reply {
        if let Some(problem) = self.problems.first() {
            return Err(problem.clone().into());
        }
        let mut element = self.element.clone();
        use_macros(&mut element, macros)?;
        let mut found = dispatch(books, schema, iterators, &element, macros)?;
        let wanted: Vec<&str> = element.all("IncludeRetElement").map(|name| name.text.as_str()).collect();
        if !wanted.is_empty() {
            for object in &mut found.objects {
                object.children.retain(|child| wanted.contains(&child.name.as_str()));
            }
        }
        Ok(found)
    }
}

fn objects(objects: Vec<Element>) -> Found {
    Found { objects, ..Found::default() }
}

fn dispatch(
    books: &mut Books,
    schema: &Schema,
    iterators: &mut Iterators,
    request: &Element,
    macros: &mut BTreeMap<String, TxnId>,
) -> Reply {
    let name = request.name.trim_end_matches("Rq");
    let inner =
        || request.child(name).ok_or_else(|| Status::new(3150, format!("There is a missing element: \"{name}\".")));
    match name {
        "HostQuery" => return Ok(objects(vec![about::host(books, request)])),
        "CompanyQuery" => return Ok(objects(vec![about::company(books, request)])),
        "PreferencesQuery" => return Ok(objects(vec![about::preferences(books)])),
        "TxnVoid" => return transactions::void(books, request).map(objects),
        "TxnDel" => return transactions::delete(books, request).map(objects),
        "ListMerge" => return merge::merge(books, schema, request).map(objects),
        "ListDel" => return lists::delete(books, request).map(objects),
        "DataExtAdd" | "DataExtMod" => return Ok(objects(vec![data_ext::write(books, inner()?)?])),
        "DataExtDel" => return Ok(objects(vec![data_ext::delete(books, inner()?)?])),
        "DataExtDefAdd" => return Ok(objects(vec![books.extensions.define(inner()?)?])),
        "DataExtDefQuery" => {
            let found = books.extensions.definitions(request);
            return if found.is_empty() { Err(Status::no_match()) } else { Ok(objects(found)) };
        }
        "TransactionQuery" => return query::all_transactions(books, iterators, request),
        "CustomDetailReportQuery" => return Ok(objects(vec![report::detail(books, request)?])),
        "GeneralSummaryReportQuery" => return Ok(objects(vec![report::summary(books, request)?])),
        "TxnDeletedQuery" => return Ok(query::deleted(books, true, request)),
        "ListDeletedQuery" => return Ok(query::deleted(books, false, request)),
        _ => {}
    }
    if let Some(kind) = name.strip_suffix("Query") {
        transactions::available(books, kind)?;
        if kind == "ItemSites" {
            return sites::query(books, iterators, request);
        }
        return match kinds::txn_named(kind) {
            Some(info) => query::transactions(books, schema, iterators, info, request),
            None => query::lists(books, schema, iterators, kind, request),
        };
    }
    let unknown = || Status::new(1030, format!("The request \"{name}\" is not supported."));
    let (kind, adding) = match (name.strip_suffix("Add"), name.strip_suffix("Mod")) {
        (Some(kind), _) => (kind, true),
        (_, Some(kind)) => (kind, false),
        _ => return Err(unknown()),
    };
    let given = inner()?;
    transactions::available(books, kind)?;
    if let Some(info) = kinds::txn_named(kind) {
        let id = if adding {
            transactions::add(books, info, given)?
        } else {
            transactions::modify(books, schema, info, given)?
        };
        if let Some(name) = given.attribute("defMacro") {
            macros.insert(name.to_owned(), id.clone());
        }
        let telling = Telling { lines: true, ..Telling::default() };
        let told = books.txns.get(&id).map(|txn| transactions::ret(books, schema, txn, &telling));
        return Ok(objects(told.into_iter().collect()));
    }
    let info = kinds::list_named(kind).ok_or_else(unknown)?;
    let id = if adding { lists::add(books, info, given)? } else { lists::modify(books, schema, info, given)? };
    let told = books.lists.get(&id).map(|object| lists::ret(books, schema, object, &[]));
    Ok(objects(told.into_iter().collect()))
}

/// Puts the ids of transactions made earlier in the same set where a macro stands.
fn use_macros(element: &mut Element, macros: &BTreeMap<String, TxnId>) -> Result<(), Status> {
    if let Some(name) = element.attribute("useMacro") {
        let id =
            macros.get(name).ok_or_else(|| Status::new(9100, format!("The macro \"{name}\" has not been defined.")))?;
        element.text = id.to_string();
    }
    element.children.iter_mut().try_for_each(|child| use_macros(child, macros))
}

/// The `…Rs` element of one request.
fn answer(request: &Element, result: Reply, include_data: bool) -> Element {
    let name = format!("{}Rs", request.name.trim_end_matches("Rq"));
    let (found, status) = match result {
        Ok(mut found) => {
            let status = found.status.take();
            (found, status)
        }
        Err(mut status) => {
            let object = status.object.take().map(|object| *object);
            (objects(object.into_iter().collect()), Some(status))
        }
    };
    let status = status.unwrap_or_else(|| Status::new(0, "Status OK"));
    let mut attributes = Vec::new();
    let mut attribute = |name: &str, value: String| attributes.push((name.to_owned(), value));
    if let Some(id) = request.attribute("requestID") {
        attribute("requestID", id.to_owned());
    }
    attribute("statusCode", status.code.to_string());
    attribute("statusSeverity", Status::severity(status.code).to_owned());
    attribute("statusMessage", status.message);
    if let Some(count) = found.ret_count {
        attribute("retCount", count.to_string());
    }
    if let Some((id, remaining)) = found.iterator {
        attribute("iteratorRemainingCount", remaining.to_string());
        attribute("iteratorID", id);
    }
    let children = if include_data { found.objects } else { Vec::new() };
    Element { name, attributes, text: String::new(), children }
}
