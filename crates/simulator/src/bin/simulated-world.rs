//! A simulated shop, company file and Web Connector around one installation, steered over HTTP by whoever tests the
//! desktop app. SIMULATED: no real data.

use std::{io::Write, path::PathBuf};

use clap::Parser;
use jiff::civil::Date;
use simulator::{
    company::{Edition, SIMULATED, Setup},
    shop::{Bucket, Mix, SHOP_ZONE, Settings, Trade},
    world::World,
};

/// Serves a simulated shop and drives a simulated Web Connector; `/control` steers both. SIMULATED: no real data.
#[derive(Parser)]
#[command(version, about, after_help = SIMULATED)]
struct Arguments {
    /// The folder of the simulated company file; it is made where there is none.
    #[arg(long)]
    folder: PathBuf,
    /// How many orders the shop has.
    #[arg(long, default_value_t = 60)]
    orders: u32,
    /// Over how many days.
    #[arg(long, default_value_t = 10)]
    days: u32,
    /// The last day; yesterday when not given.
    #[arg(long)]
    ends: Option<Date>,
    /// The same seed makes the same shop.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The port of `/control` on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let ends = match arguments.ends {
        Some(date) => date,
        None => jiff::Timestamp::now().in_tz(SHOP_ZONE)?.date().yesterday()?,
    };
    // Money on its way back would leave the days open.
    let mix = Mix { pending_refunds: 0, ..Mix::everything() };
    let trade = Trade { mix, ..Trade::new(arguments.seed, arguments.orders, arguments.days, ends) };
    let settings = Settings { bucket: Bucket::GENEROUS, ..Settings::default() };
    std::fs::create_dir_all(&arguments.folder)?;
    let folder = std::path::absolute(&arguments.folder)?;
    let world = World::open(&folder, &trade, settings, Setup::new(Edition::Premier)).await?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", arguments.port)).await?;
    let mut out = std::io::stdout();
    // One line, for the program that has started this one.
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    axum::serve(listener, world.router()).await?;
    Ok(())
}
