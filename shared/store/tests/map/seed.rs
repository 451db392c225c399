//! Some of every kind of item, written as it is written in earnest.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vivier_domain::{
    conversation::{ConversationStatus, Rating},
    entrance::Entrance,
    ids::{KeyId, MessageId, PrivacyRequestId, ProjectId, SessionId, TaskId},
    member::{Language, Member, MemberState},
    opaque::Opaque,
    privacy::SignedReceipt,
    project::Project,
    redacted::Redacted,
    role::Roles,
    settings::{ProjectSettings, SenderDomain},
    task::{Recurrence, TaskKind, Timing},
    tenant::{Slug, TenantKind},
};
use vivier_store::{
    conversations::{self, Author, Feedback, Message, Session, erasures, resume},
    keys::{self, Cabinet, Terms},
    settings,
};
use vivier_tenancy::{
    Tenancy, TenantScope,
    registry::{Door, Tenant},
    rooms::{
        attempts::{Admission, AttemptKey, Limit},
        conversations::Item,
        limits::{Asker, Minute},
        people::door_name,
        records::{Change, Place, RecordKey},
        requests::Claimed,
        salts,
        sessions::{Challenge, NewSession},
        tasks::{Begun, Wanted},
    },
};
use vivier_testkit::{legal, scope};

/// What was written, and all that it takes to remove it.
pub(crate) struct Seeded {
    scope: TenantScope,
    /// Partition keys of its own.
    pub(crate) partitions: Vec<String>,
    tenants: [Tenant; 2],
    attempt: AttemptKey,
}

impl Seeded {
    /// Writes it. The tenants stay as they are while they are made: no schedule looks at them.
    pub(crate) async fn write(tenancy: &Tenancy, now: Timestamp) -> Self {
        let tenants = register(tenancy, now).await;
        let scope = scope::platform().lend(&tenants[0]);
        let (member, project) = (Uuid::now_v7().to_string(), ProjectId::generate());
        let attempt = AttemptKey::account(&format!("{member}@nobody.example"));
        doors(tenancy, &scope, &member, project).await;
        records(tenancy, &scope, &member, project, now).await;
        sessions(tenancy, &scope, &member, now).await;
        attempts(tenancy, &attempt, now).await;
        requests(tenancy, &scope, now).await;
        ledger(tenancy, &scope).await;
        tasks(tenancy, &scope).await;
        let partitions = vec![format!("tenant#{}", scope.tenant()), attempt.clone().into_text()];
        Self { scope, partitions, tenants, attempt }
    }

    pub(crate) async fn remove(self, tenancy: &Tenancy) {
        let (platform, scope) = (scope::platform(), &self.scope);
        let provisioning = tenancy.provisioning(&platform).unwrap();
        provisioning.drop_partitions(scope).await.unwrap();
        tenancy.own_tasks(scope).unwrap().clear().await.unwrap();
        tenancy.records(scope).unwrap().clear().await.unwrap();
        tenancy.attempts().unwrap().clear(&self.attempt).await.unwrap();
        for tenant in self.tenants.iter().rev() {
            tenancy.registry().unwrap().forget(&platform, tenant).await.unwrap();
        }
    }
}

/// A tenant and its test environment.
async fn register(tenancy: &Tenancy, now: Timestamp) -> [Tenant; 2] {
    let (registry, platform) = (tenancy.registry().unwrap(), scope::platform());
    let slug = || Slug::try_from(format!("t{}", Uuid::now_v7().simple())).unwrap();
    let own = registry.register(&platform, &slug(), "T", TenantKind::Production, None, now).await.unwrap();
    let test = registry.register(&platform, &slug(), "T", TenantKind::Test, Some(own.id), now).await.unwrap();
    [own, test]
}

async fn doors(tenancy: &Tenancy, scope: &TenantScope, member: &str, project: ProjectId) {
    let registry = tenancy.registry().unwrap();
    let host = Door::Host(format!("{member}.example"));
    registry.hang(scope, "host#first", &host, Some(&Entrance::to(project))).await.unwrap();
    registry.hang(scope, &door_name(member), &Door::Member(member.to_owned()), None).await.unwrap();
}

async fn records(tenancy: &Tenancy, scope: &TenantScope, member: &str, project: ProjectId, now: Timestamp) {
    let (records, registry) = (tenancy.records(scope).unwrap(), tenancy.registry().unwrap());
    let person = Member {
        state: MemberState::Active,
        grants: std::collections::BTreeMap::new(),
        language: Language::Fr,
        created_at: now,
        invited_at: now,
        sessions_from: now,
    };
    let domains = vec![SenderDomain::try_from("acme.example".to_owned()).unwrap()];
    let changes = [
        Change::put(&RecordKey::member(member), None, &person),
        Change::put(&RecordKey::people(), None, &()),
        Change::put(&RecordKey::roles(), None, &Roles::default()),
        Change::put(&RecordKey::senders(), None, &domains),
        Change::put(&RecordKey::project(project), None, &Project::first(project, "P", now)),
    ];
    records.change(&changes.map(Result::unwrap)).await.unwrap();
    let cabinet = Cabinet { registry: &registry, records: &records, project };
    let terms = Terms { name: "K".to_owned(), ..Terms::default() };
    keys::create(&cabinet, KeyId::generate(), terms, now).await.unwrap();

    let place = Place::Project(project);
    let named = |name: &str| ProjectSettings {
        name: Some(name.to_owned()),
        privacy: legal::privacy(),
        ..ProjectSettings::default()
    };
    for name in ["first", "second"] {
        let seen = settings::fetch(&records, place).await.unwrap();
        let state = settings::put_draft(&records, seen, named(name), member, now).await.unwrap();
        settings::publish(&records, &state, member, now).await.unwrap();
    }
    let first = settings::version::<ProjectSettings>(&records, place, 1).await.unwrap().unwrap();
    let seen = settings::fetch(&records, place).await.unwrap();
    settings::rollback(&records, &seen, &first, member, now).await.unwrap();
    let seen = settings::fetch(&records, place).await.unwrap();
    settings::put_draft(&records, seen, named("third"), member, now).await.unwrap();
}

