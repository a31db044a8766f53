//! What formats of text have in common: bytes that may be compressed, what a text is a value of, and where it stands.

mod sink;
mod source;

mod kind;
mod value;

mod line_count;
mod path_column;
mod spread;

pub(crate) use kind::Kind;
pub(crate) use line_count::{count_lines, lines_before};
pub(crate) use path_column::PathColumn;
pub(crate) use sink::TextSink;
pub(crate) use source::{Compression, Source};
pub(crate) use spread::spread;
pub(crate) use value::{Clock, Integer, Moments, Ticks, boolean, float, integer};
