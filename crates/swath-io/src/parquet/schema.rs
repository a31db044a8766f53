//! One meta for all files of a data set.

use std::sync::Arc;
use swath_meta::{Field, Index, Meta, MetaError, nearest};

use super::footer::Footer;
use super::options::ReadParquet;
use crate::IoError;

/// The meta of a data set: the columns of the first file, nullable where they are in any, as the options select them.
///
/// # Errors
/// Where a file has other columns or dtypes than the first (the order does not matter; columns that the options leave out do
/// not count), and where the options name a column that is not there.
pub(super) fn dataset_meta(
    footers: &[Arc<Footer>],
    options: &ReadParquet,
) -> Result<Meta, IoError> {
    let Some((first, others)) = footers.split_first() else {
        return Err(IoError::NoPath {
            verb: "read_parquet",
        });
    };
    check_same(first, others, options)?;
    let mut fields = first.meta.fields().to_vec();
    for other in others {
        for field in &mut fields {
            field.nullable |= other
                .meta
                .field(&field.name)
                .is_ok_and(|other| other.nullable);
        }
    }
    if options.nan_as_null {
        fields
            .iter_mut()
            .filter(|field| field.dtype.is_float())
            .for_each(|field| field.nullable = true);
    }
    let failed = |source| IoError::Meta {
        path: first.identity.path.clone(),
        source,
    };
    let whole = Meta::try_new(fields, first.meta.index()).map_err(failed)?;
    selected(&whole, options).map_err(failed)
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

/// Checks that all files have the columns of the first, or those of them that the options name.
fn check_same(
    first: &Footer,
    others: &[Arc<Footer>],
    options: &ReadParquet,
) -> Result<(), IoError> {
    let read = |name: &str| match (&options.columns, &options.index) {
        (None, _) => true,
        (Some(columns), index) => {
            let recorded = || {
                first
                    .meta
                    .index_fields()
                    .iter()
                    .any(|field| &*field.name == name)
            };
            let named = |list: &[String]| list.iter().any(|column| column == name);
            named(columns) || index.as_deref().map_or_else(recorded, named)
        }
    };
    let differs = |other: &&Arc<Footer>| difference(&first.meta, &other.meta, read).is_some();
    let mut differing = others.iter().filter(differs);
    let Some(second) = differing.next() else {
        return Ok(());
    };
    let (first_path, second_path) = (&first.identity.path, &second.identity.path);
    let difference = difference(&first.meta, &second.meta, read)
        .map(|difference| difference.told(beside(first_path, second_path), second_path))
        .expect("the two were found to differ");
    let shared = first.meta.fields().iter().filter(|field| {
        let same = |other: &Arc<Footer>| {
            let other = other.meta.field(&field.name);
            other.is_ok_and(|other| other.dtype == field.dtype)
        };
        others.iter().all(same)
    });
    Err(IoError::Schemas {
        reader: "ReadParquet",
        first: first_path.clone(),
        second: second_path.clone(),
        difference,
        differing: 1 + differing.count(),
        files: 1 + others.len(),
        shared: shared.map(|field| field.name.to_string()).collect(),
    })
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
    /// A column, its dtype in the first, and in the second.
    Dtype(String, String, String),
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
            Self::Dtype(column, before, now) => {
                format!("column `{column}` is {now} in `{second}` and {before} in `{first}`")
            }
        }
    }
}

/// The first difference in the columns that are read; none where only order or nullability differs.
pub(crate) fn difference(
    first: &Meta,
    second: &Meta,
    read: impl Fn(&str) -> bool,
) -> Option<Difference> {
    for field in first.fields().iter().filter(|field| read(&field.name)) {
        let name = || field.name.to_string();
        match second.field(&field.name) {
            Err(_) => {
                let own = second.names().filter(|name| !first.contains(name));
                let near = nearest(&field.name, own).map(str::to_owned);
                return Some(Difference::Missing(name(), near));
            }
            Ok(other) if other.dtype != field.dtype => {
                let dtypes = (field.dtype.to_string(), other.dtype.to_string());
                return Some(Difference::Dtype(name(), dtypes.0, dtypes.1));
            }
            Ok(_) => {}
        }
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
            difference(&first, &meta(columns), |_| true).map(|found| found.told("a", "x/b"))
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
