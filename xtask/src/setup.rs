//! `cargo xtask setup`: what this machine lacks, for which command, and how to get it.

use crate::{command::CommandLine, docs, metadata::Metadata, say};
use anyhow::{Result, bail};

/// One thing a command needs.
struct Need {
    what: &'static str,
    /// What it serves.
    serves: &'static str,
    /// Whether `demo` and `test` fail without it.
    is_required: bool,
    /// What was found, or nothing.
    found: Option<String>,
    /// How to get it.
    get: String,
}

/// Prints a table of what is there and what is missing.
///
/// # Errors
/// When something is missing without which `demo` or `test` fails.
pub(crate) fn run() -> Result<()> {
    let needs = needs(&least_rust()?);
    say::line(&table(&needs));
    let missing: Vec<&str> = needs
        .iter()
        .filter(|need| need.is_required && need.found.is_none())
        .map(|need| need.what)
        .collect();
    if missing.is_empty() {
        say::line("Ready: `cargo xtask demo`, `cargo xtask test`.");
        Ok(())
    } else {
        bail!("missing: {}", missing.join(", "))
    }
}

/// The oldest Rust the workspace builds with.
fn least_rust() -> Result<String> {
    let metadata = Metadata::load()?;
    Ok(metadata
        .members()
        .find_map(|package| package.rust_version.clone())
        .unwrap_or_default())
}

fn needs(least_rust: &str) -> Vec<Need> {
    let rustc = CommandLine::new("rustc")
        .arg("--version")
        .probe()
        .filter(|found| is_at_least(found, least_rust));
    vec![
        Need {
            what: "rust",
            serves: "everything",
            is_required: true,
            found: rustc,
            get: format!("{least_rust} or newer: `rustup update stable`"),
        },
        Need {
            what: "a C compiler",
            serves: "linking, zstd, mimalloc",
            is_required: true,
            found: ["cc", "clang", "gcc"]
                .iter()
                .find_map(|name| CommandLine::new(name).arg("--version").probe()),
            get: "Debian: `apt-get install build-essential`; macOS: `xcode-select --install`"
                .to_owned(),
        },
        Need {
            what: "rustfmt",
            serves: "ci",
            is_required: false,
            found: CommandLine::cargo("fmt").arg("--version").probe(),
            get: "`rustup component add rustfmt`".to_owned(),
        },
        Need {
            what: "clippy",
            serves: "ci",
            is_required: false,
            found: CommandLine::cargo("clippy").arg("--version").probe(),
            get: "`rustup component add clippy`".to_owned(),
        },
        Need {
            what: "git",
            serves: "tidy, ci",
            is_required: false,
            found: CommandLine::new("git").arg("--version").probe(),
            get: "from your system's packages".to_owned(),
        },
        Need {
            what: "cargo-nextest",
            serves: "faster tests",
            is_required: false,
            found: CommandLine::cargo("nextest").arg("--version").probe(),
            get: "`cargo install cargo-nextest --locked`; without it `cargo test` is used"
                .to_owned(),
        },
        Need {
            what: "mdbook",
            serves: "docs, as a book",
            is_required: false,
            found: docs::mdbook_version(),
            get: docs::GET_MDBOOK.to_owned(),
        },
        Need {
            what: "python3 with venv",
            serves: "bench --peers",
            is_required: false,
            found: CommandLine::new("python3")
                .args([
                    "-c",
                    "import venv, sys; print('Python', sys.version.split()[0])",
                ])
                .probe(),
            get: "from your system's packages, with its `venv` module".to_owned(),
        },
    ]
}

fn table(needs: &[Need]) -> String {
    let mut lines = vec![format!("{:<18} {:<24} found", "what", "for")];
    for need in needs {
        let found = match (&need.found, need.is_required) {
            (Some(found), _) => found.clone(),
            (None, true) => format!("MISSING: {}", need.get),
            (None, false) => format!("optional, not here: {}", need.get),
        };
        lines.push(format!("{:<18} {:<24} {found}", need.what, need.serves));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Whether `rustc 1.95.0 (…)` is version `1.88` or newer; text without a version is not.
fn is_at_least(found: &str, least: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        text.split(['.', '-'])
            .map_while(|n| n.parse().ok())
            .collect()
    };
    found
        .split_whitespace()
        .map(numbers)
        .find(|version| version.len() >= 2)
        .is_some_and(|version| version >= numbers(least))
}

#[cfg(test)]
mod tests {
    use super::{Need, is_at_least, table};

    #[test]
    fn versions_compare_by_number() {
        for (found, least, expected) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)", "1.88", true),
            ("rustc 1.88.0 (x)", "1.88", true),
            ("rustc 1.9.0 (x)", "1.88", false),
            ("rustc 1.97.0-nightly (x)", "1.88", true),
            ("no version here", "1.88", false),
        ] {
            assert_eq!(is_at_least(found, least), expected, "{found}");
        }
    }

    #[test]
    fn the_table_says_how_to_get_what_is_missing() {
        let need = |what, is_required, found: Option<&str>| Need {
            what,
            serves: "ci",
            is_required,
            found: found.map(str::to_owned),
            get: format!("get {what}"),
        };
        let text = table(&[
            need("a", true, None),
            need("b", false, None),
            need("c", true, Some("c 1.0")),
        ]);
        let found: Vec<&str> = text.lines().skip(1).map(|line| line[44..].trim()).collect();
        assert_eq!(
            found,
            ["MISSING: get a", "optional, not here: get b", "c 1.0"]
        );
    }
}
