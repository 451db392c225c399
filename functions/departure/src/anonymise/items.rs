//! What becomes of items, attribute by attribute, and of the JSON that some of these hold. What the map does not know is refused.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;
use vivier_data_map::{Mask, Table as Kind};
use vivier_tenancy::rooms::belongings::{Belonging, Plain};

use super::{mask::Masker, needles::structure, rare::Combinations, row::Field, rules::Unfit};

/// Settings that reach out to others, shut in or may name a person, and what a test environment has in their place: whom mails come from, for its
/// operator approves other senders; from where the back office may be entered, which tells addresses of persons too; and whom candidates write
/// to, which is some office, or somebody in it.
const OUTWARD: [(&str, &str); 5] = [
    ("sender_name", "null"),
    ("sender_address", "null"),
    ("ip_ranges", "[]"),
    ("officer_contact", "null"),
    ("contact", "\"contact@anonymous.invalid\""),
];

/// Fills every text of a JSON value, but for identifiers.
pub(super) fn fill(masker: &Masker, value: &mut Value) {
    match value {
        Value::String(text) if text.parse::<Uuid>().is_err() => *text = masker.free_text(text, false),
        Value::Array(values) => values.iter_mut().for_each(|value| fill(masker, value)),
        Value::Object(members) => members.values_mut().for_each(|value| fill(masker, value)),
        _ => {}
    }
}

/// A text that is kept, but for addresses in it. Inside a structure texts are written otherwise, and what stands before an address may belong to
/// that writing.
pub(super) fn without_addresses(masker: &Masker, text: &str) -> String {
    if text.contains('@')
        && let Some(mut value) = structure(text)
    {
        hide_addresses(masker, &mut value);
        return value.to_string();
    }
    masker.without_addresses(text)
}

fn hide_addresses(masker: &Masker, value: &mut Value) {
    match value {
        Value::String(text) => *text = without_addresses(masker, text),
        Value::Array(values) => values.iter_mut().for_each(|value| hide_addresses(masker, value)),
        Value::Object(members) => members.values_mut().for_each(|value| hide_addresses(masker, value)),
        _ => {}
    }
}

/// What becomes of the items of one copy.
#[derive(Debug)]
pub(super) struct ItemMasker<'a> {
    pub(super) masker: &'a Masker,
}

