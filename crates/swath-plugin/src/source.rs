//! Sources: frames that come from elsewhere.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use swath_batch::{Batch, Cx, Value};
use swath_meta::Meta;
use swath_plugin_abi::Comparison as Compared;

use crate::{Contract, Example, Params, Result};

/// A source of rows, as its own description: what `session.read` takes.
///
/// Its fields are its parameters. [`bind`](Self::bind) says which columns there are, [`parts`](Self::parts) which partitions: both when
/// the frame is made, before any row is read. Later, a task for each partition, or for some, in whichever process, opens it and asks
/// for batch after batch. What it returns is checked against what `bind` and `parts` said: names, dtypes, nulls, the number of rows
/// where that was exact, boundaries where they were given.
///
/// A partition may be read again, and on several threads at once. A panic is an error of the query that names the function, and in
/// a library of its own also the line of the panic.
///
/// ```
/// use swath_plugin::prelude::*;
///
/// /// Whole numbers, so many to a partition.
/// #[derive(Params)]
/// pub struct Numbers {
///     /// How many partitions.
///     parts: u32,
///     /// How many numbers each has.
///     #[param(default = 10)]
///     rows: u32,
/// }
///
/// impl Source for Numbers {
///     const NAME: &'static str = "numbers";
///     type Part = u32;
///     type Reading = Option<u32>;
///
///     fn bind(&self) -> Result<Contract> {
///         Ok(Contract::any_rows(Meta::of([("n", "int64")])))
///     }
///
///     fn parts(&self, _: &Cx) -> Result<Parts<u32>> {
///         Ok(Parts::new((0..self.parts).map(|part| Part::new(part).rows(self.rows.into()))))
///     }
///
///     fn open(&self, part: u32, _: &Wanted, _: &Cx) -> Result<Option<u32>> {
///         Ok(Some(part))
///     }
///
///     fn next(&self, reading: &mut Option<u32>, _: &Cx) -> Result<Option<Batch>> {
///         let Some(part) = reading.take() else { return Ok(None) };
///         let first = i64::from(part * self.rows);
///         let numbers: Vec<i64> = (first..first + i64::from(self.rows)).collect();
///         Ok(Some(Batch::from_columns([("n", numbers)])?))
///     }
/// }
///
/// let parts = testing::read(Numbers { parts: 3, rows: 2 })?;
/// assert_eq!(parts.len(), 3);
/// assert_eq!(parts[1].i64("n")?.iter().collect::<Vec<_>>(), [Some(2), Some(3)]);
/// # Ok::<(), swath_plugin::Error>(())
/// ```
pub trait Source: Params {
    /// Its name within the plugin: letters, digits and `_`.
    const NAME: &'static str;
    /// What it can be tried with; its input is an empty text.
    const EXAMPLE: Option<Example> = None;

    /// What it needs to know of a partition to read it in another process, by serde: a path, an offset, a page. Two that are equal have
    /// the same rows, since results are found again by it: what can change has a version or a time in it.
    type Part: Serialize + DeserializeOwned;

    /// A partition while it is read.
    type Reading: Send + 'static;

    /// Which columns it has, index columns first: [`Contract::any_rows`], [`random`](Contract::random) where the same partition may have
    /// other rows the next time.
    ///
    /// # Errors
    /// Parameters that it has no answer for: they fail the line that reads.
    fn bind(&self) -> Result<Contract>;

    /// Prepares what is needed by all that follows and costs something, in fields that are no parameters. Called after
    /// [`bind`](Self::bind), once for each frame in a process, and again in others.
    ///
    /// # Errors
    /// As of [`bind`](Self::bind).
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    /// Its partitions as they are now, in order. Called when the frame is made: it looks and does not read.
    ///
    /// # Errors
    /// Whatever it fails with; it fails the line that reads.
    fn parts(&self, cx: &Cx) -> Result<Parts<Self::Part>>;

    /// Begins to read a partition.
    ///
    /// # Errors
    /// Whatever it fails with; it ends the query, unless it is [`retryable`](crate::Error::retryable).
    fn open(&self, part: Self::Part, wanted: &Wanted, cx: &Cx) -> Result<Self::Reading>;

