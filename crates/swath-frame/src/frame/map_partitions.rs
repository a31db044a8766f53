//! User functions: `map_partitions`, `map_batches`, and what they take.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::panic::Location;
use std::sync::Arc;

use swath_batch::{Batch, ClosureSite, Cx};
use swath_expr::{Columns, IntoColumns};
use swath_meta::MetaSpec;
use swath_ops::Env;
use swath_ops::step::{PartitionFunction, RowsSeen};
use swath_plan::{MapPartitions as MapNode, Plan, PlanError};

#[cfg(feature = "plugins")]
use swath_plan::MapPlugin;

use super::DataFrame;
use super::columns::{data_column, named};
use crate::Result;
#[cfg(feature = "plugins")]
use crate::plugin::PluginFunction;

/// What a function of a partition may return: a [`Batch`], or a `Result` of one with any error.
pub trait IntoBatch {
    /// The batch, or the function's own error.
    #[doc(hidden)]
    fn into_batch(self) -> std::result::Result<Batch, Box<dyn StdError + Send + Sync>>;
}

impl IntoBatch for Batch {
    fn into_batch(self) -> std::result::Result<Batch, Box<dyn StdError + Send + Sync>> {
        Ok(self)
    }
}

impl<E: Into<Box<dyn StdError + Send + Sync>>> IntoBatch for std::result::Result<Batch, E> {
    fn into_batch(self) -> std::result::Result<Batch, Box<dyn StdError + Send + Sync>> {
        self.map_err(Into::into)
    }
}

/// What [`DataFrame::map_partitions`] and [`DataFrame::map_batches`] take: a function or closure of a [`Batch`], or of a batch and a
/// [`Cx`], or such a one with options as [`MapPartitions`], or a function of a plugin. `M` is its signature, which the compiler finds; closures have to write the
/// types of their arguments out. `N` is how many frames it is of: of several, as [`map_partitions`](crate::map_partitions()) takes them, it is a function
/// of an array of batches.
pub trait IntoMapPartitions<M, const N: usize = 1> {
    /// The function with its options.
    #[doc(hidden)]
    #[track_caller]
    fn into_map_partitions(self) -> MapPartitions<N>;
}

impl<F, R> IntoMapPartitions<fn(Batch) -> R> for F
where
    F: Fn(Batch) -> R + Send + Sync + 'static,
    R: IntoBatch,
{
    #[track_caller]
    fn into_map_partitions(self) -> MapPartitions {
        let site = ClosureSite::of::<F>(Location::caller());
        let call = move |rows: Batch, _: Vec<Batch>, _: &Cx| self(rows).into_batch();
        MapPartitions::of(Mapped::Local(PartitionFunction::new(site, call)))
    }
}

impl<F, R> IntoMapPartitions<fn(Batch, &Cx) -> R> for F
where
    F: Fn(Batch, &Cx) -> R + Send + Sync + 'static,
    R: IntoBatch,
{
    #[track_caller]
    fn into_map_partitions(self) -> MapPartitions {
        let site = ClosureSite::of::<F>(Location::caller());
        let call = move |rows: Batch, _: Vec<Batch>, cx: &Cx| self(rows, cx).into_batch();
        MapPartitions::of(Mapped::Local(PartitionFunction::new(site, call)))
    }
}

impl<F, R, const N: usize> IntoMapPartitions<fn([Batch; N]) -> R, N> for F
where
    F: Fn([Batch; N]) -> R + Send + Sync + 'static,
    R: IntoBatch,
{
    #[track_caller]
    fn into_map_partitions(self) -> MapPartitions<N> {
        let site = ClosureSite::of::<F>(Location::caller());
        let call =
            move |rows: Batch, beside: Vec<Batch>, _: &Cx| self(all(rows, beside)).into_batch();
        MapPartitions::of(Mapped::Local(PartitionFunction::new(site, call)))
    }
}

impl<F, R, const N: usize> IntoMapPartitions<fn([Batch; N], &Cx) -> R, N> for F
where
    F: Fn([Batch; N], &Cx) -> R + Send + Sync + 'static,
    R: IntoBatch,
{
    #[track_caller]
    fn into_map_partitions(self) -> MapPartitions<N> {
        let site = ClosureSite::of::<F>(Location::caller());
        let call = move |rows: Batch, beside: Vec<Batch>, cx: &Cx| {
            self(all(rows, beside), cx).into_batch()
        };
        MapPartitions::of(Mapped::Local(PartitionFunction::new(site, call)))
    }
}

/// A batch of each frame.
fn all<const N: usize>(first: Batch, others: Vec<Batch>) -> [Batch; N] {
    let mut parts = std::iter::once(first).chain(others);
    std::array::from_fn(|_| parts.next().expect("a function is called for its frames"))
}

#[cfg(feature = "plugins")]
impl<const N: usize> IntoMapPartitions<PluginFunction, N> for PluginFunction {
    fn into_map_partitions(self) -> MapPartitions<N> {
        MapPartitions::of(Mapped::Plugin(self))
    }
}

impl<const N: usize> IntoMapPartitions<MapPartitions<N>, N> for MapPartitions<N> {
    fn into_map_partitions(self) -> Self {
        self
    }
}

