//! The keys of a data set: their names, dtypes, and the values of each file.

use std::path::Path;
use swath_batch::Value;
use swath_expr::{ColumnBounds, Expr, Verdict};
use swath_meta::{DType, Field, Index, Meta, nearest};

use super::segment::{PARTITION_ON_KEY, parse, segment};
use crate::list::is_glob;
use crate::parquet::footer::Footer;
use crate::parquet::options::ReadParquet;
use crate::words::quoted;
use crate::{FileIdentity, IoContext, IoError, store};

/// What the names of folders say, as text.
#[derive(Debug)]
pub(in crate::parquet) struct Directories {
    names: Vec<String>,
    /// The texts of each file, one a key.
    texts: Vec<Vec<Option<String>>>,
}

/// The first folder of a file whose name stands for a value that has another name here, and that other name.
///
/// Other programs write `month=01`, or names without an encoding.
pub(in crate::parquet) fn spelt_otherwise(
    files: &[FileIdentity],
    options: &ReadParquet,
    meta: &Meta,
) -> Option<(String, String)> {
    let own = |name: &str| {
        let (key, text) = parse(name)?;
        let value = text.map_or(Value::Null, |text| Value::from(text.as_str()));
        let value = value.cast(meta.dtype(&key).ok()?).ok()?;
        let text = (!value.is_null()).then(|| value.to_string());
        Some(segment(&key, text.as_deref())).filter(|own| own != name)
    };
    files.iter().find_map(|file| {
        let folders = below_root(&file.path, &options.paths).parent()?;
        folders.components().find_map(|folder| {
            let name = folder.as_os_str().to_string_lossy();
            own(&name).map(|own| (name.into_owned(), own))
        })
    })
}

/// What the names of folders say, in dtypes.
#[derive(Clone, Debug)]
pub(in crate::parquet) struct Keys {
    /// The keys; nullable where a value is missing in any file.
    pub(in crate::parquet) fields: Vec<Field>,
    /// The values of each file, one a key.
    values: Vec<Vec<Value>>,
}

impl Directories {
    /// Reads the names of the folders of each file; `None` where there are no keys or nobody wants them.
    ///
    /// By themselves, keys are looked for below the folder that was named, or below that in which a pattern begins; where the options
    /// ask for them, on the whole path.
    pub(in crate::parquet) fn of(
        files: &[FileIdentity],
        options: &ReadParquet,
    ) -> Result<Option<Self>, IoError> {
        if options.hive == Some(false) {
            return Ok(None);
        }
        let whole = options.hive == Some(true);
        let mut directories: Option<Self> = None;
        for file in files {
            let below = if whole {
                Path::new(&file.path)
            } else {
                below_root(&file.path, &options.paths)
            };
            let (names, texts) = below
                .parent()
                .into_iter()
                .flat_map(Path::components)
                .filter_map(|folder| parse(&folder.as_os_str().to_string_lossy()))
                .unzip();
            let found = directories.get_or_insert_with(|| Self {
                names: Vec::clone(&names),
                texts: Vec::with_capacity(files.len()),
            });
            let keys = |first: &str, difference| IoError::Keys {
                path: file.path.clone(),
                first: first.to_owned(),
                difference,
            };
            if let Some(twice) = twice(&names) {
                let difference = format!("has two folders named `{twice}=…`");
                return Err(keys(&file.path, difference));
            }
            if let Some(difference) = difference(&found.names, &names) {
                return Err(keys(&files[0].path, difference));
            }
            found.texts.push(texts);
        }
        let found = directories.filter(|found| !found.names.is_empty());
        match (&found, files.first()) {
            (None, Some(first)) if whole => Err(IoError::Keys {
                path: first.path.clone(),
                first: first.path.clone(),
                difference: "has no folder named `key=value`".to_owned(),
            }),
            _ => Ok(found),
        }
    }

    /// The keys, in the order of the folders.
    pub(in crate::parquet) fn into_names(self) -> Vec<String> {
        self.names
    }

