//! An open index, and what can be asked of it.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use tantivy::query::{EnableScoring, Query as _, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{IndexReader, Searcher, SegmentReader, Term};
use uuid::Uuid;
use vivier_domain::ids::{GenerationId, OfferId};
use vivier_text::embed::ModelIdentity;
use vivier_threshold::Key;

use crate::admit::Having;
use crate::bits::{Bits, Ranks};
use crate::build::day_number;
use crate::collect::{Best, EACH};
use crate::columns::{Columns, Day};
use crate::completions::Completions;
use crate::cursor::{Cursor, CursorError, Position, search_hash};
use crate::filters::{Filters, distance_km};
use crate::highlight::Highlighter;
use crate::lists::Lists;
use crate::order::Order;
use crate::page::{Hit, OfferDetail, Reason, SearchPage, Suggestion};
use crate::part::Part;
use crate::query::{FieldWeights, Queries};
use crate::rank::Ranking;
use crate::request::{Circle, FEW, MAX_LIMIT, SearchRequest, Sort};
use crate::row::{DIMENSIONS, Dimension, Row};
use crate::schema::Fields;
use crate::tables::Tables;
use crate::vectors::Vectors;
use crate::vocabulary::Vocabulary;
use crate::words::Words;

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
    /// A page cannot be written.
    #[error("a page cannot be written")]
    Unwritten(#[source] serde_json::Error),
}

/// A search index in memory. It never changes; many threads may ask it at once.
pub struct SearchIndex {
    pub(crate) reader: IndexReader,
    pub(crate) fields: Fields,
    pub(crate) generation: GenerationId,
    pub(crate) built_at: Timestamp,
    pub(crate) offers: u64,
    pub(crate) parts: Vec<Arc<Part>>,
    /// The number of each segment's first offer: offers are numbered through all segments.
    pub(crate) starts: Vec<u32>,
    pub(crate) rows: Vec<Row>,
    pub(crate) columns: Columns,
    pub(crate) lists: Lists,
    pub(crate) tables: Tables,
    /// How many values each facet has.
    pub(crate) sizes: [usize; DIMENSIONS],
    pub(crate) suggestions: Completions,
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) vectors: Option<Vectors>,
    pub(crate) queries: Option<Key>,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SearchIndex {{ {}, {} offers }}", self.generation, self.offers)
    }
}

impl SearchIndex {
    /// Which index this is: that of its newest archive.
    pub fn generation(&self) -> GenerationId {
        self.generation
    }

    /// Offers in it, expired ones included.
    pub fn offers(&self) -> u64 {
        self.offers
    }

    /// The archives it is made of, oldest first.
    pub fn parts(&self) -> &[Arc<Part>] {
        &self.parts
    }

    /// The city of the index that a text names, whatever its case and accents, as most offers write it.
    pub fn city(&self, text: &str) -> Option<&str> {
        let number = self.tables.city.number(text)?;
        self.tables.city.get(number).map(|value| value.label.as_str())
    }

    /// Whether some offer that is shown on `today` bears this ROME code.
    pub fn has_occupation(&self, code: &str, today: Date) -> bool {
        let today = day_number(today) as i32;
        self.tables.occupation.number(code).is_some_and(|number| {
            let is = |(doc, row): (u32, &Row)| {
                row.expires >= today && self.columns.value(Dimension::Occupation as usize, doc) == number
            };
            (0u32..).zip(&self.rows).any(is)
        })
    }

    /// The model whose vectors the offers bear; `None` in an index of words alone.
    pub fn model(&self) -> Option<&ModelIdentity> {
        self.vectors.as_ref().map(Vectors::model)
    }

    /// By which what is searched for is collected; `None` where the index was published without.
    pub fn queries(&self) -> Option<&Key> {
        self.queries.as_ref()
    }

