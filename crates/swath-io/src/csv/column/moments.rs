//! Columns of dates and timestamps.

use arrow_array::types::{
    Date32Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use std::sync::Arc;
use swath_meta::TimeUnit;

use super::numbers::{Cell, numbers};
use super::{FieldBytes, Fields, Parsed};
use crate::text::{Clock, Moments, Ticks};

/// Reads dates.
pub(super) fn dates(fields: &Fields<'_>, format: Option<&str>, moments: &mut Moments) -> Parsed {
    let mut day = |text: &[u8]| moments.read(text, format)?.day();
    numbers::<Date32Type>(fields, |_| None, |text| day(text.trim_ascii()).into())
}

/// Reads timestamps; with a zone every text is a moment on the clock of UTC unless it has an offset of its own.
pub(super) fn timestamps(
    fields: &Fields<'_>,
    format: Option<&str>,
    unit: TimeUnit,
    zone: Option<&Arc<str>>,
    moments: &mut Moments,
) -> Parsed {
    let ticks = Ticks::new(unit, zone.is_some());
    let count = |clock: Clock| ticks.count(clock);
    let mut again = moments.clone();
    let fast = |field: FieldBytes<'_>| {
        if format.is_some() {
            return None;
        }
        match field.bytes().try_into() {
            Ok(seconds) => moments
                .seconds(seconds)
                .and_then(|seconds| ticks.of_seconds(seconds)),
            Err(_) => moments.clock(field.bytes()).and_then(count),
        }
    };
    let slow = |text: &[u8]| Cell::from(again.read(text.trim_ascii(), format).and_then(count));
    let parsed = match unit {
        TimeUnit::Second => numbers::<TimestampSecondType>(fields, fast, slow),
        TimeUnit::Millisecond => numbers::<TimestampMillisecondType>(fields, fast, slow),
        TimeUnit::Microsecond => numbers::<TimestampMicrosecondType>(fields, fast, slow),
        TimeUnit::Nanosecond => numbers::<TimestampNanosecondType>(fields, fast, slow),
    };
    match zone {
        None => parsed,
        Some(zone) => Parsed {
            array: with_zone(&parsed.array, unit, zone),
            bad: parsed.bad,
        },
    }
}

fn with_zone(array: &ArrayRef, unit: TimeUnit, zone: &Arc<str>) -> ArrayRef {
    macro_rules! zoned {
        ($ty:ty) => {{
            let array = PrimitiveArray::<$ty>::from(array.to_data());
            Arc::new(array.with_timezone(Arc::clone(zone)))
        }};
    }
    match unit {
        TimeUnit::Second => zoned!(TimestampSecondType),
        TimeUnit::Millisecond => zoned!(TimestampMillisecondType),
        TimeUnit::Microsecond => zoned!(TimestampMicrosecondType),
        TimeUnit::Nanosecond => zoned!(TimestampNanosecondType),
    }
}
