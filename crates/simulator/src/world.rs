//! A shop, a company file, and a Web Connector that calls by itself: everything around one installation, served on
//! loopback and steered over HTTP, so that a test in any language can make every state.
//!
//! | request | body | what it does |
//! | --- | --- | --- |
//! | `GET /control` | | where the shop is and how to sign in, and how the last session ended |
//! | `POST /control/connector` | [`ConnectorOrders`] | sets where the Web Connector calls and how often; has it call now |
//! | `POST /control/quickbooks` | [`QuickBooksOrders`] | closes QuickBooks or opens it again; does something at its window |
//! | `POST /control/shop` | [`ShopOrders`] | takes the shop off the network; lets orders happen; changes what the app may |

use std::{
    collections::BTreeSet,
    io,
    path::Path,
    sync::{
        Arc, Mutex as Lock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Mutex};
use tokio_util::sync::CancellationToken;

use crate::{
    company::{Company, CompanyError, HResultError, Setup},
    connector::{ConnectorError, SessionReport, WebConnector},
    shop::{Settings, Shop, ShopError, Trade},
};

/// What QuickBooks' request processor says when QuickBooks can't be started.
const CLOSED: (&str, &str) = ("0x80040408", "Could not start QuickBooks.");
/// How often the Web Connector looks whether it is time to call.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A world that can't be made.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The shop.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// The company file.
    #[error(transparent)]
    Company(#[from] CompanyError),
    /// Its port.
    #[error(transparent)]
    Port(#[from] io::Error),
}

/// What the Web Connector is told to do. What is left out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectorOrders {
    /// The endpoint, as in the .qwc file's AppURL; until it is known nobody calls.
    pub url: Option<String>,
    /// The user name, as in the .qwc file.
    pub user: Option<String>,
    /// The password, as somebody typed it.
    pub password: Option<String>,
    /// Milliseconds from the end of one session to the beginning of the next; 0: it does not call by itself.
    pub every_ms: Option<u64>,
    /// One session now; the answer comes when it has ended and says how.
    pub call: bool,
}

/// What is done at QuickBooks. What is left out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuickBooksOrders {
    /// Whether QuickBooks can open the company file.
    pub open: Option<bool>,
    /// What somebody does at the QuickBooks window, as the request that it comes to, such as an `AccountModRq`; QuickBooks'
    /// answer is in the reply.
    pub by_hand: Option<String>,
}

/// What is done at the shop. What is left out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShopOrders {
    /// Whether it can't be reached.
    pub offline: Option<bool>,
    /// So many more orders happen.
    pub orders: usize,
    /// The scopes that a token gets from now on.
    pub scopes: Option<BTreeSet<String>>,
    /// The app's secret from now on.
    pub client_secret: Option<String>,
    /// Whether the app may see personal data.
    pub personal_data: Option<bool>,
}

/// The Web Connector and the file that QuickBooks has open.
struct Office {
    connector: WebConnector,
    company: Company,
}

/// A simulated world around one installation.
pub struct World {
    shop: Shop,
    /// The shop's port, which it keeps when it was offline.
    shop_port: u16,
    /// Takes the shop off the network; none while it is.
    online: Mutex<Option<CancellationToken>>,
    office: Mutex<Office>,
    every_ms: AtomicU64,
    has_address: AtomicBool,
    last_session: Lock<Option<String>>,
}

impl World {
    /// A shop with this trade, served on a free port, and a company file in `folder`: a new one, or the one that is there.
    ///
    /// # Errors
    /// [`WorldError`].
    pub async fn open(folder: &Path, trade: &Trade, settings: Settings, setup: Setup) -> Result<Arc<Self>, WorldError> {
        let file = folder.join("Harbour & Pine.simulated");
        let mut company = if file.exists() { Company::open(&file)? } else { Company::create(&file, setup)? };
        // Nothing here has to survive a power cut.
        company.set_durable(false);
        let shop = Shop::new(trade, settings)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let world = Arc::new(Self {
            shop_port: listener.local_addr()?.port(),
            shop,
            online: Mutex::new(None),
            office: Mutex::new(Office { connector: WebConnector::new("", "", ""), company }),
            every_ms: AtomicU64::new(0),
            has_address: AtomicBool::new(false),
            last_session: Lock::new(None),
        });
        world.serve_shop(listener).await;
        tokio::spawn(Arc::clone(&world).keep_calling());
        Ok(world)
    }

    /// The shop; clones are the same shop.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    /// Where the shop is served.
    pub fn shop_address(&self) -> String {
        format!("http://127.0.0.1:{}", self.shop_port)
    }

