//! A function's page says what the function is given: every variable of its environment stands in a table of the page.

use super::{Function, functions, template};
use crate::{nothing_wrong, workspace};

/// The variables that the template gives to every function.
const EVERYWHERE: &[&str] = &["VIVIER_STAGE", "RUST_LOG"];

fn untold(function: &Function, page: &str) -> Vec<String> {
    let given = function.properties["Environment"]["Variables"].as_object();
    let names = given.into_iter().flat_map(|given| given.keys().map(String::as_str));
    let told = |name: &str| {
        let name = format!("`{name}`");
        page.lines().filter(|line| line.starts_with('|')).any(|line| line.contains(&name))
    };
    names
        .chain(EVERYWHERE.iter().copied())
        .filter(|name| !told(name))
        .map(|name| format!("functions/{}/README.md does not tell of {name}", function.name()))
        .collect()
}

#[test]
fn a_page_tells_of_the_whole_environment() {
    let page = |function: &Function| workspace::read(&format!("functions/{}/README.md", function.name()));
    let found: Vec<_> =
        functions(&template()).iter().flat_map(|function| untold(function, &page(function))).collect();
    nothing_wrong(&found);
}

#[test]
fn a_variable_without_a_word_would_be_noticed() {
    let template = super::sample(
        "  Search:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
         Environment: { Variables: { EVENTS_STREAM: x, MODEL_PATH: y } }\n",
    );
    let page = "In `MODEL_PATH`.\n| `VIVIER_STAGE`, `EVENTS_STREAM` | |\n| `RUST_LOG` | |\n";
    let found: Vec<_> = functions(&template).iter().flat_map(|function| untold(function, page)).collect();
    assert_eq!(found, ["functions/search/README.md does not tell of MODEL_PATH"]);
}
