//! What of a meta enters names: the names of dtypes, which do not change when Arrow's do.

use swath_graph::{Canon, Fingerprint};

use crate::{DType, Field, Index, Meta};

impl Fingerprint for DType {
    fn feed(&self, out: &mut Canon) {
        out.object("dtype", 1).str(&self.to_string());
    }
}

impl Fingerprint for Field {
    fn feed(&self, out: &mut Canon) {
        out.object("field", 1)
            .str(&self.name)
            .feed(&self.dtype)
            .bool(self.nullable);
    }
}

impl Fingerprint for Index {
    fn feed(&self, out: &mut Canon) {
        out.object("index", 1).feed(&self.len());
    }
}

impl Fingerprint for Meta {
    fn feed(&self, out: &mut Canon) {
        out.object("meta", 1)
            .feed(self.fields())
            .feed(&self.index());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(meta: &Meta) -> u128 {
        Canon::new("test", 1).feed(meta).finish()
    }

    #[test]
    fn everything_that_a_meta_says_is_in_its_name() {
        let meta = Meta::of([("a", "int64"), ("b", "string")]).unwrap();
        assert_eq!(
            print(&meta),
            print(&Meta::of([("a", "int"), ("b", "str")]).unwrap())
        );
        for other in [
            meta.set_index(["a"]).unwrap(),
            meta.rename([("a", "c")]).unwrap(),
            meta.with("a", "int32").unwrap(),
            meta.without(["b"]).unwrap(),
            meta.with_field(Field::new("a", DType::Int64, false)),
        ] {
            assert_ne!(print(&meta), print(&other), "{other}");
        }
    }
}
