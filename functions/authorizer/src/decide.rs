//! The decision: who calls, where that leads, and whether this request may go there.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Value, json};
use vivier_domain::purpose::Purpose;
use vivier_runtime::{Clock, HandlerError, telemetry};
use vivier_tenancy::{
    Tenancy, TenancyError,
    doors::{
        admission,
        http::{GROUNDS, KEY, ORIGIN, PROJECT, RETRY_AFTER, SALT},
    },
    names::UsageOffice,
    registry::{Door, Found, Registry},
    rooms::sessions::{Cookie, Session, Sessions},
};

use crate::{
    answer::{Refusal, allow, context, deny},
    config::AuthorizerConfig,
    front::{self, Front},
    jwks::{Jwks, KeysUnavailable},
    member::{self, Proof},
    memory::Memory,
    pace::Pace,
    request::{Credential, address, credential, host, project, route},
    salt::DailySalt,
    token,
};

/// Where members of a tenant that leaves still go: to what it takes along, to breaches of its data, for which it answers until nothing is left, and out
/// again.
const LEAVING: [&str; 3] = ["/v1/breaches", "/v1/departure", "/v1/session"];

fn is_under(route: &str, place: &str) -> bool {
    route.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Why an authorizer cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A room is missing.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The client that fetches the user pool's keys cannot be built.
    #[error(transparent)]
    Keys(#[from] KeysUnavailable),
}

/// Everything a decision needs, built at cold start.
pub struct Authorizer {
    config: AuthorizerConfig,
    tenancy: Tenancy,
    registry: Registry,
    sessions: Sessions,
    jwks: Jwks,
    doors: Memory<Found>,
    fronts: Memory<Front>,
    pace: Pace,
    salts: DailySalt,
    clock: Clock,
}

impl std::fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authorizer").finish_non_exhaustive()
    }
}

impl Authorizer {
    /// Builds without calling anything.
    pub fn new(config: AuthorizerConfig, tenancy: Tenancy) -> Result<Self, BuildError> {
        Ok(Self {
            registry: tenancy.registry()?,
            sessions: tenancy.sessions()?,
            jwks: Jwks::new(config.jwks_url.clone())?,
            doors: Memory::new(config.remember),
            fronts: Memory::new(config.remember),
            pace: Pace::default(),
            salts: DailySalt::new(tenancy.salts()?),
            clock: Clock::System,
            tenancy,
            config: AuthorizerConfig { domain: config.domain.to_ascii_lowercase(), ..config },
        })
    }

    async fn find(&self, door: &Door) -> Result<Option<Found>, TenancyError> {
        if let Some(found) = self.doors.recall(door) {
            return Ok(Some(found));
        }
        let found = self.registry.find(door).await?;
        if let Some(found) = &found {
            self.doors.keep(door.clone(), found.clone());
        }
        Ok(found)
    }

    /// At a tenant's host name, whatever is shown there must be that tenant's own.
    async fn is_at_home(&self, event: &Value, door: &Door, found: &Found) -> Result<bool, Refusal> {
        let Some(host) = host(event) else { return Ok(false) };
        let asked = Door::Host(host);
        let Door::Host(name) = &asked else { return Ok(false) };
        let under = name.strip_suffix(&self.config.domain).is_some_and(|label| label.ends_with('.'));
        if !under || asked == *door {
            return Ok(true);
        }
        Ok(self.find(&asked).await?.is_some_and(|host| host.tenant() == found.tenant()))
    }
}

/// Who calls, as far as the registry knows.
enum Caller {
    /// A member, with the second of its token's login or with its session.
    Member { found: Found, subject: String, shown: Shown },
    /// A candidate.
    Candidate(Box<Front>),
}

enum Shown {
    Token(i64),
    Session(Box<Session>),
}

impl Caller {
    fn found(&self) -> &Found {
        match self {
            Self::Member { found, .. } => found,
            Self::Candidate(front) => &front.found,
        }
    }
}

impl Authorizer {
    async fn identify(&self, event: &Value, now: Timestamp) -> Result<Caller, Refusal> {
        let (door, caller) = match credential(event) {
            Credential::Token(token) => self.member_by_token(&token).await?,
            Credential::Cookie(cookie) => self.member_by_cookie(&cookie, now).await?,
            Credential::Key(key) => self.candidate(Door::key(&key)).await?,
            Credential::Host(host) => self.candidate(Door::Host(host)).await?,
            Credential::None => return Err(Refusal::Unknown),
        };
        if self.is_at_home(event, &door, caller.found()).await? { Ok(caller) } else { Err(Refusal::Unknown) }
    }

    async fn member_by_token(&self, token: &str) -> Result<(Door, Caller), Refusal> {
        let id = token::key_id(token).ok_or(Refusal::Unknown)?;
        let key = self.jwks.get(&id).await.map_err(|error| HandlerError::other("fetching keys", error))?;
        let good = key.and_then(|key| token::read(token, &key, &self.config.issuer, &self.config.client_id));
        let good = good.ok_or(Refusal::Unknown)?;
        let door = Door::Member(good.subject.clone());
        let found = self.find(&door).await?.ok_or(Refusal::Unknown)?;
        Ok((door, Caller::Member { found, subject: good.subject, shown: Shown::Token(good.logged_in_at) }))
    }

