//! Parts of dates and times: `year`, `month`, `hour`, `is_leap_year`, …

use std::sync::Arc;

use arrow_array::types::{Date32Type, Int32Type};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, StringViewArray, new_null_array};
use arrow_buffer::BooleanBuffer;
use swath_batch::civil::{date_of, days_in_month, days_of, is_leap_year, units_in_second};
use swath_meta::DType;

use super::local::{Local, in_day, local, unit_of};
use super::step::Step;
use super::{moment, no_moment, only};
use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// A part of a date or timestamp, by its local time where it has a zone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component {
    name: &'static str,
    part: Part,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// A whole number, from the day.
    Day(fn(i64) -> i64),
    /// A whole number, from the nanoseconds since midnight.
    Clock(fn(i64) -> i64),
    /// True or false, from the day.
    Is(fn(i64) -> bool),
    /// A name, from the day.
    Name(fn(i64) -> &'static str),
    /// The day.
    Date,
}

const fn of(name: &'static str, part: Part) -> Component {
    Component { name, part }
}

/// The table of components.
pub(super) const ALL: [Component; 27] = [
    of("dt.year", Part::Day(|day| date_of(day).0)),
    of("dt.month", Part::Day(|day| date_of(day).1.into())),
    of("dt.day", Part::Day(|day| date_of(day).2.into())),
    of("dt.hour", Part::Clock(|clock| clock / 3_600_000_000_000)),
    of(
        "dt.minute",
        Part::Clock(|clock| clock / 60_000_000_000 % 60),
    ),
    of("dt.second", Part::Clock(|clock| clock / 1_000_000_000 % 60)),
    of(
        "dt.millisecond",
        Part::Clock(|clock| clock / 1_000_000 % 1_000),
    ),
    of(
        "dt.microsecond",
        Part::Clock(|clock| clock / 1_000 % 1_000_000),
    ),
    of("dt.nanosecond", Part::Clock(|clock| clock % 1_000)),
    of("dt.dayofweek", Part::Day(day_of_week)),
    of("dt.dayofyear", Part::Day(day_of_year)),
    of(
        "dt.quarter",
        Part::Day(|day| i64::from(date_of(day).1.div_ceil(3))),
    ),
    of("dt.week", Part::Day(|day| iso_week(day).1)),
    of("dt.isoyear", Part::Day(|day| iso_week(day).0)),
    of(
        "dt.days_in_month",
        Part::Day(|day| {
            let (year, month, _) = date_of(day);
            days_in_month(year, month).into()
        }),
    ),
    of(
        "dt.is_leap_year",
        Part::Is(|day| is_leap_year(date_of(day).0)),
    ),
    of("dt.is_month_start", Part::Is(|day| date_of(day).2 == 1)),
    of("dt.is_month_end", Part::Is(|day| date_of(day + 1).2 == 1)),
    of("dt.is_quarter_start", Part::Is(|day| is_start(day, 3))),
    of("dt.is_quarter_end", Part::Is(|day| is_start(day + 1, 3))),
    of("dt.is_year_start", Part::Is(|day| is_start(day, 12))),
    of("dt.is_year_end", Part::Is(|day| is_start(day + 1, 12))),
    of("dt.day_name", Part::Name(day_name)),
    of("dt.month_name", Part::Name(month_name)),
    of("dt.is_weekend", Part::Is(|day| day_of_week(day) > 4)),
    of("dt.date", Part::Date),
    of(
        "dt.century",
        Part::Day(|day| (date_of(day).0 - 1).div_euclid(100) + 1),
    ),
];

/// Monday is 0.
pub(super) fn day_of_week(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// The first of January is 1.
pub(super) fn day_of_year(day: i64) -> i64 {
    day - days_of(date_of(day).0, 1, 1) + 1
}

/// The year and the week of ISO 8601: weeks begin on Mondays, and belong to the year that has their Thursday.
pub(super) fn iso_week(day: i64) -> (i64, i64) {
    let thursday = day - day_of_week(day) + 3;
    (date_of(thursday).0, (day_of_year(thursday) - 1) / 7 + 1)
}

fn is_start(day: i64, months: u32) -> bool {
    let (_, month, day) = date_of(day);
    day == 1 && (month - 1).is_multiple_of(months)
}

/// `Monday` to `Sunday`.
pub(super) fn day_name(day: i64) -> &'static str {
    const NAMES: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    NAMES[day_of_week(day) as usize]
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month_name(day: i64) -> &'static str {
    MONTHS[date_of(day).1 as usize - 1]
}

impl Part {
    fn dtype(self) -> DType {
        match self {
            Self::Day(_) | Self::Clock(_) => DType::Int32,
            Self::Is(_) => DType::Bool,
            Self::Name(_) => DType::String,
            Self::Date => DType::Date,
        }
    }
}

