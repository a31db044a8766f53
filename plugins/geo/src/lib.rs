//! Distances on Earth, and places as short texts.
//!
//! | function | gives |
//! |---|---|
//! | `geo.haversine_km(lat1, lon1, lat2, lon2)` | the great-circle distance in kilometres |
//! | `geo.geohash(lat, lon)` | the cell that a place is in, as text; `precision` characters |
//! | `geo.geohash_lat(cell)`, `geo.geohash_lon(cell)` | the middle of a cell |
//! | `geo.nearest` of two frames, `points` and `places` | the nearest place of each point, and how far it is |
//!
//! All but the last are functions of a row in an expression. Latitudes and longitudes are degrees, north and east positive, in `float64`.
//!
//! A geohash halves the world again and again: each character says which of 32 parts of the last cell a place is in, so places whose
//! texts begin alike are near each other, and a shorter text is a larger cell. The reverse does not hold: two places close to an edge
//! may differ in their first character.
//!
//! ```
//! use geo::{Geohash, haversine_km};
//! use swath_plugin::prelude::*;
//!
//! let places = Batch::from_csv("city,lat,lon\nBerlin,52.5200,13.4050\nParis,48.8566,2.3522\n")?;
//! let columns = ["lat", "lon"].map(|name| places.column(name).cloned());
//! let [lat, lon] = columns;
//! let cells = testing::run_scalar(Geohash { precision: 5 }, &[lat?, lon?])?;
//! let cells = places.with("cell", cells)?;
//! assert_eq!(cells.rows1::<&str>("cell")?.collect::<Vec<_>>(), ["u33dc", "u09tv"]);
//! assert!((haversine_km(52.52, 13.405, 48.8566, 2.3522) - 877.5).abs() < 0.1);
//! # Ok::<(), swath_plugin::Error>(())
//! ```

mod cell;
mod distance;
mod geohash;
mod nearest;

pub use distance::haversine_km;
pub use geohash::{Geohash, geohash_lat, geohash_lon};
pub use nearest::Nearest;

swath_plugin::plugin! { functions: [haversine_km, Geohash, geohash_lat, geohash_lon, Nearest] }

#[cfg(test)]
mod tests {
    use swath_plugin::testing;

    #[test]
    fn the_manifest_says_what_there_is() -> swath_plugin::Result<()> {
        let manifest = testing::manifest(super::plugin())?;
        assert_eq!(manifest.name, "geo");
        let names: Vec<&str> = manifest.functions.iter().map(|one| &*one.name).collect();
        assert_eq!(
            names,
            [
                "haversine_km",
                "geohash",
                "geohash_lat",
                "geohash_lon",
                "nearest"
            ]
        );
        assert!(manifest.functions.iter().all(|one| !one.doc.is_empty()));
        Ok(())
    }
}
