//! Many files announced in one request, uploaded one after the other, and waited for together.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{DOCUMENTS, Patience};
use crate::{api::Api, failure::Failure, plan::Call};

/// Between two looks at how far they have come.
const PAUSE: Duration = Duration::from_secs(1);

/// Announces and uploads files; what became of each, in their order. One that was refused is told of with its problem.
pub(super) async fn send(
    api: &Api,
    files: Vec<(Value, Vec<u8>)>,
    patience: &Patience,
) -> Result<Vec<Value>, Failure> {
    let (bodies, contents): (Vec<_>, Vec<_>) = files.into_iter().unzip();
    let names: Vec<Value> = bodies.iter().map(|body| body["name"].clone()).collect();
    let path = format!("{DOCUMENTS}/batches");
    let answer = api.send(&Call::post(path.as_str(), json!({"documents": bodies})), None).await?.body;
    let answers = answer["documents"].as_array().cloned().unwrap_or_default();
    for (number, (answer, content)) in answers.iter().zip(contents).enumerate() {
        if !answer["announced"].is_null() {
            api.upload(&answer["announced"]["upload"], content).await?;
            eprintln!("{} of {} files sent", number + 1, answers.len());
        }
    }
    let batch = answer["batch_id"].as_str().unwrap_or_default();
    if patience.wait {
        wait(api, &format!("{path}/{batch}"), patience.timeout).await?;
    }
    let listed = Call::list(DOCUMENTS, "documents", None).with("batch", Some(batch));
    let found = api.carry_out(&listed).await?;
    let documents = found["documents"].as_array().cloned().unwrap_or_default();
    let of = |answer: &Value| {
        let id = &answer["announced"]["document_id"];
        documents.iter().find(|document| document["document_id"] == *id).cloned()
    };
    let outcomes = answers.iter().zip(names).map(|(answer, name)| {
        of(answer).unwrap_or_else(
            || json!({"name": name, "status": "refused", "reason": answer["refused"]["title"], "refused": answer["refused"]}),
        )
    });
    Ok(outcomes.collect())
}

/// Says how far a batch has come until nothing more is done on it, or nothing was for so many seconds.
async fn wait(api: &Api, path: &str, seconds: u64) -> Result<(), Failure> {
    let (mut told, mut since) = (String::new(), Instant::now());
    loop {
        let batch = api.send(&Call::get(path), None).await?.body;
        let now = progress(&batch);
        if now != told {
            eprintln!("{now}");
            (told, since) = (now, Instant::now());
        }
        if batch["finished"] == true {
            return Ok(());
        }
        if since.elapsed() >= Duration::from_secs(seconds) {
            return Err(Failure::Unreachable(format!("Nothing was done for {seconds} s; it goes on.")));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn progress(batch: &Value) -> String {
    let count = |status: &str| batch["statuses"][status].as_u64().unwrap_or_default();
    let done = count("ready") + count("failed") + count("needs_ocr");
    format!(
        "{done} of {} documents, {} of {} pages",
        batch["announced"], batch["pages"]["done"], batch["pages"]["total"]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_counts_what_is_over() {
        let batch = json!({
            "announced": 4, "statuses": {"ready": 1, "failed": 1, "needs_ocr": 1, "embedding": 1},
            "pages": {"done": 7, "total": 12},
        });
        assert_eq!(progress(&batch), "3 of 4 documents, 7 of 12 pages");
    }
}
