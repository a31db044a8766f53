//! The canonical form: type-tagged, length-prefixed bytes, hashed as they are fed.

use super::Fingerprint;

/// The version of the canonical form itself, fed before anything else.
///
/// It changes when the bytes that some value feeds change, and every name of every computation with it.
pub const CANON_VERSION: u32 = 1;

/// The first byte of every value: values of different types never feed the same bytes.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Tag {
    Str = 1,
    Bytes = 2,
    U64 = 3,
    I64 = 4,
    F64 = 5,
    F32 = 6,
    Bool = 7,
    U128 = 8,
    I128 = 9,
    Seq = 10,
    None = 11,
    Some = 12,
    Object = 13,
    Tuple = 14,
}

/// Takes in canonical bytes and becomes a 128-bit fingerprint.
///
/// Every value is preceded by a tag of its type and, where it has one, its length, so that no two different sequences of
/// calls feed the same bytes: `("ab", "c")` is not `("a", "bc")`. Costs one blake3 hash of what is fed, keeps 2 KiB whatever
/// the amount.
///
/// ```
/// use swath_graph::Canon;
///
/// let mut canon = Canon::new("filter", 1);
/// canon.str("amount").i64(5000);
/// let print: u128 = canon.finish();
/// # let mut again = Canon::new("filter", 1);
/// # assert_eq!(print, again.str("amount").i64(5000).finish());
/// ```
#[derive(Clone, Debug)]
pub struct Canon {
    hasher: blake3::Hasher,
}

