//! Files as they come: whole, broken off, hostile. What is told of each.

use vivier_feeds::{Mapping, Record};

const COLUMNS: &str = "
    [columns]
    reference = 'ref'
    title = 'title'
    description = 'text'
    city = 'city'
    contract = { default = 'CDI' }
    published_on = { default = 'today' }
";

fn mapping(head: &str) -> Mapping {
    Mapping::parse(&format!("{head}\n{COLUMNS}")).expect("a mapping")
}

fn xml() -> Mapping {
    mapping("container = 'xml'\nrecords = 'jobs/job'")
}

fn json(records: &str) -> Mapping {
    mapping(&format!("container = 'json'\n{records}"))
}

#[test]
fn records_go_from_thread_to_thread() {
    fn can<T: Send>() {}
    can::<vivier_feeds::Records<'static>>();
}

/// The references with what is wrong with their records, then how the file ended.
fn told(mapping: &Mapping, bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let one = |record: Record| {
        let fault = record.fault.map(|fault| format!("!{fault}")).unwrap_or_default();
        format!("{}{fault}", record.get("reference").unwrap_or("?"))
    };
    let (mut told, mut ended) = (Vec::new(), "complete".to_owned());
    match mapping.read(bytes, jiff::civil::date(2026, 3, 2)) {
        Err(fault) => ended = fault.to_string(),
        Ok(records) => {
            for record in records {
                match record {
                    Ok(record) => told.push(one(record)),
                    Err(fault) => ended = fault.to_string(),
                }
            }
        }
    }
    let checked = mapping.check(bytes).map_or_else(
        |fault| fault.to_string(),
        |count| {
            assert_eq!(count, told.len() as u64);
            "complete".to_owned()
        },
    );
    assert_eq!(checked, ended, "reading and checking differ");
    told.push(ended);
    told.join(" ")
}

/// The one record's columns.
fn first(mapping: &Mapping, bytes: &[u8]) -> Record {
    mapping
        .read(bytes, jiff::civil::date(2026, 3, 2))
        .expect("a feed")
        .next()
        .expect("a record")
        .expect("a whole feed")
}

mod xml_files {
    use super::*;

    const A: &str = "<job><ref>A</ref></job>";

    #[test]
    fn whole_and_broken() {
        for (file, expected) in [
            (format!("<jobs>{A}<job><ref>B</ref></job></jobs>"), "A B complete"),
            (
                format!("<?xml version='1.0'?>\n<!-- x -->\n<jobs>\n{A}<other><job/></other></jobs>\n"),
                "A complete",
            ),
            ("<jobs></jobs>".into(), "complete"),
            ("<jobs/>".into(), "complete"),
            ("<jobs><job/></jobs>".into(), "? complete"),
            (format!("<jobs>{A}<job><ref>B"), "A truncated-file"),
            (format!("<jobs>{A}"), "A truncated-file"),
            (format!("<jobs>{A}<job><ref><![CDATA[B</ref></job></jobs>"), "A truncated-file"),
            (format!("<jobs>{A}<job"), "A truncated-file"),
            (format!("<jobs>\n{A}<job><ref>B</job></jobs>"), "A malformed-file:2"),
            (format!("<jobs>{A}</jobs>\n<jobs>{A}</jobs>"), "A malformed-file:2"),
            (format!("<jobs>{A}</jobs></jobs>"), "A malformed-file:1"),
            ("{}".into(), "malformed-file:1"),
            ("<html><body/></html>".into(), "no-records"),
            (A.into(), "no-records"),
            (String::new(), "empty-file"),
        ] {
            assert_eq!(told(&xml(), &file), expected, "{file}");
        }
    }

    #[test]
    fn references_and_pieces() {
        let text = |inner: &str| {
            let file = format!("<jobs><job><ref>1</ref><text>{inner}</text></job></jobs>");
            first(&xml(), file.as_bytes()).get("description").map(str::to_owned)
        };
        for (inner, expected) in [
            ("a &amp; b &lt;c&gt; &#233;&#xE9;", "a & b <c> éé"),
            ("a <b>bold</b> <![CDATA[<i> & ]]>end", "a bold <i> & end"),
            ("R&D and &nbsp;more", "R&D and &nbsp;more"),
            ("a<!-- b -->c<?d e?>f", "acf"),
            ("un\r\ndeux", "un\ndeux"),
            ("&#0;&#xFFFFFFFF;", "&#0;&#xFFFFFFFF;"),
        ] {
            assert_eq!(text(inner).as_deref(), Some(expected), "{inner}");
        }
        let attribute = mapping("extends = 'clever-connect'");
        let file = b"<source><job ref='x'/></source>";
        assert_eq!(first(&attribute, file).get("reference"), None);
    }

    #[test]
    fn entities_do_not_multiply() {
        let bomb =
            "<!DOCTYPE jobs [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><jobs><job><ref>&b;</ref></job></jobs>";
        assert_eq!(told(&xml(), bomb), "entity-declaration");
        let outside = "<!DOCTYPE jobs SYSTEM 'file:///etc/passwd'><jobs><job><ref>&x;</ref></job></jobs>";
        assert_eq!(told(&xml(), outside), "&x; complete");
    }