    async fn member_by_cookie(&self, cookie: &Cookie, now: Timestamp) -> Result<(Door, Caller), Refusal> {
        let session = self.sessions.open(cookie, now).await?.ok_or(Refusal::Unknown)?;
        let door = Door::Member(session.member.clone());
        let found = self.find(&door).await?.filter(|found| found.tenant() == session.tenant);
        let (found, subject) = (found.ok_or(Refusal::Unknown)?, session.member.clone());
        Ok((door, Caller::Member { found, subject, shown: Shown::Session(Box::new(session)) }))
    }

    async fn candidate(&self, door: Door) -> Result<(Door, Caller), Refusal> {
        if let Some(front) = self.fronts.recall(&door) {
            return Ok((door, Caller::Candidate(Box::new(front))));
        }
        let found = self.registry.find(&door).await?.ok_or(Refusal::Unknown)?;
        let entrance = found.entrance.as_ref().ok_or(Refusal::Unknown)?;
        let scope = admission::enter(&found);
        let place = front::open(&self.tenancy.records(&scope)?, entrance).await?.ok_or(Refusal::Unknown)?;
        let front = Front { found, place };
        self.fronts.keep(door.clone(), front.clone());
        Ok((door, Caller::Candidate(Box::new(front))))
    }

    /// The context, if the caller may do what this request asks.
    async fn admit(&self, caller: &Caller, event: &Value, now: Timestamp) -> Result<Value, Refusal> {
        let address = address(event, self.config.proxies);
        match caller {
            Caller::Member { found, subject, shown } => {
                self.admit_member(found, subject, shown, event, address, now).await
            }
            Caller::Candidate(front) => self.admit_candidate(front, event, address, now).await,
        }
    }

    async fn admit_member(
        &self,
        found: &Found,
        subject: &str,
        shown: &Shown,
        event: &Value,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        // Of a tenant that leaves, what is there stays as it was packed.
        if found.leaving && !LEAVING.iter().any(|place| is_under(route(event), place)) {
            return Err(Refusal::Forbidden("leaving"));
        }
        let (scope, project) = (admission::enter(found), project(event));
        let facts = member::facts(&self.tenancy.records(&scope)?, subject, project).await?;
        let asked = member::Asked {
            event,
            tenant: found.tenant(),
            subject,
            proof: match shown {
                Shown::Token(logged_in_at) => Proof::Token { logged_in_at: *logged_in_at },
                Shown::Session(session) => Proof::Session {
                    name: &session.name,
                    created_at: session.created_at,
                    last_seen: session.last_seen,
                    repeats: &|token| session.admits_write(token),
                },
            },
            project,
            address,
            back_office: self.config.back_office.as_ref(),
        };
        let context = member::decide(&asked, &facts, now)?;
        if let Shown::Session(session) = shown {
            // A session whose use was not noted dies earlier, never later: no reason to refuse the request.
            if let Err(error) = self.sessions.touch(session, now).await {
                tracing::warn!(error = telemetry::chain(&error), "a session's use was not noted");
            }
        }
        Ok(context)
    }

    async fn admit_candidate(
        &self,
        front: &Front,
        event: &Value,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let origin = front.place.decide(event, now)?;
        let entrance = &front.place.entrance;
        let mut context = context(front.found.tenant(), "front", address);
        context[PROJECT] = json!(entrance.project);
        if let Some(key) = entrance.key {
            context[KEY] = json!(key);
        }
        if let Some(origin) = origin {
            context[ORIGIN] = json!(origin);
        }
        if let Some(grounds) = &front.place.grounds {
            context[GROUNDS] = json!(grounds.to_string());
            // Visitors are told apart for figures alone.
            if grounds.opens(Purpose::Statistics)
                && let Some(salt) = self.salts.of(now).await
            {
                context[SALT] = json!(salt.encode());
            }
        }
        if let (Some(key), Some(limit)) = (entrance.key, entrance.requests_per_minute) {
            let scope = admission::enter(&front.found);
            if let Some(seconds) = self.pace.wait(&self.tenancy.limits(&scope)?, key, limit, now).await {
                context[RETRY_AFTER] = json!(seconds.to_string());
            }
        }
        Ok(context)
    }
}

/// Answers one authorizer event with a policy and the request context, or with [`HandlerError::Unauthorized`].
pub async fn handle(authorizer: &Authorizer, event: Value) -> Result<Value, HandlerError> {
    let arn = event.get("methodArn").and_then(Value::as_str).ok_or(HandlerError::Unauthorized)?;
    let now = authorizer.clock.now();
    let caller = match authorizer.identify(&event, now).await {
        Ok(caller) => caller,
        Err(Refusal::Failed(error)) => return Err(error),
        Err(Refusal::Unknown | Refusal::Forbidden(_)) => return Err(HandlerError::Unauthorized),
    };
    let tenant = caller.found().tenant();
    match authorizer.admit(&caller, &event, now).await {
        Ok(context) => {
            let office = match caller {
                Caller::Member { .. } => UsageOffice::Back,
                Caller::Candidate(_) => UsageOffice::Front,
            };
            let usage = authorizer.tenancy.names().usage_key(tenant, office);
            Ok(allow(arn, tenant, &usage, &context))
        }
        Err(Refusal::Forbidden(why)) => {
            tracing::warn!(%tenant, why, "a request was refused");
            Ok(deny(arn, tenant))
        }
        Err(Refusal::Unknown) => Err(HandlerError::Unauthorized),
        Err(Refusal::Failed(error)) => Err(error),
    }
}
