//! `cargo xtask release`: all that is published of a version, made and checked here. Only the upload is a command of
//! whoever publishes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::{
    project::{Project, Stop},
    report::Report,
    tools, windows,
};

const USAGE: &str = "cargo xtask release [--dry-run] [--channel stable|beta] [--date 2026-11-27T12:00:00Z]";

/// The command that uploads, as a list of words in JSON; `%1` stands for the folder, whose name is its name on the server.
const PUBLISH: &str = "TILLBRIDGE_PUBLISH_COMMAND";

/// What the updater of the app calls this product (src-tauri/src/updates/feed.rs).
const TARGET: &str = "windows-x86_64-msi";

/// What stands for the channel in the address of the lists.
const CHANNEL: &str = "{{channel}}";

/// Where tauri.conf.json says which key the app trusts.
const TRUSTED: &str = "/plugins/updater/pubkey";

/// Why a version can't be published.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The command was given something else than it takes.
    #[error("use it so: {0}")]
    Usage(&'static str),
    /// A file can't be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Windows' installers know versions of three numbers alone.
    #[error("{0} is no version that Windows can compare: three numbers of at most 255, 255 and 65535")]
    Version(String),
    /// Nobody would be told what is new.
    #[error("CHANGELOG.md says nothing of {0}")]
    NoNotes(String),
    /// Something was not made yet.
    #[error("{0} is missing: `cargo xtask windows` makes it")]
    Missing(PathBuf),
    /// tauri.conf.json can't be understood.
    #[error("tauri.conf.json says nothing of {0}")]
    NotConfigured(&'static str),
    /// No installation would take the update.
    #[error(
        "tauri.conf.json trusts no key, so no installation would take an update: `cargo xtask updater-key FILE --trust` \
         makes one (docs/release.md)"
    )]
    NoKey,
    /// The signature is for another version.
    #[error("the updater's signature is not for version {0}")]
    SignedForAnother(String),
    /// What something is made of can't be told.
    #[error("`{0}` gave no readable answer")]
    NoBill(&'static str),
    /// Nobody said how to upload.
    #[error("{0} says how to upload: [\"program\", \"word\", \"%1\"]")]
    NoUpload(&'static str),
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Stop + '_ {
    move |error| ReleaseError::File { path: path.to_owned(), error }.into()
}

/// Whom a version is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channel {
    Stable,
    Beta,
}

impl Channel {
    /// The lists that name a version. One that is for everybody is for those who try things out, too, so that theirs never
    /// stays behind.
    const fn lists(self) -> &'static [&'static str] {
        match self {
            Self::Stable => &["stable", "beta"],
            Self::Beta => &["beta"],
        }
    }
}

#[derive(Debug)]
struct Options {
    dry_run: bool,
    channel: Channel,
    date: Timestamp,
}

impl Options {
    fn read(args: &[String]) -> Result<Self, ReleaseError> {
        let usage = || ReleaseError::Usage(USAGE);
        let mut options = Self { dry_run: false, channel: Channel::Stable, date: Timestamp::now() };
        let mut args = args.iter().map(String::as_str);
        while let Some(arg) = args.next() {
            match (arg, if arg == "--dry-run" { None } else { args.next() }) {
                ("--dry-run", _) => options.dry_run = true,
                ("--channel", Some("stable")) => options.channel = Channel::Stable,
                ("--channel", Some("beta")) => options.channel = Channel::Beta,
                ("--date", Some(date)) => options.date = date.parse().map_err(|_| usage())?,
                _ => return Err(usage()),
            }
        }
        Ok(options)
    }
}

