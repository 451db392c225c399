//! Reports of purges: the parts of a run add up, and the newest are shown first.

use vivier_domain::{ids::RunId, retention::DataKind};
use vivier_store::purge_reports::{self, Part};

use crate::house::{House, days_ago, in_purge};

fn part(run_id: RunId, days: i64, removed: u64, complete: bool) -> Part {
    Part {
        run_id,
        kind: DataKind::Events,
        dry_run: false,
        cutoff: days_ago(days + 90),
        removed,
        held: 3,
        complete,
        finished_at: days_ago(days),
    }
}

#[tokio::test]
async fn parts_add_up() {
    let house = House::open().await;
    let run = RunId::generate();
    for part in [part(run, 2, 5000, false), part(run, 1, 12, true)] {
        in_purge!(house, &house.own, |tx| purge_reports::add(&tx, &part).await.unwrap());
    }
    let reports =
        in_purge!(house, &house.own, |tx| purge_reports::list(&tx, 10, days_ago(400)).await.unwrap());
    assert_eq!(reports.len(), 1);
    let report = &reports[0];
    assert_eq!((report.run_id, report.kind.as_str(), report.removed), (run, "events", 5012));
    assert_eq!((report.held, report.days), (6, 0));
    assert_eq!((report.complete, report.finished_at, report.dry_run), (true, days_ago(1), false));
    assert_eq!(report.cutoff, days_ago(92), "the run's cutoff is its first part's");
}

#[tokio::test]
async fn the_newest_first_and_the_oldest_removed() {
    let house = House::open().await;
    for days in [3, 401, 1, 402, 2] {
        let part = part(RunId::generate(), days, 0, true);
        in_purge!(house, &house.own, |tx| purge_reports::add(&tx, &part).await.unwrap());
    }
    let newest = in_purge!(house, &house.own, |tx| purge_reports::list(&tx, 2, days_ago(400)).await.unwrap());
    let times: Vec<_> = newest.iter().map(|report| report.finished_at).collect();
    assert_eq!(times, [days_ago(1), days_ago(2)]);
    let seen = in_purge!(house, &house.own, |tx| purge_reports::list(&tx, 9, days_ago(400)).await.unwrap());
    assert_eq!(seen.len(), 3, "what is over is shown to nobody, though it is there");
    let cutoff = days_ago(400);
    for expected in [1, 1, 0] {
        let removed = in_purge!(house, &house.own, |tx| purge_reports::purge(&tx, cutoff, 1).await.unwrap());
        assert_eq!(removed, expected);
    }
    let others =
        in_purge!(house, &house.other, |tx| purge_reports::list(&tx, 10, days_ago(400)).await.unwrap());
    assert!(others.is_empty());
}
