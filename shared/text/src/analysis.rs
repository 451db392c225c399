//! How French text becomes words that can be compared: one analysis for what is indexed, what is searched and what
//! is highlighted, so that the three can never disagree.
//!
//! [`words`] cuts and folds; [`stem`] brings the forms of a word together. Elisions, inclusive spellings and gender
//! notices are taken away as the words are cut: they say nothing about the work. Nothing here knows of an engine.

mod abbreviations;
mod fold;
mod inclusive;
mod initials;
mod scan;
mod stem;
mod stop;

pub use abbreviations::{long_form, short_forms};
pub use fold::fold;
pub use initials::Initials;
pub use scan::{Word, words};
pub use stem::{root, stem};
pub use stop::is_stop_word;

/// Changes whenever the same text may give other terms: an index made by another version must be made again.
pub const VERSION: u32 = 2;

/// A term of an index and the part of the text, in bytes, it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Folded and stemmed.
    pub text: String,
    /// Within the analysed text, on character boundaries.
    pub span: std::ops::Range<usize>,
}

/// The terms of a text, in order, without stop words.
pub fn terms(text: &str) -> Vec<Term> {
    stemmed(words(text))
}

/// The terms of a text that begin with one of these letters, and maybe others, in order: a fraction of the work, for whoever looks for few.
pub fn terms_beginning(text: &str, initials: Initials) -> Vec<Term> {
    stemmed(scan::words_beginning(text, initials))
}

fn stemmed(words: Vec<Word>) -> Vec<Term> {
    let meaningful = words.into_iter().filter(|word| !is_stop_word(&word.text));
    meaningful.map(|word| Term { text: stem(&word.text), span: word.span }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> Vec<String> {
        terms(text).into_iter().map(|term| term.text).collect()
    }

    /// Every line: spellings that must give the same terms.
    #[test]
    fn spellings_that_are_one() {
        for line in [
            &["Développeur", "developpeur", "DÉVELOPPEUR", "De\u{301}veloppeur", "développeurs"][..],
            &[
                "développeur·se",
                "développeur.se",
                "développeur/se",
                "développeuse",
                "développeur(se)",
                "développeur-se",
            ],
            &["développeur·euse·s", "développeurs"],
            &[
                "infirmier",
                "infirmière",
                "infirmier(ère)",
                "infirmier·ère",
                "infirmier/ière",
                "infirmiers",
                "INFIRMIÈRES",
            ],
            &["infirmier(e)s", "infirmier"],
            &["directeur", "directrice", "directeur·rice", "directeur/trice", "directeur(rice)s"],
            &["employé", "employée", "employé·e", "employé.e.s", "employé(e)s", "employés", "employe"],
            &[
                "technicien",
                "technicienne",
                "technicien·ne",
                "technicien-ne-s",
                "techniciens",
                "technicien(ne)",
            ],
            &["commercial", "commerciaux", "commerciale", "commerciales"],
            &["professionnel", "professionnelle", "professionnel·le·s", "professionnelles"],
            &["vendeur / euse", "vendeur", "vendeuse"],
            &["sportif", "sportive", "sportives"],
            &[
                "Développeur (H/F)",
                "Développeur H/F",
                "Développeur F/H",
                "Développeur h-f",
                "Développeur (H/F/X)",
                "développeur",
            ],
            &["l'équipe", "l’équipe", "d’équipe", "équipe", "equipes", "qu'équipe"],
            &["œuvre", "oeuvre", "Œuvres"],
            &["C.D.I.", "CDI", "cdi"],
            &["35h", "35 h", "35 heures"],
            &["bac+2", "bac +2", "Bac + 2"],
            &["80 %", "80%"],
            &["2 500", "2500", "2\u{202f}500"],
            &["hôte", "hôtesse", "hôtesses", "hôte·sse"],
            &["maître", "maîtresse"],
            &["ingénieur", "ingénieure", "ingénieur·e", "ingénieures"],
            &["ambassadeur", "ambassadrice"],
            &["contremaître", "contremaîtresse"],
            &["2×8", "2x8"],
            &["15e", "15ème", "15e", "15"],
            &["sou\u{ad}deur", "soudeur"],
            &["3,5 t", "3.5t", "3,5 tonnes"],
        ] {
            for spelling in line {
                assert_eq!(stems(spelling), stems(line[0]), "{spelling}");
            }
        }
    }

    /// Every line: words that must stay apart.
    #[test]
    fn words_that_are_two() {
        for (one, other) in [
            ("C++", "C"),
            ("C#", "C"),
            ("C++", "C#"),
            (".NET", "net"),
            ("java", "javascript"),
            ("bac+2", "bac+5"),
            ("35h", "39h"),
            ("AS", "ASH"),
            ("cours", "course"),
            ("marin", "marine nationale"),
            ("hôte", "hôtel"),
        ] {
            assert_ne!(stems(one), stems(other), "{one}");
        }
    }

    #[test]
    fn notices_and_elisions_leave_nothing_behind() {
        for (text, expected) in [
            ("(H/F)", &[][..]),
            ("m/w/d", &[]),
            ("d'l'", &["l"]),
            ("aujourd'hui", &["aujourd'hui"]),
            ("O'Brien", &["o", "brien"]),
            ("l'IA d'EDF", &["ia", "edf"]),
            ("développeur C++/C# et .NET", &["c++", "c#", ".net"]),
            ("ASP.NET", &["asp", ".net"]),
            ("Permis B", &["b"]),
            ("full-stack", &["full", "stack", "fullstack"]),
            ("", &[]),
            (" \u{301}'-·(/ ", &[]),
        ] {
            let found: Vec<_> = words(text).into_iter().map(|word| word.text).collect();
            let kept: Vec<_> = found
                .iter()
                .map(String::as_str)
                .filter(|w| !["developpeur", "et", "permis"].contains(w))
                .collect();
            assert_eq!(kept, expected, "{text}");
        }
    }

    #[test]
    fn a_span_is_the_word_as_written() {
        let text = "Des infirmier(ère)s à l’hôpital";
        let marked: Vec<_> = words(text).into_iter().map(|word| &text[word.span]).collect();
        assert_eq!(marked, ["Des", "infirmier(ère)s", "à", "hôpital"]);
    }
}
