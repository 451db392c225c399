//! White letters in presentations, and what lies behind them.

use super::{hidden, seen};
use crate::office::{pptx, staged};

const WHITE: &str = r#"<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>"#;
const BLUE: &str = r#"<a:solidFill><a:srgbClr val="003366"/></a:solidFill>"#;
const ON_WHITE: (&str, &str) = ("", "");

/// A place from the left and the top, 100 wide and 100 high.
fn place(left: i64, top: i64) -> String {
    format!(r#"<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="100" cy="100"/></a:xfrm>"#)
}

/// A shape of these properties with a body of text.
fn shape(properties: &str, body: &str) -> String {
    format!("<p:sp><p:spPr>{properties}</p:spPr>{}</p:sp>", text(body))
}

fn text(body: &str) -> String {
    format!("<p:txBody><a:bodyPr/>{body}</p:txBody>")
}

/// A paragraph of one run, of which the letters look so.
fn letters(look: &str) -> String {
    format!("<a:p><a:r><a:rPr>{look}</a:rPr><a:t>Deux</a:t></a:r></a:p>")
}

fn un() -> String {
    text("<a:p><a:r><a:t>Un</a:t></a:r></a:p>")
}

/// A slide with `Un` in black, and what else is on it.
fn slide(rest: &str) -> Vec<u8> {
    pptx(&[&format!("<p:sp>{}</p:sp>{rest}", un())])
}

#[test]
fn white_and_transparent_letters() {
    for look in [
        WHITE,
        r#"<a:solidFill><a:srgbClr val="F5F5F5"/></a:solidFill>"#,
        r#"<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>"#,
        r#"<a:solidFill><a:schemeClr val="lt1"><a:alpha val="40000"/></a:schemeClr></a:solidFill>"#,
        r#"<a:solidFill><a:sysClr val="window" lastClr="FFFFFF"/></a:solidFill>"#,
        r#"<a:solidFill><a:prstClr val="white"/></a:solidFill>"#,
        r#"<a:solidFill><a:srgbClr val="000000"><a:alpha val="0"/></a:srgbClr></a:solidFill>"#,
        "<a:noFill/>",
        r#"<a:ln w="9525"><a:noFill/></a:ln><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:effectLst/>"#,
    ] {
        hidden(&slide(&shape(&place(0, 0), &letters(look))), "a.pptx", &["Un"]);
    }
    for look in [
        "",
        BLUE,
        "<a:ln><a:solidFill><a:srgbClr val=\"FFFFFF\"/></a:solidFill></a:ln>",
        r#"<a:solidFill><a:srgbClr val="EEEEEE"/></a:solidFill>"#,
        r#"<a:solidFill><a:schemeClr val="bg1"><a:lumMod val="50000"/></a:schemeClr></a:solidFill>"#,
        r#"<a:solidFill><a:schemeClr val="tx1"/></a:solidFill>"#,
        r#"<a:gradFill><a:gsLst><a:gs pos="0"><a:srgbClr val="FFFFFF"/></a:gs></a:gsLst></a:gradFill>"#,
        r#"<a:uFill><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:uFill>"#,
        &format!(r#"{WHITE}<a:highlight><a:srgbClr val="003366"/></a:highlight>"#),
        &format!("<a:ln>{BLUE}</a:ln>{WHITE}"),
        &format!("{WHITE}<a:effectLst><a:outerShdw/></a:effectLst>"),
        &format!("{WHITE}<a:hlinkClick/>"),
    ] {
        seen(&slide(&shape(&place(0, 0), &letters(look))), "a.pptx", &["Un", "Deux"]);
    }
}

#[test]
fn letters_of_the_shape() {
    let levels = format!(
        r#"<a:lstStyle><a:lvl1pPr><a:defRPr>{BLUE}</a:defRPr></a:lvl1pPr><a:lvl2pPr><a:defRPr sz="1200">{WHITE}</a:defRPr></a:lvl2pPr></a:lstStyle>"#
    );
    let run = |level: usize, look: &str| {
        format!(
            r#"<a:p><a:pPr lvl="{level}"/><a:r><a:rPr>{look}</a:rPr><a:t>Deux</a:t></a:r><a:endParaRPr>{WHITE}</a:endParaRPr></a:p>"#
        )
    };
    let body = [&*levels, &run(0, ""), &run(1, BLUE), &run(1, "<a:gradFill/>"), &run(1, "")].concat();
    hidden(&slide(&shape(&place(0, 0), &body)), "a.pptx", &["Un", "Deux", "Deux", "Deux"]);
    let field = format!(
        r#"{}<a:fld type="x"><a:t>trois</a:t></a:fld></a:p>"#,
        &letters(WHITE)[..letters(WHITE).len() - 6]
    );
    hidden(&slide(&shape(&place(0, 0), &field)), "a.pptx", &["Un", "trois"]);
}

#[test]
fn fill_of_the_shape() {
    let styled = |properties: &str, style: &str| {
        let body = text(&letters(WHITE));
        format!("<p:sp><p:spPr>{}{properties}</p:spPr><p:style>{style}</p:style>{body}</p:sp>", place(0, 0))
    };
    for (properties, style) in [
        ("", ""),
        ("", r#"<a:fillRef idx="0"/><a:effectRef idx="0"/>"#),
        (WHITE, r#"<a:fillRef idx="1"/>"#),
        ("<a:noFill/>", r#"<a:fillRef idx="1"/>"#),
        (r#"<a:ln w="9525"><a:solidFill><a:srgbClr val="003366"/></a:solidFill></a:ln>"#, ""),
    ] {
        hidden(&slide(&styled(properties, style)), "a.pptx", &["Un"]);
    }
    for (properties, style) in [
        (BLUE, ""),
        (r#"<a:solidFill><a:schemeClr val="bg1"><a:lumMod val="50000"/></a:schemeClr></a:solidFill>"#, ""),
        ("<a:gradFill/>", ""),
        ("<a:pattFill/>", ""),
        ("<a:blipFill/>", ""),
        ("<a:grpFill/>", ""),
        ("", r#"<a:fillRef idx="1"/>"#),
        ("", r#"<a:effectRef idx="2"/>"#),
        (r#"<a:noFill/><a:ln w="127000"/>"#, ""),
        ("<a:noFill/><a:effectLst><a:glow/></a:effectLst>", ""),
    ] {
        seen(&slide(&styled(properties, style)), "a.pptx", &["Un", "Deux"]);
    }
}

#[test]
fn things_behind_the_shape() {
    let white = shape(&place(300, 300), &letters(WHITE));
    let picture = |properties: &str| {
        format!("<p:pic><p:blipFill><a:blip/></p:blipFill><p:spPr>{properties}</p:spPr></p:pic>")
    };
    let block = |properties: &str| format!("<p:sp><p:spPr>{properties}</p:spPr></p:sp>");
    let frame = |left| {
        let place = place(left, 300).replace("a:xfrm", "p:xfrm");
        format!("<p:graphicFrame>{place}<a:graphic><c:chart/></a:graphic></p:graphicFrame>")
    };
    let line = |width: u32| {
        format!(
            r#"<p:cxnSp><p:spPr><a:xfrm><a:off x="300" y="410"/><a:ext cx="100" cy="0"/></a:xfrm><a:ln w="{width}"/></p:spPr></p:cxnSp>"#
        )
    };
    for before in [
        picture(&place(0, 0)),
        block(&[&place(450, 300), BLUE].concat()),
        block(&[&place(300, 300), WHITE].concat()),
        block(&place(300, 300)),
        frame(0),
        line(9_525),
    ] {
        hidden(&slide(&[&*before, &*white].concat()), "a.pptx", &["Un"]);
    }
    // What comes later lies in front.
    hidden(&slide(&[&*white, &*picture(&place(300, 300))].concat()), "a.pptx", &["Un"]);
    for before in [
        picture(&place(250, 350)),
        picture(&place(200, 300)),
        picture(""),
        picture(&place(0, 0).replace("<a:xfrm>", r#"<a:xfrm rot="2700000">"#)),
        block(&[&place(300, 300), BLUE].concat()),
        format!("<p:grpSp>{}</p:grpSp>", block(&[&place(0, 0), BLUE].concat())),
        frame(300),
        line(127_000),
        format!("<p:contentPart>{}</p:contentPart>", place(300, 300).replace("a:xfrm", "p14:xfrm")),
    ] {
        seen(&slide(&[&*before, &*white].concat()), "a.pptx", &["Un", "Deux"]);
    }
    // In a group nothing is known of the place of its letters.
    let grouped = format!("<p:grpSp>{white}</p:grpSp>");
    hidden(&slide(&grouped), "a.pptx", &["Un"]);
    seen(&slide(&[&*picture(&place(0, 0)), &*grouped].concat()), "a.pptx", &["Un", "Deux"]);
}

#[test]
fn tables() {
    let table = |look: &str| {
        format!(
            "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc>{}</a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>",
            text(&letters(look)).replace("p:txBody", "a:txBody")
        )
    };
    seen(&slide(&table(WHITE)), "a.pptx", &["Un", "Deux"]);
    hidden(&slide(&table("<a:noFill/>")), "a.pptx", &["Un"]);
}

#[test]
fn backgrounds() {
    let fill = |fill: &str| format!("<p:bg><p:bgPr>{fill}<a:effectLst/></p:bgPr></p:bg>");
    let style = |style: u32, color: &str| {
        format!(r#"<p:bg><p:bgRef idx="{style}"><a:schemeClr val="{color}"/></p:bgRef></p:bg>"#)
    };
    let body = ["<p:sp>", &un(), "</p:sp>", &shape(&place(0, 0), &letters(WHITE))].concat();
    let on = |slide: &str, layout: &str, master: &str| {
        staged(("", &[slide, &body].concat()), ("", layout), ("", master))
    };
    let (white, dark, paper) = (fill(WHITE), fill(BLUE), style(1001, "bg1"));
    for (slide, layout, master) in [
        ("", "", ""),
        ("", "", &*paper),
        (&*white, &*dark, &*dark),
        ("", &paper, &dark),
        ("", "", r#"<p:clrMap bg1="lt1" tx1="dk1"/>"#),
        ("<p:clrMapOvr><a:overrideClrMapping bg1=\"lt1\"/></p:clrMapOvr>", "", &paper),
    ] {
        hidden(&on(slide, layout, master), "a.pptx", &["Un"]);
    }
    let picture = fill("<a:blipFill><a:blip/></a:blipFill>");
    let (accent, shaded, gradient) = (style(1001, "accent1"), style(1002, "bg1"), style(1003, "bg1"));
    for (slide, layout, master) in [
        (&*dark, "", ""),
        ("", &*dark, &*paper),
        ("", "", &*dark),
        ("", &picture, ""),
        ("", "", &accent),
        ("", "", &shaded),
        ("", "", &gradient),
        ("", "", r#"<p:clrMap bg1="dk1" tx1="lt1"/>"#),
        ("", "<p:clrMapOvr><a:overrideClrMapping bg1=\"dk1\"/></p:clrMapOvr>", &paper),
        ("<p:clrMapOvr><a:overrideClrMapping bg1=\"dk1\"/></p:clrMapOvr>", "", &paper),
        ("<p:timing><p:animClr/></p:timing>", "", ""),
        ("<p:timing><p:set><p:to><p:clrVal/></p:to></p:set></p:timing>", "", ""),
        ("<p:timing><p:animMotion/></p:timing>", "", ""),
    ] {
        seen(&on(slide, layout, master), "a.pptx", &["Un", "Deux"]);
    }
}

#[test]
fn layouts_and_masters() {
    let body = |properties: &str| {
        let white = shape(properties, &letters(WHITE));
        ["<p:sp>", &un(), "</p:sp>", &white].concat()
    };
    let block =
        |left: i64, rest: &str| format!("<p:sp>{rest}<p:spPr>{}{BLUE}</p:spPr></p:sp>", place(left, 0));
    let there = body(&place(300, 0));
    let bare = r#"showMasterSp="0""#;
    for (slide, layout, master) in [
        (("", &*there), ("", &*block(0, "")), ("", &*block(600, ""))),
        ((bare, &there), ("", &block(300, "")), ("", &block(300, ""))),
        (("", &there), (bare, ""), ("", &block(300, ""))),
        (("", &body("")), ON_WHITE, ON_WHITE),
    ] {
        hidden(&staged(slide, layout, master), "a.pptx", &["Un"]);
    }
    let placeholder = r#"<p:nvSpPr><p:nvPr><p:ph type="body" idx="1"/></p:nvPr></p:nvSpPr>"#;
    let filled = block(0, placeholder);
    let inherits = there.replace("<p:sp><p:spPr>", &format!("<p:sp>{placeholder}<p:spPr>"));
    for (slide, layout, master) in [
        (("", &*there), ("", &*block(300, "")), ON_WHITE),
        (("", &there), ON_WHITE, ("", &*block(350, ""))),
        (("", &body("")), ("", &block(600, "")), ON_WHITE),
        (("", &inherits), ("", &filled), ON_WHITE),
        (("", &inherits), ON_WHITE, ("", &filled)),
    ] {
        seen(&staged(slide, layout, master), "a.pptx", &["Un", "Deux"]);
    }
    hidden(&staged(("", &there), ("", &filled), ON_WHITE), "a.pptx", &["Un"]);
}
