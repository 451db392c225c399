//! A career written for a person.

use std::fmt::Write as _;

use super::career::{Career, Pair, Position};
use super::person::{Gender, Person};

const MONTHS: [[&str; 12]; 2] = [
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];
const DIPLOMAS: [&str; 6] = ["CAP", "BTS", "Licence professionnelle", "Master", "BSc", "HND"];
const LANGUAGES: [[&str; 4]; 2] =
    [["Anglais", "Espagnol", "Arabe", "Français"], ["English", "Spanish", "German", "French"]];
const LEVELS: [[&str; 4]; 2] =
    [["courant", "B2", "débutant", "langue maternelle"], ["fluent", "B2", "beginner", "native"]];
const NATIONALITIES: [[&str; 6]; 2] = [
    ["française", "belge", "marocaine", "portugaise", "sénégalaise", "vietnamienne"],
    ["British", "Irish", "Polish", "Indian", "Nigerian", "French"],
];

fn gendered(pair: Pair, person: &Person) -> String {
    match person.gender {
        Gender::Masculine => pair.0.to_owned(),
        Gender::Feminine => pair.1.to_owned(),
        Gender::Both if pair.0 == pair.1 => pair.0.to_owned(),
        Gender::Both => format!("{} / {}", pair.0, pair.1),
        Gender::Notice => format!("{} (H/F)", pair.0),
        Gender::Enclosed => inclusive(pair, "(", ")"),
        Gender::Dotted => inclusive(pair, "·", ""),
    }
}

/// Each word that has two forms with the ending of the second behind it. English words are not written so.
fn inclusive(pair: Pair, before: &str, after: &str) -> String {
    let english = pair.1.ends_with("ess") || pair.1.ends_with("man") || pair.1.ends_with("maid");
    let words = pair.0.split(' ').zip(pair.1.split(' ')).map(|(one, other)| {
        let shared = one.chars().zip(other.chars()).take_while(|(left, right)| left == right).count();
        let ending: String = other.chars().skip(shared).collect();
        if ending.is_empty() || english { one.to_owned() } else { format!("{one}{before}{ending}{after}") }
    });
    words.collect::<Vec<_>>().join(" ")
}

impl Career {
    /// The whole CV.
    pub(crate) fn written_for(&self, person: &Person) -> String {
        let mut text = self.head(person);
        let [work, studies, skills, languages] = if self.french {
            ["Expériences professionnelles", "Formation", "Compétences", "Langues"]
        } else {
            ["Work experience", "Education", "Skills", "Languages"]
        };
        let mut parts = [
            format!("{}\n{}", self.heading(work), self.work(person)),
            format!("{}\n{}", self.heading(studies), self.studies()),
            format!("{}\n{}", self.heading(skills), self.abilities(person)),
            format!("{}\n{}", self.heading(languages), self.spoken()),
        ];
        // A column of skills and languages first, as many CVs have it.
        if self.layout % 2 == 1 {
            parts.rotate_left(2);
        }
        text.push_str(&parts.join("\n"));
        if self.head == 4 {
            let title = self.heading(if self.french { "État civil" } else { "Personal details" });
            let _ = write!(text, "\n{title}\n{}", self.told(person).join("\n"));
        }
        text
    }

    fn heading(&self, text: &str) -> String {
        if self.upper { text.to_uppercase() } else { text.to_owned() }
    }

