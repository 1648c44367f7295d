//! What merchants saved of Stocky before it was shut down: page files of its API, archives of the tool stocky-rescue
//! (version 1, as a ZIP file or unpacked), and Stocky's own tables of purchase orders.
//!
//! Everything is read and checked before anything is told: of a file that is cut, altered or not understood nothing is
//! taken, and neither of the others beside it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::{
    StockyError,
    record::{self, Head, List, Lists},
    table,
};
use crate::{address::ShopAddress, feed::Pulled};

/// The form of archive that is understood.
const SCHEMA: &str = "stocky-rescue-archive/v1";
/// No archive has more files than this.
const MOST_FILES: usize = 10_000;
/// No archive unpacks to more bytes than this.
const MOST_BYTES: u64 = 1 << 29;
const CHECKSUMS: &str = "checksums.sha256";
const MANIFEST: &str = "manifest.json";

/// Why nothing of an archive was taken. To do, in each case: look at the file that is named.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is nothing at this place, or it may not be read.
    #[error("{file} can't be read: {problem}")]
    Missing {
        /// The file or folder.
        file: String,
        /// The system's words.
        problem: String,
    },
    /// It is cut, altered, or not what its name says.
    #[error("{file} is damaged: {problem}")]
    Damaged {
        /// The file, or the part of an archive.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An archive that a careful program does not unpack.
    #[error("{file} is not safe to unpack: {problem}")]
    Unsafe {
        /// The archive.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A file that holds nothing of Stocky's.
    #[error("{file} holds nothing that is known of Stocky")]
    Unknown {
        /// The file.
        file: String,
    },
    /// It belongs to another shop.
    #[error("{file} belongs to the shop {shop}")]
    OtherShop {
        /// The archive.
        file: String,
        /// That shop.
        shop: String,
    },
    /// A row of a table that can't be read without guessing.
    #[error("line {line} of {file}: {problem}")]
    Row {
        /// The table.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong there.
        problem: String,
    },
}

/// What was saved of Stocky.
#[derive(Debug, Default)]
pub struct Saved {
    /// All of it: suppliers first.
    pub documents: Vec<Pulled>,
    /// Names of the lists that had not been saved whole when the archive was made.
    pub incomplete: Vec<String>,
}

/// A word that changes when a file of this place does. Reads no file.
pub fn fingerprint(place: &Path) -> Result<String, ArchiveError> {
    let mut word = Sha256::new();
    for file in files(place)? {
        let about = file.metadata().map_err(|error| missing(&file, &error))?;
        let changed = about.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        word.update(format!("{}\n{}\n{}\n", file.display(), about.len(), changed.unwrap_or_default()));
    }
    Ok(hexadecimal(&word.finalize()))
}

/// Reads a file, or all files of a folder. What Stocky wrote by the shop's clock is read in `zone`.
pub fn read_saved(place: &Path, shop: &ShopAddress, zone: &TimeZone) -> Result<Saved, ArchiveError> {
    let mut saved = Records::default();
    if place.join(MANIFEST).is_file() {
        let mut parts = BTreeMap::new();
        for file in files(place)? {
            let name = file.strip_prefix(place).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let keep = is_page(&name) || name == MANIFEST || name == CHECKSUMS;
            let part = Part::of(File::open(&file).map_err(|error| missing(&file, &error))?, MOST_BYTES, keep);
            parts.insert(name, part);
        }
        saved.archive(&name_of(place), &parts, shop)?;
    } else {
        let found = files(place)?;
        if found.is_empty() {
            return Err(ArchiveError::Unknown { file: name_of(place) });
        }
        for file in found {
            saved.file(&file, shop)?;
        }
    }
    saved.documents(zone)
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn missing(path: &Path, error: &io::Error) -> ArchiveError {
    ArchiveError::Missing { file: path.display().to_string(), problem: error.to_string() }
}

#[allow(clippy::needless_pass_by_value)] // callers give words as they have them, owned or borrowed
fn damaged(file: &str, problem: impl ToString) -> ArchiveError {
    ArchiveError::Damaged { file: file.to_owned(), problem: problem.to_string() }
}

fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// The file, or those of the folder that may be of Stocky, by name; of an unpacked archive all that are in it.
fn files(place: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
    let about = place.metadata().map_err(|error| missing(place, &error))?;
    if about.is_file() {
        return Ok(vec![place.to_owned()]);
    }
    let is_archive = place.join(MANIFEST).is_file();
    let mut folders = vec![place.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| missing(&folder, &error))? {
            let path = entry.map_err(|error| missing(&folder, &error))?.path();
            // Links are not followed.
            let kind = path.symlink_metadata().map_err(|error| missing(&path, &error))?.file_type();
            if kind.is_dir() && is_archive {
                folders.push(path);
            } else if kind.is_file() && (is_archive || ["zip", "json", "csv"].contains(&ending(&path).as_str())) {
                found.push(path);
            }
            if found.len() > MOST_FILES {
                let problem = format!("it has more than {MOST_FILES} files");
                return Err(ArchiveError::Unsafe { file: name_of(place), problem });
            }
        }
    }
    found.sort();
    Ok(found)
}

/// One file of an archive: its checksum, its size, and its content where that is of use.
struct Part {
    checksum: String,
    bytes: u64,
    content: Vec<u8>,
    /// Why it could not be read to its end.
    problem: Option<String>,
}

impl Part {
    /// Reads at most `limit` bytes and one more; the content is kept only where it is wanted.
    fn of(reader: impl Read, limit: u64, keep: bool) -> Self {
        let mut reader = reader.take(limit.saturating_add(1));
        let (mut sum, mut content, mut bytes) = (Sha256::new(), Vec::new(), 0);
        let mut piece = vec![0; 64 * 1024];
        let problem = loop {
            match reader.read(&mut piece) {
                Ok(0) => break None,
                Ok(count) => {
                    sum.update(&piece[..count]);
                    bytes += count as u64;
                    if keep {
                        content.extend_from_slice(&piece[..count]);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Some(error.to_string()),
            }
        };
        Self { checksum: hexadecimal(&sum.finalize()), bytes, content, problem }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[derive(Deserialize)]
struct Manifest {
    schema_version: String,
    shop_domain: String,
    resources: BTreeMap<String, ListManifest>,
}

#[derive(Deserialize)]
struct ListManifest {
    status: String,
    record_count: Option<usize>,
}

/// Everything that was found, by list and id.
#[derive(Default)]
struct Records {
    lists: BTreeMap<List, BTreeMap<u64, Box<RawValue>>>,
    tables: Vec<(String, Vec<u8>)>,
    incomplete: BTreeSet<String>,
}

impl Records {
    fn file(&mut self, path: &Path, shop: &ShopAddress) -> Result<(), ArchiveError> {
        let name = name_of(path);
        let file = File::open(path).map_err(|error| missing(path, &error))?;
        if ending(path) == "zip" {
            let parts = unpack(&name, file, MOST_BYTES)?;
            return self.archive(&name, &parts, shop);
        }
        let part = Part::of(file, MOST_BYTES, true);
        if part.bytes > MOST_BYTES {
            return Err(ArchiveError::Unsafe { file: name, problem: "it is too large".into() });
        }
        if let Some(problem) = part.problem {
            return Err(damaged(&name, problem));
        }
        if ending(path) == "csv" {
            self.tables.push((name, part.content));
            return Ok(());
        }
        self.page(&name, &part.content).map(drop)
    }

    /// Takes over a page of the API; which lists it had, with how many records.
    fn page(&mut self, name: &str, content: &[u8]) -> Result<Vec<(List, usize)>, ArchiveError> {
        let text = std::str::from_utf8(content).map_err(|_| damaged(name, "it is not UTF-8"))?;
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| damaged(name, error))?;
        let mut found = Vec::new();
        for list in List::ALL {
            let Some(records) = list.records(text) else { continue };
            found.push((list, records.len()));
            for record in records {
                let head =
                    Head::of(&record).ok_or_else(|| damaged(name, format!("a record of {} has no id", list.name())))?;
                let known = self.lists.entry(list).or_default();
                // Of a record that was saved twice, the newer one.
                let older = known.get(&head.id).and_then(|known| Head::of(known)).map(|known| known.updated_at);
                if older.is_none_or(|older| older <= head.updated_at) {
                    known.insert(head.id, record);
                }
            }
        }
        if found.is_empty() { Err(ArchiveError::Unknown { file: name.to_owned() }) } else { Ok(found) }
    }

    fn archive(&mut self, name: &str, parts: &BTreeMap<String, Part>, shop: &ShopAddress) -> Result<(), ArchiveError> {
        verify(name, parts)?;
        let manifest = parts.get(MANIFEST).ok_or_else(|| damaged(name, "it has no manifest.json"))?;
        let manifest: Manifest =
            serde_json::from_slice(&manifest.content).map_err(|error| damaged(&format!("{name}/{MANIFEST}"), error))?;
        if manifest.schema_version != SCHEMA {
            return Err(ArchiveError::Unknown { file: name.to_owned() });
        }
        if !manifest.shop_domain.trim().eq_ignore_ascii_case(&shop.host()) {
            return Err(ArchiveError::OtherShop { file: name.to_owned(), shop: manifest.shop_domain });
        }
        let mut counts: BTreeMap<List, usize> = BTreeMap::new();
        for (path, part) in parts.iter().filter(|(path, _)| is_page(path)) {
            for (list, count) in self.page(&format!("{name}/{path}"), &part.content)? {
                *counts.entry(list).or_default() += count;
            }
        }
        for list in List::ALL {
            let Some(told) = manifest.resources.get(list.name()) else { continue };
            if told.status != "complete" {
                self.incomplete.insert(list.name().to_owned());
                continue;
            }
            let found = counts.get(&list).copied().unwrap_or_default();
            if told.record_count.is_some_and(|count| count != found) {
                let problem = format!("it has {found} records of {}, and its manifest another number", list.name());
                return Err(damaged(name, problem));
            }
        }
        Ok(())
    }

    fn documents(self, zone: &TimeZone) -> Result<Saved, ArchiveError> {
        let list = |list: List| -> Vec<Box<RawValue>> {
            self.lists.get(&list).map(|records| records.values().cloned().collect()).unwrap_or_default()
        };
        let unreadable = |error: StockyError| match error {
            StockyError::Record { record, source } => damaged(&record, source),
            other => damaged("?", other),
        };
        let suppliers = list(List::Suppliers);
        let lists = Lists::new(&suppliers, &list(List::TaxTypes)).map_err(unreadable)?;
        let mut documents = Vec::new();
        for record in &suppliers {
            documents.push(record::supplier(record).map_err(unreadable)?);
        }
        for record in &list(List::PurchaseOrders) {
            documents.push(record::purchase_order(record, &lists, zone).map_err(unreadable)?);
        }
        let adjustments = record::adjustments(&list(List::Adjustments), &list(List::AdjustmentItems));
        documents.extend(adjustments.map_err(unreadable)?);
        for record in &list(List::Transfers) {
            documents.push(record::transfer(record, zone).map_err(unreadable)?);
        }
        let mut known = record::numbers(&documents);
        for (name, content) in &self.tables {
            let told = table::purchase_orders(name, content, zone)?;
            let (numbers, fresh) = (record::numbers(&told), &known);
            documents
                .extend(told.into_iter().filter(|one| record::numbers(std::slice::from_ref(one)).is_disjoint(fresh)));
            known.extend(numbers);
        }
        Ok(Saved { documents, incomplete: self.incomplete.into_iter().collect() })
    }
}

fn is_page(path: &str) -> bool {
    path.starts_with("raw/") && Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// A path that stays inside the archive, on any system.
fn is_safe(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':'])
        && !path.chars().any(char::is_control)
        && path.split('/').all(|step| !step.is_empty() && step != "." && step != "..")
}

/// All files of an archive that does not unpack to more than `most` bytes.
fn unpack(name: &str, file: impl Read + Seek, most: u64) -> Result<BTreeMap<String, Part>, ArchiveError> {
    let refuse = |problem: String| Err(ArchiveError::Unsafe { file: name.to_owned(), problem });
    let mut archive = ZipArchive::new(file).map_err(|error| damaged(name, error))?;
    if archive.len() > MOST_FILES {
        return refuse(format!("it has more than {MOST_FILES} files"));
    }
    let (mut parts, mut bytes) = (BTreeMap::new(), 0);
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| damaged(name, error))?;
        let path = entry.name().map_err(|error| damaged(name, error))?.into_owned();
        if entry.is_dir() && is_safe(path.trim_end_matches('/')) {
            continue;
        }
        if !is_safe(&path) {
            return refuse(format!("the name {path:?} leads out of it"));
        }
        if entry.is_symlink() {
            return refuse(format!("{path} is a link"));
        }
        // What is declared may be a lie: what comes out is counted.
        let keep = is_page(&path) || path == MANIFEST || path == CHECKSUMS;
        let mut part = Part::of(entry, most - bytes, keep);
        bytes += part.bytes;
        if bytes > most {
            return refuse("it unpacks to far more than Stocky ever held".into());
        }
        if let Some(problem) = part.problem.take() {
            return Err(damaged(&format!("{name}/{path}"), problem));
        }
        if parts.insert(path.clone(), part).is_some() {
            return refuse(format!("it has {path} twice"));
        }
    }
    Ok(parts)
}

/// Every file of the archive must have the checksum that is written down for it, and none may be missing or too many.
fn verify(name: &str, parts: &BTreeMap<String, Part>) -> Result<(), ArchiveError> {
    let list = parts.get(CHECKSUMS).ok_or_else(|| damaged(name, format!("it has no {CHECKSUMS}")))?;
    let text = std::str::from_utf8(&list.content).map_err(|_| damaged(CHECKSUMS, "it is not UTF-8"))?;
    let mut expected = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (checksum, path) = line.split_once("  ").ok_or_else(|| damaged(CHECKSUMS, "a line is no checksum"))?;
        expected.insert(path, checksum.to_ascii_lowercase());
    }
    for (path, checksum) in &expected {
        let part = parts.get(*path).ok_or_else(|| damaged(&format!("{name}/{path}"), "it is missing"))?;
        if part.checksum != *checksum {
            return Err(damaged(&format!("{name}/{path}"), "it was altered or cut: its checksum is another one"));
        }
    }
    match parts.keys().find(|path| *path != CHECKSUMS && !expected.contains_key(path.as_str())) {
        Some(path) => Err(damaged(&format!("{name}/{path}"), "it was added later: it has no checksum")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Cursor, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    #[test]
    fn an_archive_that_blows_up_is_left_alone_whatever_it_declares() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["normalized/a.csv", "normalized/b.csv"] {
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(&vec![b'0'; 100_000]).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        assert!(bytes.len() < 2_000, "it would not be a bomb");
        let open = |most| unpack("a.zip", Cursor::new(bytes.clone()), most);
        assert_eq!(open(200_000).unwrap().len(), 2);
        assert!(matches!(open(199_999), Err(ArchiveError::Unsafe { .. })));
    }
}
