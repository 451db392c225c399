//! The words that a report brings itself, in both languages.

use vivier_domain::member::Language;

/// What stands around figures.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) page: &'static str,
    pub(crate) of_period: &'static str,
    pub(crate) compared_with: &'static str,
    pub(crate) generated_at: &'static str,
    pub(crate) before: &'static str,
    pub(crate) total: &'static str,
    pub(crate) no_rows: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) chart_data: &'static str,
    pub(crate) figure: &'static str,
    pub(crate) value: &'static str,
    pub(crate) value_before: &'static str,
    pub(crate) change: &'static str,
    pub(crate) line_chart: &'static str,
    pub(crate) bar_chart: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) lowest: &'static str,
    pub(crate) highest: &'static str,
    pub(crate) no_values: &'static str,
    pub(crate) seconds: &'static str,
    /// Between a label and what it says.
    pub(crate) colon: &'static str,
}

const FRENCH: Words = Words {
    page: "Page",
    of_period: "Période",
    compared_with: "comparée à",
    generated_at: "Établi le",
    before: "avant",
    total: "Total",
    no_rows: "Aucune ligne",
    summary: "Synthèse",
    chart_data: "Données des graphiques",
    figure: "Indicateur",
    value: "Valeur",
    value_before: "Période précédente",
    change: "Évolution",
    line_chart: "Courbe",
    bar_chart: "Barres",
    from: "de",
    to: "à",
    lowest: "minimum",
    highest: "maximum",
    no_values: "aucune valeur",
    seconds: "en secondes",
    colon: "\u{a0}: ",
};

const ENGLISH: Words = Words {
    page: "Page",
    of_period: "Period",
    compared_with: "compared with",
    generated_at: "Made on",
    before: "before",
    total: "Total",
    no_rows: "No rows",
    summary: "Summary",
    chart_data: "Chart data",
    figure: "Figure",
    value: "Value",
    value_before: "Period before",
    change: "Change",
    line_chart: "Line chart",
    bar_chart: "Bar chart",
    from: "from",
    to: "to",
    lowest: "lowest",
    highest: "highest",
    no_values: "no values",
    seconds: "in seconds",
    colon: ": ",
};

/// The words of a language.
pub(crate) const fn of(language: Language) -> &'static Words {
    match language {
        Language::Fr => &FRENCH,
        Language::En => &ENGLISH,
    }
}
