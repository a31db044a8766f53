//! `cargo xtask docs`: generated sections of `docs/` rewritten, then the API docs built with warnings denied.

use crate::{command::CommandLine, crate_map, files, metadata::Metadata, say, section, workspace};
use anyhow::{Context, Result};
use std::time::Duration;

/// Rewrites the generated sections and builds the API docs.
pub(crate) fn run() -> Result<()> {
    if generate()? {
        say::line(&format!("{}: crate map rewritten", crate_map::PAGE));
    }
    rustdoc()?;
    let page = workspace::target()?.join("doc/swath/index.html");
    say::line(&format!("API docs: {}", page.display()));
    Ok(())
}

/// Rewrites the crate map; says whether it had changed.
fn generate() -> Result<bool> {
    let workspace = workspace::Workspace::load(&Metadata::load()?)?;
    let path = workspace::root()?.join(crate_map::PAGE);
    let page = files::read(&path)?;
    let page = section::replace(&page, crate_map::SECTION, &crate_map::render(&workspace))
        .with_context(|| crate_map::PAGE.to_owned())?;
    files::write_if_changed(&path, &page)
}

/// Builds the API docs of every crate; any warning is an error. Gives the time it took.
pub(crate) fn rustdoc() -> Result<Duration> {
    CommandLine::cargo("doc")
        .args(["--workspace", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()
}
