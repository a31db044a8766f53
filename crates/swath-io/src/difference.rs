//! What differs between the columns of two files, in every format.

use serde::{Deserialize, Serialize};
use swath_meta::{DType, Meta, common_supertype, nearest};

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

/// Differences between the columns of files that are none to whoever reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Admitted {
    #[serde(default)]
    pub(crate) missing: bool,
    #[serde(default)]
    pub(crate) extra: bool,
    #[serde(default)]
    pub(crate) wider: bool,
}

impl Admitted {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "made for serde")]
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The dtype that holds the numbers of both.
pub(crate) fn wider(one: &DType, other: &DType) -> Option<DType> {
    (one.is_numeric() && other.is_numeric())
        .then(|| common_supertype(one, other))
        .flatten()
}

/// The name of the first file, beside that of the second: without the folder, where they are in the same.
pub(crate) fn beside<'a>(first: &'a str, second: &str) -> &'a str {
    match (first.rsplit_once('/'), second.rsplit_once('/')) {
        (Some((folder, name)), Some((same, _))) if folder == same => name,
        _ => first,
    }
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
}
