//! Distances on the Earth.

/// A point on the Earth, in degrees of WGS 84.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// North is positive.
    pub latitude: f64,
    /// East is positive.
    pub longitude: f64,
}

/// The Earth's mean radius (IUGG), in kilometres. Taking it for a sphere errs by less than 0.6 %.
const RADIUS_KM: f64 = 6371.0088;
/// A degree of latitude, in kilometres.
pub(crate) const DEGREE_KM: f64 = RADIUS_KM * std::f64::consts::PI / 180.0;

/// The distance as the crow flies between two points, in kilometres (haversine formula).
pub fn distance_km(a: Point, b: Point) -> f64 {
    let (north, east) = ((b.latitude - a.latitude).to_radians(), (b.longitude - a.longitude).to_radians());
    let scale = a.latitude.to_radians().cos() * b.latitude.to_radians().cos();
    let chord = (north / 2.0).sin().powi(2) + scale * (east / 2.0).sin().powi(2);
    // Rounding may lift the chord of opposite points above 1, where the arc sine ends.
    2.0 * RADIUS_KM * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_distances() {
        let paris = Point { latitude: 48.8566, longitude: 2.3522 };
        let marseille = Point { latitude: 43.2965, longitude: 5.3698 };
        let reunion = Point { latitude: -20.8789, longitude: 55.4481 };
        for (a, b, expected) in [
            (paris, marseille, 660.5),
            (paris, paris, 0.0),
            (paris, reunion, 9386.0),
            (marseille, paris, 660.5),
        ] {
            let found = distance_km(a, b);
            assert!((found - expected).abs() <= expected * 0.003, "{found} for {expected}");
        }
        let antipode = Point { latitude: -paris.latitude, longitude: paris.longitude - 180.0 };
        assert!((distance_km(paris, antipode) - std::f64::consts::PI * RADIUS_KM).abs() < 0.01);
    }
}
