//! The operators' view (K8.3): every alarm tells somebody, says what silence means, and has its page; every page has its alarm; and every
//! function is watched.

use serde_json::Value;

use super::{functions, model::resources, monitoring, template};
use crate::{nothing_wrong, workspace};

const FILE: &str = "infra/monitoring.yaml";
const PAGES: &str = "infra/runbooks";
/// What a page says, in this order.
const PARTS: [&str; 3] = ["## What it means", "## Look at", "## Do"];
/// Whoever is woken has no time for more words.
const LONGEST: usize = 300;

/// An alarm's page: the last word of its description, as `infra/runbooks/errors.md`.
fn page(alarm: &Value) -> Option<&str> {
    let last = alarm["AlarmDescription"].as_str()?.split_whitespace().last()?;
    last.strip_prefix(PAGES)?.strip_prefix('/')?.strip_suffix(".md")
}

fn alarms(monitoring: &Value, pages: &[(String, String)], functions: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let (mut named, mut watched) = (Vec::new(), Vec::new());
    for (logical, alarm) in resources(monitoring, "AWS::CloudWatch::Alarm") {
        let name = alarm["AlarmName"]["Fn::Sub"].as_str().unwrap_or_default();
        let short = name.strip_prefix("vivier-${Stage}-").unwrap_or_default();
        match page(alarm) {
            Some(page) if pages.iter().any(|(known, _)| known == page) => {
                if short != page && !short.starts_with(&format!("{page}-")) {
                    found.push(format!("{logical}: is called {short}, and its page {page}"));
                }
                named.push(page.to_owned());
            }
            page => found.push(format!("{logical}: has no page, {page:?}")),
        }
        if alarm["AlarmActions"][0]["Ref"] != "AlarmTopic" || alarm["OKActions"][0]["Ref"] != "AlarmTopic" {
            found.push(format!("{logical}: tells nobody that it goes off, or ends"));
        }
        if alarm["TreatMissingData"].is_null() {
            found.push(format!("{logical}: does not say what it means that there is no figure"));
        }
        watched.extend(short.strip_prefix("errors-").map(str::to_owned));
    }
    for function in functions.iter().filter(|function| !watched.contains(function)) {
        found.push(format!("{function}: nobody is told when it fails"));
    }
    for function in watched.iter().filter(|function| !functions.contains(function)) {
        found.push(format!("errors-{function} is an alarm of no function"));
    }
    for (name, text) in pages {
        if !named.contains(name) {
            found.push(format!("{PAGES}/{name}.md: is the page of no alarm"));
        }
        let places: Vec<_> = PARTS.iter().map(|part| text.find(&format!("\n{part}\n"))).collect();
        if places.iter().any(Option::is_none) || !places.is_sorted() {
            found.push(format!("{PAGES}/{name}.md: does not say {}", PARTS.join(", ")));
        }
        let words = text.split_whitespace().count();
        if words > LONGEST {
            found.push(format!("{PAGES}/{name}.md: has {words} words"));
        }
    }
    found
}

/// What the dashboard's body says, once the template's names are in it.
fn dashboard(monitoring: &Value) -> Vec<String> {
    let body = monitoring["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str();
    let read: Value = serde_json::from_str(body.unwrap_or_default()).unwrap_or_default();
    let widgets = read["widgets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found = Vec::new();
    if widgets.is_empty() {
        found.push(format!("{FILE}: the dashboard shows nothing"));
    }
    let shown = read.to_string();
    for (logical, alarm) in resources(monitoring, "AWS::CloudWatch::Alarm") {
        let metric = alarm["MetricName"].as_str().unwrap_or_default();
        // How busy the processor is, RDS has pages of its own for.
        if metric != "CPUUtilization" && !shown.contains(metric) {
            found.push(format!("{logical}: the dashboard does not show {metric}"));
        }
    }
    found
}

#[test]
fn every_alarm_has_its_page_and_every_function_its_alarm() {
    let monitoring = monitoring();
    let files = workspace::files(PAGES, &["md"]);
    let name =
        |file: &str| file.trim_start_matches(PAGES).trim_matches('/').trim_end_matches(".md").to_owned();
    let pages: Vec<_> = files.iter().map(|file| (name(file), workspace::read(file))).collect();
    let functions: Vec<_> = functions(&template()).iter().map(super::Function::name).collect();
    nothing_wrong(&alarms(&monitoring, &pages, &functions));
    nothing_wrong(&dashboard(&monitoring));
}

#[test]
fn the_template_brings_the_view() {
    let template = template();
    let stack = &template["Resources"]["Monitoring"];
    assert_eq!(
        (&stack["Type"], &stack["Properties"]["TemplateURL"]),
        (&"AWS::CloudFormation::Stack".into(), &FILE.into())
    );
    let asked = monitoring()["Parameters"].as_object().expect("it has parameters").clone();
    let given = stack["Properties"]["Parameters"].as_object().expect("it is given parameters");
    nothing_wrong(&asked.keys().filter(|name| !given.contains_key(*name)).cloned().collect::<Vec<_>>());
}

mod would_notice {
    use super::*;
    use crate::template::sample;

    #[test]
    fn an_alarm_that_nobody_can_act_on() {
        let alarm = |name: &str, page: &str, more: &str| {
            sample(&format!(
                "  A:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      AlarmName: !Sub \"vivier-${{Stage}}-{name}\"\n      \
                 AlarmDescription: It is. Runbook infra/runbooks/{page}.md\n{more}"
            ))
        };
        let told = "      AlarmActions: [!Ref AlarmTopic]\n      OKActions: [!Ref AlarmTopic]\n      TreatMissingData: breaching\n";
        let text = "# a\n\n## What it means\n\n## Look at\n\n## Do\n".to_owned();
        let good = [("errors".to_owned(), text.clone())];
        let function = ["search".to_owned()];
        assert_eq!(alarms(&alarm("errors-search", "errors", told), &good, &function), Vec::<String>::new());
        for (template, pages, functions, sentence) in [
            (alarm("errors-search", "gone", told), good.to_vec(), &function[..], "A: has no page"),
            (alarm("load", "errors", told), good.to_vec(), &[], "A: is called load"),
            (alarm("errors-search", "errors", ""), good.to_vec(), &function, "A: tells nobody"),
            (alarm("errors-search", "errors", ""), good.to_vec(), &function, "A: does not say what"),
            (alarm("errors-chat", "errors", told), good.to_vec(), &function, "search: nobody is told"),
            (alarm("errors-chat", "errors", told), good.to_vec(), &function, "errors-chat is an alarm of no"),
            (
                alarm("errors-search", "errors", told),
                vec![good[0].clone(), ("old".to_owned(), text)],
                &function,
                "old.md: is the page of no alarm",
            ),
            (
                alarm("errors-search", "errors", told),
                vec![("errors".to_owned(), "# a".to_owned())],
                &function,
                "errors.md: does not say",
            ),
        ] {
            let found = alarms(&template, &pages, functions);
            assert!(found.iter().any(|line| line.contains(sentence)), "{sentence}: {found:?}");
        }
    }

    #[test]
    fn a_dashboard_without_the_figure_of_an_alarm() {
        let template = sample(
            "  A:\n    Type: AWS::CloudWatch::Alarm\n    Properties: { MetricName: Errors }\n  \
             Dashboard:\n    Type: AWS::CloudWatch::Dashboard\n    Properties: { DashboardBody: !Sub '{\"widgets\": [{\"a\": \"Lag\"}]}' }\n",
        );
        assert_eq!(dashboard(&template), ["A: the dashboard does not show Errors"]);
    }
}
