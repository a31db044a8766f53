//! Sinks: where rows of frames go.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use serde::de::DeserializeOwned;
use swath_batch::{Batch, Cx};
use swath_meta::Meta;

use crate::{Example, Params, Result};

/// What takes the rows of a frame, as its own description: what `df.write` and `df.sink` take.
///
/// Its fields are its parameters. A write has a name of its own, which no other has. Each partition is opened by a task, in whichever
/// process, is given its rows batch after batch, and ends with a receipt: what [`commit`](Self::commit) needs to know of it. When all
/// are done, `commit` is called once, for the program that computes, with the receipts in the order of the partitions. Where anything
/// fails, is cancelled or dropped before, [`abort`](Self::abort) is called there instead.
///
/// **A write is seen whole or not at all, if the author makes it so**:
///
/// - `open` begins an [`Attempt`] at a partition, and makes things where nobody looks, under the attempt's name, which begins with the name
///   of the write. A partition may be attempted again, also while an earlier attempt is under way: nothing of theirs is shared.
/// - A receipt names what its attempt made. `commit` takes what the receipts name and nothing else, because only one attempt at each
///   partition is among them, and clears away what else bears the name of the write.
/// - `abort` clears away all that bears it, of partitions that were done too. A process that is killed aborts nothing: what is named after
///   a write can be found and removed later.
///
/// ```
/// use std::sync::Mutex;
/// use swath_plugin::prelude::*;
///
/// static TABLE: Mutex<Vec<i64>> = Mutex::new(Vec::new());
///
/// /// Keeps whole numbers in memory.
/// #[derive(Params)]
/// pub struct Keep {
///     /// The column.
///     column: String,
/// }
///
/// impl Sink for Keep {
///     const NAME: &'static str = "keep";
///     type Writing = Vec<i64>;
///     type Receipt = Vec<i64>;
///
///     fn bind(&self, input: &Meta) -> Result<()> {
///         input.require(&self.column, "int64")?;
///         Ok(())
///     }
///
///     fn open(&self, _: &Attempt, _: &Cx) -> Result<Vec<i64>> {
///         Ok(Vec::new())
///     }
///
///     fn push(&self, kept: &mut Vec<i64>, rows: Batch, _: &Cx) -> Result<()> {
///         kept.extend(rows.i64(&self.column)?.iter().flatten());
///         Ok(())
///     }
///
///     fn finish(&self, kept: Vec<i64>, _: &Cx) -> Result<Vec<i64>> {
///         Ok(kept)
///     }
///
///     fn commit(&self, _write: &str, receipts: Vec<Vec<i64>>, _: &Cx) -> Result<()> {
///         TABLE.lock().expect("nobody panicked").extend(receipts.concat());
///         Ok(())
///     }
///
///     fn abort(&self, _write: &str, _: &Cx) -> Result<()> {
///         Ok(()) // nothing is seen before it is committed
///     }
/// }
///
/// let parts = [Batch::from_csv("n\n1\n2\n")?, Batch::from_csv("n\n3\n")?];
/// testing::write(Keep { column: "n".into() }, &parts)?;
/// assert_eq!(*TABLE.lock().expect("nobody panicked"), [1, 2, 3]);
/// # Ok::<(), swath_plugin::Error>(())
/// ```
pub trait Sink: Params {
    /// Its name within the plugin: letters, digits and `_`.
    const NAME: &'static str;
    /// What it can be tried with.
    const EXAMPLE: Option<Example> = None;

    /// A partition while it is written.
    type Writing: Send + 'static;

    /// What a partition that is done leaves for [`commit`](Self::commit), by serde: a path, a number, an id.
    type Receipt: Serialize + DeserializeOwned;

    /// Whether it takes these columns, index columns first. Touches nothing.
    ///
    /// # Errors
    /// Columns or parameters that it has no place for: they fail the line that writes.
    fn bind(&self, input: &Meta) -> Result<()>;

    /// Prepares what is needed by all that follows and costs something, in fields that are no parameters. Called after
    /// [`bind`](Self::bind), once for each write in a process, and again in others.
    ///
    /// # Errors
    /// As of [`bind`](Self::bind).
    fn prepare(&mut self, input: &Meta) -> Result<()> {
        let _ = input;
        Ok(())
    }

    /// Begins a partition, in an attempt that has a name of its own.
    ///
    /// # Errors
    /// Whatever it fails with; it ends the write, unless it is [`retryable`](crate::Error::retryable): then the partition is attempted again.
    fn open(&self, attempt: &Attempt, cx: &Cx) -> Result<Self::Writing>;

    /// Takes the next rows of the partition, in order.
    ///
    /// # Errors
    /// As of [`open`](Self::open).
    fn push(&self, writing: &mut Self::Writing, rows: Batch, cx: &Cx) -> Result<()>;

    /// Ends the partition, also one without rows. One that is dropped before was given up.
    ///
    /// # Errors
    /// As of [`open`](Self::open).
    fn finish(&self, writing: Self::Writing, cx: &Cx) -> Result<Self::Receipt>;

    /// Makes the write seen: a receipt for each partition, in their order. Called once, after all else of the computation is done; where it
    /// fails, [`abort`](Self::abort) follows.
    ///
    /// A run that is cancelled now is what `cx` says, and no more: the write took place if this returns `Ok`, and did not if it returns an
    /// error. So it looks at `cx` only as long as it can go back.
    ///
    /// # Errors
    /// Whatever it fails with: the write did not take place.
    fn commit(&self, write: &str, receipts: Vec<Self::Receipt>, cx: &Cx) -> Result<()>;

    /// Removes what there is of a write that will not be committed, of partitions that were done as of others. Called once, perhaps
    /// before anything was opened; no partition of this process is called any more then, one in another process may be. Nothing cancels it.
    ///
    /// # Errors
    /// Whatever it fails with; it is logged, and the user is told why the write failed.
    fn abort(&self, write: &str, cx: &Cx) -> Result<()>;
}

/// An attempt at a partition of a write. Printed, it is a name that nothing else has, of letters, digits and `-`, which begins with the name
/// of the write and another `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    write: String,
    partition: usize,
    id: String,
}

impl Attempt {
    pub(crate) fn new(write: &str, partition: usize, id: String) -> Self {
        Self {
            write: write.to_owned(),
            partition,
            id,
        }
    }

    /// The name of the write: letters, digits and `-`.
    pub fn write(&self) -> &str {
        &self.write
    }

    /// The number of the partition, from 0.
    pub fn partition(&self) -> usize {
        self.partition
    }

    /// What tells it from all other attempts, at this partition and at others: letters and digits. It comes again only where a process
    /// ended before [`Sink::open`] returned.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Display for Attempt {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.write, self.partition, self.id)
    }
}
