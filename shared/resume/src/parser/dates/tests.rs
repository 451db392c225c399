use super::*;

fn shown(text: &str) -> Vec<String> {
    let show = |period: &Period| {
        let end = match period.end {
            End::At(end) => format!("..{}", end.to_iso()),
            End::Present => "..".into(),
            End::Unsaid => String::new(),
        };
        format!("{}{end} = {}", period.start.to_iso(), &text[period.span.clone()])
    };
    periods(text).iter().map(show).collect()
}

#[test]
fn every_usual_form() {
    for (text, expected) in [
        ("mai 2025 - septembre 2026", "2025-05..2026-09"),
        ("Mai 2025 – Sept. 2026", "2025-05..2026-09"),
        ("05/2025 – 07/2026", "2025-05..2026-07"),
        ("05.2025-07.2026", "2025-05..2026-07"),
        ("O5/2O25 - 07/2026", "2025-05..2026-07"),
        ("12/05/2025 au 30/06/2026", "2025-05..2026-06"),
        ("du 1er mai 2025 au 30 juin 2026", "2025-05..2026-06"),
        ("de mai à septembre 2024", "2024-05..2024-09"),
        ("mai-septembre 2024", "2024-05..2024-09"),
        ("2019-2021", "2019..2021"),
        ("2019 / 2021", "2019..2021"),
        ("2019 -> 2021", "2019..2021"),
        ("2019-21", "2019..2021"),
        ("2019 à 2021", "2019..2021"),
        ("2019 ... 2021", "2019..2021"),
        ("09/19 - 12/21", "2019-09..2021-12"),
        ("2019-09 - 2021-12", "2019-09..2021-12"),
        ("since 2020", "2020.."),
        ("depuis mars 2020", "2020-03.."),
        ("Depuis le 3 mars 2020", "2020-03.."),
        ("mars 2020 à ce jour", "2020-03.."),
        ("mars 2020 - aujourd’hui", "2020-03.."),
        ("mars 2020 jusqu'à aujourd'hui", "2020-03.."),
        ("mars 2020 – présent", "2020-03.."),
        ("2020 - en cours", "2020.."),
        ("2020 – Present", "2020.."),
        ("2022 - now", "2022.."),
        ("From June 2016 until December 2019", "2016-06..2019-12"),
        ("June 5, 2016 to Dec 2019", "2016-06..2019-12"),
        ("juin 2016", "2016-06"),
        ("2016", "2016"),
        ("févr. 2016 – août 2016", "2016-02..2016-08"),
        ("2021 - 2019", "2021"),
        ("2020 -", "2020.."),
    ] {
        let found = shown(text);
        let first = found.first().and_then(|found| found.split(" = ").next());
        assert_eq!(first, Some(expected), "{text}: {found:?}");
    }
}

#[test]
fn what_is_none() {
    for text in [
        "06 12 34 56 78",
        "75011 Paris",
        "35 heures",
        "+33 6 20 19 20 20",
        "R 389-3",
        "mai",
        "1 000 000",
        "",
        "-",
    ] {
        assert_eq!(shown(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn several_in_a_line() {
    assert_eq!(shown("2014 : BTEC, Albertport 2012 : HND"), ["2014 = 2014", "2012 = 2012"]);
    assert_eq!(shown("Vendeuse (2019 – 2020), Paris")[0], "2019..2020 = 2019 – 2020");
}
