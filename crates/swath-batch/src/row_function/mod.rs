//! Rust functions and closures of one to six arguments, called for each row of some columns.

mod pace;
mod parameter;
mod returned;

use std::error::Error;

use arrow_array::ArrayRef;
use arrow_buffer::{BooleanBuffer, NullBuffer};
use swath_meta::DType;

use crate::Stopped;
use pace::Pace;
pub use parameter::Parameter;
pub use returned::{Plain, Returned};

/// A Rust function or closure of the values of one row. `M` is its signature, which the compiler finds.
///
/// Implemented for functions of one to six [`Parameter`]s that return what is [`Returned`]; closures have to write the types of
/// their arguments out.
pub trait RowFunction<M>: Send + Sync + 'static {
    /// Its arguments.
    #[doc(hidden)]
    fn parameters() -> Vec<Wanted>;

    /// The dtype of its result, and whether the function itself may make it null.
    #[doc(hidden)]
    fn returns() -> (DType, bool);

    /// Its results for rows that are `active`, for all of them without; `columns` are as many as it has arguments, each of this
    /// many rows. Now and then `check` says whether to go on.
    #[doc(hidden)]
    fn rows(
        &self,
        columns: &[ArrayRef],
        rows: usize,
        active: Option<&BooleanBuffer>,
        check: &dyn Fn() -> Result<(), Stopped>,
    ) -> Result<ArrayRef, RowError>;
}

/// What one argument of a closure takes.
#[doc(hidden)]
pub struct Wanted {
    /// Whether it can be handed every value of such a column.
    pub accepts: fn(&DType) -> bool,
    /// What a column must be, for messages.
    pub text: &'static str,
    /// Whether it is handed nulls.
    pub sees_nulls: bool,
}

/// Why a closure gave no column.
#[doc(hidden)]
#[derive(Debug)]
pub enum RowError {
    /// Its own error.
    Closure(Box<dyn Error + Send + Sync>),
    /// A column could not be decoded.
    Arrow(arrow_schema::ArrowError),
    /// It was told to stop.
    Stopped(Stopped),
}

/// The results of a function for the rows that are `wanted`, for all of them without; the others are null.
///
/// Where no row is left out and nothing can be null, the loop has no branch, and what is simple is vectorised.
fn fill<R: Returned>(
    rows: usize,
    wanted: Option<&NullBuffer>,
    check: &dyn Fn() -> Result<(), Stopped>,
    call: impl Fn(usize) -> R,
) -> Result<ArrayRef, RowError> {
    let wanted = wanted.filter(|wanted| wanted.null_count() > 0);
    let has_nulls = R::NULLABLE || wanted.is_some();
    if !has_nulls && !R::FALLIBLE {
        return fill_all::<R>(rows, check, call);
    }
    let mut results = <R::Plain as Plain>::room(rows);
    let mut valid = vec![false; if has_nulls { rows } else { 0 }];
    let mut pace = Pace::new(rows);
    while let Some(block) = pace.next() {
        check().map_err(RowError::Stopped)?;
        let begin = block.start;
        let results = &mut results[block.clone()];
        if has_nulls {
            for (at, (result, valid)) in results.iter_mut().zip(&mut valid[block]).enumerate() {
                let row = begin + at;
                if wanted.is_some_and(|wanted| wanted.is_null(row)) {
                    continue;
                }
                if let Some(found) = call(row).settle().map_err(RowError::Closure)? {
                    (*result, *valid) = (found, true);
                }
            }
        } else {
            for (at, result) in results.iter_mut().enumerate() {
                if let Some(found) = call(begin + at).settle().map_err(RowError::Closure)? {
                    *result = found;
                }
            }
        }
    }
    let nulls = has_nulls.then(|| NullBuffer::from(valid));
    Ok(<R::Plain as Plain>::array(results, nulls))
}

/// [`fill`] where every row has a result: each is written once, and nothing before it.
fn fill_all<R: Returned>(
    rows: usize,
    check: &dyn Fn() -> Result<(), Stopped>,
    call: impl Fn(usize) -> R,
) -> Result<ArrayRef, RowError> {
    let mut results = Vec::with_capacity(rows);
    let mut pace = Pace::new(rows);
    while let Some(block) = pace.next() {
        check().map_err(RowError::Stopped)?;
        results.extend(block.map(|row| match call(row).settle() {
            Ok(Some(found)) => found,
            _ => unreachable!("its type has neither nulls nor errors"),
        }));
    }
    Ok(<R::Plain as Plain>::array(results, None))
}

macro_rules! row_functions {
    ($(($($arg:ident $column:ident $value:ident),+);)*) => { $(
        impl<Func, R, $($arg),+> RowFunction<fn($($arg),+) -> R> for Func
        where
            $($arg: Parameter,)+
            R: Returned,
            // The first bound lets the compiler find the signature, the second lets the function be called with what a column lends.
            Func: Fn($($arg),+) -> R + for<'a> Fn($(<$arg as Parameter>::Of<'a>),+) -> R + Send + Sync + 'static,
        {
            fn parameters() -> Vec<Wanted> {
                vec![$(Wanted {
                    accepts: <$arg as Parameter>::accepts,
                    text: <$arg as Parameter>::WANTED,
                    sees_nulls: <$arg as Parameter>::SEES_NULLS,
                }),+]
            }

            fn returns() -> (DType, bool) {
                (<R::Plain as Plain>::dtype(), R::NULLABLE)
            }

            fn rows(
                &self,
                columns: &[ArrayRef],
                rows: usize,
                active: Option<&BooleanBuffer>,
                check: &dyn Fn() -> Result<(), Stopped>,
            ) -> Result<ArrayRef, RowError> {
                /// Calls by one of the two bounds: the types say by which.
                fn call<R, $($arg),+>(function: impl Fn($($arg),+) -> R, $($value: $arg),+) -> R {
                    function($($value),+)
                }
                let mut columns = columns.iter();
                let mut next = || columns.next().expect("as many columns as arguments");
                $(let $column = <$arg as Parameter>::column(next()).map_err(RowError::Arrow)?;)+
                let mut wanted = active.map(|active| NullBuffer::new(active.clone()));
                $(if !<$arg as Parameter>::SEES_NULLS {
                    wanted = NullBuffer::union(wanted.as_ref(), <$arg as Parameter>::nulls(&$column));
                })+
                $(let $value = <$arg as Parameter>::values(&$column);)+
                fill::<R>(rows, wanted.as_ref(), check, |row| {
                    call(self, $(<$arg as Parameter>::value($value, row)),+)
                })
            }
        }
    )* };
}

row_functions! {
    (A first_column first);
    (A first_column first, B second_column second);
    (A first_column first, B second_column second, C third_column third);
    (A first_column first, B second_column second, C third_column third, D fourth_column fourth);
    (A first_column first, B second_column second, C third_column third, D fourth_column fourth, E fifth_column fifth);
    (A first_column first, B second_column second, C third_column third, D fourth_column fourth, E fifth_column fifth, F sixth_column sixth);
}
