//! `start`, `pause`, `resume` and `progress`: the initial integration.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use serde::Serialize;
use sync::{
    Message,
    api::{self, EntryKind, PostingView},
    config::Start,
    integration::{self, IntegrationView, Part, Stage},
};

use crate::{
    Done, Look,
    commands::{self, Failure},
    print::{self, Lean},
};

/// What a start would do.
#[derive(Debug, Serialize)]
struct Outlook {
    /// How many entries of each kind it would make.
    entries: BTreeMap<EntryKind, usize>,
    /// How many are held.
    held: usize,
    /// What it does to the trial balance.
    effect: Vec<PostingView>,
    /// What stands in the way.
    obstacles: Vec<Message>,
}

/// `start`: shows what it would do; with `yes` it does.
pub fn start(look: &Look, yes: bool) -> Result<Done, Failure> {
    let folder = &look.data_dir;
    let config = commands::read_config(&commands::config_path(folder))?;
    if yes {
        integration::start(&commands::open(folder)?, config.plan(), Start::ByHand, Timestamp::now())?;
        print::line(
            "The integration is started. `tillbridge-cli run` carries everything over; `progress` shows how far it is.",
        );
        return Ok(Done::Well);
    }
    let store = commands::look(folder)?;
    let preview = api::preview(&store)?;
    let mut entries: BTreeMap<EntryKind, usize> = BTreeMap::new();
    for page in &preview.entries {
        *entries.entry(page.entry.kind).or_default() += 1;
    }
    let obstacles = integration::view(&store, Timestamp::now())?.obstacles;
    let outlook = Outlook { entries, held: preview.held.len(), effect: preview.effect, obstacles };
    if look.json {
        print::json(&outlook);
    } else {
        let rows: Vec<_> = outlook
            .entries
            .iter()
            .map(|(kind, count)| vec![print::words(&(*kind).into()), count.to_string()])
            .collect();
        print::table(&[("Entry", Lean::Left), ("Would be made", Lean::Right)], &rows);
        print::line(&format!("{} entries are held. What it does to the trial balance:", outlook.held));
        commands::postings(&outlook.effect);
        for obstacle in &outlook.obstacles {
            print::problem(&print::words(obstacle));
        }
        print::line(
            "Nothing was written to QuickBooks. `tillbridge-cli preview` shows every entry with its debits and credits.",
        );
        print::line("The integration can be done once. Back up the company file, then start it with --yes.");
    }
    Ok(if outlook.obstacles.is_empty() { Done::Well } else { Done::Attention })
}

/// `pause` and `resume`.
pub fn pause(folder: &Path, paused: bool) -> Result<Done, Failure> {
    integration::pause(&commands::open(folder)?, paused, Timestamp::now())?;
    print::line(if paused { "Nothing is posted until `tillbridge-cli resume`." } else { "Posting goes on." });
    Ok(Done::Well)
}

/// `progress`.
pub fn progress(look: &Look) -> Result<Done, Failure> {
    // Says so where nothing is set up.
    commands::read_config(&commands::config_path(&look.data_dir))?;
    let view = integration::view(&commands::look(&look.data_dir)?, Timestamp::now())?;
    if look.json {
        print::json(&view);
    } else {
        print_progress(&view);
    }
    Ok(if view.obstacles.is_empty() { Done::Well } else { Done::Attention })
}

fn print_progress(view: &IntegrationView) {
    let stage = match view.stage {
        Stage::NotStarted => "not started",
        Stage::Beginning => "lists and opening stock",
        Stage::History => "what happened since the start date",
        Stage::Done => "done",
    };
    print::line(&format!("The initial integration: {stage}{}", if view.paused { ", paused" } else { "" }));
    let row = |name: &str, part: &Part| {
        vec![name.to_owned(), part.done.to_string(), part.to_do.to_string(), part.stuck.to_string()]
    };
    print::table(
        &[("", Lean::Left), ("Done", Lean::Right), ("To do", Lean::Right), ("Held or refused", Lean::Right)],
        &[
            row("Customers", &view.customers),
            row("Items", &view.items),
            row("Vendors", &view.vendors),
            row("Entries", &view.entries),
        ],
    );
    print::line(&format!("{} documents are still to be mapped.", view.unmapped));
    if let Some(minutes) = view.minutes_left {
        print::line(&format!("About {minutes} minutes left."));
    }
    for obstacle in &view.obstacles {
        print::problem(&print::words(obstacle));
    }
}
