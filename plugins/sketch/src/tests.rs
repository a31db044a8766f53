//! Both aggregates through everything that stands between them and a host.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use swath_plugin::arrow_array::builder::{ListBuilder, StringViewBuilder};
use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::{Float64Type, Int64Type};
use swath_plugin::arrow_array::{
    Array, ArrayRef, BinaryViewArray, BooleanArray, Decimal128Array, DictionaryArray, Float32Array,
    Float64Array, Int8Array, Int64Array, StringViewArray, StructArray, UInt32Array, UInt64Array,
    new_empty_array, new_null_array,
};
use swath_plugin::arrow_schema::{DataType, Field as ArrowField};
use swath_plugin::prelude::*;

use crate::hash::hashes;
use crate::{Distinct, Quantile};

fn counts(pieces: &[(ArrayRef, Vec<u32>)], n_groups: usize) -> Result<Vec<i64>> {
    let pieces: Vec<(&[ArrayRef], &[u32])> = pieces
        .iter()
        .map(|(column, groups)| (std::slice::from_ref(column), &**groups))
        .collect();
    let found = testing::run_aggregate(Distinct { precision: 12 }, &pieces, n_groups)?;
    Ok(found.as_primitive::<Int64Type>().values().to_vec())
}

fn count(column: ArrayRef) -> i64 {
    let groups = vec![0; column.len()];
    counts(&[(column, groups)], 1).expect("a count")[0]
}

fn quantiles(q: f64, pieces: &[(ArrayRef, Vec<u32>)], n_groups: usize) -> Result<Vec<Option<f64>>> {
    let pieces: Vec<(&[ArrayRef], &[u32])> = pieces
        .iter()
        .map(|(column, groups)| (std::slice::from_ref(column), &**groups))
        .collect();
    let found = testing::run_aggregate(Quantile { q, error: 0.01 }, &pieces, n_groups)?;
    Ok(found.as_primitive::<Float64Type>().iter().collect())
}

fn median(column: ArrayRef) -> Option<f64> {
    let groups = vec![0; column.len()];
    quantiles(0.5, &[(column, groups)], 1).expect("a median")[0]
}

#[test]
fn distinct_values_of_every_dtype() {
    let text = StringViewArray::from(vec![
        Some("a"),
        Some("b"),
        None,
        Some("a text of more than twelve bytes"),
        Some("a"),
    ]);
    let mut lists = ListBuilder::new(StringViewBuilder::new());
    for list in [
        &[Some("a"), None][..],
        &[Some("a"), None],
        &[None, Some("a")],
        &[],
    ] {
        lists.append_value(list.iter().copied());
    }
    lists.append_null();
    let structs = StructArray::from(vec![
        (
            Arc::new(ArrowField::new("a", DataType::Int64, true)),
            Arc::new(Int64Array::from(vec![
                Some(1),
                Some(1),
                None,
                None,
                Some(2),
            ])) as ArrayRef,
        ),
        (
            Arc::new(ArrowField::new("b", DataType::Boolean, true)),
            Arc::new(BooleanArray::from(vec![
                Some(true),
                Some(true),
                None,
                Some(true),
                None,
            ])),
        ),
    ]);
    let decimals = Decimal128Array::from(vec![Some(1), Some(-1), Some(1 << 100), None, Some(1)]);
    let cases: [(ArrayRef, i64); 10] = [
        (Arc::new(text), 3),
        (
            Arc::new(Int8Array::from(vec![Some(1), Some(-1), None, Some(1)])),
            2,
        ),
        (Arc::new(UInt64Array::from(vec![0, u64::MAX, 0])), 2),
        (
            Arc::new(Float64Array::from(vec![
                0.0,
                -0.0,
                f64::NAN,
                -f64::NAN,
                1.5,
            ])),
            3,
        ),
        (
            Arc::new(BooleanArray::from(vec![
                Some(true),
                None,
                Some(false),
                Some(true),
            ])),
            2,
        ),
        (
            Arc::new(BinaryViewArray::from_iter([
                Some(&b"a"[..]),
                Some(b""),
                None,
            ])),
            2,
        ),
        (Arc::new(lists.finish()), 3),
        (Arc::new(structs), 4),
        (Arc::new(decimals), 3),
        (new_null_array(&DataType::Null, 3), 0),
    ];
    for (column, expected) in cases {
        assert_eq!(
            count(Arc::clone(&column)),
            expected,
            "{}",
            column.data_type()
        );
        // Rows in front of a slice are not its own.
        let rest = column.slice(1, column.len() - 1);
        assert!(count(rest) <= expected);
        assert_eq!(count(column.slice(0, 0)), 0);
    }
}

