//! Where sentences end in French and English. Citations are bound to sentences, so a sentence cut at `M.` or at
//! `art. L. 1234-5` would be a citation that says something else.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Abbreviations that a capital letter or a figure may follow inside a sentence; in lower case, without their last dot.
const ABBREVIATIONS: &[&str] = &[
    // French
    "al", "adr", "apr", "arr", "art", "av", "bd", "bld", "boul", "c.-à-d", "cf", "chap", "coeff", "coll",
    "déc", "dept", "dir", "dpt", "dr", "ech", "éd", "env", "ex", "exp", "fbg", "fig", "hab", "ibid", "janv",
    "juil", "m", "max", "me", "mgr", "min", "mlle", "mlles", "mm", "mme", "mmes", "moy", "n°", "nb", "no",
    "nov", "nᵒ", "obs", "oct", "p", "p. ex", "par", "pp", "pr", "prof", "réf", "resp", "rens", "s", "sect",
    "sept", "st", "ste", "suiv", "t", "tél", "tel", "vol", "v", // English
    "approx", "apt", "aug", "ave", "blvd", "capt", "co", "corp", "dec", "e.g", "eg", "est", "feb", "gen",
    "gov", "hon", "i.e", "ie", "inc", "jan", "jr", "lt", "ltd", "mr", "mrs", "ms", "mt", "nos", "rd", "ref",
    "rev", "sen", "sep", "sr", "tel", "vs",
];
/// Abbreviations in the list that are also words a sentence may end with: kept together only before a figure.
const ALSO_WORDS: &[&str] = &["me", "no", "par", "est", "co", "s", "t", "v", "ex", "max", "min"];

/// The sentences of a text as byte ranges, in order, without the white space around them. A line end ends a sentence.
/// Every character that is not white space lies in exactly one range.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (start, part) in text.split_sentence_bound_indices() {
        let trimmed = part.trim();
        if trimmed.is_empty() {
            open &= !part.contains('\n');
            continue;
        }
        let start = start + (part.len() - part.trim_start().len());
        let end = start + trimmed.len();
        match found.last_mut() {
            Some(last) if open && goes_on(&text[last.clone()], trimmed) => last.end = end,
            Some(last) if open => {
                // French sets a space before its closing quotation mark, where the algorithm for all languages cuts.
                let closing = trimmed.len() - trimmed.trim_start_matches(['»', '”', ')', ']']).len();
                if closing > 0 {
                    last.end = start + closing;
                }
                let rest = text[start + closing..end].trim_start();
                if !rest.is_empty() {
                    found.push(end - rest.len()..end);
                }
            }
            _ => found.push(start..end),
        }
        open = !part.ends_with(['\n', '\r', '\u{2028}', '\u{2029}']);
    }
    found
}

/// Whether what looked like an end is an abbreviation, an initial or the number of a list item.
fn goes_on(before: &str, after: &str) -> bool {
    let Some(before) = before.strip_suffix('.') else { return false };
    let figure = after.starts_with(|c: char| c.is_ascii_digit());
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '«' | '"' | '\'' | '’' | '/'))
        .next()
        .unwrap_or(before);
    // "1." or "a." before the item's own text
    if word.len() == before.len()
        && (word.chars().all(|c| c.is_ascii_digit()) || word.chars().count() == 1)
        && !word.is_empty()
    {
        return true;
    }
    let lower = word.to_lowercase();
    // Initials and the series of the French codes (L., R., D.), but not a unit or grade that ends a sentence: "permis B."
    let mut letters = word.chars();
    let initial = matches!((letters.next(), letters.next()), (Some(letter), None) if letter.is_uppercase());
    if initial {
        return figure || !follows_lower_word(before, word);
    }
    if before.to_lowercase().ends_with("p. ex") {
        return true;
    }
    ABBREVIATIONS.contains(&lower.as_str())
        && (figure || !ALSO_WORDS.contains(&lower.as_str()) || word.starts_with(char::is_uppercase))
}

