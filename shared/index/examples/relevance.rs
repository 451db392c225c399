//! How well searches find what people judged relevant.
//!
//! `cargo run --release -p vivier-index --example relevance -- DIR…`, each folder in the layout of BEIR: `corpus.jsonl`
//! {_id, title, text}, `queries.jsonl` {_id, text}, `qrels.tsv`. Every text of the corpus becomes an offer. Prints
//! nDCG@10 (Järvelin and Kekäläinen 2002, linear gain) and the share of queries whose first hit is relevant.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use jiff::civil::date;
use serde::Deserialize;
use vivier_domain::ids::{GenerationId, OfferId, TenantId};
use vivier_domain::offer::{Contract, Offer, OfferDraft, Remote};
use vivier_index::{Fingerprint, SearchIndex, SearchRequest, build};

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

/// A text without a title that is no longer than this is itself a title.
const TITLE_CHARS: usize = 200;

#[expect(clippy::print_stdout, reason = "the table is what this command is for")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("{:32} {:>8} {:>8} {:>8}", "set", "queries", "nDCG@10", "hit@1");
    for folder in std::env::args().skip(1) {
        let folder = Path::new(&folder);
        let (queries, ndcg, hit) = measure(folder)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        println!("{name:32} {queries:8} {ndcg:8.3} {hit:8.3}");
    }
    Ok(())
}

fn measure(folder: &Path) -> Result<(usize, f64, f64), Box<dyn Error>> {
    let corpus = read(&folder.join("corpus.jsonl"))?;
    let offers: Vec<Offer> = corpus.iter().map(offer).collect();
    let names: HashMap<_, _> =
        offers.iter().map(|o| o.id.as_uuid()).zip(corpus.iter().map(|t| t.id.as_str())).collect();
    let archive = build(offers.iter().cloned(), None, GenerationId::generate(), jiff::Timestamp::UNIX_EPOCH)?;
    let index = SearchIndex::open(archive.bytes, &archive.sha256)?;

    let judgements = fs::read_to_string(folder.join("qrels.tsv"))?;
    let mut relevant: HashMap<&str, HashMap<&str, f64>> = HashMap::new();
    for line in judgements.lines().skip(1) {
        if let [query, text, gain] = line.split('\t').collect::<Vec<_>>()[..] {
            relevant.entry(query).or_default().insert(text, gain.parse()?);
        }
    }
    let (mut queries, mut ndcg, mut hits) = (0, 0.0, 0);
    for query in read(&folder.join("queries.jsonl"))? {
        let Some(gains) = relevant.get(query.id.as_str()) else { continue };
        let tenant = Fingerprint::of(TenantId::from(uuid::Uuid::nil()));
        let mut request = SearchRequest::new(tenant, date(2026, 1, 1));
        request.q = query.text;
        request.limit = 10;
        let page = index.search(&request)?;
        let found = page.hits.iter().filter_map(|hit| names.get(&hit.id.as_uuid()));
        let found: Vec<f64> = found.take(10).map(|name| gains.get(name).copied().unwrap_or(0.0)).collect();
        let mut ideal: Vec<f64> = gains.values().copied().collect();
        ideal.sort_by(|a, b| b.total_cmp(a));
        ideal.truncate(10);
        queries += 1;
        ndcg += discounted(&found) / discounted(&ideal);
        hits += usize::from(found.first().is_some_and(|gain| *gain > 0.0));
    }
    Ok((queries, ndcg / queries as f64, hits as f64 / queries as f64))
}

fn discounted(gains: &[f64]) -> f64 {
    gains.iter().zip(2u32..).map(|(gain, rank)| gain / f64::from(rank).log2()).sum()
}

fn read(path: &Path) -> Result<Vec<Entry>, Box<dyn Error>> {
    let lines = fs::read_to_string(path)?;
    lines.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn offer(text: &Entry) -> Offer {
    let short = text.title.is_empty() && text.text.chars().count() <= TITLE_CHARS;
    let (title, description) = if short { (&text.text, "") } else { (&text.title, text.text.as_str()) };
    let content = OfferDraft {
        reference: text.id.clone(),
        title: title.clone(),
        description: description.to_owned(),
        company: None,
        city: String::new(),
        postal_code: None,
        country: "FR".to_owned(),
        contract: Contract::Other,
        occupation_code: None,
        occupation: None,
        remote: Remote::None,
        salary_min: None,
        salary_max: None,
        salary_period: None,
        published_on: date(2026, 1, 1),
        expires_on: None,
        url: None,
        skills: Vec::new(),
        working_time: None,
        experience_years: None,
        education_level: None,
        position: None,
    };
    Offer { id: OfferId::generate(), content }
}
