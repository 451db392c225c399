//! From what was found to an answer: the sentences that speak of what was asked, each bound to where it stands; or
//! the admission that none does.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::settings::chat::{ChatSettings, RetrievalWeights};
use vivier_store::passages::Retrieved;
use vivier_text::{EmbedError, Embedder, Language, Part, place_at};

use crate::{
    passage::{Passage, Sentence},
    question::Question,
    rank,
    retrieve::Answered,
    select,
    trace::{Trace, TracedPassage},
};

/// How a front office wants its questions answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct How {
    /// What counts how much when passages are ranked.
    pub weights: RetrievalWeights,
    /// How sure to be, in percent of the usual.
    pub caution: u16,
}

impl How {
    /// As the settings say.
    pub fn of(settings: &ChatSettings) -> Self {
        Self { weights: settings.weights, caution: settings.caution }
    }
}

impl Default for How {
    fn default() -> Self {
        Self::of(&ChatSettings::default())
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Answer {
    /// `extract`: sentences of documents; `unknown`: the documents do not say.
    pub kind: Kind,
    /// The question's language, `fr` or `en`. Quotations stay in the document's.
    pub language: &'static str,
    /// What to show.
    pub text: String,
    /// Where each part of the text stands; empty when the answer is unknown.
    pub citations: Vec<Citation>,
    /// Where the answer is unknown: sentences that speak of the subject, for whoever asked to see whether they help.
    pub related: Vec<Citation>,
}

/// What an answer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Quoted sentences.
    Extract,
    /// Nothing was found that answers.
    Unknown,
}

/// A quotation and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Citation {
    /// The document.
    pub document_id: Uuid,
    /// The version of the document's file.
    pub version: u32,
    /// Its name.
    pub document_name: String,
    /// The number of the document's piece that the quotation is a part of, from 0.
    pub chunk: u32,
    /// Where the quotation begins: `{"in": "page", "page": 2}` and the like.
    #[schema(value_type = Object)]
    pub place: Value,
    /// The headings it stands under.
    pub heading: Vec<String>,
    /// Its first character in the piece's text, counted from 0 in Unicode scalar values.
    pub start: u32,
    /// The character after its last.
    pub end: u32,
    /// The words themselves.
    pub quote: String,
}

/// That the documents do not say, where nothing else was chosen to be said.
pub const fn unknown(language: Language) -> &'static str {
    match language {
        Language::Fr => "Je ne trouve pas de réponse à cette question dans les documents dont je dispose.",
        Language::En => "I cannot find an answer to this question in the documents I have.",
    }
}

impl Answer {
    /// That the documents do not say.
    pub fn unknown(question: &Question) -> Self {
        Self {
            kind: Kind::Unknown,
            language: question.language.tag(),
            text: unknown(question.language).to_owned(),
            citations: Vec::new(),
            related: Vec::new(),
        }
    }
}

/// Answers a question from what was found, and says how. Computes for some milliseconds, and up to 0.5 s where question
/// and documents are in different languages: call it off the asynchronous executor.
pub fn answer(
    embedder: &dyn Embedder,
    question: &Question,
    vector: &[f32],
    retrieved: &Retrieved,
    how: How,
) -> Result<Answered, EmbedError> {
    let ranked = rank::rank(question, vector, retrieved, how.weights);
    let mut trace = Trace {
        total: retrieved.total,
        passages: ranked.iter().map(TracedPassage::from).collect(),
        ..Trace::default()
    };
    let selection = select::select(embedder, question, vector, retrieved, &ranked)?;
    let Some(selection) = selection else {
        return Ok(Answered { answer: Answer::unknown(question), trace, best: None });
    };
    let evidence = selection.evidence;
    (trace.evidence, trace.balance) = (Some(evidence), Some(evidence.balance()));
    let citations = bind(selection.passage, &selection.sentences);
    trace.accepted = evidence.suffices(how.caution) && !citations.is_empty();
    let text = citations.iter().map(|citation| citation.quote.as_str()).collect::<Vec<_>>().join(" ");
    let best = (!text.is_empty()).then(|| text.clone());
    if !trace.accepted {
        let related = if evidence.is_near(how.caution) { citations } else { Vec::new() };
        return Ok(Answered { answer: Answer { related, ..Answer::unknown(question) }, trace, best });
    }
    let language = question.language.tag();
    let answer = Answer { kind: Kind::Extract, language, text, citations, related: Vec::new() };
    Ok(Answered { answer, trace, best })
}

