//! What the clock on the wall shows for each row.

use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_buffer::NullBuffer;
use swath_batch::Zone;
pub(super) use swath_batch::civil::stored;
use swath_batch::civil::units_in_second;
use swath_meta::{DType, TimeUnit};

use crate::FunctionError;

/// Counts of one unit, without a zone.
pub(super) struct Local {
    /// One count a row; under a null there may be any.
    pub(super) counts: Vec<i64>,
    pub(super) nulls: Option<NullBuffer>,
}

/// Counts of 64 bits as values of `dtype`, which is counted in 64 bits.
pub(in crate::function::builtin) fn counted(
    counts: Vec<i64>,
    nulls: Option<NullBuffer>,
    dtype: &DType,
) -> ArrayRef {
    let array = Int64Array::new(counts.into(), nulls);
    let data = array.into_data().into_builder().data_type(dtype.border());
    arrow_array::make_array(
        data.build()
            .expect("all these times are counted in 64 bits"),
    )
}

/// The wall-clock counts of each row, in the unit of the dtype; of dates the days.
pub(super) fn local(array: &ArrayRef, dtype: &DType) -> Result<Local, FunctionError> {
    let stored = stored(array);
    let nulls = stored.nulls().cloned();
    let mut counts = stored.values().to_vec();
    if let DType::Timestamp(unit, Some(zone)) = dtype {
        let mut zone = known(zone)?;
        let each = units_in_second(*unit);
        if let Some(offset) = zone.fixed_offset() {
            let offset = i64::from(offset) * each;
            for count in &mut counts {
                *count = count.wrapping_add(offset);
            }
        } else {
            for count in &mut counts {
                let offset = zone.offset_at(count.div_euclid(each));
                *count = count.wrapping_add(i64::from(offset) * each);
            }
        }
    }
    Ok(Local { counts, nulls })
}

/// The zone of this name.
pub(super) fn known(zone: &str) -> Result<Zone, FunctionError> {
    Zone::named(zone).ok_or_else(|| FunctionError::Value {
        value: format!("`{zone}`"),
        reason:
            "there is no such time zone; write a name like Europe/Zurich, or an offset like +01:00"
                .to_owned(),
    })
}

/// Counts in one day.
pub(super) fn in_day(unit: TimeUnit) -> i64 {
    units_in_second(unit) * 86_400
}

/// The unit that a moment is counted in where that is not days.
pub(super) fn unit_of(dtype: &DType) -> Option<TimeUnit> {
    match dtype {
        DType::Timestamp(unit, _) | DType::Duration(unit) | DType::Time(unit) => Some(*unit),
        _ => None,
    }
}
