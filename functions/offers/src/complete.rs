//! What an offer does not say itself: the department and region of its city, and the occupation that its title means.

use vivier_domain::offer::{Offer, Position};
use vivier_index::{Entry, Place};
use vivier_reference::{Occupations, Places, Reference, ReferenceError};

/// An occupation is told from a title where it is at least this likely to be the right one.
const LIKELY: f32 = 0.8;

/// Changes whenever the same offer is completed otherwise: by other rules or other data.
pub const VERSION: u32 = 1;

/// What completes offers.
#[derive(Debug)]
pub struct Completion<'r> {
    places: &'r Places,
    occupations: &'r Occupations,
}

impl<'r> Completion<'r> {
    /// Reads places and occupations, where nobody has yet.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn open(reference: &'r Reference) -> Result<Self, ReferenceError> {
        Ok(Self { places: reference.places()?, occupations: reference.occupations()? })
    }

    /// The offer as it goes into an index.
    pub fn entry(&self, mut offer: Offer, vector: Option<Vec<u8>>) -> Entry {
        let occupation_confidence = self.name_occupation(&mut offer);
        Entry { place: self.place(&offer), occupation_confidence, vector, offer }
    }

    /// Names the occupation where the offer gives a code alone, or nothing; how likely it is where its title told it.
    fn name_occupation(&self, offer: &mut Offer) -> Option<f32> {
        let content = &mut offer.content;
        match (&content.occupation_code, &content.occupation) {
            (Some(code), None) => {
                content.occupation = self.occupations.get(code).map(|found| found.label.to_string());
                None
            }
            (None, None) => {
                let told =
                    self.occupations.of_title(&content.title).filter(|told| told.confidence >= LIKELY)?;
                content.occupation_code = Some(told.occupation.code.to_string());
                content.occupation = Some(told.occupation.label.to_string());
                Some(told.confidence)
            }
            _ => None,
        }
    }

    /// Where a French offer is; `None` elsewhere, and for a city that nobody knows.
    fn place(&self, offer: &Offer) -> Option<Place> {
        let content = &offer.content;
        if content.country != "FR" {
            return None;
        }
        let place = self.places.locate(&content.city, content.postal_code.as_deref())?;
        let (department, region) = (&place.department, place.region());
        Some(Place {
            department: (department.code.to_string(), department.name.to_string()),
            region: (region.code.to_string(), region.name.to_string()),
            position: Position::from_degrees(place.point.latitude, place.point.longitude),
        })
    }
}
