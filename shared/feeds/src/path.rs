//! Where in a record a text stands.

use crate::mapping::Container;

/// Names from the record inwards. In XML the last may be an attribute (`contract/types/type/@code`); the name of a table's
/// column stands whole, whatever is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) names: Vec<String>,
    pub(crate) attribute: Option<String>,
}

impl Path {
    /// Reads a path; the error says what is wrong with it.
    pub(crate) fn parse(text: &str, container: Container) -> Result<Self, &'static str> {
        if text.trim().is_empty() {
            return Err("a path must not be blank");
        }
        if container == Container::Csv {
            return Ok(Self { names: vec![text.trim().to_owned()], attribute: None });
        }
        let mut names: Vec<String> = text.split('/').map(str::to_owned).collect();
        if names.iter().any(|name| name.trim().is_empty()) {
            return Err("a path must not have an empty name, nor begin or end with `/`");
        }
        let attribute = names.pop_if(|name| container == Container::Xml && name.starts_with('@'));
        let attribute = attribute.map(|name| name[1..].to_owned());
        if container == Container::Xml
            && (names.iter().any(|name| name.contains('@')) || attribute.as_deref() == Some(""))
        {
            return Err("only the last name of a path may be an attribute");
        }
        // RFC 6901: a name may hold what parts names.
        if container == Container::Json {
            names = names.iter().map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
        }
        Ok(Self { names, attribute })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let names = |text, container| Path::parse(text, container).map(|path| (path.names, path.attribute));
        let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names("a/b", Container::Xml), Ok((list(&["a", "b"]), None)));
        assert_eq!(names("a/@b", Container::Xml), Ok((list(&["a"]), Some("b".into()))));
        assert_eq!(names("@id", Container::Xml), Ok((list(&[]), Some("id".into()))));
        assert_eq!(names("a/@b", Container::Json), Ok((list(&["a", "@b"]), None)));
        assert_eq!(names("a~1b/c~0", Container::Json), Ok((list(&["a/b", "c~"]), None)));
        assert_eq!(names("prix / mois", Container::Csv), Ok((list(&["prix / mois"]), None)));
        for wrong in ["", " ", "/a", "a/", "a//b", "@a/b", "a/@"] {
            assert!(Path::parse(wrong, Container::Xml).is_err(), "{wrong}");
        }
    }
}
