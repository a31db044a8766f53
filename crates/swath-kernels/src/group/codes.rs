//! One key column as codes of few bits.

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use arrow_select::take::take;
use swath_meta::DType;

use super::dictionary::Text;
use super::direct::range_of;
use super::strategy::Strategy;
use crate::KernelError;
use crate::encoding::plain_type;
use crate::native::{Native, column, values, with_native};

/// The code of a null float: a NaN that is not the canonical one.
const NULL_FLOAT: u64 = 0x7ff8_0000_0000_0001;

/// Whether a key column can be coded in at most 64 bits.
pub(super) fn is_packable(dtype: &DType) -> bool {
    !matches!(
        dtype,
        DType::Null | DType::Decimal { .. } | DType::List(_) | DType::Struct(_)
    )
}

/// A key column that is coded, and the bits its codes take.
pub(super) struct Column {
    pub(super) coder: Coder,
    pub(super) bits: u32,
}

/// How the values of a column become codes.
pub(super) enum Coder {
    /// Distance from `low` plus one; 0 is null.
    Offset {
        data_type: DataType,
        low: i128,
        high: i128,
    },
    /// The bits of the canonical float.
    Float { data_type: DataType },
    /// The id in a table of this column alone.
    Text(Box<Text>),
}

impl Column {
    /// A column of no values yet.
    pub(super) fn new(dtype: &DType) -> Self {
        match dtype {
            DType::String | DType::Category | DType::Binary => Self {
                coder: Coder::Text(Box::new(Text::new(dtype.clone()))),
                bits: 4,
            },
            DType::Float32 | DType::Float64 => Self {
                coder: Coder::Float {
                    data_type: plain_type(dtype),
                },
                bits: 64,
            },
            // The first block sets the range.
            _ => Self {
                coder: Coder::Offset {
                    data_type: plain_type(dtype),
                    low: 0,
                    high: -1,
                },
                bits: 1,
            },
        }
    }

    /// What decides where a code stands and what it means: the bits, and the value of code 1.
    pub(super) fn layout(&self) -> (u32, i128) {
        match &self.coder {
            Coder::Offset { low, .. } => (self.bits, *low),
            _ => (self.bits, 0),
        }
    }

    /// Replaces `codes` by the codes of the rows of `key`; widens the column to hold them.
    pub(super) fn code(
        &mut self,
        key: &ArrayRef,
        ids: &mut Vec<u32>,
        codes: &mut Vec<u64>,
    ) -> Result<(), KernelError> {
        codes.clear();
        let nulls = key.nulls().filter(|nulls| nulls.null_count() > 0);
        match &mut self.coder {
            Coder::Text(text) => {
                ids.clear();
                text.group(std::slice::from_ref(key), ids)?;
                codes.extend(ids.iter().map(|&id| u64::from(id)));
                self.bits = self.bits.max(spare_bits(text.groups() as u128));
            }
            Coder::Float { data_type } => with_native!(data_type, N => {
                codes.extend(values::<N>(key).iter().map(|value| value.word()));
                blank(codes, nulls, NULL_FLOAT);
            }, _ => unreachable!("floats are machine types")),
            Coder::Offset {
                data_type,
                low,
                high,
            } => {
                if let Some((first, span)) = range_of(key) {
                    let first = number_of(first, data_type);
                    let last = first + i128::from(span);
                    let (new_low, new_high) = if *high < *low {
                        (first, last)
                    } else {
                        ((*low).min(first), (*high).max(last))
                    };
                    // Two codes more than the distance: null, and the largest itself.
                    let needed = bits_for((new_high - new_low) as u128 + 2);
                    if needed > self.bits || new_low < *low || *high < *low {
                        self.bits = self.bits.max(spare_bits((new_high - new_low) as u128 + 2));
                        *low = new_low;
                    }
                    *high = new_high.max(*high);
                }
                let base = (*low as u64).wrapping_sub(1);
                with_native!(data_type, N => {
                    codes.extend(values::<N>(key).iter().map(|value| value.word().wrapping_sub(base)));
                }, _ => unreachable!("integers are machine types"));
                blank(codes, nulls, 0);
            }
        }
        Ok(())
    }

    /// The values of these codes.
    pub(super) fn decode(&self, codes: &[u64]) -> Result<ArrayRef, KernelError> {
        match &self.coder {
            Coder::Text(text) => {
                let entries = text.keys()?.remove(0);
                let rows = UInt32Array::from_iter_values(codes.iter().map(|&code| code as u32));
                take(&entries, &rows, None).map_err(KernelError::arrow("gathering keys"))
            }
            Coder::Float { data_type } => Ok(decode_words(codes, NULL_FLOAT, 0, data_type)),
            Coder::Offset { data_type, low, .. } => Ok(decode_words(
                codes,
                0,
                (*low as u64).wrapping_sub(1),
                data_type,
            )),
        }
    }
}

/// Bits that tell `codes` codes apart.
fn bits_for(codes: u128) -> u32 {
    (128 - codes.saturating_sub(1).leading_zeros()).max(1)
}

/// As [`bits_for`], with room to grow.
fn spare_bits(codes: u128) -> u32 {
    let bits = bits_for(codes);
    if bits < 64 { bits + 1 } else { bits }
}

fn number_of(word: u64, data_type: &DataType) -> i128 {
    if matches!(data_type, DataType::UInt64) {
        i128::from(word)
    } else {
        i128::from(word as i64)
    }
}

fn blank(codes: &mut [u64], nulls: Option<&NullBuffer>, code: u64) {
    if let Some(nulls) = nulls {
        for (place, valid) in codes.iter_mut().zip(nulls.iter()) {
            *place = if valid { *place } else { code };
        }
    }
}

fn decode_words(codes: &[u64], null: u64, base: u64, data_type: &DataType) -> ArrayRef {
    let nulls: NullBuffer = codes.iter().map(|&code| code != null).collect();
    with_native!(data_type, N => {
        let values = codes.iter().map(|&code| N::from_word(code.wrapping_add(base))).collect();
        column::<N>(values, Some(nulls), data_type)
    }, _ => unreachable!("codes are of machine types"))
}
