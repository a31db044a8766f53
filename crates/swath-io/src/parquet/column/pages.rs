//! The pages of a column chunk, decompressed one at a time into a buffer that is kept.

use parquet::basic::Compression;
use parquet::file::metadata::ColumnChunkMetaData;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::ColumnError;
use super::thrift::{Encoding, PageHeader, PageKind, read_page_header};

/// Buffers that outlive a column chunk: touching fresh memory costs more than decoding into it.
#[derive(Debug, Default)]
pub(in crate::parquet) struct Buffers {
    /// As long as the longest column chunk so far.
    chunk: Vec<u8>,
    /// Bytes of the column chunk at hand (of all its leaves, one after the other, where it is nested).
    len: usize,
    /// The bytes of one page, decompressed.
    page: Vec<u8>,
    /// The dictionary page, decompressed.
    dictionary: Vec<u8>,
}

impl Buffers {
    /// Room for a column chunk of `len` bytes, to be filled.
    pub(in crate::parquet) fn chunk_mut(&mut self, len: usize) -> &mut [u8] {
        grow(&mut self.chunk, len);
        self.len = len;
        &mut self.chunk[..len]
    }

    /// Bytes that are kept.
    fn bytes(&self) -> usize {
        self.chunk.capacity() + self.page.capacity() + self.dictionary.capacity()
    }

    /// The column chunk, given away.
    pub(super) fn into_chunk(mut self) -> Vec<u8> {
        self.chunk.truncate(self.len);
        self.chunk
    }
}

/// Bytes of buffers that wait for their next reader.
const WAITING_BYTES: usize = 64 << 20;

/// Buffers between two readers of a session: a task's first row group need not touch fresh memory either.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Mutex<Vec<Buffers>>);

impl Waiting {
    /// Buffers that another reader left, or new ones.
    pub(in crate::parquet) fn take(&self) -> Buffers {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default()
    }

    /// Leaves buffers to the next reader, unless enough are waiting.
    pub(in crate::parquet) fn leave(&self, buffers: Buffers) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held: usize = waiting.iter().map(Buffers::bytes).sum();
        if buffers.bytes() > 0 && held + buffers.bytes() <= WAITING_BYTES {
            waiting.push(buffers);
        }
    }

    /// Frees what waits.
    pub(crate) fn free(&self) {
        let waiting = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *waiting)
        };
        drop(waiting);
    }
}

/// Makes a buffer at least `len` long. What was in it is lost: nothing is copied, nothing filled twice.
fn grow(buffer: &mut Vec<u8>, len: usize) {
    if buffer.len() < len {
        // Some more, as the next column chunk may be a little longer.
        *buffer = vec![0; len + len / 4];
    }
}

/// The pages of one column chunk of a flat column, in order.
pub(super) struct Pages {
    buffers: Buffers,
    at: usize,
    codec: Codec,
    /// Bytes that the footer says all pages have together, decompressed.
    budget: usize,
    /// Whether rows may be null, so that pages begin with levels.
    optional: bool,
}

/// A page that is still compressed.
pub(super) struct ClosedPage {
    pub(super) header: PageHeader,
    body: Range<usize>,
}

/// Where the parts of a loaded page are.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub(super) levels: Option<Place>,
    pub(super) values: Place,
}

/// A range of the chunk's bytes, of the decompressed page, or of the decompressed dictionary.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Chunk(Range<usize>),
    Page(Range<usize>),
    Dictionary(Range<usize>),
}

impl Default for Place {
    fn default() -> Self {
        Self::Page(0..0)
    }
}

enum Codec {
    None,
    Snappy(snap::raw::Decoder),
    Zstd(zstd::bulk::Decompressor<'static>),
    Lz4,
}

impl Pages {
    pub(super) fn open(chunk: &ColumnChunkMetaData, buffers: Buffers) -> Result<Self, ColumnError> {
        let codec = match chunk.compression() {
            Compression::UNCOMPRESSED => Codec::None,
            Compression::SNAPPY => Codec::Snappy(snap::raw::Decoder::new()),
            Compression::ZSTD(_) => {
                Codec::Zstd(zstd::bulk::Decompressor::new().map_err(ColumnError::decoder)?)
            }
            Compression::LZ4_RAW => Codec::Lz4,
            other => return Err(ColumnError::Decoder(format!("no codec for {other}"))),
        };
        // Writers count headers or do not; pages must not be much larger than what the footer says.
        let budget = (chunk.uncompressed_size() as usize).saturating_add(1 << 20);
        Ok(Self {
            buffers,
            at: 0,
            codec,
            budget,
            optional: chunk.column_descr().max_def_level() > 0,
        })
    }

    /// The header of the next page; its bytes stay as they are until [`Pages::load`].
    pub(super) fn next(&mut self) -> Result<Option<ClosedPage>, ColumnError> {
        loop {
            let rest = &self.buffers.chunk[self.at..self.buffers.len];
            if rest.is_empty() {
                return Ok(None);
            }
            let (header, len) = read_page_header(rest)?;
            let start = self.at + len;
            let end = start + header.compressed;
            if end > self.buffers.len {
                return Err(ColumnError::Corrupt("a page reaches past its column"));
            }
            self.at = end;
            if header.kind != PageKind::Other {
                return Ok(Some(ClosedPage {
                    header,
                    body: start..end,
                }));
            }
        }
    }

