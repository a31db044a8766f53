//! The answers of a web server, by the folder that a file is in.

use crate::server::{Answer, Request, State};

/// - `whole/`: every answer is the whole file
/// - `signed/`: only who knows the signature is answered, and only to GET
/// - `private/`: only who knows the password is answered
/// - `weak/`: tags say that files are alike, not that they are the same
/// - `endless/`: no answer says how long the file is
/// - others: as it should be
pub(crate) fn answer(state: &mut State, request: &Request) -> Answer {
    let is_asking = ["GET", "HEAD"].contains(&request.method.as_str());
    let folder = request.path.split('/').next().unwrap_or_default();
    let Some(file) = state.files.get(&request.path) else {
        return Answer::of(404, "there is no such file, you with your S3CRET");
    };
    match folder {
        _ if !is_asking => Answer::of(405, ""),
        "signed" if request.method == "HEAD" || request.query("sig") != Some("S3CRET/sig+1") => {
            Answer::of(403, "the signature S3CRET is wrong")
        }
        // me:S3CRET@pass
        "private" if request.header("authorization") != Some("Basic bWU6UzNDUkVUQHBhc3M=") => {
            Answer::of(401, "the password S3CRET is wrong")
        }
        "whole" => Answer::of(200, file.bytes.clone()),
        "weak" if request.header("if-match").is_some() => Answer::of(412, ""),
        "weak" => {
            let mut alike = file.clone();
            alike.tag = format!("W/{}", file.tag);
            Answer::file(&alike, request)
        }
        "endless" => Answer::of(200, file.bytes.clone()).with("Connection", "close"),
        _ => Answer::file(file, request),
    }
}
