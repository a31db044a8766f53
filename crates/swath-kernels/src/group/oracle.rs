//! Groups of any keys in any encoding against an ordered map, and the steps of the ladder.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, StringViewArray, UInt64Array};
use arrow_cast::cast;
use arrow_schema::DataType;
use proptest::prelude::*;
use swath_batch::Value;
use swath_meta::DType;

use super::Grouper;
use crate::testing::{column, columns, dtypes, values_of};

/// Groups found by comparing keys as text.
#[derive(Default)]
struct Naive {
    ids: BTreeMap<Vec<String>, u32>,
    keys: Vec<Vec<String>>,
}

impl Naive {
    fn id(&mut self, key: Vec<String>) -> u32 {
        let next = self.ids.len() as u32;
        *self.ids.entry(key.clone()).or_insert_with(|| {
            self.keys.push(key);
            next
        })
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Float(float) if float.is_nan() => "nan".to_owned(),
        Value::Float(float) => format!("{:?}", float + 0.0),
        value => format!("{value:?}"),
    }
}

fn rows(columns: &[ArrayRef]) -> Vec<Vec<String>> {
    let columns: Vec<Vec<Value>> = columns.iter().map(|column| values_of(column)).collect();
    (0..columns[0].len())
        .map(|row| columns.iter().map(|column| text(&column[row])).collect())
        .collect()
}

struct Checked {
    dtypes: Vec<DType>,
    grouper: Grouper,
    naive: Naive,
}

impl Checked {
    fn new(dtypes: &[DType]) -> Self {
        let grouper = Grouper::try_new(dtypes).unwrap();
        Self {
            dtypes: dtypes.to_vec(),
            grouper,
            naive: Naive::default(),
        }
    }

    #[track_caller]
    fn push(&mut self, keys: &[ArrayRef]) {
        let mut ids = vec![99];
        let expected: Vec<u32> = rows(keys)
            .into_iter()
            .map(|key| self.naive.id(key))
            .collect();
        let (before, name) = (self.grouper.bytes(), self.grouper.strategy());
        let most = before + self.grouper.growth(keys[0].len());
        self.grouper.group(keys, keys[0].len(), &mut ids).unwrap();
        assert_eq!(ids, expected, "{:?}", self.grouper);
        if name == self.grouper.strategy() && name == "fixed" {
            let bytes = self.grouper.bytes();
            assert!(bytes <= most, "{bytes} bytes, {most} foreseen");
        }
        assert_eq!(self.grouper.groups(), self.naive.keys.len());
    }

    #[track_caller]
    fn finish(self) {
        let keys = self.grouper.keys().unwrap();
        assert_eq!(rows(&keys), self.naive.keys, "{:?}", self.grouper);
        for (key, dtype) in keys.iter().zip(&self.dtypes) {
            assert_eq!(*key.data_type(), dtype.border());
        }
    }
}

#[test]
fn every_dtype_and_encoding_groups() {
    for dtype in dtypes() {
        let mut one = Checked::new(std::slice::from_ref(&dtype));
        let mut two = Checked::new(&[dtype.clone(), dtype.clone()]);
        for (_, column) in columns(&dtype) {
            one.push(std::slice::from_ref(&column));
            two.push(&[Arc::clone(&column), column]);
        }
        one.finish();
        two.finish();
    }
}

fn ints(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

#[test]
fn integers_step_up_and_down_the_ladder() {
    let mut checked = Checked::new(&[DType::Int64]);
    assert_eq!(checked.grouper.strategy(), "none");
    checked.push(&[ints([5, 7, 5])]);
    assert_eq!(checked.grouper.strategy(), "direct");
    checked.push(&[ints([-40_000, 6, 20_000])]);
    assert_eq!(checked.grouper.strategy(), "direct");
    checked.push(&[ints([8, 1 << 40, 9, i64::MIN, i64::MAX])]);
    assert_eq!(checked.grouper.strategy(), "fixed");
    checked.finish();

    // Random but dense: sparse in the first batch, dense in the end.
    let mut checked = Checked::new(&[DType::Int64]);
    let mut state = 1_i64;
    for batch in 0..40 {
        checked.push(&[ints((0..1000).map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695);
            (state >> 33).rem_euclid(80_000)
        }))]);
        if batch == 0 {
            assert_eq!(checked.grouper.strategy(), "fixed");
        }
    }
    assert_eq!(checked.grouper.strategy(), "direct");
    checked.finish();
}

#[test]
fn growing_keys_stay_direct() {
    let mut checked = Checked::new(&[DType::UInt64]);
    for batch in 0..100_u64 {
        let from = u64::MAX - 100_000 + batch * 1000;
        let keys: ArrayRef = Arc::new(UInt64Array::from_iter_values(from..from + 1000));
        checked.push(&[keys]);
        assert_eq!(checked.grouper.strategy(), "direct");
    }
    checked.push(&[Arc::new(UInt64Array::from(vec![u64::MAX, 0]))]);
    assert_eq!(checked.grouper.strategy(), "fixed");
    checked.finish();
}

