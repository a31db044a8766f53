//! What the numbers of 1.0 mean stays: plugins that were compiled with them are out there.

use std::collections::BTreeMap;

/// The numbers of a header, by name. Which entries a table has grows with it.
fn numbers(header: &str) -> BTreeMap<&str, &str> {
    let lines = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define "));
    let pairs = lines.filter_map(|line| line.split_once(' '));
    pairs
        .filter(|(name, _)| !name.ends_with("_ENTRIES"))
        .collect()
}

#[test]
fn numbers_of_1_0_stay() {
    let before = numbers(include_str!("../swath_plugin_1_0.h"));
    let now = numbers(include_str!(
        "../../../../crates/swath-plugin-abi/include/swath_plugin.h"
    ));
    for begins in ["CODE", "KIND", "STEP", "LEVEL"] {
        let begins = format!("SWATH_{begins}_");
        let all = before.keys().filter(|name| name.starts_with(&begins));
        assert!(all.count() > 2, "1.0 has numbers `{begins}…`");
    }
    for (name, number) in before {
        assert_eq!(
            now.get(name),
            Some(&number),
            "`{name}` of 1.0 has been changed"
        );
    }
}
