//! The commands that answer at once.

use std::{
    io,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::Date};
use sync::{
    Config, ConfigError, Message, SecretPlace, Secrets,
    api::{self, ApiError, EntryFilter, EntryKey, EntryPage, EntryView, PostingView, State, Store, StoreError},
    history,
    host::Trouble,
    removal::{self, Removed},
    reset::ResetError,
    source::SourceError,
    support,
    tieout::{Period, TieOut},
    token::{NoRandomness, TokenError, TokenStage},
};

use crate::{
    Done, Entries, Look,
    print::{self, Lean},
};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration can't be used. Nothing was touched.
    #[error("{}", print::trouble(&.0.message()))]
    Config(#[from] ConfigError),
    /// A file can't be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A word on the command line is none that is known.
    #[error("{word} is not one of: {choices}")]
    Word {
        /// The word.
        word: String,
        /// What it could be.
        choices: String,
    },
    /// Nothing is set up in the folder.
    #[error("nothing is set up in {0}: use `tillbridge-cli init` first")]
    NotSetUp(PathBuf),
    /// The question could not be answered.
    #[error("{}", print::trouble(&.0.message))]
    Api(#[from] ApiError),
    /// The shop could not be reached or does not let us in.
    #[error("{}", print::trouble(&.0.message))]
    Source(#[from] SourceError),
    /// The engine can't be put to work.
    #[error("{}", print::trouble(&.0.message()))]
    Trouble(Trouble),
    /// What was pasted is no app token.
    #[error("{}", print::trouble(&.0.message()))]
    Token(#[from] TokenError),
    /// Nothing came on standard input.
    #[error("nothing came on standard input")]
    NoInput,
    /// There is no reset.
    #[error("{}", print::trouble(&.0.message()))]
    Reset(#[from] ResetError),
    /// No token could be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The simulated world of the demo failed.
    #[error("the simulated world failed: {0}")]
    Simulation(String),
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Api(error.into())
    }
}

impl From<sync::shop::ConnectError> for Failure {
    fn from(error: sync::shop::ConnectError) -> Self {
        match error {
            sync::shop::ConnectError::Config(error) => Self::Config(error),
            sync::shop::ConnectError::Source(error) => Self::Source(error),
        }
    }
}

impl Failure {
    /// The exit code that stands for it (DESIGN.md 8).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::Word { .. }
            | Self::NotSetUp(_)
            | Self::Token(_)
            | Self::NoInput
            | Self::Trouble(Trouble::NotConnected | Trouble::Configuration(_) | Trouble::Secret(_)) => 2,
            Self::File { .. }
            | Self::Api(_)
            | Self::Source(_)
            | Self::Trouble(_)
            | Self::NoRandomness(_)
            | Self::Reset(_)
            | Self::Simulation(_) => 1,
        }
    }
}

/// Where a data folder keeps its configuration.
pub fn config_path(folder: &Path) -> PathBuf {
    sync::config::path_in(folder)
}

/// The secrets of the installation in `folder`.
pub fn secrets(folder: &Path) -> Secrets {
    Secrets::new(folder, |name| std::env::var(name).ok())
}

/// Reads a configuration file.
pub fn read_config(path: &Path) -> Result<Config, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Config::parse(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.ends_with("config.toml") => {
            Err(Failure::NotSetUp(path.parent().unwrap_or(path).to_owned()))
        }
        Err(error) => Err(Failure::File { path: path.to_owned(), error }),
    }
}

/// Opens a data folder for questions alone.
pub fn look(folder: &Path) -> Result<Store, Failure> {
    Ok(api::look(folder)?)
}

/// Opens a data folder for work, and says what had to be mended.
pub fn open(folder: &Path) -> Result<Store, Failure> {
    let (store, notice) = api::open(folder, Timestamp::now())?;
    if let Some(notice) = &notice {
        print::problem(&print::words(&Message::from(notice)));
    }
    Ok(store)
}

/// `remove-data`. A folder without an installation is as good as one that was removed.
pub fn remove_data(folder: &Path, yes: bool) -> Result<Done, Failure> {
    if !yes {
        print::problem(&format!(
            "This removes the installation in {} with its secrets, for good. What was posted stays in QuickBooks, and \
             nothing knows any more that it is there. Nothing was done; with --yes it is.",
            folder.display()
        ));
        return Ok(Done::Attention);
    }
    let config = match read_config(&config_path(folder)) {
        Err(Failure::NotSetUp(_)) => None,
        config => Some(config?),
    };
    let removed = removal::remove(folder, config.as_ref(), &secrets(folder), Timestamp::now())?;
    print::line(match removed {
        Removed::Everything => "Removed.",
        Removed::AllThatIsOurs => "Removed. What is left in the folder is not Tillbridge's.",
        Removed::NothingThere => "There was nothing to remove.",
    });
    Ok(Done::Well)
}

