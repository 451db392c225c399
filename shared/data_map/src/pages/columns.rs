//! The dictionary: what every column means.

use vivier_domain::member::Language;

use super::{head, listed, mask, row, say, whose};
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
        page += &format!("\n## {}\n", store.title(language));
        for table in map.tables(*store) {
            page += &of_table(table, language);
        }
    }
    page
}

fn of_table(table: &Table, language: Language) -> String {
    let mut page = format!("\n### {}\n\n{}.\n\n", code(&table.name), table.about.get(language));
    page += &format!(
        "{}: {}. {}: {}.",
        say(language, "Of", "Personnes"),
        whose(table, language),
        say(language, "Kept", "Conservation"),
        table.retention.about.get(language),
    );
    if let Some(item) = &table.item {
        let keys = [&item.pk, &item.sk].map(|key| code(key));
        let keys = keys.iter().filter(|key| key.len() > 2).map(String::as_str);
        page += &format!(" {}: {}.", say(language, "Keys", "Clés"), listed(keys));
    }
    if !table.indexes.is_empty() {
        let indexes: Vec<String> = table.indexes.iter().map(|index| code(index)).collect();
        page += &format!(
            " {}: {}.",
            say(language, "Indexes", "Index"),
            listed(indexes.iter().map(String::as_str))
        );
    }
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
