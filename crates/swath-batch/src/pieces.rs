//! Rows grouped by target: what a split hands to the gathers of an exchange.

use std::sync::Arc;
use swath_meta::Meta;

use crate::{BatchError, Partition, wire};

/// Rows in the order of their targets, with the boundaries between them.
///
/// ```text
/// rows     │ a a a │ b │   │ d d │
/// offsets  0       3   4   4     6      4 targets, 5 offsets
/// ```
///
/// ```
/// use swath_batch::{Batch, Partition, Pieces};
///
/// let rows = Partition::from(Batch::from_csv("x\n1\n2\n3\n")?);
/// let pieces = Pieces::try_new(rows, [0, 2, 2, 3])?;
/// assert_eq!(pieces.n_targets(), 3);
/// assert_eq!([0, 1, 2].map(|target| pieces.piece(target).rows()), [2, 0, 1]);
/// # Ok::<(), swath_batch::BatchError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pieces {
    rows: Partition,
    offsets: Arc<[u64]>,
}

impl Pieces {
    /// Cuts `rows`, which are in the order of their targets, at `offsets`: `n + 1` of them for `n` targets.
    ///
    /// # Errors
    /// Where offsets do not start at 0, do not end at the number of rows, or fall.
    pub fn try_new(rows: Partition, offsets: impl Into<Arc<[u64]>>) -> Result<Self, BatchError> {
        let offsets = offsets.into();
        let reason = match offsets.as_ref() {
            [] => Some("there are none"),
            [first, ..] if *first != 0 => Some("the first is not 0"),
            [.., last] if *last != rows.rows() => Some("the last is not the number of rows"),
            offsets if !offsets.is_sorted() => Some("they fall"),
            _ => None,
        };
        match reason {
            Some(reason) => Err(BatchError::Offsets {
                rows: rows.rows(),
                reason,
            }),
            None => Ok(Self { rows, offsets }),
        }
    }

    /// Number of targets; some may have no rows.
    pub fn n_targets(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The rows of one target, sharing buffers.
    ///
    /// # Panics
    /// Where there is no such target.
    pub fn piece(&self, target: usize) -> Partition {
        let (start, end) = (self.offsets[target], self.offsets[target + 1]);
        self.rows.slice(start, end - start)
    }

    /// All rows, in the order of their targets.
    pub fn rows(&self) -> &Partition {
        &self.rows
    }

    /// Where each target's rows start, and the end of the last's.
    pub fn offsets(&self) -> &[u64] {
        &self.offsets
    }

    /// Names, logical dtypes, nullability, index.
    pub fn meta(&self) -> &Arc<Meta> {
        self.rows.meta()
    }

    /// Bytes by buffers, shared buffers counted once.
    pub fn bytes(&self) -> u64 {
        self.rows.bytes() + size_of_val(self.offsets.as_ref()) as u64
    }

    /// The pieces as bytes that [`Pieces::decode`] reads.
    ///
    /// # Errors
    /// As [`Partition::encode`].
    pub fn encode(&self) -> Result<Vec<u8>, BatchError> {
        let mut out = Vec::new();
        let offsets: Vec<u8> = self
            .offsets
            .iter()
            .flat_map(|offset| offset.to_le_bytes())
            .collect();
        wire::put(&mut out, &offsets);
        out.extend(self.rows.encode()?);
        Ok(out)
    }

    /// Reads what [`Pieces::encode`] wrote.
    ///
    /// # Errors
    /// [`BatchError::Damaged`] or [`BatchError::Offsets`] for any other bytes; never panics.
    pub fn decode(mut bytes: &[u8]) -> Result<Self, BatchError> {
        let damaged = || BatchError::Damaged {
            reason: "they end in the offsets".into(),
        };
        let offsets = wire::take(&mut bytes).ok_or_else(damaged)?;
        let (offsets, rest) = offsets.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(damaged());
        }
        let offsets: Arc<[u64]> = offsets
            .iter()
            .map(|bytes| u64::from_le_bytes(*bytes))
            .collect();
        Self::try_new(Partition::decode(bytes)?, offsets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Batch;

    fn rows() -> Partition {
        Partition::from(Batch::from_csv("x\n1\n2\n3\n").expect("a table"))
    }

    #[test]
    fn offsets_must_cut_the_rows() {
        let error = |offsets: &[u64]| {
            Pieces::try_new(rows(), offsets)
                .expect_err("refused")
                .to_string()
        };
        insta::assert_snapshot!(error(&[]), @"offsets do not cut 3 rows: there are none");
        insta::assert_snapshot!(error(&[1, 3]), @"offsets do not cut 3 rows: the first is not 0");
        insta::assert_snapshot!(error(&[0, 2]), @"offsets do not cut 3 rows: the last is not the number of rows");
        insta::assert_snapshot!(error(&[0, 2, 1, 3]), @"offsets do not cut 3 rows: they fall");
    }

    #[test]
    fn bytes_come_back() {
        let pieces = Pieces::try_new(rows(), [0, 1, 1, 3]).expect("offsets fit");
        let bytes = pieces.encode().expect("encodes");
        let back = Pieces::decode(&bytes).expect("decodes");
        assert_eq!(back.offsets(), pieces.offsets());
        for target in 0..3 {
            assert_eq!(
                back.piece(target).to_batch().expect("joins"),
                pieces.piece(target).to_batch().expect("joins")
            );
        }
        for end in 0..bytes.len() {
            assert!(Pieces::decode(&bytes[..end]).is_err(), "cut at {end}");
        }
    }
}
