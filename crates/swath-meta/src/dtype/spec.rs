//! A dtype as a user gives it in an option: kept as written, read by the verb.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use arrow_schema::DataType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::DType;
use crate::MetaError;

/// Holds a dtype that may not be one: text is read only by [`resolve`](Self::resolve), so that a misspelt name is reported by the
/// call that uses the option, with that call's line.
///
/// Made from text, a [`DType`], or an Arrow type; its serde form is text.
///
/// ```
/// use swath_meta::{DType, DTypeSpec};
///
/// assert_eq!(DTypeSpec::from("float").resolve()?, DType::Float64);
/// assert_eq!(DTypeSpec::from(arrow_schema::DataType::LargeUtf8).resolve()?, DType::String);
/// assert!(DTypeSpec::from("flaot").resolve().is_err());
/// # Ok::<(), swath_meta::MetaError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DTypeSpec(Form);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    Text(Arc<str>),
    DType(DType),
    Arrow(Box<DataType>),
}

impl DTypeSpec {
    /// Reads the dtype.
    ///
    /// # Errors
    /// Those of [`DType`]'s `from_str` and of [`DType::from_arrow`].
    pub fn resolve(&self) -> Result<DType, MetaError> {
        match &self.0 {
            Form::Text(text) => text.parse(),
            Form::DType(dtype) => Ok(dtype.clone()),
            Form::Arrow(arrow) => DType::from_arrow(arrow),
        }
    }
}

impl Display for DTypeSpec {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Text(text) => f.pad(text),
            Form::DType(dtype) => dtype.fmt(f),
            Form::Arrow(arrow) => match DType::from_arrow(arrow) {
                Ok(dtype) => dtype.fmt(f),
                Err(_) => arrow.fmt(f),
            },
        }
    }
}

impl From<&str> for DTypeSpec {
    fn from(text: &str) -> Self {
        Self(Form::Text(text.into()))
    }
}

impl From<String> for DTypeSpec {
    fn from(text: String) -> Self {
        Self(Form::Text(text.into()))
    }
}

impl From<&String> for DTypeSpec {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<DType> for DTypeSpec {
    fn from(dtype: DType) -> Self {
        Self(Form::DType(dtype))
    }
}

impl From<&DType> for DTypeSpec {
    fn from(dtype: &DType) -> Self {
        Self(Form::DType(dtype.clone()))
    }
}

impl From<DataType> for DTypeSpec {
    fn from(arrow: DataType) -> Self {
        Self(Form::Arrow(Box::new(arrow)))
    }
}

impl From<&DataType> for DTypeSpec {
    fn from(arrow: &DataType) -> Self {
        Self::from(arrow.clone())
    }
}

impl Serialize for DTypeSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DTypeSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_keeps_text_as_written() {
        let spec = DTypeSpec::from("Flaot64");
        let json = serde_json::to_string(&spec).unwrap();
        assert_eq!(json, "\"Flaot64\"");
        assert_eq!(serde_json::from_str::<DTypeSpec>(&json).unwrap(), spec);
        assert_eq!(
            serde_json::to_string(&DTypeSpec::from(DataType::LargeUtf8)).unwrap(),
            "\"string\""
        );
    }
}
