//! `size`: how many rows there are.

use swath_meta::DType;

use super::count::Counts;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;

/// The number of rows of a group, nulls and all, as int64. Needs no column and reads none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size;

impl Aggregate for Size {
    fn kind(&self) -> &'static str {
        "size"
    }

    fn infer(&self, _: &[DType]) -> Result<AggregateTypes, KernelError> {
        Ok(Counts::types())
    }

    fn accumulator(&self, _: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        Ok(Box::new(Counts::new("size", false)))
    }
}
