//! Running totals, one a group: exact for integers and decimals, in row order for floats.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use swath_meta::DType;

use crate::native::{Native, column, values, with_integer};

/// Totals of one dtype. The state columns are those of [`Totals::state_dtypes`].
pub(super) enum Totals {
    Integer(IntegerTotals),
    Decimal(DecimalTotals),
    Float(Vec<f64>),
}

impl Totals {
    /// No totals yet; `None` for a dtype that has none.
    pub(super) fn for_dtype(dtype: &DType) -> Option<Self> {
        Some(match dtype {
            DType::Float32 | DType::Float64 => Self::Float(Vec::new()),
            DType::Decimal { scale, .. } => Self::Decimal(DecimalTotals {
                scale: *scale,
                low: Vec::new(),
                carry: Vec::new(),
            }),
            DType::Bool | DType::Duration(_) | DType::Timestamp(..) => {
                Self::Integer(IntegerTotals::default())
            }
            dtype if dtype.is_integer() => Self::Integer(IntegerTotals::default()),
            _ => return None,
        })
    }

    /// Dtypes of the state columns.
    pub(super) fn state_dtypes(&self) -> Vec<DType> {
        match self {
            Self::Integer(_) => vec![DType::Decimal {
                precision: 38,
                scale: 0,
            }],
            // Totals of 38 digits may leave 128 bits on their way; the carry counts how often.
            Self::Decimal(totals) => {
                vec![
                    DType::Decimal {
                        precision: 38,
                        scale: totals.scale,
                    },
                    DType::Int64,
                ]
            }
            Self::Float(_) => vec![DType::Float64],
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Integer(totals) => totals.low.len(),
            Self::Decimal(totals) => totals.low.len(),
            Self::Float(totals) => totals.len(),
        }
    }

    /// Makes totals of 0 for new groups.
    pub(super) fn widen(&mut self, n_groups: usize) {
        let n_groups = n_groups.max(self.len());
        match self {
            Self::Integer(totals) => totals.low.resize(n_groups, 0),
            Self::Decimal(totals) => {
                totals.low.resize(n_groups, 0);
                totals.carry.resize(n_groups, 0);
            }
            Self::Float(totals) => totals.resize(n_groups, 0.0),
        }
    }

    /// Adds rows of a plain column; nulls add nothing.
    pub(super) fn add(&mut self, groups: &[u32], array: &ArrayRef) {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        match self {
            Self::Integer(totals) => with_integer!(array.data_type(), N => {
                totals.add::<N>(groups, &values::<N>(array), nulls);
            }, _ => unreachable!("the input was checked to be an integer")),
            Self::Decimal(totals) => {
                let digits = array.as_primitive::<Decimal128Type>().values();
                each_valid(nulls, groups.len(), |row| {
                    totals.add(groups[row] as usize, digits[row]);
                });
            }
            Self::Float(totals) => match array.data_type() {
                DataType::Float32 => add_floats::<f32>(totals, groups, array, nulls),
                _ => add_floats::<f64>(totals, groups, array, nulls),
            },
        }
    }

    /// Adds all rows of a plain column to group 0, which exists.
    pub(super) fn add_all(&mut self, array: &ArrayRef) {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        match self {
            Self::Integer(totals) => with_integer!(array.data_type(), N => {
                let values = values::<N>(array);
                let total = match nulls {
                    None => exact_sum::<N>(&values),
                    Some(nulls) => {
                        nulls.valid_slices().map(|(from, to)| exact_sum::<N>(&values[from..to])).sum()
                    }
                };
                totals.add_wide(0, total);
            }, _ => unreachable!("the input was checked to be an integer")),
            Self::Decimal(totals) => {
                let digits = array.as_primitive::<Decimal128Type>().values();
                each_valid(nulls, digits.len(), |row| totals.add(0, digits[row]));
            }
            Self::Float(totals) => match array.data_type() {
                DataType::Float32 => add_all_floats::<f32>(&mut totals[0], array, nulls),
                _ => add_all_floats::<f64>(&mut totals[0], array, nulls),
            },
        }
    }

