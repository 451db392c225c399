//! What became of each offer: how often it was opened, and how often somebody went on to apply.

use std::collections::HashMap;

use uuid::Uuid;
use vivier_report::{Block, Cell, Column, Figure, Kind, Table};
use vivier_store::{
    offers::{self, Named},
    statistics,
};
use vivier_tenancy::TenantScope;

use super::{
    MakeError,
    counted::{APPLIED, Measure, VIEWED, Value, bars, integer, say, share},
};
use crate::{App, asked::Asked, progress::Progress};

const MEASURES: [Measure; 3] = [
    Measure("views", "Offres consultées", "Offers viewed", Value::Count(VIEWED)),
    Measure("clicks", "Clics « postuler »", "Apply clicks", Value::Count(APPLIED)),
    Measure("rate", "Clics par consultation", "Clicks per view", Value::Share(APPLIED, VIEWED)),
];
/// So many offers are named in one statement.
const BATCH: usize = 500;
/// A chart shows so many.
const TOP: usize = 10;
/// The longest title that a chart shows, in characters.
const LONGEST: usize = 60;

/// An offer with how often it was opened and clicked.
type Counted = (Uuid, u64, u64);

pub(super) async fn blocks(
    app: &App,
    scope: &TenantScope,
    asked: &Asked,
    most: usize,
    progress: &mut Progress<'_>,
) -> Result<Vec<Block>, MakeError> {
    let filter = asked.filter();
    let limit = u32::try_from(most).unwrap_or(u32::MAX);
    let (counts, viewed, clicked) = {
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let counts = statistics::list_totals(&tx, asked.span, &filter).await?;
        let viewed =
            statistics::list_subjects(&tx, asked.span, "offer_viewed", filter.project, limit).await?;
        let clicked =
            statistics::list_subjects(&tx, asked.span, "apply_clicked", filter.project, limit).await?;
        tx.commit().await?;
        (counts, viewed, clicked)
    };
    let (counted, left_out) = merged(viewed, &clicked, most);
    let names = named(app, scope, &counted, progress).await?;
    let language = asked.language;
    let mut figures: Vec<Figure> = MEASURES.iter().map(|measure| measure.figure(language, &counts)).collect();
    figures.push(Figure {
        key: "offers_told".into(),
        label: say(language, "Offres vues ou cliquées", "Offers seen or clicked"),
        kind: Kind::Integer,
        value: integer(counted.len() as u64),
        before: Cell::Empty,
    });
    let name = |id: &Uuid| names.get(id).map_or_else(|| id.to_string(), |named| shortened(&named.title));
    let top = |of: fn(&Counted) -> u64| {
        let mut top: Vec<&Counted> = counted.iter().filter(|one| of(one) > 0).collect();
        top.sort_by_key(|one| std::cmp::Reverse(of(one)));
        top.iter().take(TOP).map(|one| (name(&one.0), of(one))).collect::<Vec<_>>()
    };
    let column = |key: &str, fr, en, kind| Column::new(key, say(language, fr, en), kind);
    let offer = column("offer", "Offre", "Offer", Kind::Text);
    let mut blocks = vec![
        Block::Figures(figures),
        bars(
            "most_viewed",
            say(language, "Offres les plus consultées", "Most viewed offers"),
            offer.clone(),
            column("views", "Consultations", "Views", Kind::Integer),
            top(|one| one.1),
        ),
        bars(
            "most_clicked",
            say(language, "Offres les plus cliquées", "Most clicked offers"),
            offer,
            column("clicks", "Clics", "Clicks", Kind::Integer),
            top(|one| one.2),
        ),
        Block::Table(table(asked, &counted, &names)),
    ];
    if left_out {
        blocks.push(Block::Note(match language {
            vivier_domain::member::Language::Fr => {
                format!("Seules les {most} offres les plus consultées ou cliquées sont nommées.")
            }
            vivier_domain::member::Language::En => {
                format!("Only the {most} offers that were viewed or clicked most are named.")
            }
        }));
    }
    Ok(blocks)
}

