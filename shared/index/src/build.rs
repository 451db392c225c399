//! From offers to an archive.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use tantivy::directory::RamDirectory;
use tantivy::indexer::SingleSegmentIndexWriter;
use tantivy::{Directory, Index, TantivyDocument};
use vivier_domain::ids::{GenerationId, OfferId};
use vivier_domain::offer::{Contract, Offer, OfferDraft, Position, Remote};

use crate::archive::{self, Archive, Digest, FORMAT, Manifest};
use crate::page::OfferDetail;
use crate::row::{self, VALUES};
use crate::schema::{Fields, schema};
use crate::tables::{self, Numbering, Tables};
use crate::{suggest, tokenizer, vectors, vocabulary};
use vivier_text::{analysis, embed::ModelIdentity};

/// What one segment may take before it is written; the engine does not hold itself to it.
const MEMORY_BUDGET: usize = 256 << 20;

/// An index could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The engine failed.
    #[error("the engine cannot build the index")]
    Engine(#[from] tantivy::TantivyError),
    /// A file of the engine cannot be read back.
    #[error("the engine's files cannot be gathered")]
    Files(#[from] tantivy::directory::error::OpenReadError),
    /// A table cannot be written.
    #[error("a table of the index cannot be written")]
    Table(#[from] serde_json::Error),
    /// The archive cannot be written.
    #[error("the archive cannot be written")]
    Container(#[from] io::Error),
}

/// An offer on its way into an index.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The offer.
    pub offer: Offer,
    /// Where it is, as far as the gazetteer knows.
    pub place: Option<Place>,
    /// How likely the occupation is the right one, from 0 to 1, where it was told from the title; `None` where the offer names it.
    pub occupation_confidence: Option<f32>,
    /// What it means, as [`crate::quantise`] writes it; `None` as long as that was not computed.
    pub vector: Option<Vec<u8>>,
}

impl From<Offer> for Entry {
    fn from(offer: Offer) -> Self {
        Self { offer, place: None, occupation_confidence: None, vector: None }
    }
}

/// Where an offer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The department's code and name.
    pub department: (String, String),
    /// The region's code and name.
    pub region: (String, String),
    /// The middle of the city, for offers that do not say where exactly they are.
    pub position: Option<Position>,
}

/// Builds an archive of `entries` as generation `generation`; `model` made their vectors. It is one segment, made in memory.
pub fn build(
    entries: impl IntoIterator<Item = impl Into<Entry>>,
    model: Option<&ModelIdentity>,
    generation: GenerationId,
    built_at: Timestamp,
) -> Result<Archive, BuildError> {
    archive(entries, None, model, generation, built_at)
}

/// Builds an archive of what changed since the archives before it: `entries` are offers as they are now, whether those have them or not,
/// and `closed` are theirs no more.
pub fn build_changes(
    entries: impl IntoIterator<Item = impl Into<Entry>>,
    closed: &[OfferId],
    model: Option<&ModelIdentity>,
    generation: GenerationId,
    built_at: Timestamp,
) -> Result<Archive, BuildError> {
    archive(entries, Some(closed), model, generation, built_at)
}

fn archive(
    entries: impl IntoIterator<Item = impl Into<Entry>>,
    closed: Option<&[OfferId]>,
    model: Option<&ModelIdentity>,
    generation: GenerationId,
    built_at: Timestamp,
) -> Result<Archive, BuildError> {
    let (schema, fields) = schema();
    let directory = RamDirectory::create();
    let builder = Index::builder().schema(schema).tokenizers(tokenizer::manager());
    let mut writer: SingleSegmentIndexWriter =
        builder.single_segment_index_writer(directory.clone(), MEMORY_BUDGET)?;
    let mut draft = Draft::default();
    let mut drafted = model.cloned().map(vectors::Draft::new);
    let mut entries = entries.into_iter().map(Into::into).fuse();
    loop {
        let side_by_side = stretch(&mut entries, STRETCH);
        if side_by_side.is_empty() {
            break;
        }
        for Entry { offer, place, occupation_confidence, vector } in side_by_side {
            if let Some(drafted) = &mut drafted {
                drafted.add(vector.as_deref());
            }
            writer.add_document(draft.add(&fields, offer, place, occupation_confidence)?)?;
        }
    }
    let index = writer.finalize()?;

    let mut files = BTreeMap::new();
    for path in index.directory().list_managed_files() {
        if directory.exists(&path)? {
            let bytes = directory.open_read(&path)?.read_bytes()?;
            files.insert(path.to_string_lossy().into_owned(), bytes.to_vec());
        }
    }
    drop((index, directory));
    let offers = draft.offers;
    draft.finish(&mut files)?;
    if let Some(drafted) = drafted {
        drafted.write(&mut files)?;
    }
    let changes = closed.is_some();
    if let Some(closed) = closed {
        let ids = closed.iter().flat_map(|id| id.as_uuid().into_bytes());
        files.insert(archive::CLOSED.to_owned(), ids.collect());
    }
    let closed = closed.map_or(0, <[OfferId]>::len) as u64;
    let manifest =
        Manifest { format: FORMAT, analysis: analysis::VERSION, generation, built_at, offers, changes };
    files.insert(archive::MANIFEST.to_owned(), serde_json::to_vec(&manifest)?);
    let bytes = archive::pack(&files)?;
    Ok(Archive { sha256: Digest::of(&bytes), bytes, generation, offers, closed, changes })
}

/// Bytes that a stretch of offers takes, more or less: it is held in memory until it is sorted.
const STRETCH: usize = 64 << 20;

/// The next stretch of offers, those of one occupation, and of one company among them, side by side. They are found together, so what is
/// read of them is read in fewer places; and they say the same, so that they take less room (measured: 51 MB in place of 88).
fn stretch(entries: &mut impl Iterator<Item = Entry>, most: usize) -> Vec<Entry> {
    let mut bytes = 0;
    let mut stretch = Vec::new();
    while bytes < most
        && let Some(entry) = entries.next()
    {
        let vector = entry.vector.as_ref().map_or(0, Vec::len);
        bytes += size_of::<Entry>() + entry.offer.content.description.len() + vector;
        stretch.push(entry);
    }
    stretch.sort_by(|one, other| beside(one).cmp(&beside(other)));
    stretch
}

fn beside(entry: &Entry) -> (Option<&str>, Option<&str>) {
    let content = &entry.offer.content;
    (content.occupation_code.as_deref(), content.company.as_deref())
}

/// What is gathered beside the engine while offers pass by.
#[derive(Default)]
struct Draft {
    offers: u64,
    company: Numbering,
    city: Numbering,
    department: Numbering,
    region: Numbering,
    occupation: Numbering,
    family: Numbering,
    suggestions: suggest::Draft,
    vocabulary: vocabulary::Draft,
}

impl Draft {
    fn add(
        &mut self,
        fields: &Fields,
        offer: Offer,
        place: Option<Place>,
        occupation_confidence: Option<f32>,
    ) -> Result<TantivyDocument, BuildError> {
        self.offers += 1;
        self.suggestions.add(&offer.content);
        self.vocabulary.add(&offer.content);
        let id = offer.id.as_uuid();
        let content = &offer.content;
        let occupation = content.occupation.as_deref();
        let values = self.values(content, place.as_ref());

        let mut document = TantivyDocument::new();
        document.add_text(fields.title, &content.title);
        document.add_text(fields.title_root, &content.title);
        if let Some(occupation) = occupation {
            document.add_text(fields.occupation, occupation);
        }
        if let Some(code) = &content.occupation_code {
            document.add_text(fields.terms, code);
        }
        if let Some(company) = &content.company {
            document.add_text(fields.company, company);
        }
        if let Some(postal_code) = &content.postal_code {
            document.add_text(fields.terms, postal_code);
        }
        for skill in &content.skills {
            document.add_text(fields.skills, skill);
        }
        document.add_text(fields.city, &content.city);
        document.add_text(fields.description, &content.description);
        document.add_text(fields.terms, contract_words(content.contract));
        document.add_text(fields.terms, remote_words(content.remote));
        document.add_bytes(fields.id, id.as_bytes());
        let (high, low) = id.as_u64_pair();
        document.add_u64(fields.id_high, high);
        document.add_u64(fields.id_low, low);
        document.add_i64(fields.published, day_number(content.published_on));
        document.add_i64(fields.expires, content.expires_on.map_or(i64::from(i32::MAX), day_number));
        for (field, value) in fields.values.iter().zip(values) {
            document.add_u64(*field, u64::from(value));
        }
        if let Some(position) = content.position.or(place.and_then(|place| place.position)) {
            document.add_i64(fields.latitude, i64::from(position.latitude));
            document.add_i64(fields.longitude, i64::from(position.longitude));
        }
        if let Some((from, to)) = row::salary(content) {
            document.add_u64(fields.salary_from, u64::from(from));
            document.add_u64(fields.salary_to, u64::from(to));
        }
        document.add_u64(fields.group, group(content));
        let mut summary = OfferDetail::from(offer).summary;
        summary.occupation_confidence = occupation_confidence;
        document.add_text(fields.offer, serde_json::to_string(&summary)?);
        Ok(document)
    }

    /// The numbers of the facets' values, in the order of [`row::Dimension`].
    fn values(&mut self, content: &OfferDraft, place: Option<&Place>) -> [u32; VALUES] {
        let occupation = match (content.occupation_code.as_deref(), content.occupation.as_deref()) {
            (Some(code), label) => self.occupation.add(code, label.unwrap_or(code)),
            (None, Some(label)) => self.occupation.add(label, label),
            (None, None) => 0,
        };
        let family = content.occupation_code.as_deref().and_then(|code| code.get(..3));
        [
            row::contract(content.contract),
            content.working_time.map_or(0, row::working_time),
            row::remote(content.remote),
            content.experience_years.map_or(0, row::experience_band),
            content.education_level.map_or(0, row::education),
            row::salary(content).map_or(0, |(from, _)| row::salary_band(from)),
            content.company.as_deref().map_or(0, |company| self.company.add(company, company)),
            self.city.add(&content.city, &content.city),
            place.map_or(0, |place| self.department.add(&place.department.0, &place.department.1)),
            place.map_or(0, |place| self.region.add(&place.region.0, &place.region.1)),
            occupation,
            family.map_or(0, |family| self.family.add(family, family)),
        ]
    }

    fn finish(self, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), BuildError> {
        let tables = Tables {
            company: self.company.finish(),
            city: self.city.finish(),
            department: self.department.finish(),
            region: self.region.finish(),
            occupation: self.occupation.finish(),
            family: self.family.finish(),
        };
        files.insert(tables::FILE.to_owned(), serde_json::to_vec(&tables)?);
        files.insert(vocabulary::FILE.to_owned(), serde_json::to_vec(&self.vocabulary.finish())?);
        self.suggestions.finish().write(files)?;
        Ok(())
    }
}

/// Shorter descriptions do not tell whether two offers are one.
const TELLING: usize = 100;
/// So much of a description is compared: what follows is often the feed's own.
const COMPARED: usize = 600;

/// Equal for offers that say the same of the same work in the same place: one employer's offer through several feeds.
fn group(content: &OfferDraft) -> u64 {
    let description = tables::key(&content.description);
    if description.chars().count() < TELLING {
        return 0;
    }
    let title: Vec<String> = analysis::terms(&content.title).into_iter().map(|term| term.text).collect();
    let beginning: String = description.chars().take(COMPARED).collect();
    let company = content.company.as_deref().map(tables::key).unwrap_or_default();
    let said =
        [title.join(" "), company, tables::key(&content.city), content.contract.to_string(), beginning];
    Digest::of(said.join("\n").as_bytes()).0.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Days since 1970-01-01; every date of the calendar fits 32 bits.
pub(crate) fn day_number(day: Date) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    i64::from((day - epoch).get_days())
}

/// How people say it in a search.
fn contract_words(contract: Contract) -> &'static str {
    match contract {
        Contract::Permanent => "CDI permanent",
        Contract::FixedTerm => "CDD fixed-term",
        Contract::Temporary => "intérim temporary",
        Contract::Apprenticeship => "alternance apprentissage apprenticeship",
        Contract::Internship => "stage internship",
        Contract::Freelance => "freelance indépendant",
        Contract::Other => "",
    }
}

