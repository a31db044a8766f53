//! Frames whose partitions one function makes of some inputs.

use std::panic::Location;
use std::sync::Arc;

use swath_batch::{Batch, ClosureSite, Cx, Partition};
use swath_divisions::Labels;
use swath_meta::{Meta, MetaSpec};
use swath_ops::step::{PartitionFunction, RowsSeen};
use swath_plan::{Declared, MapPartitions as MapNode, Plan, PlanError};

use super::Session;
use crate::frame::IntoBatch;
use crate::{DataFrame, Error, Result};

/// A function and the inputs that it makes partitions of, for [`Session::from_map`].
#[derive(Clone, Debug)]
#[must_use = "a function makes no frame until a session is given it"]
pub struct FromMap {
    function: PartitionFunction,
    inputs: usize,
    name: Option<Arc<str>>,
    meta: Option<MetaSpec>,
    declared: Declared,
}

impl FromMap {
    /// One partition of each input: what the function makes of it.
    #[track_caller]
    pub fn new<T, R, F>(inputs: impl IntoIterator<Item = T>, function: F) -> Self
    where
        T: Send + Sync + 'static,
        R: IntoBatch,
        F: Fn(&T) -> R + Send + Sync + 'static,
    {
        let site = ClosureSite::of::<F>(Location::caller());
        let inputs: Vec<T> = inputs.into_iter().collect();
        let n = inputs.len();
        let call = move |_: Batch, _: Vec<Batch>, cx: &Cx| {
            function(&inputs[cx.partition().number()]).into_batch()
        };
        Self {
            function: PartitionFunction::new(site, call),
            inputs: n,
            name: None,
            meta: None,
            declared: Declared::default(),
        }
    }

    /// A name for plans and messages, by which equal computations are found again, in other processes too: it must say which inputs
    /// there are as well as what the function does. Without one, a frame is another one each time it is made.
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        Self {
            function: self.function.named(Arc::clone(&name)),
            name: Some(name),
            ..self
        }
    }

    /// The columns that the function returns: pairs of name and dtype, or a [`Meta`].
    pub fn meta(self, meta: impl Into<MetaSpec>) -> Self {
        Self {
            meta: Some(meta.into()),
            ..self
        }
    }

    /// Makes the first column that the function returns, which is this one, the index.
    pub fn index(self, column: impl Into<Arc<str>>) -> Self {
        self.index_columns([column.into()])
    }

    /// Makes the first columns that the function returns, which are these, the index.
    pub fn index_columns<C: Into<Arc<str>>>(
        mut self,
        columns: impl IntoIterator<Item = C>,
    ) -> Self {
        self.declared.index = columns.into_iter().map(Into::into).collect();
        self
    }

    /// The boundaries of the partitions along the index, one more than inputs: the lower one of each partition, which belongs to it, and
    /// the last upper one, which belongs to the last partition. They are of the dtype of the index, or text of a date.
    ///
    /// Each partition is checked whenever it is made, at the cost of looking at its index columns once; a row outside of its
    /// boundaries, or with a null in the index, is an error. The order of the rows inside a partition is not looked at.
    ///
    /// ```
    /// # use swath_frame::{Batch, FromMap, Session};
    /// # let session = Session::testing();
    /// let days = FromMap::new([1_i64, 15, 20], |day: &i64| Batch::from_columns([("day", vec![*day, day + 1])]));
    /// let df = session.from_map(days.meta([("day", "int64")]).index("day").divisions([1, 10, 20, 21]))?;
    /// assert_eq!(df.divisions().locate(12)?, 1);
    /// assert_eq!(df.compute()?.num_rows(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn divisions(mut self, boundaries: impl Into<Labels>) -> Self {
        self.declared.divisions = Some(boundaries.into());
        self
    }
}

impl Session {
    /// A frame of the batches that a function makes of some inputs, one partition an input: files of a format of one's own, days,
    /// shards.
    ///
    /// Without [`meta`](FromMap::meta) the function is **called once, now, with the first input**, to learn which columns it returns.
    /// What it returns is checked as that of [`map_partitions`](DataFrame::map_partitions) is, whose words on errors, panics and memory
    /// hold here too. There is no index, and divisions are unknown, unless [`index`](FromMap::index) and
    /// [`divisions`](FromMap::divisions) say more.
    ///
    /// # Errors
    /// No input; a function that gives no answer for the first one, where there is no meta; an index or divisions that do not fit.
    ///
    /// ```
    /// # use swath_frame::{Batch, FromMap, Session};
    /// # let session = Session::testing();
    /// let squares = FromMap::new(0..4_i64, |n: &i64| Batch::from_columns([("n", vec![*n, n * n])]));
    /// let df = session.from_map(squares.meta([("n", "int64")]))?;
    /// assert_eq!(df.npartitions(), 4);
    /// assert_eq!(df.sum("n")?.get::<i64>()?, 6 + 14);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn from_map(&self, map: FromMap) -> Result<DataFrame> {
        let location = Location::caller();
        let plan = self
            .made_by(map)
            .map_err(|error| Error::planning(error, "from_map", location))?;
        Ok(DataFrame::new(self, plan, location))
    }

    fn made_by(&self, map: FromMap) -> std::result::Result<Plan, PlanError> {
        let inputs = map.inputs;
        if inputs == 0 {
            return Err(PlanError::TooSmall {
                what: "the number of inputs",
                least: 1,
                found: 0,
            });
        }
        let nothing = Partition::empty(Arc::new(Meta::empty()));
        let places = Plan::constant_copies(nothing, inputs)?;
        let (meta, rows) = (map.meta.as_ref(), RowsSeen::Partition);
        let node = MapNode::try_new(map.function, &places, &[], meta, rows, false)?;
        let node = node.declaring(map.declared, inputs)?;
        let node = match &map.name {
            Some(name) => node.known_as(name),
            None => node,
        };
        places.each_partition(Arc::new(node), self.env())
    }
}
