//! A command as what it asks of the service. Commands are turned into plans without any network, so that a table can
//! hold every one of them against the routes.

use serde_json::{Value, json};

use crate::output::View;

/// What a command asks for.
#[derive(Debug, PartialEq)]
pub(crate) enum Plan {
    /// A request of the API, in the member's session.
    Call(Call),
    /// The invocation of a function, with the operator's keys.
    Invoke(Invoke),
}

/// The methods of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Whether a request of this method changes something.
    pub(crate) const fn writes(self) -> bool {
        !matches!(self, Self::Get)
    }
}

impl From<Method> for reqwest::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    /// What it changes is only changed if nobody else did so in between: the path that tells its version (`ETag`).
    pub(crate) guarded_by: Option<String>,
    /// The list of which all pages are wanted, and how many entries at most.
    pub(crate) pages: Option<Pages>,
}

/// Which list to page through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pages {
    /// The member of the answer that holds the entries.
    pub(crate) list: &'static str,
    /// The most entries.
    pub(crate) most: usize,
}

/// An invocation of `vivier-<stage>-<function>`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invoke {
    pub(crate) function: String,
    pub(crate) payload: Value,
}

/// The most entries that a list shows unless told otherwise.
const MOST: usize = 10_000;

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: None, guarded_by: None, pages: None }
    }

    /// Reads one thing.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// Reads a list, all pages, at most `limit` entries.
    pub(crate) fn list(path: impl Into<String>, list: &'static str, limit: Option<usize>) -> Self {
        Self { pages: Some(Pages { list, most: limit.unwrap_or(MOST) }), ..Self::get(path) }
    }

    /// Creates or does something.
    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::Post, path) }
    }

    /// Does something that needs no words.
    pub(crate) fn trigger(path: impl Into<String>) -> Self {
        Self::new(Method::Post, path)
    }

    /// Sets something.
    pub(crate) fn put(path: impl Into<String>, body: Option<Value>) -> Self {
        Self { body, ..Self::new(Method::Put, path) }
    }

    /// Changes what is named of something.
    pub(crate) fn patch(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::Patch, path) }
    }

    /// Removes something.
    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::Delete, path)
    }

    /// Adds a parameter where there is a value.
    pub(crate) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Refuses to overwrite what was changed since `path` was read, just before.
    pub(crate) fn guarded(mut self, path: impl Into<String>) -> Self {
        self.guarded_by = Some(path.into());
        self
    }

    /// With what its answer looks like.
    pub(crate) fn shown(self, view: View) -> (Plan, View) {
        (Plan::Call(self), view)
    }
}

impl Invoke {
    /// A command of an operator; fields that are `null` are left out.
    pub(crate) fn command(function: &str, operation: &str, mut fields: Value) -> Self {
        if let Some(fields) = fields.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
            fields.insert("operation".into(), json!(operation));
        }
        Self { function: function.to_owned(), payload: fields }
    }

    /// With what its answer looks like.
    pub(crate) fn shown(self, view: View) -> (Plan, View) {
        (Plan::Invoke(self), view)
    }
}

/// Leaves out the fields of an object that have no value.
pub(crate) fn given(mut fields: Value) -> Value {
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    fields
}
