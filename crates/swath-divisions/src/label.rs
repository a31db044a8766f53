//! Index labels: one, and a list of them.

use std::fmt::{self, Debug, Display, Formatter};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use serde::{Deserialize, Serialize};
use swath_batch::Value;
use swath_graph::{REDACTED, values_are_redacted};
use swath_meta::DType;

use crate::DivisionsError;

/// One label of an index: a value for every index column, or for the leading ones of several.
///
/// Made from a value (`250`, `"2015-01"`), or from a tuple of them where the index has several columns. Equality is that of
/// [`Value`]: `250` and `250_u64` differ as labels, though they name the same row of an integer index.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(Arc<[Value]>);

impl Label {
    /// Makes the label with these values, one an index column.
    pub fn new(values: impl IntoIterator<Item = Value>) -> Self {
        Self(values.into_iter().collect())
    }

    /// The values, one an index column.
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// The label as values of these dtypes, exactly; there may be fewer values than dtypes.
    pub(crate) fn cast(&self, dtypes: &[DType]) -> Result<Self, DivisionsError> {
        if self.0.is_empty() || self.0.len() > dtypes.len() {
            return Err(DivisionsError::Columns {
                expected: dtypes.len(),
                found: self.0.len(),
            });
        }
        let cast = |(value, dtype): (&Value, &DType)| {
            value.cast(dtype).map_err(|_| DivisionsError::Label {
                label: value.to_string(),
                dtype: dtype.to_string(),
                hint: "",
            })
        };
        self.0
            .iter()
            .zip(dtypes)
            .map(cast)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// A single value as it prints, several in parentheses.
impl Debug for Label {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Label")
            .field(&format_args!("{self}"))
            .finish()
    }
}

impl Display for Label {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if values_are_redacted() {
            return f.write_str(REDACTED);
        }
        if let [value] = self.values() {
            return Display::fmt(value, f);
        }
        let values = self.0.iter().map(Value::to_string).collect::<Vec<_>>();
        write!(f, "({})", values.join(", "))
    }
}

/// Several labels in order: what boundaries are given as.
///
/// Made from an array, slice or vector of numbers, texts, [`Value`]s, labels or tuples, or from Arrow arrays, one a key column.
/// Dictionaries and all string types are text here; half floats are single ones.
#[derive(Clone, Debug)]
pub struct Labels(Form);

#[derive(Clone, Debug)]
enum Form {
    Labels(Vec<Label>),
    Columns(Vec<ArrayRef>),
}

impl Labels {
    /// The labels, each as it was given.
    ///
    /// # Errors
    /// [`DivisionsError::Length`] for columns of different lengths, [`DivisionsError::Unordered`] for Arrow types without order.
    pub(crate) fn into_labels(self) -> Result<Vec<Label>, DivisionsError> {
        let columns = match self.0 {
            Form::Labels(labels) => return Ok(labels),
            Form::Columns(columns) => columns,
        };
        let rows = columns.first().map_or(0, Array::len);
        for column in &columns {
            if column.len() != rows {
                return Err(DivisionsError::Length {
                    what: "labels in each column",
                    expected: rows,
                    found: column.len(),
                });
            }
            ordered_dtype(column.data_type())?;
        }
        Ok((0..rows)
            .map(|row| Label::new(columns.iter().map(|column| Value::from_array(column, row))))
            .collect())
    }

    /// The dtypes of the labels: those of the columns, or of the first label's values.
    pub(crate) fn dtypes(&self) -> Result<Vec<DType>, DivisionsError> {
        match &self.0 {
            Form::Columns(columns) => columns
                .iter()
                .map(|column| ordered_dtype(column.data_type()))
                .collect(),
            Form::Labels(labels) => {
                let first = labels.first().ok_or(DivisionsError::Empty { found: 0 })?;
                Ok(first.values().iter().map(Value::dtype).collect())
            }
        }
    }
}

