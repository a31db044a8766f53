//! The page that maps Dask's API to swath's: a row for every public member of Dask's, written as code that has to compile.
//!
//! The page is `docs/how-to/dask-api.md`. `cargo xtask docs` rewrites it; without that, the test here fails where it is stale, and
//! where a member of Dask's, as `members.txt` records them, has no row.

#![expect(
    clippy::disallowed_methods,
    reason = "the page is no file of swath's formats"
)]

mod accessors;
mod configuration;
mod expressions;
mod frames;
mod groups;
mod options;
mod page;
mod reductions;
mod row;
mod running;
mod sources;
mod windows;

use row::{Section, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const MEMBERS: &str = include_str!("members.txt");
const PAGE: &str = "../../docs/how-to/dask-api.md";

/// All tables, in the order of the page.
fn sections() -> Vec<Section> {
    vec![
        sources::section(),
        options::read_parquet::section(),
        options::read_csv::section(),
        options::to_parquet::section(),
        options::to_csv::section(),
        options::read_json::section(),
        options::to_json::section(),
        options::from_map::section(),
        options::from_delayed::section(),
        frames::shape::section(),
        frames::rows::section(),
        frames::columns::section(),
        expressions::frame::section(),
        expressions::series::section(),
        frames::drop_duplicates::section(),
        frames::value_counts::section(),
        reductions::section(),
        frames::order::section(),
        frames::combine::section(),
        running::frame::section(),
        running::map_partitions::section(),
        accessors::str::section(),
        accessors::dt::section(),
        accessors::cat::section(),
        groups::call::section(),
        groups::verbs::section(),
        windows::rolling::section(),
        windows::resample::section(),
        running::index::section(),
        running::scalar::section(),
        configuration::section(),
    ]
}

/// The members of each group of Dask's.
fn recorded() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let lines = MEMBERS.lines().filter_map(|line| line.split_once(": "));
    lines
        .map(|(group, members)| (group, members.split(' ').collect()))
        .collect()
}

#[test]
fn every_member_has_one_row() {
    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for section in sections() {
        let members = section.rows.iter().flat_map(|row| row.members);
        rows.entry(section.group).or_default().extend(members);
    }
    let recorded = recorded();
    let groups: Vec<_> = rows.keys().collect();
    assert_eq!(groups, recorded.keys().collect::<Vec<_>>());
    for (group, mut members) in rows {
        members.sort_unstable();
        let twice: Vec<_> = members
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .collect();
        assert!(twice.is_empty(), "{group} has rows twice: {twice:?}");
        let found: BTreeSet<&str> = members.into_iter().collect();
        let missing: Vec<_> = recorded[group].difference(&found).collect();
        assert!(missing.is_empty(), "{group} has no row for {missing:?}");
        let unknown: Vec<_> = found.difference(&recorded[group]).collect();
        assert!(unknown.is_empty(), "Dask's {group} has no {unknown:?}");
    }
}

#[test]
fn a_row_shows_what_its_verdict_claims() {
    for section in sections() {
        for row in section.rows {
            let names = format!("{}: {:?}", section.group, row.members);
            match row.verdict {
                Verdict::Same => {
                    for member in row.members {
                        let is_shown = row.code.iter().any(|code| shows(code, member));
                        assert!(is_shown, "{names}: `{member}` is not in the code");
                    }
                }
                Verdict::Renamed => {
                    assert!(!row.code.is_empty(), "{names}: by which name?");
                    let same = row
                        .members
                        .iter()
                        .find(|m| row.code.iter().any(|c| shows(c, m)));
                    assert_eq!(same, None, "{names} has its name");
                }
                Verdict::Different => {
                    assert!(!row.code.is_empty() || !row.why.is_empty(), "{names}");
                }
                Verdict::Later => assert!(row.code.is_empty(), "{names} is there"),
                Verdict::No => assert!(!row.why.is_empty(), "{names}: why not?"),
            }
        }
    }
}

/// Whether the name is called in the code.
fn shows(code: &str, member: &str) -> bool {
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.into_iter().any(|word| word == member)
}

#[test]
fn the_page_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page::render(&sections(), MEMBERS.lines().next().unwrap_or_default());
    if std::env::var_os("SWATH_DOCS").is_some_and(|what| what == "write") {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "{} is stale: run `cargo xtask docs`",
        path.display()
    );
}
