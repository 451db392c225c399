//! From text to a [`Resume`]: lines, then the part of the CV each belongs to, then what each part holds.
//!
//! Every step reads each line a bounded number of times; nothing in a text can stop the parser, make it wait or make
//! it do anything but read.

mod columns;
mod contact;
mod dates;
mod headings;
mod languages;
mod line;
mod near;
mod personal;
mod skills;
mod studies;
mod work;

use jiff::civil::Date;
use vivier_text::Extracted;

use self::headings::{Section, Sure};
use self::line::Line;
pub(crate) use self::skills::names_skill;
use crate::Resume;

/// Reads the text of a CV, in French or English. `today` is what "present" means, and no date lies beyond it.
///
/// Any text gives a [`Resume`], perhaps an empty one.
pub fn parse(text: &str, today: Date) -> Resume {
    read(line::of_text(text), today)
}

/// Reads an extracted CV, whose headings and list items are known as such; otherwise as [`parse`]. What the file hides
/// is not in it.
pub fn parse_extracted(extracted: &Extracted, today: Date) -> Resume {
    read(line::of_blocks(extracted), today)
}

/// The lines of each part of a CV, in order.
#[derive(Default)]
struct Parts {
    head: Vec<Line>,
    work: Vec<Line>,
    education: Vec<Line>,
    skills: Vec<Line>,
    languages: Vec<Line>,
}

impl Parts {
    fn of(&mut self, section: Section) -> Option<&mut Vec<Line>> {
        match section {
            Section::Head | Section::Contact => Some(&mut self.head),
            Section::Work => Some(&mut self.work),
            Section::Education => Some(&mut self.education),
            Section::Skills => Some(&mut self.skills),
            Section::Languages => Some(&mut self.languages),
            Section::Other => None,
        }
    }
}

fn read(lines: Vec<Line>, today: Date) -> Resume {
    let mut parts = parted(lines);
    let basics = contact::basics(&parts.head);
    // A name at the head of each page, an address at its foot: nobody's skills.
    let name = basics.name.as_ref().map(|name| vivier_text::analysis::fold(name.expose()));
    for section in [&mut parts.work, &mut parts.education, &mut parts.skills, &mut parts.languages] {
        section.retain(|line| {
            !personal::is_personal(&line.text, name.as_deref()) && !skills::is_order(&line.text)
        });
    }
    if parts.work.is_empty() {
        parts.work = work::without_heading(&parts.head);
    }
    let (skills, mut languages) = skills::read(&parts.skills);
    languages.extend(languages::read(&parts.languages));
    languages::once(&mut languages);
    Resume {
        basics,
        work: work::read(&parts.work, today),
        education: studies::read(&parts.education),
        skills,
        languages,
    }
}

/// Sorts the lines into their parts.
fn parted(lines: Vec<Line>) -> Parts {
    // Where the file marks headings, what it does not mark is none, unless it looks like one.
    let marked = lines.iter().any(|line| line.heading.is_some() && headings::section(&line.text).is_some());
    let mut parts = Parts::default();
    let (mut section, mut level) = (Section::Head, u8::MAX);
    for line in lines {
        if let Some(next) = heading(&line, section, marked) {
            (section, level) = (next, line.heading.unwrap_or(u8::MAX));
            continue;
        }
        // A heading of the same height that means nothing here ends a list of skills all the same.
        if matches!(section, Section::Skills | Section::Languages)
            && line.heading.is_some_and(|height| height <= level && level != u8::MAX)
        {
            section = Section::Other;
            continue;
        }
        if let Some((next, rest)) = inline(&line, section) {
            if section != next {
                (section, level) = (next, u8::MAX);
            }
            if let Some(part) = parts.of(section) {
                part.push(line_of(rest));
            }
            continue;
        }
        if let Some(part) = parts.of(section) {
            part.push(line);
        }
    }
    parts
}

fn line_of(text: &str) -> Line {
    Line { text: text.to_owned(), item: false, heading: None }
}

/// The part that a line of its own begins.
fn heading(line: &Line, current: Section, marked: bool) -> Option<Section> {
    let (section, sure) = headings::judged(&line.text)?;
    let capitals = headings::is_capitals(&line.text);
    let looks = capitals || line.heading.is_some() || (!line.item && line.text.ends_with(':'));
    // Within skills, `Informatique :` is a label, not the end of them.
    if sure == Sure::Perhaps
        && (!looks || (current == Section::Skills && !capitals && line.heading.is_none()))
    {
        return None;
    }
    if line.item && !capitals {
        return None;
    }
    (looks || !marked).then_some(section)
}

/// `Langues : anglais (courant)`: a heading and what stands under it in one line.
fn inline(line: &Line, current: Section) -> Option<(Section, &str)> {
    let (before, rest) = line.text.split_once(':')?;
    let rest = rest.trim();
    let (section, sure) = headings::judged(before)?;
    if rest.is_empty() {
        return None;
    }
    let capitals = headings::is_capitals(before);
    // `Languages: Rust, Python` is a label within skills.
    if section == Section::Languages
        && current == Section::Skills
        && languages::read(&[line_of(rest)]).is_empty()
    {
        return None;
    }
    let fits = match section {
        Section::Skills | Section::Languages => sure == Sure::Words && (capitals || !line.item),
        Section::Other => sure == Sure::Words && !line.item && current != Section::Work,
        Section::Work | Section::Education => capitals && !line.item,
        Section::Contact | Section::Head => false,
    };
    fits.then_some((section, rest))
}

#[cfg(test)]
mod tests;
