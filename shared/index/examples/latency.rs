//! How long building, opening and searching take.
//!
//! `cargo run --release -p vivier-index --example latency -- [OFFERS]` makes that many offers up (100 000 when not
//! said), and prints the time of each step and the latency of searches with two filters and every facet.

use std::error::Error;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use jiff::ToSpan;
use jiff::civil::date;
use vivier_domain::ids::{GenerationId, OfferId, TenantId};
use vivier_domain::offer::{Contract, Offer, OfferDraft, Remote};
use vivier_index::{Fingerprint, SearchIndex, SearchRequest, Sort, build};

const TRADES: [&str; 16] = [
    "Développeur",
    "Infirmière",
    "Comptable",
    "Soudeur",
    "Vendeuse",
    "Cuisinier",
    "Électricien",
    "Conductrice",
    "Aide-soignant",
    "Juriste",
    "Maçon",
    "Serveuse",
    "Mécanicien",
    "Acheteur",
    "Technicienne",
    "Boulanger",
];
const QUALITIES: [&str; 12] = [
    "confirmé",
    "junior",
    "senior",
    "de nuit",
    "itinérant",
    "polyvalent",
    "en boutique",
    "export",
    "industriel",
    "poids lourd",
    "bilingue",
    "d'équipe",
];

/// A linear congruential generator (Knuth, MMIX): the same offers on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn among<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}

fn offer(n: usize, numbers: &mut Numbers) -> Offer {
    let (trade, quality) = (numbers.among(&TRADES), numbers.among(&QUALITIES));
    // Some words are everywhere and most are rare, as in any language.
    let mut description = format!("Nous recherchons un profil {trade} {quality} pour l'équipe. ");
    for _ in 0..120 {
        let rank = numbers.below(150);
        let _ = write!(description, "mot{} ", rank * rank * numbers.below(3));
    }
    let occupation = numbers.below(500);
    let content = OfferDraft {
        reference: n.to_string(),
        title: format!("{trade} {quality} {}", numbers.below(400)),
        description,
        company: Some(format!("Société {}", numbers.below(3_000))),
        city: format!("Ville {}", numbers.below(50).min(numbers.below(2_000))),
        postal_code: None,
        country: "FR".to_owned(),
        contract: numbers.among(Contract::ALL),
        occupation_code: Some(format!("A{:04}", 1000 + occupation)),
        occupation: Some(format!("Métier {occupation}")),
        remote: numbers.among(Remote::ALL),
        salary_min: None,
        salary_max: None,
        salary_period: None,
        published_on: date(2026, 1, 1).saturating_add(i64::from(numbers.below(90) as u32).days()),
        expires_on: None,
        url: None,
        skills: vec![format!("Compétence {}", numbers.below(200))],
        working_time: None,
        experience_years: None,
        education_level: None,
        position: None,
    };
    Offer { id: OfferId::generate(), content }
}

/// Fills a search in.
type Ask = fn(&mut SearchRequest, &mut Numbers);

#[expect(clippy::print_stdout, reason = "the figures are what this command is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().nth(1).map_or(Ok(100_000), |count| count.parse())?;
    let mut numbers = Numbers(42);
    let offers: Vec<Offer> = (0..count).map(|n| offer(n, &mut numbers)).collect();
    let start = Instant::now();
    let archive = build(offers, None, GenerationId::generate(), jiff::Timestamp::UNIX_EPOCH)?;
    println!("{count} offers: built in {:.2?}, {} MiB", start.elapsed(), archive.bytes.len() >> 20);
    let start = Instant::now();
    let index = SearchIndex::open(archive.bytes, &archive.sha256)?;
    println!("opened in {:.2?}", start.elapsed());

    println!("{:44} {:>9} {:>9} {:>9}", "search", "p50", "p99", "hits");
    let kinds: [(&str, Ask); 5] = [
        ("two words, two filters, facets", |asked, numbers| {
            asked.q = format!("{} {}", numbers.among(&TRADES), numbers.among(&QUALITIES));
            asked.contract = vec![numbers.among(Contract::ALL)];
            asked.city = vec![format!("ville {}", numbers.below(50))];
        }),
        ("one word, facets", |asked, numbers| asked.q = numbers.among(&TRADES).into()),
        ("six words, facets", |asked, numbers| {
            let (trade, quality) = (numbers.among(&TRADES), numbers.among(&QUALITIES));
            asked.q = format!("{trade} {quality} mot{} équipe ville 7", numbers.below(90));
        }),
        ("two filters, facets, by date", |asked, numbers| {
            asked.contract = vec![numbers.among(Contract::ALL)];
            asked.remote = vec![numbers.among(Remote::ALL)];
            asked.sort = Sort::Date;
        }),
        ("everything", |_, _| {}),
    ];
    for (name, ask) in kinds {
        let (mut times, mut hits) = (Vec::new(), 0);
        for _ in 0..1_000 {
            let tenant = Fingerprint::of(TenantId::from(uuid::Uuid::nil()));
            let mut asked = SearchRequest::new(tenant, date(2026, 4, 1));
            ask(&mut asked, &mut numbers);
            let start = Instant::now();
            hits += index.search(&asked)?.total;
            times.push(start.elapsed());
        }
        let (p50, p99) = percentiles(&mut times);
        println!("{name:44} {p50:9.2?} {p99:9.2?} {:9}", hits / 1_000);
    }
    let mut times = Vec::new();
    for _ in 0..1_000 {
        let trade = numbers.among(&TRADES);
        let prefix: String = trade.chars().take(1 + numbers.below(4)).collect();
        let start = Instant::now();
        index.suggest(&prefix, 10, date(2026, 4, 1));
        times.push(start.elapsed());
    }
    let (p50, p99) = percentiles(&mut times);
    println!("{:44} {p50:9.2?} {p99:9.2?}", "suggestions");
    Ok(())
}

fn percentiles(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}
