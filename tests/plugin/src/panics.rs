//! Panics that are not at hand, or not alone.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use swath_plugin::prelude::*;

/// Panics so many calls further down.
pub(crate) fn below(calls: u32) -> u32 {
    assert!(calls > 0, "nobody is left");
    black_box(below(black_box(calls - 1))) + 1
}

/// Partition 1 of four panics when all have begun; each other one leaves a file when it is done, after that.
pub(crate) fn in_one(folder: &Path, partition: usize) -> Result<()> {
    let file = |what: &str, partition: usize| folder.join(format!("{what}.{partition}"));
    let met = |what: &str, partitions: &[usize]| {
        let since = Instant::now();
        while !partitions.iter().all(|one| file(what, *one).exists()) {
            if since.elapsed() > Duration::from_secs(10) {
                return Err(Error::new(format!(
                    "partition {partition} waits for others"
                )));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    };
    std::fs::write(file("begun", partition), "")?;
    met("begun", &[0, 1, 2, 3])?;
    if partition == 1 {
        std::fs::write(file("panics", 1), "")?;
        panic!("only here");
    }
    met("panics", &[1])?;
    // Long enough for whoever hears of the panic.
    std::thread::sleep(Duration::from_millis(50));
    Ok(std::fs::write(file("done", partition), "")?)
}
