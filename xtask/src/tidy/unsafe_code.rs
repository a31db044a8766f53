//! `unsafe` stands only where the table says it may.

use super::{Check, Checkout, Finding, code};

pub(super) const CHECK: Check = Check {
    rule: "`unsafe` only in the named places",
    why: "each is a proof someone must redo; a short list in one file keeps them countable",
    run,
};

/// Where `unsafe` may stand: the beginning of a path, and what for.
const PLACES: &[(&str, &str)] = &[
    (
        "crates/swath-batch/src/texts.rs",
        "texts that were checked as they came are not read once more",
    ),
    (
        "crates/swath-io/src/csv/scan/avx2.rs",
        "a function compiled for some processors is called once this one was asked",
    ),
    (
        "crates/swath-plugin-abi/",
        "what crosses to a plugin is freed by whoever made it",
    ),
    (
        "crates/swath-plugin-data/",
        "rows cross to a plugin as pointers, which are checked before they are followed",
    ),
    (
        "crates/swath-plugin/",
        "the plugin's side turns pointers of the host back into what they point to",
    ),
    (
        "crates/swath-plugin-macros/src/plugin.rs",
        "what makes a library a plugin are two symbols that must not be mangled",
    ),
    (
        "crates/swath-plugin-host/",
        "opening a library and calling its functions is foreign code",
    ),
    (
        "plugins/older_arrow/",
        "a plugin without the SDK has its side of the boundary for itself",
    ),
    (
        "tests/plugin/src/crashes.rs",
        "functions that crash are what is tried",
    ),
    (
        "tests/roots/",
        "a plugin without the SDK has its side of the boundary for itself, and lies there",
    ),
    (
        "tests/process/src/allocator.rs",
        "giving freed memory back is a foreign function of the allocator",
    ),
];

fn run(checkout: &Checkout) -> Vec<Finding> {
    breaches(checkout, PLACES)
}

fn breaches(checkout: &Checkout, places: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in checkout.sources() {
        if places
            .iter()
            .any(|(start, _)| source.path.starts_with(start))
        {
            continue;
        }
        for (at, line) in source.code.lines().enumerate() {
            let lifts = line.contains("unsafe_code")
                && ["allow", "expect", "warn"]
                    .iter()
                    .any(|w| code::has_word(line, w));
            if lifts || code::has_word(line, "unsafe") {
                findings.push(Finding::on(
                    source.path,
                    at + 1,
                    "write it without `unsafe`, or add the place and its reason to xtask/src/tidy/unsafe_code.rs",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::breaches;
    use crate::tidy::checkout::tests::checkout;

    #[test]
    fn code_counts_words_do_not() {
        let path = "crates/swath-a/src/lib.rs";
        for (text, expected) in [
            ("//! Not unsafe.\nfn f() { g(\"unsafe\") }", 0),
            ("fn f() { unsafe { g() } }", 1),
            ("#![expect(unsafe_code, reason = \"fast\")]", 1),
            ("#![deny(unsafe_code)]", 0),
        ] {
            let checkout = checkout(&[(path, text)]);
            assert_eq!(breaches(&checkout, &[]).len(), expected, "{text}");
            assert_eq!(breaches(&checkout, &[("crates/swath-a/", "measured")]), []);
        }
    }
}
