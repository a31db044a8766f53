//! What a partition function promises.

use swath_meta::{Meta, MetaError};
use swath_plugin_abi as abi;

use crate::Span;

/// What a partition function returns and promises: the answer of [`PartitionFn::bind`](crate::PartitionFn::bind), and of
/// [`FramesFn::bind`](crate::FramesFn::bind), where rows, order and divisions that are kept are those of the first frame.
///
/// Every promise is worth something to whoever plans the query, and is checked: by the host where that is cheap, by
/// `swath plugin check` where it is not. What is not promised is not assumed.
#[derive(Debug)]
#[must_use = "a contract promises nothing until it is returned"]
pub struct Contract {
    pub(crate) output: Result<Meta, MetaError>,
    pub(crate) promises: abi::Contract,
    /// Columns that it makes whatever the input has.
    makes: Vec<String>,
}

/// Columns, or why there are none: [`Contract`] takes what methods of [`Meta`] return.
pub trait IntoMeta {
    /// The columns.
    #[doc(hidden)]
    fn into_meta(self) -> Result<Meta, MetaError>;
}

impl IntoMeta for Meta {
    fn into_meta(self) -> Result<Meta, MetaError> {
        Ok(self)
    }
}

impl IntoMeta for &Meta {
    fn into_meta(self) -> Result<Meta, MetaError> {
        Ok(self.clone())
    }
}

impl IntoMeta for Result<Meta, MetaError> {
    fn into_meta(self) -> Result<Meta, MetaError> {
        self
    }
}

/// What a function has to see of neighbouring partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halo {
    /// This many rows.
    Rows(u64),
    /// Rows whose index is at most this far away.
    Time(Span),
}

impl From<u64> for Halo {
    fn from(rows: u64) -> Self {
        Self::Rows(rows)
    }
}

impl From<Span> for Halo {
    fn from(span: Span) -> Self {
        Self::Time(span)
    }
}

impl From<Halo> for abi::Halo {
    fn from(halo: Halo) -> Self {
        match halo {
            Halo::Rows(rows) => Self::Rows(rows),
            Halo::Time(span) => Self::Nanoseconds(span.nanoseconds()),
        }
    }
}

impl Contract {
    /// Returns these columns for each row that comes in, in the same order. An index that they begin with stays as it is, and with
    /// it the divisions.
    pub fn rows_kept(output: impl IntoMeta) -> Self {
        Self::of(
            output.into_meta(),
            abi::Contract {
                rows: abi::RowCount::Same,
                order: abi::Order::Kept,
                divisions: abi::Divisions::Kept,
                ..deterministic()
            },
        )
    }

    /// Returns any number of rows of these columns, in any order.
    pub fn any_rows(output: impl IntoMeta) -> Self {
        Self::of(output.into_meta(), deterministic())
    }

    /// What it needs of the frame of this number.
    fn needs(&mut self, frame: usize) -> &mut abi::Needs {
        let inputs = &mut self.promises.inputs;
        if inputs.len() <= frame {
            inputs.resize_with(frame + 1, abi::Needs::default);
        }
        &mut inputs[frame]
    }

    fn of(output: Result<Meta, MetaError>, promises: abi::Contract) -> Self {
        Self {
            output,
            promises,
            makes: Vec::new(),
        }
    }

    /// Rows come out in the order in which those they were made from came in.
    pub fn order_kept(mut self) -> Self {
        self.promises.order = abi::Order::Kept;
        self
    }

    /// Index columns come back first, and rows stay between the boundaries of their partition.
    pub fn divisions_kept(mut self) -> Self {
        self.promises.divisions = abi::Divisions::Kept;
        self
    }

    /// Reads these columns and no others, which are then not even decoded; [`prepare`](crate::PartitionFn::prepare) and
    /// [`call`](crate::PartitionFn::call) see only them, after the index. All others come back where rows are kept.
    pub fn reads<N: AsRef<str>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        self.reads_of(0, columns)
    }

    /// The same of the frame of this number, counted from 0, of a function of [several](crate::FramesFn).
    pub fn reads_of<N: AsRef<str>>(
        mut self,
        frame: usize,
        columns: impl IntoIterator<Item = N>,
    ) -> Self {
        let columns = columns.into_iter();
        self.needs(frame).reads = Some(columns.map(|name| name.as_ref().to_owned()).collect());
        self
    }

    /// Makes these columns itself, also where the input has columns of these names, which they then replace. Without it a column that is
    /// not read and comes out with the dtype that it had stays with the host, and is as it was.
    pub fn makes<N: AsRef<str>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns = columns.into_iter();
        self.makes = columns.map(|name| name.as_ref().to_owned()).collect();
        self
    }

    /// What it declares for this input: columns that it replaces cross as those that it reads do.
    pub(crate) fn declared(mut self, input: &Meta) -> Result<(Meta, abi::Contract), MetaError> {
        let first = self.promises.inputs.first_mut();
        if let Some(reads) = first.and_then(|needs| needs.reads.as_mut()) {
            for name in self.makes {
                if input.field(&name).is_ok() && !reads.contains(&name) {
                    reads.push(name);
                }
            }
        }
        Ok((self.output?, self.promises))
    }

    /// Has to see all rows of the frame of this number, counted from 0, in each call, instead of those that belong to the partition: a
    /// table to look things up in. Not of the first, whose partitions are what it works on.
    pub fn whole(mut self, frame: usize) -> Self {
        self.needs(frame).whole = true;
        self
    }

    /// Needs the rows of each partition sorted by these columns, with those of neighbours around them where it sees some.
    pub fn needs_order<N: AsRef<str>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        self.needs_order_of(0, columns)
    }

    /// The same of the frame of this number, counted from 0, of a function of [several](crate::FramesFn).
    pub fn needs_order_of<N: AsRef<str>>(
        mut self,
        frame: usize,
        columns: impl IntoIterator<Item = N>,
    ) -> Self {
        let columns = columns.into_iter();
        self.needs(frame).needs_order = columns.map(|name| name.as_ref().to_owned()).collect();
        self
    }

    /// May be called with some rows of a partition at a time: what comes out does not depend on how they are cut, nor on those before.
    pub fn chunks(mut self) -> Self {
        self.promises.scope = abi::Scope::Chunk;
        self
    }

    /// Has to see this much before the first row of its partition; how many rows that are, says
    /// [`cx.partition().halo()`](swath_batch::ThisPartition::halo). A function that keeps rows returns one for each row that it
    /// sees, and the host cuts off what is not the partition's own; any other returns only what its own rows become.
    ///
    /// A length of time is measured along the first column that it [needs sorted](Self::needs_order), or along the index.
    pub fn halo_before(mut self, halo: impl Into<Halo>) -> Self {
        self.needs(0).before = Some(halo.into().into());
        self
    }

    /// Has to see this much after the last row of its partition; otherwise as [`halo_before`](Self::halo_before).
    pub fn halo_after(mut self, halo: impl Into<Halo>) -> Self {
        self.needs(0).after = Some(halo.into().into());
        self
    }

    /// The same input may give another output: results are never taken from an earlier run.
    pub fn random(mut self) -> Self {
        self.promises.is_deterministic = false;
        self
    }
}

/// What all functions of authors promise that do not say otherwise.
pub(crate) fn deterministic() -> abi::Contract {
    abi::Contract {
        is_deterministic: true,
        ..abi::Contract::default()
    }
}
