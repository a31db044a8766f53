//! Values to 64 bits: the same for equal values of a dtype, whatever encodes them and on every machine.

use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use swath_plugin::arrow_array::{Array, PrimitiveArray};
use swath_plugin::arrow_schema::{DataType, TimeUnit};
use swath_plugin::{Error, Result};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// What a null counts as.
const NULL: u64 = 0x6e75_6c6c;

/// The hash of some bytes. What a view of a null row points to may be nowhere.
fn bytes(value: Option<&[u8]>) -> u64 {
    value.map_or(NULL, xxh3_64)
}

/// The hash of the value in each row; that of a null row is anything.
///
/// # Errors
/// An Arrow type that no dtype has.
pub(crate) fn hashes(column: &dyn Array) -> Result<Vec<u64>> {
    macro_rules! primitive {
        ($($type:pat => $arrow:ty,)*) => {
            match column.data_type() {
                $($type => return Ok(numbers::<$arrow>(column.as_primitive())),)*
                _ => {}
            }
        };
    }
    primitive! {
        DataType::Int8 => Int8Type,
        DataType::Int16 => Int16Type,
        DataType::Int32 => Int32Type,
        DataType::Int64 => Int64Type,
        DataType::UInt8 => UInt8Type,
        DataType::UInt16 => UInt16Type,
        DataType::UInt32 => UInt32Type,
        DataType::UInt64 => UInt64Type,
        DataType::Float32 => Float32Type,
        DataType::Float64 => Float64Type,
        DataType::Decimal128(..) => Decimal128Type,
        DataType::Date32 => Date32Type,
        DataType::Time32(TimeUnit::Second) => Time32SecondType,
        DataType::Time32(_) => Time32MillisecondType,
        DataType::Time64(TimeUnit::Microsecond) => Time64MicrosecondType,
        DataType::Time64(_) => Time64NanosecondType,
        DataType::Timestamp(TimeUnit::Second, _) => TimestampSecondType,
        DataType::Timestamp(TimeUnit::Millisecond, _) => TimestampMillisecondType,
        DataType::Timestamp(TimeUnit::Microsecond, _) => TimestampMicrosecondType,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => TimestampNanosecondType,
        DataType::Duration(TimeUnit::Second) => DurationSecondType,
        DataType::Duration(TimeUnit::Millisecond) => DurationMillisecondType,
        DataType::Duration(TimeUnit::Microsecond) => DurationMicrosecondType,
        DataType::Duration(TimeUnit::Nanosecond) => DurationNanosecondType,
    }
    let rows = 0..column.len();
    Ok(match column.data_type() {
        DataType::Null => vec![NULL; column.len()],
        DataType::Boolean => {
            let values = column.as_boolean();
            rows.map(|row| u64::from(values.value(row)).hash())
                .collect()
        }
        DataType::Utf8View => {
            let texts = column.as_string_view();
            texts
                .iter()
                .map(|text| bytes(text.map(str::as_bytes)))
                .collect()
        }
        DataType::BinaryView => column.as_binary_view().iter().map(bytes).collect(),
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            let of_values = hashes(dictionary.values())?;
            if of_values.is_empty() {
                // Then every row is null.
                vec![NULL; column.len()]
            } else {
                let keys = dictionary.normalized_keys().into_iter();
                keys.map(|key| of_values[key]).collect()
            }
        }
        DataType::List(_) => {
            let lists = column.as_list::<i32>();
            let items = with_nulls(lists.values())?;
            let list = |row: usize| {
                let (from, to) = (lists.value_offsets()[row], lists.value_offsets()[row + 1]);
                let items = &items[from as usize..to as usize];
                items
                    .iter()
                    .fold((items.len() as u64).hash(), |all, item| join(all, *item))
            };
            rows.map(list).collect()
        }
        DataType::Struct(_) => {
            let mut all = vec![0; column.len()];
            for field in column.as_struct().columns() {
                for (all, value) in all.iter_mut().zip(with_nulls(field)?) {
                    *all = join(*all, value);
                }
            }
            all
        }
        other => {
            return Err(Error::new(format!(
                "values of Arrow's type {other} are not known here"
            )));
        }
    })
}

/// The hashes of what is inside of others, where a null is a value.
fn with_nulls(column: &dyn Array) -> Result<Vec<u64>> {
    let mut hashes = hashes(column)?;
    if let Some(nulls) = column.logical_nulls() {
        for (hash, valid) in hashes.iter_mut().zip(nulls.iter()) {
            if !valid {
                *hash = NULL;
            }
        }
    }
    Ok(hashes)
}

fn join(all: u64, next: u64) -> u64 {
    xxh3_64_with_seed(&next.to_le_bytes(), all)
}

fn numbers<T: ArrowPrimitiveType<Native: Number>>(column: &PrimitiveArray<T>) -> Vec<u64> {
    column.values().iter().map(|value| value.hash()).collect()
}

/// A number of fixed width: equal numbers of any width have one hash.
trait Number: Copy {
    fn hash(self) -> u64;
}

macro_rules! numbers {
    ($($type:ty, $value:ident => $bits:expr;)*) => { $(
        impl Number for $type {
            fn hash(self) -> u64 {
                let $value = self;
                xxh3_64(&$bits.to_le_bytes())
            }
        }
    )* };
}

numbers! {
    i8, value => i64::from(value);
    i16, value => i64::from(value);
    i32, value => i64::from(value);
    i64, value => value;
    u8, value => u64::from(value);
    u16, value => u64::from(value);
    u32, value => u64::from(value);
    u64, value => value;
    i128, value => value;
    f32, value => canonical(f64::from(value));
    f64, value => canonical(value);
}

/// One zero and one NaN: as in groups, they are one value each.
fn canonical(value: f64) -> f64 {
    if value.is_nan() {
        f64::NAN
    } else {
        value + 0.0
    }
}
