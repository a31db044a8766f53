//! Cells of the world: the arithmetic of geohashes.
//!
//! A cell of `n` characters is `5 n` bits: the highest says which half of the longitudes it is in, the next which half of the
//! latitudes, and so on in turn.

/// Characters that a cell may have.
pub(crate) const LONGEST: u32 = 12;

const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// Bits of each direction of a cell of the most characters.
const BITS: u32 = 30;

/// How far it is from the least value to this one, of the whole range, in steps of `2^-BITS`: the last for the greatest value,
/// which belongs to the last cell. `None` where it is outside.
fn steps(value: f64, least: f64, range: f64) -> Option<u64> {
    let steps = (value - least) / range * f64::from(1_u32 << BITS);
    let inside = value >= least && value <= least + range;
    inside.then(|| (steps as u64).min((1 << BITS) - 1))
}

/// Puts a zero in front of each of the bits.
fn spread(bits: u64) -> u64 {
    (0..BITS).fold(0, |all, at| all | ((bits >> at) & 1) << (2 * at))
}

/// The opposite of [`spread`].
fn gather(bits: u64) -> u64 {
    (0..BITS).fold(0, |all, at| all | ((bits >> (2 * at)) & 1) << at)
}

/// The cell that a place is in: as many characters as `precision` says, which is 1 to 12. `None` for a place that is not on Earth.
pub(crate) fn write(lat: f64, lon: f64, precision: u32) -> Option<[u8; LONGEST as usize]> {
    let (lat, lon) = (steps(lat, -90.0, 180.0)?, steps(lon, -180.0, 360.0)?);
    let bits = spread(lon) << 1 | spread(lat);
    let mut text = [0; LONGEST as usize];
    for (at, byte) in text.iter_mut().enumerate().take(precision as usize) {
        let shift = 2 * BITS - 5 * (at as u32 + 1);
        *byte = ALPHABET[(bits >> shift & 31) as usize];
    }
    Some(text)
}

/// The least latitude and longitude of a cell, and how far it reaches in each. `None` for a text that is no cell.
pub(crate) fn read(cell: &str) -> Option<[(f64, f64); 2]> {
    let length = cell.len() as u32;
    if !(1..=LONGEST).contains(&length) {
        return None;
    }
    let mut bits = 0;
    for byte in cell.bytes() {
        let lower = byte.to_ascii_lowercase();
        let at = ALPHABET.iter().position(|one| *one == lower)?;
        bits = bits << 5 | at as u64;
    }
    bits <<= 2 * BITS - 5 * length;
    let of = |steps: u64, known: u32, least: f64, range: f64| {
        let step = range / f64::from(1_u32 << BITS);
        (
            least + steps as f64 * step,
            range / f64::from(1_u32 << known),
        )
    };
    let all = 5 * length;
    Some([
        of(gather(bits), all / 2, -90.0, 180.0),
        of(gather(bits >> 1), all.div_ceil(2), -180.0, 360.0),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(lat: f64, lon: f64, precision: u32) -> Option<String> {
        let cell = write(lat, lon, precision)?;
        let cell = &cell[..precision as usize];
        Some(String::from_utf8(cell.to_vec()).expect("the alphabet is ASCII"))
    }

    #[test]
    fn places_whose_cell_is_known() {
        for (lat, lon, cell) in [
            (57.649_11, 10.407_44, "u4pruydqqvj8"),
            (42.605, -5.603, "ezs42"),
            (-25.382_708, -49.265_506, "6gkzwgjzn820"),
            (0.0, 0.0, "s00000000000"),
            (-90.0, -180.0, "000000000000"),
            (90.0, 180.0, "zzzzzzzzzzzz"),
        ] {
            let length = cell.len() as u32;
            assert_eq!(text(lat, lon, length).as_deref(), Some(cell));
            assert_eq!(text(lat, lon, 3).as_deref(), Some(&cell[..3]));
        }
    }

    #[test]
    fn what_is_not_on_earth_has_no_cell() {
        for (lat, lon) in [
            (90.1, 0.0),
            (-91.0, 0.0),
            (0.0, 180.5),
            (0.0, -200.0),
            (f64::NAN, 0.0),
            (0.0, f64::INFINITY),
        ] {
            assert_eq!(write(lat, lon, 9), None, "{lat} {lon}");
        }
        for cell in ["", "a", "u4i", "u4 ", "ü", "u4pruydqqvj8u"] {
            assert_eq!(read(cell), None, "{cell}");
        }
        assert_eq!(read("U4PRUY"), read("u4pruy"));
    }

    /// The cell by halving, one bit after another: what a geohash is by definition.
    fn by_halving(lat: f64, lon: f64, precision: u32) -> String {
        let (mut lats, mut lons) = ((-90.0, 90.0), (-180.0, 180.0));
        let mut cell = String::new();
        let mut index = 0;
        for bit in 0..5 * precision {
            let (range, value): (&mut (f64, f64), f64) = if bit % 2 == 0 {
                (&mut lons, lon)
            } else {
                (&mut lats, lat)
            };
            let middle = f64::midpoint(range.0, range.1);
            let upper = value >= middle;
            if upper {
                range.0 = middle;
            } else {
                range.1 = middle;
            }
            index = index << 1 | usize::from(upper);
            if bit % 5 == 4 {
                cell.push(ALPHABET[index].into());
                index = 0;
            }
        }
        cell
    }

    proptest! {
        #[test]
        fn it_is_what_halving_finds(lat in -90.0..=90.0, lon in -180.0..=180.0, precision in 1..=LONGEST) {
            let found = text(lat, lon, precision).expect("a place on Earth");
            let [(south, high), (west, wide)] = read(&found).expect("a cell");
            // A place within rounding of an edge may be on either side of it.
            let on_edge = |value: f64, from: f64, size: f64| (value - from).abs() < 1e-12 * 180.0 || (value - from - size).abs() < 1e-12 * 180.0;
            if !on_edge(lat, south, high) && !on_edge(lon, west, wide) {
                prop_assert_eq!(&found, &by_halving(lat, lon, precision));
                prop_assert!((south..south + high).contains(&lat) && (west..west + wide).contains(&lon));
            }
            // Fewer characters are a cell around it.
            let [(south_of_all, _), (west_of_all, _)] = read(&found[..1]).expect("a cell");
            prop_assert!(south_of_all <= south && west_of_all <= west);
        }
    }
}
