//! Sums of money out of what feeds say of pay. Offers have whole euros.

/// A sum in a text.
struct Sum {
    cents: u64,
    /// Whether a currency is named behind it, and thousands.
    euros: bool,
    thousands: bool,
    /// Its place, with what belongs to it.
    start: usize,
    end: usize,
}

/// A hundred euros. Below that, a sum with cents is an hourly wage that whole euros would misstate, and a bare number is one of
/// hours, months or days.
const HUNDRED: u64 = 10_000;

/// The first number, with a point before its decimals.
pub(super) fn number(text: &str) -> String {
    let Some(sum) = sums(text).into_iter().next() else { return String::new() };
    let (whole, decimals) = (sum.cents / 100, sum.cents % 100);
    if decimals == 0 { whole.to_string() } else { format!("{whole}.{decimals:02}") }
}

/// The first number as whole euros; none for nothing, as feeds write 0 where they do not tell.
pub(super) fn euros(text: &str) -> String {
    sums(text).first().and_then(whole).unwrap_or_default()
}

/// The lower bound of a salary told in words.
pub(super) fn least(text: &str) -> String {
    let bounds = bounds(text);
    let only_most = bounds.len() == 1 && says_at_most(text);
    bounds.first().filter(|_| !only_most).and_then(whole).unwrap_or_default()
}

/// The upper bound of a salary told in words.
pub(super) fn most(text: &str) -> String {
    let bounds = bounds(text);
    let most = match bounds.as_slice() {
        [only] if says_at_most(text) => Some(only),
        [least, most, ..] if most.cents >= least.cents => Some(most),
        _ => None,
    };
    most.and_then(whole).unwrap_or_default()
}

fn says_at_most(text: &str) -> bool {
    let words = crate::words::words(text);
    words.iter().any(|word| matches!(word.as_str(), "jusqu" | "maximum" | "max"))
}

fn whole(sum: &Sum) -> Option<String> {
    let is_told = sum.cents > 0 && (sum.cents.is_multiple_of(100) || sum.cents >= HUNDRED);
    is_told.then(|| ((sum.cents + 50) / 100).to_string())
}

/// The sums that are pay: those of a currency where any is, with the lower bound before one; else those of a likely size.
fn bounds(text: &str) -> Vec<Sum> {
    let mut sums = sums(text);
    if !sums.iter().any(|sum| sum.euros) {
        sums.retain(|sum| sum.cents >= HUNDRED);
        return sums;
    }
    for place in (1..sums.len()).rev() {
        let (before, upper) = (&sums[place - 1], &sums[place]);
        let between = text.get(before.end..upper.start).unwrap_or_default().trim();
        if upper.euros && !before.euros && matches!(between, "-" | "–" | "—" | "/" | "à" | "a" | "et" | "to")
        {
            // `19 - 23 k€` has its thousands once.
            let shares = upper.thousands && !before.thousands && before.cents < upper.cents / 10;
            let lower = &mut sums[place - 1];
            lower.euros = true;
            lower.cents *= if shares { 1000 } else { 1 };
        }
    }
    sums.retain(|sum| sum.euros);
    sums
}

fn sums(text: &str) -> Vec<Sum> {
    let mut sums = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|found| at + found) {
        let is_within_word = text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
        let (cents, end) = figure(text, start);
        let (thousands, euros, end) = unit(text, end);
        let goes_on =
            !thousands && !euros && text[end..].starts_with(|c: char| c.is_alphabetic() || c == '%');
        if let Some(cents) = cents.filter(|_| !is_within_word && !goes_on) {
            let cents = if thousands { cents.saturating_mul(1000) } else { cents };
            sums.push(Sum { cents, euros, thousands, start, end });
        }
        at = end;
    }
    sums
}

/// A number in hundredths and where it ends. Groups of three digits may be set apart by a space, a point or a comma.
fn figure(text: &str, start: usize) -> (Option<u64>, usize) {
    let digits_at = |at: usize| text[at..].bytes().take_while(u8::is_ascii_digit).count();
    let separator = |at: usize| text[at..].chars().next().map(|c| (c, at + c.len_utf8()));
    let mut end = start + digits_at(start);
    let mut whole = text[start..end].to_owned();
    let can_group = whole.len() <= 3;
    while let Some((_, after)) = separator(end)
        .filter(|(c, _)| can_group && matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '.' | ',' | '\''))
        && digits_at(after) == 3
    {
        whole.push_str(&text[after..after + 3]);
        end = after + 3;
    }
    let mut decimals = String::new();
    if let Some((_, after)) = separator(end).filter(|(c, _)| matches!(c, '.' | ','))
        && digits_at(after) > 0
    {
        end = after + digits_at(after);
        decimals.push_str(&text[after..end]);
    }
    decimals.push_str("00");
    let cents = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(100));
    let cents = cents.and_then(|cents| cents.checked_add(decimals[..2].parse().ok()?));
    (cents.filter(|cents| *cents <= u64::from(u32::MAX) * 100), end)
}

/// `k`, `€`, `EUR` behind a number: whether there are thousands, whether a currency, and where they end.
fn unit(text: &str, end: usize) -> (bool, bool, usize) {
    let word = text[end..].trim_start();
    let begins = text.len() - word.len();
    let length = word.find(|c: char| !(c.is_alphabetic() || c == '€')).unwrap_or(word.len());
    match word[..length].to_lowercase().as_str() {
        "€" | "eur" | "euro" | "euros" => (false, true, begins + length),
        "k€" | "ke" | "keur" | "keuros" => (true, true, begins + length),
        "k" => {
            let currency = word[length..].trim_start().starts_with('€');
            (
                true,
                true,
                if currency {
                    text.len() - word[length..].trim_start().len() + '€'.len_utf8()
                } else {
                    begins + length
                },
            )
        }
        _ => (false, false, end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, lower, upper) in [
            ("De 810€ à 1 790€ par mois", "810", "1790"),
            ("19 - 23 k€ brut annuel", "19000", "23000"),
            ("A partir de 24 k€ brut annuel", "24000", ""),
            ("720,00 - 1 790,00 EUR", "720", "1790"),
            ("25 000 € - 29 000 € par an", "25000", "29000"),
            ("De 26 100€ à 28 200€ brut annuel sur 13 mois", "26100", "28200"),
            ("1 930 €", "1930", ""),
            ("Jusqu'à 35 K€ la première année", "", "35000"),
            ("35 heures, 2000 €", "2000", ""),
            ("2 000 - 2 500 sur 13 mois", "2000", "2500"),
            ("À partir de 12,34 € par heure", "", ""),
            ("12 € par heure", "12", ""),
            ("13ème mois, 5 %", "", ""),
            ("Selon profil", "", ""),
        ] {
            assert_eq!((least(text).as_str(), most(text).as_str()), (lower, upper), "{text}");
        }
    }

    #[test]
    fn numbers() {
        for (text, sum, figure) in [
            ("31000.000", "31000", "31000"),
            ("1823,00", "1823", "1823"),
            ("26000.40", "26000", "26000.40"),
            ("11.88", "", "11.88"),
            ("0", "", "0"),
            ("1.823,00 €", "1823", "1823"),
            ("35\u{202f}000", "35000", "35000"),
            ("99999999999999999999999", "", ""),
            ("x", "", ""),
        ] {
            assert_eq!((euros(text).as_str(), number(text).as_str()), (sum, figure), "{text}");
        }
    }
}