    fn head(&self, person: &Person) -> String {
        let civility = match (self.french, person.is_feminine()) {
            _ if self.head == 3 => "",
            (true, true) => "Mme ",
            (true, false) => "M. ",
            (false, true) => "Mrs ",
            (false, false) => "Mr ",
        };
        let name = person.name();
        let place = format!("{} {}", self.code, self.city);
        let (street, phone, mail) = (&person.street, &person.phone, &person.mail);
        let mut lines = match self.head {
            0 => vec![
                format!("{civility}{name}"),
                format!("{street}, {place}"),
                format!("Tél. : {phone}"),
                mail.clone(),
            ],
            1 => vec![
                format!("{civility}{}", name.to_uppercase()),
                street.clone(),
                place,
                phone.clone(),
                format!("E-mail : {mail}"),
            ],
            2 => vec![format!("{civility}{name}"), format!("{place} | {phone} | {mail}"), street.clone()],
            3 => vec![
                "CURRICULUM VITAE".into(),
                name,
                format!("{street} {place} Tél : {phone} E-mail : {mail}"),
            ],
            _ => vec![format!("{civility}{name}"), format!("{place}, {phone}"), mail.clone(), street.clone()],
        };
        if self.head != 4 {
            lines.extend(self.told(person));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// What nobody should tell in a CV.
    fn told(&self, person: &Person) -> Vec<String> {
        let mut lines: Vec<String> = person.photo.iter().map(|file| format!("Photo : {file}.jpg")).collect();
        if !person.tells {
            return lines;
        }
        let (year, month, day) = person.born;
        let (age, place, feminine) = (2026 - year, &person.born_in, person.is_feminine());
        let nationality = NATIONALITIES[usize::from(!self.french)][person.nationality];
        let written = MONTHS[usize::from(!self.french)][usize::try_from(month - 1).unwrap_or(0)];
        if self.french {
            let e = if feminine { "e" } else { "" };
            lines.push(match person.marital {
                0 => format!("Né{e} le {day} {written} {year} à {place} ({age} ans)"),
                1 => format!("Né(e) le {day:02}/{month:02}/{year}, à 75011 {place}"),
                2 => format!("Date de naissance : {day:02}/{month:02}/{year}"),
                3 => format!("{age} ans, nationalité {nationality}"),
                _ => format!("Âge : {age} ans"),
            });
            lines.push(format!("Nationalité : {nationality}"));
            lines.push(
                [
                    format!("Marié{e}, 2 enfants"),
                    "Célibataire".into(),
                    format!("Pacsé{e}"),
                    format!("Situation familiale : divorcé{e}"),
                    format!("Sexe : {}", if feminine { "F" } else { "M" }),
                ][person.marital]
                    .clone(),
            );
        } else {
            lines.push(match person.marital {
                0 | 1 => format!("Born on {day} {written} {year} in {place}"),
                2 => format!("Date of birth: {day:02}/{month:02}/{year}"),
                _ => format!("Age: {age}"),
            });
            lines.push(format!("Nationality: {nationality}"));
            lines.push(
                ["Married, 2 children", "Single", "Marital status: divorced", "Gender: F", "Widowed"]
                    [person.marital]
                    .into(),
            );
        }
        lines
    }

    fn work(&self, person: &Person) -> String {
        let mut lines = Vec::new();
        for (n, position) in self.positions.iter().enumerate() {
            if n == 1 && self.repeats {
                lines.push(format!("{} – page 2", person.name()));
            }
            let when = self.when(position);
            let (title, employer, place) =
                (gendered(position.title, person), &position.employer, &position.place);
            match self.layout {
                0 | 1 => lines.push(format!("{when} : {title}, {employer} ({place})")),
                2 => lines.extend([format!("{title} – {employer}, {place}"), when]),
                3 => lines.extend([format!("{employer} | {place} | {when}"), title]),
                4 => lines.extend([when, title, format!("{employer}, {place}")]),
                _ => lines.push(format!("{title} – {employer}, {place} ({when})")),
            }
            lines.extend(position.tasks.iter().map(|task| format!("{}{task}", self.bullets)));
            lines.extend(
                position.praise.map(|praise| format!("{}{}", self.bullets, gendered(praise, person))),
            );
        }
        lines.join("\n")
    }

    fn when(&self, position: &Position) -> String {
        let moment = |months: i32| {
            let (year, month) = (2000 + months / 12, months.rem_euclid(12));
            let named = MONTHS[usize::from(!self.french)][usize::try_from(month).unwrap_or(0)];
            match self.dates {
                0 => format!("{named} {year}"),
                1 => format!("{:02}/{year}", month + 1),
                2 => format!("{year}"),
                _ => format!("{:.3}. {year}", named.chars().take(4).collect::<String>()),
            }
        };
        let now = if self.french { "aujourd'hui" } else { "present" };
        format!("{} – {}", moment(position.start), position.end.map_or(now.to_owned(), moment))
    }

    fn studies(&self) -> String {
        let diplomas = self
            .diplomas
            .iter()
            .map(|(kind, year)| format!("{year} : {} Essai, Lycée Essai", DIPLOMAS[*kind]));
        diplomas.collect::<Vec<_>>().join("\n")
    }

    fn abilities(&self, person: &Person) -> String {
        let traits = self.traits.iter().map(|pair| gendered(*pair, person));
        let all: Vec<String> = self.skills.iter().cloned().chain(traits).collect();
        if self.listed {
            all.iter().map(|skill| format!("{}{skill}", self.bullets)).collect::<Vec<_>>().join("\n")
        } else {
            all.join(", ")
        }
    }

    fn spoken(&self) -> String {
        let side = usize::from(!self.french);
        let spoken = self
            .languages
            .iter()
            .map(|(name, level)| format!("{} ({})", LANGUAGES[side][*name], LEVELS[side][*level]));
        spoken.collect::<Vec<_>>().join(", ")
    }
}
