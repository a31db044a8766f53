//! The table of partitioners: by it an encoded one is read.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_graph::{DecodeError, Decoder};

use crate::{Partitioner, ShuffleError, hash, range};

/// Reads a partitioner of one kind from the object it encoded itself as.
pub type DecodePartitioner = fn(&Decoder<'_>) -> Result<Arc<dyn Partitioner>, DecodeError>;

/// Holds the kinds of partitioner that a program can decode. Filled by visible calls; there is no global one.
///
/// ```
/// use std::sync::Arc;
/// use swath_graph::{Decoder, Encoder};
/// use swath_shuffle::{HashPartitioner, Partitioner, Partitioners};
///
/// let mut encoder = Encoder::new();
/// HashPartitioner::try_new(["region"], 8)?.encode(&mut encoder);
/// let bytes = encoder.into_bytes()?;
/// let by: Arc<dyn Partitioner> = Partitioners::standard().decode(&Decoder::new(&bytes))?;
/// assert_eq!(by.n_targets(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Partitioners(BTreeMap<&'static str, DecodePartitioner>);

impl Partitioners {
    /// Makes a table without any kind.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the table of this crate's kinds: `hash` and `range`.
    pub fn standard() -> Self {
        let mut table = Self::new();
        table.register(hash::KIND, hash::decode);
        table.register(range::KIND, range::decode);
        table
    }

    /// Adds a kind, or replaces it.
    pub fn register(&mut self, kind: &'static str, decode: DecodePartitioner) -> &mut Self {
        self.0.insert(kind, decode);
        self
    }

    /// The kinds there are, sorted.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.keys().copied()
    }

    /// Reads a partitioner.
    ///
    /// # Errors
    /// [`ShuffleError::Decode`] for a kind that is not in the table, with those that are, and for bytes that its decoder refuses.
    pub fn decode(&self, from: &Decoder<'_>) -> Result<Arc<dyn Partitioner>, ShuffleError> {
        let object = from.object()?;
        let Some(decode) = self.0.get(object.kind()) else {
            return Err(object.unknown_kind(self.kinds()).into());
        };
        Ok(decode(from)?)
    }
}

impl Debug for Partitioners {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.kinds()).finish()
    }
}

#[cfg(test)]
mod tests {
    use swath_divisions::Divisions;
    use swath_graph::{Encoder, Name};

    use super::*;
    use crate::{HashPartitioner, RangePartitioner};

    fn bytes(partitioner: &dyn Partitioner) -> Vec<u8> {
        let mut encoder = Encoder::new();
        partitioner.encode(&mut encoder);
        encoder.into_bytes().unwrap()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let divisions = Divisions::try_new([("a", 1), ("b", 2)]).unwrap();
        let range = RangePartitioner::try_new(["s", "i"], &divisions).unwrap();
        let all: [Arc<dyn Partitioner>; 3] = [
            Arc::new(HashPartitioner::try_new(["k", "l"], 257).unwrap()),
            Arc::new(range.clone()),
            Arc::new(range.clamped()),
        ];
        for by in all {
            let decoded = Partitioners::standard()
                .decode(&Decoder::new(&bytes(&*by)))
                .unwrap();
            assert_eq!(format!("{decoded:?}"), format!("{by:?}"));
            assert_eq!(Name::of("shuffle", &decoded), Name::of("shuffle", &by));
        }
    }

    #[test]
    fn messages() {
        let hash = bytes(&HashPartitioner::try_new(["k"], 1).unwrap());
        let mut none = Encoder::new();
        none.object("hash", 1, |object| {
            object.serde("columns", &["k"]);
            object.u64("targets", 0);
        });
        let mut other = Encoder::new();
        other.object("by-mood", 1, |_| {});
        let table = Partitioners::standard();
        let errors = [
            Partitioners::new()
                .decode(&Decoder::new(&hash))
                .unwrap_err(),
            table
                .decode(&Decoder::new(&other.into_bytes().unwrap()))
                .unwrap_err(),
            table
                .decode(&Decoder::new(&none.into_bytes().unwrap()))
                .unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }
}