/// `config example`.
pub fn config_example() -> Done {
    print::text(&sync::config::example());
    Done::Well
}

/// `init`: checks the configuration, the secrets and the shop; keeps the configuration in the data folder.
pub async fn init(folder: &Path, config_file: &Path) -> Result<Done, Failure> {
    let text =
        std::fs::read_to_string(config_file).map_err(|error| Failure::File { path: config_file.to_owned(), error })?;
    let config = Config::parse(&text)?;
    let secrets = secrets(folder);
    if let Some(place @ SecretPlace::Environment(_)) = &config.quickbooks.password {
        secrets.read(place).map_err(ConfigError::from)?.ok_or_else(|| ConfigError::NoSecret(place.clone()))?;
    }
    let probe = sync::shop::probe(&config, &secrets).await?;
    print::line(&format!("The shop answers: {} ({}, {})", probe.name, probe.currency, probe.time_zone));
    for point in &probe.missing {
        print::problem(&print::words(point));
    }
    let store = open(folder)?;
    api::set_up(&store, &config.mapping, Timestamp::now())?;
    write(&config_path(folder), &text)?;
    let file = folder.join("tillbridge.qwc");
    write(&file, &qwc_text(&store, folder, &config)?)?;
    print::line(&format!("Set up in {}. Nothing was started.", folder.display()));
    let token = api::app_token(&store, &config.quickbooks, &secrets);
    if !token.is_ok_and(|token| token.is_some_and(|token| token.stage != TokenStage::NotGiven)) {
        print::line("Next: give QuickBooks an app token with `tillbridge-cli token`.");
    }
    print::line(&format!(
        "Next: add {} to QuickBooks' Web Connector, then `tillbridge-cli run`. Look at what it found with `preflight`, `mapping` and `start`.",
        file.display()
    ));
    Ok(if probe.missing.is_empty() { Done::Well } else { Done::Attention })
}

/// `status`.
pub fn status(look: &Look) -> Result<Done, Failure> {
    let status = api::status_in(&look.data_dir)?;
    if look.json {
        print::json(&status);
    } else {
        print::line(&format!("Shop:          {}", status.shop.as_deref().unwrap_or("not read yet")));
        print::line(&format!("Company file:  {}", status.company_file.as_deref().unwrap_or("not paired yet")));
        print::line(&format!("Last run:      {}", status.last_run_at.as_deref().unwrap_or("none yet")));
        print::line(&format!("Orders known:  {}", status.documents));
        print::line(&format!(
            "Entries:       {} posted, {} ready, {} uncertain, {} held, {} refused",
            status.posted, status.ready, status.uncertain, status.held, status.rejected
        ));
        for point in &status.attention {
            let concerns = if point.entries > 0 { format!(" ({} entries)", point.entries) } else { String::new() };
            print::line(&format!("! {}{concerns}", print::words(&point.message)));
        }
    }
    Ok(if status.attention.is_empty() { Done::Well } else { Done::Attention })
}

/// `preview`.
pub fn preview(look: &Look) -> Result<Done, Failure> {
    let preview = api::preview(&self::look(&look.data_dir)?)?;
    let done = if preview.held.is_empty() { Done::Well } else { Done::Attention };
    if look.json {
        print::json(&preview);
        return Ok(done);
    }
    for page in &preview.entries {
        print::line(&headline(&page.entry));
        postings(&page.postings);
        for why in &page.why {
            print::line(&format!("    {}", print::words(why)));
        }
    }
    print::line(&format!("{} entries would be posted; {} are held.", preview.entries.len(), preview.held.len()));
    for entry in &preview.held {
        print::line(&headline(entry));
        for reason in &entry.reasons {
            print::line(&format!("    {}", print::words(reason)));
        }
    }
    print::line("What that does to the accounts:");
    postings(&preview.effect);
    Ok(done)
}

/// `history`.
pub fn history(look: &Look, limit: u32) -> Result<Done, Failure> {
    let runs = api::history(&self::look(&look.data_dir)?, limit)?;
    if look.json {
        print::json(&runs);
        return Ok(Done::Well);
    }
    let rows: Vec<_> = runs
        .iter()
        .map(|run| {
            vec![
                run.id.clone(),
                run.started_at.clone(),
                run.trigger.clone(),
                run.posted.to_string(),
                run.problem.as_ref().map_or_else(String::new, print::words),
            ]
        })
        .collect();
    let heads = [
        ("Run", Lean::Right),
        ("Began", Lean::Left),
        ("By", Lean::Left),
        ("Posted", Lean::Right),
        ("Problem", Lean::Left),
    ];
    print::table(&heads, &rows);
    Ok(Done::Well)
}

