//! Numbers that tasks count: rows read, groups made, bytes decoded of a column.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError},
};

use crate::sync::{Mutex, lock};

/// Named sums of `u64`, with an optional label each (a column, a file).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics(BTreeMap<(&'static str, Option<Arc<str>>), u64>);

impl Metrics {
    /// Adds to a sum without a label.
    pub fn add(&mut self, name: &'static str, n: u64) {
        *self.0.entry((name, None)).or_default() += n;
    }

    /// Adds to a sum with a label.
    pub fn add_labelled(&mut self, name: &'static str, label: &str, n: u64) {
        *self.0.entry((name, Some(label.into()))).or_default() += n;
    }

    /// Adds all sums of another.
    pub fn merge(&mut self, other: &Self) {
        for (key, n) in &other.0 {
            *self.0.entry(key.clone()).or_default() += n;
        }
    }

    /// The sum under a name, over all labels.
    pub fn total(&self, name: &str) -> u64 {
        self.0
            .iter()
            .filter(|((of, _), _)| *of == name)
            .map(|(_, n)| n)
            .sum()
    }

    /// The sum under a name and a label.
    pub fn labelled(&self, name: &str, label: &str) -> u64 {
        let wanted =
            |(of, with): &(&str, Option<Arc<str>>)| *of == name && with.as_deref() == Some(label);
        self.0
            .iter()
            .find(|(key, _)| wanted(key))
            .map_or(0, |(_, n)| *n)
    }

    /// All sums by name, then label.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Option<&str>, u64)> {
        self.0
            .iter()
            .map(|((name, label), n)| (*name, label.as_deref(), *n))
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, label, n)) in self.iter().enumerate() {
            f.write_str(if at > 0 { ", " } else { "" })?;
            match label {
                Some(label) => write!(f, "{name}[{label}]={n}")?,
                None => write!(f, "{name}={n}")?,
            }
        }
        Ok(())
    }
}

/// Where the threads of one task count; see [`TaskContext::metrics`](crate::TaskContext::metrics). Counting costs a short lock:
/// count once a chunk, not once a row.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Metrics>);

impl Recorder {
    /// Adds to a sum without a label.
    pub fn add(&self, name: &'static str, n: u64) {
        lock(&self.0).add(name, n);
    }

    /// Adds to a sum with a label.
    pub fn add_labelled(&self, name: &'static str, label: &str, n: u64) {
        lock(&self.0).add_labelled(name, label, n);
    }

    /// What was counted.
    pub fn into_metrics(self) -> Metrics {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
