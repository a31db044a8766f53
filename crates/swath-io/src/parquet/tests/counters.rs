//! What a scan does not have to do, told by its counters.

use parquet::file::properties::{EnabledStatistics, WriterProperties};
use swath_expr::col;

use super::fixture::{file, scan, table};
use crate::ReadParquet;

/// 4 row groups of 1000 rows, pages of 100.
fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_max_row_group_row_count(Some(1000))
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(100)
        .set_statistics_enabled(EnabledStatistics::Page)
        .build()
}

#[test]
fn row_groups_are_pruned_by_statistics() {
    let (_folder, path) = file(&table(4000, 1), properties());
    let read = ReadParquet::from(path).option("page_index", "off");
    let (rows, stats) = scan(
        &read,
        Some(&["sorted", "int"]),
        Some(&col("sorted").ge(2500)),
        512,
    )
    .expect("rows");
    assert_eq!(rows.num_rows(), 1500);
    assert_eq!(
        (stats.row_groups, stats.row_groups_pruned, stats.rows_read),
        (4, 2, 2000)
    );
    let (_, all) = scan(&read, Some(&["sorted", "int"]), None, 512).expect("rows");
    assert_eq!(
        (
            all.row_groups,
            all.row_groups_pruned,
            all.rows_read,
            all.rows_selected
        ),
        (4, 0, 4000, 4000)
    );
    assert!(
        stats.bytes_read * 2 <= all.bytes_read + 200,
        "{} of {}",
        stats.bytes_read,
        all.bytes_read
    );

    // Every row of the last two passes: the predicate's column is not even read where it is not wanted.
    let (_, stats) = scan(&read, Some(&["int"]), Some(&col("sorted").ge(2000)), 512).expect("rows");
    assert_eq!(stats.row_groups_pruned, 2);
    let (_, none) = scan(&read, Some(&["int"]), Some(&col("sorted").lt(0)), 512).expect("rows");
    assert_eq!(
        (none.row_groups_pruned, none.bytes_read, none.rows_read),
        (4, 0, 0)
    );
    assert!(none.values_decoded.is_empty());
}

#[test]
fn pages_are_pruned_by_the_page_index() {
    let (_folder, path) = file(&table(4000, 1), properties());
    let read = ReadParquet::from(path);
    let predicate = col("sorted").between(1250, 1299);
    let (rows, stats) = scan(
        &read,
        Some(&["sorted", "int", "region"]),
        Some(&predicate),
        8192,
    )
    .expect("rows");
    assert_eq!(rows.num_rows(), 50);
    assert_eq!((stats.row_groups_pruned, stats.pages_pruned), (3, 9));
    assert_eq!(stats.values_decoded["sorted"], 100);
    assert!(stats.values_decoded["int"] <= 50);
    let (_, without) = scan(
        &read.clone().option("page_index", "off"),
        Some(&["int"]),
        Some(&predicate),
        8192,
    )
    .expect("rows");
    assert_eq!(
        (without.pages_pruned, without.values_decoded["sorted"]),
        (0, 1000)
    );
    let (_, nothing) = scan(
        &read.option("statistics", "off"),
        Some(&["int"]),
        Some(&predicate),
        8192,
    )
    .expect("rows");
    assert_eq!((nothing.row_groups_pruned, nothing.pages_pruned), (0, 39));
}

#[test]
fn rows_are_dropped_before_other_columns_are_decoded() {
    let (_folder, path) = file(&table(4000, 1), properties());
    let read = ReadParquet::from(path)
        .option("statistics", "off")
        .option("page_index", "off");
    let predicate = col("int").gt(950);
    let columns = ["sorted", "float", "region", "day"];
    let (rows, early) = scan(
        &read.clone().option("filter", "early"),
        Some(&columns),
        Some(&predicate),
        8192,
    )
    .expect("rows");
    let passed = rows.num_rows() as u64;
    assert!(passed > 50 && passed < 400);
    assert!(early.values_decoded["int"] > 3000);
    assert_eq!(early.values_decoded["sorted"], passed);
    assert_eq!(early.values_decoded["day"], passed);
    assert!(early.values_decoded["region"] <= passed);
    let (_, late) = scan(
        &read.clone().option("filter", "late"),
        Some(&columns),
        Some(&predicate),
        8192,
    )
    .expect("rows");
    assert_eq!(late.values_decoded["sorted"], 4000);
    // Few rows pass, and `auto` finds out.
    let (_, auto) = scan(&read, Some(&columns), Some(&predicate), 8192).expect("rows");
    assert_eq!(auto.values_decoded["sorted"], passed);
    // No row passes: the others are not read at all.
    let (_, none) = scan(
        &ReadParquet::from(read.paths().to_vec()).option("statistics", "off"),
        Some(&columns),
        Some(&col("int").eq(-1)),
        8192,
    )
    .expect("rows");
    assert!(!none.values_decoded.contains_key("sorted"));
}

#[test]
fn most_rows_passing_is_found_out() {
    let (_folder, path) = file(&table(4000, 1), properties());
    let read = ReadParquet::from(path)
        .option("statistics", "off")
        .option("page_index", "off");
    let predicate = col("few").lt(3);
    let (rows, stats) = scan(&read, Some(&["sorted"]), Some(&predicate), 100).expect("rows");
    assert!(rows.num_rows() > 2800);
    // Decoded in a row, but for the first windows.
    assert!(
        stats.values_decoded["sorted"] > 3900,
        "{}",
        stats.values_decoded["sorted"]
    );
}

#[test]
fn no_columns_are_counted_without_reading() {
    let (_folder, path) = file(&table(4000, 1), properties());
    let (rows, stats) = scan(&ReadParquet::from(path), Some(&[]), None, 8192).expect("rows");
    assert_eq!((rows.num_rows(), stats.bytes_read), (4000, 0));
}
