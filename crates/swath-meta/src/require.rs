//! Columns that a function needs, by dtype or by a family of dtypes.

use crate::{DType, Field, Meta, MetaError};

/// Whether a dtype is one of a family.
type Holds = fn(&DType) -> bool;

/// Families of dtypes by the word that asks for them.
const FAMILIES: &[(&str, Holds)] = &[
    ("any", |_| true),
    ("number", DType::is_numeric),
    ("integer", DType::is_integer),
    ("float", DType::is_float),
    ("decimal", DType::is_decimal),
    ("timestamp", |dtype| matches!(dtype, DType::Timestamp(..))),
    ("duration", |dtype| matches!(dtype, DType::Duration(_))),
    ("time", |dtype| matches!(dtype, DType::Time(_))),
    ("list", |dtype| matches!(dtype, DType::List(_))),
    ("struct", |dtype| matches!(dtype, DType::Struct(_))),
];

impl Meta {
    /// The column of this name, if it has this dtype: the name of one, or a family, which is `any`, `number`, `integer`, `float`,
    /// `decimal`, `timestamp`, `duration`, `time`, `list` or `struct`. A category does where a `string` is asked for.
    ///
    /// ```
    /// use swath_meta::Meta;
    ///
    /// let meta = Meta::of([("user", "category"), ("at", "timestamp[us]")])?;
    /// meta.require("user", "string")?;
    /// meta.require("at", "timestamp")?;
    /// let error = meta.require("user", "number").unwrap_err();
    /// assert_eq!(error.to_string(), "column `user` is category, and must be number");
    /// # Ok::<(), swath_meta::MetaError>(())
    /// ```
    ///
    /// # Errors
    /// [`MetaError::Column`] with the nearest name; [`MetaError::Required`]; a name that is no dtype.
    pub fn require(&self, name: &str, dtype: &str) -> Result<&Field, MetaError> {
        let field = self.field(name)?;
        let family = FAMILIES.iter().find(|(family, _)| *family == dtype);
        let fits = if let Some((_, holds)) = family {
            holds(&field.dtype)
        } else {
            let wanted: DType = dtype.parse()?;
            field.dtype == wanted || (wanted == DType::String && field.dtype == DType::Category)
        };
        if fits {
            return Ok(field);
        }
        Err(MetaError::Required {
            column: name.to_owned(),
            expected: dtype.to_owned(),
            found: field.dtype.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_dtypes() {
        let meta = Meta::of([
            ("i", "int32"),
            ("f", "float64"),
            ("t", "timestamp[ns, UTC]"),
            ("s", "string"),
        ])
        .expect("a meta");
        let fits = |name: &str, dtype: &str| meta.require(name, dtype).is_ok();
        assert!(fits("i", "integer") && fits("i", "number") && fits("i", "int32"));
        assert!(!fits("i", "int64") && !fits("i", "float") && !fits("s", "category"));
        assert!(fits("t", "timestamp") && !fits("t", "timestamp[ns]") && fits("s", "any"));
        assert!(matches!(
            meta.require("x", "any"),
            Err(MetaError::Column { .. })
        ));
        assert!(matches!(
            meta.require("i", "nubmer"),
            Err(MetaError::UnknownDType { .. })
        ));
    }
}
