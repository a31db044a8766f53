//! `sum`: the total of the values that are not null.

use arrow_array::ArrayRef;
use swath_meta::DType;

use super::input::{only, plain_input, states};
use super::totals::Totals;
use super::{Accumulator, Aggregate, AggregateTypes};
use crate::KernelError;
use crate::native::column;

/// The total of a group; 0 if it has no value.
///
/// Signed integers and booleans give int64, unsigned ones uint64, floats float64, decimals the same
/// scale with 38 digits, durations durations. Exact for all but floats: an error only if the total
/// does not fit, whatever partial totals did. Floats add from the first row to the last, and in a
/// fixed pattern of lanes where there is one group.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum;

impl Aggregate for Sum {
    fn kind(&self) -> &'static str {
        "sum"
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let input = only("sum", inputs)?;
        let (totals, output) = plan(input)?;
        Ok(AggregateTypes {
            state: totals.state_dtypes(),
            output,
            output_nullable: false,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let input = only("sum", inputs)?;
        let (totals, output) = plan(input)?;
        Ok(Box::new(Sums {
            input: input.clone(),
            output,
            totals,
        }))
    }
}

fn plan(input: &DType) -> Result<(Totals, DType), KernelError> {
    let output = match input {
        DType::Float32 | DType::Float64 => DType::Float64,
        DType::Decimal { scale, .. } => DType::Decimal {
            precision: 38,
            scale: *scale,
        },
        DType::Duration(_) => input.clone(),
        dtype if dtype.is_unsigned_integer() => DType::UInt64,
        _ => DType::Int64,
    };
    let cast = input.is_string().then_some(DType::Float64);
    match Totals::for_dtype(input) {
        Some(totals) if !matches!(input, DType::Timestamp(..)) => Ok((totals, output)),
        _ => Err(KernelError::unsupported("sum", input, cast)),
    }
}

struct Sums {
    input: DType,
    output: DType,
    totals: Totals,
}

impl Accumulator for Sums {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let array = plain_input("sum", inputs, &self.input, groups.len())?;
        self.totals.widen(n_groups);
        if n_groups == 1 {
            self.totals.add_all(&array);
        } else {
            self.totals.add(groups, &array);
        }
        Ok(())
    }

    fn update_all(&mut self, rows: usize, inputs: &[ArrayRef]) -> Result<(), KernelError> {
        let array = plain_input("sum", inputs, &self.input, rows)?;
        self.totals.widen(1);
        self.totals.add_all(&array);
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let state = states("sum", state, &self.totals.state_dtypes(), groups.len())?;
        self.totals.widen(n_groups);
        self.totals.merge(groups, &state);
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        Ok(self.totals.take_state())
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let data_type = self.output.border();
        let overflow = |group: usize, total: String| KernelError::Overflow {
            operation: "sum",
            total,
            dtype: self.output.clone(),
            group,
        };
        match &mut self.totals {
            Totals::Float(totals) => Ok(column(std::mem::take(totals), None, &data_type)),
            Totals::Integer(totals) => {
                let totals = totals.take().into_iter().enumerate();
                if self.output == DType::UInt64 {
                    let sums = totals.map(|(group, total)| {
                        u64::try_from(total).map_err(|_| overflow(group, total.to_string()))
                    });
                    Ok(column::<u64>(
                        sums.collect::<Result<_, _>>()?,
                        None,
                        &data_type,
                    ))
                } else {
                    let sums = totals.map(|(group, total)| {
                        i64::try_from(total).map_err(|_| overflow(group, total.to_string()))
                    });
                    Ok(column::<i64>(
                        sums.collect::<Result<_, _>>()?,
                        None,
                        &data_type,
                    ))
                }
            }
            Totals::Decimal(totals) => {
                let (digits, carries) = totals.take();
                for (group, (digits, carry)) in digits.iter().zip(carries).enumerate() {
                    if carry != 0 || digits.unsigned_abs() >= 10_u128.pow(38) {
                        return Err(overflow(
                            group,
                            "a number of more than 38 digits".to_owned(),
                        ));
                    }
                }
                Ok(column(digits, None, &data_type))
            }
        }
    }

