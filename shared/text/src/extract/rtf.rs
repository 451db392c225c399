//! RTF: a flat run of control words, groups and bytes. Groups are a stack of a few bytes each, never a recursion: a file
//! of 200,000 opening braces costs no more than its length.

mod state;
mod words;

use self::state::Reader;
use self::words::{Token, Tokens};
use super::{ExtractError, Sheet};

/// Most groups open at once.
const MAX_DEPTH: usize = 400_000;

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut reader = Reader::new(sheet);
    for token in Tokens::of(bytes) {
        match token {
            Token::Open => reader.open(MAX_DEPTH)?,
            Token::Close => reader.close()?,
            Token::Word(word, figure) => reader.word(word, figure)?,
            Token::Byte(byte) => reader.byte(byte),
        }
    }
    reader.end()
}
