//! An author's own aggregate, one value at a time.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use swath_batch::Value;
use swath_meta::DType;

use super::byte_states::ByteStates;
use super::input::{only, plain_input, states};
use super::totals::each_valid;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;

/// An aggregate that is written as what happens to one group: a state that begins as its default, takes values, merges with
/// the state of other rows, and ends as a value.
///
/// States travel between tasks through serde, so a group may be cut into parts anywhere; the answer must not depend on where,
/// and of parts the earlier rows come first. Nulls are skipped, NaN is a value. Costs some hundred nanoseconds a row: for an
/// aggregate as fast as the built-in ones implement [`Aggregate`], over columns.
///
/// ```
/// use arrow_array::{ArrayRef, Float64Array};
/// use std::sync::Arc;
/// use swath_batch::Value;
/// use swath_kernels::{Aggregate, Aggregation, Custom};
/// use swath_meta::DType;
///
/// /// The geometric mean.
/// struct GeoMean;
///
/// impl Aggregation for GeoMean {
///     const NAME: &'static str = "geo_mean";
///     /// The sum of logarithms, and how many.
///     type State = (f64, u64);
///
///     fn output(&self, input: &DType) -> Option<DType> {
///         input.is_float().then_some(DType::Float64)
///     }
///
///     fn update(&self, state: &mut (f64, u64), value: Value) {
///         if let Value::Float(value) = value {
///             *state = (state.0 + value.ln(), state.1 + 1);
///         }
///     }
///
///     fn merge(&self, state: &mut (f64, u64), other: (f64, u64)) {
///         *state = (state.0 + other.0, state.1 + other.1);
///     }
///
///     fn finish(&self, (logs, count): (f64, u64)) -> Value {
///         if count == 0 { Value::Null } else { Value::Float((logs / count as f64).exp()) }
///     }
/// }
///
/// let aggregate = Custom::new(GeoMean);
/// let mut states = aggregate.accumulator(&[DType::Float64])?;
/// let column: ArrayRef = Arc::new(Float64Array::from(vec![2.0, 8.0]));
/// states.update(&[0, 0], 1, &[column])?;
/// let Value::Float(mean) = Value::from_array(&states.finish()?, 0) else { unreachable!() };
/// assert!((mean - 4.0).abs() < 1e-12);
/// # Ok::<(), swath_kernels::KernelError>(())
/// ```
pub trait Aggregation: Send + Sync + 'static {
    /// The name it is called by: `Agg::new("geo_mean", &col("x"))`.
    const NAME: &'static str;

    /// What is kept of a group between rows.
    type State: Serialize + DeserializeOwned + Default + Send + 'static;

    /// The dtype of the result for an input of this dtype; `None` where there is none.
    fn output(&self, input: &DType) -> Option<DType>;

    /// Adds a value that is not null.
    fn update(&self, state: &mut Self::State, value: Value);

    /// Adds the state of later rows.
    fn merge(&self, state: &mut Self::State, other: Self::State);

    /// The result; it must be of the dtype of [`output`](Self::output), or null.
    fn finish(&self, state: Self::State) -> Value;
}

/// An [`Aggregation`] as an [`Aggregate`], to be registered.
pub struct Custom<A>(Arc<A>);

impl<A: Aggregation> Custom<A> {
    /// The aggregate.
    pub fn new(aggregation: A) -> Self {
        Self(Arc::new(aggregation))
    }
}

impl<A: Aggregation> Aggregate for Custom<A> {
    fn kind(&self) -> &'static str {
        A::NAME
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let input = only(A::NAME, inputs)?;
        match self.0.output(input) {
            None => Err(KernelError::unsupported(A::NAME, input, None)),
            Some(output) => Ok(AggregateTypes {
                state: vec![DType::Binary],
                output,
                output_nullable: true,
            }),
        }
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let types = self.infer(inputs)?;
        Ok(Box::new(Running {
            of: Arc::clone(&self.0),
            input: inputs[0].clone(),
            output: types.output,
            states: Vec::new(),
        }))
    }
}

struct Running<A: Aggregation> {
    of: Arc<A>,
    input: DType,
    output: DType,
    /// One a group.
    states: Vec<A::State>,
}

impl<A: Aggregation> Running<A> {
    fn widen(&mut self, n_groups: usize) {
        self.states
            .resize_with(n_groups.max(self.states.len()), A::State::default);
    }
}

impl<A: Aggregation> Accumulator for Running<A> {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let column = plain_input(A::NAME, inputs, &self.input, groups.len())?;
        self.widen(n_groups);
        each_valid(column.nulls(), groups.len(), |row| {
            let value = Value::from_array(&column, row);
            if !value.is_null() {
                self.of
                    .update(&mut self.states[groups[row] as usize], value);
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
        let columns = states(A::NAME, state, &[DType::Binary], groups.len())?;
        self.widen(n_groups);
        let parts = columns[0].as_binary_view();
        for (row, group) in groups.iter().enumerate() {
            if parts.is_valid(row) {
                let state = rmp_serde::from_slice(parts.value(row)).map_err(|error| {
                    KernelError::State {
                        operation: A::NAME,
                        why: error.to_string(),
                    }
                })?;
                self.of.merge(&mut self.states[*group as usize], state);
            }
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        let all = std::mem::take(&mut self.states);
        let mut bytes = ByteStates::default();
        bytes.widen(all.len());
        for (group, state) in all.iter().enumerate() {
            let encoded = rmp_serde::to_vec(state).map_err(|error| KernelError::State {
                operation: A::NAME,
                why: error.to_string(),
            })?;
            bytes.set(group, &encoded);
        }
        Ok(vec![Arc::new(bytes.take())])
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let all = std::mem::take(&mut self.states);
        let mut values = Vec::with_capacity(all.len());
        for (group, state) in all.into_iter().enumerate() {
            let value = self.of.finish(state);
            let value = value
                .cast(&self.output)
                .map_err(|_| KernelError::Overflow {
                    operation: A::NAME,
                    total: value.to_string(),
                    dtype: self.output.clone(),
                    group,
                })?;
            values.push(value);
        }
        Ok(Value::column(&values, &self.output).expect("each value was cast to the dtype"))
    }

    fn bytes(&self) -> u64 {
        (self.states.capacity() * size_of::<A::State>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_aggregate;

    /// All texts, in row order.
    struct Joined;

    impl Aggregation for Joined {
        const NAME: &'static str = "joined";
        type State = Vec<String>;

        fn output(&self, input: &DType) -> Option<DType> {
            (!input.is_unordered()).then_some(DType::String)
        }

        fn update(&self, state: &mut Vec<String>, value: Value) {
            state.push(value.to_string());
        }

        fn merge(&self, state: &mut Vec<String>, other: Vec<String>) {
            state.extend(other);
        }

        fn finish(&self, state: Vec<String>) -> Value {
            Value::from(state.join(" "))
        }
    }

    #[test]
    fn an_own_aggregate_passes_the_suite_of_the_built_in_ones() {
        check_aggregate(&Custom::new(Joined));
    }
}
