//! Which places a text names.

use super::query::{Query, department_of, is_department};
use super::{Code, Place, Places, key, names::Target};

/// More words than any name and its department have.
const MAX_WORDS: usize = 16;

/// How many times the people of its namesakes a place must have to be meant by the beginning of its name: `Évry` may
/// be Évry-Courcouronnes.
const MUCH_LARGER: u32 = 10;
/// The most places that are given for the beginning of their name.
const MAX_LONGER: usize = 5;

/// What the words around a name say about where it lies.
enum Hint {
    Department(Code),
    Region(Code),
}

impl Places {
    /// The places that a text names, most likely first: by name (`St Denis`, `Paris 15e`, `Puteaux, Hauts-de-Seine`,
    /// `Nantes Cedex 2`), by postal code (`44 000`), or both. Namesakes are all given, most people first; places that
    /// have taken in a commune of that name come last. Empty when the text begins with no place.
    pub fn find(&self, text: &str) -> Vec<&Place> {
        self.search(&Query::new(text)).into_iter().map(|number| &self.list[number as usize]).collect()
    }

    /// The one place that an offer names by city and postal code. The code decides among namesakes; a code that is not
    /// the city's (as CEDEX codes are) leaves the namesake of its department, or else the largest. A city that is
    /// unknown leaves the largest place of the code.
    pub fn locate(&self, city: &str, postal_code: Option<&str>) -> Option<&Place> {
        let mut query = Query::new(city);
        query.postal_code = postal_code.and_then(|code| Query::new(code).postal_code).or(query.postal_code);
        self.search(&query).first().map(|number| &self.list[*number as usize])
    }

    pub(super) fn search(&self, query: &Query) -> Vec<u32> {
        let named = self.named(query);
        let Some(code) = query.postal_code else { return named };
        let with_code = self.with_postal_code(code.as_str());
        if named.is_empty() {
            return with_code;
        }
        let place = |number: &u32| &self.list[*number as usize];
        let is_part = |number: &u32| {
            place(number)
                .commune
                .is_some_and(|commune| named.iter().any(|whole| place(whole).insee == commune))
        };
        // `75015 Paris` is first of all the arrondissement.
        let mut found: Vec<u32> = with_code.iter().copied().filter(is_part).collect();
        found.extend(named.iter().filter(|number| with_code.contains(number) && !is_part(number)));
        if found.is_empty() {
            // `91000 Évry` is Évry-Courcouronnes, whoever else is called Évry.
            let begins = format!("{} ", key::joined(query.words.iter().map(String::as_str)));
            found.extend(
                with_code.iter().copied().filter(|number| key::key(&place(number).name).starts_with(&begins)),
            );
        }
        if found.is_empty() {
            let department = department_of(code.as_str());
            // Postal codes of Corsica begin with 20, its departments are 2A and 2B.
            let in_it = |number: &u32| {
                let code = place(number).department.code;
                code == department
                    || department == "20" && code.as_str().starts_with('2') && (code == "2A" || code == "2B")
            };
            found.extend(named.iter().copied().filter(in_it));
        }
        if found.is_empty() { named } else { found }
    }

    /// The places that the words name: the name is that run of words which, with what is known about the words around
    /// it, explains most of them. Before a name only a department or region may stand, after it anything.
    fn named(&self, query: &Query) -> Vec<u32> {
        let words: Vec<&str> = query.words.iter().take(MAX_WORDS).map(String::as_str).collect();
        let (mut best, mut found): (usize, Vec<u32>) = (0, Vec::new());
        for length in (1..=words.len()).rev() {
            for from in 0..=words.len() - length {
                let (before, rest) = words.split_at(from);
                let (name, after) = rest.split_at(length);
                if length + before.len() + after.len() < best {
                    continue;
                }
                let Some((explained, hints)) = self.hints(before, after, query.department.as_deref()) else {
                    continue;
                };
                let explained = explained + length;
                if explained < best {
                    continue;
                }
                let mut places = self.bearing(&key::joined(name.iter().copied()), explained == words.len());
                places.retain(|number| hints.iter().all(|hint| self.fits(*number, hint)));
                if places.is_empty() {
                    continue;
                }
                if explained > best {
                    (best, found) = (explained, Vec::new());
                }
                places.retain(|number| !found.contains(number));
                found.append(&mut places);
            }
        }
        if found.is_empty() && query.department.is_some() {
            // The department is wrong, or was none.
            let without = Query { words: query.words.clone(), ..Query::default() };
            return self.named(&without);
        }
        found
    }

    /// The numbers of the places with this name: those that bear it first, then much larger ones that begin with it,
    /// then those that have taken one in. A name with other words around it must be complete.
    fn bearing(&self, name: &str, alone: bool) -> Vec<u32> {
        let (mut now, mut formerly) = (Vec::new(), Vec::new());
        for target in self.names.exactly(name, alone) {
            match target {
                Target::Place(number) => now.push(number),
                Target::Former(number) => formerly.push(number),
                Target::Department(_) | Target::Region(_) => {}
            }
        }
        if alone {
            let people = now.first().map_or(0, |number| self.list[*number as usize].population);
            let mut longer: Vec<u32> = self.names.longer(name).collect();
            longer.sort_unstable();
            let places = longer.into_iter().filter_map(|entry| match self.names.target(entry) {
                Target::Place(number) => Some(number),
                _ => None,
            });
            let larger = |number: &u32| {
                let place = &self.list[*number as usize];
                place.commune.is_none() && place.population / MUCH_LARGER >= people
            };
            now.extend(places.filter(larger).take(MAX_LONGER));
        }
        formerly.retain(|number| !now.contains(number));
        now.append(&mut formerly);
        now
    }

    /// How many of the words around a name are explained, and what they say; `None` when the text does not begin with
    /// a place.
    fn hints(&self, before: &[&str], after: &[&str], department: Option<&str>) -> Option<(usize, Vec<Hint>)> {
        let mut hints = Vec::new();
        let mut explained = 0;
        if !before.is_empty() {
            hints.push(self.hint(before)?);
            explained += before.len();
        }
        // The longest run of words right after the name that is a department or region.
        if let Some((length, hint)) =
            (1..=after.len()).rev().find_map(|length| Some((length, self.hint(&after[..length])?)))
        {
            hints.push(hint);
            explained += length;
        }
        if let Some(code) = department.and_then(|code| self.department(code)) {
            hints.push(Hint::Department(code.code));
        }
        Some((explained, hints))
    }

    fn hint(&self, words: &[&str]) -> Option<Hint> {
        if let [word] = words
            && is_department(word)
        {
            return self.department(word).map(|department| Hint::Department(department.code));
        }
        let targets = self.names.exactly(&key::joined(words.iter().copied()), true);
        targets.into_iter().find_map(|target| match target {
            Target::Department(number) => Some(Hint::Department(self.departments[number as usize].code)),
            Target::Region(number) => Some(Hint::Region(self.regions[number as usize].code)),
            Target::Place(_) | Target::Former(_) => None,
        })
    }

    fn fits(&self, number: u32, hint: &Hint) -> bool {
        let department = &self.list[number as usize].department;
        match hint {
            Hint::Department(code) => department.code == *code,
            Hint::Region(code) => department.region.code == *code,
        }
    }
}
