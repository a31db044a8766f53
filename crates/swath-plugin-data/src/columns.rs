//! The Arrow types of the columns that both sides agreed on.

use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};
use swath_meta::Meta;

/// The columns that travel, in order: names, Arrow types, whether they may be null.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns(SchemaRef);

impl Columns {
    /// Columns of these types, in whatever encoding they have.
    pub fn new(schema: impl Into<Arc<Schema>>) -> Self {
        Self(schema.into())
    }

    /// The columns of a frame, in border encodings.
    pub fn of_meta(meta: &Meta) -> Self {
        Self(meta.to_arrow())
    }

    /// Those of these names, which must be among them, in the order that they have here.
    #[must_use]
    pub fn only<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        let fields = self.0.fields().iter();
        let fields = fields.filter(|field| names.contains(&field.name().as_str()));
        Self(Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>())))
    }

    /// As a schema of Arrow.
    pub fn schema(&self) -> &SchemaRef {
        &self.0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.fields().len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