    /// Reads the values: in the dtype that was declared; else in that which `first` records, or which its column of that name
    /// has; else as integers or dates where all are some, and as text.
    pub(in crate::parquet) fn typed(
        self,
        files: &[FileIdentity],
        first: &Footer,
        options: &ReadParquet,
    ) -> Result<Keys, IoError> {
        for declared in options.key_dtypes.keys() {
            if !self.names.contains(declared) {
                return Err(IoError::NoKey {
                    name: declared.clone(),
                    nearest: nearest(declared, self.names.iter().map(String::as_str))
                        .map(str::to_owned),
                    known: quoted(&self.names),
                });
            }
        }
        let recorded: Vec<(String, DType)> = first
            .recorded(PARTITION_ON_KEY)
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let mut fields = Vec::with_capacity(self.names.len());
        let mut values = vec![Vec::with_capacity(self.names.len()); files.len()];
        for (at, name) in self.names.iter().enumerate() {
            let texts = || self.texts.iter().map(move |texts| texts[at].as_deref());
            let declared = options
                .key_dtypes
                .get(name)
                .map(swath_meta::DTypeSpec::resolve);
            let said = declared.transpose().map_err(|source| IoError::Meta {
                path: files[0].path.clone(),
                source,
            })?;
            let recorded = || recorded.iter().find(|(key, _)| key == name);
            let in_file = || first.meta.dtype(name).ok().cloned();
            let dtype = said
                .or_else(|| recorded().map(|(_, dtype)| dtype.clone()))
                .or_else(in_file)
                .unwrap_or_else(|| inferred(texts()));
            for ((text, file), values) in texts().zip(files).zip(&mut values) {
                let value = text.map_or(Value::Null, Value::from);
                values.push(value.cast(&dtype).map_err(|_| IoError::KeyValue {
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
    pub(in crate::parquet) fn kept(&self, predicate: &Expr, context: &IoContext) -> Vec<bool> {
        (0..self.values.len())
            .map(|file| verdict(predicate, &self.of_file(file), context) != Verdict::Never)
            .collect()
    }

    /// The keys of one file, with their values.
    pub(in crate::parquet) fn of_file(&self, file: usize) -> Vec<(Field, Value)> {
        let values = self.values[file].iter().cloned();
        self.fields.iter().cloned().zip(values).collect()
    }

    /// Leaves the keys of those files that are kept.
    pub(in crate::parquet) fn retain(&mut self, kept: &[bool]) {
        let mut kept = kept.iter();
        self.values.retain(|_| kept.next().is_none_or(|kept| *kept));
    }
}

/// What a predicate says about rows that all have the same values in these columns; parts that read others may be true.
pub(in crate::parquet) fn verdict(
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
pub(in crate::parquet) fn bounds_of(value: &Value, rows: u64) -> ColumnBounds {
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

/// The path of a file below what was asked for: without the folder, or that in which the pattern begins.
fn below_root<'a>(file: &'a str, paths: &[String]) -> &'a Path {
    let below = |path: &String| {
        let path = path.strip_prefix("file://").unwrap_or(path);
        let plain = match store::scheme(path) {
            Some(_) => store::without_secrets(path),
            None => path.to_owned(),
        };
        let fixed = match plain.find(['*', '?', '[', '{']) {
            // The folder above the first name with a wildcard.
            Some(wild) if is_glob(&plain) => {
                plain[..wild].rsplit_once('/').map_or("", |(to, _)| to)
            }
            _ => &plain,
        };
        let fixed = Path::new(fixed);
        let fixed = fixed.strip_prefix(".").unwrap_or(fixed);
        Path::new(file).strip_prefix(fixed).ok()
    };
    // A file that was named itself has no folders of its own.
    paths.iter().find_map(below).unwrap_or(Path::new(""))
}

/// A key that stands twice.
fn twice(names: &[String]) -> Option<&String> {
    let mut each = names.iter().enumerate();
    each.find_map(|(at, name)| names[..at].contains(name).then_some(name))
}

/// What is different about the keys of a file.
fn difference(first: &[String], names: &[String]) -> Option<String> {
    if first == names {
        return None;
    }
    let lacking = first.iter().find(|name| !names.contains(name));
    let own = names.iter().find(|name| !first.contains(name));
    Some(match (lacking, own) {
        (Some(lacking), _) => format!("is in no folder named `{lacking}=…`"),
        (None, Some(own)) => format!("is in a folder named `{own}=…`"),
        (None, None) => "has its folders in another order".to_owned(),
    })
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

    #[test]
    fn keys_are_below_what_was_asked_for() {
        for (path, file, expected) in [
            ("sales", "sales/y=1/a", "y=1/a"),
            ("./sales/", "sales/y=1/a", "y=1/a"),
            (".", "y=1/a", "y=1/a"),
            ("sales/y=1", "sales/y=1/m=2/a", "m=2/a"),
            ("sales/y=1/a", "sales/y=1/a", ""),
            ("sales/*/m=?/a", "sales/y=1/m=2/a", "y=1/m=2/a"),
            ("sales/y=1/*", "sales/y=1/a", "a"),
            ("*/a", "y=1/a", "y=1/a"),
            ("/data/sales//", "/data/sales/y=1/a", "y=1/a"),
            ("file:///data/*/*", "/data/y=1/a", "y=1/a"),
            ("s3://b/sales", "s3://b/sales/y=1/a", "y=1/a"),
            ("s3://b/sales?key=secret", "s3://b/sales/y=1/a", "y=1/a"),
        ] {
            assert_eq!(
                below_root(file, &[path.to_owned()]),
                Path::new(expected),
                "{path}"
            );
        }
    }
}
