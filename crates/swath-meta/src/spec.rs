//! A meta as a user gives it: columns, another frame's, or a function of the input's.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use crate::{DTypeSpec, Field, Index, Meta, MetaError};

type MetaFunction = dyn Fn(&Meta) -> Result<Meta, MetaError> + Send + Sync;

/// Holds a meta that is read only when it is used, so that a misspelt dtype is reported by the call that uses it.
///
/// Made from a [`Meta`]; from name and dtype pairs, whose order is kept; from a map, whose columns are taken in the order of their
/// names; from a single pair; or from a function of the input's meta. A closure given where `impl Into<MetaSpec>` is asked must name
/// its argument's type, `|m: &Meta| m.with("net", "float64")`; [`MetaSpec::function`] takes it without.
///
/// ```
/// use swath_meta::{Meta, MetaSpec};
///
/// let input = Meta::of([("gross", "float64")])?;
/// assert_eq!(MetaSpec::from([("a", "int64"), ("b", "string")]).resolve(&input)?.columns().len(), 2);
/// assert_eq!(MetaSpec::from(("a", "int64")).resolve(&input)?.columns().next(), Some("a"));
///
/// let net = MetaSpec::function(|m| m.with("net", "float64")).resolve(&input)?;
/// assert_eq!(net.columns().collect::<Vec<_>>(), ["gross", "net"]);
/// # Ok::<(), swath_meta::MetaError>(())
/// ```
#[derive(Clone)]
pub struct MetaSpec {
    form: Form,
    index: Option<Index>,
}

#[derive(Clone)]
enum Form {
    Meta(Meta),
    Pairs(Vec<(Arc<str>, DTypeSpec)>),
    Function(Arc<MetaFunction>),
}

impl MetaSpec {
    /// Takes the output's meta to be this function of the input's.
    pub fn function(
        function: impl Fn(&Meta) -> Result<Meta, MetaError> + Send + Sync + 'static,
    ) -> Self {
        Form::Function(Arc::new(function)).into()
    }

    /// Says that so many leading columns are the index. Without it, pairs have none, and a meta keeps its own.
    pub fn index(mut self, index: Index) -> Self {
        self.index = Some(index);
        self
    }

    /// Reads the meta, given the input's.
    ///
    /// # Errors
    /// Those of reading dtypes and of [`Meta::try_new`], and the function's own.
    pub fn resolve(&self, input: &Meta) -> Result<Meta, MetaError> {
        let meta = match &self.form {
            Form::Meta(meta) => meta.clone(),
            Form::Pairs(pairs) => {
                let field = |(name, dtype): &(Arc<str>, DTypeSpec)| {
                    Ok(Field::new(Arc::clone(name), dtype.resolve()?, true))
                };
                Meta::try_new(
                    pairs
                        .iter()
                        .map(field)
                        .collect::<Result<Vec<_>, MetaError>>()?,
                    Index::none(),
                )?
            }
            Form::Function(function) => function(input)?,
        };
        match self.index {
            Some(index) => meta.with_index(index),
            None => Ok(meta),
        }
    }
}

impl Debug for MetaSpec {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.form {
            Form::Meta(meta) => f.debug_tuple("MetaSpec").field(meta).finish(),
            Form::Pairs(pairs) => f.debug_tuple("MetaSpec").field(pairs).finish(),
            Form::Function(_) => f.write_str("MetaSpec(function of the input's meta)"),
        }
    }
}

/// Functions are equal only to their clones.
impl PartialEq for MetaSpec {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
            && match (&self.form, &other.form) {
                (Form::Meta(a), Form::Meta(b)) => a == b,
                (Form::Pairs(a), Form::Pairs(b)) => a == b,
                (Form::Function(a), Form::Function(b)) => Arc::ptr_eq(a, b),
                _ => false,
            }
    }
}

impl From<Form> for MetaSpec {
    fn from(form: Form) -> Self {
        Self { form, index: None }
    }
}

impl From<Meta> for MetaSpec {
    fn from(meta: Meta) -> Self {
        Form::Meta(meta).into()
    }
}

impl From<&Meta> for MetaSpec {
    fn from(meta: &Meta) -> Self {
        Form::Meta(meta.clone()).into()
    }
}

impl From<&Arc<Meta>> for MetaSpec {
    fn from(meta: &Arc<Meta>) -> Self {
        Self::from(&**meta)
    }
}

impl<N: Into<Arc<str>>, D: Into<DTypeSpec>> From<(N, D)> for MetaSpec {
    fn from((name, dtype): (N, D)) -> Self {
        pairs([(name, dtype)])
    }
}

impl<N: Into<Arc<str>>, D: Into<DTypeSpec>, const LEN: usize> From<[(N, D); LEN]> for MetaSpec {
    fn from(columns: [(N, D); LEN]) -> Self {
        pairs(columns)
    }
}