/// `entries`.
pub fn entries(asked: &Entries) -> Result<Done, Failure> {
    let Look { data_dir, json } = &asked.look;
    let store = look(data_dir)?;
    if let Some(key) = &asked.key {
        let Some(page) = api::entry(&store, &EntryKey::stored(key.clone()))? else {
            print::problem(&format!("there is no entry {key}"));
            return Ok(Done::Attention);
        };
        if *json {
            print::json(&page);
            return Ok(Done::Well);
        }
        if asked.story {
            story(&page);
            return Ok(Done::Well);
        }
        print::line(&headline(&page.entry));
        postings(&page.postings);
        for why in &page.why {
            print::line(&format!("    {}", print::words(why)));
        }
        if let Some(day) = &page.part_of {
            print::line(&format!("    {day}"));
        }
        for part in &history::members(&store, &EntryKey::stored(key.clone()), 0, u32::MAX)?.rows {
            print::line(&format!("    {} {}", part.key, headline(part)));
        }
        for step in &page.life {
            print::line(&format!(
                "    {} {} {}",
                step.at,
                step.state.map_or_else(String::new, |state| print::words(&state.into())),
                step.why
            ));
        }
        if let Some(xml) = &page.xml {
            print::line(xml);
        }
        return Ok(Done::Well);
    }
    let states = match &asked.state {
        None => Vec::new(),
        Some(word) => {
            let state = State::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| Failure::Word {
                word: word.clone(),
                choices: State::ALL.map(State::as_str).join(", "),
            })?;
            vec![state]
        }
    };
    let filter = EntryFilter { states, text: asked.find.clone(), limit: Some(asked.limit), ..EntryFilter::default() };
    let entries = api::entries(&store, &filter)?;
    if *json {
        print::json(&entries);
        return Ok(Done::Well);
    }
    for entry in &entries {
        print::line(&headline(entry));
        print::line(&format!("    {}", entry.key));
        for reason in &entry.reasons {
            print::line(&format!("    {}", print::words(reason)));
        }
    }
    print::line(&format!("{} entries", entries.len()));
    Ok(Done::Well)
}

/// `tieout`.
pub fn tieout(look: &Look, from: Option<Date>, to: Option<Date>) -> Result<Done, Failure> {
    let Some(tieout) = api::tie_out(&self::look(&look.data_dir)?, from, to)? else {
        print::problem("the shop was not read yet: there is nothing to compare");
        return Ok(Done::Attention);
    };
    if look.json {
        print::json(&tieout);
    } else {
        print_tieout(&tieout);
    }
    Ok(if tieout.ties_out() { Done::Well } else { Done::Attention })
}

/// `tieout --ask`.
pub fn ask_for_report(folder: &Path, from: Date, to: Date) -> Result<Done, Failure> {
    api::ask_for_report(&open(folder)?, Period { from, to }, Timestamp::now())?;
    print::line("The next session with QuickBooks reads the company file's report of these days.");
    Ok(Done::Well)
}

/// The tie-out as a table, and the orders behind each difference.
pub fn print_tieout(tieout: &TieOut) {
    match (tieout.from, tieout.to) {
        (Some(from), Some(to)) => print::line(&format!("Tie-out from {from} to {to}: debit +, credit −")),
        _ => print::line("Tie-out: there is nothing on either side yet."),
    }
    match tieout.read_at {
        Some(time) => print::line(&format!("The company file's side is its own report, read at {time:.0}.")),
        None => print::line("The company file's side is what QuickBooks answered when it booked."),
    }
    let rows: Vec<_> = tieout
        .rows
        .iter()
        .map(|row| vec![row.account.clone(), row.shop.to_string(), row.company.to_string(), row.difference.to_string()])
        .collect();
    print::table(
        &[("Account", Lean::Left), ("Shop", Lean::Right), ("Company file", Lean::Right), ("Difference", Lean::Right)],
        &rows,
    );
    if tieout.days.is_empty() {
        return;
    }
    print::line("Behind the differences:");
    let mut rows = Vec::new();
    for day in &tieout.days {
        for order in &day.orders {
            rows.push(vec![
                day.date.to_string(),
                day.row.account.clone(),
                order.title.clone(),
                order.shop.to_string(),
                order.company.to_string(),
                print::words(&Message::new(order.cause.code())),
            ]);
        }
    }
    let heads = [
        ("Day", Lean::Left),
        ("Account", Lean::Left),
        ("Order", Lean::Left),
        ("Shop", Lean::Right),
        ("Company file", Lean::Right),
        ("Why", Lean::Left),
    ];
    print::table(&heads, &rows);
}

