//! A crate's surface is listed name by name.

use super::{Check, Checkout, Finding, code};

pub(super) const CHECK: Check = Check {
    rule: "no glob in a `pub use`",
    why: "the list of names is the table of contents, and a name that leaks in is never taken back",
    run,
};

fn run(checkout: &Checkout) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in checkout.sources() {
        let mut at = 0;
        for statement in source.code.split_inclusive(';') {
            let start = statement
                .match_indices("pub")
                .map(|(start, _)| start)
                .find(|start| is_glob(&statement[*start..]));
            if let Some(start) = start {
                let line = source.code[..at + start].matches('\n').count() + 1;
                findings.push(Finding::on(source.path, line, "name what is exported"));
            }
            at += statement.len();
        }
    }
    findings
}

/// Whether a statement from its `pub` on re-exports everything of a module.
fn is_glob(statement: &str) -> bool {
    let Some((visibility, path)) = statement.split_once("use ") else {
        return false;
    };
    let is_visibility = visibility.trim() == "pub" || visibility.trim_end().ends_with(')');
    is_visibility && !path.contains('(') && path.contains('*') && code::has_word(visibility, "pub")
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn globs_are_found_over_several_lines_too() {
        let text = "use a::*;\npub use a::B;\npub use c::*;\npub(crate) use d::{\n    E,\n    f::*,\n};\n/// pub use g::*;\npub fn h(a: u8) -> u8 { a * 2 }\n";
        let findings = run(&checkout(&[("crates/swath-a/src/lib.rs", text)]));
        let places: Vec<_> = findings.iter().map(|f| f.place.as_str()).collect();
        assert_eq!(
            places,
            ["crates/swath-a/src/lib.rs:3", "crates/swath-a/src/lib.rs:4"]
        );
    }
}
