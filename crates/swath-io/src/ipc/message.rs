//! One block of a file: its message, and of its body the buffers that some columns need.
//!
//! ```text
//! message: nodes, buffers (offset, length)        body in the file   ▓▓░░░▓▓▓░░▓
//!                         │ offsets of what is needed, rewritten       │ │   │
//!                         ▼                                            ▼ ▼   ▼
//! decoder ◄───────────── message                  body in memory     ▓▓▓▓▓▓
//! ```

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::{Buffer, MutableBuffer};
use arrow_ipc::reader::{RecordBatchDecoder, read_dictionary};
use arrow_ipc::{Block, root_as_message};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use swath_graph::Shown;

use super::footer::first_line;
use crate::room::Room;
use crate::{IoError, RangeReader};

/// Bytes of a body that are not needed and are read all the same, where that spares a second read.
const GAP: u64 = 64 << 10;

/// Buffers begin at multiples of this, as arrays want it.
const ALIGNMENT: u64 = 64;

/// Bytes that one buffer may say that it decompresses to.
const LARGEST: i64 = 2 << 30;

/// Marks the length of a message since version 0.15 of the format.
const CONTINUATION: [u8; 4] = [0xff; 4];

/// Bytes of one entry of the list of buffers: offset and length.
const ENTRY: usize = 16;

/// Arrays of dictionaries by their numbers.
pub(super) type Dictionaries = HashMap<i64, ArrayRef>;

/// The message of one block, without its body.
#[derive(Debug)]
pub(super) struct Message {
    /// What stands in front of the body, without its length.
    bytes: Vec<u8>,
    /// Where the body is in the file.
    body: Range<u64>,
}

impl Message {
    /// Reads the message of a block that the footer of the file names.
    pub(super) fn read(file: &dyn RangeReader, block: &Block) -> Result<Self, ArrowError> {
        let begin = block.offset() as u64;
        let body = begin + block.metaDataLength() as u64;
        let bytes = read(file, begin..body)?;
        let length = if bytes.starts_with(&CONTINUATION) {
            8
        } else {
            4
        };
        Ok(Self {
            bytes: bytes[length..].to_vec(),
            body: body..body + block.bodyLength() as u64,
        })
    }

    /// Rows of the record batch.
    pub(super) fn rows(&self) -> Result<usize, ArrowError> {
        let message = self.parsed()?;
        let batch = message.header_as_record_batch().ok_or_else(no_batch)?;
        // What has no buffers could have any number.
        u32::try_from(batch.length())
            .map(|rows| rows as usize)
            .map_err(|_| bad(format!("it says that it has {} rows", batch.length())))
    }

    /// Adds a dictionary, or the values that one gets more, to those that are known.
    pub(super) fn dictionary(
        &self,
        file: &dyn RangeReader,
        schema: &SchemaRef,
        known: &mut Dictionaries,
        room: Option<&Room>,
    ) -> Result<(), ArrowError> {
        let message = self.parsed()?;
        let batch = message
            .header_as_dictionary_batch()
            .ok_or_else(|| bad("there is no dictionary where the footer has one".to_owned()))?;
        let data = batch
            .data()
            .ok_or_else(|| bad("a dictionary has no values".to_owned()))?;
        let body = read(file, self.body.clone())?;
        if data.compression().is_some() {
            let mut needed = Vec::new();
            for (at, buffer) in data.buffers().into_iter().flatten().enumerate() {
                needed.push((at, self.within(buffer.offset(), buffer.length())?));
            }
            refuse_shared(&needed)?;
            let held = needed
                .iter()
                .map(|(_, range)| &body[range.start as usize..range.end as usize]);
            make_room(held, room)?;
        }
        let version = message.version();
        read_dictionary(&aligned(&body), batch, schema, known, &version)
    }

