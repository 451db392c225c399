use super::*;

#[test]
fn headings_of_both_languages() {
    for (section, headings) in [
        (
            Section::Work,
            &[
                "EXPÉRIENCES PROFESSIONNELLES",
                "Expérience",
                "Parcours professionnel",
                "EXPERIENCE :",
                "Work experience",
                "Employment History",
                "Career",
                "E X P É R I E N C E S",
                "EXPERlENCES PROFESSIONNELLES",
                "2. Expériences et stages",
                "EXPÉRIENCESPROFESSIONNELLES",
                "Professional Background",
                "Stages",
            ][..],
        ),
        (
            Section::Education,
            &[
                "FORMATION",
                "Diplômes et formations",
                "Études",
                "Parcours scolaire",
                "EDUCATION",
                "Formations :",
                "Education and Training",
                "Academic background",
                "F O R M A T I O N",
                "FORMATI0N",
                "Cursus universitaire",
                "Qualifications",
            ],
        ),
        (
            Section::Skills,
            &[
                "COMPÉTENCES",
                "COMPETENCES",
                "Compétences clés",
                "Savoir-faire",
                "SKILLS",
                "Key skills",
                "Technical Skills",
                "Mes compétences",
                "C O M P É T E N C E S",
                "Certifications",
                "Core competencies",
                "Compétences informatiques",
                "Savoir-être",
                "Atouts",
            ],
        ),
        (
            Section::Languages,
            &["LANGUES", "Langues parlées", "LANGUAGES", "Langues étrangères", "Langues et loisirs"],
        ),
        (
            Section::Other,
            &[
                "CENTRES D'INTÉRÊT",
                "Centres d’intérêts",
                "Loisirs",
                "Hobbies and interests",
                "Références",
                "Profil",
                "Bénévolat",
            ],
        ),
        (
            Section::Contact,
            &["CONTACT", "Coordonnées", "Informations personnelles", "État civil", "Personal details"],
        ),
    ] {
        for heading in headings {
            assert_eq!(self::section(heading), Some(section), "{heading}");
        }
    }
}

#[test]
fn what_is_none() {
    for text in [
        "Alba Fictive",
        "Gestion de projet",
        "Responsable de formation",
        "2014 : CAP Hôtellerie",
        "Formation des apprentis",
        "Expérience client",
        "SQL",
        "",
        "12",
        "Soudeuse",
        "Anglais",
        "work independently in landscaping",
    ] {
        assert_eq!(section(text), None, "{text}");
    }
    assert_eq!(judged("Outils bureautiques").map(|(_, sure)| sure), Some(Sure::Perhaps));
}
