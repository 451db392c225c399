//! Where an offer is, to the metre.

use serde::{Deserialize, Serialize};

/// A place on Earth, in millionths of a degree (WGS 84): whole numbers, so that equal places are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Millionths of a degree to the north.
    pub latitude: i32,
    /// Millionths of a degree to the east.
    pub longitude: i32,
}

impl Position {
    /// From degrees; `None` outside of 90 and 180 degrees.
    pub fn from_degrees(latitude: f64, longitude: f64) -> Option<Self> {
        let within = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        within.then(|| Self {
            latitude: (latitude * 1e6).round() as i32,
            longitude: (longitude * 1e6).round() as i32,
        })
    }

    /// Degrees to the north and to the east.
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.latitude) / 1e6, f64::from(self.longitude) / 1e6)
    }
}
