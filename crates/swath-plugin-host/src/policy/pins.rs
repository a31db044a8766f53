//! `plugins.toml`: which plugins a project uses, down to their bytes.

use super::PolicyError;
use crate::FileHash;
use crate::disk::{self, Content};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The largest `plugins.toml` that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// What a `plugins.toml` says: the plugins of a project by name, each with the hash of its file, and the folders that plugins
/// may be in. Relative paths are seen from the folder of the `plugins.toml`.
///
/// ```
/// use swath_plugin_host::{Isolate, Pins};
///
/// let text = r#"
/// allow = ["target/plugins", "/opt/swath/plugins"]
///
/// [plugins.geo]
/// path = "target/plugins/libgeo.so"
/// version = "2.1.0"
/// blake3 = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
/// isolate = "process"
/// "#;
/// let pins = Pins::parse(text, "/project/plugins.toml")?;
/// let geo = pins.get("geo").expect("it stands there");
/// assert_eq!(geo.path().to_str(), Some("/project/target/plugins/libgeo.so"));
/// assert_eq!(geo.isolate(), Some(Isolate::Process));
/// # Ok::<(), swath_plugin_host::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pins {
    file: PathBuf,
    plugins: BTreeMap<String, Pin>,
    allow: Option<Vec<PathBuf>>,
}

/// A plugin of which it is known where it is and which bytes it has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with `path`, `blake3` and, if need be, `version` and `isolate`"
)]
pub struct Pin {
    path: PathBuf,
    version: Option<String>,
    blake3: FileHash,
    isolate: Option<Isolate>,
}

/// What keeps a plugin apart from the program that uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolate {
    /// It runs in a process of its own, whose end is an error and not that of the program.
    Process,
}

/// The text as it stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    plugins: BTreeMap<String, Pin>,
    allow: Option<Vec<PathBuf>>,
}

impl Pins {
    /// Reads a `plugins.toml`.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        let path = path.as_ref();
        let unreadable = |source| PolicyError::Unreadable {
            path: disk::absolute(path),
            source,
        };
        let real = disk::canonical(path).map_err(unreadable)?;
        let content = disk::read_whole(&real, LARGEST).map_err(unreadable)?;
        let bytes = match content {
            Content::Regular(bytes, _) => bytes,
            Content::Folder => return Err(unreadable(io::ErrorKind::IsADirectory.into())),
            Content::TooLarge(_) => return Err(unreadable(io::ErrorKind::FileTooLarge.into())),
            Content::Special => {
                return Err(unreadable(io::Error::other("it is no regular file")));
            }
        };
        let text = String::from_utf8(bytes)
            .map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error)))?;
        Self::parse(&text, &real)
    }

    /// What the text of a `plugins.toml` says; relative paths in it are seen from the folder that the file is in.
    pub fn parse(text: &str, file: impl AsRef<Path>) -> Result<Self, PolicyError> {
        let file = disk::absolute(file.as_ref());
        let said: Text = toml::from_str(text).map_err(|error| PolicyError::Pins {
            path: file.clone(),
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            reason: error.message().to_owned(),
        })?;
        let folder = file.parent().unwrap_or(&file);
        let mut plugins = said.plugins;
        for pin in plugins.values_mut() {
            pin.path = folder.join(&pin.path);
        }
        let seen_from = |path: PathBuf| folder.join(path);
        let allow = said
            .allow
            .map(|allow| allow.into_iter().map(seen_from).collect());
        Ok(Self {
            file,
            plugins,
            allow,
        })
    }

    /// The file that says it, from the root.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The plugins by name, in the order of their names.
    pub fn plugins(&self) -> impl Iterator<Item = (&str, &Pin)> {
        self.plugins.iter().map(|(name, pin)| (name.as_str(), pin))
    }

    /// The plugin of this name.
    pub fn get(&self, name: &str) -> Option<&Pin> {
        self.plugins.get(name)
    }

    /// The only folders that plugins may be in, from the root; `None` is any.
    pub fn allow(&self) -> Option<&[PathBuf]> {
        self.allow.as_deref()
    }
}

impl Pin {
    /// Where its file is, from the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The version that people read. Which file it is is said by the hash alone.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The hash that its file has to have.
    pub fn hash(&self) -> FileHash {
        self.blake3
    }

    /// What keeps it apart from the program; `None` where it runs within.
    pub fn isolate(&self) -> Option<Isolate> {
        self.isolate
    }
}

/// The number of the line of a place in a text, from 1.
fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}
