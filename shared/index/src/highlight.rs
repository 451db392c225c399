//! Showing why an offer was found: the words of the search in its title and description, as safe HTML.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::page::Highlight;
use crate::words::Words;
use vivier_text::analysis::{Initials, root, terms_beginning};

/// Roughly what two lines of a list hold, in bytes.
const FRAGMENT: usize = 240;
/// What is shown before the first match, in bytes.
const LEAD: usize = 60;

/// Finds the words of a search in texts.
pub(crate) struct Highlighter {
    stems: HashSet<String>,
    roots: HashSet<String>,
    /// What the stems begin with, and their roots.
    initials: Initials,
}

/// A matching word: which, and where.
type Match = (String, Range<usize>);

impl Highlighter {
    pub(crate) fn new(words: &Words) -> Self {
        let stems: HashSet<_> = words.stems().cloned().collect();
        let initials = Initials::of(stems.iter().map(String::as_str));
        Self { roots: stems.iter().map(|stem| root(stem)).collect(), stems, initials }
    }

    pub(crate) fn highlight(&self, title: &str, description: &str) -> Highlight {
        // As the search does, only titles are compared by word family.
        let in_title =
            self.matches(title, |stem| self.stems.contains(stem) || self.roots.contains(&root(stem)));
        Highlight { title: mark(title, 0..title.len(), &in_title), description: self.fragment(description) }
    }

    fn matches(&self, text: &str, wanted: impl Fn(&str) -> bool) -> Vec<Match> {
        if self.stems.is_empty() {
            return Vec::new();
        }
        let found = terms_beginning(text, self.initials).into_iter().filter(|term| wanted(&term.text));
        found.map(|term| (term.text, term.span)).collect()
    }

    fn fragment(&self, text: &str) -> String {
        let matches = self.matches(text, |stem| self.stems.contains(stem));
        let focus = densest(&matches);
        let start = if focus <= LEAD { 0 } else { space_after(text, focus - LEAD).min(focus) };
        let end = if text.len() - start <= FRAGMENT {
            text.len()
        } else {
            space_before(text, start, start + FRAGMENT)
        };
        let mut html = String::new();
        if start > 0 {
            html.push('…');
        }
        html.push_str(mark(text, start..end, &matches).trim());
        if end < text.len() {
            html.push('…');
        }
        html
    }
}

/// Where the stretch of a fragment's length begins that has the most different words of the search.
fn densest(matches: &[Match]) -> usize {
    let (mut best, mut most) = (0, 0);
    let mut inside: HashMap<&str, usize> = HashMap::new();
    let mut last = 0;
    for (word, first) in matches {
        while let Some((stem, span)) = matches.get(last)
            && span.end <= first.start + FRAGMENT - LEAD
        {
            *inside.entry(stem).or_default() += 1;
            last += 1;
        }
        if inside.len() > most {
            (best, most) = (first.start, inside.len());
        }
        // The window moves on past its first word.
        if let Some(count) = inside.get_mut(word.as_str()) {
            *count -= 1;
            if *count == 0 {
                inside.remove(word.as_str());
            }
        }
    }
    best
}

fn space_after(text: &str, at: usize) -> usize {
    let at = text.ceil_char_boundary(at);
    text[at..].find(char::is_whitespace).map_or(at, |space| at + space)
}

fn space_before(text: &str, from: usize, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    text[from..at].rfind(char::is_whitespace).map_or(at, |space| from + space)
}

/// A part of a text as HTML, with `<mark>` around the matches that lie in it.
fn mark(text: &str, part: Range<usize>, matches: &[Match]) -> String {
    let mut html = String::with_capacity(part.len() + 32);
    let mut at = part.start;
    for (_, span) in matches {
        // The halves of a hyphenated word overlap the whole.
        if span.start < at || span.end > part.end {
            continue;
        }
        escape(&text[at..span.start], &mut html);
        html.push_str("<mark>");
        escape(&text[span.clone()], &mut html);
        html.push_str("</mark>");
        at = span.end;
    }
    escape(&text[at..part.end], &mut html);
    html
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' | '\t' => html.push(' '),
            c => html.push(c),
        }
    }
}
