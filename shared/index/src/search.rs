//! An open index, and what can be asked of it.

use jiff::Timestamp;
use jiff::civil::Date;
use tantivy::query::{EnableScoring, Query as _, TermQuery};
use tantivy::schema::{IndexRecordOption, Value as _};
use tantivy::{DocAddress, IndexReader, Searcher, TantivyDocument, Term};
use vivier_domain::ids::{GenerationId, OfferId};

use crate::archive::Manifest;
use crate::build::day_number;
use crate::collect::{Covering, Gathered, Row, Walk};
use crate::cursor::{Cursor, CursorError, Position, search_hash};
use crate::highlight::Highlighter;
use crate::page::{Hit, OfferDetail, SearchPage, Suggestion};
use crate::query::{MAX_TERMS, Words, query, unwanted, wanted};
use crate::request::{MAX_LIMIT, SearchRequest, Sort};
use crate::schema::Fields;
use crate::suggest::Suggestions;
use crate::tables::Tables;

/// As long as this many offers have all the words of a search, those that lack one are left out.
const ENOUGH: usize = 50;

/// A search could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The client's fault: to be answered as something that does not exist.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The engine failed.
    #[error("the engine cannot answer")]
    Engine(#[from] tantivy::TantivyError),
    /// A stored offer cannot be read.
    #[error("a stored offer cannot be read")]
    Stored(#[source] Option<serde_json::Error>),
}

/// A search index in memory. It never changes; many threads may ask it at once.
pub struct SearchIndex {
    pub(crate) reader: IndexReader,
    pub(crate) fields: Fields,
    pub(crate) manifest: Manifest,
    pub(crate) rows: Vec<Row>,
    pub(crate) tables: Tables,
    pub(crate) suggestions: Suggestions,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SearchIndex {{ {}, {} offers }}", self.manifest.generation, self.manifest.offers)
    }
}

impl SearchIndex {
    /// Which index this is.
    pub fn generation(&self) -> GenerationId {
        self.manifest.generation
    }

    /// Offers in it, expired ones included.
    pub fn offers(&self) -> u64 {
        self.manifest.offers
    }

    /// The city of the index that a text names, whatever its case and accents, as most offers write it.
    pub fn city(&self, text: &str) -> Option<&str> {
        let number = self.tables.city.number(text)?;
        self.tables.city.get(number).map(|value| value.label.as_str())
    }

    /// When it was built.
    pub fn built_at(&self) -> Timestamp {
        self.manifest.built_at
    }

    /// A page of the offers that match, and the facets of all that match.
    ///
    /// # Errors
    /// [`SearchError::Cursor`] for a cursor this search did not give out; others only when the index is damaged.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchPage, SearchError> {
        let search = search_hash(request);
        let cursor =
            request.cursor.as_deref().map(|text| Cursor::decode(text, &request.tenant)).transpose()?;
        if cursor.is_some_and(|cursor| cursor.search != search) {
            return Err(CursorError::Unknown.into());
        }
        let words = Words::parse(&request.q);
        let scored = request.sort == Sort::Relevance && !words.wanted.is_empty();
        let searcher = self.reader.searcher();
        let scoring = if scored {
            EnableScoring::enabled_from_searcher(&searcher)
        } else {
            EnableScoring::disabled_from_searcher(&searcher)
        };
        let weight = query(&words, &self.fields).weight(scoring)?;
        let mut after = cursor.map(|cursor| cursor.position);
        if let Some(cursor) = cursor
            && scored
            && cursor.generation != self.manifest.generation
            && let Some(doc) = self.find(&searcher, cursor.last())?
        {
            // Scores differ between generations: go on from where the last offer stands now.
            let mut scorer = weight.scorer(searcher.segment_reader(0), 1.0)?;
            if scorer.doc() <= doc && scorer.seek(doc) == doc {
                after = Some(self.position(doc, scorer.score()));
            }
        }

