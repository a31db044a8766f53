//! Expressions made from expressions: what rules of the planner stand on.

mod conjuncts;
mod fold;
mod lates;
mod substitute;

pub(crate) use conjuncts::conjunct_parts;
