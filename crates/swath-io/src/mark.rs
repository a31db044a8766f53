//! What a file is that is none of the format it was taken for.

use swath_graph::Shown;

/// Marks that files of many formats begin with.
const MARKS: [(&[u8], &str); 9] = [
    (b"ARROW1", "an Arrow IPC file"),
    (b"FEA1", "a Feather file of version 1"),
    (b"PAR1", "a Parquet file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"PK\x03\x04", "a zip archive"),
    (b"SQLite format 3", "an SQLite database"),
];

/// Letters of a text file that are shown: enough to know it again.
const SHOWN: usize = 24;

/// What a file is that begins so, in words; `expected` is the mark that it has at neither end.
pub(crate) fn found(start: &[u8], expected: &str) -> String {
    if let Some((_, what)) = MARKS.iter().find(|(mark, _)| start.starts_with(mark)) {
        return format!("it is {what}");
    }
    // Cut at the end of the bytes, a last letter may be half there.
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => "",
    };
    let line = text.lines().next().unwrap_or_default();
    let printable =
        !text.is_empty() && !text.contains(|c: char| c.is_control() && !c.is_whitespace());
    if printable {
        let shown: String = line.chars().take(SHOWN).collect();
        let more = if shown.len() < line.len() { "…" } else { "" };
        let shown = Shown(format!("{shown}{more}"));
        format!("it is text, which begins with `{shown}`")
    } else {
        format!("it neither begins nor ends with `{expected}`")
    }
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn what_is_often_taken_for_another_is_named() {
        let told = [
            &b"ARROW1\0\0"[..],
            b"PAR1",
            b"\x1f\x8b\x08",
            b"PK\x03\x04",
            b"region,amount\neu,10\n",
            b"a header that is much longer than this, is it not",
            b"\xff\xfe\x00",
            "häuser,stra\u{df}en"
                .as_bytes()
                .split_last()
                .expect("text")
                .1,
            b"",
        ]
        .map(|start| found(start, "PAR1"));
        insta::assert_snapshot!(told.join("\n"), @r"
        it is an Arrow IPC file
        it is a Parquet file
        it is compressed with gzip
        it is a zip archive
        it is text, which begins with `region,amount`
        it is text, which begins with `a header that is much lo…`
        it neither begins nor ends with `PAR1`
        it is text, which begins with `häuser,straße`
        it neither begins nor ends with `PAR1`
        ");
    }
}
