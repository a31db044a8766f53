//! Whether what is written goes with a file of JSON that stays.

use std::sync::Arc;
use swath_meta::Meta;

use super::lines::Lines;
use super::shape::{Fields, Shape};
use crate::range::open_file;
use crate::sink::names_difference;
use crate::text::{Compression, Moments, Source};
use crate::{FileIdentity, IoContext, IoError};

/// What is different between the keys of the first line of a file and the columns that new ones will have, in whatever order they
/// are. A file without a line tells nothing, and neither does one whose first line is no object: a reader tells of that.
pub(super) fn difference(
    identity: &FileIdentity,
    own: &Meta,
    context: &IoContext,
) -> Result<Option<String>, IoError> {
    let path = identity.path.as_str();
    let file = open_file(identity, context)?;
    let source = Source::open(file, path, identity.len, Compression::of(path), 0)?;
    let mut lines = Lines::new(path, source, 0, 1, false);
    if !lines.next(context)? {
        return Ok(None);
    }
    let (bytes, found) = lines.window();
    let mut shape = Shape::default();
    if !shape.see(
        bytes[found[0].clone()].trim_ascii(),
        &mut Moments::default(),
    ) {
        return Ok(None);
    }
    let there = shape.fields().into_iter().flat_map(Fields::iter);
    let there: Vec<Arc<str>> = there.map(|(name, _)| Arc::clone(name)).collect();
    let own: Vec<Arc<str>> = own.names().map(Into::into).collect();
    Ok(names_difference(&there, path, &own))
}
