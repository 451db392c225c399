//! What became of each offer: how often it was opened, and how often somebody went on to apply.

use std::collections::HashMap;

use uuid::Uuid;
use vivier_report::{Block, Cell, Column, Figure, Kind, Table};
use vivier_store::{
    offers::{self, Named},
    statistics::{self, Performance},
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
const TOP: u32 = 10;
/// The longest title that a chart shows, in characters.
const LONGEST: usize = 60;

pub(super) async fn blocks(
    app: &App,
    scope: &TenantScope,
    asked: &Asked,
    most: usize,
    progress: &mut Progress<'_>,
) -> Result<Vec<Block>, MakeError> {
    let filter = asked.filter();
    let limit = u32::try_from(most).unwrap_or(u32::MAX);
    let span = crate::asked::counted(app, scope, asked).await?;
    let (counts, (counted, offers), clicked) = {
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let counts = statistics::list_totals(&tx, span, &filter).await?;
        let counted = statistics::list_performance(&tx, span, filter.project, limit).await?;
        let clicked = statistics::list_subjects(&tx, span, "apply_clicked", filter.project, TOP).await?;
        tx.commit().await?;
        (counts, counted, clicked)
    };
    let offers_listed: Vec<Uuid> = counted.iter().map(|one| one.offer).collect();
    let mut names = named(app, scope, &offers_listed, progress).await?;
    // The few that were clicked most may have been viewed too seldom to be listed.
    let others: Vec<Uuid> =
        clicked.iter().map(|(offer, _)| *offer).filter(|offer| !names.contains_key(offer)).collect();
    names.extend(batch(app, scope, &others).await?);
    let language = asked.language;
    let mut figures: Vec<Figure> = MEASURES.iter().map(|measure| measure.figure(language, &counts)).collect();
    figures.push(Figure {
        key: "offers_told".into(),
        label: say(language, "Offres vues ou cliquées", "Offers seen or clicked"),
        kind: Kind::Integer,
        value: integer(offers),
        before: Cell::Empty,
    });
    let name = |id: &Uuid| names.get(id).map_or_else(|| id.to_string(), |named| shortened(&named.title));
    let most_viewed = counted.iter().take(TOP as usize).filter(|one| one.viewed > 0);
    let column = |key: &str, fr, en, kind| Column::new(key, say(language, fr, en), kind);
    let offer = column("offer", "Offre", "Offer", Kind::Text);
    let mut blocks = vec![
        Block::Figures(figures),
        bars(
            "most_viewed",
            say(language, "Offres les plus consultées", "Most viewed offers"),
            offer.clone(),
            column("views", "Consultations", "Views", Kind::Integer),
            most_viewed.map(|one| (name(&one.offer), one.viewed)).collect(),
        ),
        bars(
            "most_clicked",
            say(language, "Offres les plus cliquées", "Most clicked offers"),
            offer,
            column("clicks", "Clics", "Clicks", Kind::Integer),
            clicked.iter().map(|(offer, clicks)| (name(offer), *clicks)).collect(),
        ),
        Block::Table(table(asked, &counted, &names)),
    ];
    if offers > counted.len() as u64 {
        blocks.push(Block::Note(match language {
            vivier_domain::member::Language::Fr => {
                format!("Seules les {most} offres les plus consultées sont nommées.")
            }
            vivier_domain::member::Language::En => {
                format!("Only the {most} offers that were viewed most are named.")
            }
        }));
    }
    Ok(blocks)
}

/// What people know the offers by, a batch after the other.
async fn named(
    app: &App,
    scope: &TenantScope,
    ids: &[Uuid],
    progress: &mut Progress<'_>,
) -> Result<HashMap<Uuid, Named>, MakeError> {
    let mut names = HashMap::with_capacity(ids.len());
    let batches = ids.len().div_ceil(BATCH);
    for (at, some) in ids.chunks(BATCH).enumerate() {
        progress.tell(at, batches).await?;
        names.extend(batch(app, scope, some).await?);
    }
    Ok(names)
}

async fn batch(app: &App, scope: &TenantScope, ids: &[Uuid]) -> Result<HashMap<Uuid, Named>, MakeError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let names = offers::list_named(&tx, ids).await?;
    tx.commit().await?;
    Ok(names.into_iter().collect())
}

fn table(asked: &Asked, counted: &[Performance], names: &HashMap<Uuid, Named>) -> Table {
    let language = asked.language;
    let column = |key: &str, fr, en, kind| Column::new(key, say(language, fr, en), kind);
    let row = |one: &Performance| {
        let named = names.get(&one.offer);
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
            integer(one.viewed),
            integer(one.applied),
            share(one.applied, one.viewed),
            Cell::Text(one.offer.to_string()),
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
    fn titles_are_cut_for_charts() {
        assert_eq!(shortened("Soudeur"), "Soudeur");
        let cut = shortened(&"é".repeat(100));
        assert!(cut.chars().count() == LONGEST && cut.ends_with('…'));
    }
}
