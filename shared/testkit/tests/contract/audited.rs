//! Nothing of the back office goes by the audit log (K8.1a): every extractor that lets a member in asks it first, and
//! every function that has such a route hands its edge the log. At run time a function that forgot answers nothing.

use crate::{nothing_wrong, workspace};

/// The extractors that let a member in.
const MEMBERS: &[&str] = &["BackOffice", "InProject", "Myself"];
/// What switches the edge's entries on, in a function's `main.rs`.
const SWITCH: &str = ".audited(";
/// What asks the log, in an extractor.
const ASK: &str = "audit::admit(";

/// A function's sources, each by its path and text.
fn wrong(function: &str, sources: &[(String, String)]) -> Vec<String> {
    let serves_members = sources.iter().any(|(_, source)| MEMBERS.iter().any(|name| names(source, name)));
    let audited = sources.iter().any(|(path, source)| path.ends_with("/main.rs") && source.contains(SWITCH));
    if serves_members && !audited {
        vec![format!("{function}: has routes of the back office, and its main.rs has no `{SWITCH}…)`")]
    } else {
        Vec::new()
    }
}

/// Whether a source takes the extractor: its name is a whole word there, outside comments.
fn names(source: &str, name: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    source.lines().map(str::trim_start).filter(|line| !line.starts_with("//")).any(|line| {
        line.match_indices(name).any(|(at, _)| {
            !line[..at].ends_with(part_of_word) && !line[at + name.len()..].starts_with(part_of_word)
        })
    })
}

/// The extractors of a source that let a member in without asking the log.
fn silent(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in MEMBERS {
        let body = source.split("\nimpl").find(|part| {
            part.lines().next().is_some_and(|head| head.contains("FromRequestParts") && names(head, name))
        });
        if !body.is_some_and(|body| body.contains(ASK)) {
            found.push(format!("{name} lets members in and does not ask the audit log"));
        }
    }
    found
}

#[test]
fn every_function_with_a_route_of_the_back_office_is_audited() {
    let mut found = Vec::new();
    for function in workspace::folders("functions") {
        let files = workspace::files(&format!("functions/{function}/src"), &["rs"]);
        let sources: Vec<_> = files.into_iter().map(|file| (file.clone(), workspace::read(&file))).collect();
        found.extend(wrong(&function, &sources));
    }
    nothing_wrong(&found);
}

#[test]
fn every_extractor_of_the_back_office_asks_the_log() {
    nothing_wrong(&silent(&workspace::read("shared/runtime/src/http/office.rs")));
}

mod would_notice {
    use super::*;

    #[test]
    fn a_function_that_forgot() {
        for (routes, main, found) in [
            ("office: BackOffice<needs::OffersRead>,", "Function::new(\"a\").http(r)", 1),
            ("office: InProject<needs::KeysRead>,", "Function::new(\"a\").http(r)", 1),
            ("Myself(scope): Myself,", "Function::new(\"a\").http(r)", 1),
            ("office: BackOffice<needs::OffersRead>,", "Function::new(\"a\").http(r).audited(&t, c, &d)", 0),
            ("office: FrontOffice,", "Function::new(\"a\").http(r)", 0),
            ("// BackOffice<needs::OffersRead>", "Function::new(\"a\").http(r)", 0),
        ] {
            let sources = [("src/routes.rs", routes), ("src/main.rs", main)];
            let sources = sources.map(|(path, text)| (path.to_owned(), text.to_owned()));
            assert_eq!(wrong("a", &sources).len(), found, "{routes} {main}");
        }
    }

    #[test]
    fn an_extractor_that_does_not_ask() {
        let extractor =
            |name: &str, body: &str| format!("\nimpl<S> FromRequestParts<S> for {name} {{ {body} }}\n");
        let all = |last: &str| {
            extractor("BackOffice<P>", "audit::admit(parts)")
                + &extractor("InProject<P>", "audit::admit(parts)")
                + &extractor("Myself", last)
        };
        assert_eq!(silent(&all("audit::admit(parts)")), Vec::<String>::new());
        assert_eq!(silent(&all("enter(parts)")).len(), 1);
        assert_eq!(silent("").len(), 3);
    }
}
