//! `idxmin` and `idxmax`: what stands beside the smallest and the largest value.

use std::marker::PhantomData;

use arrow_array::{Array, ArrayRef, new_null_array};
use swath_meta::DType;

use super::byte_states::ByteStates;
use super::extreme::{Largest, Smallest};
use super::input::{plain_column, states, two};
use super::kept::{self, Choice};
use super::totals::each_valid;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::encoding::{Views, cast_to, plain_type};
use crate::native::{Native, column, values, with_native};
use crate::select::interleave_columns;

/// The label in the row of the smallest or the largest value of a group: of the first row, if several have it. Null if the
/// group has no value.
///
/// The first input holds the values, the second the labels. Values compare as for `min` and `max`; labels may be of any dtype,
/// and null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Located {
    /// Beside the smallest.
    Min,
    /// Beside the largest.
    Max,
}

impl Aggregate for Located {
    fn kind(&self) -> &'static str {
        match self {
            Self::Min => "idxmin",
            Self::Max => "idxmax",
        }
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let (value, label) = two(self.kind(), inputs)?;
        let values = match self {
            Self::Min => kept::types::<Smallest>(std::slice::from_ref(value)),
            Self::Max => kept::types::<Largest>(std::slice::from_ref(value)),
        };
        let refused = |error| match error {
            KernelError::Unsupported { dtype, cast, .. } => KernelError::Unsupported {
                operation: self.kind().to_owned(),
                dtype,
                cast,
            },
            other => other,
        };
        values.map_err(refused)?;
        Ok(AggregateTypes {
            state: vec![value.clone(), label.clone()],
            output: label.clone(),
            output_nullable: true,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        self.infer(inputs)?;
        let (value, label) = (inputs[0].clone(), inputs[1].clone());
        Ok(match self {
            Self::Min => running::<Smallest>(self.kind(), value, label),
            Self::Max => running::<Largest>(self.kind(), value, label),
        })
    }
}

fn running<C: Choice>(kind: &'static str, value: DType, label: DType) -> Box<dyn Accumulator> {
    let best: Box<dyn Best> = with_native!(&plain_type(&value), N => Box::new(Numbers::<N, C> {
        values: Vec::new(),
        seen: Vec::new(),
        choice: PhantomData,
    }), _ => Box::new(Texts::<C> {
        states: ByteStates::default(),
        choice: PhantomData,
    }));
    Box::new(Running {
        kind,
        best,
        labels: Labels::new(label.clone()),
        value,
        label,
    })
}

/// The best value of each group.
trait Best: Send {
    /// Makes room for groups without a value.
    fn widen(&mut self, n_groups: usize);
    /// Offers the rows of a plain column, and tells which take the place of what their group had.
    fn offer(&mut self, groups: &[u32], column: &ArrayRef, won: &mut dyn FnMut(usize));
    /// Takes the values out, null where there is none.
    fn take(&mut self, dtype: &DType) -> Result<ArrayRef, KernelError>;
    fn bytes(&self) -> u64;
}

struct Numbers<N, C> {
    values: Vec<N>,
    seen: Vec<bool>,
    choice: PhantomData<C>,
}

impl<N: Native, C: Choice> Best for Numbers<N, C> {
    fn widen(&mut self, n_groups: usize) {
        let n_groups = n_groups.max(self.values.len());
        self.values.resize(n_groups, C::start());
        self.seen.resize(n_groups, false);
    }

    fn offer(&mut self, groups: &[u32], column: &ArrayRef, won: &mut dyn FnMut(usize)) {
        let new = values::<N>(column);
        each_valid(column.nulls(), groups.len(), |row| {
            let group = groups[row] as usize;
            let (value, old) = (new[row].canonical(), self.values[group]);
            if self.seen[group] {
                // A second NaN is no better than the first.
                let is_same = value == old || (is_nan(value) && is_nan(old));
                if is_same || !C::prefers(value, old, true) {
                    return;
                }
            }
            self.values[group] = value;
            self.seen[group] = true;
            won(row);
        });
    }

    fn take(&mut self, dtype: &DType) -> Result<ArrayRef, KernelError> {
        let nulls = std::mem::take(&mut self.seen).into();
        let values = std::mem::take(&mut self.values);
        Ok(column::<N>(values, Some(nulls), &dtype.border()))
    }

    fn bytes(&self) -> u64 {
        (self.values.capacity() * size_of::<N>() + self.seen.capacity()) as u64
    }
}

/// Whether a value is NaN, the only one that cannot be compared.
#[inline]
fn is_nan<N: Native>(value: N) -> bool {
    value.partial_cmp(&value).is_none()
}

struct Texts<C> {
    states: ByteStates,
    choice: PhantomData<C>,
}

impl<C: Choice> Best for Texts<C> {
    fn widen(&mut self, n_groups: usize) {
        self.states.widen(n_groups);
    }

