//! The beginning of a file: lines that are passed over, names, where the data begins.

use std::collections::HashSet;
use std::sync::Arc;

use super::options::ReadCsv;
use super::scan::{COMMENT, Dialect, Marks, POSITION, RECORD, Scanner, State};
use crate::range::open_file;
use crate::text::{Compression, Source};
use crate::{FileIdentity, IoContext, IoError, RangeReader};

/// Bytes of a file that its header must be found in.
const LARGEST: usize = 64 << 20;

/// Marks the beginning of a file as UTF-8.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// What the beginning of a file says.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) file: Arc<dyn RangeReader>,
    pub(super) compression: Compression,
    /// The names, where the file has them, or numbers.
    pub(super) names: Vec<Arc<str>>,
    /// Where the first record begins.
    pub(super) data: u64,
    /// What was read of the file, decompressed.
    pub(super) bytes: Vec<u8>,
    /// Whether that is all of it.
    pub(super) whole: bool,
}

impl Head {
    /// Reads about `some` bytes, more where the header needs them.
    pub(super) fn read(
        identity: &FileIdentity,
        options: &ReadCsv,
        dialect: Dialect,
        some: usize,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        let path = identity.path.as_str();
        if identity.len == 0 {
            return Err(IoError::Empty {
                path: path.to_owned(),
                format: "CSV",
            });
        }
        let compression = options.text.compression_of(path)?;
        let file = open_file(identity, context)?;
        let mut source = Source::open(Arc::clone(&file), path, identity.len, compression, 0)?;
        let mut bytes = Vec::new();
        loop {
            let want = some.max(bytes.len());
            let read = source.read(&mut bytes, want)?;
            let whole = read < want;
            let skipped = skipped(&bytes, options.skip_rows, whole);
            let found = skipped.and_then(|at| first_record(&bytes, at, dialect, whole));
            match found {
                Some((fields, next)) => {
                    let (names, data) = if options.header {
                        (named(&fields), next)
                    } else {
                        let numbers = (0..fields.len()).map(|at| at.to_string().into());
                        (numbers.collect(), skipped.unwrap_or(0))
                    };
                    return Ok(Self {
                        file,
                        compression,
                        names,
                        data: data as u64,
                        bytes,
                        whole,
                    });
                }
                None if whole => {
                    return Err(IoError::NotFormat {
                        path: path.to_owned(),
                        format: "CSV",
                        found: "it has no lines but blank ones".to_owned(),
                    });
                }
                None if bytes.len() > LARGEST => {
                    return Err(IoError::Unclosed {
                        path: path.to_owned(),
                        line: 1 + options.skip_rows as u64,
                    });
                }
                None => {}
            }
        }
    }
}

/// Where the lines begin that are not passed over; `None` where more bytes must be read to know.
fn skipped(bytes: &[u8], rows: usize, whole: bool) -> Option<usize> {
    let mut at = if bytes.starts_with(&BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    for _ in 0..rows {
        let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let end = bytes[at..].iter().position(ends).map(|end| at + end);
        match end.map(|end| (end, bytes[end], bytes.get(end + 1))) {
            Some((end, b'\r', Some(b'\n'))) => at = end + 2,
            Some((_, b'\r', None)) if !whole => return None,
            Some((end, ..)) => at = end + 1,
            None if whole => return Some(bytes.len()),
            None => return None,
        }
    }
    Some(at)
}

/// The fields of the first record that is not blank, and where the next begins.
fn first_record(
    bytes: &[u8],
    from: usize,
    dialect: Dialect,
    whole: bool,
) -> Option<(Vec<String>, usize)> {
    let mut rest = bytes[from..].to_vec();
    if whole && rest.last() != Some(&b'\n') {
        rest.push(b'\n');
    }
    let mut marks = Marks::default();
    Scanner::new(dialect).scan(&rest, State::RECORD, &mut marks);
    let (mut start, mut fields) = (0, Vec::new());
    let mut field = 0;
    let mut scratch = Vec::new();
    let mut marks = marks.iter().copied();
    while let Some(mark) = marks.next() {
        let at = (mark & POSITION) as usize;
        if mark & !POSITION == COMMENT {
            (start, field) = (at + 1, at + 1);
            continue;
        }
        let ends = mark & RECORD != 0;
        let raw = &rest[field..at];
        let raw = match raw {
            [line @ .., b'\r'] if ends => line,
            raw => raw,
        };
        let (text, _) = dialect.text(raw, &mut scratch);
        fields.push(String::from_utf8_lossy(text).into_owned());
        field = at + 1;
        if !ends {
            continue;
        }
        let mut next = at + 1;
        if mark & COMMENT != 0 {
            next = (marks.next()? & POSITION) as usize + 1;
        }
        let is_blank = fields.len() == 1 && raw.is_empty();
        if at > start && !is_blank {
            return Some((fields, (from + next).min(bytes.len())));
        }
        fields.clear();
        (start, field) = (next, next);
    }
    None
}

/// Names for columns, each once: as pandas does it, one without a name is `Unnamed: i`, the second `a` is `a.1`.
pub(super) fn named(fields: &[String]) -> Vec<Arc<str>> {
    let mut taken: HashSet<String> = HashSet::new();
    let given: HashSet<&str> = fields.iter().map(String::as_str).collect();
    let mut names = Vec::with_capacity(fields.len());
    for (at, field) in fields.iter().enumerate() {
        let field = if field.is_empty() {
            format!("Unnamed: {at}")
        } else {
            field.clone()
        };
        let mut name = field.clone();
        let mut count = 0;
        while taken.contains(&name) || (count > 0 && given.contains(name.as_str())) {
            count += 1;
            name = format!("{field}.{count}");
        }
        taken.insert(name.clone());
        names.push(name.into());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let fields = ["a", "", "a", "a.1", "a"].map(str::to_owned);
        let names = named(&fields);
        assert_eq!(
            names.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
            ["a", "Unnamed: 1", "a.2", "a.1", "a.3"]
        );
    }

    #[test]
    fn the_first_record_is_the_first_line_with_anything() {
        let found = |text: &str, whole| {
            first_record(text.as_bytes(), 0, Dialect::default(), whole)
                .map(|(fields, next)| (fields.join("|"), next))
        };
        assert_eq!(found("a,b\nc", false), Some(("a|b".into(), 4)));
        assert_eq!(
            found("\n\r\na,\"b\nc\"\r\nd", false),
            Some(("a|b\nc".into(), 12))
        );
        assert_eq!(found("a,b", false), None);
        assert_eq!(found("a,b", true), Some(("a|b".into(), 3)));
        assert_eq!(found("\n\n", true), None);
    }
}
