//! Letters as they are compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents, ligatures spelt out: `Œuvre d’Été` → `oeuvre d’ete`.
pub fn fold(text: &str) -> String {
    // Most words, and nothing in them to take apart.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    if text.chars().all(|c| fold_letter(c).map(|letter| folded.push(letter)).is_some()) {
        return folded;
    }
    folded.clear();
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            // What only says where a line may break.
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            '×' => folded.push('x'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            // U+0130 lowers to an i and a combining dot.
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// What most letters are folded to, without taking them apart; `None` where that must be done.
fn fold_letter(c: char) -> Option<char> {
    Some(match c {
        '\0'..='\u{7f}' => c.to_ascii_lowercase(),
        'à' | 'â' | 'ä' | 'À' | 'Â' | 'Ä' => 'a',
        'ç' | 'Ç' => 'c',
        'è'..='ë' | 'È'..='Ë' => 'e',
        'î' | 'ï' | 'Î' | 'Ï' => 'i',
        'ô' | 'ö' | 'Ô' | 'Ö' => 'o',
        'ù' | 'û' | 'ü' | 'Ù' | 'Û' | 'Ü' => 'u',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_way_leads_where_the_long_one_does() {
        for c in '\0'..='\u{17f}' {
            if let Some(letter) = fold_letter(c) {
                // With something that must be taken apart, nothing goes the quick way.
                assert_eq!(fold(&format!("{c}ø")), format!("{letter}o"), "{c:?}");
            }
        }
    }
}
