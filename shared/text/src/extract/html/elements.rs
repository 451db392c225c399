//! Which elements break a line, and which are not read.

use html5ever::tokenizer::Tag;

/// Whether what is in the element is no text of the page: programs, drawings, navigation, and what stands in for them.
pub(super) fn is_aside(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "svg"
            | "math"
            | "nav"
            | "iframe"
            | "object"
            | "noembed"
            | "noframes"
    )
}

/// Whether the element has no end.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether a viewer would fetch another document for the element.
pub(super) fn leads_elsewhere(tag: &Tag) -> bool {
    tag.attrs.iter().any(|attribute| {
        matches!(&*attribute.name.local, "src" | "data" | "href")
            && ["http:", "https:", "//", "file:"].iter().any(|scheme| {
                attribute.value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            })
    })
}

/// Whether a paragraph ends where the element begins or ends.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "details"
            | "div"
            | "dl"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "head"
            | "header"
            | "hr"
            | "html"
            | "legend"
            | "main"
            | "ol"
            | "optgroup"
            | "option"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "tbody"
            | "textarea"
            | "tfoot"
            | "thead"
            | "ul"
    )
}