    fn offer(&mut self, groups: &[u32], column: &ArrayRef, won: &mut dyn FnMut(usize)) {
        let views = Views::of(column).expect("plain text is views");
        each_valid(column.nulls(), groups.len(), |row| {
            let group = groups[row] as usize;
            views.with(row, |bytes| {
                let old = self.states.get(group);
                if old.is_none_or(|old| C::prefers_bytes(bytes, old)) {
                    self.states.set(group, bytes);
                    won(row);
                }
            });
        });
    }

    fn take(&mut self, dtype: &DType) -> Result<ArrayRef, KernelError> {
        let column: ArrayRef = if *dtype == DType::Binary {
            std::sync::Arc::new(self.states.take())
        } else {
            self.states.take_text()
        };
        cast_to(&column, &dtype.border())
    }

    fn bytes(&self) -> u64 {
        self.states.bytes()
    }
}

/// One row of labels a group, in pieces of the columns they came in.
struct Labels {
    dtype: DType,
    /// The first is one null.
    parts: Vec<Vec<ArrayRef>>,
    /// Part and row of each group's label.
    at: Vec<(usize, usize)>,
    kept: usize,
}

impl Labels {
    fn new(dtype: DType) -> Self {
        Self {
            parts: vec![vec![new_null_array(&dtype.border(), 1)]],
            dtype,
            at: Vec::new(),
            kept: 0,
        }
    }

    fn widen(&mut self, n_groups: usize) {
        self.at.resize(n_groups.max(self.at.len()), (0, 0));
    }

    /// Takes the labels of the rows that won, in the order in which they did.
    fn set(&mut self, won: &[(u32, u32)], labels: &ArrayRef) -> Result<(), KernelError> {
        if won.is_empty() {
            return Ok(());
        }
        // A group that was won several times keeps the last.
        let mut last: Vec<(u32, u32)> = won.to_vec();
        last.sort_by_key(|(group, _)| *group);
        last.reverse();
        last.dedup_by_key(|(group, _)| *group);
        let rows = last.iter().map(|(_, row)| *row);
        let part = crate::select::take_columns(
            std::slice::from_ref(labels),
            &arrow_array::UInt32Array::from_iter_values(rows),
        )?;
        for (row, (group, _)) in last.iter().enumerate() {
            self.at[*group as usize] = (self.parts.len(), row);
        }
        self.kept += last.len();
        self.parts.push(part);
        if self.kept > 2 * self.at.len() + 4096 {
            let all = interleave_columns(&self.parts, &self.at)?;
            self.parts.truncate(1);
            self.parts.push(all);
            self.kept = self.at.len();
            for (group, at) in self.at.iter_mut().enumerate() {
                *at = (1, group);
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Result<ArrayRef, KernelError> {
        let labels = interleave_columns(&self.parts, &self.at)?.remove(0);
        let labels = cast_to(&labels, &self.dtype.border())?;
        *self = Self::new(self.dtype.clone());
        Ok(labels)
    }

    fn bytes(&self) -> u64 {
        let parts = self.parts.iter().flatten();
        let parts: usize = parts.map(Array::get_array_memory_size).sum();
        (parts + self.at.capacity() * size_of::<(usize, usize)>()) as u64
    }
}

struct Running {
    kind: &'static str,
    value: DType,
    label: DType,
    best: Box<dyn Best>,
    labels: Labels,
}

impl Running {
    fn offer(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        values: &ArrayRef,
        labels: &ArrayRef,
    ) -> Result<(), KernelError> {
        self.best.widen(n_groups);
        self.labels.widen(n_groups);
        let mut won: Vec<(u32, u32)> = Vec::new();
        self.best.offer(groups, values, &mut |row| {
            won.push((groups[row], row as u32));
        });
        self.labels.set(&won, labels)
    }
}

impl Accumulator for Running {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let (values, labels) = two(self.kind, inputs)?;
        let values = plain_column(self.kind, values, &self.value, groups.len())?;
        let labels = plain_column(self.kind, labels, &self.label, groups.len())?;
        self.offer(groups, n_groups, &values, &labels)
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let dtypes = [self.value.clone(), self.label.clone()];
        let state = states(self.kind, state, &dtypes, groups.len())?;
        self.offer(groups, n_groups, &state[0], &state[1])
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        let values = self.best.take(&self.value)?;
        Ok(vec![values, self.labels.take()?])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        self.best.take(&self.value)?;
        self.labels.take()
    }

    fn bytes(&self) -> u64 {
        self.best.bytes() + self.labels.bytes()
    }
}
