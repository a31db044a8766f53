//! `tz_localize` and `tz_convert`: timestamps with and without zones.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, new_null_array};
use swath_batch::civil::units_in_second;
use swath_batch::{Instants, Value, Zone};
use swath_meta::{DType, TimeUnit};

use super::local::{Local, counted, known, local, stored};
use super::{no_moment, only};
use crate::function::builtin::arguments::text_param;
use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// The zone that is asked for, and checked; `None` for none.
fn target(params: &Params) -> Result<Option<Arc<str>>, FunctionError> {
    match text_param(params, "zone")? {
        None => Ok(None),
        Some(zone) => known(zone).map(|_| Some(zone.into())),
    }
}

/// The unit of the argument and whether it has a zone; `None` where it is nothing but null.
fn timestamp(args: &[Argument<'_>]) -> Result<Option<(TimeUnit, bool)>, FunctionError> {
    let argument = only(args)?;
    match &argument.field.dtype {
        DType::Timestamp(unit, zone) => Ok(Some((*unit, zone.is_some()))),
        DType::Null => Ok(None),
        DType::Date => Err(FunctionError::argument(0, argument, "a timestamp")
            .with_cast(DType::Timestamp(TimeUnit::Microsecond, None))),
        _ => Err(no_moment(argument)),
    }
}

/// The same instants, shown in another zone; without one, in UTC. Costs nothing.
#[derive(Debug)]
pub(super) struct TzConvert;

impl ScalarFunction for TzConvert {
    fn name(&self) -> &'static str {
        "dt.tz_convert"
    }

    fn infer(&self, args: &[Argument<'_>], params: &Params) -> Result<Returns, FunctionError> {
        let to = target(params)?;
        let unit = match timestamp(args)? {
            Some((unit, true)) => unit,
            None => TimeUnit::Microsecond,
            Some((_, false)) => {
                return Err(FunctionError::argument(
                    0,
                    &args[0],
                    "a timestamp with a zone (give it one by tz_localize)",
                ));
            }
        };
        Ok(Returns {
            dtype: DType::Timestamp(unit, to),
            nullable: args[0].field.nullable,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let returns = self.infer(args, params)?.dtype;
        let dtype = args[0].field.dtype.clone();
        Ok(Box::new(Converted { dtype, returns }))
    }
}

struct Converted {
    dtype: DType,
    returns: DType,
}

impl Evaluate for Converted {
    fn is_fallible(&self) -> bool {
        false
    }

    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        if self.dtype == DType::Null {
            return Ok(new_null_array(&self.returns.border(), rows.len));
        }
        let array = args[0].to_border(&self.dtype, rows.len)?;
        let data = array
            .to_data()
            .into_builder()
            .data_type(self.returns.border());
        Ok(arrow_array::make_array(
            data.build().expect("only the zone is another"),
        ))
    }
}

/// Wall-clock times as those of a zone; without one, the wall-clock times that a zone showed.
///
/// A time that is there twice, when the clock is set back, and one that is not there, when it is set forward, are errors unless
/// the parameters `ambiguous` and `nonexistent` say what to take.
#[derive(Debug)]
pub(super) struct TzLocalize;

impl ScalarFunction for TzLocalize {
    fn name(&self) -> &'static str {
        "dt.tz_localize"
    }

    fn infer(&self, args: &[Argument<'_>], params: &Params) -> Result<Returns, FunctionError> {
        let to = target(params)?;
        let (ambiguous, nonexistent) = choices(params)?;
        let unit = match timestamp(args)? {
            Some((unit, has_zone)) if !has_zone || to.is_none() => unit,
            None => TimeUnit::Microsecond,
            Some(_) => {
                return Err(FunctionError::argument(
                    0,
                    &args[0],
                    "a timestamp without a zone (for another zone: tz_convert)",
                ));
            }
        };
        Ok(Returns {
            dtype: DType::Timestamp(unit, to),
            nullable: args[0].field.nullable
                || ambiguous == Choice::Null
                || nonexistent == Choice::Null,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let returns = self.infer(args, params)?.dtype;
        let dtype = args[0].field.dtype.clone();
        let choices = choices(params)?;
        Ok(Box::new(move |args: &[Input], rows: Rows<'_>| {
            if dtype == DType::Null {
                return Ok(new_null_array(&returns.border(), rows.len));
            }
            let array = args[0].to_border(&dtype, rows.len)?;
            if let DType::Timestamp(unit, Some(zone)) = &returns {
                return localize(&array, *unit, zone, choices, &returns, rows);
            }
            let Local { counts, nulls } = local(&array, &dtype)?;
            Ok(counted(counts, nulls, &returns))
        }))
    }
}

/// What to take for a time that a zone shows twice, or never.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Choice {
    Raise,
    Null,
    Earlier,
    Later,
}

/// For times that are there twice, and for those that are not there.
fn choices(params: &Params) -> Result<(Choice, Choice), FunctionError> {
    let read = |name: &'static str, words: [&str; 4], expected: &'static str| {
        let found = text_param(params, name)?;
        let choices = [Choice::Raise, Choice::Null, Choice::Earlier, Choice::Later];
        let Some(found) = found else {
            return Ok(Choice::Raise);
        };
        let at = words.iter().position(|word| *word == found);
        at.map(|at| choices[at])
            .ok_or_else(|| FunctionError::Param {
                name,
                expected,
                found: found.to_owned(),
            })
    };
    Ok((
        read(
            "ambiguous",
            ["raise", "null", "earlier", "later"],
            "raise, null, earlier or later",
        )?,
        read(
            "nonexistent",
            ["raise", "null", "shift_backward", "shift_forward"],
            "raise, null, shift_backward or shift_forward",
        )?,
    ))
}

fn localize(
    array: &ArrayRef,
    unit: TimeUnit,
    name: &str,
    (ambiguous, nonexistent): (Choice, Choice),
    returns: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, FunctionError> {
    let mut zone: Zone = known(name)?;
    let each = units_in_second(unit);
    let mut out = Vec::with_capacity(array.len());
    for (row, count) in stored(array).iter().enumerate() {
        let Some(count) = count else {
            out.push(None);
            continue;
        };
        let (second, part) = (count.div_euclid(each), count.rem_euclid(each));
        let whole = |second: i64| second.checked_mul(each)?.checked_add(part);
        let (choice, earlier, later, reason) = match zone.instants(second) {
            Instants::One(instant) => {
                let instant = whole(instant);
                (Choice::Later, instant, instant, "")
            }
            Instants::Two(earlier, later) => {
                (ambiguous, whole(earlier), whole(later), "is shown twice in")
            }
            // The instant before the clock was set forward, or the one at which it was.
            Instants::Skipped(at) => (
                nonexistent,
                at.checked_mul(each).and_then(|at| at.checked_sub(1)),
                at.checked_mul(each),
                "is never shown in",
            ),
        };
        let fails = |reason: String| {
            rows.is_active(row).then(|| FunctionError::Value {
                value: Value::from_array(array, row).to_string(),
                reason,
            })
        };
        let instant = match choice {
            Choice::Null => None,
            Choice::Raise => match fails(format!(
                "this time {reason} {name}; say which instant is meant by `ambiguous` or `nonexistent`"
            )) {
                Some(error) => return Err(error),
                None => None,
            },
            Choice::Earlier | Choice::Later => {
                let instant = if choice == Choice::Earlier {
                    earlier
                } else {
                    later
                };
                if instant.is_none()
                    && let Some(error) = fails(format!("it does not fit {returns}"))
                {
                    return Err(error);
                }
                instant
            }
        };
        out.push(instant);
    }
    let array: arrow_array::Int64Array = out.into_iter().collect();
    let (_, counts, nulls) = array.into_parts();
    Ok(counted(counts.to_vec(), nulls, returns))
}
