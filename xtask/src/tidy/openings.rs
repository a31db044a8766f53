//! Every file says what it is before it says anything else.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "every Rust file opens with `//!`",
    why: "a file that cannot say in a line what it holds, holds more than one thing",
    run,
};

fn run(checkout: &Checkout) -> Vec<Finding> {
    checkout
        .sources()
        // Programs that must not compile: what the compiler says to them names their lines.
        .filter(|source| !source.path.contains("/tests/ui/"))
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| {
            Finding::on(
                source.path,
                1,
                "open with a line that says what this file holds",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn the_first_line_counts() {
        let findings = run(&checkout(&[
            ("crates/a/src/lib.rs", "//! What it is.\n"),
            ("crates/a/src/b.rs", "use x;\n//! Too late.\n"),
            ("crates/a/README.md", "no Rust"),
            ("crates/a/tests/ui/misuse.rs", "fn main() {}"),
        ]));
        assert_eq!(
            (findings.len(), findings[0].place.as_str()),
            (1, "crates/a/src/b.rs:1")
        );
    }
}
