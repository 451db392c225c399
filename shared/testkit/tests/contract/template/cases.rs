//! Whatever can be reached from outside has an end-to-end test in which one tenant tries another's things.
//! `infra/e2e/cases.toml` registers it:
//!
//! ```toml
//! [[case]]
//! function = "search"
//! trigger = "GET /v1/offers/{id}"        # or "stream", "file", "schedule"
//! test = "test_isolation.py::test_offer_of_other_tenant"
//! ```

use std::collections::BTreeMap;

use toml::Table;

use super::{Function, functions, template};
use crate::{nothing_wrong, workspace};

const REGISTER: &str = "infra/e2e/cases.toml";

/// `functions` of the template, the register, and the text of each test file by its name.
fn wrong(functions: &[Function], register: &Table, tests: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut wanted = Vec::new();
    for function in functions {
        wanted.extend(function.known().map(|trigger| (function.name(), trigger.written().to_owned())));
    }
    let mut registered = Vec::new();
    for case in register.get("case").and_then(|cases| cases.as_array()).into_iter().flatten() {
        let field = |name: &str| case.get(name).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
        let key = (field("function"), field("trigger"));
        if !wanted.contains(&key) {
            found.push(format!("{REGISTER}: {} has no trigger `{}`", key.0, key.1));
        }
        if !exists(&field("test"), tests) {
            found.push(format!("{REGISTER}: there is no test `{}`", field("test")));
        }
        registered.push(key);
    }
    for (function, trigger) in wanted.iter().filter(|key| !registered.contains(key)) {
        found.push(format!("{function}: `{trigger}` has no cross-tenant case in {REGISTER}"));
    }
    found
}

/// Whether `file.py::test_name`, or `file.py::TestClass::test_name`, is defined; `[…]`, a parameter of pytest's, may follow.
fn exists(test: &str, tests: &BTreeMap<String, String>) -> bool {
    let parts: Vec<&str> = test.split('[').next().unwrap_or_default().split("::").collect();
    let (file, class, name) = match parts[..] {
        [file, name] => (file, None, name),
        [file, class, name] => (file, Some(format!("class {class}")), name),
        _ => return false,
    };
    let Some(text) = tests.get(file) else { return false };
    let defines = |beginning: &str| {
        text.lines()
            .filter_map(|line| line.trim_start().strip_prefix(beginning))
            .any(|rest| rest.starts_with(['(', ':']))
    };
    name.starts_with("test_") && defines(&format!("def {name}")) && class.is_none_or(|class| defines(&class))
}

#[test]
fn every_trigger_has_its_cross_tenant_case() {
    let register = workspace::read(REGISTER).parse().unwrap_or_else(|error| panic!("{REGISTER}: {error}"));
    let files = workspace::files("infra/e2e", &["py"]);
    let name = |file: &String| file.trim_start_matches("infra/e2e/").to_owned();
    let tests = files.iter().map(|file| (name(file), workspace::read(file))).collect();
    nothing_wrong(&wrong(&functions(&template()), &register, &tests));
}

mod would_notice {
    use super::*;
    use crate::template::sample;

    fn check(register: &str) -> Vec<String> {
        let template = sample(
            "  Search:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n        \
             Fetch: { Type: Api, Properties: { Path: \"/v1/offers/{id}\", Method: get } }\n        \
             Daily: { Type: Schedule, Properties: { Schedule: rate(1 day) } }\n",
        );
        let tests = BTreeMap::from([("test_a.py".to_owned(), "def test_one(stack):\n    pass\n".to_owned())]);
        wrong(&functions(&template), &register.parse().expect("a register"), &tests)
    }

    const GOOD: &str = "[[case]]\nfunction = \"search\"\ntrigger = \"GET /v1/offers/{id}\"\ntest = \"test_a.py::test_one\"\n\
        [[case]]\nfunction = \"search\"\ntrigger = \"schedule\"\ntest = \"test_a.py::test_one\"\n";

    #[test]
    fn a_trigger_without_a_case() {
        assert_eq!(
            check(""),
            [
                "search: `schedule` has no cross-tenant case in infra/e2e/cases.toml",
                "search: `GET /v1/offers/{id}` has no cross-tenant case in infra/e2e/cases.toml",
            ]
        );
        assert_eq!(check(GOOD), Vec::<String>::new());
    }

    #[test]
    fn a_test_in_a_class_or_with_a_parameter() {
        let text = "class TestA:\n    def test_one(self):\n        pass\n".to_owned();
        let tests = BTreeMap::from([("test_a.py".to_owned(), text)]);
        for (test, there) in [
            ("test_a.py::TestA::test_one", true),
            ("test_a.py::TestA::test_one[GET-/v1/offers/{id}]", true),
            ("test_a.py::TestB::test_one", false),
            ("test_a.py::TestA::test_on", false),
            ("test_b.py::TestA::test_one", false),
            ("test_a.py", false),
            ("", false),
        ] {
            assert_eq!(exists(test, &tests), there, "{test}");
        }
    }

    #[test]
    fn a_case_of_nothing_and_a_test_that_is_not_there() {
        let found = check(&GOOD.replace("\"schedule\"", "\"stream\"").replacen("test_one", "test_gone", 1));
        for sentence in
            ["there is no test `test_a.py::test_gone`", "search has no trigger `stream`", "`schedule` has no"]
        {
            assert!(found.iter().any(|line| line.contains(sentence)), "{sentence}: {found:?}");
        }
    }
}
