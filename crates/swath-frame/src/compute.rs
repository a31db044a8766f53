//! Computing and persisting several items at once: one graph, what they share runs once.

use std::sync::Arc;
use std::time::Instant;

use swath_batch::{Partition, Value};
use swath_ops::TaskValue;
use swath_plan::Plan;

use crate::engine::{self, RootRows, Roots};
use crate::persisted::HeldSet;
use crate::run::Run;
use crate::table::Table;
use crate::{DataFrame, Error, Result, Scalar, Session, Sink, Written};

mod sealed {
    pub trait Sealed {}
}

/// What can be computed: frames, scalars, sinks, and tuples (to 8), arrays, slices and vectors of them.
pub trait Compute: sealed::Sealed {
    /// What comes out: [`Table`] for a frame, [`Value`] for a scalar, [`Written`] for a sink; for several
    /// items the same shape of outputs.
    type Output: Send + 'static;

    /// The plans, in order.
    #[doc(hidden)]
    fn plans(&self, out: &mut Vec<Plan>);

    /// The sessions of the items, in order.
    #[doc(hidden)]
    fn sessions(&self, out: &mut Vec<Session>);

    /// How to make the outputs of the results, in the order of the plans.
    #[doc(hidden)]
    fn collector(&self) -> Collector<Self::Output>;
}

/// Makes an output of the next results.
#[expect(
    unreachable_pub,
    reason = "hidden methods of a public, sealed trait return it"
)]
pub type Collector<T> =
    Box<dyn FnOnce(&mut std::vec::IntoIter<RootRows>, &Session) -> Result<T> + Send>;

/// Computes items together: what they share runs once.
///
/// Blocks until done; may be called from any thread. The items must be of one session.
///
/// # Errors
/// Items of different sessions; whatever a task meets.
///
/// ```
/// # use swath_frame::{Batch, Session, col};
/// # let session = Session::testing();
/// let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
/// let (rows, total) = swath_frame::compute((&df.filter(col("v").gt(5))?, &df.sum("v")?))?;
/// assert_eq!((rows.num_rows(), i64::try_from(total)?), (1, 8));
/// # Ok::<(), swath_frame::Error>(())
/// ```
#[track_caller]
pub fn compute<C: Compute>(items: C) -> Result<C::Output> {
    submit(items)?.wait()
}

/// Starts the computation of items and returns at once; see [`compute`] and [`Run`].
///
/// # Errors
/// Items of different sessions.
#[track_caller]
pub fn submit<C: Compute>(items: C) -> Result<Run<C::Output>> {
    let mut plans = Vec::new();
    items.plans(&mut plans);
    let collector = items.collector();
    let mut sessions = Vec::new();
    items.sessions(&mut sessions);
    let Some(session) = sessions.first().cloned() else {
        return Ok(Run::new(swath_scheduler::Run::ready(Ok(nothing(
            collector,
        )))));
    };
    session.check_all(&sessions, std::panic::Location::caller())?;
    let run = engine::start(&session, &plans);
    Ok(Run::new(run.map(move |roots| {
        Ok(roots.and_then(|roots: Roots| collector(&mut roots.into_iter(), &session)))
    })))
}

/// The outputs of no items: an empty vector or array, for which the collector asks nothing of a session.
fn nothing<T>(collector: Collector<T>) -> Result<T> {
    collector(&mut Vec::new().into_iter(), &Session::testing())
}

fn next_rows(rows: &mut std::vec::IntoIter<RootRows>) -> RootRows {
    rows.next().expect("one result a plan")
}

/// Brings the held partitions of a root to the caller.
fn fetch(rows: &RootRows, session: &Session) -> Result<Vec<Partition>> {
    rows.held()
        .iter()
        .map(|held| {
            let value = session.backend().fetch(held).map_err(Error::run)?;
            match &*value {
                TaskValue::Rows(rows) => Ok(rows.clone()),
                other => Err(Error::not_rows(other.kind())),
            }
        })
        .collect()
}

