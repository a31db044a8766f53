//! Kleene's logic, a word at a time.

use arrow_array::{Array, BooleanArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};

use super::Input;
use super::mask::constant;
use crate::BinaryOp;

/// Which rows are certainly true, and which certainly false; the rest is null.
struct Known {
    yes: BooleanBuffer,
    no: BooleanBuffer,
}

impl Known {
    fn of(input: &Input, len: usize) -> Self {
        let array = input.booleans();
        if input.is_scalar() {
            let value = (!array.is_null(0)).then(|| array.value(0));
            return Self {
                yes: constant(value == Some(true), len),
                no: constant(value == Some(false), len),
            };
        }
        let values = array.values();
        match array.nulls() {
            None => Self {
                yes: values.clone(),
                no: !values,
            },
            Some(nulls) => Self {
                yes: values & nulls.inner(),
                no: &!values & nulls.inner(),
            },
        }
    }

    fn into_array(self) -> BooleanArray {
        let known = &self.yes | &self.no;
        let nulls = NullBuffer::new(known);
        BooleanArray::new(self.yes, (nulls.null_count() > 0).then_some(nulls))
    }
}

/// `left & right`, `left | right`.
pub(super) fn combine(op: BinaryOp, left: &Input, right: &Input, len: usize) -> BooleanArray {
    let plain = |input: &Input| {
        (!input.is_scalar() && input.array().null_count() == 0)
            .then(|| input.booleans().values().clone())
    };
    if let (Some(left), Some(right)) = (plain(left), plain(right)) {
        let values = if op == BinaryOp::And {
            &left & &right
        } else {
            &left | &right
        };
        return BooleanArray::new(values, None);
    }
    let (left, right) = (Known::of(left, len), Known::of(right, len));
    let known = if op == BinaryOp::And {
        Known {
            yes: &left.yes & &right.yes,
            no: &left.no | &right.no,
        }
    } else {
        Known {
            yes: &left.yes | &right.yes,
            no: &left.no & &right.no,
        }
    };
    known.into_array()
}

/// `!input`
pub(super) fn not(input: &Input) -> BooleanArray {
    let array = input.booleans();
    BooleanArray::new(!array.values(), array.nulls().cloned())
}

/// Is null, or is not.
pub(super) fn is_null(input: &Input, negated: bool, len: usize) -> BooleanArray {
    let valid = input.valid(len);
    BooleanArray::new(if negated { valid } else { !&valid }, None)
}

/// The rows that are true.
pub(crate) fn truth(array: &BooleanArray) -> BooleanBuffer {
    match array.nulls() {
        None => array.values().clone(),
        Some(nulls) => array.values() & nulls.inner(),
    }
}
