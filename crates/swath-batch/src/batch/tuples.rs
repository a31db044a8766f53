//! Rows as tuples of plain values: what a loop over a few columns reads.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, StringViewArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use swath_meta::TimeUnit;

use super::Batch;
use super::column::{Bools, Numbers};
use crate::{BatchError, Timestamp, Value};

mod sealed {
    /// Keeps the trait here to the types listed here.
    pub trait Sealed {}
}

/// A Rust type that a row has a value of: `bool`, `i64`, `u64`, `f64`, `&str`, [`Timestamp`], an `Option` of one, or [`Value`] for
/// anything. Sealed.
///
/// Numbers are read as the typed columns of [`Batch`] read them: `f64` from either float, `i64` from integers of any width but
/// `uint64`, `u64` from unsigned ones. `&str` reads categories too.
pub trait Cell<'a>: sealed::Sealed + Sized {
    /// The column as it is read.
    #[doc(hidden)]
    type Column: 'a;
    /// Its name, for messages.
    #[doc(hidden)]
    const NAME: &'static str;
    /// Whether nulls have a place.
    #[doc(hidden)]
    const SEES_NULLS: bool = false;

    /// The column, if it has such values.
    #[doc(hidden)]
    fn column(array: &'a ArrayRef) -> Option<Self::Column>;

    /// The value in a row; `None` where null has no place in the type.
    #[doc(hidden)]
    fn get(column: &Self::Column, row: usize) -> Option<Self>;
}

macro_rules! cells {
    ($($type:ty, $name:literal, $column:ty;)*) => { $(
        impl sealed::Sealed for $type {}

        impl<'a> Cell<'a> for $type {
            type Column = $column;
            const NAME: &'static str = $name;

            fn column(array: &'a ArrayRef) -> Option<$column> {
                <$column>::read(array)
            }

            fn get(column: &$column, row: usize) -> Option<Self> {
                column.get(row)
            }
        }
    )* };
}

cells! {
    bool, "bool", Bools;
    i64, "i64", Numbers<i64>;
    u64, "u64", Numbers<u64>;
    f64, "f64", Numbers<f64>;
    Timestamp, "Timestamp", Instants;
}

/// A column of timestamps.
#[doc(hidden)]
pub struct Instants {
    values: Int64Array,
    unit: TimeUnit,
}

impl Instants {
    fn read(array: &ArrayRef) -> Option<Self> {
        let DataType::Timestamp(unit, _) = array.data_type() else {
            return None;
        };
        let values = cast(array, &DataType::Int64).ok()?;
        Some(Self {
            values: values.as_primitive::<Int64Type>().clone(),
            unit: *unit,
        })
    }

    fn get(&self, row: usize) -> Option<Timestamp> {
        let is_there = self.values.is_valid(row);
        is_there.then(|| Timestamp::new(self.values.value(row), self.unit))
    }
}

/// A column of texts, which lends them from the batch.
#[doc(hidden)]
pub struct Lent<'a> {
    /// Which of the texts a row has, of a dictionary.
    codes: Option<Numbers<i64>>,
    texts: &'a StringViewArray,
}

impl sealed::Sealed for &str {}

