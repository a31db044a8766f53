//! One meta for all files of a data set.

use std::sync::Arc;
use swath_meta::{Field, Index, Meta, MetaError};

use super::footer::Footer;
use super::options::ReadParquet;
use crate::IoError;
use crate::difference::{Admitted, Difference, beside, difference, wider};
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
        options: options_for(&difference),
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
        options: options_for(&difference),
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

/// The options under which a difference is none.
fn options_for(difference: &Difference) -> &'static [&'static str; 2] {
    match difference {
        Difference::Missing(..) => &[
            "ReadParquet",
            "`ReadParquet::missing_columns_as_null(true)`",
        ],
        Difference::Extra(_) => &[
            "ReadParquet",
            "`ReadParquet::ignore_extra_columns(true)`, or have them as null with `missing_columns_as_null(true)`",
        ],
        Difference::Dtype(.., true) => &["ReadParquet", "`ReadParquet::widen_numbers(true)`"],
        Difference::Dtype(..) => &["ReadParquet", ""],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
