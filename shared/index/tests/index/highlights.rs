//! What is marked, and that it is safe.

use super::support::*;

fn marked(title: &str, description: &str, q: &str) -> (String, String) {
    let mut one = offer(0, title);
    one.content.description = description.into();
    let page = index(&[one]).search(&request(q)).unwrap();
    let highlight = page.hits.into_iter().next().expect("the offer is found").highlight;
    (highlight.title, highlight.description)
}

#[test]
fn words_are_marked_as_written() {
    for (title, q, expected) in [
        ("Développeuse Rust", "developpeur", "<mark>Développeuse</mark> Rust"),
        (
            "Infirmier(ère)s à l’hôpital",
            "infirmière hopital",
            "<mark>Infirmier(ère)s</mark> à l’<mark>hôpital</mark>",
        ),
        ("Soudure", "soudeur", "<mark>Soudure</mark>"),
        ("Dev full-stack", "fullstack", "Dev <mark>full-stack</mark>"),
        ("Chargé RH", "ressources humaines", "Chargé <mark>RH</mark>"),
        (
            "Le <b>vendeur</b> & l'\"autre\"",
            "vendeuse",
            "Le &lt;b&gt;<mark>vendeur</mark>&lt;/b&gt; &amp; l&#39;&quot;autre&quot;",
        ),
        ("<mark>faux</mark> vendeur", "vendeur", "&lt;mark&gt;faux&lt;/mark&gt; <mark>vendeur</mark>"),
        ("Vendeur", "", "Vendeur"),
    ] {
        assert_eq!(marked(title, "", q).0, expected, "{q}");
    }
}

#[test]
fn a_fragment_shows_where_most_words_stand() {
    let filler = "Une phrase qui ne dit rien de précis. ".repeat(40);
    let description = format!("Vendeur. {filler}Le poste de vendeur à Nantes demande du calme. {filler}");
    let (_, fragment) = marked("Poste", &description, "vendeur nantes");
    assert!(fragment.contains("<mark>vendeur</mark> à <mark>Nantes</mark>"), "{fragment}");
    assert!(fragment.starts_with('…') && fragment.ends_with('…'));
    assert!(fragment.len() < 320);
}

#[test]
fn a_fragment_without_a_match_is_the_beginning() {
    let (_, fragment) = marked("Vendeur", &"été ".repeat(200), "vendeur");
    assert!(fragment.starts_with("été été") && fragment.ends_with('…'));
    assert_eq!(marked("Vendeur", "Court.", "vendeur").1, "Court.");
    assert_eq!(marked("Vendeur", "a<b\nc", "vendeur").1, "a&lt;b c");
}

#[test]
fn a_text_without_spaces_is_cut_between_characters() {
    let (_, fragment) = marked("Vendeur", &"é".repeat(5_000), "vendeur");
    assert!(fragment.chars().count() <= 242);
}
