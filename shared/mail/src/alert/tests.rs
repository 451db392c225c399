use super::*;
use vivier_domain::redacted::Redacted;

const LINK: &str = "https://acme.vivier.example/v1/alerts/page#confirmation=AAAA_bb-";

fn offer(title: &str) -> ListedOffer {
    ListedOffer {
        title: title.into(),
        company: Some("Fournil & Fils".into()),
        city: "Nantes".into(),
        url: Some("https://acme.example/1".into()),
    }
}

fn told(offers: &[ListedOffer], total: u32, language: Language) -> Mail {
    let link = |text: &str| Redacted::new(format!("https://acme.vivier.example/{text}"));
    let (unsubscription, renewal, one_click) = (link("stop"), link("renew"), link("one-click"));
    let (ends, organisation) = (jiff::civil::date(2027, 2, 3), "Acme");
    let telling = AlertOffers {
        organisation,
        offers,
        total,
        ends,
        unsubscription: &unsubscription,
        renewal: &renewal,
        one_click: &one_click,
    };
    alert_offers(telling, language).unwrap()
}

#[test]
fn a_confirmation_holds_its_link_and_says_how_long() {
    for (language, daily, subject, often) in [
        (Language::Fr, true, "Acme : confirmez votre alerte", "chaque jour"),
        (Language::Fr, false, "Acme : confirmez votre alerte", "chaque semaine"),
        (Language::En, true, "Acme: confirm your alert", "each day"),
        (Language::En, false, "Acme: confirm your alert", "each week"),
    ] {
        let asking = AlertConfirmation { organisation: "Acme", daily, link: &Redacted::new(LINK) };
        let mail = alert_confirmation(asking, language).unwrap();
        assert_eq!((mail.subject.as_str(), &mail.one_click), (subject, &None));
        for body in [&mail.html, &mail.text] {
            for part in ["Acme", LINK, often, "48", "90"] {
                assert!(body.expose().contains(part), "{part} is missing in {}", body.expose());
            }
        }
        assert!(!format!("{mail:?}").contains("token"));
    }
}

#[test]
fn both_forms_list_every_offer_and_both_ways_out() {
    for (language, subject, day) in [
        (Language::Fr, "Acme : 12 nouvelles offres", "03/02/2027"),
        (Language::En, "Acme: 12 new offers", "3 February 2027"),
    ] {
        let mail = told(&[offer("Boulangère"), offer("Pâtissier")], 12, language);
        assert_eq!(mail.subject, subject);
        for body in [&mail.html, &mail.text] {
            for part in
                ["Boulangère", "Pâtissier", "Nantes", "https://acme.example/1", "/stop", "/renew", day, "10"]
            {
                assert!(body.expose().contains(part), "{part} is missing in {}", body.expose());
            }
        }
        assert_eq!(
            mail.one_click.as_ref().map(Redacted::expose),
            Some("https://acme.vivier.example/one-click")
        );
        assert!(!mail.text.expose().contains('<') && mail.text.expose().contains("Fournil & Fils"));
    }
}

#[test]
fn numbers_agree_with_what_they_count() {
    for (total, subject, more) in [
        (1, "Acme : une nouvelle offre", None),
        (2, "Acme : 2 nouvelles offres", Some("Et une autre.")),
        (3, "Acme : 3 nouvelles offres", Some("Et 2 autres.")),
    ] {
        let mail = told(&[offer("Boulangère")], total, Language::Fr);
        assert_eq!(mail.subject, subject);
        assert_eq!(mail.text.expose().contains("autre"), more.is_some());
        assert!(more.is_none_or(|more| mail.text.expose().contains(more)));
    }
}

#[test]
fn what_an_offer_says_is_never_markup() {
    let mail = told(&[offer("<script>alert(1)</script>")], 1, Language::En);
    assert!(!mail.html.expose().contains("<script>") && mail.html.expose().contains("&#60;script&#62;"));
}
