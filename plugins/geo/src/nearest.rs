//! Which of some places is nearest.

use swath_plugin::prelude::*;

use crate::haversine_km;

/// Kilometres between two latitudes that are a degree apart: nothing is nearer than its latitude says.
const DEGREE_KM: f64 = 111.195_080_233_532_9;

/// The nearest of the rows of `places` for each row of `points`: its name as `nearest`, and how far it is as `nearest_km`.
///
/// Every partition of `points` sees all places. Places are sorted by latitude, and of those only the ones are looked at that may be nearer
/// than the best so far. Null where a point has no place on Earth, or where there are no places; places without a name or a
/// coordinate are passed over; of places equally far the first row is taken.
#[derive(Params)]
pub struct Nearest {
    /// The column of `places` that names them: text.
    #[param(default = "name")]
    pub name: String,
    /// The column of latitudes, of both frames.
    #[param(default = "lat")]
    pub lat: String,
    /// The column of longitudes, of both frames.
    #[param(default = "lon")]
    pub lon: String,
}

/// A latitude and a longitude, as far as they are known.
type Coordinates = (Option<f64>, Option<f64>);

/// A place that has a name.
struct Place<'a> {
    row: usize,
    lat: f64,
    lon: f64,
    name: &'a str,
}

impl FramesFn<2> for Nearest {
    const NAME: &'static str = "nearest";
    const FRAMES: [&'static str; 2] = ["points", "places"];
    const EXAMPLE: Option<Example> = Some(Example {
        params: "{}",
        input: "lat: float64?, lon: float64?; name: string?, lat: float64?, lon: float64?",
    });

    fn bind(&self, [points, places]: [&Meta; 2]) -> Result<Contract> {
        for frame in [points, places] {
            frame.require(&self.lat, "float64")?;
            frame.require(&self.lon, "float64")?;
        }
        places.require(&self.name, "string")?;
        let output = points
            .with("nearest", "string")?
            .with("nearest_km", "float64");
        Ok(Contract::rows_kept(output)
            .reads([&self.lat, &self.lon])
            .makes(["nearest", "nearest_km"])
            .reads_of(1, [&self.name, &self.lat, &self.lon])
            .whole(1))
    }

    fn call(&self, [points, places]: [Batch; 2], cx: &Cx) -> Result<Batch> {
        let places = self.sorted(&places)?;
        let (lat, lon) = (points.f64(&self.lat)?, points.f64(&self.lon)?);
        let found = lat.iter().zip(lon.iter()).map(|point| {
            cx.tick()?;
            Ok(match point {
                (Some(lat), Some(lon)) => nearest(&places, lat, lon),
                _ => None,
            })
        });
        let found = found.collect::<Result<Vec<_>>>()?;
        let names: Vec<Option<&str>> = found.iter().map(|at| Some(at.as_ref()?.0)).collect();
        let km: Vec<Option<f64>> = found.iter().map(|at| Some(at.as_ref()?.1)).collect();
        Ok(points.with("nearest", names)?.with("nearest_km", km)?)
    }
}

impl Nearest {
    /// The places that have a name and coordinates, from south to north.
    fn sorted<'a>(&self, places: &'a Batch) -> Result<Vec<Place<'a>>> {
        let (lat, lon) = (places.f64(&self.lat)?, places.f64(&self.lon)?);
        let names = places.rows1::<Option<&str>>(&self.name)?;
        let rows = names.zip(lat.iter().zip(lon.iter())).enumerate();
        let place = |(row, (name, (lat, lon))): (usize, (Option<&'a str>, Coordinates))| {
            let (name, lat, lon) = (name?, lat?, lon?);
            is_on_earth(lat, lon).then_some(Place {
                row,
                lat,
                lon,
                name,
            })
        };
        let mut sorted: Vec<Place<'a>> = rows.filter_map(place).collect();
        sorted.sort_by(|one, other| one.lat.total_cmp(&other.lat));
        Ok(sorted)
    }
}

/// NaN is nowhere. What lies beyond the poles would be nearer than its latitude says.
fn is_on_earth(lat: f64, lon: f64) -> bool {
    lat.abs() <= 90.0 && lon.abs() <= 180.0
}

