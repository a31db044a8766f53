//! Sets of values between two bounds.

use std::cmp::Ordering;

use swath_batch::Value;
use swath_meta::DType;

use super::ColumnBounds;
use super::outcomes::Outcomes;
use crate::BinaryOp;

/// The values that some row may have: ordinary ones between two bounds, null, NaN.
#[derive(Clone, Debug)]
pub(super) struct Range {
    low: Option<Value>,
    high: Option<Value>,
    /// There may be ordinary values.
    some: bool,
    null: bool,
    nan: bool,
}

impl Range {
    pub(super) fn anything() -> Self {
        Self {
            low: None,
            high: None,
            some: true,
            null: true,
            nan: true,
        }
    }

    pub(super) fn point(value: &Value) -> Self {
        let nothing = Self {
            low: None,
            high: None,
            some: false,
            null: false,
            nan: false,
        };
        match value {
            Value::Null => Self {
                null: true,
                ..nothing
            },
            Value::Float(float) if float.is_nan() => Self {
                nan: true,
                ..nothing
            },
            _ => Self {
                low: Some(value.clone()),
                high: Some(value.clone()),
                some: true,
                ..nothing
            },
        }
    }

    pub(super) fn of(bounds: ColumnBounds, dtype: &DType) -> Self {
        let ColumnBounds {
            min,
            max,
            nulls,
            rows,
            may_have_nan,
            exact: _,
        } = bounds;
        // Statistics are written by many programs: what is no bound bounds nothing.
        let ordinary = |value: &Value| {
            !value.is_null() && !matches!(value, Value::Float(float) if float.is_nan())
        };
        let (mut low, mut high) = (min.filter(ordinary), max.filter(ordinary));
        if let (Some(l), Some(h)) = (&low, &high)
            && l.compare(h).is_none_or(|order| order == Ordering::Greater)
        {
            (low, high) = (None, None);
        }
        let there = nulls.is_none_or(|nulls| nulls < rows);
        Self {
            low,
            high,
            some: there,
            null: rows > 0 && nulls != Some(0),
            nan: dtype.is_float() && may_have_nan && there,
        }
    }

    /// The range of the same values in a wider dtype.
    pub(super) fn promoted(self, dtype: &DType) -> Self {
        let cast = |value: Option<Value>| value.and_then(|value| value.cast(dtype).ok());
        Self {
            low: cast(self.low),
            high: cast(self.high),
            ..self
        }
    }

    /// The comparison of any value of this range with any of the other.
    pub(super) fn compare(&self, op: BinaryOp, other: &Self) -> Outcomes {
        let both = self.some && other.some;
        let order = |a: &Option<Value>, b: &Option<Value>| {
            a.as_ref().zip(b.as_ref()).and_then(|(a, b)| a.compare(b))
        };
        let (low_high, high_low) = (order(&self.low, &other.high), order(&self.high, &other.low));
        let less = both && !low_high.is_some_and(Ordering::is_ge);
        let greater = both && !high_low.is_some_and(Ordering::is_le);
        let equal = both
            && !low_high.is_some_and(Ordering::is_gt)
            && !high_low.is_some_and(Ordering::is_lt);
        let there = |range: &Self| range.some || range.nan;
        let unordered = self.nan && there(other) || other.nan && there(self);
        let missing = matches!(op, BinaryOp::EqMissing | BinaryOp::NeMissing);
        let op = match op {
            BinaryOp::EqMissing => BinaryOp::Eq,
            BinaryOp::NeMissing => BinaryOp::Ne,
            other => other,
        };
        let passes = |when_less, when_equal, when_greater| {
            Outcomes::NONE
                .may(Some(when_less), less)
                .may(Some(when_equal), equal)
                .may(Some(when_greater), greater)
        };
        let outcomes = match op {
            BinaryOp::Eq => passes(false, true, false),
            BinaryOp::Ne => passes(true, false, true),
            BinaryOp::Lt => passes(true, false, false),
            BinaryOp::Le => passes(true, true, false),
            BinaryOp::Gt => passes(false, false, true),
            _ => passes(false, true, true),
        };
        let outcomes = outcomes.may(Some(op == BinaryOp::Ne), unordered);
        if !missing {
            return outcomes.may(None, self.null || other.null);
        }
        let one_null = self.null && there(other) || other.null && there(self);
        outcomes
            .may(Some(op == BinaryOp::Eq), self.null && other.null)
            .may(Some(op == BinaryOp::Ne), one_null)
    }

    /// Membership of any value of this range.
    pub(super) fn isin(&self, values: &[Value]) -> Outcomes {
        let has_null = values.iter().any(Value::is_null);
        let each = values
            .iter()
            .filter(|value| !value.is_null())
            .map(|value| self.compare(BinaryOp::Eq, &Self::point(value)));
        // As the disjunction that it is; no value at all is a disjunction of none.
        let none = Outcomes::NONE
            .may(Some(false), self.some || self.nan)
            .may(None, self.null);
        let found = each.fold(none, |all, one| all.combine(BinaryOp::Or, one));
        if has_null {
            found.combine(BinaryOp::Or, Outcomes::NONE.may(None, true))
        } else {
            found
        }
    }

    pub(super) fn is_null(&self) -> Outcomes {
        Outcomes::NONE
            .may(Some(true), self.null)
            .may(Some(false), self.some || self.nan)
    }

    /// The truth values of a boolean range.
    pub(super) fn truth(&self) -> Outcomes {
        let not = |bound: &Option<Value>, value: bool| matches!(bound, Some(Value::Bool(bound)) if *bound != value);
        Outcomes::NONE
            .may(Some(true), self.some && !not(&self.high, true))
            .may(Some(false), self.some && !not(&self.low, false))
            .may(None, self.null)
    }
}