impl<N: Into<Arc<str>>, D: Into<DTypeSpec>> From<Vec<(N, D)>> for MetaSpec {
    fn from(columns: Vec<(N, D)>) -> Self {
        pairs(columns)
    }
}

impl<N: Into<Arc<str>> + Clone, D: Into<DTypeSpec> + Clone> From<&[(N, D)]> for MetaSpec {
    fn from(columns: &[(N, D)]) -> Self {
        pairs(columns.iter().cloned())
    }
}

impl<N: Into<Arc<str>>, D: Into<DTypeSpec>> From<BTreeMap<N, D>> for MetaSpec {
    fn from(columns: BTreeMap<N, D>) -> Self {
        sorted(columns)
    }
}

impl<N: Into<Arc<str>>, D: Into<DTypeSpec>, S> From<HashMap<N, D, S>> for MetaSpec {
    fn from(columns: HashMap<N, D, S>) -> Self {
        sorted(columns)
    }
}

impl<F: Fn(&Meta) -> Result<Meta, MetaError> + Send + Sync + 'static> From<F> for MetaSpec {
    fn from(function: F) -> Self {
        Self::function(function)
    }
}

fn pairs<N: Into<Arc<str>>, D: Into<DTypeSpec>>(
    columns: impl IntoIterator<Item = (N, D)>,
) -> MetaSpec {
    Form::Pairs(
        columns
            .into_iter()
            .map(|(name, dtype)| (name.into(), dtype.into()))
            .collect(),
    )
    .into()
}

/// A hash map has no order of its own, and a meta must not depend on its seed.
fn sorted<N: Into<Arc<str>>, D: Into<DTypeSpec>>(
    columns: impl IntoIterator<Item = (N, D)>,
) -> MetaSpec {
    let by_name: BTreeMap<Arc<str>, DTypeSpec> = columns
        .into_iter()
        .map(|(name, dtype)| (name.into(), dtype.into()))
        .collect();
    Form::Pairs(by_name.into_iter().collect()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DType;

    #[track_caller]
    fn check(spec: impl Into<MetaSpec>, expected: &str) {
        let input = Meta::of([("a", "int64")]).unwrap();
        let meta = spec.into().resolve(&input).unwrap();
        let columns = meta
            .fields()
            .iter()
            .map(|field| format!("{}:{}", field.name, field.dtype))
            .collect::<Vec<_>>();
        assert_eq!(columns.join(" "), expected);
    }

    #[test]
    fn every_form() {
        // Cases 15 to 17 of the reference, with dtypes spelt so that they mean one thing.
        check(
            [("b", "int64"), ("a", "f8"), ("c", "category")],
            "b:int64 a:float64 c:category",
        );
        check(vec![("b".to_owned(), DType::Int8)], "b:int8");
        check(&[("x", "bool")][..], "x:bool");
        check(("a", "f8"), "a:float64");
        check(
            BTreeMap::from([("b", "int64"), ("a", "string")]),
            "a:string b:int64",
        );
        check(
            HashMap::from([("b", "int64"), ("a", "string")]),
            "a:string b:int64",
        );
        check(Meta::of([("m", "int64")]).unwrap(), "m:int64");
        let meta = Meta::of([("m", "int64")]).unwrap();
        check(&meta, "m:int64");
        check(|m: &Meta| m.with("b", "float64"), "a:int64 b:float64");
        check(
            MetaSpec::function(|m| m.with("b", "float64")?.without(["a"])),
            "b:float64",
        );
    }

    #[test]
    fn the_index_can_be_declared() {
        let spec =
            MetaSpec::from([("ts", "timestamp[us]"), ("v", "int64")]).index(Index::leading(1));
        assert_eq!(
            spec.resolve(&Meta::empty())
                .unwrap()
                .columns()
                .collect::<Vec<_>>(),
            ["v"]
        );
        assert!(
            MetaSpec::from(("a", "int64"))
                .index(Index::leading(2))
                .resolve(&Meta::empty())
                .is_err()
        );
    }

    #[test]
    fn a_wrong_dtype_is_reported_when_it_is_read() {
        let spec = MetaSpec::from([("a", "int64"), ("b", "flaot64")]);
        let error = spec.resolve(&Meta::empty()).unwrap_err();
        insta::assert_snapshot!(error, @"unknown dtype `flaot64`; did you mean `float64`?");
    }

    #[test]
    fn functions_are_equal_to_their_clones() {
        let make = || MetaSpec::function(|m| Ok(m.clone()));
        let one = make();
        assert_eq!(one, one.clone());
        assert_ne!(one, make());
        assert_eq!(
            MetaSpec::from(("a", "int64")),
            MetaSpec::from([("a", "int64")])
        );
    }
}
