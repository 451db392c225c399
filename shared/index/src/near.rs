//! What `near` of a search means: degrees, a place by name or postal code, or work at a distance.

use vivier_domain::offer::Position;
use vivier_reference::{Places, Point};
use vivier_text::analysis::fold;

/// Where a search is to look.
#[derive(Clone, Debug, PartialEq)]
pub enum Near {
    /// Around a point.
    Point(Position),
    /// Around a place that has a name, as people read it.
    Place(Position, String),
    /// Wherever one likes: work that is done at a distance.
    Remote,
}

/// What people type for a place when they mean none; as [`folded`] writes it.
pub const REMOTE: [&str; 8] = [
    "a distance",
    "distance",
    "distanciel",
    "full remote",
    "remote",
    "tele travail",
    "teletravail",
    "travail a distance",
];

/// What `near` means: degrees, a place by name or postal code, or none at all; `None` for what nobody knows.
pub fn near(text: &str, places: Option<&Places>) -> Option<Near> {
    if let Some(position) = degrees(text) {
        return Some(Near::Point(position));
    }
    if means_remote(text) {
        return Some(Near::Remote);
    }
    let place = *places?.find(text).first()?;
    Some(Near::Place(position(place.point)?, place.label()))
}

fn means_remote(text: &str) -> bool {
    REMOTE.contains(&folded(text).as_str())
}

/// Without case and accents, hyphens or doubled spaces.
pub fn folded(text: &str) -> String {
    fold(text).replace('-', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn position(point: Point) -> Option<Position> {
    Position::from_degrees(point.latitude, point.longitude)
}

/// Degrees north and east, as `47.2184,-1.5536`.
fn degrees(value: &str) -> Option<Position> {
    let (latitude, longitude) = value.split_once(',')?;
    Position::from_degrees(latitude.trim().parse().ok()?, longitude.trim().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_at_all() {
        for text in [
            "Télétravail",
            "te\u{301}le\u{301}travail",
            " télé-travail",
            "À distance",
            "remote",
            "Full  Remote",
        ] {
            assert_eq!(near(text, None), Some(Near::Remote), "{text}");
        }
        for text in ["", "Lyon", "91,0", "distant"] {
            assert_eq!(near(text, None), None, "{text}");
        }
        assert!(matches!(near("47.2,-1.5", None), Some(Near::Point(_))));
    }
}