impl ItemMasker<'_> {
    /// An item of a kind, anonymised.
    pub(super) fn apply(
        &self,
        kind: &Kind,
        item: &Belonging,
        rare: &Combinations,
    ) -> Result<Belonging, Unfit> {
        let moves = kind.columns.iter().any(|column| column.mask == Some(Mask::DateShift));
        let key =
            |name: &str, text: &str| match self.attribute(kind, name, &Plain::S(text.to_owned()), moves)? {
                Some(Plain::S(text)) => Ok(text),
                _ => Err(Unfit::new(&kind.name, name, "a key has to be there")),
            };
        let (pk, sk) = (key("pk", &item.pk)?, key("sk", &item.sk)?);
        let mut attributes = BTreeMap::new();
        for (name, value) in &item.attributes {
            if let Some(value) = self.attribute(kind, name, value, moves)? {
                attributes.insert(name.clone(), value);
            }
        }
        let mut made = Belonging { pk, sk, attributes };
        generalise(kind, item, &mut made, rare);
        Ok(made)
    }

    fn attribute(&self, kind: &Kind, name: &str, value: &Plain, moves: bool) -> Result<Option<Plain>, Unfit> {
        let unfit = |why| Unfit::new(&kind.name, name, why);
        if let Some(column) = kind.column(name) {
            if let Some(fixed) = &column.in_tests {
                return Ok((!fixed.is_empty()).then(|| Plain::S(fixed.clone())));
            }
            return match (column.mask, value) {
                (Some(Mask::Drop), _) => Ok(None),
                (Some(Mask::DateShift), _) => {
                    Ok(Some(self.moved(value).ok_or_else(|| unfit("it is no moment"))?))
                }
                (None, Plain::N(_)) if moves && name == "expires_at" => {
                    Ok(Some(self.moved(value).ok_or_else(|| unfit("it is no moment"))?))
                }
                (None | Some(Mask::Keep), _) => Ok(Some(self.kept(value))),
                (Some(mask), Plain::S(text)) => {
                    Ok(Some(Plain::S(self.text(mask, text).ok_or_else(|| unfit("it has no such mask"))?)))
                }
                _ => Err(unfit("it has no such mask")),
            };
        }
        // Parts of a JSON text that the map looks into.
        let within = format!("{name}.");
        if !kind.columns.iter().any(|column| column.name.starts_with(&within)) {
            return Err(unfit("the map does not know the attribute"));
        }
        let Plain::S(text) = value else { return Err(unfit("it is no JSON")) };
        let mut json: Value = serde_json::from_str(text).map_err(|_| unfit("it is no JSON"))?;
        self.part(kind, name, &mut json)?;
        Ok(Some(Plain::S(json.to_string())))
    }

    /// A part of a JSON text, by its path.
    fn part(&self, kind: &Kind, path: &str, value: &mut Value) -> Result<(), Unfit> {
        if let Some(column) = kind.column(path) {
            let unfit = |why| Unfit::new(&kind.name, path, why);
            match (column.mask, value) {
                (None | Some(Mask::Keep), value) => self.kept_json(value),
                (Some(Mask::Drop), value) => *value = Value::Null,
                (Some(Mask::FreeText), value) => fill(self.masker, value),
                (Some(_), Value::Null) => {}
                (Some(mask), Value::String(text)) => {
                    *text = self.text(mask, text).ok_or_else(|| unfit("it has no such mask"))?;
                }
                _ => return Err(unfit("it has no such mask")),
            }
            return Ok(());
        }
        let within = format!("{path}.");
        if !kind.columns.iter().any(|column| column.name.starts_with(&within)) {
            return Err(Unfit::new(&kind.name, path, "the map does not know the member"));
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.part(kind, &format!("{within}{name}"), value)?;
                }
                Ok(())
            }
            Value::Null => Ok(()),
            _ => Err(Unfit::new(&kind.name, path, "it has no members")),
        }
    }

    fn text(&self, mask: Mask, text: &str) -> Option<String> {
        Some(match mask {
            Mask::Email => self.masker.email(text),
            Mask::Name => self.masker.name(text),
            Mask::Phone => self.masker.phone(text),
            Mask::Address => self.masker.network(text),
            Mask::Token => self.masker.token(text),
            Mask::FreeText => self.masker.free_text(text, false),
            Mask::DateShift => self.masker.moved(text).ok()?,
            Mask::Keep | Mask::Drop => return None,
        })
    }

    fn moved(&self, value: &Plain) -> Option<Plain> {
        match value {
            Plain::N(text) => self.masker.moved_seconds(text).ok().map(Plain::N),
            Plain::S(text) => self.masker.moved(text).ok().map(Plain::S),
            _ => None,
        }
    }

    fn kept(&self, value: &Plain) -> Plain {
        match value {
            Plain::S(text) => Plain::S(without_addresses(self.masker, text)),
            Plain::L(values) => Plain::L(values.iter().map(|value| self.kept(value)).collect()),
            Plain::M(members) => {
                Plain::M(members.iter().map(|(name, value)| (name.clone(), self.kept(value))).collect())
            }
            Plain::SS(texts) => {
                Plain::SS(texts.iter().map(|text| without_addresses(self.masker, text)).collect())
            }
            other => other.clone(),
        }
    }

    fn kept_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = without_addresses(self.masker, text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.kept_json(value)),
            Value::Object(members) => {
                for (name, value) in members {
                    match OUTWARD.iter().find(|(outward, _)| outward == name) {
                        Some(_) if value.is_null() => {}
                        Some((_, fixed)) => *value = serde_json::from_str(fixed).unwrap_or_default(),
                        None => self.kept_json(value),
                    }
                }
            }
            _ => {}
        }
    }
}

