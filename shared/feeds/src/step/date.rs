//! Days, however a feed writes them.

use jiff::civil::Date;
use jiff::fmt::rfc2822;

/// The day as ISO 8601 has it. A moment's day is that of the place where it was written.
pub(super) fn iso(text: &str, format: Option<&str>) -> String {
    let day = match format {
        Some(format) => Date::strptime(format, text).ok(),
        None => day(text),
    };
    // What cannot be read is left for the import to refuse: another day would mislead.
    day.map_or_else(|| text.to_owned(), |day| day.to_string())
}

/// Year first, or day first; a time may follow.
fn day(text: &str) -> Option<Date> {
    let head = text.split(['T', ' ', '\n']).next().unwrap_or_default();
    if head.len() == 8
        && let Ok(digits) = head.parse::<u32>()
    {
        return date(digits / 10_000, digits / 100 % 100, digits % 100);
    }
    let parts: Vec<&str> = head.split(['-', '/', '.']).collect();
    if let [first, month, last] = parts.as_slice()
        && parts.iter().all(|part| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
        if year.len() == 4 && day.len() <= 2 && month.len() <= 2 {
            return date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        }
    }
    rfc2822::parse(text).ok().map(|moment| moment.date())
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for text in [
            "2025-03-06",
            "20250306",
            "06/03/2025",
            "6/3/2025",
            "06-03-2025 00:10:10",
            "06.03.2025",
            "06/03/2025 01:00:02",
            "2025-03-06 08:00:01 UTC",
            "2025-03-06T23:00:07+0100",
            "2025-03-06T23:00:07.123Z",
            "2025-03-06 23:27:00.000",
            "2025/03/06",
            "Thu, 06 Mar 2025 23:00:07 +0100",
        ] {
            assert_eq!(iso(text, None), "2025-03-06", "{text}");
        }
        for text in ["31/02/2025", "20251301", "yesterday", "2025", "3/6/25", "1/2/3/4"] {
            assert_eq!(iso(text, None), text);
        }
    }
}
