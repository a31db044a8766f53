//! What files make their readers hold.

use std::sync::Arc;
use swath_batch::Batch;
use swath_memory::Budget;

use super::fixture::{bytes_of, context, folder, put, write};
use crate::{Dataset, IoContext, IoError, IpcDataset, ReadIpc, ScanRequest, ToIpc};

const ROWS: usize = 4_000;

/// A file whose one compressed column of numbers says that it has so many bytes.
fn saying(folder: &std::path::Path, bytes: i64) -> String {
    let rows: Vec<String> = (0..ROWS).map(|row| (row % 7).to_string()).collect();
    let batch = Batch::from_csv(&format!("n\n{}\n", rows.join("\n"))).expect("a table");
    let written = write(&ToIpc::new(folder.join("out")).overwrite(), &[&[batch]]);
    let mut file = bytes_of(&written[0]);
    let true_size = (ROWS as i64 * 8).to_le_bytes();
    let at = file.windows(8).position(|window| window == true_size);
    let at = at.expect("the size stands before the compressed bytes");
    file[at..at + 8].copy_from_slice(&bytes.to_le_bytes());
    put(folder, "a.arrow", &file)
}

fn read(path: &str, context: &IoContext) -> Result<usize, IoError> {
    let dataset = IpcDataset::open(&ReadIpc::new(path), context)?;
    let part = dataset.parts(&[dataset.all_units().collect()]).remove(0);
    let mut reader = part.open(&ScanRequest::new(["n"]), context)?;
    let mut rows = 0;
    while let Some(chunk) = reader.next()? {
        rows += chunk.live_rows();
    }
    Ok(rows)
}

#[test]
fn what_a_buffer_says_is_reserved_before_it_is_allocated() {
    let folder = folder();
    let budget = Budget::new(1 << 20);
    let reserving = || context().reserving(budget.reserve("decompressing"));
    let truthful = saying(folder.path(), ROWS as i64 * 8);
    assert_eq!(read(&truthful, &reserving()).expect("rows"), ROWS);
    assert_eq!(budget.peak(), ROWS as u64 * 8);
    assert_eq!(budget.used(), 0, "it is given back with the reader");
    for bytes in [2 << 20, 1 << 30] {
        let lying = saying(folder.path(), bytes);
        let error = read(&lying, &reserving()).expect_err("more than there is");
        assert!(matches!(error, IoError::OverBudget(_)), "{error}");
    }
    let lying = saying(folder.path(), 2 << 20);
    let error = read(&lying, &reserving()).expect_err("more than there is");
    insta::assert_snapshot!(error, @"decompressing needs 2 MiB, and 0 B of the memory limit of 1 MiB are in use");
    // Without a budget one buffer alone may not say more than any has.
    let lying = saying(folder.path(), (2 << 30) + 1);
    let error = read(&lying, &context()).expect_err("more than any");
    insta::assert_snapshot!(error.to_string().replace(&lying, "FILE"), @"`FILE` is damaged: a buffer says that it decompresses to 2147483649 bytes (record batch 0)");
}

#[test]
fn a_footer_is_read_once_a_session() {
    let folder = folder();
    let path = saying(folder.path(), ROWS as i64 * 8);
    let context = context();
    let dataset = IpcDataset::open(&ReadIpc::new(path.as_str()), &context).expect("a file");
    let known = context.footers.ipc.find(&dataset.files()[0]);
    let known = known.expect("it was looked at");
    assert_eq!(read(&path, &context).expect("rows"), ROWS);
    let again = context.footers.ipc.find(&dataset.files()[0]);
    assert!(again.is_some_and(|again| Arc::ptr_eq(&again, &known)));
}
