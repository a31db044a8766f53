//! The order in which files of a folder are read: numbers in names count as numbers.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::str::Chars;

/// Folder by folder, `part.2.parquet` before `part.10.parquet`.
pub(crate) fn natural_order(left: &str, right: &str) -> Ordering {
    let parts = |path: &str| path.split('/').count();
    let by_parts = left
        .split('/')
        .zip(right.split('/'))
        .map(|(left, right)| names(left, right))
        .find(|order| order.is_ne());
    by_parts
        .unwrap_or_else(|| parts(left).cmp(&parts(right)))
        // `01` and `1` count as much as each other.
        .then_with(|| left.cmp(right))
}

fn names(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.chars().peekable(), right.chars().peekable());
    loop {
        let digits =
            |chars: &mut Peekable<Chars<'_>>| chars.peek().is_some_and(char::is_ascii_digit);
        let order = if digits(&mut left) && digits(&mut right) {
            let (left, right) = (number(&mut left), number(&mut right));
            left.len().cmp(&right.len()).then_with(|| left.cmp(&right))
        } else {
            match (left.next(), right.next()) {
                (None, None) => return Ordering::Equal,
                (left, right) => left.cmp(&right),
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The digits that come next, without zeros in front.
fn number(chars: &mut Peekable<Chars<'_>>) -> String {
    while chars.next_if_eq(&'0').is_some() {}
    let mut digits = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let ordered = [
            "a/part.0.parquet",
            "a/part.2.1.parquet",
            "a/part.2.parquet",
            "a/part.10.parquet",
            "a-b/x",
            "b",
            "b/year=9/x",
            "b/year=010/x",
            "b/year=10/x",
            "b/year=99999999999999999999999/x",
        ];
        for (at, left) in ordered.iter().enumerate() {
            for (other, right) in ordered.iter().enumerate() {
                assert_eq!(
                    natural_order(left, right),
                    at.cmp(&other),
                    "{left} and {right}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_an_order(mut names in proptest::collection::vec("[a0-2/.]{0,6}", 0..12)) {
            // A sort panics, or differs with the order it began in, where an order is none.
            names.sort_by(|left, right| natural_order(left, right));
            let sorted = names.clone();
            names.reverse();
            names.sort_by(|left, right| natural_order(left, right));
            prop_assert_eq!(names, sorted);
        }
    }
}
