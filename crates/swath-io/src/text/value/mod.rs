//! From the text of one field to one value. What has no value of the dtype gives `None`; blanks around numbers are passed over.

mod boolean;
mod duration;
mod figures;
mod float;
mod integer;
mod moment;
mod word;

pub(crate) use boolean::boolean;
pub(crate) use duration::duration;
pub(crate) use figures::Figures;
pub(crate) use float::{float, short_float};
pub(crate) use integer::{Integer, integer, short_integer};
pub(crate) use moment::{Clock, Moments, Ticks};
pub(crate) use word::Word;
