//! Expressions made from expressions: what rules of the planner stand on.

mod conjuncts;
mod fold;
mod in_order;
mod lates;
mod substitute;

pub(crate) use conjuncts::conjunct_parts;
pub use in_order::{OrderedPart, OrderedParts};