/// Whether an initial comes right after a word in lower case, as in "le permis B. Il faut …", not in "par J. Martin".
fn follows_lower_word(before: &str, initial: &str) -> bool {
    /// Words that a name may follow.
    const BEFORE_NAMES: &[&str] = &[
        "par", "de", "à", "et", "avec", "chez", "pour", "art", "article", "articles", "by", "from", "with",
        "and", "for", "to", "of",
    ];
    let word = before[..before.len() - initial.len()]
        .split_whitespace()
        .next_back()
        .unwrap_or("")
        .trim_end_matches('.');
    initial != "M"
        && word.chars().count() > 1
        && word.chars().all(char::is_lowercase)
        && !BEFORE_NAMES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[track_caller]
    fn whole(text: &str) {
        assert_eq!(cut(text), [text]);
    }

    mod french {
        use super::*;

        #[test]
        fn plain() {
            assert_eq!(
                cut("Le poste est à Lyon. Il est ouvert ! Et après ?  Rien."),
                ["Le poste est à Lyon.", "Il est ouvert !", "Et après ?", "Rien."]
            );
        }

        #[test]
        fn abbreviations() {
            whole("Adressez-vous à M. Durand ou à Mme. Petit.");
            whole("Voir l'art. L. 1234-5 du code du travail.");
            whole("Voir le n°. 12 et la p. 3 du livret.");
            whole("Un diplôme, p. ex. BTS, est demandé.");
            whole("Les outils (Excel, Word, etc.) sont fournis.");
            whole("Un entretien avec J. Martin suivra.");
            whole("Tél. 01 02 03 04 05 ou par courriel.");
        }

        #[test]
        fn etc_may_end_a_sentence() {
            assert_eq!(
                cut("Repas, transports, etc. Les frais sont remboursés."),
                ["Repas, transports, etc.", "Les frais sont remboursés."]
            );
        }

        #[test]
        fn a_letter_may_end_a_sentence() {
            assert_eq!(
                cut("Il faut le permis B. Le véhicule est fourni."),
                ["Il faut le permis B.", "Le véhicule est fourni."]
            );
        }

        #[test]
        fn quotation_marks_close_their_sentence() {
            assert_eq!(
                cut("Il répond : « Oui. » Puis il signe."),
                ["Il répond : « Oui. »", "Puis il signe."]
            );
        }

        #[test]
        fn figures() {
            whole("La prime est de 3.5 % du salaire, soit 1 200,50 € par an.");
        }

        #[test]
        fn list_numbers() {
            assert_eq!(cut("1. Objet du contrat\n2. Durée"), ["1. Objet du contrat", "2. Durée"]);
        }
    }

    mod english {
        use super::*;

        #[test]
        fn plain() {
            assert_eq!(
                cut("It is in London. Apply now! Why not?"),
                ["It is in London.", "Apply now!", "Why not?"]
            );
        }

        #[test]
        fn abbreviations() {
            whole("Ask Mr. Smith, Dr. Jones or Prof. Brown.");
            whole("Some benefits, e.g. Health cover, apply.");
            whole("Contact Acme Ltd. London for details.");
        }

        #[test]
        fn words_that_look_like_abbreviations() {
            assert_eq!(cut("The answer is no. Please apply."), ["The answer is no.", "Please apply."]);
            assert_eq!(cut("Write to me. We answer."), ["Write to me.", "We answer."]);
        }
    }

    #[test]
    fn lines_end_sentences() {
        assert_eq!(cut("Titre\nUne ligne\n\n  M.\nDurand"), ["Titre", "Une ligne", "M.", "Durand"]);
    }

    #[test]
    fn nothing_is_lost_or_repeated() {
        for text in [
            "",
            " \n ",
            "…",
            "A.B.C. d. e. F. \u{a0} G",
            "» . « a. » b",
            "\u{0}\u{301}x. Y",
            "🙂. 🙂",
            "1. 2. 3.",
        ] {
            let ranges = sentences(text);
            let mut at = 0;
            for range in ranges {
                assert!(text[at..range.start].trim().is_empty(), "{text:?}");
                assert_eq!(text[range.clone()].trim(), &text[range.clone()]);
                at = range.end;
            }
            assert!(text[at..].trim().is_empty(), "{text:?}");
        }
    }
}
