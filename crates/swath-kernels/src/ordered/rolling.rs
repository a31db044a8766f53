//! Windows over the rows.

use std::collections::VecDeque;

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use swath_meta::DType;

use super::exact::{exact_column, integers};
use super::sliding::{End, ExactSum, FloatSum, MeanPart, Median, Sliding, Spread, TwoStacks};
use super::{InOrder, RollingStatistic};
use crate::KernelError;
use crate::aggregate::floats;
use crate::encoding::{entry, plain};
use crate::native::{Native, column, values, with_native};

/// Which rows a window holds, around its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    before: usize,
    behind: usize,
    /// Values that must be there for an answer.
    least: usize,
}

impl Window {
    pub(super) fn new(rows: u64, least: u64, center: bool) -> Self {
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        let before = if center { rows / 2 } else { rows - 1 };
        Self {
            before,
            behind: rows - 1 - before,
            least: usize::try_from(least).unwrap_or(usize::MAX),
        }
    }
}

type Read<V> = dyn Fn(&ArrayRef) -> Result<Vec<Option<V>>, KernelError> + Send;
type Write<A> = dyn Fn(Vec<Option<A>>) -> Result<ArrayRef, KernelError> + Send;

/// Reads rows as what a statistic takes, and makes a column of its answers.
struct Ends<V, A> {
    read: Box<Read<V>>,
    write: Box<Write<A>>,
}

pub(super) fn open(
    name: &'static str,
    window: Window,
    of: RollingStatistic,
    input: &DType,
    output: DType,
) -> Box<dyn InOrder> {
    match of {
        RollingStatistic::Count => over(
            window,
            Count::default(),
            Ends {
                read: Box::new(|rows| {
                    let nulls = rows.logical_nulls();
                    let valid = |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
                    Ok((0..rows.len()).map(|row| Some(valid(row))).collect())
                }),
                write: Box::new(|counts| Ok(native_column(counts, &DataType::UInt64))),
            },
        ),
        RollingStatistic::Sum if output != DType::Float64 => {
            let input = input.clone();
            over(
                window,
                TwoStacks::<ExactSum>::default(),
                Ends {
                    read: Box::new(move |rows| integers(name, rows, &input)),
                    write: Box::new(move |sums| exact_column(name, &sums, &output)),
                },
            )
        }
        RollingStatistic::Sum => of_floats(name, window, TwoStacks::<FloatSum>::default(), input),
        RollingStatistic::Mean => of_floats(name, window, TwoStacks::<MeanPart>::default(), input),
        RollingStatistic::Var => {
            of_floats(name, window, TwoStacks::<Spread<false>>::default(), input)
        }
        RollingStatistic::Std => {
            of_floats(name, window, TwoStacks::<Spread<true>>::default(), input)
        }
        RollingStatistic::Median => of_floats(name, window, Median::default(), input),
        RollingStatistic::Min => of_ends::<false>(name, window, input),
        RollingStatistic::Max => of_ends::<true>(name, window, input),
    }
}

/// A statistic of numbers as float64.
fn of_floats<S: Sliding<Value = f64, Answer = f64> + 'static>(
    name: &'static str,
    window: Window,
    statistic: S,
    input: &DType,
) -> Box<dyn InOrder> {
    let input = input.clone();
    let ends = Ends {
        read: Box::new(move |rows| Ok(floats(name, rows, &input, rows.len())?.iter().collect())),
        write: Box::new(|answers| Ok(native_column(answers, &DataType::Float64))),
    };
    over(window, statistic, ends)
}

