//! Orders of rows: all of them, or the first few.

mod key;
mod order;
mod runs;

mod indices;
mod topk;

pub use indices::sort_to_indices;
pub use key::SortKey;
pub use topk::TopK;

#[cfg(test)]
mod oracle;