    /// Some columns of the record batch, by their places in the schema; and how many bytes of its body were read.
    pub(super) fn columns(
        &self,
        file: &dyn RangeReader,
        schema: &SchemaRef,
        dictionaries: &Dictionaries,
        positions: &[usize],
        room: Option<&Room>,
    ) -> Result<(RecordBatch, u64), ArrowError> {
        let (message, body) = self.only(file, schema, positions, room)?;
        let bytes = body.len() as u64;
        let parsed = message.parsed()?;
        let batch = parsed.header_as_record_batch().ok_or_else(no_batch)?;
        let version = parsed.version();
        let decoder =
            RecordBatchDecoder::try_new(&body, batch, Arc::clone(schema), dictionaries, &version)?;
        let rows = decoder
            .with_projection(Some(positions))
            .read_record_batch()?;
        Ok((rows, bytes))
    }

    /// Bytes of the body that each column takes, and whether they are compressed.
    pub(super) fn sizes(&self, schema: &SchemaRef) -> Result<(Vec<u64>, bool), ArrowError> {
        let message = self.parsed()?;
        let batch = message.header_as_record_batch().ok_or_else(no_batch)?;
        let mut buffers = batch.buffers().into_iter().flatten();
        let mut views = batch.variadicBufferCounts().into_iter().flatten();
        let mut sizes = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let count = count_buffers(field.data_type(), &mut views)?;
            let of_it = buffers.by_ref().take(count);
            sizes.push(of_it.map(|buffer| buffer.length().max(0) as u64).sum());
        }
        Ok((sizes, batch.compression().is_some()))
    }

    fn parsed(&self) -> Result<arrow_ipc::Message<'_>, ArrowError> {
        root_as_message(&self.bytes).map_err(|error| bad(first_line(&error.to_string())))
    }

    /// The message with the body that it would have had with these columns alone; the buffers of others are empty.
    fn only(
        &self,
        file: &dyn RangeReader,
        schema: &SchemaRef,
        positions: &[usize],
        room: Option<&Room>,
    ) -> Result<(Self, Buffer), ArrowError> {
        let message = self.parsed()?;
        let batch = message.header_as_record_batch().ok_or_else(no_batch)?;
        let entries = batch.buffers().ok_or_else(no_batch)?;
        let mut views = batch.variadicBufferCounts().into_iter().flatten();
        let mut needed: Vec<(usize, Range<u64>)> = Vec::new();
        let mut next = 0_usize;
        for (position, field) in schema.fields().iter().enumerate() {
            let count = count_buffers(field.data_type(), &mut views)?;
            let end = next.checked_add(count).filter(|end| *end <= entries.len());
            let end = end.ok_or_else(|| bad("it has too few buffers".to_owned()))?;
            if positions.contains(&position) {
                for at in next..end {
                    let entry = entries.get(at);
                    needed.push((at, self.within(entry.offset(), entry.length())?));
                }
            }
            next = end;
        }
        if batch.compression().is_some() {
            refuse_shared(&needed)?;
        }
        let (runs, total) = runs(&needed);
        let body = gather(file, self.body.start, &runs, total)?;
        // Both are slices of one message.
        let list = entries.bytes().as_ptr() as usize - self.bytes.as_ptr() as usize;
        let mut bytes = self.bytes.clone();
        let place = |range: &Range<u64>| {
            let within = |run: &&Run| run.from.start <= range.start && range.end <= run.from.end;
            let run = runs.iter().find(within);
            run.map_or(0, |run| run.to + range.start - run.from.start)
        };
        if batch.compression().is_some() {
            let held = needed.iter().map(|(_, range)| {
                let offset = place(range) as usize;
                &body[offset..offset + (range.end - range.start) as usize]
            });
            make_room(held, room)?;
        }
        for at in 0..entries.len() {
            bytes[list + at * ENTRY..list + (at + 1) * ENTRY].fill(0);
        }
        for (at, range) in needed {
            let (offset, length) = (place(&range), range.end - range.start);
            let entry = &mut bytes[list + at * ENTRY..list + (at + 1) * ENTRY];
            entry[..8].copy_from_slice(&offset.to_le_bytes());
            entry[8..].copy_from_slice(&length.to_le_bytes());
        }
        let message = Self {
            bytes,
            body: 0..total,
        };
        Ok((message, body))
    }

    /// Where a buffer is in the body.
    fn within(&self, offset: i64, length: i64) -> Result<Range<u64>, ArrowError> {
        let parts = (u64::try_from(offset), u64::try_from(length));
        let (Ok(offset), Ok(length)) = parts else {
            return Err(bad("a buffer has no size".to_owned()));
        };
        offset
            .checked_add(length)
            .filter(|end| *end <= self.body.end - self.body.start)
            .map(|end| offset..end)
            .ok_or_else(|| bad("a buffer reaches past the end of its batch".to_owned()))
    }
}