    /// The next rows, in order, or `None` after the last. Columns that are not wanted may be there, and are left off. Not called any
    /// more once nobody wants rows; the run is asked whether it was cancelled before each call.
    ///
    /// # Errors
    /// As of [`open`](Self::open).
    fn next(&self, reading: &mut Self::Reading, cx: &Cx) -> Result<Option<Batch>>;
}

/// A partition of a source: what tells it from others, and what is known of it before it is read.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a partition is there when it is listed"]
pub struct Part<P> {
    pub(crate) about: P,
    pub(crate) rows: Option<u64>,
    pub(crate) is_exact: bool,
    pub(crate) bytes: Option<u64>,
}

impl<P> Part<P> {
    /// A partition of which nothing is known but where it is.
    pub fn new(about: P) -> Self {
        Self {
            about,
            rows: None,
            is_exact: false,
            bytes: None,
        }
    }

    /// It has exactly so many rows: where all partitions say so, they are counted without being read.
    pub fn rows(self, rows: u64) -> Self {
        Self {
            rows: Some(rows),
            is_exact: true,
            ..self
        }
    }

    /// It has about so many rows.
    pub fn about_rows(self, rows: u64) -> Self {
        Self {
            rows: Some(rows),
            is_exact: false,
            ..self
        }
    }

    /// All of its columns take about so many bytes in memory: by it, small partitions share a task.
    pub fn bytes(self, bytes: u64) -> Self {
        Self {
            bytes: Some(bytes),
            ..self
        }
    }
}

/// The partitions of a source, in order.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "partitions are there when they are returned"]
pub struct Parts<P> {
    pub(crate) parts: Vec<Part<P>>,
    pub(crate) bounds: Option<Vec<Value>>,
}

impl<P> Parts<P> {
    /// These partitions.
    pub fn new(parts: impl IntoIterator<Item = Part<P>>) -> Self {
        Self {
            parts: parts.into_iter().collect(),
            bounds: None,
        }
    }

    /// The boundaries of the partitions along the one index column, ascending, one more than partitions: the first value of each, and
    /// the last of the last one. Then the divisions of the frame are known. Each row is checked when it is read.
    pub fn between<V: Into<Value>>(self, bounds: impl IntoIterator<Item = V>) -> Self {
        Self {
            bounds: Some(bounds.into_iter().map(Into::into).collect()),
            ..self
        }
    }
}

/// What is wanted of a partition.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub(crate) meta: Arc<Meta>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) batch_rows: usize,
}

impl Wanted {
    /// The columns that are wanted, in order, index columns first where there are any.
    pub fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    /// Whether a column is wanted.
    pub fn has(&self, column: &str) -> bool {
        self.meta.position(column).is_ok()
    }

    /// All of these have to be true of a row that is wanted. A source may leave out rows by some of them or by none: what comes is
    /// looked at again. Their columns are among those that are wanted.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// How many rows a batch should have, about.
    pub fn batch_rows(&self) -> usize {
        self.batch_rows
    }
}

/// A column compared with a value of its dtype. Never true of null; of floats as IEEE 754 has it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Filter {
    /// The column.
    pub column: String,
    /// How it is compared.
    pub is: Comparison,
    /// With what.
    pub value: Value,
}

/// How a value is compared with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Comparison {
    /// As it crosses.
    pub(crate) fn crossing(self) -> Compared {
        match self {
            Self::Eq => Compared::Eq,
            Self::Ne => Compared::Ne,
            Self::Lt => Compared::Lt,
            Self::Le => Compared::Le,
            Self::Gt => Compared::Gt,
            Self::Ge => Compared::Ge,
        }
    }

    /// As this version knows it.
    pub(crate) fn of(compared: Compared) -> Option<Self> {
        Some(match compared {
            Compared::Eq => Self::Eq,
            Compared::Ne => Self::Ne,
            Compared::Lt => Self::Lt,
            Compared::Le => Self::Le,
            Compared::Gt => Self::Gt,
            Compared::Ge => Self::Ge,
            _ => return None,
        })
    }
}
