//! From offers to an archive.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use tantivy::directory::RamDirectory;
use tantivy::indexer::SingleSegmentIndexWriter;
use tantivy::{Directory, Index, TantivyDocument};
use vivier_domain::ids::GenerationId;
use vivier_domain::offer::{Contract, Offer, Remote};

use crate::archive::{self, Archive, Digest, FORMAT, Manifest};
use crate::page::OfferDetail;
use crate::schema::{Fields, schema};
use crate::tables::{self, Numbering, Tables};
use crate::{suggest, tokenizer};
use vivier_text::analysis;

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

/// Builds the index of `offers` as generation `generation`. One segment, in memory: a search then has no segments to
/// merge and its scores depend on nothing but the offers.
pub fn build(
    offers: impl IntoIterator<Item = Offer>,
    generation: GenerationId,
    built_at: Timestamp,
) -> Result<Archive, BuildError> {
    let (schema, fields) = schema();
    let directory = RamDirectory::create();
    let builder = Index::builder().schema(schema).tokenizers(tokenizer::manager());
    let mut writer: SingleSegmentIndexWriter =
        builder.single_segment_index_writer(directory.clone(), MEMORY_BUDGET)?;
    let mut draft = Draft::default();
    for offer in offers {
        writer.add_document(draft.add(&fields, offer)?)?;
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
    let manifest = Manifest { format: FORMAT, analysis: analysis::VERSION, generation, built_at, offers };
    files.insert(archive::MANIFEST.to_owned(), serde_json::to_vec(&manifest)?);
    let bytes = archive::pack(&files)?;
    Ok(Archive { sha256: Digest::of(&bytes), bytes, generation, offers })
}

/// What is gathered beside the engine while offers pass by.
#[derive(Default)]
struct Draft {
    offers: u64,
    city: Numbering,
    occupation: Numbering,
    suggestions: suggest::Draft,
}

impl Draft {
    fn add(&mut self, fields: &Fields, offer: Offer) -> Result<TantivyDocument, BuildError> {
        self.offers += 1;
        self.suggestions.add(&offer);
        let id = offer.id.as_uuid();
        let content = &offer.content;
        let occupation = content.occupation.as_deref();
        let occupation_number = match (content.occupation_code.as_deref(), occupation) {
            (Some(code), label) => self.occupation.add(code, label.unwrap_or(code)),
            (None, Some(label)) => self.occupation.add(label, label),
            (None, None) => 0,
        };

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
        document.add_u64(fields.contract, content.contract as u64);
        document.add_u64(fields.remote, content.remote as u64);
        document.add_u64(fields.city_value, u64::from(self.city.add(&content.city, &content.city)));
        document.add_u64(fields.occupation_value, u64::from(occupation_number));
        document.add_bytes(fields.offer, &serde_json::to_vec(&OfferDetail::from(offer))?);
        Ok(document)
    }

    fn finish(self, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), BuildError> {
        let tables = Tables { city: self.city.finish(), occupation: self.occupation.finish() };
        files.insert(tables::FILE.to_owned(), serde_json::to_vec(&tables)?);
        self.suggestions.finish().write(files)?;
        Ok(())
    }
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
