//! The guard with real children: this program started again, and programs that behave worse than any reader.
#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

mod files;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use vivier_text::extract::guard::{self, Limits};
use vivier_text::{ExtractError, Extracted, Hint, Place};

fn main() -> ExitCode {
    if let Some(code) = guard::child_main_if_asked() {
        return code;
    }
    let rogues = tempfile::tempdir().unwrap();
    let folder = rogues.path().to_owned();
    // Written before any test starts a process: a file still open for writing anywhere cannot be executed.
    let rogue = move |name: &str| folder.join(name);
    for (name, script) in [
        ("hangs", "exec sleep 60"),
        ("closes_and_hangs", "exec >&- 2>&- <&-; exec sleep 60"),
        ("faults", "kill -SEGV $$"),
        ("is_killed", "kill -KILL $$"),
        ("fails", "exit 1"),
        ("babbles", "echo not json"),
        ("floods", "exec yes"),
        (
            "looks_around",
            r#"[ -z "$HOME$CARGO_MANIFEST_DIR$USER" ] && [ "$PDFIUM_PATH" = /nowhere ] && echo '{"Err":"no_text"}'"#,
        ),
    ] {
        let path = rogue(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut trials = Vec::new();
    let mut test = |name: &str, test: Box<dyn FnOnce() + Send>| {
        trials.push(Trial::test(name, move || {
            test();
            Ok(())
        }));
    };

    for (name, error) in [
        ("hangs", ExtractError::TimedOut),
        ("closes_and_hangs", ExtractError::TimedOut),
        ("faults", ExtractError::Crashed),
        ("is_killed", ExtractError::OutOfMemory),
        ("fails", ExtractError::Crashed),
        ("babbles", ExtractError::Crashed),
        ("floods", ExtractError::TooLarge),
        ("is_missing", ExtractError::Unavailable),
    ] {
        let program = Some(rogue(name));
        test(
            &format!("child::{name}"),
            Box::new(move || {
                let limits = Limits {
                    program,
                    time: Duration::from_millis(1500),
                    output: 1 << 20,
                    ..Limits::default()
                };
                // Larger than a pipe, so that a child that does not read blocks its writer.
                assert_eq!(guard::run(&vec![b'x'; 1 << 20], Hint::default(), None, &limits), Err(error));
            }),
        );
    }
    let program = Some(rogue("looks_around"));
    test(
        "child::gets_no_environment",
        Box::new(move || {
            let limits = Limits { program, pdfium: Some("/nowhere".into()), ..Limits::default() };
            assert_eq!(guard::run(b"x", Hint::default(), None, &limits), Err(ExtractError::NoText));
        }),
    );

    test(
        "reads::txt",
        Box::new(|| assert_eq!(read("Bonjour à tous".as_bytes(), "a.txt").unwrap().text(), "Bonjour à tous")),
    );
    test(
        "reads::docx",
        Box::new(|| {
            assert_eq!(read(&files::docx(&files::p("Bonjour")), "é\n\".docx").unwrap().text(), "Bonjour");
        }),
    );
    test("reads::error", Box::new(|| assert_eq!(read(b"MZ\0", "a.pdf"), Err(ExtractError::Mismatch))));

    test(
        "limits::input",
        Box::new(|| {
            let limits = Limits { input: 3, ..Limits::default() };
            assert_eq!(guard::run(b"four", Hint::default(), None, &limits), Err(ExtractError::TooLarge));
        }),
    );
    test(
        "limits::output",
        Box::new(|| {
            let limits = Limits { output: 100, ..Limits::default() };
            assert_eq!(
                guard::run("mot ".repeat(1000).as_bytes(), Hint::default(), None, &limits),
                Err(ExtractError::TooLarge)
            );
        }),
    );
    test(
        "limits::memory",
        Box::new(|| {
            let large = files::archive(&[("word/document.xml", &" ".repeat(90 << 20))]);
            let limits = Limits { memory: 64 << 20, ..Limits::default() };
            assert_eq!(guard::run(&large, Hint::default(), None, &limits), Err(ExtractError::OutOfMemory));
        }),
    );

    test(
        "pdf::pages",
        Box::new(|| {
            let found =
                read(&files::pdf(&[Some("Vingt-cinq jours de cong\\351s."), None, Some("Fin.")]), "a.pdf")
                    .unwrap();
            let blocks: Vec<_> =
                found.blocks.iter().map(|block| (block.text.as_str(), block.place.clone())).collect();
            assert_eq!(
                blocks,
                [("Vingt-cinq jours de congés.", Place::Page { page: 1 }), ("Fin.", Place::Page { page: 3 })]
            );
            assert_eq!(found.pages, Some(3));
        }),
    );
    test(
        "pdf::without_text",
        Box::new(|| assert_eq!(read(&files::pdf(&[None]), "a.pdf"), Err(ExtractError::NoText))),
    );
    test(
        "pdf::truncated",
        Box::new(|| assert_eq!(read(b"%PDF-1.4\n1 0 obj\n<<", "a.pdf"), Err(ExtractError::Corrupt))),
    );
    test(
        "pdf::without_library",
        Box::new(|| {
            let limits = Limits { pdfium: Some("/nowhere".into()), ..Limits::default() };
            let file = files::pdf(&[Some("x")]);
            assert_eq!(guard::run(&file, Hint::default(), None, &limits), Err(ExtractError::Unavailable));
        }),
    );

    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn read(bytes: &[u8], name: &str) -> Result<Extracted, ExtractError> {
    let limits = Limits { pdfium: Some(pdfium()), ..Limits::default() };
    guard::run(bytes, Hint { media_type: None, file_name: Some(name) }, None, &limits)
}

fn pdfium() -> PathBuf {
    if let Some(path) = std::env::var_os("PDFIUM_PATH") {
        return path.into();
    }
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/lib");
    let versions = std::fs::read_dir(&packages).into_iter().flatten().filter_map(Result::ok);
    let mut libraries =
        versions.map(|version| version.path().join("site-packages/pypdfium2_raw/libpdfium.so"));
    libraries.find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("no PDFium under {}: install infra/local/requirements.txt into .venv, or name libpdfium.so in PDFIUM_PATH", packages.display())
    })
}
