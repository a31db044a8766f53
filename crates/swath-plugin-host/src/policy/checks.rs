//! Whether a plugin may be used.

use super::{Pin, Pins, PolicyError, writers};
use crate::PluginFile;
use crate::disk;
use std::path::{Path, PathBuf};

/// Which plugins may be used: what a `plugins.toml` says, and never a file that every user of the machine can write.
///
/// Every list that is there has to agree. Where there are folders, a plugin is in one of them and not in a folder of it; where
/// there are pins, it is one of them: the file that a pin names with the bytes that it names, or a copy of these bytes. The
/// default has neither list.
///
/// ```
/// use swath_plugin_host::{Pins, Policy, PolicyError};
///
/// let pins = Pins::parse("allow = [\"plugins\"]", "/project/plugins.toml")?;
/// let error = Policy::from(pins).find("geo").unwrap_err();
/// assert!(matches!(error, PolicyError::NoPlugin { .. }));
/// # Ok::<(), PolicyError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pins: Option<Pins>,
    folders: Vec<PathBuf>,
}

impl From<Pins> for Policy {
    fn from(pins: Pins) -> Self {
        Self {
            pins: Some(pins),
            folders: Vec::new(),
        }
    }
}

impl Policy {
    /// The `plugins.toml` it was made from.
    pub fn pins(&self) -> Option<&Pins> {
        self.pins.as_ref()
    }

    /// Looks for plugins by name in these folders too, where a `plugins.toml` does not say in which they may be.
    #[must_use]
    pub fn looking_in(self, folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let folders = folders.into_iter().collect();
        Self { folders, ..self }
    }

    /// The file of the plugin of this name: that of its pin, or `lib<name>.so` in the first of the folders that has one: those that
    /// a `plugins.toml` allows, or else those that are [looked in](Self::looking_in).
    pub fn find(&self, name: &str) -> Result<PathBuf, PolicyError> {
        if let Some(pin) = self.pins().and_then(|pins| pins.get(name)) {
            return Ok(pin.path().to_owned());
        }
        // As cargo names the file of a crate.
        let file = format!("lib{}.so", name.replace('-', "_"));
        let folders = self.pins().and_then(Pins::allow).unwrap_or(&self.folders);
        // A name with a slash would lead out of the folder.
        let is_name = !name.contains('/');
        let mut paths = folders.iter().map(|folder| folder.join(&file));
        (paths.find(|path| is_name && disk::is_file(path))).ok_or_else(|| PolicyError::NoPlugin {
            name: name.to_owned(),
            file,
            folders: folders.to_vec(),
            pins: self.pins().map(|pins| pins.file().to_owned()),
        })
    }

    /// Refuses a file that may not be used; returns its pin where it has one.
    pub fn check(&self, file: &PluginFile) -> Result<Option<&Pin>, PolicyError> {
        if let Some(pins) = self.pins() {
            check_folder(pins, file)?;
        }
        writers::check(file)?;
        match self.pins() {
            Some(pins) if pins.plugins().next().is_some() => pin_of(pins, file).map(Some),
            _ => Ok(None),
        }
    }
}

fn check_folder(pins: &Pins, file: &PluginFile) -> Result<(), PolicyError> {
    let Some(allow) = pins.allow() else {
        return Ok(());
    };
    // A folder that is not there has no plugins.
    let is_in = |folder: &Path| match disk::canonical(folder) {
        Ok(folder) => file.path().parent() == Some(&folder),
        Err(_) => false,
    };
    if allow.iter().any(|folder| is_in(folder)) {
        return Ok(());
    }
    Err(PolicyError::Folder {
        path: file.path().to_owned(),
        folders: allow.to_vec(),
        pins: pins.file().to_owned(),
    })
}

fn pin_of<'p>(pins: &'p Pins, file: &PluginFile) -> Result<&'p Pin, PolicyError> {
    let is_there = |pin: &Pin| disk::canonical(pin.path()).is_ok_and(|path| path == file.path());
    let mut of_path = pins.plugins().filter(|(_, pin)| is_there(pin)).peekable();
    if let Some((name, first)) = of_path.peek().copied() {
        return (of_path.map(|(_, pin)| pin))
            .find(|pin| pin.hash() == file.hash())
            .ok_or_else(|| PolicyError::Hash {
                path: file.path().to_owned(),
                name: name.to_owned(),
                pin: Box::new(first.clone()),
                found: file.hash(),
                pins: pins.file().to_owned(),
            });
    }
    (pins.plugins().map(|(_, pin)| pin))
        .find(|pin| pin.hash() == file.hash())
        .ok_or_else(|| PolicyError::NotPinned {
            path: file.path().to_owned(),
            found: file.hash(),
            pins: pins.file().to_owned(),
        })
}
