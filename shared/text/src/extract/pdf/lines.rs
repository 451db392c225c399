//! A PDF knows lines, not paragraphs. Lines are joined where one plainly runs on into the next, so that sentences are
//! whole; where it is not plain, the line end stays.

/// Share of the longest line from which a line counts as full.
const FULL: f64 = 0.7;

pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
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
                // PDFium marks a hyphen it takes for the type-setter's by U+0002 or U+FFFE.
                if let Some(stem) = paragraph.strip_suffix(['\u{2}', '\u{fffe}', '\u{ad}']) {
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
    if previous.ends_with(['\u{2}', '\u{fffe}', '\u{ad}']) {
        return true;
    }
    let opens_item = line.starts_with(['•', '-', '–', '—', '▪', '◦', '●', '*', '○', '■', '➢', '✓']) || line.starts_with(|c| ('\u{e000}'..='\u{f8ff}').contains(&c));
    if opens_item || previous.ends_with(['.', '!', '?', ':', '…', ';']) && !line.starts_with(char::is_lowercase) {
        return false;
    }
    let full = previous.chars().count() as f64 >= longest as f64 * FULL;
    full || line.starts_with(|c: char| c.is_lowercase() || matches!(c, ',' | ')' | '»')) || previous.ends_with([',', '('])
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[test]
    fn a_sentence_runs_over_lines() {
        assert_eq!(
            paragraphs("Le salarié pose ses congés auprès de son\r\nresponsable. Celui-ci répond sous huit jours.\r\nLes jours restants sont reportés."),
            ["Le salarié pose ses congés auprès de son responsable. Celui-ci répond sous huit jours.", "Les jours restants sont reportés."]
        );
    }

    #[test]
    fn titles_and_items_stand_alone() {
        assert_eq!(
            paragraphs("EXPÉRIENCE\nDéveloppeuse chez Exemple depuis 2021, équipe des paiements en ligne\n• Rust\n• SQL"),
            ["EXPÉRIENCE", "Développeuse chez Exemple depuis 2021, équipe des paiements en ligne", "• Rust", "• SQL"]
        );
    }

    #[test]
    fn hyphens() {
        assert_eq!(paragraphs("la rému\u{2}\nnération"), ["la rémunération"]);
        assert_eq!(paragraphs("un rendez-\nvous de suivi"), ["un rendez-vous de suivi"]);
    }

    #[test]
    fn nothing() {
        assert!(paragraphs(" \r\n\n").is_empty());
    }
}
