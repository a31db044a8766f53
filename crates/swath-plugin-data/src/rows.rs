//! Rows as one struct array without a schema, both ways and without a copy.

use std::ffi::c_void;

use arrow_array::ffi::{FFI_ArrowArray, from_ffi_and_data_type};
use arrow_array::{Array, ArrayRef, make_array, new_empty_array};
use arrow_schema::ArrowError;
use swath_batch::Batch;
use swath_plugin_abi::ArrowArray;

use crate::shape::{self, check};
use crate::strict::is_strict;
use crate::{Columns, DataError, flat, nulls};

const _: () = {
    assert!(size_of::<FFI_ArrowArray>() == size_of::<ArrowArray>());
    assert!(align_of::<FFI_ArrowArray>() == align_of::<ArrowArray>());
};

/// What a struct array that was made here owns: its columns, and the lists that it points to.
struct Owned {
    columns: *mut [ArrowArray],
    /// Where each of them is.
    children: Vec<*mut ArrowArray>,
    /// A struct has no data of its own, and this one no nulls: one buffer, which is not there.
    buffers: [*const c_void; 1],
}

/// Frees a struct array that was made here.
unsafe extern "C" fn release(array: *mut ArrowArray) {
    // SAFETY: whoever releases an array has it for itself, and it is one.
    let array = unsafe { &mut *array };
    // SAFETY: `give_columns` put it there, and it is taken out once: the array counts as released from here on.
    let owned = unsafe { Box::from_raw(array.private_data.cast::<Owned>()) };
    array.release = None;
    array.private_data = std::ptr::null_mut();
    // SAFETY: `give` made it of a box. A column that was moved out of is released, and dropping it does nothing.
    drop(unsafe { Box::from_raw(owned.columns) });
}

/// The columns of a batch, in border encodings.
pub fn give_batch(batch: &Batch) -> ArrowArray {
    let rows = batch.record_batch();
    give(rows.columns(), rows.num_rows())
}

/// Columns of this many rows each, which must have the types that were agreed on. They share their buffers with what is handed over.
///
/// # Errors
/// Another number of columns, another type or another number of rows in one: whoever gets them believes all three.
pub fn give_columns(
    arrays: &[ArrayRef],
    columns: &Columns,
    rows: usize,
) -> Result<ArrowArray, DataError> {
    if arrays.len() != columns.len() {
        return Err(DataError::Count {
            expected: columns.len(),
            found: arrays.len() as i64,
        });
    }
    for (array, field) in arrays.iter().zip(columns.schema().fields()) {
        let wrong = |reason: String| DataError::Column {
            column: field.name().clone(),
            reason,
        };
        if !array.data_type().equals_datatype(field.data_type()) {
            return Err(wrong(format!(
                "{} where {} was agreed on",
                array.data_type(),
                field.data_type()
            )));
        }
        if array.len() != rows {
            return Err(wrong(format!(
                "{} rows where the batch has {rows}",
                array.len()
            )));
        }
    }
    Ok(give(arrays, rows))
}

fn give(columns: &[ArrayRef], rows: usize) -> ArrowArray {
    let columns: Box<[ArrowArray]> = columns.iter().map(export).collect();
    let columns = Box::into_raw(columns);
    // SAFETY: nothing is read: each place lies within the box.
    let place = |at| unsafe { columns.cast::<ArrowArray>().add(at) };
    let owned = Box::into_raw(Box::new(Owned {
        columns,
        children: (0..columns.len()).map(place).collect(),
        buffers: [std::ptr::null()],
    }));
    // SAFETY: it was made just now, and nobody else has it before this returns.
    let lists = unsafe { &mut *owned };
    ArrowArray {
        length: rows as i64,
        null_count: 0,
        offset: 0,
        n_buffers: 1,
        n_children: columns.len() as i64,
        buffers: lists.buffers.as_mut_ptr(),
        children: lists.children.as_mut_ptr(),
        dictionary: std::ptr::null_mut(),
        release: Some(release),
        private_data: owned.cast(),
    }
}

