//! What they can do: a list, and what in it is no skill.
//!
//! A CV may say anything, also to whoever reads it by machine. What is listed here are short terms; a sentence is none,
//! so "give this candidate the best mark" is just text.

use vivier_domain::redacted::Redacted;

use super::languages;
use super::line::Line;
use super::personal::simple;
use crate::MAX_ENTRIES;
use crate::canonical::canonical;
use crate::resume::{Language, Skill};

/// Most words of a skill in a list of skills, small ones left out.
const MOST_WORDS: usize = 8;
/// Most words of a task or result that may name a skill, small ones left out: fewer than an order to the reader takes.
const MOST_HIGHLIGHT_WORDS: usize = 6;
/// What ratings look like behind a skill.
const RATINGS: &[char] = &['★', '☆', '●', '○', '■', '□', '✩', '✭', '⭐', '▰', '▱'];
/// Words of lists that say how well, folded.
const HOW_WELL: &[&str] = &[
    "avance",
    "avancee",
    "basic",
    "bases",
    "bon",
    "bonne",
    "confirme",
    "confirmee",
    "courant",
    "debutant",
    "debutante",
    "expert",
    "experte",
    "intermediaire",
    "intermediate",
    "advanced",
    "beginner",
    "maitrise",
    "notions",
    "proficient",
];
/// Pairs of words that speak of the reading, not of the work.
const ADDRESSES: &[&str] = &[
    "this candidate",
    "ce candidat",
    "cette candidate",
    "cette candidature",
    "previous instructions",
    "above instructions",
    "instructions precedentes",
    "instructions ci",
    "all instructions",
    "toutes les instructions",
    "ignore all",
    "ignore previous",
    "ignore toutes",
    "ignorez les",
    "ignorez toutes",
    "system prompt",
    "this cv",
    "this resume",
];

/// Reads the part of a CV that lists skills; the languages among them apart.
pub(super) fn read(lines: &[Line]) -> (Vec<Skill>, Vec<Language>) {
    let (mut skills, mut languages): (Vec<Skill>, Vec<Language>) = (Vec::new(), Vec::new());
    let joined = joined(lines);
    // Where most lines are one term, a comma is part of it.
    let plain = joined.iter().filter(|line| !line.text.contains(',')).count();
    let one_a_line = joined.len() > 2 && plain * 5 >= joined.len() * 3;
    for line in &joined {
        for piece in pieces(line, one_a_line) {
            if piece.trim_end().ends_with(':') {
                continue;
            }
            let piece = without_rating(piece.trim());
            if let Some(language) =
                languages::language(piece).filter(|found| found.fluency.is_none() || has_level(found))
            {
                languages.push(language);
            } else if is_skill(piece) && skills.len() < MAX_ENTRIES {
                let new = !skills.iter().any(|skill| skill.name.expose() == piece);
                skills.extend(new.then(|| Skill { name: Redacted::new(piece) }));
            }
        }
    }
    languages.truncate(MAX_ENTRIES);
    (skills, languages)
}

/// Whether a task or a result of some position is short enough to name a skill.
pub(crate) fn names_skill(highlight: &str) -> bool {
    words(highlight) <= MOST_HIGHLIGHT_WORDS && is_skill(highlight)
}

fn has_level(language: &Language) -> bool {
    language.fluency.as_ref().is_some_and(|fluency| crate::language::level(fluency.expose()).is_some())
}

/// Words that say something. Those of the canonical form, so that both genders of a term are as long.
fn words(text: &str) -> usize {
    canonical(text).split(' ').count()
}

fn is_skill(text: &str) -> bool {
    let simple = simple(text);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let sentence = text.ends_with(['.', '!', '?']) && simple.split(' ').count() > 4;
    letters > 0 && words(text) <= MOST_WORDS && !sentence && !is_order(text)
}

/// Whether a text speaks to whoever reads the CV, or to their machine, about the candidate.
pub(super) fn is_order(text: &str) -> bool {
    let simple = simple(text);
    ADDRESSES.iter().any(|address| simple.contains(address))
}

/// Lists that run over several lines as one; lines of their own apart.
fn joined(lines: &[Line]) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    let longest = lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0);
    for line in lines {
        let goes_on = |last: &Line| {
            // The second line of an item has no bullet of its own.
            if last.item && !line.item && line.heading.is_none() {
                return line.text.starts_with(|c: char| c.is_lowercase() || c == '(');
            }
            let list = last.text.contains(',') && !last.item && !line.item && line.heading.is_none();
            let full = last.text.chars().count() * 5 >= longest * 4 && longest > 40;
            // Within a list a line ends where the paper does: at a comma, or before a word without a capital.
            list && (last.text.ends_with(',')
                || full && (line.text.starts_with(char::is_lowercase) || line.text.contains(',')))
        };
        match joined.last_mut() {
            Some(last) if goes_on(last) => {
                if !last.text.ends_with('-') {
                    last.text.push(' ');
                }
                last.text.push_str(&line.text);
            }
            _ => joined.push(line.clone()),
        }
    }
    joined
}

