//! What the chatbot says in its own words. Everything else it says is quoted.

use vivier_text::Language;

/// The documents do not answer.
pub const fn unknown(language: Language) -> &'static str {
    match language {
        Language::Fr => "Je ne trouve pas de réponse à cette question dans les documents dont je dispose.",
        Language::En => "I cannot find an answer to this question in the documents I have.",
    }
}
