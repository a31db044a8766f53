//! What every table of the ladder can do.

use arrow_array::ArrayRef;

use crate::KernelError;

/// How far a table got with a batch.
pub(super) enum Fit {
    /// Every row has its id.
    All,
    /// The rows before `row` have theirs; from there on the keys need another table.
    Until {
        /// Row at which to go on.
        row: usize,
        /// The table that takes these keys, still empty.
        next: Box<dyn Strategy>,
    },
}

/// One table: keys in, ids out, ids in order of first sight.
pub(super) trait Strategy: Send {
    /// The name of the table, for tests and benchmarks.
    fn name(&self) -> &'static str;

    /// Appends to `ids` one id for each row, as far as the keys fit.
    fn group(&mut self, keys: &[ArrayRef], ids: &mut Vec<u32>) -> Result<Fit, KernelError>;

    /// Another table, still empty, if it has become cheaper for the keys seen so far; asked after
    /// each batch.
    fn cheaper(&mut self) -> Option<Box<dyn Strategy>> {
        None
    }

    /// Number of groups.
    fn groups(&self) -> usize;

    /// The keys, one row a group.
    fn keys(&self) -> Result<Vec<ArrayRef>, KernelError>;

    /// Bytes of the table, by capacity.
    fn bytes(&self) -> u64;

    /// Bytes that the table may take on top while `rows` rows come, each of them a new key.
    fn growth(&self, rows: usize) -> u64;

    /// About the bytes of what [`keys`](Self::keys) makes.
    fn key_bytes(&self) -> u64;
}
