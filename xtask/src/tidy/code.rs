//! Rust text with comments and literals blanked out, so that a search for a word finds code only.

/// The text with every comment, string and character literal replaced by spaces; lines stay where they are.
///
/// A scanner, not a parser: it knows nested comments, escapes, raw strings, and a lifetime from a character.
pub(super) fn only(text: &str) -> String {
    let mut rest = text;
    let mut code = String::with_capacity(text.len());
    let mut last = ' ';
    while let Some(next) = rest.chars().next() {
        let literal = match next {
            '/' if rest.starts_with("//") => Some(rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => Some(block_comment(rest)),
            '"' => Some(quoted(rest, 1)),
            'r' | 'b' | 'c' if !is_word(last) => prefixed_string(rest),
            '\'' => character(rest),
            _ => None,
        };
        let length = literal.unwrap_or(next.len_utf8());
        if literal.is_some() {
            code.extend(
                rest[..length]
                    .chars()
                    .map(|c| if c == '\n' { '\n' } else { ' ' }),
            );
        } else {
            code.push(next);
        }
        last = next;
        rest = &rest[length..];
    }
    code
}

/// Whether the word stands in the line as a word of its own.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_word);
        let after = line[at + word.len()..].chars().next().is_some_and(is_word);
        !before && !after
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a block comment that the text starts with; comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a string whose opening quote is the last of the first `from` bytes.
fn quoted(text: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, c) in text[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return from + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw, byte or C string that the text starts with, if it does: `r"…"`, `br##"…"##`, `b"…"`, `c"…"`.
fn prefixed_string(text: &str) -> Option<usize> {
    let letters = text.find(|c| !"rbc".contains(c))?;
    let hashes = text[letters..].len() - text[letters..].trim_start_matches('#').len();
    let open = letters + hashes + 1;
    if letters > 2 || !text[letters + hashes..].starts_with('"') {
        return None;
    }
    if !text[..letters].contains('r') {
        return (hashes == 0).then(|| quoted(text, open));
    }
    let close = format!("\"{}", "#".repeat(hashes));
    Some(
        text[open..]
            .find(&close)
            .map_or(text.len(), |at| open + at + close.len()),
    )
}

/// The length of a character literal that the text starts with; none for a lifetime or a loop's label.
fn character(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        chars.next()?;
        return chars.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1);
    }
    chars
        .next()
        .filter(|(_, c)| *c == '\'')
        .map(|(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::{has_word, only};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = only(text);
        assert_eq!(found.len(), text.chars().count());
        assert_eq!(
            found.split_whitespace().collect::<Vec<_>>().join(" "),
            expected,
            "{text}"
        );
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        check("a // b", "a");
        check("a /* b /* c */ d */ e", "a e");
        check(r#"a("b // \" c"); d"#, "a( ); d");
        check(r##"a(r#"b " c"#); d(br"e\"); f"##, "a( ); d( ); f");
        check(
            "let c = 'x'; let q = '\\''; fn f<'a>(x: &'a str) {} 'outer: loop {}",
            "let c = ; let q = ; fn f<'a>(x: &'a str) {} 'outer: loop {}",
        );
        check("let bar = br; for r in c {}", "let bar = br; for r in c {}");
        check("let u = '\\u{1F600}'; b'x'", "let u = ; b");
    }

    #[test]
    fn lines_stay_where_they_are() {
        assert_eq!(only("a\n/* b\n c */\nd\n").lines().count(), 4);
    }

    #[test]
    fn words_are_whole() {
        for (line, expected) in [
            ("unsafe {", true),
            ("unsafe_code", false),
            ("(unsafe)", true),
            ("not_unsafe", false),
        ] {
            assert_eq!(has_word(line, "unsafe"), expected, "{line}");
        }
    }
}
