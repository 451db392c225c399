//! What is sent and what is answered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    ids::SessionId,
    member::Language,
    privacy::{LeftReason, MOST_CONVERSATIONS, PrivacyRequestKind, PrivacyRequestState, PrivacyStore},
    redacted::Redacted,
    settings::tenant::is_address,
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::privacy::{Request, StoreAnswer};

/// The longest note, in characters.
const LONGEST_NOTE: usize = 2_000;

/// What somebody asks for about their own data.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPrivacyRequest {
    /// A copy of all that is kept, a correction, or that all of it goes.
    #[schema(value_type = String, example = "erasure")]
    pub(crate) kind: PrivacyRequestKind,
    /// Whose data.
    #[schema(value_type = String, max_length = 254, example = "camille@example.org")]
    email: Redacted,
    /// What the person is written to in: `fr` or `en`.
    #[schema(value_type = String, example = "fr")]
    pub(crate) language: Language,
    /// Conversations with the chatbot, by their ids: whoever knows one was in it. Nothing else leads from an address to them.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 20)]
    pub(crate) conversations: Vec<SessionId>,
    /// What is to be put right; of corrections only.
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub(crate) note: Option<Redacted>,
}

impl NewPrivacyRequest {
    /// The address in lower case.
    pub(crate) fn check(&self) -> Result<Redacted, Problem> {
        let mut problem = Problem::new(ProblemKind::InvalidBody);
        if !is_address(self.email.expose()) {
            problem = problem.field("email", "invalid");
        }
        if self.conversations.len() > MOST_CONVERSATIONS {
            problem = problem.field("conversations", "too-many");
        }
        let note = self.note.as_ref().map_or(0, |note| note.expose().trim().chars().count());
        match (self.kind, note) {
            (PrivacyRequestKind::Rectification, 0) => problem = problem.field("note", "missing"),
            (PrivacyRequestKind::Rectification, 1..=LONGEST_NOTE) | (_, 0) => {}
            (PrivacyRequestKind::Rectification, _) => problem = problem.field("note", "too-long"),
            (PrivacyRequestKind::Access | PrivacyRequestKind::Erasure, _) => {
                problem = problem.field("note", "not-here");
            }
        }
        if problem.errors.is_empty() {
            Ok(Redacted::new(self.email.expose().to_lowercase()))
        } else {
            Err(problem)
        }
    }
}

/// What a link in a mail carries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivacyToken {
    /// As the link has it.
    #[schema(value_type = String)]
    pub(crate) token: Redacted,
}

/// A link to a copy, with the code that went another way.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CopyToken {
    /// As the link has it.
    #[schema(value_type = String)]
    pub(crate) token: Redacted,
    /// The eight figures that were shown when the request was confirmed, or that a member told.
    #[schema(value_type = String, example = "0123 4567")]
    pub(crate) code: Redacted,
}

/// A request whose address was confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfirmedRequest {
    /// What was asked for.
    #[schema(value_type = String)]
    kind: PrivacyRequestKind,
    /// Until when it is answered.
    due_at: Option<Timestamp>,
    /// What opens the copy, beside the link that is mailed when it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    code: Option<Redacted>,
}

impl ConfirmedRequest {
    pub(crate) fn of(request: &Request, code: Option<String>) -> Self {
        Self { kind: request.kind, due_at: request.due_at, code: code.map(Redacted::new) }
    }
}

/// Where a copy can be fetched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CopyLink {
    /// It works once the address bar has it: a file is fetched.
    pub(crate) url: String,
    /// When it stops.
    pub(crate) expires_at: Timestamp,
}

/// A request as members see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrivacyRequestView {
    /// Its id.
    id: Uuid,
    /// What is asked for.
    #[schema(value_type = String)]
    kind: PrivacyRequestKind,
    /// received, partial or complete.
    #[schema(value_type = String)]
    state: PrivacyRequestState,
    /// Whose data, until it is answered.
    #[schema(value_type = Option<String>)]
    email: Option<Redacted>,
    /// What is to be put right, until it is answered.
    #[schema(value_type = Option<String>)]
    note: Option<Redacted>,
    /// The member who entered it; none where the person asked.
    entered_by: Option<Uuid>,
    /// When it came in.
    received_at: Option<Timestamp>,
    /// Until when it is to be answered.
    due_at: Option<Timestamp>,
    /// When it was answered.
    ended_at: Option<Timestamp>,
    /// Of a copy: until when it can be fetched.
    available_until: Option<Timestamp>,
    /// Of a copy: how often it was.
    downloads: u32,
    /// Of a copy that a member asked for: what opens it, to be told to the person by another way than mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    code: Option<Redacted>,
    /// Of an erasure: what each store answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    stores: Option<Vec<StoreView>>,
}

