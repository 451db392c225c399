//! The command against a service of a few lines: what it sends, how it repeats, what it keeps, how it ends.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::{Value, json};

/// A request as it arrived.
#[derive(Debug)]
struct Request {
    line: String,
    headers: Vec<String>,
    body: Value,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().filter_map(|line| line.split_once(": "));
        found.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let line = lines.first()?.trim_end_matches(" HTTP/1.1").to_owned();
    let mut request = Request { line, headers: lines.split_off(1), body: Value::Null };
    let mut body =
        vec![0; request.header("content-length").map_or(0, |length| length.parse().expect("a length"))];
    stream.read_exact(&mut body).ok()?;
    request.body = serde_json::from_slice(&body).unwrap_or_default();
    Some(request)
}

/// Gives these answers, one a request: status, headers, body. The API's address, and what arrived.
fn service(answers: Vec<(u16, &'static str, Value)>) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/stage", listener.local_addr().expect("an address"));
    let (arrived, requests) = channel();
    thread::spawn(move || {
        for (status, headers, body) in answers {
            let mut stream = BufReader::new(listener.accept().expect("a connection").0);
            arrived.send(read(&mut stream).expect("a request")).expect("a test that listens");
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let head = format!(
                "HTTP/1.1 {status} Any\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n",
                body.len()
            );
            stream.get_mut().write_all((head + &body).as_bytes()).expect("an answer that is read");
        }
    });
    (address, requests)
}

fn vivier(state: &Path, api: &str, words: &str, input: &str) -> Output {
    run(&[("XDG_STATE_HOME", &state.to_string_lossy()), ("VIVIER_API_URL", api)], words, input)
}

fn run(environment: &[(&str, &str)], words: &str, input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vivier"))
        .args(words.split(' '))
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command");
    // One that asks for nothing may have ended before it could be told anything.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("its end")
}

fn stdout(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output:?}"))
}

const COOKIE: &str = "Set-Cookie: __Host-vivier=abc; HttpOnly; Secure; SameSite=Strict; Path=/\r\n";

fn open() -> (u16, &'static str, Value) {
    (200, COOKIE, json!({"state": "open", "csrf": "token", "expires_at": "2026-01-01T12:00:00Z"}))
}

#[test]
fn the_first_login_and_what_follows() {
    let state = tempfile::tempdir().unwrap();
    let asked = json!({"state": "challenge", "challenge": "new_password", "challenge_id": "c1"});
    let (api, requests) = service(vec![
        (200, "", asked),
        open(),
        (429, "Retry-After: 0\r\n", json!({"type": "urn:vivier:problem:throttled", "title": "Wait."})),
        (201, "", json!({"project_id": "p1", "name": "Jobs"})),
        (204, "", Value::Null),
    ]);
    let login = vivier(
        state.path(),
        &api,
        "login --email rh@acme.example --password-stdin",
        "Temporary-1!\nLasting-12345!\n",
    );
    assert_eq!(login.status.code(), Some(0), "{login:?}");
    let sent = requests.recv().unwrap();
    assert_eq!(sent.line, "POST /stage/v1/session");
    assert_eq!(sent.body, json!({"email": "rh@acme.example", "password": "Temporary-1!"}));
    assert_eq!(sent.header("cookie"), None);
    assert_eq!(
        requests.recv().unwrap().body,
        json!({"challenge_id": "c1", "new_password": "Lasting-12345!"})
    );

    let created = vivier(state.path(), &api, "--json projects create Jobs", "");
    assert_eq!(
        (created.status.code(), stdout(&created)),
        (Some(0), json!({"project_id": "p1", "name": "Jobs"}))
    );
    let (first, second) = (requests.recv().unwrap(), requests.recv().unwrap());
    assert_eq!(second.header("cookie"), Some("__Host-vivier=abc"));
    assert_eq!(second.header("x-vivier-csrf"), Some("token"));
    assert!(first.header("idempotency-key").is_some());
    assert_eq!(
        first.header("idempotency-key"),
        second.header("idempotency-key"),
        "the same write, sent again"
    );

    let left = vivier(state.path(), &api, "logout", "");
    assert_eq!(
        (left.status.code(), requests.recv().unwrap().line.as_str()),
        (Some(0), "DELETE /stage/v1/session")
    );
    let nobody = vivier(state.path(), &api, "--json whoami", "");
    assert_eq!(
        (nobody.status.code(), &stdout(&nobody)["type"]),
        (Some(1), &json!("urn:vivier:problem:no-session"))
    );
}

