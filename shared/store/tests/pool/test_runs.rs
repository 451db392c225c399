//! Runs over test questions: one at a time, one worker at a time, each outcome recorded once.

use serde_json::json;
use vivier_domain::{
    ids::{ProjectId, TestQuestionId, TestRunId},
    test_run::{Cause, Edition, TestRunStatus},
};
use vivier_store::{
    test_runs::{self, Lease, NewRun, Outcome},
    test_sets::{self, NewQuestion},
};

use crate::house::{House, days_ago, in_purge, in_tx, now};

const PASSED: &str = "UPDATE test_runs SET lease_until = now() - interval '1 s'";

/// A front office with questions.
async fn project(house: &House, questions: usize) -> ProjectId {
    let project = ProjectId::generate();
    let texts: Vec<String> = (0..questions).map(|number| format!("Question {number} ?")).collect();
    let new = |question| NewQuestion { id: TestQuestionId::generate(), question, document: None };
    let new: Vec<_> = texts.iter().map(String::as_str).map(new).collect();
    let added = in_tx!(house, &house.own, |tx| test_sets::insert(&tx, project, &new, now()).await.unwrap());
    assert_eq!(added.iter().map(|question| question.question.as_str()).collect::<Vec<_>>(), texts);
    project
}

async fn create(house: &House, project: ProjectId, id: TestRunId) -> bool {
    let settings = &json!({"caution": 100});
    let run = NewRun { id, project, cause: Cause::Member, edition: Edition::Published, settings };
    in_tx!(house, &house.own, |tx| test_runs::create(&tx, run, now()).await.unwrap())
}

async fn claim(house: &House) -> Option<Lease> {
    in_tx!(house, &house.own, |tx| test_runs::claim(&tx).await.unwrap().map(|(_, lease)| lease))
}

async fn record(house: &House, lease: Lease, ordinal: u32) -> bool {
    let outcome = Outcome {
        ordinal,
        question: String::new(),
        expected: None,
        place: Some(2),
        answered: Some(true),
        cited: true,
    };
    in_tx!(house, &house.own, |tx| test_runs::record(&tx, lease, &outcome).await.unwrap())
}

#[tokio::test]
async fn one_runs_at_a_time_and_takes_its_questions_with_it() {
    let house = House::open().await;
    let (empty, full) = (ProjectId::generate(), project(&house, 3).await);
    let run = TestRunId::generate();
    assert!(!create(&house, empty, TestRunId::generate()).await, "there is nothing to ask");
    assert!(create(&house, full, run).await);
    assert!(create(&house, full, run).await, "the same request once more");
    assert!(!create(&house, full, TestRunId::generate()).await, "another is unfinished");
    let (found, outcomes) = in_tx!(house, &house.own, |tx| {
        let found = test_runs::fetch(&tx, full, run, days_ago(2)).await.unwrap().unwrap();
        (found, test_runs::list_outcomes(&tx, full, run).await.unwrap())
    });
    assert_eq!((found.status, found.questions, found.asked), (TestRunStatus::Queued, 3, 0));
    assert_eq!(found.settings, json!({"caution": 100}));
    let asked: Vec<_> = outcomes.iter().map(|outcome| outcome.question.as_str()).collect();
    assert_eq!(asked, ["Question 0 ?", "Question 1 ?", "Question 2 ?"]);
}

#[tokio::test]
async fn whoever_lost_the_lease_records_nothing() {
    let house = House::open().await;
    create(&house, project(&house, 2).await, TestRunId::generate()).await;
    let first = claim(&house).await.unwrap();
    assert_eq!(claim(&house).await, None, "somebody works on it");
    house.execute(&house.own, PASSED).await.unwrap();
    let second = claim(&house).await.unwrap();
    assert_eq!((first.attempt, second.attempt), (1, 2));
    assert!(!record(&house, first, 0).await);
    assert!(record(&house, second, 0).await);
    assert!(!record(&house, second, 0).await, "once");
    in_tx!(house, &house.own, |tx| test_runs::release(&tx, first, true).await.unwrap());
    assert_eq!(claim(&house).await, None, "it was not the first one's to give back");
    house.execute(&house.own, PASSED).await.unwrap();
    assert_eq!(claim(&house).await.unwrap().attempt, 2, "it came further in between");
}

#[tokio::test]
async fn a_run_that_was_given_up_has_failed_and_makes_room() {
    let house = House::open().await;
    let (full, run) = (project(&house, 1).await, TestRunId::generate());
    create(&house, full, run).await;
    let lease = claim(&house).await.unwrap();
    in_tx!(house, &house.own, |tx| test_runs::finish(&tx, lease, None, now()).await.unwrap());
    let found =
        in_tx!(house, &house.own, |tx| test_runs::fetch(&tx, full, run, days_ago(2)).await.unwrap().unwrap());
    assert_eq!((found.status, found.figures, found.finished_at), (TestRunStatus::Failed, None, Some(now())));
    assert_eq!(claim(&house).await, None);
    assert!(create(&house, full, TestRunId::generate()).await);
    let over =
        in_tx!(house, &house.own, |tx| test_runs::list(&tx, full, None, 10, days_ago(-1)).await.unwrap());
    assert!(over.is_empty(), "what is over is answered by nothing, though it is there");
    let found =
        in_purge!(house, &house.own, |tx| test_runs::count_before(&tx, days_ago(-1), 10).await.unwrap());
    let removed = in_purge!(house, &house.own, |tx| test_runs::purge(&tx, days_ago(-1), 10).await.unwrap());
    assert_eq!((found, removed), (1, 1));
    let left =
        in_tx!(house, &house.own, |tx| test_runs::list(&tx, full, None, 10, days_ago(2)).await.unwrap());
    assert_eq!(left.len(), 1, "what is unfinished stays");
}