impl Canon {
    /// Begins the fingerprint of an operation of this kind and version.
    ///
    /// Raise `version` when the operation begins to give other answers for the same parameters.
    pub fn new(kind: &str, version: u32) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"swath-canon");
        hasher.update(&CANON_VERSION.to_le_bytes());
        let mut canon = Self { hasher };
        canon.object(kind, version);
        canon
    }

    /// Feeds a text.
    pub fn str(&mut self, value: &str) -> &mut Self {
        self.sized(Tag::Str, value.as_bytes())
    }

    /// Feeds bytes. A blob costs far less here than as a slice of `u8`.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.sized(Tag::Bytes, value)
    }

    /// Feeds an unsigned number.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.fixed(Tag::U64, &value.to_le_bytes())
    }

    /// Feeds a signed number. It never equals an unsigned one.
    pub fn i64(&mut self, value: i64) -> &mut Self {
        self.fixed(Tag::I64, &value.to_le_bytes())
    }

    /// Feeds the bits of a float: `0.0` and `-0.0` differ, and so do NaNs of different bits.
    pub fn f64(&mut self, value: f64) -> &mut Self {
        self.fixed(Tag::F64, &value.to_bits().to_le_bytes())
    }

    /// Feeds the bits of a short float. It never equals a long one.
    pub fn f32(&mut self, value: f32) -> &mut Self {
        self.fixed(Tag::F32, &value.to_bits().to_le_bytes())
    }

    /// Feeds a truth value.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.fixed(Tag::Bool, &[u8::from(value)])
    }

    /// Feeds a long unsigned number, such as another fingerprint.
    pub fn u128(&mut self, value: u128) -> &mut Self {
        self.fixed(Tag::U128, &value.to_le_bytes())
    }

    /// Feeds a long signed number, such as the unscaled value of a decimal.
    pub fn i128(&mut self, value: i128) -> &mut Self {
        self.fixed(Tag::I128, &value.to_le_bytes())
    }

    /// Begins a sequence of `len` values: the caller feeds exactly that many next.
    pub fn seq(&mut self, len: usize) -> &mut Self {
        self.fixed(Tag::Seq, &(len as u64).to_le_bytes())
    }

    /// Begins a tuple of `arity` values: the caller feeds exactly that many next.
    pub(super) fn tuple(&mut self, arity: u8) -> &mut Self {
        self.fixed(Tag::Tuple, &[arity])
    }

    /// Feeds the absence of a value.
    pub fn none(&mut self) -> &mut Self {
        self.fixed(Tag::None, &[])
    }

    /// Says that an optional value is there: the caller feeds it next.
    pub fn some(&mut self) -> &mut Self {
        self.fixed(Tag::Some, &[])
    }

    /// Begins a nested object of this kind and version: the caller feeds its fields next.
    ///
    /// Kind and version fix which fields follow, in which order; a number of values that can vary belongs in a
    /// [`seq`](Self::seq).
    pub fn object(&mut self, kind: &str, version: u32) -> &mut Self {
        self.sized(Tag::Object, kind.as_bytes());
        self.hasher.update(&version.to_le_bytes());
        self
    }

    /// Feeds any value that has a fingerprint.
    pub fn feed(&mut self, value: &(impl Fingerprint + ?Sized)) -> &mut Self {
        value.feed(self);
        self
    }

    /// Returns the fingerprint of what was fed so far: the first 128 bits of its blake3 hash.
    pub fn finish(&self) -> u128 {
        let mut print = [0; 16];
        self.hasher.finalize_xof().fill(&mut print);
        u128::from_be_bytes(print)
    }

    fn fixed(&mut self, tag: Tag, value: &[u8]) -> &mut Self {
        self.hasher.update(&[tag as u8]);
        self.hasher.update(value);
        self
    }

    fn sized(&mut self, tag: Tag, value: &[u8]) -> &mut Self {
        self.hasher.update(&[tag as u8]);
        self.hasher.update(&(value.len() as u64).to_le_bytes());
        self.hasher.update(value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn print(feed: impl FnOnce(&mut Canon)) -> u128 {
        let mut canon = Canon::new("test", 1);
        feed(&mut canon);
        canon.finish()
    }

    /// The canonical form is a promise to other processes: a change here needs a new `CANON_VERSION`.
    #[test]
    fn the_form_is_pinned() {
        let print = print(|c| {
            c.str("a")
                .bytes(b"b")
                .u64(1)
                .i64(-1)
                .f64(0.5)
                .f32(0.5)
                .bool(true)
                .u128(7)
                .i128(-7);
            c.seq(2).none().some().none().object("child", 3).feed(&(
                "x",
                1_u8,
                Some(2_u32),
                vec![1_i64, 2],
            ));
        });
        insta::assert_snapshot!(format!("{CANON_VERSION}: {print:032x}"), @"1: 3dd29b83cf85b1fb5e8d4a87c1bfcba8");
    }

    #[test]
    fn different_values_never_feed_the_same_bytes() {
        type Feed = fn(&mut Canon) -> &mut Canon;
        let feeds: [(&str, Feed); 21] = [
            ("nothing", |c| c),
            ("ab, c", |c| c.str("ab").str("c")),
            ("a, bc", |c| c.str("a").str("bc")),
            ("abc", |c| c.str("abc")),
            ("bytes", |c| c.bytes(b"abc")),
            ("u64", |c| c.u64(1)),
            ("i64", |c| c.i64(1)),
            ("u128", |c| c.u128(1)),
            ("i128", |c| c.i128(1)),
            ("true", |c| c.bool(true)),
            ("false", |c| c.bool(false)),
            ("0.0", |c| c.f64(0.0)),
            ("-0.0", |c| c.f64(-0.0)),
            ("short 0.0", |c| c.f32(0.0)),
            ("none", Canon::none),
            ("some none", |c| c.some().none()),
            ("empty seq", |c| c.seq(0)),
            ("[1], [2]", |c| c.seq(1).u64(1).seq(1).u64(2)),
            ("[1, 2], []", |c| c.seq(2).u64(1).u64(2).seq(0)),
            ("object v1", |c| c.object("o", 1)),
            ("object v2", |c| c.object("o", 2)),
        ];
        let mut prints: Vec<(&str, u128)> = feeds
            .iter()
            .map(|(case, feed)| (*case, feed(&mut Canon::new("test", 1)).finish()))
            .collect();
        prints.push(("other kind", Canon::new("tes", 1).finish()));
        prints.push(("other version", Canon::new("test", 2).finish()));
        let mut seen = HashMap::new();
        for (case, print) in prints {
            assert_eq!(
                seen.insert(print, case),
                None,
                "{case} feeds the bytes of another case"
            );
        }
    }
}
