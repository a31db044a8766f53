//! Report: how many packages an engine builder and a user take with them.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "report: packages in the tree of the crates that others build on",
    why: "every package is build time and trust; aims are 15 for the scheduler alone, 130 for the facade",
    run,
};

const DOORS: &[&str] = &["swath-scheduler", "swath-shuffle", "swath"];

fn run(checkout: &Checkout) -> Vec<Finding> {
    DOORS
        .iter()
        .map(|name| {
            Finding::at(
                *name,
                format!("{} packages", checkout.metadata.below(name).len()),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Checkout, run};
    use crate::{metadata::tests::metadata, tidy::checkout::tests::checkout};

    #[test]
    fn packages_are_counted_once() {
        let metadata = metadata(&[
            ("swath", &[("x", None), ("y", None)]),
            ("x", &[("y", None)]),
            ("y", &[]),
        ]);
        let findings = run(&Checkout {
            metadata,
            ..checkout(&[])
        });
        assert_eq!(
            (findings[2].place.as_str(), findings[2].found.as_str()),
            ("swath", "2 packages")
        );
    }
}
