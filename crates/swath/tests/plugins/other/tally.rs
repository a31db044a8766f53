//! A source that counts what it makes.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath_plugin::Comparison;
use swath_plugin::prelude::*;

/// How many rows were made.
pub(crate) static MADE: AtomicUsize = AtomicUsize::new(0);

/// The whole numbers below 100 as `n` in four partitions, of which it makes those that filters leave.
#[derive(Params)]
pub(crate) struct Tally;

impl Source for Tally {
    const NAME: &'static str = "tally";
    type Part = i64;
    type Reading = Range<i64>;

    fn bind(&self) -> Result<Contract> {
        Ok(Contract::any_rows(Meta::of([("n", "int64")])))
    }

    fn parts(&self, _: &Cx) -> Result<Parts<i64>> {
        Ok(Parts::new((0..4).map(|part| Part::new(part * 25))))
    }

    fn open(&self, first: i64, wanted: &Wanted, _: &Cx) -> Result<Range<i64>> {
        let mut left = first..first + 25;
        for filter in wanted.filters() {
            let Value::Int(value) = filter.value else {
                return Err(Error::new("a number is compared with something else"));
            };
            match filter.is {
                Comparison::Ge => left.start = left.start.max(value),
                Comparison::Gt => left.start = left.start.max(value + 1),
                Comparison::Le => left.end = left.end.min(value + 1),
                Comparison::Lt => left.end = left.end.min(value),
                _ => {}
            }
        }
        Ok(left)
    }

    fn next(&self, left: &mut Range<i64>, _: &Cx) -> Result<Option<Batch>> {
        let numbers: Vec<i64> = left.by_ref().take(10).collect();
        MADE.fetch_add(numbers.len(), Ordering::Relaxed);
        Ok(match numbers[..] {
            [] => None,
            _ => Some(Batch::from_columns([("n", numbers)])?),
        })
    }
}
