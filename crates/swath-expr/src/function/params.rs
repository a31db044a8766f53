//! Named constant parameters of functions and aggregates.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use swath_batch::Value;
use swath_graph::{Canon, Fingerprint};
use swath_kernels::Ordered;

use crate::display::literal;

/// Parameters by name, each a constant: the `digits` of `round`, the `q` of a quantile. Ordered by name, each name once.
///
/// ```
/// use swath_expr::Params;
///
/// let params = Params::default().with("unit", "h").with("digits", 2);
/// assert_eq!(params.to_string(), r#"digits=2, unit="h""#);
/// assert_eq!(params.get("digits"), Some(&2.into()));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params(Arc<[(Arc<str>, Value)]>);

impl Params {
    /// The same parameters and this one, in place of one of the same name.
    pub fn with(&self, name: impl Into<Arc<str>>, value: impl Into<Value>) -> Self {
        let (name, value) = (name.into(), value.into());
        let mut all: Vec<_> = self
            .0
            .iter()
            .filter(|(known, _)| *known != name)
            .cloned()
            .collect();
        let at = all.partition_point(|(known, _)| *known < name);
        all.insert(at, (name, value));
        Self(all.into())
    }

    /// The value of the parameter of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| &**known == name)
            .map(|(_, value)| value)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Names and values as a slice, by name.
    pub fn as_slice(&self) -> &[(Arc<str>, Value)] {
        &self.0
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&Ordered> for Params {
    fn from(op: &Ordered) -> Self {
        let params = op.params().into_iter();
        params.fold(Self::default(), |params, (name, value)| {
            params.with(name, value)
        })
    }
}

impl Display for Params {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (position, (name, value)) in self.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{name}={}", literal(value))?;
        }
        Ok(())
    }
}

impl Fingerprint for Params {
    fn feed(&self, out: &mut Canon) {
        out.seq(self.0.len());
        for (name, value) in self.iter() {
            out.str(name).feed(value);
        }
    }
}
