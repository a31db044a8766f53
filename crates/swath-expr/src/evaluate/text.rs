//! Comparison of strings and bytes, by their bytes.

use arrow_array::cast::AsArray;
use arrow_array::types::ByteViewType;
use arrow_array::{Array, BooleanArray, GenericByteViewArray, StringViewArray};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use super::Input;
use super::compare::ordering_test;
use super::dictionary::{EntryCache, by_entry};
use super::input::union_nulls;
use super::load::decode;
use super::mask::{where_one, where_row};
use crate::{BinaryOp, ExprErrorKind};

/// Holds strings, coded or not.
pub(super) fn is_text(input: &Input) -> bool {
    matches!(
        input.data_type(),
        DataType::Utf8View | DataType::Dictionary(..)
    )
}

/// Compares strings. A dictionary against a scalar is compared once an entry.
pub(super) fn compare(
    op: BinaryOp,
    left: &Input,
    right: &Input,
    cache: &EntryCache,
) -> Result<BooleanArray, ExprErrorKind> {
    match (left, right) {
        (Input::Scalar(_), Input::Array(_)) => compare(op.mirrored(), right, left, cache),
        (Input::Array(array), Input::Scalar(one)) => {
            let scalar = decode(one)?;
            let text = scalar.as_string_view().value(0).as_bytes();
            let question = |values: &StringViewArray| {
                BooleanArray::new(against(op, values, text), values.nulls().cloned())
            };
            if matches!(array.data_type(), DataType::Dictionary(..)) {
                return by_entry(array, Some(one), cache, question);
            }
            Ok(question(array.as_string_view()))
        }
        _ => {
            let nulls = union_nulls(left, right);
            let (left, right) = (decode(left.array())?, decode(right.array())?);
            Ok(BooleanArray::new(
                two(op, left.as_string_view(), right.as_string_view()),
                nulls,
            ))
        }
    }
}

/// Compares bytes.
pub(super) fn compare_bytes(op: BinaryOp, left: &Input, right: &Input) -> BooleanBuffer {
    match (left, right) {
        (Input::Scalar(_), Input::Array(_)) => compare_bytes(op.mirrored(), right, left),
        (Input::Array(array), Input::Scalar(one)) => {
            against(op, array.as_binary_view(), one.as_binary_view().value(0))
        }
        _ => two(
            op,
            left.array().as_binary_view(),
            right.array().as_binary_view(),
        ),
    }
}

/// Compares every value with one. Length and first bytes are in the view: most rows are settled without touching the text.
pub(super) fn against<T: ByteViewType>(
    op: BinaryOp,
    values: &GenericByteViewArray<T>,
    one: &[u8],
) -> BooleanBuffer {
    let views = values.views();
    let equality = |equal: bool| {
        if let Ok(wanted) = short_view(one) {
            return where_one(views, |view| (view == wanted) == equal);
        }
        let start = long_view_start(one);
        where_row(views.len(), |row| {
            (views[row] as u64 == start && bytes(values, row) == one) == equal
        })
    };
    match op {
        BinaryOp::Eq => equality(true),
        BinaryOp::Ne => equality(false),
        _ => {
            let test = ordering_test(op);
            where_row(views.len(), |row| {
                !values.is_null(row) && test(bytes(values, row).cmp(one))
            })
        }
    }
}

fn two<T: ByteViewType>(
    op: BinaryOp,
    left: &GenericByteViewArray<T>,
    right: &GenericByteViewArray<T>,
) -> BooleanBuffer {
    let test = ordering_test(op);
    where_row(left.len(), |row| {
        !left.is_null(row) && !right.is_null(row) && test(bytes(left, row).cmp(bytes(right, row)))
    })
}

pub(super) fn bytes<T: ByteViewType>(values: &GenericByteViewArray<T>, row: usize) -> &[u8] {
    let value: &T::Native = values.value(row);
    value.as_ref()
}

/// The view of a value of up to 12 bytes: its length, its bytes, zeros. Such values are equal exactly if their views are.
fn short_view(value: &[u8]) -> Result<u128, usize> {
    if value.len() > 12 {
        return Err(value.len());
    }
    let mut view = [0; 16];
    view[..4].copy_from_slice(&(value.len() as u32).to_le_bytes());
    view[4..4 + value.len()].copy_from_slice(value);
    Ok(u128::from_le_bytes(view))
}

/// The first half of the view of a longer value: its length and its first 4 bytes.
fn long_view_start(value: &[u8]) -> u64 {
    let mut start = [0; 8];
    start[..4].copy_from_slice(&(value.len() as u32).to_le_bytes());
    start[4..].copy_from_slice(&value[..4]);
    u64::from_le_bytes(start)
}