/// The columns inside a struct array, which must have these types, and how many rows they have.
///
/// # Errors
/// Other columns, another number of rows in one of them, buffers that its type does not have, nulls where none may be.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is taken: what is left of it is released at the end"
)]
pub fn take_columns(
    array: ArrowArray,
    columns: &Columns,
) -> Result<(Vec<ArrayRef>, usize), DataError> {
    if array.is_released() {
        return Err(DataError::Released { what: "an array" });
    }
    let frame = |reason: String| DataError::Column {
        column: "(all)".to_owned(),
        reason,
    };
    if array.n_children != columns.len() as i64 {
        return Err(DataError::Count {
            expected: columns.len(),
            found: array.n_children,
        });
    }
    if array.offset < 0 || array.offset >= shape::MOST || array.length >= shape::MOST {
        return Err(frame(format!(
            "{} rows after {}",
            array.length, array.offset
        )));
    }
    let rows =
        usize::try_from(array.length).map_err(|_| frame(format!("{} rows", array.length)))?;
    let from = array.offset as usize;
    let children = shape::children(&array, columns.len()).map_err(frame)?;
    for (child, field) in children.iter().zip(columns.schema().fields()) {
        // SAFETY: it is not null and belongs to this array.
        let child = unsafe { &**child };
        check(child, field.data_type(), field.name())?;
        if child.length < array.offset + array.length {
            return Err(DataError::Column {
                column: field.name().clone(),
                reason: format!("{} rows where the batch has {}", child.length, from + rows),
            });
        }
    }
    // There are as many rows as it says, as far as its columns tell.
    if shape::hides_rows(&array, from, rows) {
        return Err(frame("rows that are null as a whole".to_owned()));
    }
    let mut taken = Vec::with_capacity(columns.len());
    for (child, field) in children.iter().zip(columns.schema().fields()) {
        // SAFETY: it is not null and nobody else's. The C data interface lets children be moved out, one by one.
        let mut child = unsafe { std::ptr::replace(*child, ArrowArray::released()) };
        if child.is_released() {
            return Err(DataError::Column {
                column: field.name().clone(),
                reason: "it is another column too".to_owned(),
            });
        }
        if rows == 0 {
            // Its buffers may be nowhere, which Arrow takes of none.
            taken.push(new_empty_array(field.data_type()));
            continue;
        }
        shape::forget_null_counts(&mut child);
        // The specification lets a child be longer than its parent.
        let column = match flat::take(child, field.data_type(), from..from + rows) {
            Ok(column) => column,
            Err(child) => import(child, field.data_type())
                .map_err(|error| DataError::Column {
                    column: field.name().clone(),
                    reason: error.to_string(),
                })?
                .slice(from, rows),
        };
        nulls::check(&column, field)?;
        taken.push(column);
    }
    Ok((taken, rows))
}

fn export(column: &ArrayRef) -> ArrowArray {
    flat::give(column).unwrap_or_else(|| {
        let array = FFI_ArrowArray::new(&column.to_data());
        // SAFETY: both are `struct ArrowArray` of the C data interface, as the sizes above witness, and neither is used twice.
        unsafe { std::mem::transmute::<FFI_ArrowArray, ArrowArray>(array) }
    })
}