fn ordered_dtype(arrow: &arrow_schema::DataType) -> Result<DType, DivisionsError> {
    let unordered = || DivisionsError::Unordered {
        dtype: arrow.to_string(),
    };
    DType::from_arrow(arrow)
        .ok()
        .filter(|dtype| !dtype.is_unordered())
        .ok_or_else(unordered)
}

impl From<Value> for Label {
    fn from(value: Value) -> Self {
        Self::new([value])
    }
}

impl From<&Value> for Label {
    fn from(value: &Value) -> Self {
        Self::new([value.clone()])
    }
}

impl From<&Self> for Label {
    fn from(label: &Self) -> Self {
        label.clone()
    }
}

impl From<Vec<Value>> for Label {
    fn from(values: Vec<Value>) -> Self {
        Self::new(values)
    }
}

macro_rules! from_values {
    ($($type:ty),*) => { $(
        impl From<$type> for Label {
            fn from(value: $type) -> Self {
                Self::new([Value::from(value)])
            }
        }
        impl From<&$type> for Label {
            fn from(value: &$type) -> Self {
                Self::new([Value::from(value.clone())])
            }
        }
        impl<const N: usize> From<[$type; N]> for Labels {
            fn from(values: [$type; N]) -> Self {
                values.into_iter().collect()
            }
        }
        impl From<Vec<$type>> for Labels {
            fn from(values: Vec<$type>) -> Self {
                values.into_iter().collect()
            }
        }
        impl From<&[$type]> for Labels {
            fn from(values: &[$type]) -> Self {
                values.iter().cloned().collect()
            }
        }
    )* };
}

from_values!(
    i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, bool, &str, String
);

impl<A: Into<Value>, B: Into<Value>> From<(A, B)> for Label {
    fn from((a, b): (A, B)) -> Self {
        Self::new([a.into(), b.into()])
    }
}

impl<A: Into<Value>, B: Into<Value>, C: Into<Value>> From<(A, B, C)> for Label {
    fn from((a, b, c): (A, B, C)) -> Self {
        Self::new([a.into(), b.into(), c.into()])
    }
}

impl<L: Into<Label>> FromIterator<L> for Labels {
    fn from_iter<I: IntoIterator<Item = L>>(labels: I) -> Self {
        Self(Form::Labels(labels.into_iter().map(Into::into).collect()))
    }
}

impl<const N: usize> From<[Label; N]> for Labels {
    fn from(labels: [Label; N]) -> Self {
        labels.into_iter().collect()
    }
}

impl From<Vec<Label>> for Labels {
    fn from(labels: Vec<Label>) -> Self {
        Self(Form::Labels(labels))
    }
}

impl<const N: usize> From<[Value; N]> for Labels {
    fn from(values: [Value; N]) -> Self {
        values.into_iter().collect()
    }
}

impl From<Vec<Value>> for Labels {
    fn from(values: Vec<Value>) -> Self {
        values.into_iter().collect()
    }
}

impl<A: Into<Value>, B: Into<Value>, const N: usize> From<[(A, B); N]> for Labels {
    fn from(labels: [(A, B); N]) -> Self {
        labels.into_iter().collect()
    }
}

impl<A: Into<Value>, B: Into<Value>> From<Vec<(A, B)>> for Labels {
    fn from(labels: Vec<(A, B)>) -> Self {
        labels.into_iter().collect()
    }
}

impl From<ArrayRef> for Labels {
    fn from(column: ArrayRef) -> Self {
        Self(Form::Columns(vec![column]))
    }
}

impl From<&ArrayRef> for Labels {
    fn from(column: &ArrayRef) -> Self {
        Self(Form::Columns(vec![Arc::clone(column)]))
    }
}

impl From<Vec<ArrayRef>> for Labels {
    fn from(columns: Vec<ArrayRef>) -> Self {
        Self(Form::Columns(columns))
    }
}
