//! What is known of how a frame is cut along its index.

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use swath_graph::values_are_redacted;

use crate::{Bounds, DivisionsError, Label, Labels};

/// Says which labels each partition holds: known, known later, or not.
///
/// Clone is one reference count. `Display` shows the ends only; [`Bounds`] prints all boundaries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Divisions {
    /// The boundaries are these.
    Known(Bounds),
    /// A round of execution will produce the boundaries; what needs them may be written already.
    Pending {
        /// Number of partitions.
        npartitions: usize,
    },
    /// Any partition may hold any label.
    Unknown {
        /// Number of partitions.
        npartitions: usize,
    },
}

impl Divisions {
    /// Makes known divisions of these boundaries, one more than partitions.
    ///
    /// ```
    /// use swath_divisions::Divisions;
    ///
    /// let divisions = Divisions::try_new([0_i64, 100, 200, 300])?;
    /// assert_eq!(divisions.to_string(), "Known(0 … 300, 3 partitions)");
    /// assert_eq!(Divisions::try_new(["a", "m", "z"])?.npartitions(), 2);
    /// assert_eq!(Divisions::try_new([("eu", 1), ("eu", 7), ("us", 3)])?.npartitions(), 2);
    ///
    /// let error = Divisions::try_new([0, 5, 3, 9]).unwrap_err();
    /// assert_eq!(error.to_string(), "new division must be sorted, but boundary 2 is `3` after `5`");
    /// # Ok::<(), swath_divisions::DivisionsError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Bounds::try_new`].
    pub fn try_new(bounds: impl Into<Labels>) -> Result<Self, DivisionsError> {
        Bounds::try_new(bounds).map(Self::Known)
    }

    /// Makes divisions of which nothing but the number is known.
    pub fn unknown(npartitions: usize) -> Self {
        Self::Unknown { npartitions }
    }

    /// Makes divisions that a later round will know.
    pub fn pending(npartitions: usize) -> Self {
        Self::Pending { npartitions }
    }

    /// Number of partitions.
    pub fn npartitions(&self) -> usize {
        match self {
            Self::Known(bounds) => bounds.npartitions(),
            Self::Pending { npartitions } | Self::Unknown { npartitions } => *npartitions,
        }
    }

    /// The boundaries are known now.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// The boundaries will be known after a round.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Pending { .. })
    }

    /// The boundaries, if known.
    pub fn bounds(&self) -> Option<&Bounds> {
        match self {
            Self::Known(bounds) => Some(bounds),
            _ => None,
        }
    }

    /// The boundaries, or an error that says what could not be done without them.
    pub(crate) fn known(&self, verb: &'static str) -> Result<&Bounds, DivisionsError> {
        self.bounds().ok_or(DivisionsError::Unknown { verb })
    }

    /// As many partitions, of which nothing is known.
    #[must_use]
    pub fn clear(&self) -> Self {
        Self::unknown(self.npartitions())
    }

    /// These divisions, of which the last partition may hold rows with a null key.
    #[must_use]
    pub fn with_nulls(self, nulls: bool) -> Self {
        match self {
            Self::Known(bounds) => Self::Known(bounds.with_nulls(nulls)),
            other => other,
        }
    }

    /// The partition that holds this label: `0` for one below the first boundary, the last partition for one above the last.
    ///
    /// ```
    /// let divisions = swath_divisions::Divisions::try_new([0_i64, 100, 200, 300])?;
    /// assert_eq!([-1, 0, 99, 100, 300, 301].map(|label| divisions.locate(label)), [0, 0, 0, 1, 2, 2].map(Ok));
    /// # Ok::<(), swath_divisions::DivisionsError>(())
    /// ```
    ///
    /// # Errors
    /// [`DivisionsError::Unknown`]; [`DivisionsError::Label`] for a label that is no value of the index's dtype.
    pub fn locate(&self, label: impl Into<Label>) -> Result<usize, DivisionsError> {
        let bounds = self.known("locate a label")?;
        let (_, key) = bounds.order().key(&label.into())?;
        Ok(bounds.partition_of(&key))
    }

    /// The divisions of these consecutive partitions.
    ///
    /// # Errors
    /// [`DivisionsError::NoPartition`]; [`DivisionsError::PartitionCount`] for an empty range.
    pub fn slice(&self, partitions: Range<usize>) -> Result<Self, DivisionsError> {
        self.select(&partitions.collect::<Vec<_>>())
    }

    /// The divisions of these partitions, in this order.
    ///
    /// Known ones stay known if the partitions ascend: a gap belongs to the partition before it, which holds nothing there.
    /// Otherwise they are unknown: Dask reports unsorted ones.
    ///
    /// # Errors
    /// [`DivisionsError::NoPartition`]; [`DivisionsError::PartitionCount`] for none.
    pub fn select(&self, partitions: &[usize]) -> Result<Self, DivisionsError> {
        let npartitions = self.npartitions();
        if let Some(partition) = partitions
            .iter()
            .copied()
            .find(|partition| *partition >= npartitions)
        {
            return Err(DivisionsError::NoPartition {
                partition,
                npartitions,
            });
        }
        let Some(last) = partitions.last() else {
            return Err(DivisionsError::PartitionCount {
                npartitions,
                asked: 0,
            });
        };
        match self {
            Self::Known(bounds) if partitions.is_sorted_by(|a, b| a < b) => {
                let nulls = bounds.nulls() && last + 1 == npartitions;
                Ok(Self::Known(
                    bounds
                        .pick(partitions.iter().copied().chain([last + 1]))
                        .with_nulls(nulls),
                ))
            }
            Self::Pending { .. } if partitions.is_sorted_by(|a, b| a < b) => {
                Ok(Self::pending(partitions.len()))
            }
            _ => Ok(Self::unknown(partitions.len())),
        }
    }
}