/// The smallest or largest value, in the machine type of the dtype.
fn of_ends<const LARGEST: bool>(
    name: &'static str,
    window: Window,
    input: &DType,
) -> Box<dyn InOrder> {
    let (input, data_type) = (input.clone(), input.border());
    with_native!(&data_type, N => {
        let out = data_type.clone();
        let ends = Ends::<N, N> {
            read: Box::new(move |rows| {
                let rows = plain(&entry(name, rows, &input)?)?;
                let numbers = values::<N>(&rows);
                let numbers = numbers.iter().enumerate();
                Ok(numbers.map(|(row, value)| rows.is_valid(row).then_some(*value)).collect())
            }),
            write: Box::new(move |answers| Ok(native_column(answers, &out))),
        };
        over(window, TwoStacks::<End<N, LARGEST>>::default(), ends)
    }, _ => unreachable!("the dtype was checked to have a machine type"))
}

fn native_column<N: Native>(answers: Vec<Option<N>>, data_type: &DataType) -> ArrayRef {
    let nulls = answers.iter().map(Option::is_some).collect();
    let answers = answers.into_iter().map(Option::unwrap_or_default);
    column(answers.collect(), Some(nulls), data_type)
}

fn over<S>(window: Window, statistic: S, ends: Ends<S::Value, S::Answer>) -> Box<dyn InOrder>
where
    S: Sliding + 'static,
    S::Value: 'static,
    S::Answer: 'static,
{
    Box::new(Windows {
        window,
        statistic,
        ends,
        there: VecDeque::new(),
        values: 0,
        ahead: 0,
        before: 0,
    })
}

struct Windows<S: Sliding> {
    window: Window,
    statistic: S,
    ends: Ends<S::Value, S::Answer>,
    /// For each row in the statistic, whether it has a value.
    there: VecDeque<bool>,
    values: usize,
    /// Rows in the statistic that have no answer yet, and rows before those.
    ahead: usize,
    before: usize,
}

impl<S: Sliding> Windows<S> {
    fn take(&mut self, value: Option<S::Value>) {
        self.there.push_back(value.is_some());
        self.values += usize::from(value.is_some());
        self.ahead += 1;
        self.statistic.push(value);
    }

    /// The answer of the next row, all of whose window has come.
    fn answer(&mut self) -> Option<S::Answer> {
        while self.before > self.window.before {
            self.statistic.pop();
            let there = self.there.pop_front().expect("as many as the rows");
            self.values -= usize::from(there);
            self.before -= 1;
        }
        (self.ahead, self.before) = (self.ahead - 1, self.before + 1);
        (self.values >= self.window.least)
            .then(|| self.statistic.answer())
            .flatten()
    }
}

impl<S: Sliding> InOrder for Windows<S> {
    fn push(&mut self, rows: &ArrayRef) -> Result<ArrayRef, KernelError> {
        let rows = (self.ends.read)(rows)?;
        let mut answers = Vec::with_capacity(rows.len());
        for value in rows {
            self.take(value);
            if self.ahead > self.window.behind {
                answers.push(self.answer());
            }
        }
        (self.ends.write)(answers)
    }

    fn finish(&mut self) -> Result<Option<ArrayRef>, KernelError> {
        let mut answers = Vec::with_capacity(self.ahead);
        while self.ahead > 0 {
            answers.push(self.answer());
        }
        (self.ends.write)(answers).map(Some)
    }

    fn bytes(&self) -> u64 {
        self.statistic.bytes() + self.there.capacity() as u64
    }
}

/// Values that are there. Every row counts towards the least number, as in pandas: its value is whether there is one.
#[derive(Default)]
struct Count {
    arrived: VecDeque<bool>,
    values: u64,
}

impl Sliding for Count {
    type Value = bool;
    type Answer = u64;

    fn push(&mut self, value: Option<bool>) {
        let there = value == Some(true);
        self.arrived.push_back(there);
        self.values += u64::from(there);
    }

    fn pop(&mut self) {
        self.values -= u64::from(self.arrived.pop_front() == Some(true));
    }

    fn answer(&self) -> Option<u64> {
        Some(self.values)
    }

    fn bytes(&self) -> u64 {
        self.arrived.capacity() as u64
    }
}
