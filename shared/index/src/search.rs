//! An open index, and what can be asked of it.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use tantivy::query::{EnableScoring, Query as _, TermQuery, Weight};
use tantivy::schema::{IndexRecordOption, Value as _};
use tantivy::{DocAddress, IndexReader, Searcher, SegmentReader, TantivyDocument, Term};
use vivier_domain::ids::{GenerationId, OfferId};
use vivier_text::embed::ModelIdentity;
use vivier_threshold::Key;

use crate::build::day_number;
use crate::collect::{Gathered, Walk};
use crate::completions::Completions;
use crate::cursor::{Cursor, CursorError, Position, search_hash};
use crate::filters::{Filters, distance_km};
use crate::highlight::Highlighter;
use crate::order::Order;
use crate::page::{Hit, OfferDetail, Reason, SearchPage, Suggestion};
use crate::part::Part;
use crate::query::Queries;
use crate::rank::{Near, Ranking, Weights};
use crate::request::{Circle, FEW, MAX_LIMIT, SearchRequest, Sort};
use crate::row::{Dimension, Row};
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
    pub(crate) tables: Tables,
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
            let is = |row: &Row| row.expires >= today && row.values[Dimension::Occupation as usize] == number;
            self.rows.iter().any(is)
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
        let queries = Queries { fields: &self.fields, weights: request.fields, searcher: &searcher };
        let mut words = Words::parse(&request.q);
        let did_you_mean = self.understand(&queries, &mut words, request)?;
        let today = day_number(request.today) as i32;
        let admitted = self.admitted(&queries, &words)?;
        let covering = self.covering(&queries, &words, admitted.as_deref(), today)?;
        let said = match (&covering, words.wanted.as_slice()) {
            (Some(covering), _) => covering.whole,
            (None, [word]) => queries.any_occurs(word)?,
            (None, _) => false,
        };
        let order = self.order(&queries, &words, admitted.as_deref(), said, request, today)?;
        let scoring = if order.ranking().is_some() {
            EnableScoring::enabled_from_searcher(&searcher)
        } else {
            EnableScoring::disabled_from_searcher(&searcher)
        };
        let weight = queries.all(&words)?.weight(scoring)?;
        let mut after = cursor.map(|cursor| cursor.position);
        if let Some(cursor) = cursor
            && let Some(ranking) = order.ranking()
            && let Some(doc) = self.find(&searcher, cursor.last())?
        {
            // Scores differ between generations, and where weights changed: go on from where the last offer stands now.
            let score =
                ranking.score(doc, &self.rows[doc as usize], self.words_of(&*weight, &searcher, doc)?);
            after = Some(self.position(doc, score));
        }

        let limit = request.limit.clamp(1, MAX_LIMIT);
        let mut filters = Filters::new(self, request);
        let mut within = request.within;
        let gathered = loop {
            let walk = Walk {
                rows: &self.rows,
                covering: covering.as_ref(),
                admitted: admitted.as_deref(),
                filters: &filters,
                after,
                limit,
                order: &order,
            };
            let gathered = self.walk(&walk, &searcher, &*weight, request.weights)?;
            match within.filter(|_| gathered.total < FEW && request.among.is_none()).and_then(Circle::wider) {
                Some(wider) => {
                    filters.within(wider);
                    within = Some(wider);
                }
                None => break gathered,
            }
        };
        let facets = self.facets(&gathered.counts, &filters, request);
        let total = gathered.total;
        let (page, more) = gathered.page(limit);
        let next = page.last().filter(|_| more).map(|(position, _)| Cursor {
            generation: self.generation,
            search,
            position: *position,
        });
        let highlighter = Highlighter::new(&words);
        let hits = page.into_iter().map(|(_, doc)| {
            let offer = self.stored(&searcher, doc)?;
            let row = &self.rows[doc as usize];
            let reason = match order.ranking() {
                Some(ranking) if request.explain => {
                    let weight = self.words_of(&*weight, &searcher, doc)?;
                    let (share, meaning) = ranking.parts(doc, weight);
                    Some(Reason {
                        score: ranking.score(doc, row, weight),
                        words: share,
                        meaning,
                        recency: ranking.recency(row),
                        matched: self.matched(&queries, &words, doc)?,
                    })
                }
                _ => None,
            };
            Ok(Hit {
                highlight: highlighter.highlight(&offer),
                offer: offer.summary,
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

    /// Walks over all that matches.
    fn walk(
        &self,
        walk: &Walk<'_>,
        searcher: &Searcher,
        weight: &dyn Weight,
        weights: Weights,
    ) -> Result<Gathered, SearchError> {
        let mut gathered = Gathered::new(self.sizes());
        let Some(ranking) = walk.order.ranking() else {
            self.each(searcher, weight, |doc| walk.see(&mut gathered, doc, 0.0))?;
            return Ok(gathered);
        };
        // What is near in meaning is in, whatever words it has, and is seen once.
        let mut near = Near::new(ranking.near(), self.rows.len());
        let see = |doc: u32, words: f32| {
            if near.meet(doc) {
                walk.take(&mut gathered, doc, words);
            } else {
                walk.see(&mut gathered, doc, words);
            }
        };
        if weights.words > 0.0 {
            self.each_weighed(searcher, weight, see)?;
        }
        near.others().for_each(|doc| walk.take(&mut gathered, doc, 0.0));
        Ok(gathered)
    }

    /// How the hits are ordered; `said` tells whether some offer has all the words.
    fn order(
        &self,
        queries: &Queries<'_>,
        words: &Words,
        admitted: Option<&[bool]>,
        said: bool,
        request: &SearchRequest,
        today: i32,
    ) -> Result<Order<'_>, SearchError> {
        match (request.sort, request.within) {
            (Sort::Distance, Some(circle)) => return Ok(Order::Distance(circle.centre)),
            (Sort::Relevance, _) if !words.wanted.is_empty() => {}
            _ => return Ok(Order::Day),
        }
        let literal = self.literal(queries, words)?.map(|having| (having, words.wanted.len() as u8));
        let ranking = Ranking::by_words(request.weights, queries.ideal(words)?, today, literal);
        let (Some(vectors), Some(vector)) = (&self.vectors, &request.vector) else {
            return Ok(Order::Match(Box::new(ranking)));
        };
        if request.weights.meaning <= 0.0 {
            return Ok(Order::Match(Box::new(ranking)));
        }
        let open = |doc: u32| {
            let row = &self.rows[doc as usize];
            row.expires >= today
                && (!row.hidden || request.duplicates)
                && admitted.is_none_or(|admitted| admitted[doc as usize])
        };
        Ok(Order::Match(Box::new(ranking.and_meaning(vectors, vector, said, open))))
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

    pub(crate) fn stored(&self, searcher: &Searcher, doc: u32) -> Result<OfferDetail, SearchError> {
        let (segment, own) = self.locate(doc);
        let document: TantivyDocument = searcher.doc(DocAddress::new(segment as u32, own))?;
        let json = document.get_first(self.fields.offer).and_then(|value| value.as_bytes());
        serde_json::from_slice(json.ok_or(SearchError::Stored(None))?)
            .map_err(|error| SearchError::Stored(Some(error)))
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

    /// The same, with what its words weigh.
    pub(crate) fn each_weighed(
        &self,
        searcher: &Searcher,
        weight: &dyn Weight,
        mut see: impl FnMut(u32, f32),
    ) -> tantivy::Result<()> {
        self.segments(searcher).try_for_each(|(segment, start)| {
            weight.for_each(segment, &mut |doc, words| see(start + doc, words))
        })
    }

    fn segments<'s>(&'s self, searcher: &'s Searcher) -> impl Iterator<Item = (&'s SegmentReader, u32)> {
        searcher.segment_readers().iter().zip(self.starts.iter().copied())
    }

    /// The segment that holds an offer, and the offer's number in it.
    fn locate(&self, doc: u32) -> (usize, u32) {
        let segment = self.starts.partition_point(|start| *start <= doc).saturating_sub(1);
        (segment, doc - self.starts.get(segment).copied().unwrap_or_default())
    }

    /// What the words of a search weigh in one offer; 0 where it has none of them.
    fn words_of(&self, weight: &dyn Weight, searcher: &Searcher, doc: u32) -> Result<f32, SearchError> {
        let (segment, own) = self.locate(doc);
        let Some(segment) = searcher.segment_readers().get(segment) else { return Ok(0.0) };
        let mut scorer = weight.scorer(segment, 1.0)?;
        Ok(if scorer.doc() <= own && scorer.seek(own) == own { scorer.score() } else { 0.0 })
    }

    /// The words of the search that an offer has, in any form.
    fn matched(&self, queries: &Queries<'_>, words: &Words, doc: u32) -> Result<Vec<String>, SearchError> {
        let mut matched = Vec::new();
        for word in &words.wanted {
            let scoring = EnableScoring::enabled_from_searcher(queries.searcher);
            let weight = queries.wanted(word)?.weight(scoring)?;
            if self.words_of(&*weight, queries.searcher, doc)? > 0.0 {
                matched.push(word.typed.clone());
            }
        }
        Ok(matched)
    }
}
