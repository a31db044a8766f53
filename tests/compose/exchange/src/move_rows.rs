//! The exchange itself: split everything, gather everything.

use std::fs;
use std::path::Path;
use std::thread;
use swath_batch::{Partition, Pieces};
use swath_shuffle::{Partitioner, ShuffleError, gather, split};

/// Whatever goes wrong here.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Moves every row to the partition that `by` says. Rows of one new partition come in the order of the old partitions, and in
/// the order they had there, however the threads ran.
pub fn exchange(parts: &[Partition], by: &dyn Partitioner) -> Result<Vec<Partition>, Error> {
    let pieces = thread::scope(|scope| {
        let threads: Vec<_> = parts
            .iter()
            .map(|part| scope.spawn(move || split(part, by)))
            .collect();
        let pieces = threads
            .into_iter()
            .map(|thread| thread.join().expect("a split does not panic"));
        pieces.collect::<Result<Vec<Pieces>, ShuffleError>>()
    })?;
    (0..by.n_targets())
        .map(|target| Ok(gather(&pieces, target)?))
        .collect()
}

/// Does the same with the pieces of every partition in a file of a folder, so that only one partition is in memory while
/// splitting. Pieces are values, so they survive this, or a trip to another machine.
pub fn exchange_through(
    folder: &Path,
    parts: &[Partition],
    by: &dyn Partitioner,
) -> Result<Vec<Partition>, Error> {
    fs::create_dir_all(folder)?;
    let file = |input: usize| folder.join(format!("{input}.pieces"));
    for (input, part) in parts.iter().enumerate() {
        fs::write(file(input), split(part, by)?.encode()?)?;
    }
    let pieces = (0..parts.len())
        .map(|input| Ok(Pieces::decode(&fs::read(file(input))?)?))
        .collect::<Result<Vec<Pieces>, Error>>()?;
    fs::remove_dir_all(folder)?;
    (0..by.n_targets())
        .map(|target| Ok(gather(&pieces, target)?))
        .collect()
}
