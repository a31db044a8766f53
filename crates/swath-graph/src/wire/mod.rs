//! How data about computations travels: `MessagePack`, as objects with a kind, a version and named fields.
//!
//! An object is an array of its kind (text), its version (number) and a map of its fields. There is no table of kinds here:
//! whoever decodes brings the table it needs. Bytes may come from anywhere: decoding them never recurses by itself, never
//! allocates more than a small multiple of their length, and ends in a typed error when they lie.

mod encoder;

mod decoder;
mod object;
mod reader;

mod graph;

pub use decoder::Decoder;
pub use encoder::{Encoder, ObjectEncoder};
pub use graph::{decode_graph, encode_graph};
pub use object::Object;

/// The most levels of objects inside objects that are encoded and decoded: a decoder that calls itself for each level
/// stays well within a thread's stack.
pub const MAX_DEPTH: u32 = 500;
