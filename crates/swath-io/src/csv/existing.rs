//! Whether what is written goes with a CSV file that stays.

use std::sync::Arc;
use swath_meta::Meta;

use super::head::{Head, named};
use super::options::ReadCsv;
use super::write_options::ToCsv;
use crate::sink::names_difference;
use crate::words::counted;
use crate::{FileIdentity, IoContext, IoError};

/// Bytes of the file that its first line is looked for in.
const SOME: usize = 16 << 10;

/// What is different between the columns of a file and those that new ones will have: names and their order, or their number
/// where the files have no names. A file without any line tells nothing.
pub(super) fn difference(
    options: &ToCsv,
    file: &FileIdentity,
    own: &Meta,
    context: &IoContext,
) -> Result<Option<String>, IoError> {
    let path = file.path.as_str();
    let read = ReadCsv::from(path)
        .delimiter(options.delimiter)
        .header(options.header);
    let head = match Head::read(file, &read, read.dialect()?, SOME, context) {
        Err(IoError::Empty { .. } | IoError::NotFormat { .. }) => return Ok(None),
        head => head?,
    };
    if !options.header {
        let (there, here) = (head.names.len(), own.len());
        return Ok((there != here).then(|| {
            let (there, here) = (counted(there, "column"), counted(here, "column"));
            format!("the frame has {here}, and `{path}` has {there}")
        }));
    }
    // As a reader names them.
    let own: Vec<String> = own.names().map(str::to_owned).collect();
    let own: Vec<Arc<str>> = named(&own);
    let by_name = names_difference(&head.names, path, &own);
    Ok(by_name.or_else(|| {
        let at = (own.iter().zip(&head.names)).position(|(own, there)| own != there)?;
        Some(format!(
            "column {} is `{}` in the frame and `{}` in `{path}`",
            at + 1,
            own[at],
            head.names[at]
        ))
    }))
}
