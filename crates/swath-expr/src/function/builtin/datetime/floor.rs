//! `floor`, `ceil`, `round` of times to a frequency.

use arrow_array::{Array, ArrayRef, new_null_array};
use swath_batch::civil::{date_of, days_of, units_in_second};
use swath_batch::{Instants, Zone};
use swath_meta::{DType, TimeUnit};

use super::local::{counted, in_day, known, stored, unit_of};
use super::no_moment;
use super::step::Step;
use crate::function::builtin::arguments::{self, constant_text};
use crate::{
    Argument, Evaluate, Frequency, FunctionError, Input, Params, PatternError, Returns, Rows,
    ScalarFunction,
};

/// Times brought to a multiple of a frequency: down, up, or to the nearest, of two equally near to the even one.
///
/// Of a zone the local time is rounded. Dates give timestamps in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Floor {
    Down,
    Up,
    Nearest,
}

impl ScalarFunction for Floor {
    fn name(&self) -> &'static str {
        match self {
            Self::Down => "dt.floor",
            Self::Up => "dt.ceil",
            Self::Nearest => "dt.round",
        }
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let (argument, _) = self.plan(args)?;
        Ok(Returns {
            dtype: result(&argument.field.dtype),
            nullable: argument.field.nullable,
        })
    }

    fn open(&self, args: &[Argument<'_>], _: &Params) -> Result<Box<dyn Evaluate>, FunctionError> {
        let (argument, steps) = self.plan(args)?;
        let dtype = argument.field.dtype.clone();
        let zone = match &dtype {
            DType::Timestamp(_, Some(zone)) => Some(known(zone)?),
            _ => None,
        };
        Ok(Box::new(Rounding {
            way: *self,
            steps,
            dtype,
            zone,
        }))
    }
}

fn result(dtype: &DType) -> DType {
    match dtype {
        DType::Date | DType::Null => DType::Timestamp(TimeUnit::Microsecond, None),
        other => other.clone(),
    }
}

/// The multiples that a time is brought to, in its unit.
#[derive(Clone, Copy)]
enum Steps {
    /// Of a fixed length; a multiple of it, and this far from it.
    Fixed(Step, i64),
    /// Of this many calendar months.
    Months(i64),
}

impl Floor {
    /// The argument, and the frequency in its unit.
    fn plan<'a, 'b>(
        self,
        args: &'a [Argument<'b>],
    ) -> Result<(&'a Argument<'b>, Steps), FunctionError> {
        let (argument, text) = match args {
            [argument, frequency] => (argument, constant_text(1, frequency, "a frequency")?),
            _ => return Err(arguments::count(2, args)),
        };
        let frequency: Frequency = text.parse()?;
        let wrong = |reason: String| FunctionError::from(PatternError::at(text, 0, reason));
        if !frequency.is_positive() {
            return Err(wrong("a frequency is longer than nothing".to_owned()));
        }
        let unit = match &argument.field.dtype {
            DType::Timestamp(unit, _) | DType::Duration(unit) => *unit,
            DType::Date | DType::Null => TimeUnit::Microsecond,
            _ => return Err(no_moment(argument)),
        };
        let calendar = !matches!(argument.field.dtype, DType::Duration(_));
        let Some(nanoseconds) = frequency.nanoseconds() else {
            if self == Self::Nearest || !calendar {
                return Err(wrong(
                    "months have no fixed length, they can be floored and ceiled only".to_owned(),
                ));
            }
            let Frequency::Months(months) = frequency else {
                unreachable!("only months have no fixed length")
            };
            return Ok((argument, Steps::Months(months)));
        };
        let each = i128::from(1_000_000_000 / units_in_second(unit));
        let steps = if each % nanoseconds == 0 {
            // Finer than the unit: everything is a multiple.
            1
        } else if nanoseconds % each == 0 {
            i64::try_from(nanoseconds / each)
                .map_err(|_| wrong("it is longer than any time".to_owned()))?
        } else {
            let dtype = &argument.field.dtype;
            return Err(wrong(format!(
                "it is no multiple of the unit of {dtype}; cast to a finer one"
            )));
        };
        // Weeks begin on Mondays; 1970-01-01 was a Thursday.
        let from = match frequency {
            Frequency::Weeks(_) if calendar => -3 * in_day(unit),
            _ => 0,
        };
        Ok((argument, Steps::Fixed(Step::new(steps), from)))
    }
}

