//! Tells tenants: what is new is written down first, as a telling with its number; then each member's mail is claimed, handed over, noted as taken, and
//! entered. Killed between the handing over and the note, it is handed over once more: of what the law demands, twice is better than never.

use jiff::{SignedDuration, Timestamp};
use vivier_domain::{
    mail::{Mail, Notice},
    member::{Language, MemberState},
    permission::Permission,
    redacted::Redacted,
    settings::tenant::MailSettings,
};
use vivier_mail::ComposeError;
use vivier_runtime::{HandlerError, telemetry};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::{
        breaches::{Claim, MailKey},
        mail::MailError,
        people,
    },
};

use crate::{
    App,
    breach::Breach,
    case::Case,
    contents::{self, Section, say},
    deadlines,
    entry::{Telling, What, Who},
    register,
};

/// Times an entry is written anew when others are quicker.
const TRIES: usize = 8;
/// Who writes: not the tenant, to itself, but whoever runs the suite for it. A sender of the tenant's own could be refused.
const SENDER: &str = "Vivier";

/// Whoever was not told when a breach was closed is told for so long.
const AFTERWARDS: SignedDuration = SignedDuration::from_hours(24);

/// What one turn did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Mails that were taken.
    pub(crate) mailed: u64,
    /// Mails that were not.
    pub(crate) refused: u64,
}

/// A member who can be told.
struct Reader {
    subject: String,
    address: Redacted,
    language: Language,
}

/// Whether somebody else was quicker.
pub(crate) fn is_conflict(error: &HandlerError) -> bool {
    matches!(error, HandlerError::Tenancy(TenancyError::Conflict(_)))
}

/// Tells a tenant what is new, and whoever was not told yet of what was told before.
pub(crate) async fn tell(app: &App, scope: &TenantScope, breach: &Breach) -> Result<Told, HandlerError> {
    let mut told = Told::default();
    if breach.closed_at.is_some_and(|closed| app.clock.now() > closed + AFTERWARDS) {
        return Ok(told);
    }
    let Some(mut case) = register::case(app, scope, breach.id).await? else { return Ok(told) };
    let news = if breach.closed_at.is_some() { None } else { case.news(breach, app.clock.now()) };
    let open = |case: &Case| {
        case.tellings.iter().any(|telling| {
            telling.members.iter().any(|member| {
                !case.mailed.iter().any(|(stage, one, _)| *stage == telling.stage && one == member)
            })
        })
    };
    if news.is_none() && !open(&case) {
        return Ok(told);
    }
    let readers = readers(app, scope).await?;
    let able: Vec<String> = readers.iter().map(|reader| reader.subject.clone()).collect();
    if let Some(mut telling) = news
        && !able.is_empty()
    {
        telling.members.clone_from(&able);
        match register::append_own(
            app,
            scope,
            breach.id,
            Some(&case.walked),
            (Who::System, What::Telling(telling)),
        )
        .await
        {
            Ok(()) => {}
            // Whoever was quicker tells, or the next run does.
            Err(error) if is_conflict(&error) => return Ok(told),
            Err(error) => return Err(error),
        }
        let Some(found) = register::case(app, scope, breach.id).await? else { return Ok(told) };
        case = found;
    }
    for telling in case.tellings.clone() {
        for subject in case.owed(&telling, &able) {
            let Some(reader) = readers.iter().find(|reader| reader.subject == *subject) else { continue };
            match one(app, scope, (breach, &case), &telling, reader).await {
                Ok(true) => told.mailed += 1,
                Ok(false) => {}
                Err(error) => {
                    told.refused += 1;
                    tracing::warn!(breach = %breach.id, tenant = %scope.tenant(), error = telemetry::chain(&error), "a member was not told of a breach");
                }
            }
        }
    }
    Ok(told)
}

/// One mail; whether it was handed over now.
async fn one(
    app: &App,
    scope: &TenantScope,
    (breach, case): (&Breach, &Case),
    telling: &Telling,
    reader: &Reader,
) -> Result<bool, HandlerError> {
    let register = app.tenancy.breaches()?;
    let key = MailKey { breach: breach.id, stage: telling.stage, member: &reader.subject };
    let (handed, taken) = match register.claim(scope, key, app.clock.now()).await? {
        Claim::Theirs => return Ok(false),
        Claim::Sent(taken) => (false, taken),
        Claim::Ours => {
            let mail = compose(app, breach, case, telling, reader.language)?;
            let settings = MailSettings { sender_name: Some(SENDER.to_owned()), ..MailSettings::default() };
            if let Err(error) = app.tenancy.mail(scope)?.send(&reader.address, &mail, &settings).await {
                // Of one whose answer never came the claim stays: it may have gone out, and is sent again only after a while.
                if !matches!(error, MailError::Unclear) {
                    register.release(scope, key).await?;
                }
                return Err(HandlerError::other("telling a tenant of a breach", error));
            }
            let taken = app.clock.now();
            register.note_sent(scope, key, taken).await?;
            (true, taken)
        }
    };
    for _ in 0..TRIES {
        let Some(now) = register::case(app, scope, breach.id).await? else { break };
        let known =
            now.mailed.iter().any(|(stage, member, _)| *stage == telling.stage && *member == reader.subject);
        if known {
            break;
        }
        let what = What::Mailed { stage: telling.stage, member: reader.subject.clone(), at: Some(taken) };
        match register::append_own(app, scope, breach.id, Some(&now.walked), (Who::System, what)).await {
            Err(error) if is_conflict(&error) => {}
            outcome => {
                outcome?;
                break;
            }
        }
    }
    Ok(handed)
}

