//! Numbers that look drawn by lot and are the same for the same seed, in every version of this program.

/// A generator of numbers: splitmix64.
#[derive(Clone, Debug)]
pub(in crate::plugin) struct Random(u64);

impl Random {
    /// The numbers of a seed and of what they are for.
    pub(in crate::plugin) fn new(seed: u64, purpose: &str, case: u32) -> Self {
        // FNV-1a: any function of all bytes would do.
        let of_purpose = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let mut random = Self(seed ^ of_purpose ^ (u64::from(case) << 32));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    /// One of the numbers below this one, which is not 0.
    pub(in crate::plugin) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Where rows are cut into pieces: one to four, some of them empty. First 0, last the number of rows.
    pub(in crate::plugin) fn cuts(&mut self, rows: usize) -> Vec<usize> {
        let inner = 1 + self.below(3);
        let mut cuts: Vec<usize> = (0..inner).map(|_| self.below(rows + 1)).collect();
        cuts.extend([0, rows]);
        cuts.sort_unstable();
        cuts
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let draw = |seed, purpose, case| {
            let mut random = Random::new(seed, purpose, case);
            [random.below(1000), random.below(1000), random.below(1000)]
        };
        assert_eq!(draw(1, "rows", 0), draw(1, "rows", 0));
        let others = [draw(2, "rows", 0), draw(1, "pieces", 0), draw(1, "rows", 1)];
        assert!(others.iter().all(|other| *other != draw(1, "rows", 0)));
        assert_eq!(Random::new(1, "cuts", 0).cuts(9).last(), Some(&9));
    }
}
