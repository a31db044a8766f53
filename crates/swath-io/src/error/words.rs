//! Parts of messages that depend on what there is to say.

use swath_graph::Shown;

use crate::words::{counted, either};

pub(super) fn with_article(format: &str) -> String {
    let article = if format.starts_with('A') { "an" } else { "a" };
    format!("{article} {format}")
}

pub(super) fn no_value(value: &str, dtype: &str, is_text: bool) -> String {
    // A field may be as long as its file.
    const SHOWN: usize = 60;
    let short: String = value.chars().take(SHOWN).collect();
    let more = if short.len() < value.len() { "…" } else { "" };
    let short = Shown(format!("{short}{more}"));
    if is_text {
        format!("`{short}` is no {dtype}: ")
    } else {
        format!("`{short}` is no text in UTF-8: ")
    }
}

pub(super) fn of_none(files: usize, hidden: usize, extensions: &[String]) -> String {
    let ends: Vec<String> = extensions
        .iter()
        .map(|extension| format!(".{}", extension.trim_start_matches('.')))
        .collect();
    match (files, hidden) {
        (0, 0) => "no files".to_owned(),
        (0, hidden) => format!(
            "no files but {hidden} whose names begin with `.` or `_`, which are passed over"
        ),
        (files, _) => format!(
            "{}, and none ends in {}",
            counted(files, "file"),
            either(&ends)
        ),
    }
}

pub(super) fn of_many(differing: usize, files: usize, first: &str) -> String {
    if differing < 2 {
        return String::new();
    }
    let first = first.rsplit('/').next().unwrap_or_default();
    format!("; {differing} of {files} files differ from `{first}`")
}

pub(super) fn unlike(path: &str, first: &str) -> String {
    if path == first {
        return String::new();
    }
    format!(", unlike `{first}`")
}

pub(super) fn keys_there(known: &str, nearest: Option<&str>) -> String {
    match nearest {
        Some(_) => did_you_mean(nearest),
        None if known.is_empty() => "; the folders have no keys".to_owned(),
        None => format!("; the keys are {known}"),
    }
}

pub(super) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |nearest| {
        format!("; did you mean `{nearest}`?")
    })
}

pub(super) fn place(row_group: Option<usize>, column: Option<&str>) -> String {
    match (row_group, column) {
        (Some(row_group), Some(column)) => format!(" (row group {row_group}, column `{column}`)"),
        (Some(row_group), None) => format!(" (row group {row_group})"),
        (None, Some(column)) => format!(" (column `{column}`)"),
        (None, None) => String::new(),
    }
}
