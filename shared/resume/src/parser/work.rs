//! Positions held: a date, and around it a title, an employer and a place in the order that this CV keeps.
//!
//! CVs put these in many orders, but each CV in one. So the entries are cut at their dates first, and then all of them
//! vote on where the title stands.

mod entry;
mod glued;
mod parts;
mod title;

use jiff::civil::Date;
use vivier_domain::redacted::Redacted;

use self::entry::{Entry, entries};
use self::parts::{Part, Slot};
use super::line::Line;
use super::{dates, personal};
use crate::MAX_ENTRIES;
use crate::moment::{End, Moment};
use crate::resume::Work;

/// What is longer is running text, not a task or a result in a list.
const HIGHLIGHT_WORDS: usize = 25;

/// Reads the part of a CV that is about work.
pub(super) fn read(lines: &[Line], today: Date) -> Vec<Work> {
    let mut entries = entries(&glued::freed(lines), today);
    entries.truncate(MAX_ENTRIES);
    let heads: Vec<Vec<Part>> = entries.iter().map(|entry| parts::of(&entry.head)).collect();
    let chosen = elected(&heads);
    entries.into_iter().zip(heads).map(|(entry, parts)| work(entry, &parts, chosen, today)).collect()
}

/// Without any heading for work, the lines from the first period on: a head has no periods of its own.
pub(super) fn without_heading(head: &[Line]) -> Vec<Line> {
    let dated = |line: &Line| {
        let own = personal::is_personal(&line.text, None) || personal::tells_of_birth(&line.text);
        !own && dates::periods(&line.text).iter().any(dates::Period::is_range)
    };
    let first = head.iter().position(dated).unwrap_or(head.len());
    head[first..].iter().filter(|line| !personal::is_personal(&line.text, None)).cloned().collect()
}

/// The slot where most titles of this CV stand.
fn elected(heads: &[Vec<Part>]) -> Option<Slot> {
    let mut slots: Vec<(Slot, f32, usize)> = Vec::new();
    for part in heads.iter().flatten() {
        let score = title::likeness(&part.text);
        match slots.iter_mut().find(|(slot, ..)| *slot == part.slot) {
            Some((_, sum, count)) => {
                *sum += score;
                *count += 1;
            }
            None => slots.push((part.slot, score, 1)),
        }
    }
    let entries = heads.len();
    let usual = slots.iter().filter(|(_, _, count)| count * 2 >= entries);
    let mean = |(slot, sum, count): &(Slot, f32, usize)| sum / *count as f32 + slot.prior();
    usual.max_by(|one, other| mean(one).total_cmp(&mean(other))).map(|(slot, ..)| *slot)
}

fn work(entry: Entry, parts: &[Part], chosen: Option<Slot>, today: Date) -> Work {
    let elected = parts.iter().position(|part| Some(part.slot) == chosen);
    let score = |part: &Part| title::likeness(&part.text) + part.slot.prior();
    let best = || (0..parts.len()).max_by(|one, other| score(&parts[*one]).total_cmp(&score(&parts[*other])));
    let at = elected.or_else(best);
    // The employer follows the title, or stands before it; the place is what is left, or what is in parentheses.
    let rest: Vec<&Part> =
        parts.iter().enumerate().filter(|(n, _)| Some(*n) != at).map(|(_, part)| part).collect();
    let enclosed = rest.iter().position(|part| part.enclosed);
    let name = rest.iter().enumerate().find(|(n, _)| Some(*n) != enclosed).map(|(_, part)| *part);
    let location = enclosed
        .map(|n| rest[n])
        .or_else(|| rest.iter().filter(|part| Some(part.slot) != name.map(|name| name.slot)).copied().next());
    let keep = |part: &Part| Redacted::new(part.text.as_str());
    let (highlights, sentences): (Vec<Line>, Vec<Line>) =
        entry.body.into_iter().partition(|line| line.item || line.text.split(' ').count() <= HIGHLIGHT_WORDS);
    let summary = sentences.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n");
    let (start, end) = bounded(entry.start, entry.end, today);
    Work {
        position: at.map(|at| keep(&parts[at])),
        name: name.map(keep),
        location: location.map(keep),
        start,
        end,
        summary: (!summary.is_empty()).then(|| Redacted::new(summary)),
        highlights: highlights.into_iter().take(MAX_ENTRIES).map(|line| Redacted::new(line.text)).collect(),
    }
}

/// Nobody has worked in the future: what ends there goes on, what begins there is not known.
fn bounded(start: Option<Moment>, end: End, today: Date) -> (Option<Moment>, End) {
    let Some(now) = Moment::of(today) else { return (start, end) };
    let future = |moment: Moment| moment.index(1) > now.index(12);
    let end = match end {
        End::At(moment) if future(moment) => End::Present,
        end => end,
    };
    (start.filter(|start| !future(*start)), end)
}