fn remote_words(remote: Remote) -> &'static str {
    match remote {
        Remote::None => "",
        Remote::Partial => "télétravail hybride remote",
        Remote::Full => "télétravail complet full remote distance",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u128, occupation: &str, company: &str) -> Entry {
        let content = OfferDraft {
            reference: number.to_string(),
            title: "Soudeur".into(),
            description: "Rejoignez-nous.".into(),
            company: Some(company.into()),
            city: "Angers".into(),
            postal_code: None,
            country: "FR".into(),
            contract: Contract::Permanent,
            occupation_code: Some(occupation.into()),
            occupation: None,
            remote: Remote::None,
            salary_min: None,
            salary_max: None,
            salary_period: None,
            published_on: jiff::civil::date(2026, 3, 1),
            expires_on: None,
            url: None,
            skills: Vec::new(),
            working_time: None,
            experience_years: None,
            education_level: None,
            position: None,
        };
        Offer { id: uuid::Uuid::from_u128(number).into(), content }.into()
    }

    #[test]
    fn a_stretch_is_sorted_and_none_is_lost() {
        let offers = [("B", "2"), ("A", "2"), ("B", "1"), ("A", "2"), ("A", "1")];
        let stretches = |most: usize| {
            let mut entries =
                (0..).zip(offers).map(|(n, (occupation, company))| entry(n, occupation, company));
            let mut stretches = Vec::new();
            loop {
                let stretch = stretch(&mut entries, most);
                if stretch.is_empty() {
                    return stretches;
                }
                stretches
                    .push(stretch.into_iter().map(|entry| entry.offer.content.reference).collect::<Vec<_>>());
            }
        };
        assert_eq!(stretches(STRETCH), [["4", "1", "3", "2", "0"]]);
        assert_eq!(stretches(1), [["0"], ["1"], ["2"], ["3"], ["4"]]);
        // One and a half offers: the second goes over.
        assert_eq!(stretches(size_of::<Entry>() * 3 / 2), vec![vec!["1", "0"], vec!["3", "2"], vec!["4"]]);
    }
}
