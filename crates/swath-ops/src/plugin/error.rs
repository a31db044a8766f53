//! What can be wrong with a function of a plugin.

use std::fmt::{self, Display, Formatter};

use swath_divisions::DivisionsError;
use swath_expr::PluginName;
use swath_plugin_abi::Kind;
use swath_plugin_host::CallError;

/// A function of a plugin that is not there, is of another kind, does not fit what it was given, or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// No plugin has a function of this name.
    #[error("no plugin that is loaded has a function `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// Names that are like it.
        nearest: Vec<String>,
        /// The plugins with their functions, one a line.
        loaded: Vec<String>,
    },
    /// Several plugins have a function of this name.
    #[error("several plugins have a function `{name}`")]
    Ambiguous {
        /// The name.
        name: String,
        /// All that it may mean.
        all: Vec<String>,
    },
    /// No plugin of this name has such a version.
    #[error("no version {asked} of the plugin `{plugin}` is loaded")]
    NoVersion {
        /// The plugin.
        plugin: String,
        /// The version, or its first numbers.
        asked: String,
        /// The function.
        function: String,
        /// The versions that are loaded.
        loaded: Vec<String>,
    },
    /// The function is of a kind that has no place there.
    #[error("`{name}` is {}, and is used as {used}", a_kind(*.kind))]
    OtherKind {
        /// The function.
        name: String,
        /// What it is.
        kind: Kind,
        /// What it would have to be.
        used: Use,
    },
    /// A function declares something else than it did for the same arguments and parameters.
    #[error(
        "`{name}` declared that it returns {before}, and now declares {now} for the same arguments"
    )]
    Changed {
        /// The function.
        name: String,
        /// What it declared before.
        before: String,
        /// What it declares now.
        now: String,
    },
    /// A task was made with a plugin that this process has not.
    #[error(
        "this process has not the plugin of `{name}` ({:012x}) that the task was made with",
        name.digest().unwrap_or_default() >> 80
    )]
    NotHere {
        /// The function.
        name: PluginName,
        /// The plugins of that name that are loaded, with version and hash.
        here: Vec<String>,
    },
    /// Parameters cannot be handed over.
    #[error("the parameters of `{name}` cannot be written as JSON: {reason}")]
    Params {
        /// The function.
        name: String,
        /// Why.
        reason: String,
    },
    /// A function that sees rows of neighbouring partitions, where it is given none.
    #[error("`{name}` sees rows of neighbouring partitions, and `map_partitions` has none for it")]
    Halo {
        /// The function.
        name: String,
    },
    /// A function that keeps the divisions does not return the index.
    #[error("`{name}` promises to keep the divisions, and does not return the index first")]
    OtherIndex {
        /// The function.
        name: String,
    },
    /// The caller said what a function says of itself.
    #[error("`{name}` says itself what it returns, reads and sees, and was given `.{option}(..)`")]
    Said {
        /// The function.
        name: String,
        /// The option.
        option: &'static str,
    },
    /// The rows of a partition are not in the order that a function needs.
    #[error(
        "`{name}` needs the rows of each partition{} sorted by `{}`, and row {row} of partition {partition} comes before the one in front of it",
        of_frame(*.frame),
        columns.join("`, `")
    )]
    Unsorted {
        /// The function.
        name: String,
        /// Which of its frames, from 0.
        frame: usize,
        /// The columns.
        columns: Vec<String>,
        /// The partition.
        partition: usize,
        /// The row, from 0.
        row: usize,
    },
    /// A function that keeps the divisions returned a row for another partition.
    #[error("`{name}` promises to keep the divisions, and does not for partition {partition}")]
    Divisions {
        /// The function.
        name: String,
        /// The partition.
        partition: usize,
        /// The row that is out of place.
        #[source]
        source: DivisionsError,
    },
    /// A partition of a source could not be read, or one for a sink not be written.
    #[error("{source}")]
    Part {
        /// The partition.
        partition: usize,
        /// How many there are.
        of: usize,
        /// Why not.
        #[source]
        source: CallError,
    },
    /// A write that another task made fail, or that was dropped.
    #[error("`{name}` is not called any more: its write was given up")]
    GivenUp {
        /// The function.
        name: String,
    },
    /// The boundaries that a source gave for its partitions are none.
    #[error("`{name}` gave boundaries for its partitions that are none")]
    Boundaries {
        /// The function.
        name: String,
        /// What is wrong with them.
        #[source]
        source: DivisionsError,
    },
    /// A row of a source is not between the boundaries that it gave for the partition.
    #[error(
        "`{name}` returned a row of partition {partition} that is not between the boundaries it gave for it"
    )]
    Outside {
        /// The function.
        name: String,
        /// The partition.
        partition: usize,
        /// The row that is out of place.
        #[source]
        source: DivisionsError,
    },
    /// The function did not take what it was given, failed, or returned what it did not promise.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// What a function of a plugin can be used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// In an expression.
    Scalar,
    /// In `agg`.
    Aggregate,
    /// In `map_partitions`.
    Partition,
    /// In `shuffle`.
    Partitioner,
    /// In `read`.
    Source,
    /// In `write`.
    Sink,
}

