//! Partitions and pieces, as tasks on other machines exchange them.

use swath::prelude::*;
use swath_batch::{Partition, Pieces};

/// Decodes bytes as a partition and as pieces; what decodes encodes again, to the same.
///
/// # Panics
/// Where swath has a bug.
pub fn rows(bytes: &[u8]) {
    if let Ok(partition) = Partition::decode(bytes) {
        let again = partition
            .encode()
            .and_then(|bytes| Partition::decode(&bytes));
        let again = again.expect("what was decoded is encoded and decoded");
        assert_eq!(again.rows(), partition.rows());
    }
    if let Ok(pieces) = Pieces::decode(bytes) {
        pieces.encode().expect("what was decoded is encoded");
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "a,b,c\n1,x,1.5\n2,,NaN\n",
        "at,ok\n2025-03-01 10:00:00,true\n",
        "a\n",
    ];
    let partitions = texts.map(|text| {
        let batch = Batch::from_csv(text).expect("a table");
        Partition::from(batch)
            .encode()
            .expect("small rows are encoded")
    });
    partitions.into()
}