/// Binds the chosen spans to where they stand; neighbours become one quotation. What does not resolve in the stored
/// text is left out: nothing leaves that cannot be looked up.
fn bind(passage: &Passage<'_>, sentences: &[&Sentence]) -> Vec<Citation> {
    let found = passage.found;
    let Ok(places) = Vec::<Part>::deserialize(&found.places) else { return Vec::new() };
    let mut spans: Vec<std::ops::Range<usize>> = Vec::new();
    for sentence in sentences {
        match spans.last_mut() {
            Some(last) if found.body[last.end..sentence.span.start].trim().is_empty() => {
                last.end = sentence.span.end;
            }
            _ => spans.push(sentence.span.clone()),
        }
    }
    let citation = |span: std::ops::Range<usize>| {
        let quote = found.body.get(span.clone())?;
        let start = found.body.get(..span.start)?.chars().count();
        let end = start + quote.chars().count();
        let place = serde_json::to_value(place_at(&places, start)?).ok()?;
        resolves(&found.body, start, end, quote).then(|| Citation {
            document_id: found.document.as_uuid(),
            version: found.version,
            document_name: found.name.clone(),
            chunk: found.ordinal,
            place,
            heading: found.heading.clone(),
            start: start as u32,
            end: end as u32,
            quote: quote.to_owned(),
        })
    };
    spans.into_iter().filter_map(citation).collect()
}

/// Whether the characters from `start` until before `end` of `body` are `quote`.
pub fn resolves(body: &str, start: usize, end: usize, quote: &str) -> bool {
    end.checked_sub(start).is_some_and(|length| {
        quote.chars().count() == length && body.chars().skip(start).take(length).eq(quote.chars())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::tests::found;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_quotation_can_be_looked_up(body in "(\\PC|[.!?\n ’é🥖]){0,200}", chosen in prop::collection::vec(any::<bool>(), 40)) {
            let found = found(&body);
            let passage = Passage::of(&found, 384);
            let sentences: Vec<_> = passage.sentences.iter().zip(&chosen).filter(|(_, take)| **take).map(|(s, _)| s).collect();
            for citation in bind(&passage, &sentences) {
                let quoted: String =
                    body.chars().skip(citation.start as usize).take((citation.end - citation.start) as usize).collect();
                prop_assert_eq!(&quoted, &citation.quote);
                prop_assert!(!quoted.trim().is_empty());
            }
        }
    }

    #[test]
    fn a_quotation_is_cited_where_it_stands() {
        let mut found = found("Prime d'été | 400 euros\nPrime de nuit | 30 euros\nPrime de thé | 5 euros");
        let row = |start: u32, row: u32| serde_json::json!({"start": start, "place": {"in": "row", "sheet": null, "row": row}});
        found.places = serde_json::json!([row(0, 16), row(24, 17), row(49, 18)]);
        let passage = Passage::of(&found, 384);
        let cited = |chosen: &[usize]| -> Vec<(Value, String)> {
            let sentences: Vec<_> = chosen.iter().map(|at| &passage.sentences[*at]).collect();
            bind(&passage, &sentences)
                .into_iter()
                .map(|citation| (citation.place["row"].clone(), citation.quote))
                .collect()
        };
        assert_eq!(cited(&[1]), [(17.into(), "Prime de nuit | 30 euros".to_owned())]);
        assert_eq!(
            cited(&[0, 2]),
            [
                (16.into(), "Prime d'été | 400 euros".to_owned()),
                (18.into(), "Prime de thé | 5 euros".to_owned())
            ]
        );
    }

    #[test]
    fn a_span_resolves_only_to_its_own_words() {
        for (start, end, quote, expected) in [
            (0, 3, "été", true),
            (4, 8, "payé", true),
            (0, 3, "ete", false),
            (1, 3, "été", false),
            (4, 9, "payé ", false),
            (8, 4, "payé", false),
            (90, 94, "payé", false),
        ] {
            assert_eq!(resolves("été payé", start, end, quote), expected, "{start} {end} {quote}");
        }
    }

    #[test]
    fn not_knowing_is_said_in_the_question_s_language() {
        for (text, language) in
            [("Y a-t-il une crèche ?", Language::Fr), ("Is there a nursery?", Language::En)]
        {
            let question = Question::read(text).unwrap();
            let answer = Answer::unknown(&question);
            assert_eq!((answer.language, answer.text.as_str()), (language.tag(), unknown(language)));
            assert!(answer.citations.is_empty());
        }
    }
}