/// A user's function with options, for [`DataFrame::map_partitions`] and [`DataFrame::map_batches`].
///
/// ```
/// # use swath_frame::{Batch, MapPartitions, Session};
/// # let session = Session::testing();
/// # let df = session.from_batches([Batch::from_csv("k,gross\na,119\nb,238\n")?])?;
/// let net = MapPartitions::new(|part: Batch| {
///     let net = part.f64("gross")?.map(|gross| gross / 1.19);
///     part.with("net", net)
/// });
/// # let df = df.astype([("gross", "float64")])?;
/// let df = df.map_partitions(net.reads(["gross"]).meta([("gross", "float64"), ("net", "float64")]))?;
/// assert_eq!(df.columns(), ["gross", "net"]);
/// assert_eq!(df.sum("net")?.get::<f64>()?.round(), 300.0);
/// # Ok::<(), swath_frame::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "options of a function do nothing until a frame is given them"]
pub struct MapPartitions<const N: usize = 1> {
    pub(super) function: Mapped,
    name: Option<Arc<str>>,
    meta: Option<MetaSpec>,
    reads: Option<Columns>,
    keeps_divisions: bool,
    /// Frames that each call sees all of.
    pub(super) whole: BTreeSet<usize>,
}

/// Whose function it is.
#[derive(Clone, Debug)]
pub(super) enum Mapped {
    /// This process's.
    Local(PartitionFunction),
    /// A plugin's.
    #[cfg(feature = "plugins")]
    Plugin(PluginFunction),
}

impl Mapped {
    fn named(self, name: &Arc<str>) -> Self {
        match self {
            Self::Local(function) => Self::Local(function.named(Arc::clone(name))),
            #[cfg(feature = "plugins")]
            plugin @ Self::Plugin(_) => plugin,
        }
    }
}

impl<const N: usize> MapPartitions<N> {
    /// A function of a batch, or of a batch and a [`Cx`], which returns a batch or a `Result` of one; for several frames, of an array of
    /// batches instead of one.
    #[track_caller]
    pub fn new<M>(function: impl IntoMapPartitions<M, N>) -> Self {
        function.into_map_partitions()
    }

    fn of(function: Mapped) -> Self {
        Self {
            function,
            name: None,
            meta: None,
            reads: None,
            keeps_divisions: false,
            whole: BTreeSet::new(),
        }
    }

    /// A name for plans and messages, by which equal computations are found again, in other processes too: whoever changes what the
    /// function does changes its name. Without one, a function is another one each time it is handed over.
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        Self {
            function: self.function.named(&name),
            name: Some(name),
            ..self
        }
    }

    /// The columns that it returns: pairs of name and dtype, a [`Meta`](crate::Meta), or a function of the meta of what it reads, as
    /// in `.meta(|m: &Meta| m.with("net", "float64"))`.
    pub fn meta(self, meta: impl Into<MetaSpec>) -> Self {
        Self {
            meta: Some(meta.into()),
            ..self
        }
    }

    /// The columns that it is handed, index columns in front of them; others are then not read. Without this, all.
    #[track_caller]
    pub fn reads(self, columns: impl IntoColumns) -> Self {
        Self {
            reads: Some(columns.into_columns()),
            ..self
        }
    }

    /// Says that the index columns come back first and unchanged, or at least between the boundaries of the partition: index and
    /// divisions stay. It is checked for every batch.
    pub fn keeps_divisions(self) -> Self {
        Self {
            keeps_divisions: true,
            ..self
        }
    }

    /// Says that each call sees all rows of the frame of this number, counted from 0, instead of a partition of it. The first frame is
    /// the one that is mapped, and cannot be seen whole; a number that no frame has is an error of the call.
    pub fn whole(mut self, frame: usize) -> Self {
        self.whole.insert(frame);
        self
    }
}

