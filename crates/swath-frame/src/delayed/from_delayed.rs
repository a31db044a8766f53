//! Frames whose partitions are what delayed calls return.

use std::panic::Location;
use std::sync::Arc;

use swath_batch::Batch;
use swath_divisions::Labels;
use swath_meta::{Field, Index, Meta, MetaSpec};
use swath_plan::{Declared, Plan, PlanError};

use super::Delayed;
use crate::{DataFrame, Error, Result, Session, compute};

/// Delayed calls that return batches, for [`Session::from_delayed`].
#[derive(Clone, Debug)]
#[must_use = "calls make no frame until a session is given them"]
pub struct FromDelayed {
    parts: Vec<Delayed<Batch>>,
    meta: Option<MetaSpec>,
    declared: Declared,
}

impl FromDelayed {
    /// One partition of each call, in order.
    pub fn new(parts: impl IntoIterator<Item = Delayed<Batch>>) -> Self {
        Self {
            parts: parts.into_iter().collect(),
            meta: None,
            declared: Declared::default(),
        }
    }

    /// The columns that each of them returns: pairs of name and dtype, or a [`Meta`].
    pub fn meta(self, meta: impl Into<MetaSpec>) -> Self {
        Self {
            meta: Some(meta.into()),
            ..self
        }
    }

    /// Makes the first column that they return, which is this one, the index.
    pub fn index(self, column: impl Into<Arc<str>>) -> Self {
        self.index_columns([column.into()])
    }

    /// Makes the first columns that they return, which are these, the index.
    pub fn index_columns<C: Into<Arc<str>>>(
        mut self,
        columns: impl IntoIterator<Item = C>,
    ) -> Self {
        self.declared.index = columns.into_iter().map(Into::into).collect();
        self
    }

    /// The boundaries of the partitions along the index, one more than partitions; see [`FromMap::divisions`](crate::FromMap::divisions).
    pub fn divisions(mut self, boundaries: impl Into<Labels>) -> Self {
        self.declared.divisions = Some(boundaries.into());
        self
    }
}

impl<I: IntoIterator<Item = Delayed<Batch>>> From<I> for FromDelayed {
    fn from(parts: I) -> Self {
        Self::new(parts)
    }
}

impl Session {
    /// A frame of the batches that [delayed calls](Self::delayed) return, one partition a call. What the calls share runs once.
    ///
    /// Without [`meta`](FromDelayed::meta) the first call is **computed once, now**, with all that it reads, to learn which columns they
    /// return. What each returns is checked when it is computed, as for [`map_partitions`](DataFrame::map_partitions). There is no
    /// index, and divisions are unknown, unless the options say more.
    ///
    /// # Errors
    /// No call; a first one that fails, where there is no meta; an index or divisions that do not fit; calls of another session.
    ///
    /// ```
    /// # use swath_frame::{Batch, FromDelayed, Session};
    /// # let session = Session::testing();
    /// let rate = session.delayed((), || 3_i64);
    /// let parts = [1, 2, 3].map(|n| {
    ///     session.try_delayed(&rate, move |rate: &i64| Batch::from_columns([("day", vec![n]), ("price", vec![n * rate])]))
    /// });
    /// // Nothing is called before something is computed.
    /// let parts = FromDelayed::new(parts).meta([("day", "int64"), ("price", "int64")]);
    /// let df = session.from_delayed(parts.index("day").divisions([1, 2, 3, 4]))?;
    /// assert_eq!(df.divisions().to_string(), "Known(1 … 4, 3 partitions)");
    /// assert_eq!(df.sum("price")?.get::<i64>()?, 18);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn from_delayed(&self, parts: impl Into<FromDelayed>) -> Result<DataFrame> {
        self.made_of(parts.into(), Location::caller())
    }

    fn made_of(
        &self,
        from: FromDelayed,
        location: &'static Location<'static>,
    ) -> Result<DataFrame> {
        const CALL: &str = "from_delayed";
        let FromDelayed {
            parts,
            meta,
            declared,
        } = from;
        for part in &parts {
            part.checked()?;
            if part.session().id() != self.id() {
                return Err(Error::sessions(CALL, location));
            }
        }
        let refused = |error: PlanError| Error::planning(error, CALL, location);
        let meta = match (meta, parts.first()) {
            (Some(meta), _) => meta
                .resolve(&Meta::empty())
                .map_err(|error| refused(error.into()))?,
            (None, Some(first)) => returned_by(first).map_err(|error| {
                let fix = "declare what it returns: `FromDelayed::new(..).meta([(\"column\", \"dtype\"), …])`";
                error.also_at("called", location).or_fix(fix)
            })?,
            (None, None) => Meta::empty(),
        };
        let calls = parts
            .iter()
            .map(|part| (part.site().clone(), part.plan().clone()));
        let plan = Plan::returned(calls, meta, declared).map_err(refused)?;
        Ok(DataFrame::new(self, plan, location))
    }
}

/// The columns of what a call returns, which is computed. All may hold nulls, and none is the index.
fn returned_by(call: &Delayed<Batch>) -> Result<Meta> {
    let batch = compute(call)?;
    let fields = batch.meta().fields().iter().map(|field| Field {
        nullable: true,
        ..field.clone()
    });
    Ok(Meta::try_new(fields, Index::none())?)
}
