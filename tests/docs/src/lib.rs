//! The pages of `docs/` that show programs: each program is compiled and run as a documentation test of this package.
//!
//! What it refuses to be: documentation. It has no words of its own, and outside tests no modules: the pages are not in its package.
//! `tests/dask` writes one of the pages, from tables of code that compiles.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/ten-minutes.md")]
pub mod ten_minutes {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/concepts/laziness.md")]
pub mod laziness {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/concepts/partitions.md")]
pub mod partitions {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/concepts/meta.md")]
pub mod meta {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/concepts/divisions.md")]
pub mod divisions {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/concepts/persist-and-memory.md")]
pub mod persist_and_memory {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/files.md")]
pub mod files {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/csv.md")]
pub mod csv {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/cloud.md")]
pub mod cloud {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/groups.md")]
pub mod groups {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/functions.md")]
pub mod functions {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/write-a-plugin.md")]
pub mod write_a_plugin {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/plugins.md")]
pub mod plugins {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/keep-rows.md")]
pub mod keep_rows {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/watch-a-run.md")]
pub mod watch_a_run {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/test-a-pipeline.md")]
pub mod test_a_pipeline {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/from-dask-and-pandas.md")]
pub mod from_dask_and_pandas {}
