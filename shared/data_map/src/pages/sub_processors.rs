//! The list of sub-processors, for clients.

use vivier_domain::member::Language;

use super::{bullet, head, row, say, told};
use crate::{
    map::Map,
    sub_processors::{NOTICE_DAYS, SubProcessors},
};

/// The list, as Markdown.
pub fn sub_processors(list: &SubProcessors, map: &Map, language: Language) -> String {
    let mut page = say(
        language,
        "# Sub-processors\n\nArt. 28 GDPR: whom the operator of Vivier has process data for its clients.",
        "# Sous-traitants ultérieurs\n\nArt. 28 du RGPD : ceux à qui l'exploitant de Vivier fait traiter des données pour ses clients.",
    )
    .to_owned();
    let introduction = match language {
        Language::En => format!(
            " Clients are told by e-mail of each change,\nwhich takes effect {NOTICE_DAYS} days after it was announced at the earliest; until then they may object to it.\n\n\
             Made from `infra/privacy/sub-processors.toml`, which tests compare with the recipients of the record of processing activities. Regions are those of\n\
             the suite as it is deployed by default; all of them lie in the European Union.\n\n"
        ),
        Language::Fr => format!(
            " Les clients sont prévenus par courriel\nde chaque changement, qui prend effet {NOTICE_DAYS} jours au plus tôt après son annonce ; ils peuvent s'y opposer jusque-là.\n\n\
             Produit à partir de `infra/privacy/sub-processors.toml`, que des tests comparent aux destinataires du registre des activités de traitement. Les régions\n\
             sont celles de la suite déployée par défaut ; toutes se trouvent dans l'Union européenne.\n\n"
        ),
    };
    page += &introduction;
    page += &head(&[
        say(language, "who", "qui"),
        say(language, "services", "services"),
        say(language, "what for", "finalité"),
        say(language, "where", "où"),
        say(language, "since", "depuis"),
        say(language, "announced on", "annoncé le"),
        say(language, "effective on", "prend effet le"),
    ]);
    for one in &list.entries {
        page += &row(&[
            &one.name,
            &one.service,
            one.purpose.get(language),
            &one.regions.join(", "),
            &one.since.to_string(),
            &one.announced_on.to_string(),
            &one.effective_on.to_string(),
        ]);
    }
    page += say(
        language,
        "\n## Recipients that are no sub-processors\n\n",
        "\n## Destinataires qui ne sont pas des sous-traitants ultérieurs\n\n",
    );
    for other in &list.others {
        let recipient = map.recipients.iter().find(|recipient| recipient.id == other.id);
        let who = recipient.map_or("", |recipient| recipient.about.get(language));
        page += &bullet(&told(language, who, other.why.get(language)));
    }
    page
}
