//! What is said to a candidate's words: a person's silence, small talk, offers, or what the documents say.

use std::sync::Arc;

use serde_json::{Value, json};
use vivier_answers::{
    question::Question,
    retrieve::{self, AnswerError, Library},
    smalltalk, turns, wish,
};
use vivier_domain::{
    conversation::ConversationStatus,
    settings::{ProjectSettings, chat::AnswerMode},
};
use vivier_runtime::{
    http::{Problem, ProblemKind},
    telemetry,
};
use vivier_store::conversations::{Message, Session};
use vivier_tenancy::TenantScope;
use vivier_text::{Language, language};

use crate::{
    App, offers,
    reply::{Reply, ReplyKind},
    spoken::spoken,
    texts, written,
};

/// A reply and how it came about.
#[derive(Debug, Clone)]
pub(crate) struct Responded {
    pub(crate) reply: Reply,
    /// How many offers there were in all, where it is one of offers.
    pub(crate) found: u64,
    /// What a member may look at later.
    pub(crate) trace: Value,
}

impl Responded {
    fn plain(reply: Reply) -> Self {
        let trace = json!({"kind": reply.kind});
        Self { reply, found: 0, trace }
    }

    /// A person answers: the chatbot is silent.
    pub(crate) fn waiting(asked: &str) -> Self {
        let language = language::detect(asked);
        Self::plain(Reply::of(ReplyKind::Waiting, language, texts::waiting(language)))
    }
}

/// Everything that a reply is made from.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) settings: Arc<ProjectSettings>,
    pub(crate) session: &'a Session,
    /// What was asked.
    pub(crate) question: Question,
    /// The exchanges before, in order, as far as they may matter.
    pub(crate) before: &'a [Message],
}

/// Replies to a question.
pub(crate) async fn respond(app: &App, scope: &TenantScope, asked: Asked<'_>) -> Result<Responded, Problem> {
    let Asked { settings, session, question, before } = asked;
    let text = question.text.clone();
    if session.status == ConversationStatus::Paused {
        return Ok(Responded::waiting(&text));
    }
    if let Some((talk, language)) = smalltalk::recognise(&text) {
        let said = texts::small_talk(talk, language)
            .map_or_else(|| spoken(&settings, language).welcome, str::to_owned);
        return Ok(Responded::plain(Reply::of(ReplyKind::SmallTalk, language, said)));
    }
    if settings.chat.offers
        && let Some(wish) = wish::read(&text)
    {
        let trace = json!({
            "kind": ReplyKind::Offers, "words": wish.words, "place": wish.place, "contract": wish.contract,
        });
        let (reply, found) = offers::reply(app, scope, wish, question.language).await?;
        return Ok(Responded { reply, found, trace });
    }
    of_documents(app, scope, &settings, session, question, before).await
}

async fn of_documents(
    app: &App,
    scope: &TenantScope,
    settings: &ProjectSettings,
    session: &Session,
    question: Question,
    before: &[Message],
) -> Result<Responded, Problem> {
    let language = question.language;
    let whole = whole(before, question);
    let asked = whole.text.clone();
    let library = Library { tenancy: &app.tenancy, embedder: &app.embedder, scope, project: scope.project() };
    let answered = retrieve::answer(library, whole, &settings.chat).await.map_err(problem)?;
    let mut reply = Reply::from(answered.answer);
    // The sentence is said in the language of what was asked, whatever it was made whole with.
    reply.language = language.tag();
    write(app, scope, settings, &asked, &mut reply).await;
    if reply.kind == ReplyKind::Unknown {
        reply.text = spoken(settings, language).fallback;
        reply.hand_over = settings.chat.hand_over && session.status == ConversationStatus::Open;
    }
    let trace = json!({"kind": reply.kind, "question": asked, "retrieval": answered.trace});
    Ok(Responded { reply, found: 0, trace })
}

/// What a candidate is told where no answer could be computed.
fn problem(error: AnswerError) -> Problem {
    if let AnswerError::Tenancy(error) = error {
        return error.into();
    }
    tracing::error!(error = telemetry::chain(&error), "an answer could not be computed");
    Problem::new(ProblemKind::Internal)
}

/// Puts a model's words in the place of the documents', where the tenant chose so and they are covered. A model reads: what
/// merely is related may be an answer to it.
async fn write(
    app: &App,
    scope: &TenantScope,
    settings: &ProjectSettings,
    question: &str,
    reply: &mut Reply,
) {
    let Some(model) = settings.chat.model.as_deref().filter(|_| settings.chat.answers == AnswerMode::Written)
    else {
        return;
    };
    let models = app.tenancy.models(scope);
    let passages = if reply.kind == ReplyKind::Extract { &reply.citations } else { &reply.related };
    if let Some(written) = written::write(&models, model, question, passages).await {
        (reply.kind, reply.text, reply.citations) = (ReplyKind::Written, written.text, written.citations);
        reply.related.clear();
    }
}

/// The question with what the ones before it say of its subject.
fn whole(before: &[Message], question: Question) -> Question {
    let mut said: Vec<&str> = before
        .iter()
        .filter_map(|message| message.asked())
        .map(vivier_domain::redacted::Redacted::expose)
        .filter(|text| smalltalk::recognise(text).is_none())
        .collect();
    said.push(&question.text);
    let whole = turns::whole(&said);
    if whole == question.text {
        return question;
    }
    let language: Language = question.language;
    Question::read(&whole).map_or(question, |whole| Question { language, ..whole })
}
