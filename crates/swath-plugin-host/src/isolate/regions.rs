//! What of a lane is taken.

use std::collections::BTreeMap;

use super::packed::ALIGNED;

/// Which bytes of a lane rows lie in.
#[derive(Debug, Default)]
pub(super) struct Regions(BTreeMap<u64, u64>);

impl Regions {
    /// The first place with so much room, in a lane of so many bytes.
    pub(super) fn take(&mut self, length: u64, lane: u64) -> Option<u64> {
        // Also what is empty has a place of its own, by which it is given back.
        let length = length.max(1);
        let mut at: u64 = 0;
        for (begin, taken) in &self.0 {
            if at.checked_add(length)? <= *begin {
                break;
            }
            at = (begin + taken).next_multiple_of(ALIGNED);
        }
        if at.checked_add(length)? > lane {
            return None;
        }
        self.0.insert(at, length);
        Some(at)
    }

    /// Gives one back; returns where it ended and the next one begins, if it was taken.
    pub(super) fn free(&mut self, at: u64) -> Option<(u64, u64)> {
        let length = self.0.remove(&at)?;
        let next = self.0.range(at..).next().map(|(begin, _)| *begin);
        Some((at, next.unwrap_or(at + length).min(at + length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANE: u64 = 1 << 20;

    fn take(regions: &mut Regions, length: u64) -> Option<u64> {
        regions.take(length, LANE)
    }

    #[test]
    fn places_are_taken_and_given_back() {
        let mut regions = Regions::default();
        assert_eq!(take(&mut regions, 100), Some(0));
        assert_eq!(take(&mut regions, 1), Some(128));
        assert_eq!(take(&mut regions, 0), Some(192));
        assert_eq!(regions.free(0), Some((0, 100)));
        assert_eq!(regions.free(0), None);
        assert_eq!(take(&mut regions, 200), Some(256));
        assert_eq!(take(&mut regions, 64), Some(0));
        assert_eq!(take(&mut regions, 64), Some(64));
        assert_eq!(take(&mut regions, LANE), None);
    }
}