impl<'a> Cell<'a> for &'a str {
    type Column = Lent<'a>;
    const NAME: &'static str = "&str";

    fn column(array: &'a ArrayRef) -> Option<Lent<'a>> {
        match array.as_any_dictionary_opt() {
            Some(dictionary) => {
                let keys = cast(dictionary.keys(), &DataType::Int64).ok()?;
                Some(Lent {
                    codes: Some(Numbers::read(&keys)?),
                    texts: dictionary.values().as_string_view_opt()?,
                })
            }
            None => Some(Lent {
                codes: None,
                texts: array.as_string_view_opt()?,
            }),
        }
    }

    fn get(column: &Lent<'a>, row: usize) -> Option<&'a str> {
        let at = match &column.codes {
            Some(codes) => codes.get(row)? as usize,
            None => row,
        };
        column.texts.is_valid(at).then(|| column.texts.value(at))
    }
}

impl sealed::Sealed for Value {}

/// Any value, as itself: null is [`Value::Null`].
impl<'a> Cell<'a> for Value {
    type Column = &'a ArrayRef;
    const NAME: &'static str = "Value";
    const SEES_NULLS: bool = true;

    fn column(array: &'a ArrayRef) -> Option<&'a ArrayRef> {
        Some(array)
    }

    fn get(column: &&'a ArrayRef, row: usize) -> Option<Self> {
        Some(Self::from_array(column, row))
    }
}

impl<T: sealed::Sealed> sealed::Sealed for Option<T> {}

/// Null is `None`.
impl<'a, T: Cell<'a>> Cell<'a> for Option<T> {
    type Column = T::Column;
    const NAME: &'static str = T::NAME;
    const SEES_NULLS: bool = true;

    fn column(array: &'a ArrayRef) -> Option<T::Column> {
        T::column(array)
    }

    fn get(column: &T::Column, row: usize) -> Option<Self> {
        Some(T::get(column, row))
    }
}

/// A column whose every row has a value of this type.
struct Whole<'a, T: Cell<'a>>(T::Column);

impl<'a, T: Cell<'a>> Whole<'a, T> {
    fn of(batch: &'a Batch, name: &str) -> Result<Self, BatchError> {
        let array = batch.column(name)?;
        let column = T::column(array).ok_or_else(|| batch.not_a(name, T::NAME))?;
        if !T::SEES_NULLS && array.logical_null_count() > 0 {
            return Err(BatchError::RowNull {
                column: name.to_owned(),
                rust_type: Some(T::NAME),
            });
        }
        Ok(Self(column))
    }

    fn get(&self, row: usize) -> T {
        T::get(&self.0, row).expect("a column with nulls is read as an `Option`")
    }
}

