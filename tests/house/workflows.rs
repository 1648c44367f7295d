//! What GitHub runs: nothing that somebody else can exchange, no more rights than needed, and only commands that exist.

use std::{collections::BTreeMap, fs};

use serde_json::Value;

use crate::{Source, assert_none, faults, root, sources};

const RELEASE: &str = ".github/workflows/release.yml";

fn workflows() -> Vec<Source> {
    let workflows = sources(".github/workflows", &[".yml"]);
    assert!(workflows.len() > 1);
    workflows
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// What `uses:` names in a line.
fn used(line: &str) -> Option<&str> {
    line.trim().trim_start_matches("- ").strip_prefix("uses: ")
}

/// `owner/name@<commit> # v1.2.3`, or a workflow of this repository, which is of the same commit.
fn is_pinned(used: &str) -> bool {
    let commit_and_version = used.split_once('@').and_then(|(_, rest)| rest.split_once(" # v"));
    let is_commit = |commit: &str| commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    used.starts_with("./")
        || commit_and_version.is_some_and(|(commit, version)| is_commit(commit) && version.split('.').count() == 3)
}

#[test]
fn an_action_is_a_commit_and_says_its_version() {
    let workflows = workflows();
    assert_none("an action that can change", &faults(&workflows, |line| used(line).is_some_and(|it| !is_pinned(it))));
    let is_loose =
        |line: &str| line.trim().strip_prefix("container: ").is_some_and(|image| !image.contains("@sha256:"));
    assert_none("an image that can change", &faults(&workflows, is_loose));

    let mut versions = BTreeMap::<&str, Vec<&str>>::new();
    for (action, version) in workflows.iter().flat_map(|it| it.text.lines()).filter_map(|it| used(it)?.split_once('@'))
    {
        versions.entry(action).or_default().push(version);
    }
    versions.retain(|_, versions| versions.iter().any(|version| *version != versions[0]));
    assert!(versions.is_empty(), "one action in two versions: {versions:#?}");
}

#[test]
fn a_workflow_may_nothing_but_what_a_job_asks_for() {
    for Source { path, text } in workflows() {
        assert!(text.contains("\npermissions: {}\n"), "{path} lets every job do everything");
        let jobs = text.split_once("\njobs:\n").unwrap().1;
        // A job begins with a name at two spaces.
        let jobs = jobs.split("\n\n").filter(|job| job.starts_with("  ") && !job.trim().is_empty());
        for job in jobs {
            assert!(job.contains("\n    permissions:\n"), "{path}: {job}");
            assert!(job.contains("\n    timeout-minutes: ") || job.contains("\n    uses: ./"), "{path}: {job}");
            // Who may see secrets is set for that environment.
            assert!(!job.contains("secrets.") || job.contains("\n    environment: release\n"), "{path}: {job}");
            // What may publish runs nothing that a dependency could have changed.
            assert!(
                !job.contains(": write") || !["cargo", "npm", "checkout"].iter().any(|it| job.contains(it)),
                "{path}: {job}"
            );
        }
        let is_of_strangers = text.contains("pull_request");
        assert!(!is_of_strangers || !text.contains("secrets."), "{path} shows strangers a secret");
        assert!(!text.contains("pull_request_target") && !text.contains("secrets: inherit"), "{path}");
    }
}

#[test]
fn a_tag_is_a_version_that_windows_can_compare() {
    let release = read(RELEASE);
    assert!(release.contains("tags: [\"v[0-9]+.[0-9]+.[0-9]+\"]\n"), "{RELEASE} is started by other tags");
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        version.split('.').count() == 3 && version.split('.').all(|number| number.parse::<u16>().is_ok()),
        "{version}"
    );
    // As the workflow looks for it.
    assert!(read("Cargo.toml").lines().any(|line| line == format!("version = \"{version}\"")));
}

#[test]
fn what_a_workflow_calls_is_there() {
    let xtask = read("xtask/src/main.rs");
    let package: Value = serde_json::from_str(&read("package.json")).unwrap();
    let mut missing = Vec::new();
    for Source { path, text } in workflows() {
        let words: Vec<&str> = text.split_whitespace().collect();
        for call in words.windows(3) {
            let is_there = match *call {
                ["cargo", "xtask", command] => xtask.contains(&format!("Some(\"{command}\")")),
                ["npm", "run", script] => package["scripts"].get(script).is_some(),
                [_, _, file] if file.trim_start_matches("./").starts_with(".ci/") => root().join(file).is_file(),
                _ => true,
            };
            if !is_there {
                missing.push(format!("{path}: {}", call.join(" ")));
            }
        }
    }
    assert_none("a command that does not exist", &missing);
}

#[test]
fn rust_is_the_version_that_the_project_is_for() {
    let manifest = read("Cargo.toml");
    let version =
        manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).unwrap().trim_end_matches('"');
    let is_other = |line: &str| {
        let named = ["RUSTUP_TOOLCHAIN: ", "container: rust:"].iter().find_map(|it| line.trim().strip_prefix(it));
        named.is_some_and(|named| !named.starts_with(&format!("{version}.")))
    };
    assert_none("another Rust", &faults(&workflows(), is_other));
}

#[test]
fn where_the_installer_is_looked_for_is_where_it_is_put() {
    let folder = read("xtask/src/windows/installer.rs");
    let folder = folder.split("const BUNDLE: &str = \"").nth(1).unwrap().split('"').next().unwrap();
    assert!(
        read(RELEASE).contains(&format!("path: target/{folder}\n")),
        "{RELEASE} puts it elsewhere than target/{folder}"
    );
}
