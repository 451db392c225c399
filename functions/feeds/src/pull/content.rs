//! A file as it comes in: never more of it than an import takes, unpacked or not.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use vivier_domain::import::MAXIMUM_BYTES;

use super::fault::Fault;

/// What a packed file begins with (RFC 1952). No form of an import does.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file so far.
#[derive(Debug)]
pub struct Content {
    most: u64,
    received: u64,
    beginning: Vec<u8>,
    rest: Option<Rest>,
}

#[derive(Debug)]
enum Rest {
    Plain(Bounded),
    Packed(Box<MultiGzDecoder<Bounded>>),
}

/// Bytes, up to a limit.
#[derive(Debug)]
struct Bounded {
    bytes: Vec<u8>,
    most: u64,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() + part.len()) as u64 > self.most {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::new(MAXIMUM_BYTES)
    }
}

impl Content {
    fn new(most: u64) -> Self {
        Self { most, received: 0, beginning: Vec::new(), rest: None }
    }

    /// Refuses a file whose server says that it is too large.
    pub fn expect(&self, bytes: u64) -> Result<(), Fault> {
        if bytes > self.most { Err(Fault::TooLarge) } else { Ok(()) }
    }

    /// How many bytes came, packed as they were.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// Takes the next part.
    pub fn push(&mut self, part: &[u8]) -> Result<(), Fault> {
        self.received += part.len() as u64;
        self.expect(self.received)?;
        if let Some(rest) = &mut self.rest {
            return rest.write(part);
        }
        self.beginning.extend_from_slice(part);
        if self.beginning.len() >= GZIP.len() { self.begin() } else { Ok(()) }
    }

    /// The whole file, unpacked.
    pub fn finish(mut self) -> Result<Vec<u8>, Fault> {
        if self.rest.is_none() {
            self.begin()?;
        }
        let bytes = self.rest.map_or(Ok(Vec::new()), Rest::finish)?;
        if bytes.is_empty() { Err(Fault::Empty) } else { Ok(bytes) }
    }

    fn begin(&mut self) -> Result<(), Fault> {
        let into = Bounded { bytes: Vec::new(), most: self.most, full: false };
        let beginning = std::mem::take(&mut self.beginning);
        let mut rest = if beginning.starts_with(&GZIP) {
            Rest::Packed(Box::new(MultiGzDecoder::new(into)))
        } else {
            Rest::Plain(into)
        };
        rest.write(&beginning)?;
        self.rest = Some(rest);
        Ok(())
    }
}

impl Rest {
    fn write(&mut self, part: &[u8]) -> Result<(), Fault> {
        match self {
            Self::Plain(into) => into.write_all(part).map_err(|_| Fault::TooLarge),
            Self::Packed(decoder) => decoder.write_all(part).map_err(|_| unpacking(decoder.get_ref().full)),
        }
    }

    fn finish(self) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Plain(into) => Ok(into.bytes),
            Self::Packed(mut decoder) => {
                decoder.try_finish().map_err(|_| unpacking(decoder.get_ref().full))?;
                Ok(std::mem::take(&mut decoder.get_mut().bytes))
            }
        }
    }
}

const fn unpacking(full: bool) -> Fault {
    if full { Fault::TooLarge } else { Fault::Damaged }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Pushed in parts of each size, a file always fares the same.
    fn read(bytes: &[u8], most: u64) -> Result<Vec<u8>, Fault> {
        let outcomes = [1, 2, 7, usize::MAX].map(|size| {
            let mut content = Content::new(most);
            for part in bytes.chunks(size) {
                content.push(part)?;
            }
            content.finish()
        });
        let [first, others @ ..] = outcomes;
        assert!(others.iter().all(|other| *other == first), "{first:?} {others:?}");
        first
    }

    #[test]
    fn files() {
        let text = b"reference;title\nA;Soudeur\n".repeat(40);
        let two = [packed(&text), packed(&text)].concat();
        for (bytes, most, outcome) in [
            (text.clone(), 1_040, Ok(text.clone())),
            (text.clone(), 1_039, Err(Fault::TooLarge)),
            (packed(&text), 1_040, Ok(text.clone())),
            (packed(&text), 1_039, Err(Fault::TooLarge)),
            (packed(&text), 10, Err(Fault::TooLarge)),
            (two, 2_080, Ok(text.repeat(2))),
            (packed(&text)[..30].to_vec(), 1_040, Err(Fault::Damaged)),
            (b"\x1f\x8bnothing packed".to_vec(), 1_040, Err(Fault::Damaged)),
            (b"a".to_vec(), 1_040, Ok(b"a".to_vec())),
            (Vec::new(), 1_040, Err(Fault::Empty)),
            (packed(b""), 1_040, Err(Fault::Empty)),
        ] {
            assert_eq!(read(&bytes, most), outcome, "{} bytes", bytes.len());
        }
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let bomb = packed(&vec![b' '; 4 << 20]);
        assert!(bomb.len() < 10_000);
        assert_eq!(read(&bomb, 1 << 20), Err(Fault::TooLarge));
    }
}
