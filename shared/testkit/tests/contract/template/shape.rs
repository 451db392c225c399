//! One capability is one folder in `functions/`, one folder in `events/` and one resource, all of one name.

use super::{Function, functions, template};
use crate::{nothing_wrong, workspace};

fn capitalised(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

fn wrong(functions: &[Function], code: &[String], events: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for name in code.iter().filter(|name| !functions.iter().any(|f| f.logical == capitalised(name))) {
        found.push(format!("functions/{name} has no resource {} in the template", capitalised(name)));
    }
    for name in events.iter().filter(|name| !code.contains(name)) {
        found.push(format!("events/{name} belongs to no function"));
    }
    for function in functions {
        let name = function.name();
        if !code.contains(&name) {
            found.push(format!("{} has no folder functions/{name}", function.logical));
        }
        if !events.contains(&name) {
            found.push(format!("{} has no folder events/{name}", function.logical));
        }
        if function.properties["CodeUri"] != format!("target/lambda/{name}/") {
            found.push(format!("{} is not built from functions/{name}", function.logical));
        }
        for event in function.triggers.iter().filter_map(|trigger| trigger.as_ref().err()) {
            found.push(format!("{}: the event {event} is of no kind that the suite knows", function.logical));
        }
    }
    found
}

#[test]
fn a_function_has_one_name_everywhere() {
    let functions = functions(&template());
    nothing_wrong(&wrong(&functions, &workspace::folders("functions"), &workspace::folders("events")));
}

mod would_notice {
    use super::*;
    use crate::template::sample;

    #[test]
    fn every_missing_part() {
        let template = sample(
            "  Search:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: target/lambda/offers/\n      \
             Events:\n        Mail: { Type: SNS, Properties: {} }\n",
        );
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = wrong(&functions(&template), &names(&["chat"]), &names(&["old"]));
        assert_eq!(
            found,
            [
                "functions/chat has no resource Chat in the template",
                "events/old belongs to no function",
                "Search has no folder functions/search",
                "Search has no folder events/search",
                "Search is not built from functions/search",
                "Search: the event Mail is of no kind that the suite knows",
            ]
        );
    }
}