/// `retry`.
pub fn retry(folder: &Path, key: &str) -> Result<Done, Failure> {
    api::retry(&open(folder)?, &EntryKey::stored(key), Timestamp::now())?;
    print::line("It is sent again with the next session.");
    Ok(Done::Well)
}

/// `release`.
pub fn release(folder: &Path, key: &str) -> Result<Done, Failure> {
    api::release(&open(folder)?, &EntryKey::stored(key), Timestamp::now())?;
    print::line("It is looked at anew with the next run.");
    Ok(Done::Well)
}

/// `qwc`.
pub fn qwc(folder: &Path) -> Result<Done, Failure> {
    let config = read_config(&config_path(folder))?;
    print::text(&qwc_text(&look(folder)?, folder, &config)?);
    Ok(Done::Well)
}

fn qwc_text(store: &Store, folder: &Path, config: &Config) -> Result<String, Failure> {
    api::qwc(store, &config.quickbooks)?.ok_or_else(|| Failure::NotSetUp(folder.to_owned()))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| Failure::File { path: path.to_owned(), error })
}

/// `diagnostics`.
pub fn diagnostics(folder: &Path, to: Option<&Path>) -> Result<Done, Failure> {
    let files = support::diagnostics(&look(folder)?, &folder.join("logs"), Timestamp::now())?;
    match to {
        None => print::json(&files),
        Some(path) => {
            support::save_diagnostics(&files, path)?;
            print::line(&format!(
                "Written to {}. Look at it before you send it: it holds no names, addresses, amounts or secrets.",
                path.display()
            ));
        }
    }
    Ok(Done::Well)
}

/// The way of one entry, as a page that holds nothing that differs from one run to the next.
fn story(page: &EntryPage) {
    let entry = &page.entry;
    print::line(&format!("# {} {}, {}", print::words(&entry.kind.into()), entry.number, entry.title));
    print::line("\n## What the shop said\n\n```json");
    let said = page.source.as_deref().and_then(|source| serde_json::from_str::<serde_json::Value>(source).ok());
    print::line(&said.and_then(|said| serde_json::to_string_pretty(&said).ok()).unwrap_or_default());
    print::line("```\n\n## What it becomes, and why\n\n```text");
    postings(&page.postings);
    print::line("```\n");
    for why in &page.why {
        print::line(&format!("- {}", print::words(why)));
    }
    print::line("\n## What is sent to QuickBooks\n\n```xml");
    print::line(&indented(page.request.as_deref().unwrap_or_default()));
    print::line("```\n\n## What QuickBooks answered that it booked\n\n```text");
    postings(&page.booked);
    print::line("```");
}

/// One element to a line, each level two blanks further in: for the eye only.
fn indented(xml: &str) -> String {
    let mut depth = 0_usize;
    let mut lines = Vec::new();
    for line in xml.replace("><", ">\n<").lines() {
        let closes = line.starts_with("</");
        depth = depth.saturating_sub(usize::from(closes));
        lines.push(format!("{}{line}", "  ".repeat(depth)));
        let opens = !closes && !line.starts_with("<?") && !line.contains("</") && !line.ends_with("/>");
        depth += usize::from(opens);
    }
    lines.join("\n")
}

/// One entry on one line.
pub fn headline(entry: &EntryView) -> String {
    format!(
        "{} {} · {} · {} · {} · {}{}",
        print::words(&entry.kind.into()),
        entry.number,
        entry.title,
        entry.date.as_deref().unwrap_or("no date"),
        entry.total,
        print::words(&entry.state.into()),
        entry.quickbooks_id.as_ref().map_or_else(String::new, |id| format!(" · {id}")),
    )
}

/// Debits and credits as a table.
pub fn postings(postings: &[PostingView]) {
    if postings.is_empty() {
        return;
    }
    let rows: Vec<_> = postings
        .iter()
        .map(|posting| {
            vec![
                posting.account.clone(),
                posting.class.clone().unwrap_or_default(),
                posting.debit.clone(),
                posting.credit.clone(),
            ]
        })
        .collect();
    print::table(
        &[("Account", Lean::Left), ("Class", Lean::Left), ("Debit", Lean::Right), ("Credit", Lean::Right)],
        &rows,
    );
}
