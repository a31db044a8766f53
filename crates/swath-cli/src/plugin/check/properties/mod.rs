//! Promises, each as a function that says how it is broken.

mod every;
mod groups;
mod halo;
mod layouts;
mod partition;

use std::sync::Arc;

use swath_batch::Batch;
use swath_plugin_abi::Kind;

use super::Random;
use super::subject::{Subject, Trouble};

/// Nothing where a promise is kept; what was found where it is broken, or why it could not be tried.
pub(super) type Verdict = Result<(), Trouble>;

/// One promise.
#[derive(Debug)]
pub(super) struct Property {
    /// A word for it.
    pub(super) name: &'static str,
    /// The promise.
    pub(super) says: &'static str,
    /// It takes as long as something must not take: tried once, on many rows.
    pub(super) is_slow: bool,
    /// It compares answers, which says nothing where the same rows give another answer each time.
    pub(super) compares: bool,
    /// Tries it on these rows.
    pub(super) holds: fn(&Arc<Subject>, &Batch, Random) -> Verdict,
    /// Whether this function makes it.
    applies: fn(&Subject) -> bool,
}

/// The promise without which answers cannot be compared.
pub(super) const AGAIN: &str = "again";

const PROPERTIES: &[Property] = &[
    Property {
        name: "cancel",
        says: "it stops within 100 ms",
        is_slow: true,
        compares: false,
        holds: every::cancel,
        applies: |_| true,
    },
    Property {
        name: "meta",
        says: "what comes out is what was declared",
        is_slow: false,
        compares: false,
        holds: every::meta,
        applies: |_| true,
    },
    Property {
        name: AGAIN,
        says: "the same rows give the same answer",
        is_slow: false,
        compares: true,
        holds: every::again,
        applies: |_| true,
    },
    Property {
        name: "threads",
        says: "two threads at once get the same answer",
        is_slow: false,
        compares: true,
        holds: every::threads,
        applies: |_| true,
    },
    Property {
        name: "lent",
        says: "what it was given is given back",
        is_slow: false,
        compares: false,
        holds: every::lent,
        applies: |_| true,
    },
    Property {
        name: "layouts",
        says: "how values lie in memory does not matter",
        is_slow: false,
        compares: true,
        holds: layouts::layouts,
        applies: |_| true,
    },
    Property {
        name: "frames",
        says: "of the frames beside the first there may be no rows, lying in memory in any way",
        is_slow: false,
        compares: true,
        holds: layouts::frames,
        applies: Subject::has_others,
    },
    Property {
        name: "pieces",
        says: "how rows are cut does not matter",
        is_slow: false,
        compares: true,
        holds: every::pieces,
        applies: |subject| subject.is_cut(),
    },
    Property {
        name: "columns",
        says: "one column more does not matter",
        is_slow: false,
        compares: true,
        holds: partition::columns,
        applies: is_partition,
    },
    Property {
        name: "reads",
        says: "columns that are not read do not matter",
        is_slow: false,
        compares: true,
        holds: partition::reads,
        applies: |subject| subject.reads().is_some(),
    },
    Property {
        name: "order",
        says: "rows stay in order and between their boundaries, as far as that was declared",
        is_slow: false,
        compares: false,
        holds: partition::order,
        applies: is_partition,
    },
    Property {
        name: "halo",
        says: "more rows of the neighbours than were asked for do not matter",
        is_slow: false,
        compares: true,
        holds: halo::halo,
        applies: |subject| subject.halo() != [None, None],
    },
    Property {
        name: "targets",
        says: "rows belong somewhere however many partitions there are",
        is_slow: false,
        compares: false,
        holds: every::targets,
        applies: |subject| subject.function.entry().kind == Kind::Partitioner,
    },
    Property {
        name: "merge",
        says: "how rows are cut and states merged does not matter",
        is_slow: false,
        compares: true,
        holds: groups::merge,
        applies: |subject| subject.aggregate().is_some(),
    },
];

/// The promises of a function; the first one is that it ends, without which no other can be tried.
pub(super) fn of_kind(subject: &Subject) -> impl Iterator<Item = &'static Property> {
    let makes = |property: &&Property| {
        (property.applies)(subject) && !(property.compares && subject.is_random())
    };
    PROPERTIES.iter().filter(makes)
}

fn is_partition(subject: &Subject) -> bool {
    subject.function.entry().kind == Kind::Partition
}

/// An answer that others are compared with. Where there is none that is as it was declared, `meta` says so.
fn sound(answer: Result<Batch, Trouble>) -> Result<Batch, Trouble> {
    answer.map_err(|trouble| match trouble {
        Trouble::Broke(words) => Trouble::Refused(words),
        other => other,
    })
}

/// Broken, in words.
fn broken(words: impl Into<String>) -> Verdict {
    Err(Trouble::Broke(words.into()))
}
