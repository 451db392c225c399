//! A PDF knows lines, not paragraphs. Lines are joined where one plainly runs on into the next, so that sentences are
//! whole; where it is not plain, the line end stays.

use super::headings::Sizes;
use super::page::Line;
use crate::extract::BlockKind;

/// Share of the longest line from which a line counts as full.
const FULL: f64 = 0.7;
/// And from which it may run on into a line that does not begin a sentence.
const HALF: f64 = 0.4;
/// PDFium marks a hyphen that it takes for the type-setter's by U+0002 or U+FFFE.
const HYPHENS: [char; 3] = ['\u{2}', '\u{fffe}', '\u{ad}'];

/// The paragraphs and headings of a page's lines.
pub(super) fn paragraphs(lines: &[Line], headings: &Sizes) -> Vec<(BlockKind, String)> {
    let mut blocks = Vec::new();
    let mut rest = lines;
    while let Some(first) = rest.first() {
        let level = headings.level(first);
        let alike = rest.iter().take_while(|line| headings.level(line) == level).count();
        let (these, others) = rest.split_at(alike);
        rest = others;
        if let Some(level) = level {
            // A heading of several lines is one; two headings do not follow each other without text in one size.
            for text in joined_headings(these) {
                blocks.push((BlockKind::Heading { level }, text));
            }
        } else {
            let texts: Vec<&str> = these.iter().map(|line| line.text.as_str()).collect();
            blocks.extend(join(&texts).into_iter().map(|text| (kind(&text), text)));
        }
    }
    blocks
}

/// A heading goes on in the next line where that is near and does not begin like another.
fn joined_headings(lines: &[Line]) -> Vec<String> {
    let mut headings: Vec<String> = Vec::new();
    let mut before: Option<&Line> = None;
    for line in lines {
        let near = before.is_some_and(|before| {
            (before.bottom - line.top).abs() < line.size && line.text.starts_with(char::is_lowercase)
        });
        match headings.last_mut() {
            Some(heading) if near => {
                heading.push(' ');
                heading.push_str(&line.text);
            }
            _ => headings.push(line.text.clone()),
        }
        before = Some(line);
    }
    headings
}

fn kind(text: &str) -> BlockKind {
    if opens_item(text) { BlockKind::Item } else { BlockKind::Paragraph }
}

/// Lines joined to paragraphs; an empty line ends one.
pub(crate) fn join(lines: &[&str]) -> Vec<String> {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let mut paragraphs: Vec<String> = Vec::new();
    let mut before: Option<&str> = None;
    for line in lines {
        if line.is_empty() {
            before = None;
            continue;
        }
        match (before, paragraphs.last_mut()) {
            (Some(previous), Some(paragraph)) if runs_on(previous, line, longest) => {
                if let Some(stem) = paragraph.strip_suffix(HYPHENS) {
                    let length = stem.len();
                    paragraph.truncate(length);
                } else if !paragraph.ends_with('-') {
                    paragraph.push(' ');
                }
                paragraph.push_str(line);
            }
            _ => paragraphs.push(line.to_owned()),
        }
        before = Some(line);
    }
    paragraphs
}

fn runs_on(previous: &str, line: &str, longest: usize) -> bool {
    if previous.ends_with(HYPHENS) {
        return true;
    }
    if opens_item(line) || is_capitals(line) || is_capitals(previous) {
        return false;
    }
    let lower = line.starts_with(char::is_lowercase);
    if previous.ends_with(['.', '!', '?', ':', '…', ';']) && !lower {
        return false;
    }
    let share = previous.chars().count() as f64 / longest as f64;
    let goes_on = lower || line.starts_with([',', ')', '»']) || previous.ends_with([',', '(', '-']);
    share >= FULL || (goes_on && share >= HALF && !opens_item(previous))
}

fn opens_item(line: &str) -> bool {
    // Word's bullets are letters of its own symbol fonts, in the private use area.
    line.starts_with(|c: char| "•-–—▪◦●*○■➢✓".contains(c) || ('\u{e000}'..='\u{f8ff}').contains(&c))
}

/// Titles of sections are often set in capitals.
fn is_capitals(line: &str) -> bool {
    let mut letters = line.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::join;

    fn join_text(text: &str) -> Vec<String> {
        join(&text.lines().collect::<Vec<_>>())
    }

    #[test]
    fn a_sentence_runs_over_lines() {
        assert_eq!(
            join_text(
                "Le salarié pose ses congés auprès de son\r\nresponsable. Celui-ci répond sous huit jours.\r\nLes jours restants sont reportés."
            ),
            [
                "Le salarié pose ses congés auprès de son responsable. Celui-ci répond sous huit jours.",
                "Les jours restants sont reportés."
            ]
        );
    }

    #[test]
    fn titles_and_items_stand_alone() {
        assert_eq!(
            join_text(
                "EXPÉRIENCE\nDéveloppeuse chez Exemple depuis 2021, équipe des paiements en ligne\n• Rust\n• SQL"
            ),
            [
                "EXPÉRIENCE",
                "Développeuse chez Exemple depuis 2021, équipe des paiements en ligne",
                "• Rust",
                "• SQL"
            ]
        );
    }

    #[test]
    fn lines_of_a_curriculum_vitae_stay_apart() {
        let lines = [
            "Dominique Exemple",
            "soudeuse",
            "EXPÉRIENCE",
            "soudeuse – Atelier Exemple, Lyon, 2021 – aujourd'hui",
            "• soudure",
            "atelier – Autre, 2019",
        ];
        assert_eq!(join(&lines), lines);
    }

    #[test]
    fn hyphens() {
        assert_eq!(join_text("la rému\u{2}\nnération"), ["la rémunération"]);
        assert_eq!(join_text("un rendez-\nvous de suivi"), ["un rendez-vous de suivi"]);
    }

    #[test]
    fn nothing() {
        assert!(join_text(" \r\n\n").is_empty());
    }
}
