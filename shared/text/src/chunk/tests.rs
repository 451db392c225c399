use super::*;
use crate::extract::Format;

fn document(blocks: Vec<Block>) -> Extracted {
    Extracted {
        format: Format::Docx,
        title: None,
        language: Some(Language::Fr),
        pages: None,
        blocks,
        flags: Vec::new(),
        scanned: Vec::new(),
    }
}

fn block(kind: BlockKind, text: &str, place: Place) -> Block {
    Block { kind, text: text.to_owned(), place }
}

fn section(headings: &[&str]) -> Place {
    Place::Section { headings: headings.iter().map(|&heading| heading.to_owned()).collect() }
}

/// So many sentences of ten words each, numbered.
fn prose(sentences: usize) -> String {
    (0..sentences)
        .map(|i| format!("La phrase numéro {i} compte dix mots en tout ici."))
        .collect::<Vec<_>>()
        .join(" ")
}

mod headings {
    use super::*;

    #[test]
    fn a_section_is_a_piece() {
        let cut = chunks(&document(vec![
            block(BlockKind::Heading { level: 1 }, "Congés", section(&["Congés"])),
            block(BlockKind::Paragraph, "Vingt-cinq jours par an.", section(&["Congés"])),
            block(BlockKind::Heading { level: 2 }, "Report", section(&["Congés", "Report"])),
            block(BlockKind::Paragraph, "Jusqu'au 31 mai.", section(&["Congés", "Report"])),
            block(BlockKind::Item, "Sur demande.", section(&["Congés", "Report"])),
        ]));
        assert_eq!(
            cut.iter().map(|chunk| chunk.text.as_str()).collect::<Vec<_>>(),
            ["Vingt-cinq jours par an.", "Jusqu'au 31 mai.\nSur demande."]
        );
        assert_eq!(cut[1].heading, ["Congés", "Report"]);
        assert_eq!(cut[1].in_context(), "Congés › Report\nJusqu'au 31 mai.\nSur demande.");
        assert_eq!(cut.iter().map(|chunk| chunk.ordinal).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn one_with_nothing_under_it_is_kept() {
        let cut = chunks(&document(vec![
            block(BlockKind::Heading { level: 1 }, "Affiche", section(&["Affiche"])),
            block(BlockKind::Heading { level: 1 }, "Fermé le lundi", section(&["Fermé le lundi"])),
        ]));
        assert_eq!(
            cut.iter().map(|chunk| chunk.text.as_str()).collect::<Vec<_>>(),
            ["Affiche", "Fermé le lundi"]
        );
    }
}

mod size {
    use super::*;

    #[test]
    fn long_prose_is_cut_between_sentences_with_one_repeated() {
        let cut = chunks(&document(vec![block(BlockKind::Paragraph, &prose(60), section(&[]))]));
        assert_eq!(cut.len(), 3);
        for (chunk, next) in cut.iter().zip(&cut[1..]) {
            let words = chunk.text.split_whitespace().count();
            assert!((ENOUGH_WORDS..=MAX_WORDS).contains(&words), "{words}");
            let last = sentences(&chunk.text).pop().unwrap();
            assert!(next.text.starts_with(&chunk.text[last]));
        }
        assert!(cut[2].text.contains("numéro 59"));
    }

    #[test]
    fn a_paragraph_that_does_not_fit_opens_the_next_piece() {
        let first = prose(15);
        let cut = chunks(&document(vec![
            block(BlockKind::Paragraph, &first, section(&[])),
            block(BlockKind::Paragraph, &prose(15), section(&[])),
        ]));
        assert_eq!(cut.len(), 2);
        assert_eq!(cut[0].text, first);
    }

    #[test]
    fn words_without_end_are_bounded() {
        let cut = chunks(&document(vec![block(BlockKind::Paragraph, &"mot ".repeat(1000), section(&[]))]));
        assert!(cut.iter().all(|chunk| chunk.text.split_whitespace().count() <= MAX_WORDS));
        assert_eq!(cut.iter().map(|chunk| chunk.text.split_whitespace().count()).sum::<usize>(), 1000);
    }
}

#[test]
fn text_without_spaces_is_bounded() {
    let cut = chunks(&document(vec![block(BlockKind::Paragraph, &"é".repeat(100_000), section(&[]))]));
    assert_eq!(cut.len(), 8);
    assert_eq!(cut.iter().map(|chunk| chunk.text.chars().count()).sum::<usize>(), 100_000);
}

mod places {
    use super::*;

    #[test]
    fn rows_stay_whole_and_sheets_apart() {
        let row = |sheet: &str, row, text: &str| {
            block(BlockKind::Row, text, Place::Row { sheet: Some(sheet.to_owned()), row })
        };
        let long = "cellule ".repeat(100);
        let cut = chunks(&document(vec![
            row("A", 2, &long),
            row("A", 3, &long),
            row("A", 4, &long),
            row("B", 2, "seule"),
        ]));
        assert_eq!(
            cut.iter().map(|chunk| chunk.places[0].place.clone()).collect::<Vec<_>>(),
            [("A", 2), ("A", 4), ("B", 2)]
                .map(|(sheet, row)| Place::Row { sheet: Some(sheet.to_owned()), row })
        );
        assert!(
            cut.iter()
                .flat_map(|chunk| chunk.text.lines())
                .all(|line| line == "seule" || line.split(' ').count() >= 100)
        );
    }

    #[test]
    fn a_page_ends_a_piece_unless_it_is_short() {
        let page = |page, text: &str| block(BlockKind::Paragraph, text, Place::Page { page });
        let cut = chunks(&document(vec![page(1, &prose(8)), page(2, &prose(2)), page(3, &prose(2))]));
        assert_eq!(
            cut.iter().map(|chunk| chunk.places[0].place.clone()).collect::<Vec<_>>(),
            [Place::Page { page: 1 }, Place::Page { page: 2 }]
        );
    }

    /// Where a sentence stands, by the piece of that number.
    fn place_of<'a>(chunk: &'a Chunk, quote: &str) -> Option<&'a Place> {
        place_at(&chunk.places, chunk.text[..chunk.text.find(quote)?].chars().count())
    }

