//! Proposals for synonyms: what the tenant's own offers call that which candidates search for in vain.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;
use vivier_domain::settings::search::{LONGEST_WORD, SearchSettings};
use vivier_reference::Occupations;
use vivier_text::analysis::fold;

use crate::engine::{Ask, Engine, EngineError, Settings};

/// Searches that are looked at, and the words that are proposed for each.
pub const MOST: usize = 50;
const MOST_WORDS: usize = 5;
/// Offers whose titles are looked at.
const NEAR: usize = 20;
/// Less likely than this, an occupation is not proposed.
const LIKELY: f32 = 0.3;
/// What a neighbour of an occupation is worth beside it.
const NEIGHBOUR: f32 = 0.5;
const NEIGHBOURS: usize = 40;

/// A search that finds nothing, and what could be found for it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SynonymProposal {
    /// What candidates search for.
    pub from: String,
    /// How often that found nothing in the period.
    pub without_results: u64,
    /// What the tenant's offers call it, the likeliest first.
    pub candidates: Vec<SynonymCandidate>,
}

/// Words that offers have.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SynonymCandidate {
    /// The words.
    #[schema(example = "conseiller de vente")]
    pub to: String,
    /// How likely they mean the same, from 0 to 1.
    pub score: f32,
    /// What says so.
    pub source: SynonymSource,
}

/// What says that two words mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SynonymSource {
    /// The embedding model: the title of an offer lies near.
    Meaning,
    /// ROME: it names the same occupation, or one beside it.
    Occupation,
}

/// What to leave out: pairs that are rules already, or that a member declined, without case and accents.
#[derive(Debug, Default)]
pub struct Known(HashSet<(String, String)>);

impl Known {
    /// Pairs of rules, and declined ones.
    pub fn of(settings: &SearchSettings, declined: &[(String, String)]) -> Self {
        let mut pairs: HashSet<(String, String)> = HashSet::new();
        for rule in &settings.one_way {
            pairs.extend(rule.to.iter().map(|to| (fold(&rule.from), fold(to))));
        }
        for group in &settings.synonyms {
            for from in group {
                pairs.extend(group.iter().map(|to| (fold(from), fold(to))));
            }
        }
        pairs.extend(declined.iter().map(|(from, to)| (fold(from), fold(to))));
        Self(pairs)
    }

    fn has(&self, from: &str, to: &str) -> bool {
        let (from, to) = (fold(from), fold(to));
        from == to || self.0.contains(&(from, to))
    }
}

/// What could be found for searches that found nothing: those that still do by these settings, each with some candidates.
pub fn propose(
    engine: &mut Engine,
    occupations: &Occupations,
    by: &Settings,
    known: &Known,
    searched: Vec<(String, u64)>,
) -> Result<Vec<SynonymProposal>, EngineError> {
    let mut proposals = Vec::new();
    for (from, without_results) in searched.into_iter().take(MOST) {
        if from.chars().count() > LONGEST_WORD || engine.search(&from, by)?.total > 0 {
            continue;
        }
        let mut candidates = by_occupation(engine, occupations, &from);
        candidates.extend(by_meaning(engine, &from)?);
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.to.cmp(&b.to)));
        let mut said = HashSet::new();
        candidates.retain(|one| {
            one.to.chars().count() <= LONGEST_WORD && !known.has(&from, &one.to) && said.insert(fold(&one.to))
        });
        candidates.truncate(MOST_WORDS);
        if !candidates.is_empty() {
            proposals.push(SynonymProposal { from, without_results, candidates });
        }
    }
    Ok(proposals)
}

/// The occupation that the text names and those beside it, as far as there are offers.
fn by_occupation(engine: &Engine, occupations: &Occupations, from: &str) -> Vec<SynonymCandidate> {
    let Some(meant) = occupations.of_title(from).filter(|meant| meant.confidence >= LIKELY) else {
        return Vec::new();
    };
    let code = meant.occupation.code.as_str();
    let own = std::iter::once((meant.confidence, meant.occupation));
    let beside = occupations.related(code, NEIGHBOURS).into_iter();
    let beside = beside.map(|(near, other)| (meant.confidence * NEIGHBOUR * near.clamp(0.0, 1.0), other));
    let offered = own.chain(beside).filter(|(_, one)| engine.has_occupation(one.code.as_str()));
    let candidate = |(score, one): (f32, &vivier_reference::Occupation)| SynonymCandidate {
        to: one.label.to_string(),
        score,
        source: SynonymSource::Occupation,
    };
    offered.take(MOST_WORDS).map(candidate).collect()
}

/// Titles of the offers nearest in meaning.
fn by_meaning(engine: &mut Engine, from: &str) -> Result<Vec<SynonymCandidate>, EngineError> {
    let near = engine.nearest(from, NEAR)?;
    let candidate = |(cosine, offer): (f32, vivier_index::OfferSummary)| SynonymCandidate {
        to: offer.title,
        score: cosine.clamp(0.0, 1.0),
        source: SynonymSource::Meaning,
    };
    Ok(near.into_iter().map(candidate).collect())
}
