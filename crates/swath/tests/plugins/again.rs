//! Functions that ask for another attempt.

use std::sync::atomic::{AtomicUsize, Ordering};

use swath::Meta;
use swath::prelude::*;
use swath_plugin::prelude::{
    Error, Part, PartitionFn, Parts, Result, Source, Wanted, plugin, scalar,
};
use swath_plugin::{Contract, Params};

plugin! { name: "again", functions: [later, Lost, Busy] }

/// How often each of the functions was called.
static LATER: AtomicUsize = AtomicUsize::new(0);
static LOST: AtomicUsize = AtomicUsize::new(0);
static BUSY: AtomicUsize = AtomicUsize::new(0);

/// Has an answer the second time.
#[scalar]
fn later(x: f64) -> Result<f64> {
    if LATER.fetch_add(1, Ordering::Relaxed) == 0 {
        return Err(Error::new("the line is busy").retryable());
    }
    Ok(x)
}

/// Has an answer after some attempts.
#[derive(Params)]
struct Lost {
    after: usize,
    again: bool,
}

impl PartitionFn for Lost {
    const NAME: &'static str = "lost";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input))
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        if LOST.fetch_add(1, Ordering::Relaxed) < self.after {
            let lost = Error::new("nobody answers");
            return Err(if self.again { lost.retryable() } else { lost });
        }
        Ok(part)
    }
}

/// Gives a row when it is asked a second time.
#[derive(Params)]
struct Busy {}

impl Source for Busy {
    const NAME: &'static str = "busy";
    type Part = u32;
    type Reading = bool;

    fn bind(&self) -> Result<Contract> {
        Ok(Contract::any_rows(Meta::of([("x", "float64")])?))
    }

    fn parts(&self, _: &Cx) -> Result<Parts<u32>> {
        Ok(Parts::new([Part::new(0)]))
    }

    fn open(&self, _: u32, _: &Wanted, _: &Cx) -> Result<bool> {
        Ok(false)
    }

    fn next(&self, is_done: &mut bool, _: &Cx) -> Result<Option<Batch>> {
        if BUSY.fetch_add(1, Ordering::Relaxed) == 0 {
            return Err(Error::new("the line is busy").retryable());
        }
        if std::mem::replace(is_done, true) {
            return Ok(None);
        }
        Ok(Some(Batch::from_columns([("x", vec![7.0])])?))
    }
}

#[test]
fn an_error_that_asks_for_it_is_tried_again() -> swath::Result<()> {
    let session = Session::builder().threads(1).plugin(plugin()).build()?;
    let rows = Batch::from_columns([("x", vec![1.0, 2.0])])?;
    let df = session.from_batches([rows])?;
    let later = swath::plugin("again.later").call([col("x")]);
    assert_eq!(df.assign("x", later)?.sum("x")?.get::<f64>()?, 3.0);
    let busy = session.read(swath::plugin("again.busy"))?;
    assert_eq!(busy.sum("x")?.get::<f64>()?, 7.0);
    let lost = |after: usize, again: bool| {
        LOST.store(0, Ordering::Relaxed);
        let lost = swath::plugin("again.lost").param("after", after as i64);
        let found = df.map_partitions(lost.param("again", again))?.sum("x")?;
        let found = found.get::<f64>();
        swath::Result::Ok((found.ok(), LOST.load(Ordering::Relaxed)))
    };
    assert_eq!(lost(2, true)?, (Some(3.0), 3));
    assert_eq!(lost(3, true)?, (None, 3), "twice more, and no more");
    assert_eq!(lost(1, false)?, (None, 1), "others fail at once");
    Ok(())
}
