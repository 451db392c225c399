//! What Art. 33(3) demands, in the reader's language: the same sections go into mails to tenants and into the notification for the authority.
//! What nobody knows is said to be not known yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use jiff::Timestamp;
use vivier_data_map::{Category, Map, Subject, Table, map};
use vivier_domain::member::Language;

use crate::{
    breach::Breach,
    entry::Count,
    words::{Words, tables},
};

/// A section: what it is about, and what it says, each a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<String>,
}

/// How many persons: at least, and at most where that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Persons {
    /// The most that one table knows: others may know the same ones.
    pub(crate) least: u64,
    /// All that all tables know together.
    most: u64,
    /// Whether there are tables that do not tell persons apart.
    open: bool,
    /// Whether a number is estimated.
    estimate: bool,
}

impl Persons {
    /// The most there can be, where that is known.
    pub(crate) fn most(self) -> Option<u64> {
        (!self.open).then_some(self.most)
    }
}

/// Chooses a text by language.
pub(crate) const fn say(language: Language, fr: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Fr => fr,
        Language::En => en,
    }
}

/// That something is not known.
pub(crate) const fn unknown(language: Language) -> &'static str {
    say(language, "Pas encore connu.", "Not known yet.")
}

/// A moment for people; by UTC, and it says so.
pub(crate) fn moment(at: Timestamp, language: Language) -> String {
    let form = say(language, "%d/%m/%Y à %H:%M UTC", "%-d %B %Y at %H:%M UTC");
    at.strftime(form).to_string()
}

/// Persons by whose data it is.
pub(crate) fn persons(map: &Map, counts: &[Count]) -> BTreeMap<Subject, Persons> {
    let mut found: BTreeMap<Subject, Persons> = BTreeMap::new();
    for count in counts {
        for table in tables(map, &count.place) {
            let subjects: BTreeSet<Subject> = table.personal().filter_map(|column| column.whose).collect();
            let keyed = table.key.as_deref().and_then(|key| table.column(key)?.whose);
            for subject in subjects {
                let persons = found.entry(subject).or_default();
                let known = match (count.records, count.persons) {
                    (Some(0), _) => Some(0),
                    (_, persons) if keyed == Some(subject) => persons,
                    _ => None,
                };
                match known {
                    Some(known) => {
                        persons.least = persons.least.max(known);
                        persons.most += known;
                        persons.open |= count.least;
                        persons.estimate |= count.estimate;
                    }
                    None => persons.open = true,
                }
            }
        }
    }
    found
}

/// What kinds of personal data there are in the places that were counted.
pub(crate) fn categories(map: &Map, counts: &[Count]) -> BTreeSet<Category> {
    let tables = counts.iter().flat_map(|count| tables(map, &count.place));
    tables.flat_map(Table::personal).map(|column| column.category).collect()
}

fn number(persons: Persons, language: Language) -> String {
    let Persons { least, most, open, estimate } = persons;
    let about = if estimate { say(language, "environ ", "about ") } else { "" };
    match (open, least, most) {
        (true, 0, _) => say(language, "nombre pas encore connu", "number not known yet").to_owned(),
        (true, least, _) => match language {
            Language::Fr => format!("au moins {about}{least}"),
            Language::En => format!("at least {about}{least}"),
        },
        (false, least, most) if least == most => format!("{about}{most}"),
        (false, ..) => match language {
            Language::Fr => format!("entre {about}{least} et {most}"),
            Language::En => format!("between {about}{least} and {most}"),
        },
    }
}

fn about_persons(counts: Option<&[Count]>, language: Language) -> Section {
    let title = say(
        language,
        "Catégories et nombre approximatif de personnes concernées",
        "Categories and approximate number of persons concerned",
    );
    let lines = match counts {
        None => vec![unknown(language).to_owned()],
        Some(counts) => {
            let found = persons(map(), counts);
            let line = |(subject, persons): (&Subject, &Persons)| {
                let colon = say(language, " : ", ": ");
                format!("{}{colon}{}.", subject.title(language), number(*persons, language))
            };
            let nobody =
                say(language, "Aucune : ces données ne sont de personne.", "None: this data is of nobody.");
            if found.is_empty() { vec![nobody.to_owned()] } else { found.iter().map(line).collect() }
        }
    };
    Section { title, lines }
}

