//! The operations of a plan, one file each: parameters, what they mean, and how they are built.

mod beside;
mod call;
mod concat;
mod constant;
mod declared;
mod deliver;
mod drop_duplicates;
mod each;
mod explode;
mod expressions;
mod filter;
mod group_by;
mod head;
mod held;
mod in_order;
mod inference;
mod map_partitions;
mod melt;
mod memory_usage;
mod overlap;
mod partition_count;
mod partitions;
#[cfg(feature = "plugins")]
mod plugin;
#[cfg(feature = "plugins")]
mod plugin_sink;
mod project;
mod repartition;
mod returned;
mod sample;
mod scan;
mod shuffle;
mod top_n;
mod write;

use swath_divisions::RepartitionPlan;
use swath_expr::Expr;
use swath_graph::{Canon, Fingerprint};
use swath_ops::Env;

use crate::{Plan, PlanError};

pub use beside::Beside;
pub use call::{Argument, Call};
pub(crate) use concat::narrowed;
pub use constant::Constant;
pub use declared::Declared;
pub use deliver::{Deliver, Destination};
pub use drop_duplicates::DropDuplicates;
pub use each::EachPartition;
pub use group_by::{GroupBy, NamedAgg, SplitOut};
pub use head::{Head, Tail};
pub use held::HeldRows;
pub use map_partitions::MapPartitions;
pub use overlap::{Halo, Overlap};
pub use partition_count::partition_count;
#[cfg(feature = "plugins")]
pub use plugin::MapPlugin;
pub use project::Project;
pub use returned::Returned;
pub use scan::Scan;
pub use shuffle::Shuffle;
pub use top_n::{SortBy, TopN};
pub use write::Write;

/// What a plan does with its inputs.
#[derive(Clone, Debug)]
pub enum Node {
    /// Reads a data set.
    Scan(Scan),
    /// Rows that are held already: persisted, or handed in from memory.
    Held(std::sync::Arc<dyn HeldRows>),
    /// A few rows that planning knows: one partition.
    Constant(Constant),
    /// Keeps the rows for which the predicate is true.
    Filter(Expr),
    /// Computes the columns that go on.
    Project(Project),
    /// Groups and aggregates; without keys a reduction to one row.
    GroupBy(GroupBy),
    /// One row of those that are equal in some columns.
    DropDuplicates(DropDuplicates),
    /// The first rows of an order: one partition.
    TopN(TopN),
    /// The first rows of the first partitions: one partition.
    Head(Head),
    /// The last rows of the last partitions: one partition.
    Tail(Tail),
    /// Some of the partitions, in the order given.
    Partitions(Vec<usize>),
    /// Rows of each partition made from those of the same partition.
    Each(std::sync::Arc<dyn EachPartition>),
    /// Rows of each partition made from those of the same partition and its neighbours.
    Overlap(Overlap),
    /// Rows of each partition made from those of the same partition and of one of each other input.
    Beside(Beside),
    /// The partitions of several inputs, one after another; all have the same columns.
    Concat,
    /// Other cuts through the same rows.
    Repartition(RepartitionPlan),
    /// Every row in the partition that its keys belong to.
    Shuffle(Shuffle),
    /// Writes one file a partition; the rows are what was written.
    Write(Write),
    /// Hands the rows of each partition to what is no file; the rows are a receipt for each.
    Deliver(Deliver),
    /// Calls a user's function with whole values; what it returns is no rows.
    Call(Call),
    /// The batches that such calls return, one partition each.
    Returned(Returned),
}

