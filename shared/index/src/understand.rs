//! What the words of a search mean in this index: slips, beginnings, words written apart or as one, and what says the same.

use vivier_text::analysis::{fold, is_stop_word, stem};

use crate::query::Queries;
use crate::request::SearchRequest;
use crate::search::{SearchError, SearchIndex};
use crate::words::Words;

impl SearchIndex {
    /// Takes words that no offer has for slips or beginnings, then adds what says the same. The search as understood, where a
    /// slip was mended.
    pub(crate) fn understand(
        &self,
        queries: &Queries<'_>,
        words: &mut Words,
        request: &SearchRequest,
    ) -> Result<Option<String>, SearchError> {
        for neighbours in &words.neighbours {
            let joined = stem(neighbours);
            if queries.occurs(&joined)? {
                for word in &mut words.wanted {
                    if neighbours.starts_with(&word.typed) || neighbours.ends_with(&word.typed) {
                        word.same.push(vec![joined.clone()]);
                    }
                }
                words.joined.push(joined);
            }
        }
        let last = words.wanted.len().wrapping_sub(1);
        let mut mended = None;
        for at in 0..words.wanted.len() {
            let word = &words.wanted[at];
            if queries.any_occurs(word)? {
                continue;
            }
            let open = words.open && at == last;
            let mut meant = if open { self.vocabulary.completions(&word.typed) } else { Vec::new() };
            if meant.is_empty()
                && let Some(halves) = halves(queries, &word.typed)?
            {
                words.wanted[at].same.push(halves);
                continue;
            }
            if meant.is_empty() {
                meant = self.vocabulary.meant(&word.typed);
                if meant.is_empty() {
                    meant = request.synonyms.meant(&word.typed);
                }
                if let Some(best) = meant.first() {
                    let q: &mut String = mended.get_or_insert_with(|| fold(&request.q));
                    *q = q.replacen(&word.typed, best, 1);
                }
            }
            let same: Vec<Vec<String>> = meant.iter().map(|word| vec![stem(word)]).collect();
            words.wanted[at].same.extend(same);
        }
        request.synonyms.add_to(words);
        Ok(mended)
    }
}

/// Two words that offers have, of which an unknown one is made: `nodejs`. Their stems; the two that most offers have.
fn halves(queries: &Queries<'_>, typed: &str) -> Result<Option<Vec<String>>, SearchError> {
    /// A shorter word is no half.
    const LEAST: usize = 2;
    let mut best = None;
    for at in LEAST..(typed.len() + 1).saturating_sub(LEAST) {
        let Some((first, second)) = typed.split_at_checked(at) else { continue };
        if is_stop_word(first) || is_stop_word(second) {
            continue;
        }
        let stems = vec![stem(first), stem(second)];
        let having = queries.having(&stems[0])?.min(queries.having(&stems[1])?);
        if having > 0 && best.as_ref().is_none_or(|(most, _)| *most < having) {
            best = Some((having, stems));
        }
    }
    Ok(best.map(|(_, stems)| stems))
}
