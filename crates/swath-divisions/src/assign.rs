//! Rows to partitions, and the check that rows are where divisions say.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use swath_batch::Value;
use swath_meta::DType;

use crate::{Bounds, DivisionsError, Label};

/// What becomes of a row whose label is below the first boundary or above the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Outside {
    /// It is an error, naming the label: the divisions would not hold.
    #[default]
    Error,
    /// It goes to the nearest partition: those below to the first, those above to the last. The result's divisions are then wider
    /// than these.
    Clamp,
}

impl Bounds {
    /// Appends the partition of every row to `out`. Rows whose first key is null go to the last partition, whether or not these
    /// bounds say that there are such.
    ///
    /// Cost: for one key column of signed integers, dates or times one binary search a row, else one key encoding more.
    ///
    /// # Errors
    /// [`DivisionsError::Outside`] with the first label that no partition may hold; [`DivisionsError::Columns`] and
    /// [`DivisionsError::DType`] for other keys than these labels'.
    pub fn assign(
        &self,
        keys: &[ArrayRef],
        outside: Outside,
        out: &mut Vec<u32>,
    ) -> Result<(), DivisionsError> {
        if let ([key], [dtype]) = (keys, self.dtypes())
            && let (Some(key), Some(bounds)) = (as_integers(key, dtype), self.integers())
        {
            return self.assign_integers(&key, bounds, outside, out);
        }
        let rows = self.order().encode(keys)?;
        let last = self.npartitions() - 1;
        let (first_key, last_key) = (&self.keys()[0], &self.keys()[last + 1]);
        out.reserve(rows.num_rows());
        let nulls = keys[0].logical_nulls();
        for (at, row) in rows.iter().enumerate() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(at)) {
                out.push(last as u32);
                continue;
            }
            let row = row.data();
            if outside == Outside::Error && (*row < **first_key || *row > **last_key) {
                return Err(self.outside(keys, at));
            }
            out.push(self.partition_of(row) as u32);
        }
        Ok(())
    }

    fn assign_integers(
        &self,
        key: &ArrayRef,
        bounds: &[i64],
        outside: Outside,
        out: &mut Vec<u32>,
    ) -> Result<(), DivisionsError> {
        let last = self.npartitions() - 1;
        let (lowest, highest) = (bounds[0], bounds[last + 1]);
        // The first and the last boundary do not separate partitions.
        let inner = &bounds[1..=last];
        let key = key.as_primitive::<Int64Type>();
        out.reserve(key.len());
        for (at, value) in key.values().iter().enumerate() {
            if key.is_null(at) {
                out.push(last as u32);
                continue;
            }
            if outside == Outside::Error && !(lowest..=highest).contains(value) {
                return Err(self.outside(&[Arc::new(key.clone())], at).with_dtype(self));
            }
            out.push(inner.partition_point(|bound| bound <= value) as u32);
        }
        Ok(())
    }

    fn outside(&self, keys: &[ArrayRef], row: usize) -> DivisionsError {
        let label = Label::new(keys.iter().map(|key| Value::from_array(key, row)));
        DivisionsError::Outside {
            label: label.to_string(),
            first: self.first().to_string(),
            last: self.last().to_string(),
        }
    }

    /// Checks that these rows may be in this partition.
    ///
    /// # Errors
    /// [`DivisionsError::Violated`] with the range expected and the one found; [`DivisionsError::NoPartition`];
    /// [`DivisionsError::Columns`] and [`DivisionsError::DType`] for other keys than these labels'.
    pub fn check(&self, partition: usize, keys: &[ArrayRef]) -> Result<(), DivisionsError> {
        if partition >= self.npartitions() {
            return Err(DivisionsError::NoPartition {
                partition,
                npartitions: self.npartitions(),
            });
        }
        let rows = self.order().encode(keys)?;
        let range = self.range(partition);
        let ends = (0..rows.num_rows()).fold(None, |ends: Option<(usize, usize)>, at| {
            let (min, max) = ends.unwrap_or((at, at));
            let row = rows.row(at);
            Some((
                if row < rows.row(min) { at } else { min },
                if row > rows.row(max) { at } else { max },
            ))
        });
        let Some((min, max)) = ends else {
            return Ok(());
        };
        if range.holds(rows.row(min).data())
            && range.holds(rows.row(max).data())
            && self.ends_with_nulls(&rows, keys, partition)
        {
            return Ok(());
        }
        let label =
            |row: usize| Label::new(keys.iter().map(|key| Value::from_array(key, row))).to_string();
        Err(DivisionsError::Violated {
            partition,
            expected: self.expected(partition),
            min: label(min),
            max: label(max),
        })
    }

    /// Where nulls may follow, what is not null must still not be above the last boundary.
    fn ends_with_nulls(&self, rows: &arrow_row::Rows, keys: &[ArrayRef], partition: usize) -> bool {
        if !(self.nulls() && partition + 1 == self.npartitions()) {
            return true;
        }
        let nulls = keys[0].logical_nulls();
        let last = self.cut(self.npartitions(), true);
        rows.iter().enumerate().all(|(at, row)| {
            nulls.as_ref().is_some_and(|nulls| nulls.is_null(at)) || last.is_above(row.data())
        })
    }

    /// The labels that a partition may hold, as Dask prints them.
    fn expected(&self, partition: usize) -> String {
        let (from, to) = (&self.labels()[partition], &self.labels()[partition + 1]);
        match (partition + 1 == self.npartitions(), self.nulls()) {
            (false, _) => format!("[{from}, {to})"),
            (true, false) => format!("[{from}, {to}]"),
            (true, true) => format!("[{from}, {to}] or null"),
        }
    }
}

