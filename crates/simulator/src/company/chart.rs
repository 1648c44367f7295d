//! The chart of accounts of a US retail shop that has kept its books for years: sub-accounts, numbers, inactive
//! accounts, and names that nobody would choose today (`chart.txt`).

use super::setup::AccountSetup;

const TEXT: &str = include_str!("chart.txt");

/// Reads the chart, parents before their children.
pub(crate) fn lived_in() -> Vec<AccountSetup> {
    let mut accounts: Vec<AccountSetup> = Vec::new();
    let mut account_type = "";
    let mut above: Vec<String> = Vec::new();
    for line in TEXT.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let text = line.trim_start();
        let depth = (line.len() - text.len()) / 2;
        if depth == 0 {
            account_type = text;
            continue;
        }
        above.truncate(depth - 1);
        let (text, description) = text.split_once(" -- ").map_or((text, None), |(text, words)| (text, Some(words)));
        let (text, special) = text.split_once(" @").map_or((text, None), |(text, special)| (text, Some(special)));
        let active = !text.starts_with("! ");
        let text = text.trim_start_matches("! ");
        let (number, name) = text.split_once(' ').unwrap_or(("-", text));
        accounts.push(AccountSetup {
            special: special.map(ToOwned::to_owned),
            parent: (!above.is_empty()).then(|| above.join(":")),
            number: (number != "-").then(|| number.to_owned()),
            description: description.map(ToOwned::to_owned),
            active,
            ..AccountSetup::new(name, account_type)
        });
        above.push(name.to_owned());
    }
    accounts
}
