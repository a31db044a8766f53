//! Columns of text: codes as long as there are few different texts, else views.

use arrow_array::builder::BinaryViewBuilder;
use arrow_array::types::{ArrowDictionaryKeyType, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{ArrayRef, DictionaryArray, PrimitiveArray, StringViewArray};
use arrow_buffer::{ArrowNativeType, NullBuffer, ScalarBuffer};
use std::sync::Arc;
use swath_batch::Texts;
use swath_kernels::DistinctTexts;

use super::seen::{Meaning, Seen};
use super::validity::Validity;
use super::{FieldBytes, Fields, Parsed};
use crate::text::Figures;

/// Texts up to which a column is always codes.
const FEW: usize = 4096;
/// Texts from which it never is.
const MANY: usize = 1 << 16;

/// Text of one column, from window to window.
#[derive(Debug)]
pub(super) struct TextColumn {
    /// The texts so far, while there are few for the rows.
    interner: Option<Box<Interner>>,
    /// Whether the dtype has no other form than codes.
    always: bool,
    rows: usize,
}

impl TextColumn {
    pub(super) fn new(always: bool) -> Self {
        Self {
            interner: Some(Box::default()),
            always,
            rows: 0,
        }
    }

    pub(super) fn parse(&mut self, fields: &Fields<'_>) -> Parsed {
        self.rows += fields.len();
        let Some(interner) = &mut self.interner else {
            return views(fields);
        };
        let parsed = interner.parse(fields);
        let texts = interner.texts.len();
        let many = texts > MANY || (texts > FEW && texts * 4 > self.rows);
        if many && !self.always {
            self.interner = None;
        }
        parsed
    }
}

/// The text of a field; `None` where it is missing. Bare text may mean that, text in quotes is always itself.
#[inline]
fn text_of<'a>(
    fields: &Fields<'_>,
    field: FieldBytes<'a>,
    scratch: &'a mut Vec<u8>,
) -> Option<&'a [u8]> {
    let (text, quoted) = fields.dialect.text(field.bytes(), scratch);
    (quoted || !fields.nulls.contains(text)).then_some(text)
}

/// Visits the text of each field.
fn for_each_text(fields: &Fields<'_>, mut visit: impl FnMut(Option<&[u8]>)) {
    let mut scratch = Vec::new();
    fields.for_each(|field| visit(text_of(fields, field, &mut scratch)));
}

fn views(fields: &Fields<'_>) -> Parsed {
    let mut rows = Rows::new(fields.len());
    for_each_text(fields, |text| rows.push(text));
    let (array, bad) = rows.finish();
    Parsed {
        array: Arc::new(array),
        bad,
    }
}

/// Texts, one a row, and the rows whose bytes are none.
struct Rows {
    texts: Texts,
    validity: Validity,
    bad: Vec<u32>,
}

impl Rows {
    fn new(rows: usize) -> Self {
        let mut texts = Texts::default();
        texts.reserve(rows);
        Self {
            texts,
            validity: Validity::new(rows),
            bad: Vec::new(),
        }
    }

    #[inline]
    fn push(&mut self, text: Option<&[u8]>) {
        match text.map(|text| self.texts.push(text)) {
            Some(Ok(())) => self.validity.valid(),
            missing_or_bad => {
                if missing_or_bad.is_some() {
                    self.bad.push(self.texts.len() as u32);
                }
                self.texts.push_null();
                self.validity.null();
            }
        }
    }

    fn finish(mut self) -> (StringViewArray, Vec<u32>) {
        (self.texts.finish(self.validity.finish()), self.bad)
    }
}

/// The bytes of each field, whatever they are.
pub(super) fn bytes(fields: &Fields<'_>) -> Parsed {
    let mut builder = BinaryViewBuilder::with_capacity(fields.len());
    for_each_text(fields, |text| builder.append_option(text));
    Parsed {
        array: Arc::new(builder.finish()),
        bad: Vec::new(),
    }
}

/// What stands for a text that is no number in the spelling that was said: it is none in any.
const NO_NUMBER: &[u8] = b"-";

/// Texts as views, whatever their number: what a cast from text reads; numbers that are spelt otherwise as programs spell them.
pub(super) fn plain(fields: &Fields<'_>, figures: Option<Figures>) -> (StringViewArray, Vec<u32>) {
    let mut rows = Rows::new(fields.len());
    let (mut scratch, mut spelt) = (Vec::new(), Vec::new());
    fields.for_each(|field| {
        let (text, _) = fields.dialect.text(field.bytes(), &mut scratch);
        if text.trim_ascii().is_empty() || fields.nulls.contains(text) {
            return rows.push(None);
        }
        rows.push(Some(match figures {
            None => text.trim_ascii(),
            Some(figures) => figures.broken(text, &mut spelt).unwrap_or(NO_NUMBER),
        }));
    });
    rows.finish()
}

/// Codes of texts, from window to window.
#[derive(Debug, Default)]
struct Interner {
    texts: DistinctTexts,
    seen: Seen,
    /// The texts as an array, as long as no other came.
    values: Option<ArrayRef>,
}

impl Interner {
    fn parse(&mut self, fields: &Fields<'_>) -> Parsed {
        let before = self.texts.len();
        let mut codes: Vec<u32> = Vec::with_capacity(fields.len());
        let mut validity = Validity::new(fields.len());
        let mut bad = Vec::new();
        let mut scratch = Vec::new();
        fields.for_each(|field| {
            let meaning = self.seen.find(field).map_or_else(
                |spelling| {
                    let meaning = self.meaning(fields, field, &mut scratch)?;
                    self.seen.remember(spelling, meaning);
                    Some(meaning)
                },
                Some,
            );
            if let Some(Meaning::Code(code)) = meaning {
                codes.push(code);
                validity.valid();
            } else {
                if meaning.is_none() {
                    bad.push(codes.len() as u32);
                }
                codes.push(0);
                validity.null();
            }
        });
        if self.texts.len() > before {
            self.values = None;
        }
        let values = self.values.get_or_insert_with(|| self.texts.column());
        let values = Arc::clone(values);
        let nulls = validity.finish();
        let array = match self.texts.len() {
            0..=256 => dictionary::<UInt8Type>(&codes, nulls, values),
            257..=65_536 => dictionary::<UInt16Type>(&codes, nulls, values),
            _ => dictionary::<UInt32Type>(&codes, nulls, values),
        };
        Parsed { array, bad }
    }

    /// What a field is that was not seen of late; `None` for one that is no text.
    #[inline(never)]
    fn meaning(
        &mut self,
        fields: &Fields<'_>,
        field: FieldBytes<'_>,
        scratch: &mut Vec<u8>,
    ) -> Option<Meaning> {
        match text_of(fields, field, scratch) {
            Some(text) => self.texts.number(text).map(Meaning::Code),
            None => Some(Meaning::Null),
        }
    }
}

fn dictionary<K: ArrowDictionaryKeyType>(
    codes: &[u32],
    nulls: Option<NullBuffer>,
    values: ArrayRef,
) -> ArrayRef {
    let keys: ScalarBuffer<K::Native> = codes
        .iter()
        .map(|code| K::Native::usize_as(*code as usize))
        .collect();
    let keys = PrimitiveArray::<K>::new(keys, nulls);
    let array = DictionaryArray::<K>::try_new(keys, values);
    Arc::new(array.expect("every code is of an entry, and a null has none"))
}
