//! Whether an array is built as arrays of its type are, before anything follows its pointers to data.

use std::ffi::c_void;

use arrow_buffer::bit_chunk_iterator::UnalignedBitChunk;
use arrow_data::layout;
use arrow_schema::{DataType, Field};
use swath_plugin_abi::ArrowArray;

use crate::{DataError, flat};

/// More rows than any machine has room for: sums of lengths below it do not overflow.
pub(crate) const MOST: i64 = 1 << 48;

/// An array that somebody else made, and what it should be.
struct Found<'a> {
    array: &'a ArrowArray,
    path: &'a str,
}

/// Looks at a column and at everything inside it.
///
/// # Errors
/// [`DataError::Column`] with the first thing that is wrong.
pub(crate) fn check(array: &ArrowArray, data_type: &DataType, path: &str) -> Result<(), DataError> {
    Found { array, path }.check(data_type)
}

/// The buffers of a type.
struct Buffers {
    /// How many of them say which rows are null: one or none.
    validity: usize,
    /// How many there are in any case.
    fixed: usize,
    /// Blocks follow that its views point into.
    variadic: bool,
}

impl Buffers {
    fn of(data_type: &DataType) -> Self {
        // What Arrow says of these too, without a list of it.
        if data_type.is_primitive() {
            return Self {
                validity: 1,
                fixed: flat::BUFFERS,
                variadic: false,
            };
        }
        let layout = layout(data_type);
        let validity = usize::from(layout.can_contain_null_mask);
        Self {
            validity,
            fixed: layout.buffers.len() + validity,
            variadic: layout.variadic,
        }
    }
}

impl Found<'_> {
    fn wrong(&self, reason: impl Into<String>) -> DataError {
        DataError::Column {
            column: self.path.to_owned(),
            reason: reason.into(),
        }
    }

    fn check(&self, data_type: &DataType) -> Result<(), DataError> {
        let ArrowArray {
            length,
            offset,
            null_count,
            ..
        } = *self.array;
        if self.array.is_released() {
            return Err(self.wrong("it was released before it was handed over"));
        }
        if !(0..MOST).contains(&length) || !(0..MOST).contains(&offset) {
            return Err(self.wrong(format!("{length} rows after {offset} are no rows")));
        }
        if null_count < -1 || null_count > length {
            return Err(self.wrong(format!("{null_count} nulls among {length} rows")));
        }
        self.buffers(data_type)?;
        self.children(data_type)?;
        self.dictionary(data_type)
    }

    fn buffers(&self, data_type: &DataType) -> Result<(), DataError> {
        let Buffers {
            validity,
            fixed,
            variadic,
        } = Buffers::of(data_type);
        // The sizes of the blocks that views point into are a buffer of their own.
        let expected = fixed + usize::from(variadic);
        let found = usize::try_from(self.array.n_buffers).unwrap_or(usize::MAX);
        let fits = if variadic {
            found >= expected
        } else {
            found == expected
        };
        if !fits || found > MOST as usize {
            let least = if variadic { "at least " } else { "" };
            return Err(self.wrong(format!(
                "{} buffers, and {data_type} has {least}{expected}",
                self.array.n_buffers
            )));
        }
        if found == 0 {
            return Ok(());
        }
        if self.array.buffers.is_null() {
            return Err(self.wrong("no list of its buffers"));
        }
        // SAFETY: it is not null, and by the specification it has as many pointers as there are buffers.
        let buffers = unsafe { std::slice::from_raw_parts(self.array.buffers, found) };
        let rows = self.array.length + self.array.offset;
        if validity == 1 && self.array.null_count > 0 && buffers[0].is_null() {
            return Err(self.wrong(format!(
                "{} nulls, and nothing that says where",
                self.array.null_count
            )));
        }
        // Offsets, views or values; a buffer of no bytes may be nowhere, as that of texts that are all empty.
        if rows > 0 && fixed > validity && buffers[validity].is_null() {
            return Err(self.wrong(format!("{rows} rows and no values")));
        }
        if variadic {
            self.blocks(&buffers[fixed..])?;
        }
        Ok(())
    }

    /// The blocks that views point into, and at the end their sizes.
    fn blocks(&self, buffers: &[*const c_void]) -> Result<(), DataError> {
        let Some((sizes, blocks)) = buffers
            .split_last()
            .filter(|(_, blocks)| !blocks.is_empty())
        else {
            return Ok(());
        };
        if sizes.is_null() {
            return Err(self.wrong("blocks of values without their sizes"));
        }
        // SAFETY: it is not null, and by the specification there is a size for each block.
        let sizes = unsafe { std::slice::from_raw_parts(sizes.cast::<i64>(), blocks.len()) };
        for (block, size) in blocks.iter().zip(sizes) {
            if *size < 0 || (*size > 0 && block.is_null()) {
                return Err(self.wrong(format!(
                    "a block of values of {size} bytes that is not there"
                )));
            }
        }
        Ok(())
    }

    fn children(&self, data_type: &DataType) -> Result<(), DataError> {
        let fields: Vec<&Field> = match data_type {
            DataType::Struct(fields) => fields.iter().map(AsRef::as_ref).collect(),
            DataType::Union(fields, _) => fields.iter().map(|(_, field)| field.as_ref()).collect(),
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item)
            | DataType::FixedSizeList(item, _)
            | DataType::Map(item, _) => vec![item],
            DataType::RunEndEncoded(ends, values) => vec![ends, values],
            _ => Vec::new(),
        };
        let children = children(self.array, fields.len()).map_err(|reason| self.wrong(reason))?;
        for (child, field) in children.iter().zip(fields) {
            // SAFETY: it is not null and belongs to this array.
            let child = unsafe { &**child };
            let path = format!("{}.{}", self.path, field.name());
            let inner = Found {
                array: child,
                path: &path,
            };
            inner.check(field.data_type())?;
            let least = match data_type {
                DataType::Struct(_) => self.array.length + self.array.offset,
                DataType::FixedSizeList(_, size) => {
                    (self.array.length + self.array.offset).saturating_mul(i64::from(*size))
                }
                _ => 0,
            };
            if child.length < least {
                return Err(inner.wrong(format!("{} rows inside {least}", child.length)));
            }
        }
        Ok(())
    }

    fn dictionary(&self, data_type: &DataType) -> Result<(), DataError> {
        // SAFETY: it is null or points to an array that belongs to this one.
        let dictionary = unsafe { self.array.dictionary.as_ref() };
        match (data_type, dictionary) {
            (DataType::Dictionary(_, values), Some(dictionary)) => Found {
                array: dictionary,
                path: &format!("{}.dictionary", self.path),
            }
            .check(values),
            (DataType::Dictionary(..), None) => Err(self.wrong("no dictionary")),
            (_, Some(_)) => Err(self.wrong(format!("a dictionary, and {data_type} has none"))),
            (_, None) => Ok(()),
        }
    }
}

