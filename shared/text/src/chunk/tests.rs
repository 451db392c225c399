use super::*;
use crate::extract::Format;

fn document(blocks: Vec<Block>) -> Extracted {
    Extracted { format: Format::Docx, title: None, language: Some(Language::Fr), pages: None, blocks }
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
            cut.iter().map(|chunk| chunk.place.clone()).collect::<Vec<_>>(),
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
            cut.iter().map(|chunk| chunk.place.clone()).collect::<Vec<_>>(),
            [Place::Page { page: 1 }, Place::Page { page: 2 }]
        );
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
