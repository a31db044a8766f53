//! Report: public items whose documentation shows no example.

use super::{Check, Checkout, Finding};
use std::collections::BTreeMap;

pub(super) const CHECK: Check = Check {
    rule: "report: public items without an example, by crate",
    why: "an example that compiles is the part of the documentation that stays true",
    run,
};

const ITEMS: &[&str] = &[
    "pub fn ",
    "pub struct ",
    "pub enum ",
    "pub trait ",
    "pub type ",
    "pub const ",
];

fn run(checkout: &Checkout) -> Vec<Finding> {
    let mut crates: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for source in checkout
        .library_sources()
        .filter(|source| source.path.starts_with("crates/"))
    {
        let name = source.path.split("/src/").next().unwrap_or_default();
        let (without, all) = crates.entry(name.to_owned()).or_default();
        let lines = source.library_lines();
        for has_example in items(source.text.lines().take(lines)) {
            *all += 1;
            *without += usize::from(!has_example);
        }
    }
    let mut worst: Vec<_> = crates
        .into_iter()
        .filter(|(_, (without, _))| *without > 0)
        .collect();
    worst.sort_by_key(|(_, (without, _))| std::cmp::Reverse(*without));
    worst
        .into_iter()
        .map(|(name, (without, all))| Finding::at(name, format!("{without} of {all}")))
        .collect()
}

/// For each public item in the lines, whether its documentation has a code block.
fn items<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<bool> {
    let (mut found, mut has_block) = (Vec::new(), false);
    for line in lines.map(str::trim_start) {
        if let Some(words) = line.strip_prefix("///") {
            has_block |= words.trim_start().starts_with("```");
        } else if ITEMS.iter().any(|start| line.starts_with(start)) {
            found.push(has_block);
            has_block = false;
        } else if !line.starts_with('#') {
            has_block = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn a_code_block_above_the_item_counts() {
        let text = "/// A.\n/// ```\n/// a();\n/// ```\n#[must_use]\npub fn a() {}\n/// B.\npub struct B;\nfn c() {}\n";
        assert_eq!(items(text.lines()), [true, false]);
    }
}
