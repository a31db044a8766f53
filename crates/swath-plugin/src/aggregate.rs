//! Aggregates: rows to one value a group.

use arrow_array::ArrayRef;
use swath_batch::Cx;
use swath_meta::Field;

use crate::{Example, Params, Result};

/// What an aggregate's states and results are.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouped {
    pub(crate) output: Field,
    pub(crate) state: Vec<Field>,
}

impl Grouped {
    /// A result of this field, from states of these: what travels between tasks, one row a group.
    pub fn new(output: Field, state: impl IntoIterator<Item = Field>) -> Self {
        Self {
            output,
            state: state.into_iter().collect(),
        }
    }
}

/// The rows of one call, and which group each belongs to.
#[derive(Clone, Copy, Debug)]
pub struct GroupedRows<'a> {
    /// The arguments; of [`Aggregate::merge`], the states.
    pub columns: &'a [ArrayRef],
    /// The group of each row, less than `n_groups`.
    pub groups: &'a [u32],
    /// How many groups there are from now on. Never shrinks.
    pub n_groups: usize,
}

/// An aggregate over columns, for all groups of a task at once, as its own description: what `groupby(..).agg(..)` and reductions
/// of whole frames use.
///
/// Rows may be cut into tasks anywhere, and tasks merged in any tree; rows and states come in input order.
pub trait Aggregate: Params {
    /// Its name within the plugin: letters, digits and `_`.
    const NAME: &'static str;
    /// What it can be tried with.
    const EXAMPLE: Option<Example> = None;

    /// The states of all groups of one task.
    type States: Send + 'static;

    /// What it returns for arguments of these dtypes.
    ///
    /// # Errors
    /// Arguments or parameters that it has no answer for.
    fn bind(&self, args: &[Field]) -> Result<Grouped>;

    /// The states of no groups.
    fn open(&self) -> Self::States;

    /// Adds rows. There are `n_groups` states afterwards, also of groups without a row.
    ///
    /// # Errors
    /// The first value that it has no answer for.
    fn update(&self, states: &mut Self::States, rows: GroupedRows<'_>, cx: &Cx) -> Result<()>;

    /// Adds states that [`state`](Self::state) gave for later rows.
    ///
    /// # Errors
    /// States that it has no answer for.
    fn merge(&self, states: &mut Self::States, rows: GroupedRows<'_>, cx: &Cx) -> Result<()>;

    /// The states as columns, one row a group.
    ///
    /// # Errors
    /// Whatever it fails with.
    fn state(&self, states: Self::States) -> Result<Vec<ArrayRef>>;

    /// The results, one row a group.
    ///
    /// # Errors
    /// Whatever it fails with.
    fn finish(&self, states: Self::States) -> Result<ArrayRef>;

    /// Bytes that the states take, about: what the memory limit counts for them.
    fn size(&self, states: &Self::States) -> u64;
}
