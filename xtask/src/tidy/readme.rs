//! The program in the README is one that is compiled and run.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "the program in the README is the one that the tests compile and run",
    why: "it is the first code that anyone copies; one that does not compile is the last thing they see",
    run,
};

const PAGE: &str = "README.md";
const PROGRAM: &str = "tests/demo/src/bin/swath-readme.rs";

fn run(checkout: &Checkout) -> Vec<Finding> {
    let (Some(page), Some(program)) = (checkout.text(PAGE), checkout.text(PROGRAM)) else {
        return vec![Finding::at(PAGE, format!("it or {PROGRAM} is missing"))];
    };
    let Some(shown) = first_block(page) else {
        return vec![Finding::at(PAGE, "shows no program in a ```rust block")];
    };
    let (shown, compiled): (Vec<_>, Vec<_>) = (shown.lines().collect(), body(program).collect());
    let lines = 0..shown.len().max(compiled.len());
    let differing = lines
        .map(|line| (shown.get(line), compiled.get(line)))
        .find(|(shown, compiled)| shown != compiled);
    differing
        .map(|(shown, compiled)| {
            let (shown, compiled) = (shown.unwrap_or(&"nothing"), compiled.unwrap_or(&"nothing"));
            Finding::at(
                PAGE,
                format!("shows `{shown}` where {PROGRAM} has `{compiled}`"),
            )
        })
        .into_iter()
        .collect()
}

/// The text of the first Rust block of a page.
fn first_block(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("\n```rust\n")?;
    rest.split_once("\n```\n").map(|(block, _)| block)
}

/// The lines below a file's own comment and attributes, which a reader of the page need not see.
fn body(program: &str) -> impl Iterator<Item = &str> {
    program
        .lines()
        .skip_while(|line| line.is_empty() || line.starts_with("//!") || line.starts_with("#!["))
}

#[cfg(test)]
mod tests {
    use super::{PAGE, PROGRAM, run};
    use crate::tidy::checkout::tests::checkout;

    const COMPILED: &str = "//! A program.\n#![expect(x)]\n\nuse a::b;\n\nfn main() {}\n";

    #[test]
    fn the_same_lines_pass() {
        let page = "# a\n```rust\nuse a::b;\n\nfn main() {}\n```\n";
        assert_eq!(run(&checkout(&[(PAGE, page), (PROGRAM, COMPILED)])), []);
    }

    #[test]
    fn the_first_line_that_differs_is_shown() {
        for (block, expected) in [
            ("use a::c;\n\nfn main() {}", "shows `use a::c;` where"),
            ("use a::b;\n", "shows `nothing` where"),
            ("use a::b;\n\nfn main() {}\nfn more() {}", "has `nothing`"),
        ] {
            let page = format!("# a\n```rust\n{block}\n```\n");
            let findings = run(&checkout(&[(PAGE, &page), (PROGRAM, COMPILED)]));
            assert_eq!(findings.len(), 1, "{block}");
            assert!(findings[0].found.contains(expected), "{findings:?}");
        }
        assert_eq!(run(&checkout(&[(PAGE, "# a\n")])).len(), 1);
    }
}
