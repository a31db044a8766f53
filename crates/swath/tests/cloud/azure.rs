//! The answers of Azure's store.

use crate::bucket::entries;
use crate::server::{Answer, MODIFIED, Request, State, decoded};

pub(crate) fn answer(state: &mut State, request: &Request) -> Answer {
    let (container, _) = request.path.split_once('/').unwrap_or((&request.path, ""));
    if !state.buckets.contains(container) {
        return Answer::of(404, "<Error><Code>ContainerNotFound</Code></Error>")
            .with("x-ms-error-code", "ContainerNotFound");
    }
    match (request.method.as_str(), request.query("comp")) {
        ("GET", Some("list")) => listing(state, container, request),
        ("GET" | "HEAD", None) => match state.files.get(&request.path) {
            Some(file) => Answer::file(file, request),
            None => Answer::of(404, "").with("x-ms-error-code", "BlobNotFound"),
        },
        ("PUT", Some("block")) => {
            let block = request.query("blockid").expect("a block has an id");
            let part = (request.path.clone(), block.to_owned());
            state.parts.insert(part, request.body.clone());
            Answer::of(201, "")
        }
        ("PUT", Some("blocklist")) => {
            // In the order of the list, whatever the order in which they came.
            let list = String::from_utf8_lossy(&request.body).into_owned();
            let parts = list.split('<').filter_map(|tag| {
                let id = tag.strip_prefix("Uncommitted>")?.to_owned();
                state.parts.get(&(request.path.clone(), id))
            });
            let bytes = parts.flatten().copied().collect();
            state.parts.retain(|(of, _), _| *of != request.path);
            let tag = state.put(&request.path, bytes);
            Answer::of(201, "").with("ETag", tag)
        }
        ("PUT", None) => {
            let Some(from) = request.header("x-ms-copy-source") else {
                let tag = state.put(&request.path, request.body.clone());
                return Answer::of(201, "").with("ETag", tag);
            };
            let path = from.split("://").nth(1).and_then(|url| url.split_once('/'));
            let (_, path) = path.expect("the URL of an object");
            let path = decoded(path.split('?').next().unwrap_or_default());
            let Some(file) = state.files.get(&path).cloned() else {
                return Answer::of(404, "").with("x-ms-error-code", "BlobNotFound");
            };
            let tag = state.put(&request.path, file.bytes);
            Answer::of(202, "")
                .with("ETag", tag)
                .with("x-ms-copy-status", "success")
        }
        ("POST", Some("batch")) => batch(state, request),
        _ => Answer::of(501, "<Error><Code>NotImplemented</Code></Error>"),
    }
}

fn listing(state: &State, container: &str, request: &Request) -> Answer {
    let prefix = request.query("prefix").unwrap_or_default();
    let (objects, folders) = entries(state, container, prefix, request.query("delimiter"));
    let mut body = String::from("<EnumerationResults><Blobs>");
    for (key, len, tag) in objects {
        body += &format!(
            "<Blob><Name>{key}</Name><Properties><Last-Modified>{MODIFIED}</Last-Modified><Content-Length>{len}</Content-Length><Content-Type>x/y</Content-Type><Etag>{}</Etag></Properties></Blob>",
            tag.replace('"', "&quot;")
        );
    }
    for folder in folders {
        body += &format!("<BlobPrefix><Name>{folder}</Name></BlobPrefix>");
    }
    Answer::of(200, body + "</Blobs><NextMarker/></EnumerationResults>")
}

/// Several objects are deleted by one request, which is requests.
fn batch(state: &mut State, request: &Request) -> Answer {
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let deleted = text.lines().filter_map(|line| line.strip_prefix("DELETE "));
    let mut body = String::new();
    for (id, target) in deleted.enumerate() {
        let path = target.split_ascii_whitespace().next().unwrap_or_default();
        let path = decoded(path.trim_start_matches('/'));
        let status = match state.files.remove(&path) {
            Some(_) => "202 Accepted",
            None => "404 NotFound",
        };
        body += &format!(
            "--answers\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\nHTTP/1.1 {status}\r\nx-ms-version: 1\r\n\r\n"
        );
    }
    Answer::of(202, body + "--answers--\r\n")
        .with("Content-Type", "multipart/mixed; boundary=answers")
}