/// `cargo xtask release`: with `--dry-run`, all of it but the upload, with what is there.
pub fn release(project: &Project, args: &[String]) -> Result<(), Stop> {
    let options = Options::read(args)?;
    let config = config(project)?;
    if !options.dry_run {
        trusted_in(&config)?;
    }
    let folder = project.target.join("publish");
    let files = folder.join(&project.version);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(at(&folder))?;
    }
    fs::create_dir_all(&files).map_err(at(&files))?;

    let mut report = Report::default();
    let mut notes = None;
    report.step("release: version and notes", || {
        if !is_numeric(&project.version) {
            return Err(ReleaseError::Version(project.version.clone()).into());
        }
        notes = Some(notes_of(project, options.dry_run)?);
        Ok(())
    });
    let mut installer = None;
    report.step("release: installer", || {
        installer = Some(copied_installer(project, &files).map_err(|missing| match missing {
            // Everything else can be tried all the same.
            Stop::Release(missing @ ReleaseError::Missing(_)) if options.dry_run => Stop::Skipped(missing.to_string()),
            other => other,
        })?);
        Ok(())
    });
    let missing = || Stop::Skipped("needs the installer".to_owned());
    report.step("release: the updater's signature", || {
        let (file, signature) = installer.as_ref().ok_or_else(missing)?;
        check_signature(project, file, signature, options.dry_run)
    });
    report.step("release: lists", || {
        let (file, signature) = installer.as_ref().ok_or_else(missing)?;
        let notes = notes.as_deref().ok_or_else(|| ReleaseError::NoNotes(project.version.clone()))?;
        let signature = fs::read_to_string(signature).map_err(at(signature))?;
        let list = list(&config, &project.version, notes, options.date, &file_name(file), &signature)?;
        for name in options.channel.lists() {
            let path = folder.join(name).join("latest.json");
            fs::create_dir_all(folder.join(name)).map_err(at(&path))?;
            fs::write(&path, format!("{list:#}\n")).map_err(at(&path))?;
        }
        Ok(())
    });
    report.step("release: bills of materials", || bills(project, &files, options.date));
    report.step("release: checksums", || checksums(&files));
    if !options.dry_run {
        // What was skipped would be missing.
        let is_whole = report.all_passed();
        report.step("release: upload", || {
            if is_whole { upload(project, &folder, options.channel) } else { Err(Stop::NotAllPassed) }
        });
    }
    let closed = report.close();
    println!("\nWhat is published: {}", folder.display());
    closed
}

/// `cargo xtask updater-key FILE [--trust]`.
pub fn key(project: &Project, args: &[String]) -> Result<(), Stop> {
    let (file, trust) = match args {
        [file] => (file, false),
        [file, option] if option == "--trust" => (file, true),
        _ => return Err(ReleaseError::Usage("cargo xtask updater-key FILE [--trust]").into()),
    };
    let path = Path::new(file);
    if path.exists() {
        // Its updates would be lost.
        let error = std::io::ErrorKind::AlreadyExists.into();
        return Err(ReleaseError::File { path: path.to_owned(), error }.into());
    }
    // It asks for the password at the terminal, so that it stands in no list of processes.
    project.tauri(&["signer", "generate", "--write-keys", file])?;
    println!("The private key is in {file}. Keep it offline, with its password, and never in the repository.");
    if trust {
        let public = PathBuf::from(format!("{file}.pub"));
        let public = fs::read_to_string(&public).map_err(at(&public))?;
        let path = project.root.join("tauri.conf.json");
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        let text = trusting(&text, public.trim()).ok_or(ReleaseError::NotConfigured(TRUSTED))?;
        fs::write(&path, text).map_err(at(&path))?;
        println!(
            "Programs built from here on take updates that it signs (tauri.conf.json), and those of no other key."
        );
    }
    Ok(())
}

/// The public key whose updates the app takes.
pub fn trusted_key(project: &Project) -> Result<String, Stop> {
    Ok(trusted_in(&config(project)?)?)
}

fn trusted_in(config: &Value) -> Result<String, ReleaseError> {
    let key = config.pointer(TRUSTED).and_then(Value::as_str).filter(|key| !key.is_empty());
    Ok(key.ok_or(ReleaseError::NoKey)?.to_owned())
}

/// The configuration with another trusted key, and nothing else changed.
fn trusting(config: &str, key: &str) -> Option<String> {
    const NAME: &str = "\"pubkey\": \"";
    let from = config.find(NAME)? + NAME.len();
    let to = from + config[from..].find('"')?;
    Some(format!("{}{key}{}", &config[..from], &config[to..]))
}

