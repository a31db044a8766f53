//! What comes along: of swath only what data and divisions need, of Arrow its arrays; nothing that reads files or runs tasks.

use std::collections::BTreeSet;
use std::process::Command;

/// The only crates of swath that rows, divisions and the exchange stand on.
const OURS: [&str; 7] = [
    "swath-batch",
    "swath-divisions",
    "swath-graph",
    "swath-kernels",
    "swath-memory",
    "swath-meta",
    "swath-shuffle",
];

/// What an exchange never needs.
const NEVER: [&str; 5] = ["parquet", "object_store", "tokio", "rayon", "arrow-csv"];

/// The most packages that may be built for this program, itself and build scripts' included.
const CAP: usize = 90;

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
fn only_what_an_exchange_needs() {
    let packages = packages();
    assert!(packages.contains("swath-shuffle"), "{packages:?}");
    let unwanted: Vec<&String> = packages
        .iter()
        .filter(|name| {
            let ours = name.starts_with("swath") && !OURS.contains(&name.as_str());
            ours || NEVER.contains(&name.as_str())
        })
        .collect();
    assert!(
        unwanted.is_empty(),
        "an exchange has these in its tree: {unwanted:?}"
    );
    assert!(
        packages.len() <= CAP,
        "{} packages, {CAP} allowed: {packages:?}",
        packages.len()
    );
}