    #[test]
    fn each_row_of_a_list_has_its_own() {
        let row = |row| {
            let text = format!("Prénom: Zoé | Congés payés à l'été: {row} jours");
            block(BlockKind::Row, &text, Place::Row { sheet: None, row })
        };
        let cut = chunks(&document((2..32).map(row).collect()));
        assert!(cut.len() < 30 && cut.iter().any(|chunk| chunk.places.len() > 10), "{}", cut.len());
        for number in [2, 3, 17, 31] {
            let quote = format!(": {number} jours");
            let chunk = cut.iter().find(|chunk| chunk.text.contains(&quote)).unwrap();
            assert_eq!(place_of(chunk, &quote), Some(&Place::Row { sheet: None, row: number }));
        }
        for chunk in &cut {
            assert_eq!(chunk.places[0].start, 0);
            for (part, line) in chunk.places.iter().zip(chunk.text.lines()) {
                let text: String = chunk.text.chars().skip(part.start as usize).collect();
                assert!(text.starts_with(line), "{part:?}");
            }
        }
    }

    #[test]
    fn a_short_page_and_the_next_keep_theirs() {
        let page = |page, text: &str| block(BlockKind::Paragraph, text, Place::Page { page });
        let cut = chunks(&document(vec![
            page(1, "L'accueil est à l'étage."),
            page(2, "Le café est offert. Le thé aussi."),
        ]));
        assert_eq!(cut.len(), 1);
        for (quote, number) in [("L'accueil", 1), ("étage", 1), ("Le café", 2), ("Le thé", 2)] {
            assert_eq!(place_of(&cut[0], quote), Some(&Place::Page { page: number }), "{quote}");
        }
        assert_eq!(cut[0].places.iter().map(|part| part.start).collect::<Vec<_>>(), [0, 25]);
    }

    #[test]
    fn a_repeated_sentence_keeps_its_own() {
        let line = |line, text: &str| block(BlockKind::Paragraph, text, Place::Line { line });
        let second = prose(15).replace("phrase", "ligne");
        let cut = chunks(&document(vec![line(1, &prose(15)), line(3, &second)]));
        assert_eq!(cut.len(), 2);
        for (quote, number) in
            [("La phrase numéro 14", 1), ("La ligne numéro 0", 3), ("La ligne numéro 14", 3)]
        {
            assert_eq!(place_of(&cut[1], quote), Some(&Place::Line { line: number }), "{quote}");
        }
    }

    #[test]
    fn none_stands_before_the_first() {
        let parts = [(2, 1), (5, 2)].map(|(start, page)| Part { start, place: Place::Page { page } });
        let page = |start| match place_at(&parts, start) {
            Some(Place::Page { page }) => Some(*page),
            _ => None,
        };
        assert_eq!([1, 2, 4, 5, 90].map(page), [None, Some(1), Some(1), Some(2), Some(2)]);
        assert_eq!(place_at(&[], 0), None);
    }

    #[test]
    fn a_slide_is_a_piece_under_its_title() {
        let slide = |slide, text: &str| {
            block(BlockKind::Paragraph, text, Place::Slide { slide, title: Some(format!("Titre {slide}")) })
        };
        let cut = chunks(&document(vec![slide(1, "Un."), slide(1, "Deux."), slide(2, "Trois.")]));
        assert_eq!(cut.len(), 2);
        assert_eq!(cut[0].heading, ["Titre 1"]);
    }
}

#[test]
fn a_piece_has_its_own_language() {
    let cut = chunks(&document(vec![
        block(
            BlockKind::Paragraph,
            "Les congés sont posés avec l'accord du responsable de service.",
            section(&["a"]),
        ),
        block(BlockKind::Paragraph, "Leave is taken with the consent of the line manager.", section(&["b"])),
        block(BlockKind::Paragraph, "Note 12", section(&["c"])),
    ]));
    assert_eq!(
        cut.iter().map(|chunk| chunk.language).collect::<Vec<_>>(),
        [Language::Fr, Language::En, Language::Fr]
    );
}

#[test]
fn nothing_gives_nothing() {
    assert!(chunks(&document(Vec::new())).is_empty());
}
