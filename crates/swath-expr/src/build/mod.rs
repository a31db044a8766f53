//! How users write expressions: methods, operators, and what may stand in a value or a column position.

mod columns;
mod convert;
mod methods;
mod operators;

mod math;
mod ordered;
mod when;

mod datetime;
mod nested;
mod pattern;
mod string;

pub use columns::{Columns, IntoColumn, IntoColumns};
pub use datetime::{DatetimeAccessor, TzLocalize};
pub use nested::{CategoricalAccessor, ListAccessor, StructAccessor};
pub use ordered::Rolling;
pub use pattern::Pattern;
pub use string::{StringAccessor, Strptime, concat_str};
pub use when::{Then, When, coalesce, greatest, least, when};
