//! `shuffle`: rows that belong together in one partition.

use std::error::Error as StdError;
use std::fmt::{self, Debug, Formatter};
use std::panic::Location;
use std::sync::Arc;

use swath_batch::{Batch, ClosureSite};
use swath_expr::{Columns, IntoColumns};
use swath_meta::{Index, Meta};
use swath_ops::sink::FunctionPartitioner;
use swath_ops::{Env, OpError};
use swath_plan::{Plan, PlanError, Shuffle as ShuffleNode, partition_count};
use swath_shuffle::HashPartitioner;

use super::DataFrame;
use super::columns::names;
use super::rows::IntoCount;
use crate::Result;
#[cfg(feature = "plugins")]
use crate::plugin::PluginFunction;

type BoxError = Box<dyn StdError + Send + Sync>;
type Place = dyn Fn(Batch, usize) -> std::result::Result<Vec<usize>, BoxError> + Send + Sync;

/// What a function that places rows may return: the number of a partition for each, or a `Result` of that with any error.
pub trait IntoTargets {
    /// The numbers, or the function's own error.
    #[doc(hidden)]
    fn into_targets(self) -> std::result::Result<Vec<usize>, BoxError>;
}

impl IntoTargets for Vec<usize> {
    fn into_targets(self) -> std::result::Result<Vec<usize>, BoxError> {
        Ok(self)
    }
}

impl<E: Into<BoxError>> IntoTargets for std::result::Result<Vec<usize>, E> {
    fn into_targets(self) -> std::result::Result<Vec<usize>, BoxError> {
        self.map_err(Into::into)
    }
}

/// What [`Shuffle::by`] takes: a function or closure of a [`Batch`] and a number of partitions, or a function of a plugin. `M` is its signature,
/// which the compiler finds.
pub trait IntoPlacing<M> {
    /// The function.
    #[doc(hidden)]
    #[track_caller]
    fn into_placing(self) -> Placing;
}

/// A function that says where rows go.
#[doc(hidden)]
#[derive(Clone)]
pub struct Placing(By);

#[derive(Clone)]
enum By {
    Local(Function),
    #[cfg(feature = "plugins")]
    Plugin(PluginFunction),
}

impl<F, R> IntoPlacing<fn(Batch, usize) -> R> for F
where
    F: Fn(Batch, usize) -> R + Send + Sync + 'static,
    R: IntoTargets,
{
    #[track_caller]
    fn into_placing(self) -> Placing {
        let site = ClosureSite::of::<F>(Location::caller());
        let call = move |keys: Batch, n: usize| self(keys, n).into_targets();
        Placing(By::Local(Function {
            site,
            name: None,
            call: Arc::new(call),
        }))
    }
}

#[cfg(feature = "plugins")]
impl IntoPlacing<PluginFunction> for PluginFunction {
    fn into_placing(self) -> Placing {
        Placing(By::Plugin(self))
    }
}

/// Options of [`DataFrame::shuffle`]: which columns say where a row goes, how, and into how many partitions.
#[derive(Clone)]
#[must_use = "options of a shuffle do nothing until a frame is given them"]
pub struct Shuffle {
    on: Columns,
    by: Option<By>,
    npartitions: Option<i64>,
}

#[derive(Clone)]
struct Function {
    site: ClosureSite,
    name: Option<Arc<str>>,
    call: Arc<Place>,
}

impl Shuffle {
    /// Rows that are equal in these columns go to one partition: which, their hash says.
    #[track_caller]
    pub fn on(columns: impl IntoColumns) -> Self {
        Self {
            on: columns.into_columns(),
            by: None,
            npartitions: None,
        }
    }

    /// A function says where rows go, of the columns in place of a hash: it is given some rows of them, and the number of partitions, and
    /// returns a number below that for each row.
    ///
    /// Or it is a partitioner of a plugin: `.by(plugin("geo.by_cell"))`, which takes the columns in the order in which they are given.
    ///
    /// It may say nothing but what follows from the columns, since it is called again where a task is repeated, and how rows are cut into
    /// batches is not promised.
    #[track_caller]
    pub fn by<M>(self, function: impl IntoPlacing<M>) -> Self {
        let Placing(by) = function.into_placing();
        Self {
            by: Some(by),
            ..self
        }
    }

    /// A name of the function, for plans and messages, by which equal computations are found again, in other processes too: whoever
    /// changes what the function does changes its name. Without one, it is another one each time it is handed over. A function of a plugin
    /// has its name.
    pub fn named(mut self, name: impl Into<Arc<str>>) -> Self {
        if let Some(By::Local(function)) = &mut self.by {
            function.name = Some(name.into());
        }
        self
    }

    /// The number of partitions; without this, as many as the frame has.
    pub fn npartitions(self, npartitions: impl IntoCount) -> Self {
        Self {
            npartitions: Some(npartitions.into_count()),
            ..self
        }
    }

