//! Bulk operations (SHOPIFY.md 2.5): a query that runs on its own and leaves a file of JSON lines behind. Each runs on a
//! thread, a hundred root rows at a time, and writes to a file that is gone with the shop, so neither memory nor the shop's lock is held long.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::{MutexGuard, PoisonError};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Operation, Selection};
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tempfile::NamedTempFile;
use tokio::time::Instant;

use super::Shop;
use super::bulk_rules::refusals;
use super::execute::{Root, Session, Walk};
use super::faults::{Fault, Occasion};
use super::ids::Kind;

/// No more than this run at a time for one app and shop.
const CONCURRENT: usize = 5;

/// The file of an operation and what is in it.
#[derive(Debug)]
struct Written {
    file: NamedTempFile,
    bytes: u64,
    objects: u64,
    roots: u64,
    /// How many bytes the first half of the lines takes.
    half: u64,
}

#[derive(Debug)]
enum Run {
    Working,
    /// Written, or refused by Shopify's word for it.
    Done(Result<Written, &'static str>),
}

#[derive(Debug)]
struct Job {
    created: Timestamp,
    completed: Option<Timestamp>,
    started: Instant,
    delay: std::time::Duration,
    cancelled: bool,
    fault: Option<Fault>,
    run: Run,
    /// Links that were given out before they were made to expire.
    url_expired: bool,
}

/// All operations that were ever asked for.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    all: Vec<Job>,
}

/// What a download gets.
pub(crate) enum Download {
    File { file: File, bytes: u64, cut: bool },
    Expired,
    Missing,
}

impl Job {
    fn status(&self) -> &'static str {
        let elapsed = self.started.elapsed();
        match (&self.run, &self.fault) {
            _ if self.cancelled => "CANCELED",
            (Run::Working, _) if elapsed * 4 < self.delay => "CREATED",
            (Run::Done(_), _) if elapsed < self.delay && elapsed * 4 < self.delay => "CREATED",
            (Run::Done(_), _) if elapsed < self.delay => "RUNNING",
            (Run::Working, _) => "RUNNING",
            (Run::Done(Err(_)), _) | (_, Some(Fault::BulkFails | Fault::BulkFailsHalfway)) => "FAILED",
            (_, Some(Fault::BulkExpires)) => "EXPIRED",
            _ => "COMPLETED",
        }
    }

    fn told(&self, number: usize, address: &str) -> Value {
        let status = self.status();
        let written = match &self.run {
            Run::Done(Ok(written)) if !matches!(status, "CREATED" | "RUNNING") => Some(written),
            _ => None,
        };
        let url = |what: &str| format!("{address}/simulated/bulk/{number}.jsonl?{what}&signature=simulated");
        let filled = written.is_some_and(|w| w.objects > 0);
        let error = match (&self.run, status) {
            (Run::Done(Err(code)), "FAILED") => Some(*code),
            (_, "FAILED") => Some("INTERNAL_SERVER_ERROR"),
            _ => None,
        };
        let halfway = matches!(self.fault, Some(Fault::BulkFailsHalfway));
        json!({
            "__typename": "BulkOperation",
            "id": Kind::BulkOperation.gid(number, 0),
            "type": "QUERY",
            "status": status,
            "errorCode": error,
            "createdAt": self.created.to_string(),
            "completedAt": self.completed.filter(|_| !matches!(status, "CREATED" | "RUNNING")).map(|t| t.to_string()),
            "objectCount": written.map_or(0, |w| w.objects).to_string(),
            "rootObjectCount": written.map_or(0, |w| w.roots).to_string(),
            "fileSize": written.filter(|_| status == "COMPLETED").map(|w| w.bytes.to_string()),
            "url": (filled && status == "COMPLETED").then(|| url("part=all")),
            "partialDataUrl": (filled && status == "FAILED" && halfway).then(|| url("part=half")),
        })
    }
}

impl Shop {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.inner.bulk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All operations as they stand.
    pub(crate) fn bulk_told(&self) -> Vec<Value> {
        let address = self.desk().address.clone().unwrap_or_default();
        self.jobs().all.iter().enumerate().map(|(number, job)| job.told(number, &address)).collect()
    }

    /// What the mutations of an operation do and answer, by their response keys.
    pub(crate) fn mutate(&self, operation: &Operation, variables: &JsonMap) -> BTreeMap<String, Value> {
        let mut told = BTreeMap::new();
        for selection in &operation.selection_set.selections {
            let Selection::Field(field) = selection else { continue };
            let argument = |name: &str| match field.argument_by_name(name).ok().map(AsRef::as_ref) {
                Some(apollo_compiler::ast::Value::Variable(variable)) => variables.get(variable.as_str()).cloned(),
                Some(apollo_compiler::ast::Value::String(text)) => Some(JsonValue::String(text.as_str().into())),
                Some(apollo_compiler::ast::Value::Boolean(yes)) => Some(JsonValue::Bool(*yes)),
                _ => None,
            };
            let text = |name: &str| argument(name).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            let payload = match field.name.as_str() {
                "bulkOperationRunQuery" => {
                    let group = argument("groupObjects") == Some(JsonValue::Bool(true));
                    self.run_bulk(&text("query"), group)
                }
                "bulkOperationCancel" => self.cancel_bulk(&text("id")),
                _ => continue,
            };
            told.insert(field.response_key().to_string(), payload);
        }
        told
    }