impl Use {
    /// The kind that it takes.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Scalar => Kind::Scalar,
            Self::Aggregate => Kind::Aggregate,
            Self::Partition => Kind::Partition,
            Self::Partitioner => Kind::Partitioner,
            Self::Source => Kind::Source,
            Self::Sink => Kind::Sink,
        }
    }
}

impl Display for Use {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(a_kind(self.kind()))
    }
}

fn a_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Scalar => "a scalar function",
        Kind::Aggregate => "an aggregate",
        Kind::Partition => "a partition function",
        Kind::Partitioner => "a partitioner",
        Kind::Source => "a source",
        Kind::Sink => "a sink",
        Kind::Unknown => "a function of a newer kind",
    }
}

impl PluginError {
    /// Whether a write may be seen although this is what its commit ended with.
    pub fn leaves_a_write_unknown(&self) -> bool {
        matches!(self, Self::Call(error) if error.is_cut_off())
    }

    /// What else there is to know, as labelled lines.
    pub fn notes(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unknown { loaded, .. } if loaded.is_empty() => {
                vec![("loaded", "no plugin".to_owned())]
            }
            Self::Unknown { loaded, .. } => vec![("loaded", loaded.join("\n"))],
            Self::Part { partition, of, .. } => {
                vec![("part", format!("partition {partition} of {of}"))]
            }
            Self::NotHere { here, .. } if !here.is_empty() => vec![("here", here.join("\n"))],
            _ => Vec::new(),
        }
    }

    /// What to do about it.
    pub fn fix(&self) -> Option<String> {
        let listed = |names: &[String]| format!("`{}`", names.join("`, `"));
        match self {
            Self::Unknown { nearest, .. } if !nearest.is_empty() => {
                Some(format!("did you mean {}?", nearest.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")))
            }
            Self::Unknown { .. } => Some(
                "load its plugin: `Session::builder().plugins(\"plugins.toml\")`, `.plugin(name::plugin())`, or \
                 `session.load_plugin(\"libname.so\")?`"
                    .to_owned(),
            ),
            Self::Ambiguous { all, .. } => Some(format!("write which: {}", listed(all))),
            Self::NoVersion {
                plugin,
                function,
                loaded,
                ..
            } => {
                let names = loaded.iter().map(|version| format!("{plugin}@{version}.{function}"));
                Some(format!("load it, or write {}", listed(&names.collect::<Vec<_>>())))
            }
            Self::Call(CallError::Frames {
                function, frames, ..
            }) if !frames.is_empty() => Some(format!(
                "write `map_partitions([&{}], plugin({:?}))`",
                frames.join(", &"),
                &**function
            )),
            Self::OtherKind { name, kind, .. } => right_call(name, *kind),
            Self::NotHere { .. } => {
                Some("load the same file in every process that runs tasks of the session".to_owned())
            }
            Self::Changed { .. } => Some(
                "of its author: let `bind` say the same for the same arguments and parameters, whatever is read meanwhile".to_owned(),
            ),
            Self::Halo { name } => Some(format!("write `df.map_overlap(plugin({name:?}))`")),
            Self::Said { option, .. } => Some(format!("leave `.{option}(..)` out")),
            Self::Unsorted { columns, .. } => Some(format!(
                "sort each partition by `{}` before, or read files that are",
                columns.join("`, `")
            )),
            Self::Params { .. } => Some(
                "parameters are truths, numbers that are finite, texts, spans of time, and lists and structs of them".to_owned(),
            ),
            Self::OtherIndex { .. } | Self::Divisions { .. } => Some(
                "of its author: return the index columns first, as they came, or leave `.divisions_kept()` out of its contract"
                    .to_owned(),
            ),
            Self::Boundaries { .. } => Some(
                "of its author: give `Parts::between` the first value of each partition, ascending, and the last one of the last; or leave \
                 it out"
                    .to_owned(),
            ),
            Self::Outside { .. } => Some(
                "of its author: list the boundaries that the rows have, or none; where what it reads has changed, make the frame anew"
                    .to_owned(),
            ),
            Self::GivenUp { .. } => Some("see what failed first, and write again".to_owned()),
            Self::Part { .. } | Self::Call(_) => None,
        }
    }
}

/// ` of frame 1`, or nothing of the first.
fn of_frame(frame: usize) -> String {
    match frame {
        0 => String::new(),
        frame => format!(" of frame {frame}"),
    }
}

/// How a function of this kind is called.
fn right_call(name: &str, kind: Kind) -> Option<String> {
    let call = match kind {
        Kind::Scalar => format!(
            "`plugin({name:?}).call([col(\"…\")])` in an expression, as in `df.assign(\"…\", …)`"
        ),
        Kind::Aggregate => format!("`.agg([(\"…\", plugin({name:?}).agg(col(\"…\")))])`"),
        Kind::Partition => format!("`df.map_partitions(plugin({name:?}))`"),
        Kind::Partitioner => format!("`df.shuffle(Shuffle::on([\"…\"]).by(plugin({name:?})))`"),
        Kind::Source => format!("`session.read(plugin({name:?}))`"),
        Kind::Sink => format!("`df.write(plugin({name:?}))`"),
        Kind::Unknown => return None,
    };
    Some(format!("write {call}"))
}