fn table_collector(plan: &Plan) -> Collector<Table> {
    let meta = Arc::clone(plan.meta());
    Box::new(move |rows, session| Table::from_partitions(meta, &fetch(&next_rows(rows), session)?))
}

impl sealed::Sealed for DataFrame {}
impl Compute for DataFrame {
    type Output = Table;

    fn plans(&self, out: &mut Vec<Plan>) {
        out.push(self.plan().clone());
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        out.push(self.session().clone());
    }

    fn collector(&self) -> Collector<Table> {
        table_collector(self.plan())
    }
}

impl sealed::Sealed for Scalar {}
impl Compute for Scalar {
    type Output = Value;

    fn plans(&self, out: &mut Vec<Plan>) {
        out.push(self.plan().clone());
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        out.push(self.session().clone());
    }

    fn collector(&self) -> Collector<Value> {
        let table = table_collector(self.plan());
        Box::new(move |rows, session| Ok(table(rows, session)?.single_value()))
    }
}

impl sealed::Sealed for Sink {}
impl Compute for Sink {
    type Output = Written;

    fn plans(&self, out: &mut Vec<Plan>) {
        out.push(self.plan.clone());
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        out.push(self.session.clone());
    }

    fn collector(&self) -> Collector<Written> {
        let table = table_collector(&self.plan);
        let replaced = Arc::clone(&self.replaced);
        Box::new(move |rows, session| Written::finish(&table(rows, session)?, &replaced))
    }
}

impl<C: Compute + ?Sized> sealed::Sealed for &C {}
impl<C: Compute + ?Sized> Compute for &C {
    type Output = C::Output;

    fn plans(&self, out: &mut Vec<Plan>) {
        (**self).plans(out);
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        (**self).sessions(out);
    }

    fn collector(&self) -> Collector<Self::Output> {
        (**self).collector()
    }
}

impl<C: Compute> sealed::Sealed for [C] {}
impl<C: Compute> Compute for [C] {
    type Output = Vec<C::Output>;

    fn plans(&self, out: &mut Vec<Plan>) {
        for item in self {
            item.plans(out);
        }
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        for item in self {
            item.sessions(out);
        }
    }

    fn collector(&self) -> Collector<Self::Output> {
        let collectors: Vec<_> = self.iter().map(Compute::collector).collect();
        Box::new(move |rows, session| {
            collectors
                .into_iter()
                .map(|collect| collect(rows, session))
                .collect()
        })
    }
}

impl<C: Compute> sealed::Sealed for Vec<C> {}
impl<C: Compute> Compute for Vec<C> {
    type Output = Vec<C::Output>;

    fn plans(&self, out: &mut Vec<Plan>) {
        self.as_slice().plans(out);
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        self.as_slice().sessions(out);
    }

    fn collector(&self) -> Collector<Self::Output> {
        self.as_slice().collector()
    }
}

impl<C: Compute, const N: usize> sealed::Sealed for [C; N] {}
impl<C: Compute, const N: usize> Compute for [C; N] {
    type Output = [C::Output; N];

    fn plans(&self, out: &mut Vec<Plan>) {
        self.as_slice().plans(out);
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        self.as_slice().sessions(out);
    }

    fn collector(&self) -> Collector<Self::Output> {
        let all = self.as_slice().collector();
        Box::new(move |rows, session| {
            let outputs = all(rows, session)?;
            Ok(outputs
                .try_into()
                .unwrap_or_else(|_| unreachable!("one output an item")))
        })
    }
}

/// Items that can be persisted together: frames, and tuples (to 8), arrays, slices and vectors of them.
pub trait Persist: sealed::Sealed {
    /// Frames over the held partitions, in the same shape.
    type Output;

    /// The frames, in order.
    #[doc(hidden)]
    fn frames(&self, out: &mut Vec<DataFrame>);

    /// Puts the persisted frames into the shape of the output.
    #[doc(hidden)]
    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output;
}

