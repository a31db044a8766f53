//! Partitions as bytes: on the wire, in the spill file, in the test store.
//!
//! ```text
//! "swp1" │ meta: len, JSON │ rows │ streams: count, then len + Arrow IPC stream each
//! ```
//!
//! Neighbouring batches of equal encodings share a stream, because a stream has one schema. Nothing here is
//! a checksum: that is the business of whoever stores the bytes.

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::ArrowError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use swath_meta::Meta;

use crate::{BatchError, Partition};

const MAGIC: &[u8; 4] = b"swp1";

impl Partition {
    /// The partition as bytes that [`Partition::decode`] reads, encodings kept.
    ///
    /// [Compacts](Partition::compact) first, so that a small slice does not carry what it was cut from.
    ///
    /// # Errors
    /// Where Arrow cannot write a column.
    pub fn encode(&self) -> Result<Vec<u8>, BatchError> {
        let compact = self.compact()?;
        let failed = |source| BatchError::Arrow {
            during: "encoding rows",
            source,
        };
        let meta = serde_json::to_vec(self.meta().as_ref()).expect("a meta is plain data");
        let mut out = MAGIC.to_vec();
        put(&mut out, &meta);
        out.extend(self.rows().to_le_bytes());
        let streams: Vec<&[RecordBatch]> = compact
            .batches()
            .chunk_by(|left, right| left.schema_ref() == right.schema_ref())
            .collect();
        out.extend((streams.len() as u64).to_le_bytes());
        for batches in streams {
            put(&mut out, &write_stream(batches).map_err(failed)?);
        }
        Ok(out)
    }

    /// Reads what [`Partition::encode`] wrote.
    ///
    /// # Errors
    /// [`BatchError::Damaged`] for any other bytes; never panics.
    pub fn decode(bytes: &[u8]) -> Result<Self, BatchError> {
        // Arrow checks what it reads, but says itself that it may panic on hostile offsets.
        catch_unwind(AssertUnwindSafe(|| decode(bytes))).unwrap_or_else(|_| {
            Err(BatchError::Damaged {
                reason: "the reader of an Arrow stream gave up".into(),
            })
        })
    }
}

fn write_stream(batches: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let Some(first) = batches.first() else {
        return Ok(Vec::new());
    };
    let mut writer = StreamWriter::try_new(Vec::new(), first.schema_ref())?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.into_inner()
}

fn decode(bytes: &[u8]) -> Result<Partition, BatchError> {
    let damaged = |reason: &str| BatchError::Damaged {
        reason: reason.to_owned(),
    };
    let mut input = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| damaged("they do not start as a partition"))?;
    let meta = take(&mut input).ok_or_else(|| damaged("they end in the meta"))?;
    let meta: Meta = serde_json::from_slice(meta).map_err(|error| BatchError::Damaged {
        reason: format!("the meta does not parse: {error}"),
    })?;
    let rows = number(&mut input).ok_or_else(|| damaged("they end in the row count"))?;
    let streams = number(&mut input).ok_or_else(|| damaged("they end in the stream count"))?;
    let mut batches = Vec::new();
    for _ in 0..streams {
        let stream = take(&mut input).ok_or_else(|| damaged("they end in an Arrow stream"))?;
        let read = || StreamReader::try_new(stream, None)?.collect::<Result<Vec<_>, _>>();
        batches.extend(read().map_err(|error| BatchError::Damaged {
            reason: error.to_string(),
        })?);
    }
    if !input.is_empty() {
        return Err(damaged("something follows the last stream"));
    }
    let partition = Partition::try_new(Arc::new(meta), batches)?;
    if partition.rows() != rows {
        return Err(BatchError::Damaged {
            reason: format!("{} rows where {rows} were written", partition.rows()),
        });
    }
    Ok(partition)
}

pub(crate) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

pub(crate) fn number(input: &mut &[u8]) -> Option<u64> {
    let (number, rest) = input.split_first_chunk::<8>()?;
    *input = rest;
    Some(u64::from_le_bytes(*number))
}

pub(crate) fn take<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::try_from(number(input)?).ok()?;
    let (taken, rest) = input.split_at_checked(len)?;
    *input = rest;
    Some(taken)
}