async fn sessions(tenancy: &Tenancy, scope: &TenantScope, member: &str, now: Timestamp) {
    let own = tenancy.sessions().unwrap().of(scope);
    let new = NewSession {
        member,
        created_at: now,
        ends_at: now + SignedDuration::from_hours(12),
        idle: SignedDuration::from_mins(60),
        now,
    };
    own.create(&new, &"secret").await.unwrap();
    let challenge = Challenge { member, lifetime: SignedDuration::from_mins(5), secrets: &"secret" };
    own.challenge(&challenge, now).await.unwrap();
    own.reset(member, now).await.unwrap();
    tenancy.salts().unwrap().of(salts::day(now)).await.unwrap();
}

async fn attempts(tenancy: &Tenancy, key: &AttemptKey, now: Timestamp) {
    let (attempts, limit) = (tenancy.attempts().unwrap(), Limit { delay_from: 1, lock_at: 10 });
    let Admission::Admitted(failures) = attempts.begin(key, limit, now).await.unwrap() else {
        panic!("the first attempt is looked at")
    };
    attempts.fail(key, limit, failures, now).await.unwrap();
}

async fn requests(tenancy: &Tenancy, scope: &TenantScope, now: Timestamp) {
    let requests = tenancy.requests(scope).unwrap();
    for answered in [true, false] {
        let claimed = requests.claim(Uuid::now_v7(), "caller", b"request", now).await.unwrap();
        let Claimed::Begun(claim) = claimed else { panic!("a new request is carried out") };
        if answered {
            requests.keep(&claim, b"answer").await.unwrap();
        }
    }
    let (limits, key) = (tenancy.limits(scope).unwrap(), KeyId::generate());
    limits.add(key, Minute::of(now), 1).await.unwrap();
    limits.ask(&Asker::key(key), now).await.unwrap();
}

/// Long from now: the stack's own schedules find nothing of this due.
async fn ledger(tenancy: &Tenancy, scope: &TenantScope) {
    let receipt =
        SignedReceipt { receipt: "{}".to_owned(), hash: Opaque([0; 32]), signature: Opaque([0; 64]) };
    tenancy.ledger(scope).unwrap().append(1, PrivacyRequestId::generate(), &receipt).await.unwrap();
}

async fn tasks(tenancy: &Tenancy, scope: &TenantScope) {
    let at = |days: i64| {
        "2096-01-15T10:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * days)
    };
    let tasks = tenancy.own_tasks(scope).unwrap();
    let timing = Timing::new(Recurrence::Day { hour: 8, minute: 0 }, "Europe/Paris").unwrap();
    let mut approved = Vec::new();
    for _ in 0..4 {
        let wanted = Wanted {
            id: TaskId::generate(),
            kind: TaskKind::Report,
            what: "figures",
            terms: "",
            timing: &timing,
        };
        let entered = tasks.register(&wanted, at(-2)).await.unwrap();
        tasks.decide(&scope::platform(), &entered, true, at(-2)).await.unwrap().unwrap();
        approved.push(wanted.id);
    }
    assert!(tasks.ask(approved[0], at(0)).await.unwrap());
    // One under way, one that failed, one that was done.
    for (id, ending) in [(approved[1], None), (approved[2], Some(Some("failed"))), (approved[3], Some(None))]
    {
        let Begun::Begun(lease) = tasks.begin(id, at(0)).await.unwrap() else { panic!("it is due") };
        if let Some(failure) = ending {
            assert!(lease.end(failure, at(0)).await.unwrap());
        }
    }
}

/// The items of a conversation, made by what makes them in earnest: its table is behind a door that no test has the key of.
pub(crate) fn conversation(now: Timestamp) -> Vec<Item> {
    let expires_at = now + SignedDuration::from_hours(24);
    let session = Session {
        id: SessionId::generate(),
        created_at: now,
        last_at: now,
        expires_at,
        messages: 0,
        status: ConversationStatus::Open,
        consent: Some(1),
    };
    let message = |author| Message {
        id: MessageId::generate(),
        at: now,
        expires_at,
        author,
        answer: serde_json::json!({"kind": "unknown"}),
        feedback: Some(Feedback { rating: Rating::Up, reason: None, text: None }),
    };
    let asked = message(Author::Candidate(Redacted::new("Combien de jours ?")));
    let said = message(Author::Member("member".to_owned()));
    let trace = serde_json::json!({"question": "Combien de jours ?"});
    let mut items = vec![session.write(), asked.write(session.id).unwrap(), said.write(session.id).unwrap()];
    items.push(conversations::write_trace(session.id, &asked, &trace).unwrap());
    items.extend(resume::write(session.id, "hash", now));
    items.push(erasures::write(1));
    items
}
