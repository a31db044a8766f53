//! What is measured of one text.

use std::collections::HashMap;

use swath_plugin::scalar;
use unicode_segmentation::UnicodeSegmentation;

/// How many characters a text has, as a reader counts them; null if it is null.
///
/// A letter with its accents is one, and so is a flag or a family of several code points. White space counts.
#[scalar]
pub fn char_count(text: &str) -> i64 {
    text.graphemes(true).count() as i64
}

/// How many words a text has; null if it is null.
///
/// A word has a letter or a digit; punctuation between words is none, `can't` and `3.14` are one each.
#[scalar]
pub fn word_count(text: &str) -> i64 {
    text.unicode_words().count() as i64
}

/// How many characters the words of a text have on average; null for a text without words, and if it is null.
#[scalar]
pub fn mean_word_length(text: &str) -> Option<f64> {
    let (mut words, mut chars) = (0_u64, 0_u64);
    for word in text.unicode_words() {
        words += 1;
        chars += word.graphemes(true).count() as u64;
    }
    (words > 0).then(|| chars as f64 / words as f64)
}

/// How many bits a character of a text says, by how often each occurs in it; null for an empty text, and if it is null.
///
/// 0 where all characters are the same, the binary logarithm of their number where all differ: random keys are near 5 and more,
/// prose is near 4.
#[scalar]
pub fn entropy(text: &str) -> Option<f64> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for grapheme in text.graphemes(true) {
        *counts.entry(grapheme).or_default() += 1;
    }
    let all = counts.values().sum::<u64>() as f64;
    // In a fixed order, so that the sum rounds alike in every run.
    let mut counts: Vec<u64> = counts.into_values().collect();
    counts.sort_unstable();
    let bits = counts
        .iter()
        .map(|count| *count as f64 / all * (all / *count as f64).log2());
    (all > 0.0).then(|| bits.sum())
}

/// The part of a text's letters that are capitals; `None` for a text without letters.
pub(crate) fn uppercase(text: &str) -> Option<f64> {
    let (mut letters, mut capitals) = (0_u64, 0_u64);
    for letter in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        capitals += u64::from(letter.is_uppercase());
    }
    (letters > 0).then(|| capitals as f64 / letters as f64)
}

/// The part of a text's code points that are decimal digits and other numbers; `None` for an empty text.
pub(crate) fn digits(text: &str) -> Option<f64> {
    let (mut all, mut digits) = (0_u64, 0_u64);
    for c in text.chars() {
        all += 1;
        digits += u64::from(c.is_numeric());
    }
    (all > 0).then(|| digits as f64 / all as f64)
}
