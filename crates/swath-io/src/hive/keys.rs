//! The keys of a data set: their names, dtypes, and the values of each file.

use swath_batch::Value;
use swath_expr::{ColumnBounds, Expr, Verdict};
use swath_meta::{DType, DTypeSpec, Field, Index, Meta, nearest};

use super::{Directories, KeyOptions};
use crate::words::quoted;
use crate::{FileIdentity, IoContext, IoError};

/// What the names of folders say, in dtypes.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    /// The keys; nullable where a value is missing in any file.
    pub(crate) fields: Vec<Field>,
    /// The values of each file, one a key.
    values: Vec<Vec<Value>>,
}

impl Directories {
    /// Reads the values: in the dtype that was declared; else in that which is recorded in files, or which their column of that
    /// name has; else as integers or dates where all are some, and as text.
    pub(crate) fn typed(
        self,
        files: &[FileIdentity],
        options: &KeyOptions<'_>,
        recorded: impl Fn(&str) -> Option<DType>,
    ) -> Result<Keys, IoError> {
        for declared in options.dtypes.keys() {
            if !self.names.contains(declared) {
                return Err(IoError::NoKey {
                    reader: options.reader,
                    name: declared.clone(),
                    nearest: nearest(declared, self.names.iter().map(String::as_str))
                        .map(str::to_owned),
                    known: quoted(&self.names),
                });
            }
        }
        let mut fields = Vec::with_capacity(self.names.len());
        let mut values = vec![Vec::with_capacity(self.names.len()); files.len()];
        for (at, name) in self.names.iter().enumerate() {
            let texts = || self.texts.iter().map(move |texts| texts[at].as_deref());
            let declared = options.dtypes.get(name).map(DTypeSpec::resolve);
            let said = declared.transpose().map_err(|source| IoError::Meta {
                path: files[0].path.clone(),
                source,
            })?;
            let dtype = said
                .or_else(|| recorded(name))
                .unwrap_or_else(|| inferred(texts()));
            for ((text, file), values) in texts().zip(files).zip(&mut values) {
                let value = text.map_or(Value::Null, Value::from);
                values.push(value.cast(&dtype).map_err(|_| IoError::KeyValue {
                    reader: options.reader,
                    path: file.path.clone(),
                    key: name.clone(),
                    value: value.to_string(),
                    dtype: dtype.to_string(),
                })?);
            }
            let nullable = texts().any(|text| text.is_none());
            fields.push(Field::new(name.as_str(), dtype, nullable));
        }
        Ok(Keys { fields, values })
    }
}

impl Keys {
    /// Which files may have rows for which the predicate is true, as far as the keys tell.
    fn kept(&self, predicate: &Expr, context: &IoContext) -> Vec<bool> {
        (0..self.values.len())
            .map(|file| verdict(predicate, &self.of_file(file), context) != Verdict::Never)
            .collect()
    }

    /// The keys of one file, with their values.
    pub(crate) fn of_file(&self, file: usize) -> Vec<(Field, Value)> {
        let values = self.values[file].iter().cloned();
        self.fields.iter().cloned().zip(values).collect()
    }

    /// Leaves the keys of those files that are kept.
    fn retain(&mut self, kept: &[bool]) {
        let mut kept = kept.iter();
        self.values.retain(|_| kept.next().is_none_or(|kept| *kept));
    }
}

/// What a predicate says about rows that all have the same values in these columns; parts that read others may be true.
pub(crate) fn verdict(
    predicate: &Expr,
    constants: &[(Field, Value)],
    context: &IoContext,
) -> Verdict {
    let value_of = |name: &str| constants.iter().find(|(field, _)| &*field.name == name);
    let Ok(meta) = Meta::try_new(
        constants.iter().map(|(field, _)| field.clone()),
        Index::none(),
    ) else {
        return Verdict::Maybe;
    };
    let bounds = |name: &str| value_of(name).map(|(_, value)| bounds_of(value, 1));
    let mut whole = Verdict::Always;
    for part in predicate.conjuncts() {
        let known = part.columns().iter().all(|name| value_of(name).is_some());
        let verdict = match part.bind_predicate(&meta, &context.functions) {
            Ok(bound) if known => bound.prune(&bounds),
            // A mistake is told by whoever runs it on rows.
            _ => Verdict::Maybe,
        };
        match verdict {
            Verdict::Never => return Verdict::Never,
            Verdict::Maybe => whole = Verdict::Maybe,
            Verdict::Always => {}
        }
    }
    whole
}