/// Who is told: members who answer for personal data; where there are none, those who administer people, of whom there is always one.
async fn readers(app: &App, scope: &TenantScope) -> Result<Vec<Reader>, HandlerError> {
    let records = app.tenancy.records(scope)?;
    let (accounts, read) = (app.tenancy.people(scope)?, people::read(&records).await?);
    for right in [Permission::PrivacyWrite, Permission::MembersWrite] {
        let mut found = Vec::new();
        for (subject, member) in &read.roster.members {
            let held = member.permissions(&read.roster.roles, None);
            if member.state == MemberState::Suspended || !held.contains(&right) {
                continue;
            }
            let account = accounts.fetch(subject).await?;
            if let Some(account) = account.filter(|account| account.confirmed() && account.enabled()) {
                let (subject, address) = (subject.clone(), account.address().clone());
                found.push(Reader { subject, address, language: member.language });
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn compose(
    app: &App,
    breach: &Breach,
    case: &Case,
    telling: &Telling,
    language: Language,
) -> Result<Mail, HandlerError> {
    let link = Redacted::new(format!("{}/breaches/{}", app.back_office, breach.id));
    let counts = case.counts(telling.counted).map(|counted| counted.counts.as_slice());
    let before = case.tellings.iter().rev().find(|one| one.stage < telling.stage);
    let (title, mut sentences, sections) = match before {
        None => {
            let title =
                say(language, "Violation de données à caractère personnel", "Breach of personal data");
            (title, opening(case, language), contents::all(breach, telling.upto, counts, language))
        }
        Some(before) => {
            let title = say(
                language,
                "Violation de données : informations complémentaires",
                "Breach of personal data: further information",
            );
            let known = case.counts(before.counted).map(|counted| counted.counts.as_slice());
            let counts = counts.filter(|counts| Some(*counts) != known);
            let sections = contents::new(breach, (before.upto, telling.upto), counts, language);
            (title, again(case, language), sections)
        }
    };
    sentences.extend(lines(&sections, language));
    if before.is_none() {
        sentences.push(closing(breach, case, app.clock.now(), language));
    }
    let label = say(language, "Voir la violation et décider", "Show the breach and decide");
    let notice = Notice { title, sentences: &sentences, link: Some((label, &link)) };
    vivier_mail::notice(notice, language)
        .map_err(|error: ComposeError| HandlerError::other("composing a mail", error))
}

fn opening(case: &Case, language: Language) -> Vec<String> {
    vec![match language {
        Language::Fr => format!(
            "Une violation de données à caractère personnel concerne {} (article 33, paragraphe 2, du RGPD). Voici ce qui en est connu ; la suite vous sera \
             communiquée dès qu'elle le sera.",
            case.name
        ),
        Language::En => format!(
            "A breach of personal data concerns {} (Article 33(2) GDPR). This is what is known of it; you will be told more as soon as more is known.",
            case.name
        ),
    }]
}

fn again(case: &Case, language: Language) -> Vec<String> {
    vec![match language {
        Language::Fr => format!(
            "Voici ce qui a été appris depuis notre dernier message sur la violation de données qui concerne {}. Le reste est inchangé.",
            case.name
        ),
        Language::En => format!(
            "This was learnt since our last message about the breach of personal data that concerns {}. All else stands as it was.",
            case.name
        ),
    }]
}

fn lines(sections: &[Section], language: Language) -> Vec<String> {
    let colon = say(language, " : ", ": ");
    sections.iter().map(|section| format!("{}{colon}{}", section.title, section.lines.join(" "))).collect()
}

/// What the tenant has to decide, and until when. Its 72 hours begin as it reads this.
fn closing(breach: &Breach, case: &Case, now: Timestamp, language: Language) -> String {
    let told = case.told_at().unwrap_or(now);
    let until = contents::moment(deadlines::authority_due(told), language);
    let due = contents::moment(deadlines::tenant_due(case.aware_at(breach)), language);
    match language {
        Language::Fr => format!(
            "En tant que responsable de traitement, vous avez jusqu'au {until} (72 heures) pour notifier l'autorité de contrôle, sauf si la violation n'est \
             pas susceptible d'engendrer un risque pour les personnes. Décidez dans le back-office : nous notifions pour vous, vous l'avez fait, ou ce \
             n'est pas nécessaire. Nous devions vous prévenir avant le {due}."
        ),
        Language::En => format!(
            "As the controller you have until {until} (72 hours) to notify the supervisory authority, unless the breach is unlikely to result in a risk for \
             anybody. Decide in the back office: we notify for you, you have done so, or it is not required. We had until {due} to tell you."
        ),
    }
}