    /// When it was built.
    pub fn built_at(&self) -> Timestamp {
        self.built_at
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
        let searcher = self.reader.searcher();
        let queries = self.asking(request.fields, &searcher);
        let mut words = Words::parse(&request.q);
        let did_you_mean = self.understand(&queries, &mut words, request)?;
        let today = day_number(request.today) as i32;
        let day = self.columns.day(today);
        let admitted = self.admitted(&queries, &words)?;
        let having = self.having(&queries, &words, admitted.as_ref(), &day)?;
        let said = match (&having, words.wanted.as_slice()) {
            (_, [word]) => queries.any_occurs(word)?,
            (having, _) => having.as_ref().is_some_and(|having| having.whole),
        };
        let order = self.order(&queries, &words, admitted.as_ref(), said, request, &day)?;
        let mut after = cursor.map(|cursor| cursor.position);
        if let Some(cursor) = cursor
            && let Some(ranking) = order.ranking()
            && let Some(doc) = self.find(&searcher, cursor.last())?
        {
            // Scores differ between generations, and where weights changed: go on from where the last offer stands now.
            let weight = self.words_of(&queries, &words, having.as_ref(), doc)?;
            let score = ranking.score(doc, self.columns.published(doc), weight);
            after = Some(self.position(doc, score));
        }

        let limit = request.limit.clamp(1, MAX_LIMIT);
        let matching = self.matching(&order, having.as_ref(), admitted.as_ref(), request, &day);
        let mut filters = Filters::new(self, request, &matching);
        let mut within = request.within;
        let passing = loop {
            let passing = filters.passing(matching.clone(), &self.rows);
            let few = (passing.all.count() as u64) < FEW && request.among.is_none();
            match within.filter(|_| few).and_then(Circle::wider) {
                Some(wider) => {
                    filters.within(wider);
                    within = Some(wider);
                }
                None => break passing,
            }
        };
        let all: Arc<[u32]> = passing.all.numbers().into();
        let facets = self.facets(&self.counts(&passing, &all, &day), &filters, request);
        let mut best = Best::new(self, &order, after, limit);
        match (order.ranking(), &having) {
            (Some(ranking), Some(having)) => {
                let ranks = Ranks::of(&passing.all);
                let by_words = request.weights.words > 0.0;
                let weighed = if by_words { queries.weigh(&words, &ranks)? } else { vec![0.0; all.len()] };
                // What is near comes first: of the rest, most need not be looked at then.
                let near = ranking.near();
                for (doc, _) in near {
                    if let Some(rank) = ranks.rank(*doc) {
                        // Without a wanted word, what an offer has of the others does not count.
                        best.see(*doc, if having.any.has(*doc) { weighed[rank] } else { 0.0 });
                    }
                }
                let mut near = near.iter().map(|(doc, _)| *doc).peekable();
                for (doc, words) in all.iter().zip(weighed) {
                    while near.next_if(|near| near < doc).is_some() {}
                    if near.peek() == Some(doc) {
                        continue;
                    }
                    if all.len() <= EACH { best.see(*doc, words) } else { best.see_far(*doc, words) }
                }
            }
            _ => all.iter().for_each(|doc| best.see(*doc, 0.0)),
        }
        let total = all.len() as u64;
        let (page, more) = best.page();
        let next = page.last().filter(|_| more).map(|(position, _)| Cursor {
            generation: self.generation,
            search,
            position: *position,
        });
        let highlighter = Highlighter::new(&words);
        let hits = page.into_iter().map(|(_, doc)| {
            let (offer, description) = self.as_stored(&searcher, doc)?;
            let row = &self.rows[doc as usize];
            let reason = match order.ranking() {
                Some(ranking) if request.explain => {
                    let weight = self.words_of(&queries, &words, having.as_ref(), doc)?;
                    let (share, meaning) = ranking.parts(doc, weight);
                    Some(Reason {
                        score: ranking.score(doc, row.published, weight),
                        words: share,
                        meaning,
                        recency: ranking.recency(row.published),
                        matched: self.matched(&queries, &words, doc)?,
                    })
                }
                _ => None,
            };
            Ok(Hit {
                id: Uuid::from_u128(row.id).into(),
                highlight: highlighter.highlight(&offer.title()?, &description),
                offer,
                distance_km: within.zip(row.place).map(|(circle, place)| distance_km(circle.centre, place)),
                duplicates: row.duplicates,
                reason,
            })
        });
        let hits = hits.collect::<Result<Vec<_>, SearchError>>()?;
        Ok(SearchPage {
            total,
            hits,
            facets,
            did_you_mean,
            place: None,
            occupation: None,
            radius_km: within.map(|circle| circle.radius_km),
            search: None,
            next_cursor: next.map(|cursor| cursor.encode(&request.tenant)),
        })
    }

    /// An offer that is still shown on `today`.
    pub fn get(&self, id: OfferId, today: Date) -> Result<Option<OfferDetail>, SearchError> {
        let searcher = self.reader.searcher();
        let doc = self.find(&searcher, id)?;
        let open = doc.filter(|doc| i64::from(self.rows[*doc as usize].expires) >= day_number(today));
        open.map(|doc| self.stored(&searcher, doc)).transpose()
    }

