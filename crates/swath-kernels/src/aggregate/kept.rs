//! Aggregates that keep one of the values they see: the smallest, the first, …

use std::marker::PhantomData;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use swath_meta::DType;

use super::byte_states::ByteStates;
use super::extreme_text::each_candidate;
use super::input::{only, plain_input, text_input};
use super::totals::each_valid;
use super::{Accumulator, AggregateTypes};
use crate::KernelError;
use crate::encoding::{Views, cast_to, plain_type};
use crate::native::{Native, column, values, with_native};

/// Which value is kept.
pub(super) trait Choice: Send + 'static {
    /// The aggregate's name.
    const KIND: &'static str;
    /// Whether values are compared, so that they need an order.
    const COMPARES: bool;

    /// What a group holds before its first value.
    fn start<N: Native>() -> N;
    /// Whether `new` is kept instead of `old`; `old` is the start if nothing was `seen`.
    fn prefers<N: Native>(new: N, old: N, seen: bool) -> bool;
    /// The same for text and bytes, after the first.
    fn prefers_bytes(new: &[u8], old: &[u8]) -> bool;
    /// The one of several values that is kept.
    fn one_of<N: Native>(values: &[N]) -> N;
    /// The value as it is given out.
    fn finish<N: Native>(value: N) -> N;
}

/// Types of an aggregate that keeps a value: state and result are of the input's dtype.
pub(super) fn types<C: Choice>(inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
    let input = only(C::KIND, inputs)?;
    let unsupported = |cast| Err(KernelError::unsupported(C::KIND, input, cast));
    match input {
        DType::Category if C::COMPARES => unsupported(Some(DType::String)),
        DType::Null | DType::List(_) | DType::Struct(_) => unsupported(None),
        _ => Ok(AggregateTypes {
            state: vec![input.clone()],
            output: input.clone(),
            output_nullable: true,
        }),
    }
}

/// The states of no groups.
pub(super) fn accumulator<C: Choice>(
    inputs: &[DType],
) -> Result<Box<dyn Accumulator>, KernelError> {
    let dtype = types::<C>(inputs)?.output;
    let data_type = plain_type(&dtype);
    Ok(with_native!(&data_type, N => Box::new(Kept::<N, C> {
        dtype,
        values: Vec::new(),
        seen: Vec::new(),
        choice: PhantomData,
    }), _ => Box::new(KeptBytes::<C> {
        dtype,
        states: ByteStates::default(),
        choice: PhantomData,
    })))
}

/// Fixed-width values, one a group.
struct Kept<N, C> {
    dtype: DType,
    values: Vec<N>,
    seen: Vec<bool>,
    choice: PhantomData<C>,
}

impl<N: Native, C: Choice> Kept<N, C> {
    fn widen(&mut self, n_groups: usize) {
        let n_groups = n_groups.max(self.values.len());
        self.values.resize(n_groups, C::start());
        self.seen.resize(n_groups, false);
    }

    #[inline]
    fn offer(&mut self, group: usize, value: N) {
        if C::prefers(value, self.values[group], self.seen[group]) {
            self.values[group] = value;
        }
        self.seen[group] = true;
    }
}

impl<N: Native, C: Choice> Accumulator for Kept<N, C> {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        if n_groups == 1 {
            return self.update_all(groups.len(), inputs);
        }
        let array = plain_input(C::KIND, inputs, &self.dtype, groups.len())?;
        self.widen(n_groups);
        let values = values::<N>(&array);
        match array.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => {
                for (group, value) in groups.iter().zip(&values[..]) {
                    self.offer(*group as usize, *value);
                }
            }
            nulls => each_valid(nulls, groups.len(), |row| {
                self.offer(groups[row] as usize, values[row]);
            }),
        }
        Ok(())
    }

    fn update_all(&mut self, rows: usize, inputs: &[ArrayRef]) -> Result<(), KernelError> {
        let array = plain_input(C::KIND, inputs, &self.dtype, rows)?;
        self.widen(1);
        let values = values::<N>(&array);
        match array.nulls().filter(|nulls| nulls.null_count() > 0) {
            None if rows > 0 => self.offer(0, C::one_of(&values)),
            None => {}
            Some(nulls) => {
                for (from, to) in nulls.valid_slices() {
                    self.offer(0, C::one_of(&values[from..to]));
                }
            }
        }
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        // A state is a value like any other, null where a group has none.
        self.update(groups, n_groups, state)
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(vec![self.finish()?])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let seen = std::mem::take(&mut self.seen);
        let nulls = NullBuffer::new(BooleanBuffer::from(seen));
        let values = std::mem::take(&mut self.values)
            .into_iter()
            .map(C::finish)
            .collect();
        Ok(column::<N>(values, Some(nulls), &self.dtype.border()))
    }

    fn bytes(&self) -> u64 {
        (self.values.capacity() * size_of::<N>() + self.seen.capacity()) as u64
    }
}

/// Text or bytes, one a group.
struct KeptBytes<C> {
    dtype: DType,
    states: ByteStates,
    choice: PhantomData<C>,
}

impl<C: Choice> KeptBytes<C> {
    #[inline]
    fn offer(&mut self, group: usize, bytes: &[u8]) {
        if self
            .states
            .get(group)
            .is_none_or(|old| C::prefers_bytes(bytes, old))
        {
            self.states.set(group, bytes);
        }
    }
}

impl<C: Choice> Accumulator for KeptBytes<C> {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let array = plain_input(C::KIND, inputs, &self.dtype, groups.len())?;
        self.states.widen(n_groups);
        let views = Views::of(&array).expect("plain text is views");
        each_valid(array.nulls(), groups.len(), |row| {
            views.with(row, |bytes| self.offer(groups[row] as usize, bytes));
        });
        Ok(())
    }

    fn update_all(&mut self, rows: usize, inputs: &[ArrayRef]) -> Result<(), KernelError> {
        self.states.widen(1);
        if C::COMPARES {
            let array = text_input(C::KIND, inputs, &self.dtype, rows)?;
            return each_candidate(&array, C::prefers_bytes, |bytes| self.offer(0, bytes));
        }
        let array = plain_input(C::KIND, inputs, &self.dtype, rows)?;
        let views = Views::of(&array).expect("plain text is views");
        each_valid(array.nulls(), rows, |row| {
            views.with(row, |bytes| self.offer(0, bytes));
        });
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        self.update(groups, n_groups, state)
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(vec![self.finish()?])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let column: ArrayRef = if self.dtype == DType::Binary {
            Arc::new(self.states.take())
        } else {
            self.states.take_text()
        };
        cast_to(&column, &self.dtype.border())
    }

    fn bytes(&self) -> u64 {
        self.states.bytes()
    }
}