    /// The routes under `/control`.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/control", get(about))
            .route("/control/connector", post(connector))
            .route("/control/quickbooks", post(quickbooks))
            .route("/control/shop", post(shop))
            .with_state(self)
    }

    /// Does as the Web Connector was told; the report of the session, where one was asked for.
    ///
    /// # Errors
    /// [`ConnectorError`] of that session.
    pub async fn connector(&self, orders: ConnectorOrders) -> Result<Option<SessionReport>, ConnectorError> {
        let mut office = self.office.lock().await;
        let connector = &mut office.connector;
        for (told, kept) in [
            (orders.url, &mut connector.url),
            (orders.user, &mut connector.user),
            (orders.password, &mut connector.password),
        ] {
            if let Some(told) = told {
                *kept = told;
            }
        }
        self.has_address.store(!connector.url.is_empty(), Ordering::Relaxed);
        drop(office);
        if let Some(every_ms) = orders.every_ms {
            self.every_ms.store(every_ms, Ordering::Relaxed);
        }
        if orders.call { self.session().await.map(Some) } else { Ok(None) }
    }

    async fn session(&self) -> Result<SessionReport, ConnectorError> {
        let mut office = self.office.lock().await;
        let Office { connector, company } = &mut *office;
        let report = connector.run_once(company).await;
        let how = match &report {
            Ok(report) => format!("{:?}", report.end),
            Err(error) => error.to_string(),
        };
        *self.last_session.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
        report
    }

    async fn keep_calling(self: Arc<Self>) {
        let mut waited = Duration::ZERO;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            waited += LOOK_EVERY;
            let every = Duration::from_millis(self.every_ms.load(Ordering::Relaxed));
            if every.is_zero() || waited < every || !self.has_address.load(Ordering::Relaxed) {
                continue;
            }
            // How it ended is kept; the next call is made all the same.
            let _ = self.session().await;
            waited = Duration::ZERO;
        }
    }

    async fn quickbooks(&self, orders: QuickBooksOrders) -> Result<Option<String>, HResultError> {
        let mut office = self.office.lock().await;
        if let Some(open) = orders.open {
            let closed = (CLOSED.0.to_owned(), CLOSED.1.to_owned());
            office.connector.cannot_open = (!open).then_some(closed);
        }
        let Some(request) = orders.by_hand else { return Ok(None) };
        let document = format!(
            "<?xml version=\"1.0\"?><?qbxml version=\"13.0\"?><QBXML><QBXMLMsgsRq onError=\"stopOnError\">{request}\
             </QBXMLMsgsRq></QBXML>"
        );
        office.company.process(&document).map(Some)
    }

    async fn at_shop(&self, orders: ShopOrders) -> io::Result<()> {
        self.shop.advance(orders.orders);
        self.shop.change(|settings| {
            settings.scopes = orders.scopes.unwrap_or_else(|| std::mem::take(&mut settings.scopes));
            settings.client_secret =
                orders.client_secret.unwrap_or_else(|| std::mem::take(&mut settings.client_secret));
            settings.personal_data = orders.personal_data.unwrap_or(settings.personal_data);
        });
        match orders.offline {
            Some(true) => {
                if let Some(online) = self.online.lock().await.take() {
                    online.cancel();
                }
            }
            Some(false) if self.online.lock().await.is_none() => {
                self.serve_shop(TcpListener::bind(("127.0.0.1", self.shop_port)).await?).await;
            }
            Some(false) | None => {}
        }
        Ok(())
    }

    async fn serve_shop(&self, listener: TcpListener) {
        let online = CancellationToken::new();
        tokio::spawn(self.shop.clone().serve(listener, online.clone().cancelled_owned()));
        *self.online.lock().await = Some(online);
    }

    async fn about(&self) -> Value {
        let (domain, client_id, client_secret) = {
            let mut kept = None;
            self.shop.change(|settings| {
                kept = Some((settings.domain.clone(), settings.client_id.clone(), settings.client_secret.clone()));
            });
            kept.unwrap_or_default()
        };
        json!({
            "simulated": true,
            "shop": {
                "base_url": self.shop_address(),
                "address": domain,
                "client_id": client_id,
                "client_secret": client_secret,
                "access_token": self.shop.token(),
            },
            "company_file": self.office.lock().await.company.path(),
            "last_session": *self.last_session.lock().unwrap_or_else(PoisonError::into_inner),
        })
    }
}

fn reply(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn fault(status: StatusCode, problem: &impl ToString) -> Response {
    reply(status, &json!({ "problem": problem.to_string() }))
}

/// Reads what is to be done; an answer that says what is wrong with it.
fn orders<T: DeserializeOwned>(body: &Bytes) -> Result<T, Box<Response>> {
    serde_json::from_slice(body).map_err(|error| Box::new(fault(StatusCode::BAD_REQUEST, &error)))
}

async fn about(State(world): State<Arc<World>>) -> Response {
    reply(StatusCode::OK, &world.about().await)
}

async fn connector(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let orders = match orders(&body) {
        Ok(orders) => orders,
        Err(refusal) => return *refusal,
    };
    match world.connector(orders).await {
        Ok(report) => {
            let told = report.map(
                |report| json!({ "end": format!("{:?}", report.end), "sets": report.sets, "errors": report.errors }),
            );
            reply(StatusCode::OK, &told.unwrap_or(Value::Null))
        }
        Err(error) => fault(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

async fn quickbooks(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let orders = match orders(&body) {
        Ok(orders) => orders,
        Err(refusal) => return *refusal,
    };
    match world.quickbooks(orders).await {
        Ok(answer) => reply(StatusCode::OK, &json!(answer)),
        Err(error) => fault(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

async fn shop(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let orders = match orders(&body) {
        Ok(orders) => orders,
        Err(refusal) => return *refusal,
    };
    match world.at_shop(orders).await {
        Ok(()) => reply(StatusCode::OK, &Value::Null),
        Err(error) => fault(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}
