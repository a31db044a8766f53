//! Numbers as people read them.

use std::time::Duration;

/// A whole number with its thousands apart: `20,000,000`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in MiB, in KiB where that would be less than one: `55.3 MiB`.
pub(super) fn bytes(bytes: u64) -> String {
    match bytes {
        0 => "0".to_owned(),
        bytes if bytes < 1 << 20 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        bytes => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
    }
}

/// Seconds, to the millisecond.
pub(super) fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::{bytes, count, seconds};
    use std::time::Duration;

    #[test]
    fn numbers_are_short_and_exact_enough() {
        let counts = [0, 999, 1_000, 20_000_000].map(count);
        assert_eq!(counts, ["0", "999", "1,000", "20,000,000"]);
        let sizes = [0, 512, 58_000_000].map(bytes);
        assert_eq!(sizes, ["0", "0.5 KiB", "55.3 MiB"]);
        assert_eq!(seconds(Duration::from_micros(1_234_567)), "1.235 s");
    }
}