macro_rules! tuples {
    ($($(#[$words:meta])* $method:ident ($($name:ident $cell:ident),+) -> $row:ty;)*) => {
        impl Batch { $(
            $(#[$words])*
            pub fn $method<'a, $($cell: Cell<'a>),+>(
                &'a self,
                $($name: &str),+
            ) -> Result<impl ExactSizeIterator<Item = $row> + use<'a, $($cell),+>, BatchError> {
                $(let $name = Whole::<'a, $cell>::of(self, $name)?;)+
                Ok((0..self.num_rows()).map(move |row| ($($name.get(row)),+)))
            }
        )* }
    };
}

tuples! {
    /// The values of a column, one a row, as a plain Rust type.
    ///
    /// # Errors
    /// For a name that is not there, a column of another dtype, and nulls where the type is no `Option`.
    rows1(first A) -> A;
    /// The values of two columns, a pair a row, as plain Rust types.
    ///
    /// ```
    /// use swath_batch::{Batch, Timestamp};
    ///
    /// let batch = Batch::from_csv("user,at,amount\na,2024-01-01T00:00:00,1.5\nb,2024-01-01T00:10:00,\n")?;
    /// let last = batch.rows2::<&str, Timestamp>("user", "at")?.max_by_key(|(_, at)| *at);
    /// assert_eq!(last.map(|(user, _)| user), Some("b"));
    /// let error = batch.rows2::<&str, f64>("user", "amount").map(|_| ()).unwrap_err();
    /// assert_eq!(error.fix().as_deref(), Some("ask for `Option<f64>`"));
    /// # Ok::<(), swath_batch::BatchError>(())
    /// ```
    ///
    /// # Errors
    /// As [`rows1`](Self::rows1).
    rows2(first A, second B) -> (A, B);
    /// The values of three columns, a tuple a row, as plain Rust types.
    ///
    /// # Errors
    /// As [`rows1`](Self::rows1).
    rows3(first A, second B, third C) -> (A, B, C);
    /// The values of four columns, a tuple a row, as plain Rust types.
    ///
    /// # Errors
    /// As [`rows1`](Self::rows1).
    rows4(first A, second B, third C, fourth D) -> (A, B, C, D);
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Int16Array, StringArray};
    use std::sync::Arc;

    fn visits() -> Batch {
        Batch::from_csv("u,t,n,x\na,2026-01-01T00:00,1,1.5\n,2026-01-01T00:10,2,\nb,,3,2.5\n")
            .expect("a table")
    }

    #[test]
    fn values_of_every_type() {
        let batch = visits();
        let rows: Vec<(Option<&str>, i64)> = batch.rows2("u", "n").expect("as asked").collect();
        assert_eq!(rows, [(Some("a"), 1), (None, 2), (Some("b"), 3)]);
        let times = batch.rows1::<Option<Timestamp>>("t").expect("timestamps");
        let times: Vec<_> = times.map(|at| at.map(|at| at.to_string())).collect();
        let expected = ["2026-01-01T00:00:00", "2026-01-01T00:10:00"];
        assert_eq!(times[..2], expected.map(|text| Some(text.to_owned())));
        assert_eq!(times[2], None);
        let more = batch
            .rows4::<Option<&str>, i64, Option<f64>, Value>("u", "n", "x", "x")
            .expect("as asked");
        assert_eq!(more.len(), 3);
        assert_eq!(
            more.last(),
            Some((Some("b"), 3, Some(2.5), Value::from(2.5)))
        );
        let none = batch.head(0);
        assert_eq!(
            none.rows3::<&str, Timestamp, f64>("u", "t", "x")
                .expect("no rows")
                .len(),
            0
        );
    }

    #[test]
    fn texts_are_lent_in_any_encoding() {
        let text = StringArray::from(vec![
            Some("x"),
            None,
            Some("a text of more than twelve bytes"),
        ]);
        for encoding in [
            DataType::Utf8View,
            DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)),
            DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8View)),
        ] {
            let column = cast(&text, &encoding).expect("casts");
            let batch = Batch::from_columns([("a", column)]).expect("one column");
            let batch = batch.slice(1, 2);
            // They outlive the iterator: what a function keeps from row to row.
            let found: Vec<Option<&str>> = batch.rows1("a").expect("texts").collect();
            assert_eq!(found, [None, Some("a text of more than twelve bytes")]);
            let error = batch.rows1::<&str>("a").err().expect("a null");
            assert_eq!(
                error.to_string(),
                "column `a` has a null, which &str has no place for"
            );
        }
        // A null among the texts of a dictionary is a null of each row that has it.
        let keys = Int16Array::from(vec![1, 0]);
        let texts = Arc::new(StringViewArray::from(vec![None, Some("x")]));
        let column: ArrayRef = Arc::new(arrow_array::DictionaryArray::new(keys, texts));
        let batch = Batch::from_columns([("a", column)]).expect("one column");
        let found: Vec<Option<&str>> = batch.rows1("a").expect("texts").collect();
        assert_eq!(found, [Some("x"), None]);
        assert!(batch.rows1::<&str>("a").is_err());
    }

    #[test]
    fn mistakes_are_named() {
        let batch = visits();
        let text = |error: Option<BatchError>| {
            let error = error.expect("a mistake");
            error
                .fix()
                .map_or(error.to_string(), |fix| format!("{error}; {fix}"))
        };
        insta::assert_snapshot!(text(batch.rows1::<i64>("m").err()), @"no column `m`; columns are `u`, `t`, `n`, `x`");
        insta::assert_snapshot!(text(batch.rows2::<&str, Timestamp>("n", "t").err()), @"column `n` is int64; it cannot be read as &str");
        insta::assert_snapshot!(text(batch.rows2::<i64, Timestamp>("n", "t").err()), @"column `t` has a null, which Timestamp has no place for; ask for `Option<Timestamp>`");
        insta::assert_snapshot!(text(batch.rows1::<Timestamp>("n").err()), @"column `n` is int64; it cannot be read as Timestamp");
    }
}
