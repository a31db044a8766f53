//! How fast can a scan be? Reads Parquet files on some threads and counts rows and bytes of arrays.
//!
//! ```text
//! cargo run --release -p swath-io --example scan -- 'sales/*.parquet' [threads] [column > number] [columns,…]
//! ```

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;
use std::time::Instant;
use swath_expr::col;
use swath_io::{
    FooterCache, IoContext, IoError, ParquetDataset, ParquetReader, ReadParquet, ScanRequest,
    ScanStats,
};
use swath_memory::CancelToken;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stdout, reason = "an example prints what it found")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which files?")?;
    let threads: usize = arguments.next().map_or(Ok(2), |threads| threads.parse())?;
    let predicate = match arguments.next().as_deref() {
        None | Some("") => None,
        Some(text) => {
            let (column, number) = text.split_once('>').ok_or("expected `column > number`")?;
            Some(col(column.trim()).gt(number.trim().parse::<f64>()?))
        }
    };
    let context = IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()));
    for round in 0..5 {
        let start = Instant::now();
        let dataset = ParquetDataset::open(&ReadParquet::from(path.as_str()), &context)?;
        let opened = start.elapsed();
        let columns: Vec<Arc<str>> = match std::env::args().nth(4) {
            Some(columns) => columns.split(',').map(Into::into).collect(),
            None => dataset.meta().names().map(Into::into).collect(),
        };
        let request = ScanRequest {
            columns,
            predicate: predicate.clone(),
            batch_rows: 8192,
        };
        let next = AtomicUsize::new(0);
        let results: Vec<(ScanStats, u64)> = scope(|scope| {
            let work = || -> Result<(ScanStats, u64), IoError> {
                let (mut total, mut chunks) = (ScanStats::default(), 0);
                loop {
                    let partition = next.fetch_add(1, Ordering::Relaxed);
                    if partition >= dataset.npartitions() {
                        return Ok((total, chunks));
                    }
                    let units: Vec<usize> = dataset.partition_units(partition).collect();
                    let mut reader =
                        ParquetReader::open(&dataset.part(&units), &request, &context)?;
                    while let Some(chunk) = reader.next()? {
                        chunks += 1;
                        std::hint::black_box(&chunk);
                    }
                    total.rows_selected += reader.stats().rows_selected;
                    total.bytes_read += reader.stats().bytes_read;
                    total.rows_read += reader.stats().rows_read;
                }
            };
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers
                .into_iter()
                .map(|worker| {
                    worker
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect::<Result<_, _>>()
        })?;
        let rows: u64 = results.iter().map(|(stats, _)| stats.rows_selected).sum();
        let read: u64 = results.iter().map(|(stats, _)| stats.rows_read).sum();
        let bytes: u64 = results.iter().map(|(stats, _)| stats.bytes_read).sum();
        let chunks: u64 = results.iter().map(|(_, chunks)| chunks).sum();
        println!(
            "{round}: {rows} of {read} rows in {chunks} chunks, {bytes} bytes, open {opened:.1?}, all {:.1?}",
            start.elapsed()
        );
    }
    Ok(())
}
