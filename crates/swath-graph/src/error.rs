//! What can go wrong with graphs, texts of keys, and encoded bytes.

use crate::hint::Origin;
use crate::key::Key;
use crate::name::Name;
use std::fmt;

/// Why a graph could not be built, cut down, or imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// Two tasks have the same key, so neither could be asked for.
    #[error(
        "two tasks have the key {key}{}: give the later stage another name, or number its tasks with `task_at`",
        Made { first, second }
    )]
    DuplicateKey {
        /// The key that both have.
        key: Key,
        /// Where the stage of the earlier task was made, when known.
        first: Option<Origin>,
        /// Where the stage of the later task was made, when known.
        second: Option<Origin>,
    },
    /// A key is both computed by a task and declared to exist already.
    #[error(
        "{key} is held and also computed by a task: read the held result, or leave out `held` for it"
    )]
    HeldAndComputed {
        /// The key.
        key: Key,
    },
    /// A task reads a key that no task computes and that is not held.
    #[error("{task} reads {missing}, which no task computes and which is not held")]
    MissingDependency {
        /// The task that reads it.
        task: Key,
        /// What it reads.
        missing: Key,
    },
    /// A key was asked for that the graph does not know.
    #[error("{key} was asked for, but no task computes it and it is not held")]
    UnknownKey {
        /// The key asked for.
        key: Key,
    },
    /// Tasks need each other in a circle.
    #[error("tasks need each other in a circle of {}: {}", path.len(), Circle(path))]
    Cycle {
        /// The tasks of the circle, each reading the next, the last reading the first.
        path: Vec<Key>,
    },
    /// A dependency has the id of a task that this builder did not make, or not yet.
    #[error(
        "task {index} of `{stage}` reads task id {id}, but only {tasks} tasks were added before it: ids belong to one builder"
    )]
    UnknownTask {
        /// The stage of the reading task.
        stage: Name,
        /// The index of the reading task in its stage.
        index: u32,
        /// The id it reads.
        id: u32,
        /// How many tasks there were.
        tasks: u32,
    },
    /// A dependency has the id of a held key that this builder did not make.
    #[error(
        "task {index} of `{stage}` reads held id {id}, but only {held} keys are held: ids belong to one builder"
    )]
    UnknownHeld {
        /// The stage of the reading task.
        stage: Name,
        /// The index of the reading task in its stage.
        index: u32,
        /// The id it reads.
        id: u32,
        /// How many held keys there were.
        held: u32,
    },
    /// A task was added to a stage that another builder made.
    #[error(
        "a task was added to stage number {stage} of another builder: make the stage with the builder that gets the task"
    )]
    ForeignStage {
        /// The number of the stage in its own builder.
        stage: u32,
    },
    /// An imported task names a stage that is not in the list of stages.
    #[error("task {index} belongs to stage number {stage}, but there are {stages} stages")]
    UnknownStage {
        /// The index of the task in its stage.
        index: u32,
        /// The number of the stage it names.
        stage: u32,
        /// How many stages there are.
        stages: u32,
    },
    /// More of something than 32 bits can number.
    #[error("more than {limit} {what} in one graph: split the work into several graphs")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The most there may be.
        limit: u32,
    },
}

/// Where the two stages of a duplicate key were made; nothing when neither is known.
struct Made<'a> {
    first: &'a Option<Origin>,
    second: &'a Option<Origin>,
}

impl fmt::Display for Made<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.second) {
            (Some(first), Some(second)) => write!(f, ", from {first} and {second}"),
            (Some(one), None) | (None, Some(one)) => write!(f, ", one of them from {one}"),
            (None, None) => Ok(()),
        }
    }
}

/// A circle of keys: both ends and the number of those between when it is long.
struct Circle<'a>(&'a [Key]);

impl fmt::Display for Circle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 10;
        let keys = self.0;
        for key in keys.iter().take(SHOWN) {
            write!(f, "{key} reads ")?;
        }
        if keys.len() > SHOWN {
            write!(f, "… {} more …, the last reads ", keys.len() - SHOWN)?;
        }
        match keys.first() {
            Some(first) => first.fmt(f),
            None => f.write_str("nothing"),
        }
    }
}

/// Why a text is not a name or a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct ParseKeyError {
    /// The text.
    pub text: String,
    /// What it should look like.
    pub expected: &'static str,
}

