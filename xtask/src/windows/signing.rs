//! The two signatures: Authenticode's, by which Windows knows who made a file, and the updater's.
//!
//! Neither key is in the repository. Without them, keys are made on the way that nobody trusts, so that everything else can
//! be built and proven.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use minisign_verify::{PublicKey, Signature};

use super::{Made, WindowsError, at};
use crate::{
    project::{Project, Stop, works},
    release::trusted_key,
};

/// The command that signs, as a list of words in JSON; `%1` stands for the file. Tauri's `signCommand` comes here too.
const COMMAND: &str = "TILLBRIDGE_SIGN_COMMAND";

/// Tauri's own name for the updater's private key; its password is in TAURI_SIGNING_PRIVATE_KEY_PASSWORD.
const UPDATER_KEY: &str = "TAURI_SIGNING_PRIVATE_KEY";

/// `cargo xtask sign FILE...`: what `tauri build` calls on Windows for each file that it makes.
pub fn sign(project: &Project, args: &[String]) -> Result<(), Stop> {
    for file in args.iter().map(Path::new) {
        match command(COMMAND)? {
            Some(words) => run_command(project, &words, file)?,
            None => println!("{}: not signed, because {COMMAND} is not set", file.display()),
        }
    }
    Ok(())
}

/// Signs a file that carries no signature yet: Microsoft's stays on what is Microsoft's.
pub fn sign_unsigned(project: &Project, file: &Path) -> Result<(), Stop> {
    if is_signed(file) {
        return Ok(());
    }
    if let Some(words) = command(COMMAND)? {
        return run_command(project, &words, file);
    }
    println!("{COMMAND} is not set: signing with a test certificate, which no merchant's Windows trusts");
    let (certificate, key) = test_certificate(project)?;
    let signed = file.with_extension("signed");
    let mut command = Command::new("osslsigncode");
    command.arg("sign").arg("-certs").arg(certificate).arg("-key").arg(key);
    command.args(["-h", "sha256", "-n", "Tillbridge", "-in"]).arg(file).arg("-out").arg(&signed);
    project.run(&mut command)?;
    fs::rename(&signed, file).map_err(at(file))
}

/// Signs the finished installer for the updater, into a file beside it, and returns that one.
pub fn sign_for_updater(project: &Project, file: &Path, version: &str) -> Result<PathBuf, Stop> {
    let mut words: Vec<&str> = vec!["signer", "sign", "--app-version", version];
    let test_key = test_updater_key(project)?;
    let path = test_key.to_string_lossy();
    if !has_updater_key() {
        println!("{UPDATER_KEY} is not set: signing for the updater with a test key, which no installation trusts");
        words.extend(["--private-key-path", &path, "--password", ""]);
    }
    let file_name = file.to_string_lossy();
    words.push(&file_name);
    project.tauri(&words)?;
    Ok(PathBuf::from(format!("{file_name}.sig")))
}

/// Checks both signatures of everything that is delivered.
pub fn verify(project: &Project, made: &Made) -> Result<(), Stop> {
    for file in [&made.app, &made.command_line, &made.installer] {
        let authority = match command(COMMAND)? {
            Some(_) => PathBuf::from("/etc/ssl/certs/ca-certificates.crt"),
            None => test_certificate(project)?.0,
        };
        project.run(Command::new("osslsigncode").args(["verify", "-CAfile"]).arg(authority).arg("-in").arg(file))?;
    }
    if !is_signed(&made.loader) {
        return Err(fault(&made.loader, "it is not signed"));
    }
    let key = if has_updater_key() { trusted_key(project)? } else { test_updater_public_key(project)? };
    check_updater_signature(&key, &made.installer, &made.updater_signature).map(drop)
}

