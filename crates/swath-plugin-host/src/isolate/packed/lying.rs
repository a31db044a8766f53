//! Columns are looked at where they lie, or copied out.

use std::sync::Arc;

use arrow_array::{ArrayRef, make_array};
use arrow_buffer::{Buffer, MutableBuffer};
use arrow_data::{ArrayData, BufferSpec, layout};
use arrow_schema::{ArrowError, DataType};
use swath_plugin_data::{Columns, DataError};

use super::super::memory::{Lane, Memory};
use super::layout::{ALIGNED, MOST, Node, Packed};

/// Rows where they lie: bytes of a lane that stay as they are while they are looked at.
pub(in super::super) struct Lying<'a> {
    memory: &'a Memory,
    lane: Lane,
    packed: &'a Packed,
}

/// Reads columns, one buffer after the other.
struct Reader<'a> {
    nodes: std::slice::Iter<'a, Node>,
    /// Behind what was read.
    at: u64,
    end: u64,
    /// Makes a buffer of so many bytes from a place on.
    buffer: &'a dyn Fn(u64, u64) -> Result<Buffer, ArrowError>,
    /// Whether whoever wrote them is believed.
    is_believed: bool,
}

impl<'a> Lying<'a> {
    pub(in super::super) fn new(memory: &'a Memory, lane: Lane, packed: &'a Packed) -> Self {
        Self {
            memory,
            lane,
            packed,
        }
    }

    /// Copies them out, and looks at every value that another process could have got wrong.
    ///
    /// # Errors
    /// They are not built as these columns are.
    pub(in super::super) fn copied(&self, columns: &Columns) -> Result<Vec<ArrayRef>, DataError> {
        let buffer = |at: u64, length: u64| {
            let place = self.memory.place(self.lane, at, length).ok_or_else(cut)?;
            // SAFETY: so many bytes are there.
            unsafe { copy(place.as_ptr(), length as usize) }
        };
        self.columns(columns, &buffer, false)
    }

    /// Looks at them where they lie, which `owner` keeps as they are. Whoever wrote them is believed.
    pub(in super::super) fn in_place(
        &self,
        columns: &Columns,
        owner: &Arc<impl std::panic::RefUnwindSafe + Send + Sync + 'static>,
    ) -> Result<Vec<ArrayRef>, DataError> {
        let buffer = |at: u64, length: u64| {
            let place = self.memory.place(self.lane, at, length).ok_or_else(cut)?;
            let owner = Arc::clone(owner);
            // SAFETY: the bytes are there and stay as they are while the owner lives.
            Ok(unsafe { Buffer::from_custom_allocation(place, length as usize, owner) })
        };
        self.columns(columns, &buffer, true)
    }

    fn columns(
        &self,
        columns: &Columns,
        buffer: &dyn Fn(u64, u64) -> Result<Buffer, ArrowError>,
        is_believed: bool,
    ) -> Result<Vec<ArrayRef>, DataError> {
        let of = |column: &str| {
            let column = column.to_owned();
            move |error: ArrowError| DataError::Column {
                column,
                reason: error.to_string(),
            }
        };
        let all = || of("(all)")(cut());
        let Packed { at, size, rows, .. } = *self.packed;
        let end = at.checked_add(size).ok_or_else(all)?;
        self.memory.place(self.lane, at, size).ok_or_else(all)?;
        // So much was never written: it would be read as zeros, and take as much memory here.
        let used = || {
            self.memory
                .used()
                .map_err(|error| of("(all)")(error.into()))
        };
        if rows > MOST || (!is_believed && size > used()?) {
            return Err(all());
        }
        let mut reader = Reader {
            nodes: self.packed.nodes.iter(),
            at,
            end,
            buffer,
            is_believed,
        };
        let mut arrays = Vec::with_capacity(columns.len());
        for field in columns.schema().fields() {
            let data = reader.read(field.data_type());
            let array = make_array(data.map_err(of(field.name()))?);
            if array.len() as u64 != rows {
                return Err(DataError::Column {
                    column: field.name().clone(),
                    reason: format!("{} values in {rows} rows", array.len()),
                });
            }
            arrays.push(array);
        }
        Ok(arrays)
    }

    /// The group of each row, as long as nobody writes there.
    pub(in super::super) fn groups(&self) -> Option<&[u32]> {
        let (rows, end) = (
            self.packed.rows,
            self.packed.at.checked_add(self.packed.size)?,
        );
        let length = rows.checked_mul(4)?;
        let at = end.checked_sub(length.next_multiple_of(ALIGNED))?;
        let place = self.memory.place(self.lane, at, length)?;
        // SAFETY: as many numbers are there, at a multiple of 64.
        let groups = unsafe { std::slice::from_raw_parts(place.cast().as_ptr(), rows as usize) };
        self.packed.has_groups.then_some(groups)
    }
}