/// Neighbouring buffers that are read at once: where they are in the body of the file, and where in memory.
struct Run {
    from: Range<u64>,
    to: u64,
}

/// What to read for these buffers, and how many bytes that takes in memory.
fn runs(needed: &[(usize, Range<u64>)]) -> (Vec<Run>, u64) {
    let mut ranges: Vec<&Range<u64>> = (needed.iter())
        .map(|(_, range)| range)
        .filter(|range| !range.is_empty())
        .collect();
    ranges.sort_by_key(|range| range.start);
    let mut runs: Vec<Run> = Vec::new();
    for range in ranges {
        match runs.last_mut() {
            Some(run) if range.start <= run.from.end + GAP => {
                run.from.end = run.from.end.max(range.end);
            }
            _ => runs.push(Run {
                from: range.clone(),
                to: 0,
            }),
        }
    }
    let mut total = 0_u64;
    for run in &mut runs {
        // What was aligned in the file stays so.
        run.to = total.next_multiple_of(ALIGNMENT) + run.from.start % ALIGNMENT;
        total = run.to + run.from.end - run.from.start;
    }
    (runs, total)
}

/// Reads the runs of a body that begins at `body` in the file.
fn gather(
    file: &dyn RangeReader,
    body: u64,
    runs: &[Run],
    total: u64,
) -> Result<Buffer, ArrowError> {
    let mut held = MutableBuffer::from_len_zeroed(total as usize);
    let place = |run: &Run| run.to as usize..(run.to + run.from.end - run.from.start) as usize;
    let ranges: Vec<Range<u64>> = (runs.iter())
        .map(|run| body + run.from.start..body + run.from.end)
        .collect();
    if let Some(pending) = file.request(&ranges) {
        // Where requests take long, all are under way at once.
        let parts = pending.wait().map_err(external)?;
        for (run, bytes) in runs.iter().zip(parts) {
            held.as_slice_mut()[place(run)].copy_from_slice(&bytes);
        }
    } else {
        for (run, range) in runs.iter().zip(ranges) {
            let into = &mut held.as_slice_mut()[place(run)];
            file.read_into(range.start, into).map_err(external)?;
        }
    }
    Ok(held.into())
}

/// How many buffers a column of this type has; `views` has those that text and bytes in views have more.
fn count_buffers(
    arrow: &DataType,
    views: &mut impl Iterator<Item = i64>,
) -> Result<usize, ArrowError> {
    Ok(match arrow {
        DataType::Null => 0,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary | DataType::LargeBinary => 3,
        DataType::Utf8View | DataType::BinaryView => {
            let more = views.next().and_then(|more| u32::try_from(more).ok());
            2 + more.ok_or_else(|| bad("a column has no number of buffers".to_owned()))? as usize
        }
        DataType::List(item) | DataType::LargeList(item) => {
            2 + count_buffers(item.data_type(), views)?
        }
        DataType::ListView(item) | DataType::LargeListView(item) => {
            3 + count_buffers(item.data_type(), views)?
        }
        DataType::FixedSizeList(item, _) => 1 + count_buffers(item.data_type(), views)?,
        DataType::Struct(fields) => {
            let mut count = 1_usize;
            for field in fields {
                count = count.saturating_add(count_buffers(field.data_type(), views)?);
            }
            count
        }
        DataType::RunEndEncoded(ends, values) => {
            count_buffers(ends.data_type(), views)? + count_buffers(values.data_type(), views)?
        }
        // Validity and values; there are no maps or unions in a meta.
        _ => 2,
    })
}

