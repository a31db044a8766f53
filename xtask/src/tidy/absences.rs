//! What a crate must never have below it, however many steps away.

use super::{Check, Checkout, Finding};

pub(super) const CHECK: Check = Check {
    rule: "what a crate must never see is not in its tree",
    why: "an invariant stated as an absence is the first to erode, and the last to be noticed",
    run,
};

/// One thing that some packages must never have in their tree.
pub(crate) struct Absence {
    pub(crate) packages: &'static [&'static str],
    /// In a word, for the crate map.
    pub(crate) what: &'static str,
    /// Names of packages; a `*` at the end stands for any rest.
    never: &'static [&'static str],
    because: &'static str,
}

/// Every absence that is proven.
pub(crate) const ABSENCES: &[Absence] = &[
    Absence {
        packages: &[
            "swath-graph",
            "swath-memory",
            "swath-scheduler",
            "swath-store",
        ],
        what: "Arrow",
        never: &["arrow*", "parquet", "serde_arrow"],
        because: "the engine core runs any value, and is built by people who have no columns",
    },
    Absence {
        packages: &[
            "swath-graph",
            "swath-memory",
            "swath-scheduler",
            "swath-store",
        ],
        what: "async runtimes",
        never: &["tokio", "futures*", "async-*", "smol"],
        because: "calls block on channels; an engine builder chooses whether there is a runtime",
    },
    Absence {
        packages: &["swath-graph", "swath-meta"],
        what: "threads",
        never: &["crossbeam*", "rayon*"],
        because: "it describes work and never runs any",
    },
    Absence {
        packages: &["swath-meta"],
        what: "data",
        never: &["arrow-array", "arrow-data", "arrow-select"],
        because: "an empty frame has names and dtypes, no values",
    },
    Absence {
        packages: &[
            "swath-batch",
            "swath-kernels",
            "swath-expr",
            "swath-divisions",
            "swath-shuffle",
        ],
        what: "files",
        never: &["swath-io", "object_store", "parquet", "tokio"],
        because: "compute on rows in memory is the same wherever they came from",
    },
    Absence {
        packages: &["swath-shuffle"],
        what: "expressions",
        never: &["swath-expr"],
        because: "rows move by columns and bounds; who has other expressions moves them the same way",
    },
    Absence {
        packages: &["swath-io", "swath-shuffle"],
        what: "tasks",
        never: &["swath-scheduler", "swath-ops", "swath-plan"],
        because: "readers and the exchange are used by engines that schedule in their own way",
    },
    Absence {
        packages: &["swath-plugin-abi", "swath-plugin-macros"],
        what: "Arrow",
        never: &["arrow*", "swath-graph", "swath-meta", "swath-batch"],
        because: "plugins outlive versions of Arrow and of swath",
    },
    Absence {
        packages: &["swath-plugin-data", "swath-plugin"],
        what: "the engine",
        never: &[
            "swath-scheduler",
            "swath-kernels",
            "swath-expr",
            "swath-io",
            "swath-ops",
            "swath-plan",
            "swath-frame",
        ],
        because: "a plugin is built and tested without whatever runs it",
    },
    Absence {
        packages: &["swath-plugin-host"],
        what: "plans",
        never: &["swath-ops", "swath-plan", "swath-frame", "swath"],
        because: "a plugin is checked, loaded and called the same whichever engine calls it",
    },
    Absence {
        packages: &["swath"],
        what: "Python",
        never: &["pyo3*", "numpy"],
        because: "a cluster world may bring Python; the engine builds without",
    },
];

fn run(checkout: &Checkout) -> Vec<Finding> {
    let mut findings = Vec::new();
    for absence in ABSENCES {
        for package in absence.packages {
            for name in checkout.metadata.below(package) {
                if absence.never.iter().any(|pattern| matches(pattern, name)) {
                    findings.push(Finding::at(
                        *package,
                        format!(
                            "has `{name}` in its tree, and must never see {}: {}",
                            absence.what, absence.because
                        ),
                    ));
                }
            }
        }
    }
    findings
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::{Checkout, run};
    use crate::{
        metadata::tests::{Edges, metadata},
        tidy::checkout::tests::checkout,
    };

    fn with(packages: &[(&str, Edges<'_>)]) -> Checkout {
        Checkout {
            metadata: metadata(packages),
            ..checkout(&[])
        }
    }

    #[test]
    fn arrow_below_the_scheduler_is_found_through_other_packages() {
        let findings = run(&with(&[
            ("swath-scheduler", &[("x", None)]),
            ("x", &[("arrow-buffer", None)]),
            ("arrow-buffer", &[]),
        ]));
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0].place == "swath-scheduler" && findings[0].found.contains("`arrow-buffer`")
        );
    }

    #[test]
    fn arrow_in_its_tests_passes() {
        let findings = run(&with(&[
            ("swath-scheduler", &[("arrow-array", Some("dev"))]),
            ("arrow-array", &[]),
        ]));
        assert_eq!(findings, []);
    }
}
