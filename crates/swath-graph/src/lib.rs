//! Task graphs that are data: content-addressed names, tasks and what they read, and nothing that runs them.
//!
//! A [`Graph`] says which tasks there are, which results each reads, and which results exist already. A task is a value of
//! the caller's own type `W` (its *work*), not a closure, so a graph can be printed, compared, sent and run elsewhere.
//!
//! ```text
//!   stage "load" (one work)          stage "sum" (one work)
//!   ┌──────────────────────┐   port 0  ┌───────────────────┐
//!   │ ('load-…', 0)        ├──────────►│                   │
//!   │ ('load-…', 1)        ├──────────►│ ('sum-…', 0)      │──► wanted
//!   └──────────────────────┘     ┌────►│                   │
//!     held ('table-…', 0) ───────┘     └───────────────────┘
//! ```
//!
//! What it refuses to be: it knows no Arrow, no thread, no file and no clock. It never runs a task, never holds a result, and
//! keeps nothing global: ids mean something inside one graph only, names are self-contained.
//!
//! Graphs are acyclic by construction (a task can only read what was added before it), flat (no recursion anywhere, also
//! when dropped) and small: 12 bytes a task, 12 bytes a dependency; tasks that read the same share them.
//!
//! ```
//! use swath_graph::{GraphBuilder, Key, Name};
//!
//! #[derive(Debug)]
//! enum Step { Load(Vec<&'static str>), Sum }
//!
//! let files = vec!["a.csv", "b.csv"];
//! let load = Name::of("load", &files);
//! let sum = Name::of("sum", &load);                       // names the computation: its inputs are part of the name
//!
//! let mut graph = GraphBuilder::new();
//! let (l, s) = (graph.stage(load, Step::Load(files)), graph.stage(sum.clone(), Step::Sum));
//! let parts = [graph.task(l, &[]), graph.task(l, &[])];
//! let total = graph.task(s, &[parts[0].port(0), parts[1].port(0)]);
//! let graph = graph.build()?;
//!
//! assert_eq!(graph.find(&Key::new(sum, 0)), Some(total));
//! assert_eq!(swath_graph::order(&graph, &[total]), [0, 1, 2]);
//! # Ok::<(), swath_graph::GraphError>(())
//! ```
//!
//! In reading order: `fingerprint` (what a name is made of), `name`, `key`, `graph` (what a task is), `cull`, `order`, `fuse`
//! (what can be done to a graph before it runs), `draw` (what it looks like), `wire` (how it travels).

// What a computation is called.
mod fingerprint;

mod key;
mod name;

// What tasks there are.
mod graph;

mod hint;

// What can be done to a graph before it runs.
mod cull;

mod order;

mod fuse;

// What it looks like, and how it travels.
mod draw;

mod wire;

mod error;

// What it may say.
mod redact;

pub use cull::cull;
pub use draw::{Dot, Mermaid};
pub use error::{DecodeError, EncodeError, GraphError, ParseKeyError};
pub use fingerprint::{CANON_VERSION, Canon, Fingerprint};
pub use fuse::fuse;
pub use graph::{
    Consumers, Dep, DepSource, DepsId, Graph, GraphBuilder, HeldId, KeyedDep, KeyedTask, Stage,
    StageId, StageSpec, TaskId, TaskView,
};
pub use hint::{Hint, Origin};
pub use key::Key;
pub use name::Name;
pub use order::order;
pub use redact::{REDACTED, Shown, redact_values, values_are_redacted};
pub use wire::{Decoder, Encoder, MAX_DEPTH, Object, ObjectEncoder, decode_graph, encode_graph};
