//! What Arrow knows of a field and a frame does not: metadata, types of extensions, and whether a dictionary has an order.

use super::echo::{bound, echo_with};
use super::matrix::{rows_of, through};

/// Metadata of a field that has a type of an extension.
const METADATA: &str = r#"
static const char EXTENSION[] = "\2\0\0\0"
    "\24\0\0\0" "ARROW:extension:name" "\12\0\0\0" "swath.test"
    "\30\0\0\0" "ARROW:extension:metadata" "\4\0\0\0" "blue";

/* How many bytes metadata have"#;

/// A field is a name, a dtype and whether it may be null: a plugin that says more is taken, and what is more is passed over.
#[test]
fn more_than_a_field_has_is_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let says_more = [
        ("\n/* How many bytes metadata have", METADATA),
        (
            "metadata_size(of->metadata)) : NULL,",
            "metadata_size(of->metadata)) : copied(EXTENSION, sizeof EXTENSION),",
        ),
        (
            "of->flags & ~ARROW_FLAG_NULLABLE : of->flags,",
            "of->flags & ~ARROW_FLAG_NULLABLE : of->flags | ARROW_FLAG_DICTIONARY_ORDERED,",
        ),
    ];
    let plugin = echo_with(folder.path(), &says_more);
    for dtype in ["int64", "category", "struct<a: category>", "list<category>"] {
        let rows = rows_of(dtype);
        let bound = bound(&plugin, "copy", rows.meta()).expect("any columns");
        assert_eq!(bound.output(), rows.meta(), "{dtype}");
        assert_eq!(through(&bound, Some(&rows)).expect("an answer"), [rows]);
    }
}