fn config(project: &Project) -> Result<Value, Stop> {
    let path = project.root.join("tauri.conf.json");
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    serde_json::from_str(&text).map_err(|_| ReleaseError::NotConfigured("anything").into())
}

fn is_numeric(version: &str) -> bool {
    let numbers: Vec<u32> = version.split('.').filter_map(|number| number.parse().ok()).collect();
    version.split('.').count() == 3
        && matches!(numbers[..], [major, minor, patch] if major <= 255 && minor <= 255 && patch <= 65_535)
}

fn notes_of(project: &Project, dry_run: bool) -> Result<String, Stop> {
    let path = project.root.join("CHANGELOG.md");
    let changelog = fs::read_to_string(&path).map_err(at(&path))?;
    if let Some(notes) = section(&changelog, &project.version) {
        return Ok(notes);
    }
    let missing = ReleaseError::NoNotes(project.version.clone());
    let unreleased = section(&changelog, "Unreleased").filter(|_| dry_run);
    if unreleased.is_some() {
        println!("{missing} yet; taking what is unreleased");
    }
    Ok(unreleased.ok_or(missing)?)
}

/// What the changelog says of a version: `## 0.2.0 - 2026-12-01`, or `## [0.2.0] - 2026-12-01`.
fn section(changelog: &str, version: &str) -> Option<String> {
    let mut lines = changelog.lines().skip_while(|line| {
        let title = line.strip_prefix("## ").and_then(|title| title.split_whitespace().next());
        title.map(|title| title.trim_matches(['[', ']'])) != Some(version)
    });
    lines.next()?;
    let notes = plain(lines.take_while(|line| !line.starts_with("## ")));
    (!notes.is_empty()).then_some(notes)
}

/// Markdown as plain text, for a dialog and a page that know no Markdown: without marks of headings and code, and with one
/// line for each point, however it was wrapped.
fn plain<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for line in lines {
        let goes_on = line.starts_with(' ') && !text.is_empty();
        text.push_str(if goes_on { " " } else { "\n" });
        text.push_str(line.trim().trim_start_matches('#').trim_start());
    }
    text.replace('`', "").trim().to_owned()
}

/// The installer and the updater's signature of it, copied to where they are published from.
fn copied_installer(project: &Project, files: &Path) -> Result<(PathBuf, PathBuf), Stop> {
    let made = windows::installer_in(project)?;
    let signature = PathBuf::from(format!("{}.sig", made.display()));
    let copied = |from: &Path| -> Result<PathBuf, Stop> {
        if !from.exists() {
            return Err(ReleaseError::Missing(from.to_owned()).into());
        }
        let to = files.join(file_name(from));
        fs::copy(from, &to).map_err(at(&to))?;
        Ok(to)
    };
    Ok((copied(&made)?, copied(&signature)?))
}

/// Checks it as an installation would: by the key that the app trusts, for the version that is published.
fn check_signature(project: &Project, file: &Path, signature: &Path, dry_run: bool) -> Result<(), Stop> {
    let key = if dry_run && !windows::has_updater_key() {
        println!("Without TAURI_SIGNING_PRIVATE_KEY this is the signature of a test key, which no installation trusts");
        windows::test_updater_public_key(project)?
    } else {
        trusted_key(project)?
    };
    let comment = windows::check_updater_signature(&key, file, signature)?;
    if comment.split('\t').any(|field| field.strip_prefix("version:") == Some(&project.version)) {
        Ok(())
    } else {
        Err(ReleaseError::SignedForAnother(project.version.clone()).into())
    }
}

/// The list of a channel, as Tauri's updater reads it.
fn list(
    config: &Value,
    version: &str,
    notes: &str,
    date: Timestamp,
    file: &str,
    signature: &str,
) -> Result<Value, ReleaseError> {
    const ENDPOINT: &str = "/plugins/updater/endpoints/0";
    let endpoint = config.pointer(ENDPOINT).and_then(Value::as_str);
    let base = endpoint.and_then(|endpoint| Some(endpoint.split_once(CHANNEL)?.0));
    let base = base.ok_or(ReleaseError::NotConfigured(ENDPOINT))?;
    Ok(json!({
        "version": version,
        "notes": notes,
        "pub_date": date.to_string(),
        "platforms": { TARGET: { "url": format!("{base}{version}/{file}"), "signature": signature.trim() } },
    }))
}

