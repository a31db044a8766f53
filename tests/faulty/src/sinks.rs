//! Sinks, none as it should be.

use std::sync::Mutex;

use swath_plugin::prelude::*;

use crate::example;

/// Names of what is being written, for whoever asks.
static OPEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn open() -> std::sync::MutexGuard<'static, Vec<String>> {
    OPEN.lock().expect("nobody panicked")
}

/// Has one place for a partition, whichever attempt it is.
#[derive(Params)]
pub struct OnePlace;

/// Gives the place back.
pub struct Placed(String);

impl Drop for Placed {
    fn drop(&mut self) {
        open().retain(|name| *name != self.0);
    }
}

impl Sink for OnePlace {
    const NAME: &'static str = "one_place";
    const EXAMPLE: Option<Example> = Some(example("id: int64?"));
    type Writing = Placed;
    type Receipt = ();

    fn bind(&self, _: &Meta) -> Result<()> {
        Ok(())
    }

    fn open(&self, attempt: &Attempt, _: &Cx) -> Result<Placed> {
        let name = format!("{}-{}", attempt.write(), attempt.partition());
        let mut names = open();
        if names.contains(&name) {
            return Err(Error::new(format!("{name} is being written")));
        }
        names.push(name.clone());
        Ok(Placed(name))
    }

    fn push(&self, _: &mut Placed, _: Batch, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn finish(&self, _: Placed, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn commit(&self, _: &str, _: Vec<()>, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn abort(&self, _: &str, _: &Cx) -> Result<()> {
        Ok(())
    }
}

/// Has no receipt for a partition without rows.
#[derive(Params)]
pub struct FirstBatch;

impl Sink for FirstBatch {
    const NAME: &'static str = "first_batch";
    const EXAMPLE: Option<Example> = Some(example("id: int64?"));
    type Writing = Vec<usize>;
    type Receipt = usize;

    fn bind(&self, _: &Meta) -> Result<()> {
        Ok(())
    }

    fn open(&self, _: &Attempt, _: &Cx) -> Result<Vec<usize>> {
        Ok(Vec::new())
    }

    fn push(&self, batches: &mut Vec<usize>, rows: Batch, _: &Cx) -> Result<()> {
        batches.push(rows.num_rows());
        Ok(())
    }

    fn finish(&self, batches: Vec<usize>, _: &Cx) -> Result<usize> {
        Ok(batches[0])
    }

    fn commit(&self, _: &str, _: Vec<usize>, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn abort(&self, _: &str, _: &Cx) -> Result<()> {
        Ok(())
    }
}

/// Aborts only what has begun.
#[derive(Params)]
pub struct Uncleared;

impl Sink for Uncleared {
    const NAME: &'static str = "uncleared";
    const EXAMPLE: Option<Example> = Some(example("id: int64?"));
    type Writing = ();
    type Receipt = ();

    fn bind(&self, _: &Meta) -> Result<()> {
        Ok(())
    }

    fn open(&self, attempt: &Attempt, _: &Cx) -> Result<()> {
        open().push(format!("uncleared {}", attempt.write()));
        Ok(())
    }

    fn push(&self, (): &mut (), _: Batch, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn finish(&self, (): (), _: &Cx) -> Result<()> {
        Ok(())
    }

    fn commit(&self, _: &str, _: Vec<()>, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn abort(&self, write: &str, _: &Cx) -> Result<()> {
        let begun = format!("uncleared {write}");
        let mut names = open();
        let before = names.len();
        names.retain(|name| *name != begun);
        if names.len() == before {
            return Err(Error::new(format!("there is no {write}")));
        }
        Ok(())
    }
}
