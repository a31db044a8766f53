//! The answers of S3, and of Google's store, which speaks as S3 does here.

use crate::server::{Answer, Request, State, decoded};

/// Objects of one page of a listing.
const PAGE: usize = 3;

pub(crate) fn answer(state: &mut State, request: &Request) -> Answer {
    let (bucket, key) = request.path.split_once('/').unwrap_or((&request.path, ""));
    let upload = request.query("uploadId");
    match (request.method.as_str(), upload) {
        ("GET", _) if request.query("list-type").is_some() => listing(state, bucket, request),
        ("GET" | "HEAD", _) => match state.files.get(&request.path) {
            Some(file) => Answer::file(file, request),
            None => Answer::of(404, "<Error><Code>NoSuchKey</Code></Error>"),
        },
        ("PUT", Some(upload)) => {
            let number = request.query("partNumber").expect("a part has a number");
            let part = (upload.to_owned(), format!("{number:0>5}"));
            state.parts.insert(part, request.body.clone());
            Answer::of(200, "").with("ETag", format!("\"part{number}\""))
        }
        ("PUT", None) => {
            let copied = request.header("x-amz-copy-source");
            let Some(from) = copied.or(request.header("x-goog-copy-source")) else {
                let tag = state.put(&request.path, request.body.clone());
                return Answer::of(200, "").with("ETag", tag);
            };
            let from = decoded(from.trim_start_matches('/'));
            let Some(file) = state.files.get(&from).cloned() else {
                return Answer::of(404, "<Error><Code>NoSuchKey</Code></Error>");
            };
            let tag = state.put(&request.path, file.bytes);
            let body = format!("<CopyObjectResult><ETag>{tag}</ETag></CopyObjectResult>");
            Answer::of(200, body).with("ETag", tag)
        }
        ("POST", Some(upload)) => {
            let parts = state.parts.iter().filter(|((of, _), _)| of == upload);
            let bytes = parts.flat_map(|(_, bytes)| bytes.clone()).collect();
            state.parts.retain(|(of, _), _| of != upload);
            let tag = state.put(&request.path, bytes);
            let body = format!(
                "<CompleteMultipartUploadResult><ETag>{tag}</ETag></CompleteMultipartUploadResult>"
            );
            Answer::of(200, body)
        }
        ("POST", None) if request.query("uploads").is_some() => {
            state.tags += 1;
            let body = format!(
                "<InitiateMultipartUploadResult><UploadId>u{}</UploadId></InitiateMultipartUploadResult>",
                state.tags
            );
            Answer::of(200, body)
        }
        ("DELETE", Some(upload)) => {
            state.parts.retain(|(of, _), _| of != upload);
            Answer::of(204, "")
        }
        ("DELETE", None) => {
            state.files.remove(&format!("{bucket}/{key}"));
            Answer::of(204, "")
        }
        _ => Answer::of(501, "<Error><Code>NotImplemented</Code></Error>"),
    }
}

pub(crate) fn no_bucket() -> Answer {
    Answer::of(404, "<Error><Code>NoSuchBucket</Code></Error>")
}

fn listing(state: &State, bucket: &str, request: &Request) -> Answer {
    let prefix = request.query("prefix").unwrap_or_default();
    let (objects, folders) = entries(state, bucket, prefix, request.query("delimiter"));
    let start = request
        .query("continuation-token")
        .map_or(0, |token| token.parse().expect("the token that was given"));
    let mut body = String::from("<ListBucketResult>");
    for (key, len, tag) in objects.iter().skip(start).take(PAGE) {
        body += &format!(
            "<Contents><Key>{key}</Key><Size>{len}</Size><LastModified>2025-07-01T10:00:00.000Z</LastModified><ETag>{}</ETag></Contents>",
            tag.replace('"', "&quot;")
        );
    }
    if start == 0 {
        for folder in folders {
            body += &format!("<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>");
        }
    }
    if start + PAGE < objects.len() {
        body += &format!(
            "<NextContinuationToken>{}</NextContinuationToken>",
            start + PAGE
        );
    }
    Answer::of(200, body + "</ListBucketResult>")
}

/// Key, bytes and tag of objects, and folders where they are cut.
pub(crate) fn entries(
    state: &State,
    bucket: &str,
    prefix: &str,
    delimiter: Option<&str>,
) -> (Vec<(String, usize, String)>, Vec<String>) {
    let bucket = format!("{bucket}/");
    let (mut objects, mut folders) = (Vec::new(), Vec::new());
    for (path, file) in &state.files {
        let Some(key) = path.strip_prefix(&bucket) else {
            continue;
        };
        let Some(rest) = key.strip_prefix(prefix) else {
            continue;
        };
        match delimiter.and_then(|delimiter| rest.find(delimiter)) {
            Some(at) => folders.push(format!("{prefix}{}", &rest[..=at])),
            None => objects.push((key.to_owned(), file.bytes.len(), file.tag.clone())),
        }
    }
    folders.dedup();
    (objects, folders)
}
