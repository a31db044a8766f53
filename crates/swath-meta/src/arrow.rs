//! Between a meta and an Arrow schema.

use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};

use crate::{Field, Index, Meta, MetaError};

/// The schema-metadata key that says how many leading columns are the index.
const INDEX_KEY: &str = "swath:index";

impl Meta {
    /// The Arrow schema with [border](crate::DType::border) encodings; the index is recorded in its metadata.
    ///
    /// It is made once; later calls cost one reference count.
    pub fn to_arrow(&self) -> SchemaRef {
        Arc::clone(self.arrow(|| self.make_arrow()))
    }

    fn make_arrow(&self) -> SchemaRef {
        let fields: Vec<_> = self.fields().iter().map(Field::to_arrow).collect();
        let schema = Schema::new(fields);
        if self.index().is_empty() {
            return Arc::new(schema);
        }
        Arc::new(schema.with_metadata([(INDEX_KEY.to_owned(), self.index().len().to_string())]))
    }

    /// Reads an Arrow schema: the logical dtype of every column, and the index if one is recorded.
    ///
    /// # Errors
    /// [`MetaError::UnsupportedArrow`], [`MetaError::DuplicateColumn`]; a recorded index that does not fit the columns.
    pub fn from_arrow(schema: &Schema) -> Result<Self, MetaError> {
        let fields = schema
            .fields()
            .iter()
            .map(|field| Field::from_arrow(field))
            .collect::<Result<Vec<_>, _>>()?;
        let index = schema
            .metadata()
            .get(INDEX_KEY)
            .and_then(|text| text.parse().ok())
            .map_or(Index::none(), Index::leading);
        Self::try_new(fields, index)
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::{DataType, Field as ArrowField};

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let meta = Meta::of([("k", "category"), ("s", "string"), ("v", "list<int64>")])
            .unwrap()
            .set_index(["k"])
            .unwrap();
        assert_eq!(Meta::from_arrow(&meta.to_arrow()).unwrap(), meta);
        assert_eq!(
            Meta::from_arrow(&Meta::empty().to_arrow()).unwrap(),
            Meta::empty()
        );
    }

    #[test]
    fn a_stale_category_note_is_ignored() {
        let category = Field::new("k", "category".parse().unwrap(), true).to_arrow();
        assert_eq!(
            Field::from_arrow(&category).unwrap().dtype.to_string(),
            "category"
        );
        let changed = category.with_data_type(DataType::Int64);
        assert_eq!(
            Field::from_arrow(&changed).unwrap().dtype.to_string(),
            "int64"
        );
    }

    #[test]
    fn messages() {
        let nested = DataType::Struct(
            vec![ArrowField::new(
                "span",
                DataType::Interval(arrow_schema::IntervalUnit::DayTime),
                true,
            )]
            .into(),
        );
        let schema = |fields: Vec<ArrowField>| Schema::new(fields);
        let int = |name: &str| ArrowField::new(name, DataType::Int64, true);
        let errors = [
            Meta::from_arrow(&schema(vec![int("a"), int("a")])).unwrap_err(),
            Meta::from_arrow(&schema(vec![ArrowField::new("a", nested, true)])).unwrap_err(),
            Meta::from_arrow(
                &schema(vec![int("a")]).with_metadata([(INDEX_KEY.to_owned(), "2".to_owned())]),
            )
            .unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }
}