impl DivisionsError {
    /// The same error with the label written as a value of the keys' dtype: it was found among the integers that encode it.
    fn with_dtype(self, bounds: &Bounds) -> Self {
        match self {
            Self::Outside { label, first, last } => {
                let written = label.parse::<i64>().ok().and_then(|units| {
                    let column = arrow_cast::cast(
                        &arrow_array::Int64Array::from(vec![units]),
                        &bounds.dtypes()[0].border(),
                    )
                    .ok()?;
                    Some(Value::from_array(&column, 0).to_string())
                });
                Self::Outside {
                    label: written.unwrap_or(label),
                    first,
                    last,
                }
            }
            other => other,
        }
    }
}

/// A column of a dtype that is encoded in up to 64 signed bits, as those.
pub(crate) fn as_integers(column: &ArrayRef, dtype: &DType) -> Option<ArrayRef> {
    let integers = dtype.is_signed_integer() || dtype.is_temporal();
    let encoded = *column.data_type() == dtype.border();
    if !(integers && encoded) {
        return None;
    }
    // 32-bit times and dates have no cast to 64 bits of their own.
    let column = match column.data_type() {
        DataType::Date32 | DataType::Time32(_) => {
            arrow_cast::cast(column, &DataType::Int32).ok()?
        }
        _ => Arc::clone(column),
    };
    arrow_cast::cast(&column, &DataType::Int64).ok()
}

#[cfg(test)]
mod tests {
    use arrow_array::{Date32Array, Float64Array, Int32Array, Int64Array, StringArray};
    use proptest::prelude::*;

    use super::*;

    fn bounds(labels: impl Into<crate::Labels>) -> Bounds {
        Bounds::try_new(labels).unwrap()
    }