/// Persists frames together: what they share runs once. See [`DataFrame::persist`].
///
/// # Errors
/// Frames of different sessions; whatever a task meets.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a tuple of references reads as `compute` does"
)]
pub fn persist<P: Persist>(items: P) -> Result<P::Output> {
    let mut frames = Vec::new();
    items.frames(&mut frames);
    let persisted = persist_frames(&frames, std::panic::Location::caller())?;
    Ok(items.shape(&mut persisted.into_iter()))
}

fn persist_frames(
    frames: &[DataFrame],
    location: &'static std::panic::Location<'static>,
) -> Result<Vec<DataFrame>> {
    let Some(first) = frames.first() else {
        return Ok(Vec::new());
    };
    let session = first.session();
    let plans: Vec<Plan> = frames.iter().map(|frame| frame.plan().clone()).collect();
    let sessions: Vec<Session> = frames.iter().map(|frame| frame.session().clone()).collect();
    session.check_all(&sessions, location)?;
    let began = Instant::now();
    let roots = engine::start(session, &plans)
        .wait()
        .map_err(Error::run)??;
    Ok(frames
        .iter()
        .zip(roots)
        .map(|(frame, rows)| {
            let set = match rows {
                // Persisting what is persisted gives another handle to the same partitions.
                RootRows::Before(_) => session.persisted_set(frame.plan().name()),
                RootRows::Made(held) => {
                    Some(session.keep(HeldSet::persisted(frame, held, location, began)))
                }
            };
            match set {
                Some(set) => set.frame(session, frame.label_text().cloned(), location),
                None => frame.clone(),
            }
        })
        .collect())
}

impl Persist for DataFrame {
    type Output = DataFrame;

    fn frames(&self, out: &mut Vec<DataFrame>) {
        out.push(self.clone());
    }

    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> DataFrame {
        persisted.next().expect("one persisted frame an item")
    }
}

impl<P: Persist + Compute> Persist for Vec<P> {
    type Output = Vec<<P as Persist>::Output>;

    fn frames(&self, out: &mut Vec<DataFrame>) {
        for item in self {
            item.frames(out);
        }
    }

    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output {
        self.iter().map(|item| item.shape(persisted)).collect()
    }
}

impl<P: Persist + Compute, const N: usize> Persist for [P; N] {
    type Output = [<P as Persist>::Output; N];

    fn frames(&self, out: &mut Vec<DataFrame>) {
        for item in self {
            item.frames(out);
        }
    }

    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output {
        self.each_ref().map(|item| item.shape(persisted))
    }
}

impl<P: Persist + Compute + ?Sized> Persist for &P {
    type Output = <P as Persist>::Output;

    fn frames(&self, out: &mut Vec<DataFrame>) {
        (**self).frames(out);
    }

    fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output {
        (**self).shape(persisted)
    }
}

macro_rules! tuples {
    ($($($item:ident)+;)+) => {$(
        impl<$($item: Compute),+> sealed::Sealed for ($($item,)+) {}

        #[expect(non_snake_case, reason = "the type parameters name the fields")]
        impl<$($item: Compute),+> Compute for ($($item,)+) {
            type Output = ($($item::Output,)+);

            fn plans(&self, out: &mut Vec<Plan>) {
                let ($($item,)+) = self;
                $($item.plans(out);)+
            }

            fn sessions(&self, out: &mut Vec<Session>) {
                let ($($item,)+) = self;
                $($item.sessions(out);)+
            }

            fn collector(&self) -> Collector<Self::Output> {
                let ($($item,)+) = self;
                $(let $item = $item.collector();)+
                Box::new(move |rows, session| Ok(($($item(rows, session)?,)+)))
            }
        }

        #[expect(non_snake_case, reason = "the type parameters name the fields")]
        impl<$($item: Persist + Compute),+> Persist for ($($item,)+) {
            type Output = ($(<$item as Persist>::Output,)+);

            fn frames(&self, out: &mut Vec<DataFrame>) {
                let ($($item,)+) = self;
                $($item.frames(out);)+
            }

            fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output {
                let ($($item,)+) = self;
                ($($item.shape(persisted),)+)
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}
