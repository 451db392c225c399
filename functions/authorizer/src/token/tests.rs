use super::*;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

const ISSUER: &str = "https://cognito-idp.eu-west-3.amazonaws.com/eu-west-3_pool";
const CLIENT: &str = "client";

// Keys made for this test alone; they sign nothing else.
const OURS: &[u8] = include_bytes!("../../tests/keys/ours.der");
const OURS_PUBLIC: &[u8] = include_bytes!("../../tests/keys/ours.public.der");
const THEIRS: &[u8] = include_bytes!("../../tests/keys/theirs.der");

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn claims(change: &Value) -> Value {
    let mut claims = json!({
        "sub": "subject", "iss": ISSUER, "client_id": CLIENT, "token_use": "access",
        "exp": now() + 300, "iat": now(), "auth_time": now(),
    });
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn signed(key: &[u8], change: &Value) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some("k1".into());
    encode(&header, &claims(change), &EncodingKey::from_rsa_der(key)).unwrap()
}

fn accepted(token: &str) -> Option<String> {
    read(token, &DecodingKey::from_rsa_der(OURS_PUBLIC), ISSUER, CLIENT).map(|good| good.subject)
}

#[test]
fn a_good_token_names_its_member() {
    let token = signed(OURS, &json!({"auth_time": 1_700_000_000}));
    let key = DecodingKey::from_rsa_der(OURS_PUBLIC);
    assert_eq!(read(&token, &key, ISSUER, CLIENT).map(|good| good.logged_in_at), Some(1_700_000_000));
    assert_eq!(key_id(&token).as_deref(), Some("k1"));
    assert_eq!(accepted(&token).as_deref(), Some("subject"));
}

#[test]
fn anything_wrong_is_refused() {
    for (what, change) in [
        ("expired", json!({"exp": now() - 60})),
        ("without expiry", json!({"exp": null})),
        ("another pool", json!({"iss": "https://cognito-idp.eu-west-3.amazonaws.com/eu-west-3_other"})),
        ("without issuer", json!({"iss": null})),
        ("another client", json!({"client_id": "other"})),
        ("an id token", json!({"token_use": "id"})),
        ("nobody", json!({"sub": ""})),
        ("without subject", json!({"sub": null})),
        ("not yet", json!({"nbf": now() + 300})),
        ("of no known age", json!({"auth_time": null})),
    ] {
        assert_eq!(accepted(&signed(OURS, &change)), None, "{what}");
    }
    assert_eq!(accepted(&signed(THEIRS, &json!({}))), None, "another key");
}

#[test]
fn only_the_pools_algorithm_is_taken() {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("k1".into());
    // The classic confusion: the public key used as a shared secret.
    let confused = encode(&header, &claims(&json!({})), &EncodingKey::from_secret(OURS_PUBLIC)).unwrap();
    assert_eq!(key_id(&confused), None);
    assert_eq!(accepted(&confused), None);

    let good = signed(OURS, &json!({}));
    let payload = good.split('.').nth(1).unwrap();
    // {"alg":"none","kid":"k1"}
    let unsigned = format!("eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.{payload}.");
    assert_eq!(key_id(&unsigned), None);
    for text in ["", ".", "..", "a.b.c", unsigned.as_str()] {
        assert_eq!(accepted(text), None, "{text}");
    }
}