/// Refuses compressed buffers that have bytes in common: a few bytes in the file could become any number in memory.
fn refuse_shared(buffers: &[(usize, Range<u64>)]) -> Result<(), ArrowError> {
    let ranges = buffers.iter().map(|(_, range)| range);
    let mut ranges: Vec<&Range<u64>> = ranges.filter(|range| !range.is_empty()).collect();
    ranges.sort_unstable_by_key(|range| range.start);
    let shared = ranges.windows(2).any(|pair| pair[1].start < pair[0].end);
    if shared {
        Err(bad("two buffers have bytes in common".to_owned()))
    } else {
        Ok(())
    }
}

/// Reserves what compressed buffers say that they decompress to, before anybody allocates it; refuses one that says more than
/// anybody's has.
fn make_room<'a>(
    buffers: impl Iterator<Item = &'a [u8]>,
    room: Option<&Room>,
) -> Result<(), ArrowError> {
    let mut all = 0_u64;
    for held in buffers {
        // Nothing is said where nothing is held, and -1 where it is not compressed after all.
        let said = held
            .first_chunk()
            .map_or(0, |size| i64::from_le_bytes(*size));
        if said > LARGEST {
            let reason = format!("a buffer says that it decompresses to {said} bytes");
            return Err(bad(reason));
        }
        all += u64::try_from(said).unwrap_or(held.len() as u64);
    }
    match room {
        Some(room) => room.hold(all).map_err(|over| external(over.into())),
        None => Ok(()),
    }
}

fn read(file: &dyn RangeReader, range: Range<u64>) -> Result<bytes::Bytes, ArrowError> {
    let mut read = file.read(std::slice::from_ref(&range)).map_err(external)?;
    Ok(read.remove(0))
}

fn aligned(bytes: &[u8]) -> Buffer {
    let mut buffer = MutableBuffer::new(bytes.len());
    buffer.extend_from_slice(bytes);
    buffer.into()
}

fn external(error: IoError) -> ArrowError {
    ArrowError::ExternalError(Box::new(error))
}

fn bad(reason: String) -> ArrowError {
    ArrowError::IpcError(reason)
}

fn no_batch() -> ArrowError {
    bad("there is no record batch where the footer has one".to_owned())
}

/// The account of the decoder for a block of a file, or our own error where that is what it carries.
pub(super) fn damaged(path: &str, what: &str, at: usize, error: ArrowError) -> IoError {
    match error {
        ArrowError::ExternalError(source) => match source.downcast::<IoError>() {
            Ok(own) => *own,
            Err(other) => IoError::corrupt(path, format!("{} ({what} {at})", Shown(other))),
        },
        // What is wrong with the frame of a message, and with nothing in it.
        ArrowError::IpcError(reason) => IoError::corrupt(path, format!("{reason} ({what} {at})")),
        ArrowError::InvalidArgumentError(reason)
        | ArrowError::SchemaError(reason)
        | ArrowError::ParseError(reason) => {
            IoError::corrupt(path, format!("{} ({what} {at})", Shown(reason)))
        }
        other => IoError::corrupt(path, format!("{} ({what} {at})", Shown(other))),
    }
}

/// Whether a dictionary has a null among its values, which its codes do not tell.
pub(super) fn has_null_values(array: &dyn Array) -> bool {
    let data = array.to_data();
    matches!(array.data_type(), DataType::Dictionary(..))
        && data
            .child_data()
            .iter()
            .any(|values| values.null_count() > 0)
}
