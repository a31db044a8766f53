//! `cargo xtask docs`: what is generated in `docs/` rewritten, the API docs built with warnings denied, the guide made a book.

use crate::{command::CommandLine, crate_map, files, metadata::Metadata, say, section, workspace};
use anyhow::{Context, Result};
use std::time::Duration;

/// How to get what makes a book of `docs/`.
pub(crate) const GET_MDBOOK: &str = "`cargo install mdbook --locked`";

/// Rewrites what is generated, and builds the API docs and the book.
pub(crate) fn run() -> Result<()> {
    if generate()? {
        say::line(&format!("{}: crate map rewritten", crate_map::PAGE));
    }
    dask_api()?;
    rustdoc()?;
    let target = workspace::target()?;
    let page = target.join("doc/swath/index.html");
    say::line(&format!("API docs: {}", page.display()));
    if mdbook_version().is_some() {
        let book = target.join("book");
        CommandLine::new("mdbook")
            .args(["build", "docs", "--dest-dir"])
            .arg(&book)
            .run()?;
        let page = book.join("index.html");
        say::line(&format!("The guide: {}", page.display()));
    } else {
        say::line(&format!(
            "The guide is docs/, read as it is; for a book of it, {GET_MDBOOK} and once more"
        ));
    }
    Ok(())
}

/// What mdBook says of its version, where it is installed.
pub(crate) fn mdbook_version() -> Option<String> {
    CommandLine::new("mdbook").arg("--version").probe()
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

/// Rewrites the page that maps Dask's API. Its tables are code that compiles against swath, so a test target writes it; all of the
/// workspace is named, so that it is built with the features that the tests have, and not once more.
fn dask_api() -> Result<Duration> {
    CommandLine::cargo("test")
        .args(["--workspace", "--locked", "--quiet", "--test", "dask"])
        .env("SWATH_DOCS", "write")
        .run()
}

/// Builds the API docs of every crate; any warning is an error. Gives the time it took.
pub(crate) fn rustdoc() -> Result<Duration> {
    CommandLine::cargo("doc")
        .args(["--workspace", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()
}
