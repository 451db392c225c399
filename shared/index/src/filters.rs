//! Which offers a request lets through, facet by facet.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;
use vivier_domain::ids::OfferId;
use vivier_domain::offer::Position;

use crate::build::day_number;
use crate::request::{Circle, SearchRequest, WIDEST_KM};
use crate::row::{self, DIMENSIONS, Dimension, EXPERIENCE, Row, VALUES};
use crate::search::SearchIndex;

/// The filters of a request, by number.
pub(crate) struct Filters {
    /// The values chosen in each facet; `None` where nothing is chosen.
    pub(crate) values: [Option<Vec<bool>>; VALUES],
    published_since: Option<i32>,
    salary: Option<(u32, u32)>,
    /// The facets in which something is chosen.
    active: Vec<Dimension>,
    /// The days of publication that the facet counts, each with all after it.
    pub(crate) days: [i32; DAYS.len()],
    today: i32,
    within: Option<Circle>,
    among: Option<Arc<HashSet<OfferId>>>,
    duplicates: bool,
}

/// Ages in days that the facet of publication counts.
pub(crate) const DAYS: [u16; 5] = [1, 3, 7, 14, 30];

/// What the filters say of an offer.
pub(crate) enum Verdict {
    /// Nothing counts it.
    Out,
    /// It fails in this facet alone, and counts there.
    But(Dimension),
    /// It passes.
    In,
}

impl Filters {
    /// The values of `request` in the numbers of `index`.
    pub(crate) fn new(index: &SearchIndex, request: &SearchRequest) -> Self {
        let sizes = index.sizes();
        let among = |dimension: Dimension, numbers: &mut dyn Iterator<Item = Option<u32>>| {
            let mut chosen = None;
            for number in numbers {
                // A value no offer has is still a choice: it leaves nothing.
                let chosen = chosen.get_or_insert_with(|| vec![false; sizes[dimension as usize]]);
                if let Some(slot) = number.and_then(|number| chosen.get_mut(number as usize)) {
                    *slot = true;
                }
            }
            chosen
        };
        let tables = &index.tables;
        let values = [
            among(Dimension::Contract, &mut request.contract.iter().map(|term| Some(row::contract(*term)))),
            among(
                Dimension::WorkingTime,
                &mut request.working_time.iter().map(|term| Some(row::working_time(*term))),
            ),
            among(Dimension::Remote, &mut request.remote.iter().map(|term| Some(row::remote(*term)))),
            among(Dimension::Experience, &mut request.experience.iter().map(|band| Some(*band as u32 + 1))),
            among(
                Dimension::Education,
                &mut request.education.iter().map(|level| Some(row::education(*level))),
            ),
            among(Dimension::Salary, &mut request.salary.iter().map(|band| Some(band.0))),
            among(Dimension::Company, &mut request.company.iter().map(|text| tables.company.number(text))),
            among(Dimension::City, &mut request.city.iter().map(|text| tables.city.number(text))),
            among(
                Dimension::Department,
                &mut request.department.iter().map(|text| tables.department.number(text)),
            ),
            among(Dimension::Region, &mut request.region.iter().map(|text| tables.region.number(text))),
            among(
                Dimension::Occupation,
                &mut request.occupation.iter().map(|text| tables.occupation.number(text)),
            ),
            among(Dimension::Family, &mut request.family.iter().map(|text| tables.family.number(text))),
        ];
        let today = day_number(request.today) as i32;
        let published_since = request.published_since.map(|day| day_number(day) as i32);
        let salary = (request.salary_min.is_some() || request.salary_max.is_some())
            .then(|| (request.salary_min.unwrap_or(0), request.salary_max.unwrap_or(u32::MAX)));
        let set = |dimension: &Dimension| match dimension {
            Dimension::Published => published_since.is_some(),
            Dimension::Salary => salary.is_some() || !request.salary.is_empty(),
            other => values[*other as usize].is_some(),
        };
        let active = Dimension::ALL.into_iter().filter(set).collect();
        let days = DAYS.map(|age| today - i32::from(age));
        Self {
            values,
            published_since,
            salary,
            active,
            days,
            today,
            within: request.within,
            among: request.among.clone(),
            duplicates: request.duplicates,
        }
    }

    /// The same with another circle.
    pub(crate) fn within(&mut self, circle: Circle) {
        self.within = Some(circle);
    }

