//! Shares of counts, and whether two of them differ by more than chance.

use serde::Serialize;
use utoipa::ToSchema;
use vivier_store::query_figures;

/// What came of searches. Shares are between 0 and 1, and null where there was nothing to share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct SearchFigures {
    /// How many; further pages are no search.
    pub searches: u64,
    /// How many found nothing though no filter was set.
    pub without_results: u64,
    /// Their share.
    pub no_result_rate: Option<f64>,
    /// Of how many at least one hit was opened.
    pub searches_with_click: u64,
    /// Their share.
    pub click_through_rate: Option<f64>,
    /// How many hits were opened, each once a search.
    pub clicks: u64,
    /// Mean of `1 / position` of the foremost hit that was opened, over the searches of which one was: 1 where it always was the
    /// first.
    pub mean_reciprocal_position: Option<f64>,
}

impl From<query_figures::Figures> for SearchFigures {
    fn from(counted: query_figures::Figures) -> Self {
        let share = |part: f64, whole: u64| (whole > 0).then(|| part / whole as f64);
        Self {
            searches: counted.searches,
            without_results: counted.without_results,
            no_result_rate: share(counted.without_results as f64, counted.searches),
            searches_with_click: counted.clicked,
            // A click may be counted on the day after its search.
            click_through_rate: share(counted.clicked as f64, counted.searches).map(|rate| rate.min(1.0)),
            clicks: counted.clicks,
            mean_reciprocal_position: share(counted.reciprocal, counted.clicked),
        }
    }
}

/// Two shares compared: B minus A.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// The share of B less that of A.
    pub difference: f64,
    /// The statistic of the test of two proportions; null where one side has too few for it.
    pub z: Option<f64>,
    /// Whether chance alone would come to such a difference less often than once in twenty times.
    pub significant: bool,
}

/// The normal distribution's quantile for an error of one in twenty, on both sides together.
const QUANTILE: f64 = 1.96;
/// The normal distribution stands for the binomial from so many of either outcome on.
const FEWEST: f64 = 5.0;

/// Compares parts of wholes by the two-proportion z-test with pooled variance (NIST/SEMATECH e-Handbook of Statistical Methods,
/// 7.3.3). `None` where one whole is empty.
pub fn compare(a: (u64, u64), b: (u64, u64)) -> Option<Comparison> {
    let [(part_a, whole_a), (part_b, whole_b)] =
        [a, b].map(|(part, whole)| (part.min(whole) as f64, whole as f64));
    if whole_a == 0.0 || whole_b == 0.0 {
        return None;
    }
    let difference = part_b / whole_b - part_a / whole_a;
    let pooled = (part_a + part_b) / (whole_a + whole_b);
    let enough = [whole_a, whole_b].iter().all(|whole| whole * pooled.min(1.0 - pooled) >= FEWEST);
    let deviation = (pooled * (1.0 - pooled) * (1.0 / whole_a + 1.0 / whole_b)).sqrt();
    let z = enough.then(|| difference / deviation);
    Some(Comparison { difference, z, significant: z.is_some_and(|z| z.abs() >= QUANTILE) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_nothing_are_none() {
        let none = SearchFigures::from(query_figures::Figures::default());
        assert_eq!(
            (none.no_result_rate, none.click_through_rate, none.mean_reciprocal_position),
            (None, None, None)
        );
        let counted = query_figures::Figures {
            searches: 8,
            without_results: 2,
            clicked: 4,
            clicks: 6,
            reciprocal: 3.0,
        };
        let some = SearchFigures::from(counted);
        assert_eq!(some.no_result_rate, Some(0.25));
        assert_eq!(some.click_through_rate, Some(0.5));
        assert_eq!(some.mean_reciprocal_position, Some(0.75));
    }

    #[test]
    fn two_proportions() {
        let alike = compare((10, 100), (15, 200)).unwrap();
        assert!((alike.z.unwrap() + 0.7385).abs() < 0.001 && !alike.significant, "{alike:?}");
        let clear = compare((100, 1000), (150, 1000)).unwrap();
        assert!((clear.z.unwrap() - 3.3806).abs() < 0.001 && clear.significant, "{clear:?}");
        let few = compare((0, 10), (4, 10)).unwrap();
        assert_eq!((few.z, few.significant), (None, false));
        assert_eq!(compare((10, 10), (10, 10)).unwrap().z, None);
        assert_eq!(compare((0, 0), (1, 10)), None);
    }
}
