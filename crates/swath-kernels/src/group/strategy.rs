//! What every table of the ladder can do.

use arrow_array::ArrayRef;
use swath_batch::Selection;

use crate::KernelError;

/// How far a table got with a batch.
pub(super) enum Fit {
    /// Every live row has its id.
    All,
    /// The live rows before `row` have theirs; from there on the keys need another table.
    Until {
        /// Physical row at which to go on.
        row: usize,
        /// The table that takes these keys, still empty.
        next: Box<dyn Strategy>,
    },
}

/// One table: keys in, ids out, ids in order of first sight.
pub(super) trait Strategy: Send {
    /// The name of the table, for tests and benchmarks.
    fn name(&self) -> &'static str;

    /// Appends to `ids` one id for each live row, as far as the keys fit.
    ///
    /// All rows are live where `selection` is `None`; a selection is only handed to a table that
    /// [reads selections](Self::reads_selections).
    fn group(
        &mut self,
        keys: &[ArrayRef],
        selection: Option<&Selection>,
        ids: &mut Vec<u32>,
    ) -> Result<Fit, KernelError>;

    /// Whether skipping dead rows costs this table less than filtering the keys first.
    fn reads_selections(&self) -> bool {
        false
    }

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
}