impl<const N: usize> MapPartitions<N> {
    /// What a caller says of a function, each option with whether it was given.
    #[cfg(feature = "plugins")]
    pub(super) fn said(&self) -> [(&'static str, bool); 5] {
        [
            ("named", self.name.is_some()),
            ("meta", self.meta.is_some()),
            ("reads", self.reads.is_some()),
            ("keeps_divisions", self.keeps_divisions),
            ("whole", !self.whole.is_empty()),
        ]
    }

    /// The columns that the function is handed, with one more that is needed beside them, and the function over those, and over these
    /// other frames.
    pub(super) fn over(
        &self,
        function: &PartitionFunction,
        plan: &Plan,
        others: &[Plan],
        needed: Option<&Arc<str>>,
        rows: RowsSeen,
        env: &Env,
    ) -> std::result::Result<(Plan, MapNode), PlanError> {
        let is_beside = |at: &usize| (1..=others.len()).contains(at);
        if let Some(&frame) = self.whole.iter().find(|at| !is_beside(at)) {
            let frames = others.len() + 1;
            return Err(PlanError::NotBeside { frame, frames });
        }
        let input = match &self.reads {
            Some(columns) => {
                let mut columns = named(plan, columns)?;
                let index = plan.meta().index_fields();
                if let Some(needed) = needed
                    && !index.iter().any(|field| field.name == *needed)
                {
                    match columns.iter().find(|(name, _)| name == needed) {
                        None => columns.push((Arc::clone(needed), data_column(needed))),
                        Some((_, read)) if read.as_column() == Some(needed) => {}
                        // Another one has taken its name.
                        Some(_) => {
                            let column = needed.to_string();
                            return Err(PlanError::MeasuredAndReplaced { column });
                        }
                    }
                }
                plan.select(columns, env)?
            }
            None => plan.clone(),
        };
        let node = MapNode::try_new(
            function.clone(),
            &input,
            others,
            self.meta.as_ref(),
            rows,
            self.keeps_divisions,
        )?;
        let node = match &self.name {
            Some(name) => node.known_as(name),
            None => node,
        };
        Ok((input, node))
    }
}

impl DataFrame {
    /// What a function makes of each partition, which it sees as one [`Batch`]: index columns first, then the data, encodings hidden.
    ///
    /// Without [`meta`](MapPartitions::meta) the function is **called once, now, with two made-up rows** (1, `"a"`, null …), to learn
    /// which columns it returns; whatever else it does, it does then too. What it returns is checked each time: names, order, dtypes
    /// and nulls have to be those declared or inferred. It is called for empty partitions too.
    ///
    /// The result has as many partitions. Unless [`keeps_divisions`](MapPartitions::keeps_divisions) says otherwise it has no index and
    /// no known divisions: index columns that come back are data. An error or a panic of the function is one of the computation that
    /// names the function, its line and the partition; an error of its own type can be got back with
    /// [`downcast_ref`](crate::Error::downcast_ref). The function may run again, on several threads at once, and must then do the same.
    ///
    /// A function of a plugin stands in the place of a closure: `df.map_partitions(plugin("geo.track"))`. It says itself what it returns and
    /// reads, whether it keeps the divisions, and whether it sees partitions or streams; nothing of it runs before the frame is computed.
    /// Where it needs the rows of each partition sorted, that is looked at while they come, and an error if they are not.
    ///
    /// Cost: a partition is in memory whole, and twice for a moment if it came in several pieces. [`map_batches`](Self::map_batches)
    /// streams. What the function itself allocates or has captured counts against no memory limit.
    ///
    /// # Errors
    /// A function that gives no answer on made-up rows, with the `.meta(..)` to begin from; a column that does not exist.
    ///
    /// ```
    /// # use swath_frame::{Batch, Cx, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let first = df.map_partitions(|part: Batch| part.head(1))?;
    /// assert_eq!(first.compute()?.num_rows(), 1);
    ///
    /// let numbered = df.map_partitions(|part: Batch, cx: &Cx| {
    ///     let number = vec![cx.partition().number() as i64; part.num_rows()];
    ///     part.with("partition", number)
    /// })?;
    /// assert_eq!(numbered.columns(), ["k", "v", "partition"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn map_partitions<M>(&self, function: impl IntoMapPartitions<M>) -> Result<Self> {
        let options = function.into_map_partitions();
        self.mapped(
            "map_partitions",
            RowsSeen::Partition,
            &options,
            Location::caller(),
        )
    }

    /// What a function makes of the rows as they stream by: as [`map_partitions`](Self::map_partitions), except that it sees some
    /// thousand rows at a time, and none of a partition without rows. How rows are cut into batches is not promised, so the function
    /// must not depend on it.
    ///
    /// # Errors
    /// Those of [`map_partitions`](Self::map_partitions).
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let doubled = df.map_batches(|rows: Batch| rows.with("v", rows.i64("v")?.map(|v| v * 2)))?;
    /// assert_eq!(doubled.sum("v")?.get::<i64>()?, 26);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn map_batches<M>(&self, function: impl IntoMapPartitions<M>) -> Result<Self> {
        let options = function.into_map_partitions();
        self.mapped("map_batches", RowsSeen::Chunk, &options, Location::caller())
    }

    pub(crate) fn mapped(
        &self,
        call: &'static str,
        rows: RowsSeen,
        options: &MapPartitions,
        location: &'static Location<'static>,
    ) -> Result<Self> {
        let function = match &options.function {
            Mapped::Local(function) => function,
            #[cfg(feature = "plugins")]
            Mapped::Plugin(function) => {
                return self.mapped_by_plugin(call, function, options, location);
            }
        };
        self.next(call, location, |plan, env| {
            let (input, node) = options.over(function, plan, &[], None, rows, env)?;
            input.each_partition(Arc::new(node), env)
        })
    }

    #[cfg(feature = "plugins")]
    fn mapped_by_plugin(
        &self,
        call: &'static str,
        function: &PluginFunction,
        options: &MapPartitions,
        location: &'static Location<'static>,
    ) -> Result<Self> {
        self.next(call, location, |plan, env| {
            let (name, params) = (function.name(), function.all_params());
            function.says(options.said())?;
            let node = MapPlugin::try_new(name, params.clone(), plan, &[], env)?;
            plan.each_partition(node.alone()?, env)
        })
    }
}
