//! One call that is put off.

use std::error::Error as StdError;
use std::fmt::{self, Debug, Formatter};
use std::panic::Location;
use std::sync::Arc;

use swath_batch::{ClosureSite, Cx};
use swath_ops::sink::CallFunction;
use swath_ops::{TaskValue, UserValue};
use swath_plan::{Argument, HeldRows, Node, Plan};

use super::inputs::{Arguments, Refusal};
use super::{DelayedFunction, DelayedInputs};
use crate::persisted::HeldSet;
use crate::readers::Reader;
use crate::run::Run;
use crate::{Error, Result, Session, compute, submit};

type Answer<T> = std::result::Result<T, Box<dyn StdError + Send + Sync>>;
type Function<T> = dyn Fn(&[TaskValue], &Cx) -> Answer<T> + Send + Sync;

/// A call of a function that is put off: what [`Session::delayed`] gives.
///
/// It can be an input of other calls, be computed with frames and lazy values in one graph, be persisted, and, if it returns a
/// [`Batch`](crate::Batch), become a partition of a frame through [`Session::from_delayed`]. However many read it, it is called once a
/// computation. A handle: cloning is cheap and gives the same call.
///
/// What it returns is shared, never copied: it comes as an [`Arc`], and to other calls as a reference.
pub struct Delayed<T>(Arc<Inner<T>>);

struct Inner<T> {
    session: Session,
    reader: Arc<Reader>,
    call: Call<T>,
    /// The claim of a persisted call on its value.
    held: Option<Arc<HeldSet>>,
}

/// The call as it was asked for, so that options can be put to it.
struct Call<T> {
    site: ClosureSite,
    function: Arc<Function<T>>,
    arguments: Arc<[(Argument, Plan)]>,
    refused: Option<Refusal>,
    name: Option<Arc<str>>,
    heap_bytes: Arc<dyn Fn(&T) -> u64 + Send + Sync>,
}

impl<T: Send + Sync + 'static> Call<T> {
    fn plan(&self) -> Plan {
        let (function, heap_bytes) = (Arc::clone(&self.function), Arc::clone(&self.heap_bytes));
        let call = move |values: &[TaskValue], cx: &Cx| {
            let value = function(values, cx)?;
            let heap_bytes = heap_bytes(&value);
            Ok(UserValue::new(value, heap_bytes))
        };
        let function = CallFunction::new(self.site.clone(), call);
        let plan = Plan::call(function, self.arguments.iter().cloned());
        match (&self.name, plan.node()) {
            (Some(name), Node::Call(call)) => {
                // Values of two types are two values, whatever they are called.
                let call = call.clone().known_as(name, std::any::type_name::<T>());
                call.plan(plan.inputs().to_vec())
            }
            _ => plan,
        }
        .at(self.site.location())
    }

    fn delayed(self, session: &Session) -> Delayed<T> {
        let reader = session.remember(self.plan(), None, self.site.location());
        Delayed(Arc::new(Inner {
            session: session.clone(),
            reader,
            call: self,
            held: None,
        }))
    }
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            site: self.site.clone(),
            function: Arc::clone(&self.function),
            arguments: Arc::clone(&self.arguments),
            refused: self.refused.clone(),
            name: self.name.clone(),
            heap_bytes: Arc::clone(&self.heap_bytes),
        }
    }
}

impl<T> Clone for Delayed<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Debug for Delayed<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Delayed({})", self.0.call.site)
    }
}