fn about_records(counts: Option<&[Count]>, language: Language) -> Section {
    let title = say(
        language,
        "Catégories et nombre approximatif d'enregistrements concernés",
        "Categories and approximate number of records concerned",
    );
    let Some(counts) = counts else { return Section { title, lines: vec![unknown(language).to_owned()] } };
    let kinds: Vec<&str> = categories(map(), counts).iter().map(|kind| kind.title(language)).collect();
    let mut lines = vec![if kinds.is_empty() {
        say(language, "Aucune donnée à caractère personnel.", "No personal data.").to_owned()
    } else {
        format!("{}{}.", say(language, "Catégories de données : ", "Categories of data: "), kinds.join(", "))
    }];
    let total: u64 = counts.iter().filter_map(|count| count.records).sum();
    let lost = counts.iter().any(|count| count.records.is_none());
    let rough = lost || counts.iter().any(|count| count.estimate);
    let least = counts.iter().any(|count| count.least);
    lines.push(match (language, least, rough) {
        // Nothing was found, and not everything was looked at.
        (Language::Fr, ..) if total == 0 && lost => "Enregistrements : nombre pas encore connu.".to_owned(),
        (Language::En, ..) if total == 0 && lost => "Records: number not known yet.".to_owned(),
        (Language::Fr, true, _) => format!("Enregistrements : au moins {total}."),
        (Language::En, true, _) => format!("Records: at least {total}."),
        (Language::Fr, false, false) => format!("Enregistrements : {total}."),
        (Language::Fr, false, true) => {
            format!("Enregistrements : environ {total}, sans ce qui n'a pu être compté.")
        }
        (Language::En, false, false) => format!("Records: {total}."),
        (Language::En, false, true) => {
            format!("Records: about {total}, without what could not be counted.")
        }
    });
    for count in counts {
        for table in tables(map(), &count.place) {
            lines.push(about_table(count, table.about.get(language), language));
        }
    }
    Section { title, lines }
}

fn about_table(count: &Count, about: &str, language: Language) -> String {
    let mut line = format!("{about} ({})", count.place);
    line.push_str(say(language, " : ", ": "));
    let about = match (count.least, count.estimate) {
        (true, _) => say(language, "au moins ", "at least "),
        (false, true) => say(language, "environ ", "about "),
        (false, false) => "",
    };
    // Writing to a text does not fail.
    let _ = match (language, count.records) {
        (Language::Fr, Some(records)) => write!(line, "enregistrements {about}{records}"),
        (Language::En, Some(records)) => write!(line, "records {about}{records}"),
        (_, None) => write!(line, "{}", say(language, "non comptés", "not counted")),
    };
    if let Some(persons) = count.persons {
        let _ = match language {
            Language::Fr => write!(line, ", personnes {about}{persons}"),
            Language::En => write!(line, ", persons {about}{persons}"),
        };
    }
    line.push('.');
    line
}

fn one(title: &'static str, words: Option<&Words>, language: Language) -> Section {
    let line = words.map_or_else(|| unknown(language).to_owned(), |words| words.get(language).to_owned());
    Section { title, lines: vec![line] }
}

fn consequences(words: Option<&Words>, language: Language) -> Section {
    one(say(language, "Conséquences probables", "Likely consequences"), words, language)
}

fn measures(words: Option<&Words>, language: Language) -> Section {
    one(say(language, "Mesures prises ou proposées", "Measures taken or proposed"), words, language)
}

fn contact(breach: &Breach, language: Language) -> Section {
    let title = say(language, "Point de contact", "Contact point");
    Section { title, lines: vec![breach.recorded.contact.clone()] }
}

fn nature(breach: &Breach, upto: u64, language: Language) -> Section {
    let recorded = &breach.recorded;
    let natures: Vec<&str> = recorded.natures.iter().map(|nature| nature.title(language)).collect();
    let began = recorded
        .began_at
        .map_or_else(|| unknown(language).to_owned(), |at| format!("{}.", moment(at, language)));
    let mut lines = vec![
        format!("{}{}.", say(language, "Nature : ", "Nature: "), natures.join(", ")),
        format!("{}{began}", say(language, "Début de la violation : ", "Beginning of the breach: ")),
        format!(
            "{}{}.",
            say(language, "Connue de Vivier depuis le ", "Known to Vivier since "),
            moment(recorded.aware_at, language)
        ),
    ];
    lines.extend(breach.what(upto, language));
    Section { title: say(language, "Nature de la violation", "Nature of the breach"), lines }
}

/// All there is to say, as was known up to an entry and with the numbers of one counting.
pub(crate) fn all(breach: &Breach, upto: u64, counts: Option<&[Count]>, language: Language) -> Vec<Section> {
    vec![
        nature(breach, upto, language),
        about_persons(counts, language),
        about_records(counts, language),
        contact(breach, language),
        consequences(breach.consequences(upto), language),
        measures(breach.measures(upto), language),
    ]
}

