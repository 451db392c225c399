//! A candidate who wishes for a job ("je cherche un poste de soudeur à Lyon") is answered with offers: what is a wish, and
//! what of it is to be searched for.
//!
//! Rules on folded words. A question about a job ("combien gagne un soudeur ?") is none: it is put to the documents.

use vivier_domain::offer::Contract;

use crate::phrase::{Phrase, is_one, longest};

/// What to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The words of the occupation, as they were written; empty where any job will do.
    pub words: String,
    /// The place, as it was written.
    pub place: Option<String>,
    /// The kind of contract.
    pub contract: Option<Contract>,
}

/// Words for a job, and for the contracts that are wished for by their name.
const JOBS: &str = "poste|postes|emploi|emplois|travail|job|jobs|boulot|offre|offres|offre d emploi|offres d emploi|\
    stage|stages|alternance|alternances|apprentissage|cdi|cdd|interim|mission|missions|contrat|\
    job offer|job offers|position|positions|opening|openings|vacancy|vacancies|internship|internships|\
    apprenticeship|apprenticeships|role|roles|work|employment";
/// Those of them that a question whether there are any asks for: "is there work on Sundays?" asks something else.
const POSTS: &str = "poste|postes|emploi|emplois|job|jobs|offre|offres|stage|stages|alternance|alternances|\
    position|positions|opening|openings|vacancy|vacancies|internship|internships|apprenticeship|\
    apprenticeships";
/// What a wish begins with, when a word for a job or an occupation follows.
const SEEKING: &str = "je cherche|je recherche|on cherche|nous cherchons|recherche|cherche|je suis a la recherche de|\
    je suis a la recherche d|a la recherche de|a la recherche d|je voudrais|je souhaite|j aimerais|\
    je veux|je souhaiterais|trouver|i am looking for|i m looking for|looking for|i am searching for|\
    i m searching for|searching for|i search|i seek|i am seeking|seeking|i want|i would like|i d like|\
    find me|show me|montrez moi|montre moi|proposez moi|donnez moi|voir|je voudrais voir|find";
/// Questions whether there are jobs.
const OFFERING: &str = "avez vous|vous avez|auriez vous|y a t il|il y a|est ce qu il y a|est ce que vous avez|\
    est ce que vous auriez|proposez vous|offrez vous|quels sont|quelles sont|quels|quelles|do you have|\
    have you got|have you|are there|is there|any|do you offer|what|which";
/// What wishes for a job by itself, an occupation following.
const HIRING: &str = "recrutez vous|vous recrutez|est ce que vous recrutez|embauchez vous|vous embauchez|\
    est ce que vous embauchez|cherchez vous|recherchez vous|vous recherchez|travailler comme|\
    travailler en tant que|travailler chez vous|je voudrais devenir|j aimerais devenir|je souhaite devenir|\
    are you hiring|do you hire|are you recruiting|do you recruit|to work as|work for you as";
/// With one of these, a text asks about a job, or about something of it.
const ABOUT: &str = "combien|personne|personnes|candidats|profils|sans diplome|sans experience|handicap|people|\
    candidates|salaire|salaires|gagne|paye|remuneration|prime|primes|conges|comment|pourquoi|avantages|\
    horaires|duree|periode d essai|conditions|tache|taches|missions du|missions d un|missions d une|\
    securite|convention|convention collective|type de contrat|contrat de travail|temps de travail|\
    poste de travail|reglement|document|numero|adresse|contact|mon contrat|mon poste|mon stage|\
    mon emploi|mon travail|du poste|du stage|au travail|how much|how many|how|why|salary|pay|paid|\
    benefits|when|quand|est remunere|sont remuneres|sont payes|est paye|obligatoire|my contract|my job|\
    my internship|of the job|of the position|hours|accident|medecine";
/// Words between which an occupation stands and which are none. Prepositions of places are apart.
const BETWEEN: &str = "un|une|des|de|du|d|le|la|les|l|en|comme|pour|dans|que|qui|est|sont|je|j|ai|suis|vous|votre|avez|\
    proposez|recherchez|vos|a|t|il|y|a pourvoir|disponible|disponibles|ouvert|ouverts|actuellement|\
    en ce moment|maintenant|nouveau|nouvel|petit|svp|s il vous plait|bonjour|bonsoir|salut|merci|et|ou|\
    plutot|the|an|any|some|for|as|of|i|am|m|my|your|you|do|have|available|open|currently|right now|new|\
    please|hello|hi|and|or|proposes|proposees|chez vous|with you|ouvertes|type|secteur|domaine|quoi|\
    avoir|have you|there|are|is|me|to|work|travailler|recruter|something|quelque chose|besoin|need";
