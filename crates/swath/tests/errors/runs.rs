//! Computations that end otherwise: out of memory, panicked, cancelled, or with a backend that is unwell.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use swath::ErrorKind;
use swath::prelude::*;
use swath_graph::{Graph, Key};
use swath_kernels::{Accumulator, Aggregate, AggregateTypes, Aggregates, KernelError, Sum};
use swath_meta::DType;
use swath_ops::{Env, Op, TaskValue};
use swath_scheduler::{Backend, Held, Local, Pinned, Run, RunError, RunOptions};

use super::{Scene, two_threads};

/// `rows` numbers in `partitions` partitions, 8 bytes each.
fn numbers(session: &Session, partitions: usize, rows: usize) -> swath::Result<DataFrame> {
    session.from_record_batches((0..partitions).map(|part| {
        let values: ArrayRef = Arc::new(Float64Array::from_iter_values(
            (0..rows).map(|row| (part * rows + row) as f64),
        ));
        RecordBatch::try_from_iter([("v", values)]).expect("a batch")
    }))
}

#[test]
fn the_memory_limit() {
    let session = Session::builder()
        .threads(1)
        .memory_limit("40MiB")
        .build()
        .expect("a session");
    let mut scene = Scene::new(session);
    let kind = scene.mistake("rows that do not fit", |s| numbers(&s.session, 8, 1 << 20));
    assert!(matches!(kind, ErrorKind::MemoryLimit { .. }), "{kind:?}");

    let df = numbers(&scene.session, 32, 1 << 15).expect("8 MiB");
    let wide = ["a", "b", "c", "d", "e"]
        .iter()
        .try_fold(df.clone(), |df, name| df.assign(name, col("v") + 1));
    let wide = wide.expect("48 MiB").label("wide");
    scene.mistake("a persist that does not fit", |_| wide.persist());
    scene.mistake("a result that does not fit", |_| wide.compute());

    let kept = df
        .select((col("v") * 2).alias("w"))
        .and_then(|df| df.label("kept").persist())
        .expect("8 MiB more");
    scene.mistake("a persist that does not fit beside another", |_| {
        wide.select(["a", "b"])?.persist()
    });
    let rows = wide
        .batches()
        .expect("a stream")
        .map(|batch| batch.expect("a batch").num_rows())
        .sum::<usize>();
    assert_eq!(rows, 1 << 20, "what streams needs no room for all");
    drop((kept, wide, df));
    assert_eq!(scene.session.memory_used(), 0);
    scene.finish("the_memory_limit");
}

/// `sum`, until it meets a row.
struct Faulty;

#[expect(clippy::panic, reason = "the panic is what is tested")]
impl Aggregate for Faulty {
    fn kind(&self) -> &'static str {
        "sum"
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        Sum.infer(inputs)
    }

    fn accumulator(&self, _: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        panic!("out of fingers to count on")
    }
}

/// No call of the facade lets a user's code into a task yet, so the panic is an engine builder's aggregate's.
#[test]
fn a_task_that_panics() {
    let mut aggregates = Aggregates::standard();
    aggregates.register(Arc::new(Faulty));
    let env = Env {
        aggregates: Arc::new(aggregates),
        ..Env::default()
    };
    let backend = Local::<Op>::builder()
        .threads(2)
        .memory_limit(64 << 20)
        .env(env)
        .build()
        .expect("a backend");
    let session = Session::builder()
        .backend(Arc::new(backend))
        .build()
        .expect("a session");
    let df = session
        .from_batches([Batch::from_csv("k,v\na,1\nb,2\n").expect("rows")])
        .expect("a frame");

    let error = df
        .groupby("k")
        .sum("v")
        .and_then(|sums| sums.compute())
        .expect_err("it panics");
    assert_eq!(
        error.kind(),
        &ErrorKind::Panic {
            message: "out of fingers to count on".to_owned()
        }
    );
    let scene = Scene::new(two_threads());
    insta::assert_snapshot!("a_task_that_panics", scene.redacted(&error.to_string()));
    assert_eq!(
        df.groupby("k")
            .max("v")
            .and_then(|max| max.compute())
            .expect("still usable")
            .num_rows(),
        2
    );
}

#[test]
fn a_run_that_is_cancelled() {
    let mut scene = Scene::new(two_threads());
    let df = numbers(&scene.session, 4, 1000).expect("a frame");
    scene.mistake("before it began to wait", |_| {
        let run = df.repartition(500)?.sum("v")?.submit()?;
        run.cancel();
        // A run that was done by then has its result, and is no mistake: ask for one that cannot be.
        run.wait().and_then(|_| {
            let run = df
                .repartition(2000)?
                .groupby("v")
                .split_out(500)
                .sum("v")?
                .submit()?;
            run.cancel();
            run.wait().map(drop)
        })
    });
    scene.finish("a_run_that_is_cancelled");
}

/// A backend that does not give back what it holds, once after it was told how.
struct Unwell {
    well: Local<Op>,
    ill: Arc<Mutex<Option<Illness>>>,
}

#[derive(Clone, Copy)]
enum Illness {
    Forgets,
    GivesSomethingElse,
    Closes,
}

impl Backend<Op> for Unwell {
    fn submit(&self, graph: Arc<Graph<Op>>, wanted: &[Key], options: RunOptions) -> Run<Vec<Held>> {
        self.well.submit(graph, wanted, options)
    }

    fn fetch(&self, held: &Held) -> Result<Pinned<'static, TaskValue>, RunError> {
        let ill = self.ill.lock().expect("no test panics in here").take();
        match ill {
            None => self.well.fetch(held),
            Some(Illness::Forgets) => Err(RunError::NotHeld {
                key: held.key().clone(),
            }),
            Some(Illness::GivesSomethingElse) => {
                let nothing: Arc<dyn Deref<Target = TaskValue> + Send + Sync> =
                    Arc::new(Box::new(TaskValue::List(Arc::from([]))));
                Ok(Pinned::guarded(nothing))
            }
            Some(Illness::Closes) => Err(RunError::Closed),
        }
    }

    fn hold(&self, key: Key, value: TaskValue) -> Result<Held, RunError> {
        self.well.hold(key, value)
    }
}

#[test]
fn a_backend_that_is_unwell() {
    let well = Local::<Op>::builder()
        .threads(2)
        .memory_limit(64 << 20)
        .build()
        .expect("a backend");
    let ill = Arc::default();
    let backend = Unwell {
        well,
        ill: Arc::clone(&ill),
    };
    let session = Session::builder()
        .backend(Arc::new(backend))
        .build()
        .expect("a session");
    let mut scene = Scene::new(session);
    let mut falls_ill = |what: &str, how: Illness| {
        scene.mistake(what, |s| {
            let sum = s.sales().sum("qty")?;
            *ill.lock().expect("no test panics in here") = Some(how);
            sum.compute()
        })
    };
    let kind = falls_ill("rows that the backend has no more", Illness::Forgets);
    assert_eq!(kind, ErrorKind::Released);
    let kind = falls_ill("something else than rows", Illness::GivesSomethingElse);
    assert_eq!(kind, ErrorKind::Backend);
    let kind = falls_ill("a backend that was closed", Illness::Closes);
    assert_eq!(kind, ErrorKind::Backend);
    scene.finish("a_backend_that_is_unwell");
}
