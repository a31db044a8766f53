//! Kinds of faults, with what a program may act on.

use std::path::PathBuf;

/// What kind of fault an [`Error`](crate::Error) is. More kinds may come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A column that does not exist.
    Column {
        /// The name as given.
        name: String,
        /// The most similar name that exists.
        nearest: Option<String>,
    },
    /// Columns that would collide, or an index used against its role.
    Columns,
    /// Dtypes that do not go together, or a value that does not fit one.
    Type,
    /// An aggregate that does not exist or does not fit its input.
    Aggregate,
    /// An option, size or count that is not valid.
    Option,
    /// Divisions that are not legal, or partitions that do not exist.
    Partitions,
    /// A plugin that cannot be used, or a function that no plugin has, several have, that is of another kind, or that does not take what
    /// it was given; where it says of which dtype a column must be, or which parameter is wrong, it is one of those.
    Plugin,
    /// Rows are to be read in their order, and have none, or their neighbours are in other partitions.
    Order,
    /// No file was found.
    NotFound {
        /// What was looked for.
        path: PathBuf,
    },
    /// A file that cannot be read or written, is damaged, has other columns, or changed while it was read.
    File {
        /// Which.
        path: Option<PathBuf>,
    },
    /// A file would be overwritten by the computation that reads it.
    ReadAndWritten {
        /// Which.
        path: PathBuf,
    },
    /// Two writes of one computation go into one folder.
    WrittenTwice {
        /// The folder of the second.
        path: PathBuf,
    },
    /// A task failed: overflow, division by zero, a user function's error.
    Task,
    /// A task panicked.
    Panic {
        /// What it said.
        message: String,
    },
    /// The memory limit was reached; sizes are in bytes.
    MemoryLimit {
        /// What the task needed.
        needed: u64,
        /// What there is.
        limit: u64,
        /// Who held memory at that moment, largest first.
        held: Vec<(String, u64)>,
    },
    /// The run was cancelled, or its deadline passed.
    Cancelled,
    /// Held rows are gone.
    Released,
    /// Items of different sessions were used together.
    Sessions,
    /// A value or row that is not of the Rust type asked for.
    Value,
    /// The backend itself failed.
    Backend,
}

impl ErrorKind {
    /// The stable code: the first two digits are the subject.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Column { .. } => "E0101",
            Self::Columns => "E0102",
            Self::Type => "E0103",
            Self::Aggregate => "E0104",
            Self::Option => "E0105",
            Self::Partitions => "E0106",
            Self::Sessions => "E0107",
            Self::Value => "E0108",
            Self::Order => "E0109",
            Self::Plugin => "E0110",
            Self::NotFound { .. } => "E0201",
            Self::File { .. } => "E0202",
            Self::ReadAndWritten { .. } => "E0203",
            Self::WrittenTwice { .. } => "E0204",
            Self::MemoryLimit { .. } => "E0301",
            Self::Released => "E0302",
            Self::Task => "E0401",
            Self::Panic { .. } => "E0402",
            Self::Cancelled => "E0403",
            Self::Backend => "E0404",
        }
    }
}
