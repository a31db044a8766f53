//! Strict comparison of what was declared with what was found, and its report.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use crate::aligned::aligned;
use crate::{Field, Meta};

/// Says in which columns a frame differs from its declaration.
///
/// `Display` is a table of column, found and expected, and names the extra and the missing columns; if the columns are the same
/// but in another order, it shows both orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaMismatch(Box<Report>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    columns: Vec<ColumnMismatch>,
    order: Option<[Vec<String>; 2]>,
    index: Option<[Vec<String>; 2]>,
}

/// One column in which found and expected differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnMismatch {
    /// The column's name.
    pub column: String,
    /// Its dtype, with ` not null` where that is promised, as found; `None` if the column is missing.
    pub found: Option<String>,
    /// The same as declared; `None` if the column was not declared.
    pub expected: Option<String>,
}

impl Meta {
    /// Compares `found` with this declaration: names, order, logical dtypes, nullability and index must be those declared.
    ///
    /// A column found without nulls is a nullable one as declared; the other way round is a mismatch.
    ///
    /// # Errors
    /// [`MetaMismatch`], listing every column that differs.
    pub fn check(&self, found: &Self) -> Result<(), MetaMismatch> {
        let mut columns = Vec::new();
        for expected in self.fields() {
            let other = found.field(&expected.name).ok();
            if other.is_none_or(|other| {
                other.dtype != expected.dtype || (other.nullable && !expected.nullable)
            }) {
                columns.push(ColumnMismatch {
                    column: expected.name.to_string(),
                    found: other.map(describe),
                    expected: Some(describe(expected)),
                });
            }
        }
        let undeclared = found
            .fields()
            .iter()
            .filter(|field| !self.contains(&field.name));
        columns.extend(undeclared.map(|field| ColumnMismatch {
            column: field.name.to_string(),
            found: Some(describe(field)),
            expected: None,
        }));

        let names = |meta: &Self| meta.names().map(str::to_owned).collect::<Vec<_>>();
        let same_columns = columns
            .iter()
            .all(|column| column.found.is_some() && column.expected.is_some());
        let order =
            (same_columns && !self.names().eq(found.names())).then(|| [names(found), names(self)]);
        let index_names = |meta: &Self| {
            meta.index_fields()
                .iter()
                .map(|field| field.name.to_string())
                .collect::<Vec<_>>()
        };
        let index = (index_names(self) != index_names(found))
            .then(|| [index_names(found), index_names(self)]);
        if columns.is_empty() && order.is_none() && index.is_none() {
            return Ok(());
        }
        Err(MetaMismatch(Box::new(Report {
            columns,
            order,
            index,
        })))
    }
}

/// The dtype, and the promise that there are no nulls.
fn describe(field: &Field) -> String {
    format!(
        "{}{}",
        field.dtype,
        if field.nullable { "" } else { " not null" }
    )
}

impl MetaMismatch {
    /// The columns that differ: first the declared ones in their order, then those that were not declared.
    pub fn columns(&self) -> &[ColumnMismatch] {
        &self.0.columns
    }

    /// The columns are the declared ones in another order.
    pub fn is_order(&self) -> bool {
        self.0.order.is_some()
    }
}

impl Display for MetaMismatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Report {
            columns,
            order,
            index,
        } = &*self.0;
        f.write_str("the columns do not match the meta")?;
        let names = |pick: fn(&ColumnMismatch) -> bool| {
            columns
                .iter()
                .filter(|column| pick(column))
                .map(|column| column.column.clone())
                .collect::<Vec<_>>()
        };
        let extra = names(|column| column.expected.is_none());
        let missing = names(|column| column.found.is_none());
        if !extra.is_empty() || !missing.is_empty() {
            write!(
                f,
                "; extra: [{}], missing: [{}]",
                extra.join(", "),
                missing.join(", ")
            )?;
        }
        if !columns.is_empty() {
            let mut rows = vec![["column", "found", "expected"].map(str::to_owned)];
            rows.extend(columns.iter().map(|column| {
                let cell = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
                [
                    column.column.clone(),
                    cell(&column.found),
                    cell(&column.expected),
                ]
            }));
            write!(f, "\n{}", indent(&aligned(&rows)))?;
        }
        if let Some([found, expected]) = order {
            write!(
                f,
                "\n  order of columns: found {}; expected {}",
                found.join(", "),
                expected.join(", ")
            )?;
        }
        if let Some([found, expected]) = index {
            let list = |names: &[String]| {
                if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                }
            };
            write!(
                f,
                "\n  index: found {}; expected {}",
                list(found),
                list(expected)
            )?;
        }
        Ok(())
    }
}

impl Error for MetaMismatch {}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::Index;

    fn declared() -> Meta {
        Meta::of([("x", "int64"), ("z", "string")]).unwrap()
    }

    #[track_caller]
    fn mismatch(found: &Meta) -> MetaMismatch {
        declared().check(found).unwrap_err()
    }

    #[test]
    fn equal_and_tighter_metas_match() {
        assert_eq!(declared().check(&declared()), Ok(()));
        let tighter = declared().with_field(Field::new("x", crate::DType::Int64, false));
        assert_eq!(declared().check(&tighter), Ok(()));
        assert_eq!(tighter.check(&declared()).unwrap_err().columns().len(), 1);
    }

    #[test]
    fn a_missing_column() {
        assert_snapshot!(mismatch(&Meta::of([("x", "int64")]).unwrap()));
    }

    #[test]
    fn an_extra_column_and_a_wrong_dtype() {
        assert_snapshot!(mismatch(
            &Meta::of([("x", "float64"), ("z", "string"), ("total", "float64")]).unwrap()
        ));
    }

    #[test]
    fn another_order() {
        let other = mismatch(&Meta::of([("z", "string"), ("x", "int64")]).unwrap());
        assert!(other.is_order());
        assert_snapshot!(other);
    }

    #[test]
    fn nulls_where_none_were_promised_and_another_index() {
        let strict = Meta::try_new(
            [Field::new("x", crate::DType::Int64, false)],
            Index::leading(1),
        )
        .unwrap();
        assert_snapshot!(
            strict
                .check(&Meta::of([("x", "int64")]).unwrap())
                .unwrap_err()
        );
    }
}
