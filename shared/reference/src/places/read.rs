//! From the files of set-up to places in memory.

use std::sync::Arc;

use super::names::{Draft, Target};
use super::{Code, Department, Place, Places, Region};
use crate::ReferenceError;
use crate::geo::Point;
use crate::table::{Row, Table};

pub(super) fn places(regions: &Table, departments: &Table, places: &Table) -> Result<Places, ReferenceError> {
    let mut regions = regions.rows().map(|row| region(row).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    regions.sort_by_key(|region| region.code);
    let mut departments = departments
        .rows()
        .map(|row| department(row, &regions).map(Arc::new))
        .collect::<Result<Vec<_>, _>>()?;
    departments.sort_by_key(|department| department.code);
    let mut found: Vec<Place> = Vec::with_capacity(places.rows().count());
    let mut draft = Draft::default();
    let mut people = vec![0u64; departments.len()];
    for (number, row) in (0u32..).zip(places.rows()) {
        let (place, department, former) = place(row, &departments)?;
        let population = u64::from(place.population);
        draft.add(&place.name, Target::Place(number), population);
        for name in former.split('|').filter(|name| !name.is_empty()) {
            draft.add(name, Target::Former(number), population);
        }
        if place.commune.is_none() {
            people[department] += population;
        }
        found.push(place);
    }
    add_divisions(&mut draft, &departments, &regions, &people);
    let (places, names) = (found, draft.finish());
    let numbered = || (0u32..).zip(&places);
    let mut by_postal_code: Vec<(Code, u32)> = numbered()
        .flat_map(|(number, place)| place.postal_codes.iter().map(move |code| (*code, number)))
        .collect();
    by_postal_code.sort_unstable();
    let mut by_latitude: Vec<(f64, u32)> =
        numbered().map(|(number, place)| (place.point.latitude, number)).collect();
    by_latitude.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    Ok(Places { list: places, departments, regions, names, by_postal_code, by_latitude })
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

/// A place, the number of its department, and the names of communes that it has taken in.
fn place<'t>(
    mut row: Row<'t>,
    departments: &[Arc<Department>],
) -> Result<(Place, usize, &'t str), ReferenceError> {
    let (insee, name) = (code(&mut row)?, row.text()?.into());
    let written = row.text()?;
    let mut postal_codes = Vec::with_capacity(written.len().div_ceil(6));
    for one in written.split(',').filter(|one| !one.is_empty()) {
        postal_codes.push(Code::new(one).ok_or_else(|| row.damaged("a postal code was expected"))?);
    }
    let department = code(&mut row)?;
    let number = departments.binary_search_by_key(&department, |department| department.code);
    let number = number.map_err(|_| row.damaged("its department is unknown"))?;
    let place = Place {
        insee,
        name,
        postal_codes: postal_codes.into(),
        department: Arc::clone(&departments[number]),
        commune: Code::new(row.text()?),
        point: Point { latitude: row.number()?, longitude: row.number()? },
        population: row.number()?,
        approximate: row.text()? == "1",
    };
    Ok((place, number, row.text()?))
}

fn add_divisions(
    draft: &mut Draft,
    departments: &[Arc<Department>],
    regions: &[Arc<Region>],
    people: &[u64],
) {
    for ((number, department), population) in (0u32..).zip(departments).zip(people) {
        draft.add(&department.name, Target::Department(number), *population);
    }
    for (number, region) in (0u32..).zip(regions) {
        let own = || departments.iter().zip(people).filter(|(one, _)| one.region == *region);
        // Guadeloupe is a region and its only department: to whoever looks for work there, they are one.
        if own().all(|(department, _)| department.name != region.name) {
            draft.add(&region.name, Target::Region(number), own().map(|(_, people)| people).sum());
        }
    }
}
