//! Columns of text: codes as long as there are few different texts, else views.

use arrow_array::builder::{BinaryViewBuilder, StringViewBuilder};
use arrow_array::types::{ArrowDictionaryKeyType, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{ArrayRef, DictionaryArray, PrimitiveArray, StringViewArray};
use arrow_buffer::{ArrowNativeType, NullBuffer, ScalarBuffer};
use hashbrown::HashTable;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

use super::validity::Validity;
use super::{Fields, Parsed};

/// Texts up to which a column is always codes.
const FEW: usize = 4096;
/// Texts from which it never is.
const MANY: usize = 1 << 16;

/// Text of one column, from window to window.
#[derive(Debug)]
pub(super) struct Texts {
    /// The texts so far, while there are few for the rows.
    interner: Option<Interner>,
    /// Whether the dtype has no other form than codes.
    always: bool,
    rows: usize,
}

impl Texts {
    pub(super) fn new(always: bool) -> Self {
        Self {
            interner: Some(Interner::default()),
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
        let texts = interner.ends.len();
        let many = texts > MANY || (texts > FEW && texts * 4 > self.rows);
        if many && !self.always {
            self.interner = None;
        }
        parsed
    }
}

/// Visits the text of each field; `None` where it is missing. Bare text may mean that, text in quotes is always itself.
fn for_each_text(fields: &Fields<'_>, mut visit: impl FnMut(Option<&[u8]>)) {
    let mut scratch = Vec::new();
    fields.for_each(|raw| {
        let (text, quoted) = fields.dialect.text(raw, &mut scratch);
        visit((quoted || !fields.nulls.contains(text)).then_some(text));
    });
}

fn views(fields: &Fields<'_>) -> Parsed {
    let mut builder = StringViewBuilder::with_capacity(fields.len());
    let mut bad = Vec::new();
    let mut at = 0_u32;
    for_each_text(fields, |text| {
        match text.map(std::str::from_utf8) {
            Some(Ok(text)) => builder.append_value(text),
            None => builder.append_null(),
            Some(Err(_)) => {
                bad.push(at);
                builder.append_null();
            }
        }
        at += 1;
    });
    Parsed {
        array: Arc::new(builder.finish()),
        bad,
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

/// Texts as views, whatever their number: what a cast from text reads.
pub(super) fn plain(fields: &Fields<'_>) -> (StringViewArray, Vec<u32>) {
    let mut builder = StringViewBuilder::with_capacity(fields.len());
    let mut bad = Vec::new();
    let mut at = 0_u32;
    let mut scratch = Vec::new();
    fields.for_each(|raw| {
        let (text, _) = fields.dialect.text(raw, &mut scratch);
        let missing = text.trim_ascii().is_empty() || fields.nulls.contains(text);
        match std::str::from_utf8(text) {
            _ if missing => builder.append_null(),
            Ok(text) => builder.append_value(text.trim_ascii()),
            Err(_) => {
                bad.push(at);
                builder.append_null();
            }
        }
        at += 1;
    });
    (builder.finish(), bad)
}

/// Gives each different text a number, in the order of their first rows.
#[derive(Debug, Default)]
struct Interner {
    codes: HashTable<u32>,
    text: Vec<u8>,
    ends: Vec<u32>,
    /// The texts as an array, as long as no other came.
    values: Option<ArrayRef>,
}

impl Interner {
    fn parse(&mut self, fields: &Fields<'_>) -> Parsed {
        let before = self.ends.len();
        let mut codes: Vec<u32> = Vec::with_capacity(fields.len());
        let mut validity = Validity::new(fields.len());
        let mut bad = Vec::new();
        for_each_text(fields, |text| {
            let code = text.map(|text| self.code(text));
            if let Some(Some(code)) = code {
                codes.push(code);
                validity.valid();
            } else {
                if code.is_some() {
                    bad.push(codes.len() as u32);
                }
                codes.push(0);
                validity.null();
            }
        });
        if self.ends.len() > before {
            self.values = None;
        }
        let values = Arc::clone(
            self.values
                .get_or_insert_with(|| texts(&self.text, &self.ends)),
        );
        let nulls = validity.finish();
        let array = match self.ends.len() {
            0..=256 => dictionary::<UInt8Type>(&codes, nulls, values),
            257..=65_536 => dictionary::<UInt16Type>(&codes, nulls, values),
            _ => dictionary::<UInt32Type>(&codes, nulls, values),
        };
        Parsed { array, bad }
    }

    /// The number of a text; `None` for bytes that are none.
    #[inline]
    fn code(&mut self, text: &[u8]) -> Option<u32> {
        let (all, ends) = (&self.text, &self.ends);
        let same = |code: &u32| entry(all, ends, *code) == text;
        let hash = xxh3_64(text);
        match self.codes.find(hash, same) {
            Some(code) => Some(*code),
            None => self.add(text, hash),
        }
    }

    #[cold]
    fn add(&mut self, text: &[u8], hash: u64) -> Option<u32> {
        std::str::from_utf8(text).ok()?;
        let code = self.ends.len() as u32;
        self.text.extend_from_slice(text);
        self.ends.push(self.text.len() as u32);
        let (all, ends) = (&self.text, &self.ends);
        self.codes
            .insert_unique(hash, code, |code| xxh3_64(entry(all, ends, *code)));
        Some(code)
    }
}

#[inline]
fn entry<'a>(text: &'a [u8], ends: &[u32], code: u32) -> &'a [u8] {
    let at = code as usize;
    let start = at.checked_sub(1).map_or(0, |before| ends[before]);
    &text[start as usize..ends[at] as usize]
}

fn texts(text: &[u8], ends: &[u32]) -> ArrayRef {
    let mut builder = StringViewBuilder::with_capacity(ends.len());
    for code in 0..ends.len() as u32 {
        let text = std::str::from_utf8(entry(text, ends, code));
        builder.append_value(text.expect("only texts are added"));
    }
    Arc::new(builder.finish())
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
