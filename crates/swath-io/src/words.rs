//! Numbers and lists as messages say them.

/// `1 file`, `3 files`, `2 batches`.
pub(crate) fn counted(n: usize, noun: &str) -> String {
    let ending = match n {
        1 => "",
        _ if noun.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{n} {noun}{ending}")
}

/// `.parquet or .parq`.
pub(crate) fn either(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// Names that are spelt out of a longer list.
const SHOWN: usize = 3;

/// `` `a`, `b`, `c` and 12 more ``.
pub(crate) fn quoted(names: &[String]) -> String {
    let quote = |name: &String| format!("`{name}`");
    let shown: Vec<String> = names.iter().take(SHOWN).map(quote).collect();
    match (names.len(), shown.split_last()) {
        (n, _) if n > SHOWN => format!("{} and {} more", shown.join(", "), n - SHOWN),
        (_, Some((last, most))) if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => shown.concat(),
    }
}

/// What is in a folder: `` `out` has `a` and `b` ``.
pub(crate) fn contents(folder: &str, names: &[String]) -> String {
    if names.is_empty() {
        format!("`{folder}` is empty")
    } else {
        format!("`{folder}` has {}", quoted(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_sentences_do() {
        let names: Vec<String> = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        let told: Vec<String> = (0..=5).map(|n| contents("out", &names[..n])).collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        `out` is empty
        `out` has `a`
        `out` has `a` and `b`
        `out` has `a`, `b` and `c`
        `out` has `a`, `b`, `c` and 1 more
        `out` has `a`, `b`, `c` and 2 more
        ");
        assert_eq!(either(&names[..3]), "a, b or c");
        assert_eq!(
            (counted(1, "file"), counted(0, "file")),
            ("1 file".into(), "0 files".into())
        );
    }
}
