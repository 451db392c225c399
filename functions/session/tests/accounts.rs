//! Accounts in the user pool of the test stack: what logs in, what does not, and second factors.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use jiff::Timestamp;
use vivier_domain::{ids::TenantId, member::Language, redacted::Redacted};
use vivier_tenancy::{
    Tenancy, TenantScope,
    rooms::{
        accounts::{AccountError, Accounts, Answer, Pending, PendingKind, Step, Tokens},
        people::{Account, Factor, Invited},
    },
};
use vivier_testkit::{scope, stack::Stack};

const PASSWORD: &str = "Correct-Horse-9";
const WRONG: &str = "the credentials are wrong";

struct Person {
    tenancy: Tenancy,
    scope: TenantScope,
    accounts: Accounts,
    email: Redacted,
    temporary: Redacted,
}

impl Person {
    async fn invited() -> Self {
        let tenancy = Stack::from_env().tenancy().await;
        let scope = scope::front(TenantId::generate());
        let email = Redacted::new(format!("{}@accounts.example", TenantId::generate()));
        let invited = tenancy.people(&scope).unwrap().invite(&email, Language::Fr).await.unwrap();
        let Invited::New { password: temporary, .. } = invited else { panic!("the person is new") };
        Self { accounts: tenancy.accounts().unwrap(), tenancy, scope, email, temporary }
    }

    async fn log_in(&self, password: &str) -> Result<Step, AccountError> {
        self.accounts.log_in(&self.email, &Redacted::new(password), Timestamp::now()).await
    }

    async fn pending(&self, password: &str) -> Pending {
        match self.log_in(password).await.unwrap() {
            Step::Pending(pending) => pending,
            Step::Complete(_) => panic!("nothing was asked for"),
        }
    }

    async fn answer(&self, pending: &Pending, answer: &Answer<'_>) -> Result<Step, AccountError> {
        self.accounts.answer(pending, answer, Timestamp::now()).await
    }

    /// Chooses the password.
    async fn entered() -> (Self, Tokens) {
        let person = Self::invited().await;
        let pending = person.pending(person.temporary.expose()).await;
        assert_eq!(pending.kind(), PendingKind::NewPassword);
        let password = Redacted::new(PASSWORD);
        let tokens = complete(person.answer(&pending, &Answer::NewPassword(&password)).await.unwrap());
        (person, tokens)
    }

    async fn account(&self, tokens: &Tokens) -> Account {
        self.tenancy.people(&self.scope).unwrap().fetch(tokens.subject()).await.unwrap().unwrap()
    }
}

fn complete(step: Step) -> Tokens {
    match step {
        Step::Complete(tokens) => tokens,
        Step::Pending(pending) => panic!("{:?} was asked for", pending.kind()),
    }
}

fn said<T>(outcome: Result<T, AccountError>) -> String {
    outcome.err().map_or_else(|| "done".to_owned(), |error| error.to_string())
}

/// What an authenticator app shows (RFC 6238), `steps` of half a minute from now.
fn code(secret: &Redacted, steps: i64) -> Redacted {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for letter in secret.expose().bytes().filter(|letter| *letter != b'=') {
        let value = ALPHABET.iter().position(|known| *known == letter).unwrap();
        (bits, held) = ((bits << 5) | value as u32, held + 5);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    let step = Timestamp::now().as_second() / 30 + steps;
    let digest = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes), &step.to_be_bytes());
    let digest = digest.as_ref();
    let place = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[place..place + 4].try_into().unwrap()) & 0x7FFF_FFFF;
    Redacted::new(format!("{:06}", number % 1_000_000))
}

#[tokio::test]
async fn from_the_temporary_password_to_tokens() {
    let (person, tokens) = Person::entered().await;
    assert_eq!(tokens.tenant(), person.scope.tenant());
    assert!(tokens.are_fresh(Timestamp::now()));
    let holder = person.accounts.find(&person.email).await.unwrap().unwrap();
    assert_eq!((holder.subject.as_str(), holder.tenant), (tokens.subject(), person.scope.tenant()));
    complete(person.log_in(PASSWORD).await.unwrap());
}

