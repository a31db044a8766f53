//! Rows as the user's own types, by serde.

mod asked;
mod convert;
mod fault;
