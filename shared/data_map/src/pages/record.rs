//! The record of processing activities (Art. 30 GDPR).

use std::collections::BTreeSet;

use vivier_domain::member::Language;

use super::{bullet, head, listed, row, say, told, whose};
use crate::{
    map::{Action, Activity, Map, Table},
    terms::{Category, Remover, Subject},
};

/// The record, as Markdown.
pub fn record(map: &Map, language: Language) -> String {
    let mut page = say(language, INTRODUCTION.0, INTRODUCTION.1).to_owned();
    page += say(language, "\n## Recipients\n\n", "\n## Destinataires\n\n");
    page += say(language, RECIPIENTS.0, RECIPIENTS.1);
    for recipient in &map.recipients {
        page += &bullet(recipient.about.get(language));
    }
    page += say(language, "\n## Security measures\n\n", "\n## Mesures de sécurité\n\n");
    for measure in &map.measures {
        page += &bullet(measure.get(language));
    }
    page += say(language, "\n## Processing activities\n", "\n## Activités de traitement\n");
    for activity in &map.activities {
        page += &of_activity(map, activity, language);
    }
    page + &limits(map, language)
}

const INTRODUCTION: (&str, &str) = (
    "# Record of processing activities\n\n\
     Art. 30(2) GDPR: kept by the operator of Vivier as the processor of its clients. Each client is the controller of what is processed for\n\
     it; the legal basis is the client's, and is fixed before it goes live. The names and contacts of the operator, of its data protection\n\
     officer and of each client are entered where the suite is deployed: they are no part of the software.\n\n\
     Made from `shared/data_map/map.toml`, which tests compare with the stores as they are. No sensitive data (Art. 9) is asked for; what a\n\
     candidate writes of their own accord may hold some. Nothing decides about a person: the suite recommends, people decide.\n\n\
     The suite is deployed to a region of the European Union and transfers nothing out of it by itself. E-mails and messages go where their\n\
     addresses are; a CV parser or a partner's server is where the client says.\n",
    "# Registre des activités de traitement\n\n\
     Art. 30(2) du RGPD : tenu par l'exploitant de Vivier en tant que sous-traitant de ses clients. Chaque client est responsable de ce qui\n\
     est traité pour lui ; la base légale est la sienne et est fixée avant la mise en service. Les noms et coordonnées de l'exploitant, de\n\
     son délégué à la protection des données et de chaque client sont renseignés au déploiement : ils ne font pas partie du logiciel.\n\n\
     Produit à partir de `shared/data_map/map.toml`, que des tests comparent aux stockages réels. Aucune donnée sensible (art. 9) n'est\n\
     demandée ; ce qu'un candidat écrit de lui-même peut en contenir. Rien ne décide d'une personne : la suite recommande, l'humain décide.\n\
\n     La suite est déployée dans une région de l'Union européenne et n'en transfère rien d'elle-même. Courriels et messages vont où sont leurs\n\
     adresses ; un analyseur de CV ou le serveur d'un partenaire se trouve où le client l'indique.\n",
);

const RECIPIENTS: (&str, &str) = (
    "All of Amazon Web Services in the one European region that the suite is deployed to (eu-west-3, Paris, unless chosen otherwise);\n\
     Bedrock's European inference profiles may use other regions of the European Union, and copies of backups lie in a second one.\n\n",
    "Amazon Web Services, dans la seule région européenne où la suite est déployée (eu-west-3, Paris, sauf autre choix) ;\n\
     les profils d'inférence européens de Bedrock peuvent utiliser d'autres régions de l'Union européenne, et les copies des sauvegardes sont\n\
     dans une seconde.\n\n",
);

