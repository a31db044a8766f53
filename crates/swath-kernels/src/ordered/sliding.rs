//! Statistics of values that come at one end and go at the other.

use std::collections::VecDeque;

use arrow_buffer::i256;

use crate::aggregate::Moments;
use crate::native::Native;

/// A statistic of the values in a window. Values go in the order in which they came.
pub(super) trait Sliding: Send {
    /// What comes in.
    type Value: Copy + Send;
    /// What it is asked for.
    type Answer;

    /// A value comes; of a null nothing.
    fn push(&mut self, value: Option<Self::Value>);

    /// The oldest goes, value or null.
    fn pop(&mut self);

    /// The statistic; `None` where the values in the window are too few.
    fn answer(&self) -> Option<Self::Answer>;

    /// Bytes that are kept.
    fn bytes(&self) -> u64;
}

/// What can be put together from parts, in order, and has an answer.
pub(super) trait Part: Copy + Default + Send {
    /// What comes in.
    type Value: Copy + Send;
    /// What it is asked for.
    type Answer;

    /// The part that is one value.
    fn of(value: Self::Value) -> Self;

    /// This part and the one behind it.
    fn and(self, behind: Self) -> Self;

    /// The statistic; `None` where there are too few values.
    fn answer(self) -> Option<Self::Answer>;
}

/// Two stacks of parts: values are never subtracted, so an infinity leaves nothing behind and no digit is lost.
///
/// The older half is kept as the parts from each of its rows to its end, the newer one also as their whole; when the older half is
/// used up, the newer one becomes it. Costs three combinations a row.
pub(super) struct TwoStacks<P> {
    /// From the row to the end of the older half; the oldest row is the last.
    older: Vec<P>,
    newer: Vec<P>,
    all_newer: P,
}

impl<P: Part> Default for TwoStacks<P> {
    fn default() -> Self {
        Self {
            older: Vec::new(),
            newer: Vec::new(),
            all_newer: P::default(),
        }
    }
}

impl<P: Part> Sliding for TwoStacks<P> {
    type Value = P::Value;
    type Answer = P::Answer;

    fn push(&mut self, value: Option<P::Value>) {
        let part = value.map_or_else(P::default, P::of);
        self.newer.push(part);
        self.all_newer = self.all_newer.and(part);
    }

    fn pop(&mut self) {
        if self.older.is_empty() {
            let mut whole = P::default();
            while let Some(part) = self.newer.pop() {
                whole = part.and(whole);
                self.older.push(whole);
            }
            self.all_newer = P::default();
        }
        self.older.pop();
    }

    fn answer(&self) -> Option<P::Answer> {
        let older = self.older.last().copied().unwrap_or_default();
        older.and(self.all_newer).answer()
    }

    fn bytes(&self) -> u64 {
        ((self.older.capacity() + self.newer.capacity()) * size_of::<P>()) as u64
    }
}

/// A sum of integers, in 256 bits: no number of rows leaves them, so that parts that are large cancel. Of nothing 0; one beyond 128
/// bits is told as their end, which fits no dtype.
#[derive(Clone, Copy)]
pub(super) struct ExactSum(i256);

impl Default for ExactSum {
    fn default() -> Self {
        Self(i256::ZERO)
    }
}

impl Part for ExactSum {
    type Value = i128;
    type Answer = i128;

    fn of(value: i128) -> Self {
        Self(i256::from_i128(value))
    }

    fn and(self, behind: Self) -> Self {
        Self(self.0.wrapping_add(behind.0))
    }

    fn answer(self) -> Option<i128> {
        let end = if self.0.is_negative() {
            i128::MIN
        } else {
            i128::MAX
        };
        Some(self.0.to_i128().unwrap_or(end))
    }
}

/// A sum of floats; of nothing 0.
#[derive(Clone, Copy, Default)]
pub(super) struct FloatSum(f64);

impl Part for FloatSum {
    type Value = f64;
    type Answer = f64;

