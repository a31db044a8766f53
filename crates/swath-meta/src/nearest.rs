//! The name a user probably meant.

/// Finds the candidate most similar to `name`, if one is similar enough to be what was meant.
///
/// Similar is: equal but for case, blanks, `-` and `_`; or at most a third of the name's letters (and always one) inserted, left out,
/// replaced, or swapped with their neighbour. Of equally near candidates one with the same
/// letters wins, then the first. Used for columns, functions, formats and
/// options alike. Cost: candidates × length², which only error paths pay.
///
/// ```
/// use swath_meta::nearest;
///
/// assert_eq!(nearest("amuont", ["region", "amount"]), Some("amount"));
/// assert_eq!(nearest("Unit Price", ["unit_price"]), Some("unit_price"));
/// assert_eq!(nearest("profit", ["region", "amount"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let allowed = (folded.len() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = fold(candidate);
            // Names of one letter are as near to every other letter: only case may differ.
            let allowed = if folded.len().min(other.len()) < 2 {
                0
            } else {
                allowed
            };
            if folded.len().abs_diff(other.len()) > allowed {
                return None;
            }
            let distance = distance(&folded, &other);
            // Of two replaced letters and two swapped ones, the swap is the likelier slip.
            (distance <= allowed)
                .then(|| ((distance, letters(&folded) != letters(&other)), candidate))
        })
        .min_by_key(|(likeness, _)| *likeness)
        .map(|(_, candidate)| candidate)
}

fn fold(name: &str) -> Vec<char> {
    name.chars()
        .filter(|c| !matches!(c, ' ' | '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

fn letters(name: &[char]) -> Vec<char> {
    let mut letters = name.to_vec();
    letters.sort_unstable();
    letters
}

/// The least number of single letters inserted, left out, replaced, or swapped with a neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near() {
        let table = [
            ("amuont", Some("amount")),
            ("amout", Some("amount")),
            ("AMOUNT", Some("amount")),
            ("unit-price", Some("unit_price")),
            ("regoin", Some("region")),
            ("total", None),
            ("x", None),
            ("B", Some("b")),
            ("", None),
        ];
        assert_eq!(nearest("int46", ["int16", "int64"]), Some("int64"));
        for (name, expected) in table {
            assert_eq!(
                nearest(name, ["region", "amount", "unit_price", "a", "b"]),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn distances() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        for (a, b, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("abc", "acb", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
        ] {
            assert_eq!(distance(&letters(a), &letters(b)), expected, "{a} {b}");
            assert_eq!(distance(&letters(b), &letters(a)), expected, "{b} {a}");
        }
    }
}
