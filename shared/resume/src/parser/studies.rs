//! What they learnt: a diploma, a subject, a school and a year.

use vivier_domain::redacted::Redacted;

use super::dates::{Period, periods};
use super::line::Line;
use super::personal::simple;
use crate::moment::{End, Moment};
use crate::resume::Education;
use crate::{MAX_ENTRIES, education};

/// Words that schools begin with, folded.
const SCHOOLS: &[&str] = &[
    "academie",
    "academy",
    "afpa",
    "cfa",
    "college",
    "ecole",
    "faculte",
    "greta",
    "ifsi",
    "institut",
    "institute",
    "iut",
    "lycee",
    "school",
    "universite",
    "university",
    "ens",
    "iae",
    "insa",
    "cnam",
];

/// Reads the part of a CV that is about education.
pub(super) fn read(lines: &[Line]) -> Vec<Education> {
    let mut found: Vec<Education> = Vec::new();
    for line in lines.iter().flat_map(cut) {
        let all = periods(&line);
        let end = all.iter().map(last).max();
        let text = without(&line, &all);
        let parts = parts(&text);
        let diploma = parts.first().is_some_and(|part| is_diploma(part));
        let school = parts.iter().position(|part| is_school(part));
        match found.last_mut() {
            // What neither begins with a diploma nor with a date goes on with the entry above.
            Some(last)
                if (!diploma && (end.is_none() || last.end.is_none()))
                    || (last.study_type.is_none() && last.institution.is_none()) =>
            {
                last.end = last.end.or(end);
                fill(last, &parts, school);
            }
            _ if parts.is_empty() && end.is_none() => {}
            _ => {
                let mut entry = Education { end, ..Education::default() };
                fill(&mut entry, &parts, school);
                found.push(entry);
            }
        }
        if found.len() >= MAX_ENTRIES {
            break;
        }
    }
    found
}

fn fill(entry: &mut Education, parts: &[&str], school: Option<usize>) {
    let mut rest = parts.iter().enumerate().filter(|(n, _)| Some(*n) != school).map(|(_, part)| *part);
    if let Some(school) = school {
        entry.institution.get_or_insert_with(|| Redacted::new(parts[school]));
    }
    if entry.study_type.is_none()
        && let Some(first) = rest.next()
    {
        let (kind, area) = kind_and_area(first);
        entry.study_type = Some(Redacted::new(kind));
        entry.area = entry.area.take().or_else(|| (!area.is_empty()).then(|| Redacted::new(area)));
    }
    if entry.area.is_none()
        && let Some(next) = rest.next()
    {
        entry.area = Some(Redacted::new(next));
    }
}

/// `BTS Comptabilité` is the diploma and its subject.
fn kind_and_area(text: &str) -> (&str, &str) {
    let longer = [
        "baccalaureat professionnel",
        "bac pro",
        "licence professionnelle",
        "titre professionnel",
        "diplome d ingenieur",
    ];
    let simple = simple(text);
    let words = longer.iter().find(|name| simple.starts_with(*name)).map_or(1, |name| {
        // An apostrophe parts words of the simple form, not of the text.
        name.split(' ').filter(|word| *word != "d").count()
    });
    let mut ends = text.match_indices(' ').map(|(at, _)| at);
    let cut = ends.nth(words - 1).unwrap_or(text.len());
    let (kind, area) = text.split_at(cut);
    (kind.trim(), area.trim().trim_start_matches(['–', '-', ':']).trim())
}

fn is_diploma(text: &str) -> bool {
    let simple = simple(text);
    education::level(text).is_some()
        || [
            "titre",
            "diplome",
            "certificat",
            "certificate",
            "diploma",
            "apprenticeship",
            "cqp",
            "brevet",
            "degree",
        ]
        .iter()
        .any(|word| simple.starts_with(word))
}

fn is_school(text: &str) -> bool {
    let simple = simple(text);
    let first = simple.split(' ').next().unwrap_or_default();
    SCHOOLS.contains(&first) || !is_diploma(text) && simple.split(' ').any(|word| SCHOOLS.contains(&word))
}

fn last(period: &Period) -> Moment {
    match period.end {
        End::At(end) => end,
        End::Present | End::Unsaid => period.start,
    }
}

/// A line that holds several diplomas, each behind its date, as as many.
fn cut(line: &Line) -> Vec<String> {
    let all = periods(&line.text);
    let heads = all.iter().filter(|period| {
        let rest = line.text[period.span.end..].trim_start();
        rest.starts_with([':', '–', '-', '|'])
    });
    let mut pieces = Vec::new();
    let mut from = 0;
    for bound in heads.map(|period| period.span.start).chain([line.text.len()]) {
        let text = line.text[from..bound].trim();
        if !text.is_empty() {
            pieces.push(text.to_owned());
        }
        from = bound;
    }
    pieces
}

/// The text without its dates.
fn without(text: &str, periods: &[Period]) -> String {
    let mut kept = String::new();
    let mut from = 0;
    for period in periods {
        kept.push_str(&text[from..period.span.start]);
        kept.push('|');
        from = period.span.end;
    }
    kept.push_str(&text[from..]);
    kept
}

fn parts(text: &str) -> Vec<&str> {
    let edge = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | ',' | '(' | ')' | '.');
    let pieces =
        text.split(['|', ',', ';']).flat_map(|piece| piece.split(" – ")).flat_map(|piece| piece.split(" - "));
    pieces.map(|piece| piece.trim_matches(edge)).filter(|piece| piece.contains(char::is_alphabetic)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diplomas_of_every_form() {
        for (text, expected) in [
            ("2016 : CAP Hôtellerie, Lycée Essai", "CAP/Hôtellerie/Lycée Essai/2016"),
            (
                "2014 : BTEC Logistics, College of Trial 2012 : HND Nursing, College of Trial",
                "BTEC/Logistics/College of Trial/2014 HND/Nursing/College of Trial/2012",
            ),
            ("BTS Comptabilité – Lycée Essai – 2012-2014", "BTS/Comptabilité/Lycée Essai/2014"),
            ("2012 - 2014\nBTS Comptabilité\nLycée Essai", "BTS/Comptabilité/Lycée Essai/2014"),
            ("Baccalauréat professionnel Logistique (2011)", "Baccalauréat professionnel/Logistique//2011"),
            ("Diplôme d'ingénieur Mécanique, 2010", "Diplôme d'ingénieur/Mécanique//2010"),
            ("", ""),
        ] {
            let lines: Vec<Line> =
                text.lines().map(|line| Line { text: line.to_owned(), item: false, heading: None }).collect();
            let show = |text: &Option<Redacted>| {
                text.as_ref().map_or(String::new(), |text| text.expose().to_owned())
            };
            let shown: Vec<String> = read(&lines)
                .iter()
                .map(|found| {
                    let end = found.end.map(Moment::to_iso).unwrap_or_default();
                    format!(
                        "{}/{}/{}/{end}",
                        show(&found.study_type),
                        show(&found.area),
                        show(&found.institution)
                    )
                })
                .collect();
            assert_eq!(shown.join(" "), expected, "{text}");
        }
    }
}
