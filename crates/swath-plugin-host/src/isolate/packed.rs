//! Columns in shared memory: written by one side, and looked at or copied out by the other.
//!
//! Only what a column uses is copied: of a slice, its rows. Dtypes are not said, both sides know them since the function was bound;
//! all columns are in border encodings, so there are few.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::make_view;
use arrow_array::{Array as _, ArrayRef, make_array};
use arrow_buffer::{BooleanBuffer, Buffer, MutableBuffer};
use arrow_data::{ArrayData, ByteView};
use arrow_schema::{ArrowError, DataType};
use serde::{Deserialize, Serialize};
use swath_plugin_data::Columns;

use super::memory::{Lane, Memory};

/// Where each buffer begins: at a multiple of so many bytes.
pub(super) const ALIGNED: u64 = 64;

/// More values than any machine has room for: sums and products of lengths below it do not overflow.
const MOST: u64 = 1 << 40;

/// Where rows lie, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Packed {
    /// Where they begin, in the lane of the direction.
    pub(super) at: u64,
    /// How many bytes they take.
    pub(super) size: u64,
    /// How many rows.
    pub(super) rows: u64,
    /// Each column, followed by what is inside it.
    nodes: Vec<Node>,
    /// Whether behind the columns lies a number of a group for each row.
    has_groups: bool,
}

/// A column, or what is inside one.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Node {
    /// How many values.
    n: u64,
    /// Bytes of each buffer; in front that of nulls, if there are any.
    b: Vec<u64>,
    /// There are nulls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    v: bool,
}

/// Columns that are about to be written: what is to be copied, and how much that is.
#[derive(Default)]
pub(super) struct Packing {
    nodes: Vec<Node>,
    buffers: Vec<Buffer>,
    size: u64,
    rows: u64,
    has_groups: bool,
}

