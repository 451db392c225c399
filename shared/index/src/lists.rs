//! The engine's lists of the offers that have a word, read as they lie: whole blocks into sets of offers, and only those that
//! matter for their weight.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lru::LruCache;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::TermInfo;
use tantivy::query::Bm25Weight;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{InvertedIndexReader, Searcher, Term};
use vivier_text::analysis::root;

use crate::bits::{Bits, Picked, Ranks};
use crate::schema::Fields;

/// The fields a word is looked for in; the last one has the roots of the titles' words.
pub(crate) const FIELDS: usize = 8;
/// Those of them that have words as they are written.
pub(crate) const LITERAL: std::ops::Range<usize> = 0..FIELDS - 1;

/// The lists of an index, segment by segment.
pub(crate) struct Lists {
    fields: [Field; FIELDS],
    segments: Vec<Segment>,
    /// How many words a field has on average.
    average: [f32; FIELDS],
    offers: u64,
    /// Where frequent stems stand: most searches have one.
    frequent: Mutex<LruCache<String, Arc<Found>>>,
}

/// A stem is frequent that stands in one of so many offers.
const FREQUENT: u64 = 200;
/// Bytes that the sets of the frequent stems' offers take at most.
const KEPT: u64 = 8 << 20;
/// Frequent stems that are kept, at most.
const MOST_KEPT: u64 = 256;

struct Segment {
    start: u32,
    end: u32,
    inverted: [Arc<InvertedIndexReader>; FIELDS],
    lengths: [FieldNormReader; FIELDS],
}

/// Where a stem stands.
#[derive(Debug)]
pub(crate) struct Found {
    /// By segment and field.
    lists: Vec<[Option<TermInfo>; FIELDS]>,
    /// How many offers have it, by field.
    pub(crate) having: [u64; FIELDS],
    /// The offers that have it in some field, once they were asked for.
    offers: OnceLock<Bits>,
}

impl Lists {
    /// `starts` are the numbers of the segments' first offers.
    pub(crate) fn of(searcher: &Searcher, fields: &Fields, starts: &[u32]) -> tantivy::Result<Self> {
        let fields = [
            fields.title,
            fields.occupation,
            fields.skills,
            fields.terms,
            fields.company,
            fields.city,
            fields.description,
            fields.title_root,
        ];
        let mut segments = Vec::new();
        let mut words = [0u64; FIELDS];
        for (reader, start) in searcher.segment_readers().iter().zip(starts) {
            let inverted = each(|at| reader.inverted_index(fields[at]))?;
            for (words, inverted) in words.iter_mut().zip(&inverted) {
                *words += inverted.total_num_tokens();
            }
            segments.push(Segment {
                start: *start,
                end: start + reader.max_doc(),
                inverted,
                lengths: each(|at| reader.get_fieldnorms_reader(fields[at]))?,
            });
        }
        let offers: u64 = segments.iter().map(|segment| u64::from(segment.end - segment.start)).sum();
        let average = words.map(|words| words as f32 / offers as f32);
        let kept = (KEPT / (offers / 8 + 1)).clamp(1, MOST_KEPT) as usize;
        let frequent = Mutex::new(LruCache::new(NonZeroUsize::new(kept).unwrap_or(NonZeroUsize::MIN)));
        Ok(Self { fields, segments, average, offers, frequent })
    }

    /// All offers, closed ones too.
    pub(crate) fn offers(&self) -> u64 {
        self.offers
    }

    /// The fields that have words as they are written.
    pub(crate) fn literal(&self) -> &[Field] {
        &self.fields[LITERAL]
    }

    /// Where a stem stands.
    pub(crate) fn find(&self, stem: &str) -> tantivy::Result<Arc<Found>> {
        let frequent = || self.frequent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = frequent().get(stem) {
            return Ok(Arc::clone(found));
        }
        let found = Arc::new(self.look_up(stem)?);
        if found.having.iter().any(|having| having * FREQUENT >= self.offers) {
            frequent().put(stem.to_owned(), Arc::clone(&found));
        }
        Ok(found)
    }

