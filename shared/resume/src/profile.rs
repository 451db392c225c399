//! What the score may see of a CV, and nothing else.

use std::fmt;

use jiff::civil::Date;
use vivier_domain::redacted::Redacted;

use crate::canonical::canonical;
use crate::language::{Spoken, spoken};
use crate::moment::{End, Moment};
use crate::parser::names_skill;
use crate::resume::{Resume, Work};
use crate::{MAX_ENTRIES, education};

/// The month that stands for a year alone, of either end: half a year is the least wrong guess.
const MIDDLE: i8 = 7;
/// Months of a position of which one year alone is told.
const HALF_A_YEAR: i32 = 6;

/// What the score sees. It has no field for a name, an address, an age, a gender or a nationality, and its titles and
/// skills are [canonical](crate::canonical): two CVs that differ only in such things have the same profile.
///
/// It prints as `[redacted]`, for it is still about somebody.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Canonical job titles, as the CV orders them, each once.
    pub titles: Vec<String>,
    /// Canonical skills: those listed as such, then those that short tasks and results name; each once.
    pub skills: Vec<String>,
    /// Months worked, by the dates of positions alone. Positions held at once count once.
    pub experience_months: u32,
    /// Where they live.
    pub place: Option<Place>,
    /// The highest diploma, from 3 (CAP) to 8 (doctorate).
    pub education_level: Option<u8>,
    /// What they speak.
    pub languages: Vec<Spoken>,
}

/// A place without its street.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The city, as written.
    pub city: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
}

impl Profile {
    /// Whole years worked.
    pub fn experience_years(&self) -> u32 {
        self.experience_months / 12
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place([redacted])")
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile([redacted])")
    }
}

impl Resume {
    /// What the score may see; `today` is when a position that has not ended is counted to.
    pub fn profile(&self, today: Date) -> Profile {
        let location = &self.basics.location;
        let place = Place {
            city: location.city.as_ref().map(|city| city.expose().to_owned()),
            postal_code: location.postal_code.as_ref().map(|code| code.expose().to_owned()),
        };
        let listed = self.skills.iter().map(|skill| &skill.name);
        let shown =
            self.work.iter().flat_map(|work| &work.highlights).filter(|text| names_skill(text.expose()));
        // The subject may say what the diploma does not: `Diplôme d'État d'infirmière`.
        let diplomas = self.education.iter().map(|entry| {
            let said = [&entry.study_type, &entry.area].into_iter().flatten().map(Redacted::expose);
            said.collect::<Vec<_>>().join(" ")
        });
        Profile {
            titles: once(self.work.iter().filter_map(|work| work.position.as_ref()).map(Redacted::expose)),
            skills: once(listed.chain(shown).map(Redacted::expose)),
            experience_months: months(&self.work, today),
            place: (place != Place::default()).then_some(place),
            education_level: diplomas.filter_map(|diploma| education::level(&diploma)).max(),
            languages: self.spoken(),
        }
    }

    fn spoken(&self) -> Vec<Spoken> {
        let found = self.languages.iter().filter_map(|language| {
            spoken(language.language.expose(), language.fluency.as_ref().map(Redacted::expose))
        });
        let mut kept: Vec<Spoken> = Vec::new();
        for spoken in found {
            if !kept.iter().any(|known| known.language == spoken.language) {
                kept.push(spoken);
            }
        }
        kept
    }
}

/// Canonical forms, each once, in order.
fn once<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for form in texts.map(canonical).filter(|form| !form.is_empty()) {
        if kept.len() < MAX_ENTRIES && !kept.contains(&form) {
            kept.push(form);
        }
    }
    kept
}

/// Months in which at least one position was held.
fn months(work: &[Work], today: Date) -> u32 {
    let Some(now) = Moment::of(today).map(|now| now.index(1)) else { return 0 };
    let mut periods: Vec<(i32, i32)> = work.iter().filter_map(|work| period(work, now)).collect();
    periods.sort_unstable();
    let (mut total, mut reached) = (0, i32::MIN);
    for (start, end) in periods {
        total += (end - start.max(reached)).max(0);
        reached = reached.max(end);
    }
    total.unsigned_abs()
}

/// From the first month of a position up to the one after its last, counted from year 0.
fn period(work: &Work, now: i32) -> Option<(i32, i32)> {
    let start = work.start?;
    let from = start.index(MIDDLE);
    let to = match work.end {
        End::Present => now + 1,
        End::At(end) if end.month().is_some() => end.index(MIDDLE) + 1,
        // From the middle of one year to the middle of another.
        End::At(end) if end.year() > start.year() => end.index(MIDDLE),
        End::At(_) | End::Unsaid if start.month().is_none() => from + HALF_A_YEAR,
        End::At(end) => end.index(12) + 1,
        End::Unsaid => from + 1,
    };
    let to = to.min(now + 1);
    (to > from).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn held(periods: &[(&str, &str)]) -> u32 {
        let moment = |text: &str| Moment::from_iso(text);
        let work: Vec<Work> = periods
            .iter()
            .map(|(start, end)| Work {
                start: moment(start),
                end: match *end {
                    "now" => End::Present,
                    "" => End::Unsaid,
                    end => moment(end).map_or(End::Unsaid, End::At),
                },
                ..Work::default()
            })
            .collect();
        months(&work, date(2026, 6, 15))
    }

    #[test]
    fn months_of_work() {
        for (periods, expected) in [
            (&[("2025-01", "2025-12")][..], 12),
            (&[("2025-01", "2025-12"), ("2025-06", "2026-01")], 13),
            (&[("2025-06", "2026-01"), ("2025-01", "2025-12")], 13),
            (&[("2020-01", "2025-12"), ("2021-01", "2021-12")], 72),
            (&[("2025-01", "now")], 18),
            (&[("2019", "2021")], 24),
            (&[("2019", "2021"), ("2021", "2022")], 36),
            (&[("2024", "2024")], 6),
            (&[("2024", "")], 6),
            (&[("2024-03", "")], 1),
            (&[("2024-03", "2025")], 16),
            (&[("2026-03", "2027-03")], 4),
            (&[("2027-03", "now")], 0),
            (&[("", "2020")], 0),
            (&[], 0),
        ] {
            assert_eq!(held(periods), expected, "{periods:?}");
        }
    }
}
