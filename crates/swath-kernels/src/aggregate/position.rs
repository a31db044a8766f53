//! `first` and `last`: the value at one end of the rows.

use swath_meta::DType;

use super::kept::{self, Choice};
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::Native;

/// The first or the last value of a group that is not null, in input order; null if there is none. NaN is a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The first.
    First,
    /// The last.
    Last,
}

impl Aggregate for Position {
    fn kind(&self) -> &'static str {
        match self {
            Self::First => Earliest::KIND,
            Self::Last => Latest::KIND,
        }
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        match self {
            Self::First => kept::types::<Earliest>(inputs),
            Self::Last => kept::types::<Latest>(inputs),
        }
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        match self {
            Self::First => kept::accumulator::<Earliest>(inputs),
            Self::Last => kept::accumulator::<Latest>(inputs),
        }
    }
}

/// The choice of one end of the rows.
struct Row<const LAST: bool>;

type Earliest = Row<false>;
type Latest = Row<true>;

impl<const LAST: bool> Choice for Row<LAST> {
    const KIND: &'static str = if LAST { "last" } else { "first" };
    const COMPARES: bool = false;

    #[inline]
    fn start<N: Native>() -> N {
        N::default()
    }

    #[inline]
    fn prefers<N: Native>(_new: N, _old: N, seen: bool) -> bool {
        LAST || !seen
    }

    #[inline]
    fn prefers_bytes(_new: &[u8], _old: &[u8]) -> bool {
        LAST
    }

    fn one_of<N: Native>(values: &[N]) -> N {
        values[if LAST { values.len() - 1 } else { 0 }]
    }

    #[inline]
    fn finish<N: Native>(value: N) -> N {
        value
    }
}
