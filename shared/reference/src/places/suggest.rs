//! Completions of what is being typed.

use super::names::{Hit, Target};
use super::query::{Query, is_department, is_number};
use super::{Department, Place, Places, Region, key};

/// The most completions one answer holds.
const MAX_SUGGESTIONS: usize = 50;
/// Fewer completions than these, and a typing error is looked for.
const TOO_FEW: usize = 3;
/// Letters from which a typing error can be told from another word.
const MIN_LETTERS: usize = 4;

/// What may be meant by what is being typed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Suggestion<'p> {
    /// A commune or an arrondissement.
    Place(&'p Place),
    /// A department.
    Department(&'p Department),
    /// A region.
    Region(&'p Region),
}

impl<'p> Suggestion<'p> {
    /// What people read.
    pub fn name(&self) -> &'p str {
        match self {
            Self::Place(place) => &place.name,
            Self::Department(department) => &department.name,
            Self::Region(region) => &region.name,
        }
    }

    /// INSEE's code. Codes of regions and departments overlap.
    pub fn code(&self) -> &'p str {
        match self {
            Self::Place(place) => place.insee.as_str(),
            Self::Department(department) => department.code.as_str(),
            Self::Region(region) => region.code.as_str(),
        }
    }
}

/// The best so far, best first.
struct Best<'p> {
    places: &'p Places,
    limit: usize,
    hits: Vec<(Hit, Target)>,
}

impl Best<'_> {
    fn offer(&mut self, hit: Hit) {
        if self.hits.len() == self.limit && self.hits.last().is_some_and(|(worst, _)| *worst <= hit) {
            return;
        }
        let target = match self.places.names.target(hit.entry) {
            Target::Former(number) => Target::Place(number),
            target => target,
        };
        if let Some(known) = self.hits.iter().position(|(_, known)| *known == target) {
            if self.hits[known].0 <= hit {
                return;
            }
            self.hits.remove(known);
        }
        let at = self.hits.partition_point(|(better, _)| *better < hit);
        self.hits.insert(at, (hit, target));
        self.hits.truncate(self.limit);
    }
}

impl Places {
    /// What begins with `prefix`, then what has a word that does, then what has taken in a commune that did; each by
    /// population, in which whole names count more. Digits are the beginning of a postal code, or a department. From four letters on one typing
    /// error is forgiven when there would be fewer than three completions.
    pub fn suggest(&self, prefix: &str, limit: usize) -> Vec<Suggestion<'_>> {
        let limit = limit.min(MAX_SUGGESTIONS);
        let words: Vec<String> = key::words(prefix).into_iter().map(|(word, _)| word).collect();
        let Some(last) = words.last().filter(|_| limit > 0) else { return Vec::new() };
        let digits = words.concat();
        if is_number(&digits) || is_department(&digits) {
            return self.suggest_by_code(&digits, limit);
        }
        let mut best = Best { places: self, limit, hits: Vec::new() };
        let before = || words[..words.len() - 1].iter().map(String::as_str);
        let spelt = key::joined(words.iter().map(String::as_str));
        // The last word may go on: `st` may become `strasbourg`, or be `saint`.
        let mut typed = key::joined(before());
        if !typed.is_empty() {
            typed.push(' ');
        }
        typed.push_str(last);
        self.offer_beginnings(&typed, &mut best);
        if spelt != typed {
            self.offer_beginnings(&spelt, &mut best);
        }
        let mut found: Vec<Target> = best.hits.iter().map(|(_, target)| *target).collect();
        if found.is_empty() {
            // `Nantes (44)`, `44000 Nantes`: more than the beginning of a name.
            found = self.numbers(&Query::new(prefix));
            found.truncate(limit);
        }
        if found.len() < TOO_FEW.min(limit) && typed.chars().count() >= MIN_LETTERS {
            best.hits.clear();
            self.offer_misspelt(&typed, |hit| best.offer(hit));
            let more = best.hits.iter().map(|(_, target)| *target).filter(|target| !found.contains(target));
            let more: Vec<Target> = more.collect();
            found.extend(more);
            found.truncate(limit);
        }
        found.into_iter().map(|target| self.suggestion(target)).collect()
    }

    fn offer_beginnings(&self, prefix: &str, best: &mut Best<'_>) {
        let run = self.names.run(prefix.as_bytes(), self.names.all());
        for hit in self.names.hits(run, prefix.len()) {
            best.offer(hit);
        }
    }

    fn numbers(&self, query: &Query) -> Vec<Target> {
        self.search(query).into_iter().map(Target::Place).collect()
    }

    fn suggest_by_code(&self, digits: &str, limit: usize) -> Vec<Suggestion<'_>> {
        let department = self.department(digits).map(Suggestion::Department);
        let places = if is_number(digits) { self.with_postal_code(digits) } else { Vec::new() };
        let places = places.into_iter().map(|number| self.suggestion(Target::Place(number)));
        department.into_iter().chain(places).take(limit).collect()
    }

    fn suggestion(&self, target: Target) -> Suggestion<'_> {
        match target {
            Target::Place(number) | Target::Former(number) => Suggestion::Place(&self.list[number as usize]),
            Target::Department(number) => Suggestion::Department(&self.departments[number as usize]),
            Target::Region(number) => Suggestion::Region(&self.regions[number as usize]),
        }
    }
}
