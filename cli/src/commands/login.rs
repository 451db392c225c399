//! Opening and ending a session: name and password, then whatever the service asks for until it is content.

use clap::Args;
use serde_json::{Value, json};

use crate::{
    api::{Answer, Api},
    args::Global,
    failure::Failure,
    output::{Report, View},
    plan::Call,
    prompt::Prompt,
};

/// A service that asks for more than this is not the one this was written for.
const MOST_CHALLENGES: usize = 5;

/// How to come in.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Your e-mail address; asked for without it
    #[arg(long)]
    email: Option<String>,
    /// Read what is asked for from standard input, a line each: password, new password, code
    #[arg(long)]
    password_stdin: bool,
}

/// Opens a session and keeps it.
pub(crate) async fn run(global: &Global, login: &Login) -> Result<Report, Failure> {
    let api = Api::new(global)?;
    let prompt = Prompt::new(login.password_stdin)?;
    let email = match &login.email {
        Some(email) => email.clone(),
        None => prompt.text("E-mail")?,
    };
    let body = json!({"email": email.trim(), "password": prompt.secret("Password")?});
    let mut answer = api.send_outside(&Call::post("/v1/session", body)).await?;
    for _ in 0..MOST_CHALLENGES {
        if answer.body["state"] == "open" {
            api.keep(&answer)?;
            let opened = json!({"state": "open", "expires_at": answer.body["expires_at"]});
            return Ok(Report::new(opened, View::Line("The session is open.")));
        }
        answer = match take_up(&api, prompt, &answer).await {
            // A person mistypes a code, or chooses a password that is too weak: the question still stands.
            Err(failure @ Failure::Refused(_)) if matches!(prompt, Prompt::Terminal) => {
                eprintln!("{failure}");
                answer
            }
            outcome => outcome?,
        };
    }
    Err(Failure::refused("too-many-challenges", "The service does not stop asking."))
}

async fn take_up(api: &Api, prompt: Prompt, answer: &Answer) -> Result<Answer, Failure> {
    let asked = &answer.body;
    let mut reply = json!({"challenge_id": asked["challenge_id"]});
    match asked["challenge"].as_str() {
        Some("new_password") => reply["new_password"] = json!(prompt.new_secret("New password")?),
        Some("totp") => reply["code"] = code(prompt, "Code of your authenticator app")?,
        Some("sms") => reply["code"] = code(prompt, "Code from the text message")?,
        Some("mfa_setup") => {
            let secret = asked["totp_secret"].as_str().unwrap_or_default();
            let uri = asked["totp_uri"].as_str().unwrap_or_default();
            eprintln!(
                "A second factor is required. Add this to your authenticator app:\n  {secret}\n  {uri}"
            );
            reply["code"] = code(prompt, "Code it shows")?;
        }
        other => {
            let title =
                format!("This version cannot answer what is asked: {}.", other.unwrap_or("nothing known"));
            return Err(Failure::refused("unknown-challenge", title));
        }
    }
    api.send_outside(&Call::post("/v1/session/challenge", reply)).await
}

fn code(prompt: Prompt, what: &str) -> Result<Value, Failure> {
    // Apps and messages group the digits; people type them as they see them.
    Ok(json!(prompt.text(what)?.split_whitespace().collect::<String>()))
}

/// Ends the session here, or all of the member's. One that is dead already is forgotten as well.
pub(crate) async fn leave(global: &Global, everywhere: bool) -> Result<Report, Failure> {
    let api = Api::new(global)?;
    let path = if everywhere { "/v1/sessions" } else { "/v1/session" };
    match api.send(&Call::delete(path), None).await {
        Ok(_) => {}
        Err(failure) if matches!(failure.code(), Some("unauthorized" | "no-session")) => {}
        Err(failure) => return Err(failure),
    }
    api.store.forget(&api.base)?;
    Ok(Report::new(Value::Null, View::Line("The session is ended.")))
}
