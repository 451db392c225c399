//! Writes a month's activity in all formats, to look at: `sample FOLDER`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::{error::Error, path::Path};

use vivier_domain::member::Language;
use vivier_report::Dialect;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: sample FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for (language, name) in [(Language::Fr, "activite"), (Language::En, "activity")] {
        let report = common::activity(language);
        let files = [
            ("json", report.to_json()?),
            ("csv", report.to_csv(Dialect::Excel, None)?),
            ("xlsx", report.to_xlsx()?),
            ("pdf", report.to_pdf()?),
        ];
        for (extension, bytes) in files {
            std::fs::write(folder.join(name).with_extension(extension), bytes)?;
        }
    }
    Ok(())
}
