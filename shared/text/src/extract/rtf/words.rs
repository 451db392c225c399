//! Bytes become control words, braces and characters (RTF 1.9.1, "RTF Syntax").

pub(super) enum Token<'b> {
    Open,
    Close,
    /// A control word or symbol, with its figure.
    Word(&'b str, Option<i32>),
    /// A byte of text, in the encoding of its font.
    Byte(u8),
}

pub(super) struct Tokens<'b>(&'b [u8]);

impl<'b> Tokens<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    fn control(&mut self) -> Option<Token<'b>> {
        let letters = self.0.iter().take_while(|byte| byte.is_ascii_alphabetic()).count().min(32);
        if letters == 0 {
            let (symbol, rest) = self.0.split_at_checked(1)?;
            self.0 = rest;
            return match symbol {
                b"'" => {
                    let (digits, rest) = self.0.split_at_checked(2)?;
                    let byte = std::str::from_utf8(digits).ok().and_then(|d| u8::from_str_radix(d, 16).ok());
                    self.0 = rest;
                    Some(byte.map_or(Token::Word("", None), Token::Byte))
                }
                [byte @ (b'{' | b'}' | b'\\')] => Some(Token::Byte(*byte)),
                b"\r" | b"\n" => Some(Token::Word("par", None)),
                symbol => Some(Token::Word(std::str::from_utf8(symbol).unwrap_or(""), None)),
            };
        }
        let (word, rest) = self.0.split_at(letters);
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let figure = if digits == 0 { 0 } else { sign + digits };
        let number = std::str::from_utf8(&rest[..figure]).ok().and_then(|number| number.parse().ok());
        let rest = &rest[figure..];
        self.0 = rest.strip_prefix(b" ").unwrap_or(rest);
        let word = std::str::from_utf8(word).unwrap_or("");
        if word == "bin" {
            // The length is a claim: what is skipped ends with the file.
            let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0).min(self.0.len());
            self.0 = &self.0[length..];
        }
        Some(Token::Word(word, number))
    }
}

impl<'b> Iterator for Tokens<'b> {
    type Item = Token<'b>;

    fn next(&mut self) -> Option<Token<'b>> {
        loop {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            return match first {
                b'{' => Some(Token::Open),
                b'}' => Some(Token::Close),
                b'\\' => self.control(),
                // Line ends are the writer's own.
                b'\r' | b'\n' | 0 => continue,
                byte => Some(Token::Byte(*byte)),
            };
        }
    }
}