#[test]
fn equal_values_have_one_hash_in_any_encoding() -> Result<()> {
    // One text is written twice in the dictionary, and one is nobody's.
    let texts = StringViewArray::from(vec![
        Some("a"),
        Some("b"),
        None,
        Some("a"),
        Some("nobody's"),
    ]);
    let keys = UInt32Array::from(vec![Some(3), Some(1), None, Some(0), Some(2)]);
    let category = DictionaryArray::new(keys, Arc::new(texts));
    let plain = StringViewArray::from(vec![Some("a"), Some("b"), None, Some("a"), None]);
    let (found, expected) = (hashes(&category)?, hashes(&plain)?);
    for row in [0, 1, 3] {
        assert_eq!(found[row], expected[row]);
    }
    assert_eq!(category.logical_null_count(), 2);
    let none = DictionaryArray::new(
        UInt32Array::from(vec![None, None]),
        new_empty_array(&DataType::Utf8View),
    );
    assert_eq!(hashes(&none)?.len(), 2);
    let (narrow, wide): (Vec<f32>, Vec<f64>) = (0..100_u16)
        .map(|at| (f32::from(at) / 4.0, f64::from(at) / 4.0))
        .unzip();
    assert_eq!(
        hashes(&Float32Array::from(narrow))?,
        hashes(&Float64Array::from(wide))?
    );
    Ok(())
}

/// Hashes never change: states may be kept.
#[test]
fn hashes_are_the_same_on_every_machine() -> Result<()> {
    let one = hashes(&Int64Array::from(vec![1]))?;
    assert_eq!(hashes(&Int8Array::from(vec![1]))?, one);
    assert_eq!(
        hashes(&StringViewArray::from(vec![""]))?,
        [0x2d06_8005_38d3_94c2]
    );
    Ok(())
}

#[test]
fn groups_and_pieces() -> Result<()> {
    let ints = |values: Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
    let pieces = [
        (ints(vec![1, 1, 2, 3]), vec![0, 0, 0, 2]),
        (ints(vec![2, 4, 3]), vec![0, 2, 2]),
        (ints(vec![]), vec![]),
    ];
    assert_eq!(counts(&pieces, 4)?, [2, 0, 2, 0]);
    assert_eq!(
        quantiles(1.0, &pieces, 4)?,
        [Some(2.0), None, Some(4.0), None]
    );
    assert_eq!(
        quantiles(0.0, &pieces, 4)?,
        [Some(1.0), None, Some(3.0), None]
    );
    Ok(())
}

#[test]
fn many_values_are_counted_nearly() -> Result<()> {
    let column: ArrayRef = Arc::new((0..50_000_i64).collect::<Int64Array>());
    let (left, right) = (column.slice(0, 30_000), column.slice(20_000, 30_000));
    let whole = counts(&[(Arc::clone(&column), vec![0; 50_000])], 1)?;
    let parts = counts(&[(left, vec![0; 30_000]), (right, vec![0; 30_000])], 1)?;
    assert_eq!(whole, parts);
    // Three standard errors of the default precision.
    assert!((whole[0] - 50_000).abs() < 50_000 * 49 / 1000, "{whole:?}");
    Ok(())
}

