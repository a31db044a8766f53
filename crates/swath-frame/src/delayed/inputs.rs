//! What a delayed call is given.

use std::borrow::Borrow;
use std::sync::Arc;

use swath_batch::{Partition, Value};
use swath_meta::Meta;
use swath_ops::TaskValue;
use swath_plan::{Argument, Plan};

use super::Delayed;
use crate::{DataFrame, Error, Result, Scalar, Session, Table};

mod sealed {
    pub trait Sealed {}
}

/// One input of a [delayed call](Session::delayed), and how it arrives at the function: a frame as its [`Table`], rows in the order of
/// the partitions; a lazy value as its [`Value`]; another delayed call as what that one returned; a slice, array or vector of delayed
/// calls as a slice of `Arc`s. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no input of a delayed call",
    note = "inputs are frames, lazy values and other delayed calls; a closure captures what is there already"
)]
pub trait DelayedInput: sealed::Sealed {
    /// What the function gets a reference to.
    type Arrives: ?Sized + 'static;
    /// What holds it meanwhile.
    #[doc(hidden)]
    type Holds: Borrow<Self::Arrives> + 'static;

    /// Adds what the task depends on.
    #[doc(hidden)]
    fn read(&self, into: &mut Arguments);

    /// How to make what arrives of the values that it depends on. It goes into the task, so it keeps nothing alive that is held.
    #[doc(hidden)]
    fn arrival(&self) -> Arrival<Self::Holds>;
}

/// The inputs of a [delayed call](Session::delayed): one, or a tuple of up to eight, or `()`. Sealed.
pub trait DelayedInputs: sealed::Sealed {
    /// What holds them while the function runs.
    #[doc(hidden)]
    type Holds: 'static;

    /// Adds what the task depends on.
    #[doc(hidden)]
    fn read_all(&self, into: &mut Arguments);

    /// How to make what arrives of the values that it depends on.
    #[doc(hidden)]
    fn arrivals(&self) -> Arrival<Self::Holds>;
}

/// Makes what arrives of the next values.
#[expect(
    unreachable_pub,
    reason = "hidden methods of a public, sealed trait return it"
)]
pub type Arrival<T> = Box<dyn Fn(&mut std::slice::Iter<'_, TaskValue>) -> Result<T> + Send + Sync>;

/// Why a call cannot be computed, which is said when somebody tries.
pub(super) type Refusal = Arc<dyn Fn() -> Error + Send + Sync>;

/// What a delayed call depends on, and whether it may.
#[derive(Default)]
pub struct Arguments {
    pub(super) plans: Vec<(Argument, Plan)>,
    pub(super) sessions: Vec<Session>,
    pub(super) refused: Option<Refusal>,
}

impl Arguments {
    fn add(&mut self, argument: Argument, plan: Plan, session: &Session) {
        self.plans.push((argument, plan));
        self.sessions.push(session.clone());
    }
}

fn next<'a>(values: &mut std::slice::Iter<'a, TaskValue>) -> &'a TaskValue {
    values.next().expect("one value an argument")
}

/// The rows of all partitions of an argument.
fn table(value: &TaskValue, meta: &Arc<Meta>) -> Result<Table> {
    let TaskValue::List(parts) = value else {
        return Err(Error::not_rows(value.kind()));
    };
    let rows = parts.iter().map(|part| match part {
        TaskValue::Rows(rows) => Ok(rows.clone()),
        other => Err(Error::not_rows(other.kind())),
    });
    let rows: Vec<Partition> = rows.collect::<Result<_>>()?;
    Table::from_partitions(Arc::clone(meta), &rows)
}

impl sealed::Sealed for DataFrame {}
impl DelayedInput for DataFrame {
    type Arrives = Table;
    type Holds = Table;

    fn read(&self, into: &mut Arguments) {
        into.add(Argument::Rows, self.plan().clone(), self.session());
    }

    fn arrival(&self) -> Arrival<Table> {
        let meta = Arc::clone(self.plan().meta());
        Box::new(move |values| table(next(values), &meta))
    }
}

impl sealed::Sealed for Scalar {}
impl DelayedInput for Scalar {
    type Arrives = Value;
    type Holds = Value;

    fn read(&self, into: &mut Arguments) {
        if self.checked().is_err() {
            let scalar = self.clone();
            let why = move || scalar.checked().expect_err("it was refused before");
            into.refused.get_or_insert(Arc::new(why));
        }
        // A call that is refused is not computed, so nothing looks at a plan that is not there.
        let plan = self.plan().cloned().unwrap_or_else(Plan::one_row);
        into.add(Argument::Rows, plan, self.session());
    }

