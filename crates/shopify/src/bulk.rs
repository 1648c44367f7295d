//! Bulk operations: the shop writes a file of orders, which is read as it comes, order by order (SHOPIFY.md 2.5).

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Response, StatusCode, Url};
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use crate::{
    client::{Client, Failure, TRIES},
    error::{DecodeError, Error},
    orders::By,
    questions::{BULK_POLL, BULK_RUN, ORDERS_BULK},
};

/// The longest pause between two looks at an operation.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often to ask for an operation while others of this app are under way: with the growing pauses, most of an hour.
const STARTS: u32 = 120;
/// No line of a file is as long: one order without its lines, or one line of an order.
const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// How an operation ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Its file.
    Written(Url),
    /// No order lies in the span.
    Empty,
    /// It failed, was cancelled, has expired or is not known any more; with what it had written, if anything.
    Failed(Option<Url>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RunAnswer {
    bulk_operation_run_query: Option<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    bulk_operation: Option<Started>,
    user_errors: Vec<Problem>,
}

#[derive(Deserialize)]
struct Started {
    id: String,
}

#[derive(Deserialize)]
struct Problem {
    message: String,
    code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PollAnswer {
    bulk_operation: Option<Operation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    status: String,
    error_code: Option<String>,
    url: Option<String>,
    partial_data_url: Option<String>,
}

impl Client {
    /// Has the shop write the orders that were made in a span of time. The id of the operation.
    pub(crate) async fn write_orders(&self, from: Timestamp, until: Timestamp) -> Result<String, Error> {
        let query = self.text(&ORDERS_BULK).await.replace("WINDOW", &By::Making.span(from, until));
        let mut pause = Duration::from_secs(1);
        for _ in 0..STARTS {
            let answer: RunAnswer = self.ask(&BULK_RUN, json!({ "query": query })).await?;
            let Some(run) = answer.bulk_operation_run_query else { break };
            let Some(problem) = run.user_errors.into_iter().next() else {
                let Some(operation) = run.bulk_operation else { break };
                return Ok(operation.id);
            };
            match problem.code.unwrap_or_default() {
                // Five at a time (SHOPIFY.md 2.5): another part of this app is at work.
                code if code == "OPERATION_IN_PROGRESS" || code == "LIMIT_REACHED" => self.pause(pause).await,
                code => return Err(Error::BadInput { operation: BULK_RUN.name, code, message: problem.message }),
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Err(Error::Server { operation: BULK_RUN.name, request_id: "unknown".into() })
    }

    /// Waits until an operation is at its end.
    pub(crate) async fn outcome(&self, operation: &str) -> Result<Outcome, Error> {
        let mut pause = Duration::from_secs(1);
        loop {
            let answer: PollAnswer = self.ask(&BULK_POLL, json!({ "id": operation })).await?;
            let Some(told) = answer.bulk_operation else { return Ok(Outcome::Failed(None)) };
            match told.status.as_str() {
                "COMPLETED" => return Ok(address(told.url)?.map_or(Outcome::Empty, Outcome::Written)),
                "FAILED" if told.error_code.as_deref() == Some("ACCESS_DENIED") => {
                    let required = "a bulk operation was refused".into();
                    return Err(Error::MissingScope { path: "orders".into(), required });
                }
                "FAILED" | "CANCELED" | "EXPIRED" => return Ok(Outcome::Failed(address(told.partial_data_url)?)),
                _ => {}
            }
            tracing::debug!(operation, status = told.status, "waiting for a bulk operation");
            self.pause(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

fn address(url: Option<String>) -> Result<Option<Url>, Error> {
    url.map(|url| Url::parse(&url)).transpose().map_err(|_| {
        BULK_POLL.unreadable(DecodeError::Shape { path: "url".into(), message: "it is not an address".into() })
    })
}

/// Orders of a file.
pub(crate) struct Batch {
    pub(crate) orders: Vec<Box<RawValue>>,
    /// Where the next order begins, in bytes.
    pub(crate) next: u64,
    /// Whether the file is at its end.
    pub(crate) last: bool,
}

/// Why a file could not be read on.
pub(crate) enum FileError {
    /// It can no longer be had at its address.
    Gone,
    /// Parts of an order do not stand together, or a line is no JSON: it cannot be read as it comes.
    Scattered,
    /// Anything else.
    Other(Error),
}

impl From<Error> for FileError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// A file that is read as it comes. Holds one order and what came over the network last.
pub(crate) struct File<'c> {
    client: &'c Client,
    url: Url,
    /// What an operation that failed had written: its last order may be cut.
    partial: bool,
    response: Option<Response>,
    /// What came last of the file, how much of it is read, and where the rest stands in the file.
    buffer: Vec<u8>,
    read: usize,
    at: u64,
    /// Bytes that come again, because the other side cannot begin in the middle.
    skip: u64,
    /// The order that is being put together, and where it begins.
    order: Option<(u64, Value)>,
}

impl<'c> File<'c> {
    /// The file at `url`, from the order that begins at byte `from`.
    pub(crate) fn new(client: &'c Client, url: Url, from: u64, partial: bool) -> Self {
        Self { client, url, partial, response: None, buffer: Vec::new(), read: 0, at: from, skip: 0, order: None }
    }

    /// The next orders, no more than `most`.
    pub(crate) async fn batch(&mut self, most: usize) -> Result<Batch, FileError> {
        let mut orders = Vec::new();
        while orders.len() < most {
            let start = self.at;
            let Some(line) = self.line().await? else {
                let last = self.order.take().filter(|_| !self.partial);
                orders.extend(last.map(|(_, order)| raw(&order)).transpose()?);
                return Ok(Batch { orders, next: self.at, last: true });
            };
            let line: Map<String, Value> = match serde_json::from_slice(&line) {
                Ok(line) => line,
                // The last line of what a failed operation had written.
                Err(_) if self.partial && self.response.is_none() => continue,
                Err(_) => return Err(FileError::Scattered),
            };
            if line.contains_key("__parentId") {
                self.add(line)?;
            } else if let Some((_, whole)) = self.order.replace((start, root(line))) {
                orders.push(raw(&whole)?);
            }
        }
        let next = self.order.as_ref().map_or(self.at, |(start, _)| *start);
        Ok(Batch { orders, next, last: false })
    }

    /// Adds a part to the order that it belongs to: the one that is being put together.
    fn add(&mut self, mut part: Map<String, Value>) -> Result<(), FileError> {
        let parent = part.remove("__parentId");
        let Some((_, order)) = &mut self.order else { return Err(FileError::Scattered) };
        let kind = part.get("id").and_then(Value::as_str).and_then(|id| id.split('/').nth(3));
        let list = match kind {
            Some("LineItem") => "lineItems",
            Some("ShippingLine") => "shippingLines",
            _ => return Err(FileError::Scattered),
        };
        if parent.as_ref() != order.get("id") {
            return Err(FileError::Scattered);
        }
        if let Some(parts) = order[list]["nodes"].as_array_mut() {
            parts.push(Value::Object(part));
        }
        Ok(())
    }

    /// The next line, without its end.
    async fn line(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        let mut searched = self.read;
        loop {
            if let Some(length) = self.buffer[searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.buffer[self.read..searched + length].to_vec();
                self.read = searched + length + 1;
                self.at += line.len() as u64 + 1;
                if line.is_empty() {
                    searched = self.read;
                    continue;
                }
                return Ok(Some(line));
            }
            self.buffer.drain(..self.read);
            self.read = 0;
            searched = self.buffer.len();
            if searched > LONGEST_LINE {
                return Err(FileError::Scattered);
            }
            if !self.more().await? {
                self.at += self.buffer.len() as u64;
                let line = std::mem::take(&mut self.buffer);
                return Ok(Some(line).filter(|line| !line.is_empty()));
            }
        }
    }

    /// Takes in what comes next of the file; `false` at its end. A connection that drops is opened again where it was.
    async fn more(&mut self) -> Result<bool, FileError> {
        let mut failures = 0;
        loop {
            let chunk = match &mut self.response {
                Some(response) => response.chunk().await.map_err(Failure::network),
                None => match self.open().await? {
                    Ok(Some(response)) => {
                        self.response = Some(response);
                        continue;
                    }
                    // Nothing is left of it.
                    Ok(None) => Ok(None),
                    Err(failure) => Err(failure),
                },
            };
            match chunk {
                Ok(Some(bytes)) => {
                    let again = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
                    self.skip -= again as u64;
                    self.buffer.extend_from_slice(&bytes[again..]);
                    if again < bytes.len() {
                        return Ok(true);
                    }
                }
                Ok(None) => {
                    self.response = None;
                    return Ok(false);
                }
                Err(Failure::Passing(error)) => {
                    self.response = None;
                    failures += 1;
                    if failures == TRIES {
                        return Err(error.into());
                    }
                    self.client.pause(Duration::from_secs(1 << (failures - 1))).await;
                }
                Err(Failure::Final(error)) => return Err(error.into()),
                Err(_) => return Err(FileError::Gone),
            }
        }
    }

    /// Opens the file where it was left, if anything is left of it. Everything in the buffer is still to be read then.
    async fn open(&mut self) -> Result<Result<Option<Response>, Failure>, FileError> {
        let from = self.at + self.buffer.len() as u64;
        let response = match self.client.open(self.url.clone(), from).await {
            Ok(response) => response,
            Err(failure) => return Ok(Err(failure)),
        };
        self.skip = 0;
        match response.status() {
            StatusCode::PARTIAL_CONTENT => Ok(Ok(Some(response))),
            StatusCode::RANGE_NOT_SATISFIABLE => Ok(Ok(None)),
            StatusCode::OK => {
                self.skip = from;
                Ok(Ok(Some(response)))
            }
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                Ok(Err(Failure::server(BULK_POLL.name, None)))
            }
            _ => Err(FileError::Gone),
        }
    }
}

/// An order as its own line tells it, ready for its parts.
fn root(mut line: Map<String, Value>) -> Value {
    for list in ["lineItems", "shippingLines"] {
        line.insert(list.into(), json!({ "nodes": [], "pageInfo": { "hasNextPage": false, "endCursor": null } }));
    }
    Value::Object(line)
}

fn raw(order: &Value) -> Result<Box<RawValue>, Error> {
    RawValue::from_string(order.to_string()).map_err(|_| ORDERS_BULK.unreadable(DecodeError::Cut("orders")))
}
