//! Support: a bundle of files that says how an installation stands and nothing about anybody.
//!
//! It is made of what is known to be harmless, not of everything less what is known to be harmful: of every text only the
//! words are kept that Tillbridge itself says, its codes, ids and times. Names, addresses, amounts, tokens and whatever
//! else is met are replaced by [`GONE`], wherever they stand.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use books::{DocumentKind, EntryKind};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{AuditCheck, ListCount, SettingRow, State, Store};
use uuid::Uuid;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    api::{self, ApiError, RunView},
    company::Company,
    messages::{Language, Message},
};

/// What stands where something was taken out.
pub const GONE: &str = "…";

/// Runs that the bundle tells of.
const RUNS: u32 = 50;

/// Log files of which the bundle has the end, the newest.
const LOGS: usize = 5;

/// Lines of each.
const LINES: usize = 500;

/// Bytes of a log file that are looked at, from its end.
const LOG_BYTES: u64 = 1 << 18;

/// One file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BundleFile {
    /// Its name in the bundle.
    pub name: String,
    /// All that it says.
    pub text: String,
}

/// How an installation stands, in counts and codes.
#[derive(Serialize)]
struct Summary {
    at: Timestamp,
    version: &'static str,
    system: &'static str,
    architecture: &'static str,
    schema_version: u32,
    quickbooks: Option<QuickBooks>,
    integration: Value,
    documents: BTreeMap<DocumentKind, u32>,
    entries: Vec<(EntryKind, State, u32)>,
    unmapped: u32,
    waiting: u32,
    lists: Vec<ListCount>,
    /// Codes of what needs attention, with how many entries each concerns.
    attention: Vec<(String, u32)>,
    audit: AuditCheck,
}

#[derive(Serialize)]
struct QuickBooks {
    product: String,
    release: String,
    country: Option<String>,
    qbxml_versions: Vec<String>,
}

/// The files of the bundle, word for word as they would leave: how the installation stands, its settings, its latest runs,
/// and the ends of the log files in the folder `logs`, as far as there are any.
///
/// # Errors
/// What the store says. Log files that can't be read are left out.
pub fn diagnostics(store: &Store, logs: &Path, now: Timestamp) -> Result<Vec<BundleFile>, ApiError> {
    let mut files = vec![
        file("summary.json", &to_value(&summary(store, now)?)),
        file("settings.json", &settings(store)?),
        file("runs.json", &runs(store)?),
    ];
    for (place, lines) in newest(logs).iter().filter_map(|log| last_lines(log)).enumerate() {
        let text: Vec<String> = lines.iter().map(|line| redacted_line(line)).collect();
        files.push(BundleFile { name: format!("logs/{}.log", place + 1), text: text.join("\n") });
    }
    Ok(files)
}

/// Writes the bundle as a zip file.
///
/// # Errors
/// `export.not_written` when the disk fails.
pub fn save_diagnostics(files: &[BundleFile], to: &Path) -> Result<(), ApiError> {
    let write = || -> io::Result<()> {
        let mut zip = ZipWriter::new(File::create(to)?);
        for file in files {
            zip.start_file(file.name.as_str(), SimpleFileOptions::default())?;
            zip.write_all(file.text.as_bytes())?;
        }
        zip.finish()?.sync_all()
    };
    write().map_err(|problem| {
        ApiError::new(Message::new("export.not_written").with("file", to.display()).with("problem", problem))
    })
}

fn file(name: &str, value: &Value) -> BundleFile {
    BundleFile { name: name.to_owned(), text: serde_json::to_string_pretty(value).unwrap_or_default() }
}

fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn summary(store: &Store, now: Timestamp) -> Result<Summary, ApiError> {
    let counts = store.counts()?;
    let company: Option<Company> = store.setting("company")?;
    let attention = api::status(store)?.attention;
    Ok(Summary {
        at: now,
        version: env!("CARGO_PKG_VERSION"),
        system: std::env::consts::OS,
        architecture: std::env::consts::ARCH,
        schema_version: store.schema_version()?,
        quickbooks: company.map(|company| QuickBooks {
            product: company.product,
            release: company.release,
            country: company.country,
            qbxml_versions: company.qbxml_versions,
        }),
        integration: to_value(&crate::integration::view(store, now)?.stage),
        documents: counts.documents,
        entries: store.counts_by_kind()?,
        unmapped: counts.unmapped,
        waiting: counts.waiting,
        lists: store.list_counts()?,
        attention: attention.into_iter().map(|point| (point.message.code, point.entries)).collect(),
        audit: store.verify_audit()?,
    })
}

