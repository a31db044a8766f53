//! Which columns of a partition function cross to the plugin, and which stay with the host.

use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Batch;
use swath_meta::{Field, Meta};
use swath_plugin_abi::{Contract, Divisions, Needs, RowCount, Scope};

use crate::DataError;

/// The columns that cross, there and back, of a function of these columns that says what it reads.
///
/// Index columns cross in any case, in front. Of the others, those that the function does not read stay with the host; where its
/// output has them too, unchanged in dtype, the host puts them back. Of other inputs than the first nothing comes back. Both sides work
/// it out by this rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// What the function gets of each input.
    pub inputs: Vec<Meta>,
    /// What it returns.
    pub output: Meta,
    /// What the host puts back: positions in the whole output and in the whole first input.
    pub kept: Vec<(usize, usize)>,
}

impl Crossing {
    /// Works it out.
    ///
    /// # Errors
    /// A contract that these columns do not go with: one that names others, lets columns pass by without keeping all rows, keeps
    /// divisions with another index, sees rows of neighbours in chunks, or wants of one of several inputs what only a single one has.
    pub fn new<'a>(
        inputs: impl IntoIterator<Item = &'a Meta>,
        output: &Meta,
        contract: &Contract,
    ) -> Result<Self, DataError> {
        let mut inputs = inputs.into_iter();
        let input = inputs
            .next()
            .ok_or_else(|| wrong("it is a function of no frame".to_owned()))?;
        let mut crossing = Self::of_first(input, output, contract)?;
        for (at, other) in inputs.enumerate() {
            crossing.inputs.push(beside(other, at + 1, contract)?);
        }
        let frames = crossing.inputs.len();
        if frames > 1 {
            side_by_side(contract)?;
        }
        let said = contract.inputs.len();
        if said > frames {
            return Err(wrong(format!(
                "it says what it needs of frame {}, counted from 0, and takes {frames}",
                said - 1
            )));
        }
        Ok(crossing)
    }

    fn of_first(input: &Meta, output: &Meta, contract: &Contract) -> Result<Self, DataError> {
        let needs = contract.input(0);
        are_there(input, needs)?;
        if contract.scope == Scope::Chunk && (needs.before.is_some() || needs.after.is_some()) {
            return Err(wrong(
                "it may be called with chunks, and needs rows of neighbouring partitions: only a whole partition has neighbours".to_owned(),
            ));
        }
        if needs.whole {
            return Err(wrong(
                "it has to see all rows of its first frame, which is the one whose partitions it works on".to_owned(),
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
                inputs: vec![input.clone()],
                output: output.clone(),
                kept: Vec::new(),
            });
        };
        let stays = |field: &Field| !crosses(field, input, reads);
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
        Ok(Self {
            inputs: vec![read_of(input, reads)?],
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

fn wrong(reason: String) -> DataError {
    DataError::Contract { reason }
}

/// Checks that an input has the columns that are needed of it.
fn are_there(input: &Meta, needs: &Needs) -> Result<(), DataError> {
    let mut named = needs.reads.iter().flatten().chain(&needs.needs_order);
    named.try_for_each(|name| match input.field(name) {
        Ok(_) => Ok(()),
        Err(error) => Err(wrong(format!(
            "it needs a column that is not there: {error}"
        ))),
    })
}

/// What crosses of an input beside the first.
fn beside(input: &Meta, at: usize, contract: &Contract) -> Result<Meta, DataError> {
    let needs = contract.input(at);
    are_there(input, needs)?;
    if needs.before.is_some() || needs.after.is_some() {
        return Err(wrong(format!(
            "it needs rows of the neighbours of its input {at}: only partitions of the first have neighbours"
        )));
    }
    match &needs.reads {
        Some(reads) => read_of(input, reads),
        None => Ok(input.clone()),
    }
}

/// What only a function of one input may want.
fn side_by_side(contract: &Contract) -> Result<(), DataError> {
    let needs = contract.input(0);
    if contract.scope == Scope::Chunk {
        return Err(wrong(
            "it may be called with chunks, and takes several frames: it sees a partition of each"
                .to_owned(),
        ));
    }
    if needs.before.is_some() || needs.after.is_some() {
        return Err(wrong(
            "it needs rows of neighbouring partitions, and takes several frames".to_owned(),
        ));
    }
    Ok(())
}

/// Whether a column crosses of an input of which these are read.
fn crosses(field: &Field, input: &Meta, reads: &[String]) -> bool {
    input.is_index(&field.name) || reads.iter().any(|name| **name == *field.name)
}

/// The columns that cross of an input of which these are read.
fn read_of(input: &Meta, reads: &[String]) -> Result<Meta, DataError> {
    let fields = input.fields().iter();
    let fields = fields.filter(|field| crosses(field, input, reads));
    Ok(Meta::try_new(fields.cloned(), input.index())?)
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
    use swath_plugin_abi::Halo;

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
        let crossing = Crossing::new([&input], &output, &reading(&["b"])).expect("columns");
        assert_eq!(crossing.inputs[0].names().collect::<Vec<_>>(), ["k", "b"]);
        assert_eq!(crossing.output.names().collect::<Vec<_>>(), ["k", "b", "d"]);
        assert_eq!(crossing.kept, [(1, 1), (3, 3)]);
        let all = Crossing::new([&input], &output, &Contract::default()).expect("columns");
        assert_eq!((all.inputs, all.kept), (vec![input], Vec::new()));
    }

    #[test]
    fn what_becomes_the_index_or_loses_its_nulls_crosses() {
        let input = meta(&[("a", "int64"), ("b", "float64")]);
        let output = input.set_index(["b"]).expect("a column");
        let crossing = Crossing::new([&input], &output, &reading(&[])).expect("columns");
        assert_eq!(crossing.output.names().collect::<Vec<_>>(), ["b"]);
        assert_eq!(crossing.output.index().len(), 1);
        let output = input.with_field(Field::new("b", swath_meta::DType::Float64, false));
        let crossing = Crossing::new([&input], &output, &reading(&[])).expect("columns");
        assert_eq!(crossing.kept, [(0, 0)]);
    }

    #[test]
    fn another_dtype_is_another_column() {
        let input = meta(&[("a", "string"), ("b", "float64")]);
        let output = meta(&[("a", "int64"), ("b", "float64")]);
        let crossing = Crossing::new([&input], &output, &reading(&[])).expect("columns");
        assert_eq!(crossing.output.names().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn contracts_that_do_not_go_with_the_columns() {
        let input = meta(&[("a", "int64"), ("b", "float64")]);
        let said = |output: &Meta, contract: &Contract| {
            Crossing::new([&input], output, contract)
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
    fn of_other_frames_what_is_read_crosses() {
        let input = meta(&[("a", "int64"), ("b", "float64")]);
        let other = meta(&[("k", "int64"), ("b", "float64"), ("c", "bool")]);
        let other = other.set_index(["k"]).expect("a column");
        let mut contract = reading(&["b"]);
        contract.inputs.push(Needs {
            reads: Some(vec!["c".to_owned()]),
            whole: true,
            ..Needs::default()
        });
        let crossing = Crossing::new([&input, &other, &other], &input, &contract);
        let crossing = crossing.expect("columns");
        let names = crossing.inputs.iter();
        let names: Vec<Vec<&str>> = names.map(|meta| meta.names().collect()).collect();
        assert_eq!(names, [vec!["b"], vec!["k", "c"], vec!["k", "b", "c"]]);
        assert_eq!(crossing.kept, [(0, 0)]);
    }

    #[test]
    fn what_only_one_frame_may_be_wanted_of() {
        let input = meta(&[("a", "int64")]);
        let said = |first: Needs, second: Needs, scope: Scope| {
            let contract = Contract {
                inputs: vec![first, second],
                scope,
                ..Contract::default()
            };
            Crossing::new([&input, &input], &input, &contract)
                .expect_err("a contradiction")
                .to_string()
        };
        let none = Needs::default;
        let whole = Needs {
            whole: true,
            ..none()
        };
        let halo = Needs {
            after: Some(Halo::Rows(2)),
            ..none()
        };
        let other = Needs {
            reads: Some(vec!["x".to_owned()]),
            ..none()
        };
        assert_snapshot!(said(whole, none(), Scope::Partition), @"it has to see all rows of its first frame, which is the one whose partitions it works on");
        assert_snapshot!(said(halo.clone(), none(), Scope::Partition), @"it needs rows of neighbouring partitions, and takes several frames");
        assert_snapshot!(said(none(), halo, Scope::Partition), @"it needs rows of the neighbours of its input 1: only partitions of the first have neighbours");
        assert_snapshot!(said(none(), other, Scope::Partition), @"it needs a column that is not there: no column `x`; columns are `a`");
        let third = Contract {
            inputs: vec![none(), none(), none()],
            ..Contract::default()
        };
        let error = Crossing::new([&input, &input], &input, &third).expect_err("there are two");
        assert_snapshot!(error, @"it says what it needs of frame 2, counted from 0, and takes 2");
        assert_snapshot!(said(none(), none(), Scope::Chunk), @"it may be called with chunks, and takes several frames: it sees a partition of each");
    }

    #[test]
    fn what_stayed_is_put_back() {
        let part = Batch::from_csv("a,b,c\n1,x,1.5\n2,y,2.5\n").expect("a table");
        let output = part.meta().with("d", "int64").expect("a dtype");
        let crossing = Crossing::new([&**part.meta()], &output, &reading(&["b"])).expect("columns");
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
