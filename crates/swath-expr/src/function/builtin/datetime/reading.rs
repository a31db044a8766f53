//! `strptime`: text of a format as timestamps.

use swath_batch::civil::units_in_second;
use swath_meta::{DType, TimeUnit};

use super::format::{Format, Read};
use crate::PatternError;
use crate::function::builtin::arguments::{flag, text_param};
use crate::function::builtin::string::{Answer, Constants, TextFunction};
use crate::{FunctionError, Params};

/// Reads timestamps: in microseconds, or the parameter `unit`; in UTC where the format has an offset. What does not read is an
/// error, or null with the parameter `coerce`.
pub(in crate::function::builtin) const STRPTIME: TextFunction = TextFunction {
    name: "str.strptime",
    constants: 1,
    returns: |constants| Ok(plan(constants)?.1),
    gives_nulls: |params| flag(params, "coerce").unwrap_or(true),
    open: |constants| {
        let (format, dtype, unit) = plan(constants)?;
        let coerce = flag(constants.params(), "coerce")?;
        let read = move |text: &str| {
            let read = format.read(text.trim())?;
            count(&read, unit)
                .ok_or_else(|| PatternError::at(text, 0, "it is out of range of its unit"))
        };
        Ok(Answer::Read {
            read: Box::new(read),
            dtype,
            coerce,
        })
    },
};

fn plan(constants: &Constants<'_>) -> Result<(Format, DType, TimeUnit), FunctionError> {
    let format = Format::new(constants.text(1, "a format")?, true)?;
    let unit = unit(constants.params())?;
    let zone = format.has_offset.then(|| "UTC".into());
    Ok((format, DType::Timestamp(unit, zone), unit))
}

fn unit(params: &Params) -> Result<TimeUnit, FunctionError> {
    Ok(match text_param(params, "unit")? {
        None | Some("us") => TimeUnit::Microsecond,
        Some("s") => TimeUnit::Second,
        Some("ms") => TimeUnit::Millisecond,
        Some("ns") => TimeUnit::Nanosecond,
        Some(other) => {
            return Err(FunctionError::Param {
                name: "unit",
                expected: "s, ms, us or ns",
                found: other.to_owned(),
            });
        }
    })
}

/// The moment in its unit, finer digits cut off.
fn count(read: &Read, unit: TimeUnit) -> Option<i64> {
    let each = units_in_second(unit);
    let seconds =
        read.day * 86_400 + read.clock / 1_000_000_000 - i64::from(read.offset.unwrap_or(0));
    let part = read.clock % 1_000_000_000 / (1_000_000_000 / each);
    seconds.checked_mul(each)?.checked_add(part)
}
