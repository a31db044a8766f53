//! `exchange 0,100,200 a.csv b.csv …` brings files of events into ranges of their column `ts`, and prints what each then holds.

use exchange::{Error, exchange};
use swath_batch::{Batch, Partition};
use swath_divisions::Divisions;
use swath_shuffle::RangePartitioner;

fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1);
    let bounds = args.next().ok_or("first the bounds, then the files")?;
    let bounds = bounds
        .split(',')
        .map(str::parse)
        .collect::<Result<Vec<i64>, _>>()?;
    let parts = args
        .map(|file| {
            Ok(Partition::from(Batch::from_csv(&std::fs::read_to_string(
                file,
            )?)?))
        })
        .collect::<Result<Vec<_>, Error>>()?;

    let divisions = Divisions::try_new(bounds)?;
    println!("{divisions}");
    let sorted = exchange(&parts, &RangePartitioner::try_new(["ts"], &divisions)?)?;
    for (number, part) in sorted.iter().enumerate() {
        println!(
            "partition {number}: {} rows, {} bytes",
            part.rows(),
            part.bytes()
        );
    }
    Ok(())
}
