//! Verbs about missing values: null, that is; NaN is a value.

use std::panic::Location;
use std::sync::Arc;

use swath_expr::{Columns, Expr, IntoColumns, lit};
use swath_meta::DType;

use super::DataFrame;
use super::columns::{data_column, data_columns};
use crate::{Result, Scalar};

/// What [`DataFrame::fillna`] takes: one value for all data columns, or pairs of a column and its value.
pub trait IntoFillNa {
    /// The value for all columns, or those for some.
    #[doc(hidden)]
    fn into_fill_na(self) -> FillNa;
}

#[doc(hidden)]
#[derive(Debug)]
pub enum FillNa {
    /// The same for all data columns.
    All(Expr),
    /// One a column.
    Columns(Vec<(Arc<str>, Expr)>),
}

macro_rules! values {
    ($($type:ty),*) => { $(
        impl IntoFillNa for $type {
            fn into_fill_na(self) -> FillNa {
                FillNa::All(Expr::from(self))
            }
        }
    )* };
}

values!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    f32,
    f64,
    &str,
    String,
    &String,
    swath_batch::Value,
    Expr,
    &Expr,
    &Scalar
);

impl<N: Into<Arc<str>>, V: Into<Expr>, const LEN: usize> IntoFillNa for [(N, V); LEN] {
    fn into_fill_na(self) -> FillNa {
        Vec::from(self).into_fill_na()
    }
}

impl<N: Into<Arc<str>>, V: Into<Expr>> IntoFillNa for Vec<(N, V)> {
    fn into_fill_na(self) -> FillNa {
        let pairs = self.into_iter();
        FillNa::Columns(
            pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// Options of [`DataFrame::dropna`]: which columns are looked at, and how many of them may be missing.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "options do nothing until a frame is given them"]
pub struct DropNa {
    subset: Columns,
    drop: DropIf,
}

/// How many values a row may miss before it is dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
enum DropIf {
    Any,
    All,
    FewerThan(usize),
}

impl DropNa {
    /// Drops the rows that miss a value in one of these columns; `..` is all data columns.
    #[track_caller]
    pub fn new(subset: impl IntoColumns) -> Self {
        Self {
            subset: subset.into_columns(),
            drop: DropIf::Any,
        }
    }

    /// Drops only the rows that miss a value in all of these columns.
    pub fn if_all(self) -> Self {
        Self {
            drop: DropIf::All,
            ..self
        }
    }

    /// Drops the rows that have fewer than this many values in these columns: pandas' `thresh`.
    pub fn thresh(self, values: usize) -> Self {
        Self {
            drop: DropIf::FewerThan(values),
            ..self
        }
    }
}

/// What [`DataFrame::dropna`] takes: columns, or [`DropNa`].
pub trait IntoDropNa {
    /// The options.
    #[doc(hidden)]
    #[track_caller]
    fn into_drop_na(self) -> DropNa;
}

impl IntoDropNa for DropNa {
    fn into_drop_na(self) -> DropNa {
        self
    }
}

impl<C: IntoColumns> IntoDropNa for C {
    #[track_caller]
    fn into_drop_na(self) -> DropNa {
        DropNa::new(self)
    }
}

impl DataFrame {
    /// All columns, nulls replaced: by one value in every data column, or by a value a column. NaN stays.
    ///
    /// A value takes the dtype of its column, where it fits exactly. Rows, order, partitions and divisions stay.
    ///
    /// # Errors
    /// A value that does not fit a column that may have nulls, a column that does not exist or is the index.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\n,\n")?])?;
    /// let filled = df.fillna([("k", "none")])?.fillna([("v", 0)])?.compute()?;
    /// let rows: Vec<(String, i64)> = filled.rows()?.collect();
    /// assert_eq!(rows[1], ("none".to_owned(), 0));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn fillna(&self, values: impl IntoFillNa) -> Result<Self> {
        let location = Location::caller();
        let values: Vec<(Arc<str>, Expr)> = match values.into_fill_na() {
            FillNa::All(value) => {
                let fields = self.dtypes().iter();
                // What has no nulls needs no value, and one that does not fit is no fault there.
                let holes = fields.filter(|field| field.nullable || field.dtype == DType::Null);
                let names = holes.map(|field| Arc::clone(&field.name));
                names.map(|name| (name, value.clone())).collect()
            }
            FillNa::Columns(pairs) => pairs,
        };
        let mut columns = Vec::with_capacity(values.len());
        for (name, value) in values {
            let filled = data_column(&name).fillna(value);
            columns.push((name, filled));
        }
        self.with_columns("fillna", location, columns)
    }

    /// The rows that miss no value in some columns; `..` is all data columns. For rows that miss all of them see
    /// [`DropNa::if_all`], for those that have too few [`DropNa::thresh`]. NaN is a value: `filter(col("x").eq(col("x")))` drops it.
    ///
    /// Order, partitions and divisions stay, and next to a scan the filter reaches it.
    ///
    /// # Errors
    /// A column that does not exist.
    ///
    /// ```
    /// # use swath_frame::{Batch, DropNa, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,\n,\n")?])?;
    /// assert_eq!(df.dropna(..)?.compute()?.num_rows(), 1);
    /// assert_eq!(df.dropna("k")?.compute()?.num_rows(), 2);
    /// assert_eq!(df.dropna(DropNa::new(["k", "v"]).if_all())?.compute()?.num_rows(), 2);
    /// assert_eq!(df.dropna(DropNa::new(..).thresh(2))?.compute()?.num_rows(), 1);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn dropna(&self, rows: impl IntoDropNa) -> Result<Self> {
        let options = rows.into_drop_na();
        let mut there: Vec<Expr> = Vec::new();
        for column in options.subset.resolve(self.meta()) {
            there.push(column.notna());
        }
        let keep = match options.drop {
            DropIf::Any => there.into_iter().reduce(|left, right| left.and(&right)),
            DropIf::All => there.into_iter().reduce(|left, right| left.or(&right)),
            DropIf::FewerThan(least) => {
                let counts = there.iter().map(|there| there.cast("int64"));
                let least = i64::try_from(least).unwrap_or(i64::MAX);
                match counts.reduce(|sum, one| sum.add(one)) {
                    Some(sum) => Some(sum.ge(least)),
                    // No column has no value in any row.
                    None => (least > 0).then(|| lit(false)),
                }
            }
        };
        self.next("dropna", Location::caller(), |plan, env| match keep {
            Some(keep) => plan.filter(keep, env),
            None => Ok(plan.clone()),
        })
    }

    /// Each data column as truth: whether the value is null. NaN is not.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,\n")?])?;
    /// let missing: Vec<(bool, bool)> = df.isna()?.compute()?.rows()?.collect();
    /// assert_eq!(missing, [(false, false), (false, true)]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn isna(&self) -> Result<Self> {
        let mut columns = Vec::new();
        for (name, column) in data_columns(self.meta()) {
            columns.push((name, column.isna()));
        }
        self.with_columns("isna", Location::caller(), columns)
    }

    /// Each data column as truth: whether the value is there; the opposite of [`isna`](Self::isna).
    #[track_caller]
    pub fn notna(&self) -> Result<Self> {
        let mut columns = Vec::new();
        for (name, column) in data_columns(self.meta()) {
            columns.push((name, column.notna()));
        }
        self.with_columns("notna", Location::caller(), columns)
    }
}
