//! Which columns of a partition function cross to the plugin, and which stay with the host.

use swath_meta::{Field, Meta, MetaError};

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
    /// Works it out.
    ///
    /// # Errors
    /// [`MetaError::Column`] for a column that it reads and that is not there.
    pub fn new(input: &Meta, output: &Meta, reads: Option<&[String]>) -> Result<Self, MetaError> {
        let Some(reads) = reads else {
            return Ok(Self {
                input: input.clone(),
                output: output.clone(),
                kept: Vec::new(),
            });
        };
        for name in reads {
            input.field(name)?;
        }
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
        let crosses = input.fields().iter().filter(|field| !stays(field)).cloned();
        Ok(Self {
            input: Meta::try_new(crosses, input.index())?,
            output: Meta::try_new(returned, output.index())?,
            kept,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(columns: &[(&'static str, &'static str)]) -> Meta {
        Meta::of(columns.iter().copied()).expect("a meta")
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
        let crossing = Crossing::new(&input, &output, Some(&["b".to_owned()])).expect("columns");
        assert_eq!(crossing.input.names().collect::<Vec<_>>(), ["k", "b"]);
        assert_eq!(crossing.output.names().collect::<Vec<_>>(), ["k", "b", "d"]);
        assert_eq!(crossing.kept, [(1, 1), (3, 3)]);
        let all = Crossing::new(&input, &output, None).expect("columns");
        assert_eq!((all.input, all.kept), (input, Vec::new()));
    }

    #[test]
    fn what_becomes_the_index_or_loses_its_nulls_crosses() {
        let input = meta(&[("a", "int64"), ("b", "float64")]);
        let output = input.set_index(["b"]).expect("a column");
        let crossing = Crossing::new(&input, &output, Some(&[])).expect("columns");
        assert_eq!(crossing.output.names().collect::<Vec<_>>(), ["b"]);
        assert_eq!(crossing.output.index().len(), 1);
        let output = input.with_field(Field::new("b", swath_meta::DType::Float64, false));
        let crossing = Crossing::new(&input, &output, Some(&[])).expect("columns");
        assert_eq!(crossing.kept, [(0, 0)]);
    }

    #[test]
    fn another_dtype_is_another_column() {
        let input = meta(&[("a", "string"), ("b", "float64")]);
        let output = meta(&[("a", "int64"), ("b", "float64")]);
        let crossing = Crossing::new(&input, &output, Some(&[])).expect("columns");
        assert_eq!(crossing.output.names().collect::<Vec<_>>(), ["a"]);
        let error = Crossing::new(&input, &output, Some(&["x".to_owned()])).expect_err("no column");
        assert!(error.to_string().starts_with("no column `x`"), "{error}");
    }
}
