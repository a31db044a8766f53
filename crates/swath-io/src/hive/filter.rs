//! A predicate among the options of reading.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use swath_expr::{Expr, Functions};
use swath_graph::{Canon, Decoder, Encoder, Fingerprint};

/// A predicate as an option; its serde form is the bytes of its encoding.
#[derive(Clone, Debug)]
pub(crate) struct Filter(pub(crate) Expr);

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.0.same_as(&other.0)
    }
}

impl Eq for Filter {}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut encoder = Encoder::new();
        self.0.encode(&mut encoder);
        let bytes = encoder.into_bytes().map_err(ser::Error::custom)?;
        bytes.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        // User functions are closures of one process: such a predicate does not encode either.
        Expr::decode(&Decoder::new(&bytes), &Functions::standard())
            .map(Self)
            .map_err(de::Error::custom)
    }
}

impl Fingerprint for Filter {
    fn feed(&self, out: &mut Canon) {
        out.feed(&self.0);
    }
}