impl Packing {
    /// Columns of so many rows.
    pub(super) fn new(columns: &[ArrayRef], rows: usize) -> Result<Self, ArrowError> {
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
    pub(super) fn with_groups(mut self, groups: &[u32]) -> Self {
        self.has_groups = true;
        self.buffer(Buffer::from_slice_ref(groups));
        self
    }

    /// How many bytes they take.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Copies them to this place of a lane, which nobody else uses; `None` where the lane is too short.
    pub(super) fn write(&self, memory: &Memory, lane: Lane, at: u64) -> Option<Packed> {
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
                for buffer in views(data) {
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

/// Views and the blocks that they point into; where most of the blocks is not pointed to, one that has only what is.
fn views(data: &ArrayData) -> Vec<Buffer> {
    let (views, blocks) = data.buffers().split_first().expect("there are views");
    let used = views.slice_with_length(data.offset() * 16, data.len() * 16);
    let there: usize = blocks.iter().map(Buffer::len).sum();
    let long = |view: &u128| {
        let view = ByteView::from(*view);
        (view.length > 12).then_some(view)
    };
    let is_null = |at: usize| data.nulls().is_some_and(|nulls| nulls.is_null(at));
    let texts = || {
        let all = used.typed_data::<u128>().iter().enumerate();
        all.map(|(at, view)| (view, if is_null(at) { None } else { long(view) }))
    };
    let needed = || texts().filter_map(|(_, long)| long.map(|view| view.length as usize));
    if there < 4096 || needed().sum::<usize>() * 2 > there {
        return std::iter::once(used)
            .chain(blocks.iter().cloned())
            .collect();
    }
    let mut block = Vec::with_capacity(needed().sum());
    let mut tight = Vec::with_capacity(data.len());
    for (at, (view, long)) in texts().enumerate() {
        tight.push(match long {
            None if is_null(at) => 0,
            None => *view,
            Some(view) => {
                let (from, length) = (view.offset as usize, view.length as usize);
                let text = &blocks[view.buffer_index as usize][from..from + length];
                let to = block.len() as u32;
                block.extend_from_slice(text);
                make_view(text, 0, to)
            }
        });
    }
    vec![Buffer::from_vec(tight), Buffer::from_vec(block)]
}

/// Rows where they lie: bytes of a lane that stay as they are while they are looked at.
pub(super) struct Lying<'a> {
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
    buffer: &'a dyn Fn(u64, u64) -> Option<Buffer>,
    /// Whether whoever wrote them is believed.
    is_believed: bool,
}

impl<'a> Lying<'a> {
    pub(super) fn new(memory: &'a Memory, lane: Lane, packed: &'a Packed) -> Self {
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
    pub(super) fn copied(&self, columns: &Columns) -> Result<Vec<ArrayRef>, ArrowError> {
        let buffer = |at: u64, length: u64| {
            let place = self.memory.place(self.lane, at, length)?;
            let mut bytes = MutableBuffer::new(length as usize);
            // SAFETY: it has room for as many bytes as were asked for …
            unsafe {
                place
                    .as_ptr()
                    .copy_to_nonoverlapping(bytes.as_mut_ptr(), length as usize);
            }
            // SAFETY: … which were written just now.
            unsafe { bytes.set_len(length as usize) };
            Some(bytes.into())
        };
        self.columns(columns, &buffer, false)
    }

    /// Looks at them where they lie, which `owner` keeps as they are. Whoever wrote them is believed.
    pub(super) fn in_place(
        &self,
        columns: &Columns,
        owner: &Arc<impl std::panic::RefUnwindSafe + Send + Sync + 'static>,
    ) -> Result<Vec<ArrayRef>, ArrowError> {
        let buffer = |at: u64, length: u64| {
            let place = self.memory.place(self.lane, at, length)?;
            let owner = Arc::clone(owner);
            // SAFETY: the bytes are there and stay as they are while the owner lives.
            Some(unsafe { Buffer::from_custom_allocation(place, length as usize, owner) })
        };
        self.columns(columns, &buffer, true)
    }

    fn columns(
        &self,
        columns: &Columns,
        buffer: &dyn Fn(u64, u64) -> Option<Buffer>,
        is_believed: bool,
    ) -> Result<Vec<ArrayRef>, ArrowError> {
        let mut reader = Reader {
            nodes: self.packed.nodes.iter(),
            at: self.packed.at,
            end: self.packed.at.saturating_add(self.packed.size),
            buffer,
            is_believed,
        };
        let fields = columns.schema().fields().iter();
        let read = fields.map(|field| Ok(make_array(reader.read(field.data_type())?)));
        read.collect()
    }

    /// The group of each row, as long as nobody writes there.
    pub(super) fn groups(&self) -> Option<&[u32]> {
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

impl Reader<'_> {
    fn read(&mut self, data_type: &DataType) -> Result<ArrayData, ArrowError> {
        let cut = || ArrowError::IpcError("what lies there is cut off".to_owned());
        let node = self.nodes.next().ok_or_else(cut)?;
        let mut buffers = Vec::with_capacity(node.b.len());
        for length in &node.b {
            let end = self.at.checked_add(*length).filter(|end| *end <= self.end);
            end.ok_or_else(cut)?;
            buffers.push(if *length == 0 {
                MutableBuffer::new(0).into()
            } else {
                (self.buffer)(self.at, *length).ok_or_else(cut)?
            });
            self.at += length.next_multiple_of(ALIGNED);
        }
        if (node.v && buffers.is_empty()) || node.n > MOST {
            return Err(cut());
        }
        let nulls = node.v.then(|| buffers.remove(0));
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::types::Int32Type;
    use arrow_array::{
        BooleanArray, Decimal128Array, Float64Array, ListArray, NullArray, StringViewArray,
        StructArray, UInt32Array,
    };
    use arrow_schema::{Field, Schema};

    fn samples() -> Vec<ArrayRef> {
        let numbers = vec![Some(1.5), None, Some(f64::NAN), Some(-0.0), None, Some(7.0)];
        let long = "a text that is longer than a view has room for";
        let texts = vec![Some("short"), None, Some(long), Some(""), Some(long), None];
        let lists = [
            Some(vec![Some(1), None]),
            None,
            Some(vec![]),
            Some(vec![Some(3)]),
        ];
        let lists = lists
            .into_iter()
            .chain([None, Some(vec![Some(4), Some(5)])]);
        let keys = UInt32Array::from(vec![Some(0), None, Some(1), Some(1), Some(0), None]);
        let values: ArrayRef = Arc::new(StringViewArray::from(vec!["a", long]));
        let floats: ArrayRef = Arc::new(Float64Array::from(numbers));
        let texts: ArrayRef = Arc::new(StringViewArray::from(texts));
        let of = |name: &str, array: &ArrayRef| {
            let field = Field::new(name, array.data_type().clone(), true);
            (Arc::new(field), Arc::clone(array))
        };
        let decimals = Decimal128Array::from(vec![Some(1), None, Some(-5), Some(0), None, None]);
        vec![
            Arc::new(BooleanArray::from(vec![
                Some(true),
                None,
                Some(false),
                Some(true),
                None,
                None,
            ])),
            Arc::new(StructArray::from(vec![of("x", &floats), of("s", &texts)])),
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists)),
            Arc::new(arrow_array::DictionaryArray::new(keys, values)),
            Arc::new(decimals.with_precision_and_scale(20, 3).expect("it fits")),
            Arc::new(NullArray::new(6)),
            floats,
            texts,
        ]
    }

    fn of_types(columns: &[ArrayRef]) -> Columns {
        let fields = columns.iter().enumerate();
        let fields =
            fields.map(|(at, column)| Field::new(at.to_string(), column.data_type().clone(), true));
        Columns::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    #[track_caller]
    fn check(columns: &[ArrayRef], rows: usize) {
        let memory = Memory::new().expect("memory");
        let groups: Vec<u32> = (0..rows as u32).collect();
        let packing = Packing::new(columns, rows).expect("encodings that cross");
        let packing = packing.with_groups(&groups);
        let packed = packing.write(&memory, Lane::There, 128).expect("room");
        let types = of_types(columns);
        let lying = Lying::new(&memory, Lane::There, &packed);
        let copied = lying.copied(&types).expect("as they were written");
        assert_eq!(copied, columns);
        let here = lying
            .in_place(&types, &Arc::new(()))
            .expect("as they were written");
        assert_eq!(here, columns);
        assert_eq!(lying.groups(), Some(&*groups));
        for column in &copied {
            column.to_data().validate_full().expect("a whole array");
        }
    }

    #[test]
    fn columns_come_back_whole_and_in_slices() {
        let columns = samples();
        for from in 0..=6 {
            for rows in 0..=6 - from {
                let sliced = columns.iter().map(|column| column.slice(from, rows));
                check(&sliced.collect::<Vec<_>>(), rows);
            }
        }
    }

    #[test]
    fn of_a_slice_only_its_rows_are_copied() {
        let long: Vec<String> = (0..1000)
            .map(|row| format!("a text of some length, {row}"))
            .collect();
        let texts: ArrayRef = Arc::new(StringViewArray::from_iter_values(&long));
        let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0; 1000]));
        let columns = [texts.slice(500, 3), numbers.slice(500, 3)];
        check(&columns, 3);
        let size = Packing::new(&columns, 3)
            .expect("encodings that cross")
            .size();
        assert_eq!(size, 64 + 128 + 64);
    }

    #[test]
    fn lies_of_another_process_are_found() {
        let memory = Memory::new().expect("memory");
        let texts: ArrayRef = Arc::new(StringViewArray::from(vec!["short"; 3]));
        let packing = Packing::new(&[Arc::clone(&texts)], 3).expect("an encoding that crosses");
        let packed = packing.write(&memory, Lane::Back, 0).expect("room");
        let types = of_types(&[texts]);
        let said = |change: &dyn Fn(&mut Packed)| {
            let mut packed = packed.clone();
            change(&mut packed);
            let lying = Lying::new(&memory, Lane::Back, &packed);
            lying.copied(&types).expect_err("a lie").to_string()
        };
        let said = [
            said(&|packed| packed.nodes.clear()),
            said(&|packed| packed.nodes[0].b[0] = u64::MAX),
            said(&|packed| packed.nodes[0].b.clear()),
            said(&|packed| packed.nodes[0].n = 1 << 60),
            said(&|packed| packed.nodes[0].v = true),
            said(&|packed| packed.at = u64::MAX - 1),
        ];
        insta::assert_snapshot!(said.join("\n"));
        let place = memory.place(Lane::Back, 4, 1).expect("it is there");
        // SAFETY: a byte of the first text.
        unsafe { place.write(0xff) };
        let lying = Lying::new(&memory, Lane::Back, &packed);
        assert!(lying.copied(&types).is_err(), "it is no UTF-8");
    }
}
