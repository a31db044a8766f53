//! Verbs about dtypes: changing them, and choosing columns by them.

use std::panic::Location;
use std::sync::Arc;

use swath_meta::{DType, DTypeSpec, MetaError};
use swath_plan::PlanError;

use super::DataFrame;
use super::columns::data_column;
use crate::Result;

/// Options of [`DataFrame::astype`]: one dtype for all data columns, or pairs of a column and its dtype.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum AsType {
    /// All data columns.
    All(DTypeSpec),
    /// These columns.
    Columns(Vec<(Arc<str>, DTypeSpec)>),
}

impl From<&str> for AsType {
    fn from(dtype: &str) -> Self {
        Self::All(dtype.into())
    }
}

impl From<String> for AsType {
    fn from(dtype: String) -> Self {
        Self::All(dtype.into())
    }
}

impl From<DType> for AsType {
    fn from(dtype: DType) -> Self {
        Self::All(dtype.into())
    }
}

impl<N: Into<Arc<str>>, D: Into<DTypeSpec>, const LEN: usize> From<[(N, D); LEN]> for AsType {
    fn from(columns: [(N, D); LEN]) -> Self {
        Vec::from(columns).into()
    }
}

impl<N: Into<Arc<str>>, D: Into<DTypeSpec>> From<Vec<(N, D)>> for AsType {
    fn from(columns: Vec<(N, D)>) -> Self {
        let pairs = columns.into_iter();
        Self::Columns(
            pairs
                .map(|(name, dtype)| (name.into(), dtype.into()))
                .collect(),
        )
    }
}

/// Options of [`DataFrame::select_dtypes`]: dtypes, or families of them, that a column must be of or must not.
///
/// A family is `number`, `integer`, `float`, `datetime` (dates, times, timestamps and durations), or `object` for strings
/// and categories; anything else is a dtype.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SelectDtypes {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl SelectDtypes {
    /// Columns of one of these dtypes.
    pub fn include<T: AsRef<str>>(dtypes: impl IntoIterator<Item = T>) -> Self {
        Self {
            include: texts(dtypes),
            exclude: Vec::new(),
        }
    }

    /// Of all columns, or those included, the ones that are of none of these dtypes.
    #[must_use]
    pub fn exclude<T: AsRef<str>>(self, dtypes: impl IntoIterator<Item = T>) -> Self {
        Self {
            exclude: texts(dtypes),
            ..self
        }
    }
}

impl From<&str> for SelectDtypes {
    fn from(dtype: &str) -> Self {
        Self::include([dtype])
    }
}

impl<T: AsRef<str>, const LEN: usize> From<[T; LEN]> for SelectDtypes {
    fn from(dtypes: [T; LEN]) -> Self {
        Self::include(dtypes)
    }
}

fn texts<T: AsRef<str>>(dtypes: impl IntoIterator<Item = T>) -> Vec<String> {
    dtypes
        .into_iter()
        .map(|text| text.as_ref().to_owned())
        .collect()
}

/// Whether a dtype is one that the text names.
fn is_one(dtype: &DType, text: &str) -> std::result::Result<bool, MetaError> {
    Ok(match text {
        "number" => dtype.is_numeric(),
        "integer" => dtype.is_integer(),
        "float" => dtype.is_float(),
        "datetime" => dtype.is_temporal(),
        "object" => matches!(dtype, DType::String | DType::Category),
        other => *dtype == other.parse::<DType>()?,
    })
}

fn is_any(dtype: &DType, texts: &[String]) -> std::result::Result<bool, MetaError> {
    let mut found = false;
    for text in texts {
        // All are read, so that a misspelt one is told whatever columns there are.
        found |= is_one(dtype, text)?;
    }
    Ok(found)
}

impl DataFrame {
    /// All columns, data columns in other dtypes: all of them in one, or some by pairs. Values stay exactly what they are, or the
    /// computation ends with the first that has no place; [`Expr::cast`](crate::Expr::cast) has the rules.
    ///
    /// Rows, order, partitions and divisions stay.
    ///
    /// # Errors
    /// A column that does not exist or is the index, a dtype that is none, two dtypes without a cast between them.
    ///
    /// ```
    /// # use swath_frame::{Batch, DType, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
    /// let df = df.astype([("v", "float64")])?;
    /// assert_eq!(df.meta().dtype("v")?, &DType::Float64);
    /// assert_eq!(df.astype("string")?.meta().dtype("v")?, &DType::String);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn astype(&self, dtypes: impl Into<AsType>) -> Result<Self> {
        let pairs = match dtypes.into() {
            AsType::All(dtype) => {
                let fields = self.dtypes().iter();
                fields
                    .map(|field| (Arc::clone(&field.name), dtype.clone()))
                    .collect()
            }
            AsType::Columns(pairs) => pairs,
        };
        let mut columns = Vec::with_capacity(pairs.len());
        for (name, dtype) in pairs {
            let cast = data_column(&name).cast(dtype);
            columns.push((name, cast));
        }
        self.with_columns("astype", Location::caller(), columns)
    }

    /// The index and the data columns of some dtypes, in their order: `df.select_dtypes("number")?`.
    ///
    /// # Errors
    /// A text that is no dtype; no dtype at all.
    ///
    /// ```
    /// # use swath_frame::{Batch, SelectDtypes, Session};
    /// # let session = Session::testing();
    /// let df = session.from_batches([Batch::from_csv("k,v,w\na,1,1.5\nb,7,2.5\n")?])?;
    /// assert_eq!(df.select_dtypes("number")?.columns(), ["v", "w"]);
    /// assert_eq!(df.select_dtypes(["string", "float64"])?.columns(), ["k", "w"]);
    /// assert_eq!(df.select_dtypes(SelectDtypes::default().exclude(["float64"]))?.columns(), ["k", "v"]);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn select_dtypes(&self, dtypes: impl Into<SelectDtypes>) -> Result<Self> {
        let options = dtypes.into();
        self.next("select_dtypes", Location::caller(), |plan, env| {
            if options.include.is_empty() && options.exclude.is_empty() {
                return Err(PlanError::TooSmall {
                    what: "the number of dtypes that `select_dtypes` is given",
                    least: 1,
                    found: 0,
                });
            }
            let mut columns = Vec::new();
            for field in plan.meta().data_fields() {
                let included =
                    options.include.is_empty() || is_any(&field.dtype, &options.include)?;
                if included && !is_any(&field.dtype, &options.exclude)? {
                    columns.push((Arc::clone(&field.name), data_column(&field.name)));
                }
            }
            plan.select(columns, env)
        })
    }
}