    /// Adds state columns, of [`state_dtypes`](Self::state_dtypes).
    pub(super) fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) {
        let nulls = state[0].nulls();
        match self {
            Self::Integer(totals) => {
                let parts = state[0].as_primitive::<Decimal128Type>().values();
                each_valid(nulls, groups.len(), |row| {
                    totals.add_wide(groups[row] as usize, parts[row]);
                });
            }
            Self::Decimal(totals) => {
                let parts = state[0].as_primitive::<Decimal128Type>().values();
                let carries = state[1].as_primitive::<Int64Type>().values();
                each_valid(nulls, groups.len(), |row| {
                    let group = groups[row] as usize;
                    totals.add(group, parts[row]);
                    totals.carry[group] += carries[row];
                });
            }
            Self::Float(totals) => {
                let parts = state[0].as_primitive::<Float64Type>().values();
                each_valid(nulls, groups.len(), |row| {
                    totals[groups[row] as usize] += parts[row];
                });
            }
        }
    }

    /// Takes the totals out as state columns.
    pub(super) fn take_state(&mut self) -> Vec<ArrayRef> {
        let dtypes = self.state_dtypes();
        match self {
            Self::Integer(totals) => vec![column(totals.take(), None, &dtypes[0].border())],
            Self::Decimal(totals) => vec![
                column(std::mem::take(&mut totals.low), None, &dtypes[0].border()),
                column(std::mem::take(&mut totals.carry), None, &dtypes[1].border()),
            ],
            Self::Float(totals) => {
                vec![column(std::mem::take(totals), None, &dtypes[0].border())]
            }
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        let bytes = match self {
            Self::Integer(totals) => totals.low.capacity() * 8 + totals.high.capacity() * 16,
            Self::Decimal(totals) => totals.low.capacity() * 16 + totals.carry.capacity() * 8,
            Self::Float(totals) => totals.capacity() * 8,
        };
        bytes as u64
    }
}

/// Exact totals of integers.
///
/// Rows add into 64 bits while they cannot overflow: `load` bounds what any one of them may hold.
/// When it is used up they are emptied into 128 bits, which 2^63 rows of 64 bits cannot overflow.
#[derive(Default)]
pub(super) struct IntegerTotals {
    low: Vec<i64>,
    /// Shorter than `low` until it is needed.
    high: Vec<i128>,
    load: u128,
}

impl IntegerTotals {
    fn add<N: Native + Into<i128>>(
        &mut self,
        groups: &[u32],
        values: &[N],
        nulls: Option<&NullBuffer>,
    ) {
        let load = (values.len() as u128) << magnitude_bits(values);
        if load > i64::MAX as u128 {
            self.spread();
            each_valid(nulls, groups.len(), |row| {
                self.high[groups[row] as usize] += values[row].into();
            });
            return;
        }
        if self.load + load > i64::MAX as u128 {
            self.empty();
        }
        self.load += load;
        let low = &mut self.low[..];
        match nulls {
            None => {
                for (group, value) in groups.iter().zip(values) {
                    low[*group as usize] += value.word() as i64;
                }
            }
            Some(_) => each_valid(nulls, groups.len(), |row| {
                low[groups[row] as usize] += values[row].word() as i64;
            }),
        }
    }

    fn add_wide(&mut self, group: usize, value: i128) {
        if self.high.len() <= group {
            self.spread();
        }
        self.high[group] += value;
    }

    fn spread(&mut self) {
        self.high.resize(self.low.len(), 0);
    }

    fn empty(&mut self) {
        self.spread();
        for (high, low) in self.high.iter_mut().zip(&mut self.low) {
            *high += i128::from(std::mem::take(low));
        }
        self.load = 0;
    }

    /// Takes the totals out.
    pub(super) fn take(&mut self) -> Vec<i128> {
        self.empty();
        self.low.clear();
        std::mem::take(&mut self.high)
    }
}

/// Totals of decimals, in units of their scale: 128 bits, and how often they overflowed.
pub(super) struct DecimalTotals {
    scale: i8,
    low: Vec<i128>,
    carry: Vec<i64>,
}

