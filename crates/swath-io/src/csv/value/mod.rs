//! From the text of one field to one value. What has no value of the dtype gives `None`; blanks around numbers are passed over.

mod boolean;
mod float;
mod integer;
mod moment;

pub(super) use boolean::boolean;
pub(super) use float::float;
pub(super) use integer::integer;
pub(super) use moment::{Clock, Moments};
