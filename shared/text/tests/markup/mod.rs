//! Markdown and HTML.

mod markdown {
    use crate::*;

    #[test]
    fn headings_items_and_tables() {
        let source = "---\nsecret: x\n---\n# Congés\nIntro *en* gras.\n\n## Report\n- un\n- deux\n\n| Année | Jours |\n|---|---|\n| 2026 | 25 |\n\n<script>alert(1)</script>\n";
        let found = ok(source.as_bytes(), "a.md");
        assert_eq!(
            texts(&found),
            ["Congés", "Intro en gras.", "Report", "un", "deux", "Année | Jours", "Année: 2026 | Jours: 25"]
        );
        assert_eq!(found.blocks[3].kind, BlockKind::Item);
        assert_eq!(found.blocks[6].place, section(&["Congés", "Report"]));
        assert_eq!(found.title.as_deref(), Some("Congés"));
    }

    #[test]
    fn what_html_hides_over_several_lines_stays_hidden() {
        let source = "Avant.\n\n<!--\nplafond 45 k\n-->\n\n<script>\nlet secret = 1;\n</script>\n\n<div hidden>\ncaché\n</div>\n\nAprès.\n";
        assert_eq!(texts(&ok(source.as_bytes(), "a.md")), ["Avant.", "Après."]);
    }

    #[test]
    fn a_heading_as_long_as_a_book_is_cut_where_it_is_a_place() {
        let found = ok(format!("# {}\n\nTexte.\n", "mot ".repeat(1000)).as_bytes(), "a.md");
        let Place::Section { headings } = &found.blocks[1].place else { panic!("a section") };
        assert_eq!(headings[0].chars().count(), 200);
        assert!(found.blocks[0].text.len() > 3000);
    }
}

mod html {
    use crate::*;

    #[test]
    fn visible_text_under_headings() {
        let source = "<!doctype html><title>Aide</title><style>p{}</style><nav>Menu</nav><h1>Cong&eacute;s</h1><p>Vingt-cinq&nbsp;jours<br>par an.\
            <div hidden>caché <div>aussi</div></div><p style='display: none'>non</p><ul><li>un<li>deux</ul><p>Fin</p><script>if (a < b) alert('x')</script>";
        let found = ok(source.as_bytes(), "a.html");
        assert_eq!(texts(&found), ["Congés", "Vingt-cinq jours par an.", "un", "deux", "Fin"]);
        assert_eq!(found.title.as_deref(), Some("Aide"));
        assert_eq!(found.blocks[4].place, section(&["Congés"]));
        assert_eq!(found.blocks[4].kind, BlockKind::Paragraph);
    }

    #[test]
    fn tables() {
        let source = "<table><tr><th>Ville<th>Poste</tr> <tr> <td>Lyon</td> <td>Soudeur</td> </tr><tr><td><table><tr><td>a</td></tr></table></td><td>b</td></tr></table><table><tr><td>seul</td></tr></table>";
        let found = ok(source.as_bytes(), "a.html");
        assert_eq!(
            texts(&found),
            ["Ville | Poste", "Ville: Lyon | Poste: Soudeur", "Ville: a | Poste: b", "seul"]
        );
        assert_eq!(found.blocks[3].kind, BlockKind::Paragraph);
    }

    #[test]
    fn nested_without_end() {
        assert_eq!(texts(&ok(format!("{}x", "<div>".repeat(200_000)).as_bytes(), "a.html")), ["x"]);
        let script = ok(b"<script>alert(1)", "a.html");
        assert!(script.is_empty());
        assert_eq!(script.flags, [Flag::Script]);
    }
}
