//! A simulated QuickBooks company file for use by hand: make one, let it be driven by an endpoint, look inside.
#![allow(clippy::print_stdout, clippy::print_stderr)] // this is a program's output

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use simulator::company::{Company, Edition, SIMULATED, Setup};
use simulator::connector::{SessionReport, WebConnector};

/// SIMULATED QuickBooks: not a real company file.
#[derive(Parser)]
#[command(version, about, after_help = SIMULATED)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a new simulated company file.
    Create {
        /// Where; must not exist.
        file: PathBuf,
        /// Edition, which sets the list ceilings.
        #[arg(long, value_enum, default_value = "pro")]
        edition: EditionArgument,
        /// Company name.
        #[arg(long, default_value = "Simulated Shop")]
        name: String,
        /// IANA time zone of the computer with QuickBooks.
        #[arg(long, default_value = "America/New_York")]
        time_zone: String,
    },
    /// Runs sessions of a simulated Web Connector against an endpoint.
    Run {
        /// The company file.
        file: PathBuf,
        /// The endpoint, as in the .qwc file's AppURL.
        #[arg(long)]
        url: String,
        /// The user name, as in the .qwc file.
        #[arg(long)]
        user: String,
        /// The environment variable that holds the password.
        #[arg(long)]
        password_env: String,
        /// Seconds between sessions.
        #[arg(long, default_value_t = 300)]
        every: u64,
        /// One session, then stop; exit code 1 unless it ended well.
        #[arg(long)]
        once: bool,
    },
    /// Shows trial balance, counts and the last transactions.
    Show {
        /// The company file.
        file: PathBuf,
        /// How many transactions.
        #[arg(long, default_value_t = 20)]
        last: usize,
    },
    /// Carries out one qbXML document from standard input and writes the answer to standard output.
    Process {
        /// The company file.
        file: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum EditionArgument {
    Pro,
    Premier,
    Enterprise,
}

impl From<EditionArgument> for Edition {
    fn from(edition: EditionArgument) -> Self {
        match edition {
            EditionArgument::Pro => Self::Pro,
            EditionArgument::Premier => Self::Premier,
            EditionArgument::Enterprise => Self::Enterprise,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    // The answer document of `process` is alone on standard output, so the notice goes to standard error.
    eprintln!("{SIMULATED}");
    match run(Arguments::parse().command).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// True when all went well.
async fn run(command: Command) -> Result<bool, Box<dyn std::error::Error>> {
    match command {
        Command::Create { file, edition, name, time_zone } => {
            let setup = Setup { company_name: name, time_zone, ..Setup::new(edition.into()) };
            Company::create(&file, setup)?;
            println!("{SIMULATED}\nmade {}", file.display());
            Ok(true)
        }
        Command::Run { file, url, user, password_env, every, once } => {
            let password = std::env::var(&password_env)
                .map_err(|_| format!("the environment variable {password_env} is not set"))?;
            let mut company = Company::open(&std::path::absolute(file)?)?;
            let mut connector = WebConnector::new(&url, &user, &password);
            loop {
                let report = connector.run_once(&mut company).await?;
                let well = tell(&report);
                if once {
                    return Ok(well);
                }
                let wait = report.postpone.unwrap_or(every).max(report.least_interval.unwrap_or(0));
                tokio::time::sleep(Duration::from_secs(wait)).await;
            }
        }
        Command::Show { file, last } => {
            show(&Company::open(&file)?, last);
            Ok(true)
        }
        Command::Process { file } => process(&file),
    }
}

fn process(file: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let mut request = String::new();
    std::io::stdin().read_to_string(&mut request)?;
    match Company::open(file)?.process(&request) {
        Ok(answer) => {
            print!("{answer}");
            Ok(true)
        }
        Err(error) => {
            eprintln!("{} {}\n(the simulator adds: {})", error.hex(), error.message, error.detail);
            Ok(false)
        }
    }
}

/// Prints one session; true when it ended well.
fn tell(report: &SessionReport) -> bool {
    use simulator::connector::End;
    println!("{SIMULATED}: session with {} calls, {} message sets", report.calls.len(), report.sets);
    for call in &report.calls {
        let answer: String = call.answer.chars().take(100).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let answer = if call.operation == "authenticate" { "(ticket)".to_owned() } else { answer };
        println!("  {:<20} {answer}", call.operation);
    }
    for error in &report.errors {
        println!("  error: {error}");
    }
    println!("  ended: {:?}", report.end);
    report.errors.is_empty() && matches!(report.end, End::Done | End::NoWork)
}

fn show(company: &Company, last: usize) {
    println!("{SIMULATED}\n\nTrial balance (debit positive)");
    for (account, balance) in company.trial_balance() {
        if !balance.is_zero() {
            println!("  {account:<40} {balance:>14.2}");
        }
    }
    let sum: rust_decimal::Decimal = company.trial_balance().into_values().sum();
    println!("  {:<40} {sum:>14.2}\n\nLists", "sum");
    for (list, count) in company.list_counts() {
        println!("  {list:<20} {count:>8}");
    }
    let transactions = company.transactions();
    println!("\n{} transactions; the last of them", transactions.len());
    for transaction in transactions.iter().rev().take(last).rev() {
        println!(
            "  {} {:<20} {:<12} {:>14.2}  {}  {}",
            transaction.date,
            transaction.kind,
            transaction.ref_number,
            transaction.total,
            transaction.entity.as_deref().unwrap_or(""),
            transaction.memo,
        );
    }
}