    fn bytes(&self) -> u64 {
        self.totals.bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::types::{Decimal128Type, Float64Type, Int64Type};
    use arrow_array::{Decimal128Array, Float64Array, Int64Array, UInt64Array};
    use proptest::prelude::*;

    use super::*;

    fn sum(dtype: &DType, parts: &[(&[u32], ArrayRef)]) -> Result<ArrayRef, KernelError> {
        let mut merged = Sum.accumulator(std::slice::from_ref(dtype)).unwrap();
        for (groups, column) in parts {
            let mut states = Sum.accumulator(std::slice::from_ref(dtype)).unwrap();
            states
                .update(groups, 2, std::slice::from_ref(column))
                .unwrap();
            merged.merge(&[0, 1], 2, &states.state().unwrap()).unwrap();
        }
        merged.finish()
    }

    fn ints(values: &[i64]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    #[test]
    fn only_the_total_has_to_fit() {
        let over = ints(&[i64::MAX, i64::MAX, 1]);
        let back = ints(&[-i64::MAX, i64::MIN, 0]);
        let groups: (&[u32], &[u32]) = (&[0, 0, 1], &[0, 0, 1]);
        let parts = [(groups.0, over), (groups.1, back)];
        let total = sum(&DType::Int64, &parts).unwrap();
        assert_eq!(total.as_primitive::<Int64Type>().values(), &[-1, 1]);
        let error = sum(&DType::Int64, &parts[..1]).unwrap_err();
        insta::assert_snapshot!(error, @"the sum is 18446744073709551614, which does not fit int64");

        let large: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX, 1]));
        assert!(sum(&DType::UInt64, &[(&[0, 1], Arc::clone(&large))]).is_ok());
        let error = sum(&DType::UInt64, &[(&[0, 0], large)]).unwrap_err();
        insta::assert_snapshot!(error, @"the sum is 18446744073709551616, which does not fit uint64");
    }

    #[test]
    fn decimal_totals_may_leave_128_bits_on_their_way() {
        let dtype = DType::Decimal {
            precision: 38,
            scale: 2,
        };
        let most = 10_i128.pow(38) - 1;
        let column = |values: Vec<i128>| -> ArrayRef {
            Arc::new(
                Decimal128Array::from(values)
                    .with_precision_and_scale(38, 2)
                    .unwrap(),
            )
        };
        let (up, down) = (
            column(vec![most, most, most]),
            column(vec![-most, -most, 0]),
        );
        let parts: [(&[u32], ArrayRef); 2] = [(&[0, 0, 1], up), (&[0, 0, 1], down)];
        let total = sum(&dtype, &parts).unwrap();
        assert_eq!(total.as_primitive::<Decimal128Type>().values(), &[0, most]);
        let error = sum(&dtype, &parts[..1]).unwrap_err();
        insta::assert_snapshot!(error, @"the sum is a number of more than 38 digits, which does not fit decimal(38, 2)");
    }

    #[test]
    fn grouped_floats_add_from_the_first_to_the_last() {
        let values = [1e16, 1.0, -1e16, 1.0];
        let column: ArrayRef = Arc::new(Float64Array::from(values.to_vec()));
        let mut states = Sum.accumulator(&[DType::Float64]).unwrap();
        states
            .update(&[1; 4], 2, std::slice::from_ref(&column))
            .unwrap();
        let total = states.finish().unwrap();
        assert_eq!(
            total.as_primitive::<Float64Type>().value(1),
            ((1e16 + 1.0) - 1e16) + 1.0
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn totals_are_exact(
            batches in prop::collection::vec(
                (0_u32..64, prop::collection::vec((0_u32..3, any::<Option<i64>>()), 1..50)),
                1..6,
            ),
        ) {
            let mut expected = [0_i128; 3];
            let mut together = 0_i128;
            let mut grouped = Sum.accumulator(&[DType::Int64]).unwrap();
            let mut whole = Sum.accumulator(&[DType::Int64]).unwrap();
            for (shift, rows) in batches {
                let groups: Vec<u32> = rows.iter().map(|(group, _)| *group).collect();
                let values: Vec<Option<i64>> =
                    rows.iter().map(|(_, value)| value.map(|value| value >> shift)).collect();
                for (group, value) in groups.iter().zip(&values) {
                    expected[*group as usize] += i128::from(value.unwrap_or(0));
                    together += i128::from(value.unwrap_or(0));
                }
                let column: ArrayRef = Arc::new(Int64Array::from(values));
                grouped.update(&groups, 3, std::slice::from_ref(&column)).unwrap();
                whole.update_all(groups.len(), std::slice::from_ref(&column)).unwrap();
            }
            let totals = grouped.state().unwrap().remove(0);
            prop_assert_eq!(&totals.as_primitive::<Decimal128Type>().values()[..], &expected[..]);
            let total = whole.state().unwrap().remove(0);
            prop_assert_eq!(total.as_primitive::<Decimal128Type>().value(0), together);
        }
    }
}
