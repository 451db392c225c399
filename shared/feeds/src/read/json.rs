//! JSON, one record at a time: the members of a list, or one object alone.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::{Deserializer, Value};

use super::lines::Lines;
use super::{Found, MAX_RECORD};
use crate::fault::{FeedFault, RecordFault};
use crate::path::Path;
use crate::raw::Raw;

/// Reads on from where the last record ended.
pub(super) struct Json<'f> {
    text: Cow<'f, str>,
    at: usize,
    lines: Lines,
    /// Where the list of records is, from the root.
    records: &'f [String],
    state: State,
}

enum State {
    /// Nothing is read.
    Start,
    /// Before the first member of the list.
    First,
    /// Behind a member.
    More,
    /// The end was reached, or the one object was given.
    End,
}

impl<'f> Json<'f> {
    pub(super) fn new(text: Cow<'f, str>, records: Option<&'f Path>) -> Self {
        let records = records.map_or(&[][..], |path| path.names.as_slice());
        Self { text, at: 0, lines: Lines::new(), records, state: State::Start }
    }

    pub(super) fn next(&mut self) -> Result<Option<Found>, FeedFault> {
        if let State::Start = self.state {
            self.seek()?;
            if self.peek() != Some(b'[') {
                let found = self.record()?;
                self.close()?;
                return Ok(Some(found));
            }
            self.at += 1;
            self.state = State::First;
        }
        let next = self.peek();
        match (&self.state, next) {
            (State::End, _) => Ok(None),
            (State::First | State::More, Some(b']')) => {
                self.at += 1;
                self.close()?;
                Ok(None)
            }
            (State::More, _) => {
                self.expect(b',')?;
                self.record().map(Some)
            }
            _ => {
                self.state = State::More;
                self.record().map(Some)
            }
        }
    }

    /// Goes to the value that holds the records.
    fn seek(&mut self) -> Result<(), FeedFault> {
        for name in self.records {
            if !matches!(self.peek(), Some(b'{') | None) {
                return Err(FeedFault::NoRecords);
            }
            self.expect(b'{')?;
            let mut first = true;
            loop {
                if self.peek() == Some(b'}') {
                    return Err(FeedFault::NoRecords);
                }
                if !std::mem::take(&mut first) {
                    self.expect(b',')?;
                }
                if self.member()? == *name {
                    break;
                }
                self.value()?;
            }
        }
        match self.peek() {
            Some(b'{' | b'[') => Ok(()),
            Some(_) => Err(FeedFault::NoRecords),
            None => Err(FeedFault::Truncated),
        }
    }

    /// Reads what follows the records, so that the file is known to be whole.
    fn close(&mut self) -> Result<(), FeedFault> {
        for _ in self.records {
            while self.peek() == Some(b',') {
                self.at += 1;
                self.member()?;
                self.value()?;
            }
            self.expect(b'}')?;
        }
        self.state = State::End;
        if self.peek().is_some() { Err(self.malformed()) } else { Ok(()) }
    }

    /// The name of a member, up to its value.
    fn member(&mut self) -> Result<String, FeedFault> {
        if !matches!(self.peek(), Some(b'"') | None) {
            return Err(self.malformed());
        }
        let range = self.value()?;
        let name = serde_json::from_str(&self.text[range]).map_err(|_| self.malformed())?;
        self.expect(b':')?;
        Ok(name)
    }

    fn record(&mut self) -> Result<Found, FeedFault> {
        let range = self.value()?;
        let line = self.lines.of(range.start, self.text.as_bytes());
        let text = &self.text[range];
        let (raw, fault) = if text.len() > MAX_RECORD {
            (Value::Null, Some(RecordFault::TooLarge))
        } else {
            match serde_json::from_str(text) {
                Ok(value @ Value::Object(_)) => (value, None),
                Ok(_) => (Value::Null, Some(RecordFault::NotAnObject)),
                // It was passed over well: it is nested too deep, or a text in it has half a character.
                Err(_) => (Value::Null, Some(RecordFault::Malformed)),
            }
        };
        Ok(Found { line, raw: Raw::Json(raw), fault })
    }

    /// Passes over a value, without building anything.
    fn value(&mut self) -> Result<Range<usize>, FeedFault> {
        self.peek();
        let start = self.at;
        let mut values = Deserializer::from_str(&self.text[start..]).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => {
                self.at = start + values.byte_offset();
                Ok(start..self.at)
            }
            Some(Err(error)) if !error.is_eof() => Err(self.malformed()),
            _ => Err(FeedFault::Truncated),
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.at += space;
        rest.get(space).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), FeedFault> {
        match self.peek() {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.malformed()),
            None => Err(FeedFault::Truncated),
        }
    }

    fn malformed(&mut self) -> FeedFault {
        FeedFault::Malformed { line: self.lines.of(self.at, self.text.as_bytes()) }
    }
}