#[tokio::test]
async fn what_does_not_log_in() {
    let person = Person::invited().await;
    assert_eq!(said(person.log_in("Wrong-Password-1").await), WRONG);
    let pending = person.pending(person.temporary.expose()).await;
    let weak = Redacted::new("weak");
    assert_eq!(
        said(person.answer(&pending, &Answer::NewPassword(&weak)).await),
        "the pool refuses the password"
    );
    // It may be answered once more after that, and once alone after it was taken.
    let good = Redacted::new(PASSWORD);
    complete(person.answer(&pending, &Answer::NewPassword(&good)).await.unwrap());
    assert_eq!(said(person.answer(&pending, &Answer::NewPassword(&good)).await), "the step is over");
    assert_eq!(said(person.log_in(person.temporary.expose()).await), WRONG);
    let nobody = Redacted::new(format!("{}@accounts.example", TenantId::generate()));
    let unknown = person.accounts.log_in(&nobody, &Redacted::new(PASSWORD), Timestamp::now()).await;
    assert_eq!(said(unknown), WRONG);
    assert!(person.accounts.find(&nobody).await.unwrap().is_none());
}

#[tokio::test]
async fn who_was_disabled() {
    let (person, tokens) = Person::entered().await;
    let account = person.account(&tokens).await;
    person.tenancy.people(&person.scope).unwrap().disable(&account).await.unwrap();
    assert_eq!(said(person.log_in(PASSWORD).await), "the account is disabled");
    let refreshed = person.accounts.refresh(&tokens, Timestamp::now()).await;
    assert!(matches!(refreshed, Err(AccountError::Disabled | AccountError::Over)), "{refreshed:?}");
}

#[tokio::test]
async fn tokens_are_renewed_until_the_login_is_ended() {
    let (person, tokens) = Person::entered().await;
    let renewed = person.accounts.refresh(&tokens, Timestamp::now()).await.unwrap();
    assert_eq!(renewed.subject(), tokens.subject());
    person.accounts.revoke(&renewed).await.unwrap();
    assert_eq!(said(person.accounts.refresh(&renewed, Timestamp::now()).await), "the step is over");
}

#[tokio::test]
async fn passwords_are_changed_and_set() {
    let (person, tokens) = Person::entered().await;
    let [old, new, wrong] = [PASSWORD, "Battery-Staple-7", "Wrong-Password-1"].map(Redacted::new);
    let accounts = &person.accounts;
    assert_eq!(said(accounts.change_password(&tokens, &wrong, &new).await), WRONG);
    accounts.change_password(&tokens, &old, &new).await.unwrap();
    assert_eq!(said(person.log_in(PASSWORD).await), WRONG);
    complete(person.log_in(new.expose()).await.unwrap());
    accounts.set_password(&person.account(&tokens).await, &old).await.unwrap();
    complete(person.log_in(PASSWORD).await.unwrap());
}

#[tokio::test]
async fn an_authenticator_app_is_asked_for_once_it_was_verified() {
    let (person, tokens) = Person::entered().await;
    let secret = person.accounts.begin_totp(&tokens).await.unwrap();
    let wrong = Redacted::new("000000");
    assert_eq!(said(person.accounts.verify_totp(&tokens, &wrong).await), "the code is wrong");
    person.accounts.verify_totp(&tokens, &code(&secret, 0)).await.unwrap();
    complete(person.log_in(PASSWORD).await.unwrap());
    let account = person.account(&tokens).await;
    person.accounts.prefer(&account, &[Factor::Totp]).await.unwrap();
    assert_eq!(person.account(&tokens).await.factors(), [Factor::Totp]);
    let pending = person.pending(PASSWORD).await;
    assert_eq!(pending.kind(), PendingKind::Totp);
    assert_eq!(said(person.answer(&pending, &Answer::Code(&wrong)).await), "the code is wrong");
    complete(person.answer(&pending, &Answer::Code(&code(&secret, 1))).await.unwrap());
    person.accounts.prefer(&account, &[]).await.unwrap();
    complete(person.log_in(PASSWORD).await.unwrap());
}

#[tokio::test]
async fn a_phone_is_asked_for_once_it_was_proved() {
    let (person, tokens) = Person::entered().await;
    let account = person.account(&tokens).await;
    let (phone, wrong) = (Redacted::new("+33639980012"), Redacted::new("000000"));
    person.accounts.set_phone(&account, Some(&phone)).await.unwrap();
    person.accounts.send_phone_code(&tokens).await.unwrap();
    assert_eq!(said(person.accounts.verify_phone(&tokens, &wrong).await), "the code is wrong");
    complete(person.log_in(PASSWORD).await.unwrap());
    person.accounts.prefer(&account, &[Factor::Sms]).await.unwrap();
    assert_eq!(person.pending(PASSWORD).await.kind(), PendingKind::Sms);
    person.accounts.prefer(&account, &[]).await.unwrap();
    person.accounts.set_phone(&account, None).await.unwrap();
    assert_eq!(said(person.accounts.send_phone_code(&tokens).await), "the second factor cannot be used");
}
