//! Verbs that choose or change partitions.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo};
use std::panic::Location;

use swath_memory::ByteSize;
use swath_plan::PlanError;

use super::DataFrame;
use crate::{Error, Result};

/// Options of [`DataFrame::repartition`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Repartition {
    /// This many partitions; the verb refuses what is not positive.
    Npartitions(i64),
    /// Partitions of about this size in memory, such as `"100MiB"`.
    Size(String),
}

impl Repartition {
    /// `n` partitions.
    pub fn by_npartitions(n: usize) -> Self {
        Self::Npartitions(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// Partitions of about `size` bytes in memory: `"100MB"` is 10^8 bytes, `"100MiB"` is 100 · 2^20.
    pub fn by_size(size: impl Into<String>) -> Self {
        Self::Size(size.into())
    }
}

impl From<usize> for Repartition {
    fn from(n: usize) -> Self {
        Self::by_npartitions(n)
    }
}

impl From<i32> for Repartition {
    fn from(n: i32) -> Self {
        Self::Npartitions(i64::from(n))
    }
}

mod sealed {
    pub trait Sealed {}
}

/// Which partitions: a number, a range, or a list.
pub trait IntoPartitions: sealed::Sealed {
    /// The numbers, for a frame of `npartitions`.
    fn into_partitions(self, npartitions: usize) -> Vec<usize>;
}

macro_rules! into_partitions {
    ($($kind:ty: |$which:ident, $n:ident| $numbers:expr;)*) => {$(
        impl sealed::Sealed for $kind {}
        impl IntoPartitions for $kind {
            fn into_partitions(self, $n: usize) -> Vec<usize> {
                let $which = self;
                $numbers
            }
        }
    )*};
}

into_partitions! {
    usize: |which, _n| vec![which];
    Vec<usize>: |which, _n| which;
    &[usize]: |which, _n| which.to_vec();
    Range<usize>: |which, _n| which.collect();
    RangeInclusive<usize>: |which, _n| which.collect();
    RangeFrom<usize>: |which, n| (which.start..n).collect();
    RangeTo<usize>: |which, _n| (0..which.end).collect();
    RangeFull: |_which, n| (0..n).collect();
}

impl<const N: usize> sealed::Sealed for [usize; N] {}

impl<const N: usize> IntoPartitions for [usize; N] {
    fn into_partitions(self, _: usize) -> Vec<usize> {
        self.to_vec()
    }
}

impl DataFrame {
    /// Some of the partitions, in the order given; the others are not computed.
    ///
    /// # Errors
    /// A partition that does not exist, or none at all.
    #[track_caller]
    pub fn partitions(&self, which: impl IntoPartitions) -> Result<Self> {
        self.next("partitions", Location::caller(), |plan, _| {
            plan.partitions(which.into_partitions(plan.npartitions()))
        })
    }

    /// The same rows in another number of partitions.
    ///
    /// Fewer partitions join neighbours: rows keep their order, and known divisions stay known.
    ///
    /// More partitions of known divisions over numbers, dates or times are cut at boundaries interpolated between
    /// the present ones, as Dask does: divisions stay known, equal index values stay together, and new partitions
    /// are as even as the index values are. Rows keep their order within each new partition; a partition that is
    /// not sorted by the index gives its rows of lower index values first. Everything else is cut evenly by rows,
    /// in order: a frame without known divisions, and one whose index has fewer values between its boundaries
    /// than partitions are asked for; divisions are then unknown, because equal index values may stand on both
    /// sides of a cut.
    ///
    /// By size, the number of partitions follows from what is known without computing: the exact bytes of
    /// persisted partitions, the footers of files, and otherwise the size of what was read.
    ///
    /// # Errors
    /// Zero partitions; a size that is no size.
    #[track_caller]
    pub fn repartition(&self, into: impl Into<Repartition>) -> Result<Self> {
        let location = Location::caller();
        let n = match into.into() {
            Repartition::Npartitions(n) => usize::try_from(n).map_err(|_| {
                let error = PlanError::Negative {
                    operation: "repartition",
                    what: "partitions",
                    found: n,
                };
                Error::planning(error, "repartition", location)
            })?,
            Repartition::Size(text) => {
                let size: ByteSize = text
                    .parse()
                    .map_err(|error| Error::option("repartition", "size", error, location))?;
                let total = swath_plan::estimated_bytes(self.plan());
                let bytes = size.of(total);
                if bytes == 0 {
                    let error = PlanError::TooSmall {
                        what: "the size of a partition in bytes",
                        least: 1,
                        found: 0,
                    };
                    return Err(Error::planning(error, "repartition", location));
                }
                usize::try_from(total.div_ceil(bytes))
                    .unwrap_or(usize::MAX)
                    .max(1)
            }
        };
        self.next("repartition", location, |plan, _| plan.repartition(n))
    }
}
