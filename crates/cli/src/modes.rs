//! `modes`: how much QuickBooks is told, and a change of it.

use jiff::Timestamp;
use serde::Serialize;
use sync::{
    api::{Mode, ModesFrom},
    modes::{self, ModesPreview, ModesView},
};

use crate::{
    Done, Modes,
    commands::{self, Failure},
    print::{self, Lean},
};

/// Reads a mode.
pub fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "summary" => Ok(Mode::Summary),
        "detailed" => Ok(Mode::Detailed),
        other => Err(format!("{other} is not one of: summary, detailed")),
    }
}

/// What is asked, and what it would do.
#[derive(Debug, Serialize)]
struct Answer {
    modes: Vec<ModesView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ModesPreview>,
}

/// `modes`.
pub fn modes(asked: &Modes) -> Result<Done, Failure> {
    let folder = &asked.look.data_dir;
    let store = if asked.yes { commands::open(folder)? } else { commands::look(folder)? };
    let there = modes::modes(&store)?;
    let change = asked.from.and_then(|from| {
        let last = there.iter().rfind(|modes| modes.from.as_ref().is_none_or(|day| *day <= from.to_string()))?;
        Some(ModesFrom {
            from,
            customers: asked.customers.unwrap_or(last.customers),
            inventory: asked.inventory.unwrap_or(last.inventory),
            vendors: asked.vendors.unwrap_or(last.vendors),
        })
    });
    let now = Timestamp::now();
    let preview = change.map(|change| modes::preview(&store, change, now)).transpose()?;
    if let (Some(change), true) = (change, asked.yes) {
        modes::change(&store, change, now)?;
    }
    let answer = Answer { modes: modes::modes(&store)?, change: preview };
    if asked.look.json {
        print::json(&answer);
    } else {
        show(&answer, asked.yes);
    }
    Ok(Done::Well)
}

fn show(answer: &Answer, changed: bool) {
    let word = |mode: Mode| if mode == Mode::Summary { "summary" } else { "detailed" }.to_owned();
    let rows: Vec<_> = answer
        .modes
        .iter()
        .map(|modes| {
            let from = modes.from.clone().unwrap_or_else(|| "the beginning".to_owned());
            vec![from, word(modes.customers), word(modes.inventory), word(modes.vendors)]
        })
        .collect();
    let columns = [("From", Lean::Left), ("Customers", Lean::Left), ("Inventory", Lean::Left), ("Vendors", Lean::Left)];
    print::table(&columns, &rows);
    let Some(change) = &answer.change else { return };
    print::line(&format!("The {} orders of the last 30 days, were they carried over anew:", change.orders));
    let row = |name: &str, now: u32, then: u32| vec![name.to_owned(), now.to_string(), then.to_string()];
    print::table(
        &[("", Lean::Left), ("As it is", Lean::Right), ("As it would be", Lean::Right)],
        &[
            row("Entries in the books", change.now.entries, change.then.entries),
            row("Objects added to lists", change.now.list_objects, change.then.list_objects),
        ],
    );
    print::line(if changed {
        "It is changed from that day on; what is posted stays as it is."
    } else {
        "Nothing was changed. Change it with --yes; what is posted stays as it is."
    });
}
