//! What is searched for in a finished copy: every value that the map says is of a person, in every writing that it may have there.
//!
//! Who reads this has to find what the masks forgot, so nothing here knows a mask or a key.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;
use vivier_data_map::{Category, Column, Mask};

use super::{mask::addresses, words};

/// The shortest identifier that is searched for, in characters: a shorter one stands in other words and numbers by chance.
const SHORTEST_IDENTIFIER: usize = 5;
/// The shortest text that is searched for, in characters: "Bonjour" says nothing of anybody. Addresses in a text are identifiers.
const SHORTEST_TEXT: usize = 8;
/// The longest text, in characters, that may be a word of the trade. A longer one is somebody's sentence, wherever it stands, unless it is of what
/// the client published itself.
const LONGEST_TERM: usize = 40;
/// Of a longer value, in characters, the beginning is searched for.
const LONGEST: usize = 2_000;
/// Of bytes so many are.
const BYTES: usize = 32;
/// Lines of a text from so many characters on are searched for by themselves.
const SHORTEST_LINE: usize = 24;
/// The shortest identifier without a figure in it: all that the product and the services make are longer, or have figures.
const SHORTEST_PLAIN: usize = 20;

/// What it means that a value is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Class {
    /// It is a leak, wherever it stands.
    Always,
    /// It may be a word of the trade: it is no leak where the map keeps what production has there, letter for letter. It counts only as a whole
    /// word.
    Term,
    /// It is a part of a structure, which also names what is nobody's: no leak where the map keeps what production has there.
    Part,
}

/// A value that is searched for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Needle {
    /// As it may be written.
    pub(super) text: String,
    /// What finding it means.
    pub(super) class: Class,
    /// Whether only whole words and numbers count.
    pub(super) whole: bool,
}

impl Needle {
    fn new(text: impl Into<String>, class: Class, whole: bool) -> Self {
        Self { text: text.into(), class, whole }
    }
}

/// Whether a column's values are searched for: all that are of a person, but for those that tell nobody apart. Days and what was done say
/// nothing without who it was, who is searched for.
pub(super) fn is_searched(column: &Column) -> bool {
    column.whose.is_some()
        && !matches!(column.mask, None | Some(Mask::Keep | Mask::DateShift))
        && column.category != Category::Activity
}

const fn identifies(category: Category) -> bool {
    matches!(
        category,
        Category::Contact
            | Category::Pseudonym
            | Category::Network
            | Category::Credential
            | Category::Technical
    )
}

/// What is searched for of a column's value.
pub(super) fn of(category: Category, text: &str) -> Vec<Needle> {
    let mut found = Vec::new();
    if let Some(structure) = structure(text) {
        let mut leaves = Vec::new();
        leaves_of(&structure, &mut leaves);
        for leaf in &leaves {
            found.extend(of_part(category, leaf));
        }
    } else if let Some(elements) = elements(text) {
        for element in &elements {
            found.extend(of(category, element));
        }
    } else if identifies(category) {
        identifier(category, text, &mut found);
    } else {
        words_of(category, text, &mut found);
    }
    found
}

/// What is searched for of a text inside a structure.
pub(super) fn of_part(category: Category, text: &str) -> Vec<Needle> {
    let mut found = Vec::new();
    if identifies(category) {
        part(text, &mut found);
    } else {
        words_of(category, text, &mut found);
    }
    found
}

/// A text that is a structure: one written inside another too.
pub(super) fn structure(text: &str) -> Option<Value> {
    let first = text.trim_start().as_bytes().first()?;
    let value = matches!(first, b'{' | b'[').then(|| serde_json::from_str::<Value>(text).ok()).flatten()?;
    (value.is_object() || value.is_array()).then_some(value)
}

fn leaves_of(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => match structure(text) {
            Some(inner) => leaves_of(&inner, found),
            None => found.push(text.clone()),
        },
        Value::Array(values) => values.iter().for_each(|value| leaves_of(value, found)),
        Value::Object(members) => {
            for (name, value) in members {
                // A name may be an identifier as well; the product's own names are words.
                if name.parse::<Uuid>().is_ok() || name.contains('@') {
                    found.push(name.clone());
                }
                leaves_of(value, found);
            }
        }
        _ => {}
    }
}

