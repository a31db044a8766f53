//! Which dates and times ISO 8601 has a text for.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{ArrowError, DataType, TimeUnit};
use swath_graph::Shown;

/// Days from 0000-01-01 to 9999-12-31, counted from 1970-01-01.
const DAYS: (i64, i64) = (-719_528, 2_932_896);
const SECONDS_A_DAY: i64 = 86_400;

/// Refuses dates and times that have no text of four digits a year, or are none of a day.
///
/// Encoders would write what is wrong with them instead, as a text.
pub(crate) fn check_moments(column: &ArrayRef, name: &str) -> Result<(), ArrowError> {
    let (least, most) = match column.data_type() {
        DataType::Date32 => DAYS,
        DataType::Time32(unit) | DataType::Time64(unit) => (0, SECONDS_A_DAY * a_second(*unit) - 1),
        DataType::Timestamp(unit, _) => {
            let day = SECONDS_A_DAY.saturating_mul(a_second(*unit));
            let end = (DAYS.1 + 1).checked_mul(day);
            (
                DAYS.0.saturating_mul(day),
                end.map_or(i64::MAX, |end| end - 1),
            )
        }
        DataType::List(_) => return check_moments(column.as_list::<i32>().values(), name),
        DataType::Struct(_) => {
            let columns = column.as_struct().columns();
            return columns
                .iter()
                .try_for_each(|column| check_moments(column, name));
        }
        _ => return Ok(()),
    };
    let data = column.to_data();
    let (buffer, offset, len) = (data.buffers()[0].clone(), data.offset(), data.len());
    let valid = |row: &usize| column.is_valid(*row);
    let outside = |value: &i64| !(least..=most).contains(value);
    let rows = (0..len).filter(valid);
    let found = if column.data_type().primitive_width() == Some(4) {
        let values = ScalarBuffer::<i32>::new(buffer, offset, len);
        rows.map(|row| i64::from(values[row])).find(outside)
    } else {
        let values = ScalarBuffer::<i64>::new(buffer, offset, len);
        rows.map(|row| values[row]).find(outside)
    };
    found.map_or(Ok(()), |value| {
        Err(ArrowError::InvalidArgumentError(format!(
            "column `{name}` holds {} as {}, which is not within the years 0000 to 9999, or the hours of a day",
            Shown(value),
            column.data_type()
        )))
    })
}

/// How many of a unit are a second.
pub(crate) fn a_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{
        Date32Array, StructArray, Time32SecondArray, TimestampMicrosecondArray,
        TimestampNanosecondArray,
    };
    use std::sync::Arc;

    #[test]
    fn moments_without_a_text_are_refused() {
        let day = 86_400_000_000;
        let cases: [(ArrayRef, bool); 9] = [
            (
                Arc::new(Date32Array::from(vec![
                    Some(-719_528),
                    None,
                    Some(2_932_896),
                ])),
                true,
            ),
            (Arc::new(Date32Array::from(vec![2_932_897])), false),
            (Arc::new(Date32Array::from(vec![-719_529])), false),
            (Arc::new(Time32SecondArray::from(vec![86_399])), true),
            (Arc::new(Time32SecondArray::from(vec![86_400])), false),
            (
                Arc::new(TimestampMicrosecondArray::from(vec![2_932_897 * day - 1])),
                true,
            ),
            (
                Arc::new(TimestampMicrosecondArray::from(vec![2_932_897 * day])),
                false,
            ),
            (
                Arc::new(TimestampMicrosecondArray::from(vec![i64::MAX])),
                false,
            ),
            (
                Arc::new(TimestampNanosecondArray::from(vec![i64::MIN, i64::MAX])),
                true,
            ),
        ];
        for (column, fits) in cases {
            assert_eq!(check_moments(&column, "at").is_ok(), fits, "{column:?}");
            let nested: ArrayRef = Arc::new(StructArray::new(
                vec![arrow_schema::Field::new(
                    "at",
                    column.data_type().clone(),
                    true,
                )]
                .into(),
                vec![column],
                None,
            ));
            assert_eq!(check_moments(&nested, "at").is_ok(), fits);
        }
    }
}
