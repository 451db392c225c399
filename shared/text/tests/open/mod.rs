//! OpenDocument, EPUB and RTF.

use crate::files::archive;
use crate::*;

fn odf(kind: &str, styles: &str, body: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="b" xmlns:draw="d" xmlns:style="s" xmlns:fo="f" xmlns:presentation="p"><office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body></office:document-content>"#
    );
    let kind = format!("application/vnd.oasis.opendocument.{kind}");
    archive(&[("mimetype", &kind), ("content.xml", &content), ("META-INF/manifest.xml", "<m/>")])
}

mod odt {
    use super::*;

    #[test]
    fn headings_lists_and_tables() {
        let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
        let row = |a: &str, b: &str| format!("<table:table-row>{}{}</table:table-row>", cell(a), cell(b));
        let body = format!(
            r#"<text:h text:outline-level="2">Congés</text:h><text:p>Vingt-cinq<text:s text:c="3"/>jours<text:line-break/>par an.<office:annotation><text:p>note</text:p></office:annotation></text:p>
            <text:list><text:list-item><text:p>un</text:p></text:list-item></text:list>
            <table:table><table:table-header-rows>{}</table:table-header-rows>{}</table:table>"#,
            row("Ville", "Poste"),
            row("Lyon", "Chef")
        );
        let found = ok(&odf("text", "", &body), "a.odt");
        assert_eq!(
            texts(&found),
            ["Congés", "Vingt-cinq jours par an.", "un", "Ville | Poste", "Ville: Lyon | Poste: Chef"]
        );
        assert_eq!(found.blocks[0].kind, BlockKind::Heading { level: 2 });
        assert_eq!(found.blocks[2].kind, BlockKind::Item);
        assert_eq!(found.blocks[4].place, section(&["Congés"]));
    }

    #[test]
    fn what_styles_hide() {
        let styles = r##"<style:style style:name="A" style:family="text"><style:text-properties text:display="none"/></style:style>
            <style:style style:name="B" style:family="text" style:parent-style-name="C"/>
            <style:style style:name="C" style:family="text"><style:text-properties fo:color="#ffffff"/></style:style>
            <style:style style:name="D" style:family="text" style:parent-style-name="C"><style:text-properties fo:background-color="#003366"/></style:style>"##;
        let span = |style: &str| format!(r#"<text:span text:style-name="{style}">{style}</text:span>"#);
        let body = format!("<text:p>x{}{}{}</text:p>", span("A"), span("B"), span("D"));
        let found = ok(&odf("text", styles, &body), "a.odt");
        assert_eq!(texts(&found), ["xD"]);
        assert_eq!(found.flags, [Flag::HiddenText]);
    }

    #[test]
    fn protected() {
        let bytes = archive(&[
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            ("content.xml", "<x/>"),
            ("META-INF/manifest.xml", "<m><manifest:encryption-data/></m>"),
        ]);
        assert_eq!(read(&bytes, named("a.odt")), Err(ExtractError::Encrypted));
    }
}

#[test]
fn odp_slides() {
    let body = r#"<draw:page><draw:frame><draw:text-box><text:p>Bienvenue</text:p></draw:text-box></draw:frame>
        <draw:frame presentation:class="title"><draw:text-box><text:p>Accueil</text:p></draw:text-box></draw:frame><presentation:notes><text:p>note</text:p></presentation:notes></draw:page>"#;
    let found = ok(&odf("presentation", "", body), "a.odp");
    assert_eq!(texts(&found), ["Accueil", "Bienvenue"]);
    assert_eq!(found.blocks[1].place, Place::Slide { slide: 1, title: Some("Accueil".into()) });
    assert_eq!(found.pages, Some(1));
}

#[test]
fn ods_rows_that_repeat_and_hide() {
    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let body = format!(
        r#"<table:table table:name="Sites"><table:table-row>{}{}</table:table-row><table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        <table:table-row>{}{}<table:table-cell table:number-columns-repeated="16382"/></table:table-row><table:table-row table:visibility="collapse">{}</table:table-row></table:table>"#,
        cell("Ville"),
        cell("Poste"),
        cell("Lyon"),
        cell("Chef"),
        cell("caché")
    );
    let found = ok(&odf("spreadsheet", "", &body), "a.ods");
    assert_eq!(texts(&found), ["Ville | Poste", "Ville: Lyon | Poste: Chef"]);
    assert_eq!(found.blocks[1].place, Place::Row { sheet: Some("Sites".into()), row: 5 });
    assert_eq!(found.flags, [Flag::HiddenText]);
}

#[test]
fn epub_chapters_in_the_order_of_the_spine() {
    let bytes = archive(&[
        ("mimetype", "application/epub+zip"),
        (
            "META-INF/container.xml",
            r#"<container><rootfiles><rootfile full-path="b/book.opf"/></rootfiles></container>"#,
        ),
        (
            "b/book.opf",
            r#"<package><metadata><dc:title>Guide</dc:title></metadata><manifest><item id="2" href="deux.xhtml"/><item id="1" href="un%20.xhtml"/><item id="n" href="nav.xhtml" properties="nav"/></manifest><spine><itemref idref="n"/><itemref idref="1"/><itemref idref="2"/></spine></package>"#,
        ),
        ("b/un .xhtml", "<html><head><title>x</title></head><body><h1>Un</h1><p>texte</p></body></html>"),
        ("b/deux.xhtml", "<html><body><h1>Deux</h1><script src='x'/><p>suite</p></body></html>"),
        ("b/nav.xhtml", "<html><body><p>table</p></body></html>"),
    ]);
    let found = ok(&bytes, "a.epub");
    assert_eq!(texts(&found), ["Un", "texte", "Deux", "suite"]);
    assert_eq!(found.title.as_deref(), Some("Guide"));
    assert_eq!(found.blocks[3].place, section(&["Deux"]));
}

mod rtf {
    use super::*;

    #[test]
    fn headings_rows_and_characters() {
        let source = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial;}}{\colortbl;\red255\green255\blue255;}{\stylesheet{\s1 heading 1;}}{\info{\title Guide}}
\pard\s1 Cong\'e9s\par\pard Vingt\u8209?cinq {\f1\'cf}\line jours{\v  cach\'e9}{\cf1  blanc}\par{\*\inconnu rien}
\trowd\trhdr\intbl Ville\cell Poste\cell\row\trowd\intbl Lyon\cell Chef\cell\row\pard Fin\par}";
        let found = ok(source, "a.rtf");
        assert_eq!(
            texts(&found),
            ["Congés", "Vingt\u{2011}cinq П jours", "Ville | Poste", "Ville: Lyon | Poste: Chef", "Fin"]
        );
        assert_eq!(found.title.as_deref(), Some("Guide"));
        assert_eq!(found.blocks[1].place, section(&["Congés"]));
        assert_eq!(found.flags, [Flag::HiddenText]);
    }

    #[test]
    fn depth_lies_and_doc() {
        let deep = format!("{{\\rtf1 {}x", "{".repeat(200_000));
        assert_eq!(texts(&ok(deep.as_bytes(), "a.rtf")), ["x"]);
        assert_eq!(read(br"{\rtf1 {\pict\bin2147483647 abc}}", named("a.rtf")), Err(ExtractError::NoText));
        assert_eq!(ok(br"{\rtf1 Bonjour}", "a.doc").format, Format::Rtf);
    }
}
