//! The first load: all orders that were made in a span of time (SHOPIFY.md 2.5).
//!
//! The span is cut into windows, a month each. A window's orders come from a file that the shop writes, or page by page
//! where that is cheaper or the file fails. What is stored tells the window, the operation and how far its file was read,
//! so that a load that is cut off anywhere repeats a page at most.

use std::time::Duration;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    bulk::{Batch, File, FileError, Outcome},
    error::Error,
    feed::{PAGE, Pulled, Puller},
    order::LONGEST,
    orders::{By, time},
    questions::ORDERS_COUNT,
};

/// Up to so many orders in all, pages are cheaper than files (SHOPIFY.md 2.5).
const FEW: u64 = 2_000;
/// Windows with more are halved (SHOPIFY.md 2.2).
const MANY: u64 = 25_000;
/// Windows are not made shorter than this.
const SHORTEST: Duration = Duration::from_hours(1);
/// How often an operation may fail for a window before its orders are asked for page by page.
const FAILURES: u32 = 2;

/// How far a first load has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Load {
    /// What was made before is told.
    from: Timestamp,
    /// Where the whole span ends.
    until: Timestamp,
    /// The window that is being read: from `from` until here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<Window>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    end: Timestamp,
    way: Way,
    /// How many operations failed for it.
    #[serde(default)]
    failures: u32,
}

/// How the orders of a window come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// Page by page.
    Pages,
    /// From a file that is still to be asked for.
    Asking,
    /// From the file of this operation, of which so many bytes are read.
    File { operation: String, read: u64 },
}

/// What a load holds between two pages, and can do without.
#[derive(Default)]
pub(crate) struct Loader<'c> {
    file: Option<File<'c>>,
    /// What is known of the file that a failed operation had written.
    partial: Option<Partial>,
    /// What the shop refuses to tell is known.
    looked: bool,
}

/// A file that ends too early.
enum Partial {
    /// All orders so far stood in the order of their making, the last of them made then: what was made before is told.
    Sorted(Timestamp),
    /// They did not, or it is not known.
    Unsorted,
}

