//! `min` and `max`: the value at one end of the order.

use swath_meta::DType;

use super::kept::{self, Choice};
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::Native;

/// The smallest or the largest value of a group, of the column's dtype; null if it has no value.
///
/// NaN is larger than every number: it is the minimum only where there is nothing else, and one NaN makes the maximum
/// NaN. Text and bytes compare byte by byte. `-0.0` comes out as `0.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

impl Aggregate for Extreme {
    fn kind(&self) -> &'static str {
        match self {
            Self::Min => Smallest::KIND,
            Self::Max => Largest::KIND,
        }
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        match self {
            Self::Min => kept::types::<Smallest>(inputs),
            Self::Max => kept::types::<Largest>(inputs),
        }
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        match self {
            Self::Min => kept::accumulator::<Smallest>(inputs),
            Self::Max => kept::accumulator::<Largest>(inputs),
        }
    }
}

/// The choice of one end of the order.
pub(super) struct End<const LARGEST: bool>;

pub(super) type Smallest = End<false>;
pub(super) type Largest = End<true>;

impl<const LARGEST: bool> Choice for End<LARGEST> {
    const KIND: &'static str = if LARGEST { "max" } else { "min" };
    const COMPARES: bool = true;

    #[inline]
    fn start<N: Native>() -> N {
        if LARGEST { N::START_MAX } else { N::START_MIN }
    }

    #[inline]
    fn prefers<N: Native>(new: N, old: N, _seen: bool) -> bool {
        if LARGEST {
            new.above(old)
        } else {
            new.below(old)
        }
    }

    #[inline]
    fn prefers_bytes(new: &[u8], old: &[u8]) -> bool {
        if LARGEST { new > old } else { new < old }
    }

    fn one_of<N: Native>(values: &[N]) -> N {
        if LARGEST {
            N::largest(values)
        } else {
            N::smallest(values)
        }
    }

    #[inline]
    fn finish<N: Native>(value: N) -> N {
        value.canonical()
    }
}
