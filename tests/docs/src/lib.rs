//! The pages of `docs/how-to`: each program on them is compiled and run as a documentation test of this package.
//!
//! What it refuses to be: documentation. It has no words of its own, and outside tests no modules: the pages are not in its package.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/keep-rows.md")]
pub mod keep_rows {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/test-a-pipeline.md")]
pub mod test_a_pipeline {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/watch-a-run.md")]
pub mod watch_a_run {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/files.md")]
pub mod files {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/csv.md")]
pub mod csv {}

#[doc = include_str!("../../../docs/how-to/from-dask-and-pandas.md")]
pub mod from_dask_and_pandas {}
