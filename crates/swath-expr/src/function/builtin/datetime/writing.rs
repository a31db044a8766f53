//! `strftime`: times as text of a format.

use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::{ArrayRef, new_null_array};
use swath_batch::civil::units_in_second;
use swath_meta::DType;

use super::format::{Format, Moment};
use super::local::{in_day, known, stored, unit_of};
use super::step::Step;
use super::{moment, no_moment};
use crate::function::builtin::arguments::{constant_text, count};
use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// The text of a date or timestamp, of a zone its local time.
#[derive(Debug)]
pub(super) struct Strftime;

impl Strftime {
    fn plan(args: &[Argument<'_>]) -> Result<Format, FunctionError> {
        let [argument, format] = args else {
            return Err(count(2, args));
        };
        moment(std::slice::from_ref(argument)).map_err(|_| no_moment(argument))?;
        Ok(Format::new(constant_text(1, format, "a format")?, false)?)
    }
}

impl ScalarFunction for Strftime {
    fn name(&self) -> &'static str {
        "dt.strftime"
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        Self::plan(args)?;
        Ok(Returns {
            dtype: DType::String,
            nullable: args[0].field.nullable,
        })
    }

    fn open(&self, args: &[Argument<'_>], _: &Params) -> Result<Box<dyn Evaluate>, FunctionError> {
        let format = Self::plan(args)?;
        let dtype = args[0].field.dtype.clone();
        if let DType::Timestamp(_, Some(zone)) = &dtype {
            known(zone)?;
        }
        Ok(Box::new(move |args: &[Input], rows: Rows<'_>| {
            if dtype == DType::Null {
                return Ok(new_null_array(&DType::String.border(), rows.len));
            }
            write(&format, &args[0].to_border(&dtype, rows.len)?, &dtype)
        }))
    }
}

fn write(format: &Format, array: &ArrayRef, dtype: &DType) -> Result<ArrayRef, FunctionError> {
    let mut zone = match dtype {
        DType::Timestamp(_, Some(zone)) => Some((known(zone)?, &**zone)),
        _ => None,
    };
    let unit = unit_of(dtype);
    let mut builder = StringViewBuilder::with_capacity(array.len());
    let mut text = String::new();
    for count in &stored(array) {
        let Some(count) = count else {
            builder.append_null();
            continue;
        };
        text.clear();
        let mut moment = Moment {
            day: count,
            clock: 0,
            offset: None,
            zone: "",
        };
        if let Some(unit) = unit {
            let each = units_in_second(unit);
            let mut local = count;
            if let Some((zone, name)) = &mut zone {
                let offset = zone.offset_at(count.div_euclid(each));
                local = count.saturating_add(i64::from(offset) * each);
                (moment.offset, moment.zone) = (Some(offset), name);
            }
            let (day, rest) = Step::new(in_day(unit)).divide(local);
            (moment.day, moment.clock) = (day, rest * (1_000_000_000 / each));
        }
        format.write(&moment, &mut text);
        builder.append_value(&text);
    }
    Ok(Arc::new(builder.finish()))
}
