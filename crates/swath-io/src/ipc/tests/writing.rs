//! What is written is what is read back.

use std::sync::Arc;
use swath_batch::Batch;

use super::fixture::{folder, scan, write};
use crate::every_dtype::{categories, every_dtype};
use crate::{ReadIpc, ToIpc};

#[test]
fn every_dtype_comes_back_and_so_does_the_index() {
    let batch = every_dtype();
    let meta = Arc::new(batch.meta().set_index(["int64"]).expect("a column"));
    let names: Vec<&str> = meta.names().collect();
    let rows = batch.record_batch();
    let order: Vec<usize> = (names.iter())
        .map(|name| rows.schema_ref().index_of(name).expect("a column"))
        .collect();
    let rows = rows.project(&order).expect("the same columns");
    let batch = Batch::try_new(rows, Arc::clone(&meta)).expect("the same columns");
    for codec in ["lz4", "zstd", "none"] {
        let folder = folder();
        let options = ToIpc::from(folder.path()).compression(codec).batch_rows(3);
        write(&options, &[std::slice::from_ref(&batch)]);
        let (found, stats) = scan(&ReadIpc::from(folder.path()), None, None, 2).expect("rows");
        assert_eq!(found.meta(), &meta, "{codec}");
        assert_eq!(found, batch, "{codec}");
        assert_eq!((stats.row_groups, stats.rows_read), (2, 4));
    }
}

/// A file has one dictionary a column, whatever the batches had.
#[test]
fn categories_of_many_batches_are_of_one_file() {
    let batches = [
        categories(&[Some("b"), None, Some("a")], 0),
        categories(&[Some("c"), Some("b"), Some("b")], 3),
        categories(&[None, None], 6),
        categories(&[Some("d"), Some("a")], 8),
    ];
    for rows in [1, 2, 3, 100] {
        let folder = folder();
        write(&ToIpc::from(folder.path()).batch_rows(rows), &[&batches]);
        let (found, _) = scan(&ReadIpc::from(folder.path()), None, None, 4).expect("rows");
        assert_eq!(
            found.meta().dtype("k").expect("a column").to_string(),
            "category"
        );
        let found: Vec<String> = (0..found.num_rows())
            .map(|row| {
                format!(
                    "{}{}",
                    found.value("k", row).expect("k"),
                    found.value("v", row).expect("v")
                )
            })
            .collect();
        let expected = [
            "b0", "null1", "a2", "c3", "b4", "b5", "null6", "null7", "d8", "a9",
        ];
        assert_eq!(found, expected, "{rows} rows a batch");
    }
}

#[test]
fn partitions_without_rows_are_files_without_rows() {
    let folder = folder();
    let some = Batch::from_csv("a,b\n1,x\n").expect("a batch");
    let none = Batch::try_new(some.record_batch().slice(0, 0), Arc::clone(some.meta()));
    let none = none.expect("no rows");
    let options = ToIpc::from(folder.path());
    let files = write(&options, &[&none, &some, &none].map(std::slice::from_ref));
    let (found, _) = scan(&ReadIpc::from(folder.path()), None, None, 10).expect("rows");
    assert_eq!(found, some);
    let (found, _) = scan(&ReadIpc::from(files[0].as_str()), None, None, 10).expect("no rows");
    assert_eq!((found.num_rows(), found.meta()), (0, some.meta()));
}
