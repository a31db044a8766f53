//! Texts of several scripts, and columns of them.

use std::sync::Arc;

use proptest::prelude::*;
use swath_plugin::arrow_array::{ArrayRef, DictionaryArray, StringViewArray, UInt32Array};
use swath_plugin::prelude::*;

use crate::{Features, char_count, entropy, mean_word_length, word_count};

#[track_caller]
fn check(text: &str, chars: i64, words: i64, length: Option<f64>) {
    let found = (char_count(text), word_count(text), mean_word_length(text));
    assert_eq!(found, (chars, words, length), "{text}");
}

#[test]
fn texts_of_several_scripts() {
    check("", 0, 0, None);
    check("  \n", 3, 0, None);
    check("...!?", 5, 0, None);
    check("The quick brown fox", 19, 4, Some(4.0));
    check("can't pay 3.14", 14, 3, Some(4.0));
    // One letter and its accent, composed or not.
    check("Caf\u{e9}", 4, 1, Some(4.0));
    check("Cafe\u{301}", 4, 1, Some(4.0));
    check("Привет, мир", 11, 2, Some(4.5));
    check("👩‍👩‍👧‍👦🇨🇭", 2, 0, None);
    check(
        "नमस्ते दुनिया",
        char_count("नमस्ते दुनिया"),
        2,
        mean_word_length("नमस्ते दुनिया"),
    );
}

#[test]
fn entropy_counts_bits() {
    for (text, bits) in [
        ("", None),
        ("aaaa", Some(0.0)),
        ("abab", Some(1.0)),
        ("abcd", Some(2.0)),
        ("aabc", Some(1.5)),
        ("e\u{301}\u{e8}", Some(1.0)),
    ] {
        let found = entropy(text);
        assert_eq!(found.is_some(), bits.is_some());
        assert!(
            found
                .zip(bits)
                .is_none_or(|(found, bits)| (found - bits).abs() < 1e-12),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn scalars_keep_nulls() -> Result<()> {
    let column: ArrayRef = Arc::new(StringViewArray::from(vec![Some(""), Some("a b"), None]));
    let found = testing::run_scalar(word_count {}, &[Arc::clone(&column)])?;
    let lengths = testing::run_scalar(mean_word_length {}, &[column])?;
    let found = Batch::from_columns([("n", found), ("l", lengths)])?;
    let found: Vec<(Option<i64>, Option<f64>)> = found.rows2("n", "l")?.collect();
    assert_eq!(found, [(Some(0), None), (Some(2), Some(1.0)), (None, None)]);
    Ok(())
}

#[test]
fn categories_are_texts() -> Result<()> {
    let texts = StringViewArray::from(vec![Some("a b"), None, Some("")]);
    let column: ArrayRef = Arc::new(DictionaryArray::new(
        UInt32Array::from(vec![2, 0, 1, 0]),
        Arc::new(texts),
    ));
    let meta = Arc::new(Meta::of([("t", "category")])?);
    let part = Batch::from_arrays(&meta, vec![column], 4)?;
    let found = testing::run(features(Some(&["words"])), &part)?;
    let found: Vec<Option<i64>> = found.rows1("t_words")?.collect();
    assert_eq!(found, [Some(0), Some(2), None, Some(2)]);
    Ok(())
}

fn features(names: Option<&[&str]>) -> Features {
    Features {
        column: "t".into(),
        features: names.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
    }
}

#[test]
fn all_features_are_columns() -> Result<()> {
    let part = Batch::from_csv("id,t\n1,Ab 12\n2,\n3,\"\"\n")?;
    let found = testing::run(features(None), &part)?;
    let names: Vec<&str> = found.meta().names().collect();
    assert_eq!(
        names,
        [
            "id",
            "t",
            "t_chars",
            "t_words",
            "t_mean_word_length",
            "t_entropy",
            "t_uppercase",
            "t_digits"
        ]
    );
    let counts: Vec<_> = found
        .rows2::<Option<i64>, Option<i64>>("t_chars", "t_words")?
        .collect();
    assert_eq!(
        counts,
        [(Some(5), Some(2)), (None, None), (Some(0), Some(0))]
    );
    let shares: Vec<_> = found
        .rows2::<Option<f64>, Option<f64>>("t_uppercase", "t_digits")?
        .collect();
    assert_eq!(shares, [(Some(0.5), Some(0.4)), (None, None), (None, None)]);
    Ok(())
}

#[test]
fn features_are_chosen_by_name() -> Result<()> {
    let part = Batch::from_csv("t\nx\n")?;
    let found = testing::run(features(Some(&["words", "chars"])), &part)?;
    assert_eq!(
        found.meta().names().collect::<Vec<_>>(),
        ["t", "t_words", "t_chars"]
    );
    let same = testing::run(features(Some(&[])), &part)?;
    assert_eq!(same, part);
    let said = |names: &[&str], table: &str| {
        let part = Batch::from_csv(table).expect("a table");
        testing::run(features(Some(names)), &part)
            .expect_err("it is refused")
            .to_string()
    };
    assert_eq!(
        said(&["word"], "t\nx\n"),
        "there is no feature `word`; there are `chars`, `words`, `mean_word_length`, `entropy`, `uppercase`, `digits`"
    );
    assert_eq!(
        said(&["words", "words"], "t\nx\n"),
        "there is a column `t_words` already, or it is asked for twice; rename one of them first"
    );
    assert_eq!(
        said(&["words"], "t\n1\n"),
        "column `t` is int64, and must be string"
    );
    assert_eq!(said(&["words"], "s\nx\n"), "no column `t`; columns are `s`");
    Ok(())
}

#[test]
fn the_manifest_says_what_there_is() -> Result<()> {
    let manifest = testing::manifest(crate::plugin())?;
    let names: Vec<&str> = manifest.functions.iter().map(|one| &*one.name).collect();
    assert_eq!(
        names,
        [
            "char_count",
            "word_count",
            "mean_word_length",
            "entropy",
            "features"
        ]
    );
    assert!(manifest.functions.iter().all(|one| !one.doc.is_empty()));
    Ok(())
}

proptest! {
    #[test]
    fn measures_are_in_their_bounds(text in "\\PC{0,40}") {
        let chars = char_count(&text);
        prop_assert!(chars <= text.chars().count() as i64);
        prop_assert!(word_count(&text) <= chars.max(0));
        let bits = entropy(&text).unwrap_or(0.0);
        prop_assert!((-1e-12..=(chars.max(1) as f64).log2() + 1e-9).contains(&bits));
        prop_assert_eq!(entropy(&text).is_some(), !text.is_empty());
        // Written twice it says as much a character, and has twice as many.
        let twice = format!("{text} {text}");
        prop_assert!(char_count(&twice) <= 2 * chars + 1);
    }

    /// ASCII words between blanks are what splitting finds.
    #[test]
    fn plain_words_are_what_splitting_finds(words in prop::collection::vec("[a-zA-Z]{1,8}", 0..10)) {
        let text = words.join(" ");
        prop_assert_eq!(word_count(&text), words.len() as i64);
        let mean = words.iter().map(String::len).sum::<usize>() as f64 / words.len() as f64;
        prop_assert_eq!(mean_word_length(&text), (!words.is_empty()).then_some(mean));
    }
}