/// The elements of a list, as the database writes one.
fn elements(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let (mut found, mut element, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for character in inner.chars() {
        match character {
            _ if escaped => {
                element.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => found.push(std::mem::take(&mut element)),
            other => element.push(other),
        }
    }
    found.push(element);
    Some(found)
}

fn identifier(category: Category, text: &str, found: &mut Vec<Needle>) {
    if let Some(digits) = text.strip_prefix("\\x") {
        bytes(digits, found);
        return;
    }
    for (from, to) in addresses(text) {
        address(&text[from..to], found);
    }
    // Behind the kind of thing that it is of.
    let own = text.rsplit_once('#').map_or(text, |(_, own)| own);
    let is_word = category != Category::Contact && is_word(own);
    if own.chars().count() < SHORTEST_IDENTIFIER || is_word {
        return;
    }
    let cut: String = own.chars().take(LONGEST).collect();
    found.push(Needle::new(cut, Class::Always, category == Category::Network));
    if let Ok(uuid) = own.parse::<Uuid>() {
        found.push(Needle::new(uuid.simple().to_string(), Class::Always, false));
        found.push(Needle::new(STANDARD_NO_PAD.encode(uuid.as_bytes()), Class::Always, false));
    }
    if category == Category::Contact && own.starts_with('+') {
        // As it is dialled at home, for two figures of country.
        found.extend(
            own.get(3..).filter(|rest| rest.len() >= 8).map(|rest| Needle::new(rest, Class::Always, true)),
        );
    }
}

fn address(text: &str, found: &mut Vec<Needle>) {
    found.push(Needle::new(text, Class::Always, false));
    found.push(Needle::new(text.to_lowercase(), Class::Always, false));
    if let Some((local, _)) = text.split_once('@') {
        // `contact` is nobody; a whole name is somebody.
        term(Category::Contact, &local.to_lowercase(), found);
    }
}

fn bytes(digits: &str, found: &mut Vec<Needle>) {
    let digits = digits.get(..2 * BYTES).unwrap_or(digits);
    let pair = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Vec<u8> = (0..digits.len()).step_by(2).map_while(pair).collect();
    // As many zeros tell nothing, and stand where something was.
    if bytes.len() < SHORTEST_IDENTIFIER || bytes.iter().all(|byte| *byte == 0) {
        return;
    }
    found.push(Needle::new(digits, Class::Always, false));
    // What follows decides the last letters.
    let sure = bytes.len() / 3 * 4;
    for text in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
        found.extend(text.get(..sure).map(|text| Needle::new(text, Class::Always, false)));
    }
}

/// Whether a text is a word of the product's own lists, where an identifier may stand: "operator", for whoever operates the suite.
fn is_word(text: &str) -> bool {
    !text.contains(|c: char| c.is_ascii_digit()) && text.chars().count() < SHORTEST_PLAIN
}

/// A part of a structure of identifiers.
fn part(text: &str, found: &mut Vec<Needle>) {
    for (from, to) in addresses(text) {
        address(&text[from..to], found);
    }
    if text.chars().count() < 2 * SHORTEST_IDENTIFIER || is_word(text) || text.parse::<Timestamp>().is_ok() {
        return;
    }
    found.push(Needle::new(text.chars().take(LONGEST).collect::<String>(), Class::Part, false));
}

/// What a person wrote, or what names a person.
fn words_of(category: Category, text: &str, found: &mut Vec<Needle>) {
    for (from, to) in addresses(text) {
        address(&text[from..to], found);
    }
    term(category, text.trim(), found);
    if text.contains('\n') {
        let lines = text.lines().map(str::trim).filter(|line| line.chars().count() >= SHORTEST_LINE);
        lines.for_each(|line| term(category, line, found));
    }
}

fn term(category: Category, text: &str, found: &mut Vec<Needle>) {
    let length = text.chars().count();
    if length < SHORTEST_TEXT || words::is_filler(text) || text.parse::<Uuid>().is_ok() {
        return;
    }
    // What the client itself published may be of any length, and stand in more places than one: its own name, a title.
    let is_term = length <= LONGEST_TERM || category == Category::Content;
    let class = if is_term { Class::Term } else { Class::Always };
    found.push(Needle::new(text.chars().take(LONGEST).collect::<String>(), class, true));
}

/// A text as it stands in the text of a structure, and in one inside another.
pub(super) fn writings(text: &str) -> Vec<String> {
    let inside = |text: &str| {
        let quoted = Value::String(text.to_owned()).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let once = inside(text);
    let mut all = vec![text.to_owned(), inside(&once), once];
    all.dedup();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(category: Category, text: &str) -> Vec<(String, Class)> {
        of(category, text).into_iter().map(|needle| (needle.text, needle.class)).collect()
    }

    fn has(category: Category, text: &str, needle: &str, class: Class) -> bool {
        texts(category, text).contains(&(needle.to_owned(), class))
    }

    #[test]
    fn whoever_can_be_reached_or_told_apart_is_always_searched_for() {
        let address = "Marie.Dupont@Acme.example";
        for needle in [address, "marie.dupont@acme.example"] {
            assert!(has(Category::Contact, address, needle, Class::Always), "{needle}");
        }
        assert!(has(Category::Contact, address, "marie.dupont", Class::Term));
        assert!(!has(Category::Contact, "rh@acme.example", "rh", Class::Term), "too short for anybody");
        let id = "0198f000-0000-7000-8000-000000000001";
        assert!(has(Category::Pseudonym, &format!("session#{id}"), id, Class::Always));
        assert!(has(Category::Pseudonym, id, &id.replace('-', ""), Class::Always));
        assert!(has(Category::Pseudonym, &format!("{{{id},{id}}}"), id, Class::Always));
        assert!(has(Category::Network, "192.0.2.7", "192.0.2.7", Class::Always));
        assert!(has(Category::Contact, "+33639980001", "639980001", Class::Always));
        assert!(of(Category::Pseudonym, "ab1").is_empty() && of(Category::Pseudonym, "operator").is_empty());
    }

    #[test]
    fn bytes_are_searched_for_as_they_may_be_written() {
        let needles = texts(Category::Pseudonym, "\\x00ff10fb2030");
        let found: Vec<_> = needles.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(found, ["00ff10fb2030", "AP8Q+yAw", "AP8Q-yAw"]);
        assert!(of(Category::Pseudonym, "\\x0000000000000000").is_empty());
    }

    #[test]
    fn texts_are_searched_for_unless_they_say_nothing() {
        assert!(has(Category::Words, "boulanger", "boulanger", Class::Term));
        assert!(of(Category::Words, "Bonjour").is_empty() && of(Category::Words, "Texte neutre").is_empty());
        let sentence = "Je m'appelle Camille Zorvaneck et je cherche un emploi";
        assert!(has(Category::Words, sentence, sentence, Class::Always));
        assert!(has(Category::Content, sentence, sentence, Class::Term), "it is the client's own");
        assert!(has(Category::Words, "x camille@acme.example y", "camille@acme.example", Class::Always));
        let json = r#"{"text": "Je suis Camille", "of": {"inner": "[\"Zorvaneck\"]"}}"#;
        assert!(has(Category::Words, json, "Je suis Camille", Class::Term));
        assert!(has(Category::Words, json, "Zorvaneck", Class::Term));
    }

    #[test]
    fn of_structures_of_identifiers_the_products_own_words_are_left_out() {
        let json =
            r#"{"store":"conversations","at":"2026-10-05T10:20:30Z","subject":"aGVsbG8gd29ybGQgMTIz"}"#;
        assert_eq!(texts(Category::Pseudonym, json), [("aGVsbG8gd29ybGQgMTIz".to_owned(), Class::Part)]);
    }

    #[test]
    fn a_text_is_found_inside_structures_as_well() {
        assert_eq!(writings("abc"), ["abc"]);
        assert_eq!(writings("a\"b"), ["a\"b", "a\\\"b", "a\\\\\\\"b"]);
    }
}
