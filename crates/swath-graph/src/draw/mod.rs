//! What a graph looks like, as text for `Graphviz` and for `Mermaid`.

mod dot;
mod mermaid;
mod picture;

pub use dot::Dot;
pub use mermaid::Mermaid;

/// The most tasks that are drawn one by one unless told otherwise; larger graphs are drawn by stage.
const DEFAULT_LIMIT: usize = 200;
