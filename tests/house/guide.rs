//! The user guide: both languages have the same pages, and every page and picture that it leads to is there.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{assert_none, root, sources};

const GUIDE: &str = "docs/user-guide";

/// What a Markdown text leads to within the project: `](here)`, without addresses of the web and places within a page.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
}

#[test]
fn both_languages_have_the_same_pages_with_the_same_pictures() {
    let [en, nb] = ["en", "nb"].map(|language| {
        let folder = format!("{GUIDE}/{language}");
        let of_page = |path: &str, text: &str| {
            let pictures: Vec<String> = targets(text)
                .filter(|to| Path::new(to).extension().is_some_and(|ending| ending == "png"))
                .map(|to| to.replace(&format!("-{language}."), "."))
                .collect();
            (path.replace(&folder, ""), pictures)
        };
        sources(&folder, &[".md"]).iter().map(|page| of_page(&page.path, &page.text)).collect::<BTreeSet<_>>()
    });
    assert!(en.len() > 5, "the guide was not found");
    assert_eq!(en, nb);
}

#[test]
fn whatever_the_guide_leads_to_is_there_and_every_picture_is_shown() {
    let pages = sources(GUIDE, &[".md"]);
    let mut missing = Vec::new();
    let mut shown = BTreeSet::new();
    for page in &pages {
        let folder = root().join(&page.path).parent().unwrap().to_owned();
        for target in targets(&page.text) {
            match fs::canonicalize(folder.join(target)) {
                Ok(found) => drop(shown.insert(found)),
                Err(_) => missing.push(format!("{}: {target}", page.path)),
            }
        }
    }
    assert_none("places that the guide leads to in vain", &missing);
    let pictures = fs::read_dir(root().join(GUIDE).join("img")).unwrap();
    let pictures = pictures.map(|picture| fs::canonicalize(picture.unwrap().path()).unwrap());
    let idle: Vec<String> =
        pictures.filter(|path| !shown.contains(path)).map(|path| path.display().to_string()).collect();
    assert_none("pictures that no page shows", &idle);
}
