//! Places to cells, and back.

use std::sync::Arc;

use swath_plugin::arrow_array::ArrayRef;
use swath_plugin::arrow_array::builder::StringViewBuilder;
use swath_plugin::prelude::*;

use crate::cell;

/// The geohash of a place: the cell of the world that it is in, as text.
///
/// Takes latitude and longitude in degrees. Null for a place that is not on Earth: a latitude beyond 90, a longitude beyond 180,
/// NaN; and where an argument is null. A cell of 5 characters is about 5 km wide, one of 9 about 5 m.
#[derive(Params)]
pub struct Geohash {
    /// Characters of the text: each makes the cell 32 times smaller.
    #[param(default = 9, min = 1, max = 12)]
    pub precision: u32,
}

impl Scalar for Geohash {
    const NAME: &'static str = "geohash";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"precision":7}"#,
        input: "lat: float64?, lon: float64?",
    });

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        let [lat, lon] = args else {
            return Err(Error::new(format!(
                "it was given {} arguments, it takes latitude and longitude",
                args.len()
            )));
        };
        for (place, arg) in [("latitude", lat), ("longitude", lon)] {
            if !arg.dtype.is_float() {
                return Err(Error::new(format!(
                    "the {place} must be float64 (`.cast(\"float64\")` makes one), `{}` is {}",
                    arg.name, arg.dtype
                )));
            }
        }
        // Also null where nothing was: for what is not on Earth.
        Returns::nullable("string")
    }

    fn call(&self, args: &[ArrayRef], rows: usize, cx: &Cx) -> Result<ArrayRef> {
        let places = Batch::from_columns(
            [("lat", &args[0]), ("lon", &args[1])].map(|(name, column)| (name, Arc::clone(column))),
        )?;
        let mut cells = StringViewBuilder::with_capacity(rows);
        for (lat, lon) in places.rows2::<Option<f64>, Option<f64>>("lat", "lon")? {
            cx.tick()?;
            let cell = lat
                .zip(lon)
                .and_then(|(lat, lon)| cell::write(lat, lon, self.precision));
            match &cell {
                Some(cell) => {
                    let text = str::from_utf8(&cell[..self.precision as usize])?;
                    cells.append_value(text);
                }
                None => cells.append_null(),
            }
        }
        Ok(Arc::new(cells.finish()))
    }
}

/// The latitude of the middle of a geohash's cell, in degrees; null for a text that is none.
#[scalar]
pub fn geohash_lat(cell: &str) -> Option<f64> {
    let [(south, high), _] = cell::read(cell)?;
    Some(south + high / 2.0)
}

/// The longitude of the middle of a geohash's cell, in degrees; null for a text that is none.
#[scalar]
pub fn geohash_lon(cell: &str) -> Option<f64> {
    let [_, (west, wide)] = cell::read(cell)?;
    Some(west + wide / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(places: &str, precision: u32) -> Result<Vec<Option<String>>> {
        let places = Batch::from_csv(places)?;
        let found = testing::run_scalar(Geohash { precision }, places.record_batch().columns())?;
        let found = Batch::from_columns([("cell", found)])?;
        let found = found.rows1::<Option<&str>>("cell")?;
        Ok(found.map(|cell| cell.map(str::to_owned)).collect())
    }

    #[test]
    fn a_column_of_places() -> Result<()> {
        let places = "lat,lon\n57.64911,10.40744\n,10.0\n95.0,10.0\n42.605,-5.603\n";
        let found = cells(places, 5)?;
        let expected = [Some("u4pru"), None, None, Some("ezs42")];
        assert_eq!(found, expected.map(|cell| cell.map(str::to_owned)));
        assert_eq!(
            cells("lat,lon\n", 9).map_err(|error| error.to_string()),
            Err(
                "the latitude must be float64 (`.cast(\"float64\")` makes one), `0` is string"
                    .to_owned()
            )
        );
        Ok(())
    }

    #[test]
    fn parameters_have_a_range() {
        let said = |text: &str| match Geohash::from_json(text) {
            Ok(geohash) => geohash.precision.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(said("{}"), "9");
        assert_eq!(
            said(r#"{"precision":13}"#),
            "parameter `precision` must be at most 12, not 13"
        );
        assert_eq!(
            said(r#"{"precision":0}"#),
            "parameter `precision` must be at least 1, not 0"
        );
    }

    #[test]
    fn the_middle_is_in_the_cell() -> Result<()> {
        assert_eq!(
            geohash_lat("ezs42").map(|lat| (lat * 1000.0).round()),
            Some(42_605.0)
        );
        assert_eq!(
            geohash_lon("ezs42").map(|lon| (lon * 1000.0).round()),
            Some(-5_603.0)
        );
        assert_eq!((geohash_lat("not a cell"), geohash_lon("")), (None, None));
        let middle = "lat,lon\n42.60498046875,-5.60302734375\n";
        assert_eq!(cells(middle, 5)?, [Some("ezs42".to_owned())]);
        Ok(())
    }
}
