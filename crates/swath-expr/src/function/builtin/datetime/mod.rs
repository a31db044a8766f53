//! Functions of dates and times: the accessor `dt`.

mod component;
mod floor;
mod format;
mod local;
mod offset;
mod reading;
mod span;
mod step;
mod writing;
mod zone;

use std::sync::Arc;

use swath_meta::DType;

use super::arguments::only;
use crate::{Argument, FunctionError, ScalarFunction};

pub(super) use local::counted;
pub(super) use reading::STRPTIME;

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Arc<dyn ScalarFunction>> {
    let components = component::ALL
        .iter()
        .map(|one| Arc::new(*one) as Arc<dyn ScalarFunction>);
    let spans = span::ALL
        .iter()
        .map(|one| Arc::new(*one) as Arc<dyn ScalarFunction>);
    let others: [Arc<dyn ScalarFunction>; 8] = [
        Arc::new(floor::Floor::Down),
        Arc::new(floor::Floor::Up),
        Arc::new(floor::Floor::Nearest),
        Arc::new(writing::Strftime),
        Arc::new(zone::TzConvert),
        Arc::new(zone::TzLocalize),
        Arc::new(offset::OffsetBy),
        Arc::new(component::TimeOfDay),
    ];
    components.chain(spans).chain(others)
}

/// The one argument of a function of dates and timestamps.
fn moment<'a, 'b>(args: &'a [Argument<'b>]) -> Result<&'a Argument<'b>, FunctionError> {
    let argument = only(args)?;
    match argument.field.dtype {
        DType::Date | DType::Timestamp(..) | DType::Null => Ok(argument),
        _ => Err(no_moment(argument)),
    }
}

/// The error for what is neither a date nor a timestamp.
fn no_moment(argument: &Argument<'_>) -> FunctionError {
    let error = FunctionError::argument(0, argument, "a date or a timestamp");
    if argument.field.dtype.is_string() {
        error.with_cast(DType::Timestamp(swath_meta::TimeUnit::Microsecond, None))
    } else {
        error
    }
}
