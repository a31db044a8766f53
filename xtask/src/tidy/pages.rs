//! Every page is in the guide, and the programs on it are compiled.

use super::{Check, Checkout, Finding, checkout::Text};

pub(super) const CHECK: Check = Check {
    rule: "every page of docs/ is in the table of contents, and what it shows in Rust is a test",
    why: "a page that nobody is led to is not kept true, and code that is not run was true once",
    run,
};

const CONTENTS: &str = "docs/SUMMARY.md";
/// Where pages are included, so that their programs are documentation tests.
const TESTED: &str = "tests/docs/src/lib.rs";
/// Its code is that of `tests/compose`, word for word, and compared there.
const COMPARED: &str = "docs/build-your-own-engine.md";

fn run(checkout: &Checkout) -> Vec<Finding> {
    let Some(contents) = checkout.text(CONTENTS) else {
        return vec![Finding::at(CONTENTS, "is missing")];
    };
    let tested = checkout.text(TESTED).unwrap_or_default();
    let mut findings = Vec::new();
    for Text { path, text } in checkout.pages() {
        if path == CONTENTS {
            continue;
        }
        let page = path.trim_start_matches("docs/");
        if !contents.contains(&format!("]({page})")) {
            findings.push(Finding::at(path, format!("is not linked from {CONTENTS}")));
        }
        let shows_rust = text.lines().any(|line| line == "```rust");
        if shows_rust && path != COMPARED && !tested.contains(&format!("/{path}\"")) {
            let found = format!("shows programs that nothing compiles: include it in {TESTED}");
            findings.push(Finding::at(path, found));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{CONTENTS, TESTED, run};
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn a_page_must_be_found_and_its_programs_compiled() {
        let contents = "- [a](a.md)\n- [b](b/c.md)\n";
        let tested = "#[doc = include_str!(\"../../../docs/a.md\")]\n";
        let program = "# a\n```rust\nfn main() {}\n```\n";
        let both = [(CONTENTS, contents), (TESTED, tested)];
        let with = |more: (&'static str, &'static str)| {
            run(&checkout(&[both[0], both[1], ("docs/a.md", program), more]))
        };
        assert_eq!(with(("docs/b/c.md", "no programs")), []);
        for (page, text, expected) in [
            ("docs/d.md", "alone", "is not linked"),
            ("docs/b/c.md", program, "nothing compiles"),
        ] {
            let findings = with((page, text));
            assert_eq!((findings.len(), findings[0].place.as_str()), (1, page));
            assert!(findings[0].found.contains(expected), "{findings:?}");
        }
        assert_eq!(run(&checkout(&[("docs/a.md", "")])).len(), 1);
    }
}
