//! Support's key and the codes that it signs: done offline, by whoever keeps the private half.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use ring::{
    rand::{SecureRandom, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair},
};

use crate::project::{Project, Stop};

// The form of requests and codes is the program's own.
#[path = "../../crates/sync/src/reset/code.rs"]
mod code;

/// Where the program's trusted key is, in the checkout.
const TRUSTED: &str = "crates/sync/src/support.pub";

/// Why there is no key or no code.
#[derive(Debug, thiserror::Error)]
pub enum SupportError {
    /// The command was given something else than it takes.
    #[error("use it so: {0}")]
    Usage(&'static str),
    /// A file can't be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file holds no private key of ours.
    #[error("{0} holds no private key of support")]
    NoKey(PathBuf),
    /// The request is mistyped or incomplete.
    #[error("the request can't be read: have the merchant copy all of it again")]
    Request,
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    NoRandomness,
}

/// `cargo xtask support-key FILE [--trust]`.
pub fn key(project: &Project, args: &[String]) -> Result<(), Stop> {
    let (file, trust) = match args {
        [file] => (file, false),
        [file, option] if option == "--trust" => (file, true),
        _ => return Err(SupportError::Usage("cargo xtask support-key FILE [--trust]").into()),
    };
    let public = make_key(Path::new(file))?;
    println!("The private key is in {file}. Keep it offline, and never in the repository.");
    println!("Its public half: {public}");
    if trust {
        let path = project.root.join(TRUSTED);
        let about = fs::read_to_string(&path).unwrap_or_default();
        let mut lines: Vec<&str> = about.lines().filter(|line| line.starts_with('#')).collect();
        lines.push(&public);
        let text = lines.join("\n") + "\n";
        fs::write(&path, text).map_err(|error| SupportError::File { path, error })?;
        println!("Programs built from here on take its codes ({TRUSTED}), and those of no other key.");
    }
    Ok(())
}

/// `cargo xtask support-code --key FILE REQUEST`.
pub fn code(_project: &Project, args: &[String]) -> Result<(), Stop> {
    let [option, file, request @ ..] = args else {
        return Err(SupportError::Usage("cargo xtask support-code --key FILE REQUEST").into());
    };
    if option != "--key" || request.is_empty() {
        return Err(SupportError::Usage("cargo xtask support-code --key FILE REQUEST").into());
    }
    println!("{}", make_code(Path::new(file), &request.join(" "))?);
    Ok(())
}

/// Makes a key pair; writes the private half into a new file for this user only, and returns the public half.
fn make_key(file: &Path) -> Result<String, SupportError> {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| SupportError::NoRandomness)?;
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).map_err(|_| SupportError::NoKey(file.to_owned()))?;
    write_private(file, &code::write(pkcs8.as_ref()))
        .map_err(|error| SupportError::File { path: file.to_owned(), error })?;
    Ok(code::write(pair.public_key().as_ref()))
}

fn make_code(file: &Path, request: &str) -> Result<String, SupportError> {
    let text = fs::read_to_string(file).map_err(|error| SupportError::File { path: file.to_owned(), error })?;
    let no_key = || SupportError::NoKey(file.to_owned());
    let pkcs8 = code::read(&text).map_err(|code::Unreadable| no_key())?;
    let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| no_key())?;
    let request = code::read(request).map_err(|code::Unreadable| SupportError::Request)?;
    if request.len() != code::REQUEST {
        return Err(SupportError::Request);
    }
    let mut nonce = [0; code::NONCE];
    SystemRandom::new().fill(&mut nonce).map_err(|_| SupportError::NoRandomness)?;
    let signature = pair.sign(&code::signed(&request, &nonce));
    debug_assert_eq!(signature.as_ref().len(), code::SIGNATURE);
    Ok(code::write(&[request.as_slice(), &nonce, signature.as_ref()].concat()))
}

/// A key that is there already is never written over: its codes would be lost.
fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(file)?, format!("{text}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tillbridge-support-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_code_is_signed_by_the_key_and_answers_the_request() {
        let folder = scratch("code");
        let file = folder.join("key");
        let public = code::read(&make_key(&file).unwrap()).unwrap();
        let request = [5; code::REQUEST];
        let text = make_code(&file, &code::write(&request).to_lowercase().replace('-', " ")).unwrap();
        let bytes = code::read(&text).unwrap();
        let (asked, rest) = bytes.split_at(code::REQUEST);
        let (nonce, signature) = rest.split_at(code::NONCE);
        assert_eq!(asked, request);
        UnparsedPublicKey::new(&ED25519, public).verify(&code::signed(asked, nonce), signature).unwrap();
        assert_ne!(make_code(&file, &code::write(&request)).unwrap(), text, "a code is made twice");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_key_is_never_written_over_and_a_wrong_request_is_told() {
        let folder = scratch("key");
        let file = folder.join("key");
        make_key(&file).unwrap();
        assert!(matches!(make_key(&file), Err(SupportError::File { .. })));
        for wrong in ["", "ABC", &code::write(&[5; 3])] {
            assert!(matches!(make_code(&file, wrong), Err(SupportError::Request)), "{wrong}");
        }
        fs::write(&file, "no key").unwrap();
        assert!(matches!(make_code(&file, &code::write(&[5; code::REQUEST])), Err(SupportError::NoKey(_))));
        fs::remove_dir_all(folder).unwrap();
    }
}
