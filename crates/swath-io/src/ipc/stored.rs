//! How columns are written: in the types that every reader of Arrow files knows.

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;
use swath_meta::{DType, Meta};

use crate::hive::{PARTITION_ON_KEY, record_of_keys};

/// The schema of the files: border encodings, but text and bytes with offsets instead of views, and categories with signed
/// codes. The index, the categories and the keys of the folders are noted.
///
/// Categories within lists and structs are written as text: a file has one dictionary a column.
pub(super) fn stored_schema(meta: &Meta, keys: &[(String, DType)]) -> SchemaRef {
    let border = meta.to_arrow();
    let fields: Vec<Field> = (border.fields().iter().zip(meta.fields()))
        .map(|(arrow, field)| {
            let stored = match field.dtype {
                DType::Category => {
                    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
                }
                _ => plain(arrow.data_type()),
            };
            arrow.as_ref().clone().with_data_type(stored)
        })
        .collect();
    let mut metadata = border.metadata().clone();
    if !keys.is_empty() {
        metadata.insert(PARTITION_ON_KEY.to_owned(), record_of_keys(keys));
    }
    Arc::new(Schema::new_with_metadata(fields, metadata))
}

fn plain(border: &DataType) -> DataType {
    match border {
        DataType::Utf8View | DataType::Dictionary(..) => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::List(item) => DataType::List(plain_field(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(plain_field).collect()),
        other => other.clone(),
    }
}

fn plain_field(field: &Arc<Field>) -> Arc<Field> {
    let plain = plain(field.data_type());
    Arc::new(Field::new(field.name(), plain, field.is_nullable()))
}
