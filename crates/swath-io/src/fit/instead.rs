//! How the columns of a file become those of the table, where they are not them already.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use swath_batch::Value;
use swath_expr::{Expr, lit};
use swath_meta::{DType, Field, Meta};

/// What a file has instead of some columns of the table; the others are as they should be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fit {
    columns: BTreeMap<Arc<str>, Instead>,
}

/// What a file has instead of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Instead {
    /// One value for all rows: that of its folder, or null for a column that it has not.
    Constant { value: Value, dtype: DType },
    /// The column in a narrower dtype.
    Narrower { dtype: DType },
}

impl Fit {
    /// What a file with these columns has instead of those of a table, given the values that the names of its folders say; `None` where it
    /// has them all.
    pub(crate) fn of(files: &Meta, meta: &Meta, keys: &[(Field, Value)]) -> Option<Arc<Self>> {
        let instead = |field: &Field| {
            let key = keys.iter().find(|(key, _)| key.name == field.name);
            let constant = |value: Value| Instead::Constant {
                value,
                dtype: field.dtype.clone(),
            };
            match (key, files.dtype(&field.name)) {
                (Some((_, value)), _) => Some(constant(value.clone())),
                (None, Err(_)) => Some(constant(Value::Null)),
                (None, Ok(dtype)) if *dtype != field.dtype => Some(Instead::Narrower {
                    dtype: field.dtype.clone(),
                }),
                (None, Ok(_)) => None,
            }
        };
        let columns: BTreeMap<_, _> = meta
            .fields()
            .iter()
            .filter_map(|field| Some((Arc::clone(&field.name), instead(field)?)))
            .collect();
        (!columns.is_empty()).then(|| Arc::new(Self { columns }))
    }

    pub(crate) fn get(&self, column: &str) -> Option<&Instead> {
        self.columns.get(column)
    }

    /// The columns that have one value in all rows.
    pub(crate) fn constants(&self) -> Vec<(Field, Value)> {
        let constant = |(name, instead): (&Arc<str>, &Instead)| match instead {
            Instead::Constant { value, dtype } => {
                let field = Field::new(Arc::clone(name), dtype.clone(), value.is_null());
                Some((field, value.clone()))
            }
            Instead::Narrower { .. } => None,
        };
        self.columns.iter().filter_map(constant).collect()
    }

    /// An expression over the columns of the table, over those of the file.
    pub(crate) fn of_file(&self, expr: &Expr) -> Expr {
        let fitted = |name: &str| {
            Some(match self.get(name)? {
                // A literal alone would take the dtype of what it is compared with.
                Instead::Constant { value, dtype } => lit(value.clone()).cast(dtype.clone()),
                Instead::Narrower { dtype } => swath_expr::col(name).cast(dtype.clone()),
            })
        };
        expr.substitute(&fitted)
    }
}
