//! From the files of set-up to places in memory.

use std::sync::Arc;

use super::key::key;
use super::names::{Draft, Target};
use super::{Code, Department, Place, Places, Region};
use crate::geo::Point;
use crate::table::{Row, Table};
use crate::{ReferenceError, places::names};

pub(super) fn places(regions: &Table, departments: &Table, places: &Table) -> Result<Places, ReferenceError> {
    let mut regions = regions.rows().map(|row| region(row).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    regions.sort_by_key(|region| region.code);
    let mut departments = departments
        .rows()
        .map(|row| department(row, &regions).map(Arc::new))
        .collect::<Result<Vec<_>, _>>()?;
    departments.sort_by_key(|department| department.code);
    let mut found = places.rows().map(|row| place(row, &departments)).collect::<Result<Vec<_>, _>>()?;
    // Set-up writes them in this order; a rank that were wrong would be hard to notice.
    found.sort_by_key(|(place, _)| std::cmp::Reverse(place.population));

    let names = all_names(&found, &departments, &regions);
    let places: Vec<Place> = found.into_iter().map(|(place, _)| place).collect();
    let numbered = || (0u32..).zip(&places);
    let mut by_postal_code: Vec<(Code, u32)> = numbered()
        .flat_map(|(number, place)| place.postal_codes.iter().map(move |code| (*code, number)))
        .collect();
    by_postal_code.sort_unstable();
    let mut by_latitude: Vec<(f64, u32)> =
        numbered().map(|(number, place)| (place.point.latitude, number)).collect();
    by_latitude.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    Ok(Places { places, departments, regions, names, by_postal_code, by_latitude })
}

fn code(row: &mut Row<'_>) -> Result<Code, ReferenceError> {
    let text = row.text()?;
    Code::new(text).ok_or_else(|| row.damaged("a code was expected"))
}

fn region(mut row: Row<'_>) -> Result<Region, ReferenceError> {
    Ok(Region { code: code(&mut row)?, name: row.text()?.into() })
}

fn department(mut row: Row<'_>, regions: &[Arc<Region>]) -> Result<Department, ReferenceError> {
    let (own, name, region) = (code(&mut row)?, row.text()?.into(), code(&mut row)?);
    let place = regions.binary_search_by_key(&region, |region| region.code);
    let place = place.map_err(|_| row.damaged("its region is unknown"))?;
    Ok(Department { code: own, name, region: Arc::clone(&regions[place]) })
}

/// A place, and the names of communes that it has taken in.
fn place<'t>(mut row: Row<'t>, departments: &[Arc<Department>]) -> Result<(Place, &'t str), ReferenceError> {
    let (insee, name) = (code(&mut row)?, row.text()?.into());
    let postal_codes = row.text()?.split(',').filter(|code| !code.is_empty());
    let postal_codes: Option<Box<[Code]>> = postal_codes.map(Code::new).collect();
    let postal_codes = postal_codes.ok_or_else(|| row.damaged("a postal code was expected"))?;
    let department = code(&mut row)?;
    let department = departments.binary_search_by_key(&department, |department| department.code);
    let department = department.map_err(|_| row.damaged("its department is unknown"))?;
    let commune = Code::new(row.text()?);
    let point = Point { latitude: row.number()?, longitude: row.number()? };
    let (population, approximate) = (row.number()?, row.text()? == "1");
    let former = row.text()?;
    let department = Arc::clone(&departments[department]);
    let place = Place { insee, name, postal_codes, department, commune, point, population, approximate };
    Ok((place, former))
}

fn all_names(
    places: &[(Place, &str)],
    departments: &[Arc<Department>],
    regions: &[Arc<Region>],
) -> names::Names {
    let mut draft = Draft::default();
    let mut people = vec![0u64; departments.len()];
    for (number, (place, former)) in (0u32..).zip(places) {
        let population = u64::from(place.population);
        draft.add(&key(&place.name), Target::Place(number), population);
        for name in former.split('|').filter(|name| !name.is_empty()) {
            draft.add(&key(name), Target::Former(number), population);
        }
        if place.commune.is_none()
            && let Ok(at) = departments.binary_search_by_key(&place.department.code, |one| one.code)
        {
            people[at] += population;
        }
    }
    for ((number, department), population) in (0u32..).zip(departments).zip(&people) {
        draft.add(&key(&department.name), Target::Department(number), *population);
    }
    for (number, region) in (0u32..).zip(regions) {
        let own = || departments.iter().zip(&people).filter(|(one, _)| one.region == *region);
        // Guadeloupe is a region and its only department: to whoever looks for work there, they are one.
        if own().all(|(department, _)| department.name != region.name) {
            draft.add(&key(&region.name), Target::Region(number), own().map(|(_, people)| people).sum());
        }
    }
    draft.finish()
}
