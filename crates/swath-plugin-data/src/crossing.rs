//! Which columns of a partition function cross to the plugin, and which stay with the host.

use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Batch;
use swath_meta::{Field, Meta};
use swath_plugin_abi::{Contract, Divisions, RowCount, Scope};

use crate::DataError;

/// The columns that cross, there and back, of a function of these columns that says what it reads.
///
/// Index columns cross in any case, in front. Of the others, those that the function does not read stay with the host; where its
/// output has them too, unchanged in dtype, the host puts them back. Both sides work it out by this rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// What the function gets.
    pub input: Meta,
    /// What it returns.
    pub output: Meta,
    /// What the host puts back: positions in the whole output and in the whole input.
    pub kept: Vec<(usize, usize)>,
}

impl Crossing {
    /// Works it out, for a function of one input.
    ///
    /// # Errors
    /// A contract that these columns do not go with: one that names others, lets columns pass by without keeping all rows, keeps
    /// divisions with another index, or sees rows of neighbours in chunks.
    pub fn new(input: &Meta, output: &Meta, contract: &Contract) -> Result<Self, DataError> {
        let wrong = |reason: String| DataError::Contract { reason };
        let needs = contract.input(0);
        let named = needs.reads.iter().flatten().chain(&needs.needs_order);
        for name in named {
            input
                .field(name)
                .map_err(|error| wrong(format!("it needs a column that is not there: {error}")))?;
        }
        if contract.scope == Scope::Chunk && (needs.before.is_some() || needs.after.is_some()) {
            return Err(wrong(
                "it may be called with chunks, and needs rows of neighbouring partitions: only a whole partition has neighbours".to_owned(),
            ));
        }
        if contract.divisions == Divisions::Kept && index(input) != index(output) {
            return Err(wrong(format!(
                "it keeps divisions, and its index is {} where that of its input is {}",
                names(index(output)),
                names(index(input))
            )));
        }
        let Some(reads) = &needs.reads else {
            return Ok(Self {
                input: input.clone(),
                output: output.clone(),
                kept: Vec::new(),
            });
        };
        let stays = |field: &Field| {
            !input.is_index(&field.name) && !reads.iter().any(|name| **name == *field.name)
        };
        let mut kept = Vec::new();
        let mut returned = Vec::new();
        for (at, field) in output.fields().iter().enumerate() {
            let from = input.position(&field.name).ok();
            let same = from.filter(|from| {
                let of = &input.fields()[*from];
                of.dtype == field.dtype && (field.nullable || !of.nullable)
            });
            match same {
                Some(from) if stays(field) && !output.is_index(&field.name) => {
                    kept.push((at, from));
                }
                _ => returned.push(field.clone()),
            }
        }
        if let Some((at, _)) = kept.first()
            && contract.rows != RowCount::Same
        {
            return Err(wrong(format!(
                "it returns column `{}` and does not read it: only a function that keeps all rows can pass columns by",
                output.fields()[*at].name
            )));
        }
        let crosses = input.fields().iter().filter(|field| !stays(field)).cloned();
        Ok(Self {
            input: Meta::try_new(crosses, input.index())?,
            output: Meta::try_new(returned, output.index())?,
            kept,
        })
    }

    /// The columns of the whole output: those that came back, and those of `input`, the whole rows that they were made of, which
    /// stayed.
    ///
    /// # Errors
    /// Columns stayed, and another number of rows came back.
    pub fn whole(
        &self,
        returned: Vec<ArrayRef>,
        rows: usize,
        input: &Batch,
    ) -> Result<Vec<ArrayRef>, DataError> {
        if !self.kept.is_empty() && input.num_rows() != rows {
            return Err(DataError::Rows {
                expected: input.num_rows(),
                found: rows,
            });
        }
        let mut all = returned;
        // In the order of the output: each finds its place behind those in front of it.
        for (to, from) in &self.kept {
            all.insert(*to, Arc::clone(input.record_batch().column(*from)));
        }
        Ok(all)
    }
}

/// The index columns.
fn index(meta: &Meta) -> &[Field] {
    &meta.fields()[..meta.index().len()]
}

