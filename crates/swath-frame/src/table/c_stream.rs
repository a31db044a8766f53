//! A table for another Arrow or another language.

use arrow_array::RecordBatchIterator;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;

use super::Table;

impl Table {
    /// The rows as an Arrow C stream: for any version of Arrow, and any language with one. Nothing is copied: the memory is
    /// given back when whoever reads the stream releases what it got.
    ///
    /// All columns, index columns first, in canonical types; the index is recorded in the metadata of the schema, which
    /// [`Session::from_c_stream`](crate::Session::from_c_stream) restores. Dropped unread, the stream releases itself.
    pub fn into_c_stream(self) -> FFI_ArrowArrayStream {
        let schema = self.meta.to_arrow();
        let batches: Vec<_> = self.batches.iter().cloned().map(Ok).collect();
        FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(batches, schema)))
    }
}
