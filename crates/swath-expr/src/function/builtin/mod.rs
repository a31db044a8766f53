//! The functions that are part of swath, one file a family.

mod arguments;

mod condition;
mod math;
mod nested;
mod rounding;
mod sign;

mod datetime;
mod string;

use std::sync::Arc;

use crate::{Argument, FunctionError, ScalarFunction};

/// All of them: the table of contents of what expressions can call.
pub(super) fn all() -> Vec<Arc<dyn ScalarFunction>> {
    use rounding::Rounding::{Ceil, Floor, Nearest, Trunc};
    let numbers: [Arc<dyn ScalarFunction>; 5] = [
        Arc::new(sign::Abs),
        Arc::new(Ceil),
        Arc::new(Floor),
        Arc::new(Nearest),
        Arc::new(Trunc),
    ];
    numbers
        .into_iter()
        .chain(math::all())
        .chain(condition::all())
        .chain(datetime::all())
        .chain(string::all())
        .chain(nested::all())
        .collect()
}

/// The one argument of a function of numbers.
fn one_number<'a, 'b>(args: &'a [Argument<'b>]) -> Result<&'a Argument<'b>, FunctionError> {
    let [argument] = args else {
        return Err(FunctionError::Count {
            expected: 1,
            found: args.len(),
        });
    };
    if argument.field.dtype.is_numeric() {
        Ok(argument)
    } else {
        Err(FunctionError::argument(0, argument, "a number"))
    }
}
