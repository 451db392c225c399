//! An invitation from its first step to its last: the account, the member's record, the door, the mail. It can stop
//! anywhere and be asked for again: it ends in one member who has been mailed.

use jiff::Timestamp;
use vivier_domain::{
    mail::{Invitation, Mail},
    member::{GrantScope, Language, Member, MemberState},
    people::{Actor, NEVER, Refusal, Step, was_mailed},
    redacted::Redacted,
    role::RoleId,
};

use super::{Account, ChangeError, Invited, People, roster};
use crate::{
    registry::{Door, Registry},
    rooms::{
        mail::{MailError, Mails},
        records::{Change, RecordKey, Records},
    },
    tenancy::TenancyError,
};

/// How often the note that the mail was sent is tried; it gives way to whatever else changed the member.
const NOTES: usize = 4;

/// Writes an invitation in a language; none when its template cannot be filled in.
pub type Compose = fn(Invitation<'_>, Language) -> Option<Mail>;

/// Who is invited, where to and as what.
#[derive(Debug, Clone)]
pub struct Invitee {
    /// The e-mail address.
    pub address: Redacted,
    /// What mails are written in; the tenant's choice where there is none.
    pub language: Option<Language>,
    /// The whole tenant or one project.
    pub at: GrantScope,
    /// What is granted there.
    pub role: RoleId,
}

/// A member after an invitation.
#[derive(Debug)]
pub struct Welcomed {
    /// The user pool's subject.
    pub subject: String,
    /// Whether a mail with a temporary password went out; a member of the tenant who joins a project has a password.
    pub mailed: bool,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The rules do not allow it, or a store failed.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The address belongs to another tenant.
    #[error("the address is taken")]
    AddressTaken,
    /// The mail was not sent. The member is there; asking again sends it.
    #[error(transparent)]
    Mail(#[from] MailError),
}

impl From<TenancyError> for InviteError {
    fn from(error: TenancyError) -> Self {
        ChangeError::from(error).into()
    }
}

impl From<Refusal> for InviteError {
    fn from(refusal: Refusal) -> Self {
        ChangeError::from(refusal).into()
    }
}

/// The tenant's invitations.
#[derive(Debug)]
pub struct Invitations<'a> {
    pub(crate) people: People<'a>,
    pub(crate) records: Records<'a>,
    pub(crate) registry: Registry,
    pub(crate) mails: Mails<'a>,
    pub(crate) back_office: &'a str,
    pub(crate) compose: Compose,
}

impl Invitations<'_> {
    /// Invites a person, or takes a member of the tenant into a project.
    pub async fn invite(
        &self,
        actor: Actor<'_>,
        invitee: &Invitee,
        now: Timestamp,
    ) -> Result<Welcomed, InviteError> {
        let language = match invitee.language {
            Some(language) => language,
            None => self.records.tenant_settings().await?.mail.language,
        };
        let member = Member {
            state: MemberState::Invited,
            grants: [(invitee.at, invitee.role.clone())].into(),
            language,
            created_at: now,
            invited_at: NEVER,
            sessions_from: now,
        };
        self.rehearse(actor, invitee, &member).await?;
        match self.people.invite(&invitee.address, language).await? {
            Invited::Elsewhere => Err(InviteError::AddressTaken),
            Invited::New { subject, password } => {
                let step = Step::Add(subject.clone(), member);
                roster::change(&self.records, actor, &step, None).await?;
                self.welcome(&subject, &invitee.address, &password, language, now).await
            }
            Invited::Present(account) => match self.fetch(account.subject()).await? {
                None => {
                    // What an invitation or a removal left that stopped half-way. The record first: whoever else takes
                    // it up at the same moment stops there, and does not change the password behind this mail.
                    let step = Step::Add(account.subject().to_owned(), member);
                    roster::change(&self.records, actor, &step, None).await?;
                    self.people.sign_out(&account).await?;
                    self.people.clear_factors(&account).await?;
                    self.again(&account, language, now).await
                }
                Some(known) if is_same(&known, &member) => self.again(&account, known.language, now).await,
                Some(_) if invitee.at == GrantScope::Tenant => Err(Refusal::AlreadyMember.into()),
                Some(_) => {
                    let step = Step::Join(account.subject().to_owned(), invitee.at, invitee.role.clone());
                    roster::change(&self.records, actor, &step, None).await?;
                    Ok(Welcomed { subject: account.subject().to_owned(), mailed: false })
                }
            },
        }
    }

    /// Mails a member who has not logged in yet anew, with a new temporary password.
    pub async fn renew(&self, subject: &str, now: Timestamp) -> Result<Welcomed, InviteError> {
        let member = self.fetch(subject).await?.ok_or(Refusal::UnknownMember)?;
        let account = self.people.fetch(subject).await?.ok_or(Refusal::UnknownMember)?;
        if member.state != MemberState::Invited || account.confirmed() {
            return Err(Refusal::WrongState.into());
        }
        self.again(&account, member.language, now).await
    }

    /// Refuses before anything is made what will be refused later.
    async fn rehearse(
        &self,
        actor: Actor<'_>,
        invitee: &Invitee,
        member: &Member,
    ) -> Result<(), InviteError> {
        let mut roster = roster::read(&self.records).await?.roster;
        match roster.take(actor, Step::Add(String::new(), member.clone())) {
            // A member who is there already can still join a project.
            Err(Refusal::TooMany) if self.people.find(&invitee.address).await?.is_some() => Ok(()),
            outcome => Ok(outcome?),
        }
    }

    async fn fetch(&self, subject: &str) -> Result<Option<Member>, TenancyError> {
        Ok(self.records.fetch(&RecordKey::member(subject)).await?.map(|found| found.value))
    }

    async fn again(
        &self,
        account: &Account,
        language: Language,
        now: Timestamp,
    ) -> Result<Welcomed, InviteError> {
        self.people.enable(account).await?;
        let password = self.people.renew(account).await?;
        self.welcome(account.subject(), account.address(), &password, language, now).await
    }

    /// Hangs the door, mails, and notes that it was mailed.
    async fn welcome(
        &self,
        subject: &str,
        address: &Redacted,
        password: &Redacted,
        language: Language,
        now: Timestamp,
    ) -> Result<Welcomed, InviteError> {
        let door = Door::Member(subject.to_owned());
        self.registry.hang(self.records.scope(), &door_name(subject), &door, None).await?;
        let organisation = self.mails.organisation().await?;
        let invitation = Invitation {
            organisation: &organisation,
            user_name: address,
            password,
            address: self.back_office,
        };
        let mail = (self.compose)(invitation, language).ok_or(TenancyError::Corrupt("mail"))?;
        let settings = self.records.tenant_settings().await?.mail;
        self.mails.send(address, &mail, &settings).await?;
        self.note(subject, now).await?;
        Ok(Welcomed { subject: subject.to_owned(), mailed: true })
    }

    async fn note(&self, subject: &str, now: Timestamp) -> Result<(), TenancyError> {
        let key = RecordKey::member(subject);
        for _ in 0..NOTES {
            let Some(found) = self.records.fetch(&key).await? else { return Ok(()) };
            let member = Member { invited_at: now, ..found.value };
            match self.records.change(&[Change::put(&key, Some(found.version), &member)?]).await {
                Err(TenancyError::Conflict(_)) => {}
                outcome => return outcome,
            }
        }
        Err(TenancyError::Busy("list of members"))
    }
}

/// The name of a member's door.
pub fn door_name(subject: &str) -> String {
    format!("member#{subject}")
}

/// Whether this very invitation was begun before and not mailed.
fn is_same(known: &Member, member: &Member) -> bool {
    known.state == MemberState::Invited && !was_mailed(known) && known.grants == member.grants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_invitation_that_was_never_mailed_is_taken_up() {
        let at = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(1);
        let member = |state, role: &str, invited_at| Member {
            state,
            grants: [(GrantScope::Tenant, RoleId::try_from(role.to_owned()).unwrap())].into(),
            language: Language::Fr,
            created_at: at,
            invited_at,
            sessions_from: at,
        };
        let wanted = member(MemberState::Invited, "editor", NEVER);
        for (known, same) in [
            (member(MemberState::Invited, "editor", NEVER), true),
            (member(MemberState::Invited, "editor", at), false),
            (member(MemberState::Invited, "reader", NEVER), false),
            (member(MemberState::Suspended, "editor", NEVER), false),
            (member(MemberState::Active, "editor", NEVER), false),
        ] {
            assert_eq!(is_same(&known, &wanted), same, "{known:?}");
        }
    }
}
