//! `tillbridge-cli`: the whole engine without a window, for support, automation and tests (DESIGN.md 8).
//!
//! Exit codes: 0 done; 1 something needs attention (printed); 2 wrong usage or configuration, nothing touched.

mod commands;
mod demo;
mod engine;
mod export;
mod integration;
mod mapping;
mod modes;
mod onboarding;
mod print;
mod undo;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;
use sync::{Language, api::Mode, preflight::Confirmation, token::KeepIn};

/// Tillbridge: carries a Shopify shop's sales into a QuickBooks Desktop company file.
#[derive(Debug, Parser)]
#[command(name = "tillbridge-cli", version)]
struct Cli {
    /// Language of what is printed: en or nb.
    #[arg(long, global = true, default_value = "en", value_parser = language)]
    language: Language,
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The main job on embedded defaults: a simulated shop and company file, the real engine and endpoint between them.
    Demo(demo::Demo),
    /// The configuration.
    Config {
        /// What to do with it.
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Sets up a data folder from a configuration: validates everything, says what is missing, starts nothing.
    Init {
        /// The data folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
    },
    /// Runs on schedule and answers the Web Connector until it is stopped.
    Run {
        /// The data folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// One run and one session with QuickBooks, then exit.
        #[arg(long)]
        once: bool,
    },
    /// Starts the initial integration; it can be done once. Without --yes it only shows what that would be.
    Start {
        #[command(flatten)]
        look: Look,
        /// Start it.
        #[arg(long)]
        yes: bool,
    },
    /// How much QuickBooks is told, and a change of it from a day on. Without --yes it only shows what that would do.
    Modes(Modes),
    /// Pauses posting to QuickBooks.
    Pause {
        /// The data folder.
        #[arg(long)]
        data_dir: PathBuf,
    },
    /// Lets posting go on after a pause.
    Resume {
        /// The data folder.
        #[arg(long)]
        data_dir: PathBuf,
    },
    /// How far the initial integration is.
    Progress(Look),
    /// What would be posted next, as debits and credits.
    Preview(Look),
    /// Where things stand.
    Status(Look),
    /// What happened, run by run.
    History(History),
    /// Entries, or one entry with everything that is known of it.
    Entries(Entries),
    /// The shop's figures beside the company file's, by account.
    Tieout(Tieout),
    /// Writes entries or the tie-out to a file for the accountant.
    Export(export::Export),
    /// What each category of the shop belongs to in QuickBooks; chooses, and has accounts made.
    Mapping(Mapping),
    /// How much room QuickBooks' lists have, and whether the modes may be detailed.
    Ceilings(Look),
    /// Takes what was posted out of QuickBooks again; without --yes it only shows what that would be.
    Undo(Undo),
    /// Sends an entry again that QuickBooks refused, or that was undone.
    Retry(OneEntry),
    /// Frees a held entry: it is mapped anew, or kept as it was posted.
    Release(OneEntry),
    /// The app token with which QuickBooks signs in: how far it is; or a new one, or none any more.
    Token(Token),
    /// What has to be so before the integration can start, point by point; exit code 1 when something is not.
    Preflight(Preflight),
    /// Keeps the shop's secret, read from standard input, where the configuration says that it is.
    Secret {
        /// The data folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// The configuration; without it, the one that the data folder was set up with.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Opens the initial integration again with a code of support; without one, prints the request to give to support.
    Reset(Reset),
    /// Removes the data folder's installation with its secrets, for good; without --yes it only says what that means.
    RemoveData {
        /// The data folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// Remove it.
        #[arg(long)]
        yes: bool,
    },
    /// Prints the .qwc file for the Web Connector.
    Qwc {
        /// The data folder.
        #[arg(long)]
        data_dir: PathBuf,
    },
    /// Writes a bundle for support, without names, addresses and secrets.
    Diagnostics {
        /// The data folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// The zip file to write; without it, its files are printed.
        #[arg(long)]
        to: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Prints a complete, commented configuration.
    Example,
}

/// A question about a data folder.
#[derive(Debug, Args)]
struct Look {
    /// The data folder.
    #[arg(long)]
    data_dir: PathBuf,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct History {
    #[command(flatten)]
    look: Look,
    /// How many runs.
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

#[derive(Debug, Args)]
struct Entries {
    #[command(flatten)]
    look: Look,
    /// Only those in this state: held, ready, sent, uncertain, posted, rejected, undone, dropped.
    #[arg(long)]
    state: Option<String>,
    /// Only those with this in their number, title, amount or QuickBooks id.
    #[arg(long)]
    find: Option<String>,
    /// Everything about one entry.
    #[arg(long)]
    key: Option<String>,
    /// With --key: the way of the entry, from what the shop said to what QuickBooks booked.
    #[arg(long, requires = "key")]
    story: bool,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

#[derive(Debug, Args)]
struct Tieout {
    #[command(flatten)]
    look: Look,
    /// First day.
    #[arg(long)]
    from: Option<Date>,
    /// Last day.
    #[arg(long)]
    to: Option<Date>,
    /// Have the next session read the company file's own report of these days, for a tie-out against it.
    #[arg(long, requires = "from", requires = "to")]
    ask: bool,
}

#[derive(Debug, Args)]
struct Mapping {
    #[command(flatten)]
    look: Look,
    /// Show what is proposed.
    #[arg(long)]
    propose: bool,
    /// Choose: the category's key and a full name in QuickBooks, as in `gateways.paypal=PayPal Clearing`.
    #[arg(long, value_name = "KEY=NAME")]
    set: Vec<String>,
    /// Have the account made that is proposed for the category of this key.
    #[arg(long, value_name = "KEY")]
    create: Vec<String>,
    /// Show the versions of the mapping instead, and what each changed.
    #[arg(long)]
    history: bool,
}

#[derive(Debug, Args)]
struct Modes {
    #[command(flatten)]
    look: Look,
    /// The first day of the change, by the shop's calendar; it must not have begun.
    #[arg(long)]
    from: Option<Date>,
    /// summary or detailed; without it, as it is.
    #[arg(long, requires = "from", value_parser = modes::mode)]
    customers: Option<Mode>,
    /// summary or detailed; without it, as it is.
    #[arg(long, requires = "from", value_parser = modes::mode)]
    inventory: Option<Mode>,
    /// summary or detailed; without it, as it is.
    #[arg(long, requires = "from", value_parser = modes::mode)]
    vendors: Option<Mode>,
    /// Change it.
    #[arg(long, requires = "from")]
    yes: bool,
}

#[derive(Debug, Args)]
struct OneEntry {
    /// The data folder.
    #[arg(long)]
    data_dir: PathBuf,
    /// The entry's key, as `entries` prints it.
    key: String,
}

#[derive(Debug, Args)]
struct Preflight {
    #[command(flatten)]
    look: Look,
    /// Confirm what only you know: pos-migration, the data migration of QuickBooks Point of Sale is finished; same-computer,
    /// this is the computer that runs it; no-pos, it is not used.
    #[arg(long, value_parser = confirmation)]
    confirm: Option<Confirmation>,
    /// Have the 0 % sales-tax item made with the next session.
    #[arg(long)]
    create_tax_item: bool,
}

#[derive(Debug, Args)]
struct Reset {
    #[command(flatten)]
    look: Look,
    /// The code that support gave.
    #[arg(long)]
    code: Option<String>,
}

#[derive(Debug, Args)]
struct Token {
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    what: Option<TokenWhat>,
    /// With --generate or --paste: even if there is a token, which is of no use any more then.
    #[arg(long)]
    replace: bool,
    /// Where to keep it: os, the credential store of the operating system; or file, readable for this user only.
    #[arg(long, value_parser = keep_in)]
    secrets: Option<KeepIn>,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct TokenWhat {
    /// Make a new one, for a QuickBooks without Manage Web Apps, and print it.
    #[arg(long)]
    generate: bool,
    /// Take the one that QuickBooks made, from standard input.
    #[arg(long)]
    paste: bool,
    /// Take it away: QuickBooks can't sign in any more.
    #[arg(long)]
    revoke: bool,
}

#[derive(Debug, Args)]
struct Undo {
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    what: UndoWhat,
    /// Delete transactions instead of voiding them.
    #[arg(long)]
    delete: bool,
    /// Plan it; the next session with QuickBooks carries it out.
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct UndoWhat {
    /// One entry, by its key as `entries` prints it.
    #[arg(long)]
    entry: Option<String>,
    /// What one run posted, by its number as `history` prints it.
    #[arg(long)]
    batch: Option<i64>,
    /// Everything posted on this day or later, by the shop's calendar.
    #[arg(long)]
    since: Option<Date>,
}

fn keep_in(text: &str) -> Result<KeepIn, String> {
    match text {
        "os" => Ok(KeepIn::System),
        "file" => Ok(KeepIn::File),
        other => Err(format!("{other} is not one of: os, file")),
    }
}

fn confirmation(text: &str) -> Result<Confirmation, String> {
    match text {
        "pos-migration" => Ok(Confirmation::PosMigration),
        "same-computer" => Ok(Confirmation::SameComputer),
        "no-pos" => Ok(Confirmation::NoPos),
        other => Err(format!("{other} is not one of: pos-migration, same-computer, no-pos")),
    }
}

fn language(text: &str) -> Result<Language, String> {
    match text {
        "en" => Ok(Language::En),
        "nb" | "no" => Ok(Language::Nb),
        other => Err(format!("{other} is not one of: en, nb")),
    }
}

/// How a command ended.
enum Done {
    /// All is well.
    Well,
    /// Something needs attention; it was printed.
    Attention,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    print::set_language(cli.language);
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("TILLBRIDGE_LOG").unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    // The TLS library asks for the provider to be chosen once, before the first connection.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            print::problem(&format!("the program can't start: {error}"));
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Attention) => ExitCode::from(1),
        Err(failure) => {
            print::problem(&failure.to_string());
            ExitCode::from(failure.exit_code())
        }
    }
}

async fn run(command: Command) -> Result<Done, commands::Failure> {
    match command {
        Command::Demo(demo) => demo.run().await,
        Command::Config { what: ConfigCommand::Example } => Ok(commands::config_example()),
        Command::Init { data_dir, config } => commands::init(&data_dir, &config).await,
        Command::Run { data_dir, once } => engine::run(&data_dir, once).await,
        Command::Start { look, yes } => integration::start(&look, yes),
        Command::Modes(modes) => modes::modes(&modes),
        Command::Pause { data_dir } => integration::pause(&data_dir, true),
        Command::Resume { data_dir } => integration::pause(&data_dir, false),
        Command::Progress(look) => integration::progress(&look),
        Command::Preview(look) => commands::preview(&look),
        Command::Status(look) => commands::status(&look),
        Command::History(history) => commands::history(&history.look, history.limit),
        Command::Entries(entries) => commands::entries(&entries),
        Command::Tieout(Tieout { look, from: Some(from), to: Some(to), ask: true }) => {
            commands::ask_for_report(&look.data_dir, from, to)
        }
        Command::Tieout(tieout) => commands::tieout(&tieout.look, tieout.from, tieout.to),
        Command::Export(asked) => export::export(asked),
        Command::Mapping(asked) => mapping::mapping(&asked),
        Command::Ceilings(look) => mapping::ceilings(&look),
        Command::Undo(undo) => undo::undo(&undo),
        Command::Retry(one) => commands::retry(&one.data_dir, &one.key),
        Command::Release(one) => commands::release(&one.data_dir, &one.key),
        Command::Token(token) => onboarding::token(&token),
        Command::Preflight(preflight) => onboarding::preflight(&preflight).await,
        Command::Secret { data_dir, config } => onboarding::secret(&data_dir, config.as_deref()),
        Command::Reset(reset) => onboarding::reset(&reset),
        Command::RemoveData { data_dir, yes } => commands::remove_data(&data_dir, yes),
        Command::Qwc { data_dir } => commands::qwc(&data_dir),
        Command::Diagnostics { data_dir, to } => commands::diagnostics(&data_dir, to.as_deref()),
    }
}
