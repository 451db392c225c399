//! Bringing the forms of a word together.
//!
//! [`stem`] takes number and gender away. It follows the idea of J. Savoy's light French stemmer ("Light stemming
//! approaches for the French, Portuguese, German and Hungarian languages", SAC 2006), on folded text, with the
//! endings of job titles: a title must be found from its feminine and back (`développeuse`, `directrice`), which
//! Snowball's French stemmer does not do. [`root`] also takes endings away that make one word of another.

/// The stem of a folded word: number and gender taken away.
pub fn stem(word: &str) -> String {
    // Short words are mostly acronyms; what has digits or signs is a name.
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let mut stem = singular(word);
    if let Some((_, masculine)) = IRREGULAR.iter().find(|(feminine, _)| *feminine == stem) {
        stem = (*masculine).to_owned();
    }
    stem = masculine(&stem);
    let kept = stem.trim_end_matches('e').len().max(3);
    stem.truncate(kept);
    undouble(&mut stem);
    stem
}

/// Feminines that no ending tells.
const IRREGULAR: &[(&str, &str)] =
    &[("contremaitresse", "contremaitre"), ("hotesse", "hote"), ("maitresse", "maitre")];

fn singular(word: &str) -> String {
    if let Some(head) = word.strip_suffix("aux") {
        // Words in -eau add an x; words in -al change: `bureaux`, `commerciaux`.
        return if head.ends_with('e') || head.len() < 2 {
            word[..word.len() - 1].to_owned()
        } else {
            format!("{head}al")
        };
    }
    if word.ends_with("oux") || word.ends_with("eux") {
        return word[..word.len() - 1].to_owned();
    }
    match word.strip_suffix('s') {
        Some(head) if !head.ends_with('s') => head.to_owned(),
        _ => word.to_owned(),
    }
}

/// Endings of the feminine, the longest first, with what stands for both genders. `eu` stands for -eur, -eux and
/// -euse: the feminine of the two is one.
const GENDERS: &[(&str, &str)] = &[
    ("drice", "deu"),
    ("trice", "teu"),
    ("ienne", "ien"),
    ("iere", "ier"),
    ("euse", "eu"),
    ("elle", "el"),
    ("enne", "en"),
    ("onne", "on"),
    ("ette", "et"),
    ("ere", "er"),
    ("ive", "if"),
    ("eure", "eu"),
    ("eur", "eu"),
];

fn masculine(word: &str) -> String {
    for (feminine, both) in GENDERS {
        if let Some(head) = word.strip_suffix(feminine)
            && head.len() >= 2
        {
            return format!("{head}{both}");
        }
    }
    word.to_owned()
}

fn undouble(word: &mut String) {
    let bytes = word.as_bytes();
    if let [.., before, last] = bytes
        && before == last
        && bytes.len() > 3
        && !matches!(last, b'a' | b'e' | b'i' | b'o' | b'u')
    {
        word.pop();
    }
}

/// Endings that derive one word from another, the longest first.
const DERIVATIONS: &[&str] = &[
    "isation", "ication", "ateu", "ation", "ement", "iqu", "erie", "eri", "iste", "ist", "ien", "ance",
    "anc", "ence", "enc", "tion", "eu", "ag", "ur", "ment", "aire", "air", "ier", "er", "it", "if", "el",
    "al", "ant", "ent", "i",
];

/// What a stem shares with its word family: `soudeur`, `soudure` and `soudage` are `soud`.
pub fn root(stem: &str) -> String {
    if stem.len() < 6 || !stem.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return stem.to_owned();
    }
    for ending in DERIVATIONS {
        if let Some(head) = stem.strip_suffix(ending)
            && head.len() >= 4
        {
            return head.to_owned();
        }
    }
    stem.to_owned()
}