/// The bounds of rows that all have this value.
pub(crate) fn bounds_of(value: &Value, rows: u64) -> ColumnBounds {
    let known = (!value.is_null()).then(|| value.clone());
    ColumnBounds {
        nulls: Some(if known.is_some() { 0 } else { rows }),
        min: known.clone(),
        max: known,
        rows,
        may_have_nan: false,
        exact: true,
    }
}

/// The keys of some files, which are left those that may have rows for which the predicate of the options is true; `None` where
/// folders have none.
///
/// `recorded` is the dtype of a key that the files themselves say, for which the first of them may be looked at.
pub(crate) fn keys_of<R>(
    files: &mut Vec<FileIdentity>,
    options: &KeyOptions<'_>,
    recorded: impl FnOnce(&FileIdentity) -> Result<R, IoError>,
    context: &IoContext,
) -> Result<Option<Keys>, IoError>
where
    R: Fn(&str) -> Option<DType>,
{
    let Some(directories) = Directories::of(files, options)? else {
        return match options.dtypes.keys().next() {
            None => Ok(None),
            Some(key) => Err(IoError::NoKey {
                reader: options.reader,
                name: key.clone(),
                nearest: None,
                known: String::new(),
            }),
        };
    };
    let recorded = recorded(&files[0])?;
    let mut keys = directories.typed(files, options, recorded)?;
    if let Some(predicate) = options.predicate {
        let kept = keys.kept(predicate, context);
        let mut each = kept.iter();
        files.retain(|_| each.next().is_none_or(|kept| *kept));
        keys.retain(&kept);
    }
    Ok(Some(keys))
}

/// The columns of files with the keys of their folders: last, or in the place of a column of that name.
pub(crate) fn columns_with(mut fields: Vec<Field>, keys: Option<&Keys>) -> Vec<Field> {
    for key in keys.iter().flat_map(|keys| &keys.fields) {
        match fields.iter_mut().find(|field| field.name == key.name) {
            Some(field) => field.clone_from(key),
            None => fields.push(key.clone()),
        }
    }
    fields
}

/// Integers or dates where all texts are some; no text at all is of text.
fn inferred<'a>(texts: impl Iterator<Item = Option<&'a str>> + Clone) -> DType {
    let plain = |text: &str, dtype: &DType| {
        let digits = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
        digits && Value::from(text).cast(dtype).is_ok()
    };
    let mut present = texts.flatten().peekable();
    if present.peek().is_none() {
        return DType::String;
    }
    [DType::Int64, DType::Date]
        .into_iter()
        .find(|dtype| present.clone().all(|text| plain(text, dtype)))
        .unwrap_or(DType::String)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dtypes_are_inferred_from_all_values() {
        for (texts, expected) in [
            (vec![Some("2023"), Some("-4"), None], "int64"),
            (vec![Some("01"), Some("12")], "int64"),
            (vec![Some("2023"), Some("x")], "string"),
            (vec![Some("2024-02-29"), None], "date"),
            (vec![Some("2023-02-29")], "string"),
            (vec![Some("+1")], "string"),
            (vec![Some("99999999999999999999")], "string"),
            (vec![Some("")], "string"),
            (vec![None], "string"),
        ] {
            assert_eq!(
                inferred(texts.iter().copied()).to_string(),
                expected,
                "{texts:?}"
            );
        }
    }
}