/// CycloneDX's lists of all that the programs and the screens are made of.
fn bills(project: &Project, files: &Path, date: Timestamp) -> Result<(), Stop> {
    const NAME: &str = "tillbridge.cdx";
    let cyclonedx = tools::cargo_cyclonedx(project)?;
    let mut command = Command::new(cyclonedx);
    command.args(["cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"]);
    command.args(["--target", "x86_64-pc-windows-msvc", "--no-build-deps", "--override-filename", NAME]);
    project.run(command.env("SOURCE_DATE_EPOCH", date.as_second().to_string()))?;
    // It writes one beside each package; two of them are programs that are delivered.
    let name = format!("{NAME}.json");
    let packages = ["crates", "tests", "xtask"].map(|folder| project.root.join(folder));
    let crates = fs::read_dir(&packages[0]).map_err(at(&packages[0]))?.flatten().map(|crate_| crate_.path());
    let all = crates.chain(packages.iter().skip(1).cloned()).chain([project.root.clone()]);
    for written in all.map(|package| package.join(&name)).filter(|written| written.exists()) {
        let to = match written.parent().unwrap_or(&project.root) {
            app if app == project.root => files.join("tillbridge.cdx.json"),
            cli if cli.ends_with("crates/cli") => files.join("tillbridge-cli.cdx.json"),
            _ => {
                fs::remove_file(&written).map_err(at(&written))?;
                continue;
            }
        };
        // Where the checkout lies is nobody's business, and would make another bill of it.
        let bill = fs::read_to_string(&written).map_err(at(&written))?;
        fs::write(&to, bill.replace(&*project.root.to_string_lossy(), "/tillbridge")).map_err(at(&to))?;
        fs::remove_file(&written).map_err(at(&written))?;
    }
    let to = files.join("tillbridge-ui.cdx.json");
    let screens = project.npm_output(&["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"])?;
    let screens = dated(&screens, date).ok_or(ReleaseError::NoBill("npm sbom"))?;
    fs::write(&to, format!("{screens:#}\n")).map_err(at(&to))
}

/// A bill that is the same whenever it is made: of that date, and without a number by chance.
fn dated(bill: &str, date: Timestamp) -> Option<Value> {
    let mut bill: Value = serde_json::from_str(bill).ok()?;
    bill.as_object_mut()?.remove("serialNumber");
    *bill.pointer_mut("/metadata/timestamp")? = json!(date.to_string());
    Some(bill)
}

