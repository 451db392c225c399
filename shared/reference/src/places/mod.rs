//! The communes, departments and regions of France: what a text names, what is being typed, what lies around.
//!
//! Sources: names, codes, population and postal codes from INSEE, DGCL and La Poste; coordinates from GeoNames or La
//! Poste; the README of this crate says which.

mod code;
mod find;
mod key;
mod names;
mod query;
mod read;
mod suggest;
mod typo;

use std::path::Path;
use std::sync::Arc;

pub use code::Code;
pub use suggest::Suggestion;

use crate::geo::{DEGREE_KM, Point, distance_km};
use crate::{ReferenceError, table::Table};
use names::Names;

/// A region.
#[derive(Debug, PartialEq, Eq)]
pub struct Region {
    /// INSEE's code, such as `52`. Overseas collectivities have that of their department.
    pub code: Code,
    /// Such as `Pays de la Loire`.
    pub name: Box<str>,
}

/// A department, or an overseas collectivity, which counts as one here.
#[derive(Debug, PartialEq, Eq)]
pub struct Department {
    /// Such as `44`, `2A`, `974`.
    pub code: Code,
    /// Such as `Loire-Atlantique`.
    pub name: Box<str>,
    /// The region it is in.
    pub region: Arc<Region>,
}

/// A commune, or an arrondissement of Paris, Lyon or Marseille.
#[derive(Debug, PartialEq)]
pub struct Place {
    /// INSEE's code, such as `44109`. It names the place for good, while names and postal codes are shared.
    pub insee: Code,
    /// As INSEE spells it.
    pub name: Box<str>,
    /// In ascending order.
    pub postal_codes: Box<[Code]>,
    /// The department it is in.
    pub department: Arc<Department>,
    /// Of an arrondissement: the commune that it is part of.
    pub commune: Option<Code>,
    /// The town hall, or the middle of the commune.
    pub point: Point,
    /// People who live there (INSEE, municipal population).
    pub population: u32,
    /// Whether `point` was not known and is the mean of neighbours: with the files from the registries half of these
    /// points are off by more than 7 km, a tenth by more than 16 km.
    pub approximate: bool,
}

impl Place {
    /// The region it is in.
    pub fn region(&self) -> &Region {
        &self.department.region
    }

    /// As people read it: `Saint-Denis (93)`.
    pub fn label(&self) -> String {
        format!("{} ({})", self.name, self.department.code)
    }
}

/// All places, in memory: some 10 MB.
#[derive(Debug)]
pub struct Places {
    /// In the order of the file, which is most people first: a place's number is also its rank.
    list: Vec<Place>,
    departments: Vec<Arc<Department>>,
    regions: Vec<Arc<Region>>,
    names: Names,
    /// Places by postal code.
    by_postal_code: Vec<(Code, u32)>,
    /// Places from south to north.
    by_latitude: Vec<(f64, u32)>,
}

impl Places {
    /// Opens `places.tsv`, `departments.tsv` and `regions.tsv` in `folder`. Open them once a process.
    pub fn open(folder: &Path) -> Result<Self, ReferenceError> {
        let read = |name| Table::read(folder, name);
        read::places(&read("regions.tsv")?, &read("departments.tsv")?, &read("places.tsv")?)
    }

    /// Every place, most people first.
    pub fn all(&self) -> &[Place] {
        &self.list
    }

    /// Every department, by code.
    pub fn departments(&self) -> &[Arc<Department>] {
        &self.departments
    }

    /// Every region, by code.
    pub fn regions(&self) -> &[Arc<Region>] {
        &self.regions
    }

    /// The department with this code or name, in any spelling.
    pub fn department(&self, text: &str) -> Option<&Department> {
        let text = text.trim();
        self.departments
            .binary_search_by(|one| one.code.as_str().cmp(text.to_ascii_uppercase().as_str()))
            .ok()
            .or_else(|| {
                self.names.exactly(&key::key(text), true).into_iter().find_map(|target| match target {
                    names::Target::Department(number) => Some(number as usize),
                    _ => None,
                })
            })
            .map(|number| &*self.departments[number])
    }

    /// The region with this code or name, in any spelling. Codes of regions and departments overlap: `44` is Grand Est.
    pub fn region(&self, text: &str) -> Option<&Region> {
        let wanted = key::key(text);
        let found =
            self.regions.iter().find(|one| one.code.as_str() == text.trim() || key::key(&one.name) == wanted);
        found.map(|region| &**region)
    }

    /// The place with this INSEE code.
    pub fn by_insee(&self, code: &str) -> Option<&Place> {
        // Rarely asked, and 35 000 codes lie side by side: no table is kept for it.
        let code = Code::new(code)?;
        self.list.iter().find(|place| place.insee == code)
    }

    /// The places no farther than `radius_km` from `center`, nearest first, with their distance in kilometres.
    pub fn within(&self, center: Point, radius_km: f64) -> Vec<(f64, &Place)> {
        let degrees = radius_km / DEGREE_KM;
        let (south, north) = (center.latitude - degrees, center.latitude + degrees);
        let first = self.by_latitude.partition_point(|(latitude, _)| *latitude < south);
        let mut found: Vec<(f64, &Place)> = self.by_latitude[first..]
            .iter()
            .take_while(|(latitude, _)| *latitude <= north)
            .map(|(_, number)| &self.list[*number as usize])
            .map(|place| (distance_km(center, place.point), place))
            .filter(|(distance, _)| *distance <= radius_km)
            .collect();
        found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        found
    }

    /// The numbers of the places with this postal code, or whose codes begin so: arrondissements first, then most
    /// people.
    fn with_postal_code(&self, beginning: &str) -> Vec<u32> {
        let first = self.by_postal_code.partition_point(|(code, _)| code.as_str() < beginning);
        let run =
            self.by_postal_code[first..].iter().take_while(|(code, _)| code.as_str().starts_with(beginning));
        let mut found: Vec<u32> = run.map(|(_, number)| *number).collect();
        found.sort_unstable_by_key(|number| (self.list[*number as usize].commune.is_none(), *number));
        found.dedup();
        found
    }
}
