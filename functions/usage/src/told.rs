//! What a page may tell.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    event::EventKind,
    ids::{EventId, OfferId},
};
use vivier_runtime::http::{Problem, ProblemKind};

/// The most that one request may tell.
pub const MOST: usize = 20;
/// Nobody chooses from a longer list of suggestions.
const LAST_POSITION: u16 = 50;
/// How old something may be that is told again after a page was offline, and how far its clock may run ahead.
const BEHIND: SignedDuration = SignedDuration::from_hours(24);
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// What happened in a page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PageEvent {
    /// A suggestion was taken.
    SuggestionUsed {
        /// A UUID of version 7, made when it happened. What is told twice with the same id counts once.
        id: Uuid,
        /// Its place among those shown, from 1.
        #[schema(minimum = 1, maximum = 50)]
        position: u16,
    },
    /// Somebody went on to apply for an offer.
    ApplyClicked {
        /// A UUID of version 7, made when it happened. What is told twice with the same id counts once.
        id: Uuid,
        /// Which offer.
        offer_id: Uuid,
    },
}

/// What a page tells at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageEvents {
    /// At most twenty.
    #[schema(min_items = 1, max_items = 20)]
    pub events: Vec<PageEvent>,
}

/// An event that may be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: EventId,
    /// When it happened, as its id says.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

impl PageEvents {
    /// What is counted of it.
    ///
    /// # Errors
    /// Too many or none, and the first thing in each that cannot be so.
    pub fn read(self, now: Timestamp) -> Result<Vec<Told>, Problem> {
        let wrong = |field: String, code: &str| Problem::new(ProblemKind::InvalidBody).field(&field, code);
        if !(1..=MOST).contains(&self.events.len()) {
            return Err(wrong("events".to_owned(), "out-of-range"));
        }
        let read = |(place, event): (usize, PageEvent)| {
            let (id, kind) = match event {
                PageEvent::SuggestionUsed { position, .. } if !(1..=LAST_POSITION).contains(&position) => {
                    return Err(wrong(format!("events[{place}].position"), "out-of-range"));
                }
                PageEvent::SuggestionUsed { id, position } => (id, EventKind::SuggestionUsed { position }),
                PageEvent::ApplyClicked { id, offer_id } => {
                    (id, EventKind::ApplyClicked { offer_id: OfferId::from(offer_id) })
                }
            };
            let at = moment(id).ok_or_else(|| wrong(format!("events[{place}].id"), "invalid"))?;
            let age = now.duration_since(at);
            if age > BEHIND || age < -AHEAD {
                return Err(wrong(format!("events[{place}].id"), "out-of-range"));
            }
            Ok(Told { id: EventId::from(id), at, kind })
        };
        self.events.into_iter().enumerate().map(read).collect()
    }
}

/// When a UUID of version 7 was made (RFC 9562, section 5.7); `None` of another.
fn moment(id: Uuid) -> Option<Timestamp> {
    if id.get_version_num() != 7 {
        return None;
    }
    let (seconds, nanoseconds) = id.get_timestamp()?.to_unix();
    Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanoseconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: &str = "2026-03-01T12:00:00Z";

    fn id(at: &str) -> String {
        let at: Timestamp = at.parse().unwrap();
        let millis = u64::try_from(at.as_millisecond()).unwrap();
        uuid::Builder::from_unix_timestamp_millis(millis, &[7; 10]).into_uuid().to_string()
    }

    fn read(events: &Value) -> Result<Vec<Told>, (String, String)> {
        let body: PageEvents = serde_json::from_value(json!({"events": events})).unwrap();
        body.read(NOW.parse().unwrap()).map_err(|problem| {
            let error = problem.errors.into_iter().next().unwrap();
            (error.field, error.code)
        })
    }

    #[test]
    fn what_happened_when_the_id_says() {
        let (id, offer_id) = (id("2026-03-01T11:59:58.250Z"), OfferId::generate());
        let told = read(&json!([{"kind": "apply_clicked", "id": id, "offer_id": offer_id}])).unwrap();
        assert_eq!(told[0].at.to_string(), "2026-03-01T11:59:58.25Z");
        assert_eq!(told[0].kind, EventKind::ApplyClicked { offer_id });
        assert_eq!(told[0].id.to_string(), id);
    }

    #[test]
    fn what_cannot_be_so() {
        let used =
            |id: &str, position: u16| json!({"kind": "suggestion_used", "id": id, "position": position});
        let good = id(NOW);
        let many: Vec<Value> = (0..21).map(|_| used(&good, 1)).collect();
        for (events, field, code) in [
            (json!([]), "events", "out-of-range"),
            (json!(many), "events", "out-of-range"),
            (json!([used(&good, 1), used(&good, 0)]), "events[1].position", "out-of-range"),
            (json!([used(&good, 51)]), "events[0].position", "out-of-range"),
            (json!([used("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", 1)]), "events[0].id", "invalid"),
            (json!([used(&id("2026-02-28T11:59:59Z"), 1)]), "events[0].id", "out-of-range"),
            (json!([used(&id("2026-03-01T12:05:01Z"), 1)]), "events[0].id", "out-of-range"),
        ] {
            assert_eq!(read(&events), Err((field.to_owned(), code.to_owned())));
        }
        for body in [
            json!({"events": [{"kind": "search", "id": good, "results": 3}]}),
            json!({"events": [{"kind": "apply_clicked", "id": good, "offer_id": good, "name": "Camille"}]}),
            json!({"events": [], "visitor": "Camille"}),
        ] {
            assert!(serde_json::from_value::<PageEvents>(body).is_err());
        }
    }
}
