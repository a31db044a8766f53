//! What formats of text have in common: bytes that may be compressed, what a text is a value of, and where it stands.

mod bad_lines;
mod options;

mod files;
mod held;

mod block;
mod sink;
mod source;

mod kind;
mod value;

mod check_moments;
mod line_count;
mod moment_formats;
mod path_column;
mod spread;

pub use bad_lines::OnBadLines;
pub(crate) use block::Block;
pub(crate) use check_moments::{a_second, check_moments};
pub(crate) use files::TextFiles;
pub(crate) use held::Held;
pub(crate) use kind::Kind;
pub(crate) use line_count::LineCount;
pub(crate) use moment_formats::MomentFormats;
pub(crate) use options::TextOptions;
pub(crate) use path_column::PathColumn;
pub(crate) use sink::TextSink;
pub(crate) use source::{Compression, Source};
pub(crate) use spread::spread;
pub(crate) use value::{
    Clock, Figures, Integer, Moments, Ticks, Word, boolean, duration, float, integer, short_float,
    short_integer,
};