/// `Known(0 … 300, 3 partitions)`, `Pending(96 partitions)`, `Unknown(1 partition)`; without the labels where no value is shown.
impl Display for Divisions {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let npartitions = self.npartitions();
        let noun = if npartitions == 1 {
            "partition"
        } else {
            "partitions"
        };
        match self {
            Self::Known(bounds) if !values_are_redacted() => {
                write!(
                    f,
                    "Known({} … {}, {npartitions} {noun})",
                    bounds.first(),
                    bounds.last()
                )
            }
            Self::Known(_) => write!(f, "Known({npartitions} {noun})"),
            Self::Pending { .. } => write!(f, "Pending({npartitions} {noun})"),
            Divisions::Unknown { .. } => write!(f, "Unknown({npartitions} {noun})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Date32Array, Int32Array};

    use super::*;

    fn f10() -> Divisions {
        Divisions::try_new([0_i64, 4, 7, 9]).unwrap()
    }

    #[track_caller]
    fn bounds(divisions: &Divisions) -> String {
        divisions
            .bounds()
            .map_or_else(|| divisions.to_string(), Bounds::to_string)
    }

    #[test]
    fn illegal_divisions() {
        let date: ArrayRef = Arc::new(Date32Array::from(vec![Some(0), None]));
        let int: ArrayRef = Arc::new(Int32Array::from(vec![1, 2, 3]));
        let errors = [
            Divisions::try_new([0, 5, 5, 9]).unwrap_err(),
            Divisions::try_new([0, 5, 3, 9]).unwrap_err(),
            Divisions::try_new([] as [i64; 0]).unwrap_err(),
            Divisions::try_new([1]).unwrap_err(),
            Divisions::try_new([0.0, -0.0, 1.0]).unwrap_err(),
            Divisions::try_new([f64::NAN, 1.0]).unwrap_err(),
            Divisions::try_new(&date).unwrap_err(),
            Divisions::try_new(vec![date, int]).unwrap_err(),
            Divisions::try_new([Label::from(1), Label::from("a")]).unwrap_err(),
            Divisions::try_new([Label::from(1), Label::from((1, 2))]).unwrap_err(),
            f10().locate("x").unwrap_err(),
            Divisions::unknown(3).locate(1).unwrap_err(),
            f10().select(&[1, 3]).unwrap_err(),
            f10().slice(1..1).unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }

    #[test]
    fn legal_divisions() {
        for (divisions, shown) in [
            (f10(), "Known(0 … 9, 3 partitions)"),
            (
                Divisions::try_new([0, 5, 9, 9]).unwrap(),
                "Known(0 … 9, 3 partitions)",
            ),
            (
                Divisions::try_new([5, 5]).unwrap(),
                "Known(5 … 5, 1 partition)",
            ),
            (
                Divisions::try_new([1.5, f64::INFINITY, f64::NAN]).unwrap(),
                "Known(1.5 … NaN, 2 partitions)",
            ),
            (
                Divisions::try_new(vec!["a".to_owned(), "é".to_owned()]).unwrap(),
                "Known(a … é, 1 partition)",
            ),
            (
                Divisions::try_new([("a", 1), ("a", 2)]).unwrap(),
                "Known((a, 1) … (a, 2), 1 partition)",
            ),
            (Divisions::pending(96), "Pending(96 partitions)"),
            (Divisions::unknown(1), "Unknown(1 partition)"),
        ] {
            assert_eq!(divisions.to_string(), shown);
        }
        let dates: ArrayRef = Arc::new(Date32Array::from(vec![0, 364]));
        assert_eq!(
            Divisions::try_new(dates).unwrap().to_string(),
            "Known(1970-01-01 … 1970-12-31, 1 partition)"
        );
    }

    #[test]
    fn columns_are_the_boundaries_as_arrays() {
        let divisions = Divisions::try_new([("a", 1), ("b", 2)]).unwrap();
        let again = Divisions::try_new(divisions.bounds().unwrap().columns().to_vec()).unwrap();
        assert_eq!(again, divisions);
    }

    #[test]
    fn selections_stay_known_if_they_ascend() {
        assert_eq!(bounds(&f10().slice(1..3).unwrap()), "(4, 7, 9)");
        assert_eq!(bounds(&f10().select(&[0]).unwrap()), "(0, 4)");
        assert_eq!(bounds(&f10().select(&[0, 2]).unwrap()), "(0, 7, 9)");
        assert_eq!(
            bounds(&f10().select(&[2, 0]).unwrap()),
            "Unknown(2 partitions)"
        );
        assert_eq!(
            bounds(&f10().select(&[1, 1]).unwrap()),
            "Unknown(2 partitions)"
        );
        assert_eq!(
            bounds(&Divisions::pending(4).slice(0..2).unwrap()),
            "Pending(2 partitions)"
        );
        let nulls = f10().with_nulls(true);
        assert!(nulls.slice(1..3).unwrap().bounds().unwrap().nulls());
        assert!(!nulls.slice(0..2).unwrap().bounds().unwrap().nulls());
    }
}
