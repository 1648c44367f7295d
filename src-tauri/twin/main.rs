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
mod server;

use std::{io::Write, net::Ipv4Addr, path::PathBuf, sync::Arc};

use answers::Answers;
use clap::Parser;
use desktop::desktop::Desktop;
use simulator::{
    company::{Edition, Setup},
    shop::{Bucket, Mix, SHOP_ZONE, Settings, Trade},
    world::World,
};
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
    /// How many orders the shop has, over ten days that end yesterday.
    #[arg(long, default_value_t = 60)]
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
    let world = world(&folder, arguments.orders).await?;
    let answers = Arc::new(Answers::new(&folder.join("saved"))?);

    let commands = desktop::bindings::builder();
    let app = tauri::test::mock_builder().invoke_handler(commands.invoke_handler()).build(desktop::context())?;
    commands.mount_events(&app);
    app.manage(Desktop::new(folder.join("data"), answers.clone()));
    let window = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build()?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await?;
    let mut out = std::io::stdout();
    // One line, for the program that has started this one.
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    let twin = server::router(&app, window, &arguments.pages).merge(answers::router(answers)).merge(world.router());
    axum::serve(listener, twin).await?;
    Ok(())
}

async fn world(folder: &std::path::Path, orders: u32) -> Result<Arc<World>, Box<dyn std::error::Error>> {
    let yesterday = jiff::Timestamp::now().in_tz(SHOP_ZONE)?.date().yesterday()?;
    // Money on its way back would leave the days open.
    let mix = Mix { pending_refunds: 0, ..Mix::everything() };
    let trade = Trade { mix, ..Trade::new(7, orders, 10, yesterday) };
    let settings = Settings { bucket: Bucket::GENEROUS, ..Settings::default() };
    Ok(World::open(folder, &trade, settings, Setup::new(Edition::Premier)).await?)
}