#[test]
fn several_keys_pack_until_they_are_too_wide() {
    let mut checked = Checked::new(&[DType::Int64, DType::String, DType::Int32]);
    let small: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None, Some(1)]));
    let names: ArrayRef = Arc::new(StringViewArray::from(vec![Some("a"), None, Some("b")]));
    checked.push(&[ints([1, 2, 1]), Arc::clone(&names), Arc::clone(&small)]);
    checked.push(&[
        ints([1 << 40, -1, 2]),
        Arc::clone(&names),
        Arc::clone(&small),
    ]);
    assert_eq!(checked.grouper.strategy(), "packed");
    checked.push(&[ints([i64::MIN, -1, i64::MAX]), names, small]);
    assert_eq!(checked.grouper.strategy(), "rows");
    checked.finish();
}

#[test]
fn packed_words_widen_past_64_bits() {
    let mut checked = Checked::new(&[DType::Int64, DType::Float64]);
    let floats = |n: i64| -> ArrayRef {
        Arc::new(
            (0..n)
                .map(|n| (n % 5 > 0).then_some(n as f64 * 0.5))
                .collect::<Float64Array>(),
        )
    };
    for range in [3, 10_000, 200] {
        checked.push(&[ints((0..range).map(|n| n * n)), floats(range)]);
        assert_eq!(checked.grouper.strategy(), "packed");
    }
    checked.finish();
}

#[test]
fn no_keys_and_wrong_columns_are_refused() {
    let mut grouper = Grouper::try_new(&[DType::Int64]).unwrap();
    let name: ArrayRef = Arc::new(StringViewArray::from(vec!["a"]));
    let errors = [
        Grouper::try_new(&[]).unwrap_err(),
        grouper.group(&[], 1, &mut Vec::new()).unwrap_err(),
        grouper
            .group(&[ints([1, 2])], 1, &mut Vec::new())
            .unwrap_err(),
        grouper.group(&[name], 1, &mut Vec::new()).unwrap_err(),
    ];
    let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    grouping needs at least one key column
    `group` expects 1 columns, found 0
    `group` expects 1 rows, found a column of 2
    `group` expects int64, found a column encoded as Utf8View
    ");
}

/// A key column: its dtype, its values as numbers, and which encoding text has.
fn key() -> impl Strategy<Value = (DType, u8)> {
    let dtypes = prop::sample::select(vec![
        DType::Bool,
        DType::Int8,
        DType::Int64,
        DType::UInt64,
        DType::Float64,
        DType::Date,
        DType::Decimal {
            precision: 12,
            scale: 2,
        },
        DType::String,
        DType::Category,
    ]);
    (dtypes, any::<u8>())
}

fn encode(array: ArrayRef, dtype: &DType, encoding: u8) -> ArrayRef {
    let coded =
        |codes: DataType, values: DataType| DataType::Dictionary(Box::new(codes), Box::new(values));
    let to = match (dtype, encoding % 5) {
        (DType::String, 0) => DataType::Utf8,
        (DType::String | DType::Category, 1) => coded(DataType::UInt16, DataType::Utf8View),
        (DType::String | DType::Category, 2) => coded(DataType::Int32, DataType::Utf8),
        (DType::String, 3) => DataType::LargeUtf8,
        _ => return array,
    };
    cast(&array, &to).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn groups_are_those_of_an_ordered_map(
        keys in prop::collection::vec(key(), 1..4),
        spread in prop::sample::select(vec![3_i64, 100, 1 << 20, i64::MAX]),
        batches in prop::collection::vec((prop::collection::vec(any::<(u8, u16)>(), 1..60), any::<(u8, u8)>()), 1..6),
    ) {
        let dtypes: Vec<DType> = keys.iter().map(|(dtype, _)| dtype.clone()).collect();
        let mut checked = Checked::new(&dtypes);
        for (rows, (encoding, skip)) in batches {
            let columns: Vec<ArrayRef> = keys
                .iter()
                .enumerate()
                .map(|(at, (dtype, own))| {
                    let numbers: Vec<Option<i64>> = rows
                        .iter()
                        .map(|(null, number)| {
                            let number = i64::from(*number).wrapping_mul(0x9e37_79b9 + at as i64);
                            (null % 7 > 0).then_some(number.rem_euclid(spread))
                        })
                        .collect();
                    let skip = usize::from(skip) % rows.len();
                    encode(column(dtype, &numbers), dtype, own.wrapping_add(encoding)).slice(skip, rows.len() - skip)
                })
                .collect();
            checked.push(&columns);
        }
        checked.finish();
    }
}