fn import(array: ArrowArray, data_type: &arrow_schema::DataType) -> Result<ArrayRef, ArrowError> {
    // SAFETY: both are `struct ArrowArray` of the C data interface, as the sizes above witness, and neither is used twice.
    let array = unsafe { std::mem::transmute::<ArrowArray, FFI_ArrowArray>(array) };
    // SAFETY: it is built as arrays of this type are, as was checked; what its buffers hold is the word of whoever made it.
    let data = unsafe { from_ffi_and_data_type(array, data_type.clone()) }?;
    if is_strict() {
        data.validate_full()?;
    } else {
        data.validate()?;
    }
    Ok(make_array(data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::types::{Int8Type, UInt32Type};
    use arrow_array::{
        DictionaryArray, Float64Array, Int64Array, ListArray, StringArray, StringViewArray,
        StructArray,
    };
    use arrow_buffer::{NullBuffer, OffsetBuffer};
    use arrow_schema::DataType;
    use insta::assert_snapshot;
    use std::sync::Arc;
    use swath_meta::{DType, Meta};

    fn batch() -> Batch {
        Batch::from_csv("n,x,s,t\n1,1.5,short,2026-01-01T00:00\n2,,,2026-01-02T12:30\n,3.5,a text that stands in a block of its own,\n")
            .expect("a table")
    }

    /// There and back, with the types that both sides agreed on.
    fn back(given: ArrowArray, meta: &Meta) -> Result<Vec<ArrayRef>, DataError> {
        take_columns(given, &Columns::of_meta(meta)).map(|(columns, _)| columns)
    }

    #[test]
    fn rows_come_back_without_a_copy() {
        for rows in [batch(), batch().slice(1, 2), batch().slice(3, 0)] {
            let taken = back(give_batch(&rows), rows.meta()).expect("as it was given");
            assert_eq!(taken, rows.record_batch().columns());
            let places = |columns: &[ArrayRef]| {
                let data = columns.iter().map(Array::to_data);
                data.map(|data| data.buffers()[0].as_ptr())
                    .collect::<Vec<_>>()
            };
            if rows.num_rows() > 0 {
                assert_eq!(places(&taken), places(rows.record_batch().columns()));
            }
        }
    }

    #[test]
    fn every_type_comes_back() {
        for dtype in [
            "null",
            "bool",
            "int8",
            "int64",
            "uint64",
            "float32",
            "float64",
            "decimal(12, 3)",
            "string",
            "binary",
            "date",
            "time[us]",
            "timestamp[ns]",
            "timestamp[us, Europe/Berlin]",
            "duration[ms]",
            "category",
            "list<int64>",
            "list<string>",
            "struct<a: int64, b: list<category>>",
        ] {
            let meta = Meta::of([("a", dtype)]).expect("a dtype");
            let rows = swath_batch::meta_nonempty(&meta);
            for rows in [rows.clone(), rows.slice(1, 1), rows.slice(0, 0)] {
                let taken = back(give_batch(&rows), &meta);
                assert_eq!(
                    &taken.expect(dtype)[..],
                    rows.record_batch().columns(),
                    "{dtype}"
                );
            }
        }
    }

    #[test]
    fn rows_without_columns_are_counted() {
        let (columns, rows) =
            take_columns(give(&[], 7), &Columns::of_meta(&Meta::empty())).expect("no column");
        assert_eq!((columns.len(), rows), (0, 7));
    }

    #[test]
    fn a_part_of_the_rows_is_taken() {
        let mut given = give_batch(&batch());
        (given.length, given.offset) = (1, 2);
        let (taken, rows) = take_columns(given, &Columns::of_meta(batch().meta()))
            .expect("the specification allows it");
        assert_eq!(
            (&taken[..], rows),
            (batch().slice(2, 1).record_batch().columns(), 1)
        );
    }

    /// What is counted wrong is counted here: a column of two nulls.
    #[test]
    fn nulls_are_counted_here() {
        let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(2), None]));
        let meta = Meta::of([("n", "int64")]).expect("a meta");
        for said in [-1, 0, 1, 3] {
            let given = give(&[Arc::clone(&nulls)], 3);
            // SAFETY: it was made here with one column.
            let column = unsafe { *given.children };
            // SAFETY: nobody else uses it.
            let column = unsafe { &mut *column };
            column.null_count = said;
            let taken = back(given, &meta).expect("counted anew");
            assert_eq!((taken[0].null_count(), &taken[0]), (2, &nulls));
        }
    }

    /// Memory of a language that knows no numbers of 128 bits is where 64 bits may be.
    #[test]
    fn numbers_may_lie_where_smaller_ones_may() {
        let meta = Meta::of([("d", "decimal(12, 3)")]).expect("a meta");
        let rows = swath_batch::meta_nonempty(&meta);
        let mut given = give_batch(&rows);
        let values = rows.record_batch().column(0).to_data().buffers()[0].clone();
        let mut words = vec![0; values.len() / 8 + 1];
        let start = usize::from(words.as_ptr().addr().is_multiple_of(16));
        for (word, bytes) in words[start..].iter_mut().zip(values.chunks(8)) {
            *word = u64::from_ne_bytes(bytes.try_into().expect("two words a number"));
        }
        let place = words[start..].as_ptr();
        assert_eq!(place.addr() % 16, 8);
        let buffers = child(&mut given, 0).buffers;
        // SAFETY: a decimal has two buffers, the second of which are its values.
        let second = unsafe { buffers.add(1) };
        // SAFETY: see above; nobody else uses it.
        unsafe { *second = place.cast() };
        let taken = back(given, &meta).expect("it is copied");
        assert_eq!(taken, rows.record_batch().columns());
    }

    /// A bit for each row, and nobody counted how many say that theirs is null.
    #[test]
    fn rows_are_null_by_their_bits() {
        let nulled = |bits: u8| {
            let mut given = give_batch(&batch());
            given.null_count = -1;
            let bits = [bits];
            // SAFETY: it was made here with a list of one pointer, and nobody else uses it.
            unsafe { *given.buffers = bits.as_ptr().cast() };
            back(given, batch().meta()).map_err(|error| error.to_string())
        };
        assert_eq!(nulled(0b1111_1111).expect("none is null").len(), 4);
        assert_eq!(nulled(0b0000_0111).expect("none is null").len(), 4);
        assert_snapshot!(nulled(0b1111_1101).expect_err("the second"), @"column `(all)`: rows that are null as a whole");
    }

    /// Offsets of no rows, which the format lets be nowhere.
    #[test]
    fn no_rows_may_have_no_buffers() {
        let meta = Meta::of([("l", "list<int64>")]).expect("a meta");
        let rows = swath_batch::meta_nonempty(&meta).slice(0, 0);
        let mut given = give_batch(&rows);
        let offsets = child(&mut given, 0).buffers.wrapping_add(1);
        // SAFETY: a list has two buffers, the second of which are its offsets; nobody else uses it.
        unsafe { *offsets = std::ptr::null() };
        let taken = back(given, &meta).expect("there is nothing to be found");
        assert_eq!(taken, rows.record_batch().columns());
    }

    #[test]
    fn longer_children_are_cut() {
        let mut given = give_batch(&batch());
        given.length = 2;
        let (taken, rows) = take_columns(given, &Columns::of_meta(batch().meta()))
            .expect("the specification allows it");
        assert_eq!((taken[0].len(), rows), (2, 2));
    }

    /// The message about an array that was tampered with.
    #[track_caller]
    fn lie(change: impl FnOnce(&mut ArrowArray)) -> String {
        let mut given = give_batch(&batch());
        change(&mut given);
        let error = back(given, batch().meta()).expect_err("a lie");
        std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
            error.source()
        })
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
    }

    fn pointers(given: &mut ArrowArray) -> &mut [*mut ArrowArray] {
        // SAFETY: it was made here with so many columns, and nobody else uses it.
        unsafe { std::slice::from_raw_parts_mut(given.children, given.n_children as usize) }
    }

    fn child(given: &mut ArrowArray, at: usize) -> &mut ArrowArray {
        // SAFETY: it points to one of the columns, and nobody else uses it.
        unsafe { &mut *pointers(given)[at] }
    }

    #[test]
    fn lies_are_found() {
        let mut said = String::new();
        let mut tell = |text: String| {
            said.push_str(&text);
            said.push('\n');
        };
        tell(lie(|given| {
            drop(std::mem::replace(given, ArrowArray::released()));
        }));
        tell(lie(|given| given.length = -1));
        tell(lie(|given| given.length = 4));
        tell(lie(|given| given.offset = 1));
        tell(lie(|given| given.offset = -1));
        tell(lie(|given| given.offset = i64::MAX));
        tell(lie(|given| child(given, 0).length = 2));
        tell(lie(|given| child(given, 0).length = -3));
        tell(lie(|given| child(given, 0).offset = i64::MAX));
        tell(lie(|given| child(given, 0).null_count = 9));
        tell(lie(|given| child(given, 0).n_buffers = 3));
        tell(lie(|given| child(given, 0).n_buffers = -1));
        tell(lie(|given| child(given, 2).n_buffers = 1));
        tell(lie(|given| child(given, 0).buffers = std::ptr::null_mut()));
        tell(lie(|given| {
            drop(std::mem::replace(child(given, 1), ArrowArray::released()));
        }));
        tell(lie(|given| pointers(given).swap(0, 2)));
        assert_snapshot!(said);
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let meta = Meta::of([("a", "int64"), ("b", "int64")]).expect("a meta");
        let mut given = give(&[Arc::clone(&numbers), numbers], 2);
        pointers(&mut given)[1] = pointers(&mut given)[0];
        let error = back(given, &meta).expect_err("one in two places");
        assert_snapshot!(error, @"column `b`: it is another column too");
    }

    #[test]
    fn what_is_given_is_what_was_agreed_on() {
        let agreed = Columns::of_meta(&Meta::of([("n", "int64")]).expect("a meta"));
        let said = |arrays: &[ArrayRef], rows: usize| match give_columns(arrays, &agreed, rows) {
            Ok(_) => "it does".to_owned(),
            Err(error) => error.to_string(),
        };
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
        assert_snapshot!(said(&[Arc::clone(&numbers)], 2), @"it does");
        assert_snapshot!(said(&[Arc::clone(&numbers)], 3), @"column `n`: 2 rows where the batch has 3");
        assert_snapshot!(said(&[floats], 2), @"column `n`: Float64 where Int64 was agreed on");
        assert_snapshot!(said(&[], 2), @"0 columns arrived where 1 were promised");
    }

    #[test]
    fn promises_are_held() {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
        let meta = Meta::try_new(
            [swath_meta::Field::new("n", DType::Int64, false)],
            swath_meta::Index::none(),
        )
        .expect("a meta");
        let error = back(give(&[Arc::clone(&numbers)], 2), &meta).expect_err("a null");
        assert_snapshot!(error, @"column `n` has 1 nulls and is declared without");
        let error =
            back(give(&[Arc::clone(&numbers), numbers], 2), &meta).expect_err("a column more");
        assert_snapshot!(error, @"2 columns arrived where 1 were promised");
        let floats: ArrayRef = Arc::new(DictionaryArray::<Int8Type>::new(
            vec![0, 1].into(),
            Arc::new(StringArray::from(vec!["a", "b"])),
        ));
        let error = back(give(&[floats], 2), &meta).expect_err("a dictionary");
        assert_snapshot!(error, @"column `n`: a dictionary, and Int64 has none");
        let meta = Meta::of([("c", "category")]).expect("a meta");
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
        let error = back(give(&[floats], 1), &meta).expect_err("no dictionary");
        assert_snapshot!(error, @"column `c`: no dictionary");
    }

    /// The message about a column that was declared as one of a field.
    #[track_caller]
    fn promised(field: swath_meta::Field, column: ArrayRef) -> Result<Vec<ArrayRef>, DataError> {
        let meta = Meta::try_new([field], swath_meta::Index::none()).expect("a meta");
        let rows = column.len();
        back(give(&[column], rows), &meta)
    }

    /// Neither a text that is missing in a dictionary nor a value inside of others hides from a promise.
    #[test]
    fn nulls_are_found_where_they_hide() {
        let category = |nullable| swath_meta::Field::new("c", DType::Category, nullable);
        let hidden: ArrayRef = Arc::new(DictionaryArray::<UInt32Type>::new(
            vec![0, 1, 1].into(),
            Arc::new(StringViewArray::from(vec![Some("a"), None])),
        ));
        promised(category(true), Arc::clone(&hidden)).expect("it may have nulls");
        let error = promised(category(false), hidden).expect_err("two nulls");
        assert_snapshot!(error, @"column `c` has 2 nulls and is declared without");

        let numbers = |nullable| {
            let item = swath_meta::Field::new("item", DType::Int64, nullable);
            swath_meta::Field::new("l", DType::List(item.into()), true)
        };
        let list =
            |field: &swath_meta::Field, lengths: &[usize], valid: Option<Vec<bool>>| -> ArrayRef {
                let DataType::List(item) = field.dtype.border() else {
                    unreachable!("it is a list");
                };
                let values: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
                let offsets = OffsetBuffer::from_lengths(lengths.iter().copied());
                let item = Arc::new(item.as_ref().clone().with_nullable(true));
                let list = ListArray::new(item, offsets, values, valid.map(NullBuffer::from));
                Arc::new(list)
            };
        let field = numbers(true);
        promised(field.clone(), list(&field, &[1, 2], None)).expect("it may have nulls");
        let field = numbers(false);
        let error = promised(field.clone(), list(&field, &[1, 2], None)).expect_err("a null");
        assert_snapshot!(error, @"column `l.item` has 1 nulls and is declared without");
        // Nobody sees what belongs to no row, nor what a list has that is null itself.
        promised(field.clone(), list(&field, &[1], None)).expect("no null");
        let null = vec![true, false, true];
        promised(field.clone(), list(&field, &[1, 1, 1], Some(null))).expect("no null");

        let inside = swath_meta::Field::new("a", DType::Int64, false);
        let pair = swath_meta::Field::new("s", DType::Struct([inside].into()), true);
        let pairs = |valid: Vec<bool>| -> ArrayRef {
            let DataType::Struct(fields) = pair.dtype.border() else {
                unreachable!("it is a struct");
            };
            let fields = fields
                .iter()
                .map(|field| field.as_ref().clone().with_nullable(true));
            let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
            let pairs = StructArray::new(fields.collect(), vec![numbers], Some(valid.into()));
            Arc::new(pairs)
        };
        promised(pair.clone(), pairs(vec![true, false])).expect("its pair is null as a whole");
        let error = promised(pair.clone(), pairs(vec![false, true])).expect_err("a null");
        assert_snapshot!(error, @"column `s.a` has 1 nulls and is declared without");
    }
}
