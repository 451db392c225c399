//! Office's binary formats, written record by record: as little of them as a reader needs.

mod write;

pub(crate) use write::ole;
use write::{doc, ppt, xls};

use crate::*;

#[test]
fn doc_with_headings_rows_and_hidden_letters() {
    let found = ok(&doc(), "a.doc");
    assert_eq!(texts(&found), ["Congés", "Vingt-cinq jours.", "Ville | Poste"]);
    assert_eq!(found.blocks[0].kind, BlockKind::Heading { level: 1 });
    assert_eq!(found.blocks[1].place, section(&["Congés"]));
    assert_eq!(found.blocks[2].kind, BlockKind::Row);
    assert_eq!(found.flags, [Flag::HiddenText]);
}

#[test]
fn ppt_with_slides_in_order() {
    let found = ok(&ppt(false), "a.ppt");
    assert_eq!(texts(&found), ["Accueil", "Bienvenue", "à tous"]);
    assert_eq!(found.blocks[1].place, Place::Slide { slide: 1, title: Some("Accueil".into()) });
    assert_eq!(found.pages, Some(1));
    let hidden = ok(&ppt(true), "a.ppt");
    assert!(hidden.is_empty());
    assert_eq!(hidden.flags, [Flag::HiddenText]);
}

#[test]
fn xls_rows_with_names_but_hidden_ones() {
    let found = ok(&xls(), "a.xls");
    assert_eq!(texts(&found), ["Ville | Poste", "Ville: Lyon | Poste: Chef"]);
    assert_eq!(found.blocks[1].place, Place::Row { sheet: Some("Sites".into()), row: 2 });
    assert_eq!(found.flags, [Flag::HiddenText]);
}

#[test]
fn cut_short() {
    for (bytes, name) in [(doc(), "a.doc"), (ppt(false), "a.ppt"), (xls(), "a.xls")] {
        for length in (600..bytes.len()).step_by(97) {
            // Whatever is left of it, it is read or refused.
            let _ = read(&bytes[..length], named(name));
        }
    }
}
