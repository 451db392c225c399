//! From which domains a tenant may mail: what the operator approved for that tenant, looked up for each mail.

use vivier_domain::{
    ids::TenantId,
    mail::Mail,
    redacted::Redacted,
    settings::{SenderDomain, tenant::MailSettings},
};
use vivier_tenancy::{
    Tenancy, TenantScope,
    rooms::{
        mail::MailError,
        records::{Change, RecordKey},
    },
};
use vivier_testkit::{scope, stack::Stack};

async fn approve(tenancy: &Tenancy, scope: &TenantScope, domains: &[&str]) {
    let domains: Vec<SenderDomain> =
        domains.iter().map(|domain| SenderDomain::try_from((*domain).to_owned()).unwrap()).collect();
    let (records, key) = (tenancy.records(scope).unwrap(), RecordKey::senders());
    let expected = records.fetch(&key).await.unwrap().map(|found| found.version);
    records.change(&[Change::put(&key, expected, &domains).unwrap()]).await.unwrap();
}

fn settings() -> MailSettings {
    MailSettings {
        sender_name: Some("Acme".into()),
        sender_address: Some("rh@acme.example".into()),
        ..MailSettings::default()
    }
}

/// Whether a mail of these settings gets as far as the mail service; what that says of it is another matter.
async fn reaches_the_service(tenancy: &Tenancy, scope: &TenantScope) -> bool {
    let mail = Mail {
        subject: "Test".into(),
        html: Redacted::new("<p>Test</p>"),
        text: Redacted::new("Test"),
        one_click: None,
        attachment: None,
    };
    let to = Redacted::new("somebody@recipient.example");
    let sent = tenancy.mail(scope).unwrap().send(&to, &mail, &settings()).await;
    !matches!(sent, Err(MailError::SenderNotApproved))
}

#[tokio::test]
async fn approved_for_one_tenant_and_as_long_as_it_is() {
    let tenancy = Stack::from_env().tenancy().await;
    let (own, other) = (scope::front(TenantId::generate()), scope::front(TenantId::generate()));
    for (domains, reached) in [
        (None, false),
        (Some(&["jobs.acme.example"][..]), false),
        (Some(&["acme.example", "jobs.acme.example"]), true),
        (Some(&[]), false),
    ] {
        if let Some(domains) = domains {
            approve(&tenancy, &own, domains).await;
        }
        assert_eq!(reaches_the_service(&tenancy, &own).await, reached, "{domains:?}");
        assert_eq!(tenancy.senders(&own).await.unwrap().allow(&settings()), reached, "{domains:?}");
        assert!(!reaches_the_service(&tenancy, &other).await, "{domains:?}: approved for another tenant");
    }
}
