//! One meta for all files of a data set.

use std::sync::Arc;
use swath_meta::{DType, Field, Index, Meta, MetaError, common_supertype, nearest};

use super::footer::Footer;
use super::options::{Admitted, ReadParquet};
use crate::IoError;
use crate::hive::{Keys, columns_with};

/// The meta of a data set: the columns of the first file, nullable where they are in any, as the options select them; with those
/// that other files add, in wider dtypes, or null where a file has none, as far as the options say so. The keys of folders come
/// last, or in the place of a column of that name.
///
/// # Errors
/// Where a file has other columns or dtypes than the first (the order does not matter; columns that the options leave out do
/// not count), and where the options name a column that is not there.
pub(super) fn dataset_meta(
    footers: &[Arc<Footer>],
    keys: Option<&Keys>,
    options: &ReadParquet,
) -> Result<Meta, IoError> {
    let Some((first, others)) = footers.split_first() else {
        return Err(IoError::NoPath {
            verb: "read_parquet",
        });
    };
    let key_fields: &[Field] = keys.map_or(&[], |keys| &keys.fields);
    check_same(first, others, key_fields, options)?;
    let mut fields = first.meta.fields().to_vec();
    let mut from: Vec<&Footer> = vec![first; fields.len()];
    if options.reads_all_columns() {
        for other in others {
            for field in other.meta.fields() {
                if !fields.iter().any(|known| known.name == field.name) {
                    fields.push(field.clone());
                    from.push(other);
                }
            }
        }
    }
    for (field, mut from) in fields.iter_mut().zip(from) {
        for other in footers {
            let Ok(found) = other.meta.field(&field.name) else {
                field.nullable = true;
                continue;
            };
            field.nullable |= found.nullable;
            if found.dtype == field.dtype {
                continue;
            }
            match wider(&field.dtype, &found.dtype).filter(|_| options.admit.wider) {
                Some(dtype) if dtype == field.dtype => {}
                Some(dtype) => {
                    field.dtype = dtype;
                    from = other;
                }
                // It is not read, or a key stands for it.
                None if !is_read(&field.name, first, options)
                    || key_fields.iter().any(|key| key.name == field.name) => {}
                None => return Err(differ(from, other, &field.name, footers, options)),
            }
        }
    }
    if options.nan_as_null {
        fields
            .iter_mut()
            .filter(|field| field.dtype.is_float())
            .for_each(|field| field.nullable = true);
    }
    let fields = columns_with(fields, keys);
    let failed = |source| IoError::Meta {
        path: first.identity.path.clone(),
        source,
    };
    let whole = Meta::try_new(fields, first.meta.index()).map_err(failed)?;
    selected(&whole, options).map_err(failed)
}

/// The dtype that holds the numbers of both.
fn wider(one: &DType, other: &DType) -> Option<DType> {
    (one.is_numeric() && other.is_numeric())
        .then(|| common_supertype(one, other))
        .flatten()
}

/// Whether a column is among those that the options name, or they name none.
fn is_read(name: &str, first: &Footer, options: &ReadParquet) -> bool {
    let named = |list: &[String]| list.iter().any(|column| column == name);
    match (&options.columns, &options.index) {
        (None, _) => true,
        (Some(columns), Some(index)) => named(columns) || named(index),
        (Some(columns), None) => {
            let mut recorded = first.meta.index_fields().iter();
            named(columns) || recorded.any(|field| &*field.name == name)
        }
    }
}

/// The columns that the options select, index columns first.
fn selected(whole: &Meta, options: &ReadParquet) -> Result<Meta, MetaError> {
    let recorded: Vec<&str> = whole
        .index_fields()
        .iter()
        .map(|field| &*field.name)
        .collect();
    let index: Vec<&str> = match &options.index {
        Some(columns) => columns.iter().map(String::as_str).collect(),
        None => recorded,
    };
    let data: Vec<&str> = match &options.columns {
        Some(columns) => columns.iter().map(String::as_str).collect(),
        None => whole.names().collect(),
    };
    let data = data.into_iter().filter(|name| !index.contains(name));
    let fields = index
        .iter()
        .copied()
        .chain(data)
        .map(|name| whole.field(name).cloned())
        .collect::<Result<Vec<Field>, _>>()?;
    Meta::try_new(fields, Index::leading(index.len() as u32))
}

