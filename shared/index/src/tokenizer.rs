//! The French analysis as the engine's tokenizers.

use std::collections::HashSet;

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

use vivier_text::analysis::{self, root};

/// Every word of a text.
pub(crate) const TEXT: &str = "vivier_text";
/// Every word of a short text once: a title that names both genders is not twice as good.
pub(crate) const NAME: &str = "vivier_name";
/// As [`NAME`], by word family.
pub(crate) const ROOT: &str = "vivier_root";

/// The tokenizers an index is written with.
pub(crate) fn manager() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(TEXT, TextAnalyzer::from(French { once: false, by_root: false }));
    manager.register(NAME, TextAnalyzer::from(French { once: true, by_root: false }));
    manager.register(ROOT, TextAnalyzer::from(French { once: true, by_root: true }));
    manager
}

#[derive(Clone, Copy)]
struct French {
    once: bool,
    by_root: bool,
}

impl Tokenizer for French {
    type TokenStream<'t> = Tokens;

    fn token_stream<'t>(&'t mut self, text: &'t str) -> Tokens {
        let mut seen = HashSet::new();
        let mut tokens = Vec::new();
        for term in analysis::terms(text) {
            let text = if self.by_root { root(&term.text) } else { term.text };
            if !self.once || seen.insert(text.clone()) {
                let (offset_from, offset_to) = (term.span.start, term.span.end);
                tokens.push(Token {
                    offset_from,
                    offset_to,
                    position: tokens.len(),
                    text,
                    position_length: 1,
                });
            }
        }
        Tokens { tokens, next: 0 }
    }
}

struct Tokens {
    tokens: Vec<Token>,
    next: usize,
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        self.next += 1;
        self.next <= self.tokens.len()
    }

    fn token(&self) -> &Token {
        &self.tokens[self.next - 1]
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.tokens[self.next - 1]
    }
}
