//! One column of a frame, without its values.

use std::sync::Arc;

use arrow_schema::Field as ArrowField;
use serde::{Deserialize, Serialize};

use crate::{DType, MetaError};

/// The field-metadata key that keeps a dtype which its border encoding does not tell (`category`).
const DTYPE_KEY: &str = "swath:dtype";

/// Names a column, says what its values mean, and whether they may be null.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    /// The column's name; unique in a frame.
    pub name: Arc<str>,
    /// What the values mean.
    pub dtype: DType,
    /// Whether values may be null. `false` is a promise that is checked where data enter.
    pub nullable: bool,
}

impl Field {
    /// Makes a field.
    pub fn new(name: impl Into<Arc<str>>, dtype: DType, nullable: bool) -> Self {
        Self {
            name: name.into(),
            dtype,
            nullable,
        }
    }

    /// Reads an Arrow field; what [`to_arrow`](Self::to_arrow) wrote comes back as it was, `category` included.
    ///
    /// # Errors
    /// [`MetaError::UnsupportedArrow`], naming the column.
    pub fn from_arrow(arrow: &ArrowField) -> Result<Self, MetaError> {
        let dtype = DType::from_arrow(arrow.data_type()).map_err(|error| match error {
            MetaError::UnsupportedArrow {
                arrow: found,
                column,
            } => {
                let column = column.map_or_else(
                    || arrow.name().clone(),
                    |inner| format!("{}.{inner}", arrow.name()),
                );
                MetaError::UnsupportedArrow {
                    arrow: found,
                    column: Some(column),
                }
            }
            other => other,
        })?;
        // The note counts only where the encoding agrees with it: other programs copy metadata along with changed columns.
        let noted = arrow
            .metadata()
            .get(DTYPE_KEY)
            .and_then(|text| text.parse::<DType>().ok());
        let dtype = noted
            .filter(|noted| noted.admits(arrow.data_type()))
            .unwrap_or(dtype);
        Ok(Self::new(arrow.name().as_str(), dtype, arrow.is_nullable()))
    }

    /// Makes the Arrow field with the dtype's [border](DType::border) encoding.
    pub fn to_arrow(&self) -> ArrowField {
        let field = ArrowField::new(&*self.name, self.dtype.border(), self.nullable);
        if self.dtype == DType::Category {
            field.with_metadata([(DTYPE_KEY.to_owned(), self.dtype.to_string())])
        } else {
            field
        }
    }
}