impl PrivacyRequestView {
    pub(crate) fn of(request: Request) -> Self {
        Self {
            id: request.id.as_uuid(),
            kind: request.kind,
            state: request.state,
            email: request.email,
            note: request.note,
            entered_by: request.entered_by,
            received_at: request.received_at,
            due_at: request.due_at,
            ended_at: request.ended_at,
            available_until: request.available_until,
            downloads: request.downloads,
            code: None,
            stores: None,
        }
    }

    pub(crate) fn with_code(self, code: Option<String>) -> Self {
        Self { code: code.map(Redacted::new), ..self }
    }

    pub(crate) fn with_stores(self, stores: Vec<StoreAnswer>) -> Self {
        Self { stores: Some(stores.into_iter().map(StoreView::of).collect()), ..self }
    }
}

/// What a store answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StoreView {
    /// Which one.
    #[schema(value_type = String)]
    store: PrivacyStore,
    /// How many things were removed from it.
    removed: u64,
    /// Whether a second look found nothing.
    absent: bool,
    /// Why it is not known to be free of the person: unavailable, refused, found or member.
    #[schema(value_type = Option<String>)]
    reason: Option<LeftReason>,
    /// When it was looked at last.
    looked_at: Timestamp,
}

impl StoreView {
    fn of(answer: StoreAnswer) -> Self {
        let StoreAnswer { store, removed, reason, looked_at } = answer;
        Self { store, removed, absent: reason.is_none(), reason, looked_at }
    }
}

/// A page of requests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrivacyRequestPage {
    /// The newest first.
    pub(crate) requests: Vec<PrivacyRequestView>,
    /// For the next page, if there is one.
    pub(crate) next_cursor: Option<String>,
}

/// A receipt of an erasure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptView {
    /// Its place in the ledger.
    pub(crate) seq: u64,
    /// The receipt as it was signed, letter for letter: JSON.
    pub(crate) receipt: String,
    /// SHA-256 of it, base64url.
    #[schema(value_type = String)]
    pub(crate) hash: String,
    /// Ed25519 of it, base64url.
    #[schema(value_type = String)]
    pub(crate) signature: String,
}

/// The ledger of erasures, or a page of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasureLedger {
    /// In order.
    pub(crate) receipts: Vec<ReceiptView>,
    /// What signatures are checked with (Ed25519), base64url.
    pub(crate) public_key: String,
    /// Behind which number the next page begins; none where this is the end.
    pub(crate) next_after: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn checked(body: serde_json::Value) -> Result<String, Vec<(String, String)>> {
        let body: NewPrivacyRequest = serde_json::from_value(body).unwrap();
        body.check()
            .map(|email| email.expose().to_owned())
            .map_err(|problem| problem.errors.into_iter().map(|error| (error.field, error.code)).collect())
    }

    #[test]
    fn what_may_be_asked() {
        let base = |kind: &str| json!({"kind": kind, "email": "Camille@Example.org", "language": "fr"});
        assert_eq!(checked(base("erasure")), Ok("camille@example.org".to_owned()));
        let mut noted = base("rectification");
        assert_eq!(checked(noted.clone()), Err(vec![("note".to_owned(), "missing".to_owned())]));
        noted["note"] = "x".repeat(2_001).into();
        assert_eq!(checked(noted.clone()), Err(vec![("note".to_owned(), "too-long".to_owned())]));
        noted["note"] = "Mon nom".into();
        assert!(checked(noted.clone()).is_ok());
        noted["kind"] = "access".into();
        assert_eq!(checked(noted), Err(vec![("note".to_owned(), "not-here".to_owned())]));
        let mut many = base("access");
        many["email"] = "nobody".into();
        many["conversations"] = json!(vec![Uuid::now_v7(); 21]);
        let codes: Vec<_> = checked(many).unwrap_err().into_iter().map(|(field, _)| field).collect();
        assert_eq!(codes, ["email", "conversations"]);
    }

    #[test]
    fn what_is_sent_does_not_print() {
        let body = json!({"kind": "rectification", "email": "camille@example.org", "language": "fr", "note": "secret"});
        let body: NewPrivacyRequest = serde_json::from_value(body).unwrap();
        let printed = format!("{body:?}");
        assert!(!printed.contains("camille") && !printed.contains("secret"), "{printed}");
    }
}