/// Columns as messages name them.
fn names(fields: &[Field]) -> String {
    let names: Vec<String> = fields
        .iter()
        .map(|field| format!("`{}`", field.name))
        .collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use swath_plugin_abi::{Halo, Needs};

    fn meta(columns: &[(&'static str, &'static str)]) -> Meta {
        Meta::of(columns.iter().copied()).expect("a meta")
    }

    /// Of a function that keeps rows and reads these columns.
    fn reading(columns: &[&str]) -> Contract {
        Contract {
            rows: RowCount::Same,
            inputs: vec![Needs {
                reads: Some(columns.iter().map(ToString::to_string).collect()),
                ..Needs::default()
            }],
            ..Contract::default()
        }
    }

    #[test]
    fn what_is_not_read_stays() {
        let input = meta(&[
            ("k", "int64"),
            ("a", "string"),
            ("b", "float64"),
            ("c", "bool"),
        ]);
        let input = input.set_index(["k"]).expect("a column");
        let output = input.with("d", "bool").expect("a dtype");
        let crossing = Crossing::new(&input, &output, &reading(&["b"])).expect("columns");
        assert_eq!(crossing.input.names().collect::<Vec<_>>(), ["k", "b"]);
        assert_eq!(crossing.output.names().collect::<Vec<_>>(), ["k", "b", "d"]);
        assert_eq!(crossing.kept, [(1, 1), (3, 3)]);
        let all = Crossing::new(&input, &output, &Contract::default()).expect("columns");
        assert_eq!((all.input, all.kept), (input, Vec::new()));
    }

    #[test]
    fn what_becomes_the_index_or_loses_its_nulls_crosses() {
        let input = meta(&[("a", "int64"), ("b", "float64")]);
        let output = input.set_index(["b"]).expect("a column");
        let crossing = Crossing::new(&input, &output, &reading(&[])).expect("columns");
        assert_eq!(crossing.output.names().collect::<Vec<_>>(), ["b"]);
        assert_eq!(crossing.output.index().len(), 1);
        let output = input.with_field(Field::new("b", swath_meta::DType::Float64, false));
        let crossing = Crossing::new(&input, &output, &reading(&[])).expect("columns");
        assert_eq!(crossing.kept, [(0, 0)]);
    }

    #[test]
    fn another_dtype_is_another_column() {
        let input = meta(&[("a", "string"), ("b", "float64")]);
        let output = meta(&[("a", "int64"), ("b", "float64")]);
        let crossing = Crossing::new(&input, &output, &reading(&[])).expect("columns");
        assert_eq!(crossing.output.names().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn contracts_that_do_not_go_with_the_columns() {
        let input = meta(&[("a", "int64"), ("b", "float64")]);
        let said = |output: &Meta, contract: &Contract| {
            Crossing::new(&input, output, contract)
                .expect_err("a contradiction")
                .to_string()
        };
        assert_snapshot!(said(&input, &reading(&["x"])), @"it needs a column that is not there: no column `x`; columns are `a`, `b`");
        let any = Contract {
            rows: RowCount::Any,
            ..reading(&["a"])
        };
        assert_snapshot!(said(&input, &any), @"it returns column `b` and does not read it: only a function that keeps all rows can pass columns by");
        let kept = Contract {
            divisions: Divisions::Kept,
            ..Contract::default()
        };
        assert_snapshot!(said(&input.set_index(["a"]).expect("a column"), &kept), @"it keeps divisions, and its index is `a` where that of its input is none");
        let sorted = Needs {
            needs_order: vec!["t".to_owned()],
            ..Needs::default()
        };
        let sorted = Contract {
            inputs: vec![sorted],
            ..Contract::default()
        };
        assert_snapshot!(said(&input, &sorted), @"it needs a column that is not there: no column `t`; columns are `a`, `b`");
        let chunks = Needs {
            before: Some(Halo::Rows(1)),
            ..Needs::default()
        };
        let chunks = Contract {
            inputs: vec![chunks],
            scope: Scope::Chunk,
            ..Contract::default()
        };
        assert_snapshot!(said(&input, &chunks), @"it may be called with chunks, and needs rows of neighbouring partitions: only a whole partition has neighbours");
    }

    #[test]
    fn what_stayed_is_put_back() {
        let part = Batch::from_csv("a,b,c\n1,x,1.5\n2,y,2.5\n").expect("a table");
        let output = part.meta().with("d", "int64").expect("a dtype");
        let crossing = Crossing::new(part.meta(), &output, &reading(&["b"])).expect("columns");
        let column = |at: usize| Arc::clone(part.record_batch().column(at));
        let whole = crossing
            .whole(vec![column(1), column(0)], 2, &part)
            .expect("as many rows");
        assert_eq!(whole, [column(0), column(1), column(2), column(0)]);
        let error = crossing
            .whole(Vec::new(), 1, &part)
            .expect_err("another number");
        assert_snapshot!(error, @"1 rows came back where the columns that were kept back have 2");
    }
}