    fn run_bulk(&self, query: &str, group: bool) -> Value {
        let refuse = |field: Option<&str>, errors: Vec<String>, code: &str| {
            let field = field.map(|f| vec![f]);
            let errors: Value =
                errors.into_iter().map(|message| json!({"field": field, "message": message, "code": code})).collect();
            json!({"bulkOperation": null, "userErrors": errors})
        };
        let document = match ExecutableDocument::parse_and_validate(&self.inner.schema, query, "bulk.graphql") {
            Ok(document) => document,
            Err(invalid) => {
                let errors = invalid.errors.iter().map(|e| format!("Invalid bulk query: {}", e.to_json().message));
                return refuse(Some("query"), errors.collect(), "INVALID");
            }
        };
        let Ok(operation) = document.operations.get(None) else {
            return refuse(Some("query"), vec!["Invalid bulk query: one query is needed.".to_owned()], "INVALID");
        };
        let refusals = refusals(&document, &operation.selection_set);
        if !refusals.is_empty() {
            return refuse(Some("query"), refusals, "INVALID");
        }
        let settings = self.desk().settings.clone();
        let created = self.now();
        let mut jobs = self.jobs();
        let working = |(number, job): (usize, &Job)| {
            matches!(job.status(), "CREATED" | "RUNNING").then(|| Kind::BulkOperation.gid(number, 0))
        };
        let busy: Vec<String> = jobs.all.iter().enumerate().filter_map(working).collect();
        if busy.len() >= CONCURRENT {
            let message =
                format!("A bulk query operation for this app and shop is already in progress: {}.", busy.join(", "));
            return refuse(None, vec![message], "OPERATION_IN_PROGRESS");
        }
        let number = jobs.all.len();
        jobs.all.push(Job {
            created,
            completed: None,
            started: Instant::now(),
            delay: settings.bulk_delay,
            cancelled: false,
            fault: self.inner.faults.take(Occasion::BulkRun),
            run: Run::Working,
            url_expired: false,
        });
        drop(jobs);
        let shop = self.clone();
        std::thread::spawn(move || {
            let done = shop.write_bulk(&document, group);
            let now = shop.now();
            if let Some(job) = shop.jobs().all.get_mut(number) {
                job.completed = Some(now.max(job.created));
                job.run = Run::Done(done);
            }
        });
        let created = json!({
            "__typename": "BulkOperation",
            "id": Kind::BulkOperation.gid(number, 0),
            "type": "QUERY",
            "status": "CREATED",
            "errorCode": null,
            "createdAt": created.to_string(),
            "completedAt": null,
            "objectCount": "0",
            "rootObjectCount": "0",
            "fileSize": null,
            "url": null,
            "partialDataUrl": null,
        });
        json!({"bulkOperation": created, "userErrors": []})
    }

    fn cancel_bulk(&self, id: &str) -> Value {
        let address = self.desk().address.clone().unwrap_or_default();
        let mut jobs = self.jobs();
        let number = super::ids::parse(id).filter(|found| found.0 == Kind::BulkOperation).map(|found| found.1);
        let Some((number, job)) = number.and_then(|n| jobs.all.get_mut(n).map(|job| (n, job))) else {
            let error = json!({"field": ["id"], "message": "Bulk operation does not exist"});
            return json!({"bulkOperation": null, "userErrors": [error]});
        };
        let mut told = job.told(number, &address);
        if matches!(job.status(), "CREATED" | "RUNNING") {
            job.cancelled = true;
            told["status"] = "CANCELING".into();
            return json!({"bulkOperation": told, "userErrors": []});
        }
        let message = format!("A bulk operation cannot be canceled when it is {}", job.status().to_ascii_lowercase());
        json!({"bulkOperation": told, "userErrors": [{"field": null, "message": message}]})
    }

    /// Makes every link that was given out so far expire, as after seven days.
    pub fn expire_bulk_urls(&self) {
        self.jobs().all.iter_mut().for_each(|job| job.url_expired = true);
    }

