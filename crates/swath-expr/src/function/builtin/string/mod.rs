//! Functions of text: the accessor `str`.
//!
//! A [`TextFunction`] is a row of a table: its name, how many constants follow the text, and the [`Answer`] they make. Evaluation
//! over encodings, dictionaries once an entry, is written once.

#![expect(
    clippy::unnecessary_wraps,
    reason = "the functions of the tables have one signature, whether they can fail or not"
)]

mod affix;
mod answer;
mod case;
mod changed;
mod join;
mod kind;
mod length;
mod pad;
mod part;
mod pattern;
mod pieces;
mod replace;
mod search;

use std::sync::Arc;

use swath_meta::DType;

use super::arguments;
use super::datetime::STRPTIME;
use crate::{Argument, Evaluate, FunctionError, Params, PatternError, Returns, ScalarFunction};

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Arc<dyn ScalarFunction>> {
    let tables: [&[TextFunction]; 11] = [
        &affix::ALL,
        &case::ALL,
        &changed::ALL,
        &kind::ALL,
        &length::ALL,
        &pad::ALL,
        &part::ALL,
        &pieces::ALL,
        &replace::ALL,
        &search::ALL,
        const { &[STRPTIME] },
    ];
    let functions = tables.into_iter().flatten();
    functions
        .map(|function| Arc::new(*function) as Arc<dyn ScalarFunction>)
        .chain([Arc::new(join::Cat) as Arc<dyn ScalarFunction>])
}

/// A function of one text and constants.
#[derive(Clone, Copy)]
pub(in crate::function::builtin) struct TextFunction {
    pub(in crate::function::builtin) name: &'static str,
    /// How many arguments follow the text.
    pub(in crate::function::builtin) constants: usize,
    /// The dtype of the result.
    pub(in crate::function::builtin) returns: fn(&Constants<'_>) -> Result<DType, FunctionError>,
    /// May give null for a text.
    pub(in crate::function::builtin) gives_nulls: fn(&Params) -> bool,
    /// Compiles the constants.
    pub(in crate::function::builtin) open: fn(&Constants<'_>) -> Result<Answer, FunctionError>,
}

/// Writes another text; `Ok(false)` for null, a reason where there is none.
type Write = dyn Fn(&str, &mut String) -> Result<bool, String> + Send + Sync;
/// A part of the text.
type Part = dyn for<'a> Fn(&'a str) -> Option<&'a str> + Send + Sync;
/// Several parts of it, in order.
type Parts = dyn for<'a> Fn(&'a str, &mut dyn FnMut(&'a str)) + Send + Sync;

/// A count, or where and why the text is none.
type Read = dyn Fn(&str) -> Result<i64, PatternError> + Send + Sync;

/// What a function answers for one text.
pub(in crate::function::builtin) enum Answer {
    Write(Box<Write>),
    Part(Box<Part>),
    Parts(Box<Parts>),
    Truth(Box<dyn Fn(&str) -> bool + Send + Sync>),
    Count(Box<dyn Fn(&str) -> i64 + Send + Sync>),
    /// A count of `dtype`; where there is none an error, or null.
    Read {
        read: Box<Read>,
        dtype: DType,
        coerce: bool,
    },
}

/// The constants of a call.
pub(in crate::function::builtin) struct Constants<'a> {
    args: &'a [Argument<'a>],
    params: &'a Params,
}

impl<'a> Constants<'a> {
    /// The argument at this position as text.
    pub(in crate::function::builtin) fn text(
        &self,
        position: usize,
        expected: &'static str,
    ) -> Result<&'a str, FunctionError> {
        arguments::constant_text(position, &self.args[position], expected)
    }

    /// The argument at this position as a whole number; `None` for null.
    pub(in crate::function::builtin) fn count(
        &self,
        position: usize,
        expected: &'static str,
    ) -> Result<Option<i64>, FunctionError> {
        arguments::constant_count(position, &self.args[position], expected)
    }

    /// The argument at this position as a length of text that can be written.
    fn width(&self, position: usize) -> Result<usize, FunctionError> {
        const LONGEST: i64 = 1 << 20;
        let expected = "a whole number up to 1048576";
        match self.count(position, expected)? {
            Some(width) if width <= LONGEST => Ok(usize::try_from(width).unwrap_or(0)),
            _ => Err(FunctionError::argument(
                position,
                &self.args[position],
                expected,
            )),
        }
    }

    /// The argument at this position as one character.
    fn character(&self, position: usize) -> Result<char, FunctionError> {
        let expected = "one character";
        let mut chars = self.text(position, expected)?.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(FunctionError::argument(
                position,
                &self.args[position],
                expected,
            )),
        }
    }

    /// The named parameters.
    pub(in crate::function::builtin) fn params(&self) -> &'a Params {
        self.params
    }
}

/// A row of a table of functions that never give null for a text.
const fn of(
    name: &'static str,
    constants: usize,
    returns: fn(&Constants<'_>) -> Result<DType, FunctionError>,
    open: fn(&Constants<'_>) -> Result<Answer, FunctionError>,
) -> TextFunction {
    TextFunction {
        name,
        constants,
        returns,
        gives_nulls: |_| false,
        open,
    }
}

fn text(_: &Constants<'_>) -> Result<DType, FunctionError> {
    Ok(DType::String)
}

fn truth(_: &Constants<'_>) -> Result<DType, FunctionError> {
    Ok(DType::Bool)
}

fn number(_: &Constants<'_>) -> Result<DType, FunctionError> {
    Ok(DType::Int64)
}

/// The error for an argument that is no text.
fn no_text(position: usize, argument: &Argument<'_>) -> FunctionError {
    let error = FunctionError::argument(position, argument, "text");
    let dtype = &argument.field.dtype;
    if dtype.is_numeric() || dtype.is_temporal() || matches!(dtype, DType::Bool | DType::Binary) {
        error.with_cast(DType::String)
    } else {
        error
    }
}

impl TextFunction {
    fn constants<'a>(
        &self,
        args: &'a [Argument<'a>],
        params: &'a Params,
    ) -> Result<Constants<'a>, FunctionError> {
        if args.len() != self.constants + 1 {
            return Err(arguments::count(self.constants + 1, args));
        }
        let dtype = &args[0].field.dtype;
        if !dtype.is_string() && *dtype != DType::Null {
            return Err(no_text(0, &args[0]));
        }
        Ok(Constants { args, params })
    }
}

impl std::fmt::Debug for TextFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TextFunction").field(&self.name).finish()
    }
}

impl ScalarFunction for TextFunction {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, args: &[Argument<'_>], params: &Params) -> Result<Returns, FunctionError> {
        let constants = self.constants(args, params)?;
        Ok(Returns {
            dtype: (self.returns)(&constants)?,
            nullable: args[0].field.nullable || (self.gives_nulls)(params),
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let constants = self.constants(args, params)?;
        Ok(Box::new(answer::OverText::new(
            (self.open)(&constants)?,
            (self.returns)(&constants)?,
        )))
    }
}
