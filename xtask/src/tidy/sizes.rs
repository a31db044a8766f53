//! Report: files and crates that have grown long.

use super::{Check, Checkout, Finding};
use std::collections::BTreeMap;

pub(super) const CHECK: Check = Check {
    rule: "report: long files and crates, tests cut off",
    why: "what is longer than 400 lines a file, 150 a lib.rs, 8,000 a crate should be able to say why",
    run,
};

const FILE: usize = 400;
const LIB: usize = 150;
const CRATE: usize = 8_000;

fn run(checkout: &Checkout) -> Vec<Finding> {
    let mut long: Vec<(usize, String)> = Vec::new();
    let mut crates: BTreeMap<String, usize> = BTreeMap::new();
    for source in checkout.library_sources() {
        let lines = source.library_lines();
        let limit = if source.path.ends_with("src/lib.rs") {
            LIB
        } else {
            FILE
        };
        if lines > limit {
            long.push((lines, source.path.to_owned()));
        }
        let name = source.path.split("/src/").next().unwrap_or_default();
        *crates.entry(name.to_owned()).or_default() += lines;
    }
    long.extend(
        crates
            .into_iter()
            .filter(|(_, lines)| *lines > CRATE)
            .map(|(name, lines)| (lines, name)),
    );
    long.sort_by(|a, b| b.cmp(a));
    long.into_iter()
        .map(|(lines, path)| Finding::at(path, format!("{lines} lines")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn tests_do_not_count_and_the_longest_comes_first() {
        let long = "x\n".repeat(401);
        let longer = "x\n".repeat(500);
        let tested = format!("x\n#[cfg(test)]\nmod tests {{\n{longer}}}\n");
        let findings = run(&checkout(&[
            ("crates/a/src/long.rs", &long),
            ("crates/a/src/longer.rs", &longer),
            ("crates/a/src/tested.rs", &tested),
            ("crates/a/tests/all.rs", &longer),
            ("crates/a/src/deep/tests.rs", &longer),
            ("crates/a/src/lib.rs", &"x\n".repeat(151)),
        ]));
        let places: Vec<_> = findings
            .iter()
            .map(|f| (f.place.as_str(), f.found.as_str()))
            .collect();
        assert_eq!(
            places,
            [
                ("crates/a/src/longer.rs", "500 lines"),
                ("crates/a/src/long.rs", "401 lines"),
                ("crates/a/src/lib.rs", "151 lines"),
            ]
        );
    }
}
