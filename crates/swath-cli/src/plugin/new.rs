//! `swath plugin new`: a crate that works, to be changed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::build::quoted;
use crate::{Answer, Error, disk};

/// What `new` can be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The name of the crate, and of the plugin: geo
    name: String,
    /// What its function is
    #[arg(long, value_enum)]
    kind: Kind,
    /// The folder to make; one of the crate's name when left out
    #[arg(long)]
    path: Option<PathBuf>,
    /// Where `swath-plugin` comes from: a checkout of swath, or the URL of its repository
    #[arg(long, value_name = "PATH|URL")]
    sdk: Option<String>,
}

/// What a function of a new plugin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Columns to a column, in any expression
    Scalar,
    /// A partition of a frame to one of another
    Partition,
    /// Rows to one value a group
    Aggregate,
    /// Rows to the number of the partition that they belong into
    Partitioner,
    /// Rows from elsewhere to a frame
    Source,
    /// Rows of a frame to elsewhere
    Sink,
}

impl Kind {
    /// What `src/lib.rs` begins as: compiled and tested as it stands.
    fn template(self) -> &'static str {
        match self {
            Self::Scalar => include_str!("../../templates/scalar.rs"),
            Self::Partition => include_str!("../../templates/partition.rs"),
            Self::Aggregate => include_str!("../../templates/aggregate.rs"),
            Self::Partitioner => include_str!("../../templates/partitioner.rs"),
            Self::Source => include_str!("../../templates/source.rs"),
            Self::Sink => include_str!("../../templates/sink.rs"),
        }
    }
}

const MANIFEST: &str = include_str!("../../templates/Cargo.toml.txt");
const IGNORED: &str = "/target\n";

/// The folder of `swath-plugin` in a checkout of swath.
const SDK: &str = "crates/swath-plugin";

/// Writes the crate.
pub(crate) fn run(options: &Options) -> Result<Answer, Error> {
    let name = &options.name;
    if !is_name(name) {
        return Err(Error::Name { name: name.clone() });
    }
    let sdk = Sdk::find(options.sdk.as_deref())?;
    let folder = options.path.clone().unwrap_or_else(|| name.into());
    if !disk::is_free(&folder)? {
        return Err(Error::Occupied { path: folder });
    }
    disk::make_folder(&folder.join("src"))?;
    let filled = |text: &str| {
        text.replace("{{name}}", name)
            .replace("{{sdk}}", &sdk.dependency())
    };
    disk::write(&folder.join("Cargo.toml"), &filled(MANIFEST))?;
    disk::write(&folder.join(".gitignore"), IGNORED)?;
    disk::write(&folder.join("src/lib.rs"), &filled(options.kind.template()))?;
    Ok(Answer::fine(said(options, &folder, &sdk)))
}

/// Writing into a text cannot fail.
fn said(options: &Options, folder: &Path, sdk: &Sdk) -> String {
    let folder = folder.display();
    let mut text = format!("made `{folder}`, the crate of a plugin with one function and tests\n");
    let _ = writeln!(
        text,
        "its Cargo.toml takes `swath-plugin` from {}, because it is not published yet",
        sdk.place()
    );
    text.push_str("\nto go on:\n");
    let library = options.name.replace('-', "_");
    for line in [
        format!("cd {}", quoted(&folder.to_string())),
        "cargo test".to_owned(),
        "swath plugin build".to_owned(),
        format!("swath plugin check target/release/lib{library}.so"),
        format!("swath plugin pin target/release/lib{library}.so --into ../plugins.toml"),
    ] {
        let _ = writeln!(text, "  {line}");
    }
    text
}

/// Where `swath-plugin` comes from.
enum Sdk {
    Folder(PathBuf),
    Repository(String),
}

impl Sdk {
    /// What was asked for, or the checkout that this program was built from.
    fn find(given: Option<&str>) -> Result<Self, Error> {
        let built_from = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        if let Some(url) = given.filter(|given| is_url(given)) {
            return Ok(Self::Repository(cargo_url(url)));
        }
        let folder = Path::new(given.unwrap_or(built_from));
        // A checkout, or the folder of the crate itself.
        let found = [folder.join(SDK), folder.to_owned()]
            .into_iter()
            .find(|folder| is_sdk(folder));
        match found {
            Some(folder) => disk::canonical(&folder).map(Self::Folder),
            None => Err(Error::NoSdk {
                path: given.map(PathBuf::from),
            }),
        }
    }

    /// As a manifest has it.
    fn dependency(&self) -> String {
        match self {
            Self::Folder(path) => format!("path = {}", toml_text(&path.to_string_lossy())),
            Self::Repository(url) => format!("git = {}", toml_text(url)),
        }
    }

    fn place(&self) -> String {
        match self {
            Self::Folder(path) => format!("`{}`", path.display()),
            Self::Repository(url) => format!("`{url}`"),
        }
    }
}

fn is_url(text: &str) -> bool {
    text.contains("://") || text.starts_with("git@")
}

/// An address as cargo takes it: `git@host:path` is git's own way to write one.
fn cargo_url(url: &str) -> String {
    match url.split_once(':') {
        Some((host, path)) if !url.contains("://") => format!("ssh://{host}/{path}"),
        _ => url.to_owned(),
    }
}

