//! The empty frame: which columns it has, in which order, and which of them are the index.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use arrow_schema::SchemaRef;

use crate::{DType, DTypeSpec, Field, Index, MetaError, nearest};

/// Describes a frame without its rows: names, logical dtypes, nullability, index. Index columns come first; names are unique.
///
/// Clone is one reference count; a lookup by name is one hash. `Display` is a table of the columns.
///
/// ```
/// use swath_meta::{DType, Meta};
///
/// let meta = Meta::of([("region", "string"), ("amount", "float64")])?;
/// assert_eq!(meta.field("amount")?.dtype, DType::Float64);
/// # Ok::<(), swath_meta::MetaError>(())
/// ```
#[derive(Clone)]
pub struct Meta(Arc<Inner>);

struct Inner {
    fields: Vec<Field>,
    index: Index,
    /// Positions by name; made with the uniqueness check, which needs it anyway.
    positions: HashMap<Arc<str>, usize>,
    /// The same as Arrow has it, once somebody asked: every batch of the frame shares it.
    arrow: OnceLock<SchemaRef>,
}

impl Meta {
    /// Makes the meta with these columns, of which the leading ones are the index.
    ///
    /// # Errors
    /// [`MetaError::DuplicateColumn`], [`MetaError::IndexTooLong`], or [`MetaError::IndexDType`] for an index column of a dtype
    /// without an order.
    pub fn try_new(
        fields: impl IntoIterator<Item = Field>,
        index: Index,
    ) -> Result<Self, MetaError> {
        let fields: Vec<Field> = fields.into_iter().collect();
        if index.len() > fields.len() {
            return Err(MetaError::IndexTooLong {
                index: index.len(),
                columns: fields.len(),
            });
        }
        if let Some(field) = fields[..index.len()]
            .iter()
            .find(|field| field.dtype.is_nested())
        {
            return Err(MetaError::IndexDType {
                name: field.name.to_string(),
                dtype: field.dtype.to_string(),
            });
        }
        let mut positions = HashMap::with_capacity(fields.len());
        for (position, field) in fields.iter().enumerate() {
            if positions
                .insert(Arc::clone(&field.name), position)
                .is_some()
            {
                return Err(MetaError::DuplicateColumn {
                    name: field.name.to_string(),
                });
            }
        }
        Ok(Self(Arc::new(Inner {
            fields,
            index,
            positions,
            arrow: OnceLock::new(),
        })))
    }

    /// Makes the meta with these nullable columns and no index, from names and dtypes as a user writes them.
    ///
    /// # Errors
    /// [`MetaError::DuplicateColumn`], and those of reading a dtype's name.
    pub fn of<N: Into<Arc<str>>, D: Into<DTypeSpec>>(
        columns: impl IntoIterator<Item = (N, D)>,
    ) -> Result<Self, MetaError> {
        let field = |(name, dtype): (N, D)| Ok(Field::new(name, dtype.into().resolve()?, true));
        Self::try_new(
            columns
                .into_iter()
                .map(field)
                .collect::<Result<Vec<_>, MetaError>>()?,
            Index::none(),
        )
    }

    /// The meta of a frame without columns.
    pub fn empty() -> Self {
        Self(Arc::new(Inner {
            fields: Vec::new(),
            index: Index::none(),
            positions: HashMap::new(),
            arrow: OnceLock::new(),
        }))
    }

    /// All columns, index columns first.
    pub fn fields(&self) -> &[Field] {
        &self.0.fields
    }

    /// The schema of Arrow that `make` makes of it, made once.
    pub(crate) fn arrow(&self, make: impl FnOnce() -> SchemaRef) -> &SchemaRef {
        self.0.arrow.get_or_init(make)
    }

    /// How many leading columns are the index.
    pub fn index(&self) -> Index {
        self.0.index
    }

    /// The index columns.
    pub fn index_fields(&self) -> &[Field] {
        &self.0.fields[..self.0.index.len()]
    }

    /// The columns that are not index columns.
    pub fn data_fields(&self) -> &[Field] {
        &self.0.fields[self.0.index.len()..]
    }

