//! One target's rows of all inputs.

use swath_batch::{Partition, Pieces};

use crate::ShuffleError;

/// The rows of one target: its piece of each input, in the order of the inputs. Nothing is copied: buffers are shared with the pieces.
///
/// # Errors
/// [`ShuffleError::NoPieces`] for no inputs, [`ShuffleError::NoTarget`] if one of them was split into fewer, and inputs that differ in
/// their columns.
pub fn gather<'a>(
    pieces: impl IntoIterator<Item = &'a Pieces>,
    target: usize,
) -> Result<Partition, ShuffleError> {
    let mut expected = 0;
    let mut parts: Vec<Partition> = Vec::new();
    for (input, pieces) in pieces.into_iter().enumerate() {
        let n_targets = pieces.n_targets();
        if target >= n_targets {
            return Err(ShuffleError::NoTarget {
                target,
                input,
                n_targets,
            });
        }
        expected += pieces.offsets()[target + 1] - pieces.offsets()[target];
        parts.push(pieces.piece(target));
    }
    if parts.is_empty() {
        return Err(ShuffleError::NoPieces);
    }
    let gathered = Partition::concat(&parts)?;
    assert_eq!(
        gathered.rows(),
        expected,
        "a gather neither drops nor repeats a row"
    );
    Ok(gathered)
}

#[cfg(test)]
mod tests {
    use swath_batch::Batch;

    use super::*;
    use crate::{HashPartitioner, split};

    fn pieces(text: &str, n: usize) -> Pieces {
        let by = HashPartitioner::try_new(["k"], n).unwrap();
        split(&Partition::from(Batch::from_csv(text).unwrap()), &by).unwrap()
    }

    #[test]
    fn nothing_is_copied() {
        let input = pieces("k\n1\n2\n3\n4\n", 2);
        let target = (0..2)
            .find(|target| input.piece(*target).rows() > 0)
            .unwrap();
        let made = gather(std::slice::from_ref(&input), target).unwrap();
        let buffer = |partition: &Partition| {
            partition.batches()[0].column(0).to_data().buffers()[0].data_ptr()
        };
        assert_eq!(buffer(&made), buffer(input.rows()));
    }

    #[test]
    fn messages() {
        let errors = [
            gather(&[], 0).unwrap_err(),
            gather(&[pieces("k\n1\n", 3), pieces("k\n1\n", 2)], 2).unwrap_err(),
            gather(&[pieces("k\n1\n", 2), pieces("k,v\n1,2\n", 2)], 0).unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }
}