    #[test]
    fn bounds() {
        let inside = |inner: String| format!("<jobs><job><ref>1</ref>{inner}</job>{A}</jobs>");
        let deep = "<x>".repeat(100) + &"</x>".repeat(100);
        assert_eq!(told(&xml(), inside(deep)), "1!record-too-deep A complete");
        let long = format!("<text>{}</text><city>x</city>", "é".repeat(1 << 20));
        assert_eq!(told(&xml(), inside(long)), "1!record-too-large A complete");
        assert_eq!(told(&xml(), inside("<x/>".repeat(100_000))), "1!record-too-large A complete");
        assert_eq!(told(&xml(), "<x>".repeat(100_000)), "too-deep");
    }

    #[test]
    fn places() {
        let file = format!("<jobs>\n\n{A}\n  <job>\n<ref>B</ref></job></jobs>");
        let mapping = xml();
        let records =
            mapping.read(file.as_bytes(), jiff::civil::date(2026, 3, 2)).unwrap().map(Result::unwrap);
        assert_eq!(records.map(|record| (record.number, record.line)).collect::<Vec<_>>(), [(1, 3), (2, 4)]);
    }
}

mod json_files {
    use super::*;

    #[test]
    fn whole_and_broken() {
        for (records, file, expected) in [
            ("", r#"[{"ref":"A"},{"ref":2}]"#, "A 2 complete"),
            ("", r#"{"ref":"A"}"#, "A complete"),
            ("", "[]", "complete"),
            (
                "records = 'a/b'",
                r#"{"x":[1,{"b":2}],"a":{"y":null,"b":[{"ref":"A"}],"z":{}},"w":1}"#,
                "A complete",
            ),
            ("records = 'a'", r#"{"a":{"ref":"A"}}"#, "A complete"),
            (
                "",
                r#"[{"ref":"A"},1,"x",[],{"ref":"B"}]"#,
                "A ?!not-an-object ?!not-an-object ?!not-an-object B complete",
            ),
            ("", r#"[{"ref":"A"},{"ref":"B""#, "A truncated-file"),
            ("", r#"[{"ref":"A"},"#, "A truncated-file"),
            ("", r#"[{"ref":"A"}"#, "A truncated-file"),
            ("", r#"[{"ref":"A"}{"ref":"B"}]"#, "A malformed-file:1"),
            ("", "[{\"ref\":\"A\"},\n{ref:1}]", "A malformed-file:2"),
            ("", r#"[{"ref":"A"},]"#, "A malformed-file:1"),
            ("", r#"[{"ref":"A"}] x"#, "A malformed-file:1"),
            ("records = 'a'", r#"{"a":[{"ref":"A"}],"b":"#, "A truncated-file"),
            ("records = 'a'", r#"{"a":[{"ref":"A"}]"#, "A truncated-file"),
            ("records = 'a'", r#"{"b":[{"ref":"A"}]}"#, "no-records"),
            ("records = 'a'", r#"[{"ref":"A"}]"#, "no-records"),
            ("records = 'a'", r#"{"a":7}"#, "no-records"),
            ("", "7", "no-records"),
            ("", " ", "empty-file"),
        ] {
            assert_eq!(told(&json(records), file), expected, "{file}");
        }
    }

    #[test]
    fn bounds() {
        let deep =
            format!(r#"[{{"ref":"A","x":{}{}}},{{"ref":"B"}}]"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(told(&json(""), deep), "?!malformed-record B complete");
        let long = format!(r#"[{{"ref":"A","text":"{}"}},{{"ref":"B"}}]"#, "x".repeat(1 << 20));
        assert_eq!(told(&json(""), long), "?!record-too-large B complete");
    }

    #[test]
    fn values() {
        let of = |value: &str| {
            let file = format!(r#"[{{"ref":{value}}}]"#);
            first(&json(""), file.as_bytes()).get("reference").map(str::to_owned)
        };
        for (value, expected) in [
            ("12", Some("12")),
            ("18446744073709551615", Some("18446744073709551615")),
            // It would lose its last digits.
            ("184467440737095516150", None),
            ("1.5", Some("1.5")),
            ("true", Some("true")),
            ("null", None),
            ("\" \"", None),
            ("[null, \"b\", \"c\"]", Some("b")),
            ("{}", None),
        ] {
            assert_eq!(of(value).as_deref(), expected, "{value}");
        }
    }
}

mod tables {
    use super::*;

    fn csv() -> Mapping {
        mapping("container = 'csv'")
    }

    #[test]
    fn whole_and_broken() {
        for (file, expected) in [
            ("ref,title,text,city\nA,b,c,d\n", "A complete"),
            ("Réf;TITLE;Text;city\r\n\r\nA;b;c;d\r\n;;;\r\n", "A complete"),
            ("ref\ttitle\ttext\tcity\nA\tb\tc\td", "A complete"),
            ("ref,title,text,city,x,x\nA,b,c,d,e,f", "A complete"),
            ("ref,title,text,city\nA,b\nB,b,c,d,e\nC,b,c,d", "A!column-count B!column-count C complete"),
            ("ref,title,text,city\nA,\"b", "unterminated-quote"),
            ("ref,title,text\nA,b,c", "missing-column:city"),
            ("ref,title,text,city,Title\nA,b,c,d,e", "duplicate-column:Title"),
            ("\n", "empty-file"),
        ] {
            assert_eq!(told(&csv(), file), expected, "{file}");
        }
    }

    #[test]
    fn what_a_spreadsheet_writes() {
        let record = first(&csv(), b"ref;title;text;city\nA;b;c;Orl\xe9ans");
        assert_eq!((record.get("city"), record.line), (Some("Orléans"), 2));
        assert_eq!(told(&csv(), b"\xff\xfer\0e\0f"), "not-utf8");
    }
}
