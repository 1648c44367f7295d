//! What the twin begins with.

use std::{sync::Arc, time::Duration};

use clap::ValueEnum;
use jiff::ToSpan;
use simulator::{
    connector::End,
    shop::Settings,
    world::{ConnectorOrders, World},
};
use sync::{
    Host,
    api::{self, ApiError, PurchasingChoice, PurchasingSource, SetupStep, ShopForm, ShopSignIn},
    choices::CategoryState,
    integration::Stage,
    preflight::Confirmation,
};

/// Sessions until nothing is left to do, at most.
const MOST_SESSIONS: usize = 20;
/// How long the shop's being read may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// How far the installation is at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Seed {
    /// Nothing is set up, and the Web Connector does not call.
    Fresh,
    /// Nothing is set up; the Web Connector calls as soon as it knows where.
    Ready,
    /// Onboarded, and not started: the preview waits.
    Onboarded,
    /// Started, and everything carried over that can be.
    Running,
}

/// Why a seed did not grow.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The engine refused something.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// A session with QuickBooks did not end well.
    #[error("a session ended so: {0}")]
    Session(String),
    /// It took too long.
    #[error("the shop was not read in time")]
    Time,
}

/// Does what a merchant does, as far as `seed` says.
pub async fn grow(seed: Seed, host: &Arc<Host>, world: &World) -> Result<(), SeedError> {
    if matches!(seed, Seed::Fresh | Seed::Ready) {
        return Ok(());
    }
    let shop = Settings::default();
    let form = ShopForm {
        address: shop.domain,
        sign_in: ShopSignIn::ClientCredentials,
        client_id: Some(shop.client_id),
        secret: Some(shop.client_secret),
    };
    api::connect_shop(host, &form).await?;
    let from = api::today(host)?.saturating_sub(15.days());
    api::choose_plan(host, from, false).await?;
    let password = Some(api::generate_token(host, false)?.token);
    let (url, user) = {
        let connection = api::quickbooks_connection(host)?;
        (Some(connection.address), Some(connection.user_name))
    };
    tell(world, ConnectorOrders { url, user, password, ..ConnectorOrders::default() }).await?;
    let began = std::time::Instant::now();
    let _ = host.sync_now();
    while host.engine().is_none_or(|engine| engine.next_run_at().is_none()) {
        if began.elapsed() > PATIENCE {
            return Err(SeedError::Time);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sessions(world).await?;
    api::confirm(host, Confirmation::NoPos).await?;
    // The simulated company file has its 0 % item from the beginning, where it has none it is made.
    let _ = api::create_tax_item(host).await;
    host.change(|store, now| {
        api::accept_proposals(store, now)?;
        // For what nothing in the company file comes near an account is made.
        let open = api::categories(store)?.into_iter().filter(|category| category.state == CategoryState::Problem);
        for category in open.filter(|category| category.can_be_made.is_some()) {
            api::create_account(store, &category.key, now)?;
        }
        Ok::<_, ApiError>(())
    })?;
    let _ = host.sync_now();
    tokio::time::sleep(Duration::from_millis(500)).await;
    sessions(world).await?;
    let nothing = PurchasingChoice { source: PurchasingSource::None, key: None, path: None };
    api::choose_purchasing(host, &nothing).await?;
    for step in [
        SetupStep::Preflight,
        SetupStep::Tax,
        SetupStep::Shop,
        SetupStep::Token,
        SetupStep::Accounts,
        SetupStep::Modes,
        SetupStep::Purchasing,
    ] {
        api::finish_setup_step(host, step).await?;
    }
    if seed == Seed::Running {
        let word = api::start_preview(host)?.confirm_with;
        api::start(host, &word)?;
        for _ in 0..MOST_SESSIONS {
            sessions(world).await?;
            if api::integration(host.store(), host.now())?.stage == Stage::Done {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    Ok(())
}

/// Sessions until the engine has nothing left to do, or does the same again and again.
async fn sessions(world: &World) -> Result<(), SeedError> {
    for _ in 0..MOST_SESSIONS {
        let call = ConnectorOrders { call: true, ..ConnectorOrders::default() };
        let report = world.connector(call).await.map_err(|error| SeedError::Session(error.to_string()))?;
        match report {
            Some(report) if report.end == End::Done && report.sets > 1 => {}
            Some(report) if matches!(report.end, End::Done | End::NoWork) => return Ok(()),
            Some(report) => return Err(SeedError::Session(format!("{:?} {:?}", report.end, report.errors))),
            None => return Ok(()),
        }
    }
    Ok(())
}

async fn tell(world: &World, orders: ConnectorOrders) -> Result<(), SeedError> {
    world.connector(orders).await.map(drop).map_err(|error| SeedError::Session(error.to_string()))
}