/// The name of the nearest place, and how far it is.
fn nearest<'a>(places: &[Place<'a>], lat: f64, lon: f64) -> Option<(&'a str, f64)> {
    if !is_on_earth(lat, lon) {
        return None;
    }
    let start = places.partition_point(|place| place.lat < lat);
    let (south, north) = places.split_at(start);
    let mut best: Option<(f64, &Place<'a>)> = None;
    // Away from the point, in both directions.
    let walks: [&mut dyn Iterator<Item = &Place<'a>>; 2] =
        [&mut south.iter().rev(), &mut north.iter()];
    for walk in walks {
        for place in walk {
            let at_least = (place.lat - lat).abs() * DEGREE_KM;
            // With room for rounding.
            if best.is_some_and(|(km, _)| at_least > km * (1.0 + 1e-9) + 1e-9) {
                break;
            }
            let km = haversine_km(lat, lon, place.lat, place.lon);
            let is_nearer =
                |(other, at): (f64, &Place<'a>)| km < other || km == other && place.row < at.row;
            if best.is_none_or(is_nearer) {
                best = Some((km, place));
            }
        }
    }
    best.map(|(km, place)| (place.name, km))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_default() -> Nearest {
        Nearest {
            name: "name".to_owned(),
            lat: "lat".to_owned(),
            lon: "lon".to_owned(),
        }
    }

    fn found(points: &Batch, places: &Batch) -> Result<Vec<Option<(String, f64)>>> {
        let found = testing::run_frames(by_default(), [points, places])?;
        let rows = found.rows2::<Option<&str>, Option<f64>>("nearest", "nearest_km")?;
        Ok(rows
            .map(|(name, km)| name.map(str::to_owned).zip(km))
            .collect())
    }

    #[test]
    fn cities() -> Result<()> {
        let places =
            "name,lat,lon\nBerlin,52.52,13.405\nParis,48.8566,2.3522\n,48.0,2.0\nNowhere,,0.0\n";
        let places = Batch::from_csv(places)?;
        let points = Batch::from_csv("lat,lon\n52.4,13.1\n,1.0\n47.9,1.9\n")?;
        let found = found(&points, &places)?;
        let names: Vec<Option<&str>> = found.iter().map(|at| Some(&*at.as_ref()?.0)).collect();
        assert_eq!(names, [Some("Berlin"), None, Some("Paris")]);
        assert!((found[0].as_ref().map_or(0.0, |at| at.1) - 24.6).abs() < 0.1);
        Ok(())
    }

    #[test]
    fn nowhere_is_near_nothing() -> Result<()> {
        let places = "name,lat,lon\nswapped,100.0,40.0\nfar,0.0,0.0\nwest,10.0,-181.0\n";
        let places = Batch::from_csv(places)?;
        let points = Batch::from_csv("lat,lon\n80.0,40.0\n95.0,10.0\nNaN,1.0\n0.0,180.5\n")?;
        let names = found(&points, &places)?;
        let names: Vec<Option<&str>> = names.iter().map(|at| Some(&*at.as_ref()?.0)).collect();
        assert_eq!(names, [Some("far"), None, None, None]);
        Ok(())
    }

    #[test]
    fn what_was_found_before_is_replaced() -> Result<()> {
        let place = |name: &str| Batch::from_csv(&format!("name,lat,lon\n{name},1.0,1.0\n"));
        let points = Batch::from_csv("lat,lon\n1.0,1.0\n")?;
        let once = testing::run_frames(by_default(), [&points, &place("first")?])?;
        let twice = testing::run_frames(by_default(), [&once, &place("second")?])?;
        assert_eq!(
            twice.rows1::<&str>("nearest")?.collect::<Vec<_>>(),
            ["second"]
        );
        Ok(())
    }

    #[test]
    fn no_places_at_all() -> Result<()> {
        let places = Batch::from_csv("name,lat,lon\nBerlin,52.52,13.405\n")?.head(0);
        let points = Batch::from_csv("lat,lon\n52.4,13.1\n")?;
        assert_eq!(found(&points, &places)?, [None]);
        Ok(())
    }

    fn places() -> impl Strategy<Value = Vec<(f64, f64)>> {
        // Some of them in the same place, and on the poles.
        let lat = prop_oneof![-90.0..=90.0, Just(90.0), Just(-90.0), Just(0.0)];
        let lon = prop_oneof![-180.0..=180.0, Just(180.0), Just(-180.0), Just(0.0)];
        proptest::collection::vec((lat, lon), 1..40)
    }

    proptest! {
        #[test]
        fn none_is_nearer(places in places(), points in places()) {
            let named = |at: &[(f64, f64)]| {
                let (lat, lon): (Vec<f64>, Vec<f64>) = at.iter().copied().unzip();
                let names: Vec<String> = (0..at.len()).map(|row| row.to_string()).collect();
                Batch::from_columns([("name", names)])
                    .and_then(|batch| batch.with("lat", lat))
                    .and_then(|batch| batch.with("lon", lon))
                    .expect("columns of one length")
            };
            let found = found(&named(&points), &named(&places)).expect("places");
            for (point, found) in points.iter().zip(found) {
                let km = |place: &(f64, f64)| haversine_km(point.0, point.1, place.0, place.1);
                let best = places.iter().map(km).fold(f64::INFINITY, f64::min);
                let first = places.iter().position(|place| km(place) == best);
                prop_assert_eq!(found, first.map(|row| (row.to_string(), best)));
            }
        }
    }
}