fn of_activity(map: &Map, activity: &Activity, language: Language) -> String {
    let mut page =
        format!("\n### {}\n\n{}\n\n", activity.title.get(language), activity.purpose.get(language));
    let tables: Vec<&Table> = map.tables.iter().filter(|table| table.activity == activity.id).collect();
    let of_people = || tables.iter().flat_map(|table| table.personal());
    let kept = of_people().filter_map(|column| column.whose);
    let subjects: BTreeSet<Subject> = kept.chain(activity.subjects.iter().copied()).collect();
    let categories: BTreeSet<Category> = of_people().map(|column| column.category).collect();
    let line = |what: &str, text: &str| bullet(&told(language, what, text));
    page += &line(
        say(language, "Persons", "Personnes concernées"),
        &listed(subjects.iter().map(|subject| subject.title(language))),
    );
    page += &line(
        say(language, "Personal data kept", "Données personnelles conservées"),
        &listed(categories.iter().map(|category| category.title(language))),
    );
    if let Some(passing) = &activity.passing {
        let what = say(language, "Handled and kept nowhere", "Données traitées sans être conservées");
        page += &line(what, passing.get(language));
    }
    let recipients =
        activity.recipients.iter().filter_map(|id| map.recipients.iter().find(|one| one.id == *id));
    let recipients: Vec<&str> = recipients.map(|recipient| recipient.about.get(language)).collect();
    page += &line(say(language, "Recipients", "Destinataires"), &recipients.join(say(language, "; ", " ; ")));
    let personal: Vec<&&Table> = tables.iter().filter(|table| table.personal().next().is_some()).collect();
    if personal.is_empty() {
        return page;
    }
    page += "\n";
    page += &head(&[
        say(language, "where", "où"),
        say(language, "what", "quoi"),
        say(language, "of", "personnes"),
        say(language, "kept", "conservation"),
        say(language, "removed by", "supprimé par"),
        say(language, "when a person asks for erasure", "en cas de demande d'effacement"),
    ]);
    for table in personal {
        page += &row(&[
            &told(language, table.store.title(language), &format!("`{}`", table.name)),
            table.about.get(language),
            &whose(table, language),
            table.retention.about.get(language),
            table.retention.by.title(language),
            &erasure(table, language),
        ]);
    }
    page
}

/// What is due when a person asks, and by what the person is found.
fn erasure(table: &Table, language: Language) -> String {
    let what = match &table.action {
        None => return "–".to_owned(),
        Some(Action::Delete) => say(language, "deleted", "supprimé").to_owned(),
        Some(Action::Anonymise) => say(language, "anonymised", "anonymisé").to_owned(),
        Some(Action::Keep(reason)) => told(language, say(language, "kept", "conservé"), reason.get(language)),
    };
    match &table.key {
        Some(key) => format!("{what} ({} `{key}`)", say(language, "by", "par")),
        None => format!(
            "{what} ({})",
            say(language, "nobody can be looked up", "personne ne peut y être recherché")
        ),
    }
}

/// What has no period, told plainly.
fn limits(map: &Map, language: Language) -> String {
    let mut page = say(
        language,
        "\n## Personal data without a period\n\nNothing but the end of the contract, or nothing at all, removes these.\n\n",
        "\n## Données personnelles sans durée\n\nSeule la fin du contrat, ou rien, supprime celles-ci.\n\n",
    )
    .to_owned();
    for table in map.tables.iter().filter(|table| table.is_unlimited()) {
        page += &limit(table, language);
    }
    page += say(
        language,
        "\nThese stay until the client removes them in the product.\n\n",
        "\nCelles-ci restent jusqu'à leur suppression par le client dans le produit.\n\n",
    );
    let kept = |table: &&Table| table.retention.by == Remover::Product && table.personal().next().is_some();
    for table in map.tables.iter().filter(kept) {
        page += &limit(table, language);
    }
    page += say(
        language,
        "\nBackups of a point in time keep what was deleted in the lasting tables of DynamoDB for 35 days more; how long\n\
         backups of the databases last is set where they are made.\n",
        "\nLes sauvegardes à un instant donné gardent 35 jours de plus ce qui a été supprimé des tables durables de DynamoDB ; la durée\n\
         des sauvegardes des bases se règle à leur création.\n",
    );
    page
}

fn limit(table: &Table, language: Language) -> String {
    let columns: Vec<String> = table.personal().map(|column| format!("`{}`", column.name)).collect();
    let place = told(language, table.store.title(language), &format!("`{}`", table.name));
    bullet(&told(language, &format!("{place} ({})", whose(table, language)), &columns.join(", ")))
}
