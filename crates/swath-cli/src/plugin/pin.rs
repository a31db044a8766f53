//! `swath plugin pin`: which file a project uses, down to its bytes.

use std::io;
use std::path::PathBuf;

use swath_plugin_host::{Pins, PluginFile, Policy};

use super::pins::{Entry, pinned};
use crate::{Answer, Error, disk};

/// What `pin` can be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The plugin: target/release/libgeo.so
    file: PathBuf,
    /// The list of a project's plugins; made if it is not there
    #[arg(long, default_value = "plugins.toml")]
    into: PathBuf,
}

/// Adds the plugin to the list, or brings its entry up to date; the rest of the list stays as it is.
pub(crate) fn run(options: &Options) -> Result<Answer, Error> {
    let file = PluginFile::inspect(&options.file)?;
    let before = disk::read(&options.into)?;
    let list = match (&before, options.into.parent()) {
        // Where whoever loads the list looks from, also through a link.
        (Some(_), _) => disk::canonical(&options.into)?,
        // The file itself is not there yet.
        (None, Some(folder)) if !folder.as_os_str().is_empty() => {
            let folder = disk::canonical(folder).map_err(|error| match error {
                Error::Disk { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                    Error::NoFolder {
                        list: options.into.clone(),
                    }
                }
                other => other,
            });
            folder?.join(options.into.file_name().unwrap_or_default())
        }
        (None, _) => disk::canonical(".".as_ref())?.join(&options.into),
    };
    let before = before.unwrap_or_default();
    let folder = list.parent().unwrap_or(&list);
    let old = Pins::parse(&before, &list)?;
    let manifest = file.manifest();
    let name = &manifest.name;
    let entry = Entry {
        path: disk::relative(folder, file.path())
            .to_string_lossy()
            .into_owned(),
        version: manifest.version.clone(),
        blake3: file.hash().to_string(),
    };
    let after = pinned(&before, &list, name, &entry)?;
    // What is listed has to be allowed: a file that everybody can write to is not.
    let new = Pins::parse(&after, &list)?;
    Policy::from(new).check(&file)?;
    let known = old.get(name);
    let (of, version) = (options.into.display(), &manifest.version);
    let hash = file.hash().short();
    if after == before {
        return Ok(Answer::fine(format!(
            "{of} has {name} {version} ({hash}) already\n"
        )));
    }
    disk::write(&list, &after)?;
    Ok(Answer::fine(match known {
        None => format!("{of}: added {name} {version} ({hash})\n"),
        Some(pin) => format!(
            "{of}: {name} is {version} ({hash}), was {} ({})\n",
            pin.version().unwrap_or("of no version"),
            pin.hash().short()
        ),
    }))
}
