//! HTML as plain text: paragraphs apart, list items on lines of their own. What the browser would not show is left out.
//!
//! Only the tokenizer of html5ever is used and nothing calls itself: a text nested without end costs no more than a flat
//! one. Text without any markup keeps its lines.

use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// Tags by which HTML is known from a text that has angle brackets for another reason.
const TAGS: &str = " a abbr article b blockquote body br center code dd div dl dt em figure font footer form h1 h2 h3 h4 h5 h6 \
    head header hr html i iframe img li link main meta ol p pre s script section small span strike strong style sub sup table \
    tbody td th thead tr u ul ";
/// Where a paragraph ends.
const BLOCKS: &str = " address article aside blockquote body center dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr \
    main ol p pre section table ul ";
/// What is no text.
const ASIDE: &str = " iframe math noscript object script select style svg template title ";

/// The text of a piece of HTML. Some feeds escape it twice.
pub(super) fn plain(source: &str) -> String {
    if !has_tag(source) && !has_reference(source) {
        return tidy(source);
    }
    let text = read(source);
    if !has_tag(source) && has_tag(&text) { read(&text) } else { text }
}

fn read(source: &str) -> String {
    let queue = BufferQueue::default();
    queue.push_back(source.into());
    let page = Page { keeps_lines: !has_tag(source), ..Page::default() };
    let tokenizer = Tokenizer::new(Sink(RefCell::new(page)), TokenizerOpts::default());
    // Scripts are never run, so the tokenizer stops nowhere but at the end.
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    tidy(&tokenizer.sink.0.into_inner().text)
}

fn is_in(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known.eq_ignore_ascii_case(name))
}

fn has_tag(text: &str) -> bool {
    text.split('<').skip(1).any(|after| {
        let name = after.strip_prefix('/').unwrap_or(after);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        name[end..].starts_with(['>', '/', ' ', '\n', '\r', '\t']) && is_in(TAGS, &name[..end])
    })
}

fn has_reference(text: &str) -> bool {
    text.split('&').skip(1).any(|after| {
        let name = after.split(';').next().unwrap_or_default();
        name.len() < after.len()
            && (1..=31).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
    })
}

/// Single spaces, no white space around a line, at most one line empty, no list item without a text.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.replace("\r\n", "\n").split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            empty += 1;
        } else if words != ["-"] {
            if !tidied.is_empty() {
                tidied.push_str(if empty > 0 { "\n\n" } else { "\n" });
            }
            tidied.push_str(&words.join(" "));
            empty = 0;
        }
    }
    tidied
}

#[derive(Default)]
struct Page {
    text: String,
    /// The source has references but no tags: its lines are the author's.
    keeps_lines: bool,
    /// Lists that are open, and the element that is passed over.
    lists: usize,
    aside: Option<String>,
}

/// The tokenizer shares its sink by reference.
struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) if page.aside.is_none() => page.write(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return page.open(&tag),
            Token::TagToken(tag) => page.close(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    fn write(&mut self, text: &str) {
        if self.keeps_lines {
            self.text.push_str(text);
        } else {
            self.text.extend(text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
        }
    }

    fn open(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if self.aside.is_none() {
            match name {
                "br" => self.text.push('\n'),
                "tr" => self.end_line(1),
                "td" | "th" => self.text.push(' '),
                "li" => {
                    self.end_line(1);
                    self.text.push_str("- ");
                }
                _ if is_in(BLOCKS, name) => self.paragraph(),
                _ => {}
            }
            if is_in(ASIDE, name) && !tag.self_closing {
                self.aside = Some(name.to_owned());
            }
            self.lists += usize::from(matches!(name, "ul" | "ol"));
        }
        match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "iframe" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(aside) = &self.aside {
            if aside == name {
                self.aside = None;
            }
            return;
        }
        if matches!(name, "ul" | "ol") {
            self.lists = self.lists.saturating_sub(1);
        }
        match name {
            "li" => self.end_line(1),
            _ if is_in(BLOCKS, name) => self.paragraph(),
            _ => {}
        }
    }

    /// An empty line, but within lists a line's end, and nothing right behind an item's mark.
    fn paragraph(&mut self) {
        let written = self.text.trim_end_matches(' ');
        if written != "-" && !written.ends_with("\n-") {
            self.end_line(if self.lists > 0 { 1 } else { 2 });
        }
    }

    /// Sees to it that so many line ends are behind what was written.
    fn end_line(&mut self, wanted: usize) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        let ends = self.text.len() - self.text.trim_end_matches('\n').len();
        self.text.push_str(&"\n\n"[ends.min(wanted)..wanted]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (html, text) in [
            ("<p>Une</p>\n<p>deux<br>trois</p>", "Une\n\ndeux\ntrois"),
            (
                "<p>Lot :</p><ul>\n<li><p>un</p></li><li>deux<ul><li>trois</li></ul></li></ul><p>fin</p>",
                "Lot :\n\n- un\n- deux\n- trois\n\nfin",
            ),
            ("<ul><li></li><li>un</li></ul>", "- un"),
            ("d&eacute;j&agrave; l&rsquo;&nbsp;été &amp; R&D", "déjà l’ été & R&D"),
            ("&lt;p&gt;deux &amp;amp; fois&lt;/p&gt;&lt;p&gt;x&lt;/p&gt;", "deux & fois\n\nx"),
            ("a &lt; b", "a < b"),
            ("a\n\n\n\nb \n  c&nbsp;d", "a\n\nb\nc d"),
            ("moins de <5 ans> et x<y", "moins de <5 ans> et x<y"),
            ("<style>p{}</style><script>alert('</p>')</script>vu<!-- non --><iframe>x</iframe>", "vu"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<b>gras</b> <A HREF='x'>lien</A>", "gras lien"),
            ("<p><br></p><p>&nbsp;</p>", ""),
            ("mal <b>fermé <li>un", "mal fermé\n- un"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = "<div>".repeat(200_000) + "fond";
        assert_eq!(plain(&deep), "fond");
    }
}
