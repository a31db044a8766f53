//! What a URL says, and what of it may be said again.

use std::path::Path;

/// The scheme of a URL; a Windows drive is none.
pub(crate) fn scheme(path: &str) -> Option<&str> {
    path.split_once("://")
        .map(|(scheme, _)| scheme)
        .filter(|scheme| {
            scheme.len() > 1
                && scheme
                    .chars()
                    .all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char))
        })
}

/// The path of a file or folder of this machine, however it is spelt; nothing for a URL of a store.
pub(crate) fn local_path(path: &str) -> Option<&Path> {
    match scheme(path) {
        None => Some(Path::new(path)),
        Some("file") => Some(Path::new(&path["file://".len()..])),
        Some(_) => None,
    }
}

/// A URL as it may be shown and compared: what follows `?` may be a secret, and so may what stands before `@`.
pub(crate) fn without_secrets(url: &str) -> String {
    // A `?` of a glob would be taken for that of a query; in a key it stands for one character.
    let url = match url.split_once('?') {
        Some((plain, query)) if query.contains('=') => plain,
        _ => url,
    };
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            format!(
                "{scheme}://{}{path}",
                host.rsplit('@').next().unwrap_or_default()
            )
        }
        None => url.to_owned(),
    }
}

/// Scheme and host.
pub(super) fn address(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_urls() {
        assert_eq!(scheme("s3://bucket/x"), Some("s3"));
        assert_eq!(scheme("C://x"), None);
        assert_eq!(scheme("a b://x"), None);
        assert_eq!(address("s3://bucket/x/y"), "s3://bucket");
        assert_eq!(address("s3://bucket"), "s3://bucket");
        let shown = [
            ("s3://key:secret@bucket/x?token=secret", "s3://bucket/x"),
            ("s3://key@bucket", "s3://bucket"),
            ("s3://bucket/part.?.parquet", "s3://bucket/part.?.parquet"),
            ("a/b", "a/b"),
        ];
        for (url, expected) in shown {
            assert_eq!(without_secrets(url), expected);
        }
    }
}
