//! Languages and how well they are spoken, in one spelling: a tag of BCP 47 and a level of the European framework.

use vivier_text::analysis::fold;

/// A spoken language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Its tag, such as `en`.
    pub language: &'static str,
    /// From `A1` to `C2`; a mother tongue is `C2`, so that nothing tells where somebody comes from.
    pub level: Option<&'static str>,
}

/// Names, folded, in French and English.
const NAMES: &[(&str, &str)] = &[
    ("albanais", "sq"),
    ("albanian", "sq"),
    ("allemand", "de"),
    ("german", "de"),
    ("amharic", "am"),
    ("amharique", "am"),
    ("anglais", "en"),
    ("english", "en"),
    ("arabe", "ar"),
    ("arabic", "ar"),
    ("armenien", "hy"),
    ("armenian", "hy"),
    ("bambara", "bm"),
    ("bengali", "bn"),
    ("berbere", "ber"),
    ("berber", "ber"),
    ("breton", "br"),
    ("bulgare", "bg"),
    ("bulgarian", "bg"),
    ("catalan", "ca"),
    ("chinois", "zh"),
    ("chinese", "zh"),
    ("mandarin", "zh"),
    ("coreen", "ko"),
    ("korean", "ko"),
    ("croate", "hr"),
    ("croatian", "hr"),
    ("danois", "da"),
    ("danish", "da"),
    ("espagnol", "es"),
    ("spanish", "es"),
    ("estonien", "et"),
    ("estonian", "et"),
    ("finnois", "fi"),
    ("finnish", "fi"),
    ("francais", "fr"),
    ("french", "fr"),
    ("grec", "el"),
    ("greek", "el"),
    ("hebreu", "he"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("hongrois", "hu"),
    ("hungarian", "hu"),
    ("irlandais", "ga"),
    ("irish", "ga"),
    ("italien", "it"),
    ("italian", "it"),
    ("japonais", "ja"),
    ("japanese", "ja"),
    ("kabyle", "kab"),
    ("kurde", "ku"),
    ("kurdish", "ku"),
    ("letton", "lv"),
    ("latvian", "lv"),
    ("lingala", "ln"),
    ("lituanien", "lt"),
    ("lithuanian", "lt"),
    ("lsf", "fsl"),
    ("langue des signes", "fsl"),
    ("langue des signes francaise", "fsl"),
    ("malgache", "mg"),
    ("malagasy", "mg"),
    ("neerlandais", "nl"),
    ("dutch", "nl"),
    ("norvegien", "no"),
    ("norwegian", "no"),
    ("occitan", "oc"),
    ("ourdou", "ur"),
    ("urdu", "ur"),
    ("pachto", "ps"),
    ("pashto", "ps"),
    ("persan", "fa"),
    ("persian", "fa"),
    ("peul", "ff"),
    ("polonais", "pl"),
    ("polish", "pl"),
    ("portugais", "pt"),
    ("portuguese", "pt"),
    ("roumain", "ro"),
    ("romanian", "ro"),
    ("russe", "ru"),
    ("russian", "ru"),
    ("serbe", "sr"),
    ("serbian", "sr"),
    ("slovaque", "sk"),
    ("slovak", "sk"),
    ("slovene", "sl"),
    ("slovenian", "sl"),
    ("soninke", "snk"),
    ("suedois", "sv"),
    ("swedish", "sv"),
    ("swahili", "sw"),
    ("tamoul", "ta"),
    ("tamil", "ta"),
    ("tcheque", "cs"),
    ("czech", "cs"),
    ("thai", "th"),
    ("turc", "tr"),
    ("turkish", "tr"),
    ("ukrainien", "uk"),
    ("ukrainian", "uk"),
    ("vietnamien", "vi"),
    ("vietnamese", "vi"),
    ("welsh", "cy"),
    ("wolof", "wo"),
];

/// Words of a level, folded; the first that is found counts.
const LEVELS: &[(&str, &str)] = &[
    ("c2", "C2"),
    ("c1", "C1"),
    ("b2", "B2"),
    ("b1", "B1"),
    ("a2", "A2"),
    ("a1", "A1"),
    ("maternel", "C2"),
    ("native", "C2"),
    ("natif", "C2"),
    ("mother tongue", "C2"),
    ("bilingu", "C2"),
    ("couramment", "C1"),
    ("courant", "C1"),
    ("fluent", "C1"),
    ("full professional", "C1"),
    ("avance", "C1"),
    ("advanced", "C1"),
    ("professionn", "B2"),
    ("professional", "B2"),
    ("technique", "B2"),
    ("upper intermediate", "B2"),
    ("bon niveau", "B2"),
    ("intermedia", "B1"),
    ("conversation", "B1"),
    ("moyen", "B1"),
    ("scolaire", "A2"),
    ("elementa", "A2"),
    ("bases", "A2"),
    ("notions", "A2"),
    ("basic", "A2"),
    ("debutant", "A1"),
    ("beginner", "A1"),
];

/// The tag of a language's name in French or English; `None` for what is none.
pub(crate) fn tag(name: &str) -> Option<&'static str> {
    let folded = fold(name);
    let folded = folded.trim_matches(|c: char| !c.is_alphanumeric());
    NAMES.iter().find(|(known, _)| *known == folded).map(|(_, tag)| *tag)
}

/// The level that a wording means.
pub(crate) fn level(wording: &str) -> Option<&'static str> {
    let folded = fold(wording);
    LEVELS.iter().find(|(known, _)| folded.contains(known)).map(|(_, level)| *level)
}

/// A language and its fluency in one spelling; `None` where the language is not known.
pub fn spoken(language: &str, fluency: Option<&str>) -> Option<Spoken> {
    Some(Spoken { language: tag(language)?, level: fluency.and_then(level) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_levels_of_both_languages() {
        for (name, fluency, expected) in [
            ("Anglais", Some("courant"), Some(("en", Some("C1")))),
            ("English", Some("fluent"), Some(("en", Some("C1")))),
            ("ANGLAIS :", Some("langue maternelle"), Some(("en", Some("C2")))),
            ("Espagnol", Some("intermédiaire"), Some(("es", Some("B1")))),
            ("Spanish", Some("upper intermediate"), Some(("es", Some("B2")))),
            ("Allemand", Some("débutante"), Some(("de", Some("A1")))),
            ("Allemand", None, Some(("de", None))),
            ("Excel", Some("courant"), None),
        ] {
            let expected = expected.map(|(language, level)| Spoken { language, level });
            assert_eq!(spoken(name, fluency), expected, "{name}");
        }
    }
}
