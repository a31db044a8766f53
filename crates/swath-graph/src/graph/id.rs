//! Numbers of tasks, stages and held keys inside one graph, and dependencies made of them.

use std::fmt;

/// Defines a number that means something inside one graph only.
macro_rules! ids {
    ($($(#[$doc:meta])* $Id:ident, $letter:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Id(pub(crate) u32);

        impl $Id {
            /// Makes the id of the `index`-th, for programs that keep a table with one entry for each.
            ///
            /// # Panics
            /// If `index` does not fit into 32 bits: no graph has so many.
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("a graph numbers with 32 bits"))
            }

            /// Returns the position in a table with one entry for each.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Debug for $Id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }
    )* };
}

ids! {
    /// A task of one graph: its position, from 0. A task reads only tasks of smaller ids, so ascending ids are a valid order.
    TaskId, "t";
    /// A stage of one graph: tasks that share name, work and hint.
    StageId, "s";
    /// A held key of one graph.
    HeldId, "h";
    /// What a task of one graph reads, as a list: tasks that follow each other and read the same have the same.
    DepsId, "d";
}

impl TaskId {
    /// Makes a dependency on one of this task's outputs; most tasks have the one port 0.
    pub fn port(self, port: u16) -> Dep {
        Dep {
            from: DepSource::Task(self),
            port,
        }
    }
}

impl HeldId {
    /// Makes a dependency on this held result.
    pub fn dep(self) -> Dep {
        Dep {
            from: DepSource::Held(self),
            port: 0,
        }
    }
}

/// One thing that a task reads: an output of another task, or a result that exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dep {
    /// Whose output.
    pub from: DepSource,
    /// Which of its outputs.
    pub port: u16,
}

impl Dep {
    /// Returns the task read, unless the dependency is held.
    pub fn task(self) -> Option<TaskId> {
        match self.from {
            DepSource::Task(task) => Some(task),
            DepSource::Held(_) => None,
        }
    }
}

/// Whose output a dependency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DepSource {
    /// A task of the same graph.
    Task(TaskId),
    /// A result that existed before the graph runs.
    Held(HeldId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_is_twelve_bytes() {
        assert_eq!(size_of::<Dep>(), 12);
    }

    #[test]
    fn ids_print_their_sort() {
        assert_eq!(
            format!("{:?} {:?}", TaskId(3), HeldId(0).dep()),
            "t3 Dep { from: Held(h0), port: 0 }"
        );
        assert_eq!(TaskId::from_index(7).index(), 7);
        assert_eq!(
            (TaskId(3).port(1).task(), HeldId(3).dep().task()),
            (Some(TaskId(3)), None)
        );
    }
}
