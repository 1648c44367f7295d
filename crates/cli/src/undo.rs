//! `undo`: what would be taken out of QuickBooks again, or its planning.

use jiff::Timestamp;
use serde::Serialize;
use sync::{
    api::{EntryKey, Store},
    undo::{self, Planned, Removal, RunId, Selection, UndoPreview},
};

use crate::{
    Done, Undo,
    commands::{self, Failure},
    print,
};

/// What `undo --json` answers.
#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    preview: UndoPreview,
    /// The batch that was planned; none without `--yes`.
    planned: Option<Planned>,
}

/// Shows what undoing comes to, and plans it when that was said.
pub fn undo(asked: &Undo) -> Result<Done, Failure> {
    let folder = &asked.look.data_dir;
    let store = if asked.yes { commands::open(folder)? } else { Store::read_only(folder).map_err(api_error)? };
    let selection = selection(&store, asked)?;
    let removal = if asked.delete { Removal::Delete } else { Removal::Void };
    let preview = undo::preview(&store, &selection, removal)?;
    let done = if preview.is_free() && !preview.steps.is_empty() { Done::Well } else { Done::Attention };
    let planned = if asked.yes { undo::carry_out(&store, &selection, removal, Timestamp::now())? } else { None };
    if asked.look.json {
        print::json(&Answer { preview, planned });
        return Ok(done);
    }
    show(&preview);
    match planned {
        Some(Planned { batch, ready, held }) => print::line(&format!(
            "Planned as batch {}: {ready} entries go out with the next session, {held} are held.",
            batch.number()
        )),
        None if preview.steps.is_empty() => {
            print::problem("Nothing of that is in QuickBooks: there is nothing to undo.");
        }
        None => print::line("Nothing was changed. Say --yes to have it done."),
    }
    Ok(done)
}

fn api_error(error: impl Into<sync::api::ApiError>) -> Failure {
    Failure::Api(error.into())
}

fn selection(store: &Store, asked: &Undo) -> Result<Selection, Failure> {
    Ok(match (&asked.what.entry, asked.what.batch, asked.what.since) {
        (Some(key), _, _) => Selection::Entry(EntryKey::stored(key.clone())),
        (None, Some(batch), _) => Selection::Batch(RunId::new(batch)),
        (None, None, since) => Selection::Since(undo::beginning_of(store, since.unwrap_or(jiff::civil::Date::MAX))?),
    })
}

fn show(preview: &UndoPreview) {
    for step in &preview.steps {
        let what: Vec<String> = step.undoes.iter().map(commands::headline).collect();
        print::line(&format!("{}: {}", print::words(&step.kind.into()), what.join("; ")));
        commands::postings(&step.postings);
        if let Some(obstacle) = &step.obstacle {
            print::line(&format!("    ! {}", print::words(obstacle)));
        }
    }
    print::line(&format!("{} steps. What that does to the accounts:", preview.steps.len()));
    commands::postings(&preview.effect);
}
