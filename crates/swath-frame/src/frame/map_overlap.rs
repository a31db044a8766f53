//! `map_overlap`: functions of partitions that see rows of the neighbours.

use std::fmt::{self, Display, Formatter};
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use swath_expr::{Frequency, IntoColumns};
use swath_meta::MetaSpec;
use swath_ops::step::RowsSeen;
#[cfg(feature = "plugins")]
use swath_plan::MapPlugin;
use swath_plan::{Halo as PlanHalo, Overlap, PlanError};

use super::DataFrame;
use super::map_partitions::{IntoMapPartitions, MapPartitions, Mapped};
use super::rows::IntoCount;
#[cfg(feature = "plugins")]
use crate::plugin::PluginFunction;
use crate::{Error, Result};

/// How much of its neighbours a function sees, on one side: a number of rows, or a span of time such as `"30min"`.
///
/// Spans are written as in [`Frequency`]; months have no fixed length.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Halo {
    /// This many rows; the verb refuses negative ones.
    Rows(i64),
    /// Rows that are no further away than this; the verb refuses what is no span of time.
    Span(String),
    /// Rows that are no further away than this.
    Time(Duration),
}

impl<N: IntoCount> From<N> for Halo {
    fn from(rows: N) -> Self {
        Self::Rows(rows.into_count())
    }
}

impl From<&str> for Halo {
    fn from(span: &str) -> Self {
        Self::Span(span.to_owned())
    }
}

impl From<String> for Halo {
    fn from(span: String) -> Self {
        Self::Span(span)
    }
}

impl From<Duration> for Halo {
    fn from(span: Duration) -> Self {
        Self::Time(span)
    }
}

impl Display for Halo {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => rows.fmt(f),
            Self::Span(span) => span.fmt(f),
            Self::Time(span) => PlanHalo::Nanoseconds(span.as_nanos()).fmt(f),
        }
    }
}

/// What [`DataFrame::map_overlap`] takes.
pub trait IntoMapOverlap {
    /// The function with its options.
    #[doc(hidden)]
    #[track_caller]
    fn into_map_overlap(self) -> MapOverlap;
}

#[cfg(feature = "plugins")]
impl IntoMapOverlap for PluginFunction {
    fn into_map_overlap(self) -> MapOverlap {
        MapOverlap::new(self)
    }
}

impl IntoMapOverlap for MapOverlap {
    fn into_map_overlap(self) -> MapOverlap {
        self
    }
}

/// A function of partitions that sees rows of the neighbours, for [`DataFrame::map_overlap`].
#[derive(Clone, Debug)]
#[must_use = "options of a function do nothing until a frame is given them"]
pub struct MapOverlap {
    function: MapPartitions,
    before: Halo,
    after: Halo,
    along: Option<String>,
    trims_itself: bool,
}

impl MapOverlap {
    /// A function of a batch, or of a batch and a [`Cx`](crate::Cx), which returns a batch or a `Result` of one; or such a one with the
    /// options of [`MapPartitions`].
    #[track_caller]
    pub fn new<M>(function: impl IntoMapPartitions<M>) -> Self {
        Self {
            function: function.into_map_partitions(),
            before: Halo::Rows(0),
            after: Halo::Rows(0),
            along: None,
            trims_itself: false,
        }
    }

    /// What it sees before the first row of a partition: the last rows in front, or those that are no further from that row than a span of
    /// time. Without this, nothing.
    pub fn before(self, halo: impl Into<Halo>) -> Self {
        Self {
            before: halo.into(),
            ..self
        }
    }

    /// What it sees after the last row of a partition: the first rows behind, or those that are no further from that row than a span of
    /// time. Without this, nothing.
    pub fn after(self, halo: impl Into<Halo>) -> Self {
        Self {
            after: halo.into(),
            ..self
        }
    }

    /// The column of times, dates or durations that spans of time are measured along, and that rows are sorted by. Without this, the first
    /// of the index. Numbers of rows are measured along nothing, and do not need it.
    pub fn along(self, column: impl Into<String>) -> Self {
        Self {
            along: Some(column.into()),
            ..self
        }
    }

