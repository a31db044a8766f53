//! `min`: the smallest value.

use swath_meta::DType;

use super::kept::{self, Choice};
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::Native;

/// The smallest value of a group, of the column's dtype; null if it has no value.
///
/// NaN is larger than every number, so it is the answer only where there is nothing else. Text and
/// bytes compare byte by byte. `-0.0` comes out as `0.0`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Min;

impl Aggregate for Min {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn infer(&self, input: Option<&DType>) -> Result<AggregateTypes, KernelError> {
        kept::types::<Self>(input)
    }

    fn accumulator(&self, input: Option<&DType>) -> Result<Box<dyn Accumulator>, KernelError> {
        kept::accumulator::<Self>(input)
    }
}

impl Choice for Min {
    const KIND: &'static str = "min";
    const COMPARES: bool = true;

    #[inline]
    fn start<N: Native>() -> N {
        N::START_MIN
    }

    #[inline]
    fn prefers<N: Native>(new: N, old: N, _seen: bool) -> bool {
        new.below(old)
    }

    #[inline]
    fn prefers_bytes(new: &[u8], old: &[u8]) -> bool {
        new < old
    }

    fn one_of<N: Native>(values: &[N]) -> N {
        N::smallest(values)
    }

    #[inline]
    fn finish<N: Native>(value: N) -> N {
        value.canonical()
    }
}
