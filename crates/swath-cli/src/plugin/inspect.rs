//! `swath plugin inspect`: what a file says of itself.

use std::path::PathBuf;

use serde_json::{Value as Json, json};
use swath_plugin_host::PluginFile;

use super::page;
use crate::{Answer, Error};

/// What `inspect` can be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The plugin: libgeo.so
    file: PathBuf,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Reads the file; loads nothing.
pub(crate) fn run(options: &Options) -> Result<Answer, Error> {
    let file = PluginFile::inspect(&options.file)?;
    Ok(Answer::fine(if options.json {
        format!("{:#}\n", json(&file))
    } else {
        page::of(&file)
    }))
}

fn json(file: &PluginFile) -> Json {
    json!({
        "file": file.path(),
        "size": file.size(),
        "blake3": file.hash().to_string(),
        "glibc": file.glibc().map(|version| version.to_string()),
        "libraries": file.libraries(),
        "refused": page::refused(file),
        "manifest": file.manifest(),
    })
}