/// Checks that all files have the columns of the first, or those of them that the options name, as far as the options do not admit
/// others.
fn check_same(
    first: &Footer,
    others: &[Arc<Footer>],
    keys: &[Field],
    options: &ReadParquet,
) -> Result<(), IoError> {
    let read =
        |name: &str| is_read(name, first, options) && !keys.iter().any(|key| &*key.name == name);
    let differs = |other: &&Arc<Footer>| {
        difference(&first.meta, &other.meta, read, options.admitted()).is_some()
    };
    let mut differing = others.iter().filter(differs);
    let Some(second) = differing.next() else {
        return Ok(());
    };
    let difference = difference(&first.meta, &second.meta, read, options.admitted())
        .expect("the two were found to differ");
    Err(IoError::Schemas {
        difference: told(&difference, first, second),
        options: difference.options(),
        first: first.identity.path.clone(),
        second: second.identity.path.clone(),
        differing: 1 + differing.count(),
        files: 1 + others.len(),
        shared: shared(first, others).into(),
    })
}

/// The error of a column that two files have in dtypes of which neither is wider.
fn differ(
    one: &Footer,
    other: &Footer,
    column: &str,
    all: &[Arc<Footer>],
    options: &ReadParquet,
) -> IoError {
    let only = |name: &str| name == column;
    let admitted = Admitted {
        wider: false,
        ..options.admitted()
    };
    let difference = difference(&one.meta, &other.meta, only, admitted)
        .expect("the two have it in different dtypes");
    IoError::Schemas {
        difference: told(&difference, one, other),
        options: difference.options(),
        first: one.identity.path.clone(),
        second: other.identity.path.clone(),
        differing: 1,
        files: all.len(),
        shared: shared(one, all).into(),
    }
}

/// The columns of a file that all others have with the same dtype.
fn shared(first: &Footer, others: &[Arc<Footer>]) -> Vec<String> {
    let same = |field: &&Field| {
        others.iter().all(|other| {
            let other = other.meta.field(&field.name);
            other.is_ok_and(|other| other.dtype == field.dtype)
        })
    };
    let fields = first.meta.fields().iter().filter(same);
    fields.map(|field| field.name.to_string()).collect()
}

fn told(difference: &Difference, first: &Footer, second: &Footer) -> String {
    let (first, second) = (&first.identity.path, &second.identity.path);
    difference.told(beside(first, second), second)
}

/// The name of the first file, beside that of the second: without the folder, where they are in the same.
pub(crate) fn beside<'a>(first: &'a str, second: &str) -> &'a str {
    match (first.rsplit_once('/'), second.rsplit_once('/')) {
        (Some((folder, name)), Some((same, _))) if folder == same => name,
        _ => first,
    }
}

/// What differs between the columns of two files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// A column that the second has not, and one of its own that may be meant for it.
    Missing(String, Option<String>),
    /// A column that the second alone has.
    Extra(String),
    /// A column, its dtype in the first, and in the second; and whether both are numbers that one dtype holds.
    Dtype(String, String, String, bool),
}

impl Difference {
    pub(crate) fn told(&self, first: &str, second: &str) -> String {
        match self {
            Self::Missing(column, near) => {
                let near = near
                    .as_ref()
                    .map_or(String::new(), |near| format!("; it has `{near}`"));
                format!("`{second}` has no column `{column}`, which `{first}` has{near}")
            }
            Self::Extra(column) => {
                format!("`{second}` has a column `{column}`, which `{first}` has not")
            }
            Self::Dtype(column, before, now, _) => {
                format!("column `{column}` is {now} in `{second}` and {before} in `{first}`")
            }
        }
    }

