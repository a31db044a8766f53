//! What of a web address is secret, and what stands for it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderValue, Uri};
use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::IoError;
use crate::store::url::{Parts, redacted};

/// A file of a web server, as it was given: what requests are made with, and what is shown instead.
///
/// It goes to the client with each request, past everything that could show it.
#[derive(Clone)]
pub(super) struct Link(Arc<Secrets>);

struct Secrets {
    uri: Uri,
    /// Name and password.
    authorization: Option<HeaderValue>,
    /// Whether the path has a wildcard in it.
    is_pattern: bool,
    /// The URL as it is known otherwise: in plans, messages and events.
    shown: String,
}

impl Link {
    pub(super) fn new(parts: &Parts<'_>, shown: String) -> Result<Self, IoError> {
        let refusal = || IoError::Address {
            address: format!("{}://{}", parts.scheme, parts.rest),
        };
        let query = parts
            .query
            .map_or(String::new(), |query| format!("?{query}"));
        let url = format!("{}://{}{query}", parts.scheme, parts.rest);
        let uri: Uri = escaped(&url).parse().map_err(|_| refusal())?;
        let host = uri.authority().ok_or_else(refusal)?;
        if host.as_str() != host.host() && host.port_u16().is_none() {
            return Err(refusal());
        }
        let authorization = match parts.user {
            None => None,
            Some(user) => {
                let basic = format!("Basic {}", BASE64_STANDARD.encode(unescaped(user)));
                let mut value = HeaderValue::from_str(&basic).map_err(|_| refusal())?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        Ok(Self(Arc::new(Secrets {
            uri,
            authorization,
            is_pattern: parts.rest.contains(['*', '[', '{']),
            shown,
        })))
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0.uri
    }

    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.0.authorization.as_ref()
    }

    pub(super) fn is_pattern(&self) -> bool {
        self.0.is_pattern
    }

    pub(super) fn shown(&self) -> &str {
        &self.0.shown
    }

    /// Whether both are one file asked for in one way.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.uri == other.0.uri && self.0.authorization == other.0.authorization
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link")
            .field(&redacted(self.shown()))
            .finish()
    }
}

/// What may not stand in a web address, as it may.
fn escaped(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a text takes text");
        }
    }
    out
}

fn unescaped(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten();
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::url::parts;

    #[test]
    fn what_is_asked_for_is_what_was_given() {
        let link = |url: &str| {
            let parts = parts(url).expect("a URL");
            Link::new(&parts, parts.shown(1))
        };
        let file = link("https://me:p%40ss@host/a b/ü%20.csv?sig=x+y").expect("a link");
        assert_eq!(
            file.uri().to_string(),
            "https://host/a%20b/%C3%BC%20.csv?sig=x+y"
        );
        let basic = BASE64_STANDARD.encode("me:p@ss");
        let sent = file.authorization().expect("a name and a password");
        assert_eq!(sent, &format!("Basic {basic}"));
        assert_eq!(file.shown(), "https://…@host/a b/ü%20.csv?…");
        assert!(!format!("{file:?} {sent:?}").contains(&basic));
        assert!(link("https://host:port/x").is_err());
    }
}