/// What stands before a place.
const BEFORE_PLACE: &str = "a cote de|pres de|proche de|autour de|aux environs de|dans la region de|dans le secteur de|\
    du cote de|a|au|aux|sur|vers|near|close to|around|in|at";
const CONTRACTS: &[(&str, Contract)] = &[
    ("cdi", Contract::Permanent),
    ("permanent", Contract::Permanent),
    ("cdd", Contract::FixedTerm),
    ("fixed term", Contract::FixedTerm),
    ("saisonnier", Contract::FixedTerm),
    ("interim", Contract::Temporary),
    ("temporary", Contract::Temporary),
    ("alternance", Contract::Apprenticeship),
    ("apprentissage", Contract::Apprenticeship),
    ("apprenticeship", Contract::Apprenticeship),
    ("stage", Contract::Internship),
    ("stages", Contract::Internship),
    ("internship", Contract::Internship),
    ("internships", Contract::Internship),
    ("freelance", Contract::Freelance),
];
/// The most words of an occupation or a place: what is longer tells a story.
const MOST_WORDS: usize = 10;

/// Reads a wish; `None` for whatever is none.
pub fn read(text: &str) -> Option<Wish> {
    let phrase = Phrase::of(text);
    let words = phrase.words();
    let places = |phrases: &str| (0..words.len()).find_map(|at| Some((at, longest(&words, at, phrases)?)));
    if places(ABOUT).is_some() {
        return None;
    }
    let (job, post) = (places(JOBS).is_some(), places(POSTS).is_some());
    let behind = |found: Option<(usize, usize)>| found.map(|(at, length)| at + length);
    let start = match (behind(places(HIRING)), behind(places(SEEKING)), behind(places(OFFERING))) {
        (Some(start), _, _) => start,
        (None, Some(start), _) if job => start,
        (None, None, Some(start)) if post => start,
        _ if longest(&words, 0, JOBS).is_some() && !text.trim_end().ends_with('?') => 0,
        _ => return None,
    };
    let contract = CONTRACTS
        .iter()
        .find(|(word, _)| (0..words.len()).any(|at| longest(&words, at, word).is_some()))
        .map(|(_, contract)| *contract);
    let place = place(&phrase, text, &words, start);
    let end = place.as_ref().map_or(words.len(), |(at, _)| *at);
    // What stands behind the place, as in "in Lyon as a welder", belongs to the occupation as well.
    let rest = place.as_ref().map_or(words.len(), |(_, span)| span.end);
    let kept: Vec<&str> = [start..end, rest..words.len()]
        .into_iter()
        .flat_map(|span| kept(&words, span))
        .map(|at| phrase.slice(text, at..at + 1))
        .collect();
    if kept.len() > MOST_WORDS {
        return None;
    }
    let place = place.map(|(_, span)| phrase.slice(text, span).to_owned());
    Some(Wish { words: kept.join(" "), place, contract })
}

/// The words of a span that may belong to an occupation.
fn kept(words: &[&str], span: std::ops::Range<usize>) -> Vec<usize> {
    let (mut at, mut kept) = (span.start, Vec::new());
    while at < span.end {
        let contract = CONTRACTS.iter().any(|(word, _)| *word == words[at]);
        match longest(words, at, JOBS).max(longest(words, at, BETWEEN)) {
            Some(length) => at += length,
            None if contract => at += 1,
            None => {
                kept.push(at);
                at += 1;
            }
        }
    }
    kept
}

/// Where the words before a place begin, and the place's own words.
fn place(
    phrase: &Phrase,
    text: &str,
    words: &[&str],
    start: usize,
) -> Option<(usize, std::ops::Range<usize>)> {
    for at in start..words.len() {
        let Some(length) = longest(words, at, BEFORE_PLACE) else { continue };
        let written = phrase.slice(text, at..at + 1);
        // "a" without its accent is a verb; "sur" and "in" stand before many things, and a city has a capital letter.
        if written.eq_ignore_ascii_case("a") {
            continue;
        }
        let first = at + length;
        let mut end = first;
        while end < words.len()
            && end - first < MOST_WORDS / 2
            && is_of_a_name(phrase.slice(text, end..end + 1), end > first)
        {
            end += 1;
        }
        // "à Clermont de" ends with no particle.
        while end > first && !begins_large(phrase.slice(text, end - 1..end)) {
            end -= 1;
        }
        let sure = matches!(words[at], "a" | "au" | "pres" | "proche" | "autour" | "near" | "around");
        if end == first && sure && first < words.len() && longest(words, first, JOBS).is_none() {
            end = lower_case_place(words, first);
        }
        if end > first {
            return Some((at, first..end));
        }
    }
    None
}

