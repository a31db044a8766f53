//! Membership in a list of constants.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::ByteViewType;
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, GenericByteViewArray, StringViewArray,
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;
use swath_batch::{BatchError, Value};
use swath_meta::DType;

use super::dictionary::{EntryCache, by_entry};
use super::mask::{constant, where_one, where_row};
use super::side::for_primitive;
use super::{Input, text};
use crate::{BinaryOp, ExprErrorKind};

/// Up to this many values every row is compared with each, which is faster than one look-up in a table.
const FEW: usize = 8;

/// The values of a list, prepared for look-up.
pub(crate) struct Members {
    set: Box<dyn Contains>,
    /// The list has a null: what is not found is unknown.
    has_null: bool,
}

/// A set of values of one Arrow type.
trait Contains: Send + Sync {
    /// The rows whose value is in the set; anything under a null.
    fn mask(&self, array: &dyn Array) -> BooleanBuffer;
}

impl Members {
    /// Prepares values that are of `dtype` already.
    pub(crate) fn new(values: &[Value], dtype: &DType) -> Result<Self, BatchError> {
        let has_null = values.iter().any(Value::is_null);
        let there: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
        let set: Box<dyn Contains> = match dtype {
            DType::String | DType::Category => Box::new(Texts(
                there
                    .iter()
                    .filter_map(|value| {
                        if let Value::String(text) = value {
                            Some(Arc::from(text.as_bytes()))
                        } else {
                            None
                        }
                    })
                    .collect(),
            )),
            DType::Binary => Box::new(Texts(
                there
                    .iter()
                    .filter_map(|value| {
                        if let Value::Binary(bytes) = value {
                            Some(Arc::clone(bytes))
                        } else {
                            None
                        }
                    })
                    .collect(),
            )),
            DType::Bool => Box::new(Truths {
                yes: there.contains(&&Value::Bool(true)),
                no: there.contains(&&Value::Bool(false)),
            }),
            _ => {
                let there: Vec<Value> = there.into_iter().cloned().collect();
                let all = Value::column(&there, dtype)?;
                numbers(&all)
            }
        };
        Ok(Self { set, has_null })
    }
}

/// Is the value in the list. Null if it is null, or if the list has a null and the value is not found.
pub(super) fn isin(
    members: &Members,
    input: &Input,
    cache: &EntryCache,
) -> Result<BooleanArray, ExprErrorKind> {
    let array = input.array();
    let plain =
        |array: &dyn Array| BooleanArray::new(members.set.mask(array), array.nulls().cloned());
    let found = match array.data_type() {
        DataType::Dictionary(..) => {
            by_entry(array, None, cache, |values: &StringViewArray| plain(values))?
        }
        _ => plain(array),
    };
    if !members.has_null {
        return Ok(found);
    }
    let known = NullBuffer::new(super::logic::truth(&found));
    Ok(BooleanArray::new(found.values().clone(), Some(known)))
}

fn numbers(all: &ArrayRef) -> Box<dyn Contains> {
    macro_rules! typed {
        ($type:ty) => {
            Box::new(Numbers::<$type>::new(all.as_primitive::<$type>().values()))
        };
    }
    for_primitive!(all.data_type(), typed)
}

/// A native value as a key of a hash set.
trait Key: Copy {
    type Hashed: Hash + Eq + Send + Sync;

    /// `None` for what equals nothing: NaN.
    fn key(self) -> Option<Self::Hashed>;
}

macro_rules! keys {
    ($($native:ty)*) => { $(
        impl Key for $native {
            type Hashed = Self;

            fn key(self) -> Option<Self> {
                Some(self)
            }
        }
    )* };
}

keys!(i8 i16 i32 i64 i128 u8 u16 u32 u64);
impl Key for f64 {
    type Hashed = u64;

    fn key(self) -> Option<u64> {
        // Adding zero makes -0.0 and 0.0 one.
        (!self.is_nan()).then(|| (self + 0.0).to_bits())
    }
}

impl Key for f32 {
    type Hashed = u32;

    fn key(self) -> Option<u32> {
        (!self.is_nan()).then(|| (self + 0.0).to_bits())
    }
}

/// Hashes one integer by one multiplication: the values are the program's own, nobody can aim at collisions.
#[derive(Default)]
struct Multiply(u64);

impl Hasher for Multiply {
    fn write(&mut self, bytes: &[u8]) {
        for eight in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..eight.len()].copy_from_slice(eight);
            let mixed = (self.0 ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.0 = mixed ^ (mixed >> 32);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

struct Numbers<T: ArrowPrimitiveType<Native: Key>> {
    few: Vec<T::Native>,
    many: HashSet<<T::Native as Key>::Hashed, BuildHasherDefault<Multiply>>,
}

impl<T: ArrowPrimitiveType<Native: Key>> Numbers<T> {
    fn new(values: &[T::Native]) -> Self {
        let mut many = HashSet::default();
        let distinct = |value: &T::Native| value.key().is_some_and(|key| many.insert(key));
        let few = values.iter().copied().filter(distinct).collect();
        Self { few, many }
    }
}

impl<T: ArrowPrimitiveType<Native: Key>> Contains for Numbers<T> {
    fn mask(&self, array: &dyn Array) -> BooleanBuffer {
        let values = array.as_primitive::<T>().values();
        if self.few.len() > FEW {
            return where_one(values, |value| {
                value.key().is_some_and(|key| self.many.contains(&key))
            });
        }
        any(
            self.few
                .iter()
                .map(|one| where_one(values, |value| value == *one)),
            values.len(),
        )
    }
}

/// The rows that one of the masks has.
fn any(masks: impl Iterator<Item = BooleanBuffer>, len: usize) -> BooleanBuffer {
    masks
        .reduce(|left, right| &left | &right)
        .unwrap_or_else(|| constant(false, len))
}

/// Strings or bytes.
struct Texts(HashSet<Arc<[u8]>>);

impl Contains for Texts {
    fn mask(&self, array: &dyn Array) -> BooleanBuffer {
        match array.as_string_view_opt() {
            Some(array) => self.views(array),
            None => self.views(array.as_binary_view()),
        }
    }
}

impl Texts {
    fn views<T: ByteViewType>(&self, array: &GenericByteViewArray<T>) -> BooleanBuffer {
        if self.0.len() <= FEW {
            return any(
                self.0
                    .iter()
                    .map(|one| text::against(BinaryOp::Eq, array, one)),
                array.len(),
            );
        }
        where_row(array.len(), |row| {
            !array.is_null(row) && self.0.contains(text::bytes(array, row))
        })
    }
}

struct Truths {
    yes: bool,
    no: bool,
}

impl Contains for Truths {
    fn mask(&self, array: &dyn Array) -> BooleanBuffer {
        let values = array.as_boolean().values();
        match (self.yes, self.no) {
            (true, true) => constant(true, values.len()),
            (true, false) => values.clone(),
            (false, true) => !values,
            (false, false) => constant(false, values.len()),
        }
    }
}
