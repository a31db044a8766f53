//! Frames whose partitions are made by functions: `from_map`, `from_delayed`.

use std::error::Error as StdError;
use std::fmt::{self, Debug, Formatter};
use std::panic::Location;
use std::sync::Arc;

use swath_batch::{Batch, ClosureSite, Cx, Partition};
use swath_meta::{Meta, MetaSpec};
use swath_ops::step::{PartitionFunction, RowsSeen};
use swath_plan::{MapPartitions as MapNode, Plan, PlanError};

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
        let call = move |_: Batch, cx: &Cx| function(&inputs[cx.partition().number()]).into_batch();
        Self {
            function: PartitionFunction::new(site, call),
            inputs: n,
            name: None,
            meta: None,
        }
    }

    /// Calls each of these functions for a partition of its own.
    ///
    /// ```
    /// # use swath_frame::{Batch, FromMap, Session, delayed};
    /// # let session = Session::testing();
    /// let parts = [1_i64, 2].map(|n| delayed(move || Batch::from_columns([("n", vec![n])])));
    /// // Nothing is called before something is computed.
    /// let df = session.from_map(FromMap::delayed(parts).meta([("n", "int64")]))?;
    /// assert_eq!(df.sum("n")?.get::<i64>()?, 3);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn delayed(parts: impl IntoIterator<Item = Delayed>) -> Self {
        let parts: Vec<Delayed> = parts.into_iter().collect();
        let location = Location::caller();
        let site = parts.first().map_or_else(
            || ClosureSite::of::<fn()>(location),
            |first| first.site.clone(),
        );
        let inputs = parts.len();
        let call = move |_: Batch, cx: &Cx| (parts[cx.partition().number()].call)();
        Self {
            function: PartitionFunction::new(site, call),
            inputs,
            name: None,
            meta: None,
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
}

/// A function that makes one partition, for [`Session::from_delayed`].
#[derive(Clone)]
pub struct Delayed {
    site: ClosureSite,
    call:
        Arc<dyn Fn() -> std::result::Result<Batch, Box<dyn StdError + Send + Sync>> + Send + Sync>,
}

/// Puts the call of a function off until a frame made of it is computed.
#[track_caller]
pub fn delayed<R, F>(function: F) -> Delayed
where
    R: IntoBatch,
    F: Fn() -> R + Send + Sync + 'static,
{
    Delayed {
        site: ClosureSite::of::<F>(Location::caller()),
        call: Arc::new(move || function().into_batch()),
    }
}

impl Debug for Delayed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Delayed({})", self.site)
    }
}

impl Session {
    /// A frame of the batches that a function makes of some inputs, one partition an input: files of a format of one's own, days,
    /// shards.
    ///
    /// Without [`meta`](FromMap::meta) the function is **called once, now, with the first input**, to learn which columns it returns.
    /// What it returns is checked as that of [`map_partitions`](DataFrame::map_partitions) is, whose words on errors, panics and memory
    /// hold here too. There is no index, and divisions are unknown.
    ///
    /// # Errors
    /// No input; a function that gives no answer for the first one, where there is no meta.
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
        self.made_by(map, "from_map", Location::caller())
    }

    /// A frame of the batches that functions return, one partition a function; the first one is **called once, now**, to learn which
    /// columns they return. See [`from_map`](Self::from_map), which is for one function of several inputs, and which
    /// [`FromMap::delayed`] tells the columns of these.
    ///
    /// # Errors
    /// No function; a first one that gives no answer.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, delayed};
    /// # let session = Session::testing();
    /// let parts = [1, 2, 3].map(|n| delayed(move || Batch::from_columns([("n", vec![n as i64; 2])])));
    /// assert_eq!(session.from_delayed(parts)?.sum("n")?.get::<i64>()?, 12);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn from_delayed(&self, parts: impl IntoIterator<Item = Delayed>) -> Result<DataFrame> {
        self.made_by(FromMap::delayed(parts), "from_delayed", Location::caller())
    }

    fn made_by(
        &self,
        map: FromMap,
        call: &'static str,
        location: &'static Location<'static>,
    ) -> Result<DataFrame> {
        let FromMap {
            function,
            inputs,
            name,
            meta,
        } = map;
        let build = || -> std::result::Result<Plan, PlanError> {
            if inputs == 0 {
                return Err(PlanError::TooSmall {
                    what: "the number of inputs",
                    least: 1,
                    found: 0,
                });
            }
            let nothing = Partition::empty(Arc::new(Meta::empty()));
            let places = Plan::constant_copies(nothing, inputs)?;
            let meta = meta.as_ref();
            let rows = RowsSeen::Partition;
            let node = MapNode::try_new(function, &places, meta, rows, false)?;
            let node = match &name {
                Some(name) => node.known_as(name),
                None => node,
            };
            places.each_partition(Arc::new(node), self.env())
        };
        let plan = build().map_err(|error| Error::planning(error, call, location))?;
        Ok(DataFrame::new(self, plan, location))
    }
}
