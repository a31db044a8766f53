//! What functions ask of their arguments.

use swath_batch::Value;

use crate::{Argument, FunctionError, Params};

/// The error for any number of arguments but `expected`.
pub(super) fn count(expected: usize, args: &[Argument<'_>]) -> FunctionError {
    FunctionError::Count {
        expected,
        found: args.len(),
    }
}

/// The one argument.
pub(super) fn only<'a, 'b>(args: &'a [Argument<'b>]) -> Result<&'a Argument<'b>, FunctionError> {
    match args {
        [argument] => Ok(argument),
        _ => Err(count(1, args)),
    }
}

/// A text that was written in the program.
pub(super) fn constant_text<'a>(
    position: usize,
    argument: &Argument<'a>,
    expected: &'static str,
) -> Result<&'a str, FunctionError> {
    match argument.constant {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(FunctionError::argument(position, argument, expected)),
        None => Err(FunctionError::Constant { position, expected }),
    }
}

/// A whole number that was written in the program; `None` for null.
pub(super) fn constant_count(
    position: usize,
    argument: &Argument<'_>,
    expected: &'static str,
) -> Result<Option<i64>, FunctionError> {
    match argument.constant {
        Some(Value::Int(count)) => Ok(Some(*count)),
        Some(Value::UInt(count)) => Ok(Some(i64::try_from(*count).unwrap_or(i64::MAX))),
        Some(Value::Null) => Ok(None),
        Some(_) => Err(FunctionError::argument(position, argument, expected)),
        None => Err(FunctionError::Constant { position, expected }),
    }
}

/// A parameter that is true or false; false where it is not given.
pub(super) fn flag(params: &Params, name: &'static str) -> Result<bool, FunctionError> {
    match params.get(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(FunctionError::Param {
            name,
            expected: "true or false",
            found: other.to_string(),
        }),
    }
}

/// A parameter that is text; `None` where it is not given or null.
pub(super) fn text_param<'a>(
    params: &'a Params,
    name: &'static str,
) -> Result<Option<&'a str>, FunctionError> {
    match params.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(FunctionError::Param {
            name,
            expected: "text",
            found: other.to_string(),
        }),
    }
}