/// Each offer once, the most viewed first; whether some were left out.
fn merged(viewed: Vec<(Uuid, u64)>, clicked: &[(Uuid, u64)], most: usize) -> (Vec<Counted>, bool) {
    let full = viewed.len() >= most || clicked.len() >= most;
    let clicks: HashMap<Uuid, u64> = clicked.iter().copied().collect();
    let known: HashMap<Uuid, u64> = viewed.iter().copied().collect();
    let mut counted: Vec<Counted> = viewed
        .into_iter()
        .map(|(id, views)| (id, views, clicks.get(&id).copied().unwrap_or_default()))
        .collect();
    counted.extend(
        clicked.iter().filter(|(id, _)| !known.contains_key(id)).map(|(id, clicks)| (*id, 0, *clicks)),
    );
    counted.sort_by_key(|(id, views, clicks)| (std::cmp::Reverse((*views, *clicks)), *id));
    let over = counted.len() > most;
    counted.truncate(most);
    (counted, full || over)
}

/// What people know the offers by, a batch after the other.
async fn named(
    app: &App,
    scope: &TenantScope,
    counted: &[Counted],
    progress: &mut Progress<'_>,
) -> Result<HashMap<Uuid, Named>, MakeError> {
    let mut names = HashMap::with_capacity(counted.len());
    let batches = counted.len().div_ceil(BATCH);
    for (at, batch) in counted.chunks(BATCH).enumerate() {
        progress.tell(at, batches).await?;
        let ids: Vec<Uuid> = batch.iter().map(|(id, ..)| *id).collect();
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        names.extend(offers::list_named(&tx, &ids).await?);
        tx.commit().await?;
    }
    Ok(names)
}

fn table(asked: &Asked, counted: &[Counted], names: &HashMap<Uuid, Named>) -> Table {
    let language = asked.language;
    let column = |key: &str, fr, en, kind| Column::new(key, say(language, fr, en), kind);
    let row = |(id, views, clicks): &Counted| {
        let named = names.get(id);
        let text = |text: Option<&str>| text.map_or(Cell::Empty, Cell::from);
        let status = match named.map(|named| named.open) {
            Some(true) => say(language, "ouverte", "open"),
            Some(false) => say(language, "fermée", "closed"),
            None => say(language, "supprimée", "removed"),
        };
        vec![
            text(named.map(|named| named.title.as_str())),
            text(named.map(|named| named.reference.as_str())),
            text(named.and_then(|named| named.company.as_deref())),
            text(named.map(|named| named.city.as_str())),
            Cell::Text(status),
            integer(*views),
            integer(*clicks),
            share(*clicks, *views),
            Cell::Text(id.to_string()),
        ]
    };
    Table {
        key: "offers".into(),
        title: say(language, "Offres", "Offers"),
        columns: vec![
            column("title", "Offre", "Offer", Kind::Text),
            column("reference", "Référence", "Reference", Kind::Text),
            column("company", "Entreprise", "Company", Kind::Text),
            column("city", "Lieu", "Place", Kind::Text),
            column("status", "État", "State", Kind::Text),
            column("views", "Consultations", "Views", Kind::Integer),
            column("clicks", "Clics", "Clicks", Kind::Integer),
            column("rate", "Taux", "Rate", Kind::Percent(1)),
            column("offer_id", "Identifiant", "Id", Kind::Text),
        ],
        rows: counted.iter().map(row).collect(),
        totals: None,
    }
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= LONGEST {
        return title.to_owned();
    }
    let kept: String = title.chars().take(LONGEST - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_offer_stands_once_the_most_viewed_first() {
        let ids: Vec<Uuid> = (1..=4).map(Uuid::from_u128).collect();
        let viewed = vec![(ids[0], 5), (ids[1], 5), (ids[2], 1)];
        let clicked = [(ids[1], 2), (ids[3], 7)];
        let (counted, left_out) = merged(viewed.clone(), &clicked, 10);
        assert_eq!(counted, [(ids[1], 5, 2), (ids[0], 5, 0), (ids[2], 1, 0), (ids[3], 0, 7)]);
        assert!(!left_out);
        let (counted, left_out) = merged(viewed, &clicked, 3);
        assert_eq!((counted.len(), left_out), (3, true));
    }

    #[test]
    fn titles_are_cut_for_charts() {
        assert_eq!(shortened("Soudeur"), "Soudeur");
        let cut = shortened(&"é".repeat(100));
        assert!(cut.chars().count() == LONGEST && cut.ends_with('…'));
    }
}
