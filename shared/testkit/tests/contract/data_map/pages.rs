//! What is made of the map is what the map says. `UPDATE=1 cargo test --workspace --test contract` writes it anew.

use std::{env, fs};

use vivier_data_map::{map, pages, sub_processors};
use vivier_domain::member::Language;

use crate::{nothing_wrong, workspace};

#[test]
fn the_pages_say_what_the_map_says() {
    for language in [Language::En, Language::Fr] {
        let name = |page: &str| format!("infra/privacy/{page}.{}.md", language.as_str());
        for (file, page) in [
            (name("record-of-processing"), pages::record(map(), language)),
            (name("columns"), pages::columns(map(), language)),
            (name("sub-processors"), pages::sub_processors(sub_processors(), map(), language)),
        ] {
            if env::var_os("UPDATE").is_some() {
                fs::create_dir_all(workspace::root().join("infra/privacy")).expect("the folder is made");
                fs::write(workspace::root().join(&file), &page).expect("the page is written");
            }
            assert!(workspace::read(&file) == page, "{file} has drifted");
        }
    }
}

/// Reading it refuses what is announced too late; a test of the crate shows so.
#[test]
fn every_recipient_is_a_sub_processor_or_is_known_not_to_be() {
    nothing_wrong(&sub_processors().differences(map()));
}
