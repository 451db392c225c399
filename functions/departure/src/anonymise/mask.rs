//! Masks: what stands in an anonymised copy in place of what was of a person. The same value has the same mask wherever it stands, by a key that
//! is made for one copy, held in memory and never kept: nobody can make a mask of a value again, or a value of a mask.

use std::fmt::Write as _;

use aws_lc_rs::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use jiff::{Span, civil::Date};
use uuid::Uuid;
use vivier_domain::{mail::NOBODY, settings::tenant::is_email};

use super::words;

/// The most days that moments are moved by: so much nearer is what is kept for ninety days to its end.
const MOST_DAYS: u32 = 28;
const DAY: i64 = 86_400;
const GIVEN: &[&str] =
    &["Alix", "Camille", "Charlie", "Claude", "Dominique", "Eden", "Maxime", "Morgan", "Noa", "Sacha"];

/// A value that has another form than its mask is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a value has no form that its mask is for")]
pub(super) struct Formless;

/// What masks are made with, of one copy.
pub(super) struct Masker {
    key: hmac::Key,
    days: i64,
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Masker").finish_non_exhaustive()
    }
}

impl Masker {
    /// With a key of its own.
    pub(super) fn random() -> Option<Self> {
        let mut bytes = [0; 36];
        SystemRandom::new().fill(&mut bytes).ok()?;
        let (key, days) = bytes.split_at(32);
        let days = u32::from_be_bytes(days.try_into().ok()?) % MOST_DAYS + 1;
        Some(Self::of(key, days.into()))
    }

