//! From lines to arrays.

use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_json::ReaderBuilder;
use arrow_json::reader::Decoder;
use arrow_schema::{ArrowError, DataType, Field as ArrowField, Fields, Schema};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use swath_meta::{DType, Field};

use super::leaves::{FORMAT, Leaves};

/// Lists and objects in each other that one line may have: what reads them, or tells of them, calls itself for each.
pub(super) const DEEPEST: usize = 120;

/// What is read of lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns<'a> {
    pub(super) fields: &'a [Field],
    /// How moments of some of them are written.
    pub(super) formats: &'a BTreeMap<String, Arc<str>>,
}

/// Decodes lines that hold one object each.
pub(super) struct Rows {
    decoder: Decoder,
    borders: Vec<DataType>,
    taken: usize,
}

impl Rows {
    /// A decoder of some columns, up to `batch_rows` lines at a time; where it is lenient, what is no value of a column is null.
    pub(super) fn new(
        columns: &Columns<'_>,
        batch_rows: usize,
        lenient: bool,
    ) -> Result<Self, ArrowError> {
        let Columns { fields, formats } = *columns;
        let field = |column: &Field| {
            let field = ArrowField::new(&*column.name, decoded(&column.dtype), true);
            match formats.get(&*column.name) {
                // The decoder of a column is told nothing but its field.
                Some(format) => {
                    let said = HashMap::from([(FORMAT.to_owned(), format.to_string())]);
                    field.with_metadata(said)
                }
                None => field,
            }
        };
        let borders = fields.iter().map(|column| column.dtype.border()).collect();
        let fields: Fields = fields.iter().map(field).collect();
        let decoder = ReaderBuilder::new(Arc::new(Schema::new(fields)))
            .with_batch_size(batch_rows)
            .with_ignore_type_conflicts(lenient)
            .with_decoder_factory(Arc::new(Leaves { lenient }))
            .build_decoder()?;
        Ok(Self {
            decoder,
            borders,
            taken: 0,
        })
    }

    /// Takes one line.
    ///
    /// # Errors
    /// A line that does not hold one object, or not it alone. The decoder is of no use then.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<(), ArrowError> {
        let no_object = || ArrowError::JsonError("it is no object".to_owned());
        let line = line.trim_ascii();
        if line.first() != Some(&b'{') || is_deep(line) {
            return Err(no_object());
        }
        let read = self.decoder.decode(line)?;
        self.taken += 1;
        let one = read == line.len()
            && self.decoder.len() == self.taken
            && !self.decoder.has_partial_record();
        one.then_some(()).ok_or_else(no_object)
    }

    /// The columns of the lines that were taken, in border encodings.
    ///
    /// # Errors
    /// A value that is none of its column. The decoder is of no use then.
    pub(super) fn columns(&mut self) -> Result<Vec<ArrayRef>, ArrowError> {
        let expected = std::mem::take(&mut self.taken);
        let batch = self.decoder.flush()?;
        let rows = batch.as_ref().map_or(0, RecordBatch::num_rows);
        let Some(batch) = batch.filter(|_| rows == expected) else {
            let reason = format!("{expected} lines gave {rows} rows");
            return Err(ArrowError::JsonError(reason));
        };
        let columns = batch.columns().iter().zip(&self.borders);
        columns
            .map(|(column, border)| {
                let options = CastOptions {
                    safe: false,
                    ..CastOptions::default()
                };
                cast_with_options(column, border, &options)
            })
            .collect()
    }
}

/// The type that a dtype is decoded as: texts for categories.
fn decoded(dtype: &DType) -> DataType {
    let field = |field: &Field| {
        let inner = decoded(&field.dtype);
        Arc::new(ArrowField::new(&*field.name, inner, field.nullable))
    };
    match dtype {
        DType::Category => DataType::Utf8View,
        DType::List(item) => DataType::List(field(item)),
        DType::Struct(fields) => DataType::Struct(fields.iter().map(field).collect()),
        other => other.border(),
    }
}

/// Whether more lists and objects are open at once than are read.
pub(super) fn is_deep(line: &[u8]) -> bool {
    let opens = |byte: &&u8| matches!(byte, b'[' | b'{');
    // Nearly all lines have fewer in all.
    if line.iter().filter(opens).count() <= DEEPEST {
        return false;
    }
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}