fn is_sdk(folder: &Path) -> bool {
    let manifest = disk::read(&folder.join("Cargo.toml")).ok().flatten();
    manifest.is_some_and(|text| text.contains("name = \"swath-plugin\""))
}

/// A text as TOML has it between quotes.
pub(super) fn toml_text(text: &str) -> String {
    // As JSON has it, but for one character that TOML does not take as it is.
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
}

/// Whether a crate can have this name, and its library too.
fn is_name(name: &str) -> bool {
    const TAKEN: &[&str] = &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "core",
        "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
        "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv",
        "pub", "ref", "return", "self", "static", "std", "struct", "super", "swath", "test",
        "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where",
        "while", "yield", "alloc",
    ];
    let is_letter = |c: char| c.is_ascii_lowercase();
    name.starts_with(is_letter)
        && name
            .chars()
            .all(|c| is_letter(c) || c.is_ascii_digit() || "-_".contains(c))
        && !TAKEN.contains(&name)
        // What it depends on has that name.
        && name.replace('-', "_") != "swath_plugin"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(name: &str, kind: Kind, path: &Path) -> Options {
        Options {
            name: name.to_owned(),
            kind,
            path: Some(path.to_owned()),
            sdk: Some("https://example.org/swath".to_owned()),
        }
    }

    #[test]
    fn names_of_crates() {
        for (name, expected) in [
            ("geo", true),
            ("user-sessions2", true),
            ("", false),
            ("2geo", false),
            ("Geo", false),
            ("a/b", false),
            ("match", false),
        ] {
            assert_eq!(is_name(name), expected, "{name}");
        }
    }

    #[test]
    fn the_crate_that_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("user-sessions");
        let made = run(&options("user-sessions", Kind::Scalar, &path)).expect("a crate");
        let said = made
            .text()
            .replace(&*path.to_string_lossy(), "user-sessions");
        insta::assert_snapshot!(said, @r"
        made `user-sessions`, the crate of a plugin with one function and tests
        its Cargo.toml takes `swath-plugin` from `https://example.org/swath`, because it is not published yet

        to go on:
          cd user-sessions
          cargo test
          swath plugin build
          swath plugin check target/release/libuser_sessions.so
          swath plugin pin target/release/libuser_sessions.so --into ../plugins.toml
        ");
        let read = |file: &str| {
            disk::read(&path.join(file))
                .expect("a text")
                .expect("a file")
        };
        insta::assert_snapshot!(read("Cargo.toml"), @r#"
        [package]
        name = "user-sessions"
        version = "0.1.0"
        edition = "2024"
        rust-version = "1.88"
        description = "Functions for swath"

        [dependencies]
        swath-plugin = { git = "https://example.org/swath" }

        # A workspace of its own, whatever folder it is in. Without this line it can be a member of another one.
        [workspace]
        "#);
        assert!(read("src/lib.rs").starts_with("//! user-sessions: "));
        assert!(!read("src/lib.rs").contains("{{"));

        let error = run(&options("user-sessions", Kind::Scalar, &path)).expect_err("it is there");
        let said = error
            .report()
            .replace(&*path.to_string_lossy(), "user-sessions");
        insta::assert_snapshot!(said, @"`user-sessions` is there and not empty: remove it, or name another folder with `--path`");
        let error = run(&options("User", Kind::Scalar, &path)).expect_err("no name");
        insta::assert_snapshot!(error.report(), @"`User` cannot be the name of a crate: begin with a lower-case letter, go on with these, digits, `-` and `_`, and take no word of Rust");
    }

    #[test]
    fn where_swath_plugin_comes_from() {
        let Ok(Sdk::Folder(found)) = Sdk::find(None) else {
            panic!("the checkout is there: this is a file of it");
        };
        for given in [
            &*found.to_string_lossy(),
            concat!(env!("CARGO_MANIFEST_DIR"), "/../.."),
        ] {
            assert!(matches!(Sdk::find(Some(given)), Ok(Sdk::Folder(same)) if same == found));
        }
        let error = Sdk::find(Some("/no/such/folder"))
            .err()
            .expect("nothing is there");
        insta::assert_snapshot!(error.report(), @"`swath-plugin` is not published yet, and `/no/such/folder` is no checkout of swath: give the folder of a checkout of swath, or the URL of its repository, with `--sdk`");
        insta::assert_snapshot!(Error::NoSdk { path: None }.report(), @"`swath-plugin` is not published yet, and the checkout that this program was built from is gone: give the folder of a checkout of swath, or the URL of its repository, with `--sdk`");
    }

    #[test]
    fn addresses_are_those_of_cargo() {
        let url = "https://example.org/swath.git";
        assert_eq!(cargo_url(url), url);
        assert_eq!(
            cargo_url("git@example.org:data/swath.git"),
            "ssh://git@example.org/data/swath.git"
        );
    }

    #[test]
    fn names_of_what_it_depends_on_are_taken() {
        assert!(is_name("geo-2") && !is_name("swath-plugin") && !is_name("swath_plugin"));
    }
}
