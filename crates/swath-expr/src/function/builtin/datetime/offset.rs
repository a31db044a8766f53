//! `offset_by`: calendar arithmetic.

use arrow_array::{Array, ArrayRef, new_null_array};
use swath_batch::civil::{date_of, days_in_month, days_of, units_in_second};
use swath_batch::{Instants, Value, Zone};
use swath_meta::{DType, TimeUnit};

use super::local::{counted, in_day, known, stored, unit_of};
use super::no_moment;
use crate::frequency::DAY;
use crate::function::builtin::arguments::{constant_text, count};
use crate::{
    Argument, Evaluate, Frequency, FunctionError, Input, Params, PatternError, Returns, Rows,
    ScalarFunction,
};

/// Dates and timestamps moved by a span. Months keep the day, or take the month's last; days and longer units keep the local time
/// of a zone, shorter ones are lengths of time. Dates stay dates if the span is whole days, and become timestamps otherwise.
#[derive(Debug)]
pub(super) struct OffsetBy;

impl OffsetBy {
    /// The span, the dtype of the argument, and that of the result.
    fn plan(args: &[Argument<'_>]) -> Result<(Frequency, DType, DType), FunctionError> {
        let [argument, span] = args else {
            return Err(count(2, args));
        };
        let text = constant_text(1, span, "a span of time")?;
        let span: Frequency = text.parse()?;
        let dtype = argument.field.dtype.clone();
        let days = span.nanoseconds().is_none_or(|span| span % DAY == 0);
        let returns = match &dtype {
            DType::Date if days => DType::Date,
            DType::Date | DType::Null => DType::Timestamp(TimeUnit::Microsecond, None),
            DType::Timestamp(..) => dtype.clone(),
            _ => return Err(no_moment(argument)),
        };
        if let (DType::Timestamp(unit, _), Some(span)) = (&returns, span.nanoseconds())
            && span % i128::from(1_000_000_000 / units_in_second(*unit)) != 0
        {
            let reason = format!("it is no multiple of the unit of {returns}; cast to a finer one");
            return Err(PatternError::at(text, 0, reason).into());
        }
        Ok((span, dtype, returns))
    }
}

impl ScalarFunction for OffsetBy {
    fn name(&self) -> &'static str {
        "dt.offset_by"
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let (_, _, dtype) = Self::plan(args)?;
        Ok(Returns {
            dtype,
            nullable: args[0].field.nullable,
        })
    }

    fn open(&self, args: &[Argument<'_>], _: &Params) -> Result<Box<dyn Evaluate>, FunctionError> {
        let (span, dtype, returns) = Self::plan(args)?;
        let zone = match &returns {
            DType::Timestamp(_, Some(zone)) => Some(known(zone)?),
            _ => None,
        };
        Ok(Box::new(move |args: &[Input], rows: Rows<'_>| {
            if dtype == DType::Null {
                return Ok(new_null_array(&returns.border(), rows.len));
            }
            let array = args[0].to_border(&dtype, rows.len)?;
            let stored = stored(&array);
            let mut zone = zone.clone();
            let mut counts = Vec::with_capacity(array.len());
            for (row, count) in stored.values().iter().enumerate() {
                let moved = moved(*count, span, &dtype, &returns, zone.as_mut());
                if moved.is_none() && array.is_valid(row) && rows.is_active(row) {
                    return Err(FunctionError::Value {
                        value: Value::from_array(&array, row).to_string(),
                        reason: format!("moved by {span} it does not fit {returns}"),
                    });
                }
                counts.push(moved.unwrap_or_default());
            }
            let nulls = stored.nulls().cloned();
            Ok(match returns {
                DType::Date => {
                    let days: Vec<i32> = counts.into_iter().map(|day| day as i32).collect();
                    std::sync::Arc::new(arrow_array::Date32Array::new(days.into(), nulls))
                        as ArrayRef
                }
                _ => counted(counts, nulls, &returns),
            })
        }))
    }
}

/// One moment, from a count of its dtype to one of the result's.
fn moved(
    count: i64,
    span: Frequency,
    from: &DType,
    to: &DType,
    zone: Option<&mut Zone>,
) -> Option<i64> {
    let Some(unit) = unit_of(to) else {
        let day = match span {
            Frequency::Months(months) => add_months(count, months)?,
            fixed => {
                let days = fixed.nanoseconds()? / DAY;
                count.checked_add(i64::try_from(days).ok()?)?
            }
        };
        return i32::try_from(day).ok().map(i64::from);
    };
    let count = if *from == DType::Date {
        count.checked_mul(in_day(unit))?
    } else {
        count
    };
    let each = i128::from(1_000_000_000 / units_in_second(unit));
    let wall = |count: i64| match span {
        Frequency::Months(months) => {
            let day = in_day(unit);
            let (date, clock) = (count.div_euclid(day), count.rem_euclid(day));
            add_months(date, months)?
                .checked_mul(day)?
                .checked_add(clock)
        }
        fixed => count.checked_add(i64::try_from(fixed.nanoseconds()? / each).ok()?),
    };
    match zone {
        Some(zone) if span.nanoseconds().is_none_or(|span| span % DAY == 0) => {
            let each = units_in_second(unit);
            let offset = i64::from(zone.offset_at(count.div_euclid(each)));
            let local = wall(count.checked_add(offset.checked_mul(each)?)?)?;
            let (second, part) = (local.div_euclid(each), local.rem_euclid(each));
            match zone.instants(second) {
                Instants::One(instant) | Instants::Two(instant, _) => {
                    instant.checked_mul(each)?.checked_add(part)
                }
                Instants::Skipped(instant) => instant.checked_mul(each),
            }
        }
        _ => wall(count),
    }
}

fn add_months(day: i64, months: i64) -> Option<i64> {
    let (year, month, day) = date_of(day);
    let index = (year * 12 + i64::from(month) - 1).checked_add(months)?;
    // Beyond this no unit has a count; and the arithmetic of days stays in 64 bits.
    if index.unsigned_abs() > 1 << 45 {
        return None;
    }
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) as u32 + 1);
    Some(days_of(year, month, day.min(days_in_month(year, month))))
}