    #[track_caller]
    fn check(bounds: &Bounds, column: ArrayRef, outside: Outside, expected: &str) {
        let mut out = Vec::new();
        let found = match bounds.assign(&[column], outside, &mut out) {
            Ok(()) => out.iter().map(u32::to_string).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_go_to_their_partitions() {
        let f10 = bounds([0_i64, 4, 7, 9]);
        let column: ArrayRef = Arc::new(Int64Array::from(vec![
            Some(0),
            Some(3),
            Some(4),
            Some(9),
            None,
        ]));
        check(&f10, column, Outside::Error, "0 0 1 2 2");
        let wide: ArrayRef = Arc::new(Int64Array::from(vec![-5, 5, 50]));
        check(&f10, Arc::clone(&wide), Outside::Clamp, "0 1 2");
        check(
            &f10,
            wide,
            Outside::Error,
            "the label `-5` is outside of the divisions, which go from `0` to `9`; wider ones would hold it",
        );
        let repeated = bounds([0_i64, 5, 9, 9]);
        check(
            &repeated,
            Arc::new(Int64Array::from(vec![4, 8, 9])),
            Outside::Error,
            "0 1 2",
        );
        let days: ArrayRef = Arc::new(Date32Array::from(vec![0, 10, 20]));
        let days = bounds(days);
        check(
            &days,
            Arc::new(Date32Array::from(vec![9, 10])),
            Outside::Error,
            "0 1",
        );
        check(
            &days,
            Arc::new(Date32Array::from(vec![21])),
            Outside::Error,
            "the label `1970-01-22` is outside of the divisions, which go from `1970-01-01` to `1970-01-21`; wider ones would hold it",
        );
        let text = bounds(["b", "d", "f"]);
        check(
            &text,
            Arc::new(StringArray::from(vec!["b", "c", "d", "f"])),
            Outside::Error,
            "0 0 1 1",
        );
        check(
            &text,
            Arc::new(StringArray::from(vec!["a"])),
            Outside::Clamp,
            "0",
        );
        let floats = bounds([-0.0, 1.0, f64::NAN]);
        check(
            &floats,
            Arc::new(Float64Array::from(vec![0.0, -0.0, 1.0, -f64::NAN])),
            Outside::Error,
            "0 0 1 1",
        );
        check(
            &f10,
            Arc::new(Int32Array::from(vec![1])),
            Outside::Error,
            "expected keys of int64, found int32",
        );
    }

    #[test]
    fn checks() {
        // Case 45 of the reference.
        let declared = bounds([1_i64, 2, 3, 4]);
        let column =
            |labels: Vec<Option<i64>>| vec![Arc::new(Int64Array::from(labels)) as ArrayRef];
        assert_eq!(declared.check(0, &column(vec![Some(1)])), Ok(()));
        assert_eq!(declared.check(0, &column(vec![])), Ok(()));
        assert_eq!(declared.check(2, &column(vec![Some(4), Some(3)])), Ok(()));
        assert_eq!(
            declared
                .clone()
                .with_nulls(true)
                .check(2, &column(vec![Some(4), None])),
            Ok(())
        );
        let errors = [
            declared.check(1, &column(vec![Some(5)])).unwrap_err(),
            declared
                .check(0, &column(vec![Some(1), Some(2)]))
                .unwrap_err(),
            declared.check(2, &column(vec![Some(3), None])).unwrap_err(),
            declared
                .clone()
                .with_nulls(true)
                .check(2, &column(vec![Some(5), None]))
                .unwrap_err(),
            declared.check(3, &column(vec![])).unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }

    proptest! {
        #[test]
        fn both_ways_agree(set in prop::collection::btree_set(-50..50_i64, 2..9), values in prop::collection::vec(prop::option::of(-60..60_i64), 0..40)) {
            let labels: Vec<i64> = set.into_iter().collect();
            let floats: Vec<f64> = labels.iter().map(|label| *label as f64).collect();
            let keys: ArrayRef = Arc::new(Int64Array::from(values.clone()));
            let float_keys: ArrayRef = Arc::new(Float64Array::from(values.iter().map(|value| value.map(|value| value as f64)).collect::<Vec<_>>()));
            let (mut a, mut b) = (Vec::new(), Vec::new());
            bounds(&labels[..]).assign(&[keys], Outside::Clamp, &mut a).unwrap();
            bounds(&floats[..]).assign(&[float_keys], Outside::Clamp, &mut b).unwrap();
            prop_assert_eq!(&a, &b);
            let divisions = crate::Divisions::try_new(&labels[..]).unwrap();
            for (value, partition) in values.iter().zip(a) {
                let expected = value.map_or(labels.len() - 2, |value| divisions.locate(value).unwrap());
                prop_assert_eq!(partition as usize, expected);
            }
        }
    }
}
