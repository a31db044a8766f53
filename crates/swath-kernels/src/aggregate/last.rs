//! `last`: the last value that is not null.

use swath_meta::DType;

use super::kept::{self, Choice};
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::Native;

/// The last value of a group that is not null, in input order; null if there is none. NaN is a value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Last;

impl Aggregate for Last {
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

impl Choice for Last {
    const KIND: &'static str = "last";
    const COMPARES: bool = false;

    #[inline]
    fn start<N: Native>() -> N {
        N::default()
    }

    #[inline]
    fn prefers<N: Native>(_new: N, _old: N, _seen: bool) -> bool {
        true
    }

    #[inline]
    fn prefers_bytes(_new: &[u8], _old: &[u8]) -> bool {
        true
    }

    fn one_of<N: Native>(values: &[N]) -> N {
        values[values.len() - 1]
    }

    #[inline]
    fn finish<N: Native>(value: N) -> N {
        value
    }
}