#[test]
fn lists_guards_and_endings() {
    let state = tempfile::tempdir().unwrap();
    let (api, requests) = service(vec![
        open(),
        (200, "", json!({"members": [{"id": "m1"}], "next_cursor": "c+1"})),
        (200, "", json!({"members": [{"id": "m2", "email": "a@b.example"}], "next_cursor": null})),
        (200, "ETag: \"7\"\r\n", json!({"roles": []})),
        (
            412,
            "",
            json!({"type": "urn:vivier:problem:precondition-failed", "title": "It was changed.", "status": 412}),
        ),
        (502, "", Value::Null),
    ]);
    let login =
        vivier(state.path(), &api, "login --email rh@acme.example --password-stdin", "Lasting-12345!\n");
    assert_eq!(login.status.code(), Some(0), "{login:?}");
    requests.recv().unwrap();

    let members = vivier(state.path(), &api, "members list", "");
    let text = String::from_utf8(members.stdout).unwrap();
    assert_eq!(
        text,
        "ID  EMAIL        STATE  GRANTS\nm1  -            -      -\nm2  a@b.example  -      -\n"
    );
    assert_eq!(requests.recv().unwrap().line, "GET /stage/v1/members?limit=100");
    let next = requests.recv().unwrap();
    assert_eq!(next.line, "GET /stage/v1/members?limit=100&cursor=c%2B1");
    assert_eq!(next.header("idempotency-key"), None);

    let refused = vivier(state.path(), &api, "roles delete chef", "");
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(String::from_utf8(refused.stderr).unwrap(), "It was changed. (precondition-failed)\n");
    requests.recv().unwrap();
    assert_eq!(requests.recv().unwrap().header("if-match"), Some("\"7\""));

    let broken = vivier(state.path(), &api, "whoami", "");
    assert_eq!(broken.status.code(), Some(3), "{broken:?}");
}

#[test]
fn a_file_is_announced_uploaded_and_awaited() {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("Avantages.md");
    std::fs::write(&file, "{\"in\": \"the file\"}").unwrap();
    let (store, uploads) = service(vec![(200, "", Value::Null)]);
    let announced = json!({"document_id": "d1", "upload": {"method": "PUT", "url": format!("{store}/d1"), "headers": {"content-type": "text/markdown"}}});
    let (api, requests) = service(vec![
        open(),
        (201, "", announced),
        (200, "", json!({"document_id": "d1", "name": "Avantages.md", "status": "extracting"})),
        (
            200,
            "",
            json!({"document_id": "d1", "name": "Avantages.md", "status": "failed", "reason": "no-text"}),
        ),
    ]);
    vivier(state.path(), &api, "login --email rh@acme.example --password-stdin", "Lasting-12345!\n");
    let added = vivier(state.path(), &api, &format!("documents add {} --wait --json", file.display()), "");
    assert_eq!(
        (added.status.code(), &stdout(&added)["documents"][0]["reason"]),
        (Some(1), &json!("no-text"))
    );
    let arrived: Vec<_> = requests.try_iter().map(|request| (request.line, request.body)).collect();
    let announced = json!({"name": "Avantages.md", "media_type": "text/markdown", "size": 18, "tags": [], "projects": []});
    assert_eq!(arrived[1].1, announced);
    assert_eq!(arrived[3].0, "GET /stage/v1/documents/d1");
    let upload = uploads.recv().unwrap();
    assert_eq!((upload.line.as_str(), upload.header("cookie")), ("PUT /stage/d1", None));
    assert_eq!(
        (upload.header("content-type"), &upload.body),
        (Some("text/markdown"), &json!({"in": "the file"}))
    );
}