/// Bytes of the buffer that so many values of a type have, if they have one, and whether blocks follow it.
fn needed(data_type: &DataType, n: u64) -> Result<(Option<u64>, bool), ArrowError> {
    let (width, n) = match data_type {
        DataType::Null | DataType::Struct(_) => return Ok((None, false)),
        DataType::Boolean => return Ok((Some(n.div_ceil(8)), false)),
        DataType::Utf8View | DataType::BinaryView => return Ok((Some(n * 16), true)),
        DataType::List(_) => (Some(4), n + 1),
        DataType::Dictionary(keys, _) => (keys.primitive_width(), n),
        other => (other.primitive_width(), n),
    };
    let width = width.ok_or_else(cut)?;
    Ok((Some(n * width as u64), false))
}

/// As many bytes or more, as they are written.
fn rounded(bytes: u64) -> u64 {
    bytes.next_multiple_of(ALIGNED)
}

/// What is said does not fit what lies there.
fn cut() -> ArrowError {
    ArrowError::InvalidArgumentError("what lies there is cut off".to_owned())
}

/// Copies bytes to where the widest values can begin; no memory for them is an error, because their number is another's word.
///
/// # Safety
/// So many bytes are there.
unsafe fn copy(from: *const u8, length: usize) -> Result<Buffer, ArrowError> {
    let words = length.div_ceil(size_of::<u128>());
    let mut copied: Vec<u128> = Vec::new();
    copied.try_reserve_exact(words).map_err(|_| {
        ArrowError::MemoryError(format!(
            "there is no room for the {length} bytes of a column"
        ))
    })?;
    if let Some(last) = words.checked_sub(1) {
        // What is behind the last byte is looked at by nobody, and yet has to be something.
        copied.spare_capacity_mut()[last].write(0);
    }
    // SAFETY: the caller's word, and there is room for as many.
    unsafe { from.copy_to_nonoverlapping(copied.as_mut_ptr().cast(), length) };
    // SAFETY: all of them were written just now.
    unsafe { copied.set_len(words) };
    let copied = Buffer::from_vec(copied);
    Ok(copied.slice_with_length(0, length))
}

impl Reader<'_> {
    fn read(&mut self, data_type: &DataType) -> Result<ArrayData, ArrowError> {
        let node = self.nodes.next().ok_or_else(cut)?;
        if node.n > MOST {
            return Err(cut());
        }
        let mut lengths = node.b.iter();
        let nulls = if node.v {
            let length = *lengths.next().ok_or_else(cut)?;
            // Arrow takes it that there is a bit for each.
            if length < node.n.div_ceil(8) || length > rounded(node.n.div_ceil(8)) {
                return Err(cut());
            }
            Some(self.take(length)?)
        } else {
            None
        };
        let (needed, has_blocks) = needed(data_type, node.n)?;
        let mut buffers = Vec::with_capacity(lengths.len());
        for (at, length) in lengths.enumerate() {
            // A buffer has what so many values need, and behind those of texts there are as many blocks as they lie in.
            match needed {
                Some(needed) if at == 0 && *length <= rounded(needed) => {}
                Some(_) if at > 0 && has_blocks => {}
                _ => return Err(cut()),
            }
            buffers.push(self.take(*length)?);
        }
        for (spec, buffer) in layout(data_type).buffers.iter().zip(&buffers) {
            // Arrow takes it that there are whole values.
            if let BufferSpec::FixedWidth { byte_width, .. } = spec
                && !buffer.len().is_multiple_of(*byte_width)
            {
                return Err(cut());
            }
        }
        let inside: Vec<&DataType> = match data_type {
            DataType::List(item) => vec![item.data_type()],
            DataType::Struct(fields) => fields.iter().map(|field| field.data_type()).collect(),
            DataType::Dictionary(_, values) => vec![values],
            _ => Vec::new(),
        };
        let inside = inside.into_iter().map(|inside| self.read(inside));
        let inside = inside.collect::<Result<Vec<_>, _>>()?;
        let data = ArrayData::builder(data_type.clone())
            .len(node.n as usize)
            .null_bit_buffer(nulls)
            .buffers(buffers)
            .child_data(inside);
        if self.is_believed {
            // SAFETY: the host wrote it, out of an array of this type.
            return Ok(unsafe { data.build_unchecked() });
        }
        data.build()
    }

    /// The next buffer, of so many bytes.
    fn take(&mut self, length: u64) -> Result<Buffer, ArrowError> {
        if length == 0 {
            return Ok(MutableBuffer::new(0).into());
        }
        let end = self.at.checked_add(length);
        end.filter(|end| *end <= self.end).ok_or_else(cut)?;
        let buffer = (self.buffer)(self.at, length)?;
        let step = length.checked_next_multiple_of(ALIGNED).ok_or_else(cut)?;
        self.at = self.at.checked_add(step).ok_or_else(cut)?;
        Ok(buffer)
    }
}