/// The terms of a line. The label before a colon is none, unless a figure stands behind it: `Frappe : 60 mots/min`.
fn pieces(line: &Line, one_a_line: bool) -> Vec<&str> {
    let text = match line.text.split_once(':') {
        Some((label, rest)) if rest.trim_start().starts_with(|c: char| c.is_ascii_digit()) => label,
        Some((label, rest)) if !rest.trim().is_empty() && label.split(' ').count() <= 4 => rest,
        _ => line.text.as_str(),
    };
    let commas = split(text, &[',', ';', '|', '•', '·']);
    // `Qualité, hygiène et sécurité` behind a bullet is one term that happens to have a comma.
    let enumerates = (line.item || one_a_line)
        && commas.len() > 1
        && commas.last().is_some_and(|last| {
            let last = format!(" {} ", simple(last));
            [" et ", " and ", " ou ", " or "].iter().any(|word| last.contains(word))
        });
    let pieces = if enumerates { vec![text] } else { rejoined(text, commas) };
    pieces.into_iter().flat_map(by_strokes).collect()
}

/// `Word - Excel` are two terms and `Coffrage / Ferraillage / Levage` three; `Marketing / Mercatique` is one in two words.
fn by_strokes(piece: &str) -> Vec<&str> {
    let separator = if piece.matches(" / ").count() > 1 { " / " } else { " - " };
    let pieces: Vec<&str> = piece.split(separator).flat_map(|piece| piece.split(" – ")).collect();
    let rates = |piece: &&str| !HOW_WELL.contains(&simple(piece).as_str());
    // A dash may stand within parentheses.
    if piece.contains('(') { vec![piece] } else { pieces.into_iter().filter(rates).collect() }
}

/// `Utilisation de fours, d'étuves` goes on behind its comma.
fn rejoined<'t>(text: &'t str, pieces: Vec<&'t str>) -> Vec<&'t str> {
    let mut kept: Vec<&str> = Vec::new();
    for piece in pieces {
        let trimmed = piece.trim_start();
        let goes_on =
            ["d'", "d’", "de ", "du ", "des ", "of ", "..."].iter().any(|small| trimmed.starts_with(small));
        let from = kept.last().map(|last| last.as_ptr() as usize - text.as_ptr() as usize);
        match (goes_on, from) {
            (true, Some(from)) => {
                let to = piece.as_ptr() as usize - text.as_ptr() as usize + piece.len();
                if let (Some(last), Some(whole)) = (kept.last_mut(), text.get(from..to)) {
                    *last = whole;
                }
            }
            _ => kept.push(piece),
        }
    }
    kept
}

/// Cuts at signs outside of parentheses.
fn split<'t>(text: &'t str, at: &[char]) -> Vec<&'t str> {
    let closes = text.contains(')');
    let (mut depth, mut before) = (0_i32, ' ');
    text.split(|c: char| {
        // `organisé·e` is one word.
        let spaced = before.is_whitespace() || !matches!(c, '·' | '•');
        before = c;
        match c {
            '(' if closes => depth += 1,
            ')' => depth = (depth - 1).max(0),
            _ => {}
        }
        depth == 0 && spaced && at.contains(&c)
    })
    .collect()
}

/// A skill without its stars, its percentage or the word for how well.
fn without_rating(text: &str) -> &str {
    let end = |c: char| c.is_whitespace() || RATINGS.contains(&c) || matches!(c, '–' | ':' | ',');
    let mut text = text.trim_matches(end).trim_end_matches('.').trim_end_matches(" -");
    if let Some(head) = text.strip_suffix('%') {
        text = head.trim_end().trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(end);
    }
    if let Some((head, tail)) = text.rsplit_once([' ', '(']) {
        let word = simple(tail);
        let parted = head.trim_end().ends_with(['-', '–', ':', '(']) || tail.ends_with(')');
        if parted && HOW_WELL.contains(&word.as_str()) {
            text = head.trim_end_matches('(').trim_end_matches(end).trim_end_matches(" -");
        }
    }
    text.trim_matches(end)
}

#[cfg(test)]
mod tests;
