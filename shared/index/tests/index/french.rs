//! The contract of French: a table of searches, offers, and what must come of them. `french.toml` says how to read it.

use serde::Deserialize;
use vivier_index::{Synonym, Synonyms};

use super::support::*;

#[derive(Deserialize)]
struct Table {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: String,
    offers: Vec<Content>,
    #[serde(default)]
    synonyms: Vec<Synonym>,
    searches: Vec<Search>,
}

/// An offer by its title, or by more.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Title(String),
    More(More),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct More {
    title: String,
    company: Option<String>,
    city: Option<String>,
    postal_code: Option<String>,
    occupation: Option<String>,
    #[serde(default)]
    skills: Vec<String>,
    description: Option<String>,
}

/// A search, and what must come of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    q: String,
    /// These, in this order, and no others.
    finds: Option<Vec<usize>>,
    /// Nothing.
    #[serde(default)]
    none: bool,
    /// These come first, in this order.
    #[serde(default)]
    first: Vec<usize>,
    /// These are not found.
    #[serde(default)]
    keeps_out: Vec<usize>,
    /// The former of each pair is found, and stands above the latter.
    #[serde(default)]
    above: Vec<(usize, usize)>,
    /// The search as it was understood.
    did_you_mean: Option<String>,
}

impl Search {
    fn wrong(&self, found: &[usize], understood: Option<&str>) -> Option<String> {
        let place = |offer: &usize| found.iter().position(|other| other == offer);
        let said = self.did_you_mean.is_none() || self.did_you_mean.as_deref() == understood;
        let right = self.finds.as_deref().is_none_or(|finds| finds == found)
            && (!self.none || found.is_empty())
            && found.starts_with(&self.first)
            && self.keeps_out.iter().all(|offer| place(offer).is_none())
            && self
                .above
                .iter()
                .all(|(high, low)| place(high).is_some_and(|high| place(low).is_none_or(|low| high < low)))
            && said;
        (!right).then(|| format!("{:?} found {found:?}, understood as {understood:?}", self.q))
    }
}

#[test]
fn every_row_of_the_contract_holds() {
    let table: Table = toml::from_str(include_str!("french.toml")).unwrap();
    let (mut searches, mut wrong) = (0, Vec::new());
    for rule in &table.rule {
        let offers: Vec<_> = rule.offers.iter().zip(0..).map(|(content, n)| made(n, content)).collect();
        let index = index(&offers);
        let synonyms = std::sync::Arc::new(Synonyms::new(&rule.synonyms));
        for search in &rule.searches {
            searches += 1;
            let mut request = request(&search.q);
            request.synonyms = synonyms.clone();
            request.limit = 100;
            let page = index.search(&request).unwrap();
            let found = ids(&page);
            let number = |id| (0..offers.len()).find(|n| offers[*n].id == id).unwrap();
            let found: Vec<usize> = found.into_iter().map(number).collect();
            if let Some(fault) = search.wrong(&found, page.did_you_mean.as_deref()) {
                wrong.push(format!("{}: {fault}", rule.name));
            }
        }
    }
    assert!(searches >= 150, "the table has shrunk to {searches}");
    assert!(wrong.is_empty(), "{} of {searches} searches:\n{}", wrong.len(), wrong.join("\n"));
}

fn made(n: u128, content: &Content) -> vivier_domain::offer::Offer {
    match content {
        Content::Title(title) => offer(n, title),
        Content::More(more) => {
            let mut offer = offer(n, &more.title);
            let content = &mut offer.content;
            content.company.clone_from(&more.company);
            content.postal_code.clone_from(&more.postal_code);
            content.occupation.clone_from(&more.occupation);
            content.skills.clone_from(&more.skills);
            if let Some(city) = &more.city {
                content.city.clone_from(city);
            }
            if let Some(description) = &more.description {
                content.description.clone_from(description);
            }
            offer
        }
    }
}
