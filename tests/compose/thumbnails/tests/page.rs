//! The page "Build your own engine" shows code of these packages, word for word.

use std::path::Path;

#[test]
fn the_page_shows_what_runs() {
    let compose = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = std::fs::read_to_string(compose.join("../../docs/build-your-own-engine.md")).unwrap();
    let mut n_blocks = 0;
    // A comment before each block says which file it is of.
    for part in page.split("<!-- ").skip(1) {
        let (file, rest) = part.split_once(" -->\n```rust\n").expect("a file's name, then its code");
        let (code, _) = rest.split_once("\n```").expect("a block ends");
        let source = std::fs::read_to_string(compose.join(file)).unwrap();
        assert!(source.contains(code), "{file} does not have this:\n{code}");
        n_blocks += 1;
    }
    assert_eq!(page.matches("```rust").count(), n_blocks, "every block says which file it is of");
    assert!(n_blocks > 5);
}