/// Checks the updater's signature of a file by a public key in Tauri's form, and that it fits no altered file; returns its
/// comment, which is signed too.
pub fn check_updater_signature(key: &str, file: &Path, signature: &Path) -> Result<String, Stop> {
    let read = |path: &Path| fs::read(path).map_err(at(path));
    let mut bytes = read(file)?;
    let (key, signed) = (decoded(signature, key.as_bytes())?, decoded(signature, &read(signature)?)?);
    let said = |error: minisign_verify::Error| fault(signature, &error.to_string());
    let key = PublicKey::decode(&key).map_err(said)?;
    let signed = Signature::decode(&signed).map_err(said)?;
    key.verify(&bytes, &signed, false).map_err(said)?;
    if let Some(byte) = bytes.last_mut() {
        *byte ^= 1;
    }
    match key.verify(&bytes, &signed, false) {
        Ok(()) => Err(fault(signature, "it fits an altered file too")),
        Err(_) => Ok(signed.trusted_comment().to_owned()),
    }
}

/// Whether the updater's real key signs here.
pub fn has_updater_key() -> bool {
    env::var_os(UPDATER_KEY).is_some()
}

/// The public half of the key that signs for the updater where the real one is not here.
pub fn test_updater_public_key(project: &Project) -> Result<String, Stop> {
    read_key(&test_updater_key(project)?.with_extension("key.pub"))
}

fn read_key(path: &Path) -> Result<String, Stop> {
    fs::read_to_string(path).map_err(at(path))
}

/// Tauri wraps minisign's text into Base64.
fn decoded(path: &Path, bytes: &[u8]) -> Result<String, Stop> {
    let text = BASE64.decode(bytes.trim_ascii()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| fault(path, "it is not in Tauri's form"))
}

fn fault(file: &Path, problem: &str) -> Stop {
    WindowsError::Signature { file: file.to_owned(), problem: problem.to_owned() }.into()
}

/// The command that an environment variable names, as a list of words in JSON of which one is `%1`; none where it is not set.
pub fn command(variable: &'static str) -> Result<Option<Vec<String>>, Stop> {
    let Some(text) = env::var_os(variable).filter(|text| !text.is_empty()) else { return Ok(None) };
    let words: Option<Vec<String>> = text.to_str().and_then(|text| serde_json::from_str(text).ok());
    let words = words.filter(|words| words.len() > 1 && words.iter().any(|word| word == "%1"));
    Ok(Some(words.ok_or(WindowsError::SignCommand(variable))?))
}

/// Runs such a command for a file or a folder.
pub fn run_command(project: &Project, words: &[String], file: &Path) -> Result<(), Stop> {
    let mut command = Command::new(&words[0]);
    for word in &words[1..] {
        if word == "%1" {
            command.arg(file)
        } else {
            command.arg(word)
        };
    }
    project.run(&mut command)
}

fn is_signed(file: &Path) -> bool {
    let file = file.to_string_lossy();
    let none = env::temp_dir().join(format!("tillbridge-signature-{}", std::process::id()));
    let signed = works("osslsigncode", &["extract-signature", "-in", &file, "-out", &none.to_string_lossy()]);
    let _ = fs::remove_file(none);
    signed
}

/// A certificate that certifies itself, and its key.
fn test_certificate(project: &Project) -> Result<(PathBuf, PathBuf), Stop> {
    let folder = folder(project)?;
    let (certificate, key) = (folder.join("test-certificate.pem"), folder.join("test-certificate.key"));
    if !certificate.exists() {
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-newkey", "rsa:3072", "-noenc", "-sha256", "-days", "3650"]);
        command.args(["-subj", "/CN=Tillbridge test certificate", "-addext", "extendedKeyUsage=codeSigning"]);
        project.run(command.arg("-keyout").arg(&key).arg("-out").arg(&certificate))?;
    }
    Ok((certificate, key))
}

fn test_updater_key(project: &Project) -> Result<PathBuf, Stop> {
    let key = folder(project)?.join("test-updater.key");
    if !key.exists() {
        project.tauri(&["signer", "generate", "--ci", "--password", "", "--write-keys", &key.to_string_lossy()])?;
    }
    Ok(key)
}

fn folder(project: &Project) -> Result<PathBuf, Stop> {
    let folder = project.target.join("windows/signing");
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    Ok(folder)
}