    /// The file of an operation, from its beginning.
    pub(crate) fn download(&self, number: usize, half: bool) -> Download {
        let jobs = self.jobs();
        let Some(job) = jobs.all.get(number) else { return Download::Missing };
        if job.url_expired {
            return Download::Expired;
        }
        let Run::Done(Ok(written)) = &job.run else { return Download::Missing };
        let Ok(file) = written.file.reopen() else { return Download::Missing };
        let bytes = if half { written.half } else { written.bytes };
        drop(jobs);
        let cut = self.inner.faults.take(Occasion::Download).is_some();
        Download::File { file, bytes, cut }
    }

    fn write_bulk(&self, document: &Valid<ExecutableDocument>, group: bool) -> Result<Written, &'static str> {
        let file = NamedTempFile::new().map_err(|_| "INTERNAL_SERVER_ERROR")?;
        let mut lines = Lines { out: BufWriter::new(file), ends: Vec::new(), bytes: 0, roots: 0, group };
        let mut after = None;
        for chunk in 0.. {
            let (data, next) = self.bulk_chunk(document, after.take())?;
            lines.chunk(&data, chunk % 2 == 1).map_err(|_| "INTERNAL_SERVER_ERROR")?;
            if next.is_none() {
                break;
            }
            after = next;
        }
        lines.written().map_err(|_| "INTERNAL_SERVER_ERROR")
    }

    fn bulk_chunk(
        &self,
        document: &Valid<ExecutableDocument>,
        after: Option<String>,
    ) -> Result<(Value, Option<String>), &'static str> {
        let settings = self.desk().settings.clone();
        let state = self.state();
        let session = Session {
            state: &state,
            schema: &self.inner.schema,
            scopes: &settings.scopes,
            personal_data: settings.personal_data,
            domain: &settings.domain,
            client_id: &settings.client_id,
            lag: 0,
            repeat: false,
            bulk: &[],
            walk: Some(Walk { after, ..Walk::default() }),
            graphs: RefCell::new(BTreeMap::new()),
            unknown_terms: RefCell::new(Vec::new()),
            next_order: Cell::new(None),
        };
        let response = Execution::new(&self.inner.schema, document).execute_sync(&Root(&session));
        let response = response.map_err(|_| "INTERNAL_SERVER_ERROR")?;
        if let Some(error) = response.errors.first() {
            let denied = error.message.contains("Access denied");
            return Err(if denied { "ACCESS_DENIED" } else { "INTERNAL_SERVER_ERROR" });
        }
        let next = session.walk.as_ref().and_then(|walk| walk.next.borrow_mut().take());
        let data = serde_json::to_value(response.data).map_err(|_| "INTERNAL_SERVER_ERROR")?;
        Ok((data, next))
    }
}

/// Writes one JSON object a line, with Shopify's escaped slashes.
struct Lines {
    out: BufWriter<NamedTempFile>,
    /// Where each line ends.
    ends: Vec<u64>,
    bytes: u64,
    roots: u64,
    group: bool,
}

type Flat = (Map<String, Value>, Vec<Value>);

impl Lines {
    /// The roots of one part of the answer with their children. Not grouped, the children of all come before or after them.
    fn chunk(&mut self, data: &Value, children_first: bool) -> io::Result<()> {
        let mut parents = Vec::new();
        let mut children = Vec::new();
        for connection in data.as_object().into_iter().flat_map(Map::values) {
            for node in nodes(connection) {
                self.roots += 1;
                let (own, below) = flat(node, None);
                parents.push(Value::Object(own));
                if self.group { parents.extend(below) } else { children.extend(below) }
            }
        }
        let (first, second) = if children_first { (children, parents) } else { (parents, children) };
        for line in first.into_iter().chain(second) {
            self.line(&line)?;
        }
        Ok(())
    }

    fn line(&mut self, object: &Value) -> io::Result<()> {
        let text = object.to_string().replace('/', "\\/");
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")?;
        self.bytes += text.len() as u64 + 1;
        self.ends.push(self.bytes);
        Ok(())
    }

    fn written(mut self) -> io::Result<Written> {
        self.out.flush()?;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let half = self.ends.get((self.ends.len() / 2).wrapping_sub(1)).copied().unwrap_or(0);
        Ok(Written { file, bytes: self.bytes, objects: self.ends.len() as u64, roots: self.roots, half })
    }
}

fn nodes(connection: &Value) -> impl Iterator<Item = &Value> {
    connection["edges"].as_array().into_iter().flatten().map(|edge| &edge["node"])
}

/// An object without its connections, and what was in those.
fn flat(node: &Value, parent: Option<&Value>) -> Flat {
    let mut own = Map::new();
    let mut below = Vec::new();
    for (key, value) in node.as_object().into_iter().flatten() {
        if value.get("edges").is_none() {
            own.insert(key.clone(), value.clone());
            continue;
        }
        for child in nodes(value) {
            let (line, further) = flat(child, node.get("id"));
            below.push(Value::Object(line));
            below.extend(further);
        }
    }
    if let Some(parent) = parent {
        own.insert("__parentId".to_owned(), parent.clone());
    }
    (own, below)
}
