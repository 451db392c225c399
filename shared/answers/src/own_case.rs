//! Questions about the asker's own file: "où en est ma candidature ?", "combien de jours me reste-t-il ?". Documents say
//! what holds for everybody; whatever they say of the subject answers such a question wrongly.

use crate::phrase::{Phrase, longest};

/// Folded phrases that ask for the state of the asker's own file.
const PHRASES: &str = "ou en est ma|ou en est mon|ou en sont mes|ou en suis je|me reste t il|me restent t ils|reste t il sur mon|\
    quel est mon solde|quel est mon planning|ma candidature a t elle|mon dossier a t il|mon dossier est il|mon cv a t il|\
    ma demande a t elle|ma demande est elle|mon remboursement a t il|mon contrat est il|ai je ete|suis je retenu|suis je retenue|\
    suis je selectionne|suis je selectionnee|pourquoi ma candidature|avez vous recu mon|avez vous recu ma|\
    avez vous bien recu|avez vous lu mon|status of my|state of my|do i have left|have i left|did you receive my|\
    have you received my|have you read my|has my application|has my request|is my application|was my application|\
    was i selected|am i selected|why was i|what is my balance|will interview me|is interviewing me";
/// Words that make it a question about a rule: what holds if, or when, something is so.
const RULES: &str = "si|quand|lorsque|combien de temps avant|que se passe t il|if|when|what happens";

/// Whether a text asks about its author's own file.
pub fn is_own_case(text: &str) -> bool {
    let phrase = Phrase::of(text);
    let words = phrase.words();
    let has = |phrases: &str| (0..words.len()).any(|at| longest(&words, at, phrases).is_some());
    has(PHRASES) && !has(RULES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_a_file_is_told_from_the_rule() {
        for (text, own) in [
            ("Où en est ma candidature ?", true),
            ("Bonjour, combien de jours de congés me reste-t-il ?", true),
            ("Did you receive my CV?", true),
            ("How many holiday days do I have left?", true),
            ("Combien de jours de congés ai-je par an ?", false),
            ("Comment suivre ma candidature ?", false),
            ("Quand ai-je droit à mon treizième mois ?", false),
            ("How do I send my application?", false),
            ("Si mon contrat est à temps partiel, ai-je droit à la mutuelle ?", false),
            ("Que se passe-t-il si ma demande est refusée ?", false),
            ("Quand mon solde de tout compte est-il versé ?", false),
            ("What happens when my application is complete?", false),
        ] {
            assert_eq!(is_own_case(text), own, "{text}");
        }
    }
}
