//! Folders in which plugins are looked for by name.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The folders of `$SWATH_PLUGIN_PATH`, separated as in `$PATH`, and after them `swath/plugins` in the user's data, which is
/// `$XDG_DATA_HOME` or `$HOME/.local/share`. What is no path from the root is passed over: it would be another folder in each program.
///
/// ```
/// assert!(swath_plugin_host::plugin_folders().iter().all(|folder| folder.is_absolute()));
/// ```
pub fn plugin_folders() -> Vec<PathBuf> {
    Told {
        path: env::var_os("SWATH_PLUGIN_PATH"),
        data: env::var_os("XDG_DATA_HOME"),
        home: env::var_os("HOME"),
    }
    .folders()
}

/// What the environment says.
struct Told {
    path: Option<OsString>,
    data: Option<OsString>,
    home: Option<OsString>,
}

impl Told {
    fn folders(self) -> Vec<PathBuf> {
        let path = self.path.unwrap_or_default();
        let mut folders: Vec<PathBuf> = env::split_paths(&path)
            .filter(|folder| folder.is_absolute())
            .collect();
        let rooted = |value: OsString| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
        let home = || Some(rooted(self.home?)?.join(".local/share"));
        let data = self.data.and_then(rooted).or_else(home);
        folders.extend(data.map(|data| data.join("swath/plugins")));
        folders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_environment_says() {
        let folders = |path: Option<&str>, data: Option<&str>, home: Option<&str>| {
            let told = Told {
                path: path.map(Into::into),
                data: data.map(Into::into),
                home: home.map(Into::into),
            };
            let folders = told.folders().into_iter();
            folders
                .map(|folder| folder.display().to_string())
                .collect::<Vec<_>>()
        };
        for (path, data, home, expected) in [
            (None, None, None, vec![]),
            (Some(""), None, Some(""), vec![]),
            (Some("/a:b::/c/d"), None, None, vec!["/a", "/c/d"]),
            (
                Some("/a"),
                Some("/x"),
                Some("/h"),
                vec!["/a", "/x/swath/plugins"],
            ),
            (
                None,
                Some("x"),
                Some("/h"),
                vec!["/h/.local/share/swath/plugins"],
            ),
        ] {
            assert_eq!(folders(path, data, home), expected);
        }
    }
}
