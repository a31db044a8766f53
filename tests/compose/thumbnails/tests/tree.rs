//! What comes along: no Arrow, and few packages.

use std::collections::BTreeSet;
use std::process::Command;

/// The most packages that may be built for this program, itself and build scripts' included.
const CAP: usize = 30;

/// The names of all packages that are built for this one.
fn packages() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--manifest-path",
        ])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn no_arrow_and_few_packages() {
    let packages = packages();
    assert!(packages.contains("swath-scheduler"), "{packages:?}");
    let unwanted: Vec<&String> = packages
        .iter()
        .filter(|name| {
            name.contains("arrow") || ["parquet", "tokio", "swath-meta"].contains(&name.as_str())
        })
        .collect();
    assert!(
        unwanted.is_empty(),
        "an engine without Arrow has these in its tree: {unwanted:?}"
    );
    assert!(
        packages.len() <= CAP,
        "{} packages, {CAP} allowed: {packages:?}",
        packages.len()
    );
}