    /// Says that the function returns only what belongs to its partition's own rows, as many rows as it likes: nothing is cut off.
    /// [`halo`](swath_batch::ThisPartition::halo) tells it which rows are its own.
    pub fn trims_itself(self) -> Self {
        Self {
            trims_itself: true,
            ..self
        }
    }

    /// A name for plans and messages: as [`MapPartitions::named`].
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        self.with(|function| function.named(name))
    }

    /// The columns that it returns: as [`MapPartitions::meta`].
    pub fn meta(self, meta: impl Into<MetaSpec>) -> Self {
        self.with(|function| function.meta(meta))
    }

    /// The columns that it is handed: as [`MapPartitions::reads`], and the one that spans of time are measured along.
    #[track_caller]
    pub fn reads(self, columns: impl IntoColumns) -> Self {
        let function = self.function.reads(columns);
        Self { function, ..self }
    }

    /// Says that the index columns come back: as [`MapPartitions::keeps_divisions`].
    pub fn keeps_divisions(self) -> Self {
        self.with(MapPartitions::keeps_divisions)
    }

    fn with(self, change: impl FnOnce(MapPartitions) -> MapPartitions) -> Self {
        Self {
            function: change(self.function),
            ..self
        }
    }
}

impl DataFrame {
    /// What a function makes of each partition and rows of its neighbours, which it sees as one [`Batch`](crate::Batch): those in front,
    /// its own, those behind, in their order.
    ///
    /// The function returns one row for each that it sees, in their order, and those that it makes of its neighbours' rows are cut off;
    /// with [`trims_itself`](MapOverlap::trims_itself) it returns what it likes for its own rows. It sees as many rows as there are within
    /// reach, over as many partitions as it takes: fewer at the ends of the frame, and no more where partitions are short or empty. A
    /// partition without rows of its own sees none of others. For the rest it is called as by
    /// [`map_partitions`](Self::map_partitions).
    ///
    /// Spans of time reach as far as they say, the end included: `"30min"` before a row at 12:00 begins at 11:30. The rows have to be
    /// sorted by the column that they are measured along, and it may not be null; partitions that are not sorted are errors of the run.
    ///
    /// A function of a plugin stands in the place of one with options, `df.map_overlap(plugin("visits.starts"))`: how far it sees, along
    /// which column, and whether it trims itself are what it says. A span of time is measured along the first column that it needs its
    /// rows sorted by, or along the index.
    ///
    /// Cost: the input is computed once. What its neighbours see of a partition is kept apart from it, as rows of their own that take what
    /// is within reach. A partition waits in memory until what it sees is there. Where it is known beforehand which partitions those are,
    /// they are its neighbours: where the rows of partitions are known, as after `persist()` or of files without a filter, and for spans
    /// of time along an index with known divisions. Elsewhere any number of them may turn out to be empty, and rows are carried on:
    /// [`before`](MapOverlap::before) from the first partition to the last, [`after`](MapOverlap::after) from the last to the first, as
    /// partitions are done. With both, the first partitions then wait in memory for all others; for numbers of rows
    /// [`persist`](Self::persist) the frame before, where it fits, or for spans of time give it an index with known divisions: those
    /// along any other column are carried in any case. Some partitions of such a result, as of [`partitions`](Self::partitions) or
    /// [`head`](Self::head), compute all partitions of the input that rows are carried from.
    ///
    /// # Errors
    /// Rows without an order, as after `groupby`, also where they are held in several partitions; a halo that is negative or no span of time; a span of time and no column of times to
    /// measure it along; those of [`map_partitions`](Self::map_partitions).
    ///
    /// ```
    /// # use swath_frame::{Batch, Cx, MapOverlap, Session};
    /// # let session = Session::testing();
    /// let parts = ["t,px\n2026-01-05,1\n2026-01-06,4\n", "t,px\n2026-01-07,9\n2026-01-08,7\n"];
    /// let df = session.from_batches([Batch::from_csv(parts[0])?, Batch::from_csv(parts[1])?])?;
    /// let gain = |days: Batch| {
    ///     let px: Vec<Option<i64>> = days.i64("px")?.iter().collect();
    ///     let gain = |row: usize| Some(px[row]? - px[row.checked_sub(1)?]?);
    ///     days.with("gain", (0..px.len()).map(gain).collect::<Vec<_>>())
    /// };
    /// let gains = df.map_overlap(MapOverlap::new(gain).before(1))?;
    /// assert_eq!(gains.compute()?.rows::<(String, i64, Option<i64>)>()?.last(), Some(("2026-01-08".into(), 7, Some(-2))));
    ///
    /// // Sums of three days, for which a function that trims itself looks where its own rows are.
    /// let three = df.map_overlap(
    ///     MapOverlap::new(|days: Batch, cx: &Cx| {
    ///         let (front, behind) = cx.partition().halo();
    ///         let px: Vec<Option<i64>> = days.i64("px")?.iter().collect();
    ///         let own = front..px.len() - behind;
    ///         let sums = own.map(|row| px[row.saturating_sub(1)..(row + 2).min(px.len())].iter().flatten().sum());
    ///         Batch::from_columns([("sum", sums.collect::<Vec<i64>>())])
    ///     })
    ///     .before("1d")
    ///     .after("1d")
    ///     .along("t")
    ///     .trims_itself(),
    /// )?;
    /// assert_eq!(three.compute()?.rows::<(i64,)>()?.collect::<Vec<_>>(), [(5,), (14,), (20,), (16,)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn map_overlap(&self, function: impl IntoMapOverlap) -> Result<Self> {
        let location = Location::caller();
        let options = function.into_map_overlap();
        let function = match &options.function.function {
            Mapped::Local(function) => function,
            #[cfg(feature = "plugins")]
            Mapped::Plugin(function) => {
                return self.overlapped_by_plugin(function, &options, location);
            }
        };
        let before = halo("before", &options.before, location)?;
        let after = halo("after", &options.after, location)?;
        self.next("map_overlap", location, |plan, env| {
            let along: Option<Arc<str>> = match &options.along {
                Some(column) => Some(Arc::clone(&plan.meta().field(column)?.name)),
                None => None,
            };
            // Rows are measured along nothing.
            let is_span = |halo| matches!(halo, PlanHalo::Nanoseconds(_));
            let along = along.filter(|_| is_span(before) || is_span(after));
            let seen = RowsSeen::Partition;
            let (input, node) =
                (options.function).over(function, plan, &[], along.as_ref(), seen, env)?;
            let node = if options.trims_itself {
                node
            } else {
                node.keeping_rows()
            };
            let overlap = Overlap::new(Arc::new(node), before, after, along);
            input.overlap(overlap, env)
        })
    }

    #[cfg(feature = "plugins")]
    fn overlapped_by_plugin(
        &self,
        function: &PluginFunction,
        options: &MapOverlap,
        location: &'static Location<'static>,
    ) -> Result<Self> {
        self.next("map_overlap", location, |plan, env| {
            let said = [
                ("before", options.before != Halo::Rows(0)),
                ("after", options.after != Halo::Rows(0)),
                ("along", options.along.is_some()),
                ("trims_itself", options.trims_itself),
            ];
            function.says(said.into_iter().chain(options.function.said()))?;
            let (name, params) = (function.name(), function.all_params());
            let node = MapPlugin::try_new(name, params.clone(), plan, &[], env)?;
            plan.overlap(node.beside(), env)
        })
    }
}

/// A halo as plans have it.
fn halo(side: &'static str, halo: &Halo, location: &'static Location<'static>) -> Result<PlanHalo> {
    let planning = |error| Error::planning(error, "map_overlap", location);
    match halo {
        Halo::Rows(rows) => {
            let rows = u64::try_from(*rows).map_err(|_| {
                planning(PlanError::Negative {
                    operation: "map_overlap",
                    what: "rows",
                    found: *rows,
                })
            })?;
            Ok(PlanHalo::Rows(rows))
        }
        Halo::Time(span) => Ok(PlanHalo::Nanoseconds(span.as_nanos())),
        Halo::Span(text) => {
            let span: Frequency = text
                .parse()
                .map_err(|error| Error::option("map_overlap", side, error, location))?;
            let no_distance = |why| {
                planning(PlanError::NoDistance {
                    side,
                    span: text.clone(),
                    why,
                })
            };
            let Some(count) = span.nanoseconds() else {
                return Err(no_distance("months have no fixed length"));
            };
            let count = u128::try_from(count).map_err(|_| no_distance("it is negative"))?;
            Ok(PlanHalo::Nanoseconds(count))
        }
    }
}