impl ScalarFunction for Component {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let clock = matches!(self.part, Part::Clock(_));
        let argument = only(args)?;
        let field = match argument.field.dtype {
            DType::Time(_) if clock => argument.field,
            _ => moment(args)?.field,
        };
        Ok(Returns {
            dtype: self.part.dtype(),
            nullable: field.nullable,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        self.infer(args, params)?;
        let dtype = only(args)?.field.dtype.clone();
        if let DType::Timestamp(_, Some(zone)) = &dtype {
            super::local::known(zone)?;
        }
        Ok(Box::new(OfDay {
            component: *self,
            dtype,
        }))
    }
}

/// A component of moments of one dtype.
struct OfDay {
    component: Component,
    dtype: DType,
}

impl Evaluate for OfDay {
    fn is_fallible(&self) -> bool {
        // A second has more years than 32 bits count.
        matches!(self.component.part, Part::Day(_) | Part::Date)
    }

    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let part = self.component.part;
        if self.dtype == DType::Null {
            return Ok(new_null_array(&part.dtype().border(), rows.len));
        }
        let array = args[0].to_border(&self.dtype, rows.len)?;
        let Local { counts, nulls } = local(&array, &self.dtype)?;
        let unit = unit_of(&self.dtype);
        let day = unit.map(|unit| Step::new(in_day(unit)));
        let days = counts
            .iter()
            .map(|count| day.map_or(*count, |day| day.divide(*count).0));
        let narrow = |values: Vec<i64>| {
            let fits = |value: i64| i32::try_from(value).ok();
            let wrong = (0..values.len()).find(|row| {
                fits(values[*row]).is_none() && array.is_valid(*row) && rows.is_active(*row)
            });
            match wrong {
                None => Ok(values
                    .iter()
                    .map(|value| *value as i32)
                    .collect::<Vec<i32>>()),
                Some(row) => Err(FunctionError::Value {
                    value: swath_batch::Value::from_array(&array, row).to_string(),
                    reason: format!("its {} does not fit 32 bits", &self.component.name[3..]),
                }),
            }
        };
        Ok(match part {
            Part::Day(of) => {
                let values = narrow(days.map(of).collect())?;
                Arc::new(PrimitiveArray::<Int32Type>::new(values.into(), nulls))
            }
            Part::Date => {
                let values = narrow(days.collect())?;
                Arc::new(PrimitiveArray::<Date32Type>::new(values.into(), nulls))
            }
            Part::Clock(of) => {
                let values: Vec<i32> = match unit.zip(day) {
                    None => vec![0; counts.len()],
                    Some((unit, day)) => {
                        let nanoseconds = 1_000_000_000 / units_in_second(unit);
                        let clock = |count: &i64| of(day.divide(*count).1 * nanoseconds) as i32;
                        counts.iter().map(clock).collect()
                    }
                };
                Arc::new(PrimitiveArray::<Int32Type>::new(values.into(), nulls))
            }
            Part::Is(of) => {
                let truths: BooleanBuffer = days.map(of).collect();
                Arc::new(BooleanArray::new(truths, nulls))
            }
            Part::Name(of) => {
                let is_valid = |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
                let names = days
                    .enumerate()
                    .map(|(row, day)| is_valid(row).then(|| of(day)));
                Arc::new(names.collect::<StringViewArray>())
            }
        })
    }
}

/// The time of day of a timestamp, in its unit.
#[derive(Debug)]
pub(super) struct TimeOfDay;

impl ScalarFunction for TimeOfDay {
    fn name(&self) -> &'static str {
        "dt.time"
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let argument = only(args)?;
        match argument.field.dtype {
            DType::Timestamp(unit, _) => Ok(Returns {
                dtype: DType::Time(unit),
                nullable: argument.field.nullable,
            }),
            DType::Null => Ok(Returns {
                dtype: DType::Time(swath_meta::TimeUnit::Microsecond),
                nullable: true,
            }),
            DType::Date => Err(FunctionError::argument(0, argument, "a timestamp")
                .with_cast(DType::Timestamp(swath_meta::TimeUnit::Microsecond, None))),
            _ => Err(no_moment(argument)),
        }
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let returns = self.infer(args, params)?.dtype;
        let dtype = only(args)?.field.dtype.clone();
        Ok(Box::new(move |args: &[Input], rows: Rows<'_>| {
            let DType::Timestamp(unit, _) = dtype else {
                return Ok(new_null_array(&returns.border(), rows.len));
            };
            let array = args[0].to_border(&dtype, rows.len)?;
            let Local { counts, nulls } = local(&array, &dtype)?;
            let day = Step::new(in_day(unit));
            let clocks: Vec<i64> = counts.iter().map(|count| day.divide(*count).1).collect();
            if returns.byte_width() == Some(8) {
                return Ok(super::local::counted(clocks, nulls, &returns));
            }
            let clocks: Vec<i32> = clocks.into_iter().map(|clock| clock as i32).collect();
            let counts = PrimitiveArray::<Int32Type>::new(clocks.into(), nulls);
            let data = counts
                .into_data()
                .into_builder()
                .data_type(returns.border());
            Ok(arrow_array::make_array(
                data.build().expect("these times are counted in 32 bits"),
            ))
        }))
    }
}