    fn of(value: f64) -> Self {
        Self(value)
    }

    fn and(self, behind: Self) -> Self {
        Self(self.0 + behind.0)
    }

    fn answer(self) -> Option<f64> {
        Some(self.0)
    }
}

/// A sum and the number of its values.
#[derive(Clone, Copy, Default)]
pub(super) struct MeanPart {
    sum: f64,
    count: u64,
}

impl Part for MeanPart {
    type Value = f64;
    type Answer = f64;

    fn of(value: f64) -> Self {
        Self {
            sum: value,
            count: 1,
        }
    }

    fn and(self, behind: Self) -> Self {
        Self {
            sum: self.sum + behind.sum,
            count: self.count + behind.count,
        }
    }

    fn answer(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

/// Moments, of which the variance is asked, or its root.
#[derive(Clone, Copy, Default)]
pub(super) struct Spread<const ROOT: bool>(Moments);

impl<const ROOT: bool> Part for Spread<ROOT> {
    type Value = f64;
    type Answer = f64;

    fn of(value: f64) -> Self {
        Self(Moments::of_value(value))
    }

    fn and(mut self, behind: Self) -> Self {
        self.0.merge(behind.0);
        self
    }

    fn answer(self) -> Option<f64> {
        let (squares, count) = (self.0.squares, self.0.count);
        let variance = (count > 1).then(|| squares / (count - 1) as f64)?;
        Some(if ROOT { variance.sqrt() } else { variance })
    }
}

/// The smallest or largest of some values.
#[derive(Clone, Copy)]
pub(super) struct End<N, const LARGEST: bool>(Option<N>);

impl<N, const LARGEST: bool> Default for End<N, LARGEST> {
    fn default() -> Self {
        Self(None)
    }
}

impl<N: Native + Send, const LARGEST: bool> Part for End<N, LARGEST> {
    type Value = N;
    type Answer = N;

    fn of(value: N) -> Self {
        Self(Some(value))
    }

    fn and(self, behind: Self) -> Self {
        let beats = |new: N, old: N| {
            if LARGEST {
                new.above(old)
            } else {
                new.below(old)
            }
        };
        match (self.0, behind.0) {
            (Some(old), Some(new)) if beats(new, old) => behind,
            (Some(_), _) => self,
            (None, _) => behind,
        }
    }

    fn answer(self) -> Option<N> {
        self.0
    }
}

/// The values in order: a value is found in the logarithm of the window and moved in its length.
#[derive(Default)]
pub(super) struct Median {
    arrived: VecDeque<Option<f64>>,
    sorted: Vec<f64>,
}

impl Median {
    /// Where a value stands, or would stand; NaN behind all numbers.
    fn place(&self, value: f64) -> usize {
        if value.is_nan() {
            return self.sorted.partition_point(|known| !known.is_nan());
        }
        self.sorted.partition_point(|known| *known < value)
    }
}

impl Sliding for Median {
    type Value = f64;
    type Answer = f64;

    fn push(&mut self, value: Option<f64>) {
        self.arrived.push_back(value);
        if let Some(value) = value {
            let place = self.place(value);
            self.sorted.insert(place, value);
        }
    }

    fn pop(&mut self) {
        if let Some(Some(value)) = self.arrived.pop_front() {
            let place = self.place(value);
            self.sorted.remove(place);
        }
    }

    fn answer(&self) -> Option<f64> {
        let last = self.sorted.len().checked_sub(1)?;
        let (low, high) = (self.sorted[last / 2], self.sorted[last.div_ceil(2)]);
        // Of equal ones the value itself: the mean of two infinities is none.
        Some(if low == high {
            low
        } else {
            f64::midpoint(low, high)
        })
    }

    fn bytes(&self) -> u64 {
        (self.arrived.capacity() * size_of::<Option<f64>>() + self.sorted.capacity() * 8) as u64
    }
}
