//! Reading one field of an imported row: what is allowed, and what is wrong with it.

use std::borrow::Cow;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Why a field was refused. The value itself is never kept: it may hold personal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{field}: {code}")]
pub struct FieldError {
    /// The column, as the feed must name it.
    #[serde(deserialize_with = "column_name")]
    pub field: &'static str,
    /// What is wrong.
    pub code: ErrorCode,
}

fn column_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    let name = Cow::<'de, str>::deserialize(deserializer)?;
    let known = super::COLUMNS.iter().find(|column| **column == name);
    known.copied().ok_or_else(|| serde::de::Error::custom("not a column of an offer"))
}

/// The stable reasons for refusing a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// A required field is absent or blank.
    #[error("missing")]
    Missing,
    /// More characters than the column holds.
    #[error("too_long")]
    TooLong,
    /// More entries than the column holds.
    #[error("too_many")]
    TooMany,
    /// A character that cannot be shown; only descriptions may have tabs and line ends.
    #[error("control_character")]
    ControlCharacter,
    /// Not a term of the column's vocabulary.
    #[error("unknown_value")]
    UnknownValue,
    /// Not a whole number of euros.
    #[error("invalid_number")]
    InvalidNumber,
    /// Not a date as `2026-03-31`, `31/03/2026` or an RFC 3339 instant.
    #[error("invalid_date")]
    InvalidDate,
    /// Not an address of the web (`https://…`, `http://…`).
    #[error("invalid_url")]
    InvalidUrl,
    /// Not a code of the expected form (ROME `M1805`, ISO 3166 `FR`).
    #[error("invalid_code")]
    InvalidCode,
    /// The greater bound is below the lesser one.
    #[error("out_of_order")]
    OutOfOrder,
}

/// A text in normal form C. Nearly every text is in it, and to see that takes a small part of what it takes to compose one.
fn composed(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

/// Looks fields up and gathers everything that is wrong with a row, so that a tenant mends it in one go.
pub(super) struct Reader<'f, 'v> {
    lookup: &'f dyn Fn(&str) -> Option<Cow<'v, str>>,
    errors: Vec<FieldError>,
}

impl<'f, 'v> Reader<'f, 'v> {
    pub(super) fn new(lookup: &'f dyn Fn(&str) -> Option<Cow<'v, str>>) -> Self {
        Self { lookup, errors: Vec::new() }
    }

    pub(super) fn refuse(&mut self, field: &'static str, code: ErrorCode) {
        self.errors.push(FieldError { field, code });
    }

    pub(super) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// A line of text of at most `limit` characters.
    pub(super) fn text(&mut self, field: &'static str, limit: usize) -> Option<String> {
        self.checked(field, limit, char::is_control)
    }

    /// A text that may have paragraphs; line ends become `\n`.
    pub(super) fn paragraphs(&mut self, field: &'static str, limit: usize) -> Option<String> {
        let text = self.checked(field, limit, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))?;
        Some(text.replace("\r\n", "\n").replace('\r', "\n"))
    }

    fn checked(&mut self, field: &'static str, limit: usize, bad: fn(char) -> bool) -> Option<String> {
        let value = (self.lookup)(field)?;
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        if value.chars().nth(limit).is_some() {
            self.refuse(field, ErrorCode::TooLong);
        } else if value.chars().any(bad) {
            self.refuse(field, ErrorCode::ControlCharacter);
        } else {
            return Some(composed(value));
        }
        None
    }

    /// A value that `parse` must understand.
    pub(super) fn parsed<T>(
        &mut self,
        field: &'static str,
        code: ErrorCode,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        // No code, date, number or address is longer than a long address.
        let text = self.text(field, 2_000)?;
        let value = parse(&text);
        if value.is_none() {
            self.refuse(field, code);
        }
        value
    }

    /// A term of a closed vocabulary.
    pub(super) fn term<T: FromStr>(&mut self, field: &'static str) -> Option<T> {
        self.parsed(field, ErrorCode::UnknownValue, |text| text.parse().ok())
    }

    /// Reports a required field as missing, unless it was already refused for another reason.
    pub(super) fn required<T>(&mut self, field: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.errors.iter().any(|error| error.field == field) {
            self.refuse(field, ErrorCode::Missing);
        }
        value
    }
}

