//! Numbers about texts of any language.
//!
//! | function | gives |
//! |---|---|
//! | `textstats.char_count(text)` | characters as a reader sees them |
//! | `textstats.word_count(text)` | words |
//! | `textstats.mean_word_length(text)` | characters a word |
//! | `textstats.entropy(text)` | bits a character: how far from repeating itself a text is |
//! | `textstats.features` | several of them as columns, for `map_partitions` |
//!
//! Nothing here knows a language. A character is what Unicode calls an extended grapheme cluster: `é` is one however it is written, and
//! so is a flag. A word is what lies between Unicode's word boundaries and has a letter or a digit; scripts without spaces between words
//! have more of them than a reader would say. Null in, null out.
//!
//! ```
//! use swath_plugin::prelude::*;
//! use textstats::Features;
//!
//! let notes = Batch::from_csv("id,note\n1,Café au lait\n2,\n")?;
//! let features = Features { column: "note".into(), features: Some(vec!["words".into(), "chars".into()]) };
//! let found = testing::run(features, &notes)?;
//! let counts: Vec<_> = found.rows2::<Option<i64>, Option<i64>>("note_words", "note_chars")?.collect();
//! assert_eq!(counts, [(Some(3), Some(12)), (None, None)]);
//! # Ok::<(), swath_plugin::Error>(())
//! ```

mod feature;
mod features;
mod measures;

pub use features::Features;
pub use measures::{char_count, entropy, mean_word_length, word_count};

swath_plugin::plugin! { functions: [char_count, word_count, mean_word_length, entropy, Features] }

#[cfg(test)]
mod tests;
