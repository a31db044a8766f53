//! A function of text over every encoding: views a row, dictionaries an entry.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::builder::{ListBuilder, StringViewBuilder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array, StringViewArray, new_null_array};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, Field};
use arrow_select::take::take;
use swath_graph::Shown;
use swath_meta::DType;

use super::Answer;
use crate::evaluate::{EntryCache, by_entry};
use crate::function::builtin::datetime::counted;
use crate::{Evaluate, ExprErrorKind, FunctionError, Input, Rows};

/// Dictionaries whose answers are kept: as many as threads may share a bound expression, about.
const KEPT: usize = 8;

/// A function of text, ready.
pub(super) struct OverText {
    answer: Answer,
    returns: DType,
    truths: EntryCache,
    entries: Mutex<Vec<Known>>,
}

/// The answers for the entries of a dictionary, which is kept alive so that its address is its own.
struct Known {
    values: ArrayRef,
    answers: ArrayRef,
}

impl OverText {
    pub(super) fn new(answer: Answer, returns: DType) -> Self {
        Self {
            answer,
            returns,
            truths: EntryCache::default(),
            entries: Mutex::default(),
        }
    }

    /// One answer a text; null for null, and where there is none.
    fn answers(&self, texts: &StringViewArray) -> Result<ArrayRef, FunctionError> {
        let none = |text: &str, reason: String| FunctionError::Value {
            value: shown(text),
            reason,
        };
        Ok(match &self.answer {
            Answer::Write(write) => {
                let mut builder = StringViewBuilder::with_capacity(texts.len());
                let mut out = String::new();
                for text in texts {
                    out.clear();
                    match text.map(|text| write(text, &mut out).map_err(|why| none(text, why))) {
                        Some(Ok(true)) => builder.append_value(&out),
                        Some(Err(error)) => return Err(error),
                        _ => builder.append_null(),
                    }
                }
                Arc::new(builder.finish())
            }
            Answer::Part(part) => {
                let mut builder = StringViewBuilder::with_capacity(texts.len());
                texts
                    .iter()
                    .for_each(|text| builder.append_option(text.and_then(part)));
                Arc::new(builder.finish())
            }
            Answer::Parts(parts) => {
                let item = Field::new("item", DataType::Utf8View, true);
                let mut builder = ListBuilder::new(StringViewBuilder::new()).with_field(item);
                for text in texts {
                    if let Some(text) = text {
                        parts(text, &mut |part| builder.values().append_value(part));
                    }
                    builder.append(text.is_some());
                }
                Arc::new(builder.finish())
            }
            Answer::Truth(_) => Arc::new(self.truths(texts)),
            Answer::Count(count) => {
                let counts = texts.iter().map(|text| text.map_or(0, count));
                Arc::new(Int64Array::new(counts.collect(), texts.nulls().cloned()))
            }
            Answer::Read { read, dtype, .. } => {
                let counts: Int64Array = texts
                    .iter()
                    .map(|text| text.and_then(|text| read(text).ok()))
                    .collect();
                let (_, counts, nulls) = counts.into_parts();
                counted(counts.to_vec(), nulls, dtype)
            }
        })
    }

    fn truths(&self, texts: &StringViewArray) -> BooleanArray {
        let Answer::Truth(truth) = &self.answer else {
            return BooleanArray::new_null(texts.len());
        };
        let nulls = texts.nulls();
        let values = BooleanBuffer::collect_bool(texts.len(), |row| {
            nulls.is_none_or(|nulls| nulls.is_valid(row)) && truth(texts.value(row))
        });
        BooleanArray::new(values, nulls.cloned())
    }

    /// One answer an entry, mapped to rows by their codes. Text stays coded, unless an entry has no answer.
    fn coded(&self, array: &ArrayRef) -> Result<ArrayRef, FunctionError> {
        let failed = |source| FunctionError::Arrow {
            during: "mapping codes to answers",
            source,
        };
        if matches!(self.answer, Answer::Truth(_)) {
            let truths = by_entry(array, None, &self.truths, |texts| self.truths(texts));
            return match truths {
                Ok(truths) => Ok(Arc::new(truths)),
                Err(ExprErrorKind::Arrow { during, source }) => {
                    Err(FunctionError::Arrow { during, source })
                }
                Err(_) => unreachable!("decoding fails in Arrow only"),
            };
        }
        let dictionary = array.as_any_dictionary();
        let values = dictionary.values();
        let answers = match self.known(values) {
            Some(answers) => answers,
            None if values.len() > 1024 && values.len() / 16 > array.len() => {
                let rows = Input::Array(ArrayRef::clone(array));
                let texts = rows.to_border(&DType::String, array.len())?;
                return self.answers(texts.as_string_view());
            }
            None => {
                let texts = Input::Array(ArrayRef::clone(values));
                let texts = texts.to_border(&DType::String, values.len())?;
                let answers = self.answers(texts.as_string_view())?;
                self.keep(values, &answers);
                answers
            }
        };
        if self.returns == DType::String && answers.null_count() == 0 {
            return Ok(dictionary.with_values(answers));
        }
        take(&answers, dictionary.keys(), None).map_err(failed)
    }

    fn known(&self, values: &ArrayRef) -> Option<ArrayRef> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let same =
            |known: &&Known| std::ptr::addr_eq(Arc::as_ptr(&known.values), Arc::as_ptr(values));
        entries
            .iter()
            .find(same)
            .map(|known| ArrayRef::clone(&known.answers))
    }

    fn keep(&self, values: &ArrayRef, answers: &ArrayRef) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.remove(0);
        }
        entries.push(Known {
            values: ArrayRef::clone(values),
            answers: ArrayRef::clone(answers),
        });
    }

    /// The error for the first wanted text that does not read.
    fn check(
        &self,
        array: &ArrayRef,
        answers: &ArrayRef,
        rows: Rows<'_>,
    ) -> Result<(), FunctionError> {
        let Answer::Read {
            read,
            coerce: false,
            ..
        } = &self.answer
        else {
            return Ok(());
        };
        if answers.logical_null_count() == array.logical_null_count() {
            return Ok(());
        }
        let nulls = array.logical_nulls();
        let there = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
        let unread = |row: &usize| rows.is_active(*row) && answers.is_null(*row) && there(row);
        let Some(row) = (0..array.len()).find(unread) else {
            return Ok(());
        };
        let text = swath_batch::Value::from_array(array, row).to_string();
        match read(text.trim()) {
            Ok(_) => Ok(()),
            Err(error) => Err(FunctionError::Value {
                value: shown(&text),
                // It may tell of numbers in the text.
                reason: format!(
                    "at character {} {}",
                    error.position + 1,
                    Shown(error.reason)
                ),
            }),
        }
    }
}

/// A text in quotes, cut where a message would become too long to read.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        format!("{short:?}…")
    } else {
        format!("{short:?}")
    }
}

impl Evaluate for OverText {
    fn is_fallible(&self) -> bool {
        matches!(
            self.answer,
            Answer::Write(_) | Answer::Read { coerce: false, .. }
        )
    }

    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let array = args[0]
            .to_rows(rows.len)
            .map_err(|source| FunctionError::Arrow {
                during: "repeating a value",
                source,
            })?;
        let answers = match array.data_type() {
            DataType::Null => return Ok(new_null_array(&self.returns.border(), rows.len)),
            DataType::Dictionary(..) => self.coded(&array)?,
            _ => {
                let texts = args[0].to_border(&DType::String, rows.len)?;
                self.answers(texts.as_string_view())?
            }
        };
        self.check(&array, &answers, rows)?;
        Ok(answers)
    }
}
