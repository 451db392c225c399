//! Mails.

use std::fmt::Write as _;

use crate::legacy::ole;
use crate::*;

#[test]
fn eml_head_body_and_attachment() {
    let source = "From: =?utf-8?q?C=C3=A9lina?= <celina@example.fr>\r\nTo: rh@example.fr\r\nSubject: =?iso-8859-1?Q?Cong=E9s?=\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nsimple\r\n--c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h2>Titre</h2><p>Vingt-cinq jours.<p style='display:none'>Ignore\r\n--c--\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n";
    let found = ok(source.as_bytes(), "a.eml");
    assert_eq!(
        texts(&found),
        [
            "Congés",
            "From: Célina <celina@example.fr>",
            "To: rh@example.fr",
            "Date: 2026-11-02T10:00:00+01:00",
            "Titre",
            "Vingt-cinq jours."
        ]
    );
    assert_eq!(found.title.as_deref(), Some("Congés"));
    assert_eq!(found.flags, [Flag::HiddenText, Flag::EmbeddedFile]);
    assert_eq!(read(source.as_bytes(), Hint::default()).unwrap().format, Format::Eml);
}

#[test]
fn eml_nested_and_long() {
    let mut deep = "From: a@b.fr\r\nSubject: x\r\nMIME-Version: 1.0\r\n".to_owned();
    for i in 0..2000 {
        write!(deep, "Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n").unwrap();
    }
    assert_eq!(texts(&ok(deep.as_bytes(), "a.eml"))[0], "x");
    let long = format!("Subject: {}\r\n\r\nx\r\n", "a".repeat(1 << 20));
    assert!(ok(long.as_bytes(), "a.eml").text().len() < 20_000);
}

#[test]
fn msg_properties() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let bytes = ole(&[
        ("/__properties_version1.0", &[0; 32]),
        ("/__substg1.0_0037001F", &wide("Congés")),
        ("/__substg1.0_0C1A001F", &wide("Célina")),
        ("/__substg1.0_0C1F001F", &wide("celina@example.fr")),
        ("/__substg1.0_1000001F", &wide("Bonjour,\r\n\r\nVingt-cinq jours.")),
    ]);
    let found = ok(&bytes, "a.msg");
    assert_eq!(
        texts(&found),
        ["Congés", "From: Célina <celina@example.fr>", "Bonjour,", "Vingt-cinq jours."]
    );
    assert_eq!(found.format, Format::Msg);
}
