//! How long a report takes in each format, how large it is, and what memory it needs, beside plain CSV writing of the same
//! rows: `render_time [REPEATS]`. Without arguments once each. `HOSTILE=1` repeats the same document two hundred times and
//! shows that memory stays where it is.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::{error::Error, time::Instant};

use common::{activity, large, of_table};
use vivier_domain::member::Language;
use vivier_report::{Cell, Dialect, RenderError, Report};

type Render = fn(&Report) -> Result<Vec<u8>, RenderError>;

const FORMATS: [(&str, Render); 4] = [
    ("json", Report::to_json),
    ("csv", |report| report.to_csv(Dialect::Standard, None)),
    ("xlsx", Report::to_xlsx),
    ("pdf", Report::to_pdf),
];

fn main() -> Result<(), Box<dyn Error>> {
    let repeats: u32 = std::env::args().nth(1).map_or(Ok(1), |number| number.parse())?;
    println!(
        "{:<22} {:<5} {:>9} {:>9} {:>11} {:>7} {:>9}",
        "report", "", "ms", "kB", "rows/s", "x csv", "peak MiB"
    );
    let reports = [
        ("activity, 42 rows", activity(Language::Fr)),
        ("1 000 rows", of_table(Language::Fr, large(1_000))),
        ("10 000 rows", of_table(Language::Fr, large(10_000))),
    ];
    for (name, report) in &reports {
        let rows = rows(report);
        let peer = timed(repeats, || plain(report))?;
        println!(
            "{name:<22} {:<5} {:>9.2} {:>9} {:>11.0} {:>7} {:>9}",
            "plain",
            peer.0 * 1e3,
            peer.1 / 1000,
            rows as f64 / peer.0,
            "1",
            peak()
        );
        for (format, render) in FORMATS {
            let (seconds, bytes) = timed(repeats, || Ok(render(report)?))?;
            let (rate, ratio) = (rows as f64 / seconds, seconds / peer.0);
            println!(
                "{name:<22} {format:<5} {:>9.2} {:>9} {rate:>11.0} {ratio:>7.1} {:>9}",
                seconds * 1e3,
                bytes / 1000,
                peak()
            );
        }
    }
    if std::env::var_os("HOSTILE").is_some() {
        for round in 0..200 {
            reports[0].1.to_pdf()?;
            if round % 40 == 0 {
                println!("after {round:>3} more documents: {} MiB now", status("VmRSS:"));
            }
        }
        println!("after 200 more documents: {} MiB now", status("VmRSS:"));
    }
    Ok(())
}

fn rows(report: &Report) -> usize {
    report
        .blocks
        .iter()
        .map(|block| match block {
            vivier_report::Block::Table(table) => table.rows.len(),
            _ => 0,
        })
        .sum()
}

/// The peer: what the csv crate takes for the same cells, without check, defusing, dates of a time zone.
fn plain(report: &Report) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for block in &report.blocks {
        let vivier_report::Block::Table(table) = block else { continue };
        for row in &table.rows {
            for cell in row {
                match cell {
                    Cell::Empty => writer.write_field("")?,
                    Cell::Text(text) => writer.write_field(text)?,
                    Cell::Integer(count) => writer.write_field(count.to_string())?,
                    Cell::Decimal(number) | Cell::Percent(number) => {
                        writer.write_field(number.to_string())?;
                    }
                    Cell::Date(date) => writer.write_field(date.to_string())?,
                    Cell::Moment(moment) => writer.write_field(moment.to_string())?,
                    Cell::Duration(duration) => writer.write_field(duration.as_secs_f64().to_string())?,
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
        // Tables differ in width: only their rows count here.
        let bytes = writer.into_inner()?;
        writer = csv::Writer::from_writer(bytes);
    }
    Ok(writer.into_inner()?)
}

/// The best of all repeats, and how many bytes came out.
fn timed(
    repeats: u32,
    mut render: impl FnMut() -> Result<Vec<u8>, Box<dyn Error>>,
) -> Result<(f64, usize), Box<dyn Error>> {
    let (mut best, mut bytes) = (f64::MAX, 0);
    for _ in 0..repeats.max(1) {
        let begun = Instant::now();
        bytes = render()?.len();
        best = best.min(begun.elapsed().as_secs_f64());
    }
    Ok((best, bytes))
}

/// The most memory this process ever had, in MiB.
fn peak() -> u64 {
    status("VmHWM:")
}

fn status(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    found.and_then(|text| text.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).unwrap_or_default()
        / 1024
}
