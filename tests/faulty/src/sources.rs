//! Sources, none as it should be.

use std::sync::atomic::{AtomicI64, Ordering};

use swath_plugin::prelude::*;

use crate::example;

/// Two partitions of three numbers, each of which is a partition and a row.
fn numbers(part: i64) -> Result<Batch> {
    let n: Vec<i64> = (0..3).map(|row| part * 10 + row).collect();
    let half: Vec<f64> = n.iter().map(|n| *n as f64 / 2.0).collect();
    Ok(Batch::from_columns([("n", n)])?.with("half", half)?)
}

fn meta() -> Result<Contract> {
    let meta = Meta::of([("n", "int64"), ("half", "float64")])?;
    Ok(Contract::any_rows(meta))
}

/// Lists more rows than it has.
#[derive(Params)]
pub struct Overcounted;

impl Source for Overcounted {
    const NAME: &'static str = "overcounted";
    const EXAMPLE: Option<Example> = Some(example(""));
    type Part = i64;
    type Reading = Option<i64>;

    fn bind(&self) -> Result<Contract> {
        meta()
    }

    fn parts(&self, _: &Cx) -> Result<Parts<i64>> {
        Ok(Parts::new((0..2).map(|part| Part::new(part).rows(4))))
    }

    fn open(&self, part: i64, _: &Wanted, _: &Cx) -> Result<Option<i64>> {
        Ok(Some(part))
    }

    fn next(&self, part: &mut Option<i64>, _: &Cx) -> Result<Option<Batch>> {
        part.take().map(numbers).transpose()
    }
}

/// Lists its partitions under other names each time.
#[derive(Params)]
pub struct Renamed;

impl Source for Renamed {
    const NAME: &'static str = "renamed";
    const EXAMPLE: Option<Example> = Some(example(""));
    type Part = (i64, i64);
    type Reading = Option<i64>;

    fn bind(&self) -> Result<Contract> {
        meta()
    }

    fn parts(&self, _: &Cx) -> Result<Parts<(i64, i64)>> {
        static LISTED: AtomicI64 = AtomicI64::new(0);
        let time = LISTED.fetch_add(1, Ordering::Relaxed);
        Ok(Parts::new((0..2).map(|part| Part::new((part, time)))))
    }

    fn open(&self, (part, _): (i64, i64), _: &Wanted, _: &Cx) -> Result<Option<i64>> {
        Ok(Some(part))
    }

    fn next(&self, part: &mut Option<i64>, _: &Cx) -> Result<Option<Batch>> {
        part.take().map(numbers).transpose()
    }
}

/// Has fewer rows where fewer columns are wanted.
#[derive(Params)]
pub struct Narrowed;

impl Source for Narrowed {
    const NAME: &'static str = "narrowed";
    const EXAMPLE: Option<Example> = Some(example(""));
    type Part = i64;
    type Reading = (Option<i64>, usize);

    fn bind(&self) -> Result<Contract> {
        meta()
    }

    fn parts(&self, _: &Cx) -> Result<Parts<i64>> {
        Ok(Parts::new((0..2).map(Part::new)))
    }

    fn open(&self, part: i64, wanted: &Wanted, _: &Cx) -> Result<Self::Reading> {
        Ok((Some(part), 1 + wanted.meta().names().count()))
    }

    fn next(&self, (part, rows): &mut Self::Reading, _: &Cx) -> Result<Option<Batch>> {
        let part = part.take().map(numbers).transpose()?;
        Ok(part.map(|part| part.head(*rows)))
    }
}

/// Leaves out the rows that a filter is not about.
#[derive(Params)]
pub struct Eager;

impl Source for Eager {
    const NAME: &'static str = "eager";
    const EXAMPLE: Option<Example> = Some(example(""));
    type Part = i64;
    type Reading = (Option<i64>, bool);

    fn bind(&self) -> Result<Contract> {
        meta()
    }

    fn parts(&self, _: &Cx) -> Result<Parts<i64>> {
        Ok(Parts::new((0..2).map(Part::new)))
    }

    fn open(&self, part: i64, wanted: &Wanted, _: &Cx) -> Result<Self::Reading> {
        Ok((Some(part), !wanted.filters().is_empty()))
    }

    fn next(&self, (part, filters): &mut Self::Reading, _: &Cx) -> Result<Option<Batch>> {
        let part = part.take().map(numbers).transpose()?;
        Ok(part.map(|part| part.head(if *filters { 1 } else { 3 })))
    }
}
