//! What an offer is read as, when its meaning is compared with a search's.

use vivier_domain::offer::OfferDraft;
use vivier_text::embed::{EmbedError, Embedder};

use crate::vectors::quantise;

/// Skills, and words of the description, that are read: what offers are about stands at their beginning, and each word costs time.
const SKILLS: usize = 8;
const WORDS: usize = 40;

/// The text whose vector stands for an offer: its title, what it is called, what it asks for and how it begins.
pub fn meaning_text(content: &OfferDraft) -> String {
    let mut text = content.title.clone();
    let occupation = content.occupation.iter().filter(|occupation| **occupation != content.title);
    for part in occupation.chain(content.skills.iter().take(SKILLS)) {
        text.push('\n');
        text.push_str(part);
    }
    let begins: Vec<&str> = content
        .description
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .take(WORDS)
        .collect();
    if !begins.is_empty() {
        text.push('\n');
        text.push_str(&begins.join(" "));
    }
    text
}

/// The vector of an offer, as [`quantise`] writes it. It lies between what the whole says and what the title alone says, read as a
/// search is read: most searches are titles, and are nearest to titles.
///
/// # Errors
/// When the model fails.
pub fn meaning(embedder: &dyn Embedder, content: &OfferDraft) -> Result<Vec<u8>, EmbedError> {
    let mut vector = embedder.query(&content.title)?;
    let whole = embedder.passages(&[&meaning_text(content)])?.pop().unwrap_or_default();
    for (figure, other) in vector.iter_mut().zip(whole) {
        *figure += other;
    }
    let length = vector.iter().map(|figure| figure * figure).sum::<f32>().sqrt();
    if length > 0.0 {
        for figure in &mut vector {
            *figure /= length;
        }
    }
    Ok(quantise(&vector))
}