/// A city that was written without its capital letter: the one word behind "à" that stands last in the text.
fn lower_case_place(words: &[&str], first: usize) -> usize {
    const NONE: &str = "temps|mi|plein|domicile|distance|partir|pourvoir|cote|la|l|le|toute";
    if is_one(words[first], NONE) || first + 1 < words.len() { first } else { first + 1 }
}

fn begins_large(word: &str) -> bool {
    word.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit())
}

/// Whether a word may be one of a place's name: a capital letter, or a particle inside it.
fn is_of_a_name(word: &str, inside: bool) -> bool {
    const PARTICLES: &str = "de|des|du|la|le|les|sur|sous|en|l|d";
    begins_large(word) || (inside && is_one(word, PARTICLES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_wish() {
        use Contract::{Apprenticeship, FixedTerm, Internship, Permanent};
        for (text, words, place, contract) in [
            ("je cherche un poste de soudeur à Lyon", "soudeur", Some("Lyon"), None),
            ("Je cherche un emploi", "", None, None),
            (
                "Bonjour, je recherche un travail de boulanger à Saint-Étienne.",
                "boulanger",
                Some("Saint-Étienne"),
                None,
            ),
            ("je cherche un stage en marketing", "marketing", None, Some(Internship)),
            (
                "Je suis à la recherche d'une alternance de mécanicien près de La Rochelle",
                "mécanicien",
                Some("La Rochelle"),
                Some(Apprenticeship),
            ),
            ("Avez-vous des offres de vendeuse ?", "vendeuse", None, None),
            ("Y a-t-il des postes d'infirmière à Lille ?", "infirmière", Some("Lille"), None),
            ("Recrutez-vous des chauffeurs poids lourd ?", "chauffeurs poids lourd", None, None),
            ("Vous recrutez ?", "", None, None),
            ("Je voudrais travailler comme aide-soignante à lyon", "aide soignante", Some("lyon"), None),
            ("Offres d'emploi comptable CDI Nantes", "comptable Nantes", None, Some(Permanent)),
            ("je cherche un CDD de préparateur de commandes", "préparateur commandes", None, Some(FixedTerm)),
            ("do you have jobs for nurses in Lille?", "nurses", Some("Lille"), None),
            ("I'm looking for a job as a welder in Lyon", "welder", Some("Lyon"), None),
            ("Looking for an internship in Paris as a designer", "designer", Some("Paris"), Some(Internship)),
            ("Are you hiring electricians?", "electricians", None, None),
            ("Are there any openings for bakers near Nantes?", "bakers", Some("Nantes"), None),
            ("I would like to work as a cook", "cook", None, None),
            ("Quels postes avez-vous à Rennes ?", "", Some("Rennes"), None),
        ] {
            let place = place.map(str::to_owned);
            assert_eq!(read(text), Some(Wish { words: words.to_owned(), place, contract }), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "combien gagne un soudeur ?",
            "Combien de postes y a-t-il chez vous ?",
            "Quel est le salaire d'un boulanger à Lyon ?",
            "Comment postuler à une offre ?",
            "Je cherche le numéro du service des ressources humaines",
            "je cherche le règlement intérieur",
            "Y a-t-il une mutuelle ?",
            "Avez-vous une crèche ?",
            "Quels sont les avantages du poste ?",
            "Le stage est-il obligatoire ?",
            "Combien de temps dure le stage ?",
            "Le travail de nuit est-il majoré ?",
            "Y a-t-il une prime pour le travail du dimanche ?",
            "Je voudrais un jour de congé",
            "Je voudrais travailler à temps partiel",
            "J'aimerais travailler de nuit, est-ce possible ?",
            "Je cherche une place de parking",
            "Y a-t-il du travail le dimanche ?",
            "Is there work on Sundays?",
            "Quelle convention collective ?",
            "How much does a nurse earn?",
            "What are the benefits of the job?",
            "Do you have a nursery?",
            "How do I apply for a job?",
            "Is there a trial period?",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    /// Questions that documents are known to answer, or not to answer.
    #[test]
    fn no_question_of_the_calibration_is_one() {
        for line in include_str!("../tests/questions.jsonl").lines() {
            let question: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = question["text"].as_str().unwrap();
            assert_eq!(read(text), None, "{text}");
            let talk = crate::smalltalk::recognise(text);
            assert!(talk.is_none() || question["quote"].is_null(), "{text}");
            assert_eq!(crate::turns::whole(&["Y a-t-il une cantine ?", text]), text);
        }
    }
}
