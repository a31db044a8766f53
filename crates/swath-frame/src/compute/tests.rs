//! In which order the ends of a computation come.

use std::sync::{Arc, Mutex};

use arrow_array::{ArrayRef, StringViewArray, UInt64Array};
use swath_batch::{Chunk, Host, Partition};
use swath_graph::{Canon, Encoder, Fingerprint};
use swath_meta::{DType, Field, Index, Meta};
use swath_ops::sink::{Made, Ongoing};
use swath_ops::{Flow, OpError, SinkSpec, TaskInputs, TaskValue};
use swath_plan::{Destination, Plan, PlanError};
use swath_scheduler::TaskContext;

use super::{Collector, Compute, compute, sealed};
use crate::{Batch, DataFrame, Error, Result, Session, Sink};

/// Where rows go nowhere, and what it was told.
#[derive(Clone, Debug)]
struct Nowhere(Arc<Mutex<Vec<String>>>);

impl Nowhere {
    fn hears(&self, what: String) {
        self.0.lock().expect("nobody panicked").push(what);
    }

    fn sink(&self, df: &DataFrame) -> Sink {
        Sink {
            session: df.session().clone(),
            plan: df.plan().deliver(Arc::new(self.clone())),
        }
    }
}

impl Fingerprint for Nowhere {
    fn feed(&self, out: &mut Canon) {
        out.str("nowhere");
    }
}

impl Destination for Nowhere {
    fn sink(&self, _: &Arc<Ongoing>, _: usize) -> Arc<dyn SinkSpec> {
        Arc::new(Counted)
    }

    fn receipts(&self) -> Arc<Meta> {
        let receipt = Field::new("receipt", DType::String, false);
        let rows = Field::new("rows", DType::UInt64, false);
        Arc::new(Meta::try_new([receipt, rows], Index::none()).expect("two names"))
    }

    fn describe(&self) -> String {
        "nowhere".to_owned()
    }

    fn commit(
        &self,
        _: &Ongoing,
        receipts: &[String],
        _: &Arc<dyn Host>,
    ) -> std::result::Result<(), PlanError> {
        self.hears(format!("commit {}", receipts.join(" ")));
        Ok(())
    }

    fn abort(&self, _: &Ongoing) {
        self.hears("abort".to_owned());
    }
}

/// Says how many rows there were.
#[derive(Debug)]
struct Counted;

impl SinkSpec for Counted {
    fn open(
        &self,
        _: &Arc<Meta>,
        _: &TaskInputs<'_>,
    ) -> std::result::Result<Box<dyn swath_ops::Sink>, OpError> {
        Ok(Box::new(Rows(0)))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("counted", 1, |_| {});
    }
}

struct Rows(u64);

impl swath_ops::Sink for Rows {
    fn push(&mut self, chunk: Chunk, _: &TaskContext<'_>) -> std::result::Result<Flow, OpError> {
        self.0 += chunk.live_rows() as u64;
        Ok(Flow::More)
    }

    fn finish(self: Box<Self>, _: &TaskContext<'_>) -> std::result::Result<Made, OpError> {
        let receipt = format!("{}", self.0);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringViewArray::from_iter_values([receipt])),
            Arc::new(UInt64Array::from_iter_values([self.0])),
        ];
        let meta = Nowhere(Arc::default()).receipts();
        let batch = Chunk::new(columns, 1).into_batch(&meta)?;
        Ok(TaskValue::Rows(Partition::try_new(meta, vec![batch])?).into())
    }
}

/// A frame of which nobody can make an output.
struct Lost(DataFrame);

impl sealed::Sealed for Lost {}
impl Compute for Lost {
    type Output = ();

    fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
        self.0.plans(out)
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        self.0.sessions(out);
    }

    fn collector(&self) -> Collector<()> {
        Box::new(|rows| {
            rows.next();
            Err(Error::not_rows("a result that is gone"))
        })
    }
}

fn scene() -> Result<(DataFrame, Nowhere)> {
    let session = Session::testing();
    let batches = [Batch::from_csv("x\n1\n2\n")?, Batch::from_csv("x\n3\n")?];
    let df = session.from_batches(batches)?;
    Ok((df, Nowhere(Arc::default())))
}

#[test]
fn writes_are_committed_when_all_else_is_done() -> Result<()> {
    let (df, nowhere) = scene()?;
    let told = || std::mem::take(&mut *nowhere.0.lock().expect("nobody panicked"));
    let (written, rows) = compute((&nowhere.sink(&df), &df))?;
    assert_eq!((written.rows(), rows.num_rows()), (3, 3));
    assert_eq!(told(), ["commit 2 1"]);
    // What comes behind it in the same computation fails at the very end.
    let error = compute((&nowhere.sink(&df), &Lost(df.clone())));
    assert!(error.is_err());
    assert_eq!(told(), ["abort"]);
    Ok(())
}
