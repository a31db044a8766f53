//! What can go wrong with a user's function.

use std::error::Error;

use swath_divisions::DivisionsError;
use swath_meta::MetaMismatch;

use super::Place;

/// A user's function failed, or returned something else than was declared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClosureError {
    /// The function returned an error.
    #[error("{function} returned an error{place}")]
    Failed {
        /// The function and its line.
        function: String,
        /// What it was called for.
        place: Place,
        /// Its error.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// It returned other columns than were declared.
    #[error("{function} returned other columns than were declared{place}")]
    Columns {
        /// The function and its line.
        function: String,
        /// What it was called for.
        place: Place,
        /// Found and expected, as a table.
        #[source]
        source: MetaMismatch,
    },
    /// It has to keep the number of rows and did not.
    #[error(
        "{function} was given {given} rows{place} and returned {found}: which of them are its neighbours' cannot be told"
    )]
    Rows {
        /// The function and its line.
        function: String,
        /// What it was called for.
        place: Place,
        /// Rows it was given.
        given: usize,
        /// Rows it returned.
        found: usize,
    },
    /// It has to say where each row goes and did not.
    #[error("{function} placed {found} rows of {given}{place}")]
    Placed {
        /// The function and its line.
        function: String,
        /// What it was called for.
        place: Place,
        /// Rows it was given.
        given: usize,
        /// Rows that it said something of.
        found: usize,
    },
    /// It sent a row to a partition that does not exist.
    #[error("{function} sends row {row}{} to partition {target}, and there are {n_targets}, numbered from 0", of(*.place))]
    NoTarget {
        /// The function and its line.
        function: String,
        /// What it was called for.
        place: Place,
        /// The row, counted in its partition.
        row: usize,
        /// Where it is sent.
        target: usize,
        /// Partitions there are.
        n_targets: usize,
    },
    /// It was said to keep divisions and returned a row that belongs into another partition.
    #[error("{function} was said to keep the divisions and does not{place}")]
    Divisions {
        /// The function and its line.
        function: String,
        /// What it was called for.
        place: Place,
        /// The row that is out of place.
        #[source]
        source: DivisionsError,
    },
    /// Divisions were declared of what it returns, and it returned a row that belongs into another partition, or into none.
    #[error("{function} returned rows outside of the divisions that were declared{place}")]
    Outside {
        /// The function and its line.
        function: String,
        /// What it was called for.
        place: Place,
        /// The row that is out of place.
        #[source]
        source: Box<DivisionsError>,
    },
}

/// ` of partition 3`, or nothing.
fn of(place: Place) -> String {
    match place {
        Place::Partition(number) => format!(" of partition {number}"),
        Place::Inference | Place::Whole => String::new(),
    }
}
