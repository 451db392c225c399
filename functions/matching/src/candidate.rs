//! What the score sees of a CV, and what the candidate is shown of it.

use serde::Serialize;
use utoipa::ToSchema;
use vivier_domain::offer::Position;
use vivier_index::{CandidateProfile, Meant, TITLES};
use vivier_reference::Places;
use vivier_resume::Profile;
use vivier_text::{EmbedError, Embedder, ModelIdentity};

/// Skills whose meaning is compared together: a sentence's worth.
const SKILLS_TOGETHER: usize = 12;

/// What was read of the CV; all that counts.
#[derive(Serialize, ToSchema)]
pub struct Understood {
    /// Job titles, latest first.
    pub titles: Vec<String>,
    /// Skills.
    pub skills: Vec<String>,
    /// Whole years of work.
    pub experience_years: u32,
    /// The city, where it is known.
    pub place: Option<String>,
}

impl std::fmt::Debug for Understood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Understood([redacted])")
    }
}

/// What is weighed, and what is shown. Vectors are made for an index whose offers bear those of the same `model`.
///
/// # Errors
/// When the model fails.
pub fn understand(
    profile: &Profile,
    places: &Places,
    embedder: &dyn Embedder,
    model: Option<&ModelIdentity>,
) -> Result<(CandidateProfile, Understood), EmbedError> {
    let comparable = model == Some(embedder.identity());
    let vector = |text: &str| comparable.then(|| embedder.query(text)).transpose();
    let titles = profile.titles.iter().take(TITLES);
    let titles = titles.map(|text| Ok(Meant { text: text.clone(), vector: vector(text)? }));
    let together = profile.skills.iter().take(SKILLS_TOGETHER).cloned().collect::<Vec<_>>().join(", ");
    let place = profile.place.as_ref().and_then(|place| {
        places.locate(place.city.as_deref().unwrap_or_default(), place.postal_code.as_deref())
    });
    let candidate = CandidateProfile {
        titles: titles.collect::<Result<_, EmbedError>>()?,
        skills: profile.skills.clone(),
        skills_vector: if together.is_empty() { None } else { vector(&together)? },
        experience_years: profile.experience_years(),
        place: place.and_then(|place| Position::from_degrees(place.point.latitude, place.point.longitude)),
    };
    let understood = Understood {
        titles: profile.titles.clone(),
        skills: profile.skills.clone(),
        experience_years: profile.experience_years(),
        place: place.map(vivier_reference::Place::label),
    };
    Ok((candidate, understood))
}
