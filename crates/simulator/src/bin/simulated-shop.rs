//! A simulated Shopify shop to be used by hand. SIMULATED shop: no real data.

use std::io::Write;

use clap::{Parser, ValueEnum};
use jiff::civil::Date;
use simulator::shop::{Bucket, Mix, Settings, Shop, Trade};

#[derive(Clone, Copy, ValueEnum)]
enum Throttle {
    /// 2,000 points, 100 per second.
    Real,
    /// Never throttled.
    None,
}

#[derive(Clone, Copy, ValueEnum)]
enum Trading {
    /// Paid orders, a few unpaid and test ones, nothing comes back.
    Paid,
    /// Refunds, edits and cancellations too.
    Everything,
}

/// Serves a simulated Shopify shop on this computer. SIMULATED shop: no real data.
#[derive(Parser)]
struct Arguments {
    /// How many orders.
    #[arg(long, default_value_t = 1000)]
    orders: u32,
    /// Over how many days.
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// The last day; yesterday when not given.
    #[arg(long)]
    ends: Option<Date>,
    /// The same seed makes the same shop.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The app's client id.
    #[arg(long, default_value = "simulated-client")]
    client_id: String,
    /// The app's client secret.
    #[arg(long, default_value = "simulated-secret")]
    client_secret: String,
    /// Whether queries are throttled as Shopify does.
    #[arg(long, value_enum, default_value = "none")]
    throttle: Throttle,
    /// What kinds of trade.
    #[arg(long, value_enum, default_value = "paid")]
    trade: Trading,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let ends = match arguments.ends {
        Some(date) => date,
        None => jiff::Timestamp::now().in_tz(simulator::shop::SHOP_ZONE)?.date().yesterday()?,
    };
    let mut trade = Trade::new(arguments.seed, arguments.orders, arguments.days, ends);
    if matches!(arguments.trade, Trading::Everything) {
        trade.mix = Mix::everything();
    }
    let bucket = match arguments.throttle {
        Throttle::Real => Bucket::STANDARD,
        Throttle::None => Bucket::GENEROUS,
    };
    let settings = Settings {
        client_id: arguments.client_id,
        client_secret: arguments.client_secret,
        bucket,
        ..Settings::default()
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", arguments.port)).await?;
    let mut out = std::io::stdout();
    writeln!(out, "SIMULATED shop: no real data.")?;
    writeln!(out, "address        http://{}", listener.local_addr()?)?;
    writeln!(out, "client id      {}", settings.client_id)?;
    writeln!(out, "client secret  {}", settings.client_secret)?;
    let shop = Shop::new(&trade, settings)?;
    writeln!(out, "access token   {}", shop.token())?;
    writeln!(out, "orders         {} in {} days up to {ends}", arguments.orders, arguments.days)?;
    writeln!(
        out,
        "figures        GET /simulated/finance.json; also POST /simulated/faults, /simulated/advance, /simulated/touch"
    )?;
    out.flush()?;
    let interrupted = async {
        // Without a signal to wait for, it is served until the process ends.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    shop.serve(listener, interrupted).await?;
    Ok(())
}
