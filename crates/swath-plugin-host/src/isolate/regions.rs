//! What of a lane is taken.

use std::collections::BTreeMap;

use super::packed::ALIGNED;

/// Which bytes of a lane rows lie in.
#[derive(Debug, Default)]
pub(super) struct Regions(BTreeMap<u64, Region>);

/// Rows that lie somewhere.
#[derive(Debug)]
struct Region {
    length: u64,
    /// They were given in a run that is over, which was told.
    is_kept: bool,
}

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
            at = (begin + taken.length).next_multiple_of(ALIGNED);
        }
        if at.checked_add(length)? > lane {
            return None;
        }
        let is_kept = false;
        self.0.insert(at, Region { length, is_kept });
        Some(at)
    }

    /// Gives one back; returns where it ended and the next one begins, if it was taken.
    pub(super) fn free(&mut self, at: u64) -> Option<(u64, u64)> {
        let length = self.0.remove(&at)?.length;
        let next = self.0.range(at..).next().map(|(begin, _)| *begin);
        Some((at, next.unwrap_or(at + length).min(at + length)))
    }

    /// Bytes of all that is taken.
    pub(super) fn taken(&self) -> u64 {
        self.0.values().map(|region| region.length).sum()
    }

    /// A run is over: bytes of what was taken in it and was not given back. Told once.
    pub(super) fn kept(&mut self) -> u64 {
        let new = self.0.values_mut().filter(|region| !region.is_kept);
        new.map(|region| {
            region.is_kept = true;
            region.length
        })
        .sum()
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

    #[test]
    fn what_is_kept_is_told_once() {
        let mut regions = Regions::default();
        take(&mut regions, 100).expect("room");
        let second = take(&mut regions, 200).expect("room");
        assert_eq!((regions.kept(), regions.taken()), (300, 300));
        assert_eq!((regions.kept(), regions.taken()), (0, 300));
        take(&mut regions, 7).expect("room");
        regions.free(second);
        assert_eq!((regions.kept(), regions.taken()), (7, 107));
    }
}