    /// The options under which it is none.
    fn options(&self) -> &'static [&'static str; 2] {
        match self {
            Self::Missing(..) => &[
                "ReadParquet",
                "`ReadParquet::missing_columns_as_null(true)`",
            ],
            Self::Extra(_) => &[
                "ReadParquet",
                "`ReadParquet::ignore_extra_columns(true)`, or have them as null with `missing_columns_as_null(true)`",
            ],
            Self::Dtype(.., true) => &["ReadParquet", "`ReadParquet::widen_numbers(true)`"],
            Self::Dtype(..) => &["ReadParquet", ""],
        }
    }
}

/// The first difference in the columns that are read which is not admitted; none where only order or nullability differs.
pub(crate) fn difference(
    first: &Meta,
    second: &Meta,
    read: impl Fn(&str) -> bool,
    admitted: Admitted,
) -> Option<Difference> {
    for field in first.fields().iter().filter(|field| read(&field.name)) {
        let name = || field.name.to_string();
        match second.field(&field.name) {
            Err(_) if admitted.missing => {}
            Err(_) => {
                let own = second.names().filter(|name| !first.contains(name));
                let near = nearest(&field.name, own).map(str::to_owned);
                return Some(Difference::Missing(name(), near));
            }
            Ok(other) if other.dtype != field.dtype => {
                let wider = wider(&field.dtype, &other.dtype).is_some();
                if !(wider && admitted.wider) {
                    let (before, now) = (field.dtype.to_string(), other.dtype.to_string());
                    return Some(Difference::Dtype(name(), before, now, wider));
                }
            }
            Ok(_) => {}
        }
    }
    if admitted.extra {
        return None;
    }
    second
        .names()
        .find(|name| !first.contains(name) && read(name))
        .map(|name| Difference::Extra(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named() {
        let meta = |columns: &[(&str, &str)]| Meta::of(columns.iter().copied()).expect("a meta");
        let first = meta(&[("region", "string"), ("amount", "float64")]);
        let check = |columns: &[(&str, &str)]| {
            difference(&first, &meta(columns), |_| true, Admitted::default())
                .map(|found| found.told("a", "x/b"))
        };
        assert_eq!(check(&[("amount", "float64"), ("region", "string")]), None);
        let cases = [
            check(&[("region", "string")]),
            check(&[("region", "string"), ("amuont", "float64")]),
            check(&[("region", "string"), ("amount", "int64")]),
            check(&[
                ("region", "string"),
                ("amount", "float64"),
                ("extra", "int64"),
            ]),
        ];
        insta::assert_snapshot!(cases.map(|case| case.expect("differs")).join("\n"), @r"
        `x/b` has no column `amount`, which `a` has
        `x/b` has no column `amount`, which `a` has; it has `amuont`
        column `amount` is int64 in `x/b` and float64 in `a`
        `x/b` has a column `extra`, which `a` has not
        ");
    }

    #[test]
    fn columns_and_index_are_selected() {
        let whole =
            Meta::of([("a", "int64"), ("ts", "timestamp[us]"), ("b", "string")]).expect("a meta");
        let check = |options: ReadParquet| {
            selected(&whole, &options).map(|meta| {
                format!(
                    "{} {:?}",
                    meta.index().len(),
                    meta.names().collect::<Vec<_>>()
                )
            })
        };
        let read = ReadParquet::from("x");
        assert_eq!(check(read.clone()), Ok(r#"0 ["a", "ts", "b"]"#.into()));
        assert_eq!(
            check(read.clone().index("ts")),
            Ok(r#"1 ["ts", "a", "b"]"#.into())
        );
        assert_eq!(
            check(read.clone().columns(["b"]).index("ts")),
            Ok(r#"1 ["ts", "b"]"#.into())
        );
        assert_eq!(
            check(read.clone().columns(["b", "ts"]).index("ts")),
            Ok(r#"1 ["ts", "b"]"#.into())
        );
        assert_eq!(
            check(read.clone().columns(["b", "a"])),
            Ok(r#"0 ["b", "a"]"#.into())
        );
        assert!(check(read.clone().columns(["c"])).is_err());
        assert!(check(read.index("c")).is_err());
    }
}
