//! The functions that are part of swath, one file a family.

mod rounding;
mod sign;

use std::sync::Arc;

use crate::{Argument, FunctionError, ScalarFunction};

/// All of them: the table of contents of what expressions can call.
pub(super) fn all() -> Vec<Arc<dyn ScalarFunction>> {
    use rounding::Rounding::{Ceil, Floor, Nearest};
    vec![
        Arc::new(sign::Abs),
        Arc::new(Ceil),
        Arc::new(Floor),
        Arc::new(Nearest),
    ]
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