    /// Decompresses a page; the one before is gone.
    pub(super) fn load(&mut self, page: &ClosedPage) -> Result<Page, ColumnError> {
        let header = &page.header;
        if header.uncompressed > self.budget {
            return Err(ColumnError::Corrupt("a page is larger than its column"));
        }
        if let Some(crc) = header.crc
            && crc32fast::hash(&self.buffers.chunk[page.body.clone()]) != crc
        {
            return Err(ColumnError::Corrupt("a page's checksum does not match"));
        }
        match header.kind {
            PageKind::DataV2 {
                definition,
                repetition,
                compressed,
                ..
            } => {
                let levels = definition
                    .checked_add(repetition)
                    .filter(|levels| *levels <= header.compressed.min(header.uncompressed))
                    .ok_or(ColumnError::Corrupt("levels are longer than their page"))?;
                let start = page.body.start;
                let body = start + levels..page.body.end;
                let values = if compressed {
                    self.decompress(body, header.uncompressed - levels)?
                } else {
                    Place::Chunk(body)
                };
                let levels = self
                    .optional
                    .then_some(Place::Chunk(start + repetition..start + levels));
                Ok(Page { levels, values })
            }
            PageKind::Data { levels, .. } if self.optional => {
                if levels != Encoding::Rle {
                    return Err(ColumnError::Corrupt(
                        "levels in an encoding that no writer uses",
                    ));
                }
                let whole = self.decompress(page.body.clone(), header.uncompressed)?;
                let bytes = self.bytes(&whole);
                let (len, rest) = bytes
                    .split_first_chunk::<4>()
                    .ok_or(ColumnError::Corrupt("a page ends before its levels"))?;
                let len = u32::from_le_bytes(*len) as usize;
                if len > rest.len() {
                    return Err(ColumnError::Corrupt("levels are longer than their page"));
                }
                Ok(Page {
                    levels: Some(whole.part(4, 4 + len)),
                    values: whole.part(4 + len, bytes.len()),
                })
            }
            _ => Ok(Page {
                levels: None,
                values: self.decompress(page.body.clone(), header.uncompressed)?,
            }),
        }
    }

    /// Decompresses the dictionary page; it stays where it is for as long as the column chunk does.
    pub(super) fn load_dictionary(&mut self, page: &ClosedPage) -> Result<Place, ColumnError> {
        Ok(match self.load(page)?.values {
            Place::Page(range) => {
                std::mem::swap(&mut self.buffers.page, &mut self.buffers.dictionary);
                Place::Dictionary(range)
            }
            place => place,
        })
    }

    /// The bytes of a place in the dictionary or in the page that was loaded last.
    pub(super) fn bytes(&self, place: &Place) -> &[u8] {
        match place {
            Place::Chunk(range) => &self.buffers.chunk[range.clone()],
            Place::Page(range) => &self.buffers.page[range.clone()],
            Place::Dictionary(range) => &self.buffers.dictionary[range.clone()],
        }
    }

    pub(super) fn into_buffers(self) -> Buffers {
        self.buffers
    }

    fn decompress(&mut self, body: Range<usize>, len: usize) -> Result<Place, ColumnError> {
        const MISMATCH: ColumnError =
            ColumnError::Corrupt("a page has another length than its header says");
        let Buffers { chunk, page, .. } = &mut self.buffers;
        let input = &chunk[body.clone()];
        let room = |page: &mut Vec<u8>, most_per_byte: usize| {
            // A length that no such input can have is refused before memory is touched for it.
            if len > input.len().saturating_mul(most_per_byte).saturating_add(64) {
                return Err(MISMATCH);
            }
            grow(page, len);
            Ok(())
        };
        let found = match &mut self.codec {
            Codec::None => {
                return if body.len() == len {
                    Ok(Place::Chunk(body))
                } else {
                    Err(MISMATCH)
                };
            }
            _ if len == 0 => 0,
            Codec::Snappy(decoder) => {
                room(page, 64)?;
                decoder
                    .decompress(input, &mut page[..len])
                    .map_err(ColumnError::decoder)?
            }
            Codec::Lz4 => {
                room(page, 256)?;
                lz4_flex::block::decompress_into(input, &mut page[..len])
                    .map_err(ColumnError::decoder)?
            }
            Codec::Zstd(decoder) => {
                // Writes into spare room that was never touched; a lie about the length costs address space alone.
                page.clear();
                page.reserve(len);
                decoder
                    .decompress_to_buffer(input, page)
                    .map_err(ColumnError::decoder)?
            }
        };
        if found == len {
            Ok(Place::Page(0..len))
        } else {
            Err(MISMATCH)
        }
    }
}

impl Place {
    /// The bytes from `start` to `end` of this place.
    fn part(&self, start: usize, end: usize) -> Self {
        let part = |range: &Range<usize>| range.start + start..range.start + end;
        match self {
            Self::Chunk(range) => Self::Chunk(part(range)),
            Self::Page(range) => Self::Page(part(range)),
            Self::Dictionary(range) => Self::Dictionary(part(range)),
        }
    }
}
