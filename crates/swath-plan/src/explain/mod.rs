//! What a plan does: as text, as a drawing, as data.

mod explanation;

mod describe;
mod draw;
mod json;
mod tree;

pub use explanation::Explain;