impl Session {
    /// Puts the call of a function off until its value, or something made of it, is computed. Nothing runs now.
    ///
    /// The inputs are frames, lazy values and other delayed calls, one or a tuple of them, or `()`; the function gets a reference to
    /// what each of them gives: [`Table`](crate::Table), [`Value`](crate::Value), or the value of the other call. A [`Vec`] or slice
    /// of calls arrives as a slice of `Arc`s. A function of [`try_delayed`](Self::try_delayed) may fail.
    ///
    /// The function may run again, in another computation or after a shortage of memory, and must then do the same. A panic is an error
    /// of the computation that names the function and its line. A computation that was cancelled does not begin the call; a long one asks
    /// the [`Cx`](crate::Cx) that it may take behind its inputs. The call is part of this process: its task cannot leave it.
    ///
    /// Cost: a frame that is an input is in memory whole while the function runs. The value counts against the memory limit by the size of
    /// `T`, a batch by its rows; [`heap_bytes`](Delayed::heap_bytes) says what else it holds.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, Table};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let weight = session.delayed((), || 0.5);
    /// let score = session.delayed((&df, &weight), |rows: &Table, weight: &f64| weight * rows.num_rows() as f64);
    /// assert_eq!(*score.compute()?, 1.5);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a tuple of references reads as `compute` does"
    )]
    pub fn delayed<I, F, M>(&self, inputs: I, function: F) -> Delayed<F::Answer>
    where
        I: DelayedInputs,
        F: DelayedFunction<I::Holds, M> + Send + Sync + 'static,
        F::Answer: Send + Sync + 'static,
    {
        let site = ClosureSite::of::<F>(Location::caller());
        self.put_off(site, &inputs, move |inputs, cx| {
            Ok(function.call(inputs, cx))
        })
    }

    /// [`delayed`](Self::delayed) of a function that returns a `Result`, whose error is one of the computation: it names the function and
    /// its line, and can be got back with [`downcast_ref`](crate::Error::downcast_ref).
    ///
    /// ```
    /// # use swath_frame::{Batch, Session, Value};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let rate = session.try_delayed((), || "1.5".parse::<f64>());
    /// let total = session.try_delayed((df.sum("v")?, &rate), |sum: &Value, rate: &f64| {
    ///     Ok::<_, swath_frame::Error>(f64::try_from(sum.clone())? * rate)
    /// });
    /// let (rows, total) = swath_frame::compute((&df, &total))?;
    /// assert_eq!((rows.num_rows(), *total), (3, 19.5));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a tuple of references reads as `compute` does"
    )]
    pub fn try_delayed<I, F, M, T, E>(&self, inputs: I, function: F) -> Delayed<T>
    where
        I: DelayedInputs,
        F: DelayedFunction<I::Holds, M, Answer = std::result::Result<T, E>> + Send + Sync + 'static,
        T: Send + Sync + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let site = ClosureSite::of::<F>(Location::caller());
        self.put_off(site, &inputs, move |inputs, cx| {
            function.call(inputs, cx).map_err(Into::into)
        })
    }

    fn put_off<I: DelayedInputs, T: Send + Sync + 'static>(
        &self,
        site: ClosureSite,
        inputs: &I,
        function: impl Fn(&I::Holds, &Cx) -> Answer<T> + Send + Sync + 'static,
    ) -> Delayed<T> {
        let mut arguments = Arguments::default();
        inputs.read_all(&mut arguments);
        let arrivals = inputs.arrivals();
        let function = move |values: &[TaskValue], cx: &Cx| {
            let arrived = arrivals(&mut values.iter())?;
            function(&arrived, cx)
        };
        let location = site.location();
        let own = self.id();
        let refused = if arguments.sessions.iter().any(|session| session.id() != own) {
            let foreign = move || Error::sessions("delayed", location);
            Some(Arc::new(foreign) as Refusal)
        } else {
            arguments.refused
        };
        Call {
            site,
            function: Arc::new(function),
            arguments: arguments.plans.into(),
            refused,
            name: None,
            heap_bytes: Arc::new(|_| 0),
        }
        .delayed(self)
    }
}

impl<T> Delayed<T> {
    pub(crate) fn session(&self) -> &Session {
        &self.0.session
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.0.reader.plan
    }

    /// The function and the line that put its call off.
    pub(crate) fn site(&self) -> &ClosureSite {
        &self.0.call.site
    }