/// Why something could not be encoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Something that exists in this process alone, as a closure does.
    #[error("{what} is part of this process and cannot leave it")]
    Local {
        /// What it is and where it was made.
        what: String,
    },
    /// A serde value refused to be serialised, as a path that is not Unicode does.
    #[error("field `{field}` of `{kind}` cannot be encoded")]
    Serde {
        /// The kind of the object.
        kind: String,
        /// The field.
        field: String,
        /// What its `Serialize` said.
        #[source]
        source: rmp_serde::encode::Error,
    },
    /// Objects are nested deeper than a decoder accepts.
    #[error("`{kind}` is nested more than {limit} objects deep, which no decoder accepts")]
    TooDeep {
        /// The kind of the innermost object.
        kind: String,
        /// The most levels there may be.
        limit: u32,
    },
    /// A text, blob, list or object is longer than 32 bits can say.
    #[error(
        "field `{field}` of `{kind}` has a length of {len}, more than {}",
        u32::MAX
    )]
    TooLong {
        /// The kind of the object.
        kind: String,
        /// The field.
        field: String,
        /// Its length.
        len: usize,
    },
    /// The encoder, or one child of an object, got none or several objects where exactly one belongs.
    #[error("{place} got {written} objects, exactly one belongs there")]
    NotOne {
        /// Where.
        place: String,
        /// How many were written.
        written: usize,
    },
}

/// Why bytes could not be decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The object is of another kind than what can stand here.
    #[error("found `{found}`, expected {}", OneOf(expected))]
    UnknownKind {
        /// The kind found.
        found: String,
        /// The kinds that could be decoded.
        expected: Vec<String>,
    },
    /// No decoder is registered for the kind of the object.
    #[error("`{found}` is not a registered {what}: register it before decoding")]
    Unregistered {
        /// What it should be, such as "source".
        what: String,
        /// The kind found.
        found: String,
    },
    /// The object was written by a newer program.
    #[error("`{kind}` has version {found}, this program reads versions up to {newest}: update it")]
    NewerVersion {
        /// The kind.
        kind: String,
        /// The version found.
        found: u32,
        /// The newest version that can be read.
        newest: u32,
    },
    /// A field is not there.
    #[error("field `{field}` of `{kind}` is missing")]
    MissingField {
        /// The kind of the object.
        kind: String,
        /// The field.
        field: String,
    },
    /// A field is there twice.
    #[error("field `{field}` of `{kind}` is there twice")]
    DuplicateField {
        /// The kind of the object.
        kind: String,
        /// The field.
        field: String,
    },
    /// A value has another type, or a number does not fit.
    #[error("{place} is {found}, expected {expected}")]
    WrongType {
        /// Which value.
        place: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A value of the right type that makes no sense.
    #[error("field `{field}` of `{kind}`: {reason}")]
    Invalid {
        /// The kind of the object.
        kind: String,
        /// The field.
        field: String,
        /// Why not.
        reason: String,
    },
    /// A serde value does not fit its type.
    #[error("field `{field}` of `{kind}` cannot be decoded")]
    Serde {
        /// The kind of the object.
        kind: String,
        /// The field.
        field: String,
        /// What its `Deserialize` said.
        #[source]
        source: rmp_serde::decode::Error,
    },
    /// The bytes end before the value does, or claim a length that cannot be.
    #[error("truncated: {needed} more bytes are claimed, {left} are left")]
    Truncated {
        /// How many bytes the value still claims, at least.
        needed: u64,
        /// How many there are.
        left: u64,
    },
    /// There are bytes after the value.
    #[error("{extra} bytes follow the end of the value")]
    TrailingBytes {
        /// How many.
        extra: u64,
    },
    /// Objects are nested deeper than is accepted.
    #[error("objects are nested more than {limit} deep")]
    TooDeep {
        /// The most levels accepted.
        limit: u32,
    },
    /// The bytes describe a graph that cannot be.
    #[error("the encoded graph cannot be")]
    Graph {
        /// Why not.
        #[source]
        source: GraphError,
    },
}

impl DecodeError {
    /// Returns the error of a table, of sources say, that has no decoder for a kind.
    pub fn unknown_kind(what: &str, found: &str) -> Self {
        Self::Unregistered {
            what: what.to_owned(),
            found: found.to_owned(),
        }
    }
}

/// Kinds in backticks, the last after an "or".
struct OneOf<'a>(&'a [String]);

impl fmt::Display for OneOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("nothing"),
            [one] => write!(f, "`{one}`"),
            [first @ .., last] => {
                for (position, kind) in first.iter().enumerate() {
                    let comma = if position == 0 { "" } else { ", " };
                    write!(f, "{comma}`{kind}`")?;
                }
                write!(f, " or `{last}`")
            }
        }
    }
}