    fn look_up(&self, stem: &str) -> tantivy::Result<Found> {
        let root = root(stem);
        let terms: [Term; FIELDS] = std::array::from_fn(|at| {
            Term::from_field_text(self.fields[at], if LITERAL.contains(&at) { stem } else { &root })
        });
        let mut having = [0; FIELDS];
        let mut lists = Vec::with_capacity(self.segments.len());
        for segment in &self.segments {
            let found = each(|at| segment.inverted[at].get_term_info(&terms[at]))?;
            for (having, list) in having.iter_mut().zip(&found) {
                *having += list.as_ref().map_or(0, |list| u64::from(list.doc_freq));
            }
            lists.push(found);
        }
        Ok(Found { lists, having, offers: OnceLock::new() })
    }

    /// The offers that have a stem in some field.
    pub(crate) fn offers_with<'f>(&self, found: &'f Found) -> tantivy::Result<&'f Bits> {
        if let Some(offers) = found.offers.get() {
            return Ok(offers);
        }
        let mut offers = Bits::none(self.offers as usize);
        self.mark(found, 0..FIELDS, &mut offers)?;
        Ok(found.offers.get_or_init(|| offers))
    }

    /// Adds the offers that have a stem in one of these fields.
    pub(crate) fn mark(
        &self,
        found: &Found,
        fields: std::ops::Range<usize>,
        marked: &mut Bits,
    ) -> tantivy::Result<()> {
        for (segment, lists) in self.segments.iter().zip(&found.lists) {
            for (inverted, list) in segment.inverted[fields.clone()].iter().zip(&lists[fields.clone()]) {
                let Some(list) = list else { continue };
                if list.doc_freq == segment.end - segment.start {
                    marked.fill(segment.start as usize, segment.end as usize);
                    continue;
                }
                let mut block = inverted.read_block_postings_from_terminfo(list, IndexRecordOption::Basic)?;
                while !block.docs().is_empty() {
                    marked.set_each(segment.start, block.docs());
                    block.advance();
                }
            }
        }
        Ok(())
    }

    /// What a stem weighs in a field of each of `offers` that has it there: `see` takes the offer's rank, and the weight times `boost`.
    pub(crate) fn weigh(
        &self,
        found: &Found,
        field: usize,
        boost: f32,
        offers: &Ranks<'_>,
        mut see: impl FnMut(usize, f32),
    ) -> tantivy::Result<()> {
        if found.having[field] == 0 {
            return Ok(());
        }
        let weight =
            Bm25Weight::for_one_term_without_explain(found.having[field], self.offers, self.average[field])
                .boost_by(boost);
        let mut picked = Picked::new();
        for (segment, lists) in self.segments.iter().zip(&found.lists) {
            let Some(list) = &lists[field] else { continue };
            let lengths = &segment.lengths[field];
            let mut block = segment.inverted[field]
                .read_block_postings_from_terminfo(list, IndexRecordOption::WithFreqs)?;
            // From one offer that matters to the next: blocks without any are not read.
            let mut next = offers.bits().next(segment.start);
            while let Some(offer) = next.filter(|offer| *offer < segment.end) {
                let from = block.seek(offer - segment.start);
                let (Some(docs), Some(times)) = (block.docs().get(from..), block.freqs().get(from..)) else {
                    break;
                };
                let Some(last) = docs.last() else { break };
                // A damaged list may have fewer.
                let docs = &docs[..docs.len().min(times.len())];
                offers.pick(segment.start, docs, &mut picked);
                for (place, rank) in picked.iter() {
                    see(rank, weight.score(lengths.fieldnorm_id(docs[place]), times[place]));
                }
                next = offers.bits().next(segment.start + last + 1);
            }
        }
        Ok(())
    }
}

/// Something for each field.
fn each<T, E: Into<tantivy::TantivyError>>(
    one: impl Fn(usize) -> Result<T, E>,
) -> tantivy::Result<[T; FIELDS]> {
    let all = (0..FIELDS).map(one).collect::<Result<Vec<T>, E>>().map_err(Into::into)?;
    all.try_into().map_err(|_| tantivy::TantivyError::InternalError("a field is missing".to_owned()))
}