    fn of(key: &[u8], days: i64) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key), days }
    }

    /// As many bytes as are wanted that stand for a value.
    fn bytes(&self, what: &str, value: &[u8], length: usize) -> Vec<u8> {
        let mut made = Vec::with_capacity(length + 32);
        let mut block = 0_u32;
        while made.len() < length {
            let mut context = hmac::Context::with_key(&self.key);
            context.update(what.as_bytes());
            context.update(&[0]);
            context.update(&block.to_be_bytes());
            context.update(value);
            made.extend_from_slice(context.sign().as_ref());
            block += 1;
        }
        made.truncate(length);
        made
    }

    fn number(&self, what: &str, value: &str) -> u64 {
        let bytes = self.bytes(what, value.as_bytes(), 8);
        bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// An address at which nobody is. Letters' case does not count: mail goes to the same person.
    pub(super) fn email(&self, address: &str) -> String {
        format!("p{:016x}@{NOBODY}", self.number("email", &address.trim().to_lowercase()))
    }

    /// A name that nobody chose.
    pub(super) fn name(&self, name: &str) -> String {
        let number = self.number("name", name);
        let given = GIVEN[usize::try_from(number % GIVEN.len() as u64).unwrap_or_default()];
        format!("{given} Fictif-{:08x}", number >> 32)
    }

    /// A number that the regulator keeps for fiction (ARCEP: 06 39 98 00 00 to 99).
    pub(super) fn phone(&self, phone: &str) -> String {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        format!("+3363998{:04}", self.number("phone", &digits) % 10_000)
    }

    /// A network address of documentation (RFC 5737, RFC 3849).
    pub(super) fn network(&self, address: &str) -> String {
        let number = self.number("network", address);
        if address.contains(':') {
            return format!("2001:db8::{:x}:{:x}", number >> 16 & 0xffff, number & 0xffff);
        }
        let block = ["192.0.2", "198.51.100", "203.0.113"][usize::try_from(number % 3).unwrap_or_default()];
        format!("{block}.{}", (number >> 8) % 254 + 1)
    }

    /// Another identifier of the same form. What leads to `#` says what kind of thing it is of, and stays.
    pub(super) fn token(&self, text: &str) -> String {
        if let Some(at) = text.rfind('#') {
            let (kind, rest) = text.split_at(at + 1);
            return format!("{kind}{}", self.token(rest));
        }
        if let Ok(uuid) = text.parse::<Uuid>()
            && uuid.to_string() == text
        {
            return self.uuid(uuid).to_string();
        }
        let bytes = self.bytes("token", text.as_bytes(), text.chars().count());
        let other = |(character, byte): (char, u8)| match character {
            'a'..='z' => char::from(b'a' + byte % 26),
            'A'..='Z' => char::from(b'A' + byte % 26),
            '0'..='9' => char::from(b'0' + byte % 10),
            other if other.is_alphanumeric() => char::from(b'a' + byte % 26),
            // It looks like no address.
            '@' => '.',
            other => other,
        };
        text.chars().zip(bytes).map(other).collect()
    }

    /// Another identifier of the same version. One that tells when it was made is moved in time as all moments are, so that what sorts by it
    /// sorts as before.
    fn uuid(&self, uuid: Uuid) -> Uuid {
        let mut made: [u8; 16] = [0; 16];
        made.copy_from_slice(&self.bytes("uuid", uuid.as_bytes(), 16));
        if uuid.get_version_num() == 7 {
            let old = uuid.as_bytes();
            let moment = old[..6].iter().fold(0_i64, |moment, byte| moment << 8 | i64::from(*byte));
            let moved = (moment - self.days * DAY * 1_000).max(0).to_be_bytes();
            made[..6].copy_from_slice(&moved[2..]);
        }
        made[6] = made[6] & 0x0f | uuid.as_bytes()[6] & 0xf0;
        made[8] = made[8] & 0x3f | uuid.as_bytes()[8] & 0xc0;
        Uuid::from_bytes(made)
    }

    /// Other bytes, as many, in the form that the database writes them in.
    pub(super) fn token_bytes(&self, text: &str) -> Result<String, Formless> {
        let digits = text.strip_prefix("\\x").filter(|digits| digits.len() % 2 == 0).ok_or(Formless)?;
        let mut made = "\\x".to_owned();
        for byte in self.bytes("bytes", digits.as_bytes(), digits.len() / 2) {
            // Writing to a string does not fail.
            let _ = write!(made, "{byte:02x}");
        }
        Ok(made)
    }

    /// A text of neutral words, no longer than the other where it can be, in which the other is not found. `distinct` where two texts may not
    /// become the same.
    pub(super) fn free_text(&self, text: &str, distinct: bool) -> String {
        if text.is_empty() {
            return String::new();
        }
        let length = text.chars().count();
        let fillers = words::fillers(text);
        for turn in 0..16_u8 {
            let seed = self.bytes("text", &[&[turn][..], text.as_bytes()].concat(), length / 2 + 2);
            let mut made = String::new();
            let mut written = 0;
            for byte in seed {
                let word = fillers[usize::from(byte) % fillers.len()];
                let more = word.chars().count() + usize::from(written > 0);
                if written > 0 && written + more > length {
                    break;
                }
                if written > 0 {
                    made.push(' ');
                }
                made.push_str(word);
                written += more;
            }
            if distinct {
                made.push(' ');
                made.push_str(&self.syllables(text));
            }
            if !made.to_lowercase().contains(&text.to_lowercase()) {
                return made;
            }
        }
        // A letter or two that every word has; where figures are not to be found either, they were no letters.
        match (distinct, text.contains('·')) {
            (true, _) => format!("{:020}", self.number("figures", text)),
            (false, true) => "–".to_owned(),
            (false, false) => "·".to_owned(),
        }
    }

    /// A word that nobody uses, another for every text.
    fn syllables(&self, text: &str) -> String {
        let mut number = self.number("syllables", text);
        let mut made = String::new();
        for _ in 0..10 {
            let (consonant, vowel) = (number % 16, number / 16 % 4);
            number /= 64;
            made.push(char::from(b"bcdfghjklmnpqrst"[usize::try_from(consonant).unwrap_or_default()]));
            made.push(char::from(b"aeiu"[usize::try_from(vowel).unwrap_or_default()]));
        }
        // Nothing in it is a word of anybody's.
        made.push_str("zz");
        made
    }

    /// A day, or a moment that begins with one, moved back. What is never stays never.
    pub(super) fn moved(&self, text: &str) -> Result<String, Formless> {
        if matches!(text, "infinity" | "-infinity") {
            return Ok(text.to_owned());
        }
        let (day, rest) = text.split_at_checked(10).ok_or(Formless)?;
        let day: Date = day.parse().map_err(|_| Formless)?;
        let moved = day.checked_sub(Span::new().days(self.days)).map_err(|_| Formless)?;
        Ok(format!("{moved}{rest}"))
    }

    /// Seconds since 1970, moved back.
    pub(super) fn moved_seconds(&self, text: &str) -> Result<String, Formless> {
        let second: i64 = text.parse().map_err(|_| Formless)?;
        Ok(second.saturating_sub(self.days * DAY).to_string())
    }

    /// A text that is kept, but for addresses in it.
    pub(super) fn without_addresses(&self, text: &str) -> String {
        let mut made = String::with_capacity(text.len());
        let mut last = 0;
        for (from, to) in addresses(text) {
            made.push_str(&text[last..from]);
            made.push_str(&self.email(&text[from..to]));
            last = to;
        }
        made.push_str(&text[last..]);
        made
    }
}

/// Where addresses stand in a text.
pub(super) fn addresses(text: &str) -> Vec<(usize, usize)> {
    let local = |c: char| c.is_alphanumeric() || "._%+-'!#$&*/=?^`{|}~".contains(c);
    let domain = |c: char| c.is_alphanumeric() || ".-".contains(c);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let floor = found.last().map_or(0, |(_, to)| *to);
        let Some(before) = text.get(floor..at) else { continue };
        let name = before.len() - before.trim_end_matches(local).len();
        let after = &text[at + 1..];
        let host = after.len() - after.trim_start_matches(domain).len();
        let host = after[..host].trim_end_matches(['.', '-']).len();
        // A path, a query or a quotation before the name is none of it.
        let mut from = at - name;
        while from < at && !text[from..].starts_with(char::is_alphanumeric) {
            from += text[from..].chars().next().map_or(1, char::len_utf8);
        }
        let to = at + 1 + host;
        if from < at && is_email(&text[from..to]) {
            found.push((from, to));
        }
    }
    found
}

#[cfg(test)]
mod tests;
