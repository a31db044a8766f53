//! Columns are written: of each, what it uses.

use std::ops::Range;

use arrow_array::{Array as _, ArrayRef};
use arrow_buffer::{BooleanBuffer, Buffer};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType};

use super::super::memory::{Lane, Memory};
use super::layout::{ALIGNED, Node, Packed};
use super::views::{BLOCK, views};

/// Columns that are about to be written: what is to be copied, and how much that is.
#[derive(Default)]
pub(in super::super) struct Packing {
    nodes: Vec<Node>,
    buffers: Vec<Buffer>,
    size: u64,
    rows: u64,
    has_groups: bool,
}

impl Packing {
    /// Columns of so many rows.
    pub(in super::super) fn new(columns: &[ArrayRef], rows: usize) -> Result<Self, ArrowError> {
        let mut packing = Self {
            rows: rows as u64,
            ..Self::default()
        };
        for column in columns {
            packing.add(&column.to_data())?;
        }
        Ok(packing)
    }

    /// With the group of each row.
    pub(in super::super) fn with_groups(mut self, groups: &[u32]) -> Self {
        self.has_groups = true;
        self.buffer(Buffer::from_slice_ref(groups));
        self
    }

    /// How many bytes they take.
    pub(in super::super) fn size(&self) -> u64 {
        self.size
    }

    /// Copies them to this place of a lane, which nobody else uses; `None` where the lane is too short.
    pub(in super::super) fn write(&self, memory: &Memory, lane: Lane, at: u64) -> Option<Packed> {
        let mut to = memory.place(lane, at, self.size)?;
        for buffer in &self.buffers {
            // SAFETY: all that is written is within the size that was asked for, and the place is nobody else's.
            unsafe {
                buffer
                    .as_ptr()
                    .copy_to_nonoverlapping(to.as_ptr(), buffer.len());
            };
            let step = (buffer.len() as u64).next_multiple_of(ALIGNED);
            // SAFETY: as above; behind the last one is at most the end of the lane.
            to = unsafe { to.add(step as usize) };
        }
        Some(Packed {
            at,
            size: self.size,
            rows: self.rows,
            nodes: self.nodes.clone(),
            has_groups: self.has_groups,
        })
    }

    fn buffer(&mut self, buffer: Buffer) -> u64 {
        let length = buffer.len() as u64;
        self.size += length.next_multiple_of(ALIGNED);
        self.buffers.push(buffer);
        length
    }

    fn add(&mut self, data: &ArrayData) -> Result<(), ArrowError> {
        let (from, n) = (data.offset(), data.len());
        let at = self.nodes.len();
        let nulls = data.nulls().filter(|nulls| nulls.null_count() > 0);
        self.nodes.push(Node {
            n: n as u64,
            b: Vec::new(),
            v: nulls.is_some(),
        });
        let mut lengths = Vec::new();
        if let Some(nulls) = nulls {
            lengths.push(self.buffer(nulls.inner().sliced()));
        }
        let mut inside = Vec::new();
        match data.data_type() {
            DataType::Null => {}
            DataType::Boolean => {
                let bits = BooleanBuffer::new(data.buffers()[0].clone(), from, n);
                lengths.push(self.buffer(bits.sliced()));
            }
            DataType::Utf8View | DataType::BinaryView => {
                for buffer in views(data, BLOCK) {
                    lengths.push(self.buffer(buffer));
                }
            }
            DataType::List(_) => {
                let (offsets, values) = offsets(data);
                lengths.push(self.buffer(offsets));
                inside.push(data.child_data()[0].slice(values.start, values.len()));
            }
            DataType::Struct(_) => {
                inside.extend(data.child_data().iter().map(|child| child.slice(from, n)));
            }
            DataType::Dictionary(keys, _) => {
                lengths.push(self.buffer(fixed(data, keys)?));
                inside.push(data.child_data()[0].clone());
            }
            other => lengths.push(self.buffer(fixed(data, other)?)),
        }
        self.nodes[at].b = lengths;
        inside.iter().try_for_each(|child| self.add(child))
    }
}

/// Values of one width.
fn fixed(data: &ArrayData, of: &DataType) -> Result<Buffer, ArrowError> {
    let width = of.primitive_width().ok_or_else(|| {
        ArrowError::NotYetImplemented(format!("{of} is in no encoding that crosses"))
    })?;
    let (from, length) = (data.offset() * width, data.len() * width);
    Ok(data.buffers()[0].slice_with_length(from, length))
}

/// Offsets that begin at 0, and which values they are of.
fn offsets(data: &ArrayData) -> (Buffer, Range<usize>) {
    let all = data.buffers()[0].typed_data::<i32>();
    let used = all.get(data.offset()..=data.offset() + data.len());
    // Of no rows, there need not even be the one offset that is always there.
    let used = used.unwrap_or(&[0]);
    let (first, last) = (used[0], used[used.len() - 1]);
    let begin: Buffer = used.iter().map(|offset| offset - first).collect();
    (begin, first as usize..last as usize)
}
