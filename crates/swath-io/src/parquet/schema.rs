//! One meta for all files of a data set.

use std::sync::Arc;
use swath_meta::{Field, Index, Meta, MetaError, nearest};

use super::footer::Footer;
use super::options::ReadParquet;
use crate::IoError;

/// The meta of a data set: the columns of the first file, nullable where they are in any, as the options select them.
///
/// # Errors
/// Where a file has other columns or dtypes than the first (the order does not matter), and where the options name a
/// column that is not there.
pub(super) fn dataset_meta(
    footers: &[Arc<Footer>],
    options: &ReadParquet,
) -> Result<Meta, IoError> {
    let Some((first, others)) = footers.split_first() else {
        return Err(IoError::NoMatch {
            pattern: options.paths.join(", "),
            found: None,
        });
    };
    let mut fields = first.meta.fields().to_vec();
    for other in others {
        if let Some(difference) = difference(&first.meta, &other.meta) {
            return Err(IoError::Schemas {
                first: first.identity.path.clone(),
                second: other.identity.path.clone(),
                difference,
            });
        }
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

/// What differs between the columns of two files, in words; nothing where only order or nullability does.
fn difference(first: &Meta, second: &Meta) -> Option<String> {
    for field in first.fields() {
        match second.field(&field.name) {
            Err(_) => {
                let near = nearest(
                    &field.name,
                    second.names().filter(|name| !first.contains(name)),
                );
                let near = near.map_or(String::new(), |near| format!("; it has `{near}`"));
                return Some(format!("the second has no column `{}`{near}", field.name));
            }
            Ok(other) if other.dtype != field.dtype => {
                return Some(format!(
                    "column `{}` is {} and {}",
                    field.name, field.dtype, other.dtype
                ));
            }
            Ok(_) => {}
        }
    }
    let extra = second.names().find(|name| !first.contains(name))?;
    Some(format!("only the second has a column `{extra}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named() {
        let meta = |columns: &[(&str, &str)]| Meta::of(columns.iter().copied()).expect("a meta");
        let first = meta(&[("region", "string"), ("amount", "float64")]);
        let check = |columns: &[(&str, &str)]| difference(&first, &meta(columns));
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
        the second has no column `amount`
        the second has no column `amount`; it has `amuont`
        column `amount` is float64 and int64
        only the second has a column `extra`
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
