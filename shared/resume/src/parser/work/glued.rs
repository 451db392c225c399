//! A reader of pages joins lines that stand close together: the last task of one position and the head of the next.
//! Both are told apart here by where a date stands and where capitals begin.

use crate::parser::dates::periods;
use crate::parser::line::Line;

/// What parts an employer, a place and a title.
const BARS: &[&str] = &[" | ", " – ", " — "];

/// The lines, with heads freed from the list items they were joined to.
pub(super) fn freed(lines: &[Line]) -> Vec<Line> {
    let mut freed = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let at = if line.item { head(&line.text, lines.get(n + 1)) } else { None };
        match at.filter(|at| line.text[..*at].contains(char::is_alphabetic)) {
            Some(at) => {
                let (task, head) = line.text.split_at(at);
                freed.push(Line { text: task.trim_end().to_owned(), ..line.clone() });
                freed.push(Line { text: head.to_owned(), item: false, heading: None });
            }
            None => freed.push(line.clone()),
        }
    }
    freed
}

/// Where in an item a head begins.
fn head(text: &str, next: Option<&Line>) -> Option<usize> {
    let found = periods(text);
    let Some(range) = found.iter().find(|period| period.is_range()) else {
        // The date stands alone in the next line.
        let dated = next.is_some_and(|next| {
            let found = periods(&next.text);
            !next.item
                && found
                    .first()
                    .is_some_and(|period| period.is_range() && period.span.len() == next.text.len())
        });
        return if dated { before_bar(text) } else { None };
    };
    let (before, after) = (&text[..range.span.start], text[range.span.end..].trim_start());
    if after.starts_with(':') {
        return Some(range.span.start);
    }
    let parted = before.trim_end().ends_with(['|', '–', '—']) || after.is_empty();
    if parted { before_bar(before) } else { None }
}

/// Where the name or title begins that stands before the first bar: at the last word with a capital, and at the capitals
/// before it, which make one name.
fn before_bar(text: &str) -> Option<usize> {
    let bar = BARS.iter().filter_map(|bar| text.find(bar)).min()?;
    let words: Vec<(usize, &str)> = text[..bar]
        .split(' ')
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some((start, word))
        })
        .collect();
    let capital = |word: &str| word.starts_with(char::is_uppercase);
    let small = |word: &str| matches!(word, "et" | "and" | "&" | "de" | "du" | "la" | "le");
    let mut at = words.iter().rposition(|(_, word)| capital(word))?;
    // `Pont et Fils`, `Le Goff`; the first word of the item itself is the task's.
    while at > 1 && (capital(words[at - 1].1) || small(words[at - 1].1) && at > 2 && capital(words[at - 2].1))
    {
        at -= 1;
    }
    Some(words[at].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_freed() {
        for (text, next, expected) in [
            (
                "Lecture de plans Pont et Fils | Brest | 2020 - 2022 Soudeuse",
                "",
                "Pont et Fils | Brest | 2020 - 2022 Soudeuse",
            ),
            (
                "lecture of plans Le Bridge Ltd | Brest | 2020 - 2022 welder",
                "",
                "Le Bridge Ltd | Brest | 2020 - 2022 welder",
            ),
            (
                "Lecture de plans mai 2020 - juin 2021 : Soudeuse, Pont",
                "",
                "mai 2020 - juin 2021 : Soudeuse, Pont",
            ),
            (
                "Lecture de plans Chef de chantier – Pont, Brest",
                "05/2020 – 06/2021",
                "Chef de chantier – Pont, Brest",
            ),
            (
                "Lecture de plans Chef de chantier – Pont, Brest 05/2020 – 06/2021",
                "",
                "Chef de chantier – Pont, Brest 05/2020 – 06/2021",
            ),
            ("Projet mené de 2019 à 2021 pour un client", "", ""),
            ("Lecture de plans", "05/2020 – 06/2021", ""),
        ] {
            let line = |text: &str, item| Line { text: text.to_owned(), item, heading: None };
            let freed = freed(&[line(text, true), line(next, false)]);
            let head = if freed.len() == 3 { freed[1].text.as_str() } else { "" };
            assert_eq!(head, expected, "{text}");
        }
    }
}
