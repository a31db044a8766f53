//! What is known of which rows share a partition.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Divisions;

/// Says how rows were given to partitions: what lets an operator skip an exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Partitioning {
    /// By ranges of these columns' values.
    RangeBy(Arc<[Arc<str>]>, Divisions),
    /// By the stable hash of these columns' values, into so many partitions.
    HashBy(Arc<[Arc<str>]>, usize),
    /// In so many partitions; any may hold any row.
    Unknown(usize),
}

impl Partitioning {
    /// Makes the partitioning by ranges of these columns.
    pub fn range_by<N: Into<Arc<str>>>(
        columns: impl IntoIterator<Item = N>,
        divisions: Divisions,
    ) -> Self {
        Self::RangeBy(columns.into_iter().map(Into::into).collect(), divisions)
    }

    /// Makes the partitioning by the hash of these columns.
    pub fn hash_by<N: Into<Arc<str>>>(
        columns: impl IntoIterator<Item = N>,
        npartitions: usize,
    ) -> Self {
        Self::HashBy(columns.into_iter().map(Into::into).collect(), npartitions)
    }

    /// Number of partitions.
    pub fn npartitions(&self) -> usize {
        match self {
            Self::RangeBy(_, divisions) => divisions.npartitions(),
            Self::HashBy(_, npartitions) | Self::Unknown(npartitions) => *npartitions,
        }
    }

    /// The columns that decide, in order; none if that is not known.
    pub fn columns(&self) -> &[Arc<str>] {
        match self {
            Self::RangeBy(columns, divisions)
                if !matches!(divisions, Divisions::Unknown { .. }) =>
            {
                columns
            }
            Self::HashBy(columns, _) => columns,
            _ => &[],
        }
    }

    /// All rows that are equal in these columns are in one partition, so a group-by on them needs no exchange: always so for one
    /// partition, else if the columns that decide are among them.
    pub fn collocates<N: AsRef<str>>(&self, columns: &[N]) -> bool {
        let decides = self.columns();
        let among = |name: &Arc<str>| columns.iter().any(|column| column.as_ref() == &**name);
        self.npartitions() == 1 || (!decides.is_empty() && decides.iter().all(among))
    }

    /// Rows of two frames with equal keys are in partitions of one number, so a join on `on` and `other_on`, position by position,
    /// needs no exchange. The keys' dtypes must be the same.
    pub fn matches<N: AsRef<str>>(&self, on: &[N], other: &Self, other_on: &[N]) -> bool {
        if self.npartitions() == 1 && other.npartitions() == 1 {
            return true;
        }
        let same_rule = match (self, other) {
            (Self::RangeBy(_, Divisions::Known(a)), Self::RangeBy(_, Divisions::Known(b))) => {
                a.order() == b.order() && a.keys() == b.keys()
            }
            (Self::HashBy(_, a), Self::HashBy(_, b)) => a == b,
            _ => false,
        };
        let (mine, others) = (self.columns(), other.columns());
        // The columns that decide must be the same keys on both sides, in the same order.
        let place =
            |name: &Arc<str>, on: &[N]| on.iter().position(|column| column.as_ref() == &**name);
        same_rule
            && !mine.is_empty()
            && mine.len() == others.len()
            && mine
                .iter()
                .zip(others)
                .all(|(a, b)| place(a, on).is_some_and(|at| place(b, other_on) == Some(at)))
    }

    /// The same after columns were renamed or dropped: `rename` gives a column's new name, or `None` if it is gone or changed.
    #[must_use]
    pub fn project(&self, rename: impl Fn(&str) -> Option<Arc<str>>) -> Self {
        let renamed = |columns: &[Arc<str>]| {
            columns
                .iter()
                .map(|column| rename(column))
                .collect::<Option<Arc<[_]>>>()
        };
        let unknown = || Self::Unknown(self.npartitions());
        match self {
            Self::RangeBy(columns, divisions) => renamed(columns)
                .map_or_else(unknown, |columns| Self::RangeBy(columns, divisions.clone())),
            Self::HashBy(columns, npartitions) => {
                renamed(columns).map_or_else(unknown, |columns| Self::HashBy(columns, *npartitions))
            }
            Self::Unknown(_) => unknown(),
        }
    }
}

/// `range by ts, Known(0 … 300, 3 partitions)`, `hash by region, 8 partitions`, `any, 8 partitions`.
impl Display for Partitioning {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::RangeBy(columns, divisions) => {
                write!(f, "range by {}, {divisions}", columns.join(", "))
            }
            Self::HashBy(columns, npartitions) => write!(
                f,
                "hash by {}, {npartitions} partitions",
                columns.join(", ")
            ),
            Self::Unknown(npartitions) => write!(f, "any, {npartitions} partitions"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(bounds: &[i64]) -> Partitioning {
        Partitioning::range_by(["ts"], Divisions::try_new(bounds).unwrap())
    }

    #[test]
    fn groups_that_are_together() {
        let hash = Partitioning::hash_by(["a", "b"], 8);
        assert!(hash.collocates(&["b", "c", "a"]));
        assert!(!hash.collocates(&["a"]));
        assert!(range(&[0, 5, 9]).collocates(&["ts", "a"]));
        assert!(!Partitioning::range_by(["ts"], Divisions::unknown(3)).collocates(&["ts"]));
        assert!(Partitioning::range_by(["ts"], Divisions::pending(3)).collocates(&["ts"]));
        assert!(!Partitioning::Unknown(2).collocates(&["a"]));
        assert!(Partitioning::Unknown(1).collocates(&["a"]));
    }

    #[test]
    fn joins_that_need_no_exchange() {
        let hash = |columns: [&'static str; 2], n| Partitioning::hash_by(columns, n);
        assert!(hash(["a", "b"], 8).matches(&["b", "a"], &hash(["x", "y"], 8), &["y", "x"]));
        assert!(!hash(["a", "b"], 8).matches(&["b", "a"], &hash(["y", "x"], 8), &["y", "x"]));
        assert!(!hash(["a", "b"], 8).matches(&["a", "b"], &hash(["a", "b"], 9), &["a", "b"]));
        assert!(!hash(["a", "b"], 8).matches(&["a"], &hash(["a", "b"], 8), &["a"]));
        assert!(range(&[0, 5, 9]).matches(&["ts"], &range(&[0, 5, 9]), &["ts"]));
        assert!(!range(&[0, 5, 9]).matches(&["ts"], &range(&[0, 6, 9]), &["ts"]));
        assert!(Partitioning::Unknown(1).matches(&["a"], &Partitioning::Unknown(1), &["a"]));
        assert!(!Partitioning::Unknown(2).matches(&["a"], &Partitioning::Unknown(2), &["a"]));
    }

    #[test]
    fn projections() {
        let hash = Partitioning::hash_by(["a", "b"], 8);
        let renamed = hash.project(|name| Some(if name == "a" { "x".into() } else { name.into() }));
        assert_eq!(renamed.to_string(), "hash by x, b, 8 partitions");
        assert_eq!(
            hash.project(|name| (name == "a").then(|| name.into()))
                .to_string(),
            "any, 8 partitions"
        );
        assert_eq!(
            range(&[0, 5, 9]).to_string(),
            "range by ts, Known(0 … 9, 2 partitions)"
        );
    }
}