/// All settings and the mapping, redacted.
fn settings(store: &Store) -> Result<Value, ApiError> {
    let mut all = Map::new();
    for SettingRow { key, value, changed_at } in store.settings()? {
        let about = [("changed_at", changed_at.to_string().into()), ("value", value)];
        all.insert(key, about.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    }
    all.insert("mapping".to_owned(), to_value(&store.mapping()?));
    Ok(redacted(Value::Object(all)))
}

fn runs(store: &Store) -> Result<Value, ApiError> {
    let runs: Vec<RunView> = store.runs(RUNS, None)?.into_iter().map(RunView::from).collect();
    Ok(redacted(to_value(&runs)))
}

/// The newest log files of a folder, the newest first.
fn newest(folder: &Path) -> Vec<PathBuf> {
    let Ok(items) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<_> = items
        .filter_map(Result::ok)
        .filter_map(|item| {
            let about = item.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((about.modified().ok()?, item.path()))
        })
        .collect();
    found.sort();
    found.into_iter().rev().take(LOGS).map(|(_, path)| path).collect()
}

/// The last lines of a file; none when it can't be read.
fn last_lines(path: &Path) -> Option<Vec<String>> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let from = length.saturating_sub(LOG_BYTES);
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(LOG_BYTES).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // A line of which the beginning was cut off may be read as something that it is not.
    let lines: Vec<String> = text.lines().skip(usize::from(from > 0)).map(str::to_owned).collect();
    Some(lines[lines.len().saturating_sub(LINES)..].to_vec())
}

fn redacted_line(line: &str) -> String {
    match serde_json::from_str::<Value>(line) {
        Ok(value @ Value::Object(_)) => redacted(value).to_string(),
        _ => redacted_text(line),
    }
}

/// The value without anything that could tell of somebody. Whole numbers are counts and codes; amounts are texts, or have
/// decimals.
fn redacted(value: Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value,
        Value::Number(number) if number.is_i64() || number.is_u64() => Value::Number(number),
        Value::Number(_) => Value::String(GONE.to_owned()),
        Value::String(text) => Value::String(redacted_text(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(redacted).collect()),
        Value::Object(fields) => Value::Object(redacted_fields(fields)),
    }
}

/// Fields whose names are kept; those that are taken out are only counted, since several would have the same name.
fn redacted_fields(fields: Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    let mut gone = 0_u32;
    for (name, value) in fields {
        let told = redacted_text(&name);
        if told.contains(GONE) {
            gone += 1;
        } else {
            kept.insert(told, redacted(value));
        }
    }
    if gone > 0 {
        kept.insert(GONE.to_owned(), gone.into());
    }
    kept
}

/// The text with [`GONE`] for each run of words that are not known to be harmless.
fn redacted_text(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut word = String::new();
    let tell = |word: &mut String, told: &mut String| {
        let core = word.trim_end_matches(['.', ':', '!', '?']);
        if is_harmless(core) {
            told.push_str(word);
        } else {
            // One mark for words that follow each other: how many there were says something too.
            if told.trim_end().ends_with(GONE) {
                told.truncate(told.trim_end().len());
            } else {
                told.push_str(GONE);
            }
        }
        word.clear();
    };
    for letter in text.chars() {
        if letter.is_whitespace() || "()[]{}<>\"'`,;=|".contains(letter) {
            tell(&mut word, &mut told);
            told.push(letter);
        } else {
            word.push(letter);
        }
    }
    tell(&mut word, &mut told);
    told
}

/// Whether a word tells of nobody: it is one of Tillbridge's own, a code of several of them, an id or a time.
fn is_harmless(word: &str) -> bool {
    let own = own_words();
    let is_own = |word: &str| own.contains(word);
    word.is_empty()
        || is_own(word)
        || word.split(['.', '_', '-', ':', '/']).all(|part| part.is_empty() || is_own(part))
        || word.parse::<Timestamp>().is_ok()
        || word.parse::<Date>().is_ok()
        || is_id(word)
}

/// Ids of the shop and of QuickBooks, keys made of them, numbers of orders, and ids of ours.
fn is_id(word: &str) -> bool {
    let all = |text: &str, may: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(may);
    let digits = |text: &str| all(text, u8::is_ascii_digit);
    let id = word.split_once(":gid://").map_or(word, |(_, rest)| rest);
    let id = id.strip_prefix("gid://").unwrap_or(id);
    let of_the_shop = id
        .strip_prefix("shopify/")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(kind, number)| all(kind, u8::is_ascii_alphabetic) && number.split('/').all(digits));
    let of_quickbooks = word.split_once('-').is_some_and(|(id, number)| {
        id.len() <= 8
            && all(id, u8::is_ascii_hexdigit)
            && id.bytes().any(|byte| byte.is_ascii_digit())
            && number.len() >= 9
            && digits(number)
    });
    let of_an_order = word.strip_prefix('#').is_some_and(|number| number.len() <= 8 && digits(number));
    of_the_shop || of_quickbooks || of_an_order || Uuid::try_parse(word).is_ok_and(|_| word.len() == 36)
}

/// The words that Tillbridge itself says: in its messages, their codes, the log and its data.
fn own_words() -> &'static BTreeSet<&'static str> {
    static WORDS: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let is_letter = |letter: char| letter.is_ascii_alphabetic();
        let said = Language::En.catalogue().iter().flat_map(|(code, text)| [code.as_str(), text.as_str()]);
        let beside = include_str!("support/words.txt").lines();
        said.chain(beside)
            .flat_map(|text| text.split(move |letter: char| !is_letter(letter)))
            .filter(|word| !word.is_empty())
            .collect()
    })
}