#[test]
fn a_log_in_parts_becomes_one_file() {
    let state = tempfile::tempdir().unwrap();
    let (api, requests) = service(vec![
        open(),
        (200, "X-Vivier-Next-Cursor: c1\r\n", json!("first,")),
        (200, "", json!("second")),
        (200, "", json!({"csrf": "token", "permissions": ["offers.read"]})),
    ]);
    vivier(state.path(), &api, "login --email rh@acme.example --password-stdin", "Lasting-12345!\n");
    let file = state.path().join("audit.csv");
    let written = vivier(state.path(), &api, &format!("audit export --output {}", file.display()), "");
    assert_eq!(written.status.code(), Some(0), "{written:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "first,second");
    let again = vivier(state.path(), &api, &format!("audit export --output {}", file.display()), "");
    assert_eq!(again.status.code(), Some(2), "what is there stays");
    let sent: Vec<_> = requests.try_iter().skip(1).map(|request| request.line).collect();
    assert!(sent[0].starts_with("GET /stage/v1/audit/export?format=csv&to=20"), "{}", sent[0]);
    assert_eq!(sent[1], format!("{}&cursor=c1", sent[0]));

    let myself = vivier(state.path(), &api, "whoami --json", "");
    assert_eq!(stdout(&myself), json!({"permissions": ["offers.read"]}), "the token is not printed");
}

#[test]
fn an_operator_invokes_a_function() {
    let refusal = json!({"errorType": "HandlerError", "errorMessage": "unknown-tenant: there is no tenant of this name"});
    let (cloud, requests) = service(vec![
        (200, "", json!({"tenants": [{"slug": "acme", "status": "active"}]})),
        (200, "x-amz-function-error: Unhandled\r\n", refusal),
        (200, "", json!({"run_id": "r", "failed": ["t1"]})),
        (200, "", json!({"skipped": "running"})),
        (403, "x-amzn-errortype: AccessDeniedException\r\n", json!({"Message": "no"})),
    ]);
    let environment = [
        ("VIVIER_STAGE", "demo"),
        ("AWS_ENDPOINT_URL", cloud.as_str()),
        ("AWS_REGION", "eu-west-3"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    for (words, code, told) in [
        ("tenants list", 0, "NAME  TITLE  KIND  STATUS  HOST\nacme  -      -     active  -\n"),
        ("tenants show gone", 1, ""),
        ("tasks run retention.daily --json", 1, ""),
        ("tasks run retention.daily --json", 1, ""),
        ("audit verify", 1, ""),
    ] {
        let output = run(&environment, words, "");
        assert_eq!(output.status.code(), Some(code), "{words}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).starts_with(told), "{words}: {output:?}");
    }
    let sent: Vec<_> = requests.try_iter().map(|request| (request.line, request.body)).collect();
    assert_eq!(sent[0].0, "POST /stage/2015-03-31/functions/vivier-demo-tenants/invocations");
    assert_eq!(sent[1].1, json!({"operation": "show", "slug": "gone"}));
    assert_eq!(sent[2].1["detail-type"], "Scheduled Event");
    assert_eq!(sent[2].1["detail"], json!({"task": "retention.daily", "cause": "operator"}));
    assert_eq!(sent[4].0, "POST /stage/2015-03-31/functions/vivier-demo-audit/invocations");
}

#[test]
fn nobody_answers_and_nothing_is_named() {
    let state = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", taken.local_addr().unwrap());
    drop(taken);
    for (api, words, code) in [
        (nowhere.as_str(), "login --email a@b.example --password-stdin", 3),
        ("http://api.example", "whoami", 2),
        ("", "whoami", 2),
        (nowhere.as_str(), "tenants list", 2),
        (nowhere.as_str(), "tasks run nothing.known", 2),
        (nowhere.as_str(), "tasks list", 2),
        (nowhere.as_str(), "tasks schedules", 0),
        (nowhere.as_str(), "completions zsh", 0),
    ] {
        let output = vivier(state.path(), api, words, "secret\n");
        assert_eq!(output.status.code(), Some(code), "{words}: {output:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("secret"), "{words}");
    }
}