    fn node(&self, plan: &Plan, env: &Env) -> std::result::Result<ShuffleNode, PlanError> {
        let columns = names(plan, &self.on)?;
        if columns.is_empty() {
            return Err(PlanError::NoColumns {
                operation: "shuffle",
            });
        }
        let n = match self.npartitions {
            None => plan.npartitions(),
            Some(n) => usize::try_from(n).map_err(|_| PlanError::Negative {
                operation: "shuffle",
                what: "partitions",
                found: n,
            })?,
        };
        let count = partition_count("the number of partitions", n)?;
        let Some(by) = &self.by else {
            let by = HashPartitioner::try_new(columns, n).map_err(OpError::from)?;
            return Ok(ShuffleNode::new(Arc::new(by)));
        };
        let fields = columns
            .iter()
            .map(|column| plan.meta().field(column).cloned());
        let fields = fields.collect::<std::result::Result<Vec<_>, _>>()?;
        let keys = Arc::new(Meta::try_new(fields, Index::none())?);
        let function = match by {
            By::Local(function) => function,
            #[cfg(feature = "plugins")]
            By::Plugin(function) => return by_plugin(function, keys, count, env),
        };
        let site = function.site.clone();
        let by = FunctionPartitioner::new(site, keys, n, Arc::clone(&function.call));
        let by = match &function.name {
            Some(name) => by.known_as(name),
            None => by,
        };
        let label = format!("{} (local function)", by.site().name());
        Ok(ShuffleNode::by_function(Arc::new(by), label))
    }
}

/// What a partitioner of a plugin says.
#[cfg(feature = "plugins")]
fn by_plugin(
    function: &PluginFunction,
    keys: Arc<Meta>,
    npartitions: u32,
    env: &Env,
) -> std::result::Result<ShuffleNode, PlanError> {
    let (name, params) = (function.name(), function.all_params());
    let by = env.plugins.partitioner(name, params, keys, npartitions)?;
    let label = format!("{}({params})", by.name());
    Ok(ShuffleNode::by_function(Arc::new(by), label))
}

impl Debug for By {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(function) => function.site.fmt(f),
            #[cfg(feature = "plugins")]
            Self::Plugin(function) => function.fmt(f),
        }
    }
}

impl Debug for Shuffle {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shuffle")
            .field("on", &self.on)
            .field("by", &self.by)
            .field("npartitions", &self.npartitions)
            .finish()
    }
}

/// What [`DataFrame::shuffle`] takes: columns, or [`Shuffle`], or a partitioner of a plugin, which is then given all data columns.
pub trait IntoShuffle {
    /// The options.
    #[doc(hidden)]
    #[track_caller]
    fn into_shuffle(self) -> Shuffle;
}

impl IntoShuffle for Shuffle {
    fn into_shuffle(self) -> Shuffle {
        self
    }
}

#[cfg(feature = "plugins")]
impl IntoShuffle for PluginFunction {
    #[track_caller]
    fn into_shuffle(self) -> Shuffle {
        Shuffle::on(..).by(self)
    }
}

impl<C: IntoColumns> IntoShuffle for C {
    #[track_caller]
    fn into_shuffle(self) -> Shuffle {
        Shuffle::on(self)
    }
}

impl DataFrame {
    /// The same rows in other partitions: those that are equal in some columns in one, or each where a function says.
    ///
    /// Partitions may come out empty, or of very different sizes. Rows of one partition stay in the order that they had, those of the first
    /// partition of the frame first; of the whole there is no order any more, so that what reads rows in their order is refused
    /// afterwards. The index keeps its role, and divisions are unknown. Where a row goes does not depend on timing, threads or memory; by
    /// hash it is the same on every machine.
    ///
    /// Cost: every row is moved once, and the moved rows of all partitions are there before the first of the result is complete.
    ///
    /// # Errors
    /// A column that does not exist or whose values are not compared; no column; no partition. When it runs, a function that returns a
    /// number which is no partition, with the row and the number, or not one number for each row.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, Shuffle};
    /// # let session = Session::testing();
    /// # let batch = |from: i64| Batch::from_columns([("id", vec![from, from + 1, from + 2])]);
    /// let df = session.from_batches([batch(0)?, batch(3)?])?; // 0 1 2, 3 4 5
    /// let by_rest = |keys: Batch, n: usize| -> Result<Vec<usize>, swath_frame::BatchError> {
    ///     Ok(keys.i64("id")?.iter().map(|id| id.unwrap_or(0) as usize % n).collect())
    /// };
    /// let thirds = df.shuffle(Shuffle::on("id").by(by_rest).npartitions(3))?;
    /// assert_eq!(thirds.partitions(1)?.compute()?.rows::<(i64,)>()?.collect::<Vec<_>>(), [(1,), (4,)]);
    /// assert_eq!(df.shuffle("id")?.npartitions(), 2);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn shuffle(&self, how: impl IntoShuffle) -> Result<Self> {
        let how = how.into_shuffle();
        self.next("shuffle", Location::caller(), |plan, env| {
            plan.shuffle(how.node(plan, env)?)
        })
    }
}
