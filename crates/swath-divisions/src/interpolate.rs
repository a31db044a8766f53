//! New boundaries between old ones, without looking at rows.

use swath_batch::Value;
use swath_meta::DType;

use crate::{Bounds, Label};

/// Boundaries of `npartitions` partitions at equal distances along the present ones, as if labels were spread evenly inside each.
///
/// `None` for several key columns, dtypes that are neither numbers nor times, infinite or NaN boundaries, and where rounding leaves
/// fewer different boundaries than asked for.
pub(crate) fn interpolate(bounds: &Bounds, npartitions: usize) -> Option<Bounds> {
    let [dtype] = bounds.dtypes() else {
        return None;
    };
    let mut values: Vec<&Value> = bounds
        .labels()
        .iter()
        .map(|label| &label.values()[0])
        .collect();
    let keys = bounds.keys();
    if keys.len() > 2 && keys[keys.len() - 1] == keys[keys.len() - 2] {
        values.pop();
    }
    let cells = values.len() - 1;
    let between = |k: usize| {
        let along = k as u128 * cells as u128;
        let (cell, rest) = (
            (along / npartitions as u128) as usize,
            (along % npartitions as u128) as usize,
        );
        if rest == 0 {
            return Some(values[cell].clone());
        }
        number(values[cell], values[cell + 1], rest, npartitions, dtype)
    };
    let labels = (0..=npartitions)
        .map(|k| between(k).map(Label::from))
        .collect::<Option<Vec<_>>>()?;
    let new = Bounds::of(bounds.order(), &labels).ok()?;
    // The last may repeat, but not by rounding: its partition would be empty.
    let strict = new.keys()[npartitions] > new.keys()[npartitions - 1];
    strict.then(|| new.with_nulls(bounds.nulls()))
}

/// The value `rest / of` of the way from `low` to `high`, rounded down to a value of the dtype.
fn number(low: &Value, high: &Value, rest: usize, of: usize, dtype: &DType) -> Option<Value> {
    if let (Value::Float(low), Value::Float(high)) = (low, high) {
        let value = low + (high - low) * (rest as f64 / of as f64);
        let value = if *dtype == DType::Float32 {
            f64::from(value as f32)
        } else {
            value
        };
        return value.is_finite().then_some(Value::Float(value));
    }
    let (from, to) = (units(low)?, units(high)?);
    let step = to
        .checked_sub(from)?
        .checked_mul(rest as i128)?
        .div_euclid(of as i128);
    with_units(low, from.checked_add(step)?)
}

/// What a value counts, in the units of its dtype.
fn units(value: &Value) -> Option<i128> {
    Some(match value {
        Value::UInt(value) => i128::from(*value),
        Value::Decimal { value, .. } => *value,
        Value::Date(days) => i128::from(*days),
        Value::Int(value)
        | Value::Time { value, .. }
        | Value::Timestamp { value, .. }
        | Value::Duration { value, .. } => i128::from(*value),
        _ => return None,
    })
}

/// The value like this one that counts so many units.
fn with_units(like: &Value, units: i128) -> Option<Value> {
    let count = i64::try_from(units).ok();
    Some(match like {
        Value::Int(_) => Value::Int(count?),
        Value::UInt(_) => Value::UInt(u64::try_from(units).ok()?),
        Value::Decimal {
            precision, scale, ..
        } => Value::Decimal {
            value: units,
            precision: *precision,
            scale: *scale,
        },
        Value::Date(_) => Value::Date(i32::try_from(units).ok()?),
        Value::Time { unit, .. } => Value::Time {
            value: count?,
            unit: *unit,
        },
        Value::Timestamp { unit, zone, .. } => Value::Timestamp {
            value: count?,
            unit: *unit,
            zone: zone.clone(),
        },
        Value::Duration { unit, .. } => Value::Duration {
            value: count?,
            unit: *unit,
        },
        _ => return None,
    })
}
