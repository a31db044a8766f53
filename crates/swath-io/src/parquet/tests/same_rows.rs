//! Whatever is skipped, decoded first or kept as codes: the rows are those of reading all and filtering then.

use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use proptest::prelude::*;
use std::sync::Arc;
use swath_batch::Batch;
use swath_expr::{Expr, Functions, col, lit};

use super::fixture::{file, scan, table};
use crate::ReadParquet;

fn predicates() -> Vec<Expr> {
    vec![
        col("int").gt(900),
        col("int").gt(100),
        col("int").is_null(),
        col("int").ge(0),
        col("int").gt(5000),
        col("sorted").between(37, 120),
        col("sorted").lt(1),
        col("float").gt(500.0),
        col("float").ne(0.0),
        col("float").le(f64::MAX),
        !col("float").gt(500.0),
        col("float").eq(0.0),
        col("region").eq("north"),
        col("region").gt("zzz"),
        col("region").isin(["south", "a region with a long name"]),
        col("note").lt("note 2"),
        col("ok"),
        col("few").eq(3).and(col("int").lt(500)),
        col("few").eq(3).or(col("note").is_null()),
        col("day").ge("1970-06-01"),
        col("at").lt("1970-01-01T00:01:00"),
        lit(true),
        lit(false),
        col("int").gt(col("sorted")),
    ]
}

fn properties() -> impl Strategy<Value = WriterProperties> {
    (
        prop::sample::select(vec![1_usize, 7, 64, 100, 1000]),
        prop::sample::select(vec![1_usize, 8, 33, 100, 1000]),
        any::<bool>(),
        prop::sample::select(vec![
            EnabledStatistics::None,
            EnabledStatistics::Chunk,
            EnabledStatistics::Page,
        ]),
        prop::sample::select(vec![
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::ZSTD(ZstdLevel::default()),
            Compression::LZ4_RAW,
        ]),
        any::<bool>(),
        prop::sample::select(vec![100_usize, 1 << 20]),
    )
        .prop_map(
            |(group, page, dictionary, statistics, codec, second, dictionary_bytes)| {
                WriterProperties::builder()
                    .set_max_row_group_row_count(Some(group))
                    .set_data_page_row_count_limit(page)
                    .set_write_batch_size(page.min(16))
                    .set_dictionary_enabled(dictionary)
                    // So small that text overflows it, and some pages are plain.
                    .set_dictionary_page_size_limit(dictionary_bytes)
                    .set_statistics_enabled(statistics)
                    .set_compression(codec)
                    .set_writer_version(if second {
                        WriterVersion::PARQUET_2_0
                    } else {
                        WriterVersion::PARQUET_1_0
                    })
                    .build()
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn skipping_changes_no_row(
        properties in properties(),
        rows in prop::sample::select(vec![1_usize, 10, 150, 333]),
        seed in any::<u64>(),
        predicate in prop::sample::select(predicates()),
        tuning in prop::sample::select(vec!["auto", "early", "late"]),
        batch_rows in prop::sample::select(vec![1_usize, 10, 64, 8192]),
        nan_as_null in any::<bool>(),
        columns in prop::sample::subsequence(
            vec!["sorted", "int", "few", "float", "region", "note", "day", "at", "ok", "list"], 0..=10),
    ) {
        let (_folder, path) = file(&table(rows, seed), properties);
        let read = ReadParquet::from(path).nan_as_null(nan_as_null);
        let plain = read.clone().option("statistics", "off").option("page_index", "off").option("filter", "late");
        let (all, stats) = scan(&plain, None, None, 8192).expect("all rows");
        prop_assert_eq!((all.num_rows(), stats.rows_read), (rows, rows as u64));

        let bound = predicate.bind_predicate(all.meta(), &Functions::standard()).expect("a predicate");
        let mask = bound.mask(all.record_batch().columns(), all.num_rows()).expect("a mask");
        let expected = all.filter(mask.iter().map(Some)).expect("a mask");

        let (found, _) = scan(&read.option("filter", tuning), Some(&columns), Some(&predicate), batch_rows).expect("rows");
        prop_assert_eq!(found.num_rows(), expected.num_rows());
        for name in columns {
            let only = |batch: &Batch| {
                let column = Arc::clone(batch.column(name).expect("a column"));
                Batch::from_columns([(name, column)]).expect("a batch")
            };
            prop_assert_eq!(only(&found), only(&expected));
        }
    }
}

#[test]
fn what_is_read_is_what_was_written() {
    for rows in [1, 100, 3000] {
        let table = table(rows, 7);
        let (_folder, path) = file(
            &table,
            WriterProperties::builder()
                .set_max_row_group_row_count(Some(1000))
                .build(),
        );
        let (found, stats) = scan(&ReadParquet::from(path), None, None, 1024).expect("all rows");
        let expected = Batch::from_record_batch(table).expect("supported types");
        assert_eq!(found, expected);
        assert_eq!(stats.row_groups, rows.div_ceil(1000) as u64);
        assert!(
            stats
                .values_decoded
                .values()
                .all(|values| *values <= rows as u64)
        );
    }
}