impl Node {
    /// The operation's name, as it stands in keys and in `explain`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Scan(scan) => scan.dataset.kind(),
            Self::Held(_) => "held",
            Self::Constant(_) => "constant",
            Self::Filter(_) => "filter",
            Self::Project(project) => project.kind(),
            Self::GroupBy(group) => group.kind(),
            Self::DropDuplicates(_) => "drop-duplicates",
            Self::TopN(top) => top.kind(),
            Self::Head(_) => "head",
            Self::Tail(_) => "tail",
            Self::Partitions(_) => "partitions",
            Self::Each(operation) => operation.kind(),
            Self::Overlap(_) => "map-overlap",
            Self::Beside(beside) => beside.operation().kind(),
            Self::Concat => "concat",
            Self::Repartition(_) => "repartition",
            Self::Shuffle(_) => "shuffle",
            Self::Write(_) => "to-parquet",
            Self::Deliver(_) => "write",
            Self::Call(_) => "delayed",
            Self::Returned(_) => "from-delayed",
        }
    }

    /// The same operation over other inputs.
    pub(crate) fn over(self, mut inputs: Vec<Plan>, env: &Env) -> Result<Plan, PlanError> {
        match &self {
            Self::Concat => return concat::concatenated(inputs),
            Self::Beside(beside) => return beside.clone().plan(inputs, env),
            Self::Call(call) => return Ok(call.clone().plan(inputs)),
            Self::Returned(returned) => return Ok(returned.clone().plan(inputs)),
            _ => {}
        }
        let Some(input) = inputs.pop() else {
            return self.alone();
        };
        match self {
            Self::Filter(predicate) => input.filter(predicate, env),
            Self::Project(project) => project.plan(input, env),
            Self::GroupBy(group) => group.plan(input, env),
            Self::DropDuplicates(rows) => rows.plan(input),
            Self::TopN(top) => top.plan(input),
            Self::Head(head) => input.head(head.rows, head.npartitions),
            Self::Tail(tail) => input.tail(tail.rows, tail.npartitions),
            Self::Partitions(which) => input.partitions(which),
            Self::Each(operation) => input.each_partition(operation, env),
            Self::Overlap(overlap) => overlap.plan(input, env),
            Self::Repartition(cuts) => Ok(input.recut(cuts)),
            Self::Shuffle(shuffle) => shuffle.plan(input),
            Self::Write(write) => Ok(write.plan(input)),
            Self::Deliver(deliver) => Ok(deliver.plan(input)),
            other @ (Self::Scan(_)
            | Self::Held(_)
            | Self::Constant(_)
            | Self::Beside(_)
            | Self::Concat
            | Self::Call(_)
            | Self::Returned(_)) => other.alone(),
        }
    }

    /// A source as a plan.
    fn alone(self) -> Result<Plan, PlanError> {
        match self {
            Self::Scan(scan) => scan.plan(),
            Self::Held(rows) => Ok(Plan::held(rows)),
            Self::Constant(constant) => Ok(constant.plan()),
            other => unreachable!("{} has an input by construction", other.kind()),
        }
    }
}

impl Fingerprint for Node {
    fn feed(&self, out: &mut Canon) {
        out.str(self.kind());
        match self {
            Self::Scan(scan) => scan.feed(out),
            Self::Held(rows) => rows.name().feed(out),
            Self::Constant(constant) => constant.feed(out),
            Self::Filter(predicate) => predicate.feed(out),
            Self::Project(project) => project.feed(out),
            Self::GroupBy(group) => group.feed(out),
            Self::DropDuplicates(rows) => rows.feed(out),
            Self::TopN(top) => top.feed(out),
            Self::Head(head) => head.feed(out),
            Self::Tail(tail) => tail.feed(out),
            Self::Partitions(which) => which.feed(out),
            Self::Each(operation) => operation.feed(out),
            Self::Overlap(overlap) => overlap.feed(out),
            Self::Beside(beside) => beside.feed(out),
            Self::Concat => {}
            Self::Repartition(cuts) => cuts.feed(out),
            Self::Shuffle(shuffle) => shuffle.feed(out),
            Self::Write(write) => write.feed(out),
            Self::Deliver(deliver) => deliver.feed(out),
            Self::Call(call) => call.feed(out),
            Self::Returned(returned) => returned.feed(out),
        }
    }
}
