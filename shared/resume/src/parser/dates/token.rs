//! A text as words, numbers and signs, which dates are made of.

use std::ops::Range;

use vivier_text::analysis::fold;

/// A word, number or sign, and its bytes.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Folded.
    Word(String),
    /// At most four digits; longer ones are words.
    Number {
        /// What they say.
        value: u32,
        /// How many they are.
        digits: usize,
    },
    /// Anything else but spaces; every apostrophe is `'`.
    Sign(char),
}

/// Cuts a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        if c.is_whitespace() {
            continue;
        }
        if !c.is_alphanumeric() {
            let sign = if matches!(c, '’' | 'ʼ' | '‘' | '`' | '´') { '\'' } else { c };
            tokens.push(Token { kind: Kind::Sign(sign), span: start..end });
            continue;
        }
        while let Some((at, next)) = chars.next_if(|(_, next)| is_part(*next)) {
            end = at + next.len_utf8();
        }
        tokens.push(Token { kind: kind(&text[start..end]), span: start..end });
    }
    tokens
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

fn kind(run: &str) -> Kind {
    let digits: Option<String> = run.chars().map(digit).collect();
    match digits {
        Some(digits) if digits.len() <= 4 && run.bytes().any(|byte| byte.is_ascii_digit()) => {
            Kind::Number { value: digits.parse().unwrap_or(0), digits: digits.len() }
        }
        _ => Kind::Word(fold(run)),
    }
}

/// A digit, or a letter that recognition of scanned pages takes for one.
fn digit(c: char) -> Option<char> {
    match c {
        'O' | 'o' => Some('0'),
        'l' | 'I' => Some('1'),
        c => c.is_ascii_digit().then_some(c),
    }
}
