//! The dictionary: what every column means.

use vivier_domain::member::Language;

use super::{head, heading, mask, row, say, told, whose};
use crate::{
    map::{Map, Table},
    terms::{Store, Subject},
};

/// The dictionary of columns, as Markdown.
pub fn columns(map: &Map, language: Language) -> String {
    let mut page = say(
        language,
        "# What is kept, column by column\n\n\
         Made from `shared/data_map/map.toml`; a test compares it. What is of a person says whose it is, and what an anonymised copy has in\n\
         its place. A name with a dot is a part of a JSON text.\n",
        "# Ce qui est conservé, colonne par colonne\n\n\
         Produit à partir de `shared/data_map/map.toml` ; un test le compare. Toute donnée d'une personne indique de qui elle est, et ce\n\
         qu'une copie anonymisée contient à sa place. Un nom à point désigne une partie d'un texte JSON.\n",
    )
    .to_owned();
    for store in Store::ALL {
        page += &heading(2, store.title(language));
        // One empty line between two headings.
        page.pop();
        for table in map.tables(*store) {
            page += &of_table(table, language);
        }
    }
    page
}

/// Whose it is, how long it stays, and by what it is found.
fn facts(table: &Table, language: Language) -> String {
    let codes = |names: &[&String]| {
        let names: Vec<String> =
            names.iter().filter(|name| !name.is_empty()).map(|name| code(name)).collect();
        names.join(", ")
    };
    let mut facts = vec![
        told(language, say(language, "Of", "Personnes"), &whose(table, language)),
        told(language, say(language, "Kept", "Conservation"), table.retention.about.get(language)),
    ];
    if let Some(item) = &table.item {
        facts.push(told(language, say(language, "Keys", "Clés"), &codes(&[&item.pk, &item.sk])));
    }
    if !table.indexes.is_empty() {
        let indexes: Vec<&String> = table.indexes.iter().collect();
        facts.push(told(language, say(language, "Indexes", "Index"), &codes(&indexes)));
    }
    facts.join(". ") + "."
}

fn of_table(table: &Table, language: Language) -> String {
    let mut page = heading(3, &code(&table.name));
    page += table.about.get(language);
    page += ".\n\n";
    page += &facts(table, language);
    page += "\n\n";
    page += &head(&[
        say(language, "column", "colonne"),
        say(language, "meaning", "signification"),
        say(language, "kind", "catégorie"),
        say(language, "of", "personne"),
        say(language, "anonymised", "anonymisation"),
    ]);
    for column in &table.columns {
        page += &row(&[
            &code(&column.name),
            column.about.get(language),
            column.category.title(language),
            column.whose.map_or("–", |subject: Subject| subject.title(language)),
            mask(column.mask, language),
        ]);
    }
    page
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