fn written(value: Option<&Plain>) -> Field {
    value.map(|value| match value {
        Plain::S(text) | Plain::N(text) => text.clone(),
        other => format!("{other:?}"),
    })
}

/// The values of an item that tell people apart together; none where its kind has none.
pub(super) fn combination(kind: &Kind, item: &Belonging) -> Option<Vec<Field>> {
    let rare = kind.columns.iter().filter(|column| column.rare);
    let values: Vec<Field> = rare.map(|column| written(item.attributes.get(&column.name))).collect();
    (!values.is_empty()).then_some(values)
}

fn generalise(kind: &Kind, item: &Belonging, made: &mut Belonging, rare: &Combinations) {
    let Some(values) = combination(kind, item).filter(|values| rare.is_rare(values)) else { return };
    let names = kind.columns.iter().filter(|column| column.rare).map(|column| &column.name);
    for ((place, name), value) in names.enumerate().zip(values) {
        if value.is_none() {
            continue;
        }
        // What an agreement says need not be there; whatever else is there has to be.
        match rare.general(place, name == "consent_version") {
            Some(general) => {
                if let Some(Plain::S(text) | Plain::N(text)) = made.attributes.get_mut(name) {
                    *text = general;
                }
            }
            None => {
                made.attributes.remove(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vivier_data_map::{Store, map};

    use super::*;

    fn item(pk: &str, sk: &str, attributes: &[(&str, Plain)]) -> Belonging {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Belonging { pk: pk.into(), sk: sk.into(), attributes }
    }

    fn text(text: impl Into<String>) -> Plain {
        Plain::S(text.into())
    }

    fn number(text: &str) -> Plain {
        Plain::N(text.into())
    }

    const SESSION: &str = "session#0198f000-0000-7000-8000-000000000001";
    const MESSAGE: &str = "message#0198f000-0000-7000-8000-000000000002";

    fn applied(store: Store, item: &Belonging) -> Result<Belonging, Unfit> {
        let masker = Masker::random().unwrap();
        let kind = map().kind_of(store, &item.pk, &item.sk).unwrap();
        ItemMasker { masker: &masker }.apply(kind, item, &Combinations::default())
    }

    #[test]
    fn what_was_said_goes_and_what_hangs_together_stays() {
        let said = item(
            SESSION,
            MESSAGE,
            &[
                ("expires_at", number("1800000000")),
                ("last_at", number("1790000000")),
                ("at", text("2026-10-05T10:20:30Z")),
                ("text", text("Je suis Camille Zorvaneck")),
                ("answer", text(r#"{"kind":"extract","text":"Bonjour Camille"}"#)),
                ("feedback", text(r#"{"rating":"down","text":"Camille"}"#)),
            ],
        );
        let made = applied(Store::Conversations, &said).unwrap();
        assert!(made.pk.starts_with("session#0198") && made.pk != SESSION, "{}", made.pk);
        assert!(made.sk.starts_with("message#") && made.sk != MESSAGE);
        assert_eq!(made.attributes.get("text"), Some(&text("Texte neutre")));
        assert!(!made.attributes.contains_key("feedback"));
        assert!(!format!("{made:?}").contains("Camille"));
        let moment = |name: &str| match &made.attributes[name] {
            Plain::N(text) => text.parse::<i64>().unwrap(),
            _ => 0,
        };
        assert_eq!(moment("expires_at") - moment("last_at"), 10_000_000, "both are moved alike");
        assert!(moment("last_at") < 1_790_000_000);
    }

    #[test]
    fn settings_stay_but_for_persons_and_for_what_reaches_out() {
        let draft = json!({"draft": {
            "based_on": 1, "changed_at": "2026-10-05T10:20:30Z", "changed_by": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "settings": {
                "mail": {"sender_name": "Acme", "sender_address": "rh@acme.example"}, "ip_ranges": ["192.0.2.7/32"],
                "welcome": "Écrivez à rh@acme.example", "sessions": {"hours": 12},
            },
        }});
        let record = item(
            "tenant#1",
            "settings#tenant#draft",
            &[("value", text(draft.to_string())), ("version", number("3"))],
        );
        let made = applied(Store::Records, &record).unwrap();
        let Plain::S(value) = &made.attributes["value"] else { panic!("no text") };
        let value: Value = serde_json::from_str(value).unwrap();
        let settings = &value["draft"]["settings"];
        assert_eq!(settings["mail"], json!({"sender_name": null, "sender_address": null}));
        assert_eq!((&settings["ip_ranges"], &settings["sessions"]), (&json!([]), &json!({"hours": 12})));
        assert!(settings["welcome"].as_str().unwrap().ends_with("@anonymous.invalid"));
        assert_ne!(value["draft"]["changed_by"], draft["draft"]["changed_by"]);
        assert_eq!(made.sk, record.sk);
    }

    #[test]
    fn whom_candidates_write_to_is_nobody_in_older_versions_too() {
        for place in ["settings#privacy#published", "settings#privacy#version#00000001"] {
            let settings = json!({
                "controller": {"name": "Acme", "contact": "Camille Zorvaneck, 12 rue Quatrefages"},
                "officer_contact": "Camille Zorvaneck", "mail": {"sender_name": "Camille"}, "none": {"contact": null},
            });
            let value = json!({
                "number": 1, "published_at": "2026-10-05T10:20:30Z", "published_by": "operator", "restores": null, "settings": settings,
            });
            let record = item("tenant#1", place, &[("value", text(value.to_string()))]);
            let made = applied(Store::Records, &record).unwrap();
            let Plain::S(value) = &made.attributes["value"] else { panic!("no text") };
            let value: Value = serde_json::from_str(value).unwrap();
            let expected = json!({
                "controller": {"name": "Acme", "contact": "contact@anonymous.invalid"},
                "officer_contact": null, "mail": {"sender_name": null}, "none": {"contact": null},
            });
            assert_eq!(value["settings"], expected, "{place}");
        }
    }

    #[test]
    fn what_nobody_judged_is_refused() {
        let strange = item(SESSION, "session", &[("nickname", text("Camille"))]);
        assert_eq!(
            applied(Store::Conversations, &strange).unwrap_err().why,
            "the map does not know the attribute"
        );
        let member = json!({"draft": {"nickname": "Camille"}}).to_string();
        let strange = item("tenant#1", "settings#tenant#draft", &[("value", text(member))]);
        assert_eq!(applied(Store::Records, &strange).unwrap_err().why, "the map does not know the member");
        let bytes = item(SESSION, MESSAGE, &[("author", Plain::B("AAAA".into()))]);
        assert_eq!(applied(Store::Conversations, &bytes).unwrap_err().why, "it has no such mask");
    }

    #[test]
    fn a_rare_conversation_is_like_the_others() {
        let masker = Masker::random().unwrap();
        let with = |status: &str, version: &str| {
            item(SESSION, "session", &[("status", text(status)), ("consent_version", number(version))])
        };
        let kind = map().kind_of(Store::Conversations, SESSION, "session").unwrap();
        let mut found = Combinations::default();
        (0..5).for_each(|_| found.add(combination(kind, &with("open", "1")).unwrap()));
        found.add(combination(kind, &with("waiting", "7")).unwrap());
        let made =
            |item: &Belonging| ItemMasker { masker: &masker }.apply(kind, item, &found).unwrap().attributes;
        assert_eq!(made(&with("open", "1")), with("open", "1").attributes);
        assert_eq!(
            made(&with("waiting", "7")),
            item(SESSION, "session", &[("status", text("open"))]).attributes
        );
    }
}
