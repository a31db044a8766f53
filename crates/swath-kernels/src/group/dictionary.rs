//! Text keys: by code where the column is a dictionary, by view where it is not.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, DictionaryArray, UInt32Array, downcast_dictionary_array};
use arrow_buffer::{ArrowNativeType, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::DataType;
use swath_meta::DType;

use super::bytes::ByteTable;
use super::strategy::{Fit, Strategy};
use crate::KernelError;
use crate::encoding::{Views, cast_to, is_coded, plain_type};

/// Dictionaries whose maps are kept. Batches of one row group share one; a few files may interleave.
const KEPT_DICTIONARIES: usize = 16;

/// One map per dictionary from code to id, filled as codes are first seen; ids by value below, so
/// that dictionaries, and batches of plain text among them, agree.
///
/// One load a row for codes of a known dictionary; a hash and a comparison for views.
pub(super) struct Text {
    dtype: DType,
    table: ByteTable,
    null: Option<u32>,
    /// Most recently used last.
    dictionaries: Vec<Known>,
}

/// A dictionary seen before, kept alive so that its address stays its own.
struct Known {
    /// As the column holds it: compared by address.
    data: ArrayData,
    /// As views.
    entries: ArrayRef,
    /// The id of each code plus one; 0 where the code has not been seen.
    ids: Vec<u32>,
}

impl Text {
    pub(super) fn new(dtype: DType) -> Self {
        Self {
            dtype,
            table: ByteTable::new(),
            null: None,
            dictionaries: Vec::new(),
        }
    }

    fn null_id(&mut self) -> u32 {
        *self.null.get_or_insert_with(|| self.table.push_null())
    }

    fn id_of(&mut self, views: &Views<'_>, row: usize) -> u32 {
        self.table
            .find_or_insert(views.as_slice()[row], |view| views.long(view))
    }

    fn group_views(&mut self, array: &ArrayRef, ids: &mut Vec<u32>) -> Result<(), KernelError> {
        let array = cast_to(array, &plain_type(&self.dtype))?;
        let views = Views::of(&array).expect("plain text is views");
        match array.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => {
                for &view in views.as_slice() {
                    ids.push(self.table.find_or_insert(view, |view| views.long(view)));
                }
            }
            Some(nulls) => ids.extend(nulls.iter().enumerate().map(|(row, valid)| {
                if valid {
                    self.id_of(&views, row)
                } else {
                    self.null_id()
                }
            })),
        }
        Ok(())
    }

    /// Moves the map of this dictionary out, or begins one.
    fn take_known(&mut self, values: &ArrayRef) -> Result<Known, KernelError> {
        let data = values.to_data();
        if let Some(at) = self
            .dictionaries
            .iter()
            .rposition(|known| known.data.ptr_eq(&data))
        {
            return Ok(self.dictionaries.remove(at));
        }
        let entries = cast_to(values, &plain_type(&self.dtype))?;
        Ok(Known {
            data,
            ids: vec![0; entries.len()],
            entries,
        })
    }

    fn group_codes(&mut self, array: &ArrayRef, ids: &mut Vec<u32>) -> Result<(), KernelError> {
        let mut known = self.take_known(array.as_any_dictionary().values())?;
        downcast_dictionary_array!(
            array => {
                let codes = array.keys().values();
                match array.keys().nulls().filter(|nulls| nulls.null_count() > 0) {
                    None => self.group_all_codes(codes, &mut known, ids),
                    Some(nulls) => ids.extend(codes.iter().zip(nulls.iter()).map(|(code, valid)| {
                        if valid {
                            self.id_of_code(code.as_usize(), &mut known)
                        } else {
                            self.null_id()
                        }
                    })),
                }
            }
            _ => unreachable!("only dictionaries come here")
        );
        if self.dictionaries.len() == KEPT_DICTIONARIES {
            self.dictionaries.remove(0);
        }
        self.dictionaries.push(known);
        Ok(())
    }

    /// Translates codes in blocks: a plain gather while all codes of the block are known.
    fn group_all_codes<K: ArrowNativeType>(
        &mut self,
        codes: &[K],
        known: &mut Known,
        ids: &mut Vec<u32>,
    ) {
        for block in codes.chunks(256) {
            let start = ids.len();
            let mut all_known = true;
            ids.extend(block.iter().map(|code| {
                let id = known.ids[code.as_usize()];
                all_known &= id != 0;
                id.wrapping_sub(1)
            }));
            if !all_known {
                for (id, code) in ids[start..].iter_mut().zip(block) {
                    *id = self.id_of_code(code.as_usize(), known);
                }
            }
        }
    }

    #[inline]
    fn id_of_code(&mut self, code: usize, known: &mut Known) -> u32 {
        if known.ids[code] == 0 {
            let id = if known.entries.is_null(code) {
                self.null_id()
            } else {
                let views = Views::of(&known.entries).expect("entries are kept as views");
                self.id_of(&views, code)
            };
            known.ids[code] = id + 1;
        }
        known.ids[code] - 1
    }
}

impl Strategy for Text {
    fn name(&self) -> &'static str {
        "dictionary"
    }

    fn group(&mut self, keys: &[ArrayRef], ids: &mut Vec<u32>) -> Result<Fit, KernelError> {
        if is_coded(&keys[0]) {
            self.group_codes(&keys[0], ids)?;
        } else {
            self.group_views(&keys[0], ids)?;
        }
        Ok(Fit::All)
    }

    fn groups(&self) -> usize {
        self.table.len()
    }

    fn keys(&self) -> Result<Vec<ArrayRef>, KernelError> {
        let column: ArrayRef = match self.dtype {
            DType::Binary => Arc::new(self.table.column(self.null)),
            DType::Category => category(&self.table.text(self.null)),
            _ => self.table.text(self.null),
        };
        Ok(vec![column])
    }

    fn bytes(&self) -> u64 {
        let maps: usize = self
            .dictionaries
            .iter()
            .map(|known| known.ids.capacity() * 4)
            .sum();
        self.table.bytes() + maps as u64
    }

    fn growth(&self, rows: usize) -> u64 {
        self.table.growth(rows)
    }

    fn key_bytes(&self) -> u64 {
        let codes = if self.dtype == DType::Category { 4 } else { 0 };
        self.table.column_bytes() + codes * self.table.len() as u64
    }
}

/// Distinct text as a dictionary of itself.
fn category(text: &ArrayRef) -> ArrayRef {
    let codes = UInt32Array::new(
        (0..text.len() as u32).collect(),
        text.nulls()
            .map(|nulls| NullBuffer::new(nulls.inner().clone())),
    );
    let column = DictionaryArray::new(codes, Arc::clone(text));
    debug_assert_eq!(*column.data_type(), DType::Category.border());
    debug_assert_eq!(*text.data_type(), DataType::Utf8View);
    Arc::new(column)
}
