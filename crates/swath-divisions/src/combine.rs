//! Divisions of several frames together.

use std::sync::Arc;

use crate::{Bounds, Divisions, DivisionsError, Label};

impl Divisions {
    /// The divisions of frames put one after another: chained if all are known and each ends before the next begins, else unknown.
    ///
    /// A frame that may hold nulls can only be the last: they belong to the last partition.
    ///
    /// ```
    /// use swath_divisions::Divisions;
    ///
    /// let (a, b) = (Divisions::try_new([0_i64, 5, 9])?, Divisions::try_new([10_i64, 20])?);
    /// assert_eq!(Divisions::concat(&[&a, &b]), Divisions::try_new([0_i64, 5, 10, 20])?);
    /// assert_eq!(Divisions::concat(&[&b, &a]), Divisions::unknown(3));
    /// # Ok::<(), swath_divisions::DivisionsError>(())
    /// ```
    pub fn concat(divisions: &[&Self]) -> Self {
        let unknown = || {
            Self::unknown(
                divisions
                    .iter()
                    .map(|divisions| divisions.npartitions())
                    .sum(),
            )
        };
        let Some(bounds) = divisions
            .iter()
            .map(|divisions| divisions.bounds())
            .collect::<Option<Vec<_>>>()
        else {
            return unknown();
        };
        let chained = |a: &Bounds, b: &Bounds| {
            a.order() == b.order() && !a.nulls() && a.keys()[a.npartitions()] < b.keys()[0]
        };
        let Some((last, before)) = bounds.split_last() else {
            return unknown();
        };
        if !bounds.is_sorted_by(|a, b| chained(a, b)) {
            return unknown();
        }
        let starts = before
            .iter()
            .flat_map(|bounds| &bounds.labels()[..bounds.npartitions()]);
        let labels: Vec<Label> = starts.chain(last.labels()).cloned().collect();
        Bounds::of(last.order(), &labels).map_or_else(
            |_| unknown(),
            |bounds| Self::Known(bounds.with_nulls(last.nulls())),
        )
    }

    /// The divisions at all boundaries of these, to which each of them can be [aligned](Self::align): what frames that are joined,
    /// added or interleaved along the index meet in.
    ///
    /// # Errors
    /// [`DivisionsError::Unknown`] if one is not known, [`DivisionsError::DType`] if their keys differ, [`DivisionsError::Empty`]
    /// for none.
    pub fn union(divisions: &[&Self]) -> Result<Self, DivisionsError> {
        let bounds = divisions
            .iter()
            .map(|divisions| divisions.known("align"))
            .collect::<Result<Vec<_>, _>>()?;
        let first = bounds.first().ok_or(DivisionsError::Empty { found: 0 })?;
        if let Some(other) = bounds.iter().find(|bounds| bounds.order() != first.order()) {
            let names = |bounds: &Bounds| {
                bounds
                    .dtypes()
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            return Err(DivisionsError::DType {
                expected: names(first),
                found: names(other),
            });
        }
        let mut all: Vec<(&Arc<[u8]>, &Label)> = bounds
            .iter()
            .flat_map(|bounds| bounds.keys().iter().zip(bounds.labels()))
            .collect();
        all.sort_by_key(|(key, _)| *key);
        all.dedup_by_key(|(key, _)| *key);
        let mut labels: Vec<Label> = all.into_iter().map(|(_, label)| label.clone()).collect();
        if labels.len() == 1 {
            labels.extend(labels.first().cloned());
        }
        let nulls = bounds.iter().any(|bounds| bounds.nulls());
        Ok(Self::Known(
            Bounds::of(first.order(), &labels)?.with_nulls(nulls),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(labels: &[i64]) -> Divisions {
        Divisions::try_new(labels).unwrap()
    }

    #[test]
    fn chains() {
        let (a, b, c) = (known(&[0, 5, 9]), known(&[10, 20]), known(&[20, 30]));
        assert_eq!(Divisions::concat(&[&a, &b]), known(&[0, 5, 10, 20]));
        assert_eq!(Divisions::concat(&[&a]), a);
        assert_eq!(
            Divisions::concat(&[&known(&[5, 5]), &b]),
            known(&[5, 10, 20])
        );
        assert_eq!(Divisions::concat(&[]), Divisions::unknown(0));
        // Touching: rows equal to 20 may be in both.
        assert_eq!(Divisions::concat(&[&b, &c]), Divisions::unknown(2));
        assert_eq!(
            Divisions::concat(&[&a, &Divisions::pending(2)]),
            Divisions::unknown(4)
        );
        assert_eq!(
            Divisions::concat(&[&a, &Divisions::try_new(["a", "b"]).unwrap()]),
            Divisions::unknown(3)
        );
        let (a_nulls, b_nulls) = (a.clone().with_nulls(true), b.clone().with_nulls(true));
        assert_eq!(Divisions::concat(&[&a_nulls, &b]), Divisions::unknown(3));
        assert_eq!(
            Divisions::concat(&[&a, &b_nulls]),
            known(&[0, 5, 10, 20]).with_nulls(true)
        );
    }

    #[test]
    fn unions() {
        let union = |a: &[i64], b: &[i64]| Divisions::union(&[&known(a), &known(b)]).unwrap();
        assert_eq!(union(&[0, 5, 9], &[3, 5, 20]), known(&[0, 3, 5, 9, 20]));
        assert_eq!(union(&[0, 9, 9], &[0, 9]), known(&[0, 9]));
        assert_eq!(union(&[5, 5], &[5, 5]), known(&[5, 5]));
        for divisions in [known(&[0, 5, 9]), known(&[3, 5, 20])] {
            divisions.align(&union(&[0, 5, 9], &[3, 5, 20])).unwrap();
        }
        let errors = [
            Divisions::union(&[&known(&[0, 1]), &Divisions::unknown(1)]).unwrap_err(),
            Divisions::union(&[&known(&[0, 1]), &Divisions::try_new(["a", "b"]).unwrap()])
                .unwrap_err(),
            Divisions::union(&[]).unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }
}