/// Pointers to the arrays inside an array, if there are as many as expected and all are there.
///
/// # Errors
/// What is wrong with them, in words.
pub(crate) fn children(array: &ArrowArray, expected: usize) -> Result<&[*mut ArrowArray], String> {
    if array.is_released() {
        // What it had is gone, whatever it still says.
        return Err("nothing inside it, because it was released".to_owned());
    }
    if usize::try_from(array.n_children) != Ok(expected) {
        return Err(format!(
            "{} arrays inside it where there are {expected}",
            array.n_children
        ));
    }
    if expected == 0 {
        return Ok(&[]);
    }
    if array.children.is_null() {
        return Err("no list of the arrays inside it".to_owned());
    }
    // SAFETY: it is not null, and by the specification it has as many pointers as there are children.
    let pointers = unsafe { std::slice::from_raw_parts(array.children, expected) };
    if pointers.iter().any(|pointer| pointer.is_null()) {
        return Err("an array inside it that is not there".to_owned());
    }
    Ok(pointers)
}

/// Whether a struct says that one of these rows is null. One that says that it counted none is believed.
pub(crate) fn hides_rows(array: &ArrowArray, from: usize, rows: usize) -> bool {
    if array.null_count == 0 || array.n_buffers < 1 {
        return false;
    }
    // SAFETY: it is null, or by the specification a list of at least one pointer.
    let bits = unsafe { array.buffers.as_ref() };
    let Some(bits) = bits.filter(|bits| !bits.is_null()) else {
        return false;
    };
    let length = (from + rows).div_ceil(8);
    // SAFETY: it is not null, and by the specification there is a bit for each row.
    let bits = unsafe { std::slice::from_raw_parts(bits.cast::<u8>(), length) };
    UnalignedBitChunk::new(bits, from, rows).count_ones() < rows
}

/// Lets Arrow count nulls itself, in a column that was looked at and in all inside it: it believes a number, and a wrong one leads it
/// to memory that nobody wrote.
pub(crate) fn forget_null_counts(array: &mut ArrowArray) {
    array.null_count = -1;
    for at in 0..array.n_children as usize {
        // SAFETY: there are as many children, as was looked at.
        let child = unsafe { array.children.add(at) };
        // SAFETY: see above.
        let child = unsafe { *child };
        // SAFETY: it is not null, as was looked at, and belongs to this array.
        forget_null_counts(unsafe { &mut *child });
    }
    // SAFETY: it is null, or belongs to this array.
    if let Some(values) = unsafe { array.dictionary.as_mut() } {
        forget_null_counts(values);
    }
}
