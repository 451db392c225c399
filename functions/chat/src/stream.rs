//! A reply as server-sent events: what is being done, then the quotations, then the text sentence by sentence, and at the end
//! the very object that the route without streaming answers. An error after the beginning is an event as well.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures_util::stream::poll_fn;
use http::{HeaderValue, header};
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc;
use tracing::Instrument;
use utoipa::ToSchema;
use vivier_runtime::http::{Problem, ProblemKind};

use crate::view::Answered;

/// Events that wait for a slow reader; then whoever makes them waits.
const MOST_WAITING: usize = 16;

/// One of the events that a reply comes as.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplyEvent {
    /// `status`, `citation`, `text`, `related`, `done` or `error`.
    event: String,
    /// JSON, which has no line breaks.
    data: String,
}

impl ReplyEvent {
    /// On the wire.
    fn bytes(&self) -> Bytes {
        let Self { event, data } = self;
        Bytes::from(format!("event: {event}\ndata: {data}\n\n"))
    }
}

fn event(name: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    ReplyEvent { event: name.to_owned(), data }.bytes()
}

/// Everything that follows the status: made of what was stored, so that the parts and the whole are of one reply.
fn events(answered: &Answered) -> Vec<Bytes> {
    let listed = |name: &str| answered.answer[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let citations = listed("citations").iter().map(|citation| event("citation", citation));
    let text = answered.answer["text"].as_str().unwrap_or_default();
    let texts = pieces(text).into_iter().map(|delta| event("text", &json!({"delta": delta})));
    let related = listed("related").iter().map(|citation| event("related", citation));
    citations.chain(texts).chain(related).chain([event("done", answered)]).collect()
}

/// The text, sentence by sentence; together they are all of it, white space too.
fn pieces(text: &str) -> Vec<&str> {
    let ends = vivier_text::sentences(text).into_iter().map(|span| span.end);
    let mut start = 0;
    let mut pieces: Vec<&str> = Vec::new();
    for end in ends {
        pieces.push(&text[start..end]);
        start = end;
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// What a finished piece of work gives to the stream.
pub(crate) type Finished = Result<Answered, Problem>;

/// Sends a status at once, does the work, and sends what came of it.
pub(crate) fn stream(work: impl Future<Output = Finished> + Send + 'static) -> Response {
    let (sender, mut receiver) = mpsc::channel::<Bytes>(MOST_WAITING);
    tokio::spawn(
        async move {
            // Whoever has gone away reads nothing more; what was asked is answered and stored all the same.
            let _ = sender.send(event("status", &json!({"state": "searching"}))).await;
            // A task of its own: a panic in it is an event of this stream, and not its end without a word.
            let finished = tokio::spawn(work.in_current_span()).await.unwrap_or_else(|_| {
                tracing::error!("a streamed reply panicked");
                Err(Problem::new(ProblemKind::Internal))
            });
            let events = match finished {
                Ok(answered) => events(&answered),
                Err(problem) => vec![event("error", &problem)],
            };
            for event in events {
                if sender.send(event).await.is_err() {
                    return;
                }
            }
        }
        .in_current_span(),
    );
    respond(Body::from_stream(poll_fn(move |context| {
        receiver.poll_recv(context).map(|event| event.map(Ok::<_, Infallible>))
    })))
}

/// The same events of work that is done.
pub(crate) fn whole(answered: &Answered) -> Response {
    let status = event("status", &json!({"state": "searching"}));
    respond(Body::from([vec![status], events(answered)].concat().concat()))
}

fn respond(body: Body) -> Response {
    let mut response = body.into_response();
    let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::{Reply, ReplyKind};
    use uuid::Uuid;
    use vivier_text::Language;

    async fn read(response: Response) -> Vec<(String, serde_json::Value)> {
        let bytes = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let read = |event: &str| {
            let (name, data) = event.strip_prefix("event: ").unwrap().split_once("\ndata: ").unwrap();
            (name.to_owned(), serde_json::from_str(data).unwrap())
        };
        text.split_terminator("\n\n").map(read).collect()
    }

    fn reply(text: &str) -> Answered {
        let reply = Reply::of(ReplyKind::Extract, Language::Fr, text);
        Answered { message_id: Uuid::nil(), answer: serde_json::to_value(&reply).unwrap() }
    }

    #[tokio::test]
    async fn nothing_of_a_reply_is_lost() {
        for text in ["Une phrase. Une autre !\nEt une ligne.", "Sans point", "  bords  ", ""] {
            let streamed = read(stream(async move { Ok(reply(text)) })).await;
            let answered = reply(text);
            assert_eq!(streamed, read(whole(&answered)).await, "{text}");
            let said: String = streamed
                .iter()
                .filter(|(name, _)| name == "text")
                .map(|(_, data)| data["delta"].as_str().unwrap())
                .collect();
            assert_eq!(said, text);
            assert_eq!(streamed[0].0, "status");
            assert_eq!(
                streamed.last().unwrap(),
                &("done".to_owned(), serde_json::to_value(&answered).unwrap())
            );
        }
    }

    #[tokio::test]
    async fn an_error_after_the_beginning_is_an_event() {
        let unavailable = stream(async { Err(Problem::new(ProblemKind::Unavailable)) });
        let panicked = stream(async { panic!("on purpose") });
        for (response, status) in [(unavailable, 503), (panicked, 500)] {
            let events = read(response).await;
            assert_eq!(
                (events.len(), events[1].0.as_str(), &events[1].1["status"]),
                (2, "error", &json!(status))
            );
        }
    }
}
