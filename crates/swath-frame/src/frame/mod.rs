//! The lazy frame; its verbs by what they do, one file each.

mod batches;
mod columns;
mod concat;
mod describe;
mod display;
mod dtypes;
mod duplicates;
mod labelled;
mod map_overlap;
mod map_partitions;
mod memory_usage;
mod missing;
mod names;
mod numbers;
mod partitions;
mod persist;
mod reduce;
mod reshape;
mod rows;
mod sampling;
mod several;
mod shuffle;
mod side_by_side;
mod together;
mod values;
mod write;

use std::panic::Location;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_meta::{Field, Meta};
use swath_ops::Env;
use swath_plan::{Explain, Plan, PlanError};

use crate::persisted::HeldSet;
use crate::readers::Reader;
use crate::run::Run;
use crate::{Error, Result, Session, Table, compute, submit};

pub use batches::Batches;
pub use concat::{Join, concat};
pub use describe::{Describe, IntoDescribe};
pub use dtypes::{AsType, SelectDtypes};
pub use duplicates::{DropDuplicates, IntoDropDuplicates, IntoValueCounts, KeepRow, ValueCounts};
pub use map_overlap::{Halo, IntoMapOverlap, MapOverlap};
pub use map_partitions::{IntoBatch, IntoMapPartitions, MapPartitions};
pub use missing::{DropNa, IntoDropNa, IntoFillNa};
pub use partitions::{IntoPartitions, Repartition};
pub use reshape::{IntoMelt, Melt};
pub use rows::{Head, IntoCount, Tail};
pub use sampling::Sample;
pub use shuffle::{IntoPlacing, IntoShuffle, IntoTargets, Shuffle};
pub use side_by_side::map_partitions;
pub use write::{Sink, Written, WrittenPartition};

pub(crate) use columns::{data_columns, named as named_columns};

/// A lazy table of named columns, cut into partitions along its index.
///
/// A frame is a handle: a clone costs one reference count, methods take `&self` and give new frames, and
/// nothing is computed before [`compute`](DataFrame::compute), [`persist`](DataFrame::persist),
/// [`submit`](DataFrame::submit) or a writing verb. A frame keeps its session alive, and a frame derived
/// from a persisted one keeps the persisted partitions in memory.
///
/// Every call that names a column, dtype or option is checked when it is made; its error shows the
/// caller's line and the nearest existing name.
#[derive(Clone)]
pub struct DataFrame(Arc<FrameInner>);

struct FrameInner {
    /// Plan, label and line.
    reader: Arc<Reader>,
    session: Session,
    /// The claim of a persisted frame on its partitions.
    held: Option<Arc<HeldSet>>,
}

impl DataFrame {
    pub(crate) fn new(session: &Session, plan: Plan, location: &'static Location<'static>) -> Self {
        Self::with(session, plan, None, None, location)
    }

    pub(crate) fn with(
        session: &Session,
        plan: Plan,
        label: Option<Arc<str>>,
        held: Option<Arc<HeldSet>>,
        location: &'static Location<'static>,
    ) -> Self {
        if let (Some(held), Some(label)) = (&held, &label) {
            held.call(label);
        }
        let plan = plan.at(location);
        let reader = session.remember(plan, label, location);
        Self(Arc::new(FrameInner {
            reader,
            session: session.clone(),
            held,
        }))
    }

    /// A frame one operation further, or the error of the call at `location`.
    pub(crate) fn next(
        &self,
        call: &'static str,
        location: &'static Location<'static>,
        build: impl FnOnce(&Plan, &Env) -> std::result::Result<Plan, PlanError>,
    ) -> Result<Self> {
        let session = &self.0.session;
        let plan = build(self.plan(), session.env());
        let refused = |error| Error::planning(error, call, location).of_frame(self.label_text());
        let plan = plan.map_err(refused)?;
        let owners = swath_plan::scalar_owners(&plan).map_err(refused)?;
        if owners.iter().any(|&owner| owner != session.id()) {
            return Err(Error::sessions(call, location));
        }
        Ok(Self::new(session, plan, location))
    }

    /// The session that the frame belongs to.
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.0.reader.plan
    }

    pub(crate) fn label_text(&self) -> Option<&Arc<str>> {
        self.0.reader.label.as_ref()
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.0.reader.location
    }

    /// Names, dtypes, nullability and index; computes nothing.
    pub fn meta(&self) -> &Meta {
        self.plan().meta()
    }

    /// Names of the data columns, in order; the index is not among them.
    pub fn columns(&self) -> Vec<&str> {
        self.meta()
            .data_fields()
            .iter()
            .map(|field| &*field.name)
            .collect()
    }

    /// Names of the index columns; empty where there is no index.
    pub fn index(&self) -> Vec<&str> {
        self.meta()
            .index_fields()
            .iter()
            .map(|field| &*field.name)
            .collect()
    }

    /// Name, dtype and nullability of the data columns, in order.
    pub fn dtypes(&self) -> &[Field] {
        self.meta().data_fields()
    }

    /// The bounds of the partitions along the index: known, pending or unknown. Computes nothing.
    pub fn divisions(&self) -> &Divisions {
        self.plan().divisions()
    }

    /// Visible partitions. Only calls that say so change their number.
    pub fn npartitions(&self) -> usize {
        self.plan().npartitions()
    }

    /// Gives the frame a name for listings, plans and errors; the frame's meaning does not change.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let large = df.filter(col("v").gt(1))?.label("large").persist()?;
    /// assert!(session.persisted().to_string().contains("large"));
    /// # drop(large);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[must_use]
    pub fn label(&self, label: impl Into<Arc<str>>) -> Self {
        let inner = &*self.0;
        Self::with(
            &inner.session,
            inner.reader.plan.clone(),
            Some(label.into()),
            inner.held.clone(),
            inner.reader.location,
        )
    }

    /// How the frame is computed, before and after optimisation, as a value to print, draw or read by programs.
    /// Runs nothing and cannot fail: where optimisation itself would, the explanation says why.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
    /// let explain = df.filter(col("v").gt(5))?.explain();
    /// println!("{explain}");
    /// assert!(explain.dot().starts_with("digraph plan {"));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    pub fn explain(&self) -> Explain {
        let plan = self.0.session.as_explained(self.plan());
        Explain::new(&plan, self.0.session.env()).unwrap_or_else(|error| {
            let error = Error::planning(error, "explain", self.location());
            Explain::refused(&plan, error.to_string())
        })
    }

    /// Computes the frame and brings all rows to the caller.
    ///
    /// Blocks until done; may be called from any thread, inside a task or an asynchronous runtime too.
    /// Cost: the whole computation, and the result in memory; results that are too large for it are for
    /// [`batches`](DataFrame::batches) or [`to_parquet`](DataFrame::to_parquet).
    ///
    /// # Errors
    /// Whatever a task meets: unreadable or changed files, overflow, the memory limit; see [`ErrorKind`](crate::ErrorKind).
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// println!("{}", df.groupby("k").sum("v")?.compute()?);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn compute(&self) -> Result<Table> {
        compute(self)
    }

    /// Starts the computation and returns at once: the one asynchronous door.
    ///
    /// The run is a future for any runtime, or waits when asked; dropping it cancels.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let run = df.groupby("k").sum("v")?.submit()?;
    /// assert_eq!(run.wait()?.num_rows(), 2); // or `run.await?`
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn submit(&self) -> Result<Run<Table>> {
        submit(self)
    }

    /// Whether two handles are the same computation over the same unchanged inputs.
    pub fn same_as(&self, other: &Self) -> bool {
        self.plan().name() == other.plan().name()
    }
}
