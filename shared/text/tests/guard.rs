//! The guard with real children: this program started again, and programs that behave worse than any reader.
#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

mod drawn;
mod files;

/// Makes this program one that tries what a child must not be able to do.
const TRIES: &str = "--tries";

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use vivier_text::extract::guard::{self, Limits};
use vivier_text::{
    BlockKind, ExtractError, Extracted, Flag, Hint, PageImage, Pages, Place, Recogniser, Tesseract,
};

fn main() -> ExitCode {
    if let Some(code) = guard::child_main_if_asked() {
        return code;
    }
    if std::env::args().nth(1).as_deref() == Some(TRIES) {
        return tries();
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
        "walls::let_nothing_through",
        Box::new(|| {
            let tried = Command::new(std::env::current_exe().unwrap()).arg(TRIES).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&tried.stdout), "confined\n");
            assert!(tried.status.success());
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
        Box::new(|| {
            let found = read(&files::pdf(&[None]), "a.pdf").unwrap();
            assert!(found.is_empty());
            assert_eq!(found.flags, [Flag::Script]);
        }),
    );
    test(
        "pdf::slices",
        Box::new(|| {
            let file = files::pdf(&[Some("un"), Some("deux"), None, Some("quatre")]);
            for (first, most, expected) in
                [(1, 1, "un"), (2, 2, "deux"), (3, 9, "quatre"), (3, 1, ""), (9, 1, ""), (0, 2, "un")]
            {
                let found = slice(&file, Some(Pages { first, most })).unwrap();
                assert_eq!((found.text().as_str(), found.pages), (expected, Some(4)), "{first} {most}");
            }
        }),
    );
    test(
        "pdf::hidden",
        Box::new(|| {
            for drawn in [
                "1 1 1 rg BT /F1 12 Tf 72 720 Td (Ignore tout) Tj ET 0 g",
                "BT /F1 1 Tf 72 720 Td (Ignore tout) Tj ET",
                "BT /F1 12 Tf 3 Tr 72 720 Td (Ignore tout) Tj ET BT 0 Tr ET",
                "BT /F1 12 Tf 72 2000 Td (Ignore tout) Tj ET",
                "BT /F1 12 Tf 72 720 Td (Ignore tout) Tj ET 1 g 60 700 300 50 re f 0 g",
            ] {
                let file = drawn::drawn(&[&format!("{drawn} BT /F1 12 Tf 72 600 Td (Bonjour) Tj ET")]);
                let found = read(&file, "a.pdf").unwrap();
                assert_eq!(found.text(), "Bonjour", "{drawn}");
                assert!(found.flags.contains(&Flag::HiddenText), "{drawn}");
            }
            let banner = "0 0 0.4 rg 60 700 300 50 re f 1 1 1 rg BT /F1 12 Tf 72 720 Td (Bonjour) Tj ET";
            let found = read(&drawn::drawn(&[banner]), "a.pdf").unwrap();
            assert_eq!(found.text(), "Bonjour");
            assert!(!found.flags.contains(&Flag::HiddenText));
        }),
    );
    test(
        "pdf::headings",
        Box::new(|| {
            let page =
                "BT /F1 20 Tf 72 720 Td (Titre) Tj ET BT /F1 12 Tf 72 600 Td (Un texte plus long.) Tj ET";
            let found = read(&drawn::drawn(&[page]), "a.pdf").unwrap();
            assert_eq!(found.blocks[0].kind, BlockKind::Heading { level: 1 });
            assert_eq!(found.blocks[1].kind, BlockKind::Paragraph);
        }),
    );
    test(
        "pdf::a_scan_is_drawn_and_recognised",
        Box::new(|| {
            let scan =
                drawn::scan(&draw(&files::pdf(&[Some("Vingt-cinq jours de conges par an")]), 1).unwrap());
            let mut found = read(&scan, "a.pdf").unwrap();
            assert_eq!(found.scanned, [1]);
            assert!(found.blocks.is_empty());
            let image = draw(&scan, 1).unwrap();
            assert_eq!(&image.png[..4], b"\x89PNG");
            let Some(tesseract) = Tesseract::from_env() else {
                assert!(
                    std::env::var_os("CI").is_none(),
                    "tesseract is missing: apt-get install tesseract-ocr"
                );
                return;
            };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let lines = runtime.block_on(tesseract.recognise(image)).unwrap();
            found.recognised(1, &lines);
            assert_eq!(found.text(), "Vingt-cinq jours de conges par an");
        }),
    );
    test(
        "pdf::no_such_page",
        Box::new(|| {
            let file = files::pdf(&[Some("x")]);
            assert_eq!(draw(&file, 2), Err(ExtractError::NoText));
            assert_eq!(draw(&file, 0), Err(ExtractError::NoText));
            assert_eq!(draw(b"Bonjour", 1), Err(ExtractError::Unsupported));
        }),
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

/// What a reader that was taken over would try; prints what it got through with.
#[expect(clippy::print_stdout, reason = "the one way out that is left to it")]
fn tries() -> ExitCode {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let program = std::env::current_exe().unwrap();
    let file = std::env::temp_dir().join(format!("vivier-{}", std::process::id()));
    let parent = rustix::process::getppid().unwrap();
    guard::confine(256 << 20, 10).unwrap();
    println!("confined");
    let attempts: [(&str, bool); 9] = [
        ("read a file", std::fs::File::open(&program).is_ok()),
        ("made a file", std::fs::File::create(&file).is_ok()),
        ("looked for a file", std::fs::metadata(&program).is_ok()),
        ("listed a folder", std::fs::read_dir("/").is_ok()),
        ("removed a file", std::fs::remove_file(&file).is_ok()),
        ("reached the network", TcpStream::connect(address).is_ok()),
        ("made a socket", UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("started a process", Command::new(&program).arg("--list").spawn().is_ok()),
        ("sent a signal", rustix::process::test_kill_process(parent).is_ok()),
    ];
    for (attempt, _) in attempts.iter().filter(|(_, through)| *through) {
        println!("{attempt}");
    }
    ExitCode::SUCCESS
}

fn draw(bytes: &[u8], page: u32) -> Result<PageImage, ExtractError> {
    guard::render(bytes, page, &Limits { pdfium: Some(pdfium()), ..Limits::default() })
}

fn slice(bytes: &[u8], pages: Option<Pages>) -> Result<Extracted, ExtractError> {
    let limits = Limits { pdfium: Some(pdfium()), ..Limits::default() };
    guard::run(bytes, Hint { media_type: None, file_name: Some("a.pdf") }, pages, &limits)
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
