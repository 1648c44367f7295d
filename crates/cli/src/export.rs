//! `export`: entries or the tie-out as a file for the accountant.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use jiff::{Timestamp, civil::Date};
use sync::{
    api::{State, Store},
    export::{self, ExportFormat},
    history::EntryQuery,
};

use crate::{Done, commands::Failure, print};

/// What `export` is told.
#[derive(Debug, Args)]
pub struct Export {
    /// The data folder.
    #[arg(long)]
    data_dir: PathBuf,
    /// The file to write: one that ends in .csv for a spreadsheet, in .pdf for pages.
    #[arg(long)]
    file: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Entries with their debits and credits.
    Entries {
        /// Only those in this state.
        #[arg(long, value_parser = state)]
        state: Vec<State>,
        /// Only those with this in their number, title, buyer, amount or QuickBooks id.
        #[arg(long)]
        find: Option<String>,
        /// First day.
        #[arg(long)]
        from: Option<Date>,
        /// Last day.
        #[arg(long)]
        to: Option<Date>,
    },
    /// The shop's figures beside the company file's.
    Tieout {
        /// First day.
        #[arg(long)]
        from: Date,
        /// Last day.
        #[arg(long)]
        to: Date,
    },
}

fn state(text: &str) -> Result<State, String> {
    let states = State::ALL.into_iter().find(|state| state.as_str() == text);
    states.ok_or_else(|| format!("{text} is not one of: {}", State::ALL.map(State::as_str).join(", ")))
}

/// Writes the file.
pub fn export(asked: Export) -> Result<Done, Failure> {
    let Export { data_dir, file, what } = asked;
    let store = Store::read_only(&data_dir).map_err(|error| Failure::Api(error.into()))?;
    let how = export::Export {
        format: format(&file)?,
        language: print::language(),
        now: Timestamp::now(),
        progress: &|_, _| ControlFlow::Continue(()),
    };
    let ended = match what {
        What::Entries { state, find, from, to } => {
            let query = EntryQuery { states: state, text: find, from, to, ..EntryQuery::default() };
            export::export_entries(&store, &query, &how, &file)
        }
        What::Tieout { from, to } => export::export_tie_out(&store, (from, to), &how, &file),
    };
    match ended.map_err(Failure::Api)? {
        export::Exported::Written => print::line(&format!("Written to {}.", file.display())),
        export::Exported::Cancelled => print::problem("Nothing was written."),
    }
    Ok(Done::Well)
}

fn format(file: &Path) -> Result<ExportFormat, Failure> {
    let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match ending.as_str() {
        "csv" => Ok(ExportFormat::Csv),
        "pdf" => Ok(ExportFormat::Pdf),
        _ => Err(Failure::Word { word: ending, choices: "csv, pdf".to_owned() }),
    }
}
