//! `mapping` and `ceilings`: what the shop's categories belong to in QuickBooks, and how much room its lists have.

use jiff::Timestamp;
use sync::{
    api::{self, Store},
    ceilings::{CeilingsView, Verdict},
    choices::{CategoryState, CategoryView},
};

use crate::{
    Done, Look, Mapping,
    commands::{self, Failure},
    print::{self, Lean},
};

/// `mapping`.
pub fn mapping(asked: &Mapping) -> Result<Done, Failure> {
    let folder = &asked.look.data_dir;
    let changes = !asked.set.is_empty() || !asked.create.is_empty();
    let store = if changes { commands::open(folder)? } else { commands::look(folder)? };
    for choice in &asked.set {
        let (key, name) = choice.split_once('=').ok_or_else(|| Failure::Word {
            word: choice.clone(),
            choices: "key=Account, such as gateways.paypal=PayPal Clearing".to_owned(),
        })?;
        api::choose_account(&store, key.trim(), name, Timestamp::now())?;
    }
    for key in &asked.create {
        let made = api::create_account(&store, key, Timestamp::now())?;
        print::line(&format!("{made} is made in QuickBooks as soon as an entry needs it."));
    }
    if asked.history {
        return history(&store, &asked.look);
    }
    let categories = api::categories(&store)?;
    let well = categories.iter().all(|category| category.state != CategoryState::Problem);
    if asked.look.json {
        print::json(&categories);
    } else {
        show(&categories, asked.propose);
    }
    Ok(if well { Done::Well } else { Done::Attention })
}

fn show(categories: &[CategoryView], propose: bool) {
    let row = |category: &CategoryView| {
        let name = print::words(&category.name);
        let name = category.location.as_ref().map_or_else(|| name.clone(), |location| format!("{name}, {location}"));
        let state = match category.state {
            CategoryState::Fine => "fine",
            CategoryState::Common => "common",
            CategoryState::ToBeMade => "to be made",
            CategoryState::Problem => "problem",
            CategoryState::NotUsed => "not used",
        };
        let mut row = vec![category.key.clone(), name, category.chosen.clone().unwrap_or_default(), state.to_owned()];
        if propose {
            row.push(proposal(category));
        }
        row
    };
    let mut heads =
        vec![("Key", Lean::Left), ("What", Lean::Left), ("In QuickBooks", Lean::Left), ("State", Lean::Left)];
    if propose {
        heads.push(("Proposed", Lean::Left));
    }
    print::table(&heads, &categories.iter().map(row).collect::<Vec<_>>());
    for problem in categories.iter().filter_map(|category| category.problem.as_ref()) {
        print::line(&format!("! {}", print::words(problem)));
    }
}

fn proposal(category: &CategoryView) -> String {
    if let Some(best) = &category.proposed {
        return format!("{} ({}: {})", best.full_name, best.score, print::words(&best.because));
    }
    let near: Vec<_> = category.candidates.iter().map(|candidate| candidate.full_name.as_str()).collect();
    match &category.can_be_made {
        Some((name, kind)) => format!("make {name} ({kind})"),
        None if near.is_empty() => String::new(),
        None => format!("one of: {}", near.join(", ")),
    }
}

fn history(store: &Store, look: &Look) -> Result<Done, Failure> {
    let versions = api::mapping_history(store)?;
    if look.json {
        print::json(&versions);
        return Ok(Done::Well);
    }
    for version in &versions {
        print::line(&format!("{} {} {}", version.version, version.at, print::words(&version.why)));
        for change in &version.changes {
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
            print::line(&format!("    {}: {} -> {}", change.key, side(&change.before), side(&change.after)));
        }
    }
    Ok(Done::Well)
}

/// `ceilings`.
pub fn ceilings(look: &Look) -> Result<Done, Failure> {
    let Some(ceilings) = api::ceilings(&commands::look(&look.data_dir)?, Timestamp::now())? else {
        print::problem("QuickBooks has not told its lists yet");
        return Ok(Done::Attention);
    };
    if look.json {
        print::json(&ceilings);
    } else {
        show_ceilings(&ceilings);
    }
    let well = ceilings.modes.iter().all(|mode| mode.detailed == Verdict::Allowed);
    Ok(if well { Done::Well } else { Done::Attention })
}

fn show_ceilings(ceilings: &CeilingsView) {
    let full_in = |list| {
        let of_list = ceilings.forecasts.iter().find(|forecast| forecast.list == list);
        of_list.and_then(|forecast| forecast.full_in.clone()).unwrap_or_default()
    };
    let rows: Vec<_> = ceilings
        .lists
        .iter()
        .map(|room| {
            let ceiling = room.ceiling.map_or_else(|| "unknown".to_owned(), |ceiling| ceiling.to_string());
            vec![
                room.list.key().to_owned(),
                room.used.to_string(),
                room.would_add.to_string(),
                room.total.to_string(),
                ceiling,
                full_in(room.list),
            ]
        })
        .collect();
    let heads = [
        ("List", Lean::Left),
        ("There", Lean::Right),
        ("New", Lean::Right),
        ("Together", Lean::Right),
        ("At most", Lean::Right),
        ("Full in", Lean::Left),
    ];
    print::table(&heads, &rows);
    for mode in &ceilings.modes {
        print::line(&print::words(&mode.message));
    }
    print::line(&print::words(&ceilings.caveat));
}