/// SHA256SUMS, as `sha256sum --check` reads it.
fn checksums(files: &Path) -> Result<(), Stop> {
    let mut lines = Vec::new();
    for file in fs::read_dir(files).map_err(at(files))?.flatten().map(|file| file.path()) {
        let bytes = fs::read(&file).map_err(at(&file))?;
        lines.push(format!("{}  {}\n", hexadecimal(digest(&SHA256, &bytes).as_ref()), file_name(&file)));
    }
    lines.sort_by(|one, other| one[64..].cmp(&other[64..]));
    print!("{}", lines.concat());
    let path = files.join("SHA256SUMS");
    fs::write(&path, lines.concat()).map_err(at(&path))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The files first, and the lists after them: a list names nothing that is not there yet.
fn upload(project: &Project, folder: &Path, channel: Channel) -> Result<(), Stop> {
    let words = windows::command(PUBLISH)?.ok_or(ReleaseError::NoUpload(PUBLISH))?;
    for name in [project.version.as_str()].iter().chain(channel.lists()) {
        windows::run_command(project, &words, &folder.join(name))?;
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(words: &str) -> Result<Options, ReleaseError> {
        Options::read(&words.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_version_is_for_everybody_unless_it_is_said_otherwise() {
        assert_eq!(read("").unwrap().channel.lists(), ["stable", "beta"]);
        assert_eq!(read("--channel beta").unwrap().channel.lists(), ["beta"]);
        assert!(read("--dry-run").unwrap().dry_run);
        assert!(!read("--channel stable").unwrap().dry_run);
        for wrong in ["--channel", "--channel nightly", "--date yesterday", "now"] {
            assert!(matches!(read(wrong), Err(ReleaseError::Usage(_))), "{wrong}");
        }
    }

    #[test]
    fn versions_are_three_numbers_that_windows_can_compare() {
        for good in ["0.1.0", "255.255.65535"] {
            assert!(is_numeric(good), "{good}");
        }
        for bad in ["0.1", "0.1.0.0", "0.1.0-beta.1", "256.0.0", "0.1.65536", "a.b.c", ""] {
            assert!(!is_numeric(bad), "{bad}");
        }
    }

    #[test]
    fn the_notes_are_what_the_changelog_says_of_the_version_and_nothing_else() {
        let changelog = "# Changelog\n\n## Unreleased\n\nSoon.\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- Speed,\n  much of `it`.\n\n\
                         ## 0.1.0 - 2026-11-27\n\nFirst.\n\n## 0.0.9\n";
        assert_eq!(section(changelog, "0.2.0").unwrap(), "Added\n\n- Speed, much of it.");
        assert_eq!(section(changelog, "0.1.0").unwrap(), "First.");
        assert_eq!(section(changelog, "Unreleased").unwrap(), "Soon.");
        for unsaid in ["0.0.9", "0.3.0", "0.2"] {
            assert_eq!(section(changelog, unsaid), None, "{unsaid}");
        }
    }

    #[test]
    fn the_list_names_the_installer_where_it_will_be() {
        let config =
            json!({ "plugins": { "updater": { "endpoints": ["https://example.com/{{channel}}/latest.json"] } } });
        let date = "2026-11-27T12:00:00Z".parse().unwrap();
        let list = list(&config, "0.2.0", "Speed.", date, "Tillbridge.msi", "c2ln\n").unwrap();
        assert_eq!(
            list,
            json!({
                "version": "0.2.0",
                "notes": "Speed.",
                "pub_date": "2026-11-27T12:00:00Z",
                "platforms": {
                    "windows-x86_64-msi": { "url": "https://example.com/0.2.0/Tillbridge.msi", "signature": "c2ln" },
                },
            })
        );
    }

    #[test]
    fn trusting_a_key_changes_nothing_else() {
        let text = "{\n  \"plugins\": { \"updater\": { \"pubkey\": \"old\", \"windows\": {} } }\n}\n";
        assert_eq!(trusting(text, "new").unwrap(), text.replace("old", "new"));
        assert_eq!(trusting("{}", "new"), None);
    }

    #[test]
    fn without_a_key_nothing_is_trusted() {
        for key in [json!({}), json!({ "pubkey": "" })] {
            let config = json!({ "plugins": { "updater": key } });
            assert!(matches!(trusted_in(&config), Err(ReleaseError::NoKey)), "{config}");
        }
    }

    #[test]
    fn a_bill_is_the_same_whenever_it_is_made() {
        let date = "2026-11-27T12:00:00Z".parse().unwrap();
        let bill =
            r#"{ "serialNumber": "urn:uuid:1", "version": 1, "metadata": { "timestamp": "2026-01-01T00:00:00Z" } }"#;
        let same = json!({ "version": 1, "metadata": { "timestamp": "2026-11-27T12:00:00Z" } });
        assert_eq!(dated(bill, date).unwrap(), same);
        assert_eq!(dated("{}", date), None);
    }

    #[test]
    fn the_configuration_of_the_app_is_what_this_reads() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tauri.conf.json");
        let text = fs::read_to_string(path).unwrap();
        let config: Value = serde_json::from_str(&trusting(&text, "key").unwrap()).unwrap();
        assert_eq!(config.pointer(TRUSTED).unwrap(), "key");
        assert!(list(&config, "0.2.0", "", Timestamp::UNIX_EPOCH, "x", "").is_ok());
        assert_eq!(config["plugins"]["updater"]["requireSignedVersion"], true);
    }
}