        let today = day_number(request.today) as i32;
        let covering = self.covering(&searcher, &words, today)?;
        let chosen = self.chosen(request);
        let limit = request.limit.clamp(1, MAX_LIMIT);
        let walk = Walk {
            rows: &self.rows,
            covering: covering.as_ref(),
            chosen: &chosen,
            today,
            published_since: request.published_since.map_or(i32::MIN, |day| day_number(day) as i32),
            after,
            limit,
        };
        let mut gathered = Gathered::new(self.sizes());
        if let Some(segment) = searcher.segment_readers().first() {
            if scored {
                weight.for_each(segment, &mut |doc, score| walk.see(&mut gathered, doc, score))?;
            } else {
                let mut block = |docs: &[u32]| docs.iter().for_each(|doc| walk.see(&mut gathered, *doc, 0.0));
                weight.for_each_no_score(segment, &mut block)?;
            }
        }
        let facets = self.facets(&gathered.counts, &chosen);
        let total = gathered.total;
        let (page, more) = gathered.page(limit);
        let next = page.last().filter(|_| more).map(|(position, _)| Cursor {
            generation: self.manifest.generation,
            search,
            position: *position,
        });
        let highlighter = Highlighter::new(&words);
        let hits = page.into_iter().map(|(_, doc)| {
            let offer = self.stored(&searcher, doc)?;
            Ok(Hit { highlight: highlighter.highlight(&offer), offer: offer.summary })
        });
        let hits = hits.collect::<Result<Vec<_>, SearchError>>()?;
        Ok(SearchPage { total, hits, facets, next_cursor: next.map(|cursor| cursor.encode(&request.tenant)) })
    }

    /// An offer that is still shown on `today`.
    pub fn get(&self, id: OfferId, today: Date) -> Result<Option<OfferDetail>, SearchError> {
        let searcher = self.reader.searcher();
        let doc = self.find(&searcher, id)?;
        let open = doc.filter(|doc| i64::from(self.rows[*doc as usize].expires) >= day_number(today));
        open.map(|doc| self.stored(&searcher, doc)).transpose()
    }

    /// Completions of `prefix`, whatever its case and accents, at most `limit` and never more than 50.
    pub fn suggest(&self, prefix: &str, limit: usize, today: Date) -> Vec<Suggestion> {
        self.suggestions.find(prefix, limit, today)
    }

    /// Which offers have enough of the wanted words: all of them, or as many as leave enough offers to choose from.
    /// Filters have no say in it, so choosing one never brings in offers that were not there before.
    fn covering(
        &self,
        searcher: &Searcher,
        words: &Words,
        today: i32,
    ) -> Result<Option<Covering>, SearchError> {
        let Some(segment) = searcher.segment_readers().first().filter(|_| words.wanted.len() > 1) else {
            return Ok(None);
        };
        let mut counts = vec![0u8; self.rows.len()];
        for word in &words.wanted {
            let weight =
                wanted(word, &self.fields).weight(EnableScoring::disabled_from_searcher(searcher))?;
            let mut block = |docs: &[u32]| docs.iter().for_each(|doc| counts[*doc as usize] += 1);
            weight.for_each_no_score(segment, &mut block)?;
        }
        for stem in &words.unwanted {
            let weight =
                unwanted(stem, &self.fields).weight(EnableScoring::disabled_from_searcher(searcher))?;
            let mut block = |docs: &[u32]| docs.iter().for_each(|doc| counts[*doc as usize] = 0);
            weight.for_each_no_score(segment, &mut block)?;
        }
        let mut having = [0; MAX_TERMS + 1];
        for (count, row) in counts.iter().zip(&self.rows) {
            having[*count as usize] += usize::from(row.expires >= today);
        }
        let mut offers = 0;
        let least = (2..=words.wanted.len()).rev().find(|count| {
            offers += having[*count];
            offers >= ENOUGH
        });
        Ok(least.map(|least| Covering { counts, least: least as u8 }))
    }

    fn find(&self, searcher: &Searcher, id: OfferId) -> Result<Option<u32>, SearchError> {
        let term = Term::from_field_bytes(self.fields.id, id.as_uuid().as_bytes());
        let by_id = TermQuery::new(term, IndexRecordOption::Basic);
        let weight = by_id.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let Some(segment) = searcher.segment_readers().first() else { return Ok(None) };
        let doc = weight.scorer(segment, 1.0)?.doc();
        Ok((doc != tantivy::TERMINATED).then_some(doc))
    }

    fn position(&self, doc: u32, score: f32) -> Position {
        let row = &self.rows[doc as usize];
        Position { score: score.to_bits(), published: row.published, id: row.id }
    }

    fn stored(&self, searcher: &Searcher, doc: u32) -> Result<OfferDetail, SearchError> {
        let document: TantivyDocument = searcher.doc(DocAddress::new(0, doc))?;
        let json = document.get_first(self.fields.offer).and_then(|value| value.as_bytes());
        serde_json::from_slice(json.ok_or(SearchError::Stored(None))?)
            .map_err(|error| SearchError::Stored(Some(error)))
    }
}
