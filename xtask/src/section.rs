//! A generated part of a Markdown page, between two comments that name it.
//!
//! ```text
//! <!-- generated: crate-map (cargo xtask docs) -->
//! …
//! <!-- end: crate-map -->
//! ```

use anyhow::{Context, Result};

/// The page with the text between the section's two marks replaced.
///
/// # Errors
/// When the page has no such section.
pub(crate) fn replace(page: &str, name: &str, body: &str) -> Result<String> {
    let end_mark = format!("<!-- end: {name} -->");
    let begin = page
        .find(&format!("<!-- generated: {name} "))
        .with_context(|| format!("no `<!-- generated: {name} (command) -->` in the page"))?;
    let body_start = begin
        + page[begin..].find("-->\n").with_context(|| {
            format!("the line `<!-- generated: {name}` does not end with `-->`")
        })?
        + "-->\n".len();
    let end = body_start
        + page[body_start..]
            .find(&end_mark)
            .with_context(|| format!("no `{end_mark}` in the page"))?;
    Ok(format!(
        "{}\n{}\n\n{}",
        &page[..body_start],
        body.trim(),
        &page[end..]
    ))
}

#[cfg(test)]
mod tests {
    use super::replace;

    const PAGE: &str = "# Page\n<!-- generated: map (cmd) -->\nold\n<!-- end: map -->\nafter\n";

    #[test]
    fn replaces_what_stands_between_the_marks_and_then_is_stable() {
        let once = replace(PAGE, "map", "new\ntext\n").unwrap();
        assert_eq!(
            once,
            "# Page\n<!-- generated: map (cmd) -->\n\nnew\ntext\n\n<!-- end: map -->\nafter\n"
        );
        assert_eq!(replace(&once, "map", "new\ntext").unwrap(), once);
    }

    #[test]
    fn a_missing_mark_is_named() {
        let message = format!("{:#}", replace(PAGE, "other", "").unwrap_err());
        assert!(message.contains("generated: other"), "{message}");
        let message = format!(
            "{:#}",
            replace("<!-- generated: map (cmd) -->\n", "map", "").unwrap_err()
        );
        assert!(message.contains("end: map"), "{message}");
    }
}