#[test]
fn quantiles_of_numbers_of_every_dtype() {
    let near = |found: Option<f64>, expected: f64| {
        found.is_some_and(|found| (found - expected).abs() <= 0.01 * expected.abs())
    };
    assert!(near(
        median(Arc::new(Int8Array::from(vec![
            Some(-100),
            None,
            Some(50),
            Some(60)
        ]))),
        50.0
    ));
    assert!(near(
        median(Arc::new(UInt64Array::from(vec![1, u64::MAX, u64::MAX]))),
        u64::MAX as f64
    ));
    assert!(near(
        median(Arc::new(Float32Array::from(vec![
            f32::NAN,
            1.5,
            2.5,
            f32::INFINITY
        ]))),
        2.5
    ));
    let decimals = Decimal128Array::from(vec![123_456, 100, 999_999])
        .with_precision_and_scale(10, 2)
        .expect("a decimal");
    assert!(near(median(Arc::new(decimals)), 1234.56));
    let tenths = Decimal128Array::from(vec![3]).with_precision_and_scale(12, 1);
    let tenths = tenths.expect("a decimal");
    assert_eq!(
        median(Arc::new(tenths)),
        Some(0.3),
        "and not 0.30000000000000004"
    );
    assert_eq!(
        median(Arc::new(Float64Array::from(vec![f64::NAN, f64::NAN]))),
        None
    );
}

#[test]
fn arguments_and_parameters_are_checked() {
    let text: ArrayRef = Arc::new(StringViewArray::from(vec!["a"]));
    let error = quantiles(0.5, &[(Arc::clone(&text), vec![0])], 1).expect_err("a text");
    assert_eq!(error.to_string(), "it takes a number, `0` is string");
    let error = testing::run_aggregate(
        Distinct { precision: 12 },
        &[(&[Arc::clone(&text), text], &[0])],
        1,
    )
    .expect_err("two columns");
    assert_eq!(error.to_string(), "it was given 2 arguments, it takes one");
    let error = Quantile::from_json(r#"{"q":1.5}"#)
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("parameter `q` must be at most 1, not 1.5")
    );
    let error = Distinct::from_json(r#"{"precision":3}"#)
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("parameter `precision` must be at least 4, not 3")
    );
    let manifest = testing::manifest(crate::plugin()).expect("a manifest");
    let names: Vec<&str> = manifest.functions.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["distinct", "quantile"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn they_are_near_what_sorting_finds(rows in prop::collection::vec((-500..500_i64, 0..3_u32), 1..200), q in 0.0..=1.0, cut in 0..200_usize) {
        let cut = cut.min(rows.len());
        let piece = |rows: &[(i64, u32)]| -> (ArrayRef, Vec<u32>) {
            let (values, groups): (Vec<i64>, Vec<u32>) = rows.iter().copied().unzip();
            (Arc::new(Int64Array::from(values)), groups)
        };
        let pieces = [piece(&rows[..cut]), piece(&rows[cut..])];
        let (found, near) = (counts(&pieces, 3).expect("counts"), quantiles(q, &pieces, 3).expect("quantiles"));
        for group in 0..3 {
            let mut values: Vec<i64> = rows.iter().filter(|(_, of)| *of == group).map(|(value, _)| *value).collect();
            values.sort_unstable();
            let distinct = values.iter().collect::<HashSet<_>>().len() as i64;
            prop_assert_eq!(found[group as usize], distinct);
            let exact = values.len().checked_sub(1).map(|last| values[(q * last as f64).round() as usize] as f64);
            match (near[group as usize], exact) {
                (Some(near), Some(exact)) => prop_assert!((near - exact).abs() <= 0.01 * exact.abs(), "{} is not {}", near, exact),
                (near, exact) => prop_assert_eq!(near, exact),
            }
        }
    }
}
