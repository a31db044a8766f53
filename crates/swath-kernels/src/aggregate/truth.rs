//! `any` and `all`: whether one value is true, whether none is false.

use arrow_array::{Array, ArrayRef};
use swath_meta::DType;

use super::input::{only, plain_input};
use super::totals::each_valid;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::{column, values};

/// Whether some value of a group is true, or all are; nulls are skipped. Of nothing, `any` is false and `all` true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// One is true.
    Any,
    /// None is false.
    All,
}

impl Truth {
    /// The answer that one value suffices for.
    fn settled(self) -> u8 {
        u8::from(self == Self::Any)
    }
}

impl Aggregate for Truth {
    fn kind(&self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        match only(self.kind(), inputs)? {
            DType::Bool => Ok(AggregateTypes {
                state: vec![DType::Bool],
                output: DType::Bool,
                output_nullable: false,
            }),
            other => {
                let cast = (other.is_numeric() || other.is_string()).then_some(DType::Bool);
                Err(KernelError::unsupported(self.kind(), other, cast))
            }
        }
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        self.infer(inputs)?;
        Ok(Box::new(Truths {
            truth: *self,
            of: Vec::new(),
        }))
    }
}

struct Truths {
    truth: Truth,
    /// 0 or 1 a group.
    of: Vec<u8>,
}

impl Accumulator for Truths {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let array = plain_input(self.truth.kind(), inputs, &DType::Bool, groups.len())?;
        let settled = self.truth.settled();
        self.of.resize(n_groups.max(self.of.len()), 1 - settled);
        let bits = values::<u8>(&array);
        each_valid(array.nulls(), groups.len(), |row| {
            if bits[row] == settled {
                self.of[groups[row] as usize] = settled;
            }
        });
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        // A state is a value like any other.
        self.update(groups, n_groups, state)
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(vec![self.finish()?])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        Ok(column(
            std::mem::take(&mut self.of),
            None,
            &DType::Bool.border(),
        ))
    }

    fn bytes(&self) -> u64 {
        self.of.capacity() as u64
    }
}
