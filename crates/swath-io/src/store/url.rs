//! What a URL says, and what of it may be said again.

use std::path::Path;

/// A URL taken apart at what may be secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    /// What stands before `@`: a name and a password.
    pub(super) user: Option<&'a str>,
    /// Host and path.
    pub(super) rest: &'a str,
    /// What follows `?`: signatures and tokens among it.
    pub(super) query: Option<&'a str>,
}

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

/// A URL as it is compared: without a query, and without what stands before `@`.
pub(crate) fn without_secrets(url: &str) -> String {
    match parts(url) {
        Some(Parts { scheme, rest, .. }) => format!("{scheme}://{rest}"),
        None => url.to_owned(),
    }
}

/// A URL as it may be shown: `…` stands for what may be secret.
pub(crate) fn redacted(url: &str) -> String {
    match parts(url) {
        Some(parts) => parts.shown(1),
        None => url.to_owned(),
    }
}

/// Whether a scheme is one of those that the feature `cloud` speaks.
pub(crate) fn is_cloud(scheme: &str) -> bool {
    [
        "http", "https", "s3", "s3a", "gs", "gcs", "az", "azure", "abfs", "abfss", "adl",
    ]
    .contains(&scheme)
}

/// A URL taken apart; nothing for what is none, and for a file of this machine, whose name may have any character.
pub(super) fn parts(url: &str) -> Option<Parts<'_>> {
    let scheme = scheme(url).filter(|scheme| *scheme != "file")?;
    let rest = &url[scheme.len() + "://".len()..];
    let is_web = matches!(scheme, "http" | "https");
    let rest = match rest.split_once('#') {
        Some((before, _)) if is_web => before,
        _ => rest,
    };
    // A `?` of a glob would be taken for that of a query; in a key it stands for one character.
    let is_query = |query: &str| is_web || query.contains('=') || query.starts_with('…');
    let (rest, query) = match rest.split_once('?') {
        Some((before, query)) if is_query(query) => (before, Some(query)),
        _ => (rest, None),
    };
    let host = rest.find('/').map_or(rest, |end| &rest[..end]);
    let user = match host.rsplit_once('@') {
        // Not secret: `abfss://container@account.dfs.core.windows.net`.
        Some((container, _)) if scheme.starts_with('a') && !container.contains(':') => None,
        Some((user, _)) => Some(user),
        // A password with a slash in it looks like the end of the host.
        None => match host.split_once(':') {
            Some((_, port)) if !port.bytes().all(|byte| byte.is_ascii_digit()) => {
                rest.rsplit_once('@').map(|(user, _)| user)
            }
            _ => None,
        },
    };
    let rest = user.map_or(rest, |user| &rest[user.len() + 1..]);
    Some(Parts {
        scheme,
        user,
        rest,
        query,
    })
}

impl Parts<'_> {
    /// The URL with `…` for what may be secret, which is numbered where it is not the first of its kind.
    pub(super) fn shown(&self, number: usize) -> String {
        let mark = match number {
            1 => "…".to_owned(),
            n => format!("…{n}"),
        };
        let user = self.user.map_or(String::new(), |_| format!("{mark}@"));
        let query = self.query.map_or(String::new(), |_| format!("?{mark}"));
        format!("{}://{user}{}{query}", self.scheme, self.rest)
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
    }

    #[test]
    fn nothing_that_may_be_secret_is_shown_or_compared() {
        let urls = [
            "s3://key:secret@bucket/x?token=secret",
            "s3://key@bucket",
            "s3://key:sec/ret@bucket/x",
            "s3://bucket/part.?.parquet",
            "s3://bucket/at@noon/x",
            "https://me:secret@host:8080/a/b.csv?sig=secret#secret",
            "https://host/b.csv?secret",
            "https://host:8080/at@noon/b.csv",
            "abfss://container@account.dfs.core.windows.net/x",
            "abfss://container:secret@account.dfs.core.windows.net/x",
            "az://container/x?sv=1&sig=secret",
            "a/b?x=1",
        ];
        let told = urls.map(|url| format!("{} | {}", redacted(url), without_secrets(url)));
        insta::assert_snapshot!(told.join("\n"), @r"
        s3://…@bucket/x?… | s3://bucket/x
        s3://…@bucket | s3://bucket
        s3://…@bucket/x | s3://bucket/x
        s3://bucket/part.?.parquet | s3://bucket/part.?.parquet
        s3://bucket/at@noon/x | s3://bucket/at@noon/x
        https://…@host:8080/a/b.csv?… | https://host:8080/a/b.csv
        https://host/b.csv?… | https://host/b.csv
        https://host:8080/at@noon/b.csv | https://host:8080/at@noon/b.csv
        abfss://container@account.dfs.core.windows.net/x | abfss://container@account.dfs.core.windows.net/x
        abfss://…@account.dfs.core.windows.net/x | abfss://account.dfs.core.windows.net/x
        az://container/x?… | az://container/x
        a/b?x=1 | a/b?x=1
        ");
        for told in told {
            let shown = told.split(' ').next().unwrap_or_default();
            assert_eq!(redacted(shown), shown, "what was hidden once stays so");
            assert!(!told.contains("sec") && !told.contains("ret"), "{told}");
        }
    }
}
