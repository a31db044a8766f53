//! What was written is read, and lies are found.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array as _, ArrayRef, BooleanArray, Decimal128Array, Float64Array, ListArray, NullArray,
    StringViewArray, StructArray, UInt32Array,
};
use arrow_buffer::{Buffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::{DataType, Field, Schema};
use proptest::prelude::*;
use proptest::sample::Index;
use swath_plugin_data::Columns;

use super::super::memory::{Lane, Memory};
use super::*;

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
        said(&|packed| packed.size = u64::MAX),
        said(&|packed| packed.rows = 2),
        said(&|packed| packed.rows = u64::MAX),
        said(&|packed| packed.nodes[0].n = 2),
    ];
    insta::assert_snapshot!(said.join("\n"));
    let place = memory.place(Lane::Back, 4, 1).expect("it is there");
    // SAFETY: a byte of the first text.
    unsafe { place.write(0xff) };
    let lying = Lying::new(&memory, Lane::Back, &packed);
    assert!(lying.copied(&types).is_err(), "it is no UTF-8");
}

/// Lengths beyond what so many values need, and beyond what was written, are not copied: it would take as much memory here.
#[test]
fn lengths_are_not_believed() {
    let memory = Memory::with_lanes(1 << 20).expect("memory");
    let columns = samples();
    for (at, column) in columns.iter().enumerate() {
        let column = std::slice::from_ref(column);
        let types = of_types(column);
        let packing = Packing::new(column, 6).expect("an encoding that crosses");
        let packed = packing.write(&memory, Lane::Back, 0).expect("room");
        for node in 0..packed.nodes.len() {
            let has_nulls = usize::from(packed.nodes[node].v);
            // Of nulls and of values; of blocks there may be any number.
            for buffer in 0..packed.nodes[node].b.len().min(1 + has_nulls) {
                let mut packed = packed.clone();
                packed.nodes[node].b[buffer] += 64;
                packed.size += 64;
                let lying = Lying::new(&memory, Lane::Back, &packed);
                assert!(lying.copied(&types).is_err(), "{at}: {node}, {buffer}");
            }
            let mut packed = packed.clone();
            packed.nodes[node].b.push(1 << 19);
            packed.size = 1 << 19;
            let lying = Lying::new(&memory, Lane::Back, &packed);
            assert!(lying.copied(&types).is_err(), "{at}: {node}, one more");
        }
    }
}

/// A view under a null is nobody's text, and may be anything.
#[test]
fn what_is_under_a_null_is_not_looked_at() {
    let short = u128::from_le_bytes(*b"\x05\0\0\0short\0\0\0\0\0\0\0");
    for n in [3, 1000] {
        let mut views = vec![short; n];
        views[1] = u128::MAX;
        let valid: Vec<bool> = (0..n).map(|at| at != 1).collect();
        let data = ArrayData::builder(DataType::Utf8View)
            .len(n)
            .nulls(Some(NullBuffer::from(valid)))
            .add_buffer(Buffer::from_vec(views));
        // SAFETY: nobody reads what is under the null.
        let data = unsafe { data.build_unchecked() };
        let texts: ArrayRef = Arc::new(StringViewArray::from(data));
        let memory = Memory::with_lanes(1 << 20).expect("memory");
        let packing = Packing::new(&[Arc::clone(&texts)], n).expect("an encoding that crosses");
        let packed = packing.write(&memory, Lane::Back, 0).expect("room");
        let lying = Lying::new(&memory, Lane::Back, &packed);
        let copied = lying.copied(&of_types(&[texts]));
        let copied = copied.expect("texts, and a null");
        let copied = copied[0].as_string_view();
        assert!(copied.is_null(1) && copied.value(0) == "short");
    }
}

/// A bitmap of nulls that is too short for the values, which Arrow takes for granted to be there.
#[test]
fn short_bitmaps_of_nulls_are_found() {
    let memory = Memory::new().expect("memory");
    let numbers = (0..100).map(|at| (at % 3 == 0).then_some(f64::from(at)));
    let numbers: ArrayRef = Arc::new(numbers.collect::<Float64Array>());
    let packing = Packing::new(&[Arc::clone(&numbers)], 100).expect("an encoding that crosses");
    let mut packed = packing.write(&memory, Lane::Back, 0).expect("room");
    packed.nodes[0].b[0] = 12;
    let lying = Lying::new(&memory, Lane::Back, &packed);
    assert!(lying.copied(&of_types(&[numbers])).is_err());
}

