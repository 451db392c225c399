//! Asks the person at the terminal; or, for scripts, takes the answers from standard input, one a line, in the order in
//! which they are asked for.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::failure::Failure;

/// Where answers come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Prompt {
    /// A person.
    Terminal,
    /// Lines of standard input.
    Lines,
}

impl Prompt {
    /// Lines where they are announced, a person otherwise.
    pub(crate) fn new(lines: bool) -> Result<Self, Failure> {
        if lines {
            Ok(Self::Lines)
        } else if io::stdin().is_terminal() {
            Ok(Self::Terminal)
        } else {
            Err(Failure::Usage("there is no terminal to ask at: use --password-stdin".into()))
        }
    }

    /// A text that may be seen.
    pub(crate) fn text(self, what: &str) -> Result<String, Failure> {
        match self {
            Self::Terminal => {
                eprint!("{what}: ");
                io::stderr().flush().map_err(|error| unreadable(what, &error))?;
                line(what)
            }
            Self::Lines => line(what),
        }
    }

    /// A text that nobody sees.
    pub(crate) fn secret(self, what: &str) -> Result<String, Failure> {
        match self {
            Self::Terminal => {
                rpassword::prompt_password(format!("{what}: ")).map_err(|error| unreadable(what, &error))
            }
            Self::Lines => line(what),
        }
    }

    /// A new secret: a person types it twice.
    pub(crate) fn new_secret(self, what: &str) -> Result<String, Failure> {
        let first = self.secret(what)?;
        if matches!(self, Self::Terminal) && self.secret(&format!("{what}, once more"))? != first {
            return Err(Failure::Usage("the two are not the same".into()));
        }
        Ok(first)
    }
}

fn line(what: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = io::stdin().lock().read_line(&mut text).map_err(|error| unreadable(what, &error))?;
    if read == 0 {
        return Err(Failure::Usage(format!("{what} is asked for, and the input has no line for it")));
    }
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

fn unreadable(what: &str, error: &io::Error) -> Failure {
    Failure::Usage(format!("{what} cannot be read: {error}"))
}