/// Lower case, without accents, punctuation between words as one space: how vocabularies are compared.
pub(super) fn plain(text: &str) -> String {
    let bare: String = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let words = bare.split(|c: char| c.is_whitespace() || matches!(c, '-' | '\'' | '’' | '.'));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whole euros, with spaces between thousands and empty decimals allowed: `2500`, `35 000`, `2500.00`.
pub(super) fn euros(text: &str) -> Option<u32> {
    let digits: String = text.trim_end_matches('€').chars().filter(|c| !c.is_whitespace()).collect();
    let whole = digits.split_once(['.', ',']).map_or(Some(digits.as_str()), |(whole, decimals)| {
        (!decimals.is_empty() && decimals.bytes().all(|digit| digit == b'0') && decimals.len() <= 2)
            .then_some(whole)
    })?;
    if whole.bytes().all(|digit| digit.is_ascii_digit()) { whole.parse().ok() } else { None }
}

/// `2026-03-31`, an RFC 3339 instant (its own day), or the French `31/03/2026`.
pub(super) fn date(text: &str) -> Option<Date> {
    if let Some((day, rest)) = text.split_once('/') {
        let (month, year) = rest.split_once('/')?;
        let in_range = day.len() <= 2 && month.len() <= 2 && year.len() == 4;
        return in_range
            .then(|| Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok())?;
    }
    let day = text.split_once(['T', ' ']).map_or(Some(text), |(day, _)| {
        (text.parse::<jiff::civil::DateTime>().is_ok() || text.parse::<jiff::Timestamp>().is_ok())
            .then_some(day)
    })?;
    if day.len() == 10 { day.parse().ok() } else { None }
}

/// An absolute web address that may be put into a link as it is.
pub(super) fn url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let host = rest.split(['/', '?', '#']).next()?;
    let clean = !text.chars().any(|c| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '`'));
    // A user name before the host is how a link pretends to lead elsewhere.
    (web && clean && !host.is_empty() && !host.starts_with(':') && !host.contains('@'))
        .then(|| text.to_owned())
}

/// A code of the ROME, France Travail's register of occupations: a letter and four digits.
pub(super) fn rome(text: &str) -> Option<String> {
    let code = text.to_ascii_uppercase();
    let bytes = code.as_bytes();
    let shaped =
        bytes.len() == 5 && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit);
    shaped.then_some(code)
}

/// Whole years up to 50.
pub(super) fn years(text: &str) -> Option<u8> {
    text.parse().ok().filter(|years| *years <= 50)
}

/// A level of the French framework of qualifications (decree 2019-14), which follows the European one: 3 for a CAP, 4 for the
/// baccalauréat, 5 for two years after it, 6 for three or four, 7 for five, 8 for a doctorate. Takes the number or how people
/// and feeds say it.
pub(super) fn education(text: &str) -> Option<u8> {
    match plain(text).as_str() {
        "3" | "niveau 3" | "cap" | "bep" | "cap, bep" | "cap/bep" | "cap bep" | "bep cap" | "bep cap bpa" => {
            Some(3)
        }
        "4" | "niveau 4" | "bac" | "baccalaureat" | "bac pro" | "bac, bac professionnel" | "bp" => Some(4),
        "5" | "niveau 5" | "bac+2" | "bac +2" | "bac + 2" | "bts" | "dut" | "deug" | "bts, dut, deug" => {
            Some(5)
        }
        "6" | "niveau 6" | "bac+3" | "bac +3" | "bac + 3" | "bac+4" | "bac +4" | "bac + 4" | "but"
        | "licence" | "licence pro" | "bachelor" | "maitrise" | "bac+3, bac+4" | "bac +3, bac +4" => Some(6),
        "7"
        | "niveau 7"
        | "bac+5"
        | "bac +5"
        | "bac + 5"
        | "master"
        | "ingenieur"
        | "diplome d ingenieur"
        | "mba" => Some(7),
        "8" | "niveau 8" | "doctorat" | "phd" | "bac+8" | "bac +8" | "bac + 8" => Some(8),
        _ => None,
    }
}

/// Degrees up to `most` either way, with a point or a comma before the decimals.
pub(super) fn degrees(text: &str, most: f64) -> Option<f64> {
    text.replace(',', ".").parse().ok().filter(|degrees: &f64| degrees.abs() <= most)
}

/// A country of ISO 3166-1, two letters.
pub(super) fn country(text: &str) -> Option<String> {
    const ASSIGNED: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO \
        BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG \
        EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID \
        IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA \
        MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA \
        PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST \
        SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE \
        YT ZA ZM ZW";
    let code = text.to_ascii_uppercase();
    ASSIGNED.split(' ').any(|assigned| assigned == code).then_some(code)
}
