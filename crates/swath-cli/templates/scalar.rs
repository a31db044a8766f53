//! {{name}}: functions of columns for swath, each used in any expression.

use swath_plugin::prelude::*;

/// Great-circle distance of two places in km, from their latitudes and longitudes in degrees; null if one of these is null.
#[scalar]
pub fn haversine_km(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let across = lat1.to_radians().cos() * lat2.to_radians().cos();
    let chord = half(lat2 - lat1) + across * half(lon2 - lon1);
    2.0 * 6371.0 * chord.sqrt().asin()
}

// What the library exports. A function that is not listed here is an ordinary one.
plugin! { functions: [haversine_km] }

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use swath_plugin::arrow_array::cast::AsArray;
    use swath_plugin::arrow_array::types::Float64Type;
    use swath_plugin::arrow_array::{ArrayRef, Float64Array};

    use super::*;

    #[test]
    fn from_berlin_to_paris() {
        assert!((haversine_km(52.52, 13.40, 48.86, 2.35) - 878.0).abs() < 2.0);
    }

    /// As a query calls it: a column an argument.
    #[test]
    fn a_null_makes_a_null() -> Result<()> {
        let column = |values: [Option<f64>; 2]| -> ArrayRef {
            Arc::new(Float64Array::from(values.to_vec()))
        };
        let (from, to) = (column([Some(0.0), None]), column([Some(90.0), Some(1.0)]));
        let found = testing::run_scalar(
            haversine_km {},
            &[Arc::clone(&from), Arc::clone(&from), to, from],
        )?;
        let found = found.as_primitive::<Float64Type>();
        assert!((found.value(0) - 10_007.5).abs() < 1.0);
        assert_eq!(found.iter().nth(1), Some(None));
        Ok(())
    }
}