    fn arrival(&self) -> Arrival<Value> {
        let meta = self.plan().map(|plan| Arc::clone(plan.meta()));
        let meta = meta.unwrap_or_else(|| Arc::new(Meta::empty()));
        Box::new(move |values| Ok(table(next(values), &meta)?.single_value()))
    }
}

impl<T> sealed::Sealed for Delayed<T> {}
impl<T: Send + Sync + 'static> DelayedInput for Delayed<T> {
    type Arrives = T;
    type Holds = Arc<T>;

    fn read(&self, into: &mut Arguments) {
        if let Some(why) = self.refused() {
            into.refused.get_or_insert_with(|| Arc::clone(why));
        }
        into.add(Argument::Value, self.plan().clone(), self.session());
    }

    fn arrival(&self) -> Arrival<Arc<T>> {
        Box::new(|values| super::call::value_of(next(values)))
    }
}

impl<T> sealed::Sealed for [Delayed<T>] {}
impl<T: Send + Sync + 'static> DelayedInput for [Delayed<T>] {
    type Arrives = [Arc<T>];
    type Holds = Vec<Arc<T>>;

    fn read(&self, into: &mut Arguments) {
        for call in self {
            call.read(into);
        }
    }

    fn arrival(&self) -> Arrival<Vec<Arc<T>>> {
        let calls = self.len();
        Box::new(move |values| {
            let values = values.by_ref().take(calls);
            values.map(super::call::value_of).collect()
        })
    }
}

impl<T, const N: usize> sealed::Sealed for [Delayed<T>; N] {}
impl<T: Send + Sync + 'static, const N: usize> DelayedInput for [Delayed<T>; N] {
    type Arrives = [Arc<T>];
    type Holds = Vec<Arc<T>>;

    fn read(&self, into: &mut Arguments) {
        self.as_slice().read(into);
    }

    fn arrival(&self) -> Arrival<Vec<Arc<T>>> {
        self.as_slice().arrival()
    }
}

impl<T> sealed::Sealed for Vec<Delayed<T>> {}
impl<T: Send + Sync + 'static> DelayedInput for Vec<Delayed<T>> {
    type Arrives = [Arc<T>];
    type Holds = Vec<Arc<T>>;

    fn read(&self, into: &mut Arguments) {
        self.as_slice().read(into);
    }

    fn arrival(&self) -> Arrival<Vec<Arc<T>>> {
        self.as_slice().arrival()
    }
}

impl<I: DelayedInput + ?Sized> sealed::Sealed for &I {}
impl<I: DelayedInput + ?Sized> DelayedInput for &I {
    type Arrives = I::Arrives;
    type Holds = I::Holds;

    fn read(&self, into: &mut Arguments) {
        (**self).read(into);
    }

    fn arrival(&self) -> Arrival<I::Holds> {
        (**self).arrival()
    }
}

/// An input alone is a tuple of one.
macro_rules! alone {
    ($([$($parameter:ident)?] $input:ty;)+) => {$(
        impl<$($parameter: Send + Sync + 'static)?> DelayedInputs for $input {
            type Holds = (<$input as DelayedInput>::Holds,);

            fn read_all(&self, into: &mut Arguments) {
                self.read(into);
            }

            fn arrivals(&self) -> Arrival<Self::Holds> {
                let arrival = self.arrival();
                Box::new(move |values| Ok((arrival(values)?,)))
            }
        }
    )+};
}

alone! {
    [] DataFrame;
    [] Scalar;
    [T] Delayed<T>;
    [T] Vec<Delayed<T>>;
}

impl<I: DelayedInput + ?Sized> DelayedInputs for &I {
    type Holds = (I::Holds,);

    fn read_all(&self, into: &mut Arguments) {
        self.read(into);
    }

    fn arrivals(&self) -> Arrival<Self::Holds> {
        let arrival = self.arrival();
        Box::new(move |values| Ok((arrival(values)?,)))
    }
}

impl sealed::Sealed for () {}
impl DelayedInputs for () {
    type Holds = ();

    fn read_all(&self, _: &mut Arguments) {}

    fn arrivals(&self) -> Arrival<()> {
        Box::new(|_| Ok(()))
    }
}

macro_rules! tuples {
    ($($($input:ident)+;)+) => {$(
        impl<$($input: DelayedInput),+> sealed::Sealed for ($($input,)+) {}

        #[expect(non_snake_case, reason = "the type parameters name the fields")]
        impl<$($input: DelayedInput),+> DelayedInputs for ($($input,)+) {
            type Holds = ($($input::Holds,)+);

            fn read_all(&self, into: &mut Arguments) {
                let ($($input,)+) = self;
                $($input.read(into);)+
            }

            fn arrivals(&self) -> Arrival<Self::Holds> {
                let ($($input,)+) = self;
                $(let $input = $input.arrival();)+
                Box::new(move |values| Ok(($($input(values)?,)+)))
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