    pub(crate) fn judge(&self, row: &Row) -> Verdict {
        if row.hidden && !self.duplicates
            || row.expires < self.today
            || self.within.is_some_and(|circle| !circle.holds(row.place))
            || self.among.as_ref().is_some_and(|among| !among.contains(&Uuid::from_u128(row.id).into()))
        {
            return Verdict::Out;
        }
        let mut failed = self.active.iter().filter(|dimension| !self.passes(**dimension, row));
        match (failed.next(), failed.next()) {
            (None, _) => Verdict::In,
            (Some(dimension), None) => Verdict::But(*dimension),
            (Some(_), Some(_)) => Verdict::Out,
        }
    }

    fn passes(&self, dimension: Dimension, row: &Row) -> bool {
        match dimension {
            Dimension::Published => self.published_since.is_none_or(|since| row.published >= since),
            Dimension::Salary => {
                self.is_chosen(dimension, row)
                    && self.salary.is_none_or(|(least, most)| {
                        row.salary.1 > 0 && row.salary.1 >= least && row.salary.0 <= most
                    })
            }
            other => self.is_chosen(other, row),
        }
    }

    fn is_chosen(&self, dimension: Dimension, row: &Row) -> bool {
        let chosen = self.values[dimension as usize].as_ref();
        chosen.is_none_or(|chosen| chosen.get(row.values[dimension as usize] as usize) == Some(&true))
    }
}

/// The radii that a circle is widened to, in kilometres.
const WIDER: [u32; 3] = [30, 50, WIDEST_KM];

impl Circle {
    /// The next wider circle, where it may be widened.
    pub(crate) fn wider(self) -> Option<Self> {
        let wider = WIDER.into_iter().find(|radius| *radius > self.radius_km).filter(|_| self.widen);
        wider.map(|radius_km| Self { radius_km, ..self })
    }

    fn holds(&self, place: Option<Position>) -> bool {
        place.is_some_and(|place| distance_km(self.centre, place) <= self.radius_km as f32)
    }
}

/// The mean radius of the Earth (IUGG), in kilometres.
const EARTH_KM: f64 = 6_371.009;

/// Kilometres between two places, as if the Earth were flat between them: within 1 % up to some hundred kilometres outside of
/// the polar regions.
pub(crate) fn distance_km(one: Position, other: Position) -> f32 {
    let ((north, east), (other_north, other_east)) = (one.degrees(), other.degrees());
    let middle = f64::midpoint(north, other_north).to_radians().cos();
    let turn = (east - other_east + 540.0).rem_euclid(360.0) - 180.0;
    let (up, across) = ((north - other_north).to_radians(), turn.to_radians() * middle);
    (EARTH_KM * up.hypot(across)) as f32
}

impl SearchIndex {
    /// How many numbers each facet has.
    pub(crate) fn sizes(&self) -> [usize; DIMENSIONS] {
        let tables = &self.tables;
        Dimension::ALL.map(|dimension| match dimension {
            Dimension::Contract => vivier_domain::offer::Contract::ALL.len() + 1,
            Dimension::WorkingTime => vivier_domain::offer::WorkingTime::ALL.len() + 1,
            Dimension::Remote => vivier_domain::offer::Remote::ALL.len() + 1,
            Dimension::Experience => EXPERIENCE.len() + 1,
            Dimension::Education => 7,
            Dimension::Salary => row::SALARY.len() + 1,
            Dimension::Company => tables.company.0.len() + 1,
            Dimension::City => tables.city.0.len() + 1,
            Dimension::Department => tables.department.0.len() + 1,
            Dimension::Region => tables.region.0.len() + 1,
            Dimension::Occupation => tables.occupation.0.len() + 1,
            Dimension::Family => tables.family.0.len() + 1,
            Dimension::Published => DAYS.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_map() {
        let at = |latitude, longitude| Position::from_degrees(latitude, longitude).unwrap();
        let (nantes, rennes, paris, lyon) =
            (at(47.2184, -1.5536), at(48.1173, -1.6778), at(48.8566, 2.3522), at(45.7640, 4.8357));
        for (one, other, km) in [
            (nantes, nantes, 0.0),
            (nantes, rennes, 100.4),
            (paris, lyon, 391.5),
            (at(0.0, 179.9), at(0.0, -179.9), 22.2),
        ] {
            let found = distance_km(one, other);
            assert!((found - km).abs() <= km * 0.01, "{found} for {km}");
        }
    }
}
