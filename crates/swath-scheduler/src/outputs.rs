//! What a task returns: one value a port.

use std::fmt;

use swath_memory::Reservation;

/// The values of a task by port, each with the reservation that pays for it, if the task made one.
///
/// Most tasks have one output and write `Ok(value.into())`.
pub struct Outputs<V>(Ports<V>);

/// One output, without an allocation, or several.
enum Ports<V> {
    One((V, Option<Reservation>)),
    Many(Vec<(V, Option<Reservation>)>),
}

impl<V> Outputs<V> {
    /// One output whose bytes the reservation already holds: it moves on with the value, without a gap.
    pub fn backed(value: V, by: Reservation) -> Self {
        Self(Ports::One((value, Some(by))))
    }

    /// Adds an output on the next port.
    #[must_use]
    pub fn and(self, value: V) -> Self {
        self.push(value, None)
    }

    /// Adds an output on the next port whose bytes the reservation already holds.
    #[must_use]
    pub fn and_backed(self, value: V, by: Reservation) -> Self {
        self.push(value, Some(by))
    }

    fn push(self, value: V, by: Option<Reservation>) -> Self {
        let mut ports = match self.0 {
            Ports::One(first) => vec![first],
            Ports::Many(ports) => ports,
        };
        ports.push((value, by));
        Self(Ports::Many(ports))
    }

    /// The number of ports.
    pub fn len(&self) -> usize {
        match &self.0 {
            Ports::One(_) => 1,
            Ports::Many(ports) => ports.len(),
        }
    }

    /// Whether there is no output at all, which is right only for a task that nobody reads.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<V> From<V> for Outputs<V> {
    fn from(value: V) -> Self {
        Self(Ports::One((value, None)))
    }
}

impl<V> From<Vec<V>> for Outputs<V> {
    fn from(values: Vec<V>) -> Self {
        Self(Ports::Many(
            values.into_iter().map(|value| (value, None)).collect(),
        ))
    }
}

impl<V> IntoIterator for Outputs<V> {
    type Item = (V, Option<Reservation>);
    type IntoIter = OutputsIter<V>;

    fn into_iter(self) -> OutputsIter<V> {
        match self.0 {
            Ports::One(first) => OutputsIter {
                first: Some(first),
                rest: Vec::new().into_iter(),
            },
            Ports::Many(ports) => OutputsIter {
                first: None,
                rest: ports.into_iter(),
            },
        }
    }
}

/// The outputs in the order of their ports.
pub struct OutputsIter<V> {
    first: Option<(V, Option<Reservation>)>,
    rest: std::vec::IntoIter<(V, Option<Reservation>)>,
}

impl<V> Iterator for OutputsIter<V> {
    type Item = (V, Option<Reservation>);

    fn next(&mut self) -> Option<Self::Item> {
        self.first.take().or_else(|| self.rest.next())
    }
}

impl<V> fmt::Debug for Outputs<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outputs({})", self.len())
    }
}