/// A rounding of times of one dtype.
struct Rounding {
    way: Floor,
    steps: Steps,
    dtype: DType,
    zone: Option<Zone>,
}

impl Evaluate for Rounding {
    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let returns = result(&self.dtype);
        if self.dtype == DType::Null {
            return Ok(new_null_array(&returns.border(), rows.len));
        }
        let unit = unit_of(&returns).expect("it is a timestamp or a duration");
        let array = args[0].to_border(&self.dtype, rows.len)?;
        let stored = stored(&array);
        // What does not fit 64 bits; found again afterwards, because it is rare.
        let mut wrong = false;
        let days = if self.dtype == DType::Date {
            in_day(unit)
        } else {
            1
        };
        let counts: Vec<i64> = match (self.steps, &self.zone) {
            (Steps::Fixed(step, 0), None) if days == 1 && self.way == Floor::Down => {
                let floor = |count: &i64| {
                    let floor = count.wrapping_sub(step.divide(*count).1);
                    wrong |= floor > *count;
                    floor
                };
                stored.values().iter().map(floor).collect()
            }
            _ => {
                let mut zone = self.zone.clone();
                let rounded = |count: &i64| {
                    let rounded = self.one(*count, days, unit, zone.as_mut());
                    wrong |= rounded.is_none();
                    rounded.unwrap_or_default()
                };
                stored.values().iter().map(rounded).collect()
            }
        };
        if wrong {
            let mut zone = self.zone.clone();
            let fails = |row: &usize| {
                array.is_valid(*row)
                    && rows.is_active(*row)
                    && self
                        .one(stored.value(*row), days, unit, zone.as_mut())
                        .is_none()
            };
            if let Some(row) = (0..array.len()).find(fails) {
                return Err(FunctionError::Value {
                    value: swath_batch::Value::from_array(&array, row).to_string(),
                    reason: format!("rounded it does not fit {returns}"),
                });
            }
        }
        Ok(counted(counts, stored.nulls().cloned(), &returns))
    }
}

impl Rounding {
    /// One time, from days or counts to counts; `None` if it does not fit.
    fn one(&self, count: i64, days: i64, unit: TimeUnit, zone: Option<&mut Zone>) -> Option<i64> {
        let count = count.checked_mul(days)?;
        let Some(zone) = zone else {
            return self.wall(count, unit);
        };
        let each = units_in_second(unit);
        let offset = i64::from(zone.offset_at(count.div_euclid(each)));
        let local = self.wall(count.checked_add(offset.checked_mul(each)?)?, unit)?;
        // The offset of the instant itself, if the rounded time is under it too; so a repeated hour stays the one it was.
        let same = local.checked_sub(offset * each)?;
        if i64::from(zone.offset_at(same.div_euclid(each))) == offset {
            return Some(same);
        }
        let (second, part) = (local.div_euclid(each), local.rem_euclid(each));
        match zone.instants(second) {
            Instants::One(instant) | Instants::Two(instant, _) => {
                instant.checked_mul(each)?.checked_add(part)
            }
            Instants::Skipped(instant) => instant.checked_mul(each),
        }
    }

    /// A wall-clock time.
    fn wall(&self, count: i64, unit: TimeUnit) -> Option<i64> {
        match self.steps {
            Steps::Fixed(step, from) => {
                let (quotient, rest) = step.divide(count.checked_sub(from)?);
                let down = count.checked_sub(rest)?;
                let up = match self.way {
                    Floor::Down => false,
                    Floor::Up => rest > 0,
                    Floor::Nearest => {
                        let other = step.length() - rest;
                        rest > other || (rest == other && quotient % 2 != 0)
                    }
                };
                if up {
                    down.checked_add(step.length())
                } else {
                    Some(down)
                }
            }
            Steps::Months(months) => {
                let day = in_day(unit);
                let (year, month, _) = date_of(count.div_euclid(day));
                let index = year * 12 + i64::from(month) - 1;
                let start = |multiple: i64| {
                    let index = multiple.checked_mul(months)?;
                    let month = index.rem_euclid(12) as u32 + 1;
                    days_of(index.div_euclid(12), month, 1).checked_mul(day)
                };
                let multiple = index.div_euclid(months);
                let down = start(multiple)?;
                if self.way == Floor::Up && down != count {
                    start(multiple + 1)
                } else {
                    Some(down)
                }
            }
        }
    }
}
