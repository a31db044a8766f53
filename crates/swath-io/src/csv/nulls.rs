//! Which texts mean that there is no value.

use hashbrown::HashSet;

use crate::text::float;

/// The texts that pandas reads as missing.
pub(super) const DEFAULT: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// Texts that mean that there is no value.
#[derive(Clone, Debug)]
pub(super) struct Nulls {
    texts: HashSet<Box<[u8]>>,
    /// What they begin with: most fields are told apart by it.
    first: Box<[bool; 256]>,
    longest: usize,
    empty: bool,
    numbers: bool,
}

impl Nulls {
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut nulls = Self {
            texts: HashSet::new(),
            first: Box::new([false; 256]),
            longest: 0,
            empty: false,
            numbers: false,
        };
        for text in texts {
            let bytes = text.as_bytes();
            match bytes.first() {
                None => nulls.empty = true,
                Some(first) => nulls.first[*first as usize] = true,
            }
            nulls.longest = nulls.longest.max(bytes.len());
            nulls.numbers |= float(bytes).is_some_and(|float| !float.is_nan());
            nulls.texts.insert(bytes.into());
        }
        nulls
    }

    /// Whether this text means that there is no value.
    #[inline]
    pub(super) fn contains(&self, text: &[u8]) -> bool {
        match text.first() {
            None => self.empty,
            Some(first) => {
                self.first[*first as usize]
                    && text.len() <= self.longest
                    && self.texts.contains(text)
            }
        }
    }

    /// Whether some of the texts are numbers: then even what reads as one may be missing.
    pub(super) fn has_numbers(&self) -> bool {
        self.numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_mean_nothing() {
        let nulls = Nulls::new(DEFAULT);
        for text in DEFAULT {
            assert!(nulls.contains(text.as_bytes()), "{text}");
        }
        for text in ["0", "na", "Null", "-1", "N/A ", "#N/A N/A N/A"] {
            assert!(!nulls.contains(text.as_bytes()), "{text}");
        }
        assert!(!nulls.has_numbers());
        assert!(Nulls::new(["-999"]).has_numbers());
        assert!(!Nulls::new(["-"]).contains(b""));
    }
}
