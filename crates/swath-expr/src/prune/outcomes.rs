//! Sets of truth values.

use super::Verdict;
use crate::BinaryOp;

/// Which of true, false and null some row may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcomes(u8);

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const NULL: u8 = 4;

impl Outcomes {
    pub(super) const NONE: Self = Self(0);

    /// Adds what a row may give.
    pub(super) fn may(self, value: Option<bool>, possible: bool) -> Self {
        let bit = match value {
            Some(true) => TRUE,
            Some(false) => FALSE,
            None => NULL,
        };
        if possible { Self(self.0 | bit) } else { self }
    }

    fn values(self) -> impl Iterator<Item = Option<bool>> {
        let all = [(TRUE, Some(true)), (FALSE, Some(false)), (NULL, None)];
        all.into_iter()
            .filter(move |(bit, _)| self.0 & bit != 0)
            .map(|(_, value)| value)
    }

    pub(super) fn not(self) -> Self {
        self.values().fold(Self::NONE, |all, value| {
            all.may(value.map(|value| !value), true)
        })
    }

    /// Kleene's and, or of every pair: more than can be if the two sides depend on each other, never less.
    pub(super) fn combine(self, op: BinaryOp, other: Self) -> Self {
        let settling = op == BinaryOp::Or;
        let pairs = self
            .values()
            .flat_map(|left| other.values().map(move |right| (left, right)));
        pairs.fold(Self::NONE, |all, (left, right)| {
            let value = match (left, right) {
                (Some(value), _) | (_, Some(value)) if value == settling => Some(settling),
                (Some(_), Some(_)) => Some(!settling),
                _ => None,
            };
            all.may(value, true)
        })
    }

    pub(super) fn is_null(self) -> Self {
        Self::NONE
            .may(Some(true), self.0 & NULL != 0)
            .may(Some(false), self.0 & (TRUE | FALSE) != 0)
    }

    pub(super) fn verdict(self) -> Verdict {
        match self.0 {
            TRUE => Verdict::Always,
            set if set & TRUE == 0 => Verdict::Never,
            _ => Verdict::Maybe,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logic_is_kleenes() {
        let of = |value| Outcomes::NONE.may(value, true);
        let (t, f, n) = (of(Some(true)), of(Some(false)), of(None));
        for (left, right, and, or) in [
            (t, t, t, t),
            (t, f, f, t),
            (t, n, n, t),
            (f, f, f, f),
            (f, n, f, n),
            (n, n, n, n),
        ] {
            assert_eq!(
                (
                    left.combine(BinaryOp::And, right),
                    right.combine(BinaryOp::And, left)
                ),
                (and, and)
            );
            assert_eq!(
                (
                    left.combine(BinaryOp::Or, right),
                    right.combine(BinaryOp::Or, left)
                ),
                (or, or)
            );
        }
        assert_eq!((t.not(), f.not(), n.not()), (f, t, n));
    }
}