/// What is new behind one entry and up to another, and numbers where they are new.
pub(crate) fn new(
    breach: &Breach,
    (after, upto): (u64, u64),
    counts: Option<&[Count]>,
    language: Language,
) -> Vec<Section> {
    let mut sections = Vec::new();
    for stage in breach.stages.iter().filter(|stage| stage.number > after && stage.number <= upto) {
        if let Some(what) = &stage.added.what {
            let title = say(language, "Nouveaux éléments", "New facts");
            sections.push(Section { title, lines: vec![what.get(language).to_owned()] });
        }
        if let words @ Some(_) = &stage.added.consequences {
            sections.push(consequences(words.as_ref(), language));
        }
        if let words @ Some(_) = &stage.added.measures {
            sections.push(measures(words.as_ref(), language));
        }
        if !stage.added.places.is_empty() {
            let places = stage.added.places.iter().flat_map(|place| tables(map(), place));
            let title = say(language, "Autres données concernées", "Further data concerned");
            let lines = places.map(|table| format!("{}.", table.about.get(language))).collect();
            sections.push(Section { title, lines });
        }
    }
    if counts.is_some() {
        sections.push(about_persons(counts, language));
        sections.push(about_records(counts, language));
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(place: &str, records: u64, persons: Option<u64>) -> Count {
        Count { place: place.to_owned(), records: Some(records), persons, estimate: false, least: false }
    }

    #[test]
    fn persons_are_as_many_as_one_table_knows_and_no_more_than_all_know() {
        let candidates = |counts: &[Count]| persons(map(), counts)[&Subject::Candidate];
        let (alerts, sessions) =
            (count("silo/alerts", 5, Some(3)), count("conversations/session", 4, Some(4)));
        for (counts, fr, en) in [
            (vec![alerts.clone()], "3", "3"),
            (vec![alerts.clone(), sessions.clone()], "entre 4 et 7", "between 4 and 7"),
            (vec![alerts.clone(), count("silo/alert_tokens", 0, Some(0))], "3", "3"),
            (vec![alerts.clone(), count("pool/query_texts", 9, None)], "au moins 3", "at least 3"),
            (vec![count("pool/query_texts", 9, None)], "nombre pas encore connu", "number not known yet"),
            (vec![count("pool/query_texts", 0, None)], "0", "0"),
        ] {
            let found = candidates(&counts);
            assert_eq!((number(found, Language::Fr), number(found, Language::En)), (fr.into(), en.into()));
        }
        let rough = Count { estimate: true, ..alerts.clone() };
        assert_eq!(number(candidates(&[rough]), Language::En), "about 3");
        let more = Count { least: true, ..alerts };
        assert_eq!(number(candidates(std::slice::from_ref(&more)), Language::En), "at least 3");
        assert_eq!(candidates(&[more]).most(), None);
    }

    #[test]
    fn data_of_nobody_is_said_to_be() {
        let counts = [count("silo/imports", 2, None)];
        assert!(persons(map(), &counts).is_empty() && categories(map(), &counts).is_empty());
        assert_eq!(about_persons(Some(&counts), Language::En).lines, ["None: this data is of nobody."]);
        assert!(about_records(Some(&counts), Language::Fr).lines[0].contains("Aucune donnée"));
    }

    #[test]
    fn kinds_of_data_are_those_of_the_map() {
        let kinds = categories(map(), &[count("silo/alerts", 1, Some(1))]);
        assert!(kinds.contains(&Category::Contact) && !kinds.contains(&Category::Figure), "{kinds:?}");
    }

    #[test]
    fn what_could_not_be_counted_is_said() {
        let lost = Count { records: None, ..count("queues/batches-dead", 0, None) };
        let section = about_records(Some(&[lost]), Language::En);
        assert!(section.lines.iter().any(|line| line.ends_with("not counted.")), "{section:?}");
        assert!(section.lines.contains(&"Records: number not known yet.".to_owned()), "{section:?}");
        assert_eq!(about_persons(None, Language::Fr).lines, ["Pas encore connu."]);
        let more = Count { least: true, ..count("silo/alerts", 7, Some(3)) };
        let section = about_records(Some(&[more]), Language::En);
        assert!(section.lines.contains(&"Records: at least 7.".to_owned()), "{section:?}");
        assert!(section.lines.iter().any(|line| line.ends_with("records at least 7, persons at least 3.")));
    }

    #[test]
    fn moments_say_by_which_clock() {
        let at = "2026-03-01T08:05:00Z".parse().unwrap();
        assert_eq!(moment(at, Language::Fr), "01/03/2026 à 08:05 UTC");
        assert_eq!(moment(at, Language::En), "1 March 2026 at 08:05 UTC");
    }
}
