//! One column of a frame, without its values.

use std::sync::Arc;

use arrow_schema::Field as ArrowField;
use serde::{Deserialize, Serialize};

use crate::{DType, MetaError};

/// The field-metadata key that keeps a dtype which its border encoding does not tell (`category`).
const DTYPE_KEY: &str = "swath:dtype";

/// Whether the border encoding does not tell the dtype: a category, also as what lists hold. Fields of a struct have notes of their own.
fn needs_note(dtype: &DType) -> bool {
    match dtype {
        DType::Category => true,
        DType::List(item) => needs_note(&item.dtype),
        _ => false,
    }
}

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
        if needs_note(&self.dtype) {
            field.with_metadata([(DTYPE_KEY.to_owned(), self.dtype.to_string())])
        } else {
            field
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema that went through other hands tells a category, however deep it is, from the text that its encoding would be.
    #[test]
    fn categories_come_back_from_every_depth() {
        for name in [
            "category",
            "list<category>",
            "list<category not null>",
            "list<list<category>>",
            "struct<a: category, b: list<category>>",
            "list<struct<a: category, b: list<list<category> not null>>>",
            "struct<a: struct<b: list<category>>>",
        ] {
            let dtype: DType = name.parse().expect("a dtype");
            let field = Field::new("x", dtype, true);
            let arrow = field.to_arrow();
            assert_eq!(Field::from_arrow(&arrow), Ok(field), "{name}");
            // Where the column has become another one, the note that came along says nothing.
            let text = arrow.with_data_type(DType::String.border());
            let text = Field::from_arrow(&text).expect("a dtype");
            assert_eq!(text.dtype, DType::String, "{name}");
        }
    }
}
