//! Verbs that choose rows by chance.

use std::panic::Location;

use swath_plan::PlanError;

use super::DataFrame;
use crate::{Error, Result};

/// How far the shares of a split may be from making 1.
const TOLERANCE: f64 = 1e-9;

/// Options of [`DataFrame::sample`]: which share of the rows, and by which chance.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Sample {
    frac: f64,
    seed: u64,
}

impl Sample {
    /// About this share of the rows, from 0 to 1.
    pub fn new(frac: f64) -> Self {
        Self { frac, seed: 0 }
    }

    /// Another seed chooses other rows; it is 0 unless said otherwise.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }
}

impl From<f64> for Sample {
    fn from(frac: f64) -> Self {
        Self::new(frac)
    }
}

impl DataFrame {
    /// About a share of the rows, chosen by chance, each by itself, so that their number varies a little.
    ///
    /// The same rows of the same partitions come for the same seed in every run; a filter or projection afterwards does not change
    /// them. Row order, partitions and divisions stay.
    ///
    /// # Errors
    /// A share below 0 or above 1.
    ///
    /// ```
    /// # use swath_frame::{Batch, Sample, Session};
    /// # let session = Session::testing();
    /// let text = format!("v\n{}", "1\n".repeat(1000));
    /// let df = session.from_batches([Batch::from_csv(&text)?])?;
    /// let rows = df.sample(Sample::new(0.1).seed(7))?.compute()?.num_rows();
    /// assert!((60..140).contains(&rows));
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn sample(&self, sample: impl Into<Sample>) -> Result<Self> {
        let Sample { frac, seed } = sample.into();
        self.next("sample", Location::caller(), |plan, env| {
            plan.sample(0.0, frac, seed, env)
        })
    }

    /// Frames that share the rows out by chance: each row is in exactly one of them, in about these shares, which make 1.
    ///
    /// Each is a frame as [`sample`](Self::sample) gives it; what is below is computed once if they are computed together.
    ///
    /// # Errors
    /// Shares that do not make 1, or one below 0.
    ///
    /// ```
    /// # use swath_frame::{Batch, Session};
    /// # let session = Session::testing();
    /// # let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\na,5\n")?])?;
    /// let [train, test] = df.random_split([0.8, 0.2], 42)?;
    /// let (train, test) = swath_frame::compute((&train, &test))?;
    /// assert_eq!(train.num_rows() + test.num_rows(), 3);
    /// # Ok::<(), swath_frame::Error>(())
    /// ```
    #[track_caller]
    pub fn random_split<const N: usize>(&self, shares: [f64; N], seed: u64) -> Result<[Self; N]> {
        let location = Location::caller();
        let refused = |error| Error::planning(error, "random_split", location);
        if let Some(&found) = shares.iter().find(|share| !(0.0..=1.0).contains(*share)) {
            return Err(refused(PlanError::NoShare { found }));
        }
        let total: f64 = shares.iter().sum();
        if (total - 1.0).abs() > TOLERANCE {
            return Err(refused(PlanError::SharesDoNotFit { found: total }));
        }
        let mut frames = Vec::with_capacity(N);
        let mut from = 0.0;
        for (at, share) in shares.iter().enumerate() {
            // The last one ends where all end, whatever adding the others has lost.
            let to = if at + 1 == N {
                1.0
            } else {
                f64::min(from + share, 1.0)
            };
            frames.push(self.next("random_split", location, |plan, env| {
                plan.sample(from, to, seed, env)
            })?);
            from = to;
        }
        Ok(frames
            .try_into()
            .unwrap_or_else(|_| unreachable!("one frame a share")))
    }
}
