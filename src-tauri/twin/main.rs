//! The HTTP twin of the desktop app, for tests of the screens: the very same commands, driven through Tauri's own command
//! layer with its real capabilities, and the very same pages, in a browser. Around it are a simulated shop and a simulated
//! company file, steered through `/control`. SIMULATED: no real data; never part of a release.
//!
//! | request | what it does |
//! | --- | --- |
//! | `POST /ipc/COMMAND` | a command with its arguments as JSON; a refusal comes with status 422 |
//! | `GET /events` | the app's typed events, as server-sent events |
//! | `/control…` | the world around the app ([`simulator::world`]), and `/control/system` for the dialogs of the system |
//! | everything else | the pages, as `npm run build:twin` has built them |

mod answers;
mod seeds;
mod server;

use std::{io::Write, net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use answers::Answers;
use clap::Parser;
use desktop::{desktop::Desktop, events, updates::Updates};
use seeds::Seed;
use simulator::{
    company::{Edition, Setup},
    shop::{Bucket, Mix, SHOP_ZONE, Settings, Trade},
    world::{ConnectorOrders, World},
};
use sync::{Host, Message, Secrets, api, engine::SystemClock, host::Runs};
use tauri::{Manager, WebviewWindowBuilder};
use tokio::net::TcpListener;

/// SIMULATED: the desktop app in a browser, with a simulated shop and a simulated company file around it.
#[derive(Parser)]
struct Arguments {
    /// The folder of the app's data, of the simulated company file and of what is saved; it is made where there is none.
    #[arg(long)]
    folder: PathBuf,
    /// The built pages.
    #[arg(long, default_value = "ui/dist-twin")]
    pages: PathBuf,
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How far the installation is at the beginning.
    #[arg(long, value_enum, default_value = "ready")]
    seed: Seed,
    /// Milliseconds between the Web Connector's sessions; 0: it calls only when told to.
    #[arg(long, default_value_t = 1000)]
    every_ms: u64,
    /// How many orders the shop has, over ten days that end yesterday.
    #[arg(long, default_value_t = 200)]
    orders: u32,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    tauri::async_runtime::set(runtime.handle().clone());
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(&arguments.folder)?;
    let folder = std::path::absolute(&arguments.folder)?;
    // The TLS library asks for the provider to be chosen once, before the first connection.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let world = world(&folder, arguments.orders).await?;
    let data = folder.join("data");
    let shop = world.shop_address();
    let variables = move |name: &str| match name {
        "TILLBRIDGE_SHOP_URL" => Some(shop.clone()),
        // Any free one, so that many twins can be at work beside each other.
        "TILLBRIDGE_QUICKBOOKS_PORT" => Some("0".to_owned()),
        _ => None,
    };
    let host = Host::open(&data, Secrets::new(&data, variables), Arc::new(SystemClock), Runs::OnSchedule)?;
    host.start().await;
    seeds::grow(arguments.seed, &host, &world).await?;
    if arguments.seed != Seed::Fresh {
        world.connector(ConnectorOrders { every_ms: Some(arguments.every_ms), ..ConnectorOrders::default() }).await?;
    }
    tokio::spawn(tell_the_way(Arc::clone(&host), Arc::clone(&world)));
    let answers = Arc::new(Answers::new(&folder.join("saved"))?);

    let commands = desktop::bindings::builder();
    let app = tauri::test::mock_builder().invoke_handler(commands.invoke_handler()).build(desktop::context())?;
    commands.mount_events(&app);
    let updates = Arc::new(Updates::new(&host, env!("CARGO_PKG_VERSION"))?.off(Message::new("update.not_here")));
    let desktop = Desktop::new(Arc::clone(&host), answers.clone(), updates);
    events::follow(app.handle(), &desktop);
    app.manage(desktop);
    let window = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build()?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await?;
    let mut out = std::io::stdout();
    // One line, for the program that has started this one.
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    let twin = server::router(&app, window, &arguments.pages, Arc::clone(&world))
        .merge(answers::router(answers))
        .merge(world.router());
    axum::serve(listener, twin).await?;
    Ok(())
}

/// Somebody adds the .qwc file to the Web Connector as soon as there is one, and whenever the endpoint has moved.
async fn tell_the_way(host: Arc<Host>, world: Arc<World>) {
    let mut told = None;
    loop {
        if let (Some(_), Ok(connection)) = (host.engine(), api::quickbooks_connection(&host))
            && told.as_ref() != Some(&connection.address)
        {
            let (url, user) = (Some(connection.address.clone()), Some(connection.user_name));
            if world.connector(ConnectorOrders { url, user, ..ConnectorOrders::default() }).await.is_ok() {
                told = Some(connection.address);
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn world(folder: &std::path::Path, orders: u32) -> Result<Arc<World>, Box<dyn std::error::Error>> {
    let yesterday = jiff::Timestamp::now().in_tz(SHOP_ZONE)?.date().yesterday()?;
    // Money on its way back would leave the days open.
    let mix = Mix { pending_refunds: 0, ..Mix::everything() };
    let trade = Trade { mix, ..Trade::new(7, orders, 10, yesterday) };
    let settings = Settings { bucket: Bucket::GENEROUS, ..Settings::default() };
    Ok(World::open(folder, &trade, settings, Setup::new(Edition::Premier)).await?)
}