    /// The plan, or why it cannot be computed: an input of another session, or one that is not well-typed.
    pub(crate) fn checked(&self) -> Result<&Plan> {
        match self.refused() {
            Some(why) => Err(why()),
            None => Ok(self.plan()),
        }
    }

    pub(super) fn refused(&self) -> Option<&Refusal> {
        self.0.call.refused.as_ref()
    }
}

impl<T: Send + Sync + 'static> Delayed<T> {
    /// A name for plans and messages, by which an equal call, one of the same inputs, is found again where it was persisted: whoever
    /// changes what the function does changes its name. Without one, a call is another one each time it is put off.
    #[must_use]
    pub fn named(&self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        let call = self.0.call.clone();
        Call {
            site: call.site.named(Arc::clone(&name)),
            name: Some(name),
            ..call
        }
        .delayed(self.session())
    }

    /// Says how many bytes a value holds on the heap beside the size of its type, for the memory limit.
    ///
    /// ```
    /// # use swath_frame::Session;
    /// # let session = Session::testing();
    /// let weights = session.delayed((), || vec![0.5_f32; 1000]).heap_bytes(|weights| 4 * weights.capacity() as u64);
    /// let weights = weights.persist()?;
    /// assert!(session.persisted().bytes() >= 4000);
    /// # drop(weights);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[must_use]
    pub fn heap_bytes(&self, bytes: impl Fn(&T) -> u64 + Send + Sync + 'static) -> Self {
        Call {
            heap_bytes: Arc::new(bytes),
            ..self.0.call.clone()
        }
        .delayed(self.session())
    }

    /// Calls the function, and those whose values it is given, and brings its value.
    ///
    /// # Errors
    /// Whatever a task meets: an error or panic of a function among them; inputs of another session.
    #[track_caller]
    pub fn compute(&self) -> Result<Arc<T>> {
        compute(self)
    }

    /// Starts the computation and returns at once.
    ///
    /// # Errors
    /// Inputs of another session.
    #[track_caller]
    pub fn submit(&self) -> Result<Run<Arc<T>>> {
        submit(self)
    }

    /// Calls the function now and holds its value in the session, for all that reads the call that is returned. The value counts
    /// against the memory limit and stays until [`release`](Self::release), the end of the session, or the drop of the last handle
    /// that reads it.
    ///
    /// # Errors
    /// Those of [`compute`](Self::compute); the memory limit.
    ///
    /// ```
    /// # use swath_frame::Session;
    /// # use std::sync::atomic::{AtomicU32, Ordering};
    /// # let session = Session::testing();
    /// static CALLS: AtomicU32 = AtomicU32::new(0);
    /// let model = session.delayed((), || CALLS.fetch_add(1, Ordering::Relaxed)).persist()?;
    /// let twice = session.delayed(&model, |model: &u32| model * 2);
    /// assert_eq!((*twice.compute()?, *model.compute()?), (0, 0));
    /// assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn persist(&self) -> Result<Self> {
        compute::persist(self)
    }

    /// Lets the held value go; what still needs it calls the function again. A call that was not persisted holds nothing.
    pub fn release(&self) {
        if let Some(held) = &self.0.held {
            held.release();
        }
    }

    /// The same call over a value that is held.
    pub(crate) fn over(&self, held: Arc<HeldSet>, location: &'static Location<'static>) -> Self {
        let plan = Plan::held(Arc::clone(&held) as Arc<dyn HeldRows>).at(location);
        Self(Arc::new(Inner {
            session: self.session().clone(),
            reader: self.session().remember(plan, None, location),
            call: self.0.call.clone(),
            held: Some(held),
        }))
    }
}

/// What a call returned, out of the value of its task.
pub(crate) fn value_of<T: Send + Sync + 'static>(value: &TaskValue) -> Result<Arc<T>> {
    match value {
        TaskValue::User(value) => value
            .get()
            .ok_or_else(|| Error::other_value(std::any::type_name::<T>(), &value.type_name())),
        other => Err(Error::other_value(std::any::type_name::<T>(), other.kind())),
    }
}
