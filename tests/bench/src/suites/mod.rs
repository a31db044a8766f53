//! The suites, one file each, and this list of them.

mod csv_read;
mod logs;
mod parquet_scan;
mod sales;

use crate::{
    answers::Answers,
    source::{Read, Source},
};
use anyhow::{Result, bail};

/// From the call that builds the frame to the answers in memory.
pub(crate) type Query = fn(&Source) -> swath::Result<Answers>;

/// Queries over one table.
pub(crate) struct Suite {
    name: &'static str,
    /// The table's files, below the folder of the data.
    pub(crate) files: &'static str,
    pub(crate) read: Read,
    queries: &'static [(&'static str, Query)],
}

const SUITES: &[Suite] = &[
    sales::SUITE,
    parquet_scan::SUITE,
    logs::SUITE,
    csv_read::SUITE,
];

/// The suite of a name.
///
/// # Errors
/// When there is none.
pub(crate) fn find(name: &str) -> Result<&'static Suite> {
    match SUITES.iter().find(|suite| suite.name == name) {
        Some(suite) => Ok(suite),
        None => bail!(
            "there is no suite `{name}`: there are {}",
            listed(SUITES.iter().map(|suite| suite.name))
        ),
    }
}

impl Suite {
    /// The query of a name.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn query(&self, name: &str) -> Result<Query> {
        match self.queries.iter().find(|(known, _)| *known == name) {
            Some((_, query)) => Ok(*query),
            None => bail!(
                "there is no query `{name}` in {}: there are {}",
                self.name,
                listed(self.queries.iter().map(|(known, _)| *known))
            ),
        }
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