/// What another process changes of what it says, or of what it wrote.
#[derive(Clone, Debug)]
enum Change {
    At(u64),
    Size(u64),
    Rows(u64),
    Length(Index, u64),
    Bytes(Index, Index, u64),
    HasNulls(Index),
    NoBuffer(Index),
    OneMore(Index, u64),
    NoNode(Index),
    Twice(Index),
    Written(Index, u8),
}

/// Numbers that are right by and by, and those that are not.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => 0..70_u64,
        2 => 0..5000_u64,
        1 => any::<u64>(),
        1 => Just(u64::MAX),
        1 => Just(1 << 40),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        1 => number().prop_map(Change::At),
        1 => number().prop_map(Change::Size),
        1 => number().prop_map(Change::Rows),
        1 => (at(), number()).prop_map(|(at, n)| Change::Length(at, n)),
        1 => (at(), at(), number()).prop_map(|(at, of, n)| Change::Bytes(at, of, n)),
        1 => at().prop_map(Change::HasNulls),
        1 => at().prop_map(Change::NoBuffer),
        1 => (at(), number()).prop_map(|(at, n)| Change::OneMore(at, n)),
        1 => at().prop_map(Change::NoNode),
        1 => at().prop_map(Change::Twice),
        10 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Written(at, byte)),
    ]
}

impl Change {
    fn make(&self, memory: &Memory, packed: &mut Packed) {
        let node = |at: &Index, of: &Packed| at.index(of.nodes.len());
        match self {
            _ if packed.nodes.is_empty() => {}
            Self::At(n) => packed.at = *n,
            Self::Size(n) => packed.size = *n,
            Self::Rows(n) => packed.rows = *n,
            Self::Length(at, n) => {
                let at = node(at, packed);
                packed.nodes[at].n = *n;
            }
            Self::Bytes(at, of, n) => {
                let at = node(at, packed);
                let lengths = &mut packed.nodes[at].b;
                if !lengths.is_empty() {
                    let of = of.index(lengths.len());
                    lengths[of] = *n;
                }
            }
            Self::HasNulls(at) => {
                let at = node(at, packed);
                packed.nodes[at].v = !packed.nodes[at].v;
            }
            Self::NoBuffer(at) => {
                let at = node(at, packed);
                packed.nodes[at].b.pop();
            }
            Self::OneMore(at, n) => {
                let at = node(at, packed);
                packed.nodes[at].b.push(*n);
            }
            Self::NoNode(at) => {
                let at = node(at, packed);
                packed.nodes.remove(at);
            }
            Self::Twice(at) => {
                let at = node(at, packed);
                let node = packed.nodes[at].clone();
                packed.nodes.insert(at, node);
            }
            Self::Written(at, byte) => {
                let at = at.index(4096) as u64;
                let place = memory.place(Lane::Back, at, 1).expect("it is there");
                // SAFETY: a byte of what was written, or behind it.
                unsafe { place.write(*byte) };
            }
        }
    }
}

proptest! {
    /// Whatever another process says and writes is rows of these columns, or an error.
    #[test]
    fn nothing_that_is_said_is_believed(
        changes in prop::collection::vec(change(), 1..6),
        column in any::<Index>(),
        from in 0..6_usize,
    ) {
        let memory = Memory::with_lanes(1 << 20).expect("memory");
        let all = samples();
        let columns = [column.get(&all).slice(from, 6 - from)];
        let packing = Packing::new(&columns, 6 - from).expect("an encoding that crosses");
        let mut packed = packing.write(&memory, Lane::Back, 0).expect("room");
        for change in &changes {
            change.make(&memory, &mut packed);
        }
        let types = of_types(&columns);
        let lying = Lying::new(&memory, Lane::Back, &packed);
        if let Ok(copied) = lying.copied(&types) {
            for column in copied {
                column.to_data().validate_full().expect("a whole array");
                prop_assert_eq!(column.len() as u64, packed.rows);
                // Formatting looks at every value.
                let _ = format!("{column:?}");
            }
        }
        memory.forget(Lane::Back, packed.at, packed.at.saturating_add(packed.size));
    }
}