    /// The names of the data columns, in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.data_fields().iter().map(|field| &*field.name)
    }

    /// The names of all columns, index columns first.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.fields().iter().map(|field| &*field.name)
    }

    /// Number of columns, index columns included.
    pub fn len(&self) -> usize {
        self.0.fields.len()
    }

    /// There are no columns at all.
    pub fn is_empty(&self) -> bool {
        self.0.fields.is_empty()
    }

    /// The column of this name, index columns included.
    ///
    /// # Errors
    /// [`MetaError::Column`] with the nearest name.
    pub fn field(&self, name: &str) -> Result<&Field, MetaError> {
        self.position(name).map(|position| &self.0.fields[position])
    }

    /// The dtype of the column of this name.
    ///
    /// # Errors
    /// [`MetaError::Column`] with the nearest name.
    pub fn dtype(&self, name: &str) -> Result<&DType, MetaError> {
        self.field(name).map(|field| &field.dtype)
    }

    /// Where the column of this name stands among all columns.
    ///
    /// # Errors
    /// [`MetaError::Column`] with the nearest name.
    pub fn position(&self, name: &str) -> Result<usize, MetaError> {
        self.0
            .positions
            .get(name)
            .copied()
            .ok_or_else(|| self.no_column(name))
    }

    /// There is a column of this name, index columns included.
    pub fn contains(&self, name: &str) -> bool {
        self.0.positions.contains_key(name)
    }

    /// The column of this name is an index column.
    pub fn is_index(&self, name: &str) -> bool {
        self.0
            .positions
            .get(name)
            .is_some_and(|position| *position < self.0.index.len())
    }

    /// The declaration of these columns as a user would write it: what an error offers to paste.
    ///
    /// ```
    /// let meta = swath_meta::Meta::of([("ts", "datetime64[us]"), ("bid", "float")])?;
    /// assert_eq!(meta.declaration(), r#".meta([("ts", "timestamp[us]"), ("bid", "float64")])"#);
    /// # Ok::<(), swath_meta::MetaError>(())
    /// ```
    pub fn declaration(&self) -> String {
        let pair = |field: &Field| format!("({:?}, \"{}\")", &*field.name, field.dtype);
        format!(
            ".meta([{}])",
            self.fields()
                .iter()
                .map(pair)
                .collect::<Vec<_>>()
                .join(", ")
        )
    }

    /// The error for a name that is not there.
    fn no_column(&self, name: &str) -> MetaError {
        MetaError::Column {
            name: name.to_owned(),
            nearest: nearest(name, self.names()).map(str::to_owned),
            available: self.names().map(str::to_owned).collect(),
        }
    }
}

impl PartialEq for Meta {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.index == other.0.index && self.0.fields == other.0.fields)
    }
}

impl Eq for Meta {}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn sales() -> Meta {
        Meta::of([
            ("ts", "timestamp[us]"),
            ("region", "string"),
            ("amount", "float64"),
        ])
        .unwrap()
        .set_index(["ts"])
        .unwrap()
    }

    #[test]
    fn index_columns_are_columns_but_not_data_columns() {
        let meta = sales();
        assert_eq!(meta.columns().collect::<Vec<_>>(), ["region", "amount"]);
        assert_eq!(meta.names().collect::<Vec<_>>(), ["ts", "region", "amount"]);
        assert_eq!(meta.index_fields().len(), 1);
        assert!(meta.is_index("ts") && !meta.is_index("region") && !meta.is_index("x"));
        assert_eq!(meta.position("amount").unwrap(), 2);
    }

    #[test]
    fn messages() {
        let wide = Meta::of((0..30).map(|i| (format!("c{i}"), "int64"))).unwrap();
        let field = |name: &str, dtype: &str| Field::new(name, dtype.parse().unwrap(), true);
        let errors = [
            sales().field("amuont").unwrap_err(),
            sales().field("profit").unwrap_err(),
            wide.field("x").unwrap_err(),
            Meta::empty().field("x").unwrap_err(),
            Meta::of([("a", "int64"), ("a", "int64")]).unwrap_err(),
            Meta::of([("a", "int46")]).unwrap_err(),
            Meta::try_new([field("a", "int64")], Index::leading(2)).unwrap_err(),
            Meta::try_new([field("a", "list<int64>")], Index::leading(1)).unwrap_err(),
        ];
        assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }

    #[test]
    fn errors_are_small_enough_to_return() {
        assert!(size_of::<MetaError>() <= 96, "{}", size_of::<MetaError>());
    }
}