    /// Completions of `prefix`, whatever its case and accents, at most `limit` and never more than 50. Where there are few, those of what
    /// it may have been meant to be follow.
    pub fn suggest(&self, prefix: &str, limit: usize, today: Date) -> Vec<Suggestion> {
        self.suggestions.find_or_mend(prefix, limit, today, &self.vocabulary)
    }

    /// What to ask for words with.
    pub(crate) fn asking<'s>(&'s self, weights: FieldWeights, searcher: &'s Searcher) -> Queries<'s> {
        Queries::new(&self.fields, weights, searcher, &self.lists, &self.starts)
    }

    /// How the hits are ordered; `said` tells whether some offer has all the words.
    fn order(
        &self,
        queries: &Queries<'_>,
        words: &Words,
        admitted: Option<&Bits>,
        said: bool,
        request: &SearchRequest,
        day: &Day,
    ) -> Result<Order<'_>, SearchError> {
        match (request.sort, request.within) {
            (Sort::Distance, Some(circle)) => return Ok(Order::Distance(circle.centre)),
            (Sort::Relevance, _) if !words.wanted.is_empty() => {}
            _ => return Ok(Order::Day),
        }
        let literal = self.literal(queries, words)?;
        let ranking = Ranking::by_words(request.weights, queries.ideal(words)?, day.today, literal);
        let (Some(vectors), Some(vector)) = (&self.vectors, &request.vector) else {
            return Ok(Order::Match(Box::new(ranking)));
        };
        if request.weights.meaning <= 0.0 {
            return Ok(Order::Match(Box::new(ranking)));
        }
        let shown = day.shown(request.duplicates);
        let open = admitted.map_or(Cow::Borrowed(shown), |admitted| Cow::Owned(Bits::both(shown, admitted)));
        Ok(Order::Match(Box::new(ranking.and_meaning(vectors, vector, said, &open))))
    }

    fn find(&self, searcher: &Searcher, id: OfferId) -> Result<Option<u32>, SearchError> {
        let term = Term::from_field_bytes(self.fields.id, id.as_uuid().as_bytes());
        let by_id = TermQuery::new(term, IndexRecordOption::Basic);
        let weight = by_id.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let mut found = None;
        self.each(searcher, &*weight, |doc| {
            // Earlier archives may have it as it was.
            if !self.rows[doc as usize].is_closed() {
                found = Some(doc);
            }
        })?;
        Ok(found)
    }

    fn position(&self, doc: u32, score: f32) -> Position {
        let row = &self.rows[doc as usize];
        Position { score: score.to_bits(), published: row.published, id: row.id }
    }

    /// Sees every offer that matches, by its number in the index.
    pub(crate) fn each(
        &self,
        searcher: &Searcher,
        weight: &dyn Weight,
        mut see: impl FnMut(u32),
    ) -> tantivy::Result<()> {
        self.segments(searcher).try_for_each(|(segment, start)| {
            let mut block = |docs: &[u32]| docs.iter().for_each(|doc| see(start + doc));
            weight.for_each_no_score(segment, &mut block)
        })
    }

    fn segments<'s>(&'s self, searcher: &'s Searcher) -> impl Iterator<Item = (&'s SegmentReader, u32)> {
        searcher.segment_readers().iter().zip(self.starts.iter().copied())
    }

    /// The segment that holds an offer, and the offer's number in it.
    pub(crate) fn locate(&self, doc: u32) -> (usize, u32) {
        let segment = self.starts.partition_point(|start| *start <= doc).saturating_sub(1);
        (segment, doc - self.starts.get(segment).copied().unwrap_or_default())
    }

    /// What the words of a search weigh in one offer; 0 where it has none of those that are wanted.
    fn words_of(
        &self,
        queries: &Queries<'_>,
        words: &Words,
        having: Option<&Having>,
        doc: u32,
    ) -> Result<f32, SearchError> {
        if having.is_some_and(|having| !having.any.has(doc)) {
            return Ok(0.0);
        }
        let one = self.alone(doc);
        Ok(queries.weigh(words, &Ranks::of(&one))?.first().copied().unwrap_or_default())
    }

    /// The words of the search that an offer has, in any form.
    fn matched(&self, queries: &Queries<'_>, words: &Words, doc: u32) -> Result<Vec<String>, SearchError> {
        let (one, mut matched) = (self.alone(doc), Vec::new());
        for word in &words.wanted {
            if queries.weigh_wanted(word, &Ranks::of(&one))?.iter().any(|weight| *weight > 0.0) {
                matched.push(word.typed.clone());
            }
        }
        Ok(matched)
    }

    fn alone(&self, doc: u32) -> Bits {
        let mut alone = Bits::none(self.rows.len());
        alone.set(doc);
        alone
    }
}