impl Partial {
    fn meet(&mut self, made: Timestamp) {
        *self = match self {
            Self::Sorted(last) if *last <= made => Self::Sorted(made),
            _ => Self::Unsorted,
        };
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountAnswer {
    orders_count: Option<Count>,
}

#[derive(Deserialize)]
struct Count {
    count: u64,
}

impl Puller<'_> {
    /// The next page of a first load.
    pub(crate) async fn load(&mut self, from: Timestamp, to: Option<Timestamp>) -> Result<Vec<Pulled>, Error> {
        let mut load = match self.position.load.clone() {
            Some(load) => load,
            None => self.begin(from, to.unwrap_or(self.now)).await?,
        };
        let documents = self.step(&mut load).await?;
        self.done = load.from >= load.until;
        self.position.load = Some(load);
        Ok(documents)
    }

    async fn begin(&self, from: Timestamp, until: Timestamp) -> Result<Load, Error> {
        let few = from >= until || self.count(from, until).await? <= FEW;
        let window = few.then_some(Window { end: until, way: Way::Pages, failures: 0 });
        Ok(Load { from, until, window })
    }

    /// How many orders were made in a span of time; above [`MANY`] it may be any number.
    async fn count(&self, from: Timestamp, until: Timestamp) -> Result<u64, Error> {
        let variables = json!({ "query": By::Making.span(from, until), "limit": MANY + 1 });
        let answer: CountAnswer = self.client.ask(&ORDERS_COUNT, variables).await?;
        // Not told: as if it were many.
        Ok(answer.orders_count.map_or(MANY, |orders| orders.count))
    }

    async fn step(&mut self, load: &mut Load) -> Result<Vec<Pulled>, Error> {
        while load.from < load.until {
            let Some(window) = &mut load.window else {
                self.next_window(load).await?;
                continue;
            };
            match &mut window.way {
                Way::Pages => return self.pages(load).await,
                Way::Asking => {
                    if !self.loader.looked {
                        self.orders.look(load.from, window.end).await?;
                        self.loader.looked = true;
                    }
                    let operation = self.client.write_orders(load.from, window.end).await?;
                    window.way = Way::File { operation, read: 0 };
                    self.loader.file = None;
                    // So that the caller stores the operation: a load that is cut off now finds its file again.
                    return Ok(Vec::new());
                }
                Way::File { operation, read } => {
                    let (operation, read) = (operation.clone(), *read);
                    if let Some(documents) = self.file(load, &operation, read).await? {
                        return Ok(documents);
                    }
                }
            }
        }
        Ok(Vec::new())
    }

    /// Cuts the next window from what is left, passing over times without orders.
    async fn next_window(&self, load: &mut Load) -> Result<(), Error> {
        let mut end = next_month(load.from).unwrap_or(load.until).min(load.until);
        let mut count = self.count(load.from, end).await?;
        while count > MANY {
            let half = Duration::try_from(end.duration_since(load.from)).unwrap_or_default() / 2;
            if half < SHORTEST {
                break;
            }
            end = load.from + Duration::from_secs(half.as_secs());
            count = self.count(load.from, end).await?;
        }
        if count == 0 {
            load.from = end;
        } else {
            let way = if count <= PAGE as u64 { Way::Pages } else { Way::Asking };
            load.window = Some(Window { end, way, failures: 0 });
        }
        Ok(())
    }

    async fn pages(&mut self, load: &mut Load) -> Result<Vec<Pulled>, Error> {
        let end = load.window.as_ref().map_or(load.until, |window| window.end);
        let page = self.orders.page(By::Making, load.from, end).await?;
        if page.more {
            load.from = page.latest.unwrap_or(load.from).max(load.from);
        } else {
            load.from = end;
            load.window = None;
        }
        Ok(page.documents)
    }

    /// A page from the file of an operation; nothing where there is no page, but another way to go on.
    async fn file(&mut self, load: &mut Load, operation: &str, read: u64) -> Result<Option<Vec<Pulled>>, Error> {
        if self.loader.file.is_none() {
            match self.client.outcome(operation).await? {
                Outcome::Empty => {
                    load.pass();
                    return Ok(None);
                }
                Outcome::Failed(None) => {
                    load.fail();
                    return Ok(None);
                }
                Outcome::Written(url) => {
                    self.loader.partial = None;
                    self.loader.file = Some(File::new(self.client, url, read, false));
                }
                Outcome::Failed(Some(url)) => {
                    self.loader.partial = Some(if read == 0 { Partial::Sorted(load.from) } else { Partial::Unsorted });
                    self.loader.file = Some(File::new(self.client, url, read, true));
                }
            }
        }
        let Some(file) = &mut self.loader.file else { return Ok(None) };
        let batch = file.batch(PAGE).await;
        let Batch { orders, next, last } = match batch {
            Ok(batch) => batch,
            Err(error) => {
                self.loader.file = None;
                match error {
                    FileError::Other(error) => return Err(error),
                    FileError::Gone => load.fail(),
                    FileError::Scattered => load.go_by_pages(),
                }
                return Ok(None);
            }
        };
        if let Some(partial) = &mut self.loader.partial {
            for raw in &orders {
                partial.meet(time(By::Making, raw)?);
            }
        }
        let told = self.orders.completer.orders(&orders, LONGEST, true).await;
        let documents = match told {
            Ok(documents) => documents,
            Err(error) => {
                // The file has gone on: it is opened again where the page began.
                self.loader.file = None;
                return Err(error);
            }
        };
        if last {
            self.loader.file = None;
            match self.loader.partial.take() {
                None => load.pass(),
                Some(partial) => {
                    if let Partial::Sorted(reached) = partial {
                        load.from = reached;
                    }
                    load.fail();
                }
            }
        } else {
            load.read(next);
        }
        Ok(Some(documents))
    }
}

impl Load {
    /// The window is read.
    fn pass(&mut self) {
        if let Some(window) = self.window.take() {
            self.from = window.end;
        }
    }

    /// The operation failed: once more, then page by page.
    fn fail(&mut self) {
        if let Some(window) = &mut self.window {
            window.failures += 1;
            window.way = if window.failures < FAILURES { Way::Asking } else { Way::Pages };
        }
    }

    fn go_by_pages(&mut self) {
        if let Some(window) = &mut self.window {
            window.way = Way::Pages;
        }
    }

    fn read(&mut self, bytes: u64) {
        if let Some(Window { way: Way::File { read, .. }, .. }) = &mut self.window {
            *read = bytes;
        }
    }
}

/// The first moment of the next month.
fn next_month(at: Timestamp) -> Option<Timestamp> {
    let first = at.to_zoned(TimeZone::UTC).date().first_of_month();
    let next = first.checked_add(1.month()).ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(next.timestamp())
}
