//! Whether what a function returned is what was declared.

use std::sync::Arc;

use arrow_array::Array;
use swath_batch::Batch;
use swath_meta::{Field, Meta};

use super::{ClosureError, PartitionFunction, Place};
use crate::OpError;

/// The batch under the declared meta: names, order and dtypes are those declared, and no column that was declared without nulls has
/// one. The index is a role that the declaration gives, not the batch.
///
/// # Errors
/// [`ClosureError::Columns`] with a table of what was found and expected.
pub fn checked(
    found: Batch,
    expected: &Arc<Meta>,
    function: &PartitionFunction,
    place: Place,
) -> Result<Batch, OpError> {
    let fields = found.meta().fields().iter();
    let fields = fields
        .zip(found.record_batch().columns())
        .map(|(field, column)| {
            let declared = expected.field(&field.name);
            let without_nulls = declared.is_ok_and(|declared| !declared.nullable);
            Field {
                nullable: !without_nulls || column.null_count() > 0,
                ..field.clone()
            }
        });
    let fields: Vec<Field> = fields.collect();
    let same_index = fields.len() >= expected.index().len()
        && fields
            .iter()
            .zip(expected.index_fields())
            .all(|(found, expected)| found.name == expected.name);
    let mut meta = Meta::try_new(fields, swath_meta::Index::none())?;
    if same_index && let Ok(indexed) = meta.with_index(expected.index()) {
        meta = indexed;
    }
    expected
        .check(&meta)
        .map_err(|source| ClosureError::Columns {
            function: function.site().to_string(),
            place,
            source,
        })?;
    Ok(Batch::try_new(
        found.into_record_batch(),
        Arc::clone(expected),
    )?)
}
