//! Rows of another Arrow or another language, by the Arrow C stream interface.

use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use arrow_array::RecordBatch;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_schema::ArrowError;
use swath_batch::{Batch, BatchError};

use super::Session;
use crate::{DataFrame, Result};

impl Session {
    /// A frame over the rows of an Arrow C stream: what any version of Arrow and any language with one can hand over. One
    /// partition a batch; an index that [`Table::into_c_stream`](crate::Table::into_c_stream) recorded is restored.
    ///
    /// The stream is read to its end now. Its memory is taken over, not copied, and given back to its owner when the last frame
    /// over it is dropped; it counts against the memory limit. What it holds is checked, which takes one pass over it. A stream of
    /// another Arrow crate is moved here with `FFI_ArrowArrayStream::from_raw` on a pointer to it, which is its unsafe promise that
    /// the pointer is one.
    ///
    /// # Errors
    /// A stream that was read or released before, or that fails; values that are none of their type; an Arrow type without a
    /// logical dtype; the memory limit.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, col};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
    /// let stream = df.filter(col("v").gt(3))?.compute()?.into_c_stream();
    /// let again = session.from_c_stream(stream)?;
    /// assert_eq!(again.sum("v")?.get::<i64>()?, 7);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn from_c_stream(&self, stream: FFI_ArrowArrayStream) -> Result<DataFrame> {
        let location = Location::caller();
        // Arrow takes some of what a stream may do wrong for a mistake of its own.
        let read = catch_unwind(AssertUnwindSafe(|| read(stream)));
        let read = read.unwrap_or_else(|_| Err(broken("its batches are not those it announced")));
        let batches = read
            .map_err(|source| BatchError::Arrow {
                during: "reading a C stream",
                source,
            })
            .and_then(|batches| batches.into_iter().map(Batch::from_record_batch).collect());
        batches
            .map_err(Into::into)
            .and_then(|batches: Vec<Batch>| self.hold_batches(&batches, "from_c_stream", location))
            .map_err(|error| error.in_call("from_c_stream", location))
    }
}

fn read(stream: FFI_ArrowArrayStream) -> std::result::Result<Vec<RecordBatch>, ArrowError> {
    let reader = RecordBatchStreamReader::try_new(stream)?;
    let schema = arrow_array::RecordBatchReader::schema(&reader);
    let mut batches = Vec::new();
    for batch in reader {
        let batch = batch?;
        for column in batch.columns() {
            column.to_data().validate_full()?;
        }
        batches.push(batch);
    }
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}

fn broken(reason: &str) -> ArrowError {
    ArrowError::CDataInterface(reason.to_owned())
}
