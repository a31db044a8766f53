//! What a table that is about to grow will take, so that it can be asked for before it is taken.

/// The slots of a table at most half full that holds `used` keys: it grows from `slots` by fours.
pub(super) fn slots_for(slots: usize, used: usize) -> usize {
    let mut slots = slots;
    while used * 2 > slots {
        slots *= 4;
    }
    slots
}

/// Bytes that `more` elements, pushed one by one, may add to a vector: nothing while they fit, else those of the vector it is
/// copied to, which doubles.
pub(super) fn of_vec<T>(vec: &Vec<T>, more: usize) -> u64 {
    let needed = vec.len() + more;
    let mut capacity = vec.capacity().max(4);
    while capacity < needed {
        capacity *= 2;
    }
    if capacity == vec.capacity() {
        return 0;
    }
    (capacity * size_of::<T>()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_half_full_at_most() {
        for (slots, used, expected) in [(1024, 512, 1024), (1024, 513, 4096), (1024, 9000, 65_536)]
        {
            assert_eq!(slots_for(slots, used), expected, "{used} keys in {slots}");
        }
    }

    #[test]
    fn vectors_double() {
        let mut vec: Vec<u64> = Vec::with_capacity(8);
        vec.extend([0; 6]);
        assert_eq!(
            [1, 2, 3, 100].map(|more| of_vec(&vec, more)),
            [0, 0, 128, 1024]
        );
    }
}
