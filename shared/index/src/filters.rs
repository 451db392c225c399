//! Which offers a request lets through, facet by facet.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;
use vivier_domain::ids::OfferId;
use vivier_domain::offer::Position;

use crate::bits::Bits;
use crate::build::day_number;
use crate::request::{Circle, SearchRequest, WIDEST_KM};
use crate::row::{self, DIMENSIONS, Dimension, EXPERIENCE, Row, VALUES};
use crate::search::SearchIndex;
use crate::tables::Tables;

/// The filters of a request, by number.
pub(crate) struct Filters<'i> {
    /// The values chosen in each facet; `None` where nothing is chosen.
    pub(crate) values: [Option<Vec<bool>>; VALUES],
    /// The facets in which something is chosen, each with the matching offers that have it.
    active: Vec<(Dimension, Cow<'i, Bits>)>,
    within: Option<Circle>,
    among: Option<Arc<HashSet<OfferId>>>,
}

/// Ages in days that the facet of publication counts.
pub(crate) const DAYS: [u16; 5] = [1, 3, 7, 14, 30];

/// What passes the filters.
pub(crate) struct Passing {
    /// All of them.
    pub(crate) all: Bits,
    /// All but one of the facets in which something is chosen: what that facet counts.
    but: Vec<(Dimension, Bits)>,
}

impl Passing {
    /// What a facet counts: it does not respect its own filter.
    pub(crate) fn counted(&self, dimension: Dimension) -> &Bits {
        self.but.iter().find(|(other, _)| *other == dimension).map_or(&self.all, |(_, but)| but)
    }
}

impl<'i> Filters<'i> {
    /// The values of `request` in the numbers of `index`; only `matching` offers are asked about.
    pub(crate) fn new(index: &'i SearchIndex, request: &SearchRequest, matching: &Bits) -> Self {
        let sizes = &index.sizes;
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
        let mut active = Vec::new();
        for (dimension, chosen) in Dimension::ALL.into_iter().zip(&values) {
            let mut passing =
                chosen.as_deref().map(|chosen| index.columns.chosen(dimension as usize, chosen, matching));
            let range = (request.salary_min, request.salary_max);
            if dimension == Dimension::Salary && range != (None, None) {
                let range = (range.0.unwrap_or(0), range.1.unwrap_or(u32::MAX));
                let paid = index.columns.paid(range, matching);
                passing = Some(Cow::Owned(match passing {
                    Some(passing) => Bits::both(&passing, &paid),
                    None => paid,
                }));
            }
            active.extend(passing.map(|passing| (dimension, passing)));
        }
        if let Some(since) = request.published_since {
            let since = index.columns.published_since(day_number(since) as i32, matching);
            active.push((Dimension::Published, Cow::Owned(since)));
        }
        Self { values, active, within: request.within, among: request.among.clone() }
    }

    /// The same with another circle.
    pub(crate) fn within(&mut self, circle: Circle) {
        self.within = Some(circle);
    }

    /// What passes of `offers`, which match and are shown.
    pub(crate) fn passing(&self, mut offers: Bits, rows: &[Row]) -> Passing {
        if let Some(circle) = self.within {
            offers.retain(|doc| circle.holds(rows[doc as usize].place));
        }
        if let Some(among) = &self.among {
            offers.retain(|doc| among.contains(&Uuid::from_u128(rows[doc as usize].id).into()));
        }
        let but = self.active.iter().map(|(left_out, _)| {
            let mut others = self.active.iter().filter(|(dimension, _)| dimension != left_out);
            let mut but = match others.next() {
                Some((_, chosen)) => Bits::both(&offers, chosen),
                None => offers.clone(),
            };
            others.for_each(|(_, chosen)| but.and(chosen));
            (*left_out, but)
        });
        let but: Vec<_> = but.collect();
        if let (Some((_, chosen)), Some((_, but))) = (self.active.first(), but.first()) {
            offers = Bits::both(but, chosen);
        }
        Passing { all: offers, but }
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
        place.is_some_and(|place| {
            // Most places lie too far north or south, and that is told at once.
            let far = f64::from(self.radius_km + 1) * MICRODEGREES_PER_KM;
            f64::from(self.centre.latitude.abs_diff(place.latitude)) <= far
                && distance_km(self.centre, place) <= self.radius_km as f32
        })
    }
}

/// The mean radius of the Earth (IUGG), in kilometres.
const EARTH_KM: f64 = 6_371.009;

/// Millionths of a degree from north to south.
const MICRODEGREES_PER_KM: f64 = 360e6 / (std::f64::consts::TAU * EARTH_KM);

/// Kilometres between two places, as if the Earth were flat between them: within 1 % up to some hundred kilometres outside of
/// the polar regions.
pub(crate) fn distance_km(one: Position, other: Position) -> f32 {
    let ((north, east), (other_north, other_east)) = (one.degrees(), other.degrees());
    let middle = f64::midpoint(north, other_north).to_radians().cos();
    let turn = (east - other_east + 540.0).rem_euclid(360.0) - 180.0;
    let (up, across) = ((north - other_north).to_radians(), turn.to_radians() * middle);
    (EARTH_KM * up.hypot(across)) as f32
}

/// How many numbers each facet has.
pub(crate) fn sizes(tables: &Tables) -> [usize; DIMENSIONS] {
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
