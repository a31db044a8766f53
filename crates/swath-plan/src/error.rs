//! Why a plan cannot be built.

use std::panic::Location;

use swath_divisions::DivisionsError;
use swath_expr::ExprError;
use swath_graph::GraphError;
use swath_io::IoError;
use swath_kernels::KernelError;
use swath_meta::MetaError;
use swath_ops::OpError;

use crate::NamedAgg;

/// A call that does not fit the frame it was made on, or a source that cannot be planned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A column or its dtype does not fit.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// An expression does not fit the frame.
    #[error(transparent)]
    Expr(#[from] ExprError),
    /// An aggregate does not exist or does not fit its input.
    #[error("`{agg}`: {source}")]
    Aggregate {
        /// The aggregate.
        agg: Box<NamedAgg>,
        /// What the aggregate says.
        source: KernelError,
    },
    /// Divisions are not legal.
    #[error(transparent)]
    Divisions(#[from] DivisionsError),
    /// A source or target cannot be planned.
    #[error(transparent)]
    Io(Box<IoError>),
    /// A task would not fit: a fault of a rule.
    #[error(transparent)]
    Op(Box<OpError>),
    /// An index column was to be dropped.
    #[error(
        "`{column}` is the index, and dropping it would leave the partitions without their order"
    )]
    DropIndex {
        /// The index column.
        column: String,
    },
    /// An index column was to be changed by a verb for data columns.
    #[error("`{operation}` changes data columns, and `{column}` is the index")]
    ChangesIndex {
        /// Which call.
        operation: &'static str,
        /// The index column.
        column: String,
    },
    /// An expression that becomes a column has no name.
    #[error("the expression {expression} needs a name")]
    Unnamed {
        /// The expression as text.
        expression: String,
    },
    /// Two columns of a result would bear one name.
    #[error("two columns of the result would be called `{column}`")]
    DuplicateColumn {
        /// The name.
        column: String,
    },
    /// A plain column was needed, not an expression.
    #[error("a column name is needed here, and {expression} is an expression")]
    NotAColumn {
        /// The expression as text.
        expression: String,
    },
    /// A count below zero.
    #[error("`{operation}` takes no negative number of {what}, and {found} was given")]
    Negative {
        /// Which call.
        operation: &'static str,
        /// What is counted: `rows`, `partitions`.
        what: &'static str,
        /// What was given.
        found: i64,
    },
    /// A partition that the frame has not.
    #[error("there is no partition {asked}; the frame has {npartitions}, numbered from 0")]
    NoPartition {
        /// The first number out of range.
        asked: usize,
        /// Partitions there are.
        npartitions: usize,
    },
    /// A frame was asked for more partitions than it has.
    #[error("`{operation}` was asked for {asked} partitions, and the frame has {npartitions}")]
    Partitions {
        /// Which call.
        operation: &'static str,
        /// Partitions asked for.
        asked: usize,
        /// Partitions there are.
        npartitions: usize,
    },
    /// A number that has to be larger.
    #[error("{what} must be at least {least}, and {found} was given")]
    TooSmall {
        /// What the number counts.
        what: &'static str,
        /// The smallest allowed number.
        least: usize,
        /// What was given.
        found: usize,
    },
    /// A number that has to be smaller.
    #[error("{what} must be at most {most}, and {found} was given")]
    TooLarge {
        /// What the number counts.
        what: &'static str,
        /// The largest allowed number.
        most: usize,
        /// What was given.
        found: usize,
    },
    /// Sorted groups were to be spread over several partitions.
    #[error(
        "`split_out({asked})` spreads the groups by their hash, and `sort(true)` puts them in order"
    )]
    SortedSplitOut {
        /// Partitions asked for.
        asked: usize,
    },
    /// A setting of how groups leave, where rows of the frame were asked for.
    #[error(
        "`groupby(..).{operation}` gives rows of the frame, and `{option}` says how groups leave"
    )]
    RowsNotGroups {
        /// Which call.
        operation: &'static str,
        /// The setting.
        option: &'static str,
    },
    /// A call was given two values for one column.
    #[error("`{operation}` is given `{column}` twice")]
    GivenTwice {
        /// Which call.
        operation: &'static str,
        /// The column.
        column: String,
    },
    /// A group-by without keys.
    #[error("a group-by needs at least one key")]
    NoKeys,
    /// A call that needs at least one column was given none.
    #[error("`{operation}` needs at least one column")]
    NoColumns {
        /// Which call.
        operation: &'static str,
    },
    /// A file would be replaced by the computation that reads it.
    #[error("`{file}` is read by the computation that would overwrite it")]
    WritesWhatItReads {
        /// The file.
        file: String,
        /// The folder that is written to, as given.
        folder: String,
    },
    /// Two writes of one computation would replace each other's files.
    #[error("two writes of one computation would mix their files in `{folder}`")]
    WrittenTwice {
        /// The folder of the second, as given.
        folder: String,
        /// The folder of the first, as given.
        first: String,
    },
    /// A write was lowered before it began: a fault of who computes it.
    #[error("a write has to begin before it is lowered")]
    NotBegun,
    /// Rows from memory were released, and there is no way to compute them again.
    #[error("the rows of {name} were released")]
    Released {
        /// Their name.
        name: String,
    },
    /// A column of lists was needed.
    #[error("`explode` needs a list, and `{column}` is {dtype}")]
    NotAList {
        /// The column.
        column: String,
        /// Its dtype.
        dtype: swath_meta::DType,
    },
    /// Columns that are to become one have no dtype in common.
    #[error(
        "`{operation}` puts `{left}`, which is {left_dtype}, and `{right}`, which is {right_dtype}, into one column, and no dtype holds both"
    )]
    NothingInCommon {
        /// Which call.
        operation: &'static str,
        /// The one column.
        left: String,
        /// Its dtype, or the one that it and others have in common.
        left_dtype: swath_meta::DType,
        /// The other column.
        right: String,
        /// Its dtype.
        right_dtype: swath_meta::DType,
    },
    /// A column whose values are not compared was to be compared.
    #[error("`{operation}` compares values, and `{column}` is {dtype}")]
    NotComparable {
        /// Which call.
        operation: &'static str,
        /// The column.
        column: String,
        /// Its dtype.
        dtype: swath_meta::DType,
    },
    /// A column was to be described as numbers, or as text, that is none.
    #[error("`describe` of {} was asked, and `{column}` is {dtype}", if *.text { "text" } else { "numbers" })]
    NotDescribed {
        /// The column.
        column: String,
        /// Its dtype.
        dtype: swath_meta::DType,
        /// Text was asked, not numbers.
        text: bool,
    },
    /// A share of the rows that is none.
    #[error("a share of the rows is between 0 and 1, and {found} was given")]
    NoShare {
        /// What was given.
        found: f64,
    },
    /// Shares that should make a whole.
    #[error("the shares of a split make 1, and these make {found}")]
    SharesDoNotFit {
        /// What they make.
        found: f64,
    },
    /// A user's function failed, or returned something else than was declared.
    #[error(transparent)]
    Closure(Box<swath_ops::step::ClosureError>),
    /// A function of a plugin is not there, is of another kind, or does not fit the frame.
    #[cfg(feature = "plugins")]
    #[error(transparent)]
    Plugin(Box<swath_ops::plugin::PluginError>),
    /// A function was said to keep the divisions, and its meta has another index than its input.
    #[error(
        "the function is said to keep the divisions, and its index is {found} where the input's is {expected}"
    )]
    OtherIndex {
        /// The input's index.
        expected: String,
        /// The index of the declared meta.
        found: String,
    },
    /// A column was to be the index of what a function returns, and is not where an index is.
    #[error(
        "`{column}` is to be the index, and where it should stand the function returns `{found}`"
    )]
    IndexNotFirst {
        /// The column.
        column: String,
        /// The column that stands there.
        found: String,
    },
    /// Boundaries were declared of partitions without an index.
    #[error("divisions are boundaries of an index, and the partitions have none")]
    DivisionsOfNothing,
    /// Boundaries were declared of another number of partitions.
    #[error("n partitions have n + 1 boundaries; {found} were declared for {npartitions}", npartitions = partitions(*.npartitions))]
    DivisionsOfOthers {
        /// Boundaries declared.
        found: usize,
        /// Partitions there are.
        npartitions: usize,
    },
    /// A function was run on made-up rows to learn what it returns, and gave no answer.
    #[error("the columns that {function} returns could not be inferred")]
    Inference {
        /// The function and its line.
        function: String,
        /// What it said, or how it panicked.
        why: String,
        /// What it was called with.
        tried: &'static str,
        /// The declaration to begin from.
        declaration: String,
        /// Its own error, if it returned one.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Rows were to be read in their order, and have none.
    #[error("`{expression}` reads rows in their order, and {by} promises none")]
    Unordered {
        /// What reads them.
        expression: String,
        /// The operation that gave them in no order.
        by: &'static str,
        /// The line that wrote the expression.
        location: Option<&'static Location<'static>>,
    },
    /// Rows were to be read with their neighbours, and those are in other partitions.
    #[error(
        "`{expression}` reads rows with their neighbours, and the frame has {npartitions} partitions"
    )]
    NeighbouringRows {
        /// What reads them.
        expression: String,
        /// Partitions of the frame.
        npartitions: usize,
        /// The line that wrote the expression.
        location: Option<&'static Location<'static>>,
    },
    /// A span of time that is none to measure a distance with.
    #[error("`{side}({span:?})` is no distance between rows: {why}")]
    NoDistance {
        /// The side: `before`, `after`.
        side: &'static str,
        /// The span, as given.
        span: String,
        /// Why not.
        why: &'static str,
    },
    /// How far neighbouring rows are was given in time, and there is no column of times.
    #[error("a span of time is measured along the index, and the frame has none")]
    NothingToMeasure,
    /// Partitions of several frames were to go together, and nothing says which.
    #[error(
        "partitions of frames that have {} of them do not go together: frame {unknown} has no known divisions",
        listed(.npartitions)
    )]
    NotAligned {
        /// The first frame without known divisions, counted from 0.
        unknown: usize,
        /// Partitions of each frame.
        npartitions: Vec<usize>,
    },
    /// A frame beside the first has partitions that go with none of the first's.
    #[error(
        "frame {frame} has {found} partitions beside a first of {first}: as many go with them, or one with all; `align` makes them so"
    )]
    Unpaired {
        /// Its number, counted from 0.
        frame: usize,
        /// Its partitions.
        found: usize,
        /// Those of the first.
        first: usize,
    },
    /// A frame was to be seen whole that is not beside another one.
    #[error("`whole({frame})` names a frame beside the first, and {}", others(*.frames))]
    NotBeside {
        /// The number that was given.
        frame: usize,
        /// Frames there are.
        frames: usize,
    },
    /// What a function reads has the name of the column that spans of time are measured along, and is another one.
    #[error(
        "a span of time is measured along `{column}`, and the function reads something else by that name"
    )]
    MeasuredAndReplaced {
        /// The column.
        column: String,
    },
    /// A column that is no time was to measure how far rows are from each other.
    #[error("`{operation}` measures time, and `{column}` is {dtype}")]
    NotATime {
        /// Which call.
        operation: &'static str,
        /// The column.
        column: String,
        /// Its dtype.
        dtype: swath_meta::DType,
    },
    /// The tasks do not form a graph: a fault of the lowering.
    #[error(transparent)]
    Graph(Box<GraphError>),
    /// A lazy scalar of a foreign kind is inside an expression.
    #[error("the lazy scalar {name} was not made by a frame of this engine")]
    ForeignScalar {
        /// Its name.
        name: String,
    },
}