impl DecimalTotals {
    #[inline]
    fn add(&mut self, group: usize, value: i128) {
        let (sum, overflowed) = self.low[group].overflowing_add(value);
        self.low[group] = sum;
        if overflowed {
            self.carry[group] += if value < 0 { -1 } else { 1 };
        }
    }

    /// Takes the totals out: digits, and carries in units of 2^128.
    pub(super) fn take(&mut self) -> (Vec<i128>, Vec<i64>) {
        (
            std::mem::take(&mut self.low),
            std::mem::take(&mut self.carry),
        )
    }

    pub(super) fn scale(&self) -> i8 {
        self.scale
    }
}

/// Bits that hold the magnitude of every value: `-2^bits <= v < 2^bits`. Of narrow types, those of
/// the type.
fn magnitude_bits<N: Native>(values: &[N]) -> u32 {
    if N::WIDTH < 8 {
        return 8 * N::WIDTH;
    }
    let is_signed = N::START_MAX != N::default();
    let all = values.iter().fold(0, |all, value| {
        let word = value.word();
        // For a negative number, its distance from -1.
        all | if is_signed {
            word ^ ((word as i64 >> 63) as u64)
        } else {
            word
        }
    });
    64 - all.leading_zeros()
}

/// The sum of a slice, exactly: the halves of 64-bit values are summed apart, 2^31 at a time.
fn exact_sum<N: Native>(values: &[N]) -> i128 {
    let is_signed = N::START_MAX != N::default();
    values
        .chunks(1 << 31)
        .map(|values| {
            if N::WIDTH < 8 {
                return i128::from(values.iter().map(|value| value.word() as i64).sum::<i64>());
            }
            let (mut low, mut high) = (0_u64, 0_i64);
            for value in values {
                let word = value.word();
                low += word & 0xffff_ffff;
                high += if is_signed {
                    word as i64 >> 32
                } else {
                    (word >> 32) as i64
                };
            }
            (i128::from(high) << 32) + i128::from(low)
        })
        .sum()
}

/// Adds each row to its group's total, from the first to the last.
fn add_floats<N: Native + Into<f64>>(
    totals: &mut [f64],
    groups: &[u32],
    array: &ArrayRef,
    nulls: Option<&NullBuffer>,
) {
    let values = values::<N>(array);
    let values = &values[..];
    match nulls {
        None => {
            for (group, value) in groups.iter().zip(values) {
                totals[*group as usize] += (*value).into();
            }
        }
        Some(_) => each_valid(nulls, groups.len(), |row| {
            totals[groups[row] as usize] += values[row].into();
        }),
    }
}

fn add_all_floats<N: Native + Into<f64>>(
    total: &mut f64,
    array: &ArrayRef,
    nulls: Option<&NullBuffer>,
) {
    let values = values::<N>(array);
    match nulls {
        None => *total += lane_sum(&values),
        Some(_) => each_valid(nulls, values.len(), |row| *total += values[row].into()),
    }
}

/// The sum of a slice in 16 lanes, which are then added in a fixed order: as deterministic as from
/// left to right, and as fast as memory.
fn lane_sum<N: Native + Into<f64>>(values: &[N]) -> f64 {
    let mut lanes = [0.0_f64; 16];
    let blocks = values.chunks_exact(16);
    let rest = blocks.remainder();
    for block in blocks {
        for (lane, value) in lanes.iter_mut().zip(block) {
            *lane += (*value).into();
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane += (*value).into();
    }
    let mut width = 8;
    while width > 0 {
        for at in 0..width {
            lanes[at] += lanes[at + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// Calls `add` with each row that is not null, ascending.
#[inline]
pub(super) fn each_valid(nulls: Option<&NullBuffer>, rows: usize, mut add: impl FnMut(usize)) {
    match nulls.filter(|nulls| nulls.null_count() > 0) {
        None => (0..rows).for_each(add),
        Some(nulls) => nulls.valid_indices().for_each(&mut add),
    }
}
