//! Names of Rust types, as people write them.

/// The name of a Rust type without the modules: `(Option<String>, i64)`. Takes what [`std::any::type_name`] gives.
///
/// ```
/// let name = std::any::type_name::<(Option<String>, i64)>();
/// assert_eq!(swath_batch::rust_name(name), "(Option<String>, i64)");
/// ```
pub fn rust_name(path: &str) -> String {
    let mut name = String::new();
    // Where the last path segment began.
    let mut segment = 0;
    let mut rest = path;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("::") {
            name.truncate(segment);
            rest = &rest[2..];
            continue;
        }
        name.push(c);
        if !c.is_alphanumeric() && c != '_' {
            segment = name.len();
        }
        rest = &rest[c.len_utf8()..];
    }
    name
}