impl PlanError {
    /// Several frames were to go together, and there is none.
    pub fn no_frames() -> Self {
        Self::TooSmall {
            what: "the number of frames",
            least: 1,
            found: 0,
        }
    }

    /// Whether a write may be seen although this is what [committing](crate::Destination::commit) it ended with.
    pub fn leaves_a_write_unknown(&self) -> bool {
        match self {
            #[cfg(feature = "plugins")]
            Self::Plugin(error) => error.leaves_a_write_unknown(),
            _ => false,
        }
    }
}

/// `there is none`, `they are 1 to 2`.
fn others(frames: usize) -> String {
    match frames {
        0 | 1 => "there is none".to_owned(),
        2 => "there is frame 1 alone".to_owned(),
        n => format!("they are 1 to {}", n - 1),
    }
}

/// `2, 4 and 4`.
fn listed(counts: &[usize]) -> String {
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    match counts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// `1 partition`, `4 partitions`.
fn partitions(count: usize) -> String {
    match count {
        1 => "1 partition".to_owned(),
        count => format!("{count} partitions"),
    }
}

// The large ones are boxed, so that every result of planning stays small.
impl From<OpError> for PlanError {
    fn from(error: OpError) -> Self {
        Self::Op(Box::new(error))
    }
}

#[cfg(feature = "plugins")]
impl From<swath_ops::plugin::PluginError> for PlanError {
    fn from(error: swath_ops::plugin::PluginError) -> Self {
        Self::Plugin(Box::new(error))
    }
}

impl From<swath_ops::step::ClosureError> for PlanError {
    fn from(error: swath_ops::step::ClosureError) -> Self {
        Self::Closure(Box::new(error))
    }
}

impl From<GraphError> for PlanError {
    fn from(error: GraphError) -> Self {
        Self::Graph(Box::new(error))
    }
}

impl From<IoError> for PlanError {
    fn from(error: IoError) -> Self {
        Self::Io(Box::new(error))
    }
}
