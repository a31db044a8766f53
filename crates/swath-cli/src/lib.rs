//! The program `swath`: tools for those who write and use plugins.
//!
//! The program itself is a line that reads arguments; what commands do is here, one file a command. A command answers with a
//! text and with whether it found something, and prints nothing, so a test asks it as a shell does.
//!
//! It refuses to be a way to run queries, and nothing depends on it: a project that has swath as a library lacks none of it.
//!
//! ```text
//!  arguments ─► Cli ─► plugin::new      a crate that works        plugin::inspect   what a file says of itself
//!                      plugin::build    a library of a crate      plugin::doc       the same as a page
//!                      plugin::pin      a line in plugins.toml    plugin::diff      what changed between two
//!                      plugin::bench    what a call costs         plugin::check     what functions promise, tried
//!                      plugin-worker    runs isolated plugins for another program
//!                                 │
//!                                 └──► Answer: text, finding?     exit code 0, or 1 for a finding
//!                                 └──► Error: what, where, what to do         1, or 2 for wrong use and what is not allowed
//! ```
//!
//! ```
//! use clap::Parser as _;
//!
//! let cli = swath_cli::Cli::try_parse_from(["swath", "plugin", "inspect", "no/such/libgeo.so"])?;
//! let error = swath_cli::run(&cli).unwrap_err();
//! assert_eq!(error.exit_code(), 2);
//! # Ok::<(), clap::Error>(())
//! ```

mod answer;
mod cli;
mod disk;
mod error;
mod plugin;

pub use answer::Answer;
pub use cli::{Cli, run};
pub use error::Error;
